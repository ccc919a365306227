//! What the templates show: texts in the language of the report, made visible, ready to be escaped.

use crate::Context;
use crate::catalogue::{Catalogue, Run};
use crate::command::command_line;
use crate::places::{
    areas_read, by_remedy, custody_id, indicator, meaning, not_read, place, system, with_offset,
};
use crate::sanitize::{visible, visible_lines};
use crate::scripts::{layer_title, shown_layers, trait_meaning, unopened};
use crate::subject::{Field, Part, parts};

use crate::words::Word as _;
use crate::worse::{last_use, uses};
use askama::Template;
use detect::assessment::{
    Assessment, DecodedScript, Duty, EvidenceRef, ExposedAccount, Finding, Severity, Stage, State,
};
use evidence::{Message, Note, ReadState};
use std::collections::{BTreeMap, BTreeSet};

/// How much of a text paper shows; the page itself has all of it.
#[derive(Clone, Copy)]
struct Paper {
    characters: usize,
    lines: usize,
}

impl Paper {
    /// Of a field of a record.
    const FIELD: Self = Self { characters: 1_500, lines: 20 };
    /// Of a decoded script.
    const SCRIPT: Self = Self { characters: 10_000, lines: 100 };
}

/// The words of the report itself.
#[derive(Clone, Copy)]
pub(super) struct Words(pub(super) &'static Catalogue);

impl Words {
    /// The language tag of the page.
    pub(super) fn tag(self) -> &'static str {
        self.0.language().tag()
    }

    /// The words for an id, with a capital.
    pub(super) fn say(self, id: &str) -> String {
        capital(self.0.word_for(id))
    }

    /// A message that counts something, with a capital.
    pub(super) fn count(self, id: &str, count: usize) -> String {
        capital(self.0.line(&Message::new(id).with("count", count)))
    }

    fn sentence(self, message: &Message) -> Vec<Run> {
        let mut runs = self.0.runs(message);
        if let Some(first) = runs.first_mut().filter(|first| !first.quoted) {
            first.text = capital(std::mem::take(&mut first.text));
        }
        runs
    }
}

/// The text with its first letter as a capital.
fn capital(text: String) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if first.is_lowercase() => first.to_uppercase().chain(chars).collect(),
        _ => text,
    }
}

/// One host.
#[derive(Template)]
#[template(path = "host.html")]
pub(super) struct HostView {
    words: Words,
    anchor: String,
    name: String,
    verdict_class: &'static str,
    verdict: String,
    meaning: String,
    families: BTreeSet<String>,
    facts: Vec<(String, String)>,
    stages: Vec<StageView>,
    findings_heading: String,
    listed: Vec<FindingView>,
    recorded_heading: String,
    recorded: Vec<FindingView>,
    read: String,
    partial: String,
    missing: Vec<MissingView>,
    duties_heading: String,
    duties: Vec<DutyView>,
    exposure_heading: String,
    exposure: Vec<AccountView>,
    neighbours_heading: String,
    neighbours: Vec<String>,
    timeline_heading: String,
    timeline: Vec<TimelineView>,
    notes_heading: String,
    notes: Vec<NoteView>,
}

