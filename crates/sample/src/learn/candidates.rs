//! What might distinguish a sample.

use crate::digest::Digests;
use crate::item::Sample;
use crate::strings::readable;
use deobfuscate::{Decoded, IndicatorKind as Found, Language};
use detect::assessment::{Finding, Kind};
use intel::IndicatorKind;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Pieces of text shorter than this, in characters, are not looked at.
const SHORTEST: usize = 10;

/// Pieces of text longer than this are data, which the hash covers.
const LONGEST: usize = 120;

/// The weight of a piece of text before it is known how many there are.
const PIECE: u8 = 1;

/// The most pieces of text that are looked at; the longest of them say most.
const MOST_PIECES: usize = 4_000;

/// The most pieces of text of one sample that are held against what everybody has.
const KEPT_PIECES: usize = 64;

/// What makes a task or a service, in lower case. A script names many others, which it stops or deletes: those are somebody else's.
const MAKERS: [&str; 9] = [
    "/create",
    "-create",
    "sc create",
    "sc.exe create",
    "registertask",
    "register-scheduledtask",
    "new-service",
    "createservice",
    "\\services\\",
];

/// Something that a sample has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What it is.
    pub kind: IndicatorKind,
    /// Its text.
    pub text: String,
    /// How much it says, in the scale of families.
    pub weight: u8,
}

/// Everything that the samples and their carriers have, each once, the surest first.
pub(super) fn of(samples: &[Sample], findings: &[Finding]) -> Vec<Candidate> {
    let mut list = List::default();
    for sample in samples {
        list.hashes(sample);
    }
    for finding in findings {
        list.names(finding);
    }
    for sample in samples {
        let decoded = sample.decoded();
        list.indicators(&decoded);
        list.pieces(sample, &decoded);
    }
    list.found
}

#[derive(Default)]
struct List {
    found: Vec<Candidate>,
    known: BTreeSet<(IndicatorKind, String)>,
}

impl List {
    fn add(&mut self, kind: IndicatorKind, text: &str, weight: u8) {
        let text = text.trim();
        if !text.is_empty() && self.known.insert((kind, text.to_lowercase())) {
            self.found.push(Candidate { kind, text: text.to_owned(), weight });
        }
    }

    /// The hashes of the sample, and of its text where it is one: evidence may hold it in another encoding.
    fn hashes(&mut self, sample: &Sample) {
        let digests = Digests::of(&sample.bytes);
        self.add(IndicatorKind::Sha256, &digests.sha256, 10);
        self.add(IndicatorKind::Sha1, &digests.sha1, 10);
        self.add(IndicatorKind::Md5, &digests.md5, 10);
        if !parse::text::looks_binary(&sample.bytes) {
            let text = parse::text::Text::decode(&sample.bytes);
            self.add(IndicatorKind::Sha256, &crate::digest::sha256(text.as_str().as_bytes()), 10);
        }
    }

    /// The names of what carries the sample.
    fn names(&mut self, finding: &Finding) {
        let name = |part: &str| {
            let named = ["Name", "TimerId"].into_iter().find_map(|key| finding.subject.get(part)?.get(key));
            named.and_then(serde_json::Value::as_str)
        };
        match finding.kind {
            Kind::Subscription | Kind::Orphan => {
                let parts = [
                    ("filter", IndicatorKind::FilterName),
                    ("consumer", IndicatorKind::ConsumerName),
                    ("timer", IndicatorKind::TimerName),
                ];
                for (part, kind) in parts {
                    if let Some(name) = name(part) {
                        self.add(kind, name, 3);
                    }
                }
            }
            Kind::ClassStore | Kind::ConsumerClass => self.add(IndicatorKind::ClassName, &finding.name, 3),
            Kind::Task => self.add(IndicatorKind::TaskName, &finding.name, 3),
            Kind::Service | Kind::Driver => self.add(IndicatorKind::ServiceName, &finding.name, 3),
            Kind::File => self.add(IndicatorKind::FilePath, &finding.name, 3),
            _ => {}
        }
    }

