//! Exports of Sysinternals Autoruns: the tables and the XML of `autorunsc`, and what the window saves as text.
//!
//! Every entry becomes an [`AutostartEntry`](evidence::AutostartEntry). An entry of the category `WMI` is an event consumer; it
//! becomes a [`WmiObject`](evidence::WmiObject) too, with the few properties that Autoruns shows of it. Autoruns shows neither the
//! bindings nor the names of the filters, so such an export alone never covers the subscriptions completely.
//!
//! The columns are those that the documentation and public exports of versions 9 to 14 show; unknown ones are kept by name.

mod columns;
mod entry;
mod table;
mod xml;

pub use table::parse as parse_table;
pub use xml::parse as parse_xml;

pub(crate) use columns::header_separator;

use crate::{Parsed, Problem};
use entry::Listing;
use evidence::{Level, MessageSpec};

/// The table has no line with the names of its columns.
const NO_HEADER: MessageSpec = MessageSpec::new("note-autoruns-no-header", &[]);
/// Some rows have another number of cells than the header.
const UNEVEN: MessageSpec = MessageSpec::new("note-autoruns-uneven", &["rows", "cells", "columns"]);
/// The export has more entries than any machine.
const TOO_MANY: MessageSpec = MessageSpec::new("note-autoruns-too-many", &["limit"]);
/// The XML is not well-formed from some place on.
const BAD_XML: MessageSpec = MessageSpec::new("note-autoruns-bad-xml", &["reason"]);
/// The export was made with Microsoft's entries left out.
const HIDDEN: MessageSpec = MessageSpec::new("note-autoruns-hidden", &[]);

/// What this module can say.
pub const NOTES: &[MessageSpec] = &[NO_HEADER, UNEVEN, TOO_MANY, BAD_XML, HIDDEN];

/// Entries of one export; a machine has some thousands.
const MAX_ENTRIES: usize = 200_000;

fn problem(level: Level, offset: Option<u64>, message: evidence::Message) -> Problem {
    Problem { level, offset, message }
}

/// What a listing makes of its entries, when the last one is read.
fn finish(listing: Listing, problems: Vec<Problem>) -> Parsed {
    let mut parsed = listing.into_parsed();
    parsed.problems.extend(problems);
    parsed
}

#[cfg(test)]
mod tests;
