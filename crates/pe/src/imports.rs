//! The import table and its hash.

use crate::{Library, MAX_NAMES, ordinals};
use md5::{Digest as _, Md5};
use object::LittleEndian as LE;
use object::read::pe::{ImageNtHeaders, Import, ImportTable};
use std::fmt::Write as _;

/// What was read of an import table.
#[derive(Debug, Default)]
pub(crate) struct Imports {
    /// The libraries, in order.
    pub(crate) libraries: Vec<Library>,
    /// The text over which the hash is taken: `library.function`, in lower case, with commas between.
    hashed: String,
    /// Whether all of it was read.
    pub(crate) complete: bool,
}

impl Imports {
    /// Reads the table as far as it is well-formed.
    pub(crate) fn read<Pe: ImageNtHeaders>(table: &ImportTable<'_>) -> Self {
        let mut imports = Self::default();
        imports.complete = imports.fill::<Pe>(table).is_some();
        imports
    }

    fn fill<Pe: ImageNtHeaders>(&mut self, table: &ImportTable<'_>) -> Option<()> {
        let mut left = MAX_NAMES;
        let mut descriptors = table.descriptors().ok()?;
        while let Some(descriptor) = descriptors.next().ok()? {
            let name = latin(table.name(descriptor.name.get(LE)).ok()?);
            // Some linkers leave the lookup table empty; the address table holds the same on disk.
            let lookup = match descriptor.original_first_thunk.get(LE) {
                0 => descriptor.first_thunk.get(LE),
                address => address,
            };
            self.libraries.push(Library { name, functions: Vec::new() });
            let mut thunks = table.thunks(lookup).ok()?;
            while let Some(thunk) = thunks.next::<Pe>().ok()? {
                left = left.checked_sub(1)?;
                self.add(&table.import::<Pe>(thunk).ok()?);
            }
        }
        Some(())
    }

    fn add(&mut self, import: &Import<'_>) {
        let Some(library) = self.libraries.last_mut() else { return };
        let dll = library.name.to_lowercase();
        let (shown, hashed) = match import {
            Import::Name(_, name) => (latin(name), latin(name).to_lowercase()),
            Import::Ordinal(ordinal) => match ordinals::name(&dll, *ordinal) {
                Some(name) => (name.to_owned(), name.to_lowercase()),
                None => (format!("#{ordinal}"), format!("ord{ordinal}")),
            },
        };
        let stem = [".ocx", ".sys", ".dll"].iter().find_map(|end| dll.strip_suffix(end)).unwrap_or(&dll);
        if !self.hashed.is_empty() {
            self.hashed.push(',');
        }
        let _ = write!(self.hashed, "{stem}.{hashed}");
        library.functions.push(shown);
    }

    /// The imphash; none of a table that was not read completely, or that imports nothing.
    pub(crate) fn hash(&self) -> Option<String> {
        if !self.complete || self.hashed.is_empty() {
            return None;
        }
        Some(Md5::digest(self.hashed.as_bytes()).iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        }))
    }
}

/// Bytes of a name as characters.
pub(crate) fn latin(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
