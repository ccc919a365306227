//! Settings and values of Windows that miners change: whom they shut out, what they have overlooked, and what stands there on a clean
//! machine.

use crate::{FileError, Pattern, SourceRef};
use serde::Deserialize;
use std::net::IpAddr;

/// The file of the form `deminer.settings/1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settings {
    /// The form of the file: [`Settings::SCHEMA`].
    pub schema: String,
    /// Where the facts come from.
    pub sources: Vec<SourceRef>,
    /// Where protection and updates come from.
    pub domains: Vec<Domains>,
    /// What Defender must not be told to overlook.
    pub exclusions: Vec<Exclusions>,
    /// Values that are known on a clean machine.
    pub values: Vec<StockValue>,
    /// The libraries of Windows' own services.
    pub libraries: Vec<Libraries>,
    /// The services that Windows brings.
    pub services: WindowsServices,
    /// Programs that the logon screen starts.
    pub accessibility: Names,
    /// Debuggers that harm nobody.
    pub debuggers: Vec<Debugger>,
    /// Where the MOF files of Windows and of installed programs lie.
    pub recovered: Names,
    /// Classes that malware gives a user of its own.
    pub classes: Vec<HijackedClass>,
    /// Policies of `IPsec` that Windows brings.
    pub stock_policies: Names,
    /// Name servers that families set.
    pub name_servers: Vec<NameServers>,
}

/// What a domain is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Updates of Windows.
    Update,
    /// Updates of protection, and services that look at files.
    Protection,
}

/// Domains with one purpose.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Domains {
    /// What they are for.
    pub purpose: Purpose,
    /// The id of the source.
    pub source: String,
    /// The domains; subdomains belong to them.
    pub names: Vec<String>,
}

/// Exclusions of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Exclusions {
    /// The kind: `paths`, `processes` or `extensions`.
    pub what: String,
    /// The id of the source.
    pub source: String,
    /// What is too much.
    pub names: Vec<Pattern>,
    /// What else there is to know.
    #[serde(default)]
    pub note: Option<String>,
}

/// A value of the registry with what it holds on a clean machine.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct StockValue {
    /// The key with its root.
    pub key: String,
    /// The name.
    pub name: String,
    /// What stands between its parts.
    pub separator: String,
    /// What a part may be.
    pub stock: Vec<Pattern>,
    /// The technique of altering it.
    pub attack: String,
    /// The id of the source.
    pub source: String,
}

/// Libraries of services.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Libraries {
    /// The id of the source.
    pub source: String,
    /// The services.
    pub services: Vec<ServiceLibrary>,
}

/// The library of a service.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ServiceLibrary {
    /// The key name of the service.
    pub name: String,
    /// Its library below `%SystemRoot%\System32`, that of the newest Windows first.
    pub files: Vec<String>,
}

/// The services that Windows brings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WindowsServices {
    /// The id of the source.
    pub source: String,
    /// Their key names.
    pub names: Vec<Pattern>,
    /// The commands of those that have a program of their own.
    pub commands: Vec<ServiceCommand>,
}

/// The command of a service of Windows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ServiceCommand {
    /// The key name of the service.
    pub name: String,
    /// Its command as `ImagePath` has it.
    pub command: String,
}

/// Names with one source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Names {
    /// The id of the source.
    pub source: String,
    /// The names.
    pub names: Vec<Pattern>,
}

/// A debugger that harms nobody.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Debugger {
    /// The program that it is for.
    pub image: Pattern,
    /// The command.
    pub debugger: Pattern,
    /// The id of the source.
    pub source: String,
}

/// A class that malware gives a user of its own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HijackedClass {
    /// Its id in braces.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The id of the source.
    pub source: String,
}

/// Name servers that a family sets.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NameServers {
    /// The servers, all of them.
    pub servers: Vec<IpAddr>,
    /// The family.
    pub family: String,
    /// The id of the source.
    pub source: String,
}

impl Settings {
    /// The form of the file.
    pub const SCHEMA: &'static str = "deminer.settings/1";

