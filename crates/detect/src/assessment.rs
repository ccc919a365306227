//! What was judged of one host: findings, stages, verdict.
//!
//! The scales and the rules of the verdict are those of `docs/contracts.md`.

use evidence::{Area, Coverage, Custody, Host, Message, Note};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The judgement of one host.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Assessment {
    /// The machine.
    pub host: Host,
    /// The verdict.
    pub verdict: Verdict,
    /// What was read.
    pub coverage: Coverage,
    /// What was not read, or not completely, and how to get it.
    pub missing: Vec<Missing>,
    /// Whether the evidence came with a manifest that verifies.
    pub custody: Custody,
    /// The eight stages, in the order of the workflow.
    pub stages: Vec<StageState>,
    /// The findings, sorted by severity (worst first), kind, name and id.
    pub findings: Vec<Finding>,
    /// Machines that the evidence names as other victims or that tried to get in, sorted.
    pub neighbours: Vec<String>,
    /// The accounts that were used on the machine since the first sign of the infection, or left credentials there before.
    pub exposure: Exposure,
    /// What people have to do besides, the most pressing first.
    pub duties: Vec<Duty>,
    /// What happened when, where evidence carries times, sorted.
    pub timeline: Vec<TimelineEntry>,
    /// Remarks on the evidence.
    pub notes: Vec<Note>,
}

/// The verdict of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// A miner or persistence is there.
    Infected,
    /// Something is there that needs a person's look.
    Suspicious,
    /// Too little was read to say.
    Inconclusive,
    /// Nothing of the kind in what was read, and subscriptions were read completely.
    Clean,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Active or certain.
    Critical,
    /// Malicious by content.
    High,
    /// Not on a clean machine and able to run code, or a weakness that such miners use.
    Medium,
    /// Unusual, explained by common software, or a lesser hardening gap.
    Low,
    /// Recorded for completeness.
    Info,
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// The content itself proves it.
    Certain,
    /// Several independent signs.
    Likely,
    /// One sign, or names only.
    Possible,
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A WMI subscription: filter, consumer and binding.
    Subscription,
    /// A filter, consumer, timer or binding without its partner.
    Orphan,
    /// A stock entry that should be there and is not.
    StockMissing,
    /// A WMI class that holds a payload.
    ClassStore,
    /// A consumer class or provider outside the standard ones.
    ConsumerClass,
    /// A scheduled task.
    Task,
    /// A service.
    Service,
    /// A driver.
    Driver,
    /// A Run value or start-up file.
    Run,
    /// Another autostart place.
    Autostart,
    /// A process.
    Process,
    /// A network connection.
    Connection,
    /// A file.
    File,
    /// A user account.
    Account,
    /// A setting.
    Setting,
    /// A security update.
    Patch,
    /// A hardening gap.
    Hardening,
    /// Something seen on the network.
    Network,
    /// Something that an event log tells.
    Event,
    /// A script.
    Script,
}

/// What to do about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Remove it.
    Remove,
    /// Put back what is missing.
    Restore,
    /// A person has to look.
    Review,
    /// Ask the owner whether it is wanted.
    AskOwner,
    /// Install an update.
    Patch,
    /// Change a setting.
    Harden,
    /// Nothing.
    None,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// The first 16 hex digits of a SHA-256 over kind, identity and fingerprint; the host is not in it.
    pub id: String,
    /// What it is about.
    pub kind: Kind,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// What it is, in one line.
    pub title: Message,
    /// Why it is one: what was judged, by which rule or fact, with its source.
    pub reasons: Vec<Message>,
    /// The family, where one is recognised.
    pub family: Option<String>,
    /// ATT&CK techniques.
    pub attack: Vec<String>,
    /// Every field of the record under its Windows name; for a subscription the fields of `filter`, `consumer` and `binding`.
    pub subject: serde_json::Map<String, serde_json::Value>,
    /// The name by which people know the subject, for sorting and titles.
    pub name: String,
    /// Scripts and command lines in it, layer by layer in plain text.
    pub decoded: Vec<DecodedScript>,
    /// What to do.
    pub action: Action,
    /// Where it was read.
    pub evidence: Vec<EvidenceRef>,
}

/// A script or command line, decoded.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DecodedScript {
    /// The field that carries it, under its Windows name.
    pub field: String,
    /// Its layers, the input first.
    pub layers: Vec<deobfuscate::Layer>,
    /// What it names: addresses, wallets, files, …
    pub indicators: Vec<deobfuscate::Indicator>,
    /// The traits that it shows.
    pub traits: Vec<deobfuscate::TraitHit>,
    /// What could not be opened, and why.
    pub problems: Vec<deobfuscate::Problem>,
}

