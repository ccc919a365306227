//! Which classes and instances of a repository hold enough to be worth a record.

use super::LARGE_DEFAULT;
use cim_repository::{Class, Instance, Property, Qualifier, Value};

/// Data of instances from so many characters or bytes on is looked at.
pub(super) const LONG: usize = 1_000;

/// The parts of a list that holds data have so many characters on average.
const LONG_PIECE: usize = 64;

/// Whether the values that the class itself gives its properties are large together, or a qualifier holds long data.
pub(super) fn is_large(class: &Class) -> bool {
    let defaults = own(class).map(|property| default_length(&property.default));
    defaults.sum::<usize>() >= LARGE_DEFAULT || data_qualifiers(class).next().is_some()
}

/// Qualifiers of the class and of its own properties that hold long data, with the property where it is one's.
pub(super) fn data_qualifiers(class: &Class) -> impl Iterator<Item = (Option<&Property>, &Qualifier)> {
    let of_properties =
        own(class).flat_map(|property| property.qualifiers.iter().map(move |q| (Some(property), q)));
    let all = class.qualifiers.iter().map(|qualifier| (None, qualifier)).chain(of_properties);
    all.filter(|(_, qualifier)| is_data(&qualifier.value, LARGE_DEFAULT))
}

/// Whether a property of the instance holds long data.
pub(super) fn holds_data(instance: &Instance) -> bool {
    instance.properties.iter().any(|property| is_data(property.value(), LONG))
}

/// Characters of a text, or elements of an array and the characters in them.
pub(super) fn default_length(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Array(items) => items.iter().map(|item| default_length(item).max(1)).sum(),
        _ => 0,
    }
}

fn own(class: &Class) -> impl Iterator<Item = &Property> {
    let properties = class.properties.iter().map(AsRef::as_ref);
    properties.filter(|property| property.origin.eq_ignore_ascii_case(&class.name))
}

/// Whether a value is long and says nothing in words: descriptions are long, too, and so are lists of words and numbers.
fn is_data(value: &Value, length: usize) -> bool {
    let size = default_length(value);
    size >= length
        && match value {
            Value::String(text) => has_no_words(text),
            Value::Bytes(_) => true,
            Value::Array(items) => {
                let texts = || items.iter().filter_map(Value::as_str);
                size / texts().count().max(1) >= LONG_PIECE && texts().all(has_no_words)
            }
            _ => false,
        }
}

fn has_no_words(text: &str) -> bool {
    !text.chars().take(LARGE_DEFAULT / 2).any(|c| c == ' ')
}
