//! One page of the B-tree in `INDEX.BTR`.
//!
//! Layout (libyal/dtformats, "index binary-tree page"): `u32` signature `0xACCC`, logical page, zero, root page, key count
//! *n*; *n* unused `u32`; *n*+1 child pages; *n* key offsets (`u16`, in words); the word count of the key data and the key
//! data (for each key a count and that many string numbers); the string count *m*; *m*+1 string offsets; the strings,
//! ended by NUL.

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
    /// Whether the page begins with its signature.
    is_signed: bool,
}

impl IndexPage {
    /// Reads a page; the error says what is wrong and at which offset of the page. A signature that is not the usual one is no error when
    /// all else fits: a single bit may have changed.
    pub(crate) fn parse(data: Vec<u8>) -> Result<Self, (usize, &'static str)> {
        let cut = |at| (at, "the index page is cut off");
        let is_signed = u32_at(&data, 0).ok_or(cut(0))? == ACTIVE;
        let unsigned = (0, "the index page does not begin with 0xACCC");
        let logical = u32_at(&data, 4).ok_or(cut(4))?;
        let keys = u32_at(&data, 16).ok_or(cut(16))? as usize;
        if keys > PAGE_SIZE / 10 {
            let claims = (16, "the index page claims more keys than a page can hold");
            return Err(if is_signed { claims } else { unsigned });
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
        let page = Self {
            data,
            logical,
            keys,
            children,
            key_offsets,
            key_data,
            strings,
            string_offsets,
            string_data,
            is_signed,
        };
        let is_whole = || page.keys > 0 && (0..page.keys).all(|i| page.key(i).is_some());
        if is_signed || is_whole() { Ok(page) } else { Err(unsigned) }
    }

    /// The logical page left of key `i` (right of the last for `i == len()`). Only `0xFFFFFFFF` stands for none: page 0 is
    /// a page like any other and holds keys (measured: the last of two public repositories).
    fn child(&self, i: usize) -> Option<u32> {
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

    /// Offset in the page of what describes key `i`.
    fn place(&self, i: usize) -> usize {
        self.key_offsets + 2 * i
    }

    /// Adds every key that can be read, and tells of each that cannot, or that does not come after the one before it.
    pub(crate) fn read_keys(&self, keys: &mut Vec<Key>, fault: &mut dyn FnMut(usize, &'static str)) {
        if !self.is_signed {
            fault(0, "the index page does not begin with 0xACCC");
        }
        let (mut before, mut text) = (Vec::new(), Vec::new());
        for i in 0..self.keys {
            let Some(key) = self.key(i) else {
                fault(self.place(i), UNKNOWN_KEY);
                continue;
            };
            text.clear();
            for segment in self.segments(i) {
                text.extend_from_slice(segment);
                text.push(b'/');
            }
            if text <= before {
                fault(self.place(i), "the keys of the page are not in order");
            }
            std::mem::swap(&mut before, &mut text);
            keys.push(key);
        }
    }

    /// The child pages, left to right.
    pub(crate) fn children(&self) -> impl Iterator<Item = u32> + '_ {
        (0..=self.keys).filter_map(|i| self.child(i))
    }
}

/// What is said of a key that cannot be read.
pub(crate) const UNKNOWN_KEY: &str = "a key of the index is not of a known form";

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
        assert_eq!((page.logical, page.child(0), page.child(1)), (9, Some(0), None));
        assert_eq!(page.key(0).unwrap().to_string(), key);
        assert_eq!(page.key(1), None);
    }

    #[test]
    fn a_key_that_is_damaged_or_out_of_order_is_told() {
        let key = |digit: char| format!("NS_{h}/CD_{h}.4.5.6", h = digit.to_string().repeat(64));
        let told = |keys: &[&str]| {
            let (mut found, mut faults) = (Vec::new(), Vec::new());
            let page = IndexPage::parse(build(0, keys, &[])).unwrap();
            page.read_keys(&mut found, &mut |_, what| faults.push(what));
            (found.len(), faults)
        };
        let (one, two) = (key('1'), key('2'));
        assert_eq!(told(&[&one, &two]), (2, vec![]));
        assert_eq!(told(&[&two, &one]), (2, vec!["the keys of the page are not in order"]));
        assert_eq!(told(&[&one, "NS_1/CD_x", &two]), (2, vec![UNKNOWN_KEY]));
    }

    #[test]
    fn a_changed_signature_does_not_hide_the_keys() {
        let h = NameHash::of("x");
        let mut data = build(0, &[&format!("NS_{h}/CD_{h}.4.5.6")], &[]);
        data[0] ^= 1;
        let (mut found, mut faults) = (Vec::new(), Vec::new());
        IndexPage::parse(data).unwrap().read_keys(&mut found, &mut |at, what| faults.push((at, what)));
        assert_eq!((found.len(), faults.len()), (1, 1));
        assert!(IndexPage::parse(vec![0; PAGE_SIZE]).is_err(), "an empty page is none");
    }

    #[test]
    fn a_page_that_claims_too_much_is_refused() {
        let mut page = build(1, &["NS_A/CD_B"], &[]);
        page[16..20].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(IndexPage::parse(page).is_err());
        assert!(IndexPage::parse(vec![0xCC, 0xAC]).is_err());
    }
}
