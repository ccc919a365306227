//! The days on which updates were installed, as tools write them.
//!
//! Which of two numbers is the month depends on the language of Windows and on the tool. A list has one order: a day above 12 anywhere in it tells
//! the order of all. Where none does, both readings are kept.

use evidence::from_filetime;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Years in which Windows that is known here was updated: other calendars count other years.
const YEARS: std::ops::RangeInclusive<i16> = 1995..=2100;

/// What a text says of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// This day.
    Day(Date),
    /// One of these: the first has the month before the day, the second behind it.
    Either(Option<Date>, Option<Date>),
}

/// The order of day and month in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order {
    month_first: bool,
    day_first: bool,
}

impl Order {
    /// The order that all texts of a list allow. Where they contradict each other, nothing is known.
    pub(super) fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut order = Self { month_first: true, day_first: true };
        for reading in texts.filter_map(reading) {
            if let Reading::Either(month_first, day_first) = reading {
                order.month_first &= month_first.is_some();
                order.day_first &= day_first.is_some();
            }
        }
        if order.month_first || order.day_first {
            return order;
        }
        Self { month_first: true, day_first: true }
    }

    /// The day, `2017-03-16`, or the first and the last that it may be, `2017-03-04/2017-04-03`; `None` where nothing is certain.
    pub(super) fn days(self, text: &str) -> Option<String> {
        let (month_first, day_first) = match reading(text)? {
            Reading::Day(day) => return Some(day.to_string()),
            Reading::Either(month_first, day_first) => {
                (month_first.filter(|_| self.month_first), day_first.filter(|_| self.day_first))
            }
        };
        match (month_first, day_first) {
            (Some(one), Some(other)) if one != other => {
                Some(format!("{}/{}", one.min(other), one.max(other)))
            }
            (one, other) => one.or(other).map(|day| day.to_string()),
        }
    }
}

fn reading(text: &str) -> Option<Reading> {
    // PowerShell puts marks of direction between the parts.
    let clean: String = text.chars().filter(|c| !matches!(c, '\u{200E}' | '\u{200F}')).take(64).collect();
    let text = clean.trim();
    let ticks = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if ticks && !text.bytes().all(|byte| byte.is_ascii_digit()) {
        // Vista and Server 2008 write a FILETIME in hexadecimal digits.
        return day_of(from_filetime(u64::from_str_radix(text, 16).ok()?)?);
    }
    if let Some((_, behind)) = text.split_once("/Date(") {
        // JSON of PowerShell: milliseconds since 1970.
        let number = behind.split(')').next()?.parse().ok()?;
        return day_of(Timestamp::from_millisecond(number).ok()?);
    }
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    if digits == 8 || digits == 14 {
        // `20170316`, and times of CIM.
        let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<i16>().ok();
        return date(part(0..4)?, part(4..6)?, part(6..8)?).map(Reading::Day);
    }
    // What stands before the date is the name of a weekday, and behind it the time.
    let word = text.split([' ', 'T', ',']).find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let mut numbers = word.trim_end_matches('.').split(['/', '-', '.']).map(str::parse::<i16>);
    let mut number = || numbers.next()?.ok();
    let (first, second, third) = (number()?, number()?, number()?);
    if numbers.next().is_some() {
        return None;
    }
    if YEARS.contains(&first) {
        return date(first, second, third).map(Reading::Day);
    }
    let (month_first, day_first) = (date(third, first, second), date(third, second, first));
    (month_first.is_some() || day_first.is_some()).then_some(Reading::Either(month_first, day_first))
}

fn day_of(time: Timestamp) -> Option<Reading> {
    let day = time.to_zoned(TimeZone::UTC).date();
    YEARS.contains(&day.year()).then_some(Reading::Day(day))
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    let date = Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    YEARS.contains(&year).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn days(texts: &[&str]) -> Vec<String> {
        let order = Order::of(texts.iter().copied());
        texts.iter().map(|text| order.days(text).unwrap_or_default()).collect()
    }

    #[test]
    fn days_that_are_certain() {
        for (text, day) in [
            ("3/16/2017", "2017-03-16"),
            ("16.03.2017", "2017-03-16"),
            ("16-03-2017 00:00:00", "2017-03-16"),
            ("2017/03/16 0:00:00", "2017-03-16"),
            ("2017-03-16T00:00:00", "2017-03-16"),
            ("2017. 03. 16.", ""),
            ("20170316", "2017-03-16"),
            ("20170316000000.000000+000", "2017-03-16"),
            ("\u{200E}3/\u{200E}16/\u{200E}2017 12:00:00 AM", "2017-03-16"),
            ("01c9c5ce4b48e5fd", "2009-04-25"),
            (r"\/Date(1489622400000)\/", "2017-03-16"),
            ("3/3/2017", "2017-03-03"),
            ("3/4/2017", "2017-03-04/2017-04-03"),
            ("16/16/2017", ""),
            ("3/16/17", ""),
            ("16/3/2560", ""),
            ("1/2/3/2017", ""),
            ("16. März 2017", ""),
            ("", ""),
        ] {
            assert_eq!(days(&[text]), [day], "{text}");
        }
    }

    #[test]
    fn one_day_above_twelve_tells_the_order_of_the_list() {
        assert_eq!(days(&["3/4/2017", "3/16/2017"]), ["2017-03-04", "2017-03-16"]);
        assert_eq!(days(&["3/4/2017", "16/3/2017"]), ["2017-04-03", "2017-03-16"]);
        // Lists that contradict themselves tell nothing of it.
        assert_eq!(
            days(&["3/4/2017", "16/3/2017", "3/16/2017"]),
            ["2017-03-04/2017-04-03", "2017-03-16", "2017-03-16"]
        );
    }

    proptest! {
        #[test]
        fn anything_is_read_without_panic(text in "[0-9a-f/T. ()Date-]{0,40}|\\PC{0,20}") {
            days(&[&text]);
        }
    }
}
