//! Ends a program of Wine at an exact place of its journal.
//!
//! Wine is a program of this system: what a program of Windows writes and syncs ends in calls of the C library, and a library that is loaded before
//! it sees them. So the program is ended from outside, at the same place in every run, and has nothing built in for it.

use super::super::wine::{Prefix, output, windows_path};
use crate::{packages, run};
use anyhow::{Result, ensure};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the program is ended; lines count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// What comes before the line was done, and the line was not written.
    Before(usize),
    /// The line was written and synced, and nothing after it was done.
    After(usize),
}

impl Cut {
    /// How many lines the journal has then.
    pub(super) const fn lines(self) -> usize {
        match self {
            Self::Before(line) => line - 1,
            Self::After(line) => line,
        }
    }

    /// The variable that tells it to the library.
    fn variable(self) -> (&'static str, String) {
        match self {
            Self::Before(line) => ("DEMINER_CUT_BEFORE", line.to_string()),
            Self::After(line) => ("DEMINER_CUT_AFTER", line.to_string()),
        }
    }
}

/// The library that ends programs.
pub(super) struct Cutter(PathBuf);

impl Cutter {
    /// Builds it with the C compiler of this system.
    pub(super) fn new() -> Result<Self> {
        let compiles = || {
            Command::new("cc")
                .arg("--version")
                .stdout(Stdio::null())
                .status()
                .is_ok_and(|done| done.success())
        };
        packages::ensure(&["gcc", "libc6-dev"], compiles)?;
        let library = run::target().join("cut.so");
        let source = library.with_extension("c");
        std::fs::write(&source, include_str!("cut.c"))?;
        run::run(
            Command::new("cc")
                .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
                .args([&library, &source]),
        )?;
        Ok(Self(std::path::absolute(library)?))
    }

    /// Runs the program with these words and says whether it was ended there; else it ended by itself.
    pub(super) fn run(&self, prefix: &Prefix, program: &Path, cut: Cut, words: &[&str]) -> Result<bool> {
        let (name, line) = cut.variable();
        let mut command = prefix.wine();
        command.arg(windows_path(program)).args(words).env("LD_PRELOAD", &self.0).env(name, line);
        let output = output(command.stdin(Stdio::null()))?;
        // Wine is started by a script on some systems, which gives the signal as a number of its own.
        let killed = output.status.signal() == Some(9) || output.status.code() == Some(128 + 9);
        ensure!(
            killed || output.status.code().is_some_and(|code| code < 2),
            "{cut:?}: {}",
            super::said(&output)
        );
        Ok(killed)
    }
}
