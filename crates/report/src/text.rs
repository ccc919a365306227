//! The report for the terminal.
//!
//! Host by host: the verdict, the eight stages with the command that comes next, the findings, what was read, and the
//! rest. Whatever comes from the evidence is made visible first; nothing of it acts on the terminal.

mod finding;
mod layout;
mod pen;

use crate::Context;
use crate::catalogue::Catalogue;
use crate::command::command_line;
use crate::places::{areas_read, by_remedy, custody_id, meaning, not_read, system, with_offset};
use crate::sanitize::visible;
use crate::words::Word as _;
use crate::worse::{last_use, uses};
use detect::assessment::{Assessment, Duty, Exposure, Severity, Stage, Verdict};
use evidence::{Message, Note, ReadState};
use layout::columns;
use pen::{BOLD, DIM, PLAIN, Pen};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// How many entries of a long list are shown unless everything is.
const SHORT_LIST: usize = 20;

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
    hosts: BTreeMap<Verdict, usize>,
    /// The ways to get missing evidence that were told already: once a run is enough.
    told: BTreeSet<String>,
}

impl<'a> TextReport<'a> {
    pub(crate) fn new(context: Context<'a>, options: TextOptions) -> Self {
        Self { context, options, hosts: BTreeMap::new(), told: BTreeSet::new() }
    }

    pub(crate) fn assessment(&mut self, out: &mut dyn Write, assessment: &Assessment) -> io::Result<()> {
        let first = self.hosts.is_empty();
        *self.hosts.entry(assessment.verdict).or_default() += 1;
        let mut pen = self.pen(out);
        if self.options.verbosity == Verbosity::Quiet {
            return one_line(&mut pen, assessment);
        }
        if !first {
            pen.blank()?;
        }
        header(&mut pen, assessment)?;
        stages(&mut pen, &self.context, assessment)?;
        findings(&mut pen, assessment)?;
        duties(&mut pen, &assessment.duties)?;
        exposure(&mut pen, &assessment.exposure)?;
        coverage(&mut pen, &mut self.told, assessment)?;
        neighbours(&mut pen, &assessment.neighbours)?;
        timeline(&mut pen, assessment)?;
        notes(&mut pen, "heading-notes", &assessment.notes)
    }

    pub(crate) fn end(self, out: &mut dyn Write, run_notes: &[Note]) -> io::Result<()> {
        let mut pen = self.pen(out);
        notes(&mut pen, "heading-run-notes", run_notes)?;
        let hosts: usize = self.hosts.values().sum();
        if hosts == 1 || self.options.verbosity == Verbosity::Quiet {
            return Ok(());
        }
        let verdicts =
            self.hosts.iter().map(|(verdict, count)| format!("{} {count}", verdict.word(pen.catalogue)));
        let verdicts = pen.catalogue.list(verdicts);
        let text = pen.count("hosts-checked", hosts);
        pen.blank()?;
        pen.row(0, &[(BOLD, &text, 0)], (PLAIN, &verdicts))
    }

    fn pen<'w>(&self, out: &'w mut dyn Write) -> Pen<'w> {
        Pen { out, catalogue: Catalogue::get(self.context.language), options: self.options }
    }
}

/// The families that the findings name, each once.
fn families(assessment: &Assessment) -> BTreeSet<&str> {
    assessment.findings.iter().filter_map(|finding| finding.family.as_deref()).collect()
}

/// Never wrapped, so that it can be searched line by line.
fn one_line(pen: &mut Pen<'_>, assessment: &Assessment) -> io::Result<()> {
    pen.options.width = usize::MAX;
    let count = assessment.findings.iter().filter(|finding| finding.severity < Severity::Info).count();
    let families = families(assessment).into_iter().map(|family| visible(family).into_owned());
    let count = pen.count("findings-count", count);
    let rest = pen.catalogue.list(families.chain([count, not_read(pen.catalogue, assessment)]));
    let verdict = assessment.verdict.word(pen.catalogue);
    let name = visible(&assessment.host.name);
    pen.row(0, &[(BOLD, &name, 16), (pen::of_verdict(assessment.verdict), &verdict, 12)], (PLAIN, &rest))
}

