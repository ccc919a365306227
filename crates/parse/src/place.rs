//! Where on a Windows disk a copied file comes from, and what its place alone says.
//!
//! Collections of evidence keep the folders of Windows below a name for the drive: `C/Windows/…` (plain copies, KAPE), `C%3A/…`
//! (Velociraptor), `[root]/…` (images).

use crate::file_name::{file_name, has_extension};

/// Folders that stand directly below the root of a drive of Windows.
const TOPS: [&str; 8] = [
    "Windows",
    "Users",
    "ProgramData",
    "Program Files",
    "Program Files (x86)",
    "Documents and Settings",
    "PerfLogs",
    "$Recycle.Bin",
];

/// The folders of programs that start when somebody logs on: since Vista, and in the languages that translated them before.
const START_UP: [&str; 3] = ["Start Menu", "Programs", "Startup"];

/// What a place says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// It is started when somebody logs on.
    StartUp {
        /// Its path on the machine.
        path: String,
        /// Whose folder it is; `None` for everyone's.
        user: Option<String>,
    },
    /// Windows noted that this program was started.
    Prefetch {
        /// Its path on the machine.
        path: String,
        /// The program: `POWERSHELL.EXE`.
        program: String,
    },
}

/// What the place of a file in a bundle says of it.
pub(crate) fn of(relative: &str) -> Option<Place> {
    let name = file_name(relative);
    if has_extension(name, "pf") {
        return prefetch(relative);
    }
    let parts: Vec<_> = relative.split(['/', '\\', '!']).collect();
    let at = parts.len().checked_sub(START_UP.len() + 1)?;
    let is_start_up =
        parts.get(at..)?.iter().zip(START_UP).all(|(own, known)| own.eq_ignore_ascii_case(known));
    if !is_start_up || name.eq_ignore_ascii_case("desktop.ini") {
        return None;
    }
    Some(Place::StartUp { path: on_machine(relative)?, user: user_of(relative) })
}

/// The name is the program's, a hash of its path behind it: `POWERSHELL.EXE-022A1004.pf`.
fn prefetch(relative: &str) -> Option<Place> {
    let stem = file_name(relative).rsplit_once('.')?.0;
    let (program, hash) = stem.rsplit_once('-')?;
    let is_hash = hash.len() == 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let path = on_machine(relative)?;
    let in_folder = path.to_lowercase().contains(r"\windows\prefetch\");
    (is_hash && in_folder).then(|| Place::Prefetch { path, program: program.to_uppercase() })
}

/// The path that a file of a bundle has on the machine; `None` where its folders do not tell.
pub(crate) fn on_machine(relative: &str) -> Option<String> {
    let parts: Vec<_> = relative.split(['/', '\\', '!']).collect();
    let at = parts.iter().position(|part| TOPS.iter().any(|top| top.eq_ignore_ascii_case(part)))?;
    let drive =
        at.checked_sub(1).and_then(|before| parts.get(before)).and_then(|part| drive(part)).unwrap_or('C');
    Some(format!("{drive}:\\{}", parts.get(at..)?.join("\\")))
}

/// The letter of a drive in the name of a folder: `C`, `C:`, `C%3A`, `D_`.
fn drive(part: &str) -> Option<char> {
    let mut chars = part.chars();
    let letter = chars.next().filter(char::is_ascii_alphabetic)?;
    let rest = chars.as_str();
    (rest.is_empty() || rest == ":" || rest == "_" || rest.eq_ignore_ascii_case("%3A"))
        .then(|| letter.to_ascii_uppercase())
}

/// The user in whose profile a file lies.
pub(crate) fn user_of(relative: &str) -> Option<String> {
    let parts: Vec<_> = relative.split(['/', '\\', '!']).collect();
    let at = parts.iter().position(|part| {
        ["Users", "Documents and Settings", "ServiceProfiles"]
            .iter()
            .any(|name| part.eq_ignore_ascii_case(name))
    })?;
    // The last part is the file itself.
    (at + 2 < parts.len()).then(|| parts.get(at + 1).map(|name| (*name).to_owned())).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_on_the_machine() {
        for (relative, path) in [
            ("C/Windows/System32/drivers/etc/hosts", Some(r"C:\Windows\System32\drivers\etc\hosts")),
            ("uploads/auto/D%3A/Users/me/x.exe", Some(r"D:\Users\me\x.exe")),
            ("x.zip!C/ProgramData/a.bat", Some(r"C:\ProgramData\a.bat")),
            ("[root]/windows/temp/a.exe", Some(r"C:\windows\temp\a.exe")),
            ("Windows", Some(r"C:\Windows")),
            ("evidence/a.txt", None),
        ] {
            assert_eq!(on_machine(relative).as_deref(), path, "{relative}");
        }
    }

    #[test]
    fn folders_that_start_what_lies_in_them() {
        let menu = "Microsoft/Windows/Start Menu/Programs/StartUp";
        assert_eq!(
            of(&format!("C/Users/me/AppData/Roaming/{menu}/run.bat")),
            Some(Place::StartUp {
                path: r"C:\Users\me\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\StartUp\run.bat"
                    .into(),
                user: Some("me".into()),
            })
        );
        assert!(matches!(
            of(&format!("C/ProgramData/{menu}/a.lnk")),
            Some(Place::StartUp { user: None, .. })
        ));
        assert_eq!(of(&format!("C/ProgramData/{menu}/desktop.ini")), None);
        assert_eq!(of("C/Users/me/Start Menu/Programs/a.lnk"), None);
    }

    #[test]
    fn programs_that_windows_noted() {
        assert_eq!(
            of("C/Windows/Prefetch/MUE.EXE-0A1B2C3D.pf"),
            Some(Place::Prefetch {
                path: r"C:\Windows\Prefetch\MUE.EXE-0A1B2C3D.pf".into(),
                program: "MUE.EXE".into()
            })
        );
        assert_eq!(of("C/Windows/Prefetch/Layout.pf"), None);
        assert_eq!(of("C/Users/me/x-0A1B2C3D.pf"), None);
    }

    #[test]
    fn the_folder_names_the_user() {
        assert_eq!(user_of("C/Users/me/NTUSER.DAT").as_deref(), Some("me"));
        assert_eq!(
            user_of("x.zip!C/Users/me/AppData/Local/Microsoft/Windows/UsrClass.dat").as_deref(),
            Some("me")
        );
        assert_eq!(
            user_of("Windows/ServiceProfiles/LocalService/NTUSER.DAT").as_deref(),
            Some("LocalService")
        );
        assert_eq!(user_of("Users/NTUSER.DAT"), None);
        assert_eq!(user_of("NTUSER.DAT"), None);
    }
}
