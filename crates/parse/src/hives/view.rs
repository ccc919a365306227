//! A hive under the name that a running Windows gives it, and the records that are made of it.

use crate::Parsed;
use evidence::{AutostartEntry, AutostartKind, Location, RecordData, RegistryValue, Setting};
use registry_hive::{Hive, Key, Kind, Value};
use std::collections::BTreeMap;

/// Characters of a command that a record shows.
const MAX_TEXT: usize = 1 << 20;

/// A key of a hive with its full name.
#[derive(Debug, Clone)]
pub(super) struct View<'h> {
    hive: &'h Hive,
    pub(super) key: Key<'h>,
    /// The name with its root: `HKLM\SOFTWARE\…`.
    pub(super) path: String,
}

impl<'h> View<'h> {
    pub(super) fn new(hive: &'h Hive, key: Key<'h>, path: &str) -> Self {
        Self { hive, key, path: path.to_owned() }
    }

    /// The key at a path below this one; this one where the path is empty.
    pub(super) fn at(&self, path: &str) -> Option<Self> {
        if path.is_empty() {
            return Some(self.clone());
        }
        let key = self.key.descend(path)?;
        Some(Self { hive: self.hive, key, path: format!("{}\\{path}", self.path) })
    }

    /// The same key under another name.
    pub(super) fn named(&self, path: &str) -> Self {
        Self { path: path.to_owned(), ..self.clone() }
    }

    /// Another key under the name of this one.
    pub(super) fn of(&self, key: Key<'h>) -> Self {
        Self { key, ..self.clone() }
    }

    /// The keys directly below.
    pub(super) fn children(&self) -> impl Iterator<Item = Self> + use<'_, 'h> {
        self.key.subkeys().into_iter().map(|key| Self {
            hive: self.hive,
            key,
            path: format!("{}\\{}", self.path, key.name()),
        })
    }

    /// The last part of the name.
    pub(super) fn name(&self) -> String {
        self.key.name()
    }

    /// The text of a value, without white space around it; `None` where it is absent, empty or no text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.key.value(name).and_then(|value| text(&value))
    }

    /// The number of a value.
    pub(super) fn number(&self, name: &str) -> Option<u32> {
        self.key.value(name).and_then(|value| u32::try_from(value.number()?).ok())
    }

    pub(super) fn location(&self) -> Location {
        Location::Offset(self.key.offset())
    }

    /// Whether nothing was found damaged so far.
    pub(super) fn is_sound(&self) -> bool {
        self.hive.problems().is_empty()
    }

    /// The value as a record.
    pub(super) fn registry(&self, value: &Value<'h>) -> (Location, RecordData) {
        let record = RegistryValue {
            key: self.path.clone(),
            name: value.name(),
            kind: value.kind().windows_name().to_owned(),
            data: data(value),
            key_written: Some(self.key.written()),
        };
        (Location::Offset(value.offset()), RecordData::Registry(record))
    }

    /// The value of this name as a record, where it is there.
    pub(super) fn registry_named(&self, name: &str, out: &mut Parsed) {
        if let Some((at, RecordData::Registry(record))) =
            self.key.value(name).map(|value| self.registry(&value))
        {
            // In the spelling in which people look for it.
            let record = RegistryValue { name: name.to_owned(), ..record };
            out.records.push((at, RecordData::Registry(record)));
        }
    }

    /// Of every value below this key that tells how a machine is hardened: what it holds, or that it is not there. In a hive that could not
    /// be read whole, what was not found may be there all the same.
    pub(super) fn watched(&self, out: &mut Parsed) {
        for (path, names) in evidence::watched::HARDENING {
            let Some(below) = path.strip_prefix(&self.path).and_then(|rest| rest.strip_prefix('\\')) else {
                continue;
            };
            let key = self.at(below);
            for name in *names {
                match &key {
                    Some(key) if key.key.value(name).is_some() => key.registry_named(name, out),
                    _ if self.is_sound() => {
                        let absent = RecordData::Setting(evidence::watched::absent(path, name));
                        out.records.push((Location::Whole, absent));
                    }
                    _ => {}
                }
            }
        }
    }

    /// An entry of an autostart place: a name, and the command or file that it starts.
    pub(super) fn entry(
        &self,
        place: Place,
        name: &str,
        value: &Value<'h>,
    ) -> Option<(Location, RecordData)> {
        let launch = text(value)?;
        Some((Location::Offset(value.offset()), autostart(place, &self.path, name, &launch, None)))
    }
}

