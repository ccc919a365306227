//! Windows' error codes as faults.

use machine::Fault;
use windows::Win32::Foundation::{NTSTATUS, RtlNtStatusToDosError, WIN32_ERROR};

/// What a module does before the operation and its target are known.
pub(crate) type Outcome<T> = std::result::Result<T, Fault>;

/// The fault that an error of Windows is.
pub(crate) fn from_error(error: &windows::core::Error) -> Fault {
    let code = error.code().0.cast_unsigned();
    known(code).unwrap_or_else(|| {
        let text = Some(error.message()).filter(|text| !text.is_empty());
        Fault::Other { code, text: text.unwrap_or_else(|| "Windows refuses it without a reason".to_owned()) }
    })
}

/// The fault that a Win32 code is.
pub(crate) fn from_win32(code: WIN32_ERROR) -> Fault {
    from_error(&windows::core::Error::from_hresult(code.to_hresult()))
}

/// The fault that an error of the standard library is.
pub(crate) fn from_io(error: &std::io::Error) -> Fault {
    match error.raw_os_error() {
        Some(code) => from_win32(WIN32_ERROR(code.cast_unsigned())),
        None => Fault::Other { code: 0, text: error.to_string() },
    }
}

/// The outcome that a status of the system below Windows is.
pub(crate) fn from_status(status: NTSTATUS) -> Outcome<()> {
    if status.is_ok() {
        return Ok(());
    }
    // SAFETY: takes a number and gives one.
    Err(from_win32(WIN32_ERROR(unsafe { RtlNtStatusToDosError(status) })))
}

/// The fault that the last failed call left.
pub(crate) fn last() -> Fault {
    from_io(&std::io::Error::last_os_error())
}

/// Names and numbers: Microsoft, "System Error Codes" and "WMI Error Constants".
fn known(code: u32) -> Option<Fault> {
    Some(match code {
        // E_ACCESSDENIED, ERROR_PRIVILEGE_NOT_HELD, ERROR_ELEVATION_REQUIRED, WBEM_E_ACCESS_DENIED, WBEM_E_PRIVILEGE_NOT_HELD
        0x8007_0005 | 0x8007_0522 | 0x8007_02E4 | 0x8004_1003 | 0x8004_1062 => Fault::AccessDenied,
        // ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_INVALID_NAME, ERROR_NOT_FOUND, ERROR_SERVICE_DOES_NOT_EXIST,
        // WBEM_E_NOT_FOUND, WBEM_E_INVALID_CLASS
        0x8007_0002 | 0x8007_0003 | 0x8007_007B | 0x8007_0490 | 0x8007_0424 | 0x8004_1002 | 0x8004_1010 => {
            Fault::NotFound
        }
        // ERROR_FILE_EXISTS, ERROR_ALREADY_EXISTS, ERROR_SERVICE_EXISTS, WBEM_E_ALREADY_EXISTS
        0x8007_0050 | 0x8007_00B7 | 0x8007_0431 | 0x8004_1019 => Fault::Exists,
        // ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION, ERROR_DIR_NOT_EMPTY, ERROR_USER_MAPPED_FILE, WBEM_E_CLASS_HAS_CHILDREN,
        // WBEM_E_CLASS_HAS_INSTANCES
        0x8007_0020 | 0x8007_0021 | 0x8007_0091 | 0x8007_04C8 | 0x8004_1025 | 0x8004_1026 => Fault::InUse,
        // ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL
        0x8007_0027 | 0x8007_0070 => Fault::DiskFull,
        // WAIT_TIMEOUT, ERROR_TIMEOUT
        0x8007_0102 | 0x8007_05B4 => Fault::TimedOut,
        // E_NOTIMPL, E_NOINTERFACE, ERROR_NOT_SUPPORTED, ERROR_CALL_NOT_IMPLEMENTED, ERROR_MOD_NOT_FOUND, ERROR_PROC_NOT_FOUND, REGDB_E_CLASSNOTREG,
        // WBEM_E_NOT_SUPPORTED, WBEM_E_INVALID_NAMESPACE
        0x8000_4001 | 0x8000_4002 | 0x8007_0032 | 0x8007_0078 | 0x8007_007E | 0x8007_007F | 0x8004_0154
        | 0x8004_100C | 0x8004_100E => Fault::Unsupported,
        _ => return None,
    })
}
