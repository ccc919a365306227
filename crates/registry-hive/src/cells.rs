//! Cells: the pieces of which a hive is made.

/// Where hive bins begin: behind the base block.
pub(crate) const BINS: usize = 4096;

/// The offset that stands for "nothing".
pub(crate) const NONE: u32 = u32::MAX;

/// The data of the cell at an offset from the beginning of the bins, without its size; `None` where there is no whole cell.
///
/// The size is negative where the cell is in use. Damaged hives have live keys in cells that are marked free, so the sign is not asked.
pub(crate) fn cell(bytes: &[u8], offset: u32) -> Option<&[u8]> {
    if offset == NONE || !offset.is_multiple_of(8) {
        return None;
    }
    let start = BINS.checked_add(usize::try_from(offset).ok()?)?;
    let size = u32_at(bytes, start)?.cast_signed().unsigned_abs();
    let size = usize::try_from(size).ok()?;
    bytes.get(start.checked_add(4)?..start.checked_add(size.max(4))?.min(bytes.len()))
}

/// A 16-bit number, little-endian.
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|chunk| u16::from_le_bytes(*chunk))
}

/// A 32-bit number, little-endian.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_le_bytes(*chunk))
}

/// A 64-bit number, little-endian.
pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|chunk| u64::from_le_bytes(*chunk))
}

/// A name: Latin-1 where the record says it is compressed, else UTF-16LE; what is no UTF-16 becomes U+FFFD.
pub(crate) fn name(bytes: &[u8], compressed: bool) -> String {
    if compressed { bytes.iter().map(|byte| char::from(*byte)).collect() } else { utf16(bytes) }
}

/// UTF-16LE; what is none becomes U+FFFD, an odd last byte is dropped.
pub(crate) fn utf16(bytes: &[u8]) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair));
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
