//! Suspending, resuming and ending processes, by a handle on exactly this one.

use crate::fault::{Outcome, from_error};
use crate::process::{is_critical, open_same};
use machine::{Fault, ProcessId};
use windows::Win32::Foundation::{HANDLE, NTSTATUS, WAIT_OBJECT_0};
use windows::Win32::System::Threading::{
    PROCESS_QUERY_INFORMATION, PROCESS_SUSPEND_RESUME, PROCESS_SYNCHRONIZE, PROCESS_TERMINATE,
    TerminateProcess, WaitForSingleObject,
};

/// How long a process may take to go, in milliseconds.
const PATIENCE: u32 = 10_000;

windows::core::link!("ntdll.dll" "system" fn NtSuspendProcess(process: HANDLE) -> NTSTATUS);
windows::core::link!("ntdll.dll" "system" fn NtResumeProcess(process: HANDLE) -> NTSTATUS);

/// Stops all threads.
pub(super) fn suspend(id: &ProcessId) -> Outcome<()> {
    let handle = open_same(id, PROCESS_SUSPEND_RESUME | PROCESS_QUERY_INFORMATION)?;
    if is_critical(&handle)? {
        return Err(Fault::InUse);
    }
    // SAFETY: the handle is open.
    unsafe { NtSuspendProcess(handle.0) }.ok().map_err(|error| from_error(&error))
}

/// Lets them go on.
pub(super) fn resume(id: &ProcessId) -> Outcome<()> {
    let handle = open_same(id, PROCESS_SUSPEND_RESUME)?;
    // SAFETY: the handle is open.
    unsafe { NtResumeProcess(handle.0) }.ok().map_err(|error| from_error(&error))
}

/// Ends a process and waits until it is gone; never one that would take Windows down with it.
pub(super) fn end(id: &ProcessId) -> Outcome<()> {
    let handle = open_same(id, PROCESS_TERMINATE | PROCESS_QUERY_INFORMATION | PROCESS_SYNCHRONIZE)?;
    if is_critical(&handle)? {
        return Err(Fault::InUse);
    }
    // SAFETY: the handle is open, and holds the process, so that its id is not another one's meanwhile.
    unsafe { TerminateProcess(handle.0, 1) }.map_err(|error| from_error(&error))?;
    // SAFETY: as above.
    let waited = unsafe { WaitForSingleObject(handle.0, PATIENCE) };
    if waited == WAIT_OBJECT_0 { Ok(()) } else { Err(Fault::TimedOut) }
}
