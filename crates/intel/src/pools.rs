//! Where miners talk to: hosts and ports of mining pools.

use crate::{FileError, SourceRef};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Hosts and ports of mining pools: the file of the form `deminer.pools/1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Pools {
    /// The form of the file: [`Pools::SCHEMA`].
    pub schema: String,
    /// Where the facts come from.
    pub sources: Vec<SourceRef>,
    /// The hosts.
    pub hosts: Vec<PoolHost>,
    /// Ports by number, as text, with the ids of the sources that list them. A port alone says little.
    pub ports: BTreeMap<String, Vec<String>>,
}

/// A host of a mining pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PoolHost {
    /// Its domain; subdomains belong to it.
    pub host: String,
    /// Whose it is.
    pub kind: PoolKind,
    /// The id of the source.
    pub source: String,
}

/// Whose a pool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PoolKind {
    /// Anyone may mine there: the miner may be its owner's.
    Public,
    /// The donation host of a mining program: the program is that, or was built from it.
    Donation,
    /// Known only from malware.
    Malware,
}

impl Pools {
    /// The form of the file.
    pub const SCHEMA: &'static str = "deminer.pools/1";

    /// Reads a pools file.
    ///
    /// # Errors
    /// [`FileError`] where the text is no TOML of this form.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, FileError> {
        let pools: Self = crate::own::read(file, text)?;
        if pools.schema != Self::SCHEMA {
            let problem = format!("expected schema = \"{}\", found \"{}\"", Self::SCHEMA, pools.schema);
            return Err(FileError::at(file, text, None, problem));
        }
        if let Some(port) = pools.ports.keys().find(|port| port.parse::<u16>().is_err()) {
            let problem = format!("expected a port from 0 to 65535, found `{port}`");
            return Err(FileError::at(file, text, None, problem));
        }
        Ok(pools)
    }

    /// The pool that the host belongs to; a port behind the host is ignored.
    pub fn host(&self, host: &str) -> Option<&PoolHost> {
        let host = host.split(':').next().unwrap_or_default().trim_end_matches('.').to_lowercase();
        self.hosts.iter().find(|known| {
            host.strip_suffix(known.host.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    }

    /// Whether pools often listen on this port.
    pub fn is_port(&self, port: u16) -> bool {
        self.ports.contains_key(&port.to_string())
    }
}
