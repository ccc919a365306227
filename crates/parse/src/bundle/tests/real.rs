//! Evidence that others recorded on real machines.

use super::*;
use evidence::{Area, NameSource};

/// The folder of the recorded evidence, or a loud word that it is missing.
pub(super) fn data(below: &str) -> Option<std::path::PathBuf> {
    let data = std::env::var_os("DEMINER_DATA").map_or_else(
        || Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).to_path_buf(),
        Into::into,
    );
    let folder = data.join(below);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("SKIPPED: {} is not there", folder.display());
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "the data are missing");
    None
}

#[test]
fn three_folders_of_text_are_three_bundles() {
    let Some(text) = data("text") else { return };
    let found = find(&text);
    let hosts = [("DESKTOP-O8964S4", 10), ("TEXT", 3), ("WORKFLOW-EXAMPLE", 3)];
    assert_eq!(found.hosts(), [hosts[1], hosts[0], hosts[2]]);
    let [_, listing, wmic] = &found.evidence[..] else { panic!() };
    assert_eq!(listing.host.name_source, NameSource::Record);
    for evidence in [listing, wmic] {
        assert!(evidence.coverage.subscriptions_complete(), "{:?}", evidence.coverage);
    }
    assert!(!wmic.coverage.is_complete(Area::Tasks));
    assert_eq!(found.notes(), [(Level::Info, "note-unknown-text")]);
}

#[test]
fn everything_recorded_is_opened_without_an_error() {
    let Some(all) = data(".") else { return };
    let found = find(&all);
    let errors: Vec<_> = found.notes().into_iter().filter(|(level, _)| *level == Level::Error).collect();
    assert_eq!(errors, []);
    assert!(found.hosts().contains(&("DESKTOP-O8964S4", 10)));
}

#[cfg(feature = "events")]
#[test]
fn the_logs_of_a_renamed_machine_and_its_tasks_are_one_hosts() {
    let Some(events) = data("events") else { return };
    let limits = Limits::default();
    let read = |path: std::path::PathBuf| find_with(&[path.as_path()], &limits).evidence;
    let [logs] = &read(events.join("infected-win10.zip"))[..] else { panic!("more than one host") };
    assert_eq!((logs.host.id.0.as_str(), logs.sources.len()), ("DESKTOP-TMKU40H", 94));
    assert_eq!(logs.host.names, ["DESKTOP-TMKU40H", "WIN-C89CFTIHC0I"]);
    assert!(logs.coverage.is_complete(Area::Events) && !logs.coverage.subscriptions_complete());
    assert!(logs.sources.iter().all(|source| source.format == "event-log" && source.sha256.is_some()));
    let notes: Vec<_> = logs.notes.iter().map(|note| note.message.id.as_str()).collect();
    assert_eq!(notes, ["note-host-renamed"]);
    let [tasks] = &read(events.join("../tasks/infected-win10.zip"))[..] else { panic!("more than one host") };
    assert_eq!(tasks.tasks().count(), 202);
    assert!(tasks.coverage.is_complete(Area::Tasks));
}
