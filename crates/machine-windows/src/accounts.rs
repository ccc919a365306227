//! Local accounts.

use crate::fault::{Outcome, from_win32};
use crate::library::{Library, function};
use crate::settings::setting;
use crate::text::{at, wide};
use crate::token;
use evidence::{Account, Setting};
use machine::Listed;
use std::collections::BTreeSet;
use std::ffi::c_void;
use windows::Win32::Foundation::{ERROR_MORE_DATA, WIN32_ERROR};
use windows::Win32::NetworkManagement::NetManagement::{
    LOCALGROUP_MEMBERS_INFO_2, UF_ACCOUNTDISABLE, UF_DONT_EXPIRE_PASSWD, UF_PASSWD_NOTREQD, USER_INFO_3,
};
use windows::Win32::Security::{
    CreateWellKnownSid, PSID, SECURITY_MAX_SID_SIZE, SID_NAME_USE, SidTypeAlias, SidTypeDeletedAccount,
    SidTypeGroup, SidTypeUser, SidTypeWellKnownGroup, WinBuiltinAdministratorsSid,
};

/// `NetUserEnum` (Microsoft: lmaccess.h).
type UserEnum = unsafe extern "system" fn(
    *const u16,
    u32,
    u32,
    *mut *mut c_void,
    u32,
    *mut u32,
    *mut u32,
    *mut u32,
) -> u32;
/// `NetLocalGroupGetMembers`.
type GroupMembers = unsafe extern "system" fn(
    *const u16,
    *const u16,
    u32,
    *mut *mut c_void,
    u32,
    *mut u32,
    *mut u32,
    *mut usize,
) -> u32;
/// `NetApiBufferFree`.
type BufferFree = unsafe extern "system" fn(*mut c_void) -> u32;

/// `FILTER_NORMAL_ACCOUNT`.
const NORMAL: u32 = 2;
/// `MAX_PREFERRED_LENGTH`: as much as there is.
const EVERYTHING: u32 = u32::MAX;
/// More accounts than any machine has.
const MAX_ACCOUNTS: usize = 1 << 16;
const FROM_1601_TO_1970: u64 = 11_644_473_600;

