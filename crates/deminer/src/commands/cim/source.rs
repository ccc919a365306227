//! Finding the files of a repository: in the folder or the archive that was named, below it where Windows keeps them, and compressed one by one.

use crate::error::Error;
use cim_repository::{Parts, ReadAt, Repository};
use flate2::read::MultiGzDecoder;
use parse::bundle::{Limits, repositories};
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where the folder with the files is below what people name: the parent of it, the Windows folder, the root of a disk image.
const PLACES: [&[&str]; 8] = [
    &[],
    &["repository"],
    &["wbem", "repository"],
    &["system32", "wbem", "repository"],
    &["windows", "system32", "wbem", "repository"],
    &["c", "windows", "system32", "wbem", "repository"],
    &["repository", "fs"],
    &["fs"],
];
/// What a compressed file may unpack to: real ones have some 25 MB.
const MAX_UNPACKED: u64 = 1 << 30;

/// Opens the repository in or below a folder or in an archive, wherever `deminer check` would find it.
pub(super) fn open(path: &Path) -> Result<Repository, Error> {
    for place in PLACES.into_iter().filter(|_| path.is_dir()) {
        let Some(folder) = below(path, place) else { continue };
        if let Some(repository) = in_folder(&folder)? {
            return Ok(repository);
        }
    }
    let limits = Limits::default();
    let why = |why| Error::NoRepository { path: path.to_owned(), why };
    let mut found = if path.is_dir() || is_in_file(path) {
        repositories(path, &limits).map_err(why)?
    } else {
        Vec::new()
    };
    // What Windows put aside is asked for by its own name.
    if found.iter().any(|one| !one.is_outdated()) {
        found.retain(|one| !one.is_outdated());
    }
    match &found[..] {
        [] if path.is_file() => {
            Err(Error::Repository(cim_repository::Error::NotARepository { path: path.to_owned() }))
        }
        [] => Repository::open(path).map_err(Error::Repository),
        [one] => match one.folder() {
            Some(folder) => in_folder(folder)?.ok_or_else(|| {
                Error::Repository(cim_repository::Error::NotARepository { path: folder.to_owned() })
            }),
            None => Repository::from_parts(one.read(&limits).map_err(why)?).map_err(Error::Repository),
        },
        several => Err(Error::SeveralRepositories {
            path: path.to_owned(),
            found: several.iter().map(|one| one.name().to_owned()).collect(),
        }),
    }
}

/// Whether the path names a file, or a place in one: `triage.zip!C/Windows`.
fn is_in_file(path: &Path) -> bool {
    let text = path.to_string_lossy();
    path.is_file() || text.match_indices('!').any(|(at, _)| Path::new(&text[..at]).is_file())
}

/// The repository whose files lie in this folder, plain or compressed.
fn in_folder(folder: &Path) -> Result<Option<Repository>, Error> {
    let files = named_files(folder)?;
    if files.iter().any(|(name, _)| name == "objects.data") {
        return Repository::open(folder).map(Some).map_err(Error::Repository);
    }
    if files.iter().any(|(name, _)| name == "objects.data.gz") {
        return packed(&files).map(Some);
    }
    Ok(None)
}

/// The folder with these names below another, whatever their case.
fn below(path: &Path, names: &[&str]) -> Option<PathBuf> {
    let mut folder = path.to_owned();
    for wanted in names {
        let entries = fs::read_dir(&folder).ok()?.flatten();
        let found = entries
            .filter(|entry| entry.file_name().to_str().is_some_and(|n| n.eq_ignore_ascii_case(wanted)));
        folder = found.map(|entry| entry.path()).filter(|path| path.is_dir()).min()?;
    }
    Some(folder)
}

/// The files of a folder by their names in lower case.
fn named_files(folder: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let failed = |source| Error::Repository(cim_repository::Error::Open { path: folder.to_owned(), source });
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if let Some(name) = entry.file_name().to_str() {
            files.push((name.to_ascii_lowercase(), entry.path()));
        }
    }
    files.sort();
    Ok(files)
}

/// A repository whose files are compressed with gzip, all or some.
fn packed(files: &[(String, PathBuf)]) -> Result<Repository, Error> {
    let read = |name: &str| {
        let packed = format!("{name}.gz");
        let found =
            files.iter().find(|(n, _)| *n == name).or_else(|| files.iter().find(|(n, _)| *n == packed));
        found.map(|(name, path)| unpacked(path, *name == packed)).transpose()
    };
    let source = |bytes: Vec<u8>| Arc::new(bytes) as Arc<dyn ReadAt>;
    let mut mappings = Vec::new();
    for number in 1..=3u8 {
        mappings.extend(read(&format!("mapping{number}.map"))?.map(|bytes| (number, bytes)));
    }
    let parts = Parts {
        objects: source(read("objects.data")?.unwrap_or_default()),
        index: read("index.btr")?.map(source),
        mappings,
    };
    Repository::from_parts(parts).map_err(Error::Repository)
}

fn unpacked(path: &Path, is_packed: bool) -> Result<Vec<u8>, Error> {
    let failed = |problem| Error::CannotRead { path: path.to_owned(), problem, similar: None };
    let file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    let size = if is_packed {
        MultiGzDecoder::new(file).take(MAX_UNPACKED + 1).read_to_end(&mut bytes)
    } else {
        file.take(MAX_UNPACKED + 1).read_to_end(&mut bytes)
    };
    if size.map_err(failed)? as u64 > MAX_UNPACKED {
        return Err(Error::TooLarge { path: path.to_owned(), limit: MAX_UNPACKED >> 20 });
    }
    Ok(bytes)
}
