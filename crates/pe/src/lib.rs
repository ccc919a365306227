//! What the header of a Windows program (PE, PE32+) tells: for whom it is built, when, its sections, what it imports, its imphash.
//!
//! Format: Microsoft, "PE Format" (<https://learn.microsoft.com/windows/win32/debug/pe-format>). Malware bends its headers, so every part is
//! read for itself: a damaged import table does not hide the sections.
#![forbid(unsafe_code)]

mod imports;
mod ordinals;
mod read;

pub use read::read;

use serde::Serialize;

/// What the header of a program tells.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Facts {
    /// The processor that it is built for: `x86`, `x86-64`, `arm64`, or the number of another one in hex.
    pub machine: String,
    /// Whether its addresses have 64 bits (PE32+).
    pub wide: bool,
    /// `program`, `library` or `driver`.
    pub kind: Kind,
    /// `gui`, `console`, `native`, or the number of another subsystem in hex.
    pub subsystem: String,
    /// When it was linked, in seconds since 1970, as the header says: it can be forged, and reproducible builds have a hash there.
    pub linked: u32,
    /// The address of the first instruction, relative to the beginning.
    pub entry_point: u32,
    /// Whether it has a table of certificates. That the signature holds is not said here.
    pub certificates: bool,
    /// Whether it is managed code (.NET).
    pub managed: bool,
    /// The name that a library gives itself in its export table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exported_name: Option<String>,
    /// Exported names, at most [`MAX_NAMES`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exports: Vec<String>,
    /// The sections.
    pub sections: Vec<Section>,
    /// What it imports, in the order of the table.
    pub imports: Vec<Library>,
    /// The MD5 over library and function names of the import table, as Mandiant defined it in 2014 and `pefile` computes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imphash: Option<String>,
    /// Bytes behind the last section, certificates not counted.
    pub overlay: u64,
    /// What could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub damaged: Vec<Part>,
}

/// What sort of program it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It is started.
    #[default]
    Program,
    /// It is loaded by others (DLL).
    Library,
    /// It runs in the kernel: subsystem `native`.
    Driver,
}

/// A section.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Section {
    /// Its name; attackers choose it.
    pub name: String,
    /// Bytes in the file.
    pub size: u32,
    /// Bytes in memory.
    pub virtual_size: u32,
    /// Shannon entropy of its bytes, 0 to 8 bits a byte; above 7 it is packed or encrypted.
    pub entropy: f64,
    /// Whether it can be executed.
    pub executable: bool,
    /// Whether it can be written to.
    pub writable: bool,
}

/// A library and what is imported from it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Library {
    /// Its name as written.
    pub name: String,
    /// The functions, by name, or `#7` for what is imported by an ordinal that has no known name.
    pub functions: Vec<String>,
}

/// A part of the file that could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The section table.
    Sections,
    /// The import table, or a part of it.
    Imports,
    /// The export table, or a part of it.
    Exports,
}

/// The most names of imports or exports that are kept. Windows' own libraries export some 2,000; no program imports more.
pub const MAX_NAMES: usize = 16_384;
