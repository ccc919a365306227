//! Where the result goes: standard output, or a file that is whole or not there at all.

use crate::error::Error;
use std::fs::{self, File};
use std::io::{self, BufWriter, StdoutLock, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The place that a result is written to.
pub(crate) enum Output {
    /// Standard output.
    Stdout(BufWriter<StdoutLock<'static>>),
    /// A file beside the one that was named; it takes that one's place when all is written.
    File(BufWriter<NamedTempFile>, PathBuf),
    /// Something that is no file and stays in its place: a device, a named pipe.
    Device(BufWriter<File>, PathBuf),
}

impl Output {
    /// Opens the output. `evidence` is what the output must not overwrite.
    pub(crate) fn open(path: Option<&Path>, evidence: &[PathBuf]) -> Result<Self, Error> {
        let Some(path) = path else {
            return Ok(Self::Stdout(BufWriter::new(io::stdout().lock())));
        };
        let fail = |problem| Error::CannotWrite(path.to_owned(), problem);
        if let Ok(there) = fs::metadata(path) {
            if there.is_dir() {
                return Err(Error::OutputIsFolder(path.to_owned()));
            }
            if !there.is_file() {
                let device = File::options().write(true).open(path).map_err(fail)?;
                return Ok(Self::Device(BufWriter::new(device), path.to_owned()));
            }
            if is_evidence(path, evidence) {
                return Err(Error::OutputIsEvidence(path.to_owned()));
            }
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = tempfile::Builder::new().prefix(".deminer-").tempfile_in(folder).map_err(fail)?;
        Ok(Self::File(BufWriter::new(file), path.to_owned()))
    }

    /// The path that was named, where one was.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        match self {
            Self::Stdout(_) => None,
            Self::File(_, path) | Self::Device(_, path) => Some(path.clone()),
        }
    }

    /// Writes what is left and puts the file in its place.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        match self {
            Self::Stdout(_) | Self::Device(..) => Ok(()),
            Self::File(writer, path) => {
                let file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
                share(file.as_file())?;
                file.persist(path).map(drop).map_err(|refused| refused.error)
            }
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(writer) => writer.write(bytes),
            Self::File(writer, _) => writer.write(bytes),
            Self::Device(writer, _) => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(writer) => writer.flush(),
            Self::File(writer, _) => writer.flush(),
            Self::Device(writer, _) => writer.flush(),
        }
    }
}

/// Temporary files can be read by their owner only; a report is an ordinary file.
#[cfg(unix)]
fn share(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn share(_file: &File) -> io::Result<()> {
    Ok(())
}

/// Whether the file, which is there, is an input or lies in a folder that is one.
fn is_evidence(path: &Path, evidence: &[PathBuf]) -> bool {
    let Ok(path) = fs::canonicalize(path) else { return false };
    evidence.iter().filter_map(|input| fs::canonicalize(input).ok()).any(|input| path.starts_with(input))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(path: &Path, evidence: &[PathBuf]) -> Result<(), Error> {
        let mut output = Output::open(Some(path), evidence)?;
        output.write_all(b"report").unwrap();
        output.finish().map_err(|problem| Error::writing(Some(path), problem))
    }

    #[test]
    fn a_file_takes_its_place_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.html");
        fs::write(&path, "old").unwrap();
        let mut output = Output::open(Some(&path), &[]).unwrap();
        output.write_all(b"new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        output.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_output_that_is_given_up_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut output = Output::open(Some(&folder.path().join("report")), &[]).unwrap();
        output.write_all(b"half").unwrap();
        drop(output);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn evidence_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let bundle = folder.path().join("PC_WMI.zip");
        fs::write(&bundle, "evidence").unwrap();
        for evidence in [bundle.clone(), folder.path().to_owned()] {
            let refused = written(&bundle, &[evidence]);
            assert!(matches!(refused, Err(Error::OutputIsEvidence(_))), "{refused:?}");
        }
        assert_eq!(fs::read_to_string(&bundle).unwrap(), "evidence");
        written(&folder.path().join("report"), &[folder.path().to_owned()]).unwrap();
    }

    #[test]
    fn a_folder_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let refused = written(folder.path(), &[]);
        assert!(matches!(refused, Err(Error::OutputIsFolder(_))), "{refused:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_device_stays_a_device() {
        use std::os::unix::fs::FileTypeExt as _;
        written(Path::new("/dev/null"), &[]).unwrap();
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    }
}