/// The local accounts, sorted by name. `now` is in 100 ns since 1601.
pub(crate) fn list(now: u64) -> Outcome<Listed<Account>> {
    let library = Library::system("netapi32.dll")?;
    let enumerate = function!(library, "NetUserEnum" as UserEnum);
    let free = function!(library, "NetApiBufferFree" as BufferFree);
    let administrators = administrators(library).ok();
    let mut found = Vec::new();
    let mut resume = 0;
    loop {
        let (mut buffer, mut count, mut total) = (std::ptr::null_mut(), 0, 0);
        // SAFETY: there is room for the address of a buffer, which is freed below, and for the counts.
        let code = unsafe {
            enumerate(
                std::ptr::null(),
                3,
                NORMAL,
                &raw mut buffer,
                EVERYTHING,
                &raw mut count,
                &raw mut total,
                &raw mut resume,
            )
        };
        let code = WIN32_ERROR(code);
        if !matches!(code, WIN32_ERROR(0) | ERROR_MORE_DATA) {
            return Err(from_win32(code));
        }
        let users = buffer.cast::<USER_INFO_3>();
        let count = if users.is_null() { 0 } else { count };
        found.extend((0..count).map(|index| {
            // SAFETY: the call wrote `count` of these structures, with their texts behind them.
            unsafe { account(&*users.add(index as usize), now, administrators.as_ref()) }
        }));
        // SAFETY: the buffer is the call's own, and freed once.
        unsafe { free(buffer) };
        // A domain controller gives its many accounts in parts.
        if code != ERROR_MORE_DATA || count == 0 || found.len() > MAX_ACCOUNTS {
            break;
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Listed::at_most(MAX_ACCOUNTS, found, "list the accounts", ""))
}

/// # Safety
/// The texts of the structure are null or NUL-terminated.
unsafe fn account(user: &USER_INFO_3, now: u64, administrators: Option<&BTreeSet<String>>) -> Account {
    // SAFETY: as the caller vouches.
    let name = unsafe { at(user.usri3_name) }.unwrap_or_default();
    let flag = |flag: u32| Some(user.usri3_flags.0 & flag != 0);
    let password_age = u64::from(user.usri3_password_age).saturating_mul(10_000_000);
    let last_logon = u64::from(user.usri3_last_logon);
    Account {
        rid: Some(user.usri3_user_id),
        enabled: flag(UF_ACCOUNTDISABLE.0).map(|disabled| !disabled),
        administrator: administrators.map(|known| known.contains(&name.to_lowercase())),
        password_not_required: flag(UF_PASSWD_NOTREQD.0),
        password_never_expires: flag(UF_DONT_EXPIRE_PASSWD.0),
        password_set: (password_age != 0).then(|| now.saturating_sub(password_age)),
        last_logon: (last_logon != 0)
            .then(|| last_logon.saturating_add(FROM_1601_TO_1970).saturating_mul(10_000_000)),
        name,
    }
}

/// The local accounts that are administrators, in lower case.
fn administrators(library: Library) -> Outcome<BTreeSet<String>> {
    let computer = crate::facts::short_name().unwrap_or_default();
    let names = members(library)?.into_iter().filter_map(|member| {
        let (domain, name) = member.name.split_once('\\')?;
        domain.eq_ignore_ascii_case(&computer).then(|| name.to_lowercase())
    });
    Ok(names.collect())
}

/// The members of the group of administrators, sorted: accounts and groups of this machine and of domains.
pub(crate) fn group_members() -> Outcome<Listed<Setting>> {
    let mut found: Vec<_> = members(Library::system("netapi32.dll")?)?
        .into_iter()
        .map(|member| {
            let mut own = setting("group-member", "Administrators", member.name);
            let groups = [SidTypeGroup, SidTypeAlias, SidTypeWellKnownGroup];
            let kind = match member.usage {
                usage if usage == SidTypeUser => "user",
                usage if groups.contains(&usage) => "group",
                usage if usage == SidTypeDeletedAccount => "deleted",
                _ => "unknown",
            };
            let details = [("type", Some(kind.to_owned())), ("sid", member.sid)];
            own.details =
                details.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
            own
        })
        .collect();
    found.sort_by(|a, b| (&a.value, &a.details).cmp(&(&b.value, &b.details)));
    Ok(Listed::at_most(MAX_ACCOUNTS, found, "list the administrators", ""))
}

/// A member of the group of administrators.
struct Member {
    /// `DOMAIN\name`.
    name: String,
    sid: Option<String>,
    usage: SID_NAME_USE,
}

fn members(library: Library) -> Outcome<Vec<Member>> {
    let members = function!(library, "NetLocalGroupGetMembers" as GroupMembers);
    let free = function!(library, "NetApiBufferFree" as BufferFree);
    let group = wide(&administrators_group()?)?;
    let (mut buffer, mut count, mut total, mut resume) = (std::ptr::null_mut(), 0, 0, 0);
    // SAFETY: the name is NUL-terminated; there is room for the address of a buffer, which is freed below, and for the counts.
    let code = unsafe {
        members(
            std::ptr::null(),
            group.as_ptr(),
            2,
            &raw mut buffer,
            EVERYTHING,
            &raw mut count,
            &raw mut total,
            &raw mut resume,
        )
    };
    if code != 0 {
        return Err(from_win32(WIN32_ERROR(code)));
    }
    let list = buffer.cast::<LOCALGROUP_MEMBERS_INFO_2>();
    let count = if list.is_null() { 0 } else { count };
    let found = (0..count)
        .filter_map(|index| {
            // SAFETY: the call wrote `count` of these structures, with their texts and identifiers behind them.
            unsafe {
                let member = &*list.add(index as usize);
                Some(Member {
                    name: at(member.lgrmi2_domainandname)?,
                    sid: token::sid_text(member.lgrmi2_sid),
                    usage: member.lgrmi2_sidusage,
                })
            }
        })
        .collect();
    // SAFETY: the buffer is the call's own, and freed once.
    unsafe { free(buffer) };
    Ok(found)
}

/// The name of the group of administrators, which depends on the language of Windows.
fn administrators_group() -> Outcome<String> {
    let mut bytes = [0_u64; (SECURITY_MAX_SID_SIZE as usize).div_ceil(8)];
    let mut length = SECURITY_MAX_SID_SIZE;
    let sid = PSID(bytes.as_mut_ptr().cast());
    // SAFETY: there is room for the longest identifier that there is.
    unsafe { CreateWellKnownSid(WinBuiltinAdministratorsSid, None, Some(sid), &raw mut length) }
        .map_err(|error| crate::fault::from_error(&error))?;
    // SAFETY: the identifier lies in `bytes`, which outlives the call.
    let account = unsafe { token::account(sid) }.ok_or(machine::Fault::NotFound)?;
    Ok(account.rsplit('\\').next().unwrap_or_default().to_owned())
}
