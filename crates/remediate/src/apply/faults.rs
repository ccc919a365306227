//! Every action with every fault at every call, a power cut at every call, and changes in between: nothing is lost, the receipt is true, and
//! undoing gives back what was.

use super::test_support::{CASE, Yes, case, changed, infected, intel, options, plan_of, steps, world};
use super::*;
use crate::UndoOptions;
use crate::object::Object;
use evidence::Value;
use machine::Fault;
use machine::memory::{Crash, Memory, State as Machine};
use std::collections::BTreeMap;

fn run(memory: &mut Memory, plan: &Plan) -> Result<Receipt, Stop> {
    apply(memory, intel(), plan, &case(), &options(), &mut Yes)
}

fn undo_all(memory: &mut Memory) -> Result<Receipt, Stop> {
    crate::undo(memory, intel(), &case(), &UndoOptions { rearm: true, ..UndoOptions::default() })
}

fn all() -> Plan {
    world().1
}

/// How many calls a run without faults makes.
fn calls(plan: &Plan) -> usize {
    let mut memory = world().0;
    run(&mut memory, plan).unwrap();
    memory.call_count()
}

/// What neither undoing nor anything else gives back, left out: ended processes, stopped services, the stock entry that stays.
fn comparable(mut state: Machine) -> Machine {
    state.processes.clear();
    for config in state.services.values_mut() {
        config.service.running = None;
    }
    for space in state.namespaces.values_mut() {
        space.instances.retain(|path, _| !path.contains("scm event log"));
    }
    // The key of a value that was made stays.
    state.registry.retain(|_, node| !node.values.is_empty());
    state.without_folder(CASE)
}

fn assert_as_before(before: &Machine, memory: &Memory, what: &str) {
    let left = comparable(before.clone()).diff(&comparable(memory.snapshot()));
    assert_eq!(left, Vec::<String>::new(), "{what}");
}

/// The target as it is on a machine.
fn found(state: &Machine, action: &Action) -> Option<Object> {
    let facts = state.facts.clone();
    read(&Memory::new(state.clone()), &action.target, &Context { facts: &facts, intel: intel() }).unwrap()
}

/// Whether what the receipt says of each action is so.
fn assert_true(before: &Machine, memory: &Memory, plan: &Plan, receipt: &Receipt, what: &str) {
    let now = memory.snapshot();
    for said in &receipt.actions {
        let Some(action) = plan.actions.iter().find(|action| action.id == said.id) else { continue };
        let (was, is) = (found(before, action), found(&now, action));
        let same = match (&was, &is) {
            (Some(was), Some(is)) => was.same(is),
            (was, is) => was.is_none() && is.is_none(),
        };
        // Other actions of the plan change the same process or service, so each is asked for its own part only.
        let running = |object: &Option<Object>| matches!(object, Some(Object::Service(config)) if config.service.running == Some(true));
        let same = match action.verb {
            Verb::Suspend => true,
            Verb::End => running(&was) == running(&is) && was.is_some() == is.is_some(),
            _ => same,
        };
        let done = match (action.verb, &is) {
            (Verb::Remove, is) => is.is_none(),
            (Verb::End, is) => is.is_none() || !running(is),
            (Verb::Disable, Some(Object::Service(config))) => {
                let acts = config.failure_actions.is_some() || config.service.failure_command.is_some();
                config.service.start == Some(4) && !acts
            }
            (Verb::Disable, Some(Object::Task(task))) => !task.enabled,
            (Verb::Restore, Some(Object::StockEntry { present })) => present.len() == 3,
            (Verb::Suspend, _) => true,
            _ => !same,
        };
        let text = format!("{what}: {said:?}");
        match said.outcome {
            Outcome::Done => assert!(done, "{text}"),
            Outcome::AtRestart if action.verb == Verb::Patch => assert!(done, "{text}"),
            Outcome::AtRestart => assert!(now.deleted_at_restart.contains(&action.target.name()), "{text}"),
            Outcome::AsItShould => assert!(done || same, "{text}"),
            Outcome::Refused => assert!(same, "{text}"),
            // A service can be half disabled, a stock entry half there; the case knows both.
            Outcome::Failed => {
                assert!(same || matches!(action.verb, Verb::Disable | Verb::Restore), "{text}");
            }
            Outcome::Unknown => {}
            Outcome::Planned | Outcome::HeldBack => panic!("{text}"),
        }
    }
}

fn check(what: &str, plan: &Plan, prepare: impl FnOnce(&Memory)) {
    check_with(what, plan, &options(), prepare);
}

