//! The objects of a machine as they are found, backed up and compared.

use crate::plan::Target;
use crate::update::{self, Has};
use crate::{hosts, stock_entry};
use evidence::wmi::{canonical_namespace, schema};
use evidence::{ObjectPath, Setting, WmiObject};
use intel::Intel;
use machine::{
    Error, Facts, Fault, FileIdentity, FileState, Machine, RegistryData, Result, ServiceConfig, StoredTask,
    WmiClassDefinition, WmiInstance,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The `Start` value of a service that does not start.
pub(crate) const DISABLED: u32 = 4;

/// That a service which starts by itself does so a little later. The manager drops it when the service starts otherwise.
pub(crate) const DELAY: &str = "DelayedAutostart";

/// The largest file that is backed up and removed, in bytes.
pub(crate) const MAX_FILE: u64 = 256 << 20;

/// An object with everything that it takes to put it back, but for the bytes of files, which lie in the quarantine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Object {
    /// There is nothing, and something is going to be made.
    Nothing,
    WmiInstance(Box<WmiInstance>),
    WmiClass(Box<WmiClassDefinition>),
    Process(Box<evidence::Process>),
    Service(Box<ServiceConfig>),
    Task(Box<StoredTask>),
    RegistryValue {
        data: RegistryData,
        key_security: Option<String>,
    },
    File {
        state: Box<FileState>,
        sha256: String,
    },
    Setting(Box<Setting>),
    /// A name in the hosts file, with the whole file.
    HostsEntry {
        address: String,
        identity: FileIdentity,
        bytes: Vec<u8>,
    },
    /// What tells of an update: packages in the component store with their states.
    Update {
        update: String,
        packages: BTreeMap<String, String>,
    },
    /// Those parts of a stock entry that are there.
    StockEntry {
        present: Vec<WmiInstance>,
    },
}

/// What reading needs to know besides the machine.
pub(crate) struct Context<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) intel: &'a Intel,
}

/// That an update goes at the next start.
pub(crate) const LEAVES: &str = "restart";

/// Reads the target as it is now; `None` where it is not there.
pub(crate) fn read(machine: &dyn Machine, target: &Target, context: &Context) -> Result<Option<Object>> {
    match target {
        Target::WmiInstance { namespace, class, keys } => {
            Ok(wmi_instance(machine, namespace, class, keys)?
                .map(|found| Object::WmiInstance(Box::new(found))))
        }
        Target::WmiClass { namespace, class } => {
            Ok(machine.wmi_class(namespace, class)?.map(|found| Object::WmiClass(Box::new(found))))
        }
        Target::Process { pid, created, image_path } => {
            let same = |process: &evidence::Process| {
                let path = process.image_path.as_deref().unwrap_or_default();
                process.pid == *pid
                    && process.created == Some(*created)
                    && path.eq_ignore_ascii_case(image_path)
            };
            Ok(machine.processes()?.into_iter().find(same).map(|found| Object::Process(Box::new(found))))
        }
        Target::Service { name } => Ok(machine.service(name)?.map(|found| Object::Service(Box::new(found)))),
        Target::Task { path } => Ok(machine.task(path)?.map(|found| Object::Task(Box::new(found)))),
        Target::RegistryValue { name, .. } => {
            let Some(key) = target.registry_key() else { return Ok(None) };
            let Some(found) = machine.registry_key(&key)? else { return Ok(None) };
            let data = found.value(name).cloned();
            Ok(data.map(|data| Object::RegistryValue { data, key_security: found.security }))
        }
        Target::File { path } => {
            let Some(state) = machine.file(path)? else { return Ok(None) };
            let sha256 = if state.is_directory || state.is_link {
                String::new()
            } else {
                sha256_hex(&machine.read_file(path, MAX_FILE)?)
            };
            Ok(Some(Object::File { state: Box::new(state), sha256 }))
        }
        Target::Setting { setting, name } if setting == hosts::KIND => {
            let Some((state, bytes)) = hosts::read(machine, context.facts)? else { return Ok(None) };
            let address = hosts::address_of(&bytes, name);
            Ok(address.map(|address| Object::HostsEntry { address, identity: state.identity, bytes }))
        }
        Target::Setting { setting, name } => {
            let listed = machine.settings(setting)?;
            let found = listed.found.into_iter().find(|found| found.name.eq_ignore_ascii_case(name));
            // What was not read may hold it.
            match (found, listed.missed.into_iter().next()) {
                (None, Some(missed)) => Err(missed),
                (found, _) => Ok(found.map(|found| Object::Setting(Box::new(found)))),
            }
        }
        Target::Update { update, .. } => update::read(machine, update).map(Some),
        Target::StockEntry { entry } => stock(machine, entry, context.intel).map(Some),
    }
}

