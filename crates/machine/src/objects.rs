//! The things on a computer that are read, backed up, changed and put back, each with everything that undo needs.

use evidence::{WmiClass, WmiObject};
use serde::{Deserialize, Serialize};

/// The path of a WMI instance: its namespace, and its own `__RELPATH`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WmiPath {
    /// The namespace in canonical spelling.
    pub namespace: String,
    /// The relative path, as WMI gives it.
    pub relative: String,
}

/// A WMI instance with everything that it takes to put it back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WmiInstance {
    /// Its path.
    pub path: WmiPath,
    /// Every property.
    pub object: WmiObject,
    /// Its MOF text, as `GetObjectText` gives it.
    pub mof: String,
}

/// The definition of a WMI class with everything that it takes to put it back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WmiClassDefinition {
    /// The namespace in canonical spelling.
    pub namespace: String,
    /// The definition.
    pub class: WmiClass,
    /// Its MOF text, as `GetObjectText` gives it.
    pub mof: String,
    /// The names of its direct subclasses, sorted.
    pub subclasses: Vec<String>,
    /// How many stored instances it has; `None` where they were not counted: in lists of classes, and for classes with a provider, which are
    /// never enumerated.
    pub instances: Option<u64>,
    /// Whether a provider stands behind it.
    pub has_provider: bool,
}

/// A registry key by its root and path: `HKLM\SOFTWARE\…`. Always the native view on 64-bit Windows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(pub String);

impl Key {
    /// A key.
    pub fn new(path: impl Into<String>) -> Self {
        Self(path.into())
    }

    /// Root and path below it.
    pub fn split(&self) -> (&str, &str) {
        self.0.split_once('\\').unwrap_or((&self.0, ""))
    }

    /// The key below this one.
    #[must_use]
    pub fn join(&self, name: &str) -> Self {
        Self(format!("{}\\{name}", self.0))
    }
}

/// The data of a registry value: its type by number, and its bytes as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryData {
    /// The type: 1 `REG_SZ`, 2 `REG_EXPAND_SZ`, 3 `REG_BINARY`, 4 `REG_DWORD`, 7 `REG_MULTI_SZ`, 11 `REG_QWORD`.
    pub kind: u32,
    /// The bytes, as stored.
    pub bytes: Vec<u8>,
}

impl RegistryData {
    /// A string as Windows stores it: UTF-16LE with a terminating NUL.
    pub fn string(text: &str) -> Self {
        Self { kind: 1, bytes: text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect() }
    }

    /// A number of 32 bits.
    pub fn dword(number: u32) -> Self {
        Self { kind: 4, bytes: number.to_le_bytes().to_vec() }
    }

    /// The text of a string value, without the terminating NULs; multi-strings are joined by newlines.
    pub fn text(&self) -> Option<String> {
        if !matches!(self.kind, 1 | 2 | 7) {
            return None;
        }
        let units: Vec<u16> =
            self.bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
        let text = String::from_utf16_lossy(&units);
        Some(text.trim_end_matches('\0').replace('\0', "\n"))
    }

    /// The number of a 32- or 64-bit value.
    pub fn number(&self) -> Option<u64> {
        match (self.kind, self.bytes.as_slice()) {
            (4, &[a, b, c, d]) => Some(u64::from(u32::from_le_bytes([a, b, c, d]))),
            (11, bytes) => Some(u64::from_le_bytes(bytes.try_into().ok()?)),
            _ => None,
        }
    }
}

/// A registry value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryValue {
    /// Its name; empty for the default value.
    pub name: String,
    /// Its data.
    pub data: RegistryData,
}

/// A registry key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryKey {
    /// Its values, sorted by name.
    pub values: Vec<RegistryValue>,
    /// The names of its subkeys, sorted.
    pub subkeys: Vec<String>,
    /// Its security descriptor in SDDL, where it could be read.
    pub security: Option<String>,
    /// When it was last written, in 100 ns since 1601-01-01.
    pub written: Option<u64>,
}

impl RegistryKey {
    /// The data of the value; names are compared without case.
    pub fn value(&self, name: &str) -> Option<&RegistryData> {
        self.values.iter().find(|value| value.name.eq_ignore_ascii_case(name)).map(|value| &value.data)
    }
}

