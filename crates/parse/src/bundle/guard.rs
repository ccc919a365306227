//! Reads no more than the limits allow.

use super::Limits;
use super::notes::{ARCHIVE_BUDGET, RATIO, SPECIAL, io_message, mebibytes};
use evidence::Message;
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// A limit that was met while reading, wrapped into an [`io::Error`].
#[derive(Debug)]
pub(super) struct Refused(pub(super) Message);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.id)
    }
}

impl std::error::Error for Refused {}

/// The limit that was met, if that is what the error is.
pub(super) fn refused(error: &io::Error) -> Option<&Message> {
    error.get_ref().and_then(|inner| inner.downcast_ref::<Refused>()).map(|refused| &refused.0)
}

/// Unpacked data, up to the ratio and to what the bundle may unpack to altogether.
pub(super) struct Guard<'a, R> {
    inner: R,
    left: u64,
    ratio: u64,
    budget: &'a mut u64,
    total: u64,
}

impl<'a, R: Read> Guard<'a, R> {
    /// Guards what `packed` bytes unpack to.
    pub(super) fn new(inner: R, packed: u64, budget: &'a mut u64, limits: &Limits) -> Self {
        let left = packed.saturating_mul(limits.ratio).max(limits.ratio_from);
        Self { inner, left, ratio: limits.ratio, budget, total: limits.unpacked }
    }
}

impl<R: Read> Read for Guard<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let bytes = count as u64;
        let Some(left) = self.left.checked_sub(bytes) else {
            return Err(io::Error::other(Refused(RATIO.with([self.ratio.into()]))));
        };
        let Some(budget) = self.budget.checked_sub(bytes) else {
            *self.budget = 0;
            return Err(io::Error::other(Refused(ARCHIVE_BUDGET.with([mebibytes(self.total).into()]))));
        };
        self.left = left;
        *self.budget = budget;
        Ok(count)
    }
}

/// Hashes and counts what is read through it.
pub(super) struct Hashed<R> {
    inner: R,
    hasher: Option<Sha256>,
    length: u64,
}

impl<R: Read> Hashed<R> {
    /// Counts what is read from `inner`, and hashes it where `hash` is set.
    pub(super) fn new(inner: R, hash: bool) -> Self {
        Self { inner, hasher: hash.then(Sha256::new), length: 0 }
    }

    /// Reads what is left, up to a limit. Returns whether that was all.
    pub(super) fn drain(&mut self, limit: u64) -> io::Result<bool> {
        let mut buffer = vec![0; 1 << 16];
        while self.length <= limit {
            if self.read(&mut buffer)? == 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The SHA-256 of what was read so far, in lower-case hex.
    pub(super) fn digest(&self) -> Option<String> {
        self.hasher.clone().map(|hasher| hex(&hasher.finalize()))
    }

    /// How many bytes were read so far.
    pub(super) const fn length(&self) -> u64 {
        self.length
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        if let Some(hasher) = &mut self.hasher {
            hasher.update(buffer.get(..count).unwrap_or_default());
        }
        self.length += count as u64;
        Ok(count)
    }
}

/// Bytes in lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Opens a regular file, and nothing that could block or never end.
#[expect(clippy::disallowed_methods, reason = "whoever opens a bundle opens its files")]
pub(super) fn open(path: &Path) -> Result<(File, u64), Message> {
    let metadata = path.metadata().map_err(|error| io_message(&error))?;
    if !metadata.is_file() {
        return Err(SPECIAL.plain());
    }
    let file = File::open(path).map_err(|error| io_message(&error))?;
    Ok((file, metadata.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_counts_only_behind_the_free_bytes() {
        let limits = Limits { ratio: 10, ratio_from: 100, ..Limits::default() };
        for (packed, bytes, fits) in [(1, 100, true), (1, 101, false), (20, 200, true), (20, 201, false)] {
            let mut budget = 1000;
            let data = vec![0; bytes];
            let read = Guard::new(data.as_slice(), packed, &mut budget, &limits).read_to_end(&mut Vec::new());
            assert_eq!(read.is_ok(), fits, "{packed} {bytes}");
            if let Err(error) = read {
                assert_eq!(refused(&error).map(|message| message.id.as_str()), Some("note-member-ratio"));
            }
        }
    }

    #[test]
    fn all_members_share_one_budget() {
        let limits = Limits::default();
        let mut budget = 150;
        let data = [0; 100];
        assert!(Guard::new(&data[..], 100, &mut budget, &limits).read_to_end(&mut Vec::new()).is_ok());
        let error =
            Guard::new(&data[..], 100, &mut budget, &limits).read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(refused(&error).map(|message| message.id.as_str()), Some("note-archive-budget"));
    }

    #[test]
    fn hashes_are_those_of_the_bytes() {
        let mut hashed = Hashed::new(&b"abc"[..], true);
        assert!(hashed.drain(10).unwrap());
        assert_eq!(hashed.length(), 3);
        assert_eq!(
            hashed.digest().as_deref(),
            Some("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        );
    }
}
