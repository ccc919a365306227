use super::*;
use crate::assessment::{Assessment, Stage, Verdict};
use crate::test_support::records_of;
use evidence::{RecordData, Setting};

fn setting(kind: &str, name: &str, value: &str, details: &[(&str, &str)]) -> RecordData {
    RecordData::Setting(Setting {
        kind: kind.into(),
        name: name.into(),
        value: value.into(),
        details: details.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    })
}

fn build(version: &str, details: &[(&str, &str)]) -> RecordData {
    setting("os-build", "", version, details)
}

fn hotfix(name: &str) -> RecordData {
    setting("hotfix", name, "", &[])
}

fn srv_sys(version: &str) -> RecordData {
    setting("srv-sys-version", "srv.sys", version, &[])
}

fn list() -> RecordData {
    setting("hotfix-list", "", "complete", &[])
}

fn assess(records: Vec<RecordData>) -> Assessment {
    crate::assess(&records_of(records), Intel::builtin())
}

/// State and summary of the stage, and severity, title and action of the findings.
fn short(assessment: &Assessment) -> (State, String, Vec<(Severity, String, Action)>) {
    let stage = assessment.stages.iter().find(|stage| stage.stage == Stage::Patch).unwrap();
    let findings = assessment.findings.iter().map(|f| (f.severity, f.title.id.clone(), f.action));
    (stage.state, stage.summary.id.clone(), findings.collect())
}

/// The findings of the decision itself.
const FIXED: (Severity, &str, Action) = (Severity::Info, "patch-title-fixed", Action::None);
const UNKNOWN: (Severity, &str, Action) = (Severity::Low, "patch-title-unknown", Action::Review);
const END: (Severity, &str, Action) = (Severity::Medium, "patch-title-support", Action::Review);

fn expect(records: Vec<RecordData>, state: State, summary: &str, findings: &[(Severity, &str, Action)]) {
    let findings = findings.iter().map(|(severity, title, action)| (*severity, (*title).to_owned(), *action));
    assert_eq!(short(&assess(records)), (state, summary.to_owned(), findings.collect()));
}

#[test]
fn fixed_by_the_file() {
    let bluekeep = (Severity::Low, "patch-title-hole-unknown", Action::Review);
    let records = vec![build("6.1.7601", &[]), srv_sys("6.1.7601.24002")];
    expect(records, State::Ok, "stage-patch-ok", &[END, bluekeep, FIXED]);
}

#[test]
fn open_by_the_file() {
    let records = vec![build("6.3.9600", &[]), srv_sys("6.3.9600.16384"), list(), hotfix("KB2919355")];
    let assessment = assess(records);
    let open = (Severity::High, "patch-title-open".to_owned(), Action::Patch);
    let (state, summary, findings) = short(&assessment);
    assert_eq!((state, summary.as_str(), &findings[0]), (State::Act, "stage-patch-open", &open));
    let finding = &assessment.findings[0];
    assert_eq!(finding.confidence, Confidence::Certain);
    let reasons: Vec<_> = finding.reasons.iter().map(|reason| reason.id.as_str()).collect();
    let expected =
        ["patch-sign-file-open", "patch-sign-not-in-list", "patch-remedy-install", "hardening-source"];
    assert_eq!(reasons, expected);
    assert_eq!(finding.evidence.len(), 2, "the records of the file and of the list");
    assert_eq!(finding.subject["srv.sys"], "6.3.9600.16384");
    // A missing update makes nobody infected.
    assert_eq!(assessment.verdict, Verdict::Inconclusive);
}

/// The finding of the decision: answer, certainty and the ids of its reasons.
fn decided(records: Vec<RecordData>) -> (String, String, Vec<String>) {
    let assessment = assess(records);
    let found = assessment.findings.into_iter().find(|finding| finding.name == "MS17-010").unwrap();
    assert!(!found.evidence.is_empty(), "{found:?}");
    let word = |name: &str| found.subject[name].as_str().unwrap().to_owned();
    (word("answer"), word("certainty"), found.reasons.iter().map(|reason| reason.id.clone()).collect())
}

