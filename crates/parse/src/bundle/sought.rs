//! Files that somebody looks for by their hashes, whatever they are and wherever they lie.

use super::Limits;
use super::collect::Collector;
use super::files::{max_program, source};
use super::guard::hex;
use super::taken::Offer;
use crate::place;
use evidence::RecordData;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::io::{self, Read};

impl Collector<'_> {
    /// Tells of a file whose hash is looked for, whatever it is and wherever it lies, where it is not told of already.
    pub(super) fn tell_of_sought(&mut self, offer: &Offer, bytes: &[u8], before: usize) {
        let own = if offer.relative.is_empty() { &offer.path } else { &offer.relative };
        let path = place::on_machine(&offer.relative).unwrap_or_else(|| own.clone());
        let told = self
            .taken
            .iter()
            .skip(before)
            .flat_map(|taken| &taken.records)
            .any(|(_, data)| matches!(data, RecordData::File(file) if file.path == path));
        if told {
            return;
        }
        let hash = hex(&Sha256::digest(bytes));
        let source = source(offer, "file", Some(hash), bytes.len() as u64);
        self.add_program(offer, source, &path, bytes);
    }
}

/// So much of a file that it can be told whether it is one that is looked for: all of it, or one byte more than is looked at.
pub(super) fn read_sought(reader: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(max_program() + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether these are the bytes of a file that is looked for. Of each kind of hash only where one is looked for: a disk has many files.
pub(super) fn are_sought(bytes: &[u8], limits: &Limits) -> bool {
    let sought = &limits.sought;
    let has = |length: usize| sought.iter().any(|hash| hash.len() == length);
    // An empty file is like every other.
    (1..=max_program()).contains(&(bytes.len() as u64))
        && (has(64) && sought.contains(&hex(&Sha256::digest(bytes)))
            || has(40) && sought.contains(&hex(&Sha1::digest(bytes)))
            || has(32) && sought.contains(&hex(&Md5::digest(bytes))))
}

/// The same of a file or member that is read for it.
pub(super) fn is_sought(reader: &mut dyn Read, limits: &Limits) -> bool {
    !limits.sought.is_empty() && read_sought(reader).is_ok_and(|bytes| are_sought(&bytes, limits))
}
