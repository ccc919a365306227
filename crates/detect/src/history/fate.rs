//! What became of a thing that a log tells of: whether it is still there, and when it was removed.

use evidence::wmi::schema;
use evidence::{AutostartKind, Event, Evidence, ObjectPath, WmiObject, unquoted};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Something that comes and goes, the same in every source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Thing {
    /// An event filter, an event consumer or a timer, by its canonical path.
    Object(String),
    /// A binding, by the canonical paths of its filter and its consumer.
    Binding(String, String),
    /// A task, by its path without case and without the backslash at the beginning.
    Task(String),
    /// A service or driver, by its name without case.
    Service(String),
}

impl Thing {
    pub(crate) fn task(path: &str) -> Self {
        Self::Task(path.trim().trim_start_matches('\\').to_lowercase())
    }

    pub(crate) fn service(name: &str) -> Self {
        Self::Service(name.trim().to_lowercase())
    }

    /// The thing that an object of WMI is; `None` where it has no name.
    pub(crate) fn object(object: &WmiObject) -> Option<Self> {
        if object.is_binding() {
            let path = |name| Some(object.reference(name)?.canonical_relative());
            return Some(Self::Binding(path("Filter")?, path("Consumer")?));
        }
        let name = object.name();
        (!name.is_empty()).then(|| Self::named(&object.class, name))
    }

    fn named(class: &str, name: &str) -> Self {
        let keys = vec![("Name".to_owned(), name.to_owned())];
        let path = ObjectPath { server: None, namespace: None, class: class.to_owned(), keys };
        Self::Object(path.canonical_relative())
    }
}

/// What happened to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Deed {
    Made,
    /// It was there.
    Seen,
    Removed,
}

/// What became of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Something that was read of the machine as it is shows it.
    Present,
    /// A log tells of its removal.
    Removed(Timestamp),
    /// All of its kind was read, and it is not among them.
    Gone,
    /// Nothing tells.
    Unknown,
}

/// Everything that the evidence tells of what is there, and of what came and went.
#[derive(Debug, Default)]
pub(super) struct Fates {
    present: BTreeSet<Thing>,
    deeds: BTreeMap<Thing, Vec<(Timestamp, Deed)>>,
}

impl Fates {
    /// `is_history` tells of a record whether it shows what was, not what is.
    pub(super) fn new(evidence: &Evidence, is_history: impl Fn(usize) -> bool) -> Self {
        let mut fates = Self::default();
        let objects = evidence.wmi_objects().filter_map(|(at, object)| Some((at, Thing::object(object)?)));
        let tasks = evidence.tasks().map(|(at, task)| (at, Thing::task(&task.path)));
        // Logs call a service by either of its names.
        let services = evidence.services().flat_map(|(at, service)| {
            let names = [Some(service.name.as_str()), service.display_name.as_deref()];
            names.into_iter().flatten().map(move |name| (at, Thing::service(name)))
        });
        let listed = evidence.autostarts().filter_map(|(at, entry)| match entry.kind {
            Some(AutostartKind::Task) => Some((at, Thing::task(&entry.name))),
            Some(AutostartKind::Service | AutostartKind::Driver) => Some((at, Thing::service(&entry.name))),
            _ => None,
        });
        let present = objects.chain(tasks).chain(services).chain(listed);
        let present = present.filter(|(at, _)| !is_history(*at));
        fates.present = present.map(|(_, thing)| thing).collect();
        let mut seen = BTreeSet::new();
        for (_, event) in evidence.events() {
            // A log and its copy tell of the same twice.
            if !seen.insert((event.time, event.record_id, event.event_id, event.provider.as_str())) {
                continue;
            }
            for (thing, deed) in told(event) {
                fates.deeds.entry(thing).or_default().push((event.time, deed));
            }
        }
        for deeds in fates.deeds.values_mut() {
            deeds.sort();
        }
        fates
    }

    /// What became of the thing that was made at this time. `complete` is whether all of its kind was read of the machine as it is.
    pub(super) fn of(&self, thing: &Thing, made: Timestamp, complete: bool) -> Fate {
        let deeds = self.deeds.get(thing).map(Vec::as_slice).unwrap_or_default();
        let mut later = deeds.iter().filter(|(time, deed)| *time >= made && *deed != Deed::Seen);
        let next = later.find(|(time, deed)| *time > made || *deed == Deed::Removed);
        match next {
            Some((time, Deed::Removed)) if self.is_last_of_its_name(thing, *time) => Fate::Removed(*time),
            _ => self.today(thing, complete),
        }
    }

