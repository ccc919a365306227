//! Links planted in the way, at every level and at any moment: nothing is read, deleted, restored or made through one.

use super::*;
use crate::UndoOptions;

/// A file some folders down, and everything on the way to it.
const DEEP: &str = r"C:\ProgramData\a\b\x.exe";
const WAY: [&str; 4] = [DEEP, r"C:\ProgramData\a\b", r"C:\ProgramData\a", r"C:\ProgramData"];
/// The same of a case folder.
const DEEP_CASE: &str = r"C:\cases\a\b\case";

fn deep() -> Machine {
    let mut state = infected();
    state.add_file(DEEP, b"MZ deep");
    for folder in [r"C:\cases\a", r"C:\cases\a\b"] {
        state.add_folder(folder);
    }
    state
}

fn plan() -> Plan {
    let fields = [("SHA256".to_owned(), crate::object::sha256_hex(b"MZ deep"))].into_iter().collect();
    plan_of([(Verb::Remove, Target::File { path: DEEP.into() }, Precondition { fields, unbound: false })])
}

fn plant(state: &mut Machine, at: &str) {
    if let Some(node) = state.files.get_mut(&at.to_lowercase()) {
        node.state.is_link = true;
    }
}

/// The bytes of the file, wherever a link may lead by now.
fn bytes(memory: &Memory) -> Option<Vec<u8>> {
    memory.state().files.get(&DEEP.to_lowercase()).map(|node| node.bytes.clone())
}

/// The paths that are there, the case folder left out.
fn paths(state: &Machine) -> Vec<String> {
    let outside = |path: &&String| !path.starts_with(&CASE.to_lowercase());
    state.files.keys().filter(outside).cloned().collect()
}

fn rearm() -> UndoOptions {
    UndoOptions { rearm: true, ..UndoOptions::default() }
}

