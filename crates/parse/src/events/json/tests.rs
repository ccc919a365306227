use super::super::tests::{events, objects, recorded};
use super::super::wanted::{SECURITY, SYSMON, WMI_ACTIVITY};
use super::*;
use crate::format::Format;
use evidence::RecordData;
use proptest::prelude::*;
use serde_json::json;
use std::io::Read as _;

fn parsed(text: &str) -> Parsed {
    assert_eq!(Format::of_text(text, "events.json"), Format::EventJson, "{text}");
    parse(&Text::decode(text.as_bytes()))
}

/// One event of Sysmon, whatever the shape.
fn one(text: &str) -> evidence::Event {
    let parsed = parsed(text);
    assert_eq!(parsed.problems, []);
    let [event] = events(&parsed)[..] else { panic!("{parsed:#?}") };
    event.clone()
}

#[test]
fn four_shapes_of_one_event() {
    let data = json!({"CommandLine": "cmd.exe", "ProcessId": 7, "UtcTime": "2022-03-10 21:08:30.000"});
    let time = "2022-03-10T21:08:30Z";
    let system = json!({
        "Provider": {"#attributes": {"Name": SYSMON}}, "EventID": 1, "EventRecordID": 9, "Computer": "PC1",
        "TimeCreated": {"#attributes": {"SystemTime": time}}, "Channel": "Microsoft-Windows-Sysmon/Operational"
    });
    let dumped = json!({"Event": {"System": system, "EventData": data}});
    let beat = json!({"@timestamp": time, "winlog": {
        "provider_name": SYSMON, "event_id": "1", "record_id": "9", "computer_name": "PC1",
        "channel": "Microsoft-Windows-Sysmon/Operational", "event_data": data
    }});
    let old_beat = json!({
        "@timestamp": time, "source_name": SYSMON, "event_id": 1, "record_number": "9",
        "computer_name": "PC1", "log_name": "Microsoft-Windows-Sysmon/Operational", "event_data": data
    });
    let flat = json!({
        "EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational", "SourceName": SYSMON, "Hostname": "PC1",
        "RecordNumber": 9, "@timestamp": time, "EventType": "INFO", "Message": "…", "Task": 1,
        "CommandLine": "cmd.exe", "ProcessId": "7", "UtcTime": "2022-03-10 21:08:30.000"
    });
    let expected = one(&dumped.to_string());
    assert_eq!((expected.record_id, expected.data.len()), (9, 3));
    let wrapped = json!({"_index": "x", "_source": beat});
    for value in [&beat, &old_beat, &flat, &wrapped] {
        assert_eq!(one(&value.to_string()), expected, "{value}");
    }
    let pretty = serde_json::to_string_pretty(&dumped).unwrap();
    assert_eq!(one(&format!("Record 1\n{pretty}\n")), expected);
    assert_eq!(one(&format!("[\n{pretty}\n]")), expected);
}

#[test]
fn what_the_common_schema_took_goes_back() {
    let event = one(&json!({
        "@timestamp": "2022-03-10T21:08:30Z",
        "event": {"code": "1"},
        "winlog": {"provider_name": SYSMON, "computer_name": "PC1", "event_id": 1, "event_data": {"Company": "x"}},
        "process": {
            "executable": "C:\\a.exe", "command_line": "a -b", "pid": 12, "hash": {"md5": "ab", "sha256": "cd"},
            "parent": {"command_line": "wmiprvse.exe"}
        },
        "user": {"domain": "CORP", "name": "me"}
    })
    .to_string());
    let get = |name: &str| event.field(name);
    assert_eq!((get("Image"), get("CommandLine")), (Some("C:\\a.exe"), Some("a -b")));
    assert_eq!((get("User"), get("Hashes")), (Some("CORP\\me"), Some("MD5=AB,SHA256=CD")));
    assert_eq!((get("ParentCommandLine"), get("ProcessId")), (Some("wmiprvse.exe"), Some("12")));
}

