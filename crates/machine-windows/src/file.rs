//! Files and folders, without going through links.

mod held;
mod path;
mod restart;
mod write;

pub(crate) use path::{Opened, extended, open, open_shared};
pub(crate) use restart::{delete_at_restart, deleted_at_restart, keep_at_restart};
pub(crate) use write::{
    append, create_private_directory, delete, delete_directory, replace, restore, write_new,
};

use crate::bytes::{linked, text_at, u32_at};
use crate::fault::{Outcome, from_error, from_io};
use crate::token::Token;
use crate::{access, security};
use machine::{DirectoryEntry, Fault, FileIdentity, FileState, Stream};
use std::io::Read as _;
use windows::Win32::Storage::FileSystem::{
    FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_REPARSE_POINT, FILE_GENERIC_READ, FILE_INFO_BY_HANDLE_CLASS,
    FILE_LIST_DIRECTORY, FILE_READ_ATTRIBUTES, FileIdBothDirectoryInfo, FileStreamInfo,
    GetFileInformationByHandleEx, READ_CONTROL, SYNCHRONIZE,
};

/// The most bytes of other streams that are taken along with a file.
const STREAM_LIMIT: u64 = 64 << 20;

/// Bytes for part of a folder's entries.
const LIST_BYTES: usize = 1 << 16;

/// Bytes for the names of a file's streams, at first and at most: Windows keeps no more of them than fit into this (Microsoft: "NTFS
/// attribute list", 256 KiB).
const NAME_BYTES: [usize; 3] = [1 << 12, 1 << 16, 1 << 20];

/// The bit of a reparse tag that says that it stands for another place (Microsoft: `IsReparseTagNameSurrogate`).
const NAME_SURROGATE: u32 = 0x2000_0000;

/// The state of a file or folder; `None` where it is not there.
pub(crate) fn state(path: &str) -> Outcome<Option<FileState>> {
    let opened = match open(path, FILE_READ_ATTRIBUTES.0 | READ_CONTROL.0) {
        Err(Fault::NotFound) => return Ok(None),
        Err(Fault::AccessDenied) => open(path, FILE_READ_ATTRIBUTES.0)?,
        opened => opened?,
    };
    let information = opened.information()?;
    let is_directory = information.attributes & FILE_ATTRIBUTE_DIRECTORY.0 != 0;
    let streams = if opened.is_link { Vec::new() } else { streams(path, &opened)? };
    Ok(Some(FileState {
        identity: information.identity,
        is_directory,
        is_link: opened.is_link,
        final_path: opened.final_path.clone(),
        created: information.created,
        accessed: information.accessed,
        attributes: information.attributes,
        security: security::of_handle(opened.handle()).ok().and_then(|mut bytes| security::sddl(&mut bytes)),
        streams,
    }))
}

/// The bytes of the main stream.
pub(crate) fn read(path: &str, limit: u64) -> Outcome<Vec<u8>> {
    let mut opened = open_file(path, FILE_GENERIC_READ.0)?;
    read_at_most(&mut opened, limit)
}

/// Opens what must be a file and no link.
pub(crate) fn open_file(path: &str, access: u32) -> Outcome<Opened> {
    let opened = open(path, access)?;
    if opened.is_link {
        return Err(Fault::Link { at: path.to_owned() });
    }
    if opened.information()?.attributes & FILE_ATTRIBUTE_DIRECTORY.0 != 0 {
        return Err(Fault::NotFound);
    }
    // What is only partly there (a placeholder of a cloud or an archive) is not fetched: that would be the network.
    if opened.information()?.attributes & FILE_ATTRIBUTE_REPARSE_POINT.0 != 0 {
        return Err(Fault::Unsupported);
    }
    Ok(opened)
}

/// Opens what must still be exactly this file.
pub(crate) fn open_same(path: &str, identity: &FileIdentity, access: u32) -> Outcome<Opened> {
    let opened = open_file(path, access)?;
    if opened.information()?.identity == *identity { Ok(opened) } else { Err(Fault::Changed) }
}

fn read_at_most(opened: &mut Opened, limit: u64) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    let source = &mut opened.file;
    source.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| from_io(&error))?;
    if bytes.len() as u64 > limit { Err(Fault::TooLarge { limit }) } else { Ok(bytes) }
}

/// The entries of a folder, sorted.
pub(crate) fn list(path: &str) -> Outcome<Vec<DirectoryEntry>> {
    let opened = open(path, FILE_LIST_DIRECTORY.0 | FILE_READ_ATTRIBUTES.0 | SYNCHRONIZE.0)?;
    if opened.is_link {
        return Err(Fault::Link { at: path.to_owned() });
    }
    let mut entries = Vec::new();
    while let Some(part) = information(&opened, FileIdBothDirectoryInfo, LIST_BYTES)? {
        for entry in linked(&part) {
            let Some(entry) = directory_entry(entry) else { break };
            if entry.name != "." && entry.name != ".." {
                entries.push(entry);
            }
        }
    }
    entries.sort();
    Ok(entries)
}

