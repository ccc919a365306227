//! Transaction logs: changes that had not reached the hive when it was copied.

use crate::cells::{BINS, u32_at, u64_at};
use crate::marvin;

/// Where the entries of a log begin: behind its base block.
const ENTRIES: usize = 512;
/// The length of an entry's head: signature, size, flags, sequence number, bins size, page count, two hashes.
const HEAD: usize = 40;
/// Entries are padded to this.
const ALIGNMENT: u32 = 512;

/// One entry of a log in the form of Windows 8.1 and later.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    /// Its number; entries are applied without gaps.
    pub(crate) sequence: u32,
    /// The size of the bins after it.
    pub(crate) bins: u32,
    /// Pages: offset from the beginning of the bins, and bytes.
    pub(crate) pages: Vec<(usize, &'a [u8])>,
}

/// The kind of a log.
#[derive(Debug)]
pub(crate) enum Log<'a> {
    /// Windows 8.1 and later: entries with hashes.
    Entries(Vec<Entry<'a>>),
    /// Before: a bitmap of dirty sectors, then the sectors. Its sequence number, and the sectors by their offsets.
    Dirty { sequence: u32, sectors: Vec<(usize, &'a [u8])> },
    /// Not a log, or an empty one.
    Nothing,
}

/// Whether the bytes are a transaction log: its base block says that the file is none of the primary kind (0).
pub fn is_log(bytes: &[u8]) -> bool {
    bytes.get(..4) == Some(b"regf") && u32_at(bytes, 28).is_some_and(|kind| kind != 0)
}

/// Reads a log. Entries are taken in order up to the first that is damaged: what is behind it is older.
pub(crate) fn read(bytes: &[u8]) -> Log<'_> {
    if bytes.get(..4) != Some(b"regf") {
        return Log::Nothing;
    }
    match bytes.get(ENTRIES..ENTRIES + 4) {
        Some(b"HvLE") => Log::Entries(entries(bytes)),
        Some(b"DIRT") => dirty(bytes).unwrap_or(Log::Nothing),
        _ => Log::Nothing,
    }
}

fn entries(bytes: &[u8]) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut at = ENTRIES;
    while let Some((entry, size)) = entry(bytes, at) {
        if entries.last().is_some_and(|last| last.sequence.wrapping_add(1) != entry.sequence) {
            break;
        }
        entries.push(entry);
        at = at.saturating_add(size);
    }
    entries
}

fn entry(bytes: &[u8], at: usize) -> Option<(Entry<'_>, usize)> {
    let rest = bytes.get(at..)?;
    if rest.get(..4)? != b"HvLE" {
        return None;
    }
    let size = u32_at(rest, 4)?;
    if size < ALIGNMENT || size % ALIGNMENT != 0 {
        return None;
    }
    let size = usize::try_from(size).ok()?;
    let whole = rest.get(..size)?;
    // The first hash is over everything behind the head, the second over the head before it and the first hash.
    if u64_at(whole, 24)? != marvin::hash(whole.get(HEAD..)?)
        || u64_at(whole, 32)? != marvin::hash(whole.get(..32)?)
    {
        return None;
    }
    let count = usize::try_from(u32_at(whole, 20)?).ok()?;
    let mut data = HEAD.checked_add(count.checked_mul(8)?)?;
    let mut pages = Vec::new();
    for page in 0..count {
        let offset = usize::try_from(u32_at(whole, HEAD + page * 8)?).ok()?;
        let length = usize::try_from(u32_at(whole, HEAD + page * 8 + 4)?).ok()?;
        let end = data.checked_add(length)?;
        pages.push((offset, whole.get(data..end)?));
        data = end;
    }
    Some((Entry { sequence: u32_at(whole, 12)?, bins: u32_at(whole, 16)?, pages }, size))
}

/// A log of Windows 8 and before: a bit for each sector of 512 bytes, then the dirty sectors one after the other.
fn dirty(bytes: &[u8]) -> Option<Log<'_>> {
    let (first, second) = (u32_at(bytes, 4)?, u32_at(bytes, 8)?);
    if first != second {
        return None;
    }
    let sector_count = usize::try_from(u32_at(bytes, 40)?).ok()? / 512;
    let bitmap = bytes.get(ENTRIES + 4..ENTRIES + 4 + sector_count.div_ceil(8))?;
    let mut data = (ENTRIES + 4 + bitmap.len()).next_multiple_of(512);
    let mut sectors = Vec::new();
    for sector in 0..sector_count {
        if bitmap.get(sector / 8)? & (1 << (sector % 8)) != 0 {
            sectors.push((sector * 512, bytes.get(data..data + 512)?));
            data += 512;
        }
    }
    Some(Log::Dirty { sequence: first, sectors })
}

/// Writes pages over the bins, which grow where a page lies behind their end. Offsets beyond `limit` bytes of bins are refused.
pub(crate) fn write(bytes: &mut Vec<u8>, pages: &[(usize, &[u8])], limit: usize) {
    for (offset, page) in pages {
        let Some(end) = offset.checked_add(page.len()).filter(|end| *end <= limit) else { continue };
        if bytes.len() < BINS + end {
            bytes.resize(BINS + end, 0);
        }
        if let Some(place) = bytes.get_mut(BINS + offset..BINS + end) {
            place.copy_from_slice(page);
        }
    }
}