fn check_with(what: &str, plan: &Plan, options: &Options, prepare: impl FnOnce(&Memory)) {
    let mut memory = world().0;
    let before = memory.snapshot();
    prepare(&memory);
    let result = apply(&mut memory, intel(), plan, &case(), options, &mut Yes);
    memory.heal();
    match result {
        Err(_) => assert_eq!(changed(&before, &memory), Vec::<String>::new(), "{what}"),
        Ok(receipt) => {
            assert_true(&before, &memory, plan, &receipt, what);
            let undone = undo_all(&mut memory).unwrap_or_else(|stop| panic!("{what}: {stop:?}"));
            assert_eq!(undone.stopped, None, "{what}");
            assert_as_before(&before, &memory, &format!("{what}: {undone:#?}"));
        }
    }
}

#[test]
fn whatever_call_fails_nothing_is_lost_and_the_receipt_is_true() {
    let plan = all();
    for number in 0..calls(&plan) {
        for fault in [Fault::AccessDenied, Fault::NotFound, Fault::InUse] {
            check(&format!("{fault:?} at call {number}"), &plan, |memory| memory.fail_at(number, fault));
        }
    }
}

#[test]
fn calls_that_worked_and_say_that_they_did_not_are_found_out() {
    let plan = all();
    for number in 0..calls(&plan) {
        check(&format!("late time-out at call {number}"), &plan, |memory| {
            memory.fail_after(number, Fault::TimedOut);
        });
    }
}

#[test]
fn a_disk_that_is_full_from_any_call_on_loses_nothing() {
    let plan = all();
    for number in 0..calls(&plan) {
        check(&format!("disk full from call {number}"), &plan, |memory| memory.disk_full_from(number));
    }
}

#[test]
fn a_power_cut_at_any_call_ends_in_one_of_two_states() {
    let plan = all();
    let mut finished = world().0;
    run(&mut finished, &plan).unwrap();
    for number in 0..calls(&plan) {
        for crash in [Crash::Before, Crash::Torn, Crash::After] {
            let what = format!("power cut {crash:?} at call {number}");
            let mut memory = world().0;
            let before = memory.snapshot();
            memory.crash_at(number, crash);
            let _ = run(&mut memory, &plan);
            memory.heal();
            let mut other = Memory::new(memory.snapshot());
            match resume(&mut memory, intel(), &case(), &options(), &mut Yes) {
                Ok(receipt) => {
                    assert_eq!(receipt.stopped, None, "{what}");
                    let left = comparable(finished.snapshot()).diff(&comparable(memory.snapshot()));
                    assert_eq!(left, Vec::<String>::new(), "{what}: {receipt:#?}");
                }
                // The folder was not finished, so nothing was begun.
                Err(_) => assert_eq!(changed(&before, &memory), Vec::<String>::new(), "{what}"),
            }
            if let Ok(receipt) = undo_all(&mut other) {
                assert_as_before(&before, &other, &format!("{what}: {receipt:#?}"));
            } else {
                assert_eq!(changed(&before, &other), Vec::<String>::new(), "{what}");
            }
        }
    }
}

/// The call of a run with which the journal of a case that is there is written first.
fn first_append(mut memory: Memory, run: impl FnOnce(&mut Memory)) -> Option<usize> {
    run(&mut memory);
    memory.calls().iter().position(|call| call.method == "append")
}

#[test]
fn power_cuts_while_an_earlier_one_is_recovered_from_lose_nothing() {
    let plan = all();
    let mut finished = world().0;
    run(&mut finished, &plan).unwrap();
    let appends: Vec<_> = finished
        .calls()
        .iter()
        .enumerate()
        .filter(|(_, call)| call.method == "append")
        .map(|(at, _)| at)
        .collect();
    for number in appends.into_iter().step_by(5) {
        let mut memory = world().0;
        let before = memory.snapshot();
        memory.crash_at(number, Crash::Torn);
        let _ = run(&mut memory, &plan);
        // Three times the line that opens the case is torn, too.
        for _ in 0..3 {
            memory.heal();
            let copy = Memory::new(memory.snapshot());
            let resumed = |memory: &mut Memory| drop(resume(memory, intel(), &case(), &options(), &mut Yes));
            let Some(at) = first_append(copy, resumed) else { continue };
            memory.crash_at(at, Crash::Torn);
            assert!(resume(&mut memory, intel(), &case(), &options(), &mut Yes).is_err());
        }
        memory.heal();
        let what = format!("cut at call {number}, and three times after");
        let mut other = Memory::new(memory.snapshot());
        let receipt = resume(&mut memory, intel(), &case(), &options(), &mut Yes).expect(&what);
        let left = comparable(finished.snapshot()).diff(&comparable(memory.snapshot()));
        assert_eq!(left, Vec::<String>::new(), "{what}: {receipt:#?}");
        let receipt = undo_all(&mut other).expect(&what);
        assert_as_before(&before, &other, &format!("{what}: {receipt:#?}"));
    }
}

