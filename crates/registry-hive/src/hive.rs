//! The hive as a whole: base block, logs, root.

use crate::cells::{BINS, u32_at, u64_at};
use crate::key::{Key, ROOT};
use crate::log::{self, Log};
use std::collections::{BTreeSet, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Why bytes are no hive at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The signature is missing.
    #[error("not a registry hive: it does not begin with `regf`")]
    Signature,
    /// There is nothing behind the base block.
    #[error("the registry hive ends after {length} bytes, before its first key")]
    Truncated {
        /// How many bytes there are.
        length: usize,
    },
}

/// Something in a hive that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The byte offset in the hive.
    pub offset: u64,
    /// What is wrong there.
    pub what: &'static str,
}

/// What was done with the transaction logs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Replay {
    /// Whether the hive says that changes had not been written to it.
    pub needed: bool,
    /// How many log entries were applied.
    pub applied: usize,
}

/// A registry hive in memory.
#[derive(Debug)]
pub struct Hive {
    pub(crate) bytes: Vec<u8>,
    replay: Replay,
    problems: Mutex<BTreeSet<Problem>>,
    /// The work that is left, see [`Hive::spend`].
    budget: AtomicU64,
}

/// Work that any hive is worth, in bytes that are read.
const WORK: u64 = 64 << 20;
/// How often the whole hive may be read besides.
const READINGS: u64 = 8;

/// Problems beyond this are not kept: a hive of garbage has one at every cell.
const MAX_PROBLEMS: usize = 1_000;

impl Hive {
    /// Reads a hive as it is, without logs.
    ///
    /// # Errors
    /// [`Error`] where the bytes are no hive.
    pub fn new(bytes: Vec<u8>) -> Result<Self, Error> {
        Self::with_logs(bytes, &[])
    }

    /// Reads a hive and applies what its transaction logs (`.LOG1`, `.LOG2`, in any order) hold behind it.
    ///
    /// Logs are applied only where the hive needs them: where its two sequence numbers differ, or its base block is damaged. Entries are applied in
    /// the order of their sequence numbers from the hive's second number on, without gaps, each only where both its hashes are right.
    ///
    /// # Errors
    /// [`Error`] where the bytes are no hive.
    pub fn with_logs(bytes: Vec<u8>, logs: &[&[u8]]) -> Result<Self, Error> {
        if bytes.get(..4) != Some(b"regf") {
            return Err(Error::Signature);
        }
        if bytes.len() <= BINS {
            return Err(Error::Truncated { length: bytes.len() });
        }
        let mut hive = Self {
            bytes,
            replay: Replay::default(),
            problems: Mutex::default(),
            budget: AtomicU64::default(),
        };
        hive.replay(logs);
        let length = hive.bytes.len() as u64;
        hive.budget = AtomicU64::new(length.saturating_mul(READINGS).saturating_add(WORK));
        Ok(hive)
    }

    fn replay(&mut self, logs: &[&[u8]]) {
        let (first, second) = (u32_at(&self.bytes, 4).unwrap_or(0), u32_at(&self.bytes, 8).unwrap_or(0));
        let sound = self.checksum_is_right();
        self.replay.needed = first != second || !sound;
        if !self.replay.needed {
            return;
        }
        // A log cannot make a hive larger than itself and the hive together.
        let limit = logs.iter().map(|log| log.len()).sum::<usize>().saturating_add(self.bytes.len());
        let mut entries = Vec::new();
        for log in logs {
            match log::read(log) {
                Log::Entries(read) => entries.extend(read),
                Log::Dirty { sequence, sectors } if !sound || sequence >= second => {
                    log::write(&mut self.bytes, &sectors, limit);
                    self.replay.applied += 1;
                }
                Log::Dirty { .. } | Log::Nothing => {}
            }
        }
        entries.sort_by_key(|entry| entry.sequence);
        let mut next = None;
        for entry in entries {
            let wanted = next.map_or(!sound || entry.sequence >= second, |next| entry.sequence == next);
            if !wanted {
                continue;
            }
            next = Some(entry.sequence.wrapping_add(1));
            log::write(&mut self.bytes, &entry.pages, limit);
            if let Some(size) = self.bytes.get_mut(40..44) {
                size.copy_from_slice(&entry.bins.to_le_bytes());
            }
            self.replay.applied += 1;
        }
    }

    /// Whether the base block's checksum is right: the XOR of its first 127 words, where 0 stands for 1 and all ones for one less.
    fn checksum_is_right(&self) -> bool {
        let words = (0..127).filter_map(|word| u32_at(&self.bytes, word * 4));
        let sum = match words.fold(0, |sum, word| sum ^ word) {
            0 => 1,
            u32::MAX => u32::MAX - 1,
            sum => sum,
        };
        u32_at(&self.bytes, 508) == Some(sum)
    }

    /// The bytes of the hive, with what logs brought.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// What was done with the transaction logs.
    pub const fn replayed(&self) -> Replay {
        self.replay
    }

    /// When the hive was last written, in 100 ns since 1601-01-01.
    pub fn written(&self) -> u64 {
        u64_at(&self.bytes, 12).unwrap_or(0)
    }

    /// The root key; `None` where it cannot be found.
    ///
    /// Where the base block does not lead to it, the first key cell that is marked as a root is taken.
    pub fn root(&self) -> Option<Key<'_>> {
        let offset = u32_at(&self.bytes, 36)?;
        Key::at(self, offset).or_else(|| self.find_root())
    }

    /// Keys in use that the tree does not lead to because a list of subkeys is damaged, each with its path as far as its parents tell.
    ///
    /// Every eighth byte is looked at, so this takes as long as reading the whole hive. A sound hive has none.
    pub fn lost_keys(&self) -> Vec<(String, Key<'_>)> {
        let reached: HashSet<u64> =
            self.root().into_iter().flat_map(|root| root.walk_keys()).map(|key| key.offset()).collect();
        (0..self.bytes.len().saturating_sub(BINS))
            .step_by(8)
            .filter_map(|offset| Key::at(self, u32::try_from(offset).ok()?))
            .filter(|key| key.is_in_use() && !reached.contains(&key.offset()))
            .take_while(|_| self.spend(0))
            .map(|key| (key.path(), key))
            .collect()
    }

    fn find_root(&self) -> Option<Key<'_>> {
        self.problem(36, "the root key is not where the base block says");
        (0..self.bytes.len().saturating_sub(BINS))
            .step_by(8)
            .filter_map(|offset| Key::at(self, u32::try_from(offset).ok()?))
            .find(|key| key.flags() & ROOT != 0)
    }

    /// Takes the cost of a step from the work that this hive is worth; `false`, with a problem, where there is not enough left.
    ///
    /// Lists may name the same cells again and again, and cells may lie in each other. So what can be reached has no bound in the
    /// length of the hive, and what is read needs one.
    pub(crate) fn spend(&self, cost: usize) -> bool {
        let cost = (cost as u64).max(1);
        let spent =
            self.budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(cost));
        if spent.is_err() {
            // Nothing after this is read, however little it costs.
            self.budget.store(0, Ordering::Relaxed);
            self.problem(0, "its lists lead to far more than the hive holds; the rest is not read");
        }
        spent.is_ok()
    }

    /// Notes something that could not be read.
    pub(crate) fn problem(&self, offset: u64, what: &'static str) {
        let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        if problems.len() < MAX_PROBLEMS {
            problems.insert(Problem { offset, what });
        }
    }

    /// What could not be read so far, in order.
    pub fn problems(&self) -> Vec<Problem> {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}
