//! Whether the object that is there may be touched: what never is, and what the plan says it must be.

use super::is_filter;
use crate::change::{harden, is_disabled, stock_data};
use crate::messages as m;
use crate::object::{Context, DISABLED, Object, wmi_instances};
use crate::plan::{Action, Plan, Target, Verb};
use crate::{guard, stock_values};
use evidence::wmi::schema;
use evidence::{Message, WmiObject};
use intel::{IndicatorKind, Observation};
use machine::{Fault, FileState, Key, Machine, Result, ServiceConfig, WmiClassDefinition, WmiInstance};

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
    // That of an update is about the package.
    if action.verb == Verb::Patch {
        return Ok(None);
    }
    let mut wanted = action.precondition.fields.clone();
    // What an earlier run has half done is no change by others.
    if let (Verb::Disable, Object::Service(config)) = (action.verb, found)
        && config.service.start == Some(DISABLED)
    {
        wanted.retain(|name, _| !["Start", "FailureCommand"].contains(&name.as_str()));
    }
    if let Some(field) = found.differs_from(&wanted) {
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
            critical(machine, action, found)
        }
        (Verb::Remove, Target::Service { .. } | Target::Task { .. }, _) if !is_disabled(found) => {
            Ok(Some(m::REFUSE_NOT_DISABLED.plain()))
        }
        (Verb::Remove, Target::Service { name }, _) if context.intel.settings().is_windows_service(name) => {
            Ok(Some(m::REFUSE_WINDOWS_SERVICE.with([name.into()])))
        }
        (Verb::Disable | Verb::End | Verb::Remove, Target::Service { .. }, Object::Service(config)) => {
            match service(machine, config, context)? {
                Some(refused) => Ok(Some(refused)),
                None => critical(machine, action, found),
            }
        }
        (Verb::Remove, Target::RegistryValue { name, .. }, _) => {
            let stock =
                action.target.registry_key().is_some_and(|key| stock_values::is_stock_value(&key, name));
            Ok(stock.then(|| m::REFUSE_NO_STOCK_VALUE.with([action.target.name().into()])))
        }
        (Verb::Reset, Target::RegistryValue { .. }, _) => {
            let unknown = stock_data(machine, &action.target, context)?.is_none();
            Ok(unknown.then(|| m::REFUSE_NO_STOCK_VALUE.with([action.target.name().into()])))
        }
        (Verb::Harden, Target::RegistryValue { .. }, _) => {
            let unknown = harden::hardened(&action.target, found, context).is_none();
            Ok(unknown.then(|| m::REFUSE_VERB.plain()))
        }
        (Verb::Harden, Target::Service { name }, Object::Service(_)) => {
            harden::refusal(machine, name, context, planned)
        }
        (Verb::Remove, Target::File { path }, Object::File { state, sha256 }) => {
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
            if let Some(signed) = guard::signature(path, &machine.signature(path)?) {
                return Ok(Some(signed));
            }
            windows_file(machine, path, state, sha256, context)
        }
        (Verb::Patch, Target::Update { package, .. }, _) => {
            crate::update::refusal(machine, action, package, context.facts)
        }
        (Verb::Disable | Verb::Remove, Target::Task { .. }, Object::Task(_))
        | (Verb::Remove, Target::Setting { .. }, Object::Setting(_) | Object::HostsEntry { .. })
        | (Verb::Contain, Target::Setting { .. }, _)
        | (Verb::Restore, Target::StockEntry { .. }, _) => Ok(None),
        _ => Ok(Some(m::REFUSE_VERB.plain())),
    }
}

/// Windows stops with a process that says so of itself.
fn critical(machine: &dyn Machine, action: &Action, found: &Object) -> Result<Option<Message>> {
    let held = crate::critical::held_by(machine, action, found)?;
    Ok(held.map(|path| m::REFUSE_CRITICAL.with([path.into()])))
}

/// Whom Windows gives its own files to: the service that installs it.
const TRUSTED_INSTALLER: &str = "O:S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";

