//! One finding on the terminal.

use super::layout::{columns, shorten};
use super::pen::{self, BOLD, DIM, PLAIN, Pen};
use crate::places::{indicator, place};
use crate::sanitize::{visible, visible_lines};
use crate::scripts::{layer_title, shown_layers, trait_meaning, unopened};
use crate::subject::{Part, parts};
use crate::words::Word as _;
use deobfuscate::defang_text;
use detect::assessment::{DecodedScript, Finding};
use std::collections::BTreeSet;
use std::io;

/// Characters of one line that are shown unless everything is.
const LINE_CHARS: usize = 300;
/// Up to how many columns the names of fields are aligned.
const NAME_COLUMNS: usize = 24;
/// Lines of a field that are shown unless everything is.
const FIELD_LINES: usize = 4;
/// Lines of a decoded script that are shown unless everything is.
const SCRIPT_LINES: usize = 16;
/// Indicators that are shown unless everything is.
const INDICATORS: usize = 12;
/// How many digits of a hash tell it from the others in the same report.
const HASH_DIGITS: usize = 12;

/// Writes the finding: a line that says what it is, a line of facts, and a labelled block for each thing that shows why.
pub(super) fn write(pen: &mut Pen<'_>, finding: &Finding) -> io::Result<()> {
    let severity = finding.severity.word(pen.catalogue);
    let title = pen.catalogue.say(&finding.title);
    pen.row(2, &[(pen::of_severity(finding.severity), &severity, 0)], (BOLD, &title))?;

    let family = finding.family.as_deref().map(|family| visible(family).into_owned());
    let attack = finding.attack.iter().map(|technique| visible(technique).into_owned());
    let facts: Vec<String> = family
        .into_iter()
        .chain([finding.confidence.word(pen.catalogue), finding.action.word(pen.catalogue)])
        .chain(attack)
        .chain([finding.id.clone()])
        .collect();
    pen.paragraph(4, DIM, &facts.join(" · "))?;

    let block = Block::new(pen);
    block.reasons(pen, finding)?;
    let record = parts(&finding.subject);
    block.record(pen, &record)?;
    let mut label = pen.word("label-decoded");
    for script in &finding.decoded {
        block.script(pen, &mut label, &record, script)?;
    }
    if pen.verbose() {
        block.traits(pen, finding)?;
    }
    block.indicators(pen, finding)?;
    block.evidence(pen, finding)
}

/// The labelled lines of a finding.
struct Block {
    width: usize,
}

impl Block {
    const INDENT: usize = 4;

    fn new(pen: &Pen<'_>) -> Self {
        const LABELS: [&str; 6] = [
            "label-why",
            "label-subject",
            "label-decoded",
            "label-traits",
            "label-indicators",
            "label-evidence",
        ];
        Self { width: LABELS.iter().map(|id| columns(&pen.word(id))).max().unwrap_or(0) }
    }

    /// Where the text behind the labels begins.
    fn column(&self) -> usize {
        Self::INDENT + self.width + 2
    }

    /// A line with its label; later lines of the same block have an empty one.
    fn line(&self, pen: &mut Pen<'_>, label: &mut String, text: &str) -> io::Result<()> {
        let label = std::mem::take(label);
        pen.row(Self::INDENT, &[(DIM, &label, self.width)], (PLAIN, text))
    }

    fn reasons(&self, pen: &mut Pen<'_>, finding: &Finding) -> io::Result<()> {
        let mut label = pen.word("label-why");
        for reason in &finding.reasons {
            let reason = pen.catalogue.say(reason);
            self.line(pen, &mut label, &reason)?;
        }
        Ok(())
    }

    fn record(&self, pen: &mut Pen<'_>, record: &[Part]) -> io::Result<()> {
        let verbose = pen.verbose();
        let mut label = pen.word("label-subject");
        for part in record {
            let fields: Vec<_> = part.fields.iter().filter(|field| verbose || !field.background).collect();
            if fields.is_empty() {
                continue;
            }
            let mut indent = "";
            if !part.name.is_empty() {
                self.line(pen, &mut label, &visible(&part.name))?;
                indent = "  ";
            }
            let names = fields.iter().map(|field| columns(&visible(&field.name)));
            let width = names.filter(|width| *width <= NAME_COLUMNS).max().unwrap_or(0) + indent.len();
            for field in fields {
                let name = format!("{indent}{}", visible(&field.name));
                self.field(pen, &mut label, (&name, width), &field.value)?;
            }
        }
        Ok(())
    }

