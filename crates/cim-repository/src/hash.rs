//! Hashes of names: how the index names namespaces, classes and instances.
//!
//! Format 2.2 uses SHA-256, format 2.1 (Windows XP) MD5, both over the upper-case name in UTF-16LE (libyal/dtformats,
//! "CIM identifier strings"). An instance's hash is that of its key values, see [`NameHash::of_key_values`].

use std::fmt;

use md5::Md5;
use sha2::{Digest, Sha256};

/// SHA-256 of an upper-case name in UTF-16LE, as format 2.2 writes it in keys and instance records.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameHash([u8; 32]);

impl NameHash {
    /// Number of hexadecimal digits in the written form.
    pub(crate) const DIGITS: usize = 64;

    /// The hash that stands for "not known": no name has it.
    pub(crate) const UNKNOWN: Self = Self([0; 32]);

    /// Hash of a class name, a namespace's whole path (`root\subscription`) or an instance's only key value.
    pub fn of(name: &str) -> Self {
        Self(Sha256::digest(upper_utf16(name)).into())
    }

    /// Hash of an instance with several keys: the values in the alphabetical order of the keys' names, joined by
    /// U+FFFF. Measured on two public repositories: every instance agrees.
    ///
    /// An instance without keys (a singleton) has the hash of `@`.
    ///
    /// ```
    /// use cim_repository::NameHash;
    /// let binding = NameHash::of_key_values(["Consumer path", "Filter path"]);
    /// assert_eq!(binding, NameHash::of("CONSUMER PATH\u{ffff}FILTER PATH"));
    /// ```
    pub fn of_key_values<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let mut joined = String::new();
        for (i, value) in values.into_iter().enumerate() {
            if i > 0 {
                joined.push('\u{ffff}');
            }
            joined.push_str(value);
        }
        Self::of(&joined)
    }

    /// Reads the written form: 64 hexadecimal digits.
    pub fn parse(hex: &str) -> Option<Self> {
        Self::from_digits(hex.as_bytes().iter().copied())
    }

    /// Reads 64 hexadecimal digits in UTF-16LE, as instance records begin.
    pub(crate) fn from_utf16(bytes: &[u8]) -> Option<Self> {
        let (pairs, rest) = bytes.as_chunks::<2>();
        if !rest.is_empty() || pairs.iter().any(|p| p[1] != 0) {
            return None;
        }
        Self::from_digits(pairs.iter().map(|p| p[0]))
    }

    pub(crate) fn from_digits(digits: impl ExactSizeIterator<Item = u8>) -> Option<Self> {
        if digits.len() != Self::DIGITS {
            return None;
        }
        let mut hash = [0; 32];
        for (i, digit) in digits.enumerate() {
            let value = HEX[usize::from(digit)];
            if value > 15 {
                return None;
            }
            hash[i / 2] = hash[i / 2] << 4 | value;
        }
        Some(Self(hash))
    }
}

/// The value of each byte as a hexadecimal digit; 255 for what is none.
const HEX: [u8; 256] = {
    let mut table = [255; 256];
    let mut i = 0;
    while i < 10 {
        table[b'0' as usize + i as usize] = i;
        i += 1;
    }
    let mut i = 0;
    while i < 6 {
        table[b'A' as usize + i as usize] = 10 + i;
        table[b'a' as usize + i as usize] = 10 + i;
        i += 1;
    }
    table
};

impl fmt::Display for NameHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02X}"))
    }
}

impl fmt::Debug for NameHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The MD5 hash that format 2.1 (Windows XP, Server 2003) uses for the same name, in upper-case hexadecimal.
pub fn md5_of_name(name: &str) -> String {
    use fmt::Write as _;
    let mut out = String::with_capacity(32);
    for byte in Md5::digest(upper_utf16(name)) {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02X}");
    }
    out
}

/// The name in upper case as Windows does it (one character stays one character), in UTF-16LE.
fn upper_utf16(name: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(name.len() * 2);
    let mut units = [0; 2];
    for c in name.chars() {
        let mut upper = c.to_uppercase();
        let c = match (upper.next(), upper.next()) {
            (Some(only), None) => only,
            _ => c,
        };
        for unit in c.encode_utf16(&mut units) {
            bytes.extend_from_slice(&unit.to_le_bytes());
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_hash_as_windows_hashes_them() {
        // libyal/dtformats, "CIM identifier strings".
        assert_eq!(
            NameHash::of("__thisNAMESPACE").to_string(),
            "41C53E6DB1ACF2453CEFD41398198E613F10DFF47709ECAB1D7F037756AC8CE7"
        );
        assert_eq!(NameHash::of("__ThisNamespace"), NameHash::of("__THISNAMESPACE"));
    }

    #[test]
    fn the_old_format_hashes_with_md5() {
        // Computed with another implementation of MD5 over "ROOT" in UTF-16LE.
        assert_eq!(md5_of_name("root"), "C82638BEBD36E6F8E4573C4F475C62BF");
    }

    #[test]
    fn written_and_read_again() {
        let hash = NameHash::of("x");
        assert_eq!(NameHash::parse(&hash.to_string()), Some(hash));
        assert_eq!(NameHash::parse("12"), None);
        assert_eq!(NameHash::parse(&"G".repeat(64)), None);
        let wide: Vec<u8> = hash.to_string().bytes().flat_map(|b| [b, 0]).collect();
        assert_eq!(NameHash::from_utf16(&wide), Some(hash));
        assert_eq!(NameHash::from_utf16(&wide[1..]), None);
    }

    #[test]
    fn sharp_s_stays_one_character() {
        assert_eq!(NameHash::of("ß"), NameHash::of("ß"));
        assert_ne!(NameHash::of("ß"), NameHash::of("SS"));
    }
}
