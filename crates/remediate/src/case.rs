//! The case folder: the plan, the journal, the backups and the quarantine of one cleaning.
//!
//! ```text
//! CASE\plan.json            the plan that was applied
//! CASE\journal.jsonl        what was meant and what was done, written ahead (see `journal`)
//! CASE\backup\ACTION\…      what each action found: `object.json` for undo, `object.mof`, `task.xml` and `registry.json` for people
//! CASE\quarantine\key       the key of the quarantine: it keeps files from being run or eaten by accident, not from anybody
//! CASE\quarantine\ACTION    the bytes of a file, encrypted (see `quarantine`); those of its other streams are `ACTION.1`, …
//! CASE\receipt.json         the receipt; those of later runs are `receipt-2.json`, …
//! ```

mod backup;
mod journal;
mod quarantine;

pub(crate) use backup::Saved;
pub(crate) use journal::Event;

use crate::guard::is_plain_path;
use crate::messages as m;
use crate::object::Object;
use crate::plan::{Action, Plan, Verb};
use crate::receipt::{Receipt, Run, Stop};
use evidence::Message;
use journal::Journal;
use machine::{Fault, Machine, MachineMut};
use std::collections::BTreeMap;

/// The largest journal that is read, in bytes.
const MAX_JOURNAL: u64 = 256 << 20;

/// The place of a case folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseDir(String);

impl CaseDir {
    /// The folder at this path: an absolute one on a local drive.
    ///
    /// # Errors
    /// [`Stop`] where it is another, or holds `..` or other tricks.
    pub fn new(path: &str) -> Result<Self, Stop> {
        let path = path.trim_end_matches('\\').replace('/', "\\");
        if is_plain_path(&path) {
            Ok(Self(path))
        } else {
            Err(Stop::new(m::STOP_CASE_PATH.with([path.into()])))
        }
    }

    /// The path.
    pub fn path(&self) -> &str {
        &self.0
    }

    /// The path of something in it. The names are this program's own, never from evidence.
    pub(crate) fn join(&self, name: &str) -> String {
        format!("{}\\{name}", self.0)
    }
}

/// What the journal tells of one action.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an event of the journal")]
pub(crate) struct Record {
    /// The action.
    pub(crate) action: Action,
    /// Its backup, once that was complete.
    pub(crate) saved: Option<Saved>,
    /// Whether it was done and proven.
    pub(crate) proven: bool,
    /// Whether it is finished only at the next start.
    pub(crate) at_restart: bool,
    /// Whether it was undone.
    pub(crate) undone: bool,
    /// Whether undoing it was begun and not finished.
    pub(crate) undoing: bool,
}

/// An open case.
#[derive(Debug)]
pub(crate) struct Case {
    dir: CaseDir,
    pub(crate) plan: Plan,
    pub(crate) records: BTreeMap<String, Record>,
    /// The ids of the actions in the order in which they were begun.
    pub(crate) order: Vec<String>,
    /// Whether the last thing that happened is a verification that passed.
    pub(crate) verified: bool,
    journal: Journal,
    key: [u8; 32],
}

impl Case {
    /// Makes the folder and what has to be in it before anything is done.
    pub(crate) fn create(machine: &mut dyn MachineMut, dir: &CaseDir, plan: &Plan) -> Result<Self, Stop> {
        let exists = |error: machine::Error| match error.fault {
            Fault::Exists => Stop::new(m::STOP_CASE_EXISTS.with([dir.path().into()])),
            _ => Stop::machine(&error),
        };
        machine.create_private_directory(dir.path()).map_err(exists)?;
        for folder in ["backup", "quarantine"] {
            machine.create_private_directory(&dir.join(folder)).map_err(|error| Stop::machine(&error))?;
        }
        let text = plan.to_json();
        let key = quarantine::new_key(&[dir.path(), &plan.host.id.0, &machine.now().to_string(), &text]);
        backup::write(machine, &dir.join(r"quarantine\key"), crate::object::hex(&key).as_bytes())?;
        backup::write(machine, &dir.join("plan.json"), text.as_bytes())?;
        let path = dir.join("journal.jsonl");
        machine.write_new(&path, b"").map_err(|error| Stop::machine(&error))?;
        let mut case = Self {
            dir: dir.clone(),
            plan: plan.clone(),
            records: BTreeMap::new(),
            order: Vec::new(),
            verified: false,
            journal: Journal::new(path),
            key,
        };
        case.protected(machine)?;
        case.note(machine, Event::Opened { run: Run::Apply })?;
        Ok(case)
    }

