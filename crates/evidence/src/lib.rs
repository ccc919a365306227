//! The vocabulary of Deminer: what was read from one host, as plain data.
//!
//! Everything to the right (detection, planning, reports, fleets) speaks in these words. Nothing here judges, reads
//! a file or prints; a [`Record`] says what some source said, and its [`Provenance`] says where.
#![forbid(unsafe_code)]

pub mod autostart;
pub mod coverage;
pub mod event;
pub mod firewall;
pub mod host;
pub mod message;
pub mod process;
pub mod provenance;
pub mod service;
pub mod system;
pub mod task;
pub mod time;
pub mod watched;
pub mod wmi;

pub use autostart::{AutostartEntry, AutostartKind, program_of, programs_of};
pub use coverage::{Area, Coverage, ReadState};
pub use event::{Event, unquoted};
pub use host::{Host, HostId, NameSource, OperatingSystem};
pub use message::{Arg, Level, Message, MessageSpec, Note};
pub use process::{Connection, Process};
pub use provenance::{Location, Provenance, Source, SourceIndex};
pub use service::Service;
pub use system::{Account, FileFact, RegistryValue, Setting, readable};
pub use task::{ScheduledTask, TaskAction, TaskEmail, TaskPlace, TaskPlaces, TaskReading, same_actions};
pub use time::from_filetime;
pub use wmi::{ClassProperty, ObjectPath, Property, PropertyName, Seen, State, Value, WmiClass, WmiObject};

use serde::{Deserialize, Serialize};

/// Everything that was read from one host.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The machine that the records speak of.
    pub host: Host,
    /// The files, archive members and logs that were read, in the order in which they were read.
    pub sources: Vec<Source>,
    /// What they say, in the order of the sources and, within one, of the bytes.
    pub records: Vec<Record>,
    /// Which areas of the machine the sources cover, and how far.
    pub coverage: Coverage,
    /// What could not be read, and other remarks for the person at the keyboard.
    pub notes: Vec<Note>,
    /// Whether the evidence came with a manifest, and whether that verifies.
    pub custody: Custody,
    /// When the machine was read by its own clock, where a manifest that verifies says so; the last time of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collected: Option<jiff::Timestamp>,
}

/// Whether the evidence can be shown to be what was collected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Custody {
    /// No manifest came with the evidence.
    #[default]
    Unsealed,
    /// Every member has the length and SHA-256 that the manifest gives.
    Verified,
    /// A member differs from the manifest, is missing, or is not listed in it.
    Broken,
}

/// One fact about the host, and where it was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Where it was read.
    pub provenance: Provenance,
    /// What it says.
    #[serde(flatten)]
    pub data: RecordData,
}

/// What a record says, by kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "kebab-case")]
pub enum RecordData {
    /// An instance of a WMI class: a filter, a consumer, a binding, a timer, a provider, …
    WmiObject(WmiObject),
    /// The definition of a WMI class, with the default values that may hide a payload.
    WmiClass(WmiClass),
    /// Anything else that starts code: a Run value, a service, a scheduled task, … as far as a listing tells.
    Autostart(AutostartEntry),
    /// A scheduled task.
    Task(ScheduledTask),
    /// A service or driver.
    Service(Service),
    /// A running process.
    Process(Process),
    /// A network endpoint.
    Connection(Connection),
    /// An event of a log.
    Event(Event),
    /// A file.
    File(FileFact),
    /// A registry value.
    Registry(RegistryValue),
    /// A local account.
    Account(Account),
    /// Any other fact about the machine.
    Setting(Setting),
}

/// One iterator for each kind of record.
macro_rules! kinds {
    ($($name:ident: $type:ty = $variant:ident, $doc:literal;)*) => {
        impl Evidence {$(
            #[doc = $doc]
            pub fn $name(&self) -> impl Iterator<Item = (usize, &$type)> {
                self.records.iter().enumerate().filter_map(|(at, record)| match &record.data {
                    RecordData::$variant(data) => Some((at, data)),
                    _ => None,
                })
            }
        )*}
    };
}

kinds! {
    wmi_objects: WmiObject = WmiObject, "The WMI objects among the records, with the place of each record.";
    wmi_classes: WmiClass = WmiClass, "The WMI class definitions among the records, with the place of each record.";
    autostarts: AutostartEntry = Autostart, "The autostart entries among the records, with the place of each record.";
    tasks: ScheduledTask = Task, "The scheduled tasks among the records, with the place of each record.";
    services: Service = Service, "The services and drivers among the records, with the place of each record.";
    processes: Process = Process, "The processes among the records, with the place of each record.";
    connections: Connection = Connection, "The network endpoints among the records, with the place of each record.";
    events: Event = Event, "The events among the records, with the place of each record.";
    files: FileFact = File, "The files among the records, with the place of each record.";
    registry_values: RegistryValue = Registry, "The registry values among the records, with the place of each record.";
    accounts: Account = Account, "The local accounts among the records, with the place of each record.";
    settings: Setting = Setting, "The other facts among the records, with the place of each record.";
}

impl Evidence {
    /// Whether all of it was asked over the network, and none of it read on the machine.
    pub fn is_asked(&self) -> bool {
        !self.sources.is_empty() && self.sources.iter().all(|source| source.format == "network-check")
    }

    /// Adds other evidence of the same host behind this. The name that is known best names the host.
    pub fn merge(&mut self, other: Self) {
        let (only_asked, asked) = (self.is_asked(), other.is_asked());
        let shift = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
        self.host.merge(other.host);
        self.sources.extend(other.sources);
        self.records.extend(other.records.into_iter().map(|mut record| {
            record.provenance.source = record.provenance.source.saturating_add(shift);
            record
        }));
        self.coverage.merge(&other.coverage);
        self.notes.extend(other.notes);
        self.collected = self.collected.max(other.collected);
        self.custody = match (self.custody, other.custody) {
            // What was asked from elsewhere does not make the evidence of the machine less whole.
            (own, _) if asked => own,
            (_, other) if only_asked => other,
            (Custody::Verified, Custody::Verified) => Custody::Verified,
            (Custody::Broken, _) | (_, Custody::Broken) => Custody::Broken,
            _ => Custody::Unsealed,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_records_still_point_to_their_sources() {
        let evidence = |path: &str| Evidence {
            host: Host::named("pc", NameSource::Input),
            sources: vec![Source {
                path: path.into(),
                member: None,
                sha256: None,
                length: 0,
                format: "mof".into(),
            }],
            records: vec![Record {
                provenance: Provenance { source: 0, location: Location::Whole },
                data: RecordData::WmiClass(WmiClass { name: path.into(), ..WmiClass::default() }),
            }],
            custody: Custody::Verified,
            ..Evidence::default()
        };
        let mut both = evidence("a");
        both.merge(Evidence { custody: Custody::Unsealed, ..evidence("b") });
        for record in &both.records {
            let RecordData::WmiClass(class) = &record.data else { panic!("{record:?}") };
            assert_eq!(both.sources[record.provenance.source as usize].path, class.name);
        }
        assert_eq!(both.custody, Custody::Unsealed);
    }

    #[test]
    fn records_survive_json() {
        let record = Record {
            provenance: Provenance { source: 0, location: Location::Offset(7) },
            data: RecordData::WmiObject(WmiObject {
                class: "__EventFilter".into(),
                properties: vec![Property {
                    name: PropertyName::known("Name"),
                    value: Value::text("x"),
                    state: State::Known,
                }],
                ..WmiObject::default()
            }),
        };
        let text = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record, "{text}");
    }
}
