//! Opening a repository: finding its files, choosing the live mapping file.
#![expect(clippy::disallowed_methods, reason = "whoever opens a repository opens its files")]

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, FileKind, Problem, Result};
use crate::index::{Index, Tree};
use crate::mapping::Mapping;
use crate::pages::Pages;
use crate::read_at::ReadAt;
use crate::rebuild;
use crate::repository::Repository;

/// Mapping files of real repositories have 80 kB; nothing beyond this is read.
const MAX_MAPPING: u64 = 64 << 20;

/// The files of a repository, opened or in memory, for [`Repository::from_parts`].
pub struct Parts {
    /// `OBJECTS.DATA`
    pub objects: Arc<dyn ReadAt>,
    /// `INDEX.BTR`, where there is one.
    pub index: Option<Arc<dyn ReadAt>>,
    /// The content of `MAPPING1.MAP` to `MAPPING3.MAP`, each with its number.
    pub mappings: Vec<(u8, Vec<u8>)>,
}

impl Repository {
    /// Opens the repository in a folder: usually `C:\Windows\System32\wbem\Repository`. The case of the file names does
    /// not count, and only `OBJECTS.DATA` must be there.
    ///
    /// # Errors
    /// When the folder or a file cannot be read, holds no repository, or one of Windows XP. Damage is not an error here:
    /// see [`Repository::problems`].
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let files = Files::find(folder)?;
        let objects =
            files.open("objects.data")?.ok_or_else(|| Error::NotARepository { path: folder.to_owned() })?;
        let index = files.open("index.btr")?.map(|f| Arc::new(f) as Arc<dyn ReadAt>);
        let mut mappings = Vec::new();
        for number in 1..=3u8 {
            let name = format!("mapping{number}.map");
            if let Some(file) = files.open(&name)? {
                let mut data = Vec::new();
                let file_kind = FileKind::Mapping(number);
                let read = file.take(MAX_MAPPING).read_to_end(&mut data);
                read.map_err(|source| Error::Io { file: file_kind, offset: data.len() as u64, source })?;
                mappings.push((number, data));
            }
        }
        Self::from_parts(Parts { objects: Arc::new(objects), index, mappings })
    }

    /// Opens a repository whose files are already at hand, such as those in an archive.
    ///
    /// # Errors
    /// When a source cannot be read, or the repository is one of Windows XP.
    pub fn from_parts(parts: Parts) -> Result<Self> {
        let objects = Pages::new(parts.objects, FileKind::Objects)?;
        let index = parts.index.map(|i| Pages::new(i, FileKind::Index)).transpose()?;
        let mut problems = Vec::new();
        let Some(mapping) = choose(&parts.mappings, index.as_ref(), &mut problems)? else {
            problems.push(Problem {
                place: None,
                text: "no mapping file is usable: which pages are live is guessed from the index, and deleted objects \
                       may be among the live ones"
                    .to_owned(),
            });
            let (map, keys) = rebuild::without_mapping(&objects, index.as_ref(), &mut problems);
            return Ok(Self::assemble(objects, map, index, Index::Flat(keys), None, problems));
        };
        let map = mapping.objects.clone();
        let tree = if let Some(pages) = &index {
            Index::Tree(Tree::new(pages.clone(), mapping.index.clone(), mapping.index_root))
        } else {
            problems.push(Problem {
                    place: None,
                    text: "INDEX.BTR is missing: which namespace an object belongs to is unknown, and deleted objects \
                           may be among the live ones"
                        .to_owned(),
                });
            Index::Flat(Vec::new())
        };
        Ok(Self::assemble(objects, map, index, tree, Some(mapping), problems))
    }
}

/// The newest mapping file that can be used. What is wrong with newer ones becomes a problem.
fn choose(
    files: &[(u8, Vec<u8>)],
    index: Option<&Pages>,
    problems: &mut Vec<Problem>,
) -> Result<Option<Mapping>> {
    let mut usable = Vec::new();
    let mut old = None;
    for (number, data) in files {
        match Mapping::parse(FileKind::Mapping(*number), data) {
            Ok(mapping) => usable.push(mapping),
            Err(error) => {
                problems.push(Problem::from(&error));
                if matches!(error, Error::OldFormat { .. }) {
                    old = Some(error);
                }
            }
        }
    }
    if let (true, Some(old)) = (usable.is_empty(), old) {
        return Err(old);
    }
    usable.sort_by_key(|m| std::cmp::Reverse(m.rank()));
    let leads_to_root = |mapping: &Mapping| {
        index.is_none_or(|pages| {
            Tree::new(pages.clone(), mapping.index.clone(), mapping.index_root)
                .page(mapping.index_root)
                .is_ok()
        })
    };
    let Some(chosen) = usable.iter().position(leads_to_root) else {
        return Ok(usable.into_iter().next());
    };
    for skipped in &usable[..chosen] {
        problems.push(Problem {
            place: Some((skipped.file, 0)),
            text: format!(
                "{} is newer than {}, but does not lead to the root of the index: the older one is used",
                skipped.file, usable[chosen].file
            ),
        });
    }
    Ok(Some(usable.swap_remove(chosen)))
}

/// The files of a folder by their lower-case names.
struct Files(Vec<(String, PathBuf)>);

impl Files {
    fn find(folder: &Path) -> Result<Self> {
        let failed = |source| Error::Open { path: folder.to_owned(), source };
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if let Some(name) = entry.file_name().to_str() {
                files.push((name.to_ascii_lowercase(), entry.path()));
            }
        }
        files.sort();
        Ok(Self(files))
    }

    fn open(&self, name: &str) -> Result<Option<File>> {
        let path = self.0.iter().find(|(n, _)| n == name).map(|(_, p)| p);
        path.map(|path| File::open(path).map_err(|source| Error::Open { path: path.clone(), source }))
            .transpose()
    }
}
