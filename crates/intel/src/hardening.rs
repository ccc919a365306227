//! How Windows is hardened against such miners: what is looked at, and what it should be.
//!
//! Every check has four answers: met, open, unknown while what was read does not tell, and moot where there is nothing to harden. That a value
//! is not set is an answer of its own, by the version of Windows; that it was not read is none.

mod test;

pub use test::Test;

use crate::ms17_010::{Version, version};
use crate::{FileError, SourceRef};
use serde::Deserialize;

/// Checks and policies: the file of the form `deminer.hardening/1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Hardening {
    /// The form of the file: [`Hardening::SCHEMA`].
    pub schema: String,
    /// Where the facts come from.
    pub sources: Vec<SourceRef>,
    /// The ids of the sources on local accounts.
    #[serde(default)]
    pub accounts: Vec<String>,
    /// What is looked at in the registry.
    pub checks: Vec<Check>,
    /// What is looked at in the account policy.
    pub policies: Vec<Policy>,
}

/// How much a gap weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// A weakness that such miners use.
    Medium,
    /// A lesser gap.
    Low,
}

/// Something that should be set.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Check {
    /// Its short name, of which message ids are made.
    pub id: String,
    /// How much it weighs that it is not.
    pub severity: Weight,
    /// The ids of the sources.
    pub sources: Vec<String>,
    /// ATT&CK techniques that it stands against.
    #[serde(default)]
    pub attack: Vec<String>,
    /// The first version of Windows that knows it.
    #[serde(default, deserialize_with = "version")]
    pub since: Version,
    /// Words of the product's name, one of which the machine must have: `client` and `server` stand for themselves.
    #[serde(default)]
    pub editions: Vec<String>,
    /// Where one of these is as it says, there is nothing to harden.
    #[serde(default)]
    pub unless: Vec<Watched>,
    /// The driver or service without which there is nothing to harden.
    #[serde(default)]
    pub service: Option<String>,
    /// The values, all of which must be as they should.
    pub values: Vec<Watched>,
    /// The commands that set it, where it takes more than setting the values.
    #[serde(default)]
    pub commands: Vec<String>,
    /// The commands that take that back.
    #[serde(default)]
    pub undo: Vec<String>,
    /// Whether it counts only from the next start on.
    #[serde(default)]
    pub restart: bool,
}

/// A registry value and what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Watched {
    /// The key with its root.
    pub key: String,
    /// The name.
    pub name: String,
    /// What it should be.
    pub good: Test,
    /// The number to set, where that is all that it takes.
    #[serde(default)]
    pub set: Option<u32>,
    /// The command that sets this value alone, where a number is not enough.
    #[serde(default)]
    pub command: Option<String>,
    /// The command that takes that back.
    #[serde(default)]
    pub undo: Option<String>,
    /// What it means that it is not set, by version: the last that is not above the machine's counts.
    pub absent: Vec<WhenAbsent>,
}

/// What it means, from a version on, that a value is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WhenAbsent {
    /// The first version for which it holds.
    #[serde(deserialize_with = "version")]
    pub since: Version,
    /// What it means.
    pub is: Standing,
}

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// As it should be.
    Good,
    /// Not as it should be.
    Open,
    /// What was read does not tell.
    Unknown,
    /// There is nothing to harden on this machine.
    Moot,
}

/// A policy on accounts, by the name that `secedit /export` gives it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Policy {
    /// Its short name, of which message ids are made.
    pub id: String,
    /// The name of the policy.
    pub name: String,
    /// What it should be.
    pub good: Test,
    /// How much it weighs that it is not.
    pub severity: Weight,
    /// The ids of the sources.
    pub sources: Vec<String>,
    /// ATT&CK techniques that it stands against.
    #[serde(default)]
    pub attack: Vec<String>,
    /// The command that sets it.
    pub command: String,
    /// What takes it back, where that is not the same command with the number of before.
    #[serde(default)]
    pub undo: Option<String>,
    /// A value that stands for more than any number: `-1` where a lock stays until somebody lifts it.
    #[serde(default)]
    pub endless: Option<String>,
}

/// What was read of a registry value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading<'a> {
    /// It is set to this.
    Set(&'a str),
    /// It is not set.
    Absent,
    /// It was not read.
    Unread,
}

/// What was read of a machine.
pub trait Readings {
    /// The version of Windows, where one is known.
    fn version(&self) -> Option<Version>;
    /// The name of the product, where it is known.
    fn product(&self) -> Option<&str>;
    /// Whether it is a server, where that is known.
    fn is_server(&self) -> Option<bool>;
    /// Whether it has this driver or service, where that is known.
    fn has_service(&self, name: &str) -> Option<bool>;
    /// The value of this name.
    fn value(&self, key: &str, name: &str) -> Reading<'_>;
}

