//! `wmic qfe` as table, list, csv or XML, `Get-HotFix` as table, list, csv or JSON, and numbers line by line.

use super::{List, Update, add_list, tell_unread, update_in};
use crate::Parsed;
use crate::text::Text;
use crate::version::{host_name, lines};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The property that holds the number of an update.
const ID: &str = "HotFixID";

/// The properties that name the machine.
const HOSTS: [&str; 5] = ["CSName", "PSComputerName", "__SERVER", "Source", "Node"];

/// What `wmic` says when it runs for the first time on Windows XP, without a line end.
const FIRST_RUN: &str = "Please wait while WMIC is being installed.";

/// Whether a file begins with that: what follows may be UTF-16.
pub(crate) fn is_first_run(head: &[u8]) -> bool {
    head.starts_with(FIRST_RUN.as_bytes())
}

/// Whether a line names the property that holds the number of an update: a heading of a table, or a line of a list.
pub(crate) fn is_heading(line: &str) -> bool {
    let line = line.strip_prefix(FIRST_RUN).unwrap_or(line);
    let words = || line.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let has = |name: &str| words().any(|word| word.eq_ignore_ascii_case(name));
    has(ID)
        && (["Description", "InstalledOn", "InstalledBy", "CSName", "Node"].into_iter().any(has)
            || words().find(|word| !word.is_empty()).is_some_and(|word| word.eq_ignore_ascii_case(ID)))
}

/// Whether the beginning of JSON or XML names the property that holds the number of an update.
pub(crate) fn names_updates(head: &str) -> bool {
    head.contains("\"HotFixID\"") || head.contains("Win32_QuickFixEngineering")
}

/// Whether a text is nothing but numbers of updates, one a line.
pub(crate) fn is_bare(head: &str) -> bool {
    let mut any = false;
    lines(head).map(|(_, line)| line.trim()).filter(|line| !line.is_empty()).all(|line| {
        any = true;
        bare_number(line).is_some()
    }) && any
}

/// The number of a line that has nothing else but a sign of a list.
fn bare_number(line: &str) -> Option<u32> {
    let word = line.trim_matches(|c: char| c.is_whitespace() || "-*•,;\"'".contains(c));
    let digits = word.get(..2).filter(|start| start.eq_ignore_ascii_case("kb")).and(word.get(2..))?;
    let is_number = (6..=7).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

/// The lists of a text, by the machine that they speak of, each with its beginning.
#[derive(Default)]
struct Lists<'t> {
    by_host: BTreeMap<Option<Cow<'t, str>>, (usize, List<'t>)>,
}

impl<'t> Lists<'t> {
    fn add(&mut self, at: usize, host: Option<&'t str>, id: &str, installed_on: &'t str) {
        self.add_of(at, host.map(Cow::Borrowed), id, Cow::Borrowed(installed_on));
    }

    fn add_of(&mut self, at: usize, host: Option<Cow<'t, str>>, id: &str, installed_on: Cow<'t, str>) {
        let (_, list) = self.by_host.entry(host).or_insert_with(|| (at, List::default()));
        list.listed += 1;
        // Windows Vista leaves `KB` out of some.
        let bare = || id.parse().ok().filter(|number| (100_000..10_000_000).contains(number));
        let number = update_in(id).map(|update| update.number).or_else(bare);
        if let Some(number) = number {
            list.updates.push((at, Update { number, installed_on }));
        }
    }
}

/// Reads a list of updates in any of these layouts.
pub fn parse_updates(text: &Text<'_>) -> Parsed {
    let mut parsed = Parsed { problems: text.problems(), ..Parsed::default() };
    let content = text.as_str();
    let mut lists = Lists::default();
    if content.trim_start().starts_with(['{', '[', '<']) {
        if content.trim_start().starts_with('<') {
            xml(content, &mut lists);
        } else {
            json(content, &mut lists);
        }
        if lists.by_host.is_empty() {
            tell_unread(&mut parsed);
        }
        return finish(text, &lists, parsed);
    }
    let heading = lines(content).find(|(_, line)| is_heading(line));
    match heading {
        None if is_bare(content) => {
            for (at, line) in lines(content).filter(|(_, line)| !line.trim().is_empty()) {
                lists.add(at, None, line.trim(), "");
            }
        }
        Some((_, line)) if line.contains(',') => csv(content, &mut lists),
        Some((_, line)) if line.contains(['=', ':']) => properties(content, &mut lists),
        _ => table(content, &mut lists),
    }
    if lists.by_host.is_empty() {
        let start = heading.map_or(0, |(at, _)| at);
        lists.by_host.insert(None, (start, List::default()));
    }
    finish(text, &lists, parsed)
}

fn finish(text: &Text<'_>, lists: &Lists<'_>, mut parsed: Parsed) -> Parsed {
    for (host, (at, list)) in &lists.by_host {
        add_list(text, *at, host.as_deref(), list, &mut parsed);
    }
    parsed.records.sort_by_key(|(location, _)| *location);
    parsed
}

/// `Get-HotFix | ConvertTo-Json`: one object, or an array of them.
fn json(content: &str, lists: &mut Lists<'_>) {
    let Ok(value) = serde_json::from_str::<Value>(content) else { return };
    let objects = match value {
        Value::Array(objects) => objects,
        object => vec![object],
    };
    for object in objects {
        let text = |name: &str| object.get(name).and_then(Value::as_str);
        let Some(id) = text(ID) else { continue };
        let host = HOSTS.iter().find_map(|name| text(name)).and_then(host_name);
        // Windows PowerShell writes a date as an object, PowerShell 7 as a text.
        let on = object.get("InstalledOn").map(|on| on.get("value").unwrap_or(on));
        let on = on.and_then(Value::as_str).unwrap_or_default().to_owned();
        lists.add_of(0, host.map(|host| Cow::Owned(host.to_owned())), id, Cow::Owned(on));
    }
}

