//! Names of one machine, as event logs show them.
//!
//! A machine that was renamed has events under each of its names: Windows Setup runs under a name of its own, and a machine that joins a domain
//! gets a longer one. All names in one log that was written locally are one machine's, and so are those of the logs beside it that share a name.
//! The name in the newest event is the machine's. A name without a domain is the same machine's as the only name with a domain that begins so.

use super::taken::Taken;
use super::witness::witness;
use crate::format::Format;
use evidence::{Event, RecordData};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// The log into which the events of other machines are collected.
const FORWARDED: &str = "ForwardedEvents";

/// A machine of several names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Machine {
    /// The name in the newest event.
    pub(super) name: String,
    /// All of its names, sorted.
    pub(super) names: Vec<String>,
}

/// The machines of several names in a bundle.
#[derive(Debug, Default)]
pub(super) struct Aliases {
    machines: Vec<Machine>,
    /// By name in upper case.
    places: BTreeMap<String, usize>,
}

/// Names that are being joined, each in upper case with the one that it was joined to.
#[derive(Default)]
struct Names {
    joined: BTreeMap<String, String>,
    /// The spelling of each, and the time of the newest event with it.
    newest: BTreeMap<String, (Option<Timestamp>, String)>,
}

impl Names {
    fn add(&mut self, name: &str, time: Option<Timestamp>) -> String {
        let upper = name.to_uppercase();
        self.joined.entry(upper.clone()).or_insert_with(|| upper.clone());
        let newest = self.newest.entry(upper.clone()).or_insert_with(|| (None, name.to_owned()));
        newest.0 = newest.0.max(time);
        upper
    }

    fn root(&self, name: &str) -> String {
        let mut at = name;
        while let Some(next) = self.joined.get(at).filter(|next| *next != at) {
            at = next;
        }
        at.to_owned()
    }

    /// Joins two names: each to the one at the end of its chain, so that chains stay short.
    fn join(&mut self, a: &str, b: &str) {
        let (a, b) = (self.root(a), self.root(b));
        self.joined.insert(a, b);
    }
}

impl Aliases {
    /// The machines of several names in what was taken in.
    pub(super) fn of(taken: &[Taken]) -> Self {
        let mut names = Names::default();
        for taken in taken {
            let is_log = taken.source.as_ref().is_some_and(|source| source.format == Format::Evtx.as_str());
            let mut local: Option<String> = None;
            for (_, data) in &taken.records {
                let Some(server) = witness(data) else { continue };
                let RecordData::Event(Event { time, channel, .. }) = data else {
                    names.add(server, None);
                    continue;
                };
                let name = names.add(server, Some(*time));
                if !is_log || channel == FORWARDED {
                    continue;
                }
                match &local {
                    Some(other) if *other != name => names.join(&name, other),
                    Some(_) => {}
                    None => local = Some(name),
                }
            }
        }
        names.join_domains();
        names.into_aliases()
    }

    /// The machine that has this name among others.
    pub(super) fn machine(&self, name: &str) -> Option<&Machine> {
        self.places.get(&name.to_uppercase()).and_then(|at| self.machines.get(*at))
    }

    /// The name by which the machine of this name is known.
    pub(super) fn canonical<'n>(&'n self, name: &'n str) -> &'n str {
        self.machine(name).map_or(name, |machine| &machine.name)
    }
}

impl Names {
    /// Joins each name without a domain to the only one with a domain that begins so.
    fn join_domains(&mut self) {
        let mut full: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for name in self.joined.keys() {
            if let Some((label, _)) = name.split_once('.') {
                full.entry(label.to_owned()).or_default().insert(name.clone());
            }
        }
        for (label, full) in full {
            if self.joined.contains_key(&label)
                && let Some(only) = full.first().filter(|_| full.len() == 1)
            {
                self.join(&label, only);
            }
        }
    }

    fn into_aliases(self) -> Aliases {
        let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for name in self.joined.keys() {
            groups.entry(self.root(name)).or_default().push(name.clone());
        }
        let mut aliases = Aliases::default();
        for group in groups.into_values().filter(|group| group.len() > 1) {
            let spellings = || group.iter().filter_map(|name| self.newest.get(name));
            // Without an event there is nothing that tells which name is the present one.
            let Some((_, name)) = spellings().filter(|(time, _)| time.is_some()).max() else { continue };
            let names = spellings().map(|(_, name)| name.clone()).collect::<BTreeSet<_>>();
            let machine = Machine { name: name.clone(), names: names.into_iter().collect() };
            aliases.places.extend(group.into_iter().map(|name| (name, aliases.machines.len())));
            aliases.machines.push(machine);
        }
        aliases
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use evidence::{Location, Source, WmiObject};

    /// A file of events: their machines in the order of time.
    fn taken(format: Format, channel: &str, computers: &[&str]) -> Taken {
        let event = |(second, computer): (i64, &&str)| {
            let event = Event {
                channel: channel.to_owned(),
                provider: String::new(),
                event_id: 1,
                record_id: 1,
                time: Timestamp::from_second(second).unwrap(),
                computer: (*computer).to_owned(),
                data: BTreeMap::new(),
            };
            (Location::Record(1), RecordData::Event(event))
        };
        let source = Source {
            path: String::new(),
            member: None,
            sha256: None,
            length: 0,
            format: format.as_str().to_owned(),
        };
        let records = (1..).zip(computers).map(event).collect();
        Taken { source: Some(source), records, ..Taken::default() }
    }

    #[test]
    fn the_newest_name_of_a_renamed_machine_counts_in_all_its_logs() {
        let logs = [
            taken(Format::Evtx, "System", &["WIN-SETUP", "PC1", "pc1.corp"]),
            taken(Format::Evtx, "Security", &["win-setup"]),
            taken(Format::Evtx, "System", &["PC2"]),
        ];
        let aliases = Aliases::of(&logs);
        assert_eq!(aliases.canonical("win-setup"), "pc1.corp");
        assert_eq!(aliases.machine("PC1").unwrap().names, ["PC1", "WIN-SETUP", "pc1.corp"]);
        assert_eq!(aliases.machine("PC2"), None);
        assert_eq!(aliases.canonical("other"), "other");
    }

    #[test]
    fn collected_logs_and_exports_are_of_several_machines() {
        for logs in [
            taken(Format::Evtx, FORWARDED, &["PC1", "PC2"]),
            taken(Format::EventJson, "Security", &["PC1", "PC2"]),
        ] {
            assert_eq!(Aliases::of(&[logs]).machine("PC1"), None);
        }
    }

    #[test]
    fn a_name_without_a_domain_is_that_of_the_only_one_with_it() {
        let object = WmiObject { server: Some("PC1".into()), ..WmiObject::default() };
        let listing = || Taken {
            records: vec![(Location::Whole, RecordData::WmiObject(object.clone()))],
            ..Taken::default()
        };
        let one = [listing(), taken(Format::EventJson, "Security", &["pc1.corp"])];
        assert_eq!(Aliases::of(&one).canonical("PC1"), "pc1.corp");
        let two = [listing(), taken(Format::EventJson, "Security", &["pc1.corp", "pc1.other"])];
        assert_eq!(Aliases::of(&two).canonical("PC1"), "PC1");
        assert_eq!(Aliases::of(&[listing()]).machine("PC1"), None);
    }
}
