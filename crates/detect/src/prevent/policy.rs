//! The account policy: how passwords are guarded against guessing.

use super::{severity, sources, title, why};
use crate::assessment::{Action, Confidence, Finding, Kind};
use crate::messages as m;
use crate::subject::{finding, finding_id, places};
use evidence::{Evidence, Message};
use intel::hardening::{Hardening, Policy, Standing};
use std::collections::{BTreeMap, BTreeSet};

/// The kind of setting that holds a policy, by the name that `secedit` gives it.
const KIND: &str = "account-policy";

/// How every policy of which something was read stands; of a policy of which nothing was read, that it is unknown.
pub(super) fn detect(evidence: &Evidence, hardening: &Hardening) -> Vec<(Standing, Option<Finding>)> {
    let mut read: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut records: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, setting) in evidence.settings().filter(|(_, setting)| setting.kind == KIND) {
        read.entry(&setting.name).or_default().insert(setting.value.trim());
        records.entry(&setting.name).or_default().push(at);
    }
    let never_locks = read.get("LockoutBadCount").is_some_and(|values| values.contains("0"));
    hardening
        .policies
        .iter()
        .filter(|policy| !(never_locks && ["ResetLockoutCount", "LockoutDuration"].contains(&&*policy.name)))
        .map(|policy| {
            let values = read.get(policy.name.as_str());
            // Several sources may tell of it, the domain's policy and the machine's: the weakest counts.
            let judged: Vec<_> =
                values.into_iter().flatten().map(|value| (*value, policy.holds(value))).collect();
            let Some((value, _)) = judged.iter().find(|(_, good)| *good == Some(false)) else {
                let met = !judged.is_empty() && judged.iter().all(|(_, good)| *good == Some(true));
                return (if met { Standing::Good } else { Standing::Unknown }, None);
            };
            let mut gap = gap(hardening, policy, value);
            let own = records.get(policy.name.as_str()).cloned().unwrap_or_default();
            gap.evidence = places(evidence, own);
            (Standing::Open, Some(gap))
        })
        .collect()
}

fn gap(hardening: &Hardening, policy: &Policy, value: &str) -> Finding {
    let mut finding = finding(Kind::Hardening, &policy.id, title(&policy.id));
    finding.severity = severity(policy.severity);
    finding.confidence = Confidence::Certain;
    finding.action = Action::Harden;
    finding.attack.clone_from(&policy.attack);
    finding.id = finding_id(Kind::Hardening, &["policy", &policy.id], "");
    let is = [policy.name.as_str().into(), value.into(), policy.good.to_string().into()];
    finding.reasons = vec![m::HARDENING_IS.with(is)];
    finding.reasons.extend(why(&policy.id));
    finding.reasons.push(m::HARDENING_SET.with([policy.command.as_str().into()]));
    finding.reasons.extend(undo(policy, value));
    finding.reasons.extend(sources(hardening, &policy.sources));
    finding.subject.insert("Policy".to_owned(), policy.name.as_str().into());
    finding.subject.insert("Data".to_owned(), value.into());
    finding.subject.insert("Wanted".to_owned(), policy.good.to_string().into());
    finding
}

/// `net accounts` with the number that was read; nothing else of the evidence gets into it.
fn undo(policy: &Policy, value: &str) -> Option<Message> {
    if let Some(undo) = &policy.undo {
        return Some(m::HARDENING_UNDO.with([undo.as_str().into()]));
    }
    let (command, _) =
        policy.command.split_once(':').filter(|(start, _)| start.starts_with("net accounts "))?;
    if value == "-1" && policy.name == "MaximumPasswordAge" {
        return Some(m::HARDENING_UNDO.with([format!("{command}:unlimited").into()]));
    }
    let number: u32 = value.parse().ok()?;
    Some(m::HARDENING_UNDO.with([format!("{command}:{number}").into()]))
}
