//! Archives and folders that are damaged or made to harm.

use super::*;
use proptest::prelude::*;
use std::fs::File;
use zip::unstable::write::FileOptionsExt as _;

fn small() -> Limits {
    Limits {
        text: 1 << 20,
        ratio: 10,
        ratio_from: 1 << 16,
        unpacked: 3 << 20,
        members: 50,
        ..Limits::default()
    }
}

/// The notes on an archive of these members beside a good one, which has to be read in any case.
fn notes_on(archive: &[u8]) -> Vec<String> {
    let found = find_with(&[folder(&[("PC1_WMI.zip", archive)]).path()], &small());
    assert_eq!(found.hosts(), [("PC1", 1)], "the good member is read");
    found.notes().iter().map(|(_, id)| (*id).to_owned()).collect()
}

#[test]
fn a_bomb_is_defused_and_the_rest_is_read() {
    let zeros = vec![b' '; 64 << 20];
    let mut text = FILTER.as_bytes().to_vec();
    text.extend(&zeros);
    let good: (&str, &[u8]) = ("EventFilter.txt", FILTER.as_bytes());
    assert_eq!(notes_on(&zip(&[good, ("bomb.txt", &text)])), ["note-member-ratio"]);
    let inner = zip(&[("EventFilter.txt", &text)]);
    assert_eq!(notes_on(&zip(&[good, ("inner.zip", &inner)])), ["note-member-ratio"]);
    assert_eq!(notes_on(&zip(&[good, ("bomb.gz", &gzip(&text))])), ["note-member-ratio"]);
}

#[test]
fn many_large_members_share_one_budget() {
    let noise: Vec<u8> =
        FILTER.bytes().chain((0u32..200_000).flat_map(|n| sha256(&n.to_le_bytes()).into_bytes())).collect();
    let large = &noise[..1 << 20];
    let names: Vec<_> = (0..6).map(|n| format!("n{n}.txt")).collect();
    let mut members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), large)).collect();
    members.insert(0, ("EventFilter.txt", FILTER.as_bytes()));
    let found = find_with(&[folder(&[("PC1_WMI.zip", &zip(&members))]).path()], &small());
    assert!(found.notes().contains(&(Level::Error, "note-archive-budget")), "{:?}", found.notes());
    assert_eq!(found.evidence[0].sources.len(), 3);
}

#[test]
fn names_that_lead_out_are_refused() {
    for name in ["../EventFilter.txt", "/etc/x", "C:/x.txt", r"a\..\..\x", "nul\0.txt"] {
        let archive = zip(&[("EventFilter.txt", FILTER.as_bytes()), (name, FILTER.as_bytes())]);
        assert_eq!(notes_on(&archive), ["note-member-name-unsafe"], "{name:?}");
    }
    let long = "x/".repeat(40) + "EventFilter.txt";
    assert_eq!(
        notes_on(&zip(&[("EventFilter.txt", FILTER.as_bytes()), (&long, FILTER.as_bytes())])),
        ["note-member-name-long"]
    );
}

#[test]
fn links_passwords_and_duplicates_are_told() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let plain = SimpleFileOptions::default();
    writer.add_symlink("link.txt", "/etc/passwd", plain).unwrap();
    writer.start_file("EventFilter.txt", plain).unwrap();
    writer.write_all(FILTER.as_bytes()).unwrap();
    writer.start_file("secret.txt", plain.with_deprecated_encryption(b"x").unwrap()).unwrap();
    writer.write_all(FILTER.as_bytes()).unwrap();
    writer.start_file("EventFilter.tx2", plain).unwrap();
    writer.write_all(FILTER.as_bytes()).unwrap();
    let mut archive = writer.finish().unwrap().into_inner();
    // One letter turns the fourth member's name into the second's.
    while let Some(at) = memchr::memmem::find(&archive, b"EventFilter.tx2") {
        archive[at + 14] = b't';
    }
    let mut notes = notes_on(&archive);
    notes.sort();
    assert_eq!(notes, ["note-member-duplicate", "note-member-encrypted", "note-member-link"]);
}

#[test]
fn too_many_members_are_refused_before_they_are_listed() {
    let names: Vec<_> = (0..60).map(|n| format!("{n}_EventFilter.txt")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), FILTER.as_bytes())).collect();
    let found = find_with(&[folder(&[("PC1_WMI.zip", &zip(&members))]).path()], &small());
    assert_eq!(found.hosts(), [("PC1", 0)]);
    assert_eq!(found.notes(), [(Level::Error, "note-archive-crowded")]);
}

