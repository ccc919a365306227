//! Scripts of administrators, standing where malware has its own: nothing above `low` is said for their text alone.
//!
//! Some stand here; a folder of real ones can be given in `DEMINER_BENIGN`, as `cargo xtask benign` does with those of packages of Debian, npm and
//! `PyPI`.
#![allow(clippy::disallowed_methods, reason = "tests read their samples")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

mod support;

use deminer_detect::assess;
use deminer_detect::assessment::{Finding, Kind, Severity};
use evidence::{AutostartEntry, AutostartKind, Event, Property, PropertyName, RecordData, State, WmiObject};
use intel::Intel;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The longest script that `wevtutil` and PowerShell keep in one block is shorter; the rest of a longer one is read in its file.
const MAX_BLOCK: usize = 1 << 20;

fn findings(records: Vec<RecordData>) -> Vec<Finding> {
    assess(&support::evidence(records), Intel::builtin()).findings
}

/// The file of a script, and what starts it.
fn started(kind: AutostartKind, path: &str, script: &str) -> RecordData {
    let program = match path.rsplit('.').next() {
        Some("ps1" | "psm1") => "powershell.exe -NoProfile -File",
        Some("vbs" | "wsf") => "cscript.exe //nologo",
        Some("hta") => "mshta.exe",
        _ => "cmd.exe /c",
    };
    let command = format!("{program} \"{path}\"");
    RecordData::Autostart(AutostartEntry {
        kind: Some(kind),
        location: "place".into(),
        name: "Nightly".into(),
        enabled: Some(true),
        image_path: command.split(' ').next().map(str::to_owned),
        launch_string: Some(command),
        extra: BTreeMap::from([("Content".to_owned(), script.to_owned())]),
        ..AutostartEntry::default()
    })
}

fn block(script: &str) -> RecordData {
    RecordData::Event(Event {
        channel: "Microsoft-Windows-PowerShell/Operational".into(),
        provider: "Microsoft-Windows-PowerShell".into(),
        event_id: 4104,
        record_id: 1,
        time: "2026-01-01T00:00:00Z".parse().unwrap(),
        computer: "PC".into(),
        data: BTreeMap::from([("ScriptBlockText".to_owned(), script.to_owned())]),
    })
}

fn consumer(script: &str) -> RecordData {
    let fields = [("Name", "Nightly"), ("ScriptingEngine", "VBScript"), ("ScriptText", script)];
    let properties = fields.map(|(name, value)| Property {
        name: PropertyName::new(name),
        value: value.into(),
        state: State::Known,
    });
    RecordData::WmiObject(WmiObject {
        class: "ActiveScriptEventConsumer".into(),
        namespace: Some(r"root\subscription".into()),
        properties: properties.into(),
        ..WmiObject::default()
    })
}

/// What is said above `low` of a script, in each of its places.
fn loud(path: &str, script: &str) -> Vec<String> {
    let script: String = script.chars().take(MAX_BLOCK).collect();
    // A script inside the command line itself is judged harder by design: it lies nowhere to be looked at.
    let places = [
        ("task", vec![started(AutostartKind::Task, path, &script)]),
        ("service", vec![started(AutostartKind::Service, path, &script)]),
        ("run", vec![started(AutostartKind::Run, path, &script)]),
        ("block", vec![block(&script)]),
    ];
    let mut loud = Vec::new();
    for (place, records) in places {
        for finding in findings(records) {
            // Hardening and the like do not speak of the script.
            let of_script = !matches!(finding.kind, Kind::Patch | Kind::Hardening | Kind::StockMissing);
            if of_script && finding.severity < Severity::Low {
                let reasons: Vec<_> = finding.reasons.iter().map(|reason| format!("{reason:?}")).collect();
                loud.push(format!("{place} {path}: {:?} {}", finding.severity, reasons.join(" | ")));
            }
        }
    }
    loud
}

#[test]
fn scripts_of_administrators_are_quiet_where_they_stand() {
    let mut all = Vec::new();
    for (name, script) in [
        (
            "a.ps1",
            "Get-Service | Where-Object Status -eq 'Running' | Export-Csv C:\\Logs\\services.csv -NoTypeInformation",
        ),
        (
            "b.ps1",
            "Invoke-WebRequest -Uri 'https://www.example.com/agent.msi' -OutFile \"$env:TEMP\\agent.msi\"\nStart-Process msiexec.exe -ArgumentList '/i', \"$env:TEMP\\agent.msi\", '/qn' -Wait\n# lines\nGet-ChildItem C:\\Logs | Remove-Item",
        ),
        (
            "c.ps1",
            "Set-ExecutionPolicy Bypass -Scope Process -Force; iex ((New-Object System.Net.WebClient).DownloadString('https://packages.example.org/install.ps1'))",
        ),
        (
            "d.bat",
            "@echo off\r\nset LOG=%TEMP%\\x.log\r\nrobocopy C:\\Data \\\\server\\backup /mir >> %LOG%\r\nif errorlevel 8 exit /b 1\r\n",
        ),
        (
            "e.vbs",
            "Set sh = CreateObject(\"WScript.Shell\")\r\nsh.Run \"net use H: \\\\server\\home\", 0, True\r\n",
        ),
    ] {
        all.extend(loud(&format!("C:\\Scripts\\{name}"), script));
    }
    assert!(all.is_empty(), "{all:#?}");
}

/// A consumer of WMI that runs a script is looked at whatever the script is: the script itself adds nothing where it is harmless.
#[test]
fn a_harmless_script_adds_nothing_to_its_consumer() {
    let severity = |script: &str| findings(vec![consumer(script)]).iter().map(|found| found.severity).min();
    let plain = severity("x = 1");
    for script in [
        "Set sh = CreateObject(\"WScript.Shell\")\r\nsh.Run \"net use H: \\\\server\\home\"",
        "MsgBox \"Backup is done\"",
    ] {
        assert_eq!(severity(script), plain, "{script}");
        let found = findings(vec![consumer(script)]);
        let traits =
            found.iter().flat_map(|found| &found.reasons).filter(|reason| reason.id == "reason-trait");
        assert_eq!(traits.count(), 0, "{script}");
    }
}

/// Nobody's filling hides what stands behind it: that it was not looked at is said.
#[test]
fn a_script_that_was_read_in_part_is_told() {
    let RecordData::Autostart(mut entry) = started(AutostartKind::Run, "C:\\Scripts\\a.bat", "rem") else {
        panic!("an entry that starts it");
    };
    entry.extra.insert("ContentLength".to_owned(), "100000000".to_owned());
    let found = findings(vec![RecordData::Autostart(entry)]);
    let [finding] = &found[..] else { panic!("{found:?}") };
    assert_eq!(finding.severity, Severity::Low);
    assert!(finding.reasons.iter().any(|reason| reason.id == "reason-script-long"), "{finding:?}");
}

#[test]
fn a_corpus_of_real_scripts() {
    let Some(root) = std::env::var_os("DEMINER_BENIGN").map(PathBuf::from) else {
        println!("SKIPPED: DEMINER_BENIGN names no folder of benign scripts");
        return;
    };
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let mut all = Vec::new();
    for file in &files {
        let text = String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned();
        let end = file.extension().and_then(|end| end.to_str()).unwrap_or_default().to_ascii_lowercase();
        for said in loud(&format!("C:\\Scripts\\x.{end}"), &text) {
            all.push(format!("{}: {said}", file.display()));
        }
    }
    println!("{} scripts", files.len());
    assert!(all.is_empty(), "{} {all:#?}", all.len());
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}
