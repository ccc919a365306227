use super::*;
use crate::apply::test_support::{infected, intel};
use machine::Fault;
use machine::memory::{Memory, State as Machine};

const FOLDER: &str = r"C:\ProgramData\Deminer";

fn machine() -> Machine {
    let mut state = infected();
    state.add_folder(r"C:\ProgramData");
    state.add_folder(FOLDER);
    for class in ["__NAMESPACE", "__EventFilter", "__EventConsumer", "__FilterToConsumerBinding"] {
        state.add_class("root", class, None);
    }
    state
}

fn tested(memory: &mut Memory) -> (Selftest, usize) {
    let mut told = 0;
    let test = selftest(memory, intel(), FOLDER, &mut |_| told += 1).unwrap();
    (test, told)
}

#[test]
fn on_a_good_machine_it_passes_and_leaves_nothing() {
    let mut memory = Memory::new(machine());
    let before = memory.snapshot();
    let (test, told) = tested(&mut memory);
    let problems: Vec<_> = test.steps.iter().filter(|step| step.problem.is_some()).collect();
    assert!(test.passed, "{problems:#?}");
    assert_eq!(told, test.steps.len());
    assert_eq!(before.diff(&memory.snapshot()), Vec::<String>::new());
    for phase in [Phase::Make, Phase::Remove, Phase::Compare, Phase::Tidy] {
        let count = test.steps.iter().filter(|step| step.phase == phase).count();
        assert!(count >= 9, "{phase:?}: {count}");
    }
    assert_eq!(test.steps.iter().filter(|step| step.phase == Phase::Purge).count(), 2, "task and service");
}

#[test]
fn what_a_machine_cannot_do_is_named_and_nothing_is_left_all_the_same() {
    for (method, pattern) in [
        ("put_wmi_instance", "__NAMESPACE"),
        ("register_task", ""),
        ("delete_wmi_instance", "__FilterToConsumerBinding"),
        ("restore_file", ""),
        ("set_service_start", ""),
    ] {
        let mut memory = Memory::new(machine());
        let before = memory.snapshot();
        memory.fail_on(method, pattern, Fault::AccessDenied);
        let (test, _) = tested(&mut memory);
        assert!(!test.passed, "{method}");
        memory.heal();
        let (again, _) = tested(&mut memory);
        assert!(again.passed, "{method}: what was left stands in the way: {again:#?}");
        assert_eq!(before.diff(&memory.snapshot()), Vec::<String>::new(), "{method}");
    }
}

#[test]
fn without_rights_it_does_not_begin() {
    let mut state = machine();
    state.facts.elevated = false;
    let before = state.clone();
    let mut memory = Memory::new(state);
    let stop = selftest(&mut memory, intel(), FOLDER, &mut |_| {}).unwrap_err();
    assert_eq!(stop.message.id, "stop-not-elevated");
    assert_eq!(before.diff(&memory.snapshot()), Vec::<String>::new());
}

#[test]
fn what_tells_nothing_of_itself_does_not_keep_the_rest_from_being_tried() {
    let mut memory = Memory::new(machine());
    memory.change_before("restore_file", "selftest.bin", |state| {
        state.tasks.get_mut(r"\deminerselftest").unwrap().xml = "<Task/>".into();
    });
    let (test, _) = tested(&mut memory);
    let failed: Vec<_> = test.steps.iter().filter(|step| step.problem.is_some()).collect();
    assert!(matches!(failed.as_slice(), [step] if step.object == r"\DeminerSelftest"), "{failed:#?}");
}

/// What the comparison says of an object after something was changed right behind the last call of a method.
fn compared(method: &str, object: &str, change: fn(&mut Machine)) -> String {
    let mut memory = Memory::new(machine());
    assert!(tested(&mut memory).0.passed);
    let last = memory.calls().iter().rposition(|call| call.method == method).unwrap();
    let mut memory = Memory::new(machine());
    let before = memory.snapshot();
    memory.change_before_call(last + 1, change);
    let (test, _) = tested(&mut memory);
    assert!(!test.passed, "{method}: {object}");
    // The service is called what is a part of every other name.
    let named = |name: &str| name == object || (object != objects::NAME && name.contains(object));
    let is_it = |step: &&Step| step.phase == Phase::Compare && named(&step.object);
    let problem = test.steps.iter().find(is_it).unwrap().problem.clone();
    memory.heal();
    assert!(tested(&mut memory).0.passed, "what was left stands in the way");
    assert_eq!(before.diff(&memory.snapshot()), Vec::<String>::new());
    problem.unwrap_or_else(|| panic!("{method}: {object}: {:#?}", test.steps))
}

