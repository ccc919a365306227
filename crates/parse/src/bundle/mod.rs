//! Opens what the user names: folders, archives, single files, standard input.
//!
//! Reading goes in passes. [`discover`] finds the bundles and keeps a small reference to each; [`BundleRef::survey`] tells
//! which hosts a bundle speaks of; [`BundleRef::read`] reads it. So any number of bundles can be read host by host in bounded memory.

mod limits;

pub use limits::Limits;

use evidence::{Evidence, HostId, Note};
use std::path::PathBuf;

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
#[derive(Debug, Clone)]
pub struct BundleRef {
    name: String,
}

/// Finds the bundles below the inputs, in an order that depends on the inputs' content only.
pub fn discover(inputs: &[Input], limits: &Limits) -> Discovery {
    let _ = (inputs, limits);
    Discovery::default()
}

impl BundleRef {
    /// Where the bundle is, for people: its path as the user named it, or `-`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The hosts that the bundle speaks of, sorted: the keys under which [`BundleRef::read`] gives its evidence.
    pub fn survey(&self, limits: &Limits) -> Vec<HostId> {
        self.read(limits).into_iter().map(|evidence| evidence.host.id).collect()
    }

    /// The evidence in the bundle, one for each host, sorted by host id.
    pub fn read(&self, limits: &Limits) -> Vec<Evidence> {
        let _ = limits;
        Vec::new()
    }
}
