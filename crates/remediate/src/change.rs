//! Doing one action, proving it, and taking it back. No order, no journal, no questions: those are `apply` and `undo`.

pub(crate) mod harden;

use crate::hosts;
use crate::object::{Context, DISABLED, Object};
use crate::plan::{Action, Target, Verb};
use crate::stock_values::{self, Stock};
use crate::update::{self, Has};
use crate::{guard, stock_entry};
use evidence::wmi::schema;
use machine::{Error, Fault, Machine, MachineMut, RegistryData, Result, ServiceConfig};

/// How an action stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is done.
    Done,
    /// It is finished at the next start.
    AtRestart,
    /// It is not done, and the object is as it was.
    NotDone,
    /// It is half done: a service whose start was changed and whose failure actions were not.
    Half,
    /// The object is another than before.
    Other,
}

/// How the action stands, given what was there before and what is there now.
pub(crate) fn standing(
    machine: &dyn Machine,
    action: &Action,
    before: &Object,
    now: Option<&Object>,
    context: &Context,
) -> Result<Standing> {
    let untouched = |now: &Object| if before.same(now) { Standing::NotDone } else { Standing::Other };
    Ok(match (action.verb, now) {
        (Verb::End, Some(Object::Service(now))) if now.service.running != Some(true) => Standing::Done,
        (Verb::Disable, Some(now)) => match (is_disabled(now), before.same_but_for_start(now)) {
            (true, true) => Standing::Done,
            (_, false) => Standing::Other,
            (false, true) if before.same(now) => Standing::NotDone,
            // A task is switched off in one step: what else is other was changed by others.
            (false, true) if matches!(now, Object::Task(_)) => Standing::Other,
            (false, true) => Standing::Half,
        },
        (Verb::Reset, Some(now)) => match now {
            Object::RegistryValue { data, .. }
                if stock_choices(&action.target, context).iter().any(|stock| stock.data == *data) =>
            {
                Standing::Done
            }
            _ => untouched(now),
        },
        (Verb::Harden, Some(now)) => match harden::hardened(&action.target, before, context) {
            Some(wanted) if harden::is(now, &wanted) => Standing::Done,
            _ => untouched(now),
        },
        (Verb::Harden, None) if *before == Object::Nothing => Standing::NotDone,
        // Without the value the machine is neither as it was nor as it should be.
        (Verb::Reset | Verb::Harden, None) => Standing::Other,
        (Verb::Restore, Some(Object::StockEntry { present })) => {
            let whole = whole_entry(&action.target, context)?;
            match (before, present.len()) {
                (_, count) if count == whole => Standing::Done,
                (Object::StockEntry { present: before }, count) if before.len() == count => Standing::NotDone,
                _ => Standing::Half,
            }
        }
        (Verb::Patch, Some(Object::Update { update, packages: now })) => {
            let Object::Update { packages: before, .. } = before else { return Ok(Standing::Other) };
            match update::has(update, before, now) {
                Has::Yes => Standing::Done,
                Has::AtRestart => Standing::AtRestart,
                Has::No | Has::Leaving => Standing::NotDone,
            }
        }
        (Verb::Contain, Some(Object::Setting(now))) if **now == crate::contain::rule(now) => Standing::Done,
        (Verb::Contain, None) => Standing::NotDone,
        (Verb::Remove, Some(now)) if before.same(now) => match &action.target {
            Target::File { path }
                if machine.deleted_at_restart()?.iter().any(|own| own.eq_ignore_ascii_case(path)) =>
            {
                Standing::AtRestart
            }
            _ => Standing::NotDone,
        },
        (_, Some(now)) => untouched(now),
        (_, None) => Standing::Done,
    })
}

/// Whether a service or task starts no more.
pub(crate) fn is_disabled(object: &Object) -> bool {
    match object {
        Object::Service(config) => config.service.start == Some(DISABLED) && !acts_on_failure(config),
        Object::Task(task) => !task.enabled,
        _ => false,
    }
}

/// Whether something is set to follow when the service fails.
fn acts_on_failure(config: &ServiceConfig) -> bool {
    config.failure_actions.is_some() || config.service.failure_command.is_some()
}

/// What the versions of Windows ship in the value.
fn stock_choices(target: &Target, context: &Context) -> Vec<Stock> {
    match (target, target.registry_key()) {
        (Target::RegistryValue { name, .. }, Some(key)) => {
            stock_values::choices(&key, name, &context.facts.windows)
        }
        _ => Vec::new(),
    }
}

