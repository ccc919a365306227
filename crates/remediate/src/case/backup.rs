//! Backups: written, read back, compared.

use super::{CaseDir, quarantine};
use crate::messages as m;
use crate::object::{MAX_FILE, Object, sha256_hex};
use crate::plan::{Action, Target};
use crate::receipt::Stop;
use evidence::Message;
use machine::{Machine, MachineMut, RegistryData, RegistryKey, StoredTask};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A complete backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Saved {
    /// The name of its folder below `backup`, and of its file below `quarantine`.
    pub(crate) name: String,
    /// The SHA-256 of `object.json`.
    pub(crate) sha256: String,
    /// The SHA-256 of each other stream of a file, in their order; the bytes lie in the quarantine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) streams: Vec<String>,
    /// Whether WMI gave no MOF text of the object, so that the backup has its fields alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) without_mof: bool,
}

/// The largest `object.json` that is read back, in bytes: a hosts file or a value of the registry may be in it.
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
    let mut described = object.clone();
    let streams = take_streams(&mut described);
    let text = serde_json::to_vec(&described).unwrap_or_default();
    let mut files = vec![(format!(r"{folder}\object.json"), text.clone())];
    let mut without_mof = false;
    match object {
        Object::WmiInstance(found) if found.mof.trim().is_empty() => without_mof = true,
        Object::WmiInstance(found) => {
            files.push((format!(r"{folder}\object.mof"), found.mof.clone().into_bytes()));
        }
        // A class is put back by its MOF text and by nothing else.
        Object::WmiClass(found) if found.mof.trim().is_empty() => {
            return Err(m::OUTCOME_BACKUP.with(["WMI gave no MOF text of the class".into()]));
        }
        Object::WmiClass(found) => {
            files.push((format!(r"{folder}\object.mof"), found.mof.clone().into_bytes()));
        }
        Object::Task(found) => {
            files.push((format!(r"{folder}\task.xml"), found.xml.clone().into_bytes()));
            let parts = registry_of(machine, &found.path);
            if !parts.is_empty() {
                files.push((
                    format!(r"{folder}\registry.json"),
                    serde_json::to_vec(&parts).unwrap_or_default(),
                ));
            }
        }
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
    for (number, bytes) in streams.iter().enumerate() {
        let name = stream_name(&name, number);
        files.push((dir.join(&format!(r"quarantine\{name}")), quarantine::lock(key, &name, bytes)));
    }
    for (path, bytes) in &files {
        machine.write_new(path, bytes).map_err(failed)?;
    }
    let streams = streams.iter().map(|bytes| sha256_hex(bytes)).collect();
    let saved = Saved { name, sha256: sha256_hex(&text), streams, without_mof };
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
    let mut object: Object = serde_json::from_slice(&text).map_err(|error| failed(error.to_string()))?;
    let unlocked = |name: &str, sha256: &str| {
        let locked = read(&format!(r"quarantine\{name}"), MAX_FILE + 8)?;
        let bytes = quarantine::unlock(key, name, &locked).filter(|bytes| sha256_hex(bytes) == *sha256);
        bytes.ok_or_else(|| failed("the quarantined file is not what was written".to_owned()))
    };
    let Object::File { state, sha256 } = &mut object else { return Ok((object, Vec::new())) };
    let bytes = unlocked(name, sha256)?;
    for (number, (stream, sha256)) in state.streams.iter_mut().zip(&saved.streams).enumerate() {
        stream.bytes = unlocked(&stream_name(name, number), sha256)?;
    }
    Ok((object, bytes))
}

/// The bytes of a file's other streams, taken out of its description: they may be a program as well as the main one.
fn take_streams(object: &mut Object) -> Vec<Vec<u8>> {
    let Object::File { state, .. } = object else { return Vec::new() };
    state.streams.iter_mut().map(|stream| std::mem::take(&mut stream.bytes)).collect()
}

/// The name of a stream below `quarantine`.
fn stream_name(name: &str, number: usize) -> String {
    format!("{name}.{}", number + 1)
}

/// What the scheduler keeps of a task in the registry, as far as it can be read: for people, undoing lets the scheduler make it anew.
fn registry_of(machine: &dyn Machine, path: &str) -> BTreeMap<String, RegistryKey> {
    let mut parts = BTreeMap::new();
    let key = StoredTask::key(path);
    let Ok(Some(tree)) = machine.registry_key(&key) else { return parts };
    let id = tree.value("Id").and_then(RegistryData::text);
    parts.insert(key.0, tree);
    // The id becomes part of a path, so it has to be one.
    let is_id = |id: &String| id.chars().all(|c| c.is_ascii_hexdigit() || "{}-".contains(c));
    if let Some(key) = id.filter(is_id).map(|id| StoredTask::definition_key(&id))
        && let Ok(Some(found)) = machine.registry_key(&key)
    {
        parts.insert(key.0, found);
    }
    parts
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
