//! Scheduled tasks, by the scheduler's own interface.

use crate::facts::windows_folder;
use crate::fault::{Outcome, from_error};
use crate::security::PARTS;
use crate::wmi::prepare;
use crate::{file, registry};
use machine::{Error, Fault, Listed, StoredTask};
use std::cell::Cell;
use std::collections::VecDeque;
use windows::Win32::Foundation::VARIANT_BOOL;
use windows::Win32::System::Com::{CLSCTX_INPROC_SERVER, CoCreateInstance};
use windows::Win32::System::TaskScheduler::{
    IRegisteredTask, ITaskFolder, ITaskService, TASK_CREATE, TASK_DONT_ADD_PRINCIPAL_ACE, TASK_LOGON_NONE,
    TaskScheduler,
};
use windows::Win32::System::Variant::VARIANT;
use windows::core::BSTR;

/// `TASK_ENUM_HIDDEN`.
const WITH_HIDDEN: i32 = 1;
/// More tasks and folders than any machine has.
const MAX_ENTRIES: usize = 1 << 16;
const TOO_MANY: Fault = Fault::TooMany { limit: MAX_ENTRIES as u64 };

fn connect(is_ready: &Cell<bool>) -> Outcome<ITaskService> {
    prepare(is_ready);
    // SAFETY: COM is ready on this thread.
    let service: ITaskService = unsafe { CoCreateInstance(&TaskScheduler, None, CLSCTX_INPROC_SERVER) }
        .map_err(|error| from_error(&error))?;
    let none = VARIANT::default();
    // SAFETY: empty values mean this machine and this account.
    unsafe { service.Connect(&none, &none, &none, &none) }.map_err(|error| from_error(&error))?;
    Ok(service)
}

fn folder(service: &ITaskService, path: &str) -> Outcome<ITaskFolder> {
    // SAFETY: the text outlives the call.
    unsafe { service.GetFolder(&BSTR::from(path)) }.map_err(|error| from_error(&error))
}

/// Every task, hidden ones too, sorted by path. What cannot be read is told, and does not hide the others.
pub(crate) fn list(is_ready: &Cell<bool>) -> Outcome<Listed<StoredTask>> {
    let service = connect(is_ready)?;
    let mut open = VecDeque::from([folder(&service, "\\")?]);
    let mut listed = Listed { found: Vec::new(), missed: Vec::new() };
    let mut folders = 1;
    while let Some(folder) = open.pop_front() {
        // SAFETY: the folder is one that the scheduler gave.
        let path = unsafe { folder.Path() }.map(|path| path.to_string()).unwrap_or_default();
        let mut missed = |operation, fault| listed.missed.push(Error::new(operation, path.as_str(), fault));
        match tasks_in(&folder) {
            Err(fault) => missed("list the scheduled tasks in the folder", fault),
            Ok(tasks) => {
                for task in tasks {
                    match task.and_then(|task| shown(&task)) {
                        Ok(_) if listed.found.len() >= MAX_ENTRIES => {
                            missed("list the scheduled tasks in the folder", TOO_MANY);
                            open.clear();
                            break;
                        }
                        Ok(task) => listed.found.push(task),
                        Err(fault) => missed("read a scheduled task in the folder", fault),
                    }
                }
            }
        }
        match folders_in(&folder) {
            Err(fault) => missed("list the folders in the folder of scheduled tasks", fault),
            Ok(inside) => {
                for folder in inside {
                    folders += 1;
                    match folder {
                        Ok(_) if folders > MAX_ENTRIES => {
                            // It is told once.
                            if folders == MAX_ENTRIES + 1 {
                                missed("list the folders in the folder of scheduled tasks", TOO_MANY);
                            }
                            break;
                        }
                        Ok(folder) => open.push_back(folder),
                        Err(fault) => missed("open a folder in the folder of scheduled tasks", fault),
                    }
                }
            }
        }
    }
    listed.found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(listed)
}

fn tasks_in(folder: &ITaskFolder) -> Outcome<Vec<Outcome<IRegisteredTask>>> {
    // SAFETY: the folder is one that the scheduler gave; collections count from 1.
    unsafe {
        let tasks = folder.GetTasks(WITH_HIDDEN).map_err(|error| from_error(&error))?;
        let count = tasks.Count().map_err(|error| from_error(&error))?;
        let item = |index: i32| tasks.get_Item(&VARIANT::from(index)).map_err(|error| from_error(&error));
        Ok((1..=count).map(item).collect())
    }
}

fn folders_in(folder: &ITaskFolder) -> Outcome<Vec<Outcome<ITaskFolder>>> {
    // SAFETY: as above.
    unsafe {
        let folders = folder.GetFolders(0).map_err(|error| from_error(&error))?;
        let count = folders.Count().map_err(|error| from_error(&error))?;
        let item = |index: i32| folders.get_Item(&VARIANT::from(index)).map_err(|error| from_error(&error));
        Ok((1..=count).map(item).collect())
    }
}

