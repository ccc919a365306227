//! Access to the pages of a file, borrowed where the file is in memory.

use std::borrow::Cow;
use std::sync::Arc;

use crate::PAGE_SIZE;
use crate::error::{Error, FileKind};
use crate::read_at::{ReadAt, read_fully};

/// A file that consists of pages.
#[derive(Clone)]
pub(crate) struct Pages {
    source: Arc<dyn ReadAt>,
    file: FileKind,
    size: u64,
}

impl Pages {
    pub(crate) fn new(source: Arc<dyn ReadAt>, file: FileKind) -> Result<Self, Error> {
        let size = source.size().map_err(|source| Error::Io { file, offset: 0, source })?;
        Ok(Self { source, file, size })
    }

    pub(crate) fn file(&self) -> FileKind {
        self.file
    }

    /// Size of the file in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Number of pages, a cut-off last one included.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.size.div_ceil(PAGE_SIZE as u64)).unwrap_or(u32::MAX)
    }

    /// A physical page. The last page of a cut-off file is shorter.
    pub(crate) fn page(&self, physical: u32) -> Result<Cow<'_, [u8]>, Error> {
        let offset = u64::from(physical) * PAGE_SIZE as u64;
        let beyond =
            || Error::Damaged { file: self.file, offset, what: "the page lies beyond the end of the file" };
        if let Some(all) = self.source.as_slice() {
            let start = usize::try_from(offset).map_err(|_| beyond())?;
            let rest = all.get(start..).filter(|r| !r.is_empty()).ok_or_else(beyond)?;
            return Ok(Cow::Borrowed(&rest[..rest.len().min(PAGE_SIZE)]));
        }
        let mut page = vec![0; PAGE_SIZE];
        let n = read_fully(&*self.source, &mut page, offset).map_err(|source| Error::Io {
            file: self.file,
            offset,
            source,
        })?;
        if n == 0 {
            return Err(beyond());
        }
        page.truncate(n);
        Ok(Cow::Owned(page))
    }
}
