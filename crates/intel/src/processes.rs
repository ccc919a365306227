//! Programs of Windows that run what somebody else hands them.

use crate::{FileError, SourceRef};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Programs that run other people's code: the file of the form `deminer.processes/1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Processes {
    /// The form of the file: [`Processes::SCHEMA`].
    pub schema: String,
    /// Where the facts come from.
    pub sources: Vec<SourceRef>,
    /// Programs that run scripts, in lower case, with the id of the source.
    pub script_hosts: BTreeMap<String, String>,
    /// Programs that start what a WMI subscription names, in lower case, with the id of the source.
    pub wmi_hosts: BTreeMap<String, String>,
    /// Drivers that miners bring along.
    #[serde(default)]
    pub drivers: Vec<Driver>,
}

/// A driver that miners bring along, and that other programs use as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Driver {
    /// What people call it.
    pub name: String,
    /// The names of its files.
    pub files: Vec<String>,
    /// Their SHA-256, in lower case.
    pub sha256: Vec<String>,
    /// The id of the source.
    pub source: String,
}

impl Processes {
    /// The form of the file.
    pub const SCHEMA: &'static str = "deminer.processes/1";

    /// Reads the file.
    ///
    /// # Errors
    /// [`FileError`] where the text is no TOML of this form.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, FileError> {
        let processes: Self = crate::own::read(file, text)?;
        if processes.schema != Self::SCHEMA {
            let problem = format!("expected schema = \"{}\", found \"{}\"", Self::SCHEMA, processes.schema);
            return Err(FileError::at(file, text, None, problem));
        }
        Ok(processes)
    }

    /// Whether a program of this name, without folders, runs scripts.
    pub fn is_script_host(&self, name: &str) -> bool {
        self.script_hosts.contains_key(&name.to_lowercase())
    }

    /// The driver that has one of these paths or hashes, and the title of the source.
    pub fn driver<'t>(&self, seen: impl IntoIterator<Item = &'t str>) -> Option<(&str, &str)> {
        let is = |driver: &Driver, text: &str| {
            let name = text.rsplit(['\\', '/']).next().unwrap_or(text);
            driver.files.iter().chain(&driver.sha256).any(|known| known.eq_ignore_ascii_case(name))
        };
        let driver = seen.into_iter().find_map(|text| self.drivers.iter().find(|driver| is(driver, text)))?;
        let source = self.sources.iter().find(|source| source.id == driver.source);
        Some((&driver.name, source.map_or(driver.source.as_str(), |source| source.title.as_str())))
    }

    /// Whether a program of this name, without folders, starts what WMI subscriptions name.
    pub fn is_wmi_host(&self, name: &str) -> bool {
        self.wmi_hosts.contains_key(&name.to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Intel;

    #[test]
    fn every_name_is_in_lower_case_and_has_its_source() {
        let processes = Intel::builtin().processes();
        for (name, source) in processes.script_hosts.iter().chain(&processes.wmi_hosts) {
            assert_eq!(name, &name.to_lowercase());
            assert!(processes.sources.iter().any(|known| &known.id == source), "{name}: {source}");
        }
        assert!(processes.is_script_host("PowerShell.exe") && processes.is_wmi_host("WmiPrvSE.exe"));
        assert!(!processes.is_script_host("svchost.exe") && !processes.is_wmi_host("powershell.exe"));
    }

    #[test]
    fn another_form_is_refused_in_words() {
        let text = "schema = \"deminer.pools/1\"\nsources = []\n[script-hosts]\n[wmi-hosts]\n";
        assert!(Processes::from_toml("x.toml", text).is_err());
    }
}
