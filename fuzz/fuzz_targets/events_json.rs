//! The reader of events in JSON, on any bytes, and what it makes of events whose fields are any text.

#![no_main]

use evidence::RecordData;
use libfuzzer_sys::fuzz_target;
use parse::events;
use parse::text::Text;

/// Events that hold an object: provider, number, the field that holds it.
const HOLDERS: [(&str, u32, &str); 5] = [
    ("Microsoft-Windows-WMI-Activity", 5861, "PossibleCause"),
    ("Microsoft-Windows-WMI-Activity", 5861, "CONSUMER"),
    ("Microsoft-Windows-Sysmon", 20, "Destination"),
    ("Microsoft-Windows-Sysmon", 21, "Filter"),
    ("Microsoft-Windows-Security-Auditing", 4698, "TaskContent"),
];

fuzz_target!(|data: &[u8]| {
    let text = Text::decode(data);
    let _ = events::parse_json(&text);
    let value: String = text
        .as_str()
        .chars()
        .flat_map(|character| match character {
            '"' | '\\' => vec!['\\', character],
            control if control.is_control() => format!("\\u{:04x}", u32::from(control)).chars().collect(),
            other => vec![other],
        })
        .collect();
    for (provider, number, field) in HOLDERS {
        let event = format!(
            r#"{{"EventID":{number},"SourceName":"{provider}","Hostname":"PC1","@timestamp":"2022-03-10T21:08:30Z","ESS":"F","Name":"N","Type":"Script","Consumer":"C","{field}":"{value}"}}"#
        );
        let parsed = events::parse_json(&Text::decode(event.as_bytes()));
        let events = parsed.records.iter().filter(|(_, data)| matches!(data, RecordData::Event(_)));
        assert_eq!(events.count(), 1, "{event}");
    }
});
