//! Whether the object that is there may be touched: what never is, and what the plan says it must be.

use super::is_filter;
use crate::messages as m;
use crate::object::{Context, Object, wmi_instances};
use crate::plan::{Action, Plan, Target, Verb};
use crate::{guard, stock_values};
use evidence::wmi::schema;
use evidence::{Message, WmiObject};
use machine::{Machine, Result, ServiceConfig, WmiClassDefinition, WmiInstance};

/// Why the action is not done to the object; `None` where nothing speaks against it.
///
/// `planned` is the plan in a dry run: what it removes first does not stand in the way of what it removes later.
pub(super) fn refusal(
    machine: &dyn Machine,
    action: &Action,
    found: &Object,
    context: &Context,
    planned: Option<&Plan>,
) -> Result<Option<Message>> {
    if let Some(never) = never(machine, action, found, context, planned)? {
        return Ok(Some(never));
    }
    if let Some(field) = found.differs_from(&action.precondition.fields) {
        return Ok(Some(m::OUTCOME_CHANGED.with([field.into()])));
    }
    if is_filter(&action.target)
        && let Object::WmiInstance(filter) = found
    {
        return other_binding(machine, filter, planned);
    }
    Ok(None)
}

/// What is never done, whatever the plan says.
fn never(
    machine: &dyn Machine,
    action: &Action,
    found: &Object,
    context: &Context,
    planned: Option<&Plan>,
) -> Result<Option<Message>> {
    let windows = Some(context.facts.windows.as_str());
    match (action.verb, &action.target, found) {
        (Verb::Remove, Target::WmiInstance { .. }, _) => {
            Ok(found.wmi_object().and_then(|object| guard::stock_entry(object, context.intel)))
        }
        (Verb::Remove, Target::WmiClass { .. }, Object::WmiClass(class)) => {
            Ok(whole_class(class, context, planned))
        }
        (Verb::Suspend | Verb::End, Target::Process { image_path, .. }, _) => {
            if let Some(host) = guard::process(image_path, windows) {
                return Ok(Some(host));
            }
            let Some(process) = action.target.process_id() else { return Ok(Some(m::REFUSE_VERB.plain())) };
            Ok(machine.is_critical(&process)?.then(|| m::REFUSE_CRITICAL.with([image_path.into()])))
        }
        (Verb::Disable | Verb::End | Verb::Remove, Target::Service { .. }, Object::Service(config)) => {
            service(machine, config, context)
        }
        (Verb::Remove, Target::RegistryValue { name, .. }, _) => {
            let stock =
                action.target.registry_key().is_some_and(|key| stock_values::is_stock_value(&key, name));
            Ok(stock.then(|| m::REFUSE_NO_STOCK_VALUE.with([action.target.name().into()])))
        }
        (Verb::Reset, Target::RegistryValue { .. }, _) => {
            let unknown = crate::change::stock_data(&action.target, context).is_none();
            Ok(unknown.then(|| m::REFUSE_NO_STOCK_VALUE.with([action.target.name().into()])))
        }
        (Verb::Harden, Target::RegistryValue { .. }, _) => {
            let unknown = crate::change::hardened_data(&action.target, context).is_none();
            Ok(unknown.then(|| m::REFUSE_VERB.plain()))
        }
        (Verb::Remove, Target::File { path }, Object::File { state, .. }) => {
            if state.is_link {
                return Ok(Some(m::REFUSE_LINK.with([path.into()])));
            }
            if state.is_directory {
                return Ok(Some(m::REFUSE_FOLDER.with([path.into()])));
            }
            if !state.final_path.eq_ignore_ascii_case(path) {
                return Ok(Some(m::REFUSE_LINK.with([path.into()])));
            }
            if let Some(refused) = guard::path(path, windows) {
                return Ok(Some(refused));
            }
            Ok(guard::signature(path, &machine.signature(path)?))
        }
        (Verb::Disable | Verb::Remove, Target::Task { .. }, Object::Task(_))
        | (Verb::Remove, Target::Setting { .. }, Object::Setting(_) | Object::HostsEntry { .. })
        | (Verb::Contain, Target::Setting { .. }, _)
        | (Verb::Restore, Target::StockEntry { .. }, _) => Ok(None),
        _ => Ok(Some(m::REFUSE_VERB.plain())),
    }
}

