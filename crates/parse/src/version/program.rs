//! The fixed version information of a Windows program.
//!
//! The numbers are read, not the string beside them: the string of a `srv.sys` has been seen to name the first release of
//! its Windows for years of updates. Format: *PE Format* and *`VS_VERSIONINFO`* in Microsoft's documentation.

use crate::file_name::file_name;

/// The type of the resources that hold version information.
const VERSION: u32 = 16;

/// What `VS_FIXEDFILEINFO` begins with.
const SIGNATURE: u32 = 0xFEEF_04BD;

/// At most this many sections and resource entries are looked at; Windows itself has no program with more.
const MOST_ENTRIES: u16 = 4096;

/// Folders of a disk of Windows, among them those that keep other versions of a driver than the one in use. Where one of them is in a path, the
/// driver in use is in `System32\drivers`, and what is called like it elsewhere is another file.
const OF_A_DISK: [&str; 18] = [
    "windows",
    "winnt",
    "windows.old",
    "system32",
    "sysnative",
    "syswow64",
    "users",
    "documents and settings",
    "programdata",
    "program files",
    "program files (x86)",
    "perflogs",
    "temp",
    "winsxs",
    "servicing",
    "dllcache",
    "servicepackfiles",
    "softwaredistribution",
];

/// The drivers of which the version tells whether a hole is closed: that of the `SMBv1` server (MS17-010) and that of Remote Desktop
/// (`BlueKeep`), each with the kind of its setting.
const JUDGED: [(&str, &str); 2] = [("srv.sys", "srv-sys-version"), ("termdd.sys", "termdd-sys-version")];

/// Whether a file is a driver that is judged by its version: called like it, with the name of a machine before it or not, and not in another
/// place of a disk than where Windows loads it from. `is_disk`: the path is one of a whole disk, which has the driver there and nowhere else.
/// The kind of the setting that tells it.
pub fn judged_driver(path: &str, is_disk: bool) -> Option<&'static str> {
    let path = path.to_ascii_lowercase();
    let name = file_name(&path);
    let mut folders: Vec<&str> = path.split(['/', '\\', '!']).collect();
    folders.pop();
    let is_of_a_disk = |folder: &&str| OF_A_DISK.contains(folder) || folder.starts_with('$');
    if is_disk || folders.iter().any(is_of_a_disk) {
        let (Some("drivers"), Some("system32" | "sysnative")) = (folders.pop(), folders.pop()) else {
            return None;
        };
        folders.pop_if(|folder| matches!(*folder, "windows" | "winnt"));
        if folders.iter().any(is_of_a_disk) {
            return None;
        }
    }
    let is = |driver: &str| {
        let before = name.strip_suffix(driver);
        before.is_some_and(|before| before.is_empty() || before.ends_with(['_', '-', '.']))
    };
    JUDGED.iter().find(|(driver, _)| is(driver)).map(|(_, kind)| *kind)
}

/// The driver of the `SMBv1` server where a folder with all of the others does not hold it: then there is nothing to mend. Before Vista no
/// driver beside it tells that the folder is whole.
pub fn lacks_smb_driver<'n>(names: impl IntoIterator<Item = &'n str>) -> bool {
    const OTHERS: [&str; 4] = ["ntfs.sys", "tcpip.sys", "srv2.sys", "srvnet.sys"];
    let mut others = 0;
    for name in names {
        let name = name.to_ascii_lowercase();
        if name == "srv.sys" {
            return false;
        }
        others += usize::from(OTHERS.contains(&name.as_str()));
    }
    others == OTHERS.len()
}

/// The longest text of version information that is read, in characters.
const LONGEST_TEXT: usize = 260;

/// What a program says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProgramFacts {
    /// The four numbers of its fixed file version.
    pub version: Option<[u16; 4]>,
    /// Its original name.
    pub original_name: Option<String>,
    /// The company that it names.
    pub company: Option<String>,
    /// Whether a signature is in it; that of a catalogue is not.
    pub is_signed: bool,
}

/// What a program says of itself; `None` where the bytes are no program.
pub fn parse_program(bytes: &[u8]) -> Option<ProgramFacts> {
    let layout = Layout::of(bytes)?;
    let data = version_information(&layout).unwrap_or_default();
    Some(ProgramFacts {
        version: fixed_version(data),
        original_name: version_text(data, "OriginalFilename"),
        company: version_text(data, "CompanyName"),
        is_signed: layout.has_signature(),
    })
}

/// The four numbers of a program's fixed file version; `None` where it has none.
pub fn parse_driver(bytes: &[u8]) -> Option<[u16; 4]> {
    fixed_version(version_information(&Layout::of(bytes)?)?)
}

