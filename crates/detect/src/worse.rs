//! What may be worse than the miner: whoever brought it may have passwords, may have made accounts, may come back with ransomware.
//!
//! Nothing here reads or tests a password. Logons, services and tasks tell which accounts were used on the machine since the first sign of the
//! infection; their passwords count as known to others. What people have to do about it is a list of duties.

mod duties;
mod exposure;
mod signs;
#[cfg(test)]
mod tests;

pub(crate) use signs::detect as signs;

use crate::assessment::{Action, Confidence, Duty, EvidenceRef, Exposure, Finding, Kind, Severity, Verdict};
use crate::messages as m;
use crate::prevent::Machine;
use crate::subject::{finding, finding_id, places};
use crate::verdict::speaks_of_infection;
use evidence::{Event, Evidence};
use intel::Intel;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// The provider of the audit events in the Security log.
const SECURITY: &str = "Microsoft-Windows-Security-Auditing";
/// The provider of Defender's events.
const DEFENDER: &str = "Microsoft-Windows-Windows Defender";
/// The group of local administrators.
const ADMINISTRATORS: &str = "S-1-5-32-544";

/// What else there is to fear and to do.
#[derive(Default)]
pub(crate) struct Worse {
    /// What happened since the first sign of the infection.
    pub(crate) findings: Vec<Finding>,
    /// The accounts that were used since then.
    pub(crate) exposure: Exposure,
    /// What people have to do.
    pub(crate) duties: Vec<Duty>,
}

/// Looks at what happened on an infected or suspicious machine; of any other there is nothing to say.
pub(crate) fn detect(
    evidence: &Evidence,
    intel: &Intel,
    machine: &Machine<'_>,
    verdict: Verdict,
    findings: &[Finding],
) -> Worse {
    if !matches!(verdict, Verdict::Infected | Verdict::Suspicious) {
        return Worse::default();
    }
    let since = first_sign(evidence, findings);
    let own = made_since(evidence, since);
    let exposure = Exposure { since, accounts: exposure::accounts(evidence, since) };
    let duties = duties::duties(&duties::Basis {
        evidence,
        intel,
        machine,
        verdict,
        findings,
        own: &own,
        exposure: &exposure,
    });
    Worse { findings: own, exposure, duties }
}

/// The time of the first event that a finding about the infection rests on.
fn first_sign(evidence: &Evidence, findings: &[Finding]) -> Option<Timestamp> {
    let wanted: BTreeSet<&EvidenceRef> = findings
        .iter()
        .filter(|finding| speaks_of_infection(finding) && finding.severity <= Severity::Medium)
        .flat_map(|finding| &finding.evidence)
        .collect();
    if wanted.is_empty() {
        return None;
    }
    let told = |at: usize| places(evidence, [at]).first().is_some_and(|place| wanted.contains(place));
    evidence.events().filter(|(at, _)| told(*at)).map(|(_, event)| event.time).min()
}

/// Whether the event is of the Security log, with this number.
fn is_audit(event: &Event, number: u32) -> bool {
    event.event_id == number && event.provider == SECURITY
}

/// Accounts that were made, administrators that were added and protection that was switched off since the first sign. Without a time
/// nothing tells whether it was before.
fn made_since(evidence: &Evidence, since: Option<Timestamp>) -> Vec<Finding> {
    let Some(since) = since else { return Vec::new() };
    let mut findings = Vec::new();
    for (at, event) in evidence.events().filter(|(_, event)| event.time >= since) {
        let found = match event.event_id {
            4720 if is_audit(event, 4720) => new_account(event),
            // Members of a group of the machine, of a domain, of the forest.
            4732 | 4728 | 4756 if is_audit(event, event.event_id) => new_administrator(event),
            5001 if event.provider == DEFENDER => Some(protection_off(event)),
            _ => None,
        };
        findings.extend(found.map(|mut found| {
            found.evidence = places(evidence, [at]);
            found
        }));
    }
    findings.sort_by(|a, b| a.id.cmp(&b.id));
    findings.dedup_by(|a, b| a.id == b.id);
    findings
}

/// The accounts that Windows makes itself have numbers below 1000.
fn is_stock(sid: &str) -> bool {
    sid.rsplit('-').next().and_then(|rid| rid.parse::<u32>().ok()).is_some_and(|rid| rid < 1000)
}

/// Whether a group has the rights of administrators: that of the machine, or of a domain its administrators, those of the schema and those of the
/// forest.
fn is_of_administrators(group: &str) -> bool {
    let of_domain = group.starts_with("S-1-5-21-");
    group == ADMINISTRATORS || (of_domain && ["-512", "-518", "-519"].iter().any(|end| group.ends_with(end)))
}

/// Whether the account is the guest of a machine.
fn is_guest(sid: &str) -> bool {
    sid.starts_with("S-1-5-21-") && sid.ends_with("-501")
}

fn new_account(event: &Event) -> Option<Finding> {
    let name = event.field("TargetUserName")?;
    if event.field("TargetSid").is_some_and(is_stock) {
        return None;
    }
    let title = m::TITLE_ACCOUNT_NEW.with([name.into()]);
    let mut found = happened(event, Kind::Account, &["new-account", name], name, title);
    found.reasons = vec![m::REASON_ACCOUNT_NEW.with([by(event).into(), event.time.to_string().into()])];
    found.attack = vec!["T1136".to_owned()];
    Some(found)
}

fn new_administrator(event: &Event) -> Option<Finding> {
    // The guest is a sign of its own, whenever it was.
    let is_guest = event.field("MemberSid").is_some_and(is_guest);
    if !event.field("TargetSid").is_some_and(is_of_administrators) || is_guest {
        return None;
    }
    let name = event.field("MemberName").filter(|name| *name != "-");
    let member = name.or_else(|| event.field("MemberSid"))?;
    let title = m::TITLE_ADMINISTRATOR_NEW.with([member.into()]);
    let mut found = happened(event, Kind::Account, &["new-administrator", member], member, title);
    found.reasons = vec![m::REASON_ADMINISTRATOR_NEW.with([by(event).into(), event.time.to_string().into()])];
    found.attack = vec!["T1098".to_owned()];
    Some(found)
}

fn protection_off(event: &Event) -> Finding {
    let title = m::TITLE_PROTECTION_OFF.plain();
    let day = event.time.to_string();
    let mut found = happened(event, Kind::Event, &["protection-off"], "Microsoft Defender", title);
    found.severity = Severity::Low;
    found.reasons = vec![m::REASON_PROTECTION_OFF.with([day.into()])];
    found.attack = vec!["T1562.001".to_owned()];
    found
}

/// Who did it.
fn by(event: &Event) -> String {
    event.field("SubjectUserName").unwrap_or("?").to_owned()
}

fn happened(event: &Event, kind: Kind, identity: &[&str], name: &str, title: evidence::Message) -> Finding {
    let mut found = finding(kind, name, title);
    (found.severity, found.confidence, found.action) =
        (Severity::Medium, Confidence::Possible, Action::Review);
    found.id = finding_id(kind, identity, "");
    found.subject = event.data.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    found
}