    /// Reads the file.
    ///
    /// # Errors
    /// [`FileError`] where the text is no TOML of this form.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, FileError> {
        let settings: Self = crate::own::read(file, text)?;
        if settings.schema != Self::SCHEMA {
            let problem = format!("expected schema = \"{}\", found \"{}\"", Self::SCHEMA, settings.schema);
            return Err(FileError::at(file, text, None, problem));
        }
        Ok(settings)
    }

    /// The title of a source.
    pub fn title<'a>(&'a self, source: &'a str) -> &'a str {
        self.sources.iter().find(|known| known.id == source).map_or(source, |known| known.title.as_str())
    }

    /// What a host is for, where it is one of protection or updates, with the id of the source.
    pub fn purpose_of(&self, host: &str) -> Option<(Purpose, &str)> {
        let host = host.trim_end_matches('.').to_lowercase();
        let belongs = |domain: &String| {
            host.strip_suffix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let found = self.domains.iter().find(|domains| domains.names.iter().any(belongs))?;
        Some((found.purpose, found.source.as_str()))
    }

    /// Whether an exclusion is one that leaves a machine without protection, with the id of the source. `what` is its kind, as Defender names
    /// it.
    pub fn is_broad_exclusion(&self, what: &str, name: &str) -> Option<&str> {
        let what = what.to_lowercase();
        let name = match what.as_str() {
            "paths" => path_of_exclusion(name),
            "processes" => {
                let name = name.to_lowercase();
                name.rsplit('\\').next().unwrap_or_default().to_owned()
            }
            _ => name.to_lowercase().trim_start_matches(['*', '.']).to_owned(),
        };
        let rows = self.exclusions.iter().filter(|row| row.what == what);
        let mut found = rows.filter(|row| row.names.iter().any(|pattern| pattern.matches_lower(&name)));
        found.next().map(|row| row.source.as_str())
    }

    /// What is known of a value; the 32-bit view of a key counts as the key, and a user's class as the machine's that it stands before.
    pub fn stock_value(&self, key: &str, name: &str) -> Option<&StockValue> {
        let mut key = key.to_lowercase().replace(r"\wow6432node\", r"\");
        if key.starts_with(r"hkcu\software\classes\") {
            key.replace_range(..4, "hklm");
        }
        let mut values = self.values.iter();
        values.find(|known| known.key.to_lowercase() == key && known.name.eq_ignore_ascii_case(name))
    }

    /// The library that Windows gives a service; `None` where the service is none of those that are known.
    pub fn library_of(&self, service: &str) -> Option<&ServiceLibrary> {
        let mut services = self.libraries.iter().flat_map(|libraries| &libraries.services);
        services.find(|known| known.name.eq_ignore_ascii_case(service))
    }

    /// Whether Windows brings a service of this name; what runs under it may be another's all the same.
    pub fn is_windows_service(&self, service: &str) -> bool {
        self.services.names.iter().any(|known| known.matches(service)) || self.library_of(service).is_some()
    }

    /// The command that Windows gives a service; `None` where that is not known, or differs between the versions of Windows.
    pub fn command_of(&self, service: &str) -> Option<&str> {
        let mut commands = self.services.commands.iter();
        commands.find(|known| known.name.eq_ignore_ascii_case(service)).map(|known| known.command.as_str())
    }

    /// Whether the logon screen starts the program.
    pub fn is_accessibility(&self, image: &str) -> bool {
        self.accessibility.names.iter().any(|known| known.matches(image))
    }

    /// Whether a debugger of a program is one that harms nobody.
    pub fn is_harmless_debugger(&self, image: &str, debugger: &str) -> bool {
        self.debuggers.iter().any(|known| known.image.matches(image) && known.debugger.matches(debugger))
    }

    /// Whether a MOF file lies where those of Windows and of installed programs do.
    pub fn is_usual_mof(&self, path: &str) -> bool {
        let path = resolved(path);
        // WMI looks for a plain name in its own folder.
        if !path.contains('\\') {
            return true;
        }
        self.recovered.names.iter().any(|place| place.matches_lower(&path)) && !path.contains(r"\temp\")
    }

    /// Whether a policy of `IPsec` is one that Windows brings.
    pub fn is_stock_policy(&self, name: &str) -> bool {
        self.stock_policies.names.iter().any(|known| known.matches(name))
    }

    /// The class with this id, where malware is known to give users one of their own.
    pub fn hijacked_class(&self, id: &str) -> Option<&HijackedClass> {
        self.classes.iter().find(|known| known.id.eq_ignore_ascii_case(id))
    }

    /// The family that sets just these name servers.
    pub fn family_of_servers(&self, servers: &[IpAddr]) -> Option<&NameServers> {
        self.name_servers.iter().find(|known| {
            known.servers.len() == servers.len()
                && known.servers.iter().all(|server| servers.contains(server))
        })
    }
}

impl StockValue {
    /// The parts of the data that do not stand there on a clean machine, as they are written.
    pub fn foreign<'a>(&self, data: &'a str) -> Vec<&'a str> {
        let parts = data.split(self.separator.as_str()).map(str::trim).filter(|part| !part.is_empty());
        parts
            .filter(|part| {
                let part = resolved(part);
                !self.stock.iter().any(|stock| stock.matches_lower(&part))
            })
            .collect()
    }
}

