//! Rules of the firewall as Windows stores them: `v2.10|Action=Block|Dir=In|Protocol=6|LPort=445|Name=…|`.

use crate::Setting;

/// Rules of one machine that are told one by one.
pub const MAX_RULES: usize = 2_000;

/// How paths into Windows begin, in lower case, and the folders there in which it has the programs that its own rules are for.
const WINDOWS: [&str; 2] = [r"%systemroot%\", r"%windir%\"];
const OF_PROGRAMS: [&str; 2] = [r"system32\", r"syswow64\"];

/// A rule with its id, as a setting; `None` for those that Windows brought.
pub fn rule(id: &str, text: &str) -> Option<Setting> {
    let rule = Rule(text.split('|').filter_map(|field| field.split_once('=')).collect());
    if rule.is_of_windows() {
        return None;
    }
    let protocol = rule.first("Protocol").map(|number| match number {
        "6" => "tcp".to_owned(),
        "17" => "udp".to_owned(),
        _ => number.to_owned(),
    });
    let action = rule.first("Action").map(str::to_lowercase);
    let details = [
        ("id", Some(id.to_owned())),
        ("action", action.clone()),
        ("direction", rule.first("Dir").map(str::to_lowercase)),
        ("enabled", rule.first("Active").map(str::to_lowercase)),
        ("protocol", protocol),
        ("local-ports", rule.all(&["LPort"])),
        ("remote-ports", rule.all(&["RPort"])),
        ("remote-addresses", rule.all(&["RA4", "RA6"])),
        ("program", rule.all(&["App"])),
        ("service", rule.first("Svc").map(str::to_owned)),
    ];
    Some(Setting {
        kind: "firewall-rule".to_owned(),
        name: rule.all(&["Name"]).unwrap_or_default(),
        value: action.unwrap_or_default(),
        details: details.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect(),
    })
}

/// The fields of a rule in their order; some come more than once.
struct Rule<'r>(Vec<(&'r str, &'r str)>);

impl<'r> Rule<'r> {
    /// The values of these fields.
    fn values(&self, fields: &[&str]) -> impl Iterator<Item = &'r str> {
        let is_asked = |own: &str| fields.iter().any(|field| own.eq_ignore_ascii_case(field));
        self.0.iter().filter(move |(own, _)| is_asked(own)).map(|(_, value)| *value)
    }

    /// All values of these fields.
    fn all(&self, names: &[&str]) -> Option<String> {
        let values: Vec<_> = self.values(names).collect();
        (!values.is_empty()).then(|| values.join(","))
    }

    /// The first value of a field.
    fn first(&self, name: &str) -> Option<&'r str> {
        self.values(&[name]).next().and_then(|list| list.split(',').next())
    }

    /// Whether it is one that Windows brings. Those are named by a text in a file of Windows, `Name=@FirewallAPI.dll,-1234`, or in the package
    /// of an app that they are bound to; and so may be somebody's who hides behind such a name, which what the rule lets in tells.
    fn is_of_windows(&self) -> bool {
        let name = self.values(&["Name"]).next().unwrap_or_default();
        let Some(resource) = name.strip_prefix('@') else { return false };
        let is_bound = self.values(&["AppPkgId"]).next().is_some();
        let is_own = if resource.starts_with('{') {
            is_bound
        } else {
            let file = resource.split(',').next().unwrap_or_default();
            !file.contains(['\\', '/']) || is_in_windows(file)
        };
        is_own && self.values(&["App"]).all(is_program_of_windows) && (is_bound || !self.opens_to_anyone())
    }

    /// Whether it lets connections in to whatever program takes them. Windows' own rules name a program or a service.
    fn opens_to_anyone(&self) -> bool {
        let is = |name, value: &str| self.first(name).is_some_and(|own| own.eq_ignore_ascii_case(value));
        let has_ports = self.first("Protocol").is_none_or(|protocol| ["6", "17"].contains(&protocol));
        is("Action", "allow") && is("Dir", "in") && has_ports && self.values(&["App", "Svc"]).next().is_none()
    }
}

