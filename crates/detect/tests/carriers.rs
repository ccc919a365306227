//! Whatever carries a script, a family is recognised in the decoded text of it.

mod support;

use base64::Engine as _;
use deminer_detect::assess;
use deminer_detect::assessment::{Assessment, Kind};
use evidence::{
    AutostartEntry, AutostartKind, ClassProperty, Event, Process, Property, PropertyName, RecordData,
    RegistryValue, ScheduledTask, Service, State, TaskAction, Value, WmiClass, WmiObject,
};
use intel::{Family, Intel};

/// A family that is known by two pieces of text, which stand in no carrier as they are.
const FAMILY: &str = r#"
schema = "deminer.family/1"
name = "Qvortex"
sources = [{ id = "made", title = "made for a test" }]
indicators = [
  { kind = "command-text", pattern = "qvortexloader", weight = 6, source = "made" },
  { kind = "domain", pattern = "qvortex.example.invalid", weight = 6, source = "made" },
]
"#;

const SCRIPT: &str = "$site = 'http://cdn.qvortex.example.invalid/a'; $tag = 'qvortexloader'";

fn command() -> String {
    let wide: Vec<u8> = SCRIPT.encode_utf16().flat_map(u16::to_le_bytes).collect();
    format!("powershell.exe -e {}", base64::engine::general_purpose::STANDARD.encode(wide))
}

fn judged(records: Vec<RecordData>) -> Assessment {
    let family = Family::from_toml("family.toml", FAMILY).expect("a family");
    assess(&support::evidence(records), &Intel::builtin().clone().with_families([family]))
}

#[track_caller]
fn recognised(kind: Kind, records: Vec<RecordData>) {
    let assessment = judged(records);
    let found = assessment.findings.iter().find(|finding| finding.kind == kind);
    let found = found.unwrap_or_else(|| panic!("no {kind:?} in {:#?}", assessment.findings));
    assert_eq!(found.family.as_deref(), Some("Qvortex"), "{found:#?}");
}

fn object(class: &str, fields: &[(&str, &str)]) -> RecordData {
    let property = |(name, value): &(&str, &str)| Property {
        name: PropertyName::new(name),
        value: (*value).into(),
        state: State::Known,
    };
    RecordData::WmiObject(WmiObject {
        class: class.into(),
        namespace: Some(r"root\subscription".into()),
        properties: fields.iter().map(property).collect(),
        ..WmiObject::default()
    })
}

#[test]
fn a_consumer_that_starts_a_command() {
    recognised(
        Kind::Orphan,
        vec![object("CommandLineEventConsumer", &[("Name", "x"), ("CommandLineTemplate", &command())])],
    );
}

#[test]
fn a_consumer_that_runs_a_script() {
    let script = format!("CreateObject(\"WScript.Shell\").Run \"{}\", 0", command());
    recognised(
        Kind::Orphan,
        vec![object(
            "ActiveScriptEventConsumer",
            &[("Name", "x"), ("ScriptingEngine", "VBScript"), ("ScriptText", &script)],
        )],
    );
}

#[test]
fn a_task() {
    let (program, arguments) =
        command().split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned())).expect("two");
    let action = TaskAction::Exec { command: program, arguments: Some(arguments), working_directory: None };
    recognised(
        Kind::Task,
        vec![RecordData::Task(ScheduledTask {
            path: r"\Upkeep".into(),
            actions: vec![action],
            ..ScheduledTask::default()
        })],
    );
}

#[test]
fn a_service_and_what_it_does_when_it_fails() {
    let service = |image: Option<String>, failure: Option<String>| {
        RecordData::Service(Service {
            name: "Upkeep".into(),
            image_path: image,
            failure_command: failure,
            ..Service::default()
        })
    };
    recognised(Kind::Service, vec![service(Some(command()), None)]);
    recognised(
        Kind::Service,
        vec![service(Some(r"C:\Windows\System32\svchost.exe -k x".into()), Some(command()))],
    );
}

#[test]
fn a_run_value() {
    recognised(
        Kind::Run,
        vec![RecordData::Autostart(AutostartEntry {
            kind: Some(AutostartKind::Run),
            location: r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run".into(),
            name: "Upkeep".into(),
            launch_string: Some(command()),
            ..AutostartEntry::default()
        })],
    );
}

#[test]
fn a_class_store() {
    recognised(
        Kind::ClassStore,
        vec![RecordData::WmiClass(WmiClass {
            name: "Upkeep".into(),
            namespace: Some(r"root\default".into()),
            properties: vec![ClassProperty {
                name: "a".into(),
                default: Some(Value::text(command())),
                cim_type: String::new(),
            }],
            ..WmiClass::default()
        })],
    );
}

#[test]
fn a_registry_value() {
    let assessment = judged(vec![RecordData::Registry(RegistryValue {
        key: r"HKLM\SOFTWARE\Classes\CLSID\{55ffda11-ee00-4409-bba4-bdd79d630f36}".into(),
        name: String::new(),
        data: format!("{} # {}", command(), "upkeep ".repeat(600)),
        ..RegistryValue::default()
    })]);
    let families: Vec<_> =
        assessment.findings.iter().filter_map(|finding| finding.family.as_deref()).collect();
    assert!(!families.is_empty(), "{:#?}", assessment.findings);
}

#[test]
fn a_running_process() {
    recognised(
        Kind::Process,
        vec![RecordData::Process(Process {
            pid: 7,
            name: "powershell.exe".into(),
            image_path: Some(r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe".into()),
            command_line: Some(command()),
            ..Process::default()
        })],
    );
}

fn event(provider: &str, number: u32, field: &str, value: &str) -> RecordData {
    RecordData::Event(Event {
        channel: "log".into(),
        provider: provider.into(),
        event_id: number,
        record_id: 1,
        time: "2026-01-01T00:00:00Z".parse().expect("a time"),
        computer: "PC".into(),
        data: [(field.to_owned(), value.to_owned())].into(),
    })
}

#[test]
fn a_block_of_a_script_in_a_log() {
    recognised(
        Kind::Script,
        vec![event("Microsoft-Windows-PowerShell", 4104, "ScriptBlockText", &command())],
    );
    recognised(Kind::Script, vec![event("Microsoft-Windows-PowerShell", 4104, "ScriptBlockText", SCRIPT)]);
}

#[test]
fn a_command_line_in_a_log() {
    recognised(
        Kind::Process,
        vec![event("Microsoft-Windows-Security-Auditing", 4688, "CommandLine", &command())],
    );
    recognised(Kind::Process, vec![event("Microsoft-Windows-Sysmon", 1, "CommandLine", &command())]);
}
