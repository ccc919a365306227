//! Data that stands by itself: a text that is nothing but Base64, hex or character codes, and bytes that are a program, a compressed
//! stream or text in UTF-16.
//!
//! A script says how it opens what it carries; a value in a WMI class or in the registry says nothing. So data is opened only where what
//! comes out shows that it was meant: a program, an archive, a compressed stream of one of these, or text without a single odd character.
//! That random bytes of the least length are such a text happens once in 10^10.

use crate::encoding::{self, Wrapping};
use crate::engine::Child;
use crate::model::Language;
use std::collections::BTreeSet;

/// Fewer bytes than this are no payload, and may be text by chance.
const SHORTEST: usize = 24;
/// A damaged stream must have given so much before it broke.
const SHORTEST_DAMAGED: usize = 256;
/// So much of a stream is looked at to tell what it is.
const LOOK: usize = 64 << 10;
/// A text has at least so many different characters; a stream of one and the same byte can be read as anything.
const FEWEST: usize = 8;
/// Streams in streams are followed so deep when data is recognised.
const DEPTH: usize = 3;

/// How the layers of this module were reached.
pub(crate) const WAYS: [&str; 8] =
    ["hex", "char-codes", "base64", "base64-utf16", "utf16", "gzip", "zlib", "deflate"];

/// What bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Program,
    Archive,
    Text,
    Stream(Wrapping),
}

/// The layer in a text that is nothing but encoded data.
pub(crate) fn text(text: &str) -> Option<Child> {
    let inner = without_wrapping(text);
    ["hex", "char-codes", "base64"].into_iter().find_map(|how| {
        let bytes = match how {
            "hex" => hex(inner),
            "char-codes" => codes(inner),
            _ => base64(inner),
        }?;
        let kind = kind(&bytes, DEPTH)?;
        Some(match (kind, encoding::text_of(&bytes)) {
            (Kind::Text, ("utf16", text)) if how == "base64" => {
                Child { how: "base64-utf16", language: None, text }
            }
            (Kind::Text, (_, text)) => Child { how, language: None, text },
            _ => Child { how, language: Some(Language::Binary), text: encoding::latin1(&bytes) },
        })
    })
}

/// What `certutil -decode` makes of a script that carries its data between the lines of a certificate.
pub(crate) fn certificate(text: &str) -> Option<Child> {
    let at = text.find("-----BEGIN ").filter(|&at| at > 0)?;
    self::text(text.get(at..)?)
}

/// The layer in binary content, given as one character a byte: what a compressed stream holds, or text in UTF-16.
pub(crate) fn binary(content: &str, room: usize) -> Option<Child> {
    let bytes: Vec<u8> = content.chars().map(|c| u8::try_from(c).ok()).collect::<Option<_>>()?;
    let child = |how, bytes: &[u8]| match encoding::text_of(bytes) {
        ("binary", text) => Child { how, language: Some(Language::Binary), text },
        (_, text) => Child { how, language: None, text },
    };
    match kind(&bytes, DEPTH)? {
        Kind::Program | Kind::Archive => None,
        Kind::Text => Some(child("utf16", &bytes)).filter(|child| child.language.is_none()),
        Kind::Stream(wrapping) => {
            let inflated = encoding::inflate(&bytes, wrapping, room)?;
            Some(child(name(wrapping), &inflated.bytes))
        }
    }
}

const fn name(wrapping: Wrapping) -> &'static str {
    match wrapping {
        Wrapping::Raw => "deflate",
        Wrapping::Gzip => "gzip",
        Wrapping::Zlib => "zlib",
    }
}

/// Whether bytes begin as a program for Windows does: `MZ`, and the header of a PE where it says, or else the beginning that every
/// linker writes, for values that were cut.
pub(crate) fn is_program(bytes: &[u8]) -> bool {
    if !bytes.starts_with(b"MZ") {
        return false;
    }
    let at = bytes.get(0x3c..0x40).and_then(|at| <[u8; 4]>::try_from(at).ok()).map(u32::from_le_bytes);
    let at = at.and_then(|at| usize::try_from(at).ok());
    let header = at.and_then(|at| bytes.get(at..at.checked_add(4)?));
    header == Some(b"PE\0\0") || bytes.starts_with(b"MZ\x90\0\x03\0\0\0")
}

fn kind(bytes: &[u8], depth: usize) -> Option<Kind> {
    if is_program(bytes) {
        return Some(Kind::Program);
    }
    if bytes.len() < SHORTEST {
        return None;
    }
    let archives: [&[u8]; 4] = [b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"MSCF\0\0\0\0"];
    if archives.iter().any(|magic| bytes.starts_with(magic)) {
        return Some(Kind::Archive);
    }
    if is_plain(bytes) {
        return Some(Kind::Text);
    }
    let depth = depth.checked_sub(1)?;
    let wrapping = match *bytes {
        [0x1f, 0x8b, 8, ..] => Wrapping::Gzip,
        [0x78, flags, ..] if (0x7800 | u16::from(flags)).is_multiple_of(31) => Wrapping::Zlib,
        _ => Wrapping::Raw,
    };
    let inflated = encoding::inflate(bytes, wrapping, LOOK)?;
    let cut = inflated.bytes.len() == LOOK;
    let enough = cut || !inflated.damaged || inflated.bytes.len() >= SHORTEST_DAMAGED;
    let meant = wrapping == Wrapping::Gzip || kind(&inflated.bytes, depth).is_some();
    (enough && meant).then_some(Kind::Stream(wrapping))
}

