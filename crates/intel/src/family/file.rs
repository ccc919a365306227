//! Families as files.

use super::index::SHORTEST_LITERAL;
use super::{Family, FamilyIndicator, IndicatorKind};
use crate::error::{FileError, WriteError};
use serde::Deserialize;
use std::collections::BTreeSet;
use toml::Spanned;

/// What is checked piece by piece, with its place in the file.
#[derive(Deserialize)]
struct Places {
    #[serde(default)]
    schema: Option<Spanned<String>>,
    #[serde(default)]
    threshold: Option<Spanned<toml::Value>>,
    #[serde(default)]
    indicators: Vec<Spanned<toml::Table>>,
    #[serde(default)]
    combos: Vec<Spanned<toml::Table>>,
}

impl Family {
    /// Reads a family file.
    ///
    /// # Errors
    /// [`FileError`] with the line where the text is no TOML, has unknown or missing keys, is of another form than [`Family::SCHEMA`], or
    /// says something that cannot be: a weight or a hash out of bounds, a name as content, a source that is not listed.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, FileError> {
        let places: Places = toml::from_str(text).map_err(|error| FileError::toml(file, text, &error))?;
        if let Some(schema) = places.schema.filter(|schema| schema.get_ref() != Self::SCHEMA) {
            let problem = format!("expected schema = \"{}\", found \"{}\"", Self::SCHEMA, schema.get_ref());
            return Err(FileError::at(file, text, Some(schema.span()), problem));
        }
        let family: Self = toml::from_str(text).map_err(|error| FileError::toml(file, text, &error))?;
        if family.name.trim().is_empty() {
            return Err(FileError::at(file, text, None, "expected a name for the family"));
        }
        if family.threshold < 2 {
            let span = places.threshold.map(|threshold| threshold.span());
            return Err(FileError::at(file, text, span, "expected a threshold of 2 or more"));
        }
        let mut ids = BTreeSet::new();
        for (at, indicator) in family.indicators.iter().enumerate() {
            let span = || places.indicators.get(at).map(Spanned::span);
            if let Some(problem) = family.problem_of(indicator) {
                return Err(FileError::at(file, text, span(), problem));
            }
            if let Some(id) = indicator.id.as_deref().filter(|id| !ids.insert(*id)) {
                let problem = format!("expected an id of its own for each indicator, found `{id}` again");
                return Err(FileError::at(file, text, span(), problem));
            }
        }
        for (at, combo) in family.combos.iter().enumerate() {
            let span = || places.combos.get(at).map(Spanned::span);
            let unknown = combo.all.iter().find(|id| !ids.contains(id.as_str()));
            if let Some(unknown) = unknown {
                let problem = format!("the combo names `{unknown}`, expected the id of an indicator");
                return Err(FileError::at(file, text, span(), problem));
            }
            if combo.all.len() < 2 {
                return Err(FileError::at(file, text, span(), "expected two or more indicators in `all`"));
            }
        }
        Ok(family)
    }

    /// The family as a file.
    ///
    /// # Errors
    /// [`WriteError`] where the TOML writer refuses it.
    pub fn to_toml(&self) -> Result<String, WriteError> {
        toml::to_string_pretty(self)
            .map_err(|error| WriteError { name: self.name.clone(), problem: error.to_string() })
    }

    fn problem_of(&self, indicator: &FamilyIndicator) -> Option<String> {
        let FamilyIndicator { kind, pattern, weight, content, source, .. } = indicator;
        let pattern = pattern.as_str();
        let hash_length = match kind {
            IndicatorKind::Md5 => Some(32),
            IndicatorKind::Sha1 => Some(40),
            IndicatorKind::Sha256 => Some(64),
            _ => None,
        };
        if pattern.trim().is_empty() {
            Some("expected a pattern".to_owned())
        } else if *weight > FamilyIndicator::MAX_WEIGHT {
            Some(format!("expected a weight from 0 to {}, found {weight}", FamilyIndicator::MAX_WEIGHT))
        } else if *content == Some(true) && !kind.can_be_content() {
            Some("a name is no content; expected `content = false`, or no `content` at all".to_owned())
        } else if !self.sources.iter().any(|known| known.id == *source) {
            Some(format!("the indicator names the source `{source}`, expected the id of one of [[sources]]"))
        } else if let Some(length) = hash_length
            && (pattern.len() != length || !pattern.bytes().all(|byte| byte.is_ascii_hexdigit()))
        {
            Some(format!("expected a hash of {length} hex digits, found `{pattern}`"))
        } else if *kind == IndicatorKind::Port && pattern.parse::<u16>().is_err() {
            Some(format!("expected a port from 0 to 65535, found `{pattern}`"))
        } else if !kind.is_whole()
            && *weight > 0
            && indicator.pattern.literal().is_none()
            && indicator.pattern.longest_literal().len() < SHORTEST_LITERAL
        {
            Some(format!(
                "the pattern `{pattern}` matches nearly everything; expected {SHORTEST_LITERAL} characters or more in a row"
            ))
        } else if *kind == IndicatorKind::CommandText
            && indicator.pattern.longest_literal().len() < SHORTEST_LITERAL
        {
            Some(format!("expected {SHORTEST_LITERAL} characters or more in a row, found `{pattern}`"))
        } else {
            None
        }
    }
}