#[test]
fn every_answer_has_its_finding_with_all_that_led_to_it() {
    let words = |(answer, certainty, reasons): (String, String, Vec<String>)| {
        (answer, certainty, reasons.iter().map(|id| id.replace("patch-", "")).collect::<Vec<_>>().join(" "))
    };
    let of = |records| {
        let (answer, certainty, reasons) = words(decided(records));
        format!("{answer} {certainty}: {reasons}")
    };
    let server = [("product", "Windows Server 2012 R2")];
    assert_eq!(
        of(vec![build("6.3.9600", &server), srv_sys("6.3.9600.18604"), list()]),
        "fixed certain: sign-file-fixed sign-empty hardening-source"
    );
    assert_eq!(
        of(vec![build("6.3.9600", &server), list(), hotfix("KB4012216")]),
        "fixed likely: sign-update hardening-source"
    );
    assert_eq!(
        of(vec![build("6.3.9600", &server), list(), hotfix("KB2919355")]),
        "unknown possible: sign-not-in-list remedy-install settle settle hardening-source"
    );
    assert_eq!(
        of(vec![build("6.1.7601", &[]), srv_sys("6.1.7601.17514"), hotfix("KB4012212")]),
        "not-fixed likely: sign-file-open against remedy-install settle settle hardening-source"
    );
    // Against a fix something speaks: then it is not known to be there.
    let (answer, certainty, _) = decided(vec![build("10.0.20348", &[]), list(), hotfix("KB4013429")]);
    assert_eq!((answer.as_str(), certainty.as_str()), ("unknown", "possible"));
}

#[test]
fn the_version_of_an_image_is_not_the_revision_of_what_runs() {
    let image = |version| setting("image-version", "", version, &[]);
    let package = |name: &str| setting("package", name, "installed", &[]);
    let rollup =
        |version: &str| package(&format!("Package_for_RollupFix~31bf3856ad364e35~amd64~~{version}.1.2"));
    let answer = |records| short(&assess(records)).0;
    assert_eq!(answer(vec![image("10.0.14393"), rollup("14393.953")]), State::Ok);
    let ver = build("10.0.14393", &[("ubr", "2000")]);
    assert_eq!(answer(vec![image("10.0.14393"), ver, rollup("14393.2000")]), State::Ok);
    assert_eq!(answer(vec![image("10.0.14393")]), State::Unknown);
    assert_eq!(answer(vec![image("10.0.14393"), rollup("14393.10")]), State::Act);
    assert_eq!(answer(vec![image("10.0.19041"), rollup("19041.2965")]), State::Ok);
    // On Windows 7 it does not tell the service pack.
    let single = package("Package_for_KB4012212~31bf3856ad364e35~amd64~~6.1.1.0");
    assert_eq!(answer(vec![image("6.1.7600"), single]), State::Ok);
    assert_eq!(answer(vec![image("6.1.7600"), rollup("7601.23689")]), State::Ok);
    assert_eq!(answer(vec![image("6.1.7600"), build("6.1.7601", &[]), rollup("7601.23689")]), State::Ok);
    assert_eq!(short(&assess(vec![image("6.1.7600")])).1, "stage-patch-cannot-tell");
    // An image of another release is another machine.
    assert_eq!(
        answer(vec![image("10.0.19041"), build("6.1.7601", &[]), rollup("7601.23689")]),
        State::Unknown
    );
    assert_eq!(answer(vec![image("10.0.19041"), build("10.0.19045", &[])]), State::Ok);
}

#[test]
fn evidence_of_several_machines_is_never_ok() {
    let seven = || build("6.1.7601", &[("product", "Windows 7 Professional")]);
    let records = vec![seven(), build("6.3.9600", &[]), list(), hotfix("KB4012212")];
    assert_eq!(short(&assess(records)).1, "stage-patch-contradicted");
    let records = vec![build("10.0.14393", &[("ubr", "10")]), seven(), srv_sys("6.1.7601.24000")];
    assert_eq!(short(&assess(records)).1, "stage-patch-contradicted");
}

#[test]
fn updates_of_another_product_are_named() {
    let rollup = "Package_for_RollupFix~31bf3856ad364e35~amd64~~7601.24545.1.2";
    for (record, named) in [
        (hotfix("KB4012217"), "patch-sign-foreign-update"),
        (setting("package", rollup, "112", &[]), "patch-sign-foreign-rollup"),
    ] {
        let assessment = assess(vec![build("6.3.9600", &[]), list(), record]);
        let patch = &assessment.stages[1];
        assert_eq!((patch.state, patch.summary.id.as_str()), (State::Unknown, "stage-patch-cannot-tell"));
        assert!(format!("{:?}", patch.summary).contains(named), "{:?}", patch.summary);
    }
}

