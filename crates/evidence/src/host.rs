//! The machine that the evidence speaks of.

use serde::{Deserialize, Serialize};

/// What identifies a host: its machine GUID or SID where known, else its FQDN, else its name in upper case.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HostId(pub String);

/// Where the name of a host comes from, the most trustworthy last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameSource {
    /// Nothing tells; the name is the input's.
    #[default]
    Input,
    /// The file or folder is called `NAME_WMI`.
    BundleName,
    /// A record says so (`__SERVER`, `PSComputerName`, `Node`, `Computer`).
    Record,
    /// The manifest of the bundle says so.
    Manifest,
}

/// One machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// The identity by which evidence of one machine is joined.
    pub id: HostId,
    /// The name for people.
    pub name: String,
    /// Where `name` comes from.
    #[serde(default)]
    pub name_source: NameSource,
    /// Every name under which the machine appears, `name` included, sorted.
    pub names: Vec<String>,
    /// The operating system, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<OperatingSystem>,
}

impl Host {
    /// A host of which only a name is known.
    pub fn named(name: &str, source: NameSource) -> Self {
        Self {
            id: HostId(name.to_uppercase()),
            name: name.to_owned(),
            name_source: source,
            names: vec![name.to_owned()],
            os: None,
        }
    }
}

impl Host {
    /// Adds what other evidence of the same machine says of it.
    pub fn merge(&mut self, other: Self) {
        if other.name_source > self.name_source {
            self.name = other.name;
            self.name_source = other.name_source;
            self.id = other.id;
        }
        self.names.extend(other.names);
        self.names.sort();
        self.names.dedup();
        match (&mut self.os, other.os) {
            (Some(own), Some(other)) => {
                own.product = own.product.take().or(other.product);
                own.version = own.version.take().or(other.version);
                own.ubr = own.ubr.or(other.ubr);
            }
            (own @ None, other) => *own = other,
            (Some(_), None) => {}
        }
    }
}

/// The operating system of a host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatingSystem {
    /// The product name as Windows gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// Major, minor and build number: `10.0.19044`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The update build revision, the fourth number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ubr: Option<u32>,
}