impl ServiceLibrary {
    /// Whether a path is that of the library.
    pub fn is(&self, path: &str) -> bool {
        let path = resolved(path);
        self.files.iter().any(|file| path == format!(r"c:\windows\system32\{}", file.to_lowercase()))
    }
}

/// A path in lower case, without quotes, with the Windows folder as `c:\windows` on whichever drive it is.
fn resolved(path: &str) -> String {
    let mut path = crate::family::normal_path(path);
    if path.get(1..).is_some_and(|rest| rest.starts_with(r":\windows\")) {
        path.replace_range(..1, "c");
    }
    path
}

/// A path as exclusions are compared: any drive as `c:`, any user as `*`, without what ends it.
fn path_of_exclusion(path: &str) -> String {
    let path = resolved(path);
    let mut path = path.trim_end_matches(r"\*").trim_end_matches('\\').to_owned();
    if path.as_bytes().get(1) == Some(&b':') && path.is_char_boundary(1) {
        path.replace_range(..1, "c");
    }
    match path.strip_prefix(r"c:\users\") {
        Some(rest) if !rest.starts_with("public") => {
            let below = rest.find('\\').and_then(|at| rest.get(at..)).unwrap_or_default();
            format!(r"c:\users\*{below}")
        }
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Intel;

    fn settings() -> &'static Settings {
        Intel::builtin().settings()
    }

    #[test]
    fn every_fact_has_a_source() {
        let own = settings();
        let sources = own.domains.iter().map(|row| &row.source);
        let sources = sources.chain(own.exclusions.iter().map(|row| &row.source));
        let sources = sources.chain(own.values.iter().map(|row| &row.source));
        let sources = sources.chain(own.libraries.iter().map(|row| &row.source));
        let sources = sources.chain(own.debuggers.iter().map(|row| &row.source));
        let sources = sources.chain(own.classes.iter().map(|row| &row.source));
        let sources = sources.chain(own.name_servers.iter().map(|row| &row.source));
        let sources = sources.chain([
            &own.accessibility.source,
            &own.recovered.source,
            &own.stock_policies.source,
            &own.services.source,
        ]);
        for source in sources {
            assert!(own.sources.iter().any(|known| known.id == *source), "{source}");
        }
        assert!(
            own.name_servers
                .iter()
                .all(|row| { Intel::builtin().families().iter().any(|family| family.name == row.family) })
        );
    }

    #[test]
    fn services_of_windows_are_known_by_their_names() {
        for name in ["vss", "MSIServer", "CDPUserSvc_1d05b", "Schedule", "clr_optimization_v4.0.30319_64"] {
            assert!(settings().is_windows_service(name), "{name}");
        }
        for name in ["wmassrv", "snmpstorsrv", "WinRing0_1_2_0", "xWinWpdSrv", "Microsoft Telemetry"] {
            assert!(!settings().is_windows_service(name), "{name}");
        }
        assert_eq!(settings().command_of("vss"), Some(r"%systemroot%\system32\vssvc.exe"));
        assert_eq!(settings().command_of("Schedule"), None, "its svchost group changed");
        assert!(settings().services.commands.iter().all(|own| settings().is_windows_service(&own.name)));
    }

    #[test]
    fn subdomains_belong_to_a_domain_and_others_do_not() {
        let purpose = |host: &str| settings().purpose_of(host).map(|(purpose, _)| purpose);
        assert_eq!(purpose("www.Download.windowsupdate.com."), Some(Purpose::Update));
        assert_eq!(purpose("dnl-01.geo.kaspersky.com"), Some(Purpose::Protection));
        assert_eq!(purpose("notkaspersky.com"), None);
        assert_eq!(purpose("intranet"), None);
    }

    #[test]
    fn exclusions_that_leave_no_protection() {
        let broad = |what, name| settings().is_broad_exclusion(what, name).is_some();
        for path in [
            "C:\\",
            "d:",
            r"E:\*",
            "*",
            r"C:\Windows\Temp\",
            r"%windir%\temp",
            r"C:\Users\me",
            r"C:\Users\me\AppData",
            r"C:\Users\me\AppData\Local\Temp",
            r"C:\Users\Public\",
            "%TEMP%",
            r"%ProgramData%",
        ] {
            assert!(broad("Paths", path), "{path}");
        }
        for path in [
            r"C:\Program Files\Microsoft SQL Server\MSSQL\Data",
            r"C:\ProgramData\Vendor",
            r"C:\Users\me\source\repos",
            r"C:\Windows\SoftwareDistribution\DataStore",
            "",
            "ü:",
        ] {
            assert!(!broad("paths", path), "{path}");
        }
        assert!(broad("processes", r"C:\Windows\System32\WindowsPowerShell\v1.0\PowerShell.exe"));
        assert!(!broad("processes", "sqlservr.exe"));
        assert!(broad("extensions", ".EXE") && broad("Extensions", "*.ps1") && !broad("extensions", "mdf"));
    }

    #[test]
    fn stock_values_are_compared_part_by_part() {
        let key = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon";
        let userinit = settings().stock_value(key, "userinit").unwrap();
        for stock in
            [r"C:\Windows\system32\userinit.exe,", r"%SystemRoot%\System32\userinit.exe", "userinit.exe", ""]
        {
            assert_eq!(userinit.foreign(stock), [""; 0], "{stock}");
        }
        let foreign = userinit.foreign(r"C:\Windows\system32\userinit.exe, C:\ProgramData\x.exe");
        assert_eq!(foreign, [r"C:\ProgramData\x.exe"]);
        let wow = r"HKLM\SOFTWARE\WOW6432Node\Microsoft\Windows NT\CurrentVersion\Winlogon";
        assert_eq!(settings().stock_value(wow, "Shell").unwrap().name, "Shell");
        let schedule = settings().library_of("schedule").unwrap();
        assert!(schedule.is(r"%systemroot%\system32\schedsvc.dll"));
        assert!(schedule.is(r"D:\Windows\System32\SCHEDSVC.DLL"));
        assert!(!schedule.is(r"C:\Windows\Temp\schedsvc.dll"));
    }

    #[test]
    fn stock_values_of_the_logon_and_of_file_types() {
        let foreign = |key: &str, name: &str, data: &str| -> Vec<String> {
            let known = settings().stock_value(key, name).unwrap_or_else(|| panic!("{key} {name}"));
            known.foreign(data).into_iter().map(str::to_owned).collect()
        };
        let lsa = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa";
        let none: [String; 0] = [];
        for (key, name, data) in [
            (lsa, "Security Packages", "kerberos\nmsv1_0\nschannel\nwdigest\ntspkg\npku2u"),
            (lsa, "Security Packages", "\"\""),
            (lsa, "Notification Packages", "rassfm\nscecli"),
            (lsa, "Authentication Packages", "msv1_0"),
            (
                r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders",
                "SecurityProviders",
                "credssp.dll, pwdssp.dll",
            ),
            (r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager", "BootExecute", "autocheck autochk *"),
            (
                r"HKLM\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters",
                "AutodialDLL",
                r"%SystemRoot%\system32\rasadhlp.dll",
            ),
            (r"HKLM\SOFTWARE\Classes\exefile\shell\open\command", "exefile", "\"%1\" %*"),
            (r"HKLM\SOFTWARE\Classes\WOW6432Node\comfile\shell\open\command", "comfile", "\"%1\" %*"),
            (
                r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders",
                "Common Startup",
                r"%ProgramData%\Microsoft\Windows\Start Menu\Programs\Startup",
            ),
        ] {
            assert_eq!(foreign(key, name, data), none, "{name}");
        }
        assert_eq!(foreign(lsa, "Notification Packages", "scecli\nevilfilter"), ["evilfilter"]);
        let hook = r#"C:\ProgramData\hook.exe "%1" %*"#;
        assert_eq!(foreign(r"HKLM\SOFTWARE\Classes\exefile\shell\open\command", "exefile", hook), [hook]);
    }

    #[test]
    fn a_file_of_another_form_is_refused() {
        let error = Settings::from_toml("settings.toml", "schema = \"deminer.settings/2\"").unwrap_err();
        assert!(error.to_string().contains("settings.toml"), "{error}");
    }
}
