//! Listings: their records as objects.

use super::lines::lines;
use super::reading::{self, Reading};
use super::record::split;
use super::{AMBIGUOUS, Areas, INCOMPLETE, NO_RECORDS, Tally, fields, fold};
use crate::text::Text;
use crate::{Parsed, Problem};
use evidence::{Level, Location, RecordData, State};

/// Reads a listing of `Get-WmiObject` or `Get-CimInstance`, with or without `| Format-List *`.
pub fn parse_list(text: &Text<'_>) -> Parsed {
    let lines = lines(text.as_str());
    let records = split(&lines);
    let width = fold::width(&lines, &records);
    let mut parsed = Parsed::default();
    let mut areas = Areas::default();
    let (mut ambiguous, mut incomplete) = (Tally::default(), Tally::default());
    for reading in reading::read(&records) {
        let Reading { at, kept, ends, ambiguous: doubtful, whole } = reading;
        let offset = lines.get(at).map_or(0, |line| text.offset(line.at));
        let mut named = Vec::with_capacity(kept.len());
        let mut cut = Vec::new();
        for (n, (candidate, end)) in kept.iter().zip(ends).enumerate() {
            let own = lines.get(candidate.line..end).unwrap_or_default();
            let last = n + 1 == kept.len();
            named.push((candidate.label.name, fold::value(candidate.label, own, width, last)));
            if fold::is_doubtful(candidate.label, own, width) {
                cut.push(candidate.label.name);
            }
        }
        let mut object = fields::object(named);
        for property in object.properties.iter_mut().filter(|own| cut.contains(&own.name.as_str())) {
            property.state = State::Truncated;
        }
        object.ambiguous = doubtful;
        if doubtful {
            ambiguous.add(offset);
        }
        if !whole {
            incomplete.add(offset);
        }
        areas.add(&object, whole && !doubtful);
        parsed.records.push((Location::Offset(offset), RecordData::WmiObject(object)));
    }
    parsed.coverage = areas.coverage();
    parsed.problems.extend(ambiguous.tell(Level::Warning, |count| AMBIGUOUS.with([count.into()])));
    parsed.problems.extend(incomplete.tell(Level::Warning, |count| INCOMPLETE.with([count.into()])));
    if parsed.records.is_empty() {
        parsed.problems.push(Problem { level: Level::Error, offset: None, message: NO_RECORDS.plain() });
    }
    parsed
}
