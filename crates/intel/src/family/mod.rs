//! Families: named sets of indicators.

mod file;
mod index;
mod normal;

pub(crate) use index::Index;
pub use index::{FamilyMatch, MatchedIndicator, Observation};
pub(crate) use normal::path as normal_path;

use crate::{Pattern, SourceRef};
use serde::{Deserialize, Serialize};

/// What is known of one family of malware: one file of the form `deminer.family/1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Family {
    /// The form of the file: [`Family::SCHEMA`].
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Other names of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// What it is, in a sentence or two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// The score from which a match is [`FamilyMatch::certain`], given content.
    #[serde(default = "default_threshold")]
    pub threshold: u32,
    /// Where the facts come from.
    pub sources: Vec<SourceRef>,
    /// The facts.
    pub indicators: Vec<FamilyIndicator>,
    /// What several facts together are worth.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub combos: Vec<Combo>,
}

const fn default_threshold() -> u32 {
    Family::DEFAULT_THRESHOLD
}

impl Family {
    /// The form of the files.
    pub const SCHEMA: &'static str = "deminer.family/1";
    /// The threshold of a file that gives none.
    pub const DEFAULT_THRESHOLD: u32 = 10;
}

/// One fact about a family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FamilyIndicator {
    /// A name for it, where combos speak of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What the pattern is compared with.
    pub kind: IndicatorKind,
    /// The pattern. Queries and hashes are whole and without holes; all other kinds may have `*` and `#`.
    pub pattern: Pattern,
    /// How much it says, up to [`FamilyIndicator::MAX_WEIGHT`]. What weighs nothing is only shown beside other matches, and what weighs
    /// 1 is no match without another.
    pub weight: u8,
    /// Whether it is about what something does or consists of, rather than what it is called; by its kind, where the file does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content: Option<bool>,
    /// The id of the source of this fact.
    pub source: String,
    /// What else there is to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl FamilyIndicator {
    /// The greatest weight.
    pub const MAX_WEIGHT: u8 = 10;

    /// An indicator as a file would give it, without a note.
    pub fn new(kind: IndicatorKind, pattern: Pattern, weight: u8, source: &str) -> Self {
        let source = source.to_owned();
        Self { id: None, kind, pattern, weight, content: None, source, note: None }
    }

    /// Whether it is about what something does or consists of, rather than what it is called.
    pub fn is_content(&self) -> bool {
        self.kind.can_be_content() && self.content.unwrap_or(true)
    }
}

/// What several indicators of a family together are worth, besides their own weights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Combo {
    /// The ids of the indicators, all of which must match.
    pub all: Vec<String>,
    /// What is added to the score. It counts as content where at least one of the indicators is content.
    pub weight: u8,
    /// What the combination means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What an indicator is compared with, and what an observation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IndicatorKind {
    /// The name of an event filter.
    FilterName,
    /// The name of an event consumer.
    ConsumerName,
    /// The id of a timer instruction.
    TimerName,
    /// The name of a WMI class: of a class store, a consumer class, a provider.
    ClassName,
    /// The name of a property of a class that is not Windows'.
    ClassProperty,
    /// The query of an event filter, compared by its tokens.
    Query,
    /// A piece of a command line or a script, as it is or decoded. As an observation: the whole text; domains, addresses, URLs, file names and
    /// paths, registry paths, wallets and user agents are searched in it too.
    CommandText,
    /// A domain; its subdomains match as well.
    Domain,
    /// An IP address.
    Ip,
    /// A URL. As an observation its host counts as domain or address too.
    Url,
    /// A local or remote port.
    Port,
    /// The name of a scheduled task: with a `\` in the pattern the whole path, else the last part of it.
    TaskName,
    /// The name of a service or driver.
    ServiceName,
    /// The path of a file. `%windir%` and the like are resolved to the usual places.
    FilePath,
    /// The last part of a path.
    FileName,
    /// A registry key or value with its key.
    RegistryPath,
    /// The name of a local or database account.
    UserName,
    /// The name of a mutex.
    Mutex,
    /// The address of a wallet.
    Wallet,
    /// An MD5, in hex.
    Md5,
    /// A SHA-1, in hex.
    Sha1,
    /// A SHA-256, in hex.
    Sha256,
    /// The name of a firewall rule.
    FirewallRule,
    /// The name of an `IPsec` policy, filter list or filter action.
    IpsecPolicy,
    /// A user agent.
    UserAgent,
}

impl IndicatorKind {
    /// Whether an indicator of this kind can be about content. Names of things cannot.
    pub const fn can_be_content(self) -> bool {
        matches!(
            self,
            Self::Query
                | Self::CommandText
                | Self::Domain
                | Self::Ip
                | Self::Url
                | Self::Wallet
                | Self::Md5
                | Self::Sha1
                | Self::Sha256
                | Self::UserAgent
        )
    }

    /// Whether the pattern means exactly one text, `*` and `#` included.
    pub(crate) const fn is_whole(self) -> bool {
        matches!(self, Self::Query | Self::Md5 | Self::Sha1 | Self::Sha256)
    }

    /// Whether indicators of this kind are searched inside texts.
    pub(crate) const fn is_searched(self) -> bool {
        matches!(
            self,
            Self::CommandText
                | Self::Domain
                | Self::Ip
                | Self::Url
                | Self::FilePath
                | Self::FileName
                | Self::RegistryPath
                | Self::Mutex
                | Self::Wallet
                | Self::UserAgent
        )
    }
}
