//! The exit status of the program, as `docs/contracts.md` gives it.

use std::process::ExitCode;

/// How a run of the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// The work is done, and nothing was found.
    Nothing,
    /// Something was found: a host is suspicious or infected, or lacks a security update; a file decodes to malware.
    Found,
    /// The program could not do its work.
    Failed,
    /// Too little was read to say.
    Inconclusive,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(match status {
            ExitStatus::Nothing => 0,
            ExitStatus::Found => 1,
            ExitStatus::Failed => 2,
            ExitStatus::Inconclusive => 3,
        })
    }
}
