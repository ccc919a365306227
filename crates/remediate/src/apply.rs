//! Applying a plan: for every action a complete backup that is read back, the precondition read again, the action, and a re-reading that
//! proves it; the journal is written ahead of each.

mod checks;
#[cfg(test)]
mod faults;
mod session;
#[cfg(test)]
pub(crate) mod test_support;
#[cfg(test)]
mod tests;

use crate::case::{Case, CaseDir, Event, Record, require_protected};
use crate::change::{Standing, standing};
use crate::messages as m;
use crate::object::{Context, Object, read};
use crate::plan::{Action, Plan, Precondition, Target, Verb, backup_words, check_word};
use crate::receipt::{ActionReceipt, Outcome, Receipt, Run, Stop};
use detect::assessment::State;
use evidence::Message;
use intel::Intel;
use machine::{Facts, Machine, MachineMut};
use session::Session;
use std::collections::BTreeMap;
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
    let actions: Vec<_> = contain(options).chain(plan.actions.iter().cloned()).collect();
    if !options.apply {
        return Ok(dry_run(machine, intel, &facts, plan, &actions, started, options));
    }
    let mut case = Case::create(machine, case, plan)?;
    let mut session =
        Session { machine, case: &mut case, context: Context { facts: &facts, intel }, options, watcher };
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
    may_begin(machine, &facts, &case.plan, &contained(options, &case))?;
    let started = machine.now();
    let begun = case.order.iter().filter_map(|id| case.records.get(id)).map(|record| record.action.clone());
    let mut actions: Vec<_> = begun.filter(|action| action.verb == Verb::Contain).collect();
    actions.extend(contain(options).filter(|action| !case.records.contains_key(&action.id)));
    actions.extend(case.plan.actions.iter().cloned());
    actions.retain(|action| !case.records.get(&action.id).is_some_and(|record| record.undone));
    if !options.apply {
        actions.retain(|action| !case.records.get(&action.id).is_some_and(|record| record.proven));
        return Ok(dry_run(machine, intel, &facts, &case.plan, &actions, started, options));
    }
    case.note(machine, Event::Opened { run: Run::Resume })?;
    let mut session =
        Session { machine, case: &mut case, context: Context { facts: &facts, intel }, options, watcher };
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
    may_begin(machine, &facts, &case.plan, &contained(options, &case))?;
    if !case.verified {
        return Err(Stop::new(m::STOP_NOT_VERIFIED.plain()));
    }
    let started = machine.now();
    let context = Context { facts: &facts, intel };
    let disabled = case
        .records
        .values()
        .filter(|record| record.proven && !record.undone && record.action.verb == Verb::Disable);
    let (mut actions, mut refused) = (Vec::new(), Vec::new());
    for record in disabled {
        let target = record.action.target.clone();
        let mut action = Action {
            id: Action::id_of(Verb::Remove, &target),
            verb: Verb::Remove,
            precondition: Precondition::default(),
            backup: backup_words(Verb::Remove, &target),
            check: check_word(Verb::Remove).to_owned(),
            target,
            ..record.action.clone()
        };
        match as_it_was_left(machine, &case, record, &context) {
            Ok(fields) => {
                action.precondition.fields = fields;
                actions.push(action);
            }
            Err(why) => refused.push(ActionReceipt::new(&action, Outcome::Refused, why)),
        }
    }
    if !options.apply {
        let mut receipt = dry_run(machine, intel, &facts, &case.plan, &actions, started, options);
        receipt.actions.extend(refused);
        return Ok(receipt);
    }
    case.note(machine, Event::Opened { run: Run::Purge })?;
    let mut session =
        Session { machine, case: &mut case, context: Context { facts: &facts, intel }, options, watcher };
    let (mut receipts, stopped) = session.run(&actions);
    for receipt in &refused {
        watcher.done(receipt);
    }
    receipts.extend(refused);
    Ok(finish(machine, &case, Run::Purge, started, receipts, stopped))
}

/// The fields of what the case disabled, where it still is what the backup has, and disabled; nothing where it is gone. Else it is another
/// by now, or somebody wants it: it is not the one that the verification saw.
fn as_it_was_left(
    machine: &dyn Machine,
    case: &Case,
    record: &Record,
    context: &Context,
) -> Result<BTreeMap<String, String>, Message> {
    let failed = |error: machine::Error| m::OUTCOME_FAILED.with([error.to_string().into()]);
    let Some(saved) = &record.saved else { return Err(m::REFUSE_NOT_DISABLED.plain()) };
    let (before, _) = case.load(machine, saved)?;
    let Some(now) = read(machine, &record.action.target, context).map_err(failed)? else {
        return Ok(BTreeMap::new());
    };
    // Whoever may change a task by now may have other plans with it.
    if let (Object::Task(was), Object::Task(is)) = (&before, &now)
        && was.security != is.security
    {
        return Err(m::REFUSE_NOT_DISABLED.plain());
    }
    match standing(machine, &record.action, &before, Some(&now), context).map_err(failed)? {
        Standing::Done => Ok(now.fields()),
        _ => Err(m::REFUSE_NOT_DISABLED.plain()),
    }
}

/// Whether a run may begin on this machine, whatever the plan: so that nobody waits for a plan that is not carried out.
///
/// # Errors
/// [`Stop`] where it may not.
pub fn ready(machine: &dyn Machine, options: &Options) -> Result<(), Stop> {
    let facts = machine.facts().map_err(|error| Stop::machine(&error))?;
    may_run(machine, &facts, options)
}

