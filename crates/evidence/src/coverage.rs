//! What was looked at. A verdict is only ever about this.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A part of a machine that evidence can cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// The `__EventFilter` instances of `root\subscription`.
    EventFilters,
    /// The `__EventConsumer` instances of `root\subscription`, of every class.
    EventConsumers,
    /// The `__FilterToConsumerBinding` instances of `root\subscription`.
    Bindings,
    /// Timer instructions.
    Timers,
    /// Subscriptions in namespaces other than `root\subscription`.
    OtherNamespaces,
    /// WMI class definitions, where payloads hide in default values.
    ClassStores,
    /// Consumer classes and providers outside the standard ones.
    ConsumerClasses,
    /// Scheduled tasks.
    Tasks,
    /// Services and drivers.
    Services,
    /// Run keys, start-up folders and the other autostart places.
    Autostarts,
    /// Running processes.
    Processes,
    /// Network connections.
    Connections,
    /// Event logs.
    Events,
    /// Files at the places that autostart entries name.
    Files,
    /// Local users and administrators.
    Accounts,
    /// Settings that miners change: hosts file, DNS servers, firewall, exclusions, …
    Settings,
    /// Security updates.
    Patch,
    /// Hardening.
    Hardening,
}

impl Area {
    /// Every area, in the order of the reports.
    pub const ALL: [Self; 18] = [
        Self::EventFilters,
        Self::EventConsumers,
        Self::Bindings,
        Self::Timers,
        Self::OtherNamespaces,
        Self::ClassStores,
        Self::ConsumerClasses,
        Self::Tasks,
        Self::Services,
        Self::Autostarts,
        Self::Processes,
        Self::Connections,
        Self::Events,
        Self::Files,
        Self::Accounts,
        Self::Settings,
        Self::Patch,
        Self::Hardening,
    ];

    /// The name of the area in machine-readable output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EventFilters => "event-filters",
            Self::EventConsumers => "event-consumers",
            Self::Bindings => "bindings",
            Self::Timers => "timers",
            Self::OtherNamespaces => "other-namespaces",
            Self::ClassStores => "class-stores",
            Self::ConsumerClasses => "consumer-classes",
            Self::Tasks => "tasks",
            Self::Services => "services",
            Self::Autostarts => "autostarts",
            Self::Processes => "processes",
            Self::Connections => "connections",
            Self::Events => "events",
            Self::Files => "files",
            Self::Accounts => "accounts",
            Self::Settings => "settings",
            Self::Patch => "patch",
            Self::Hardening => "hardening",
        }
    }
}

/// How far an area was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadState {
    /// Some of it: single objects, a listing that hides part of it, a damaged file.
    Partial,
    /// All that the source of this kind can tell.
    Complete,
}

/// Which areas were read, and how far. What is not named was not read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Coverage {
    areas: BTreeMap<Area, ReadState>,
}

impl Coverage {
    /// How far the area was read; `None` if not at all.
    pub fn get(&self, area: Area) -> Option<ReadState> {
        self.areas.get(&area).copied()
    }

    /// Whether the area was read completely.
    pub fn is_complete(&self, area: Area) -> bool {
        self.get(area) == Some(ReadState::Complete)
    }

    /// Whether filters, consumers and bindings of `root\subscription` were all read completely.
    pub fn subscriptions_complete(&self) -> bool {
        [Area::EventFilters, Area::EventConsumers, Area::Bindings]
            .into_iter()
            .all(|area| self.is_complete(area))
    }

    /// Notes that a source covers the area. Several sources add up: the best of them counts.
    pub fn add(&mut self, area: Area, state: ReadState) {
        let known = self.areas.entry(area).or_insert(state);
        *known = (*known).max(state);
    }

    /// Adds what another source of the same host covers.
    pub fn merge(&mut self, other: &Self) {
        for (area, state) in &other.areas {
            self.add(*area, *state);
        }
    }

    /// The areas that were read, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Area, ReadState)> + '_ {
        self.areas.iter().map(|(area, state)| (*area, *state))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_source_of_an_area_counts() {
        let mut coverage = Coverage::default();
        coverage.add(Area::Bindings, ReadState::Complete);
        coverage.add(Area::Bindings, ReadState::Partial);
        assert!(coverage.is_complete(Area::Bindings));
        assert!(!coverage.subscriptions_complete());
    }

    #[test]
    fn machine_names_are_the_serialised_ones() {
        for area in Area::ALL {
            assert_eq!(serde_json::to_value(area).unwrap(), area.as_str());
        }
    }
}
