//! Files, accounts, registry values and settings.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A file that something points to, or that lies where it should not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFact {
    /// Its path on the machine.
    pub path: String,
    /// Whether it is there.
    pub exists: bool,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// When it was made and changed, in 100 ns since 1601-01-01.
    pub created: Option<u64>,
    /// See `created`.
    pub modified: Option<u64>,
    /// Hashes by algorithm in lower case, in lower-case hex.
    pub hashes: BTreeMap<String, String>,
    /// The four numbers of its fixed file version.
    pub version: Option<[u16; 4]>,
    /// The original name in its version information.
    pub original_name: Option<String>,
    /// The company in its version information.
    pub company: Option<String>,
    /// What is said of its signature.
    pub signer: Option<String>,
}

/// A registry value, for the places that autostart, hardening and settings live in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryValue {
    /// The key with its root: `HKLM\SOFTWARE\…`.
    pub key: String,
    /// The name; empty for the default value.
    pub name: String,
    /// The type by its Windows name: `REG_SZ`, `REG_DWORD`, …
    pub kind: String,
    /// The data as text: strings as they are, multi-strings joined by newlines, numbers in decimal, binary in lower-case hex.
    pub data: String,
    /// When the key was last written, in 100 ns since 1601-01-01.
    pub key_written: Option<u64>,
}

/// A local user account. No password and no hash of one is ever read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its relative id.
    pub rid: Option<u32>,
    /// Whether it can log on.
    pub enabled: Option<bool>,
    /// Whether it is a local administrator.
    pub administrator: Option<bool>,
    /// Whether it may have no password.
    pub password_not_required: Option<bool>,
    /// Whether its password never expires.
    pub password_never_expires: Option<bool>,
    /// When its password was last set, in 100 ns since 1601-01-01.
    pub password_set: Option<u64>,
    /// Its last logon, in 100 ns since 1601-01-01.
    pub last_logon: Option<u64>,
}

/// A fact about the machine that is neither a registry value nor a file: a line of the hosts file, a DNS server, a firewall rule, an
/// installed update.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// What kind of fact, in kebab case: `hosts-entry`, `dns-server`, `portproxy`, `firewall-rule`, `hotfix`, …
    pub kind: String,
    /// Its name, where it has one.
    pub name: String,
    /// Its value.
    pub value: String,
    /// More about it, by name.
    pub details: BTreeMap<String, String>,
}
