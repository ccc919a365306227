//! Processes: what runs, and stopping it.

use crate::bytes::{u16_at, u64_at};
use crate::fault::{Outcome, from_error};
use crate::registry::filetime;
use crate::text::narrow;
use crate::token::{Handle, Token};
use evidence::Process;
use machine::{Fault, ProcessId};
use std::collections::BTreeSet;
use std::ffi::c_void;
use windows::Wdk::System::Threading::{
    NtQueryInformationProcess, PROCESSINFOCLASS, ProcessBreakOnTermination,
};
use windows::Win32::Foundation::{ERROR_INVALID_PARAMETER, FILETIME, HWND, LPARAM};
use windows::Win32::System::Diagnostics::Debug::ReadProcessMemory;
use windows::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, MODULEENTRY32W, Module32FirstW, Module32NextW, PROCESSENTRY32W,
    Process32FirstW, Process32NextW, TH32CS_SNAPMODULE, TH32CS_SNAPMODULE32, TH32CS_SNAPPROCESS,
};
use windows::Win32::System::RemoteDesktop::ProcessIdToSessionId;
use windows::Win32::System::Threading::{
    GetCurrentProcessId, GetProcessTimes, OpenProcess, PROCESS_ACCESS_RIGHTS, PROCESS_NAME_FORMAT,
    PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_VM_READ, QueryFullProcessImageNameW,
};
use windows::Win32::UI::WindowsAndMessaging::{EnumWindows, GetWindowThreadProcessId, IsWindowVisible};
use windows::core::{BOOL, PWSTR};

/// The programs whose libraries are listed: they run what others tell them.
const SCRIPT_HOSTS: [&str; 8] = [
    "powershell.exe",
    "pwsh.exe",
    "wscript.exe",
    "cscript.exe",
    "mshta.exe",
    "scrcons.exe",
    "rundll32.exe",
    "regsvr32.exe",
];

/// `ProcessCommandLineInformation`, since Windows 8.1.
const COMMAND_LINE: PROCESSINFOCLASS = PROCESSINFOCLASS(60);
/// The session of services, which has no screen.
const SERVICES: u32 = 0;
/// `ProcessBasicInformation`.
const BASIC: PROCESSINFOCLASS = PROCESSINFOCLASS(0);
/// The words of a `PROCESS_BASIC_INFORMATION`; the second is the address of the process environment block.
const BASIC_WORDS: usize = 6;

/// Where the process environment block holds the address of the parameters, and these the command line; measured in public symbols
/// of Windows 7 to 11, the same in all of them.
#[cfg(target_pointer_width = "64")]
const PARAMETERS_AND_COMMAND_LINE: (usize, usize) = (0x20, 0x70);
#[cfg(target_pointer_width = "32")]
const PARAMETERS_AND_COMMAND_LINE: (usize, usize) = (0x10, 0x40);

/// The running processes, by id.
pub(crate) fn list() -> Outcome<Vec<Process>> {
    // SAFETY: a snapshot of all processes; its handle is closed when it is dropped.
    let snapshot =
        unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0) }.map_err(|error| from_error(&error))?;
    let snapshot = Handle(snapshot);
    let mut entry =
        PROCESSENTRY32W { dwSize: size_of_u32::<PROCESSENTRY32W>(), ..PROCESSENTRY32W::default() };
    let (with_window, session) = (owners_of_windows(), session_of(own_id()));
    let mut found = Vec::new();
    // SAFETY: the entry says how large it is.
    let mut more = unsafe { Process32FirstW(snapshot.0, &raw mut entry) };
    while more.is_ok() {
        let pid = entry.th32ProcessID;
        let mut process = Process {
            pid,
            parent_pid: Some(entry.th32ParentProcessID),
            name: narrow(&entry.szExeFile),
            ..Process::default()
        };
        // The idle process is no process: it has no program, and its time is that in which nothing is done.
        if pid != 0 {
            // Only the windows of the own session can be seen. In that of the services nobody sees any.
            let its = session_of(pid);
            process.has_window = if session.is_some() && its == session {
                Some(with_window.contains(&pid))
            } else {
                (its == Some(SERVICES)).then_some(false)
            };
            look_at(&mut process);
        }
        found.push(process);
        // SAFETY: as above.
        more = unsafe { Process32NextW(snapshot.0, &raw mut entry) };
    }
    found.sort_by_key(|process| process.pid);
    Ok(found)
}