fn is_program_of_windows(path: &str) -> bool {
    path.eq_ignore_ascii_case("system") || is_in_windows(path)
}

/// Whether a path leads into the folders of Windows' programs, and not out of them again.
fn is_in_windows(path: &str) -> bool {
    let lower = path.trim().to_lowercase();
    let rest = WINDOWS.iter().find_map(|start| lower.strip_prefix(start));
    let written_out = lower.split_once(r":\windows\").filter(|(drive, _)| drive.len() == 1);
    let rest = rest.or(written_out.map(|(_, rest)| rest)).unwrap_or_default();
    OF_PROGRAMS.iter().any(|folder| rest.starts_with(folder)) && !rest.contains("..")
}

#[cfg(test)]
mod tests {
    use super::rule;

    #[test]
    fn only_rules_that_windows_brought_are_silent() {
        let app = "AppPkgId=S-1-15-2-1|";
        for (text, is_own) in [
            (r"v2.10|Action=Allow|Dir=In|Protocol=6|LPort=445|App=System|Name=@FirewallAPI.dll,-1|", true),
            (
                r"v2.10|Action=Allow|Dir=In|App=%SystemRoot%\system32\svchost.exe|Name=@%systemroot%\system32\provsvc.dll,-202|",
                true,
            ),
            (
                r"v2.10|Action=Allow|Dir=In|App=C:\Windows\SysWOW64\x.exe|Name=@C:\WINDOWS\system32\x.dll,-2|",
                true,
            ),
            (r"v2.27|Action=Allow|Dir=In|Protocol=1|ICMP4=8:*|Name=@FirewallAPI.dll,-28543|", true),
            (
                r"v2.27|Action=Allow|Dir=In|Protocol=6|LPort=RPC-EPMap|Svc=Rpcss|Name=@FirewallAPI.dll,-28539|",
                true,
            ),
            (&format!("v2.27|Action=Allow|Dir=In|Name=@{{Microsoft.People_1?ms-resource://x}}|{app}"), true),
            // Behind a name of Windows: another's program, and a port for whoever listens.
            (r"v2.10|Action=Allow|Dir=In|App=C:\ProgramData\x.exe|Name=@FirewallAPI.dll,-1|", false),
            (r"v2.10|Action=Allow|Dir=In|App=%SystemRoot%\debug\x.exe|Name=@FirewallAPI.dll,-1|", false),
            (
                r"v2.10|Action=Allow|Dir=In|App=%SystemRoot%\system32\..\Temp\x.exe|Name=@FirewallAPI.dll,-1|",
                false,
            ),
            (r"v2.10|Action=Allow|Dir=In|App=D:\x:\windows\system32\x.exe|Name=@FirewallAPI.dll,-1|", false),
            (r"v2.10|Action=Allow|Dir=In|Protocol=6|LPort=65529|Name=@FirewallAPI.dll,-1|", false),
            (r"v2.10|Action=Allow|Dir=In|Name=@FirewallAPI.dll,-1|", false),
            // Named by a text of another's, and by one of a package that it is not bound to.
            (r"v2.10|Action=Allow|Dir=In|App=System|Name=@C:\Program Files\V\v.dll,-1|", false),
            (r"v2.10|Action=Allow|Dir=In|App=System|Name=@{x?ms-resource://x}|", false),
            (&format!(r"v2.10|Action=Allow|Dir=In|App=C:\x.exe|Name=@{{x?ms-resource://x}}|{app}"), false),
            ("v2.10|Action=Block|Dir=In|Protocol=6|LPort=445|Name=deny all|", false),
            ("", false),
        ] {
            assert_eq!(rule("{1}", text).is_none(), is_own, "{text}");
        }
    }
}
