//! Connections and names that a log shows: pools and the hosts of families.

use super::{fields, image_of};
use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::content::recognise;
use crate::messages as m;
use crate::subject::{finding, finding_id};
use evidence::{Event, Message};
use intel::{IndicatorKind as Known, Intel, Observation};

/// Why a host is one that miners talk to, and the family whose it is.
fn known(host: &str, intel: &Intel) -> Option<(Message, Option<String>)> {
    if let Some(pool) = intel.pools().host(host) {
        let source = intel.pools().sources.iter().find(|source| source.id == pool.source);
        let source = source.map_or(pool.source.as_str(), |source| source.title.as_str());
        return Some((m::REASON_POOL_ADDRESS.with([host.into(), source.into()]), None));
    }
    let seen = [Known::Domain, Known::Ip].map(|kind| Observation { kind, text: host });
    let found = recognise(intel, &seen)?;
    Some((found.reasons.into_iter().next()?, Some(found.family)))
}

/// Event 3 of Sysmon. A host that only miners talk to asks for a look; together with a port that pools like it is more than chance.
pub(super) fn connection(event: &Event, intel: &Intel) -> Option<Finding> {
    if event.field("Initiated") == Some("false") {
        return None;
    }
    let hosts = ["DestinationHostname", "DestinationIp"].map(|name| event.field(name).map(str::trim));
    let mut hosts = hosts.into_iter().flatten();
    let (host, (reason, family)) = hosts.find_map(|host| Some((host, known(host, intel)?)))?;
    let port = event.field("DestinationPort").unwrap_or("?").trim();
    let partner = format!("{host}:{port}");
    let program = image_of(event);
    let mut finding = finding(
        Kind::Connection,
        &partner,
        m::TITLE_CONNECTION.with([partner.as_str().into(), program.into()]),
    );
    finding.reasons = vec![reason];
    (finding.severity, finding.confidence) = (Severity::Medium, Confidence::Possible);
    if port.parse().is_ok_and(|port| intel.pools().is_port(port)) {
        finding.confidence = Confidence::Likely;
        finding.reasons.push(m::REASON_MINING_PORT.with([partner.as_str().into()]));
    }
    finding.action = Action::Review;
    finding.family = family;
    finding.attack = vec!["T1496".to_owned()];
    finding.id = finding_id(Kind::Connection, &["event", program], &partner);
    finding.subject = fields(event);
    Some(finding)
}

/// Event 22 of Sysmon: a program asked for the address of a name.
pub(super) fn lookup(event: &Event, intel: &Intel) -> Option<Finding> {
    let name = event.field("QueryName")?.trim();
    let (reason, family) = known(name, intel)?;
    let program = image_of(event);
    let mut finding = finding(Kind::Network, name, m::TITLE_LOOKUP.with([name.into(), program.into()]));
    (finding.severity, finding.confidence) = (Severity::Medium, Confidence::Possible);
    finding.action = Action::Review;
    finding.reasons = vec![reason];
    finding.family = family;
    finding.attack = vec!["T1496".to_owned()];
    finding.id = finding_id(Kind::Network, &["lookup", program], &name.to_lowercase());
    finding.subject = fields(event);
    Some(finding)
}

/// Why what comes from this address comes from miners, and the family whose it is.
pub(crate) fn known_source(url: &str, intel: &Intel) -> Option<(Message, Option<String>)> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', ':']).next().unwrap_or_default();
    known(host, intel).or_else(|| {
        let found = recognise(intel, &[Observation { kind: Known::Url, text: url }])?;
        Some((found.reasons.into_iter().next()?, Some(found.family)))
    })
}

/// Events 59 and 60 of BITS: a file that Windows fetched for somebody.
pub(super) fn transfer(event: &Event, intel: &Intel) -> Option<Finding> {
    let url = event.field("url")?.trim();
    let (reason, family) = known_source(url, intel)?;
    let mut finding = finding(Kind::Event, url, m::TITLE_TRANSFER.with([url.into()]));
    (finding.severity, finding.confidence) = (Severity::Medium, Confidence::Likely);
    finding.action = Action::Review;
    finding.reasons = vec![reason];
    finding.family = family;
    finding.attack = vec!["T1197".to_owned()];
    finding.id = finding_id(Kind::Event, &["transfer"], url);
    finding.subject = fields(event);
    Some(finding)
}
