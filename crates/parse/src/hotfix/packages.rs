//! What `dism /online /get-packages` prints, as list or as table.

use super::STATES;
use crate::text::Text;
use crate::version::{lines, setting, version_at_start};
use crate::{Parsed, Problem};
use evidence::{Area, Level, Location, ReadState};

/// The key of Microsoft's own packages, which stands in the identity of each.
const KEY: &str = "~31bf3856ad364e35~";

/// The states that matter, as DISM writes them.
const WORDS: &[(&str, &str)] = &[
    ("Installed", "installed"),
    ("Superseded", "superseded"),
    ("Staged", "staged"),
    ("Install Pending", "install-pending"),
    ("Uninstall Pending", "uninstall-pending"),
    ("Uninstall Started", "uninstall-pending"),
    ("Not Present", "absent"),
    ("Removed", "absent"),
    ("Installiert", "installed"),
    ("Installé", "installed"),
    ("Instalado", "installed"),
    ("Installato", "installed"),
    ("Установлен", "installed"),
    ("インストール済み", "installed"),
    ("已安装", "installed"),
    ("已安裝", "installed"),
    ("설치됨", "installed"),
];

/// Whether a line names one of Microsoft's packages.
pub(crate) fn names_a_package(line: &str) -> bool {
    line.contains(KEY)
}

/// Reads a list of packages.
pub fn parse_packages(text: &Text<'_>) -> Parsed {
    let mut parsed = Parsed { problems: text.problems(), ..Parsed::default() };
    let mut image = None;
    let mut open: Option<(usize, &str)> = None;
    let mut unknown = None;
    for (at, line) in lines(text.as_str()) {
        if names_a_package(line) {
            let identity = line.split(['|', ' ']).find(|word| word.contains(KEY)).unwrap_or_default();
            match line.split_once('|') {
                Some((_, rest)) => {
                    let state = rest.split('|').next().unwrap_or_default();
                    add(text, (at, identity), state, &mut parsed, &mut unknown);
                }
                None => open = Some((at, identity)),
            }
        } else if let Some((_, value)) = line.split_once(':') {
            if let Some(package) = open.take() {
                add(text, package, value, &mut parsed, &mut unknown);
            } else if parsed.records.is_empty() {
                // The version of the tool stands first, that of the image behind it.
                let found = version_at_start(value.trim()).filter(|found| found.revision.is_some());
                image = found.map(|found| (at, found)).or(image);
            }
        }
    }
    if let Some((at, found)) = image {
        // Updates leave it as it was, in its revision and before Windows 8 in its service pack.
        let record = setting("image-version", "", found.version, None, &[]);
        parsed.records.insert(0, (Location::Offset(text.offset(at)), record));
    }
    parsed.coverage.add(Area::Patch, ReadState::Complete);
    if let Some((at, state)) = unknown {
        let message = STATES.with([state.into()]);
        let offset = Some(text.offset(at));
        parsed.problems.push(Problem { level: Level::Warning, offset, message });
    }
    parsed
}

fn add<'t>(
    text: &Text<'_>,
    (at, identity): (usize, &str),
    state: &'t str,
    parsed: &mut Parsed,
    unknown: &mut Option<(usize, &'t str)>,
) {
    let state = state.trim();
    let known = WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(state)).map(|(_, known)| *known);
    if known.is_none() {
        unknown.get_or_insert((at, state));
    }
    let record = setting("package", identity, known.unwrap_or(state), None, &[]);
    parsed.records.push((Location::Offset(text.offset(at)), record));
}
