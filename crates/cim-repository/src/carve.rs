//! Finding records that no live key leads to: in tables of contents, in pages without a mapping, in the space between.

use std::collections::{HashMap, HashSet};

use crate::PAGE_SIZE;
use crate::bytes::u32_at;
use crate::class;
use crate::instance::{self, HASH_BYTES};
use crate::location::Location;
use crate::mapping::PageMap;
use crate::pages::{Bytes, Pages};
use crate::record::{self, TocEntry, toc};
use crate::time::FileTime;

/// Records that go on over more pages than this (4 MiB) are not followed when carving.
const MAX_CARVED: u32 = 4 << 20;
/// Longest superclass name that is taken for one in free space.
const MAX_NAME: usize = 256;

/// Where a carved object was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// In the table of contents of a live page, but without a live key: deleted from the index only.
    Unindexed,
    /// In a physical page that no logical page is mapped to: deleted, or an older state of a page.
    UnmappedPage,
    /// In the space between and after the records of a page: the rest of something deleted.
    Slack,
}

/// Bytes that look like a record.
pub(crate) struct Piece {
    pub(crate) origin: Origin,
    pub(crate) location: Location,
    pub(crate) data: Vec<u8>,
    /// Whether the end is missing.
    pub(crate) cut: bool,
}

/// Goes through all pages and hands every piece that is not live to `found`, which says whether to go on.
pub(crate) fn pieces(
    pages: &Pages,
    map: &PageMap,
    is_live: &dyn Fn(u32, u32) -> bool,
    found: &mut dyn FnMut(Piece) -> bool,
) {
    let mut mapped = HashSet::new();
    // Bytes at the beginning of a logical page that belong to a record of the page before.
    let mut carried: HashMap<u32, usize> = HashMap::new();
    for (logical, physical) in map.pairs() {
        if !mapped.insert(physical) {
            continue;
        }
        let Ok(page) = pages.page(physical) else { continue };
        let start = carried.remove(&logical);
        if start.is_none() {
            carry(&page, logical, &mut carried);
        }
        let carve = Carve { pages, map, physical, logical: Some(logical), origin: Origin::Unindexed };
        if !carve.page(&page, start, is_live, found) {
            return;
        }
    }
    for physical in (0..pages.count()).filter(|p| !mapped.contains(p)) {
        let Ok(page) = pages.page(physical) else { continue };
        let carve = Carve { pages, map, physical, logical: None, origin: Origin::UnmappedPage };
        if !carve.page(&page, None, &|_, _| false, found) {
            return;
        }
    }
}

/// Notes which pages after this one the page's last record goes on in.
fn carry(page: &[u8], logical: u32, carried: &mut HashMap<u32, usize>) {
    for entry in toc(page) {
        let mut rest = (entry.offset as usize + entry.size as usize).saturating_sub(PAGE_SIZE);
        let mut next = logical;
        while rest > 0 && entry.size <= MAX_CARVED {
            next = next.saturating_add(1);
            carried.insert(next, rest.min(PAGE_SIZE));
            rest = rest.saturating_sub(PAGE_SIZE);
        }
    }
}

struct Carve<'a> {
    pages: &'a Pages,
    map: &'a PageMap,
    physical: u32,
    logical: Option<u32>,
    origin: Origin,
}

