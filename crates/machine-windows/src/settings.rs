//! Facts that have a place of their own in Windows, by kind.

use crate::fault::Outcome;
use crate::{facts, file, registry};
use evidence::Setting;
use machine::{Fault, Key, RegistryData, RegistryKey, RegistryValue};
use std::collections::BTreeMap;

const PORTPROXY: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\PortProxy";
const FIREWALL: &str =
    r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules";
const INTERFACES: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\Interfaces";
const ROUTES: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\PersistentRoutes";
const EXCLUSIONS: [&str; 2] = [
    r"HKLM\SOFTWARE\Microsoft\Windows Defender\Exclusions",
    r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Exclusions",
];
const IPSEC: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\IPSec\Policy\Local";
const PACKAGES: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\Packages";

/// The state of a package that is installed (measured; the same from Windows 7 to 11).
const INSTALLED: u64 = 0x70;

/// The largest hosts file that is read.
const HOSTS_LIMIT: u64 = 8 << 20;

/// The settings of a kind.
pub(crate) fn read(kind: &str) -> Outcome<Vec<Setting>> {
    match kind {
        "hosts-entry" => hosts(),
        "portproxy" => portproxy(),
        "firewall-rule" => Ok(values(FIREWALL)?.into_iter().filter_map(firewall_rule).collect()),
        "dns-server" => dns_servers(),
        "route" => {
            Ok(values(ROUTES)?.into_iter().map(|value| setting("route", value.name, String::new())).collect())
        }
        "defender-exclusion" => exclusions(),
        "ipsec-policy" => ipsec(),
        "hotfix" => hotfixes(),
        _ => Err(Fault::Unsupported),
    }
}

fn setting(kind: &str, name: impl Into<String>, value: impl Into<String>) -> Setting {
    Setting { kind: kind.to_owned(), name: name.into(), value: value.into(), details: BTreeMap::new() }
}

fn values(key: &str) -> Outcome<Vec<RegistryValue>> {
    Ok(registry::read(&Key::new(key))?.unwrap_or_default().values)
}

fn subkeys(key: &Key) -> Outcome<Vec<String>> {
    Ok(registry::read(key)?.unwrap_or_default().subkeys)
}

fn hosts() -> Outcome<Vec<Setting>> {
    let path = format!(r"{}\System32\drivers\etc\hosts", facts::windows_folder()?);
    let bytes = match file::read(&path, HOSTS_LIMIT) {
        Err(Fault::NotFound) => return Ok(Vec::new()),
        bytes => bytes?,
    };
    let text = String::from_utf8_lossy(&bytes);
    let mut found = Vec::new();
    for line in text.trim_start_matches('\u{FEFF}').lines() {
        let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
        let Some(address) = words.next() else { continue };
        found.extend(words.map(|name| setting("hosts-entry", name, address)));
    }
    Ok(found)
}

/// Forwarded ports: `0.0.0.0/57` to `192.0.2.1/80` in the registry.
fn portproxy() -> Outcome<Vec<Setting>> {
    let mut found = Vec::new();
    let top = Key::new(PORTPROXY);
    for families in subkeys(&top)? {
        let key = top.join(&families).join("tcp");
        for value in registry::read(&key)?.unwrap_or_default().values {
            let Some(to) = value.data.text() else { continue };
            let mut rule = setting("portproxy", with_colon(&value.name), with_colon(&to));
            rule.details.insert("families".to_owned(), families.clone());
            found.push(rule);
        }
    }
    Ok(found)
}

fn with_colon(address: &str) -> String {
    match address.rsplit_once('/') {
        Some((host, port)) => format!("{host}:{port}"),
        None => address.to_owned(),
    }
}

/// Where a forwarded port is in the registry: its key, the name of its value, and the data.
pub(crate) fn portproxy_value(rule: &Setting) -> Outcome<(Key, String, RegistryData)> {
    let families = rule.details.get("families").map_or("v4tov4", String::as_str);
    if !["v4tov4", "v4tov6", "v6tov4", "v6tov6"].contains(&families) {
        return Err(Fault::NotFound);
    }
    let with_slash = |address: &str| match address.rsplit_once(':') {
        Some((host, port)) => format!("{host}/{port}"),
        None => address.to_owned(),
    };
    let key = Key::new(PORTPROXY).join(families).join("tcp");
    Ok((key, with_slash(&rule.name), RegistryData::string(&with_slash(&rule.value))))
}

