//! Payloads in the default values of WMI classes.
//!
//! Measured on real repositories, the longest default value of a Windows class has 134 characters; the payloads that WannaMine
//! keeps there have 3,256 to 1,284,312 (`docs/formats.md`). So size decides, names and the list of stock classes only support.

use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::content::{Content, recognise};
use crate::messages as m;
use crate::subject::{fields_of_class, finding, finding_id, places};
use evidence::wmi::{ClassProperty, Fingerprint, canonical_namespace};
use evidence::{Arg, Evidence, Message, Value, WmiClass, WmiObject};
use intel::{IndicatorKind as Known, Intel, Observation};
use std::collections::{BTreeMap, BTreeSet};

/// Default values above this many characters (or array elements) are a store.
const STORE_SIZE: usize = 1_000;

/// Default values of a class that together have more characters than this are a store cut into pieces.
const STORE_TOTAL: usize = 4_000;

/// Values from this length on may hold a command that is worth decoding.
const MAY_HOLD_CODE: usize = 60;

/// Properties in which WannaMine keeps the addresses of the machines that it reached: by stolen credentials, and by EternalBlue
/// (ESET's `WMILister` prints them as compromised).
const VICTIM_PROPERTIES: [&str; 2] = ["ipsu", "i17"];

/// How many values of a class are decoded: a payload in more pieces than this is found by its size.
const MAX_VALUES: usize = 32;

/// Values above this are judged by their beginning: the header of a program and the start of a script are there.
const MAX_DECODED: usize = 256 << 10;

pub(crate) struct Stores {
    pub(crate) findings: Vec<Finding>,
    pub(crate) neighbours: BTreeSet<String>,
}

/// Looks at every class definition of the evidence.
pub(crate) fn detect(evidence: &Evidence, intel: &Intel) -> Stores {
    let mut stores = Stores { findings: Vec::new(), neighbours: BTreeSet::new() };
    let mut seen: BTreeMap<String, Finding> = BTreeMap::new();
    for (record, class) in evidence.wmi_classes() {
        let victims = victims(class);
        let Some(mut found) = judge(class, intel, &victims) else { continue };
        stores.neighbours.extend(victims.into_iter().flat_map(|(_, addresses)| addresses));
        found.evidence = places(evidence, [record]);
        match seen.get_mut(&found.id) {
            Some(known) => known.evidence.append(&mut found.evidence),
            None => {
                seen.insert(found.id.clone(), found);
            }
        }
    }
    for (record, object) in evidence.wmi_objects() {
        let Some(mut found) = judge_instance(object) else { continue };
        found.evidence = places(evidence, [record]);
        match seen.get_mut(&found.id) {
            Some(known) => known.evidence.append(&mut found.evidence),
            None => {
                seen.insert(found.id.clone(), found);
            }
        }
    }
    stores.findings.extend(seen.into_values());
    stores
}

/// An instance of a class that is no part of a subscription, with a payload in a property.
fn judge_instance(object: &WmiObject) -> Option<Finding> {
    let is_part = object.is_filter() || object.is_binding() || object.is_timer() || object.is_consumer();
    if is_part || object.class.is_empty() || object.class.starts_with("__") {
        return None;
    }
    let mut content = Content::default();
    let mut reasons = vec![m::REASON_STORE_INSTANCE.with([object.class.as_str().into()])];
    for property in object.properties.iter().filter(|p| value_size(&p.value) > STORE_SIZE).take(MAX_VALUES) {
        let name = property.name.as_str();
        reasons.push(m::REASON_STORE_SIZE.with([
            name.into(),
            value_size(&property.value).into(),
            STORE_SIZE.into(),
        ]));
        if let Some(text) = property.value.as_text() {
            content.add(name, &text.chars().take(MAX_DECODED).collect::<String>(), None);
        }
    }
    if reasons.len() == 1 {
        return None;
    }
    let name = object.name();
    let mut finding = finding(
        Kind::ClassStore,
        name,
        m::TITLE_STORE_INSTANCE.with([object.class.as_str().into(), name.into()]),
    );
    (finding.severity, finding.confidence) =
        content.judge().unwrap_or((Severity::Medium, Confidence::Likely));
    reasons.append(&mut content.reasons);
    finding.reasons = reasons;
    finding.attack = content
        .attack
        .into_iter()
        .chain(["T1027.011".to_owned()])
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    finding.id = finding_id(Kind::ClassStore, &[&object.class, name], &object.fingerprint().to_string());
    finding.subject.insert("object".to_owned(), crate::subject::fields(object, object.namespace.as_deref()));
    finding.decoded = content.scripts;
    Some(finding)
}

