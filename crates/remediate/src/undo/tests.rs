use super::*;
use crate::apply::test_support::{
    CASE, HELD, HOSTS, MINER, RUN, Yes, case, changed, creator, infected, intel, options, plan_of, steps,
    world,
};
use crate::{Plan, apply};
use machine::memory::{Memory, State};

fn cleaned() -> (Memory, State, Plan) {
    let (mut memory, plan) = world();
    let before = memory.snapshot();
    apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
    (memory, before, plan)
}

fn rearm() -> UndoOptions {
    UndoOptions { rearm: true, ..UndoOptions::default() }
}

fn lines(receipt: &Receipt) -> String {
    let line = |action: &ActionReceipt| {
        format!("{:?} {}: {:?}, {}", action.verb, action.target.name(), action.outcome, action.message.id)
    };
    receipt.actions.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_was_malicious_comes_back_disarmed() {
    let (mut memory, before, _) = cleaned();
    let receipt = undo(&mut memory, intel(), &case(), &UndoOptions::default()).unwrap();
    insta::assert_snapshot!("disarmed", lines(&receipt));
    let left = changed(&before, &memory).join("\n");
    assert!(left.contains("__filtertoconsumerbinding"), "no binding: {left}");
    assert!(!memory.state().registry[&RUN.to_lowercase()].values.contains_key("bad"));
    assert_eq!(memory.state().services["bad"].service.start, Some(4));
    assert!(!memory.state().tasks[r"\bad task"].enabled);
    assert_eq!(memory.state().files[&MINER.to_lowercase()].bytes, b"MZ miner");
    assert!(!receipt.is_complete(), "something is held back");
}

#[test]
fn rearmed_it_is_as_it_was_but_for_what_was_ended() {
    let (mut memory, before, _) = cleaned();
    let receipt = undo(&mut memory, intel(), &case(), &rearm()).unwrap();
    insta::assert_snapshot!("rearmed", lines(&receipt));
    let left = changed(&before, &memory);
    let expected = |line: &String| {
        line.starts_with("processes: 100: gone")
            || line.contains("scm event log")
            || line.contains("running: Some(false)")
    };
    assert!(left.iter().all(expected), "{left:#?}");
    assert!(memory.state().deleted_at_restart.is_empty());
    let again = undo(&mut memory, intel(), &case(), &rearm()).unwrap();
    assert!(again.actions.iter().all(|action| action.outcome == Outcome::AsItShould), "{}", lines(&again));
    let mut memory = cleaned().0;
    memory.state_mut().creator_sid = Some(creator(2));
    undo(&mut memory, intel(), &case(), &rearm()).unwrap();
    let again = undo(&mut memory, intel(), &case(), &rearm()).unwrap();
    assert!(again.actions.iter().all(|action| action.outcome == Outcome::AsItShould), "{}", lines(&again));
}

#[test]
fn chosen_actions_alone_are_undone() {
    let (mut memory, _, plan) = cleaned();
    let id = plan.actions.iter().find(|action| action.target.name() == MINER).unwrap().id.clone();
    let only = UndoOptions { only: [id].into_iter().collect(), rearm: false };
    let receipt = undo(&mut memory, intel(), &case(), &only).unwrap();
    assert_eq!(lines(&receipt), format!("Remove {MINER}: Done, undo-disarmed"));
    assert!(!memory.state().settings.contains_key(&("portproxy".into(), "0.0.0.0:57".into())));
}

#[test]
fn a_creator_that_windows_sets_anew_is_said() {
    let (mut memory, plan) = world();
    apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
    memory.state_mut().creator_sid = Some(creator(2));
    let receipt = undo(&mut memory, intel(), &case(), &rearm()).unwrap();
    let differing: Vec<_> =
        receipt.actions.iter().filter(|action| action.message.id == "undo-restored-differs").collect();
    assert_eq!(differing.len(), 3, "filter, consumer and binding: {}", lines(&receipt));
    assert!(differing.iter().all(|action| action.message.text("fields") == Some("CreatorSID")));
    assert!(differing.iter().all(|action| action.outcome == Outcome::Done));
}

#[test]
fn what_took_its_place_is_left_there() {
    let (mut memory, _, _) = cleaned();
    memory.state_mut().add_file(MINER, b"another");
    memory.state_mut().add_registry_value(RUN, "Bad", machine::RegistryData::string("another"));
    let receipt = undo(&mut memory, intel(), &case(), &rearm()).unwrap();
    let occupied: Vec<_> =
        receipt.actions.iter().filter(|action| action.message.id == "undo-occupied").collect();
    assert_eq!(occupied.len(), 2, "{}", lines(&receipt));
    assert_eq!(memory.state().files[&MINER.to_lowercase()].bytes, b"another");
}

#[test]
fn half_a_file_that_a_cut_left_does_not_stand_in_the_way_for_ever() {
    let (mut whole, before, _) = cleaned();
    let after = whole.snapshot();
    undo(&mut whole, intel(), &case(), &rearm()).unwrap();
    let call = |own: &machine::memory::Call| own.method == "restore_file" && own.target == MINER;
    let number = whole.calls().iter().position(call).unwrap() - apply_calls();
    for left in [&b""[..], b"MZ m", b"MZ miner"] {
        let mut memory = Memory::new(after.clone());
        memory.crash_at(number, machine::memory::Crash::Torn);
        let _ = undo(&mut memory, intel(), &case(), &rearm());
        memory.heal();
        memory.state_mut().add_file(MINER, left);
        let receipt = undo(&mut memory, intel(), &case(), &rearm()).unwrap();
        assert_eq!(memory.state().files[&MINER.to_lowercase()].bytes, b"MZ miner", "{}", lines(&receipt));
        let differs = changed(&before, &memory);
        assert!(!differs.iter().any(|line| line.starts_with("files")), "{left:?}: {differs:#?}");
    }
    // Something else is in its place, whatever was begun.
    let mut memory = Memory::new(after);
    memory.crash_at(number, machine::memory::Crash::Torn);
    let _ = undo(&mut memory, intel(), &case(), &rearm());
    memory.heal();
    memory.state_mut().add_file(MINER, b"MZ other");
    let receipt = undo(&mut memory, intel(), &case(), &rearm()).unwrap();
    assert_eq!(memory.state().files[&MINER.to_lowercase()].bytes, b"MZ other", "{}", lines(&receipt));
}

/// How many calls a run makes before anything is undone.
fn apply_calls() -> usize {
    cleaned().0.call_count()
}

#[test]
fn a_scheduler_that_writes_into_the_definition_has_put_the_task_back_all_the_same() {
    let (mut memory, _, _) = cleaned();
    let with = |memory: &Memory, own: &str| {
        let mut state = memory.state_mut();
        let xml = &mut state.tasks.get_mut(r"\bad task").unwrap().xml;
        *xml = xml.replace("</Task>", &format!("<Settings><Enabled>{own}</Enabled></Settings></Task>"));
    };
    with(&memory, "false");
    let receipt = undo(&mut memory, intel(), &case(), &rearm()).unwrap();
    let task = |receipt: &Receipt| {
        let own = receipt.actions.iter().find(|action| action.target.name() == r"\Bad task").unwrap();
        (own.outcome, own.message.id.clone())
    };
    assert_eq!(task(&receipt), (Outcome::Done, "undo-restored".into()), "{}", lines(&receipt));
    let again = undo(&mut memory, intel(), &case(), &rearm()).unwrap();
    assert_eq!(task(&again).0, Outcome::AsItShould, "{}", lines(&again));
}

#[test]
fn parts_of_a_subscription_with_different_creators_are_said() {
    let (mut memory, _, _) = cleaned();
    undo(&mut memory, intel(), &case(), &UndoOptions::default()).unwrap();
    memory.state_mut().creator_sid = Some(creator(2));
    let receipt = undo(&mut memory, intel(), &case(), &rearm()).unwrap();
    let said: Vec<_> = receipt.actions.iter().filter(|action| action.message.id == "undo-creators").collect();
    assert_eq!(said.len(), 1, "the binding: {}", lines(&receipt));
    assert!(said[0].target.name().contains("__FilterToConsumerBinding"));
}

#[test]
fn what_starts_by_where_it_is_comes_back_only_when_asked_for() {
    let startup = r"C:\ProgramData\Microsoft\Windows\Start Menu\Programs\StartUp\x.exe";
    let fields = [("SHA256".to_owned(), crate::object::sha256_hex(b"MZ x"))].into_iter().collect();
    let precondition = crate::Precondition { fields, unbound: false };
    let plan = plan_of([(Verb::Remove, Target::File { path: startup.into() }, precondition)]);
    let mut state = infected();
    let node = state.add_file(startup, b"MZ x");
    node.state.streams.push(machine::Stream { name: "s".into(), bytes: b"MZ stream".to_vec() });
    let before = state.clone();
    let mut memory = Memory::new(state);
    apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
    let is_plain = |node: &machine::memory::FileNode| node.bytes.windows(6).any(|own| own == b"MZ str");
    assert!(!memory.state().files.values().any(is_plain), "streams are put away like the rest");
    let numbers = format!("{:?}", b"MZ stream").replace(' ', "");
    let text = String::from_utf8_lossy(
        &memory.state().files.values().flat_map(|n| n.bytes.clone()).collect::<Vec<_>>(),
    )
    .into_owned();
    assert!(!text.contains(numbers.trim_matches(['[', ']'])), "nor as numbers");
    let receipt = undo(&mut memory, intel(), &case(), &UndoOptions::default()).unwrap();
    assert_eq!(lines(&receipt), format!("Remove {startup}: HeldBack, undo-held-back"));
    undo(&mut memory, intel(), &case(), &rearm()).unwrap();
    assert_eq!(changed(&before, &memory), Vec::<String>::new());
}

#[test]
fn a_stream_that_was_changed_is_not_put_back() {
    let mut state = infected();
    let node = state.files.get_mut(&MINER.to_lowercase()).unwrap();
    node.state.streams.push(machine::Stream { name: "s".into(), bytes: b"MZ stream".to_vec() });
    let step = steps()
        .into_iter()
        .find(|(_, target, _)| target.name() == MINER && matches!(target, Target::File { .. }));
    let mut memory = Memory::new(state);
    apply(&mut memory, intel(), &plan_of(step), &case(), &options(), &mut Yes).unwrap();
    let streams: Vec<_> = memory.state().files.keys().filter(|path| path.ends_with(".1")).cloned().collect();
    assert_eq!(streams.len(), 1);
    *memory.state_mut().files.get_mut(&streams[0]).unwrap().bytes.last_mut().unwrap() ^= 1;
    let receipt = undo(&mut memory, intel(), &case(), &rearm()).unwrap();
    assert_eq!(receipt.actions[0].message.id, "undo-backup");
}

#[test]
fn links_planted_in_the_way_are_not_followed() {
    let (mut memory, _, _) = cleaned();
    memory.state_mut().add_folder(r"C:\Windows\Target");
    memory.state_mut().files.get_mut(r"c:\programdata").unwrap().state.is_link = true;
    let before = memory.snapshot();
    let receipt = undo(&mut memory, intel(), &case(), &rearm()).unwrap();
    for path in [MINER, HELD] {
        let action = receipt.actions.iter().find(|action| action.target.name() == path).unwrap();
        assert_eq!(action.outcome, Outcome::Failed, "{path}");
    }
    assert!(
        !memory
            .state()
            .files
            .keys()
            .any(|path| !before.files.contains_key(path) && !path.starts_with(&CASE.to_lowercase()))
    );
}

#[test]
fn a_hosts_file_that_was_edited_since_keeps_its_edits() {
    let (mut memory, _, _) = cleaned();
    let identity = memory.state().files[&HOSTS.to_lowercase()].state.identity.clone();
    machine::MachineMut::replace_file(
        &mut memory,
        HOSTS,
        &identity,
        b"127.0.0.1 localhost\r\n10.0.0.9 new\r\n",
    )
    .unwrap();
    let receipt = undo(&mut memory, intel(), &case(), &rearm()).unwrap();
    let hosts =
        receipt.actions.iter().find(|action| action.target.name().starts_with("hosts-entry")).unwrap();
    assert_eq!(hosts.message.text("fields"), Some("bytes"), "{hosts:?}");
    assert_eq!(
        memory.state().files[&HOSTS.to_lowercase()].bytes,
        b"127.0.0.1 localhost\r\n10.0.0.9 new\r\n1.2.3.4 bad.example\r\n"
    );
}

/// The bytes of a file of the case.
fn file<'a>(state: &'a mut State, name: &str) -> &'a mut Vec<u8> {
    &mut state.files.get_mut(&format!("{CASE}\\{name}").to_lowercase()).unwrap().bytes
}

