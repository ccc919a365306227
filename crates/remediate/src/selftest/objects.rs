//! The objects of the test: each harmless, and by its name ours.

use super::{Phase, Run, Step};
use crate::plan::Target;
use evidence::wmi::schema;
use evidence::{ClassProperty, ObjectPath, Property, PropertyName, State, WmiClass, WmiObject};
use machine::{
    FileIdentity, FileState, Key, RegistryData, Result, ServiceConfig, StoredTask, Stream,
    WmiClassDefinition, WmiInstance, WmiPath,
};
use std::collections::BTreeMap;

/// The name of everything.
pub(super) const NAME: &str = "DeminerSelftest";
const NAMESPACE: &str = r"root\deminerselftest";
const CONSUMER: &str = "DeminerSelftest_Consumer";
const STORE: &str = "DeminerSelftest_Store";
const RUN: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run";
/// What the consumer and its class hold: names alone would decide nothing.
const NOTE: &str = "harmless";
/// A command that does nothing; nobody runs it.
const COMMAND: &str = r"%SystemRoot%\System32\cmd.exe /c rem DeminerSelftest";
/// `REG_EXPAND_SZ`.
const EXPANDED: u32 = 2;
/// After a day without a failure they count from one again; after the first, the service would be started again in a minute.
const FAILURE_ACTIONS: [u32; 7] = [86_400, 0, 0, 1, 0x14, 1, 60_000];
/// Times of the file, in 100 ns since 1601-01-01: 2001-02-03 04:05:06 and 2002-03-04 05:06:07, in UTC.
const CREATED: u64 = 126_256_467_060_000_000;
const MODIFIED: u64 = 126_596_919_670_000_000;
/// `FILE_ATTRIBUTE_HIDDEN` and `FILE_ATTRIBUTE_ARCHIVE`.
const HIDDEN_ARCHIVE: u32 = 0x22;
/// Of administrators, for them and the system alone.
const FILE_SECURITY: &str = "O:BAG:BAD:P(A;;FA;;;BA)(A;;FA;;;SY)";
const BYTES: &[u8] = b"a file of the self-test of Deminer\r\n";
/// Nothing triggers it, and it would do nothing.
const TASK: &str = "<?xml version=\"1.0\" encoding=\"UTF-16\"?>\r\n\
    <Task version=\"1.2\" xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">\
    <Triggers /><Principals><Principal id=\"Author\"><UserId>S-1-5-18</UserId></Principal></Principals>\
    <Settings><Enabled>true</Enabled></Settings>\
    <Actions Context=\"Author\"><Exec><Command>%SystemRoot%\\System32\\cmd.exe</Command>\
    <Arguments>/c rem DeminerSelftest</Arguments></Exec></Actions></Task>";

/// What the objects are as targets of a plan.
pub(super) fn targets(file: &str) -> Vec<Target> {
    let class = |class: &str| Target::WmiClass { namespace: NAMESPACE.to_owned(), class: class.to_owned() };
    let mut targets: Vec<_> = instances().iter().map(target_of).collect();
    targets.extend([
        class(STORE),
        class(CONSUMER),
        Target::Task { path: format!("\\{NAME}") },
        Target::Service { name: NAME.to_owned() },
        Target::RegistryValue { key: RUN.to_owned(), name: NAME.to_owned() },
        Target::File { path: file.to_owned() },
    ]);
    targets
}

fn target_of(instance: &WmiInstance) -> Target {
    let keys: BTreeMap<_, _> = ObjectPath::parse(&instance.path.relative)
        .map(|path| path.keys.into_iter().collect())
        .unwrap_or_default();
    Target::WmiInstance { namespace: NAMESPACE.to_owned(), class: instance.object.class.clone(), keys }
}

