//! Updates that are installed.

use super::*;
use crate::apply::test_support::{PACKAGE, patch};
use evidence::Setting;
use machine::{Architecture, Signature};

fn run(memory: &mut Memory, plan: &Plan) -> ActionReceipt {
    let mut receipt = apply(memory, intel(), plan, &case(), &options(), &mut Yes).unwrap();
    assert_eq!(receipt.actions.len(), 1);
    receipt.actions.remove(0)
}

fn now(memory: &mut Memory) -> crate::Now {
    crate::verify(memory, intel(), &case()).unwrap().actions[0].now
}

fn undone(memory: &mut Memory) -> ActionReceipt {
    let mut receipt = crate::undo(memory, intel(), &case(), &crate::UndoOptions::default()).unwrap();
    receipt.actions.remove(0)
}

fn put(state: &mut Machine, name: &str, value: &str) {
    let kind = "package".to_owned();
    let (own, value) = (name.to_owned(), value.to_owned());
    let package = Setting { kind: kind.clone(), name: own, value, ..Setting::default() };
    state.settings.insert((kind, name.to_lowercase()), package);
}

#[test]
fn an_update_waits_for_the_restart_stays_and_is_taken_out_again() {
    let mut memory = Memory::new(infected());
    let before = memory.snapshot();
    let plan = plan_of([patch()]);
    let dry = Options { apply: false, ..options() };
    let forecast = apply(&mut memory, intel(), &plan, &case(), &dry, &mut ()).unwrap();
    assert_eq!(forecast.actions[0].outcome, Outcome::Planned);
    let receipt = apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
    assert_eq!(receipt.actions[0].outcome, Outcome::AtRestart);
    assert!(receipt.needs_restart() && !receipt.is_complete());
    assert_eq!(now(&mut memory), crate::Now::AtRestart);
    memory.restart();
    assert_eq!(now(&mut memory), crate::Now::Kept);
    // It goes at a restart, too, and is not taken out twice.
    assert_eq!(undone(&mut memory).outcome, Outcome::AtRestart);
    assert_eq!(undone(&mut memory).outcome, Outcome::AsItShould);
    let taken_out = memory.calls().into_iter().filter(|call| call.method == "remove_update").count();
    assert_eq!(taken_out, 1);
    memory.restart();
    let left = changed(&before, &memory);
    assert!(left.iter().all(|line| line.starts_with("processes")), "{left:?}");
}

#[test]
fn an_update_that_is_there_is_not_installed_again() {
    for state in ["112", "80", "96"] {
        let mut memory = Memory::new(infected());
        put(&mut memory.state_mut(), "Package_for_KB4012212~31bf3856ad364e35~amd64~~6.1.1.0", state);
        let told = run(&mut memory, &plan_of([patch()]));
        let waits = state == "96";
        assert_eq!(told.outcome, if waits { Outcome::AtRestart } else { Outcome::AsItShould }, "{state}");
        assert!(!memory.calls().iter().any(|call| call.method == "install_update"));
    }
}

/// What the machine is made before.
type Change = fn(&mut Machine);

fn package(state: &mut Machine) -> &mut machine::memory::FileNode {
    state.files.get_mut(&PACKAGE.to_lowercase()).unwrap()
}

#[test]
fn a_package_that_is_not_the_one_or_not_for_this_machine_is_refused() {
    let version = |state: &mut Machine, version: &str| {
        state.facts.host.os.as_mut().unwrap().version = Some(version.into());
    };
    let changes: [(Change, &str); 6] = [
        (|state| state.facts.architecture = Architecture::X86, "outcome-changed"),
        (|state| state.facts.host.os = None, "outcome-changed"),
        (|state| package(state).state.is_link = true, "refuse-link"),
        (
            |state| {
                package(state).signature = Signature::Valid { signer: "Somebody".into(), windows: false };
            },
            "refuse-package",
        ),
        (|state| package(state).signature = Signature::Unsigned, "refuse-package"),
        (|state| drop(state.files.remove(&PACKAGE.to_lowercase())), "refuse-package-gone"),
    ];
    let mut states = changes.map(|(change, reason)| {
        let mut state = infected();
        change(&mut state);
        (state, reason)
    });
    for (state, reason) in &mut states {
        let mut memory = Memory::new(state.clone());
        let told = run(&mut memory, &plan_of([patch()]));
        assert_eq!((told.outcome, told.message.id.as_str()), (Outcome::Refused, *reason));
        assert_eq!(changed(state, &memory), Vec::<String>::new());
    }
    let mut state = infected();
    version(&mut state, "6.10.1");
    assert_eq!(run(&mut Memory::new(state), &plan_of([patch()])).message.id, "outcome-changed");
}

#[test]
fn a_cumulative_update_is_known_by_a_package_that_was_not_there() {
    let old = "Package_for_RollupFix~31bf3856ad364e35~amd64~~7601.23000.1.1";
    let new = "Package_for_RollupFix~31bf3856ad364e35~amd64~~7601.23677.1.4";
    let mut state = infected();
    put(&mut state, old, "112");
    // Its package does not have the number of the update; that the installer took too long says nothing.
    let mut memory = Memory::new(state.clone());
    memory.change_before("install_update", "", move |state| put(state, new, "96"));
    memory.fail_on("install_update", "", Fault::TimedOut);
    assert_eq!(run(&mut memory, &plan_of([patch()])).outcome, Outcome::AtRestart);
    // Where nothing new came, nothing was installed.
    let mut memory = Memory::new(state);
    memory.fail_on("install_update", "", Fault::Other { code: 0x8024_0017, text: "not for it".into() });
    let told = run(&mut memory, &plan_of([patch()]));
    assert_eq!((told.outcome, told.message.id.as_str()), (Outcome::Failed, "outcome-failed"));
}

#[test]
fn an_update_that_windows_keeps_is_said_to_be_there_with_what_takes_it_out() {
    let mut memory = Memory::new(infected());
    run(&mut memory, &plan_of([patch()]));
    memory.restart();
    // As Windows 10 does: the installer says that it is done, and the package stays.
    let own = "Package_for_KB4012212~31bf3856ad364e35~amd64~~6.1.1.0";
    let number = {
        let copy = &mut Memory::new(memory.snapshot());
        undone(copy);
        copy.calls().iter().position(|call| call.method == "remove_update").unwrap()
    };
    memory.heal();
    memory.change_before_call(number + 1, move |state| put(state, own, "112"));
    let told = undone(&mut memory);
    assert_eq!((told.outcome, told.message.id.as_str()), (Outcome::Failed, "undo-update"));
    assert_eq!(told.message.text("command"), Some("wusa.exe /uninstall /kb:4012212"));
}
