//! Lists of installed updates: `wmic qfe` (table, list, csv), `Get-HotFix`, and the packages that DISM lists.
//!
//! Column names and update numbers are the same in every language; nothing else is relied on.

mod dates;
mod list;
mod packages;
#[cfg(test)]
mod tests;

pub use list::parse_updates;
pub(crate) use list::{is_bare, is_first_run, is_heading, names_updates};
pub(crate) use packages::names_a_package;
pub use packages::parse_packages;

use crate::text::Text;
use crate::version::setting;
use crate::{Parsed, Problem};
use dates::Order;
use evidence::{Area, Level, Location, MessageSpec, ReadState};
use std::borrow::Cow;

/// The list says that there are more updates than it names.
const TRUNCATED: MessageSpec = MessageSpec::new("note-hotfix-truncated", &["listed", "counted"]);
/// The list is cut, and does not say how many are missing.
const CUT: MessageSpec = MessageSpec::new("note-hotfix-cut", &["listed"]);
/// The states of packages are in a language that is not known.
const STATES: MessageSpec = MessageSpec::new("note-package-states", &["state"]);

/// What looks like a list of updates has nothing in it that could be read.
const UNREAD: MessageSpec = MessageSpec::new("note-hotfix-unread", &[]);

/// What this module can say.
pub const NOTES: &[MessageSpec] = &[TRUNCATED, CUT, STATES, UNREAD];

/// At most this many updates of one machine are kept; a machine with ten years of updates has some 400.
const MOST_UPDATES: usize = 20_000;

/// A list of updates, and what it says of itself.
#[derive(Debug, Default)]
pub(crate) struct List<'t> {
    /// Where each update stands, and its number with `KB` before it.
    pub(crate) updates: Vec<(usize, Update<'t>)>,
    /// How many entries there are, those without a number of Microsoft's included.
    pub(crate) listed: usize,
    /// How many there are by the list's own word.
    pub(crate) counted: Option<usize>,
    /// Whether it ends in an ellipsis.
    pub(crate) cut: bool,
}

/// An update in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Update<'t> {
    /// Its number.
    pub(crate) number: u32,
    /// When it was installed, as written: the order of day and month is that of the machine's language.
    pub(crate) installed_on: Cow<'t, str>,
}

/// The first number of an update in a text: `KB` and six or seven digits, not inside of another word.
pub(crate) fn update_in(text: &str) -> Option<Update<'static>> {
    let lower = text.to_ascii_lowercase();
    lower.match_indices("kb").find_map(|(at, _)| {
        let before = lower.get(..at)?.chars().next_back();
        let behind = lower.get(at + 2..)?;
        let length = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
        let number = behind.get(..length)?.parse().ok()?;
        let alone = before.is_none_or(|c| !c.is_alphanumeric()) && (6..=7).contains(&length);
        alone.then_some(Update { number, installed_on: Cow::Borrowed("") })
    })
}

/// Says that nothing was read of what looks like a list of updates.
pub(crate) fn tell_unread(parsed: &mut Parsed) {
    parsed.problems.push(Problem { level: Level::Warning, offset: None, message: UNREAD.plain() });
}

/// Adds a list of updates to what was read: the updates, and how far the list can be trusted.
pub(crate) fn add_list(text: &Text<'_>, at: usize, host: Option<&str>, list: &List<'_>, parsed: &mut Parsed) {
    let listed = list.listed.max(list.updates.len());
    let truncated = list.cut || list.counted.is_some_and(|counted| counted > listed);
    let value = if truncated { "truncated" } else { "complete" };
    let counted = list.counted.map(|counted| counted.to_string()).unwrap_or_default();
    let details = [("listed", listed.to_string()), ("counted", counted)];
    let details: Vec<_> = details.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let whole = setting("hotfix-list", "", value, host, &details);
    parsed.records.push((Location::Offset(text.offset(at)), whole));
    let updates = || list.updates.iter().take(MOST_UPDATES);
    let order = Order::of(updates().map(|(_, update)| update.installed_on.as_ref()));
    for (at, update) in updates() {
        let days = order.days(&update.installed_on).unwrap_or_default();
        let details = [("installed-on", update.installed_on.as_ref()), ("installed", days.as_str())];
        let record = setting("hotfix", &format!("KB{}", update.number), "", host, &details);
        parsed.records.push((Location::Offset(text.offset(*at)), record));
    }
    parsed.coverage.add(Area::Patch, if truncated { ReadState::Partial } else { ReadState::Complete });
    if truncated {
        let message = match list.counted {
            Some(counted) => TRUNCATED.with([listed.into(), counted.into()]),
            None => CUT.with([listed.into()]),
        };
        let offset = Some(text.offset(at));
        parsed.problems.push(Problem { level: Level::Warning, offset, message });
    }
}
