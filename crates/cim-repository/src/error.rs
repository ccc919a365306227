//! What can go wrong, said with the file and the place.

use std::fmt;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::hash::NameHash;
use crate::location::Location;

/// Result with this crate's [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Which of the repository's files is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FileKind {
    /// `OBJECTS.DATA`: the pages with classes and instances.
    Objects,
    /// `INDEX.BTR`: the B-tree of keys.
    Index,
    /// `MAPPING1.MAP` to `MAPPING3.MAP`: logical to physical pages.
    Mapping(u8),
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Objects => f.write_str("OBJECTS.DATA"),
            Self::Index => f.write_str("INDEX.BTR"),
            Self::Mapping(n) => write!(f, "MAPPING{n}.MAP"),
        }
    }
}

/// Why something could not be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused to read.
    #[error("{file} at offset {offset:#x} cannot be read: {source}")]
    Io {
        /// The file.
        file: FileKind,
        /// Where reading began.
        offset: u64,
        /// What the operating system said.
        source: io::Error,
    },
    /// A folder or file of the repository cannot be opened.
    #[error("{} cannot be opened: {source}", path.display())]
    Open {
        /// The path that was tried.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// There is no `OBJECTS.DATA` in the folder.
    #[error("{} holds no WMI repository: OBJECTS.DATA is missing", path.display())]
    NotARepository {
        /// The folder.
        path: PathBuf,
    },
    /// The format of Windows XP and Server 2003.
    #[error("{file} is of format 2.1 (Windows XP, Server 2003), which is recognised but not read")]
    OldFormat {
        /// The file that tells.
        file: FileKind,
    },
    /// A page or a mapping table is damaged.
    #[error("{file} at offset {offset:#x}: {what}")]
    Damaged {
        /// The file.
        file: FileKind,
        /// Offset of the damage in the file.
        offset: u64,
        /// What was found, in words.
        what: &'static str,
    },
    /// An index key points to a record that is not there.
    #[error("the record {page}.{id}.{size} that the index names is not in OBJECTS.DATA: {what}")]
    MissingRecord {
        /// Logical page.
        page: u32,
        /// Record number.
        id: u32,
        /// Size in bytes.
        size: u32,
        /// What was found instead.
        what: &'static str,
    },
    /// A record is there but its content is damaged.
    #[error("OBJECTS.DATA at offset {:#x}, in the record {location}: {what}", location.offset_of(*at))]
    Record {
        /// Where the record lies.
        location: Location,
        /// Offset in the record.
        at: usize,
        /// What was found, in words.
        what: &'static str,
    },
    /// A class definition that was needed before is damaged.
    #[error("the class with the name hash {class} cannot be read: {why}")]
    DamagedClass {
        /// Hash of the class's name.
        class: NameHash,
        /// Why, as it was told the first time.
        why: String,
    },
    /// The records together are longer than their file.
    #[error("the records that the index names overlap: the rest is not read")]
    Overlap,
    /// The class that is needed to decode an object is not in the repository.
    #[error("the class {class} is needed and is not in the repository")]
    MissingClass {
        /// The class's name, or its hash where only that is known.
        class: String,
    },
    /// A chain of superclasses is too long or goes in a circle.
    #[error("the superclasses of {class} do not end")]
    EndlessChain {
        /// The class where following stopped.
        class: String,
    },
}

impl Error {
    pub(crate) fn missing_class(hash: &NameHash) -> Self {
        Self::MissingClass { class: format!("with the name hash {hash}") }
    }

    /// What is wrong without the place: what problems of one kind have in common.
    fn kind(&self) -> &'static str {
        match self {
            Self::Damaged { what, .. } | Self::MissingRecord { what, .. } | Self::Record { what, .. } => what,
            Self::MissingClass { .. } | Self::DamagedClass { .. } => "a class is missing or damaged",
            _ => "",
        }
    }

    /// The file and the offset in it, where the error has one.
    pub fn place(&self) -> Option<(FileKind, u64)> {
        match self {
            Self::Io { file, offset, .. } | Self::Damaged { file, offset, .. } => Some((*file, *offset)),
            Self::Record { location, at, .. } => Some((FileKind::Objects, location.offset_of(*at))),
            _ => None,
        }
    }
}

/// Something that was damaged, missing or odd, and that reading went on without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file and the offset in it, where known.
    pub place: Option<(FileKind, u64)>,
    /// A sentence that says what and where.
    pub text: String,
    /// What problems of this kind have in common; empty for one of its own.
    pub(crate) kind: &'static str,
}

impl Problem {
    /// A problem of its own kind.
    pub(crate) fn new(place: Option<(FileKind, u64)>, text: impl Into<String>) -> Self {
        Self { place, text: text.into(), kind: "" }
    }

    /// A damaged place, of which there may be more.
    pub(crate) fn damage(file: FileKind, offset: u64, what: &'static str) -> Self {
        Self::from(&Error::Damaged { file, offset, what })
    }

    /// The same as one of a kind: the first few are told in full, the others are counted.
    pub(crate) fn of_kind(self, kind: &'static str) -> Self {
        Self { kind, ..self }
    }

    /// What an error says, with what it was an error of before it.
    pub(crate) fn about(what: &str, error: &Error) -> Self {
        Self { place: error.place(), text: format!("{what}: {error}"), kind: error.kind() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        Self { place: error.place(), text: error.to_string(), kind: error.kind() }
    }
}

/// What is wrong inside a record, before it is known where the record lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed {
    pub(crate) at: usize,
    pub(crate) what: &'static str,
}

impl Malformed {
    pub(crate) fn new(at: usize, what: &'static str) -> Self {
        Self { at, what }
    }

    pub(crate) fn in_record(self, location: Location) -> Error {
        Error::Record { location, at: self.at, what: self.what }
    }
}
