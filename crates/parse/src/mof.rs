//! MOF: the text in which WMI writes classes and instances.
//!
//! It is written by people (`mofcomp` compiles it), by `GetObjectText`, and by the WMI-Activity log in its event 5861. The syntax is that of
//! DMTF DSP0004 with Microsoft's additions: `#pragma namespace`, `instance of X as $Alias`, `object:X`. The reader takes all of it that can
//! hold a subscription or a payload, skips methods and qualifier declarations, and goes on behind what it cannot read.

use crate::text::Text;
use crate::{Parsed, Problem};
use evidence::wmi::SUBSCRIPTION_NAMESPACE;
use evidence::{Area, Coverage, Location, MessageSpec, ReadState, RecordData, WmiObject};

mod lexer;
mod log;
mod parser;
mod resolve;
mod write;

pub use write::{WriteError, write_class, write_object};

/// A string without a closing quote.
const ENDS_IN_STRING: MessageSpec = MessageSpec::new("note-mof-open-string", &[]);
/// A backslash in front of a character that makes no escape.
const ESCAPE: MessageSpec = MessageSpec::new("note-mof-escape", &["character"]);
/// Another word than the only possible one.
const EXPECTED: MessageSpec = MessageSpec::new("note-mof-expected", &["expected", "found"]);
/// Something else where a name must stand.
const EXPECTED_NAME: MessageSpec = MessageSpec::new("note-mof-expected-name", &["found"]);
/// Something else where a value must stand.
const EXPECTED_VALUE: MessageSpec = MessageSpec::new("note-mof-expected-value", &["found"]);
/// What is neither a class nor an instance nor a directive.
const UNKNOWN: MessageSpec = MessageSpec::new("note-mof-unknown-statement", &["found"]);
/// The text ends inside a class or an instance.
const ENDS_EARLY: MessageSpec = MessageSpec::new("note-mof-ends-early", &[]);
/// Values in values in values.
const TOO_DEEP: MessageSpec = MessageSpec::new("note-mof-too-deep", &["limit"]);
/// An alias that stands for nothing, or for an instance without a known key.
const ALIAS: MessageSpec = MessageSpec::new("note-mof-alias", &["alias"]);
/// More problems than are told one by one.
const MORE: MessageSpec = MessageSpec::new("note-mof-more-problems", &["count"]);

/// What this module can say.
pub const NOTES: &[MessageSpec] = &[
    ENDS_IN_STRING,
    ESCAPE,
    EXPECTED,
    EXPECTED_NAME,
    EXPECTED_VALUE,
    UNKNOWN,
    ENDS_EARLY,
    TOO_DEEP,
    ALIAS,
    MORE,
];

/// Reads a file of MOF.
///
/// Instances have `omits_defaults` set, except where a part of one could not be read. References by alias become relative object paths.
pub fn parse(text: &Text<'_>) -> Parsed {
    read(text.as_str(), parser::Between::Statements, |at| text.offset(at))
}

/// Reads the instances and classes in a text that also holds other words, such as the `PossibleCause` of event 5861:
/// `Binding EventFilter: ` *instance* `Perm. Consumer: ` *instance*.
///
/// Offsets are positions in `text`.
pub fn parse_fragments(text: &str) -> Parsed {
    read(text, parser::Between::Anything, |at| at as u64)
}

fn read(text: &str, between: parser::Between, offset: impl Fn(usize) -> u64) -> Parsed {
    let (items, log) = parser::Parser::new(text, between).run();
    let mut coverage = Coverage::default();
    let mut records = Vec::with_capacity(items.len());
    for (at, data) in items {
        if let Some(area) = seen_area(&data) {
            coverage.add(area, ReadState::Partial);
        }
        records.push((Location::Offset(offset(at)), data));
    }
    let problems: Vec<Problem> = log.into_problems(offset);
    Parsed { records, coverage, problems, ..Parsed::default() }
}

/// The area of which a record shows a part.
fn seen_area(data: &RecordData) -> Option<Area> {
    match data {
        RecordData::WmiObject(object) => area(object),
        RecordData::WmiClass(_) => Some(Area::ClassStores),
        _ => None,
    }
}

/// The area to which an instance belongs; `None` where it is no part of a subscription.
pub(crate) fn area(object: &WmiObject) -> Option<Area> {
    let area = if object.is_filter() {
        Area::EventFilters
    } else if object.is_binding() {
        Area::Bindings
    } else if object.is_timer() {
        Area::Timers
    } else if object.is_consumer() {
        Area::EventConsumers
    } else {
        return None;
    };
    let elsewhere = object.namespace.as_deref().is_some_and(|namespace| namespace != SUBSCRIPTION_NAMESPACE);
    Some(if elsewhere { Area::OtherNamespaces } else { area })
}

#[cfg(test)]
mod tests;
