//! Where the hosts file is.

/// The key of the registry with the value that names its folder.
pub const PARAMETERS_OF_TCPIP: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters";

/// The value that names its folder.
pub const HOSTS_FOLDER: &str = "DataBasePath";

/// The folder of the hosts file, given what the value holds and the Windows folder; `None` where the value leads nowhere that is known.
pub fn hosts_folder(stored: Option<&str>, windows: &str) -> Option<String> {
    let windows = windows.trim_end_matches('\\');
    let stored = stored.map(str::trim).filter(|text| !text.is_empty());
    let Some(stored) = stored else { return Some(format!(r"{windows}\System32\drivers\etc")) };
    let drive = windows.split('\\').next().unwrap_or_default();
    let variables = [("%systemroot%", windows), ("%windir%", windows), ("%systemdrive%", drive)];
    let behind = |name: &str| {
        let (head, rest) = stored.split_at_checked(name.len())?;
        head.eq_ignore_ascii_case(name).then_some(rest)
    };
    let expanded = variables.iter().find_map(|(name, value)| Some(format!("{value}{}", behind(name)?)));
    let path = expanded.unwrap_or_else(|| stored.to_owned());
    let path = path.trim_end_matches('\\');
    let is_whole = path.get(1..3) == Some(":\\") && !path.contains(['%', '/', '\0']);
    let leads_upwards = path.split('\\').any(|part| part == "..");
    (is_whole && !leads_upwards).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::hosts_folder;

    #[test]
    fn the_folder_is_that_of_windows_or_another_whole_path() {
        let usual = Some(r"D:\Win\System32\drivers\etc");
        for (stored, expected) in [
            (None, usual),
            (Some(" "), usual),
            (Some(r"%SystemRoot%\System32\drivers\etc\"), usual),
            (Some(r"%WINDIR%\System32\drivers\etc"), usual),
            (Some(r"%SystemDrive%\x"), Some(r"D:\x")),
            (Some(r"C:\ProgramData\net"), Some(r"C:\ProgramData\net")),
            (Some(r"%TEMP%\x"), None),
            (Some(r"C:\Windows\..\x"), None),
            (Some(r"\\server\share"), None),
            (Some("é:\\x"), None),
            (Some("x"), None),
        ] {
            assert_eq!(hosts_folder(stored, "D:\\Win\\").as_deref(), expected, "{stored:?}");
        }
    }
}