#[test]
fn what_a_machine_does_not_put_back_is_named() {
    fn file(state: &mut Machine) -> &mut machine::memory::FileNode {
        state.files.get_mut(r"c:\programdata\deminer\selftest.bin").unwrap()
    }
    fn service(state: &mut Machine) -> &mut machine::ServiceConfig {
        state.services.get_mut("deminerselftest").unwrap()
    }
    fn class(state: &mut Machine) -> &mut machine::WmiClassDefinition {
        let space = state.namespaces.get_mut(r"root\deminerselftest").unwrap();
        space.classes.get_mut("deminerselftest_store").unwrap()
    }
    let of_file = |change| compared("restore_file", "selftest.bin", change);
    let of_service = |change| compared("set_service_start", "DeminerSelftest", change);
    let of_class = |change| compared("put_wmi_class", "DeminerSelftest_Store", change);
    let of_task = |change| compared("register_task", r"\DeminerSelftest", change);
    let of_value = |change| compared("set_registry_value", r"Run\DeminerSelftest", change);
    let lines = [
        of_file(|state| file(state).bytes = b"other".to_vec()),
        of_file(|state| file(state).state.identity.modified += 1),
        of_file(|state| file(state).state.created += 1),
        of_file(|state| file(state).state.attributes = 0x20),
        of_file(|state| file(state).state.streams.clear()),
        of_file(|state| file(state).state.security = Some("O:BAG:BAD:".into())),
        of_class(|state| class(state).class.qualifiers.clear()),
        of_class(|state| class(state).class.properties[0].cim_type = "uint8[]".into()),
        of_class(|state| class(state).mof = "class DeminerSelftest_Store {};".into()),
        of_task(|state| state.tasks.get_mut(r"\deminerselftest").unwrap().security = Some("D:".into())),
        of_value(|state| {
            let run = r"hklm\software\microsoft\windows\currentversion\run";
            state.registry.get_mut(run).unwrap().values.get_mut("deminerselftest").unwrap().data.kind = 1;
        }),
        of_value(|state| {
            let run = r"hklm\software\microsoft\windows\currentversion\run";
            state.registry.get_mut(run).unwrap().security = None;
        }),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    SHA256
    modified
    created
    attributes
    streams
    security
    __QUALIFIER DeminerSelftest, __QUALIFIERS
    __TYPE payload
    __MOF_SHA256
    security
    Type
    security
    ");
    let lines = [
        of_service(|state| service(state).failure_actions = None),
        of_service(|state| service(state).service.failure_command = None),
        of_service(|state| service(state).security = Some("D:".into())),
        of_service(|state| service(state).service.description = None),
        of_service(|state| service(state).error_control = 3),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    FailureActions
    FailureCommand
    security
    Description
    ErrorControl
    ");
}

#[test]
fn what_a_machine_cannot_have_is_said_and_the_rest_is_tried() {
    let mut memory = Memory::new(machine());
    memory.fail_on("set_service_failure_actions", "", Fault::Unsupported);
    let (test, _) = tested(&mut memory);
    let without: Vec<_> = test.steps.iter().filter_map(|step| step.without.as_deref()).collect();
    assert!(matches!(without.as_slice(), [said] if said.starts_with("FailureActions: ")), "{without:?}");
    assert!(test.passed, "{test:#?}");
    let mut memory = Memory::new(machine());
    memory.fail_at(first(&mut Memory::new(machine()), "restore_file"), Fault::Unsupported);
    let (test, _) = tested(&mut memory);
    let without: Vec<_> = test.steps.iter().filter_map(|step| step.without.as_deref()).collect();
    assert!(matches!(without.as_slice(), [said] if said.starts_with("streams: ")), "{without:?}");
    assert!(test.passed, "{test:#?}");
}

/// The number of the first call of a method in a whole test.
fn first(memory: &mut Memory, method: &str) -> usize {
    tested(memory);
    memory.calls().iter().position(|call| call.method == method).unwrap()
}
