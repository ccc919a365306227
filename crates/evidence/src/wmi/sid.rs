//! Security identifiers.

use std::fmt::Write as _;

/// A binary SID as text (`S-1-5-32-544`); `None` where the bytes are none.
///
/// Layout by \[MS-DTYP\] 2.4.2.2: revision, count of sub-authorities (15 at most), six bytes of authority (big-endian), sub-authorities
/// (little-endian). `CreatorSID` may carry bytes behind the SID, as the stock consumer's does; they are ignored.
pub fn sid_text(bytes: &[u8]) -> Option<String> {
    let (&[revision, count], rest) = bytes.split_first_chunk::<2>()?;
    let (authority, rest) = rest.split_first_chunk::<6>()?;
    let count = usize::from(count);
    if revision != 1 || count > 15 || rest.len() < count * 4 {
        return None;
    }
    let authority = authority.iter().fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte));
    let mut text = format!("S-1-{authority}");
    for sub in rest.as_chunks::<4>().0.iter().take(count) {
        let _ = write!(text, "-{}", u32::from_le_bytes(*sub));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::sid_text;

    #[test]
    fn known_identifiers() {
        assert_eq!(
            sid_text(&[1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0]).as_deref(),
            Some("S-1-5-32-544")
        );
        assert_eq!(sid_text(&[1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0]).as_deref(), Some("S-1-5-18"));
        assert_eq!(sid_text(&[1, 2, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0]), None);
        assert_eq!(sid_text(&[]), None);
    }
}