/// A place where a finding was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EvidenceRef {
    /// The file.
    pub source: String,
    /// The member of the archive.
    pub member: Option<String>,
    /// The byte offset.
    pub offset: Option<u64>,
    /// The record number, for formats that count records.
    pub record: Option<u64>,
    /// The SHA-256 of the source.
    pub sha256: Option<String>,
}

/// The stages of the workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Is this a miner, or another infection that persists through WMI?
    Confirm,
    /// Are the security updates in?
    Patch,
    /// Is the evidence safe?
    Collect,
    /// What differs from a clean machine?
    Compare,
    /// Executable or script, and where does it start?
    Locate,
    /// What goes, and in which order?
    Remove,
    /// Is it gone?
    Verify,
    /// What would let it back in?
    Prevent,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 8] = [
        Self::Confirm,
        Self::Patch,
        Self::Collect,
        Self::Compare,
        Self::Locate,
        Self::Remove,
        Self::Verify,
        Self::Prevent,
    ];

    /// The name of the stage in machine-readable output and in message ids.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Patch => "patch",
            Self::Collect => "collect",
            Self::Compare => "compare",
            Self::Locate => "locate",
            Self::Remove => "remove",
            Self::Verify => "verify",
            Self::Prevent => "prevent",
        }
    }
}

/// Where a stage stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nothing to do.
    Ok,
    /// Something to do.
    Act,
    /// Evidence is missing.
    Unknown,
}

/// A stage, where it stands and what comes next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageState {
    /// Which stage.
    pub stage: Stage,
    /// Where it stands.
    pub state: State,
    /// Why, in one sentence.
    pub summary: Message,
    /// The command that comes next, where there is one.
    pub next: Option<Next>,
}

/// A command that a person can paste. The evidence and its paths are filled in by whoever prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Next {
    /// A `deminer` command: its arguments. `{evidence}` stands for what the user named as evidence.
    Deminer(Vec<String>),
    /// A command to run on the machine itself, as it is.
    OnMachine(String),
}

/// An area that was not read, or not completely, and how to get it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// The area.
    pub area: Area,
    /// Whether some of it was read.
    pub partly: bool,
    /// How to get it.
    pub how: Message,
}

/// Something that happened at a known time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// When, in UTC.
    pub time: jiff::Timestamp,
    /// What.
    pub what: Message,
    /// What became of what was made then: still there, removed, gone or unknown; `None` where nothing was made.
    pub fate: Option<Message>,
    /// Where it was read.
    pub evidence: EvidenceRef,
}

/// Accounts of which whoever was on the machine may have the password.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposure {
    /// The first sign of the infection; `None` where no evidence gives a time, and all logons count as later.
    pub since: Option<jiff::Timestamp>,
    /// The accounts, sorted by domain and name.
    pub accounts: Vec<ExposedAccount>,
}

/// An account that was used on the machine. No password and no hash of one is ever read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExposedAccount {
    /// Its domain, or the machine where it is local.
    pub domain: Option<String>,
    /// Its name.
    pub name: String,
    /// Its identifier, where a log gives one.
    pub sid: Option<String>,
    /// Whether it is the machine's own; `None` where that cannot be told.
    pub local: Option<bool>,
    /// How often it logged on as far as the logs reach, by the type of logon: 2, 3, 9, 10 and 11 of event 4624.
    pub logons: BTreeMap<u32, u64>,
    /// How many of them were since the first sign.
    pub logons_since: BTreeMap<u32, u64>,
    /// How often since then its credentials were given for another machine (event 4648, and type 9).
    pub explicit: u64,
    /// The services that run under it.
    pub services: Vec<String>,
    /// The scheduled tasks that run under it.
    pub tasks: Vec<String>,
    /// Its first and its last use in the logs.
    pub first: Option<jiff::Timestamp>,
    /// See `first`.
    pub last: Option<jiff::Timestamp>,
}

impl ExposedAccount {
    /// All logons together.
    pub fn total(&self) -> u64 {
        self.logons.values().sum()
    }

    /// Its name as Windows writes it.
    pub fn full_name(&self) -> String {
        match &self.domain {
            Some(domain) => format!("{domain}\\{}", self.name),
            None => self.name.clone(),
        }
    }

    /// That it was used at this time.
    pub(crate) fn used(&mut self, time: jiff::Timestamp) {
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
        self.last = Some(self.last.map_or(time, |last| last.max(time)));
    }
}

/// Something that people have to do, which no plan does for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// Its short name: `passwords`, `krbtgt`, `rebuild`, …
    pub id: String,
    /// What to do.
    pub text: Message,
    /// Why.
    pub reasons: Vec<Message>,
}
