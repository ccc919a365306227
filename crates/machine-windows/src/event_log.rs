//! Event logs.

use crate::fault::{Outcome, last};
use crate::library::{Library, function};
use crate::text::wide;
use machine::Fault;

/// `EvtExportLog` (Microsoft: winevt.h).
type ExportLog = unsafe extern "system" fn(isize, *const u16, *const u16, *const u16, u32) -> i32;

/// `EvtExportLogChannelPath`: the first text names a channel, not a file.
const CHANNEL: u32 = 1;

/// `ERROR_EVT_CHANNEL_NOT_FOUND`.
const NO_CHANNEL: u32 = 0x8007_3A9F;

/// Writes a log to a file, as Windows exports it.
pub(crate) fn export(channel: &str, to: &str) -> Outcome<()> {
    let library = Library::system("wevtapi.dll")?;
    let export = function!(library, "EvtExportLog" as ExportLog);
    let (channel, everything, to) = (wide(channel)?, wide("*")?, wide(to)?);
    // SAFETY: the texts are NUL-terminated and outlive the call; no session means this machine.
    let done = unsafe { export(0, channel.as_ptr(), everything.as_ptr(), to.as_ptr(), CHANNEL) };
    if done != 0 {
        return Ok(());
    }
    Err(match last() {
        Fault::Other { code: NO_CHANNEL, .. } => Fault::NotFound,
        fault => fault,
    })
}
