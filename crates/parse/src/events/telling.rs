//! What is kept of the middle of very many events: those with a word that speaks of more than everyday work, and one of each other kind.
//!
//! Nothing is judged here. A word makes an event worth keeping where most are left out, and no more.

use evidence::Event;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Words in lower case that a limit must not hide: of mining, of code that is hidden or fetched, of what prepares or covers an intrusion.
const WORDS: &[&str] = &[
    "stratum",
    "xmr",
    "miner",
    "minex",
    "mining",
    "nanopool",
    "hashvault",
    "pool.",
    "pool:",
    "donate",
    "randomx",
    "cryptonight",
    "nicehash",
    "winring0",
    "rig-id",
    "monero",
    "-encodedcommand",
    " -enc",
    " -en ",
    " -ec ",
    " -e ",
    "/enc",
    "frombase64",
    "downloadstring",
    "downloadfile",
    "downloaddata",
    "invoke-webrequest",
    "invoke-expression",
    "iex",
    "start-bitstransfer",
    "bitsadmin",
    "certutil",
    "mshta",
    "regsvr32",
    "scrobj",
    "wmiclass",
    "eventfilter",
    "eventconsumer",
    "hidden",
    "mppreference",
    "shadowcopy",
    "vssadmin",
    "wbadmin",
    "bcdedit",
    "wevtutil",
    "mimikatz",
    "sekurlsa",
    "lsadump",
    "lsass",
    "schtasks",
    "portproxy",
    "netsh",
    "wscript",
    "cscript",
    "svcctl",
    "\\currentversion\\run",
];

/// The fields by which two events of one number differ for whoever looks for an infection.
const FIELDS: &[&str] = &[
    "ActionName",
    "ClientName",
    "CommandLine",
    "DestinationHostname",
    "DestinationIp",
    "Details",
    "Image",
    "ImageLoaded",
    "IpAddress",
    "NewProcessName",
    "Payload",
    "ProviderPath",
    "Query",
    "QueryName",
    "RelativeTargetName",
    "ScriptBlockText",
    "ShareName",
    "TargetFilename",
    "TargetObject",
    "TaskName",
    "Workstation",
    "param1",
    "url",
];

/// Bytes of a field that are looked at.
const LOOKED_AT: usize = 64 << 10;

/// Whether a field of the event has one of the words.
pub(super) fn is_telling(event: &Event) -> bool {
    event.data.values().any(|value| {
        let value = value.as_bytes();
        let lower = value.get(..LOOKED_AT).unwrap_or(value).to_ascii_lowercase();
        WORDS.iter().any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some())
    })
}

/// A number for what the event tells, the same for events that differ only in times and numbers of processes; `None` where it has none of
/// the fields.
pub(super) fn kind(event: &Event) -> Option<u64> {
    let mut hash = DefaultHasher::new();
    let mut any = false;
    for field in FIELDS {
        if let Some(value) = event.field(field) {
            any = true;
            field.hash(&mut hash);
            value.hash(&mut hash);
        }
    }
    any.then(|| hash.finish())
}
