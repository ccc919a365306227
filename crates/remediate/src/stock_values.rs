//! Registry values that Windows ships and that are put back when altered, never deleted: without them nobody can log on, or a service of
//! Windows does not start.
//!
//! The values are those of a default installation, documented by Microsoft ("Userinit", "Shell", "`BootExecute`", "`AppInit_DLLs`"). The
//! libraries of services are facts of `intel`.

use intel::Intel;
use machine::{Key, RegistryData};

const WINLOGON: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon";
const WINDOWS: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Windows";
const SESSION_MANAGER: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager";
const SERVICES: &str = r"HKLM\SYSTEM\CurrentControlSet\Services";

const REG_SZ: u32 = 1;
const REG_EXPAND_SZ: u32 = 2;
const REG_MULTI_SZ: u32 = 7;

/// What Windows ships in this value; `None` where that is not known. `windows` is the Windows folder.
pub(crate) fn stock_value(key: &Key, name: &str, windows: &str) -> Option<RegistryData> {
    let is = |known_key: &str, known_name: &str| {
        key.0.eq_ignore_ascii_case(known_key) && name.eq_ignore_ascii_case(known_name)
    };
    if is(WINLOGON, "Userinit") {
        return Some(data(REG_SZ, &format!(r"{}\system32\userinit.exe,", windows.trim_end_matches('\\'))));
    }
    if is(WINLOGON, "Shell") {
        return Some(data(REG_SZ, "explorer.exe"));
    }
    if is(WINDOWS, "AppInit_DLLs") {
        return Some(data(REG_SZ, ""));
    }
    if is(SESSION_MANAGER, "BootExecute") {
        return Some(data(REG_MULTI_SZ, "autocheck autochk *\0"));
    }
    let service = below(SERVICES, &key.0).and_then(|rest| rest.split('\\').next())?;
    let library = Intel::builtin().settings().library_of(service)?.files.first()?;
    let is_library =
        key.0.eq_ignore_ascii_case(&service_dll_key(service).0) && name.eq_ignore_ascii_case("ServiceDll");
    is_library.then(|| data(REG_EXPAND_SZ, &format!(r"%SystemRoot%\System32\{library}")))
}

/// What stands behind a key and its backslash, compared without case.
fn below<'a>(above: &str, key: &'a str) -> Option<&'a str> {
    let (head, rest) = key.split_at_checked(above.len())?;
    rest.strip_prefix('\\').filter(|_| head.eq_ignore_ascii_case(above))
}

/// Whether the value is one that Windows cannot do without, so that it is reset and never deleted, even where its stock data is not known.
pub(crate) fn is_stock_value(key: &Key, name: &str) -> bool {
    let below_services = key.0.to_lowercase().starts_with(&format!(r"{}\", SERVICES.to_lowercase()));
    let of_service = ["ServiceDll", "ImagePath"].iter().any(|known| name.eq_ignore_ascii_case(known));
    stock_value(key, name, r"C:\Windows").is_some() || (below_services && of_service)
}

/// Whether a service is one of Windows', whose library may have been exchanged.
pub(crate) fn is_stock_service(name: &str) -> bool {
    Intel::builtin().settings().library_of(name).is_some()
}

/// Where the library of a service is named.
pub(crate) fn service_dll_key(service: &str) -> Key {
    Key::new(format!(r"{SERVICES}\{service}\Parameters"))
}

/// The well-known value that an autostart listing means: some give the key and the value's name, some the key with the value behind it.
pub(crate) fn well_known(location: &str, entry: &str) -> Option<(Key, String)> {
    let known = |key: &str, name: &str| is_stock_value(&Key::new(key), name);
    let split = location.rsplit_once('\\').filter(|(key, name)| known(key, name));
    match split {
        Some((key, name)) => Some((Key::new(key), name.to_owned())),
        None => known(location, entry).then(|| (Key::new(location), entry.to_owned())),
    }
}

fn data(kind: u32, text: &str) -> RegistryData {
    RegistryData { kind, ..RegistryData::string(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_windows_ships_are_known() {
        let key = Key::new(WINLOGON.to_lowercase());
        let userinit = stock_value(&key, "userinit", r"D:\Windows").unwrap();
        assert_eq!(userinit.text().unwrap(), r"D:\Windows\system32\userinit.exe,");
        let dll = stock_value(&service_dll_key("schedule"), "ServiceDll", "").unwrap();
        assert_eq!((dll.kind, dll.text().unwrap().as_str()), (2, r"%SystemRoot%\System32\schedsvc.dll"));
        let boot = stock_value(&Key::new(SESSION_MANAGER), "BootExecute", "").unwrap();
        assert_eq!(boot.bytes.len(), ("autocheck autochk *".len() + 2) * 2, "a list ends with two NULs");
        assert_eq!(stock_value(&Key::new(r"HKLM\SOFTWARE\X"), "Shell", ""), None);
    }

    #[test]
    fn listings_name_values_in_two_ways() {
        let both = [well_known(WINLOGON, "Shell"), well_known(&format!(r"{WINLOGON}\Shell"), "evil.exe")];
        assert!(
            both.iter().all(|found| *found == Some((Key::new(WINLOGON), "Shell".to_owned()))),
            "{both:?}"
        );
        assert_eq!(well_known(r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run", "Shell"), None);
    }
}
