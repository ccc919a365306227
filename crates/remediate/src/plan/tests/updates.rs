//! Updates in plans.

use super::*;
use crate::UpdatePackage;
use evidence::OperatingSystem;
use machine::Architecture::{self, X64, X86};

fn package(windows: &str, architecture: Architecture, file: &str) -> UpdatePackage {
    let (windows, path) = (windows.to_owned(), format!(r"C:\updates\{file}"));
    UpdatePackage { update: 4_012_215, windows, architecture, path, sha256: "ab".repeat(32) }
}

fn seven(architecture: Architecture) -> UpdatePackage {
    let word = if architecture == X64 { "x64" } else { "x86" };
    package("6.1", architecture, &format!("windows6.1-kb4012215-{word}_00.msu"))
}

/// The plan for a machine that lacks the update, with these packages at hand.
fn patched(updates: Vec<UpdatePackage>, architecture: Option<Architecture>, version: &str) -> Plan {
    let subject = json!({"Install": ["KB4012215"], "answer": "not-fixed"});
    let mut all = assessment(vec![finding(Kind::Patch, Advice::Patch, &subject)]);
    let version = Some(version.to_owned()).filter(|version| !version.is_empty());
    all.host.os = Some(OperatingSystem { version, ..OperatingSystem::default() });
    let plan = plan(&all, intel(), &Choice { updates, architecture, ..Choice::default() });
    assert_eq!(plan.validate(), Ok(()));
    assert_eq!(Plan::from_json(&plan.to_json()), Ok(plan.clone()));
    plan
}

#[test]
fn the_one_package_of_the_update_for_the_machine_is_installed_last() {
    let plan = patched(vec![seven(X64), seven(X86)], Some(X64), "6.1.7601");
    assert_eq!(reasons(&plan), [""; 0]);
    let [action] = &plan.actions[..] else { panic!("{plan:?}") };
    assert_eq!(action.target.name(), r"KB4012215 (C:\updates\windows6.1-kb4012215-x64_00.msu)");
    assert_eq!((action.verb, action.phase(), action.on_content), (Verb::Patch, 16, true));
    let fields: Vec<_> =
        action.precondition.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        fields,
        ["Architecture=x64".to_owned(), format!("SHA256={}", "ab".repeat(32)), "Windows=6.1".to_owned()]
    );
}

#[test]
fn none_several_or_one_of_another_windows_leave_it_to_a_person() {
    let other = package("6.3", X64, "windows8.1-kb4012215-x64_00.msu");
    let number = UpdatePackage { update: 4_012_216, ..seven(X64) };
    let odd = UpdatePackage { path: "/tmp/windows6.1-kb4012215-x64_00.msu".into(), ..seven(X64) };
    for (updates, architecture, version, why) in [
        (vec![other], Some(X64), "6.1.7601", "refuse-update"),
        (vec![number.clone()], Some(X64), "6.1.7601", "refuse-update"),
        (vec![odd], Some(X64), "6.1.7601", "refuse-update"),
        (vec![seven(X86)], Some(X64), "6.1.7601", "refuse-update"),
        (vec![seven(X64)], Some(X64), "6.10.1", "refuse-update"),
        (vec![number], Some(X64), "", "refuse-update"),
        // Which of them it is cannot be told from here.
        (vec![seven(X64), seven(X86)], None, "6.1.7601", "refuse-update-several"),
        (vec![seven(X64)], Some(X64), "", "refuse-update-version"),
    ] {
        let plan = patched(updates, architecture, version);
        assert_eq!((plan.actions.len(), reasons(&plan)), (0, vec![why]));
    }
    // Without any nobody asked.
    let plan = patched(Vec::new(), Some(X64), "6.1.7601");
    assert_eq!((plan.actions.len(), plan.refused.len()), (0, 0));
}

#[test]
fn a_plan_that_does_not_say_which_package_it_means_is_no_plan() {
    let plan = patched(vec![seven(X64)], Some(X64), "6.1.7601");
    let changed = |change: &dyn Fn(&mut crate::Action)| {
        let mut plan = plan.clone();
        change(&mut plan.actions[0]);
        plan.actions[0].id = crate::Action::id_of(plan.actions[0].verb, &plan.actions[0].target);
        plan.validate().is_err()
    };
    assert!(!changed(&|_| ()));
    assert!(changed(&|action| drop(action.precondition.fields.remove("SHA256"))));
    for (update, path) in [
        ("KB4012216", r"C:\updates\windows6.1-kb4012215-x64_00.msu"),
        ("KB4012215", r"\\server\updates\windows6.1-kb4012215-x64_00.msu"),
        ("KB4012215", r"C:\updates\windows6.1-kb4012215-x64_00.exe"),
        ("4012215 /quiet", r"C:\updates\windows6.1-kb4012215-x64_00.msu"),
    ] {
        let target = crate::Target::Update { update: update.into(), package: path.into() };
        assert!(changed(&|action| action.target = target.clone()), "{update} {path}");
    }
}
