use crate::assessment::{Assessment, ExposedAccount, Kind, Severity, Stage, State, Verdict};
use crate::test_support::records_of;
use evidence::{Event, RecordData, Service, Setting};
use intel::Intel;
use std::collections::BTreeMap;

const SECURITY: &str = "Microsoft-Windows-Security-Auditing";

fn event(provider: &str, id: u32, minute: u32, data: &[(&str, &str)]) -> RecordData {
    RecordData::Event(Event {
        channel: "Security".into(),
        provider: provider.into(),
        event_id: id,
        record_id: u64::from(minute) * 100 + data.len() as u64,
        time: format!("2026-01-02T10:{minute:02}:00Z").parse().unwrap(),
        computer: "PC".into(),
        data: data.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    })
}

fn logon(minute: u32, kind: &str, sid: &str, domain: &str, name: &str) -> RecordData {
    let data =
        [("LogonType", kind), ("TargetUserSid", sid), ("TargetDomainName", domain), ("TargetUserName", name)];
    event(SECURITY, 4624, minute, &data)
}

fn threat(minute: u32, name: &str) -> RecordData {
    event("Microsoft-Windows-Windows Defender", 1116, minute, &[("Threat Name", name), ("Path", "x")])
}

fn assess(records: Vec<RecordData>) -> Assessment {
    crate::assess(&records_of(records), Intel::builtin())
}

fn duties(assessment: &Assessment) -> Vec<&str> {
    assessment.duties.iter().map(|duty| duty.id.as_str()).collect()
}

fn account<'a>(assessment: &'a Assessment, name: &str) -> Option<&'a ExposedAccount> {
    assessment.exposure.accounts.iter().find(|account| account.full_name() == name)
}

#[test]
fn accounts_that_were_used_since_the_first_sign() {
    let assessment = assess(vec![
        // Over the network nothing is left behind, at the machine it is.
        logon(1, "3", "S-1-5-21-9-9-9-1000", "PC", "before"),
        logon(2, "2", "S-1-5-21-9-9-9-1001", "PC", "user"),
        threat(5, "Trojan:Win32/CoinMiner"),
        logon(6, "2", "S-1-5-21-9-9-9-1001", "PC", "user"),
        logon(7, "3", "S-1-5-21-9-9-9-1001", "PC", "USER"),
        logon(8, "10", "S-1-5-21-1-2-3-1104", "CORP", "boss"),
        // What has no password, and what does not count.
        logon(8, "5", "S-1-5-21-1-2-3-1105", "CORP", "by-service"),
        logon(8, "2", "S-1-5-90-0-1", "Window Manager", "DWM-1"),
        logon(8, "3", "S-1-5-7", "NT AUTHORITY", "ANONYMOUS LOGON"),
        logon(8, "3", "S-1-5-18", "NT AUTHORITY", "SYSTEM"),
        logon(9, "3", "S-1-5-21-1-2-3-1106", "CORP", "OTHER-PC$"),
        // Hidden on this machine.
        logon(10, "3", "S-1-5-21-9-9-9-1007", "PC", "admin$"),
    ]);
    let names: Vec<_> = assessment.exposure.accounts.iter().map(ExposedAccount::full_name).collect();
    assert_eq!(names, [r"CORP\boss", r"PC\admin$", r"PC\user"]);
    assert_eq!(assessment.exposure.since.unwrap().to_string(), "2026-01-02T10:05:00Z");
    let user = account(&assessment, r"PC\user").unwrap();
    assert_eq!(user.logons, BTreeMap::from([(2, 2), (3, 1)]));
    assert_eq!(user.logons_since, BTreeMap::from([(2, 1), (3, 1)]));
    assert_eq!((user.total(), user.local), (3, Some(true)));
    assert_eq!(account(&assessment, r"CORP\boss").unwrap().local, Some(false));
    assert_eq!(duties(&assessment), ["passwords", "local-administrators", "look-further"]);
    let prevent = assessment.stages.iter().find(|stage| stage.stage == Stage::Prevent).unwrap();
    assert_eq!((prevent.state, prevent.summary.id.as_str()), (State::Act, "stage-prevent-duties"));
}

