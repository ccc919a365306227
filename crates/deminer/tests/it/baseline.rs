//! Baselines and families.

use crate::support::{STOCK, TempDir, check_one, deminer, examples, finish, run, subscription};
use std::fs;
use std::path::PathBuf;

/// A machine with a subscription of its owner's own.
fn golden_image(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("GOLDEN_WMI.txt");
    let own =
        subscription("Inventory", "select * from Win32_DeviceChangeEvent", r"C:\tools\inventory.exe /scan");
    fs::write(&path, format!("{STOCK}{own}")).unwrap();
    path
}

#[test]
fn what_is_learned_is_known() {
    let folder = TempDir::new().unwrap();
    let image = golden_image(&folder);
    let (status, host) = check_one(&[&image]);
    assert_eq!((status, host["verdict"].as_str()), (1, Some("suspicious")), "{host:#}");

    let file = folder.path().join("office.toml");
    let learned = finish(
        deminer().arg("baseline").arg("learn").arg(&image).args(["--name", "office", "--output"]).arg(&file),
    );
    assert_eq!(learned.status, 0, "{}", learned.stderr);
    let known = finish(deminer().arg("check").arg(&image).arg("--baseline").arg(&file));
    assert_eq!(known.status, 0, "{}{}", known.stdout, known.stderr);

    let shown = finish(deminer().args(["baseline", "show"]).arg(&file));
    assert_eq!(shown.status, 0);
    assert!(
        shown.stdout.contains("deminer.baseline/1") && shown.stdout.contains("inventory.exe"),
        "{}",
        shown.stdout
    );
}

#[test]
fn a_changed_command_is_not_what_was_learned() {
    let folder = TempDir::new().unwrap();
    let image = golden_image(&folder);
    let file = folder.path().join("office.toml");
    finish(
        deminer().arg("baseline").arg("learn").arg(&image).args(["--name", "office", "--output"]).arg(&file),
    );
    let text = fs::read_to_string(&image).unwrap().replace("/scan", "/scan & calc.exe");
    fs::write(&image, text).unwrap();
    let changed = finish(deminer().arg("check").arg(&image).arg("--baseline").arg(&file));
    assert_eq!(changed.status, 1, "{}", changed.stdout);
    let diff = finish(deminer().args(["baseline", "diff"]).arg(&file).arg(&image));
    assert_eq!(diff.status, 1);
    assert!(diff.stdout.contains("calc.exe"), "{}", diff.stdout);
}

#[test]
fn an_infected_machine_is_not_learned_from() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("ours.toml");
    let learned = finish(
        deminer()
            .args(["baseline", "learn"])
            .arg(examples().join("PC-ACCOUNTING_WMI.zip"))
            .args(["--name", "ours", "--output"])
            .arg(&file),
    );
    assert_eq!(learned.status, 2, "{}", learned.stdout);
    assert!(learned.stderr.contains("PC-ACCOUNTING is infected"), "{}", learned.stderr);
    assert!(!file.exists());
}

#[test]
fn a_baseline_equals_itself() {
    let folder = TempDir::new().unwrap();
    let image = golden_image(&folder);
    let file = folder.path().join("office.toml");
    finish(
        deminer().arg("baseline").arg("learn").arg(&image).args(["--name", "office", "--output"]).arg(&file),
    );
    let diff = finish(deminer().args(["baseline", "diff"]).arg(&file).arg(&file));
    assert_eq!((diff.status, diff.stdout.as_str()), (0, "no difference\n"));
}

#[test]
fn a_file_that_is_no_baseline_is_an_error_with_its_line() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("office.toml");
    fs::write(&file, "schema = \"deminer.baseline/1\"\nname = \n").unwrap();
    let refused = finish(deminer().arg("check").arg(golden_image(&folder)).arg("--baseline").arg(&file));
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("line 2") && refused.stderr.contains("hint: "), "{}", refused.stderr);
}

#[test]
fn names_that_are_not_known_get_a_suggestion() {
    let family = run(["families", "show", "wanamine"]);
    assert_eq!(family.status, 2);
    assert!(family.stderr.contains("did you mean `WannaMine`?"), "{}", family.stderr);
    let baseline = run(["baseline", "show", "windwos"]);
    assert_eq!(baseline.status, 2);
    assert!(baseline.stderr.contains("did you mean `Windows`?"), "{}", baseline.stderr);
}

#[test]
fn families_are_listed_and_shown_with_their_sources() {
    let list = run(["families", "list"]);
    assert_eq!(list.status, 0);
    for family in ["WannaMine", "LemonDuck", "MyKings"] {
        assert!(list.stdout.contains(family), "{}", list.stdout);
    }
    let shown = run(["families", "show", "wannamine"]);
    assert_eq!(shown.status, 0);
    assert!(
        shown.stdout.contains("deminer.family/1") && shown.stdout.contains("sources = ["),
        "{}",
        shown.stdout
    );
}

#[test]
fn a_family_of_ones_own_is_looked_for() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("own.toml");
    let shown =
        run(["families", "show", "WannaMine"]).stdout.replace("name = \"WannaMine\"", "name = \"Ownfamily\"");
    fs::write(&file, shown).unwrap();
    let host = crate::support::examples().join("PC-ACCOUNTING_WMI.zip");
    let run = finish(deminer().arg("check").arg(host).args(["--format", "json", "--families"]).arg(&file));
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert!(run.stdout.contains("Ownfamily"), "{}", run.stdout);
}
