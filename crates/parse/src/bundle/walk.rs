//! Finds the bundles below what the user named.
#![expect(clippy::disallowed_methods, reason = "whoever opens a bundle opens its files")]

use super::archive::Archive;
use super::guard::open;
use super::layout::{is_bundle, is_manifest, is_outdated};
use super::manifest::MANIFEST_PATH;
use super::notes::{DEEP, LINK, NO_EVIDENCE, OUTDATED, SPECIAL, STDIN_EMPTY, io_message, too_large};
use super::sought::is_sought;
use super::{BundleRef, Discovery, Input, Limits, Place, Shape, Slice, names};
use crate::file_name::has_extension;
use crate::format::{Format, HEAD};
use evidence::{Level, Message, Note};
use flate2::read::MultiGzDecoder;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use zip::CompressionMethod;

/// How much of a file is looked at that begins with nothing but blanks and comments.
const MAX_BLANKS: u64 = 1 << 20;

/// Members of an archive whose content is looked at to see whether it holds evidence at all.
const MAX_SNIFFED: usize = 20_000;

/// Something in a folder.
pub(super) struct Entry {
    pub(super) name: OsString,
    pub(super) kind: Kind,
}

/// What it is, without following links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    Link,
    Special,
}

/// What is in a folder, by name.
pub(super) fn list(path: &Path) -> Result<Vec<Entry>, Message> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| io_message(&error))? {
        let entry = entry.map_err(|error| io_message(&error))?;
        let kind = match entry.file_type() {
            Ok(kind) if kind.is_symlink() => Kind::Link,
            Ok(kind) if kind.is_dir() => Kind::Folder,
            Ok(kind) if kind.is_file() => Kind::File,
            _ => Kind::Special,
        };
        entries.push(Entry { name: entry.file_name(), kind });
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

/// Finds the bundles below the inputs.
pub(super) fn discover(inputs: &[Input], limits: &Limits, stdin: &mut dyn Read) -> Discovery {
    let mut walk = Walk { limits, bundles: Vec::new(), notes: Vec::new() };
    let mut files: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for input in inputs {
        match input {
            Input::Stdin => walk.stdin(stdin),
            Input::Path(path) => match path.metadata() {
                Err(error) => walk.note(path, Level::Error, io_message(&error)),
                Ok(metadata) if metadata.is_dir() => {
                    let before = (walk.bundles.len(), walk.notes.len());
                    walk.folder(path, 0);
                    let failed = walk.notes.iter().skip(before.1).any(|note| note.level == Level::Error);
                    if walk.bundles.len() == before.0 && !failed {
                        walk.note(path, Level::Error, NO_EVIDENCE.plain());
                    }
                }
                Ok(metadata) if metadata.is_file() => match sniff(path) {
                    Err(message) => walk.note(path, Level::Error, message),
                    Ok(Format::Zip) => walk.archive(path, true),
                    Ok(_) => {
                        let parent = path.parent().unwrap_or(Path::new("")).to_owned();
                        files.entry(parent).or_default().push(path.clone());
                    }
                },
                Ok(_) => walk.note(path, Level::Error, SPECIAL.plain()),
            },
        }
    }
    for mut paths in files.into_values() {
        paths.sort();
        paths.dedup();
        walk.files(paths);
    }
    let Walk { mut bundles, notes, .. } = walk;
    bundles.sort_by(|a, b| (&a.name, &a.place).cmp(&(&b.name, &b.place)));
    if inputs.len() > 1 {
        let mut seen = BTreeSet::new();
        bundles.retain(|bundle| seen.insert(bundle.place.identity()));
    }
    Discovery { bundles, notes }
}

struct Walk<'a> {
    limits: &'a Limits,
    bundles: Vec<BundleRef>,
    notes: Vec<Note>,
}