#[test]
fn a_restart_in_the_middle_is_resumed_and_undone() {
    let plan = all();
    for number in (0..calls(&plan)).step_by(3) {
        let mut memory = world().0;
        let before = memory.snapshot();
        memory.crash_at(number, Crash::After);
        let _ = run(&mut memory, &plan);
        memory.restart();
        let _ = resume(&mut memory, intel(), &case(), &options(), &mut Yes);
        memory.restart();
        match undo_all(&mut memory) {
            Ok(receipt) => {
                let mut before = before;
                // What was installed goes at a restart.
                memory.restart();
                // Nobody holds a file after a restart.
                for state in [&mut before, &mut memory.state_mut()] {
                    state.files.values_mut().for_each(|node| node.held = false);
                }
                assert_as_before(&before, &memory, &format!("{number}: {receipt:#?}"));
            }
            Err(_) => assert_eq!(
                changed(&before, &memory).iter().filter(|line| !line.starts_with("processes")).count(),
                0
            ),
        }
    }
}

#[test]
fn undoing_can_be_cut_off_anywhere_and_run_again() {
    let mut done = world().0;
    let before = done.snapshot();
    run(&mut done, &all()).unwrap();
    let after = done.snapshot();
    let mut whole = Memory::new(after.clone());
    undo_all(&mut whole).unwrap();
    for number in 0..whole.call_count() {
        for crash in [Crash::Before, Crash::Torn, Crash::After] {
            let mut memory = Memory::new(after.clone());
            memory.crash_at(number, crash);
            let _ = undo_all(&mut memory);
            memory.heal();
            let receipt = undo_all(&mut memory).unwrap();
            assert_as_before(&before, &memory, &format!("{crash:?} at call {number}: {receipt:#?}"));
        }
    }
}

/// Makes another object of everything that is still there.
fn change_everything(state: &mut Machine) {
    for instance in state.namespaces.values_mut().flat_map(|space| space.instances.values_mut()) {
        if instance.object.is_consumer() && instance.object.name().starts_with("Bad") {
            instance.object.properties[1].value = Value::from("another");
        }
    }
    for node in state.registry.values_mut() {
        if let Some(value) = node.values.get_mut("bad") {
            value.data = machine::RegistryData::string("another");
        }
    }
    for path in [super::test_support::MINER, super::test_support::HELD] {
        if state.files.contains_key(&path.to_lowercase()) {
            state.add_file(path, b"another");
        }
    }
    if let Some(class) =
        state.namespaces.get_mut(r"root\default").and_then(|space| space.classes.get_mut("bad_store"))
    {
        class.mof = "another".into();
        class.class.properties.clear();
    }
    if let Some(setting) = state.settings.values_mut().next() {
        setting.value = "another".into();
    }
}

/// Everything that [`change_everything`] made and that is there.
fn others(state: &Machine) -> BTreeMap<String, usize> {
    let mut others = BTreeMap::new();
    let text = format!("{:?}", comparable(state.clone()));
    others.insert("text".to_owned(), text.matches("another").count());
    others.insert(
        "registry".to_owned(),
        state
            .registry
            .values()
            .filter_map(|node| node.values.get("bad"))
            .filter(|v| v.data.text().as_deref() == Some("another"))
            .count(),
    );
    others.insert("files".to_owned(), state.files.values().filter(|node| node.bytes == b"another").count());
    others
}

#[test]
fn what_changes_right_before_any_call_is_neither_removed_nor_overwritten() {
    let plan = all();
    for number in 0..calls(&plan) {
        let mut memory = world().0;
        let seen = std::rc::Rc::new(std::cell::RefCell::new(None));
        let inner = seen.clone();
        memory.change_before_call(number, move |state| {
            change_everything(state);
            *inner.borrow_mut() = Some(others(state));
        });
        let receipt = run(&mut memory, &plan);
        assert_eq!(
            Some(others(&memory.state())),
            *seen.borrow(),
            "changed before call {number}: {receipt:#?}"
        );
        memory.heal();
        let _ = undo_all(&mut memory);
        assert_eq!(
            Some(others(&memory.state())),
            *seen.borrow(),
            "undone after a change before call {number}"
        );
    }
}

