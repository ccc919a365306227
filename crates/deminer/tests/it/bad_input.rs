//! Input that is damaged, hostile or none: a sentence each, no panic, and the rest is still checked.

use crate::support::{
    Run, STOCK, TempDir, check, deminer, examples, finish, run, subscription, utf16, zipped,
};
use std::fs::{self, File};
use std::path::Path;

/// Checks a bad input alone and beside a good one. Gives what was said of it alone.
fn assert_survives(bad: &Path, said: &str) -> Run {
    let alone = run(["check".as_ref(), bad.as_os_str()]);
    let text = format!("{}{}", alone.stdout, alone.stderr);
    assert!(text.contains(said), "no `{said}` in:\n{text}");

    let good = examples().join("PC-CLEAN_WMI.zip");
    let (_, report) = check(&[bad, &good]);
    let names: Vec<_> =
        report["assessments"].as_array().unwrap().iter().map(|a| a["host"]["name"].clone()).collect();
    assert!(names.iter().any(|name| name == "PC-CLEAN"), "{report:#}");
    alone
}

fn written(folder: &TempDir, name: &str, content: &[u8]) -> std::path::PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    path
}

#[test]
fn a_missing_file() {
    let folder = TempDir::new().unwrap();
    let alone = assert_survives(&folder.path().join("nothing.zip"), "nothing.zip");
    assert_eq!(alone.status, 2);
    assert!(alone.stderr.contains("hint: "), "{}", alone.stderr);
}

#[test]
fn a_missing_file_beside_a_clean_machine_is_not_passed_over() {
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("nothing.zip");
    let with_missing = |host: &str, more: &[&str]| {
        let good = examples().join(host);
        let inputs = ["check".as_ref(), good.as_os_str(), missing.as_os_str()];
        run(inputs.into_iter().chain(more.iter().map(AsRef::as_ref)))
    };
    for options in [&[][..], &["--quiet"], &["--format=jsonl"]] {
        let run = with_missing("PC-CLEAN_WMI.zip", options);
        assert_eq!(run.status, 3, "{options:?}");
        assert!(run.stderr.contains("nothing.zip: there is no such file"), "{options:?}: {}", run.stderr);
        assert!(!run.stdout.contains("nothing.zip"), "said twice: {}", run.stdout);
    }
    assert_eq!(with_missing("PC-ACCOUNTING_WMI.zip", &["--quiet"]).status, 1);
    let json = with_missing("PC-CLEAN_WMI.zip", &["--format=json"]);
    assert!(json.stdout.contains("nothing.zip") && json.stderr.contains("nothing.zip"), "{}", json.stderr);

    // What was read and holds nothing of use was not passed over.
    let other = written(&folder, "readme.txt", b"Read me.");
    let good = examples().join("PC-CLEAN_WMI.zip");
    assert_eq!(run(["check".as_ref(), good.as_os_str(), other.as_os_str()]).status, 0);
}

#[test]
fn a_misspelt_file_gets_a_suggestion() {
    let folder = TempDir::new().unwrap();
    written(&folder, "PC-1_WMI.zip", b"");
    let run = run(["check".as_ref(), folder.path().join("PC-1-WMI.zip").as_os_str()]);
    assert_eq!(run.status, 2);
    assert!(
        run.stderr.contains("hint: did you mean `") && run.stderr.contains("PC-1_WMI.zip`?"),
        "{}",
        run.stderr
    );
}

#[test]
fn an_empty_file() {
    let folder = TempDir::new().unwrap();
    let alone = assert_survives(&written(&folder, "EventFilter.txt", b""), "EventFilter.txt");
    assert_eq!(alone.status, 2, "{}{}", alone.stdout, alone.stderr);
}

#[test]
fn a_folder_without_evidence() {
    let folder = TempDir::new().unwrap();
    let alone = assert_survives(folder.path(), &folder.path().to_string_lossy());
    assert_eq!(alone.status, 2, "{}{}", alone.stdout, alone.stderr);
}

#[test]
fn a_binary_file() {
    let folder = TempDir::new().unwrap();
    let bytes: Vec<u8> = (0..=255u8).cycle().take(100_000).map(|byte| byte.wrapping_mul(31)).collect();
    let alone = assert_survives(&written(&folder, "PC-1_WMI.txt", &bytes), "PC-1_WMI.txt");
    assert_eq!(alone.status, 2, "{}{}", alone.stdout, alone.stderr);
}

#[test]
fn a_truncated_archive() {
    let folder = TempDir::new().unwrap();
    let whole = fs::read(examples().join("PC-ACCOUNTING_WMI.zip")).unwrap();
    let path = written(&folder, "PC-1_WMI.zip", &whole[..whole.len() / 2]);
    assert_survives(&path, "PC-1_WMI.zip");
}