impl Walk<'_> {
    fn note(&mut self, path: &Path, level: Level, message: Message) {
        self.notes.push(Note { level, source: path.to_string_lossy().into_owned(), offset: None, message });
    }

    fn add(&mut self, path: &Path, place: Place) {
        let name = match &place {
            Place::Nested { member, .. } => format!("{}!{member}", path.to_string_lossy()),
            _ => path.to_string_lossy().into_owned(),
        };
        self.bundles.push(BundleRef { name, place });
    }

    fn stdin(&mut self, stdin: &mut dyn Read) {
        let mut bytes = Vec::new();
        let read = stdin.take(self.limits.text.saturating_add(1)).read_to_end(&mut bytes);
        let failure = match read {
            Err(error) => Some(io_message(&error)),
            Ok(0) => Some(STDIN_EMPTY.plain()),
            Ok(_) if bytes.len() as u64 > self.limits.text => Some(too_large(self.limits)),
            Ok(_) => None,
        };
        let path = Path::new("-");
        match failure {
            Some(message) => self.note(path, Level::Error, message),
            None => self.add(path, Place::Bytes(bytes.into())),
        }
    }

    fn files(&mut self, paths: Vec<PathBuf>) {
        let evidence = |path: &PathBuf| {
            sniff(path).is_ok_and(|format| promises(path, format)) || holds_sought(path, self.limits)
        };
        if !paths.iter().any(evidence) {
            for path in &paths {
                self.note(path, Level::Error, NO_EVIDENCE.plain());
            }
            return;
        }
        let Some(first) = paths.first() else { return };
        let display = match &*paths {
            [only] => only.clone(),
            _ => match first.parent() {
                Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
                _ => PathBuf::from("."),
            },
        };
        self.add(&display, Place::Files(paths));
    }

    fn folder(&mut self, path: &Path, depth: usize) {
        let entries = match list(path) {
            Ok(entries) => entries,
            Err(message) => return self.note(path, Level::Error, message),
        };
        if depth > self.limits.depth {
            return self.note(path, Level::Error, DEEP.with([self.limits.depth.into()]));
        }
        let shape = if is_sealed(path, &entries) {
            Shape::Sealed
        } else if on_disk(path, &entries).is_some() {
            Shape::Disk
        } else {
            Shape::Loose
        };
        if shape != Shape::Loose {
            return self.add(path, Place::Folder { path: path.to_owned(), shape });
        }
        let mut evidence =
            path.file_name().is_some_and(|name| names::bundle_host(&name.to_string_lossy()).is_some());
        for Entry { name, kind } in &entries {
            let inner = path.join(name);
            match kind {
                Kind::File => match sniff(&inner) {
                    Ok(Format::Zip) => self.archive(&inner, false),
                    Ok(format) => {
                        evidence = evidence || promises(&inner, format) || holds_sought(&inner, self.limits);
                    }
                    // The bundle tells why, where it is one; else it is told here.
                    Err(_) if names::kind(&name.to_string_lossy()).is_some() => evidence = true,
                    Err(message) => self.note(&inner, Level::Warning, message),
                },
                // The hives in it are those of another day, and no machine of their own.
                Kind::Folder if is_outdated(&name.to_string_lossy()) => {
                    self.note(&inner, Level::Info, OUTDATED.plain());
                }
                Kind::Folder => self.folder(&inner, depth + 1),
                Kind::Link => self.note(&inner, Level::Info, LINK.plain()),
                Kind::Special => self.note(&inner, Level::Info, SPECIAL.plain()),
            }
        }
        if evidence {
            self.add(path, Place::Folder { path: path.to_owned(), shape });
        }
    }

    fn archive(&mut self, path: &Path, named: bool) {
        let expected = names::bundle_host(&path.to_string_lossy()).is_some();
        let summary = open(path).and_then(|(file, _)| summarise(file, self.limits));
        match summary {
            Err(_) if expected => self.add(path, Place::Archive(path.to_owned())),
            Err(message) => self.note(path, Level::Error, message),
            Ok(Summary { bundles, evidence }) => {
                if evidence || (expected && bundles.is_empty()) {
                    self.add(path, Place::Archive(path.to_owned()));
                } else if bundles.is_empty() {
                    let level = if named { Level::Error } else { Level::Info };
                    self.note(path, level, NO_EVIDENCE.plain());
                }
                for (member, slice) in bundles {
                    self.add(path, Place::Nested { archive: path.to_owned(), member: member.into(), slice });
                }
            }
        }
    }
}

/// Whether a file is one that is looked for.
fn holds_sought(path: &Path, limits: &Limits) -> bool {
    !limits.sought.is_empty() && open(path).is_ok_and(|(mut file, _)| is_sought(&mut file, limits))
}

/// What an archive holds.
struct Summary {
    /// Members that are bundles of their own.
    bundles: Vec<(String, Slice)>,
    /// Whether any other member is evidence.
    evidence: bool,
}

