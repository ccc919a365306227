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
    for (objects, index) in [
        (0, usize::MAX),
        (5000, usize::MAX),
        (12_000_001, usize::MAX),
        (usize::MAX, 0),
        (usize::MAX, 2_500_000),
    ] {
        let mut files = whole.clone();
        files.objects.truncate(objects);
        files.index.truncate(index);
        let repository = files.open();
        let summary = repository.walk(&mut Ignore);
        assert!(summary.classes < 6605, "{objects} {index}: {summary:?}");
        assert!(!repository.problems().is_empty(), "{objects} {index}");
        assert!(repository.problems().len() <= 1001);
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
