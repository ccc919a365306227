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
    GetSecurityDescriptorControl, OBJECT_SECURITY_INFORMATION, OWNER_SECURITY_INFORMATION,
    PSECURITY_DESCRIPTOR, SE_DACL_AUTO_INHERIT_REQ, SE_DACL_AUTO_INHERITED, SetKernelObjectSecurity,
    SetSecurityDescriptorControl,
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

/// Gives a descriptor to what the handle may change. The list is set as it is: the entries that come from the folder above are those that
/// it had, and whether more may come is what the list says (`D:P`, `D:AI`), which the calls that work it out anew would not keep.
pub(crate) fn set(handle: HANDLE, descriptor: &Descriptor) -> Outcome<()> {
    let attempt = |error: windows::core::Error| from_error(&error);
    let (mut control, mut revision) = (0, 0);
    // SAFETY: the descriptor is one that Windows made, and there is room for its bits.
    unsafe { GetSecurityDescriptorControl(descriptor.raw(), &raw mut control, &raw mut revision) }
        .map_err(attempt)?;
    if control & SE_DACL_AUTO_INHERITED.0 != 0 {
        // The bit says that what came from above is marked; it stays only where it is asked for.
        let bit = SE_DACL_AUTO_INHERIT_REQ;
        // SAFETY: as above; the bit is one of those that may be set.
        unsafe { SetSecurityDescriptorControl(descriptor.raw(), bit, bit) }.map_err(attempt)?;
    }
    let give = |parts| {
        // SAFETY: the handle is open, and the descriptor outlives the call.
        unsafe { SetKernelObjectSecurity(handle, parts, descriptor.raw()) }
    };
    give(PARTS).or_else(|_| {
        give(DACL_SECURITY_INFORMATION).map_err(attempt)?;
        // That an owner cannot be given back is seen when the file is read again.
        let _ = give(GROUP_SECURITY_INFORMATION);
        let _ = give(OWNER_SECURITY_INFORMATION);
        Ok(())
    })
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
