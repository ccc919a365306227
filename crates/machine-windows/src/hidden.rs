//! Services that the manager knows and does not show.

use crate::fault::Outcome;
use crate::service::open;
use machine::Fault;
use windows::Win32::System::Services::SERVICE_QUERY_STATUS;

/// Whether the manager knows the service and refuses to say even whether it runs: without that right, listings leave it out.
pub(crate) fn is_hidden(name: &str) -> Outcome<bool> {
    match open(name, SERVICE_QUERY_STATUS) {
        Ok(_) => Ok(false),
        Err(Fault::AccessDenied) => Ok(true),
        Err(fault) => Err(fault),
    }
}
