//! Update packages: Windows' own installer puts them in and takes them out.

use crate::fault::{Outcome, from_io};
use crate::file::Opened;
use crate::library::system_folder;
use crate::{beside, file, signature};
use machine::{Fault, Signature};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::Duration;
use windows::Win32::Storage::FileSystem::{FILE_GENERIC_READ, FILE_SHARE_READ};

/// How long the installer may take: an old machine works for an hour on a large update.
const PATIENCE: Duration = Duration::from_hours(2);
/// Bytes of a package that are read at once.
const PART: usize = 1 << 16;

// Codes of the installer, those of Windows Update among them: Microsoft, "WUA Success and Error Codes" and "System Error Codes".
const DONE: u32 = 0;
/// `ERROR_SUCCESS_REBOOT_REQUIRED`.
const RESTART: u32 = 3010;
/// `WU_S_REBOOT_REQUIRED`.
const RESTART_TOO: u32 = 0x0024_0005;
/// `WU_S_ALREADY_INSTALLED`.
const INSTALLED: u32 = 0x0024_0006;
/// `WU_S_ALREADY_UNINSTALLED`.
const UNINSTALLED: u32 = 0x0024_0007;
/// `WU_E_NOT_APPLICABLE`.
const NOT_APPLICABLE: u32 = 0x8024_0017;

/// Installs a package that has this hash and is signed by Microsoft. Until it is done nobody can change it.
pub(crate) fn install(path: &str, sha256: &str) -> Outcome<()> {
    let held = file::open_shared(path, FILE_GENERIC_READ.0, FILE_SHARE_READ.0)?;
    if held.is_link {
        return Err(Fault::Link { at: path.to_owned() });
    }
    if hash(&held)? != sha256 {
        return Err(Fault::Changed);
    }
    of_microsoft(path)?;
    let told =
        "the installer of Windows ended with this code; the log `Setup` of the event viewer tells more";
    let done = run(vec![path.to_owned(), "/quiet".to_owned(), "/norestart".to_owned()], told);
    drop(held);
    done
}

/// Takes an update out by its number. Windows 10 and later do not let every update go without a person.
pub(crate) fn remove(number: u32) -> Outcome<()> {
    let told = "the installer of Windows ended with this code; take it out by hand, in the list of installed updates";
    let number = format!("/kb:{number}");
    run(vec!["/uninstall".to_owned(), number, "/quiet".to_owned(), "/norestart".to_owned()], told)
}

fn hash(held: &Opened) -> Outcome<String> {
    let mut hash = Sha256::new();
    let mut part = vec![0; PART];
    loop {
        match (&held.file).read(&mut part).map_err(|error| from_io(&error))? {
            0 => break,
            count => hash.update(part.get(..count).unwrap_or_default()),
        }
    }
    Ok(hash.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

fn of_microsoft(path: &str) -> Outcome<()> {
    match signature::read(path)? {
        Signature::Valid { signer, windows } if windows || signer.starts_with("Microsoft ") => Ok(()),
        _ => Err(Fault::Other { code: 0, text: format!("`{path}` is not signed by Microsoft") }),
    }
}

/// Runs the installer and reads how it ended.
fn run(arguments: Vec<String>, otherwise: &str) -> Outcome<()> {
    let folder = system_folder()?;
    let installer = format!("{folder}\\wusa.exe");
    // What infections put in its place is not run.
    of_microsoft(&installer)?;
    let code = beside::within(PATIENCE, move || {
        let ended = Command::new(installer)
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        ended.map(|status| status.code().unwrap_or(-1).cast_unsigned()).map_err(|error| from_io(&error))
    })?;
    let told = |text: &str| Err(Fault::Other { code, text: text.to_owned() });
    match code {
        DONE | RESTART | RESTART_TOO => Ok(()),
        INSTALLED => Err(Fault::Exists),
        UNINSTALLED => Err(Fault::NotFound),
        NOT_APPLICABLE => told("the update does not apply to this machine, or not yet"),
        _ => told(otherwise),
    }
}
