use super::*;
use evidence::{
    Account, Area, AutostartEntry, RecordData, RegistryValue, ScheduledTask, Service, Setting, TaskAction,
};
use proptest::prelude::*;
use registry_hive::build::KeyPlan;

fn read(plan: &KeyPlan, place: &str) -> Parsed {
    let hive = Hive::new(plan.hive()).unwrap();
    let parsed = parse(&hive, place);
    assert_eq!(parsed.problems, []);
    parsed
}

/// The records of one kind.
fn of<'p, T>(parsed: &'p Parsed, kind: impl Fn(&'p RecordData) -> Option<T>) -> Vec<T> {
    parsed.records.iter().filter_map(|(_, data)| kind(data)).collect()
}

fn settings(parsed: &Parsed) -> Vec<(&str, &str, &str)> {
    of(parsed, |data| match data {
        RecordData::Setting(Setting { kind, name, value, .. }) if kind != evidence::watched::ABSENT => {
            Some((kind.as_str(), name.as_str(), value.as_str()))
        }
        _ => None,
    })
}

fn entries(parsed: &Parsed) -> Vec<&AutostartEntry> {
    of(parsed, |data| match data {
        RecordData::Autostart(entry) => Some(entry),
        _ => None,
    })
}

fn tasks(parsed: &Parsed) -> Vec<&ScheduledTask> {
    of(parsed, |data| match data {
        RecordData::Task(task) => Some(task),
        _ => None,
    })
}

#[test]
fn the_control_set_that_ran_last_counts() {
    let mut plan = KeyPlan::default();
    plan.key("Select").number("Current", 2);
    plan.key(r"ControlSet001\Services\Old").number("Type", 16).text("ImagePath", "old.exe");
    let set = r"ControlSet002";
    let service = plan.key(&format!(r"{set}\Services\Snmpstorsrv"));
    service.number("Type", 0x20).number("Start", 2).text("ImagePath", "svchost.exe -k netsvcs");
    service.text("ObjectName", "LocalSystem").text("FailureCommand", "cmd /c x");
    service.key("Parameters").text("ServiceDll", r"C:\Windows\System32\snmpstorsrv.dll");
    plan.key(&format!(r"{set}\Services\{{some-card}}\Parameters")).number("x", 1);
    let proxy = plan.key(&format!(r"{set}\Services\PortProxy\v4tov4\tcp"));
    proxy.text("0.0.0.0/65532", "1.1.1.1/53");
    let tcpip = plan.key(&format!(r"{set}\Services\Tcpip\Parameters"));
    tcpip.key("PersistentRoutes").text("10.0.0.0,255.0.0.0,192.168.0.9,1", "");
    tcpip.key(r"Interfaces\{card}").text("NameServer", "8.8.8.8").text("DhcpNameServer", "");
    let rules = plan.key(&format!(r"{set}\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules"));
    rules
        .text("stock", "v2.10|Action=Allow|Name=@FirewallAPI.dll,-1|")
        .text("own", "v2.10|Action=Block|LPort=445|Name=deny|");
    plan.key(&format!(r"{set}\Services\LanmanServer\Parameters")).number("smb1", 0);
    plan.key(&format!(r"{set}\Control\ComputerName\ComputerName")).text("ComputerName", "PC-7");

    let parsed = read(&plan, "SYSTEM");
    let services: Vec<&Service> = of(&parsed, |data| match data {
        RecordData::Service(service) => Some(service),
        _ => None,
    });
    let [service] = services[..] else { panic!("{services:?}") };
    assert_eq!(service.service_dll.as_deref(), Some(r"C:\Windows\System32\snmpstorsrv.dll"));
    assert_eq!(service.failure_command.as_deref(), Some("cmd /c x"));
    assert_eq!((service.start, service.account.as_deref()), (Some(2), Some("LocalSystem")));
    assert_eq!(
        settings(&parsed),
        [
            ("computer-name", "", "PC-7"),
            ("portproxy", "0.0.0.0:65532", "1.1.1.1:53"),
            ("route", "10.0.0.0,255.0.0.0,192.168.0.9,1", ""),
            ("dns-server", "{card}", "8.8.8.8"),
            ("firewall-rule", "deny", "block"),
        ]
    );
    let values: Vec<&RegistryValue> = of(&parsed, |data| match data {
        RecordData::Registry(value) => Some(value),
        _ => None,
    });
    let [smb1] = values[..] else { panic!("{values:?}") };
    assert_eq!(smb1.key, r"HKLM\SYSTEM\CurrentControlSet\Services\LanmanServer\Parameters");
    assert_eq!((smb1.name.as_str(), smb1.kind.as_str(), smb1.data.as_str()), ("SMB1", "REG_DWORD", "0"));
    assert!(parsed.coverage.is_complete(Area::Services));
}

