//! Events as other tools write them in JSON: one event a line, an array of them, or one behind the other.
//!
//! Four shapes are read, each by its own marks:
//!
//! - that of the log itself (`Event`, `System`), as `evtx_dump` writes it;
//! - Winlogbeat, new (`winlog.event_data`) and old (`event_data`), also as Elasticsearch exports it (`_source`); what its Sysmon module moved to
//!   the Elastic Common Schema goes back to Sysmon's own names;
//! - flat objects with the fields of the event between those of its head (`EventID`, `Channel`, `Hostname`), as `NXLog` writes them;
//! - `Get-WinEvent … | ConvertTo-Json` (`Id`, `LogName`, `MachineName`, `Message`).
//!
//! Where an export holds only the message of an event, the message is taken apart.

mod ecs;

use super::keep::Keeper;
use super::record::{self, Raw, fields, text};
use super::{NOT_JSON, message};
use crate::text::Text;
use crate::{Parsed, Problem};
use evidence::{Area, Level, Location, ReadState};
use jiff::Timestamp;
use serde_json::{Deserializer, Map, Value};
use std::collections::BTreeMap;

/// Damaged pieces that are told one by one.
const TOLD: usize = 20;
/// Damaged pieces after which a text is no export of events.
const TOO_MANY: usize = 10_000;

/// Reads an export of events. The location of a record is the line on which its event begins, counted from 1.
pub fn parse(text: &Text) -> Parsed {
    let mut problems = text.problems();
    let mut keeper = Keeper::default();
    let mut seen = false;
    let mut damaged = 0;
    let mut place = Place { text: text.as_str(), at: 0, line: 1 };
    while place.find_object() && damaged < TOO_MANY {
        let mut values = Deserializer::from_str(place.rest()).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => {
                if let Some(raw) = read(&value) {
                    seen = true;
                    if let Some(wanted) = raw.wanted() {
                        keeper.add(wanted, place.line, Location::Record(place.line), raw.into_event(wanted));
                    }
                }
                place.advance(values.byte_offset());
            }
            other => {
                damaged += 1;
                if problems.len() < TOLD
                    && let Some(Err(error)) = other
                {
                    let message = NOT_JSON.with([place.line.into(), error.to_string().into()]);
                    let offset = Some(text.offset(place.at));
                    problems.push(Problem { level: Level::Error, offset, message });
                }
                place.skip_line();
            }
        }
    }
    seen |= !keeper.is_empty();
    let mut parsed = keeper.into_parsed();
    if seen {
        parsed.coverage.add(Area::Events, ReadState::Partial);
    }
    problems.append(&mut parsed.problems);
    parsed.problems = problems;
    parsed
}

/// A place in the text, and its line.
struct Place<'t> {
    text: &'t str,
    at: usize,
    line: u64,
}

impl<'t> Place<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn advance(&mut self, bytes: usize) {
        let passed = self.rest().as_bytes().get(..bytes).unwrap_or(self.rest().as_bytes());
        self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.at += passed.len();
    }

    /// Goes to the next opening brace, over commas, brackets and lines such as `Record 7`.
    fn find_object(&mut self) -> bool {
        match memchr::memchr(b'{', self.rest().as_bytes()) {
            Some(at) => {
                self.advance(at);
                true
            }
            None => false,
        }
    }

    fn skip_line(&mut self) {
        let rest = self.rest().as_bytes();
        self.advance(memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1));
    }
}

/// Whether the beginning of a JSON text shows events.
pub(crate) fn looks_like_events(head: &str) -> bool {
    let key = |name: &str| head.match_indices(name).any(|(at, _)| is_key(head, at, name.len()));
    let any = |names: &[&str]| names.iter().any(|name| key(name));
    // The object of an event-log consumer has an `EventID` too.
    if any(&["CimClass", "__CLASS", "CreatorSID"]) {
        return false;
    }
    (key("System") && key("EventID"))
        || (key("winlog") && any(&["event_id", "event_data"]))
        || (key("event_id") && any(&["event_data", "computer_name", "log_name"]))
        || (key("EventID") && any(&["Channel", "Hostname", "ProviderName", "TimeCreated", "@timestamp"]))
        || (key("LogName") && key("MachineName") && key("Id"))
}

/// Whether the text at this place stands in quotes in front of a colon.
fn is_key(head: &str, at: usize, length: usize) -> bool {
    let before = head.get(..at).is_some_and(|before| before.ends_with('"'));
    let behind = head.get(at + length..).and_then(|behind| behind.strip_prefix('"'));
    before && behind.is_some_and(|behind| behind.trim_start().starts_with(':'))
}

/// Reads an event in whatever shape it has.
fn read(value: &Value) -> Option<Raw> {
    let event = value.get("_source").unwrap_or(value);
    let object = event.as_object()?;
    if object.contains_key("Event") || object.contains_key("System") {
        return record::read(event);
    }
    let mut raw = if object.contains_key("winlog") || object.contains_key("event_data") {
        beat(object)?
    } else if object.contains_key("EventID") {
        flat(object)?
    } else {
        listed(object)?
    };
    if raw.data.is_empty()
        && let Some(Value::String(words)) = object.get("message").or_else(|| object.get("Message"))
    {
        raw.data = message::fields(&raw.provider, raw.event_id, words);
        if raw.data.is_empty() {
            raw.data.insert("Message".to_owned(), words.clone());
        }
    }
    Some(raw)
}

