//! One self-contained page: no script, nothing from elsewhere, readable on a screen and on paper.
//!
//! Hosts are rendered one by one. The list of all hosts belongs before them, so their sections are held back until the
//! end as long as they are few; where they pass `MAX_HELD` bytes, they are written at once and the list stands at the
//! end of the page, with a link to it at the top. Every text that comes from the evidence is made visible, escaped by
//! the template, and isolated in `<bdi>`.

mod view;

use crate::Context;
use crate::catalogue::Catalogue;
use crate::words::Word as _;
use askama::Template;
use detect::assessment::{Assessment, Verdict};
use evidence::{Message, Note};
use std::collections::BTreeMap;
use std::io::{self, Write};
use view::{HostView, NoteView, Row, Words};

/// How many bytes of rendered hosts are held back for the list of hosts to stand before them.
const MAX_HELD: usize = 32 << 20;

/// The page.
pub(crate) struct HtmlReport<'a> {
    context: Context<'a>,
    rows: Vec<Row>,
    verdicts: BTreeMap<Verdict, usize>,
    held: String,
    max_held: usize,
    streaming: bool,
}

#[derive(Template)]
#[template(path = "head.html")]
struct Head {
    words: Words,
    tool: String,
}

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview<'a> {
    words: Words,
    checked: String,
    tally: Vec<(&'static str, String)>,
    rows: &'a [Row],
}

#[derive(Template)]
#[template(path = "foot.html")]
struct Foot {
    tool: String,
    notes_heading: String,
    notes: Vec<NoteView>,
}

impl<'a> HtmlReport<'a> {
    pub(crate) fn new(context: Context<'a>) -> Self {
        Self {
            context,
            rows: Vec::new(),
            verdicts: BTreeMap::new(),
            held: String::new(),
            max_held: MAX_HELD,
            streaming: false,
        }
    }

    pub(crate) fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        render(out, &Head { words: self.words(), tool: self.tool() })
    }

    pub(crate) fn assessment(&mut self, out: &mut dyn Write, assessment: &Assessment) -> io::Result<()> {
        let anchor = format!("host-{}", self.rows.len() + 1);
        self.rows.push(Row::new(self.catalogue(), assessment, &anchor));
        *self.verdicts.entry(assessment.verdict).or_default() += 1;
        let host = HostView::new(&self.context, assessment, anchor);
        if self.streaming {
            return render(out, &host);
        }
        host.render_into(&mut self.held).map_err(io::Error::other)?;
        if self.held.len() > self.max_held {
            self.streaming = true;
            let below = self.words().say("overview-below");
            writeln!(out, "<nav class=\"pad\"><a href=\"#overview\">{below}</a></nav>")?;
            out.write_all(std::mem::take(&mut self.held).as_bytes())?;
        }
        Ok(())
    }

    pub(crate) fn end(self, out: &mut dyn Write, notes: &[Note]) -> io::Result<()> {
        let catalogue = self.catalogue();
        if self.rows.len() != 1 {
            let checked = Message::new("hosts-checked").with("count", self.rows.len());
            let tally = self.verdicts.iter();
            let overview = Overview {
                words: self.words(),
                checked: catalogue.line(&checked),
                tally: tally
                    .map(|(verdict, count)| (verdict.name(), format!("{} {count}", verdict.word(catalogue))))
                    .collect(),
                rows: &self.rows,
            };
            render(out, &overview)?;
        }
        out.write_all(self.held.as_bytes())?;
        let foot = Foot {
            tool: self.tool(),
            notes_heading: self.words().count("heading-run-notes", notes.len()),
            notes: notes.iter().map(|note| NoteView::new(catalogue, note)).collect(),
        };
        render(out, &foot)
    }

    fn catalogue(&self) -> &'static Catalogue {
        Catalogue::get(self.context.language)
    }

    fn words(&self) -> Words {
        Words(self.catalogue())
    }

    fn tool(&self) -> String {
        self.catalogue().line(&Message::new("printed-with").with("version", self.context.tool_version))
    }
}

fn render(out: &mut dyn Write, template: &impl Template) -> io::Result<()> {
    let text = template.render().map_err(io::Error::other)?;
    out.write_all(text.as_bytes())
}

#[cfg(test)]
#[path = "html/tests.rs"]
mod tests;
