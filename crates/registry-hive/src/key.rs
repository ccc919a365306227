//! Keys.

use crate::cells::{BINS, NONE, cell, name, u16_at, u32_at, u64_at};
use crate::hive::Hive;
use crate::value::Value;
use std::collections::HashSet;
use std::sync::Arc;

/// The length of a key record before its name.
const HEAD: usize = 76;
/// Flag of a key record: the name is Latin-1.
const COMPRESSED: u16 = 0x0020;
/// Flag of a key record: the root of the hive (`KEY_HIVE_ENTRY`).
pub(crate) const ROOT: u16 = 0x0004;
/// How deep keys can be in Windows.
const MAX_DEPTH: usize = 512;
/// How deep lists of lists may be; Windows writes one level.
const MAX_LISTS: usize = 4;
/// The longest name of a key, in characters.
const MAX_NAME: usize = 255;

/// A key of a hive.
#[derive(Debug, Clone, Copy)]
pub struct Key<'h> {
    hive: &'h Hive,
    offset: u32,
    record: &'h [u8],
}

impl<'h> Key<'h> {
    /// The key whose record is in the cell at this offset; `None` where there is none.
    pub(crate) fn at(hive: &'h Hive, offset: u32) -> Option<Self> {
        let record = cell(&hive.bytes, offset)?;
        (record.get(..2)? == b"nk" && record.len() >= HEAD).then_some(Self { hive, offset, record })
    }

    pub(crate) fn flags(&self) -> u16 {
        u16_at(self.record, 2).unwrap_or(0)
    }

    /// The byte offset of its record in the hive.
    pub const fn offset(&self) -> u64 {
        BINS as u64 + self.offset as u64
    }

    /// Whether its cell is in use: free ones have a positive size.
    pub(crate) fn is_in_use(&self) -> bool {
        let size =
            usize::try_from(self.offset).ok().and_then(|offset| u32_at(&self.hive.bytes, BINS + offset));
        size.is_some_and(|size| size.cast_signed() < 0)
    }

    /// Its path below the root, as its parents tell, the root's own name left out. It ends where a parent is missing.
    pub fn path(&self) -> String {
        let mut parts = Vec::new();
        let mut key = *self;
        while key.flags() & ROOT == 0 && parts.len() < MAX_DEPTH && self.hive.spend(HEAD + key.name_length())
        {
            parts.push(key.name());
            let Some(parent) = u32_at(key.record, 16).and_then(|parent| Self::at(self.hive, parent)) else {
                break;
            };
            key = parent;
        }
        parts.reverse();
        parts.join("\\")
    }

    /// Its name.
    pub fn name(&self) -> String {
        let bytes = self.record.get(HEAD..).unwrap_or_default();
        name(bytes.get(..self.name_length()).unwrap_or(bytes), self.is_compressed())
    }

    fn is_compressed(&self) -> bool {
        self.flags() & COMPRESSED != 0
    }

    /// The length of its name in bytes, which no record makes longer than a name can be.
    fn name_length(&self) -> usize {
        let most = if self.is_compressed() { MAX_NAME } else { MAX_NAME * 2 };
        usize::from(u16_at(self.record, 72).unwrap_or(0)).min(most)
    }

    /// When it was last written, in 100 ns since 1601-01-01.
    pub fn written(&self) -> u64 {
        u64_at(self.record, 4).unwrap_or(0)
    }

    /// Its subkeys, in the order of the hive.
    pub fn subkeys(&self) -> Vec<Self> {
        let count = u32_at(self.record, 20).unwrap_or(0);
        let list = u32_at(self.record, 28).unwrap_or(NONE);
        if count == 0 || list == NONE {
            return Vec::new();
        }
        let most = self.hive.bytes.len() / (HEAD + 4);
        let mut found = Subkeys { keys: Vec::new(), lists: HashSet::new(), left: most };
        self.collect(list, MAX_LISTS, &mut found);
        // Windows goes by the lists, so keys that the count leaves out are keys all the same.
        if found.keys.len() as u64 > u64::from(count) {
            self.hive.problem(self.offset(), "a key has more subkeys than it says");
        }
        found.keys
    }

    /// Takes the keys of a list: `lf` and `lh` give an offset and a hint for each key, `li` offsets, `ri` the offsets of other lists.
    fn collect(&self, list: u32, depth: usize, found: &mut Subkeys<'h>) {
        let offset = BINS as u64 + u64::from(list);
        let Some(record) = cell(&self.hive.bytes, list).filter(|record| record.len() >= 4) else {
            return self.hive.problem(offset, "a list of subkeys is missing");
        };
        let width = match record.get(..2) {
            Some(b"lf" | b"lh") => 8,
            Some(b"li" | b"ri") => 4,
            _ => return self.hive.problem(offset, "a list of subkeys has no known form"),
        };
        if !found.lists.insert(list) {
            return self.hive.problem(offset, "a list of subkeys is reached twice");
        }
        let nested = record.get(..2) == Some(b"ri");
        let count = usize::from(u16_at(record, 2).unwrap_or(0));
        for entry in 0..count {
            let Some(at) = u32_at(record, 4 + entry * width) else {
                return self.hive.problem(offset, "a list of subkeys is cut");
            };
            if nested {
                if depth == 0 {
                    return self.hive.problem(offset, "lists of subkeys are nested too deep");
                }
                if !self.hive.spend(width) {
                    return;
                }
                self.collect(at, depth - 1, found);
                continue;
            }
            let Some(left) = found.left.checked_sub(1) else {
                return self.hive.problem(offset, "a list of subkeys is longer than the hive can hold");
            };
            found.left = left;
            if let Some(key) = Self::at(self.hive, at) {
                if !self.hive.spend(width + key.name_length()) {
                    return;
                }
                found.keys.push(key);
            } else {
                self.hive.problem(BINS as u64 + u64::from(at), "a subkey is missing");
            }
        }
    }

