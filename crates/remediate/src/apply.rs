//! Applying a plan: for every action a complete backup that is read back, the precondition read again, the action, and a re-reading that
//! proves it; the journal is written ahead of each.

mod checks;
#[cfg(test)]
mod tests;

use crate::case::{Case, CaseDir, Event, Run, require_protected};
use crate::change::{Standing, perform, standing};
use crate::messages as m;
use crate::object::{Context, Object, read};
use crate::plan::{Action, Plan, Precondition, Target, Verb, backup_words, check_word};
use crate::receipt::{ActionReceipt, Outcome, Receipt, Stop};
use detect::assessment::State;
use evidence::Message;
use intel::Intel;
use machine::{Facts, Machine, MachineMut};
use std::net::IpAddr;

/// The person who watches, or a program in their place.
pub trait Watcher {
    /// Whether the action may be done. Asked right before it, where `yes` was not said.
    fn confirm(&mut self, action: &Action) -> bool;

    /// Told what became of each action.
    fn done(&mut self, _receipt: &ActionReceipt) {}
}

/// Nobody watches: nothing is confirmed.
impl Watcher for () {
    fn confirm(&mut self, _action: &Action) -> bool {
        false
    }
}

/// What was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Options {
    /// Whether to change anything; else it is a dry run.
    pub apply: bool,
    /// Whether nobody is to be asked: only what the content speaks for is done then.
    pub yes: bool,
    /// Whether to go on though the machine is not patched.
    pub unpatched: bool,
    /// Whether to shut the ways in first, and for which addresses they stay open.
    pub contain: Option<Vec<IpAddr>>,
    /// Whether to go on though the machine is a domain controller, which should be rebuilt.
    pub domain_controller: bool,
    /// The files that the run trusts: the plan, baselines. Nobody but administrators may be able to change them.
    pub trusted: Vec<String>,
}

/// Applies a plan to the machine it is for, in a new case folder.
///
/// Without [`Options::apply`] nothing is changed, and the receipt says what would be done.
///
/// # Errors
/// [`Stop`] where the run did not begin. Once it has begun there is always a receipt, and it says where the run stopped.
pub fn apply(
    machine: &mut dyn MachineMut,
    intel: &Intel,
    plan: &Plan,
    case: &CaseDir,
    options: &Options,
    watcher: &mut dyn Watcher,
) -> Result<Receipt, Stop> {
    plan.validate().map_err(|error| Stop::new(m::STOP_PLAN.with([error.to_string().into()])))?;
    let facts = machine.facts().map_err(|error| Stop::machine(&error))?;
    may_begin(machine, &facts, plan, options)?;
    let started = machine.now();
    if !options.apply {
        return Ok(dry_run(machine, intel, &facts, plan, started, options));
    }
    let mut case = Case::create(machine, case, plan)?;
    let contain =
        options.contain.as_deref().map(|allowed| crate::contain::action(allowed, m::STOP_UNPATCHED.plain()));
    let actions: Vec<_> = contain.into_iter().chain(plan.actions.iter().cloned()).collect();
    let mut session = Session { machine, case: &mut case, facts: &facts, intel, options, watcher };
    let (receipts, stopped) = session.run(&actions);
    Ok(finish(machine, &case, Run::Apply, started, receipts, stopped))
}

/// Carries on a run that was cut off: what was begun is finished or found done, then the rest of the plan is done.
///
/// # Errors
/// As [`apply`].
pub fn resume(
    machine: &mut dyn MachineMut,
    intel: &Intel,
    case: &CaseDir,
    options: &Options,
    watcher: &mut dyn Watcher,
) -> Result<Receipt, Stop> {
    let mut case = Case::open(machine, case)?;
    let facts = machine.facts().map_err(|error| Stop::machine(&error))?;
    may_begin(machine, &facts, &case.plan, options)?;
    let started = machine.now();
    case.note(machine, Event::Opened { run: Run::Resume })?;
    let begun = case.order.iter().filter_map(|id| case.records.get(id)).map(|record| record.action.clone());
    let mut actions: Vec<_> = begun.filter(|action| action.verb == Verb::Contain).collect();
    actions.extend(case.plan.actions.iter().cloned());
    actions.retain(|action| !case.records.get(&action.id).is_some_and(|record| record.undone));
    let mut session = Session { machine, case: &mut case, facts: &facts, intel, options, watcher };
    let (receipts, stopped) = session.run(&actions);
    Ok(finish(machine, &case, Run::Resume, started, receipts, stopped))
}