/// How deep classes may derive from each other.
const MAX_DEPTH: u8 = 64;

/// The instances of a class and its subclasses as far as they are stored; none where the machine has no such class. Classes with a provider
/// are passed over: to list theirs would run its code, and it may be the attacker's.
pub(crate) fn wmi_instances(machine: &dyn Machine, namespace: &str, class: &str) -> Result<Vec<WmiInstance>> {
    let mut found = Vec::new();
    gather(machine, namespace, class, MAX_DEPTH, &mut found)?;
    Ok(found)
}

fn gather(
    machine: &dyn Machine,
    namespace: &str,
    class: &str,
    depth: u8,
    found: &mut Vec<WmiInstance>,
) -> Result<()> {
    let Some(definition) = machine.wmi_class(namespace, class)? else { return Ok(()) };
    if !definition.has_provider {
        found.extend(stored(machine, &definition)?);
    }
    let Some(depth) = depth.checked_sub(1) else {
        return Err(Error::new(LIST, class, Fault::TooLarge { limit: MAX_DEPTH.into() }));
    };
    definition.subclasses.iter().try_for_each(|below| gather(machine, namespace, below, depth, found))
}

/// The instances that are stored of this class alone.
fn stored(machine: &dyn Machine, class: &WmiClassDefinition) -> Result<Vec<WmiInstance>> {
    if class.instances == Some(0) {
        return Ok(Vec::new());
    }
    machine.wmi_own_instances(&class.namespace, &class.class.name)
}

const LIST: &str = "list the instances of the WMI class";

/// The instance of the class with these keys, under the path that the machine itself gives it. The class is asked as a whole: names may hold
/// anything, and no path is made of them.
fn wmi_instance(
    machine: &dyn Machine,
    namespace: &str,
    class: &str,
    keys: &BTreeMap<String, String>,
) -> Result<Option<WmiInstance>> {
    let Some(definition) = machine.wmi_class(namespace, class)? else { return Ok(None) };
    if definition.has_provider {
        let why = "it has a provider, whose code would run".to_owned();
        return Err(Error::new(LIST, class, Fault::Other { code: 0, text: why }));
    }
    let same = |found: &WmiInstance| {
        found.object.is_class(class)
            && keys.iter().all(|(name, wanted)| {
                let own = found.object.text(name).unwrap_or_default();
                normal(class, name, own, namespace) == normal(class, name, wanted, namespace)
            })
    };
    Ok(stored(machine, &definition)?.into_iter().find(same))
}

fn stock(machine: &dyn Machine, entry: &str, intel: &Intel) -> Result<Object> {
    let mut present = Vec::new();
    for part in stock_entry::find(entry, intel).map(stock_entry::instances).unwrap_or_default() {
        let keys: BTreeMap<_, _> = ObjectPath::parse(&part.path.relative)
            .map(|path| path.keys.into_iter().collect())
            .unwrap_or_default();
        present.extend(wmi_instance(machine, &part.path.namespace, &part.object.class, &keys)?);
    }
    Ok(Object::StockEntry { present })
}

