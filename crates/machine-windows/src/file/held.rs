//! Making and renaming inside a folder that is held: by its handle and a bare name, so that no link can be put in the way meanwhile.

use super::path::{Opened, check, extended, open_shared};
use super::write::{dispose, patiently};
use crate::fault::{Outcome, from_status};
use crate::security::Descriptor;
use machine::Fault;
use std::collections::hash_map::RandomState;
use std::fs::File;
use std::hash::{BuildHasher as _, Hasher as _};
use std::mem::offset_of;
use std::os::windows::io::FromRawHandle as _;
use windows::Wdk::Foundation::OBJECT_ATTRIBUTES;
use windows::Wdk::Storage::FileSystem::{
    FILE_CREATE, FILE_DIRECTORY_FILE, FILE_NON_DIRECTORY_FILE, FILE_OPEN, FILE_OPEN_FOR_BACKUP_INTENT,
    FILE_OPEN_REPARSE_POINT, FILE_SYNCHRONOUS_IO_NONALERT, FileRenameInformation,
    NTCREATEFILE_CREATE_DISPOSITION, NTCREATEFILE_CREATE_OPTIONS, NtCreateFile, NtSetInformationFile,
};
use windows::Win32::Foundation::{HANDLE, OBJ_CASE_INSENSITIVE, UNICODE_STRING};
use windows::Win32::Storage::FileSystem::{
    DELETE, FILE_ACCESS_RIGHTS, FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_NORMAL, FILE_GENERIC_READ,
    FILE_GENERIC_WRITE, FILE_LIST_DIRECTORY, FILE_READ_ATTRIBUTES, FILE_RENAME_INFO, FILE_SHARE_DELETE,
    FILE_SHARE_MODE, FILE_SHARE_READ, FILE_SHARE_WRITE, FILE_TRAVERSE, FILE_WRITE_ATTRIBUTES, SYNCHRONIZE,
};
use windows::Win32::System::IO::IO_STATUS_BLOCK;
use windows::core::PWSTR;

/// How often a name is tried that nobody should have guessed.
const NAMES: u8 = 4;

/// A folder that is no link and that nobody renames or deletes meanwhile.
pub(super) struct Folder {
    opened: Opened,
    path: String,
}

impl Folder {
    /// The folder that a path lies in, and the name in it.
    pub(super) fn above(path: &str) -> Outcome<(Self, String)> {
        extended(path)?;
        let (folder, name) = path.rsplit_once('\\').ok_or(Fault::NotFound)?;
        let folder = if folder.ends_with(':') { format!("{folder}\\") } else { folder.to_owned() };
        Ok((Self::hold(&folder)?, name.to_owned()))
    }

    /// Holds a folder.
    pub(super) fn hold(folder: &str) -> Outcome<Self> {
        // Only a handle that lists or goes through takes part in who shares what.
        let access = FILE_LIST_DIRECTORY.0 | FILE_TRAVERSE.0 | FILE_READ_ATTRIBUTES.0 | SYNCHRONIZE.0;
        let share = FILE_SHARE_READ.0 | FILE_SHARE_WRITE.0;
        let opened = patiently(|| open_shared(folder, access, share))?;
        if opened.is_link {
            return Err(Fault::Link { at: folder.to_owned() });
        }
        if opened.information()?.attributes & FILE_ATTRIBUTE_DIRECTORY.0 == 0 {
            return Err(Fault::NotFound);
        }
        Ok(Self { opened, path: folder.trim_end_matches('\\').to_owned() })
    }

    /// The path of a name in it.
    fn path_of(&self, name: &str) -> String {
        format!("{}\\{name}", self.path)
    }

    /// Whether something has the name.
    pub(super) fn has(&self, name: &str) -> Outcome<bool> {
        match self.open(name, FILE_READ_ATTRIBUTES.0) {
            Err(Fault::NotFound) => Ok(false),
            // What may not be looked at is there.
            Ok(_) | Err(Fault::AccessDenied | Fault::InUse) => Ok(true),
            Err(fault) => Err(fault),
        }
    }

