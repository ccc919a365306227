mod changed;
mod harden;
mod links;
mod never;
mod patch;
mod processes;
mod purge;

use super::test_support::{
    CASE, LSA, MINER, RUN, Yes, case, changed, infected, intel, options, plan_of, steps, store, world,
};
use super::*;
use evidence::Value;
use machine::memory::{Memory, State as Machine};
use machine::{Fault, RegistryData, Signature};

fn applied() -> (Memory, Plan, Receipt) {
    let (mut memory, plan) = world();
    let receipt = apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
    (memory, plan, receipt)
}

fn lines(receipt: &Receipt) -> String {
    let line = |action: &ActionReceipt| {
        format!("{:?} {}: {:?}, {}", action.verb, action.target.name(), action.outcome, action.message.id)
    };
    receipt.actions.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What becomes of the only step of this kind on a machine that was changed.
fn one(verb: Verb, name: &str, change: impl FnOnce(&mut Machine)) -> (Memory, ActionReceipt) {
    let step =
        steps().into_iter().find(|(own, target, _)| *own == verb && target.name().contains(name)).unwrap();
    let mut state = infected();
    change(&mut state);
    let mut memory = Memory::new(state);
    let mut receipt = apply(&mut memory, intel(), &plan_of([step]), &case(), &options(), &mut Yes).unwrap();
    assert_eq!(receipt.stopped, None);
    (memory, receipt.actions.remove(0))
}

fn refused(verb: Verb, name: &str, change: impl FnOnce(&mut Machine)) -> Message {
    let mut before = infected();
    let mut kept = None;
    let (memory, receipt) = one(verb, name, |state| {
        change(state);
        kept = Some(state.clone());
    });
    before = kept.unwrap_or(before);
    assert_eq!(receipt.outcome, Outcome::Refused, "{receipt:?}");
    assert_eq!(changed(&before, &memory), Vec::<String>::new());
    receipt.message
}

#[test]
fn everything_is_done_and_nothing_else() {
    let (memory, _, receipt) = applied();
    insta::assert_snapshot!("outcomes", lines(&receipt));
    let changes = changed(&world().0.snapshot(), &memory);
    let short = changes.iter().map(|line| line.chars().take(120).collect::<String>()).collect::<Vec<_>>();
    insta::assert_snapshot!("changes", short.join("\n"));
    assert!(receipt.needs_restart() && !receipt.is_complete());
}

#[test]
fn a_dry_run_changes_nothing_and_says_what_it_would_do() {
    let (mut memory, plan) = world();
    let before = memory.snapshot();
    let dry = Options { apply: false, ..options() };
    let receipt = apply(&mut memory, intel(), &plan, &case(), &dry, &mut ()).unwrap();
    assert!(receipt.actions.iter().all(|action| action.outcome == Outcome::Planned), "{}", lines(&receipt));
    assert_eq!(before.diff(&memory.snapshot()), Vec::<String>::new());
    assert!(memory.calls().iter().all(|call| !call.changes()));
}

#[test]
fn runs_that_may_not_begin_touch_nothing() {
    let stopped = |change: fn(&mut Machine), plan: fn(&mut Plan), options: Options| {
        let (mut memory, mut wanted) = world();
        change(&mut memory.state_mut());
        plan(&mut wanted);
        let before = memory.snapshot();
        let stop = apply(&mut memory, intel(), &wanted, &case(), &options, &mut Yes).unwrap_err();
        assert_eq!(before.diff(&memory.snapshot()), Vec::<String>::new());
        stop.message.id
    };
    let same = |_: &mut Machine| {};
    let whole = |_: &mut Plan| {};
    assert_eq!(stopped(|s| s.facts.redirected = true, whole, options()), "stop-redirected");
    assert_eq!(stopped(|s| s.facts.beside = vec!["version.dll".into()], whole, options()), "stop-library");
    assert_eq!(stopped(|s| s.facts.elevated = false, whole, options()), "stop-not-elevated");
    assert_eq!(stopped(|s| s.facts.domain_controller = true, whole, options()), "stop-domain-controller");
    assert_eq!(stopped(same, |p| p.host.id.0 = "guid-2".into(), options()), "stop-other-host");
    assert_eq!(stopped(same, |p| p.patch = State::Act, options()), "stop-unpatched");
    assert_eq!(stopped(same, |p| p.schema = "other".into(), options()), "stop-plan");
    assert_eq!(stopped(same, |p| p.actions.reverse(), options()), "stop-plan");
    assert_eq!(stopped(|s| s.add_folder(CASE).held = false, whole, options()), "stop-case-exists");
    let trusting = Options { trusted: vec![r"C:\Users\x\plan.json".into()], ..options() };
    let planted = |s: &mut Machine| s.add_file(r"C:\Users\x\plan.json", b"{}").held = false;
    assert_eq!(stopped(planted, whole, trusting), "stop-unprotected");
}

#[test]
fn a_plan_made_from_a_name_fits_the_machine_of_that_name() {
    let (mut memory, mut plan) = world();
    plan.host.id.0 = "PC-1".into();
    assert!(apply(&mut memory, intel(), &plan, &case(), &Options::default(), &mut ()).is_ok());
}

#[test]
fn containing_comes_first_and_is_undone_like_the_rest() {
    let (mut memory, mut plan) = world();
    plan.patch = State::Act;
    let contained = Options { contain: Some(vec!["10.0.0.5".parse().unwrap()]), ..options() };
    let receipt = apply(&mut memory, intel(), &plan, &case(), &contained, &mut Yes).unwrap();
    assert_eq!((receipt.actions[0].verb, receipt.actions[0].outcome), (Verb::Contain, Outcome::Done));
    let is_rule = |memory: &Memory| memory.state().settings.keys().any(|(kind, _)| kind == "containment");
    assert!(is_rule(&memory));
    crate::undo(&mut memory, intel(), &case(), &crate::UndoOptions::default()).unwrap();
    assert!(!is_rule(&memory));
}

#[test]
fn what_nobody_confirmed_is_not_done() {
    let (mut memory, mut plan) = world();
    plan.actions[0].on_content = false;
    let receipt = apply(&mut memory, intel(), &plan, &case(), &options(), &mut ()).unwrap();
    assert_eq!(receipt.actions[0].message.id, "refuse-not-on-content");
    assert_eq!(receipt.actions[1].outcome, Outcome::Done);
    let (mut memory, plan) = world();
    let asking = Options { yes: false, ..options() };
    let before = memory.snapshot();
    let receipt = apply(&mut memory, intel(), &plan, &case(), &asking, &mut ()).unwrap();
    assert!(receipt.actions.iter().all(|action| {
        ["refuse-not-confirmed", "refuse-bound", "refuse-needed"].contains(&action.message.id.as_str())
    }));
    assert_eq!(changed(&before, &memory), Vec::<String>::new());
}

#[test]
fn an_entry_that_no_baseline_knows_is_neither_made_nor_said_to_be_there() {
    let step =
        (Verb::Restore, Target::StockEntry { entry: "somebody-elses".into() }, Precondition::default());
    let mut memory = Memory::new(infected());
    let receipt = apply(&mut memory, intel(), &plan_of([step]), &case(), &options(), &mut Yes).unwrap();
    assert_eq!(receipt.actions[0].outcome, Outcome::Failed, "{}", lines(&receipt));
    let verified = crate::verify(&mut memory, intel(), &case()).unwrap();
    assert!(!verified.is_passed(), "{verified:?}");
}

#[test]
fn what_wmi_gives_no_text_of_is_said_and_a_class_stays() {
    let empty = |state: &mut Machine| {
        state.namespaces.values_mut().for_each(|space| {
            space.instances.values_mut().for_each(|instance| instance.mof.clear());
            space.classes.values_mut().for_each(|class| class.mof.clear());
        });
    };
    let (memory, receipt) = one(Verb::Remove, "__IntervalTimerInstruction", empty);
    assert_eq!((receipt.outcome, receipt.message.id.as_str()), (Outcome::Done, "outcome-done-no-mof"));
    assert!(!memory.state().files.keys().any(|path| path.ends_with("object.mof")));
    let mut state = infected();
    empty(&mut state);
    let mut step = steps().into_iter().find(|(_, target, _)| target.name().contains("Bad_Store")).unwrap();
    step.2.fields.remove("__MOF_SHA256");
    let mut memory = Memory::new(state);
    let receipt = apply(&mut memory, intel(), &plan_of([step]), &case(), &options(), &mut Yes).unwrap();
    let receipt = &receipt.actions[0];
    assert_eq!((receipt.outcome, receipt.message.id.as_str()), (Outcome::Failed, "outcome-backup"));
}

#[test]
fn what_the_scheduler_keeps_of_a_task_is_in_its_backup() {
    let key = machine::StoredTask::key(r"\Bad task").0;
    let definition = machine::StoredTask::definition_key("{12-AB}").0;
    let (memory, receipt) = one(Verb::Disable, "Bad task", |state| {
        state.add_registry_value(&key, "Id", RegistryData::string("{12-AB}"));
        state.add_registry_value(&definition, "Actions", RegistryData::dword(7));
    });
    assert_eq!(receipt.outcome, Outcome::Done);
    let state = memory.state();
    let file = state.files.values().find(|node| node.path.ends_with("registry.json")).unwrap();
    let text = String::from_utf8_lossy(&file.bytes);
    assert!(text.contains("Actions") && text.contains("TaskCache"), "{text}");
}

#[test]
fn slow_calls_are_waited_for() {
    let (mut memory, plan) = world();
    memory.slow_on("delete_wmi_instance", "", std::time::Duration::from_secs(90));
    let receipt = apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
    assert_eq!(receipt.finished.duration_since(receipt.started).as_secs(), 4 * 90);
    assert_eq!(lines(&receipt), lines(&applied().2));
}

#[test]
fn a_full_disk_stops_the_run_before_anything_is_done_without_a_backup() {
    let (mut memory, plan) = world();
    let before = memory.snapshot();
    memory.fail_on("write_new", "backup", Fault::DiskFull);
    let receipt = apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
    assert!(
        receipt.actions.iter().all(|action| ["outcome-backup", "refuse-bound", "refuse-needed"]
            .contains(&action.message.id.as_str())),
        "{}",
        lines(&receipt)
    );
    assert_eq!(changed(&before, &memory), Vec::<String>::new());
}
