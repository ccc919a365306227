//! What was asked, written down before it is asked: one JSON document a line.

use crate::error::Error;
use jiff::Timestamp;
use probe::Stage;
use probe::targets::Target;
use serde::Serialize;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The form of a line.
const SCHEMA: &str = "deminer.probe-log/1";

/// The log, where one is kept.
pub(super) struct Log(Option<(PathBuf, Mutex<Kept>)>);

struct Kept {
    file: File,
    /// The first problem of writing.
    problem: Option<io::Error>,
}

#[derive(Serialize)]
struct Line {
    schema: &'static str,
    time: String,
    address: String,
    port: u16,
    asked: &'static str,
    named: bool,
}

impl Log {
    /// No log.
    pub(super) const fn none() -> Self {
        Self(None)
    }

    /// Opens the log; what is in it stays.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let file = File::options().append(true).create(true).open(path);
        file.map(|file| Self::kept(path.to_owned(), file))
            .map_err(|problem| Error::CannotWrite(path.to_owned(), problem))
    }

    /// Makes a log in the folder of the result, or in the one where the command runs. What is there stays.
    pub(super) fn beside(output: Option<&Path>) -> Result<Self, Error> {
        let folder = output.and_then(Path::parent).unwrap_or(Path::new(""));
        let time = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
        let name = |count: u8| match count {
            1 => format!("deminer-probe-{time}.jsonl"),
            count => format!("deminer-probe-{time}-{count}.jsonl"),
        };
        let mut count = 1;
        loop {
            let path = folder.join(name(count));
            match File::options().append(true).create_new(true).open(&path) {
                Ok(file) => return Ok(Self::kept(path, file)),
                Err(problem) if problem.kind() == io::ErrorKind::AlreadyExists && count < u8::MAX => {
                    count += 1;
                }
                Err(problem) => return Err(Error::CannotWrite(path, problem)),
            }
        }
    }

    fn kept(path: PathBuf, file: File) -> Self {
        Self(Some((path, Mutex::new(Kept { file, problem: None }))))
    }

    /// Writes a question down.
    pub(super) fn asked(&self, target: &Target, port: u16, stage: Stage, named: bool) {
        let Some((_, kept)) = &self.0 else { return };
        let line = Line {
            schema: SCHEMA,
            time: Timestamp::now().to_string(),
            address: target.to_string(),
            port,
            asked: stage.as_str(),
            named,
        };
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        let written = serde_json::to_string(&line)
            .map_err(io::Error::from)
            .and_then(|line| kept.file.write_all(format!("{line}\n").as_bytes()));
        if let Err(problem) = written {
            kept.problem.get_or_insert(problem);
        }
    }

    /// Where it is, when all of it was written.
    pub(super) fn finish(self) -> Result<Option<PathBuf>, Error> {
        let Some((path, kept)) = self.0 else { return Ok(None) };
        match kept.into_inner().unwrap_or_else(PoisonError::into_inner).problem {
            Some(problem) => Err(Error::CannotWrite(path, problem)),
            None => Ok(Some(path)),
        }
    }
}
