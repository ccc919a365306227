//! What Microsoft Defender writes of its findings into text logs of its own, `MPLog-*.log` and `MPDetection-*.log` below
//! `ProgramData\Microsoft\Windows Defender\Support`. They are kept longer than the event log, and miners that clear that forget them.
//!
//! Of the many lines of such a log those are read that tell of a threat, and become the same records as events 1116 and 1117 of the event log:
//!
//! ```text
//! 2023-07-12T11:16:35.087Z DETECTIONEVENT MPSOURCE_REALTIME Trojan:Win32/Example.A file:C:\x\a.exe;process:pid:12,ProcessStart:133;
//! 2023-07-12T11:16:35.087Z DETECTION_ADD#1 Trojan:Win32/Example.A file:C:\x\a.exe PropBag [length: 0, data: (null)]
//! 2023-07-12T11:16:39.120Z DETECTION_CLEANEVENT MPSOURCE_REALTIME MP_THREAT_ACTION_QUARANTINE 0x00000000 Trojan:Win32/Example.A file:C:\x\a.exe
//! 2023-07-12T11:16:35.087Z DETECTION Trojan:Win32/Example.A file:C:\x\a.exe
//! ```
//!
//! Forms of lines by `CrowdStrike`, *Mind the `MPLog`* (2022), its parser `mplog_parser`, artefacts.help, and lines that analysts quote in public. Times
//! without the `Z` of UTC are of no known zone and are left out. The logs are UTF-16 (little-endian) or one byte a character.

use crate::file_name::{file_name, has_extension};
use crate::text::Text;
use crate::{Parsed, Problem};
use evidence::{Area, Event, Level, Location, MessageSpec, ReadState, RecordData};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::io::{self, Read};

/// There are more findings than are kept.
const CUT: MessageSpec = MessageSpec::new("note-defender-log-cut", &["limit"]);

/// What this module can say.
pub const NOTES: &[MessageSpec] = &[CUT];

/// Who writes events of such findings, and their numbers: a threat was found, something was done about it.
const PROVIDER: &str = "Microsoft-Windows-Windows Defender";
pub(crate) const FOUND: u32 = 1116;
const ACTED: u32 = 1117;

/// Findings that differ in threat, place or deed; of each the first and the last is kept.
const MAX_FINDINGS: usize = 5_000;
/// The longest line that is looked at, in bytes; what is longer is cut.
const MAX_LINE: usize = 64 << 10;
/// What all lines that are looked for have in them.
const MARK: &[u8] = b"DETECTION";

/// Whether the beginning of a file is that of such a log, and its name that of one: lines in it begin with a time in UTC.
pub(crate) fn is_log(head: &[u8], name: &str) -> bool {
    let name = file_name(name).to_ascii_lowercase();
    let is_named =
        (name.starts_with("mplog-") || name.starts_with("mpdetection-")) && has_extension(&name, "log");
    is_named && Text::decode(head).as_str().lines().any(|line| time(line).is_some())
}

/// Reads a log to its end. The error is what ended the reading early; what was read up to there is in the first part of the answer.
pub fn parse(reader: &mut dyn Read) -> (Parsed, Option<io::Error>) {
    let mut log = Log::default();
    let error = log.read(reader).err();
    let mut parsed = Parsed::default();
    for (_, Kept { first, last }) in std::mem::take(&mut log.kept) {
        parsed.records.extend([Some(first), last].into_iter().flatten());
    }
    parsed.records.sort_by_key(|(at, _)| *at);
    if log.is_cut {
        let message = CUT.with([MAX_FINDINGS.into()]);
        parsed.problems.push(Problem { level: Level::Warning, offset: None, message });
    }
    parsed.coverage.add(Area::Events, ReadState::Partial);
    (parsed, error)
}

/// A log while it is read.
#[derive(Default)]
struct Log {
    kept: BTreeMap<(u32, String, String), Kept>,
    is_cut: bool,
}

/// The first of the lines that say the same, and the last.
struct Kept {
    first: (Location, RecordData),
    last: Option<(Location, RecordData)>,
}

