//! Payloads that are kept in registry values: long texts that look like encoded data or a script, and programs as binary data.

use super::view::View;
use crate::Parsed;
use registry_hive::{Key, Kind, Value};

/// Texts below this many characters are no store.
const MIN_LENGTH: usize = 1_000;
/// How programs for Windows begin: the marks of a DOS program with the usual sizes.
const PROGRAM: &[u8] = b"MZ\x90\x00\x03\x00";
/// Texts of one hive that become records.
const MAX_STORES: usize = 100;
/// Characters at the beginning of a text by which it is judged.
const HEAD: usize = 256;

/// Adds every long text of the hive that looks like encoded data or a script.
pub(super) fn long_texts(view: &View, out: &mut Parsed) {
    let mut left = MAX_STORES;
    for key in view.key.walk_keys() {
        for value in key.values() {
            if !is_store(&value) {
                continue;
            }
            let Some(rest) = left.checked_sub(1) else { return };
            left = rest;
            let place = view.named(&path_of(view, &key));
            out.records.push(place.of(key).registry(&value));
        }
    }
}

fn path_of(view: &View, key: &Key) -> String {
    format!("{}\\{}", view.path, key.path())
}

fn is_store(value: &Value) -> bool {
    if matches!(value.kind(), Kind::Binary | Kind::None) {
        return value.length() >= MIN_LENGTH && value.data().starts_with(PROGRAM);
    }
    matches!(value.kind(), Kind::Sz | Kind::ExpandSz | Kind::MultiSz)
        && value.length() >= MIN_LENGTH * 2
        && value
            .text()
            .is_some_and(|text| text.chars().count() >= MIN_LENGTH && looks_encoded_or_script(&text))
}

/// Whether the beginning of a text is Base64 or hex without a break, or has words of a script.
fn looks_encoded_or_script(text: &str) -> bool {
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
    let head: String = text.chars().take(HEAD).collect();
    let is_code = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '-' | '_');
    if head.chars().all(is_code) {
        return true;
    }
    let lower = head.to_lowercase();
    WORDS.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::looks_encoded_or_script;

    #[test]
    fn what_looks_like_a_payload() {
        assert!(looks_encoded_or_script(&"TVqQAAMAAAAE".repeat(100)));
        assert!(looks_encoded_or_script("var x = new ActiveXObject('x');"));
        assert!(!looks_encoded_or_script(r"C:\Windows;C:\Windows\System32;%PATH%"));
        assert!(!looks_encoded_or_script("<?xml version=\"1.0\"?><a/>"));
    }
}
