//! Registry hives: services, autostart places, scheduled tasks, accounts, and the settings that miners change.
//!
//! Which hive a file is shows in its keys, never in its name. Keys are named as a running Windows names them: `HKLM\SYSTEM\CurrentControlSet`
//! is the control set that `Select\Current` points to, and a user's hive is `HKCU`, with the user as the profile of its entries.
//!
//! No password and no hash of one is read: of an account only its name, its number and its flags.

mod autostarts;
mod classes;
mod lost;
mod network;
pub mod places;
mod sam;
mod software;
mod store;
mod system;
mod task_actions;
mod task_cache;
mod user;
mod view;

use crate::{Parsed, Problem};
use evidence::{Level, MessageSpec};
pub use lost::parse_lost;
use registry_hive::Hive;
pub(crate) use task_actions::guid;
use view::View;
pub use view::class_id;

/// The format of the source that holds what [`parse_lost`] found: it was there.
pub const PAST_FORMAT: &str = "registry-hive-deleted";

/// The file is no hive, or its root key is lost.
const UNREADABLE: MessageSpec = MessageSpec::new("note-hive-unreadable", &["reason"]);
/// Part of the hive cannot be read.
const DAMAGED: MessageSpec = MessageSpec::new("note-hive-damaged", &["reason"]);
/// Changes had not reached the hive, and no log brings them.
const UNREPLAYED: MessageSpec = MessageSpec::new("note-hive-unreplayed", &[]);
/// A hive of a kind that tells nothing here.
const OTHER: MessageSpec = MessageSpec::new("note-hive-other", &[]);
/// There are more tasks than are read.
const TASKS_CUT: MessageSpec = MessageSpec::new("note-hive-tasks-cut", &["limit"]);
/// There are more firewall rules than are read.
const RULES_CUT: MessageSpec = MessageSpec::new("note-hive-rules-cut", &["limit"]);
/// There are more values that may hold a payload than are judged.
const STORES_CUT: MessageSpec = MessageSpec::new("note-hive-stores-cut", &["count", "limit"]);
/// Keys that the tree does not lead to were read.
const RECOVERED: MessageSpec = MessageSpec::new("note-hive-recovered", &["count"]);

/// What this module can say.
pub const NOTES: &[MessageSpec] =
    &[UNREADABLE, DAMAGED, UNREPLAYED, OTHER, TASKS_CUT, RULES_CUT, STORES_CUT, RECOVERED];

/// Places of damage that are told one by one.
const MAX_PROBLEMS: usize = 20;

/// Which hive a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HiveKind {
    /// `HKLM\SYSTEM`.
    System,
    /// `HKLM\SOFTWARE`.
    Software,
    /// `HKLM\SAM`.
    Sam,
    /// `HKCU`: a user's `NTUSER.DAT`.
    User,
    /// `HKCU\Software\Classes`: a user's `UsrClass.dat`.
    UserClasses,
}

/// Which hive the file is, by its keys; `None` where it is none of those that are read.
pub fn kind(hive: &Hive) -> Option<HiveKind> {
    let root = hive.root()?;
    let has = |path: &str| root.descend(path).is_some();
    if has("Select") || has("ControlSet001") {
        Some(HiveKind::System)
    } else if has(r"Microsoft\Windows NT\CurrentVersion") {
        Some(HiveKind::Software)
    } else if has(r"SAM\Domains") {
        Some(HiveKind::Sam)
    } else if has(r"Software\Microsoft") {
        Some(HiveKind::User)
    } else if has("CLSID") || has("Local Settings") {
        Some(HiveKind::UserClasses)
    } else {
        None
    }
}

/// Only what names the machine, for a survey: the record with its name from the SYSTEM hive.
pub fn parse_name(hive: &Hive) -> Parsed {
    let mut parsed = Parsed::default();
    if let (Some(HiveKind::System), Some(root)) = (kind(hive), hive.root()) {
        system::read_name(&View::new(hive, root, r"HKLM\SYSTEM"), &mut parsed);
    }
    parsed
}

