//! What `systeminfo` prints, in any language: as text (`/fo list`), as csv or as a table.
//!
//! The labels are in the language of Windows, so they are not looked at. What is looked at is the same everywhere: the
//! version with the build number behind it once more, the two values before it (the machine and the product), and
//! the numbered list in which updates stand. The line above that list counts them; `systeminfo` stops listing before
//! it stops counting.

use crate::Parsed;
use crate::hotfix::{List, add_list, update_in};
use crate::text::Text;
use crate::version::{Found, host_name, lines, setting, version_at_start};
use evidence::{Area, Location, ReadState};

/// The lines at the beginning of a text among which the version must stand.
const HEAD_LINES: usize = 24;

/// How far before a list its count is looked for, in characters.
const COUNT_WITHIN: usize = 120;

/// A machine in the output.
#[derive(Debug, Clone, Copy)]
struct Machine<'t> {
    /// Where it begins.
    start: usize,
    /// Where its version stands.
    at: usize,
    /// Its name.
    host: Option<&'t str>,
    /// The product.
    product: &'t str,
    /// The version, and the words behind it.
    version: Found<'t>,
}

/// Where the version stands in the output of `systeminfo`; `None` where a text is something else.
pub(crate) fn recognise(head: &str) -> Option<usize> {
    let end = lines(head).nth(HEAD_LINES).map_or(head.len(), |(at, _)| at);
    machines(head.get(..end)?).next().map(|machine| machine.at)
}

/// Reads the output of `systeminfo`, of one machine or several.
pub fn parse(text: &Text<'_>) -> Parsed {
    let mut parsed = Parsed { problems: text.problems(), ..Parsed::default() };
    let content = text.as_str();
    let machines: Vec<_> = machines(content).collect();
    for (number, machine) in machines.iter().enumerate() {
        let end = machines.get(number + 1).map_or(content.len(), |next| next.start);
        let own = content.get(machine.at..end).unwrap_or_default();
        let Found { version, revision, rest } = machine.version;
        let details = [
            ("product", machine.product),
            ("service-pack", service_pack(version, rest)),
            ("ubr", revision.unwrap_or_default()),
        ];
        let record = setting("os-build", "", version, machine.host, &details);
        parsed.records.push((Location::Offset(text.offset(machine.at)), record));
        parsed.coverage.add(Area::Patch, ReadState::Partial);
        if let Some((start, list)) = list(own, machine.at) {
            add_list(text, start, machine.host, &list, &mut parsed);
        }
    }
    parsed
}

/// The machines of a text, in order.
fn machines(content: &str) -> impl Iterator<Item = Machine<'_>> {
    let mut before: [(usize, &str); 2] = [(0, ""); 2];
    lines(content).filter_map(move |(at, line)| {
        if line.trim().is_empty() {
            return None;
        }
        let found = labelled(at, line, &before).or_else(|| quoted(at, line)).or_else(|| row(at, line));
        before = [before[1], (at, line)];
        found
    })
}

/// `Label: value`, where the two lines before give machine and product.
fn labelled<'t>(at: usize, line: &'t str, before: &[(usize, &'t str); 2]) -> Option<Machine<'t>> {
    let [(start, host), (_, product)] = *before;
    Some(Machine {
        start,
        at,
        host: host_name(value(host)?),
        product: value(product)?,
        version: system_version(value(line)?)?,
    })
}

/// Quoted values with commas between them.
fn quoted(at: usize, line: &str) -> Option<Machine<'_>> {
    let cells: Vec<_> = line.strip_prefix('"')?.split("\",\"").take(4).collect();
    let number = cells.iter().position(|cell| system_version(cell).is_some())?;
    Some(Machine {
        start: at,
        at,
        host: host_name(cells.get(number.checked_sub(2)?)?),
        product: cells.get(number - 1)?,
        version: system_version(cells.get(number)?)?,
    })
}

/// A row of a table: the name of the machine has no blank in it.
fn row(at: usize, line: &str) -> Option<Machine<'_>> {
    let (host, rest) = line.trim_start().split_once(' ')?;
    let mut starts = rest.match_indices(' ').take(64).map(|(blank, _)| blank + 1);
    let (start, version) = starts.find_map(|start| Some((start, system_version(rest.get(start..)?)?)))?;
    let product = rest.get(..start)?.trim();
    (!product.is_empty() && !host.contains(':')).then_some(Machine {
        start: at,
        at,
        host: host_name(host),
        product,
        version,
    })
}

