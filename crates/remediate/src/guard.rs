//! What is never touched, whatever a finding or a plan says.

use crate::messages as m;
use evidence::wmi::canonical_namespace;
use evidence::{Message, WmiObject};
use intel::{Comparison, Intel, Standing};
use machine::Signature;

/// Programs that Windows itself runs and without which it stops, hangs or loses its desktop. They host other people's code; that code is
/// removed where it is started, the host is never ended.
const HOST_PROCESSES: &[&str] = &[
    "audiodg",
    "conhost",
    "csrss",
    "ctfmon",
    "dllhost",
    "dwm",
    "explorer",
    "fontdrvhost",
    "logonui",
    "lsaiso",
    "lsass",
    "lsm",
    "msmpeng",
    "registry",
    "runtimebroker",
    "scrcons",
    "searchindexer",
    "services",
    "sihost",
    "smss",
    "spoolsv",
    "svchost",
    "system",
    "taskeng",
    "taskhost",
    "taskhostex",
    "taskhostw",
    "tiworker",
    "trustedinstaller",
    "unsecapp",
    "userinit",
    "wininit",
    "winlogon",
    "wmiapsrv",
    "wmiprvse",
    "wudfhost",
];

/// Programs of Windows that miners start. What starts them is removed, they never are.
const SYSTEM_PROGRAMS: &[&str] = &[
    "at",
    "bitsadmin",
    "certutil",
    "cmd",
    "cscript",
    "forfiles",
    "ftp",
    "hh",
    "icacls",
    "installutil",
    "msbuild",
    "mshta",
    "msiexec",
    "mofcomp",
    "net",
    "net1",
    "netsh",
    "powershell",
    "powershell_ise",
    "pwsh",
    "reg",
    "regasm",
    "regsvr32",
    "rundll32",
    "sc",
    "schtasks",
    "takeown",
    "taskkill",
    "wevtutil",
    "winrm",
    "winrs",
    "wmic",
    "wscript",
];

/// The Windows folder as evidence gives it when nothing tells which it is.
const USUAL_WINDOWS: &str = r":\windows\";

/// Whether the path lies in the Windows folder: that one, or where none is known, one of the usual name on any drive.
pub(crate) fn in_windows(path: &str, windows: Option<&str>) -> bool {
    let path = path.to_lowercase().replace('/', "\\");
    match windows {
        Some(windows) => path.starts_with(&format!("{}\\", windows.to_lowercase().trim_end_matches('\\'))),
        None => path.get(1..).is_some_and(|rest| rest.starts_with(USUAL_WINDOWS)),
    }
}

/// The name of the program without folders and ending, in lower case.
fn stem(path: &str) -> String {
    let name = path.rsplit(['\\', '/']).next().unwrap_or_default().to_lowercase();
    name.strip_suffix(".exe").unwrap_or(&name).to_owned()
}

/// Why a process of this program is never ended or suspended; `None` where it may be.
pub(crate) fn process(image_path: &str, windows: Option<&str>) -> Option<Message> {
    let is_host = HOST_PROCESSES.contains(&stem(image_path).as_str());
    // A process whose place is unknown gets the benefit of the doubt.
    let placed = image_path.contains(['\\', '/']);
    (image_path.is_empty() || (is_host && (!placed || in_windows(image_path, windows))))
        .then(|| m::REFUSE_HOST_PROCESS.with([image_path.into()]))
}

/// Why a file is never deleted, by its path alone; `None` where it may be.
pub(crate) fn path(path: &str, windows: Option<&str>) -> Option<Message> {
    if !is_plain_path(path) {
        return Some(m::REFUSE_PATH.with([path.into()]));
    }
    let stem = stem(path);
    let known = HOST_PROCESSES.contains(&stem.as_str()) || SYSTEM_PROGRAMS.contains(&stem.as_str());
    (known && in_windows(path, windows)).then(|| m::REFUSE_SYSTEM_PROGRAM.with([path.into()]))
}

/// Why a file with this signature is never deleted; `None` where it may be.
pub(crate) fn signature(path: &str, signature: &Signature) -> Option<Message> {
    match signature {
        Signature::Valid { signer, .. } if is_of_microsoft(signature) => {
            Some(m::REFUSE_MICROSOFT.with([path.into(), signer.into()]))
        }
        _ => None,
    }
}

/// Whether a signature verifies and is Microsoft's.
pub(crate) fn is_of_microsoft(signature: &Signature) -> bool {
    matches!(signature, Signature::Valid { signer, windows } if *windows || is_microsoft(signer))
}

