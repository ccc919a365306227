//! Bytes to evidence: one module a format.
//!
//! A parser never fails as a whole. It returns the records that it could read and the problems that it met, each with its offset.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests read their samples"))]

use evidence::{Coverage, Level, Location, Message, MessageSpec, RecordData};
use std::collections::BTreeMap;

pub mod autoruns;
pub mod bundle;
pub mod defender_log;
pub mod detection_history;
pub mod events;
mod file_name;
pub mod format;
pub mod group_policy;
pub mod hives;
pub mod hosts;
pub mod hotfix;
pub mod mof;
pub mod network;
mod place;
pub mod policy;
pub mod powershell;
pub mod repository;
mod shortcut;
pub mod started;
pub mod systeminfo;
pub mod tasks;
pub mod text;
pub mod version;
pub mod wmic;

/// What a parser made of one source.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parsed {
    /// The records, in the order of the source, and where in it each begins.
    pub records: Vec<(Location, RecordData)>,
    /// Which areas of the machine the source covers.
    pub coverage: Coverage,
    /// What could not be read, or not surely.
    pub problems: Vec<Problem>,
    /// What serves the classes of the machine (COM), by their ids in braces and lower case: a library or a program. Other sources name classes
    /// by their ids alone.
    pub classes: BTreeMap<String, (Location, String)>,
}

/// Something in a source that could not be read, or not surely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How much it matters.
    pub level: Level,
    /// The byte offset in the source as it was stored, where one is known.
    pub offset: Option<u64>,
    /// What there is to say.
    pub message: Message,
}

/// Everything that this crate can say.
pub fn messages() -> impl Iterator<Item = &'static MessageSpec> {
    [
        autoruns::NOTES,
        bundle::NOTES,
        defender_log::NOTES,
        detection_history::NOTES,
        events::NOTES,
        format::NOTES,
        group_policy::NOTES,
        hotfix::NOTES,
        hives::NOTES,
        hosts::NOTES,
        mof::NOTES,
        network::NOTES,
        powershell::NOTES,
        repository::NOTES,
        tasks::NOTES,
        text::NOTES,
        version::NOTES,
        wmic::NOTES,
    ]
    .into_iter()
    .flatten()
}
