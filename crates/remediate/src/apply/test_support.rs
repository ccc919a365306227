//! A machine with everything that can be planned, and a plan for it.

use crate::plan::{Action, Plan, PlanHost, Precondition, Target, Verb, backup_words, check_word};
use crate::{CaseDir, Options, Watcher};
use detect::assessment::State as StageState;
use evidence::{
    Host, HostId, Message, Property, PropertyName, Setting, State as Known, Value, WmiClass, WmiObject,
};
use intel::Intel;
use machine::memory::{Memory, State};
use machine::{RegistryData, ServiceConfig, Signature, StoredTask, WmiClassDefinition};
use std::collections::BTreeMap;

pub(crate) const SUBSCRIPTION: &str = r"root\subscription";
pub(crate) const RUN: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run";
pub(crate) const WINLOGON: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon";
pub(crate) const LSA: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa";
pub(crate) const MINER: &str = r"C:\ProgramData\miner.exe";
/// What follows when the service of the miner fails.
const FAILURE: &str = r"C:\ProgramData\miner.exe again";
pub(crate) const HELD: &str = r"C:\ProgramData\held.exe";
pub(crate) const PACKAGE: &str = r"C:\updates\windows6.1-kb4012212-x64_00.msu";
pub(crate) const HOSTS: &str = r"C:\Windows\System32\drivers\etc\hosts";
pub(crate) const CASE: &str = r"C:\cases\one";

/// Whoever is asked says yes.
pub(crate) struct Yes;

impl Watcher for Yes {
    fn confirm(&mut self, _action: &Action) -> bool {
        true
    }
}

pub(crate) fn intel() -> &'static Intel {
    Intel::builtin()
}

pub(crate) fn case() -> CaseDir {
    CaseDir::new(CASE).unwrap()
}

pub(crate) fn options() -> Options {
    Options { apply: true, yes: true, ..Options::default() }
}

pub(crate) fn object(class: &str, fields: &[(&str, &str)]) -> WmiObject {
    let properties = fields.iter().map(|(name, value)| Property {
        name: PropertyName::new(name),
        value: value.parse().map_or_else(|_| Value::from(*value), Value::Uint),
        state: Known::Known,
    });
    WmiObject { class: class.into(), properties: properties.collect(), ..WmiObject::default() }
}

const FILTER: &[(&str, &str)] = &[
    ("Name", "Bad\" 'filter'"),
    ("QueryLanguage", "WQL"),
    ("Query", "SELECT * FROM __TimerEvent"),
    ("EventNamespace", r"root\cimv2"),
];
const CONSUMER: &[(&str, &str)] =
    &[("Name", "Bad consumer"), ("CommandLineTemplate", "powershell -enc AAAA")];
const BINDING: &[(&str, &str)] = &[
    ("Consumer", "CommandLineEventConsumer.Name=\"Bad consumer\""),
    ("Filter", "__EventFilter.Name=\"Bad\\\" 'filter'\""),
];
const TIMER: &[(&str, &str)] = &[("TimerId", "Bad timer"), ("IntervalBetweenEvents", "60000")];

/// The definition of a task, with everything that says how it runs.
const TASK: &str = "<Task><Triggers><BootTrigger/></Triggers><Principals><Principal id=\"A\"><UserId>S-1-5-18</UserId>\
    <LogonType>Password</LogonType><RunLevel>HighestAvailable</RunLevel></Principal></Principals><Settings><Hidden>true</Hidden>\
    <Priority>7</Priority></Settings><Actions Context=\"A\"><Exec><Command>NAME.exe</Command>\
    <WorkingDirectory>C:\\NAME</WorkingDirectory></Exec></Actions></Task>";

