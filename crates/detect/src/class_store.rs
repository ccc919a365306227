//! Payloads in the default values of WMI classes.
//!
//! Measured on real repositories, the longest default value of a Windows class has 134 characters; the payloads that WannaMine
//! keeps there have 3,256 to 1,284,312 (`docs/formats.md`). So size decides, names and the list of stock classes only support.

use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::content::{Content, recognise};
use crate::history::History;
use crate::messages as m;
use crate::subject::{fields_of_class, finding, finding_id, places};
use crate::subscriptions::put_in_the_past;
use evidence::wmi::{ClassProperty, Fingerprint, canonical_namespace, schema};
use evidence::{Area, Arg, Evidence, Message, Value, WmiClass, WmiObject};
use intel::{IndicatorKind as Known, Intel, Observation};
use std::collections::{BTreeMap, BTreeSet};

/// Default values above this many characters (or array elements) are a store.
const STORE_SIZE: usize = 1_000;

/// No default value of Windows has as many characters as this. Smaller ones than a store are told where they hold something that runs, and
/// where those of several classes of a namespace are pieces of one store.
const UNUSUAL_SIZE: usize = 256;

/// Default values of a class that together have more characters than this are a store cut into pieces.
const STORE_TOTAL: usize = 4_000;

/// Values from this length on may hold a command that is worth decoding.
const MAY_HOLD_CODE: usize = 60;

/// Properties in which WannaMine keeps the addresses of the machines that it reached: by stolen credentials, and by EternalBlue
/// (ESET's `WMILister` prints them as compromised).
const VICTIM_PROPERTIES: [&str; 2] = ["ipsu", "i17"];

/// The namespaces in which payloads were found.
const STORE_NAMESPACES: [&str; 2] = [r"root\default", r"root\subscription"];

/// The parts of a list that holds data have so many characters on average; words and numbers have fewer.
const LONG_PIECE: usize = 64;

/// How many values of a class are decoded: a payload in more pieces than this is found by its size.
const MAX_VALUES: usize = 32;

/// A class derives from so many others at most: Windows' longest chain has eight.
const MAX_DERIVED: usize = 32;

/// Values above this are judged by their beginning: the header of a program and the start of a script are there.
const MAX_DECODED: usize = 256 << 10;

pub(crate) struct Stores {
    pub(crate) findings: Vec<Finding>,
    pub(crate) neighbours: BTreeSet<String>,
}

/// Looks at every class definition and instance of the evidence. A store that only deleted objects show was there, and is so no longer.
pub(crate) fn detect(evidence: &Evidence, intel: &Intel, history: &History) -> Stores {
    let mut neighbours = BTreeSet::new();
    let mut seen: BTreeMap<String, (Finding, Vec<usize>)> = BTreeMap::new();
    let mut add = |found: Finding, record| {
        seen.entry(found.id.clone()).or_insert_with(|| (found, Vec::new())).1.push(record);
    };
    let classes = Classes::new(evidence, intel);
    for (record, class) in evidence.wmi_classes() {
        let victims = victims(class);
        let Some(found) = judge(class, intel, &victims, &classes) else { continue };
        neighbours.extend(victims.into_iter().flat_map(|(_, addresses)| addresses));
        add(found, record);
    }
    for (record, object) in evidence.wmi_objects() {
        if let Some(found) = judge_instance(object) {
            add(found, record);
        }
    }
    let complete = evidence.coverage.is_complete(Area::ClassStores);
    let findings = seen.into_values().map(|(mut finding, records)| {
        put_in_the_past(&mut finding, history.past(&records, None, complete));
        finding.reasons.extend(history.added_later(records.iter().copied()));
        finding.evidence = places(evidence, records);
        finding
    });
    Stores { findings: findings.collect(), neighbours }
}

