//! Baselines as files.

use super::{Baseline, EntryPart};
use crate::error::{FileError, WriteError};
use evidence::wmi::canonical_namespace;
use serde::Deserialize;
use std::collections::BTreeSet;
use toml::Spanned;

/// What is checked entry by entry, with its place in the file.
#[derive(Deserialize)]
struct Places {
    #[serde(default)]
    schema: Option<Spanned<String>>,
    #[serde(default)]
    entries: Vec<Spanned<toml::Table>>,
}

impl Baseline {
    /// Reads a baseline file.
    ///
    /// # Errors
    /// [`FileError`] with the line where the text is no TOML, has unknown or missing keys, is of another form than [`Baseline::SCHEMA`],
    /// names an entry twice, or refers to a source that it does not list.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, FileError> {
        let places: Places = toml::from_str(text).map_err(|error| FileError::toml(file, text, &error))?;
        if let Some(schema) = places.schema.filter(|schema| schema.get_ref() != Self::SCHEMA) {
            let problem = format!("expected schema = \"{}\", found \"{}\"", Self::SCHEMA, schema.get_ref());
            return Err(FileError::at(file, text, Some(schema.span()), problem));
        }
        let mut baseline: Self = toml::from_str(text).map_err(|error| FileError::toml(file, text, &error))?;
        let mut ids = BTreeSet::new();
        for (at, entry) in baseline.entries.iter().enumerate() {
            let problem = if !ids.insert(entry.id.as_str()) {
                format!("expected an id of its own for each entry, found `{}` again", entry.id)
            } else if entry.parts().next().is_none() {
                format!(
                    "expected at least one of filter, consumer, binding and timer in entry `{}`",
                    entry.id
                )
            } else if let Some(unknown) =
                entry.sources.iter().find(|id| !baseline.sources.iter().any(|source| source.id == **id))
            {
                format!(
                    "entry `{}` names the source `{unknown}`, expected the id of one of [[sources]]",
                    entry.id
                )
            } else if let Some(part) = unnamed_part(entry) {
                format!("expected a name for the {part} of entry `{}`", entry.id)
            } else {
                continue;
            };
            let span = places.entries.get(at).map(Spanned::span);
            return Err(FileError::at(file, text, span, problem));
        }
        let classes = std::mem::take(&mut baseline.stock_classes);
        baseline.stock_classes =
            classes.into_iter().map(|(namespace, names)| (canonical_namespace(&namespace), names)).collect();
        Ok(baseline)
    }

    /// The baseline as a file.
    ///
    /// # Errors
    /// [`WriteError`] where the TOML writer refuses it.
    pub fn to_toml(&self) -> Result<String, WriteError> {
        toml::to_string_pretty(self)
            .map_err(|error| WriteError { name: self.name.clone(), problem: error.to_string() })
    }
}

/// The first part that nothing could be compared with, since it has no name, and no references to be named by.
fn unnamed_part(entry: &super::BaselineEntry) -> Option<&'static str> {
    entry.parts().find_map(|(part, template)| {
        let named = match part {
            EntryPart::Binding => ["Filter", "Consumer"]
                .into_iter()
                .all(|end| template.fields.get(end).is_some_and(|rule| rule.reference_name().is_some())),
            EntryPart::Filter | EntryPart::Consumer | EntryPart::Timer => !template.name.as_str().is_empty(),
        };
        let word = match part {
            EntryPart::Filter => "filter",
            EntryPart::Consumer => "consumer",
            EntryPart::Binding => "binding (the references Filter and Consumer)",
            EntryPart::Timer => "timer",
        };
        (!named).then_some(word)
    })
}