impl Object {
    /// Every field by its Windows name in canonical form: what preconditions are compared with.
    pub(crate) fn fields(&self) -> BTreeMap<String, String> {
        let mut fields = BTreeMap::new();
        let mut put = |name: &str, value: Option<String>| {
            fields.extend(value.map(|value| (name.to_owned(), value)));
        };
        match self {
            Self::Nothing | Self::StockEntry { .. } | Self::Update { .. } => {}
            Self::WmiInstance(found) => {
                for property in &found.object.properties {
                    put(property.name.as_str(), Some(property.value.canonical().into_owned()));
                }
            }
            Self::WmiClass(found) => {
                put("__SUPERCLASS", Some(found.class.superclass.clone().unwrap_or_default()));
                let names = found.class.properties.iter().map(|property| property.name.as_str());
                put(PROPERTIES, Some(property_names(names)));
                for property in &found.class.properties {
                    let default = property.default.as_ref().map(|value| value.canonical().into_owned());
                    put(&property.name, Some(default.unwrap_or_default()));
                    put(&format!("{TYPE}{}", property.name), Some(cim_type(&property.cim_type)));
                }
                let names = found.class.qualifiers.iter().map(|(name, _)| name.as_str());
                put(QUALIFIERS, Some(property_names(names)));
                for (name, value) in &found.class.qualifiers {
                    put(&format!("{QUALIFIER}{name}"), Some(value.canonical().into_owned()));
                }
                put(MOF, (!found.mof.is_empty()).then(|| sha256_hex(found.mof.as_bytes())));
            }
            Self::Process(found) => put("CommandLine", found.command_line.clone()),
            Self::Service(found) => {
                let own = &found.service;
                put("ImagePath", own.image_path.clone());
                put("ObjectName", own.account.clone());
                put("Type", own.service_type.map(|number| number.to_string()));
                put("Start", own.start.map(|number| number.to_string()));
                // That there is none is something to hold, too.
                put("ServiceDll", Some(own.service_dll.clone().unwrap_or_default()));
                put("FailureCommand", Some(own.failure_command.clone().unwrap_or_default()));
            }
            Self::Task(found) => {
                put("Command", crate::task_xml::first_command(&found.xml));
                put("Actions", crate::task_actions::all(&found.xml));
                fields.extend(crate::task_fields::of_machine(found));
            }
            Self::RegistryValue { data, .. } => {
                put("Data", Some(data_text(data)));
                put("Type", Some(type_name(data.kind)));
            }
            Self::File { sha256, .. } => put("SHA256", Some(sha256.clone())),
            Self::Setting(found) => {
                for (name, detail) in &found.details {
                    put(name, Some(detail.clone()));
                }
                put("Value", Some(found.value.clone()));
            }
            Self::HostsEntry { address, .. } => put("Value", Some(address.clone())),
        }
        fields
    }

