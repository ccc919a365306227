//! The registry, always in the view of 64-bit programs.

use crate::fault::{Outcome, from_win32};
use crate::security;
use crate::text::wide;
use machine::{Fault, Key, RegistryData, RegistryKey, RegistryValue};
use windows::Win32::Foundation::{
    ERROR_FILE_NOT_FOUND, ERROR_MORE_DATA, ERROR_NO_MORE_ITEMS, ERROR_PATH_NOT_FOUND, ERROR_SUCCESS,
    FILETIME, WIN32_ERROR,
};
use windows::Win32::Security::PSECURITY_DESCRIPTOR;
use windows::Win32::System::Registry::{
    HKEY, HKEY_CLASSES_ROOT, HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE, HKEY_USERS, KEY_READ, KEY_WOW64_64KEY,
    REG_SAM_FLAGS, RegCloseKey, RegEnumKeyExW, RegEnumValueW, RegGetKeySecurity, RegOpenKeyExW,
    RegQueryInfoKeyW,
};
use windows::core::{PCWSTR, PWSTR};

/// The units that a name of a key or value can have, and one for the NUL (Microsoft: "Registry Element Size Limits").
const NAME_UNITS: u32 = 16_384;

/// More values or subkeys than any key has that is not made to exhaust whoever reads it. A key with more is not read.
const MAX_ENTRIES: u32 = 1 << 20;

/// More bytes than are taken from one value.
const MAX_DATA: usize = 64 << 20;

/// An open key.
pub(crate) struct Open(HKEY);

impl Drop for Open {
    fn drop(&mut self) {
        // SAFETY: opened by this type, and closed once.
        let _ = unsafe { RegCloseKey(self.0) };
    }
}

impl Open {
    /// A key that some call opened.
    pub(crate) fn own(key: HKEY) -> Self {
        Self(key)
    }

    /// It, for calls that take one.
    pub(crate) fn raw(&self) -> HKEY {
        self.0
    }
}

/// The root of a key by its short or long name.
pub(crate) fn root(name: &str) -> Outcome<HKEY> {
    match name.to_ascii_uppercase().as_str() {
        "HKLM" | "HKEY_LOCAL_MACHINE" => Ok(HKEY_LOCAL_MACHINE),
        "HKCU" | "HKEY_CURRENT_USER" => Ok(HKEY_CURRENT_USER),
        "HKU" | "HKEY_USERS" => Ok(HKEY_USERS),
        "HKCR" | "HKEY_CLASSES_ROOT" => Ok(HKEY_CLASSES_ROOT),
        _ => Err(Fault::NotFound),
    }
}

/// Opens a key; `None` where it is not there.
pub(crate) fn open(key: &Key, access: REG_SAM_FLAGS) -> Outcome<Option<Open>> {
    let (top, path) = key.split();
    let path = wide(path)?;
    let mut opened = HKEY::default();
    // SAFETY: the path is NUL-terminated and outlives the call; the key is closed when it is dropped.
    let code = unsafe {
        RegOpenKeyExW(root(top)?, PCWSTR(path.as_ptr()), None, access | KEY_WOW64_64KEY, &raw mut opened)
    };
    match code {
        ERROR_SUCCESS => Ok(Some(Open(opened))),
        ERROR_FILE_NOT_FOUND | ERROR_PATH_NOT_FOUND => Ok(None),
        code => Err(from_win32(code)),
    }
}

/// A key with its values and the names of its subkeys; `None` where it is not there.
pub(crate) fn read(key: &Key) -> Outcome<Option<RegistryKey>> {
    let Some(open) = open(key, KEY_READ)? else { return Ok(None) };
    let mut values = values(&open)?;
    values
        .sort_by(|a, b| a.name.to_lowercase().cmp(&b.name.to_lowercase()).then_with(|| a.name.cmp(&b.name)));
    let mut subkeys = subkeys(&open)?;
    subkeys.sort_by(|a, b| a.to_lowercase().cmp(&b.to_lowercase()).then_with(|| a.cmp(b)));
    Ok(Some(RegistryKey { values, subkeys, security: sddl(&open), written: written(&open) }))
}

