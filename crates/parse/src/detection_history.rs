//! What Microsoft Defender keeps of each of its findings: a file below `ProgramData\Microsoft\Windows Defender\Scans\History\Service\DetectionHistory`
//! that is called by the id of the detection.
//!
//! Layout by libyal/dtformats, "Windows Defender scan `DetectionHistory` file format" (2022): values one after the other, each its length (`u32`), its
//! type (`u32`) and its data, filled up to eight bytes. The text `Magic.Version:1.2` begins a new set of values: before the first one the number of
//! the threat and the id; then the threat; then a set for each place where it was seen, the last of which tells when.
//!
//! A file becomes the same record as event 1116 of the event log, with the same id. Which of its numbers tells what was done about the threat is not
//! documented, so nothing is said of that.

use crate::defender_log::{FOUND, event};
use crate::hives::guid;
use crate::{Parsed, Problem};
use evidence::{Area, Level, Location, MessageSpec, ReadState, RecordData};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The file names no threat, or no time.
const UNREADABLE: MessageSpec = MessageSpec::new("note-detection-history-unreadable", &[]);

/// What this module can say.
pub const NOTES: &[MessageSpec] = &[UNREADABLE];

/// Types of values.
const FILE_TIME: u32 = 0x0A;
const TEXT: u32 = 0x15;
const ID: u32 = 0x1E;
/// What begins a set.
const MAGIC: &str = "Magic.Version:1.2";
/// Values of one file, and places of one threat, that are read.
const MAX_VALUES: usize = 20_000;
const MAX_PLACES: usize = 64;
/// Places of values in the last set: the account, the process, and when the threat was first seen.
const USER: usize = 12;
const PROCESS: usize = 14;
const SEEN: usize = 18;
/// Seconds from 1601 to 1970.
const TO_UNIX: i64 = 11_644_473_600;

/// Whether a file begins as these do: a number of eight bytes, an id, and the first set.
pub(crate) fn is_history(head: &[u8]) -> bool {
    let mut values = Values(head);
    let number = values.next().is_some_and(|value| value.kind == 8 && value.data.len() == 8);
    number
        && values.next().is_some_and(|value| value.kind == ID && value.data.len() == 16)
        && values.next().is_some_and(|value| value.text().as_deref() == Some(MAGIC))
}

/// Reads a file.
pub fn parse(bytes: &[u8], _place: &str) -> Parsed {
    let mut parsed = Parsed::default();
    parsed.coverage.add(Area::Events, ReadState::Partial);
    if let Some(found) = finding(bytes) {
        parsed.records.push((Location::Whole, found));
    } else {
        let message = UNREADABLE.plain();
        parsed.problems.push(Problem { level: Level::Warning, offset: None, message });
    }
    parsed
}

fn finding(bytes: &[u8]) -> Option<RecordData> {
    let mut sets: Vec<Vec<Value>> = vec![Vec::new()];
    for value in Values(bytes).take(MAX_VALUES) {
        if value.text().as_deref() == Some(MAGIC) {
            sets.push(Vec::new());
        }
        sets.last_mut()?.push(value);
    }
    let mut sets = sets.into_iter();
    let (head, threat) = (sets.next()?, sets.next()?);
    let places: Vec<_> = sets.collect();
    let text = |set: &[Value], at: usize| set.get(at).and_then(Value::text).filter(|text| !text.is_empty());

    let mut data = BTreeMap::from([("Threat Name".to_owned(), text(&threat, 1)?)]);
    let id = head.iter().find(|value| value.kind == ID).and_then(|value| guid(value.data));
    data.extend(id.map(|id| ("Detection ID".to_owned(), id)));
    let written = places
        .iter()
        .filter_map(|set| Some(format!("{}:_{}", text(set, 1)?, text(set, 2).unwrap_or_default())));
    let written: Vec<_> = written.take(MAX_PLACES).collect();
    if !written.is_empty() {
        data.insert("Path".to_owned(), written.join("; "));
    }
    let last = places.last()?;
    data.extend(text(last, USER).map(|user| ("Detection User".to_owned(), user)));
    data.extend(text(last, PROCESS).map(|process| ("Process Name".to_owned(), process)));
    // Where versions have the time elsewhere, the earliest one is no later than it.
    let seen = last.get(SEEN).and_then(Value::time);
    let time = seen.or_else(|| last.iter().filter_map(Value::time).min())?;
    Some(RecordData::Event(event(FOUND, time, data)))
}

/// A value of a file.
struct Value<'b> {
    kind: u32,
    data: &'b [u8],
}

impl Value<'_> {
    fn text(&self) -> Option<String> {
        let units = self.data.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
        let text = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER));
        (self.kind == TEXT).then(|| text.collect::<String>().trim_end_matches('\0').to_owned())
    }

    /// The time, where one is set.
    fn time(&self) -> Option<Timestamp> {
        let ticks = i64::from_le_bytes(self.data.try_into().ok()?);
        let nanoseconds = i32::try_from(ticks % 10_000_000 * 100).ok()?;
        let is_time = self.kind == FILE_TIME && ticks > TO_UNIX * 10_000_000;
        is_time.then(|| Timestamp::new(ticks / 10_000_000 - TO_UNIX, nanoseconds).ok()).flatten()
    }
}

