//! Files of a disk that tell something by their place.

use super::*;
use evidence::{AutostartKind, RecordData};
use registry_hive::build::KeyPlan;

const MENU: &str = "Microsoft/Windows/Start Menu/Programs/StartUp";

/// The smallest program: headers and nothing else.
fn program() -> Vec<u8> {
    let mut image = vec![0_u8; 0x200];
    image[..2].copy_from_slice(b"MZ");
    image[0x3C] = 0x40;
    image[0x40..0x44].copy_from_slice(b"PE\0\0");
    image[0x58..0x5A].copy_from_slice(&0x20B_u16.to_le_bytes());
    image
}

fn system_hive() -> Vec<u8> {
    let mut plan = KeyPlan::default();
    plan.key("Select").number("Current", 1);
    let service = plan.key(r"ControlSet001\Services\Upd");
    service.number("Type", 16).number("Start", 2).text("ImagePath", r"%SystemRoot%\system32\upd.exe -k");
    plan.key(r"ControlSet001\Control\ComputerName\ComputerName").text("ComputerName", "PC-7");
    plan.hive()
}

#[test]
fn a_disk_tells_of_start_up_folders_hosts_prefetch_and_started_programs() {
    let (hive, image) = (system_hive(), program());
    let run = format!("C/ProgramData/{MENU}/run.bat");
    let files: [(&str, &[u8]); 7] = [
        ("C/Windows/System32/config/SYSTEM", &hive),
        ("C/Windows/System32/drivers/etc/hosts", b"# c\r\n127.0.0.1 update.example\r\n"),
        ("C/Windows/System32/upd.exe", &image),
        ("C/Windows/System32/other.exe", &image),
        ("C/Windows/Prefetch/UPD.EXE-0A1B2C3D.pf", b"MAM\x04anything"),
        (&run, b"start powershell"),
        ("C/Users/me/readme.txt", b"nothing"),
    ];
    let folder = folder(&files);
    let found = find(folder.path());
    let [evidence] = &found.evidence[..] else { panic!("{:?}", found.hosts()) };
    assert_eq!(evidence.host.name, "PC-7");
    let settings: Vec<_> = evidence
        .settings()
        .map(|(_, own)| (own.kind.as_str(), own.name.as_str(), own.value.as_str()))
        .filter(|(kind, ..)| ["prefetch", "hosts-entry"].contains(kind))
        .collect();
    assert_eq!(
        settings,
        [
            ("prefetch", "UPD.EXE", r"C:\Windows\Prefetch\UPD.EXE-0A1B2C3D.pf"),
            ("hosts-entry", "update.example", "127.0.0.1"),
        ]
    );
    let [(_, entry)] = evidence.autostarts().collect::<Vec<_>>()[..] else { panic!("one entry") };
    assert_eq!((entry.kind, entry.name.as_str()), (Some(AutostartKind::Run), "run.bat"));
    assert_eq!(entry.extra["Content"], "start powershell");
    let [(at, file)] = evidence.files().collect::<Vec<_>>()[..] else { panic!("the started program only") };
    assert_eq!(file.path, r"C:\Windows\System32\upd.exe");
    assert_eq!(file.hashes["sha256"], sha256(&image));
    assert_eq!((file.hashes["md5"].len(), file.hashes["sha1"].len()), (32, 40));
    assert_eq!(file.signer.as_deref(), Some("(Not signed)"));
    let source = &evidence.sources[evidence.records[at].provenance.source as usize];
    assert_eq!(source.sha256.as_deref(), Some(sha256(&image).as_str()));
}

#[test]
fn an_archive_of_a_disk_tells_of_its_programs_at_once() {
    let (hive, image) = (system_hive(), program());
    let bytes = zip(&[("C/Windows/System32/config/SYSTEM", &hive), ("C/Users/Public/x.exe", &image)]);
    let folder = folder(&[("triage.zip", &bytes)]);
    let found = find(folder.path());
    let [evidence] = &found.evidence[..] else { panic!("{:?}", found.hosts()) };
    let paths: Vec<_> = evidence.files().map(|(_, file)| file.path.as_str()).collect();
    assert_eq!(paths, [r"C:\Users\Public\x.exe"]);
}

#[test]
fn a_hosts_file_alone_is_evidence_and_a_list_of_machines_is_not() {
    let own = folder(&[("PC1_hosts", b"127.0.0.1 localhost\n0.0.0.0 a.example\n")]);
    let found = find(&own.path().join("PC1_hosts"));
    let records = found.evidence.iter().flat_map(|evidence| &evidence.records);
    assert!(records.clone().all(|record| matches!(record.data, RecordData::Setting(_))));
    assert_eq!(records.count(), 2);
    let list = folder(&[("hosts.txt", b"server01\nserver02\n")]);
    assert_eq!(find(&list.path().join("hosts.txt")).hosts().iter().map(|(_, count)| count).sum::<usize>(), 0);
}
