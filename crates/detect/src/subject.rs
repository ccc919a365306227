//! Findings from records: subjects, identities, places.

use crate::assessment::{Action, Confidence, EvidenceRef, Finding, Kind, Severity};
use evidence::{Evidence, Location, Message, State, WmiClass, WmiObject};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// The id of a finding: the first 16 hex digits of SHA-256 over kind, identity and fingerprint, each on a line.
///
/// The host is not in it, nor is anything that differs between runs or languages.
pub(crate) fn finding_id(kind: Kind, identity: &[&str], fingerprint: &str) -> String {
    let mut hash = Sha256::new();
    let kind = serde_json::to_value(kind).ok();
    hash.update(kind.as_ref().and_then(Json::as_str).unwrap_or_default());
    for part in identity {
        hash.update(b"\n");
        hash.update(part.to_lowercase());
    }
    hash.update(b"\n");
    hash.update(fingerprint);
    hash.finalize().iter().take(8).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Every field of the object under its Windows name, with its class and namespace as WMI's system properties.
pub(crate) fn fields(object: &WmiObject, namespace: Option<&str>) -> Json {
    let mut map = Map::new();
    map.insert("__CLASS".to_owned(), Json::from(object.class.as_str()));
    if let Some(namespace) = namespace {
        map.insert("__NAMESPACE".to_owned(), Json::from(namespace));
    }
    for property in &object.properties {
        let value = serde_json::to_value(&property.value).unwrap_or_default();
        // What a listing cut must not be taken for the whole.
        let name = match property.state {
            State::Known => property.name.as_str().to_owned(),
            State::Truncated => format!("{} (truncated)", property.name.as_str()),
        };
        map.insert(name, value);
    }
    if let Some(sid) = object.creator_sid() {
        map.insert("CreatorSID (text)".to_owned(), Json::from(sid));
    }
    Json::Object(map)
}

/// Every property of a class definition with its default value, under its Windows name, and beside them the types and the qualifiers.
pub(crate) fn fields_of_class(class: &WmiClass, namespace: Option<&str>) -> Map<String, Json> {
    let mut map = Map::new();
    map.insert("__CLASS".to_owned(), Json::from(class.name.as_str()));
    if let Some(namespace) = namespace {
        map.insert("__NAMESPACE".to_owned(), Json::from(namespace));
    }
    if let Some(superclass) = &class.superclass {
        map.insert("__SUPERCLASS".to_owned(), Json::from(superclass.as_str()));
    }
    for property in &class.properties {
        map.insert(property.name.clone(), serde_json::to_value(&property.default).unwrap_or_default());
    }
    let types = class.properties.iter().filter(|property| !property.cim_type.is_empty());
    let types: Map<_, _> =
        types.map(|property| (property.name.clone(), Json::from(property.cim_type.as_str()))).collect();
    let qualifiers = class.qualifiers.iter();
    let qualifiers: Map<_, _> = qualifiers
        .map(|(name, value)| (name.clone(), serde_json::to_value(value).unwrap_or_default()))
        .collect();
    for (name, part) in [("__TYPES", types), ("__QUALIFIERS", qualifiers)] {
        if !part.is_empty() {
            map.insert(name.to_owned(), Json::Object(part));
        }
    }
    if let Some(hash) = &class.mof_sha256 {
        map.insert("__MOF_SHA256".to_owned(), Json::from(hash.as_str()));
    }
    map
}

/// The places where the records were read, sorted, each once.
pub(crate) fn places(evidence: &Evidence, records: impl IntoIterator<Item = usize>) -> Vec<EvidenceRef> {
    let mut places: Vec<_> = records.into_iter().filter_map(|at| place(evidence, at)).collect();
    places.sort();
    places.dedup();
    places
}

fn place(evidence: &Evidence, record: usize) -> Option<EvidenceRef> {
    let provenance = evidence.records.get(record)?.provenance;
    let source = evidence.sources.get(usize::try_from(provenance.source).ok()?)?;
    let (offset, number) = match provenance.location {
        Location::Whole => (None, None),
        Location::Offset(offset) => (Some(offset), None),
        Location::Record(number) => (None, Some(number)),
    };
    Some(EvidenceRef {
        source: source.path.clone(),
        member: source.member.clone(),
        offset,
        record: number,
        sha256: source.sha256.clone(),
    })
}

/// A finding under construction: what every detector has to say, with the rest at rest.
pub(crate) fn finding(kind: Kind, name: &str, title: Message) -> Finding {
    Finding {
        id: String::new(),
        kind,
        severity: Severity::Medium,
        confidence: Confidence::Possible,
        title,
        reasons: Vec::new(),
        family: None,
        attack: Vec::new(),
        subject: Map::new(),
        name: name.to_owned(),
        decoded: Vec::new(),
        action: Action::Review,
        evidence: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_do_not_depend_on_the_case_of_names() {
        let id = finding_id(Kind::Subscription, &["CommandLineEventConsumer", "X"], "f");
        assert_eq!(id.len(), 16);
        assert_eq!(id, finding_id(Kind::Subscription, &["commandlineeventconsumer", "x"], "f"));
        assert_ne!(id, finding_id(Kind::Orphan, &["commandlineeventconsumer", "x"], "f"));
        assert_ne!(id, finding_id(Kind::Subscription, &["commandlineeventconsumer", "x"], "g"));
    }
}