/// Makes the objects, and gives those that could be.
pub(super) fn make(run: &mut Run, file: &str) -> Vec<Target> {
    let mut made = Vec::new();
    let space = run.machine.put_wmi_instance(&namespace());
    told(run, NAMESPACE, &space);
    for class in [consumer_class(), store_class()] {
        let target = Target::WmiClass { namespace: NAMESPACE.to_owned(), class: class.class.name.clone() };
        let done = run.machine.put_wmi_class(&class);
        note(run, &mut made, target, &done);
    }
    for instance in instances() {
        let done = run.machine.put_wmi_instance(&instance);
        note(run, &mut made, target_of(&instance), &done);
    }
    let task = StoredTask { path: format!("\\{NAME}"), xml: TASK.to_owned(), enabled: true, security: None };
    let done = run.machine.register_task(&task);
    note(run, &mut made, Target::Task { path: task.path }, &done);
    let done = run.machine.create_service(&service());
    let service = Target::Service { name: NAME.to_owned() };
    let without = done.is_ok().then(|| with_failure_actions(run)).flatten();
    note_without(run, &mut made, service, &done, without);
    // A text with a variable in it: the type is something to keep, too.
    let data = RegistryData { kind: EXPANDED, ..RegistryData::string(COMMAND) };
    let done = run.machine.set_registry_value(&Key::new(RUN), NAME, None, &data);
    note(run, &mut made, Target::RegistryValue { key: RUN.to_owned(), name: NAME.to_owned() }, &done);
    let (done, without) = make_file(run, file);
    note_without(run, &mut made, Target::File { path: file.to_owned() }, &done, without);
    made
}

/// Gives the service something that follows its failure, as far as the machine can; it is never started, so it never fails.
fn with_failure_actions(run: &mut Run) -> Option<String> {
    let actions: Vec<u8> = FAILURE_ACTIONS.into_iter().flat_map(u32::to_le_bytes).collect();
    let set = run.machine.set_service_failure_actions(NAME, Some(&actions), Some(COMMAND));
    set.err().map(|error| format!("FailureActions: {error}"))
}

/// Makes the file with times of its own, attributes, a security descriptor and another stream: all of them, or those that the machine can keep.
fn make_file(run: &mut Run, path: &str) -> (Result<()>, Option<String>) {
    let whole = FileState {
        identity: FileIdentity { modified: MODIFIED, size: BYTES.len() as u64, ..FileIdentity::default() },
        final_path: path.to_owned(),
        created: CREATED,
        accessed: MODIFIED,
        attributes: HIDDEN_ARCHIVE,
        security: Some(FILE_SECURITY.to_owned()),
        streams: vec![Stream { name: NAME.to_owned(), bytes: NOTE.as_bytes().to_vec() }],
        ..FileState::default()
    };
    let mut refused = Vec::new();
    for (name, state) in [
        ("streams", whole.clone()),
        ("security", FileState { streams: Vec::new(), ..whole.clone() }),
        ("times", FileState { streams: Vec::new(), security: None, ..whole }),
    ] {
        match run.machine.restore_file(path, &state, BYTES) {
            Ok(()) => return (Ok(()), (!refused.is_empty()).then(|| refused.join("; "))),
            Err(error) => refused.push(format!("{name}: {error}")),
        }
    }
    (run.machine.write_new(path, BYTES), Some(refused.join("; ")))
}

fn note(run: &mut Run, made: &mut Vec<Target>, target: Target, done: &Result<()>) {
    note_without(run, made, target, done, None);
}

fn note_without(
    run: &mut Run,
    made: &mut Vec<Target>,
    target: Target,
    done: &Result<()>,
    without: Option<String>,
) {
    let problem = done.as_ref().err().map(ToString::to_string);
    run.tell(Step { phase: Phase::Make, object: target.name(), problem, without });
    if done.is_ok() {
        made.push(target);
    }
}

fn told(run: &mut Run, name: &str, done: &Result<()>) {
    run.step(Phase::Make, name.to_owned(), done.as_ref().err().map(ToString::to_string));
}

/// The namespace as WMI has it: an instance in the one above.
pub(super) fn namespace() -> WmiInstance {
    let mut instance = instance("__NAMESPACE", &["Name"], &[("Name", NAME)]);
    "root".clone_into(&mut instance.path.namespace);
    instance.object.namespace = Some("root".to_owned());
    instance
}

