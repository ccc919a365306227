//! Sets of signatures: families in one file, with a version.

use crate::{Family, FileError, WriteError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Families in one file, of the form `deminer.signatures/1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SignatureSet {
    /// The public key of who signed the set, in Base64; none of a set that nobody signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
    /// The form of the file: [`SignatureSet::SCHEMA`].
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Its version, counted up with each change.
    pub version: u64,
    /// The families, each of the form of [`Family`].
    pub families: Vec<Family>,
}

impl SignatureSet {
    /// The form of the file.
    pub const SCHEMA: &'static str = "deminer.signatures/1";

    /// An empty set.
    pub fn new(name: &str) -> Self {
        Self { schema: Self::SCHEMA.to_owned(), name: name.to_owned(), ..Self::default() }
    }

    /// Reads a set. That its signature holds is not looked at here.
    ///
    /// # Errors
    /// [`FileError`] where the text is no TOML of this form, or a family in it is not as [`Family::from_toml`] wants it.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, FileError> {
        let set: Self = toml::from_str(text).map_err(|error| FileError::toml(file, text, &error))?;
        if set.schema != Self::SCHEMA {
            let problem = format!("expected schema = \"{}\", found \"{}\"", Self::SCHEMA, set.schema);
            return Err(FileError::at(file, text, None, problem));
        }
        let mut names = BTreeSet::new();
        for family in &set.families {
            let problem = if names.insert(family.name.to_lowercase()) {
                let alone =
                    family.to_toml().map_err(|error| FileError::at(file, text, None, error.problem))?;
                Family::from_toml(file, &alone).err().map(|error| error.problem)
            } else {
                Some("expected each family once".to_owned())
            };
            if let Some(problem) = problem {
                let problem = format!("family `{}`: {problem}", family.name);
                return Err(FileError::at(file, text, None, problem));
            }
        }
        Ok(set)
    }

    /// The set as a file.
    ///
    /// # Errors
    /// [`WriteError`] where the TOML writer refuses it.
    pub fn to_toml(&self) -> Result<String, WriteError> {
        toml::to_string_pretty(self)
            .map_err(|error| WriteError { name: self.name.clone(), problem: error.to_string() })
    }

    /// Puts a family into the set, in place of one of the same name, and counts the version up. Who signed the set before has not signed this.
    pub fn put(&mut self, family: Family) {
        self.families.retain(|known| !known.name.eq_ignore_ascii_case(&family.name));
        self.families.push(family);
        self.families.sort_by(|a, b| a.name.cmp(&b.name));
        self.version = self.version.saturating_add(1);
        self.signer = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Intel;

    fn set() -> SignatureSet {
        let mut set = SignatureSet::new("office");
        Intel::builtin().families().iter().cloned().for_each(|family| set.put(family));
        set
    }

    #[test]
    fn every_family_that_ships_fits_into_a_set() {
        let set = set();
        assert_eq!(set.version, set.families.len() as u64);
        let text = set.to_toml().unwrap();
        assert_eq!(SignatureSet::from_toml("set.toml", &text).unwrap(), set);
    }

    #[test]
    fn a_family_that_cannot_be_is_refused_with_its_name() {
        let mut set = SignatureSet::new("office");
        set.put(Family {
            schema: Family::SCHEMA.into(),
            name: "X".into(),
            threshold: 1,
            ..Family::default()
        });
        let refused = SignatureSet::from_toml("set.toml", &set.to_toml().unwrap()).unwrap_err();
        assert!(refused.to_string().contains("family `X`: expected a threshold"), "{refused}");
        assert!(SignatureSet::from_toml("set.toml", "schema = \"deminer.family/1\"").is_err());
    }
}
