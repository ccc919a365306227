//! Programs that are built here, byte for byte, and damaged ones. The hashes were taken with `pefile` 2024.8.26 over the same bytes.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use deminer_pe::{Kind, Part, read};
use proptest::prelude::*;

/// Where the only section lies, in the file and in memory.
const RAW: usize = 0x200;
const RVA: u32 = 0x1000;

/// A program with one section that holds its import table.
struct Built {
    bytes: Vec<u8>,
}

/// What is imported: by name, or by ordinal.
enum From {
    Name(&'static str),
    Ordinal(u16),
}

impl Built {
    fn new(wide: bool, libraries: &[(&str, &[From])]) -> Self {
        let mut section = vec![0u8; 20 * (libraries.len() + 1)];
        let thunk = if wide { 8 } else { 4 };
        for (at, (name, functions)) in libraries.iter().enumerate() {
            let names: Vec<u64> = functions
                .iter()
                .map(|function| match function {
                    From::Ordinal(number) => u64::from(*number) | if wide { 1 << 63 } else { 1 << 31 },
                    From::Name(name) => {
                        let address = here(&section);
                        section.extend([0, 0]);
                        section.extend(name.as_bytes());
                        section.push(0);
                        u64::from(address)
                    }
                })
                .collect();
            section.resize(section.len().next_multiple_of(8), 0);
            let lookup = here(&section);
            for value in names.into_iter().chain([0]) {
                section.extend(&value.to_le_bytes()[..thunk]);
            }
            let written = here(&section);
            section.extend(name.as_bytes());
            section.push(0);
            let descriptor = &mut section[20 * at..20 * (at + 1)];
            descriptor[..4].copy_from_slice(&lookup.to_le_bytes());
            descriptor[12..16].copy_from_slice(&written.to_le_bytes());
            descriptor[16..20].copy_from_slice(&lookup.to_le_bytes());
        }
        Self { bytes: headers(wide, &section, u32::try_from(20 * (libraries.len() + 1)).unwrap()) }
    }
}

fn here(section: &[u8]) -> u32 {
    RVA + u32::try_from(section.len()).unwrap()
}

/// Headers and the section; `imports` is the size of the import directory, which begins the section.
fn headers(wide: bool, section: &[u8], imports: u32) -> Vec<u8> {
    let mut bytes = vec![0u8; RAW];
    let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
    let size = u32::try_from(section.len()).unwrap();
    put(0, b"MZ");
    put(0x3C, &0x40u32.to_le_bytes());
    put(0x40, b"PE\0\0");
    put(0x44, &(if wide { 0x8664u16 } else { 0x14C }).to_le_bytes());
    put(0x46, &1u16.to_le_bytes());
    put(0x48, &1_500_000_000u32.to_le_bytes());
    let optional: u16 = if wide { 240 } else { 224 };
    put(0x54, &optional.to_le_bytes());
    put(0x56, &0x22u16.to_le_bytes());
    let start = 0x58;
    put(start, &(if wide { 0x20Bu16 } else { 0x10B }).to_le_bytes());
    put(start + 16, &RVA.to_le_bytes());
    put(start + 32, &0x1000u32.to_le_bytes());
    put(start + 36, &0x200u32.to_le_bytes());
    put(start + 48, &6u16.to_le_bytes());
    put(start + 56, &0x3000u32.to_le_bytes());
    put(start + 60, &0x200u32.to_le_bytes());
    put(start + 68, &3u16.to_le_bytes());
    let directories = start + if wide { 108 } else { 92 };
    put(directories, &16u32.to_le_bytes());
    put(directories + 12, &RVA.to_le_bytes());
    put(directories + 16, &imports.to_le_bytes());
    let table = start + usize::from(optional);
    put(table, b".rdata");
    put(table + 8, &size.to_le_bytes());
    put(table + 12, &RVA.to_le_bytes());
    put(table + 16, &size.to_le_bytes());
    put(table + 20, &u32::try_from(RAW).unwrap().to_le_bytes());
    put(table + 36, &0xC000_0040u32.to_le_bytes());
    bytes.extend(section);
    bytes
}

fn miner(wide: bool) -> Vec<u8> {
    Built::new(
        wide,
        &[
            ("KERNEL32.dll", &[From::Name("CreateFileW"), From::Name("VirtualAlloc")]),
            ("WS2_32.dll", &[From::Ordinal(115), From::Ordinal(23), From::Ordinal(999)]),
            ("OLEAUT32.dll", &[From::Ordinal(2)]),
            ("libcpuid.ocx", &[From::Name("cpuid_get_raw_data")]),
            ("odd.exe", &[From::Ordinal(7)]),
        ],
    )
    .bytes
}

#[test]
fn what_the_header_says() {
    for wide in [false, true] {
        let facts = read(&miner(wide)).unwrap();
        assert_eq!((facts.machine.as_str(), facts.wide), (if wide { "x86-64" } else { "x86" }, wide));
        assert_eq!((facts.kind, facts.subsystem.as_str()), (Kind::Program, "console"));
        assert_eq!((facts.linked, facts.entry_point, facts.overlay), (1_500_000_000, RVA, 0));
        assert!(!facts.certificates && !facts.managed && facts.damaged.is_empty());
        assert_eq!(facts.sections.len(), 1);
        assert_eq!(facts.sections[0].name, ".rdata");
        assert!(facts.sections[0].writable && !facts.sections[0].executable);
        let functions: Vec<_> =
            facts.imports.iter().flat_map(|library| &library.functions).map(String::as_str).collect();
        assert_eq!(
            functions,
            [
                "CreateFileW",
                "VirtualAlloc",
                "WSAStartup",
                "socket",
                "#999",
                "SysAllocString",
                "cpuid_get_raw_data",
                "#7"
            ]
        );
    }
}

#[test]
fn the_imphash_is_that_of_others() {
    for wide in [false, true] {
        let facts = read(&miner(wide)).unwrap();
        assert_eq!(facts.imphash.as_deref(), Some("cb54248327d0e397012f9a503406231b"));
    }
    let one = Built::new(false, &[("KERNEL32.dll", &[From::Name("ExitProcess")])]).bytes;
    assert_eq!(read(&one).unwrap().imphash.as_deref(), Some("f9ade0aa18f660a34a4fa23392e21838"));
}

#[test]
fn a_damaged_import_table_has_no_hash_and_hides_nothing_else() {
    let mut bytes = miner(false);
    // The name of the second library points out of the file.
    bytes[RAW + 20 + 12..RAW + 20 + 16].copy_from_slice(&0x7FFF_0000u32.to_le_bytes());
    let facts = read(&bytes).unwrap();
    assert_eq!((facts.imphash, facts.damaged), (None, vec![Part::Imports]));
    assert_eq!(facts.imports.len(), 1);
    assert_eq!(facts.sections.len(), 1);
}

#[test]
fn what_hangs_behind_the_last_section_is_counted() {
    let mut bytes = miner(true);
    bytes.extend([0xAA; 100]);
    assert_eq!(read(&bytes).unwrap().overlay, 100);
}

#[test]
fn what_is_no_program_is_none() {
    for bytes in [&b""[..], b"MZ", b"PK\x03\x04", &[0; 4096]] {
        assert_eq!(read(bytes), None);
    }
}

proptest! {
    #[test]
    fn damage_is_no_panic(at in 0usize..0x400, value: u8, cut in 0usize..0x400, wide: bool) {
        let mut bytes = miner(wide);
        if let Some(byte) = bytes.get_mut(at) {
            *byte = value;
        }
        let _ = read(&bytes);
        bytes.truncate(cut);
        let _ = read(&bytes);
    }

    #[test]
    fn noise_is_no_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let mut program = b"MZ".to_vec();
        program.extend(bytes);
        let _ = read(&program);
    }
}
