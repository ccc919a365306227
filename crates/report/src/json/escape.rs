//! Strings in JSON that a terminal can show without harm.

use crate::sanitize::is_hostile;
use serde_json::ser::Formatter;
use std::fmt::Write as _;
use std::io::{self, Write};

/// JSON that others wrote, with the characters that act on a terminal or cannot be seen as `\u` escapes. The value that a program reads
/// is the same: outside strings JSON has no such characters but line breaks and tabs, which stay.
///
/// ```
/// assert_eq!(deminer_report::safe_json("[\n  \"\u{202E}gpj\"\n]"), "[\n  \"\\u202egpj\"\n]");
/// ```
pub fn safe_json(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        if !is_hostile(c) || matches!(c, '\n' | '\r' | '\t') {
            safe.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(safe, "\\u{unit:04x}");
        }
    }
    safe
}

/// The compact layout, in which characters that act on a terminal or cannot be seen are `\u` escapes. The value that a
/// program reads is the same.
pub(crate) struct SafeFormatter;

impl Formatter for SafeFormatter {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(is_hostile) {
            let (clean, tail) = rest.split_at(at);
            out.write_all(clean.as_bytes())?;
            let mut chars = tail.chars();
            if let Some(c) = chars.next() {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
            }
            rest = chars.as_str();
        }
        out.write_all(rest.as_bytes())
    }
}
