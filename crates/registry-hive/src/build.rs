//! Writes hives: small ones, so that tests need no file of a real machine, and copies of keys of a running Windows, which are then read as
//! those of a disk are. With the feature `build`.

use crate::cells::BINS;

/// A key to be written, with its values and the keys below it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyPlan {
    name: String,
    values: Vec<(String, u32, Vec<u8>)>,
    children: Vec<KeyPlan>,
    written: Option<u64>,
}

/// When keys were written of which nothing else is said: in 2019, in 100 ns since 1601-01-01.
const WRITTEN: u64 = 132_000_000_000_000_000;

/// Names that one list of keys can have.
const MAX_CHILDREN: usize = u16::MAX as usize;

impl KeyPlan {
    /// A key of this name without values, to be added to another.
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Adds a key; one of its name must not be there yet. A key has room for 65,535.
    pub fn add(&mut self, child: Self) -> &mut Self {
        if self.children.len() < MAX_CHILDREN {
            self.children.push(child);
        }
        self
    }

    /// When the key was last written, in 100 ns since 1601-01-01.
    pub fn written(&mut self, time: u64) -> &mut Self {
        self.written = Some(time);
        self
    }

    /// The key at a path below this one, its parts separated by backslashes; what is missing is made.
    pub fn key(&mut self, path: &str) -> &mut Self {
        let mut key = self;
        for part in path.split('\\').filter(|part| !part.is_empty()) {
            let known = key.children.iter().position(|child| child.name.eq_ignore_ascii_case(part));
            let at = known.unwrap_or_else(|| {
                key.children.push(Self { name: part.to_owned(), ..Self::default() });
                key.children.len() - 1
            });
            key = &mut key.children[at];
        }
        key
    }

    /// Adds a value of a type by its number (1 is a string, 3 bytes, 4 a number, 7 several strings).
    pub fn value(&mut self, name: &str, kind: u32, data: &[u8]) -> &mut Self {
        self.values.push((name.to_owned(), kind, data.to_vec()));
        self
    }

    /// Adds a string.
    pub fn text(&mut self, name: &str, text: &str) -> &mut Self {
        let data: Vec<u8> = text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        self.value(name, 1, &data)
    }

    /// Adds a 32-bit number.
    pub fn number(&mut self, name: &str, number: u32) -> &mut Self {
        self.value(name, 4, &number.to_le_bytes())
    }

    /// The hive with this key as its root, in the form 1.5 with `lf` lists.
    pub fn hive(&self) -> Vec<u8> {
        let mut bytes = vec![0; BINS + 32];
        let root = self.write(&mut bytes, u32::MAX, 0x0004);
        bytes.resize(bytes.len().next_multiple_of(4096), 0);
        let size = u32::try_from(bytes.len() - BINS).unwrap_or(u32::MAX);
        let mut put = |at: usize, data: &[u8]| bytes[at..at + data.len()].copy_from_slice(data);
        put(0, b"regf");
        for (at, number) in [(4, 1), (8, 1), (20, 1), (24, 5), (32, 1), (36, root), (40, size), (44, 1)] {
            put(at, &number.to_le_bytes());
        }
        put(BINS, b"hbin");
        put(BINS + 8, &size.to_le_bytes());
        let sum = (0..127).fold(0, |sum, word| sum ^ crate::cells::u32_at(&bytes, word * 4).unwrap_or(0));
        bytes[508..512].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    fn write(&self, bytes: &mut Vec<u8>, parent: u32, flags: u16) -> u32 {
        let mut record = vec![0; 76];
        record.extend(self.name.encode_utf16().flat_map(u16::to_le_bytes));
        let at = cell(bytes, &record);
        let values: Vec<u32> = self.values.iter().map(|value| write_value(bytes, value)).collect();
        let values_at = if values.is_empty() { u32::MAX } else { cell(bytes, &concat(&values)) };
        let mut list = b"lf".to_vec();
        list.extend(u16::try_from(self.children.len()).unwrap_or(u16::MAX).to_le_bytes());
        for child in &self.children {
            list.extend(child.write(bytes, at, 0).to_le_bytes());
            list.extend([0; 4]);
        }
        let list_at = if self.children.is_empty() { u32::MAX } else { cell(bytes, &list) };
        let start = BINS + at as usize + 4;
        let mut put = |offset: usize, data: &[u8]| {
            bytes[start + offset..start + offset + data.len()].copy_from_slice(data);
        };
        put(0, b"nk");
        put(2, &flags.to_le_bytes());
        put(4, &self.written.unwrap_or(WRITTEN).to_le_bytes());
        let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let numbers = [
            (16, parent),
            (20, count(self.children.len())),
            (28, list_at),
            (36, count(values.len())),
            (40, values_at),
        ];
        for (offset, number) in numbers {
            put(offset, &number.to_le_bytes());
        }
        let name = u16::try_from(record.len() - 76).unwrap_or(u16::MAX);
        put(72, &name.to_le_bytes());
        at
    }
}

fn write_value(bytes: &mut Vec<u8>, (name, kind, data): &(String, u32, Vec<u8>)) -> u32 {
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    let mut record = b"vk".to_vec();
    let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    record.extend(u16::try_from(units.len()).unwrap_or(u16::MAX).to_le_bytes());
    if data.len() <= 4 {
        record.extend((length | 0x8000_0000).to_le_bytes());
        let mut resident = data.clone();
        resident.resize(4, 0);
        record.extend(resident);
    } else {
        record.extend(length.to_le_bytes());
        record.extend(cell(bytes, data).to_le_bytes());
    }
    record.extend(kind.to_le_bytes());
    record.extend([0; 4]);
    record.extend(units);
    cell(bytes, &record)
}

/// Adds a cell in use and returns its offset from the beginning of the bins.
fn cell(bytes: &mut Vec<u8>, data: &[u8]) -> u32 {
    let at = bytes.len();
    let size = (data.len() + 4).next_multiple_of(8);
    let negative = 0_u32.wrapping_sub(u32::try_from(size).unwrap_or(u32::MAX));
    bytes.extend(negative.to_le_bytes());
    bytes.extend(data);
    bytes.resize(at + size, 0);
    u32::try_from(at - BINS).unwrap_or(u32::MAX)
}

fn concat(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}
