//! Settings that miners change: what they shut out, forward, exclude, block, and have made again.
//!
//! Administrators change them as well. So a family's own shape makes a finding `high`, what leaves a machine without protection or sends its
//! traffic elsewhere `medium`, and what people do for their own reasons is at most `low`.

mod accounts;
mod hosts;
mod network;
mod protection;

use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::content::Recognised;
use crate::messages as m;
use crate::subject::{finding, finding_id, places};
use evidence::{Evidence, Message, MessageSpec, Setting};
use intel::Intel;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// What is said of a setting.
pub(crate) struct Judged {
    severity: Severity,
    confidence: Confidence,
    action: Action,
    reasons: Vec<Message>,
    family: Option<String>,
    attack: &'static str,
}

impl Judged {
    fn new(
        severity: Severity,
        confidence: Confidence,
        action: Action,
        attack: &'static str,
        reason: Message,
    ) -> Self {
        Self { severity, confidence, action, reasons: vec![reason], family: None, attack }
    }

    /// Something for a person to look at.
    fn review(severity: Severity, confidence: Confidence, attack: &'static str, reason: Message) -> Self {
        Self::new(severity, confidence, Action::Review, attack, reason)
    }

    /// What a family does: for sure where it is the family's own shape, else as its name says.
    fn of_family(family: Recognised, attack: &'static str) -> Self {
        let (severity, confidence, action) = match (family.certain, family.by_content) {
            (true, _) => (Severity::High, Confidence::Certain, Action::Remove),
            (false, true) => (Severity::High, Confidence::Likely, Action::Remove),
            (false, false) => (Severity::Medium, Confidence::Possible, Action::Review),
        };
        let Recognised { family, reasons, .. } = family;
        Self { severity, confidence, action, reasons, family: Some(family), attack }
    }
}

/// Looks at every setting and account of the evidence. One that several sources show is one finding.
pub(crate) fn detect(evidence: &Evidence, intel: &Intel) -> Vec<Finding> {
    let blocked = evidence.settings().filter(|(_, setting)| hosts::is_block(setting)).count();
    let mut found: Vec<(Setting, Judged, Vec<usize>)> = Vec::new();
    for (record, setting) in evidence.settings() {
        let judged = match setting.kind.as_str() {
            "hosts-entry" => hosts::judge(setting, blocked, intel),
            "hosts-folder" => hosts::folder(setting, intel),
            "dns-rule" => network::name_rule(setting, intel),
            "portproxy" => network::forwarding(setting, intel),
            "route" => network::route(setting),
            "firewall-rule" => network::firewall(setting, intel),
            "defender-exclusion" => protection::exclusion(setting, intel),
            "wmi-autorecover-mof" => protection::recovered_mof(setting, intel),
            _ => None,
        };
        found.extend(judged.map(|judged| (setting.clone(), judged, vec![record])));
    }
    found.extend(network::name_servers(evidence, intel));
    found.extend(network::ipsec(evidence, intel));
    let mut seen: BTreeMap<String, (Finding, Vec<usize>)> = BTreeMap::new();
    for (setting, judged, records) in found {
        let finding = to_finding(&setting, judged);
        seen.entry(finding.id.clone()).or_insert_with(|| (finding, Vec::new())).1.extend(records);
    }
    let settings = seen.into_values().map(|(finding, records)| {
        let evidence = places(evidence, records);
        Finding { evidence, ..finding }
    });
    settings.chain(accounts::detect(evidence, intel)).collect()
}

fn to_finding(setting: &Setting, judged: Judged) -> Finding {
    let name = if setting.name.is_empty() { &setting.value } else { &setting.name };
    let title = m::TITLE_SETTING.with([word(&setting.kind).plain().into(), name.into(), arrow(setting)]);
    let mut finding = finding(Kind::Setting, name, title);
    finding.id = finding_id(Kind::Setting, &[&setting.kind, &setting.name], &setting.value.to_lowercase());
    (finding.severity, finding.confidence, finding.action) =
        (judged.severity, judged.confidence, judged.action);
    finding.reasons = judged.reasons;
    finding.family = judged.family;
    finding.attack = vec![judged.attack.to_owned()];
    finding.subject = subject(setting);
    finding
}

/// What stands behind the name in a title.
fn arrow(setting: &Setting) -> evidence::Arg {
    let shown = !setting.name.is_empty() && !setting.value.is_empty() && setting.kind != "firewall-rule";
    if shown { format!(" → {}", setting.value).into() } else { "".into() }
}

/// The setting under names that tell what they are; planning reads them again.
pub(crate) fn subject(setting: &Setting) -> Map<String, Json> {
    let own = [("Kind", &setting.kind), ("Name", &setting.name), ("Value", &setting.value)];
    let own = own.into_iter().map(|(name, value)| (name.to_owned(), Json::from(value.as_str())));
    own.chain(setting.details.iter().map(|(name, value)| (name.clone(), Json::from(value.as_str()))))
        .collect()
}

fn word(kind: &str) -> MessageSpec {
    match kind {
        "hosts-entry" => m::SETTING_HOSTS,
        "hosts-folder" => m::SETTING_HOSTS_FOLDER,
        "dns-rule" => m::SETTING_DNS_RULE,
        "portproxy" => m::SETTING_PORTPROXY,
        "route" => m::SETTING_ROUTE,
        "firewall-rule" => m::SETTING_FIREWALL,
        "defender-exclusion" => m::SETTING_EXCLUSION,
        "wmi-autorecover-mof" => m::SETTING_MOF,
        "dns-server" => m::SETTING_DNS,
        "ipsec-policy" => m::SETTING_IPSEC,
        _ => m::SETTING_OTHER,
    }
}

#[cfg(test)]
mod tests;
