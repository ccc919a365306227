//! Rows to records.

use super::columns::Column;
use super::{HIDDEN, MAX_ENTRIES, TOO_MANY, problem};
use crate::Parsed;
use crate::file_name::has_extension;
use evidence::wmi::{ClassSource, schema};
use evidence::{
    Area, AutostartEntry, AutostartKind, Level, Location, Property, PropertyName, ReadState, RecordData,
    State, Value, WmiObject,
};
use std::collections::BTreeSet;

/// Categories from which on an export is taken for one of all places (`-a *`): it has about seventeen.
const MANY_CATEGORIES: usize = 5;

/// The entries of one export, as they come.
#[derive(Debug, Default)]
pub(super) struct Listing {
    parsed: Parsed,
    categories: BTreeSet<String>,
    kinds: BTreeSet<AutostartKind>,
    entries: usize,
    microsoft: bool,
}

impl Listing {
    /// Adds one row. Returns whether there is room for another.
    pub(super) fn add(&mut self, offset: u64, row: impl IntoIterator<Item = (Column, String)>) -> bool {
        if self.entries >= MAX_ENTRIES {
            self.parsed.problems.push(problem(
                Level::Error,
                Some(offset),
                TOO_MANY.with([MAX_ENTRIES.into()]),
            ));
            return false;
        }
        let entry = read(row);
        if !entry.category.is_empty() {
            self.categories.insert(entry.category.to_lowercase());
        }
        self.kinds.extend(entry.kind);
        // A row that names a place only says that the place was looked at.
        if entry.name.is_empty() && entry.image_path.is_none() && entry.launch_string.is_none() {
            return true;
        }
        self.entries += 1;
        self.microsoft |=
            [&entry.publisher, &entry.signer].into_iter().flatten().any(|text| text.contains("Microsoft"));
        let consumer = consumer(&entry).map(RecordData::WmiObject);
        let location = Location::Offset(offset);
        self.parsed.records.push((location, RecordData::Autostart(entry)));
        self.parsed.records.extend(consumer.map(|data| (location, data)));
        true
    }

    /// The records, and what they cover.
    pub(super) fn into_parsed(mut self) -> Parsed {
        if self.entries == 0 && self.categories.is_empty() && self.kinds.is_empty() {
            return self.parsed;
        }
        let many = self.categories.len() >= MANY_CATEGORIES || self.kinds.len() >= MANY_CATEGORIES;
        // `-m` and the window's default leave out what Microsoft signed, and with it what poses as such.
        let complete = if self.microsoft { ReadState::Complete } else { ReadState::Partial };
        if many && !self.microsoft {
            self.parsed.problems.push(problem(Level::Info, None, HIDDEN.plain()));
        }
        let coverage = &mut self.parsed.coverage;
        let has = |kind| self.kinds.contains(&kind);
        coverage.add(Area::Autostarts, if many { complete } else { ReadState::Partial });
        if has(AutostartKind::Task) {
            coverage.add(Area::Tasks, complete);
        }
        if has(AutostartKind::Service) || has(AutostartKind::Driver) {
            let both = has(AutostartKind::Service) && has(AutostartKind::Driver);
            coverage.add(Area::Services, if both { complete } else { ReadState::Partial });
        }
        if many || has(AutostartKind::Wmi) {
            coverage.add(Area::EventConsumers, ReadState::Partial);
        }
        self.parsed
    }
}

