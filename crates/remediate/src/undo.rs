//! Undoing a case: every action in reverse order, each proven by a re-reading.
//!
//! What is there decides, not what the journal last said: so undoing can be cut off and run again, and undoes what a run that was cut off left
//! half done. What was judged malicious comes back disarmed: unless asked for, nothing is put back that would let it start.

mod creators;

use crate::apply::finish;
use crate::case::{Case, CaseDir, Event};
use crate::change::{Standing, arms, harden, put_back, standing};
use crate::messages as m;
use crate::object::{Context, LEAVES, Object, read};
use crate::plan::{Action, Target, Verb};
use crate::receipt::{ActionReceipt, Outcome, Receipt, Run, Stop};
use crate::update;
use intel::Intel;
use machine::{FileIdentity, Machine, MachineMut, Stream};
use std::collections::BTreeSet;

/// What is to be undone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UndoOptions {
    /// The ids of the actions; all where there are none.
    pub only: BTreeSet<String>,
    /// Whether what was judged malicious gets back what starts it, too.
    pub rearm: bool,
}

/// Undoes what was done in a case.
///
/// # Errors
/// [`Stop`] where the run did not begin.
pub fn undo(
    machine: &mut dyn MachineMut,
    intel: &Intel,
    case: &CaseDir,
    options: &UndoOptions,
) -> Result<Receipt, Stop> {
    let mut case = Case::open(machine, case)?;
    let facts = machine.facts().map_err(|error| Stop::machine(&error))?;
    let asked =
        crate::Options { apply: true, unpatched: true, domain_controller: true, ..crate::Options::default() };
    crate::apply::may_begin(machine, &facts, &case.plan, &asked)?;
    if let Some(unknown) = options.only.iter().find(|id| !case.records.contains_key(*id)) {
        return Err(Stop::new(m::STOP_NO_ACTION.with([unknown.into()])));
    }
    let started = machine.now();
    case.note(machine, Event::Opened { run: Run::Undo })?;
    let context = Context { facts: &facts, intel };
    let chosen = |id: &&String| options.only.is_empty() || options.only.contains(*id);
    let ids: Vec<String> = case.order.iter().rev().filter(chosen).cloned().collect();
    let (mut receipts, mut stopped) = (Vec::new(), None);
    for id in ids {
        let Some(action) = case.records.get(&id).map(|record| record.action.clone()) else { continue };
        let mut receipt = ActionReceipt::new(&action, Outcome::AsItShould, m::UNDO_AS_BEFORE.plain());
        let result = undo_one(machine, &mut case, &action, options.rearm, &context, &mut receipt);
        receipts.push(receipt);
        if let Err(stop) = result {
            stopped = Some(stop.message);
            break;
        }
    }
    creators::tell(machine, &context, &mut receipts);
    Ok(finish(machine, &case, Run::Undo, started, receipts, stopped))
}

