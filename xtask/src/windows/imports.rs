//! The import table of a Windows program (Microsoft: "PE Format"), held against what Windows 7 has.

use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::path::Path;

/// The functions that the programs may ask for, a library a line. Each was looked up: Microsoft's reference names Windows 7 or something earlier
/// as the first client that has it. Whoever adds one looks it up too.
///
/// The libraries are those that Windows 7 itself loads for every program (`KnownDLLs`), and those that are part of each of its processes. Only of these
/// the loader takes no other from beside the program.
const WINDOWS_7: &str = include_str!("imports.txt");

/// Fails where the program asks for what Windows 7 has not.
pub(super) fn check(program: &Path) -> Result<()> {
    let bytes = std::fs::read(program).with_context(|| format!("cannot read {}", program.display()))?;
    let imports = read(&bytes).with_context(|| format!("{} is no program for Windows", program.display()))?;
    let libraries: BTreeSet<&str> = imports.iter().map(|(library, _)| library.as_str()).collect();
    println!("{} needs {}", program.display(), libraries.iter().copied().collect::<Vec<_>>().join(", "));
    let faults = faults(&imports);
    if faults.is_empty() {
        Ok(())
    } else {
        bail!("Windows 7 lacks these, or nobody looked them up yet (`imports.txt`): {}", faults.join(", "))
    }
}

/// What must not be asked for.
fn faults(imports: &[(String, String)]) -> Vec<String> {
    let known: BTreeSet<(&str, &str)> = WINDOWS_7
        .lines()
        .filter_map(|line| line.split_once(' '))
        .flat_map(|(library, functions)| functions.split(' ').map(move |function| (library, function)))
        .collect();
    let bad =
        imports.iter().filter(|(library, function)| !known.contains(&(library.as_str(), function.as_str())));
    bad.map(|(library, function)| format!("{library}!{function}")).collect()
}

/// Library, in lower case, and function of each import; functions by number are written `#12`.
fn read(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    /// The address of the import table is the second of the directories.
    const IMPORT: usize = 1;
    let header = number(bytes, 0x3C, 4)?;
    let is_program = bytes.get(header..header.checked_add(4)?)? == b"PE\0\0";
    let sections = number(bytes, header + 6, 2)?;
    let optional = header + 24;
    let is_wide = number(bytes, optional, 2)? == 0x20B;
    let directories = optional + if is_wide { 112 } else { 96 };
    let table = number(bytes, directories + 8 * IMPORT, 4)?;
    let first_section = optional + number(bytes, header + 20, 2)?;
    let place = |address: usize| {
        (0..sections).find_map(|index| {
            let section = first_section + 40 * index;
            let begin = number(bytes, section + 12, 4)?;
            let length = number(bytes, section + 16, 4)?;
            let inside = address.checked_sub(begin).filter(|inside| *inside < length)?;
            Some(number(bytes, section + 20, 4)? + inside)
        })
    };
    if !is_program {
        return None;
    }
    let mut imports = Vec::new();
    let mut entry = place(table)?;
    loop {
        let (names, library) = (number(bytes, entry, 4)?, number(bytes, entry + 12, 4)?);
        if library == 0 {
            return Some(imports);
        }
        let library = text(bytes, place(library)?)?.to_lowercase();
        let (width, by_number) = if is_wide { (8, 1 << 63) } else { (4, 1 << 31) };
        let mut name = place(names)?;
        loop {
            let value = number(bytes, name, width)? as u64;
            if value == 0 {
                break;
            }
            let function = match value & by_number {
                0 => text(bytes, place(usize::try_from(value).ok()?)? + 2)?,
                _ => format!("#{}", value & 0xFFFF),
            };
            imports.push((library.clone(), function));
            name += width;
        }
        entry += 20;
    }
}

fn number(bytes: &[u8], at: usize, width: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(width)?)?;
    Some(bytes.iter().rev().fold(0, |number, byte| (number << 8) | usize::from(*byte)))
}

fn text(bytes: &[u8], at: usize) -> Option<String> {
    let text = bytes.get(at..)?;
    let end = text.iter().position(|byte| *byte == 0)?;
    Some(String::from_utf8_lossy(text.get(..end)?).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program with one section that holds nothing but an import of one function of one library.
    fn program(library: &str, function: &str) -> Vec<u8> {
        let mut bytes = vec![0; 0x400];
        let mut put = |at: usize, part: &[u8]| bytes[at..at + part.len()].copy_from_slice(part);
        put(0x3C, &0x40_u32.to_le_bytes());
        put(0x40, b"PE\0\0");
        put(0x46, &1_u16.to_le_bytes());
        put(0x54, &240_u16.to_le_bytes());
        put(0x58, &0x20B_u16.to_le_bytes());
        put(0x58 + 112 + 8, &0x1000_u32.to_le_bytes());
        let section = 0x58 + 240;
        put(section + 12, &0x1000_u32.to_le_bytes());
        put(section + 16, &0x200_u32.to_le_bytes());
        put(section + 20, &0x200_u32.to_le_bytes());
        put(0x200, &0x1080_u32.to_le_bytes());
        put(0x20C, &0x10C0_u32.to_le_bytes());
        put(0x280, &0x1100_u64.to_le_bytes());
        put(0x2C0, library.as_bytes());
        put(0x302, function.as_bytes());
        bytes
    }

    #[test]
    fn imports_are_read_and_what_windows_7_lacks_is_a_fault() {
        let faults = |library, function| faults(&read(&program(library, function)).unwrap());
        assert!(faults("KERNEL32.dll", "CreateFileW").is_empty());
        assert_eq!(faults("combase.dll", "RoGetAgileReference"), ["combase.dll!RoGetAgileReference"]);
        assert_eq!(faults("bcryptprimitives.dll", "ProcessPrng"), ["bcryptprimitives.dll!ProcessPrng"]);
        assert_eq!(faults("kernel32.dll", "SetThreadDescription"), ["kernel32.dll!SetThreadDescription"]);
        assert_eq!(faults("iphlpapi.dll", "GetTcpTable2"), ["iphlpapi.dll!GetTcpTable2"], "not guarded");
    }

    #[test]
    fn the_list_is_sorted_and_has_nothing_that_came_later() {
        let lines: Vec<_> = WINDOWS_7.lines().collect();
        assert!(lines.is_sorted());
        for line in lines {
            let functions: Vec<_> = line.split(' ').skip(1).collect();
            assert!(functions.is_sorted(), "{line}");
            // Functions of those libraries that came after Windows 7, as far as Rust or our crates have ever asked for them.
            for later in [
                "CreateFile2",
                "GetCurrentPackageId",
                "GetSystemTimePreciseAsFileTime",
                "GetTempPath2W",
                "GetThreadDescription",
                "IsWow64Process2",
                "PrefetchVirtualMemory",
                "ProcessPrng",
                "SetDefaultDllDirectories",
                "SetThreadDescription",
                "WaitOnAddress",
                "WakeByAddressAll",
                "WakeByAddressSingle",
            ] {
                assert!(!functions.contains(&later), "{later}");
            }
        }
    }

    #[test]
    fn what_is_no_program_is_none() {
        let whole = program("kernel32.dll", "CreateFileW");
        for end in 0..whole.len() {
            let _ = read(&whole[..end]);
        }
        assert_eq!(read(b"MZ"), None);
    }
}
