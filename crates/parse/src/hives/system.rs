//! The SYSTEM hive: services and drivers, the name of the machine, how it is hardened, and where its traffic goes.

use super::places;
use super::store;
use super::view::{Place, View, setting, setting_with, text};
use crate::Parsed;
use evidence::{Area, AutostartKind, ReadState, RecordData, Service};

/// Firewall rules that are told one by one.
const MAX_RULES: usize = 2_000;

/// Values that tell how a machine is hardened, or that name code which Windows starts, by key below the control set.
const VALUES: &[(&str, &[&str])] = &[
    (
        r"Services\LanmanServer\Parameters",
        &[
            "SMB1",
            "SMB2",
            "RequireSecuritySignature",
            "EnableSecuritySignature",
            "AutoShareServer",
            "AutoShareWks",
            "RestrictNullSessAccess",
            "NullSessionPipes",
            "NullSessionShares",
        ],
    ),
    (r"Services\LanmanServer", &["Start"]),
    (r"Services\LanmanWorkstation", &["DependOnService"]),
    (r"Services\LanmanWorkstation\Parameters", &["RequireSecuritySignature", "AllowInsecureGuestAuth"]),
    (r"Services\mrxsmb10", &["Start"]),
    (
        r"Control\Lsa",
        &[
            "RunAsPPL",
            "RunAsPPLBoot",
            "LsaCfgFlags",
            "DisableRestrictedAdmin",
            "NoLMHash",
            "LmCompatibilityLevel",
            "RestrictAnonymous",
            "RestrictAnonymousSAM",
            "EveryoneIncludesAnonymous",
            "LimitBlankPasswordUse",
            "Authentication Packages",
            "Security Packages",
            "Notification Packages",
        ],
    ),
    (r"Control\SecurityProviders", &["SecurityProviders"]),
    (r"Control\SecurityProviders\WDigest", &["UseLogonCredential"]),
    (r"Control\Session Manager", &["BootExecute", "SetupExecute", "Execute", "PendingFileRenameOperations"]),
    (r"Control\Terminal Server", &["fDenyTSConnections"]),
    (r"Control\Terminal Server\WinStations\RDP-Tcp", &["UserAuthentication", "PortNumber"]),
];

pub(super) fn read(view: &View, out: &mut Parsed) {
    let Some(set) = control_set(view) else { return };
    name(&set, out);
    services(&set, out);
    let state = if view.is_sound() { ReadState::Complete } else { ReadState::Partial };
    out.coverage.add(Area::Services, state);
    for (path, names) in VALUES {
        if let Some(key) = set.at(path) {
            names.iter().for_each(|name| key.registry_named(name, out));
        }
    }
    places::system(&set, out);
    network(&set, out);
    store::long_texts(view, out);
    for area in [Area::Autostarts, Area::Settings, Area::Hardening] {
        out.coverage.add(area, ReadState::Partial);
    }
}

/// The name of the machine.
pub(super) fn read_name(view: &View, out: &mut Parsed) {
    if let Some(set) = control_set(view) {
        name(&set, out);
    }
}

fn name(set: &View, out: &mut Parsed) {
    let Some(key) = set.at(r"Control\ComputerName\ComputerName") else { return };
    if let Some(name) = key.text("ComputerName") {
        out.records.push((key.location(), setting_with("computer-name", "", &name, [("host", &name)])));
    }
}

/// The control set that Windows ran with last, under the name that it has while it runs.
fn control_set<'h>(view: &View<'h>) -> Option<View<'h>> {
    let current = view.at("Select").and_then(|select| select.number("Current"));
    let chosen = current.and_then(|number| view.at(&format!("ControlSet{number:03}")));
    let set = chosen.or_else(|| view.at("ControlSet001"))?;
    Some(set.named(&format!("{}\\CurrentControlSet", view.path)))
}

fn services(set: &View, out: &mut Parsed) {
    let Some(services) = set.at("Services") else { return };
    for key in services.children() {
        let mut service = Service { name: key.name(), ..Service::default() };
        for value in key.key.values() {
            let number = || u32::try_from(value.number()?).ok();
            match value.name().to_ascii_lowercase().as_str() {
                "displayname" => service.display_name = text(&value),
                "description" => service.description = text(&value),
                "type" => service.service_type = number(),
                "start" => service.start = number(),
                "imagepath" => service.image_path = text(&value),
                "servicedll" => service.service_dll = text(&value),
                "objectname" => service.account = text(&value),
                "failurecommand" => service.failure_command = text(&value),
                _ => {}
            }
        }
        // Keys without a type hold settings of network cards and the like.
        if service.service_type.is_none() && service.image_path.is_none() {
            continue;
        }
        let parameters = key.at("Parameters");
        service.service_dll = parameters.and_then(|key| key.text("ServiceDll")).or(service.service_dll);
        out.records.push((key.location(), RecordData::Service(service)));
    }
}

/// Port forwarding, routes, name servers, and firewall rules that Windows did not bring.
fn network(set: &View, out: &mut Parsed) {
    for direction in ["v4tov4", "v4tov6", "v6tov4", "v6tov6"] {
        let Some(key) = set.at(&format!(r"Services\PortProxy\{direction}\tcp")) else { continue };
        for value in key.key.values() {
            let to = text(&value).unwrap_or_default();
            let record = setting_with("portproxy", &value.name(), &to, [("direction", direction)]);
            out.records.push((key.location(), record));
        }
    }
    if let Some(key) = set.at(r"Services\Tcpip\Parameters\PersistentRoutes") {
        for value in key.key.values() {
            // Destination, mask, gateway, metric.
            let name = value.name();
            let parts: Vec<_> = name.split(',').collect();
            let [destination, mask, gateway, rest @ ..] = parts.as_slice() else { continue };
            let metric = rest.first().copied().unwrap_or_default();
            let record =
                setting_with("route", &format!("{destination}/{mask}"), gateway, [("metric", metric)]);
            out.records.push((key.location(), record));
        }
    }
    for family in ["Tcpip", "Tcpip6"] {
        let interfaces = set.at(&format!(r"Services\{family}\Parameters\Interfaces"));
        for key in interfaces.iter().flat_map(View::children) {
            for (name, given_by) in [("NameServer", "user"), ("DhcpNameServer", "dhcp")] {
                if let Some(servers) = key.text(name) {
                    let record = setting_with("dns-server", &key.name(), &servers, [("given_by", given_by)]);
                    out.records.push((key.location(), record));
                }
            }
        }
    }
    let rules = set.at(r"Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules");
    if let Some(key) = rules {
        let own = key.key.values().into_iter().filter_map(|value| Some((text(&value)?, value)));
        // The rules of Windows are named by a resource: `Name=@FirewallAPI.dll,-1234`.
        let own = own.filter(|(rule, _)| !rule.contains("|Name=@"));
        for (rule, value) in own.take(MAX_RULES) {
            out.records.push((key.location(), setting("firewall-rule", &value.name(), &rule)));
        }
    }
}

/// The place of what the session manager, the print spooler and the network provider start.
pub(super) const fn place(category: &'static str) -> Place<'static> {
    Place { kind: AutostartKind::Other, category, profile: None }
}
