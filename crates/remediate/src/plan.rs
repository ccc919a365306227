//! Plans: what goes, in which order, and under which conditions. The file form is `deminer.plan/1`, see `docs/contracts.md`.

mod file;
mod make;
mod parts;
mod steps;
mod subject;
mod suspect;
#[cfg(test)]
mod tests;
mod values;

pub use file::PlanError;
pub use make::{Choice, plan};
pub(crate) use make::{backup_words, check_word};

use evidence::wmi::schema;
use evidence::{HostId, Message};
use machine::{Key, ProcessId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What is to be done to one host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The form of the file: [`Plan::SCHEMA`].
    pub schema: String,
    /// The host that the plan is for; it is applied to no other.
    pub host: PlanHost,
    /// The evidence that it was made from.
    pub evidence: Vec<PlanEvidence>,
    /// Where the stage `patch` stood when it was made: while it says `act`, applying stops unless the machine is contained.
    pub patch: detect::assessment::State,
    /// What is done, in order.
    pub actions: Vec<Action>,
    /// What was asked for or found and is not done, and why.
    pub refused: Vec<Refusal>,
}

impl Plan {
    /// The form of the files.
    pub const SCHEMA: &'static str = "deminer.plan/1";
}

/// The host of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanHost {
    /// Its id.
    pub id: HostId,
    /// Its name for people.
    pub name: String,
}

/// A file that a plan was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanEvidence {
    /// The file, and the member in it behind a `!`.
    pub source: String,
    /// Its SHA-256 in lower-case hex.
    pub sha256: Option<String>,
}

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// Shuts the ways in: inbound firewall rules.
    Contain,
    /// Stops a process without ending it.
    Suspend,
    /// Keeps something from starting, and leaves it there.
    Disable,
    /// Ends a process.
    End,
    /// Deletes something.
    Remove,
    /// Puts a value back to what Windows ships.
    Reset,
    /// Puts back what is missing.
    Restore,
    /// Installs an update.
    Patch,
    /// Changes a setting for the safer.
    Harden,
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// Names the action in the journal, the case folder and on the command line: the first 12 hex digits of SHA-256 over verb and target.
    pub id: String,
    /// What is done.
    pub verb: Verb,
    /// What it is done to.
    pub target: Target,
    /// What must still hold right before.
    pub precondition: Precondition,
    /// What is backed up before, in words for the plan's reader: `mof`, `json`, `file`, `xml`, `value`, …
    pub backup: Vec<String>,
    /// How it is proven after, in words for the plan's reader: `absent`, `disabled`, `equals`.
    pub check: String,
    /// The findings that ask for it.
    pub because: Vec<String>,
    /// Why, for people.
    pub reason: Message,
    /// Whether the content itself speaks for it, not a person's choice: only such actions run unattended.
    pub on_content: bool,
    /// Whether it can only be done when the machine starts.
    pub at_reboot: bool,
}

impl Action {
    /// The id of the action that does this to that.
    pub fn id_of(verb: Verb, target: &Target) -> String {
        let mut hash = Sha256::new();
        for part in [serde_json::to_string(&verb), serde_json::to_string(target)] {
            hash.update(part.unwrap_or_default());
            hash.update(b"\n");
        }
        hash.finalize().iter().take(6).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// The place of the action in the order of a plan: processes stand still before what restarts them is taken away, and end before anything
    /// that they hold is.
    pub fn phase(&self) -> u8 {
        phase(self.verb, &self.target)
    }

    /// Whether the precondition says more of a WMI object than its name: what is neither its key nor what every object of its class has. A binding
    /// is nothing but its keys.
    pub(crate) fn says_content(&self) -> bool {
        says_content(&self.target, &self.precondition)
    }
}

/// See [`Action::phase`].
fn phase(verb: Verb, target: &Target) -> u8 {
    match (verb, target) {
        (Verb::Contain, _) => 0,
        // What keeps it out comes when it is gone.
        (Verb::Harden, _) => 15,
        // Last, for it ends with a restart.
        (Verb::Patch, _) | (_, Target::Update { .. }) => 16,
        (Verb::Suspend, _) => 1,
        _ if is_binding(target) => 2,
        (Verb::Disable, _) => 3,
        (_, Target::RegistryValue { .. }) => 4,
        // A process that stands still does not answer the manager of services: it ends first.
        (Verb::End, Target::Process { .. }) => 5,
        (Verb::End, _) => 6,
        (_, Target::WmiInstance { class, .. }) if class.eq_ignore_ascii_case(schema::EVENT_FILTER) => 8,
        (_, Target::WmiInstance { class, .. }) if schema::is_timer_class(class) => 9,
        (_, Target::WmiInstance { .. }) => 7,
        (_, Target::WmiClass { .. }) => 10,
        (_, Target::File { .. }) => 11,
        (_, Target::Setting { .. }) => 12,
        (_, Target::StockEntry { .. }) => 13,
        (_, Target::Service { .. } | Target::Task { .. } | Target::Process { .. }) => 14,
    }
}

/// See [`Action::says_content`].
pub(crate) fn says_content(target: &Target, precondition: &Precondition) -> bool {
    // What was never set is like what is empty, but for values of the registry.
    let may_be_empty =
        !matches!(target, Target::WmiInstance { .. } | Target::WmiClass { .. }) || is_binding(target);
    let says = |value: &str| may_be_empty || !matches!(value.trim(), "" | "0" | "false");
    precondition.fields.iter().any(|(name, value)| tells(target, name) && says(value))
}

/// Whether a field of this name tells what the target is, and not only which one.
pub(crate) fn tells(target: &Target, name: &str) -> bool {
    /// What objects have that says nothing of what they do.
    const COMMON: [&str; 6] =
        ["CreatorSID", "EventAccess", "EventNamespace", "MachineName", "MaximumQueueSize", "QueryLanguage"];
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    match target {
        Target::WmiInstance { .. } if is_binding(target) => true,
        Target::WmiInstance { keys, .. } => {
            !name.starts_with("__") && !keys.keys().any(|key| is(key)) && !COMMON.into_iter().any(is)
        }
        Target::WmiClass { .. } => !name.starts_with("__"),
        // That a task is hidden or runs as the system says nothing of what it does.
        Target::Task { .. } => is("Command") || is("Actions"),
        _ => true,
    }
}

/// Whether a binding is meant, which is nothing but its keys.
pub(crate) fn is_binding(target: &Target) -> bool {
    matches!(target, Target::WmiInstance { class, .. } if class.eq_ignore_ascii_case(schema::BINDING))
}

/// What must still hold right before an action.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Precondition {
    /// Every field of the object as it was read, by its Windows name, in canonical form (`Value::canonical`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// Whether no binding outside the plan may refer to the object.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unbound: bool,
}

