//! Numbers and texts out of tables of bytes, as Windows lays them out: little-endian, no alignment assumed.

/// The bytes of a fixed length at a place.
pub(crate) fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// A 16-bit number at a place.
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array_at(bytes, at).map(u16::from_le_bytes)
}

/// A 32-bit number at a place.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array_at(bytes, at).map(u32::from_le_bytes)
}

/// A 64-bit number at a place.
pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    array_at(bytes, at).map(u64::from_le_bytes)
}

/// A text of UTF-16 at a place, `length` in bytes.
pub(crate) fn text_at(bytes: &[u8], at: usize, length: usize) -> Option<String> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
    Some(String::from_utf16_lossy(&units))
}

/// The entries of a list in which each begins with the distance to the next, 0 at the last.
pub(crate) fn linked(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let entry = rest?;
        let next = usize::try_from(u32_at(entry, 0)?).ok()?;
        rest = if next == 0 { None } else { entry.get(next..) };
        Some(entry)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_none() {
        let bytes = [1, 0, 0, 0, 0x41, 0];
        assert_eq!((u16_at(&bytes, 0), u32_at(&bytes, 0)), (Some(1), Some(1)));
        assert_eq!((u32_at(&bytes, 3), u64_at(&bytes, 0), u16_at(&bytes, usize::MAX)), (None, None, None));
        assert_eq!(text_at(&bytes, 4, 2).as_deref(), Some("A"));
        assert_eq!(text_at(&bytes, 4, 4), None);
    }

    #[test]
    fn a_list_ends_at_its_last_entry_or_where_the_bytes_end() {
        let mut bytes = vec![8, 0, 0, 0, 1, 1, 1, 1];
        bytes.extend([0, 0, 0, 0, 2]);
        assert_eq!(linked(&bytes).map(|entry| entry[4]).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(linked(&[9, 0, 0, 0]).count(), 1);
        assert_eq!(linked(&[]).count(), 0);
    }
}
