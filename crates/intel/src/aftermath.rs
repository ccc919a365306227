//! What may come with or after a miner: commands that prepare ransomware or steal credentials, remote control, families beyond cleaning.

use crate::{FileError, Pattern, SourceRef};
use serde::Deserialize;

/// Signs of worse: the file of the form `deminer.aftermath/1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Aftermath {
    /// The form of the file: [`Aftermath::SCHEMA`].
    pub schema: String,
    /// Where the facts come from.
    pub sources: Vec<SourceRef>,
    /// Command lines.
    pub commands: Vec<Deed>,
    /// Programs for remote control.
    pub remote_tools: Vec<RemoteTool>,
    /// Threats that tell of stolen credentials.
    pub stolen: Stolen,
    /// Families with parts that a cleaning of Windows does not reach.
    pub beyond_cleaning: Vec<BeyondCleaning>,
}

/// Something that a command line does.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Deed {
    /// Its short name, of which message ids are made.
    pub id: String,
    /// ATT&CK techniques.
    pub attack: Vec<String>,
    /// The id of the source.
    pub source: String,
    /// What the command lines look like.
    pub patterns: Vec<Pattern>,
}

/// A program for remote control.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RemoteTool {
    /// What people call it.
    pub name: String,
    /// The id of the source.
    pub source: String,
    /// The names of its service.
    pub patterns: Vec<Pattern>,
}

/// Names of threats that tell of stolen credentials.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Stolen {
    /// The id of the source.
    pub source: String,
    /// Parts of the names, in lower case.
    pub threats: Vec<String>,
}

/// A family with parts that a cleaning of Windows does not reach.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BeyondCleaning {
    /// Its name.
    pub family: String,
}

impl Aftermath {
    /// The form of the file.
    pub const SCHEMA: &'static str = "deminer.aftermath/1";

    /// Reads the file.
    ///
    /// # Errors
    /// [`FileError`] where the text is no TOML of this form.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, FileError> {
        let aftermath: Self = crate::own::read(file, text)?;
        if aftermath.schema != Self::SCHEMA {
            let problem = format!("expected schema = \"{}\", found \"{}\"", Self::SCHEMA, aftermath.schema);
            return Err(FileError::at(file, text, None, problem));
        }
        Ok(aftermath)
    }

    /// What a command line does; every deed at most once, in the order of the file.
    pub fn deeds(&self, command: &str) -> impl Iterator<Item = &Deed> {
        let lower = command.to_lowercase();
        self.commands.iter().filter(move |deed| deed.patterns.iter().any(|p| p.matches_lower(&lower)))
    }

    /// The program for remote control that has a service of this name.
    pub fn remote_tool(&self, service: &str) -> Option<&RemoteTool> {
        self.remote_tools.iter().find(|tool| tool.patterns.iter().any(|pattern| pattern.matches(service)))
    }

    /// Whether a threat's name tells of stolen credentials.
    pub fn tells_of_theft(&self, threat: &str) -> bool {
        let lower = threat.to_lowercase();
        self.stolen.threats.iter().any(|part| lower.contains(part))
    }

    /// Whether a family has parts that a cleaning does not reach.
    pub fn is_beyond_cleaning(&self, family: &str) -> bool {
        self.beyond_cleaning.iter().any(|known| known.family == family)
    }
}

#[cfg(test)]
mod tests {
    use crate::Intel;

    fn deeds(command: &str) -> Vec<&'static str> {
        Intel::builtin().aftermath().deeds(command).map(|deed| deed.id.as_str()).collect()
    }

    #[test]
    fn commands_that_prepare_ransomware_and_those_that_look_alike() {
        for (command, expected) in [
            (r"C:\Windows\System32\vssadmin.exe Delete Shadows /All /Quiet", "shadow-copies"),
            ("vssadmin delete shadows /for=c:", "shadow-copies"),
            ("wmic.exe shadowcopy where \"ID='x'\" delete", "shadow-copies"),
            ("cmd /c bcdedit /set {default} recoveryenabled No", "recovery"),
            ("powershell Set-MpPreference -DisableRealtimeMonitoring $true", "security-stopped"),
            ("net1 stop WinDefend", "security-stopped"),
            ("wevtutil.exe cl Security", "logs"),
            (r"C:\TMP\mim.exe sekurlsa::LogonPasswords", "credentials"),
            ("rundll32.exe C:\\windows\\System32\\comsvcs.dll, MiniDump 624 C:\\o.dmp full", "credentials"),
            ("vssadmin list shadows", ""),
            ("powershell Set-MpPreference -DisableRealtimeMonitoring $false", ""),
            ("wbadmin get versions", ""),
            ("wevtutil qe Security", ""),
        ] {
            let expected: Vec<_> = Some(expected).filter(|text| !text.is_empty()).into_iter().collect();
            assert_eq!(deeds(command), expected, "{command}");
        }
    }

    #[test]
    fn remote_control_by_the_name_of_its_service() {
        let tool = |service| Intel::builtin().aftermath().remote_tool(service).map(|tool| tool.name.as_str());
        assert_eq!(tool("AnyDesk"), Some("AnyDesk"));
        assert_eq!(tool("ScreenConnect Client (1a2b3c)"), Some("ScreenConnect"));
        assert_eq!(tool("PSEXESVC"), Some("PsExec"));
        assert_eq!(tool("RemoteRegistry"), None);
    }

    #[test]
    fn every_fact_has_its_source_and_every_family_is_known() {
        let aftermath = Intel::builtin().aftermath();
        let sources = aftermath.commands.iter().map(|deed| &deed.source);
        let sources = sources.chain(aftermath.remote_tools.iter().map(|tool| &tool.source));
        for source in sources.chain([&aftermath.stolen.source]) {
            assert!(aftermath.sources.iter().any(|known| known.id == *source), "{source}");
        }
        for known in &aftermath.beyond_cleaning {
            assert!(Intel::builtin().families().iter().any(|family| family.name == known.family));
        }
    }
}
