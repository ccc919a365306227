//! Whole collections from a computer in memory, read back by `parse`.

use super::*;
use evidence::{
    Area, Connection, Custody, Evidence, Property, PropertyName, RecordData, Service, State, Value, WmiObject,
};
use machine::memory::{Memory, State as Computer};
use machine::{Fault, RegistryData, ServiceConfig, StoredTask};
use parse::bundle::{BundleRef, Limits};
use std::io::Cursor;

const TASK: &str = "<Task xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\"><Actions><Exec>\
    <Command>C:\\Users\\Public\\probe.exe</Command></Exec></Actions></Task>";

fn object(class: &str, fields: &[(&str, &str)]) -> WmiObject {
    let known = evidence::wmi::schema::of(class).map(|schema| schema.properties).unwrap_or_default();
    let own = |name: &str| fields.iter().find(|(field, _)| *field == name);
    WmiObject {
        class: class.to_owned(),
        properties: known
            .iter()
            .map(|name| Property {
                name: PropertyName::known(name),
                value: own(name).map_or(Value::Null, |(_, value)| Value::text(*value)),
                state: State::Known,
            })
            .collect(),
        ..WmiObject::default()
    }
}

/// A machine with a little of everything.
fn computer() -> Computer {
    let mut state = Computer::default();
    state.facts.host = evidence::Host::named("PC-1", evidence::NameSource::Manifest);
    state.facts.host.id = evidence::HostId("0f3c".into());
    state.facts.windows = r"C:\Windows".into();
    state.facts.program_data = r"C:\ProgramData".into();
    state.facts.user = r"PC-1\admin".into();
    state.facts.elevated = true;
    for class in ["__EventFilter", "__EventConsumer", "__FilterToConsumerBinding", "__TimerInstruction"] {
        state.add_class(r"root\subscription", class, None);
    }
    state.add_class(r"root\subscription", "CommandLineEventConsumer", Some("__EventConsumer"));
    state.add_namespace("root");
    let filter =
        object("__EventFilter", &[("Name", "F"), ("Query", "SELECT * FROM x"), ("QueryLanguage", "WQL")]);
    let consumer =
        object("CommandLineEventConsumer", &[("Name", "C"), ("CommandLineTemplate", "probe.exe -o x")]);
    let binding = object(
        "__FilterToConsumerBinding",
        &[("Filter", "__EventFilter.Name=\"F\""), ("Consumer", "CommandLineEventConsumer.Name=\"C\"")],
    );
    state.add_instance(r"root\subscription", filter, &["Name"]);
    state.add_instance(r"root\subscription", consumer, &["Name"]);
    state.add_instance(r"root\subscription", binding, &["Filter", "Consumer"]);
    let run = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run";
    state.add_registry_value(run, "Updater", RegistryData::string(r"C:\Users\Public\probe.exe -k"));
    state.add_file(r"C:\Users\Public\probe.exe", b"MZ");
    state.add_file(r"C:\Windows\System32\Tasks\Evil\Task", TASK.as_bytes());
    state.tasks.insert(
        r"\told".into(),
        StoredTask { path: r"\Told".into(), xml: TASK.into(), enabled: false, security: None },
    );
    state.services.insert(
        "svc".into(),
        ServiceConfig {
            service: Service { name: "Svc".into(), image_path: Some("a.exe".into()), ..Service::default() },
            ..ServiceConfig::default()
        },
    );
    state.add_process(7, r"C:\Users\Public\probe.exe", "probe.exe -o pool");
    state.connections.push(Connection { protocol: "tcp".into(), pid: Some(7), ..Connection::default() });
    state
}

fn collected(machine: &Memory) -> (Manifest, Evidence) {
    let mut bytes = Cursor::new(Vec::new());
    let mut steps = Vec::new();
    let manifest =
        collect(machine, &Options::default(), &mut |progress| steps.push(progress.step), &mut bytes).unwrap();
    assert_eq!(steps, Step::ALL);
    let mut read = BundleRef::from_bytes("PC-1_WMI.zip", bytes.into_inner()).read(&Limits::default());
    assert_eq!(read.len(), 1, "one machine");
    (manifest, read.remove(0))
}

#[test]
fn what_was_collected_is_read_back_and_its_seal_holds() {
    let machine = Memory::new(computer());
    let before = machine.snapshot();
    let (manifest, evidence) = collected(&machine);
    assert_eq!(evidence.custody, Custody::Verified, "{:?}", evidence.notes);
    assert_eq!(evidence.host.id.0, "0f3c");
    assert!(evidence.coverage.subscriptions_complete(), "{:?} {:?}", evidence.coverage, manifest.failures);
    let consumers: Vec<_> = evidence.wmi_objects().filter(|(_, object)| object.is_consumer()).collect();
    assert_eq!(consumers.len(), 2, "from the listing and from the records");
    assert_eq!(consumers[0].1.fingerprint(), consumers[1].1.fingerprint());
    let (_, entry) = evidence.autostarts().next().unwrap();
    assert_eq!(entry.image_path.as_deref(), Some(r"C:\Users\Public\probe.exe"));
    assert_eq!(entry.signer.as_deref(), Some("(Not verified)"));
    assert!(entry.hashes.contains_key("sha256"));
    assert_eq!(evidence.services().count(), 1);
    assert_eq!(evidence.connections().count(), 1);
    let (_, process) = evidence.processes().next().unwrap();
    assert_eq!(process.command_line.as_deref(), Some("probe.exe -o pool"));
    assert!(process.hashes.contains_key("sha256"));
    assert_eq!(manifest.operator.as_deref(), Some(r"PC-1\admin"));
    assert_eq!(manifest.rights, ["administrator"]);
    assert!(machine.snapshot().diff(&before).is_empty(), "nothing is changed");
}

