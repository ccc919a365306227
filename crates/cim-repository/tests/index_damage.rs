//! Damaged indexes and mapping files: what they hide is found all the same, and never without a word.

mod common;

use std::collections::BTreeSet;

use cim_repository::{Instance, NameHash, PAGE_SIZE, RecordRef, Repository, Visitor};
use common::Files;

/// The paths of all objects of subscriptions.
fn paths(repository: &Repository) -> BTreeSet<String> {
    let subscriptions = repository.subscriptions();
    let all = subscriptions.iter().flat_map(|o| [&o.filters, &o.consumers, &o.bindings, &o.timers]);
    all.flatten().map(Instance::relative_path).collect()
}

struct Infected {
    files: Files,
    consumer: Instance,
    paths: BTreeSet<String>,
}

fn infected() -> Option<Infected> {
    let files = common::load("infected-win10")?;
    let repository = files.clone().open();
    let consumer = repository
        .subscriptions()
        .into_iter()
        .flat_map(|o| o.consumers)
        .find(|c| c.text("Name") == Some("KillProcess"))
        .expect("the consumer is there");
    let paths = paths(&repository);
    assert_eq!(paths.len(), 6);
    Some(Infected { files, consumer, paths })
}

impl Infected {
    /// Opens the changed files, in which all six objects must be found, and something told.
    fn assert_all(&self, change: impl FnOnce(&mut Files)) -> Repository {
        let mut files = self.files.clone();
        change(&mut files);
        let repository = files.open();
        assert_eq!(paths(&repository), self.paths, "{:?}", repository.problems());
        assert!(!repository.problems().is_empty());
        repository
    }

    fn told(&self, change: impl FnOnce(&mut Files)) -> String {
        let problems = self.assert_all(change).problems();
        problems.into_iter().map(|p| p.text + "\n").collect()
    }

    /// Offsets in the index of what describes a live page with this text.
    fn page_with(&self, text: &str) -> usize {
        let mapping = self.files.live_mapping();
        let mut pages = mapping.index.pairs().map(|(_, physical)| physical as usize * PAGE_SIZE);
        let has = |start: &usize| {
            self.files.index[*start..][..PAGE_SIZE].windows(text.len()).any(|w| w == text.as_bytes())
        };
        pages.find(has).expect("a live page has it")
    }
}

fn blank(files: &mut Files, text: &str) {
    assert!(files.replace_in_index(text, &"0".repeat(text.len())) > 0);
}

#[test]
fn an_instance_without_one_of_its_keys_is_found_by_the_other() {
    let Some(infected) = infected() else { return };
    let written = common::written(&infected.consumer.location);
    let name = NameHash::of("KillProcess");
    for (part, lacks) in
        [("IL_", "key of this instance under its class"), ("I_", "under the class that defines its keys")]
    {
        let told = infected.told(|files| blank(files, &format!("{part}{name}.{written}")));
        assert!(told.contains(lacks) && told.contains("not of a known form"), "{told}");
    }
}

#[test]
fn a_wrong_class_in_a_key_does_not_hide_the_instance() {
    let Some(infected) = infected() else { return };
    let class = NameHash::of("ActiveScriptEventConsumer").to_string();
    let wrong = format!("CI_{}{}", if class.starts_with('0') { '1' } else { '0' }, &class[1..]);
    let told = infected.told(|files| assert!(files.replace_in_index(&format!("CI_{class}"), &wrong) > 0));
    assert!(told.contains("the instance names another class than its key"), "{told}");
}

#[test]
fn a_wrong_namespace_on_one_page_does_not_hide_its_objects() {
    let Some(infected) = infected() else { return };
    let name = NameHash::of("KillProcess");
    let namespace = format!("NS_{}", NameHash::of("root\\subscription"));
    for part in ["IL_", "I_"] {
        let page = infected.page_with(&format!("{part}{name}."));
        infected.assert_all(|files| {
            let range = page..page + PAGE_SIZE;
            let mut at = range.start;
            while let Some(found) =
                files.index[at..range.end].windows(67).position(|w| w == namespace.as_bytes())
            {
                at += found;
                files.index[at + 5] = if files.index[at + 5] == b'7' { b'8' } else { b'7' };
            }
            assert_ne!(at, range.start, "the page has keys of the namespace");
        });
    }
}

#[test]
fn a_lost_superclass_does_not_hide_the_consumers() {
    let Some(infected) = infected() else { return };
    let class = NameHash::of("ActiveScriptEventConsumer");
    let told = infected.told(|files| blank(files, &format!("C_{class}")));
    assert!(told.contains("what this class derives from"), "{told}");
}

#[test]
fn a_lost_class_definition_is_found_in_its_page() {
    let Some(infected) = infected() else { return };
    let class = &infected.consumer.class;
    let key = format!("CD_{}.{}", NameHash::of(&class.name), common::written(&class.location));
    let told = infected.told(|files| blank(files, &key));
    assert!(told.contains("the class lies in a live page"), "{told}");
}

