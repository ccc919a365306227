use crate::assessment::{Action, Assessment, Confidence, Finding, Kind, Severity, Stage, State, Verdict};
use crate::messages as m;
use crate::test_support::records_of;
use evidence::{Account, RecordData, RegistryValue, Setting, watched};
use intel::Intel;

const LSA: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa";

fn value(key: &str, name: &str, data: &str) -> RecordData {
    RecordData::Registry(RegistryValue {
        key: key.into(),
        name: name.into(),
        kind: "REG_DWORD".into(),
        data: data.into(),
        key_written: None,
    })
}

fn absent(key: &str, name: &str) -> RecordData {
    RecordData::Setting(watched::absent(key, name))
}

fn setting(kind: &str, name: &str, value: &str) -> RecordData {
    let (kind, name, value) = (kind.into(), name.into(), value.into());
    RecordData::Setting(Setting { kind, name, value, ..Setting::default() })
}

fn windows_10() -> RecordData {
    setting("os-build", "", "10.0.19045")
}

fn assess(records: Vec<RecordData>) -> Assessment {
    crate::assess(&records_of(records), Intel::builtin())
}

fn found<'a>(assessment: &'a Assessment, title: &str) -> &'a Finding {
    let found = assessment.findings.iter().find(|finding| finding.title.id == title);
    found.unwrap_or_else(|| panic!("{title}: {:?}", assessment.findings))
}

fn prevent(assessment: &Assessment) -> (State, &str) {
    let stage = assessment.stages.iter().find(|stage| stage.stage == Stage::Prevent).unwrap();
    (stage.state, &stage.summary.id)
}

fn reasons(finding: &Finding) -> Vec<&str> {
    finding.reasons.iter().map(|reason| reason.id.as_str()).collect()
}

