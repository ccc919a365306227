//! What would let it back in: settings of the registry, the account policy, local accounts.
//!
//! What should be is data (`intel`); here the evidence is held against it. Such findings never make a machine infected.

mod accounts;
mod policy;
mod readings;
#[cfg(test)]
mod tests;

use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::messages as m;
use crate::subject::{finding, finding_id, places};
use evidence::{Evidence, Message};
use intel::Intel;
use intel::hardening::{Check, Hardening, Judged, Reading, Readings as _, Standing, Watched, Weight};
pub(crate) use readings::Machine;
use serde_json::json;

/// What keeps such miners out, and what does not.
pub(crate) struct Prevention {
    /// The gaps.
    pub(crate) findings: Vec<Finding>,
    /// How the checks stand.
    pub(crate) counts: Counts,
}

/// How many checks stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// As they should be.
    pub(crate) met: usize,
    /// Not as they should be.
    pub(crate) open: usize,
    /// Not to be answered.
    pub(crate) unknown: usize,
}

/// Judges what was read of settings and accounts.
pub(crate) fn detect(evidence: &Evidence, intel: &Intel, machine: &Machine<'_>) -> Prevention {
    let hardening = intel.hardening();
    let (mut findings, mut counts) = (Vec::new(), Counts::default());
    for judged in hardening.judge(machine) {
        counts.add(judged.standing);
        if judged.standing == Standing::Open {
            findings.push(gap(evidence, hardening, machine, &judged));
        }
    }
    for (standing, found) in policy::detect(evidence, hardening) {
        counts.add(standing);
        findings.extend(found);
    }
    findings.extend(accounts::detect(evidence, hardening));
    Prevention { findings, counts }
}

impl Counts {
    const fn add(&mut self, standing: Standing) {
        match standing {
            Standing::Good => self.met += 1,
            Standing::Open => self.open += 1,
            Standing::Unknown => self.unknown += 1,
            Standing::Moot => {}
        }
    }
}

const fn severity(weight: Weight) -> Severity {
    match weight {
        Weight::Medium => Severity::Medium,
        Weight::Low => Severity::Low,
    }
}

/// A check that is not met.
fn gap(evidence: &Evidence, hardening: &Hardening, machine: &Machine<'_>, judged: &Judged<'_>) -> Finding {
    let check = judged.check;
    let mut finding = finding(Kind::Hardening, &check.id, title(&check.id));
    let open: Vec<_> = judged.values.iter().filter(|(_, standing)| *standing == Standing::Open).collect();
    let is_set = open.iter().any(|(value, _)| is_set(machine, value));
    finding.severity = severity(check.severity);
    finding.confidence = if is_set { Confidence::Certain } else { Confidence::Likely };
    finding.action = Action::Harden;
    finding.attack.clone_from(&check.attack);
    finding.id = finding_id(Kind::Hardening, &[&check.id], "");
    finding.reasons = open.iter().map(|(value, _)| is(machine, value)).collect();
    finding.reasons.extend(why(&check.id));
    finding.reasons.extend(check.restart.then(|| m::HARDENING_RESTART.plain()));
    let commands = commands(check, machine, open.iter().map(|(value, _)| *value));
    finding.reasons.extend(commands);
    finding.reasons.extend(sources(hardening, &check.sources));
    let values = open.iter().map(|(value, _)| {
        let data = match machine.value(&value.key, &value.name) {
            Reading::Set(data) => Some(data),
            Reading::Absent | Reading::Unread => None,
        };
        json!({"Key": value.key, "Name": value.name, "Data": data, "Wanted": value.good.to_string()})
    });
    let values: Vec<_> = values.collect();
    finding.subject.insert("Check".to_owned(), check.id.as_str().into());
    finding.subject.insert("Values".to_owned(), values.into());
    finding.evidence = places(evidence, open.iter().flat_map(|(value, _)| machine.records(value)));
    finding
}

fn is_set(machine: &Machine<'_>, value: &Watched) -> bool {
    matches!(machine.value(&value.key, &value.name), Reading::Set(_))
}

/// What the value is and what it should be.
fn is(machine: &Machine<'_>, value: &Watched) -> Message {
    let wanted = value.good.to_string();
    let name = format!("{}\\{}", value.key, value.name);
    match machine.value(&value.key, &value.name) {
        Reading::Set(data) => m::HARDENING_IS.with([name.into(), data.into(), wanted.into()]),
        Reading::Absent | Reading::Unread => m::HARDENING_IS_NOT_SET.with([name.into(), wanted.into()]),
    }
}

/// How it is set, and how that is taken back. Nothing of the evidence gets into a command but a number that was read as one.
fn commands<'a>(
    check: &Check,
    machine: &Machine<'_>,
    open: impl Iterator<Item = &'a Watched>,
) -> Vec<Message> {
    let (mut set, mut undo) = (check.commands.clone(), Vec::new());
    for value in open {
        set.extend(value.command.clone());
        undo.extend(value.undo.clone());
        if let Some(number) = value.set {
            let place = format!("\"{}\" /v {}", value.key, value.name);
            set.push(format!("reg add {place} /t REG_DWORD /d {number} /f"));
            let before = match machine.value(&value.key, &value.name) {
                Reading::Set(data) => data.trim().parse::<u32>().ok(),
                Reading::Absent | Reading::Unread => None,
            };
            undo.push(match before {
                Some(before) => format!("reg add {place} /t REG_DWORD /d {before} /f"),
                None => format!("reg delete {place} /f"),
            });
        }
    }
    undo.extend(check.undo.iter().cloned());
    let set = set.into_iter().map(|command| m::HARDENING_SET.with([command.into()]));
    let undo = undo.into_iter().map(|command| m::HARDENING_UNDO.with([command.into()]));
    set.chain(undo).collect()
}

/// Where it is written that it should be so.
fn sources(hardening: &Hardening, ids: &[String]) -> Vec<Message> {
    let sources = ids.iter().filter_map(|id| hardening.source(id));
    sources
        .map(|source| {
            let url = source.url.clone().unwrap_or_default();
            m::HARDENING_SOURCE.with([(&source.title).into(), url.into()])
        })
        .collect()
}

/// The message of this id among those that this crate can say.
fn message(id: &str) -> Option<Message> {
    m::ALL.iter().find(|spec| spec.id == id && spec.args.is_empty()).map(evidence::MessageSpec::plain)
}

/// What the gap is, in one line.
fn title(id: &str) -> Message {
    message(&format!("hardening-{id}")).unwrap_or_else(|| Message::new(id))
}

/// Why it matters.
fn why(id: &str) -> Option<Message> {
    message(&format!("hardening-{id}-why"))
}
