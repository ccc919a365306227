//! Bytes back to text: Base64 as attackers spell it, UTF-16 taken for ASCII and the other way round, compression.

use std::io::Read as _;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What Base64 gave, and whether something had to be left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unpacked {
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
    /// Whether the text was cut off or held characters that do not belong there.
    pub(crate) damaged: bool,
}

/// Decodes Base64 with white space inside, missing padding or a cut-off end. `None` when it is not Base64 at all.
pub(crate) fn base64(text: &str) -> Option<Unpacked> {
    let mut digits: Vec<u8> = Vec::with_capacity(text.len());
    let mut damaged = false;
    for c in text.bytes() {
        match c {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => digits.push(c),
            b'=' | b' ' | b'\t' | b'\r' | b'\n' => {}
            // URL-safe spelling, and what mail programs make of a plus sign.
            b'-' => digits.push(b'+'),
            b'_' => digits.push(b'/'),
            _ => {
                damaged = true;
                break;
            }
        }
    }
    if digits.len() % 4 == 1 {
        digits.pop();
        damaged = true;
    }
    if digits.is_empty() {
        return None;
    }
    let bytes = LENIENT.decode(&digits).ok()?;
    Some(Unpacked { bytes, damaged })
}

/// Bytes as text, with the name of the reading: `utf16`, `ascii`, `utf8` or `binary`.
///
/// `powershell -EncodedCommand` reads UTF-16LE only; attackers (and the tools that make their lines) put ASCII there
/// as well, and [`String::from_utf8`] over UTF-16 succeeds with NULs between, so zero bytes decide.
pub(crate) fn text_of(bytes: &[u8]) -> (&'static str, String) {
    if let Some(rest) = bytes.strip_prefix(&[0xff, 0xfe]) {
        return ("utf16", utf16le(rest));
    }
    if let Some(rest) = bytes.strip_prefix(&[0xfe, 0xff]) {
        return ("utf16", utf16be(rest));
    }
    if bytes.starts_with(b"MZ") && !bytes.starts_with(b"MZ\0") && bytes.contains(&0) {
        return ("binary", latin1(bytes));
    }
    let head = &bytes[..bytes.len().min(4096)];
    let zeros = |parity: usize| head.iter().skip(parity).step_by(2).filter(|&&b| b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let half = head.len() / 2;
    if half > 0 && odd * 2 > half && even * 4 < half {
        return ("utf16", utf16le(bytes));
    }
    if half > 0 && even * 2 > half && odd * 4 < half {
        return ("utf16", utf16be(bytes));
    }
    let rest = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    match std::str::from_utf8(rest) {
        Ok(text) if is_text(text) => (if text.is_ascii() { "ascii" } else { "utf8" }, text.to_owned()),
        _ => ("binary", latin1(bytes)),
    }
}

/// Whether a string is text a person could have written: hardly any control characters.
pub(crate) fn is_text(text: &str) -> bool {
    let mut bad = 0_usize;
    let mut all = 0_usize;
    for c in text.chars().take(4096) {
        all += 1;
        if c.is_control() && !matches!(c, '\r' | '\n' | '\t' | '\u{c}') || c == '\u{fffd}' {
            bad += 1;
        }
    }
    bad * 20 <= all
}

/// UTF-16LE; an odd last byte and lone surrogates become `U+FFFD`.
pub(crate) fn utf16le(bytes: &[u8]) -> String {
    utf16(bytes, u16::from_le_bytes)
}

/// UTF-16BE; an odd last byte and lone surrogates become `U+FFFD`.
pub(crate) fn utf16be(bytes: &[u8]) -> String {
    utf16(bytes, u16::from_be_bytes)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text: String = char::decode_utf16(pairs.iter().map(|&pair| unit(pair)))
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    if !rest.is_empty() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    text
}

/// One character for each byte.
pub(crate) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&b| char::from(b)).collect()
}

/// `%41` sequences to text.
pub(crate) fn percent(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let source = text.as_bytes();
    let mut at = 0;
    while let Some(&b) = source.get(at) {
        let digits = source.get(at + 1..at + 3).and_then(|d| std::str::from_utf8(d).ok());
        match digits.and_then(|d| u8::from_str_radix(d, 16).ok()) {
            Some(decoded) if b == b'%' => {
                bytes.push(decoded);
                at += 3;
            }
            _ => {
                bytes.push(b);
                at += 1;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|error| latin1(error.as_bytes()))
}

/// How a compressed stream is wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrapping {
    /// `DeflateStream`.
    Raw,
    /// `GZipStream`.
    Gzip,
    /// Two bytes of header, then deflate.
    Zlib,
}

/// Inflates at most `limit` bytes. A stream that is damaged later on gives what came before; `None` when nothing came.
pub(crate) fn inflate(bytes: &[u8], wrapping: Wrapping, limit: usize) -> Option<Unpacked> {
    let mut out = Vec::new();
    let limit64 = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let result = match wrapping {
        Wrapping::Raw => flate2::read::DeflateDecoder::new(bytes).take(limit64).read_to_end(&mut out),
        Wrapping::Gzip => flate2::read::MultiGzDecoder::new(bytes).take(limit64).read_to_end(&mut out),
        Wrapping::Zlib => flate2::read::ZlibDecoder::new(bytes).take(limit64).read_to_end(&mut out),
    };
    let damaged = result.is_err() || out.len() > limit;
    out.truncate(limit);
    (!out.is_empty()).then_some(Unpacked { bytes: out, damaged })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_survives_spaces_missing_padding_and_cut_ends() {
        assert_eq!(base64("aGVs bG8").map(|u| u.bytes), Some(b"hello".to_vec()));
        assert_eq!(base64("aGVsbG8=").map(|u| (u.bytes, u.damaged)), Some((b"hello".to_vec(), false)));
        assert_eq!(base64("aGVsbG8gd").map(|u| (u.bytes, u.damaged)), Some((b"hello ".to_vec(), true)));
        assert_eq!(base64("=="), None);
    }

    #[test]
    fn utf16_and_ascii_are_told_apart() {
        let wide: Vec<u8> = "iex $a".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text_of(&wide), ("utf16", "iex $a".to_owned()));
        assert_eq!(text_of(b"iex $a"), ("ascii", "iex $a".to_owned()));
        assert_eq!(text_of(&[0x4d, 0x5a, 0x90, 0, 3, 0, 0, 0]).0, "binary");
        assert_eq!(text_of(&[0xfc, 0xe8, 0x82, 0x01, 0x02]).0, "binary");
        let mut odd = wide.clone();
        odd.push(0x41);
        assert_eq!(text_of(&odd).1, "iex $a\u{fffd}");
    }

    #[test]
    fn percent_signs() {
        assert_eq!(percent("%41b%"), "Ab%");
        assert_eq!(percent("%e9"), "\u{e9}");
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        use std::io::Write as _;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&vec![0; 1 << 20]).unwrap();
        let bomb = encoder.finish().unwrap();
        let opened = inflate(&bomb, Wrapping::Gzip, 1000).unwrap();
        assert_eq!((opened.bytes.len(), opened.damaged), (1000, true));
    }
}
