//! `deminer sample`.

use crate::support::{Command, Run, TempDir, check, deminer, examples, finish, run};
use serde_json::Value;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use zip::ZipArchive;

/// A member of an encrypted archive.
pub(crate) fn member(archive: &Path, name: &str) -> Vec<u8> {
    let mut archive = ZipArchive::new(File::open(archive).unwrap()).unwrap();
    let mut content = Vec::new();
    archive.by_name_decrypt(name, b"infected").unwrap().read_to_end(&mut content).unwrap();
    content
}

fn manifest(archive: &Path) -> Value {
    serde_json::from_slice(&member(archive, "manifest.json")).unwrap()
}

fn pack(archive: &Path, args: &[&OsStr]) -> Run {
    let mut command: Command = deminer();
    command.args(["sample", "pack", "--operator", "Aoki", "--output"]).arg(archive).args(args);
    finish(&mut command)
}

#[test]
fn a_file_is_packed_with_its_layers_and_its_hashes() {
    let folder = TempDir::new().unwrap();
    let script = folder.path().join("\u{202E}evil.ps1");
    std::fs::write(&script, "powershell -nop -w hidden -e ZQBjAGgAbwAgADEA").unwrap();
    let archive = folder.path().join("samples.zip");
    let run = pack(&archive, &[script.as_os_str()]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(!run.stdout.contains('\u{202E}') && run.stdout.contains("base64-utf16"), "{}", run.stdout);
    let manifest = manifest(&archive);
    assert_eq!(manifest["schema"], "deminer.sample/1");
    assert_eq!(manifest["custody"]["operator"], "Aoki");
    assert_eq!(manifest["custody"]["sources"][0]["sha256"], manifest["samples"][0]["sha256"]);
    let samples = manifest["samples"].as_array().unwrap();
    assert_eq!(samples.len(), 2);
    assert_eq!(samples[0]["md5"], "5f197cff26e0c5c3165914c92ee9eaa1");
    assert_eq!(member(&archive, samples[1]["member"].as_str().unwrap()), b"echo 1");
}

#[test]
fn the_payload_of_a_class_store_is_packed_by_its_name() {
    let folder = TempDir::new().unwrap();
    let archive = folder.path().join("samples.zip");
    let evidence = examples();
    let from = ["--from".as_ref(), evidence.as_os_str(), "--host".as_ref(), "PC-ACCOUNTING".as_ref()];
    let run = pack(&archive, &[&from[..], &["Win32_Services".as_ref()]].concat());
    assert_eq!(run.status, 0, "{}", run.stderr);
    let all = manifest(&archive);
    let origins: Vec<_> = all["samples"].as_array().unwrap().iter().map(|s| &s["origins"][0]).collect();
    assert!(origins.iter().any(|origin| origin["type"] == "finding" && origin["host"] == "PC-ACCOUNTING"));
    assert!(origins[0]["evidence"][0]["sha256"].is_string(), "{origins:#?}");
    let (_, report) = check(&[&evidence]);
    let assessments = report["assessments"].as_array().unwrap();
    let accounting = assessments.iter().find(|found| found["host"]["name"] == "PC-ACCOUNTING").unwrap();
    let findings = accounting["findings"].as_array().unwrap();
    let id = findings.iter().find(|found| found["kind"] == "subscription").unwrap()["id"].as_str().unwrap();
    let layer = format!("{id}/CommandLineTemplate/1");
    let run = pack(&archive, &[&from[..], &[layer.as_ref()]].concat());
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_eq!(manifest(&archive)["samples"][0]["origins"][0]["type"], "layer");
}

#[test]
fn what_is_not_there_is_said_in_words() {
    let folder = TempDir::new().unwrap();
    let archive = folder.path().join("samples.zip");
    let evidence = examples();
    let from = ["--from".as_ref(), evidence.as_os_str(), "--host".as_ref(), "PC-ACCOUNTING".as_ref()];
    let cases: [(&[&OsStr], &str); 3] = [
        (&["Win32_Service".as_ref()], "did you mean `Win32_Services`"),
        (&["Win32_Services/nope".as_ref()], "nothing in `Win32_Services/nope`"),
        (&["Win32_Services/funs/99".as_ref()], "nothing in"),
    ];
    for (named, words) in cases {
        let run = pack(&archive, &[&from[..], named].concat());
        assert_eq!(run.status, 2, "{}", run.stderr);
        assert!(run.stderr.contains(words), "{}", run.stderr);
        assert!(!archive.exists());
    }
    let missing = run(["sample", "pack", "nowhere.exe", "--output", "x.zip"]);
    assert_eq!(missing.status, 2);
    assert!(missing.stderr.contains("cannot read `nowhere.exe`"), "{}", missing.stderr);
}

/// What a class says of its properties' types is no payload, and does not stand before one.
#[test]
fn a_layer_of_a_field_is_packed_by_its_number() {
    let folder = TempDir::new().unwrap();
    let archive = folder.path().join("samples.zip");
    let evidence = examples();
    let from = ["--from".as_ref(), evidence.as_os_str(), "--host".as_ref(), "PC-ACCOUNTING".as_ref()];
    let run = pack(&archive, &[&from[..], &["Win32_Services/mon/1".as_ref()]].concat());
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_eq!(manifest(&archive)["samples"].as_array().unwrap().len(), 1);
    let run = pack(&archive, &[&from[..], &["Win32_Services".as_ref()]].concat());
    assert!(!run.stdout.contains("__TYPES"), "{}", run.stdout);
}
