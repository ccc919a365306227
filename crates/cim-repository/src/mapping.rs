//! Mapping files: which physical page holds which logical page.
//!
//! Format 2.2 (libyal/dtformats, "mapping file"; field meanings measured): a section for `OBJECTS.DATA`, then one for
//! `INDEX.BTR`. A section is a header of six `u32` (`0xABCD`, version, id, previous id, physical pages, entries), the
//! entries of six `u32` (page, checksum, free, used, id, previous id), a count and that many free physical pages, and
//! the footer `0xDCBA`. A last `u32` is 1 when the service was shut down cleanly.

use crate::bytes::u32_at;
use crate::error::{Error, FileKind};

const HEADER: u32 = 0xABCD;
const FOOTER: u32 = 0xDCBA;
/// A slot without a page. It keeps its number: leaving it out would shift all later pages.
const UNUSED: u32 = 0xFFFF_FFFF;
/// The two upper bits of a page number are flags.
const PAGE_BITS: u32 = 0x3FFF_FFFF;

/// One mapping table: logical page → physical page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageMap {
    slots: Vec<u32>,
    free: Vec<u32>,
    /// Number of physical pages of the file, as the table says.
    pub physical_pages: u32,
}

impl PageMap {
    pub(crate) fn from_slots(slots: Vec<u32>, physical_pages: u32) -> Self {
        Self { slots, free: Vec::new(), physical_pages }
    }

    /// The physical page of a logical one; `None` when the slot is unused or beyond the table.
    pub fn physical(&self, logical: u32) -> Option<u32> {
        self.slots.get(logical as usize).copied().filter(|&p| p != UNUSED)
    }

    /// Number of logical pages, unused slots included.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is no slot at all.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// All pairs of logical and physical page, in logical order.
    pub fn pairs(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (0..).zip(self.slots.iter().copied()).filter(|&(_, p)| p != UNUSED)
    }

    /// The highest physical page that is in use.
    pub(crate) fn highest(&self) -> Option<u32> {
        self.pairs().map(|(_, physical)| physical).max()
    }

    /// Physical pages on the free list.
    pub fn free_list(&self) -> &[u32] {
        &self.free
    }
}

/// A mapping file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// Which of the files.
    pub file: FileKind,
    /// Counts up with every checkpoint; the highest is the live one.
    pub version: u32,
    /// Counts up with every file written; decides between equal versions.
    pub id: u32,
    /// Whether the file ends with the mark of a clean shutdown.
    pub clean: bool,
    /// Pages of `OBJECTS.DATA`.
    pub objects: PageMap,
    /// Pages of `INDEX.BTR`.
    pub index: PageMap,
    /// Logical page of the B-tree's root.
    pub index_root: u32,
}

struct Section {
    version: u32,
    id: u32,
    map: PageMap,
    first_used: u32,
    end: usize,
}

impl Mapping {
    /// Reads a mapping file of format 2.2.
    ///
    /// # Errors
    /// [`Error::OldFormat`] for the layout of Windows XP, else [`Error::Damaged`] with the place.
    pub fn parse(file: FileKind, data: &[u8]) -> Result<Self, Error> {
        let objects =
            section(file, data, 0).map_err(|e| if is_old(data) { Error::OldFormat { file } } else { e })?;
        // The four bytes between the sections are the first section's tail, where a file has them.
        let start = if u32_at(data, objects.end) == Some(HEADER) { objects.end } else { objects.end + 4 };
        let index = section(file, data, start)?;
        Ok(Self {
            file,
            version: objects.version,
            id: objects.id,
            clean: u32_at(data, index.end) == Some(1),
            index_root: index.first_used,
            objects: objects.map,
            index: index.map,
        })
    }

    /// The order in which mapping files are tried: later is better.
    pub(crate) fn rank(&self) -> (u32, u32) {
        (self.version, self.id)
    }
}

