//! Trying the machinery on a real machine: objects of our own are made, removed as a plan removes them, put back as undoing does, compared
//! with what they were, and taken away.
//!
//! The WMI objects live in a namespace that is made for them, nothing starts by any of them, and what is left of a run that was cut off is
//! taken away first.

mod objects;
#[cfg(test)]
mod tests;
mod tidy;

use crate::apply::{Options, Watcher};
use crate::case::CaseDir;
use crate::object::{Context, Object, read};
use crate::plan::{Action, Plan, PlanHost, Precondition, Target, Verb, backup_words, check_word};
use crate::receipt::{Receipt, Stop};
use crate::undo::UndoOptions;
use detect::assessment::State;
use evidence::Message;
use intel::Intel;
use machine::{Facts, MachineMut};
use serde::{Deserialize, Serialize};

/// What is done to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// It is made.
    Make,
    /// It is backed up, and removed or disabled.
    Remove,
    /// It is looked at whether that holds.
    Verify,
    /// What was disabled is removed.
    Purge,
    /// It is put back.
    Undo,
    /// It is compared with what it was.
    Compare,
    /// It is taken away for good.
    Tidy,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What was done.
    pub phase: Phase,
    /// To what.
    pub object: String,
    /// Why it went wrong; `None` where it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// What of the object the machine cannot have, so that it was not tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without: Option<String>,
}

/// How the test went. The file form is one line of `selftest.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selftest {
    /// The form of the lines: [`Selftest::SCHEMA`].
    pub schema: String,
    /// The kind of machine: version of Windows and instruction set.
    pub kind: String,
    /// When it was, in UTC.
    pub time: jiff::Timestamp,
    /// Whether every step went as it should.
    pub passed: bool,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

impl Selftest {
    /// The form of the lines.
    pub const SCHEMA: &'static str = "deminer.selftest/1";

    /// The kind of a machine, as tests name it.
    pub fn kind_of(facts: &Facts) -> String {
        let version = facts.host.os.as_ref().and_then(|os| os.version.clone()).unwrap_or_default();
        let architecture = format!("{:?}", facts.architecture).to_lowercase();
        format!("{version} {architecture}").trim().to_owned()
    }
}

/// A run that is going on.
struct Run<'a> {
    machine: &'a mut dyn MachineMut,
    told: &'a mut dyn FnMut(&Step),
    steps: Vec<Step>,
}

impl Run<'_> {
    fn step(&mut self, phase: Phase, object: String, problem: Option<String>) {
        self.tell(Step { phase, object, problem, without: None });
    }

    fn tell(&mut self, step: Step) {
        (self.told)(&step);
        self.steps.push(step);
    }

    /// What became of the actions of a part of the test.
    fn receipt(&mut self, phase: Phase, receipt: Result<Receipt, Stop>) {
        let receipt = match receipt {
            Ok(receipt) => receipt,
            Err(stop) => return self.step(phase, String::new(), Some(text(&stop.message))),
        };
        for action in &receipt.actions {
            let problem = (!action.outcome.is_settled()).then(|| text(&action.message));
            self.step(phase, action.target.name(), problem);
        }
        if let Some(stopped) = &receipt.stopped {
            self.step(phase, String::new(), Some(text(stopped)));
        }
    }
}

/// A message for the record: its id and what it says besides.
fn text(message: &Message) -> String {
    let details = message.args.iter().filter_map(|(name, _)| message.text(name));
    std::iter::once(message.id.as_str()).chain(details).collect::<Vec<_>>().join(": ")
}

/// Nobody has to confirm what the program does to its own objects.
struct Own;

impl Watcher for Own {
    fn confirm(&mut self, _action: &Action) -> bool {
        true
    }
}