    /// Opens what has the name, a link as the link.
    pub(super) fn open(&self, name: &str, access: u32) -> Outcome<Opened> {
        let share = FILE_SHARE_READ.0 | FILE_SHARE_WRITE.0 | FILE_SHARE_DELETE.0;
        let file = self.call(bare(name)?, access, share, FILE_OPEN, NTCREATEFILE_CREATE_OPTIONS(0), None)?;
        check(&self.path_of(name), file)
    }

    /// Makes a file, which goes again unless it is kept.
    pub(super) fn create(&self, name: &str, access: u32) -> Outcome<Fresh> {
        // Deleting is shared, since the streams of a file are opened beside it.
        let share = FILE_SHARE_READ.0 | FILE_SHARE_DELETE.0;
        let access = access | FILE_GENERIC_READ.0 | FILE_GENERIC_WRITE.0 | DELETE.0;
        let file = self.call(bare(name)?, access, share, FILE_CREATE, FILE_NON_DIRECTORY_FILE, None)?;
        Fresh::new(&self.path_of(name), file)
    }

    /// Makes a folder, which goes again unless it is kept.
    pub(super) fn create_folder(&self, name: &str, descriptor: &Descriptor) -> Outcome<Fresh> {
        let access = FILE_READ_ATTRIBUTES.0 | DELETE.0 | SYNCHRONIZE.0;
        let share = FILE_SHARE_READ.0 | FILE_SHARE_WRITE.0 | FILE_SHARE_DELETE.0;
        let file =
            self.call(bare(name)?, access, share, FILE_CREATE, FILE_DIRECTORY_FILE, Some(descriptor))?;
        Fresh::new(&self.path_of(name), file)
    }

    /// Makes a file that gets its own name only when it is whole.
    pub(super) fn draft(&self, access: u32) -> Outcome<Draft<'_>> {
        let mut tried = 0;
        loop {
            tried += 1;
            let name = unguessed();
            match self.create(&name, access | FILE_WRITE_ATTRIBUTES.0) {
                Err(Fault::Exists) if tried < NAMES => {}
                made => return made.map(|made| Draft { folder: self, name, made }),
            }
        }
    }

    /// Gives a file a name in this folder.
    pub(super) fn take(&self, opened: &Opened, name: &str, replace: bool) -> Outcome<()> {
        let units: Vec<u16> = bare(name)?.encode_utf16().collect();
        let (root_at, length_at, name_at) = (
            offset_of!(FILE_RENAME_INFO, RootDirectory),
            offset_of!(FILE_RENAME_INFO, FileNameLength),
            offset_of!(FILE_RENAME_INFO, FileName),
        );
        let mut bytes = vec![0_u8; size_of::<FILE_RENAME_INFO>().max(name_at + 2 * units.len())];
        let length = u32::try_from(2 * units.len()).map_err(|_| Fault::NotFound)?;
        let parts = [
            (0, vec![u8::from(replace)]),
            (root_at, self.opened.handle().0.expose_provenance().to_ne_bytes().to_vec()),
            (length_at, length.to_ne_bytes().to_vec()),
            (name_at, units.iter().flat_map(|unit| unit.to_ne_bytes()).collect()),
        ];
        for (at, part) in parts {
            for (to, from) in bytes.iter_mut().skip(at).zip(part) {
                *to = from;
            }
        }
        // Aligned as the structure is.
        let words: Vec<u64> = bytes
            .chunks(8)
            .map(|chunk| {
                let mut word = [0; 8];
                word.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
                u64::from_ne_bytes(word)
            })
            .collect();
        let mut block = IO_STATUS_BLOCK::default();
        let length = u32::try_from(bytes.len()).map_err(|_| Fault::NotFound)?;
        // SAFETY: both handles are open, and the structure is given with its length. It is the system's own call, since that of Windows above
        // it takes no folder by its handle.
        let status = unsafe {
            NtSetInformationFile(
                opened.handle(),
                &raw mut block,
                words.as_ptr().cast(),
                length,
                FileRenameInformation,
            )
        };
        from_status(status)
    }

    fn call(
        &self,
        name: &str,
        access: u32,
        share: u32,
        disposition: NTCREATEFILE_CREATE_DISPOSITION,
        options: NTCREATEFILE_CREATE_OPTIONS,
        descriptor: Option<&Descriptor>,
    ) -> Outcome<File> {
        let mut units: Vec<u16> = name.encode_utf16().collect();
        let bytes = u16::try_from(2 * units.len()).map_err(|_| Fault::NotFound)?;
        let counted =
            UNICODE_STRING { Length: bytes, MaximumLength: bytes, Buffer: PWSTR(units.as_mut_ptr()) };
        let attributes = OBJECT_ATTRIBUTES {
            Length: u32::try_from(size_of::<OBJECT_ATTRIBUTES>()).unwrap_or_default(),
            RootDirectory: self.opened.handle(),
            ObjectName: &raw const counted,
            Attributes: OBJ_CASE_INSENSITIVE,
            SecurityDescriptor: descriptor.map_or(std::ptr::null(), |own| own.address().cast_const().cast()),
            SecurityQualityOfService: std::ptr::null(),
        };
        let always = FILE_OPEN_REPARSE_POINT | FILE_OPEN_FOR_BACKUP_INTENT | FILE_SYNCHRONOUS_IO_NONALERT;
        let (mut made, mut block) = (HANDLE::default(), IO_STATUS_BLOCK::default());
        // SAFETY: name, attributes and descriptor outlive the call, and there is room for the handle and the outcome.
        let status = unsafe {
            NtCreateFile(
                &raw mut made,
                FILE_ACCESS_RIGHTS(access | SYNCHRONIZE.0 | FILE_READ_ATTRIBUTES.0),
                &raw const attributes,
                &raw mut block,
                None,
                FILE_ATTRIBUTE_NORMAL,
                FILE_SHARE_MODE(share),
                disposition,
                options | always,
                None,
                0,
            )
        };
        from_status(status)?;
        // SAFETY: the call gave the handle, which nobody else closes.
        Ok(unsafe { File::from_raw_handle(made.0) })
    }
}

