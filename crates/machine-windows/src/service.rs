//! Services and drivers: the manager says which there are, the registry how they are set up.

use crate::bytes::u32_at;
use crate::fault::{Outcome, from_error};
use crate::text::{at, wide};
use crate::{registry, security};
use evidence::Service;
use machine::{Fault, Key, RegistryKey, RegistryValue, ServiceConfig};
use windows::Win32::Foundation::ERROR_MORE_DATA;
use windows::Win32::Security::PSECURITY_DESCRIPTOR;
use windows::Win32::System::Services::{
    CloseServiceHandle, ENUM_SERVICE_STATUS_PROCESSW, ENUM_SERVICE_TYPE, EnumServicesStatusExW,
    OpenSCManagerW, OpenServiceW, QueryServiceObjectSecurity, QueryServiceStatus, SC_ENUM_PROCESS_INFO,
    SC_HANDLE, SC_MANAGER_CONNECT, SC_MANAGER_ENUMERATE_SERVICE, SERVICE_DRIVER, SERVICE_QUERY_STATUS,
    SERVICE_STATE_ALL, SERVICE_STATUS, SERVICE_STOPPED, SERVICE_WIN32,
};
use windows::core::PCWSTR;

/// Where the services and drivers are set up.
const ROOT: &str = r"HKLM\SYSTEM\CurrentControlSet\Services";

/// The right to read who may do what.
const READ_CONTROL: u32 = 0x2_0000;

/// The most that is kept of what lies below the key of a service: keys, how deep they lie, and bytes.
const MAX_KEYS: usize = 1 << 12;
const MAX_DEPTH: usize = 16;
const MAX_BYTES: usize = 16 << 20;

/// What Windows itself keeps below the key: the devices of a driver, anew at each start, and who may do what, which the manager tells.
const OWN: [&str; 2] = ["Enum", "Security"];

/// A handle on the manager or a service.
pub(crate) struct Handle(SC_HANDLE);

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: opened by this module, and closed once.
        let _ = unsafe { CloseServiceHandle(self.0) };
    }
}

impl Handle {
    /// A handle that some call opened.
    pub(crate) fn own(handle: SC_HANDLE) -> Self {
        Self(handle)
    }

    /// It, for calls that take one.
    pub(crate) fn raw(&self) -> SC_HANDLE {
        self.0
    }
}

/// Opens the manager.
pub(crate) fn manager(access: u32) -> Outcome<Handle> {
    // SAFETY: no names mean the machine itself and its active services; the handle is closed when it is dropped.
    let opened = unsafe { OpenSCManagerW(PCWSTR::null(), PCWSTR::null(), access) };
    opened.map(Handle).map_err(|error| from_error(&error))
}