    /// What the decoded text names.
    fn indicators(&mut self, decoded: &Decoded) {
        for found in &decoded.indicators {
            let (kind, weight) = match found.kind {
                Found::Url => (IndicatorKind::Url, 6),
                Found::Domain => (IndicatorKind::Domain, 6),
                Found::Ipv4 | Found::Ipv6 => (IndicatorKind::Ip, 5),
                Found::MoneroAddress | Found::BitcoinAddress | Found::EthereumAddress => {
                    (IndicatorKind::Wallet, 8)
                }
                // Nothing in it can be checked.
                Found::UncheckedEthereumAddress => (IndicatorKind::Wallet, 5),
                Found::Mutex => (IndicatorKind::Mutex, 4),
                Found::UserAgent => (IndicatorKind::UserAgent, 4),
                Found::FilePath => (IndicatorKind::FilePath, 2),
                Found::RegistryKey => (IndicatorKind::RegistryPath, 2),
                Found::TaskName if makes(decoded, &found.value) => (IndicatorKind::TaskName, 3),
                Found::ServiceName if makes(decoded, &found.value) => (IndicatorKind::ServiceName, 3),
                // The host of a pool is among the domains, and its port says nothing.
                Found::Endpoint | Found::Pool => {
                    let host = found.value.rsplit_once(':').map_or(found.value.as_str(), |(host, _)| host);
                    if host.parse::<IpAddr>().is_ok() {
                        self.add(IndicatorKind::Ip, host, 5);
                    } else {
                        self.add(IndicatorKind::Domain, host, 6);
                    }
                    continue;
                }
                Found::WmiClass => {
                    let class = found.value.rsplit_once(':').map_or(found.value.as_str(), |(_, name)| name);
                    self.add(IndicatorKind::ClassName, class, 3);
                    continue;
                }
                Found::TaskName
                | Found::ServiceName
                | Found::Port
                | Found::Md5
                | Found::Sha1
                | Found::Sha256
                | Found::Sha512 => continue,
            };
            self.add(kind, &found.value, weight);
        }
    }

    /// Pieces of the plain text: of the innermost layers first. Of a program, which brings the words of the libraries that are built into it, only
    /// those with a name that somebody made up.
    fn pieces(&mut self, sample: &Sample, decoded: &Decoded) {
        let strings;
        let mut texts: Vec<&str> = decoded
            .layers
            .iter()
            .rev()
            .filter(|layer| layer.language != Language::Binary)
            .map(|layer| layer.text.as_str())
            .collect();
        let is_program = texts.is_empty();
        if is_program {
            strings = readable(&sample.bytes);
            texts.push(&strings);
        }
        let says = |piece: &&str| !is_program || super::clean::has_made_up_name(piece);
        let mut pieces: Vec<&str> =
            texts.into_iter().flat_map(split).filter(says).take(MOST_PIECES).collect();
        // The longest first; the order in the text decides between equals.
        pieces.sort_by_key(|piece| std::cmp::Reverse(piece.chars().count()));
        let mut kept: Vec<&str> = Vec::new();
        for piece in pieces {
            if kept.len() < KEPT_PIECES && !kept.iter().any(|longer| longer.contains(piece)) {
                kept.push(piece);
                self.add(IndicatorKind::CommandText, piece, PIECE);
            }
        }
    }
}

/// Whether a statement of the text makes the task or service of this name.
fn makes(decoded: &Decoded, name: &str) -> bool {
    let name = name.to_lowercase();
    let layers = decoded.layers.iter().filter(|layer| layer.language != Language::Binary);
    layers.map(|layer| layer.text.to_lowercase()).any(|text| {
        text.split(['\n', '\r', ';', '&', '|']).any(|statement| {
            statement.contains(&name) && MAKERS.iter().any(|maker| statement.contains(maker))
        })
    })
}

/// A text cut at what holds statements and strings together; each piece trimmed, none too short or too long, all printable, and each with a word
/// that says something.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let ends = |letter: char| letter.is_control() || ";|{}\"'`".contains(letter);
    text.split(ends).map(str::trim).filter(|piece| {
        let length = piece.chars().count();
        (SHORTEST..=LONGEST).contains(&length) && super::clean::says_something(piece)
    })
}
