//! Changing files: exactly those that were looked at, and our own.

use super::held::{Draft, Folder, Fresh};
use super::open_file;
use super::path::{Opened, open_shared};
use crate::fault::{Outcome, from_error, from_io};
use crate::security::{self, Descriptor};
use crate::token::Privileges;
use machine::{Fault, FileIdentity, FileState};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::time::Duration;
use windows::Win32::Storage::FileSystem::{
    DELETE, FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_NORMAL, FILE_ATTRIBUTE_READONLY, FILE_BASIC_INFO,
    FILE_DISPOSITION_INFO, FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_READ_ATTRIBUTES,
    FILE_WRITE_ATTRIBUTES, FileBasicInfo, FileDispositionInfo, SetFileInformationByHandle, WRITE_DAC,
    WRITE_OWNER,
};

/// Administrators and the system, nobody else, also for what is made inside.
const PRIVATE: &str = "O:BAG:SYD:P(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)";

/// The attributes that can be set (Microsoft: `SetFileAttributes`): read-only, hidden, system, archive, normal, temporary, offline, not
/// indexed.
const SETTABLE: u32 = 0x31A7;

/// How often what is in use is tried again, and how long is waited: scanners look at what was just written, and let go of it.
const ATTEMPTS: u8 = 8;
const PAUSE: Duration = Duration::from_millis(120);

/// Tries again where the file is in use.
pub(super) fn patiently<T>(mut work: impl FnMut() -> Outcome<T>) -> Outcome<T> {
    for _ in 1..ATTEMPTS {
        match work() {
            Err(Fault::InUse) => std::thread::sleep(PAUSE),
            done => return done,
        }
    }
    work()
}

/// Deletes exactly this file, by its handle.
pub(crate) fn delete(path: &str, identity: &FileIdentity) -> Outcome<()> {
    let opened = alone(path)?;
    if opened.information()?.identity != *identity {
        return Err(Fault::Changed);
    }
    dispose(&opened)
}

/// Deletes an empty folder, by its handle.
pub(crate) fn delete_directory(path: &str) -> Outcome<()> {
    let opened = alone(path)?;
    if opened.information()?.attributes & FILE_ATTRIBUTE_DIRECTORY.0 == 0 {
        return Err(Fault::Changed);
    }
    dispose(&opened)
}

/// Opens what is no link so that it can be deleted. Nobody else may have it open: what somebody holds would only be marked.
fn alone(path: &str) -> Outcome<Opened> {
    let plain = DELETE.0 | FILE_READ_ATTRIBUTES.0;
    let opened = patiently(|| match open_shared(path, plain | FILE_WRITE_ATTRIBUTES.0, 0) {
        Err(Fault::AccessDenied) => open_shared(path, plain, 0),
        opened => opened,
    })?;
    if opened.is_link { Err(Fault::Link { at: path.to_owned() }) } else { Ok(opened) }
}

/// Deletes what was opened for it.
///
/// Windows has one answer for two reasons: what is read-only is denied, and so is a program that runs or a library that is loaded
/// (`STATUS_CANNOT_DELETE`). The right to delete was granted with the handle, so what is denied still, without the attribute, is in use.
pub(super) fn dispose(opened: &Opened) -> Outcome<()> {
    match mark(opened) {
        Err(Fault::AccessDenied) => {}
        done => return done,
    }
    let attributes = opened.information()?.attributes;
    if attributes & FILE_ATTRIBUTE_READONLY.0 == 0 {
        return Err(Fault::InUse);
    }
    set_attributes(opened, attributes & !FILE_ATTRIBUTE_READONLY.0)?;
    mark(opened).map_err(|fault| {
        let _ = set_attributes(opened, attributes);
        if fault == Fault::AccessDenied { Fault::InUse } else { fault }
    })
}