fn judge(class: &WmiClass, intel: &Intel, victims: &[(String, BTreeSet<String>)]) -> Option<Finding> {
    let namespace = class.namespace.as_deref().map(canonical_namespace);
    let mut observations = vec![Observation { kind: Known::ClassName, text: &class.name }];
    observations
        .extend(class.properties.iter().map(|p| Observation { kind: Known::ClassProperty, text: &p.name }));
    let total: usize = class.properties.iter().map(size).sum::<usize>() + qualifiers_size(class);
    let split = total > STORE_TOTAL;
    let large: Vec<_> = class
        .properties
        .iter()
        .filter(|p| size(p) > STORE_SIZE || (split && size(p) > STORE_TOTAL / 100))
        .collect();
    let is_store = split || !large.is_empty();
    let stock = namespace.as_deref().and_then(|namespace| intel.has_class(namespace, &class.name));
    if stock == Some(true) && !is_store {
        return None;
    }

    let mut content = Content::default();
    let mut executable = false;
    let mut reasons = Vec::new();
    if split {
        reasons.push(m::REASON_STORE_TOTAL.with([total.into(), STORE_TOTAL.into()]));
    }
    let short = |p: &&ClassProperty| !is_store && size(p) >= MAY_HOLD_CODE;
    for property in large.iter().copied().chain(class.properties.iter().filter(short)).take(MAX_VALUES) {
        if size(property) > STORE_SIZE {
            reasons.push(m::REASON_STORE_SIZE.with([
                property.name.as_str().into(),
                size(property).into(),
                STORE_SIZE.into(),
            ]));
        }
        if let Some(text) = property.default.as_ref().and_then(Value::as_text) {
            let before = content.scripts.len();
            content.add_beginning(&property.name, text, MAX_DECODED);
            if let Some(held) = content.scripts.get(before).and_then(what_it_holds) {
                executable |= held.id == m::CONTENT_EXECUTABLE.id;
                reasons.push(m::REASON_STORE_CONTENT.with([property.name.as_str().into(), held.into()]));
            }
        }
    }
    let script_observations = content.observations();
    observations.extend(script_observations.iter().map(|o| Observation { kind: o.kind, text: o.text }));
    let family = recognise(intel, &observations);
    let bad_content = content.judge().is_some();
    // Consumer classes are few, and each that is not Windows' own brings code of its own.
    let consumer =
        class.superclass.as_deref().is_some_and(|above| above.eq_ignore_ascii_case("__EventConsumer"));
    let off_the_list = stock == Some(false) && (consumer || namespace.as_deref() == Some(r"root\default"));
    if !is_store && family.is_none() && !bad_content && !off_the_list {
        return None;
    }

    let shown_namespace = namespace.clone().unwrap_or_else(|| "?".to_owned());
    let title = match (is_store || bad_content, &family) {
        (true, _) => m::TITLE_CLASS_STORE,
        (false, Some(_)) => m::TITLE_CLASS_NAME,
        (false, None) => m::TITLE_CLASS_UNKNOWN,
    };
    let mut finding = finding(
        Kind::ClassStore,
        &class.name,
        title.with([Arg::from(shown_namespace.as_str()), class.name.as_str().into()]),
    );
    if stock == Some(false) {
        reasons.push(
            m::REASON_STORE_STOCK_LIST.with([shown_namespace.as_str().into(), class.name.as_str().into()]),
        );
    }
    for (property, addresses) in victims {
        reasons.push(m::REASON_STORE_VICTIMS.with([property.as_str().into(), addresses.len().into()]));
    }
    reasons.append(&mut content.reasons);
    (finding.severity, finding.confidence, finding.action) = match (is_store, content.judge()) {
        (false, Some((severity, confidence))) => (severity, confidence, Action::Remove),
        (false, None) if family.is_some() => (Severity::Medium, Confidence::Possible, Action::Review),
        (false, None) => (Severity::Low, Confidence::Possible, Action::Review),
        (true, Some((_, confidence))) => (Severity::High, confidence, Action::Remove),
        // The size is the content; a family's names on top leave no doubt.
        (true, None) if executable || family.is_some() => {
            (Severity::High, Confidence::Certain, Action::Remove)
        }
        // A big value and nothing else: no clean machine is known to have one.
        (true, None) => (Severity::High, Confidence::Likely, Action::Review),
    };
    if let Some(family) = family {
        reasons.extend(family.reasons);
        finding.family = Some(family.family);
    }
    finding.reasons = reasons;
    finding.attack = content
        .attack
        .into_iter()
        .chain(["T1027.011".to_owned()])
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    finding.id =
        finding_id(Kind::ClassStore, &[&shown_namespace, &class.name], &fingerprint(class).to_string());
    finding.subject = fields_of_class(class, namespace.as_deref());
    finding.decoded = content.scripts;
    Some(finding)
}

