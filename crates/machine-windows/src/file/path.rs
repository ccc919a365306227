//! Paths, and opening them so that no link on the way leads elsewhere.

use super::NAME_SURROGATE;
use crate::fault::{Outcome, from_error, from_io};
use crate::registry::filetime;
use crate::text::narrow;
use machine::{Fault, FileIdentity};
use std::fs::{File, OpenOptions};
use std::os::windows::fs::OpenOptionsExt as _;
use std::os::windows::io::AsRawHandle as _;
use windows::Win32::Foundation::HANDLE;
use windows::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, FILE_ATTRIBUTE_REPARSE_POINT, FILE_ATTRIBUTE_TAG_INFO,
    FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT, FILE_READ_ATTRIBUTES, FILE_SHARE_DELETE,
    FILE_SHARE_READ, FILE_SHARE_WRITE, FileAttributeTagInfo, GETFINALPATHNAMEBYHANDLE_FLAGS,
    GetFileInformationByHandle, GetFileInformationByHandleEx, GetFinalPathNameByHandleW, GetLongPathNameW,
};
use windows::core::PCWSTR;

/// An open file or folder.
#[derive(Debug)]
pub(crate) struct Opened {
    /// It.
    pub(crate) file: File,
    /// Whether it is a link itself.
    pub(crate) is_link: bool,
    /// The path that the system gives for it.
    pub(crate) final_path: String,
}

/// What a handle tells of a file or folder.
pub(crate) struct Information {
    /// What makes it this one.
    pub(crate) identity: FileIdentity,
    /// Its attributes.
    pub(crate) attributes: u32,
    /// When it was made.
    pub(crate) created: u64,
    /// When it was last opened.
    pub(crate) accessed: u64,
}

impl Opened {
    /// The handle, for as long as this lives.
    pub(crate) fn handle(&self) -> HANDLE {
        HANDLE(self.file.as_raw_handle())
    }

    /// What the handle tells.
    pub(crate) fn information(&self) -> Outcome<Information> {
        let mut found = BY_HANDLE_FILE_INFORMATION::default();
        // SAFETY: the handle is open, and there is room for what is written.
        unsafe { GetFileInformationByHandle(self.handle(), &raw mut found) }
            .map_err(|error| from_error(&error))?;
        let join = |high: u32, low: u32| (u64::from(high) << 32) | u64::from(low);
        let index = join(found.nFileIndexHigh, found.nFileIndexLow);
        Ok(Information {
            identity: FileIdentity {
                volume_and_index: (found.dwVolumeSerialNumber.into(), index.into()),
                size: join(found.nFileSizeHigh, found.nFileSizeLow),
                modified: filetime(found.ftLastWriteTime),
            },
            attributes: found.dwFileAttributes,
            created: filetime(found.ftCreationTime),
            accessed: filetime(found.ftLastAccessTime),
        })
    }
}

/// Opens a file or folder as it is, a link as the link; fails with [`Fault::Link`] where a folder above it is a link.
pub(crate) fn open(path: &str, access: u32) -> Outcome<Opened> {
    open_shared(path, access, FILE_SHARE_READ.0 | FILE_SHARE_WRITE.0 | FILE_SHARE_DELETE.0)
}

/// The same, and what others may do meanwhile.
pub(crate) fn open_shared(path: &str, access: u32, share: u32) -> Outcome<Opened> {
    let file = open_raw(&extended(path)?, access, share)?;
    check(path, file)
}

/// Opens another stream of a file.
pub(super) fn open_stream(path: &str, stream: &str, access: u32) -> Outcome<Opened> {
    let share = FILE_SHARE_READ.0 | FILE_SHARE_WRITE.0 | FILE_SHARE_DELETE.0;
    let file = open_raw(&format!("{}:{stream}", extended(path)?), access, share)?;
    Ok(Opened { file, is_link: false, final_path: path.to_owned() })
}

fn open_raw(path: &str, access: u32, share: u32) -> Outcome<File> {
    OpenOptions::new()
        .access_mode(access)
        .share_mode(share)
        .custom_flags(FILE_FLAG_OPEN_REPARSE_POINT.0 | FILE_FLAG_BACKUP_SEMANTICS.0)
        .open(path)
        .map_err(|error| from_io(&error))
}