impl Log {
    fn read(&mut self, reader: &mut dyn Read) -> io::Result<()> {
        let mut buffer = vec![0; 64 << 10];
        let (mut line, mut start, mut at) = (Vec::new(), 0_u64, 0_u64);
        let mut is_wide = None;
        loop {
            let count = match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.line(&line, start, is_wide == Some(true));
                    return Err(error);
                }
            };
            let bytes = buffer.get(..count).unwrap_or_default();
            let is_wide = *is_wide.get_or_insert_with(|| looks_wide(bytes));
            for byte in bytes {
                at += 1;
                if line.len() < MAX_LINE {
                    line.push(*byte);
                }
                // The line feed of UTF-16 has a zero behind it; that one belongs to the next line and is no part of a mark.
                if *byte == b'\n' && (!is_wide || at % 2 == 1) {
                    self.line(&line, start, is_wide);
                    line.clear();
                    start = at + u64::from(is_wide);
                }
            }
        }
        self.line(&line, start, is_wide == Some(true));
        Ok(())
    }

    fn line(&mut self, bytes: &[u8], start: u64, is_wide: bool) {
        // Most lines tell of something else.
        let narrow: Vec<u8>;
        let text = if is_wide {
            // Behind a line feed the first byte is the rest of that.
            let bytes = if bytes.first() == Some(&0) { bytes.get(1..).unwrap_or_default() } else { bytes };
            let units = || bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
            narrow = units().map(|unit| u8::try_from(unit).unwrap_or(b'?')).collect();
            if memchr::memmem::find(&narrow, MARK).is_none() {
                return;
            }
            char::decode_utf16(units()).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        } else if memchr::memmem::find(bytes, MARK).is_none() {
            return;
        } else {
            Text::decode(bytes).as_str().to_owned()
        };
        let text: String = text;
        let Some(finding) = finding(text.trim_start_matches('\u{feff}').trim()) else { return };
        self.keep(finding, Location::Offset(start));
    }

    fn keep(&mut self, event: Event, at: Location) {
        let text = |name: &str| event.field(name).unwrap_or_default().to_lowercase();
        let key =
            (event.event_id, text("Threat Name") + &text("Action Name") + &text("Error Code"), text("Path"));
        let record = (at, RecordData::Event(event));
        if let Some(kept) = self.kept.get_mut(&key) {
            kept.last = Some(record);
        } else if self.kept.len() < MAX_FINDINGS {
            self.kept.insert(key, Kept { first: record, last: None });
        } else {
            self.is_cut = true;
        }
    }
}

/// Whether the beginning of a log is UTF-16.
fn looks_wide(head: &[u8]) -> bool {
    head.starts_with(&[0xFF, 0xFE])
        || head.get(1..16).is_some_and(|head| head.iter().step_by(2).all(|byte| *byte == 0))
}

/// The time with which a line begins, and the rest of the line.
fn time(line: &str) -> Option<(Timestamp, &str)> {
    let (time, rest) = line.trim_start_matches('\u{feff}').trim_start().split_once(char::is_whitespace)?;
    let is_time = time.len() >= 20 && time.ends_with('Z') && time.get(10..11) == Some("T");
    Some((time.parse().ok().filter(|_| is_time)?, rest))
}

/// What a line tells of a threat.
fn finding(line: &str) -> Option<Event> {
    let (time, rest) = time(line)?;
    let mark = rest.find("DETECTION")?;
    let mut words = Words(rest.get(mark..)?);
    let kind = words.next()?;
    let mut data = BTreeMap::new();
    let event_id = match kind.split('#').next()? {
        "DETECTIONEVENT" | "DETECTION_ADD" | "DETECTION" => FOUND,
        "DETECTION_CLEANEVENT" => ACTED,
        _ => return None,
    };
    let mut name = words.next()?;
    if name.starts_with("MPSOURCE_") {
        name = words.next()?;
    }
    if event_id == ACTED {
        let action = name.strip_prefix("MP_THREAT_ACTION_")?;
        data.insert("Action Name".to_owned(), action.to_lowercase());
        name = words.next()?;
        if name.starts_with("0x") {
            data.insert("Error Code".to_owned(), name.to_owned());
            name = words.next()?;
        }
    }
    // A threat is called `Category:Platform/Family`.
    let is_threat = name.split_once(':').is_some_and(|(category, rest)| {
        category.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && !category.is_empty()
            && rest.contains('/')
    });
    if !is_threat {
        return None;
    }
    data.insert("Threat Name".to_owned(), name.to_owned());
    let path = resources(words.0);
    if !path.is_empty() {
        data.insert("Path".to_owned(), path);
    }
    Some(event(event_id, time, data))
}

/// The event that Defender would have written into the event log. Nothing but the log itself names the machine.
pub(crate) fn event(event_id: u32, time: Timestamp, data: BTreeMap<String, String>) -> Event {
    Event {
        channel: String::new(),
        provider: PROVIDER.to_owned(),
        event_id,
        record_id: 0,
        time,
        computer: String::new(),
        data,
    }
}

/// Words of a line, and what is left of it.
struct Words<'t>(&'t str);

impl<'t> Words<'t> {
    fn next(&mut self) -> Option<&'t str> {
        let rest = self.0.trim_start();
        let (word, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        self.0 = rest;
        Some(word).filter(|word| !word.is_empty())
    }
}

