//! What follows when a service fails, by the manager: it goes on with what it remembers, whatever the registry says.

use super::registry;
use super::service::open_known;
use crate::failure_actions::{self, Failure};
use crate::fault::{Outcome, from_error};
use crate::service::{Handle, key, read};
use crate::text::wide;
use crate::token::Token;
use machine::{Fault, Key, RegistryData};
use windows::Win32::Security::SE_SHUTDOWN_NAME;
use windows::Win32::System::Services::{
    ChangeServiceConfig2W, QueryServiceConfig2W, SC_ACTION, SC_ACTION_TYPE, SERVICE_CHANGE_CONFIG,
    SERVICE_CONFIG_FAILURE_ACTIONS, SERVICE_FAILURE_ACTIONSW, SERVICE_QUERY_CONFIG, SERVICE_START,
};
use windows::core::PWSTR;

const ACTIONS: &str = "FailureActions";
const COMMAND: &str = "FailureCommand";
/// The most that the manager tells of one service (Microsoft: `QueryServiceConfig2W`).
const MOST: usize = 8192;

/// Sets the actions, as the bytes of the registry's value, and the command that they run. Without one of them the service has none.
pub(super) fn set(name: &str, actions: Option<&[u8]>, command: Option<&str>) -> Outcome<()> {
    let place = key(name)?;
    read(name)?.ok_or(Fault::NotFound)?;
    let wanted = match actions {
        None => Failure::default(),
        // What the manager would not take from the registry either, it is not told.
        Some(bytes) => match failure_actions::parse(bytes) {
            Some(wanted) => wanted,
            None => return settle(&place, actions, command),
        },
    };
    tell(name, &wanted, command)?;
    // Nothing is believed without having been read: a manager that remembers other actions would still take them.
    match remembered(name) {
        Some(count) if count != wanted.actions.len() => Err(Fault::Other {
            code: 0,
            text: "the service manager keeps to the failure actions that it had".to_owned(),
        }),
        _ => settle(&place, actions, command),
    }
}

/// Tells the manager.
fn tell(name: &str, wanted: &Failure, command: Option<&str>) -> Outcome<()> {
    let mut access = SERVICE_CHANGE_CONFIG;
    if !wanted.actions.is_empty() {
        // Whoever has a service started again must be allowed to start it, and whoever has Windows restarted that (Microsoft:
        // `ChangeServiceConfig2W`).
        access |= SERVICE_START;
        if let Ok(own) = Token::own() {
            own.enable(SE_SHUTDOWN_NAME);
        }
    }
    let handle = open_known(name, access)?;
    let mut command = wide(command.unwrap_or_default())?;
    let mut actions: Vec<SC_ACTION> = wanted
        .actions
        .iter()
        .map(|(kind, delay)| SC_ACTION { Type: SC_ACTION_TYPE(*kind), Delay: *delay })
        .collect();
    let count = u32::try_from(actions.len()).map_err(|_| Fault::Unsupported)?;
    // Without an address the manager leaves the actions as they are, however many there are said to be; that of an empty list is one too.
    let told = SERVICE_FAILURE_ACTIONSW {
        dwResetPeriod: wanted.reset,
        // The message stays: none of the actions needs it.
        lpRebootMsg: PWSTR::null(),
        lpCommand: PWSTR(command.as_mut_ptr()),
        cActions: count,
        lpsaActions: actions.as_mut_ptr(),
    };
    // SAFETY: the structure, its text and its list outlive the call, and the list has as many entries as it says.
    unsafe {
        ChangeServiceConfig2W(handle.raw(), SERVICE_CONFIG_FAILURE_ACTIONS, Some((&raw const told).cast()))
    }
    .map_err(|error| from_error(&error))
}

/// How many actions the manager remembers; `None` where it does not say (Wine).
fn remembered(name: &str) -> Option<usize> {
    let handle: Handle = open_known(name, SERVICE_QUERY_CONFIG).ok()?;
    let mut buffer = vec![0_u64; MOST / 8];
    let mut needed = 0;
    // SAFETY: plain numbers may be seen as bytes.
    let (_, bytes, _) = unsafe { buffer.align_to_mut::<u8>() };
    // SAFETY: the buffer is given with its length, and aligned for the structure in it.
    unsafe {
        QueryServiceConfig2W(handle.raw(), SERVICE_CONFIG_FAILURE_ACTIONS, Some(bytes), &raw mut needed)
    }
    .ok()?;
    // SAFETY: the call wrote this structure at the beginning of the buffer.
    let told = unsafe { buffer.as_ptr().cast::<SERVICE_FAILURE_ACTIONSW>().read() };
    usize::try_from(told.cActions).ok()
}

/// Has the registry say the same to the letter: the manager writes it in its own way, and that of Wine not at all.
fn settle(place: &Key, actions: Option<&[u8]>, command: Option<&str>) -> Outcome<()> {
    let now = crate::registry::read(place)?.unwrap_or_default();
    let bytes = actions.map(|bytes| RegistryData { kind: 3, bytes: bytes.to_owned() });
    let text = command.map(RegistryData::string);
    for (name, wanted) in [(ACTIONS, bytes), (COMMAND, text)] {
        match (now.value(name), wanted) {
            (Some(found), Some(wanted)) if same(found, &wanted) => {}
            (found, Some(wanted)) => registry::set(place, name, found, &wanted)?,
            (Some(found), None) => registry::delete(place, name, found)?,
            (None, None) => {}
        }
    }
    Ok(())
}

/// Whether both say the same: a text may be of either kind.
fn same(a: &RegistryData, b: &RegistryData) -> bool {
    a == b || a.text().is_some() && a.text() == b.text()
}