    /// The first of the fields that is not as the precondition wants it; `None` where all are.
    pub(crate) fn differs_from(&self, wanted: &BTreeMap<String, String>) -> Option<String> {
        let own = self.fields();
        let (class, namespace) = match self {
            Self::WmiInstance(found) => (found.object.class.as_str(), found.path.namespace.as_str()),
            _ => ("", ""),
        };
        let holds = |name: &str, wanted: &str| {
            if let Some(whole) = name.strip_suffix(" contains") {
                let found = own.get(whole).map(|text| text.to_lowercase()).unwrap_or_default();
                return found.contains(&wanted.to_lowercase());
            }
            let found =
                own.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str());
            match (self, found) {
                // Formats differ in whether they show what was never set.
                (Self::WmiInstance(_) | Self::WmiClass(_), found) => {
                    normal(class, name, found.unwrap_or_default(), namespace)
                        == normal(class, name, wanted, namespace)
                }
                (Self::Task(_), Some(found)) => crate::task_fields::same(name, found, wanted)
                    .unwrap_or_else(|| loose(found) == loose(wanted)),
                (Self::Service(_), Some(found)) if name.eq_ignore_ascii_case("ObjectName") => {
                    found.trim().eq_ignore_ascii_case(wanted.trim())
                }
                (_, Some(found)) => found.trim() == wanted.trim(),
                (_, None) => false,
            }
        };
        // A hash of the whole says least of what is other.
        let (whole, parts): (Vec<_>, Vec<_>) = wanted.iter().partition(|(name, _)| is_whole(name));
        let mut all = parts.into_iter().chain(whole);
        all.find(|(name, wanted)| !holds(name, wanted)).map(|(name, _)| name.clone())
    }

    /// Whether both are the same object in the same state, but for what changes by itself.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Process(a), Self::Process(b)) => {
                (a.pid, a.created, &a.image_path, &a.command_line)
                    == (b.pid, b.created, &b.image_path, &b.command_line)
            }
            (Self::Service(a), Self::Service(b)) => {
                let mut a = a.clone();
                a.service.running = b.service.running;
                a == *b
            }
            (Self::Task(a), Self::Task(b)) => {
                self.same_but_for_start(other) && (a.enabled, &a.security) == (b.enabled, &b.security)
            }
            (Self::File { state: a, sha256: x }, Self::File { state: b, sha256: y }) => {
                let parts = |state: &FileState| {
                    let FileState { identity, streams, security, created, .. } = state.clone();
                    (identity, state.is_directory, state.is_link, streams, security, created)
                };
                x == y && parts(a) == parts(b)
            }
            // Numbers lose their width in a backup, and nothing else does.
            _ => self.as_json() == other.as_json(),
        }
    }

    /// The object as a backup holds it.
    pub(crate) fn as_json(&self) -> serde_json::Value {
        // Serialising plain data to memory does not fail.
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Whether both are one service or task that only differs in how it is started.
    pub(crate) fn same_but_for_start(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Service(a), Self::Service(b)) => {
                let plain = |config: &ServiceConfig| {
                    let mut config = config.clone();
                    config.service.start = None;
                    config.service.running = None;
                    config.service.failure_command = None;
                    config.failure_actions = None;
                    let is_start = |name: &str| {
                        let known = ["Start", "FailureActions", "FailureCommand", DELAY];
                        known.iter().any(|known| known.eq_ignore_ascii_case(name))
                    };
                    config.values.retain(|(_, value)| !is_start(&value.name));
                    config
                };
                plain(a) == plain(b)
            }
            (Self::Task(a), Self::Task(b)) => {
                let plain =
                    |task: &StoredTask| (task.path.to_lowercase(), parse::tasks::without_enabled(&task.xml));
                plain(a) == plain(b)
            }
            _ => self.same(other),
        }
    }

    /// In what an object that was put back differs from what it was, by name. The first list is content, the second what Windows sets itself or
    /// may not keep.
    pub(crate) fn differences(&self, restored: &Self) -> (Vec<String>, Vec<String>) {
        let mut content = Vec::new();
        let mut around = Vec::new();
        let note = |differs: bool, name: &str, list: &mut Vec<String>| {
            if differs {
                list.push(name.to_owned());
            }
        };
        match (self, restored) {
            (Self::WmiInstance(_), Self::WmiInstance(_)) | (Self::WmiClass(_), Self::WmiClass(_)) => {
                let (before, after) = (self.fields(), restored.fields());
                let empty = String::new();
                for name in before.keys().chain(after.keys().filter(|name| !before.contains_key(*name))) {
                    let differs = before.get(name).unwrap_or(&empty) != after.get(name).unwrap_or(&empty);
                    let around_it = name == "CreatorSID" || name == MOF;
                    let list = if around_it { &mut around } else { &mut content };
                    note(differs, name, list);
                }
            }
            (Self::File { state: a, sha256: x }, Self::File { state: b, sha256: y }) => {
                note(x != y, "SHA256", &mut content);
                note(a.streams != b.streams, "streams", &mut content);
                note(a.identity.modified != b.identity.modified, "modified", &mut around);
                note(a.created != b.created, "created", &mut around);
                note(a.attributes != b.attributes, "attributes", &mut around);
                note(a.security != b.security, "security", &mut around);
            }
            (Self::Task(a), Self::Task(b)) => {
                note(!self.same_but_for_start(restored), "xml", &mut content);
                note(a.enabled != b.enabled, "enabled", &mut content);
                note(a.security != b.security, "security", &mut around);
            }
            (Self::Service(a), Self::Service(b)) => {
                note(a.security != b.security, "security", &mut around);
                service_differences(a, b, &mut content);
                let mut b = b.clone();
                b.security.clone_from(&a.security);
                let is_other = !self.same(&Self::Service(b));
                note(is_other && content.is_empty(), "configuration", &mut content);
            }
            (
                Self::RegistryValue { data: a, key_security: x },
                Self::RegistryValue { data: b, key_security: y },
            ) => {
                note(a.kind != b.kind, "Type", &mut content);
                note(a.bytes != b.bytes, "Data", &mut content);
                note(x != y, "security", &mut around);
            }
            (
                Self::HostsEntry { address: a, bytes: x, .. },
                Self::HostsEntry { address: b, bytes: y, .. },
            ) => {
                note(a != b, "Value", &mut content);
                note(x != y, "bytes", &mut around);
            }
            (Self::Update { update, packages: before }, Self::Update { packages: now, .. }) => {
                match update::has(update, before, now) {
                    Has::Yes | Has::AtRestart => note(true, update, &mut content),
                    Has::Leaving => note(true, LEAVES, &mut around),
                    Has::No => {}
                }
            }
            _ => note(!self.same(restored), "object", &mut content),
        }
        (content, around)
    }

    /// The WMI object, where it is one.
    pub(crate) fn wmi_object(&self) -> Option<&WmiObject> {
        match self {
            Self::WmiInstance(found) => Some(&found.object),
            _ => None,
        }
    }
}

