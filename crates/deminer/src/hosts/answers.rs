//! Which machine of the evidence gave an answer over the network.
//!
//! The name that a machine gives itself joins its answer to the only machine in the evidence that is called so. An address alone joins nothing, since
//! another machine may have it by now: the answer is shown beside the machine that had the address, and stays one of its own.

use crate::messages as m;
use evidence::{Evidence, HostId, Level, Note, Record, RecordData};
use parse::bundle::{Surveyed, same_machine};
use parse::network;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// The answers and the machines that they belong to.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// By the id of a machine that was only asked: the one that it is by its name, and that one's name.
    joined: BTreeMap<HostId, HostId>,
    /// Likewise: the machines that had one of its addresses.
    linked: BTreeMap<HostId, BTreeSet<HostId>>,
}

impl Answers {
    /// Binds those that were only asked to the others.
    pub(super) fn of<'s>(surveyed: impl Iterator<Item = &'s Surveyed>) -> Self {
        let (asked, read): (Vec<_>, Vec<_>) = surveyed.partition(|host| host.asked);
        let mut answers = Self::default();
        if asked.is_empty() {
            return answers;
        }
        let ids: BTreeSet<&HostId> = read.iter().map(|host| &host.id).collect();
        let mut by_label: BTreeMap<String, Vec<&Surveyed>> = BTreeMap::new();
        let mut by_address: BTreeMap<IpAddr, BTreeSet<&HostId>> = BTreeMap::new();
        for host in read {
            for label in host.names.iter().filter_map(|name| label(name)).collect::<BTreeSet<_>>() {
                by_label.entry(label).or_default().push(host);
            }
            for address in &host.addresses {
                by_address.entry(*address).or_default().insert(&host.id);
            }
        }
        for host in asked.into_iter().filter(|host| !ids.contains(&host.id)) {
            let called_so = |other: &&&Surveyed| {
                host.names.iter().any(|name| other.names.iter().any(|own| same_machine(own, name)))
            };
            let labels = host.names.iter().filter_map(|name| label(name));
            let found = labels.filter_map(|label| by_label.get(&label)).flatten().filter(called_so);
            let found: BTreeSet<_> = found.map(|host| &host.id).collect();
            if let (1, Some(only)) = (found.len(), found.first()) {
                answers.joined.insert(host.id.clone(), (*only).clone());
                continue;
            }
            let had = host.addresses.iter().filter_map(|address| by_address.get(address)).flatten();
            let had: BTreeSet<HostId> = had.map(|id| (*id).clone()).collect();
            if !had.is_empty() {
                answers.linked.entry(host.id.clone()).or_default().extend(had);
            }
        }
        answers
    }

    /// The id under which a host is judged.
    pub(super) fn home(&self, id: HostId) -> HostId {
        self.joined.get(&id).cloned().unwrap_or(id)
    }

    /// The machines beside which the answers of this one are shown.
    pub(super) fn linked_to(&self, id: &HostId) -> impl Iterator<Item = &HostId> {
        self.linked.get(id).into_iter().flatten()
    }

    /// Gives the evidence the id under which it is judged.
    pub(super) fn join(&self, evidence: &mut Evidence) {
        if let Some(id) = self.joined.get(&evidence.host.id) {
            evidence.host.id.clone_from(id);
            // The machine has its name from better evidence.
            evidence.host.name_source = evidence::NameSource::Input;
            let message = m::ANSWER_JOINED.with([(&evidence.host.name).into()]);
            evidence.notes.push(Note { level: Level::Info, source: String::new(), offset: None, message });
        }
    }

    /// Shows answers beside the machines that had the addresses.
    pub(super) fn link(&self, hosts: &mut BTreeMap<HostId, Evidence>) {
        for (from, to) in &self.linked {
            let Some(asked) = hosts.get(from) else { continue };
            let shown = shown(asked);
            for id in to {
                if let Some(evidence) = hosts.get_mut(id) {
                    let shift = u32::try_from(evidence.sources.len()).unwrap_or(u32::MAX);
                    evidence.sources.extend(shown.sources.iter().cloned());
                    evidence.records.extend(shown.records.iter().cloned().map(|mut record| {
                        record.provenance.source = record.provenance.source.saturating_add(shift);
                        record
                    }));
                }
            }
        }
    }
}

/// The answers as those of an address.
fn shown(asked: &Evidence) -> Evidence {
    let records = asked.records.iter().filter_map(|record| match &record.data {
        RecordData::Setting(setting) if setting.kind == network::KIND => {
            let mut setting = setting.clone();
            network::LINKED.clone_into(&mut setting.kind);
            Some(Record { provenance: record.provenance, data: RecordData::Setting(setting) })
        }
        _ => None,
    });
    Evidence { sources: asked.sources.clone(), records: records.collect(), ..Evidence::default() }
}

/// What two names of one machine share: the first 15 characters before the domain. An address is no name.
fn label(name: &str) -> Option<String> {
    let label = || name.split('.').next().unwrap_or_default().to_uppercase().chars().take(15).collect();
    name.parse::<IpAddr>().is_err().then(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(id: &str, names: &[&str], addresses: &[&str], asked: bool) -> Surveyed {
        Surveyed {
            id: HostId(id.to_owned()),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            addresses: addresses.iter().map(|address| address.parse().unwrap()).collect(),
            asked,
        }
    }

    fn home(hosts: &[Surveyed], id: &str) -> String {
        Answers::of(hosts.iter()).home(HostId(id.to_owned())).0
    }

    #[test]
    fn a_name_joins_where_one_machine_has_it() {
        let asked = host("PC-1.CORP.EXAMPLE", &["pc-1.corp.example"], &[], true);
        let machine = host("guid", &["PC-1"], &[], false);
        assert_eq!(home(&[asked.clone(), machine.clone()], "PC-1.CORP.EXAMPLE"), "guid");
        let clone = host("other guid", &["pc-1"], &[], false);
        assert_eq!(home(&[asked.clone(), machine, clone], "PC-1.CORP.EXAMPLE"), "PC-1.CORP.EXAMPLE");
        let elsewhere = host("guid", &["pc-1.other.example"], &[], false);
        assert_eq!(home(&[asked, elsewhere], "PC-1.CORP.EXAMPLE"), "PC-1.CORP.EXAMPLE");
    }

    #[test]
    fn an_address_links_and_never_joins() {
        let hosts = [
            host("10.0.0.7", &["10.0.0.7"], &["10.0.0.7"], true),
            host("guid", &["PC-1"], &["10.0.0.7"], false),
            host("another", &["10"], &["10.0.0.8"], false),
        ];
        assert_eq!(home(&hosts, "10.0.0.7"), "10.0.0.7");
        let answers = Answers::of(hosts.iter());
        let linked: Vec<_> = answers.linked_to(&HostId("10.0.0.7".to_owned())).collect();
        assert_eq!(linked, [&HostId("guid".to_owned())]);
    }
}
