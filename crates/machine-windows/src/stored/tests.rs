use super::*;
use evidence::RecordData;
use registry_hive::{Hive, build::KeyPlan};

/// A registry that can be read both as the machine gives it and as a copy of its hives.
#[derive(Default)]
struct Registry {
    keys: BTreeMap<String, RegistryKey>,
    system: KeyPlan,
    software: KeyPlan,
}

impl Registry {
    fn add(&mut self, key: &str, name: &str, data: &RegistryData) {
        let (plan, below) = if let Some(below) = key.strip_prefix(r"HKLM\SYSTEM\CurrentControlSet\") {
            (&mut self.system, format!(r"ControlSet001\{below}"))
        } else {
            (&mut self.software, key.strip_prefix(r"HKLM\SOFTWARE\").unwrap().to_owned())
        };
        plan.key(&below).value(name, data.kind, &data.bytes);
        let value = RegistryValue { name: name.to_owned(), data: data.clone() };
        self.node(key).values.push(value);
    }

    fn text(&mut self, key: &str, name: &str, text: &str) {
        self.add(key, name, &RegistryData::string(text));
    }

    fn number(&mut self, key: &str, name: &str, number: u32) {
        self.add(key, name, &RegistryData::dword(number));
    }

    /// The key, which is made with everything above it.
    fn node(&mut self, path: &str) -> &mut RegistryKey {
        if let Some((above, name)) = path.rsplit_once('\\') {
            let above = self.node(above);
            if !above.subkeys.iter().any(|known| known == name) {
                above.subkeys.push(name.to_owned());
            }
        }
        self.keys.entry(path.to_lowercase()).or_default()
    }

    fn live(&self, kind: &str) -> Vec<Setting> {
        let listed = read(kind, &|key| Ok(self.keys.get(&key.0.to_lowercase()).cloned())).unwrap();
        assert_eq!(listed.missed, [], "{kind}");
        sorted(listed.found)
    }

    fn copied(&self, kind: &str) -> Vec<Setting> {
        let mut found = Vec::new();
        for (plan, name) in [(&self.system, "SYSTEM"), (&self.software, "SOFTWARE")] {
            let hive = Hive::new(plan.hive()).unwrap();
            let parsed = parse::hives::parse(&hive, name);
            assert_eq!(parsed.problems, [], "{name}");
            found.extend(parsed.records.into_iter().filter_map(|(_, data)| match data {
                RecordData::Setting(setting) if setting.kind == kind => Some(setting),
                _ => None,
            }));
        }
        sorted(found)
    }
}

fn sorted(mut settings: Vec<Setting>) -> Vec<Setting> {
    settings.sort_by_key(|setting| (setting.name.clone(), setting.value.clone(), setting.details.clone()));
    settings
}

/// A machine with something of every kind, whose version the caller chooses.
fn registry(version: &[(&str, &str)]) -> Registry {
    let mut registry = Registry::default();
    let r = &mut registry;
    r.text(&format!(r"{SERVICES}\PortProxy\v4tov4\tcp"), "0.0.0.0/57", "192.0.2.1/80");
    r.text(&format!(r"{SERVICES}\PortProxy\v6tov4\tcp"), "*/445", " 192.0.2.1/9 ");
    r.text(ROUTES, "10.0.0.0,255.0.0.0,192.168.0.9,1", "");
    r.text(ROUTES, "10.1.0.0,255.255.0.0,192.168.0.9", "");
    r.text(ROUTES, "not a route", "");
    r.text(&format!(r"{SERVICES}\Tcpip\Parameters\Interfaces\{{card}}"), "NameServer", "192.0.2.2,192.0.2.3");
    r.text(
        &format!(r"{SERVICES}\Tcpip\Parameters\Interfaces\{{card}}"),
        "DhcpNameServer",
        "10.0.0.1 10.0.0.2",
    );
    r.text(&format!(r"{SERVICES}\Tcpip6\Parameters\Interfaces\{{card}}"), "NameServer", "2001:db8::1");
    r.text(&format!(r"{SERVICES}\Tcpip\Parameters\Interfaces\{{other}}"), "NameServer", "");
    r.text(PARAMETERS_OF_TCPIP, "NameServer", "192.0.2.4 192.0.2.5");
    r.text(PARAMETERS_OF_TCPIP, HOSTS_FOLDER, r"%SystemRoot%\System32\drivers\etc");
    r.add(&format!(r"{}\{{5}}", NAME_RULES[0].0), "Name", &multi(&[".a.example", "b.example "]));
    r.text(&format!(r"{}\{{5}}", NAME_RULES[0].0), "GenericDNSServers", "192.0.2.6;2001:db8::2");
    r.text(&format!(r"{}\{{6}}", NAME_RULES[1].0), "Name", ".");
    r.text(&format!(r"{}\{{6}}", NAME_RULES[1].0), "DirectAccessDNSServers", "192.0.2.7");
    r.text(&format!(r"{}\{{7}}", NAME_RULES[1].0), "Name", ".no.servers");
    r.text(FIREWALL_RULES, "{1}", "v2.10|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=445|LPort=135|RA4=10.0.0.1|RA6=::1|App=C:\\a,b.exe|Name=deny, all|");
    r.text(FIREWALL_RULES, "stock", "v2.10|Action=Allow|App=System|Name=@FirewallAPI.dll,-1|");
    r.text(FIREWALL_RULES, "{2}", r"v2.10|Action=Allow|Dir=In|App=C:\x.exe|Name=@FirewallAPI.dll,-1|");
    r.number(&format!(r"{}\Paths", DEFENDER[0].0), r"C:\ProgramData", 0);
    r.text(&format!(r"{}\Processes", DEFENDER[1].0), "powershell.exe", "0");
    r.text(IPSEC, "ActivePolicy", r"SOFTWARE\Policies\Microsoft\Windows\IPSec\Policy\Local\ipsecPolicy{2}");
    r.text(&format!(r"{IPSEC}\ipsecPolicy{{2}}"), "ipsecName", "netbc");
    r.text(&format!(r"{IPSEC}\ipsecPolicy{{3}}"), "className", "ipsecPolicy");
    r.text(&format!(r"{IPSEC}\ipsecFilter{{4}}"), "ipsecName", "a part of it");
    r.number(&format!(r"{PACKAGES}\Package_for_KB4012212~31bf~amd64~~6.1.1.0"), "CurrentState", 112);
    let rollup = format!(r"{PACKAGES}\Package_for_RollupFix~31bf~amd64~~7601.1.1.1");
    r.number(&rollup, "CurrentState", 80);
    r.number(&rollup, "InstallTimeHigh", 0x01c9_c5ce);
    r.number(&rollup, "InstallTimeLow", 0x4b48_e5fd);
    r.number(&format!(r"{PACKAGES_PENDING}\Package_for_RollupFix~31bf~amd64~~7601.2.1.1"), "x", 1);
    r.number(&format!(r"{PACKAGES}\Microsoft-Windows-Foundation"), "CurrentState", 112);
    r.number(&format!(r"{HOTFIXES}\KB4012598"), "Installed", 1);
    r.text(&format!(r"{HOTFIXES}\KB4012598"), "Installed On", "5/15/2017");
    r.number(&format!(r"{HOTFIXES}\KB941569_WM11"), "Installed", 1);
    r.number(&format!(r"{HOTFIXES}\KB4500331"), "Installed", 0);
    r.number(&format!(r"{HOTFIXES}\KB12"), "Installed", 1);
    r.number(&format!(r"{HOTFIXES}\Q147222"), "Installed", 1);
    r.text(REBOOT_PENDING[2], "8a1f", "1");
    r.add(WMI, "Autorecover MOFs", &multi(&["C:\\a.mof", "", "C:\\b.mof "]));
    for (name, text) in version {
        match text.parse() {
            Ok(number) if name.starts_with("CurrentM") || *name == "UBR" => r.number(VERSION, name, number),
            _ => r.text(VERSION, name, text),
        }
    }
    registry
}

fn multi(texts: &[&str]) -> RegistryData {
    let text = texts.join("\0") + "\0\0";
    RegistryData { kind: 7, bytes: text.encode_utf16().flat_map(u16::to_le_bytes).collect() }
}

const SEVEN: &[(&str, &str)] = &[
    ("CurrentVersion", "6.1"),
    ("CurrentBuildNumber", "7601"),
    ("CSDVersion", "Service Pack 1"),
    ("ProductName", "Windows 7 Professional"),
];
const KINDS: [&str; 13] = [
    "hosts-folder",
    "dns-rule",
    "portproxy",
    "route",
    "dns-server",
    "firewall-rule",
    "defender-exclusion",
    "ipsec-policy",
    "package",
    "hotfix",
    "os-build",
    "reboot-pending",
    "wmi-autorecover-mof",
];

#[test]
fn the_machine_and_a_copy_of_its_hives_say_the_same() {
    let ten = [
        ("CurrentVersion", "6.3"),
        ("CurrentMajorVersionNumber", "10"),
        ("CurrentMinorVersionNumber", "0"),
        ("CurrentBuildNumber", "19045"),
        ("DisplayVersion", "22H2"),
        ("ReleaseId", "2009"),
        ("UBR", "3803"),
        ("ProductName", "Windows 10 Pro"),
    ];
    let bare = [("CurrentVersion", "6.1"), ("CurrentBuild", "7600")];
    for version in [SEVEN, &ten, &bare] {
        let registry = registry(version);
        for kind in KINDS {
            let live = registry.live(kind);
            assert!(!live.is_empty(), "{kind}");
            assert_eq!(live, registry.copied(kind), "{kind}");
        }
    }
}

#[test]
fn the_service_pack_is_a_number_and_0_where_it_is_missing() {
    let pack = |version: &[(&str, &str)]| {
        registry(version).live("os-build").remove(0).details.remove("service-pack")
    };
    assert_eq!(pack(SEVEN).as_deref(), Some("1"));
    assert_eq!(pack(&[("CurrentVersion", "6.1"), ("CurrentBuild", "7600")]).as_deref(), Some("0"));
    assert_eq!(pack(&[("CurrentVersion", "6.3"), ("CurrentBuild", "9600")]), None);
}

#[test]
fn the_way_back_leads_to_the_value_that_was_read() {
    let registry = registry(SEVEN);
    let mut placed = 0;
    for kind in KINDS {
        for setting in registry.live(kind) {
            let Some((key, name, data)) = place(&setting) else { continue };
            let known = registry.keys[&key.0.to_lowercase()].value(&name);
            // The one with blanks around its value cannot come back as it was, and must not match.
            if setting.name == "*:445" {
                assert_ne!(known, Some(&data));
            } else {
                assert_eq!(known, Some(&data), "{setting:?}");
            }
            placed += 1;
        }
    }
    assert_eq!(placed, 2, "forwarded ports");
}

#[test]
fn what_is_not_changed_as_a_setting_has_no_place() {
    for setting in [
        setting("portproxy", "a:1", "b:2", []),
        setting("portproxy", "a:1", "b:2", [("families", r"..\x")]),
        setting("route", "10.0.0.0,255.0.0.0,192.168.0.9,1", "", []),
        setting("hosts-entry", "x", "y", []),
    ] {
        assert_eq!(place(&setting), None, "{setting:?}");
    }
}

#[test]
fn a_key_that_may_not_be_read_is_a_fault_and_no_empty_list() {
    for kind in KINDS {
        assert_eq!(read(kind, &|_| Err(Fault::AccessDenied)), Err(Fault::AccessDenied), "{kind}");
        assert_eq!(read(kind, &|_| Ok(None)), Ok(Listed::from(Vec::new())), "{kind}");
    }
    assert_eq!(read("no such kind", &|_| Ok(None)), Err(Fault::Unsupported));
}
