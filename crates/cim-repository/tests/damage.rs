//! Damaged repositories: an error or a partial answer, never a panic, never endless work.

mod common;

use std::sync::Arc;

use cim_repository::{PAGE_SIZE, Parts, Repository, Summary, Visitor};
use common::Files;
use proptest::prelude::*;

struct Ignore;
impl Visitor for Ignore {}

/// Reads everything that can be read.
fn read_all(files: Files) -> Option<Summary> {
    let repository = Repository::from_parts(files.parts()).ok()?;
    repository.subscriptions();
    Some(repository.walk(&mut Ignore))
}

/// A small generator, so that each run damages the same places.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit.max(1)
    }
}

#[test]
fn flipped_bytes_leave_most_of_it_readable() {
    let Some(whole) = common::load("infected-win10") else { return };
    let mut random = Random(1);
    for round in 0..6 {
        let mut files = whole.clone();
        let flips = 300;
        for _ in 0..flips {
            let file = if random.below(3) == 0 { &mut files.index } else { &mut files.objects };
            let at = random.below(file.len());
            file[at] ^= u8::try_from(1 + random.below(255)).unwrap_or(1);
        }
        let summary = read_all(files).expect("the mapping is whole");
        assert!(summary.classes + summary.instances > 3000, "round {round}: {summary:?}");
    }
}

#[test]
fn flipped_bytes_in_the_tables_never_stop_it() {
    let Some(whole) = common::load("infected-win10") else { return };
    let root = whole.live_mapping().index_root;
    let root = whole.live_mapping().index.physical(root).expect("mapped") as usize * PAGE_SIZE;
    let mut random = Random(2);
    for _ in 0..40 {
        let mut files = whole.clone();
        for _ in 0..8 {
            let (_, mapping) = &mut files.mappings[2];
            let at = random.below(mapping.len());
            mapping[at] ^= 0x41;
            // The root of the index, and the tables of contents of some pages.
            files.index[root + random.below(2000)] ^= 0x13;
            let page = random.below(files.objects.len() / PAGE_SIZE) * PAGE_SIZE;
            files.objects[page + random.below(64)] ^= 0x7F;
        }
        if let Ok(repository) = Repository::from_parts(files.parts()) {
            repository.subscriptions();
        }
    }
}

#[test]
fn truncated_files_give_what_is_left() {
    let Some(whole) = common::load("infected-win10") else { return };
    let half = whole.objects.len() / 2;
    // Bytes that are left of each file, and how many objects there are at least.
    for (objects, index, classes, instances) in [
        (0, usize::MAX, 0, 0),
        (5000, usize::MAX, 0, 0),
        (half + 1, usize::MAX, 1700, 350),
        (usize::MAX, 0, 6500, 2500),
        (usize::MAX, 2_500_000, 6500, 2500),
        (half + 1, 2_500_000, 1700, 350),
    ] {
        let mut files = whole.clone();
        files.objects.truncate(objects);
        files.index.truncate(index);
        let repository = files.open();
        let summary = repository.walk(&mut Ignore);
        assert!(
            summary.classes >= classes && summary.instances >= instances,
            "{objects} {index}: {summary:?}"
        );
        assert!(summary.classes <= 6605 && summary.instances <= 2514, "{objects} {index}: {summary:?}");
        let problems = repository.problems();
        assert!(!problems.is_empty() && problems.len() <= 150, "{objects} {index}: {}", problems.len());
        let beyond = problems.iter().filter(|p| p.text.ends_with("the page lies beyond the end of the file"));
        let beyond: Vec<_> = beyond.collect();
        assert!(beyond.len() <= 12, "{}", beyond.len());
    }
}

#[test]
fn deleted_objects_of_a_damaged_repository() {
    let Some(whole) = common::load("infected-win10") else { return };
    let mut random = Random(3);
    let mut files = whole;
    for _ in 0..20_000 {
        let at = random.below(files.objects.len());
        files.objects[at] ^= 0xA5;
        let at = random.below(files.index.len());
        files.index[at] ^= 0xA5;
    }
    let repository = files.open();
    let deleted = repository.deleted();
    assert!(deleted.objects.len() > 1000);
}

/// A tiny repository of noise with a valid frame round it, so that damage is reached.
fn noise(objects: Vec<u8>, index: Vec<u8>, mapping: Option<Vec<u8>>) {
    let mappings = mapping.map(|m| (1, m)).into_iter().collect();
    let parts = Parts { objects: Arc::new(objects), index: Some(Arc::new(index)), mappings };
    if let Ok(repository) = Repository::from_parts(parts) {
        repository.namespaces();
        repository.walk(&mut Ignore);
        repository.deleted();
        assert!(repository.traces_of("x").is_ok());
    }
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|w| w.to_le_bytes()).collect()
}

