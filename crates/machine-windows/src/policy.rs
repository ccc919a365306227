//! The rules for passwords and lockout, and what is audited.

use crate::fault::{Outcome, from_win32, last};
use crate::library::{Library, function};
use crate::settings::setting;
use crate::token::Token;
use evidence::Setting;
use std::ffi::c_void;
use windows::Win32::Foundation::WIN32_ERROR;
use windows::Win32::NetworkManagement::NetManagement::{USER_MODALS_INFO_0, USER_MODALS_INFO_3};
use windows::Win32::Security::SE_SECURITY_NAME;
use windows::core::GUID;

/// `NetUserModalsGet` (Microsoft: lmaccess.h).
type UserModals = unsafe extern "system" fn(*const u16, u32, *mut *mut c_void) -> u32;
/// `NetApiBufferFree`.
type BufferFree = unsafe extern "system" fn(*mut c_void) -> u32;
/// `AuditQuerySystemPolicy` (Microsoft: ntsecapi.h).
type QueryAudit = unsafe extern "system" fn(*const GUID, u32, *mut *mut AuditPolicy) -> u8;
/// `AuditFree`.
type FreeAudit = unsafe extern "system" fn(*mut c_void);

/// `AUDIT_POLICY_INFORMATION`.
#[repr(C)]
struct AuditPolicy {
    subcategory: GUID,
    audited: u32,
    category: GUID,
}

/// `TIMEQ_FOREVER`.
const FOREVER: u32 = u32::MAX;
const DAY: u32 = 86_400;
const MINUTE: u32 = 60;

/// The policy of local accounts, in names and units of `secedit`'s section `System Access`: days, minutes, -1 for never. Whether passwords
/// must be complex is not told by this interface.
pub(crate) fn of_accounts() -> Outcome<Vec<Setting>> {
    let library = Library::system("netapi32.dll")?;
    let get = function!(library, "NetUserModalsGet" as UserModals);
    let free = function!(library, "NetApiBufferFree" as BufferFree);
    let (passwords, lockout): (USER_MODALS_INFO_0, USER_MODALS_INFO_3) =
        (modals(get, free, 0)?, modals(get, free, 3)?);
    let time = |seconds: u32, unit: u32| match seconds {
        FOREVER => "-1".to_owned(),
        seconds => (seconds / unit).to_string(),
    };
    let mut found = vec![
        ("MinimumPasswordLength", passwords.usrmod0_min_passwd_len.to_string()),
        ("PasswordHistorySize", passwords.usrmod0_password_hist_len.to_string()),
        ("MinimumPasswordAge", time(passwords.usrmod0_min_passwd_age, DAY)),
        ("MaximumPasswordAge", time(passwords.usrmod0_max_passwd_age, DAY)),
        ("LockoutBadCount", lockout.usrmod3_lockout_threshold.to_string()),
    ];
    if lockout.usrmod3_lockout_threshold != 0 {
        found.push(("LockoutDuration", time(lockout.usrmod3_lockout_duration, MINUTE)));
        found.push(("ResetLockoutCount", time(lockout.usrmod3_lockout_observation_window, MINUTE)));
    }
    Ok(found.into_iter().map(|(name, value)| setting("account-policy", name, value)).collect())
}

/// A level of the policy; `T` is the structure that the level has.
fn modals<T: Copy>(get: UserModals, free: BufferFree, level: u32) -> Outcome<T> {
    let mut buffer: *mut c_void = std::ptr::null_mut();
    // SAFETY: no server means this machine; there is room for the address of a buffer, which is freed below.
    let code = unsafe { get(std::ptr::null(), level, &raw mut buffer) };
    if code != 0 {
        return Err(from_win32(WIN32_ERROR(code)));
    }
    if buffer.is_null() {
        return Err(machine::Fault::Unsupported);
    }
    // SAFETY: the call wrote the structure of the level, which is plain numbers; the read asks for no alignment.
    let found = unsafe { buffer.cast::<T>().read_unaligned() };
    // SAFETY: the buffer is the call's own, and freed once.
    unsafe { free(buffer) };
    Ok(found)
}

/// The subcategories that show what miners do, by their names in English (Microsoft: \[MS-GPAC\] 2.2.1.2) and the part of their GUIDs in
/// which they differ.
const AUDITED: [(&str, u32); 11] = [
    ("Security System Extension", 0x0CCE_9211),
    ("Logon", 0x0CCE_9215),
    ("Account Lockout", 0x0CCE_9217),
    ("Special Logon", 0x0CCE_921B),
    ("File Share", 0x0CCE_9224),
    ("Other Object Access Events", 0x0CCE_9227),
    ("Process Creation", 0x0CCE_922B),
    ("Audit Policy Change", 0x0CCE_922F),
    ("User Account Management", 0x0CCE_9235),
    ("Security Group Management", 0x0CCE_9237),
    ("Credential Validation", 0x0CCE_923F),
];

/// What is audited: `success`, `failure`, `success,failure` or `none`, by subcategory.
pub(crate) fn of_audit() -> Outcome<Vec<Setting>> {
    let library = Library::system("advapi32.dll")?;
    let query = function!(library, "AuditQuerySystemPolicy" as QueryAudit);
    let free = function!(library, "AuditFree" as FreeAudit);
    if let Ok(own) = Token::own() {
        own.enable(SE_SECURITY_NAME);
    }
    let ids = AUDITED.map(|(_, first)| {
        GUID::from_values(first, 0x69AE, 0x11D9, [0xBE, 0xD3, 0x50, 0x50, 0x54, 0x50, 0x30, 0x30])
    });
    let mut policies: *mut AuditPolicy = std::ptr::null_mut();
    // SAFETY: the list is given with its length, and there is room for the address of the answers, which are freed below.
    let done =
        unsafe { query(ids.as_ptr(), u32::try_from(ids.len()).unwrap_or_default(), &raw mut policies) };
    if done == 0 {
        return Err(last());
    }
    if policies.is_null() {
        return Err(machine::Fault::Unsupported);
    }
    let found = AUDITED
        .iter()
        .enumerate()
        .map(|(at, (name, _))| {
            // SAFETY: there is one answer for each subcategory that was asked for, in their order.
            let audited = unsafe { (*policies.add(at)).audited };
            setting("audit-policy", *name, words(audited))
        })
        .collect();
    // SAFETY: the answers are the call's own, and freed once.
    unsafe { free(policies.cast()) };
    Ok(found)
}

/// `POLICY_AUDIT_EVENT_SUCCESS` and `POLICY_AUDIT_EVENT_FAILURE`.
fn words(audited: u32) -> &'static str {
    match audited & 3 {
        1 => "success",
        2 => "failure",
        3 => "success,failure",
        _ => "none",
    }
}