/// The fingerprint of a class: its name, then each property with its default, sorted, one a line.
fn fingerprint(class: &WmiClass) -> Fingerprint {
    let mut lines: Vec<_> = class
        .properties
        .iter()
        .map(|p| {
            let default = p.default.as_ref().map(Value::canonical).unwrap_or_default();
            format!("{}={default}", p.name.to_lowercase())
        })
        .collect();
    lines.sort();
    lines.insert(0, class.name.to_lowercase());
    Fingerprint::of_lines(lines.iter().map(String::as_str))
}

fn size(property: &ClassProperty) -> usize {
    property.default.as_ref().map_or(0, value_size)
}

/// Qualifiers hold a word or a number, but for descriptions; a payload fits there as well.
fn qualifiers_size(class: &WmiClass) -> usize {
    class.qualifiers.iter().map(|(_, value)| value_size(value)).sum()
}

fn value_size(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.chars().count(),
        Value::Array(items) => items
            .iter()
            .map(|item| match item {
                Value::Text(text) => text.chars().count(),
                _ => 1,
            })
            .sum(),
        _ => 0,
    }
}

/// What the innermost layers of a value are, where they are something that runs.
pub(crate) fn what_it_holds(script: &crate::assessment::DecodedScript) -> Option<Message> {
    use deobfuscate::Language;
    let decoded = script.layers.iter().skip(1);
    let mut held = None;
    for layer in decoded {
        match layer.language {
            Language::Binary if layer.text.starts_with("MZ") => return Some(m::CONTENT_EXECUTABLE.plain()),
            Language::Binary => held = held.or_else(|| Some(m::CONTENT_PACKED.plain())),
            Language::PowerShell
            | Language::Batch
            | Language::VbScript
            | Language::JScript
            | Language::Html => {
                held = Some(m::CONTENT_SCRIPT.plain());
            }
            Language::CommandLine | Language::Unknown => {}
        }
    }
    held
}

/// The addresses in the victim properties.
fn victims(class: &WmiClass) -> Vec<(String, BTreeSet<String>)> {
    VICTIM_PROPERTIES
        .iter()
        .filter_map(|property| {
            let addresses = match class.default_of(property)? {
                Value::Text(text) => addresses(text),
                Value::Array(items) => items.iter().filter_map(Value::as_text).flat_map(addresses).collect(),
                _ => BTreeSet::new(),
            };
            (!addresses.is_empty()).then(|| ((*property).to_owned(), addresses))
        })
        .collect()
}

/// The IP addresses in a text, whatever stands between them.
fn addresses(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !(c.is_ascii_hexdigit() || c == '.' || c == ':'))
        .filter_map(|word| word.trim_matches(['.', ':']).parse::<std::net::IpAddr>().ok())
        .filter(|address| !address.is_unspecified() && !address.is_loopback())
        .map(|address| address.to_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_between_any_separators() {
        let found = addresses("10.0.0.7,10.0.0.8;nope 127.0.0.1|10.0.0.7\nfe80::1");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["10.0.0.7", "10.0.0.8", "fe80::1"]);
    }
}
