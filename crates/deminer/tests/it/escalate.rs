//! `deminer escalate`.

use crate::sample::member;
use crate::support::{TempDir, data, examples, run};
use serde_json::Value;
use std::path::Path;

#[test]
fn the_package_holds_the_case_in_both_languages() {
    let folder = TempDir::new().unwrap();
    let (evidence, archive) = (examples(), folder.path().join("case.zip"));
    let args = ["escalate".as_ref(), evidence.as_os_str(), "--host".as_ref(), "PC-ACCOUNTING".as_ref()];
    let run = run(args.into_iter().chain([
        "--operator".as_ref(),
        "Aoki".as_ref(),
        "--output".as_ref(),
        archive.as_os_str(),
    ]));
    assert_eq!(run.status, 0, "{}", run.stderr);
    let text = |name: &str| String::from_utf8(member(&archive, name)).unwrap();
    let json = |name: &str| serde_json::from_str::<Value>(&text(name)).unwrap();
    assert!(text("handover.ja.txt").contains("判定: 感染"), "{}", text("handover.ja.txt"));
    insta::assert_snapshot!(
        text("handover.en.txt")
            .lines()
            .filter(|line| !line.starts_with("Packed"))
            .map(|line| line.replace(&evidence.display().to_string(), "EVIDENCE"))
            .collect::<Vec<_>>()
            .join("\n")
    );
    assert_eq!(json("assessment.json")["assessments"][0]["host"]["name"], "PC-ACCOUNTING");
    assert!(text("assessment.ja.html").starts_with("<!"));
    assert!(!json("questions.json").as_array().unwrap().is_empty());
    let manifest = json("manifest.json");
    assert_eq!(
        (manifest["schema"].as_str(), manifest["custody"]["operator"].as_str()),
        (Some("deminer.escalation/1"), Some("Aoki"))
    );
    let members = manifest["members"].as_array().unwrap();
    assert!(
        members.iter().any(|member| member["path"].as_str().unwrap().starts_with("evidence/01/")),
        "{members:#?}"
    );
    // The folder holds other machines too, which are nobody's business here.
    let of_others =
        |from: &str| ["PC-CLEAN", "PC-RECEPTION", "SERVER-FILES"].iter().any(|name| from.contains(name));
    assert!(
        members.iter().all(|member| member["from"].as_str().is_none_or(|from| !of_others(from))),
        "{members:#?}"
    );
}

#[test]
fn the_accounts_that_others_may_use_by_now_are_named() {
    let Some(evidence) = data("events/infected-win10.zip") else { return };
    let folder = TempDir::new().unwrap();
    let archive = folder.path().join("case.zip");
    let run = run(["escalate".as_ref(), evidence.as_os_str(), "--output".as_ref(), archive.as_os_str()]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let accounts: Value = serde_json::from_slice(&member(&archive, "accounts.json")).unwrap();
    let name = accounts["exposed_accounts"][0]["name"].as_str().unwrap().to_owned();
    assert!(accounts["exposed_since"].is_string() && !accounts["duties"].as_array().unwrap().is_empty());
    for language in ["en", "ja"] {
        let text = String::from_utf8(member(&archive, &format!("handover.{language}.txt"))).unwrap();
        assert!(text.contains(&name), "{text}");
    }
}

#[test]
fn evidence_that_is_not_there_is_said_to_be_missing() {
    let run = run([Path::new("escalate"), Path::new("nowhere_WMI.zip"), Path::new("--output=x.zip")]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("cannot read `nowhere_WMI.zip`"), "{}", run.stderr);
}