    /// Opens the folder of an earlier run.
    pub(crate) fn open(machine: &dyn Machine, dir: &CaseDir) -> Result<Self, Stop> {
        let read = |name: &str, limit| {
            machine.read_file(&dir.join(name), limit).map_err(|error| damaged(name, &error.to_string()))
        };
        let journal = read("journal.jsonl", MAX_JOURNAL)?;
        let plan = String::from_utf8(read("plan.json", MAX_JOURNAL)?)
            .map_err(|error| damaged("plan.json", &error.to_string()))?;
        let plan = Plan::from_json(&plan).map_err(|error| damaged("plan.json", &error.to_string()))?;
        let key = quarantine::key_of(&read(r"quarantine\key", 1_024)?)
            .ok_or_else(|| damaged(r"quarantine\key", "no key"))?;
        let (journal, events) = Journal::read(dir.join("journal.jsonl"), &journal)
            .map_err(|detail| damaged("journal.jsonl", &detail))?;
        let mut case = Self {
            dir: dir.clone(),
            plan,
            records: BTreeMap::new(),
            order: Vec::new(),
            verified: false,
            journal,
            key,
        };
        for event in events {
            case.follow(event);
        }
        case.protected(machine)?;
        Ok(case)
    }

    /// Refuses a folder that others than administrators can write.
    fn protected(&self, machine: &dyn Machine) -> Result<(), Stop> {
        require_protected(machine, self.dir.path())
    }

    pub(crate) const fn dir(&self) -> &CaseDir {
        &self.dir
    }

    /// Writes an event to the journal and has it on the disk before it returns.
    pub(crate) fn note(&mut self, machine: &mut dyn MachineMut, event: Event) -> Result<(), Stop> {
        self.journal
            .write(machine, &event)
            .map_err(|error| Stop::new(m::STOP_JOURNAL.with([error.to_string().into()])))?;
        self.follow(event);
        Ok(())
    }

    /// Takes an event into account.
    fn follow(&mut self, event: Event) {
        self.verified = matches!(event, Event::Verified { passed: true })
            || (self.verified && matches!(event, Event::Opened { .. }));
        match event {
            Event::Intent { action } => {
                if !self.order.contains(&action.id) {
                    self.order.push(action.id.clone());
                }
                let fresh = Record {
                    action: *action,
                    saved: None,
                    proven: false,
                    at_restart: false,
                    undone: false,
                    undoing: false,
                };
                self.records
                    .entry(fresh.action.id.clone())
                    .and_modify(|known| known.undone = false)
                    .or_insert(fresh);
            }
            Event::BackedUp { action, saved } => self.record(&action, |record| record.saved = Some(saved)),
            Event::Proven { action, at_restart } => self.record(&action, |record| {
                record.proven = true;
                record.at_restart = at_restart;
                record.undone = false;
            }),
            Event::UndoIntent { action } => self.record(&action, |record| record.undoing = true),
            Event::UndoProven { action } => self.record(&action, |record| {
                record.proven = false;
                record.at_restart = false;
                record.undone = true;
                record.undoing = false;
                // Should the action be done again, it begins with a new backup.
                record.saved = None;
            }),
            // A process that a run suspended and let go again is suspended anew by the next.
            Event::Failed { action, .. } => self.record(&action, |record| {
                record.proven &= record.action.verb != Verb::Suspend;
            }),
            Event::Opened { .. }
            | Event::Done { .. }
            | Event::UndoDone { .. }
            | Event::UndoFailed { .. }
            | Event::Verified { .. } => {}
        }
    }

    fn record(&mut self, action: &str, change: impl FnOnce(&mut Record)) {
        if let Some(record) = self.records.get_mut(action) {
            change(record);
        }
    }

    /// Backs an object up and reads the backup back.
    pub(crate) fn save(
        &mut self,
        machine: &mut dyn MachineMut,
        action: &Action,
        object: &Object,
    ) -> Result<Saved, Message> {
        backup::save(machine, &self.dir, &self.key, action, object)
    }

    /// Reads a backup, and the bytes of the file that belong to it.
    pub(crate) fn load(&self, machine: &dyn Machine, saved: &Saved) -> Result<(Object, Vec<u8>), Message> {
        backup::load(machine, &self.dir, &self.key, saved)
    }

    /// Writes the receipt of a run beside those of earlier ones.
    pub(crate) fn write_receipt(&self, machine: &mut dyn MachineMut, receipt: &Receipt) -> Result<(), Stop> {
        let text = receipt.to_json();
        for number in 1..1_000 {
            let name = if number == 1 { "receipt.json".to_owned() } else { format!("receipt-{number}.json") };
            match machine.write_new(&self.dir.join(&name), text.as_bytes()) {
                Err(error) if error.fault == Fault::Exists => {}
                other => {
                    return other
                        .map_err(|error| Stop::new(m::STOP_RECEIPT.with([error.to_string().into()])));
                }
            }
        }
        Ok(())
    }
}

/// Refuses a file or folder that others than administrators can change.
pub(crate) fn require_protected(machine: &dyn Machine, path: &str) -> Result<(), Stop> {
    match machine.is_protected(path) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Stop::new(m::STOP_UNPROTECTED.with([path.into()]))),
        Err(error) => Err(Stop::machine(&error)),
    }
}

fn damaged(file: &str, detail: &str) -> Stop {
    Stop::new(m::STOP_CASE_DAMAGED.with([file.into(), detail.into()]))
}
