//! Reading the header.

use crate::imports::{Imports, latin};
use crate::{Facts, Kind, MAX_NAMES, Part, Section};
use object::LittleEndian as LE;
use object::pe;
use object::read::pe::{ImageNtHeaders, ImageOptionalHeader as _, PeFile, PeFile32, PeFile64, SectionTable};

/// What the header tells, where the bytes are a program of Windows.
///
/// ```
/// assert_eq!(deminer_pe::read(b"MZ, and nothing more"), None);
/// ```
pub fn read(bytes: &[u8]) -> Option<Facts> {
    if !bytes.starts_with(b"MZ") {
        return None;
    }
    // The parser is another's; the header is the attacker's.
    std::panic::catch_unwind(|| match object::read::pe::optional_header_magic(bytes).ok()? {
        pe::IMAGE_NT_OPTIONAL_HDR32_MAGIC => Some(facts(bytes, &PeFile32::parse(bytes).ok()?)),
        pe::IMAGE_NT_OPTIONAL_HDR64_MAGIC => Some(facts(bytes, &PeFile64::parse(bytes).ok()?)),
        _ => None,
    })
    .ok()
    .flatten()
}

fn facts<Pe: ImageNtHeaders>(bytes: &[u8], file: &PeFile<'_, Pe>) -> Facts {
    let header = file.nt_headers();
    let (coff, optional) = (header.file_header(), header.optional_header());
    let subsystem = optional.subsystem();
    let is_library = (coff.characteristics.get(LE) & pe::IMAGE_FILE_DLL).0 != 0;
    let directory = |id| file.data_directory(id).filter(|found| found.size.get(LE) > 0);
    let mut facts = Facts {
        machine: machine(coff.machine.get(LE)),
        wide: header.is_type_64(),
        kind: match (subsystem, is_library) {
            (pe::IMAGE_SUBSYSTEM_NATIVE, _) => Kind::Driver,
            (_, true) => Kind::Library,
            (_, false) => Kind::Program,
        },
        subsystem: match subsystem {
            pe::IMAGE_SUBSYSTEM_WINDOWS_GUI => "gui".to_owned(),
            pe::IMAGE_SUBSYSTEM_WINDOWS_CUI => "console".to_owned(),
            pe::IMAGE_SUBSYSTEM_NATIVE => "native".to_owned(),
            other => format!("{other:#x}"),
        },
        linked: coff.time_date_stamp.get(LE),
        entry_point: optional.address_of_entry_point(),
        certificates: directory(pe::IMAGE_DIRECTORY_ENTRY_SECURITY).is_some(),
        managed: directory(pe::IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR).is_some(),
        ..Facts::default()
    };
    let table = file.section_table();
    sections(bytes, &table, &mut facts);
    facts.overlay = overlay(bytes, &table, directory(pe::IMAGE_DIRECTORY_ENTRY_SECURITY));
    imports(file, &mut facts);
    exports(file, &mut facts);
    facts.damaged.sort();
    facts
}

fn machine(number: pe::Machine) -> String {
    match number {
        pe::IMAGE_FILE_MACHINE_I386 => "x86".to_owned(),
        pe::IMAGE_FILE_MACHINE_AMD64 => "x86-64".to_owned(),
        pe::IMAGE_FILE_MACHINE_ARM64 => "arm64".to_owned(),
        other => format!("{:#x}", other.0),
    }
}

fn sections(bytes: &[u8], table: &SectionTable<'_>, facts: &mut Facts) {
    for header in table.iter() {
        let data = header.pe_data(bytes).unwrap_or_else(|_| {
            facts.damaged.push(Part::Sections);
            &[]
        });
        let may = |flag| (header.characteristics.get(LE) & flag).0 != 0;
        facts.sections.push(Section {
            name: latin(header.raw_name()),
            size: header.size_of_raw_data.get(LE),
            virtual_size: header.virtual_size.get(LE),
            entropy: entropy(data),
            executable: may(pe::IMAGE_SCN_MEM_EXECUTE),
            writable: may(pe::IMAGE_SCN_MEM_WRITE),
        });
    }
    facts.damaged.dedup();
}

/// Shannon entropy in bits a byte, to two decimals.
fn entropy(data: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for byte in data {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count = count.saturating_add(1);
        }
    }
    let total: f64 = counts.iter().map(|count| f64::from(*count)).sum();
    let part = |count: &u32| {
        let share = f64::from(*count) / total;
        -share * share.log2()
    };
    let bits: f64 = counts.iter().filter(|count| **count > 0).map(part).sum();
    (bits * 100.0).round() / 100.0
}

/// The bytes behind the last section, but for the certificates, which lie there as well.
fn overlay(bytes: &[u8], table: &SectionTable<'_>, certificates: Option<&pe::ImageDataDirectory>) -> u64 {
    let end = |header: &pe::ImageSectionHeader| {
        let (start, size) = (header.pointer_to_raw_data.get(LE), header.size_of_raw_data.get(LE));
        u64::from(start).saturating_add(u64::from(size))
    };
    let last = table.iter().map(end).max().unwrap_or_default();
    let certificates = certificates.map_or(0, |found| u64::from(found.size.get(LE)));
    (bytes.len() as u64).saturating_sub(last).saturating_sub(certificates)
}

fn imports<Pe: ImageNtHeaders>(file: &PeFile<'_, Pe>, facts: &mut Facts) {
    match file.import_table() {
        Ok(None) => {}
        Ok(Some(table)) => {
            let imports = Imports::read::<Pe>(&table);
            if !imports.complete {
                facts.damaged.push(Part::Imports);
            }
            facts.imphash = imports.hash();
            facts.imports = imports.libraries;
        }
        Err(_) => facts.damaged.push(Part::Imports),
    }
}

fn exports<Pe: ImageNtHeaders>(file: &PeFile<'_, Pe>, facts: &mut Facts) {
    let table = match file.export_table() {
        Ok(None) => return,
        Ok(Some(table)) => table,
        Err(_) => {
            facts.damaged.push(Part::Exports);
            return;
        }
    };
    facts.exported_name = table.name_from_pointer(table.directory().name.get(LE)).ok().map(latin);
    for (pointer, _) in table.name_iter().take(MAX_NAMES) {
        let Ok(name) = table.name_from_pointer(pointer) else {
            facts.damaged.push(Part::Exports);
            return;
        };
        facts.exports.push(latin(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_goes_from_nothing_to_eight_bits() {
        let all: Vec<u8> = (0..=255).collect();
        assert!(entropy(&[]).abs() < 0.001);
        assert!(entropy(b"aaaa").abs() < 0.001);
        assert!((entropy(b"abab") - 1.0).abs() < 0.001);
        assert!((entropy(&all) - 8.0).abs() < 0.001);
    }
}
