//! What `Get-ComputerInfo` prints, as list, as JSON or as a row of a table, and the version of a file part by part.

use super::{Found, OTHER_FILE, SMB_DRIVER, host_name, judged_driver, lines, setting, version_at_start};
use crate::file_name::file_name;
use crate::hotfix;
use crate::text::Text;
use crate::{Parsed, Problem};
use evidence::{Area, Level, Location, ReadState};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Whether a line is one of those that tell of a version in what PowerShell prints: `Get-ComputerInfo`, or the version of a file.
pub(crate) fn is_computer_info(line: &str) -> bool {
    property(line).is_some_and(|(key, _)| KEYS.contains(&key)) || is_heading(line)
}

/// The properties that only such a listing has.
const KEYS: [&str; 5] =
    ["WindowsBuildLabEx", "WindowsProductName", "OsBuildNumber", "OsHotFixes", "FileMajorPart"];

/// Whether the beginning of JSON is of such a listing.
pub(crate) fn is_json(head: &str) -> bool {
    KEYS.iter().any(|key| head.contains(&format!("\"{key}\"")))
}

/// Whether a line is the heading of such a listing as a table with quotes.
fn is_heading(line: &str) -> bool {
    line.starts_with('"') && KEYS.iter().any(|key| line.contains(&format!("\"{key}\",")))
}

/// Key and value of a line of `Format-List`.
pub(crate) fn property(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    key.ends_with(' ').then(|| (key.trim(), value.trim()))
}

/// A property: where it stands, its name and its value.
type Property<'t> = (usize, Cow<'t, str>, Cow<'t, str>);

/// The properties of `Format-List`. Values that are wider than the console go on below themselves.
fn listed(content: &str) -> Vec<Property<'_>> {
    let mut properties: Vec<Property<'_>> = Vec::new();
    let mut column = usize::MAX;
    for (at, line) in lines(content) {
        let blanks = line.chars().take_while(|c| *c == ' ').count();
        let rest = line.trim();
        if blanks >= column && !rest.is_empty() {
            if let Some((_, _, value)) = properties.last_mut() {
                let value = value.to_mut();
                value.push(' ');
                value.push_str(rest);
            }
        } else if let Some((key, value)) = property(line) {
            column = line.chars().take_while(|c| *c != ':').count() + 2;
            properties.push((at, key.into(), value.into()));
        } else {
            column = usize::MAX;
        }
    }
    properties
}

/// The properties of the objects of JSON. Of the updates, which are objects themselves, the numbers.
fn of_json(content: &str) -> Option<Vec<Property<'_>>> {
    let objects = match serde_json::from_str(content).ok()? {
        Value::Array(objects) => objects,
        object => vec![object],
    };
    let objects = objects.into_iter().filter_map(|object| match object {
        Value::Object(object) => Some(object),
        _ => None,
    });
    let properties = objects.flatten().filter_map(|(key, value)| {
        let text = match value {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Array(all) => all.iter().map(update).collect::<Vec<_>>().join(", "),
            _ => return None,
        };
        Some((0, key.into(), text.into()))
    });
    Some(properties.collect())
}

/// The number of an update that is an object or a text.
fn update(value: &Value) -> &str {
    value.as_str().or_else(|| value.get("HotFixID")?.as_str()).unwrap_or_default()
}

/// The properties of the rows of a table.
fn of_table(content: &str) -> Option<Vec<Property<'_>>> {
    // PowerShell names the type above the heading.
    let (start, _) = lines(content).find(|(_, line)| is_heading(line))?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(content.get(start..)?.as_bytes());
    let names = reader.headers().ok()?.clone();
    let mut properties = Vec::new();
    for row in reader.records().map_while(Result::ok) {
        let cells = names.iter().zip(row.iter());
        properties.extend(
            cells.map(|(name, value)| (start, name.to_owned().into(), value.trim().to_owned().into())),
        );
    }
    Some(properties)
}

