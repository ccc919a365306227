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
