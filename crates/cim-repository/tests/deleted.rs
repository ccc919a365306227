//! Recovering deleted objects. No public repository has a deleted subscription, so these tests delete that of the infected
//! one in several ways and look for what was there.

mod common;

use cim_repository::{
    Carved, Content, EventObjects, FileKind, Instance, Key, KeyKind, NameHash, Origin, Repository, Status,
    Value,
};
use common::Files;

fn consumer(objects: &[EventObjects]) -> Option<&Instance> {
    objects.iter().flat_map(|o| &o.consumers).find(|c| c.text("Name") == Some("KillProcess"))
}

/// The infected repository and its malicious consumer.
fn infected() -> Option<(Files, Instance)> {
    let files = common::load("infected-win10")?;
    let objects = files.clone().open().subscriptions();
    let found = consumer(&objects).expect("the consumer is live").clone();
    Some((files, found))
}

fn carved_consumers(repository: &Repository) -> Vec<(Carved, Instance)> {
    let objects = repository.deleted().objects.into_iter();
    let instances = objects.filter_map(|carved| match &carved.content {
        Content::Instance(i) if i.text("Name") == Some("KillProcess") => {
            let instance = Instance::clone(i);
            Some((carved, instance))
        }
        _ => None,
    });
    instances.collect()
}

#[test]
fn nothing_of_a_subscription_is_deleted_in_the_originals() {
    for name in ["clean-win10", "infected-win10"] {
        let Some(files) = common::load(name) else { return };
        let repository = files.open();
        let deleted = repository.deleted();
        assert!(deleted.objects.len() > 3000 && deleted.copies > 400, "{name}: older states are found");
        assert!(!deleted.keys.is_empty());
        for carved in deleted.objects {
            assert_ne!(carved.origin, Origin::Unindexed, "{name}: every record of a live page has its key");
            if let Content::Instance(instance) = &carved.content {
                let kinds = ["__EventConsumer", "__EventFilter", "__FilterToConsumerBinding"];
                let is_event = kinds.iter().any(|k| instance.class.is_a(k));
                assert!(
                    !is_event || carved.status == Status::Replaced,
                    "{name}: {}",
                    instance.relative_path()
                );
            }
        }
    }
}

#[test]
fn a_record_without_its_keys_counts_as_there_and_is_told() {
    let Some((mut files, original)) = infected() else { return };
    let end = common::written(&original.location);
    // The two keys of the consumer: IL_…, I_….
    assert!(files.replace_in_index(&end, &"0".repeat(end.len())) >= 2);
    let repository = files.open();
    let objects = repository.subscriptions();
    let found = consumer(&objects).expect("the record lies in a live page");
    assert!(!found.is_indexed && found.namespace.is_unknown());
    assert_eq!((&found.properties, found.location), (&original.properties, original.location));
    let told = repository.problems();
    assert!(
        told.iter().any(|p| p.text.contains("but the index has no key of it: it counts as there")),
        "{told:?}"
    );
    assert_eq!(carved_consumers(&repository).len(), 0, "it is not deleted");
}

#[test]
fn an_unmapped_page_gives_its_records_back_with_their_namespace() {
    let Some((mut files, original)) = infected() else { return };
    files.unmap(original.location.logical_page.expect("mapped"));
    let repository = files.open();
    assert_eq!(consumer(&repository.subscriptions()), None);
    assert!(!repository.problems().is_empty(), "the key without a record is a problem");
    let found = carved_consumers(&repository);
    assert_eq!(found.len(), 1);
    let (carved, instance) = &found[0];
    assert_eq!(carved.origin, Origin::UnmappedPage);
    assert_eq!(carved.namespace.path(), Some("root\\subscription"));
    assert_eq!(instance.text("ScriptText"), original.text("ScriptText"));
    assert_eq!(instance.location.offset(), original.location.offset());
    assert_eq!(instance.location.logical_page, None);
}

