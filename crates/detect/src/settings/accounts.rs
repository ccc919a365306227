//! Local accounts that infections make or open.

use crate::assessment::{Confidence, Finding, Kind, Severity};
use crate::content::recognise;
use crate::messages as m;
use crate::subject::{finding, finding_id, places};
use evidence::{Account, Evidence, Message};
use intel::{IndicatorKind as Known, Intel, Observation};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The number of the account `Guest` on every machine.
const GUEST: u32 = 501;

/// Accounts that people make have numbers from here on.
const FIRST_OWN: u32 = 1_000;

/// Looks at every local account.
pub(super) fn detect(evidence: &Evidence, intel: &Intel) -> Vec<Finding> {
    let mut seen: BTreeMap<String, (Finding, Vec<usize>)> = BTreeMap::new();
    for (record, account) in evidence.accounts() {
        let Some(found) = judge(account, intel) else { continue };
        seen.entry(found.id.clone()).or_insert_with(|| (found, Vec::new())).1.push(record);
    }
    let findings = seen.into_values().map(|(finding, records)| {
        let evidence = places(evidence, records);
        Finding { evidence, ..finding }
    });
    findings.collect()
}

fn judge(account: &Account, intel: &Intel) -> Option<Finding> {
    let name = account.name.as_str();
    let (severity, confidence, reasons, family): (_, _, Vec<Message>, _) =
        if let Some(family) = recognise(intel, &[Observation::new(Known::UserName, name)]) {
            (Severity::Medium, Confidence::Possible, family.reasons, Some(family.family))
        } else if name.ends_with('$') && account.rid.is_some_and(|rid| rid >= FIRST_OWN) {
            // Accounts of machines live in a domain's database, not in a machine's own.
            (Severity::Medium, Confidence::Likely, vec![m::REASON_ACCOUNT_HIDDEN.plain()], None)
        } else if account.rid == Some(GUEST) && account.enabled == Some(true) {
            (Severity::Low, Confidence::Possible, vec![m::REASON_ACCOUNT_GUEST.plain()], None)
        } else {
            return None;
        };
    let mut finding = finding(Kind::Account, name, m::TITLE_ACCOUNT.with([name.into()]));
    (finding.severity, finding.confidence) = (severity, confidence);
    finding.reasons = reasons;
    if account.administrator == Some(true) {
        finding.reasons.push(m::REASON_ACCOUNT_ADMINISTRATOR.plain());
    }
    finding.family = family;
    finding.attack = vec!["T1136.001".to_owned()];
    finding.id = finding_id(Kind::Account, &[name], "");
    if let Ok(Json::Object(fields)) = serde_json::to_value(account) {
        finding.subject = fields.into_iter().filter(|(_, value)| !value.is_null()).collect();
    }
    Some(finding)
}