impl HostView {
    pub(super) fn new(context: &Context<'_>, assessment: &Assessment, anchor: String) -> Self {
        let catalogue = Catalogue::get(context.language);
        let words = Words(catalogue);
        let (listed, recorded): (Vec<_>, Vec<_>) =
            assessment.findings.iter().partition(|finding| finding.severity < Severity::Info);
        let views =
            |findings: Vec<&Finding>| findings.into_iter().map(|f| FindingView::new(words, f)).collect();
        Self {
            words,
            anchor,
            name: visible(&assessment.host.name).into_owned(),
            verdict_class: assessment.verdict.name(),
            verdict: capital(assessment.verdict.word(catalogue)),
            meaning: capital(meaning(catalogue, assessment)),
            families: families(assessment),
            facts: facts(words, assessment),
            stages: stages(words, context, assessment),
            findings_heading: words.count("heading-findings", listed.len()),
            listed: views(listed),
            recorded_heading: words.count("heading-recorded", recorded.len()),
            recorded: views(recorded),
            read: capital(
                areas_read(catalogue, assessment, ReadState::Complete)
                    .unwrap_or_else(|| catalogue.word_for("nothing-read")),
            ),
            partial: capital(areas_read(catalogue, assessment, ReadState::Partial).unwrap_or_default()),
            missing: missing(words, assessment),
            duties_heading: words.count("heading-duties", assessment.duties.len()),
            duties: assessment.duties.iter().map(|duty| DutyView::new(words, duty)).collect(),
            exposure_heading: words.count("heading-exposure", assessment.exposure.accounts.len()),
            exposure: assessment.exposure.accounts.iter().map(|a| AccountView::new(catalogue, a)).collect(),
            neighbours_heading: words.count("heading-neighbours", assessment.neighbours.len()),
            neighbours: assessment.neighbours.iter().map(|address| visible(address).into_owned()).collect(),
            timeline_heading: words.count("heading-timeline", assessment.timeline.len()),
            timeline: timeline(words, assessment),
            notes_heading: words.count("heading-notes", assessment.notes.len()),
            notes: assessment.notes.iter().map(|note| NoteView::new(catalogue, note)).collect(),
        }
    }
}

struct DutyView {
    text: Vec<Run>,
    reasons: Vec<Vec<Run>>,
}

impl DutyView {
    fn new(words: Words, duty: &Duty) -> Self {
        Self {
            text: words.sentence(&duty.text),
            reasons: duty.reasons.iter().map(|reason| words.sentence(reason)).collect(),
        }
    }
}

struct AccountView {
    name: String,
    uses: String,
    last: String,
}

impl AccountView {
    fn new(catalogue: &Catalogue, account: &ExposedAccount) -> Self {
        Self {
            name: visible(&account.full_name()).into_owned(),
            uses: uses(catalogue, account),
            last: last_use(account),
        }
    }
}

fn families(assessment: &Assessment) -> BTreeSet<String> {
    let families = assessment.findings.iter().filter_map(|finding| finding.family.as_deref());
    families.map(|family| visible(family).into_owned()).collect()
}

fn facts(words: Words, assessment: &Assessment) -> Vec<(String, String)> {
    let host = &assessment.host;
    let mut facts = Vec::new();
    if let Some(system) = system(host) {
        facts.push((words.say("label-system"), system));
    }
    let others: Vec<_> = host.names.iter().filter(|other| **other != host.name).collect();
    if !others.is_empty() {
        let names = words.0.list(others.into_iter().map(|other| visible(other)));
        facts.push((words.say("label-also-named"), names));
    }
    if host.id.0 != host.name.to_uppercase() {
        facts.push((words.say("label-host-id"), visible(&host.id.0).into_owned()));
    }
    facts.push((words.say("label-custody"), words.0.word_for(custody_id(assessment))));
    facts
}

struct StageView {
    class: &'static str,
    glyph: &'static str,
    name: String,
    state: String,
    question: String,
    summary: Vec<Run>,
    next: Option<NextView>,
}

struct NextView {
    text: String,
    /// Whether an earlier stage has the same command; the text then says which.
    repeated: bool,
}

/// The sign of a state, for eyes that do not tell the colours apart.
const fn glyph(state: State) -> &'static str {
    match state {
        State::Ok => "✓",
        State::Act => "!",
        State::Unknown => "?",
    }
}

fn stages(words: Words, context: &Context<'_>, assessment: &Assessment) -> Vec<StageView> {
    let catalogue = words.0;
    let mut told: BTreeMap<String, Stage> = BTreeMap::new();
    let mut next_view = |stage: Stage, command: String| {
        if let Some(earlier) = told.get(&command) {
            let message = Message::new("next-as-before").with("stage", earlier.word(catalogue));
            return NextView { text: catalogue.line(&message), repeated: true };
        }
        told.insert(command.clone(), stage);
        NextView { text: visible(&command).into_owned(), repeated: false }
    };
    assessment
        .stages
        .iter()
        .map(|stage| StageView {
            class: stage.state.name(),
            glyph: glyph(stage.state),
            name: capital(stage.stage.word(catalogue)),
            state: stage.state.word(catalogue),
            question: words.say(&format!("stage-question-{}", stage.stage.as_str())),
            summary: words.sentence(&stage.summary),
            next: stage
                .next
                .as_ref()
                .map(|next| next_view(stage.stage, command_line(next, context.evidence_args, context.shell))),
        })
        .collect()
}