#[test]
fn damaged_and_foreign_cases_are_refused() {
    let stop = |damage: fn(&mut State)| {
        let (mut memory, _, _) = cleaned();
        damage(&mut memory.state_mut());
        let before = memory.snapshot();
        let stop = undo(&mut memory, intel(), &case(), &rearm()).unwrap_err();
        assert_eq!(before.diff(&memory.snapshot()), Vec::<String>::new());
        stop.message.id
    };
    assert_eq!(stop(|state| file(state, "journal.jsonl")[200] ^= 1), "stop-case-damaged");
    assert_eq!(stop(|state| file(state, "plan.json").truncate(9)), "stop-case-damaged");
    assert_eq!(stop(|state| file(state, r"quarantine\key").clear()), "stop-case-damaged");
    assert_eq!(
        stop(|state| state.files.get_mut(&CASE.to_lowercase()).unwrap().protected = false),
        "stop-unprotected"
    );
    assert_eq!(stop(|state| state.facts.host.id.0 = "guid-2".into()), "stop-other-host");
}

#[test]
fn a_backup_that_was_changed_is_not_put_back() {
    let (mut memory, _, plan) = cleaned();
    let ids: Vec<_> = plan.actions.iter().map(|action| action.id.clone()).collect();
    for id in &ids {
        let path = format!(r"{CASE}\backup\{id}\object.json").to_lowercase();
        if let Some(node) = memory.state_mut().files.get_mut(&path) {
            node.bytes.push(b' ');
        }
    }
    let before = memory.snapshot();
    let receipt = undo(&mut memory, intel(), &case(), &rearm()).unwrap();
    assert!(receipt.actions.iter().all(|action| action.message.id == "undo-backup"), "{}", lines(&receipt));
    assert_eq!(changed(&before, &memory), Vec::<String>::new());
}