/// What was just made: it goes again when this is dropped, unless it is kept.
pub(super) struct Fresh {
    /// It.
    pub(super) opened: Opened,
    is_kept: bool,
}

impl Fresh {
    fn new(path: &str, file: File) -> Outcome<Self> {
        let spare = file.try_clone();
        match check(path, file) {
            Ok(opened) => Ok(Self { opened, is_kept: false }),
            Err(fault) => {
                if let Ok(file) = spare {
                    let _ = dispose(&Opened { file, is_link: false, final_path: String::new() });
                }
                Err(fault)
            }
        }
    }

    /// Lets it stay.
    pub(super) fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = dispose(&self.opened);
        }
    }
}

/// A file that is being written under another name.
pub(super) struct Draft<'f> {
    folder: &'f Folder,
    name: String,
    /// It.
    pub(super) made: Fresh,
}

impl Draft<'_> {
    /// Makes another stream of it.
    pub(super) fn stream(&self, name: &str) -> Outcome<File> {
        if name.is_empty() || name.contains([':', '\\', '/', '\0']) {
            return Err(Fault::Unsupported);
        }
        let share = FILE_SHARE_READ.0 | FILE_SHARE_WRITE.0 | FILE_SHARE_DELETE.0;
        self.folder.call(
            &format!("{}:{name}", self.name),
            FILE_GENERIC_WRITE.0,
            share,
            FILE_CREATE,
            FILE_NON_DIRECTORY_FILE,
            None,
        )
    }

    /// Gives it its name.
    pub(super) fn finish(self, name: &str, replace: bool) -> Outcome<()> {
        self.folder.take(&self.made.opened, name, replace)?;
        self.made.keep();
        Ok(())
    }
}

/// A name of one part.
fn bare(name: &str) -> Outcome<&str> {
    let is_bare = !name.is_empty() && name != "." && name != ".." && !name.contains(['\\', '/', ':', '\0']);
    if is_bare { Ok(name) } else { Err(Fault::NotFound) }
}

/// A name that nobody can have made beforehand.
pub(super) fn unguessed() -> String {
    // The standard library's maps draw their keys from the system's random numbers.
    format!("deminer-{:016x}.tmp", RandomState::new().build_hasher().finish())
}
