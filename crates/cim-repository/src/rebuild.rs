//! Working without mapping files: which page is which is worked out from the pages themselves.

use std::collections::HashMap;

use crate::index_page::IndexPage;
use crate::key::{Key, RecordRef};
use crate::mapping::PageMap;
use crate::pages::Pages;
use crate::record::toc;

/// Slot of the rebuilt table for a logical page that was not found.
const UNUSED: u32 = u32::MAX;

/// Logical pages that keys may give one record; older states of the index give it others.
const MAX_PAGES: usize = 8;

/// Every page at its own place: what is left to do without mapping files and keys.
pub(crate) fn in_order(objects: &Pages) -> PageMap {
    PageMap::from_slots((0..objects.count()).collect(), objects.count())
}

/// Finds where the records of keys lie that were gathered from all index pages.
///
/// Keys name logical pages and record numbers; tables of contents have the same record numbers on physical pages. Every
/// match is a vote for a pair of pages. Pages that continue a record have no table: they are taken to follow physically.
pub(crate) fn without_mapping(objects: &Pages, keys: Vec<Key>) -> (PageMap, Vec<Key>) {
    let mut wanted: HashMap<(u32, u32), Vec<u32>> = HashMap::new();
    for RecordRef { page, id, size } in keys.iter().filter_map(Key::record) {
        let pages = wanted.entry((id, size)).or_default();
        if pages.len() < MAX_PAGES && !pages.contains(&page) {
            pages.push(page);
        }
    }
    let mut votes: HashMap<(u32, u32), u32> = HashMap::new();
    for physical in 0..objects.count() {
        let Ok(page) = objects.page(physical) else { continue };
        for entry in toc(&page) {
            for &logical in wanted.get(&(entry.id, entry.size)).into_iter().flatten() {
                *votes.entry((logical, physical)).or_default() += 1;
            }
        }
    }
    let map = table(votes, objects.count());
    let keys =
        keys.into_iter().filter(|k| k.record().is_none_or(|at| map.physical(at.page).is_some())).collect();
    (map, keys)
}

/// The table with the most votes for each logical page, gaps filled with the physical page that follows.
fn table(votes: HashMap<(u32, u32), u32>, physical_pages: u32) -> PageMap {
    let mut votes: Vec<_> = votes.into_iter().collect();
    votes.sort_by_key(|&(pair, count)| (std::cmp::Reverse(count), pair));
    let highest = votes.iter().map(|&((logical, _), _)| logical).max().unwrap_or(0);
    // A table larger than the file is a false key's doing.
    let limit = physical_pages.saturating_mul(2).saturating_add(1024);
    let length = highest.saturating_add(1).min(limit) as usize;
    let mut slots = vec![UNUSED; length];
    let mut taken = vec![false; physical_pages as usize];
    for ((logical, physical), _) in votes {
        if let (Some(slot @ &mut UNUSED), Some(free @ &mut false)) =
            (slots.get_mut(logical as usize), taken.get_mut(physical as usize))
        {
            (*slot, *free) = (physical, true);
        }
    }
    // One more slot at the end, for a record that goes on after the last page that is known.
    slots.push(UNUSED);
    for i in 1..slots.len() {
        let follows = slots[i - 1].saturating_add(1);
        if let (UNUSED, Some(free @ &mut false)) = (slots[i], taken.get_mut(follows as usize)) {
            (slots[i], *free) = (follows, true);
        }
    }
    PageMap::from_slots(slots, physical_pages)
}

/// The keys on those physical index pages that are wanted, sorted, each once.
pub(crate) fn all_keys(index: &Pages, wanted: impl Fn(u32) -> bool) -> Vec<Key> {
    let mut keys = Vec::new();
    for physical in (0..index.count()).filter(|&p| wanted(p)) {
        let Ok(page) = index.page(physical) else { continue };
        let Ok(page) = IndexPage::parse(page.to_vec()) else { continue };
        page.read_keys(&mut keys, &mut |_, _| {});
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}