#[test]
fn what_is_to_be_done_comes_with_a_command() {
    let next = |records| {
        let assessment = assess(records);
        assert_eq!(assessment.stages[1].state, State::Act);
        match &assessment.stages[1].next {
            Some(Next::OnMachine(command)) => command.rsplit('=').next().unwrap_or_default().to_owned(),
            Some(Next::Deminer(words)) => words[0].clone(),
            None => String::new(),
        }
    };
    assert_eq!(next(vec![build("6.1.7601", &[]), srv_sys("6.1.7601.17514")]), "KB4012215");
    assert_eq!(next(vec![srv_sys("5.0.2195.7000")]), "check");
    assert_eq!(next(vec![build("10.0.18363", &[("ubr", "719")])]), "KB4551762");
    let missing = |name| setting("missing-update", name, "Update", &[("severity", "critical")]);
    assert_eq!(next(vec![build("10.0.26100", &[]), missing("KB5034439")]), "KB5034439");
    assert_eq!(next(vec![build("10.0.26100", &[]), missing("KB1&calc")]), "check");
}

#[test]
fn holes_and_the_end_of_support_name_their_source() {
    let rollup = "Package_for_RollupFix~31bf3856ad364e35~amd64~~7601.24545.1.2";
    let assessment = assess(vec![build("6.1.7601", &[]), setting("package", rollup, "112", &[])]);
    let titles = assessment.findings.iter().map(|finding| finding.title.id.as_str()).collect::<Vec<_>>();
    assert_eq!(titles, ["patch-title-support", "patch-title-hole-fixed", "patch-title-fixed"]);
    for finding in &assessment.findings {
        assert!(finding.reasons.iter().any(|reason| reason.id == "hardening-source"), "{finding:?}");
    }
    assert_eq!(assessment.findings[1].subject["answer"], "fixed");
}

#[test]
fn what_a_list_leaves_open() {
    let windows = [("product", "Microsoft Windows Server 2016 Standard")];
    let records = vec![build("10.0.14393", &windows), list(), hotfix("KB3192137")];
    let assessment = assess(records);
    let (_, summary, findings) = short(&assessment);
    assert_eq!((summary.as_str(), findings.len()), ("stage-patch-cannot-tell", 1));
    let stage = &assessment.stages[1];
    assert_eq!(stage.state, State::Unknown);
    assert!(
        matches!(&stage.next, Some(Next::OnMachine(command)) if command.contains("srv.sys")),
        "{stage:?}"
    );
}

#[test]
fn evidence_that_contradicts_itself_is_not_ok() {
    let windows = [("product", "Microsoft Windows Server 2022 Standard")];
    let records = vec![build("10.0.20348", &windows), list(), hotfix("KB4013429")];
    expect(records, State::Unknown, "stage-patch-contradicted", &[UNKNOWN]);
    // Two machines in one pile.
    let records = vec![build("6.1.7601", &[]), build("10.0.20348", &[])];
    let assessment = assess(records);
    let (_, summary, findings) = short(&assessment);
    assert_eq!((summary.as_str(), findings.len()), ("stage-patch-cannot-tell", 1));
    assert_eq!(assessment.stages[1].state, State::Unknown);
    let why = format!("{:?}", assessment.stages[1].summary);
    assert!(why.contains("patch-sign-versions"), "{why}");
}

#[test]
fn a_version_of_no_windows_is_named() {
    let assessment = assess(vec![build("7.9.1234", &[]), list(), hotfix("KB4012212")]);
    assert_eq!(assessment.stages[1].state, State::Unknown);
    let why = format!("{:?}", assessment.stages[1].summary);
    assert!(why.contains("patch-sign-unknown-version"), "{why}");
}

#[test]
fn nothing_read() {
    expect(Vec::new(), State::Unknown, "stage-patch-unknown", &[]);
}

