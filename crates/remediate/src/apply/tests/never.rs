//! What is never touched, whatever a plan says, and what goes only under conditions.

use super::*;

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