/// Where the threat is, as events write it: `file:_C:\x; process:_pid:12,ProcessStart:133`.
fn resources(text: &str) -> String {
    let text = text.split(" PropBag [").next().unwrap_or_default();
    let written = text.split(';').map(str::trim).filter(|part| !part.is_empty()).map(|part| {
        match part.split_once(':') {
            Some((kind, place)) if !place.starts_with('_') => format!("{kind}:_{place}"),
            _ => part.to_owned(),
        }
    });
    written.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LOG: &str = "\u{feff}-----\r\n2023-07-12T11:16:34.869Z SDN:Issuing SDN query for \\Device\\x\r\n\
        2023-07-12T11:16:35.087Z DETECTIONEVENT MPSOURCE_REALTIME Trojan:Win32/Example.A!MTB file:C:\\a b\\x.exe;process:pid:12,ProcessStart:133;\r\n\
        2023-07-12T11:16:35.088Z DETECTION_ADD#1 Trojan:Win32/Example.A!MTB file:C:\\a b\\x.exe PropBag [length: 0, data: (null)]\r\n\
        2023-07-12T11:16:36.000Z DETECTION_ADD Trojan:Win32/Example.A!MTB file:C:\\a b\\x.exe\r\n\
        2023-07-12T11:16:37.000Z DETECTION_ADD Trojan:Win32/Example.A!MTB file:C:\\a b\\x.exe\r\n\
        2023-07-12T11:16:39.120Z DETECTION_CLEANEVENT MPSOURCE_REALTIME MP_THREAT_ACTION_QUARANTINE 0x00000000 Trojan:Win32/Example.A!MTB file:C:\\\u{e9}.exe\r\n\
        2023-07-12T11:16:40.000 DETECTION_ADD Trojan:Win32/Local.A file:C:\\no.exe\r\n\
        2023-07-12T11:16:41.000Z NODETECTION of DETECTION_ADD without a name\r\n";

    fn read(bytes: &[u8]) -> Vec<(u64, Event)> {
        let (parsed, error) = parse(&mut { bytes });
        assert!(error.is_none() && parsed.problems.is_empty(), "{parsed:?}");
        let events = parsed.records.into_iter().map(|record| match record {
            (Location::Offset(at), RecordData::Event(event)) => (at, event),
            other => panic!("{other:?}"),
        });
        events.collect()
    }

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn findings_become_the_records_of_events() {
        for bytes in [wide(LOG), LOG.as_bytes().to_vec()] {
            assert!(is_log(
                &bytes,
                "C/ProgramData/Microsoft/Windows Defender/Support/MPLog-20230712-101010.log"
            ));
            assert!(!is_log(&bytes, "other.log"));
            let events = read(&bytes);
            let told: Vec<_> = events
                .iter()
                .map(|(_, event)| (event.event_id, event.time.to_string(), event.field("Path").unwrap()))
                .collect();
            let both = r"file:_C:\a b\x.exe; process:_pid:12,ProcessStart:133";
            assert_eq!(
                told,
                [
                    (1116, "2023-07-12T11:16:35.087Z".to_owned(), both),
                    // The first and the last of those that say the same.
                    (1116, "2023-07-12T11:16:35.088Z".to_owned(), r"file:_C:\a b\x.exe"),
                    (1116, "2023-07-12T11:16:37Z".to_owned(), r"file:_C:\a b\x.exe"),
                    (1117, "2023-07-12T11:16:39.12Z".to_owned(), "file:_C:\\\u{e9}.exe"),
                ]
            );
            let (_, acted) = &events[3];
            assert_eq!(
                (acted.field("Action Name"), acted.field("Error Code")),
                (Some("quarantine"), Some("0x00000000"))
            );
            for (at, event) in &events {
                assert_eq!(event.field("Threat Name"), Some("Trojan:Win32/Example.A!MTB"));
                let rest = &bytes[usize::try_from(*at).unwrap()..];
                assert!(rest.starts_with(b"2\x000\x002") || rest.starts_with(b"2023"), "{at}");
            }
        }
    }

    #[test]
    fn lines_without_an_end_and_masses_of_findings_cost_little() {
        let mut log = b"2023-07-12T11:16:35.087Z DETECTION_ADD Trojan:Win32/A file:C:\\".to_vec();
        log.resize(10 << 20, b'x');
        let events = read(&log);
        assert!(events[0].1.field("Path").unwrap().len() <= MAX_LINE);
        let line = |n| format!("2023-07-12T11:16:35.087Z DETECTION_ADD Trojan:Win32/A file:C:\\{n}\n");
        let many = (0..=MAX_FINDINGS).map(line).collect::<Vec<_>>().concat();
        let (parsed, _) = parse(&mut many.as_bytes());
        assert_eq!((parsed.records.len(), parsed.problems[0].message.id.as_str()), (MAX_FINDINGS, CUT.id));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes: Vec<u8>) {
            let _ = parse(&mut bytes.as_slice());
            let _ = is_log(&bytes, "MPLog-1.log");
        }

        #[test]
        fn any_line_is_read(line in "(2023-07-12T11:16:35.087Z )?(DETECTION(EVENT|_ADD|_CLEANEVENT)?)?( [A-Za-z:/_0-9;]{0,12}){0,6}") {
            for bytes in [line.as_bytes().to_vec(), wide(&line)] {
                let _ = parse(&mut bytes.as_slice());
            }
        }
    }
}
