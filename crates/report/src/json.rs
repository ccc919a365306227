//! `deminer.assessments/1`: one document, or one assessment a line.
//!
//! The layout is that of `docs/contracts.md`, and `docs/schema/assessments-1.schema.json` describes it. Every text that
//! the catalogue words stands beside the message that it was worded from (`title` and `title_message`). The output is
//! whole: nothing is shortened, and every character is there, those that act on a terminal as `\u` escapes.

mod escape;
mod model;

pub use escape::safe_json;

use crate::Context;
use crate::catalogue::Catalogue;
use detect::assessment::Assessment;
use escape::SafeFormatter;
use evidence::Note;
use model::{AssessmentView, NoteView, Tool};
use serde::Serialize;
use std::io::{self, Write};

/// The name and version of the layout.
pub(crate) const SCHEMA: &str = "deminer.assessments/1";

/// One document.
pub(crate) struct JsonReport<'a> {
    context: Context<'a>,
    hosts: u64,
}

/// One assessment a line.
pub(crate) struct JsonlReport<'a> {
    context: Context<'a>,
}

impl<'a> JsonReport<'a> {
    pub(crate) fn new(context: Context<'a>) -> Self {
        Self { context, hosts: 0 }
    }

    pub(crate) fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "{{\"schema\":\"{SCHEMA}\",\"tool\":")?;
        write_value(out, &Tool::new(&self.context))?;
        out.write_all(b",\"assessments\":[")
    }

    pub(crate) fn assessment(&mut self, out: &mut dyn Write, assessment: &Assessment) -> io::Result<()> {
        out.write_all(if self.hosts == 0 { b"\n" } else { b",\n" })?;
        self.hosts += 1;
        write_value(out, &AssessmentView::new(&self.context, assessment))
    }

    pub(crate) fn end(self, out: &mut dyn Write, notes: &[Note]) -> io::Result<()> {
        out.write_all(b"\n],\"notes\":")?;
        let catalogue = Catalogue::get(self.context.language);
        let notes: Vec<_> = notes.iter().map(|note| NoteView::new(catalogue, note)).collect();
        write_value(out, &notes)?;
        out.write_all(b"}\n")
    }
}

impl<'a> JsonlReport<'a> {
    pub(crate) fn new(context: Context<'a>) -> Self {
        Self { context }
    }

    pub(crate) fn assessment(&mut self, out: &mut dyn Write, assessment: &Assessment) -> io::Result<()> {
        #[derive(Serialize)]
        struct Line<'a> {
            schema: &'static str,
            tool: Tool<'a>,
            #[serde(flatten)]
            assessment: AssessmentView<'a>,
        }
        let line = Line {
            schema: SCHEMA,
            tool: Tool::new(&self.context),
            assessment: AssessmentView::new(&self.context, assessment),
        };
        write_value(out, &line)?;
        out.write_all(b"\n")
    }
}

fn write_value(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(out, SafeFormatter);
    value.serialize(&mut serializer).map_err(io::Error::from)
}

#[cfg(test)]
#[path = "json/tests.rs"]
mod tests;
