//! Through whose hands evidence and samples go: who packs, when, and what is known of what was named.

use crate::error::{Error, shown};
use jiff::Timestamp;
use parse::bundle::manifest::manifest_of;
use sample::{Custody, Event};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The statement for what was named, which is packed now by this person on this machine.
pub(super) fn of(named: &[PathBuf], operator: Option<&str>) -> Result<Custody, Error> {
    let sources = named.iter().map(|path| event(path)).collect::<Result<_, _>>()?;
    Ok(Custody {
        packed: now(),
        operator: operator.map(str::to_owned).or_else(user),
        machine: variable("COMPUTERNAME").or_else(|| variable("HOSTNAME")),
        sources,
    })
}

/// The time, to the second.
pub(super) fn now() -> String {
    to_second(Timestamp::now())
}

fn to_second(time: Timestamp) -> String {
    Timestamp::from_second(time.as_second()).unwrap_or(time).to_string()
}

/// Who is at the keyboard, as the system calls the account.
fn user() -> Option<String> {
    let name = variable("USERNAME").or_else(|| variable("USER"))?;
    Some(match variable("USERDOMAIN") {
        Some(domain) => format!("{domain}\\{name}"),
        None => name,
    })
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// What is known of one input.
fn event(path: &Path) -> Result<Event, Error> {
    let mut event = Event { path: shown(path), ..Event::default() };
    let Ok(about) = std::fs::metadata(path) else { return Ok(event) };
    if !about.is_file() {
        return Ok(event);
    }
    let fail = |problem| Error::cannot_read(path, problem);
    let modified = about.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
    event.modified = modified.map(to_second);
    event.length = Some(about.len());
    event.sha256 = Some(hash(File::open(path).map_err(fail)?).map_err(fail)?);
    event.collected = collected(path);
    Ok(event)
}

/// The SHA-256 of a stream.
pub(super) fn hash(mut source: impl Read) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = source.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hash.update(buffer.get(..read).unwrap_or_default());
    }
    Ok(hash.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

/// Who collected a bundle and when, as its own manifest says.
fn collected(path: &Path) -> Option<serde_json::Value> {
    let manifest = manifest_of(path)?;
    Some(json!({
        "host": manifest.host.name,
        "operator": manifest.operator,
        "started": manifest.started,
        "ended": manifest.ended,
        "clock_offset_seconds": manifest.clock_offset_seconds,
        "program": manifest.program,
        "rights": manifest.rights,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_has_the_hash_of_its_bytes() {
        // FIPS 180-4, appendix: one million times the letter a.
        let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
        assert_eq!(hash(io::repeat(b'a').take(1_000_000)).unwrap(), expected);
    }

    #[test]
    fn a_file_is_described_and_a_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.ps1");
        std::fs::write(&file, "abc").unwrap();
        let custody = of(&[file, folder.path().to_owned()], Some("Aoki")).unwrap();
        assert_eq!(custody.operator.as_deref(), Some("Aoki"));
        assert_eq!(custody.sources[0].length, Some(3));
        assert!(custody.sources[0].modified.is_some() && custody.sources[0].sha256.is_some());
        assert_eq!(custody.sources[1].sha256, None);
        assert!(custody.packed.ends_with('Z') && !custody.packed.contains('.'), "{}", custody.packed);
    }
}
