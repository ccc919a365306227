//! Payloads that are kept in registry values: long texts that look like encoded data or a script, also as binary data, and programs.

use super::STORES_CUT;
use super::view::View;
use crate::{Parsed, Problem};
use evidence::{Level, readable};
use registry_hive::{Key, Kind, Value};
use std::collections::HashSet;

/// Texts below this many characters are no store.
const MIN_LENGTH: usize = 1_000;
/// How programs for Windows begin: the marks of a DOS program with the usual sizes.
const PROGRAM: &[u8] = b"MZ\x90\x00\x03\x00";
/// Values of one hive that become records, the most telling first.
const MAX_STORES: usize = 400;
/// Bytes of data that they may have together.
const MAX_BYTES: usize = 64 << 20;
/// Characters at the beginning of a text that show whether it is encoded.
const HEAD: usize = 256;
/// Characters at the beginning of a text among which words of a script are looked for.
const SCRIPT_HEAD: usize = 16 << 10;

/// How much a value tells by its look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Look {
    Encoded,
    Script,
    Program,
}

/// Adds every long value of the hive that looks like encoded data, a script or a program.
pub(super) fn long_texts(view: &View, out: &mut Parsed) {
    let mut seen = HashSet::new();
    let mut found: Vec<(Look, usize, Key, Value)> = Vec::new();
    for key in view.key.walk_keys() {
        let values = key.values().into_iter().filter(|value| seen.insert(value.offset()));
        found.extend(values.filter_map(|value| Some((look(&value)?, value.length(), key, value))));
    }
    // Whoever lays decoys before a payload does not hide it.
    found.sort_by_key(|(look, length, _, value)| (std::cmp::Reverse((*look, *length)), value.offset()));
    let mut left = MAX_BYTES;
    let mut kept: Vec<_> = Vec::new();
    let mut cut = 0_usize;
    for (_, length, key, value) in found {
        match left.checked_sub(length).filter(|_| kept.len() < MAX_STORES) {
            Some(rest) => {
                left = rest;
                kept.push((key, value));
            }
            None => cut += 1,
        }
    }
    if cut > 0 {
        let message = STORES_CUT.with([cut.into(), kept.len().into()]);
        out.problems.push(Problem { level: Level::Warning, offset: None, message });
    }
    kept.sort_by_key(|(_, value)| value.offset());
    out.records.extend(kept.into_iter().map(|(key, value)| {
        let place = view.named(&path_of(view, &key));
        place.of(key).registry(&value)
    }));
}

fn path_of(view: &View, key: &Key) -> String {
    format!("{}\\{}", view.path, key.path())
}

fn look(value: &Value) -> Option<Look> {
    if value.length() < MIN_LENGTH {
        return None;
    }
    let text = if matches!(value.kind(), Kind::Sz | Kind::ExpandSz | Kind::MultiSz) {
        value.text()?
    } else {
        let data = value.data();
        if data.starts_with(PROGRAM) {
            return Some(Look::Program);
        }
        readable(&data)?
    };
    let is_long = text.chars().nth(MIN_LENGTH - 1).is_some();
    if is_long { look_of(&text) } else { None }
}

/// Whether the beginning of a text is Base64 or hex without a break, or has words of a script.
fn look_of(text: &str) -> Option<Look> {
    const WORDS: [&str; 12] = [
        "powershell",
        "iex",
        "invoke-",
        "frombase64string",
        "new-object",
        "wscript",
        "createobject",
        "function ",
        "eval(",
        "activexobject",
        "javascript:",
        "cmd /c",
    ];
    let is_code = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '-' | '_');
    if text.chars().take(HEAD).all(is_code) {
        return Some(Look::Encoded);
    }
    let head: String = text.chars().take(SCRIPT_HEAD).collect();
    let lower = head.to_lowercase();
    WORDS.iter().any(|word| lower.contains(word)).then_some(Look::Script)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_payload() {
        assert_eq!(look_of(&"TVqQAAMAAAAE".repeat(100)), Some(Look::Encoded));
        assert_eq!(look_of("var x = new ActiveXObject('x');"), Some(Look::Script));
        assert_eq!(look_of(&format!("{}IEX $x", " ".repeat(2_000))), Some(Look::Script));
        assert_eq!(look_of(r"C:\Windows;C:\Windows\System32;%PATH%"), None);
        assert_eq!(look_of("<?xml version=\"1.0\"?><a/>"), None);
    }
}
