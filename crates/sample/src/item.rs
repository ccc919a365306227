//! A sample and where it came from.

use deobfuscate::{Decoded, Language, Limits, decode};
use detect::assessment::EvidenceRef;
use parse::text::{Text, looks_binary};
use serde::Serialize;

/// Bytes, and where they came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Where they came from.
    pub origin: Origin,
}

/// Where a sample came from. The names in it are the attacker's.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Origin {
    /// A file, as the user named it.
    File {
        /// Its path.
        path: String,
    },
    /// A field of a finding.
    Finding {
        /// The machine.
        host: String,
        /// The finding's id.
        finding: String,
        /// The name of the finding's subject.
        name: String,
        /// The field, with dots between the levels.
        field: String,
        /// Where the field was read.
        evidence: Vec<EvidenceRef>,
    },
    /// A layer that came out of another sample.
    Layer {
        /// The SHA-256 of the other sample.
        of: String,
        /// Which layer of it.
        layer: usize,
        /// How it was reached.
        how: &'static str,
    },
}

impl Sample {
    /// A file.
    pub fn file(path: String, bytes: Vec<u8>) -> Self {
        Self { bytes, origin: Origin::File { path } }
    }

    /// The sample, decoded.
    pub(crate) fn decoded(&self) -> Decoded {
        let limits = Limits::default();
        if !looks_binary(&self.bytes) {
            return decode(Text::decode(&self.bytes).as_str(), None, &limits);
        }
        let text: String = self.bytes.iter().copied().map(char::from).collect();
        decode(&text, Some(Language::Binary), &limits)
    }
}

/// The layers that come out of a sample, each a sample of its own; `sha256` is the hash of the one that they come out of.
pub fn layers(sample: &Sample, sha256: &str) -> Vec<Sample> {
    let decoded = sample.decoded();
    let numbered = decoded.layers.into_iter().enumerate().skip(1);
    numbered
        .map(|(at, layer)| Sample {
            bytes: bytes_of(layer.language, layer.text),
            origin: Origin::Layer { of: sha256.to_owned(), layer: at, how: layer.how },
        })
        .collect()
}

/// The bytes of a layer: of binary content the bytes that it had, of text its UTF-8.
fn bytes_of(language: Language, text: String) -> Vec<u8> {
    if language == Language::Binary && text.chars().all(|letter| u32::from(letter) < 256) {
        return text.chars().filter_map(|letter| u8::try_from(letter).ok()).collect();
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_of_a_script_are_samples_and_programs_are_bytes_again() {
        let sample = Sample::file("a.ps1".into(), b"powershell -e ZQBjAGgAbwAgADEA".to_vec());
        let found = layers(&sample, "00");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].bytes, b"echo 1");
        assert_eq!(found[0].origin, Origin::Layer { of: "00".into(), layer: 1, how: "base64-utf16" });
        assert_eq!(bytes_of(Language::Binary, "MZ\u{90}\u{0}\u{ff}".into()), b"MZ\x90\x00\xff");
    }
}