/// Adds what an open handle tells.
fn look_at(process: &mut Process) {
    let open = open(process.pid, PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_VM_READ)
        .or_else(|_| open(process.pid, PROCESS_QUERY_LIMITED_INFORMATION));
    let Ok(handle) = open else { return };
    process.image_path = image_path(&handle);
    process.command_line = command_line(&handle);
    process.user = Token::of(&handle).ok().and_then(|token| token.user());
    if let Some((created, used)) = times(&handle) {
        process.created = Some(created);
        process.cpu_ms = Some(used / 10_000);
    }
    if SCRIPT_HOSTS.iter().any(|host| process.name.eq_ignore_ascii_case(host)) {
        process.modules = modules(process.pid);
    }
}

/// Opens a process.
pub(crate) fn open(pid: u32, access: PROCESS_ACCESS_RIGHTS) -> Outcome<Handle> {
    // SAFETY: the handle is closed when it is dropped.
    let opened = unsafe { OpenProcess(access, false, pid) };
    opened.map(Handle).map_err(|error| {
        let gone = error.code() == ERROR_INVALID_PARAMETER.to_hresult();
        if gone { Fault::NotFound } else { from_error(&error) }
    })
}

/// Opens a process that is still this one: by its id, its start and its program.
pub(crate) fn open_same(process: &ProcessId, access: PROCESS_ACCESS_RIGHTS) -> Outcome<Handle> {
    let handle = open(process.pid, access | PROCESS_QUERY_LIMITED_INFORMATION)?;
    let created = times(&handle).map(|(created, _)| created);
    let path = image_path(&handle).unwrap_or_default();
    let same = created == Some(process.created) && path.to_lowercase() == process.image_path.to_lowercase();
    if same { Ok(handle) } else { Err(Fault::Changed) }
}

/// Whether the process would take Windows down with it.
pub(crate) fn is_critical(handle: &Handle) -> Outcome<bool> {
    /// `STATUS_INVALID_INFO_CLASS` as an `HRESULT`.
    const UNKNOWN_QUESTION: u32 = 0xD000_0003;
    match information::<u32>(handle, ProcessBreakOnTermination) {
        Ok(breaks) => Ok(breaks != 0),
        // Every Windows knows the question. What does not (Wine) has no such processes.
        Err(Fault::Other { code: UNKNOWN_QUESTION, .. }) => Ok(false),
        Err(fault) => Err(fault),
    }
}

/// What can be asked of a process: plain numbers, aligned as Windows demands it, of which any bytes are one.
trait Answer: Copy + Default {}
impl Answer for u32 {}
impl Answer for [usize; BASIC_WORDS] {}

fn information<T: Answer>(handle: &Handle, class: PROCESSINFOCLASS) -> Outcome<T> {
    let mut answer = T::default();
    let mut length = 0;
    // SAFETY: the answer is given with its length, is aligned for what lies in it, and holds any bytes.
    let status = unsafe {
        NtQueryInformationProcess(
            handle.0,
            class,
            (&raw mut answer).cast(),
            size_of_u32::<T>(),
            &raw mut length,
        )
    };
    status.ok().map_err(|error| from_error(&error))?;
    Ok(answer)
}

fn image_path(handle: &Handle) -> Option<String> {
    let mut buffer = vec![0_u16; 32_768];
    let mut units = 32_768;
    // SAFETY: the buffer is given with its length.
    let read = unsafe {
        QueryFullProcessImageNameW(
            handle.0,
            PROCESS_NAME_FORMAT(0),
            PWSTR(buffer.as_mut_ptr()),
            &raw mut units,
        )
    };
    read.ok()?;
    Some(narrow(&buffer))
}

/// When it was started, and how much processor time it has used, both in 100 ns.
fn times(handle: &Handle) -> Option<(u64, u64)> {
    let [mut created, mut ended, mut kernel, mut user] = [FILETIME::default(); 4];
    // SAFETY: there is room for the four times.
    let read = unsafe {
        GetProcessTimes(handle.0, &raw mut created, &raw mut ended, &raw mut kernel, &raw mut user)
    };
    read.ok()?;
    Some((filetime(created), filetime(kernel).saturating_add(filetime(user))))
}

fn command_line(handle: &Handle) -> Option<String> {
    told_command_line(handle).or_else(|| stored_command_line(handle))
}