/// What this machine's Windows ships in the value: what it names is there, and Microsoft's. Another version, or an edition without a
/// desktop, has it otherwise, and would not start or log on with it.
pub(crate) fn stock_data(
    machine: &dyn Machine,
    target: &Target,
    context: &Context,
) -> Result<Option<RegistryData>> {
    for stock in stock_choices(target, context) {
        let fits = match &stock.file {
            None => true,
            Some(file) => match machine.signature(file) {
                Ok(signature) => guard::is_of_microsoft(&signature),
                Err(error) if matches!(error.fault, Fault::NotFound | Fault::Link { .. }) => false,
                Err(error) => return Err(error),
            },
        };
        if fits {
            return Ok(Some(stock.data));
        }
    }
    Ok(None)
}

/// Whether an action makes what is not there.
pub(crate) const fn makes_anew(verb: Verb, target: &Target) -> bool {
    matches!((verb, target), (Verb::Contain, _) | (Verb::Harden, Target::RegistryValue { .. }))
}

/// How many objects the entry has. An entry that is not known, such as one of a baseline that was not given this time, says nothing.
fn whole_entry(target: &Target, context: &Context) -> Result<usize> {
    let known = match target {
        Target::StockEntry { entry } => stock_entry::find(entry, context.intel),
        _ => None,
    };
    let parts = known.map(stock_entry::instances).filter(|parts| !parts.is_empty());
    parts
        .map(|parts| parts.len())
        .ok_or_else(|| Error::new("look for the baseline that has the entry", target.name(), Fault::NotFound))
}

/// Does the action to the object as it was read.
pub(crate) fn perform(
    machine: &mut dyn MachineMut,
    action: &Action,
    before: &Object,
    context: &Context,
) -> Result<()> {
    match (action.verb, &action.target, before) {
        (Verb::Suspend | Verb::End, Target::Process { .. }, _) => {
            let Some(process) = action.target.process_id() else { return Err(impossible(action)) };
            if action.verb == Verb::Suspend {
                machine.suspend_process(&process)
            } else {
                machine.end_process(&process)
            }
        }
        (Verb::End, Target::Service { name }, _) => machine.stop_service(name),
        (Verb::Disable, Target::Service { name }, Object::Service(config)) => {
            machine.set_service_start(name, DISABLED)?;
            if acts_on_failure(config) {
                machine.set_service_failure_actions(name, None, None)
            } else {
                Ok(())
            }
        }
        (Verb::Disable, Target::Task { path }, _) => machine.set_task_enabled(path, false),
        (Verb::Remove, _, Object::WmiInstance(found)) => machine.delete_wmi_instance(found),
        (Verb::Remove, _, Object::WmiClass(found)) => machine.delete_wmi_class(found),
        (Verb::Remove, _, Object::Service(found)) => machine.delete_service(found),
        (Verb::Remove, _, Object::Task(found)) => machine.delete_task(found),
        (
            Verb::Remove | Verb::Reset,
            Target::RegistryValue { name, .. },
            Object::RegistryValue { data, .. },
        ) => {
            let Some(key) = action.target.registry_key() else { return Err(impossible(action)) };
            if action.verb == Verb::Remove {
                return machine.delete_registry_value(&key, name, data);
            }
            match stock_data(machine, &action.target, context)? {
                Some(stock) => machine.set_registry_value(&key, name, Some(data), &stock),
                None => Err(impossible(action)),
            }
        }
        (Verb::Harden, target, before) => match harden::perform(machine, target, before, context) {
            Some(done) => done,
            None => Err(impossible(action)),
        },
        (Verb::Remove, Target::File { path }, Object::File { state, .. }) => {
            match machine.delete_file(path, &state.identity) {
                Err(error) if error.fault == Fault::InUse => machine.delete_at_restart(path, &state.identity),
                other => other,
            }
        }
        (Verb::Remove, Target::Setting { name, .. }, Object::HostsEntry { identity, bytes, .. }) => {
            machine.replace_file(&hosts::path(context.facts), identity, &hosts::without(bytes, name))
        }
        (Verb::Remove, _, Object::Setting(found)) => machine.delete_setting(found),
        (Verb::Contain, Target::Setting { .. }, _) => match crate::contain::setting(action) {
            Some(rule) => machine.put_setting(&rule),
            None => Err(impossible(action)),
        },
        (Verb::Patch, Target::Update { package, .. }, _) => {
            let sha256 = action.precondition.fields.get(update::SHA256).ok_or_else(|| impossible(action))?;
            machine.install_update(package, sha256)
        }
        (Verb::Restore, Target::StockEntry { entry }, Object::StockEntry { present }) => {
            let parts =
                stock_entry::find(entry, context.intel).map(stock_entry::instances).unwrap_or_default();
            let is_there = |class: &str| present.iter().any(|known| known.object.is_class(class));
            parts
                .iter()
                .filter(|part| !is_there(&part.object.class))
                .try_for_each(|part| machine.put_wmi_instance(part))
        }
        _ => Err(impossible(action)),
    }
}

