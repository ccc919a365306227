//! One pass over a text for every word that any later step asks about.
//!
//! Most texts are plain command lines. One Aho–Corasick pass tells which of the slower steps have anything to do; a
//! text without any needle costs that pass and nothing else.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

macro_rules! needles {
    ($($name:ident = $text:literal,)*) => {
        /// A word that is looked for, without regard to ASCII case.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(usize)]
        pub(crate) enum Needle { $($name,)* }

        const TEXTS: &[&str] = &[$($text,)*];
    };
}

needles! {
    // Interpreters and system programs.
    PowerShell = "powershell", Pwsh = "pwsh", Cmd = "cmd", Mshta = "mshta", Regsvr32 = "regsvr32",
    Rundll32 = "rundll32", Msiexec = "msiexec", Certutil = "certutil", Bitsadmin = "bitsadmin",
    StartBits = "start-bitstransfer",
    ScriptColon = "script:",
    // PowerShell arguments and words.
    Hidden = "hidden",
    DownloadString = "downloadstring", DownloadFile = "downloadfile", DownloadData = "downloaddata",
    OpenRead = "openread", WebRequest = "webrequest", Iwr = "iwr", RestMethod = "restmethod", Irm = "irm",
    Curl = "curl",
    XmlHttp = "xmlhttp", WinHttp = "winhttprequest", HttpClient = "httpclient",
    Iex = "iex", InvokeExpression = "invoke-expression", ScriptBlockCreate = "scriptblock]::create",
    InvokeScript = "invokescript",
    SaveToFile = "savetofile",
    FromBase64 = "frombase64string", Deflate = "deflatestream", Gzip = "gzipstream",
    Properties = "properties", GetItemProperty = "get-itemproperty", Gp = "gp ", GetValue = "getvalue(",
    RegRead = "regread",
    Http = "http", SchemeSep = "://", Caret = "^", Percent = "%", Exclamation = "!", Echo = "echo",
    ComSpec = "comspec",
    Amsi = "amsiutils", AmsiInit = "amsiinitfailed", AmsiBuffer = "amsiscanbuffer",
    VirtualAlloc = "virtualalloc",
    AssemblyLoad = "assembly]::load", ReflectiveInject = "reflectivepe",
    // Mining.
    Stratum = "stratum", PoolOption = " -o", UrlOption = "--url", UrlKey = "url", DaemonHttp = "daemon+http", Donate = "donate-level",
    CpuThreads = "max-threads-hint", MaxCpu = "max-cpu-usage",
    NiceHash = "nicehash", RigId = "rig-id", RandomX = "randomx", CryptoNight = "cryptonight",
    CpuAffinity = "--cpu-affinity", CpuPriority = "--cpu-priority", Coin = "--coin", Algo = "--algo",
    NoHuge = "huge-pages",
    ApiWorker = "worker-id", TlsFinger = "--tls-fingerprint", PauseActive = "--pause-on-active",
    RxAlgo = "rx/0", Argon = "argon2/", AlgoShort = " -a ",
    LoginMethod = "\"login\"", MiningSubscribe = "mining.subscribe", MiningAuthorize = "mining.authorize",
    EthLogin = "eth_submitlogin", Jsonrpc = "jsonrpc",
    // Defences and settings.
    ExclusionWord = "exclusion", DisableRealtime = "disablerealtimemonitoring",
    DisableAntiSpyware = "disableantispyware",
    WinDefend = "windefend", MpCmdRun = "removedefinitions", AdvFirewall = "advfirewall",
    FirewallProfile = "netfirewallprofile", OpMode = "opmode",
    SharedAccess = "sharedaccess", MpsSvc = "mpssvc", PortProxy = "portproxy", Ipsec = "ipsec",
    Schtasks = "schtasks", RegisterTask = "register-scheduledtask",
    RegisterTaskDef = "registertaskdefinition", ScCreate = "create", ScExe = "sc",
    NewService = "new-service", DeleteTask = "deletetask", NetUse = "net", ServiceWord = "service", Nssm = "nssm",
    EventFilter = "__eventfilter", CommandConsumer = "commandlineeventconsumer",
    ScriptConsumer = "activescripteventconsumer", Binding = "__filtertoconsumerbinding",
    Sekurlsa = "sekurlsa", Mimikatz = "mimikatz", Lsadump = "lsadump", MinDump = "minidump",
    LogonPasswords = "logonpasswords",
    EternalBlue = "eternalblue", Ms17 = "ms17-010", Ms17b = "ms17_010", DoublePulsar = "doublepulsar",
    Smb1Anon = "smb1_anonymous",
    Vssadmin = "vssadmin", ShadowCopy = "shadowcopy", Uninstall = "uninstall", WmicProduct = "product",
    UninstallExe = "uninst",
    RouteAdd = "route", TaskKill = "taskkill", StopProcess = "stop-process", KillProc = "terminate",
    Wevtutil = "wevtutil", ClearEventLog = "clear-eventlog",
    TaskNameOption = "/tn", TaskNameParam = "-taskname", Mutex = "mutex", UserAgent = "user-agent",
    Agent2 = "useragent",
    GlobalObject = "global\\", Hkey = "hk", RootNs = "root\\", Backslash = ":\\", EnvPath = "$env:", EnvBrace = "${env:",
    UncOrEsc = "\\\\",
    PortWord = "port", TcpListener = "tcplistener", TcpClient = "tcpclient", UdpClient = "udpclient", Connect = "connect(",
    DriveSlash = ":/",
    PoolName = "pool", ServerOption = "--server", WalletWord = "wal", PoolShort = " -s ",
    PoolQuoted = "'-o", PoolQuoted2 = "\"-o",
    // Rivals that miners remove; names alone say nothing, many together do.
    RivalMysa = "mysa", RivalXwin = "xwinwpdsrv", RivalOracle = "oracle java",
    RivalTelemetry = "microsoft telemetry", RivalNational = "natimmonal",
    RivalNation2 = "nationaaal", RivalNation3 = "nationaloll", RivalSougoudl = "sougoudl",
    RivalWmdn = "wmdnpnsn", RivalMinerd = "minerd",
    RivalMinerGate = "minergate", RivalYamm = "yamm1", RivalSvshost = "svshost", RivalSorry = "sorry",
    RivalSpooler = "spooler subsystem service",
    RivalLsmosee = "lsmosee", RivalDdrivers = "ddrivers", RivalWebServers = "webservers",
    RivalMsinfo = "msinfo", RivalCarss = "carss",
    RivalBluetooths = "bluetooths", RivalDnsScan = "dnsscan", RivalGxdrv = "gxdrv",
    RivalJavaupd = "javaupd", RivalUpgeade = "upgeade",
}

