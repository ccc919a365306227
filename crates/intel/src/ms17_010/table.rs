//! The facts by product line: the file of the form `deminer.ms17-010/1`.

use super::Version;
use crate::{FileError, SourceRef};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeSet;

/// The facts on MS17-010 for every product line. `cargo xtask ms17-010` writes the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Table {
    /// The form of the file: [`Table::SCHEMA`].
    pub schema: String,
    /// Where the facts come from.
    pub sources: Vec<SourceRef>,
    /// The first build that was released with the fix.
    pub shipped_fixed: u32,
    /// The newest build of a release that these facts know.
    pub newest_known: u32,
    /// Versions that never got the update.
    pub unserviced: Vec<Unserviced>,
    /// Updates that lists take for the fix, and that do not hold it.
    pub not_fixes: Vec<NotFix>,
    /// The product lines, older first.
    pub lines: Vec<Line>,
}

/// A version of Windows that never got the update.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Unserviced {
    /// The version.
    #[serde(deserialize_with = "version")]
    pub version: Version,
    /// The service pack that has to come first; 0 where none helps.
    pub service_pack: u32,
    /// The version that it becomes with that.
    #[serde(default, deserialize_with = "some_version")]
    pub line: Option<Version>,
}

/// An update that does not hold the fix, whatever lists say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NotFix {
    /// Its number.
    pub update: u32,
    /// Why not.
    pub why: WhyNot,
}

/// Why an update that lists name is not the fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhyNot {
    /// It is older: the fix replaced it.
    Predates,
    /// It is the number of the bulletin, not of an update.
    Bulletin,
    /// It came later, but holds only what was new in its month (the security-only updates of April 2017).
    NotInIt,
}

/// Products that share their updates.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Line {
    /// Their names.
    pub name: String,
    /// Their version.
    #[serde(deserialize_with = "version")]
    pub version: Version,
    /// Whether only servers, or only workstations, are meant.
    #[serde(default)]
    pub server: Option<bool>,
    /// The oldest service pack that got the update, where the version does not tell.
    #[serde(default)]
    pub service_pack: u32,
    /// Whether the version of a `RollupFix` package is that of `srv.sys` too.
    pub rollups: bool,
    /// The update that a person is told to install.
    pub install: u32,
    /// The servicing branches of `srv.sys`, lowest first.
    pub branches: Vec<Branch>,
    /// The updates that hold the fix, those included that supersede it, directly or not.
    pub fixes: BTreeSet<u32>,
    /// Updates of which sources disagree whether they hold it.
    #[serde(default)]
    pub disputed: BTreeSet<u32>,
    /// Those of `fixes` that were released on or after 14 May 2019.
    #[serde(default)]
    pub since_may_2019: BTreeSet<u32>,
}

/// A servicing branch: general (GDR) or limited (LDR) distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// The first fourth number of its versions.
    pub from: u16,
    /// The lowest fourth number with the fix.
    pub minimum: u16,
}

impl Table {
    /// The form of the file.
    pub const SCHEMA: &'static str = "deminer.ms17-010/1";

    /// Reads the file.
    ///
    /// # Errors
    /// [`FileError`] where the text is no TOML of this form.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, FileError> {
        let table: Self = crate::own::read(file, text)?;
        if table.schema != Self::SCHEMA {
            let problem = format!("expected schema = \"{}\", found \"{}\"", Self::SCHEMA, table.schema);
            return Err(FileError::at(file, text, None, problem));
        }
        Ok(table)
    }
}

impl Line {
    /// The lowest version of `srv.sys` with the fix, in the branch of a file with this fourth number.
    pub fn minimum(&self, fourth: u16) -> Option<u16> {
        self.branches.iter().rev().find(|branch| branch.from <= fourth).map(|branch| branch.minimum)
    }
}

/// Reads a version such as `6.1.7601`.
pub(crate) fn version<'de, D: Deserializer<'de>>(from: D) -> Result<Version, D::Error> {
    let text = String::deserialize(from)?;
    let problem = || serde::de::Error::custom(format!("expected a version such as 6.1.7601, found `{text}`"));
    text.parse().map_err(|()| problem())
}

fn some_version<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Version>, D::Error> {
    version(from).map(Some)
}
