//! What Windows does with files at its next start: `PendingFileRenameOperations` below
//! `HKLM\SYSTEM\CurrentControlSet\Control\Session Manager`.
//!
//! The value is a `REG_MULTI_SZ` of pairs: a path with the prefix `\??\`, and where it goes; an empty second text deletes. Empty texts are
//! in the middle of the value, so it is taken apart by its pairs, not by the double NUL that ends other such values.

/// The units of a NUL-terminated text.
type Text = Vec<u16>;

const PREFIX: &str = r"\??\";

/// The paths that are deleted at the next start, in the order in which they are.
pub(crate) fn deleted(value: &[u8]) -> Vec<String> {
    let (pairs, _) = pairs(value);
    pairs.iter().filter(|pair| pair.to.is_empty()).filter_map(|pair| path(&pair.from)).collect()
}

/// The value without the entries that delete this path; every other byte stays. `None` where no entry does.
pub(crate) fn without(value: &[u8], deleted: &str) -> Option<Vec<u8>> {
    let (pairs, tail) = pairs(value);
    let ours = |pair: &Pair| {
        pair.to.is_empty()
            && path(&pair.from).is_some_and(|path| path.to_lowercase() == deleted.to_lowercase())
    };
    if !pairs.iter().any(ours) {
        return None;
    }
    let kept = pairs.iter().filter(|pair| !ours(pair));
    let mut bytes: Vec<u8> = kept.flat_map(|pair| pair.bytes.iter().copied()).collect();
    bytes.extend(tail);
    Some(bytes)
}

/// Whether nothing is left to do, so that the value can go.
pub(crate) fn is_empty(value: &[u8]) -> bool {
    pairs(value).0.is_empty()
}

struct Pair<'v> {
    from: Text,
    to: Text,
    bytes: &'v [u8],
}

/// The pairs, and the bytes behind the last of them.
fn pairs(value: &[u8]) -> (Vec<Pair<'_>>, &[u8]) {
    let mut pairs = Vec::new();
    let mut rest = value;
    while let Some((from, behind)) = text(rest).filter(|(from, _)| !from.is_empty()) {
        let Some((to, behind)) = text(behind) else { break };
        let length = rest.len() - behind.len();
        let Some(bytes) = rest.get(..length) else { break };
        pairs.push(Pair { from, to, bytes });
        rest = behind;
    }
    (pairs, rest)
}

/// The text at the beginning, and what is behind its NUL.
fn text(bytes: &[u8]) -> Option<(Text, &[u8])> {
    let units = bytes.as_chunks::<2>().0;
    let end = units.iter().position(|unit| *unit == [0, 0])?;
    let text = units.get(..end)?.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
    Some((text, bytes.get(2 * (end + 1)..)?))
}

fn path(from: &[u16]) -> Option<String> {
    String::from_utf16(from).ok()?.strip_prefix(PREFIX).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(texts: &[&str]) -> Vec<u8> {
        let texts = texts.iter().flat_map(|text| text.encode_utf16().chain([0]));
        texts.chain([0]).flat_map(u16::to_le_bytes).collect()
    }

    const MINE: &str = r"\??\C:\bad.exe";
    const MOVED: [&str; 2] = [r"\??\C:\new.dll", r"!\??\C:\old.dll"];

    #[test]
    fn deletions_are_told_from_moves() {
        let both = value(&[MOVED[0], MOVED[1], MINE, "", r"\??\C:\b", ""]);
        assert_eq!(deleted(&both), [r"C:\bad.exe", r"C:\b"]);
    }

    #[test]
    fn every_other_entry_stays_byte_for_byte() {
        let both = value(&[MINE, "", MOVED[0], MOVED[1], r"\??\C:\b", ""]);
        assert_eq!(without(&both, r"c:\BAD.exe"), Some(value(&[MOVED[0], MOVED[1], r"\??\C:\b", ""])));
        assert_eq!(without(&both, r"C:\new.dll"), None, "a move is not a deletion");
        assert!(is_empty(&without(&value(&[MINE, ""]), r"C:\bad.exe").unwrap()));
        assert!(!is_empty(&both));
    }

    #[test]
    fn damage_loses_nothing() {
        let mut odd = value(&[MINE, ""]);
        odd.extend([7, 7, 7]);
        let rest = without(&odd, r"C:\bad.exe").unwrap();
        assert!(rest.ends_with(&[7, 7, 7]));
        for end in 0..odd.len() {
            let _ = (deleted(&odd[..end]), without(&odd[..end], "x"));
        }
    }
}