#[test]
fn a_link_at_any_level_keeps_the_file() {
    for at in WAY {
        let mut state = deep();
        plant(&mut state, at);
        let mut memory = Memory::new(state.clone());
        let receipt = apply(&mut memory, intel(), &plan(), &case(), &options(), &mut Yes).unwrap();
        let outcome = receipt.actions[0].outcome;
        assert!(matches!(outcome, Outcome::Refused | Outcome::Failed), "{at}: {}", lines(&receipt));
        assert_eq!(changed(&state, &memory), Vec::<String>::new(), "{at}");
        let put_away = |path: &String| path.contains(r"\quarantine\") && !path.ends_with(r"\key");
        assert!(!memory.state().files.keys().any(put_away), "{at}: nothing was read through it");
    }
}

#[test]
fn a_link_that_is_planted_at_any_moment_of_a_run_is_not_followed() {
    let mut memory = Memory::new(deep());
    apply(&mut memory, intel(), &plan(), &case(), &options(), &mut Yes).unwrap();
    let calls = memory.calls();
    let deleted = calls.iter().position(|call| call.method == "delete_file").unwrap();
    for number in 0..calls.len() {
        for at in WAY {
            let what = format!("{at} before call {number}");
            let mut memory = Memory::new(deep());
            memory.change_before_call(number, move |state| plant(state, at));
            let result = apply(&mut memory, intel(), &plan(), &case(), &options(), &mut Yes);
            memory.heal();
            if number <= deleted {
                assert_eq!(bytes(&memory).as_deref(), Some(&b"MZ deep"[..]), "{what}");
            }
            if let Ok(receipt) = result {
                let gone = bytes(&memory).is_none();
                assert!(receipt.actions[0].outcome != Outcome::Done || gone, "{what}: {}", lines(&receipt));
            }
        }
    }
}

#[test]
fn a_link_that_is_planted_at_any_moment_of_undoing_is_not_followed() {
    let mut memory = Memory::new(deep());
    apply(&mut memory, intel(), &plan(), &case(), &options(), &mut Yes).unwrap();
    let after = memory.snapshot();
    let mut memory = Memory::new(after.clone());
    crate::undo(&mut memory, intel(), &case(), &rearm()).unwrap();
    let calls = memory.calls();
    let restored = calls.iter().position(|call| call.method == "restore_file").unwrap();
    for number in 0..calls.len() {
        for at in &WAY[1..] {
            let what = format!("{at} before call {number}");
            let mut memory = Memory::new(after.clone());
            memory.change_before_call(number, move |state| plant(state, at));
            let result = crate::undo(&mut memory, intel(), &case(), &rearm());
            memory.heal();
            if number <= restored {
                assert_eq!(bytes(&memory), None, "{what}");
                assert_eq!(paths(&after), paths(&memory.snapshot()), "{what}: nothing is made behind it");
            }
            if let Ok(receipt) = result {
                let there = bytes(&memory).is_some();
                assert!(receipt.actions[0].outcome != Outcome::Done || there, "{what}: {}", lines(&receipt));
            }
        }
        // A link where the file was is something that took its place.
        let mut memory = Memory::new(after.clone());
        memory.change_before_call(number.min(restored), |state| {
            state.add_file(DEEP, b"").state.is_link = true;
        });
        let receipt = crate::undo(&mut memory, intel(), &case(), &rearm()).unwrap();
        assert_ne!(receipt.actions[0].outcome, Outcome::Done, "{number}: {}", lines(&receipt));
        assert_eq!(bytes(&memory), Some(Vec::new()), "{number}");
    }
}

#[test]
fn no_case_is_made_behind_a_link_or_in_the_place_of_one() {
    for at in [DEEP_CASE, r"C:\cases\a\b", r"C:\cases\a", r"C:\cases"] {
        let mut state = deep();
        if at == DEEP_CASE {
            state.add_folder(at);
        }
        plant(&mut state, at);
        let mut memory = Memory::new(state.clone());
        let case = CaseDir::new(DEEP_CASE).unwrap();
        let stop = apply(&mut memory, intel(), &plan(), &case, &options(), &mut Yes).unwrap_err();
        let expected = if at == DEEP_CASE { "stop-case-exists" } else { "stop-machine" };
        assert_eq!(stop.message.id, expected, "{at}");
        assert_eq!(state.diff(&memory.snapshot()), Vec::<String>::new(), "{at}");
    }
    // At any moment while it is made, the action is not done where the journal would lie behind a link.
    let case = CaseDir::new(DEEP_CASE).unwrap();
    let mut memory = Memory::new(deep());
    apply(&mut memory, intel(), &plan(), &case, &options(), &mut Yes).unwrap();
    let calls = memory.calls();
    let deleted = calls.iter().position(|call| call.method == "delete_file").unwrap();
    for number in 0..deleted {
        for at in [DEEP_CASE, r"C:\cases\a\b", r"C:\cases\a", r"C:\cases"] {
            let mut memory = Memory::new(deep());
            memory.change_before_call(number, move |state| plant(state, at));
            let writes = |call: &machine::memory::Call| call.changes() && call.target.starts_with(DEEP_CASE);
            let later = calls[number..deleted].iter().any(writes);
            // Where the folder is not there yet, nothing can be planted in its place.
            let planted = at != DEEP_CASE || calls[..number].iter().any(writes);
            let result = apply(&mut memory, intel(), &plan(), &case, &options(), &mut Yes);
            memory.heal();
            if later && planted {
                assert!(bytes(&memory).is_some(), "{at} before call {number}: {result:?}");
            }
        }
    }
}

#[test]
fn a_case_behind_a_link_is_not_opened_and_what_was_put_away_is_not_read_through_one() {
    let mut memory = Memory::new(deep());
    let case = CaseDir::new(DEEP_CASE).unwrap();
    apply(&mut memory, intel(), &plan(), &case, &options(), &mut Yes).unwrap();
    let after = memory.snapshot();
    for at in [DEEP_CASE, r"C:\cases\a\b", r"C:\cases\a", r"C:\cases"] {
        let mut memory = Memory::new(after.clone());
        plant(&mut memory.state_mut(), at);
        let before = memory.snapshot();
        crate::undo(&mut memory, intel(), &case, &rearm()).unwrap_err();
        crate::verify(&mut memory, intel(), &case).unwrap_err();
        resume(&mut memory, intel(), &case, &options(), &mut Yes).unwrap_err();
        assert_eq!(before.diff(&memory.snapshot()), Vec::<String>::new(), "{at}");
    }
    let id = plan().actions[0].id.clone();
    for at in [
        format!(r"{DEEP_CASE}\quarantine\{id}"),
        format!(r"{DEEP_CASE}\backup"),
        format!(r"{DEEP_CASE}\backup\{id}"),
    ] {
        let mut memory = Memory::new(after.clone());
        plant(&mut memory.state_mut(), &at);
        let receipt = crate::undo(&mut memory, intel(), &case, &rearm()).unwrap();
        assert_eq!(receipt.actions[0].message.id, "undo-backup", "{at}");
        assert_eq!(bytes(&memory), None, "{at}");
    }
}
