//! `deminer cim`.

use crate::support::{TempDir, data, deminer, finish, run};
use flate2::read::GzDecoder;
use std::fs::{self, File};
use std::io;

/// A repository of the public data, unpacked.
fn repository(name: &str) -> Option<TempDir> {
    let packed = data(&format!("repository/{name}"))?;
    let folder = TempDir::new().unwrap();
    for entry in fs::read_dir(packed).unwrap() {
        let path = entry.unwrap().path();
        let mut file = File::create(folder.path().join(path.file_stem().unwrap())).unwrap();
        io::copy(&mut GzDecoder::new(File::open(path).unwrap()), &mut file).unwrap();
    }
    Some(folder)
}

#[test]
fn hashes_of_a_name() {
    // The first is given in public notes on the format; case does not count.
    let hashes = run(["cim", "hash", "win32_services"]);
    assert_eq!(hashes.status, 0);
    insta::assert_snapshot!(hashes.stdout, @r"
    SHA-256  7E4EF4073BCE38C0C70A6A5125813E6C8EF0C0A2847BC40AC9C69DED896D3F0B
    MD5      98EEA2A855C5F9FE59AD28553FFEC653
    ");
}

#[test]
fn a_folder_that_is_no_repository() {
    let folder = TempDir::new().unwrap();
    let refused = finish(deminer().args(["cim", "ls"]).arg(folder.path()));
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("hint: name the folder that holds OBJECTS.DATA"), "{}", refused.stderr);
}

#[test]
fn a_clean_repository() {
    let Some(folder) = repository("clean-win10") else { return };
    let namespaces = finish(deminer().args(["cim", "ls"]).arg(folder.path()));
    assert!(
        namespaces.stdout.lines().any(|line| line.eq_ignore_ascii_case(r"root\subscription")),
        "{}",
        namespaces.stdout
    );
    let classes = finish(deminer().args(["cim", "ls"]).arg(folder.path()).arg(r"root\default"));
    assert!(classes.stdout.lines().any(|line| line == "StdRegProv"), "{}", classes.stdout);
    let class = finish(
        deminer().args(["cim", "show"]).arg(folder.path()).arg(r"root\subscription:LogFileEventConsumer"),
    );
    assert!(class.stdout.contains("uint64 MaximumFileSize = 65535;"), "{}", class.stdout);
    let none = finish(deminer().args(["cim", "show"]).arg(folder.path()).arg(r"root\default:Win32_Services"));
    assert_eq!(none.status, 2);
    let traces = finish(deminer().args(["cim", "hash", "Win32_Services"]).arg(folder.path()));
    assert_eq!(traces.status, 0, "{}", traces.stdout);
}

#[test]
fn what_is_read_from_a_disk_can_be_checked() {
    let Some(folder) = repository("infected-win10") else { return };
    let mof = finish(deminer().args(["cim", "subscriptions"]).arg(folder.path()));
    assert_eq!(mof.status, 0, "{}", mof.stderr);
    let checked = finish(deminer().args(["check", "-", "--format", "json"]).write_stdin(mof.stdout));
    assert_eq!(checked.status, 1, "{}", checked.stderr);
    assert!(
        checked.stdout.contains("ProcessStartTrigger") && checked.stdout.contains("KillProcess"),
        "{}",
        checked.stdout
    );
    assert!(!checked.stdout.contains("stock-missing"), "{}", checked.stdout);
}

#[test]
fn what_goes_through_the_whole_repository() {
    let Some(folder) = repository("clean-win10") else { return };
    let stores = finish(deminer().args(["cim", "stores"]).arg(folder.path()));
    assert_eq!((stores.status, stores.stdout.as_str()), (0, ""), "a clean machine has none");
    let smaller = finish(deminer().args(["cim", "stores", "--larger-than=100"]).arg(folder.path()));
    assert_eq!(smaller.status, 1);
    assert!(smaller.stdout.contains("characters\n  OBJECTS.DATA at offset 0x"), "{}", smaller.stdout);

    let export = finish(deminer().args(["cim", "export", "--format=jsonl"]).arg(folder.path()));
    assert_eq!(export.status, 0);
    let kinds = |kind: &str| {
        export.stdout.lines().filter(|line| line.starts_with(&format!("{{\"type\":\"{kind}\""))).count()
    };
    // As many as the index has keys of either kind.
    assert_eq!((kinds("wmi-class"), kinds("wmi-object")), (6_684, 2_519));
    let mof = finish(deminer().args(["cim", "export"]).arg(folder.path()));
    assert_eq!(mof.stdout.lines().filter(|line| line.starts_with("instance of ")).count(), 2_519);

    let deleted = finish(deminer().args(["cim", "deleted"]).arg(folder.path()));
    assert!(!deleted.stdout.contains("EventConsumer\n{"), "no subscription was deleted from it");
}