/// Reads what `Get-ComputerInfo` prints, or `(Get-Item srv.sys).VersionInfo` part by part.
pub fn parse_computer_info(text: &Text<'_>) -> Parsed {
    let mut parsed = Parsed { problems: text.problems(), ..Parsed::default() };
    let content = text.as_str();
    let trimmed = content.trim_start();
    let properties = if trimmed.starts_with(['{', '[']) {
        of_json(content).unwrap_or_default()
    } else {
        of_table(content).unwrap_or_else(|| listed(content))
    };
    let value = |names: &[&str]| {
        let find = |name: &&str| properties.iter().find(|(_, key, value)| key == name && !value.is_empty());
        names.iter().find_map(find).map(|(at, _, value)| (*at, value.as_ref()))
    };
    let host = value(&["CsDNSHostName", "CsName", "CsCaption"]).and_then(|(_, name)| host_name(name));
    let product = value(&["OsName", "WindowsProductName"]).map_or("", |(_, name)| name);
    let version = |name: &str| value(&[name]).and_then(|(at, text)| Some((at, version_at_start(text)?)));
    if let Some((at, found)) = version("OsVersion") {
        let revision = value(&["WindowsUBR"]).map(|(_, number)| number).or(found.revision);
        let details = [("product", product), ("ubr", revision.unwrap_or_default())];
        let record = setting("os-build", "", found.version, host, &details);
        parsed.records.push((Location::Offset(text.offset(at)), record));
        parsed.coverage.add(Area::Patch, ReadState::Partial);
    } else if let Some((at, image)) = version("OsHardwareAbstractionLayer")
        .map(|(at, Found { version, .. })| (at, version.to_owned()))
        .or_else(|| value(&["WindowsBuildLabEx"]).and_then(|(at, lab)| Some((at, version_of_lab(lab)?))))
    {
        // One file of Windows and the name of its build: updates may leave both behind.
        let record = setting("image-version", "", &image, host, &[("product", product)]);
        parsed.records.push((Location::Offset(text.offset(at)), record));
        parsed.coverage.add(Area::Patch, ReadState::Partial);
    }
    if let Some((at, list)) = value(&["OsHotFixes"]) {
        let open = list.starts_with('{') && !list.ends_with('}');
        let cut = open || list.contains("...") || list.contains('…');
        let updates: Vec<_> =
            list.split(',').filter_map(hotfix::update_in).map(|update| (at, update)).collect();
        // A table has the name of a type where the updates should be.
        if !updates.is_empty() || list.starts_with('{') {
            let list = hotfix::List { updates, cut, ..hotfix::List::default() };
            hotfix::add_list(text, at, host, &list, &mut parsed);
        }
    }
    let mut is_other = false;
    for object in objects(&properties) {
        let Some(file) = file_parts(object) else { continue };
        let Some(kind) = file.name.and_then(|name| judged_driver(name, false)) else {
            is_other = true;
            continue;
        };
        let driver = file.name.map_or("", file_name);
        let record = setting(kind, &driver.to_ascii_lowercase(), &file.version, host, &[]);
        parsed.records.push((Location::Offset(text.offset(file.at)), record));
        let state = if kind == SMB_DRIVER { ReadState::Complete } else { ReadState::Partial };
        parsed.coverage.add(Area::Patch, state);
    }
    if parsed.records.is_empty() && is_other {
        parsed.problems.push(Problem { level: Level::Warning, offset: None, message: OTHER_FILE.plain() });
        return parsed;
    }
    if parsed.records.is_empty() {
        hotfix::tell_unread(&mut parsed);
    }
    parsed
}

/// The version of the build that a laboratory of Microsoft made: `19041.1.amd64fre.vb_release.191206-1406`.
fn version_of_lab(lab: &str) -> Option<String> {
    let build: u32 = lab.split('.').next()?.parse().ok()?;
    let numbers = match build {
        7600 | 7601 => "6.1",
        9200 => "6.2",
        9600 => "6.3",
        10_000..1_000_000 => "10.0",
        _ => return None,
    };
    Some(format!("{numbers}.{build}"))
}

/// The properties of each object of a list: each begins where a property comes again.
fn objects<'p, 't>(properties: &'p [Property<'t>]) -> impl Iterator<Item = &'p [Property<'t>]> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut starts = vec![0];
    for (at, (_, key, _)) in properties.iter().enumerate() {
        if !seen.insert(key) {
            seen = BTreeSet::from([key.as_ref()]);
            starts.push(at);
        }
    }
    let ends = starts.clone().into_iter().skip(1).chain([properties.len()]);
    starts.into_iter().zip(ends).filter_map(|(start, end)| properties.get(start..end))
}

/// The version of a file whose properties each give a part of it.
struct FileParts<'p> {
    /// Where its first part stands.
    at: usize,
    /// Its path, or the name that it had when it was made.
    name: Option<&'p str>,
    version: String,
}

fn file_parts<'p>(object: &'p [Property<'_>]) -> Option<FileParts<'p>> {
    let value = |name: &str| {
        let found = object.iter().find(|(_, key, value)| key == name && !value.is_empty());
        found.map(|(at, _, value)| (*at, value.as_ref()))
    };
    let parts = ["FileMajorPart", "FileMinorPart", "FileBuildPart", "FilePrivatePart"];
    let found: Vec<_> = parts.iter().filter_map(|part| value(part)).collect();
    let numbers = found.iter().map(|(_, number)| number.parse::<u16>());
    let numbers =
        numbers.collect::<Result<Vec<_>, _>>().ok().filter(|numbers| numbers.len() == parts.len())?;
    let words: Vec<_> = numbers.iter().map(u16::to_string).collect();
    let name = value("FileName").or_else(|| value("OriginalFilename")).map(|(_, name)| name);
    Some(FileParts { at: found.first()?.0, name, version: words.join(".") })
}
