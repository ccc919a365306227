//! Access tokens: who a process runs as, and with which rights.

use crate::fault::{Outcome, from_error};
use crate::library::Library;
use crate::registry;
use crate::text::narrow;
use windows::Win32::Foundation::{CloseHandle, HANDLE, HLOCAL, LUID, LocalFree};
use windows::Win32::Security::Authorization::ConvertSidToStringSidW;
use windows::Win32::Security::{
    AdjustTokenPrivileges, GetLengthSid, GetTokenInformation, LUID_AND_ATTRIBUTES, LookupAccountSidW,
    LookupPrivilegeNameW, LookupPrivilegeValueW, PSID, SE_PRIVILEGE_ENABLED, SE_RESTORE_NAME,
    SE_TAKE_OWNERSHIP_NAME, SID_NAME_USE, TOKEN_ACCESS_MASK, TOKEN_ADJUST_PRIVILEGES,
    TOKEN_INFORMATION_CLASS, TOKEN_PRIVILEGES, TOKEN_QUERY, TokenElevation, TokenPrivileges, TokenUser,
};
use windows::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};
use windows::core::{PCWSTR, PWSTR};

use crate::bytes::u32_at;

/// Where it is set how User Account Control works.
const POLICIES: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System";

/// A handle that is closed when it is dropped.
#[derive(Debug)]
pub(crate) struct Handle(pub(crate) HANDLE);

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: whoever made this gave the handle away; it is closed once.
        let _ = unsafe { CloseHandle(self.0) };
    }
}

/// A token.
pub(crate) struct Token(Handle);

impl Token {
    /// The token of this program.
    pub(crate) fn own() -> Outcome<Self> {
        // SAFETY: the handle of the own process needs no closing.
        Self::open(unsafe { GetCurrentProcess() }, TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES)
    }

    /// The token of a process, to look at.
    pub(crate) fn of(process: &Handle) -> Outcome<Self> {
        Self::open(process.0, TOKEN_QUERY)
    }

    fn open(process: HANDLE, access: TOKEN_ACCESS_MASK) -> Outcome<Self> {
        let mut token = HANDLE::default();
        // SAFETY: the process is open, and there is room for the handle, which is closed when it is dropped.
        unsafe { OpenProcessToken(process, access, &raw mut token) }.map_err(|error| from_error(&error))?;
        Ok(Self(Handle(token)))
    }

    /// Whether the program runs with an administrator's full rights.
    pub(crate) fn is_elevated(&self) -> Outcome<bool> {
        Ok(u32_at(&self.information(TokenElevation)?, 0).is_some_and(|elevated| elevated != 0))
    }

    /// The account, as `DOMAIN\name`.
    pub(crate) fn user(&self) -> Option<String> {
        let information = self.information(TokenUser).ok()?;
        let sid = user_sid(&information)?;
        // SAFETY: the identifier lies in `information`, which outlives the call.
        unsafe { account(sid) }
    }

    /// The security identifier of the account, where nothing ever runs as it with less than an administrator's full rights: then what belongs
    /// to it is as safe as what belongs to Administrators. That is so where User Account Control is off, so that no token is split (Microsoft:
    /// `EnableLUA`), and under Wine, which knows one account.
    pub(crate) fn always_full(&self) -> Option<Vec<u8>> {
        let is_never_split = registry::number(POLICIES, "EnableLUA") == Some(0);
        if !self.is_elevated().ok()? || !(is_never_split || is_wine()) {
            return None;
        }
        let information = self.information(TokenUser).ok()?;
        let sid = user_sid(&information)?;
        // SAFETY: the identifier lies in `information`, which outlives both uses, and is as long as Windows says.
        let bytes = unsafe {
            std::slice::from_raw_parts(
                sid.0.cast_const().cast::<u8>(),
                usize::try_from(GetLengthSid(sid)).ok()?,
            )
        };
        Some(bytes.to_vec())
    }

    /// The names of the privileges that the token holds, sorted.
    pub(crate) fn privileges(&self) -> Vec<String> {
        let information = self.information(TokenPrivileges).unwrap_or_default();
        let count = u32_at(&information, 0).unwrap_or(0) as usize;
        let mut names: Vec<_> = (0..count)
            .map_while(|at| {
                let at = 4 + 12 * at;
                let low = u32_at(&information, at)?;
                let high = u32_at(&information, at + 4)?;
                Some(LUID { LowPart: low, HighPart: high.cast_signed() })
            })
            .filter_map(|luid| privilege_name(&luid))
            .collect();
        names.sort();
        names
    }

    /// Switches a privilege on, where the token holds it; without it less can be read, and the calls that need it say so. Tells how it was
    /// before, where that was another way.
    pub(crate) fn enable(&self, privilege: PCWSTR) -> Option<TOKEN_PRIVILEGES> {
        let mut luid = LUID::default();
        // SAFETY: the name is NUL-terminated, as constants of Windows are.
        if unsafe { LookupPrivilegeValueW(PCWSTR::null(), privilege, &raw mut luid) }.is_err() {
            return None;
        }
        let wanted = TOKEN_PRIVILEGES {
            PrivilegeCount: 1,
            Privileges: [LUID_AND_ATTRIBUTES { Luid: luid, Attributes: SE_PRIVILEGE_ENABLED }],
        };
        self.adjust(&wanted)
    }