#[test]
fn another_record_number_in_the_page_or_the_index_is_seen() {
    let Some(infected) = infected() else { return };
    let location = infected.consumer.location;
    let told = infected.told(|files| {
        let page = location.physical_page as usize * PAGE_SIZE;
        let id = location.record_id.to_le_bytes();
        let at = (page..).step_by(16).find(|&at| files.objects[at..at + 4] == id).expect("it is there");
        files.objects[at] ^= 1;
    });
    assert!(told.contains("under another number"), "{told}");
}

#[test]
fn a_size_that_only_one_key_gives_is_not_believed() {
    let Some(infected) = infected() else { return };
    let location = infected.consumer.location;
    let key = |size: u32| {
        let place = RecordRef { page: location.logical_page.expect("mapped"), id: location.record_id, size };
        format!("IL_{}.{place}", NameHash::of("KillProcess"))
    };
    let told = infected.told(|files| {
        assert!(files.replace_in_index(&key(location.size), &key(location.size ^ 1)) > 0);
    });
    assert!(told.contains("different sizes"), "{told}");
}

#[test]
fn flipped_bytes_of_the_pages_that_lead_to_a_subscription_hide_nothing() {
    let Some(infected) = infected() else { return };
    let name = NameHash::of("KillProcess");
    for page in ["IL_", "I_"].map(|part| infected.page_with(&format!("{part}{name}."))) {
        // Every kind of table of the page is hit: header, children, offsets, numbers, strings.
        for at in (0..PAGE_SIZE).step_by(487) {
            let mut files = infected.files.clone();
            files.index[page + at] ^= 0x15;
            let repository = files.open();
            let found = paths(&repository);
            let is_told = !repository.problems().is_empty();
            assert!(found == infected.paths || is_told, "flip at {page:#x}+{at}: {found:?}");
            assert!(found.len() >= 5, "flip at {page:#x}+{at}: {found:?} {:?}", repository.problems());
        }
    }
}

#[test]
fn a_damaged_root_costs_its_own_keys_at_most() {
    let Some(infected) = infected() else { return };
    let mapping = infected.files.live_mapping();
    let root = mapping.index.physical(mapping.index_root).expect("mapped") as usize * PAGE_SIZE;
    let told = infected.told(|files| files.index[root] ^= 1);
    assert!(told.contains("does not begin with 0xACCC"), "{told}");
    let told = infected.told(|files| files.index[root..root + PAGE_SIZE].fill(0));
    assert!(told.contains("root of the index cannot be read"), "{told}");
    // A page in the middle of the tree.
    let inner = mapping.index.physical(u32::from_le_bytes(
        infected.files.index[root + 20 + 4 * usize::from(infected.files.index[root + 16])..][..4]
            .try_into()
            .expect("four bytes"),
    ));
    let inner = inner.expect("mapped") as usize * PAGE_SIZE;
    infected.assert_all(|files| files.index[inner..inner + PAGE_SIZE].fill(0xFF));
}

#[test]
fn an_empty_index_is_as_good_as_none() {
    let Some(infected) = infected() else { return };
    for change in [Vec::clear, |index: &mut Vec<u8>| index.fill(0)] {
        let repository = infected.assert_all(|files| change(&mut files.index));
        assert!(!repository.has_index());
        assert!(repository.problems().iter().any(|p| p.text.contains("no page of INDEX.BTR can be read")));
    }
}

#[test]
fn the_mapping_files_of_another_machine_are_seen_and_not_used() {
    let (Some(infected), Some(clean)) = (infected(), common::load("clean-win10")) else { return };
    let repository = infected.assert_all(|files| files.mappings = clean.mappings.clone());
    assert_eq!(repository.mapping(), None);
    assert!(repository.problems().iter().any(|p| p.text.contains("does not belong to INDEX.BTR")));
    // With another machine's index as well, only the records can tell.
    let mut files = infected.files.clone();
    files.mappings = clean.mappings;
    files.index = clean.index;
    let repository = files.open();
    assert!(repository.problems().iter().any(|p| p.text.contains("does not belong to OBJECTS.DATA")));
}

#[test]
fn without_an_index_live_objects_and_older_states_are_told_apart() {
    #[derive(Default)]
    struct Count(usize, usize);
    impl Visitor for Count {
        fn class(&mut self, class: &std::sync::Arc<cim_repository::Class>) {
            assert!(!class.is_indexed);
            self.0 += 1;
        }
        fn instance(&mut self, instance: &Instance) {
            assert!(!instance.is_indexed && instance.location.logical_page.is_some());
            self.1 += 1;
        }
    }
    let Some(infected) = infected() else { return };
    let mut parts = infected.files.clone().parts();
    parts.index = None;
    let repository = Repository::from_parts(parts).expect("it opens");
    let found = repository.subscriptions();
    assert_eq!(found.len(), 1);
    let consumers: Vec<_> = found[0].consumers.iter().filter_map(|c| c.text("Name")).collect();
    assert_eq!(consumers.len(), 2, "each once, older states in unmapped pages are not live: {consumers:?}");
    let mut count = Count::default();
    let summary = repository.walk(&mut count);
    // As many as the index has keys of.
    assert_eq!((summary.class_keys, summary.instance_keys), (6605, 2514));
    assert!(count.0 > 6500 && count.1 > 2500, "{} {} {:?}", count.0, count.1, &repository.problems());
}
