//! Files, accounts, registry values and settings.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A file that something points to, or that lies where it should not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFact {
    /// Its path on the machine.
    pub path: String,
    /// Whether it is there.
    pub exists: bool,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// When it was made and changed, in 100 ns since 1601-01-01.
    pub created: Option<u64>,
    /// See `created`.
    pub modified: Option<u64>,
    /// Hashes by algorithm in lower case, in lower-case hex.
    pub hashes: BTreeMap<String, String>,
    /// The four numbers of its fixed file version.
    pub version: Option<[u16; 4]>,
    /// The original name in its version information.
    pub original_name: Option<String>,
    /// The company in its version information.
    pub company: Option<String>,
    /// What is said of its signature.
    pub signer: Option<String>,
}

/// A registry value, for the places that autostart, hardening and settings live in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryValue {
    /// The key with its root: `HKLM\SOFTWARE\…`.
    pub key: String,
    /// The name; empty for the default value.
    pub name: String,
    /// The type by its Windows name: `REG_SZ`, `REG_DWORD`, …
    pub kind: String,
    /// The data as text: strings as they are, multi-strings joined by newlines, numbers in decimal, binary in lower-case hex.
    pub data: String,
    /// When the key was last written, in 100 ns since 1601-01-01.
    pub key_written: Option<u64>,
}

impl RegistryValue {
    /// Whether its data is none of text, which is told in hex.
    pub fn is_binary(&self) -> bool {
        !["REG_SZ", "REG_EXPAND_SZ", "REG_MULTI_SZ", "REG_LINK"].contains(&self.kind.as_str())
    }

    /// The bytes of binary data; `None` where it is no hex.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        let digits = self.data.as_bytes().as_chunks::<2>();
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let byte = |[high, low]: &[u8; 2]| Some(digit(*high)? << 4 | digit(*low)?);
        digits.1.is_empty().then(|| digits.0.iter().map(byte).collect()).flatten()
    }
}

/// The text that bytes are, in UTF-16 (little-endian) or in ASCII; `None` where their beginning is no text.
pub fn readable(bytes: &[u8]) -> Option<String> {
    /// Bytes by which it is judged.
    const HEAD: usize = 512;
    let is_text = |byte: u8| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n');
    let bytes = bytes.strip_prefix(&[0xFF, 0xFE]).unwrap_or(bytes);
    let head = bytes.get(..HEAD.min(bytes.len()))?;
    if head.len() < 2 {
        return None;
    }
    if head.as_chunks::<2>().0.iter().all(|[low, high]| *high == 0 && is_text(*low)) {
        let units = bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
        let text = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER));
        return Some(text.collect::<String>().trim_end_matches('\0').to_owned());
    }
    head.iter()
        .all(|byte| is_text(*byte))
        .then(|| String::from_utf8_lossy(bytes).trim_end_matches('\0').to_owned())
}

/// A local user account. No password and no hash of one is ever read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its relative id.
    pub rid: Option<u32>,
    /// Whether it can log on.
    pub enabled: Option<bool>,
    /// Whether it is a local administrator.
    pub administrator: Option<bool>,
    /// Whether it may have no password.
    pub password_not_required: Option<bool>,
    /// Whether its password never expires.
    pub password_never_expires: Option<bool>,
    /// When its password was last set, in 100 ns since 1601-01-01.
    pub password_set: Option<u64>,
    /// Its last logon, in 100 ns since 1601-01-01.
    pub last_logon: Option<u64>,
}

/// A fact about the machine that is neither a registry value nor a file: a line of the hosts file, a DNS server, a firewall rule, an
/// installed update.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// What kind of fact, in kebab case: `hosts-entry`, `dns-server`, `portproxy`, `firewall-rule`, `hotfix`, …
    pub kind: String,
    /// Its name, where it has one.
    pub name: String,
    /// Its value.
    pub value: String,
    /// More about it, by name.
    pub details: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_data_that_is_text() {
        let wide: Vec<u8> = "IEX $é".encode_utf16().flat_map(u16::to_le_bytes).collect();
        // The beginning decides, and it is none where a letter is no ASCII; a script begins with ASCII.
        assert_eq!(readable(&wide), None);
        let long: Vec<u8> =
            format!("{}é\0", "x".repeat(300)).encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(readable(&long).unwrap(), format!("{}é", "x".repeat(300)));
        assert_eq!(readable(b"cmd /c x\r\n\0").as_deref(), None);
        assert_eq!(readable(b"cmd /c x\r\n").as_deref(), Some("cmd /c x\r\n"));
        assert_eq!(readable(b"MZ\x90\0"), None);
        assert_eq!(readable(b""), None);
        let value = |data: &str| RegistryValue { data: data.to_owned(), ..RegistryValue::default() };
        assert_eq!(value("00ffA5").bytes(), Some(vec![0, 0xFF, 0xA5]));
        assert_eq!((value("0").bytes(), value("zz").bytes()), (None, None));
    }
}
