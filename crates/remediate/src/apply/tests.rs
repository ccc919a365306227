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
    assert!(
        receipt
            .actions
            .iter()
            .all(|action| ["refuse-not-confirmed", "refuse-bound"].contains(&action.message.id.as_str()))
    );
    assert_eq!(changed(&before, &memory), Vec::<String>::new());
}

#[test]
fn what_changed_since_the_plan_is_left_alone() {
    let text = |verb, name, change: fn(&mut Machine)| refused(verb, name, change).id;
    let consumer = r#"commandlineeventconsumer.name="bad consumer""#;
    let property = |state: &mut Machine, path: &str, at: usize, value: &str| {
        let space = state.namespaces.get_mut(r"root\subscription").unwrap();
        space.instances.get_mut(path).unwrap().object.properties[at].value = Value::from(value);
    };
    let message = refused(Verb::Remove, "subscription:CommandLineEventConsumer", |s| {
        property(s, consumer, 1, "notepad.exe");
    });
    assert_eq!(message.text("field"), Some("CommandLineTemplate"));
    assert_eq!(
        text(Verb::Disable, "Bad task", |s| s.tasks.get_mut(r"\bad task").unwrap().xml = "<Task/>".into()),
        "outcome-changed"
    );
    assert_eq!(
        text(Verb::Disable, "Bad", |s| s.services.get_mut("bad").unwrap().service.image_path =
            Some("x".into())),
        "outcome-changed"
    );
    assert_eq!(text(Verb::Remove, MINER, |s| s.add_file(MINER, b"other").held = false), "outcome-changed");
    assert_eq!(
        text(Verb::Remove, RUN, |s| s.add_registry_value(RUN, "Bad", machine::RegistryData::string("x"))),
        "outcome-changed"
    );
    assert_eq!(
        text(Verb::End, "miner", |s| s.processes.get_mut(&100).unwrap().process.command_line = None),
        "outcome-changed"
    );
    let (_, other) =
        one(Verb::End, "miner", |s| s.add_process(100, r"C:\Windows\notepad.exe", "").suspended = false);
    assert_eq!(other.message.id, "outcome-absent", "the id was used again");
}

