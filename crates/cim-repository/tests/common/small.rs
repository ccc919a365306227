//! A repository of one class and one instance, made here.

use cim_repository::NameHash;

/// 2022-01-09.
const TIME: u64 = 0x01D8_0500_0000_0000;

pub fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|w| w.to_le_bytes()).collect()
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).expect("small")
}

/// A part that begins with its own length.
fn sized(part: &[u8]) -> Vec<u8> {
    [&words(&[length(part) + 4]), part].concat()
}

/// The strings of a heap, and where each begins.
#[derive(Default)]
struct Heap(Vec<u8>);

impl Heap {
    fn put(&mut self, bytes: &[u8]) -> u32 {
        let at = length(&self.0);
        self.0.extend(bytes);
        at
    }

    fn text(&mut self, text: &str) -> u32 {
        self.put(format!("\0{text}\0").as_bytes())
    }

    fn written(self) -> Vec<u8> {
        [words(&[0x8000_0000 | length(&self.0)]), self.0].concat()
    }
}

/// `class X { [key] string Name; string Data = "payload"; }`
fn class() -> Vec<u8> {
    let mut heap = Heap::default();
    let (name, first, second) = (heap.text("X"), heap.text("Name"), heap.text("Data"));
    let payload = heap.text("payload");
    // Type, index, offset of the value, level of the class that declares it, qualifiers.
    let info = |index: u8, offset: u8, set: &[u8]| {
        [&words(&[8])[..], &[index, 0, offset, 0, 0, 0], &words(&[0]), &sized(set)].concat()
    };
    let key = [&words(&[0x8000_0001])[..], &[3], &words(&[11]), &[0xFF, 0xFF]].concat();
    let (key, plain) = (heap.put(&info(0, 0, &key)), heap.put(&info(1, 4, &[])));
    let tables = [&[1][..], &words(&[u32::MAX, payload])].concat();
    let header = [&[0][..], &words(&[name, length(&tables), 4, 4, 2, first, key, second, plain])].concat();
    let part = sized(&[header, tables, heap.written()].concat());
    let methods = sized(&words(&[0, 0x8000_0000]));
    [words(&[0]), TIME.to_le_bytes().to_vec(), part, methods].concat()
}

/// `instance of X { Name = "a"; }`
fn instance() -> Vec<u8> {
    let mut heap = Heap::default();
    let (class, name) = (heap.text("X"), heap.text("a"));
    let hash: Vec<u8> = NameHash::of("X").to_string().bytes().flat_map(|b| [b, 0]).collect();
    let tables = [&[0b1000][..], &words(&[name, u32::MAX])].concat();
    let header = [&[0][..], &words(&[class])].concat();
    let part = sized(&[header, tables, words(&[4]), vec![1], heap.written()].concat());
    [hash, TIME.to_le_bytes().to_vec(), TIME.to_le_bytes().to_vec(), part].concat()
}

/// `OBJECTS.DATA` with both in this namespace, `INDEX.BTR` that leads to them, and the mapping file. Pages are not filled up.
pub fn files_in(namespace: &str) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let records = [class(), instance()];
    let (one, two) = (length(&records[0]), length(&records[1]));
    let objects = [words(&[7, 48, one, 0, 8, 48 + one, two, 0, 0, 0, 0, 0]), records.concat()].concat();

    let hash = |name: &str| NameHash::of(name).to_string();
    let root = format!("NS_{}", hash(namespace));
    let keys: [Vec<String>; 4] = [
        vec![root.clone(), format!("CD_{}.0.7.{one}", hash("X"))],
        vec![root.clone(), format!("CI_{}", hash("X")), format!("IL_{}.0.8.{two}", hash("a"))],
        vec![root.clone(), format!("CR_{}", hash("")), format!("C_{}", hash("X"))],
        vec![root, format!("KI_{}", hash("X")), format!("I_{}.0.8.{two}", hash("a"))],
    ];
    let half = |n: usize| u16::try_from(n).expect("small").to_le_bytes();
    let mut index = [words(&[0xACCC, 0, 0, 0, 4]), words(&[0; 4]), words(&[u32::MAX; 5])].concat();
    let (mut offsets, mut data, mut strings) = (Vec::new(), Vec::new(), Vec::new());
    for key in &keys {
        offsets.extend(half(data.len() / 2));
        data.extend(half(key.len()));
        for part in key {
            data.extend(half(strings.len()));
            strings.push(part.as_str());
        }
    }
    index.extend([offsets, half(data.len() / 2).to_vec(), data, half(strings.len()).to_vec()].concat());
    let mut end = 0;
    for string in &strings {
        index.extend(half(end));
        end += string.len() + 1;
    }
    index.extend(half(end));
    for string in &strings {
        index.extend(format!("{string}\0").bytes());
    }

    let section = words(&[0xABCD, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0xDCBA]);
    (objects, index, [&section[..], &section, &words(&[1])].concat())
}
