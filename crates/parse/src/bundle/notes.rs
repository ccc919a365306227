//! What the opener has to say about files, folders and archives.

use super::Limits;
use evidence::{Message, MessageSpec};
use std::io;

macro_rules! notes {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $args:expr;)*) => {
        $($(#[$doc])* pub(super) const $name: MessageSpec = MessageSpec::new($id, $args);)*
        /// What this module can say.
        pub const NOTES: &[MessageSpec] = &[$($name),*];
    };
}

notes! {
    /// The input does not exist.
    MISSING = "note-path-missing", &[];
    /// The rights to read the file or folder are missing.
    DENIED = "note-path-denied", &[];
    /// The file or folder cannot be read for another reason.
    UNREADABLE = "note-path-unreadable", &["reason"];
    /// The input is a device, a pipe or a socket.
    SPECIAL = "note-path-special", &[];
    /// A link below an input, which is not followed.
    LINK = "note-path-link", &[];
    /// The folders go deeper than the limit.
    DEEP = "note-folder-deep", &["limit"];
    /// The folder holds more files than the limit.
    CROWDED = "note-folder-crowded", &["limit"];
    /// Nothing below the input is evidence.
    NO_EVIDENCE = "note-no-evidence", &[];
    /// Standard input ended before it began.
    STDIN_EMPTY = "note-stdin-empty", &[];
    /// The file is larger than what is parsed.
    TOO_LARGE = "note-too-large", &["limit"];
    /// The file has nothing in it.
    EMPTY = "note-file-empty", &[];
    /// Text of no known format.
    UNKNOWN_TEXT = "note-unknown-text", &[];
    /// Bytes of no known format.
    UNKNOWN_BINARY = "note-unknown-binary", &[];
    /// A format that is recognised, but that this version does not read.
    UNREAD = "note-format-unread", &["format"];
    /// The file that Autoruns saves by default.
    ARN = "note-autoruns-arn", &[];
    /// A hive that Windows put aside, in `RegBack` or `Windows.old`.
    OUTDATED = "note-hive-outdated", &[];
    /// A file below `System32\Tasks` that is no task.
    TASK_UNREAD = "note-task-unread", &[];
    /// Files of a whole disk that no parser reads.
    UNREAD_FILES = "note-files-unread", &["count"];
    /// The archive's directory cannot be read.
    ARCHIVE_DAMAGED = "note-archive-damaged", &["reason"];
    /// The archive has more members than the limit.
    ARCHIVE_CROWDED = "note-archive-crowded", &["count", "limit"];
    /// The members unpack to more than the limit.
    ARCHIVE_BUDGET = "note-archive-budget", &["limit"];
    /// An archive in an archive in an archive.
    ARCHIVE_NESTED = "note-archive-nested", &[];
    /// The member unpacks to absurdly more than its packed size.
    RATIO = "note-member-ratio", &["ratio"];
    /// The member's name leads out of the archive.
    NAME_UNSAFE = "note-member-name-unsafe", &[];
    /// The member's name is too long or too deep.
    NAME_LONG = "note-member-name-long", &["length", "depth"];
    /// The member is a symbolic link.
    MEMBER_LINK = "note-member-link", &[];
    /// The member is encrypted.
    ENCRYPTED = "note-member-encrypted", &[];
    /// The member is packed by a method that is not supported.
    METHOD = "note-member-method", &["method"];
    /// The archive lists a name more than once.
    DUPLICATE = "note-member-duplicate", &[];
    /// The member cannot be unpacked.
    MEMBER_DAMAGED = "note-member-damaged", &["reason"];
    /// The manifest cannot be read.
    MANIFEST_DAMAGED = "note-manifest-damaged", &["reason"];
    /// The manifest has a schema that this version does not know.
    MANIFEST_SCHEMA = "note-manifest-schema", &["schema"];
    /// A member is not what the manifest says.
    MANIFEST_DIFFERS = "note-manifest-differs", &["member"];
    /// A member that the manifest lists is not there.
    MANIFEST_MISSING = "note-manifest-missing", &["member"];
    /// A member is there that the manifest does not list.
    MANIFEST_UNLISTED = "note-manifest-unlisted", &["member"];
    /// The collector could not read something.
    MANIFEST_FAILURE = "note-manifest-failure", &["what", "why"];
    /// A line of the records is not a record.
    RECORD_DAMAGED = "note-record-damaged", &["line", "reason"];
    /// The records name another machine than the bundle does.
    OTHER_HOST = "note-other-host", &["bundle", "record"];
    /// Event logs show a machine under several names.
    RENAMED = "note-host-renamed", &["name", "names"];
    /// A file that is read only together with another one, which is missing.
    SET_LOST = "note-set-lost", &["file"];
    /// A file that takes the same part in a set as one that was read.
    SET_SURPLUS = "note-set-surplus", &[];
    /// The files that are read together are larger than what is held.
    SET_HELD = "note-set-held", &["limit"];
    /// More notes of one kind than are worth reading.
    MORE = "note-more", &["count", "note"];
}

/// Why the operating system refused, in words.
pub(super) fn io_message(error: &io::Error) -> Message {
    match error.kind() {
        io::ErrorKind::NotFound => MISSING.plain(),
        io::ErrorKind::PermissionDenied => DENIED.plain(),
        // The number tells people nothing that the words do not.
        _ => {
            let text = error.to_string();
            UNREADABLE.with([text.split_once(" (os error ").map_or(text.as_str(), |(words, _)| words).into()])
        }
    }
}

/// That a file is larger than what is parsed.
pub(super) fn too_large(limits: &Limits) -> Message {
    TOO_LARGE.with([mebibytes(limits.text).into()])
}

/// Bytes in MiB, rounded up.
pub(super) const fn mebibytes(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_loses_its_number() {
        let problem = io::Error::other("Input/output error (os error 5)");
        assert_eq!(io_message(&problem), UNREADABLE.with(["Input/output error".into()]));
        assert_eq!(io_message(&io::Error::other("odd")), UNREADABLE.with(["odd".into()]));
    }
}
