//! The hashes by which others know a sample.

use md5::Md5;
use serde::Serialize;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// The hashes of some bytes, in lower-case hex; TLSH as its authors write it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Digests {
    /// MD5: many services still search by it. It proves nothing, as two files can be made to share it.
    pub md5: String,
    /// SHA-1; the same holds.
    pub sha1: String,
    /// SHA-256.
    pub sha256: String,
    /// TLSH, by which similar files are found; none of fewer than 50 bytes, or of bytes with too little variety.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tlsh: Option<String>,
}

impl Digests {
    /// The hashes of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            md5: hex(&Md5::digest(bytes)),
            sha1: hex(&Sha1::digest(bytes)),
            sha256: hex(&Sha256::digest(bytes)),
            tlsh: tlsh::hash_buf(bytes).ok().map(|hash| hash.to_string()),
        }
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a linear congruential generator gives, so that the same bytes can be made in any language.
    fn noise(length: usize) -> Vec<u8> {
        let mut state = 1u32;
        let next = || {
            state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345);
            u8::try_from(state >> 24).unwrap_or_default()
        };
        std::iter::repeat_with(next).take(length).collect()
    }

    /// MD5, SHA-1 and SHA-256 of `abc` from RFC 1321, FIPS 180-4; the others by Python's `hashlib`, TLSH by `py-tlsh` 5.0.0 over the same
    /// bytes.
    #[test]
    fn hashes_are_those_of_others() {
        let abc = Digests::of(b"abc");
        assert_eq!(abc.md5, "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(abc.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(abc.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(abc.tlsh, None);
        let cases = [
            (noise(50), "T152900212290553195595607A8E3225059514A093C041145104205492517357189103A5"),
            (noise(4096), "T10B815CA6B27615FEC143921D13A2B72DA8A18CB80B1EAE3110011DCC79EC2D357687EE"),
            (noise(1_000_000), "T1422533F00A3A984C7D79FB3E022C57521624CD7AC7740A9AD6D34D76662CE52FCC0E9A"),
            (
                b"powershell -nop -w hidden -e ".repeat(40),
                "T1682101E02060383C8A0FA2280008CA28840B20B984628382BB00B00AA8C040ACA2808C",
            ),
        ];
        for (bytes, expected) in cases {
            assert_eq!(Digests::of(&bytes).tlsh.as_deref(), Some(expected), "{}", bytes.len());
        }
    }

    #[test]
    fn bytes_without_variety_have_no_tlsh() {
        assert_eq!(Digests::of(&[0; 4096]).tlsh, None);
    }
}
