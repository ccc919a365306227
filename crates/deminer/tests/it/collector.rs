//! What `collect --script` prints, and what the program makes of evidence in the form that it writes.

use crate::support::{TempDir, check_one, run, utf16};
use std::fs;

#[test]
fn the_script_is_printed_on_any_system() {
    let run = run(["collect", "--script"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.is_ascii() && run.stdout.contains("param([string]$Folder"), "{}", run.stdout);
}

/// A folder as the script leaves it: listings of all namespaces with system properties, and classes behind a line with their namespace.
#[test]
fn what_the_script_writes_is_read() {
    let folder = TempDir::new().unwrap();
    let host = folder.path().join("PC-1_WMI");
    fs::create_dir_all(host.join("Tasks")).unwrap();
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
    fs::write(
        host.join("collector-log.txt"),
        utf16("Deminer collector script\r\nhost: PC-1\r\nnot read:\r\n"),
    )
    .unwrap();

    let (status, assessment) = check_one(&[&host]);
    assert_eq!((status, assessment["verdict"].as_str()), (1, Some("infected")), "{assessment:#}");
    assert_eq!(assessment["host"]["name"], "PC-1");
    let missing = assessment["coverage"]["missing"].to_string();
    for area in ["event-filters", "event-consumers", "bindings"] {
        assert!(!missing.contains(&format!("\"{area}\"")), "{missing}");
    }
    let finding =
        assessment["findings"].as_array().unwrap().iter().find(|finding| finding["kind"] == "subscription");
    assert_eq!(finding.unwrap()["action"], "remove", "{assessment:#}");
}
