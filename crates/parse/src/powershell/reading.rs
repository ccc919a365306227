//! Which of the lines that look like properties are properties.
//!
//! PowerShell indents the further lines of a value, so text within a value cannot look like a property. Where the indentation is lost, it
//! can. Then these decide, as far as they can: the properties of the class, their order (PowerShell sorts them), that each comes once, and
//! how many there are (`__PROPERTY_COUNT`). What they leave open is kept in every reading.

use super::fields::is_system;
use super::record::{Candidate, Raw};
use evidence::wmi::schema;
use std::collections::{BTreeMap, BTreeSet};

/// A way to read a record.
#[derive(Debug, Clone)]
pub(super) struct Reading<'t> {
    /// The line at which the record begins.
    pub(super) at: usize,
    /// The properties.
    pub(super) kept: Vec<Candidate<'t>>,
    /// For each of them, the line behind its last.
    pub(super) ends: Vec<usize>,
    /// Whether there are other readings.
    pub(super) ambiguous: bool,
    /// Whether it has as many properties as it says.
    pub(super) whole: bool,
}

/// What a record says of itself.
struct Claims {
    class: Option<&'static schema::Schema>,
    count: Option<usize>,
}

/// All readings of all records, in their order.
pub(super) fn read<'t>(records: &[Raw<'t>]) -> Vec<Reading<'t>> {
    let trailer = |record: &Raw<'_>| {
        record.candidates.last().is_some_and(|last| last.label.name.eq_ignore_ascii_case("PSComputerName"))
    };
    let trailers = records.iter().any(trailer);
    let mut readings: Vec<Reading<'t>> = Vec::new();
    let mut doubted = false;
    for (at, record) in records.iter().enumerate() {
        let mut own = of_record(record);
        let cut = own.iter().any(|reading| !reading.whole) || (trailers && !record.has("PSComputerName"));
        let next = records.get(at + 1).filter(|_| cut);
        let joined = next.and_then(|next| own.first().and_then(|first| join(first, record, next)));
        if doubted || joined.is_some() {
            for reading in &mut own {
                reading.ambiguous = true;
            }
        }
        doubted = joined.is_some();
        readings.extend(own);
        readings.extend(joined);
    }
    readings
}

fn claims(record: &Raw<'_>) -> Claims {
    let value = |name: &str| {
        let mut named = record.candidates.iter().filter(|c| c.label.name.eq_ignore_ascii_case(name));
        named.next().map(|candidate| candidate.label.value.trim_ascii())
    };
    let class = value("__CLASS").or_else(|| value("CimClass").and_then(|class| class.rsplit(':').next()));
    Claims {
        class: class.and_then(schema::of),
        count: value("__PROPERTY_COUNT").and_then(|count| count.parse().ok()),
    }
}

fn of_record<'t>(record: &Raw<'t>) -> Vec<Reading<'t>> {
    let Claims { class, count } = claims(record);
    let class = class.filter(|class| count.is_none_or(|count| count == class.properties.len()));
    let foreign = |name: &str| {
        class.is_some_and(|class| !class.properties.iter().any(|known| known.eq_ignore_ascii_case(name)))
    };
    let extended = record.has("ClassPath") && record.has("SystemProperties");
    let mut system: BTreeMap<String, Candidate<'t>> = BTreeMap::new();
    let mut ordinary = Vec::new();
    for candidate in &record.candidates {
        let name = candidate.label.name;
        if is_system(name, extended) {
            let last_counts = name.eq_ignore_ascii_case("PSComputerName");
            let known = system.entry(name.to_lowercase()).or_insert(*candidate);
            if last_counts {
                *known = *candidate;
            }
        } else if !foreign(name) {
            ordinary.push(*candidate);
        }
    }
    let choices = choices(&ordinary, count);
    let ambiguous = choices.len() > 1;
    let reading = |chosen: Vec<Candidate<'t>>| {
        let whole = count.is_none_or(|count| chosen.len() == count);
        let mut kept: Vec<Candidate<'t>> = system.values().copied().chain(chosen).collect();
        kept.sort_by_key(|candidate| candidate.line);
        let ends = kept.iter().skip(1).map(|next| next.line).chain([record.end]).collect();
        let at = record.candidates.first().map_or(0, |first| first.line);
        Reading { at, kept, ends, ambiguous, whole }
    };
    choices.into_iter().map(reading).collect()
}