static AUTOMATON: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::DFA))
        .build(TEXTS)
        .ok()
});

/// What stands in every login to a mining pool.
pub(crate) const LOGIN: [Needle; 9] = [
    Needle::PoolOption,
    Needle::UrlOption,
    Needle::UrlKey,
    Needle::PoolName,
    Needle::ServerOption,
    Needle::WalletWord,
    Needle::PoolShort,
    Needle::PoolQuoted,
    Needle::PoolQuoted2,
];

/// How often each needle occurs, at most this many times counted.
const MANY: u16 = 1000;

/// Which needles occur in a text, how often and where first.
#[derive(Debug, Clone)]
pub(crate) struct Scan {
    first: Vec<u32>,
    count: Vec<u16>,
    any: bool,
}

impl Scan {
    /// Looks once over the text.
    pub(crate) fn of(text: &str) -> Self {
        let mut scan = Self { first: vec![u32::MAX; TEXTS.len()], count: vec![0; TEXTS.len()], any: false };
        if let Some(automaton) = AUTOMATON.as_ref() {
            for found in automaton.find_overlapping_iter(text) {
                let id = found.pattern().as_usize();
                scan.any = true;
                if scan.count[id] == 0 {
                    scan.first[id] = u32::try_from(found.start()).unwrap_or(u32::MAX);
                }
                scan.count[id] = scan.count[id].saturating_add(1).min(MANY);
            }
        }
        scan
    }

