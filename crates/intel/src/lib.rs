//! What is known: of clean machines ([`Baseline`]), of miner families ([`Family`]), of mining pools ([`Pools`]), of security
//! updates ([`ms17_010`], [`windows`]), of how Windows is [hardened](hardening), of what may come [after](aftermath) a miner, and how to read the queries of event filters ([`wql`]).
//!
//! Facts are data files (TOML, `crates/intel/data`), each with its public source. The program carries them compressed; users add files
//! of the same form. This crate compares and finds; what that means is the business of `detect`.
#![forbid(unsafe_code)]

pub mod aftermath;
pub mod baseline;
mod builtin;
pub mod common;
mod error;
pub mod family;
pub mod hardening;
pub mod ms17_010;
mod own;
mod pattern;
pub mod pools;
pub mod processes;
pub mod providers;
pub mod settings;
pub mod signatures;
pub mod windows;
pub mod wql;

pub use aftermath::Aftermath;
pub use baseline::{
    Baseline, BaselineEntry, Comparison, Difference, DifferenceKind, EntryKind, EntryPart, FieldDifference,
    FieldRule, ObjectTemplate, Standing, learn,
};
pub use common::Common;
pub use error::{FileError, WriteError};
pub use family::{Combo, Family, FamilyIndicator, FamilyMatch, IndicatorKind, MatchedIndicator, Observation};
pub use hardening::Hardening;
pub use pattern::Pattern;
pub use pools::{PoolHost, PoolKind, Pools};
pub use processes::Processes;
pub use providers::Providers;
pub use settings::Settings;
pub use signatures::SignatureSet;
pub use windows::Windows;

use evidence::WmiObject;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// A public source of facts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SourceRef {
    /// The short name by which the facts of the file refer to it.
    pub id: String,
    /// What it is: author, title, place, version.
    pub title: String,
    /// Where it is, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Everything that is known, ready for use.
#[derive(Debug, Clone)]
pub struct Intel {
    baselines: Vec<Baseline>,
    families: Vec<Family>,
    pools: Pools,
    common: Common,
    processes: Processes,
    providers: Providers,
    ms17_010: ms17_010::Table,
    windows: Windows,
    settings: Settings,
    hardening: Hardening,
    aftermath: Aftermath,
    index: family::Index,
    problems: Vec<FileError>,
}

/// An entry of a baseline that an object claims to be by its name, and how it compares.
#[derive(Debug, Clone, PartialEq)]
pub struct Known<'a> {
    /// The baseline.
    pub baseline: &'a Baseline,
    /// The entry.
    pub entry: &'a BaselineEntry,
    /// The part of the entry.
    pub part: EntryPart,
    /// How the object compares with that part.
    pub comparison: Comparison,
}

static BUILTIN: LazyLock<Intel> = LazyLock::new(|| {
    let (mut baselines, mut families, mut problems) = (Vec::new(), Vec::new(), Vec::new());
    let mut common = Common::default();
    let (mut pools, mut windows) = (Pools::default(), Windows::default());
    let (mut processes, mut providers) = (Processes::default(), Providers::default());
    let (mut ms17_010, mut settings) = (ms17_010::Table::default(), Settings::default());
    let (mut hardening, mut aftermath) = (Hardening::default(), Aftermath::default());
    for (name, text) in builtin_files() {
        let read = match name.split('/').next() {
            Some("baselines") => Baseline::from_toml(name, text).map(|baseline| baselines.push(baseline)),
            Some("families") => Family::from_toml(name, text).map(|family| families.push(family)),
            Some("ms17-010.toml") => ms17_010::Table::from_toml(name, text).map(|read| ms17_010 = read),
            Some("settings.toml") => Settings::from_toml(name, text).map(|read| settings = read),
            Some("common.toml") => Common::from_toml(name, text).map(|read| common = read),
            Some("aftermath.toml") => Aftermath::from_toml(name, text).map(|read| aftermath = read),
            Some("hardening.toml") => Hardening::from_toml(name, text).map(|read| hardening = read),
            Some("windows.toml") => Windows::from_toml(name, text).map(|read| windows = read),
            Some("processes.toml") => Processes::from_toml(name, text).map(|read| processes = read),
            Some("providers.toml") => Providers::from_toml(name, text).map(|read| providers = read),
            _ => Pools::from_toml(name, text).map(|read| pools = read),
        };
        problems.extend(read.err());
    }
    let index = family::Index::new(&families);
    Intel {
        baselines,
        families,
        pools,
        common,
        processes,
        providers,
        ms17_010,
        windows,
        settings,
        hardening,
        aftermath,
        index,
        problems,
    }
});