    /// A field: one line behind its name, several behind a gutter.
    fn field(
        &self,
        pen: &mut Pen<'_>,
        label: &mut String,
        (name, width): (&str, usize),
        value: &str,
    ) -> io::Result<()> {
        let value = defang_text(value);
        let lines: Vec<_> = visible_lines(&value).collect();
        if let [line] = lines.as_slice() {
            let (kept, rest) = cut(pen, line);
            let text = format!("{kept}{}", more(pen, "more-characters", rest));
            let label = std::mem::take(label);
            return pen.row(Self::INDENT, &[(DIM, &label, self.width), (DIM, name, width)], (PLAIN, &text));
        }
        self.line(pen, label, name)?;
        self.lines(pen, &lines, FIELD_LINES)
    }

    fn script(
        &self,
        pen: &mut Pen<'_>,
        label: &mut String,
        record: &[Part],
        script: &DecodedScript,
    ) -> io::Result<()> {
        for number in shown_layers(script, record, pen.verbose()) {
            let Some(layer) = script.layers.get(number) else { continue };
            let title = layer_title(pen.catalogue, script, number);
            self.line(pen, label, &title)?;
            let text = defang_text(&layer.text);
            let lines: Vec<_> = visible_lines(&text).collect();
            self.lines(pen, &lines, SCRIPT_LINES)?;
        }
        let catalogue = pen.catalogue;
        for line in unopened(catalogue, script) {
            self.line(pen, label, &line)?;
        }
        Ok(())
    }

    /// Lines behind a gutter, the first of them unless everything is shown.
    fn lines<S: AsRef<str>>(&self, pen: &mut Pen<'_>, lines: &[S], limit: usize) -> io::Result<()> {
        let limit = if pen.verbose() { lines.len() } else { limit };
        for line in lines.iter().take(limit) {
            let (kept, rest) = cut(pen, line.as_ref());
            let text = format!("{kept}{}", more(pen, "more-characters", rest));
            pen.gutter(self.column(), &text)?;
        }
        let rest = more(pen, "more-lines", lines.len().saturating_sub(limit));
        if rest.is_empty() {
            return Ok(());
        }
        pen.gutter(self.column(), rest.trim_start())
    }

    fn traits(&self, pen: &mut Pen<'_>, finding: &Finding) -> io::Result<()> {
        let hits = finding.decoded.iter().flat_map(|script| &script.traits);
        let mut seen = BTreeSet::new();
        let meanings: Vec<_> =
            hits.filter(|hit| seen.insert(hit.id)).map(|hit| trait_meaning(pen.catalogue, hit)).collect();
        if meanings.is_empty() {
            return Ok(());
        }
        let mut label = pen.word("label-traits");
        self.line(pen, &mut label, &pen.catalogue.list(meanings))
    }

    fn indicators(&self, pen: &mut Pen<'_>, finding: &Finding) -> io::Result<()> {
        let indicators: Vec<_> = finding.decoded.iter().flat_map(|script| &script.indicators).collect();
        let limit = if pen.verbose() { indicators.len() } else { INDICATORS };
        let mut label = pen.word("label-indicators");
        for found in indicators.iter().take(limit) {
            let text = format!("{} ({})", indicator(found), found.kind.as_str());
            self.line(pen, &mut label, &text)?;
        }
        let rest = more(pen, "more-entries", indicators.len().saturating_sub(limit));
        if rest.is_empty() {
            return Ok(());
        }
        self.line(pen, &mut label, rest.trim_start())
    }

    fn evidence(&self, pen: &mut Pen<'_>, finding: &Finding) -> io::Result<()> {
        let mut label = pen.word("label-evidence");
        for evidence in &finding.evidence {
            let mut text = place(pen.catalogue, evidence);
            if let Some(hash) = &evidence.sha256 {
                let hash = visible(hash);
                let (kept, rest) =
                    if pen.verbose() { (hash.as_ref(), 0) } else { shorten(&hash, HASH_DIGITS) };
                let dots = if rest > 0 { "…" } else { "" };
                let message = evidence::Message::new("place-sha256").with("hash", format!("{kept}{dots}"));
                text.push_str(" · ");
                text.push_str(&pen.catalogue.say(&message));
            }
            self.line(pen, &mut label, &text)?;
        }
        Ok(())
    }
}

/// The part of a line that is shown, and how many characters are not.
fn cut<'t>(pen: &Pen<'_>, line: &'t str) -> (&'t str, usize) {
    if pen.verbose() { (line, 0) } else { shorten(line, LINE_CHARS) }
}

/// Says how much is not shown; nothing where all is.
fn more(pen: &Pen<'_>, id: &str, count: usize) -> String {
    if count == 0 { String::new() } else { format!(" … {}", pen.count(id, count)) }
}