/// One task; `None` where it is not there, which its key and its file have to say, too: a task without a security descriptor is one that the
/// scheduler runs and does not show.
pub(crate) fn read(is_ready: &Cell<bool>, path: &str) -> Outcome<Option<StoredTask>> {
    let service = connect(is_ready)?;
    match registered(&service, path)? {
        Some(task) => stored(&task).map(Some),
        None => match trace(path)? {
            Some(at) => Err(Fault::Hidden { at }),
            None => Ok(None),
        },
    }
}

/// Where a task shows that the scheduler does not: its key, else its file.
fn trace(path: &str) -> Outcome<Option<String>> {
    let key = StoredTask::key(path);
    if registry::read(&key)?.is_some_and(|found| found.value("Id").is_some()) {
        return Ok(Some(key.0));
    }
    let file = StoredTask::file(&windows_folder()?, path);
    let is_file = file::state(&file)?.is_some_and(|found| !found.is_directory);
    Ok(is_file.then_some(file))
}

fn registered(service: &ITaskService, path: &str) -> Outcome<Option<IRegisteredTask>> {
    // SAFETY: the text outlives the call.
    match unsafe { folder(service, "\\")?.GetTask(&BSTR::from(path)) }.map_err(|error| from_error(&error)) {
        Ok(task) => Ok(Some(task)),
        Err(Fault::NotFound) => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn stored(task: &IRegisteredTask) -> Outcome<StoredTask> {
    // SAFETY: the task is one that the scheduler gave.
    unsafe {
        Ok(StoredTask {
            path: task.Path().map_err(|error| from_error(&error))?.to_string(),
            xml: task.Xml().map_err(|error| from_error(&error))?.to_string(),
            enabled: task.Enabled().map_err(|error| from_error(&error))?.as_bool(),
            security: task.GetSecurityDescriptor(PARTS.0.cast_signed()).ok().map(|text| text.to_string()),
        })
    }
}

/// The task as far as it can be read; without a definition where that is broken.
fn shown(task: &IRegisteredTask) -> Outcome<StoredTask> {
    stored(task).or_else(|fault| {
        // SAFETY: the task is one that the scheduler gave.
        let (path, enabled) = unsafe { (task.Path(), task.Enabled()) };
        match (path, enabled) {
            (Ok(path), Ok(enabled)) => {
                Ok(StoredTask { path: path.to_string(), enabled: enabled.as_bool(), ..StoredTask::default() })
            }
            _ => Err(fault),
        }
    })
}

/// Switches a task on or off.
pub(crate) fn set_enabled(is_ready: &Cell<bool>, path: &str, enabled: bool) -> Outcome<()> {
    let task = registered(&connect(is_ready)?, path)?.ok_or(Fault::NotFound)?;
    // SAFETY: the task is one that the scheduler gave.
    unsafe { task.SetEnabled(VARIANT_BOOL::from(enabled)) }.map_err(|error| from_error(&error))
}

/// Deletes a task that is still this one.
pub(crate) fn delete(is_ready: &Cell<bool>, expected: &StoredTask) -> Outcome<()> {
    match read(is_ready, &expected.path)? {
        None => return Err(Fault::NotFound),
        Some(found) if found != *expected => return Err(Fault::Changed),
        Some(_) => {}
    }
    let top = folder(&connect(is_ready)?, "\\")?;
    // SAFETY: the text outlives the call.
    unsafe { top.DeleteTask(&BSTR::from(&expected.path), 0) }.map_err(|error| from_error(&error))
}

/// Registers a task with the security that it had, and switched on or off as it was.
pub(crate) fn register(is_ready: &Cell<bool>, task: &StoredTask) -> Outcome<()> {
    let top = folder(&connect(is_ready)?, "\\")?;
    let none = VARIANT::default();
    let security = task.security.as_ref().map(|sddl| VARIANT::from(BSTR::from(sddl))).unwrap_or_default();
    // SAFETY: texts and values outlive the call; empty values leave account and password to the definition.
    let registered = unsafe {
        top.RegisterTask(
            &BSTR::from(&task.path),
            &BSTR::from(&task.xml),
            TASK_CREATE.0 | TASK_DONT_ADD_PRINCIPAL_ACE.0,
            &none,
            &none,
            TASK_LOGON_NONE,
            &security,
        )
    }
    .map_err(|error| from_error(&error))?;
    // SAFETY: the task is one that the scheduler gave.
    unsafe { registered.SetEnabled(VARIANT_BOOL::from(task.enabled)) }.map_err(|error| from_error(&error))
}
