//! What PowerShell prints of WMI objects: `Get-WmiObject` and `Get-CimInstance` as a list, and through `ConvertTo-Json`.
//!
//! A list is made for the eyes. It cuts arrays after four elements (`$FormatEnumerationLimit`), folds long values at the width of the
//! console, and gives values with several lines no mark but their indentation, which copying may lose. What it does not tell for sure is
//! kept in every reading. JSON is exact as far as its depth reaches.

use crate::Problem;
use evidence::wmi::ClassSource;
use evidence::{Area, Coverage, Level, MessageSpec, ReadState, WmiObject};
use std::collections::BTreeMap;

mod fields;
mod fold;
mod json;
mod lines;
mod list;
mod reading;
mod record;

pub use json::parse_json;
pub use list::parse_list;

/// Records that can be read in several ways.
const AMBIGUOUS: MessageSpec = MessageSpec::new("note-powershell-ambiguous", &["count"]);
/// Records that end before their last property.
const INCOMPLETE: MessageSpec = MessageSpec::new("note-powershell-incomplete", &["count"]);
/// A listing without any record.
const NO_RECORDS: MessageSpec = MessageSpec::new("note-powershell-no-records", &[]);
/// Objects that are no JSON.
const BROKEN: MessageSpec = MessageSpec::new("note-powershell-json-broken", &["count", "detail"]);
/// JSON that ends inside an object.
const CUT: MessageSpec = MessageSpec::new("note-powershell-json-cut", &[]);
/// JSON objects that are no WMI objects.
const FOREIGN: MessageSpec = MessageSpec::new("note-powershell-json-foreign", &["count"]);
/// Values that `ConvertTo-Json` replaced by the name of their type.
const SHALLOW: MessageSpec = MessageSpec::new("note-powershell-json-shallow", &["count"]);

/// What this module can say.
pub const NOTES: &[MessageSpec] = &[AMBIGUOUS, INCOMPLETE, NO_RECORDS, BROKEN, CUT, FOREIGN, SHALLOW];

/// Something that may happen many times in one source and is told once.
#[derive(Debug, Default)]
struct Tally {
    first: Option<u64>,
    count: u64,
}

impl Tally {
    fn add(&mut self, offset: u64) {
        self.first.get_or_insert(offset);
        self.count += 1;
    }

    /// The problem, if it happened; `message` is given the count.
    fn tell(&self, level: Level, message: impl FnOnce(u64) -> evidence::Message) -> Option<Problem> {
        self.first.map(|offset| Problem { level, offset: Some(offset), message: message(self.count) })
    }
}

/// Which areas the objects of one source cover. An object that was not read whole makes its area partial.
#[derive(Debug, Default)]
struct Areas(BTreeMap<Area, ReadState>);

impl Areas {
    fn add(&mut self, object: &WmiObject, whole: bool) {
        if let Some(area) = crate::mof::area(object) {
            let known_class = object.class_source != ClassSource::Unknown;
            let whole = whole && known_class && area != Area::OtherNamespaces;
            let state = if whole { ReadState::Complete } else { ReadState::Partial };
            let known = self.0.entry(area).or_insert(state);
            *known = (*known).min(state);
        }
    }

    fn coverage(self) -> Coverage {
        let mut coverage = Coverage::default();
        for (area, state) in self.0 {
            coverage.add(area, state);
        }
        coverage
    }
}

#[cfg(test)]
mod tests;