/// An entry in the layout of `FILE_ID_BOTH_DIR_INFO`.
fn directory_entry(entry: &[u8]) -> Option<DirectoryEntry> {
    let attributes = u32_at(entry, 56)?;
    let length = u32_at(entry, 60)? as usize;
    // Where there is a reparse point, this field has its tag instead of the size of extended attributes.
    let tag = u32_at(entry, 64)?;
    Some(DirectoryEntry {
        name: text_at(entry, 104, length)?,
        is_directory: attributes & FILE_ATTRIBUTE_DIRECTORY.0 != 0,
        is_link: attributes & FILE_ATTRIBUTE_REPARSE_POINT.0 != 0 && tag & NAME_SURROGATE != 0,
    })
}

/// The next part of what a handle tells; `None` behind the last, and where the file system keeps no such thing.
fn information(opened: &Opened, class: FILE_INFO_BY_HANDLE_CLASS, room: usize) -> Outcome<Option<Vec<u8>>> {
    let mut words = vec![0_u64; room / 8];
    // SAFETY: the buffer is given with its length in bytes, and aligned for the structures in it.
    let read = unsafe {
        GetFileInformationByHandleEx(
            opened.handle(),
            class,
            words.as_mut_ptr().cast(),
            u32::try_from(room).unwrap_or_default(),
        )
    };
    match read {
        Ok(()) => Ok(Some(words.iter().flat_map(|word| word.to_ne_bytes()).collect())),
        // ERROR_NO_MORE_FILES, ERROR_HANDLE_EOF, ERROR_INVALID_PARAMETER, ERROR_NOT_SUPPORTED, ERROR_CALL_NOT_IMPLEMENTED,
        // ERROR_INVALID_FUNCTION
        Err(error) if matches!(error.code().0.cast_unsigned() & 0xFFFF, 18 | 38 | 87 | 50 | 120 | 1) => {
            Ok(None)
        }
        Err(error) => Err(from_error(&error)),
    }
}

/// The list of the other streams, however long; `None` where the file system keeps no such thing.
fn stream_names(opened: &Opened) -> Outcome<Option<Vec<u8>>> {
    for room in NAME_BYTES {
        match information(opened, FileStreamInfo, room) {
            // ERROR_MORE_DATA, ERROR_INSUFFICIENT_BUFFER
            Err(Fault::Other { code: 0x8007_00EA | 0x8007_007A, .. }) => {}
            list => return list,
        }
    }
    Err(Fault::Other { code: 0, text: "it has more alternate data streams than can be listed".to_owned() })
}

/// The other streams with their bytes.
fn streams(path: &str, opened: &Opened) -> Outcome<Vec<Stream>> {
    let Some(list) = stream_names(opened)? else { return Ok(Vec::new()) };
    let mut streams = Vec::new();
    let mut room = STREAM_LIMIT;
    for entry in linked(&list) {
        let Some(name) = u32_at(entry, 4).and_then(|length| text_at(entry, 24, length as usize)) else {
            break;
        };
        // `:name:$DATA`; the main stream has no name.
        let Some(name) = name.strip_prefix(':').and_then(|name| name.strip_suffix(":$DATA")) else {
            continue;
        };
        if name.is_empty() {
            continue;
        }
        let mut stream = path::open_stream(path, name, FILE_GENERIC_READ.0)?;
        let same = stream.information()?.identity.volume_and_index
            == opened.information()?.identity.volume_and_index;
        if !same {
            return Err(Fault::Changed);
        }
        let bytes = read_at_most(&mut stream, room).map_err(|fault| match fault {
            Fault::TooLarge { .. } => Fault::Other {
                code: 0,
                text: format!("its alternate data streams hold more than {STREAM_LIMIT} bytes"),
            },
            fault => fault,
        })?;
        room = room.saturating_sub(bytes.len() as u64);
        streams.push(Stream { name: name.to_owned(), bytes });
    }
    streams.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(streams)
}

/// Whether only administrators and the system can change it, or put another in its place.
pub(crate) fn is_protected(path: &str) -> Outcome<bool> {
    let opened = open(path, READ_CONTROL.0 | FILE_READ_ATTRIBUTES.0)?;
    if opened.is_link {
        return Err(Fault::Link { at: path.to_owned() });
    }
    let own = Token::own()?.always_full();
    let safe = |opened: &Opened, rights| {
        Ok(access::only_administrators(&security::of_handle(opened.handle())?, rights, own.as_deref()))
    };
    let mut protected = safe(&opened, access::CHANGES)?;
    for folder in path::folders_above(path) {
        let opened = open(&folder, READ_CONTROL.0 | FILE_READ_ATTRIBUTES.0)?;
        protected &= safe(&opened, access::REPLACES)?;
    }
    Ok(protected)
}