#[test]
fn packages_count_where_they_are_in_use() {
    let rollup = "Package_for_RollupFix~31bf3856ad364e35~amd64~~9600.18604.1.2";
    let server = [("product", "Windows Server 2012 R2")];
    for (state, answer) in [
        ("112", State::Ok),
        ("80", State::Ok),
        ("installed", State::Ok),
        ("superseded", State::Ok),
        ("64", State::Unknown),
        ("staged", State::Unknown),
        ("Installeret", State::Unknown),
    ] {
        let records = vec![build("6.3.9600", &server), setting("package", rollup, state, &[])];
        assert_eq!(short(&assess(records)).0, answer, "{state}");
        let single = "Package_for_KB4012213~31bf3856ad364e35~amd64~~6.3.1.0";
        let records = vec![build("6.3.9600", &server), setting("package", single, state, &[])];
        assert_eq!(short(&assess(records)).0, answer, "{state}");
    }
}

#[test]
fn a_restart_that_is_due_is_told() {
    let server = [("product", "Windows Server 2012 R2")];
    let pending = setting("reboot-pending", "RebootRequired", "", &[]);
    let records = vec![build("6.3.9600", &server), srv_sys("6.3.9600.18604"), pending];
    assert_eq!(short(&assess(records)).1, "stage-patch-restart");
    // An update that is to be installed or taken away at the next start, by the words of DISM and the numbers of the component store.
    let rollup = "Package_for_RollupFix~31bf3856ad364e35~amd64~~9600.18700.1.2";
    for (state, summary) in [
        ("install-pending", "stage-patch-restart"),
        ("96", "stage-patch-restart"),
        ("uninstall-pending", "stage-patch-restart"),
        ("5", "stage-patch-restart"),
        ("64", "stage-patch-ok"),
    ] {
        let package = setting("package", rollup, state, &[]);
        let records = vec![build("6.3.9600", &server), srv_sys("6.3.9600.18604"), package];
        let (answer, certainty, reasons) = decided(records.clone());
        assert_eq!(short(&assess(records)).1, summary, "{state}");
        let waits = summary == "stage-patch-restart";
        assert_eq!(
            (answer.as_str(), certainty.as_str()),
            ("fixed", if waits { "likely" } else { "certain" })
        );
        assert_eq!(reasons.contains(&"patch-sign-restart".to_owned()), waits, "{reasons:?}");
    }
}

#[test]
fn other_holes_have_three_answers() {
    let ended = (Severity::Low, "patch-title-support", Action::Review);
    let open = (Severity::High, "patch-title-hole-open", Action::Patch);
    let at = |ubr| vec![build("10.0.18362", &[("ubr", ubr)])];
    expect(at("719"), State::Act, "stage-patch-hole", &[open, ended, FIXED]);
    let fixed = (Severity::Info, "patch-title-hole-fixed", Action::None);
    expect(at("720"), State::Ok, "stage-patch-ok", &[ended, FIXED, fixed]);
    // What runs may be older than the build says.
    let pending = setting("reboot-pending", "RebootRequired", "", &[]);
    let found = assess(at("720").into_iter().chain([pending]).collect()).findings;
    let found = found.iter().find(|finding| finding.name == "SMBGhost").unwrap();
    assert_eq!(found.confidence, Confidence::Possible);
    assert!(found.reasons.iter().any(|reason| reason.id == "patch-sign-restart"), "{found:?}");
    let unknown = (Severity::Low, "patch-title-hole-unknown", Action::Review);
    expect(vec![build("10.0.18362", &[])], State::Ok, "stage-patch-ok", &[unknown, ended, FIXED]);
}

