//! Security templates: the INF files that `secedit /export` writes and group policy keeps as `GptTmpl.inf`.
//!
//! `[System Access]` holds the account policy, `[Registry Values]` lines of the form `MACHINE\Key\Name=type,data`, `[Privilege Rights]` who has a
//! right (Microsoft, \[MS-GPSB\] 2.2). What a template says of group policy is what is meant to be, not what a machine has.

use super::policy;
use crate::Parsed;
use crate::text::Text;
use crate::version::lines;
use evidence::{Area, Location, ReadState, RecordData, RegistryValue, Setting};

/// Lines that are read.
const MAX_LINES: usize = 20_000;

/// A section of a template that is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    SystemAccess,
    RegistryValues,
    PrivilegeRights,
    Other,
}

impl Section {
    fn of(line: &str) -> Option<Self> {
        let name = line.strip_prefix('[')?.strip_suffix(']')?.trim().to_ascii_lowercase();
        Some(match name.as_str() {
            "system access" => Self::SystemAccess,
            "registry values" => Self::RegistryValues,
            "privilege rights" => Self::PrivilegeRights,
            _ => Self::Other,
        })
    }
}

/// Whether a text begins as a security template does.
pub(crate) fn recognise(head: &str) -> bool {
    let trimmed = || lines(head).map(|(_, line)| line.trim_matches(|c: char| c.is_whitespace() || c == '\0'));
    let sections = || trimmed().filter_map(Section::of);
    let signed = trimmed().any(|line| {
        let plain: String = line.chars().filter(|c| !c.is_whitespace()).collect();
        plain.eq_ignore_ascii_case("signature=\"$chicago$\"")
    });
    sections().any(|section| section == Section::SystemAccess)
        || (signed && sections().any(|section| section != Section::Other))
}

/// Reads a security template.
pub fn parse_template(text: &Text<'_>) -> Parsed {
    let mut parsed = Parsed { problems: text.problems(), ..Parsed::default() };
    let mut section = Section::Other;
    for (at, line) in lines(text.as_str()).take(MAX_LINES) {
        let line = line.trim_matches(|c: char| c.is_whitespace() || c == '\0');
        if let Some(next) = Section::of(line) {
            section = next;
            continue;
        }
        let Some((name, value)) = line.split_once('=') else { continue };
        let (name, value) = (name.trim(), value.trim());
        let record = match section {
            _ if name.is_empty() || name.starts_with(';') => None,
            Section::SystemAccess => Some(policy(name, value.trim_matches('"'))),
            Section::RegistryValues => registry_value(name, value),
            Section::PrivilegeRights => Some(RecordData::Setting(Setting {
                kind: "user-right".to_owned(),
                name: name.to_owned(),
                value: value.to_owned(),
                ..Setting::default()
            })),
            Section::Other => None,
        };
        parsed.records.extend(record.map(|record| (Location::Offset(text.offset(at)), record)));
    }
    if !parsed.records.is_empty() {
        parsed.coverage.add(Area::Hardening, ReadState::Partial);
    }
    parsed
}

/// `MACHINE\System\CurrentControlSet\Control\Lsa\NoLMHash` with `4,1`.
fn registry_value(path: &str, value: &str) -> Option<RecordData> {
    let (root, rest) = path.split_once('\\')?;
    if !root.eq_ignore_ascii_case("MACHINE") {
        return None;
    }
    let (key, name) = rest.rsplit_once('\\')?;
    let (kind, data) = value.split_once(',')?;
    let kind = match kind.trim() {
        "1" => "REG_SZ",
        "2" => "REG_EXPAND_SZ",
        "3" => "REG_BINARY",
        "4" => "REG_DWORD",
        "7" => "REG_MULTI_SZ",
        _ => return None,
    };
    let data = data.trim().trim_matches('"');
    let data = if kind == "REG_MULTI_SZ" { data.replace(',', "\n") } else { data.to_owned() };
    Some(RecordData::Registry(RegistryValue {
        key: format!("HKLM\\{key}"),
        name: name.to_owned(),
        kind: kind.to_owned(),
        data,
        key_written: None,
    }))
}
