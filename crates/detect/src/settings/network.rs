//! Where traffic goes: forwarded ports, routes, name servers, rules of the firewall and of `IPsec`.

use super::Judged;
use super::hosts::{Way, way};
use crate::assessment::{Confidence, Severity};
use crate::content::recognise;
use crate::messages as m;
use evidence::{Evidence, Setting};
use intel::settings::Purpose;
use intel::{IndicatorKind as Known, Intel, Observation};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// A forwarded port. Families are known by the `netsh` command that makes it.
pub(super) fn forwarding(setting: &Setting, intel: &Intel) -> Option<Judged> {
    const ATTACK: &str = "T1090.001";
    let (_, listen) = host_and_port(&setting.name)?;
    let (host, port) = host_and_port(&setting.value).unwrap_or((setting.value.as_str(), listen));
    let command = format!("listenport={listen} connectaddress={host} connectport={port}");
    let is_address = host.parse::<IpAddr>().is_ok();
    let seen = [
        Observation::new(Known::CommandText, &command),
        Observation::new(Known::Port, listen),
        Observation::new(if is_address { Known::Ip } else { Known::Domain }, host),
    ];
    if let Some(family) = recognise(intel, &seen) {
        return Some(Judged::of_family(family, ATTACK));
    }
    let args = [setting.name.as_str().into(), setting.value.as_str().into()];
    if intel.pools().host(host).is_some() {
        let reason = m::REASON_FORWARDING_POOL.with(args);
        return Some(Judged::review(Severity::Medium, Confidence::Likely, ATTACK, reason));
    }
    Some(Judged::review(Severity::Medium, Confidence::Possible, ATTACK, m::REASON_FORWARDING.with(args)))
}

/// `ADDRESS:PORT`, or `ADDRESS/PORT` as the registry has it.
fn host_and_port(text: &str) -> Option<(&str, &str)> {
    text.rsplit_once('/').or_else(|| text.rsplit_once(':')).filter(|(_, port)| port.parse::<u16>().is_ok())
}

/// A persistent route: `DESTINATION,MASK,GATEWAY,METRIC`. One that leads a single address nowhere shuts it out.
pub(super) fn route(setting: &Setting) -> Option<Judged> {
    let parts: Vec<_> = setting.name.split(',').map(str::trim).collect();
    let [destination, mask, gateway, ..] = parts.as_slice() else { return None };
    let gateway: IpAddr = gateway.parse().ok()?;
    let nowhere = gateway.is_unspecified() || gateway.is_loopback();
    if !nowhere || *mask != "255.255.255.255" {
        return None;
    }
    let reason = m::REASON_ROUTE_NOWHERE.with([(*destination).into()]);
    Some(Judged::review(Severity::Medium, Confidence::Possible, "T1562.004", reason))
}

/// A rule of the firewall that a family makes.
pub(super) fn firewall(setting: &Setting, intel: &Intel) -> Option<Judged> {
    let detail = |name: &str| setting.details.get(name).map(String::as_str);
    let mut seen = vec![Observation::new(Known::FirewallRule, &setting.name)];
    seen.extend(detail("program").map(|program| Observation::new(Known::FilePath, program)));
    if detail("direction") == Some("in") && detail("action") == Some("allow") {
        let ports = detail("local-ports").unwrap_or_default().split(',').map(str::trim);
        seen.extend(ports.filter(|port| !port.is_empty()).map(|port| Observation::new(Known::Port, port)));
    }
    Some(Judged::of_family(recognise(intel, &seen)?, "T1562.004"))
}

/// The name servers of each interface that were set by hand, where they are just those that a family sets.
pub(super) fn name_servers(evidence: &Evidence, intel: &Intel) -> Vec<(Setting, Judged, Vec<usize>)> {
    let mut interfaces: BTreeMap<&str, (Vec<IpAddr>, Vec<usize>)> = BTreeMap::new();
    for (record, setting) in evidence.settings().filter(|(_, setting)| setting.kind == "dns-server") {
        if setting.details.get("how").map(String::as_str) != Some("static") {
            continue;
        }
        let Ok(server) = setting.value.parse() else { continue };
        let (servers, records) = interfaces.entry(&setting.name).or_default();
        if !servers.contains(&server) {
            servers.push(server);
        }
        records.push(record);
    }
    let judged = interfaces.into_iter().filter_map(|(name, (servers, records))| {
        let known = intel.settings().family_of_servers(&servers)?;
        let value = servers.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let source = intel.settings().title(&known.source);
        let reason = m::REASON_NAME_SERVERS.with([known.family.as_str().into(), source.into()]);
        let judged = Judged::review(Severity::Low, Confidence::Possible, "T1584.002", reason);
        let details = BTreeMap::from([("how".to_owned(), "static".to_owned())]);
        let setting = Setting { kind: "dns-server".to_owned(), name: name.to_owned(), value, details };
        Some((setting, judged, records))
    });
    judged.collect()
}

/// A rule that has some servers answer for some names. Networks that are reached over a tunnel have such rules for their own names.
pub(super) fn name_rule(setting: &Setting, intel: &Intel) -> Option<Judged> {
    const ATTACK: &str = "T1562.001";
    let (purpose, source) = intel.settings().purpose_of(setting.name.trim_start_matches('.'))?;
    let servers = setting.value.split(';').map(str::trim).filter(|server| !server.is_empty());
    let is_private =
        servers.clone().next().is_some() && servers.clone().all(|server| way(server) == Some(Way::Private));
    let source = intel.settings().title(source);
    let args = [setting.name.as_str().into(), setting.value.as_str().into(), source.into()];
    let reason = m::REASON_NAME_RULE.with(args);
    let (severity, confidence) = match purpose {
        // The servers of one's own network.
        _ if is_private => (Severity::Low, Confidence::Possible),
        Purpose::Update => (Severity::Medium, Confidence::Possible),
        Purpose::Protection => (Severity::Medium, Confidence::Likely),
    };
    Some(Judged::review(severity, confidence, ATTACK, reason))
}

/// The local policies of `IPsec`: the parts of one have names of their own, and a family is known by all of them together.
pub(super) fn ipsec(evidence: &Evidence, intel: &Intel) -> Option<(Setting, Judged, Vec<usize>)> {
    const ATTACK: &str = "T1562.004";
    let stock = |name: &str| intel.settings().is_stock_policy(name);
    let parts: Vec<_> = evidence
        .settings()
        .filter(|(_, setting)| setting.kind == "ipsec-policy" && !stock(&setting.name))
        .collect();
    let is_policy = |setting: &Setting| setting.value.eq_ignore_ascii_case("ipsecPolicy");
    let (_, policy) = parts.iter().find(|(_, setting)| is_policy(setting))?;
    let seen: Vec<_> =
        parts.iter().map(|(_, setting)| Observation::new(Known::IpsecPolicy, &setting.name)).collect();
    let judged = match recognise(intel, &seen) {
        Some(family) => Judged::of_family(family, ATTACK),
        None => Judged::review(Severity::Low, Confidence::Possible, ATTACK, m::REASON_IPSEC.plain()),
    };
    Some(((*policy).clone(), judged, parts.iter().map(|(record, _)| *record).collect()))
}
