//! Findings that logs alone give: what Defender found, scripts and processes that ran, files, connections and queries that a log shows, logs that
//! were cleared, and who tried to get in.

mod attempts;
mod defender;
mod files;
mod network;
mod queries;
mod ran;
#[cfg(test)]
mod tests;

pub(crate) use network::known_source;

use crate::assessment::{Finding, Kind, Severity};
use crate::history::log_of;
use crate::messages as m;
use crate::subject::{finding, finding_id, places};
use deobfuscate::Language;
use evidence::{Event, Evidence};
use intel::Intel;
use std::collections::{BTreeMap, BTreeSet};

/// What logs give.
pub(crate) struct Outcome {
    pub(crate) findings: Vec<Finding>,
    /// Machines that tried to get in.
    pub(crate) neighbours: BTreeSet<String>,
}

/// Looks at every event of the evidence.
pub(crate) fn detect(evidence: &Evidence, intel: &Intel) -> Outcome {
    let queries = queries::judged(evidence);
    let mut seen: BTreeMap<String, (Finding, Vec<usize>)> = BTreeMap::new();
    for (record, event) in evidence.events() {
        let Some(found) = judge(event, intel, &queries) else { continue };
        seen.entry(found.id.clone()).or_insert_with(|| (found, Vec::new())).1.push(record);
    }
    let counted = seen.into_values().map(|(mut finding, records)| {
        if records.len() > 1 {
            finding.reasons.push(m::REASON_EVENT_COUNT.with([records.len().into()]));
        }
        finding.evidence = places(evidence, records);
        finding
    });
    let mut findings: Vec<_> = counted.collect();
    findings.extend(defender::detect(evidence));
    let attempts = attempts::detect(evidence, intel);
    findings.extend(attempts.findings);
    Outcome { findings, neighbours: attempts.neighbours }
}

/// What the event alone says. Event 5858 of WMI-Activity only tells of errors, and event 4104 with its parts is joined already.
fn judge(event: &Event, intel: &Intel, queries: &BTreeSet<String>) -> Option<Finding> {
    let script = Some(Language::PowerShell);
    match (event.provider.as_str(), event.event_id) {
        ("Microsoft-Windows-PowerShell" | "PowerShellCore", 4104) => {
            ran::field(event, intel, Kind::Script, "ScriptBlockText", script)
        }
        ("Microsoft-Windows-PowerShell" | "PowerShellCore", 4103) => {
            ran::field(event, intel, Kind::Script, "Payload", script).or_else(|| ran::host(event, intel))
        }
        ("PowerShell", 400 | 600) => ran::host(event, intel),
        ("Microsoft-Windows-Security-Auditing", 4688) => {
            ran::field(event, intel, Kind::Process, "CommandLine", None)
        }
        ("Microsoft-Windows-TaskScheduler", 200) => {
            ran::field(event, intel, Kind::Process, "ActionName", None)
        }
        ("Microsoft-Windows-Sysmon", number) => sysmon(event, number, intel),
        ("Microsoft-Windows-WMI-Activity", 5857) => files::provider(event, intel),
        ("Microsoft-Windows-WMI-Activity", number @ (5859 | 5860)) => {
            queries::query(event, event.field("Query")?, number == 5859, queries)
        }
        ("Microsoft-Windows-WMI" | "WinMgmt", 10) => {
            let text = event.data.values().find(|text| text.trim().to_lowercase().starts_with("select "))?;
            queries::query(event, text, true, queries)
        }
        ("Microsoft-Windows-WMI" | "WinMgmt", 63) => files::registered(event, intel),
        ("Microsoft-Windows-Bits-Client", 59 | 60) => network::transfer(event, intel),
        ("Microsoft-Windows-Eventlog", 1102) => Some(log_cleared(event, Severity::Medium)),
        ("Microsoft-Windows-Eventlog", 104) => Some(log_cleared(event, Severity::Low)),
        _ => None,
    }
}

/// Subscriptions (19 to 21) and values that start something (13) are judged where such things are, whichever source shows them.
fn sysmon(event: &Event, number: u32, intel: &Intel) -> Option<Finding> {
    match number {
        1 => ran::field(event, intel, Kind::Process, "CommandLine", None),
        3 => network::connection(event, intel),
        6 => files::driver(event, intel),
        11 | 15 | 29 => files::written(event, intel),
        12 | 13 => ran::value(event, intel),
        22 => network::lookup(event, intel),
        25 => files::tampered(event),
        _ => None,
    }
}

/// The program that an event of Sysmon speaks of.
fn image_of(event: &Event) -> &str {
    event.field("Image").unwrap_or("?").trim()
}

fn log_cleared(event: &Event, severity: Severity) -> Finding {
    let log = log_of(event).to_owned();
    let mut finding = finding(Kind::Event, &log, m::TITLE_LOG_CLEARED.with([log.as_str().into()]));
    finding.severity = severity;
    finding.reasons = vec![m::REASON_LOG_CLEARED.with([event.time.to_string().into()])];
    finding.attack = vec!["T1070.001".to_owned()];
    finding.id = finding_id(Kind::Event, &["log-cleared", &log], &event.time.to_string());
    finding.subject = fields(event);
    finding
}

/// Every field of the event.
fn fields(event: &Event) -> serde_json::Map<String, serde_json::Value> {
    event.data.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect()
}