/// What stands behind a label.
fn value(line: &str) -> Option<&str> {
    line.split_once([':', '：']).map(|(_, value)| value.trim())
}

/// A version with its build number behind it once more: `10.0.19045 N/A Build 19045`, in any language.
fn system_version(text: &str) -> Option<Found<'_>> {
    let found = version_at_start(text)?;
    let build = found.version.rsplit('.').next()?;
    let near = found.rest.get(..found.rest.floor_char_boundary(64))?;
    near.split(|c: char| !c.is_ascii_digit()).any(|number| number == build).then_some(found)
}

/// The number of the service pack, `0` where there is none. Windows has none since 8.
pub(crate) fn service_pack<'t>(version: &str, rest: &'t str) -> &'t str {
    if !version.starts_with("5.") && !version.starts_with("6.0") && !version.starts_with("6.1") {
        return "";
    }
    let Some((_, behind)) = rest.split_once("Service Pack ") else { return "0" };
    behind.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default()
}

/// The list of updates in what is printed of a machine, and where it begins; `shift` is where that text begins.
fn list(own: &str, shift: usize) -> Option<(usize, List<'_>)> {
    let first = own.match_indices('[').find_map(|(at, _)| {
        let (number, content, _) = entry(own.get(at..)?)?;
        (number == 1 && is_update(content)).then_some(at)
    });
    let Some(first) = first else { return empty_list(own).map(|at| (shift + at, List::default())) };
    let before = own.get(..first)?;
    let near = before
        .char_indices()
        .rev()
        .take(COUNT_WITHIN)
        .last()
        .map_or(before, |(at, _)| before.get(at..).unwrap_or_default());
    let mut list = List { counted: last_number(near), ..List::default() };
    let mut at = first;
    while let Some((number, content, length)) = own.get(at..).and_then(entry) {
        if number != list.listed + 1 {
            break;
        }
        list.listed += 1;
        list.updates.extend(update_in(content).map(|update| (shift + at, update)));
        at += length;
        let Some(next) = own.get(at..).and_then(|rest| rest.find('[')) else { break };
        at += next;
    }
    Some((shift + first, list))
}

/// A numbered entry at the beginning of a text: its number, its content, and how long it is.
fn entry(text: &str) -> Option<(usize, &str, usize)> {
    let (number, rest) = text.strip_prefix('[')?.split_once("]:")?;
    if number.len() > 5 {
        return None;
    }
    let length = rest.find(['[', ',', '\n', '"']).unwrap_or(rest.len());
    Some((number.parse().ok()?, rest.get(..length)?.trim(), text.len() - rest.len() + length))
}

/// Whether an entry is of the list of updates. Windows XP and Server 2003 have entries of older forms.
fn is_update(content: &str) -> bool {
    let old =
        content.strip_prefix('Q').is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()));
    old || content == "File 1" || update_in(content).is_some()
}

/// The last number in a text.
fn last_number(text: &str) -> Option<usize> {
    text.rsplit(|c: char| !c.is_ascii_digit()).find(|number| !number.is_empty())?.parse().ok()
}

/// Where the list of updates stands that says of itself that it has none: behind the server that checked the logon.
fn empty_list(own: &str) -> Option<usize> {
    let mut lines = lines(own).filter(|(_, line)| !line.trim().is_empty());
    lines.find(|(_, line)| value(line).is_some_and(|value| value.starts_with(r"\\")))?;
    let (at, line) = lines.next()?;
    let value = value(line)?;
    (!value.contains(|c: char| c.is_ascii_digit() && c != '0')).then_some(at)
}

#[cfg(test)]
mod tests;
