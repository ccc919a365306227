//! Texts that `ConvertFrom-SecureString` protected. With a key that stands in the script they open; without one only the
//! user of that machine can open them.

use std::rc::Rc;

use aes::cipher::{Array, BlockCipherDecrypt, KeyInit};

use super::commands::Words;
use super::eval::Evaluator;
use super::trace::Gap;
use super::value::Value;
use crate::encoding;

/// What every text begins with that was protected with a key of one's own.
///
/// Source: `SecureStringHelper.SecureStringExportHeader` in PowerShell's published source.
const HEADER: &str = "76492d1116743f0423413b16050a5345";

impl Evaluator<'_> {
    /// `ConvertTo-SecureString`: the text that is protected.
    pub(super) fn secure_string(&mut self, words: &Words, input: Option<&Value>) -> Value {
        let given = words.named("string").or(input).or_else(|| words.values.first());
        let Some(Value::Str(text)) = given.cloned() else { return Value::Unknown };
        if words.has("asplaintext") {
            return Value::Str(text);
        }
        let key = words.named("key").or_else(|| words.named("securekey"));
        if key.is_none() && words.has("key") {
            return Value::Unknown;
        }
        let Some(key) = key else {
            // Of the user's own protection: no one else has the key.
            if text.len() >= 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
                self.trace.gap(Gap::Locked);
            }
            return Value::Unknown;
        };
        let key = match key {
            // A password in place of a key is its UTF-16.
            Value::Str(text) => Some(Rc::new(text.encode_utf16().flat_map(u16::to_le_bytes).collect())),
            other => other.to_bytes(),
        };
        if !self.step(text.len().saturating_mul(4)) {
            return Value::Unknown;
        }
        match key.and_then(|key| open(&text, &key)) {
            // A layer only where it is run: what administrators keep so are passwords.
            Some(plain) => {
                self.trace.step("aes");
                self.bounded(Value::text(plain))
            }
            None => Value::Unknown,
        }
    }
}

/// Header, then Base64 of UTF-16: version, initialisation vector in Base64, data in hexadecimal digits.
fn open(text: &str, key: &[u8]) -> Option<String> {
    let packed = text.trim().strip_prefix(HEADER)?;
    let inner = encoding::utf16le(&encoding::base64(packed)?.bytes);
    let mut parts = inner.split('|');
    let (Some("2"), Some(vector), Some(data)) = (parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    let vector = encoding::base64(vector)?.bytes;
    let data = super::types::hex(data)?;
    let plain = match key.len() {
        16 => decrypt(&aes::Aes128::new_from_slice(key).ok()?, &vector, &data)?,
        24 => decrypt(&aes::Aes192::new_from_slice(key).ok()?, &vector, &data)?,
        32 => decrypt(&aes::Aes256::new_from_slice(key).ok()?, &vector, &data)?,
        _ => return None,
    };
    Some(encoding::utf16le(&plain))
}

/// Cipher block chaining with PKCS #7 padding.
fn decrypt<C: BlockCipherDecrypt>(cipher: &C, vector: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let mut before = vector.get(..16)?;
    let mut plain = Vec::with_capacity(data.len());
    for block in data.chunks_exact(16) {
        let mut out = Array::<u8, C::BlockSize>::try_from(block).ok()?;
        cipher.decrypt_block(&mut out);
        plain.extend(out.iter().zip(before).map(|(a, b)| a ^ b));
        before = block;
    }
    let padding = usize::from(*plain.last()?);
    let len = plain.len().checked_sub(padding).filter(|_| (1..=16).contains(&padding))?;
    plain.truncate(len);
    Some(plain)
}
