//! What `net accounts` prints, in any language.
//!
//! The labels are in the language of Windows; what counts is the order of the nine lines, which is the same everywhere: forced logoff, minimum
//! and maximum age of a password in days, minimum length, history, lockout threshold, lockout duration and window in minutes, and the role of the
//! machine. A word where a number could be means "never", "unlimited" or "none".

use super::policy;
use crate::Parsed;
use crate::text::Text;
use crate::version::lines;
use evidence::{Area, Location, ReadState};

/// The lines of the table.
const ROWS: usize = 9;
/// Lines among which the table must begin: a prompt may stand before it.
const HEAD_LINES: usize = 12;
/// The largest number that any of the policies has (minutes of a lockout).
const MAX_NUMBER: u32 = 99_999;

/// The policies by the place of their line: the name, and what a word stands for there; `None` where only a number can be.
const POLICIES: [(usize, &str, Option<&str>); 7] = [
    (1, "MinimumPasswordAge", None),
    (2, "MaximumPasswordAge", Some("-1")),
    (3, "MinimumPasswordLength", None),
    (4, "PasswordHistorySize", Some("0")),
    (5, "LockoutBadCount", Some("0")),
    (6, "LockoutDuration", Some("-1")),
    (7, "ResetLockoutCount", None),
];

/// Whether a text is what `net accounts` prints.
pub(crate) fn recognise(head: &str) -> bool {
    table(head).is_some()
}

/// Reads what `net accounts` prints.
pub fn parse_net_accounts(text: &Text<'_>) -> Parsed {
    let mut parsed = Parsed { problems: text.problems(), ..Parsed::default() };
    let Some(rows) = table(text.as_str()) else { return parsed };
    for (at, name, word) in POLICIES {
        let Some((offset, value)) = rows.get(at) else { continue };
        let number = if is_number(value) { Some(*value) } else { word };
        let record = number.map(|number| (Location::Offset(text.offset(*offset)), policy(name, number)));
        parsed.records.extend(record);
    }
    parsed.coverage.add(Area::Hardening, ReadState::Partial);
    parsed
}

/// The values of the nine lines, with the places of the lines.
fn table(content: &str) -> Option<Vec<(usize, &str)>> {
    let rows: Vec<_> = lines(content)
        .filter(|(_, line)| !line.trim().is_empty())
        .take(HEAD_LINES + ROWS)
        .map(|(at, line)| (at, value(line)))
        .collect();
    rows.windows(ROWS).take(HEAD_LINES).find_map(|rows| {
        let rows: Vec<_> = rows.iter().map(|(at, value)| Some((*at, (*value)?))).collect::<Option<_>>()?;
        fits(&rows).then_some(rows)
    })
}

/// Whether nine values may be those of the table.
fn fits(rows: &[(usize, &str)]) -> bool {
    let word = |text: &str| !text.contains(|c: char| c.is_ascii_digit());
    let fits = |(at, _, other): (usize, &str, Option<&str>)| {
        rows.get(at).is_some_and(|(_, value)| is_number(value) || (other.is_some() && word(value)))
    };
    let numbers = rows.iter().filter(|(_, value)| is_number(value)).count();
    POLICIES.into_iter().all(fits)
        && rows.first().is_some_and(|(_, value)| is_number(value) || word(value))
        && rows.last().is_some_and(|(_, role)| word(role))
        && numbers >= 3
}

fn is_number(text: &str) -> bool {
    text.parse::<u32>().is_ok_and(|number| number <= MAX_NUMBER)
        && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The value of a line: what stands behind the last colon, or behind the last two blanks. A short word or a number, behind a longer label.
fn value(line: &str) -> Option<&str> {
    let line = line.trim();
    let (label, value) = line
        .rsplit_once([':', '：'])
        .filter(|(_, value)| !value.trim().is_empty())
        .or_else(|| line.rsplit_once("  "))?;
    let (label, value) = (label.trim(), value.trim());
    let fits = label.chars().count() >= 4
        && label.contains(char::is_alphabetic)
        && !label.starts_with(['[', '{', '"'])
        && (1..=40).contains(&value.chars().count())
        && !value.contains(['\\', '=', '"', '/']);
    fits.then_some(value)
}
