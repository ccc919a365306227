//! Why a computer refused something.

/// The outcome of every call.
pub type Result<T> = std::result::Result<T, Error>;

/// What was refused, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("could not {operation}{}: {fault}", named(.target))]
pub struct Error {
    /// What was to be done: `delete the WMI object`, `read the registry key`, …
    pub operation: &'static str,
    /// What it was to be done to.
    pub target: String,
    /// Why it was not.
    pub fault: Fault,
}

/// The ways in which a computer refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The rights are missing.
    #[error("access denied; run it as administrator")]
    AccessDenied,
    /// It is not there (any more).
    #[error("it is not there")]
    NotFound,
    /// It is there, but is not what was asked for.
    #[error("it has changed since it was looked at")]
    Changed,
    /// Something is there already.
    #[error("something is there already")]
    Exists,
    /// Somebody else holds it open.
    #[error("it is in use")]
    InUse,
    /// There is no room left.
    #[error("the disk is full")]
    DiskFull,
    /// It took too long.
    #[error("it took too long")]
    TimedOut,
    /// It is larger than allowed.
    #[error("it is larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// There is more of it than is read.
    #[error("there are more than {limit}; the others were left out")]
    TooMany {
        /// The limit.
        limit: u64,
    },
    /// A link or another reparse point is in the way.
    #[error("there is a link in the way: `{at}`")]
    Link {
        /// Where.
        at: String,
    },
    /// It does not show, and is there all the same.
    #[error("it is hidden: `{at}` is there")]
    Hidden {
        /// Where it shows.
        at: String,
    },
    /// This computer has no such thing: no Task Scheduler, no `root\subscription`, not Windows.
    #[error("this machine does not have it")]
    Unsupported,
    /// Anything else, with the code of the system and its words.
    #[error("{text}{}", coded(*.code))]
    Other {
        /// The code: an `HRESULT` or a Win32 error; 0 where it is none of the system's.
        code: u32,
        /// The system's words.
        text: String,
    },
}

impl Error {
    /// An error.
    pub fn new(operation: &'static str, target: impl Into<String>, fault: Fault) -> Self {
        Self { operation, target: target.into(), fault }
    }
}

/// The target in quotes, where there is one.
fn named(target: &str) -> String {
    if target.is_empty() { String::new() } else { format!(" `{target}`") }
}

/// A code of the system behind its words.
fn coded(code: u32) -> String {
    if code == 0 { String::new() } else { format!(" (0x{code:08X})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_its_target_where_there_is_one() {
        let error = |target| Error::new("list the tasks", target, Fault::Unsupported).to_string();
        assert_eq!(error(""), "could not list the tasks: this machine does not have it");
        assert_eq!(error("x"), "could not list the tasks `x`: this machine does not have it");
    }
}
