//! Programs and scripts that something may start, until it is known which of them something does.

use super::taken::Offer;
use evidence::{FileFact, Source};
use std::collections::BTreeMap;

/// The largest program whose facts are read, in bytes.
pub(super) const MAX_PROGRAM: u64 = 64 << 20;

/// Programs by their path on the machine in lower case.
#[derive(Debug, Default)]
pub(super) struct Programs {
    /// Those that nothing started yet.
    pub(super) seen: BTreeMap<String, Offer>,
    /// How many were read.
    pub(super) read: usize,
    /// Scripts, likewise.
    pub(super) scripts: BTreeMap<String, Script>,
    /// Bytes of the scripts.
    pub(super) held: usize,
}

/// A script that something may start.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) offer: Offer,
    pub(super) source: Source,
    /// Its beginning.
    pub(super) bytes: Vec<u8>,
    /// What there is to know of it, where that is not all.
    pub(super) facts: Option<FileFact>,
}
