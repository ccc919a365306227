//! Values.

use crate::cells::{BINS, cell, name, u16_at, u32_at, u64_at, utf16};
use crate::hive::Hive;
use std::borrow::Cow;
use std::collections::HashSet;

/// The length of a value record before its name.
const HEAD: usize = 20;
/// Bit of the data size: the data is in the record itself.
const RESIDENT: u32 = 0x8000_0000;
/// Flag of a value record: the name is Latin-1.
const COMPRESSED: u16 = 0x0001;
/// Data longer than this is cut into segments of this length (since version 1.4).
const SEGMENT: usize = 16_344;

/// The type of a value's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// No type (0).
    None,
    /// A string (1).
    Sz,
    /// A string with names of environment variables in it (2).
    ExpandSz,
    /// Bytes (3).
    Binary,
    /// A 32-bit number (4).
    Dword,
    /// A 32-bit number, big-endian (5).
    DwordBigEndian,
    /// A symbolic link (6).
    Link,
    /// Several strings (7).
    MultiSz,
    /// A 64-bit number (11).
    Qword,
    /// Another type, by its number.
    Other(u32),
}

impl Kind {
    fn from_code(code: u32) -> Self {
        match code {
            0 => Self::None,
            1 => Self::Sz,
            2 => Self::ExpandSz,
            3 => Self::Binary,
            4 => Self::Dword,
            5 => Self::DwordBigEndian,
            6 => Self::Link,
            7 => Self::MultiSz,
            11 => Self::Qword,
            other => Self::Other(other),
        }
    }

    /// The name that Windows gives it; `REG_UNKNOWN` for types without one.
    pub const fn windows_name(self) -> &'static str {
        match self {
            Self::None => "REG_NONE",
            Self::Sz => "REG_SZ",
            Self::ExpandSz => "REG_EXPAND_SZ",
            Self::Binary => "REG_BINARY",
            Self::Dword => "REG_DWORD",
            Self::DwordBigEndian => "REG_DWORD_BIG_ENDIAN",
            Self::Link => "REG_LINK",
            Self::MultiSz => "REG_MULTI_SZ",
            Self::Qword => "REG_QWORD",
            Self::Other(_) => "REG_UNKNOWN",
        }
    }
}

/// A value of a key.
#[derive(Debug, Clone, Copy)]
pub struct Value<'h> {
    hive: &'h Hive,
    offset: u32,
    record: &'h [u8],
}

impl<'h> Value<'h> {
    /// The value whose record is in the cell at this offset; `None` where there is none.
    pub(crate) fn at(hive: &'h Hive, offset: u32) -> Option<Self> {
        let record = cell(&hive.bytes, offset)?;
        (record.get(..2)? == b"vk" && record.len() >= HEAD).then_some(Self { hive, offset, record })
    }

    /// The byte offset of its record in the hive.
    pub const fn offset(&self) -> u64 {
        BINS as u64 + self.offset as u64
    }

    /// Its name; empty for the default value.
    pub fn name(&self) -> String {
        let compressed = u16_at(self.record, 16).unwrap_or(0) & COMPRESSED != 0;
        let bytes = self.record.get(HEAD..).unwrap_or_default();
        name(bytes.get(..self.name_length()).unwrap_or(bytes), compressed)
    }

    /// The length of its name in bytes.
    pub(crate) fn name_length(&self) -> usize {
        usize::from(u16_at(self.record, 2).unwrap_or(0)).min(self.record.len())
    }

    /// The type of its data.
    pub fn kind(&self) -> Kind {
        Kind::from_code(u32_at(self.record, 12).unwrap_or(0))
    }

    /// The length of its data in bytes, as its record says.
    pub fn length(&self) -> usize {
        usize::try_from(u32_at(self.record, 4).unwrap_or(0) & !RESIDENT).unwrap_or(usize::MAX)
    }

    /// Its data as stored; shorter than it should be where the hive is damaged.
    pub fn data(&self) -> Cow<'h, [u8]> {
        let size = u32_at(self.record, 4).unwrap_or(0);
        let length = self.length();
        if size & RESIDENT != 0 {
            return Cow::Borrowed(self.record.get(8..8 + length.min(4)).unwrap_or_default());
        }
        if length == 0 {
            return Cow::Borrowed(&[]);
        }
        let at = u32_at(self.record, 8).unwrap_or(0);
        let Some(data) = cell(&self.hive.bytes, at) else {
            self.hive.problem(BINS as u64 + u64::from(at), "the data of a value is missing");
            return Cow::Borrowed(&[]);
        };
        // No value is longer than its hive, and none is read without end.
        if !self.hive.spend(length.min(self.hive.bytes.len())) {
            return Cow::Borrowed(&[]);
        }
        if length > SEGMENT && data.get(..2) == Some(b"db") {
            return Cow::Owned(self.segments(data, length));
        }
        if data.len() < length {
            self.hive.problem(BINS as u64 + u64::from(at), "the data of a value is cut");
        }
        Cow::Borrowed(data.get(..length).unwrap_or(data))
    }

    /// The data of a value that is cut into segments: a count and the offset of a list of them.
    fn segments(&self, head: &[u8], length: usize) -> Vec<u8> {
        let count = usize::from(u16_at(head, 2).unwrap_or(0));
        let list = u32_at(head, 4).and_then(|at| cell(&self.hive.bytes, at)).unwrap_or_default();
        let mut data = Vec::new();
        let mut seen = HashSet::new();
        let most = length.min(self.hive.bytes.len());
        for segment in (0..count).map_while(|entry| u32_at(list, entry * 4)) {
            let Some(bytes) = cell(&self.hive.bytes, segment).filter(|_| seen.insert(segment)) else { break };
            let wanted = (most - data.len()).min(SEGMENT);
            data.extend_from_slice(bytes.get(..wanted).unwrap_or(bytes));
            if data.len() >= most {
                break;
            }
        }
        if data.len() < length {
            self.hive.problem(self.offset(), "the data of a value is cut");
        }
        data
    }

    /// The text of a string, up to its first NUL; of several strings, joined by newlines. `None` for other types.
    pub fn text(&self) -> Option<String> {
        let text = || utf16(&self.data());
        match self.kind() {
            Kind::Sz | Kind::ExpandSz | Kind::Link => {
                Some(text().split('\0').next().unwrap_or_default().to_owned())
            }
            Kind::MultiSz => Some(text().trim_end_matches('\0').replace('\0', "\n")),
            _ => None,
        }
    }

    /// The number of a numeric value. `None` for other types and for data of another length.
    pub fn number(&self) -> Option<u64> {
        let data = self.data();
        match self.kind() {
            Kind::Dword if data.len() == 4 => u32_at(&data, 0).map(u64::from),
            Kind::DwordBigEndian if data.len() == 4 => u32_at(&data, 0).map(|n| u64::from(n.swap_bytes())),
            Kind::Qword if data.len() == 8 => u64_at(&data, 0),
            _ => None,
        }
    }
}
