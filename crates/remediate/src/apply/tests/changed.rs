//! What is not any more what the plan knows is left alone.

use super::*;

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
fn every_field_of_a_task_is_looked_at_again() {
    let xml = |from: &'static str, to: &'static str| {
        move |s: &mut Machine| {
            let task = s.tasks.get_mut(r"\bad task").unwrap();
            assert!(task.xml.contains(from), "{from}");
            task.xml = task.xml.replace(from, to);
        }
    };
    let field = |change: &dyn Fn(&mut Machine)| {
        let message = refused(Verb::Disable, "Bad task", change);
        assert_eq!(message.id, "outcome-changed");
        message.text("field").unwrap_or_default().to_owned()
    };
    let lines = [
        field(&xml("S-1-5-18", "S-1-5-21-1-2-3-1001")),
        field(&xml("S-1-5-18", r"PC-1\Eve")),
        field(&xml("Password", "S4U")),
        field(&xml("<LogonType>Password</LogonType>", "")),
        field(&xml("HighestAvailable", "LeastPrivilege")),
        field(&xml("<BootTrigger/>", "<LogonTrigger/>")),
        field(&xml("<BootTrigger/>", "<BootTrigger/><LogonTrigger/>")),
        field(&xml("<Hidden>true", "<Hidden>false")),
        field(&xml(r"C:\Bad", r"C:\Good")),
        field(&xml("<Priority>7", "<Priority>4")),
        field(&|s| s.tasks.get_mut(r"\bad task").unwrap().security = Some("O:SYG:SYD:".into())),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    UserId
    UserId
    LogonType
    LogonType
    RunLevel
    Triggers
    Triggers
    Hidden
    WorkingDirectory
    XmlSHA256
    SecurityDescriptor
    ");
}

#[test]
fn a_task_that_the_evidence_shows_disabled_and_that_is_enabled_by_now_is_another() {
    let mut step = steps().into_iter().find(|(_, target, _)| target.name() == r"\Bad task").unwrap();
    step.2.fields.insert("Enabled".into(), "false".into());
    let mut memory = Memory::new(infected());
    let receipt = apply(&mut memory, intel(), &plan_of([step]), &case(), &options(), &mut Yes).unwrap();
    assert_eq!(receipt.actions[0].message.text("field"), Some("Enabled"));
    assert!(memory.state().tasks[r"\bad task"].enabled);
}

#[test]
fn every_field_of_a_class_is_looked_at_again() {
    let field = |change: fn(&mut machine::WmiClassDefinition)| {
        let message = refused(Verb::Remove, "Bad_Store", |s| {
            let space = s.namespaces.get_mut(r"root\default").unwrap();
            change(space.classes.get_mut("bad_store").unwrap());
        });
        assert_eq!(message.id, "outcome-changed");
        message.text("field").unwrap_or_default().to_owned()
    };
    let lines = [
        field(|own| own.class.properties[0].cim_type = "uint8[]".into()),
        field(|own| own.class.properties[0].default = Some("A".into())),
        field(|own| own.class.qualifiers[0].1 = Value::from("{1}")),
        field(|own| own.class.qualifiers.push(("Own".into(), Value::Bool(true)))),
        field(|own| own.class.qualifiers.clear()),
        field(|own| own.class.superclass = Some("Other".into())),
        field(|own| own.mof.push_str(" // a method")),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    __TYPE mimi
    mimi
    __QUALIFIER UUID
    __QUALIFIERS
    __QUALIFIER UUID
    __SUPERCLASS
    __MOF_SHA256
    ");
}

#[test]
fn a_plan_that_says_less_of_its_target_is_held_against_what_it_says() {
    let old = |name: &str, fields: &[&str]| {
        let mut step = steps().into_iter().find(|(_, target, _)| target.name() == name).unwrap();
        step.2.fields.retain(|field, _| fields.contains(&field.as_str()));
        assert_eq!(step.2.fields.len(), fields.len());
        step
    };
    let plan =
        plan_of([old(r"\Bad task", &["Command", "Actions"]), old(r"root\default:Bad_Store", &["mimi"])]);
    let read = Plan::from_json(&plan.to_json()).unwrap();
    let mut memory = Memory::new(infected());
    let receipt = apply(&mut memory, intel(), &read, &case(), &options(), &mut Yes).unwrap();
    assert!(receipt.actions.iter().all(|action| action.outcome == Outcome::Done), "{}", lines(&receipt));
    // What a newer program knows and this one does not is not passed over.
    let mut newer = old(r"\Bad task", &["Command"]);
    newer.2.fields.insert("Colour".into(), "red".into());
    let mut memory = Memory::new(infected());
    let receipt = apply(&mut memory, intel(), &plan_of([newer]), &case(), &options(), &mut Yes).unwrap();
    assert_eq!(receipt.actions[0].message.text("field"), Some("Colour"));
    // That it is hidden says nothing of what it does.
    let vague = plan_of([old(r"\Bad task", &["Hidden", "UserId"])]);
    assert!(matches!(vague.validate(), Err(crate::PlanError::Unconditional { number: 1 })));
}

#[test]
fn what_changes_between_the_backup_and_the_action_is_left_alone() {
    /// The only step of this name, with a change right before the object is read for the last time.
    fn outcome(name: &str, method: &'static str, change: fn(&mut Machine)) -> (String, Vec<String>) {
        let step = || steps().into_iter().find(|(_, target, _)| target.name() == name);
        let mut memory = world().0;
        apply(&mut memory, intel(), &plan_of(step()), &case(), &options(), &mut Yes).unwrap();
        let calls = memory.calls();
        let is_backup = |call: &machine::memory::Call| call.target.contains(r"\object.json");
        let saved = calls.iter().rposition(is_backup).unwrap();
        let reads = calls[saved..].iter().position(|call| call.method == method).unwrap();
        let mut memory = world().0;
        memory.change_before_call(saved + reads, change);
        let receipt = apply(&mut memory, intel(), &plan_of(step()), &case(), &options(), &mut Yes).unwrap();
        let before = world().0.snapshot();
        (
            format!("{:?} {}", receipt.actions[0].outcome, receipt.actions[0].message.id),
            changed(&before, &memory),
        )
    }
    type Case = (&'static str, &'static str, fn(&mut Machine));
    let cases: [Case; 8] = [
        (r"\Bad task", "task", |s| s.tasks.get_mut(r"\bad task").unwrap().security = None),
        (r"\Bad task", "task", |s| {
            let xml = &mut s.tasks.get_mut(r"\bad task").unwrap().xml;
            *xml = xml.replace("<Priority>7", "<Priority>4");
        }),
        ("Bad", "service", |s| s.services.get_mut("bad").unwrap().security = Some("O:SY".into())),
        ("Bad", "service", |s| s.services.get_mut("bad").unwrap().failure_actions = Some(vec![9])),
        (MINER, "file", |s| s.files.get_mut(&MINER.to_lowercase()).unwrap().state.security = None),
        (MINER, "file", |s| {
            let stream = machine::Stream { name: "s".into(), bytes: b"x".to_vec() };
            s.files.get_mut(&MINER.to_lowercase()).unwrap().state.streams.push(stream);
        }),
        (r"root\default:Bad_Store", "wmi_class", |s| {
            let space = s.namespaces.get_mut(r"root\default").unwrap();
            space.classes.get_mut("bad_store").unwrap().class.qualifiers.clear();
        }),
        (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run\Bad", "registry_key", |s| {
            s.registry.get_mut(&RUN.to_lowercase()).unwrap().security = None;
        }),
    ];
    for (name, method, change) in cases {
        let (said, left) = outcome(name, method, change);
        assert_eq!(said, "Refused outcome-other", "{name} {method}: {left:#?}");
        assert!(left.len() <= 1, "what changed and nothing else: {left:#?}");
    }
}
