//! Where the records of a listing begin.

use super::lines::{Label, Line, label};
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

/// The records as their first lines tell.
pub(super) fn split<'t>(lines: &[Line<'t>]) -> Vec<Raw<'t>> {
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
