//! What the user names: evidence, and files that are read as a whole (scripts, baselines, families).

use crate::error::Error;
use parse::bundle::Input;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// More than any file of ours or of a user's has.
const DATA_FILE_LIMIT: u64 = 16 << 20;

/// The whole input, `-` being standard input, unless it is longer than the limit.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    match read_beginning(path, limit)? {
        (_, true) => Err(Error::TooLarge { path: path.to_owned(), limit }),
        (bytes, false) => Ok(bytes),
    }
}

/// The input up to the limit, `-` being standard input, and whether there is more.
pub(crate) fn read_beginning(path: &Path, limit: u64) -> Result<(Vec<u8>, bool), Error> {
    let fail = |problem| Error::cannot_read(path, problem);
    let source: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(fail)?)
    };
    let mut bytes = Vec::new();
    source.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(fail)?;
    let more = bytes.len() as u64 > limit;
    if more {
        bytes.pop();
    }
    Ok((bytes, more))
}

/// What the user named, `-` being standard input.
pub(crate) fn inputs(evidence: &[PathBuf]) -> Vec<Input> {
    let input =
        |path: &PathBuf| if path == Path::new("-") { Input::Stdin } else { Input::Path(path.clone()) };
    evidence.iter().map(input).collect()
}

/// The text of a data file. That it is UTF-8 is checked by whoever reads TOML out of it.
pub(crate) fn read_data_file(path: &Path) -> Result<String, Error> {
    let bytes = read(path, DATA_FILE_LIMIT)?;
    Ok(String::from_utf8_lossy(&bytes).trim_start_matches('\u{FEFF}').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_up_to_the_limit_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("script.ps1");
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"12345");
        assert!(matches!(read(&path, 4), Err(Error::TooLarge { limit: 4, .. })));
        assert_eq!(read_beginning(&path, 5).unwrap(), (b"12345".to_vec(), false));
        assert_eq!(read_beginning(&path, 4).unwrap(), (b"1234".to_vec(), true));
    }

    #[test]
    fn a_missing_file_is_an_error_with_the_name_that_was_meant() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("script.ps1"), "").unwrap();
        let refused = read(&folder.path().join("scrpt.ps1"), 5);
        assert!(matches!(refused, Err(Error::CannotRead { similar: Some(_), .. })), "{refused:?}");
    }
}
