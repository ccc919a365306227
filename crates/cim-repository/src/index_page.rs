//! One page of the B-tree in `INDEX.BTR`.
//!
//! Layout (libyal/dtformats, "index binary-tree page"): `u32` signature `0xACCC`, logical page, zero, root page, key count
//! *n*; *n* unused `u32`; *n*+1 child pages; *n* key offsets (`u16`, in words); the word count of the key data and the key
//! data (for each key a count and that many string numbers); the string count *m*; *m*+1 string offsets; the strings,
//! ended by NUL.

use std::cmp::Ordering;

use crate::PAGE_SIZE;
use crate::bytes::{u16_at, u32_at};
use crate::key::Key;

const ACTIVE: u32 = 0xACCC;
/// Keys have at most four parts; a damaged page may claim more.
const MAX_PARTS: u16 = 8;

/// A page whose tables are known to lie inside it.
#[derive(Debug)]
pub(crate) struct IndexPage {
    data: Vec<u8>,
    pub(crate) logical: u32,
    keys: usize,
    children: usize,
    key_offsets: usize,
    key_data: usize,
    strings: usize,
    string_offsets: usize,
    string_data: usize,
}

impl IndexPage {
    /// Reads a page; the error says what is wrong and at which offset of the page.
    pub(crate) fn parse(data: Vec<u8>) -> Result<Self, (usize, &'static str)> {
        let cut = |at| (at, "the index page is cut off");
        if u32_at(&data, 0).ok_or(cut(0))? != ACTIVE {
            return Err((0, "the index page does not begin with 0xACCC"));
        }
        let logical = u32_at(&data, 4).ok_or(cut(4))?;
        let keys = u32_at(&data, 16).ok_or(cut(16))? as usize;
        if keys > PAGE_SIZE / 10 {
            return Err((16, "the index page claims more keys than a page can hold"));
        }
        let children = 20 + 4 * keys;
        let key_offsets = children + 4 * (keys + 1);
        let key_words = key_offsets + 2 * keys;
        let key_data = key_words + 2;
        let string_count = key_data + 2 * usize::from(u16_at(&data, key_words).ok_or(cut(key_words))?);
        let strings = usize::from(u16_at(&data, string_count).ok_or(cut(string_count))?);
        let string_offsets = string_count + 2;
        let string_data = string_offsets + 2 * (strings + 1);
        if string_data > data.len() {
            return Err(cut(string_offsets));
        }
        Ok(Self {
            data,
            logical,
            keys,
            children,
            key_offsets,
            key_data,
            strings,
            string_offsets,
            string_data,
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.keys
    }

    /// The logical page left of key `i` (right of the last for `i == len()`). Only `0xFFFFFFFF` stands for none: page 0 is
    /// a page like any other and holds keys (measured: the last of two public repositories).
    pub(crate) fn child(&self, i: usize) -> Option<u32> {
        u32_at(&self.data, self.children + 4 * i).filter(|&p| p != u32::MAX)
    }

    /// The parts of key `i`; a part that cannot be read ends them.
    fn segments(&self, i: usize) -> impl Iterator<Item = &[u8]> + '_ {
        let start = u16_at(&self.data, self.key_offsets + 2 * i).map(|o| self.key_data + 2 * usize::from(o));
        let count = start.and_then(|s| u16_at(&self.data, s)).filter(|&n| n <= MAX_PARTS).unwrap_or(0);
        (0..usize::from(count)).map_while(move |part| {
            let number = u16_at(&self.data, start? + 2 + 2 * part)?;
            self.string(number.into())
        })
    }

    fn string(&self, number: usize) -> Option<&[u8]> {
        if number >= self.strings {
            return None;
        }
        let offset = u16_at(&self.data, self.string_offsets + 2 * number)?;
        let rest = self.data.get(self.string_data + usize::from(offset)..)?;
        Some(&rest[..memchr::memchr(0, rest)?])
    }

    /// Key `i`, `None` when it is not of a known form.
    pub(crate) fn key(&self, i: usize) -> Option<Key> {
        Key::from_segments(self.segments(i))
    }

    /// Compares the beginning of key `i`, its parts joined by `/`, with `prefix`.
    pub(crate) fn compare(&self, i: usize, prefix: &[u8]) -> Ordering {
        let mut rest = prefix;
        for (n, segment) in self.segments(i).enumerate() {
            let separator: &[u8] = if n > 0 { b"/" } else { b"" };
            for piece in [separator, segment] {
                let shared = piece.len().min(rest.len());
                let (head, tail) = rest.split_at(shared);
                match piece[..shared].cmp(head) {
                    Ordering::Equal => rest = tail,
                    other => return other,
                }
                if rest.is_empty() {
                    return Ordering::Equal;
                }
            }
        }
        Ordering::Less
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::NameHash;

    /// Builds a page with the given keys and children.
    pub(crate) fn build(logical: u32, keys: &[&str], children: &[u32]) -> Vec<u8> {
        let mut strings: Vec<&str> = Vec::new();
        let (mut offsets, mut key_data) = (Vec::new(), Vec::new());
        for key in keys {
            offsets.push(u16::try_from(key_data.len()).unwrap());
            let parts: Vec<&str> = key.split('/').collect();
            key_data.push(u16::try_from(parts.len()).unwrap());
            for part in parts {
                key_data.push(u16::try_from(strings.len()).unwrap());
                strings.push(part);
            }
        }
        let mut page = Vec::new();
        let n = u32::try_from(keys.len()).unwrap();
        for word in [ACTIVE, logical, 0, 0, n] {
            page.extend(word.to_le_bytes());
        }
        page.extend(vec![0; 4 * keys.len()]);
        for i in 0..=keys.len() {
            page.extend(children.get(i).copied().unwrap_or(u32::MAX).to_le_bytes());
        }
        let half = |page: &mut Vec<u8>, n: usize| page.extend(u16::try_from(n).unwrap().to_le_bytes());
        for offset in offsets {
            half(&mut page, offset.into());
        }
        half(&mut page, key_data.len());
        for &word in &key_data {
            half(&mut page, word.into());
        }
        half(&mut page, strings.len());
        let mut end = 0;
        for s in &strings {
            half(&mut page, end);
            end += s.len() + 1;
        }
        half(&mut page, end);
        for s in strings {
            page.extend(s.bytes().chain([0]));
        }
        page.resize(PAGE_SIZE, 0);
        page
    }

    #[test]
    fn keys_and_children_are_read() {
        let h = NameHash::of("x");
        let key = format!("NS_{h}/CD_{h}.4.5.6");
        let page = IndexPage::parse(build(9, &[&key], &[0, u32::MAX])).unwrap();
        assert_eq!((page.logical, page.len(), page.child(0), page.child(1)), (9, 1, Some(0), None));
        assert_eq!(page.key(0).unwrap().to_string(), key);
        assert_eq!(page.key(1), None);
    }

    #[test]
    fn a_prefix_compares_over_the_parts() {
        let page = IndexPage::parse(build(0, &["NS_A/CD_B"], &[])).unwrap();
        assert_eq!(page.compare(0, b"NS_A/CD_"), Ordering::Equal);
        assert_eq!(page.compare(0, b"NS_A/"), Ordering::Equal);
        assert_eq!(page.compare(0, b"NS_A/CI_"), Ordering::Less);
        assert_eq!(page.compare(0, b"NS_A/CA_"), Ordering::Greater);
        assert_eq!(page.compare(0, b"NS_A/CD_B/more"), Ordering::Less);
    }

    #[test]
    fn a_page_that_claims_too_much_is_refused() {
        let mut page = build(1, &["NS_A/CD_B"], &[]);
        page[16..20].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(IndexPage::parse(page).is_err());
        assert!(IndexPage::parse(vec![0xCC, 0xAC]).is_err());
    }
}
