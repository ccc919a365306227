//! Values that go over several lines, and the width at which PowerShell folded them.

use super::lines::{Label, Line, cells, is_wide};
use super::record::Raw;

/// Properties that hold scripts and messages, whose own lines cannot be told from folds by themselves.
const FREE_TEXT: [&str; 3] = ["ScriptText", "Text", "Message"];

/// Properties that go over several lines only where they are folded.
const ONE_LINE: [&str; 4] = ["CreatorSID", "Filter", "Consumer", "PSComputerName"];

/// The widths of consoles as Windows sets them up, and one less, where the last column stays empty.
const USUAL_WIDTHS: [usize; 4] = [79, 80, 119, 120];

/// A width from which on a full line that breaks a long word is a fold: nobody writes lines of exactly that many characters.
const WIDE: usize = 512;

/// A word that is at least this long is none of a script's own, but encoded.
const LONG_WORD: usize = 24;

/// The narrowest console at which a script may be folded without any sure sign of it.
const NARROWEST: usize = 100;

/// The width at which a listing is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    /// It is folded there, so folds are undone.
    Sure(usize),
    /// Lines of free text may be folded there, or may be the text's own.
    Doubtful(usize),
}

/// Whether people choose this width for `Out-File -Width`, or one more: full thousands, or powers of two and their multiples.
fn is_round(width: usize) -> bool {
    [width, width + 1].iter().any(|width| *width >= 1000 && (width % 1000 == 0 || width % 1024 == 0))
}

/// Whether a line breaks off within a long word.
fn breaks_word(line: &str, behind: &str) -> bool {
    let in_word = |c: &char| c.is_ascii_alphanumeric() || "+/=_-".contains(*c);
    line.chars().rev().take_while(in_word).take(LONG_WORD).count() == LONG_WORD
        && behind.chars().next().is_some_and(|c| in_word(&c))
}

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
/// One sure sign is wanted: a fold in a property that is no free text, two lines in a row that fill a usual width, or a line that goes on and
/// fills a width that people choose, or a great one within a long word. A long word that breaks off in a full line of another width leaves a doubt.
pub(super) fn width(lines: &[Line<'_>], records: &[Raw<'_>]) -> Option<Width> {
    let widest = lines.iter().map(|line| cells(line.text)).max()?;
    let folded = |name: &str, column: usize, first: &Line<'_>, second: &Line<'_>| {
        let behind = unindented(second.text, column);
        if !is_among(&FREE_TEXT, name) {
            return is_fold(first, behind, widest).then_some(true);
        }
        if cells(first.text) != widest || second.is_blank() {
            return None;
        }
        let breaks = breaks_word(first.text, behind);
        let usual = USUAL_WIDTHS.contains(&widest) && cells(second.text) == widest;
        let sure = usual || is_round(widest) || (widest >= WIDE && breaks);
        (sure || (widest >= NARROWEST && breaks)).then_some(sure)
    };
    let signs = records.iter().flat_map(|record| {
        record.spans().filter_map(|(candidate, span)| {
            let within = lines.get(span).unwrap_or_default();
            let signs = within.windows(2).filter_map(|pair| match pair {
                [first, second] => folded(candidate.label.name, record.column, first, second),
                _ => None,
            });
            signs.max()
        })
    });
    signs.max().map(|sure| if sure { Width::Sure(widest) } else { Width::Doubtful(widest) })
}

/// Whether the value of a property may be folded, but not surely.
pub(super) fn is_doubtful(label: Label<'_>, lines: &[Line<'_>], width: Option<Width>) -> bool {
    let Some(Width::Doubtful(width)) = width else { return false };
    is_among(&FREE_TEXT, label.name)
        && lines.windows(2).any(|pair| match pair {
            [first, second] => {
                cells(first.text) == width && breaks_word(first.text, unindented(second.text, label.column))
            }
            _ => false,
        })
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
pub(super) fn value(label: Label<'_>, lines: &[Line<'_>], width: Option<Width>, last: bool) -> String {
    let width = match width {
        Some(Width::Sure(width)) => Some(width),
        Some(Width::Doubtful(_)) | None => None,
    };
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
