//! The three formats in which `wmic` prints objects: lists, comma-separated values and raw XML.
//!
//! `wmic` prints the properties of an instance in alphabetical order without regard to case, empty ones included.
//! Lists and comma-separated values name neither class nor namespace: the class is inferred from the whole set of
//! properties, and the namespace is taken to be `root\subscription`, as the published workflow asks for it.
//!
//! What a listing covers follows from the classes in it. One that was asked for `CommandLineEventConsumer` alone
//! looks the same as one that was asked for `__EventConsumer` and found no other; it is taken to be the latter, as
//! the workflow prescribes it.

mod csv;
mod doubt;
mod layout;
mod lines;
mod list;
mod rawxml;
mod reading;
mod value;

pub use self::csv::parse_csv;
pub(crate) use list::is_no_instances;
pub use list::{parse_list, says_no_instances};
pub use rawxml::parse_rawxml;

use evidence::wmi::schema;
use evidence::{Area, MessageSpec, ReadState, WmiObject};

/// Records that can be read in two ways, both of which are kept.
const TWO_READINGS: MessageSpec = MessageSpec::new("note-wmic-two-readings", &["count"]);
/// Records behind a script, which might be its last lines.
const BEHIND_SCRIPT: MessageSpec = MessageSpec::new("note-wmic-behind-script", &["count"]);
/// Records that end before their last property.
const INCOMPLETE: MessageSpec = MessageSpec::new("note-wmic-incomplete", &["count"]);
/// Text that belongs to no record.
const OUTSIDE: MessageSpec = MessageSpec::new("note-wmic-outside", &["count"]);
/// Nothing in the text looks like a record.
const NO_RECORDS: MessageSpec = MessageSpec::new("note-wmic-no-records", &[]);
/// `wmic` says that there are no instances.
const NO_INSTANCES: MessageSpec = MessageSpec::new("note-wmic-no-instances", &[]);
/// So many false beginnings that not every record of a known class was looked for.
const TANGLED: MessageSpec = MessageSpec::new("note-wmic-tangled", &[]);
/// Rows with commas that may or may not part two columns.
const CSV_COMMAS: MessageSpec = MessageSpec::new("note-wmic-csv-commas", &["count"]);
/// The XML is damaged.
const XML_DAMAGED: MessageSpec = MessageSpec::new("note-wmic-xml-damaged", &["detail"]);
/// The XML is nested deeper than any that `wmic` writes.
const XML_TOO_DEEP: MessageSpec = MessageSpec::new("note-wmic-xml-too-deep", &["limit"]);

/// What this module can say.
pub const NOTES: &[MessageSpec] = &[
    TWO_READINGS,
    BEHIND_SCRIPT,
    INCOMPLETE,
    OUTSIDE,
    NO_RECORDS,
    NO_INSTANCES,
    TANGLED,
    CSV_COMMAS,
    XML_DAMAGED,
    XML_TOO_DEEP,
];

/// The area that an object belongs to, and how far its listing covers that: what is complete as far as the class is
/// known can only be part of it where the listing leaves properties out.
fn area_of(object: &WmiObject) -> Option<(Area, ReadState)> {
    if object.is_filter() {
        return Some((Area::EventFilters, ReadState::Complete));
    }
    if object.is_binding() {
        return Some((Area::Bindings, ReadState::Complete));
    }
    if object.is_timer() {
        return Some((Area::Timers, ReadState::Complete));
    }
    if object.is_consumer() && !object.class.is_empty() {
        return Some((Area::EventConsumers, ReadState::Complete));
    }
    let names = || object.properties.iter().map(|property| property.name.as_str());
    let has = |name: &str| names().any(|own| own.eq_ignore_ascii_case(name));
    if schema::looks_like_consumer(names()) {
        return Some((Area::EventConsumers, ReadState::Complete));
    }
    let area = if has("Filter") && has("Consumer") {
        Area::Bindings
    } else if has("CommandLineTemplate") || has("ScriptText") || has("ScriptFilename") {
        Area::EventConsumers
    } else if has("TimerId") {
        Area::Timers
    } else if has("Query") {
        Area::EventFilters
    } else {
        return None;
    };
    Some((area, ReadState::Partial))
}
