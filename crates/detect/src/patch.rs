//! Security updates: MS17-010, the other holes that worms use, and the end of support.
//!
//! The decision is made in `intel`; here the evidence is gathered for it and the answer becomes a stage and findings.

mod age;
mod facts;
mod missing;
mod restart;
mod states;
#[cfg(test)]
mod tests;
mod words;

use crate::assessment::{Action, Confidence, Finding, Kind, Next, Severity, State};
use crate::messages as m;
use crate::stages::{Standing, full_report};
use crate::subject::{finding, finding_id, places};
use evidence::{Evidence, Message, Setting};
use facts::Gathered;
use intel::ms17_010::{Answer, Certainty, Decision, NetworkAnswer, PatchFacts, Remedy, Sign};
use intel::windows::{Ground, Holed, Windows};
use intel::{Intel, SourceRef};
use serde_json::Map;
use words::{remedy, settle, sign};

/// The numeric parts of the version, since the string has been seen to lag behind them (`docs/formats.md`).
const SRV_SYS_VERSION: &str = concat!(
    r#"powershell -NoProfile -Command "(Get-Item $env:windir\System32\drivers\srv.sys).VersionInfo | "#,
    r#"Format-List FileName,FileMajorPart,FileMinorPart,FileBuildPart,FilePrivatePart" > srv-sys.txt"#
);

/// In a minute, so that nobody loses what is open.
const RESTART: &str = "shutdown /r /t 60";

/// What `cmd` and PowerShell both open in the browser.
const CATALOGUE: &str = "start https://www.catalog.update.microsoft.com/Search.aspx?q=";

/// What is known of the security updates of a host.
pub(crate) struct Patch {
    /// What is missing or worth knowing.
    pub(crate) findings: Vec<Finding>,
    /// Where the stage stands.
    pub(crate) standing: Standing,
    /// What was read of versions and updates.
    pub(crate) facts: PatchFacts,
}

/// Judges what was read of versions and updates.
pub(crate) fn detect(evidence: &Evidence, intel: &Intel) -> Patch {
    let table = intel.ms17_010();
    let gathered = Gathered::of(evidence, table);
    let decision = table.decide(&gathered.facts);
    let holes = intel.windows().holes_of(&gathered.facts, table);

    let mut findings = Vec::new();
    findings.extend(decided(evidence, &gathered, &decision, &table.sources));
    findings.extend(holes.iter().map(|holed| hole(evidence, &gathered, holed, intel.windows())));
    findings.extend(end_of_support(evidence, &gathered, intel));
    findings.extend(age::detect(evidence, &gathered, intel));
    findings.extend(evidence.settings().filter_map(|(at, setting)| linked(evidence, at, setting)));
    let missing = missing::detect(evidence);
    findings.extend(missing.findings);
    let standing = match standing(&gathered, &decision, &holes) {
        // The hole is closed, and Windows Update knows of others.
        (State::Ok, ..) if missing.urgent > 0 => {
            let next = missing.first.map_or_else(full_report, catalogue);
            (State::Act, m::STAGE_PATCH_MISSING.with([missing.urgent.into()]), Some(next))
        }
        standing => standing,
    };
    Patch { findings, standing, facts: gathered.facts }
}