#[test]
fn bluekeep_by_the_driver_of_remote_desktop() {
    let fixed = || srv_sys("6.1.7601.24545");
    let of = |records: Vec<RecordData>| {
        let assessment = assess(records);
        let stage = short(&assessment).1;
        let found = assessment.findings.into_iter().find(|finding| finding.name == "BlueKeep").unwrap();
        let reasons: Vec<_> = found.reasons.iter().map(|reason| reason.id.replace("patch-", "")).collect();
        let answer = found.subject["answer"].as_str().unwrap().to_owned();
        (stage, answer, found.confidence, reasons.join(" "), found.evidence.len())
    };
    let driver = |version| setting("termdd-sys-version", "termdd.sys", version, &[]);
    let seven = || build("6.1.7601", &[]);
    let sources = "hardening-source hardening-source hardening-source hardening-source";
    let (stage, answer, confidence, reasons, records) = of(vec![seven(), fixed(), driver("6.1.7601.17514")]);
    assert_eq!((stage.as_str(), answer.as_str()), ("stage-patch-hole", "not-fixed"));
    assert_eq!((confidence, records), (Confidence::Certain, 2));
    assert_eq!(reasons, format!("hole-driver-open hole-install {sources}"));
    let (stage, answer, _, reasons, _) = of(vec![seven(), fixed(), driver("6.1.7601.24441")]);
    assert_eq!((stage.as_str(), answer.as_str()), ("stage-patch-ok", "fixed"));
    assert_eq!(reasons, format!("hole-driver-fixed {sources}"));
    let (_, answer, _, reasons, _) = of(vec![seven(), fixed(), driver("6.1.7601.24000")]);
    assert_eq!(answer, "unknown");
    assert_eq!(reasons, format!("hole-driver-between settle hole-install {sources}"));
    // A list that names the fix beside a driver that lacks it: both are shown.
    let records = vec![seven(), fixed(), driver("6.1.7601.17514"), hotfix("KB4499175")];
    let (_, answer, confidence, reasons, _) = of(records);
    assert_eq!((answer.as_str(), confidence), ("not-fixed", Confidence::Likely));
    assert_eq!(reasons, format!("hole-driver-open against hole-install {sources}"));
    let (_, answer, _, reasons, _) = of(vec![build("5.1.2600", &[]), driver("absent")]);
    assert_eq!(
        (answer.as_str(), reasons.as_str()),
        ("unknown", "hole-nothing settle hole-install hardening-source")
    );
    let (_, _, _, reasons, _) = of(vec![build("6.1.7600", &[]), driver("6.1.7600.16385")]);
    assert!(reasons.starts_with("hole-driver-unserviced hole-service-pack hardening"), "{reasons}");
    // Where all else is well that is what is to be done.
    let details = [("version", "6.1.7600"), ("system", "Windows 7 Professional 7600")];
    let network = setting("network-check", "MS17-010", "fixed", &details);
    let (stage, answer, ..) = of(vec![network, driver("6.1.7600.16385")]);
    assert_eq!((stage.as_str(), answer.as_str()), ("stage-patch-hole-unserviced", "not-fixed"));
}

#[test]
fn a_service_pack_without_the_fix_is_told_and_left_open() {
    let records = vec![build("5.1.2600", &[("service-pack", "2")]), list()];
    let unserviced = (Severity::Medium, "patch-title-unserviced".to_owned(), Action::Patch);
    let assessment = assess(records);
    let (state, summary, findings) = short(&assessment);
    assert_eq!((state, summary.as_str()), (State::Unknown, "stage-patch-cannot-tell"));
    assert!(findings.contains(&unserviced), "{findings:?}");
    let summary = format!("{:?}", assessment.stages[1].summary);
    assert!(summary.contains("patch-remedy-service-pack"), "{summary}");
}

#[test]
fn of_several_readings_the_most_careful_counts() {
    let records = vec![srv_sys("6.1.7601.24002"), srv_sys("6.1.7601.17514")];
    assert_eq!(short(&assess(records.clone())).0, State::Act);
    let (answer, certainty, reasons) = decided(records);
    assert_eq!((answer.as_str(), certainty.as_str()), ("not-fixed", "likely"));
    assert_eq!(reasons[1], "patch-against");
    let records = vec![build("10.0.14393", &[("ubr", "10")]), build("10.0.14393", &[("ubr", "2000")])];
    assert_eq!(short(&assess(records.clone())).0, State::Act);
    assert_eq!(decided(records).2[1], "patch-against");
}

