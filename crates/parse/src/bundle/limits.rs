//! How much of an input is read, so that no input can exhaust the machine that reads it.

use std::collections::BTreeSet;
use std::sync::Arc;

/// What a bundle may cost at most. Whatever goes beyond becomes a note, and the rest is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file or member that is parsed as a whole: listings, MOF, Autoruns exports, manifests.
    pub text: u64,
    /// Bytes of one file or member that is hashed; beyond, a source has a length and no SHA-256.
    pub file: u64,
    /// Bytes that all members of one archive may unpack to, archives in it included.
    pub unpacked: u64,
    /// How many times its packed size a member may unpack to, once it passes [`Limits::ratio_from`].
    pub ratio: u64,
    /// Bytes that a member may always unpack to, whatever its ratio.
    pub ratio_from: u64,
    /// Members of one archive, and files of one folder that is read with all its subfolders.
    pub members: usize,
    /// Archives in archives: how deep.
    pub nesting: usize,
    /// Characters in the path of a member.
    pub path_length: usize,
    /// Folders in folders: how deep.
    pub depth: usize,
    /// Hashes of files that are looked for, in lower-case hex: MD5, SHA-1 or SHA-256. A file with one of them is told of wherever it lies and
    /// whatever it is. Where there are none, files that no parser reads are not read.
    pub sought: Arc<BTreeSet<String>>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            text: 256 << 20,
            file: 1 << 30,
            unpacked: 2 << 30,
            ratio: 500,
            ratio_from: 16 << 20,
            members: 200_000,
            nesting: 1,
            path_length: 1024,
            depth: 32,
            sought: Arc::default(),
        }
    }
}
