//! The report for the terminal.

use crate::Context;
use detect::assessment::Assessment;
use evidence::Note;
use std::io::{self, Write};

/// How much the terminal shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// One line a host.
    Quiet,
    /// What a person needs to decide; long texts are shortened, with a count of what is left out.
    #[default]
    Normal,
    /// Everything.
    Verbose,
}

/// How the terminal is to be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextOptions {
    /// Whether to colour.
    pub color: bool,
    /// The width of the terminal in columns.
    pub width: usize,
    /// How much to show.
    pub verbosity: Verbosity,
}

impl Default for TextOptions {
    fn default() -> Self {
        Self { color: false, width: 100, verbosity: Verbosity::Normal }
    }
}

/// The report for the terminal.
pub(crate) struct TextReport<'a> {
    context: Context<'a>,
    options: TextOptions,
}

impl<'a> TextReport<'a> {
    pub(crate) fn new(context: Context<'a>, options: TextOptions) -> Self {
        Self { context, options }
    }

    pub(crate) fn assessment(&mut self, out: &mut dyn Write, assessment: &Assessment) -> io::Result<()> {
        let catalogue = crate::Catalogue::get(self.context.language);
        let line = catalogue.word_for("heading-stages");
        writeln!(out, "{:.*} {line} {}", self.options.width, assessment.host.name, assessment.findings.len())
    }

    pub(crate) fn end(self, _out: &mut dyn Write, _notes: &[Note]) -> io::Result<()> {
        Ok(())
    }
}
