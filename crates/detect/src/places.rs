//! Places in the file system that tell something.

/// Folders that ordinary users or any program can write, as they appear in paths without case. Miners live there; so does some
/// software.
const USER_WRITABLE: &[&str] = &[
    r"\programdata\",
    r"\users\",
    r"\windows\temp\",
    r"\windows\debug\",
    r"\windows\fonts\",
    r"\windows\help\",
    r"\appdata\",
    r"\temp\",
    r"\tmp\",
    r"\recycler\",
    r"\$recycle.bin\",
    "%temp%",
    "%tmp%",
    "%appdata%",
    "%localappdata%",
    "%programdata%",
    "%public%",
    "$env:temp",
    "$env:appdata",
    "$env:programdata",
    "$env:public",
];

/// Whether a path, or a path in a command line, lies where programs do not normally live.
pub(crate) fn is_user_writable(text: &str) -> bool {
    let text = text.to_lowercase().replace('/', "\\");
    USER_WRITABLE.iter().any(|place| text.contains(place))
}

/// Programs of Windows that live in `System32` or `SysWOW64` and nowhere else. Miners take their names.
const SYSTEM_PROGRAMS: &[&str] = &[
    "conhost.exe",
    "csrss.exe",
    "dllhost.exe",
    "dwm.exe",
    "lsass.exe",
    "lsm.exe",
    "rundll32.exe",
    "services.exe",
    "smss.exe",
    "spoolsv.exe",
    "svchost.exe",
    "taskhost.exe",
    "taskhostw.exe",
    "wininit.exe",
    "winlogon.exe",
    "wudfhost.exe",
];

/// Whether a command starts a file that has the name of a program of Windows and lies elsewhere.
pub(crate) fn is_disguised(command: &str) -> bool {
    let lower = command.to_lowercase().replace('/', "\\");
    let program = match lower.trim_start().strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or_default(),
        None => lower.trim_start().split_inclusive(".exe").next().unwrap_or_default(),
    };
    let Some((folder, name)) = program.rsplit_once('\\') else { return false };
    SYSTEM_PROGRAMS.contains(&name)
        && !["\\system32", "\\syswow64", "\\sysnative"].iter().any(|place| folder.ends_with(place))
        && !folder.contains("\\winsxs\\")
}

/// Programs with which people and other programs look at a machine or protect it, without `.exe`: whoever ends them has
/// something to hide.
const SECURITY_TOOLS: &[&str] = &[
    "autoruns",
    "autoruns64",
    "msmpeng",
    "perfmon",
    "procexp",
    "procexp64",
    "processhacker",
    "procmon",
    "procmon64",
    "resmon",
    "systemexplorer",
    "taskmgr",
    "tcpview",
    "wireshark",
];

/// Whether a process name is that of a tool for looking at or protecting a machine.
pub(crate) fn is_security_tool(process: &str) -> bool {
    let name = process.to_lowercase();
    let name = name.strip_suffix(".exe").unwrap_or(&name);
    SECURITY_TOOLS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn program_folders_are_not_user_writable() {
        assert!(is_user_writable(r"C:\ProgramData\AppCache\java.exe"));
        assert!(is_user_writable("c:/windows/TEMP/x.bat"));
        assert!(!is_user_writable(r"C:\Windows\System32\svchost.exe"));
        assert!(!is_user_writable(r"C:\Program Files\Vendor\agent.exe"));
    }

    #[test]
    fn a_program_of_windows_elsewhere_is_disguised() {
        assert!(is_disguised(r"C:\Windows\Fonts\svchost.exe -o pool.example:3333"));
        assert!(is_disguised("\"C:\\Windows\\svchost.exe\" -k x"));
        assert!(!is_disguised(r"C:\Windows\System32\svchost.exe -k netsvcs"));
        assert!(!is_disguised("svchost.exe -k netsvcs"));
        assert!(!is_disguised(r"C:\Program Files\Vendor\agent.exe"));
    }

    #[test]
    fn tools_are_known_with_and_without_their_ending() {
        assert!(is_security_tool("ProcExp64.exe"));
        assert!(is_security_tool("taskmgr"));
        assert!(!is_security_tool("notepad.exe"));
    }
}
