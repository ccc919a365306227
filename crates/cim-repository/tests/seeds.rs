//! A repository of one class and one instance, made here: the seeds of the fuzz target, which CI replays, and what damage, other
//! namespaces and other versions make of it.

#![allow(clippy::disallowed_methods, reason = "the seeds are files of the project")]

mod common;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use cim_repository::{Content, Error, Namespace, PAGE_SIZE, Parts, Repository, Value, Visitor};
use common::small::{files_in, words};

/// In the namespace at the top.
fn files() -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    files_in("root")
}

fn open(objects: &[u8], index: &[u8], mapping: &[u8]) -> Repository {
    let index = (!index.is_empty()).then(|| Arc::new(index.to_vec()) as Arc<dyn cim_repository::ReadAt>);
    let mappings = if mapping.is_empty() { Vec::new() } else { vec![(1, mapping.to_vec())] };
    Repository::from_parts(Parts { objects: Arc::new(objects.to_vec()), index, mappings }).expect("it opens")
}

#[test]
fn the_smallest_repository_is_read_completely() {
    let (mut objects, mut index, mapping) = files();
    objects.resize(PAGE_SIZE, 0);
    index.resize(PAGE_SIZE, 0);
    let repository = open(&objects, &index, &mapping);
    let root = Namespace::new("root");
    let class = repository.class(&root, "x").expect("readable").expect("there");
    assert_eq!(class.property("Data").expect("declared").default, Value::String("payload".to_owned()));
    let instances: Vec<_> = repository.instances(&root, "X").collect::<Result<_, _>>().expect("readable");
    assert_eq!(instances.len(), 1);
    assert_eq!(
        (instances[0].relative_path().as_str(), instances[0].text("Data")),
        ("X.Name=\"a\"", Some("payload"))
    );
    assert_eq!(repository.problems(), []);
}

#[test]
fn the_seeds_of_the_fuzz_target_are_these_files() {
    let (objects, index, mapping) = files();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/cim_repository");
    for (name, index, mapping) in [
        ("whole", &index[..], &mapping[..]),
        ("without-mapping", &index, &[]),
        ("without-index", &[], &mapping),
    ] {
        let half = |part: &[u8]| u16::try_from(part.len()).expect("small").to_le_bytes();
        let seed = [&half(mapping)[..], &half(index), mapping, index, &objects].concat();
        let path = corpus.join(name);
        if std::env::var_os("UPDATE_SEEDS").is_some() {
            fs::write(&path, &seed).expect("the seed is written");
        }
        assert_eq!(fs::read(&path).expect("the seed is kept"), seed, "{name}: UPDATE_SEEDS=1 writes it anew");
        assert_eq!(
            open(&objects, index, mapping).keys().filter(|key| key.record().is_some()).count().min(2),
            2
        );
    }
}

#[test]
fn a_namespace_that_nothing_leads_to_is_known_by_its_hash() {
    let named = |namespace: &str| {
        let (mut objects, mut index, mapping) = files_in(namespace);
        objects.resize(PAGE_SIZE, 0);
        index.resize(PAGE_SIZE, 0);
        let repository = open(&objects, &index, &mapping);
        let paths: Vec<_> = repository.namespaces().iter().map(ToString::to_string).collect();
        let problems: Vec<_> = repository.problems().into_iter().map(|problem| problem.text).collect();
        (paths, problems.join("\n"))
    };
    // One of Windows, in whatever case it was written.
    let (paths, told) = named("ROOT\\Subscription");
    assert!(paths.contains(&"root\\subscription".to_owned()), "{paths:?}");
    assert!(
        told.contains("root\\subscription has objects, but the namespace above has no entry for it"),
        "{told}"
    );
    // A known one below a known one, though no Windows has the two together.
    let (paths, _) = named("root\\CIMV2\\subscription");
    assert!(paths.iter().any(|path| path.eq_ignore_ascii_case("root\\CIMV2\\subscription")), "{paths:?}");
    let (paths, told) = named("root\\nobody knows");
    assert!(told.contains("has objects"), "{told}");
    assert!(!paths.iter().any(|path| path.contains("nobody")), "{paths:?}");
    assert_eq!(named("root").1, "");
}

/// A mapping file of format 2.1, Windows XP: a header of 16 bytes and entries of 4.
fn old_mapping(count: u32) -> Vec<u8> {
    let slots: Vec<u32> = (0..count).collect();
    let section = [words(&[0xABCD, 7, count, count]), words(&slots), words(&[1, count, 0xDCBA])].concat();
    section.repeat(2)
}

