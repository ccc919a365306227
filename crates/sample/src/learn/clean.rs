//! What is no sign of malware, since clean machines have it.

use super::{Candidate, Why};
use evidence::Evidence;
use intel::{Baseline, Family, IndicatorKind as Kind, Intel, Observation};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Names shorter than this, in characters, are everybody's.
const SHORTEST_NAME: usize = 4;

/// Words shorter than this, in letters, say nothing.
const SHORTEST_WORD: usize = 5;

/// Names of things can be observed under each of these kinds.
const NAMES: [Kind; 8] = [
    Kind::FilterName,
    Kind::ConsumerName,
    Kind::TimerName,
    Kind::ClassName,
    Kind::TaskName,
    Kind::ServiceName,
    Kind::FilePath,
    Kind::FileName,
];

/// Why the candidate is no sign by itself.
pub(super) fn why_not(candidate: &Candidate, intel: &Intel) -> Option<Why> {
    let text = candidate.text.as_str();
    let common = intel.common();
    match candidate.kind {
        Kind::Md5 | Kind::Sha1 | Kind::Sha256 | Kind::Wallet => None,
        _ if text.chars().count() < SHORTEST_NAME => Some(Why::Short),
        Kind::Ip => {
            let private = match text.parse() {
                Ok(IpAddr::V4(address)) => {
                    address.is_private()
                        || address.is_loopback()
                        || address.is_link_local()
                        || address.is_broadcast()
                }
                Ok(IpAddr::V6(address)) => address.is_loopback() || address.is_unicast_link_local(),
                Err(_) => true,
            };
            (private || common.has_address(text)).then_some(Why::Common)
        }
        Kind::Domain => (common.has_domain(text) || !is_own_host(text, intel)).then_some(Why::Common),
        Kind::Url => {
            let host = text.split_once("://").map_or(text, |(_, rest)| rest);
            let host = host.split(['/', '?', '#', ':']).next().unwrap_or_default();
            // A whole address below a host that many use may still be the malware's own: it needs a path that says something.
            let path = text.split_once(host).map_or("", |(_, path)| path);
            let shared = common.has_domain(host) || !is_own_host(host, intel);
            (common.has_address(host) || shared && !distinctive(path, intel)).then_some(Why::Common)
        }
        Kind::TaskName | Kind::ServiceName if is_of_vendors(text) => Some(Why::Common),
        Kind::FilePath if is_of_windows(text) => Some(Why::Common),
        Kind::CommandText if names_others(text) && !has_made_up_name(text) => Some(Why::Common),
        Kind::CommandText => (!distinctive(&without_names_of_windows(text), intel)).then_some(Why::Common),
        _ => (!distinctive(text, intel)).then_some(Why::Common),
    }
}

/// Whether the name of a host says something: a word that is not everybody's, letters and digits mixed, or an address.
fn is_own_host(host: &str, intel: &Intel) -> bool {
    let mixed = |label: &str| {
        label.bytes().any(|letter| letter.is_ascii_digit())
            && label.bytes().any(|letter| letter.is_ascii_alphabetic())
    };
    host.starts_with('[')
        || host.parse::<IpAddr>().is_ok()
        || !host.is_ascii()
        || host.split(['.', '-']).any(mixed)
        || distinctive(host, intel)
}