#[test]
fn a_gap_says_what_is_what_should_be_why_and_how() {
    let assessment = assess(vec![windows_10(), value(LSA, "lmcompatibilitylevel", "1")]);
    let gap = found(&assessment, "hardening-ntlm-level");
    assert_eq!((gap.kind, gap.severity, gap.action), (Kind::Hardening, Severity::Low, Action::Harden));
    assert_eq!(gap.confidence, Confidence::Certain);
    assert_eq!(gap.reasons[0].text("data"), Some("1"));
    assert_eq!(gap.reasons[0].text("wanted"), Some("≥ 5"));
    let commands: Vec<_> = gap.reasons.iter().filter_map(|reason| reason.text("command")).collect();
    assert_eq!(
        commands,
        [
            format!(r#"reg add "{LSA}" /v LmCompatibilityLevel /t REG_DWORD /d 5 /f"#),
            format!(r#"reg add "{LSA}" /v LmCompatibilityLevel /t REG_DWORD /d 1 /f"#),
        ]
    );
    assert!(reasons(gap).contains(&"hardening-ntlm-level-why") && reasons(gap).contains(&"hardening-source"));
    assert_eq!(gap.evidence.len(), 1);
    assert_eq!(prevent(&assessment), (State::Act, "stage-prevent-gaps"));
    // It is about what could be, never about what is.
    assert_eq!(assessment.verdict, Verdict::Inconclusive);
}

#[test]
fn what_is_not_set_is_taken_back_by_deleting_it() {
    let assessment = assess(vec![windows_10(), absent(LSA, "RunAsPPL")]);
    let gap = found(&assessment, "hardening-lsa-protection");
    assert_eq!(gap.confidence, Confidence::Likely);
    assert_eq!(gap.reasons[0].id, "hardening-is-not-set");
    let undo = gap.reasons.iter().find(|reason| reason.id == "hardening-undo").unwrap();
    assert_eq!(undo.text("command"), Some(format!(r#"reg delete "{LSA}" /v RunAsPPL /f"#).as_str()));
}

#[test]
fn nothing_of_the_evidence_gets_into_a_command_but_numbers() {
    let assessment = assess(vec![value(LSA, "NoLMHash", "0 & calc.exe")]);
    // What is no number is no answer.
    assert!(assessment.findings.is_empty(), "{:?}", assessment.findings);
    let assessment = assess(vec![setting("account-policy", "LockoutBadCount", "0 & calc")]);
    assert!(assessment.findings.is_empty(), "{:?}", assessment.findings);
}

#[test]
fn what_was_not_read_or_is_contradicted_is_unknown() {
    assert_eq!(prevent(&assess(vec![windows_10()])), (State::Unknown, "stage-prevent-unknown"));
    let both = vec![windows_10(), value(LSA, "NoLMHash", "0"), value(LSA, "NoLMHash", "1")];
    assert_eq!(prevent(&assess(both)), (State::Unknown, "stage-prevent-unknown"));
    let met = vec![windows_10(), value(LSA, "NoLMHash", "1")];
    assert_eq!(prevent(&assess(met)), (State::Unknown, "stage-prevent-partly"));
}

#[test]
fn an_account_policy_with_its_gaps() {
    let policy = |name, value| setting("account-policy", name, value);
    let assessment = assess(vec![
        policy("LockoutBadCount", "0"),
        policy("MinimumPasswordLength", "0"),
        policy("PasswordComplexity", "1"),
        policy("ResetLockoutCount", "1"),
    ]);
    let titles: Vec<_> = assessment.findings.iter().map(|finding| finding.title.id.as_str()).collect();
    // Where nothing locks, after which time it is forgotten does not matter.
    assert_eq!(titles, ["hardening-length", "hardening-lockout"]);
    let undo = |title| {
        let undo = found(&assessment, title).reasons.iter().find(|reason| reason.id == "hardening-undo");
        undo.and_then(|reason| reason.text("command")).unwrap().to_owned()
    };
    assert_eq!(undo("hardening-length"), "net accounts /minpwlen:0");
    assert_eq!(undo("hardening-lockout"), "net accounts /lockoutthreshold:0");
    assert_eq!(found(&assessment, "hardening-lockout").severity, Severity::Medium);
}

fn account(name: &str, rid: u32) -> Account {
    Account { name: name.into(), rid: Some(rid), enabled: Some(true), ..Account::default() }
}

#[test]
fn accounts_that_infections_make_and_those_that_are_easily_taken() {
    let admin = |name, rid| Account { administrator: Some(true), ..account(name, rid) };
    let records = [
        admin("Administrator", 500),
        Account { password_never_expires: Some(true), ..admin("boss", 1001) },
        Account { password_not_required: Some(true), ..account("guest of honour", 1002) },
        // Windows makes the guest so.
        Account { password_not_required: Some(true), enabled: Some(false), ..account("Guest", 501) },
        account("k8h3d", 1003),
        admin("x$", 1004),
    ];
    let assessment = assess(records.into_iter().map(RecordData::Account).collect());
    let short: Vec<_> = assessment
        .findings
        .iter()
        .map(|finding| (finding.kind, finding.severity, finding.title.id.as_str(), finding.name.as_str()))
        .collect();
    assert_eq!(
        short,
        [
            (Kind::Account, Severity::Medium, "title-account", "k8h3d"),
            (Kind::Account, Severity::Medium, "title-account", "x$"),
            (Kind::Hardening, Severity::Low, "title-administrators", "administrators"),
            (Kind::Hardening, Severity::Low, "title-account-never-expires", "boss"),
            (Kind::Hardening, Severity::Low, "title-account-no-password", "guest of honour"),
        ]
    );
    // A name alone is a hint.
    assert_eq!(assessment.verdict, Verdict::Suspicious);
    assert_eq!(found(&assessment, "title-account").family.as_deref(), Some("LemonDuck"));
}

#[test]
fn a_guest_with_the_rights_of_an_administrator_speaks_for_itself() {
    let guest = Account { administrator: Some(true), enabled: Some(false), ..account("Gast", 501) };
    let assessment = assess(vec![RecordData::Account(guest)]);
    assert_eq!(found(&assessment, "title-guest-administrator").kind, Kind::Account);
    assert_eq!(assessment.verdict, Verdict::Suspicious);
}

#[test]
fn the_account_policy_is_held_against_what_the_benchmark_says() {
    let titles = |name, value| {
        let assessment = assess(vec![setting("account-policy", name, value)]);
        assessment.findings.into_iter().map(|finding| finding.title.id).collect::<Vec<_>>().concat()
    };
    for (name, good, bad, title) in [
        ("LockoutBadCount", "5", "6", "hardening-lockout"),
        ("MinimumPasswordLength", "14", "13", "hardening-length"),
        ("PasswordHistorySize", "24", "23", "hardening-history"),
        ("MaximumPasswordAge", "365", "366", "hardening-password-age"),
        ("MaximumPasswordAge", "42", "-1", "hardening-password-age"),
        ("LockoutDuration", "15", "14", "hardening-lockout-duration"),
        // Until somebody unlocks it.
        ("LockoutDuration", "-1", "5", "hardening-lockout-duration"),
    ] {
        assert_eq!((titles(name, good).as_str(), titles(name, bad).as_str()), ("", title), "{name}");
    }
}

#[test]
fn every_gap_of_policies_and_accounts_has_its_commands_and_its_source() {
    let guest = Account { enabled: Some(true), ..account("Gast", 501) };
    let boss = Account {
        administrator: Some(true),
        password_never_expires: Some(true),
        password_not_required: Some(true),
        ..account("boss\" & calc", 1001)
    };
    let mut records = vec![RecordData::Account(guest), RecordData::Account(boss)];
    let bad = [("PasswordComplexity", "0"), ("ClearTextPassword", "1"), ("MaximumPasswordAge", "-1")];
    records.extend(bad.map(|(name, value)| setting("account-policy", name, value)));
    let assessment = assess(records);
    let gaps = assessment.findings.iter().filter(|finding| finding.kind == Kind::Hardening);
    let gaps = gaps.filter(|finding| finding.name != "administrators");
    let gaps: Vec<_> = gaps.collect();
    assert_eq!(gaps.len(), 6, "{gaps:?}");
    for gap in gaps {
        for wanted in ["hardening-set", "hardening-undo", "hardening-source"] {
            assert!(reasons(gap).contains(&wanted), "{wanted}: {gap:?}");
        }
        let command = gap.reasons.iter().filter_map(|reason| reason.text("command"));
        assert!(command.into_iter().all(|command| !command.contains("calc")), "{gap:?}");
    }
}

#[test]
fn credential_guard_is_taken_back_to_what_was() {
    let product = setting("os-build", "", "10.0.19045");
    let RecordData::Setting(mut windows) = product else { panic!() };
    windows.details.insert("product".to_owned(), "Windows 10 Enterprise".to_owned());
    let undo = |record| {
        let assessment = assess(vec![RecordData::Setting(windows.clone()), record]);
        let gap = found(&assessment, "hardening-credential-guard").clone();
        let undo = gap.reasons.into_iter().find(|reason| reason.id == "hardening-undo");
        undo.unwrap().text("command").unwrap().to_owned()
    };
    assert_eq!(undo(absent(LSA, "LsaCfgFlags")), format!(r#"reg delete "{LSA}" /v LsaCfgFlags /f"#));
    let before = format!(r#"reg add "{LSA}" /v LsaCfgFlags /t REG_DWORD /d 0 /f"#);
    assert_eq!(undo(value(LSA, "LsaCfgFlags", "0")), before);
}

#[test]
fn the_firewall_is_switched_back_only_where_it_was_off() {
    let profile = |name: &str, data| {
        let key =
            format!(r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\{name}");
        value(&key, "EnableFirewall", data)
    };
    let records = vec![
        windows_10(),
        profile("DomainProfile", "1"),
        profile("StandardProfile", "1"),
        profile("PublicProfile", "0"),
    ];
    let assessment = assess(records);
    let gap = found(&assessment, "hardening-firewall");
    let commands: Vec<_> = gap.reasons.iter().filter_map(|reason| reason.text("command")).collect();
    let expected =
        ["netsh advfirewall set publicprofile state on", "netsh advfirewall set publicprofile state off"];
    assert_eq!(commands, expected);
}

#[test]
fn every_check_and_policy_has_its_words() {
    let hardening = Intel::builtin().hardening();
    let ids = hardening.checks.iter().map(|check| &check.id).chain(hardening.policies.iter().map(|p| &p.id));
    let known = |id: &str| m::ALL.iter().any(|spec| spec.id == id);
    for id in ids {
        assert!(known(&format!("hardening-{id}")) && known(&format!("hardening-{id}-why")), "{id}");
    }
}

const SERVICES: &str = r"HKLM\SYSTEM\CurrentControlSet\Services";

fn commands(finding: &Finding) -> Vec<&str> {
    finding.reasons.iter().filter_map(|reason| reason.text("command")).collect()
}

#[test]
fn services_that_protect_are_a_gap_where_they_are_disabled_and_only_then() {
    let start = |name: &str, start| value(&format!(r"{SERVICES}\{name}"), "Start", start);
    let titles = |records: Vec<RecordData>| -> Vec<String> {
        let assessment = assess([vec![windows_10()], records].concat());
        let gaps = assessment.findings.into_iter().filter(|finding| finding.kind == Kind::Hardening);
        gaps.map(|finding| finding.title.id).collect()
    };
    let off = ["MpsSvc", "WinDefend", "wuauserv"].map(|name| start(name, "4")).to_vec();
    assert_eq!(
        titles(off.clone()),
        ["hardening-defender-service", "hardening-firewall", "hardening-updates-service"]
    );
    let assessment = assess(off);
    let gap = found(&assessment, "hardening-firewall");
    assert_eq!(commands(gap), ["sc config MpsSvc start= auto", "sc config MpsSvc start= disabled"]);
    let usual = [("MpsSvc", "2"), ("WinDefend", "3"), ("wuauserv", "3")];
    assert_eq!(titles(usual.map(|(name, number)| start(name, number)).to_vec()), [""; 0]);
    // A server without the feature.
    let none = [r"WinDefend", "wuauserv"].map(|name| absent(&format!(r"{SERVICES}\{name}"), "Start"));
    assert_eq!(titles(none.to_vec()), [""; 0]);
}

#[test]
fn the_firewall_is_as_it_should_be_only_where_its_service_is_known_to_start() {
    let profiles = |base: &str, absent_too: bool| -> Vec<RecordData> {
        let names: &[&str] = match base {
            r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall" => {
                &["DomainProfile", "StandardProfile", "PrivateProfile", "PublicProfile"]
            }
            _ => &["DomainProfile", "StandardProfile", "PublicProfile"],
        };
        let both = |name: &&str| {
            let key = format!(r"{base}\{name}");
            if absent_too {
                ["EnableFirewall", "DefaultInboundAction"].map(|name| absent(&key, name))
            } else {
                ["EnableFirewall", "DefaultInboundAction"].map(|name| value(&key, name, "1"))
            }
        };
        names.iter().flat_map(both).collect()
    };
    let stands = |more: Vec<RecordData>| {
        let own = format!(r"{SERVICES}\SharedAccess\Parameters\FirewallPolicy");
        let policy = r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall";
        let records = [vec![windows_10()], profiles(&own, false), profiles(policy, true), more].concat();
        let evidence = records_of(records);
        let facts = intel::ms17_010::PatchFacts {
            version: Some("10.0.19045".parse().unwrap()),
            ..Default::default()
        };
        let machine = super::Machine::new(&evidence, &facts);
        Intel::builtin().hardening().check("firewall").unwrap().judge(&machine).standing
    };
    let start = |number| vec![value(&format!(r"{SERVICES}\MpsSvc"), "Start", number)];
    assert_eq!(stands(start("2")), intel::hardening::Standing::Good);
    assert_eq!(stands(start("4")), intel::hardening::Standing::Open);
    assert_eq!(stands(Vec::new()), intel::hardening::Standing::Unknown);
}

#[test]
fn a_number_that_windows_does_not_take_as_a_policy_tells_nothing() {
    let state = |number| prevent(&assess(vec![setting("account-policy", "MinimumPasswordLength", number)])).0;
    let summary = |number: &str| {
        let assessment = assess(vec![setting("account-policy", "MinimumPasswordLength", number)]);
        prevent(&assessment).1.to_owned()
    };
    assert_eq!((state("20"), summary("20").as_str()), (State::Unknown, "stage-prevent-partly"));
    for odd in ["129", "99999999999999", "-5", "99999999999999999999999"] {
        assert_eq!(summary(odd), "stage-prevent-unknown", "{odd}");
    }
}

#[test]
fn what_group_policy_says_of_the_firewall_is_told_and_has_no_local_command() {
    let local =
        r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\DomainProfile";
    let policy = r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall\DomainProfile";
    // It is on, and policy switches it off.
    let off = vec![windows_10(), value(local, "EnableFirewall", "1"), value(policy, "EnableFirewall", "0")];
    let assessment = assess(off);
    let gap = found(&assessment, "hardening-firewall");
    assert_eq!(gap.confidence, Confidence::Certain);
    assert_eq!(gap.reasons[0].text("name"), Some(format!(r"{policy}\EnableFirewall").as_str()));
    assert!(reasons(gap).contains(&"hardening-by-policy") && commands(gap).is_empty(), "{gap:?}");
    assert_eq!(gap.subject["Values"][0]["Key"], policy);
    // It is off, and policy switches it on.
    let on = vec![windows_10(), value(local, "EnableFirewall", "0"), value(policy, "EnableFirewall", "1")];
    let assessment = assess(on);
    assert!(assessment.findings.iter().all(|finding| finding.title.id != "hardening-firewall"));
    // It is off, and of policy nothing was read.
    let assessment = assess(vec![windows_10(), value(local, "EnableFirewall", "0")]);
    let gap = found(&assessment, "hardening-firewall");
    assert_eq!((gap.confidence, commands(gap).len()), (Confidence::Likely, 2));
    assert!(reasons(gap).contains(&"hardening-policy-unread"));
}

#[test]
fn what_is_set_besides_is_taken_back_to_what_was_or_has_to_be_noted_first() {
    let guard = r"HKLM\SYSTEM\CurrentControlSet\Control\DeviceGuard";
    let (on, platform) = ("EnableVirtualizationBasedSecurity", "RequirePlatformSecurityFeatures");
    let RecordData::Setting(mut windows) = windows_10() else { panic!() };
    windows.details.insert("product".to_owned(), "Windows 10 Enterprise".to_owned());
    let gap = |own: Vec<RecordData>| {
        let known = vec![RecordData::Setting(windows.clone()), absent(LSA, "LsaCfgFlags")];
        found(&assess([known, own].concat()), "hardening-credential-guard").clone()
    };
    // What is as it should be, and more than that, stays.
    let stricter = gap(vec![value(guard, on, "0"), value(guard, platform, "3")]);
    let about = |gap: &Finding, name: &str| -> Vec<String> {
        commands(gap).into_iter().filter(|command| command.contains(name)).map(str::to_owned).collect()
    };
    let place = |name: &str| format!("\"{guard}\" /v {name}");
    let put = |name: &str, number: u32| format!("reg add {} /t REG_DWORD /d {number} /f", place(name));
    assert_eq!(about(&stricter, on), [put(on, 1), put(on, 0)]);
    assert!(about(&stricter, platform).is_empty());
    assert_eq!(stricter.subject["Also"][0]["Name"], on);
    // What was not set is deleted again.
    let unset = gap(vec![absent(guard, on), absent(guard, platform)]);
    assert_eq!(about(&unset, on), [put(on, 1), format!("reg delete {} /f", place(on))]);
    // What was not read has to be noted first: nobody guesses what it was.
    let unread = gap(Vec::new());
    assert_eq!(about(&unread, platform), [format!("reg query {}", place(platform)), put(platform, 1)]);
    assert!(reasons(&unread).contains(&"hardening-note-first"));
}

#[test]
fn services_are_set_up_by_commands_that_say_what_was() {
    let start = |name: &str, data| value(&format!("{SERVICES}\\{name}"), "Start", data);
    let depends = |data| value(&format!("{SERVICES}\\LanmanWorkstation"), "DependOnService", data);
    let smb1 = |own: Vec<RecordData>| {
        let assessment = assess([vec![windows_10(), start("mrxsmb10", "2")], own].concat());
        let gap = found(&assessment, "hardening-smb1-client").clone();
        commands(&gap).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        smb1(vec![depends("Bowser\nMRxSmb10\nNSI")]),
        [
            "sc.exe config LanmanWorkstation depend= Bowser/NSI",
            "sc.exe config mrxsmb10 start= disabled",
            "sc.exe config mrxsmb10 start= auto",
            "sc.exe config LanmanWorkstation depend= Bowser/MRxSmb10/NSI",
        ]
    );
    // Where nothing depends on it, only the driver is switched off; what is no name gets into no command.
    assert_eq!(smb1(vec![depends("Bowser\nNSI")]).len(), 2);
    assert!(smb1(vec![depends("MRxSmb10\n& calc")]).iter().all(|command| !command.contains("calc")));
    assert!(smb1(Vec::new()).contains(&"sc.exe qc LanmanWorkstation".to_owned()));
    let product = value(r"HKLM\SYSTEM\CurrentControlSet\Control\ProductOptions", "ProductType", "WinNT");
    let delayed = value(&format!("{SERVICES}\\WinRM"), "DelayedAutostart", "1");
    let assessment = assess(vec![windows_10(), product, start("WinRM", "2"), delayed]);
    assert_eq!(
        commands(found(&assessment, "hardening-winrm-exposed")),
        ["sc.exe config WinRM start= demand", "sc.exe config WinRM start= delayed-auto"]
    );
}

#[test]
fn an_enabled_guest_is_one_finding_whoever_tells_of_it() {
    let guest = |administrator, enabled| {
        let guest = Account { administrator, enabled: Some(enabled), ..account("Gast", 501) };
        RecordData::Account(guest)
    };
    let policy = |value| setting("account-policy", "EnableGuestAccount", value);
    let of_guest = |records: Vec<RecordData>| {
        let assessment = assess(records);
        let is_guest = |finding: &&Finding| finding.title.id.contains("guest");
        assessment.findings.iter().filter(is_guest).cloned().collect::<Vec<_>>()
    };
    for (records, title, places) in [
        (vec![guest(None, true)], "hardening-guest", 1),
        (vec![policy("1")], "hardening-guest", 1),
        (vec![guest(None, true), policy("1")], "hardening-guest", 2),
        (vec![guest(None, true), policy("0")], "hardening-guest", 1),
        (vec![guest(None, false), policy("1")], "hardening-guest", 1),
        (vec![guest(Some(true), true)], "title-guest-administrator", 1),
        (vec![guest(Some(true), true), policy("1")], "title-guest-administrator", 2),
        (
            vec![guest(Some(true), false), policy("1"), guest(Some(true), false)],
            "title-guest-administrator",
            3,
        ),
    ] {
        let found = of_guest(records.clone());
        assert_eq!(found.len(), 1, "{records:?}: {found:?}");
        assert_eq!((found[0].title.id.as_str(), found[0].evidence.len()), (title, places), "{records:?}");
    }
    // A guest that is disabled is not enabled by taking it back.
    let disabled = of_guest(vec![guest(Some(true), false)]).remove(0);
    assert!(commands(&disabled).iter().all(|command| !command.contains("able-LocalUser")), "{disabled:?}");
    assert_eq!(commands(&disabled).len(), 2);
}

#[test]
fn accounts_whose_passwords_stay_are_told_together_with_what_takes_it_back() {
    let stays =
        |name, rid| RecordData::Account(Account { password_never_expires: Some(true), ..account(name, rid) });
    let assessment = assess(vec![stays("sql' ; calc", 1001), stays("backup", 1002), stays("Gast", 501)]);
    let finding = found(&assessment, "title-accounts-never-expire");
    assert_eq!(finding.severity, Severity::Info);
    assert_eq!(finding.subject["Accounts"], serde_json::json!(["backup", "sql' ; calc"]));
    let (set, undo) = (commands(finding)[0], commands(finding)[1]);
    assert!(set.contains("-(1001|1002)$'") && set.contains("$false") && undo.contains("$true"));
    assert!(!set.contains("calc") && reasons(finding).contains(&"hardening-source"));
    let assessment = assess(vec![RecordData::Account(Account {
        administrator: Some(true),
        ..account("boss & calc", 1003)
    })]);
    let all = found(&assessment, "title-administrators");
    assert!(commands(all).iter().all(|command| command.contains("<NAME>") && !command.contains("calc")));
    assert!(reasons(all).contains(&"hardening-undo") && reasons(all).contains(&"hardening-source"));
}
