//! Names of files in paths of Windows, Linux and archives.

/// The last part of a path that is written with `/` or `\`.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\', '!']).next().unwrap_or(path)
}

/// Whether the path ends in this extension, without regard to case.
pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    file_name(path).rsplit_once('.').is_some_and(|(_, own)| own.eq_ignore_ascii_case(extension))
}
