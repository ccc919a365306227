//! Records in the pages of `OBJECTS.DATA`.
//!
//! A page begins with a table of contents: entries of four `u32` (record number, offset in the page, size, checksum of an
//! unknown kind), ended by an entry of zeros. A record longer than the rest of its page goes on in the next logical
//! pages, which then have no table (libyal/dtformats, "object descriptor").

use crate::PAGE_SIZE;
use crate::bytes::u32_at;
use crate::error::Error;
use crate::key::RecordRef;
use crate::location::Location;
use crate::mapping::PageMap;
use crate::pages::{Bytes, Pages};

/// An entry of a page's table of contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TocEntry {
    pub(crate) id: u32,
    pub(crate) offset: u32,
    pub(crate) size: u32,
}

impl TocEntry {
    /// The range of the record in its page, cut at the page's end.
    pub(crate) fn range(&self, page: &[u8]) -> std::ops::Range<usize> {
        let start = (self.offset as usize).min(page.len());
        start..start.saturating_add(self.size as usize).min(page.len())
    }
}

/// The table of contents of a page. Ends at the entry of zeros, or where the records begin.
///
/// An entry that cannot be is passed over, as long as the table has begun with one that can: one damaged entry does not hide the
/// others.
pub(crate) fn toc(page: &[u8]) -> impl Iterator<Item = TocEntry> + '_ {
    let mut records = PAGE_SIZE;
    let slots = page.as_chunks::<16>().0.iter().enumerate();
    let entries = slots.map_while(move |(i, slot)| {
        let entry = TocEntry { id: u32_at(slot, 0)?, offset: u32_at(slot, 4)?, size: u32_at(slot, 8)? };
        let begins = entry.offset as usize;
        if *slot == [0; 16] || 16 * (i + 1) > records {
            return None;
        }
        let plausible = entry.id != 0 && entry.size != 0 && (16 * (i + 2)..PAGE_SIZE).contains(&begins);
        if plausible {
            records = records.min(begins);
        } else if i == 0 {
            return None;
        }
        Some(plausible.then_some(entry))
    });
    entries.flatten()
}

/// The entry of a record that a key names, wherever in the table it is: also behind damaged ones.
fn entry(page: &[u8], at: RecordRef) -> Result<TocEntry, &'static str> {
    let slots = page.as_chunks::<16>().0.iter().enumerate();
    let entries = slots.filter_map(|(i, slot)| {
        let entry = TocEntry { id: u32_at(slot, 0)?, offset: u32_at(slot, 4)?, size: u32_at(slot, 8)? };
        let fits = entry.id == at.id && (16 * (i + 2)..PAGE_SIZE).contains(&(entry.offset as usize));
        fits.then_some(entry)
    });
    let mut other_size = false;
    for entry in entries {
        if entry.size == at.size {
            return Ok(entry);
        }
        other_size = true;
    }
    Err(if other_size {
        "its page's table of contents gives it another size"
    } else {
        "its page's table of contents does not have it"
    })
}

/// Ends lists of records that overlap. Real ones do not, so together they are no longer than their file; damaged keys can
/// name the same bytes over and over.
pub(crate) struct Extent {
    left: Option<u64>,
}

impl Extent {
    pub(crate) fn of(pages: &Pages) -> Self {
        Self { left: Some(pages.size().saturating_add(PAGE_SIZE as u64)) }
    }

    /// Counts a record: an error for the first that is too much, `None` for those after it.
    pub(crate) fn claim(&mut self, size: u32) -> Option<Result<(), Error>> {
        self.left = self.left?.checked_sub(size.into());
        Some(if self.left.is_some() { Ok(()) } else { Err(Error::Overlap) })
    }
}

/// A record's bytes and where they lie.
#[derive(Debug, Clone)]
pub(crate) struct Record<'a> {
    pub(crate) location: Location,
    pub(crate) data: Bytes<'a>,
}

/// Reads the record that a key names.
pub(crate) fn read<'a>(pages: &'a Pages, map: &PageMap, at: RecordRef) -> Result<Record<'a>, Error> {
    let missing = |what| Error::MissingRecord { page: at.page, id: at.id, size: at.size, what };
    let physical = map
        .physical(at.page)
        .ok_or_else(|| missing("the mapping file has no physical page for its logical page"))?;
    let page = pages.page(physical)?;
    let entry = entry(&page, at).map_err(missing)?;
    continued(pages, page, &entry, physical, Some(at.page), |n| map.physical(at.page.checked_add(n)?))
}

/// Reads the record of a table entry. `next` gives the physical page of the `n`th page after the first.
pub(crate) fn continued<'a>(
    pages: &'a Pages,
    page: Bytes<'a>,
    entry: &TocEntry,
    physical: u32,
    logical: Option<u32>,
    next: impl Fn(u32) -> Option<u32>,
) -> Result<Record<'a>, Error> {
    let location = Location {
        logical_page: logical,
        physical_page: physical,
        page_offset: entry.offset,
        record_id: entry.id,
        size: entry.size,
    };
    let range = entry.range(&page);
    let size = entry.size as usize;
    if u64::from(entry.size) > pages.size() {
        let what = "the record claims to be longer than its file";
        return Err(Error::Record { location, at: 0, what });
    }
    if range.len() == size {
        return Ok(Record { location, data: page.slice(range) });
    }
    let cut =
        |at: usize| Error::Record { location, at, what: "the record goes on in a page that is not there" };
    // The size is the file's claim: grow with what is really read.
    let mut data = Vec::with_capacity(size.min(1 << 20));
    data.extend_from_slice(&page[range]);
    let mut n = 0;
    while data.len() < size {
        n += 1;
        let physical = next(n).ok_or_else(|| cut(data.len()))?;
        let page = pages.page(physical)?;
        data.extend_from_slice(&page[..page.len().min(size - data.len())]);
        if page.len() < PAGE_SIZE && data.len() < size {
            return Err(cut(data.len()));
        }
    }
    Ok(Record { location, data: data.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_contents_ends_where_it_stops_making_sense() {
        let mut page = vec![0; PAGE_SIZE];
        let mut put = |i: usize, words: [u32; 4]| {
            for (n, w) in words.iter().enumerate() {
                page[16 * i + 4 * n..][..4].copy_from_slice(&w.to_le_bytes());
            }
        };
        put(0, [7, 64, 10, 0]);
        put(1, [8, 74, 9000, 0]);
        put(2, [9, 3, 10, 0]);
        let entries: Vec<_> = toc(&page).collect();
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[1].range(&page), 74..PAGE_SIZE);
    }

    #[test]
    fn a_damaged_entry_does_not_hide_those_after_it() {
        let mut page = vec![0; PAGE_SIZE];
        let words = [[7, 80, 10, 0], [8, 90_000, 9, 0], [9, 100, 10, 0]];
        for (i, word) in words.as_flattened().iter().enumerate() {
            page[4 * i..][..4].copy_from_slice(&u32::to_le_bytes(*word));
        }
        let ids: Vec<_> = toc(&page).map(|e| e.id).collect();
        assert_eq!(ids, [7, 9]);
        // Behind a damaged first entry, only a key finds a record: the page could have no table at all.
        page[4] = 0;
        assert_eq!(toc(&page).count(), 0);
        let at = |size| entry(&page, RecordRef { page: 0, id: 9, size });
        assert_eq!(at(10).map(|e| e.offset), Ok(100));
        assert!(at(11).unwrap_err().contains("another size"));
    }
}
