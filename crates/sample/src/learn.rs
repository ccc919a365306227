//! A signature out of samples: what is theirs alone, by which they are known again.

mod candidates;
mod clean;

pub use candidates::Candidate;
pub(crate) use clean::has_made_up_name;

use crate::item::Sample;
use detect::assessment::Finding;
use evidence::Evidence;
use intel::{Family, FamilyIndicator, Intel, Pattern, SourceRef};

/// The id of the only source of a learned family.
const SOURCE: &str = "samples";

/// A family that was learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    /// The family.
    pub family: Family,
    /// What was left out, and why, in the order in which it was looked at.
    pub left_out: Vec<(Candidate, Why)>,
}

impl Learned {
    /// Whether nothing but hashes is left: the next sample of the same malware has others.
    pub fn hashes_only(&self) -> bool {
        use intel::IndicatorKind as Kind;
        let is_hash = |kind| matches!(kind, Kind::Md5 | Kind::Sha1 | Kind::Sha256);
        self.family.indicators.iter().all(|indicator| is_hash(indicator.kind))
    }
}

/// Why a candidate was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Everybody's scripts have it.
    Common,
    /// It is too short to mean anything.
    Short,
    /// A clean machine has it: the baseline that says so.
    Baseline(String),
    /// Evidence that the user calls clean has it.
    Clean,
}

/// Makes a family of what distinguishes the samples and the findings that carry them: what neither the program's own facts on clean machines nor
/// the evidence that is known to be clean has. `source` says in words where the samples came from.
pub fn learn(
    name: &str,
    source: &str,
    samples: &[Sample],
    findings: &[Finding],
    intel: &Intel,
    clean: &[Evidence],
) -> Learned {
    let mut left_out = Vec::new();
    let mut kept = Vec::new();
    // Other files and values have the same content by chance: an empty file, the name of a type, zeros.
    let (samples, trivial): (Vec<Sample>, Vec<Sample>) =
        samples.iter().cloned().partition(|sample| says_something(&sample.bytes));
    for sample in trivial {
        let text = crate::digest::sha256(&sample.bytes);
        let candidate = Candidate { kind: intel::IndicatorKind::Sha256, text, weight: 0 };
        left_out.push((candidate, Why::Short));
    }
    for candidate in candidates::of(&samples, findings) {
        match clean::why_not(&candidate, intel) {
            Some(why) => left_out.push((candidate, why)),
            None => kept.push(candidate),
        }
    }
    weigh_pieces(&mut kept);
    let mut family = family(name, source, &kept);
    // Once more as it will be used: through the index, against all that is known to be clean.
    for (pattern, why) in clean::matched(&family, intel, clean) {
        family.indicators.retain(|indicator| indicator.pattern.as_str() != pattern);
        let dropped = kept.iter().find(|candidate| Pattern::exact(&candidate.text).as_str() == pattern);
        left_out.extend(dropped.map(|candidate| (candidate.clone(), why)));
    }
    count_hosts_once(&mut family);
    Learned { family, left_out }
}

/// Leaves out the addresses whose host is kept: one sight must not count as two signs. The host gets the larger weight.
fn count_hosts_once(family: &mut Family) {
    use intel::IndicatorKind as Kind;
    let is_host = |kind| matches!(kind, Kind::Domain | Kind::Ip);
    let urls: Vec<(String, u8)> = family
        .indicators
        .iter()
        .filter(|indicator| indicator.kind == Kind::Url)
        .map(|indicator| (indicator.pattern.as_str().to_owned(), indicator.weight))
        .collect();
    for (url, weight) in urls {
        let host = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        let host = host.split(['/', '?', '#', ':']).next().unwrap_or_default().to_lowercase();
        let kept = family.indicators.iter_mut().find(|indicator| {
            is_host(indicator.kind)
                && Pattern::exact(&host).as_str().eq_ignore_ascii_case(indicator.pattern.as_str())
        });
        if let Some(kept) = kept {
            kept.weight = kept.weight.max(weight);
            family
                .indicators
                .retain(|indicator| indicator.kind != Kind::Url || indicator.pattern.as_str() != url);
        }
    }
}

/// Content shorter than this, in bytes, is nobody's own.
const SHORTEST_SAMPLE: usize = 32;

/// Content with fewer different bytes is filling.
const FEWEST_BYTES: usize = 4;

/// Whether content is long and manifold enough that its hash stands for it alone.
fn says_something(bytes: &[u8]) -> bool {
    let distinct: std::collections::BTreeSet<u8> = bytes.iter().copied().take(64 << 10).collect();
    bytes.trim_ascii().len() >= SHORTEST_SAMPLE && distinct.len() >= FEWEST_BYTES
}

/// The most pieces of text that a signature has. Each weighs 1 at least, and all of them together less than what is certain.
const MOST_PIECES: usize = Family::DEFAULT_THRESHOLD as usize - 1;

/// Gives the pieces of text their weights: less the more there are. They are what another script has most easily by chance, so all of them together
/// do not make it certain, and one alone does not speak against anything.
fn weigh_pieces(kept: &mut Vec<Candidate>) {
    let is_piece = |candidate: &Candidate| candidate.kind == intel::IndicatorKind::CommandText;
    let mut count = 0;
    kept.retain(|candidate| {
        count += usize::from(is_piece(candidate));
        !is_piece(candidate) || count <= MOST_PIECES
    });
    let count = count.min(MOST_PIECES);
    let half = Family::DEFAULT_THRESHOLD as usize / 2;
    let weight = MOST_PIECES.checked_div(count).unwrap_or_default().clamp(1, half - 1);
    for candidate in kept.iter_mut().filter(|candidate| is_piece(candidate)) {
        candidate.weight = u8::try_from(weight).unwrap_or(1);
    }
}

fn family(name: &str, source: &str, kept: &[Candidate]) -> Family {
    let indicators = kept.iter().map(|candidate| {
        FamilyIndicator::new(candidate.kind, Pattern::exact(&candidate.text), candidate.weight, SOURCE)
    });
    Family {
        schema: Family::SCHEMA.to_owned(),
        name: name.to_owned(),
        threshold: Family::DEFAULT_THRESHOLD,
        sources: vec![SourceRef { id: SOURCE.to_owned(), title: source.to_owned(), url: None }],
        indicators: indicators.collect(),
        ..Family::default()
    }
}

#[cfg(test)]
mod tests;