    /// The subkey of this name; names are compared without case.
    pub fn subkey(&self, name: &str) -> Option<Self> {
        let wanted = name.to_lowercase();
        self.subkeys().into_iter().find(|key| key.name().to_lowercase() == wanted)
    }

    /// The key at a path below this one, its parts separated by backslashes.
    pub fn descend(&self, path: &str) -> Option<Self> {
        path.split('\\').filter(|part| !part.is_empty()).try_fold(*self, |key, part| key.subkey(part))
    }

    /// Its values, in the order of the hive.
    pub fn values(&self) -> Vec<Value<'h>> {
        let count = u32_at(self.record, 36).unwrap_or(0);
        let list = u32_at(self.record, 40).unwrap_or(NONE);
        if count == 0 || list == NONE {
            return Vec::new();
        }
        let offset = BINS as u64 + u64::from(list);
        let Some(record) = cell(&self.hive.bytes, list) else {
            self.hive.problem(offset, "a list of values is missing");
            return Vec::new();
        };
        let there = u32::try_from(record.len() / 4).unwrap_or(u32::MAX);
        if count > there {
            self.hive.problem(offset, "a list of values is cut");
        }
        let mut values = Vec::new();
        for entry in 0..count.min(there) {
            let Some(at) = usize::try_from(entry).ok().and_then(|entry| u32_at(record, entry * 4)) else {
                break;
            };
            let value = Value::at(self.hive, at);
            if !self.hive.spend(4 + value.map_or(0, |value| value.name_length())) {
                break;
            }
            if value.is_none() {
                self.hive.problem(BINS as u64 + u64::from(at), "a value is missing");
            }
            values.extend(value);
        }
        values
    }

    /// The value of this name, `""` for the default value; names are compared without case.
    pub fn value(&self, name: &str) -> Option<Value<'h>> {
        let wanted = name.to_lowercase();
        self.values().into_iter().find(|value| value.name().to_lowercase() == wanted)
    }

    /// This key and every key below it, parents first. No key comes twice. Cheaper than [`Key::walk`] where paths do not matter.
    pub fn walk_keys(&self) -> WalkKeys<'h> {
        WalkKeys { next: vec![*self], seen: HashSet::from([self.offset]) }
    }

    /// This key and every key below it, parents first, each with its path below this one. No key comes twice.
    pub fn walk(&self) -> Walk<'h> {
        Walk { next: vec![(None, *self)], seen: HashSet::from([self.offset]) }
    }

    /// The subkeys that no walk has come to, the last first.
    fn unseen(&self, seen: &mut HashSet<u32>) -> Vec<Self> {
        let mut keys = self.subkeys();
        keys.retain(|key| {
            let is_new = seen.insert(key.offset);
            if !is_new {
                key.hive.problem(key.offset(), "a key is reached twice");
            }
            is_new
        });
        keys.reverse();
        keys
    }
}

/// The subkeys of a key while they are collected.
struct Subkeys<'h> {
    keys: Vec<Key<'h>>,
    /// The lists that were read: each holds keys of its own.
    lists: HashSet<u32>,
    /// How many keys the hive can hold besides.
    left: usize,
}

/// An iterator over a key and everything below it.
#[derive(Debug)]
pub struct Walk<'h> {
    /// Keys, each with the path of its parent; the first has none.
    next: Vec<(Option<Arc<str>>, Key<'h>)>,
    seen: HashSet<u32>,
}

/// A path that is longer than all levels together is a loop that offsets do not show.
const MAX_PATH: usize = MAX_DEPTH * 256;

impl<'h> Iterator for Walk<'h> {
    type Item = (String, Key<'h>);

    fn next(&mut self) -> Option<Self::Item> {
        let (parent, key) = self.next.pop()?;
        let path = match parent.as_deref() {
            None => String::new(),
            Some("") => key.name(),
            Some(parent) => format!("{parent}\\{}", key.name()),
        };
        if path.len() < MAX_PATH && key.hive.spend(path.len()) {
            let own: Arc<str> = Arc::from(path.as_str());
            let below = key.unseen(&mut self.seen);
            self.next.extend(below.into_iter().map(|key| (Some(Arc::clone(&own)), key)));
        }
        Some((path, key))
    }
}

/// An iterator over a key and everything below it, without paths.
#[derive(Debug)]
pub struct WalkKeys<'h> {
    next: Vec<Key<'h>>,
    seen: HashSet<u32>,
}

impl<'h> Iterator for WalkKeys<'h> {
    type Item = Key<'h>;

    fn next(&mut self) -> Option<Self::Item> {
        let key = self.next.pop()?;
        self.next.extend(key.unseen(&mut self.seen));
        Some(key)
    }
}
