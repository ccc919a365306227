//! Assessments for people and machines; owns the wording in English and Japanese.
//!
//! A [`Writer`] takes one [`Assessment`] after the other and writes them in a [`Format`]; nothing is kept of a host that
//! is written (HTML keeps one row of its overview). What the other crates say by message ids is worded by the
//! [`Catalogue`]. The same assessments give the same bytes: there is no clock, no map without order, and the version of
//! the tool is passed in.
#![forbid(unsafe_code)]

pub mod catalogue;
pub mod command;
mod csv;
mod html;
mod json;
mod language;
mod links;
mod places;
#[cfg(test)]
mod samples;
pub mod sanitize;
mod scripts;
mod subject;
mod text;
mod words;
mod worse;

pub use catalogue::Catalogue;
pub use command::{Shell, command_line};
pub use json::safe_json;
pub use language::Language;
pub use places::indicator;
pub use text::{TextOptions, Verbosity};
pub use worse::uses as account_uses;

use detect::assessment::Assessment;
use evidence::Note;
use std::io::{self, Write};

/// What a report needs to know beside the assessments.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The version of the tool, for the reports that name it.
    pub tool_version: &'a str,
    /// The language of everything that people read.
    pub language: Language,
    /// What the user named as evidence, as it was typed: it goes into the commands that come next.
    pub evidence_args: &'a [String],
    /// The shells that these commands are written for.
    pub shell: Shell,
}

/// The formats of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// For the terminal.
    #[default]
    Text,
    /// One document `deminer.assessments/1`.
    Json,
    /// One assessment a line.
    Jsonl,
    /// One finding a row, for spreadsheets.
    Csv,
    /// One self-contained page, for reading and for paper.
    Html,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 5] = [Self::Text, Self::Json, Self::Jsonl, Self::Csv, Self::Html];

    /// The name of the format on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Html => "html",
        }
    }

    /// Whether the format has a place for notes that belong to no host. Where it has none, whoever runs the report has to
    /// say them elsewhere.
    pub const fn carries_run_notes(self) -> bool {
        matches!(self, Self::Text | Self::Json | Self::Html)
    }
}

/// Writes a report, host by host.
///
/// Call [`begin`](Self::begin) once, [`assessment`](Self::assessment) for each host in the order in which they are to
/// stand, and [`end`](Self::end) once.
pub struct Writer<'a, W: Write> {
    form: Form<'a>,
    out: W,
}

enum Form<'a> {
    Text(text::TextReport<'a>),
    Json(json::JsonReport<'a>),
    Jsonl(json::JsonlReport<'a>),
    Csv(csv::CsvReport<'a>),
    Html(html::HtmlReport<'a>),
}

impl<'a, W: Write> Writer<'a, W> {
    /// A writer of the format. `options` matter to [`Format::Text`] only.
    pub fn new(format: Format, context: Context<'a>, options: TextOptions, out: W) -> Self {
        let form = match format {
            Format::Text => Form::Text(text::TextReport::new(context, options)),
            Format::Json => Form::Json(json::JsonReport::new(context)),
            Format::Jsonl => Form::Jsonl(json::JsonlReport::new(context)),
            Format::Csv => Form::Csv(csv::CsvReport::new(context)),
            Format::Html => Form::Html(html::HtmlReport::new(context)),
        };
        Self { form, out }
    }

    /// Writes what stands before the first host.
    ///
    /// # Errors
    ///
    /// Where the output cannot be written.
    pub fn begin(&mut self) -> io::Result<()> {
        match &mut self.form {
            Form::Text(_) | Form::Jsonl(_) => Ok(()),
            Form::Json(form) => form.begin(&mut self.out),
            Form::Csv(_) => csv::CsvReport::begin(&mut self.out),
            Form::Html(form) => form.begin(&mut self.out),
        }
    }

    /// Writes one host.
    ///
    /// # Errors
    ///
    /// Where the output cannot be written.
    pub fn assessment(&mut self, assessment: &Assessment) -> io::Result<()> {
        match &mut self.form {
            Form::Text(form) => form.assessment(&mut self.out, assessment),
            Form::Json(form) => form.assessment(&mut self.out, assessment),
            Form::Jsonl(form) => form.assessment(&mut self.out, assessment),
            Form::Csv(form) => form.assessment(&mut self.out, assessment),
            Form::Html(form) => form.assessment(&mut self.out, assessment),
        }
    }

    /// Writes what stands behind the last host, with the notes that belong to none, and gives the output back.
    ///
    /// # Errors
    ///
    /// Where the output cannot be written.
    pub fn end(mut self, notes: &[Note]) -> io::Result<W> {
        match self.form {
            Form::Text(form) => form.end(&mut self.out, notes)?,
            Form::Json(form) => form.end(&mut self.out, notes)?,
            Form::Html(form) => form.end(&mut self.out, notes)?,
            Form::Jsonl(_) | Form::Csv(_) => {}
        }
        self.out.flush()?;
        Ok(self.out)
    }
}
