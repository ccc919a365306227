//! Libraries that are not among those that Windows loads for every program: by their full path, when they are needed.

use crate::fault::{Outcome, from_error, last};
use crate::text::{narrow, wide};
use machine::Fault;
use windows::Win32::Foundation::HMODULE;
use windows::Win32::System::LibraryLoader::{
    GetProcAddress, LOAD_LIBRARY_FLAGS, LOAD_LIBRARY_SEARCH_SYSTEM32, LOAD_WITH_ALTERED_SEARCH_PATH,
    LoadLibraryExW, SetDllDirectoryW,
};
use windows::Win32::System::SystemInformation::GetSystemDirectoryW;
use windows::core::{BOOL, PCSTR, PCWSTR, w};

/// A library of Windows. It stays loaded: what it registered must find its code.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Library(HMODULE);

/// Has libraries that are asked for by name alone from now on come from `System32`, never from beside the program, the current folder or
/// the search path. To be called before anything else; what the loader itself brought in before that is told by `Facts::beside`.
pub fn only_of_windows() {
    type SetDefaultDllDirectories = unsafe extern "system" fn(LOAD_LIBRARY_FLAGS) -> BOOL;
    // SAFETY: an empty path takes the current folder out of the search.
    let _ = unsafe { SetDllDirectoryW(w!("")) };
    // A Windows 7 without its updates lacks it.
    let kernel = Library::system("kernel32.dll");
    if let Ok(address) = kernel.and_then(|kernel| kernel.function(b"SetDefaultDllDirectories\0")) {
        // SAFETY: the signature is the documented one of the function of this name.
        let set = unsafe { std::mem::transmute::<Address, SetDefaultDllDirectories>(address) };
        // SAFETY: takes a number.
        let _ = unsafe { set(LOAD_LIBRARY_SEARCH_SYSTEM32) };
    }
}

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