#[test]
fn a_repository_of_windows_xp_is_named_and_not_read() {
    let (objects, index, mapping) = files();
    let parts = |mappings: Vec<(u8, Vec<u8>)>| Parts {
        objects: Arc::new(objects.clone()),
        index: Some(Arc::new(index.clone())),
        mappings,
    };
    let both = vec![(1, old_mapping(3)), (2, old_mapping(600))];
    let Err(error) = Repository::from_parts(parts(both)) else { panic!("it opens") };
    assert!(matches!(error, Error::OldFormat { .. }), "{error}");
    assert!(error.to_string().contains("format 2.1 (Windows XP, Server 2003)"), "{error}");
    // Beside one that can be read it is told.
    let mixed = Repository::from_parts(parts(vec![(1, old_mapping(3)), (2, mapping)])).expect("it opens");
    assert!(
        mixed.problems().iter().any(|problem| problem.text.contains("format 2.1")),
        "{:?}",
        mixed.problems()
    );

    // As the files lie on the disk: below `FS`, and in some versions with maps without numbers.
    for names in [&["MAPPING1.MAP", "MAPPING2.MAP", "MAPPING.VER"][..], &["OBJECTS.MAP", "INDEX.MAP"]] {
        let folder = tempfile::tempdir().expect("a folder");
        let below = folder.path().join("FS");
        fs::create_dir(&below).expect("made");
        fs::write(below.join("OBJECTS.DATA"), &objects).expect("written");
        fs::write(below.join("INDEX.BTR"), &index).expect("written");
        for name in names {
            let content = if name.ends_with("VER") { words(&[1]) } else { old_mapping(3) };
            fs::write(below.join(name), content).expect("written");
        }
        let Err(error) = Repository::open(folder.path()) else { panic!("{names:?}") };
        assert!(matches!(error, Error::OldFormat { .. }), "{names:?}: {error}");
    }
}

/// Counts characters and values, as a measure of what was made of the bytes.
#[derive(Default)]
struct Sizes(usize);

impl Sizes {
    fn value(&mut self, value: &Value) {
        self.0 += match value {
            Value::Bytes(bytes) => bytes.len(),
            Value::Array(items) => {
                for item in items {
                    self.value(item);
                }
                items.len()
            }
            other => other.as_str().map_or(1, str::len),
        };
    }
}

impl Visitor for Sizes {
    fn class(&mut self, class: &Arc<cim_repository::Class>) {
        for property in &class.properties {
            self.value(&property.default);
        }
    }

    fn instance(&mut self, instance: &cim_repository::Instance) {
        for property in &instance.properties {
            self.value(property.value());
        }
    }
}

#[test]
fn every_byte_of_every_page_may_be_another() {
    let (mut objects, mut index, mapping) = files();
    objects.resize(PAGE_SIZE, 0);
    index.resize(PAGE_SIZE, 0);
    let mut opened = 0;
    for file in 0..3 {
        let length = [objects.len(), index.len(), mapping.len()][file];
        // Of what is only filled up, every third byte; of the rest each, in several ways.
        let written = [600, 1_400, length][file];
        for at in (0..written).chain((written..length).step_by(3)) {
            for flip in [0xFF, 0x01, 0x80] {
                if at >= written && flip != 0xFF {
                    continue;
                }
                let mut parts = [objects.clone(), index.clone(), mapping.clone()];
                parts[file][at] ^= flip;
                let [objects, index, mapping] = parts;
                let parts = Parts {
                    objects: Arc::new(objects),
                    index: Some(Arc::new(index)),
                    mappings: vec![(1, mapping)],
                };
                let Ok(repository) = Repository::from_parts(parts) else { continue };
                opened += 1;
                let mut sizes = Sizes::default();
                repository.walk(&mut sizes);
                repository.subscriptions();
                let deleted = repository.deleted();
                for carved in &deleted.objects {
                    if let Content::Fragment(fragment) = &carved.content {
                        sizes.0 += fragment.strings.iter().map(String::len).sum::<usize>();
                    }
                }
                // What is decoded stays within some times the size of the files.
                assert!(sizes.0 <= 64 * PAGE_SIZE, "file {file} byte {at} flip {flip:#x}: {}", sizes.0);
                assert!(deleted.objects.len() < 1_000 && repository.problems().len() <= 150);
            }
        }
    }
    assert!(opened > 8_000, "{opened}");
}
