//! The hosts file: lines of an address and names, `#` begins a comment (RFC 952 and the comment in the file that Windows brings).

use crate::file_name::file_name;
use crate::text::Text;
use crate::{Parsed, Problem};
use evidence::{Area, Level, Location, MessageSpec, ReadState, RecordData, Setting};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Only the beginning of a very long file was read.
const CUT: MessageSpec = MessageSpec::new("note-hosts-cut", &["limit"]);

/// What this module can say.
pub const NOTES: &[MessageSpec] = &[CUT];

/// Names of one file that become records. The longest lists against advertising have some hundred thousand.
const MAX_NAMES: usize = 500_000;

/// Whether a text with this name is a hosts file: nothing but addresses with names, blank lines and comments.
pub(crate) fn is_hosts(text: &str, name: &str) -> bool {
    let name = file_name(name).to_ascii_lowercase();
    let stem = name.strip_suffix(".txt").unwrap_or(&name);
    let named = stem == "hosts" || stem.ends_with("_hosts") || stem.ends_with("-hosts");
    if !named {
        return false;
    }
    // Of the beginning of a file the last line may be cut.
    let lines: Vec<_> = text.lines().filter(|line| !content(line).trim().is_empty()).collect();
    let whole = lines.len().saturating_sub(1).max(1);
    lines.iter().take(whole).all(|line| entry(line).is_some())
}

/// Reads a hosts file: a setting of the kind `hosts-entry` for each name.
pub fn parse(text: &Text<'_>) -> Parsed {
    let mut parsed = Parsed { problems: text.problems(), ..Parsed::default() };
    let mut left = MAX_NAMES;
    let mut at = 0;
    for line in text.as_str().split_inclusive('\n') {
        let offset = text.offset(at);
        at += line.len();
        let Some((address, names)) = entry(line) else { continue };
        for name in names {
            let Some(rest) = left.checked_sub(1) else {
                let message = CUT.with([MAX_NAMES.into()]);
                parsed.problems.push(Problem { level: Level::Warning, offset: Some(offset), message });
                parsed.coverage.add(Area::Settings, ReadState::Partial);
                return parsed;
            };
            left = rest;
            let setting = Setting {
                kind: "hosts-entry".to_owned(),
                name: name.to_owned(),
                value: address.to_owned(),
                details: BTreeMap::new(),
            };
            parsed.records.push((Location::Offset(offset), RecordData::Setting(setting)));
        }
    }
    parsed.coverage.add(Area::Settings, ReadState::Partial);
    parsed
}

fn content(line: &str) -> &str {
    line.split('#').next().unwrap_or_default()
}

/// The address and the names of a line.
fn entry(line: &str) -> Option<(&str, impl Iterator<Item = &str>)> {
    let mut words = content(line).split_whitespace();
    let address = words.next()?;
    let plain = address.split('%').next().unwrap_or(address);
    plain.parse::<IpAddr>().is_ok().then_some((address, words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_name_of_a_line_is_a_setting() {
        let bytes = b"\xEF\xBB\xBF# 1.2.3.4 not.this\r\n\r\n127.0.0.1 localhost # here\r\n\t0.0.0.0\ta.example  b.example\r\nfe80::1%1 c\r\nnonsense d\r\n";
        let text = Text::decode(bytes);
        let parsed = parse(&text);
        let names: Vec<_> = parsed
            .records
            .iter()
            .map(|(at, data)| match (at, data) {
                (Location::Offset(at), RecordData::Setting(own)) => {
                    (*at, own.value.as_str(), own.name.as_str())
                }
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(
            names,
            [
                (25, "127.0.0.1", "localhost"),
                (53, "0.0.0.0", "a.example"),
                (53, "0.0.0.0", "b.example"),
                (84, "fe80::1%1", "c"),
            ]
        );
    }

    #[test]
    fn the_name_and_the_content_both_tell() {
        assert!(is_hosts("# comment\r\n127.0.0.1 localhost\r\n", "C/Windows/System32/drivers/etc/hosts"));
        assert!(is_hosts("# nothing but comments\n", "PC1_hosts"));
        assert!(!is_hosts("127.0.0.1 localhost\n", "list.txt"));
        assert!(!is_hosts("server01\nserver02\n", "hosts"), "a list of machines is no hosts file");
        assert!(!is_hosts("[all]\n10.0.0.1\n", "hosts"));
    }

    proptest! {
        #[test]
        fn anything_is_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let text = Text::decode(&bytes);
            let _ = parse(&text);
            let _ = is_hosts(text.as_str(), "hosts");
        }
    }
}
