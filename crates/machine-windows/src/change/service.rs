//! Changing services, by the manager: it keeps a copy of what the registry says.

use super::registry;
use crate::fault::{Outcome, from_error};
use crate::security::Descriptor;
use crate::service::{Handle, key, look, manager, open, state};
use crate::text::wide;
use crate::token::Privileges;
use machine::{Fault, ServiceConfig};
use std::time::{Duration, Instant};
use windows::Win32::Foundation::ERROR_SERVICE_NOT_ACTIVE;
use windows::Win32::Security::{
    DACL_SECURITY_INFORMATION, GROUP_SECURITY_INFORMATION, OWNER_SECURITY_INFORMATION,
};
use windows::Win32::Storage::FileSystem::{WRITE_DAC, WRITE_OWNER};
use windows::Win32::System::Services::{
    ChangeServiceConfigW, ControlService, CreateServiceW, DeleteService, ENUM_SERVICE_TYPE,
    SC_MANAGER_CONNECT, SC_MANAGER_CREATE_SERVICE, SERVICE_CHANGE_CONFIG, SERVICE_CONTROL_PARAMCHANGE,
    SERVICE_CONTROL_STOP, SERVICE_ERROR, SERVICE_NO_CHANGE, SERVICE_PAUSE_CONTINUE, SERVICE_QUERY_STATUS,
    SERVICE_START_TYPE, SERVICE_STATUS, SERVICE_STOP, SERVICE_STOPPED, SetServiceObjectSecurity,
};
use windows::core::PCWSTR;

/// The right to delete.
const DELETE: u32 = 0x1_0000;
/// What stands before the name of a group (`SC_GROUP_IDENTIFIER`).
const GROUP: char = '+';
/// How long a service may take to stop.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) fn open_known(name: &str, access: u32) -> Outcome<Handle> {
    open(name, access)?.ok_or(Fault::NotFound)
}

/// Sets how a service starts.
pub(super) fn set_start(name: &str, start: u32) -> Outcome<()> {
    let handle = open_known(name, SERVICE_CHANGE_CONFIG)?;
    let none = PCWSTR::null();
    // SAFETY: the handle is open; what is null stays as it is.
    unsafe {
        ChangeServiceConfigW(
            handle.raw(),
            ENUM_SERVICE_TYPE(SERVICE_NO_CHANGE),
            SERVICE_START_TYPE(start),
            SERVICE_ERROR(SERVICE_NO_CHANGE),
            none,
            none,
            None,
            none,
            none,
            none,
            none,
        )
    }
    .map_err(|error| from_error(&error))
}