/// Why a file in the Windows folder stays that is not known to be signed by Microsoft.
///
/// Windows signs most of its files in catalogues. Where those cannot be read (their service is off or damaged, as after many an infection) its own
/// files look unsigned, so the answer counts only on a machine that knows a file of Windows for one. And whatever the signature says, what
/// belongs to the installer of Windows was put there by Windows: it may have been altered, and then Windows mends it. What miners drop belongs to
/// administrators or the system. A family's hash needs none of this: the bytes are known.
fn windows_file(
    machine: &dyn Machine,
    path: &str,
    state: &FileState,
    sha256: &str,
    context: &Context,
) -> Result<Option<Message>> {
    let windows = context.facts.windows.trim_end_matches('\\');
    let in_temp = guard::in_windows(path, Some(&format!(r"{windows}\Temp")));
    if !guard::in_windows(path, Some(windows)) || in_temp {
        return Ok(None);
    }
    let hash = Observation::new(IndicatorKind::Sha256, sha256);
    if context.intel.match_families(&[hash]).iter().any(|family| family.score > 0) {
        return Ok(None);
    }
    match &state.security {
        None => return Ok(Some(m::REFUSE_OWNER_UNKNOWN.with([path.into()]))),
        Some(security) if security.starts_with(TRUSTED_INSTALLER) => {
            return Ok(Some(m::REFUSE_PROTECTED_FILE.with([path.into()])));
        }
        Some(_) => {}
    }
    let known = match machine.signature(&format!(r"{windows}\System32\ntdll.dll")) {
        Ok(signature) => guard::is_of_microsoft(&signature),
        Err(error) if error.fault == Fault::NotFound => false,
        Err(error) => return Err(error),
    };
    Ok((!known).then(|| m::REFUSE_SIGNATURES.with([path.into()])))
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
    let own = |action: &&Action| {
        matches!(&action.target, Target::WmiInstance { namespace, class: of, .. }
            if *namespace == class.namespace && of.eq_ignore_ascii_case(name))
    };
    let planned_instances = planned.map_or(0, |plan| plan.actions.iter().filter(own).count()) as u64;
    let instances = class.instances.unwrap_or(u64::MAX).saturating_sub(planned_instances);
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
        || stock_values::has_stock_library(&own.name)
    {
        return Ok(refused());
    }
    if own.is_driver() != Some(true) {
        return Ok(None);
    }
    if own.start == Some(BOOT) {
        return Ok(Some(m::REFUSE_BOOT_DRIVER.with([own.name.as_str().into()])));
    }
    if let Some(class) = filtered_class(machine, &own.name)? {
        return Ok(Some(m::REFUSE_FILTER_DRIVER.with([own.name.as_str().into(), class.into()])));
    }
    // Without the driver of its disk a machine does not start: only what is known not to be Microsoft's is touched.
    let Some(path) = own.image_path.as_deref().map(|path| driver_path(path, &context.facts.windows)) else {
        return Ok(refused());
    };
    Ok(guard::signature(&path, &machine.signature(&path)?))
}

/// The `Start` value of drivers that Windows loads before it can read a disk.
const BOOT: u32 = 0;

/// The classes of devices.
const CLASSES: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Class";

/// The key of a class of devices that loads the driver as a filter: a device of it does not start without, and where that is the disk, Windows does
/// not either.
fn filtered_class(machine: &dyn Machine, driver: &str) -> Result<Option<String>> {
    let classes = Key::new(CLASSES);
    let Some(all) = machine.registry_key(&classes)? else { return Ok(None) };
    for class in &all.subkeys {
        let key = classes.join(class);
        let Some(found) = machine.registry_key(&key)? else { continue };
        let filters = ["UpperFilters", "LowerFilters"].iter().filter_map(|name| found.value(name)?.text());
        let lists = |text: String| text.lines().any(|own| own.trim().eq_ignore_ascii_case(driver));
        if filters.into_iter().any(lists) {
            return Ok(Some(key.0));
        }
    }
    Ok(None)
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
