//! Who tried to get in: guessed passwords, programs written over the network, machines that still speak SMB 1.
//!
//! A machine that somebody gets in from is infected itself more often than not, so it is named among the machines to check. None of this makes
//! a machine infected: where it worked is told by what was found.

use super::fields;
use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::content::recognise;
use crate::messages as m;
use crate::subject::{finding, finding_id, places};
use evidence::{Event, Evidence};
use intel::{IndicatorKind as Known, Intel, Observation};
use std::collections::{BTreeMap, BTreeSet};

const SECURITY: &str = "Microsoft-Windows-Security-Auditing";
const SMB: &str = "Microsoft-Windows-SMBServer";
/// People mistype a password some times; so many failures from one machine are no person's.
const GUESSES: usize = 20;
/// The right to write the data of a file, in an access mask.
const WRITE: u32 = 2;
/// Files that run.
const PROGRAMS: &[&str] = &[".exe", ".dll", ".bat", ".cmd", ".ps1", ".vbs", ".js", ".sys", ".scr", ".hta"];
/// Records that a finding names.
const SHOWN: usize = 100;

pub(super) struct Attempts {
    pub(super) findings: Vec<Finding>,
    pub(super) neighbours: BTreeSet<String>,
}

pub(super) fn detect(evidence: &Evidence, intel: &Intel) -> Attempts {
    let mut attempts = Attempts { findings: Vec::new(), neighbours: BTreeSet::new() };
    guesses(evidence, &mut attempts);
    written(evidence, intel, &mut attempts);
    smb1(evidence, &mut attempts);
    attempts
}

/// A machine that an event names as the other side; `None` for the machine itself and where none is named.
fn remote(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('\\');
    let text = text.strip_prefix("::ffff:").unwrap_or(text);
    let local = text.is_empty()
        || ["-", "::1", "localhost", "0.0.0.0", "LOCAL"].iter().any(|own| text.eq_ignore_ascii_case(own))
        || text.starts_with("127.");
    (!local).then(|| text.to_owned())
}

/// What one machine tried.
#[derive(Default)]
struct Guesses<'a> {
    records: Vec<usize>,
    accounts: BTreeSet<&'a str>,
    last: Option<&'a Event>,
    /// A logon of an account that had been tried, after so many failures.
    success: Option<&'a Event>,
}

/// Failed logons by the machine that they came from.
fn guesses(evidence: &Evidence, attempts: &mut Attempts) {
    let mut seen = BTreeSet::new();
    let mut events: Vec<_> = evidence
        .events()
        .filter(|(_, event)| event.provider == SECURITY && matches!(event.event_id, 4624 | 4625 | 4776))
        .filter(|(_, event)| seen.insert((event.time, event.record_id, event.event_id)))
        .collect();
    events.sort_by_key(|(_, event)| event.time);
    let mut machines: BTreeMap<String, Guesses> = BTreeMap::new();
    for (record, event) in events {
        let from = ["IpAddress", "WorkstationName", "Workstation"];
        let Some(from) = from.iter().find_map(|name| remote(event.field(name)?)) else { continue };
        let account = event.field("TargetUserName").unwrap_or_default();
        if event.event_id == 4624 {
            // Whoever logs on all day from a machine is no guesser because of some failures.
            if let Some(own) = machines.get_mut(&from)
                && own.records.len() >= GUESSES
                && own.accounts.contains(account)
            {
                own.success.get_or_insert(event);
            }
            continue;
        }
        let succeeded = event.event_id == 4776
            && event
                .field("Status")
                .is_none_or(|status| status.trim_start_matches("0x").chars().all(|d| d == '0'));
        // A password that was mistyped at the screen of a machine comes from the machine itself.
        if !succeeded {
            let own = machines.entry(from).or_default();
            own.records.push(record);
            own.accounts.insert(account);
            own.last = Some(event);
        }
    }
    for (from, own) in machines.into_iter().filter(|(_, own)| own.records.len() >= GUESSES) {
        let count = own.records.len();
        let mut finding =
            finding(Kind::Network, &from, m::TITLE_GUESSES.with([from.as_str().into(), count.into()]));
        (finding.severity, finding.confidence, finding.action) =
            (Severity::Low, Confidence::Possible, Action::Review);
        finding.reasons = vec![m::REASON_GUESSES.with([own.accounts.len().into()])];
        if let Some(event) = own.success {
            (finding.severity, finding.confidence) = (Severity::Medium, Confidence::Possible);
            let account = event.field("TargetUserName").unwrap_or("?");
            finding.reasons.push(m::REASON_GUESSED.with([account.into(), event.time.to_string().into()]));
        }
        finding.attack = vec!["T1110".to_owned()];
        finding.id = finding_id(Kind::Network, &["guesses"], &from.to_lowercase());
        finding.subject = own.last.map(fields).unwrap_or_default();
        finding.evidence = places(evidence, own.records.into_iter().take(SHOWN));
        attempts.findings.push(finding);
        attempts.neighbours.insert(from);
    }
}

