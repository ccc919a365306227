//! Keys that a damaged hive holds and no longer leads to: what they say of autostart places, services and tasks.
//!
//! Nobody knows whether Windows would still find them, so they tell what was.

use super::view::View;
use super::{HiveKind, RECOVERED, autostarts, kind, places, system, task_cache};
use crate::place::user_of;
use crate::{Parsed, Problem};
use evidence::Level;
use registry_hive::{Hive, Key};

/// Reads the lost keys of a hive that [`parse`](super::parse) found damaged; of a sound one, nothing.
pub fn parse_lost(hive: &Hive, place: &str) -> Parsed {
    let mut parsed = Parsed::default();
    if hive.problems().is_empty() {
        return parsed;
    }
    let Some(kind) = kind(hive) else { return parsed };
    let lost = hive.lost_keys();
    let user = user_of(place);
    for (path, key) in &lost {
        read(hive, kind, path, *key, user.as_deref(), &mut parsed);
    }
    if !lost.is_empty() {
        let message = RECOVERED.with([lost.len().into()]);
        parsed.problems.push(Problem { level: Level::Info, offset: None, message });
    }
    parsed
}

fn read(hive: &Hive, kind: HiveKind, path: &str, key: Key, user: Option<&str>, out: &mut Parsed) {
    let view = |root: &str, below: &str| View::new(hive, key, &format!("{root}\\{below}"));
    let lost = |root: &str, below: &str, rows: &[places::Row], out: &mut Parsed| {
        out.records.extend(autostarts::of_lost(&view(root, below), below, rows, user));
    };
    match kind {
        HiveKind::System => {
            let Some((set, below)) = path.split_once('\\') else { return };
            if !set.to_ascii_lowercase().starts_with("controlset") {
                return;
            }
            let root = r"HKLM\SYSTEM\CurrentControlSet";
            lost(root, below, places::CONTROL_SET, out);
            if is_directly_below(below, "Services") {
                out.records.extend(system::service(&view(root, below)));
            }
        }
        HiveKind::Software => {
            let root = r"HKLM\SOFTWARE";
            match path.split_once('\\') {
                Some((wow, below)) if wow.eq_ignore_ascii_case("WOW6432Node") => {
                    lost(r"HKLM\SOFTWARE\WOW6432Node", below, places::SOFTWARE, out);
                }
                _ => lost(root, path, places::SOFTWARE, out),
            }
            if is_directly_below(path, task_cache::TASKS) {
                out.records.extend(task_cache::lost(&view(root, path)));
            }
        }
        HiveKind::User => {
            lost("HKCU", path, places::USER, out);
            if let Some((software, below)) = path.split_once('\\')
                && software.eq_ignore_ascii_case("Software")
            {
                lost(r"HKCU\Software", below, places::SOFTWARE, out);
            }
        }
        HiveKind::Sam | HiveKind::UserClasses => {}
    }
}

/// Whether a path is that of a key directly below another.
fn is_directly_below(path: &str, above: &str) -> bool {
    path.rsplit_once('\\').is_some_and(|(own, _)| own.eq_ignore_ascii_case(above))
}
