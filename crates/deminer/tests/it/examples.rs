//! The shipped synthetic evidence.

use crate::support::{ABOVE_INFO, check, check_one, examples, findings, run, stage};
use serde_json::Value;

/// Which findings, in short: a rule that changes what is found changes this.
fn summary(report: &Value) -> String {
    let mut lines = Vec::new();
    for assessment in report["assessments"].as_array().unwrap() {
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        lines.push(format!("{}: {}", text(&assessment["host"]["name"]), text(&assessment["verdict"])));
        for finding in assessment["findings"].as_array().unwrap() {
            let [severity, confidence, kind, family, action] =
                ["severity", "confidence", "kind", "family", "action"].map(|field| text(&finding[field]));
            let title = text(&finding["title"]);
            lines.push(format!("  {severity} {confidence} {kind} [{family}] {action}: {title}"));
        }
        for stage in assessment["stages"].as_array().unwrap() {
            lines.push(format!("  {} {}", text(&stage["stage"]), text(&stage["state"])));
        }
        let neighbours: Vec<_> = assessment["neighbours"].as_array().unwrap().iter().map(text).collect();
        lines.push(format!("  neighbours: {}", neighbours.join(" ")));
    }
    lines.join("\n")
}

#[test]
fn every_finding_over_the_examples() {
    let (status, report) = check(&[&examples()]);
    assert_eq!(status, 1);
    insta::assert_snapshot!(summary(&report));
}

#[test]
fn wannamine_is_found_whole() {
    let (status, host) = check_one(&[&examples().join("PC-ACCOUNTING_WMI.zip")]);
    assert_eq!(status, 1);
    assert_eq!(host["verdict"], "infected");
    assert_eq!(host["host"]["name"], "PC-ACCOUNTING");
    let kinds = |kind: &str| {
        findings(&host, ABOVE_INFO)
            .into_iter()
            .filter(|f| f["kind"] == kind && f["family"] == "WannaMine")
            .count()
    };
    assert_eq!(kinds("subscription"), 2, "{host:#}");
    assert_eq!(kinds("class-store"), 1, "{host:#}");
    assert_eq!(host["neighbours"], serde_json::json!(["10.0.0.12", "10.0.0.20", "10.0.0.31", "10.0.0.44"]));
    let decoded = host["findings"].to_string();
    assert!(decoded.contains("update.example.org"), "the encoded command is shown decoded");
}

#[test]
fn the_clean_machine_among_them_is_clean() {
    let (status, host) = check_one(&[&examples().join("PC-CLEAN_WMI.zip")]);
    assert_eq!(status, 0);
    assert_eq!(host["verdict"], "clean");
    assert!(findings(&host, ABOVE_INFO).is_empty(), "{host:#}");
    assert_eq!(stage(&host, "compare")["state"], "ok");
}

#[test]
fn a_missing_stock_subscription_is_found() {
    let (_, host) = check_one(&[&examples().join("PC-RECEPTION_WMI.zip")]);
    assert!(findings(&host, ABOVE_INFO).iter().any(|finding| finding["kind"] == "stock-missing"), "{host:#}");
}

#[test]
fn stock_names_with_another_content_are_no_excuse() {
    let (status, host) = check_one(&[&examples().join("SERVER-FILES_WMI.zip")]);
    assert_eq!((status, &host["verdict"]), (1, &Value::from("infected")), "{host:#}");
    assert_eq!(host["host"]["name"], "SERVER-FILES");
}

#[test]
fn japanese_readers_get_japanese() {
    let folder = examples();
    let report = run([std::ffi::OsStr::new("check"), folder.as_os_str(), "--lang=ja".as_ref()]);
    assert_eq!(report.status, 1);
    assert!(report.stdout.contains("感染"), "{}", report.stdout);
}