impl Carve<'_> {
    /// Carves a page whose first `start` bytes, if given, belong to an earlier page's record.
    fn page(
        &self,
        page: &[u8],
        start: Option<usize>,
        is_live: &dyn Fn(u32, u32) -> bool,
        found: &mut dyn FnMut(Piece) -> bool,
    ) -> bool {
        let entries: Vec<TocEntry> = if start.is_none() { toc(page).collect() } else { Vec::new() };
        for entry in &entries {
            if self.logical.is_some_and(|logical| is_live(logical, entry.id)) {
                continue;
            }
            if !found(self.record(page, entry)) {
                return false;
            }
        }
        let table = if entries.is_empty() { start.unwrap_or(0) } else { 16 * (entries.len() + 1) };
        let mut used: Vec<_> = entries.iter().map(|e| e.range(page)).collect();
        used.sort_by_key(|r| r.start);
        let mut from = table.min(page.len());
        for range in used.into_iter().chain(std::iter::once(page.len()..page.len())) {
            if range.start > from && !self.slack(page, from..range.start, found) {
                return false;
            }
            from = from.max(range.end);
        }
        true
    }

    fn record(&self, page: &[u8], entry: &TocEntry) -> Piece {
        let next = |n| match self.logical {
            Some(logical) => self.map.physical(logical.checked_add(n)?),
            // Nothing says which page followed an unmapped one; the next in the file often did.
            None => self.physical.checked_add(n),
        };
        if entry.size <= MAX_CARVED
            && let Ok(record) =
                record::continued(self.pages, Bytes::Borrowed(page), entry, self.physical, self.logical, next)
        {
            // What follows an unmapped page is a guess; what decodes is right.
            return Piece {
                origin: self.origin,
                location: record.location,
                data: record.data.to_vec(),
                cut: false,
            };
        }
        let range = entry.range(page);
        let location = self.location(range.start, entry.id, entry.size);
        Piece { origin: self.origin, location, data: page[range].to_vec(), cut: true }
    }

    fn location(&self, at: usize, record_id: u32, size: u32) -> Location {
        Location {
            logical_page: self.logical,
            physical_page: self.physical,
            page_offset: u32::try_from(at).unwrap_or_default(),
            record_id,
            size,
        }
    }

    /// Looks for beginnings of records in space that no record has.
    fn slack(
        &self,
        page: &[u8],
        range: std::ops::Range<usize>,
        found: &mut dyn FnMut(Piece) -> bool,
    ) -> bool {
        let mut at = range.start;
        while at < range.end {
            let rest = &page[at..range.end];
            let Some(claimed) = instance_size(rest).or_else(|| class_size(rest)) else {
                at += 1;
                continue;
            };
            let size = claimed.min(rest.len());
            let location = self.location(at, 0, u32::try_from(size).unwrap_or_default());
            let data = page[at..at + size].to_vec();
            let cut = claimed > size;
            if !found(Piece { origin: Origin::Slack, location, data, cut }) {
                return false;
            }
            at += size;
        }
        true
    }
}

/// The size of the instance that begins here, if one seems to.
pub(crate) fn instance_size(data: &[u8]) -> Option<usize> {
    // The first digits decide nearly always.
    if !data.first()?.is_ascii_hexdigit() || *data.get(1)? != 0 {
        return None;
    }
    let head = instance::head(data).ok()?;
    (head.session.is_plausible() && head.class_stored.is_plausible())
        .then(|| u32_at(data, HASH_BYTES + 16).map_or(usize::MAX, |n| HASH_BYTES + 16 + n as usize))
}

/// The size of the class that begins here, if one seems to.
pub(crate) fn class_size(data: &[u8]) -> Option<usize> {
    let count = u32_at(data, 0)? as usize;
    if count > MAX_NAME {
        return None;
    }
    let stored = 4 + 2 * count;
    let high = u32_at(data, stored + 4)?;
    if !FileTime(u64::from(high) << 32).is_plausible() {
        return None;
    }
    let name = data[4..stored].as_chunks::<2>().0;
    if !name.iter().all(|u| u[1] == 0 && (u[0].is_ascii_alphanumeric() || u[0] == b'_')) {
        return None;
    }
    let part = stored + 8;
    let length = u32_at(data, part)? as usize;
    // The class's own name comes first in the heap, so the references and lengths of the header are small.
    let header_fits = length > 30 && u32_at(data, part + 5)? < u32::try_from(length).ok()?;
    let tables_fit =
        (u32_at(data, part + 9)? as usize) < length && (u32_at(data, part + 13)? as usize) < length;
    if !header_fits || !tables_fit || *data.get(part + 4)? != 0 || class::head(data).is_err() {
        return None;
    }
    let methods = part + length;
    Some(methods + u32_at(data, methods).map_or(0, |n| n as usize).min(PAGE_SIZE * 64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NameHash;

    #[test]
    fn an_instance_begins_with_a_hash_and_two_times() {
        let mut data: Vec<u8> = NameHash::of("X").to_string().bytes().flat_map(|b| [b, 0]).collect();
        data.extend(0x01D8_0000_0000_0000u64.to_le_bytes());
        data.extend(0x01D8_0000_0000_0000u64.to_le_bytes());
        data.extend(40u32.to_le_bytes());
        assert_eq!(instance_size(&data), Some(184));
        data[135] = 0x77;
        assert_eq!(instance_size(&data), None);
        assert_eq!(instance_size(&[0; 300]), None);
    }

    #[test]
    fn zeros_and_noise_are_no_class() {
        assert_eq!(class_size(&[0; 100]), None);
        assert_eq!(class_size(&[0xFF; 100]), None);
    }
}
