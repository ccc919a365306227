//! Facts that can be searched for elsewhere: addresses, wallets, paths, names, hashes.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::model::{Indicator, IndicatorKind as Kind};
use crate::pool;
use crate::scan::{LOGIN, Needle as N, Scan};
use crate::wallet;

mod idn;
mod ports;

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
    URL = r#"(?i)\b(?P<scheme>https?|s?ftp|ldaps?|wss?|ssl|tcp|(?:eth)?stratum[12]?(?:\+(?:tcp|ssl|udp|tls|wss?))?|daemon\+https?)://(?P<rest>(?:\[[0-9a-f:.]{2,45}\])?[^\s"'<>`|\]};^\\“”‘’]*)"#;
    IPV4 = r"\b(\d{1,3}(?:\.\d{1,3}){3})\b(?::(\d{1,5})\b)?";
    IPV6 = r"(?i)\[((?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4})\](?::(\d{1,5})\b)?";
    IPV6_BARE = r#"(?i)(?:^|[\s"'=,(])((?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4})(?:[\s"',)]|$)"#;
    HOST = r#"(?i)(?:^|[\s"',=;@(>])((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:com|net|org|biz|club|xyz|pw|ru|cn|io|ir|ga|tk|ml|cf|gq|la|cc|eu|de|uk|jp|kr|fr|br|ua|su|ws|icu|vip|nl|pl|it|es|ca|au|tw|hk|vn|onion|xn--[a-z0-9-]{1,58}[a-z0-9]))(?::(\d{2,5})\b|["',;\s/)<]|$)"#;
    HOST_WORD = r#"(?i)(?:^|[\s"',=;@(>])((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:in|me|us|info|top|site|online|pro|host|space|website|tech|store|live))(?::(\d{2,5})\b|["',;\s/)<]|$)"#;
    ADDRESSED = r"(?i)(?:\b(?:ping|nslookup|tracert|pathping|ftp|telnet|ssh|curl|wget|iwr|irm|invoke-webrequest|invoke-restmethod|resolve-dnsname|test-connection|test-netconnection|server|host|domain|dns)(?:\.exe)?|(?:^|\s)(?:-o|--url|--host)|\d\.\d{1,3})[\s:=]+(?:[-/]\S+\s+){0,4}$";
    HOST_IDN = r#"["']((?:[\w-]{1,63}\.)+(?:(?i:com|net|org|info|biz|top|club|xyz|cc|ru|cn|jp|kr|tw|de|io|me|su|ua)|рф|срб|укр|бел|中国|中國|公司|网络|在线|香港|台湾|한국|みんな))(?::(\d{2,5}))?["'/]"#;
    HOST_QUOTED = r#"(?i)["']((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:dev|app|win|bid|loan|life|cloud|download|stream|link|cyou|sbs|click|to|ch|se|cz|ro|moe|sh|world|zone|work|network|services|rest|today|fun|asia|mobi|be|at|dk|gr|pt|hu|kz|by|tr|mx|th|nz|lt|lv|ee|sk|rs|bg|ly|ai|gg|im|no|fi|il|za|ar|cl|my|sg|ph|ie|si|hr|press|quest|lol|pics|buzz|ltd|date|men))(?::(\d{2,5}))?["'/]"#;
    POOL_OPTION = r#"(?i)\s(?:-o|--url)[\s=]+["']?([a-z0-9][a-z0-9.-]*\.[a-z0-9-]+:\d{2,5})\b"#;
    POOL_KEY = r#"(?i)["']url\\?["']{1,2}\s*:\s*\\?["']{1,2}([a-z0-9][a-z0-9.-]*\.[a-z0-9-]+:\d{2,5})\\?["']"#;
    PATH = r#"(?i)(?:\b[a-z]:(?:\\|/[a-z0-9_%$])|%[a-z_()0-9]{2,30}%\\|\$(?:env:[a-z_()0-9]{2,30}|\{env:[a-z_()0-9]{2,30}\})\\|\\\\[a-z0-9][a-z0-9_.-]{0,60}(?:@ssl)?(?:@\d{1,5})?\\)[^\s"'<>|:*?;,()\r\n`“”‘’]+(?: [^\s"'<>|:*?;,()\r\n`\\/-]+(?:\\[^\s"'<>|:*?;,()`]+|\.[a-z0-9]{2,4}\b))*"#;
    PATH_JOINED = r#"(?i)(?:(\$env:[a-z_]{2,30})|["'](%[a-z_]{2,30}%)["']\)?)\s*[+&]\s*["'](\\[^"'\r\n<>|:*?]{2,200})["']"#;
    SHARE_HOST = r"(?i)^\\\\([a-z0-9][a-z0-9_-]*(?:\.[a-z0-9_-]+)+)(?:@ssl)?(?:@(\d{1,5}))?\\";
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
    HEX = r"\b(?:[0-9a-fA-F]{128}|[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32})\b";
    PAID = r"(?i)\b(?:eth|ether|ethereum|etc|wallet|wal|ewal|mine[rs]?|mining|pool|payout|donat\w*|user)\b|\s-u[\s=]";
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
            self.urls(text, layer);
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
        } else if scan.any(&LOGIN) {
            for login in pool::logins(text) {
                if login.mines {
                    self.add(Kind::Pool, login.pool, layer);
                }
            }
        }
        if scan.any(&[N::PortWord, N::TcpListener, N::TcpClient, N::UdpClient, N::Connect]) {
            for found in ports::of(text) {
                self.add(found.0, &found.1, layer);
            }
        }
        self.system_names(text, scan, layer);
        if has_long_word(text) {
            each(&TOKEN, text, |captures| self.wallet(text, captures, layer));
            each(&HEX, text, |captures| self.hash(&captures[0], layer));
        }
    }

    /// Addresses with a scheme; one may begin where the one before was cut.
    fn urls(&mut self, text: &str, layer: usize) {
        let Some(pattern) = URL.as_ref() else { return };
        let mut next = 0;
        for _ in 0..MAX_MATCHES {
            let Some(captures) = pattern.captures_at(text, next) else { return };
            let Some(rest) = captures.name("rest") else { return };
            next = rest.start() + whole_url(rest.as_str()).len();
            self.url(text, &captures, layer);
        }
    }

    fn url(&mut self, text: &str, captures: &Captures<'_>, layer: usize) {
        let scheme = captures["scheme"].to_ascii_lowercase();
        let start = captures.get(0).map_or(0, |whole| whole.start());
        // `net.tcp://` is how services of .NET talk on one machine.
        if text.get(..start).is_some_and(|before| before.ends_with('.')) {
            return;
        }
        let rest = whole_url(&captures["rest"]).trim_end_matches(['.', ':', '!', '*', '&', '\'', ',', '(']);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        if authority.is_empty()
            || authority.starts_with(['$', '%', '{'])
            || !authority.chars().any(char::is_alphanumeric)
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
        let host = &*idn::ascii(host).unwrap_or_else(|| host.to_owned());
        let endpoint = port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        if scheme.contains("stratum") || scheme.starts_with("daemon") {
            self.add(Kind::Pool, &endpoint, layer);
        }
        if port.is_some() {
            self.add(Kind::Endpoint, &endpoint, layer);
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
        each(&HOST_WORD, text, |captures| {
            if captures.get(1).is_some_and(|host| is_meant_as_host(text, host.start(), host.end())) {
                self.host(captures, layer);
            }
        });
        if !text.is_ascii() {
            each(&HOST_IDN, text, |captures| {
                if let Some(host) = idn::ascii(&captures[1]) {
                    if let Some(port) = captures.get(2).filter(|port| is_port(port.as_str())) {
                        self.add(Kind::Endpoint, &format!("{host}:{}", port.as_str()), layer);
                    }
                    self.add(Kind::Domain, &host, layer);
                }
            });
        }
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
        if scan.any(&[N::EnvPath, N::Percent]) {
            each(&PATH_JOINED, text, |captures| {
                let folder = captures.get(1).or_else(|| captures.get(2)).map_or("", |folder| folder.as_str());
                self.add(Kind::FilePath, &single_backslashes(&format!("{folder}{}", &captures[3])), layer);
            });
        }
        if scan.any(&[N::Backslash, N::DriveSlash, N::EnvPath, N::EnvBrace, N::Percent, N::UncOrEsc]) {
            each(&PATH, text, |captures| {
                let start = captures.get(0).map_or(0, |whole| whole.start());
                let before = text.get(..start).and_then(|t| t.chars().next_back());
                let path = single_backslashes(captures[0].trim_end_matches(['.', '&', '\\', '\'']));
                // Two backslashes after a drive's colon or a word are one, doubled; they begin no share.
                let inside =
                    path.starts_with('\\') && before.is_some_and(|c| c == ':' || c.is_alphanumeric());
                if path.len() > 4 && !inside {
                    self.add(Kind::FilePath, &path, layer);
                    self.share(&path, layer);
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

    /// The host of a share, where its name is a whole one.
    fn share(&mut self, path: &str, layer: usize) {
        let Some(captures) = SHARE_HOST.as_ref().and_then(|share| share.captures(path)) else { return };
        let host = captures[1].to_ascii_lowercase();
        if let Some(port) = captures.get(2).filter(|port| is_port(port.as_str())) {
            self.add(Kind::Endpoint, &format!("{host}:{}", port.as_str()), layer);
        }
        if is_ipv4(&host) {
            self.add(Kind::Ipv4, &host, layer);
        } else if host.bytes().any(|c| c.is_ascii_alphabetic()) {
            self.add(Kind::Domain, &host, layer);
        }
    }

    fn wallet(&mut self, text: &str, captures: &Captures<'_>, layer: usize) {
        let token = &captures[1];
        if wallet::monero(token).is_some() {
            self.add(Kind::MoneroAddress, token, layer);
        } else if wallet::bitcoin(token).is_some() {
            self.add(Kind::BitcoinAddress, token, layer);
        } else if let Some(kind) = wallet::ethereum(token) {
            let at = captures.get(1).map_or(0, |token| token.start());
            if kind == wallet::EthereumKind::Checksummed {
                self.add(Kind::EthereumAddress, token, layer);
            } else if PAID.as_ref().is_some_and(|paid| paid.is_match(line_before(text, at, 160))) {
                // Nothing in it can be checked: the words before it have to say what it is.
                self.add(Kind::UncheckedEthereumAddress, token, layer);
            }
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
            64 => Kind::Sha256,
            _ => Kind::Sha512,
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

/// The part of a text behind `scheme://` that belongs to the address: brackets in pairs, and commas of its path.
fn whole_url(rest: &str) -> &str {
    let path = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let mut open = 0_usize;
    for (at, c) in rest.char_indices() {
        match c {
            '(' if at < path && !rest[..at].ends_with('$') => return &rest[..at],
            '(' => open += 1,
            ')' if open == 0 => return &rest[..at],
            ')' => open -= 1,
            ',' => {
                let next = rest[at + 1..].split(',').next().unwrap_or_default();
                if at < path || next.is_empty() || next.contains("://") || next.starts_with(['$', '%', '@']) {
                    return &rest[..at];
                }
            }
            _ => {}
        }
    }
    rest
}

/// Whether a dotted name that could be one of a program's own stands where a host does: between quotes, with a port, alone in its line, or
/// behind a word that wants one.
fn is_meant_as_host(text: &str, start: usize, end: usize) -> bool {
    let before = line_before(text, start, 64);
    let after = text.get(end..).unwrap_or_default();
    let alone = before.trim().is_empty() && after.lines().next().unwrap_or_default().trim().is_empty();
    let quoted = before.ends_with(['"', '\'']) && after.starts_with(['"', '\'', '/', ':']);
    alone
        || quoted
        || before.ends_with('@')
        || after.starts_with(':')
        || ADDRESSED.as_ref().is_some_and(|addressed| addressed.is_match(before))
}

/// What stands before a place in its line, so many bytes at most.
fn line_before(text: &str, at: usize, most: usize) -> &str {
    let from = text.floor_char_boundary(at.saturating_sub(most));
    let before = text.get(from..at).unwrap_or_default();
    before.rsplit(['\n', '\r']).next().unwrap_or(before)
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
mod tests;
