//! Settings that are kept in the registry: the same records that a copy of the hives gives, and the way back.
//!
//! Kinds, names, values and details are those of the reader of hives (`docs/contracts.md`, "Settings"), so that whatever judges them need not
//! know where they come from. A test here holds the two readings against each other.

use evidence::{Setting, firewall, from_filetime};
use machine::{
    Fault, HOSTS_FOLDER, Key, Listed, PARAMETERS_OF_TCPIP, RegistryData, RegistryKey, RegistryValue,
};
use std::collections::BTreeMap;

/// Reads a key; `None` where it is not there.
pub(crate) type Get<'g> = &'g dyn Fn(&Key) -> Result<Option<RegistryKey>, Fault>;

const SERVICES: &str = r"HKLM\SYSTEM\CurrentControlSet\Services";
const FIREWALL_RULES: &str =
    r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules";
const ROUTES: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\PersistentRoutes";
const IPSEC: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\IPSec\Policy\Local";
const VERSION: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion";
const PACKAGES: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\Packages";
const WMI: &str = r"HKLM\SOFTWARE\Microsoft\Wbem\CIMOM";

/// What Defender is told to overlook: by the user, by policy.
const DEFENDER: [(&str, &str); 2] = [
    (r"HKLM\SOFTWARE\Microsoft\Windows Defender\Exclusions", "user"),
    (r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Exclusions", "policy"),
];

/// Rules of the name resolution policy table: by policy, by an administrator.
const NAME_RULES: [(&str, &str); 2] = [
    (r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\DNSClient\DnsPolicyConfig", "policy"),
    (r"HKLM\SYSTEM\CurrentControlSet\Services\Dnscache\Parameters\DnsPolicyConfig", "user"),
];

/// Keys that are there while an update waits for a restart.
const REBOOT_PENDING: [&str; 3] = [
    r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending",
    r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootInProgress",
    r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired",
];

/// The packages that wait for a restart, by their names. The key itself may stay behind.
const PACKAGES_PENDING: &str =
    r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\PackagesPending";

/// The updates of Windows XP and Server 2003, by their names.
const HOTFIXES: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\HotFix";

/// The families of addresses between which ports are forwarded.
const FAMILIES: [&str; 4] = ["v4tov4", "v4tov6", "v6tov4", "v6tov6"];
/// Update packages that become records.
const MAX_PACKAGES: usize = 10_000;

/// The settings of a kind; [`Fault::Unsupported`] where the kind is not kept in the registry.
pub(crate) fn read(kind: &str, get: Get) -> Result<Listed<Setting>, Fault> {
    let all = match kind {
        "firewall-rule" => return firewall_rules(get),
        "package" => return packages(get),
        "hotfix" => return hotfixes(get),
        "portproxy" => port_proxies(get),
        "route" => routes(get),
        "hosts-folder" => hosts_folder(get),
        "dns-server" => name_servers(get),
        "dns-rule" => name_rules(get),
        "defender-exclusion" => exclusions(get),
        "ipsec-policy" => ipsec(get),
        "os-build" => operating_system(get),
        "reboot-pending" => reboot_pending(get),
        "wmi-autorecover-mof" => recovered_mofs(get),
        _ => Err(Fault::Unsupported),
    };
    all.map(Listed::from)
}

/// Where a setting is kept and with which data it comes back as it was: key, name of the value, data. `None` for what is not changed as a
/// setting.
pub(crate) fn place(setting: &Setting) -> Option<(Key, String, RegistryData)> {
    if setting.kind != "portproxy" {
        return None;
    }
    let families = setting.details.get("families").map(String::as_str);
    let families = families.filter(|own| FAMILIES.contains(own))?;
    let key = Key::new(format!(r"{SERVICES}\PortProxy\{families}\tcp"));
    Some((key, with_slash(&setting.name), RegistryData::string(&with_slash(&setting.value))))
}

/// `0.0.0.0/57` as `0.0.0.0:57`.
fn with_colon(address: &str) -> String {
    match address.rsplit_once('/') {
        Some((host, port)) => format!("{host}:{port}"),
        None => address.to_owned(),
    }
}

fn with_slash(address: &str) -> String {
    match address.rsplit_once(':') {
        Some((host, port)) => format!("{host}/{port}"),
        None => address.to_owned(),
    }
}

fn setting<const N: usize>(kind: &str, name: &str, value: &str, details: [(&str, &str); N]) -> Setting {
    let details = details.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Setting {
        kind: kind.to_owned(),
        name: name.to_owned(),
        value: value.to_owned(),
        details: BTreeMap::from(details),
    }
}

fn values(key: &str, get: Get) -> Result<Vec<RegistryValue>, Fault> {
    Ok(get(&Key::new(key))?.unwrap_or_default().values)
}

/// The keys directly below, with their names. One that vanished meanwhile is left out; one that may not be read is a fault.
fn children(key: &Key, get: Get) -> Result<Vec<(String, RegistryKey)>, Fault> {
    let mut found = Vec::new();
    for name in get(key)?.unwrap_or_default().subkeys {
        if let Some(child) = get(&key.join(&name))? {
            found.push((name, child));
        }
    }
    Ok(found)
}

/// The text of a value without white space around it; `None` where it is empty or no text.
fn text(data: &RegistryData) -> Option<String> {
    let text = data.text()?;
    // What stands behind the first NUL of a single text is not part of it.
    let text = if data.kind == 7 { text.as_str() } else { text.split('\n').next().unwrap_or_default() };
    let trimmed = text.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

fn text_of(key: &RegistryKey, name: &str) -> Option<String> {
    key.value(name).and_then(text)
}

fn number_of(key: &RegistryKey, name: &str) -> Option<u64> {
    key.value(name).and_then(RegistryData::number)
}

fn port_proxies(get: Get) -> Result<Vec<Setting>, Fault> {
    let mut found = Vec::new();
    for families in FAMILIES {
        for value in values(&format!(r"{SERVICES}\PortProxy\{families}\tcp"), get)? {
            let to = with_colon(&text(&value.data).unwrap_or_default());
            found.push(setting("portproxy", &with_colon(&value.name), &to, [("families", families)]));
        }
    }
    Ok(found)
}

/// Routes that stay: the name of the value is everything, destination, mask, gateway and metric.
fn routes(get: Get) -> Result<Vec<Setting>, Fault> {
    Ok(values(ROUTES, get)?.iter().map(|value| setting("route", &value.name, "", [])).collect())
}

/// Where the hosts file is.
fn hosts_folder(get: Get) -> Result<Vec<Setting>, Fault> {
    let key = get(&Key::new(PARAMETERS_OF_TCPIP))?.unwrap_or_default();
    Ok(text_of(&key, HOSTS_FOLDER).map(|path| setting("hosts-folder", "", &path, [])).into_iter().collect())
}

/// The name servers of each interface, and without a name those that count for every one that has none of its own.
fn name_servers(get: Get) -> Result<Vec<Setting>, Fault> {
    let mut found = Vec::new();
    let mut add = |card: &str, key: &RegistryKey, name, how| {
        let list = text_of(key, name).unwrap_or_default();
        let servers = list.split([',', ' ']).filter(|server| !server.is_empty());
        found.extend(servers.map(|server| setting("dns-server", card, server, [("how", how)])));
    };
    for family in ["Tcpip", "Tcpip6"] {
        let parameters = Key::new(format!(r"{SERVICES}\{family}\Parameters"));
        add("", &get(&parameters)?.unwrap_or_default(), "NameServer", "static");
        for (card, key) in children(&parameters.join("Interfaces"), get)? {
            for (name, how) in [("NameServer", "static"), ("DhcpNameServer", "dhcp")] {
                add(&card, &key, name, how);
            }
        }
    }
    Ok(found)
}

/// Which servers are asked for which names (Microsoft: [MS-GPNRPT]): lists of servers have semicolons between them.
fn name_rules(get: Get) -> Result<Vec<Setting>, Fault> {
    let mut found = Vec::new();
    for (top, given_by) in NAME_RULES {
        for (id, key) in children(&Key::new(top), get)? {
            let names = text_of(&key, "Name").unwrap_or_default();
            for list in ["GenericDNSServers", "DirectAccessDNSServers"] {
                let Some(servers) = text_of(&key, list) else { continue };
                let names = names.lines().map(str::trim).filter(|name| !name.is_empty());
                let details = [("id", id.as_str()), ("given_by", given_by)];
                found.extend(names.map(|name| setting("dns-rule", name, &servers, details)));
            }
        }
    }
    Ok(found)
}

/// Rules that Windows did not bring.
fn firewall_rules(get: Get) -> Result<Listed<Setting>, Fault> {
    let values = values(FIREWALL_RULES, get)?;
    let own = values.iter().filter_map(|value| firewall::rule(&value.name, &text(&value.data)?));
    // One more than are told, so that it shows that there are more.
    let own = own.take(firewall::MAX_RULES + 1).collect();
    Ok(Listed::at_most(firewall::MAX_RULES, own, "list the firewall rules", ""))
}

fn exclusions(get: Get) -> Result<Vec<Setting>, Fault> {
    let mut found = Vec::new();
    for (top, given_by) in DEFENDER {
        for (what, key) in children(&Key::new(top), get)? {
            let what = what.to_lowercase();
            let details = [("given_by", given_by)];
            let own = key.values.iter();
            found.extend(own.map(|value| setting("defender-exclusion", &value.name, &what, details)));
        }
    }
    Ok(found)
}

/// The parts of the local `IPsec` policies, with which infections block ports, by the names that they were given.
fn ipsec(get: Get) -> Result<Vec<Setting>, Fault> {
    let top = Key::new(IPSEC);
    let active = get(&top)?.and_then(|key| text_of(&key, "ActivePolicy"));
    let active = active.as_deref().and_then(|active| active.rsplit('\\').next());
    let part = |(id, key): (String, RegistryKey)| {
        let is_active = active.is_some_and(|active| active.eq_ignore_ascii_case(&id));
        let name = text_of(&key, "ipsecName").unwrap_or_else(|| id.clone());
        let class = text_of(&key, "className").unwrap_or_default();
        let state = if is_active { "active" } else { "inactive" };
        setting("ipsec-policy", &name, &class, [("id", &id), ("state", state)])
    };
    Ok(children(&top, get)?.into_iter().map(part).collect())
}

/// Update packages of the servicing stack with their state (`docs/formats.md`) and the time when they were installed.
fn packages(get: Get) -> Result<Listed<Setting>, Fault> {
    let top = Key::new(PACKAGES);
    let names = get(&top)?.unwrap_or_default().subkeys;
    let names = names
        .into_iter()
        .filter(|name| name.starts_with("Package_for_RollupFix") || name.starts_with("Package_for_KB"));
    let mut found = Vec::new();
    // One more than are told, so that it shows that there are more.
    for name in names.take(MAX_PACKAGES + 1) {
        let Some(key) = get(&top.join(&name))? else { continue };
        let state = number_of(&key, "CurrentState").map(|state| state.to_string()).unwrap_or_default();
        let part = |name: &str| number_of(&key, name).and_then(|part| u32::try_from(part).ok());
        let time = part("InstallTimeHigh").zip(part("InstallTimeLow"));
        let time = time.and_then(|(high, low)| from_filetime(u64::from(high) << 32 | u64::from(low)));
        let mut own = setting("package", &name, &state, []);
        own.details.extend(time.map(|time| ("installed".to_owned(), time.to_string())));
        found.push(own);
    }
    Ok(Listed::at_most(MAX_PACKAGES, found, "list the update packages", ""))
}

/// Updates of Windows XP and Server 2003, which have no component store: those that are installed.
fn hotfixes(get: Get) -> Result<Listed<Setting>, Fault> {
    let top = Key::new(HOTFIXES);
    let mut found = Vec::new();
    for name in get(&top)?.unwrap_or_default().subkeys {
        let digits =
            name.get(..2).filter(|start| start.eq_ignore_ascii_case("kb")).and_then(|_| name.get(2..));
        let Some(digits) = digits else { continue };
        let length = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let Some(digits) = digits.get(..length).filter(|_| (6..=7).contains(&length)) else { continue };
        // One more than are told, so that it shows that there are more.
        if found.len() > MAX_PACKAGES {
            break;
        }
        let Some(key) = get(&top.join(&name))? else { continue };
        if number_of(&key, "Installed") == Some(1) {
            let mut own = setting("hotfix", &format!("KB{digits}"), "", []);
            own.details.extend(text_of(&key, "Installed On").map(|on| ("installed-on".to_owned(), on)));
            found.push(own);
        }
    }
    Ok(Listed::at_most(MAX_PACKAGES, found, "list the installed updates", ""))
}

/// The product, its numbers and the update build revision. Windows 10 and later keep major and minor number apart; `CurrentVersion` stays 6.3.
fn operating_system(get: Get) -> Result<Vec<Setting>, Fault> {
    let Some(key) = get(&Key::new(VERSION))? else { return Ok(Vec::new()) };
    Ok(build(&key).into_iter().collect())
}

fn build(key: &RegistryKey) -> Option<Setting> {
    let build = text_of(key, "CurrentBuildNumber").or_else(|| text_of(key, "CurrentBuild"))?;
    let number = |name: &str| number_of(key, name);
    let numbers = match (number("CurrentMajorVersionNumber"), number("CurrentMinorVersionNumber")) {
        (Some(major), Some(minor)) => format!("{major}.{minor}"),
        _ => text_of(key, "CurrentVersion")?,
    };
    let mut own = setting("os-build", "", &format!("{numbers}.{build}"), []);
    let service_pack = service_pack(&numbers, &text_of(key, "CSDVersion").unwrap_or_default());
    let details = [
        ("product", text_of(key, "ProductName")),
        ("service-pack", service_pack),
        ("release", text_of(key, "DisplayVersion").or_else(|| text_of(key, "ReleaseId"))),
        ("ubr", number("UBR").map(|number| number.to_string())),
    ];
    own.details = details.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    Some(own)
}

/// The number of the service pack, 0 where there is none; `None` for versions that have none.
fn service_pack(numbers: &str, text: &str) -> Option<String> {
    if !numbers.starts_with("5.") && !numbers.starts_with("6.0") && !numbers.starts_with("6.1") {
        return None;
    }
    let Some((_, behind)) = text.split_once("Service Pack ") else { return Some("0".to_owned()) };
    let digits: String = behind.chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then_some(digits)
}

fn reboot_pending(get: Get) -> Result<Vec<Setting>, Fault> {
    let mut found = Vec::new();
    for path in REBOOT_PENDING {
        if get(&Key::new(path))?.is_some() {
            let name = path.rsplit('\\').next().unwrap_or_default();
            found.push(setting("reboot-pending", name, path, []));
        }
    }
    let waiting = get(&Key::new(PACKAGES_PENDING))?;
    if waiting.is_some_and(|key| !key.subkeys.is_empty()) {
        found.push(setting("reboot-pending", "PackagesPending", PACKAGES_PENDING, []));
    }
    Ok(found)
}

/// The MOF files that WMI compiles again when it rebuilds its repository: a way back for what was removed.
fn recovered_mofs(get: Get) -> Result<Vec<Setting>, Fault> {
    let files = get(&Key::new(WMI))?.and_then(|key| text_of(&key, "Autorecover MOFs")).unwrap_or_default();
    let files = files.lines().map(str::trim).filter(|file| !file.is_empty());
    Ok(files.map(|file| setting("wmi-autorecover-mof", file, "", [])).collect())
}

#[cfg(test)]
mod tests;