/// Where the stage stands.
fn standing(gathered: &Gathered, decision: &Decision, holes: &[Holed<'_>]) -> Standing {
    let command = || Some(Next::OnMachine(SRV_SYS_VERSION.to_owned()));
    if gathered.is_empty() {
        return (State::Unknown, m::STAGE_PATCH_UNKNOWN.plain(), command());
    }
    let first = decision.evidence.first().map(sign);
    let contradicted = decision.contradictions.first().map(sign);
    let open = holes.iter().find(|holed| holed.answer == Answer::NotFixed);
    match (decision.answer, first, contradicted) {
        (Answer::NotFixed, Some(sign), _) => {
            let remedies = decision.remedies.iter().map(remedy);
            let remedy =
                remedies.reduce(|first, second| m::PATCH_REMEDY_OR.with([first.into(), second.into()]));
            let remedy = remedy.unwrap_or_else(|| m::PATCH_REMEDY_NONE.plain());
            if gathered.facts.restart_pending {
                let summary = m::STAGE_PATCH_OPEN_RESTART.with([sign.into(), remedy.into()]);
                return (State::Act, summary, Some(Next::OnMachine(RESTART.to_owned())));
            }
            let next = installable(decision).next().map_or_else(full_report, catalogue);
            (State::Act, m::STAGE_PATCH_OPEN.with([sign.into(), remedy.into()]), Some(next))
        }
        (Answer::Fixed, Some(sign), None) => match open {
            Some(open) => {
                let next = open.affected.fixes.first().copied().map_or_else(full_report, catalogue);
                (State::Act, hole_open(open), Some(next))
            }
            None if gathered.facts.restart_pending => {
                (State::Ok, m::STAGE_PATCH_RESTART.with([sign.into()]), None)
            }
            None => (State::Ok, m::STAGE_PATCH_OK.with([sign.into()]), None),
        },
        (Answer::Fixed, Some(sign), Some(against)) => {
            (State::Unknown, m::STAGE_PATCH_CONTRADICTED.with([sign.into(), against.into()]), command())
        }
        (_, first, against) => {
            // Where the service pack itself stands in the way, it comes first.
            let first_step = decision.remedies.first().filter(|_| is_unserviced(decision)).map(remedy);
            let what = first_step.or_else(|| decision.settle.first().map(|what| settle(*what)));
            let what = what.unwrap_or_else(|| m::PATCH_SETTLE_FILE.plain());
            // Evidence that does not belong together comes before what it was searched for.
            // But what is of no known Windows fits nothing.
            let is_first = match decision.evidence.first() {
                Some(Sign::UnknownVersion(_)) => true,
                // A list cannot hold the update of a service pack that never got it.
                Some(Sign::Unserviced { .. }) => {
                    decision.contradictions.iter().all(|sign| matches!(sign, Sign::Update { .. }))
                }
                _ => false,
            };
            let why = if is_first { first } else { against.or(first) };
            let why = why.unwrap_or_else(|| m::PATCH_SIGN_NOTHING.plain());
            // What was seen not to be there has no version.
            let is_absent = decision.evidence.contains(&Sign::SrvSysAbsent);
            let next = if is_absent { Some(full_report()) } else { command() };
            (State::Unknown, m::STAGE_PATCH_CANNOT_TELL.with([why.into(), what.into()]), next)
        }
    }
}

/// Where Microsoft's catalogue has an update: a command that opens it in the browser.
pub fn catalogue_command(update: u32) -> String {
    format!("{CATALOGUE}KB{update}")
}

fn catalogue(update: u32) -> Next {
    Next::OnMachine(catalogue_command(update))
}

/// The updates that a person is told to install, one for each product that the machine may be.
fn installable(decision: &Decision) -> impl Iterator<Item = u32> {
    decision.remedies.iter().filter_map(|remedy| match remedy {
        Remedy::Install { update, .. } | Remedy::ServicePackFirst { update, .. } => Some(*update),
        Remedy::None => None,
    })
}

/// Puts the updates that are to be installed into a subject.
fn put_install(subject: &mut Subject, updates: impl Iterator<Item = u32>) {
    let names: Vec<_> = updates.map(|update| format!("KB{update}")).collect();
    if !names.is_empty() {
        subject.insert("Install".to_owned(), names.into());
    }
}

/// Whether all that is known is a service pack that never got the fix.
fn is_unserviced(decision: &Decision) -> bool {
    decision.evidence.iter().any(|sign| matches!(sign, Sign::Unserviced { .. }))
}

fn hole_open(holed: &Holed<'_>) -> Message {
    let hole = holed.hole;
    if holed.affected.fixes.is_empty() {
        return m::STAGE_PATCH_HOLE_UNSERVICED.with([(&hole.name).into(), (&hole.id).into()]);
    }
    m::STAGE_PATCH_HOLE.with([(&hole.name).into(), (&hole.id).into(), fixes(holed).into()])
}

/// The updates that close a hole on this version of Windows.
fn fixes(holed: &Holed<'_>) -> String {
    holed.affected.fixes.iter().map(|update| format!("KB{update}")).collect::<Vec<_>>().join(", ")
}

/// The answer that stands: a fix against which something speaks is not known to be there.
fn answer(decision: &Decision) -> Answer {
    match decision.answer {
        Answer::Fixed if !decision.contradictions.is_empty() => Answer::Unknown,
        answer => answer,
    }
}

/// What was decided, with everything that led to it.
fn decided(
    evidence: &Evidence,
    gathered: &Gathered,
    decision: &Decision,
    sources: &[SourceRef],
) -> Option<Finding> {
    if gathered.is_empty() {
        return None;
    }
    let answer = answer(decision);
    let (title, severity, action) = match answer {
        Answer::NotFixed => (m::PATCH_TITLE_OPEN.plain(), Severity::High, Action::Patch),
        Answer::Unknown if is_unserviced(decision) => {
            (m::PATCH_TITLE_UNSERVICED.plain(), Severity::Medium, Action::Patch)
        }
        Answer::Unknown => (m::PATCH_TITLE_UNKNOWN.plain(), Severity::Low, Action::Review),
        Answer::Fixed => (m::PATCH_TITLE_FIXED.plain(), Severity::Info, Action::None),
    };
    let mut finding = finding(Kind::Patch, "MS17-010", title);
    (finding.severity, finding.action) = (severity, action);
    finding.confidence = confidence(decision.certainty);
    finding.reasons = reasons(decision);
    finding.reasons.extend(sources.iter().take(1).map(source));
    finding.attack = if answer == Answer::Fixed { Vec::new() } else { vec!["T1210".to_owned()] };
    finding.id = finding_id(Kind::Patch, &["ms17-010"], "");
    finding.subject = gathered.subject();
    finding.subject.extend(gathered.updates());
    finding.subject.insert("answer".to_owned(), answer_word(answer).into());
    if answer == Answer::NotFixed || is_unserviced(decision) {
        put_install(&mut finding.subject, installable(decision));
    }
    let certainty = if answer == decision.answer { decision.certainty } else { Certainty::Possible };
    finding.subject.insert("certainty".to_owned(), certainty_word(certainty).into());
    let signs = decision.evidence.iter().chain(&decision.contradictions);
    let mut records = gathered.records(signs.chain(&decision.remarks));
    records.sort_unstable();
    records.dedup();
    finding.evidence = places(evidence, records);
    Some(finding)
}

const fn answer_word(answer: Answer) -> &'static str {
    match answer {
        Answer::Fixed => "fixed",
        Answer::NotFixed => "not-fixed",
        Answer::Unknown => "unknown",
    }
}

