//! What is known of the two public repositories.
#![allow(clippy::disallowed_methods, reason = "tests read their samples, and write where nobody else does")]

mod common;

use std::collections::BTreeSet;
use std::sync::Arc;

use cim_repository::{
    Class, EventObjects, Instance, KeyKind, Namespace, Problem, Repository, Summary, Value, Visitor,
};

const SYSTEM_SID: [u8; 16] = [1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0];

fn open(name: &str) -> Option<Repository> {
    Some(common::load(name)?.open())
}

fn named<'a>(instances: &'a [Instance], name: &str) -> &'a Instance {
    instances.iter().find(|i| i.text("Name") == Some(name)).unwrap_or_else(|| panic!("{name} is there"))
}

/// The one subscription that every Windows has, every field.
fn assert_stock(objects: &EventObjects) {
    let filter = named(&objects.filters, "SCM Event Log Filter");
    assert_eq!(filter.text("Query"), Some("select * from MSFT_SCMEventLogEvent"));
    assert_eq!(filter.text("QueryLanguage"), Some("WQL"));
    assert_eq!(filter.text("EventNamespace"), Some("root\\cimv2"));
    assert_eq!(filter.get("CreatorSID"), Some(&Value::Bytes(SYSTEM_SID.to_vec())));
    assert_eq!(filter.get("EventAccess"), Some(&Value::Null));

    let consumer = named(&objects.consumers, "SCM Event Log Consumer");
    assert_eq!(consumer.class.name, "NTEventLogEventConsumer");
    assert!(consumer.class.is_a("__EventConsumer"));
    assert_eq!(consumer.text("SourceName"), Some("Service Control Manager"));
    assert_eq!(consumer.text("NameOfUserSIDProperty"), Some("sid"));
    assert_eq!(consumer.get("Category"), Some(&Value::UInt16(0)));
    assert_eq!(consumer.get("EventID"), Some(&Value::UInt32(0)));
    assert_eq!(consumer.get("EventType"), Some(&Value::UInt32(1)));
    // Other readers take the references of an array of strings for its values.
    assert_eq!(
        consumer.get("InsertionStringTemplates"),
        Some(&Value::Array(vec![Value::String(String::new())]))
    );

    let paths = |b: &Instance| (b.text("Filter").map(str::to_owned), b.text("Consumer").map(str::to_owned));
    let wanted = (
        Some("__EventFilter.Name=\"SCM Event Log Filter\"".to_owned()),
        Some("NTEventLogEventConsumer.Name=\"SCM Event Log Consumer\"".to_owned()),
    );
    let binding = objects.bindings.iter().find(|b| paths(b) == wanted).expect("the binding is there");
    for flag in ["DeliverSynchronously", "MaintainSecurityContext", "SlowDownProviders"] {
        assert_eq!(binding.get(flag), Some(&Value::Boolean(false)), "{flag}");
    }
}

#[test]
fn the_clean_repository_has_only_the_stock_subscription() {
    let Some(repository) = open("clean-win10") else { return };
    let found = repository.subscriptions();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].namespace.path(), Some("root\\subscription"));
    let counts = [&found[0].filters, &found[0].consumers, &found[0].bindings, &found[0].timers].map(Vec::len);
    assert_eq!(counts, [1, 1, 1, 0]);
    assert_stock(&found[0]);
    assert_eq!(repository.problems(), []);
}

#[test]
fn the_infected_repository_has_one_more() {
    let Some(repository) = open("infected-win10") else { return };
    let found = repository.subscriptions();
    assert_eq!(found.len(), 1);
    let objects = &found[0];
    let counts = [&objects.filters, &objects.consumers, &objects.bindings, &objects.timers].map(Vec::len);
    assert_eq!(counts, [2, 2, 2, 0]);
    assert_stock(objects);

    // S-1-5-21-2212929841-2730996645-2649195864-1000
    let mut sid = vec![1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0];
    sid.extend([2_212_929_841u32, 2_730_996_645, 2_649_195_864, 1000].iter().flat_map(|n| n.to_le_bytes()));
    let filter = named(&objects.filters, "ProcessStartTrigger");
    let query = "SELECT * FROM Win32_ProcessStartTrace WHERE ProcessName = 'procexp64.exe'";
    assert_eq!(filter.text("Query"), Some(query));
    assert_eq!(filter.text("EventNamespace"), Some("ROOT\\cimv2"));
    assert_eq!(filter.get("CreatorSID").and_then(Value::as_bytes), Some(sid.as_slice()));

    let consumer = named(&objects.consumers, "KillProcess");
    assert_eq!(consumer.class.name, "ActiveScriptEventConsumer");
    assert_eq!(consumer.text("ScriptingEngine"), Some("VBScript"));
    assert_eq!(consumer.get("KillTimeout"), Some(&Value::UInt32(45)));
    assert!(consumer.text("ScriptText").expect("it has a script").contains("WbemScripting.SWbemLocator"));
    assert_eq!(consumer.get("ScriptFilename"), Some(&Value::Null));
    assert_eq!(consumer.get("CreatorSID").and_then(Value::as_bytes), Some(sid.as_slice()));

    let binding = objects.bindings.iter().find(|b| b.text("Filter").is_some_and(|f| f.contains("Trigger")));
    let binding = binding.expect("the binding is there");
    assert_eq!(binding.text("Consumer"), Some("ActiveScriptEventConsumer.Name=\"KillProcess\""));
    // Written at 21:08:30 says the event log; the record has the start of the service.
    assert_eq!(binding.session.to_string(), "2022-03-10T16:35:19.2584927Z");
    assert_eq!(binding.class_stored.to_string(), "2019-12-07T09:17:28.5723792Z");
    assert_eq!(binding.location.logical_page, Some(2703));
    assert_eq!(binding.location.size, 333);
}

