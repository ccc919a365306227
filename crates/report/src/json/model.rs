//! An assessment in the layout of the contract.

use crate::Context;
use crate::catalogue::Catalogue;
use crate::command::command_line;
use crate::subject::SortedMap;
use crate::words::Word as _;
use deobfuscate::{Indicator, Layer, TraitHit};
use detect::assessment::{
    Assessment, DecodedScript, Duty, EvidenceRef, ExposedAccount, Finding, Missing, StageState, TimelineEntry,
};
use evidence::{Arg, Custody, Host, Message, Note, OperatingSystem, ReadState};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// The program that judged.
#[derive(Serialize)]
pub(crate) struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

impl<'a> Tool<'a> {
    pub(crate) fn new(context: &Context<'a>) -> Self {
        Self { name: "deminer", version: context.tool_version }
    }
}

/// One host.
#[derive(Serialize)]
pub(crate) struct AssessmentView<'a> {
    host: HostView<'a>,
    verdict: &'static str,
    coverage: CoverageView<'a>,
    custody: Custody,
    stages: Vec<StageView<'a>>,
    findings: Vec<FindingView<'a>>,
    neighbours: &'a [String],
    /// The first sign of the infection.
    exposed_since: Option<String>,
    exposed_accounts: Vec<AccountView<'a>>,
    duties: Vec<DutyView<'a>>,
    timeline: Vec<TimelineView<'a>>,
    /// The places that `timeline` refers to, by their place in this list.
    timeline_evidence: Vec<EvidenceView<'a>>,
    notes: Vec<NoteView<'a>>,
}

impl<'a> AssessmentView<'a> {
    pub(crate) fn new(context: &Context<'a>, assessment: &'a Assessment) -> Self {
        let catalogue = Catalogue::get(context.language);
        let mut places: Vec<&EvidenceRef> = assessment.timeline.iter().map(|entry| &entry.evidence).collect();
        places.sort();
        places.dedup();
        Self {
            host: HostView::new(&assessment.host),
            verdict: assessment.verdict.name(),
            coverage: CoverageView::new(catalogue, assessment),
            custody: assessment.custody,
            stages: assessment.stages.iter().map(|stage| StageView::new(context, catalogue, stage)).collect(),
            findings: assessment
                .findings
                .iter()
                .map(|finding| FindingView::new(catalogue, finding))
                .collect(),
            neighbours: &assessment.neighbours,
            exposed_since: assessment.exposure.since.map(|time| time.to_string()),
            exposed_accounts: assessment.exposure.accounts.iter().map(AccountView::new).collect(),
            duties: assessment.duties.iter().map(|duty| DutyView::new(catalogue, duty)).collect(),
            timeline: assessment
                .timeline
                .iter()
                .map(|entry| TimelineView::new(catalogue, entry, &places))
                .collect(),
            timeline_evidence: places.into_iter().map(EvidenceView::new).collect(),
            notes: assessment.notes.iter().map(|note| NoteView::new(catalogue, note)).collect(),
        }
    }
}

#[derive(Serialize)]
struct HostView<'a> {
    id: &'a str,
    name: &'a str,
    names: &'a [String],
    os: Option<OsView<'a>>,
}

#[derive(Serialize)]
struct OsView<'a> {
    product: Option<&'a str>,
    version: Option<&'a str>,
    ubr: Option<u32>,
}

impl<'a> HostView<'a> {
    fn new(host: &'a Host) -> Self {
        let os = |os: &'a OperatingSystem| OsView {
            product: os.product.as_deref(),
            version: os.version.as_deref(),
            ubr: os.ubr,
        };
        Self { id: &host.id.0, name: &host.name, names: &host.names, os: host.os.as_ref().map(os) }
    }
}

#[derive(Serialize)]
struct CoverageView<'a> {
    /// Read completely. `subscriptions` stands for filters, consumers and bindings together.
    read: Vec<&'static str>,
    /// Read in part.
    partial: Vec<&'static str>,
    missing: Vec<MissingView<'a>>,
}

