//! Reads the autostart places of a hive.

use super::classes::Classes;
use super::places::{APPROVED, APPROVED_FILES, COMMANDS, Form, Row};
use super::view::{Place, View, autostart, class_id, text};
use crate::Parsed;
use evidence::autostart::START_UP_DISABLED;
use evidence::{AutostartKind, Location, RecordData, Setting};
use registry_hive::Value;

/// Entries of one place that become records.
const MAX_ENTRIES: usize = 20_000;

/// The name under which listings show the default value of a key.
const DEFAULT: &str = "(Default)";

/// Reads the places of a table below `root`. Class ids are looked up among `classes`.
pub(super) fn read(
    root: &View,
    rows: &[Row],
    profile: Option<&str>,
    classes: Option<&Classes>,
    out: &mut Parsed,
) {
    for row in rows {
        if let Some(key) = root.at(row.key) {
            let place = Place { kind: row.kind, category: row.category, profile };
            let entries = entries(&key, row.form, place, classes);
            out.records.extend(entries.into_iter().take(MAX_ENTRIES));
        }
    }
}

fn entries(key: &View, form: Form, place: Place, classes: Option<&Classes>) -> Vec<(Location, RecordData)> {
    let class = |key: &View, name: &str, id: &str| {
        let server = classes.and_then(|classes| classes.server(id));
        let entry = autostart(place, &key.path, name, server.unwrap_or(id), server.map(str::to_owned));
        (key.location(), entry)
    };
    match form {
        Form::Values => values(key, place),
        Form::BelowValues => {
            let mut found = values(key, place);
            found.extend(key.children().flat_map(|child| values(&child, place)));
            found
        }
        Form::Named(names) => named(key, names, place, None),
        Form::Below(path, names) => {
            let below = key.children().filter_map(|child| Some((child.name(), child.at(path)?)));
            below.flat_map(|(name, child)| named(&child, names, place, Some(&name))).collect()
        }
        Form::ChildClasses => key
            .children()
            .map(|child| (child.location(), class(key, &child.name(), &child.name()).1))
            .collect(),
        Form::NameClasses => {
            let names = key.key.values().into_iter().map(|value| value.name());
            names.filter(|name| class_id(name).is_some()).map(|id| class(key, &id, &id)).collect()
        }
        Form::ValueClasses => {
            let values = key.key.values().into_iter().filter_map(|value| Some((value.name(), text(&value)?)));
            values.map(|(name, id)| class(key, &name, &id)).collect()
        }
        Form::BelowClass(name) => {
            let below = key.children().filter_map(|child| {
                let own = child.name();
                let id = child.text(name).filter(|text| class_id(text).is_some());
                let id = id.or_else(|| class_id(&own).map(|_| own.clone()))?;
                Some(class(&child, &own, &id))
            });
            below.collect()
        }
        Form::ChildProgIds => {
            let below = key.children().filter_map(|child| {
                let name = child.name();
                let id = classes.and_then(|classes| classes.id_of(&name));
                // An add-in that was made for .NET names its manifest.
                let launch = id.or_else(|| child.text("Manifest"))?;
                Some(class(&child, &name, &launch))
            });
            below.collect()
        }
        Form::BelowPacked(name) => {
            let below = key.children().filter_map(|child| {
                let value = child.key.value(name)?;
                let path = packed_path(&value)?;
                let entry = autostart(place, &child.path, &child.name(), &path, Some(path.clone()));
                Some((Location::Offset(value.offset()), entry))
            });
            below.collect()
        }
        Form::Scripts => {
            let policies: Vec<_> = key.children().collect();
            let scripts = policies.iter().flat_map(View::children).filter_map(|script| {
                let command = script.text("Script")?;
                let parameters = script.text("Parameters").unwrap_or_default();
                let launch = format!("{command} {parameters}");
                let entry = autostart(place, &script.path, &key.name(), launch.trim_end(), None);
                Some((script.location(), entry))
            });
            scripts.collect()
        }
    }
}

