//! Where traffic goes, from the SYSTEM hive: forwarded ports, routes, name servers, and firewall rules that Windows did not bring.
//!
//! The settings have the form that a live machine gives them, so that one rule judges both and a plan finds them again.

use super::view::{View, setting, setting_with, text};
use crate::Parsed;
use evidence::{RecordData, Setting};

/// Firewall rules that are told one by one.
const MAX_RULES: usize = 2_000;

pub(super) fn read(set: &View, out: &mut Parsed) {
    for families in ["v4tov4", "v4tov6", "v6tov4", "v6tov6"] {
        let Some(key) = set.at(&format!(r"Services\PortProxy\{families}\tcp")) else { continue };
        for value in key.key.values() {
            let to = with_colon(&text(&value).unwrap_or_default());
            let from = with_colon(&value.name());
            out.records
                .push((key.location(), setting_with("portproxy", &from, &to, [("families", families)])));
        }
    }
    if let Some(key) = set.at(r"Services\Tcpip\Parameters\PersistentRoutes") {
        // The name is everything: destination, mask, gateway, metric.
        let routes = key.key.values().into_iter().map(|value| setting("route", &value.name(), ""));
        out.records.extend(routes.map(|route| (key.location(), route)));
    }
    for family in ["Tcpip", "Tcpip6"] {
        let interfaces = set.at(&format!(r"Services\{family}\Parameters\Interfaces"));
        for key in interfaces.iter().flat_map(View::children) {
            for (name, how) in [("NameServer", "static"), ("DhcpNameServer", "dhcp")] {
                let list = key.text(name).unwrap_or_default();
                for server in list.split([',', ' ']).filter(|server| !server.is_empty()) {
                    let record = setting_with("dns-server", &key.name(), server, [("how", how)]);
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
            out.records.push((key.location(), firewall_rule(&value.name(), &rule)));
        }
    }
}

/// `0.0.0.0/57` as `0.0.0.0:57`.
fn with_colon(address: &str) -> String {
    match address.rsplit_once('/') {
        Some((host, port)) => format!("{host}:{port}"),
        None => address.to_owned(),
    }
}

/// A rule as the firewall stores it: `v2.10|Action=Block|Dir=In|Protocol=6|LPort=445|Name=…|`.
fn firewall_rule(id: &str, rule: &str) -> RecordData {
    let fields: Vec<_> = rule.split('|').filter_map(|field| field.split_once('=')).collect();
    let all = |names: &[&str]| {
        let named = |own: &str| names.iter().any(|name| own.eq_ignore_ascii_case(name));
        let values: Vec<_> = fields.iter().filter(|(own, _)| named(own)).map(|(_, value)| *value).collect();
        (!values.is_empty()).then(|| values.join(","))
    };
    let first = |name: &str| all(&[name]).and_then(|list| list.split(',').next().map(str::to_owned));
    let protocol = first("Protocol").map(|number| match number.as_str() {
        "6" => "tcp".to_owned(),
        "17" => "udp".to_owned(),
        _ => number,
    });
    let details = [
        ("id", Some(id.to_owned())),
        ("action", first("Action").map(|text| text.to_lowercase())),
        ("direction", first("Dir").map(|text| text.to_lowercase())),
        ("enabled", first("Active").map(|text| text.to_lowercase())),
        ("protocol", protocol),
        ("local-ports", all(&["LPort"])),
        ("remote-ports", all(&["RPort"])),
        ("remote-addresses", all(&["RA4", "RA6"])),
        ("program", all(&["App"])),
        ("service", first("Svc")),
    ];
    RecordData::Setting(Setting {
        kind: "firewall-rule".to_owned(),
        name: all(&["Name"]).unwrap_or_default(),
        value: first("Action").unwrap_or_default().to_lowercase(),
        details: details.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect(),
    })
}
