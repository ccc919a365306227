//! Autostart entries other than subscriptions: Run values, tasks, services, drivers and the rest.
//!
//! Clean machines are full of them, so only content speaks here: what the command line does, and what a family is known by.

use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::content::{Content, recognise};
use crate::messages as m;
use crate::places::is_user_writable;
use crate::subject::{finding, finding_id, places};
use deobfuscate::ScriptVerdict;
use evidence::wmi::Fingerprint;
use evidence::{AutostartEntry, AutostartKind, Evidence};
use intel::{IndicatorKind as Known, Intel, Observation};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// Looks at every autostart entry of the evidence.
pub(crate) fn detect(evidence: &Evidence, intel: &Intel) -> Vec<Finding> {
    let mut seen: BTreeMap<String, Finding> = BTreeMap::new();
    for (record, entry) in evidence.autostarts() {
        // The subscriptions that a listing of autostart places shows are judged as subscriptions.
        if entry.kind == Some(AutostartKind::Wmi) {
            continue;
        }
        let Some(mut found) = judge(entry, intel) else { continue };
        found.evidence = places(evidence, [record]);
        match seen.get_mut(&found.id) {
            Some(known) => known.evidence.append(&mut found.evidence),
            None => {
                seen.insert(found.id.clone(), found);
            }
        }
    }
    seen.into_values().collect()
}

fn judge(entry: &AutostartEntry, intel: &Intel) -> Option<Finding> {
    let image = entry.image_path.as_deref().unwrap_or_default();
    let command = entry.launch_string.as_deref().filter(|text| !text.is_empty()).unwrap_or(image);
    let mut content = Content::default();
    content.add("Launch String", command, None);

    let mut observations = content.observations();
    observations.push(Observation { kind: name_kind(entry.kind), text: &entry.name });
    observations.push(Observation { kind: Known::FilePath, text: image });
    for (algorithm, hash) in &entry.hashes {
        let kind = match algorithm.as_str() {
            "md5" => Known::Md5,
            "sha1" => Known::Sha1,
            "sha256" => Known::Sha256,
            _ => continue,
        };
        observations.push(Observation { kind, text: hash });
    }
    let family = recognise(intel, &observations);
    let verified = entry.signer.as_deref().is_some_and(|signer| signer.starts_with("(Verified)"));
    let judged = content.judge();
    let mut reasons = std::mem::take(&mut content.reasons);
    let (severity, confidence, action) = match (content.verdict, judged, &family) {
        (Some(ScriptVerdict::Miner), ..) if content.telling.is_empty() && family.is_none() => {
            reasons.push(m::REASON_VOLUNTARY_MINER.plain());
            (Severity::Medium, Confidence::Likely, Action::AskOwner)
        }
        (_, _, Some(family)) if family.certain => (Severity::Critical, Confidence::Certain, Action::Remove),
        (_, _, Some(family)) if family.by_content => (Severity::High, Confidence::Likely, Action::Remove),
        (Some(ScriptVerdict::Miner | ScriptVerdict::Malicious), Some((severity, confidence)), _) => {
            (severity, confidence, Action::Remove)
        }
        // Administrators, too, start scripts at logon; two signs or none.
        (_, Some(_), family) if content.telling.len() >= 2 => {
            let severity = if verified && family.is_none() { Severity::Medium } else { Severity::High };
            (severity, Confidence::Likely, Action::Review)
        }
        (_, _, Some(_)) if !verified => (Severity::Medium, Confidence::Possible, Action::Review),
        _ if is_user_writable(image) && !verified && entry.signer.is_some() => {
            reasons.push(m::REASON_USER_WRITABLE.with([image.into()]));
            reasons.push(m::REASON_NOT_SIGNED.with([image.into()]));
            (Severity::Low, Confidence::Possible, Action::Review)
        }
        _ => return None,
    };

    let (kind, place) = match entry.kind {
        Some(AutostartKind::Run) => (Kind::Run, m::PLACE_RUN),
        Some(AutostartKind::Task) => (Kind::Task, m::PLACE_TASK),
        Some(AutostartKind::Service) => (Kind::Service, m::PLACE_SERVICE),
        Some(AutostartKind::Driver) => (Kind::Driver, m::PLACE_DRIVER),
        Some(AutostartKind::Wmi | AutostartKind::Other) | None => (Kind::Autostart, m::PLACE_OTHER),
    };
    let mut finding = finding(
        kind,
        &entry.name,
        m::TITLE_AUTOSTART.with([place.plain().into(), entry.name.as_str().into()]),
    );
    let fingerprint = Fingerprint::of_lines([command, image]).to_string();
    finding.id = finding_id(kind, &[&entry.location, &entry.name], &fingerprint);
    (finding.severity, finding.confidence, finding.action) = (severity, confidence, action);
    if let Some(family) = family {
        reasons.extend(family.reasons);
        finding.family = Some(family.family);
    }
    finding.reasons = reasons;
    finding.attack = content.attack.into_iter().collect();
    finding.subject = subject(entry);
    finding.decoded = content.scripts;
    Some(finding)
}

fn name_kind(kind: Option<AutostartKind>) -> Known {
    match kind {
        Some(AutostartKind::Task) => Known::TaskName,
        _ => Known::ServiceName,
    }
}

/// The entry under the column names of Autoruns.
fn subject(entry: &AutostartEntry) -> Map<String, Json> {
    let mut map = Map::new();
    let mut put = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            map.insert(name.to_owned(), Json::from(value));
        }
    };
    put("Category", Some(&entry.category));
    put("Entry Location", Some(&entry.location));
    put("Entry", Some(&entry.name));
    put("Profile", entry.profile.as_deref());
    put("Description", entry.description.as_deref());
    put("Company", entry.publisher.as_deref());
    put("Signer", entry.signer.as_deref());
    put("Image Path", entry.image_path.as_deref());
    put("Launch String", entry.launch_string.as_deref());
    put("Time", entry.time.as_deref());
    for (name, value) in entry.hashes.iter().chain(&entry.extra) {
        put(name, Some(value));
    }
    if let Some(enabled) = entry.enabled {
        map.insert("Enabled".to_owned(), Json::from(enabled));
    }
    map
}