fn values(key: &View, place: Place) -> Vec<(Location, RecordData)> {
    key.key.values().iter().filter_map(|value| key.entry(place, &value.name(), value)).collect()
}

/// The entries of a key that the tree no longer leads to, by its path below the key of the table.
pub(super) fn of_lost(
    key: &View,
    path: &str,
    rows: &[Row],
    profile: Option<&str>,
) -> Vec<(Location, RecordData)> {
    let (above, name) = path.rsplit_once('\\').unwrap_or_default();
    let mut found = Vec::new();
    for row in rows {
        let place = Place { kind: row.kind, category: row.category, profile };
        let (is_it, is_above) = (row.key.eq_ignore_ascii_case(path), row.key.eq_ignore_ascii_case(above));
        match row.form {
            Form::Values | Form::BelowValues if is_it => found.extend(values(key, place)),
            Form::BelowValues if is_above => found.extend(values(key, place)),
            Form::Named(names) if is_it => found.extend(named(key, names, place, None)),
            Form::Below("", names) if is_above => found.extend(named(key, names, place, Some(name))),
            _ => {}
        }
    }
    found
}

/// Values of these names. `name` stands for entries of which the key has one.
fn named(key: &View, names: &[&str], place: Place, name: Option<&str>) -> Vec<(Location, RecordData)> {
    let entries = names.iter().filter_map(|value| {
        let own = if value.is_empty() { DEFAULT } else { value };
        key.entry(place, name.unwrap_or(own), &key.key.value(value)?)
    });
    entries.collect()
}

/// The path at the beginning of a catalogue item of Winsock, a field of 260 bytes.
fn packed_path(value: &Value) -> Option<String> {
    const LENGTH: usize = 260;
    let data = value.data();
    let field = data.get(..LENGTH.min(data.len()))?;
    let path = field.split(|byte| *byte == 0).next()?;
    let path: String = path.iter().map(|byte| char::from(*byte)).collect();
    (!path.trim().is_empty()).then(|| path.trim().to_owned())
}

/// The commands with which file types and protocols are opened, below `Classes`.
pub(super) fn commands(classes: &View, profile: Option<&str>, out: &mut Parsed) {
    let place = Place { kind: AutostartKind::Other, category: "Image Hijacks", profile };
    for class in COMMANDS {
        let Some(key) = classes.at(&format!(r"{class}\shell\open\command")) else { continue };
        if let Some(command) = key.text("") {
            out.records.push((key.location(), autostart(place, &key.path, class, &command, None)));
        }
    }
}

/// The names of a key that are marked as not to be started.
fn disabled(key: &View) -> impl Iterator<Item = String> {
    let off = |value: &Value| value.data().first().is_some_and(|first| first & 1 == 1);
    key.key.values().into_iter().filter(off).map(|value| value.name())
}

/// Marks the entries that Windows was told not to start, and tells of the files of start-up folders that it was told so of: those lie
/// elsewhere. `software` is the key `Software` of the machine or of a user.
pub(super) fn mark_disabled(software: &View, profile: Option<&str>, out: &mut Parsed) {
    if let Some(key) = software.at(APPROVED_FILES) {
        let files = disabled(&key).take(MAX_ENTRIES).map(|name| {
            let mut setting = Setting {
                kind: START_UP_DISABLED.to_owned(),
                name,
                value: key.path.clone(),
                ..Setting::default()
            };
            setting.details.extend(profile.map(|user| ("profile".to_owned(), user.to_owned())));
            (key.location(), RecordData::Setting(setting))
        });
        out.records.extend(files);
    }
    for (place, approved) in APPROVED {
        let Some(key) = software.at(approved) else { continue };
        let place = format!("{}\\{place}", software.path);
        let off: Vec<String> = disabled(&key).map(|name| name.to_lowercase()).collect();
        for (_, data) in &mut out.records {
            if let RecordData::Autostart(entry) = data
                && entry.location.eq_ignore_ascii_case(&place)
                && off.contains(&entry.name.to_lowercase())
            {
                entry.enabled = Some(false);
            }
        }
    }
}
