//! Reads the program's own files of facts.

use crate::FileError;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _};

/// Reads a file of facts.
///
/// The reader of TOML is large and would be compiled anew for each of many types; so the types meet it behind one pointer, which makes the program a
/// twentieth smaller. What a user writes (baselines, families, signatures) is read directly: that way errors know their line best.
///
/// # Errors
/// [`FileError`] where the text is no TOML of this form.
pub(crate) fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, FileError> {
    let mut facts = None;
    let outcome = toml::Deserializer::parse(text).and_then(|reader| {
        Erased(&mut |reader| {
            facts = Some(erased_serde::deserialize(reader)?);
            Ok(())
        })
        .deserialize(reader)
    });
    match (outcome, facts) {
        (Ok(()), Some(facts)) => Ok(facts),
        (Err(error), _) => Err(FileError::toml(file, text, &error)),
        (Ok(()), None) => Err(FileError::at(file, text, None, "nothing was read")),
    }
}

/// Reads with a function that does not know the reader's type.
struct Erased<'a>(&'a mut dyn FnMut(&mut dyn erased_serde::Deserializer) -> Result<(), erased_serde::Error>);

impl<'de> DeserializeSeed<'de> for Erased<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        (self.0)(&mut <dyn erased_serde::Deserializer>::erase(reader)).map_err(D::Error::custom)
    }
}
