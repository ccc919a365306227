//! Where a record was read, so that anyone can check it.

use serde::{Deserialize, Serialize};

/// The place of a [`Source`] in [`Evidence::sources`](crate::Evidence::sources).
pub type SourceIndex = u32;

/// Where a record was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Provenance {
    /// Which source.
    pub source: SourceIndex,
    /// Where in it.
    pub location: Location,
}

/// Where in a source a record begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Location {
    /// The source as a whole says it.
    Whole,
    /// At this byte of the source, as it was stored (before any decoding of text).
    Offset(u64),
    /// In the record with this number, as the format itself counts (an event record id, a line of JSON lines).
    Record(u64),
}

/// A file, an archive member or a stream that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The file as the user named it, or as it was found below what the user named. `-` is standard input.
    pub path: String,
    /// The member inside the archive `path`, with `/` between its parts; archives in archives are joined with `!`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The SHA-256 of the bytes, in lower-case hex; absent where the source was not read to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The length in bytes.
    pub length: u64,
    /// The format that was recognised by the content, in the words of the documentation (`wmic-list`, `mof`, …).
    pub format: String,
}

impl Source {
    /// The name of the source for people: the path, and the member behind a `!` where there is one.
    pub fn display_name(&self) -> String {
        match &self.member {
            Some(member) => format!("{}!{member}", self.path),
            None => self.path.clone(),
        }
    }
}