/// The machine: one bad thing of each kind, good ones beside them, and the stock subscription missing.
pub(crate) fn infected() -> State {
    let mut state = State { clock: "2026-01-02T03:04:05Z".parse().unwrap(), ..State::default() };
    state.facts.host = Host {
        id: HostId("guid-1".into()),
        name: "PC-1".into(),
        names: vec!["PC-1".into()],
        ..Host::default()
    };
    state.facts.windows = r"C:\Windows".into();
    state.facts.host.os =
        Some(evidence::OperatingSystem { version: Some("6.1.7601".into()), ..Default::default() });
    state.facts.elevated = true;
    state.add_folder(r"C:\cases");
    state.creator_sid = Some(creator(1));
    add_wmi(&mut state);
    state.add_registry_value(LSA, "RestrictAnonymous", RegistryData::dword(0));
    state.add_registry_value(RUN, "Good", RegistryData::string("good.exe"));
    state.add_registry_value(RUN, "Bad", RegistryData::string(MINER));
    state.add_registry_value(WINLOGON, "Shell", RegistryData::string(&format!("explorer.exe,{MINER}")));
    state.add_registry_value(
        WINLOGON,
        "Userinit",
        RegistryData::string(r"C:\Windows\system32\userinit.exe,"),
    );
    for (name, path) in [("Bad", MINER), ("Good", r"C:\Program Files\good.exe")] {
        let mut config = ServiceConfig { failure_actions: Some(vec![1, 2, 3]), ..ServiceConfig::default() };
        config.service.name = name.into();
        config.service.service_type = Some(0x10);
        config.service.start = Some(2);
        config.service.image_path = Some(path.into());
        config.service.failure_command = Some(format!("{path} again"));
        config.service.running = Some(true);
        state.services.insert(name.to_lowercase(), config);
        let path = format!("\\{name} task");
        let xml = TASK.replace("NAME", name);
        let security = Some("O:BAG:SYD:(A;;FA;;;BA)".to_owned());
        state.tasks.insert(path.to_lowercase(), StoredTask { path, xml, enabled: true, security });
    }
    add_client(&mut state);
    let package = state.add_file(PACKAGE, b"MSCF");
    package.signature = Signature::Valid { signer: "Microsoft Windows".into(), windows: true };
    state.add_process(100, MINER, "miner -o pool");
    state.add_process(101, r"C:\Windows\System32\svchost.exe", "svchost -k netsvcs");
    state.add_file(MINER, b"MZ miner").state.attributes = 6;
    state.add_file(HELD, b"MZ held").held = true;
    let cmd = state.add_file(r"C:\Windows\System32\cmd.exe", b"MZ cmd");
    cmd.signature = Signature::Valid { signer: "Microsoft Windows".into(), windows: true };
    for program in ["explorer.exe", r"System32\ntdll.dll", r"System32\userinit.exe", r"System32\schedsvc.dll"]
    {
        let file = state.add_file(&format!(r"C:\Windows\{program}"), b"MZ windows");
        file.signature = Signature::Valid { signer: "Microsoft Windows".into(), windows: true };
    }
    state.add_file(
        HOSTS,
        b"# hosts\r\n1.2.3.4 bad.example\r\n192.0.2.9 bad.example good.example\r\n127.0.0.1 localhost\r\n",
    );
    let proxy = Setting {
        kind: "portproxy".into(),
        name: "0.0.0.0:57".into(),
        value: "1.2.3.4:80".into(),
        details: BTreeMap::from([("families".to_owned(), "v4tov4".to_owned())]),
    };
    state.settings.insert((proxy.kind.clone(), proxy.name.clone()), proxy);
    state
}

/// The client for SMB, which depends on the driver of its first version.
fn add_client(state: &mut State) {
    for (name, service_type, depends_on) in
        [("LanmanWorkstation", 0x20, &["Bowser", "MRxSmb10", "MRxSmb20", "NSI"][..]), ("mrxsmb10", 2, &[])]
    {
        let depends_on = depends_on.iter().map(|name| (*name).to_owned()).collect();
        let mut config = ServiceConfig { depends_on, ..ServiceConfig::default() };
        config.service.name = name.into();
        config.service.service_type = Some(service_type);
        config.service.start = Some(2);
        config.service.running = Some(true);
        state.services.insert(name.to_lowercase(), config);
    }
}

