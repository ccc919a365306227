//! `wmic qfe` as table, list or csv, and `Get-HotFix` as table, list or csv.

use super::{List, Update, add_list, update_in};
use crate::Parsed;
use crate::text::Text;
use crate::version::{host_name, lines};
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

/// The lists of a text, by the machine that they speak of, each with its beginning.
#[derive(Default)]
struct Lists<'t> {
    by_host: BTreeMap<Option<&'t str>, (usize, List<'t>)>,
}

impl<'t> Lists<'t> {
    fn add(&mut self, at: usize, host: Option<&'t str>, id: &str, installed_on: &'t str) {
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
    let heading = lines(content).find(|(_, line)| is_heading(line));
    let mut lists = Lists::default();
    match heading {
        Some((_, line)) if line.contains(',') => csv(content, &mut lists),
        Some((_, line)) if line.contains(['=', ':']) => properties(content, &mut lists),
        _ => table(content, &mut lists),
    }
    if lists.by_host.is_empty() {
        let start = heading.map_or(0, |(at, _)| at);
        lists.by_host.insert(None, (start, List::default()));
    }
    for (host, (at, list)) in &lists.by_host {
        add_list(text, *at, *host, list, &mut parsed);
    }
    parsed.records.sort_by_key(|(location, _)| *location);
    parsed
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
