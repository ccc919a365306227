//! Values that are set for the safer.

use super::*;
use crate::apply::test_support::WINLOGON;
use machine::{Key, ServiceConfig};

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

fn service(name: &str) -> Target {
    Target::Service { name: name.into() }
}

fn starts(memory: &Memory, name: &str) -> Option<u32> {
    memory.state().services[&name.to_lowercase()].service.start
}

#[test]
fn a_driver_is_switched_off_only_when_nothing_needs_it_and_both_come_back_as_they_were() {
    type Step = (Verb, Target, Precondition);
    let is = |step: &Step, target: &str| step.0 == Verb::Harden && step.1.name() == target;
    let before = infected();
    // Alone it would keep the client from starting.
    let mut memory = Memory::new(before.clone());
    let alone = plan_of(steps().into_iter().filter(|step| is(step, "mrxsmb10")));
    for options in [Options { apply: false, ..options() }, options()] {
        let receipt = apply(&mut memory, intel(), &alone, &case(), &options, &mut Yes).unwrap();
        assert_eq!(receipt.actions[0].message.id, "refuse-needed");
    }
    assert_eq!(changed(&before, &memory), Vec::<String>::new());
    // With the client, in this order.
    let mut memory = Memory::new(before.clone());
    let plan =
        plan_of(steps().into_iter().filter(|step| is(step, "LanmanWorkstation") || is(step, "mrxsmb10")));
    let dry = Options { apply: false, ..options() };
    let forecast = apply(&mut memory, intel(), &plan, &case(), &dry, &mut Yes).unwrap();
    assert!(forecast.actions.iter().all(|action| action.outcome == Outcome::Planned), "{forecast:?}");
    let receipt = apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
    assert!(receipt.actions.iter().all(|action| action.outcome == Outcome::Done), "{receipt:?}");
    let client = memory.state().services["lanmanworkstation"].depends_on.clone();
    assert_eq!((client.join(" ").as_str(), starts(&memory, "mrxsmb10")), ("Bowser MRxSmb20 NSI", Some(4)));
    crate::undo(&mut memory, intel(), &case(), &crate::UndoOptions::default()).unwrap();
    assert_eq!(changed(&before, &memory), Vec::<String>::new());
    // The driver comes back before the client depends on it again.
    let calls = memory.calls();
    let last = |method| calls.iter().rposition(|call| call.method == method);
    assert!(last("set_service_start") < last("set_service_dependencies"));
}

#[test]
fn a_client_does_not_depend_on_a_driver_again_that_stays_disabled() {
    let is = |name: &str| ["LanmanWorkstation", "mrxsmb10"].contains(&name);
    let plan =
        plan_of(steps().into_iter().filter(|(verb, target, _)| *verb == Verb::Harden && is(&target.name())));
    let client = |memory: &Memory| memory.state().services["lanmanworkstation"].depends_on.join(" ");
    let outcomes = |receipt: &Receipt| {
        let line = |action: &ActionReceipt| (action.target.name(), action.outcome, action.message.id.clone());
        receipt.actions.iter().map(line).collect::<Vec<_>>()
    };
    let refused = ("LanmanWorkstation".to_owned(), Outcome::Refused, "undo-needs".to_owned());
    let cleaned = || {
        let mut memory = Memory::new(infected());
        apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
        memory
    };
    let id_of =
        |name: &str| plan.actions.iter().find(|action| action.target.name() == name).unwrap().id.clone();
    let only =
        |name: &str| crate::UndoOptions { only: [id_of(name)].into(), ..crate::UndoOptions::default() };

    // Alone, first the one and then the other.
    let mut memory = cleaned();
    let receipt = crate::undo(&mut memory, intel(), &case(), &only("LanmanWorkstation")).unwrap();
    assert_eq!(outcomes(&receipt), std::slice::from_ref(&refused));
    assert_eq!((client(&memory).as_str(), starts(&memory, "mrxsmb10")), ("Bowser MRxSmb20 NSI", Some(4)));
    crate::undo(&mut memory, intel(), &case(), &only("mrxsmb10")).unwrap();
    crate::undo(&mut memory, intel(), &case(), &only("LanmanWorkstation")).unwrap();
    assert_eq!(changed(&infected(), &memory), Vec::<String>::new());

    // Together, where the driver does not come back or is gone.
    for is_there in [true, false] {
        let mut memory = cleaned();
        if is_there {
            let mut state = memory.state_mut();
            state.services.get_mut("mrxsmb10").unwrap().service.image_path = Some("other.sys".into());
        } else {
            memory.state_mut().services.remove("mrxsmb10");
            memory.fail_on("create_service", "", Fault::AccessDenied);
        }
        let receipt = crate::undo(&mut memory, intel(), &case(), &crate::UndoOptions::default()).unwrap();
        assert_eq!(outcomes(&receipt).last(), Some(&refused), "{receipt:?}");
        assert_eq!(client(&memory), "Bowser MRxSmb20 NSI");
    }
}

