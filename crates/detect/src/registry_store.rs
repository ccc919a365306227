//! Payloads in values of the registry, as WMI classes hold them: long texts that are a script or a program.
//!
//! Programs keep encoded licences, pictures and settings in long values, too. So size alone says nothing here, unlike in WMI classes: what
//! counts is what comes out of it.

use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::class_store::what_it_holds;
use crate::content::{Content, recognise};
use crate::messages as m;
use crate::subject::{finding, finding_id, places};
use evidence::wmi::Fingerprint;
use evidence::{Evidence, RegistryValue};
use intel::{IndicatorKind as Known, Intel, Observation};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// Texts below this many characters are no store.
const STORE_SIZE: usize = 1_000;

/// Texts above this are judged by their beginning.
const MAX_DECODED: usize = 256 << 10;

/// Looks at every long value of the evidence.
pub(crate) fn detect(evidence: &Evidence, intel: &Intel) -> Vec<Finding> {
    let mut seen: BTreeMap<String, (Finding, Vec<usize>)> = BTreeMap::new();
    for (record, value) in evidence.registry_values() {
        let Some(found) = judge(value, intel) else { continue };
        seen.entry(found.id.clone()).or_insert_with(|| (found, Vec::new())).1.push(record);
    }
    let findings = seen.into_values().map(|(finding, records)| {
        let evidence = places(evidence, records);
        Finding { evidence, ..finding }
    });
    findings.collect()
}

fn judge(value: &RegistryValue, intel: &Intel) -> Option<Finding> {
    if value.data.len() < STORE_SIZE {
        return None;
    }
    // What no source gives a type, and is no hex, is text.
    let bytes = value.is_binary().then(|| value.bytes()).flatten();
    let size = bytes.as_ref().map_or_else(|| value.data.chars().count(), Vec::len);
    let path = format!("{}\\{}", value.key, value.name);
    let mut content = Content::default();
    match &bytes {
        // A script may stand there as its bytes.
        Some(bytes) => content.add_bytes(&value.name, bytes, MAX_DECODED),
        None => content.add_beginning(&value.name, &value.data, MAX_DECODED),
    }
    let inside = content.scripts.first().and_then(what_it_holds);
    let mut observations = vec![Observation::new(Known::RegistryPath, path.as_str())];
    observations.extend(content.observations());
    let family = recognise(intel, &observations);
    let executable = inside.as_ref().is_some_and(|inside| inside.id == m::CONTENT_EXECUTABLE.id);
    let (severity, confidence, action) = match (content.judge(), &family) {
        (_, Some(family)) if family.by_content => (Severity::High, Confidence::Certain, Action::Remove),
        // That a program lies there says nothing of what it does.
        (Some(_), None) if executable && content.is_only_packed() => {
            (Severity::High, Confidence::Likely, Action::Review)
        }
        (Some((severity, confidence)), _) => (severity, confidence, Action::Remove),
        (None, Some(_)) => (Severity::Medium, Confidence::Likely, Action::Review),
        (None, None) if executable => (Severity::High, Confidence::Likely, Action::Review),
        (None, None) => return None,
    };
    let name = if value.name.is_empty() { "(Default)" } else { value.name.as_str() };
    let mut finding =
        finding(Kind::Setting, name, m::TITLE_REGISTRY_STORE.with([value.key.as_str().into(), name.into()]));
    (finding.severity, finding.confidence, finding.action) = (severity, confidence, action);
    finding.reasons = vec![m::REASON_REGISTRY_STORE.with([size.into()])];
    finding.reasons.extend(inside.map(|inside| m::REASON_STORE_CONTENT.with([name.into(), inside.into()])));
    finding.reasons.append(&mut content.reasons);
    if let Some(family) = family {
        finding.reasons.extend(family.reasons);
        finding.family = Some(family.family);
    }
    let attack: BTreeSet<_> =
        content.attack.into_iter().chain(["T1027.011".to_owned(), "T1112".to_owned()]).collect();
    finding.attack = attack.into_iter().collect();
    let fingerprint = Fingerprint::of_lines([value.data.as_str()]).to_string();
    finding.id = finding_id(Kind::Setting, &["registry-value", &path], &fingerprint);
    let fields = [
        ("Kind", "registry-value"),
        ("Key", &value.key),
        ("Value Name", &value.name),
        ("Type", &value.kind),
        ("Data", &value.data),
    ];
    finding.subject = fields.map(|(name, text)| (name.to_owned(), Json::from(text))).into_iter().collect();
    finding.decoded = content.scripts;
    Some(finding)
}