const fn certainty_word(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Certain => "certain",
        Certainty::Likely => "likely",
        Certainty::Possible => "possible",
    }
}

/// Where a fact is written.
fn source(source: &SourceRef) -> Message {
    m::HARDENING_SOURCE.with([(&source.title).into(), source.url.clone().unwrap_or_default().into()])
}

/// Everything that led to a decision, in words.
fn reasons(decision: &Decision) -> Vec<Message> {
    let mut reasons: Vec<_> = decision.evidence.iter().map(sign).collect();
    let against = decision.contradictions.iter().map(|against| m::PATCH_AGAINST.with([sign(against).into()]));
    reasons.extend(against);
    reasons.extend(decision.remarks.iter().map(sign));
    reasons.extend(decision.remedies.iter().map(remedy));
    reasons.extend(decision.settle.iter().map(|what| m::PATCH_SETTLE.with([settle(*what).into()])));
    reasons
}

/// A hole on a version of Windows that has it: open, closed, or not to be told.
fn hole(evidence: &Evidence, gathered: &Gathered, holed: &Holed<'_>, windows: &Windows) -> Finding {
    let Holed { hole, answer, ground, against, .. } = holed;
    let name = [(&hole.name).into(), (&hole.id).into()];
    let (title, severity, confidence, action) = match answer {
        Answer::NotFixed => {
            (m::PATCH_TITLE_HOLE_OPEN.with(name), Severity::High, Confidence::Certain, Action::Patch)
        }
        Answer::Unknown => {
            (m::PATCH_TITLE_HOLE_UNKNOWN.with(name), Severity::Low, Confidence::Possible, Action::Review)
        }
        Answer::Fixed => {
            (m::PATCH_TITLE_HOLE_FIXED.with(name), Severity::Info, Confidence::Likely, Action::None)
        }
    };
    let mut finding = finding(Kind::Patch, &hole.name, title);
    (finding.severity, finding.confidence, finding.action) = (severity, confidence, action);
    let mut records = gathered.build.clone();
    for ground in against.iter().chain([ground]) {
        match *ground {
            Ground::Driver { .. } => records.extend(&gathered.drivers),
            Ground::Update(update) => records.extend(gathered.record_of(update)),
            Ground::Rollup { .. } => records.extend(gathered.packages()),
            Ground::Revision { .. } | Ground::Nothing => {}
        }
    }
    let build = gathered.facts.version.map_or(0, |version| version.build);
    let driver = hole.driver.as_deref().unwrap_or_default();
    finding.reasons.push(words::ground(driver, build, *answer, *ground));
    if let Some(against) = against {
        let other = if *answer == Answer::Fixed { Answer::NotFixed } else { Answer::Fixed };
        let against = words::ground(driver, build, other, *against);
        finding.reasons.push(m::PATCH_AGAINST.with([against.into()]));
        finding.confidence = Confidence::Likely;
    }
    if *answer != Answer::Unknown && gathered.facts.restart_pending {
        finding.reasons.push(sign(&Sign::RestartPending));
        finding.confidence = match finding.confidence {
            Confidence::Certain => Confidence::Likely,
            _ => Confidence::Possible,
        };
    }
    if *answer == Answer::Unknown && !driver.is_empty() {
        let settle = m::PATCH_SETTLE_DRIVER.with([driver.into()]);
        finding.reasons.push(m::PATCH_SETTLE.with([settle.into()]));
    }
    if *answer != Answer::Fixed {
        let none = holed.affected.fixes.is_empty();
        let install = || m::PATCH_HOLE_INSTALL.with([fixes(holed).into()]);
        finding.reasons.push(if none { m::PATCH_HOLE_SERVICE_PACK.plain() } else { install() });
    }
    let by_driver = matches!(ground, Ground::Driver { .. });
    let used = |id: &String| *id == hole.source || (by_driver && hole.driver_sources.contains(id));
    finding.reasons.extend(windows.sources.iter().filter(|source| used(&source.id)).map(source));
    finding.attack = vec!["T1210".to_owned()];
    finding.id = finding_id(Kind::Patch, &[&hole.id], "");
    finding.subject = gathered.subject();
    finding.subject.insert("answer".to_owned(), answer_word(*answer).into());
    if let Ground::Driver { found, .. } = ground {
        finding.subject.insert(driver.to_owned(), words::dotted(*found).into());
    }
    if *answer == Answer::NotFixed {
        put_install(&mut finding.subject, holed.affected.fixes.iter().copied());
    }
    finding.evidence = places(evidence, records);
    finding
}

