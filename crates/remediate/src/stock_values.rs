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

/// What Windows ships in a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stock {
    /// The data.
    pub(crate) data: RegistryData,
    /// The program or library that it names: where that is not on the machine, the data is not this machine's. `None` where it names none.
    pub(crate) file: Option<String>,
}

/// What the versions of Windows ship in this value, that of the newest first; nothing where it is not known. `windows` is the Windows folder.
pub(crate) fn choices(key: &Key, name: &str, windows: &str) -> Vec<Stock> {
    let windows = windows.trim_end_matches('\\');
    let key = usual(key);
    let is = |known_key: &str, known_name: &str| {
        key.eq_ignore_ascii_case(known_key) && name.eq_ignore_ascii_case(known_name)
    };
    let one = |kind: u32, text: &str, file: &str| {
        let file = (!file.is_empty()).then(|| format!(r"{windows}\{file}"));
        vec![Stock { data: data(kind, text), file }]
    };
    if is(WINLOGON, "Userinit") {
        return one(REG_SZ, &format!(r"{windows}\system32\userinit.exe,"), r"System32\userinit.exe");
    }
    if is(WINLOGON, "Shell") {
        return one(REG_SZ, "explorer.exe", "explorer.exe");
    }
    if is(WINDOWS, "AppInit_DLLs") {
        return one(REG_SZ, "", "");
    }
    if is(SESSION_MANAGER, "BootExecute") {
        return one(REG_MULTI_SZ, "autocheck autochk *\0", r"System32\autochk.exe");
    }
    if is(machine::PARAMETERS_OF_TCPIP, machine::HOSTS_FOLDER) {
        return one(REG_EXPAND_SZ, r"%SystemRoot%\System32\drivers\etc", "");
    }
    let Some(service) = below(SERVICES, &key).and_then(|rest| rest.split('\\').next()) else {
        return Vec::new();
    };
    let settings = Intel::builtin().settings();
    if is(&service_key(service).0, "ImagePath") {
        let Some(command) = settings.command_of(service) else { return Vec::new() };
        let program = command.split_once('\\').map(|(_, below)| below).unwrap_or_default();
        let program = program.split_once(' ').map_or(program, |(program, _)| program);
        return one(REG_EXPAND_SZ, command, program);
    }
    if !is(&service_dll_key(service).0, "ServiceDll") {
        return Vec::new();
    }
    let files = settings.library_of(service).map(|known| known.files.as_slice()).unwrap_or_default();
    let libraries = files.iter().map(|file| Stock {
        data: data(REG_EXPAND_SZ, &format!(r"%SystemRoot%\System32\{file}")),
        file: Some(format!(r"{windows}\System32\{file}")),
    });
    libraries.collect()
}

/// The key under the name by which it is known: the root in short, and any set of controls by its number as the one that is in use.
fn usual(key: &Key) -> String {
    const SYSTEM: &str = r"HKLM\SYSTEM";
    let key = match below("HKEY_LOCAL_MACHINE", &key.0) {
        Some(rest) => format!(r"HKLM\{rest}"),
        None => key.0.clone(),
    };
    let Some(rest) = below(SYSTEM, &key) else { return key };
    let (set, rest) = rest.split_once('\\').unwrap_or((rest, ""));
    let number =
        set.get(..10).filter(|head| head.eq_ignore_ascii_case("ControlSet")).and_then(|_| set.get(10..));
    let is_numbered =
        number.is_some_and(|number| number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit()));
    if is_numbered { format!(r"{SYSTEM}\CurrentControlSet\{rest}") } else { key }
}

/// What stands behind a key and its backslash, compared without case.
fn below<'a>(above: &str, key: &'a str) -> Option<&'a str> {
    let (head, rest) = key.split_at_checked(above.len())?;
    rest.strip_prefix('\\').filter(|_| head.eq_ignore_ascii_case(above))
}

/// Whether the value is one that Windows cannot do without, so that it is reset and never deleted, even where its stock data is not known.
pub(crate) fn is_stock_value(key: &Key, name: &str) -> bool {
    let of_service = ["ServiceDll", "ImagePath"].iter().any(|known| name.eq_ignore_ascii_case(known));
    !choices(key, name, r"C:\Windows").is_empty() || (of_service && below(SERVICES, &usual(key)).is_some())
}

/// Whether the library of a service of Windows is known, which may have been exchanged.
pub(crate) fn has_stock_library(name: &str) -> bool {
    Intel::builtin().settings().library_of(name).is_some()
}

/// Whether a path or command is what Windows ships in this value, or one of its spellings.
pub(crate) fn is_stock_library(service: &str, path: &str) -> bool {
    Intel::builtin().settings().library_of(service).is_some_and(|known| known.is(path))
}

/// Where a service is set up.
pub(crate) fn service_key(service: &str) -> Key {
    Key::new(format!(r"{SERVICES}\{service}"))
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

    fn first(key: &Key, name: &str, windows: &str) -> Stock {
        choices(key, name, windows).remove(0)
    }

    #[test]
    fn values_that_windows_ships_are_known() {
        let key = Key::new(WINLOGON.to_lowercase());
        let userinit = first(&key, "userinit", r"D:\Windows\");
        assert_eq!(userinit.data.text().unwrap(), r"D:\Windows\system32\userinit.exe,");
        assert_eq!(userinit.file.unwrap(), r"D:\Windows\System32\userinit.exe");
        let dll = first(&service_dll_key("schedule"), "ServiceDll", r"C:\Windows");
        assert_eq!(
            (dll.data.kind, dll.data.text().unwrap().as_str()),
            (2, r"%SystemRoot%\System32\schedsvc.dll")
        );
        assert_eq!(dll.file.unwrap(), r"C:\Windows\System32\schedsvc.dll");
        let boot = first(&Key::new(SESSION_MANAGER), "BootExecute", "");
        assert_eq!(boot.data.bytes.len(), ("autocheck autochk *".len() + 2) * 2, "a list ends with two NULs");
        let program = first(&service_key("msiserver"), "ImagePath", r"C:\Windows");
        assert_eq!(program.data.text().unwrap(), r"%systemroot%\system32\msiexec.exe /V");
        assert_eq!(program.file.unwrap(), r"C:\Windows\system32\msiexec.exe");
        assert_eq!(choices(&Key::new(r"HKLM\SOFTWARE\X"), "Shell", ""), []);
    }

    #[test]
    fn a_value_keeps_its_meaning_in_every_spelling_of_its_key() {
        for key in [
            r"HKLM\SYSTEM\ControlSet001\Services\Schedule\Parameters",
            r"hkey_local_machine\system\controlset003\services\schedule\parameters",
        ] {
            assert!(is_stock_value(&Key::new(key), "ServiceDll"), "{key}");
            assert_eq!(choices(&Key::new(key), "ServiceDll", "").len(), 1, "{key}");
        }
        assert!(is_stock_value(&Key::new(r"HKLM\SYSTEM\ControlSet002\Services\x"), "ImagePath"));
        for other in
            [r"HKLM\SYSTEM\ControlSetX01\Services\x", r"HKLM\SYSTEM\ControlSet\Services\x", r"HKLM\SYSTEM"]
        {
            assert!(!is_stock_value(&Key::new(other), "ImagePath"), "{other}");
        }
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
