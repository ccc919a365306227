//! Opens what the user names: folders, archives, single files, standard input.
//!
//! Reading goes in passes. [`discover`] finds the bundles and keeps a small reference to each; [`BundleRef::survey`] tells
//! which hosts a bundle speaks of; [`BundleRef::read`] reads it. So any number of bundles can be read host by host in bounded memory.
//!
//! # What is a bundle
//!
//! - a zip archive, with what it holds and with archives in it, one deep; an archive in it that is called `NAME_WMI.zip` is a bundle of its own;
//! - the evidence that lies directly in a folder; its subfolders are searched in turn;
//! - a folder that holds `deminer/manifest.json`, with everything below;
//! - a folder that holds a Windows disk (`Windows/System32`, or a drive such as `C/`), or is its folder `Windows` or `System32`, with everything
//!   below;
//! - files of one folder that the user names one by one;
//! - standard input.
//!
//! # What is safe
//!
//! Nothing is written to disk and no link is followed below an input. [`Limits`] bound what is read. What is refused,
//! damaged or unknown becomes a note in the evidence of its host, and the rest is read.

mod aliases;
mod archive;
mod collect;
mod files;
mod group;
mod guard;
mod join;
mod layout;
mod limits;
pub mod manifest;
mod names;
mod notes;
mod open;
mod parsers;
mod programs;
mod records;
mod repositories;
mod scope;
mod sets;
mod sought;
mod taken;
mod walk;
mod witness;

pub(crate) use guard::hex;
pub use limits::Limits;
pub use manifest::Manifest;
pub use names::same_machine;
pub use notes::NOTES;
pub use repositories::{RepositoryRef, repositories};

use crate::network;
use evidence::{Evidence, HostId, Note};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// What the user named on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file, an archive or a folder.
    Path(PathBuf),
    /// Standard input, written `-`.
    Stdin,
}

/// What was found below the inputs.
#[derive(Debug, Clone, Default)]
pub struct Discovery {
    /// The bundles, sorted by where they are.
    pub bundles: Vec<BundleRef>,
    /// Inputs that are missing, cannot be read or hold no evidence.
    pub notes: Vec<Note>,
}

/// Where a bundle is. Small, so that a hundred thousand of them fit into memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleRef {
    name: String,
    place: Place,
}

/// Where a bundle is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// A zip archive.
    Archive(PathBuf),
    /// A zip archive in a zip archive.
    Nested { archive: PathBuf, member: Box<str>, slice: Slice },
    /// A folder.
    Folder { path: PathBuf, shape: Shape },
    /// Files of one folder.
    Files(Vec<PathBuf>),
    /// The bytes of an archive or an export, from standard input or memory.
    Bytes(Arc<[u8]>),
}

/// How the files of a bundle belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shape {
    /// They lie beside other bundles: archives among them and folders beside them are bundles of their own.
    Loose,
    /// They lie in one archive or stream.
    Closed,
    /// A manifest lists them all, in subfolders too.
    Sealed,
    /// They are a whole disk, most of which no parser reads.
    Disk,
}

/// Where in an archive the bytes of a member lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Slice {
    start: u64,
    packed: u64,
    deflated: bool,
}

impl Place {
    /// What two spellings of one place share.
    fn identity(&self) -> (u8, Vec<PathBuf>, String) {
        #[expect(clippy::disallowed_methods, reason = "whoever opens a bundle asks where its paths lead")]
        let resolve = |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone());
        match self {
            Self::Archive(path) => (0, vec![resolve(path)], String::new()),
            Self::Nested { archive, member, .. } => (1, vec![resolve(archive)], member.to_string()),
            Self::Folder { path, .. } => (2, vec![resolve(path)], String::new()),
            Self::Files(paths) => (3, paths.iter().map(resolve).collect(), String::new()),
            Self::Bytes(_) => (4, Vec::new(), String::new()),
        }
    }
}

/// Finds the bundles below the inputs, in an order that depends on their names only.
///
/// An input that is missing, cannot be read or holds no evidence becomes a note of level `error`.
pub fn discover(inputs: &[Input], limits: &Limits) -> Discovery {
    walk::discover(inputs, limits, &mut std::io::stdin().lock())
}

/// A host that a bundle speaks of, as a survey sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surveyed {
    /// Its id.
    pub id: HostId,
    /// Its names.
    pub names: Vec<String>,
    /// Addresses that it has or had; of a machine that was asked over the network, those at which it was asked.
    pub addresses: BTreeSet<IpAddr>,
    /// Whether nothing is known but what it answered over the network.
    pub asked: bool,
}

/// More addresses of one host are not kept.
const MAX_ADDRESSES: usize = 16;

impl Surveyed {
    /// The host of this evidence.
    pub fn of(evidence: &Evidence) -> Self {
        let asked = evidence.is_asked();
        let local = evidence.connections().map(|(_, connection)| connection.local_address.as_str());
        let checks = evidence.settings().filter(|(_, setting)| setting.kind == network::KIND);
        let questioned = checks.filter_map(|(_, setting)| setting.details.get("address").map(String::as_str));
        let addresses = local.filter(|_| !asked).chain(questioned.filter(|_| asked));
        Self {
            id: evidence.host.id.clone(),
            names: evidence.host.names.clone(),
            addresses: addresses.filter_map(particular).take(MAX_ADDRESSES).collect(),
            asked,
        }
    }
}

/// An address that stands for one machine in a network, without its interface.
fn particular(address: &str) -> Option<IpAddr> {
    let address: IpAddr = address.split('%').next()?.parse().ok()?;
    let everywhere = match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    (!(everywhere || address.is_loopback() || address.is_unspecified())).then_some(address)
}

impl BundleRef {
    /// A bundle, or a single export, whose bytes are at hand. `name` is what people call it, and its host where nothing else tells.
    pub fn from_bytes(name: &str, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { name: name.to_owned(), place: Place::Bytes(bytes.into()) }
    }

    /// Where the bundle is, for people: its path as the user named it, or `-`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same, with what binds answers over the network to the machines that gave them.
    pub fn survey_hosts(&self, limits: &Limits) -> Vec<Surveyed> {
        open::read(self, limits, false).into_iter().map(|evidence| Surveyed::of(&evidence)).collect()
    }

    /// The hosts that the bundle speaks of, sorted: exactly those of which [`BundleRef::read`] gives evidence.
    pub fn survey(&self, limits: &Limits) -> Vec<HostId> {
        open::read(self, limits, false).into_iter().map(|evidence| evidence.host.id).collect()
    }

    /// The evidence in the bundle, one for each host, sorted by host id.
    pub fn read(&self, limits: &Limits) -> Vec<Evidence> {
        open::read(self, limits, true)
    }
}

#[cfg(test)]
mod tests;