#[derive(Default)]
struct Counter {
    classes: usize,
    instances: usize,
    types: BTreeSet<String>,
    problems: Vec<Problem>,
}

impl Visitor for Counter {
    fn class(&mut self, class: &Arc<Class>) {
        self.classes += 1;
        self.types.extend(class.properties.iter().map(|p| p.cim_type.to_string()));
    }

    fn instance(&mut self, instance: &Instance) {
        self.instances += 1;
        assert_eq!(instance.properties.len(), instance.class.properties.len());
    }

    fn problem(&mut self, problem: &Problem) {
        self.problems.push(problem.clone());
    }
}

/// Everything is decoded, and as much as the index has keys of the second kind for: every class stands once under its
/// superclass (`CR_…/C_`), every instance once more under the class that defines its keys (`KI_…/I_`).
fn assert_complete(name: &str, expected: Summary) {
    let Some(repository) = open(name) else { return };
    let mut counter = Counter::default();
    let summary = repository.walk(&mut counter);
    assert_eq!(counter.problems, [], "objects that are not decoded");
    assert_eq!(summary, expected);
    assert_eq!((counter.classes, counter.instances), (summary.class_keys, summary.instance_keys));
    assert_eq!(repository.problems(), []);

    let (mut subclasses, mut keyed) = (0, 0);
    for key in repository.keys() {
        match key.kind {
            KeyKind::Subclass { .. } => subclasses += 1,
            KeyKind::Keyed { .. } => keyed += 1,
            _ => {}
        }
    }
    assert_eq!((subclasses, keyed), (summary.classes, summary.instances));
    // All 16 types that there are, 15 of them in arrays: no class has references in arrays.
    assert!(counter.types.len() >= 29, "{:?}", counter.types);
}

#[test]
fn the_clean_repository_is_decoded_completely() {
    let counts = Summary {
        namespaces: 93,
        classes: 6684,
        instances: 2519,
        class_keys: 6684,
        instance_keys: 2519,
        problems: 0,
    };
    assert_complete("clean-win10", counts);
}

#[test]
fn the_infected_repository_is_decoded_completely() {
    let counts = Summary {
        namespaces: 93,
        classes: 6605,
        instances: 2514,
        class_keys: 6605,
        instance_keys: 2514,
        problems: 0,
    };
    assert_complete("infected-win10", counts);
}

#[test]
fn a_folder_of_files_gives_the_same_as_memory() {
    let Some(files) = common::load("infected-win10") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    files.write_to(folder.path());
    std::fs::rename(folder.path().join("OBJECTS.DATA"), folder.path().join("Objects.data")).expect("renamed");
    let on_disk = Repository::open(folder.path()).expect("it opens");
    let in_memory = files.open();
    assert_eq!(on_disk.subscriptions(), in_memory.subscriptions());
    assert_eq!(on_disk.walk(&mut Counter::default()), in_memory.walk(&mut Counter::default()));
}

#[test]
fn equal_versions_are_decided_by_the_id() {
    let Some(repository) = open("clean-win10") else { return };
    let mapping = repository.mapping().expect("a mapping is live");
    assert_eq!(
        (mapping.file.to_string().as_str(), mapping.version, mapping.id),
        ("MAPPING2.MAP", 40678, 429)
    );
    assert!(mapping.clean);
    assert_eq!(mapping.objects.len(), 2853);
    assert_eq!(mapping.objects.pairs().count(), 2853 - 29);
}

