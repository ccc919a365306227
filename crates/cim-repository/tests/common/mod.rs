//! The public repositories that the tests read, and a small editor for copies of them.
#![allow(clippy::disallowed_methods, reason = "tests read their samples, and write where nobody else does")]
#![allow(dead_code, unreachable_pub, reason = "each test program uses a part")]
#![allow(clippy::print_stdout, reason = "skipped tests say so")]

pub mod small;

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cim_repository::{Location, Mapping, PAGE_SIZE, Parts, RecordRef, Repository};

/// The files of a repository, to be changed at will.
#[derive(Clone)]
pub struct Files {
    pub objects: Vec<u8>,
    pub index: Vec<u8>,
    pub mappings: Vec<(u8, Vec<u8>)>,
}

/// The named public repository, or `None` with a loud word when the data is not there.
pub fn load(name: &str) -> Option<Files> {
    let base = std::env::var_os("DEMINER_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let folder = base.join("repository").join(name);
    if !folder.is_dir() {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "the test data {} is missing",
            folder.display()
        );
        println!("SKIPPED: the test data {} is missing", folder.display());
        return None;
    }
    let read = |file: &str| {
        let mut data = Vec::new();
        let packed = std::fs::File::open(folder.join(format!("{file}.gz"))).expect("the file is there");
        flate2::read::GzDecoder::new(packed).read_to_end(&mut data).expect("the file unpacks");
        data
    };
    Some(Files {
        objects: read("OBJECTS.DATA"),
        index: read("INDEX.BTR"),
        mappings: (1..=3).map(|n| (n, read(&format!("MAPPING{n}.MAP")))).collect(),
    })
}

impl Files {
    pub fn parts(self) -> Parts {
        Parts { objects: Arc::new(self.objects), index: Some(Arc::new(self.index)), mappings: self.mappings }
    }

    pub fn open(self) -> Repository {
        Repository::from_parts(self.parts()).expect("the repository opens")
    }

    /// Writes the files into a folder.
    pub fn write_to(&self, folder: &Path) {
        let write =
            |name: &str, data: &[u8]| std::fs::write(folder.join(name), data).expect("the file is written");
        write("OBJECTS.DATA", &self.objects);
        write("INDEX.BTR", &self.index);
        for (number, data) in &self.mappings {
            write(&format!("MAPPING{number}.MAP"), data);
        }
    }

    /// The number of the live mapping file.
    pub fn live_mapping(&self) -> Mapping {
        self.clone().open().mapping().expect("a mapping is live").clone()
    }

    /// Takes the physical page from the logical one in all mapping files, as if it had been freed.
    pub fn unmap(&mut self, logical: u32) {
        for (_, data) in &mut self.mappings {
            let slot = 24 + 24 * logical as usize;
            data[slot..slot + 4].fill(0xFF);
        }
    }

    /// Overwrites a string of the live or stale index with other characters of the same length; returns how often it was
    /// there.
    pub fn replace_in_index(&mut self, from: &str, to: &str) -> usize {
        assert_eq!(from.len(), to.len());
        let mut count = 0;
        let mut at = 0;
        while let Some(found) = self.index[at..].windows(from.len()).position(|w| w == from.as_bytes()) {
            at += found;
            self.index[at..at + from.len()].copy_from_slice(to.as_bytes());
            count += 1;
        }
        count
    }

    /// The bytes of a record that lies in one page.
    pub fn record(&mut self, location: &Location) -> &mut [u8] {
        let start = usize::try_from(location.offset()).expect("small");
        &mut self.objects[start..start + location.size as usize]
    }

    /// Takes a record out of its page's table of contents, as deleting does: later entries move up.
    pub fn forget_in_toc(&mut self, location: &Location) {
        let page = location.physical_page as usize * PAGE_SIZE;
        let table = &mut self.objects[page..page + PAGE_SIZE];
        let id = location.record_id.to_le_bytes();
        let at = (0..).step_by(16).find(|&at| table[at..at + 4] == id).expect("the entry is there");
        let end = (at..).step_by(16).find(|&at| table[at..at + 16] == [0; 16]).expect("the table ends");
        table.copy_within(at + 16..end + 16, at);
    }
}

/// The end of a key that names this record.
pub fn written(location: &Location) -> String {
    RecordRef { page: location.logical_page.expect("mapped"), id: location.record_id, size: location.size }
        .to_string()
}