/// Removes the tasks and services that the case disabled. Their stored passwords are lost for good, so it asks for a verification that
/// passed and nothing done since.
///
/// # Errors
/// As [`apply`].
pub fn purge(
    machine: &mut dyn MachineMut,
    intel: &Intel,
    case: &CaseDir,
    options: &Options,
    watcher: &mut dyn Watcher,
) -> Result<Receipt, Stop> {
    let mut case = Case::open(machine, case)?;
    let facts = machine.facts().map_err(|error| Stop::machine(&error))?;
    may_begin(machine, &facts, &case.plan, options)?;
    if !case.verified {
        return Err(Stop::new(m::STOP_NOT_VERIFIED.plain()));
    }
    let started = machine.now();
    let context = Context { facts: &facts, intel };
    let disabled =
        case.records.values().filter(|record| record.proven && record.action.verb == Verb::Disable);
    let mut actions = Vec::new();
    for record in disabled {
        let found = read(machine, &record.action.target, &context).map_err(|error| Stop::machine(&error))?;
        let fields = found.map(|object| object.fields()).unwrap_or_default();
        let target = record.action.target.clone();
        actions.push(Action {
            id: Action::id_of(Verb::Remove, &target),
            verb: Verb::Remove,
            precondition: Precondition { fields, unbound: false },
            backup: backup_words(Verb::Remove, &target),
            check: check_word(Verb::Remove).to_owned(),
            ..record.action.clone()
        });
    }
    case.note(machine, Event::Opened { run: Run::Purge })?;
    let mut session = Session { machine, case: &mut case, facts: &facts, intel, options, watcher };
    let (receipts, stopped) = session.run(&actions);
    Ok(finish(machine, &case, Run::Purge, started, receipts, stopped))
}

/// Whether a run may begin at all.
pub(crate) fn may_begin(
    machine: &dyn Machine,
    facts: &Facts,
    plan: &Plan,
    options: &Options,
) -> Result<(), Stop> {
    let refuse = |message: Message| Err(Stop::new(message));
    if facts.redirected {
        return refuse(m::STOP_REDIRECTED.plain());
    }
    let wanted = plan.host.id.0.trim();
    let host = &facts.host;
    let is_this = host.id.0.eq_ignore_ascii_case(wanted)
        || host.names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    if !is_this {
        return refuse(m::STOP_OTHER_HOST.with([plan.host.name.as_str().into(), host.name.as_str().into()]));
    }
    if !options.apply {
        return Ok(());
    }
    if !facts.elevated {
        return refuse(m::STOP_NOT_ELEVATED.plain());
    }
    if facts.domain_controller && !options.domain_controller {
        return refuse(m::STOP_DOMAIN_CONTROLLER.plain());
    }
    if plan.patch == State::Act && !options.unpatched && options.contain.is_none() {
        return refuse(m::STOP_UNPATCHED.plain());
    }
    options.trusted.iter().try_for_each(|path| require_protected(machine, path))
}