/// The values of a file, up to the first that is cut off.
struct Values<'b>(&'b [u8]);

impl<'b> Iterator for Values<'b> {
    type Item = Value<'b>;

    fn next(&mut self) -> Option<Value<'b>> {
        let (size, rest) = self.0.split_first_chunk()?;
        let (kind, rest) = rest.split_first_chunk()?;
        let size = usize::try_from(u32::from_le_bytes(*size)).ok()?;
        let (data, _) = rest.split_at_checked(size)?;
        // The last value may lack its filling.
        self.0 = rest.get(size.checked_next_multiple_of(8)?..).unwrap_or_default();
        Some(Value { kind: u32::from_le_bytes(*kind), data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Format;
    use evidence::Event;
    use proptest::prelude::*;

    fn value(kind: u32, data: &[u8]) -> Vec<u8> {
        let size = u32::try_from(data.len()).unwrap();
        let mut bytes = [&size.to_le_bytes()[..], &kind.to_le_bytes(), data].concat();
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        bytes
    }

    fn text(text: &str) -> Vec<u8> {
        let units = text.encode_utf16().chain([0]);
        value(TEXT, &units.flat_map(u16::to_le_bytes).collect::<Vec<_>>())
    }

    fn number(number: u32) -> Vec<u8> {
        value(6, &number.to_le_bytes())
    }

    fn time(ticks: u64) -> Vec<u8> {
        value(FILE_TIME, &ticks.to_le_bytes())
    }

    /// A file of two places, as the documentation lays it out.
    fn history(seen: u64) -> Vec<u8> {
        let id: Vec<u8> = (0..16).collect();
        let mut file =
            [value(8, &[7; 8]), value(ID, &id), text(MAGIC), text("Trojan:Win32/CoinMiner.A")].concat();
        file.extend((0..9).flat_map(number));
        file.extend(
            [text(MAGIC), text("file"), text(r"C:\a b\x.exe"), number(0), number(0), value(0x28, b"x")]
                .concat(),
        );
        file.extend([text(MAGIC), text("process"), text("pid:12")].concat());
        file.extend([number(0), number(0), value(0x28, b"y"), time(132_914_153_900_000_000)].concat());
        file.extend(
            [number(0), number(0), value(ID, &id), number(0), number(2), text(r"PC1\me"), number(2)].concat(),
        );
        file.extend(
            [text(r"C:\Windows\explorer.exe"), number(2), number(0), number(0), time(seen), number(3)]
                .concat(),
        );
        file.extend([time(0), number(0)].concat());
        file
    }

    fn read(bytes: &[u8]) -> Event {
        let parsed = parse(bytes, "x");
        assert_eq!(parsed.problems, []);
        let [(Location::Whole, RecordData::Event(event))] = &parsed.records[..] else { panic!("{parsed:?}") };
        event.clone()
    }

    #[test]
    fn a_finding_with_its_places_time_and_id() {
        let bytes = history(132_914_153_635_776_690);
        assert_eq!(
            Format::recognise(&bytes, "03020100-0504-0706-0809-0A0B0C0D0E0F"),
            Format::DefenderHistory
        );
        let event = read(&bytes);
        assert_eq!((event.event_id, event.time.to_string().as_str()), (FOUND, "2022-03-10T19:49:23.577669Z"));
        for (name, value) in [
            ("Threat Name", "Trojan:Win32/CoinMiner.A"),
            ("Path", r"file:_C:\a b\x.exe; process:_pid:12"),
            ("Detection ID", "{03020100-0504-0706-0809-0A0B0C0D0E0F}"),
            ("Detection User", r"PC1\me"),
            ("Process Name", r"C:\Windows\explorer.exe"),
        ] {
            assert_eq!(event.field(name), Some(value), "{name}");
        }
        // Without the time of the first sight, the earliest of the others.
        assert_eq!(read(&history(0)).time.to_string(), "2022-03-10T19:49:50Z");
    }

    #[test]
    fn what_is_cut_is_told() {
        let bytes = history(132_914_153_635_776_690);
        for end in 0..bytes.len() {
            let parsed = parse(&bytes[..end], "x");
            assert_eq!(parsed.records.len() + parsed.problems.len(), 1, "{end}");
        }
        assert!(!is_history(&bytes[..60]) && !is_history(&[0; 64]));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes: Vec<u8>) {
            let _ = (is_history(&bytes), parse(&bytes, "x"));
        }

        #[test]
        fn any_byte_may_be_another(at in 0_usize..800, value: u8) {
            let mut bytes = history(132_914_153_635_776_690);
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
            prop_assert!(parse(&bytes, "x").records.len() <= 1);
        }
    }
}
