//! One self-contained page.

use crate::Context;
use detect::assessment::Assessment;
use evidence::Note;
use std::io::{self, Write};

/// The page.
pub(crate) struct HtmlReport<'a> {
    context: Context<'a>,
}

impl<'a> HtmlReport<'a> {
    pub(crate) fn new(context: Context<'a>) -> Self {
        Self { context }
    }

    pub(crate) fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "<!doctype html><html lang=\"{}\">", self.context.language.tag())
    }

    pub(crate) fn assessment(&mut self, _out: &mut dyn Write, _assessment: &Assessment) -> io::Result<()> {
        Ok(())
    }

    pub(crate) fn end(self, _out: &mut dyn Write, _notes: &[Note]) -> io::Result<()> {
        Ok(())
    }
}