fn header(pen: &mut Pen<'_>, assessment: &Assessment) -> io::Result<()> {
    let host = &assessment.host;
    let name = visible(&host.name);
    let verdict = assessment.verdict.word(pen.catalogue);
    let families = families(assessment).into_iter().map(|family| visible(family).into_owned());
    let families = pen.catalogue.list(families);
    pen.row(0, &[(BOLD, &name, 0), (pen::of_verdict(assessment.verdict), &verdict, 0)], (BOLD, &families))?;

    let meaning = meaning(pen.catalogue, assessment);
    pen.paragraph(2, PLAIN, &meaning)?;
    let others: Vec<_> =
        host.names.iter().filter(|other| **other != host.name).map(|other| visible(other)).collect();
    let mut about: Vec<_> = system(host).into_iter().collect();
    if !others.is_empty() {
        about.push(format!("{} {}", pen.word("label-also-named"), pen.catalogue.list(others)));
    }
    if host.id.0 != host.name.to_uppercase() {
        about.push(format!("{} {}", pen.word("label-host-id"), visible(&host.id.0)));
    }
    if !about.is_empty() {
        pen.paragraph(2, DIM, &about.join(" · "))?;
    }
    let custody = pen.word(custody_id(assessment));
    pen.paragraph(2, DIM, &custody)
}

fn stages(pen: &mut Pen<'_>, context: &Context<'_>, assessment: &Assessment) -> io::Result<()> {
    let heading = pen.word("heading-stages");
    pen.heading(&heading)?;
    let width = |ids: Vec<String>| ids.iter().map(|word| columns(word)).max().unwrap_or(0);
    let names = width(assessment.stages.iter().map(|stage| stage.stage.word(pen.catalogue)).collect());
    let states = width(assessment.stages.iter().map(|stage| stage.state.word(pen.catalogue)).collect());
    let mut told: BTreeMap<String, Stage> = BTreeMap::new();
    for stage in &assessment.stages {
        let name = stage.stage.word(pen.catalogue);
        let state = stage.state.word(pen.catalogue);
        let summary = pen.catalogue.say(&stage.summary);
        let cells = [(BOLD, name.as_str(), names), (pen::of_state(stage.state), state.as_str(), states)];
        pen.row(2, &cells, (PLAIN, &summary))?;
        let Some(next) = &stage.next else { continue };
        let command = command_line(next, context.evidence_args, context.shell);
        let indent = 2 + names + 2 + states + 2;
        let label = format!("{}: ", pen.word("label-next"));
        if let Some(earlier) = told.get(&command) {
            let as_before = Message::new("next-as-before").with("stage", earlier.word(pen.catalogue));
            let as_before = pen.catalogue.say(&as_before);
            pen.hanging(indent, &label, DIM, &as_before)?;
        } else {
            // Never broken, so that it can be pasted.
            let label = pen.paint(DIM, &label);
            writeln!(pen.out, "{:indent$}{label}{}", "", visible(&command))?;
            told.insert(command, stage.stage);
        }
    }
    Ok(())
}

fn findings(pen: &mut Pen<'_>, assessment: &Assessment) -> io::Result<()> {
    let shown = |severity: Severity| pen.options.verbosity == Verbosity::Verbose || severity < Severity::Info;
    let (shown, recorded): (Vec<_>, Vec<_>) =
        assessment.findings.iter().partition(|finding| shown(finding.severity));
    let heading = pen.count("heading-findings", shown.len());
    pen.heading(&heading)?;
    if shown.is_empty() {
        let nothing = pen.word("no-findings");
        pen.paragraph(2, PLAIN, &nothing)?;
    }
    for (at, finding) in shown.into_iter().enumerate() {
        if at > 0 {
            pen.blank()?;
        }
        finding::write(pen, finding)?;
    }
    if recorded.is_empty() {
        return Ok(());
    }
    pen.blank()?;
    let count = pen.count("recorded-shown-when-verbose", recorded.len());
    let hint = pen.word("shown-when-verbose");
    pen.paragraph(2, DIM, &format!("{count} ({hint})"))
}

fn coverage(pen: &mut Pen<'_>, told: &mut BTreeSet<String>, assessment: &Assessment) -> io::Result<()> {
    let heading = pen.word("heading-coverage");
    pen.heading(&heading)?;
    let catalogue = pen.catalogue;
    let labels = ["label-read", "label-partial", "label-not-read"].map(|id| catalogue.word_for(id));
    let width = labels.iter().map(|label| columns(label)).max().unwrap_or(0);
    for (label, state) in labels.iter().zip([ReadState::Complete, ReadState::Partial]) {
        let areas = match areas_read(catalogue, assessment, state) {
            Some(areas) => areas,
            None if state == ReadState::Complete => catalogue.word_for("nothing-read"),
            None => continue,
        };
        pen.row(2, &[(DIM, label, width)], (PLAIN, &areas))?;
    }
    let mut label = labels[2].as_str();
    for remedy in by_remedy(catalogue, assessment) {
        let areas = catalogue.list(remedy.areas);
        pen.row(2, &[(DIM, label, width)], (PLAIN, &areas))?;
        label = "";
        if !told.contains(&remedy.text) || pen.verbose() {
            pen.paragraph(2 + width + 4, DIM, &remedy.text)?;
            told.insert(remedy.text);
        }
    }
    Ok(())
}

