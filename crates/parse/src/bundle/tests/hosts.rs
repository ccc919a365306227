//! To which host the records of a bundle belong.

use super::*;
use evidence::{Area, Custody, Host, NameSource, ReadState, RecordData};

#[test]
fn the_machine_that_all_records_name_goes_before_the_bundle() {
    let root = folder(&[("PC1_WMI.zip", &zip(&[("f.csv", filter_of("PC2").as_bytes())]))]);
    let found = find(root.path());
    assert_eq!(found.hosts(), [("PC2", 1)]);
    assert_eq!(found.evidence[0].host.name_source, NameSource::Record);
    assert_eq!(found.notes(), [(Level::Warning, "note-other-host")]);
}

#[test]
fn a_stray_file_does_not_rename_a_bundle() {
    let stray = filter_of("PC2");
    let members: [(&str, &[u8]); 3] =
        [("f.csv", stray.as_bytes()), ("g.txt", FILTER.as_bytes()), ("h.txt", FILTER.as_bytes())];
    let found = find(folder(&[("PC1_WMI.zip", &zip(&members))]).path());
    assert_eq!(found.hosts(), [("PC1", 2), ("PC2", 1)]);
    assert_eq!(found.notes(), [(Level::Warning, "note-other-host")]);
    let found = find(folder(&[("any.zip", &zip(&members))]).path());
    assert_eq!(found.hosts(), [("PC2", 3)]);
}

#[test]
fn hosts_behind_the_kind_and_folders_in_the_windows_way_part_files_too() {
    let filter = FILTER.as_bytes();
    let suffixes = folder(&[("x/EventFilter_PC1.txt", filter), ("x/EventFilter_PC2.txt", filter)]);
    assert_eq!(find(suffixes.path()).hosts(), [("PC1", 1), ("PC2", 1)]);
    let archive = zip(&[("in\\PC1\\EventFilter.txt", filter), ("in\\PC2\\EventFilter.txt", filter)]);
    assert_eq!(find(folder(&[("all.zip", &archive)]).path()).hosts(), [("PC1", 1), ("PC2", 1)]);
    let named = zip(&[("PC1_WMI\\EventFilter.txt", filter), ("PC2_WMI\\EventFilter.txt", filter)]);
    assert_eq!(find(folder(&[("all.zip", &named)]).path()).hosts(), [("PC1", 1), ("PC2", 1)]);
}

#[test]
fn records_of_several_machines_are_told_apart() {
    let all = ["PC2", "PC3", "localhost"].map(filter_of).concat();
    let root = folder(&[("PC1_WMI.zip", &zip(&[("f.csv", all.as_bytes())]))]);
    let found = find(root.path());
    assert_eq!(found.hosts(), [("PC1", 1), ("PC2", 1), ("PC3", 1)]);
    for evidence in &found.evidence {
        assert_eq!(evidence.sources.len(), 1);
        assert_eq!(evidence.records[0].provenance.source, 0);
    }
}

#[test]
fn names_of_one_machine_that_differ_in_case_or_domain() {
    let root = folder(&[("pc1_WMI.zip", &zip(&[("f.csv", filter_of("PC1").as_bytes())]))]);
    let found = find(root.path());
    assert_eq!(found.hosts(), [("PC1", 1)]);
    assert_eq!(found.evidence[0].host.names, ["PC1", "pc1"]);
    assert_eq!(found.notes(), []);
}

#[test]
fn several_files_of_a_kind_are_told_apart_by_prefix_or_folder() {
    let filter = FILTER.as_bytes();
    let prefixes = folder(&[("x/PC1_EventFilter.txt", filter), ("x/PC2-EventFilter.txt", filter)]);
    assert_eq!(find(prefixes.path()).hosts(), [("PC1", 1), ("PC2", 1)]);
    let shared = folder(&[("x/PC1_EventFilter.txt", filter), ("x/PC1_EventConsumer.txt", filter)]);
    assert_eq!(find(shared.path()).hosts(), [("PC1", 2)]);
    let archive = zip(&[("in/PC1/EventFilter.txt", filter), ("in/PC2/EventFilter.txt", filter)]);
    assert_eq!(find(folder(&[("all.zip", &archive)]).path()).hosts(), [("PC1", 1), ("PC2", 1)]);
    let named = zip(&[("PC1_WMI/EventFilter.txt", filter), ("PC2_WMI/sub/EventFilter.txt", filter)]);
    assert_eq!(find(folder(&[("all.zip", &named)]).path()).hosts(), [("PC1", 1), ("PC2", 1)]);
    let one = zip(&[("wmi/EventFilter.txt", filter), ("auto/EventConsumer.txt", filter)]);
    assert_eq!(find(folder(&[("all.zip", &one)]).path()).hosts(), [("ALL", 2)]);
}

