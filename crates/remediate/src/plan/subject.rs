//! Reading what a finding is about: the fields of its subject, whatever source named them.

use evidence::wmi::canonical_namespace;
use evidence::{Property, PropertyName, State, Value, WmiObject};
use serde_json::{Map, Value as Json};

/// The key under which a subject says in words who made an object: only then the binary field is known whole.
const CREATOR_IN_WORDS: &str = "CreatorSID (text)";

/// The text of the first of these fields that is there; names are compared without case, blanks and underscores.
pub(super) fn text(subject: &Map<String, Json>, names: &[&str]) -> Option<String> {
    let value = names.iter().find_map(|name| field(subject, name))?;
    let text = match value {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// The number of the first of these fields that is there.
pub(super) fn number(subject: &Map<String, Json>, names: &[&str]) -> Option<u64> {
    text(subject, names)?.parse().ok()
}

/// The first element of the first of these fields that is a list, or its text.
pub(super) fn first_text(subject: &Map<String, Json>, names: &[&str]) -> Option<String> {
    let items = names.iter().find_map(|name| field(subject, name)?.as_array());
    match items.and_then(|items| items.first()) {
        Some(Json::String(text)) => Some(text.clone()),
        Some(Json::Object(action)) => {
            let command = text(action, &["command"])?;
            Some(
                text(action, &["arguments"])
                    .map_or(command.clone(), |arguments| format!("{command} {arguments}")),
            )
        }
        Some(_) => None,
        None => text(subject, names),
    }
}

/// The elements of a field that is a list.
pub(super) fn list<'a>(subject: &'a Map<String, Json>, name: &str) -> Option<&'a [Json]> {
    field(subject, name)?.as_array().map(Vec::as_slice)
}

/// Whether the field is there, whatever it holds.
pub(super) fn has(subject: &Map<String, Json>, name: &str) -> bool {
    field(subject, name).is_some()
}

fn field<'a>(subject: &'a Map<String, Json>, name: &str) -> Option<&'a Json> {
    let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let wanted = plain(name);
    subject.get(name).or_else(|| subject.iter().find(|(own, _)| plain(own) == wanted).map(|(_, value)| value))
}

/// The WMI object that a subject, or a part of one, describes. What is not known whole is left out.
pub(super) fn object(fields: &Map<String, Json>) -> WmiObject {
    let namespace = fields.get("__NAMESPACE").and_then(Json::as_str).map(canonical_namespace);
    let knows_creator = fields.contains_key(CREATOR_IN_WORDS);
    let properties = fields
        .iter()
        .filter(|(name, _)| !name.starts_with("__") && *name != CREATOR_IN_WORDS)
        .filter(|(name, _)| !name.ends_with(" (truncated)"))
        .filter(|(name, _)| knows_creator || !name.eq_ignore_ascii_case("CreatorSID"))
        .filter_map(|(name, value)| {
            let value: Value = serde_json::from_value(value.clone()).ok()?;
            Some(Property { name: PropertyName::new(name), value, state: State::Known })
        });
    WmiObject {
        class: fields.get("__CLASS").and_then(Json::as_str).unwrap_or_default().to_owned(),
        namespace,
        properties: properties.collect(),
        ..WmiObject::default()
    }
}
