//! Calls that end: WMI answers when it can, and is not waited for longer than that.

use super::PATIENCE;
use crate::fault::{Outcome, from_error};
use machine::Fault;
use windows::Win32::System::Wmi::{
    IWbemCallResult, IWbemClassObject, IWbemServices, WBEM_FLAG_RETURN_IMMEDIATELY, WBEM_GENERIC_FLAG_TYPE,
};
use windows::core::{BSTR, HRESULT, Interface as _, Result};

/// `WBEM_S_TIMEDOUT`.
pub(super) const TIMED_OUT: i32 = 0x0004_0004;

/// The flag with which a call answers at once, and with what else is wanted.
const fn at_once(flags: i32) -> WBEM_GENERIC_FLAG_TYPE {
    WBEM_GENERIC_FLAG_TYPE(flags | WBEM_FLAG_RETURN_IMMEDIATELY.0)
}

/// Begins a call, and waits for its end.
fn ended(begin: impl FnOnce(*mut Option<IWbemCallResult>) -> Result<()>) -> Outcome<IWbemCallResult> {
    let mut call = None;
    begin(&raw mut call).map_err(|error| from_error(&error))?;
    let call = call.ok_or(Fault::Unsupported)?;
    let mut status = 0;
    // SAFETY: the interface is one that WMI gave, and there is room for the status. Its table is called itself, since a call that goes on is
    // a success that the wrapper does not show.
    let code = unsafe { (call.vtable().GetCallStatus)(call.as_raw(), PATIENCE, &raw mut status) };
    if code.0 == TIMED_OUT {
        return Err(Fault::TimedOut);
    }
    code.ok().and_then(|()| HRESULT(status).ok()).map_err(|error| from_error(&error))?;
    Ok(call)
}

/// The object with this path; `None` where it is not there.
pub(super) fn object(services: &IWbemServices, path: &str) -> Outcome<Option<IWbemClassObject>> {
    let path = BSTR::from(path);
    // SAFETY: the text outlives the call, and there is room for what tells of its end.
    let call = ended(|call| unsafe { services.GetObject(&path, at_once(0), None, None, Some(call)) });
    match call {
        // SAFETY: the call has ended, and the interface is one that WMI gave.
        Ok(call) => unsafe { call.GetResultObject(PATIENCE) }.map(Some).map_err(|error| from_error(&error)),
        Err(Fault::NotFound) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Deletes the instance with this path.
pub(super) fn delete_instance(services: &IWbemServices, path: &str) -> Outcome<()> {
    let path = BSTR::from(path);
    // SAFETY: as above.
    ended(|call| unsafe { services.DeleteInstance(&path, at_once(0), None, Some(call)) }).map(drop)
}

/// Puts an instance, with these flags.
pub(super) fn put_instance(services: &IWbemServices, made: &IWbemClassObject, flags: i32) -> Outcome<()> {
    // SAFETY: the object is an instance of a class of this namespace, and the rest as above.
    ended(|call| unsafe { services.PutInstance(made, at_once(flags), None, Some(call)) }).map(drop)
}

/// Deletes the class of this name.
pub(super) fn delete_class(services: &IWbemServices, name: &str) -> Outcome<()> {
    let name = BSTR::from(name);
    // SAFETY: as above.
    ended(|call| unsafe { services.DeleteClass(&name, at_once(0), None, Some(call)) }).map(drop)
}