fn read(row: impl IntoIterator<Item = (Column, String)>) -> AutostartEntry {
    let mut entry = AutostartEntry::default();
    for (column, text) in row {
        let some = || (!text.is_empty()).then(|| text.clone());
        match column {
            Column::Time => entry.time = some(),
            Column::Location => entry.location = text,
            Column::Name => entry.name = text,
            Column::Enabled => entry.enabled = enabled(&text),
            Column::Category => entry.category = text,
            Column::Profile => entry.profile = some(),
            Column::Description => entry.description = some(),
            Column::Signer => entry.signer = some(),
            // Up to version 12 the publisher carries the result of the signature check.
            Column::Company if text.starts_with('(') && text.contains("erified)") => {
                entry.publisher = text.split_once(')').map(|(_, name)| name.trim().to_owned());
                entry.signer = Some(text);
            }
            Column::Company => entry.publisher = some(),
            Column::ImagePath => entry.image_path = some(),
            Column::LaunchString => entry.launch_string = some(),
            Column::Hash(algorithm) => {
                if !text.is_empty() {
                    entry.hashes.insert(algorithm.to_owned(), text.to_ascii_lowercase());
                }
            }
            Column::Other(name) => {
                if !text.is_empty() {
                    entry.extra.insert(name, text);
                }
            }
        }
    }
    entry.kind = kind(&entry);
    entry
}

fn enabled(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "enabled" | "true" | "yes" => Some(true),
        "disabled" | "false" | "no" => Some(false),
        _ => None,
    }
}

/// The kind of the place, by the category where the export has that column, else by the place itself.
fn kind(entry: &AutostartEntry) -> Option<AutostartKind> {
    let location = entry.location.to_lowercase();
    let by_category = match entry.category.to_lowercase().as_str() {
        "logon" => Some(AutostartKind::Run),
        "tasks" | "scheduled tasks" => Some(AutostartKind::Task),
        "services" => Some(AutostartKind::Service),
        "drivers" => Some(AutostartKind::Driver),
        "wmi" => Some(AutostartKind::Wmi),
        _ => None,
    };
    by_category.or_else(|| {
        if location.is_empty() {
            return (!entry.category.is_empty()).then_some(AutostartKind::Other);
        }
        let image = entry.image_path.as_deref().unwrap_or_default().to_lowercase();
        Some(if location.starts_with("wmi ") || location.starts_with(r"root\subscription") {
            AutostartKind::Wmi
        } else if location == "task scheduler" || location.contains(r"\system32\tasks") {
            AutostartKind::Task
        } else if location.ends_with(r"\services") && has_extension(&image, "sys") {
            AutostartKind::Driver
        } else if location.ends_with(r"\services") {
            AutostartKind::Service
        } else if location.contains(r"\currentversion\run") || location.contains(r"\start menu\") {
            AutostartKind::Run
        } else {
            AutostartKind::Other
        })
    })
}

/// The event consumer that an entry of the category `WMI` is, with the properties that the entry shows.
fn consumer(entry: &AutostartEntry) -> Option<WmiObject> {
    if entry.kind != Some(AutostartKind::Wmi) || entry.name.is_empty() {
        return None;
    }
    let launch = entry.launch_string.as_deref();
    let (class, action) = match launch {
        Some(text) if is_script(entry, text) => (schema::ACTIVE_SCRIPT, Some(("ScriptText", text))),
        Some(text) => (schema::COMMAND_LINE, Some(("CommandLineTemplate", text))),
        None => ("", None),
    };
    let property = |name, value: &str| Property {
        name: PropertyName::known(name),
        value: Value::text(value),
        state: State::Known,
    };
    let mut properties = vec![property("Name", &entry.name)];
    properties.extend(action.map(|(name, value)| property(name, value)));
    Some(WmiObject {
        class: class.to_owned(),
        class_source: if class.is_empty() { ClassSource::Unknown } else { ClassSource::Inferred },
        properties,
        ..WmiObject::default()
    })
}

/// Whether the text is a script and not a command: scripts run in `scrcons.exe`, have lines, and speak a language.
fn is_script(entry: &AutostartEntry, text: &str) -> bool {
    let image = entry.image_path.as_deref().unwrap_or_default().to_lowercase();
    let text = text.trim_start().to_lowercase();
    image.ends_with("scrcons.exe")
        || text.contains('\n')
        || ["dim ", "set ", "var ", "function ", "sub ", "on error ", "option explicit", "try", "eval("]
            .iter()
            .any(|word| text.starts_with(word))
        || (["createobject(", "getobject(", "new activexobject("].iter().any(|call| text.contains(call))
            && !text.contains(".exe"))
}