/// A class goes only when nothing goes along with it: `DeleteClass` takes subclasses and instances, too.
fn whole_class(class: &WmiClassDefinition, context: &Context, planned: Option<&Plan>) -> Option<Message> {
    let name = &class.class.name;
    if let Some(stock) = guard::stock_class(&class.namespace, name, context.intel) {
        return Some(stock);
    }
    if class.has_provider {
        return Some(m::REFUSE_PROVIDER.with([name.into()]));
    }
    let goes_before = |subclass: &String| {
        planned.is_some_and(|plan| {
            plan.actions.iter().any(|action| {
                matches!(&action.target, Target::WmiClass { namespace, class: own }
                    if *namespace == class.namespace && own.eq_ignore_ascii_case(subclass))
            })
        })
    };
    let outside: Vec<_> =
        class.subclasses.iter().filter(|subclass| !goes_before(subclass)).cloned().collect();
    let instances = class.instances.unwrap_or(u64::MAX);
    (!outside.is_empty() || instances > 0)
        .then(|| m::REFUSE_CLASS_IN_USE.with([name.into(), outside.join(", ").into(), instances.into()]))
}

/// A binding that still refers to the filter and is not in the plan.
fn other_binding(
    machine: &dyn Machine,
    filter: &WmiInstance,
    planned: Option<&Plan>,
) -> Result<Option<Message>> {
    let bindings = wmi_instances(machine, &filter.path.namespace, schema::BINDING)?;
    let refers = |binding: &WmiObject| {
        binding.reference("Filter").and_then(|path| path.name().map(str::to_lowercase)).as_deref()
            == Some(filter.object.name().to_lowercase().as_str())
    };
    let goes_before = |binding: &WmiInstance| {
        planned.is_some_and(|plan| {
            plan.actions.iter().any(|action| {
                matches!(&action.target, Target::WmiInstance { .. })
                    && Object::WmiInstance(Box::new(binding.clone()))
                        .differs_from(&action.precondition.fields)
                        .is_none()
                    && action.precondition.fields.contains_key("Filter")
            })
        })
    };
    let other = bindings.iter().find(|binding| refers(&binding.object) && !goes_before(binding));
    Ok(other.map(|binding| m::REFUSE_BOUND.with([binding.path.relative.as_str().into()])))
}

/// Services without which Windows does not start, log on or answer, and those that protect it.
const ESSENTIAL: &[&str] = &[
    "BFE",
    "BrokerInfrastructure",
    "CoreMessagingRegistrar",
    "CryptSvc",
    "DcomLaunch",
    "Dhcp",
    "Dnscache",
    "EventLog",
    "EventSystem",
    "gpsvc",
    "KeyIso",
    "LanmanServer",
    "LanmanWorkstation",
    "LSM",
    "mpssvc",
    "Netlogon",
    "netprofm",
    "NlaSvc",
    "nsi",
    "PlugPlay",
    "Power",
    "ProfSvc",
    "RpcEptMapper",
    "RpcSs",
    "SamSs",
    "Schedule",
    "SENS",
    "Spooler",
    "SystemEventsBroker",
    "Themes",
    "TrustedInstaller",
    "UserManager",
    "W32Time",
    "Wcmsvc",
    "WinDefend",
    "Winmgmt",
    "wuauserv",
];

/// Why a service or driver is left alone.
fn service(machine: &dyn Machine, config: &ServiceConfig, context: &Context) -> Result<Option<Message>> {
    let own = &config.service;
    let refused = || Some(m::REFUSE_SYSTEM_PROGRAM.with([own.name.as_str().into()]));
    if ESSENTIAL.iter().any(|known| known.eq_ignore_ascii_case(&own.name))
        || stock_values::is_stock_service(&own.name)
    {
        return Ok(refused());
    }
    if own.is_driver() != Some(true) {
        return Ok(None);
    }
    // Without the driver of its disk a machine does not start: only what is known not to be Microsoft's is touched.
    let Some(path) = own.image_path.as_deref().map(|path| driver_path(path, &context.facts.windows)) else {
        return Ok(refused());
    };
    Ok(guard::signature(&path, &machine.signature(&path)?))
}

/// The file of a driver: the registry gives it in several ways.
fn driver_path(image_path: &str, windows: &str) -> String {
    let path = image_path.trim_matches('"').replace('/', "\\");
    let lower = path.to_lowercase();
    for prefix in [r"\systemroot\", r"%systemroot%\", r"%windir%\"] {
        if lower.starts_with(prefix) {
            return format!(r"{windows}\{}", path.get(prefix.len()..).unwrap_or_default());
        }
    }
    match path.strip_prefix(r"\??\") {
        Some(rest) => rest.to_owned(),
        None if lower.starts_with(r"system32\") => format!(r"{windows}\{path}"),
        None => path,
    }
}
