//! Providers of WMI as Windows registers them.

use crate::{FileError, SourceRef};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The classes that Windows loads for its providers: the file of the form `deminer.providers/1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Providers {
    /// The form of the file: [`Providers::SCHEMA`].
    pub schema: String,
    /// Where the facts come from.
    pub sources: Vec<SourceRef>,
    /// The `CLSID` of each provider, in lower case, by its name, by its namespace in canonical spelling; more than one where machines differ.
    pub namespaces: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

impl Providers {
    /// The form of the file.
    pub const SCHEMA: &'static str = "deminer.providers/1";

    /// Reads the file.
    ///
    /// # Errors
    /// [`FileError`] where the text is no TOML of this form.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, FileError> {
        let mut read: Self = crate::own::read(file, text)?;
        if read.schema != Self::SCHEMA {
            let problem = format!("expected schema = \"{}\", found \"{}\"", Self::SCHEMA, read.schema);
            return Err(FileError::at(file, text, None, problem));
        }
        for providers in read.namespaces.values_mut() {
            *providers = std::mem::take(providers)
                .into_iter()
                .map(|(name, classes)| (name.to_lowercase(), classes))
                .collect();
        }
        Ok(read)
    }

    /// What Windows loads for the provider of this name in this namespace (in canonical spelling); `None` where it has none such.
    pub fn classes_of(&self, namespace: &str, name: &str) -> Option<&[String]> {
        self.namespaces.get(namespace)?.get(&name.to_lowercase()).map(Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Intel;

    #[test]
    fn every_class_is_one_in_lower_case() {
        let providers = Intel::builtin().providers();
        let classes = providers.namespaces.values().flat_map(BTreeMap::values).flatten();
        assert!(classes.clone().count() > 100);
        for class in classes {
            let inner = class.strip_prefix('{').and_then(|class| class.strip_suffix('}'));
            assert!(inner.is_some_and(|inner| inner.len() == 36), "{class}");
            assert_eq!(class, &class.to_lowercase());
        }
        let known = providers.classes_of(r"root\subscription", "commandlineEventConsumer");
        assert_eq!(known, Some(&["{266c72e5-62e8-11d1-ad89-00c04fd8fdff}".to_owned()][..]));
        assert_eq!(providers.classes_of(r"root\nowhere", "CommandLineEventConsumer"), None);
    }

    #[test]
    fn another_form_is_refused_in_words() {
        let text = "schema = \"deminer.pools/1\"\nsources = []\n[namespaces]\n";
        assert!(Providers::from_toml("x.toml", text).is_err());
    }
}
