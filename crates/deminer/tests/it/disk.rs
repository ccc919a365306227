//! What is known of two recorded machines, from their repository, event logs and tasks together.

use crate::recorded;
use crate::support::{ABOVE_INFO, TempDir, check_one, data, findings};
use serde_json::Value;

/// The only finding of this kind, of this severity or above.
fn only<'a>(host: &'a Value, kind: &str, severities: &[&str]) -> &'a Value {
    let found: Vec<_> =
        findings(host, severities).into_iter().filter(|finding| finding["kind"] == kind).collect();
    assert_eq!(found.len(), 1, "{kind}: {found:#?}");
    found[0]
}

#[test]
fn a_subscription_in_repository_and_log_is_one_finding_with_both() {
    let folder = TempDir::new().unwrap();
    let Some(_) = data("repository/infected-win10").and(data("events/infected-win10.zip")) else { return };
    let root = recorded::machine("infected-win10", folder.path()).unwrap();
    let (status, host) = check_one(&[&root]);
    assert_eq!((status, &host["verdict"]), (1, &Value::from("infected")));
    let finding = only(&host, "subscription", ABOVE_INFO);
    assert!(finding["title"].as_str().unwrap().contains("KillProcess"), "{finding:#}");
    let sources: Vec<_> =
        finding["evidence"].as_array().unwrap().iter().map(|place| place["source"].to_string()).collect();
    for wanted in ["OBJECTS.DATA", "WMI-Activity"] {
        assert!(sources.iter().any(|source| source.contains(wanted)), "{wanted}: {sources:?}");
    }
    let reason = finding["reason"].as_str().unwrap();
    assert!(reason.contains("2022-03-10T21:08:30") && reason.contains("still there"), "{reason}");
    let timeline = host["timeline"].as_array().unwrap();
    let registered = timeline.iter().find(|entry| {
        entry["what_message"]["id"] == "timeline-subscription"
            && entry["what"].as_str().unwrap().contains("KillProcess")
    });
    assert_eq!(registered.unwrap()["fate_message"]["id"], "fate-present", "{registered:#?}");
    // One of the 202 tasks is not Windows' own and starts what no task should.
    let task = only(&host, "task", ABOVE_INFO);
    assert!(task["title"].as_str().unwrap().contains("GameOver"), "{task:#}");
}

#[test]
fn a_clean_machine_has_no_finding() {
    let folder = TempDir::new().unwrap();
    let Some(_) = data("repository/clean-win10").and(data("events/clean-win10.zip")) else { return };
    let root = recorded::machine("clean-win10", folder.path()).unwrap();
    let (_, host) = check_one(&[&root]);
    let about_infection: Vec<_> = findings(&host, ABOVE_INFO)
        .into_iter()
        .filter(|finding| !["patch", "hardening"].contains(&finding["kind"].as_str().unwrap()))
        .collect();
    assert!(about_infection.is_empty(), "{about_infection:#?}");
    assert_eq!(host["verdict"], "clean");
}
