//! Addresses of coins, decided by their checksums.
//!
//! Sources: Monero's block Base58 and address layout (Monero Research Lab, *Zero to Monero* §4; network bytes in
//! `monero/src/cryptonote_config.h`), Bitcoin's `Base58Check` (BIP-13), Bech32 and Bech32m (BIP-173, BIP-350) and
//! Ethereum's mixed-case checksum (EIP-55).

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use sha3::Keccak256;

/// What kind of Monero address (main network).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MoneroKind {
    /// 95 characters, begins with `4`.
    Standard,
    /// 106 characters, begins with `4`: a standard address with an 8-byte payment id.
    Integrated,
    /// 95 characters, begins with `8`.
    Subaddress,
}

/// What kind of Bitcoin address (main network).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BitcoinKind {
    /// Begins with `1`.
    PublicKeyHash,
    /// Begins with `3`.
    ScriptHash,
    /// Begins with `bc1q`.
    SegWit,
    /// Begins with `bc1p` or a later version.
    Taproot,
}

/// Whether an Ethereum address carries its checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EthereumKind {
    /// Mixed case, and the case is right.
    Checksummed,
    /// All digits in one case: nothing to check.
    Unchecked,
}

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Bytes in a block of Monero's Base58, by its number of characters; 0 where no block has that length.
const BLOCK_BYTES: [usize; 12] = [0, 0, 1, 2, 0, 3, 4, 5, 0, 6, 7, 8];

fn digit(c: u8) -> Option<u8> {
    ALPHABET.iter().position(|&a| a == c).and_then(|p| u8::try_from(p).ok())
}

fn monero_bytes(address: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(80);
    for block in address.as_bytes().chunks(11) {
        let size = BLOCK_BYTES[block.len()];
        if size == 0 {
            return None;
        }
        let mut number: u128 = 0;
        for &c in block {
            number = number * 58 + u128::from(digit(c)?);
        }
        if number >> (8 * size) != 0 {
            return None;
        }
        out.extend_from_slice(&number.to_be_bytes()[16 - size..]);
    }
    Some(out)
}

/// The kind of a Monero main-network address, if its length, network byte and Keccak-256 checksum are right.
pub fn monero(address: &str) -> Option<MoneroKind> {
    if !matches!((address.len(), address.as_bytes().first()), (95, Some(b'4' | b'8')) | (106, Some(b'4'))) {
        return None;
    }
    let bytes = monero_bytes(address)?;
    let (body, checksum) = bytes.split_at_checked(bytes.len().checked_sub(4)?)?;
    if Keccak256::digest(body)[..4] != *checksum {
        return None;
    }
    match (body.first()?, body.len()) {
        (18, 65) => Some(MoneroKind::Standard),
        (19, 73) => Some(MoneroKind::Integrated),
        (42, 65) => Some(MoneroKind::Subaddress),
        _ => None,
    }
}

/// The kind of a Bitcoin main-network address, if its checksum is right.
pub fn bitcoin(address: &str) -> Option<BitcoinKind> {
    let lower_or_upper = address.get(..3)?;
    if lower_or_upper.eq_ignore_ascii_case("bc1") {
        return bech32(address);
    }
    if !(26..=35).contains(&address.len()) || !address.starts_with(['1', '3']) {
        return None;
    }
    let mut bytes = [0_u8; 25];
    for &c in address.as_bytes() {
        let mut carry = u32::from(digit(c)?);
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = (carry & 0xff) as u8;
            carry >>= 8;
        }
        if carry != 0 {
            return None;
        }
    }
    let ones = address.bytes().take_while(|&c| c == b'1').count();
    if ones != bytes.iter().take_while(|&&b| b == 0).count() {
        return None;
    }
    if Sha256::digest(Sha256::digest(&bytes[..21]))[..4] != bytes[21..] {
        return None;
    }
    match bytes[0] {
        0x00 => Some(BitcoinKind::PublicKeyHash),
        0x05 => Some(BitcoinKind::ScriptHash),
        _ => None,
    }
}

