//! Zip archives: a list of members that are safe to read, and their bytes.
//!
//! Nothing is ever written to disk, so a hostile name can do no harm here; it is refused all the same, since no collector makes one.

use super::Limits;
use super::notes::{
    ARCHIVE_CROWDED, ARCHIVE_DAMAGED, DUPLICATE, ENCRYPTED, MEMBER_DAMAGED, MEMBER_LINK, METHOD, NAME_LONG,
    NAME_UNSAFE, io_message,
};
use evidence::{Level, Message};
use std::io::{self, Read, Seek, SeekFrom};
use zip::ZipArchive;
use zip::read::{ZipFile, ZipFileEntry};
use zip::result::ZipError;

/// What an archive is read from.
pub(super) trait Source: Read + Seek {}

impl<R: Read + Seek> Source for R {}

/// A file, or bytes in memory: one type, since the reader of archives is large and would be in the program once for each.
pub(super) type Input<'a> = Box<dyn Source + 'a>;

/// An open archive.
pub(super) struct Archive<'a> {
    zip: ZipArchive<Input<'a>>,
}

/// A member that may be read.
pub(super) struct Member {
    /// Its name, with `/` between its parts.
    pub(super) name: String,
    /// Its size in the archive.
    pub(super) packed: u64,
    /// Its size unpacked, as the archive claims.
    pub(super) size: u64,
    index: usize,
}

/// A member, or an archive as a whole (its name is empty), that was refused or is worth a remark.
pub(super) struct Remark {
    pub(super) member: String,
    /// Whether the name may say to which host the member belongs.
    pub(super) trusted: bool,
    pub(super) level: Level,
    pub(super) message: Message,
}

impl<'a> Archive<'a> {
    /// Opens an archive by its central directory, and lists its members by name.
    pub(super) fn open(
        mut reader: Input<'a>,
        limits: &Limits,
    ) -> Result<(Self, Vec<Member>, Vec<Remark>), Message> {
        let crowded = |count: u64| ARCHIVE_CROWDED.with([count.into(), limits.members.into()]);
        let claimed = claimed_members(&mut reader).map_err(|error| io_message(&error))?;
        if let Some(count) = claimed.filter(|count| *count > limits.members as u64) {
            return Err(crowded(count));
        }
        let zip = ZipArchive::new(reader).map_err(|error| damaged(&error))?;
        if zip.len() > limits.members {
            return Err(crowded(zip.len() as u64));
        }
        let mut members = Vec::with_capacity(zip.len());
        let mut remarks = Vec::new();
        let whole = |level, message| Remark { member: String::new(), trusted: true, level, message };
        if zip.has_duplicate_names() {
            remarks.push(whole(Level::Error, DUPLICATE.plain()));
        }
        for index in 0..zip.len() {
            let entry = match zip.by_index_data(index) {
                Ok(entry) => entry,
                Err(error) => {
                    remarks.push(whole(Level::Error, damaged(&error)));
                    continue;
                }
            };
            let name = match entry.name() {
                Ok(name) => normalise(&name),
                Err(_) => normalise(&String::from_utf8_lossy(entry.name_raw())),
            };
            if name.ends_with('/') || name.is_empty() {
                continue;
            }
            match refusal(&name, &entry, limits) {
                Some((level, message)) => {
                    let trusted = ![NAME_UNSAFE.id, NAME_LONG.id].contains(&message.id.as_str());
                    remarks.push(Remark { member: shorten(name), trusted, level, message });
                }
                None => {
                    members.push(Member { name, packed: entry.compressed_size(), size: entry.size(), index });
                }
            }
        }
        members.sort_by(|a, b| a.name.cmp(&b.name));
        Ok((Self { zip }, members, remarks))
    }

    /// The bytes of a member, unpacked as they are read.
    pub(super) fn read(&mut self, member: &Member) -> Result<ZipFile<'_, Input<'a>>, Message> {
        self.zip.by_index(member.index).map_err(|error| match error {
            ZipError::CompressionMethodNotSupported(method) => METHOD.with([u64::from(method).into()]),
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => ENCRYPTED.plain(),
            error => MEMBER_DAMAGED.with([error.to_string().into()]),
        })
    }
}

/// How many members the archive claims to have, where that is more than 65,535.
///
/// Only the ZIP64 end record (APPNOTE 4.3.14, the count at offset 32) can say so. It is looked for before the directory is
/// read, since that takes memory for each member.
fn claimed_members(reader: &mut (impl Read + Seek)) -> io::Result<Option<u64>> {
    const TAIL: u64 = 128 << 10;
    let end = reader.seek(SeekFrom::End(0))?;
    reader.seek(SeekFrom::Start(end.saturating_sub(TAIL)))?;
    let mut tail = Vec::new();
    reader.take(TAIL).read_to_end(&mut tail)?;
    reader.seek(SeekFrom::Start(0))?;
    let count = |at: usize| {
        let bytes = tail.get(at + 32..at + 40)?;
        Some(u64::from_le_bytes(bytes.try_into().ok()?))
    };
    Ok(memchr::memmem::find_iter(&tail, b"PK\x06\x06").filter_map(count).max())
}

fn damaged(error: &ZipError) -> Message {
    ARCHIVE_DAMAGED.with([error.to_string().into()])
}

/// A name as Windows and others write it, in one spelling.
fn normalise(name: &str) -> String {
    let name = name.replace('\\', "/");
    name.strip_prefix("./").map(str::to_owned).unwrap_or(name)
}

fn refusal(name: &str, entry: &ZipFileEntry<'_>, limits: &Limits) -> Option<(Level, Message)> {
    let drive = || {
        let mut start = name.chars();
        start.next().is_some_and(|c| c.is_ascii_alphabetic()) && start.next() == Some(':')
    };
    let mut parts = name.split('/');
    if name.starts_with('/') || name.contains('\0') || parts.any(|part| part == "..") || drive() {
        Some((Level::Error, NAME_UNSAFE.plain()))
    } else if name.chars().count() > limits.path_length || name.split('/').count() > limits.depth {
        Some((Level::Error, NAME_LONG.with([limits.path_length.into(), limits.depth.into()])))
    } else if entry.is_symlink() {
        Some((Level::Warning, MEMBER_LINK.plain()))
    } else if entry.encrypted() {
        Some((Level::Error, ENCRYPTED.plain()))
    } else {
        None
    }
}

/// A name that fits into a note.
fn shorten(name: String) -> String {
    match name.char_indices().nth(200) {
        Some((at, _)) => format!("{}…", name.get(..at).unwrap_or_default()),
        None => name,
    }
}