#[test]
fn each_action_alone_survives_every_fault() {
    for step in steps() {
        let plan = plan_of([step]);
        let mut memory = Memory::new(infected());
        run(&mut memory, &plan).unwrap();
        for number in 0..memory.call_count() {
            let what = format!("{} at call {number}", plan.actions[0].target.name());
            check(&what, &plan, |memory| memory.fail_at(number, Fault::AccessDenied));
            check(&what, &plan, |memory| memory.fail_after(number, Fault::TimedOut));
        }
    }
}

/// A plan of one harmless step, and the machine shut before it.
fn contained() -> (Plan, Options) {
    let step = steps().into_iter().find(|(verb, ..)| *verb == Verb::Disable);
    let options = Options { contain: Some(vec!["10.0.0.5".parse().unwrap()]), ..options() };
    (plan_of(step), options)
}

#[test]
fn shutting_the_ways_in_survives_every_fault() {
    let (plan, options) = contained();
    let mut whole = world().0;
    apply(&mut whole, intel(), &plan, &case(), &options, &mut Yes).unwrap();
    // What the receipt says of the containment is looked at like the rest.
    let mut judged = plan.clone();
    judged.actions.extend(contain(&options));
    for number in 0..whole.call_count() {
        for fault in [Fault::AccessDenied, Fault::NotFound, Fault::InUse] {
            let what = format!("{fault:?} at call {number}");
            check_with(&what, &plan, &options, |memory| memory.fail_at(number, fault));
        }
        let what = format!("late time-out at call {number}");
        check_with(&what, &plan, &options, |memory| memory.fail_after(number, Fault::TimedOut));
        for crash in [Crash::Before, Crash::Torn, Crash::After] {
            let what = format!("power cut {crash:?} at call {number}");
            let mut memory = world().0;
            let before = memory.snapshot();
            memory.crash_at(number, crash);
            let _ = apply(&mut memory, intel(), &plan, &case(), &options, &mut Yes);
            memory.heal();
            match resume(&mut memory, intel(), &case(), &options, &mut Yes) {
                Ok(receipt) => {
                    assert!(receipt.is_complete(), "{what}: {receipt:#?}");
                    assert_true(&before, &memory, &judged, &receipt, &what);
                    let undone = undo_all(&mut memory).unwrap();
                    assert_as_before(&before, &memory, &format!("{what}: {undone:#?}"));
                }
                Err(_) => assert_eq!(changed(&before, &memory), Vec::<String>::new(), "{what}"),
            }
        }
    }
}

/// A machine on which everything that can be disabled is, and that was verified.
fn disabled() -> (Machine, Machine) {
    let mut memory = world().0;
    let before = memory.snapshot();
    let wanted = steps().into_iter().filter(|(verb, ..)| matches!(verb, Verb::Disable | Verb::End));
    run(&mut memory, &plan_of(wanted)).unwrap();
    assert!(crate::verify(&mut memory, intel(), &case()).unwrap().is_passed());
    (before, memory.snapshot())
}

#[test]
fn deleting_what_was_disabled_survives_every_fault() {
    let (before, start) = disabled();
    let purged = |memory: &mut Memory| purge(memory, intel(), &case(), &options(), &mut Yes);
    let mut whole = Memory::new(start.clone());
    let done = purged(&mut whole).unwrap();
    assert_eq!(done.actions.len(), 2);
    let removals = steps().into_iter().filter(|(verb, ..)| *verb == Verb::Disable);
    let judged = plan_of(removals.map(|(_, target, precondition)| (Verb::Remove, target, precondition)));
    let check = |what: &str, prepare: &dyn Fn(&Memory)| {
        let mut memory = Memory::new(start.clone());
        prepare(&memory);
        let result = purged(&mut memory);
        memory.heal();
        match result {
            Ok(receipt) => assert_true(&start, &memory, &judged, &receipt, what),
            Err(_) => assert_eq!(changed(&start, &memory), Vec::<String>::new(), "{what}"),
        }
        let undone = undo_all(&mut memory).unwrap_or_else(|stop| panic!("{what}: {stop:?}"));
        assert_as_before(&before, &memory, &format!("{what}: {undone:#?}"));
    };
    for number in 0..whole.call_count() {
        for fault in [Fault::AccessDenied, Fault::NotFound, Fault::InUse] {
            check(&format!("{fault:?} at call {number}"), &|memory| memory.fail_at(number, fault.clone()));
        }
        check(&format!("late at call {number}"), &|memory| memory.fail_after(number, Fault::TimedOut));
        check(&format!("full from call {number}"), &|memory| memory.disk_full_from(number));
        for crash in [Crash::Before, Crash::Torn, Crash::After] {
            check(&format!("{crash:?} at call {number}"), &|memory| memory.crash_at(number, crash));
        }
    }
}

