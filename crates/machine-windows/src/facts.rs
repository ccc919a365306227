//! What the computer is.

use crate::fault::{Outcome, from_error, last};
use crate::library::system_folder;
use crate::registry;
use crate::text::{narrow, some};
use crate::token::Token;
use evidence::{Host, HostId, NameSource, OperatingSystem};
use machine::{Architecture, Facts};
use std::path::{Path, PathBuf};
use windows::Wdk::System::SystemServices::RtlGetVersion;
use windows::Win32::System::SystemInformation::{
    COMPUTER_NAME_FORMAT, ComputerNamePhysicalDnsFullyQualified, ComputerNamePhysicalNetBIOS,
    GetComputerNameExW, GetNativeSystemInfo, GetSystemWindowsDirectoryW, OSVERSIONINFOW,
    PROCESSOR_ARCHITECTURE_AMD64, PROCESSOR_ARCHITECTURE_ARM64, SYSTEM_INFO,
};
use windows::Win32::System::Threading::{GetCurrentProcess, IsWow64Process};
use windows::core::{BOOL, PWSTR};

const VERSION_KEY: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion";

/// The first build of Windows 11, which calls itself Windows 10 in the registry.
const WINDOWS_11: u32 = 22_000;

/// Reads what the computer is.
pub(crate) fn read() -> Outcome<Facts> {
    let token = Token::own()?;
    let windows = windows_folder()?;
    let program_data = program_data(&windows);
    let product_type = registry::text(r"HKLM\SYSTEM\CurrentControlSet\Control\ProductOptions", "ProductType");
    Ok(Facts {
        host: host(),
        architecture: architecture(),
        redirected: is_redirected()?,
        domain_controller: product_type.is_some_and(|kind| kind.eq_ignore_ascii_case("LanmanNT")),
        elevated: token.is_elevated()?,
        user: token.user().unwrap_or_default(),
        rights: token.privileges(),
        windows,
        program_data,
        beside: beside(),
    })
}

/// The libraries beside the program that have the name of one of Windows'.
fn beside() -> Vec<String> {
    let Some(folder) = std::env::current_exe().ok().and_then(|own| Some(own.parent()?.to_owned())) else {
        return Vec::new();
    };
    let Ok(system) = system_folder().map(PathBuf::from) else { return Vec::new() };
    let here = std::fs::canonicalize(&folder);
    if here.is_ok() && here.ok() == std::fs::canonicalize(&system).ok() {
        return Vec::new();
    }
    let mut found: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let name = entry.ok()?.file_name();
            let kind = Path::new(&name).extension()?.to_str()?.to_ascii_lowercase();
            let is_library = ["dll", "drv", "cpl"].contains(&kind.as_str()) && system.join(&name).exists();
            is_library.then(|| name.to_string_lossy().into_owned())
        })
        .collect();
    found.sort();
    found
}

fn host() -> Host {
    let short = short_name();
    let full = computer_name(ComputerNamePhysicalDnsFullyQualified);
    let name = short.clone().or_else(|| full.clone()).unwrap_or_default();
    let guid = registry::text(r"HKLM\SOFTWARE\Microsoft\Cryptography", "MachineGuid").and_then(some);
    let mut names: Vec<_> = [short, full].into_iter().flatten().collect();
    names.sort();
    names.dedup();
    Host {
        id: HostId(guid.unwrap_or_else(|| name.to_uppercase())),
        name,
        name_source: NameSource::Manifest,
        names,
        os: Some(operating_system()),
    }
}

/// The `NetBIOS` name of the computer.
pub(crate) fn short_name() -> Option<String> {
    computer_name(ComputerNamePhysicalNetBIOS)
}

fn computer_name(format: COMPUTER_NAME_FORMAT) -> Option<String> {
    let mut buffer = [0_u16; 1024];
    let mut units = 1024;
    // SAFETY: the buffer is given with its length.
    unsafe { GetComputerNameExW(format, Some(PWSTR(buffer.as_mut_ptr())), &raw mut units) }.ok()?;
    some(narrow(&buffer))
}

fn operating_system() -> OperatingSystem {
    let mut version = OSVERSIONINFOW {
        dwOSVersionInfoSize: u32::try_from(size_of::<OSVERSIONINFOW>()).unwrap_or_default(),
        ..OSVERSIONINFOW::default()
    };
    // SAFETY: the structure says how large it is. Unlike the others this call does not depend on what the program says it knows.
    let known = unsafe { RtlGetVersion(&raw mut version) }.is_ok();
    let build = version.dwBuildNumber;
    let product =
        registry::text(VERSION_KEY, "ProductName").map(|name| match name.strip_prefix("Windows 10") {
            Some(edition) if build >= WINDOWS_11 => format!("Windows 11{edition}"),
            _ => name,
        });
    let (major, minor) = (version.dwMajorVersion, version.dwMinorVersion);
    OperatingSystem {
        product,
        version: known.then(|| format!("{major}.{minor}.{build}")),
        ubr: registry::number(VERSION_KEY, "UBR").and_then(|ubr| u32::try_from(ubr).ok()),
    }
}

fn architecture() -> Architecture {
    let mut info = SYSTEM_INFO::default();
    // SAFETY: there is room for what is written.
    unsafe { GetNativeSystemInfo(&raw mut info) };
    // SAFETY: both readings of the union are plain numbers.
    match unsafe { info.Anonymous.Anonymous.wProcessorArchitecture } {
        PROCESSOR_ARCHITECTURE_AMD64 => Architecture::X64,
        PROCESSOR_ARCHITECTURE_ARM64 => Architecture::Arm64,
        _ => Architecture::X86,
    }
}

fn is_redirected() -> Outcome<bool> {
    let mut redirected = BOOL::default();
    // SAFETY: the handle of the own process needs no closing, and there is room for the answer.
    unsafe { IsWow64Process(GetCurrentProcess(), &raw mut redirected) }
        .map_err(|error| from_error(&error))?;
    Ok(redirected.as_bool())
}

/// The folder of Windows, the same for every user of a terminal server.
pub(crate) fn windows_folder() -> Outcome<String> {
    let mut buffer = [0_u16; 512];
    // SAFETY: the buffer is given with its length.
    let units = unsafe { GetSystemWindowsDirectoryW(Some(&mut buffer)) };
    if units == 0 { Err(last()) } else { Ok(narrow(&buffer)) }
}

/// The folder for programs' data. The environment is not asked: whoever starts the program can change it.
fn program_data(windows: &str) -> String {
    let drive = windows.split('\\').next().unwrap_or("C:");
    let stored =
        registry::text(r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList", "ProgramData");
    let path = stored.map(|path| path.replace("%SystemDrive%", drive)).filter(|path| !path.contains('%'));
    path.and_then(some).unwrap_or_else(|| format!("{drive}\\ProgramData"))
}