fn mark(opened: &Opened) -> Outcome<()> {
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

/// Sets the attributes and leaves the times.
fn set_attributes(opened: &Opened, attributes: u32) -> Outcome<()> {
    set_basic(opened, &FILE_BASIC_INFO { FileAttributes: settable(attributes), ..FILE_BASIC_INFO::default() })
}

/// Those of the attributes that can be set; none of them is one of its own.
fn settable(attributes: u32) -> u32 {
    match attributes & SETTABLE {
        0 => FILE_ATTRIBUTE_NORMAL.0,
        some => some,
    }
}

fn set_basic(opened: &Opened, basic: &FILE_BASIC_INFO) -> Outcome<()> {
    // SAFETY: the structure is given with its length.
    unsafe {
        SetFileInformationByHandle(
            opened.handle(),
            FileBasicInfo,
            (&raw const *basic).cast(),
            u32::try_from(size_of::<FILE_BASIC_INFO>()).unwrap_or_default(),
        )
    }
    .map_err(|error| from_error(&error))
}

/// Puts a file back with everything that it had. It gets its name only when it is whole, so that what fails leaves nothing.
pub(crate) fn restore(path: &str, state: &FileState, bytes: &[u8]) -> Outcome<()> {
    if state.is_directory || state.is_link {
        return Err(Fault::Unsupported);
    }
    let _owners = Privileges::to_restore();
    let (folder, name) = Folder::above(path)?;
    if folder.has(&name)? {
        return Err(Fault::Exists);
    }
    let draft = write_draft(&folder, state, bytes)?;
    let time = |time: u64| time.cast_signed();
    set_basic(
        &draft.made.opened,
        &FILE_BASIC_INFO {
            CreationTime: time(state.created),
            LastAccessTime: time(state.accessed),
            LastWriteTime: time(state.identity.modified),
            ChangeTime: 0,
            FileAttributes: settable(state.attributes),
        },
    )?;
    draft.finish(&name, false)
}

/// The bytes, the streams and the security of a file that has no name yet.
fn write_draft<'f>(folder: &'f Folder, state: &FileState, bytes: &[u8]) -> Outcome<Draft<'f>> {
    let draft = match folder.draft(WRITE_DAC.0 | WRITE_OWNER.0) {
        // The owner of another account can be set only by some; what can be restored then is the rest.
        Err(Fault::AccessDenied) => folder.draft(WRITE_DAC.0)?,
        made => made?,
    };
    for stream in &state.streams {
        let mut file = draft.stream(&stream.name)?;
        file.write_all(&stream.bytes).and_then(|()| file.sync_all()).map_err(|error| from_io(&error))?;
    }
    let mut file = &draft.made.opened.file;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|error| from_io(&error))?;
    if let Some(sddl) = &state.security {
        security::set(draft.made.opened.handle(), &Descriptor::from_sddl(sddl)?)?;
    }
    Ok(draft)
}

/// Replaces the bytes of exactly this file: another takes its place, with its attributes, streams and security, once it is whole.
pub(crate) fn replace(path: &str, identity: &FileIdentity, bytes: &[u8]) -> Outcome<()> {
    let state = super::state(path)?.ok_or(Fault::NotFound)?;
    if state.is_link {
        return Err(Fault::Link { at: path.to_owned() });
    }
    if state.is_directory {
        return Err(Fault::NotFound);
    }
    if state.identity != *identity {
        return Err(Fault::Changed);
    }
    // Who may read or change it must not become anyone else.
    if state.security.is_none() {
        return Err(Fault::AccessDenied);
    }
    let _owners = Privileges::to_restore();
    let (folder, name) = Folder::above(path)?;
    let draft = write_draft(&folder, &state, bytes)?;
    set_basic(
        &draft.made.opened,
        &FILE_BASIC_INFO {
            CreationTime: state.created.cast_signed(),
            FileAttributes: settable(state.attributes),
            ..FILE_BASIC_INFO::default()
        },
    )?;
    // Looked at once more, right before; what is read-only is replaced by nobody.
    let old = folder.open(&name, FILE_READ_ATTRIBUTES.0 | FILE_WRITE_ATTRIBUTES.0)?;
    if old.is_link || old.information()?.identity != *identity {
        return Err(Fault::Changed);
    }
    let is_fixed = state.attributes & FILE_ATTRIBUTE_READONLY.0 != 0;
    if is_fixed {
        set_attributes(&old, state.attributes & !FILE_ATTRIBUTE_READONLY.0)?;
    }
    // Nor is what somebody holds, and be it this program.
    drop(old);
    let replaced = patiently(|| match folder.take(&draft.made.opened, &name, true) {
        Err(Fault::AccessDenied) => Err(Fault::InUse),
        done => done,
    });
    match replaced {
        Ok(()) => {
            draft.made.keep();
            Ok(())
        }
        Err(fault) => {
            if is_fixed && let Ok(old) = folder.open(&name, FILE_READ_ATTRIBUTES.0 | FILE_WRITE_ATTRIBUTES.0)
            {
                let _ = set_attributes(&old, state.attributes);
            }
            Err(fault)
        }
    }
}

/// Makes a folder for administrators and the system only.
pub(crate) fn create_private_directory(path: &str) -> Outcome<()> {
    let (folder, name) = Folder::above(path)?;
    folder.create_folder(&name, &Descriptor::from_sddl(PRIVATE)?).map(Fresh::keep)
}

/// Writes a new file and has it on the disk before it returns; what fails leaves none.
pub(crate) fn write_new(path: &str, bytes: &[u8]) -> Outcome<()> {
    let (folder, name) = Folder::above(path)?;
    let made = folder.create(&name, 0)?;
    let mut file = &made.opened.file;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|error| from_io(&error))?;
    made.keep();
    Ok(())
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