/// A repository of one class whose array of strings refers `count` times to a run of text without an end.
fn endless_strings(size: usize) -> Parts {
    let count = u32::try_from(size / 8).expect("small");
    let array = 31;
    let text = array + 4 + 4 * count;
    let mut heap = b"\0X\0\0P\0".to_vec();
    let half = |n: u16| n.to_le_bytes();
    heap.extend(words(&[0x2008]));
    heap.extend([half(0), half(0), half(0), half(0), half(0)].concat());
    heap.extend(words(&[4]));
    heap.resize(array as usize, 0);
    heap.extend(words(&[count]));
    heap.extend(words(&vec![text; count as usize]));
    heap.push(1);
    heap.resize(heap.len() + size / 2, b'A');
    let length = u32::try_from(heap.len()).expect("small");
    let body = [vec![0], words(&[0, 5, 4, 4, 1, 3, 6]), vec![0], words(&[array, 0x8000_0000 | length]), heap]
        .concat();
    let part = words(&[u32::try_from(body.len() + 4).expect("small")]);
    let record = [words(&[0, 0, 0x01D8_0000]), part, body].concat();
    let length = u32::try_from(record.len()).expect("small");
    let mut objects = [words(&[7, 32, length, 0, 0, 0, 0, 0]), record].concat();
    objects.resize(objects.len().next_multiple_of(PAGE_SIZE), 0);
    Parts { objects: Arc::new(objects), index: None, mappings: Vec::new() }
}

#[test]
fn strings_without_an_end_do_not_cost_the_square_of_their_length() {
    let time = |size| {
        let repository = Repository::from_parts(endless_strings(size)).expect("it opens");
        let start = std::time::Instant::now();
        let summary = repository.walk(&mut Ignore);
        assert_eq!((summary.classes, summary.class_keys), (1, 1), "{:?}", repository.problems());
        start.elapsed()
    };
    // The square took minutes here; what is spent now is some times the length.
    assert!(time(1 << 20) < std::time::Duration::from_secs(10));
}

#[test]
fn beginnings_that_claim_a_megabyte_each_are_not_filled_up_each() {
    let head = |claimed: u32| {
        let digits: Vec<u8> = "A".repeat(64).bytes().flat_map(|b| [b, 0]).collect();
        [digits, words(&[0, 0x01D8_0000, 0, 0x01D8_0000, claimed])].concat()
    };
    // Thousands of heads of instances whose rest is missing, each in a page of its own that is not in use.
    let mut objects = vec![0; PAGE_SIZE];
    for _ in 0..2000 {
        let start = objects.len();
        objects.resize(start + PAGE_SIZE, 0);
        let head = head((1 << 20) - 200);
        objects[start + PAGE_SIZE - head.len()..].copy_from_slice(&head);
    }
    let pages = u32::try_from(objects.len() / PAGE_SIZE).expect("small");
    let section = |pages| words(&[0xABCD, 1, 1, 0, pages, 1, 0, 0, 0, 0, 0, 0, 0, 0xDCBA]);
    let mapping = [section(pages), section(1), words(&[1])].concat();
    let parts = Parts { objects: Arc::new(objects), index: None, mappings: vec![(1, mapping)] };
    let repository = Repository::from_parts(parts).expect("it opens");
    let start = std::time::Instant::now();
    assert_eq!(repository.deleted().objects.len(), 2000);
    assert!(start.elapsed() < std::time::Duration::from_secs(10), "{:?}", start.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn noise_is_survived(
        mut objects in prop::collection::vec(any::<u8>(), 0..3 * PAGE_SIZE),
        mut index in prop::collection::vec(any::<u8>(), 0..2 * PAGE_SIZE),
        keys in 0u32..40,
    ) {
        // A first page of the index that looks like one.
        let head = words(&[0xACCC, 0, 0, 0, keys]);
        if index.len() > head.len() {
            index[..head.len()].copy_from_slice(&head);
        }
        // A table of contents with one entry that fits and one that does not.
        let toc = words(&[1, 64, 100, 0, 2, 200, 100_000, 0]);
        if objects.len() > toc.len() {
            objects[..toc.len()].copy_from_slice(&toc);
        }
        let section = [0xABCD, 1, 1, 0, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0xDCBA];
        let mapping = words(&[section.as_slice(), &section, &[1]].concat());
        noise(objects.clone(), index.clone(), Some(mapping));
        noise(objects, index, None);
    }

    #[test]
    fn a_mapping_of_noise_is_refused_or_used(data in prop::collection::vec(any::<u32>(), 0..64)) {
        let mut data = data;
        if let Some(first) = data.first_mut() {
            *first = 0xABCD;
        }
        noise(vec![0; PAGE_SIZE], vec![0; PAGE_SIZE], Some(words(&data)));
    }
}