fn undo_one(
    machine: &mut dyn MachineMut,
    case: &mut Case,
    action: &Action,
    rearm: bool,
    context: &Context,
    receipt: &mut ActionReceipt,
) -> Result<(), Stop> {
    let mut settle = |outcome, message| (receipt.outcome, receipt.message) = (outcome, message);
    let failed = |error: &machine::Error| m::OUTCOME_FAILED.with([error.to_string().into()]);
    let Some(record) = case.records.get(&action.id) else { return Ok(()) };
    let (was_done, undoing) = (record.proven, record.undoing);
    // Without a complete backup nothing was done.
    let Some(saved) = record.saved.clone() else { return Ok(()) };
    receipt.backup = Some(saved.name.clone());
    let (before, bytes) = match case.load(machine, &saved) {
        Ok(loaded) => loaded,
        Err(message) => {
            settle(Outcome::Failed, message);
            return Ok(());
        }
    };
    // What belongs to Windows stays, and nothing else has to be known for that: the baseline may be one that was not given this time.
    if action.verb == Verb::Restore && was_done {
        settle(Outcome::AsItShould, m::UNDO_STOCK.plain());
        return Ok(());
    }
    let now = read(machine, &action.target, context)
        .and_then(|now| Ok((standing(machine, action, &before, now.as_ref(), context)?, now)));
    let (stands, now) = match now {
        Ok(found) => found,
        Err(error) => {
            settle(Outcome::Failed, failed(&error));
            return Ok(());
        }
    };
    // Whether threads stand still cannot be read, and a call that failed may have stopped them.
    let suspended = action.verb == Verb::Suspend && now.is_some();
    if is_as_before(stands, &before, now.as_ref(), undoing) && !suspended {
        return if was_done {
            case.note(machine, Event::UndoProven { action: action.id.clone() })
        } else {
            Ok(())
        };
    }
    let part = now.as_ref().filter(|_| undoing && stands == Standing::Other);
    let part = part.and_then(|now| part_of(machine, action, &before, &bytes, now));
    if stands == Standing::Other && now.is_some() && part.is_none() {
        settle(Outcome::Refused, m::UNDO_OCCUPIED.plain());
        return Ok(());
    }
    if let Some(message) = stays(action, now.as_ref()) {
        settle(Outcome::AsItShould, message);
        return Ok(());
    }
    match not_now(machine, action, &before, now.as_ref(), rearm) {
        Ok(None) => {}
        Ok(Some((outcome, message))) => {
            settle(outcome, message);
            return Ok(());
        }
        Err(error) => {
            settle(Outcome::Failed, failed(&error));
            return Ok(());
        }
    }

    settle(Outcome::Failed, unproven(action));
    let id = action.id.clone();
    case.note(machine, Event::UndoIntent { action: id.clone() })?;
    let put = match part {
        Some((path, identity)) => machine
            .delete_file(&path, &identity)
            .and_then(|()| put_back(machine, action, &before, &bytes, None, context)),
        None => put_back(machine, action, &before, &bytes, now.as_ref(), context),
    };
    let proof = read(machine, &action.target, context)
        .and_then(|now| Ok((machine.deleted_at_restart_of(&action.target)?, now)));
    let noted = match &put {
        Ok(()) => case.note(machine, Event::UndoDone { action: id.clone() }),
        Err(_) => Ok(()),
    };
    let restored = match (&proof, &put) {
        (Err(error), _) => {
            settle(Outcome::Unknown, m::OUTCOME_UNKNOWN.with([error.to_string().into()]));
            None
        }
        (Ok((true, _)), Err(error)) => {
            settle(Outcome::Failed, failed(error));
            None
        }
        (Ok((true, _)), Ok(())) => None,
        (Ok((false, now)), put) => match (differences(&before, now.as_ref()), put) {
            (Some((lost, around)), _) if lost.is_empty() => Some(around),
            (_, Err(error)) => {
                settle(Outcome::Failed, failed(error));
                None
            }
            (_, Ok(())) => None,
        },
    };
    let Some(around) = restored else {
        noted?;
        let error = receipt.message.id.clone();
        return case.note(machine, Event::UndoFailed { action: id, error });
    };
    let (outcome, message) = put_back_as(action, &around, rearm);
    settle(outcome, message);
    noted?;
    case.note(machine, Event::UndoProven { action: id })
}

/// How an object that is back is told of, given what around it is other than it was.
fn put_back_as(action: &Action, around: &[String], rearm: bool) -> (Outcome, evidence::Message) {
    if matches!(action.target, Target::Update { .. }) {
        let leaves = around.iter().any(|what| what == LEAVES);
        return if leaves {
            (Outcome::AtRestart, m::OUTCOME_AT_RESTART.plain())
        } else {
            (Outcome::Done, m::UNDO_RESTORED.plain())
        };
    }
    let message = match (around.is_empty(), action.on_content && !rearm) {
        (false, _) => m::UNDO_RESTORED_DIFFERS.with([around.join(", ").into()]),
        (true, true) => m::UNDO_DISARMED.plain(),
        (true, false) => m::UNDO_RESTORED.plain(),
    };
    (Outcome::Done, message)
}

