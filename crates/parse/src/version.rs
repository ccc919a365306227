//! Which Windows it is: what `ver` and `Get-ComputerInfo` print, and the versions of drivers that tell of a hole.
//!
//! Facts about the machine become settings of these kinds, whatever source they come from; each carries the name of the
//! machine as `host` where the source tells it:
//!
//! | kind | name | value | details |
//! |---|---|---|---|
//! | `os-build` | | `10.0.19045` | `product`, `service-pack`, `ubr` |
//! | `image-version` | | `10.0.19041`: what it was installed from, or made for, whatever the updates | `product` |
//! | `srv-sys-version`, `termdd-sys-version` | the file | `6.1.7601.23689`; of `srv.sys` also `absent` | |
//! | `hotfix` | `KB4012212` | | `installed-on` as written; `installed`: the day, or the two days that it may be |
//! | `hotfix-list` | | `complete`, `truncated` | `listed`, `counted` |
//! | `package` | its identity | its state | `installed`: the time, the day, or the two days that it may be |

mod computer;
mod program;

pub use computer::parse_computer_info;
pub(crate) use computer::{is_computer_info, is_json, property};
pub use program::{ProgramFacts, judged_driver, lacks_smb_driver, parse_driver, parse_program};

use crate::file_name::file_name;
use crate::text::Text;
use crate::{Parsed, Problem};
use evidence::{
    Area, Evidence, Level, Location, MessageSpec, OperatingSystem, ReadState, RecordData, Setting,
};

/// A program without version information.
const NO_VERSION: MessageSpec = MessageSpec::new("note-version-none", &[]);

/// Versions of files, none of which is that of a driver that is judged, in its place.
const OTHER_FILE: MessageSpec = MessageSpec::new("note-version-other-file", &[]);

/// What this module can say.
pub const NOTES: &[MessageSpec] = &[NO_VERSION, OTHER_FILE];

/// The kind of the setting that tells the version of `srv.sys`.
const SMB_DRIVER: &str = "srv-sys-version";

/// A version of Windows in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found<'t> {
    /// `10.0.19045`.
    pub(crate) version: &'t str,
    /// The fourth number.
    pub(crate) revision: Option<&'t str>,
    /// What stands behind it.
    pub(crate) rest: &'t str,
}

/// The version that a text begins with: two short numbers, a build number of four or five digits, of six from Windows 10 on, perhaps a
/// fourth number.
pub(crate) fn version_at_start(text: &str) -> Option<Found<'_>> {
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let mut end = 0;
    for (at, lengths) in
        [1..=2, 1..=2, if text.starts_with("10.") { 4..=6 } else { 4..=5 }].into_iter().enumerate()
    {
        if at > 0 {
            end += usize::from(text.get(end..)?.starts_with('.'));
        }
        let length = digits(text.get(end..)?);
        if !lengths.contains(&length) {
            return None;
        }
        end += length;
    }
    let (version, mut rest) = text.split_at_checked(end)?;
    if version.matches('.').count() != 2 {
        return None;
    }
    let mut revision = None;
    if let Some(behind) = rest.strip_prefix('.') {
        let (number, after) = behind.split_at_checked(digits(behind))?;
        if number.is_empty() || number.len() > 9 {
            return None;
        }
        (revision, rest) = (Some(number), after);
    }
    (!rest.starts_with(|c: char| c.is_alphanumeric() || c == '.')).then_some(Found {
        version,
        revision,
        rest,
    })
}

/// A fact about the machine, with its name where that is known.
pub(crate) fn setting(
    kind: &str,
    name: &str,
    value: &str,
    host: Option<&str>,
    details: &[(&str, &str)],
) -> RecordData {
    let details = details.iter().copied().chain(host.map(|host| ("host", host)));
    RecordData::Setting(Setting {
        kind: kind.to_owned(),
        name: name.to_owned(),
        value: value.to_owned(),
        details: details
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    })
}

/// A text that can name a machine: people who share such files put dots in its place.
pub(crate) fn host_name(text: &str) -> Option<&str> {
    let name = text.trim().trim_start_matches('\\');
    let fits = !name.is_empty()
        && name.len() <= 255
        && name.contains(char::is_alphanumeric)
        && !name.contains(|c: char| c.is_whitespace() || c.is_control());
    fits.then_some(name)
}

/// What `ver` prints: `Microsoft Windows [Version 10.0.19045.3803]`, with its word for “version”.
pub(crate) fn ver_line(line: &str) -> Option<Found<'_>> {
    let line = line.trim();
    let (product, inside) = line.split_once('[')?;
    let inside = inside.strip_suffix(']')?;
    if !product.contains("Windows") {
        return None;
    }
    inside.split_whitespace().last().and_then(version_at_start)
}

/// Reads what `ver` prints.
pub fn parse_ver(text: &Text<'_>) -> Parsed {
    let mut parsed = Parsed { problems: text.problems(), ..Parsed::default() };
    for (at, line) in lines(text.as_str()) {
        if let Some(found) = ver_line(line) {
            let details = [("ubr", found.revision.unwrap_or_default())];
            let record = setting("os-build", "", found.version, None, &details);
            parsed.records.push((Location::Offset(text.offset(at)), record));
            parsed.coverage.add(Area::Patch, ReadState::Partial);
        }
    }
    parsed
}

/// Reads the numeric version of a driver that is judged by it from the file itself.
pub fn parse_judged_driver(bytes: &[u8], name: &str) -> Parsed {
    let mut parsed = Parsed::default();
    match parse_driver(bytes) {
        Some([a, b, c, d]) => {
            let kind = judged_driver(file_name(name), false).unwrap_or(SMB_DRIVER);
            let record = setting(kind, name, &format!("{a}.{b}.{c}.{d}"), None, &[]);
            parsed.records.push((Location::Whole, record));
            // That one decides about MS17-010 by itself.
            let state = if kind == SMB_DRIVER { ReadState::Complete } else { ReadState::Partial };
            parsed.coverage.add(Area::Patch, state);
        }
        None => {
            parsed.problems.push(Problem { level: Level::Error, offset: None, message: NO_VERSION.plain() });
        }
    }
    parsed
}

/// That `srv.sys` is not in the folder of the drivers.
pub(crate) fn absent_smb_driver() -> RecordData {
    setting(SMB_DRIVER, "srv.sys", "absent", None, &[])
}

/// Names the system of a host by what its records say.
pub(crate) fn name_system(evidence: &mut Evidence) {
    if evidence.host.os.is_some() {
        return;
    }
    let of_kind =
        |kind: &str| evidence.settings().map(|(_, setting)| setting).find(|setting| setting.kind == kind);
    let build = of_kind("os-build").or_else(|| of_kind("image-version"));
    evidence.host.os = build.map(|build| OperatingSystem {
        product: build.details.get("product").cloned(),
        version: Some(build.value.clone()),
        ubr: build.details.get("ubr").and_then(|number| number.parse().ok()),
    });
}

/// The lines of a text and where they begin, without their ends.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line.trim_end_matches(['\r', '\n']))
    })
}

#[cfg(test)]
mod tests;
