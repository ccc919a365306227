//! The state of a whole Windows: every file and every registry value, to see what a run changed.

use super::super::wine::Prefix;
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Files up to this size are kept whole, so that one that was deleted and put back can be compared, in bytes.
const KEPT: u64 = 32 << 20;

/// What Wine itself writes whenever anything runs: the files of its registry, which is compared value by value.
const OF_WINE: [&str; 4] = ["system.reg", "user.reg", "userdef.reg", ".update-timestamp"];

/// The state of files and registry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct State {
    files: BTreeMap<String, File>,
    registry: BTreeMap<String, String>,
}

/// A file: `mark` changes with every change of its bytes, times or place.
#[derive(Debug, Clone, Eq)]
struct File {
    mark: (u64, i64, i64, u64),
    /// When it was last written, as exactly as Windows knows it: in 100 ns. A line of the hosts file that is put back is a setting, not a
    /// file, so that file has none.
    modified: Option<(i64, i64)>,
    bytes: Option<Vec<u8>>,
}

impl PartialEq for File {
    fn eq(&self, other: &Self) -> bool {
        let same_bytes = self.bytes.is_some() && self.bytes == other.bytes;
        self.mark == other.mark || (same_bytes && self.modified == other.modified)
    }
}

impl State {
    /// Reads it. Folders below `ignored` (from the top of the prefix) are left out: they hold what the test itself makes.
    pub(super) fn read(prefix: &Prefix, ignored: &[&str]) -> Result<Self> {
        let mut state = Self::default();
        state.folder(prefix.root(), "", ignored)?;
        for root in ["HKEY_LOCAL_MACHINE", "HKEY_USERS"] {
            let file = prefix.root().join("export.reg");
            prefix.quiet(&["reg", "export", root, &super::super::wine::windows_path(&file), "/y"])?;
            let bytes = fs::read(&file)?;
            fs::remove_file(&file)?;
            let units: Vec<u16> =
                bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
            state.values(&String::from_utf16_lossy(&units));
        }
        Ok(state)
    }

    fn folder(&mut self, root: &Path, below: &str, ignored: &[&str]) -> Result<()> {
        let folder = root.join(below);
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if below.is_empty() { name } else { format!("{below}/{name}") };
            if OF_WINE.contains(&path.as_str()) || is_half_saved(&path) || ignored.contains(&path.as_str()) {
                continue;
            }
            let metadata = entry.path().symlink_metadata()?;
            if metadata.is_dir() {
                self.folder(root, &path, ignored)?;
                continue;
            }
            // What comes with Wine is told by its mark: nothing in the plan touches it.
            let keep = metadata.is_file() && metadata.len() <= KEPT && !is_of_system(&path);
            let bytes = if keep { Some(fs::read(entry.path())?) } else { None };
            let file = File {
                mark: (metadata.ino(), metadata.ctime(), metadata.ctime_nsec(), metadata.len()),
                modified: (!path.contains("/drivers/etc/"))
                    .then(|| (metadata.mtime(), metadata.mtime_nsec() / 100)),
                bytes,
            };
            self.files.insert(path, file);
        }
        Ok(())
    }

    /// The values of a `.reg` file.
    fn values(&mut self, text: &str) {
        let mut key = "";
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                key = name;
                if !is_of_display(key) {
                    self.registry.insert(key.to_owned(), String::new());
                }
            } else if let Some((name, data)) = line.split_once('=').filter(|_| !is_of_display(key)) {
                let mut data = data.to_owned();
                while data.ends_with('\\') {
                    data.pop();
                    data.push_str(lines.next().unwrap_or_default().trim());
                }
                self.registry.insert(format!("{key}\\{}", name.trim_matches('"')), data);
            }
        }
    }

    /// What differs in `later`: `-` gone, `+` new, `~` another.
    pub(super) fn changes(&self, later: &Self) -> BTreeSet<String> {
        let mut changes = compare(&self.files, &later.files);
        changes.extend(compare(&self.registry, &later.registry));
        changes
    }
}

/// Whether Wine is saving a part of its registry into this file, which then takes the place of the old one.
fn is_half_saved(path: &str) -> bool {
    let number = path.strip_prefix("reg").and_then(|rest| rest.strip_suffix(".tmp"));
    number.is_some_and(|number| number.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

/// Whether Wine writes the key at any time: it looks for a display now and then, and there is none.
fn is_of_display(key: &str) -> bool {
    key.to_lowercase().contains(r"\control\video\")
}

/// Whether a file belongs to Wine's own Windows, other than those that miners change.
fn is_of_system(path: &str) -> bool {
    let path = path.to_lowercase();
    path.starts_with("drive_c/windows/") && !path.contains("/drivers/etc/") && !path.contains("/tasks/")
}

fn compare<T: PartialEq>(before: &BTreeMap<String, T>, after: &BTreeMap<String, T>) -> BTreeSet<String> {
    let gone = before.keys().filter(|name| !after.contains_key(*name)).map(|name| format!("- {name}"));
    let new = after.keys().filter(|name| !before.contains_key(*name)).map(|name| format!("+ {name}"));
    let other = before
        .iter()
        .filter(|(name, value)| after.get(*name).is_some_and(|later| later != *value))
        .map(|(name, _)| format!("~ {name}"));
    gone.chain(new).chain(other).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_whole_and_compared() {
        let mut before = State::default();
        before.values(
            "Windows Registry Editor Version 5.00\n\n[HKEY_X\\a]\n@=\"d\"\n\"n\"=hex:01,\\\n  02,\\\n  03\n",
        );
        assert_eq!(before.registry.get("HKEY_X\\a\\n").map(String::as_str), Some("hex:01,02,03"));
        let mut after = State::default();
        after.values("[HKEY_X\\a]\n\"n\"=hex:01\n\"m\"=\"\"\n");
        let changes: Vec<_> = before.changes(&after).into_iter().collect();
        assert_eq!(changes, ["+ HKEY_X\\a\\m", "- HKEY_X\\a\\@", "~ HKEY_X\\a\\n"]);
    }
}
