//! Help, completions, and what is said where the command line is wrong.

use crate::support::run;

#[test]
fn help() {
    let run = run(["--help"]);
    assert_eq!(run.status, 0);
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn help_of_check() {
    let run = run(["check", "--help"]);
    assert_eq!(run.status, 0);
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn every_command_has_help() {
    for command in [
        &["decode"][..],
        &["baseline", "learn"],
        &["baseline", "show"],
        &["baseline", "diff"],
        &["families", "list"],
        &["families", "show"],
        &["completions"],
    ] {
        let run = run(command.iter().chain(&["--help"]));
        assert_eq!(run.status, 0, "{command:?}");
        assert!(run.stdout.contains("Usage: deminer"), "{command:?}: {}", run.stdout);
    }
}

#[test]
fn version() {
    let run = run(["--version"]);
    assert_eq!(run.stdout, format!("deminer {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn check_without_evidence_says_how_to_get_some() {
    let run = run(["check"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.starts_with("error: there is no evidence to check\nhint: "), "{}", run.stderr);
    assert!(run.stderr.contains("wmic /namespace"), "{}", run.stderr);
}

#[test]
fn errors_are_japanese_where_that_is_wanted() {
    let run = run(["check", "--lang", "ja"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.starts_with("エラー: "), "{}", run.stderr);
}

#[test]
fn slips_of_the_finger_get_a_suggestion() {
    for (args, suggestion) in [
        (&["chekc"][..], "check"),
        (&["check", "--fromat", "json", "x"], "--format"),
        (&["check", "--format", "jsno", "x"], "json"),
        (&["baseline", "lern"], "learn"),
    ] {
        let run = run(args);
        assert_eq!(run.status, 2, "{args:?}");
        assert!(run.stderr.contains(&format!("'{suggestion}'")), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn evidence_without_a_command_gets_a_suggestion() {
    let evidence = crate::support::examples();
    let run = run([&evidence]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("deminer check "), "{}", run.stderr);
}

#[test]
fn completions_of_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = run(["completions", shell]);
        assert_eq!(run.status, 0);
        assert!(run.stdout.contains("deminer") && run.stdout.contains("baseline"), "{shell}");
    }
}

#[test]
fn the_manual_page() {
    let page = run(["man"]);
    assert_eq!(page.status, 0);
    assert!(page.stdout.contains(".TH deminer 1"), "{}", page.stdout);
    let folder = tempfile::TempDir::new().unwrap();
    let all = run(["man".as_ref(), "--out".as_ref(), folder.path().as_os_str()]);
    assert_eq!(all.status, 0);
    assert!(folder.path().join("deminer-check.1").exists());
}