    /// Sets a privilege, and tells how it was before, where that was another way.
    fn adjust(&self, wanted: &TOKEN_PRIVILEGES) -> Option<TOKEN_PRIVILEGES> {
        let (mut before, mut length) = (TOKEN_PRIVILEGES::default(), 0);
        // SAFETY: the structure holds as many privileges as it says, and there is room for as many.
        let done = unsafe {
            AdjustTokenPrivileges(
                self.0.0,
                false,
                Some(&raw const *wanted),
                u32::try_from(size_of::<TOKEN_PRIVILEGES>()).unwrap_or_default(),
                Some(&raw mut before),
                Some(&raw mut length),
            )
        };
        (done.is_ok() && before.PrivilegeCount == 1).then_some(before)
    }

    fn information(&self, class: TOKEN_INFORMATION_CLASS) -> Outcome<Vec<u8>> {
        let mut needed = 0;
        // SAFETY: with no buffer only the size that is needed is written.
        let _ = unsafe { GetTokenInformation(self.0.0, class, None, 0, &raw mut needed) };
        let mut bytes = vec![0_u8; needed as usize];
        // SAFETY: the buffer is given with its length.
        unsafe {
            GetTokenInformation(self.0.0, class, Some(bytes.as_mut_ptr().cast()), needed, &raw mut needed)
        }
        .map_err(|error| from_error(&error))?;
        Ok(bytes)
    }
}

/// Privileges that are switched on for one task. With them a file can be given any owner, and a folder is written to that its owner
/// has closed to administrators; so they are switched off again where they were.
pub(crate) struct Privileges {
    token: Option<Token>,
    before: Vec<TOKEN_PRIVILEGES>,
}

impl Privileges {
    /// Those to put files back; without them less can be put back, and the calls that need them say so.
    pub(crate) fn to_restore() -> Self {
        let token = Token::own().ok();
        let wanted = [SE_RESTORE_NAME, SE_TAKE_OWNERSHIP_NAME];
        let before =
            token.iter().flat_map(|token| wanted.iter().filter_map(|name| token.enable(*name))).collect();
        Self { token, before }
    }
}

impl Drop for Privileges {
    fn drop(&mut self) {
        for before in &self.before {
            if let Some(token) = &self.token {
                token.adjust(before);
            }
        }
    }
}

/// The address of the security identifier of a `TOKEN_USER`; it lies in the same buffer.
fn user_sid(information: &[u8]) -> Option<PSID> {
    if information.len() < size_of::<PSID>() {
        return None;
    }
    // SAFETY: a `TOKEN_USER` begins with the address; the read asks for no alignment, and the length was checked.
    Some(unsafe { information.as_ptr().cast::<PSID>().read_unaligned() })
}

/// Whether this is Wine: its `ntdll.dll` says so, and that of Windows, which is loaded before any program runs, cannot.
fn is_wine() -> bool {
    Library::system("ntdll.dll").is_ok_and(|ntdll| ntdll.function(b"wine_get_version\0").is_ok())
}

fn privilege_name(luid: &LUID) -> Option<String> {
    let mut name = [0_u16; 128];
    let mut units = 128;
    // SAFETY: the buffer is given with its length.
    let found = unsafe {
        LookupPrivilegeNameW(PCWSTR::null(), &raw const *luid, Some(PWSTR(name.as_mut_ptr())), &raw mut units)
    };
    found.ok()?;
    Some(narrow(&name))
}

/// The account behind a security identifier, as `DOMAIN\name`.
///
/// # Safety
/// `sid` is the address of a security identifier that stays while this reads it.
pub(crate) unsafe fn account(sid: PSID) -> Option<String> {
    let (mut name, mut domain) = ([0_u16; 257], [0_u16; 257]);
    let (mut name_units, mut domain_units) = (257, 257);
    let mut kind = SID_NAME_USE::default();
    // SAFETY: the buffers are given with their lengths; the caller vouches for the identifier.
    let found = unsafe {
        LookupAccountSidW(
            PCWSTR::null(),
            sid,
            Some(PWSTR(name.as_mut_ptr())),
            &raw mut name_units,
            Some(PWSTR(domain.as_mut_ptr())),
            &raw mut domain_units,
            &raw mut kind,
        )
    };
    found.ok()?;
    let (name, domain) = (narrow(&name), narrow(&domain));
    Some(if domain.is_empty() { name } else { format!("{domain}\\{name}") })
}

/// A security identifier as text: `S-1-5-32-544`.
///
/// # Safety
/// `sid` is null or the address of a security identifier that stays while this reads it.
pub(crate) unsafe fn sid_text(sid: PSID) -> Option<String> {
    if sid.is_invalid() {
        return None;
    }
    let mut text = PWSTR::null();
    // SAFETY: the caller vouches for the identifier; the text that Windows allocates is freed below.
    unsafe { ConvertSidToStringSidW(sid, &raw mut text) }.ok()?;
    // SAFETY: Windows gave a NUL-terminated text.
    let own = unsafe { crate::text::at(text) };
    // SAFETY: the text was allocated for the caller to free in this way.
    unsafe { LocalFree(Some(HLOCAL(text.0.cast()))) };
    own
}