struct MissingView {
    areas: String,
    how: Vec<Run>,
}

fn missing(words: Words, assessment: &Assessment) -> Vec<MissingView> {
    let remedies = by_remedy(words.0, assessment).into_iter();
    remedies
        .map(|remedy| MissingView {
            areas: capital(words.0.list(remedy.areas)),
            how: words.sentence(remedy.how),
        })
        .collect()
}

struct TimelineView {
    time: String,
    what: Vec<Run>,
    fate: Vec<Run>,
    place: String,
}

fn timeline(words: Words, assessment: &Assessment) -> Vec<TimelineView> {
    let entries = assessment.timeline.iter();
    entries
        .map(|entry| TimelineView {
            time: entry.time.to_string(),
            what: words.sentence(&entry.what),
            fate: entry.fate.as_ref().map(|fate| words.sentence(fate)).unwrap_or_default(),
            place: place(words.0, &entry.evidence),
        })
        .collect()
}

/// A remark.
pub(super) struct NoteView {
    pub(super) class: &'static str,
    pub(super) level: String,
    pub(super) text: Vec<Run>,
    pub(super) place: String,
}

impl NoteView {
    pub(super) fn new(catalogue: &'static Catalogue, note: &Note) -> Self {
        Self {
            class: note.level.name(),
            level: note.level.word(catalogue),
            text: Words(catalogue).sentence(&note.message),
            place: with_offset(catalogue, &note.source, note.offset),
        }
    }
}