/// Whether a signer's name is one of Microsoft's.
pub(crate) fn is_microsoft(signer: &str) -> bool {
    let lower = signer.to_lowercase();
    let name = lower.trim_start_matches("(verified)").trim();
    ["microsoft", "cn=microsoft"].iter().any(|known| name.starts_with(known))
}

/// Whether a path is an absolute one on a local drive, without any trick: no `..`, no device or stream syntax, no name that Windows reads
/// differently from how it is written.
pub(crate) fn is_plain_path(path: &str) -> bool {
    let mut parts = path.split('\\');
    let drive = parts.next().unwrap_or_default();
    let is_drive = matches!(drive.as_bytes(), [letter, b':'] if letter.is_ascii_alphabetic());
    let mut count = 0;
    let plain = parts.all(|part| {
        count += 1;
        !part.is_empty()
            && !part.ends_with(['.', ' '])
            && !part.chars().any(|c| c.is_control() || "<>:\"/|?*".contains(c))
    });
    is_drive && plain && count > 0 && path.len() <= 32_000
}

/// The stock entry that the object is: it is never removed, by any flag. What was measured on real machines counts where nothing contradicts it;
/// what is known from hearsay only where every field was read and is the same, for then there is nothing in the object that speaks against it.
pub(crate) fn stock_entry(object: &WmiObject, intel: &Intel) -> Option<Message> {
    intel
        .known(object)
        .into_iter()
        .find(|known| {
            let name_only =
                known.entry.parts().any(|(part, template)| part == known.part && template.name_only);
            match &known.comparison {
                Comparison::Match => true,
                Comparison::Compatible { unread } => {
                    known.entry.standing == Standing::Measured || (unread.is_empty() && !name_only)
                }
                Comparison::Differs { .. } => false,
            }
        })
        .map(|known| m::REFUSE_STOCK.with([known.entry.id.as_str().into()]))
}

/// Why a class is never removed: a clean machine has it, or WMI cannot be without it.
pub(crate) fn stock_class(namespace: &str, class: &str, intel: &Intel) -> Option<Message> {
    let stock = intel.has_class(namespace, class) == Some(true) || class.starts_with("__");
    stock.then(|| m::REFUSE_STOCK_CLASS.with([canonical_namespace(namespace).into(), class.into()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_own_processes_are_never_ended_but_their_namesakes_are() {
        let refused = |path: &str, windows| process(path, windows).is_some();
        for path in [
            r"C:\Windows\System32\svchost.exe",
            r"c:\windows\explorer.exe",
            r"D:\WINDOWS\system32\wbem\WmiPrvSE.exe",
        ] {
            assert!(refused(path, None), "{path}");
        }
        assert!(refused(r"E:\WinNT\system32\lsass.exe", Some(r"E:\WinNT")));
        assert!(refused("svchost.exe", None) && refused("System", None) && refused("", None));
        for path in
            [r"C:\Windows.old\svchost.exe", r"C:\ProgramData\svchost.exe", r"C:\Windows\Temp\miner.exe"]
        {
            assert!(!refused(path, None), "{path}");
        }
        assert!(
            !refused(r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe", None),
            "it hosts nobody"
        );
    }

    #[test]
    fn paths_with_tricks_are_no_plain_paths() {
        for path in [r"C:\x\a.exe", r"d:\Program Files\日本語\a b.exe"] {
            assert!(is_plain_path(path), "{path}");
        }
        for path in [
            "",
            "a.exe",
            r"C:",
            r"C:\",
            r"C:a.exe",
            r"\\server\share\a",
            r"\\?\C:\a",
            r"C:\a\..\b",
            r"C:\a\.\b",
            r"C:\a.",
            r"C:\a ",
            r"C:\a:s",
            r"C:\a\\b",
            "C:\\a\nb",
            "C:/a",
            r"C:\a*",
            r"\a",
            r"CC:\a",
        ] {
            assert!(!is_plain_path(path), "{path:?}");
        }
    }

    #[test]
    fn system_programs_and_microsofts_files_are_never_deleted() {
        assert!(path(r"C:\Windows\System32\cmd.exe", None).is_some());
        assert!(
            path(r"C:\Windows\SysWOW64\WindowsPowerShell\v1.0\powershell.exe", Some(r"C:\Windows")).is_some()
        );
        assert!(path(r"C:\Windows\Temp\miner.exe", None).is_none());
        let valid = |signer: &str, windows| Signature::Valid { signer: signer.into(), windows };
        assert!(signature("x", &valid("Microsoft Corporation", false)).is_some());
        assert!(signature("x", &valid("Anyone", true)).is_some());
        assert!(signature("x", &valid("Not Microsoft", false)).is_none());
        assert!(signature("x", &Signature::Unsigned).is_none());
    }
}
