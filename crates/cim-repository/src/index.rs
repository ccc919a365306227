//! The B-tree of keys: every key with a given beginning, in order.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use crate::error::Error;
use crate::hash::NameHash;
use crate::index_page::IndexPage;
use crate::key::{Key, KeyKind};
use crate::mapping::PageMap;
use crate::pages::Pages;

/// Real trees are three pages deep; what goes deeper is damage.
const MAX_DEPTH: usize = 16;
/// Pages kept in memory (16 MiB); real indexes have some 450.
const MAX_CACHED: usize = 2048;

/// Where the keys come from.
pub(crate) enum Index {
    /// The live tree.
    Tree(Tree),
    /// Keys gathered without a tree, sorted as the tree has them.
    Flat(Vec<Key>),
}

pub(crate) struct Tree {
    pages: Pages,
    map: PageMap,
    root: u32,
    cache: Mutex<HashMap<u32, Arc<IndexPage>>>,
}

impl Tree {
    pub(crate) fn new(pages: Pages, map: PageMap, root: u32) -> Self {
        Self { pages, map, root, cache: Mutex::default() }
    }

    /// Reads a page of the tree.
    pub(crate) fn page(&self, logical: u32) -> Result<Arc<IndexPage>, Error> {
        // A poisoned cache is still a cache: pages are only ever added whole.
        let mut cache = self.cache.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(page) = cache.get(&logical) {
            return Ok(Arc::clone(page));
        }
        let at = |physical: u32, within: usize| u64::from(physical) * crate::PAGE_SIZE as u64 + within as u64;
        let physical = self.map.physical(logical).ok_or(Error::Damaged {
            file: self.pages.file(),
            offset: 0,
            what: "the index refers to a page that the mapping file does not have",
        })?;
        let damaged =
            |within, what| Error::Damaged { file: self.pages.file(), offset: at(physical, within), what };
        let page =
            IndexPage::parse(self.pages.page(physical)?.to_vec()).map_err(|(at, what)| damaged(at, what))?;
        if page.logical != logical {
            return Err(damaged(4, "the index page carries another page number than the mapping file says"));
        }
        if cache.len() >= MAX_CACHED {
            cache.clear();
        }
        let page = Arc::new(page);
        cache.insert(logical, Arc::clone(&page));
        Ok(page)
    }
}

/// What is asked of the index.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Query {
    /// Every key.
    All,
    /// The class definitions of a namespace.
    Classes(NameHash),
    /// One class definition.
    Class(NameHash, NameHash),
    /// The instances of exactly one class.
    Instances(NameHash, NameHash),
    /// The classes that derive directly from a class.
    Subclasses(NameHash, NameHash),
}

impl Query {
    /// What the written keys begin with.
    fn prefix(&self) -> String {
        match self {
            Self::All => "NS_".to_owned(),
            Self::Classes(ns) => format!("NS_{ns}/CD_"),
            Self::Class(ns, class) => format!("NS_{ns}/CD_{class}."),
            Self::Instances(ns, class) => format!("NS_{ns}/CI_{class}/"),
            Self::Subclasses(ns, parent) => format!("NS_{ns}/CR_{parent}/C_"),
        }
    }

    fn namespace(&self) -> Option<NameHash> {
        match *self {
            Self::All => None,
            Self::Classes(ns) | Self::Class(ns, _) | Self::Instances(ns, _) | Self::Subclasses(ns, _) => {
                Some(ns)
            }
        }
    }

    fn matches(&self, key: &Key) -> bool {
        match (*self, key.kind) {
            (Self::All, _) | (Self::Classes(_), KeyKind::Class { .. }) => true,
            (Self::Class(_, wanted), KeyKind::Class { class, .. })
            | (Self::Instances(_, wanted), KeyKind::Instance { class, .. }) => class == wanted,
            (Self::Subclasses(_, wanted), KeyKind::Subclass { parent, .. }) => parent == wanted,
            _ => false,
        }
    }
}