/// An instance of a class that is no part of a subscription, with a payload in a property.
fn judge_instance(object: &WmiObject) -> Option<Finding> {
    let is_part = object.is_filter() || object.is_binding() || object.is_timer() || object.is_consumer();
    if is_part || object.class.is_empty() || object.class.starts_with("__") {
        return None;
    }
    let mut content = Content::default();
    let mut runs = false;
    let mut reasons = vec![m::REASON_STORE_INSTANCE.with([object.class.as_str().into()])];
    for property in object.properties.iter().filter(|p| value_size(&p.value) > STORE_SIZE).take(MAX_VALUES) {
        let name = property.name.as_str();
        reasons.push(m::REASON_STORE_SIZE.with([
            name.into(),
            value_size(&property.value).into(),
            STORE_SIZE.into(),
        ]));
        let before = content.scripts.len();
        content.add_value(name, &property.value, MAX_DECODED);
        if let Some(held) = content.scripts.get(before).and_then(what_it_holds) {
            runs |= held.id != m::CONTENT_PACKED.id;
            reasons.push(m::REASON_STORE_CONTENT.with([name.into(), held.into()]));
        }
    }
    if reasons.len() == 1 {
        return None;
    }
    // Programs keep long settings and certificates in classes of their own; in the namespaces of payloads nothing does.
    let namespace = object.namespace.as_deref().map(canonical_namespace);
    let usual = namespace.is_none_or(|name| STORE_NAMESPACES.contains(&name.as_str()));
    if !usual && !runs && content.judge().is_none() {
        return None;
    }
    let name = object.name();
    let mut finding = finding(
        Kind::ClassStore,
        name,
        m::TITLE_STORE_INSTANCE.with([object.class.as_str().into(), name.into()]),
    );
    (finding.severity, finding.confidence) =
        content.judge().unwrap_or((if runs { Severity::High } else { Severity::Medium }, Confidence::Likely));
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

/// What has to be known of all classes to judge one.
#[derive(Default)]
struct Classes {
    /// The class that a class derives from, by namespace and name in lower case.
    above: BTreeMap<(String, String), String>,
    /// How many characters the unusual default values of the classes of a namespace have together that Windows does not have.
    unusual: BTreeMap<String, BTreeMap<String, usize>>,
}

impl Classes {
    fn new(evidence: &Evidence, intel: &Intel) -> Self {
        let mut classes = Self::default();
        for (_, class) in evidence.wmi_classes() {
            let namespace = class.namespace.as_deref().map(canonical_namespace).unwrap_or_default();
            let name = class.name.to_lowercase();
            let unusual: usize = class.properties.iter().map(size).filter(|size| *size >= UNUSUAL_SIZE).sum();
            if unusual > 0 && intel.has_class(&namespace, &class.name) != Some(true) {
                classes.unusual.entry(namespace.clone()).or_default().insert(name.clone(), unusual);
            }
            if let Some(above) = &class.superclass {
                classes.above.insert((namespace, name), above.to_lowercase());
            }
        }
        classes
    }

    /// Whether the class is one of event consumers that Windows does not have, derived from another one or not.
    fn is_foreign_consumer(&self, class: &WmiClass) -> bool {
        let namespace = class.namespace.as_deref().map(canonical_namespace).unwrap_or_default();
        let mut above = class.superclass.as_ref().map(|above| above.to_lowercase());
        for _ in 0..MAX_DERIVED {
            match above {
                Some(name) if name == "__eventconsumer" || schema::is_standard_consumer(&name) => {
                    return !schema::is_standard_consumer(&class.name);
                }
                Some(name) => above = self.above.get(&(namespace.clone(), name)).cloned(),
                None => return false,
            }
        }
        false
    }

    /// How many characters the unusual values of the class and its neighbours have together, where they are a store in pieces.
    fn in_pieces(&self, namespace: Option<&str>, class: &WmiClass) -> Option<usize> {
        let unusual = self.unusual.get(namespace.unwrap_or_default())?;
        let total = unusual.values().sum();
        (unusual.contains_key(&class.name.to_lowercase()) && total > STORE_TOTAL).then_some(total)
    }
}

fn judge(
    class: &WmiClass,
    intel: &Intel,
    victims: &[(String, BTreeSet<String>)],
    classes: &Classes,
) -> Option<Finding> {
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
    let qualifiers: Vec<_> = class.qualifiers.iter().filter(|(_, value)| is_data(value)).collect();
    let in_pieces = if split { None } else { classes.in_pieces(namespace.as_deref(), class) };
    let is_store = split || !large.is_empty() || in_pieces.is_some();
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
    if let Some(total) = in_pieces {
        reasons.push(m::REASON_STORE_PIECES.with([total.into(), STORE_TOTAL.into()]));
    }
    let short = |p: &&ClassProperty| large.is_empty() && size(p) >= MAY_HOLD_CODE;
    let properties = large.iter().copied().chain(class.properties.iter().filter(short));
    let values = properties.filter_map(|p| Some((p.name.as_str(), p.default.as_ref()?)));
    let values = values.chain(qualifiers.iter().map(|(name, value)| (name.as_str(), value)));
    let mut runs = false;
    for (name, value) in values.take(MAX_VALUES) {
        if value_size(value) > STORE_SIZE {
            reasons.push(m::REASON_STORE_SIZE.with([
                name.into(),
                value_size(value).into(),
                STORE_SIZE.into(),
            ]));
        }
        let before = content.scripts.len();
        content.add_value(name, value, MAX_DECODED);
        if let Some(held) = content.scripts.get(before).and_then(what_it_holds) {
            executable |= held.id == m::CONTENT_EXECUTABLE.id;
            runs |= content.scripts.get(before).is_some_and(was_packed);
            reasons.push(m::REASON_STORE_CONTENT.with([name.into(), held.into()]));
        }
    }
    let script_observations = content.observations();
    observations.extend(script_observations.iter().map(|o| Observation { kind: o.kind, text: o.text }));
    let family = recognise(intel, &observations);
    // What was opened and runs was hidden there.
    let bad_content = content.judge().is_some() || runs;
    // Consumer classes are few, and each that is not Windows' own brings code of its own, wherever it is.
    let consumer = stock != Some(true) && classes.is_foreign_consumer(class);
    let off_the_list = consumer || (stock == Some(false) && namespace.as_deref() == Some(r"root\default"));
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
    let signs = Signs { is_store, executable, runs, family: family.is_some() };
    (finding.severity, finding.confidence, finding.action) = weigh(&content, &signs);
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

/// What is seen of a class besides what its scripts say.
#[expect(clippy::struct_excessive_bools, reason = "each is a sign of its own")]
struct Signs {
    /// It is a store by its size.
    is_store: bool,
    /// It holds a program.
    executable: bool,
    /// It holds something that runs, encoded or compressed.
    runs: bool,
    /// A family has such names.
    family: bool,
}

fn weigh(content: &Content, signs: &Signs) -> (Severity, Confidence, Action) {
    use Confidence::{Certain, Likely, Possible};
    match (signs.is_store, content.judge()) {
        (false, Some((severity, confidence))) => (severity, confidence, Action::Remove),
        (false, None) if signs.runs => (Severity::High, Likely, Action::Review),
        (false, None) if signs.family => (Severity::Medium, Possible, Action::Review),
        (false, None) => (Severity::Low, Possible, Action::Review),
        // The size is the content; a program, or a family's names on top, leave no doubt.
        (true, Some(_)) if signs.executable => (Severity::High, Certain, Action::Remove),
        (true, Some((_, confidence))) => (Severity::High, confidence, Action::Remove),
        (true, None) if signs.executable || signs.family => (Severity::High, Certain, Action::Remove),
        // A big value and nothing else: no clean machine is known to have one.
        (true, None) => (Severity::High, Likely, Action::Review),
    }
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

/// Qualifiers hold a word, a number, or a description in words; a payload fits there as well.
fn qualifiers_size(class: &WmiClass) -> usize {
    class.qualifiers.iter().map(|(_, value)| value).filter(|value| is_data(value)).map(value_size).sum()
}

/// Whether a value is long and says nothing in words: lists of words and numbers are long, too, but not each part of them.
fn is_data(value: &Value) -> bool {
    let size = value_size(value);
    size >= UNUSUAL_SIZE
        && match value {
            Value::Text(text) => has_no_words(text),
            Value::Array(items) => {
                let texts = || items.iter().filter_map(Value::as_text);
                match texts().count() {
                    0 => value.as_bytes().is_some(),
                    count => size / count >= LONG_PIECE && texts().all(has_no_words),
                }
            }
            _ => false,
        }
}

fn has_no_words(text: &str) -> bool {
    !text.chars().take(UNUSUAL_SIZE).any(|c| c == ' ')
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

/// Whether the value itself is a program, or nothing but encoded or compressed data.
fn was_packed(script: &crate::assessment::DecodedScript) -> bool {
    let first = script.layers.first();
    first.is_some_and(deobfuscate::Layer::is_program)
        || script.layers.get(1).is_some_and(deobfuscate::Layer::is_unpacked)
            && first.is_some_and(|first| {
                first.language == deobfuscate::Language::Unknown
                    || first.language == deobfuscate::Language::Binary
            })
}

/// What the layers of a value are, where they are something that runs.
pub(crate) fn what_it_holds(script: &crate::assessment::DecodedScript) -> Option<Message> {
    use deobfuscate::Language;
    if script.layers.iter().any(deobfuscate::Layer::is_program) {
        return Some(m::CONTENT_EXECUTABLE.plain());
    }
    let mut held = None;
    for layer in script.layers.iter().skip(1) {
        match layer.language {
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

/// The IP addresses in a text, whatever stands between them, with or without a port behind them.
fn addresses(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !(c.is_ascii_hexdigit() || matches!(c, '.' | ':' | '[' | ']')))
        .filter_map(|word| {
            let word = word.trim_matches(['.', ':']);
            let bare = word.trim_start_matches('[').trim_end_matches(']');
            let without_port = || word.parse::<std::net::SocketAddr>().ok().map(|socket| socket.ip());
            bare.parse::<std::net::IpAddr>().ok().or_else(without_port)
        })
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
        let found = addresses("10.0.0.7:445 10.0.0.9:445,[fe80::2]:445 [fe80::3] 10.0.0.300:445");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["10.0.0.7", "10.0.0.9", "fe80::2", "fe80::3"]);
    }
}
