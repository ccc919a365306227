//! Hives whose lists lead to far more than they hold: reading them ends soon and takes little memory.
#![expect(clippy::unwrap_used, reason = "tests fail on what is not there")]

use registry_hive::{Hive, Key};
use std::time::{Duration, Instant};

const NONE: u32 = u32::MAX;

/// A hive that is written cell by cell.
struct Cells(Vec<u8>);

impl Cells {
    fn new() -> Self {
        let mut bytes = vec![0; 4096 + 32];
        bytes[4096..4100].copy_from_slice(b"hbin");
        Self(bytes)
    }

    /// The offset that the next cell will have.
    fn next(&self) -> u32 {
        u32::try_from(self.0.len() - 4096).unwrap()
    }

    fn add(&mut self, data: &[u8]) -> u32 {
        let at = self.next();
        let size = (data.len() + 4).next_multiple_of(8);
        self.0.extend((-i32::try_from(size).unwrap()).to_le_bytes());
        self.0.extend(data);
        self.0.resize(4096 + at as usize + size, 0);
        at
    }

    fn key(&mut self, name: &str, subkeys: (u32, u32), values: (u32, u32)) -> u32 {
        let mut record = vec![0; 76];
        record[..4].copy_from_slice(b"nk\x20\0");
        for (at, number) in [(20, subkeys.0), (28, subkeys.1), (36, values.0), (40, values.1)] {
            record[at..at + 4].copy_from_slice(&number.to_le_bytes());
        }
        record[72..74].copy_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
        record.extend(name.as_bytes());
        self.add(&record)
    }

    /// A list of subkeys: `lf` with a hint behind every offset, or `ri` with offsets alone.
    fn list(&mut self, mark: [u8; 2], offsets: impl IntoIterator<Item = u32>) -> u32 {
        let width = if mark == *b"lf" { 8 } else { 4 };
        let mut data = [mark.as_slice(), &[0; 2]].concat();
        let mut count = 0_u16;
        for offset in offsets {
            data.extend(offset.to_le_bytes());
            data.resize(data.len() + width - 4, 0);
            count += 1;
        }
        data[2..4].copy_from_slice(&count.to_le_bytes());
        self.add(&data)
    }

    fn value(&mut self, length: u32, data: u32) -> u32 {
        let mut record = b"vk\x01\0".to_vec();
        for number in [length, data, 1, 1] {
            record.extend(number.to_le_bytes());
        }
        record.push(b'x');
        self.add(&record)
    }

    fn values(&mut self, values: impl IntoIterator<Item = u32>) -> u32 {
        let list: Vec<u8> = values.into_iter().flat_map(u32::to_le_bytes).collect();
        self.add(&list)
    }

    fn hive(mut self, root: u32) -> Hive {
        self.0[..4].copy_from_slice(b"regf");
        self.0[36..40].copy_from_slice(&root.to_le_bytes());
        Hive::new(self.0).unwrap()
    }
}

/// Reads all that the hive leads to and returns how many keys and how many bytes of data there were.
fn read(hive: &Hive) -> (usize, usize) {
    let start = Instant::now();
    let mut data = 0;
    let keys = hive.root().unwrap().walk().inspect(|(_, key)| {
        data += key.values().iter().map(|value| value.name().len() + value.data().len()).sum::<usize>();
        assert!(key.subkey("nothing").is_none());
    });
    let keys = keys.count();
    let _ = hive.lost_keys();
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert!(!hive.problems().is_empty(), "somebody has to be told");
    (keys, data)
}

#[test]
fn a_list_of_lists_that_names_itself() {
    for count in [200, 65_535] {
        let mut cells = Cells::new();
        let own = cells.next();
        let list = cells.list(*b"ri", vec![own; count]);
        let root = cells.key("ROOT", (1, list), (0, NONE));
        assert_eq!(read(&cells.hive(root)), (1, 0));
    }
}

