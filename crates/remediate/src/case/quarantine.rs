//! Files put away so that antivirus leaves them where they are and nobody runs them by accident.
//!
//! A quarantined file is the eight bytes `DMNQUAR1`, then the bytes of the file under `ChaCha20` (RFC 8439) with the case's key and, as the
//! nonce, the first twelve bytes of SHA-256 over the name of the quarantined file. The key lies beside the files: it protects from accidents,
//! not from people.

use crate::object::hex;
use chacha20::ChaCha20;
use chacha20::cipher::{KeyIvInit, StreamCipher};
use sha2::{Digest, Sha256};

const MAGIC: &[u8; 8] = b"DMNQUAR1";

/// A key for a new case.
pub(super) fn new_key(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update("deminer quarantine");
    for part in parts {
        hash.update([0]);
        hash.update(part);
    }
    hash.finalize().into()
}

/// The key in a key file.
pub(super) fn key_of(text: &[u8]) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    let (pairs, rest) = text.as_chunks::<2>();
    if pairs.len() != key.len() || !rest.is_empty() {
        return None;
    }
    for (byte, pair) in key.iter_mut().zip(pairs) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    (hex(&key).as_bytes() == text).then_some(key)
}

/// The bytes as they are put away under this name.
pub(super) fn lock(key: &[u8; 32], name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut locked = MAGIC.to_vec();
    let mut body = bytes.to_vec();
    apply(key, name, &mut body);
    locked.append(&mut body);
    locked
}

/// The bytes that were put away; `None` where these are none.
pub(super) fn unlock(key: &[u8; 32], name: &str, locked: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = locked.strip_prefix(MAGIC)?.to_vec();
    apply(key, name, &mut bytes);
    Some(bytes)
}

fn apply(key: &[u8; 32], name: &str, bytes: &mut [u8]) {
    let digest = Sha256::digest(name);
    let nonce: [u8; 12] = std::array::from_fn(|at| digest.get(at).copied().unwrap_or_default());
    ChaCha20::new(key.into(), (&nonce).into()).apply_keystream(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_away_comes_back_and_does_not_look_like_itself() {
        let key = new_key(&["a", "b"]);
        let locked = lock(&key, "f", b"MZ program");
        assert!(!locked.windows(2).any(|pair| pair == b"MZ"));
        assert_eq!(unlock(&key, "f", &locked).as_deref(), Some(&b"MZ program"[..]));
        assert_ne!(unlock(&key, "g", &locked).as_deref(), Some(&b"MZ program"[..]));
        assert_eq!(unlock(&key, "f", b"MZ program"), None);
        assert_ne!(key, new_key(&["ab", ""]));
    }

    /// RFC 8439, appendix A.1: the keystream of the zero key begins with these bytes.
    #[test]
    fn the_cipher_is_the_one_that_is_documented() {
        let mut bytes = [0; 4];
        ChaCha20::new(&[0; 32].into(), &[0; 12].into()).apply_keystream(&mut bytes);
        assert_eq!(bytes, [0x76, 0xB8, 0xE0, 0xAD]);
    }

    #[test]
    fn key_files_hold_a_key_and_nothing_else() {
        let key = new_key(&[]);
        assert_eq!(key_of(hex(&key).as_bytes()), Some(key));
        for text in ["", "00", &hex(&key).to_uppercase(), &format!("{}\n", hex(&key)), &"+1".repeat(32)] {
            assert_eq!(key_of(text.as_bytes()), None, "{text:?}");
        }
    }
}