fn summarise(file: File, limits: &Limits) -> Result<Summary, Message> {
    let (mut archive, members, remarks) = Archive::open(Box::new(BufReader::new(file)), limits)?;
    // What was refused has to be told, and a bundle tells it.
    let mut evidence = remarks.iter().any(|remark| remark.level == Level::Error);
    let sealed = members.iter().any(|member| is_manifest(&member.name));
    let (bundles, members): (Vec<_>, Vec<_>) =
        members.into_iter().partition(|member| !sealed && is_bundle(&member.name));
    evidence |= sealed || members.len() > MAX_SNIFFED;
    evidence |= members.iter().any(|member| names::kind(&member.name).is_some());
    for member in members {
        if evidence {
            break;
        }
        let name = member.name.clone();
        evidence = archive.read(&member).is_ok_and(|mut file| {
            head_format(&mut file, &name)
                .is_ok_and(|format| format == Format::Zip || promises(Path::new(&name), format))
        }) || archive.read(&member).is_ok_and(|mut file| is_sought(&mut file, limits));
    }
    let mut slices = Vec::with_capacity(bundles.len());
    for member in bundles {
        let (name, packed) = (member.name.clone(), member.packed);
        match archive.read(&member) {
            Ok(file) => {
                let deflated = file.compression() == CompressionMethod::Deflated;
                if let Some(start) = file.data_start() {
                    slices.push((name, Slice { start, packed, deflated }));
                }
            }
            // The outer bundle tells why.
            Err(_) => evidence = true,
        }
    }
    Ok(Summary { bundles: slices, evidence })
}

/// The format of a file by its beginning, also inside gzip.
fn sniff(path: &Path) -> Result<Format, Message> {
    let (mut file, _) = open(path)?;
    head_format(&mut file, &path.to_string_lossy())
}

fn head_format(reader: &mut dyn Read, name: &str) -> Result<Format, Message> {
    let mut head = Vec::new();
    Read::take(&mut *reader, HEAD as u64).read_to_end(&mut head).map_err(|error| io_message(&error))?;
    let mut format = Format::recognise(&head, name);
    if head.len() == HEAD && Format::is_undecided(&head) {
        reader.take(MAX_BLANKS).read_to_end(&mut head).map_err(|error| io_message(&error))?;
        format = Format::recognise(&head, name);
    }
    if format != Format::Gzip {
        return Ok(format);
    }
    let mut inner = Vec::new();
    let inner_name =
        if has_extension(name, "gz") { name.get(..name.len() - 3).unwrap_or(name) } else { name };
    // The head of a compressed file ends in the middle; what came before is enough.
    let _ = MultiGzDecoder::new(Cursor::new(head)).take(HEAD as u64).read_to_end(&mut inner);
    Ok(match Format::recognise(&inner, inner_name) {
        Format::Zip => Format::Gzip,
        format => format,
    })
}

/// Whether a file makes its folder a bundle.
fn promises(path: &Path, format: Format) -> bool {
    format.is_evidence() || names::kind(&path.to_string_lossy()).is_some()
}

/// Whether a folder is a bundle with a manifest.
fn is_sealed(path: &Path, entries: &[Entry]) -> bool {
    entries.iter().any(|entry| entry.kind == Kind::Folder && entry.name == "deminer")
        && fs::symlink_metadata(path.join(MANIFEST_PATH)).is_ok_and(|metadata| metadata.is_file())
}

/// Where on the disk a folder is that is a Windows disk, or holds one by its drive letter, as triage tools and mounted images lay it out: `""`
/// for these. The folders `Windows` and `System32` are disks without what is above them. `None` where the folder is none of these.
pub(super) fn on_disk(path: &Path, entries: &[Entry]) -> Option<&'static str> {
    let folders = || entries.iter().filter(|entry| entry.kind == Kind::Folder);
    let named = |entry: &Entry, name: &str| entry.name.eq_ignore_ascii_case(name);
    let has = |folder: &Path, names: &[&str]| {
        list(folder).is_ok_and(|entries| {
            entries
                .iter()
                .any(|entry| entry.kind == Kind::Folder && names.iter().any(|name| named(entry, name)))
        })
    };
    let own = |name: &str| folders().any(|entry| named(entry, name));
    if folders().any(|entry| named(entry, "Windows") && has(&path.join(&entry.name), &["System32"]))
        || folders().any(|entry| {
            is_drive(&entry.name.to_string_lossy()) && has(&path.join(&entry.name), &["Windows", "Users"])
        })
    {
        Some("")
    } else if folders().any(|entry| named(entry, "System32") && has(&path.join(&entry.name), &["config"])) {
        Some("C/Windows/")
    } else if own("config") && ["drivers", "wbem", "Tasks", "winevt"].into_iter().any(own) {
        Some("C/Windows/System32/")
    } else {
        None
    }
}

/// `C`, `C:`, `C%3A`.
fn is_drive(name: &str) -> bool {
    let mut rest = name.chars();
    rest.next().is_some_and(|letter| letter.is_ascii_alphabetic())
        && ["", ":", "%3a"].iter().any(|end| rest.as_str().eq_ignore_ascii_case(end))
}
