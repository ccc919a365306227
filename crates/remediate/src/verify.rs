//! Whether what a case did still holds: the same reading again.

mod again;
mod arrivals;
mod origin;

pub use again::{Again, Found, Reading, Unread};
pub use arrivals::Arrivals;

use crate::case::{Case, CaseDir, Event};
use crate::change::{Standing, standing};
use crate::messages as m;
use crate::object::{Context, Object, read};
use crate::plan::{Action, PlanHost, Target, Verb};
use crate::receipt::{Run, Stop};
use detect::Assessment;
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
    /// By whom what is back or changed is there, as far as that was read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<Message>,
}

/// Reads and assesses the whole machine.
pub type ReadAgain<'a> = &'a mut dyn FnMut(&dyn Machine) -> Reading;

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
    /// What reading the whole machine once more showed; `None` where only the actions were looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Again>,
    /// Why the case does not know of it, where the journal could not be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Message>,
}

impl Verification {
    /// The form of the files.
    pub const SCHEMA: &'static str = "deminer.verification/1";

    /// Whether everything is gone or kept as it should, and a new reading, where there was one, shows nothing new.
    pub fn is_passed(&self) -> bool {
        self.actions.iter().all(|action| matches!(action.now, Now::Gone | Now::Kept | Now::Undone))
            && self.again.as_ref().is_none_or(Again::is_passed)
    }
}

/// Looks whether what the case did still holds, and notes in its journal whether it does.
///
/// # Errors
/// [`Stop`] where the case cannot be read, or is another machine's.
pub fn verify(machine: &mut dyn MachineMut, intel: &Intel, case: &CaseDir) -> Result<Verification, Stop> {
    verify_with(machine, intel, case, None)
}

/// The same, and has the whole machine read once more and holds that against the case: what comes back under another name is no target of it.
/// `read_again` is called once the case is known to be this machine's.
///
/// # Errors
/// As [`verify`].
pub fn verify_with(
    machine: &mut dyn MachineMut,
    intel: &Intel,
    case: &CaseDir,
    read_again: Option<ReadAgain>,
) -> Result<Verification, Stop> {
    let mut case = Case::open(machine, case)?;
    let facts = machine.facts().map_err(|error| Stop::machine(&error))?;
    crate::apply::may_begin(machine, &facts, &case.plan, &crate::Options::default())?;
    let context = Context { facts: &facts, intel };
    let begun = case.order.iter().filter_map(|id| case.records.get(id)).map(|record| &record.action);
    let mut actions: Vec<Action> = begun.cloned().collect();
    let never_begun = case.plan.actions.iter().filter(|action| !case.records.contains_key(&action.id));
    actions.extend(never_begun.cloned());
    actions.sort_by_key(Action::phase);
    let reading = read_again.map(|read_again| read_again(machine));
    let assessment = match &reading {
        Some(Reading::Assessed(assessment)) => Some(&**assessment),
        _ => None,
    };
    let actions = actions.iter().map(|action| look(machine, &case, action, &context, assessment)).collect();
    let again = reading.as_ref().map(|reading| Again::of(machine, &case, reading, &context));
    let mut verification = Verification {
        schema: Verification::SCHEMA.to_owned(),
        host: case.plan.host.clone(),
        case: case.dir().path().to_owned(),
        time: machine.now(),
        actions,
        again,
        stopped: None,
    };
    let passed = verification.is_passed();
    let noted = case
        .note(machine, Event::Opened { run: Run::Verify })
        .and_then(|()| case.note(machine, Event::Verified { passed }));
    verification.stopped = noted.err().map(|stop| stop.message);
    Ok(verification)
}

fn look(
    machine: &dyn Machine,
    case: &Case,
    action: &Action,
    context: &Context,
    assessment: Option<&Assessment>,
) -> Verified {
    let (now, message, found) = match stands(machine, case, action, context) {
        Ok((now, found)) => {
            let held = found.as_ref().map(|found| left_running(machine, action, now, found));
            match held.transpose() {
                Ok(Some(Some(path))) => (Now::AtRestart, m::VERIFY_CRITICAL.with([path.into()]), found),
                Ok(_) => (now, word(now), found),
                Err(error) => (Now::Unknown, m::VERIFY_UNKNOWN.with([error.to_string().into()]), found),
            }
        }
        Err(message) => (Now::Unknown, message, None),
    };
    let by = match now {
        Now::Back | Now::Changed => origin::of(machine, &action.target, found.as_ref(), assessment),
        _ => Vec::new(),
    };
    Verified { id: action.id.clone(), verb: action.verb, target: action.target.clone(), now, message, by }
}

