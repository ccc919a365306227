//! Hives that the tests build: what was written is read, and no damage to it does harm.
#![expect(clippy::unwrap_used, reason = "tests fail on what is not there")]

use proptest::prelude::*;
use registry_hive::build::KeyPlan;
use registry_hive::{Hive, Key};

fn plan(values: &[(String, Vec<u8>)], keys: &[String]) -> KeyPlan {
    let mut root = KeyPlan::default();
    for (name, data) in values {
        root.key("Values").value(name, 3, data);
    }
    for name in keys {
        root.key("Keys").key(name).number("Length", u32::try_from(name.len()).unwrap());
    }
    root
}

#[test]
fn texts_and_numbers_come_back() {
    let mut root = KeyPlan::default();
    root.key(r"A\B").text("Name", "wörd ✓").number("Number", 7).value("", 7, b"x\0\0\0y\0\0\0\0\0");
    let hive = Hive::new(root.hive()).unwrap();
    let key = hive.root().unwrap().descend(r"a\b").unwrap();
    assert_eq!(key.path(), r"A\B");
    assert_eq!(key.value("NAME").unwrap().text().as_deref(), Some("wörd ✓"));
    assert_eq!(key.value("Number").unwrap().number(), Some(7));
    assert_eq!(key.value("").unwrap().text().as_deref(), Some("x\ny"));
    assert!(!hive.replayed().needed);
    assert_eq!(hive.problems(), []);
    assert_eq!(hive.lost_keys().len(), 0);
}

#[test]
fn both_walks_go_the_same_way() {
    let mut root = KeyPlan::default();
    for path in [r"A\B\C", r"A\D", "E"] {
        root.key(path);
    }
    let hive = Hive::new(root.hive()).unwrap();
    let root = hive.root().unwrap();
    let paths: Vec<_> = root.walk().map(|(path, _)| path).collect();
    assert_eq!(paths, ["", "A", r"A\B", r"A\B\C", r"A\D", "E"]);
    assert!(root.walk().map(|(_, key)| key.offset()).eq(root.walk_keys().map(|key| key.offset())));
}

proptest! {
    #[test]
    fn what_was_written_is_read(
        values in prop::collection::vec(("[a-z]{1,9}", prop::collection::vec(any::<u8>(), 0..40)), 0..12),
        keys in prop::collection::btree_set("[a-zé☃]{1,9}", 0..12),
    ) {
        let keys: Vec<String> = keys.into_iter().collect();
        let hive = Hive::new(plan(&values, &keys).hive()).unwrap();
        let root = hive.root().unwrap();
        let read: Vec<_> = root.descend("Values").iter().flat_map(Key::values)
            .map(|value| (value.name(), value.data().into_owned())).collect();
        prop_assert_eq!(read, values);
        let names: Vec<_> = root.descend("Keys").iter().flat_map(Key::subkeys).map(|key| key.name()).collect();
        prop_assert_eq!(names, keys);
        prop_assert_eq!(hive.problems(), []);
    }

    #[test]
    fn no_damage_does_harm(
        at in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        end in any::<prop::sample::Index>(),
    ) {
        let keys: Vec<String> = (0..20).map(|n| format!("key{n}")).collect();
        let values = vec![("big".to_owned(), vec![7; 2_000])];
        let mut bytes = plan(&values, &keys).hive();
        for (at, byte) in at {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(bytes.len() - end.index(bytes.len()) / 4);
        let Ok(hive) = Hive::new(bytes) else { return Ok(()) };
        let walked = hive.root().map_or(0, |root| root.walk_keys().map(|key| 1 + key.values().len()).sum::<usize>());
        prop_assert!(walked <= 10_000);
        let _ = hive.lost_keys();
    }
}