/// Sets what a service depends on, where that is still `expected`. The manager takes services and groups as one list, so those of the groups that
/// are there are handed over, too.
pub(super) fn set_dependencies(name: &str, expected: &[String], depends_on: &[String]) -> Outcome<()> {
    let stored = crate::registry::read(&key(name)?)?.ok_or(Fault::NotFound)?;
    let list = |value: &str| {
        let text = stored.value(value).and_then(machine::RegistryData::text).unwrap_or_default();
        text.lines().filter(|name| !name.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    if list("DependOnService") != expected {
        return Err(Fault::Changed);
    }
    let handle = open_known(name, SERVICE_CHANGE_CONFIG)?;
    let groups = list("DependOnGroup").into_iter().map(|group| format!("{GROUP}{group}"));
    let depends = list_of(depends_on.iter().cloned().chain(groups))?;
    let none = PCWSTR::null();
    // SAFETY: the handle is open; what is null stays as it is, and the list ends with two NULs and outlives the call.
    unsafe {
        ChangeServiceConfigW(
            handle.raw(),
            ENUM_SERVICE_TYPE(SERVICE_NO_CHANGE),
            SERVICE_START_TYPE(SERVICE_NO_CHANGE),
            SERVICE_ERROR(SERVICE_NO_CHANGE),
            none,
            none,
            None,
            PCWSTR(depends.as_ptr()),
            none,
            none,
            none,
        )
    }
    .map_err(|error| from_error(&error))
}

/// Names as the manager takes them: each with a NUL behind it, and two at the end, an empty list included.
fn list_of(names: impl Iterator<Item = String>) -> Outcome<Vec<u16>> {
    let mut list: Vec<u16> = Vec::new();
    for name in names {
        list.extend(wide(&name)?);
    }
    if list.is_empty() {
        list.push(0);
    }
    list.push(0);
    Ok(list)
}

/// Stops a service and waits until it has.
pub(super) fn stop(name: &str) -> Outcome<()> {
    let handle = open_known(name, SERVICE_STOP | SERVICE_QUERY_STATUS)?;
    let mut status = SERVICE_STATUS::default();
    // SAFETY: the handle is open, and there is room for what is written.
    match unsafe { ControlService(handle.raw(), SERVICE_CONTROL_STOP, &raw mut status) } {
        Err(error) if error.code() == ERROR_SERVICE_NOT_ACTIVE.to_hresult() => return Ok(()),
        told => told.map_err(|error| from_error(&error))?,
    }
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if state(&handle)? == SERVICE_STOPPED.0 {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    Err(Fault::TimedOut)
}

/// Tells a service that what it goes by has changed (`SERVICE_CONTROL_PARAMCHANGE`).
pub(crate) fn tell_of_change(name: &str) -> Outcome<()> {
    let handle = open_known(name, SERVICE_PAUSE_CONTINUE)?;
    let mut status = SERVICE_STATUS::default();
    // SAFETY: the handle is open, and there is room for what is written.
    unsafe { ControlService(handle.raw(), SERVICE_CONTROL_PARAMCHANGE, &raw mut status) }
        .map_err(|error| from_error(&error))
}

/// Deletes a service that is still `expected`, but for whether it runs.
pub(super) fn delete(expected: &ServiceConfig) -> Outcome<()> {
    let name = &expected.service.name;
    let (mut now, is_whole) = look(name)?.ok_or(Fault::NotFound)?;
    now.service.running = expected.service.running;
    if now != *expected {
        return Err(Fault::Changed);
    }
    if !is_whole {
        return Err(Fault::Other {
            code: 0,
            text: "it has more settings than can be put back; remove it by hand".to_owned(),
        });
    }
    let handle = open_known(name, DELETE)?;
    // SAFETY: the handle is open.
    unsafe { DeleteService(handle.raw()) }.map_err(|error| from_error(&error))
}

/// Makes a service, and gives it every value that it had.
pub(super) fn create(config: &ServiceConfig) -> Outcome<()> {
    let service = &config.service;
    let manager = manager(SC_MANAGER_CONNECT | SC_MANAGER_CREATE_SERVICE)?;
    let text = |text: Option<&String>| text.map(|text| wide(text)).transpose();
    let address = |text: &Option<Vec<u16>>| PCWSTR(text.as_ref().map_or(std::ptr::null(), Vec::as_ptr));
    let name = wide(&service.name)?;
    let (display, image) = (text(service.display_name.as_ref())?, text(service.image_path.as_ref())?);
    let (group, account) = (text(config.group.as_ref())?, text(service.account.as_ref())?);
    let depends = list_of(config.depends_on.iter().cloned())?;
    // SAFETY: the texts are NUL-terminated, the list by two, and all outlive the call; the handle is closed when it is dropped.
    let made = unsafe {
        CreateServiceW(
            manager.raw(),
            PCWSTR(name.as_ptr()),
            address(&display),
            SERVICE_CHANGE_CONFIG | WRITE_DAC.0 | WRITE_OWNER.0,
            ENUM_SERVICE_TYPE(service.service_type.unwrap_or(0x10)),
            SERVICE_START_TYPE(service.start.unwrap_or(3)),
            SERVICE_ERROR(config.error_control),
            address(&image),
            address(&group),
            None,
            PCWSTR(depends.as_ptr()),
            address(&account),
            PCWSTR::null(),
        )
    };
    let made = Handle::own(made.map_err(|error| from_error(&error))?);
    let own = key(&service.name)?;
    let below = format!("{}\\", own.0);
    // The manager wrote what it was told; everything else, and its very bytes, are put back.
    for (key, value) in &config.values {
        if *key != own && !key.0.starts_with(&below) {
            return Err(Fault::Changed);
        }
        let now = crate::registry::read(key)?.and_then(|found| found.value(&value.name).cloned());
        if now.as_ref() != Some(&value.data) {
            registry::set(key, &value.name, now.as_ref(), &value.data)?;
        }
    }
    if let Some(sddl) = &config.security {
        secure(&made, &Descriptor::from_sddl(sddl)?);
    }
    Ok(())
}

/// Lets those do with the service what they could. What of that cannot be given back is seen when it is read again.
fn secure(handle: &Handle, descriptor: &Descriptor) {
    let _owners = Privileges::to_restore();
    for parts in [DACL_SECURITY_INFORMATION, OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION] {
        // SAFETY: the handle is open, and the descriptor outlives the call.
        let _ = unsafe { SetServiceObjectSecurity(handle.raw(), parts, descriptor.raw()) };
    }
}