/// What an action is done to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Target {
    /// An instance of a WMI class.
    WmiInstance {
        /// Its namespace in canonical spelling.
        namespace: String,
        /// Its class.
        class: String,
        /// Its keys by name. The machine's own `__RELPATH` is looked up by them.
        keys: BTreeMap<String, String>,
    },
    /// A WMI class with its instances.
    WmiClass {
        /// Its namespace in canonical spelling.
        namespace: String,
        /// Its name.
        class: String,
    },
    /// A process.
    Process {
        /// Its id.
        pid: u32,
        /// When it was started, in 100 ns since 1601-01-01.
        created: u64,
        /// The path of its program.
        image_path: String,
    },
    /// A service or driver.
    Service {
        /// Its key name.
        name: String,
    },
    /// A scheduled task.
    Task {
        /// Its path, with a leading backslash.
        path: String,
    },
    /// A registry value.
    RegistryValue {
        /// The key with its root.
        key: String,
        /// The name; empty for the default value.
        name: String,
    },
    /// A file.
    File {
        /// Its path.
        path: String,
    },
    /// A stock entry of a baseline.
    StockEntry {
        /// The id of the entry.
        entry: String,
    },
    /// An update, in a package.
    Update {
        /// Its name: `KB4012215`.
        update: String,
        /// The path of the package.
        package: String,
    },
    /// A setting with a place of its own in Windows.
    Setting {
        /// Its kind: `hosts-entry`, `portproxy`, `firewall-rule`, …
        setting: String,
        /// Its name.
        name: String,
    },
}

impl Target {
    /// The target as people name it: a path, a class and its keys.
    pub fn name(&self) -> String {
        match self {
            Self::WmiInstance { namespace, class, keys } => {
                let keys: Vec<_> = keys.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
                format!("{namespace}:{class}.{}", keys.join(","))
            }
            Self::WmiClass { namespace, class } => format!("{namespace}:{class}"),
            Self::Process { pid, image_path, .. } => format!("{image_path} ({pid})"),
            Self::Service { name } => name.clone(),
            Self::Task { path } | Self::File { path } => path.clone(),
            Self::RegistryValue { key, name } => format!("{key}\\{name}"),
            Self::StockEntry { entry } => entry.clone(),
            Self::Update { update, package } => format!("{update} ({package})"),
            Self::Setting { setting, name } => format!("{setting} {name}"),
        }
    }

    /// The process that is meant.
    pub(crate) fn process_id(&self) -> Option<ProcessId> {
        match self {
            Self::Process { pid, created, image_path } => {
                Some(ProcessId { pid: *pid, created: *created, image_path: image_path.clone() })
            }
            _ => None,
        }
    }

    /// The registry key that is meant.
    pub(crate) fn registry_key(&self) -> Option<Key> {
        match self {
            Self::RegistryValue { key, .. } => Some(Key::new(key.as_str())),
            _ => None,
        }
    }
}

/// Something that is not done, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// The finding that spoke for it.
    pub finding: String,
    /// Why it is not done.
    pub why: Message,
}
