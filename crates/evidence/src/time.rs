//! Times as Windows keeps them.

use jiff::Timestamp;

/// Seconds from 1601 to 1970.
const TO_UNIX: i64 = 11_644_473_600;

/// The time of a FILETIME, in 100 ns since 1601-01-01; `None` for 0, which stands for no time, and beyond the year 9999.
pub fn from_filetime(ticks: u64) -> Option<Timestamp> {
    let seconds = i64::try_from(ticks / 10_000_000).ok()? - TO_UNIX;
    let rest = i32::try_from(ticks % 10_000_000).ok()? * 100;
    Timestamp::new(seconds, rest).ok().filter(|_| ticks > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_windows() {
        let text = |ticks| from_filetime(ticks).map(|time| time.to_string());
        assert_eq!(text(0x01c9_c5ce_4b48_e5fd).as_deref(), Some("2009-04-25T17:50:17.3773309Z"));
        assert_eq!(text(116_444_736_000_000_000).as_deref(), Some("1970-01-01T00:00:00Z"));
        assert_eq!((text(0), text(u64::MAX)), (None, None));
    }
}
