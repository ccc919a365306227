//! Where bundles are found.

use super::*;

#[test]
fn an_archive_and_a_folder_of_the_same_files_tell_the_same() {
    let files: [(&str, &[u8]); 2] = [("EventFilter.txt", FILTER.as_bytes()), ("notes.md", b"hello")];
    let archive = folder(&[("PC1_WMI.zip", &zip(&files))]);
    let plain = folder(&[("PC1_WMI/EventFilter.txt", FILTER.as_bytes()), ("PC1_WMI/notes.md", b"hello")]);
    for root in [&archive, &plain] {
        let found = find(root.path());
        assert_eq!(found.hosts(), [("PC1", 1)]);
        assert_eq!(found.notes(), [(Level::Info, "note-unknown-text")]);
        let source = &found.evidence[0].sources[0];
        assert_eq!(source.sha256.as_deref(), Some(sha256(FILTER.as_bytes()).as_str()));
        assert_eq!((source.length, source.format.as_str()), (FILTER.len() as u64, "wmic-list"));
    }
    let names: Vec<_> = [&archive, &plain]
        .map(|root| {
            let found = find(root.path());
            let name = found.evidence[0].sources[0].display_name();
            name.strip_prefix(&root.path().to_string_lossy()[..]).unwrap().to_owned()
        })
        .to_vec();
    assert_eq!(names, ["/PC1_WMI.zip!EventFilter.txt", "/PC1_WMI/EventFilter.txt"]);
}

#[test]
fn a_folder_of_many_bundles_gives_them_in_order() {
    let archive = zip(&[("EventFilter.txt", FILTER.as_bytes())]);
    let root = folder(&[
        ("b/PC2_WMI.zip", &archive),
        ("a/PC3_WMI.zip", &archive),
        ("PC1_WMI/EventFilter.txt", FILTER.as_bytes()),
        ("docs/readme.txt", b"no evidence"),
        ("docs/report.docx", &zip(&[("word/document.xml", b"<w/>")])),
    ]);
    let found = find(root.path());
    assert_eq!(found.hosts(), [("PC1", 1), ("PC3", 1), ("PC2", 1)]);
    assert_eq!(found.notes(), [(Level::Info, "note-no-evidence")]);
}

#[test]
fn bundles_in_an_archive_are_bundles_of_their_own() {
    let inner = zip(&[("EventFilter.txt", FILTER.as_bytes())]);
    let root = folder(&[("all.zip", &zip(&[("x/PC2_WMI.zip", &inner), ("PC1_WMI.zip", &inner)]))]);
    let found = find(root.path());
    assert_eq!(found.discovery.bundles.len(), 2);
    assert_eq!(found.hosts(), [("PC1", 1), ("PC2", 1)]);
    assert_eq!(found.evidence[0].sources[0].member.as_deref(), Some("PC1_WMI.zip!EventFilter.txt"));
    assert_eq!(found.notes(), []);
}

#[test]
fn another_archive_in_an_archive_belongs_to_it() {
    let inner = zip(&[("EventFilter.txt", FILTER.as_bytes())]);
    let root = folder(&[("PC1_WMI.zip", &zip(&[("more.zip", &inner)]))]);
    let found = find(root.path());
    assert_eq!(found.hosts(), [("PC1", 1)]);
    assert_eq!(found.evidence[0].sources[0].member.as_deref(), Some("more.zip!EventFilter.txt"));
}

#[test]
fn compressed_files_are_read_one_deep() {
    let once = gzip(FILTER.as_bytes());
    let root = folder(&[("PC1_WMI/EventFilter.txt.gz", &once), ("PC2_WMI/EventFilter.gz", &gzip(&once))]);
    let found = find(root.path());
    assert_eq!(found.hosts(), [("PC1", 1), ("PC2", 0)]);
    assert_eq!(found.evidence[0].sources[0].member.as_deref(), Some("EventFilter.txt"));
    assert_eq!(found.evidence[0].sources[0].sha256, Some(sha256(FILTER.as_bytes())));
    assert_eq!(found.notes(), [(Level::Error, "note-archive-nested")]);
}

#[test]
fn named_files_of_one_folder_are_one_bundle() {
    let root = folder(&[("here/EventFilter.txt", FILTER.as_bytes()), ("here/x.mof", b"nothing known")]);
    let here = root.path().join("here");
    let found = find_with(&[&here.join("x.mof"), &here.join("EventFilter.txt")], &Limits::default());
    assert_eq!(found.discovery.bundles.len(), 1);
    assert_eq!(found.hosts(), [("HERE", 1)]);
    assert_eq!(found.notes(), [(Level::Warning, "note-unknown-text")]);
}

#[test]
fn inputs_that_are_named_twice_are_read_once() {
    let root = folder(&[("PC1_WMI/EventFilter.txt", FILTER.as_bytes())]);
    let again = root.path().join("PC1_WMI/../PC1_WMI");
    assert_eq!(find_with(&[root.path(), &again], &Limits::default()).discovery.bundles.len(), 1);
}

#[test]
fn standard_input_takes_archives_and_exports() {
    let limits = Limits::default();
    let archive = zip(&[("EventFilter.txt", FILTER.as_bytes())]);
    for bytes in [archive.as_slice(), FILTER.as_bytes()] {
        let discovery = walk::discover(&[Input::Stdin], &limits, &mut { bytes });
        assert_eq!(discovery.bundles[0].name(), "-");
        let evidence = discovery.bundles[0].read(&limits);
        assert_eq!((evidence[0].host.name.as_str(), evidence[0].records.len()), ("stdin", 1));
    }
    let empty = walk::discover(&[Input::Stdin], &limits, &mut std::io::empty());
    assert_eq!(empty.notes[0].message.id, "note-stdin-empty");
}

#[test]
fn a_disk_is_one_bundle_and_its_files_are_counted() {
    let root = folder(&[
        ("triage/C/Windows/System32/cmd.exe", b"MZ\0\0\0\0"),
        ("triage/C/Users/me/cat.jpg", &[0xFF, 0xD8, 0, 0]),
        ("triage/C/Users/me/old.zip", &zip(&[("EventFilter.txt", FILTER.as_bytes())])),
        ("triage/C/Users/me/EventFilter.txt", FILTER.as_bytes()),
    ]);
    let found = find(root.path());
    assert_eq!(found.hosts(), [("TRIAGE", 1)]);
    assert_eq!(found.notes(), [(Level::Info, "note-files-unread")]);
}

#[test]
fn recognised_formats_that_are_not_read_are_named() {
    let root = folder(&[
        ("PC1_WMI/traffic.pcap", &[0xD4, 0xC3, 0xB2, 0xA1]),
        ("PC1_WMI/old.7z", b"7z\xBC\xAF\x27\x1C\0\0"),
        ("PC1_WMI/PC1.arn", &[0, 1, 2, 3, 0, 0, 0, 0]),
    ]);
    let found = find(root.path());
    assert_eq!(found.hosts(), [("PC1", 0)]);
    assert_eq!(
        found.notes(),
        [
            (Level::Warning, "note-autoruns-arn"),
            (Level::Info, "note-format-unread"),
            (Level::Info, "note-format-unread"),
        ]
    );
}

#[test]
fn references_are_small() {
    assert!(size_of::<BundleRef>() <= 128, "{}", size_of::<BundleRef>());
}