fn dry_run(
    machine: &dyn Machine,
    intel: &Intel,
    facts: &Facts,
    plan: &Plan,
    started: jiff::Timestamp,
    options: &Options,
) -> Receipt {
    let context = Context { facts, intel };
    let actions = plan.actions.iter().map(|action| {
        let receipt = |outcome, message| ActionReceipt::new(action, outcome, message);
        match read(machine, &action.target, &context) {
            Err(error) => receipt(Outcome::Failed, m::OUTCOME_FAILED.with([error.to_string().into()])),
            Ok(None) => receipt(Outcome::AsItShould, m::OUTCOME_ABSENT.plain()),
            Ok(Some(found)) => match checks::refusal(machine, action, &found, &context, Some(plan)) {
                Err(error) => receipt(Outcome::Failed, m::OUTCOME_FAILED.with([error.to_string().into()])),
                Ok(Some(why)) => receipt(Outcome::Refused, why),
                Ok(None) if options.yes && !action.on_content => {
                    receipt(Outcome::Refused, m::REFUSE_NOT_ON_CONTENT.plain())
                }
                Ok(None) => receipt(Outcome::Planned, m::OUTCOME_PLANNED.plain()),
            },
        }
    });
    let actions = actions.collect();
    Receipt {
        schema: Receipt::SCHEMA.to_owned(),
        host: plan.host.clone(),
        run: Run::DryRun,
        case: None,
        started,
        finished: machine.now(),
        actions,
        stopped: None,
    }
}

/// The receipt of a run, written beside the journal. That it cannot be written is said in it, and changes nothing of what it says.
pub(crate) fn finish(
    machine: &mut dyn MachineMut,
    case: &Case,
    run: Run,
    started: jiff::Timestamp,
    actions: Vec<ActionReceipt>,
    stopped: Option<Message>,
) -> Receipt {
    let mut receipt = Receipt {
        schema: Receipt::SCHEMA.to_owned(),
        host: case.plan.host.clone(),
        run,
        case: Some(case.dir().path().to_owned()),
        started,
        finished: machine.now(),
        actions,
        stopped,
    };
    if let Err(stop) = case.write_receipt(machine, &receipt) {
        receipt.stopped = receipt.stopped.or(Some(stop.message));
    }
    receipt
}

/// A run in a case.
struct Session<'a> {
    machine: &'a mut dyn MachineMut,
    case: &'a mut Case,
    facts: &'a Facts,
    intel: &'a Intel,
    options: &'a Options,
    watcher: &'a mut dyn Watcher,
}

