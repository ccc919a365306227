//! What was not read, and how to get it.

use crate::assessment::Missing;
use crate::messages as m;
use evidence::{Area, Coverage, MessageSpec, ReadState};

/// Every area that was not read, or only partly.
pub(crate) fn missing(coverage: &Coverage) -> Vec<Missing> {
    Area::ALL
        .into_iter()
        .filter(|area| !coverage.is_complete(*area))
        .map(|area| Missing {
            area,
            partly: coverage.get(area) == Some(ReadState::Partial),
            how: how(area).plain(),
        })
        .collect()
}

const fn how(area: Area) -> MessageSpec {
    match area {
        Area::EventFilters => m::HOW_EVENT_FILTERS,
        Area::EventConsumers => m::HOW_EVENT_CONSUMERS,
        Area::Bindings => m::HOW_BINDINGS,
        Area::Timers => m::HOW_TIMERS,
        Area::OtherNamespaces => m::HOW_OTHER_NAMESPACES,
        Area::ClassStores => m::HOW_CLASS_STORES,
        Area::ConsumerClasses => m::HOW_CONSUMER_CLASSES,
        Area::Tasks => m::HOW_TASKS,
        Area::Services => m::HOW_SERVICES,
        Area::Autostarts => m::HOW_AUTOSTARTS,
        Area::Processes => m::HOW_PROCESSES,
        Area::Connections => m::HOW_CONNECTIONS,
        Area::Events => m::HOW_EVENTS,
        Area::Files => m::HOW_FILES,
        Area::Accounts => m::HOW_ACCOUNTS,
        Area::Settings => m::HOW_SETTINGS,
        Area::Patch => m::HOW_PATCH,
        Area::Hardening => m::HOW_HARDENING,
    }
}
