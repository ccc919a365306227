//! The WMI repositories below what people name: in a folder, a disk, an archive, an archive in an archive. For whoever wants one of them and no
//! evidence besides. Nothing is written to disk: what lies in an archive is unpacked in memory.
#![expect(clippy::disallowed_methods, reason = "whoever opens a bundle opens its files")]

use super::Limits;
use super::archive::{Archive, Input};
use super::guard::{Guard, open};
use super::notes::{CROWDED, DEEP, io_message, too_large};
use super::sets::is_outdated;
use super::taken::{failure, read_whole};
use super::walk::{Kind, list};
use crate::file_name::{file_name, has_extension};
use cim_repository::Parts;
use evidence::{Level, Message};
use flate2::read::MultiGzDecoder;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The files of a repository, in lower case.
const FILES: [&str; 5] = ["objects.data", "index.btr", "mapping1.map", "mapping2.map", "mapping3.map"];
/// Archives in one archive that are looked into.
const MAX_NESTED: usize = 200;

/// A repository that was found, and is not read yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryRef {
    name: String,
    place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Folder(PathBuf),
    /// Members of an archive, or of one that lies in it.
    Archive {
        path: PathBuf,
        nested: Option<String>,
        members: BTreeMap<&'static str, String>,
    },
}

impl RepositoryRef {
    /// Where it is. By this name it is found again, and no other.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its folder, where it does not lie in an archive.
    pub fn folder(&self) -> Option<&Path> {
        match &self.place {
            Place::Folder(path) => Some(path),
            Place::Archive { .. } => None,
        }
    }

    /// Whether Windows put it aside when it built a new one.
    pub fn is_outdated(&self) -> bool {
        is_outdated(&self.name.replace('\\', "/"))
    }

    /// Its files, where they lie in an archive: unpacked, and no more than the limits allow.
    ///
    /// # Errors
    /// What keeps a file from being read.
    pub fn read(&self, limits: &Limits) -> Result<Parts, Message> {
        let Place::Archive { path, nested, members } = &self.place else {
            return Err(io_message(&std::io::ErrorKind::IsADirectory.into()));
        };
        let (file, _) = open(path)?;
        let mut files = match nested {
            None => unpack(Box::new(BufReader::new(file)), members, limits)?,
            Some(inner) => {
                let mut budget = limits.unpacked;
                let (mut archive, members_of_outer, _) =
                    Archive::open(Box::new(BufReader::new(file)), limits)?;
                let member = members_of_outer.iter().find(|member| member.name == *inner);
                let bytes = match member {
                    Some(member) => bytes_of(&mut archive, member, limits.text, &mut budget, limits)?,
                    None => Vec::new(),
                };
                unpack(Box::new(Cursor::new(bytes)), members, limits)?
            }
        };
        let mut mappings = Vec::new();
        for (name, number) in [("mapping1.map", 1), ("mapping2.map", 2), ("mapping3.map", 3)] {
            mappings.extend(files.remove(name).map(|bytes| (number, bytes)));
        }
        Ok(Parts {
            objects: Arc::new(files.remove("objects.data").unwrap_or_default()),
            index: files.remove("index.btr").map(|bytes| Arc::new(bytes) as Arc<dyn cim_repository::ReadAt>),
            mappings,
        })
    }
}

/// Finds the repositories in a folder, below it, in an archive, or at a place in an archive as reports name it: `triage.zip!C/Windows`.
///
/// # Errors
/// What keeps the folder or archive from being looked into.
pub fn repositories(path: &Path, limits: &Limits) -> Result<Vec<RepositoryRef>, Message> {
    let mut found = Vec::new();
    if path.is_dir() {
        let mut left = limits.members;
        in_folder(path, 0, &mut left, limits, &mut found)?;
        return Ok(found);
    }
    let (file, inner) = outermost(path);
    in_file(&file, limits, &mut found)?;
    if !inner.is_empty() {
        let wanted = inner.trim_end_matches(['/', '!']).to_lowercase();
        let outer = file.to_string_lossy().len() + 1;
        found.retain(|one| {
            let own = one.name.get(outer..).unwrap_or_default().to_lowercase();
            own.strip_prefix(&wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '!']))
        });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// The file that a path names, and the place in it behind a `!`. A file may have a `!` in its own name.
fn outermost(path: &Path) -> (PathBuf, String) {
    let text = path.to_string_lossy();
    if !path.exists() {
        for (at, _) in text.match_indices('!') {
            let (file, inner) = (Path::new(&text[..at]), &text[at + 1..]);
            if file.is_file() {
                return (file.to_owned(), inner.replace('\\', "/"));
            }
        }
    }
    (path.to_owned(), String::new())
}

fn in_folder(
    path: &Path,
    depth: usize,
    left: &mut usize,
    limits: &Limits,
    found: &mut Vec<RepositoryRef>,
) -> Result<(), Message> {
    if depth > limits.depth {
        return Err(DEEP.with([limits.depth.into()]));
    }
    let entries = list(path)?;
    let is_file_of = |name: &str| role(name) == Some(FILES[0]);
    if entries.iter().any(|entry| entry.kind == Kind::File && is_file_of(&entry.name.to_string_lossy())) {
        let name = path.to_string_lossy().into_owned();
        found.push(RepositoryRef { name, place: Place::Folder(path.to_owned()) });
    }
    for entry in entries {
        *left = left.checked_sub(1).ok_or_else(|| CROWDED.with([limits.members.into()]))?;
        let inner = path.join(&entry.name);
        match entry.kind {
            // What cannot be read below does not hide the others.
            Kind::Folder => match in_folder(&inner, depth + 1, left, limits, found) {
                Err(message) if message.id == CROWDED.id => return Err(message),
                _ => {}
            },
            Kind::File if has_extension(&entry.name.to_string_lossy(), "zip") => {
                let _ = in_file(&inner, limits, found);
            }
            _ => {}
        }
    }
    Ok(())
}

