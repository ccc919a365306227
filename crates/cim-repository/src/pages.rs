//! Access to the pages of a file, borrowed where the file is in memory.

use std::ops::{Deref, Range};
use std::sync::{Arc, Mutex, PoisonError};

use crate::PAGE_SIZE;
use crate::error::{Error, FileKind};
use crate::read_at::{ReadAt, read_fully};

/// Pages of a file that are kept in memory (4 MiB). The objects of a namespace lie on few pages, but are read in the order
/// of their hashes.
const CACHED: usize = 512;

/// What is said of a page that a cut-off file does not have.
pub(crate) const BEYOND: &str = "the page lies beyond the end of the file";

/// A page in the cache, with its number.
type Slot = Option<(u32, Arc<Vec<u8>>)>;

/// A file that consists of pages.
#[derive(Clone)]
pub(crate) struct Pages {
    source: Arc<dyn ReadAt>,
    file: FileKind,
    size: u64,
    /// Each page has one slot that it can be in.
    cache: Arc<Mutex<Vec<Slot>>>,
}

/// A part of a file: borrowed from the source, or shared with the cache, or put together from several pages.
#[derive(Debug, Clone)]
pub(crate) enum Bytes<'a> {
    Borrowed(&'a [u8]),
    Shared(Arc<Vec<u8>>, Range<usize>),
}

impl Deref for Bytes<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Borrowed(bytes) => bytes,
            Self::Shared(bytes, range) => &bytes[range.clone()],
        }
    }
}

impl From<Vec<u8>> for Bytes<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        let all = 0..bytes.len();
        Self::Shared(Arc::new(bytes), all)
    }
}

impl Bytes<'_> {
    /// A part of this part, cut at its end.
    pub(crate) fn slice(self, range: Range<usize>) -> Self {
        let end = range.end.min(self.len());
        let start = range.start.min(end);
        match self {
            Self::Borrowed(bytes) => Self::Borrowed(&bytes[start..end]),
            Self::Shared(bytes, within) => Self::Shared(bytes, within.start + start..within.start + end),
        }
    }
}

impl Pages {
    pub(crate) fn new(source: Arc<dyn ReadAt>, file: FileKind) -> Result<Self, Error> {
        let size = source.size().map_err(|source| Error::Io { file, offset: 0, source })?;
        Ok(Self { source, file, size, cache: Arc::new(Mutex::new(vec![None; CACHED])) })
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
    pub(crate) fn page(&self, physical: u32) -> Result<Bytes<'_>, Error> {
        let offset = u64::from(physical) * PAGE_SIZE as u64;
        let beyond = || Error::Damaged { file: self.file, offset, what: BEYOND };
        if let Some(all) = self.source.as_slice() {
            let start = usize::try_from(offset).map_err(|_| beyond())?;
            let rest = all.get(start..).filter(|r| !r.is_empty()).ok_or_else(beyond)?;
            return Ok(Bytes::Borrowed(&rest[..rest.len().min(PAGE_SIZE)]));
        }
        let slot = physical as usize % CACHED;
        // A poisoned cache is still a cache: slots are only ever set whole.
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((number, page)) = &cache[slot]
            && *number == physical
        {
            return Ok(Bytes::Shared(Arc::clone(page), 0..page.len()));
        }
        // The page that leaves gives its memory to the one that comes, unless someone still reads it.
        let mut page = cache[slot].take().and_then(|(_, page)| Arc::into_inner(page)).unwrap_or_default();
        page.resize(PAGE_SIZE, 0);
        let n = read_fully(&*self.source, &mut page, offset).map_err(|source| Error::Io {
            file: self.file,
            offset,
            source,
        })?;
        if n == 0 {
            return Err(beyond());
        }
        page.truncate(n);
        let page = Arc::new(page);
        cache[slot] = Some((physical, Arc::clone(&page)));
        Ok(Bytes::Shared(page, 0..n))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A source that can only be read, not borrowed, as a file is.
    struct NoSlice(Vec<u8>);

    impl ReadAt for NoSlice {
        fn size(&self) -> std::io::Result<u64> {
            self.0.size()
        }

        fn read_at(&self, buf: &mut [u8], offset: u64) -> std::io::Result<usize> {
            ReadAt::read_at(self.0.as_slice(), buf, offset)
        }
    }

    #[test]
    fn read_and_borrowed_pages_are_the_same() {
        let data: Vec<u8> = (0..=250u8).cycle().take(PAGE_SIZE * CACHED + 10_000).collect();
        let read = Pages::new(Arc::new(NoSlice(data.clone())), FileKind::Objects).unwrap();
        let borrowed = Pages::new(Arc::new(data), FileKind::Objects).unwrap();
        assert_eq!(read.count() as usize, CACHED + 2);
        for physical in [0, 1, u32::try_from(CACHED).unwrap(), 0, 1, u32::try_from(CACHED).unwrap() + 1] {
            assert_eq!(*read.page(physical).unwrap(), *borrowed.page(physical).unwrap());
        }
        let last = read.page(u32::try_from(CACHED).unwrap() + 1).unwrap();
        assert_eq!(last.len(), 10_000 - PAGE_SIZE);
        assert_eq!(*last.clone().slice(5..7), last[5..7]);
        assert!(last.clone().slice(1_000_000..2_000_000).is_empty());
        assert!(read.page(u32::MAX).is_err() && borrowed.page(u32::MAX).is_err());
    }
}
