//! Hardening: a value or a service set up as the facts say. A plan names what is set and never to what.

use crate::messages as m;
use crate::object::{Context, DELAY, DISABLED, Object};
use crate::plan::{Plan, Target, Verb};
use evidence::Message;
use intel::hardening::{ServiceChange, ToSet};
use machine::{Key, Machine, MachineMut, RegistryData, Result, ServiceConfig};

/// What hardening makes of a service is in these values.
const OF_START: [&str; 3] = ["Start", "DependOnService", DELAY];

/// What the object is when it is hardened; `None` where no fact says so. What is as it should be already stays as it is.
pub(crate) fn hardened(target: &Target, before: &Object, context: &Context) -> Option<Object> {
    let hardening = context.intel.hardening();
    match (target, before) {
        (Target::RegistryValue { key, name }, before) => {
            let (value, set) = hardening.to_set(key, name)?;
            let wanted = match set {
                ToSet::Number(number) => RegistryData::dword(*number),
                ToSet::Text(text) => RegistryData::string(text),
            };
            let data = match before {
                Object::RegistryValue { data, .. } if is_good(&value.good, data) => data.clone(),
                _ => wanted,
            };
            Some(Object::RegistryValue { data, key_security: None })
        }
        (Target::Service { name }, Object::Service(config)) => {
            Some(Object::Service(Box::new(set_up(config, hardening.service(name)?))))
        }
        _ => None,
    }
}

fn is_good(good: &intel::hardening::Test, data: &RegistryData) -> bool {
    let text = data.text().or_else(|| data.number().map(|number| number.to_string()));
    text.is_some_and(|text| good.holds(&text) == Some(true))
}

fn set_up(config: &ServiceConfig, change: &ServiceChange) -> ServiceConfig {
    let mut config = config.clone();
    if let Some(start) = change.start {
        config.service.start = config.service.start.map(|own| own.max(start));
    }
    if let Some(other) = &change.without {
        config.depends_on.retain(|own| !own.eq_ignore_ascii_case(other));
    }
    config
}

/// Whether the object is what it is when it is hardened.
pub(crate) fn is(now: &Object, wanted: &Object) -> bool {
    match (now, wanted) {
        (Object::RegistryValue { data: now, .. }, Object::RegistryValue { data: wanted, .. }) => {
            now == wanted
        }
        (Object::Service(now), Object::Service(wanted)) => plain(now) == plain(wanted),
        _ => false,
    }
}

/// The configuration without what the manager writes when a service is set up, and without whether it runs.
fn plain(config: &ServiceConfig) -> ServiceConfig {
    let mut config = config.clone();
    config.service.running = None;
    config.values.retain(|(_, value)| !OF_START.iter().any(|own| own.eq_ignore_ascii_case(&value.name)));
    config
}

/// Hardens the object; `None` where no fact says how.
pub(super) fn perform(
    machine: &mut dyn MachineMut,
    target: &Target,
    before: &Object,
    context: &Context,
) -> Option<Result<()>> {
    match (target, before, hardened(target, before, context)?) {
        (Target::RegistryValue { name, .. }, before, Object::RegistryValue { data: wanted, .. }) => {
            let expected = match before {
                Object::RegistryValue { data, .. } => Some(data),
                _ => None,
            };
            Some(machine.set_registry_value(&target.registry_key()?, name, expected, &wanted))
        }
        (Target::Service { name }, Object::Service(before), Object::Service(wanted)) => {
            Some(if before.depends_on == wanted.depends_on {
                machine.set_service_start(name, wanted.service.start?)
            } else {
                machine.set_service_dependencies(name, &before.depends_on, &wanted.depends_on)
            })
        }
        _ => None,
    }
}

/// Why the service does not get back what it depended on: it would not start, as one of those is disabled or gone.
pub(crate) fn undo_refusal(
    machine: &dyn Machine,
    before: &Object,
    now: Option<&Object>,
) -> Result<Option<Message>> {
    let (Object::Service(before), Some(Object::Service(now))) = (before, now) else { return Ok(None) };
    let is_new = |name: &&String| !now.depends_on.iter().any(|own| own.eq_ignore_ascii_case(name));
    // A plus stands before the name of a group, which is no service.
    for name in before.depends_on.iter().filter(is_new).filter(|name| !name.starts_with('+')) {
        let can_start = machine.service(name)?.is_some_and(|config| config.service.start != Some(DISABLED));
        if !can_start {
            return Ok(Some(m::UNDO_NEEDS.with([name.as_str().into()])));
        }
    }
    Ok(None)
}

/// Lets a service that started a little later do so again.
pub(super) fn put_delay_back(machine: &mut dyn MachineMut, name: &str, before: &ServiceConfig) -> Result<()> {
    let is_own = |key: &Key, value: &str| {
        value.eq_ignore_ascii_case(DELAY)
            && key.0.rsplit('\\').next().is_some_and(|last| last.eq_ignore_ascii_case(name))
    };
    let Some((key, value)) = before.values.iter().find(|(key, value)| is_own(key, &value.name)) else {
        return Ok(());
    };
    let now = machine.registry_key(key)?.and_then(|found| found.value(DELAY).cloned());
    if now.as_ref() == Some(&value.data) {
        return Ok(());
    }
    machine.set_registry_value(key, &value.name, now.as_ref(), &value.data)
}

/// Why the service is not set up so: no fact says it, or another would not start any more. `planned` is the plan in a dry run: what it lets
/// depend on the service no more stands in the way of nothing.
pub(crate) fn refusal(
    machine: &dyn Machine,
    name: &str,
    context: &Context,
    planned: Option<&Plan>,
) -> Result<Option<Message>> {
    let hardening = context.intel.hardening();
    let Some(change) = hardening.service(name) else { return Ok(Some(m::REFUSE_VERB.plain())) };
    if change.start != Some(DISABLED) {
        return Ok(None);
    }
    let goes_before = |other: &str| {
        planned.is_some_and(|plan| {
            plan.actions.iter().any(|action| {
                let is_other =
                    matches!(&action.target, Target::Service { name } if name.eq_ignore_ascii_case(other));
                let without = hardening.service(other).and_then(|change| change.without.as_deref());
                action.verb == Verb::Harden
                    && is_other
                    && without.is_some_and(|without| without.eq_ignore_ascii_case(name))
            })
        })
    };
    for other in machine.services()? {
        let Some(config) = machine.service(&other)? else { continue };
        let needs = config.depends_on.iter().any(|own| own.eq_ignore_ascii_case(name));
        if needs && config.service.start != Some(DISABLED) && !goes_before(&other) {
            return Ok(Some(m::REFUSE_NEEDED.with([name.into(), other.into()])));
        }
    }
    Ok(None)
}
