//! Timestamps of objects.

use std::fmt;
use std::time::{Duration, SystemTime};

/// A Windows file time: steps of 100 ns since 1601-01-01, UTC. Displayed in RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileTime(pub u64);

/// Seconds from 1601-01-01 to 1970-01-01.
const TO_UNIX: i64 = 11_644_473_600;

impl FileTime {
    /// Seconds since 1970-01-01, and nanoseconds.
    pub fn unix(self) -> (i64, u32) {
        let seconds = i64::try_from(self.0 / 10_000_000).unwrap_or(i64::MAX);
        (seconds - TO_UNIX, u32::try_from(self.0 % 10_000_000).unwrap_or_default() * 100)
    }

    /// As the standard library's time; `None` where that cannot hold it.
    pub fn to_system_time(self) -> Option<SystemTime> {
        let (seconds, nanos) = self.unix();
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let base = if seconds < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(whole)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(whole)
        };
        base?.checked_add(Duration::from_nanos(nanos.into()))
    }

    /// Whether a repository can have been written then: 1999 to 2100. Used to tell objects from noise.
    pub(crate) fn is_plausible(self) -> bool {
        (0x01BE_0000_0000_0000..0x022F_7161_AC7B_0000).contains(&self.0)
    }
}

impl fmt::Display for FileTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, nanos) = self.unix();
        let (year, month, day) = date(seconds.div_euclid(86_400));
        let second = seconds.rem_euclid(86_400);
        let (h, m, s) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}.{:07}Z", nanos / 100)
    }
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar. Counts in years that begin with
/// March, so that the leap day comes last.
fn date(days: i64) -> (i64, i64, i64) {
    const ERA: i64 = 146_097; // days in 400 years
    let from_march_0000 = days + 719_468;
    let (era, day) = (from_march_0000.div_euclid(ERA), from_march_0000.rem_euclid(ERA));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_times() {
        assert_eq!(FileTime(0).to_string(), "1601-01-01T00:00:00.0000000Z");
        assert_eq!(FileTime(116_444_736_000_000_001).to_string(), "1970-01-01T00:00:00.0000001Z");
        assert_eq!(FileTime(0x01D8_349C_D486_EEDF).to_string(), "2022-03-10T16:35:19.2584927Z");
        // 2000-02-29, the leap day of a leap century.
        assert_eq!(
            FileTime((951_782_400 + 11_644_473_600) * 10_000_000).to_string(),
            "2000-02-29T00:00:00.0000000Z"
        );
        assert_eq!(FileTime(u64::MAX).to_string(), "60056-05-28T05:36:10.9551615Z");
    }

    #[test]
    fn as_system_time() {
        let t = FileTime(116_444_736_010_000_000).to_system_time().unwrap();
        assert_eq!(t, SystemTime::UNIX_EPOCH + Duration::from_secs(1));
    }
}