/// A rule as the firewall stores it: `v2.10|Action=Block|Dir=In|Protocol=6|LPort=445|Name=…|`.
fn firewall_rule(value: RegistryValue) -> Option<Setting> {
    let text = value.data.text()?;
    let fields: Vec<_> = text.split('|').filter_map(|field| field.split_once('=')).collect();
    let first = |name: &str| {
        fields.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| (*value).to_owned())
    };
    let all = |name: &str| {
        let own: Vec<_> = fields
            .iter()
            .filter(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value)
            .collect();
        (!own.is_empty()).then(|| own.join(","))
    };
    let protocol = first("Protocol").map(|number| match number.as_str() {
        "6" => "tcp".to_owned(),
        "17" => "udp".to_owned(),
        _ => number,
    });
    let mut rule = setting(
        "firewall-rule",
        first("Name").unwrap_or_default(),
        first("Action").unwrap_or_default().to_lowercase(),
    );
    let details = [
        ("id", Some(value.name)),
        ("action", first("Action").map(|text| text.to_lowercase())),
        ("direction", first("Dir").map(|text| text.to_lowercase())),
        ("enabled", first("Active").map(|text| text.to_lowercase())),
        ("protocol", protocol),
        ("local-ports", all("LPort")),
        ("remote-ports", all("RPort")),
        ("remote-addresses", all("RA4").into_iter().chain(all("RA6")).reduce(|a, b| format!("{a},{b}"))),
        ("program", first("App")),
        ("service", first("Svc")),
    ];
    rule.details = details.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    Some(rule)
}

fn dns_servers() -> Outcome<Vec<Setting>> {
    let mut found = Vec::new();
    let top = Key::new(INTERFACES);
    for interface in subkeys(&top)? {
        let key = registry::read(&top.join(&interface))?.unwrap_or_default();
        for (name, how) in [("NameServer", "static"), ("DhcpNameServer", "dhcp")] {
            let list = text(&key, name);
            for server in list.split([',', ' ']).filter(|server| !server.is_empty()) {
                let mut own = setting("dns-server", interface.clone(), server);
                own.details.insert("how".to_owned(), how.to_owned());
                found.push(own);
            }
        }
    }
    Ok(found)
}

fn exclusions() -> Outcome<Vec<Setting>> {
    let mut found = Vec::new();
    for top in EXCLUSIONS.map(Key::new) {
        for what in subkeys(&top)? {
            for value in registry::read(&top.join(&what))?.unwrap_or_default().values {
                found.push(setting("defender-exclusion", value.name, what.to_lowercase()));
            }
        }
    }
    Ok(found)
}

/// The parts of a local policy of `IPsec`, by the names that they were given.
fn ipsec() -> Outcome<Vec<Setting>> {
    let mut found = Vec::new();
    let top = Key::new(IPSEC);
    for part in subkeys(&top)? {
        let key = registry::read(&top.join(&part))?.unwrap_or_default();
        let name = text(&key, "ipsecName");
        let mut own = setting(
            "ipsec-policy",
            if name.is_empty() { part.clone() } else { name },
            text(&key, "className"),
        );
        own.details.insert("id".to_owned(), part);
        found.push(own);
    }
    Ok(found)
}

/// The updates that are installed, by the packages of Windows' own installer.
fn hotfixes() -> Outcome<Vec<Setting>> {
    let mut found = BTreeMap::new();
    let top = Key::new(PACKAGES);
    for package in subkeys(&top)? {
        let Some(update) = update(&package) else { continue };
        let key = registry::read(&top.join(&package))?.unwrap_or_default();
        let state = key.value("CurrentState").and_then(RegistryData::number);
        if state == Some(INSTALLED) {
            found.entry(update.clone()).or_insert_with(|| setting("hotfix", update, package));
        }
    }
    Ok(found.into_values().collect())
}

/// `KB5012170` out of `Package_for_KB5012170~…`.
fn update(package: &str) -> Option<String> {
    let (_, rest) = package.split_once("KB")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (digits.len() >= 5).then(|| format!("KB{digits}"))
}

fn text(key: &RegistryKey, name: &str) -> String {
    key.value(name).and_then(RegistryData::text).unwrap_or_default()
}