impl<'a> CoverageView<'a> {
    fn new(catalogue: &Catalogue, assessment: &'a Assessment) -> Self {
        let areas = |wanted: ReadState| {
            assessment
                .coverage
                .iter()
                .filter(move |(_, state)| *state == wanted)
                .map(|(area, _)| area.as_str())
        };
        let subscriptions = assessment.coverage.subscriptions_complete().then_some("subscriptions");
        Self {
            read: subscriptions.into_iter().chain(areas(ReadState::Complete)).collect(),
            partial: areas(ReadState::Partial).collect(),
            missing: assessment.missing.iter().map(|missing| MissingView::new(catalogue, missing)).collect(),
        }
    }
}

#[derive(Serialize)]
struct MissingView<'a> {
    what: &'static str,
    partly: bool,
    how: String,
    how_message: MessageView<'a>,
}

impl<'a> MissingView<'a> {
    fn new(catalogue: &Catalogue, missing: &'a Missing) -> Self {
        Self {
            what: missing.area.as_str(),
            partly: missing.partly,
            how: catalogue.text(&missing.how),
            how_message: MessageView(&missing.how),
        }
    }
}

#[derive(Serialize)]
struct StageView<'a> {
    stage: &'static str,
    state: &'static str,
    summary: String,
    summary_message: MessageView<'a>,
    next: Option<String>,
}

impl<'a> StageView<'a> {
    fn new(context: &Context<'a>, catalogue: &Catalogue, stage: &'a StageState) -> Self {
        let next = stage.next.as_ref();
        Self {
            stage: stage.stage.as_str(),
            state: stage.state.name(),
            summary: catalogue.text(&stage.summary),
            summary_message: MessageView(&stage.summary),
            next: next.map(|next| command_line(next, context.evidence_args, context.shell)),
        }
    }
}

#[derive(Serialize)]
struct FindingView<'a> {
    id: &'a str,
    kind: &'static str,
    severity: &'static str,
    confidence: &'static str,
    name: &'a str,
    title: String,
    title_message: MessageView<'a>,
    reason: String,
    reason_messages: Vec<MessageView<'a>>,
    family: Option<&'a str>,
    attack: &'a [String],
    subject: SortedMap<'a>,
    decoded: Vec<DecodedView<'a>>,
    action: &'static str,
    evidence: Vec<EvidenceView<'a>>,
}

impl<'a> FindingView<'a> {
    fn new(catalogue: &Catalogue, finding: &'a Finding) -> Self {
        Self {
            id: &finding.id,
            kind: finding.kind.name(),
            severity: finding.severity.name(),
            confidence: finding.confidence.name(),
            name: &finding.name,
            title: catalogue.text(&finding.title),
            title_message: MessageView(&finding.title),
            reason: catalogue.texts(&finding.reasons),
            reason_messages: finding.reasons.iter().map(MessageView).collect(),
            family: finding.family.as_deref(),
            attack: &finding.attack,
            subject: SortedMap(&finding.subject),
            decoded: finding.decoded.iter().map(|script| DecodedView::new(catalogue, script)).collect(),
            action: finding.action.name(),
            evidence: finding.evidence.iter().map(EvidenceView::new).collect(),
        }
    }
}

#[derive(Serialize)]
struct DecodedView<'a> {
    field: &'a str,
    layers: &'a [Layer],
    indicators: &'a [Indicator],
    traits: Vec<TraitView<'a>>,
    notes: &'a [deobfuscate::Problem],
}

impl<'a> DecodedView<'a> {
    fn new(catalogue: &Catalogue, script: &'a DecodedScript) -> Self {
        let traits = script.traits.iter();
        Self {
            field: &script.field,
            layers: &script.layers,
            indicators: &script.indicators,
            traits: traits
                .map(|hit| TraitView { hit, meaning: catalogue.word_for(&format!("trait-{}", hit.id)) })
                .collect(),
            notes: &script.problems,
        }
    }
}

#[derive(Serialize)]
struct TraitView<'a> {
    #[serde(flatten)]
    hit: &'a TraitHit,
    meaning: String,
}

