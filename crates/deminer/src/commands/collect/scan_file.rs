//! The scan file of Windows Update that a user names, looked at before anything is asked.

use crate::error::Error;
use crate::this_machine::machine_path;
use collect::ScanFile;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// What a cabinet begins with.
const CABINET: &[u8; 4] = b"MSCF";

/// Bytes that are read at a time: the file has some 600 MB.
const PIECE: usize = 1 << 16;

/// The file with its hash. Windows Update itself looks whether Microsoft has signed it.
pub(super) fn look_at(path: &Path) -> Result<ScanFile, Error> {
    if !path.is_absolute() {
        return Err(Error::ScanFileRelative(path.to_owned()));
    }
    let cannot_read = |problem: io::Error| Error::cannot_read(path, problem);
    let mut file = File::open(path).map_err(cannot_read)?;
    if !file.metadata().map_err(cannot_read)?.is_file() {
        return Err(cannot_read(io::ErrorKind::IsADirectory.into()));
    }
    let mut hash = Sha256::new();
    let mut head: Vec<u8> = Vec::new();
    let mut piece = vec![0; PIECE];
    loop {
        let read = match file.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => piece.get(..read).unwrap_or_default(),
            Err(problem) if problem.kind() == io::ErrorKind::Interrupted => continue,
            Err(problem) => return Err(cannot_read(problem)),
        };
        hash.update(read);
        head.extend(read.iter().take(CABINET.len().saturating_sub(head.len())));
        if head.len() == CABINET.len() && head != CABINET {
            break;
        }
    }
    if head != CABINET {
        return Err(Error::ScanFileOther(path.to_owned()));
    }
    let sha256 = hash.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    Ok(ScanFile { path: machine_path(path), sha256 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_scan_file_is_told_before_anything_is_asked() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        let good = place("wsusscn2.cab", &[b"MSCF".to_vec(), vec![7; 100_000]].concat());
        let found = look_at(&good).unwrap();
        assert_eq!(found.path, good.to_string_lossy());
        let whole = std::fs::read(&good).unwrap();
        assert_eq!(found.sha256, collect::sha256(&whole));
        assert!(matches!(look_at(Path::new("wsusscn2.cab")), Err(Error::ScanFileRelative(_))));
        for other in [&b"PK\x03\x04"[..], b"MSC", b""] {
            assert!(matches!(look_at(&place("other.cab", other)), Err(Error::ScanFileOther(_))));
        }
        assert!(matches!(look_at(&folder.path().join("none.cab")), Err(Error::CannotRead { .. })));
        assert!(matches!(look_at(folder.path()), Err(Error::CannotRead { .. })));
    }
}