#[test]
fn classes_have_all_their_properties_and_defaults() {
    let Some(repository) = open("clean-win10") else { return };
    let namespace = Namespace::new("ROOT/SUBSCRIPTION");
    let class = repository.class(&namespace, "commandlineeventconsumer").expect("readable").expect("there");
    let names: Vec<_> = class.properties.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names.len(), 27);
    assert_eq!(
        names[..6],
        ["MachineName", "MaximumQueueSize", "CreatorSID", "Name", "ExecutablePath", "CommandLineTemplate"]
    );
    assert_eq!(class.derivation, ["__EventConsumer", "__IndicationRelated", "__SystemClass"]);
    assert_eq!(class.property("Priority").expect("there").default, Value::SInt32(32));
    let sid = class.property("CreatorSID").expect("there");
    assert_eq!(sid.origin, "__EventConsumer");
    assert_eq!(sid.default, Value::Bytes(vec![1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0]));
    assert!(class.property("Name").expect("there").is_key());
    assert_eq!(class.keys().len(), 1);
    assert_eq!(sid.qualifier("cimtype"), Some(&Value::String("uint8".into())));
    let parent = repository.class(&namespace, "__EventConsumer").expect("readable").expect("there");
    assert_eq!(parent.namespace.path(), Some("__SystemClass"));

    let registry =
        repository.class(&Namespace::new("root\\default"), "StdRegProv").expect("readable").expect("there");
    assert_eq!(registry.methods.len(), 20);
    let create = &registry.methods[0];
    assert_eq!(create.name, "CreateKey");
    let input = create.input.as_ref().expect("it takes something");
    let names: Vec<_> = input.properties.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["hDefKey", "sSubKeyName"]);
    assert_eq!(input.get("hDefKey"), Some(&Value::UInt32(0x8000_0002)));
    assert!(create.output.as_ref().expect("it gives something").get("ReturnValue").is_some());
}

/// The classes of `root\default` on clean machines, without those whose names begin with two underscores.
const STOCK_DEFAULT: [&str; 24] = [
    "ActiveScriptEventConsumer",
    "CIM_ClassCreation",
    "CIM_ClassDeletion",
    "CIM_ClassIndication",
    "CIM_ClassModification",
    "CIM_Error",
    "CIM_Indication",
    "CIM_InstCreation",
    "CIM_InstDeletion",
    "CIM_InstIndication",
    "CIM_InstModification",
    "CommandLineEventConsumer",
    "LogFileEventConsumer",
    "MSFT_ExtendedStatus",
    "MSFT_WmiError",
    "NTEventLogEventConsumer",
    "RegistryEvent",
    "RegistryKeyChangeEvent",
    "RegistryTreeChangeEvent",
    "RegistryValueChangeEvent",
    "SMTPEventConsumer",
    "StdRegProv",
    "SystemRestore",
    "SystemRestoreConfig",
];

/// Names of the classes that are seen from a namespace: its own and the stock system classes.
fn seen_from(repository: &Repository, path: &str) -> BTreeSet<String> {
    let spaces = [Namespace::new("__SystemClass"), Namespace::new(path)];
    spaces.iter().flat_map(|n| repository.classes(n)).map(|c| c.expect("readable").name.clone()).collect()
}

#[test]
fn stock_classes_are_those_of_other_machines() {
    let Some(repository) = open("clean-win10") else { return };
    let all = seen_from(&repository, "root\\default");
    assert_eq!(all.len(), 79);
    let named: Vec<_> = all.iter().filter(|n| !n.starts_with("__")).map(String::as_str).collect();
    assert_eq!(named, STOCK_DEFAULT);
    assert_eq!(seen_from(&repository, "root\\subscription").len(), 70);
    assert_eq!(seen_from(&repository, "root\\cimv2").len(), 862);
}

#[test]
fn qualifiers_of_instance_properties_are_one_set_each() {
    let Some(repository) = open("clean-win10") else { return };
    let namespace = Namespace::new("root\\default");
    let config =
        repository.instances(&namespace, "SystemRestoreConfig").next().expect("there").expect("readable");
    let with = |name: &str| {
        config.properties.iter().find(|p| p.property.name == name).expect("there").qualifiers.len()
    };
    assert_eq!(with("MyKey"), 0);
    assert!(
        ["DiskPercent", "RPGlobalInterval", "RPLifeInterval", "RPSessionInterval"]
            .iter()
            .all(|n| with(n) > 0)
    );
}

#[test]
fn objects_inside_objects() {
    let Some(repository) = open("clean-win10") else { return };
    let aliases: Vec<_> = repository
        .instances(&Namespace::new("root\\cli"), "MSFT_CliAlias")
        .map(|i| i.expect("readable"))
        .collect();
    assert!(aliases.len() > 70);
    let process = aliases.iter().find(|a| a.text("FriendlyName") == Some("Process")).expect("wmic process");
    let connection = process.get("Connection").and_then(Value::as_object).expect("an object");
    assert_eq!(connection.class, "MSFT_CliConnection");
    let formats = process.get("Formats").and_then(Value::as_array).expect("an array");
    let names: BTreeSet<_> =
        formats.iter().filter_map(|f| f.as_object()?.get("Name")?.as_str().map(str::to_uppercase)).collect();
    assert!(names.contains("BRIEF"), "{names:?}");
}
