//! Writing to the terminal: styles where colour is wanted, labels in a column, lines wrapped to the width.

use super::layout::{columns, wrap};
use super::{TextOptions, Verbosity};
use crate::catalogue::Catalogue;
use anstyle::{AnsiColor, Color, Style};
use detect::assessment::{Severity, State, Verdict};
use evidence::{Level, Message};
use std::io::{self, Write};

/// Headings.
pub(super) const BOLD: Style = Style::new().bold();
/// What stands back.
pub(super) const DIM: Style = Style::new().dimmed();
/// No style.
pub(super) const PLAIN: Style = Style::new();

const fn ink(color: AnsiColor) -> Style {
    Style::new().fg_color(Some(Color::Ansi(color)))
}

/// The style of a verdict.
pub(super) fn of_verdict(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Infected => ink(AnsiColor::Red).bold(),
        Verdict::Suspicious => ink(AnsiColor::Yellow).bold(),
        Verdict::Inconclusive => ink(AnsiColor::Magenta).bold(),
        Verdict::Clean => ink(AnsiColor::Green).bold(),
    }
}

/// The style of a severity.
pub(super) fn of_severity(severity: Severity) -> Style {
    match severity {
        Severity::Critical => ink(AnsiColor::Red).bold(),
        Severity::High => ink(AnsiColor::Red),
        Severity::Medium => ink(AnsiColor::Yellow),
        Severity::Low => ink(AnsiColor::Cyan),
        Severity::Info => DIM,
    }
}

/// The style of a stage's state.
pub(super) fn of_state(state: State) -> Style {
    match state {
        State::Ok => ink(AnsiColor::Green),
        State::Act => ink(AnsiColor::Red),
        State::Unknown => ink(AnsiColor::Yellow),
    }
}

/// The style of a note's level.
pub(super) fn of_level(level: Level) -> Style {
    match level {
        Level::Error => ink(AnsiColor::Red),
        Level::Warning => ink(AnsiColor::Yellow),
        Level::Info => DIM,
    }
}

/// Writes lines. Every text given to it is visible already.
pub(super) struct Pen<'w> {
    pub(super) out: &'w mut dyn Write,
    pub(super) catalogue: &'static Catalogue,
    pub(super) options: TextOptions,
}

impl Pen<'_> {
    /// Whether everything is to be shown.
    pub(super) fn verbose(&self) -> bool {
        self.options.verbosity == Verbosity::Verbose
    }

    /// The text in a style.
    pub(super) fn paint(&self, style: Style, text: &str) -> String {
        if self.options.color && style != PLAIN { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// The word for an id of the catalogue.
    pub(super) fn word(&self, id: &str) -> String {
        self.catalogue.word_for(id)
    }

    /// A message that counts something.
    pub(super) fn count(&self, id: &str, count: usize) -> String {
        self.catalogue.line(&Message::new(id).with("count", count))
    }

    /// An empty line.
    pub(super) fn blank(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n")
    }

    /// A heading behind an empty line.
    pub(super) fn heading(&mut self, text: &str) -> io::Result<()> {
        self.blank()?;
        let text = self.paint(BOLD, text);
        writeln!(self.out, "{text}")
    }

    /// A paragraph behind this many spaces.
    pub(super) fn paragraph(&mut self, indent: usize, style: Style, text: &str) -> io::Result<()> {
        self.hanging(indent, "", style, text)
    }

    /// A line of a script: a gutter, then the text.
    pub(super) fn gutter(&mut self, indent: usize, text: &str) -> io::Result<()> {
        let bar = self.paint(DIM, "│ ");
        let width = self.options.width.saturating_sub(indent + 2);
        for line in wrap(text, width) {
            writeln!(self.out, "{:indent$}{bar}{}", "", line.trim_end())?;
        }
        Ok(())
    }

    /// A paragraph whose first line begins with `head` (styled already or not; its columns are counted without style).
    pub(super) fn hanging(&mut self, indent: usize, head: &str, style: Style, text: &str) -> io::Result<()> {
        let width = self.options.width.saturating_sub(indent + columns(head));
        let rest = " ".repeat(columns(head));
        for (at, line) in wrap(text, width).iter().enumerate() {
            let head = if at == 0 { head } else { &rest };
            let line = self.paint(style, line.trim_end());
            writeln!(self.out, "{:indent$}{}{line}", "", self.paint(DIM, head))?;
        }
        Ok(())
    }

    /// Cells in columns, the last one wrapped: each with its style and the width of its column.
    pub(super) fn row(
        &mut self,
        indent: usize,
        cells: &[(Style, &str, usize)],
        text: (Style, &str),
    ) -> io::Result<()> {
        const GAP: usize = 2;
        let head: usize = cells.iter().map(|(_, cell, width)| columns(cell).max(*width) + GAP).sum();
        let mut painted = String::new();
        for (style, cell, width) in cells {
            if !painted.is_empty() {
                painted.extend(std::iter::repeat_n(' ', GAP));
            }
            painted.push_str(&self.paint(*style, cell));
            painted.extend(std::iter::repeat_n(' ', width.saturating_sub(columns(cell))));
        }
        if !text.1.is_empty() {
            painted.extend(std::iter::repeat_n(' ', GAP));
        }
        let width = self.options.width.saturating_sub(indent + head);
        for (at, line) in wrap(text.1, width).iter().enumerate() {
            let line = self.paint(text.0, line.trim_end());
            let full = if at == 0 { format!("{painted}{line}") } else { format!("{:head$}{line}", "") };
            writeln!(self.out, "{:indent$}{}", "", full.trim_end_matches(' '))?;
        }
        Ok(())
    }
}
