//! What says nothing about a family, since everybody's scripts have it.

use crate::FileError;
use serde::Deserialize;
use std::collections::BTreeSet;

/// Words, hosts and addresses of no meaning: the file of the form `deminer.common/1`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Common {
    words: BTreeSet<String>,
    domains: BTreeSet<String>,
    addresses: BTreeSet<String>,
}

/// The file.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    schema: String,
    words: String,
    domains: BTreeSet<String>,
    addresses: BTreeSet<String>,
}

impl Common {
    /// The form of the file.
    pub const SCHEMA: &'static str = "deminer.common/1";

    /// Reads the file.
    ///
    /// # Errors
    /// [`FileError`] where the text is no TOML of this form.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, FileError> {
        let read: File = crate::own::read(file, text)?;
        if read.schema != Self::SCHEMA {
            let problem = format!("expected schema = \"{}\", found \"{}\"", Self::SCHEMA, read.schema);
            return Err(FileError::at(file, text, None, problem));
        }
        let words = read.words.split_whitespace().map(str::to_lowercase).collect();
        Ok(Self { words, domains: read.domains, addresses: read.addresses })
    }

    /// Whether scripts of administrators, or miners of all kinds, have this word.
    pub fn has_word(&self, word: &str) -> bool {
        self.words.contains(&word.to_lowercase())
    }

    /// Whether scripts of any kind name this host, or one above it.
    pub fn has_domain(&self, domain: &str) -> bool {
        let domain = domain.trim_end_matches('.').to_lowercase();
        let mut rest = domain.as_str();
        loop {
            if self.domains.contains(rest) {
                return true;
            }
            match rest.split_once('.') {
                Some((_, parent)) => rest = parent,
                None => return false,
            }
        }
    }

    /// Whether the address is one that many name.
    pub fn has_address(&self, address: &str) -> bool {
        self.addresses.contains(address)
    }
}

#[cfg(test)]
mod tests {
    use crate::Intel;

    #[test]
    fn what_everybody_has_is_known() {
        let common = Intel::builtin().common();
        assert!(common.has_word("PowerShell") && common.has_word("scheduled") && !common.has_word("ackng"));
        assert!(common.has_domain("raw.GitHubUserContent.com.") && !common.has_domain("hub.com"));
        assert!(common.has_address("8.8.8.8") && !common.has_address("195.22.127.93"));
    }
}
