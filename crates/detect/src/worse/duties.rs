//! What people have to do when a machine was not their own for a while.

use crate::assessment::{Action, Duty, Exposure, Finding, Severity, Verdict};
use crate::messages as m;
use crate::prevent::Machine;
use crate::verdict::speaks_of_infection;
use evidence::{Evidence, Message};
use intel::Intel;
use intel::hardening::{Reading, Readings as _};
use std::collections::BTreeSet;

/// Where Windows keeps the number of domain logons that it remembers.
const WINLOGON: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon";
/// Ransom follows on machines that somebody worked on by hand: so many different threats are no accident.
const MANY_THREATS: usize = 3;

/// What the duties follow from.
pub(super) struct Basis<'a> {
    pub(super) evidence: &'a Evidence,
    pub(super) intel: &'a Intel,
    pub(super) machine: &'a Machine<'a>,
    pub(super) verdict: Verdict,
    pub(super) findings: &'a [Finding],
    /// What happened since the first sign.
    pub(super) own: &'a [Finding],
    pub(super) exposure: &'a Exposure,
}

/// The duties, the most pressing first.
pub(super) fn duties(basis: &Basis<'_>) -> Vec<Duty> {
    let mut duties = Vec::new();
    duties.extend(rebuild(basis));
    duties.push(passwords(basis));
    duties.extend(domain_controller(basis));
    duties.push(duty("local-administrators", m::DUTY_LOCAL_ADMINISTRATORS.plain(), Vec::new()));
    duties.extend(cached(basis));
    duties.extend(new_accounts(basis));
    duties.extend(ransomware(basis));
    duties.push(duty("look-further", m::DUTY_LOOK_FURTHER.plain(), Vec::new()));
    duties
}

fn duty(id: &str, text: Message, reasons: Vec<Message>) -> Duty {
    Duty { id: id.to_owned(), text, reasons }
}

/// When building the machine anew is safer than cleaning it, with the reasons.
fn rebuild(basis: &Basis<'_>) -> Option<Duty> {
    if basis.verdict != Verdict::Infected {
        return None;
    }
    let mut reasons = Vec::new();
    if is_domain_controller(basis) {
        reasons.push(m::REBUILD_DOMAIN_CONTROLLER.plain());
    }
    let families: BTreeSet<_> =
        basis.findings.iter().filter_map(|finding| finding.family.as_deref()).collect();
    let beyond = families.into_iter().filter(|family| basis.intel.aftermath().is_beyond_cleaning(family));
    reasons.extend(beyond.map(|family| m::REBUILD_FAMILY.with([family.into()])));
    if has_deed(basis, &["shadow-copies", "recovery"]) {
        reasons.push(m::REBUILD_RANSOMWARE.plain());
    }
    let titled = |id: &str| {
        basis.findings.iter().any(|finding| finding.title.id == id && finding.severity <= Severity::Medium)
    };
    if titled(m::TITLE_LOG_CLEARED.id) || has_deed(basis, &["logs"]) {
        reasons.push(m::REBUILD_LOGS.plain());
    }
    // What Defender removed was there all the same.
    let was_there = |finding: &&Finding| {
        finding.severity <= Severity::High
            || (finding.severity == Severity::Medium
                && finding.reasons.iter().any(|reason| reason.id == m::REASON_DEFENDER_REMOVED.id))
    };
    let threats = basis.findings.iter().filter(|finding| finding.title.id == m::TITLE_DEFENDER.id);
    let threats = threats.filter(was_there);
    let threats: BTreeSet<_> = threats.map(|finding| finding.name.as_str()).collect();
    if threats.len() >= MANY_THREATS {
        reasons.push(m::REBUILD_MANY.with([threats.len().into()]));
    }
    (!reasons.is_empty()).then(|| duty("rebuild", m::DUTY_REBUILD.plain(), reasons))
}

