//! Whether what a case did still holds: the same reading again.

use crate::case::{Case, CaseDir, Event, Run};
use crate::change::{Standing, standing};
use crate::messages as m;
use crate::object::{Context, Object, read};
use crate::plan::{Action, PlanHost, Target, Verb};
use crate::receipt::Stop;
use evidence::Message;
use intel::Intel;
use machine::{Machine, MachineMut};
use serde::{Deserialize, Serialize};

/// How things stand with one action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Now {
    /// What was removed, ended or disabled still is.
    Gone,
    /// What was put back or reset still is.
    Kept,
    /// It is back as it was before.
    Back,
    /// Something else is in its place.
    Changed,
    /// It goes at the next start, which has not been yet.
    AtRestart,
    /// It was never done.
    NotDone,
    /// It was undone, so there is nothing to hold.
    Undone,
    /// It could not be read.
    Unknown,
}

/// One action, looked at again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verified {
    /// The action's id.
    pub id: String,
    /// What was done.
    pub verb: Verb,
    /// What to.
    pub target: Target,
    /// How it stands.
    pub now: Now,
    /// What there is to say.
    pub message: Message,
}

/// Everything looked at again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verification {
    /// The form of the file: [`Verification::SCHEMA`].
    pub schema: String,
    /// The host.
    pub host: PlanHost,
    /// The case folder.
    pub case: String,
    /// When it was looked at, in UTC.
    pub time: jiff::Timestamp,
    /// The actions, in the plan's order.
    pub actions: Vec<Verified>,
    /// Why the case does not know of it, where the journal could not be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Message>,
}

impl Verification {
    /// The form of the files.
    pub const SCHEMA: &'static str = "deminer.verification/1";

    /// Whether everything is gone or kept as it should.
    pub fn is_passed(&self) -> bool {
        self.actions.iter().all(|action| matches!(action.now, Now::Gone | Now::Kept | Now::Undone))
    }
}

/// Looks whether what the case did still holds, and notes in its journal whether it does.
///
/// # Errors
/// [`Stop`] where the case cannot be read, or is another machine's.
pub fn verify(machine: &mut dyn MachineMut, intel: &Intel, case: &CaseDir) -> Result<Verification, Stop> {
    let mut case = Case::open(machine, case)?;
    let facts = machine.facts().map_err(|error| Stop::machine(&error))?;
    crate::apply::may_begin(machine, &facts, &case.plan, &crate::Options::default())?;
    let context = Context { facts: &facts, intel };
    let begun = case.order.iter().filter_map(|id| case.records.get(id)).map(|record| &record.action);
    let mut actions: Vec<Action> = begun.cloned().collect();
    let never_begun = case.plan.actions.iter().filter(|action| !case.records.contains_key(&action.id));
    actions.extend(never_begun.cloned());
    actions.sort_by_key(Action::phase);
    let actions = actions.iter().map(|action| look(machine, &case, action, &context)).collect();
    let mut verification = Verification {
        schema: Verification::SCHEMA.to_owned(),
        host: case.plan.host.clone(),
        case: case.dir().path().to_owned(),
        time: machine.now(),
        actions,
        stopped: None,
    };
    let passed = verification.is_passed();
    let noted = case
        .note(machine, Event::Opened { run: Run::Verify })
        .and_then(|()| case.note(machine, Event::Verified { passed }));
    verification.stopped = noted.err().map(|stop| stop.message);
    Ok(verification)
}

fn look(machine: &dyn Machine, case: &Case, action: &Action, context: &Context) -> Verified {
    let (now, message) = match stands(machine, case, action, context) {
        Ok(now) => (now, word(now)),
        Err(message) => (Now::Unknown, message),
    };
    Verified { id: action.id.clone(), verb: action.verb, target: action.target.clone(), now, message }
}

fn word(now: Now) -> Message {
    match now {
        Now::Gone => m::VERIFY_GONE,
        Now::Kept => m::VERIFY_KEPT,
        Now::Back => m::VERIFY_BACK,
        Now::Changed => m::VERIFY_CHANGED,
        Now::AtRestart => m::VERIFY_AT_RESTART,
        Now::NotDone | Now::Unknown => m::VERIFY_NOT_DONE,
        Now::Undone => m::VERIFY_UNDONE,
    }
    .plain()
}

fn stands(machine: &dyn Machine, case: &Case, action: &Action, context: &Context) -> Result<Now, Message> {
    let unknown = |error: machine::Error| m::VERIFY_UNKNOWN.with([error.to_string().into()]);
    let found = read(machine, &action.target, context).map_err(unknown)?;
    let record = case.records.get(&action.id);
    if record.is_some_and(|record| record.undone) {
        return Ok(Now::Undone);
    }
    let Some(saved) = record.and_then(|record| record.saved.as_ref()) else {
        // Never begun: not chosen, refused, or as it should be from the beginning.
        let Some(found) = found else { return Ok(Now::Gone) };
        let standing = standing(machine, action, &found, Some(&found), context).map_err(unknown)?;
        return Ok(match standing {
            Standing::Done if still_loaded(action, false, Some(&found))? => Now::AtRestart,
            Standing::Done => Now::Gone,
            _ => Now::NotDone,
        });
    };
    let proven = record.is_some_and(|record| record.proven);
    let (before, _) = case.load(machine, saved)?;
    let standing = standing(machine, action, &before, found.as_ref(), context).map_err(unknown)?;
    let waits = record.is_some_and(|record| record.at_restart);
    let keeps = matches!(action.verb, Verb::Reset | Verb::Restore | Verb::Contain | Verb::Harden);
    Ok(match standing {
        Standing::Done if keeps => Now::Kept,
        Standing::Done if still_loaded(action, waits, found.as_ref())? => Now::AtRestart,
        Standing::Done if action.verb == Verb::End && runs_again(machine, &before).map_err(unknown)? => {
            Now::Back
        }
        Standing::Done => Now::Gone,
        Standing::AtRestart => Now::AtRestart,
        Standing::NotDone if action.verb == Verb::Suspend && proven => Now::Kept,
        Standing::NotDone | Standing::Half if !proven => Now::NotDone,
        Standing::NotDone | Standing::Half => Now::Back,
        Standing::Other => match found {
            Some(now) if now.fields() == before.fields() => Now::Back,
            _ => Now::Changed,
        },
    })
}

/// Whether a driver is still there that does not load any more: it goes with the next start.
fn still_loaded(action: &Action, waits: bool, found: Option<&Object>) -> Result<bool, Message> {
    let (Verb::Disable, Some(Object::Service(config))) = (action.verb, found) else { return Ok(false) };
    if config.service.is_driver() != Some(true) && !waits {
        return Ok(false);
    }
    let unknown = || m::VERIFY_UNKNOWN.with(["whether it is loaded cannot be read".into()]);
    config.service.running.ok_or_else(unknown)
}

/// Whether another process runs the same program with the same command line.
fn runs_again(machine: &dyn Machine, before: &Object) -> machine::Result<bool> {
    let Object::Process(before) = before else { return Ok(false) };
    Ok(machine.processes()?.iter().any(|process| {
        process.image_path == before.image_path && process.command_line == before.command_line
    }))
}

#[cfg(test)]
mod tests;
