//! Cleaning where there is no Windows: what a plan would do, and that nothing else is done.

use crate::support::{TempDir, examples, run};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn plan(folder: &Path) -> PathBuf {
    let file = folder.join("plan.json");
    let examples = examples();
    let args = [Path::new("plan"), &examples, "--host=PC-ACCOUNTING".as_ref(), "--output".as_ref(), &file];
    assert_eq!(run(args).status, 1);
    file
}

#[test]
fn the_dry_run_of_a_plan_works_anywhere() {
    let folder = TempDir::new().unwrap();
    let plan = plan(folder.path());
    let shown = run([Path::new("clean"), &plan]);
    assert_eq!(shown.status, 1, "something is to be done");
    insta::assert_snapshot!(shown.stdout);
    assert!(shown.stderr.contains("note: this is not the machine"), "{}", shown.stderr);
    let json = run([Path::new("clean"), &plan, "--format=json".as_ref(), "--yes".as_ref()]);
    let receipt: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(receipt["schema"], "deminer.receipt/1");
    assert_eq!(receipt["run"], "dry-run");
    assert_eq!(receipt["plan"]["schema"], "deminer.plan/1");
    assert_eq!(receipt["actions"].as_array().map(Vec::len), Some(7));
    assert_eq!(receipt["actions"][0]["message"]["id"], "outcome-unseen");
}

#[test]
fn what_is_left_out_is_left_out() {
    let folder = TempDir::new().unwrap();
    let plan = plan(folder.path());
    let parsed: Value = serde_json::from_slice(&std::fs::read(&plan).unwrap()).unwrap();
    let id = |at: usize| parsed["actions"][at]["id"].as_str().unwrap().to_owned();
    let mut args = vec!["clean".to_owned(), plan.to_string_lossy().into_owned()];
    for at in 0..7 {
        args.extend(["--exclude".to_owned(), id(at)]);
    }
    let nothing = run(&args);
    assert_eq!(nothing.status, 0, "{}{}", nothing.stdout, nothing.stderr);
    let unknown = run([Path::new("clean"), &plan, "--exclude=nobody".as_ref()]);
    assert!(unknown.stdout.contains("no finding has the id nobody"), "{}", unknown.stdout);
}

#[test]
fn changing_anything_needs_windows() {
    let folder = TempDir::new().unwrap();
    let plan = plan(folder.path()).to_string_lossy().into_owned();
    for args in [
        &["clean"][..],
        &["clean", "--apply"],
        &["clean", &plan, "--apply", "--yes"],
        &["clean", "--resume", "case"],
        &["clean", "--purge", "case", "--apply"],
        &["undo", "case"],
        &["selftest"],
        &["undo", "case", "3fa2b1c0d4e5", "--rearm"],
        &["verify", "case", "--watch", "10m", "--format=json"],
    ] {
        let refused = run(args);
        assert_eq!(refused.status, 2, "{args:?}: {}", refused.stdout);
        assert!(
            refused.stderr.starts_with("error: cleaning, undoing and verifying work on the Windows machine"),
            "{}",
            refused.stderr
        );
        assert!(refused.stderr.contains("\nhint: "), "{}", refused.stderr);
    }
}

#[test]
fn what_makes_no_sense_is_an_error_in_words() {
    for (args, words) in [
        (&["clean", "missing.json"][..], "cannot read `missing.json`"),
        (&["clean", "plan.json", "--include", "x"], "--include"),
        (&["clean", "plan.json", "--resume", "case"], "--resume"),
        (&["clean", "--resume", "a", "--purge", "b"], "--purge"),
        (&["clean", "--contain=pc-1"], "`pc-1` is no IP address"),
        (&["verify", "case", "--watch", "soon"], "10m"),
        (&["verify"], "<CASE>"),
    ] {
        let refused = run(args);
        assert_eq!(refused.status, 2, "{args:?}");
        assert!(refused.stderr.contains(words), "{args:?}: {}", refused.stderr);
    }
}

#[test]
fn help_of_the_cleaning_commands() {
    for command in ["clean", "undo", "verify", "selftest"] {
        let help = run([command, "--help"]);
        assert_eq!(help.status, 0);
        insta::assert_snapshot!(format!("help_{command}"), help.stdout);
    }
}

#[test]
fn questions_need_somebody_who_answers() {
    let refused = run(["plan", "--interactive", "evidence"]);
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.starts_with("error: there is nobody to ask"), "{}", refused.stderr);
    assert!(refused.stderr.contains("--include"), "{}", refused.stderr);
}