impl Index {
    /// All keys that the query asks for, in the index's order. A damaged page is an error between them.
    pub(crate) fn keys(&self, query: Query) -> Keys<'_> {
        match self {
            Self::Tree(tree) => Keys::Tree(TreeKeys::new(tree, query.prefix().into_bytes())),
            Self::Flat(keys) => {
                let range = query.namespace().map_or(0..keys.len(), |ns| {
                    keys.partition_point(|k| k.namespace < ns)..keys.partition_point(|k| k.namespace <= ns)
                });
                Keys::Flat { rest: keys[range].iter(), query }
            }
        }
    }

    /// Every namespace hash that some key has, found by leaping from one to the next.
    pub(crate) fn namespaces(&self) -> Vec<Result<NameHash, Error>> {
        match self {
            Self::Flat(keys) => {
                keys.chunk_by(|a, b| a.namespace == b.namespace).map(|c| Ok(c[0].namespace)).collect()
            }
            Self::Tree(tree) => {
                let mut found = Vec::new();
                let mut last = None;
                let mut keys = TreeKeys::new(tree, Query::All.prefix().into_bytes());
                while let Some(item) = keys.next() {
                    match item {
                        // In a damaged tree the order can be broken: leaping back would never end.
                        Ok(key) if last >= Some(key.namespace) => {}
                        Ok(key) => {
                            last = Some(key.namespace);
                            found.push(Ok(key.namespace));
                            // '0' follows '/', so this is the first string after all of the namespace's keys.
                            keys.leap(format!("NS_{}0", key.namespace).into_bytes());
                        }
                        Err(error) => found.push(Err(error)),
                    }
                }
                found
            }
        }
    }
}

/// Iterator of [`Index::keys`].
pub(crate) enum Keys<'a> {
    Tree(TreeKeys<'a>),
    Flat { rest: std::slice::Iter<'a, Key>, query: Query },
}

impl Iterator for Keys<'_> {
    type Item = Result<Key, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Tree(tree) => tree.next(),
            Self::Flat { rest, query } => rest.find(|k| query.matches(k)).copied().map(Ok),
        }
    }
}

/// A page on the way down, and the key or child that comes next.
struct Frame {
    page: Arc<IndexPage>,
    next: usize,
    child_done: bool,
}

pub(crate) struct TreeKeys<'a> {
    tree: &'a Tree,
    /// Keys must begin with this.
    prefix: Vec<u8>,
    /// Keys before this are passed over.
    from: Vec<u8>,
    stack: Vec<Frame>,
    /// Pages that were entered: a damaged tree may lead to the same page again and again.
    entered: HashSet<u32>,
    pending: Option<Error>,
}

impl<'a> TreeKeys<'a> {
    fn new(tree: &'a Tree, prefix: Vec<u8>) -> Self {
        let from = prefix.clone();
        let mut keys = Self { tree, prefix, from, stack: Vec::new(), entered: HashSet::new(), pending: None };
        keys.enter(tree.root);
        keys
    }

    /// Goes on with the first key that is not before `from`.
    fn leap(&mut self, from: Vec<u8>) {
        self.stack.clear();
        self.entered.clear();
        self.from = from;
        self.enter(self.tree.root);
    }

    fn enter(&mut self, logical: u32) {
        if self.stack.len() >= MAX_DEPTH || !self.entered.insert(logical) {
            self.pending = Some(Error::Damaged {
                file: crate::FileKind::Index,
                offset: 0,
                what: "the pages of the index refer to each other in a circle",
            });
            return;
        }
        match self.tree.page(logical) {
            Ok(page) => {
                let next = first_not_less(&page, &self.from);
                self.stack.push(Frame { page, next, child_done: false });
            }
            Err(error) => self.pending = Some(error),
        }
    }
}

