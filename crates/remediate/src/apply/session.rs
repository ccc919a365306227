//! Carrying out actions in a case, one after the other.

use super::{Options, Watcher, checks};
use crate::case::{Case, Event};
use crate::change::{Standing, makes_anew, perform, standing};
use crate::messages as m;
use crate::object::{Context, Object, read};
use crate::plan::{Action, Verb};
use crate::receipt::{ActionReceipt, Outcome, Stop};
use evidence::Message;
use machine::MachineMut;

/// A run in a case.
pub(super) struct Session<'a> {
    pub(super) machine: &'a mut dyn MachineMut,
    pub(super) case: &'a mut Case,
    pub(super) context: Context<'a>,
    pub(super) options: &'a Options,
    pub(super) watcher: &'a mut dyn Watcher,
}

/// How an action ended, and why the run does where it does.
struct Ended {
    outcome: Outcome,
    message: Message,
    stop: Option<Stop>,
}

/// The next step, or how the action ended before it.
type Flow<T> = Result<T, Ended>;

fn ended(outcome: Outcome, message: Message) -> Ended {
    Ended { outcome, message, stop: None }
}

fn failed(error: &machine::Error) -> Ended {
    ended(Outcome::Failed, m::OUTCOME_FAILED.with([error.to_string().into()]))
}

/// The journal cannot be written: what is not announced is not done.
fn stopped(stop: Stop) -> Ended {
    Ended { outcome: Outcome::Failed, message: stop.message.clone(), stop: Some(stop) }
}

