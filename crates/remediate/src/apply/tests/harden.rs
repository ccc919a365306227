//! Values that are set for the safer.

use super::*;

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