#[test]
fn a_truncated_listing_is_read_as_far_as_it_goes() {
    let folder = TempDir::new().unwrap();
    let text = utf16(&format!("{STOCK}{}", subscription("Updater", "select * from x", "cmd.exe /c whoami")));
    for cut in [1, 3, 777, text.len() / 2, text.len() - 1] {
        let path = written(&folder, "export.txt", &text[..cut]);
        let run = run(["check".as_ref(), path.as_os_str()]);
        assert!(!run.stdout.is_empty() || !run.stderr.is_empty(), "cut at {cut}");
    }
}

#[test]
fn the_wrong_encoding_is_noticed() {
    let folder = TempDir::new().unwrap();
    // One byte too many in the middle of UTF-16 shifts all that follows.
    let mut bytes = utf16(STOCK);
    bytes.insert(301, b'x');
    let path = written(&folder, "EventFilter.txt", &bytes);
    let run = run(["check".as_ref(), path.as_os_str()]);
    assert_ne!(run.status, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
#[cfg(unix)]
fn a_sparse_file_of_two_gigabytes() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("EventConsumer.txt");
    File::create(&path).unwrap().set_len(2 << 30).unwrap();
    assert_survives(&path, "EventConsumer.txt");
}

#[test]
fn a_zip_bomb() {
    let folder = TempDir::new().unwrap();
    let zeros = vec![0; 300 << 20];
    let bomb = zipped(&[("EventFilter.txt", &zeros[..])]);
    assert!(bomb.len() < 1 << 20);
    assert_survives(&written(&folder, "PC-1_WMI.zip", &bomb), "EventFilter.txt");
}

#[test]
fn a_path_that_leaves_the_archive() {
    let folder = TempDir::new().unwrap();
    let archive = zipped(&[("../../etc/EventFilter.txt", utf16(STOCK).as_slice())]);
    let path = written(&folder, "PC-1_WMI.zip", &archive);
    assert_survives(&path, "PC-1_WMI.zip");
    assert!(!folder.path().join("etc").exists());
}

#[test]
#[cfg(unix)]
fn what_is_no_file_is_not_waited_for() {
    let folder = TempDir::new().unwrap();
    let pipe = folder.path().join("EventFilter.txt");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    assert_survives(&pipe, "EventFilter.txt");
}

#[test]
#[cfg(unix)]
fn a_file_without_the_right_to_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = TempDir::new().unwrap();
    let path = written(&folder, "EventFilter.txt", &utf16(STOCK));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if File::open(&path).is_ok() {
        use std::io::Write as _;
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: nothing is forbidden to this user, so that a missing right cannot be tested"
        );
        return;
    }
    let alone = assert_survives(&path, "EventFilter.txt");
    assert_eq!(alone.status, 2);
}

#[test]
#[cfg(unix)]
fn a_link_in_a_circle() {
    let folder = TempDir::new().unwrap();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).unwrap();
    written(&folder, "EventFilter.txt", &utf16(STOCK));
    let run = run(["check".as_ref(), folder.path().as_os_str()]);
    assert!(run.stdout.len() < 100_000, "{}", run.stdout);
}

#[test]
fn standard_input_that_is_empty_or_binary() {
    for input in [&b""[..], b"\0\x01\x02\xFF\xFE\0\0"] {
        let run = finish(deminer().args(["check", "-"]).write_stdin(input));
        assert_eq!(run.status, 2, "{}{}", run.stdout, run.stderr);
    }
}

#[test]
fn names_from_the_evidence_do_not_act_on_the_terminal() {
    let folder = TempDir::new().unwrap();
    let text = subscription("\u{1b}]0;owned\u{7}\u{202E}gpj", "select * from x", "cmd /c \u{1b}[2J");
    let path = written(&folder, "\u{1b}[31mPC-1_WMI.txt", text.as_bytes());
    for format in ["text", "csv", "html"] {
        let run = run([
            "check".as_ref(),
            "--verbose".as_ref(),
            format!("--format={format}").as_ref(),
            path.as_os_str(),
        ]);
        for hostile in ['\u{1b}', '\u{7}', '\u{202E}'] {
            assert!(!run.stdout.contains(hostile), "{format}: {:?}", run.stdout);
            assert!(!run.stderr.contains(hostile), "{format}: {:?}", run.stderr);
        }
    }
}

#[test]
fn a_scan_file_that_is_none_is_told_before_anything_is_asked() {
    let folder = TempDir::new().unwrap();
    let other = written(&folder, "other.cab", b"PK");
    for (path, said) in [
        ("wsusscn2.cab".as_ref(), "is not absolute"),
        (other.as_path(), "is no cabinet"),
        (folder.path(), "folder"),
    ] {
        for command in ["collect", "check"] {
            let run = run([command.as_ref(), "--offline-updates".as_ref(), path.as_os_str()]);
            assert_eq!(run.status, 2, "{command} {path:?}");
            assert!(run.stderr.contains(said) && run.stderr.contains("hint: "), "{}", run.stderr);
        }
    }
    // It is for this machine, not for evidence.
    let run = run(["check", "PC-1_WMI.zip", "--offline-updates", "/wsusscn2.cab"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("cannot be used with"), "{}", run.stderr);
}