#[test]
fn damaged_archives_are_told_and_the_others_read() {
    let good = zip(&[("EventFilter.txt", FILTER.as_bytes())]);
    let root = folder(&[
        ("PC1_WMI.zip", &good[..good.len() / 2]),
        ("PC2_WMI.zip", &good),
        ("PC3_WMI.zip", b""),
        ("other.zip", &good[..40]),
    ]);
    let found = find(root.path());
    assert_eq!(found.hosts(), [("PC1", 0), ("PC2", 1)]);
    let notes = found.notes();
    assert_eq!(notes.iter().filter(|(_, id)| *id == "note-archive-damaged").count(), 2, "{notes:?}");
}

#[test]
fn notes_do_not_grow_without_end() {
    let names: Vec<_> = (0..1000).map(|n| format!("../{n}")).collect();
    let mut members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    members.push(("EventFilter.txt", FILTER.as_bytes()));
    let found = find(folder(&[("PC1_WMI.zip", &zip(&members))]).path());
    assert!(found.evidence[0].notes.len() < 100);
    let last = &found.evidence[0].notes.last().unwrap().message;
    assert_eq!(last.id, "note-more");
    assert_eq!(last.args[0].1, evidence::Arg::Number(960));
}

#[test]
fn files_that_are_empty_binary_or_too_large_are_a_sentence_each() {
    let large = FILTER.repeat(10_000);
    let root = folder(&[
        ("PC1_WMI/EventFilter.txt", FILTER.as_bytes()),
        ("PC1_WMI/EventConsumer.txt", b""),
        ("PC1_WMI/FilterToConsumerBinding.txt", &[0, 1, 2, 3, 0, 0]),
        ("PC1_WMI/large.txt", large.as_bytes()),
        ("PC1_WMI/PC1_EventFilter.txt", b"just words"),
    ]);
    let found = find_with(&[root.path()], &small());
    assert_eq!(found.evidence[0].records.len(), 1);
    let mut notes = found.notes();
    notes.sort_unstable();
    assert_eq!(
        notes,
        [
            (Level::Error, "note-too-large"),
            (Level::Error, "note-unknown-binary"),
            (Level::Error, "note-unknown-text"),
            (Level::Warning, "note-file-empty"),
        ]
    );
}

#[test]
fn a_sparse_file_of_two_gigabytes_costs_nothing() {
    let root = folder(&[("PC1_WMI/EventFilter.txt", FILTER.as_bytes())]);
    for name in ["zeros.bin", "EventConsumer.txt"] {
        File::create(root.path().join("PC1_WMI").join(name)).unwrap().set_len(2 << 30).unwrap();
    }
    let found = find(root.path());
    assert_eq!(found.hosts(), [("PC1", 1)]);
    assert_eq!(found.notes(), [(Level::Error, "note-unknown-binary"), (Level::Info, "note-unknown-binary")]);
}

#[test]
fn missing_inputs_and_folders_without_evidence_are_errors_in_words() {
    let root = folder(&[("sub/readme.txt", b"hello")]);
    let missing = root.path().join("nowhere");
    let file = root.path().join("sub/readme.txt");
    let found = find_with(&[root.path(), &missing, &file], &Limits::default());
    assert_eq!(found.hosts(), []);
    assert_eq!(
        found.notes(),
        [
            (Level::Error, "note-no-evidence"),
            (Level::Error, "note-path-missing"),
            (Level::Error, "note-no-evidence")
        ]
    );
}

#[cfg(unix)]
#[test]
fn links_and_devices_below_an_input_are_not_opened() {
    use std::os::unix::fs::symlink;
    let root = folder(&[
        ("PC1_WMI/EventFilter.txt", FILTER.as_bytes()),
        ("other/EventConsumer.txt", FILTER.as_bytes()),
    ]);
    symlink(root.path().join("other"), root.path().join("PC1_WMI/loop")).unwrap();
    symlink("/dev/zero", root.path().join("PC1_WMI/EventConsumer.txt")).unwrap();
    let found = find(&root.path().join("PC1_WMI"));
    assert_eq!(found.hosts(), [("PC1", 1)]);
    assert!(found.notes().contains(&(Level::Info, "note-path-link")));
    let device = find(Path::new("/dev/null"));
    assert_eq!(device.notes(), [(Level::Error, "note-path-special")]);
    let link = find(&root.path().join("PC1_WMI/loop"));
    assert_eq!(link.hosts().len(), 1, "a link that the user names is followed");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_damage_to_an_archive_makes_a_panic(at in 0usize..400, byte: u8, cut in 0usize..400) {
        let mut archive = zip(&[("EventFilter.txt", FILTER.as_bytes()), ("b/x.zip", &zip(&[("y", b"z")]))]);
        let length = archive.len();
        archive[at % length] = byte;
        archive.truncate(length - cut % 30);
        let limits = small();
        let bundle = BundleRef::from_bytes("PC1_WMI.zip", archive);
        prop_assert_eq!(bundle.read(&limits).len(), bundle.survey(&limits).len());
    }
}