/// The sets of properties that the candidates may be: one, or two where it is open.
fn choices<'t>(candidates: &[Candidate<'t>], count: Option<usize>) -> Vec<Vec<Candidate<'t>>> {
    let names: Vec<String> = candidates.iter().map(|candidate| candidate.label.name.to_lowercase()).collect();
    let distinct: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let pick = |chosen: &[usize]| chosen.iter().filter_map(|at| candidates.get(*at).copied()).collect();
    if distinct.len() == candidates.len() && count.is_none_or(|count| candidates.len() <= count) {
        return vec![candidates.to_vec()];
    }
    let sorted = longest_rising(&names);
    if sorted.len() == distinct.len() || Some(sorted.len()) == count {
        let other = swap_twins(&sorted, &names);
        return if other == sorted { vec![pick(&sorted)] } else { vec![pick(&sorted), pick(&other)] };
    }
    // The order says nothing: the first of each name, or the last.
    let mut first = BTreeMap::new();
    let mut last = BTreeMap::new();
    for (at, name) in names.iter().enumerate() {
        first.entry(name).or_insert(at);
        last.insert(name, at);
    }
    let in_order = |chosen: BTreeMap<&String, usize>| {
        let mut places: Vec<usize> = chosen.into_values().collect();
        places.sort_unstable();
        places
    };
    vec![pick(&in_order(first)), pick(&in_order(last))]
}

/// The places of a longest run of names in strictly rising order, others left out.
fn longest_rising(names: &[String]) -> Vec<usize> {
    let mut tails: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(names.len());
    for (at, name) in names.iter().enumerate() {
        let length = tails.partition_point(|tail| names.get(*tail).is_some_and(|known| known < name));
        before.push(length.checked_sub(1).and_then(|shorter| tails.get(shorter).copied()));
        match tails.get_mut(length) {
            Some(tail) => *tail = at,
            None => tails.push(at),
        }
    }
    let mut run = Vec::with_capacity(tails.len());
    let mut next = tails.last().copied();
    while let Some(at) = next {
        run.push(at);
        next = before.get(at).copied().flatten();
    }
    run.reverse();
    run
}

/// The same choice with the other one of two candidates of one name, where nothing chosen lies between them.
fn swap_twins(chosen: &[usize], names: &[String]) -> Vec<usize> {
    let mut other = Vec::with_capacity(chosen.len());
    for (n, at) in chosen.iter().enumerate() {
        let from = n.checked_sub(1).and_then(|before| chosen.get(before)).map_or(0, |before| before + 1);
        let to = chosen.get(n + 1).copied().unwrap_or(names.len());
        let twin = (from..to).find(|twin| twin != at && names.get(*twin) == names.get(*at));
        other.push(twin.unwrap_or(*at));
    }
    other
}

/// The reading in which the beginning of the next record is text of this one, which is cut otherwise.
fn join<'t>(own: &Reading<'t>, record: &Raw<'t>, next: &Raw<'t>) -> Option<Reading<'t>> {
    let mut missing: BTreeMap<String, Candidate<'t>> = BTreeMap::new();
    for candidate in next.candidates.iter().filter(|candidate| candidate.label.column == record.column) {
        let name = candidate.label.name.to_lowercase();
        if !record.has(&name) {
            missing.insert(name, *candidate);
        }
    }
    let mut kept = own.kept.clone();
    let mut rest: Vec<Candidate<'t>> = missing.into_values().collect();
    rest.sort_by_key(|candidate| candidate.line);
    // Only what stands together at the end can be the rest of this record.
    let behind = rest.first()?.line;
    let between = next.candidates.iter().filter(|candidate| candidate.line > behind).count();
    if between + 1 != rest.len() {
        return None;
    }
    kept.extend(rest);
    let ends = kept.iter().skip(1).map(|following| following.line).chain([next.end]).collect();
    Some(Reading { kept, ends, ambiguous: true, whole: true, ..own.clone() })
}