#[test]
fn a_record_out_of_the_table_of_contents_is_found_in_the_slack() {
    let Some((mut files, original)) = infected() else { return };
    let end = common::written(&original.location);
    files.replace_in_index(&end, &"0".repeat(end.len()));
    files.forget_in_toc(&original.location);
    let found = carved_consumers(&files.open());
    assert_eq!(found.len(), 1);
    let (carved, instance) = &found[0];
    assert_eq!((carved.origin, carved.status), (Origin::Slack, Status::Deleted));
    assert_eq!(instance.properties, original.properties);
    assert_eq!(carved.location.offset(), original.location.offset());
}

#[test]
fn half_a_record_gives_half_its_properties() {
    let Some((mut files, original)) = infected() else { return };
    let end = common::written(&original.location);
    files.replace_in_index(&end, &"0".repeat(end.len()));
    files.forget_in_toc(&original.location);
    let record = files.record(&original.location);
    let half = record.len() / 2;
    record[half..].fill(0xFF);
    let found = carved_consumers(&files.open());
    assert_eq!(found.len(), 1);
    let (_, instance) = &found[0];
    assert_eq!(instance.get("KillTimeout"), Some(&Value::UInt32(45)));
    assert_eq!(instance.text("ScriptingEngine"), Some("VBScript"));
    assert!(matches!(instance.get("ScriptText"), Some(Value::Unreadable(_))), "the script's end is gone");
}

#[test]
fn half_a_record_that_its_page_still_lists_counts_as_there() {
    let Some((mut files, original)) = infected() else { return };
    let end = common::written(&original.location);
    files.replace_in_index(&end, &"0".repeat(end.len()));
    let record = files.record(&original.location);
    let half = record.len() / 2;
    record[half..].fill(0xFF);
    let repository = files.open();
    let objects = repository.subscriptions();
    let found = consumer(&objects).expect("the record lies in a live page");
    assert!(!found.is_indexed && matches!(found.get("ScriptText"), Some(Value::Unreadable(_))));
    assert_eq!(found.text("ScriptingEngine"), Some("VBScript"));
    assert!(!repository.problems().is_empty());
    assert_eq!(carved_consumers(&repository).len(), 0, "it is not deleted");
}

#[test]
fn a_live_record_that_was_overwritten_in_part_is_a_problem_not_a_value() {
    struct Ignore;
    impl cim_repository::Visitor for Ignore {}
    let Some((mut files, original)) = infected() else { return };
    let record = files.record(&original.location);
    let half = record.len() / 2;
    record[half..].fill(0xFF);
    let repository = files.open();
    let summary = repository.walk(&mut Ignore);
    assert_eq!(summary.problems, 1, "{:?}", repository.problems());
    let text = &repository.problems()[0].text;
    assert!(text.contains("KillProcess") && text.contains("ScriptText"), "{text}");
}

#[test]
fn a_record_without_its_beginning_leaves_its_text() {
    let Some((mut files, original)) = infected() else { return };
    let end = common::written(&original.location);
    files.replace_in_index(&end, &"0".repeat(end.len()));
    files.record(&original.location)[..200].fill(0);
    let deleted = files.open().deleted();
    let fragment = deleted.objects.iter().find_map(|carved| match &carved.content {
        Content::Fragment(f) if carved.origin == Origin::Unindexed => Some(f),
        _ => None,
    });
    let strings = fragment.expect("a fragment is left").strings.join("\n");
    assert!(strings.contains("KillProcess") && strings.contains("WbemScripting.SWbemLocator"));
}