/// Number of the first key that is not before `from`, by halving.
fn first_not_less(page: &IndexPage, from: &[u8]) -> usize {
    let (mut low, mut high) = (0, page.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        if page.compare(middle, from) == Ordering::Less {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

impl Iterator for TreeKeys<'_> {
    type Item = Result<Key, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(error) = self.pending.take() {
                return Some(Err(error));
            }
            let depth = self.stack.len();
            let frame = self.stack.last_mut()?;
            if !frame.child_done {
                frame.child_done = true;
                if let Some(child) = frame.page.child(frame.next) {
                    self.enter(child);
                }
                continue;
            }
            if frame.next >= frame.page.len() {
                self.stack.truncate(depth - 1);
                continue;
            }
            let (page, i) = (Arc::clone(&frame.page), frame.next);
            frame.next += 1;
            frame.child_done = false;
            match page.compare(i, &self.prefix) {
                Ordering::Greater => {
                    self.stack.clear();
                    return None;
                }
                Ordering::Less => {}
                Ordering::Equal => {
                    return Some(page.key(i).ok_or(Error::Damaged {
                        file: crate::FileKind::Index,
                        offset: 0,
                        what: "a key of the index is not of a known form",
                    }));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FileKind;
    use crate::index_page::tests::build;

    /// A tree of the given pages, page 0 the root, each with its keys and children.
    fn tree(pages: &[(&[&str], &[u32])]) -> Index {
        let data: Vec<u8> =
            (0..).zip(pages).flat_map(|(n, (keys, children))| build(n, keys, children)).collect();
        let count = u32::try_from(pages.len()).unwrap();
        let pages = Pages::new(Arc::new(data), FileKind::Index).unwrap();
        Index::Tree(Tree::new(pages, PageMap::from_slots((0..count).collect(), count), 0))
    }

    fn class(namespace: char, class: char) -> String {
        let (ns, class) = (namespace.to_string().repeat(64), class.to_string().repeat(64));
        format!("NS_{ns}/CD_{class}.1.2.3")
    }

    fn hash(digit: char) -> NameHash {
        NameHash::parse(&digit.to_string().repeat(64)).unwrap()
    }

    fn written(index: &Index, query: Query) -> Vec<String> {
        index.keys(query).map(|k| k.map_or_else(|e| e.to_string(), |k| k.to_string())).collect()
    }

    #[test]
    fn keys_come_in_order_and_only_those_asked_for() {
        let keys = [class('1', '1'), class('2', '1'), class('2', '2'), class('2', '3'), class('3', '1')];
        let (left, right) = ([keys[0].as_str(), &keys[1]], [keys[3].as_str(), &keys[4]]);
        let index = tree(&[(&[&keys[2]], &[1, 2]), (&left, &[]), (&right, &[])]);
        assert_eq!(written(&index, Query::All), keys);
        assert_eq!(written(&index, Query::Classes(hash('2'))), keys[1..4]);
        assert_eq!(written(&index, Query::Class(hash('2'), hash('3'))), keys[3..4]);
        assert!(written(&index, Query::Instances(hash('2'), hash('1'))).is_empty());
        let namespaces: Vec<_> = index.namespaces().into_iter().map(Result::unwrap).collect();
        assert_eq!(namespaces, [hash('1'), hash('2'), hash('3')]);
    }

    #[test]
    fn pages_in_a_circle_are_an_error_once() {
        let key = class('1', '1');
        let index = tree(&[(&[&key], &[0, 1]), (&[], &[0])]);
        let found = written(&index, Query::All);
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(found.iter().filter(|k| **k == key).count(), 1);
    }

    #[test]
    fn keys_out_of_order_are_all_given_and_end() {
        let keys = [class('3', '1'), class('1', '1'), class('2', '1')];
        let index = tree(&[(&[&keys[0], &keys[1], &keys[2]], &[])]);
        assert_eq!(written(&index, Query::All), keys);
        assert_eq!(index.namespaces().len(), 1);
    }

    #[test]
    fn a_flat_index_answers_the_same() {
        let texts = [class('1', '1'), class('2', '1'), class('2', '2')];
        let keys =
            texts.iter().map(|t| Key::from_segments(t.split('/').map(str::as_bytes)).unwrap()).collect();
        let index = Index::Flat(keys);
        assert_eq!(written(&index, Query::Classes(hash('2'))), texts[1..]);
        assert_eq!(written(&index, Query::Class(hash('1'), hash('1'))), texts[..1]);
        assert_eq!(index.namespaces().len(), 2);
    }
}
