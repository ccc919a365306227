//! What the path of a file inside a bundle says of it.

use super::manifest::MANIFEST_PATH;
use super::names;
use crate::file_name::has_extension;

/// Whether a file is a copy that Windows put aside: of a hive, or of all that an older Windows had.
pub(super) fn is_outdated(relative: &str) -> bool {
    let mut folders = relative.split(['/', '!']);
    folders.any(|folder| ["RegBack", "Windows.old"].iter().any(|name| folder.eq_ignore_ascii_case(name)))
}

/// Whether a member is the manifest of the archive or of a folder in it.
pub(super) fn is_manifest(name: &str) -> bool {
    folder_of(name, MANIFEST_PATH).is_some()
}

/// Whether a member is a copy of a task's file under its hash, which the records of its bundle tell of.
pub(super) fn is_raw_task(relative: &str) -> bool {
    let Some((folder, name)) = relative.rsplit_once('/') else { return false };
    let stem = name.strip_suffix(".xml").unwrap_or_default();
    folder_of(folder, "deminer/raw/tasks").is_some()
        && stem.len() == 64
        && stem.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a member is a bundle of its own.
pub(super) fn is_bundle(name: &str) -> bool {
    has_extension(name, "zip") && names::bundle_host(name).is_some()
}

/// The folder in which `path` lies at its proper place: `""` for `deminer/manifest.json` itself.
pub(super) fn folder_of<'p>(path: &'p str, proper: &str) -> Option<&'p str> {
    path.strip_suffix(proper).filter(|folder| folder.is_empty() || folder.ends_with(['/', '!']))
}