/// Whether bytes are text, most of it ASCII, without a character that no text has.
fn is_plain(bytes: &[u8]) -> bool {
    let (how, text) = encoding::text_of(bytes.get(..LOOK).unwrap_or(bytes));
    if how == "binary" {
        return false;
    }
    let (mut all, mut ascii) = (0_usize, 0_usize);
    let mut kinds = BTreeSet::new();
    let mut last_is_odd = false;
    for c in text.trim_end_matches('\0').chars() {
        // The end may be cut in the middle of a character.
        if last_is_odd || c.is_control() && !matches!(c, '\r' | '\n' | '\t' | '\u{c}') {
            return false;
        }
        last_is_odd = c == char::REPLACEMENT_CHARACTER;
        all += 1;
        ascii += usize::from(c.is_ascii());
        if kinds.len() < FEWEST {
            kinds.insert(c);
        }
    }
    all >= SHORTEST / 2 && ascii * 2 > all && kinds.len() >= FEWEST
}

/// The text without blanks, quotes, the lines of `certutil` or the beginning of a data address around it.
fn without_wrapping(text: &str) -> &str {
    let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\u{feff}' | '\0'));
    if let Some(rest) = text.strip_prefix("-----BEGIN ") {
        let body = rest.split_once('\n').map_or("", |(_, body)| body);
        return body.split_once("-----END").map_or(body, |(body, _)| body);
    }
    if text.starts_with("data:")
        && let Some((_, body)) = text.split_once(";base64,")
    {
        return body;
    }
    text
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let is_digit = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/' | b'-' | b'_');
    let body = text.trim_end_matches(|c: char| c == '=' || c.is_ascii_whitespace());
    // Blanks stand in command lines, which may be of such characters only, and line ends in data.
    if !body.lines().all(|line| line.trim().bytes().all(is_digit)) {
        return None;
    }
    encoding::base64(body).map(|unpacked| unpacked.bytes)
}

/// Pairs of hex digits, with or without something between them (`4d5a`, `4d,5a`, `0x4d, 0x5a`, `\x4d\x5a`).
fn hex(text: &str) -> Option<Vec<u8>> {
    let body = text.strip_prefix("hex:").unwrap_or(text);
    let mut bytes = Vec::with_capacity(body.len() / 2);
    let mut high: Option<u8> = None;
    let mut before = b' ';
    for c in body.bytes() {
        let digit = char::from(c).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        match (digit, high) {
            (Some(digit), None) => high = Some(digit),
            (Some(digit), Some(first)) => {
                bytes.push(first << 4 | digit);
                high = None;
            }
            (None, Some(0)) if c.eq_ignore_ascii_case(&b'x') && before == b'0' => high = None,
            (None, None) if c.eq_ignore_ascii_case(&b'x') && before == b'\\' => {}
            (None, None) if is_between(c) || matches!(c, b'-' | b':' | b'\\') => {}
            _ => return None,
        }
        before = c;
    }
    high.is_none().then_some(bytes)
}

/// Numbers of bytes with something between them (`77, 90, 144`).
fn codes(text: &str) -> Option<Vec<u8>> {
    if !text.bytes().all(|c| c.is_ascii_digit() || is_between(c)) {
        return None;
    }
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty());
    numbers.map(|number| number.parse().ok()).collect()
}

const fn is_between(c: u8) -> bool {
    c.is_ascii_whitespace() || matches!(c, b',' | b';')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_in_every_spelling() {
        for spelling in
            ["4d5a00ff", "4D 5A 00 FF", "4d,5a,\r\n00,ff", "0x4d, 0x5A, 0x00, 0xff", r"\x4d\x5a\x00\xff"]
        {
            assert_eq!(hex(spelling), Some(vec![0x4d, 0x5a, 0, 0xff]), "{spelling}");
        }
        assert_eq!(hex("hex:4d,5a,\\\r\n  00"), Some(vec![0x4d, 0x5a, 0]));
        assert_eq!((hex("4d5"), hex("4d5g"), hex("4 d")), (None, None, None));
        assert_eq!(codes("77, 90;144\n0"), Some(vec![77, 90, 144, 0]));
        assert_eq!((codes("77, 256"), codes("77 x")), (None, None));
    }

    #[test]
    fn a_program_has_the_header_of_one() {
        let mut program = vec![0; 0x90];
        program[..2].copy_from_slice(b"MZ");
        program[0x3c] = 0x80;
        assert!(!is_program(&program), "two letters are no program");
        program[0x80..0x84].copy_from_slice(b"PE\0\0");
        assert!(is_program(&program));
        assert!(is_program(b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0"), "it may be cut");
        program[0x3c..0x40].copy_from_slice(&[0xff; 4]);
        assert!(!is_program(&program));
    }
}
