//! The names behind ordinals.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Ordinals by library, in lower case.
static KNOWN: LazyLock<BTreeMap<&'static str, BTreeMap<u16, &'static str>>> =
    LazyLock::new(|| table(include_str!("../data/ordinals.txt")));

/// The name of the function with this ordinal, where the library is one that programs link by ordinal.
pub(crate) fn name(library: &str, ordinal: u16) -> Option<&'static str> {
    KNOWN.get(library)?.get(&ordinal).copied()
}

fn table(text: &'static str) -> BTreeMap<&'static str, BTreeMap<u16, &'static str>> {
    let mut libraries: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    let mut library = "";
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            library = name;
        } else if let Some((ordinal, name)) = line.split_once(' ')
            && let Ok(ordinal) = ordinal.parse()
        {
            libraries.entry(library).or_default().insert(ordinal, name);
        }
    }
    libraries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn winsock_is_known_by_its_ordinals() {
        assert_eq!(name("ws2_32.dll", 115), Some("WSAStartup"));
        assert_eq!(name("wsock32.dll", 23), Some("socket"));
        assert_eq!(name("oleaut32.dll", 2), Some("SysAllocString"));
        assert_eq!(name("kernel32.dll", 2), None);
        assert_eq!(KNOWN.len(), 3);
    }
}
