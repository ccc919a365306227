//! Marvin32, the hash of log entries.

/// The seed that Windows uses in transaction logs.
const SEED: u64 = 0x82EF_4D88_7A4E_55C5;

/// The hash of some bytes.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    #[expect(clippy::cast_possible_truncation, reason = "the two halves of the seed")]
    let (mut low, mut high) = (SEED as u32, (SEED >> 32) as u32);
    let mut mix = |value: u32| {
        low = low.wrapping_add(value);
        high ^= low;
        low = low.rotate_left(20).wrapping_add(high);
        high = high.rotate_left(9) ^ low;
        low = low.rotate_left(27).wrapping_add(high);
        high = high.rotate_left(19);
    };
    let (whole, rest) = bytes.as_chunks::<4>();
    for chunk in whole {
        mix(u32::from_le_bytes(*chunk));
    }
    // The end mark stands behind the last byte.
    let last = rest.iter().rev().fold(0x80u32, |last, byte| (last << 8) | u32::from(*byte));
    mix(last);
    mix(0);
    (u64::from(high) << 32) | u64::from(low)
}
