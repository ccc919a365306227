//! The hosts file: lines of an address and names, `#` begins a comment.

use machine::{Facts, Result};

/// The largest hosts file that is changed, in bytes.
pub(crate) const MAX_BYTES: u64 = 16 << 20;

/// The kind of setting that is a line of the hosts file.
pub(crate) const KIND: &str = "hosts-entry";

/// Where the file is.
pub(crate) fn path(facts: &Facts) -> String {
    format!(r"{}\System32\drivers\etc\hosts", facts.windows.trim_end_matches('\\'))
}

/// The address that the file gives the name; the first one counts.
pub(crate) fn address_of(bytes: &[u8], name: &str) -> Option<String> {
    lines(bytes).find_map(|line| {
        let (address, mut names) = entry(line)?;
        names
            .any(|own| own.eq_ignore_ascii_case(name.as_bytes()))
            .then(|| String::from_utf8_lossy(address).into_owned())
    })
}

/// The file without this name: lines that give nothing else go, the others lose the name; every other byte stays.
pub(crate) fn without(bytes: &[u8], name: &str) -> Vec<u8> {
    let is_name = |word: &[u8]| word.eq_ignore_ascii_case(name.as_bytes());
    let mut kept = Vec::with_capacity(bytes.len());
    for line in lines(bytes) {
        let Some((_, mut names)) = entry(line) else {
            kept.extend_from_slice(line);
            continue;
        };
        if !names.any(is_name) {
            kept.extend_from_slice(line);
        } else if entry(line).is_some_and(|(_, names)| names.clone().any(|word| !is_name(word))) {
            remove_words(line, is_name, &mut kept);
        }
    }
    kept
}

/// The file with the lines at its end that give this name in the other.
pub(crate) fn with_lines_of(bytes: &[u8], other: &[u8], name: &str) -> Vec<u8> {
    let mut with = bytes.to_vec();
    let gives = |line: &&[u8]| {
        entry(line).is_some_and(|(_, mut names)| names.any(|own| own.eq_ignore_ascii_case(name.as_bytes())))
    };
    for line in lines(other).filter(gives) {
        if with.last().is_some_and(|byte| *byte != b'\n') {
            with.extend_from_slice(b"\r\n");
        }
        with.extend_from_slice(line);
    }
    with
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n')
}

fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

/// The address and the names of a line; `None` where it is blank or a comment.
fn entry(line: &[u8]) -> Option<(&[u8], impl Iterator<Item = &[u8]> + Clone)> {
    let content = line.split(|byte| *byte == b'#').next().unwrap_or_default();
    let mut words = words(content);
    let address = words.next()?;
    Some((address, words))
}

/// Copies the line without the names that are to go, and without the blanks before them. Comments are copied as they are.
fn remove_words(line: &[u8], gone: impl Fn(&[u8]) -> bool, out: &mut Vec<u8>) {
    let end = line.iter().position(|byte| *byte == b'#').unwrap_or(line.len());
    let (content, comment) = line.split_at(end);
    let mut rest = content;
    while !rest.is_empty() {
        let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let word = rest.iter().skip(blanks).take_while(|byte| !byte.is_ascii_whitespace()).count();
        let (piece, after) = rest.split_at(blanks + word);
        let (_, text) = piece.split_at(blanks);
        if text.is_empty() || !gone(text) {
            out.extend_from_slice(piece);
        }
        rest = after;
    }
    out.extend_from_slice(comment);
}

/// The file as it is now.
pub(crate) fn read(
    machine: &dyn machine::Machine,
    facts: &Facts,
) -> Result<Option<(machine::FileState, Vec<u8>)>> {
    let path = path(facts);
    match machine.file(&path)? {
        Some(state) => Ok(Some((state, machine.read_file(&path, MAX_BYTES)?))),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &[u8] = b"# a comment with bad.example\r\n127.0.0.1 localhost\r\n1.2.3.4\tbad.example\r\n1.2.3.4  good bad.example other # bad.example\r\nend";

    #[test]
    fn names_are_found_outside_comments() {
        assert_eq!(address_of(FILE, "BAD.example").as_deref(), Some("1.2.3.4"));
        assert_eq!(address_of(FILE, "comment"), None);
        assert_eq!(address_of(FILE, "1.2.3.4"), None, "an address is no name");
    }

    #[test]
    fn a_name_goes_and_every_other_byte_stays() {
        let kept = String::from_utf8(without(FILE, "bad.example")).unwrap();
        assert_eq!(
            kept,
            "# a comment with bad.example\r\n127.0.0.1 localhost\r\n1.2.3.4  good other # bad.example\r\nend"
        );
        assert_eq!(without(FILE, "absent"), FILE);
    }

    proptest::proptest! {
        #[test]
        fn removing_never_panics_and_is_done_once(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200), name in "[a-c#]{1,3}") {
            let once = without(&bytes, &name);
            proptest::prop_assert_eq!(address_of(&once, &name), None);
            proptest::prop_assert_eq!(&without(&once, &name), &once);
        }
    }
}
