//! What a sample is.

use crate::digest::Digests;
use crate::item::Sample;
use crate::strings::readable;
use deobfuscate::{Decoded, Indicator, Language, Limits, ScriptVerdict, TraitHit, decode};
use serde::Serialize;
use std::collections::BTreeSet;

/// What a sample is, for those who search for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Description {
    /// Its length in bytes.
    pub length: u64,
    /// Its hashes.
    #[serde(flatten)]
    pub digests: Digests,
    /// What sort of thing it is.
    pub format: Format,
    /// What its header tells, where it is a program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pe: Option<pe::Facts>,
    /// What it says of itself, where it is a program: anybody can write that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// What it does, where it is a script.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<Script>,
    /// What it names: addresses, wallets, files, … For a program, out of its readable pieces.
    pub indicators: Vec<Indicator>,
    /// Of a program: the traits of its readable pieces.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub traits: Vec<TraitHit>,
    /// Of a program: readable pieces that others hardly have, those with indicators first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub strings: Vec<String>,
}

/// What the version information of a program says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Version {
    /// The four numbers of its file version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The name that it was built with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_name: Option<String>,
    /// The company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
}

/// The most readable pieces that are listed.
const MOST_STRINGS: usize = 200;

/// The longest readable piece that is listed whole, in characters.
const LONGEST_STRING: usize = 300;

/// What sort of thing a sample is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// A program, library or driver of Windows.
    Program,
    /// Text.
    Text,
    /// Anything else.
    Data,
}

/// What a script is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Script {
    /// Its language, by its content.
    pub language: Language,
    /// What it says by itself.
    pub verdict: ScriptVerdict,
    /// Why.
    pub traits: Vec<TraitHit>,
    /// What could not be opened.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<deobfuscate::Problem>,
}

/// Says what a sample is.
pub fn describe(sample: &Sample) -> Description {
    let digests = Digests::of(&sample.bytes);
    let length = sample.bytes.len() as u64;
    let pe = pe::read(&sample.bytes);
    let decoded = sample.decoded();
    let language = decoded.layers.first().map_or(Language::Unknown, |layer| layer.language);
    if pe.is_some() || language == Language::Binary {
        let format = if pe.is_some() { Format::Program } else { Format::Data };
        let limits = Limits { max_layers: 1, ..Limits::default() };
        let text = readable(&sample.bytes);
        let Decoded { indicators, traits, .. } = decode(&text, None, &limits);
        let strings = of_interest(&text, &indicators);
        let version = pe.as_ref().and_then(|_| version(&sample.bytes));
        let script = None;
        return Description { length, digests, format, pe, version, script, indicators, traits, strings };
    }
    let script =
        Script { language, verdict: decoded.verdict, traits: decoded.traits, problems: decoded.problems };
    Description {
        length,
        digests,
        format: Format::Text,
        pe: None,
        version: None,
        script: Some(script),
        indicators: decoded.indicators,
        traits: Vec::new(),
        strings: Vec::new(),
    }
}

fn version(bytes: &[u8]) -> Option<Version> {
    let facts = parse::version::parse_program(bytes)?;
    let file = facts.version.map(|[a, b, c, d]| format!("{a}.{b}.{c}.{d}"));
    let version = Version { file, original_name: facts.original_name, company: facts.company };
    let is_empty = version.file.is_none() && version.original_name.is_none() && version.company.is_none();
    (!is_empty).then_some(version)
}

/// Pieces that name something, then pieces with a name that somebody made up or the place where it was built.
fn of_interest(text: &str, indicators: &[Indicator]) -> Vec<String> {
    let names = |line: &str| indicators.iter().any(|indicator| line.contains(&indicator.value));
    let (naming, others): (Vec<&str>, Vec<&str>) = text.lines().map(str::trim).partition(|line| names(line));
    let others = others
        .into_iter()
        .filter(|line| crate::learn::has_made_up_name(line) || line.to_ascii_lowercase().ends_with(".pdb"));
    let mut known = BTreeSet::new();
    naming
        .into_iter()
        .chain(others)
        .filter(|line| known.insert(*line))
        .take(MOST_STRINGS)
        .map(|line| line.chars().take(LONGEST_STRING).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use deobfuscate::IndicatorKind;

    #[test]
    fn a_script_says_what_it_does() {
        let text = "powershell -w hidden -e ZQBjAGgAbwAgADEA";
        let found = describe(&Sample::file("a.cmd".into(), text.into()));
        assert_eq!((found.format, found.length), (Format::Text, 40));
        assert!(found.script.unwrap().verdict >= ScriptVerdict::Suspicious);
    }

    #[test]
    fn a_program_says_what_it_names() {
        let mut bytes = vec![0x4D, 0x5A, 0, 1, 2, 3, 0xFF, 0xFE];
        bytes.extend(b"\0just some words of everybody\0d:\\work\\qv0rt3x9a\\x.pdb\0stratum+tcp://pool.example.org:3333\0");
        bytes.extend(std::iter::repeat_n(0x81, 300));
        let found = describe(&Sample::file("x".into(), bytes));
        assert_eq!(found.format, Format::Data);
        let urls: Vec<_> = found.indicators.iter().map(|found| (found.kind, found.value.as_str())).collect();
        assert!(urls.contains(&(IndicatorKind::Pool, "pool.example.org:3333")), "{urls:?}");
        assert_eq!(found.strings, [r"d:\work\qv0rt3x9a\x.pdb", "stratum+tcp://pool.example.org:3333"]);
        assert!(!found.traits.is_empty());
    }
}
