//! The objects that events hold.

use super::OBJECT;
use super::wanted::{SECURITY, SERVICES, SYSMON, WMI_ACTIVITY};
use crate::{Problem, mof, tasks};
use evidence::wmi::{canonical_namespace, schema};
use evidence::{
    Event, Level, ObjectPath, Property, PropertyName, RecordData, Service, State, Value, WmiObject, unquoted,
};

/// The records that an event holds.
pub(super) fn records(event: &Event, problems: &mut Vec<Problem>) -> Vec<RecordData> {
    let found = match (event.provider.as_str(), event.event_id) {
        (WMI_ACTIVITY, 5861) => {
            let (objects, whole) = subscription(event);
            if !whole && !objects.is_empty() {
                problems.push(unreadable(event));
            }
            Some(objects).filter(|objects| !objects.is_empty())
        }
        (SYSMON, 19..=21) if event.field("Operation") != Some("Deleted") => {
            sysmon(event).map(|object| vec![RecordData::WmiObject(object)])
        }
        (SECURITY, 4698 | 4702) => task(event),
        (SERVICES, 7045) | (SECURITY, 4697) => {
            service(event).map(|service| vec![RecordData::Service(service)])
        }
        _ => return Vec::new(),
    };
    found.unwrap_or_else(|| {
        problems.push(unreadable(event));
        Vec::new()
    })
}

/// That the object in an event cannot be read, or not all of it.
fn unreadable(event: &Event) -> Problem {
    let message = OBJECT.with([u64::from(event.event_id).into(), event.record_id.into()]);
    Problem { level: Level::Warning, offset: None, message }
}

/// An object of which a log shows these properties and nothing of the others.
fn object(event: &Event, class: &str, properties: Vec<(&'static str, String)>) -> WmiObject {
    let property = |(name, value)| Property {
        name: PropertyName::known(name),
        value: Value::from(value),
        state: State::Known,
    };
    WmiObject {
        class: class.to_owned(),
        server: Some(event.computer.clone()).filter(|computer| !computer.is_empty()),
        properties: properties.into_iter().map(property).collect(),
        ..WmiObject::default()
    }
}

/// The path of an object that has one key, called `Name`.
fn named(class: &str, name: &str) -> String {
    let keys = vec![("Name".to_owned(), name.to_owned())];
    ObjectPath { server: None, namespace: None, class: class.to_owned(), keys }.to_string()
}

/// Event 5861 tells of a binding: `PossibleCause` shows the filter and the consumer in MOF, `ESS` and `CONSUMER` name them.
///
/// Returns the objects, and whether all of the text could be read.
fn subscription(event: &Event) -> (Vec<RecordData>, bool) {
    let namespace = event.field("Namespace").map(canonical_namespace);
    let text = event.field("PossibleCause").unwrap_or_default();
    let parsed = mof::parse_fragments(text);
    let whole = parsed.problems.is_empty();
    let mut objects: Vec<WmiObject> = parsed
        .records
        .into_iter()
        .filter_map(|(_, data)| match data {
            RecordData::WmiObject(object) => Some(object),
            _ => None,
        })
        .collect();
    for object in &mut objects {
        object.server = Some(event.computer.clone()).filter(|computer| !computer.is_empty());
        object.namespace.clone_from(&namespace);
    }
    let key = |object: Option<&WmiObject>| {
        object.filter(|object| !object.name().is_empty()).map(|object| named(&object.class, object.name()))
    };
    let filter = key(objects.iter().find(|object| object.is_filter()))
        .or_else(|| Some(named(schema::EVENT_FILTER, event.field("ESS")?)));
    let consumer = key(objects.iter().find(|object| !object.is_filter())).or_else(|| {
        let path = ObjectPath::parse(event.field("CONSUMER")?).ok()?;
        Some(named(&path.class, path.name()?))
    });
    if let (Some(filter), Some(consumer)) = (filter, consumer) {
        let mut binding = object(event, schema::BINDING, vec![("Consumer", consumer), ("Filter", filter)]);
        binding.namespace = namespace;
        objects.push(binding);
    }
    (objects.into_iter().map(RecordData::WmiObject).collect(), whole)
}

/// Sysmon 19, 20 and 21 show the few properties that they know as MOF would write them.
fn sysmon(event: &Event) -> Option<WmiObject> {
    let field = |name: &str| event.field(name).map(unquoted);
    Some(match event.event_id {
        19 => {
            let mut properties = vec![("Name", field("Name")?), ("Query", field("Query")?)];
            properties.extend(field("EventNamespace").map(|namespace| ("EventNamespace", namespace)));
            object(event, schema::EVENT_FILTER, properties)
        }
        20 => {
            let name = ("Name", field("Name")?);
            let destination = field("Destination").unwrap_or_default();
            let (class, property) = match event.field("Type")?.trim() {
                "Command Line" => (schema::COMMAND_LINE, "CommandLineTemplate"),
                "Script" => (schema::ACTIVE_SCRIPT, "ScriptText"),
                "Log File" => (schema::LOG_FILE, "Filename"),
                _ => return None,
            };
            object(event, class, vec![name, (property, destination)])
        }
        _ => {
            let properties = vec![("Consumer", field("Consumer")?), ("Filter", field("Filter")?)];
            object(event, schema::BINDING, properties)
        }
    })
}

/// Events 4698 and 4702 hold the whole definition of a task.
fn task(event: &Event) -> Option<Vec<RecordData>> {
    let content = event.field("TaskContent").or_else(|| event.field("TaskContentNew"))?;
    let mut task = tasks::definition(content)?;
    if let Some(name) = event.field("TaskName") {
        name.clone_into(&mut task.path);
    }
    Some(vec![RecordData::Task(task)])
}

/// Event 7045 says in words what event 4697 says in numbers.
fn service(event: &Event) -> Option<Service> {
    let field = |names: [&str; 2]| names.into_iter().find_map(|name| event.field(name)).map(str::to_owned);
    let kind = event.field("ServiceType").and_then(|text| match text.trim() {
        "kernel mode driver" => Some(1),
        "file system driver" => Some(2),
        "user mode service" => Some(0x10),
        number => parsed(number),
    });
    let start = field(["StartType", "ServiceStartType"]).and_then(|text| match text.trim() {
        "boot start" => Some(0),
        "system start" => Some(1),
        "auto start" => Some(2),
        "demand start" => Some(3),
        "disabled" => Some(4),
        number => parsed(number),
    });
    Some(Service {
        name: event.field("ServiceName")?.to_owned(),
        service_type: kind,
        start,
        image_path: field(["ImagePath", "ServiceFileName"]),
        account: field(["AccountName", "ServiceAccount"]),
        ..Service::default()
    })
}

/// A number as events write it, decimal or hexadecimal.
fn parsed(text: &str) -> Option<u32> {
    match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}
