//! Values of WMI properties.

use super::WmiObject;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The value of a property.
///
/// Listings are untyped text; there a number arrives as [`Value::Text`]. The accessors read both forms alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// No value. Listings cannot tell it from an empty string.
    Null,
    /// A boolean.
    Bool(bool),
    /// A signed integer of any width that does not fit [`Value::Uint`].
    Int(i64),
    /// An unsigned integer of any width.
    Uint(u64),
    /// A floating-point number.
    Real(f64),
    /// A string, a date-time, a reference, or anything that a listing shows as text.
    Text(Box<str>),
    /// An array.
    Array(Vec<Value>),
    /// An embedded object.
    Object(Box<WmiObject>),
}

impl Value {
    /// A text value.
    pub fn text(text: impl Into<Box<str>>) -> Self {
        Self::Text(text.into())
    }

    /// Whether there is no value, or an empty one: listings show both alike.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            Self::Array(items) => items.iter().all(Self::is_empty),
            _ => false,
        }
    }

    /// The text, where the value is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, also from `TRUE`, `False` and the like.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Self::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// The number, also from decimal text.
    pub fn as_number(&self) -> Option<i128> {
        match self {
            Self::Int(value) => Some(i128::from(*value)),
            Self::Uint(value) => Some(i128::from(*value)),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// The bytes of a `uint8[]`, where every element is one.
    pub fn as_bytes(&self) -> Option<Vec<u8>> {
        match self {
            Self::Array(items) if !items.is_empty() => {
                items.iter().map(|item| item.as_number().and_then(|n| u8::try_from(n).ok())).collect()
            }
            _ => None,
        }
    }

    /// The value in one canonical spelling, whatever format it came in: booleans and numbers as listings show them,
    /// text with `\n` as its only line end and without trailing white space, arrays in braces.
    pub fn canonical(&self) -> Cow<'_, str> {
        match self {
            Self::Null => Cow::Borrowed(""),
            Self::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
            Self::Int(value) => Cow::Owned(value.to_string()),
            Self::Uint(value) => Cow::Owned(value.to_string()),
            Self::Real(value) => Cow::Owned(value.to_string()),
            Self::Text(text) => canonical_text(text),
            Self::Array(items) if self.is_empty() || items.is_empty() => Cow::Borrowed(""),
            Self::Array(items) => {
                let parts: Vec<_> = items.iter().map(Self::canonical).collect();
                Cow::Owned(format!("{{{}}}", parts.join(",")))
            }
            Self::Object(object) => Cow::Owned(format!("object:{}", object.class.to_lowercase())),
        }
    }
}

fn canonical_text(text: &str) -> Cow<'_, str> {
    if text.eq_ignore_ascii_case("true") {
        return Cow::Borrowed("true");
    }
    if text.eq_ignore_ascii_case("false") {
        return Cow::Borrowed("false");
    }
    if text.contains('\r') {
        let unified = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace('\r', "\n");
        return Cow::Owned(unified.trim_end().to_owned());
    }
    Cow::Borrowed(text.trim_end())
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Uint(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_one_value_have_one_canonical_form() {
        assert_eq!(Value::from("FALSE").canonical(), Value::Bool(false).canonical());
        assert_eq!(Value::from("32").canonical(), Value::Uint(32).canonical());
        assert_eq!(Value::from("a\r\r\nb\r\n").canonical(), Value::from("a\nb").canonical());
        assert_eq!(Value::Array(vec![Value::from("")]).canonical(), Value::Null.canonical());
        assert_eq!(Value::Array(vec![Value::from("1"), Value::from("2")]).canonical(), "{1,2}");
    }
}