/// The text of a value; `None` where key or value is not there or is no text.
pub(crate) fn text(key: &str, value: &str) -> Option<String> {
    read(&Key::new(key)).ok().flatten()?.value(value)?.text()
}

/// The number of a value; `None` where key or value is not there or is no number.
pub(crate) fn number(key: &str, value: &str) -> Option<u64> {
    read(&Key::new(key)).ok().flatten()?.value(value)?.number()
}

fn values(key: &Open) -> Outcome<Vec<RegistryValue>> {
    let mut values = Vec::new();
    let mut name = vec![0_u16; NAME_UNITS as usize];
    let mut data = vec![0_u8; 4096];
    for index in 0..MAX_ENTRIES {
        let value = loop {
            let (mut name_units, mut kind) = (NAME_UNITS, 0);
            let mut length = u32::try_from(data.len()).unwrap_or(u32::MAX);
            // SAFETY: the buffers are given with their lengths.
            let code = unsafe {
                RegEnumValueW(
                    key.0,
                    index,
                    Some(PWSTR(name.as_mut_ptr())),
                    &raw mut name_units,
                    None,
                    Some(&raw mut kind),
                    Some(data.as_mut_ptr()),
                    Some(&raw mut length),
                )
            };
            match code {
                ERROR_SUCCESS => {
                    let name = name.get(..name_units as usize).unwrap_or_default();
                    let bytes = data.get(..length as usize).unwrap_or_default().to_vec();
                    let name = String::from_utf16_lossy(name);
                    break Some(RegistryValue { name, data: RegistryData { kind, bytes } });
                }
                ERROR_NO_MORE_ITEMS => break None,
                ERROR_MORE_DATA if data.len() < MAX_DATA => {
                    let wanted = (length as usize).max(data.len().saturating_mul(2));
                    data.resize(wanted.min(MAX_DATA), 0);
                }
                code => return Err(from_win32(code)),
            }
        };
        match value {
            Some(value) => values.push(value),
            None => return Ok(values),
        }
    }
    Err(Fault::TooMany { limit: MAX_ENTRIES.into() })
}

fn subkeys(key: &Open) -> Outcome<Vec<String>> {
    let mut names = Vec::new();
    let mut name = vec![0_u16; NAME_UNITS as usize];
    for index in 0..MAX_ENTRIES {
        let mut units = NAME_UNITS;
        // SAFETY: the buffer is given with its length.
        let code = unsafe {
            RegEnumKeyExW(
                key.0,
                index,
                Some(PWSTR(name.as_mut_ptr())),
                &raw mut units,
                None,
                None,
                None,
                None,
            )
        };
        match code {
            ERROR_SUCCESS => {
                names.push(String::from_utf16_lossy(name.get(..units as usize).unwrap_or_default()));
            }
            ERROR_NO_MORE_ITEMS => return Ok(names),
            code => return Err(from_win32(code)),
        }
    }
    Err(Fault::TooMany { limit: MAX_ENTRIES.into() })
}

fn sddl(key: &Open) -> Option<String> {
    let mut needed = 0;
    // SAFETY: with no buffer only the size that is needed is written.
    let code = unsafe { RegGetKeySecurity(key.0, security::PARTS, None, &raw mut needed) };
    if !matches!(code, ERROR_SUCCESS | WIN32_ERROR(122)) {
        return None;
    }
    let mut bytes = vec![0; needed as usize];
    // SAFETY: the buffer is given with its length.
    let code = unsafe {
        RegGetKeySecurity(
            key.0,
            security::PARTS,
            Some(PSECURITY_DESCRIPTOR(bytes.as_mut_ptr().cast())),
            &raw mut needed,
        )
    };
    (code == ERROR_SUCCESS).then(|| security::sddl(&mut bytes)).flatten()
}

fn written(key: &Open) -> Option<u64> {
    let mut time = FILETIME::default();
    // SAFETY: only the time is asked for, and there is room for it.
    let code = unsafe {
        RegQueryInfoKeyW(
            key.0,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            Some(&raw mut time),
        )
    };
    (code == ERROR_SUCCESS).then(|| filetime(time))
}

/// A time of Windows as one number.
pub(crate) const fn filetime(time: FILETIME) -> u64 {
    ((time.dwHighDateTime as u64) << 32) | time.dwLowDateTime as u64
}
