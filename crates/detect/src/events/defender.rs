//! What Microsoft Defender found, and what it did about it.
//!
//! Event 1116 tells of a threat, event 1117 of what was done about it. Only a cleaning, a quarantine or a removal that succeeded, and that came
//! after the last finding of the same detection, makes the threat a thing of the past: then what brought it is to be looked for, not the threat.

use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::messages as m;
use crate::subject::{finding, finding_id, places};
use evidence::{Event, Evidence};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

const PROVIDER: &str = "Microsoft-Windows-Windows Defender";
/// Places of one threat that a finding shows.
const SHOWN: usize = 3;

/// What is told of one threat.
#[derive(Default)]
struct Threat<'a> {
    records: Vec<usize>,
    first: Option<&'a Event>,
    /// By the id of the detection, or where none is given by the path.
    detections: BTreeMap<&'a str, Detection<'a>>,
}

#[derive(Default)]
struct Detection<'a> {
    path: &'a str,
    found: Option<Timestamp>,
    removed: Option<Timestamp>,
}

impl Detection<'_> {
    fn is_removed(&self) -> bool {
        self.removed.is_some_and(|removed| self.found.is_none_or(|found| found <= removed))
    }
}

impl Threat<'_> {
    /// Defender's own text logs name no detection by an id: what one log tells of the removal of a file holds for what another tells of its
    /// finding before.
    fn join(&mut self) {
        let place = |path: &str| path.split(';').next().unwrap_or_default().trim().to_lowercase();
        let removed = self.detections.values().filter_map(|one| Some((place(one.path), one.removed?)));
        let mut last: BTreeMap<String, Timestamp> = BTreeMap::new();
        for (place, time) in removed {
            let known = last.entry(place).or_insert(time);
            *known = time.max(*known);
        }
        for detection in self.detections.values_mut() {
            detection.removed = detection.removed.max(last.get(&place(detection.path)).copied());
        }
    }
}

/// One finding for each threat.
pub(super) fn detect(evidence: &Evidence) -> Vec<Finding> {
    let mut threats: BTreeMap<&str, Threat> = BTreeMap::new();
    let told = evidence
        .events()
        .filter(|(_, event)| event.provider == PROVIDER && matches!(event.event_id, 1116 | 1117));
    for (record, event) in told {
        let Some(name) = event.field("Threat Name") else { continue };
        let path = event.field("Path").unwrap_or("?");
        let threat = threats.entry(name).or_default();
        threat.records.push(record);
        threat.first.get_or_insert(event);
        let key = event.field("Detection ID").unwrap_or(path);
        let detection = threat.detections.entry(key).or_default();
        detection.path = path;
        if event.event_id == 1116 {
            detection.found = detection.found.max(Some(event.time));
        } else if removes(event) {
            detection.removed = detection.removed.max(Some(event.time));
        }
    }
    threats
        .into_iter()
        .map(|(name, mut threat)| {
            threat.join();
            judge(evidence, name, threat)
        })
        .collect()
}

/// Whether the event tells that the threat was cleaned, quarantined or removed. The number of an action is the same in every language.
fn removes(event: &Event) -> bool {
    let done = match event.field("Action ID").map(str::trim) {
        Some(id) => matches!(id, "1" | "2" | "3"),
        None => event.field("Action Name").is_some_and(|name| {
            matches!(name.trim().to_lowercase().as_str(), "clean" | "quarantine" | "remove")
        }),
    };
    let succeeded = event.field("Error Code").is_none_or(|code| {
        let code = code.trim();
        code.strip_prefix("0x").unwrap_or(code).chars().all(|digit| digit == '0')
    });
    done && succeeded
}

/// What Defender calls a threat says how bad it is: its category stands before the colon.
fn judge(evidence: &Evidence, name: &str, threat: Threat) -> Finding {
    let lower = name.to_lowercase();
    let category = lower.split(':').next().unwrap_or_default();
    let (there, gone, confidence) = match category {
        _ if lower.contains("eicar") => (Severity::Low, Severity::Low, Confidence::Certain),
        "pua" | "adware" | "browsermodifier" | "softwarebundler" | "app" | "misleading" => {
            (Severity::Medium, Severity::Low, Confidence::Likely)
        }
        _ => (Severity::High, Severity::Medium, Confidence::Likely),
    };
    let mut finding = finding(Kind::Event, name, m::TITLE_DEFENDER.with([name.into()]));
    let is_there = |detection: &&Detection| !detection.is_removed();
    let left: BTreeSet<_> =
        threat.detections.values().filter(is_there).map(|detection| detection.path).collect();
    finding.severity = if left.is_empty() { gone } else { there };
    (finding.confidence, finding.action) = (confidence, Action::Review);
    finding.reasons =
        left.iter().take(SHOWN).map(|path| m::REASON_DEFENDER.with([name.into(), (*path).into()])).collect();
    let removed = threat.detections.values().filter(|detection| detection.is_removed());
    let removed: BTreeMap<_, _> =
        removed.filter_map(|detection| Some((detection.path, detection.removed?))).collect();
    finding.reasons.extend(removed.into_iter().take(SHOWN).map(|(path, time)| {
        m::REASON_DEFENDER_REMOVED.with([name.into(), path.into(), time.to_string().into()])
    }));
    if threat.records.len() > 1 {
        finding.reasons.push(m::REASON_EVENT_COUNT.with([threat.records.len().into()]));
    }
    finding.id = finding_id(Kind::Event, &["defender", name], "");
    finding.subject = threat.first.map(super::fields).unwrap_or_default();
    finding.evidence = places(evidence, threat.records);
    finding
}