    /// What is known of the thing today.
    pub(super) fn today(&self, thing: &Thing, complete: bool) -> Fate {
        if self.present.contains(thing) {
            return Fate::Present;
        }
        match self.deeds.get(thing).and_then(|deeds| deeds.last()) {
            Some((time, Deed::Removed)) if self.is_last_of_its_name(thing, *time) => Fate::Removed(*time),
            // A service may be there under its other name.
            _ if complete && !matches!(thing, Thing::Service(_)) => Fate::Gone,
            _ => Fate::Unknown,
        }
    }

    /// Whether a removal at this time left none of this name: namespaces keep objects of one name apart, and Sysmon does not name them.
    fn is_last_of_its_name(&self, thing: &Thing, removed: Timestamp) -> bool {
        if !matches!(thing, Thing::Object(_) | Thing::Binding(..)) {
            return true;
        }
        let count = |wanted: Deed| {
            let deeds = self.deeds.get(thing).map(Vec::as_slice).unwrap_or_default();
            deeds.iter().filter(|(time, deed)| *time <= removed && *deed == wanted).count()
        };
        count(Deed::Removed) >= count(Deed::Made)
    }
}

/// What an event says came, was there or went.
pub(super) fn told(event: &Event) -> Vec<(Thing, Deed)> {
    let task = |deed| event.field("TaskName").map(|path| (Thing::task(path), deed));
    let service = || event.field("ServiceName").map(|name| (Thing::service(name), Deed::Made));
    let one = match (event.provider.as_str(), event.event_id) {
        ("Microsoft-Windows-WMI-Activity", 5861) => return registered(event),
        ("Microsoft-Windows-Sysmon", 19..=21) => sysmon(event),
        ("Microsoft-Windows-Security-Auditing", 4698) | ("Microsoft-Windows-TaskScheduler", 106) => {
            task(Deed::Made)
        }
        ("Microsoft-Windows-Security-Auditing", 4702) | ("Microsoft-Windows-TaskScheduler", 140 | 200) => {
            task(Deed::Seen)
        }
        ("Microsoft-Windows-Security-Auditing", 4699) | ("Microsoft-Windows-TaskScheduler", 141) => {
            task(Deed::Removed)
        }
        ("Service Control Manager", 7045) | ("Microsoft-Windows-Security-Auditing", 4697) => service(),
        _ => None,
    };
    one.into_iter().collect()
}

/// Event 5861 comes when a binding is registered, and again at each start of Windows.
fn registered(event: &Event) -> Vec<(Thing, Deed)> {
    let filter = event.field("ESS").map(|name| Thing::named(schema::EVENT_FILTER, name.trim()));
    let consumer = event.field("CONSUMER").or_else(|| event.field("Consumer"));
    let consumer = consumer.and_then(|text| {
        let path = ObjectPath::parse(text).ok()?;
        Some(Thing::named(&path.class, path.name()?))
    });
    let binding = match (&filter, &consumer) {
        (Some(Thing::Object(filter)), Some(Thing::Object(consumer))) => {
            Some(Thing::Binding(filter.clone(), consumer.clone()))
        }
        _ => None,
    };
    let things = [binding, consumer, filter].into_iter().flatten();
    things.map(|thing| (thing, Deed::Seen)).collect()
}

/// Events 19 to 21 of Sysmon name what was created, modified or deleted.
fn sysmon(event: &Event) -> Option<(Thing, Deed)> {
    let field = |name: &str| event.field(name).map(unquoted);
    let deed = match event.field("Operation").map(str::trim) {
        Some("Created") => Deed::Made,
        Some("Deleted") => Deed::Removed,
        _ => Deed::Seen,
    };
    let thing = match event.event_id {
        19 => Thing::named(schema::EVENT_FILTER, &field("Name")?),
        20 => {
            let class = match event.field("Type").map(str::trim) {
                Some("Command Line") => schema::COMMAND_LINE,
                Some("Script") => schema::ACTIVE_SCRIPT,
                Some("Log File") => schema::LOG_FILE,
                Some("Event Log") => schema::NT_EVENT_LOG,
                Some("SMTP") => schema::SMTP,
                _ => return None,
            };
            Thing::named(class, &field("Name")?)
        }
        _ => {
            let path = |name| Some(ObjectPath::parse(&field(name)?).ok()?.canonical_relative());
            Thing::Binding(path("Filter")?, path("Consumer")?)
        }
    };
    Some((thing, deed))
}