#[derive(Serialize)]
struct EvidenceView<'a> {
    source: &'a str,
    member: Option<&'a str>,
    offset: Option<u64>,
    record: Option<u64>,
    sha256: Option<&'a str>,
}

impl<'a> EvidenceView<'a> {
    fn new(place: &'a EvidenceRef) -> Self {
        Self {
            source: &place.source,
            member: place.member.as_deref(),
            offset: place.offset,
            record: place.record,
            sha256: place.sha256.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct AccountView<'a> {
    domain: Option<&'a str>,
    name: &'a str,
    sid: Option<&'a str>,
    local: Option<bool>,
    logons: &'a BTreeMap<u32, u64>,
    logons_since: &'a BTreeMap<u32, u64>,
    logons_total: u64,
    explicit: u64,
    services: &'a [String],
    tasks: &'a [String],
    first: Option<String>,
    last: Option<String>,
}

impl<'a> AccountView<'a> {
    fn new(account: &'a ExposedAccount) -> Self {
        Self {
            domain: account.domain.as_deref(),
            name: &account.name,
            sid: account.sid.as_deref(),
            local: account.local,
            logons: &account.logons,
            logons_since: &account.logons_since,
            logons_total: account.total(),
            explicit: account.explicit,
            services: &account.services,
            tasks: &account.tasks,
            first: account.first.map(|time| time.to_string()),
            last: account.last.map(|time| time.to_string()),
        }
    }
}

#[derive(Serialize)]
struct DutyView<'a> {
    id: &'a str,
    text: String,
    text_message: MessageView<'a>,
    reason: String,
    reason_messages: Vec<MessageView<'a>>,
}

impl<'a> DutyView<'a> {
    fn new(catalogue: &Catalogue, duty: &'a Duty) -> Self {
        Self {
            id: &duty.id,
            text: catalogue.text(&duty.text),
            text_message: MessageView(&duty.text),
            reason: catalogue.texts(&duty.reasons),
            reason_messages: duty.reasons.iter().map(MessageView).collect(),
        }
    }
}

#[derive(Serialize)]
struct TimelineView<'a> {
    time: String,
    what: String,
    what_message: MessageView<'a>,
    /// What became of what was made then.
    fate: Option<String>,
    fate_message: Option<MessageView<'a>>,
    /// The place in `timeline_evidence`.
    evidence: usize,
}

impl<'a> TimelineView<'a> {
    fn new(catalogue: &Catalogue, entry: &'a TimelineEntry, places: &[&EvidenceRef]) -> Self {
        Self {
            time: entry.time.to_string(),
            what: catalogue.text(&entry.what),
            what_message: MessageView(&entry.what),
            fate: entry.fate.as_ref().map(|fate| catalogue.text(fate)),
            fate_message: entry.fate.as_ref().map(MessageView),
            evidence: places.partition_point(|place| *place < &entry.evidence),
        }
    }
}

/// A remark.
#[derive(Serialize)]
pub(crate) struct NoteView<'a> {
    level: &'static str,
    source: &'a str,
    offset: Option<u64>,
    text: String,
    text_message: MessageView<'a>,
}

impl<'a> NoteView<'a> {
    pub(crate) fn new(catalogue: &Catalogue, note: &'a Note) -> Self {
        Self {
            level: note.level.name(),
            source: &note.source,
            offset: note.offset,
            text: catalogue.text(&note.message),
            text_message: MessageView(&note.message),
        }
    }
}

/// A message by its id and arguments: `{"id": "…", "args": {…}}`.
struct MessageView<'a>(&'a Message);

impl Serialize for MessageView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct View<'a> {
            id: &'a str,
            args: Args<'a>,
        }
        View { id: &self.0.id, args: Args(&self.0.args) }.serialize(serializer)
    }
}

struct Args<'a>(&'a [(String, Arg)]);

impl Serialize for Args<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, ArgView(value))))
    }
}

struct ArgView<'a>(&'a Arg);

impl Serialize for ArgView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Arg::Number(number) => serializer.serialize_u64(*number),
            Arg::Text(text) => serializer.serialize_str(text),
            Arg::Message(message) => MessageView(message).serialize(serializer),
        }
    }
}