#[test]
fn a_survey_and_a_reading_name_the_same_machine() {
    let mut plan = KeyPlan::default();
    plan.key(r"ControlSet001\Control\ComputerName\ComputerName").text("ComputerName", "PC-7");
    let hive = Hive::new(plan.hive()).unwrap();
    let is_there = |(_, data): &(evidence::Location, RecordData)| !matches!(data, RecordData::Setting(setting) if setting.kind == evidence::watched::ABSENT);
    let read: Vec<_> = parse(&hive, "SYSTEM").records.into_iter().filter(is_there).collect();
    assert_eq!(parse_name(&hive).records, read);
}

/// `Actions` of one program, in version 3.
fn actions(command: &str) -> Vec<u8> {
    let mut bytes = vec![3, 0];
    let text = |text: &str, bytes: &mut Vec<u8>| {
        bytes.extend(u32::try_from(text.len() * 2).unwrap().to_le_bytes());
        bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    };
    text("Author", &mut bytes);
    bytes.extend([0x66, 0x66]);
    for part in ["", command, "", ""] {
        text(part, &mut bytes);
    }
    bytes.extend([0, 0]);
    bytes
}

#[test]
fn a_software_hive_tells_of_tasks_that_hide() {
    let mut plan = KeyPlan::default();
    let version = plan.key(r"Microsoft\Windows NT\CurrentVersion");
    version.text("ProductName", "Windows 10 Pro").text("CurrentBuild", "19044").number("UBR", 1586);
    version.number("CurrentMajorVersionNumber", 10).number("CurrentMinorVersionNumber", 0);
    let cache = version.key(r"Schedule\TaskCache");
    cache.key(r"Tree\Good").text("Id", "{1}").value("SD", 3, &[1; 20]).number("Index", 3);
    cache.key(r"Tree\Microsoft\Hidden").text("Id", "{2}").number("Index", 0);
    cache.key(r"Tasks\{1}").text("Path", r"\Good").value("Actions", 3, &actions("good.exe"));
    cache.key(r"Tasks\{2}").text("Path", r"\Microsoft\Hidden").value("Actions", 3, &actions("miner.exe"));
    cache.key(r"Tasks\{3}").text("Path", r"\Lost").value("Actions", 3, &[3]);

    let parsed = read(&plan, "SOFTWARE");
    let command = |task: &ScheduledTask| task.actions.first().and_then(TaskAction::command_line);
    let seen: Vec<_> = tasks(&parsed)
        .iter()
        .map(|task| (task.path.as_str(), command(task), task.seen.security_descriptor, task.seen.listed))
        .collect();
    assert_eq!(
        seen,
        [
            (r"\Good", Some("good.exe".to_owned()), Some(true), Some(true)),
            (r"\Microsoft\Hidden", Some("miner.exe".to_owned()), Some(false), Some(false)),
            (r"\Lost", None, None, None),
        ]
    );
    assert_eq!(settings(&parsed), [("os-build", "", "10.0.19044")]);
}