#[test]
fn a_list_that_is_named_again_and_again() {
    let mut cells = Cells::new();
    let leaf = cells.key("a", (0, NONE), (0, NONE));
    let inner = cells.list(*b"lf", vec![leaf; 20_000]);
    let outer = cells.list(*b"ri", vec![inner; 2_000]);
    let root = cells.key("ROOT", (1, outer), (0, NONE));
    let hive = cells.hive(root);
    assert!(hive.root().unwrap().subkeys().len() < 4_000, "more than the hive can hold");
    assert_eq!(read(&hive), (2, 0));
}

#[test]
fn many_keys_that_share_one_long_list() {
    let mut cells = Cells::new();
    let list = cells.next() + 4_000 * 88;
    let keys: Vec<_> = (0..4_000).map(|n| cells.key(&format!("{n:08}"), (4_000, list), (0, NONE))).collect();
    assert_eq!(list, cells.list(*b"lf", keys.clone()));
    let hive = cells.hive(keys[0]);
    assert!(read(&hive).0 <= 4_000);
    // Nothing is read of a hive that is used up, whatever is asked.
    assert_eq!(hive.root().map(|root| root.subkeys().len()), Some(0));
}

#[test]
fn one_segment_that_is_named_again_and_again() {
    let mut cells = Cells::new();
    let segment = cells.add(&[b'A'; 16_344]);
    let segments = cells.values(vec![segment; 65_535]);
    let head = [b"db".as_slice(), &u16::MAX.to_le_bytes(), &segments.to_le_bytes()].concat();
    let head = cells.add(&head);
    let value = cells.value(0x3FFF_FFFF, head);
    let values = cells.values(vec![value; 3]);
    let root = cells.key("ROOT", (0, NONE), (3, values));
    let (_, data) = read(&cells.hive(root));
    assert!(data < 64 << 10, "{data} bytes");
}

#[test]
fn many_keys_that_share_one_long_value() {
    let mut cells = Cells::new();
    let data = cells.add(&vec![b'A'; 1 << 20]);
    let value = cells.value(1 << 20, data);
    let values = cells.values([value]);
    let keys: Vec<_> = (0..4_000).map(|n| cells.key(&n.to_string(), (0, NONE), (1, values))).collect();
    let list = cells.list(*b"lf", keys);
    let root = cells.key("ROOT", (4_000, list), (0, NONE));
    let hive = cells.hive(root);
    let (_, data) = read(&hive);
    assert!(data < 128 << 20, "{data} bytes");
}

#[test]
fn paths_that_are_longer_than_the_hive() {
    let mut cells = Cells::new();
    let name = "n".repeat(255);
    // A key that is its own parent, in front of every other.
    let own = cells.next();
    let mut keys = Vec::new();
    for _ in 0..3_000 {
        let at = cells.key(&name, (0, NONE), (0, NONE));
        let parent = 4096 + at as usize + 4 + 16;
        cells.0[parent..parent + 4].copy_from_slice(&own.to_le_bytes());
        keys.push(at);
    }
    let root = cells.key("ROOT", (0, NONE), (0, NONE));
    let hive = cells.hive(root);
    let start = Instant::now();
    let lost: usize = hive.lost_keys().iter().map(|(path, _)| path.len()).sum();
    assert!(lost < 128 << 20, "{lost} bytes of paths");
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn keys_that_the_count_leaves_out_are_read_and_told() {
    let mut cells = Cells::new();
    let keys: Vec<_> = ["a", "b", "c"].map(|name| cells.key(name, (0, NONE), (0, NONE))).to_vec();
    let list = cells.list(*b"lf", keys);
    let root = cells.key("ROOT", (1, list), (0, NONE));
    let hive = cells.hive(root);
    let names: Vec<_> = hive.root().iter().flat_map(Key::subkeys).map(|key| key.name()).collect();
    assert_eq!(names, ["a", "b", "c"]);
    assert_eq!(hive.problems().len(), 1);
}