/// The first of these members that holds something, as text.
fn first(object: &Map<String, Value>, names: &[&str]) -> String {
    let found = names.iter().filter_map(|name| object.get(*name)).map(text);
    found.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
}

fn number(text: &str) -> Option<u32> {
    text.trim().parse().ok()
}

/// An event of Winlogbeat.
fn beat(object: &Map<String, Value>) -> Option<Raw> {
    let winlog = object.get("winlog").and_then(Value::as_object).unwrap_or(object);
    let inside = |name: &str, member: &str| object.get(name).and_then(|value| value.get(member)).map(text);
    let id = first(winlog, &["event_id"]);
    let id = if id.is_empty() { inside("event", "code").unwrap_or_default() } else { id };
    let mut computer = first(winlog, &["computer_name"]);
    if computer.is_empty() {
        computer = inside("host", "name").unwrap_or_default();
    }
    let mut data = winlog.get("event_data").map(fields).unwrap_or_default();
    data.extend(winlog.get("user_data").map(fields).unwrap_or_default());
    data.remove("xml_name");
    let mut raw = Raw {
        provider: first(winlog, &["provider_name", "source_name"]),
        channel: first(winlog, &["channel", "log_name"]),
        event_id: number(&id)?,
        record_id: first(winlog, &["record_id", "record_number"]).parse().ok(),
        time: time(object, &["@timestamp"]),
        computer,
        data,
    };
    ecs::restore(object, &mut raw);
    Some(raw)
}

/// Members of a flat object that are not fields of the event.
const HEAD: &[&str] = &[
    "@timestamp",
    "@version",
    "AccountName",
    "AccountType",
    "ActivityID",
    "Category",
    "Channel",
    "Domain",
    "EventID",
    "EventReceivedTime",
    "EventTime",
    "ExecutionProcessID",
    "Hostname",
    "Keywords",
    "Message",
    "Opcode",
    "OpcodeValue",
    "ProcessID",
    "ProviderGuid",
    "ProviderName",
    "RecordNumber",
    "RelatedActivityID",
    "Severity",
    "SeverityValue",
    "SourceModuleName",
    "SourceModuleType",
    "SourceName",
    "Task",
    "ThreadID",
    "TimeCreated",
    "UserID",
    "Version",
    "host",
    "port",
    "tags",
    "type",
];

/// Words that a collector puts into `EventType`, where Sysmon has a field of that name.
const SEVERITIES: &[&str] =
    &["INFO", "WARNING", "ERROR", "CRITICAL", "VERBOSE", "AUDIT_SUCCESS", "AUDIT_FAILURE"];

/// A flat object: head and fields beside each other.
fn flat(object: &Map<String, Value>) -> Option<Raw> {
    // NXLog takes the fields from the XML of the event and leaves its entities in.
    let escaped = object.get("SourceModuleType").and_then(Value::as_str) == Some("im_msvistalog");
    let plain = |value: &Value| if escaped { unescaped(&text(value)) } else { text(value) };
    let data: BTreeMap<String, String> = object
        .iter()
        .filter(|(name, value)| {
            let is_severity = value.as_str().is_some_and(|word| SEVERITIES.contains(&word));
            // The account of a service has the name of a member of the head.
            let of_head = *name != "AccountName" || object.contains_key("AccountType");
            !(of_head && HEAD.contains(&name.as_str())) && (*name != "EventType" || !is_severity)
        })
        .map(|(name, value)| (name.clone(), plain(value)))
        .collect();
    Some(Raw {
        provider: first(object, &["SourceName", "ProviderName", "Provider_Name", "Provider"]),
        channel: first(object, &["Channel", "LogName"]),
        event_id: number(&first(object, &["EventID"]))?,
        record_id: first(object, &["RecordNumber", "EventRecordID", "RecordId"]).parse().ok(),
        time: time(object, &["TimeCreated", "@timestamp", "UtcTime", "EventTime"]),
        computer: first(object, &["Hostname", "Computer", "MachineName", "host"]),
        data,
    })
}

/// What `Get-WinEvent` shows of an event.
fn listed(object: &Map<String, Value>) -> Option<Raw> {
    Some(Raw {
        provider: first(object, &["ProviderName"]),
        channel: first(object, &["LogName"]),
        event_id: number(&first(object, &["Id"]))?,
        record_id: first(object, &["RecordId"]).parse().ok(),
        time: time(object, &["TimeCreated"]),
        computer: first(object, &["MachineName"]),
        data: BTreeMap::new(),
    })
}

/// The first of these members that is a time.
fn time(object: &Map<String, Value>, names: &[&str]) -> Option<Timestamp> {
    names.iter().find_map(|name| instant(&text(object.get(*name)?)))
}

/// A time as exports write it: RFC 3339, without a zone (then it is UTC), or `/Date(…)/` with milliseconds.
fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(milliseconds) = text.strip_prefix("/Date(") {
        let digits = milliseconds.split([')', '+']).next()?;
        return Timestamp::from_millisecond(digits.parse().ok()?).ok();
    }
    text.parse().ok().or_else(|| format!("{text}Z").parse().ok())
}

/// Text with the five entities of XML undone.
fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    text.replace("&amp;", "&")
}

#[cfg(test)]
mod tests;
