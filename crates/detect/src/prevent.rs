//! What would let it back in: settings of the registry, the account policy, local accounts.
//!
//! What should be is data (`intel`); here the evidence is held against it. Such findings never make a machine infected.

mod accounts;
mod commands;
mod policy;
mod readings;
#[cfg(test)]
mod tests;

use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::messages as m;
use crate::subject::{finding, finding_id, places};
use evidence::{Evidence, Message};
use intel::Intel;
use intel::hardening::{Hardening, Judged, Reading, Readings as _, Standing, Watched, Weight};
pub(crate) use readings::Machine;
use serde_json::json;
use std::collections::BTreeSet;

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
    let mut policies = Vec::new();
    for (standing, found) in policy::detect(evidence, hardening) {
        counts.add(standing);
        policies.extend(found);
    }
    findings.extend(accounts::detect(evidence, hardening, &mut policies));
    findings.extend(policies);
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
    let open_to_policy = open.iter().any(|(value, _)| policy_unread(machine, value));
    finding.severity = severity(check.severity);
    finding.confidence = if is_set && !open_to_policy { Confidence::Certain } else { Confidence::Likely };
    finding.action = Action::Harden;
    finding.attack.clone_from(&check.attack);
    finding.id = finding_id(Kind::Hardening, &[&check.id], "");
    finding.reasons = open.iter().map(|(value, _)| is(machine, value)).collect();
    finding.reasons.extend(why(&check.id));
    finding.reasons.extend(check.restart.then(|| m::HARDENING_RESTART.plain()));
    let by_policy: BTreeSet<&str> =
        open.iter().filter_map(|(value, _)| value.policy_that_decides(machine)).collect();
    finding.reasons.extend(by_policy.into_iter().map(|key| m::HARDENING_BY_POLICY.with([key.into()])));
    finding.reasons.extend(open_to_policy.then(|| m::HARDENING_POLICY_UNREAD.plain()));
    finding.reasons.extend(commands::of(check, machine, open.iter().map(|(value, _)| *value)));
    finding.reasons.extend(sources(hardening, &check.sources));
    let described = |value: &Watched| {
        let key = place(machine, value);
        let data = match machine.value(key, &value.name) {
            Reading::Set(data) => Some(data),
            Reading::Absent | Reading::Unread => None,
        };
        json!({"Key": key, "Name": value.name, "Data": data, "Wanted": value.good.to_string()})
    };
    let values: Vec<_> = open.iter().map(|(value, _)| described(value)).collect();
    let also: Vec<_> = commands::besides(check, machine).map(described).collect();
    finding.subject.insert("Check".to_owned(), check.id.as_str().into());
    finding.subject.insert("Values".to_owned(), values.into());
    if !also.is_empty() {
        finding.subject.insert("Also".to_owned(), also.into());
    }
    finding.evidence = places(
        evidence,
        open.iter().flat_map(|(value, _)| machine.records(place(machine, value), &value.name)),
    );
    finding
}

fn is_set(machine: &Machine<'_>, value: &Watched) -> bool {
    matches!(machine.value(place(machine, value), &value.name), Reading::Set(_))
}

/// The key in which the value stands that counts: that of group policy where it sets one.
fn place<'a>(machine: &Machine<'_>, value: &'a Watched) -> &'a str {
    value.policy_that_decides(machine).unwrap_or(&value.key)
}

/// Whether group policy could set the value and was not read.
fn policy_unread(machine: &Machine<'_>, value: &Watched) -> bool {
    let unread = |key: &String| machine.value(key, &value.name) == Reading::Unread;
    value.policy_that_decides(machine).is_none() && value.policy.iter().any(unread)
}

/// What the value is and what it should be.
fn is(machine: &Machine<'_>, value: &Watched) -> Message {
    let wanted = value.good.to_string();
    let key = place(machine, value);
    let name = format!("{key}\\{}", value.name);
    match machine.value(key, &value.name) {
        Reading::Set(data) => m::HARDENING_IS.with([name.into(), data.into(), wanted.into()]),
        Reading::Absent | Reading::Unread => m::HARDENING_IS_NOT_SET.with([name.into(), wanted.into()]),
    }
}

/// Where it is written that it should be so.
pub(crate) fn sources(hardening: &Hardening, ids: &[String]) -> Vec<Message> {
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
