//! `deminer probe` against scripted servers.
#![cfg(feature = "net")]

use crate::smb_server::{Act, Server, no_dialect, set_up, windows};
use crate::support::{Run, STOCK, TempDir, check, deminer, finish, run, stage, utf16};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Asks from a folder of its own, in which a log may be left.
fn probe(port: u16, arguments: &[&str]) -> Run {
    probe_in(TempDir::new().unwrap().path(), port, arguments)
}

fn probe_in(folder: &Path, port: u16, arguments: &[&str]) -> Run {
    let port = port.to_string();
    let mut command = deminer();
    command.args(["probe", "--port", &port, "--timeout", "20"]).args(arguments);
    finish(command.current_dir(folder))
}

/// What lies in a folder, by name, with its text.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn a_run_in_words_leaves_a_log_and_says_where() {
    let server = Server::start(windows(0xC000_0008));
    let (port, folder) = (server.address.port(), TempDir::new().unwrap());
    let whole = probe_in(folder.path(), port, &["127.0.0.1"]);
    assert_eq!(whole.status, 0, "{}", whole.stderr);
    let left = files(folder.path());
    let [(name, text)] = &left[..] else { panic!("{left:?}") };
    assert!(name.starts_with("deminer-probe-2") && name.ends_with("Z.jsonl"), "{name}");
    assert!(whole.stderr.contains(name) && !whole.stdout.contains(name), "{}", whole.stderr);
    let first: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!((&first["schema"], &first["asked"]), (&"deminer.probe-log/1".into(), &"connect".into()));
    // What is there stays: the next run has a log of its own, beside its result.
    let result = folder.path().join("result.txt");
    let quiet =
        probe_in(Path::new("/"), port, &["127.0.0.1", "--quiet", "--output", result.to_str().unwrap()]);
    assert_eq!((quiet.status, quiet.stderr.as_str()), (0, ""));
    assert_eq!(files(folder.path()).len(), 3, "{:?}", files(folder.path()));
    assert_eq!(std::fs::read_to_string(folder.path().join(name)).unwrap(), *text);
    // The results in other forms are written at the end only, too.
    for form in ["--format=json", "--format=jsonl"] {
        let folder = TempDir::new().unwrap();
        assert_eq!(probe_in(folder.path(), port, &["127.0.0.1", form]).status, 0);
        let left = files(folder.path());
        assert!(
            matches!(&left[..], [(_, text)] if text.contains("\"asked\":\"connect\"")),
            "{form}: {left:?}"
        );
        // Nobody wants one.
        let folder = TempDir::new().unwrap();
        assert_eq!(probe_in(folder.path(), port, &["127.0.0.1", form, "--no-log"]).status, 0);
        assert_eq!(files(folder.path()), []);
    }
}

/// What `--format json` says, and the status.
fn json(server: &Server, arguments: &[&str]) -> (i32, Value) {
    let arguments: Vec<_> = ["127.0.0.1", "--format=json"].iter().chain(arguments).copied().collect();
    let run = probe(server.address.port(), &arguments);
    (run.status, serde_json::from_str(&run.stdout).unwrap())
}

/// Without what differs from run to run.
fn steady(text: &str, port: u16) -> String {
    text.replace(&port.to_string(), "PORT")
}

