//! Autostart entries: everything that starts code and is not a WMI subscription.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

#[cfg(test)]
mod tests {
    use super::program_of;

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
