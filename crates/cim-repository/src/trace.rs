//! Searching for the traces that a known name leaves, even where its data is gone.

use memchr::memmem;

use crate::PAGE_SIZE;
use crate::error::{FileKind, Result};
use crate::hash::NameHash;
use crate::pages::Pages;
use crate::repository::Repository;

/// A place where the hash of a name is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trace {
    /// The file.
    pub file: FileKind,
    /// Offset of the first digit.
    pub offset: u64,
    /// Whether the page is a live one; `None` when no mapping file tells.
    pub live_page: Option<bool>,
    /// What stands around it in the index, such as `CI_05695C…` or `IL_05695C….12.345.678`; empty in `OBJECTS.DATA`.
    pub key_part: String,
}

/// Places that are listed of one name.
const MAX_TRACES: usize = 10_000;

impl Repository {
    /// Looks for the hash of a name (of a class, of an instance with one key, of a namespace's path) in all pages of both
    /// files, live or not. A trace on a page that is not live, or without a live key, proves that something of that name
    /// existed.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn traces_of(&self, name: &str) -> Result<Vec<Trace>> {
        self.traces_of_hash(&NameHash::of(name))
    }

    /// The same for a hash, such as one of [`NameHash::of_key_values`].
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn traces_of_hash(&self, hash: &NameHash) -> Result<Vec<Trace>> {
        let digits = hash.to_string().into_bytes();
        let wide: Vec<u8> = digits.iter().flat_map(|&b| [b, 0]).collect();
        let mut traces = Vec::new();
        if let Some(index) = &self.index_pages {
            let live = self.mapping().map(|m| m.index.pairs().map(|(_, p)| p).collect::<Vec<_>>());
            search(index, &digits, live, &mut traces)?;
        }
        let live = self.mapping().map(|m| m.objects.pairs().map(|(_, p)| p).collect::<Vec<_>>());
        search(&self.objects, &wide, live, &mut traces)?;
        Ok(traces)
    }
}

fn search(pages: &Pages, needle: &[u8], live: Option<Vec<u32>>, traces: &mut Vec<Trace>) -> Result<()> {
    let live = live.map(|mut pages| {
        pages.sort_unstable();
        pages
    });
    let finder = memmem::Finder::new(needle);
    for physical in 0..pages.count() {
        let page = pages.page(physical)?;
        for at in finder.find_iter(&page) {
            if traces.len() >= MAX_TRACES {
                return Ok(());
            }
            traces.push(Trace {
                file: pages.file(),
                offset: u64::from(physical) * PAGE_SIZE as u64 + at as u64,
                live_page: live.as_ref().map(|l| l.binary_search(&physical).is_ok()),
                key_part: if pages.file() == FileKind::Index { part(&page, at) } else { String::new() },
            });
        }
    }
    Ok(())
}

/// The string around an offset, up to the NULs on both sides.
fn part(page: &[u8], at: usize) -> String {
    const MAX_PART: usize = 128;
    let start = memchr::memrchr(0, &page[..at]).map_or(0, |n| n + 1).max(at.saturating_sub(8));
    let rest = &page[start..];
    let end = memchr::memchr(0, rest).unwrap_or(rest.len()).min(MAX_PART);
    rest[..end].iter().filter(|b| b.is_ascii_graphic()).copied().map(char::from).collect()
}
