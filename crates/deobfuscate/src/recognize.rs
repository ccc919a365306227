//! Finds the traits of [`crate::traits`] in one layer's text.
//!
//! Every rule is behind the needles that it needs, so a text without them costs nothing. The patterns work on bytes
//! with bounded gaps: linear in the text whatever it holds.

use std::sync::LazyLock;

use regex::bytes::{Regex, RegexBuilder};

use crate::pool;
use crate::scan::{LOGIN, Needle as N, Scan};

/// A trait's name and where in the text it was seen.
pub(crate) type Seen = (&'static str, usize);

macro_rules! patterns {
    ($($name:ident = $text:expr;)*) => {
        $(static $name: LazyLock<Option<Regex>> = LazyLock::new(|| {
            RegexBuilder::new($text).case_insensitive(true).unicode(false).ignore_whitespace(true).build().ok()
        });)*

        #[cfg(test)]
        mod compiled {
            #[test]
            fn every_pattern_compiles() {
                $(assert!(super::$name.is_some(), stringify!($name));)*
            }
        }
    };
}

patterns! {
    HIDDEN = r#"[-/]w[a-z]{0,10}[\s:]+["']?hidden | windowstyle\s*=\s*["'\[]?[\w.\]:]{0,60}hidden"#;
    IEX = r"\b(?:iex|invoke-expression)\b | scriptblock\]?::create | invokescript\s*\(";
    CRADLE = r"\b(?:iwr|irm|curl|wget|invoke-webrequest|invoke-restmethod|start-bitstransfer)\b
        | \.\s*['\x22]?(?:downloadstring|downloadfile|downloaddata|openread)(?:async|taskasync)?\b";
    EXECUTES = r"\b(?:iex|invoke-expression|start-process|invoke-item|invoke-command)\b | scriptblock\]?::create
        | shellexecute | \.\s*run\b | \.exec\b | \bstart\s | diagnostics\.process\]?::start
        | [&|]\s*[\x22']?(?:%\w{2,30}%|\$env:\w{2,30}|[a-z]:)\\[^\s&|\x22']{1,120}\.(?:exe|bat|cmd|ps1|vbs|js|scr)\b
        | \b(?:eval|function|execute|executeglobal)[\s(]+[\w.]{0,60}\.response(?:text|body)\b";
    ANSWER_RUN = r"\b(?:eval|function|execute|executeglobal)[\s(]+[\w.]{0,60}\.response(?:text|body)\b";
    // Not encrypted, and from a host that stands in the open: a private network's own server is nobody else's.
    PLAIN_DOWNLOAD = r#"(?:\b(?:iwr|irm|curl|wget|invoke-webrequest|invoke-restmethod|start-bitstransfer)\b(?:\.exe)?
        |download(?:string|file|data)\w{0,12}['"]?\s*\)?\s*(?:\.invoke\s*)?\(|openread(?:async|taskasync)?\s*\(|urlcache|bitsadmin[^\n]{0,60}/(?:transfer|addfile)
        |msiexec[^\n]{0,60}[/-](?:i|package)\b|\.\s*open[\s(]+['"](?:get|post)['"]\s*,)[^\n;|&]{0,160}?
        (?P<address>http://[^\s'"`,;)|&>]{4,200})"#;
    STRATUM = r"\b(?:(?:eth)?stratum[12]?(?:\+(?:tcp|ssl|udp|tls|ws|wss))?|daemon\+https?)://[a-z0-9\[$%{]";
    OPTION = r#"(?:^|[\s"'=])--(?P<name>donate-level|donate-over-proxy|cpu-max-threads-hint|max-cpu-usage|nicehash|rig-id
        |randomx-[a-z0-9-]+|cpu-affinity|cpu-priority|coin|algo|no-huge-pages|api-worker-id|tls-fingerprint
        |pause-on-active|keepalive|userpass|cuda-loader|http-port)(?:[=\s"']|$)"#;
    ALGORITHM = r#"\s(?:-a|--algo|--algo=)\s*["']?(?:rx/|cn/|cn-|cryptonight|randomx|argon2/|ethash|kawpow|gr\b|ghostrider)"#;
    POOL_OPTION = r#"\s(?:-o|--url)[\s=]+["']?[a-z0-9.+:/-]+:\d{2,5}\b"#;
    CONFIG_KEY = r#"\\?["']?["'](?P<name>pools|donate-level|donate-over-proxy|randomx|max-threads-hint|rig-id|nicehash|huge-pages|huge-pages-jit
        |1gb-pages|rdmsr|wrmsr|worker-id|cn/0|rx/0|argon2-impl)\\?["']["']?\s*:"#;
    POOL_LOGIN = r#"\\?["']method\\?["']+\s*:\s*\\?["']+(?:login|mining\.subscribe|mining\.authorize|eth_submitlogin)\\?["']"#;
    WMI_READ = r"(?:wmiclass|get-cimclass|root[\\/]+\w+:)[^\n]{0,300}properties\W{1,4}[^\n\]]{0,80}\]?\)?\s*\.\s*value";
    REMOTE_SCRIPTLET = r#"regsvr32[^\n|&]{0,200}[/-]i:\s*\\?["']?https?: | mshta(?:\.exe)?\\?["']?\s+\\?["']?https?:
        | rundll32[^\n]{0,120}(?:java|vb)script: | getobject\s*\(\s*["']script:https?:"#;
    LOLBIN = r#"certutil[^\n]{0,80}urlcache | bitsadmin[^\n]{0,80}/(?:transfer|addfile)
        | msiexec[^\n]{0,60}[/-](?:i|package)\s*["']?https?:"#;
    EXCLUSION = r"(?:add|set)-mppreference[^\n;|]{0,200}-exclusion | windows\sdefender\\exclusions[^\n]{0,20}\\";
    DEFENDER_OFF = r#"disablerealtimemonitoring[\s:]+(?:\$true|1) | disableantispyware[^\n]{0,40}\b(?:0x)?1\b
        | \b(?:sc(?:\.exe)?|net1?)["']?\s+(?:stop|delete|config)\s+["']?windefend | (?:stop|set|remove)-service[^\n;|]{0,40}windefend
        | -removedefinitions\s+-all"#;
    FIREWALL_OFF = r"advfirewall\s+set\s+\w+\s+state\s+off | set-netfirewallprofile[^\n;|]{0,120}-enabled[\s:]+(?:\$?false|0)
        | firewall\s+set\s+opmode\s+(?:mode=)?disable | \b(?:sc(?:\.exe)?|net1?)\s+(?:stop|delete|config)\s+(?:sharedaccess|mpssvc)";
    PORT_PROXY = r"portproxy\s+(?:add|set)\s";
    IPSEC = r"ipsec\s+static\s+(?:add|set)[^\n]{0,200}block";
    TASK = r"schtasks[^\n&|]{0,80}?[/-]create\b | register-scheduledtask\b | registertaskdefinition\s*\(";
    SERVICE = r#"(?:^|[\s"'\\&|(])sc(?:\.exe)?["']?\s+(?:\\\\\S+\s+)?create\s | \bnew-service\s"#;
    SUBSCRIBES = r"set-wmiinstance | new-ciminstance | createinstance | spawninstance_? | \bput_?\s*\( | \bcreate\b | instance\s+of\s";
    CREDENTIALS = r"(?:sekurlsa|lsadump)::\w | invoke-mimikatz | comsvcs[^\n]{0,60}minidump | mimikatz\.exe";
    ETERNALBLUE = r"smb1_anonymous_\w | (?:invoke|scan)[-_]?(?:eternalblue|ms17) | eternalblue[-_\s]?(?:exploit|scan) | install[-_]?doublepulsar";
    SHADOWS = r"vssadmin[^\n]{0,40}delete\s+shadows | shadowcopy[^\n]{0,60}\bdelete";
    AV_REMOVAL = r"\bproduct\s+where[^\n]{0,120}(?:eset|kaspersky|avast|avp|antivirus|anti-virus|norton|malwarebytes|mcafee|sophos|symantec|avira|
        panda|security|360)[^\n]{0,120}uninstall | (?:avp|malwarebytes|eset|norton|avast)[^\n]{0,120}\\uninst[^\n]{0,40}/(?:verysilent|s|qn)";
    ROUTE = r"\broute(?:\.exe)?\s+(?:-p\s+add\b|add\s[^\n]{0,120}\s-p\b)";
    AMSI = r"amsiutils[^\n]{0,400}(?:amsiinitfailed|amsicontext|amsisession|setvalue) | amsiscanbuffer";
    INJECTION = r"virtualalloc(?:ex)?\b[^\x00]{0,4000}(?:createthread|createremotethread|marshal\]?::copy) | assembly\]::load\s*\(\s*[$\[(]
        | invoke-reflectivepeinjection";
    LOG_CLEAR = r#"wevtutil(?:\.exe)?["']?\s+(?:cl|clear-log)\s | clear-eventlog\s"#;
}

fn position(pattern: &LazyLock<Option<Regex>>, text: &str) -> Option<usize> {
    pattern.as_ref()?.find(text.as_bytes()).map(|found| found.start())
}

/// The traits seen in a text.
pub(crate) fn traits(text: &str, scan: &Scan) -> Vec<Seen> {
    let mut seen = Vec::new();
    mining(text, scan, &mut seen);
    loading(text, scan, &mut seen);
    tampering(text, scan, &mut seen);
    persisting(text, scan, &mut seen);
    seen
}

fn push(
    seen: &mut Vec<Seen>,
    id: &'static str,
    needed: bool,
    pattern: &LazyLock<Option<Regex>>,
    text: &str,
) -> bool {
    if needed && let Some(at) = position(pattern, text) {
        seen.push((id, at));
        return true;
    }
    false
}

fn mining(text: &str, scan: &Scan, seen: &mut Vec<Seen>) {
    push(seen, "stratum-url", scan.any(&[N::Stratum, N::DaemonHttp]), &STRATUM, text);
    let options = [
        N::Donate,
        N::CpuThreads,
        N::MaxCpu,
        N::NiceHash,
        N::RigId,
        N::RandomX,
        N::CryptoNight,
        N::Coin,
        N::Algo,
        N::AlgoShort,
        N::NoHuge,
        N::ApiWorker,
        N::TlsFinger,
        N::PauseActive,
        N::RxAlgo,
        N::Argon,
        N::CpuAffinity,
        N::CpuPriority,
    ];
    if scan.any(&options) {
        if let Some(at) = miner_options(text) {
            seen.push(("xmrig-options", at));
        }
        if let Some(at) = distinct_names(&CONFIG_KEY, text, 3) {
            seen.push(("xmrig-config", at));
        }
    }
    if scan.any(&LOGIN) {
        for login in pool::logins(text).into_iter().filter(|login| login.mines) {
            let id = if login.configuration { "xmrig-config" } else { "xmrig-options" };
            if seen.iter().all(|(known, _)| *known != id) {
                seen.push((id, login.at));
            }
        }
    }
    let logins = [N::LoginMethod, N::MiningSubscribe, N::MiningAuthorize, N::EthLogin, N::Jsonrpc];
    push(seen, "mining-pool-login", scan.any(&logins), &POOL_LOGIN, text);
    if let Some(at) = rival_killer(scan) {
        seen.push(("rival-killer", at));
    }
    let kills = scan.count(N::TaskKill).max(scan.count(N::StopProcess));
    if kills >= 5 {
        seen.push(("process-kill-list", scan.at(N::TaskKill).max(scan.at(N::StopProcess))));
    }
}

/// Two different options that no other program has, or one of them with a pool or an algorithm.
///
/// An option alone between quotes or asterisks is an entry of a search list, as miners that kill their rivals (and
/// tools that look for miners) have it, and does not count.
fn miner_options(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut names: Vec<&[u8]> = Vec::new();
    let mut at = None;
    for captures in OPTION.as_ref()?.captures_iter(bytes) {
        let Some(name) = captures.name("name") else { continue };
        let before = bytes.get(name.start().wrapping_sub(3)).copied();
        let after = bytes.get(name.end()).copied();
        let listed = matches!((before, after), (Some(b'"' | b'\''), Some(b'"' | b'\'')));
        if !listed && !names.contains(&name.as_bytes()) {
            names.push(name.as_bytes());
            at = at.or(Some(captures.get(0).map_or(0, |all| all.start())));
        }
    }
    let shared = |name: &&&[u8]| {
        matches!(**name, b"keepalive" | b"algo" | b"coin" | b"cpu-affinity" | b"cpu-priority" | b"http-port")
    };
    let common = names.iter().filter(shared).count();
    let exclusive = names.len() - common;
    let algorithm = position(&ALGORITHM, text);
    let pool = position(&POOL_OPTION, text);
    let signs = exclusive * 2 + common + usize::from(algorithm.is_some()) * 2 + usize::from(pool.is_some());
    (signs >= 3 && exclusive + usize::from(algorithm.is_some()) > 0).then_some(at.or(algorithm)).flatten()
}

fn distinct_names(pattern: &LazyLock<Option<Regex>>, text: &str, least: usize) -> Option<usize> {
    let mut names: Vec<&[u8]> = Vec::new();
    let mut at = None;
    for captures in pattern.as_ref()?.captures_iter(text.as_bytes()) {
        let Some(name) = captures.name("name") else { continue };
        if !names.contains(&name.as_bytes()) {
            names.push(name.as_bytes());
            at = at.or(Some(name.start()));
        }
        if names.len() >= least {
            return at;
        }
    }
    None
}

/// Names of other miners' parts, at least three, in a text that removes things.
fn rival_killer(scan: &Scan) -> Option<usize> {
    const RIVALS: &[N] = &[
        N::RivalMysa,
        N::RivalXwin,
        N::RivalOracle,
        N::RivalTelemetry,
        N::RivalNational,
        N::RivalNation2,
        N::RivalNation3,
        N::RivalSougoudl,
        N::RivalWmdn,
        N::RivalMinerd,
        N::RivalMinerGate,
        N::RivalYamm,
        N::RivalSvshost,
        N::RivalSorry,
        N::RivalSpooler,
        N::RivalLsmosee,
        N::RivalDdrivers,
        N::RivalWebServers,
        N::RivalMsinfo,
        N::RivalCarss,
        N::RivalBluetooths,
        N::RivalDnsScan,
        N::RivalGxdrv,
        N::RivalJavaupd,
        N::RivalUpgeade,
    ];
    if !scan.any(&[N::TaskKill, N::StopProcess, N::Schtasks, N::ScExe, N::KillProc]) {
        return None;
    }
    let mut present = scan.which(RIVALS);
    let first = present.next()?;
    (present.count() >= 2).then(|| scan.at(first))
}

fn loading(text: &str, scan: &Scan, seen: &mut Vec<Seen>) {
    push(seen, "hidden-window", scan.has(N::Hidden), &HIDDEN, text);
    let iex = push(
        seen,
        "invoke-expression-of-data",
        scan.any(&[N::Iex, N::InvokeExpression, N::ScriptBlockCreate, N::InvokeScript]),
        &IEX,
        text,
    );
    let objects = scan.any(&[N::XmlHttp, N::WinHttp, N::HttpClient]) && scan.any(&[N::Http, N::SaveToFile]);
    let words = [
        N::DownloadString,
        N::DownloadFile,
        N::DownloadData,
        N::OpenRead,
        N::WebRequest,
        N::Iwr,
        N::RestMethod,
        N::Irm,
        N::Curl,
        N::StartBits,
    ];
    if push(seen, "download-cradle", scan.any(&words), &CRADLE, text) || objects {
        if objects && seen.iter().all(|(id, _)| *id != "download-cradle") {
            seen.push((
                "download-cradle",
                scan.at(N::XmlHttp).max(scan.at(N::WinHttp)).max(scan.at(N::HttpClient)),
            ));
        }
        push(seen, "download-execute", true, &EXECUTES, text);
    }
    push(
        seen,
        "remote-scriptlet",
        scan.any(&[N::Regsvr32, N::Mshta, N::Rundll32, N::ScriptColon]),
        &REMOTE_SCRIPTLET,
        text,
    );
    let lolbin = scan.any(&[N::Certutil, N::Bitsadmin, N::Msiexec]);
    let lolbin = push(seen, "lolbin-download", lolbin, &LOLBIN, text);
    push(seen, "response-run", objects, &ANSWER_RUN, text);
    if lolbin || seen.iter().any(|(id, _)| *id == "download-execute") {
        seen.extend(plain_download(text).map(|at| ("unprotected-download", at)));
    }
    let unpacks = scan.has(N::FromBase64);
    if push(seen, "wmi-class-store-read", scan.has(N::Properties), &WMI_READ, text) && iex && unpacks {
        seen.push(("wmi-class-store-run", scan.at(N::Properties)));
    }
    let registry = [N::GetItemProperty, N::Gp, N::GetValue, N::RegRead];
    if unpacks
        && iex
        && scan.any(&registry)
        && let Some(at) = registry_run(text)
    {
        seen.push(("registry-payload-run", at));
    }
    if scan.any(&[N::Deflate, N::Gzip]) && (unpacks || iex) {
        seen.push(("compressed-payload", scan.at(N::Deflate).max(scan.at(N::Gzip))));
    }
    push(seen, "amsi-bypass", scan.any(&[N::Amsi, N::AmsiBuffer, N::AmsiInit]), &AMSI, text);
    push(
        seen,
        "code-injection",
        scan.any(&[N::VirtualAlloc, N::AssemblyLoad, N::ReflectiveInject]),
        &INJECTION,
        text,
    );
    push(
        seen,
        "credential-theft",
        scan.any(&[N::Sekurlsa, N::Mimikatz, N::Lsadump, N::MinDump, N::LogonPasswords]),
        &CREDENTIALS,
        text,
    );
    push(
        seen,
        "eternalblue-scan",
        scan.any(&[N::EternalBlue, N::Ms17, N::Ms17b, N::DoublePulsar, N::Smb1Anon]),
        &ETERNALBLUE,
        text,
    );
}

/// A download over plain HTTP from a host that is not one of the own network.
fn plain_download(text: &str) -> Option<usize> {
    let pattern = PLAIN_DOWNLOAD.as_ref()?;
    pattern.captures_iter(text.as_bytes()).take(256).find_map(|captures| {
        let address = captures.name("address")?;
        let rest = std::str::from_utf8(address.as_bytes()).ok()?.get("http://".len()..)?;
        let authority = rest.split(['/', '?', '#', '\\']).next()?;
        let host = authority.rsplit('@').next()?.split(':').next()?.to_ascii_lowercase();
        is_public(&host).then(|| address.start())
    })
}

/// Whether a host is one of the internet: a public address, or a whole name that does not end as those of own networks do.
fn is_public(host: &str) -> bool {
    const OWN: [&str; 8] =
        [".local", ".lan", ".corp", ".internal", ".intranet", ".home", ".localdomain", ".private"];
    if let Ok(address) = host.parse::<std::net::Ipv4Addr>() {
        return !(address.is_private() || address.is_loopback() || address.is_link_local());
    }
    let named = host.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-'));
    let end = host.rsplit('.').next().unwrap_or_default();
    named
        && host.contains('.')
        && end.bytes().any(|c| c.is_ascii_alphabetic())
        && !OWN.iter().any(|own| host.ends_with(own))
}

/// The reading, the decoding and the running stand close together: long administrators' scripts have all three, apart.
fn registry_run(text: &str) -> Option<usize> {
    const RADIUS: usize = 600;
    let lower = text.to_ascii_lowercase();
    lower.match_indices("frombase64string").map(|(at, _)| at).find(|&at| {
        let from = lower.floor_char_boundary(at.saturating_sub(RADIUS));
        let to = lower.ceil_char_boundary((at + RADIUS).min(lower.len()));
        let near = lower.get(from..to).unwrap_or_default();
        let reads =
            ["get-itemproperty", "gp ", "getvalue(", "regread"].iter().any(|word| near.contains(word));
        let keys =
            ["hklm", "hkcu", "hkey_", "registry::", "software\\"].iter().any(|word| near.contains(word));
        reads && keys && IEX.as_ref().is_some_and(|iex| iex.is_match(near.as_bytes()))
    })
}

fn tampering(text: &str, scan: &Scan, seen: &mut Vec<Seen>) {
    push(seen, "defender-exclusion", scan.has(N::ExclusionWord), &EXCLUSION, text);
    let defender = [N::DisableRealtime, N::DisableAntiSpyware, N::WinDefend, N::MpCmdRun];
    push(seen, "defender-disabled", scan.any(&defender), &DEFENDER_OFF, text);
    let firewall = [N::AdvFirewall, N::FirewallProfile, N::OpMode, N::SharedAccess, N::MpsSvc];
    push(seen, "firewall-tamper", scan.any(&firewall), &FIREWALL_OFF, text);
    push(seen, "portproxy", scan.has(N::PortProxy), &PORT_PROXY, text);
    push(seen, "ipsec-block", scan.has(N::Ipsec), &IPSEC, text);
    if scan.any(&[N::Vssadmin, N::ShadowCopy]) {
        seen.extend(
            unlike(&SHADOWS, text, |_, line| line.contains("/oldest") && !line.contains("/all"))
                .map(|at| ("shadow-copy-delete", at)),
        );
    }
    let removal = scan.has(N::Uninstall) && scan.has(N::WmicProduct) || scan.has(N::UninstallExe);
    push(seen, "av-uninstall", removal, &AV_REMOVAL, text);
    push(seen, "persistent-route", scan.has(N::RouteAdd), &ROUTE, text);
    if scan.any(&[N::Wevtutil, N::ClearEventLog]) {
        seen.extend(unlike(&LOG_CLEAR, text, was_exported).map(|at| ("event-log-clear", at)));
    }
}

/// The first place where a pattern is found and nothing excuses it, by what stands before it and the command from there.
fn unlike(
    pattern: &LazyLock<Option<Regex>>,
    text: &str,
    excused: impl Fn(&str, &str) -> bool,
) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let found = pattern.as_ref()?.find_iter(text.as_bytes()).take(64).map(|found| found.start());
    found.into_iter().find(|&at| {
        let (before, rest) = (lower.get(..at).unwrap_or_default(), lower.get(at..).unwrap_or_default());
        !excused(before, rest.split(['\n', '&', '|', ';']).next().unwrap_or_default())
    })
}

/// Whether the event log that a command clears was exported before.
fn was_exported(before: &str, command: &str) -> bool {
    let Some(log) = command.split_whitespace().nth(2).filter(|_| command.starts_with("wevtutil")) else {
        return false;
    };
    ["epl", "export-log"].iter().any(|verb| {
        before.match_indices(verb).take(64).any(|(at, _)| {
            before.get(at + verb.len()..).and_then(|rest| rest.split_whitespace().next()) == Some(log)
        })
    })
}

fn persisting(text: &str, scan: &Scan, seen: &mut Vec<Seen>) {
    push(
        seen,
        "scheduled-task-create",
        scan.any(&[N::Schtasks, N::RegisterTask, N::RegisterTaskDef]),
        &TASK,
        text,
    );
    let service = scan.has(N::ScExe) && scan.has(N::ScCreate) || scan.has(N::NewService);
    push(seen, "service-create", service, &SERVICE, text);
    let parts = [N::EventFilter, N::CommandConsumer, N::ScriptConsumer, N::Binding];
    let subscription = scan.which(&parts).count() >= 2;
    push(seen, "wmi-subscription-create", subscription, &SUBSCRIBES, text);
}
