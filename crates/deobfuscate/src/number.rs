//! Turning the numbers of scripts into each other, with what is lost said in one place.

/// Exact up to 2^53; scripts count characters, not atoms.
#[expect(clippy::cast_precision_loss, reason = "numbers beyond 2^53 are no positions or characters")]
pub(crate) fn float(number: i64) -> f64 {
    number as f64
}

/// A length as the languages count it.
pub(crate) fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Toward zero, kept within what fits.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the conversion saturates, and the fraction is meant to go"
)]
pub(crate) fn whole(number: f64) -> i64 {
    number as i64
}

/// The lower 32 bits with their sign, as shifts and eight hexadecimal digits are read.
#[expect(clippy::cast_possible_truncation, reason = "only the lower 32 bits are meant")]
pub(crate) fn low32(number: i64) -> i32 {
    number as i32
}

/// How far a shift goes: the lower five bits.
pub(crate) fn shift(number: i64) -> u32 {
    u32::try_from(number & 31).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges() {
        assert_eq!(whole(-1.9), -1);
        assert_eq!(whole(f64::NAN), 0);
        assert_eq!(whole(1e300), i64::MAX);
        assert_eq!(low32(0xffff_ffff), -1);
        assert_eq!((shift(33), shift(-1)), (1, 31));
    }
}