fn add_wmi(state: &mut State) {
    for (class, above) in [
        ("__EventFilter", None),
        ("__EventConsumer", None),
        ("CommandLineEventConsumer", Some("__EventConsumer")),
        ("NTEventLogEventConsumer", Some("__EventConsumer")),
        ("__FilterToConsumerBinding", None),
        ("__IntervalTimerInstruction", None),
    ] {
        state.add_class(SUBSCRIPTION, class, above);
    }
    for (class, fields, keys) in [
        ("__EventFilter", FILTER, &["Name"][..]),
        ("CommandLineEventConsumer", CONSUMER, &["Name"]),
        ("__FilterToConsumerBinding", BINDING, &["Consumer", "Filter"]),
    ] {
        let mut object = object(class, fields);
        let name = PropertyName::known("CreatorSID");
        object.properties.push(Property { name, value: creator(1), state: Known::Known });
        state.add_instance(SUBSCRIPTION, object, keys);
    }
    state.add_instance(SUBSCRIPTION, object("__IntervalTimerInstruction", TIMER), &["TimerId"]);
    state.define_class(WmiClassDefinition {
        namespace: r"root\default".into(),
        class: store(),
        mof: "class Bad_Store".into(),
        subclasses: Vec::new(),
        instances: Some(0),
        has_provider: false,
    });
}

/// A `CreatorSID`, as far as it matters here.
pub(crate) fn creator(last: u64) -> Value {
    Value::Array(vec![Value::Uint(1), Value::Uint(last)])
}

/// The class that holds a payload.
pub(crate) fn store() -> WmiClass {
    WmiClass {
        name: "Bad_Store".into(),
        namespace: Some(r"root\default".into()),
        qualifiers: vec![("UUID".into(), Value::from("{0F3C}"))],
        properties: vec![evidence::ClassProperty {
            name: "mimi".into(),
            cim_type: "string".into(),
            default: Some(Value::from("A".repeat(2_000))),
        }],
        ..WmiClass::default()
    }
}

/// The subscription that every Windows has.
pub(crate) fn add_stock(state: &mut State) {
    let entry = crate::stock_entry::find("scm-event-log", intel()).unwrap();
    for part in crate::stock_entry::instances(entry) {
        let keys: Vec<String> = evidence::ObjectPath::parse(&part.path.relative)
            .unwrap()
            .keys
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        state.add_instance(SUBSCRIPTION, part.object, &keys);
    }
}

fn instance(class: &str, keys: &[&str], fields: &[(&str, &str)]) -> (Verb, Target, Precondition) {
    let text = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let own: Vec<_> = fields.iter().filter(|(name, _)| keys.contains(name)).copied().collect();
    let target =
        Target::WmiInstance { namespace: SUBSCRIPTION.into(), class: class.into(), keys: text(&own) };
    (Verb::Remove, target, Precondition { fields: text(fields), unbound: class == "__EventFilter" })
}

fn simple(verb: Verb, target: Target, name: &str, value: &str) -> (Verb, Target, Precondition) {
    let fields = [(name.to_owned(), value.to_owned())].into_iter().collect();
    (verb, target, Precondition { fields, unbound: false })
}

/// The step on an object of the machine of which every field is known.
fn whole(verb: Verb, target: Target) -> (Verb, Target, Precondition) {
    let memory = Memory::new(infected());
    let facts = memory.state().facts.clone();
    let found =
        crate::object::read(&memory, &target, &crate::object::Context { facts: &facts, intel: intel() });
    let fields = found.unwrap().unwrap().fields();
    (verb, target, Precondition { fields, unbound: false })
}

/// The step with more fields that must be so.
fn with(mut step: (Verb, Target, Precondition), more: &[(&str, &str)]) -> (Verb, Target, Precondition) {
    step.2.fields.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    step
}

