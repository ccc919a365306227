//! Processes: suspended, ended, and what is said of those that are not.

use super::*;

/// The steps that stop and end the process, and a few between.
fn process_plan() -> Plan {
    plan_of(steps().into_iter().filter(|(verb, target, _)| {
        matches!(target, Target::Process { .. }) || (*verb == Verb::Disable && target.name() == "Bad")
    }))
}

/// The number of the call with which the journal is written for the action behind the suspension.
fn call_of_next_action(plan: &Plan, options: &Options) -> usize {
    let mut memory = world().0;
    apply(&mut memory, intel(), plan, &case(), options, &mut Yes).unwrap();
    let calls = memory.calls();
    let disabled = calls.iter().position(|call| call.method == "set_service_start").unwrap();
    disabled - 1 - calls[..disabled].iter().rev().position(|call| call.method == "append").unwrap()
}

#[test]
fn what_a_stopped_run_suspended_is_let_go_or_said_to_stand_still() {
    for on_content in [true, false] {
        let mut plan = process_plan();
        plan.actions.iter_mut().for_each(|action| action.on_content = on_content);
        let options = Options { yes: false, ..options() };
        let number = call_of_next_action(&plan, &options);
        let mut memory = world().0;
        memory.fail_at(number, Fault::DiskFull);
        let receipt = apply(&mut memory, intel(), &plan, &case(), &options, &mut Yes).unwrap();
        assert_eq!(receipt.stopped.as_ref().map(|why| why.id.as_str()), Some("stop-journal"));
        let (outcome, id) = (receipt.actions[0].outcome, receipt.actions[0].message.id.as_str());
        if on_content {
            assert_eq!((outcome, id), (Outcome::Done, "outcome-stands-still"));
        } else {
            assert_eq!((outcome, id), (Outcome::Failed, "outcome-resumed"));
        }
        assert_eq!(memory.state().processes[&100].suspended, on_content);
        memory.heal();
        let receipt = resume(&mut memory, intel(), &case(), &options, &mut Yes).unwrap();
        assert!(receipt.is_complete(), "{}", lines(&receipt));
        let suspended = memory.calls().iter().filter(|call| call.method == "suspend_process").count();
        assert_eq!(suspended, usize::from(!on_content), "Windows counts suspensions");
        assert!(!memory.state().processes.contains_key(&100));
    }
}

#[test]
fn a_process_that_cannot_be_ended_is_said_to_stand_still() {
    let mut memory = world().0;
    memory.change_before("set_service_start", "", |state| {
        state.processes.get_mut(&100).unwrap().critical = true;
    });
    let receipt = apply(&mut memory, intel(), &process_plan(), &case(), &options(), &mut Yes).unwrap();
    assert_eq!(receipt.actions[0].message.id, "outcome-stands-still", "{}", lines(&receipt));
    let undone = crate::undo(&mut memory, intel(), &case(), &crate::UndoOptions::default()).unwrap();
    assert!(
        undone.actions.iter().any(|action| action.message.id == "undo-stands-still"),
        "{}",
        lines(&undone)
    );
    let rearm = crate::UndoOptions { rearm: true, ..crate::UndoOptions::default() };
    crate::undo(&mut memory, intel(), &case(), &rearm).unwrap();
    assert!(!memory.state().processes[&100].suspended);
}

#[test]
fn a_suspension_that_failed_late_is_taken_back() {
    let mut memory = world().0;
    let plan = plan_of(steps().into_iter().filter(|(verb, ..)| *verb == Verb::Suspend || *verb == Verb::End));
    apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
    let number = memory.calls().iter().position(|call| call.method == "suspend_process").unwrap();
    let mut memory = world().0;
    memory.fail_after(number, Fault::TimedOut);
    memory.fail_on("end_process", "", Fault::AccessDenied);
    let receipt = apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
    assert_eq!(receipt.actions[0].outcome, Outcome::Failed, "{}", lines(&receipt));
    assert!(!memory.state().processes[&100].suspended);
}

/// The machine with a process that Windows would stop with; it holds its own file.
fn critical() -> Memory {
    let mut state = infected();
    state.processes.get_mut(&100).unwrap().critical = true;
    state.files.get_mut(&MINER.to_lowercase()).unwrap().held = true;
    Memory::new(state)
}

/// What stops or ends the process, its service disabled and stopped, and its file.
fn critical_plan(without: &[Verb]) -> Plan {
    plan_of(steps().into_iter().filter(|(verb, target, _)| {
        let about =
            matches!(target, Target::Process { .. } | Target::Service { .. }) || target.name() == MINER;
        about && *verb != Verb::Harden && !without.contains(verb)
    }))
}

