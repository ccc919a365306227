//! Opening a repository: finding its files, choosing the live mapping file.
#![expect(clippy::disallowed_methods, reason = "whoever opens a repository opens its files")]

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::check::{Checked, Known, check};
use crate::error::{Error, FileKind, Problem, Result};
use crate::live::{self, Live};
use crate::mapping::{Mapping, PageMap};
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
        let mut files = Files::find(folder)?;
        // Windows XP keeps the files in a folder of their own, and some versions without numbers.
        if let (false, Some(below)) = (files.has("objects.data"), files.path("fs")) {
            files = Files::find(&below)?;
        }
        if files.has("objects.data") && files.has("objects.map") && !files.has("mapping1.map") {
            return Err(Error::OldFormat { file: FileKind::Objects });
        }
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
        let mappings = usable(&parts.mappings, &mut problems)?;
        let all = || index.as_ref().map(|pages| rebuild::all_keys(pages, |_| true)).unwrap_or_default();
        if let Some(pages) = &index
            && let Some((mapping, live)) = choose(pages, &mappings, &mut problems)
        {
            let map = mapping.objects.clone();
            let mut checked = check(&objects, &map, live.keys, &all, Known::Index);
            cut_off(&objects, &map, &mut problems);
            cut_off(pages, &mapping.index, &mut problems);
            if checked.found >= checked.missing {
                problems.extend(live.problems);
                problems.append(&mut checked.problems);
                checked.problems = problems;
                return Ok(Self::assemble(objects, map, index, true, checked, Some(mapping)));
            }
            let (file, missing) = (mapping.file, checked.missing);
            problems.push(Problem::new(
                Some((file, 0)),
                format!("{file} does not belong to OBJECTS.DATA: {missing} records that the index names are not where it says"),
            ));
        }
        let keys = all();
        if !keys.is_empty() {
            let place = mappings.first().map(|mapping| (mapping.file, 0));
            problems.push(Problem::new(
                place,
                "no mapping file is usable: which pages are live is guessed from the index, and deleted objects may be among the live ones",
            ));
            let (map, keys) = rebuild::without_mapping(&objects, keys);
            let checked = Checked { keys, problems, ..Checked::default() };
            return Ok(Self::assemble(objects, map, index, true, checked, None));
        }
        Ok(Self::without_index(objects, index, mappings, problems))
    }

    /// Without keys, everything that lies in a live page counts as there.
    fn without_index(
        objects: Pages,
        index: Option<Pages>,
        mappings: Vec<Mapping>,
        mut problems: Vec<Problem>,
    ) -> Self {
        let what = if index.is_some() { "no page of INDEX.BTR can be read" } else { "INDEX.BTR is missing" };
        problems.push(Problem::new(
            None,
            format!("{what}: objects are taken from the pages themselves, and which namespace they belong to is unknown"),
        ));
        let fits =
            |map: &PageMap| map.physical_pages >= objects.count() && map.highest() < Some(objects.count());
        let mapping = mappings.into_iter().find(|mapping| fits(&mapping.objects));
        let map = mapping.as_ref().map_or_else(
            || {
                problems.push(Problem::new(
                    None,
                    "no mapping file is usable: all pages are taken as live, and deleted objects may be among the live ones",
                ));
                rebuild::in_order(&objects)
            },
            |mapping| mapping.objects.clone(),
        );
        let known = if mapping.is_some() { Known::Map } else { Known::Nothing };
        let mut checked = check(&objects, &map, Vec::new(), &Vec::new, known);
        problems.append(&mut checked.problems);
        checked.problems = problems;
        Self::assemble(objects, map, index, false, checked, mapping)
    }
}

/// Tells of a file that ends before the last page that is in use.
fn cut_off(pages: &Pages, map: &PageMap, problems: &mut Vec<Problem>) {
    let expected = map.highest().map_or(0, |page| (u64::from(page) + 1) * crate::PAGE_SIZE as u64);
    let (file, size) = (pages.file(), pages.size());
    if size < expected {
        let text = format!("{file} is cut off: it has {size} bytes, but its pages in use end at {expected}");
        problems.push(Problem::new(Some((file, size)), text));
    }
}

/// The mapping files that can be read, the newest first. What is wrong with others becomes a problem.
fn usable(files: &[(u8, Vec<u8>)], problems: &mut Vec<Problem>) -> Result<Vec<Mapping>> {
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
    Ok(usable)
}

/// The newest mapping file that belongs to the index, and the keys of the pages that it names. What is wrong with newer ones becomes a
/// problem.
fn choose(index: &Pages, mappings: &[Mapping], problems: &mut Vec<Problem>) -> Option<(Mapping, Live)> {
    for mapping in mappings {
        let live = live::read(index, mapping);
        if live.is_likely() {
            return Some((mapping.clone(), live));
        }
        let file = mapping.file;
        let text = format!(
            "{file} does not belong to INDEX.BTR, or that is damaged: most pages that it names are others"
        );
        problems.push(Problem::new(Some((file, 0)), text));
    }
    None
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

    fn has(&self, name: &str) -> bool {
        self.path(name).is_some()
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, p)| p.clone())
    }

    fn open(&self, name: &str) -> Result<Option<File>> {
        let path = self.path(name);
        path.map(|path| File::open(&path).map_err(|source| Error::Open { path, source })).transpose()
    }
}