/// The version information of a program.
fn version_information<'b>(layout: &Layout<'b>) -> Option<&'b [u8]> {
    let image = &layout.image;
    // The third directory is that of the resources.
    let root = layout.place(image.u32(layout.directories + 16)?)?;
    // Type, name, language: the first name and language will do, as a program has one version.
    let names = image.entry(root, root, Some(VERSION))?;
    let languages = image.entry(root, names, None)?;
    let leaf = image.entry(root, languages, None)?;
    let (address, size) = (image.u32(leaf)?, usize::try_from(image.u32(leaf + 4)?).ok()?);
    let start = layout.place(address)?;
    image.0.get(start..start.checked_add(size)?)
}

/// A text of version information: its name, then at a multiple of four bytes its value.
fn version_text(data: &[u8], name: &str) -> Option<String> {
    let name: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
    let after = memchr::memmem::find(data, &name)? + name.len();
    let start = after.next_multiple_of(4);
    let units = data.get(start..)?.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
    let text: Vec<u16> = units.take_while(|unit| *unit != 0).take(LONGEST_TEXT).collect();
    let text = String::from_utf16_lossy(&text).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// Where the parts of a program lie.
struct Layout<'b> {
    image: Image<'b>,
    /// The table of sections.
    table: usize,
    sections: u16,
    /// The directories of the optional header.
    directories: usize,
}

impl<'b> Layout<'b> {
    fn of(bytes: &'b [u8]) -> Option<Self> {
        let image = Image(bytes);
        if image.0.get(..2)? != b"MZ" {
            return None;
        }
        let header = usize::try_from(image.u32(0x3C)?).ok()?;
        if image.0.get(header..header.checked_add(4)?)? != b"PE\0\0" {
            return None;
        }
        let sections = image.u16(header + 6)?.min(MOST_ENTRIES);
        let optional = header + 24;
        let optional_size = usize::from(image.u16(header + 20)?);
        // PE32 and PE32+ differ in the size of what stands before the directories.
        let directories = match image.u16(optional)? {
            0x10B => optional + 96,
            0x20B => optional + 112,
            _ => return None,
        };
        Some(Self { image, table: optional + optional_size, sections, directories })
    }

    /// The place in the file of an address.
    fn place(&self, address: u32) -> Option<usize> {
        (0..usize::from(self.sections)).find_map(|section| {
            let entry = self.table + section * 40;
            let start = self.image.u32(entry + 12)?;
            let size = self.image.u32(entry + 8)?.max(self.image.u32(entry + 16)?);
            let inside = address.checked_sub(start).filter(|inside| *inside < size)?;
            usize::try_from(self.image.u32(entry + 20)?.checked_add(inside)?).ok()
        })
    }

    /// Whether the fifth directory, that of signatures, names bytes of the file.
    fn has_signature(&self) -> bool {
        let number = |at: usize| usize::try_from(self.image.u32(at)?).ok();
        let place = number(self.directories + 32).zip(number(self.directories + 36));
        place.is_some_and(|(start, size)| {
            size > 8 && start.checked_add(size).is_some_and(|end| end <= self.image.0.len())
        })
    }
}

/// The numbers in version information: behind its key, at a multiple of four bytes.
fn fixed_version(data: &[u8]) -> Option<[u16; 4]> {
    let data = Image(data);
    let at = (0..data.0.len().min(256)).step_by(4).find(|at| data.u32(*at) == Some(SIGNATURE))?;
    let (high, low) = (data.u32(at + 8)?, data.u32(at + 12)?);
    let halves = |number: u32| [(number >> 16) as u16, (number & 0xFFFF) as u16];
    let ([a, b], [c, d]) = (halves(high), halves(low));
    Some([a, b, c, d])
}

/// Bytes with little-endian numbers in them.
struct Image<'b>(&'b [u8]);

impl Image<'_> {
    fn u16(&self, at: usize) -> Option<u16> {
        let bytes = self.0.get(at..at.checked_add(2)?)?;
        Some(u16::from_le_bytes(bytes.try_into().ok()?))
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let bytes = self.0.get(at..at.checked_add(4)?)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    }

    /// Where an entry of a resource directory points: that with the number, else the first.
    fn entry(&self, root: usize, directory: usize, number: Option<u32>) -> Option<usize> {
        let named = self.u16(directory.checked_add(12)?)?;
        let count = named.saturating_add(self.u16(directory.checked_add(14)?)?).min(MOST_ENTRIES);
        let entries = (0..usize::from(count)).map(|at| directory + 16 + at * 8);
        let found = entries
            .filter_map(|at| Some((self.u32(at)?, self.u32(at + 4)?)))
            .find(|(id, _)| number.is_none_or(|number| *id == number))?;
        // The highest bit tells directories from data.
        root.checked_add(usize::try_from(found.1 & 0x7FFF_FFFF).ok()?)
    }
}
