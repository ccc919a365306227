//! `wmic … get /format:list`, the format of the published workflow.

use super::area::area_of;
use super::doubt::{Readings, weigh};
use super::layout::{Kind, LAYOUTS, Layout};
use super::lines::Lines;
use super::notes::{BEHIND_SCRIPT, INCOMPLETE, NO_INSTANCES, NO_RECORDS, OUTSIDE, TANGLED, TWO_READINGS};
use super::reading::{Reader, Reading};
use super::value;
use crate::text::Text;
use crate::{Parsed, Problem};
use evidence::wmi::{ClassSource, schema};
use evidence::{
    Area, Coverage, Level, Location, MessageSpec, Property, PropertyName, ReadState, RecordData, State,
    WmiObject,
};

/// Reads a listing of `Name=Value` lines.
///
/// Any line ends will do, also those that PowerShell has doubled, and any number of classes in one listing. Values of
/// several lines keep the line ends they had. Where the lines can be read in two ways, both readings are among the
/// records, marked as ambiguous, and a problem says so.
pub fn parse_list(text: &Text<'_>) -> Parsed {
    let mut parsed = Parsed { problems: text.problems(), ..Parsed::default() };
    if says_no_instances(text) {
        parsed.problems.push(Problem { level: Level::Info, offset: Some(0), message: NO_INSTANCES.plain() });
        return parsed;
    }
    let lines = Lines::of(text.as_str());
    let reader = Reader::new(&lines);
    let (outside, readings) = reader.read();
    if readings.is_empty() {
        parsed.problems.push(Problem { level: Level::Error, offset: None, message: NO_RECORDS.plain() });
        return parsed;
    }
    let readings = weigh(&lines, &reader, readings);
    let offset = |line: usize| lines.get(line).map(|line| text.offset(line.start));
    let (mut incomplete, mut cut) = (Vec::new(), Vec::new());
    for (reading, ambiguous) in &readings.records {
        let mut object = object(&lines, reading);
        object.ambiguous = *ambiguous;
        let is_cut = complete_class(&lines, reading, &mut object);
        if is_cut {
            incomplete.push(reading.first);
        }
        if let Some((area, state)) = area_of(&object) {
            parsed.coverage.add(area, state);
            if is_cut {
                cut.push(area);
            }
        }
        let location = Location::Offset(offset(reading.first).unwrap_or_default());
        parsed.records.push((location, RecordData::WmiObject(object)));
    }
    parsed.coverage = limit(&parsed.coverage, &cut);
    let mut say = |level: Level, spec: &MessageSpec, at: &[usize]| {
        if let Some(first) = at.first() {
            let message = spec.with([at.len().into()]);
            parsed.problems.push(Problem { level, offset: offset(*first), message });
        }
    };
    let Readings { ambiguous, behind_script, .. } = &readings;
    say(Level::Warning, &TWO_READINGS, ambiguous);
    say(Level::Info, &BEHIND_SCRIPT, behind_script);
    say(Level::Warning, &INCOMPLETE, &incomplete);
    say(Level::Info, &OUTSIDE, &outside);
    if reader.gave_up() {
        parsed.problems.push(Problem { level: Level::Warning, offset: None, message: TANGLED.plain() });
    }
    parsed
}

/// Whether this is all that `wmic` says where a class has no instances. It covers the class that was asked for, which
/// only the name of the file can tell.
///
/// The sentence is recognised in English only; in other languages nothing sets it off from an error.
pub fn says_no_instances(text: &Text<'_>) -> bool {
    is_no_instances(text.as_str())
}

/// The same for text that was decoded elsewhere. Several queries say it several times.
pub(crate) fn is_no_instances(text: &str) -> bool {
    let mut said =
        text.lines().map(|line| line.trim_matches(is_blank)).filter(|line| !line.is_empty()).peekable();
    said.peek().is_some()
        && said.all(|line| line.trim_end_matches('.').eq_ignore_ascii_case("No Instance(s) Available"))
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{FEFF}' | '\0')
}

/// Where a record is cut off, the rest of its kind may be missing with the rest of it.
fn limit(coverage: &Coverage, cut: &[Area]) -> Coverage {
    let mut limited = Coverage::default();
    for (area, state) in coverage.iter() {
        limited.add(area, if cut.contains(&area) { ReadState::Partial } else { state });
    }
    limited
}

/// The object that a reading makes.
fn object(lines: &Lines<'_>, reading: &Reading) -> WmiObject {
    let property = |at: usize| {
        let (first, end) = reading.span(at);
        let column = match reading.layout {
            Some(layout) => layout.columns.get(at).copied(),
            None => LAYOUTS.column(lines.key(first)),
        };
        let (name, kind) = match column {
            Some(column) => (PropertyName::known(column.name), column.kind),
            None => (PropertyName::new(lines.name(first)), Kind::Any),
        };
        Property { name, value: value::parse(kind, &lines.value(first, end)), state: State::Known }
    };
    WmiObject {
        class: reading.layout.map_or_else(String::new, |layout| layout.schema.class.to_owned()),
        class_source: if reading.layout.is_some() { ClassSource::Inferred } else { ClassSource::Unknown },
        properties: (0..reading.len()).map(property).collect(),
        ..WmiObject::default()
    }
}

/// Gives a class to an object that has all of its properties in another order, or the first of them. Returns whether
/// the object is cut off.
fn complete_class(lines: &Lines<'_>, reading: &Reading, object: &mut WmiObject) -> bool {
    let is_last = reading.end == lines.len();
    if let Some(layout) = reading.layout {
        return is_last && !lines.is_ended && is_cut_value(layout.columns.len(), reading, object);
    }
    let names = object.properties.iter().map(|property| property.name.as_str());
    if let Some(class) = schema::infer(&names) {
        set_class(object, class);
        return false;
    }
    let begins = |class: &&Layout| {
        class.columns.len() > reading.len()
            && class
                .columns
                .iter()
                .zip(&object.properties)
                .all(|(column, own)| column.name == own.name.as_str())
    };
    let mut classes = LAYOUTS.classes.iter().filter(begins);
    let Some(class) = classes.next() else { return false };
    let is_only = classes.next().is_none();
    let is_cut = is_last || reading.len() > 2;
    if is_cut && is_only {
        set_class(object, class.schema.class);
    }
    if let (true, Some(last)) = (is_cut, object.properties.last_mut()) {
        last.state = State::Truncated;
    }
    is_cut
}

fn set_class(object: &mut WmiObject, class: &str) {
    class.clone_into(&mut object.class);
    object.class_source = ClassSource::Inferred;
}

/// Whether the last value of a complete record may go on behind the end of the file.
fn is_cut_value(count: usize, reading: &Reading, object: &mut WmiObject) -> bool {
    let Some(last) = object.properties.last_mut() else { return false };
    let is_text = !reading.kind(count - 1).is_single_line() && !last.value.is_empty();
    let is_language = last.name.as_str() == "QueryLanguage" && last.value.as_text() == Some("WQL");
    let is_cut = is_text && !is_language;
    if is_cut {
        last.state = State::Truncated;
    }
    is_cut
}

#[cfg(test)]
mod tests;
