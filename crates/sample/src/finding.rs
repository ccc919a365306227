//! Payloads out of findings.

use crate::item::{Origin, Sample};
use detect::assessment::{Assessment, Finding};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Text from this length on, in characters, is a payload wherever it stands: four times what any class of a clean Windows has as default.
const PAYLOAD: usize = 500;

/// What describes other fields of a subject.
const DESCRIBING: [&str; 2] = ["__TYPES", "__QUALIFIERS"];

/// How deep a subject is looked into.
const MAX_DEPTH: usize = 8;

/// The payloads of a finding, in the order of their fields: what was decoded, and every value that is long enough to be one. With a field,
/// that one alone, whatever its length; its name is compared without case, with or without the levels above it.
pub fn payloads(assessment: &Assessment, finding: &Finding, field: Option<&str>) -> Vec<Sample> {
    let mut values = BTreeMap::new();
    let subject = Json::Object(finding.subject.clone());
    walk("", &subject, &mut values, MAX_DEPTH);
    for script in &finding.decoded {
        // The field may be made of several, such as the command line of a task: then the subject has no such field.
        if !values.keys().any(|name| is_field(name, &script.field))
            && let Some(layer) = script.layers.first()
        {
            values.insert(script.field.clone(), layer.text.clone().into_bytes());
        }
    }
    let wanted = |name: &str, bytes: &[u8]| match field {
        Some(field) => is_field(name, field),
        None => bytes.len() >= PAYLOAD || finding.decoded.iter().any(|script| is_field(name, &script.field)),
    };
    values
        .into_iter()
        .filter(|(name, bytes)| !bytes.is_empty() && wanted(name, bytes))
        .map(|(name, bytes)| Sample {
            bytes,
            origin: Origin::Finding {
                host: assessment.host.name.clone(),
                finding: finding.id.clone(),
                name: finding.name.clone(),
                field: name,
                evidence: finding.evidence.clone(),
            },
        })
        .collect()
}

/// Whether a field is the one that is meant: by its whole name, or by the last part of it.
fn is_field(name: &str, meant: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    name.eq_ignore_ascii_case(meant) || last.eq_ignore_ascii_case(meant)
}

/// Every text, and every array of bytes, by its name.
fn walk(name: &str, value: &Json, values: &mut BTreeMap<String, Vec<u8>>, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match value {
        Json::String(text) => {
            values.insert(name.to_owned(), text.clone().into_bytes());
        }
        Json::Array(items) => {
            if let Some(bytes) = bytes(items) {
                values.insert(name.to_owned(), bytes);
            } else if items.iter().all(Json::is_string) {
                let joined: Vec<_> = items.iter().filter_map(Json::as_str).collect();
                values.insert(name.to_owned(), joined.join("\n").into_bytes());
            } else {
                for (at, item) in items.iter().enumerate() {
                    walk(&format!("{name}.{at}"), item, values, depth);
                }
            }
        }
        Json::Object(map) => {
            // What a class says of its properties' types is no payload.
            for (key, item) in map.iter().filter(|(key, _)| !DESCRIBING.contains(&key.as_str())) {
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                walk(&name, item, values, depth);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// The bytes of a `uint8[]`.
fn bytes(items: &[Json]) -> Option<Vec<u8>> {
    if items.is_empty() {
        return None;
    }
    items.iter().map(|item| item.as_u64().and_then(|number| u8::try_from(number).ok())).collect()
}
