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
use evidence::{Evidence, RegistryValue, readable};
use intel::{IndicatorKind as Known, Intel, Observation};
use serde_json::Value as Json;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Texts below this many characters are no store.
const STORE_SIZE: usize = 1_000;

/// Texts above this are judged by their beginning.
const MAX_DECODED: usize = 256 << 10;

/// How programs for Windows begin.
const PROGRAM: &[u8] = b"MZ\x90\x00\x03\x00";

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
    let bytes = if value.is_binary() { Some(value.bytes()?) } else { None };
    let is_program = bytes.as_ref().is_some_and(|bytes| bytes.starts_with(PROGRAM));
    let text: Cow<'_, str> = match &bytes {
        Some(_) if is_program => Cow::Borrowed(""),
        // A script may stand there as its bytes.
        Some(bytes) => Cow::Owned(readable(bytes)?),
        None => Cow::Borrowed(&value.data),
    };
    let size = bytes.as_ref().filter(|_| is_program).map_or_else(|| text.chars().count(), Vec::len);
    if size < STORE_SIZE {
        return None;
    }
    let path = format!("{}\\{}", value.key, value.name);
    let mut content = Content::default();
    let mut inside = is_program.then(|| m::CONTENT_EXECUTABLE.plain());
    if !is_program {
        let head: String = text.chars().take(MAX_DECODED).collect();
        content.add(&value.name, &head, None);
        inside = content.scripts.first().and_then(what_it_holds);
    }
    let mut observations = vec![Observation::new(Known::RegistryPath, path.as_str())];
    observations.extend(content.observations());
    let family = recognise(intel, &observations);
    let executable = inside.as_ref().is_some_and(|inside| inside.id == m::CONTENT_EXECUTABLE.id);
    let (severity, confidence, action) = match (content.judge(), &family) {
        (_, Some(family)) if family.by_content => (Severity::High, Confidence::Certain, Action::Remove),
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
