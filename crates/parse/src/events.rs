//! Windows event logs: the logs themselves (EVTX), and what other tools make of them (JSON, one event a line or one after the other).
//!
//! Only events that tell of persistence, of intrusion or of the programs that ran become an [`Event`](evidence::Event); which ones is in the table of
//! `wanted.rs`. Of an event that comes in masses the first and the last ones are kept, and of those between what has a telling word (`telling.rs`) or
//! says something new; a note says how many were left out.
//! The parts of a PowerShell script block (event 4104) are joined to one event.
//!
//! Some events hold a whole object, which becomes a record of its own at the same place:
//!
//! | event | record |
//! |---|---|
//! | WMI-Activity 5861 | the filter and the consumer from the MOF text, and the binding between them |
//! | Sysmon 19, 20, 21 (created, modified) | the filter, the consumer, the binding, as far as Sysmon shows them |
//! | Security 4698, 4702 | the scheduled task |
//! | System 7045, Security 4697 | the service |
//!
//! They tell what was at the time of the event, not what is. [`Area::Events`](evidence::Area) is covered completely where the log
//! `Microsoft-Windows-WMI-Activity/Operational` was read to its end without damage and has events 5859 to 5861, partially by any other log. The areas
//! of the derived records are not covered: a log does not list what there is. Windows 7 and Server 2012 R2 do not write 5859 to 5861, and where they
//! are written the subscription of Windows itself appears at each start: a log without them cannot say that there was no other.

mod derive;
#[cfg(feature = "events")]
mod evtx;
mod json;
mod keep;
mod message;
mod record;
mod telling;
mod wanted;

#[cfg(feature = "events")]
pub use evtx::parse as parse_evtx;
pub(crate) use json::looks_like_events;
pub use json::parse as parse_json;

/// The event logs in which something is looked for, by the names of their channels.
pub fn channels() -> impl Iterator<Item = &'static str> {
    wanted::channels()
}

use evidence::MessageSpec;

/// The log is damaged at a place; the rest is read.
const DAMAGED: MessageSpec = MessageSpec::new("note-events-damaged", &["reason"]);
/// Some records of a log cannot be read.
const RECORDS_DAMAGED: MessageSpec = MessageSpec::new("note-events-records-damaged", &["count", "reason"]);
/// The log ends before its last part.
const CUT: MessageSpec = MessageSpec::new("note-events-cut", &["found", "expected"]);
/// The log is larger than what is read of one file.
pub(crate) const TOO_LONG: MessageSpec = MessageSpec::new("note-events-too-long", &["limit"]);
/// Reading the log took longer than any log should.
const SLOW: MessageSpec = MessageSpec::new("note-events-slow", &["seconds"]);
/// Events of one kind that were not kept.
const LEFT_OUT: MessageSpec =
    MessageSpec::new("note-events-left-out", &["count", "event", "kept", "between"]);
/// Events with a word that speaks of more than everyday work, of which there are too many to keep.
const LEFT_OUT_TELLING: MessageSpec = MessageSpec::new("note-events-left-out-telling", &["count", "event"]);
/// A log that could tell of subscriptions has no event that does.
const NO_SUBSCRIPTIONS: MessageSpec = MessageSpec::new("note-events-no-subscriptions", &[]);
/// The text of an event that holds an object cannot be read.
const OBJECT: MessageSpec = MessageSpec::new("note-events-object", &["event", "record"]);
/// Parts of script blocks are missing.
const SCRIPT_PARTS: MessageSpec = MessageSpec::new("note-events-script-parts", &["count"]);
/// A piece of an export is no JSON.
const NOT_JSON: MessageSpec = MessageSpec::new("note-events-not-json", &["line", "reason"]);
/// An event says no time, machine or number.
const INCOMPLETE: MessageSpec = MessageSpec::new("note-events-incomplete", &["count"]);

/// What this module can say.
pub const NOTES: &[MessageSpec] = &[
    DAMAGED,
    RECORDS_DAMAGED,
    CUT,
    TOO_LONG,
    SLOW,
    LEFT_OUT,
    LEFT_OUT_TELLING,
    NO_SUBSCRIPTIONS,
    OBJECT,
    SCRIPT_PARTS,
    NOT_JSON,
    INCOMPLETE,
];

#[cfg(test)]
mod tests;
