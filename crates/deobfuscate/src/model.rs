//! What goes in and what comes out: plain data, no logic beyond names.

use serde::{Deserialize, Serialize};

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    /// Windows PowerShell or PowerShell 7.
    #[serde(rename = "powershell")]
    PowerShell,
    /// `cmd.exe` batch, also what follows `cmd /c`.
    Batch,
    /// `VBScript`, as in `.vbs`, HTA, or an `ActiveScriptEventConsumer`.
    #[serde(rename = "vbscript")]
    VbScript,
    /// `JScript`.
    #[serde(rename = "jscript")]
    JScript,
    /// HTML applications, scriptlets (`.sct`), Windows Script Files: markup that carries scripts.
    Html,
    /// A command line that starts a program.
    CommandLine,
    /// Not text: an executable, shellcode, an archive.
    Binary,
    /// Text of no recognised language.
    Unknown,
}

impl Language {
    /// The name in outputs, as in the JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PowerShell => "powershell",
            Self::Batch => "batch",
            Self::VbScript => "vbscript",
            Self::JScript => "jscript",
            Self::Html => "html",
            Self::CommandLine => "command-line",
            Self::Binary => "binary",
            Self::Unknown => "unknown",
        }
    }
}

/// Bounds on what decoding may cost. Reaching one ends that piece of work and leaves a [`Problem`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Layers kept, the input included.
    pub max_layers: usize,
    /// Evaluation steps over all layers; a step is one or two nodes of an expression, or 64 characters of copied text.
    pub max_steps: u64,
    /// Bytes of text over all layers beyond the input, and of any single value while evaluating.
    pub max_output: usize,
    /// Bytes of the input that are read; the rest is left out and reported.
    pub max_input: usize,
    /// Indicators kept.
    pub max_indicators: usize,
    /// Depth of nested brackets and blocks that the parsers follow.
    pub max_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_layers: 64,
            max_steps: 8_000_000,
            max_output: 32 << 20,
            max_input: 32 << 20,
            max_indicators: 4096,
            max_depth: 64,
        }
    }
}

/// One text on the way from the input to plain text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Layer {
    /// How it was reached from the layer `from`: `input`, `base64-utf16`, `deflate`, `evaluated`, …
    pub how: &'static str,
    /// What it is written in.
    pub language: Language,
    /// The text. Binary content is given as one character per byte (Latin-1).
    pub text: String,
    /// Index of the layer it came out of; 0 for layer 0 itself.
    pub from: usize,
}

impl Layer {
    /// Whether it is a program for Windows.
    pub fn is_program(&self) -> bool {
        let head = || self.text.chars().take(4096).map(u8::try_from).collect::<Result<Vec<_>, _>>();
        self.language == Language::Binary
            && self.text.starts_with("MZ")
            && head().is_ok_and(|head| crate::bare::is_program(&head))
    }

    /// Whether it came out of data that says nothing of how to open it: Base64, hex or a compressed stream that stands by itself.
    pub fn is_unpacked(&self) -> bool {
        crate::bare::WAYS.contains(&self.how)
    }
}

/// Kinds of [`Indicator`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IndicatorKind {
    /// An address with a scheme.
    Url,
    /// A host name.
    Domain,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// `host:port`.
    Endpoint,
    /// A port that stands apart from an address: one that is listened on, opened in the firewall or forwarded.
    Port,
    /// `host:port` of a mining pool.
    Pool,
    /// A Monero address whose checksum is right.
    MoneroAddress,
    /// A Bitcoin address whose checksum is right.
    BitcoinAddress,
    /// An Ethereum address whose mixed-case checksum is right.
    EthereumAddress,
    /// What is written as an Ethereum address, in one case, so that nothing in it can be checked; words before it say that it is one.
    #[serde(rename = "ethereum-address-unchecked")]
    UncheckedEthereumAddress,
    /// A path of a file or folder.
    FilePath,
    /// A registry key, with the value where it is written as part of the path.
    RegistryKey,
    /// The name of a scheduled task.
    TaskName,
    /// The name of a service.
    ServiceName,
    /// The name of a mutex.
    Mutex,
    /// 32 hexadecimal digits.
    Md5,
    /// 40 hexadecimal digits.
    Sha1,
    /// 64 hexadecimal digits.
    Sha256,
    /// 128 hexadecimal digits.
    Sha512,
    /// What a program says it is to a web server or pool.
    UserAgent,
    /// A WMI class with its namespace, as in `root\default:Win32_Services`.
    WmiClass,
}

