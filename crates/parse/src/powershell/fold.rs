//! Values that go over several lines, and the width at which PowerShell folded them.

use super::lines::{Label, Line, cells, is_wide};
use super::list::Raw;

/// Properties that hold scripts and messages, whose own lines cannot be told from folds by themselves.
const FREE_TEXT: [&str; 3] = ["ScriptText", "Text", "Message"];

/// Properties that go over several lines only where they are folded.
const ONE_LINE: [&str; 4] = ["CreatorSID", "Filter", "Consumer", "PSComputerName"];

/// The widths of consoles as Windows sets them up, and one less, where the last column stays empty.
const USUAL_WIDTHS: [usize; 4] = [79, 80, 119, 120];

fn is_among(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether a value of this property never has lines of its own.
pub(super) fn is_one_line(name: &str) -> bool {
    name.starts_with("__") || name.starts_with("Cim") || is_among(&ONE_LINE, name)
}

/// The width at which the listing is folded, where it is.
///
/// PowerShell folds between words, and within words that are longer than a line; so of a fold, the line and the first word of the next
/// are together wider than the console, which is at least as wide as the widest line. Lines that a value has of itself seldom look so.
/// One sure sign is wanted: a fold in a property that is no free text, or two lines in a row that fill a usual width.
pub(super) fn width(lines: &[Line<'_>], records: &[Raw<'_>]) -> Option<usize> {
    let widest = lines.iter().map(|line| cells(line.text)).max()?;
    let folded = |name: &str, column: usize, first: &Line<'_>, second: &Line<'_>| {
        if is_among(&FREE_TEXT, name) {
            return USUAL_WIDTHS.contains(&widest)
                && [first, second].iter().all(|line| cells(line.text) == widest);
        }
        is_fold(first, unindented(second.text, column), widest)
    };
    let sure = records.iter().any(|record| {
        record.spans().any(|(candidate, span)| {
            let within = lines.get(span).unwrap_or_default();
            within.windows(2).any(|pair| match pair {
                [first, second] => folded(candidate.label.name, record.column, first, second),
                _ => false,
            })
        })
    });
    sure.then_some(widest)
}

/// Whether the text behind a line stood in the same line before folding.
fn is_fold(line: &Line<'_>, behind: &str, width: usize) -> bool {
    let word = behind.split_inclusive([' ', '\t']).next().unwrap_or_default();
    !word.trim_ascii().is_empty() && !line.is_blank() && cells(line.text) + cells(word) > width
}

/// The text of a further line of a value without the indentation that PowerShell puts there: that of the values of the record.
fn unindented(text: &str, column: usize) -> &str {
    let spaces = text.bytes().take(column + 2).take_while(|byte| *byte == b' ').count();
    text.get(spaces..).unwrap_or_default()
}

/// The whole value of a property. `lines` are the property's, the one with the label included. Behind the `last` property of a record
/// something else may follow.
pub(super) fn value(label: Label<'_>, lines: &[Line<'_>], width: Option<usize>, last: bool) -> String {
    let Label { name, column, value: first } = label;
    let mut whole = first.to_owned();
    let mut pending = String::new();
    for pair in lines.windows(2) {
        let [before, line] = pair else { continue };
        let text = unindented(line.text, column);
        let fold = width.is_some_and(|width| is_fold(before, text, width));
        if line.is_blank() {
            if is_one_line(name) {
                break;
            }
            pending.push('\n');
            continue;
        }
        if last && !pending.is_empty() && !line.is_indented() && !is_among(&FREE_TEXT, name) {
            // A prompt or another command's output behind the listing.
            break;
        }
        if is_one_line(name) || fold {
            if !fills(before, text, width) && !whole.ends_with([' ', '\t']) {
                whole.push(' ');
            }
        } else {
            whole.push_str(&pending);
            whole.push('\n');
        }
        pending.clear();
        whole.push_str(text);
    }
    whole
}

/// Whether a line was folded because it was full, not because the next word did not fit.
fn fills(line: &Line<'_>, behind: &str, width: Option<usize>) -> bool {
    let wide = usize::from(behind.chars().next().is_some_and(is_wide));
    width.is_some_and(|width| cells(line.text) + wide >= width)
}