#[test]
fn a_process_that_windows_would_stop_with_goes_at_the_next_start() {
    let mut memory = critical();
    let before = memory.snapshot();
    let plan = critical_plan(&[]);
    let dry = Options { apply: false, ..options() };
    let receipt = apply(&mut memory, intel(), &plan, &case(), &dry, &mut ()).unwrap();
    assert!(receipt.actions.iter().all(|action| action.outcome == Outcome::Planned), "{}", lines(&receipt));
    let receipt = apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
    insta::assert_snapshot!(lines(&receipt), @r"
    Suspend C:\ProgramData\miner.exe (100): AtRestart, outcome-critical
    Disable Bad: Done, outcome-done
    End C:\ProgramData\miner.exe (100): AtRestart, outcome-critical
    End Bad: AtRestart, outcome-critical
    Remove C:\ProgramData\miner.exe: AtRestart, outcome-at-restart
    ");
    assert!(receipt.needs_restart() && !receipt.is_complete());
    let asked = |name| memory.calls().iter().filter(|call| call.method == name).count();
    assert_eq!((asked("suspend_process"), asked("end_process"), asked("stop_service")), (0, 0, 0));
    assert!(!memory.state().processes[&100].suspended);

    let states = |memory: &mut Memory| {
        let looked = crate::verify(memory, intel(), &case()).unwrap();
        let line = |own: &crate::Verified| format!("{:?} {}: {:?}", own.verb, own.target.name(), own.now);
        (looked.is_passed(), looked.actions.iter().map(line).collect::<Vec<_>>().join("\n"))
    };
    let (passed, waiting) = states(&mut memory);
    assert!(!passed);
    insta::assert_snapshot!(waiting, @r"
    Suspend C:\ProgramData\miner.exe (100): AtRestart
    Disable Bad: Gone
    End C:\ProgramData\miner.exe (100): AtRestart
    End Bad: AtRestart
    Remove C:\ProgramData\miner.exe: AtRestart
    ");
    let early = purge(&mut memory, intel(), &case(), &options(), &mut Yes).unwrap_err();
    assert_eq!(early.message.id, "stop-not-verified");
    // Carried on before the restart, nothing else is done.
    let resumed = resume(&mut memory, intel(), &case(), &options(), &mut Yes).unwrap();
    assert!(memory.state().processes.contains_key(&100), "{}", lines(&resumed));

    memory.restart();
    memory.state_mut().services.get_mut("bad").unwrap().service.running = Some(false);
    let (passed, after) = states(&mut memory);
    assert!(passed, "{after}");
    let rearm = crate::UndoOptions { rearm: true, ..crate::UndoOptions::default() };
    crate::undo(&mut memory, intel(), &case(), &rearm).unwrap();
    let left = changed(&before, &memory);
    let fine =
        |line: &String| line.starts_with("processes") || line.contains("running") || line.contains("held");
    assert!(left.iter().all(fine), "{left:#?}");
}

#[test]
fn one_that_is_there_again_after_the_restart_is_back() {
    let mut memory = critical();
    apply(&mut memory, intel(), &critical_plan(&[]), &case(), &options(), &mut Yes).unwrap();
    memory.restart();
    memory.state_mut().services.get_mut("bad").unwrap().service.running = Some(false);
    memory.state_mut().add_process(200, MINER, "miner -o pool").critical = true;
    let looked = crate::verify(&mut memory, intel(), &case()).unwrap();
    let ended = looked
        .actions
        .iter()
        .find(|own| own.verb == Verb::End && matches!(own.target, Target::Process { .. }));
    assert_eq!(ended.unwrap().now, crate::Now::Back);
}

#[test]
fn one_that_nothing_keeps_from_starting_is_refused() {
    let process = |receipt: &Receipt| {
        let own = receipt.actions.iter().filter(|own| matches!(own.target, Target::Process { .. }));
        own.map(|own| format!("{:?} {}", own.outcome, own.message.id)).collect::<Vec<_>>()
    };
    let mut memory = critical();
    let alone = critical_plan(&[Verb::Disable, Verb::Remove]);
    let receipt = apply(&mut memory, intel(), &alone, &case(), &options(), &mut Yes).unwrap();
    assert_eq!(process(&receipt), ["Refused refuse-critical"; 2]);
    // It is in the plan, and could not be done.
    let mut memory = critical();
    memory.fail_on("set_service_start", "", Fault::AccessDenied);
    let receipt =
        apply(&mut memory, intel(), &critical_plan(&[Verb::Remove]), &case(), &options(), &mut Yes).unwrap();
    assert_eq!(process(&receipt), ["Refused refuse-critical"; 2], "{}", lines(&receipt));
}

#[test]
fn no_fault_ends_a_process_that_windows_would_stop_with() {
    let plan = critical_plan(&[]);
    let mut memory = critical();
    apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
    for number in 0..memory.call_count() {
        for how in 0..4 {
            let mut memory = critical();
            match how {
                0 => memory.fail_at(number, Fault::AccessDenied),
                1 => memory.fail_after(number, Fault::TimedOut),
                2 => memory.crash_at(number, machine::memory::Crash::Before),
                _ => memory.crash_at(number, machine::memory::Crash::After),
            }
            let result = apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes);
            memory.heal();
            let state = memory.snapshot();
            let process = &state.processes[&100];
            assert!(!process.suspended, "{how} at {number}");
            let Ok(receipt) = result else { continue };
            let disabled = state.services["bad"].service.start == Some(4);
            let going = !state.deleted_at_restart.is_empty();
            for own in receipt.actions.iter().filter(|own| matches!(own.target, Target::Process { .. })) {
                let said = format!("{how} at {number}: {}", lines(&receipt));
                assert!(!matches!(own.outcome, Outcome::Done | Outcome::AsItShould), "{said}");
                assert!(own.outcome != Outcome::AtRestart || disabled || going, "{said}");
            }
            let rearm = crate::UndoOptions { rearm: true, ..crate::UndoOptions::default() };
            crate::undo(&mut memory, intel(), &case(), &rearm).unwrap();
            assert!(memory.state().processes.contains_key(&100));
            assert_eq!(memory.state().services["bad"].service.start, Some(2), "{how} at {number}");
            assert!(memory.state().deleted_at_restart.is_empty());
        }
    }
}