impl IndicatorKind {
    /// The name in outputs, as in the JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Domain => "domain",
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Endpoint => "endpoint",
            Self::Port => "port",
            Self::Pool => "pool",
            Self::MoneroAddress => "monero-address",
            Self::BitcoinAddress => "bitcoin-address",
            Self::EthereumAddress => "ethereum-address",
            Self::UncheckedEthereumAddress => "ethereum-address-unchecked",
            Self::FilePath => "file-path",
            Self::RegistryKey => "registry-key",
            Self::TaskName => "task-name",
            Self::ServiceName => "service-name",
            Self::Mutex => "mutex",
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
            Self::UserAgent => "user-agent",
            Self::WmiClass => "wmi-class",
        }
    }
}

/// A fact that can be searched for elsewhere. Values are as found, not defanged: see [`crate::defang()`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Indicator {
    /// What kind of fact.
    #[serde(rename = "type")]
    pub kind: IndicatorKind,
    /// The fact as written in the text.
    pub value: String,
    /// The first layer that shows it.
    pub layer: usize,
}

/// A trait of [`crate::traits::ALL`] found in a layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TraitHit {
    /// Stable name.
    pub id: &'static str,
    /// How much it says, 0 to 100.
    pub weight: u8,
    /// ATT&CK technique ids.
    pub attack: &'static [&'static str],
    /// The first layer that shows it.
    pub layer: usize,
    /// The text around it, at most some 160 characters. Attacker's text: escape before showing.
    pub excerpt: String,
}

/// What a script alone says, ordered by rank. The rules are those of [`crate::verdict`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScriptVerdict {
    /// Nothing that administrators' scripts do not do as well.
    Benign,
    /// Deserves a person's look.
    Suspicious,
    /// Does what only attackers do, or hides what it does and loads more.
    Malicious,
    /// Mines, or starts a miner. Whether its owner wants that is not said here.
    Miner,
}

impl ScriptVerdict {
    /// The name in outputs, as in the JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Benign => "benign",
            Self::Suspicious => "suspicious",
            Self::Malicious => "malicious",
            Self::Miner => "miner",
        }
    }
}

/// The names of everything that can keep a layer from being opened, see [`Problem::id`].
pub const PROBLEMS: [&str; 11] = [
    "damaged-base64",
    "damaged-stream",
    "depth-limit",
    "encoded-script",
    "indicator-limit",
    "input-truncated",
    "layer-limit",
    "length-limit",
    "locked-text",
    "output-limit",
    "step-limit",
];

/// A layer that could not be opened, or a limit that was reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Stable name, one of [`PROBLEMS`].
    pub id: &'static str,
    /// The layer in which it happened.
    pub layer: usize,
    /// A sentence.
    pub detail: String,
}

/// Everything that [`crate::decode`] found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decoded {
    /// The layers in the order found; layer 0 is the input.
    pub layers: Vec<Layer>,
    /// Indicators, sorted by kind and value, each once.
    pub indicators: Vec<Indicator>,
    /// Traits in the order of [`crate::traits::ALL`], each once.
    pub traits: Vec<TraitHit>,
    /// What the traits add up to.
    pub verdict: ScriptVerdict,
    /// What was not opened, and why.
    pub problems: Vec<Problem>,
}