/// The data files that the program carries: path below `data`, and text.
pub fn builtin_files() -> impl Iterator<Item = (&'static str, &'static str)> {
    builtin::FILES.iter().map(|(name, text)| (name.as_str(), text.as_str()))
}

impl Intel {
    /// What the program carries, unpacked and indexed once.
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// The same with one baseline more.
    #[must_use]
    pub fn with_baseline(mut self, baseline: Baseline) -> Self {
        self.baselines.push(baseline);
        self
    }

    /// The same with more families.
    #[must_use]
    pub fn with_families(mut self, families: impl IntoIterator<Item = Family>) -> Self {
        self.families.extend(families);
        self.index = family::Index::new(&self.families);
        self
    }

    /// The baselines: the program's, then the user's.
    pub fn baselines(&self) -> &[Baseline] {
        &self.baselines
    }

    /// The families: the program's, then the user's.
    pub fn families(&self) -> &[Family] {
        &self.families
    }

    /// What says nothing about a family.
    pub const fn common(&self) -> &Common {
        &self.common
    }

    /// The mining pools.
    pub const fn pools(&self) -> &Pools {
        &self.pools
    }

    /// The programs that run other people's code.
    pub const fn processes(&self) -> &Processes {
        &self.processes
    }

    /// The providers of WMI that Windows registers.
    pub const fn providers(&self) -> &Providers {
        &self.providers
    }

    /// The facts on MS17-010.
    pub const fn ms17_010(&self) -> &ms17_010::Table {
        &self.ms17_010
    }

    /// Other holes, and when support ended.
    pub const fn windows(&self) -> &Windows {
        &self.windows
    }

    /// What settings and values are on a clean machine, and what miners make of them.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How Windows is hardened.
    pub const fn hardening(&self) -> &Hardening {
        &self.hardening
    }

    /// What may come with or after a miner.
    pub const fn aftermath(&self) -> &Aftermath {
        &self.aftermath
    }

    /// The program's own data files that could not be read. A test keeps this empty.
    pub fn problems(&self) -> &[FileError] {
        &self.problems
    }

    /// Every entry of every baseline that the object claims to be by its name: those that it matches first, then those that it is
    /// compatible with, then those that it differs from; measured ones before hearsay.
    pub fn known(&self, object: &WmiObject) -> Vec<Known<'_>> {
        let mut known = Vec::new();
        for baseline in &self.baselines {
            for entry in &baseline.entries {
                if let Some((part, comparison)) = entry.compare(object) {
                    known.push(Known { baseline, entry, part, comparison });
                }
            }
        }
        known.sort_by_key(|known| {
            let rank = match known.comparison {
                Comparison::Match => 0,
                Comparison::Compatible { .. } => 1,
                Comparison::Differs { .. } => 2,
            };
            (rank, known.entry.standing)
        });
        known
    }

    /// The entries that every clean machine has, with their baselines.
    pub fn expected(&self) -> impl Iterator<Item = (&Baseline, &BaselineEntry)> {
        self.baselines.iter().flat_map(|baseline| baseline.expected().map(move |entry| (baseline, entry)))
    }

    /// Whether a clean machine has this class in this namespace; `None` where no baseline knows the namespace.
    pub fn has_class(&self, namespace: &str, class: &str) -> Option<bool> {
        self.baselines
            .iter()
            .filter_map(|baseline| baseline.has_class(namespace, class))
            .reduce(|a, b| a || b)
    }

    /// The families of which something was seen, the highest score first, then by name.
    pub fn match_families(&self, observations: &[Observation<'_>]) -> Vec<FamilyMatch<'_>> {
        self.index.find(&self.families, observations)
    }
}
