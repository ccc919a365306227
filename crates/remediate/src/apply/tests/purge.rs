//! Removing for good what was disabled.

use super::*;

#[test]
fn what_is_disabled_is_removed_only_after_a_verification_that_passed() {
    let wanted = steps().into_iter().filter(|(verb, ..)| *verb == Verb::Disable || *verb == Verb::End);
    let mut memory = world().0;
    let before = memory.snapshot();
    apply(&mut memory, intel(), &plan_of(wanted), &case(), &options(), &mut Yes).unwrap();
    let early = purge(&mut memory, intel(), &case(), &options(), &mut Yes).unwrap_err();
    assert_eq!(early.message.id, "stop-not-verified");
    assert!(crate::verify(&mut memory, intel(), &case()).unwrap().is_passed());
    let receipt = purge(&mut memory, intel(), &case(), &options(), &mut Yes).unwrap();
    assert!(receipt.is_complete(), "{}", lines(&receipt));
    assert!(!memory.state().services.contains_key("bad") && !memory.state().tasks.contains_key(r"\bad task"));
    let again = purge(&mut memory, intel(), &case(), &options(), &mut Yes).unwrap_err();
    assert_eq!(again.message.id, "stop-not-verified", "something was done since");
    let rearm = crate::UndoOptions { rearm: true, ..crate::UndoOptions::default() };
    crate::undo(&mut memory, intel(), &case(), &rearm).unwrap();
    let left = changed(&before, &memory);
    assert!(left.iter().all(|line| line.starts_with("processes") || line.contains("running")), "{left:?}");
}

/// A case in which the service and the task were disabled, and a verification passed.
fn disabled_and_verified(change: impl FnOnce(&mut Machine), service: &str) -> Memory {
    let mut state = infected();
    change(&mut state);
    let wanted =
        steps().into_iter().filter(|(verb, ..)| *verb == Verb::Disable).map(|(verb, target, before)| {
            let target = match target {
                Target::Service { .. } => Target::Service { name: service.into() },
                other => other,
            };
            (verb, target, before)
        });
    let mut memory = Memory::new(state);
    apply(&mut memory, intel(), &plan_of(wanted), &case(), &options(), &mut Yes).unwrap();
    assert!(crate::verify(&mut memory, intel(), &case()).unwrap().is_passed());
    memory
}

#[test]
fn what_was_replaced_or_enabled_since_the_verification_is_not_purged() {
    let changes: [fn(&mut Machine); 4] = [
        |state| {
            state.services.get_mut("bad").unwrap().service.image_path = Some("useful.exe".into());
            state.tasks.get_mut(r"\bad task").unwrap().xml = "<Task><Actions/></Task>".into();
        },
        |state| {
            state.services.get_mut("bad").unwrap().service.start = Some(2);
            state.tasks.get_mut(r"\bad task").unwrap().enabled = true;
        },
        |state| {
            let service = state.services.get_mut("bad").unwrap();
            (service.service.account, service.failure_actions) = (Some("other".into()), Some(vec![1]));
            state.tasks.get_mut(r"\bad task").unwrap().enabled = true;
        },
        |state| {
            state.services.get_mut("bad").unwrap().security = Some("D:(A;;FA;;;WD)".into());
            state.tasks.get_mut(r"\bad task").unwrap().security = Some("D:(A;;FA;;;WD)".into());
        },
    ];
    for change in changes {
        let mut memory = disabled_and_verified(|_| {}, "Bad");
        change(&mut memory.state_mut());
        let before = memory.snapshot();
        for dry in [true, false] {
            let options = Options { apply: !dry, ..options() };
            let receipt = purge(&mut memory, intel(), &case(), &options, &mut Yes).unwrap();
            assert_eq!(receipt.actions.len(), 2);
            assert!(
                receipt.actions.iter().all(|action| action.message.id == "refuse-not-disabled"),
                "{}",
                lines(&receipt)
            );
        }
        assert_eq!(changed(&before, &memory), Vec::<String>::new());
    }
}

#[test]
fn a_service_that_windows_brings_is_not_purged() {
    let hijacked = |state: &mut Machine| {
        let mut config = state.services["bad"].clone();
        config.service.name = "SNMPTRAP".into();
        state.services.insert("snmptrap".into(), config);
    };
    let mut memory = disabled_and_verified(hijacked, "SNMPTRAP");
    let receipt = purge(&mut memory, intel(), &case(), &options(), &mut Yes).unwrap();
    let of = |verb: fn(&Target) -> bool| {
        receipt.actions.iter().find(|action| verb(&action.target)).unwrap().message.id.clone()
    };
    assert_eq!(of(|target| matches!(target, Target::Service { .. })), "refuse-windows-service");
    assert_eq!(of(|target| matches!(target, Target::Task { .. })), "outcome-done");
    assert!(memory.state().services.contains_key("snmptrap"));
}

#[test]
fn only_a_verification_that_passed_and_nothing_behind_it_lets_anything_be_purged() {
    let stopped = |memory: &mut Memory| {
        let before = memory.snapshot();
        let stop = purge(memory, intel(), &case(), &options(), &mut Yes).unwrap_err();
        assert_eq!(changed(&before, memory), Vec::<String>::new());
        stop.message.id
    };
    // A later one that did not pass counts, and so does one that passed again.
    let mut memory = disabled_and_verified(|_| {}, "Bad");
    memory.state_mut().tasks.get_mut(r"\bad task").unwrap().enabled = true;
    assert!(!crate::verify(&mut memory, intel(), &case()).unwrap().is_passed());
    assert_eq!(stopped(&mut memory), "stop-not-verified");
    memory.state_mut().tasks.get_mut(r"\bad task").unwrap().enabled = false;
    assert_eq!(stopped(&mut memory), "stop-not-verified", "nobody has looked since");
    assert!(crate::verify(&mut memory, intel(), &case()).unwrap().is_passed());
    assert!(purge(&mut memory, intel(), &case(), &options(), &mut Yes).unwrap().is_complete());

    // What was undone is nobody's any more.
    let mut memory = disabled_and_verified(|_| {}, "Bad");
    crate::undo(&mut memory, intel(), &case(), &crate::UndoOptions { rearm: true, ..Default::default() })
        .unwrap();
    assert_eq!(stopped(&mut memory), "stop-not-verified");
    assert!(crate::verify(&mut memory, intel(), &case()).unwrap().is_passed(), "there is nothing to hold");
    let receipt = purge(&mut memory, intel(), &case(), &options(), &mut Yes).unwrap();
    assert_eq!(receipt.actions.len(), 0, "{}", lines(&receipt));
    assert!(memory.state().services.contains_key("bad") && memory.state().tasks.contains_key(r"\bad task"));
}
