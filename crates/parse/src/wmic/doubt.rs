//! Whether the records of a listing are what they seem to be.
//!
//! A value of several lines can hold what looks like the rest of its record, a blank line and records of any content.
//! Where a record ends with such a value, or another of its class follows, nothing in the layout forbids to read all
//! of that as the value. It is read as records, as it nearly always is; the other reading is kept beside it where
//! something speaks for it:
//!
//! - the line ends differ from those of the listing, or fewer blank lines than usual stand before the record;
//! - a value is not of its kind: text in a number, several lines in a name;
//! - a record of the same class and name, which is the key, is there twice;
//! - records of one class are parted by one of another, while `wmic` lists class by class;
//! - the value before is open: a comment in a script, or a quote, that nothing closes.

use super::layout::Kind;
use super::lines::Lines;
use super::reading::{Reader, Reading};
use evidence::wmi::schema;
use std::collections::HashMap;

/// Every reading of a listing, in order.
#[derive(Debug, Default)]
pub(super) struct Readings {
    /// The readings, and whether each is one of several of the same lines.
    pub(super) records: Vec<(Reading, bool)>,
    /// The first lines of what can be read in two ways.
    pub(super) ambiguous: Vec<usize>,
    /// The first lines of records that may belong to the script before them, though nothing speaks for it.
    pub(super) behind_script: Vec<usize>,
}

/// Adds the other readings where there is reason to.
pub(super) fn weigh(lines: &Lines<'_>, reader: &Reader<'_, '_>, records: Vec<Reading>) -> Readings {
    let mut readings = Readings::default();
    let joined = Doubts::of(lines, &records).joined(&mut readings.behind_script);
    let mut joined = joined.into_iter().peekable();
    let mut doubted = 0;
    for (at, record) in records.into_iter().enumerate() {
        let mut others = Vec::new();
        while let Some(join) = joined.next_if(|join| join.first == at) {
            doubted = doubted.max(join.last + 1);
            others.push(join.reading);
        }
        others.extend(reader.latest(&record));
        for property in 0..record.len() {
            if record.kind(property) == Kind::Free && !(record.ends_free() && property + 1 == record.len()) {
                others.extend(reader.complete_within(record.span(property)));
            }
        }
        let ambiguous = at < doubted || !others.is_empty();
        if ambiguous {
            readings.ambiguous.push(record.first);
        }
        readings.records.push((record, ambiguous));
        readings.records.extend(others.into_iter().map(|other| (other, true)));
    }
    readings
}

/// Several records as one.
#[derive(Debug)]
struct Joined {
    first: usize,
    last: usize,
    reading: Reading,
}

/// What speaks against each record of a listing.
struct Doubts<'a, 't> {
    lines: &'a Lines<'t>,
    records: &'a [Reading],
    returns: u8,
    blanks: u32,
    /// Whether any value could stretch over a record.
    any_free: bool,
    twice: HashMap<(&'static str, &'t str), usize>,
}

impl<'a, 't> Doubts<'a, 't> {
    fn of(lines: &'a Lines<'t>, records: &'a [Reading]) -> Self {
        let first = records.first().and_then(|record| lines.get(record.first));
        let any_free =
            records.iter().any(|record| record.ends_free() || (records.len() > 1 && has_free(record)));
        let mut doubts = Self {
            any_free,
            lines,
            records,
            returns: first.map_or(0, |line| line.returns),
            blanks: records.iter().map(|record| lines.blanks(record.first)).max().unwrap_or(0).min(2),
            twice: HashMap::new(),
        };
        if records.iter().any(Reading::ends_free) || records.windows(2).any(|pair| pair.iter().all(has_free))
        {
            let mut counts = HashMap::new();
            for key in records.iter().filter_map(|record| doubts.key(record)) {
                *counts.entry(key).or_default() += 1;
            }
            doubts.twice = counts;
        }
        doubts
    }