/// One finding.
struct FindingView {
    severity_class: &'static str,
    severity: String,
    /// Whether it is unfolded at first.
    open: bool,
    title: Vec<Run>,
    family: Option<String>,
    reasons: Vec<Vec<Run>>,
    action: String,
    confidence: String,
    kind: String,
    attack: Vec<String>,
    scripts: Vec<LayerView>,
    unopened: Vec<String>,
    traits: Vec<String>,
    indicators: Vec<(&'static str, String)>,
    parts: Vec<PartView>,
    evidence: Vec<PlaceView>,
    id: String,
}

struct LayerView {
    title: String,
    open: bool,
    text: Lines,
}

struct PartView {
    name: String,
    fields: Vec<FieldView>,
    background_heading: String,
    /// Fields that rarely tell anything, folded.
    background: Vec<FieldView>,
}

struct FieldView {
    name: String,
    text: Lines,
}

struct PlaceView {
    place: String,
    sha256: Option<String>,
}

/// A text line by line.
struct Lines {
    all: Vec<String>,
    /// Whether paper gets its beginning only.
    long: bool,
    /// What paper says then.
    cut: String,
}

impl Lines {
    fn new(words: Words, text: &str, paper: Paper) -> Self {
        let text = deobfuscate::defang_text(text);
        let lines: Vec<_> = visible_lines(&text).map(std::borrow::Cow::into_owned).collect();
        let long = text.len() > paper.characters || lines.len() > paper.lines;
        let cut = if long { words.count("cut-on-paper", text.chars().count()) } else { String::new() };
        Self { all: lines, long, cut }
    }
}

impl FindingView {
    fn new(words: Words, finding: &Finding) -> Self {
        let catalogue = words.0;
        let record = parts(&finding.subject);
        let mut seen = BTreeSet::new();
        let hits = finding.decoded.iter().flat_map(|script| &script.traits);
        let indicators = finding.decoded.iter().flat_map(|script| &script.indicators);
        Self {
            severity_class: finding.severity.name(),
            severity: finding.severity.word(catalogue),
            open: finding.severity <= Severity::High,
            title: words.sentence(&finding.title),
            family: finding.family.as_deref().map(|family| visible(family).into_owned()),
            reasons: finding.reasons.iter().map(|reason| words.sentence(reason)).collect(),
            action: capital(finding.action.word(catalogue)),
            confidence: finding.confidence.word(catalogue),
            kind: finding.kind.word(catalogue),
            attack: finding.attack.iter().map(|technique| visible(technique).into_owned()).collect(),
            scripts: finding.decoded.iter().flat_map(|script| layers(words, &record, script)).collect(),
            unopened: finding.decoded.iter().flat_map(|script| unopened(words.0, script)).collect(),
            traits: hits
                .filter(|hit| seen.insert(hit.id))
                .map(|hit| capital(trait_meaning(catalogue, hit)))
                .collect(),
            indicators: indicators.map(|found| (found.kind.as_str(), indicator(found))).collect(),
            parts: record.into_iter().map(|part| part_view(words, part)).collect(),
            evidence: finding.evidence.iter().map(|evidence| place_view(catalogue, evidence)).collect(),
            id: visible(&finding.id).into_owned(),
        }
    }
}

/// The layers that the record does not show; those that people look for are unfolded.
fn layers(words: Words, record: &[Part], script: &DecodedScript) -> Vec<LayerView> {
    let open = shown_layers(script, record, false);
    let shown = shown_layers(script, record, true).into_iter();
    shown
        .filter_map(|number| {
            Some(LayerView {
                title: layer_title(words.0, script, number),
                open: open.contains(&number),
                text: Lines::new(words, &script.layers.get(number)?.text, Paper::SCRIPT),
            })
        })
        .collect()
}

fn part_view(words: Words, part: Part) -> PartView {
    let field = |field: Field| FieldView {
        name: visible(&field.name).into_owned(),
        text: Lines::new(words, &field.value, Paper::FIELD),
    };
    let (background, telling): (Vec<_>, Vec<_>) = part.fields.into_iter().partition(|field| field.background);
    PartView {
        name: visible(&part.name).into_owned(),
        fields: telling.into_iter().map(field).collect(),
        background_heading: words.count("further-fields", background.len()),
        background: background.into_iter().map(field).collect(),
    }
}

fn place_view(catalogue: &Catalogue, evidence: &EvidenceRef) -> PlaceView {
    PlaceView {
        place: place(catalogue, evidence),
        sha256: evidence.sha256.as_deref().map(|hash| visible(hash).into_owned()),
    }
}

/// One row of the list of hosts.
pub(super) struct Row {
    pub(super) anchor: String,
    pub(super) name: String,
    pub(super) verdict_class: &'static str,
    pub(super) verdict: String,
    pub(super) families: String,
    pub(super) findings: String,
    pub(super) not_read: String,
    pub(super) stages: Vec<Mark>,
}

/// A stage in the list of hosts.
pub(super) struct Mark {
    pub(super) class: &'static str,
    pub(super) glyph: &'static str,
    pub(super) title: String,
}

impl Row {
    pub(super) fn new(catalogue: &Catalogue, assessment: &Assessment, anchor: &str) -> Self {
        let mut counts: BTreeMap<Severity, usize> = BTreeMap::new();
        for finding in assessment.findings.iter().filter(|finding| finding.severity < Severity::Info) {
            *counts.entry(finding.severity).or_default() += 1;
        }
        let counts = counts.iter().map(|(severity, count)| format!("{} {count}", severity.word(catalogue)));
        let mark = |stage: &detect::assessment::StageState| Mark {
            class: stage.state.name(),
            glyph: glyph(stage.state),
            title: format!("{}: {}", stage.stage.word(catalogue), stage.state.word(catalogue)),
        };
        Self {
            anchor: anchor.to_owned(),
            name: visible(&assessment.host.name).into_owned(),
            verdict_class: assessment.verdict.name(),
            verdict: assessment.verdict.word(catalogue),
            families: catalogue.list(families(assessment)),
            findings: catalogue.list(counts),
            not_read: not_read(catalogue, assessment),
            stages: assessment.stages.iter().map(mark).collect(),
        }
    }
}