/// Where entries belong.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'p> {
    pub(super) kind: AutostartKind,
    /// The category in the words of Autoruns.
    pub(super) category: &'static str,
    /// The user of the hive.
    pub(super) profile: Option<&'p str>,
}

/// An entry that starts a command. `image` is the file where the command is something else, such as a class id.
pub(super) fn autostart(
    place: Place,
    location: &str,
    name: &str,
    launch: &str,
    image: Option<String>,
) -> RecordData {
    RecordData::Autostart(AutostartEntry {
        kind: Some(place.kind),
        category: place.category.to_owned(),
        location: location.to_owned(),
        name: name.to_owned(),
        enabled: Some(true),
        profile: place.profile.map(str::to_owned),
        image_path: image.or_else(|| image_of(launch)),
        launch_string: Some(launch.to_owned()),
        ..AutostartEntry::default()
    })
}

/// A setting without more about it.
pub(super) fn setting(kind: &str, name: &str, value: &str) -> RecordData {
    setting_with(kind, name, value, [])
}

/// A setting with more about it.
pub(super) fn setting_with<const N: usize>(
    kind: &str,
    name: &str,
    value: &str,
    details: [(&str, &str); N],
) -> RecordData {
    let details = details.map(|(name, value)| (name.to_owned(), value.to_owned()));
    RecordData::Setting(Setting {
        kind: kind.to_owned(),
        name: name.to_owned(),
        value: value.to_owned(),
        details: BTreeMap::from(details),
    })
}

/// The text of a value without white space around it; `None` where it is empty or no text.
pub(super) fn text(value: &Value) -> Option<String> {
    let text = value.text()?;
    let trimmed = text.trim();
    (!trimmed.is_empty()).then(|| cut(trimmed))
}

/// A class id in braces, in lower case; `None` where the text is none.
pub fn class_id(text: &str) -> Option<String> {
    let text = text.trim();
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let is_id = (1..=36).contains(&inner.len()) && inner.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    is_id.then(|| text.to_lowercase())
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

/// The whole data as text, as [`RegistryValue::data`] has it.
fn data(value: &Value) -> String {
    match value.kind() {
        Kind::Sz | Kind::ExpandSz | Kind::MultiSz | Kind::Link => value.text().unwrap_or_default(),
        Kind::Dword | Kind::DwordBigEndian | Kind::Qword if value.number().is_some() => {
            value.number().unwrap_or_default().to_string()
        }
        _ => hex(&value.data()),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The program of a command line: what stands in quotes at its beginning, else what ends in an extension of programs, else its first word.
fn image_of(command: &str) -> Option<String> {
    const EXTENSIONS: [&str; 12] =
        [".exe", ".dll", ".sys", ".com", ".bat", ".cmd", ".scr", ".cpl", ".ps1", ".vbs", ".js", ".wsf"];
    let command = command.trim();
    if let Some(quoted) = command.strip_prefix('"') {
        return quoted.split('"').next().filter(|image| !image.is_empty()).map(str::to_owned);
    }
    let lower = command.to_ascii_lowercase();
    let ends = EXTENSIONS.iter().filter_map(|extension| {
        let end = lower.find(extension)? + extension.len();
        let is_end =
            lower.get(end..)?.chars().next().is_none_or(|c| c.is_whitespace() || c == ',' || c == '"');
        is_end.then_some(end)
    });
    match ends.min() {
        Some(end) => command.get(..end).map(str::to_owned),
        None => command.split_whitespace().next().map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_of_a_command() {
        for (command, image) in [
            (r#""C:\Program Files\a b.exe" /x"#, Some(r"C:\Program Files\a b.exe")),
            (r"C:\Program Files\a b.exe /x", Some(r"C:\Program Files\a b.exe")),
            (r"%windir%\system32\svchost.exe -k netsvcs", Some(r"%windir%\system32\svchost.exe")),
            ("powershell -enc AAAA", Some("powershell")),
            ("rundll32.exe x.dll,Run", Some("rundll32.exe")),
            ("", None),
            ("\"", None),
        ] {
            assert_eq!(image_of(command).as_deref(), image, "{command}");
        }
    }
}