#[test]
fn services_and_credentials_for_other_machines_expose_too() {
    let service = |name: &str, account: &str| {
        RecordData::Service(Service {
            name: name.into(),
            account: Some(account.into()),
            service_type: Some(16),
            ..Service::default()
        })
    };
    let given = [("TargetUserName", "admin"), ("TargetDomainName", "CORP"), ("TargetServerName", "srv.corp")];
    let here = [("TargetUserName", "me"), ("TargetDomainName", "PC"), ("TargetServerName", "localhost")];
    let assessment = assess(vec![
        threat(5, "Trojan:Win32/CoinMiner"),
        service("Backup", r"CORP\svc"),
        service("Other", "svc@corp.example"),
        service("Spooler", "LocalSystem"),
        service("Dnscache", r"NT AUTHORITY\NetworkService"),
        service("Deutsch", r"NT-AUTORITÄT\LocalService"),
        service("Sql", r"NT Service\MSSQLSERVER"),
        service("Managed", r"CORP\gmsa$"),
        event(SECURITY, 4648, 6, &given),
        event(SECURITY, 4648, 7, &here),
    ]);
    let names: Vec<_> = assessment.exposure.accounts.iter().map(ExposedAccount::full_name).collect();
    assert_eq!(names, [r"CORP\admin", r"CORP\svc", r"corp.example\svc"]);
    assert_eq!(account(&assessment, r"CORP\svc").unwrap().services, ["Backup"]);
    assert_eq!(account(&assessment, r"CORP\admin").unwrap().explicit, 1);
}

#[test]
fn tasks_that_store_a_password_expose_its_account() {
    let task = |path: &str, principal: &str, kind: Option<&str>| {
        RecordData::Task(evidence::ScheduledTask {
            path: path.into(),
            principal: Some(principal.into()),
            logon_type: kind.map(Into::into),
            ..evidence::ScheduledTask::default()
        })
    };
    let assessment = assess(vec![
        threat(5, "Trojan:Win32/CoinMiner"),
        task(r"\A", "S-1-5-21-1-2-3-1105", Some("Password")),
        task(r"\B", "S-1-5-21-1-2-3-1106", Some("InteractiveToken")),
        task(r"\C", r"CORP\job", None),
        task(r"\D", r"CORP\me", Some("S4U")),
        task(r"\E", "S-1-5-18", Some("Password")),
    ]);
    let accounts = assessment.exposure.accounts.iter();
    let listed: Vec<_> = accounts.map(|account| (account.full_name(), account.tasks.join(" "))).collect();
    let expected = [("S-1-5-21-1-2-3-1105", r"\A"), (r"CORP\job", r"\C")];
    assert_eq!(listed, expected.map(|(name, task)| (name.to_owned(), task.to_owned())));
}

#[test]
fn administrators_of_a_domain_that_were_added_are_seen() {
    let added = |id, group: &str| {
        let data = [("TargetSid", group), ("MemberSid", "S-1-5-21-9-9-9-1002"), ("MemberName", "CN=x")];
        let records = vec![threat(5, "Trojan:Win32/CoinMiner"), event(SECURITY, id, 7, &data)];
        let findings = assess(records).findings;
        findings.iter().any(|finding| finding.title.id == "title-administrator-new")
    };
    assert!(added(4728, "S-1-5-21-9-9-9-512") && added(4756, "S-1-5-21-9-9-9-519"));
    assert!(!added(4728, "S-1-5-21-9-9-9-513") && !added(4756, "S-1-5-32-512"));
}

#[test]
fn nothing_is_said_of_a_machine_without_a_sign() {
    let assessment = assess(vec![
        logon(6, "2", "S-1-5-21-9-9-9-1001", "PC", "user"),
        event(SECURITY, 4720, 7, &[("TargetUserName", "new"), ("TargetSid", "S-1-5-21-9-9-9-1002")]),
    ]);
    assert_eq!(assessment.verdict, Verdict::Inconclusive);
    assert_eq!((assessment.duties.len(), assessment.exposure.accounts.len()), (0, 0));
    assert!(assessment.findings.is_empty(), "{:?}", assessment.findings);
}

#[test]
fn accounts_made_and_raised_after_the_first_sign() {
    let made = |minute, name| {
        let data = [("TargetUserName", name), ("TargetSid", "S-1-5-21-9-9-9-1002"), ("SubjectUserName", "x")];
        event(SECURITY, 4720, minute, &data)
    };
    let raised = |minute, group, member| {
        event(SECURITY, 4732, minute, &[("TargetSid", group), ("MemberSid", member), ("MemberName", "-")])
    };
    let assessment = assess(vec![
        made(1, "before"),
        threat(5, "Trojan:Win32/CoinMiner"),
        made(6, "after"),
        raised(7, "S-1-5-32-544", "S-1-5-21-9-9-9-1002"),
        raised(7, "S-1-5-32-545", "S-1-5-21-9-9-9-1003"),
        event("Microsoft-Windows-Windows Defender", 5001, 8, &[]),
    ]);
    let titles: Vec<_> = assessment
        .findings
        .iter()
        .map(|finding| (finding.severity, finding.title.id.as_str(), finding.name.as_str()))
        .collect();
    assert_eq!(
        titles,
        [
            (Severity::High, "title-defender", "Trojan:Win32/CoinMiner"),
            (Severity::Medium, "title-administrator-new", "S-1-5-21-9-9-9-1002"),
            (Severity::Medium, "title-account-new", "after"),
            (Severity::Low, "title-protection-off", "Microsoft Defender"),
        ]
    );
    assert_eq!(
        duties(&assessment),
        ["passwords", "local-administrators", "accounts", "ransomware", "look-further"]
    );
}