/// Why applying this plan with these options would not begin; `None` where it would. For a dry run, which begins always.
pub fn obstacle(machine: &dyn Machine, plan: &Plan, options: &Options) -> Option<Stop> {
    let asked = Options { apply: true, ..options.clone() };
    let begins = machine
        .facts()
        .map_err(|error| Stop::machine(&error))
        .and_then(|facts| may_begin(machine, &facts, plan, &asked));
    begins.err()
}

/// The action that shuts the ways in, where that was asked for.
fn contain(options: &Options) -> impl Iterator<Item = Action> {
    let allowed = options.contain.as_deref();
    allowed.map(|allowed| crate::contain::action(allowed, m::REASON_CONTAIN.plain())).into_iter()
}

/// The options for a case whose machine an earlier run has contained.
fn contained(options: &Options, case: &Case) -> Options {
    let is_contained =
        case.records.values().any(|record| record.action.verb == Verb::Contain && record.proven);
    let contain = options.contain.clone().or_else(|| is_contained.then(Vec::new));
    Options { contain, ..options.clone() }
}

/// What the machine and the options alone say to a run.
fn may_run(machine: &dyn Machine, facts: &Facts, options: &Options) -> Result<(), Stop> {
    let refuse = |message: Message| Err(Stop::new(message));
    if facts.redirected {
        return refuse(m::STOP_REDIRECTED.plain());
    }
    if !options.apply {
        return Ok(());
    }
    if let Some(library) = facts.beside.first() {
        return refuse(m::STOP_LIBRARY.with([library.as_str().into()]));
    }
    if !facts.elevated {
        return refuse(m::STOP_NOT_ELEVATED.plain());
    }
    if facts.domain_controller && !options.domain_controller {
        return refuse(m::STOP_DOMAIN_CONTROLLER.plain());
    }
    options.trusted.iter().try_for_each(|path| require_protected(machine, path))
}

/// Whether a run may begin at all.
pub(crate) fn may_begin(
    machine: &dyn Machine,
    facts: &Facts,
    plan: &Plan,
    options: &Options,
) -> Result<(), Stop> {
    let wanted = plan.host.id.0.trim();
    let host = &facts.host;
    let is_this = host.id.0.eq_ignore_ascii_case(wanted)
        || host.names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    if !is_this {
        let hosts = [plan.host.name.as_str().into(), host.name.as_str().into()];
        return Err(Stop::new(m::STOP_OTHER_HOST.with(hosts)));
    }
    may_run(machine, facts, options)?;
    if options.apply && plan.patch == State::Act && !options.unpatched && options.contain.is_none() {
        return Err(Stop::new(m::STOP_UNPATCHED.plain()));
    }
    Ok(())
}

/// The receipt of a dry run of these actions.
fn dry_run(
    machine: &dyn Machine,
    intel: &Intel,
    facts: &Facts,
    plan: &Plan,
    actions: &[Action],
    started: jiff::Timestamp,
    options: &Options,
) -> Receipt {
    let context = Context { facts, intel };
    let actions = actions.iter().map(|action| {
        let (outcome, message) = forecast(machine, plan, action, &context, options)
            .unwrap_or_else(|error| (Outcome::Failed, m::OUTCOME_FAILED.with([error.to_string().into()])));
        ActionReceipt::new(action, outcome, message)
    });
    Receipt::of_dry_run(plan, actions.collect(), started, machine.now())
}

/// What would become of an action.
fn forecast(
    machine: &dyn Machine,
    plan: &Plan,
    action: &Action,
    context: &Context,
    options: &Options,
) -> machine::Result<(Outcome, Message)> {
    let planned = (Outcome::Planned, m::OUTCOME_PLANNED.plain());
    let Some(found) = read(machine, &action.target, context)? else {
        return Ok(if crate::change::makes_anew(action.verb, &action.target) {
            planned
        } else {
            (Outcome::AsItShould, m::OUTCOME_ABSENT.plain())
        });
    };
    match standing(machine, action, &found, Some(&found), context)? {
        Standing::Done => return Ok((Outcome::AsItShould, m::OUTCOME_ALREADY.plain())),
        Standing::AtRestart => return Ok((Outcome::AtRestart, m::OUTCOME_AT_RESTART.plain())),
        Standing::NotDone | Standing::Half | Standing::Other => {}
    }
    Ok(match checks::refusal(machine, action, &found, context, Some(plan))? {
        Some(why) => match crate::critical::at_restart(&plan.actions, &why) {
            Some(message) => (Outcome::Planned, message),
            None => (Outcome::Refused, why),
        },
        None if options.yes && !action.on_content => (Outcome::Refused, m::REFUSE_NOT_ON_CONTENT.plain()),
        None => planned,
    })
}

/// What applying a plan would do, without the machine that it is for: nothing is looked at, so nothing is said of how things are.
pub fn preview(plan: &Plan, options: &Options, now: jiff::Timestamp) -> Receipt {
    let actions = contain(options).chain(plan.actions.iter().cloned());
    let receipts = actions.map(|action| {
        if options.yes && !action.on_content {
            return ActionReceipt::new(&action, Outcome::Refused, m::REFUSE_NOT_ON_CONTENT.plain());
        }
        ActionReceipt::new(&action, Outcome::Planned, m::OUTCOME_UNSEEN.plain())
    });
    Receipt::of_dry_run(plan, receipts.collect(), now, now)
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

/// Whether a filter is the target.
pub(crate) fn is_filter(target: &Target) -> bool {
    matches!(target, Target::WmiInstance { class, .. } if class.eq_ignore_ascii_case(evidence::wmi::schema::EVENT_FILTER))
}
