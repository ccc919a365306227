//! The keys that are live: those on the pages of `INDEX.BTR` that the mapping file names.
//!
//! In an undamaged repository the tree leads from its root to every mapped page (measured: two public repositories). All mapped pages
//! are read whether the tree leads to them or not, so that a damaged page hides its own keys only.

use std::collections::HashSet;

use crate::PAGE_SIZE;
use crate::error::Problem;
use crate::index_page::IndexPage;
use crate::key::Key;
use crate::mapping::Mapping;
use crate::pages::Pages;

/// The live keys, and how far they can be trusted.
pub(crate) struct Live {
    pub(crate) keys: Vec<Key>,
    pub(crate) problems: Vec<Problem>,
    /// Pages that carry the number that the mapping file gives them.
    agreeing: usize,
    /// Pages that the mapping file names.
    mapped: usize,
}

impl Live {
    /// Whether the mapping file belongs to this index: most of the pages that it names are what it says.
    pub(crate) fn is_likely(&self) -> bool {
        self.agreeing > 0 && self.agreeing * 2 >= self.mapped
    }
}

/// Reads the keys of all index pages that the mapping file names.
pub(crate) fn read(pages: &Pages, mapping: &Mapping) -> Live {
    let mut live = Live { keys: Vec::new(), problems: Vec::new(), agreeing: 0, mapped: 0 };
    let mut seen = HashSet::new();
    // The pages and their children, to see where the tree leads.
    let mut tree: Vec<(u32, Vec<u32>)> = Vec::new();
    for (logical, physical) in mapping.index.pairs().filter(|&(_, physical)| seen.insert(physical)) {
        live.mapped += 1;
        let start = u64::from(physical) * PAGE_SIZE as u64;
        let mut tell = |at: usize, what: &'static str| {
            live.problems.push(Problem::damage(pages.file(), start + at as u64, what));
        };
        let page = match pages.page(physical) {
            Ok(page) => page,
            Err(error) => {
                live.problems.push(Problem::from(&error));
                continue;
            }
        };
        match IndexPage::parse(page.to_vec()) {
            Ok(page) => {
                if page.logical == logical {
                    live.agreeing += 1;
                } else {
                    tell(4, "the index page carries another page number than the mapping file says");
                }
                page.read_keys(&mut live.keys, &mut tell);
                tree.push((logical, page.children().collect()));
            }
            Err((at, what)) => tell(at, what),
        }
    }
    lead(&tree, mapping, pages, &mut live.problems);
    live
}

/// Goes down from the root, and tells where the tree does not lead to each page once.
fn lead(tree: &[(u32, Vec<u32>)], mapping: &Mapping, pages: &Pages, problems: &mut Vec<Problem>) {
    let children = |logical: u32| {
        tree.binary_search_by_key(&logical, |(page, _)| *page).ok().map(|found| tree[found].1.as_slice())
    };
    let offset = |logical: u32| {
        mapping.index.physical(logical).map_or(0, |physical| u64::from(physical) * PAGE_SIZE as u64)
    };
    let mut tell = |logical, what| problems.push(Problem::damage(pages.file(), offset(logical), what));
    if children(mapping.index_root).is_none() {
        tell(
            mapping.index_root,
            "the root of the index cannot be read: the keys are gathered from the pages that the mapping file names",
        );
    }
    let mut reached = HashSet::from([mapping.index_root]);
    let mut next = vec![mapping.index_root];
    while let Some(page) = next.pop() {
        for &child in children(page).unwrap_or_default() {
            if !reached.insert(child) {
                tell(page, "the pages of the index refer to each other in a circle, or twice to one page");
            } else if mapping.index.physical(child).is_none() {
                tell(page, "the index refers to a page that the mapping file does not have");
            } else {
                next.push(child);
            }
        }
    }
    for (page, _) in tree.iter().filter(|(page, _)| !reached.contains(page)) {
        tell(*page, "the tree of the index does not lead to this page: its keys are taken as live");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FileKind;
    use crate::index_page::tests::build;
    use crate::mapping::PageMap;
    use std::sync::Arc;

    /// The live keys of a tree of the given pages, page 0 the root, each with its keys and children.
    fn live(pages: &[(&[&str], &[u32])], change: impl Fn(&mut Vec<u8>)) -> Live {
        let mut data: Vec<u8> =
            (0..).zip(pages).flat_map(|(n, (keys, children))| build(n, keys, children)).collect();
        change(&mut data);
        let count = u32::try_from(pages.len()).unwrap();
        let map = PageMap::from_slots((0..count).collect(), count);
        let mapping = Mapping {
            file: FileKind::Mapping(1),
            version: 1,
            id: 1,
            clean: true,
            objects: PageMap::default(),
            index: map,
            index_root: 0,
        };
        read(&Pages::new(Arc::new(data), FileKind::Index).unwrap(), &mapping)
    }

    fn class(namespace: char, class: char) -> String {
        let (ns, class) = (namespace.to_string().repeat(64), class.to_string().repeat(64));
        format!("NS_{ns}/CD_{class}.1.2.3")
    }

    fn told(live: &Live) -> Vec<&str> {
        live.problems.iter().map(|p| p.text.as_str()).collect()
    }

    #[test]
    fn a_whole_tree_gives_all_keys_and_no_word() {
        let keys = [class('1', '1'), class('2', '1'), class('2', '2'), class('3', '1')];
        let (left, right) = ([keys[0].as_str(), &keys[1]], [keys[3].as_str()]);
        let found = live(&[(&[&keys[2]], &[1, 2]), (&left, &[]), (&right, &[])], |_| {});
        assert_eq!((found.keys.len(), told(&found).len(), found.is_likely()), (4, 0, true));
    }

    #[test]
    fn pages_in_a_circle_are_told_and_their_keys_are_kept() {
        let key = class('1', '1');
        let found = live(&[(&[&key], &[0, 1]), (&[], &[0])], |_| {});
        assert_eq!(found.keys.len(), 1);
        assert!(told(&found).iter().all(|t| t.contains("in a circle")), "{:?}", told(&found));
    }

    #[test]
    fn without_its_root_the_keys_of_the_other_pages_are_left() {
        let keys = [class('1', '1'), class('2', '1'), class('2', '2')];
        let pages: [(&[&str], &[u32]); 3] = [(&[&keys[1]], &[1, 2]), (&[&keys[0]], &[]), (&[&keys[2]], &[])];
        let found = live(&pages, |data| data[..200].fill(0));
        assert_eq!(found.keys.len(), 2);
        assert!(found.is_likely());
        assert!(told(&found).iter().any(|t| t.contains("root of the index cannot be read")));
        let foreign = live(&pages, |data| {
            for page in data.chunks_mut(PAGE_SIZE) {
                page[4] += 9;
            }
        });
        assert!(!foreign.is_likely());
    }
}
