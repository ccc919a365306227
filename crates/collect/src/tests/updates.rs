//! What tells of updates: drivers as they are, and a scan file of Windows Update.

use super::*;

#[test]
fn a_driver_that_is_not_there_is_told_where_its_folder_was_read() {
    let absent = |state: Computer| {
        let evidence = collected(&Memory::new(state)).1;
        evidence.settings().any(|(_, found)| found.kind == "srv-sys-version" && found.value == "absent")
    };
    assert!(!absent(computer()), "nothing of the folder was seen");
    let mut state = computer();
    state.add_file(r"C:\Windows\System32\drivers\ntfs.sys", b"MZ");
    assert!(absent(state.clone()));
    state.add_file(r"C:\Windows\System32\drivers\srv.sys", b"MZ");
    assert!(!absent(state));
}

#[test]
fn a_scan_file_of_the_user_is_searched_with() {
    let path = r"D:\wsusscn2.cab";
    let missing = evidence::Setting {
        kind: "missing-update".into(),
        name: "KB5034439".into(),
        value: "Update".into(),
        details: std::collections::BTreeMap::new(),
    };
    let options = Options {
        scan_file: Some(ScanFile { path: path.into(), sha256: "ab".repeat(32) }),
        ..Options::default()
    };
    let mut state = computer();
    let own = evidence::Setting {
        kind: "update-scan".into(),
        name: path.into(),
        value: String::new(),
        details: [("issued".to_owned(), "2026-11-10".to_owned())].into(),
    };
    state.scan_files.insert(path.to_lowercase(), vec![own, missing]);
    let machine = Memory::new(state);
    let collected = |machine: &Memory| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let manifest = collect(machine, &options, &mut |_| {}, &mut bytes).unwrap();
        let bundle = parse::bundle::BundleRef::from_bytes(&manifest.host.name, bytes.into_inner());
        (manifest, bundle.read(&parse::bundle::Limits::default()).remove(0))
    };
    let (_, evidence) = collected(&machine);
    let of = |kind: &str| evidence.settings().map(|(_, own)| own).find(|own| own.kind == kind).cloned();
    assert_eq!(of("missing-update").unwrap().details["scan-file"], "ab".repeat(32));
    let scan = of("update-scan").unwrap();
    assert_eq!((scan.name.as_str(), scan.value.as_str()), (path, "ab".repeat(32).as_str()));
    assert_eq!((scan.details["missing"].as_str(), scan.details["issued"].as_str()), ("1", "2026-11-10"));
    assert_eq!(scan.details["time"], machine.now().to_string());
    // That Windows Update cannot is noted, and nothing else is the worse for it.
    machine.fail_on("scan_updates", path, Fault::AccessDenied);
    let (manifest, evidence) = collected(&machine);
    assert!(manifest.failures.iter().any(|failure| failure.what.contains("scan file")), "{manifest:?}");
    assert!(evidence.settings().all(|(_, own)| own.kind != "update-scan"));
    assert!(evidence.coverage.is_complete(Area::Patch));
}

#[test]
fn the_drivers_that_are_judged_by_their_versions_are_copied() {
    let mut state = computer();
    for name in ["srv.sys", "termdd.sys"] {
        state.add_file(&format!(r"C:\Windows\System32\drivers\{name}"), b"MZ");
    }
    let (manifest, _) = collected(&Memory::new(state));
    for name in ["srv.sys", "termdd.sys"] {
        let path = format!("deminer/raw/Windows/System32/drivers/{name}");
        assert!(manifest.members.iter().any(|member| member.path == path), "{name}");
    }
}
