//! Strings, names and the heap of an object ([MS-WMIO] 2.2, "Encoded-String", "Heap", `HeapRef`, `DictionaryReference`).

use std::cell::Cell;

use crate::bytes::Cursor;
use crate::error::Malformed;

/// Names that objects refer to by number instead of storing them ([MS-WMIO] 2.2.81, `DictionaryReference`).
const DICTIONARY: [&str; 11] =
    ["\"", "key", "", "read", "write", "volatile", "provider", "dynamic", "cimwin32", "DWORD", "CIMTYPE"];

/// A reference to nothing.
pub(crate) const NO_REF: u32 = 0xFFFF_FFFF;

/// Decodes a string at the start of `data`: a flag byte (0: one byte a character, Latin-1; 1: UTF-16LE), the characters,
/// a NUL. Returns the text and the length of all that.
pub(crate) fn string(data: &[u8]) -> Option<(String, usize)> {
    let (&flag, rest) = data.split_first()?;
    match flag {
        0 => {
            let end = memchr::memchr(0, rest)?;
            Some((latin1(&rest[..end]), end + 2))
        }
        1 => {
            let units = rest.as_chunks::<2>().0;
            let end = units.iter().position(|u| *u == [0, 0])?;
            let text = char::decode_utf16(units[..end].iter().map(|u| u16::from_le_bytes(*u)));
            Some((text.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect(), 2 * end + 3))
        }
        _ => None,
    }
}

/// Each byte is the code point of its character.
pub(crate) fn latin1(bytes: &[u8]) -> String {
    if bytes.is_ascii() {
        // ASCII is valid UTF-8.
        String::from_utf8(bytes.to_vec()).unwrap_or_default()
    } else {
        bytes.iter().copied().map(char::from).collect()
    }
}

/// How much may be decoded of one object. Damaged references can name the same bytes over and over: without a limit a
/// small record could grow without bounds.
#[derive(Debug)]
pub(crate) struct Budget(Cell<usize>);

impl Budget {
    /// Real objects never refer to the same bytes twice, and what is decoded takes at most sixteen times the space of its
    /// written form; this leaves room for small ones.
    pub(crate) fn for_record(size: usize) -> Self {
        Self(Cell::new(size.saturating_mul(16).saturating_add(64 * 1024)))
    }

    pub(crate) fn spend(&self, amount: usize, at: usize) -> Result<(), Malformed> {
        let left = self.0.get().checked_sub(amount);
        // Without the zero, what is too long for the rest could be tried over and over.
        self.0.set(left.unwrap_or(0));
        left.map(|_| ()).ok_or(Malformed::new(at, "the object refers to the same data too often"))
    }

    /// Decodes a string and spends what was read for it, whether it ends or not.
    pub(crate) fn string(
        &self,
        data: &[u8],
        at: usize,
        what: &'static str,
    ) -> Result<(String, usize), Malformed> {
        // Searching for the end costs something even where there is none.
        self.spend(1, at)?;
        let Some((text, length)) = string(data) else {
            self.spend(if matches!(data.first(), Some(0 | 1)) { data.len() } else { 0 }, at)?;
            return Err(Malformed::new(at, what));
        };
        self.spend(length, at).map(|()| (text, length))
    }
}

/// The heap of an object part: what its references point into.
#[derive(Clone, Copy)]
pub(crate) struct Heap<'a> {
    data: &'a [u8],
    /// Offset of the heap in the record.
    base: usize,
    budget: &'a Budget,
}

impl<'a> Heap<'a> {
    /// Reads the heap's length (the highest bit is always set) and its bytes.
    pub(crate) fn read(cursor: &mut Cursor<'a>, budget: &'a Budget) -> Result<Self, Malformed> {
        let length = cursor.u32("the heap's length is missing")?;
        if length & 0x8000_0000 == 0 {
            return Err(cursor.fail("the heap's length lacks its mark"));
        }
        let base = cursor.position();
        let data = cursor.take((length & 0x7FFF_FFFF) as usize, "the heap is longer than its object")?;
        Ok(Self { data, base, budget })
    }

    pub(crate) fn budget(&self) -> &'a Budget {
        self.budget
    }

    /// A cursor at a reference.
    pub(crate) fn at(&self, reference: u32) -> Result<Cursor<'a>, Malformed> {
        let start = reference as usize;
        let data = self
            .data
            .get(start..)
            .ok_or_else(|| Malformed::new(self.base, "a reference points beyond the heap"))?;
        Ok(Cursor::new(data, self.base + start))
    }

    pub(crate) fn string(&self, reference: u32) -> Result<String, Malformed> {
        let at = self.base.saturating_add(reference as usize);
        let rest = self.data.get(reference as usize..).unwrap_or_default();
        self.budget.string(rest, at, "a reference does not point to a string").map(|(text, _)| text)
    }

    /// A name: a string in the heap, or one of the [`DICTIONARY`] when the highest bit is set.
    pub(crate) fn name(&self, reference: u32) -> Result<String, Malformed> {
        if reference & 0x8000_0000 == 0 {
            return self.string(reference);
        }
        let word = DICTIONARY.get((reference & 0x7FFF_FFFF) as usize);
        word.map(|w| (*w).to_owned())
            .ok_or_else(|| Malformed::new(self.base, "a name's number is not in the dictionary"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings() {
        assert_eq!(string(b"\0abc\0rest"), Some(("abc".into(), 5)));
        assert_eq!(string(b"\0caf\xe9\0"), Some(("café".into(), 6)));
        assert_eq!(string(b"\x01\x42\x30\0\0"), Some(("あ".into(), 5)));
        assert_eq!(string(b"\x01\x00\xd8\0\0"), Some(("\u{fffd}".into(), 5)));
        assert_eq!(string(b"\0no end"), None);
        assert_eq!(string(b"\x02x\0"), None);
        assert_eq!(string(b""), None);
    }

    #[test]
    fn a_name_may_be_a_number() {
        let budget = Budget::for_record(0);
        let data = [5, 0, 0, 0x80, 0, b'N', b'a', b'm', 0];
        let heap = Heap::read(&mut Cursor::new(&data, 50), &budget).unwrap();
        assert_eq!(heap.name(0).unwrap(), "Nam");
        assert_eq!(heap.name(0x8000_000A).unwrap(), "CIMTYPE");
        assert!(heap.name(0x8000_000B).is_err());
        assert_eq!(heap.string(9).unwrap_err().at, 63);
    }

    #[test]
    fn a_string_without_an_end_is_paid_for_too() {
        let budget = Budget::for_record(0);
        let heap = [&[0xFF, 0xFF, 0, 0x80][..], &vec![1; 0xFFFF]].concat();
        let heap = Heap::read(&mut Cursor::new(&heap, 0), &budget).unwrap();
        let why: Vec<_> = (0..3).map(|_| heap.string(0).unwrap_err().what).collect();
        assert_eq!(why[0], "a reference does not point to a string");
        assert_eq!(why[2], "the object refers to the same data too often");
        // What is too long for the rest empties it.
        let budget = Budget::for_record(0);
        assert!(budget.spend(usize::MAX, 0).is_err() && budget.spend(1, 0).is_err());
    }

    #[test]
    fn the_budget_ends_repetition() {
        let budget = Budget::for_record(0);
        let data = [3, 0, 0, 0x80, 0, b'N', 0];
        let heap = Heap::read(&mut Cursor::new(&data, 0), &budget).unwrap();
        assert!((0..100_000).any(|_| heap.string(0).is_err()));
    }
}
