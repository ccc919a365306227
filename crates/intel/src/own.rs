//! The program's own files, which are right: tests read every one of them.

use crate::FileError;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use toml::Value as Toml;

/// Reads a file of the program's own. It goes by way of a plain value: code that reads each type straight from TOML, with the place of everything in
/// the text, is several times as large, and only files of users need that. A value that does not fit is therefore told without its line.
pub(crate) fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, FileError> {
    let table: toml::Table = toml::from_str(text).map_err(|error| FileError::toml(file, text, &error))?;
    let read = serde_json::from_value(plain(Toml::Table(table)));
    read.map_err(|error| FileError::at(file, text, None, error.to_string()))
}

/// The same value without what only TOML has: dates become texts.
fn plain(value: Toml) -> Json {
    match value {
        Toml::String(text) => Json::String(text),
        Toml::Integer(number) => number.into(),
        Toml::Float(number) => number.into(),
        Toml::Boolean(yes) => Json::Bool(yes),
        Toml::Datetime(time) => Json::String(time.to_string()),
        Toml::Array(items) => items.into_iter().map(plain).collect(),
        Toml::Table(table) => table.into_iter().map(|(name, value)| (name, plain(value))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_value_that_does_not_fit_is_told() {
        let fits: BTreeMap<String, Vec<u32>> = read("x.toml", "a = [1, 2]").unwrap();
        assert_eq!(fits["a"], [1, 2]);
        let error = read::<BTreeMap<String, u32>>("x.toml", "a = \"b\"").unwrap_err();
        assert_eq!(error.file, "x.toml");
        assert!(error.problem.contains("expected u32"), "{error}");
        let error = read::<BTreeMap<String, u32>>("x.toml", "a = 1\nb =").unwrap_err();
        assert_eq!(error.line, 2);
    }
}