/// Every kind of action that a plan can hold.
pub(crate) fn steps() -> Vec<(Verb, Target, Precondition)> {
    let state = infected();
    let process = Target::Process {
        pid: 100,
        created: state.processes[&100].process.created.unwrap(),
        image_path: MINER.into(),
    };
    let service = Target::Service { name: "Bad".into() };
    let value = |key: &str, name: &str| Target::RegistryValue { key: key.into(), name: name.into() };
    let client = |name: &str| Target::Service { name: name.into() };
    let file = |path: &str| Target::File { path: path.into() };
    let setting = |kind: &str, name: &str| Target::Setting { setting: kind.into(), name: name.into() };
    let hash = |bytes: &[u8]| crate::object::sha256_hex(bytes);
    vec![
        simple(Verb::Suspend, process.clone(), "CommandLine", "miner -o pool"),
        instance("__FilterToConsumerBinding", &["Filter", "Consumer"], BINDING),
        with(
            simple(Verb::Disable, service.clone(), "ImagePath", MINER),
            &[("Type", "16"), ("Start", "2"), ("ServiceDll", ""), ("FailureCommand", FAILURE)],
        ),
        whole(Verb::Disable, Target::Task { path: r"\Bad task".into() }),
        with(simple(Verb::Remove, value(RUN, "Bad"), "Data", MINER), &[("Type", "REG_SZ")]),
        simple(Verb::Reset, value(WINLOGON, "Shell"), "Data contains", MINER),
        simple(Verb::Harden, value(LSA, "RestrictAnonymous"), "Data", "0"),
        (Verb::Harden, value(LSA, "NoLMHash"), Precondition::default()),
        (Verb::Harden, value(WINLOGON, "AutoAdminLogon"), Precondition::default()),
        patch(),
        (Verb::Harden, client("LanmanWorkstation"), Precondition::default()),
        simple(Verb::Harden, client("mrxsmb10"), "Start", "2"),
        simple(Verb::End, service, "ImagePath", MINER),
        simple(Verb::End, process, "CommandLine", "miner -o pool"),
        instance("CommandLineEventConsumer", &["Name"], CONSUMER),
        instance("__EventFilter", &["Name"], FILTER),
        instance("__IntervalTimerInstruction", &["TimerId"], TIMER),
        whole(
            Verb::Remove,
            Target::WmiClass { namespace: r"root\default".into(), class: "Bad_Store".into() },
        ),
        simple(Verb::Remove, file(MINER), "SHA256", &hash(b"MZ miner")),
        simple(Verb::Remove, file(HELD), "SHA256", &hash(b"MZ held")),
        simple(Verb::Remove, setting("hosts-entry", "1.2.3.4 bad.example"), "Value", "1.2.3.4"),
        with(
            simple(Verb::Remove, setting("portproxy", "0.0.0.0:57"), "Value", "1.2.3.4:80"),
            &[("families", "v4tov4")],
        ),
        (Verb::Restore, Target::StockEntry { entry: "scm-event-log".into() }, Precondition::default()),
    ]
}

/// The step that installs the update.
pub(crate) fn patch() -> (Verb, Target, Precondition) {
    let target = Target::Update { update: "KB4012212".into(), package: PACKAGE.into() };
    let hash = crate::object::sha256_hex(b"MSCF");
    let step = simple(Verb::Patch, target, "SHA256", &hash);
    with(step, &[("Windows", "6.1"), ("Architecture", "x64")])
}

/// A plan of these steps, in the order in which plans are.
pub(crate) fn plan_of(steps: impl IntoIterator<Item = (Verb, Target, Precondition)>) -> Plan {
    let mut actions: Vec<_> = steps
        .into_iter()
        .map(|(verb, target, precondition)| Action {
            id: Action::id_of(verb, &target),
            verb,
            backup: backup_words(verb, &target),
            check: check_word(verb).to_owned(),
            target,
            precondition,
            because: vec!["f".into()],
            reason: Message::new("title"),
            on_content: true,
            at_reboot: false,
        })
        .collect();
    actions.sort_by_key(Action::phase);
    Plan {
        schema: Plan::SCHEMA.into(),
        host: PlanHost { id: HostId("guid-1".into()), name: "PC-1".into() },
        evidence: Vec::new(),
        patch: StageState::Ok,
        actions,
        refused: Vec::new(),
    }
}

/// The machine and the plan for everything.
pub(crate) fn world() -> (Memory, Plan) {
    (Memory::new(infected()), plan_of(steps()))
}

/// In what the machine differs from a state, the case folder left out.
pub(crate) fn changed(before: &State, memory: &Memory) -> Vec<String> {
    before.clone().without_folder(CASE).diff(&memory.snapshot().without_folder(CASE))
}
