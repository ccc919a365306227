//! What `collect --script` prints, and what the program makes of evidence in the form that it writes.

use crate::support::{TempDir, check_one, run, utf16};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

#[test]
fn the_script_is_printed_on_any_system() {
    let run = run(["collect", "--script"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.is_ascii() && run.stdout.contains("param([string]$Folder"), "{}", run.stdout);
}

/// A folder as the script leaves it: listings of all namespaces with system properties, classes behind a line with their namespace, copies below
/// the letter of the drive, and a seal.
#[test]
fn what_the_script_writes_is_read() {
    let folder = TempDir::new().unwrap();
    let host = folder.path().join("PC-1_WMI");
    let etc = host.join("C/Windows/System32/drivers/etc");
    fs::create_dir_all(&etc).unwrap();
    fs::create_dir_all(host.join("C/Windows/System32/Tasks")).unwrap();
    let list = |fields: &[(&str, &str)]| {
        let line = |(name, value): &(&str, &str)| format!("{name:<24}: {value}\r\n");
        format!("\r\n\r\n{}\r\n", fields.iter().map(line).collect::<String>())
    };
    let system = |class: &'static str| {
        [("__GENUS", "2"), ("__CLASS", class), ("__SERVER", "PC-1"), ("__NAMESPACE", r"ROOT\subscription")]
    };
    let object = |class: &'static str, own: &[(&str, &str)]| {
        let mut fields = system(class).to_vec();
        fields.extend(own);
        list(&fields)
    };
    let filter = object(
        "__EventFilter",
        &[
            ("EventAccess", ""),
            ("EventNamespace", r"root\cimv2"),
            ("Name", "Updater"),
            (
                "Query",
                "SELECT * FROM __InstanceModificationEvent WITHIN 60 WHERE TargetInstance ISA 'Win32_LocalTime'",
            ),
            ("QueryLanguage", "WQL"),
        ],
    );
    let consumer = object(
        "CommandLineEventConsumer",
        &[
            ("CommandLineTemplate", "cmd /c x.exe -o stratum+tcp://192.0.2.1:3333 --donate-level 1 -k"),
            ("ExecutablePath", ""),
            ("Name", "Updater"),
        ],
    );
    let binding = object(
        "__FilterToConsumerBinding",
        &[
            ("Consumer", "CommandLineEventConsumer.Name=\"Updater\""),
            ("Filter", "__EventFilter.Name=\"Updater\""),
        ],
    );
    let class = "#pragma namespace(\"\\\\\\\\.\\\\root\\\\default\")\r\n\r\nclass Office_Update\r\n{\r\n  string mon = \"TVqQ\";\r\n};\r\n";
    for (name, text) in [
        ("EventFilter.txt", filter.as_str()),
        ("EventConsumer.txt", &consumer),
        ("FilterToConsumerBinding.txt", &binding),
        ("ClassStore.mof", class),
    ] {
        fs::write(host.join(name), utf16(text)).unwrap();
    }
    fs::write(etc.join("hosts"), "127.0.0.1 localhost\r\n0.0.0.0 update.sophos.com\r\n").unwrap();
    let task = host.join("C/Windows/System32/Tasks/\u{66F4}\u{65B0}");
    fs::write(&task, utf16("<?xml version=\"1.0\" encoding=\"UTF-16\"?><Task version=\"1.2\" xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\"><Actions><Exec><Command>C:\\x.exe</Command></Exec></Actions></Task>")).unwrap();
    seal(&host);

    let (status, assessment) = check_one(&[&host]);
    assert_eq!((status, assessment["verdict"].as_str()), (1, Some("infected")), "{assessment:#}");
    assert_eq!(assessment["host"]["name"], "PC-1");
    let missing = assessment["coverage"]["missing"].to_string();
    for area in ["event-filters", "event-consumers", "bindings"] {
        assert!(!missing.contains(&format!("\"{area}\"")), "{missing}");
    }
    let stage = assessment["stages"].as_array().unwrap().iter().find(|stage| stage["stage"] == "collect");
    assert_eq!(stage.unwrap()["state"], "ok", "{assessment:#}");
    let kinds: Vec<_> = assessment["findings"].as_array().unwrap().iter().map(|one| &one["kind"]).collect();
    assert!(kinds.iter().any(|kind| **kind == "setting"), "{kinds:?}");
    let finding =
        assessment["findings"].as_array().unwrap().iter().find(|finding| finding["kind"] == "subscription");
    assert_eq!(finding.unwrap()["action"], "remove", "{assessment:#}");
}

/// Seals a folder in the words that the script uses.
fn seal(host: &Path) {
    let mut members = Vec::new();
    let mut folders = vec![host.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            let mut sha256 = String::new();
            for byte in Sha256::digest(&bytes) {
                write!(sha256, "{byte:02x}").unwrap();
            }
            let relative = path.strip_prefix(host).unwrap().to_str().unwrap();
            members.push(format!(
                "{{\"path\":{},\"sha256\":\"{sha256}\",\"length\":{}}}",
                quoted(relative),
                bytes.len()
            ));
        }
    }
    let text = [
        "{\"schema\":\"deminer.bundle/1\",\"host\":{\"name\":\"PC-1\",\"id\":\"00000000-0000-0000-0000-000000000001\"},",
        "\"operator\":\"PC-1\\u005cadmin\",",
        "\"started\":\"2026-11-28T10:00:00Z\",\"ended\":\"2026-11-28T10:05:00Z\",",
        "\"program\":{\"version\":\"collector script, PowerShell 5.1.19041.1\"},",
        "\"rights\":[\"administrator\"],",
        "\"members\":[",
        &members.join(",\n"),
        "],",
        "\"failures\":[",
        "{\"what\":\"MachineGuid\",\"why\":\"\\u0022refused\\u0022\"}",
        "]}",
    ];
    fs::create_dir_all(host.join("deminer")).unwrap();
    fs::write(host.join("deminer/manifest.json"), text.join("\n")).unwrap();
}

/// A word of JSON in ASCII, as the script writes it.
fn quoted(text: &str) -> String {
    let unit = |unit: u16| match u8::try_from(unit) {
        Ok(byte @ 0x20..=0x7E) if byte != b'"' && byte != b'\\' => char::from(byte).to_string(),
        _ => format!("\\u{unit:04x}"),
    };
    format!("\"{}\"", text.encode_utf16().map(unit).collect::<String>())
}