#[test]
fn when_building_anew_is_safer() {
    let controller = RecordData::Registry(evidence::RegistryValue {
        key: r"HKLM\SYSTEM\CurrentControlSet\Control\ProductOptions".into(),
        name: "ProductType".into(),
        kind: "REG_SZ".into(),
        data: "LanmanNT".into(),
        key_written: None,
    });
    let run = |minute, command| event(SECURITY, 4688, minute, &[("CommandLine", command)]);
    let assessment = assess(vec![
        threat(5, "HackTool:Win32/Mimikatz"),
        run(6, r"C:\Windows\system32\vssadmin.exe   delete shadows /all /quiet"),
        controller,
        event("Microsoft-Windows-Eventlog", 1102, 7, &[]),
    ]);
    assert_eq!(
        duties(&assessment),
        ["rebuild", "passwords", "krbtgt", "local-administrators", "ransomware", "look-further"]
    );
    let ids = |at: usize| assessment.duties[at].reasons.iter().map(|r| r.id.as_str()).collect::<Vec<_>>();
    assert_eq!(ids(0), ["rebuild-domain-controller", "rebuild-ransomware", "rebuild-logs"]);
    assert_eq!(ids(1), ["reason-stolen-threat"]);
    // No log tells who was logged on.
    assert_eq!(assessment.duties[1].text.id, "duty-passwords-unknown");
}

#[test]
fn a_controller_by_the_tickets_that_it_gives_out() {
    let ticket = event(SECURITY, 4769, 3, &[("TargetUserName", "x")]);
    let assessment = assess(vec![threat(5, "Trojan:Win32/CoinMiner"), ticket]);
    assert!(duties(&assessment).contains(&"krbtgt"));
}

#[test]
fn domain_logons_that_windows_remembers() {
    let cached = |data: Option<&str>| {
        let mut records =
            vec![threat(5, "Trojan:Win32/CoinMiner"), logon(6, "11", "S-1-5-21-1-2-3-1104", "CORP", "boss")];
        let key = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon";
        records.push(match data {
            Some(data) => RecordData::Registry(evidence::RegistryValue {
                key: key.into(),
                name: "CachedLogonsCount".into(),
                kind: "REG_SZ".into(),
                data: data.into(),
                key_written: None,
            }),
            None => RecordData::Setting(evidence::watched::absent(key, "CachedLogonsCount")),
        });
        duties(&assess(records)).contains(&"cached")
    };
    assert!(cached(Some("10")) && cached(None));
    assert!(!cached(Some("0")));
}

#[test]
fn signs_of_ransomware_make_a_machine_suspicious_and_remote_control_does_not() {
    let run = |command| event(SECURITY, 4688, 6, &[("CommandLine", command)]);
    let assessment = assess(vec![run("bcdedit /set {default} recoveryenabled no")]);
    assert_eq!(assessment.verdict, Verdict::Suspicious);
    assert_eq!(assessment.findings[0].title.id, "title-deed-recovery");
    let script = "# vssadmin delete shadows /all\nWrite-Host 'ok'";
    let block = event("Microsoft-Windows-PowerShell", 4104, 6, &[("ScriptBlockText", script)]);
    assert!(assess(vec![block]).findings.is_empty());
    let tool = event("Service Control Manager", 7045, 6, &[("ServiceName", "AnyDesk Service")]);
    let assessment = assess(vec![tool]);
    assert_eq!(assessment.verdict, Verdict::Inconclusive);
    let [finding] = &assessment.findings[..] else { panic!("{:?}", assessment.findings) };
    assert_eq!((finding.kind, finding.severity), (Kind::Event, Severity::Low));
}

#[test]
fn a_guest_made_administrator_is_seen_whenever_it_was() {
    let data = [("TargetSid", "S-1-5-32-544"), ("MemberSid", "S-1-5-21-9-9-9-501"), ("SubjectUserName", "x")];
    let assessment = assess(vec![event(SECURITY, 4732, 6, &data)]);
    assert_eq!(assessment.findings[0].title.id, "title-guest-made-administrator");
    assert_eq!(assessment.verdict, Verdict::Suspicious);
}

#[test]
fn a_setting_alone_leaves_nothing_to_do() {
    let setting = Setting {
        kind: "account-policy".into(),
        name: "LockoutBadCount".into(),
        value: "0".into(),
        ..Setting::default()
    };
    let assessment = assess(vec![RecordData::Setting(setting)]);
    assert_eq!(duties(&assessment), [""; 0]);
}
