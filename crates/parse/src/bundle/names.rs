//! What names tell: the host of a bundle, the kind of a file.

use crate::file_name::{file_name, has_extension};
use evidence::{Area, ReadState};

/// How files are called that hold one kind of thing, in lower case; longer names first.
const KINDS: &[&str] = &[
    "filtertoconsumerbinding",
    "commandlineeventconsumer",
    "activescripteventconsumer",
    "nteventlogeventconsumer",
    "logfileeventconsumer",
    "smtpeventconsumer",
    "eventconsumer",
    "eventfilter",
    "intervaltimerinstruction",
    "absolutetimerinstruction",
    "timerinstruction",
    "autorunsc",
    "autoruns",
];

/// The host of a bundle that is called `NAME_WMI` or `NAME_WMI.zip`.
pub(super) fn bundle_host(path: &str) -> Option<&str> {
    let stem = stem_of_archive(file_name(path));
    let at = stem.len().checked_sub("_WMI".len())?;
    let (name, suffix) = (stem.get(..at)?, stem.get(at..)?);
    (suffix.eq_ignore_ascii_case("_WMI") && is_host(name)).then_some(name)
}

/// The name without `.zip`.
pub(super) fn stem_of_archive(name: &str) -> &str {
    if has_extension(name, "zip") { name.get(..name.len() - 4).unwrap_or(name) } else { name }
}

/// What parts the kind and the host in the name of a file.
const SEPARATORS: [char; 4] = ['_', '-', '.', ' '];

/// What stands behind the kind in the names of files, and is no host: how it was exported, or of what.
const NO_HOSTS: &[&str] = &[
    "wmic",
    "list",
    "csv",
    "raw",
    "rawxml",
    "xml",
    "json",
    "mof",
    "full",
    "all",
    "output",
    "export",
    "old",
    "new",
    "before",
    "after",
    "copy",
    "backup",
    "root",
    "default",
    "subscription",
    "cimv2",
    "readme",
    "notes",
    "instances",
];

/// The kind of a file by its name, and the host in it: `PC1_EventFilter.txt` and `EventFilter_PC1.txt` are an `eventfilter` of `PC1`.
pub(super) fn kind(path: &str) -> Option<(&'static str, &str)> {
    let name = file_name(path);
    let name = if has_extension(name, "gz") { name.get(..name.len() - 3)? } else { name };
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let lower = stem.to_ascii_lowercase();
    let lower = lower.strip_suffix('s').filter(|_| !lower.ends_with("autoruns")).unwrap_or(&lower);
    let Some(kind) = KINDS.iter().find(|kind| lower.ends_with(**kind)) else {
        return kind_before_host(stem);
    };
    let before = stem.get(..lower.len() - kind.len())?;
    let prefix = before.trim_end_matches(SEPARATORS);
    // `MyEventFilter` is a name of its own, not a host and a kind.
    (before.is_empty() || prefix.len() < before.len()).then_some((*kind, prefix))
}

/// The kind of a file that is named after its kind, then after its host.
fn kind_before_host(stem: &str) -> Option<(&'static str, &str)> {
    let stem = stem.trim_start_matches('_');
    let kind =
        KINDS.iter().find(|kind| stem.get(..kind.len()).is_some_and(|own| own.eq_ignore_ascii_case(kind)))?;
    let behind = stem.get(kind.len()..)?;
    let behind = behind.strip_prefix(['s', 'S']).unwrap_or(behind);
    let host = behind.trim_start_matches(SEPARATORS);
    let word = !NO_HOSTS.iter().any(|word| host.eq_ignore_ascii_case(word));
    // Dates and numbers of copies are no hosts.
    let named = host.len() < behind.len() && word && host.chars().any(char::is_alphabetic);
    named.then_some((*kind, host))
}

/// The area that a file is about by its name, and how far the class in the name covers it.
pub(super) fn area(path: &str) -> Option<(Area, ReadState)> {
    let (kind, _) = kind(path)?;
    Some(match kind {
        "eventfilter" => (Area::EventFilters, ReadState::Complete),
        "filtertoconsumerbinding" => (Area::Bindings, ReadState::Complete),
        "eventconsumer" => (Area::EventConsumers, ReadState::Complete),
        "timerinstruction" => (Area::Timers, ReadState::Complete),
        kind if kind.ends_with("eventconsumer") => (Area::EventConsumers, ReadState::Partial),
        kind if kind.ends_with("timerinstruction") => (Area::Timers, ReadState::Partial),
        _ => return None,
    })
}

/// Whether the text can be the name of a particular machine.
pub(super) fn is_host(name: &str) -> bool {
    let name = name.trim();
    !(name.is_empty()
        || name == "."
        || name.len() > 255
        || name.contains(char::is_control)
        || ["localhost", "127.0.0.1", "::1"].iter().any(|local| name.eq_ignore_ascii_case(local)))
}

/// Whether two names can be the same machine's: alike but for case, with or without domain, or cut to the 15 characters of `NetBIOS`.
pub fn same_machine(a: &str, b: &str) -> bool {
    let (a, b) = (a.to_uppercase(), b.to_uppercase());
    let label = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    let cut = |name: &str| label(name).chars().take(15).collect::<String>();
    if a.contains('.') && b.contains('.') {
        return a == b;
    }
    label(&a) == label(&b) || (cut(&a) == cut(&b) && [&a, &b].iter().any(|name| name.chars().count() == 15))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_bundles() {
        for (path, host) in [
            ("DESKTOP-1_WMI.zip", Some("DESKTOP-1")),
            ("all/pc_wmi.ZIP", Some("pc")),
            ("PC1_WMI", Some("PC1")),
            ("経理_WMI", Some("経理")),
            ("_WMI.zip", None),
            ("localhost_WMI.zip", None),
            ("WMI.zip", None),
            ("あ", None),
        ] {
            assert_eq!(bundle_host(path), host, "{path}");
        }
    }

    #[test]
    fn kinds_of_files() {
        for (path, expected) in [
            ("EventFilter.txt", Some(("eventfilter", ""))),
            ("x/PC1_EventFilter.txt", Some(("eventfilter", "PC1"))),
            ("PC1-FilterToConsumerBindings.csv.gz", Some(("filtertoconsumerbinding", "PC1"))),
            ("__EventFilter.txt", Some(("eventfilter", ""))),
            ("PC1_ActiveScriptEventConsumer.mof", Some(("activescripteventconsumer", "PC1"))),
            ("PC1_Autoruns.CSV", Some(("autoruns", "PC1"))),
            ("EventFilter_PC1.txt", Some(("eventfilter", "PC1"))),
            ("x/__EventFilters-pc-2.corp.csv.gz", Some(("eventfilter", "pc-2.corp"))),
            ("CommandLineEventConsumer_PC1.txt", Some(("commandlineeventconsumer", "PC1"))),
            ("EventFilter_2024-01-01.txt", None),
            ("EventFilter (2).txt", None),
            ("EventFilter_old.txt", None),
            ("EventFilterX.txt", None),
            ("MyEventFilter.txt", None),
            ("readme.md", None),
            ("ü", None),
        ] {
            assert_eq!(kind(path), expected, "{path}");
        }
    }

    #[test]
    fn names_of_one_machine() {
        assert!(same_machine("pc1", "PC1.corp.example"));
        assert!(same_machine("ACCOUNTING-DESKTOP-7", "ACCOUNTING-DESK"));
        assert!(!same_machine("PC1", "PC10"));
        assert!(!same_machine("pc1.a.example", "pc1.b.example"));
    }
}
