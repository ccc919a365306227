//! `deminer decode`.

use crate::support::{TempDir, deminer, examples, finish, run, utf16};
use serde_json::Value;
use std::fs;

const ENCODED: &str = "powershell -nop -w hidden -e ZQBjAGgAbwAgADEA";

#[test]
fn a_command_line_is_opened_layer_by_layer() {
    let run = run(["decode", "--command", "powershell -nop -e ZQBjAGgAbwAgADEA"]);
    assert_eq!(run.status, 0, "{}", run.stdout);
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn the_same_as_json() {
    let run = run(["decode", "--format", "json", "--command", ENCODED]);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(document["schema"], "deminer.layers/1");
    assert_eq!(document["layers"][0]["text"], ENCODED);
    assert_eq!(document["layers"][1]["text"], "echo 1");
    assert_eq!(document["layers"][1]["from"], 0);
    for field in ["indicators", "traits", "notes"] {
        assert!(document[field].is_array(), "{field}");
    }
}

#[test]
fn files_and_standard_input_in_windows_encodings() {
    let folder = TempDir::new().unwrap();
    // A name that says nothing of the language.
    let file = folder.path().join("run.txt");
    fs::write(&file, utf16(ENCODED)).unwrap();
    let from_file = run(["decode".as_ref(), file.as_os_str()]);
    let from_stdin = finish(deminer().args(["decode", "-"]).write_stdin(ENCODED));
    assert!(from_file.stdout.contains("echo 1"), "{}", from_file.stdout);
    assert_eq!(from_file.stdout, from_stdin.stdout);
}

#[test]
fn a_miner_is_said_to_be_one() {
    let run = run([
        "decode",
        "--command",
        "xmrig.exe -o stratum+tcp://pool.example.org:3333 -u wallet -p x --donate-level=1 --cpu-priority 5",
    ]);
    assert_eq!(run.status, 1, "{}", run.stdout);
    assert!(run.stdout.starts_with("miner"), "{}", run.stdout);
}

#[test]
fn a_missing_file_is_an_error_with_a_hint() {
    let run = run(["decode", "no-such-script.ps1"]);
    assert_eq!(run.status, 2);
    insta::assert_snapshot!(run.stderr, @r"
    error: cannot read `no-such-script.ps1`: there is no such file or folder
    hint: check the spelling, and that you may read the file
    ");
}

#[test]
fn troubles_with_files_are_worded_in_the_language_of_the_person() {
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("missing");
    let cases = [
        run(["decode".as_ref(), "--lang=ja".as_ref(), missing.as_os_str()]),
        run(["cim".as_ref(), "ls".as_ref(), "--lang=ja".as_ref(), missing.as_os_str()]),
        run(["script".as_ref(), "--lang=ja".as_ref(), missing.as_os_str()]),
    ];
    for run in cases {
        assert_eq!(run.status, 2);
        assert!(run.stderr.contains("そのようなファイルやフォルダーはありません"), "{}", run.stderr);
        assert!(!run.stderr.contains("os error") && !run.stderr.contains("not found"), "{}", run.stderr);
    }
    // The name of the file that is made first, and renamed, is nobody's business.
    let output = missing.join("layers.toml");
    let learned = run([
        "baseline".as_ref(),
        "learn".as_ref(),
        examples().join("PC-CLEAN_WMI.zip").as_os_str(),
        "--output".as_ref(),
        output.as_os_str(),
        "--name=x".as_ref(),
    ]);
    assert_eq!(learned.status, 2, "{}", learned.stdout);
    assert!(learned.stderr.contains("there is no such file or folder"), "{}", learned.stderr);
    assert!(!learned.stderr.contains(".deminer-"), "{}", learned.stderr);
}
