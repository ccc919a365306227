//! Files that somebody looks for by their hashes, whatever they are and wherever they lie.

use super::Limits;
use super::guard::hex;
use super::programs::MAX_PROGRAM;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::io::{self, Read};

/// So much of a file that it can be told whether it is one that is looked for: all of it, or one byte more than is looked at.
pub(super) fn read_sought(reader: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MAX_PROGRAM + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether these are the bytes of a file that is looked for. Of each kind of hash only where one is looked for: a disk has many files.
pub(super) fn are_sought(bytes: &[u8], limits: &Limits) -> bool {
    let sought = &limits.sought;
    let has = |length: usize| sought.iter().any(|hash| hash.len() == length);
    // An empty file is like every other.
    (1..=MAX_PROGRAM).contains(&(bytes.len() as u64))
        && (has(64) && sought.contains(&hex(&Sha256::digest(bytes)))
            || has(40) && sought.contains(&hex(&Sha1::digest(bytes)))
            || has(32) && sought.contains(&hex(&Md5::digest(bytes))))
}

/// The same of a file or member that is read for it.
pub(super) fn is_sought(reader: &mut dyn Read, limits: &Limits) -> bool {
    !limits.sought.is_empty() && read_sought(reader).is_ok_and(|bytes| are_sought(&bytes, limits))
}
