//! Changing registry values.

use crate::fault::{Outcome, from_win32};
use crate::registry::{Open, open, read, root};
use crate::text::wide;
use machine::{Fault, Key, RegistryData};
use windows::Win32::System::Registry::{
    HKEY, KEY_SET_VALUE, KEY_WOW64_64KEY, REG_OPTION_NON_VOLATILE, REG_VALUE_TYPE, RegCreateKeyExW,
    RegDeleteValueW, RegFlushKey, RegSetValueExW,
};
use windows::core::PCWSTR;

/// Writes a value that is still `expected`, and makes the key where it is not there.
pub(crate) fn set(
    key: &Key,
    name: &str,
    expected: Option<&RegistryData>,
    data: &RegistryData,
) -> Outcome<()> {
    hold(key, name, expected)?;
    let open = make(key)?;
    let name = wide(name)?;
    // SAFETY: the name is NUL-terminated, and the data is given with its length.
    let code = unsafe {
        RegSetValueExW(open.raw(), PCWSTR(name.as_ptr()), None, REG_VALUE_TYPE(data.kind), Some(&data.bytes))
    };
    if code.is_err() {
        return Err(from_win32(code));
    }
    flush(&open);
    Ok(())
}

/// Deletes a value that is still `expected`.
pub(crate) fn delete(key: &Key, name: &str, expected: &RegistryData) -> Outcome<()> {
    hold(key, name, Some(expected))?;
    let open = open(key, KEY_SET_VALUE)?.ok_or(Fault::NotFound)?;
    let name = wide(name)?;
    // SAFETY: the name is NUL-terminated.
    let code = unsafe { RegDeleteValueW(open.raw(), PCWSTR(name.as_ptr())) };
    if code.is_err() {
        return Err(from_win32(code));
    }
    flush(&open);
    Ok(())
}

/// Holds the value against what it must still be.
fn hold(key: &Key, name: &str, expected: Option<&RegistryData>) -> Outcome<()> {
    let found = read(key)?;
    match (found.as_ref().and_then(|found| found.value(name)), expected) {
        (None, Some(_)) => Err(Fault::NotFound),
        (now, expected) if now == expected => Ok(()),
        _ => Err(Fault::Changed),
    }
}

fn make(key: &Key) -> Outcome<Open> {
    let (top, path) = key.split();
    let path = wide(path)?;
    let mut made = HKEY::default();
    // SAFETY: the path is NUL-terminated and outlives the call; the key is closed when it is dropped.
    let code = unsafe {
        RegCreateKeyExW(
            root(top)?,
            PCWSTR(path.as_ptr()),
            None,
            PCWSTR::null(),
            REG_OPTION_NON_VOLATILE,
            KEY_SET_VALUE | KEY_WOW64_64KEY,
            None,
            &raw mut made,
            None,
        )
    };
    if code.is_err() { Err(from_win32(code)) } else { Ok(Open::own(made)) }
}

/// Has the change on the disk. That this fails costs at most a power cut's worth.
fn flush(open: &Open) {
    // SAFETY: the key is open.
    let _ = unsafe { RegFlushKey(open.raw()) };
}