#[test]
fn every_field_that_was_read_is_looked_at_again() {
    fn service(state: &mut Machine, change: fn(&mut evidence::Service)) {
        change(&mut state.services.get_mut("bad").unwrap().service);
    }
    let field = |verb, name, change: fn(&mut Machine)| {
        let message = refused(verb, name, change);
        format!("{} {}", message.id, message.text("field").unwrap_or_default())
    };
    let lines = [
        field(Verb::Disable, "Bad", |s| service(s, |own| own.service_type = Some(0x20))),
        field(Verb::Disable, "Bad", |s| service(s, |own| own.start = Some(3))),
        field(Verb::Disable, "Bad", |s| service(s, |own| own.service_dll = Some("x.dll".into()))),
        field(Verb::Disable, "Bad", |s| service(s, |own| own.failure_command = Some("x".into()))),
        field(Verb::Disable, "Bad task", |s| {
            let task = s.tasks.get_mut(r"\bad task").unwrap();
            task.xml = task.xml.replace("</Actions>", "<Exec><Command>good.exe</Command></Exec></Actions>");
        }),
        field(Verb::Remove, RUN, |s| {
            let data = RegistryData { kind: 2, ..RegistryData::string(MINER) };
            s.add_registry_value(RUN, "Bad", data);
        }),
        field(Verb::Remove, "Bad_Store", |s| {
            let space = s.namespaces.get_mut(r"root\default").unwrap();
            let class = &mut space.classes.get_mut("bad_store").unwrap().class;
            let useful = evidence::ClassProperty { name: "Useful".into(), ..class.properties[0].clone() };
            class.properties.push(useful);
        }),
        field(Verb::Remove, "portproxy", |s| {
            let key = ("portproxy".to_owned(), "0.0.0.0:57".to_owned());
            s.settings.get_mut(&key).unwrap().details.insert("families".into(), "v6tov4".into());
        }),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    outcome-changed Type
    outcome-changed Start
    outcome-changed ServiceDll
    outcome-changed FailureCommand
    outcome-changed Actions
    outcome-changed Type
    outcome-changed __PROPERTIES
    outcome-changed families
    ");
}

#[test]
fn links_signed_files_and_what_is_bound_elsewhere_are_left_alone() {
    let text = |verb, name, change: fn(&mut Machine)| refused(verb, name, change).id;
    assert_eq!(
        text(Verb::Remove, MINER, |s| s.files.get_mut(&MINER.to_lowercase()).unwrap().state.is_link = true),
        "refuse-link"
    );
    assert_eq!(
        text(Verb::Remove, MINER, |s| s.files.get_mut(&MINER.to_lowercase()).unwrap().state.final_path =
            r"C:\Windows\x".into()),
        "refuse-link"
    );
    assert_eq!(
        text(Verb::Remove, MINER, |s| {
            s.files.get_mut(&MINER.to_lowercase()).unwrap().signature =
                Signature::Valid { signer: "Microsoft Corporation".into(), windows: false };
        }),
        "refuse-microsoft"
    );
    assert_eq!(text(Verb::Remove, "subscription:__EventFilter", |_| {}), "refuse-bound");
    assert_eq!(
        text(Verb::End, "miner", |s| s.processes.get_mut(&100).unwrap().critical = true),
        "refuse-critical"
    );
    let (_, through_link) =
        one(Verb::Remove, MINER, |s| s.files.get_mut(r"c:\programdata").unwrap().state.is_link = true);
    assert_eq!(through_link.outcome, Outcome::Failed, "{through_link:?}");
}

#[test]
fn a_class_goes_only_alone() {
    let text = |change: fn(&mut Machine)| refused(Verb::Remove, "Bad_Store", change).id;
    assert_eq!(text(|s| s.add_class(r"root\default", "Child", Some("Bad_Store"))), "refuse-class-in-use");
    assert_eq!(
        text(|s| s.add_instance(
            r"root\default",
            super::test_support::object("Bad_Store", &[("Name", "x")]),
            &["Name"]
        )),
        "refuse-class-in-use"
    );
    assert_eq!(
        text(|s| s
            .namespaces
            .get_mut(r"root\default")
            .unwrap()
            .classes
            .get_mut("bad_store")
            .unwrap()
            .has_provider = true),
        "refuse-provider"
    );
    assert_eq!(store().properties.len(), 1);
}

#[test]
fn stock_is_never_removed_whatever_a_plan_says() {
    let mut state = infected();
    super::test_support::add_stock(&mut state);
    let stock = state.namespaces[r"root\subscription"].instances.values();
    let fields = |instance: &machine::WmiInstance| {
        let pairs = instance.object.properties.iter();
        pairs
            .map(|p| (p.name.as_str().to_owned(), p.value.canonical().into_owned()))
            .collect::<std::collections::BTreeMap<_, _>>()
    };
    let steps: Vec<_> = stock
        .filter(|instance| instance.path.relative.contains("SCM Event Log"))
        .map(|instance| {
            let path = evidence::ObjectPath::parse(&instance.path.relative).unwrap();
            let target = Target::WmiInstance {
                namespace: r"root\subscription".into(),
                class: path.class,
                keys: path.keys.into_iter().collect(),
            };
            (Verb::Remove, target, Precondition { fields: fields(instance), unbound: false })
        })
        .collect();
    assert_eq!(steps.len(), 3);
    let mut memory = Memory::new(state.clone());
    let receipt = apply(&mut memory, intel(), &plan_of(steps), &case(), &options(), &mut Yes).unwrap();
    assert!(receipt.actions.iter().all(|action| action.message.id == "refuse-stock"), "{}", lines(&receipt));
    assert_eq!(changed(&state, &memory), Vec::<String>::new());
}

#[test]
fn services_of_windows_and_drivers_of_microsoft_stay_enabled() {
    let step = |name: &str| {
        let fields = [("ImagePath".to_owned(), r"\SystemRoot\System32\drivers\x.sys".to_owned())]
            .into_iter()
            .collect();
        (Verb::Disable, Target::Service { name: name.into() }, Precondition { fields, unbound: false })
    };
    let mut state = infected();
    let class = r"HKLM\SYSTEM\CurrentControlSet\Control\Class\{4d36e967-e325-11ce-bfc1-08002be10318}";
    let filters = RegistryData { kind: 7, ..RegistryData::string("partmgr\0Filter\0") };
    state.add_registry_value(r"HKLM\SYSTEM\CurrentControlSet\Control\Class", "", RegistryData::string(""));
    state.add_registry_value(class, "UpperFilters", filters);
    for (name, start, signature, expected) in [
        ("RpcSs", 1, Signature::Unsigned, "refuse-system-program"),
        (
            "disk",
            1,
            Signature::Valid { signer: "Microsoft Windows".into(), windows: true },
            "refuse-microsoft",
        ),
        ("evil", 0, Signature::Unsigned, "refuse-boot-driver"),
        ("filter", 1, Signature::Unsigned, "refuse-filter-driver"),
        ("evil", 1, Signature::Unsigned, "outcome-done"),
    ] {
        let mut config = machine::ServiceConfig::default();
        config.service.name = name.into();
        config.service.service_type = Some(1);
        config.service.start = Some(start);
        config.service.image_path = Some(r"\SystemRoot\System32\drivers\x.sys".into());
        state.services.insert(name.to_lowercase(), config);
        state.add_file(r"C:\Windows\System32\drivers\x.sys", b"MZ").signature = signature.clone();
        let mut memory = Memory::new(state.clone());
        let receipt =
            apply(&mut memory, intel(), &plan_of([step(name)]), &case(), &options(), &mut Yes).unwrap();
        assert_eq!(receipt.actions[0].message.id, expected, "{name}: {}", lines(&receipt));
    }
}

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
    let changes: [fn(&mut Machine); 3] = [
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
fn a_value_is_reset_only_to_what_this_machine_has() {
    let text = |change: fn(&mut Machine)| refused(Verb::Reset, "Winlogon", change).id;
    let shell = r"c:\windows\explorer.exe";
    // Server Core has no desktop, and what only bears its name is none.
    assert_eq!(text(|state| drop(state.files.remove(r"c:\windows\explorer.exe"))), "refuse-no-stock-value");
    assert_eq!(
        text(|state| {
            state.files.get_mut(r"c:\windows\explorer.exe").unwrap().signature = Signature::Unsigned;
        }),
        "refuse-no-stock-value"
    );
    assert!(infected().files.contains_key(shell));
}

#[test]
fn a_service_gets_the_library_of_its_own_version_of_windows() {
    let key = r"HKLM\SYSTEM\ControlSet001\Services\Themes\Parameters";
    let mut state = infected();
    state.add_registry_value(key, "ServiceDll", RegistryData::string(r"C:\Users\Public\x.dll"));
    let library = state.add_file(r"C:\Windows\System32\shsvcs.dll", b"MZ");
    library.signature = Signature::Valid { signer: "Microsoft Windows".into(), windows: true };
    let target = Target::RegistryValue { key: key.into(), name: "ServiceDll".into() };
    let fields = [("Data".to_owned(), r"C:\Users\Public\x.dll".to_owned())].into_iter().collect();
    let mut memory = Memory::new(state);
    let plan = plan_of([(Verb::Reset, target, Precondition { fields, unbound: false })]);
    let receipt = apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
    assert_eq!(receipt.actions[0].outcome, Outcome::Done, "{}", lines(&receipt));
    let stored = memory.state().registry[&key.to_lowercase()].values["servicedll"].data.text();
    assert_eq!(stored.as_deref(), Some(r"%SystemRoot%\System32\shsvcs.dll"));
}

/// The owner of what Windows installs, and an administrator.
const INSTALLER: &str = "O:S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464G:SYD:";
const ADMINISTRATORS: &str = "O:BAG:SYD:";

#[test]
fn files_in_the_windows_folder_go_only_where_they_are_known_not_to_be_of_windows() {
    let dropped = r"C:\Windows\System32\wmassrv.dll";
    let outcome = |change: &dyn Fn(&mut Machine)| {
        let mut state = infected();
        let file = state.add_file(dropped, b"MZ dropped");
        file.state.security = Some(ADMINISTRATORS.into());
        change(&mut state);
        let fields = [("SHA256".to_owned(), crate::object::sha256_hex(b"MZ dropped"))].into_iter().collect();
        let step =
            (Verb::Remove, Target::File { path: dropped.into() }, Precondition { fields, unbound: false });
        let mut memory = Memory::new(state);
        let receipt = apply(&mut memory, intel(), &plan_of([step]), &case(), &options(), &mut Yes).unwrap();
        receipt.actions[0].message.id.clone()
    };
    let security = |state: &mut Machine, text: Option<&str>| {
        state.files.get_mut(&dropped.to_lowercase()).unwrap().state.security = text.map(str::to_owned);
    };
    let checker = r"c:\windows\system32\ntdll.dll";
    assert_eq!(outcome(&|_| {}), "outcome-done");
    assert_eq!(outcome(&|state| security(state, Some(INSTALLER))), "refuse-protected-file");
    assert_eq!(outcome(&|state| security(state, None)), "refuse-owner-unknown");
    assert_eq!(
        outcome(&|state| state.files.get_mut(checker).unwrap().signature = Signature::Unsigned),
        "refuse-signatures"
    );
    assert_eq!(outcome(&|state| drop(state.files.remove(checker))), "refuse-signatures");
}

#[test]
fn a_known_hash_needs_no_signature() {
    let family = format!(
        "schema = \"deminer.family/1\"\nname = \"Own\"\nsources = [{{ id = \"lab\", title = \"t\" }}]\nindicators = [{{ kind = \"sha256\", pattern = \"{}\", weight = 10, source = \"lab\" }}]",
        crate::object::sha256_hex(b"MZ dropped")
    );
    let intel = intel().clone().with_families([intel::Family::from_toml("own.toml", &family).unwrap()]);
    let path = r"C:\Windows\System32\x.dll";
    let mut state = infected();
    state.add_file(path, b"MZ dropped");
    let fields = [("SHA256".to_owned(), crate::object::sha256_hex(b"MZ dropped"))].into_iter().collect();
    let step = (Verb::Remove, Target::File { path: path.into() }, Precondition { fields, unbound: false });
    let mut memory = Memory::new(state);
    let receipt = apply(&mut memory, &intel, &plan_of([step]), &case(), &options(), &mut Yes).unwrap();
    assert_eq!(receipt.actions[0].outcome, Outcome::Done, "{}", lines(&receipt));
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

#[test]
fn the_code_behind_a_provider_is_never_run() {
    let (mut memory, plan) = world();
    for (class, above) in [("Evil", "CommandLineEventConsumer"), ("EvilBinding", "__FilterToConsumerBinding")]
    {
        let mut state = memory.state_mut();
        state.add_class(r"root\subscription", class, Some(above));
        let space = state.namespaces.get_mut(r"root\subscription").unwrap();
        space.classes.get_mut(&class.to_lowercase()).unwrap().has_provider = true;
    }
    let receipt = apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
    assert_eq!(lines(&receipt), lines(&applied().2));
    let asked = |call: &machine::memory::Call| {
        call.method == "wmi_instances"
            || (call.method == "wmi_own_instances" && call.target.to_lowercase().contains("evil"))
    };
    assert!(!memory.calls().iter().any(asked));
    let own = infected();
    let mut memory = Memory::new(own);
    let provided = |memory: &Memory, has_provider| {
        let mut state = memory.state_mut();
        let space = state.namespaces.get_mut(r"root\subscription").unwrap();
        space.classes.get_mut("commandlineeventconsumer").unwrap().has_provider = has_provider;
    };
    provided(&memory, true);
    let receipt = apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
    let consumer =
        |action: &&ActionReceipt| action.target.name().contains("subscription:CommandLineEventConsumer.");
    assert!(
        receipt.actions.iter().filter(consumer).all(|action| action.outcome == Outcome::Failed),
        "{}",
        lines(&receipt)
    );
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
    let (_, receipt) = one(Verb::Remove, "Bad_Store", empty);
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
        receipt
            .actions
            .iter()
            .all(|action| ["outcome-backup", "refuse-bound"].contains(&action.message.id.as_str())),
        "{}",
        lines(&receipt)
    );
    assert_eq!(changed(&before, &memory), Vec::<String>::new());
}

/// A plan that hardens a value of which this was read.
fn hardening(name: &str, data: Option<&str>) -> Plan {
    let target = Target::RegistryValue { key: LSA.into(), name: name.into() };
    let fields = data.map(|data| ("Data".to_owned(), data.to_owned()));
    let precondition = Precondition { fields: fields.into_iter().collect(), unbound: false };
    plan_of([(Verb::Harden, target, precondition)])
}

fn lsa(memory: &Memory, name: &str) -> Option<RegistryData> {
    let state = memory.snapshot();
    let key = state.registry.get(&LSA.to_lowercase())?;
    key.values.get(&name.to_lowercase()).map(|value| value.data.clone())
}

#[test]
fn a_value_is_hardened_proven_and_put_back_as_it_was() {
    for before in [None, Some(1)] {
        let mut state = infected();
        if let Some(number) = before {
            state.add_registry_value(LSA, "LmCompatibilityLevel", RegistryData::dword(number));
        }
        let plan = hardening("LmCompatibilityLevel", before.map(|_| "1"));
        let mut memory = Memory::new(state);
        let receipt = apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
        assert_eq!(receipt.actions[0].outcome, Outcome::Done, "{receipt:?}");
        assert_eq!(lsa(&memory, "LmCompatibilityLevel"), Some(RegistryData::dword(5)));
        // Once more changes nothing.
        let again = CaseDir::new(&format!("{CASE}-again")).unwrap();
        let receipt = apply(&mut memory, intel(), &plan, &again, &options(), &mut Yes).unwrap();
        assert_eq!(receipt.actions[0].outcome, Outcome::AsItShould, "{receipt:?}");
        crate::undo(&mut memory, intel(), &case(), &crate::UndoOptions::default()).unwrap();
        assert_eq!(lsa(&memory, "LmCompatibilityLevel"), before.map(RegistryData::dword), "{before:?}");
    }
}

#[test]
fn a_value_that_changed_or_that_no_fact_names_is_left_alone() {
    let mut state = infected();
    state.add_registry_value(LSA, "LmCompatibilityLevel", RegistryData::dword(2));
    state.add_registry_value(LSA, "Own", RegistryData::dword(2));
    for plan in
        [hardening("LmCompatibilityLevel", Some("1")), hardening("Own", Some("2")), hardening("New", None)]
    {
        let before = state.clone();
        let mut memory = Memory::new(state.clone());
        let receipt = apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
        assert!(!matches!(receipt.actions[0].outcome, Outcome::Done), "{receipt:?}");
        assert_eq!(changed(&before, &memory), Vec::<String>::new());
    }
}
