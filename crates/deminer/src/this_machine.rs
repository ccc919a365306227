//! The machine that the program runs on.

use machine::MachineMut;
use std::path::Path;

/// The machine that the program runs on, where it is one that can be read and changed.
#[cfg(windows)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere there is none")]
pub(crate) fn this_machine() -> Option<Box<dyn MachineMut>> {
    Some(Box::new(machine_windows::Windows::new()))
}

/// The machine that the program runs on, where it is one that can be read and changed.
#[cfg(not(windows))]
pub(crate) fn this_machine() -> Option<Box<dyn MachineMut>> {
    None
}

/// The path as the machine takes it: absolute, without the prefix that lifts limits.
pub(crate) fn machine_path(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let text = absolute.to_string_lossy();
    text.strip_prefix(r"\\?\").unwrap_or(&text).to_owned()
}