fn bech32(address: &str) -> Option<BitcoinKind> {
    const CHARSET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let lower = address.to_ascii_lowercase();
    if !(14..=74).contains(&lower.len()) || (lower != address && address.to_ascii_uppercase() != address) {
        return None;
    }
    let values: Vec<u8> = lower
        .bytes()
        .skip(3)
        .map(|c| CHARSET.iter().position(|&x| x == c).and_then(|p| u8::try_from(p).ok()))
        .collect::<Option<_>>()?;
    // The human-readable part `bc`, expanded: high bits, zero, low bits.
    let mut state: u32 = 1;
    for value in [3, 3, 0, 2, 3].into_iter().chain(values.iter().copied()) {
        let top = state >> 25;
        state = (state & 0x01ff_ffff) << 5 ^ u32::from(value);
        for (i, generator) in GENERATOR.iter().enumerate() {
            if top >> i & 1 == 1 {
                state ^= generator;
            }
        }
    }
    let program_len = values.len().checked_sub(7)? * 5 / 8;
    match (values.first()?, state, program_len) {
        (0, 1, 20 | 32) => Some(BitcoinKind::SegWit),
        (1..=16, 0x2bc8_30a3, 2..=40) => Some(BitcoinKind::Taproot),
        _ => None,
    }
}

/// The kind of an Ethereum address: `0x` and 40 hexadecimal digits whose case, where mixed, is the checksum's.
pub fn ethereum(address: &str) -> Option<EthereumKind> {
    let digits = address.strip_prefix("0x")?;
    if digits.len() != 40 || !digits.bytes().all(|c| c.is_ascii_hexdigit()) {
        return None;
    }
    let lower = digits.to_ascii_lowercase();
    if digits == lower || digits == digits.to_ascii_uppercase() {
        return Some(EthereumKind::Unchecked);
    }
    let hash = Keccak256::digest(lower.as_bytes());
    let right = digits.bytes().enumerate().all(|(i, c)| {
        let nibble = hash[i / 2] >> (4 * (1 - i % 2)) & 0xf;
        !c.is_ascii_alphabetic() || c.is_ascii_uppercase() == (nibble >= 8)
    });
    right.then_some(EthereumKind::Checksummed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bitcoin_addresses_from_the_standards() {
        assert_eq!(bitcoin("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"), Some(BitcoinKind::PublicKeyHash));
        assert_eq!(bitcoin("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"), Some(BitcoinKind::ScriptHash));
        assert_eq!(bitcoin("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"), Some(BitcoinKind::SegWit));
        assert_eq!(
            bitcoin("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"),
            Some(BitcoinKind::Taproot)
        );
    }

    #[test]
    fn a_changed_character_is_no_address() {
        assert_eq!(bitcoin("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"), None);
        assert_eq!(bitcoin("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"), None);
        assert_eq!(ethereum("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"), Some(EthereumKind::Checksummed));
        assert_eq!(ethereum("0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"), None);
        assert_eq!(ethereum("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"), Some(EthereumKind::Unchecked));
    }

    #[test]
    fn monero_kinds() {
        // The donation addresses that the Monero and XMRig projects publish, and one digit changed.
        let donation =
            "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A";
        assert_eq!(monero(donation), Some(MoneroKind::Standard));
        assert_eq!(monero(&donation.replace("44AFFq", "44AFFr")), None);
        let general =
            "888tNkZrPN6JsEgekjMnABU4TBzc2Dt29EPAvkRxbANsAnjyPbb3iQ1YBRk1UXcdRsiKc9dhwMVgN5S9cQUiyoogDavup3H";
        assert_eq!(monero(general), Some(MoneroKind::Subaddress));
        assert_eq!(monero(""), None);
        assert_eq!(monero(&"é".repeat(50)), None);
    }
}
