//! Everything that there is on a computer in memory, and how two states differ.

use crate::{
    Facts, FileIdentity, FileState, Key, RegistryData, RegistryValue, ServiceConfig, Signature, StoredTask,
    WmiClassDefinition, WmiInstance, WmiPath,
};
use evidence::{ObjectPath, Setting, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::time::Duration;

/// A WMI namespace.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Namespace {
    /// The classes by name in lower case. How many instances and which subclasses they have is counted when they are read.
    pub classes: BTreeMap<String, WmiClassDefinition>,
    /// The instances by their canonical relative path.
    pub instances: BTreeMap<String, WmiInstance>,
}

/// A registry key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistryNode {
    /// Its path as written.
    pub path: String,
    /// Its values by name in lower case.
    pub values: BTreeMap<String, RegistryValue>,
    /// Its security descriptor in SDDL.
    pub security: Option<String>,
}

/// A running process.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MemoryProcess {
    /// What evidence says of it.
    pub process: evidence::Process,
    /// Whether it would take Windows down with it.
    pub critical: bool,
    /// Whether its threads are stopped.
    pub suspended: bool,
}

/// A file or folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileNode {
    /// Its path as written.
    pub path: String,
    /// Its state.
    pub state: FileState,
    /// The bytes of its main stream.
    pub bytes: Vec<u8>,
    /// What Windows says of its signature.
    pub signature: Signature,
    /// Whether somebody holds it open.
    pub held: bool,
    /// Whether only administrators and the system can change it.
    pub protected: bool,
}

/// Everything that there is. Keys of the maps are in lower case, as Windows compares names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// What the computer is.
    pub facts: Facts,
    /// The time by its clock.
    pub clock: jiff::Timestamp,
    /// The `CreatorSID` that WMI gives to what the program makes.
    pub creator_sid: Option<Value>,
    /// The WMI namespaces; none at all where the computer has no WMI.
    pub namespaces: BTreeMap<String, Namespace>,
    /// The registry.
    pub registry: BTreeMap<String, RegistryNode>,
    /// The services and drivers.
    pub services: BTreeMap<String, ServiceConfig>,
    /// Those of them, by name in lower case, that the manager shows to nobody.
    pub hidden_services: BTreeSet<String>,
    /// The scheduled tasks.
    pub tasks: BTreeMap<String, StoredTask>,
    /// What the scheduler does not tell of.
    pub missed_tasks: Vec<crate::Error>,
    /// Which WMI namespaces cannot be looked into.
    pub missed_namespaces: Vec<crate::Error>,
    /// What of the settings of a kind cannot be read.
    pub missed_settings: BTreeMap<String, Vec<crate::Error>>,
    /// The processes.
    pub processes: BTreeMap<u32, MemoryProcess>,
    /// The network endpoints.
    pub connections: Vec<evidence::Connection>,
    /// The files and folders.
    pub files: BTreeMap<String, FileNode>,
    /// The paths that are deleted at the next start.
    pub deleted_at_restart: Vec<String>,
    /// The local accounts.
    pub accounts: Vec<evidence::Account>,
    /// What Windows Update finds missing by each scan file.
    pub scan_files: BTreeMap<String, Vec<Setting>>,
    /// The settings by kind and name.
    pub settings: BTreeMap<(String, String), Setting>,
    /// The event logs by channel; none at all where the computer has no such logs.
    pub logs: BTreeMap<String, Vec<u8>>,
    /// The index of the file that was made last.
    pub last_index: u128,
}

/// Classes that have a `CreatorSID`.
const WITH_CREATOR: [&str; 3] = ["__EventFilter", "__FilterToConsumerBinding", "__EventConsumer"];

impl State {
    /// Adds a namespace.
    pub fn add_namespace(&mut self, name: &str) -> &mut Namespace {
        self.namespaces.entry(evidence::wmi::canonical_namespace(name)).or_default()
    }

    /// Adds a class without properties.
    pub fn add_class(&mut self, namespace: &str, name: &str, superclass: Option<&str>) {
        let class = evidence::WmiClass {
            name: name.to_owned(),
            superclass: superclass.map(str::to_owned),
            namespace: Some(evidence::wmi::canonical_namespace(namespace)),
            ..evidence::WmiClass::default()
        };
        self.define_class(WmiClassDefinition {
            namespace: evidence::wmi::canonical_namespace(namespace),
            mof: format!("class {name}"),
            class,
            subclasses: Vec::new(),
            instances: Some(0),
            has_provider: false,
        });
    }