/// Programs that were written to the shares that only administrators have (event 5145).
fn written(evidence: &Evidence, intel: &Intel, attempts: &mut Attempts) {
    let mut seen: BTreeMap<String, (Finding, Vec<usize>)> = BTreeMap::new();
    for (record, event) in
        evidence.events().filter(|(_, event)| event.provider == SECURITY && event.event_id == 5145)
    {
        let (Some(from), Some(file)) = (event.field("IpAddress").and_then(remote), program(event)) else {
            continue;
        };
        let title = m::TITLE_WRITTEN_REMOTELY.with([file.into(), from.as_str().into()]);
        let mut found = finding(Kind::Network, file, title);
        (found.severity, found.confidence, found.action) =
            (Severity::Low, Confidence::Possible, Action::Review);
        let name = file.rsplit('\\').next().unwrap_or(file);
        if let Some(family) = recognise(intel, &[Observation { kind: Known::FileName, text: name }]) {
            found.severity = Severity::Medium;
            found.reasons = family.reasons;
            found.family = Some(family.family);
        }
        found.reasons.push(m::REASON_WRITTEN_REMOTELY.plain());
        found.attack = vec!["T1021.002".to_owned()];
        found.id = finding_id(Kind::Network, &["written", &from], &file.to_lowercase());
        found.subject = fields(event);
        attempts.neighbours.insert(from);
        seen.entry(found.id.clone()).or_insert_with(|| (found, Vec::new())).1.push(record);
    }
    attempts.findings.extend(seen.into_values().map(|(mut finding, records)| {
        finding.evidence = places(evidence, records.into_iter().take(SHOWN));
        finding
    }));
}

/// The program that an event shows as written over the network.
fn program(event: &Event) -> Option<&str> {
    let share = event.field("ShareName")?.trim().to_lowercase();
    let share = share.rsplit('\\').next().unwrap_or_default();
    let administrative = share == "admin$" || (share.len() == 2 && share.ends_with('$'));
    let writes = event.field("AccessMask").is_none_or(|mask| {
        u32::from_str_radix(mask.trim().trim_start_matches("0x"), 16).is_ok_and(|mask| mask & WRITE != 0)
    });
    let file = event.field("RelativeTargetName")?.trim();
    let lower = file.to_lowercase();
    (administrative && writes && PROGRAMS.iter().any(|ending| lower.ends_with(ending))).then_some(file)
}

/// Event 3000 of the SMB server: a machine that speaks only what EternalBlue attacks, or that attacks with it.
fn smb1(evidence: &Evidence, attempts: &mut Attempts) {
    let asked = evidence.events().filter(|(_, event)| event.provider == SMB && event.event_id == 3000);
    let mut machines: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut first = None;
    for (record, event) in asked {
        let Some(from) = event.field("ClientName").or_else(|| event.field("ClientAddress")).and_then(remote)
        else {
            continue;
        };
        first.get_or_insert(event);
        machines.entry(from).or_default().push(record);
    }
    if machines.is_empty() {
        return;
    }
    let names: Vec<_> = machines.keys().map(String::as_str).collect();
    let mut finding = finding(Kind::Network, "SMBv1", m::TITLE_SMB1.with([names.len().into()]));
    (finding.severity, finding.confidence, finding.action) =
        (Severity::Low, Confidence::Possible, Action::Review);
    finding.reasons = vec![m::REASON_SMB1.with([names.join(", ").into()])];
    finding.attack = vec!["T1210".to_owned()];
    finding.id = finding_id(Kind::Network, &["smb1"], "");
    finding.subject = first.map(fields).unwrap_or_default();
    finding.evidence = places(evidence, machines.values().flatten().copied().take(SHOWN));
    attempts.findings.push(finding);
    attempts.neighbours.extend(machines.into_keys());
}
