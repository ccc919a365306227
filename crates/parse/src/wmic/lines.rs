//! The lines of a listing, without the blank ones.

use super::layout::{Key, LAYOUTS, Layouts};
use std::borrow::Cow;

/// A line that is not blank.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// Where it begins in the text, behind a byte order mark that joining files may have left there.
    pub(super) start: usize,
    /// Where it ends, its line end left out.
    pub(super) end: usize,
    /// How many blank lines stand before it.
    blanks: u32,
    /// The length of the name before the `=`, where the line begins like a property.
    name: u16,
    /// Which property that is.
    pub(super) key: Key,
    /// How many carriage returns are in its line end.
    pub(super) returns: u8,
}

/// A listing, line by line.
#[derive(Debug)]
pub(super) struct Lines<'t> {
    text: &'t str,
    all: Vec<Line>,
    /// Whether every line end was doubled on the way, as PowerShell does with the `\r\r\n` of `wmic`.
    doubled: bool,
    /// Whether line ends are `\r\r\n`, so that one `\r` of each is none of the value's.
    extra_return: bool,
    /// Whether the last line has a line end.
    pub(super) is_ended: bool,
}

/// A longer name is none.
const LONGEST_NAME: usize = 256;

impl<'t> Lines<'t> {
    /// Splits text into lines.
    pub(super) fn of(text: &'t str) -> Self {
        let (bytes, layouts) = (text.as_bytes(), &*LAYOUTS);
        let mut lines = Vec::with_capacity(bytes.len() / 32);
        let (mut at, mut blanks) = (0, 0_u32);
        let mut add = |start: usize, end: usize| {
            let line = bytes.get(start..end).unwrap_or_default();
            let returns = line.iter().rev().take_while(|byte| **byte == b'\r').count();
            let line = line.get(..line.len() - returns).unwrap_or_default();
            let mark = if line.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
            let line = line.get(mark..).unwrap_or_default();
            if line.is_empty() {
                blanks = blanks.saturating_add(1);
                return;
            }
            let (name, key) = property_name(layouts, line);
            lines.push(Line {
                start: start + mark,
                end: end - returns,
                blanks,
                name,
                key,
                returns: u8::try_from(returns).unwrap_or(u8::MAX),
            });
            blanks = 0;
        };
        for end in memchr::memchr_iter(b'\n', bytes) {
            add(at, end);
            at = end + 1;
        }
        let is_ended = at == bytes.len();
        if !is_ended {
            add(at, bytes.len());
        }
        let extra_return = lines.first().is_some_and(|line| line.returns > 1);
        let doubled = !extra_return && are_doubled(&lines);
        Self { text, all: lines, doubled, extra_return, is_ended }
    }

    /// How many lines there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// One line.
    pub(super) fn get(&self, at: usize) -> Option<&Line> {
        self.all.get(at)
    }

    /// The property that a line begins like.
    pub(super) fn key(&self, at: usize) -> Key {
        self.all.get(at).map_or(Key::NONE, |line| line.key)
    }

    /// The name before the `=` of a line that begins like a property; else nothing.
    pub(super) fn name(&self, at: usize) -> &'t str {
        let range = self.all.get(at).map(|line| line.start..line.start + usize::from(line.name));
        range.and_then(|range| self.text.get(range)).unwrap_or_default()
    }

    /// How many blank lines stand before a line, as they were before any doubling.
    pub(super) fn blanks(&self, at: usize) -> u32 {
        let blanks = self.all.get(at).map_or(0, |line| line.blanks);
        if self.doubled { blanks / 2 } else { blanks }
    }

    /// The lines with their places.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &Line)> {
        self.all.iter().enumerate()
    }

    /// The text behind the `=` of the line `first`, up to the end of the line before `end`, as it stands there.
    pub(super) fn raw(&self, first: usize, end: usize) -> &'t str {
        let start = self.all.get(first).map(|line| line.start + usize::from(line.name) + 1);
        let end = end.checked_sub(1).and_then(|last| self.all.get(last)).map(|line| line.end);
        start.zip(end).and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default()
    }

    /// The same with the line ends that the value itself had.
    pub(super) fn value(&self, first: usize, end: usize) -> Cow<'t, str> {
        let raw = self.raw(first, end);
        if end <= first + 1 || !(self.doubled || self.extra_return) {
            return Cow::Borrowed(raw);
        }
        if self.extra_return {
            return Cow::Owned(raw.replace("\r\n", "\n"));
        }
        let mut text = String::with_capacity(raw.len());
        let mut skip = false;
        for line in raw.split_inclusive('\n') {
            let content = line.trim_end_matches(['\r', '\n']);
            if content.is_empty() && skip {
                skip = false;
            } else {
                text.push_str(line);
                skip = true;
            }
        }
        Cow::Owned(text)
    }
}

/// The length of the name that a line begins with, before a `=`, and which one it is.
fn property_name(layouts: &Layouts, line: &[u8]) -> (u16, Key) {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let end = line.iter().take(LONGEST_NAME).position(|byte| !letter(*byte));
    let name = match (line.first(), end) {
        (Some(first), Some(end)) if !first.is_ascii_digit() && line.get(end) == Some(&b'=') => {
            line.get(..end)
        }
        _ => None,
    };
    match name {
        Some(name) if !name.is_empty() => {
            (u16::try_from(name.len()).unwrap_or_default(), layouts.key_of_bytes(name))
        }
        _ => (0, Key::NONE),
    }
}

/// Whether nearly all lines are followed by an odd number of blank ones.
fn are_doubled(lines: &[Line]) -> bool {
    let gaps = || lines.iter().skip(1).take(64);
    let odd = gaps().filter(|line| line.blanks % 2 == 1).count();
    odd >= 2 && odd * 5 > gaps().count() * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_know_what_stood_around_them() {
        let lines = Lines::of("\r\r\n\u{FEFF}Name=x\r\r\na=b\r\r\n\r\r\nno property\r\r\n1=2");
        assert_eq!(lines.len(), 4);
        assert_eq!((lines.name(0), lines.raw(0, 1), lines.blanks(0)), ("Name", "x", 1));
        assert_eq!((lines.name(1), lines.blanks(1)), ("a", 0));
        assert_eq!((lines.key(1), lines.key(2), lines.key(3)), (Key::OTHER, Key::NONE, Key::NONE));
        assert_eq!(lines.blanks(2), 1);
        assert_eq!(lines.value(0, 2), "x\r\na=b");
        assert!(!lines.is_ended);
    }

    #[test]
    fn doubled_line_ends_are_undone() {
        let lines = Lines::of("A=1\r\n\r\nB=x\r\n\r\ny\r\n\r\n\r\n\r\nz\r\n\r\n");
        assert_eq!((lines.blanks(1), lines.blanks(3)), (0, 1));
        assert_eq!(lines.value(1, 4), "x\r\ny\r\n\r\nz");
    }
}