    /// Adds a class.
    pub fn define_class(&mut self, class: WmiClassDefinition) {
        let space = self.add_namespace(&class.namespace.clone());
        space.classes.insert(class.class.name.to_lowercase(), class);
    }

    /// Adds an instance under the relative path that WMI would give it: its class, and the values of the keys.
    pub fn add_instance(&mut self, namespace: &str, object: evidence::WmiObject, keys: &[&str]) {
        let path = ObjectPath {
            server: None,
            namespace: None,
            class: object.class.clone(),
            keys: keys
                .iter()
                .map(|key| ((*key).to_owned(), object.text(key).unwrap_or_default().to_owned()))
                .collect(),
        };
        let namespace = evidence::wmi::canonical_namespace(namespace);
        let mof = format!("instance of {} // {}", object.class, object.fingerprint());
        let object = evidence::WmiObject { namespace: Some(namespace.clone()), ..object };
        let instance = WmiInstance {
            path: WmiPath { namespace: namespace.clone(), relative: path.to_string() },
            object,
            mof,
        };
        self.add_namespace(&namespace).instances.insert(path.canonical_relative(), instance);
    }

    /// Adds a registry value, and its key where it is not there.
    pub fn add_registry_value(&mut self, key: &str, name: &str, data: RegistryData) {
        let node = self.registry.entry(key.to_lowercase()).or_insert_with(|| RegistryNode {
            path: key.to_owned(),
            security: Some("O:BAG:SYD:(A;;KA;;;BA)(A;;KA;;;SY)".to_owned()),
            ..RegistryNode::default()
        });
        node.values.insert(name.to_lowercase(), RegistryValue { name: name.to_owned(), data });
    }

    /// The data of a registry value.
    pub fn registry_value(&self, key: &Key, name: &str) -> Option<&RegistryData> {
        let node = self.registry.get(&key.0.to_lowercase())?;
        node.values.get(&name.to_lowercase()).map(|value| &value.data)
    }

    /// Adds a file and the folders above it. Who may change it follows its place: only what lies below `\Users\` is anyone's.
    pub fn add_file(&mut self, path: &str, bytes: &[u8]) -> &mut FileNode {
        for folder in folders_above(path) {
            if !self.files.contains_key(&folder.to_lowercase()) {
                self.add_node(&folder, &[], true);
            }
        }
        self.add_node(path, bytes, false)
    }

    /// Adds a folder and those above it.
    pub fn add_folder(&mut self, path: &str) -> &mut FileNode {
        let node = self.add_file(path, &[]);
        node.state.is_directory = true;
        node
    }