fn duties(pen: &mut Pen<'_>, duties: &[Duty]) -> io::Result<()> {
    if duties.is_empty() {
        return Ok(());
    }
    let heading = pen.count("heading-duties", duties.len());
    pen.heading(&heading)?;
    for (number, duty) in (1..).zip(duties) {
        let text = pen.catalogue.say(&duty.text);
        pen.row(2, &[(BOLD, &format!("{number}."), 3)], (PLAIN, &text))?;
        for reason in &duty.reasons {
            let reason = pen.catalogue.say(reason);
            pen.paragraph(7, DIM, &reason)?;
        }
    }
    Ok(())
}

fn exposure(pen: &mut Pen<'_>, exposure: &Exposure) -> io::Result<()> {
    let accounts = &exposure.accounts;
    if accounts.is_empty() {
        return Ok(());
    }
    let heading = pen.count("heading-exposure", accounts.len());
    pen.heading(&heading)?;
    let explained = pen.word("exposure-explained");
    pen.paragraph(2, DIM, &explained)?;
    let limit = if pen.verbose() { accounts.len() } else { SHORT_LIST };
    for account in accounts.iter().take(limit) {
        let name = account.full_name();
        let name = visible(&name);
        let uses = uses(pen.catalogue, account);
        pen.row(2, &[(BOLD, &name, 0)], (DIM, &last_use(account)))?;
        pen.paragraph(4, PLAIN, &uses)?;
    }
    left_out(pen, accounts.len().saturating_sub(limit))
}

fn neighbours(pen: &mut Pen<'_>, neighbours: &[String]) -> io::Result<()> {
    if neighbours.is_empty() {
        return Ok(());
    }
    let heading = pen.count("heading-neighbours", neighbours.len());
    pen.heading(&heading)?;
    let explained = pen.word("neighbours-explained");
    pen.paragraph(2, DIM, &explained)?;
    let limit = if pen.verbose() { neighbours.len() } else { SHORT_LIST };
    let shown = pen.catalogue.list(neighbours.iter().take(limit).map(|address| visible(address)));
    pen.paragraph(2, PLAIN, &shown)?;
    left_out(pen, neighbours.len().saturating_sub(limit))
}

fn timeline(pen: &mut Pen<'_>, assessment: &Assessment) -> io::Result<()> {
    let entries = &assessment.timeline;
    if entries.is_empty() {
        return Ok(());
    }
    let heading = pen.count("heading-timeline", entries.len());
    pen.heading(&heading)?;
    let limit = if pen.verbose() { entries.len() } else { SHORT_LIST };
    for entry in entries.iter().take(limit) {
        let time = entry.time.to_string();
        let mut what = pen.catalogue.say(&entry.what);
        if let Some(fate) = &entry.fate {
            what = format!("{what} ({})", pen.catalogue.say(fate));
        }
        pen.row(2, &[(DIM, &time, 0)], (PLAIN, &what))?;
    }
    left_out(pen, entries.len().saturating_sub(limit))
}

fn notes(pen: &mut Pen<'_>, heading: &str, notes: &[Note]) -> io::Result<()> {
    if notes.is_empty() {
        return Ok(());
    }
    let heading = pen.count(heading, notes.len());
    pen.heading(&heading)?;
    let limit = if pen.verbose() { notes.len() } else { SHORT_LIST };
    let levels = notes.iter().map(|note| columns(&note.level.word(pen.catalogue))).max().unwrap_or(0);
    for note in notes.iter().take(limit) {
        let level = note.level.word(pen.catalogue);
        let place = with_offset(pen.catalogue, &note.source, note.offset);
        let text = pen.catalogue.say(&note.message);
        let text = if place.is_empty() { text } else { format!("{place}: {text}") };
        pen.row(2, &[(pen::of_level(note.level), &level, levels)], (PLAIN, &text))?;
    }
    left_out(pen, notes.len().saturating_sub(limit))
}

/// Says how many entries of a list are not shown.
fn left_out(pen: &mut Pen<'_>, count: usize) -> io::Result<()> {
    if count == 0 {
        return Ok(());
    }
    let more = pen.count("more-entries", count);
    let hint = pen.word("shown-when-verbose");
    pen.paragraph(2, DIM, &format!("… {more} ({hint})"))
}

#[cfg(test)]
#[path = "text/tests.rs"]
mod tests;
