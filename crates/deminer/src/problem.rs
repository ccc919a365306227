//! Why the operating system refused, in the words of the catalogue.

use crate::messages as m;
use evidence::Arg;
use std::io::{Error, ErrorKind};

/// The usual reasons in the language of the person; else what the system says, without its number and without names of temporary files.
pub(crate) fn worded(problem: &Error) -> Arg {
    let known = match problem.kind() {
        ErrorKind::NotFound => m::IO_NOT_FOUND,
        ErrorKind::PermissionDenied => m::IO_DENIED,
        ErrorKind::IsADirectory => m::IO_FOLDER,
        ErrorKind::NotADirectory => m::IO_NO_FOLDER,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => m::IO_FULL,
        ErrorKind::ReadOnlyFilesystem => m::IO_READ_ONLY,
        ErrorKind::ResourceBusy | ErrorKind::ExecutableFileBusy => m::IO_IN_USE,
        ErrorKind::InvalidFilename => m::IO_NAME,
        _ => return without_number(&problem.to_string()).into(),
    };
    known.plain().into()
}

/// What stands before ` (os error 5)` and before ` at path "…"`, with which `tempfile` names its file.
fn without_number(text: &str) -> &str {
    [" (os error ", " at path \""]
        .iter()
        .fold(text, |text, end| text.split_once(end).map_or(text, |(before, _)| before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_loses_number_and_temporary_file() {
        let path = "Too many links (os error 31) at path \"/tmp/.deminer-x1\"";
        assert_eq!(worded(&Error::other(path)), Arg::from("Too many links"));
        assert_eq!(worded(&Error::other("odd at path \"/tmp/.deminer-x1\"")), Arg::from("odd"));
        assert_eq!(worded(&Error::other("odd")), Arg::from("odd"));
    }

    #[test]
    fn usual_reasons_have_words_of_their_own() {
        for kind in [ErrorKind::NotFound, ErrorKind::PermissionDenied, ErrorKind::StorageFull] {
            assert!(matches!(worded(&kind.into()), Arg::Message(_)), "{kind}");
        }
    }
}
