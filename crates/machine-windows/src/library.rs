//! Libraries that are not among those that Windows loads for every program: by their full path, when they are needed.

use crate::fault::{Outcome, from_error, last};
use crate::text::{narrow, wide};
use machine::Fault;
use windows::Win32::Foundation::HMODULE;
use windows::Win32::System::LibraryLoader::{GetProcAddress, LOAD_WITH_ALTERED_SEARCH_PATH, LoadLibraryExW};
use windows::Win32::System::SystemInformation::GetSystemDirectoryW;
use windows::core::{PCSTR, PCWSTR};

/// A library of Windows. It stays loaded: what it registered must find its code.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Library(HMODULE);

/// The address of a function, to be made into one by whoever knows its signature.
pub(crate) type Address = unsafe extern "system" fn() -> isize;

impl Library {
    /// Loads a library out of `System32`.
    pub(crate) fn system(name: &str) -> Outcome<Self> {
        let path = wide(&format!("{}\\{name}", system_folder()?))?;
        // SAFETY: the path is NUL-terminated and outlives the call. With an altered search path, what the library itself needs is
        // looked for beside it first, not beside this program.
        let loaded = unsafe { LoadLibraryExW(PCWSTR(path.as_ptr()), None, LOAD_WITH_ALTERED_SEARCH_PATH) };
        loaded.map(Self).map_err(|error| from_error(&error))
    }

    /// The address of a function by its name, which ends in a NUL.
    pub(crate) fn function(self, name: &'static [u8]) -> Outcome<Address> {
        debug_assert_eq!(name.last(), Some(&0), "names end in a NUL");
        // SAFETY: the library is loaded for good, and the name is NUL-terminated.
        unsafe { GetProcAddress(self.0, PCSTR(name.as_ptr())) }.ok_or(Fault::Unsupported)
    }
}

/// The folder of Windows' own programs, `C:\Windows\System32`.
pub(crate) fn system_folder() -> Outcome<String> {
    let mut buffer = [0; 512];
    // SAFETY: the buffer is given with its length.
    let length = unsafe { GetSystemDirectoryW(Some(&mut buffer)) };
    if length == 0 { Err(last()) } else { Ok(narrow(&buffer)) }
}

/// A function of a library by its name, with the signature that Windows documents for it.
macro_rules! function {
    ($library:expr, $name:literal as $signature:ty) => {{
        let address = $library.function(concat!($name, "\0").as_bytes())?;
        // SAFETY: the signature is the documented one of the function of this name.
        unsafe { std::mem::transmute::<crate::library::Address, $signature>(address) }
    }};
}
pub(crate) use function;