/// The keys from which code is started, and those whose names say what is started, from the root of a hive on; of the SYSTEM hive, from its
/// control set on. So whoever reads a running Windows looks where the reader of hives does.
pub fn autostart_keys(kind: HiveKind) -> Vec<String> {
    let mut keys = Vec::new();
    let mut add = |root: &str, table: &[places::Row]| {
        keys.extend(table.iter().map(|row| format!("{root}{}", row.key)));
    };
    let software = match kind {
        HiveKind::Software => "",
        HiveKind::User => r"Software\",
        HiveKind::System => {
            add("", places::CONTROL_SET);
            return keys;
        }
        HiveKind::UserClasses => {
            add("", places::CLASSES);
            keys.extend(places::COMMANDS.iter().map(|class| format!(r"{class}\shell\open\command")));
            return keys;
        }
        HiveKind::Sam => return keys,
    };
    for root in [software.to_owned(), format!(r"{software}WOW6432Node\")] {
        add(&root, places::SOFTWARE);
    }
    if kind == HiveKind::User {
        add("", places::USER);
    } else {
        for root in [r"Classes\", r"WOW6432Node\Classes\"] {
            add(root, places::CLASSES);
        }
        let commands = places::COMMANDS.iter().map(|class| format!(r"Classes\{class}\shell\open\command"));
        keys.extend(commands);
    }
    let approved = places::APPROVED.iter().map(|(_, key)| *key).chain([places::APPROVED_FILES]);
    keys.extend(approved.map(|key| format!("{software}{key}")));
    keys
}

/// Reads a hive whose logs have been applied. `place` is its path in the bundle, which names the user of a user's hive.
pub fn parse(hive: &Hive, place: &str) -> Parsed {
    parse_as(hive, kind(hive), place)
}

/// The same of a hive of which it is known which it is.
pub fn parse_as(hive: &Hive, kind: Option<HiveKind>, place: &str) -> Parsed {
    let mut parsed = Parsed::default();
    let problem = |level, message| Problem { level, offset: None, message };
    let Some(root) = hive.root() else {
        let message = UNREADABLE.with(["its root key is lost".into()]);
        parsed.problems.push(problem(Level::Error, message));
        return parsed;
    };
    match kind {
        Some(HiveKind::System) => system::read(&View::new(hive, root, r"HKLM\SYSTEM"), &mut parsed),
        Some(HiveKind::Software) => software::read(&View::new(hive, root, r"HKLM\SOFTWARE"), &mut parsed),
        Some(HiveKind::Sam) => sam::read(&View::new(hive, root, r"HKLM\SAM"), &mut parsed),
        Some(HiveKind::User) => user::read(&View::new(hive, root, "HKCU"), place, &mut parsed),
        Some(HiveKind::UserClasses) => {
            user::read_classes(&View::new(hive, root, r"HKCU\Software\Classes"), place, &mut parsed);
        }
        None => parsed.problems.push(problem(Level::Info, OTHER.plain())),
    }
    let replay = hive.replayed();
    if replay.needed && replay.applied == 0 {
        parsed.problems.push(problem(Level::Info, UNREPLAYED.plain()));
    }
    parsed.problems.extend(hive.problems().into_iter().take(MAX_PROBLEMS).map(|problem| Problem {
        level: Level::Warning,
        offset: Some(problem.offset),
        message: DAMAGED.with([problem.what.into()]),
    }));
    parsed
}

/// What the value `Actions` of a task in the registry's task cache holds: the principal, and what the task does.
pub fn task_actions(bytes: &[u8]) -> (Option<String>, Vec<evidence::TaskAction>) {
    task_actions::read(bytes)
}

/// A file that is no hive.
pub fn unreadable(error: registry_hive::Error) -> Problem {
    Problem { level: Level::Error, offset: None, message: UNREADABLE.with([error.to_string().into()]) }
}

#[cfg(test)]
mod tests;