impl Session<'_> {
    /// Carries out the actions in order, until the journal cannot be written, and says of every process that was suspended for one that did
    /// not end it how it was left.
    pub(super) fn run(&mut self, actions: &[Action]) -> (Vec<ActionReceipt>, Option<Message>) {
        let (mut receipts, stopped) = self.until_stopped(actions);
        for receipt in crate::critical::hold_to_it(&self.case.plan.actions, &mut receipts) {
            self.watcher.done(&receipt);
        }
        for action in actions.iter().filter(|action| action.verb == Verb::Suspend) {
            let ended = |receipt: &ActionReceipt| {
                receipt.verb == Verb::End && receipt.target == action.target && receipt.outcome.is_settled()
            };
            let wanted = actions.iter().any(|own| own.verb == Verb::End && own.target == action.target);
            if receipts.iter().any(ended) || (stopped.is_none() && !wanted) {
                continue;
            }
            let Some(receipt) = receipts.iter_mut().find(|receipt| receipt.id == action.id) else { continue };
            if matches!(receipt.outcome, Outcome::Done | Outcome::Failed | Outcome::Unknown) {
                self.not_ended(action, receipt);
            }
        }
        (receipts, stopped)
    }

    /// What becomes of a process that was suspended and not ended. One that somebody only confirmed runs again; one whose content speaks
    /// against it stands still, for to let it run is what undoing is asked for.
    fn not_ended(&mut self, action: &Action, receipt: &mut ActionReceipt) {
        let Ok(Some(_)) = read(self.machine, &action.target, &self.context) else { return };
        let stands = receipt.outcome == Outcome::Done;
        if stands && action.on_content {
            receipt.message = m::OUTCOME_STANDS_STILL.plain();
        } else if let Some(process) = action.target.process_id() {
            match self.machine.resume_process(&process) {
                Ok(()) if stands => {
                    (receipt.outcome, receipt.message) = (Outcome::Failed, m::OUTCOME_RESUMED.plain());
                    let (action, error) = (action.id.clone(), receipt.message.id.clone());
                    // Where the journal cannot be written any more, the receipt alone tells.
                    let _ = self.case.note(self.machine, Event::Failed { action, error });
                }
                // A call that failed may have stopped it all the same; now it did not.
                Ok(()) => return,
                Err(error) => {
                    receipt.message = m::OUTCOME_NOT_RESUMED.with([error.to_string().into()]);
                }
            }
        }
        self.watcher.done(receipt);
    }

    fn until_stopped(&mut self, actions: &[Action]) -> (Vec<ActionReceipt>, Option<Message>) {
        let mut receipts = Vec::new();
        for action in actions {
            let end = match self.attempt(action) {
                Ok(end) | Err(end) => end,
            };
            let mut receipt = ActionReceipt::new(action, end.outcome, end.message);
            let saved = self.case.records.get(&action.id).and_then(|record| record.saved.as_ref());
            receipt.backup = saved.map(|saved| saved.name.clone());
            if receipt.message.id == m::OUTCOME_DONE.id && saved.is_some_and(|saved| saved.without_mof) {
                receipt.message = m::OUTCOME_DONE_NO_MOF.plain();
            }
            self.watcher.done(&receipt);
            receipts.push(receipt);
            if let Some(stop) = end.stop {
                return (receipts, Some(stop.message));
            }
            // Whoever asked for the ways in to be shut does not want to clean while they are open.
            if action.verb == Verb::Contain && !end.outcome.is_settled() && !self.options.unpatched {
                return (receipts, Some(m::STOP_NOT_CONTAINED.plain()));
            }
        }
        (receipts, None)
    }

    fn attempt(&mut self, action: &Action) -> Flow<Ended> {
        let now = read(self.machine, &action.target, &self.context).map_err(|error| failed(&error))?;
        let (before, begun) = self.before(action, now.as_ref())?;
        let is_proven = self.case.records.get(&action.id).is_some_and(|record| record.proven);
        match self.standing(action, &before, now.as_ref())? {
            // Windows counts: who is suspended twice has to be resumed twice.
            Standing::NotDone if action.verb == Verb::Suspend && is_proven => {
                return Err(ended(Outcome::AsItShould, m::OUTCOME_ALREADY.plain()));
            }
            Standing::NotDone | Standing::Half => {}
            Standing::Other => return Err(ended(Outcome::Refused, m::OUTCOME_OTHER.plain())),
            // What an earlier run did and could not say any more.
            stands @ (Standing::Done | Standing::AtRestart) if begun => {
                return Ok(self.proven(action, stands, m::OUTCOME_DONE.plain()));
            }
            Standing::AtRestart => return Err(ended(Outcome::AtRestart, m::OUTCOME_AT_RESTART.plain())),
            Standing::Done => return Err(ended(Outcome::AsItShould, m::OUTCOME_ALREADY.plain())),
        }
        self.allowed(action, now.as_ref())?;
        if self.options.yes && !action.on_content {
            return Err(ended(Outcome::Refused, m::REFUSE_NOT_ON_CONTENT.plain()));
        }
        if !self.options.yes && !self.watcher.confirm(action) {
            return Err(ended(Outcome::Refused, m::REFUSE_NOT_CONFIRMED.plain()));
        }
        if !begun {
            self.back_up(action, &before)?;
        }
        // What ends from here on is told by the journal, too.
        match self.act(action, &before, begun) {
            Err(mut end)
                if end.stop.is_none()
                    && matches!(end.outcome, Outcome::Failed | Outcome::Refused | Outcome::Unknown) =>
            {
                let event = Event::Failed { action: action.id.clone(), error: end.message.id.clone() };
                end.stop = self.case.note(self.machine, event).err();
                Err(end)
            }
            other => other,
        }
    }

    /// The object as it was before the action, and whether an earlier run has begun it: then the backup tells, not what is left.
    fn before(&mut self, action: &Action, now: Option<&Object>) -> Flow<(Object, bool)> {
        if let Some(saved) = self.case.records.get(&action.id).and_then(|record| record.saved.clone()) {
            let loaded = self.case.load(self.machine, &saved);
            return loaded
                .map(|(before, _)| (before, true))
                .map_err(|message| ended(Outcome::Failed, message));
        }
        match now {
            Some(now) => Ok((now.clone(), false)),
            None if makes_anew(action.verb, &action.target) => Ok((Object::Nothing, false)),
            None => Err(ended(Outcome::AsItShould, m::OUTCOME_ABSENT.plain())),
        }
    }

    fn standing(&self, action: &Action, before: &Object, now: Option<&Object>) -> Flow<Standing> {
        standing(self.machine, action, before, now, &self.context).map_err(|error| failed(&error))
    }

    /// Whether nothing speaks against the action, with the object as it is now.
    fn allowed(&self, action: &Action, now: Option<&Object>) -> Flow<()> {
        let Some(now) = now else { return Ok(()) };
        match checks::refusal(self.machine, action, now, &self.context, None) {
            Ok(None) => Ok(()),
            Ok(Some(why)) => Err(match crate::critical::at_restart(&self.case.plan.actions, &why) {
                Some(message) => ended(Outcome::AtRestart, message),
                None => ended(Outcome::Refused, why),
            }),
            Err(error) => Err(failed(&error)),
        }
    }

    fn back_up(&mut self, action: &Action, before: &Object) -> Flow<()> {
        self.note(Event::Intent { action: Box::new(action.clone()) })?;
        match self.case.save(self.machine, action, before) {
            Ok(saved) => self.note(Event::BackedUp { action: action.id.clone(), saved }),
            Err(message) => {
                self.note(Event::Failed { action: action.id.clone(), error: message.id.clone() })?;
                Err(ended(Outcome::Failed, message))
            }
        }
    }

    /// The object and the precondition once more, the action, and the proof.
    fn act(&mut self, action: &Action, before: &Object, begun: bool) -> Flow<Ended> {
        let now = read(self.machine, &action.target, &self.context).map_err(|error| failed(&error))?;
        match self.standing(action, before, now.as_ref())? {
            // What this run has not begun somebody else has half done since the backup.
            Standing::Half if !begun && action.verb == Verb::Disable => {
                return Err(ended(Outcome::Refused, m::OUTCOME_OTHER.plain()));
            }
            Standing::NotDone | Standing::Half => self.allowed(action, now.as_ref())?,
            Standing::Other => return Err(ended(Outcome::Refused, m::OUTCOME_OTHER.plain())),
            // Somebody else did it between the backup and now.
            stands @ (Standing::Done | Standing::AtRestart) => {
                return Ok(self.proven(action, stands, m::OUTCOME_ALREADY.plain()));
            }
        }
        let performed = perform(self.machine, action, now.as_ref().unwrap_or(before), &self.context);
        // A call can fail and have worked all the same, so the machine is asked, not the call.
        let proof = read(self.machine, &action.target, &self.context)
            .and_then(|now| standing(self.machine, action, before, now.as_ref(), &self.context));
        let noted = match &performed {
            Ok(()) => self.case.note(self.machine, Event::Done { action: action.id.clone() }).err(),
            Err(_) => None,
        };
        let mut end = match (proof, performed) {
            (Ok(stands @ (Standing::Done | Standing::AtRestart)), performed) if noted.is_none() => {
                let message = match performed {
                    Ok(()) => m::OUTCOME_DONE.plain(),
                    Err(error) => m::OUTCOME_DONE_DESPITE.with([error.to_string().into()]),
                };
                return Ok(self.proven(action, stands, message));
            }
            (Ok(Standing::AtRestart), _) => ended(Outcome::AtRestart, m::OUTCOME_AT_RESTART.plain()),
            (Ok(Standing::Done), _) => ended(Outcome::Done, m::OUTCOME_DONE.plain()),
            // Whether threads stand still cannot be read: the machine's word is all there is.
            (Ok(Standing::NotDone), Ok(())) if action.verb == Verb::Suspend => match noted {
                None => return Ok(self.proven(action, Standing::Done, m::OUTCOME_DONE.plain())),
                Some(_) => ended(Outcome::Done, m::OUTCOME_DONE.plain()),
            },
            (Ok(_), Err(error)) => failed(&error),
            (Ok(_), Ok(())) => ended(Outcome::Failed, m::OUTCOME_UNPROVEN.plain()),
            (Err(error), _) => ended(Outcome::Unknown, m::OUTCOME_UNKNOWN.with([error.to_string().into()])),
        };
        end.stop = noted;
        Err(end)
    }

    /// A re-reading has proven the action.
    fn proven(&mut self, action: &Action, stands: Standing, message: Message) -> Ended {
        let at_restart = stands == Standing::AtRestart || action.at_reboot;
        let (outcome, message) = if at_restart {
            (Outcome::AtRestart, m::OUTCOME_AT_RESTART.plain())
        } else {
            (Outcome::Done, message)
        };
        let stop =
            self.case.note(self.machine, Event::Proven { action: action.id.clone(), at_restart }).err();
        Ended { outcome, message, stop }
    }

    fn note(&mut self, event: Event) -> Flow<()> {
        self.case.note(self.machine, event).map_err(stopped)
    }
}