/// The program of a process that was left running since Windows would stop with it.
fn left_running(
    machine: &dyn Machine,
    action: &Action,
    now: Now,
    found: &Object,
) -> machine::Result<Option<String>> {
    match now {
        Now::NotDone => crate::critical::held_by(machine, action, found),
        _ => Ok(None),
    }
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

/// How the action stands, and what is there now.
fn stands(
    machine: &dyn Machine,
    case: &Case,
    action: &Action,
    context: &Context,
) -> Result<(Now, Option<Object>), Message> {
    let unknown = |error: machine::Error| m::VERIFY_UNKNOWN.with([error.to_string().into()]);
    let found = read(machine, &action.target, context).map_err(unknown)?;
    let record = case.records.get(&action.id);
    if record.is_some_and(|record| record.undone) {
        return Ok((Now::Undone, found));
    }
    let Some(saved) = record.and_then(|record| record.saved.as_ref()) else {
        // Never begun: not chosen, refused, or as it should be from the beginning.
        let Some(found) = found else {
            // A process goes with the machine, and may come again with it.
            let other = again_under_another_id(machine, action).map_err(unknown)?;
            return Ok((if other.is_some() { Now::Back } else { Now::Gone }, other));
        };
        let standing = standing(machine, action, &found, Some(&found), context).map_err(unknown)?;
        let now = match standing {
            Standing::Done if still_loaded(action, false, Some(&found))? => Now::AtRestart,
            Standing::Done => Now::Gone,
            _ => Now::NotDone,
        };
        return Ok((now, Some(found)));
    };
    let proven = record.is_some_and(|record| record.proven);
    let (before, _) = case.load(machine, saved)?;
    let standing = standing(machine, action, &before, found.as_ref(), context).map_err(unknown)?;
    let waits = record.is_some_and(|record| record.at_restart);
    let keeps =
        matches!(action.verb, Verb::Reset | Verb::Restore | Verb::Contain | Verb::Harden | Verb::Patch);
    if standing == Standing::Done
        && action.verb == Verb::End
        && let Some(other) = runs_again(machine, &before).map_err(unknown)?
    {
        return Ok((Now::Back, Some(other)));
    }
    let now = match standing {
        Standing::Done if keeps => Now::Kept,
        Standing::Done if still_loaded(action, waits, found.as_ref())? => Now::AtRestart,
        Standing::Done => Now::Gone,
        Standing::AtRestart => Now::AtRestart,
        Standing::NotDone if action.verb == Verb::Suspend && proven => Now::Kept,
        Standing::NotDone | Standing::Half if !proven => Now::NotDone,
        Standing::NotDone | Standing::Half => Now::Back,
        Standing::Other => match &found {
            Some(now) if now.fields() == before.fields() => Now::Back,
            _ => Now::Changed,
        },
    };
    Ok((now, found))
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

/// A process that runs the program of the one that is meant, with the command line that the plan knows.
fn again_under_another_id(machine: &dyn Machine, action: &Action) -> machine::Result<Option<Object>> {
    let (Verb::End, Target::Process { image_path, .. }) = (action.verb, &action.target) else {
        return Ok(None);
    };
    let line = action.precondition.fields.get("CommandLine");
    let same = |process: &evidence::Process| {
        process.image_path.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(image_path))
            && line.is_none_or(|line| process.command_line.as_ref() == Some(line))
    };
    Ok(machine.processes()?.into_iter().find(same).map(|found| Object::Process(Box::new(found))))
}

/// Another process that runs the same program with the same command line.
fn runs_again(machine: &dyn Machine, before: &Object) -> machine::Result<Option<Object>> {
    let Object::Process(before) = before else { return Ok(None) };
    let same = |process: &evidence::Process| {
        process.image_path == before.image_path && process.command_line == before.command_line
    };
    Ok(machine.processes()?.into_iter().find(same).map(|found| Object::Process(Box::new(found))))
}

#[cfg(test)]
mod tests;
