//! The forms of the report, and where it goes.

use crate::support::{STOCK, TempDir, deminer, examples, finish, run};
use serde_json::Value;
use std::fs;

fn report(args: &[&str]) -> String {
    let folder = examples();
    let mut all = vec!["check", folder.to_str().unwrap()];
    all.extend(args);
    let run = run(all);
    assert_eq!(run.status, 1, "{}", run.stderr);
    run.stdout
}

#[test]
fn json_is_one_document() {
    let document: Value = serde_json::from_str(&report(&["--format", "json"])).unwrap();
    assert_eq!(document["schema"], "deminer.assessments/1");
    assert_eq!(document["tool"]["name"], "deminer");
    let stages = ["confirm", "patch", "collect", "compare", "locate", "remove", "verify", "prevent"];
    let hosts = document["assessments"].as_array().unwrap();
    assert_eq!(hosts.len(), 4);
    for host in hosts {
        let names: Vec<_> =
            host["stages"].as_array().unwrap().iter().map(|stage| stage["stage"].clone()).collect();
        assert_eq!(names, stages);
        for finding in host["findings"].as_array().unwrap() {
            let id = finding["id"].as_str().unwrap();
            assert!(id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
        }
    }
}

#[test]
fn json_lines_are_one_host_each() {
    let lines = report(&["--format", "jsonl"]);
    let hosts: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(hosts.len(), 4);
    assert!(hosts.iter().all(|host| host["schema"].is_string()));
}

#[test]
fn csv_is_one_finding_a_row() {
    let csv = report(&["--format", "csv"]);
    let rows = csv.lines().count();
    assert!(rows > 4, "{csv}");
    assert!(csv.lines().next().unwrap().contains("severity"), "{csv}");
}

#[test]
fn html_is_one_page_that_loads_nothing() {
    let html = report(&["--format", "html"]);
    assert!(html.starts_with("<!DOCTYPE html>") || html.starts_with("<!doctype html>"));
    assert!(html.trim_end().ends_with("</html>"));
    for loads in ["src=\"http", "href=\"http", "@import", "url(http"] {
        assert!(!html.contains(loads), "{loads}");
    }
}

#[test]
fn a_report_goes_into_a_file() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("report.json");
    let printed = report(&["--format", "json"]);
    assert_eq!(report(&["--format", "json", "--output", path.to_str().unwrap()]), "");
    assert_eq!(fs::read_to_string(&path).unwrap(), printed);
}

#[test]
fn evidence_is_not_overwritten() {
    let folder = TempDir::new().unwrap();
    let evidence = folder.path().join("EventFilter.txt");
    fs::write(&evidence, STOCK).unwrap();
    let evidence = evidence.to_str().unwrap();
    let refused = run(["check", evidence, "--output", evidence]);
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("is part of the evidence"), "{}", refused.stderr);
    assert_eq!(fs::read_to_string(evidence).unwrap(), STOCK);
}

#[test]
fn an_output_that_cannot_be_made_is_an_error_with_a_hint() {
    let refused = run(["check", examples().to_str().unwrap(), "--output", "/nonexistent/report.html"]);
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("/nonexistent/report.html"), "{}", refused.stderr);
    assert!(refused.stderr.contains("hint: "), "{}", refused.stderr);
}

#[test]
fn colour_is_for_those_who_want_it() {
    assert!(!report(&[]).contains('\u{1b}'));
    assert!(report(&["--color", "always"]).contains("\u{1b}["));
}

#[test]
fn quiet_is_one_line_a_host() {
    assert_eq!(report(&["--quiet"]).lines().count(), 4);
}

#[test]
fn standard_input_is_evidence_too() {
    let run = finish(deminer().args(["check", "-", "--format", "json"]).write_stdin(STOCK));
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(document["assessments"][0]["verdict"], "clean");
}

#[test]
#[cfg(unix)]
fn nobody_reading_on_is_no_reason_to_complain() {
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_deminer"));
    program.arg("check").arg(examples()).args(["--format", "html"]);
    program.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = program.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
