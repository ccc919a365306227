use super::*;
use crate::apply::test_support::{MINER, RUN, Yes, case, infected, intel, options, plan_of, steps, world};
use crate::{UndoOptions, apply, undo};
use machine::Fault;
use machine::memory::{Memory, State};

fn cleaned() -> Memory {
    let (mut memory, plan) = world();
    apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
    memory
}

fn states(memory: &mut Memory) -> Vec<String> {
    let verification = verify(memory, intel(), &case()).unwrap();
    verification
        .actions
        .iter()
        .map(|action| format!("{:?} {}: {:?}", action.verb, action.target.name(), action.now))
        .collect()
}

/// The lines that are not as they should be.
fn wrong(memory: &mut Memory) -> Vec<String> {
    let fine = [": Gone", ": Kept"];
    states(memory).into_iter().filter(|line| !fine.iter().any(|end| line.ends_with(end))).collect()
}

#[test]
fn a_held_file_waits_for_the_restart_and_then_all_is_gone() {
    let mut memory = cleaned();
    let package = crate::apply::test_support::PACKAGE;
    let waits = [
        r"Remove C:\ProgramData\held.exe: AtRestart".to_owned(),
        format!("Patch KB4012212 ({package}): AtRestart"),
    ];
    assert_eq!(wrong(&mut memory), waits);
    memory.restart();
    assert_eq!(wrong(&mut memory), [""; 0]);
    insta::assert_snapshot!("after_restart", states(&mut memory).join("\n"));
}

#[test]
fn what_is_back_or_changed_is_named() {
    let mut memory = cleaned();
    memory.restart();
    let back = |state: &mut State| {
        state.add_registry_value(RUN, "Bad", machine::RegistryData::string(MINER));
        state.add_process(200, MINER, "miner -o pool");
        state.tasks.get_mut(r"\bad task").unwrap().enabled = true;
        state.services.get_mut("bad").unwrap().service.image_path = Some("other".into());
        state.add_file(MINER, b"another");
    };
    back(&mut memory.state_mut());
    insta::assert_snapshot!("back", wrong(&mut memory).join("\n"));
}

#[test]
fn what_cannot_be_read_is_unknown_and_does_not_pass() {
    let mut memory = cleaned();
    memory.restart();
    memory.fail_on("task", "", Fault::AccessDenied);
    let verification = verify(&mut memory, intel(), &case()).unwrap();
    assert!(!verification.is_passed());
    let unknown: Vec<_> = verification.actions.iter().filter(|action| action.now == Now::Unknown).collect();
    assert_eq!(unknown.len(), 1);
    assert_eq!(unknown[0].message.id, "verify-unknown");
}

#[test]
fn a_task_that_the_scheduler_hides_is_unknown() {
    let mut memory = cleaned();
    memory.restart();
    let key = machine::StoredTask::key(r"\Bad task").0;
    memory.state_mut().tasks.clear();
    memory.state_mut().add_registry_value(&key, "Id", machine::RegistryData::string("{1}"));
    assert_eq!(wrong(&mut memory), [r"Disable \Bad task: Unknown"]);
}

#[test]
fn a_disabled_driver_that_is_still_loaded_waits_for_the_restart() {
    let fields = [("ImagePath".to_owned(), r"C:\drivers\bad.sys".to_owned())].into_iter().collect();
    let precondition = crate::Precondition { fields, unbound: false };
    let mut plan = plan_of([(Verb::Disable, Target::Service { name: "drv".into() }, precondition)]);
    plan.actions[0].at_reboot = true;
    let mut state = infected();
    let mut config = machine::ServiceConfig::default();
    config.service.name = "drv".into();
    config.service.service_type = Some(1);
    config.service.start = Some(3);
    config.service.image_path = Some(r"C:\drivers\bad.sys".into());
    config.service.running = Some(true);
    state.services.insert("drv".into(), config);
    state.add_file(r"C:\drivers\bad.sys", b"MZ");
    let mut memory = Memory::new(state);
    apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
    assert_eq!(states(&mut memory), ["Disable drv: AtRestart"]);
    let stop = crate::purge(&mut memory, intel(), &case(), &options(), &mut Yes).unwrap_err();
    assert_eq!(stop.message.id, "stop-not-verified");
    let loaded = |memory: &Memory, running| {
        memory.state_mut().services.get_mut("drv").unwrap().service.running = running;
    };
    loaded(&memory, None);
    assert_eq!(states(&mut memory), ["Disable drv: Unknown"]);
    loaded(&memory, Some(false));
    assert_eq!(states(&mut memory), ["Disable drv: Gone"]);
}

#[test]
fn what_is_done_again_after_it_was_undone_holds() {
    let wanted = steps().into_iter().filter(|(verb, ..)| *verb == Verb::Disable || *verb == Verb::End);
    let mut memory = Memory::new(infected());
    apply(&mut memory, intel(), &plan_of(wanted), &case(), &options(), &mut Yes).unwrap();
    assert!(verify(&mut memory, intel(), &case()).unwrap().is_passed());
    let purged = crate::purge(&mut memory, intel(), &case(), &options(), &mut Yes).unwrap();
    let ids = purged.actions.iter().map(|action| action.id.clone());
    let only = UndoOptions { only: ids.collect(), ..UndoOptions::default() };
    undo(&mut memory, intel(), &case(), &only).unwrap();
    assert!(verify(&mut memory, intel(), &case()).unwrap().is_passed());
    let again = crate::purge(&mut memory, intel(), &case(), &options(), &mut Yes).unwrap();
    assert!(again.is_complete(), "{again:#?}");
    assert_ne!(again.actions[0].backup, purged.actions[0].backup, "a new backup");
    assert!(states(&mut memory).iter().all(|line| line.ends_with(": Gone")), "{:#?}", states(&mut memory));
    undo(&mut memory, intel(), &case(), &only).unwrap();
    assert!(memory.state().services.contains_key("bad"));
}

#[test]
fn carrying_on_does_not_redo_what_was_undone() {
    let mut memory = cleaned();
    undo(&mut memory, intel(), &case(), &UndoOptions { rearm: true, ..UndoOptions::default() }).unwrap();
    let before = memory.snapshot().without_folder(crate::apply::test_support::CASE);
    crate::resume(&mut memory, intel(), &case(), &options(), &mut Yes).unwrap();
    let now = memory.snapshot().without_folder(crate::apply::test_support::CASE);
    let left = before.diff(&now);
    assert!(left.iter().all(|line| line.contains("running")), "{left:#?}");
    assert!(states(&mut memory).iter().all(|line| !line.ends_with(": Back")), "{:#?}", states(&mut memory));
}

#[test]
fn what_was_refused_is_not_called_gone() {
    let (mut memory, plan) = world();
    memory.state_mut().files.get_mut(&MINER.to_lowercase()).unwrap().state.is_link = true;
    apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
    memory.restart();
    assert_eq!(wrong(&mut memory), [format!("Remove {MINER}: NotDone")]);
}

#[test]
fn what_was_undone_has_nothing_to_hold() {
    let mut memory = cleaned();
    undo(&mut memory, intel(), &case(), &UndoOptions { rearm: true, ..UndoOptions::default() }).unwrap();
    let undone = states(&mut memory).iter().filter(|line| line.ends_with(": Undone")).count();
    assert!(undone >= 12, "{:#?}", states(&mut memory));
}
