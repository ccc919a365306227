//! What `dism /online /get-packages` prints, as list or as table.

use super::STATES;
use super::dates::Order;
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

/// A package of a list.
struct Package<'t> {
    /// Where it stands.
    at: usize,
    identity: &'t str,
    state: &'t str,
    /// When it was installed, as written; empty where nothing tells.
    installed: &'t str,
}

/// The lines behind the state of a package among which the time of its installation stands: kind of release, then time.
const LINES_TO_TIME: usize = 2;

/// Reads a list of packages.
pub fn parse_packages(text: &Text<'_>) -> Parsed {
    let mut parsed = Parsed { problems: text.problems(), ..Parsed::default() };
    let mut image = None;
    let mut open: Option<(usize, &str)> = None;
    let mut packages: Vec<Package<'_>> = Vec::new();
    let mut behind = 0;
    for (at, line) in lines(text.as_str()) {
        if names_a_package(line) {
            let identity = line.split(['|', ' ']).find(|word| word.contains(KEY)).unwrap_or_default();
            let mut cells = line.split('|').skip(1).map(str::trim);
            match cells.next() {
                Some(state) => {
                    let installed = cells.nth(1).unwrap_or_default();
                    packages.push(Package { at, identity, state, installed });
                    behind = LINES_TO_TIME;
                }
                None => open = Some((at, identity)),
            }
        } else if let Some((_, value)) = line.split_once(':') {
            let value = value.trim();
            if let Some((at, identity)) = open.take() {
                packages.push(Package { at, identity, state: value, installed: "" });
                behind = 0;
            } else if let Some(package) = packages.last_mut() {
                behind += 1;
                if behind == LINES_TO_TIME && package.installed.is_empty() {
                    package.installed = value;
                }
            } else {
                // The version of the tool stands first, that of the image behind it.
                let found = version_at_start(value).filter(|found| found.revision.is_some());
                image = found.map(|found| (at, found)).or(image);
            }
        }
    }
    let order = Order::of(packages.iter().map(|package| package.installed));
    let mut unknown = None;
    for package in &packages {
        let known = WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(package.state));
        let state = known.map_or(package.state, |(_, known)| *known);
        if known.is_none() {
            unknown.get_or_insert((package.at, package.state));
        }
        let days = order.days(package.installed).unwrap_or_default();
        let record = setting("package", package.identity, state, None, &[("installed", &days)]);
        parsed.records.push((Location::Offset(text.offset(package.at)), record));
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