/// The configuration of a service or driver.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceConfig {
    /// What evidence says of it.
    pub service: evidence::Service,
    /// The `ErrorControl` value.
    pub error_control: u32,
    /// The group that it loads with.
    pub group: Option<String>,
    /// The services that it depends on.
    pub depends_on: Vec<String>,
    /// The bytes of the `FailureActions` value.
    pub failure_actions: Option<Vec<u8>>,
    /// Every value of its key and of its `Parameters` key, as stored: what undo needs besides.
    pub values: Vec<(Key, RegistryValue)>,
    /// Its security descriptor in SDDL, where it could be read.
    pub security: Option<String>,
}

/// A scheduled task with everything that it takes to put it back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTask {
    /// Its path, with a leading backslash.
    pub path: String,
    /// Its definition.
    pub xml: String,
    /// Whether it is enabled.
    pub enabled: bool,
    /// Its security descriptor in SDDL, where it could be read.
    pub security: Option<String>,
}

impl StoredTask {
    /// The key of the task with this path in the scheduler's own registry. A folder has one, too, but no value `Id` in it.
    pub fn key(path: &str) -> Key {
        const TREE: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tree";
        Key(format!(r"{TREE}\{}", path.trim_start_matches('\\')))
    }

    /// The key with what the scheduler does, where the task has this `Id`.
    pub fn definition_key(id: &str) -> Key {
        const TASKS: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tasks";
        Key(format!(r"{TASKS}\{id}"))
    }

    /// The file with the definition of the task with this path, given the Windows folder.
    pub fn file(windows: &str, path: &str) -> String {
        format!(r"{windows}\System32\Tasks\{}", path.trim_start_matches('\\'))
    }
}

/// What a list holds, and what it should hold besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<T> {
    /// What was found.
    pub found: Vec<T>,
    /// What could not be read: more may be there.
    pub missed: Vec<crate::Error>,
}

impl<T> Listed<T> {
    /// What was found, no more than so much of it; what is left out is told.
    pub fn at_most(limit: usize, mut found: Vec<T>, operation: &'static str, target: &str) -> Self {
        let mut missed = Vec::new();
        if found.len() > limit {
            found.truncate(limit);
            let fault = crate::Fault::TooMany { limit: limit as u64 };
            missed.push(crate::Error::new(operation, target, fault));
        }
        Self { found, missed }
    }
}

impl<T> From<Vec<T>> for Listed<T> {
    /// All that there is.
    fn from(found: Vec<T>) -> Self {
        Self { found, missed: Vec::new() }
    }
}

/// What makes a process this one and no other: ids are used again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ProcessId {
    /// Its id.
    pub pid: u32,
    /// When it was started, in 100 ns since 1601-01-01.
    pub created: u64,
    /// The path of its program.
    pub image_path: String,
}

/// What makes a file this one and no other.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileIdentity {
    /// The volume's serial number and the file's index on it.
    pub volume_and_index: (u64, u128),
    /// Its size in bytes.
    pub size: u64,
    /// When it was last written, in 100 ns since 1601-01-01.
    pub modified: u64,
}

/// The state of a file or folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileState {
    /// What makes it this one.
    pub identity: FileIdentity,
    /// Whether it is a folder.
    pub is_directory: bool,
    /// Whether it is a link or another reparse point.
    pub is_link: bool,
    /// The path that the system gives for a handle on it, without prefix.
    pub final_path: String,
    /// When it was made, in 100 ns since 1601-01-01.
    pub created: u64,
    /// When it was last opened, as far as Windows keeps that.
    pub accessed: u64,
    /// Its attributes (`FILE_ATTRIBUTE_…`).
    pub attributes: u32,
    /// Its security descriptor in SDDL, where it could be read.
    pub security: Option<String>,
    /// Its other streams.
    pub streams: Vec<Stream>,
}

/// An alternate data stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream {
    /// Its name, without colons.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// An entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DirectoryEntry {
    /// Its name.
    pub name: String,
    /// Whether it is a folder.
    pub is_directory: bool,
    /// Whether it is a link or another reparse point.
    pub is_link: bool,
}