    /// The records that may be one value of another, where something speaks for it.
    fn joined(&self, behind_script: &mut Vec<usize>) -> Vec<Joined> {
        let mut joined: Vec<Joined> = Vec::new();
        // The last record, and the last of each class, that may go on.
        let mut open_end: Option<usize> = None;
        let mut floor = 0;
        for (at, record) in self.records.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|before| self.records.get(before));
            if before.is_some_and(Reading::ends_free) {
                open_end = at.checked_sub(1);
            }
            if at >= floor && self.any_free && self.is_doubtful(at) {
                if let Some(first) = open_end.filter(|first| *first >= floor) {
                    joined.extend(self.join_rest(first, at));
                } else if let Some((first, last)) = self.same_class_around(at, floor) {
                    joined.extend(self.join_at_free(first, last));
                }
                if let Some(join) = joined.last() {
                    floor = floor.max(join.last);
                }
            } else if before.is_some_and(Reading::ends_free) {
                behind_script.push(record.first);
            }
            if at > floor && !record.ends_free() {
                open_end = None;
            }
        }
        joined
    }

    /// Whether something speaks against the record being one of its own.
    fn is_doubtful(&self, at: usize) -> bool {
        let (Some(record), Some(before)) =
            (self.records.get(at), at.checked_sub(1).and_then(|before| self.records.get(before)))
        else {
            return false;
        };
        let next = self.records.get(at + 1);
        self.lines.blanks(record.first) < self.blanks
            || self.has_other_line_ends(record)
            || self.has_odd_value(record)
            || self.key(record).is_some_and(|key| self.twice.get(&key).is_some_and(|count| *count > 1))
            || next.is_some_and(|next| is_same_class(before, next) && !is_same_class(before, record))
            || self.is_open(before)
    }

    fn has_other_line_ends(&self, record: &Reading) -> bool {
        let differs = |line: usize| {
            self.lines.get(line).is_some_and(|found| found.returns != self.returns)
                && (line + 1 < self.lines.len() || self.lines.is_ended)
        };
        (0..record.len()).any(|property| differs(record.start(property)))
    }

    fn has_odd_value(&self, record: &Reading) -> bool {
        (0..record.len()).any(|property| {
            let (first, end) = record.span(property);
            !record.kind(property).fits(self.lines.raw(first, end))
        })
    }

    /// Class and name: no two objects of a namespace share them.
    fn key(&self, record: &Reading) -> Option<(&'static str, &'t str)> {
        let layout = record.layout?;
        let name =
            layout.columns.iter().position(|column| column.name == "Name" || column.name == "TimerId")?;
        let (first, end) = record.span(name);
        Some((layout.schema.class, self.lines.raw(first, end)))
    }

    /// Whether the value of several lines ends with something that wants to be closed.
    fn is_open(&self, record: &Reading) -> bool {
        let Some((layout, free)) = record.layout.and_then(|layout| Some((layout, layout.free?))) else {
            return false;
        };
        let (first, end) = record.span(free);
        let text = self.lines.raw(first, end);
        let engine = layout.columns.iter().position(|column| column.name == "ScriptingEngine");
        match engine {
            Some(engine) => {
                let (first, end) = record.span(engine);
                is_open_script(self.lines.raw(first, end), text)
            }
            None => layout.schema.class != schema::LOG_FILE && has_open_quote(text),
        }
    }

    /// The nearest records around a doubtful one between which one value may stretch.
    fn same_class_around(&self, at: usize, floor: usize) -> Option<(usize, usize)> {
        let nearby = 64;
        let firsts = self.records.get(floor..at)?;
        let first = firsts.iter().rev().take(nearby).position(has_free).map(|back| at - 1 - back)?;
        let owner = self.records.get(first)?;
        let last =
            self.records.iter().skip(at).take(nearby).position(|record| is_same_class(owner, record))? + at;
        // A query whose quotes are closed is over: WMI refuses a filter with anything behind it.
        let is_filter = owner.layout.is_some_and(|layout| layout.schema.class == schema::EVENT_FILTER);
        (!is_filter || self.is_open(owner)).then_some((first, last))
    }

    /// The first record with everything up to the end of the last one as its last value.
    fn join_rest(&self, first: usize, last: usize) -> Option<Joined> {
        let (owner, end) = (self.records.get(first)?, self.records.get(last)?.end);
        let reading = Reading::at(owner.layout, (0..owner.len()).map(|at| owner.start(at)).collect(), end);
        Some(Joined { first, last, reading })
    }

    /// The first record up to its value of several lines, which stretches to that of the last, and the rest of that.
    fn join_at_free(&self, first: usize, last: usize) -> Option<Joined> {
        let (owner, other) = (self.records.get(first)?, self.records.get(last)?);
        let free = owner.layout?.free?;
        let own = (0..=free).map(|at| owner.start(at));
        let others = (free + 1..other.len()).map(|at| other.start(at));
        Some(Joined {
            first,
            last,
            reading: Reading::at(owner.layout, own.chain(others).collect(), other.end),
        })
    }
}

fn has_free(record: &Reading) -> bool {
    record.layout.is_some_and(|layout| layout.free.is_some())
}

fn is_same_class(one: &Reading, other: &Reading) -> bool {
    match (one.layout, other.layout) {
        (Some(one), Some(other)) => std::ptr::eq(one, other),
        _ => false,
    }
}

/// Whether text in quotes or a block comment of PowerShell has no end.
fn has_open_quote(text: &str) -> bool {
    text.bytes().filter(|byte| *byte == b'"').count() % 2 == 1
        || text.rfind("<#").is_some_and(|open| !text.get(open..).is_some_and(|rest| rest.contains("#>")))
}

/// Whether what follows a script could still be part of it without being code.
///
/// VBScript has no comments of several lines; JScript has them, and conditional compilation, which skips what it
/// likes. Of other engines nothing is known.
fn is_open_script(engine: &str, text: &str) -> bool {
    let engine = engine.trim().to_ascii_lowercase();
    match engine.as_str() {
        "" | "vbscript" | "vbs" => false,
        "jscript" | "javascript" | "ecmascript" => {
            let behind = text.rfind("/*").and_then(|open| text.get(open + 2..));
            behind.is_some_and(|rest| !rest.contains("*/")) || text.contains("@if")
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_comments_and_quotes_are_seen() {
        assert!(is_open_script("JScript", "a();/* x"));
        assert!(is_open_script("jscript", "/*/"));
        assert!(!is_open_script("JScript", "/* x */ a();"));
        assert!(!is_open_script("VBScript", "' /*"));
        assert!(is_open_script("PerlScript", "x"));
        assert!(has_open_quote("cmd /c \"x"));
        assert!(!has_open_quote("powershell <# a #> b"));
        assert!(has_open_quote("powershell <# a"));
    }
}