/// Tests the machinery with objects of its own. `folder` is a folder of ours, for administrators only, that is there; nothing stays in it.
/// `told` is called after each step.
///
/// # Errors
/// [`Stop`] where the test cannot begin: without an administrator's rights, or in a folder that others can change.
pub fn selftest(
    machine: &mut dyn MachineMut,
    intel: &Intel,
    folder: &str,
    told: &mut dyn FnMut(&Step),
) -> Result<Selftest, Stop> {
    let options = Options {
        apply: true,
        yes: true,
        unpatched: true,
        domain_controller: true,
        trusted: vec![folder.to_owned()],
        ..Options::default()
    };
    crate::apply::ready(machine, &options)?;
    let facts = machine.facts().map_err(|error| Stop::machine(&error))?;
    let case = CaseDir::new(&format!("{folder}\\selftest"))?;
    let mut run = Run { machine, told, steps: Vec::new() };
    let context = Context { facts: &facts, intel };
    let file = format!("{folder}\\selftest.bin");
    let targets = objects::targets(&file);
    tidy::away(&mut run, &targets, &context, &case, false);

    let made = objects::make(&mut run, &file);
    let found: Vec<(Target, Object)> = targets
        .iter()
        .filter(|target| made.contains(target))
        .filter_map(|target| Some((target.clone(), read(run.machine, target, &context).ok()??)))
        .collect();
    // Names alone decide nothing, here neither: what tells nothing of itself is not removed by a plan.
    let (found, silent): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|(target, object)| tells_of_itself(target, object));
    for (target, _) in silent {
        run.step(Phase::Remove, target.name(), Some("it cannot be told from others of its name".to_owned()));
    }
    let plan = plan(&facts, &found);
    let applied = crate::apply(run.machine, intel, &plan, &case, &options, &mut Own);
    run.receipt(Phase::Remove, applied);
    match crate::verify(run.machine, intel, &case) {
        Ok(verified) => {
            let problem = (!verified.is_passed()).then(|| {
                let open = verified.actions.iter().filter(|action| action.message.id != "verify-gone");
                open.map(|action| format!("{}: {}", action.target.name(), action.message.id))
                    .collect::<Vec<_>>()
                    .join(", ")
            });
            run.step(Phase::Verify, case.path().to_owned(), problem);
        }
        Err(stop) => run.step(Phase::Verify, case.path().to_owned(), Some(text(&stop.message))),
    }
    let purged = crate::purge(run.machine, intel, &case, &options, &mut Own);
    run.receipt(Phase::Purge, purged);
    let undone =
        crate::undo(run.machine, intel, &case, &UndoOptions { rearm: true, ..UndoOptions::default() });
    run.receipt(Phase::Undo, undone);
    for (target, before) in &found {
        let problem = match read(run.machine, target, &context) {
            Err(error) => Some(error.to_string()),
            Ok(None) => Some("it is not there".to_owned()),
            Ok(Some(now)) => {
                // Everything that putting back promises, what Windows may keep in its own way included: here it is told which.
                let (mut differs, around) = before.differences(&now);
                differs.extend(around);
                (!differs.is_empty()).then(|| differs.join(", "))
            }
        };
        run.step(Phase::Compare, target.name(), problem);
    }
    tidy::away(&mut run, &targets, &context, &case, true);
    let (time, steps) = (run.machine.now(), run.steps);
    let passed = steps.iter().all(|step| step.problem.is_none());
    Ok(Selftest { schema: Selftest::SCHEMA.to_owned(), kind: Selftest::kind_of(&facts), time, passed, steps })
}

/// Whether the object has something in it by which it can be told from others of its name.
fn tells_of_itself(target: &Target, object: &Object) -> bool {
    crate::plan::says_content(target, &Precondition { fields: object.fields(), unbound: false })
}

/// The plan for these objects, as they were found.
fn plan(facts: &Facts, found: &[(Target, Object)]) -> Plan {
    let mut actions: Vec<Action> = found
        .iter()
        .map(|(target, object)| {
            let verb = match target {
                Target::Service { .. } | Target::Task { .. } => Verb::Disable,
                _ => Verb::Remove,
            };
            Action {
                id: Action::id_of(verb, target),
                verb,
                backup: backup_words(verb, target),
                check: check_word(verb).to_owned(),
                target: target.clone(),
                precondition: Precondition {
                    fields: object.fields(),
                    unbound: crate::apply::is_filter(target),
                },
                because: Vec::new(),
                reason: crate::messages::REASON_SELFTEST.plain(),
                on_content: true,
                at_reboot: false,
            }
        })
        .collect();
    actions.sort_by_key(Action::phase);
    Plan {
        schema: Plan::SCHEMA.to_owned(),
        host: PlanHost { id: facts.host.id.clone(), name: facts.host.name.clone() },
        evidence: Vec::new(),
        patch: State::Unknown,
        actions,
        refused: Vec::new(),
    }
}