/// Opens a service; `None` where it is not there.
pub(crate) fn open(name: &str, access: u32) -> Outcome<Option<Handle>> {
    let manager = manager(SC_MANAGER_CONNECT)?;
    let name = wide(name)?;
    // SAFETY: the name is NUL-terminated and outlives the call; the handle is closed when it is dropped.
    let opened = unsafe { OpenServiceW(manager.0, PCWSTR(name.as_ptr()), access) };
    match opened.map_err(|error| from_error(&error)) {
        Ok(handle) => Ok(Some(Handle(handle))),
        Err(Fault::NotFound) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// The names of all services and drivers that the manager knows, sorted.
pub(crate) fn list() -> Outcome<Vec<String>> {
    let manager = manager(SC_MANAGER_CONNECT | SC_MANAGER_ENUMERATE_SERVICE)?;
    let kinds = ENUM_SERVICE_TYPE(SERVICE_WIN32.0 | SERVICE_DRIVER.0);
    let mut names = Vec::new();
    let mut resume = 0;
    loop {
        // 256 KiB is the most that the call fills at once.
        let mut buffer = vec![0_u64; (256 << 10) / 8];
        let (mut needed, mut count) = (0, 0);
        // SAFETY: plain numbers may be seen as bytes.
        let (_, bytes, _) = unsafe { buffer.align_to_mut::<u8>() };
        // SAFETY: the buffer is given with its length, and aligned for the structures in it.
        let read = unsafe {
            EnumServicesStatusExW(
                manager.0,
                SC_ENUM_PROCESS_INFO,
                kinds,
                SERVICE_STATE_ALL,
                Some(bytes),
                &raw mut needed,
                &raw mut count,
                Some(&raw mut resume),
                PCWSTR::null(),
            )
        };
        let first = buffer.as_ptr().cast::<ENUM_SERVICE_STATUS_PROCESSW>();
        for index in 0..count {
            // SAFETY: the call wrote `count` of these structures at the beginning of the buffer, and their texts behind them.
            if let Some(name) = unsafe { at((*first.add(index as usize)).lpServiceName) } {
                names.push(name);
            }
        }
        match read {
            Ok(()) => break,
            Err(error) if error.code() == ERROR_MORE_DATA.to_hresult() && count > 0 => {}
            Err(error) => return Err(from_error(&error)),
        }
    }
    names.sort_by(|a, b| a.to_lowercase().cmp(&b.to_lowercase()).then_with(|| a.cmp(b)));
    names.dedup();
    Ok(names)
}

/// The key of a service.
pub(crate) fn key(name: &str) -> Outcome<Key> {
    // A name with a separator would lead to another key.
    if name.is_empty() || name.contains('\\') {
        return Err(Fault::NotFound);
    }
    Ok(Key::new(ROOT).join(name))
}

/// The values of a key and of every key below it, in order; `None` where there are more than can be kept, or one cannot be read.
fn tree(top: &Key, stored: &RegistryKey) -> Option<Vec<(Key, RegistryValue)>> {
    let mut values = Vec::new();
    let mut bytes = 0;
    let mut count = 0;
    let mut open = vec![(top.clone(), stored.clone(), 0)];
    while let Some((key, found, depth)) = open.pop() {
        count += 1;
        bytes += found.values.iter().map(|value| value.data.bytes.len()).sum::<usize>();
        if count > MAX_KEYS || bytes > MAX_BYTES {
            return None;
        }
        for name in found.subkeys.iter().rev() {
            if depth == 0 && OWN.iter().any(|own| own.eq_ignore_ascii_case(name)) {
                continue;
            }
            if depth >= MAX_DEPTH || open.len() >= MAX_KEYS {
                return None;
            }
            let below = key.join(name);
            let inner = registry::read(&below).ok().flatten()?;
            open.push((below, inner, depth + 1));
        }
        values.extend(found.values.into_iter().map(|value| (key.clone(), value)));
    }
    Some(values)
}

/// The configuration of a service or driver; `None` where it is not there.
pub(crate) fn read(name: &str) -> Outcome<Option<ServiceConfig>> {
    Ok(look(name)?.map(|(config, _)| config))
}

/// The same, and whether it holds all that it takes to make the service anew.
pub(crate) fn look(name: &str) -> Outcome<Option<(ServiceConfig, bool)>> {
    let key = key(name)?;
    let Some(stored) = registry::read(&key)? else { return Ok(None) };
    let parameters_key = key.join("Parameters");
    let parameters = registry::read(&parameters_key)?.unwrap_or_default();
    let tree = tree(&key, &stored);
    let is_whole = tree.is_some();
    let text = |key: &RegistryKey, name: &str| key.value(name).and_then(machine::RegistryData::text);
    let number = |name: &str| {
        stored
            .value(name)
            .and_then(machine::RegistryData::number)
            .and_then(|number| u32::try_from(number).ok())
    };
    let list = text(&stored, "DependOnService").unwrap_or_default();
    let values = |key: &Key, from: &RegistryKey| -> Vec<(Key, RegistryValue)> {
        from.values.iter().map(|value| (key.clone(), value.clone())).collect()
    };
    let config = ServiceConfig {
        service: Service {
            name: name.to_owned(),
            display_name: text(&stored, "DisplayName"),
            description: text(&stored, "Description"),
            service_type: number("Type"),
            start: number("Start"),
            image_path: text(&stored, "ImagePath"),
            service_dll: text(&parameters, "ServiceDll").or_else(|| text(&stored, "ServiceDll")),
            account: text(&stored, "ObjectName"),
            failure_command: text(&stored, "FailureCommand"),
            running: is_running(name),
            hidden: None,
        },
        error_control: number("ErrorControl").unwrap_or_default(),
        group: text(&stored, "Group"),
        depends_on: list.lines().filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        failure_actions: stored.value("FailureActions").map(|data| data.bytes.clone()),
        values: tree
            .unwrap_or_else(|| [values(&key, &stored), values(&parameters_key, &parameters)].concat()),
        security: sddl(name),
    };
    Ok(Some((config, is_whole)))
}

fn is_running(name: &str) -> Option<bool> {
    let handle = open(name, SERVICE_QUERY_STATUS).ok().flatten()?;
    state(&handle).ok().map(|state| state != SERVICE_STOPPED.0)
}

/// The state of a service by its number.
pub(crate) fn state(handle: &Handle) -> Outcome<u32> {
    let mut status = SERVICE_STATUS::default();
    // SAFETY: the handle is open, and there is room for what is written.
    unsafe { QueryServiceStatus(handle.0, &raw mut status) }.map_err(|error| from_error(&error))?;
    Ok(status.dwCurrentState.0)
}

fn sddl(name: &str) -> Option<String> {
    let handle = open(name, READ_CONTROL).ok().flatten()?;
    let mut needed = 0;
    let mut bytes = vec![0_u8; 4];
    loop {
        let length = u32::try_from(bytes.len()).ok()?;
        // SAFETY: the buffer is given with its length.
        let read = unsafe {
            QueryServiceObjectSecurity(
                handle.0,
                security::PARTS.0,
                Some(PSECURITY_DESCRIPTOR(bytes.as_mut_ptr().cast())),
                length,
                &raw mut needed,
            )
        };
        match read {
            Ok(()) => break,
            Err(_) if needed > length && needed < 1 << 20 => bytes.resize(needed as usize, 0),
            Err(_) => return None,
        }
    }
    u32_at(&bytes, 0)?;
    security::sddl(&mut bytes)
}
