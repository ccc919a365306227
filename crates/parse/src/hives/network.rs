//! Where traffic goes, from the SYSTEM hive: forwarded ports, routes, name servers, and firewall rules that Windows did not bring.
//!
//! The settings have the form that a live machine gives them, so that one rule judges both and a plan finds them again.

use super::view::{View, setting, setting_with, text};
use crate::{Parsed, Problem};
use evidence::firewall::{self, MAX_RULES};
use evidence::{Level, RecordData};

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
        let Some(parameters) = set.at(&format!(r"Services\{family}\Parameters")) else { continue };
        if let Some(path) = parameters.text("DataBasePath").filter(|_| family == "Tcpip") {
            out.records.push((parameters.location(), setting("hosts-folder", "", &path)));
        }
        // Those that count for every interface that has none of its own.
        name_servers(&parameters, "", ("NameServer", "static"), out);
        for key in parameters.at("Interfaces").iter().flat_map(View::children) {
            for list in [("NameServer", "static"), ("DhcpNameServer", "dhcp")] {
                name_servers(&key, &key.name(), list, out);
            }
        }
    }
    name_rules(set.at(r"Services\Dnscache\Parameters\DnsPolicyConfig").as_ref(), "user", out);
    let rules = set.at(r"Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules");
    if let Some(key) = rules {
        let values = key.key.values();
        let own = values.iter().filter_map(|value| firewall::rule(&value.name(), &text(value)?));
        let own: Vec<_> = own.take(MAX_RULES + 1).collect();
        if own.len() > MAX_RULES {
            let message = super::RULES_CUT.with([MAX_RULES.into()]);
            out.problems.push(Problem { level: Level::Warning, offset: None, message });
        }
        let own = own.into_iter().take(MAX_RULES);
        out.records.extend(own.map(|rule| (key.location(), RecordData::Setting(rule))));
    }
}

fn name_servers(key: &View, card: &str, (name, how): (&str, &str), out: &mut Parsed) {
    let list = key.text(name).unwrap_or_default();
    for server in list.split([',', ' ']).filter(|server| !server.is_empty()) {
        out.records.push((key.location(), setting_with("dns-server", card, server, [("how", how)])));
    }
}

/// Which servers are asked for which names (Microsoft: [MS-GPNRPT]): lists of servers have semicolons between them.
pub(super) fn name_rules(top: Option<&View>, given_by: &str, out: &mut Parsed) {
    for key in top.iter().flat_map(|top| top.children()) {
        let (id, names) = (key.name(), key.text("Name").unwrap_or_default());
        for list in ["GenericDNSServers", "DirectAccessDNSServers"] {
            let Some(servers) = key.text(list) else { continue };
            let names = names.lines().map(str::trim).filter(|name| !name.is_empty());
            let details = [("id", id.as_str()), ("given_by", given_by)];
            let rules = names.map(|name| setting_with("dns-rule", name, &servers, details));
            out.records.extend(rules.map(|rule| (key.location(), rule)));
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
