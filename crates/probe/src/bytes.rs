//! Reading numbers and texts out of messages that may lie.

use crate::answer::Malformed;

/// The longest text of a server that is kept, in characters.
const MAX_TEXT: usize = 256;

/// Reads on from some byte of a message; every reading knows where the message ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'m> {
    message: &'m [u8],
    at: usize,
}

impl<'m> Reader<'m> {
    pub(crate) const fn new(message: &'m [u8], at: usize) -> Self {
        Self { message, at }
    }

    /// Where the next reading begins.
    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    /// The next so many bytes.
    pub(crate) fn take(&mut self, length: usize) -> Result<&'m [u8], Malformed> {
        let end = self.at.saturating_add(length);
        let bytes = self.message.get(self.at..end).ok_or(Malformed { at: self.at, what: "short" })?;
        self.at = end;
        Ok(bytes)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Malformed> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_le_bytes)
    }
}

/// Texts that stand one behind another, each up to a NUL or the end.
pub(crate) struct Texts<'m> {
    rest: &'m [u8],
    unicode: bool,
}

impl<'m> Texts<'m> {
    /// Texts in `rest`, which begins at byte `at` of the message: UTF-16 begins at an even one.
    pub(crate) fn new(rest: &'m [u8], at: usize, unicode: bool) -> Self {
        let pad = usize::from(unicode && at % 2 == 1);
        Self { rest: rest.get(pad..).unwrap_or_default(), unicode }
    }

    /// The next text; `None` where it is empty or there is none.
    pub(crate) fn next(&mut self) -> Option<String> {
        let (text, used) = if self.unicode {
            let units: Vec<u16> = self
                .rest
                .chunks_exact(2)
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                .take_while(|unit| *unit != 0)
                .collect();
            (String::from_utf16_lossy(&units), (units.len() + 1) * 2)
        } else {
            let length = self.rest.iter().position(|byte| *byte == 0).unwrap_or(self.rest.len());
            let bytes = self.rest.get(..length).unwrap_or_default();
            (String::from_utf8_lossy(bytes).into_owned(), length + 1)
        };
        self.rest = self.rest.get(used..).unwrap_or_default();
        shortened(&text)
    }
}

/// UTF-16 without an end.
pub(crate) fn utf16(bytes: &[u8]) -> Option<String> {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    shortened(&String::from_utf16_lossy(&units))
}

/// UTF-16 as it goes over the wire, without an end.
pub(crate) fn to_utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn shortened(text: &str) -> Option<String> {
    let text: String = text.trim().chars().take(MAX_TEXT).collect();
    (!text.is_empty()).then_some(text)
}