impl Session<'_> {
    /// Carries out the actions in order; stops where the journal cannot be written, for what is not announced is not done.
    fn run(&mut self, actions: &[Action]) -> (Vec<ActionReceipt>, Option<Message>) {
        let mut receipts = Vec::new();
        for action in actions {
            let (receipt, stopped) = self.carry_out(action);
            self.watcher.done(&receipt);
            receipts.push(receipt);
            if stopped.is_some() {
                return (receipts, stopped);
            }
        }
        (receipts, None)
    }

    fn carry_out(&mut self, action: &Action) -> (ActionReceipt, Option<Message>) {
        let mut receipt = ActionReceipt::new(action, Outcome::Failed, m::OUTCOME_UNPROVEN.plain());
        let result = self.attempt(action, &mut receipt);
        receipt.backup =
            self.case.records.get(&action.id).and_then(|r| r.saved.as_ref()).map(|saved| saved.name.clone());
        (receipt, result.err().map(|stop| stop.message))
    }

    /// Everything about one action. What became of it goes into the receipt at once, so that it is true whenever this stops.
    fn attempt(&mut self, action: &Action, receipt: &mut ActionReceipt) -> Result<(), Stop> {
        let context = Context { facts: self.facts, intel: self.intel };
        let mut settle = |outcome, message| (receipt.outcome, receipt.message) = (outcome, message);
        let now = match read(self.machine, &action.target, &context) {
            Ok(now) => now,
            Err(error) => {
                settle(Outcome::Failed, m::OUTCOME_FAILED.with([error.to_string().into()]));
                return Ok(());
            }
        };

        // What an earlier run began is judged by its backup, not by what is left of the object.
        let earlier = self.case.records.get(&action.id).and_then(|record| record.saved.clone());
        let (before, go_on) = match earlier {
            Some(saved) => match self.case.load(self.machine, &saved) {
                Ok((before, _)) => (before, true),
                Err(message) => {
                    settle(Outcome::Failed, message);
                    return Ok(());
                }
            },
            None => match (&now, action.verb) {
                (Some(now), _) => (now.clone(), false),
                (None, Verb::Contain) => (Object::Nothing, false),
                (None, _) => {
                    settle(Outcome::AsItShould, m::OUTCOME_ABSENT.plain());
                    return Ok(());
                }
            },
        };
        let stands = match standing(self.machine, action, &before, now.as_ref(), &context) {
            Ok(stands) => stands,
            Err(error) => {
                settle(Outcome::Failed, m::OUTCOME_FAILED.with([error.to_string().into()]));
                return Ok(());
            }
        };
        match stands {
            Standing::Done | Standing::AtRestart => {
                let at_restart = stands == Standing::AtRestart;
                let outcome = if at_restart { Outcome::AtRestart } else { Outcome::AsItShould };
                let found = if at_restart { m::OUTCOME_AT_RESTART } else { m::OUTCOME_ALREADY };
                if go_on {
                    let done = if at_restart { Outcome::AtRestart } else { Outcome::Done };
                    settle(done, if at_restart { m::OUTCOME_AT_RESTART } else { m::OUTCOME_DONE }.plain());
                    return self.note(Event::Proven { action: action.id.clone(), at_restart });
                }
                settle(outcome, found.plain());
                return Ok(());
            }
            Standing::Other => {
                settle(Outcome::Refused, m::OUTCOME_CHANGED.with(["*".into()]));
                return Ok(());
            }
            Standing::NotDone | Standing::Half => {}
        }
        if let Some(now) = &now {
            match checks::refusal(self.machine, action, now, &context, None) {
                Ok(None) => {}
                Ok(Some(why)) => {
                    settle(Outcome::Refused, why);
                    return Ok(());
                }
                Err(error) => {
                    settle(Outcome::Failed, m::OUTCOME_FAILED.with([error.to_string().into()]));
                    return Ok(());
                }
            }
        }
        if self.options.yes && !action.on_content {
            settle(Outcome::Refused, m::REFUSE_NOT_ON_CONTENT.plain());
            return Ok(());
        }
        if !self.options.yes && !self.watcher.confirm(action) {
            settle(Outcome::Refused, m::REFUSE_NOT_CONFIRMED.plain());
            return Ok(());
        }

        if !go_on {
            settle(Outcome::Failed, m::OUTCOME_FAILED.with(["".into()]));
            self.note(Event::Intent { action: Box::new(action.clone()) }).inspect_err(|stop| {
                receipt.message = stop.message.clone();
            })?;
            match self.case.save(self.machine, action, &before) {
                Ok(saved) => {
                    self.note(Event::BackedUp { action: action.id.clone(), saved }).inspect_err(|stop| {
                        receipt.message = stop.message.clone();
                    })?
                }
                Err(message) => {
                    receipt.message = message;
                    return self.note(Event::Failed {
                        action: action.id.clone(),
                        error: receipt.message.id.clone(),
                    });
                }
            }
        }
        self.act(action, &before, &context, receipt)
    }

    /// The precondition once more, the action, and the proof.
    fn act(
        &mut self,
        action: &Action,
        before: &Object,
        context: &Context,
        receipt: &mut ActionReceipt,
    ) -> Result<(), Stop> {
        let mut settle = |outcome, message| (receipt.outcome, receipt.message) = (outcome, message);
        let failed = |error: &machine::Error| m::OUTCOME_FAILED.with([error.to_string().into()]);
        let again = read(self.machine, &action.target, context)
            .and_then(|now| Ok((standing(self.machine, action, before, now.as_ref(), context)?, now)));
        match again {
            Ok((Standing::NotDone | Standing::Half, now)) => {
                let refusal = match &now {
                    Some(now) => checks::refusal(self.machine, action, now, context, None),
                    None => Ok(None),
                };
                match refusal {
                    Ok(None) => {}
                    Ok(Some(why)) => {
                        settle(Outcome::Refused, why);
                        return self.fail(action, receipt);
                    }
                    Err(error) => {
                        settle(Outcome::Failed, failed(&error));
                        return self.fail(action, receipt);
                    }
                }
            }
            Ok((Standing::Done, _)) => {
                settle(Outcome::AsItShould, m::OUTCOME_ALREADY.plain());
                return self.note(Event::Proven { action: action.id.clone(), at_restart: false });
            }
            Ok((Standing::AtRestart, _)) => {
                settle(Outcome::AtRestart, m::OUTCOME_AT_RESTART.plain());
                return self.note(Event::Proven { action: action.id.clone(), at_restart: true });
            }
            Ok((Standing::Other, _)) => {
                settle(Outcome::Refused, m::OUTCOME_CHANGED.with(["*".into()]));
                return self.fail(action, receipt);
            }
            Err(error) => {
                settle(Outcome::Failed, failed(&error));
                return self.fail(action, receipt);
            }
        }

        let performed = perform(self.machine, action, before, context);
        // A call can fail and have worked all the same, so the machine is asked, not the call.
        let proof = read(self.machine, &action.target, context)
            .and_then(|now| standing(self.machine, action, before, now.as_ref(), context));
        let noted = match &performed {
            Ok(()) => self.note(Event::Done { action: action.id.clone() }),
            Err(_) => Ok(()),
        };
        let error = performed.err();
        let despite = error.as_ref().map_or_else(
            || m::OUTCOME_DONE.plain(),
            |error| m::OUTCOME_DONE_DESPITE.with([error.to_string().into()]),
        );
        match (proof, error) {
            (Ok(Standing::Done), _) => {
                let at_restart = action.at_reboot;
                let outcome = if at_restart { Outcome::AtRestart } else { Outcome::Done };
                settle(outcome, if at_restart { m::OUTCOME_AT_RESTART.plain() } else { despite });
                noted?;
                self.note(Event::Proven { action: action.id.clone(), at_restart })
            }
            (Ok(Standing::AtRestart), _) => {
                settle(Outcome::AtRestart, m::OUTCOME_AT_RESTART.plain());
                noted?;
                self.note(Event::Proven { action: action.id.clone(), at_restart: true })
            }
            (Ok(Standing::NotDone), None) if action.verb == Verb::Suspend => {
                settle(Outcome::Done, despite);
                noted?;
                self.note(Event::Proven { action: action.id.clone(), at_restart: false })
            }
            (Ok(_), Some(error)) => {
                settle(Outcome::Failed, failed(&error));
                noted?;
                self.fail(action, receipt)
            }
            (Ok(_), None) => {
                settle(Outcome::Failed, m::OUTCOME_UNPROVEN.plain());
                noted?;
                self.fail(action, receipt)
            }
            (Err(error), _) => {
                settle(Outcome::Unknown, m::OUTCOME_UNKNOWN.with([error.to_string().into()]));
                noted?;
                self.fail(action, receipt)
            }
        }
    }

    fn fail(&mut self, action: &Action, receipt: &ActionReceipt) -> Result<(), Stop> {
        self.note(Event::Failed { action: action.id.clone(), error: receipt.message.id.clone() })
    }

    fn note(&mut self, event: Event) -> Result<(), Stop> {
        self.case.note(self.machine, event)
    }
}

/// Whether a filter is the target.
pub(crate) fn is_filter(target: &Target) -> bool {
    matches!(target, Target::WmiInstance { class, .. } if class.eq_ignore_ascii_case(evidence::wmi::schema::EVENT_FILTER))
}