/// The folders of which Windows starts everything at a logon, for all users or one.
const STARTUP: &str = r"\start menu\programs\startup\";

/// Whether taking the action back would let something start again, or forward connections again.
pub(crate) fn arms(action: &Action) -> bool {
    match (action.verb, &action.target) {
        (Verb::Disable | Verb::Reset | Verb::Suspend, _) | (Verb::Remove, Target::RegistryValue { .. }) => {
            true
        }
        (Verb::Remove, Target::File { path }) => path.to_lowercase().contains(STARTUP),
        (Verb::Remove, Target::Setting { setting, .. }) => setting == "portproxy",
        (Verb::Remove, Target::WmiInstance { class, .. }) => class.eq_ignore_ascii_case(schema::BINDING),
        _ => false,
    }
}

/// Puts the object back as it was. `now` is what is there: nothing, or what the action left.
pub(crate) fn put_back(
    machine: &mut dyn MachineMut,
    action: &Action,
    before: &Object,
    bytes: &[u8],
    now: Option<&Object>,
    context: &Context,
) -> Result<()> {
    match (&action.target, before, now) {
        (_, Object::WmiInstance(found), None) => machine.put_wmi_instance(found),
        (_, Object::WmiClass(found), None) => machine.put_wmi_class(found),
        (_, Object::Service(found), None) => machine.create_service(found),
        (_, Object::Task(found), None) => machine.register_task(found),
        (Target::Service { name }, Object::Service(found), Some(Object::Service(now))) => {
            put_service_back(machine, name, found, now)
        }
        (Target::Task { path }, Object::Task(found), Some(_)) => {
            machine.set_task_enabled(path, found.enabled)
        }
        (Target::RegistryValue { name, .. }, Object::RegistryValue { data, .. }, now) => {
            let Some(key) = action.target.registry_key() else { return Err(impossible(action)) };
            let expected = match now {
                Some(Object::RegistryValue { data, .. }) => Some(data),
                _ => None,
            };
            machine.set_registry_value(&key, name, expected, data)
        }
        (Target::RegistryValue { name, .. }, Object::Nothing, Some(Object::RegistryValue { data, .. })) => {
            let Some(key) = action.target.registry_key() else { return Err(impossible(action)) };
            machine.delete_registry_value(&key, name, data)
        }
        (Target::File { path }, Object::File { .. }, Some(_)) => machine.keep_at_restart(path),
        (Target::File { path }, Object::File { state, .. }, None) => machine.restore_file(path, state, bytes),
        (Target::Update { update, .. }, ..) => match update::number(update) {
            Some(number) => machine.remove_update(number),
            None => Err(impossible(action)),
        },
        (_, Object::Setting(found), None) => machine.put_setting(found),
        (Target::Setting { name, .. }, Object::HostsEntry { bytes, .. }, None) => {
            put_hosts_back(machine, name, bytes, context)
        }
        (_, Object::Nothing, Some(Object::Setting(now))) => machine.delete_setting(now),
        (Target::Process { .. }, _, Some(_)) => match action.target.process_id() {
            Some(process) => machine.resume_process(&process),
            None => Err(impossible(action)),
        },
        _ => Err(impossible(action)),
    }
}

fn put_service_back(
    machine: &mut dyn MachineMut,
    name: &str,
    before: &ServiceConfig,
    now: &ServiceConfig,
) -> Result<()> {
    let failure =
        |config: &ServiceConfig| (config.failure_actions.clone(), config.service.failure_command.clone());
    if failure(before) != failure(now) {
        let (actions, command) = failure(before);
        machine.set_service_failure_actions(name, actions.as_deref(), command.as_deref())?;
    }
    if before.depends_on != now.depends_on {
        machine.set_service_dependencies(name, &now.depends_on, &before.depends_on)?;
    }
    let Some(start) = before.service.start.filter(|_| before.service.start != now.service.start) else {
        return Ok(());
    };
    machine.set_service_start(name, start)?;
    harden::put_delay_back(machine, name, before)
}

/// The whole file as it was, where nothing but our own change lies between; else the lines that were taken out, at its end.
fn put_hosts_back(machine: &mut dyn MachineMut, name: &str, before: &[u8], context: &Context) -> Result<()> {
    let path = hosts::path(context.facts);
    let Some((state, now)) = hosts::read(machine, context.facts)? else {
        return Err(Error::new("replace the file", path, Fault::NotFound));
    };
    let restored = if hosts::without(before, name) == now {
        before.to_vec()
    } else {
        hosts::with_lines_of(&now, before, name)
    };
    machine.replace_file(&path, &state.identity, &restored)
}

fn impossible(action: &Action) -> Error {
    Error::new("do this to", action.target.name(), Fault::Unsupported)
}
