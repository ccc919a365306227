//! Public evidence of real machines, where it is at hand.

use crate::support::{ABOVE_INFO, TempDir, check_one, data, findings, stage};
use serde_json::Value;
use std::fs;
use std::path::Path;

const MALICIOUS: &[&str] = &["critical", "high", "medium"];
const STAGES_OF_OTHER_EVIDENCE: &[&str] = &["patch", "verify", "prevent"];

/// The names of the subscriptions among some findings.
fn subscriptions<'a>(findings: &[&'a Value]) -> Vec<&'a Value> {
    findings.iter().copied().filter(|finding| finding["kind"] == "subscription").collect()
}

#[test]
fn get_wmiobject_listings() {
    let Some(folder) = data("text/get-wmiobject") else { return };
    let (status, host) = check_one(&[&folder]);
    assert_eq!(status, 1);
    assert_eq!(host["host"]["name"], "DESKTOP-O8964S4");
    let found = findings(&host, MALICIOUS);
    let found = subscriptions(&found);
    // `bad vbs` is bound to two filters, and is one subscription.
    assert_eq!(found.len(), 2, "{host:#}");
    let text = Value::from(found.iter().map(|finding| (*finding).clone()).collect::<Vec<_>>()).to_string();
    for wanted in [
        "Windows Update Consumer MOF",
        "bad vbs",
        "oProcess.Terminate()",
        "DownloadString('http://10.0.0.104/bad.exe')",
        "SELECT * FROM __InstanceCreationEvent WITHIN 5WHERE TargetInstance ISA",
        r#"Windows\" Update Event MOF"#,
    ] {
        assert!(text.contains(wanted), "no `{wanted}` in {text}");
    }
    for finding in findings(&host, ABOVE_INFO) {
        assert!(!finding["title"].as_str().unwrap().contains("SCM"), "{finding:#}");
    }
}

#[test]
fn a_mof_file() {
    let Some(file) = data("text/subscription.mof") else { return };
    let (status, host) = check_one(&[&file]);
    assert_eq!(status, 1);
    let found = findings(&host, MALICIOUS);
    let found = subscriptions(&found);
    assert_eq!(found.len(), 1, "{host:#}");
    let text = found[0].to_string();
    for wanted in ["AtomicRedTeam_consumer", "AtomicRedTeam_filter", "cmd.exe", "Where TargetInstance Isa"] {
        assert!(text.contains(wanted), "no `{wanted}` in {text}");
    }
}

/// How a text becomes bytes.
type Encode = fn(&str) -> Vec<u8>;

/// What is true of a clean export, however it is encoded.
fn assert_clean(evidence: &Path, how: &str) {
    let (status, host) = check_one(&[evidence]);
    assert_eq!(status, 0, "{how}: {host:#}");
    assert_eq!(host["verdict"], "clean", "{how}: {host:#}");
    assert!(findings(&host, ABOVE_INFO).is_empty(), "{how}: {host:#}");
    assert_eq!(stage(&host, "compare")["state"], "ok", "{how}");
    for name in STAGES_OF_OTHER_EVIDENCE {
        assert_eq!(stage(&host, name)["state"], "unknown", "{how}: {name}");
    }
    let missing = host["coverage"]["missing"].as_array().unwrap();
    assert!(missing.iter().any(|missing| missing["what"] == "patch"), "{how}: {missing:?}");
    assert!(missing.iter().all(|missing| !missing["how"].as_str().unwrap().is_empty()), "{how}: {missing:?}");
}

#[test]
fn a_clean_export_is_clean_in_every_encoding() {
    let Some(folder) = data("text/workflow-example") else { return };
    assert_clean(&folder, "as it is");
    let encodings: [(&str, Encode); 5] = [
        ("CP932", |text| encoding_rs::SHIFT_JIS.encode(text).0.into_owned()),
        ("UTF-8", |text| text.as_bytes().to_vec()),
        ("UTF-8 with a mark", |text| format!("\u{FEFF}{text}").into_bytes()),
        ("UTF-16LE without a mark", |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("UTF-16BE", |text| format!("\u{FEFF}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ];
    for (how, encode) in encodings {
        let copy = TempDir::new().unwrap();
        for name in ["EventFilter.txt", "EventConsumer.txt", "FilterToConsumerBinding.txt"] {
            let bytes = fs::read(folder.join(name)).unwrap();
            let units: Vec<u16> =
                bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
            let text = String::from_utf16(&units).unwrap();
            fs::write(copy.path().join(name), encode(text.trim_start_matches('\u{FEFF}'))).unwrap();
        }
        assert_clean(copy.path(), how);
    }
}
