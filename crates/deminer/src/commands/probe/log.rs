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
    /// Opens the log; what is in it stays.
    pub(super) fn open(path: Option<&Path>) -> Result<Self, Error> {
        let Some(path) = path else { return Ok(Self(None)) };
        let file = File::options().append(true).create(true).open(path);
        let file = file.map_err(|problem| Error::CannotWrite(path.to_owned(), problem))?;
        Ok(Self(Some((path.to_owned(), Mutex::new(Kept { file, problem: None })))))
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

    /// Whether all of it was written.
    pub(super) fn finish(self) -> Result<(), Error> {
        let Some((path, kept)) = self.0 else { return Ok(()) };
        match kept.into_inner().unwrap_or_else(PoisonError::into_inner).problem {
            Some(problem) => Err(Error::CannotWrite(path, problem)),
            None => Ok(()),
        }
    }
}
