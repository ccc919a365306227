//! Reads the bundle at a place. With the walk and the guard, the only code of this crate that touches the file system.
#![expect(clippy::disallowed_methods, reason = "whoever opens a bundle opens its files")]

use super::collect::{Collector, Mode};
use super::group::{Bundle, group};
use super::guard::open;
use super::notes::{CROWDED, DEEP, LINK, SPECIAL, io_message};
use super::programs::MAX_PROGRAM;
use super::taken::Offer;
use super::walk::{Entry, Kind, list, on_disk};
use super::{BundleRef, Limits, Place, Shape, Slice, names};
use crate::file_name::file_name;
use crate::format::Format;
use evidence::{Evidence, Level, NameSource};
use flate2::read::DeflateDecoder;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

/// Reads a bundle; a survey does without hashes.
pub(super) fn read(bundle: &BundleRef, limits: &Limits, hash: bool) -> Vec<Evidence> {
    let shape = match &bundle.place {
        Place::Folder { shape, .. } => *shape,
        Place::Files(_) => Shape::Loose,
        Place::Archive(_) | Place::Nested { .. } | Place::Bytes(_) => Shape::Closed,
    };
    let mut collector = Collector::new(Mode { limits, hash, shape });
    match &bundle.place {
        Place::Archive(path) => archive(&mut collector, path),
        Place::Nested { archive, member, slice } => nested(&mut collector, archive, member, slice),
        Place::Folder { path, .. } => {
            let mut files = limits.members;
            let prefix = match shape {
                Shape::Disk => {
                    list(path).ok().and_then(|entries| on_disk(path, &entries)).unwrap_or_default()
                }
                _ => "",
            };
            folder(&mut collector, path, prefix, limits, (0, shape != Shape::Loose), &mut files);
        }
        Place::Files(paths) => {
            for path in paths {
                let name =
                    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                file(&mut collector, path, name, true);
            }
        }
        Place::Bytes(bytes) => in_memory(&mut collector, &bundle.name, bytes),
    }
    collector.finish();
    collector.read_started(program);
    let disk = shape == Shape::Disk;
    let bundle = Bundle { display: &bundle.name, host: host(bundle), disk, verify: hash };
    group(&bundle, collector)
}

/// The bytes of a program, where it is still there and not too large.
fn program(path: &str) -> Option<Vec<u8>> {
    let (file, length) = open(Path::new(path)).ok()?;
    let mut bytes = Vec::new();
    file.take(MAX_PROGRAM).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 == length).then_some(bytes)
}

/// The host that the bundle's name promises.
fn host(bundle: &BundleRef) -> (String, NameSource) {
    let name = match &bundle.place {
        Place::Nested { member, .. } => file_name(member).to_owned(),
        Place::Archive(path) | Place::Folder { path, .. } => last_name(path),
        Place::Files(paths) => match &**paths {
            [only] if names::kind(&only.to_string_lossy()).is_none() => {
                let name = last_name(only);
                name.rsplit_once('.').map_or(name.clone(), |(stem, _)| stem.to_owned())
            }
            [first, ..] => last_name(first.parent().unwrap_or(Path::new(""))),
            [] => String::new(),
        },
        Place::Bytes(_) if bundle.name == "-" => "stdin".to_owned(),
        Place::Bytes(_) => bundle.name.clone(),
    };
    match names::bundle_host(&name) {
        Some(host) => (host.to_owned(), NameSource::BundleName),
        None => (names::stem_of_archive(&name).to_owned(), NameSource::Input),
    }
}

/// The last part of a path, also of `.` and the like.
fn last_name(path: &Path) -> String {
    let own = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let base = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    let resolved =
        || base.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
    own.or_else(resolved).unwrap_or_else(|| "host".to_owned())
}

fn offer(path: &Path, relative: String, length: u64, named: bool) -> Offer {
    let path = path.to_string_lossy().into_owned();
    Offer { path, member: None, relative, length, named, layers: 0, gunzipped: false }
}

fn file(collector: &mut Collector, path: &Path, relative: String, named: bool) {
    match open(path) {
        Ok((mut file, length)) => collector.take(offer(path, relative, length, named), &mut file),
        Err(message) => collector.refuse(offer(path, relative, 0, named), Level::Error, message),
    }
}

fn archive(collector: &mut Collector, path: &Path) {
    match open(path) {
        Ok((file, length)) => {
            collector.take_members(
                &offer(path, String::new(), length, true),
                "",
                Box::new(BufReader::new(file)),
            );
        }
        Err(message) => collector.refuse(offer(path, String::new(), 0, true), Level::Error, message),
    }
}

/// An archive that lies in another one, without reading the other's directory again.
fn nested(collector: &mut Collector, path: &Path, member: &str, slice: &Slice) {
    let mut outer = offer(path, String::new(), slice.packed, true);
    outer.member = Some(member.to_owned());
    outer.layers = 1;
    let opened = open(path).and_then(|(mut file, _)| {
        file.seek(SeekFrom::Start(slice.start)).map_err(|error| io_message(&error))?;
        Ok(file)
    });
    match opened {
        Ok(file) => {
            let packed = file.take(slice.packed);
            if slice.deflated {
                collector.take_nested(&outer, &mut DeflateDecoder::new(packed), slice.packed);
            } else {
                collector.take_nested(&outer, &mut { packed }, slice.packed);
            }
        }
        Err(message) => collector.refuse(outer, Level::Error, message),
    }
}

fn in_memory(collector: &mut Collector, name: &str, bytes: &[u8]) {
    let offer = offer(Path::new(name), String::new(), bytes.len() as u64, true);
    if Format::of_bytes(bytes, "") == Some(Format::Zip) {
        collector.take_members(&offer, "", Box::new(Cursor::new(bytes)));
    } else {
        collector.take(Offer { relative: name.to_owned(), ..offer }, &mut { bytes });
    }
}

/// Reads the files of a folder, and of the folders in it where `whole` says so.
fn folder(
    collector: &mut Collector,
    path: &Path,
    prefix: &str,
    limits: &Limits,
    (depth, whole): (usize, bool),
    files: &mut usize,
) {
    let display = path.to_string_lossy();
    let entries = match list(path) {
        Ok(entries) => entries,
        Err(message) => return collector.remark(&display, Level::Error, message),
    };
    if depth > limits.depth {
        return collector.remark(&display, Level::Error, DEEP.with([limits.depth.into()]));
    }
    let names: Vec<_> = entries.iter().map(|entry| entry.name.to_string_lossy()).collect();
    collector.see_folder(&display, None, prefix, names.iter().map(AsRef::as_ref));
    for Entry { name, kind } in entries {
        let path = path.join(&name);
        let relative = format!("{prefix}{}", name.to_string_lossy());
        match kind {
            Kind::File => {
                let Some(left) = files.checked_sub(1) else {
                    return collector.remark(&display, Level::Error, CROWDED.with([limits.members.into()]));
                };
                *files = left;
                file(collector, &path, relative, false);
            }
            Kind::Folder if whole => {
                folder(collector, &path, &format!("{relative}/"), limits, (depth + 1, whole), files);
            }
            Kind::Folder => {}
            Kind::Link => collector.remark(&path.to_string_lossy(), Level::Info, LINK.plain()),
            Kind::Special => collector.remark(&path.to_string_lossy(), Level::Warning, SPECIAL.plain()),
        }
    }
}