/// `wmic qfe list /format:rawxml`: properties in instances. Only their numbers and the machine's name are taken, in which nothing is escaped.
fn xml<'t>(content: &'t str, lists: &mut Lists<'t>) {
    let mut at = 0;
    for instance in content.split_inclusive("</INSTANCE>") {
        let value = |name: &str| {
            let (_, behind) = instance.split_once(&format!("NAME=\"{name}\""))?;
            let (own, _) = behind.split_once("</PROPERTY>")?;
            Some(own.split_once("<VALUE>")?.1.split_once("</VALUE>")?.0.trim())
        };
        if let Some(id) = value(ID) {
            lists.add(at, value("CSName").and_then(host_name), id, value("InstalledOn").unwrap_or_default());
        }
        at += instance.len();
    }
}

/// `Name=Value`, or `Name : Value`.
fn properties<'t>(content: &'t str, lists: &mut Lists<'t>) {
    let mut host = None;
    let mut update: Option<(usize, &str, &str)> = None;
    let mut seen: Vec<&str> = Vec::new();
    let mut flush = |update: &mut Option<(usize, &'t str, &'t str)>, host: Option<&'t str>| {
        if let Some((at, id, on)) = update.take() {
            lists.add(at, host, id, on);
        }
    };
    for (at, line) in lines(content) {
        let Some((key, value)) = line.split_once(['=', ':']) else { continue };
        let (key, value) = (key.trim(), value.trim());
        // A property that comes again begins another update.
        if seen.contains(&key) {
            flush(&mut update, host);
            seen.clear();
        }
        seen.push(key);
        if key.eq_ignore_ascii_case(ID) {
            update = Some((at, value, ""));
        } else if key.eq_ignore_ascii_case("InstalledOn") {
            if let Some((_, _, on)) = &mut update {
                *on = value;
            }
        } else if HOSTS.contains(&key) {
            host = host_name(value).or(host);
        }
    }
    flush(&mut update, host);
}

/// Values with commas between them, with quotes or without.
fn csv<'t>(content: &'t str, lists: &mut Lists<'t>) {
    let mut columns: Vec<&str> = Vec::new();
    for (at, line) in lines(content) {
        let cells: Vec<&str> = line.split(',').map(|cell| cell.trim().trim_matches('"')).collect();
        if is_heading(line) {
            columns = cells;
            continue;
        }
        let cell = |names: &[&str]| {
            let column =
                columns.iter().position(|column| names.iter().any(|n| column.eq_ignore_ascii_case(n)));
            column.and_then(|column| cells.get(column)).copied().unwrap_or_default()
        };
        if columns.is_empty() || cells.len() < columns.len() {
            continue;
        }
        // A comma inside of a value moves all that comes behind it.
        let id = if cells.len() == columns.len() { cell(&[ID]) } else { line };
        lists.add(at, host_name(cell(&HOSTS)), id, cell(&["InstalledOn"]));
    }
}

/// Columns below their names.
fn table<'t>(content: &'t str, lists: &mut Lists<'t>) {
    let mut columns: Vec<(usize, &str)> = Vec::new();
    for (at, line) in lines(content) {
        if is_heading(line) {
            columns = headings(line);
            continue;
        }
        let rule = line.chars().all(|c| c == '-' || c.is_whitespace());
        if columns.is_empty() || rule {
            continue;
        }
        let cell = |name: &str| {
            let column = columns.iter().position(|(_, own)| own.eq_ignore_ascii_case(name))?;
            let (start, _) = columns.get(column)?;
            let end = columns.get(column + 1).map(|(end, _)| *end);
            Some(slice(line, *start, end))
        };
        let host = HOSTS.iter().find_map(|name| cell(name)).and_then(host_name);
        let id = match cell(ID) {
            Some(id) if !id.is_empty() => id,
            // Wide letters shift a row: the number tells itself.
            _ if update_in(line).is_some() => line,
            _ => continue,
        };
        let id = if update_in(id).is_some() || update_in(line).is_none() { id } else { line };
        lists.add(at, host, id, cell("InstalledOn").unwrap_or_default());
    }
}

/// The names in a heading and the character at which each begins, in the rows below it.
fn headings(line: &str) -> Vec<(usize, &str)> {
    // What `wmic` says on its first run stands in the same line, in one encoding or another.
    const FIRST: [&str; 6] = ["Caption", "CSName", "Description", "FixComments", "Source", ID];
    let start = FIRST.iter().filter_map(|name| line.find(name)).min().unwrap_or_default();
    let line = line.get(start..).unwrap_or(line);
    let mut columns = Vec::new();
    let mut at = 0;
    for word in line.split(' ') {
        if !word.trim().is_empty() {
            columns.push((at, word.trim()));
        }
        at += word.chars().count() + 1;
    }
    columns
}

/// The characters from one place to another.
fn slice(line: &str, start: usize, end: Option<usize>) -> &str {
    let byte = |at: usize| line.char_indices().nth(at).map_or(line.len(), |(byte, _)| byte);
    let end = end.map_or(line.len(), byte);
    line.get(byte(start)..end).unwrap_or_default().trim()
}