#[test]
fn a_service_that_is_stricter_already_stays_and_one_that_waited_a_little_waits_again() {
    let key = Key::new(r"HKLM\SYSTEM\CurrentControlSet\Services\WinRM");
    let delay = RegistryData::dword(1);
    let plan = || plan_of([(Verb::Harden, service("WinRM"), Precondition::default())]);
    let machine = |start| {
        let mut state = infected();
        let mut config = ServiceConfig::default();
        config.service.name = "WinRM".into();
        config.service.start = Some(start);
        let value = machine::RegistryValue { name: "DelayedAutostart".into(), data: delay.clone() };
        config.values.push((key.clone(), value));
        state.services.insert("winrm".into(), config);
        state.add_registry_value(&key.0, "DelayedAutostart", delay.clone());
        Memory::new(state)
    };
    for start in [3, 4] {
        let mut memory = machine(start);
        let receipt = apply(&mut memory, intel(), &plan(), &case(), &options(), &mut Yes).unwrap();
        assert_eq!(
            (receipt.actions[0].outcome, starts(&memory, "WinRM")),
            (Outcome::AsItShould, Some(start))
        );
    }
    let mut memory = machine(2);
    let before = memory.snapshot();
    let receipt = apply(&mut memory, intel(), &plan(), &case(), &options(), &mut Yes).unwrap();
    assert_eq!((receipt.actions[0].outcome, starts(&memory, "WinRM")), (Outcome::Done, Some(3)));
    assert!(
        !memory.calls().iter().any(|call| call.method == "stop_service"),
        "whoever is connected stays so"
    );
    {
        // The manager drops the delay with the start.
        let mut state = memory.state_mut();
        state.services.get_mut("winrm").unwrap().values.clear();
        state.registry.get_mut(&key.0.to_lowercase()).unwrap().values.clear();
    }
    crate::undo(&mut memory, intel(), &case(), &crate::UndoOptions::default()).unwrap();
    assert_eq!(
        memory.state().registry_value(&key, "DelayedAutostart"),
        before.registry_value(&key, "DelayedAutostart")
    );
    assert_eq!(starts(&memory, "WinRM"), Some(2));
}

#[test]
fn what_is_no_service_of_the_facts_is_not_set_up_and_one_that_is_missing_is_not_made() {
    let before = infected();
    for (name, reason) in [("Good", "refuse-verb"), ("WinRM", "outcome-absent")] {
        let mut memory = Memory::new(before.clone());
        let plan = plan_of([(Verb::Harden, service(name), Precondition::default())]);
        let receipt = apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
        assert_eq!(receipt.actions[0].message.id, reason);
        assert_eq!(changed(&before, &memory), Vec::<String>::new());
    }
}

#[test]
fn a_value_that_is_better_than_what_would_be_set_stays() {
    let guard = r"HKLM\SYSTEM\CurrentControlSet\Control\DeviceGuard";
    let mut state = infected();
    state.add_registry_value(guard, "RequirePlatformSecurityFeatures", RegistryData::dword(3));
    let target = Target::RegistryValue { key: guard.into(), name: "RequirePlatformSecurityFeatures".into() };
    let plan = plan_of([(Verb::Harden, target, Precondition::default())]);
    let mut memory = Memory::new(state.clone());
    let receipt = apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
    assert_eq!(receipt.actions[0].outcome, Outcome::AsItShould);
    assert_eq!(changed(&state, &memory), Vec::<String>::new());
}

#[test]
fn what_was_no_number_comes_back_byte_for_byte() {
    let odd = RegistryData { kind: 1, bytes: b"1\0".to_vec() };
    let mut state = infected();
    state.add_registry_value(WINLOGON, "AutoAdminLogon", odd.clone());
    let target = Target::RegistryValue { key: WINLOGON.into(), name: "AutoAdminLogon".into() };
    let plan = plan_of([(Verb::Harden, target, Precondition::default())]);
    let mut memory = Memory::new(state);
    let receipt = apply(&mut memory, intel(), &plan, &case(), &options(), &mut Yes).unwrap();
    assert_eq!(receipt.actions[0].outcome, Outcome::Done, "{receipt:?}");
    let now = |memory: &Memory| memory.state().registry_value(&Key::new(WINLOGON), "AutoAdminLogon").cloned();
    assert_eq!(now(&memory), Some(RegistryData::string("0")));
    crate::undo(&mut memory, intel(), &case(), &crate::UndoOptions::default()).unwrap();
    assert_eq!(now(&memory), Some(odd));
}
