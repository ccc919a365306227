//! Texts for Windows and from it.

use crate::fault::Outcome;
use machine::Fault;

/// The text with a terminating NUL. A NUL inside would name another thing, so there is no such thing.
pub(crate) fn wide(text: &str) -> Outcome<Vec<u16>> {
    if text.contains('\0') {
        return Err(Fault::NotFound);
    }
    Ok(text.encode_utf16().chain([0]).collect())
}

/// The text up to the first NUL.
pub(crate) fn narrow(units: &[u16]) -> String {
    let end = units.iter().position(|unit| *unit == 0).unwrap_or(units.len());
    String::from_utf16_lossy(units.get(..end).unwrap_or_default())
}

/// The text where there is any.
pub(crate) fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// A text that Windows gives by its address.
///
/// # Safety
/// `text` is null or the address of a NUL-terminated text that stays while this reads it.
pub(crate) unsafe fn at(text: windows::core::PWSTR) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: not null, and the caller vouches for the rest.
    Some(String::from_utf16_lossy(unsafe { text.as_wide() }))
}
