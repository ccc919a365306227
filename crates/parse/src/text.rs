//! Text in the encodings in which Windows machines write it.
//!
//! Nothing in a collected file says how it is encoded, so [`Text::decode`] goes by the content, in this order:
//!
//! 1. A byte order mark decides (UTF-8, UTF-16 in either byte order).
//! 2. UTF-16 without a mark shows by its zero bytes, which all lie on one side of the code units, or, in Japanese
//!    text without a single blank, by its many units from the kana block.
//! 3. What is valid UTF-8 is UTF-8.
//! 4. Everything else is the ANSI or OEM code page of some Windows. Each candidate decodes the lines that hold bytes
//!    above 0x7F, and the most plausible reading wins: letters that continue a word and kana or everyday ideographs
//!    speak for a page; control characters, line drawing and capitals in the middle of a word speak against it.
//!
//! What the encoding does not define becomes U+FFFD, with a [`Problem`] that says where that happened first.

use crate::Problem;
use encoding_rs::CoderResult;
use evidence::{Level, MessageSpec};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};

mod detect;
mod encoding;

pub use detect::looks_binary;
pub use encoding::Encoding;

/// Bytes that the encoding does not define were replaced.
const UNDECODABLE: MessageSpec = MessageSpec::new("note-text-undecodable", &["encoding"]);

/// What this module can say.
pub const NOTES: &[MessageSpec] = &[UNDECODABLE];

/// The distance between two remembered positions, in bytes of text.
const STRIDE: usize = 1 << 16;

/// Decoded text that can say where in the stored bytes a position of the text lies.
#[derive(Debug)]
pub struct Text<'a> {
    bytes: &'a [u8],
    decoded: Cow<'a, str>,
    encoding: Encoding,
    lossy: bool,
    cursor: Cell<Position>,
    marks: RefCell<Vec<Position>>,
}

/// The same place in the text and in the stored bytes.
#[derive(Debug, Clone, Copy, Default)]
struct Position {
    text: usize,
    byte: usize,
}

impl<'a> Text<'a> {
    /// Decodes bytes in the encoding that their content suggests.
    pub fn decode(bytes: &'a [u8]) -> Self {
        Self::decode_as(bytes, detect::detect(bytes))
    }

    /// Decodes bytes in an encoding that is known. Its byte order mark, where it has one, is left out.
    pub fn decode_as(bytes: &'a [u8], encoding: Encoding) -> Self {
        let start = encoding.mark().len();
        let (decoded, lossy) = encoding.decode(bytes.get(start..).unwrap_or_default());
        let cursor = Cell::new(Position { text: 0, byte: start });
        Self { bytes, decoded, encoding, lossy, cursor, marks: RefCell::default() }
    }

    /// The text, without a byte order mark at its beginning.
    pub fn as_str(&self) -> &str {
        &self.decoded
    }

    /// The encoding in which the text was stored.
    pub const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// What could not be decoded: one problem at most, at the first place.
    pub fn problems(&self) -> Vec<Problem> {
        if !self.lossy {
            return Vec::new();
        }
        vec![Problem {
            level: Level::Warning,
            offset: self.decoded.find(char::REPLACEMENT_CHARACTER).map(|at| self.offset(at)),
            message: UNDECODABLE.with([self.encoding.as_str().into()]),
        }]
    }

    /// The byte of the stored file at which a position of the text lies.
    ///
    /// Queries in rising order cost no more than one pass over the text altogether. Directly behind an undecodable
    /// byte the answer may be that byte's.
    pub fn offset(&self, text_index: usize) -> u64 {
        let target = text_index.min(self.decoded.len());
        let mut at = self.cursor.get();
        if target < at.text {
            let marks = self.marks.borrow();
            let known = marks.partition_point(|mark| mark.text <= target);
            let start = Position { text: 0, byte: self.encoding.mark().len() };
            at = known.checked_sub(1).and_then(|last| marks.get(last).copied()).unwrap_or(start);
        }
        let found = self.advance(at, target);
        found as u64
    }

    /// Walks from a known position to `target` and remembers where it came along.
    fn advance(&self, from: Position, target: usize) -> usize {
        let skipped = self.decoded.as_bytes().get(from.text..target).unwrap_or_default();
        let direct = match self.encoding {
            Encoding::Utf8 | Encoding::Utf8Bom if !self.lossy => Some(skipped.len()),
            encoding if encoding.is_utf16() => Some(2 * utf16_units(skipped)),
            encoding if encoding.is_single_byte() => Some(characters(skipped)),
            _ => None,
        };
        if let Some(distance) = direct {
            let byte = (from.byte + distance).min(self.bytes.len());
            self.remember(Position { text: target, byte });
            return byte;
        }
        // A line feed stands for itself in all of these, and never is part of another character.
        let lines = memchr::memchr_iter(b'\n', skipped).count();
        let mut at = from;
        if lines > 0 {
            let rest = self.bytes.get(from.byte..).unwrap_or_default();
            let last = memchr::memrchr(b'\n', skipped).unwrap_or(0);
            let stored = memchr::memchr_iter(b'\n', rest).nth(lines - 1).unwrap_or(rest.len());
            at =
                Position { text: from.text + last + 1, byte: (from.byte + stored + 1).min(self.bytes.len()) };
            self.remember(at);
        }
        let wanted = target - at.text;
        let line = self.bytes.get(at.byte..).unwrap_or_default();
        let (produced, consumed) = self.decode_prefix(line, wanted);
        if produced == wanted {
            self.remember(Position { text: target, byte: at.byte + consumed });
        }
        at.byte + consumed
    }

    /// Decodes byte by byte until there are `wanted` bytes of text. Returns the bytes produced and consumed.
    fn decode_prefix(&self, bytes: &[u8], wanted: usize) -> (usize, usize) {
        let mut decoder = self.encoding.implementation().new_decoder_without_bom_handling();
        let mut buffer = [0_u8; 32];
        let (mut produced, mut consumed) = (0, 0);
        for byte in bytes {
            if produced >= wanted {
                break;
            }
            let (result, _, written, _) =
                decoder.decode_to_utf8(std::slice::from_ref(byte), &mut buffer, false);
            produced += written;
            consumed += 1;
            debug_assert_eq!(result, CoderResult::InputEmpty);
        }
        (produced, consumed)
    }

    fn remember(&self, at: Position) {
        self.cursor.set(at);
        let mut marks = self.marks.borrow_mut();
        if marks.last().map_or(0, |mark| mark.text) + STRIDE <= at.text {
            marks.push(at);
        }
    }
}

/// The UTF-16 code units that UTF-8 text takes.
fn utf16_units(utf8: &[u8]) -> usize {
    characters(utf8) + utf8.iter().filter(|byte| **byte >= 0xF0).count()
}

/// The characters of UTF-8 text.
fn characters(utf8: &[u8]) -> usize {
    utf8.iter().filter(|byte| (**byte & 0xC0) != 0x80).count()
}

#[cfg(test)]
mod tests;