/// The command line as Windows 8.1 and later tell it.
fn told_command_line(handle: &Handle) -> Option<String> {
    // A counted text, and behind it its units, 65,535 bytes at most.
    let mut bytes = vec![0_u64; 8_200];
    let mut length = 0;
    // SAFETY: the buffer is given with its length in bytes, and aligned for the address in it.
    let status = unsafe {
        NtQueryInformationProcess(handle.0, COMMAND_LINE, bytes.as_mut_ptr().cast(), 65_600, &raw mut length)
    };
    status.ok().ok()?;
    let bytes: Vec<u8> = bytes.iter().flat_map(|word| word.to_ne_bytes()).collect();
    let units = usize::from(u16_at(&bytes, 0)?);
    crate::bytes::text_at(&bytes, 2 * size_of::<usize>(), units)
}

/// The command line as the process itself stores it: it can have changed it.
fn stored_command_line(handle: &Handle) -> Option<String> {
    let (parameters, command_line) = PARAMETERS_AND_COMMAND_LINE;
    let [_, block, ..] = information::<[usize; BASIC_WORDS]>(handle, BASIC).ok()?;
    let parameters = address_at(&read(handle, block.checked_add(parameters)?, size_of::<usize>())?, 0)?;
    let counted = read(handle, parameters.checked_add(command_line)?, 2 * size_of::<usize>())?;
    let length = usize::from(u16_at(&counted, 0)?);
    let text = read(handle, address_at(&counted, size_of::<usize>())?, length)?;
    crate::bytes::text_at(&text, 0, length)
}

fn address_at(bytes: &[u8], at: usize) -> Option<usize> {
    match size_of::<usize>() {
        8 => usize::try_from(u64_at(bytes, at)?).ok(),
        _ => usize::try_from(crate::bytes::u32_at(bytes, at)?).ok(),
    }
}

/// Bytes out of another process.
fn read(handle: &Handle, address: usize, length: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0_u8; length];
    let mut count = 0;
    // SAFETY: the buffer is given with its length; the address is one of the other process and never used in this one.
    let done = unsafe {
        ReadProcessMemory(
            handle.0,
            address as *const c_void,
            bytes.as_mut_ptr().cast(),
            length,
            Some(&raw mut count),
        )
    };
    done.ok()?;
    (count == length).then_some(bytes)
}

fn modules(pid: u32) -> Vec<String> {
    // SAFETY: a snapshot of the libraries of one process; its handle is closed when it is dropped.
    let snapshot = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPMODULE | TH32CS_SNAPMODULE32, pid) };
    let Ok(snapshot) = snapshot.map(Handle) else { return Vec::new() };
    let mut entry = MODULEENTRY32W { dwSize: size_of_u32::<MODULEENTRY32W>(), ..MODULEENTRY32W::default() };
    let mut paths = Vec::new();
    // SAFETY: the entry says how large it is.
    let mut more = unsafe { Module32FirstW(snapshot.0, &raw mut entry) };
    while more.is_ok() {
        paths.push(narrow(&entry.szExePath));
        // SAFETY: as above.
        more = unsafe { Module32NextW(snapshot.0, &raw mut entry) };
    }
    paths
}

fn own_id() -> u32 {
    // SAFETY: takes nothing and cannot fail.
    unsafe { GetCurrentProcessId() }
}

fn session_of(pid: u32) -> Option<u32> {
    let mut session = 0;
    // SAFETY: there is room for the number.
    unsafe { ProcessIdToSessionId(pid, &raw mut session) }.ok()?;
    Some(session)
}

/// The processes of the own session that have a visible window.
fn owners_of_windows() -> BTreeSet<u32> {
    let mut owners = BTreeSet::new();
    // SAFETY: the callback is called while this runs and is given the address of `owners`, which nothing else uses meanwhile.
    let _ =
        unsafe { EnumWindows(Some(note_owner), LPARAM((&raw mut owners).expose_provenance().cast_signed())) };
    owners
}

extern "system" fn note_owner(window: HWND, owners: LPARAM) -> BOOL {
    // SAFETY: the address is that of the set in `owners_of_windows`, which waits for this.
    let owners =
        unsafe { &mut *std::ptr::with_exposed_provenance_mut::<BTreeSet<u32>>(owners.0.cast_unsigned()) };
    let mut pid = 0;
    // SAFETY: Windows gave the window; one that is gone by now has no owner.
    unsafe {
        if IsWindowVisible(window).as_bool() && GetWindowThreadProcessId(window, Some(&raw mut pid)) != 0 {
            owners.insert(pid);
        }
    }
    BOOL::from(true)
}

fn size_of_u32<T>() -> u32 {
    u32::try_from(size_of::<T>()).unwrap_or_default()
}