/// Looks into an archive. A file that is none holds no repository, but may be one of its files.
fn in_file(path: &Path, limits: &Limits, found: &mut Vec<RepositoryRef>) -> Result<(), Message> {
    let (mut file, _) = open(path)?;
    let mut head = [0; 4];
    let is_archive = file.read_exact(&mut head).is_ok() && head.starts_with(b"PK");
    if !is_archive {
        if role(&path.to_string_lossy()).is_some()
            && let Some(folder) = path.parent()
        {
            let name = folder.to_string_lossy().into_owned();
            found.push(RepositoryRef { name, place: Place::Folder(folder.to_owned()) });
        }
        return Ok(());
    }
    file.rewind().map_err(|error| io_message(&error))?;
    in_archive(path, file, limits, found)
}

fn in_archive(
    path: &Path,
    file: File,
    limits: &Limits,
    found: &mut Vec<RepositoryRef>,
) -> Result<(), Message> {
    let (mut archive, members, remarks) = Archive::open(Box::new(BufReader::new(file)), limits)?;
    let before = found.len();
    let names = members.iter().map(|member| member.name.as_str());
    found.extend(sets(names).into_iter().map(|(folder, set)| reference(path, None, &folder, set)));
    let mut budget = limits.unpacked;
    let nested = members.iter().filter(|member| has_extension(&member.name, "zip"));
    for member in nested.take(MAX_NESTED) {
        // An archive that cannot be read does not hide the others.
        let Ok(bytes) = bytes_of(&mut archive, member, limits.text, &mut budget, limits) else { continue };
        let Ok((_, inner, _)) = Archive::open(Box::new(Cursor::new(bytes)), limits) else { continue };
        let sets = sets(inner.iter().map(|member| member.name.as_str()));
        let references =
            sets.into_iter().map(|(folder, set)| reference(path, Some(&member.name), &folder, set));
        found.extend(references);
    }
    let refused = remarks.into_iter().find(|remark| remark.level == Level::Error);
    match refused {
        Some(remark) if found.len() == before => Err(remark.message),
        _ => Ok(()),
    }
}

fn reference(
    path: &Path,
    nested: Option<&str>,
    folder: &str,
    members: BTreeMap<&'static str, String>,
) -> RepositoryRef {
    let inner = match nested {
        Some(nested) if folder.is_empty() => nested.to_owned(),
        Some(nested) => format!("{nested}!{folder}"),
        None => folder.to_owned(),
    };
    let outer = path.to_string_lossy();
    let name = if inner.is_empty() { outer.into_owned() } else { format!("{outer}!{inner}") };
    let place = Place::Archive { path: path.to_owned(), nested: nested.map(str::to_owned), members };
    RepositoryRef { name, place }
}

/// Which file of a repository this is by its name, plain or compressed with gzip.
fn role(name: &str) -> Option<&'static str> {
    let name = file_name(name).to_ascii_lowercase();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    FILES.into_iter().find(|known| *known == plain)
}

/// The files of repositories among the members of an archive, by their folder. A plain file goes before a compressed one.
fn sets<'n>(names: impl Iterator<Item = &'n str>) -> BTreeMap<String, BTreeMap<&'static str, String>> {
    let mut sets: BTreeMap<String, BTreeMap<&'static str, String>> = BTreeMap::new();
    for name in names {
        let Some(role) = role(name) else { continue };
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let known = sets.entry(folder.to_owned()).or_default().entry(role).or_default();
        if known.is_empty() || has_extension(known, "gz") {
            name.clone_into(known);
        }
    }
    sets.retain(|_, set| set.contains_key(FILES[0]));
    sets
}

/// Unpacks the members of a set, decompressed where they are compressed once more.
fn unpack(
    reader: Input<'_>,
    wanted: &BTreeMap<&'static str, String>,
    limits: &Limits,
) -> Result<BTreeMap<&'static str, Vec<u8>>, Message> {
    let (mut archive, members, _) = Archive::open(reader, limits)?;
    let mut budget = limits.unpacked;
    let mut files = BTreeMap::new();
    for (role, name) in wanted {
        if let Some(member) = members.iter().find(|member| member.name == *name) {
            files.insert(*role, bytes_of(&mut archive, member, limits.file, &mut budget, limits)?);
        }
    }
    Ok(files)
}

/// The bytes of a member, up to a limit.
fn bytes_of(
    archive: &mut Archive<'_>,
    member: &super::archive::Member,
    limit: u64,
    budget: &mut u64,
    limits: &Limits,
) -> Result<Vec<u8>, Message> {
    let packed = member.packed;
    let file = archive.read(member)?;
    let bytes = if has_extension(&member.name, "gz") {
        let mut left = limits.unpacked;
        let compressed = Guard::new(file, packed, &mut left, limits);
        read_whole(&mut Guard::new(MultiGzDecoder::new(compressed), member.size, budget, limits), limit)
    } else {
        read_whole(&mut Guard::new(file, packed, budget, limits), limit)
    };
    bytes.map_err(|error| failure(&error))?.ok_or_else(|| too_large(limits))
}
