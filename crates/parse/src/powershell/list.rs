//! Listings: where the records begin.

use super::lines::{Label, Line, label, lines};
use super::reading::{self, Reading};
use super::{AMBIGUOUS, Areas, INCOMPLETE, NO_RECORDS, Tally, fields, fold};
use crate::text::Text;
use crate::{Parsed, Problem};
use evidence::{Level, Location, RecordData, State};
use std::collections::BTreeSet;
use std::ops::Range;

/// A line that looks like the beginning of a property.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'t> {
    /// Its number among the lines.
    pub(super) line: usize,
    pub(super) label: Label<'t>,
}

/// The lines of a record.
#[derive(Debug)]
pub(super) struct Raw<'t> {
    pub(super) column: usize,
    pub(super) candidates: Vec<Candidate<'t>>,
    /// The line behind the last one.
    pub(super) end: usize,
    /// The names of the candidates in lower case.
    names: BTreeSet<String>,
}

impl<'t> Raw<'t> {
    fn new(candidate: Candidate<'t>) -> Self {
        let mut raw =
            Self { column: candidate.label.column, candidates: Vec::new(), end: 0, names: BTreeSet::new() };
        raw.push(candidate);
        raw
    }

    fn push(&mut self, candidate: Candidate<'t>) {
        self.names.insert(candidate.label.name.to_lowercase());
        self.candidates.push(candidate);
    }

    fn is_nth(&self, n: usize, name: &str) -> bool {
        self.candidates.get(n).is_some_and(|candidate| candidate.label.name.eq_ignore_ascii_case(name))
    }

    /// Whether the record has a property with this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(&name.to_lowercase())
    }

    /// Each candidate with its lines, up to the next candidate.
    pub(super) fn spans(&self) -> impl Iterator<Item = (&Candidate<'t>, Range<usize>)> {
        let ends = self.candidates.iter().skip(1).map(|next| next.line).chain([self.end]);
        self.candidates.iter().zip(ends).map(|(candidate, end)| (candidate, candidate.line..end))
    }
}

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

/// The records as their first lines tell.
fn split<'t>(lines: &[Line<'t>]) -> Vec<Raw<'t>> {
    let mut records: Vec<Raw<'t>> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(label) = label(line.text) else { continue };
        let candidate = Candidate { line: at, label };
        let blank_before = at.checked_sub(1).and_then(|before| lines.get(before)).is_none_or(Line::is_blank);
        match records.last_mut() {
            Some(record) if !begins_record(record, lines, candidate, blank_before) => {
                if label.column == record.column {
                    record.push(candidate);
                }
            }
            last => {
                if let Some(record) = last {
                    record.end = at;
                }
                records.push(Raw::new(candidate));
            }
        }
    }
    if let Some(record) = records.last_mut() {
        record.end = lines.len();
    }
    records
}

/// Whether a label begins the record behind `record`.
fn begins_record(record: &Raw<'_>, lines: &[Line<'_>], candidate: Candidate<'_>, blank_before: bool) -> bool {
    let Label { name, column, .. } = candidate.label;
    let next = lines.get(candidate.line + 1).and_then(|line| label(line.text));
    let first_again = record.is_nth(0, name);
    let system = name.eq_ignore_ascii_case("__GENUS") && !record.is_nth(0, "PSComputerName");
    if column != record.column {
        return blank_before && (first_again || system || next.is_some_and(|next| next.column == column));
    }
    if !record.has(name) {
        // The lists of two commands, the first without system properties.
        return blank_before && system;
    }
    system || first_again && (blank_before || next.is_some_and(|next| record.is_nth(1, next.name)))
}
