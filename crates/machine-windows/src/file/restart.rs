//! Deleting what is in use at the next start of Windows.
//!
//! Windows keeps no more than a path until then, and whoever may change a folder on it could have another file deleted. So the file is put
//! aside first, into a folder that only administrators and the system can open; where it stays in its place, no one else may change that.

use super::held::{Folder, unguessed};
use super::path::{Opened, open_shared};
use super::write::{create_private_directory, delete_directory};
use super::{is_protected, open_same};
use crate::fault::{Outcome, from_error, from_win32};
use crate::text::wide;
use crate::{pending, registry};
use machine::{Fault, FileIdentity, Key};
use windows::Win32::Storage::FileSystem::{
    DELETE, FILE_READ_ATTRIBUTES, FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_SHARE_WRITE,
    MOVEFILE_DELAY_UNTIL_REBOOT, MoveFileExW, SYNCHRONIZE,
};
use windows::Win32::System::Registry::{KEY_SET_VALUE, REG_VALUE_TYPE, RegDeleteValueW, RegSetValueExW};
use windows::core::{PCWSTR, w};

const SESSION_MANAGER: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager";
const PENDING: &str = "PendingFileRenameOperations";

/// The name of the file where it was put aside.
const ASIDE: &str = "file";

/// The files that Windows deletes at its next start.
pub(crate) fn deleted_at_restart() -> Outcome<Vec<String>> {
    let key = registry::read(&Key::new(SESSION_MANAGER))?.unwrap_or_default();
    Ok(key.value(PENDING).map(|data| pending::deleted(&data.bytes)).unwrap_or_default())
}

/// Has Windows delete exactly this file at its next start: put aside where that can be, so that it is gone from its place at once.
pub(crate) fn delete_at_restart(path: &str, identity: &FileIdentity) -> Outcome<()> {
    match put_aside(path, identity) {
        Ok(()) => Ok(()),
        Err(fault @ (Fault::NotFound | Fault::Changed | Fault::Link { .. })) => Err(fault),
        Err(_) => {
            let _held = open_same(path, identity, FILE_READ_ATTRIBUTES.0)?;
            let (folder, _) = path.rsplit_once('\\').ok_or(Fault::NotFound)?;
            let folder = if folder.ends_with(':') { format!("{folder}\\") } else { folder.to_owned() };
            if is_protected(&folder)? { schedule(path) } else { Err(Fault::InUse) }
        }
    }
}

fn put_aside(path: &str, identity: &FileIdentity) -> Outcome<()> {
    let opened = movable(path)?;
    if opened.is_link {
        return Err(Fault::Link { at: path.to_owned() });
    }
    if opened.information()?.identity != *identity {
        return Err(Fault::Changed);
    }
    let (place, name) = Folder::above(path)?;
    let drive = path.get(..3).ok_or(Fault::NotFound)?;
    let aside = format!("{drive}{}", unguessed());
    create_private_directory(&aside)?;
    let done = is_protected(&aside)
        .and_then(|is_safe| if is_safe { Folder::hold(&aside) } else { Err(Fault::AccessDenied) })
        .and_then(|folder| folder.take(&opened, ASIDE, false))
        .and_then(|()| {
            let moved = format!("{aside}\\{ASIDE}");
            // What is put aside and never deleted would be no more than a copy that stays; what is not put back would be lost.
            schedule(&moved).and_then(|()| schedule(&aside)).inspect_err(|_| {
                let _ = place.take(&opened, &name, false);
            })
        });
    if done.is_err() {
        let _ = delete_directory(&aside);
    }
    done
}

/// Opens a file so that it can be given another name: one that runs can be, one that somebody holds without sharing that cannot.
fn movable(path: &str) -> Outcome<Opened> {
    let share = FILE_SHARE_READ.0 | FILE_SHARE_WRITE.0 | FILE_SHARE_DELETE.0;
    open_shared(path, DELETE.0 | FILE_READ_ATTRIBUTES.0 | SYNCHRONIZE.0, share)
}

fn schedule(path: &str) -> Outcome<()> {
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