#[test]
fn the_network_answers_last() {
    let check = |answer: &str, version: &str| {
        let details = [("version", version), ("system", "Windows 7 Professional 7601 Service Pack 1")];
        setting("network-check", "MS17-010", answer, &details)
    };
    let open = (Severity::High, "patch-title-open", Action::Patch);
    let hole = |title| (Severity::Low, title, Action::Review);
    let bluekeep = hole("patch-title-hole-unknown");
    expect(vec![check("not-fixed", "6.1.7601")], State::Act, "stage-patch-open", &[open, END, bluekeep]);
    expect(vec![check("fixed", "6.1.7601")], State::Ok, "stage-patch-ok", &[END, bluekeep, FIXED]);
    for silent in ["unknown", "smb1-not-offered", "anything"] {
        let records = vec![check(silent, "6.1.7601")];
        expect(records, State::Unknown, "stage-patch-cannot-tell", &[END, bluekeep, UNKNOWN]);
    }
    // The worst of several counts, and the file comes before all of them.
    let both = vec![check("fixed", "6.1.7601"), check("not-fixed", "6.1.7601")];
    expect(both, State::Act, "stage-patch-open", &[open, END, bluekeep]);
    let against = vec![srv_sys("6.1.7601.24000"), check("not-fixed", "6.1.7601")];
    assert_eq!(short(&assess(against)).1, "stage-patch-contradicted");
    // What the machine says of itself to whoever asks does not contradict what was read on it.
    let read = assess(vec![build("10.0.19045", &[]), check("fixed", "6.1.7601")]);
    assert_eq!(short(&read).0, State::Ok);
}

#[test]
fn an_answer_at_an_address_decides_nothing() {
    let check = |answer| {
        setting(
            "network-check-of-address",
            "MS17-010",
            answer,
            &[("address", "10.0.0.7"), ("code", "0xC0000205")],
        )
    };
    let found = |severity, action| (severity, "patch-title-address", action);
    expect(
        vec![check("not-fixed")],
        State::Unknown,
        "stage-patch-unknown",
        &[found(Severity::Medium, Action::Review)],
    );
    expect(
        vec![srv_sys("10.0.19041.1"), check("not-fixed")],
        State::Ok,
        "stage-patch-ok",
        &[found(Severity::Medium, Action::Review), FIXED],
    );
    let finding = &assess(vec![check("fixed")]).findings[0];
    assert_eq!((finding.severity, finding.kind), (Severity::Info, Kind::Patch));
    assert_eq!(assess(vec![check("not-fixed")]).verdict, Verdict::Inconclusive);
}

#[test]
fn what_windows_update_says_is_missing() {
    let missing = |name, severity| setting("missing-update", name, "Update", &[("severity", severity)]);
    let fixed = || vec![build("10.0.26100", &[("ubr", "1742")])];
    let of = |records: Vec<RecordData>| {
        let assessment = assess(fixed().into_iter().chain(records).collect());
        let stage = assessment.stages.iter().find(|stage| stage.stage == Stage::Patch).unwrap();
        let findings =
            assessment.findings.iter().map(|f| (f.severity, f.title.id.clone())).collect::<Vec<_>>();
        (stage.state, stage.summary.id.clone(), findings)
    };
    let title = || "patch-title-missing".to_owned();
    let (state, summary, findings) = of(vec![missing("KB1", "important"), missing("KB2", "low")]);
    assert_eq!((state, summary.as_str()), (State::Act, "stage-patch-missing"));
    let fixed = || (Severity::Info, "patch-title-fixed".to_owned());
    assert_eq!(findings, [(Severity::Medium, title()), fixed()]);
    let (state, _, findings) = of(vec![missing("KB2", "low"), missing("", "")]);
    assert_eq!((state, findings), (State::Ok, vec![(Severity::Low, title()), fixed()]));
    // A hole that is open comes first.
    let open = vec![build("10.0.14393", &[("ubr", "1")]), missing("KB1", "critical")];
    assert_eq!(short(&assess(open)).1, "stage-patch-open");
}

#[test]
fn what_a_scan_file_says_is_missing() {
    let scan = |count| {
        let details = [("missing", count), ("time", "2026-11-28T20:00:00Z"), ("issued", "2026-11-10")];
        setting("update-scan", r"D:\wsusscn2.cab", &"ab".repeat(32), &details)
    };
    let of = |records: Vec<RecordData>| {
        let mut found = assess(records).findings.into_iter();
        let found = found.find(|finding| finding.title.id.starts_with("patch-title-missing")).unwrap();
        let reasons: Vec<_> = found.reasons.iter().map(|reason| reason.id.clone()).collect();
        (found.severity, found.title.id, reasons.join(" "), found.evidence.len())
    };
    let none =
        (Severity::Info, "patch-title-missing-none".to_owned(), "patch-scan patch-scan-issued".to_owned(), 1);
    assert_eq!(of(vec![scan("0")]), none);
    let missing = setting("missing-update", "KB1", "Update", &[("severity", "critical")]);
    let listed = (
        Severity::Medium,
        "patch-title-missing".to_owned(),
        "patch-missing patch-scan patch-scan-issued".to_owned(),
        2,
    );
    assert_eq!(of(vec![missing, scan("1")]), listed);
}