/// What answered over the network at an address that the machine had: perhaps the machine, perhaps the next one with the address.
fn linked(evidence: &Evidence, at: usize, setting: &Setting) -> Option<Finding> {
    let address = setting.details.get("address").filter(|_| setting.kind == "network-check-of-address")?;
    let answer = facts::network_answer(setting);
    let title = m::PATCH_TITLE_ADDRESS.with([address.into(), sign(&Sign::Network(answer)).into()]);
    let mut finding = finding(Kind::Patch, address, title);
    let open = answer == NetworkAnswer::NotFixed;
    finding.severity = if open { Severity::Medium } else { Severity::Info };
    finding.confidence = Confidence::Possible;
    finding.action = if open { Action::Review } else { Action::None };
    finding.reasons = vec![m::PATCH_ADDRESS.plain()];
    finding.id = finding_id(Kind::Patch, &["ms17-010", address], &setting.value);
    let details = setting.details.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
    finding.subject = details.chain([("answer".to_owned(), setting.value.as_str().into())]).collect();
    finding.evidence = places(evidence, [at]);
    Some(finding)
}

/// That Microsoft no longer updates the product.
fn end_of_support(evidence: &Evidence, gathered: &Gathered, intel: &Intel) -> Option<Finding> {
    let version = gathered.facts.version?;
    let product = gathered.facts.product.as_deref().unwrap_or_default();
    let (release, day) = intel.windows().end_of_support(version, product)?;
    let title = m::PATCH_TITLE_SUPPORT.with([(&release.name).into(), day.into()]);
    let mut finding = finding(Kind::Patch, &release.name, title);
    // Before Windows 10 there is no newer release that updates itself into support.
    finding.severity = if version.major < 10 { Severity::Medium } else { Severity::Low };
    finding.confidence = Confidence::Likely;
    finding.reasons = vec![m::PATCH_SUPPORT.plain()];
    let lifecycle = intel.windows().sources.iter().filter(|source| source.id == "lifecycle");
    finding.reasons.extend(lifecycle.map(source));
    finding.id = finding_id(Kind::Patch, &["end-of-support", &version.to_string()], "");
    finding.subject = gathered.subject();
    finding.evidence = places(evidence, gathered.build.iter().copied());
    Some(finding)
}

const fn confidence(certainty: Certainty) -> Confidence {
    match certainty {
        Certainty::Certain => Confidence::Certain,
        Certainty::Likely => Confidence::Likely,
        Certainty::Possible => Confidence::Possible,
    }
}

/// The number of an update as Windows writes it, which no language parts into thousands.
fn number(update: u32) -> evidence::Arg {
    format!("KB{update}").into()
}

/// Fields of a subject.
type Subject = Map<String, serde_json::Value>;
