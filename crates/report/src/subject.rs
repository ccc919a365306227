//! The fields of a finding's record, flat and in a fixed order, for the reports that people read.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How deep objects may stand in objects; what lies deeper is shown as JSON.
const MAX_DEPTH: usize = 4;

/// Fields that rarely tell anything: shown when everything is.
const BACKGROUND: &[&str] = &[
    "__MOF_SHA256",
    "__NAMESPACE",
    "__SUPERCLASS",
    "CreateNewConsole",
    "CreateNewProcessGroup",
    "CreateSeparateWowVdm",
    "CreateSharedWowVdm",
    "CreatorSID",
    "DeliverSynchronously",
    "DeliveryQoS",
    "ForceOffFeedback",
    "ForceOnFeedback",
    "MachineName",
    "MaintainSecurityContext",
    "MaximumQueueSize",
    "Priority",
    "QueryLanguage",
    "RunInteractively",
    "SlowDownProviders",
    "UseDefaultErrorMode",
    "definition_sha256",
    "security",
];

/// A part whose fields rarely tell anything.
const TYPES: &str = "__TYPES";

/// The parts of a subscription, from the event to what it starts.
const PARTS: [&str; 8] = ["", "timer", "timers", "filter", "filters", "consumer", "binding", "bindings"];

/// A part of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its name (`filter`, `consumer`, …); empty where there is one part only. Not made visible.
    pub(crate) name: String,
    /// Its fields, the class first, then by name.
    pub(crate) fields: Vec<Field>,
}

/// A field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    /// Its name. Not made visible.
    pub(crate) name: String,
    /// Its value as text; it may have several lines, and is not made visible.
    pub(crate) value: String,
    /// Whether it rarely tells anything.
    pub(crate) background: bool,
}

/// The fields that have a value, part by part in the order of the mechanism. Nothing is shortened.
pub(crate) fn parts(subject: &Map<String, Value>) -> Vec<Part> {
    let mut parts = Vec::new();
    collect(&mut parts, "", subject, MAX_DEPTH);
    parts.sort_by_key(|part| rank(&part.name));
    parts
}

fn rank(part: &str) -> usize {
    let kind = part.split(' ').next().unwrap_or_default();
    PARTS.iter().position(|known| *known == kind).unwrap_or(PARTS.len())
}

fn collect(out: &mut Vec<Part>, path: &str, map: &Map<String, Value>, depth: usize) {
    let place = out.len();
    let mut fields = Vec::new();
    for (name, value) in sorted(map) {
        let value = match value {
            Value::Null => continue,
            Value::Object(inner) if depth > 0 => {
                collect(out, &below(path, name), inner, depth - 1);
                continue;
            }
            Value::Array(list) if depth > 0 && list.first().is_some_and(Value::is_object) => {
                for (at, inner) in list.iter().enumerate() {
                    let name = if list.len() == 1 { name.clone() } else { format!("{name} {}", at + 1) };
                    match inner {
                        Value::Object(inner) => collect(out, &below(path, &name), inner, depth - 1),
                        other => fields.push(Field { name, value: scalar(other), background: false }),
                    }
                }
                continue;
            }
            Value::Array(list) => joined(list),
            other => scalar(other),
        };
        if !value.is_empty() {
            let background = BACKGROUND.contains(&name.as_str()) || path == TYPES;
            fields.push(Field { name: name.clone(), value, background });
        }
    }
    if !fields.is_empty() {
        // The class says what the part is.
        fields.sort_by_key(|field| field.name != "__CLASS");
        out.insert(place, Part { name: path.to_owned(), fields });
    }
}

/// The entries by name. The order of a JSON object in memory depends on the features that the program was built with.
fn sorted(map: &Map<String, Value>) -> BTreeMap<&String, &Value> {
    map.iter().collect()
}

/// A JSON value that is written with its keys in order.
pub(crate) struct Sorted<'a>(pub(crate) &'a Value);

impl Serialize for Sorted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(map) => SortedMap(map).serialize(serializer),
            Value::Array(list) => serializer.collect_seq(list.iter().map(Sorted)),
            other => other.serialize(serializer),
        }
    }
}

/// A JSON object that is written with its keys in order.
pub(crate) struct SortedMap<'a>(pub(crate) &'a Map<String, Value>);

impl Serialize for SortedMap<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(sorted(self.0).into_iter().map(|(name, value)| (name, Sorted(value))))
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path} · {name}") }
}

fn joined(list: &[Value]) -> String {
    let mut out = String::new();
    for value in list {
        let separator = if out.is_empty() { "" } else { ", " };
        // Writing to a string does not fail.
        let _ = write!(out, "{separator}{}", scalar(value));
    }
    out
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => serde_json::to_string(&Sorted(other)).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(subject: Value) -> Vec<String> {
        let Value::Object(map) = subject else { panic!("{subject} is no object") };
        let mut lines = Vec::new();
        for part in parts(&map) {
            for Field { name, value, background } in part.fields {
                lines.push(format!("{}|{name}={value}|{background}", part.name));
            }
        }
        lines
    }

    #[test]
    fn parts_come_one_after_the_other_with_their_class_first() {
        let subject = json!({
            "filter": { "Query": "SELECT", "Name": "f", "__CLASS": "__EventFilter", "QueryLanguage": "WQL" },
            "consumer": { "Name": "c", "ExecutablePath": null, "ScriptText": "" },
        });
        assert_eq!(
            shown(subject),
            [
                "filter|__CLASS=__EventFilter|false",
                "filter|Name=f|false",
                "filter|Query=SELECT|false",
                "filter|QueryLanguage=WQL|true",
                "consumer|Name=c|false",
            ]
        );
    }

    #[test]
    fn keys_are_written_in_order() {
        let value: Value = serde_json::from_str(r#"{"b":[{"z":1,"a":2}],"a":{"d":null,"c":"x"}}"#).unwrap();
        let text = serde_json::to_string(&Sorted(&value)).unwrap();
        assert_eq!(text, r#"{"a":{"c":"x","d":null},"b":[{"a":2,"z":1}]}"#);
    }

    #[test]
    fn lists_of_objects_are_parts() {
        let subject = json!({
            "bindings": [{ "Filter": "a" }, { "Filter": "b" }, "c"],
            "filters": [{ "Name": "f" }],
            "consumer": { "Name": "c" },
        });
        assert_eq!(
            shown(subject),
            [
                "|bindings 3=c|false",
                "filters|Name=f|false",
                "consumer|Name=c|false",
                "bindings 1|Filter=a|false",
                "bindings 2|Filter=b|false",
            ]
        );
    }

    #[test]
    fn lists_are_joined_and_depth_is_limited() {
        let mut deep = json!("x");
        for _ in 0..10 {
            deep = json!({ "d": deep });
        }
        let lines = shown(json!({ "list": [1, "a", null, true], "deep": deep }));
        assert_eq!(lines[0], "|list=1, a, null, true|false");
        assert_eq!(
            lines[1],
            "deep · d · d · d|d={\"d\":{\"d\":{\"d\":{\"d\":{\"d\":{\"d\":\"x\"}}}}}}|false"
        );
    }
}