/// That nothing shows that it was taken back, and for an update what a person can do.
fn unproven(action: &Action) -> evidence::Message {
    let Target::Update { update, .. } = &action.target else { return m::OUTCOME_UNPROVEN.plain() };
    let command = update::number(update).map(|number| format!("wusa.exe /uninstall /kb:{number}"));
    m::UNDO_UPDATE.with([update.as_str().into(), command.unwrap_or_default().into()])
}

/// Whether nothing is left to undo.
fn is_as_before(stands: Standing, before: &Object, now: Option<&Object>, undoing: bool) -> bool {
    match (stands, now) {
        (Standing::NotDone, _) => true,
        // Put back by an earlier run: Windows gave a file another index, an object another creator.
        (Standing::Other, Some(now)) => {
            let (lost, around) = before.differences(now);
            // A cut can have left the bytes of a file without what belongs to them.
            let is_cut = undoing && matches!(now, Object::File { .. }) && !around.is_empty();
            lost.is_empty() && !is_cut
        }
        _ => false,
    }
}

/// The file that is there, where it is no more than a part of the backup: what a cut in the middle of putting it back can have left.
fn part_of(
    machine: &dyn Machine,
    action: &Action,
    before: &Object,
    bytes: &[u8],
    now: &Object,
) -> Option<(String, FileIdentity)> {
    let (Target::File { path }, Object::File { state: was, .. }, Object::File { state: is, .. }) =
        (&action.target, before, now)
    else {
        return None;
    };
    let known = |stream: &Stream| {
        was.streams.iter().any(|own| own.name == stream.name && own.bytes.starts_with(&stream.bytes))
    };
    let is_part = !is.is_directory
        && !is.is_link
        && is.streams.iter().all(known)
        && machine.read_file(path, bytes.len() as u64).is_ok_and(|found| bytes.starts_with(&found));
    is_part.then(|| (path.clone(), is.identity.clone()))
}

/// Why nothing is to be undone though the action was done.
fn stays(action: &Action, now: Option<&Object>) -> Option<evidence::Message> {
    match (action.verb, &action.target) {
        (Verb::Restore, _) => Some(m::UNDO_STOCK.plain()),
        (Verb::End, _) => Some(m::UNDO_PROCESS.plain()),
        (Verb::Suspend, _) if now.is_none() => Some(m::UNDO_PROCESS.plain()),
        _ => None,
    }
}

/// What keeps the action from being undone in this run.
fn not_now(
    machine: &dyn Machine,
    action: &Action,
    before: &Object,
    now: Option<&Object>,
    rearm: bool,
) -> machine::Result<Option<(Outcome, evidence::Message)>> {
    if arms(action) && action.on_content && !rearm {
        let suspended = action.verb == Verb::Suspend && now.is_some();
        let held = if suspended { m::UNDO_STANDS_STILL } else { m::UNDO_HELD_BACK };
        return Ok(Some((Outcome::HeldBack, held.plain())));
    }
    let refused = harden::undo_refusal(machine, before, now)?;
    Ok(refused.map(|message| (Outcome::Refused, message)))
}

/// In what the object that is there differs from the backup: content, and what Windows sets itself. `None` where one of them is not there.
fn differences(before: &Object, now: Option<&Object>) -> Option<(Vec<String>, Vec<String>)> {
    match (before, now) {
        (Object::Nothing, None) => Some((Vec::new(), Vec::new())),
        (Object::Nothing, Some(_)) | (_, None) => None,
        (before, Some(now)) => Some(before.differences(now)),
    }
}

/// Whether the target is a file that goes at the next start.
trait AtRestart {
    fn deleted_at_restart_of(&self, target: &Target) -> machine::Result<bool>;
}

impl AtRestart for dyn MachineMut + '_ {
    fn deleted_at_restart_of(&self, target: &Target) -> machine::Result<bool> {
        match target {
            Target::File { path } => {
                Ok(self.deleted_at_restart()?.iter().any(|own| own.eq_ignore_ascii_case(path)))
            }
            _ => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests;