#[test]
fn the_answers_in_words() {
    let mut samba = windows(0xC000_0008);
    samba[2] = Act::Reply(set_up(true, "Windows 6.1", "Samba 4.17.12-Debian"));
    let mut shown = String::new();
    for (script, status) in [
        (windows(0xC000_0205), 1),
        (windows(0xC000_0008), 0),
        (windows(0xC000_0034), 3),
        (vec![Act::Reply(no_dialect())], 0),
        (vec![Act::Reset], 0),
        (samba, 0),
        (vec![Act::Raw(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec())], 3),
    ] {
        let server = Server::start(script);
        for lang in ["en", "ja"] {
            let run = probe(server.address.port(), &["127.0.0.1", "--lang", lang]);
            assert_eq!(run.status, status, "{}", run.stdout);
            shown.push_str(&run.stdout);
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn the_document() {
    let server = Server::start(windows(0xC000_0205));
    let (status, mut document) = json(&server, &[]);
    assert_eq!(status, 1);
    for time in ["started", "ended"] {
        document[time].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        document[time] = "TIME".into();
    }
    document["results"][0]["time"] = "TIME".into();
    document["results"][0]["attempts"][0]["time"] = "TIME".into();
    let text = serde_json::to_string_pretty(&document).unwrap();
    insta::assert_snapshot!(steady(&text, server.address.port()));
}

/// The schema of the document, or of one of its parts.
fn schema(part: &str) -> jsonschema::Validator {
    let mut schema: Value =
        serde_json::from_str(include_str!("../../../../docs/schema/probe-1.schema.json")).unwrap();
    if !part.is_empty() {
        schema = serde_json::json!({"$schema": schema["$schema"], "$ref": part, "$defs": schema["$defs"]});
    }
    assert!(jsonschema::meta::is_valid(&schema));
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn what_is_written_is_as_the_schema_says() {
    for script in [windows(0xC000_0205), vec![Act::Reset], vec![Act::Reply(no_dialect())]] {
        let server = Server::start(script);
        let (_, mut document) = json(&server, &[]);
        let problems: Vec<_> = schema("").iter_errors(&document).map(|problem| problem.to_string()).collect();
        assert_eq!(problems, Vec::<String>::new());
        let lines = probe(server.address.port(), &["127.0.0.1", "--format", "jsonl"]).stdout;
        let line: Value = serde_json::from_str(&lines).unwrap();
        assert!(schema("#/$defs/line").is_valid(&line), "{line:#}");
        document["results"][0]["answer"] = "perhaps".into();
        assert!(!schema("").is_valid(&document));
    }
}

#[test]
fn one_line_an_address() {
    let server = Server::at("0.0.0.0:0", vec![windows(0xC000_0008)]);
    let run = probe(server.address.port(), &["127.0.0.0/29", "--format", "jsonl"]);
    assert_eq!(run.status, 0);
    let lines: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 6);
    for (number, line) in (1..).zip(&lines) {
        assert_eq!(line["schema"], "deminer.probe/1");
        assert_eq!(line["address"], format!("127.0.0.{number}"));
        assert_eq!(line["answer"], "fixed");
    }
}

#[test]
fn a_list_and_a_log() {
    let server = Server::start(windows(0xC000_0008));
    let folder = TempDir::new().unwrap();
    let (list, log) = (folder.path().join("machines.txt"), folder.path().join("asked.jsonl"));
    std::fs::write(&list, "# office\r\n127.0.0.1  # PC-1\r\n\r\n127.0.0.1\r\n").unwrap();
    let list = format!("@{}", list.display());
    for _ in 0..2 {
        let run = probe(server.address.port(), &[&list, "--log", log.to_str().unwrap()]);
        assert_eq!(run.status, 0, "{}", run.stderr);
        assert!(run.stderr.contains("check of your own network"), "{}", run.stderr);
    }
    let log = std::fs::read_to_string(log).unwrap();
    let asked: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let stages: Vec<_> = asked.iter().map(|line| line["asked"].as_str().unwrap()).collect();
    let once = ["connect", "negotiate", "session-setup", "session-setup", "tree-connect", "transaction"];
    assert_eq!(stages, [once, once].concat());
    assert_eq!(server.asked.lock().unwrap().len(), 2, "an address that is named twice is asked once");
}

#[test]
fn what_cannot_be_asked_is_said_in_a_sentence() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        format!("@{}", path.display())
    };
    let empty = file("empty.txt", "# nobody\n\n");
    let wrong = file("wrong.txt", "10.0.0.1\n10.0.0.0/99\n");
    let mut shown = String::new();
    for arguments in [
        vec!["10.0.0.0/33"],
        vec!["fd00::/200"],
        vec!["pc-1/24"],
        vec!["10.0.0.256"],
        vec!["a b"],
        vec!["224.0.0.1"],
        vec!["no-such-host.invalid"],
        vec!["10.0.0.0/21"],
        vec!["10.0.0.0/8", "--large"],
        vec![&empty],
        vec![&wrong],
        vec!["@/no/such/list.txt"],
        vec!["127.0.0.1", "--log", "/no/such/folder/log"],
    ] {
        let run = run(["probe"].iter().chain(&arguments));
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{arguments:?}");
        let folder = folder.path().display().to_string();
        shown.push_str(&run.stderr.replace(&folder, "FOLDER"));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_password_is_never_on_the_command_line_and_never_in_the_result() {
    assert_eq!(run(["probe", "127.0.0.1", "--password", "x"]).status, 2);
    let server = Server::start(windows(0xC000_0008));
    let port = server.address.port().to_string();
    let arguments = [
        "probe",
        "127.0.0.1",
        "--port",
        &port,
        "--user",
        r"CORP\anna",
        "--format",
        "json",
        "--verbose",
        "--no-log",
    ];
    let run = finish(deminer().args(arguments).env("DEMINER_PASSWORD", "sesame"));
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(!run.stdout.contains("sesame") && !run.stderr.contains("sesame"));
}

#[test]
fn of_some_who_cannot_be_found_the_others_are_asked() {
    let server = Server::start(windows(0xC000_0008));
    let run = probe(server.address.port(), &["127.0.0.1", "no-such-host.invalid"]);
    assert_eq!(run.status, 3);
    assert!(run.stderr.contains("no-such-host.invalid"), "{}", run.stderr);
    assert!(run.stdout.contains("127.0.0.1  fixed"), "{}", run.stdout);
}

#[test]
fn what_a_server_says_of_itself_obeys_nobody() {
    let mut script = windows(0xC000_0008);
    script[2] = Act::Reply(set_up(true, "Windows\u{1b}[2J 7", "Windows"));
    let server = Server::start(script);
    let run = probe(server.address.port(), &["127.0.0.1"]);
    assert!(!run.stdout.contains('\u{1b}'), "{}", run.stdout);
    let (_, document) = json(&server, &[]);
    assert_eq!(document["results"][0]["server"]["system"], "Windows\u{1b}[2J 7");
}

/// The results of asking a server, in a file, and a folder with the evidence of PC-1.
fn asked(script: Vec<Act>) -> (TempDir, PathBuf, PathBuf) {
    let server = Server::start(script);
    let folder = TempDir::new().unwrap();
    let (results, evidence) = (folder.path().join("probe.json"), folder.path().join("PC-1_WMI"));
    let arguments = ["127.0.0.1", "--format", "json", "--output", results.to_str().unwrap()];
    assert_ne!(probe(server.address.port(), &arguments).status, 2);
    std::fs::create_dir(&evidence).unwrap();
    std::fs::write(evidence.join("subscription.txt"), utf16(STOCK)).unwrap();
    (folder, results, evidence)
}

#[test]
fn an_answer_decides_where_nothing_else_is_known() {
    for (status, state, exit) in
        [(0xC000_0205, "act", 1), (0xC000_0008, "ok", 0), (0xC000_0034, "unknown", 0)]
    {
        let (_folder, results, evidence) = asked(windows(status));
        // The evidence knows the machine as PC-1, and it calls itself pc-1.corp.example.
        let (code, report) = check(&[&evidence, &results]);
        assert_eq!(code, exit, "{report:#}");
        let assessments = report["assessments"].as_array().unwrap();
        assert_eq!(assessments.len(), 1, "{report:#}");
        assert_eq!(assessments[0]["host"]["id"], "PC-1");
        assert_eq!(assessments[0]["verdict"], "clean");
        let patch = stage(&assessments[0], "patch");
        assert_eq!(patch["state"], state, "{patch:#}");
        if state == "act" {
            let finding =
                assessments[0]["findings"].as_array().unwrap().iter().find(|f| f["name"] == "MS17-010");
            let finding = finding.unwrap_or_else(|| panic!("{report:#}"));
            assert!(finding["reason"].as_str().unwrap().contains("KB4012215"), "{finding:#}");
            assert!(finding["evidence"][0]["source"].as_str().unwrap().ends_with("probe.json"));
        }
    }
}

#[test]
fn an_answer_that_contradicts_a_file_is_shown() {
    let (_folder, results, evidence) = asked(windows(0xC000_0205));
    let text = "FileName         : C:\\Windows\\System32\\drivers\\srv.sys\r\nFileMajorPart    : 6\r\n\
                FileMinorPart    : 1\r\nFileBuildPart    : 7601\r\nFilePrivatePart  : 24000\r\n";
    std::fs::write(evidence.join("srv-sys.txt"), text).unwrap();
    let (_, report) = check(&[&evidence, &results]);
    let patch = stage(&report["assessments"][0], "patch");
    assert_eq!(patch["state"], "unknown", "{patch:#}");
    let summary = patch["summary"].as_str().unwrap();
    assert!(summary.contains("6.1.7601.24000") && summary.contains("over the network"), "{summary}");
}

#[test]
fn results_alone_are_a_machine_of_which_little_is_known() {
    let (_folder, results, _) = asked(windows(0xC000_0008));
    let (code, report) = check(&[&results]);
    let assessment = &report["assessments"][0];
    assert_eq!(code, 3);
    assert_eq!(assessment["host"]["id"], "PC-1.CORP.EXAMPLE");
    assert_eq!(assessment["verdict"], "inconclusive");
    assert_eq!(stage(assessment, "patch")["state"], "ok");
    let lines = results.with_file_name("probe.jsonl");
    let document: Value = serde_json::from_slice(&std::fs::read(&results).unwrap()).unwrap();
    let mut line = document["results"][0].clone();
    line["schema"] = "deminer.probe/1".into();
    std::fs::write(&lines, line.to_string()).unwrap();
    assert_eq!(stage(&check(&[&lines]).1["assessments"][0], "patch")["state"], "ok");
}
