//! Autostart entries: everything that starts code and is not a WMI subscription.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The kind of an autostart place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AutostartKind {
    /// A Run or `RunOnce` value, a start-up folder: the category `Logon` of Autoruns.
    Run,
    /// A scheduled task.
    Task,
    /// A service.
    Service,
    /// A driver.
    Driver,
    /// A WMI consumer, as a listing of autostart places shows it.
    Wmi,
    /// Any other place: Winlogon, image hijacks, Explorer add-ins, LSA providers, codecs, …
    Other,
}

/// The kind of [`Setting`](crate::Setting) that says that Windows was told not to start a file of a start-up folder: its name, the key that says
/// so, and in `profile` whose folder it is; without, it is everyone's.
pub const START_UP_DISABLED: &str = "start-up-disabled";

/// One entry of an autostart place, as far as a listing tells. Absent is `None`; empty is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutostartEntry {
    /// The kind of the place.
    pub kind: Option<AutostartKind>,
    /// The place's category in the words of the tool that listed it.
    pub category: String,
    /// The place: a registry key, a folder, a task path, `WMI Database Entries`.
    pub location: String,
    /// The name of the entry.
    pub name: String,
    /// Whether it is enabled.
    pub enabled: Option<bool>,
    /// The account or profile it belongs to.
    pub profile: Option<String>,
    /// The description in the file's version information.
    pub description: Option<String>,
    /// The publisher, from the signature or else from the version information.
    pub publisher: Option<String>,
    /// What the tool said of the signature: `(Verified) Microsoft Windows`, `(Not verified) …`.
    pub signer: Option<String>,
    /// The file that is started.
    pub image_path: Option<String>,
    /// The whole command.
    pub launch_string: Option<String>,
    /// The time of the entry or its file, as the tool gives it.
    pub time: Option<String>,
    /// File hashes by algorithm in lower case (`md5`, `sha1`, `sha256`, `imphash`, …), in lower-case hex.
    pub hashes: BTreeMap<String, String>,
    /// Columns that have no field here, under their own names.
    pub extra: BTreeMap<String, String>,
}

/// The file that a command starts, as paths are compared: in lower case, without quotes and arguments, with what variables name as its usual
/// place. A plain name is looked for where Windows has its own programs.
pub fn program_of(command: &str) -> String {
    const PLACES: [(&str, &str); 6] = [
        (r"%systemroot%", r"c:\windows"),
        (r"%windir%", r"c:\windows"),
        (r"\systemroot", r"c:\windows"),
        (r"system32\", r"c:\windows\system32\"),
        (r"%programdata%", r"c:\programdata"),
        (r"%programfiles%", r"c:\program files"),
    ];
    let lower = command.trim().to_lowercase().replace('/', "\\");
    let lower = if let Some(quoted) = lower.strip_prefix('"') {
        quoted.split('"').next().unwrap_or_default().to_owned()
    } else {
        let ends = [".exe", ".dll", ".sys"].iter();
        let end = ends.filter_map(|end| Some(lower.find(end)? + end.len())).min();
        lower.get(..end.unwrap_or(lower.len())).unwrap_or_default().to_owned()
    };
    let lower = lower.strip_prefix(r"\??\").unwrap_or(&lower);
    match PLACES.iter().find_map(|(variable, place)| Some((place, lower.strip_prefix(variable)?))) {
        Some((place, rest)) => format!("{place}{rest}"),
        None if lower.contains('\\') => lower.to_owned(),
        None => format!(r"c:\windows\system32\{lower}"),
    }
}

/// Every program, library and script that a command line names, in the form of [`program_of`]: `rundll32 C:\\x\\y.dll,Run` names two.
pub fn programs_of(command: &str) -> BTreeSet<String> {
    const ENDS: [&str; 17] = [
        ".exe", ".dll", ".sys", ".com", ".scr", ".cpl", ".ocx", ".bat", ".cmd", ".ps1", ".vbs", ".vbe",
        ".js", ".jse", ".wsf", ".hta", ".sct",
    ];
    /// Characters of a command that are looked at.
    const MOST: usize = 8 << 10;
    if command.trim().is_empty() {
        return BTreeSet::new();
    }
    let mut found = BTreeSet::from([program_of(command)]);
    let lower: String = command.chars().take(MOST).collect::<String>().to_lowercase().replace('/', "\\");
    for part in lower.split(['"', '\'', '`', '|', '&', '>', '<', ';', '(', ')']) {
        for end in ENDS {
            for (at, _) in part.match_indices(end) {
                let end = at + end.len();
                let (Some(before), Some(after)) = (part.get(..end), part.get(end..)) else { continue };
                if after.chars().next().is_none_or(|next| next.is_whitespace() || next == ',') {
                    found.insert(program_of(&format!("\"{}\"", path_at_end(before))));
                }
            }
        }
    }
    found
}

/// The path with which a text ends: from its last drive or variable on, else its last word.
fn path_at_end(text: &str) -> &str {
    let drive = text.rfind(r":\").and_then(|at| at.checked_sub(1));
    let share = text.rfind(r" \\").map(|at| at + 1);
    let variable = text.find('%').filter(|at| text.get(at + 1..).is_some_and(|rest| rest.contains(r"%\")));
    let word = text.rfind(|c: char| c.is_whitespace() || c == ',').map_or(0, |at| at + 1);
    let start = drive.or(share).or(variable).unwrap_or(word);
    text.get(start..).unwrap_or(text).trim()
}

#[cfg(test)]
mod tests {
    use super::{program_of, programs_of};

    #[test]
    fn the_files_that_a_command_names() {
        let system = |name: &str| format!(r"c:\windows\system32\{name}");
        for (command, paths) in [
            (
                r"rundll32.exe C:\ProgramData\x\evil.dll,Run",
                vec![r"c:\programdata\x\evil.dll".to_owned(), system("rundll32.exe")],
            ),
            (
                r"cmd.exe /c C:\ProgramData\x\y1.bat",
                vec![r"c:\programdata\x\y1.bat".to_owned(), system("cmd.exe")],
            ),
            (
                r#"wscript //B "C:\Program Files\a b\c.vbs" /x"#,
                vec![r"c:\program files\a b\c.vbs".to_owned()],
            ),
            (
                r"powershell -ep bypass -file %ProgramData%\a b\run.ps1",
                vec![r"c:\programdata\a b\run.ps1".to_owned()],
            ),
            (r"regsvr32 /s C:\x.ocx", vec![r"c:\x.ocx".to_owned()]),
        ] {
            let found = programs_of(command);
            assert!(paths.iter().all(|path| found.contains(path)), "{command}: {found:?}");
        }
        assert_eq!(programs_of(""), [].into());
        assert_eq!(programs_of("ü.exe%"), [system("ü.exe")].into());
    }

    #[test]
    fn the_file_that_a_command_starts() {
        for (command, path) in [
            (r"%SystemRoot%\system32\svchost.exe -k netsvcs", r"c:\windows\system32\svchost.exe"),
            (r"\SystemRoot\System32\drivers\x.sys", r"c:\windows\system32\drivers\x.sys"),
            (r"system32\DRIVERS\x.sys", r"c:\windows\system32\drivers\x.sys"),
            (r#""C:\Program Files\a b.exe" /x"#, r"c:\program files\a b.exe"),
            (r"\??\C:\x\y.sys", r"c:\x\y.sys"),
            ("wscript.exe", r"c:\windows\system32\wscript.exe"),
        ] {
            assert_eq!(program_of(command), path);
        }
    }
}
