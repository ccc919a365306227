//! Changing files: exactly those that were looked at, and our own.

use super::path::{check, extended, open_shared};
use super::{open_file, open_same};
use crate::fault::{Outcome, from_error, from_io, from_win32};
use crate::security::Descriptor;
use crate::text::wide;
use crate::{pending, registry};
use machine::{Fault, FileIdentity, FileState, Key};
use std::fs::{File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::windows::fs::OpenOptionsExt as _;
use windows::Win32::Security::Authorization::{SE_FILE_OBJECT, SetSecurityInfo};
use windows::Win32::Security::{
    ACL, DACL_SECURITY_INFORMATION, GROUP_SECURITY_INFORMATION, GetSecurityDescriptorDacl,
    GetSecurityDescriptorGroup, GetSecurityDescriptorOwner, OWNER_SECURITY_INFORMATION, PSID,
    SECURITY_ATTRIBUTES,
};
use windows::Win32::Storage::FileSystem::{
    CreateDirectoryW, DELETE, FILE_ATTRIBUTE_DIRECTORY, FILE_BASIC_INFO, FILE_DISPOSITION_INFO,
    FILE_FLAG_OPEN_REPARSE_POINT, FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_READ_ATTRIBUTES,
    FILE_SHARE_READ, FILE_WRITE_ATTRIBUTES, FileBasicInfo, FileDispositionInfo, MOVEFILE_DELAY_UNTIL_REBOOT,
    MoveFileExW, SetFileInformationByHandle, WRITE_DAC, WRITE_OWNER,
};
use windows::Win32::System::Registry::{KEY_SET_VALUE, REG_VALUE_TYPE, RegDeleteValueW, RegSetValueExW};
use windows::core::{BOOL, PCWSTR, w};

const SESSION_MANAGER: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager";
const PENDING: &str = "PendingFileRenameOperations";

/// Administrators and the system, nobody else, also for what is made inside.
const PRIVATE: &str = "O:BAG:SYD:P(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)";

/// Deletes exactly this file, by its handle.
pub(crate) fn delete(path: &str, identity: &FileIdentity) -> Outcome<()> {
    // Nobody else may have it open: a file that somebody holds would only be marked.
    let opened = open_shared(path, DELETE.0 | FILE_READ_ATTRIBUTES.0, 0)?;
    if opened.is_link {
        return Err(Fault::Link { at: path.to_owned() });
    }
    if opened.information()?.identity != *identity {
        return Err(Fault::Changed);
    }
    dispose(&opened)
}

/// Deletes an empty folder, by its handle.
pub(crate) fn delete_directory(path: &str) -> Outcome<()> {
    let opened = open_shared(path, DELETE.0 | FILE_READ_ATTRIBUTES.0, 0)?;
    if opened.is_link {
        return Err(Fault::Link { at: path.to_owned() });
    }
    if opened.information()?.attributes & FILE_ATTRIBUTE_DIRECTORY.0 == 0 {
        return Err(Fault::Changed);
    }
    dispose(&opened)
}

fn dispose(opened: &super::Opened) -> Outcome<()> {
    let gone = FILE_DISPOSITION_INFO { DeleteFile: true };
    // SAFETY: the structure is given with its length.
    unsafe {
        SetFileInformationByHandle(
            opened.handle(),
            FileDispositionInfo,
            (&raw const gone).cast(),
            u32::try_from(size_of::<FILE_DISPOSITION_INFO>()).unwrap_or_default(),
        )
    }
    .map_err(|error| from_error(&error))
}

/// The files that Windows deletes at its next start.
pub(crate) fn deleted_at_restart() -> Outcome<Vec<String>> {
    let key = registry::read(&Key::new(SESSION_MANAGER))?.unwrap_or_default();
    Ok(key.value(PENDING).map(|data| pending::deleted(&data.bytes)).unwrap_or_default())
}

/// Has Windows delete exactly this file at its next start.
pub(crate) fn delete_at_restart(path: &str, identity: &FileIdentity) -> Outcome<()> {
    let _held = open_same(path, identity, FILE_READ_ATTRIBUTES.0)?;
    let path = wide(path)?;
    // SAFETY: the path is NUL-terminated and outlives the call.
    unsafe { MoveFileExW(PCWSTR(path.as_ptr()), PCWSTR::null(), MOVEFILE_DELAY_UNTIL_REBOOT) }
        .map_err(|error| from_error(&error))
}

/// Takes that back; every other entry stays byte for byte.
pub(crate) fn keep_at_restart(path: &str) -> Outcome<()> {
    let key = Key::new(SESSION_MANAGER);
    let found = registry::read(&key)?.unwrap_or_default();
    let data = found.value(PENDING).ok_or(Fault::NotFound)?;
    let rest = pending::without(&data.bytes, path).ok_or(Fault::NotFound)?;
    let open = registry::open(&key, KEY_SET_VALUE)?.ok_or(Fault::NotFound)?;
    let name = w!("PendingFileRenameOperations");
    // SAFETY: the name is NUL-terminated, and the data is given with its length.
    let code = unsafe {
        if pending::is_empty(&rest) {
            RegDeleteValueW(open.raw(), name)
        } else {
            RegSetValueExW(open.raw(), name, None, REG_VALUE_TYPE(data.kind), Some(&rest))
        }
    };
    if code.is_ok() { Ok(()) } else { Err(from_win32(code)) }
}

/// Puts a file back with everything that it had.
pub(crate) fn restore(path: &str, state: &FileState, bytes: &[u8]) -> Outcome<()> {
    if state.is_directory || state.is_link {
        return Err(Fault::Unsupported);
    }
    let file = create(path, FILE_GENERIC_READ.0 | FILE_GENERIC_WRITE.0 | WRITE_DAC.0 | WRITE_OWNER.0)
        .or_else(|fault| match fault {
            // The owner of another account can be set only by some; what can be restored then is the rest.
            Fault::AccessDenied => create(path, FILE_GENERIC_READ.0 | FILE_GENERIC_WRITE.0 | WRITE_DAC.0),
            fault => Err(fault),
        })?;
    let mut opened = check(path, file)?;
    opened.file.write_all(bytes).map_err(|error| from_io(&error))?;
    for stream in &state.streams {
        if stream.name.contains([':', '\\', '/', '\0']) {
            return Err(Fault::Unsupported);
        }
        let path = format!("{}:{}", extended(path)?, stream.name);
        let mut stream_file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(path)
            .map_err(|error| from_io(&error))?;
        stream_file.write_all(&stream.bytes).map_err(|error| from_io(&error))?;
        stream_file.sync_all().map_err(|error| from_io(&error))?;
    }
    if let Some(sddl) = &state.security {
        set_security(&opened, sddl)?;
    }
    opened.file.sync_all().map_err(|error| from_io(&error))?;
    let time = |time: u64| time.cast_signed();
    let basic = FILE_BASIC_INFO {
        CreationTime: time(state.created),
        LastAccessTime: time(state.accessed),
        LastWriteTime: time(state.identity.modified),
        ChangeTime: 0,
        FileAttributes: state.attributes,
    };
    // SAFETY: the structure is given with its length.
    unsafe {
        SetFileInformationByHandle(
            opened.handle(),
            FileBasicInfo,
            (&raw const basic).cast(),
            u32::try_from(size_of::<FILE_BASIC_INFO>()).unwrap_or_default(),
        )
    }
    .map_err(|error| from_error(&error))
}

fn set_security(opened: &super::Opened, sddl: &str) -> Outcome<()> {
    let descriptor = Descriptor::from_sddl(sddl)?;
    let (mut owner, mut group) = (PSID::default(), PSID::default());
    let (mut list, mut present, mut defaulted) =
        (std::ptr::null_mut::<ACL>(), BOOL::default(), BOOL::default());
    let attempt = |error: windows::core::Error| from_error(&error);
    // SAFETY: the parts lie in the descriptor, which outlives their use; the handle is open.
    unsafe {
        GetSecurityDescriptorOwner(descriptor.raw(), &raw mut owner, &raw mut defaulted).map_err(attempt)?;
        GetSecurityDescriptorGroup(descriptor.raw(), &raw mut group, &raw mut defaulted).map_err(attempt)?;
        GetSecurityDescriptorDacl(descriptor.raw(), &raw mut present, &raw mut list, &raw mut defaulted)
            .map_err(attempt)?;
        let dacl = SetSecurityInfo(
            opened.handle(),
            SE_FILE_OBJECT,
            DACL_SECURITY_INFORMATION,
            None,
            None,
            Some(list),
            None,
        );
        if dacl.is_err() {
            return Err(from_win32(dacl));
        }
        // That an owner cannot be given back is seen when the file is read again.
        let _ = SetSecurityInfo(
            opened.handle(),
            SE_FILE_OBJECT,
            OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION,
            Some(owner),
            Some(group),
            None,
            None,
        );
    }
    Ok(())
}

/// Replaces the bytes of exactly this file. What is there already keeps its place until the last byte is written, so that a failure leaves
/// either the old bytes or, where the disk is full, puts them back.
pub(crate) fn replace(path: &str, identity: &FileIdentity, bytes: &[u8]) -> Outcome<()> {
    let old = super::read(path, identity.size)?;
    let mut opened = open_same(path, identity, FILE_GENERIC_READ.0 | FILE_GENERIC_WRITE.0)?;
    match write_all(&mut opened.file, bytes) {
        Ok(()) => Ok(()),
        Err(fault) => {
            let _ = write_all(&mut opened.file, &old);
            Err(fault)
        }
    }
}

fn write_all(file: &mut File, bytes: &[u8]) -> Outcome<()> {
    // The file gets its length first: what does not fit fails before a byte is changed.
    let before = file.metadata().map_err(|error| from_io(&error))?.len();
    let length = bytes.len() as u64;
    file.set_len(before.max(length)).map_err(|error| from_io(&error))?;
    let written = file
        .seek(SeekFrom::Start(0))
        .and_then(|_| file.write_all(bytes))
        .and_then(|()| file.set_len(length))
        .and_then(|()| file.sync_all());
    written.map_err(|error| from_io(&error))
}

/// Makes a folder for administrators and the system only.
pub(crate) fn create_private_directory(path: &str) -> Outcome<()> {
    let parent = path.rsplit_once('\\').map(|(parent, _)| parent).ok_or(Fault::NotFound)?;
    let parent = if parent.ends_with(':') { format!("{parent}\\") } else { parent.to_owned() };
    if super::open(&parent, FILE_READ_ATTRIBUTES.0)?.is_link {
        return Err(Fault::Link { at: parent });
    }
    let descriptor = Descriptor::from_sddl(PRIVATE)?;
    let attributes = SECURITY_ATTRIBUTES {
        nLength: u32::try_from(size_of::<SECURITY_ATTRIBUTES>()).unwrap_or_default(),
        lpSecurityDescriptor: descriptor.address(),
        bInheritHandle: BOOL::from(false),
    };
    let name = wide(&extended(path)?)?;
    // SAFETY: the path is NUL-terminated, and the descriptor outlives the call.
    unsafe { CreateDirectoryW(PCWSTR(name.as_ptr()), Some(&raw const attributes)) }
        .map_err(|error| from_error(&error))?;
    // Where the folder above was replaced meanwhile, it shows in the path of what was made.
    super::open(path, FILE_READ_ATTRIBUTES.0).map(drop)
}

fn create(path: &str, access: u32) -> Outcome<File> {
    OpenOptions::new()
        .access_mode(access | FILE_WRITE_ATTRIBUTES.0)
        .write(true)
        .create_new(true)
        .share_mode(FILE_SHARE_READ.0)
        .custom_flags(FILE_FLAG_OPEN_REPARSE_POINT.0)
        .open(extended(path)?)
        .map_err(|error| from_io(&error))
}

/// Writes a new file and has it on the disk before it returns.
pub(crate) fn write_new(path: &str, bytes: &[u8]) -> Outcome<()> {
    let mut opened = check(path, create(path, FILE_GENERIC_READ.0 | FILE_GENERIC_WRITE.0)?)?;
    opened.file.write_all(bytes).and_then(|()| opened.file.sync_all()).map_err(|error| from_io(&error))
}

/// Adds to a file and has it on the disk before it returns.
pub(crate) fn append(path: &str, bytes: &[u8]) -> Outcome<()> {
    let mut opened = open_file(path, FILE_GENERIC_READ.0 | FILE_GENERIC_WRITE.0)?;
    let file = &mut opened.file;
    file.seek(SeekFrom::End(0))
        .and_then(|_| file.write_all(bytes))
        .and_then(|()| file.sync_all())
        .map_err(|error| from_io(&error))
}