/// Holds what was opened against the path that was asked for: the handle tells where it really is.
pub(super) fn check(path: &str, file: File) -> Outcome<Opened> {
    let mut opened = Opened { file, is_link: false, final_path: String::new() };
    opened.is_link = is_link(&opened);
    opened.final_path = final_path(&opened)?;
    let same =
        |a: &str, b: &str| a.trim_end_matches('\\').to_lowercase() == b.trim_end_matches('\\').to_lowercase();
    if same(&opened.final_path, path) || long(path).is_some_and(|long| same(&opened.final_path, &long)) {
        return Ok(opened);
    }
    // Somewhere above there is a link, or there was one when this was opened.
    for folder in folders_above(path) {
        let share = FILE_SHARE_READ.0 | FILE_SHARE_WRITE.0 | FILE_SHARE_DELETE.0;
        let Ok(file) = open_raw(&extended(&folder)?, FILE_READ_ATTRIBUTES.0, share) else { continue };
        if is_link(&Opened { file, is_link: false, final_path: String::new() }) {
            return Err(Fault::Link { at: folder });
        }
    }
    Err(Fault::Link { at: path.to_owned() })
}

fn is_link(opened: &Opened) -> bool {
    let mut tag = FILE_ATTRIBUTE_TAG_INFO::default();
    // SAFETY: the structure is given with its length.
    let read = unsafe {
        GetFileInformationByHandleEx(
            opened.handle(),
            FileAttributeTagInfo,
            (&raw mut tag).cast(),
            u32::try_from(size_of::<FILE_ATTRIBUTE_TAG_INFO>()).unwrap_or_default(),
        )
    };
    match read {
        Ok(()) => {
            tag.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT.0 != 0 && tag.ReparseTag & NAME_SURROGATE != 0
        }
        // Where the tag cannot be asked for, every reparse point counts as a link.
        Err(_) => {
            opened.information().is_ok_and(|found| found.attributes & FILE_ATTRIBUTE_REPARSE_POINT.0 != 0)
        }
    }
}

fn final_path(opened: &Opened) -> Outcome<String> {
    let mut buffer = vec![0_u16; 32_768];
    // SAFETY: the handle is open, and the buffer is given with its length.
    let units =
        unsafe { GetFinalPathNameByHandleW(opened.handle(), &mut buffer, GETFINALPATHNAMEBYHANDLE_FLAGS(0)) };
    if units == 0 || units as usize >= buffer.len() {
        return Err(crate::fault::last());
    }
    let path = narrow(&buffer);
    Ok(path.strip_prefix(r"\\?\").unwrap_or(&path).to_owned())
}

/// The path with long names in place of short ones (`PROGRA~1`).
fn long(path: &str) -> Option<String> {
    if !path.contains('~') {
        return None;
    }
    let short = crate::text::wide(&extended(path).ok()?).ok()?;
    let mut buffer = vec![0_u16; 32_768];
    // SAFETY: the path is NUL-terminated, and the buffer is given with its length.
    let units = unsafe { GetLongPathNameW(PCWSTR(short.as_ptr()), Some(&mut buffer)) };
    let path = (units > 0 && (units as usize) < buffer.len()).then(|| narrow(&buffer))?;
    Some(path.strip_prefix(r"\\?\").unwrap_or(&path).to_owned())
}

/// The path with the prefix that keeps Windows from rewriting it. Only whole paths with a drive letter have one; others, and such with a
/// stream or with parts that lead upwards, are not there.
pub(crate) fn extended(path: &str) -> Outcome<String> {
    let mut letters = path.chars();
    let drive = letters.next().is_some_and(|letter| letter.is_ascii_alphabetic());
    let rest = letters.as_str();
    let is_whole = drive && rest.strip_prefix(":\\").is_some_and(|rest| !rest.contains([':', '/', '\0']));
    let leads_up = || path.split('\\').skip(1).any(|part| part == "." || part == "..");
    if !is_whole || leads_up() {
        return Err(Fault::NotFound);
    }
    Ok(format!(r"\\?\{path}"))
}

/// The folders above a path, from the drive down.
pub(crate) fn folders_above(path: &str) -> Vec<String> {
    let parts: Vec<&str> = path.trim_end_matches('\\').split('\\').collect();
    let above = (1..parts.len()).filter_map(|count| parts.get(..count));
    above
        .map(|parts| if parts.len() == 1 { format!("{}\\", parts.concat()) } else { parts.join("\\") })
        .collect()
}