fn section(file: FileKind, data: &[u8], start: usize) -> Result<Section, Error> {
    let damaged = |at: usize, what| Error::Damaged { file, offset: at as u64, what };
    let field = |i: usize| {
        let at = start + 4 * i;
        u32_at(data, at).ok_or_else(|| damaged(at, "the mapping file ends inside a section header"))
    };
    if field(0)? != HEADER {
        return Err(damaged(start, "a section of the mapping file does not begin with 0xABCD"));
    }
    let (version, id, physical_pages) = (field(1)?, field(2)?, field(4)?);
    let count = field(5)? as usize;
    let table = start + 24;
    let free_at = count
        .checked_mul(24)
        .and_then(|n| table.checked_add(n))
        .filter(|&e| e <= data.len())
        .ok_or_else(|| damaged(start + 20, "the mapping table is longer than its file"))?;
    let entries = data[table..free_at].as_chunks::<24>().0;
    let slots: Vec<u32> = entries
        .iter()
        .map(|e| u32_at(e, 0).unwrap_or(UNUSED))
        .map(|p| if p == UNUSED { p } else { p & PAGE_BITS })
        .collect();
    let first_used = entries.first().and_then(|e| u32_at(e, 12)).unwrap_or_default();
    let free_count = u32_at(data, free_at)
        .ok_or_else(|| damaged(free_at, "the mapping file ends before its free list"))?
        as usize;
    let footer = free_count
        .checked_mul(4)
        .and_then(|n| n.checked_add(free_at + 4))
        .filter(|&e| e <= data.len())
        .ok_or_else(|| damaged(free_at, "the free list is longer than its file"))?;
    let free = data[free_at + 4..footer].as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b)).collect();
    if u32_at(data, footer) != Some(FOOTER) {
        return Err(damaged(footer, "a section of the mapping file does not end with 0xDCBA"));
    }
    Ok(Section { version, id, map: PageMap { slots, free, physical_pages }, first_used, end: footer + 4 })
}

/// Whether the data has the layout of Windows XP: a header of four `u32` and entries of one `u32`.
fn is_old(data: &[u8]) -> bool {
    let skip = |at: usize, count: u32| (count as usize).checked_mul(4).and_then(|n| n.checked_add(at));
    let end = || {
        let entries = u32_at(data, 12)?;
        let free_at = skip(16, entries)?;
        let footer = skip(free_at.checked_add(4)?, u32_at(data, free_at)?)?;
        u32_at(data, footer)
    };
    u32_at(data, 0) == Some(HEADER) && end() == Some(FOOTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|w| w.to_le_bytes()).collect()
    }

    fn sample() -> Vec<u8> {
        words(&[
            0xABCD,
            7,
            3,
            2,
            4,
            2, // objects header
            0x8000_0002,
            0,
            0,
            0,
            0,
            0, // slot 0, flag set
            0xFFFF_FFFF,
            0,
            0,
            0,
            0,
            0, // slot 1, unused
            1,
            3,
            0xDCBA, // free list
            0xABCD,
            7,
            3,
            2,
            4,
            1, // index header
            1,
            0,
            0,
            57,
            0,
            0, // slot 0, root in `used`
            0,
            0xDCBA,
            1,
        ])
    }

    #[test]
    fn unused_slots_keep_their_number() {
        let m = Mapping::parse(FileKind::Mapping(1), &sample()).unwrap();
        assert_eq!((m.version, m.id, m.clean, m.index_root), (7, 3, true, 57));
        assert_eq!(
            (m.objects.physical(0), m.objects.physical(1), m.objects.physical(2)),
            (Some(2), None, None)
        );
        assert_eq!(m.objects.len(), 2);
        assert_eq!(m.objects.free_list(), [3]);
    }

    #[test]
    fn every_truncation_is_an_error_with_a_place() {
        let whole = sample();
        for n in 0..whole.len() - 4 {
            let error = Mapping::parse(FileKind::Mapping(2), &whole[..n]).unwrap_err();
            assert!(error.place().is_some(), "{n}: {error}");
        }
    }

    #[test]
    fn windows_xp_is_named() {
        let xp = words(&[0xABCD, 1, 2, 2, 0, 1, 1, 5, 0xDCBA]);
        let error = Mapping::parse(FileKind::Mapping(1), &xp).unwrap_err();
        assert!(matches!(error, Error::OldFormat { .. }), "{error}");
    }
}