#[test]
fn a_software_hive_tells_what_starts_and_what_is_overlooked() {
    let mut plan = KeyPlan::default();
    plan.key(r"Microsoft\Windows NT\CurrentVersion\Winlogon").text("Shell", "explorer.exe,miner.exe");
    let ifeo = r"Microsoft\Windows NT\CurrentVersion\Image File Execution Options\sethc.exe";
    plan.key(ifeo).text("Debugger", "cmd.exe");
    plan.key(r"WOW6432Node\Microsoft\Windows\CurrentVersion\Run").text("x", r#""C:\a b\x.exe" /q"#);
    let helpers = r"Microsoft\Windows\CurrentVersion\Explorer\Browser Helper Objects\{B}";
    plan.key(helpers);
    plan.key(r"Classes\CLSID\{B}\InprocServer32").text("", r"C:\bho.dll");
    plan.key(r"Microsoft\Windows Defender\Exclusions\Paths").number(r"C:\Temp", 0);
    let packages = plan.key(r"Microsoft\Windows\CurrentVersion\Component Based Servicing\Packages");
    let rollup = packages.key("Package_for_RollupFix~31bf3856ad364e35~amd64~~7601.24002.1.4");
    rollup.number("CurrentState", 112).number("InstallTimeHigh", 0x01d3_8ca1).number("InstallTimeLow", 7);
    packages.key("Microsoft-Windows-Foundation-Package").number("CurrentState", 112);
    let hotfixes = plan.key(r"Microsoft\Windows NT\CurrentVersion\HotFix");
    hotfixes.key("KB4012598").number("Installed", 1).text("Installed On", "5/15/2017");
    hotfixes.key("KB4500331").number("Installed", 0);
    plan.key(r"Microsoft\Wbem\CIMOM").value(
        "Autorecover MOFs",
        7,
        b"a\0.\0m\0o\0f\0\0\0b\0.\0m\0o\0f\0\0\0\0\0",
    );
    plan.key(r"Odd\Place").text("blob", &"QUJD".repeat(1_000)).text("short", "QUJD");

    let parsed = read(&plan, "SOFTWARE");
    let found: Vec<_> = entries(&parsed)
        .iter()
        .map(|entry| {
            let image = entry.image_path.as_deref().unwrap_or_default();
            (entry.category.as_str(), entry.location.rsplit('\\').next().unwrap(), entry.name.as_str(), image)
        })
        .collect();
    assert_eq!(
        found,
        [
            ("Logon", "Winlogon", "Shell", "explorer.exe"),
            ("Image Hijacks", "sethc.exe", "sethc.exe", "cmd.exe"),
            ("Internet Explorer", "Browser Helper Objects", "{B}", r"C:\bho.dll"),
            ("Logon", "Run", "x", r"C:\a b\x.exe"),
        ]
    );
    assert_eq!(
        settings(&parsed),
        [
            ("defender-exclusion", r"C:\Temp", "paths"),
            ("package", "Package_for_RollupFix~31bf3856ad364e35~amd64~~7601.24002.1.4", "112"),
            ("hotfix", "KB4012598", ""),
            ("wmi-autorecover-mof", "a.mof", ""),
            ("wmi-autorecover-mof", "b.mof", ""),
        ]
    );
    let stores: Vec<_> = of(&parsed, |data| match data {
        RecordData::Registry(value) => Some((value.key.as_str(), value.name.as_str(), value.data.len())),
        _ => None,
    });
    assert_eq!(stores, [(r"HKLM\SOFTWARE\Odd\Place", "blob", 4_000)]);
}

/// What starts, by category, the end of its place, name and command.
fn launches(parsed: &Parsed) -> Vec<(&str, &str, &str, &str)> {
    entries(parsed)
        .iter()
        .map(|entry| {
            let launch = entry.launch_string.as_deref().unwrap_or_default();
            (
                entry.category.as_str(),
                entry.location.rsplit('\\').next().unwrap(),
                entry.name.as_str(),
                launch,
            )
        })
        .collect()
}

#[test]
fn classes_stand_for_what_serves_them() {
    let mut plan = KeyPlan::default();
    plan.key(r"Microsoft\Windows NT\CurrentVersion");
    plan.key(r"Microsoft\AMSI\Providers\{1}");
    plan.key(r"Microsoft\Windows\CurrentVersion\Authentication\Credential Providers\{2}").text("", "x");
    plan.key(r"Microsoft\Office\Outlook\Addins\Vendor.AddIn").number("LoadBehavior", 3);
    plan.key(r"Microsoft\Windows\CurrentVersion\Explorer\ShellIconOverlayIdentifiers\ Own").text("", "{A3}");
    let classes = plan.key("Classes");
    classes.key(r"CLSID\{1}\InprocServer32").text("", r"C:\amsi.dll");
    classes.key(r"CLSID\{2}\InprocServer32").text("", r"C:\Windows\System32\MSCOREE.DLL");
    classes.key(r"CLSID\{2}\InprocServer32").text("CodeBase", "file:///C:/own/logon.dll");
    classes.key(r"CLSID\{a3}\LocalServer32").text("", r"C:\overlay.exe");
    classes.key(r"Vendor.AddIn\CLSID").text("", "{1}");
    classes.key(r"*\ShellEx\ContextMenuHandlers\{1}").text("", "Menu");
    classes.key(r"*\ShellEx\ContextMenuHandlers\Other").text("", "{F}");
    classes.key(r"exefile\shell\open\command").text("", "\"%1\" %*");
    let parsed = read(&plan, "SOFTWARE");
    assert_eq!(
        launches(&parsed),
        [
            ("Winlogon", "Credential Providers", "{2}", r"C:\own\logon.dll"),
            ("AMSI", "Providers", "{1}", r"C:\amsi.dll"),
            ("Explorer", " Own", " Own", r"C:\overlay.exe"),
            ("Office", "Vendor.AddIn", "Vendor.AddIn", r"C:\amsi.dll"),
            ("Explorer", "{1}", "{1}", r"C:\amsi.dll"),
            ("Explorer", "Other", "Other", "{F}"),
            ("Image Hijacks", "command", "exefile", "\"%1\" %*"),
        ]
    );
    let servers: Vec<_> =
        parsed.classes.iter().map(|(id, (_, server))| (id.as_str(), server.as_str())).collect();
    assert_eq!(servers, [("{1}", r"C:\amsi.dll"), ("{2}", r"C:\own\logon.dll"), ("{a3}", r"C:\overlay.exe")]);
}

#[test]
fn what_windows_starts_before_anybody_logs_on() {
    let mut plan = KeyPlan::default();
    plan.key("Select").number("Current", 1);
    let set = plan.key("ControlSet001");
    let several = |texts: &str| -> Vec<u8> { texts.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    set.key(r"Control\Session Manager").value(
        "BootExecute",
        7,
        &several("autocheck autochk *\0C:\\b.exe\0\0"),
    );
    set.key(r"Control\Lsa").value("Security Packages", 7, &several("kerberos\0C:\\m.dll\0\0"));
    set.key(r"Services\Net\NetworkProvider").text("ProviderPath", r"C:\np.dll");
    let socket = set.key(r"Services\WinSock2\Parameters");
    socket.text("AutodialDLL", r"C:\ad.dll");
    let mut item = b"C:\\lsp.dll\0rest".to_vec();
    item.resize(888, 0);
    socket.key(r"Protocol_Catalog9\Catalog_Entries\000000000001").value("PackedCatalogItem", 3, &item);
    assert_eq!(
        launches(&read(&plan, "SYSTEM")),
        [
            ("Boot Execute", "Session Manager", "BootExecute", "autocheck autochk *\nC:\\b.exe"),
            ("LSA Providers", "Lsa", "Security Packages", "kerberos\nC:\\m.dll"),
            ("Network Providers", "NetworkProvider", "Net", r"C:\np.dll"),
            ("Winsock Providers", "Parameters", "AutodialDLL", r"C:\ad.dll"),
            ("Winsock Providers", "000000000001", "000000000001", r"C:\lsp.dll"),
        ]
    );
}

#[test]
fn entries_that_windows_was_told_not_to_start() {
    let mut plan = KeyPlan::default();
    let current = plan.key(r"Software\Microsoft\Windows\CurrentVersion");
    current.key("Run").text("On", "a.exe").text("Off", "b.exe").text("New", "c.exe");
    current.key(r"Explorer\StartupApproved\Run").value("On", 3, &[2; 12]).value("Off", 3, &[3; 12]);
    let files = current.key(r"Explorer\StartupApproved\StartupFolder");
    files.value("on.lnk", 3, &[2; 12]).value("off.lnk", 3, &[3; 12]);
    let parsed = read(&plan, "C/Users/me/NTUSER.DAT");
    let enabled: Vec<_> = entries(&parsed).iter().map(|entry| (entry.name.as_str(), entry.enabled)).collect();
    assert_eq!(enabled, [("On", Some(true)), ("Off", Some(false)), ("New", Some(true))]);
    let files = of(&parsed, |data| match data {
        RecordData::Setting(setting) if setting.kind == "start-up-disabled" => {
            Some((setting.name.as_str(), setting.details["profile"].as_str()))
        }
        _ => None,
    });
    assert_eq!(files, [("off.lnk", "me")]);
}

#[test]
fn decoys_do_not_hide_a_payload() {
    let mut plan = KeyPlan::default();
    plan.key(r"Microsoft\Windows NT\CurrentVersion");
    let decoys = plan.key("A");
    for n in 0..450 {
        decoys.text(&n.to_string(), &"QUJD".repeat(400));
    }
    let wide: Vec<u8> =
        "powershell -c IEX $x; ".repeat(100).encode_utf16().flat_map(u16::to_le_bytes).collect();
    plan.key("Z").text("script", &"powershell IEX ".repeat(80)).value("wide", 3, &wide);
    let parsed = parse(&Hive::new(plan.hive()).unwrap(), "SOFTWARE");
    let names: Vec<_> = of(&parsed, |data| match data {
        RecordData::Registry(value) => Some((value.name.as_str(), value.data.len())),
        _ => None,
    });
    assert!(names.contains(&("script", 15 * 80)) && names.contains(&("wide", wide.len() * 2)), "whole");
    assert_eq!(names.len(), 400);
    let told: Vec<_> = parsed.problems.iter().map(|problem| problem.message.id.as_str()).collect();
    assert_eq!(told, ["note-hive-stores-cut"]);
}

#[test]
fn a_damaged_hive_says_nothing_of_what_a_task_lacks() {
    let mut plan = KeyPlan::default();
    let cache = plan.key(r"Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache");
    cache.key(r"Tree\Task").text("Id", "{1}").value("SD", 3, &[0xAB; 20]);
    let mut bytes = plan.hive();
    // The record of the value `SD` loses its signature.
    let name: Vec<u8> = "SD".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let at = bytes.windows(24).position(|window| window.starts_with(b"vk\x04\0") && window.ends_with(&name));
    bytes[at.unwrap()] = b'x';
    let parsed = parse(&Hive::new(bytes).unwrap(), "SOFTWARE");
    assert_eq!(tasks(&parsed)[0].seen.security_descriptor, None);
    assert!(!parsed.problems.is_empty());
}

#[test]
fn keys_that_a_damaged_list_no_longer_leads_to() {
    let mut plan = KeyPlan::default();
    plan.key("Select").number("Current", 1);
    plan.key(r"ControlSet001\Services\Evil").number("Type", 16).text("ImagePath", "evil.exe");
    let whole = Hive::new(plan.hive()).unwrap();
    assert_eq!(parse_lost(&whole, "SYSTEM"), Parsed::default());
    let mut bytes = plan.hive();
    // The list of the services loses its signature: it is the one that stands behind the key of the service.
    let lists: Vec<_> = bytes.windows(4).enumerate().filter(|(_, four)| *four == b"lf\x01\0").collect();
    let at = lists[0].0;
    bytes[at] = b'x';
    let hive = Hive::new(bytes).unwrap();
    let parsed = parse(&hive, "SYSTEM");
    assert!(parsed.records.iter().all(|(_, data)| !matches!(data, RecordData::Service(_))), "{parsed:#?}");
    let lost = parse_lost(&hive, "SYSTEM");
    let images = of(&lost, |data| match data {
        RecordData::Service(service) => service.image_path.as_deref(),
        _ => None,
    });
    assert_eq!(images, ["evil.exe"]);
    assert_eq!(lost.problems.len(), 1);
}

#[test]
fn a_users_hives_belong_to_the_user() {
    let mut plan = KeyPlan::default();
    plan.key(r"Software\Microsoft\Windows\CurrentVersion\Run").text("x", "miner.exe");
    plan.key("Environment").text("UserInitMprLogonScript", r"C:\x.bat");
    let mut classes = KeyPlan::default();
    classes.key(r"CLSID\{A}\InprocServer32").text("", r"C:\hijack.dll");
    classes.key(r"ms-settings\shell\open\command").text("", "cmd.exe");
    for (plan, expected) in [
        (
            &plan,
            [
                (r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run", "x", "miner.exe"),
                (r"HKCU\Environment", "UserInitMprLogonScript", r"C:\x.bat"),
            ],
        ),
        (
            &classes,
            [
                (r"HKCU\Software\Classes\CLSID\{A}\InprocServer32", "{A}", r"C:\hijack.dll"),
                (r"HKCU\Software\Classes\ms-settings\shell\open\command", "ms-settings", "cmd.exe"),
            ],
        ),
    ] {
        let parsed = read(plan, "C/Users/me/hive");
        let found: Vec<_> = entries(&parsed)
            .iter()
            .map(|entry| {
                (entry.location.as_str(), entry.name.as_str(), entry.launch_string.as_deref().unwrap())
            })
            .collect();
        assert_eq!(found, expected);
        assert!(entries(&parsed).iter().all(|entry| entry.profile.as_deref() == Some("me")));
    }
}

#[test]
fn accounts_have_flags_and_no_secrets() {
    let mut plan = KeyPlan::default();
    let domains = plan.key(r"SAM\Domains");
    let mut domain = vec![0; 20];
    for number in [1u32, 2, 3] {
        domain.extend(number.to_le_bytes());
    }
    let account = domains.key("Account");
    account.value("V", 3, &domain);
    let mut fixed = vec![0; 80];
    fixed[24..32].copy_from_slice(&132_000_000_000_000_000_u64.to_le_bytes());
    fixed[56..58].copy_from_slice(&0x0211_u16.to_le_bytes());
    account.key(r"Users\000003E9").value("F", 3, &fixed).value("V", 3, &[0xEE; 400]);
    account.key(r"Users\Names\k8h3d").value("", 0x3E9, &[]);
    // A head that says where the members are, then the SID S-1-5-21-1-2-3-1001.
    let mut group = vec![0; 0x34];
    group[0x30] = 1;
    group.extend([1, 5, 0, 0, 0, 0, 0, 5]);
    for number in [21u32, 1, 2, 3, 1001] {
        group.extend(number.to_le_bytes());
    }
    domains.key(r"Builtin\Aliases\00000220").value("C", 3, &group);

    let parsed = read(&plan, "SAM");
    let accounts: Vec<&Account> = of(&parsed, |data| match data {
        RecordData::Account(account) => Some(account),
        _ => None,
    });
    let expected = Account {
        name: "k8h3d".into(),
        rid: Some(1001),
        enabled: Some(false),
        administrator: Some(true),
        password_not_required: Some(false),
        password_never_expires: Some(true),
        password_set: Some(132_000_000_000_000_000),
        last_logon: None,
    };
    assert_eq!(accounts, [&expected]);
    assert!(parsed.coverage.is_complete(Area::Accounts));
}

/// The value `F` of a domain with a policy.
fn domain_policy(length: u16, threshold: u16) -> Vec<u8> {
    let mut fixed = vec![0; 240];
    fixed[0] = 3;
    let span = |unit: i64, count: i64| (-unit * count).to_le_bytes();
    fixed[24..32].copy_from_slice(&span(864_000_000_000, 42));
    fixed[40..48].copy_from_slice(&i64::MIN.to_le_bytes());
    fixed[48..56].copy_from_slice(&span(600_000_000, 30));
    fixed[56..64].copy_from_slice(&span(600_000_000, 15));
    fixed[76..80].copy_from_slice(&1_u32.to_le_bytes());
    fixed[80..82].copy_from_slice(&length.to_le_bytes());
    fixed[82..84].copy_from_slice(&24_u16.to_le_bytes());
    fixed[84..86].copy_from_slice(&threshold.to_le_bytes());
    fixed
}

#[test]
fn a_sam_hive_tells_the_account_policy() {
    let mut plan = KeyPlan::default();
    plan.key(r"SAM\Domains\Account").value("F", 3, &domain_policy(7, 0));
    plan.key(r"SAM\Domains\Account\Users");
    let parsed = read(&plan, "SAM");
    let policies: Vec<_> = settings(&parsed).into_iter().map(|(_, name, value)| (name, value)).collect();
    assert_eq!(
        policies,
        [
            ("MinimumPasswordAge", "0"),
            ("MaximumPasswordAge", "42"),
            ("MinimumPasswordLength", "7"),
            ("PasswordHistorySize", "24"),
            ("LockoutBadCount", "0"),
            ("LockoutDuration", "30"),
            ("ResetLockoutCount", "15"),
            ("PasswordComplexity", "1"),
            ("ClearTextPassword", "0"),
        ]
    );
    // A value of another form tells nothing.
    for bad in [vec![3; 60], domain_policy(60_000, 0), vec![0xFF; 240]] {
        let mut plan = KeyPlan::default();
        plan.key(r"SAM\Domains\Account").value("F", 3, &bad);
        plan.key(r"SAM\Domains\Account\Users");
        assert_eq!(settings(&read(&plan, "SAM")), []);
    }
}

#[test]
fn a_hive_of_another_kind_says_so() {
    let mut plan = KeyPlan::default();
    plan.key("Drivers").number("x", 1);
    let parsed = parse(&Hive::new(plan.hive()).unwrap(), "DRIVERS");
    assert_eq!(
        parsed.problems.iter().map(|p| p.message.id.as_str()).collect::<Vec<_>>(),
        ["note-hive-other"]
    );
    assert_eq!(parsed.records, []);
}

proptest! {
    #[test]
    fn no_damage_does_harm(at in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let mut plan = KeyPlan::default();
        plan.key("Select").number("Current", 1);
        plan.key(r"ControlSet001\Services\A").number("Type", 16).text("ImagePath", "a.exe");
        plan.key(r"Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tree\T").text("Id", "{1}");
        plan.key(r"SAM\Domains\Account\Users\Names\x").value("", 500, &[]);
        let mut bytes = plan.hive();
        for (at, byte) in at {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(hive) = Hive::new(bytes) {
            prop_assert!(parse(&hive, "x").records.len() < 1_000);
        }
    }
}

#[test]
fn values_that_tell_of_hardening_are_told_where_they_are_not_set_too() {
    let mut plan = KeyPlan::default();
    plan.key("Select").number("Current", 1);
    let rules = r"ControlSet001\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules";
    plan.key(rules)
        .text("WMI-WINMGMT-In-TCP", "v2.10|Action=Allow|Active=FALSE|Name=@FirewallAPI.dll,-34254|");
    plan.key(r"ControlSet001\Control\Lsa").number("runasppl", 1);
    let parsed = read(&plan, "SYSTEM");
    let of_name = |wanted: &str| {
        of(&parsed, |data| match data {
            RecordData::Registry(value) if value.name == wanted => Some(value.data.clone()),
            RecordData::Setting(setting) if setting.name == wanted => Some(setting.kind.clone()),
            _ => None,
        })
    };
    assert_eq!(of_name("RunAsPPL"), ["1"]);
    assert_eq!(of_name("LmCompatibilityLevel"), ["registry-absent"]);
    assert_eq!(of_name("WMI-WINMGMT-In-TCP").len(), 1);
    // Those of the other hive are not told of.
    assert_eq!(of_name("EnableLUA"), [""; 0]);
    let all = evidence::watched::HARDENING.iter().filter(|(key, _)| key.starts_with(r"HKLM\SYSTEM"));
    let told = of(&parsed, |data| match data {
        RecordData::Registry(_) => Some(()),
        RecordData::Setting(setting) => (setting.kind == evidence::watched::ABSENT).then_some(()),
        _ => None,
    });
    assert_eq!(told.len(), all.map(|(_, names)| names.len()).sum::<usize>());
}