/// How a check stands, and each of its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged<'a> {
    /// The check.
    pub check: &'a Check,
    /// How it stands.
    pub standing: Standing,
    /// How each value stands, with what was read of it.
    pub values: Vec<(&'a Watched, Standing)>,
}

impl Hardening {
    /// The form of the file.
    pub const SCHEMA: &'static str = "deminer.hardening/1";

    /// Reads the file.
    ///
    /// # Errors
    /// [`FileError`] where the text is no TOML of this form.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, FileError> {
        let hardening: Self = crate::own::read(file, text)?;
        if hardening.schema != Self::SCHEMA {
            let problem = format!("expected schema = \"{}\", found \"{}\"", Self::SCHEMA, hardening.schema);
            return Err(FileError::at(file, text, None, problem));
        }
        Ok(hardening)
    }

    /// How every check stands.
    pub fn judge(&self, readings: &dyn Readings) -> Vec<Judged<'_>> {
        self.checks.iter().map(|check| check.judge(readings)).collect()
    }

    /// The number that a plan sets in this value; `None` where it sets none.
    pub fn number_to_set(&self, key: &str, name: &str) -> Option<u32> {
        let mut values = self.checks.iter().filter(|check| check.sets_numbers()).flat_map(|c| &c.values);
        values.find(|value| value.is(key, name)).and_then(|value| value.set)
    }

    /// The source of this id.
    pub fn source(&self, id: &str) -> Option<&SourceRef> {
        self.sources.iter().find(|source| source.id == id)
    }
}

impl Check {
    /// Whether setting numbers is all that it takes.
    pub fn sets_numbers(&self) -> bool {
        self.commands.is_empty() && self.values.iter().all(|value| value.set.is_some())
    }

    /// How the check stands on a machine.
    pub fn judge(&self, readings: &dyn Readings) -> Judged<'_> {
        let values: Vec<_> = self.values.iter().map(|value| (value, value.judge(readings))).collect();
        let worst = if values.iter().any(|(_, standing)| *standing == Standing::Open) {
            Standing::Open
        } else if values.iter().any(|(_, standing)| *standing == Standing::Unknown) {
            Standing::Unknown
        } else {
            Standing::Good
        };
        let standing = match self.applies(readings) {
            Some(true) => worst,
            Some(false) => Standing::Moot,
            None if worst == Standing::Good => Standing::Good,
            None => Standing::Unknown,
        };
        Judged { check: self, standing, values }
    }

    /// Whether there is something to harden; `None` where that cannot be told.
    fn applies(&self, readings: &dyn Readings) -> Option<bool> {
        let moot = |value: &Watched| value.judge(readings) == Standing::Good;
        let version = readings.version();
        let old = version.map(|version| version < self.since);
        if old == Some(true) || self.unless.iter().any(moot) {
            return Some(false);
        }
        let service = self.service.as_deref().map(|name| readings.has_service(name));
        if service == Some(Some(false)) {
            return Some(false);
        }
        let edition = self.is_edition(readings);
        if edition == Some(false) {
            return Some(false);
        }
        // A version that is not known is taken for one that knows the value; what it means that it is not set is open then.
        edition
    }

    fn is_edition(&self, readings: &dyn Readings) -> Option<bool> {
        let is = |word: &String| match word.as_str() {
            "server" => readings.is_server(),
            "client" => readings.is_server().map(|server| !server),
            word => {
                let product = readings.product()?.to_ascii_lowercase();
                // Windows translates the names of its editions; an ASCII name without the word has not got it.
                (product.contains(word) || product.is_ascii()).then(|| product.contains(word))
            }
        };
        if self.editions.is_empty() {
            return Some(true);
        }
        let answers: Vec<_> = self.editions.iter().map(is).collect();
        if answers.contains(&Some(true)) {
            Some(true)
        } else if answers.contains(&None) {
            None
        } else {
            Some(false)
        }
    }
}

impl Watched {
    /// Whether this is the value of that name.
    pub fn is(&self, key: &str, name: &str) -> bool {
        self.key.eq_ignore_ascii_case(key) && self.name.eq_ignore_ascii_case(name)
    }

    /// How the value stands on a machine.
    pub fn judge(&self, readings: &dyn Readings) -> Standing {
        match readings.value(&self.key, &self.name) {
            Reading::Set(data) => match self.good.holds(data) {
                Some(true) => Standing::Good,
                Some(false) => Standing::Open,
                None => Standing::Unknown,
            },
            Reading::Absent => self.when_absent(readings.version()),
            Reading::Unread => Standing::Unknown,
        }
    }

    fn when_absent(&self, version: Option<Version>) -> Standing {
        let Some(version) = version else {
            // Where it means the same in every version, the version does not matter.
            return match &self.absent[..] {
                [only] => only.is,
                _ => Standing::Unknown,
            };
        };
        let holds = self.absent.iter().rev().find(|rule| rule.since <= version);
        holds.map_or(Standing::Unknown, |rule| rule.is)
    }
}

#[cfg(test)]
mod tests;
