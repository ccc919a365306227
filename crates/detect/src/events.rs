//! Findings that logs alone give: what Defender found, scripts and processes that ran, logs that were cleared.

use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::content::{Content, recognise};
use crate::history::log_of;
use crate::messages as m;
use crate::subject::{finding, finding_id, places};
use deobfuscate::{Language, ScriptVerdict};
use evidence::{Event, Evidence};
use intel::Intel;
use std::collections::BTreeMap;

/// Looks at every event of the evidence.
pub(crate) fn detect(evidence: &Evidence, intel: &Intel) -> Vec<Finding> {
    let mut seen: BTreeMap<String, (Finding, Vec<usize>)> = BTreeMap::new();
    for (record, event) in evidence.events() {
        let Some(found) = judge(event, intel) else { continue };
        seen.entry(found.id.clone()).or_insert_with(|| (found, Vec::new())).1.push(record);
    }
    seen.into_values()
        .map(|(mut finding, records)| {
            if records.len() > 1 {
                finding.reasons.push(m::REASON_EVENT_COUNT.with([records.len().into()]));
            }
            finding.evidence = places(evidence, records);
            finding
        })
        .collect()
}

fn judge(event: &Event, intel: &Intel) -> Option<Finding> {
    match (event.provider.as_str(), event.event_id) {
        ("Microsoft-Windows-Windows Defender", 1116 | 1117) => defender(event),
        ("Microsoft-Windows-PowerShell", 4104) => {
            ran(event, intel, Kind::Script, "ScriptBlockText", Some(Language::PowerShell))
        }
        ("Microsoft-Windows-Security-Auditing", 4688) => {
            ran(event, intel, Kind::Process, "CommandLine", None)
        }
        ("Microsoft-Windows-Sysmon", 1) => ran(event, intel, Kind::Process, "CommandLine", None),
        ("Microsoft-Windows-Eventlog", 1102) => Some(log_cleared(event, Severity::Medium)),
        ("Microsoft-Windows-Eventlog", 104) => Some(log_cleared(event, Severity::Low)),
        _ => None,
    }
}

/// What Microsoft Defender calls a threat says how bad it is: its category stands before the colon.
fn defender(event: &Event) -> Option<Finding> {
    let threat = event.field("Threat Name")?;
    let lower = threat.to_lowercase();
    let category = lower.split(':').next().unwrap_or_default();
    let (severity, confidence) = match category {
        _ if lower.contains("eicar") => (Severity::Low, Confidence::Certain),
        "pua" | "adware" | "browsermodifier" | "softwarebundler" | "app" | "misleading" => {
            (Severity::Medium, Confidence::Likely)
        }
        _ => (Severity::High, Confidence::Likely),
    };
    let mut finding = finding(Kind::Event, threat, m::TITLE_DEFENDER.with([threat.into()]));
    (finding.severity, finding.confidence, finding.action) = (severity, confidence, Action::Review);
    let path = event.field("Path").unwrap_or("?");
    finding.reasons = vec![m::REASON_DEFENDER.with([threat.into(), path.into()])];
    finding.id = finding_id(Kind::Event, &["defender", threat], "");
    finding.subject = fields(event);
    Some(finding)
}

/// Something that ran: only what is malicious or mines by its own text.
fn ran(
    event: &Event,
    intel: &Intel,
    kind: Kind,
    field: &'static str,
    hint: Option<Language>,
) -> Option<Finding> {
    let text = event.field(field)?;
    let mut content = Content::default();
    content.add(field, text, hint);
    let family = recognise(intel, &content.observations()).filter(|family| family.by_content);
    let bad = matches!(content.verdict, Some(ScriptVerdict::Miner | ScriptVerdict::Malicious));
    if !bad && family.is_none() {
        return None;
    }
    let name: String = text.chars().take(80).collect();
    let title = if kind == Kind::Script { m::TITLE_SCRIPT_RAN } else { m::TITLE_PROCESS_RAN };
    let mut finding = finding(kind, &name, title.with([name.as_str().into()]));
    (finding.severity, finding.confidence, finding.action) =
        (Severity::High, Confidence::Likely, Action::Review);
    finding.reasons = content.reasons;
    if let Some(family) = family {
        finding.reasons.extend(family.reasons);
        finding.family = Some(family.family);
    }
    finding.attack = content.attack.into_iter().collect();
    finding.id = finding_id(kind, &[field], text);
    finding.decoded = content.scripts;
    finding.subject = fields(event);
    Some(finding)
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

fn fields(event: &Event) -> serde_json::Map<String, serde_json::Value> {
    event.data.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect()
}