/// Takes away everything that the plan is about.
fn everything_vanishes(state: &mut Machine) {
    state.processes.remove(&100);
    state.services.remove("bad");
    state.tasks.remove(r"\bad task");
    state.registry.values_mut().for_each(|node| {
        node.values.remove("bad");
        node.values.remove("shell");
        node.values.remove("restrictanonymous");
    });
    state.files.remove(&super::test_support::MINER.to_lowercase());
    state.files.remove(&super::test_support::HELD.to_lowercase());
    state.settings.clear();
    for space in state.namespaces.values_mut() {
        space.instances.retain(|path, _| !path.contains("bad"));
        space.classes.remove("bad_store");
    }
}

#[test]
fn what_vanishes_right_before_any_call_is_neither_claimed_nor_made_up() {
    let plan = all();
    for number in 0..calls(&plan) {
        let what = format!("vanished before call {number}");
        let mut memory = world().0;
        let before = memory.snapshot();
        memory.change_before_call(number, everything_vanishes);
        let result = run(&mut memory, &plan);
        let now = memory.snapshot();
        memory.heal();
        let Ok(receipt) = result else { panic!("{what}: {result:?}") };
        assert_eq!(receipt.stopped, None, "{what}");
        for said in receipt.actions.iter().filter(|said| said.outcome == Outcome::Done) {
            let action = plan.actions.iter().find(|action| action.id == said.id).unwrap();
            let is = found(&now, action);
            let holds = match (action.verb, &is) {
                // Those were done before it vanished, or vanished themselves.
                (Verb::Reset | Verb::Harden, is) => is.is_some() || said.message.id == m::OUTCOME_DONE.id,
                (Verb::Restore, is) => is.is_some(),
                (Verb::Disable, Some(Object::Task(task))) => !task.enabled,
                (Verb::Disable, Some(Object::Service(config))) => config.service.start == Some(4),
                (Verb::End, Some(Object::Service(config))) => config.service.running != Some(true),
                (Verb::Suspend, _) => true,
                (_, is) => is.is_none(),
            };
            assert!(holds, "{what}: {said:?}, {is:?}");
        }
        let undone = undo_all(&mut memory).unwrap_or_else(|stop| panic!("{what}: {stop:?}"));
        assert_eq!(undone.stopped, None, "{what}");
        // Nothing is there afterwards that was not there before, and what is good is untouched.
        let left = comparable(before).diff(&comparable(memory.snapshot()));
        let strange = |line: &&String| line.ends_with(": new") || line.to_lowercase().contains("good");
        assert_eq!(left.iter().filter(strange).count(), 0, "{what}: {left:#?}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    /// Any part of the plan, on a machine on which any part of the evidence is gone or other, with any call failing in any way.
    #[test]
    fn any_plan_on_any_machine_loses_nothing(
        chosen in proptest::collection::vec(proptest::bool::ANY, 23),
        changed_before in proptest::bool::ANY,
        gone in proptest::collection::vec(proptest::bool::ANY, 5),
        number in 0_usize..400,
        late in proptest::bool::ANY,
    ) {
        let steps: Vec<_> = steps().into_iter().zip(chosen).filter(|(_, chosen)| *chosen).map(|(step, _)| step).collect();
        let plan = plan_of(steps);
        let mut state = infected();
        if changed_before {
            change_everything(&mut state);
        }
        let drops: [fn(&mut Machine); 5] = [
            |state| state.processes.clear(),
            |state| state.services.clear(),
            |state| state.tasks.clear(),
            |state| state.registry.clear(),
            |state| state.namespaces.values_mut().for_each(|space| space.instances.clear()),
        ];
        drops.iter().zip(gone).filter(|(_, gone)| *gone).for_each(|(drop, _)| drop(&mut state));
        let mut memory = Memory::new(state.clone());
        if late {
            memory.fail_after(number, Fault::TimedOut);
        } else {
            memory.fail_at(number, Fault::AccessDenied);
        }
        let result = run(&mut memory, &plan);
        memory.heal();
        if let Ok(receipt) = result {
            assert_true(&state, &memory, &plan, &receipt, "random");
            proptest::prop_assert!(undo_all(&mut memory).is_ok());
        }
        assert_as_before(&state, &memory, "random");
    }
}
