//! What can be wrong with a data file.

use std::ops::Range;

/// Why a data file cannot be used: which file, which line, and what was expected there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{file}`, line {line}: {problem}")]
pub struct FileError {
    /// The file, as the user named it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what was expected instead.
    pub problem: String,
}

impl FileError {
    /// A problem at a place of the text.
    pub(crate) fn at(file: &str, text: &str, span: Option<Range<usize>>, problem: impl Into<String>) -> Self {
        let before = text.as_bytes().iter().take(span.map_or(0, |span| span.start));
        let line = 1 + before.filter(|byte| **byte == b'\n').count();
        Self { file: file.to_owned(), line, problem: problem.into() }
    }

    /// What the TOML reader has to say.
    pub(crate) fn toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let problem = error.message().trim().replace('\n', "; ");
        Self::at(file, text, error.span(), problem)
    }
}

/// Why something cannot be written as a data file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` cannot be written as TOML: {problem}")]
pub struct WriteError {
    /// The name of the baseline or family.
    pub name: String,
    /// What the TOML writer refuses.
    pub problem: String,
}
