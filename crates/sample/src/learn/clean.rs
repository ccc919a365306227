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
        Kind::Domain => common.has_domain(text).then_some(Why::Common),
        Kind::Url => {
            let host = text.split_once("://").map_or(text, |(_, rest)| rest);
            let host = host.split(['/', '?', '#', ':']).next().unwrap_or_default();
            // A whole address below a host that many use may still be the malware's own: it needs a path that says something.
            let path = text.split_once(host).map_or("", |(_, path)| path);
            (common.has_address(host) || (common.has_domain(host) && !distinctive(path, intel)))
                .then_some(Why::Common)
        }
        _ => (!distinctive(text, intel)).then_some(Why::Common),
    }
}

/// Whether there is a word in the text that could say something at all.
pub(super) fn says_something(text: &str) -> bool {
    words(text).any(|word| word.len() >= SHORTEST_WORD)
}

/// Whether a word of the text is not everybody's.
fn distinctive(text: &str, intel: &Intel) -> bool {
    words(text).any(|word| word.len() >= SHORTEST_WORD && !intel.common().has_word(word))
        // Letters and digits mixed are a name that somebody made up.
        || text.split(|letter: char| !letter.is_ascii_alphanumeric()).any(is_made_up)
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
    word.len() >= 8 && digits >= 2 && changes >= 3
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