#[test]
fn tasks_tell_which_places_know_them() {
    let (_, evidence) = collected(&Memory::new(computer()));
    let place = |path: &str| {
        let mut own = evidence.tasks().filter(|(_, task)| task.path == path && task.seen.file.is_some());
        own.next().map(|(_, task)| (task.seen.file, task.enabled, task.actions.len())).unwrap()
    };
    assert_eq!(place(r"\Evil\Task"), (Some(true), Some(true), 1));
    assert_eq!(place(r"\Told"), (Some(false), Some(false), 1));
}

#[test]
fn what_cannot_be_read_is_listed_and_the_rest_goes_on() {
    let machine = Memory::new(computer());
    for method in ["processes", "services", "tasks", "accounts", "settings", "registry_key"] {
        machine.fail_on(method, "", Fault::AccessDenied);
    }
    machine.fail_on("wmi_instances", "__EventFilter", Fault::TimedOut);
    let (manifest, evidence) = collected(&machine);
    assert_eq!(evidence.custody, Custody::Verified);
    assert!(!evidence.coverage.subscriptions_complete());
    assert!(evidence.coverage.is_complete(Area::Bindings));
    assert!(evidence.coverage.get(Area::Processes).is_none());
    for what in
        ["list the processes", "list the services", "list the instances of the WMI class `__EventFilter`"]
    {
        assert!(
            manifest.failures.iter().any(|failure| failure.what == what),
            "{what}: {:?}",
            manifest.failures
        );
    }
    assert_eq!(evidence.wmi_objects().filter(|(_, object)| object.is_binding()).count(), 2);
}

#[test]
fn a_machine_without_wmi_is_unknown_not_clean() {
    let mut state = computer();
    state.namespaces.clear();
    let (manifest, evidence) = collected(&Memory::new(state));
    assert!(!evidence.coverage.subscriptions_complete());
    assert_eq!(evidence.coverage.get(Area::EventFilters), None);
    assert!(manifest.failures.iter().any(|failure| failure.what == "list the WMI namespaces"));
    assert!(!manifest.members.iter().any(|member| member.path == "EventFilter.txt"));
}

#[test]
fn a_namespace_that_is_missing_is_said() {
    let mut state = computer();
    state.namespaces.remove(r"root\subscription");
    let (manifest, evidence) = collected(&Memory::new(state));
    assert_eq!(evidence.coverage.get(Area::EventConsumers), None);
    assert!(manifest.failures.iter().any(|failure| failure.what.contains(r"root\subscription")));
}

#[test]
fn instances_behind_a_provider_are_never_asked_for() {
    let mut state = computer();
    state.add_class(r"root\subscription", "EvilConsumer", Some("__EventConsumer"));
    let space = state.namespaces.get_mut(r"root\subscription").unwrap();
    space.classes.get_mut("evilconsumer").unwrap().has_provider = true;
    let machine = Memory::new(state);
    let (manifest, evidence) = collected(&machine);
    let asked: Vec<_> = machine
        .calls()
        .into_iter()
        .filter(|call| call.method == "wmi_instances")
        .map(|call| call.target)
        .collect();
    assert!(asked.contains(&"CommandLineEventConsumer".to_owned()), "{asked:?}");
    assert!(!asked.iter().any(|class| class == "__EventConsumer" || class == "EvilConsumer"), "{asked:?}");
    assert!(manifest.failures.iter().any(|failure| failure.what.contains("EvilConsumer")));
    assert!(!evidence.coverage.is_complete(Area::EventConsumers));
}

#[test]
fn records_point_to_the_part_of_the_machine_that_said_it() {
    let (_, evidence) = collected(&Memory::new(computer()));
    let (at, _) = evidence.services().next().unwrap();
    let record = &evidence.records[at];
    assert!(matches!(record.data, RecordData::Service(_)));
    let source = &evidence.sources[record.provenance.source as usize];
    assert_eq!(source.member.as_deref(), Some("services"));
}

#[test]
fn settings_of_every_kind_are_asked_for_once_and_one_that_fails_stops_no_other() {
    let mut state = computer();
    let policy = evidence::Setting {
        kind: "account-policy".into(),
        name: "MinimumPasswordLength".into(),
        value: "0".into(),
        ..evidence::Setting::default()
    };
    state.settings.insert((policy.kind.clone(), policy.name.to_lowercase()), policy.clone());
    let machine = Memory::new(state);
    machine.fail_on("settings", "missing-update", Fault::TimedOut);
    let (manifest, evidence) = collected(&machine);
    let mut asked: Vec<_> = machine
        .calls()
        .into_iter()
        .filter(|call| call.method == "settings")
        .map(|call| call.target)
        .collect();
    asked.sort();
    let count = asked.len();
    asked.dedup();
    assert_eq!(asked.len(), count, "{asked:?}");
    for kind in ["os-build", "package", "update-search", "account-policy", "group-member"] {
        assert!(asked.iter().any(|own| own == kind), "{kind}");
    }
    assert!(evidence.settings().any(|(_, found)| *found == policy));
    let failed: Vec<_> =
        manifest.failures.iter().filter(|failure| failure.what.contains("settings")).collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert!(evidence.coverage.is_complete(Area::Patch), "nothing hangs on it");
    machine.fail_on("settings", "package", Fault::AccessDenied);
    assert!(!collected(&machine).1.coverage.is_complete(Area::Patch));
}
