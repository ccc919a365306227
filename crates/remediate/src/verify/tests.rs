use super::*;
use crate::apply::test_support::{MINER, RUN, Yes, case, intel, options, world};
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
    assert_eq!(wrong(&mut memory), [r"Remove C:\ProgramData\held.exe: AtRestart"]);
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