/// In what the configurations of a service differ, by the names of its values.
fn service_differences(a: &ServiceConfig, b: &ServiceConfig, differing: &mut Vec<String>) {
    let (x, y) = (&a.service, &b.service);
    for (differs, name) in [
        (x.display_name != y.display_name, "DisplayName"),
        (x.description != y.description, "Description"),
        (x.service_type != y.service_type, "Type"),
        (x.start != y.start, "Start"),
        (x.image_path != y.image_path, "ImagePath"),
        (x.service_dll != y.service_dll, "ServiceDll"),
        (x.account != y.account, "ObjectName"),
        (a.failure_actions != b.failure_actions, "FailureActions"),
        (x.failure_command != y.failure_command, "FailureCommand"),
        (a.error_control != b.error_control, "ErrorControl"),
        (a.group != b.group, "Group"),
        (a.depends_on != b.depends_on, "DependOnService"),
    ] {
        if differs {
            differing.push(name.to_owned());
        }
    }
    let others = |from: &ServiceConfig, to: &ServiceConfig, differing: &mut Vec<String>| {
        for (_, value) in from.values.iter().filter(|value| !to.values.contains(value)) {
            if !differing.iter().any(|known| known.eq_ignore_ascii_case(&value.name)) {
                differing.push(value.name.clone());
            }
        }
    };
    others(a, b, differing);
    others(b, a, differing);
}

/// A field in the form in which it is compared: null, empty, zero, false and the class's default are alike, names are without case, references and
/// namespaces as Windows compares them.
fn normal(class: &str, name: &str, value: &str, namespace: &str) -> String {
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    if is("Filter") || is("Consumer") {
        return match ObjectPath::parse(value) {
            Ok(path) => {
                let own = path.namespace.clone().unwrap_or_else(|| canonical_namespace(namespace));
                format!("{own}:{}", path.canonical_relative())
            }
            Err(_) => value.to_lowercase(),
        };
    }
    if is("EventNamespace") {
        return canonical_namespace(value);
    }
    if is("Name") || is("TimerId") || is("__SUPERCLASS") {
        return value.to_lowercase();
    }
    let value = evidence::Value::from(value).canonical().into_owned();
    let is_default = schema::of(class)
        .is_some_and(|schema| schema.defaults.iter().any(|(known, default)| is(known) && *default == value));
    if is_default || value == "0" || value == "false" { String::new() } else { value }
}

/// A command line without quotes, case and repeated blanks: listings rebuild it from its parts.
fn loose(text: &str) -> String {
    text.replace('"', "").to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The field of a class that holds the names of its own properties: what was added since is noticed by it.
pub(crate) const PROPERTIES: &str = "__PROPERTIES";

/// What stands before the name of a property in the field with its type.
pub(crate) const TYPE: &str = "__TYPE ";
/// What stands before the name of a class's qualifier in the field with its value.
pub(crate) const QUALIFIER: &str = "__QUALIFIER ";
/// The field of a class that holds the names of its qualifiers.
pub(crate) const QUALIFIERS: &str = "__QUALIFIERS";
/// The field of a class that stands for everything that WMI says of it.
pub(crate) const MOF: &str = "__MOF_SHA256";

/// Whether a field is the hash of an object that has other fields.
fn is_whole(name: &str) -> bool {
    name.len() > "SHA256".len() && name.ends_with("SHA256")
}

/// A CIM type in the form in which it is compared: sources differ in whether they say of which class a reference or an object is.
pub(crate) fn cim_type(text: &str) -> String {
    let lower = text.trim().to_lowercase();
    let list = if lower.ends_with("[]") { "[]" } else { "" };
    for known in ["ref", "object"] {
        if lower.strip_prefix(known).is_some_and(|rest| rest.starts_with([' ', ':'])) {
            return format!("{known}{list}");
        }
    }
    lower
}

/// The names of a class's properties in the form in which they are compared.
pub(crate) fn property_names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<_> = names.map(str::to_lowercase).collect();
    names.sort();
    names.join(",")
}

/// The type of a registry value as Windows names it.
fn type_name(kind: u32) -> String {
    let known = [
        (0, "REG_NONE"),
        (1, "REG_SZ"),
        (2, "REG_EXPAND_SZ"),
        (3, "REG_BINARY"),
        (4, "REG_DWORD"),
        (5, "REG_DWORD_BIG_ENDIAN"),
        (6, "REG_LINK"),
        (7, "REG_MULTI_SZ"),
        (11, "REG_QWORD"),
    ];
    let name = known.iter().find(|(number, _)| *number == kind).map(|(_, name)| (*name).to_owned());
    name.unwrap_or_else(|| kind.to_string())
}

/// The data of a registry value as evidence gives it.
fn data_text(data: &RegistryData) -> String {
    data.text().or_else(|| data.number().map(|number| number.to_string())).unwrap_or_else(|| hex(&data.bytes))
}

/// SHA-256 in lower-case hex.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
