//! Files and members: as they are offered, and what was taken from them.

use super::guard::refused;
use super::notes::{MEMBER_DAMAGED, io_message};
use crate::Problem;
use evidence::{Coverage, Level, Location, Message, Note, Provenance, RecordData, Source};
use std::collections::BTreeMap;
use std::io::{self, Read};

/// A file or member that is offered.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    /// The file, as in [`Source::path`].
    pub(super) path: String,
    /// The member in it, as in [`Source::member`].
    pub(super) member: Option<String>,
    /// The path inside the bundle, with `/` between its parts and `!` behind archives.
    pub(super) relative: String,
    /// The size as it is stored.
    pub(super) length: u64,
    /// Whether the user named this very file.
    pub(super) named: bool,
    /// How many zip archives are around it, the bundle's own included.
    pub(super) layers: usize,
    /// Whether it is what a gzip-compressed file unpacks to.
    pub(super) gunzipped: bool,
}

/// What one file or member said.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// The path inside the bundle.
    pub(super) relative: String,
    /// The source, where it was read.
    pub(super) source: Option<Source>,
    /// Length and SHA-256 as stored, for the manifest to compare.
    pub(super) stored: Option<(u64, Option<String>)>,
    /// Whether it speaks of a host, be it read or not.
    pub(super) evidence: bool,
    pub(super) records: Vec<(Location, RecordData)>,
    /// Where the collector read the records, into the sources of the manifest.
    pub(super) origins: Vec<Provenance>,
    pub(super) coverage: Coverage,
    pub(super) notes: Vec<Note>,
    /// What serves the classes of the machine, as [`Parsed::classes`](crate::Parsed::classes).
    pub(super) classes: BTreeMap<String, (Location, String)>,
}

/// The source of a file that was read, in the words of the evidence.
pub(super) fn source(offer: &Offer, format: &str, sha256: Option<String>, length: u64) -> Source {
    Source {
        path: offer.path.clone(),
        member: offer.member.clone(),
        sha256,
        length,
        format: format.to_owned(),
    }
}

/// All that is left, or `None` where that is more than the limit.
pub(super) fn read_whole(reader: &mut dyn Read, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

/// Why reading failed: a limit, damaged packing, or the system.
pub(super) fn failure(error: &io::Error) -> Message {
    match (refused(error), error.kind()) {
        (Some(message), _) => message.clone(),
        (None, io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) => {
            MEMBER_DAMAGED.with([error.to_string().into()])
        }
        (None, _) => io_message(error),
    }
}

pub(super) fn to_note(problem: Problem, source: &str) -> Note {
    Note { level: problem.level, source: source.to_owned(), offset: problem.offset, message: problem.message }
}

pub(super) fn note(taken: &mut Taken, offer: &Offer, level: Level, message: Message) {
    let source = match &offer.member {
        Some(member) => format!("{}!{member}", offer.path),
        None => offer.path.clone(),
    };
    taken.notes.push(Note { level, source, offset: None, message });
}
