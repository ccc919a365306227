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
    /// Values that are set besides, and that do not decide how the check stands.
    #[serde(default)]
    pub also: Vec<Watched>,
    /// The services and drivers that are set up for it, in order.
    #[serde(default)]
    pub services: Vec<ServiceChange>,
    /// The commands that set it, where that is nothing that a plan can do.
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
    /// The keys in which group policy keeps a value of the same name that counts before this one. The first decides; what the others, which
    /// are of an older kind, say is a doubt where it is something else.
    #[serde(default)]
    pub policy: Vec<String>,
    /// What to set, where that is all that it takes.
    #[serde(default)]
    pub set: Option<ToSet>,
    /// The command that sets this value alone, where a plan cannot.
    #[serde(default)]
    pub command: Option<String>,
    /// The command that takes that back.
    #[serde(default)]
    pub undo: Option<String>,
    /// What it means that it is not set, by version: the last that is not above the machine's counts.
    pub absent: Vec<WhenAbsent>,
}

/// What is set in a value.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum ToSet {
    /// A number of 32 bits (`REG_DWORD`).
    Number(u32),
    /// A text (`REG_SZ`).
    Text(String),
}

/// How a service or driver is set up: when it starts, or what it does no more depend on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ServiceChange {
    /// Its name.
    pub name: String,
    /// How it starts at most (the `Start` value): a higher number is stricter.
    #[serde(default)]
    pub start: Option<u32>,
    /// The service or driver that it does not depend on.
    #[serde(default)]
    pub without: Option<String>,
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
    /// What Windows takes at all, where `good` alone does not say so.
    #[serde(default)]
    pub possible: Option<Test>,
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

impl Policy {
    /// Whether the data is as it should be; `None` where it is nothing that Windows takes.
    pub fn holds(&self, data: &str) -> Option<bool> {
        if self.endless.as_deref() == Some(data) {
            return Some(true);
        }
        match &self.possible {
            Some(possible) if possible.holds(data) != Some(true) => None,
            _ => self.good.holds(data),
        }
    }
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

    /// The value of this name among those that a plan sets; `None` where it sets none.
    pub fn to_set(&self, key: &str, name: &str) -> Option<(&Watched, &ToSet)> {
        let planned = self.checks.iter().filter(|check| check.can_be_planned());
        let mut values = planned.flat_map(|check| check.values.iter().chain(&check.also));
        let value = values.find(|value| value.is(key, name))?;
        Some((value, value.set.as_ref()?))
    }

    /// How a plan sets up the service; `None` where it does not.
    pub fn service(&self, name: &str) -> Option<&ServiceChange> {
        let mut services = self.checks.iter().flat_map(|check| &check.services);
        services.find(|service| service.name.eq_ignore_ascii_case(name))
    }

    /// The check of this id.
    pub fn check(&self, id: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.id == id)
    }

    /// The source of this id.
    pub fn source(&self, id: &str) -> Option<&SourceRef> {
        self.sources.iter().find(|source| source.id == id)
    }
}

impl Check {
    /// Whether a plan can do it: by values, or by how services are set up.
    pub fn can_be_planned(&self) -> bool {
        !self.services.is_empty() || self.values.iter().all(|value| value.set.is_some())
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

    /// How the value stands on a machine, group policy included.
    pub fn judge(&self, readings: &dyn Readings) -> Standing {
        let own = self.judge_at(&self.key, readings);
        let Some((first, older)) = self.policy.split_first() else { return own };
        match readings.value(first, &self.name) {
            Reading::Set(_) => return self.judge_at(first, readings),
            // What is open by itself is open unless a policy says otherwise; that it is good takes knowing that none does.
            Reading::Unread if own == Standing::Good => return Standing::Unknown,
            Reading::Unread | Reading::Absent => {}
        }
        let doubt = |key: &String| match readings.value(key, &self.name) {
            Reading::Set(_) => self.judge_at(key, readings) != own,
            Reading::Unread => own == Standing::Good,
            Reading::Absent => false,
        };
        if older.iter().any(doubt) { Standing::Unknown } else { own }
    }

    /// The key in which group policy sets the value, where it does and that decides.
    pub fn policy_that_decides(&self, readings: &dyn Readings) -> Option<&str> {
        let first = self.policy.first()?;
        matches!(readings.value(first, &self.name), Reading::Set(_)).then_some(first)
    }

    fn judge_at(&self, key: &str, readings: &dyn Readings) -> Standing {
        match readings.value(key, &self.name) {
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