#[test]
fn how_long_windows_update_has_not_looked() {
    let searched = |day, event: &str| {
        let event = RecordData::Event(evidence::Event {
            channel: "System".into(),
            provider: "EventLog".into(),
            event_id: 6005,
            record_id: 1,
            time: event.parse().unwrap(),
            computer: "PC".into(),
            data: std::collections::BTreeMap::new(),
        });
        let assessment = assess(vec![setting("update-search", "", day, &[]), event]);
        assessment.findings.iter().filter(|finding| finding.title.id == "patch-title-search").count()
    };
    assert_eq!(searched("2026-01-01", "2026-03-04T00:00:00Z"), 0);
    assert_eq!(searched("2026-01-01", "2026-03-05T00:00:00Z"), 1);
    assert_eq!(searched("2026-03-05", "2026-01-01T00:00:00Z"), 0);
    assert_eq!(searched("yesterday", "2026-03-05T00:00:00Z"), 0);
}

#[test]
fn only_the_driver_that_windows_loads_decides() {
    let file = |path: &str, version| {
        RecordData::File(evidence::FileFact {
            path: path.to_owned(),
            exists: true,
            version: Some(version),
            ..evidence::FileFact::default()
        })
    };
    let windows = || build("6.1.7601", &[]);
    let (old, new) = ([6, 1, 7601, 17_514], [6, 1, 7601, 24_002]);
    let own = r"C:\Windows\System32\drivers\srv.sys";
    for other in [
        r"C:\Users\x\Downloads\srv.sys",
        r"C:\Windows\LastGood\system32\drivers\srv.sys",
        r"C:\Windows\winsxs\amd64_1\srv.sys",
        r"C:\Users\x\Windows\System32\drivers\srv.sys",
    ] {
        assert_eq!(decided(vec![windows(), list(), file(other, new)]).0, "unknown", "{other}");
        assert_eq!(decided(vec![windows(), file(own, old), file(other, new)]).0, "not-fixed", "{other}");
        assert_eq!(decided(vec![windows(), file(own, new), file(other, old)]).0, "fixed", "{other}");
    }
}

#[test]
fn the_update_of_a_service_pack_that_never_got_it_proves_nothing() {
    for (version, service_pack) in [("5.1.2600", "2"), ("5.2.3790", "1")] {
        let records = vec![build(version, &[("service-pack", service_pack)]), list(), hotfix("KB4012598")];
        assert_eq!(decided(records.clone()).0, "unknown", "{version}");
        let stage = short(&assess(records));
        assert_eq!((stage.0, stage.1.as_str()), (State::Unknown, "stage-patch-cannot-tell"));
    }
}

#[test]
fn a_fix_that_may_wait_for_a_restart_is_not_installed_twice() {
    let records = vec![
        build("10.0.14393", &[("ubr", "447")]),
        setting("package", "Package_for_RollupFix~31bf3856ad364e35~amd64~~14393.2273.1.6", "96", &[]),
    ];
    let assessment = assess(records);
    let stage = assessment.stages.iter().find(|stage| stage.stage == Stage::Patch).unwrap();
    assert_eq!(stage.summary.id, "stage-patch-open-restart");
    assert_eq!(stage.next, Some(Next::OnMachine(RESTART.to_owned())));
}

#[test]
fn every_update_that_may_be_the_right_one_is_named() {
    let assessment = assess(vec![srv_sys("6.2.9200.22098")]);
    let stage = assessment.stages.iter().find(|stage| stage.stage == Stage::Patch).unwrap();
    let words = format!("{:?}", stage.summary);
    assert!(words.contains("KB4012598") && words.contains("KB4012217"), "{words}");
    assert!(words.contains("patch-remedy-one"), "Windows 8 got no later rollup: {words}");
}