#[test]
fn a_known_name_leaves_its_hash() {
    let Some((mut files, original)) = infected() else { return };
    let live = files.clone().open().traces_of("KillProcess").expect("readable");
    assert!(live.len() >= 2 && live.iter().any(|t| t.live_page == Some(true) && t.file == FileKind::Index));
    assert!(live.iter().any(|t| t.key_part
        == format!("IL_{}.{}", NameHash::of("KillProcess"), common::written(&original.location))));

    // Without the index page in the map and without the data, the hash is still there.
    let size = original.location.size as usize;
    files.record(&original.location)[..size].fill(0);
    let mapping = files.live_mapping();
    let own_key = live.iter().find(|t| t.key_part.starts_with("IL_")).expect("the key under its class");
    let page = u32::try_from(own_key.offset / 0x2000).expect("small");
    let logical = mapping.index.pairs().find(|&(_, physical)| physical == page).expect("mapped").0;
    for (_, data) in &mut files.mappings {
        let entries = 24 * (mapping.objects.len() + 1);
        let free = u32::from_le_bytes(data[entries..entries + 4].try_into().expect("four bytes")) as usize;
        let slot = entries + 4 + 4 * free + 4 + 24 + 24 * logical as usize;
        data[slot..slot + 4].fill(0xFF);
    }
    let repository = files.open();
    let traces = repository.traces_of("KillProcess").expect("readable");
    assert!(traces.iter().any(|t| t.live_page == Some(false)));
    let is_it = |key: &&Key| matches!(key.kind, KeyKind::Instance { instance, .. } if instance == NameHash::of("killprocess"));
    let stale = repository.deleted().keys;
    let key = stale.iter().find(is_it).expect("the stale key is listed");
    assert_eq!(key.namespace, NameHash::of("root\\subscription"));
    assert_eq!(repository.traces_of("no such name anywhere").expect("readable"), []);
}

#[test]
fn without_the_index_subscriptions_are_carved() {
    let Some((files, original)) = infected() else { return };
    let mut parts = files.parts();
    parts.index = None;
    let repository = Repository::from_parts(parts).expect("it opens");
    let objects = repository.subscriptions();
    let found = consumer(&objects).expect("the consumer is carved");
    assert_eq!(found.properties, original.properties);
    assert!(found.namespace.is_unknown());
    assert!(repository.problems().iter().any(|p| p.text.contains("INDEX.BTR is missing")));
}

#[test]
fn without_mapping_files_the_pages_are_put_in_order_again() {
    struct Ignore;
    impl cim_repository::Visitor for Ignore {}
    let Some((files, original)) = infected() else { return };
    let whole = files.clone().open().walk(&mut Ignore);
    let mut parts = files.parts();
    parts.mappings.clear();
    let repository = Repository::from_parts(parts).expect("it opens");
    let objects = repository.subscriptions();
    assert_eq!(consumer(&objects).expect("it is there").properties, original.properties);
    assert_eq!(objects[0].namespace.path(), Some("root\\subscription"));
    let summary = repository.walk(&mut Ignore);
    // Where a record goes on is a guess, so some of the long ones are lost.
    assert!(summary.classes * 100 >= whole.classes * 90, "{summary:?}");
    assert!(summary.instances >= whole.instances, "{summary:?}");
    assert!(repository.problems()[0].text.contains("no mapping file is usable"));
}

#[test]
fn only_the_data_file_is_enough() {
    let Some((files, original)) = infected() else { return };
    let mut parts = files.parts();
    parts.mappings.clear();
    parts.index = None;
    let repository = Repository::from_parts(parts).expect("it opens");
    let found = repository.subscriptions();
    assert_eq!(consumer(&found).expect("it is carved").text("ScriptText"), original.text("ScriptText"));
}

#[test]
fn a_damaged_mapping_file_is_named_and_the_next_older_one_used() {
    let Some((mut files, _)) = infected() else { return };
    let newest = files.live_mapping().file;
    assert_eq!(newest, FileKind::Mapping(3));
    files.mappings[2].1.truncate(5000);
    let repository = files.open();
    assert_eq!(repository.mapping().expect("one is left").file, FileKind::Mapping(2));
    assert!(repository.problems()[0].text.contains("MAPPING3.MAP"), "{:?}", repository.problems());
}