/// The passwords that must change.
fn passwords(basis: &Basis<'_>) -> Duty {
    let count = basis.exposure.accounts.len();
    let stolen = stolen(basis);
    if count == 0 {
        // Without a log nobody knows who was there.
        return duty("passwords", m::DUTY_PASSWORDS_UNKNOWN.plain(), stolen);
    }
    let text = match basis.exposure.since {
        Some(since) => m::DUTY_PASSWORDS_SINCE.with([count.into(), since.to_string().into()]),
        None => m::DUTY_PASSWORDS.with([count.into()]),
    };
    duty("passwords", text, stolen)
}

/// That credentials were taken, where something tells so.
fn stolen(basis: &Basis<'_>) -> Vec<Message> {
    let tells = |finding: &&Finding| {
        finding.title.id == m::TITLE_DEFENDER.id && basis.intel.aftermath().tells_of_theft(&finding.name)
    };
    let mut reasons: Vec<_> = basis
        .findings
        .iter()
        .filter(tells)
        .map(|finding| m::REASON_STOLEN_THREAT.with([finding.name.as_str().into()]))
        .collect();
    if has_deed(basis, &["credentials"]) {
        reasons.push(m::REASON_STOLEN_COMMAND.plain());
    }
    reasons
}

fn has_deed(basis: &Basis<'_>, ids: &[&str]) -> bool {
    let is =
        |finding: &&Finding| finding.title.id.strip_prefix("title-deed-").is_some_and(|id| ids.contains(&id));
    basis.findings.iter().any(|finding| is(&finding))
}

/// By the type of the product, or by the tickets that only such a machine gives out.
fn is_domain_controller(basis: &Basis<'_>) -> bool {
    let tickets = || {
        basis.evidence.events().any(|(_, event)| {
            event.provider == super::SECURITY && matches!(event.event_id, 4768 | 4769 | 4771)
        })
    };
    basis.machine.is_domain_controller().unwrap_or_else(tickets)
}

fn domain_controller(basis: &Basis<'_>) -> Option<Duty> {
    is_domain_controller(basis).then(|| duty("krbtgt", m::DUTY_KRBTGT.plain(), Vec::new()))
}

/// Credentials of a domain that Windows keeps for the day when no domain controller answers.
fn cached(basis: &Basis<'_>) -> Option<Duty> {
    let count = match basis.machine.value(WINLOGON, "CachedLogonsCount") {
        Reading::Set(data) => data.trim().parse().ok()?,
        // What Windows keeps by default.
        Reading::Absent => 10_u64,
        Reading::Unread => return None,
    };
    let of_domain = basis.exposure.accounts.iter().any(|account| account.local == Some(false));
    (count > 0 && of_domain).then(|| duty("cached", m::DUTY_CACHED.with([count.into()]), Vec::new()))
}

/// Accounts that were made or raised since the first sign.
fn new_accounts(basis: &Basis<'_>) -> Option<Duty> {
    let names: BTreeSet<_> = basis
        .findings
        .iter()
        .chain(basis.own)
        .filter(|finding| finding.kind == crate::assessment::Kind::Account)
        .map(|finding| finding.name.as_str())
        .collect();
    let names: Vec<_> = names.into_iter().collect();
    (!names.is_empty()).then(|| {
        duty("accounts", m::DUTY_ACCOUNTS.with([names.len().into(), names.join(", ").into()]), Vec::new())
    })
}

/// Copies that are out of reach, before it is too late.
fn ransomware(basis: &Basis<'_>) -> Option<Duty> {
    let signs = basis.findings.iter().chain(basis.own).filter(|finding| {
        speaks_of_infection(finding)
            && finding.action == Action::Review
            && (finding.title.id.starts_with("title-deed-")
                || finding.title.id == m::TITLE_REMOTE_TOOL.id
                || finding.title.id == m::TITLE_LOG_CLEARED.id
                || finding.title.id == m::TITLE_PROTECTION_OFF.id)
    });
    let reasons: Vec<_> = signs.map(|finding| finding.title.clone()).collect();
    (!reasons.is_empty()).then(|| duty("ransomware", m::DUTY_RANSOMWARE.plain(), reasons))
}
