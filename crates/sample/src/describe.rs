//! What a sample is.

use crate::digest::Digests;
use crate::item::Sample;
use crate::strings::readable;
use deobfuscate::{Indicator, Language, Limits, ScriptVerdict, TraitHit, decode};
use serde::Serialize;

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
    /// What it does, where it is a script.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<Script>,
    /// What it names: addresses, wallets, files, … For a program, out of its readable pieces.
    pub indicators: Vec<Indicator>,
}

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
        let indicators = decode(&readable(&sample.bytes), None, &limits).indicators;
        return Description { length, digests, format, pe, script: None, indicators };
    }
    let script =
        Script { language, verdict: decoded.verdict, traits: decoded.traits, problems: decoded.problems };
    Description {
        length,
        digests,
        format: Format::Text,
        pe: None,
        script: Some(script),
        indicators: decoded.indicators,
    }
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
        bytes.extend(b"\0stratum+tcp://pool.example.org:3333\0");
        bytes.extend(std::iter::repeat_n(0x81, 300));
        let found = describe(&Sample::file("x".into(), bytes));
        assert_eq!(found.format, Format::Data);
        let urls: Vec<_> = found.indicators.iter().map(|found| (found.kind, found.value.as_str())).collect();
        assert!(urls.contains(&(IndicatorKind::Pool, "pool.example.org:3333")), "{urls:?}");
    }
}
