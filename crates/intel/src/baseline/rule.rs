//! What a field must be.

use crate::Pattern;
use evidence::{ObjectPath, Value};
use serde::{Deserialize, Serialize};
use toml::Value as Toml;

/// What the value of a field must be.
///
/// In a file: the value itself, or a table with one key: `{ any = true }`, `{ one-of = [ … ] }`, `{ begins = "…" }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Toml", into = "Toml")]
pub enum FieldRule {
    /// This value.
    Is(Value),
    /// One of these values.
    OneOf(Vec<Value>),
    /// A value that begins like this, since it was never read whole.
    Begins(Value),
    /// Anything.
    Any,
}

impl FieldRule {
    /// The name in the object path that the value is, where it is one.
    pub(crate) fn reference_name(&self) -> Option<Pattern> {
        let Self::Is(Value::Text(text)) = self else { return None };
        let path = ObjectPath::parse(text).ok()?;
        path.name().map(Pattern::exact)
    }
}

/// What a rule may look like, for error messages.
const EXPECTED: &str = "expected a text, a number, `true` or `false`, an array of them, or a table with one of `any = true`, \
                        `one-of = [ … ]` and `begins = …`";

impl TryFrom<Toml> for FieldRule {
    type Error = String;

    fn try_from(value: Toml) -> Result<Self, String> {
        let Toml::Table(table) = value else { return from_toml(value).map(Self::Is) };
        let mut entries = table.into_iter();
        match (entries.next(), entries.next()) {
            (Some((key, Toml::Boolean(true))), None) if key == "any" => Ok(Self::Any),
            (Some((key, Toml::Array(items))), None) if key == "one-of" => {
                items.into_iter().map(from_toml).collect::<Result<_, _>>().map(Self::OneOf)
            }
            (Some((key, value)), None) if key == "begins" => from_toml(value).map(Self::Begins),
            _ => Err(EXPECTED.to_owned()),
        }
    }
}

impl From<FieldRule> for Toml {
    fn from(rule: FieldRule) -> Self {
        let table = |key: &str, value| Self::Table([(key.to_owned(), value)].into_iter().collect());
        match rule {
            FieldRule::Is(value) => to_toml(&value),
            FieldRule::OneOf(values) => table("one-of", Self::Array(values.iter().map(to_toml).collect())),
            FieldRule::Begins(value) => table("begins", to_toml(&value)),
            FieldRule::Any => table("any", Self::Boolean(true)),
        }
    }
}

fn from_toml(value: Toml) -> Result<Value, String> {
    match value {
        Toml::String(text) => Ok(Value::from(text)),
        Toml::Integer(number) => Ok(u64::try_from(number).map_or(Value::Int(number), Value::Uint)),
        Toml::Boolean(value) => Ok(Value::Bool(value)),
        // One level is all that WMI has, so an array inside is an error; this also bounds the recursion.
        Toml::Array(items) if !items.iter().any(Toml::is_array) => {
            items.into_iter().map(from_toml).collect::<Result<_, _>>().map(Value::Array)
        }
        _ => Err(EXPECTED.to_owned()),
    }
}

/// The value as TOML can say it: numbers that it cannot are text, which compares alike.
fn to_toml(value: &Value) -> Toml {
    match value {
        Value::Bool(value) => Toml::Boolean(*value),
        Value::Int(number) => Toml::Integer(*number),
        Value::Uint(number) => {
            i64::try_from(*number).map_or_else(|_| Toml::String(number.to_string()), Toml::Integer)
        }
        Value::Array(items) => {
            Toml::Array(items.iter().map(|item| Toml::String(item.canonical().into_owned())).collect())
        }
        Value::Null | Value::Real(_) | Value::Text(_) | Value::Object(_) => {
            Toml::String(value.canonical().into_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_survive_toml() {
        for rule in [
            FieldRule::Is("a\nb".into()),
            FieldRule::Is(Value::Uint(7)),
            FieldRule::Is(Value::Bool(false)),
            FieldRule::Is(Value::Array(vec!["a".into(), "".into()])),
            FieldRule::OneOf(vec!["a".into(), "b".into()]),
            FieldRule::Begins("x".into()),
            FieldRule::Any,
        ] {
            assert_eq!(FieldRule::try_from(Toml::from(rule.clone())), Ok(rule));
        }
    }

    #[test]
    fn other_tables_are_refused() {
        for text in
            ["x = {}", "x = { any = false }", "x = { begins = 'a', any = true }", "x = [[1]]", "x = 1.5"]
        {
            let table: toml::Table = toml::from_str(text).unwrap();
            assert!(FieldRule::try_from(table["x"].clone()).is_err(), "{text}");
        }
    }
}