    fn add_node(&mut self, path: &str, bytes: &[u8], is_directory: bool) -> &mut FileNode {
        self.last_index += 1;
        let node = FileNode {
            path: path.to_owned(),
            state: FileState {
                identity: FileIdentity {
                    volume_and_index: (1, self.last_index),
                    size: bytes.len() as u64,
                    modified: self.filetime(),
                },
                is_directory,
                final_path: path.to_owned(),
                created: self.filetime(),
                security: Some("O:BAG:SYD:(A;;FA;;;BA)(A;;FA;;;SY)".to_owned()),
                ..FileState::default()
            },
            bytes: bytes.to_owned(),
            signature: Signature::Unsigned,
            held: false,
            protected: !path.to_lowercase().starts_with(r"c:\users\"),
        };
        let place = self.files.entry(path.to_lowercase());
        place.insert_entry(node).into_mut()
    }

    /// Adds a process.
    pub fn add_process(&mut self, pid: u32, image_path: &str, command_line: &str) -> &mut MemoryProcess {
        let process = evidence::Process {
            pid,
            name: image_path.rsplit('\\').next().unwrap_or_default().to_owned(),
            image_path: Some(image_path.to_owned()),
            command_line: Some(command_line.to_owned()),
            created: Some(self.filetime()),
            ..evidence::Process::default()
        };
        let place = self.processes.entry(pid);
        place.insert_entry(MemoryProcess { process, critical: false, suspended: false }).into_mut()
    }

    /// The same without the files and folders in this folder, and without the folder itself.
    #[must_use]
    pub fn without_folder(mut self, folder: &str) -> Self {
        let folder = folder.to_lowercase();
        let below = format!("{folder}\\");
        self.files.retain(|path, _| *path != folder && !path.starts_with(&below));
        self
    }

    /// In what the other state differs, one thing a line; empty where in nothing. Clocks and the indexes of files are not compared: a file that
    /// is put back has another.
    pub fn diff(&self, other: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        compare("namespaces", &self.namespaces, &other.namespaces, &mut lines, |a, b, at, lines| {
            compare(&format!("{at} classes"), &a.classes, &b.classes, lines, differ);
            compare(&format!("{at} instances"), &a.instances, &b.instances, lines, differ);
        });
        compare("registry", &self.registry, &other.registry, &mut lines, |a, b, at, lines| {
            compare(at, &a.values, &b.values, lines, differ);
        });
        compare("services", &self.services, &other.services, &mut lines, differ);
        compare("tasks", &self.tasks, &other.tasks, &mut lines, differ);
        compare("processes", &self.processes, &other.processes, &mut lines, differ);
        compare("settings", &self.settings, &other.settings, &mut lines, differ);
        compare("files", &self.files, &other.files, &mut lines, |a, b, at, lines| {
            let without_index = |node: &FileNode| {
                let mut node = node.clone();
                node.state.identity.volume_and_index = (0, 0);
                node
            };
            differ(&without_index(a), &without_index(b), at, lines);
        });
        if self.deleted_at_restart != other.deleted_at_restart {
            lines.push(format!(
                "deleted at restart: {:?}, then {:?}",
                self.deleted_at_restart, other.deleted_at_restart
            ));
        }
        lines
    }

    /// The clock in 100 ns since 1601-01-01.
    pub fn filetime(&self) -> u64 {
        const FROM_1601_TO_1970: i64 = 11_644_473_600_000_000;
        let microseconds = self.clock.as_microsecond().saturating_add(FROM_1601_TO_1970);
        u64::try_from(microseconds).unwrap_or_default().saturating_mul(10)
    }

    pub(super) fn advance(&mut self, time: Duration) {
        self.clock = self.clock.saturating_add(time).unwrap_or(self.clock);
    }

    /// Whether WMI keeps the creator of the instances of this class.
    pub(super) fn has_creator(&self, namespace: &str, class: &str) -> bool {
        WITH_CREATOR
            .iter()
            .any(|base| self.namespaces.get(namespace).is_some_and(|space| space.derives(class, base)))
    }
}

impl Namespace {
    /// Whether the class is the other one, or derives from it.
    pub(super) fn derives(&self, class: &str, base: &str) -> bool {
        let mut class = class.to_lowercase();
        for _ in 0..=self.classes.len() {
            if class.eq_ignore_ascii_case(base) {
                return true;
            }
            let above = self.classes.get(&class).and_then(|known| known.class.superclass.as_deref());
            let Some(superclass) = above else { return false };
            class = superclass.to_lowercase();
        }
        false
    }

    /// The definition with what is counted when it is read.
    pub(super) fn definition(&self, class: &str) -> Option<WmiClassDefinition> {
        let mut found = self.classes.get(&class.to_lowercase())?.clone();
        let is_super = |other: &&WmiClassDefinition| {
            other.class.superclass.as_deref().is_some_and(|s| s.eq_ignore_ascii_case(class))
        };
        found.subclasses =
            self.classes.values().filter(is_super).map(|other| other.class.name.clone()).collect();
        let own = self.instances.values().filter(|instance| instance.object.is_class(class)).count();
        found.instances = (!found.has_provider).then_some(own as u64);
        Some(found)
    }
}

/// The folders above a path, from the drive down.
pub(super) fn folders_above(path: &str) -> Vec<String> {
    let parts: Vec<&str> = path.split('\\').collect();
    (1..parts.len()).filter_map(|count| parts.get(..count)).map(|parts| parts.join("\\")).collect()
}

fn differ<T: Debug + PartialEq>(a: &T, b: &T, at: &str, lines: &mut Vec<String>) {
    if a != b {
        lines.push(format!("{at}: {a:?}, then {b:?}"));
    }
}

fn compare<K: Ord + Debug, V>(
    what: &str,
    a: &BTreeMap<K, V>,
    b: &BTreeMap<K, V>,
    lines: &mut Vec<String>,
    both: impl Fn(&V, &V, &str, &mut Vec<String>),
) {
    for (key, value) in a {
        match b.get(key) {
            Some(other) => both(value, other, &format!("{what}: {key:?}"), lines),
            None => lines.push(format!("{what}: {key:?}: gone")),
        }
    }
    lines.extend(b.keys().filter(|key| !a.contains_key(key)).map(|key| format!("{what}: {key:?}: new")));
}
