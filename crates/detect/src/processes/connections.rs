//! Connections to addresses that only miners and their makers have.

use super::{Running, partner};
use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::content::recognise;
use crate::messages as m;
use crate::subject::{finding, finding_id, places};
use evidence::{Connection, Evidence, Message};
use intel::{IndicatorKind as Known, Intel, Observation};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

/// One finding for each address, where its owner is no finding already. Addresses change hands: they ask for a look, no more.
pub(super) fn detect(
    evidence: &Evidence,
    intel: &Intel,
    running: &Running,
    owners: &BTreeSet<u32>,
) -> Vec<Finding> {
    let mut seen: BTreeMap<String, (Finding, Vec<usize>)> = BTreeMap::new();
    for (record, connection) in &running.connections {
        if connection.pid.is_some_and(|pid| owners.contains(&pid)) {
            continue;
        }
        let Some(found) = judge(connection, intel, running) else { continue };
        seen.entry(found.id.clone()).or_insert_with(|| (found, Vec::new())).1.push(*record);
    }
    seen.into_values()
        .map(|(mut finding, records)| {
            finding.evidence = places(evidence, records);
            finding
        })
        .collect()
}

fn judge(connection: &Connection, intel: &Intel, running: &Running) -> Option<Finding> {
    let address = connection.remote_address.as_deref()?;
    let (reason, family) = known(address, intel)?;
    let owner = running.owner(connection);
    let owner = owner.map_or_else(|| "?".to_owned(), |process| process.name.clone());
    let partner = partner(connection)?;
    let title = m::TITLE_CONNECTION.with([partner.as_str().into(), owner.as_str().into()]);
    let mut finding = finding(Kind::Connection, &partner, title);
    finding.id = finding_id(Kind::Connection, &[&connection.protocol, &owner], &partner);
    (finding.severity, finding.confidence) = (Severity::Medium, Confidence::Possible);
    finding.action = Action::Review;
    finding.reasons = vec![reason];
    finding.family = family;
    finding.attack = vec!["T1496".to_owned()];
    finding.subject = fields(connection, &owner);
    Some(finding)
}

/// Why an address is one that miners talk to, and the family whose it is.
pub(super) fn known(address: &str, intel: &Intel) -> Option<(Message, Option<String>)> {
    if let Some(pool) = intel.pools().host(address) {
        let source = intel.pools().sources.iter().find(|source| source.id == pool.source);
        let source = source.map_or(pool.source.as_str(), |source| source.title.as_str());
        return Some((m::REASON_POOL_ADDRESS.with([address.into(), source.into()]), None));
    }
    let found = recognise(intel, &[Observation { kind: Known::Ip, text: address }])?;
    let reason = found.reasons.into_iter().next()?;
    Some((reason, Some(found.family)))
}

/// Whether the address is one of the public network.
pub(super) fn is_public(address: &str) -> bool {
    match address.split('%').next().unwrap_or_default().parse::<IpAddr>() {
        Ok(IpAddr::V4(v4)) => is_public_v4(v4),
        Ok(IpAddr::V6(v6)) => v6.to_ipv4_mapped().map_or_else(
            || {
                !(v6.is_loopback()
                    || v6.is_unspecified()
                    || v6.is_unique_local()
                    || v6.is_unicast_link_local())
            },
            is_public_v4,
        ),
        Err(_) => false,
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified() || v4.is_multicast())
}

fn fields(connection: &Connection, owner: &str) -> Map<String, Json> {
    let mut map = match serde_json::to_value(connection) {
        Ok(Json::Object(map)) => map.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Map::new(),
    };
    map.insert("OwningProcessName".to_owned(), owner.into());
    map
}