    /// Whether the needle occurs.
    pub(crate) fn has(&self, needle: Needle) -> bool {
        self.count[needle as usize] > 0
    }

    /// Whether any of the needles occurs.
    pub(crate) fn any(&self, needles: &[Needle]) -> bool {
        self.any && needles.iter().any(|&n| self.has(n))
    }

    /// The needles of a list that occur.
    pub(crate) fn which<'n>(&'n self, needles: &'n [Needle]) -> impl Iterator<Item = Needle> + 'n {
        needles.iter().copied().filter(|&n| self.has(n))
    }

    /// How often the needle occurs, up to a limit far above any use.
    pub(crate) fn count(&self, needle: Needle) -> usize {
        usize::from(self.count[needle as usize])
    }

    /// Byte offset of the first occurrence, 0 where there is none.
    pub(crate) fn at(&self, needle: Needle) -> usize {
        match self.first[needle as usize] {
            u32::MAX => 0,
            at => at as usize,
        }
    }
}

/// A run of Base64 or hex at least so long is data.
const SHORTEST_DATA: usize = 256;
/// A line of data that goes on in the next is at least so long.
const SHORTEST_LINE: usize = 48;

/// The text with data blotted out, every place as before: long Base64 holds the words of any language by chance.
pub(crate) fn without_data(text: &str) -> Cow<'_, str> {
    let runs = data(text.as_bytes());
    if runs.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for (start, end) in runs {
        out.push_str(text.get(out.len()..start).unwrap_or_default());
        out.extend(std::iter::repeat_n('\0', end - start));
    }
    out.push_str(text.get(out.len()..).unwrap_or_default());
    Cow::Owned(out)
}

/// Where the runs of data stand: digits of Base64 in upper and lower case, lines of them put together.
fn data(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let (mut start, mut line) = (0, 0);
    let (mut digits, mut upper, mut lower) = (0_usize, false, false);
    for (at, &c) in bytes.iter().chain(std::iter::once(&0)).enumerate() {
        if c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/' | b'=') {
            digits += 1;
            upper |= c.is_ascii_uppercase() || c.is_ascii_digit();
            lower |= c.is_ascii_lowercase() || c.is_ascii_digit();
            continue;
        }
        let long = at - line >= SHORTEST_LINE;
        let ends_line = at > 0 && bytes.get(at - 1) == Some(&b'\r');
        if c == b'\r' && long || c == b'\n' && (long || ends_line && line == at) {
            line = at + 1;
            continue;
        }
        if digits >= SHORTEST_DATA && upper && lower {
            runs.push((start, at));
        }
        (start, line, digits, upper, lower) = (at + 1, at + 1, 0, false, false);
    }
    runs
}

/// Some text on both sides of an offset, cut at characters, on one line.
pub(crate) fn excerpt(text: &str, at: usize) -> String {
    let start = text.floor_char_boundary(at.saturating_sub(40));
    let end = text.ceil_char_boundary(at.saturating_add(120).min(text.len()));
    text.get(start..end).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_matter_and_positions_are_kept() {
        let scan = Scan::of("xx PowerSHELL -e powershell");
        assert!(scan.has(Needle::PowerShell));
        assert_eq!(scan.count(Needle::PowerShell), 2);
        assert_eq!(scan.at(Needle::PowerShell), 3);
        assert!(!scan.has(Needle::Mimikatz));
    }

    #[test]
    fn excerpts_never_split_characters() {
        let text = "日本語".repeat(60);
        for at in 0..text.len() {
            assert!(!excerpt(&text, at).is_empty());
        }
    }
}