#[test]
fn the_data_of_a_registry_value_go_back() {
    let event = one(&json!({
        "@timestamp": "2022-03-10T21:08:30Z",
        "event": {"code": "13"},
        "winlog": {"provider_name": SYSMON, "computer_name": "PC1", "event_id": 13, "event_data": {"EventType": "SetValue"}},
        "registry": {"path": "HKLM\\SOFTWARE\\x", "value": "x", "data": {"strings": ["powershell -enc AAAA"], "type": "SZ_EXPAND"}}
    })
    .to_string());
    assert_eq!(
        (event.field("TargetObject"), event.field("Details")),
        (Some("HKLM\\SOFTWARE\\x"), Some("powershell -enc AAAA"))
    );
}

#[test]
fn what_get_winevent_shows() {
    let event = one(
        r#"[{"Id":5859,"LogName":"Microsoft-Windows-WMI-Activity/Operational","MachineName":"PC1",
        "ProviderName":"Microsoft-Windows-WMI-Activity","RecordId":3,"TimeCreated":"\/Date(1646946510000)\/",
        "Message":"Namespace = //./root/CIMV2; NotificationQuery = select 1; OwnerName = S-1-5-18; HostProcessID = 1;  Provider= P, queryID = 2; PossibleCause = Permanent"}]"#,
    );
    assert_eq!(event.time.to_string(), "2022-03-10T21:08:30Z");
    assert_eq!(event.field("Query"), Some("select 1"));
    assert_eq!(event.field("PossibleCause"), Some("Permanent"));
}

#[test]
fn a_damaged_line_does_not_stop_the_others() {
    let line = json!({"EventID": 4720, "Channel": "Security", "SourceName": SECURITY, "Hostname": "PC1",
        "@timestamp": "2022-03-10T21:08:30Z", "TargetUserName": "evil"});
    let parsed = parsed(&format!("{line}\n{{\"EventID\": 47\n{line}\n"));
    assert_eq!(events(&parsed).len(), 2);
    assert_eq!(parsed.records[1].0, Location::Record(3));
    assert_eq!(parsed.problems.len(), 1);
    assert_eq!(parsed.problems[0].offset, Some(line.to_string().len() as u64 + 1));
}

