//! Security descriptors as text and back.

use crate::fault::{Outcome, from_error, last};
use crate::text::{at, wide};
use std::ffi::c_void;
use windows::Win32::Foundation::{HANDLE, HLOCAL, LocalFree};
use windows::Win32::Security::Authorization::{
    ConvertSecurityDescriptorToStringSecurityDescriptorW,
    ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows::Win32::Security::{
    DACL_SECURITY_INFORMATION, GROUP_SECURITY_INFORMATION, GetKernelObjectSecurity,
    OBJECT_SECURITY_INFORMATION, OWNER_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR,
};
use windows::core::{PCWSTR, PWSTR};

/// What is read and restored of a descriptor: owner, group, and who may do what.
pub(crate) const PARTS: OBJECT_SECURITY_INFORMATION = OBJECT_SECURITY_INFORMATION(
    OWNER_SECURITY_INFORMATION.0 | GROUP_SECURITY_INFORMATION.0 | DACL_SECURITY_INFORMATION.0,
);

/// The descriptor in SDDL.
pub(crate) fn sddl(descriptor: &mut [u8]) -> Option<String> {
    let mut text = PWSTR::null();
    // SAFETY: the bytes are a self-relative descriptor as Windows gave it; Windows checks it, and gives a text that is freed below.
    let converted = unsafe {
        ConvertSecurityDescriptorToStringSecurityDescriptorW(
            PSECURITY_DESCRIPTOR(descriptor.as_mut_ptr().cast()),
            SDDL_REVISION_1,
            PARTS,
            &raw mut text,
            None,
        )
    };
    converted.ok()?;
    // SAFETY: Windows gave a NUL-terminated text.
    let own = unsafe { at(text) };
    // SAFETY: the text was allocated for the caller to free in this way.
    unsafe { LocalFree(Some(HLOCAL(text.0.cast()))) };
    own
}

/// The descriptor of a file, folder or other object behind a handle that may read it.
pub(crate) fn of_handle(handle: HANDLE) -> Outcome<Vec<u8>> {
    let mut needed = 0;
    // SAFETY: with no buffer only the size that is needed is written.
    let _ = unsafe { GetKernelObjectSecurity(handle, PARTS.0, None, 0, &raw mut needed) };
    let mut bytes = vec![0; needed as usize];
    if bytes.is_empty() {
        return Err(last());
    }
    // SAFETY: the buffer is given with its length.
    unsafe {
        GetKernelObjectSecurity(
            handle,
            PARTS.0,
            Some(PSECURITY_DESCRIPTOR(bytes.as_mut_ptr().cast())),
            needed,
            &raw mut needed,
        )
    }
    .map_err(|error| from_error(&error))?;
    Ok(bytes)
}

/// A descriptor made from SDDL.
pub(crate) struct Descriptor(PSECURITY_DESCRIPTOR);

impl Descriptor {
    /// Makes it.
    pub(crate) fn from_sddl(text: &str) -> Outcome<Self> {
        let text = wide(text)?;
        let mut descriptor = PSECURITY_DESCRIPTOR::default();
        // SAFETY: the text is NUL-terminated; the descriptor that Windows allocates is freed when this is dropped.
        unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                PCWSTR(text.as_ptr()),
                SDDL_REVISION_1,
                &raw mut descriptor,
                None,
            )
        }
        .map_err(|error| from_error(&error))?;
        Ok(Self(descriptor))
    }

    /// It, for calls that take one.
    pub(crate) fn raw(&self) -> PSECURITY_DESCRIPTOR {
        self.0
    }

    /// Its address, for `SECURITY_ATTRIBUTES`.
    pub(crate) fn address(&self) -> *mut c_void {
        self.0.0
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: allocated by Windows for the caller to free in this way, and freed once.
        unsafe { LocalFree(Some(HLOCAL(self.0.0))) };
    }
}
