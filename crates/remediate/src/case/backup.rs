//! Backups: written, read back, compared.

use super::{CaseDir, quarantine};
use crate::messages as m;
use crate::object::{MAX_FILE, Object, sha256_hex};
use crate::plan::{Action, Target};
use crate::receipt::Stop;
use evidence::Message;
use machine::{Machine, MachineMut};
use serde::{Deserialize, Serialize};

/// A complete backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Saved {
    /// The name of its folder below `backup`, and of its file below `quarantine`.
    pub(crate) name: String,
    /// The SHA-256 of `object.json`.
    pub(crate) sha256: String,
}

/// The largest `object.json` that is read back, in bytes: a file's streams are in it.
const MAX_OBJECT: u64 = MAX_FILE * 4;

/// Backs the object up for the action, in a new folder, and reads it back.
pub(super) fn save(
    machine: &mut dyn MachineMut,
    dir: &CaseDir,
    key: &[u8; 32],
    action: &Action,
    object: &Object,
) -> Result<Saved, Message> {
    let failed = |error: machine::Error| m::OUTCOME_BACKUP.with([error.to_string().into()]);
    let name = new_name(machine, dir, &action.id).map_err(failed)?;
    let folder = dir.join(&format!(r"backup\{name}"));
    machine.create_private_directory(&folder).map_err(failed)?;
    let text = serde_json::to_vec(object).unwrap_or_default();
    let mut files = vec![(format!(r"{folder}\object.json"), text.clone())];
    match object {
        Object::WmiInstance(found) => {
            files.push((format!(r"{folder}\object.mof"), found.mof.clone().into_bytes()));
        }
        Object::WmiClass(found) => {
            files.push((format!(r"{folder}\object.mof"), found.mof.clone().into_bytes()));
        }
        Object::Task(found) => files.push((format!(r"{folder}\task.xml"), found.xml.clone().into_bytes())),
        Object::File { sha256, .. } => {
            let Target::File { path } = &action.target else { return Err(m::OUTCOME_BACKUP_DIFFERS.plain()) };
            let bytes = machine.read_file(path, MAX_FILE).map_err(failed)?;
            if sha256_hex(&bytes) != *sha256 {
                return Err(m::OUTCOME_CHANGED.with(["SHA256".into()]));
            }
            files.push((dir.join(&format!(r"quarantine\{name}")), quarantine::lock(key, &name, &bytes)));
        }
        _ => {}
    }
    for (path, bytes) in &files {
        machine.write_new(path, bytes).map_err(failed)?;
    }
    let saved = Saved { name, sha256: sha256_hex(&text) };
    for (path, bytes) in &files {
        if machine.read_file(path, u64::MAX).map_err(failed)? != *bytes {
            return Err(m::OUTCOME_BACKUP_DIFFERS.plain());
        }
    }
    // What cannot be said in JSON would be lost without a word.
    let loaded = load(machine, dir, key, &saved)?.0;
    if loaded.as_json() != object.as_json() || loaded.fields() != object.fields() {
        return Err(m::OUTCOME_BACKUP_DIFFERS.plain());
    }
    Ok(saved)
}

/// The object of a backup, and the bytes of the file where it is one.
pub(super) fn load(
    machine: &dyn Machine,
    dir: &CaseDir,
    key: &[u8; 32],
    saved: &Saved,
) -> Result<(Object, Vec<u8>), Message> {
    let failed = |error: String| m::UNDO_BACKUP.with([error.into()]);
    let name = &saved.name;
    // The name comes from the journal, which may have been written by anybody who can write the folder.
    if !name.chars().all(|c| c.is_ascii_hexdigit() || c == '-') {
        return Err(failed("no such backup".to_owned()));
    }
    let read = |path: &str, limit| {
        machine.read_file(&dir.join(path), limit).map_err(|error| failed(error.to_string()))
    };
    let text = read(&format!(r"backup\{name}\object.json"), MAX_OBJECT)?;
    if sha256_hex(&text) != saved.sha256 {
        return Err(failed("object.json is not what was written".to_owned()));
    }
    let object: Object = serde_json::from_slice(&text).map_err(|error| failed(error.to_string()))?;
    let bytes = match &object {
        Object::File { sha256, .. } => {
            let locked = read(&format!(r"quarantine\{name}"), MAX_FILE + 8)?;
            let bytes = quarantine::unlock(key, name, &locked).filter(|bytes| sha256_hex(bytes) == *sha256);
            bytes.ok_or_else(|| failed("the quarantined file is not what was written".to_owned()))?
        }
        _ => Vec::new(),
    };
    Ok((object, bytes))
}

/// Writes a file of ours and reads it back.
pub(super) fn write(machine: &mut dyn MachineMut, path: &str, bytes: &[u8]) -> Result<(), Stop> {
    machine.write_new(path, bytes).map_err(|error| Stop::machine(&error))?;
    match machine.read_file(path, u64::MAX) {
        Ok(read) if read == bytes => Ok(()),
        Ok(_) => Err(Stop::new(m::OUTCOME_BACKUP_DIFFERS.plain())),
        Err(error) => Err(Stop::machine(&error)),
    }
}

/// A name under which nothing was backed up yet: an attempt that was cut off left its own.
fn new_name(machine: &dyn Machine, dir: &CaseDir, id: &str) -> machine::Result<String> {
    let mut name = id.to_owned();
    for number in 2..1_000 {
        if machine.file(&dir.join(&format!(r"backup\{name}")))?.is_none() {
            break;
        }
        name = format!("{id}-{number}");
    }
    Ok(name)
}
