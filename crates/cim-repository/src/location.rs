//! Where something lies in `OBJECTS.DATA`.

use std::fmt;

use crate::PAGE_SIZE;

/// Where an object lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// Logical page of the first byte; `None` in a page that no mapping has.
    pub logical_page: Option<u32>,
    /// Physical page of the first byte.
    pub physical_page: u32,
    /// Offset of the first byte in its page.
    pub page_offset: u32,
    /// Number in the page's table of contents; 0 for what was found outside of records.
    pub record_id: u32,
    /// Size in bytes.
    pub size: u32,
}

impl Location {
    /// Offset of the first byte in `OBJECTS.DATA`.
    pub fn offset(&self) -> u64 {
        u64::from(self.physical_page) * PAGE_SIZE as u64 + u64::from(self.page_offset)
    }

    /// Offset of the first byte in the order of logical pages.
    pub fn logical_offset(&self) -> Option<u64> {
        Some(u64::from(self.logical_page?) * PAGE_SIZE as u64 + u64::from(self.page_offset))
    }

    /// Offset in `OBJECTS.DATA` of the byte at `at` of the record, as long as it is in the first page; of the first
    /// byte otherwise, since later pages may lie anywhere.
    pub(crate) fn offset_of(&self, at: usize) -> u64 {
        let within = self.page_offset as usize + at;
        if within < PAGE_SIZE { self.offset() + at as u64 } else { self.offset() }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.logical_page {
            Some(page) => write!(f, "{page}.{}.{}", self.record_id, self.size),
            None => write!(f, "{}.{} of the unmapped page {}", self.record_id, self.size, self.physical_page),
        }
    }
}