/// The members of a sealed bundle of `PC1`, without the manifest.
fn sealed() -> Vec<(&'static str, Vec<u8>)> {
    let record = r#"{"provenance":{"source":0,"location":"whole"},"type":"wmi-class","data":{"name":"Office_Updater","properties":[]}}"#;
    vec![
        ("EventFilter.csv", filter_of("PC1.corp.example").into_bytes()),
        (RECORDS_PATH, record.as_bytes().to_vec()),
        ("deminer/raw/old.7z", b"7z\xBC\xAF\x27\x1C\0\0".to_vec()),
    ]
}

fn borrowed<'a>(members: &'a [(&'static str, Vec<u8>)]) -> Vec<(&'a str, &'a [u8])> {
    members.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect()
}

#[test]
fn a_sealed_bundle_is_verified_and_belongs_to_the_manifests_host() {
    let members = sealed();
    let manifest = manifest("PC1", &borrowed(&members));
    let mut whole = borrowed(&members);
    whole.push((MANIFEST_PATH, &manifest));
    let in_folder: Vec<_> = whole.iter().map(|(name, bytes)| (format!("any/{name}"), *bytes)).collect();
    let in_folder: Vec<_> = in_folder.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    for root in [folder(&[("any.zip", &zip(&whole))]), folder(&in_folder)] {
        let found = find(root.path());
        assert_eq!(found.hosts(), [("guid-of-PC1", 2)]);
        assert_eq!(found.evidence[0].custody, Custody::Verified);
        assert_eq!(found.evidence[0].collected, "2026-01-02T03:05:06Z".parse().ok());
        assert_eq!(found.evidence[0].host.name_source, NameSource::Manifest);
        assert_eq!(found.notes(), [(Level::Info, "note-format-unread")]);
    }
}

#[test]
fn what_does_not_fit_the_manifest_breaks_custody() {
    let members = sealed();
    let manifest = manifest("PC1", &borrowed(&members));
    let mut changed = borrowed(&members);
    changed[0].1 = FILTER.as_bytes();
    let mut added = borrowed(&members);
    added.push(("extra.txt", b"x"));
    let mut missing = borrowed(&members);
    missing.pop();
    let cases = [
        (changed, "note-manifest-differs"),
        (added, "note-manifest-unlisted"),
        (missing, "note-manifest-missing"),
    ];
    for (mut members, note) in cases {
        members.push((MANIFEST_PATH, &manifest));
        let found = find(folder(&[("PC1_WMI.zip", &zip(&members))]).path());
        assert_eq!(found.evidence[0].custody, Custody::Broken, "{note}");
        assert_eq!(found.evidence[0].collected, None, "{note}");
        assert!(found.notes().contains(&(Level::Error, note)), "{:?}", found.notes());
    }
}

#[test]
fn records_keep_the_sources_of_the_manifest_and_its_coverage_counts_while_whole() {
    let members = sealed();
    let mut manifest: Manifest = serde_json::from_slice(&manifest("PC1", &borrowed(&members))).unwrap();
    manifest.coverage.add(Area::Tasks, ReadState::Complete);
    manifest.sources = vec![evidence::Source {
        path: r"\\.\root\default".into(),
        member: None,
        sha256: None,
        length: 0,
        format: "wmi".into(),
    }];
    let manifest = serde_json::to_vec(&manifest).unwrap();
    let mut whole = borrowed(&members);
    whole.push((MANIFEST_PATH, &manifest));
    let evidence = find(folder(&[("PC1_WMI.zip", &zip(&whole))]).path()).evidence.remove(0);
    assert!(evidence.coverage.is_complete(Area::Tasks));
    let class =
        evidence.records.iter().find(|record| matches!(record.data, RecordData::WmiClass(_))).unwrap();
    assert_eq!(evidence.sources[class.provenance.source as usize].path, r"\\.\root\default");
    whole[0].1 = b"changed";
    let evidence = find(folder(&[("PC1_WMI.zip", &zip(&whole))]).path()).evidence.remove(0);
    assert!(!evidence.coverage.is_complete(Area::Tasks));
}

#[test]
fn a_damaged_manifest_vouches_for_nothing() {
    for text in [
        r#"{"schema": "deminer.bundle/1", "host"#,
        r#"{"schema": "deminer.bundle/99", "host": {"name": "x"}}"#,
    ] {
        let members: [(&str, &[u8]); 2] =
            [("EventFilter.txt", FILTER.as_bytes()), (MANIFEST_PATH, text.as_bytes())];
        let found = find(folder(&[("PC1_WMI.zip", &zip(&members))]).path());
        assert_eq!(found.hosts(), [("PC1", 1)]);
        assert_eq!(found.evidence[0].custody, Custody::Unsealed);
        assert_eq!(found.notes()[0].0, Level::Error);
    }
}

#[test]
fn an_id_is_the_name_in_upper_case() {
    assert_eq!(Host::named("pc1.corp", NameSource::Record).id.0, "PC1.CORP");
}
