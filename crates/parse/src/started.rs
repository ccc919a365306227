//! What is started, by its bytes: files of start-up folders, and programs.

use crate::bundle::hex;
use crate::text::Text;
use crate::{shortcut, version};
use evidence::{AutostartEntry, AutostartKind, FileFact};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// So much of a script is judged by its content, in bytes, from its beginning: payloads that scripts carry are some hundred KiB.
pub(crate) const MAX_SCRIPT: usize = 1 << 20;

/// The field with the length of a script of which only the beginning is told.
pub(crate) const LENGTH: &str = "ContentLength";

/// The beginning of a script.
pub(crate) fn beginning(bytes: &[u8]) -> &[u8] {
    bytes.get(..MAX_SCRIPT).unwrap_or(bytes)
}

/// What lies in a start-up folder is started as it is; a script says by its content what it does, a shortcut what it starts.
pub fn start_up(path: &str, user: Option<String>, bytes: &[u8]) -> AutostartEntry {
    let (folder, name) = path.rsplit_once('\\').unwrap_or(("", path));
    let command = shortcut::command(bytes);
    let mut extra = BTreeMap::new();
    if command.is_none() && !crate::text::looks_binary(bytes) {
        extra.insert("Content".to_owned(), Text::decode(beginning(bytes)).as_str().to_owned());
        if bytes.len() > MAX_SCRIPT {
            extra.insert(LENGTH.to_owned(), bytes.len().to_string());
        }
    }
    let hash = hex(&Sha256::digest(bytes));
    AutostartEntry {
        kind: Some(AutostartKind::Run),
        category: "Logon".to_owned(),
        location: folder.to_owned(),
        name: name.to_owned(),
        enabled: Some(true),
        profile: user,
        image_path: command.is_none().then(|| path.to_owned()),
        launch_string: Some(command.unwrap_or_else(|| path.to_owned())),
        hashes: BTreeMap::from([("sha256".to_owned(), hash)]),
        extra,
        ..AutostartEntry::default()
    }
}

/// What there is to know of a program without running it.
pub fn program(path: &str, bytes: &[u8]) -> FileFact {
    let told = version::parse_program(bytes).unwrap_or_default();
    let signed = if told.is_signed { "(Not verified) signature in the file" } else { "(Not signed)" };
    FileFact {
        path: path.to_owned(),
        exists: true,
        size: Some(bytes.len() as u64),
        hashes: BTreeMap::from([
            ("md5".to_owned(), hex(&Md5::digest(bytes))),
            ("sha1".to_owned(), hex(&Sha1::digest(bytes))),
            ("sha256".to_owned(), hex(&Sha256::digest(bytes))),
        ]),
        version: told.version,
        original_name: told.original_name,
        company: told.company,
        signer: Some(signed.to_owned()),
        ..FileFact::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_and_shortcuts_of_a_start_up_folder() {
        let entry = |bytes: &[u8]| start_up(r"C:\ProgramData\StartUp\run.bat", None, bytes);
        let script = entry(b"start powershell -w hidden");
        assert_eq!(script.extra["Content"], "start powershell -w hidden");
        assert_eq!(script.location, r"C:\ProgramData\StartUp");
        assert_eq!(entry(b"MZ\x90\0\x03\0\0\0").extra.len(), 0);
        // Filling behind it hides no script.
        let filled = entry(&vec![b' '; 2 << 20]);
        assert_eq!(filled.extra[LENGTH], (2 << 20).to_string());
        let long = entry(&[&b"start powershell -w hidden\r\n"[..], &vec![b' '; 2 << 20]].concat());
        assert!(
            long.extra["Content"].starts_with("start powershell")
                && long.extra["Content"].len() == MAX_SCRIPT
        );
    }
}