/// Whether it is a task or service that widespread programs make to update themselves, whose names malware takes.
fn is_of_vendors(name: &str) -> bool {
    const PREFIXES: [&str; 5] = ["googleupdate", "microsoftedgeupdate", "edgeupdate", "onedrive ", "adobe "];
    let name = name.rsplit('\\').next().unwrap_or(name).to_ascii_lowercase();
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Whether the path lies where Windows and installed software have their programs: malware that takes a place there is known by its hash, and a script
/// that names one may only start, stop or delete it.
fn is_of_windows(path: &str) -> bool {
    const WINDOWS: [&str; 6] = [
        r"%windir%\",
        r"%systemroot%\",
        r"$env:windir\",
        r"$env:systemroot\",
        r"${env:windir}\",
        r"${env:systemroot}\",
    ];
    const PROGRAMS: [&str; 3] = ["%programfiles", "$env:programfiles", "${env:programfiles"];
    const OF_WINDOWS: [&str; 5] = [r"system32\", r"syswow64\", r"sysnative\", r"winsxs\", r"microsoft.net\"];
    let path = path.trim_matches(['"', '\'']).replace('/', "\\").to_lowercase();
    let on_drive = path.split_once(r":\").filter(|(drive, _)| drive.len() == 1).map(|(_, rest)| rest);
    let written_out = on_drive.and_then(|rest| rest.strip_prefix(r"windows\"));
    let below = WINDOWS.iter().find_map(|root| path.strip_prefix(root)).or(written_out);
    PROGRAMS.iter().any(|root| path.starts_with(root))
        || on_drive.is_some_and(|rest| rest.starts_with("program files"))
        || below.is_some_and(|below| OF_WINDOWS.iter().any(|folder| below.starts_with(folder)))
}

/// Whether a piece of a script names a task of Windows, or is a command of administrators: what it names is what it is done to, and that is mostly
/// somebody else's.
fn names_others(text: &str) -> bool {
    const COMMANDS: [&str; 14] = [
        "sc", "net", "net1", "schtasks", "reg", "wmic", "netsh", "taskkill", "tasklist", "bcdedit",
        "vssadmin", "wevtutil", "icacls", "attrib",
    ];
    const NOUNS: [&str; 8] = [
        "-mppreference",
        "-service",
        "-scheduledtask",
        "-process",
        "-itemproperty",
        "-wmiobject",
        "-ciminstance",
        "-netfirewallrule",
    ];
    let mut words = text.split(|letter: char| letter.is_whitespace() || "()@,=".contains(letter));
    let is_task = text.to_ascii_lowercase().contains(r"\microsoft\windows\");
    is_task
        || words.any(|word| {
            let word = word.to_ascii_lowercase();
            let name = word.rsplit(['\\', '/']).next().unwrap_or_default();
            COMMANDS.contains(&name.strip_suffix(".exe").unwrap_or(name))
                || NOUNS.iter().any(|noun| word.ends_with(noun))
        })
}

/// The text without what PowerShell and Windows themselves name: commands, parameters, classes, types.
fn without_names_of_windows(text: &str) -> String {
    let is_theirs = |word: &str| {
        let lower = word.to_ascii_lowercase();
        let is_parameter =
            lower.strip_prefix('-').is_some_and(|name| name.starts_with(|c: char| c.is_alphabetic()));
        let is_command = lower.split_once('-').is_some_and(|(verb, noun)| {
            VERBS.contains(&verb) && !noun.is_empty() && noun.chars().all(char::is_alphanumeric)
        });
        let is_named = ["win32_", "cim_", "msft_", "system.", "microsoft."]
            .iter()
            .any(|prefix| lower.starts_with(prefix));
        is_parameter || is_command || is_named || is_of_windows(word)
    };
    let separates = |letter: char| letter.is_whitespace() || "()[],=".contains(letter);
    text.split(separates).filter(|word| !is_theirs(word)).collect::<Vec<_>>().join(" ")
}

/// The verbs that PowerShell's commands begin with most: Microsoft, Approved Verbs for PowerShell Commands.
const VERBS: [&str; 40] = [
    "add",
    "clear",
    "compare",
    "convert",
    "convertfrom",
    "convertto",
    "copy",
    "disable",
    "enable",
    "export",
    "find",
    "foreach",
    "format",
    "get",
    "import",
    "install",
    "invoke",
    "join",
    "measure",
    "move",
    "new",
    "out",
    "read",
    "register",
    "remove",
    "rename",
    "resolve",
    "restart",
    "select",
    "set",
    "sort",
    "split",
    "start",
    "stop",
    "suspend",
    "test",
    "uninstall",
    "unregister",
    "where",
    "write",
];

/// Whether there is a word in the text that could say something at all.
pub(super) fn says_something(text: &str) -> bool {
    words(text).any(|word| word.len() >= SHORTEST_WORD)
}

/// Whether a word of the text is not everybody's.
fn distinctive(text: &str, intel: &Intel) -> bool {
    words(text).any(|word| word.len() >= SHORTEST_WORD && !intel.common().has_word(word))
        // Letters and digits mixed are a name that somebody made up.
        || has_made_up_name(text)
}

/// Whether a name in the text is one that somebody made up.
pub(crate) fn has_made_up_name(text: &str) -> bool {
    text.split(|letter: char| !letter.is_ascii_alphanumeric()).any(is_made_up)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_alphabetic()).filter(|word| !word.is_empty())
}

fn is_made_up(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let changes = word
        .as_bytes()
        .windows(2)
        .filter(|pair| matches!(pair, [a, b] if a.is_ascii_digit() != b.is_ascii_digit()))
        .count();
    // A long number in hexadecimal digits tells the state of a library that is built in.
    let is_hash = word.len() >= 16 && word.bytes().all(|letter| letter.is_ascii_hexdigit());
    word.len() >= 8 && digits >= 2 && changes >= 3 && !is_hash
}

/// The patterns of the family that match something that is known to be clean, each with the reason.
pub(super) fn matched(family: &Family, intel: &Intel, clean: &[Evidence]) -> BTreeMap<String, Why> {
    let alone = intel.clone().with_families([family.clone()]);
    let mut found = BTreeMap::new();
    for baseline in intel.baselines() {
        let texts = texts_of_baseline(baseline);
        for pattern in hits(&alone, family, &texts) {
            found.entry(pattern).or_insert_with(|| Why::Baseline(baseline.name.clone()));
        }
    }
    for evidence in clean {
        let mut texts = Vec::new();
        for record in &evidence.records {
            strings(&serde_json::to_value(record).unwrap_or_default(), &mut texts, 16);
        }
        for pattern in hits(&alone, family, &texts) {
            found.entry(pattern).or_insert(Why::Clean);
        }
    }
    found
}

/// Every name, query and command of a baseline.
fn texts_of_baseline(baseline: &Baseline) -> Vec<String> {
    let mut texts: Vec<String> = baseline.stock_classes.values().flatten().cloned().collect();
    for entry in &baseline.entries {
        strings(&serde_json::to_value(entry).unwrap_or_default(), &mut texts, 16);
    }
    texts
}

fn strings(value: &Json, texts: &mut Vec<String>, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match value {
        Json::String(text) => texts.push(text.clone()),
        Json::Array(items) => items.iter().for_each(|item| strings(item, texts, depth)),
        Json::Object(map) => map.values().for_each(|item| strings(item, texts, depth)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// The patterns of the family that match any of these texts, whatever they are taken for. One by one: what weighs little alone counts too.
fn hits(intel: &Intel, family: &Family, texts: &[String]) -> Vec<String> {
    let mut hits = Vec::new();
    for text in texts {
        let kinds = NAMES.iter().copied().chain([Kind::CommandText, Kind::Domain, Kind::Ip, Kind::Url]);
        let observations: Vec<_> = kinds.map(|kind| Observation::new(kind, text)).collect();
        for found in
            intel.match_families(&observations).into_iter().filter(|found| found.family == family.name)
        {
            hits.extend(found.indicators.iter().map(|hit| hit.indicator.pattern.as_str().to_owned()));
        }
    }
    hits.sort();
    hits.dedup();
    hits
}