/// A filter whose event never comes, a consumer of a class that no provider serves, and their binding.
fn instances() -> [WmiInstance; 3] {
    let (filter, consumer) =
        (format!("{}.Name=\"{NAME}\"", schema::EVENT_FILTER), format!("{CONSUMER}.Name=\"{NAME}\""));
    let query = "SELECT * FROM __TimerEvent WHERE TimerId = \"DeminerSelftest\"";
    [
        instance(
            schema::EVENT_FILTER,
            &["Name"],
            &[("Name", NAME), ("QueryLanguage", "WQL"), ("Query", query), ("EventNamespace", NAMESPACE)],
        ),
        instance(CONSUMER, &["Name"], &[("Name", NAME), ("Note", NOTE)]),
        instance(schema::BINDING, &["Consumer", "Filter"], &[("Consumer", &consumer), ("Filter", &filter)]),
    ]
}

fn instance(class: &str, keys: &[&str], fields: &[(&str, &str)]) -> WmiInstance {
    let properties = fields.iter().map(|(name, value)| Property {
        name: PropertyName::new(name),
        value: (*value).into(),
        state: State::Known,
    });
    let value =
        |key: &&str| fields.iter().find(|(name, _)| name == key).map(|(_, value)| (*value).to_owned());
    let path = ObjectPath {
        server: None,
        namespace: None,
        class: class.to_owned(),
        keys: keys.iter().filter_map(|key| Some(((*key).to_owned(), value(key)?))).collect(),
    };
    let object = WmiObject {
        class: class.to_owned(),
        namespace: Some(NAMESPACE.to_owned()),
        properties: properties.collect(),
        ..WmiObject::default()
    };
    let path = WmiPath { namespace: NAMESPACE.to_owned(), relative: path.to_string() };
    WmiInstance { path, object, mof: String::new() }
}

fn class(
    name: &str,
    superclass: Option<&str>,
    properties: Vec<ClassProperty>,
    (qualifiers, mof): (&[&str], String),
) -> WmiClassDefinition {
    WmiClassDefinition {
        namespace: NAMESPACE.to_owned(),
        class: WmiClass {
            name: name.to_owned(),
            superclass: superclass.map(str::to_owned),
            namespace: Some(NAMESPACE.to_owned()),
            qualifiers: qualifiers.iter().map(|name| ((*name).to_owned(), NOTE.into())).collect(),
            properties,
            ..WmiClass::default()
        },
        mof,
        subclasses: Vec::new(),
        instances: Some(0),
        has_provider: false,
    }
}

fn consumer_class() -> WmiClassDefinition {
    let property = |name: &str, default: Option<&str>| ClassProperty {
        name: name.to_owned(),
        cim_type: "string".to_owned(),
        default: default.map(Into::into),
    };
    let mof = format!(
        "class {CONSUMER} : __EventConsumer\n{{\n\t[key] string Name;\n\tstring Note = \"{NOTE}\";\n}};\n"
    );
    let properties = vec![property("Name", None), property("Note", Some(NOTE))];
    class(CONSUMER, Some("__EventConsumer"), properties, (&[], mof))
}

fn store_class() -> WmiClassDefinition {
    let default = "deminer ".repeat(64);
    let mof = format!(
        "[{NAME}(\"{NOTE}\")]\nclass {STORE}\n{{\n\t[{NAME}(\"{NOTE}\")] string payload = \"{default}\";\n}};\n"
    );
    let payload = ClassProperty {
        name: "payload".to_owned(),
        cim_type: "string".to_owned(),
        default: Some(default.as_str().into()),
    };
    class(STORE, None, vec![payload], (&[NAME], mof))
}

/// Started by hand only, and nobody does.
fn service() -> ServiceConfig {
    let mut config = ServiceConfig { error_control: 0, ..ServiceConfig::default() };
    NAME.clone_into(&mut config.service.name);
    config.service.display_name = Some(NAME.to_owned());
    config.service.service_type = Some(0x10);
    config.service.start = Some(3);
    config.service.description = Some(NOTE.to_owned());
    config.service.image_path = Some(r"%SystemRoot%\System32\svchost.exe -k DeminerSelftest".to_owned());
    config
}
