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
    memory.change_before("write_new", "selftest.bin", |state| {
        state.tasks.get_mut(r"\deminerselftest").unwrap().xml = "<Task/>".into();
    });
    let (test, _) = tested(&mut memory);
    let failed: Vec<_> = test.steps.iter().filter(|step| step.problem.is_some()).collect();
    assert!(matches!(failed.as_slice(), [step] if step.object == r"\DeminerSelftest"), "{failed:#?}");
}