#[test]
fn objects_of_powershell_are_no_events() {
    let consumer =
        r#"{"CreatorSID": [1], "EventID": 0, "TimeCreated": null, "SourceName": "Service Control Manager"}"#;
    assert_eq!(Format::of_text(consumer, ""), Format::PowershellJson);
    assert!(!looks_like_events(r#"{"EventID": 1}"#));
    assert!(!looks_like_events(r#"{"text": "EventID Channel"}"#));
}

#[test]
fn script_blocks_are_joined() {
    let part = |number: u32, text: &str| {
        json!({"EventID": 4104, "SourceName": "Microsoft-Windows-PowerShell", "Hostname": "PC1",
            "Channel": "Microsoft-Windows-PowerShell/Operational", "@timestamp": "2022-03-10T21:08:30Z",
            "ScriptBlockId": "x", "MessageNumber": number, "MessageTotal": 3, "ScriptBlockText": text})
        .to_string()
    };
    let whole = [part(2, "b"), part(1, "a"), part(3, "c")].join("\n");
    let read = parsed(&whole);
    assert_eq!(read.problems, []);
    let [event] = events(&read)[..] else { panic!("{read:#?}") };
    assert_eq!((event.field("ScriptBlockText"), event.field("MessageNumber")), (Some("abc"), Some("3")));
    let lacking = parsed(&[part(1, "a"), part(3, "c")].join("\n"));
    assert_eq!(events(&lacking)[0].field("ScriptBlockText"), Some("ac"));
    assert_eq!(lacking.problems[0].message.id, super::super::SCRIPT_PARTS.id);
}

#[test]
fn of_many_events_the_first_and_the_last_are_kept() {
    let line = |number: u32| {
        format!(
            r#"{{"EventID":4625,"Channel":"Security","SourceName":"{SECURITY}","Hostname":"PC1","RecordNumber":{number},"@timestamp":"2022-03-10T21:08:30Z"}}"#
        )
    };
    let read = parsed(&(1..=4321).map(line).collect::<Vec<_>>().join("\n"));
    let ids: Vec<_> = events(&read).iter().map(|event| event.record_id).collect();
    assert_eq!(ids, (1..=2000).chain(2322..=4321).collect::<Vec<_>>());
    let [problem] = &read.problems[..] else { panic!("{:?}", read.problems) };
    assert_eq!(problem.message.args[0].1, evidence::Arg::Number(321));
}

#[test]
fn a_telling_event_among_very_many_is_kept() {
    let line = |number: u32, command: &str| {
        json!({"EventID": 4688, "Channel": "Security", "SourceName": SECURITY, "Hostname": "PC1", "RecordNumber": number,
            "@timestamp": "2022-03-10T21:08:30Z", "CommandLine": command})
        .to_string()
    };
    let command = |number: u32| match number {
        2250 => "C:\\ProgramData\\x.exe -o stratum+tcp://pool.example:3333 -u 4".to_owned(),
        2400 => "once.exe".to_owned(),
        _ => "notepad.exe".to_owned(),
    };
    let read =
        parsed(&(1..=4500).map(|number| line(number, &command(number))).collect::<Vec<_>>().join("\n"));
    let ids: Vec<_> = events(&read).iter().map(|event| event.record_id).collect();
    // Of the everyday ones between the first and the last ones the first says what the others repeat.
    assert_eq!(ids, (1..=2001).chain([2250, 2400]).chain(2501..=4500).collect::<Vec<_>>());
    let [problem] = &read.problems[..] else { panic!("{:?}", read.problems) };
    let numbers: Vec<_> =
        problem.message.args.iter().map(|(name, value)| format!("{name} {value:?}")).collect();
    assert_eq!(problem.message.id, super::super::LEFT_OUT.id, "{numbers:?}");
    assert_eq!(problem.message.args[0].1, evidence::Arg::Number(497));
}

#[test]
fn telling_events_that_are_too_many_are_told() {
    let line = |number: u32| {
        json!({"EventID": 4688, "Channel": "Security", "SourceName": SECURITY, "Hostname": "PC1", "RecordNumber": number,
            "@timestamp": "2022-03-10T21:08:30Z", "CommandLine": format!("x.exe -o stratum+tcp://{number}")})
        .to_string()
    };
    let read = parsed(&(1..=7000).map(line).collect::<Vec<_>>().join("\n"));
    assert_eq!(events(&read).len(), 6000);
    let ids: Vec<_> = read.problems.iter().map(|problem| problem.message.id.as_str()).collect();
    assert_eq!(ids, [super::super::LEFT_OUT_TELLING.id, super::super::LEFT_OUT.id]);
}

#[test]
fn tasks_and_services_come_out_of_their_events() {
    let head = json!({"Hostname": "PC1", "@timestamp": "2022-03-10T21:08:30Z"});
    let event = |more: serde_json::Value| {
        let mut members = head.as_object().unwrap().clone();
        members.extend(more.as_object().unwrap().clone());
        Value::Object(members).to_string()
    };
    let task = event(
        json!({"EventID": 4698, "Channel": "Security", "SourceName": SECURITY, "TaskName": "\\x",
        "TaskContent": "<?xml version=\"1.0\" encoding=\"UTF-16\"?><Task><Actions><Exec><Command>a.exe</Command></Exec></Actions></Task>"}),
    );
    let installed = event(
        json!({"EventID": 7045, "Channel": "System", "SourceName": "Service Control Manager",
        "ServiceName": "s", "ImagePath": "C:\\s.exe", "ServiceType": "user mode service", "StartType": "auto start", "AccountName": "LocalSystem"}),
    );
    let audited = event(json!({"EventID": 4697, "Channel": "Security", "SourceName": SECURITY,
        "ServiceName": "s", "ServiceFileName": "C:\\s.exe", "ServiceType": "0x10", "ServiceStartType": "2", "ServiceAccount": "LocalSystem"}));
    let odd = event(
        json!({"EventID": 4698, "Channel": "Security", "SourceName": SECURITY, "TaskContent": "no XML"}),
    );
    let read = parsed(&[task, installed, audited, odd].join("\n"));
    let derived: Vec<_> =
        read.records.iter().filter(|(_, data)| !matches!(data, RecordData::Event(_))).collect();
    let [(_, RecordData::Task(task)), (_, RecordData::Service(installed)), (_, RecordData::Service(audited))] =
        derived[..]
    else {
        panic!("{derived:#?}")
    };
    assert_eq!((task.path.as_str(), task.actions[0].command_line().as_deref()), ("\\x", Some("a.exe")));
    assert_eq!(installed, audited);
    assert_eq!((installed.service_type, installed.start), (Some(0x10), Some(2)));
    assert_eq!(read.problems[0].message.id, super::super::OBJECT.id);
}

#[test]
fn the_recorded_lines_of_a_laboratory() {
    let Some(path) = recorded("covenant-persistwmi.jsonl.gz") else { return };
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let read = parsed(&text);
    assert_eq!(read.problems, []);
    assert_eq!(read.coverage.get(Area::Events), Some(ReadState::Partial));
    let count = |provider: &str, number: u32| {
        let all = events(&read);
        all.iter().filter(|event| event.provider == provider && event.event_id == number).count()
    };
    assert_eq!([19, 20, 21].map(|number| count(SYSMON, number)), [1, 1, 1]);
    assert_eq!([5857, 5859, 5861].map(|number| count(WMI_ACTIVITY, number)), [1, 1, 1]);
    assert_eq!([4624, 4648, 4769, 5140, 5145].map(|number| count(SECURITY, number)), [14, 4, 2, 2, 14]);
    assert_eq!([3, 11, 12, 13, 22].map(|number| count(SYSMON, number)), [76, 20, 5, 4, 4]);
    // Sysmon and the WMI-Activity log show the same consumer.
    let consumers: Vec<_> =
        objects(&read).into_iter().filter(|object| object.is_class("CommandLineEventConsumer")).collect();
    assert_eq!(consumers.len(), 2);
    for consumer in consumers {
        assert_eq!(consumer.name(), "Evil Persistence");
        assert_eq!(consumer.server.as_deref(), Some("IT001.shire.com"));
        let command = "powershell -Sta -Nop -Window Hidden -EncodedCommand <blah>";
        assert_eq!(consumer.text("CommandLineTemplate"), Some(command));
    }
    assert_eq!(objects(&read).iter().filter(|object| object.is_binding()).count(), 2);
}

proptest! {
    #[test]
    fn any_text_is_read(text: String) {
        let _ = parse(&Text::decode(text.as_bytes()));
    }

    #[test]
    fn any_values_are_read(
        id in prop_oneof![Just(5861_u32), Just(20), Just(21), Just(4104), Just(4698), Just(7045)],
        provider in prop_oneof![Just(WMI_ACTIVITY), Just(SYSMON), Just(SECURITY), Just("Service Control Manager")],
        names in proptest::collection::vec("(PossibleCause|CONSUMER|ESS|Name|Type|Filter|Consumer|TaskContent|ServiceName|Destination|Query)", 0..6),
        values in proptest::collection::vec(any::<String>(), 6),
    ) {
        let data: serde_json::Map<_, _> = names.into_iter().zip(values.into_iter().map(Value::from)).collect();
        let event = json!({"@timestamp": "2022-03-10T21:08:30Z", "winlog": {
            "provider_name": provider, "event_id": id, "computer_name": "PC1", "event_data": data
        }});
        let parsed = parse(&Text::decode(event.to_string().as_bytes()));
        prop_assert!(parsed.records.len() <= 4);
    }
}
