//! The lines of a listing.

/// One line without its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'t> {
    /// Where in the text it begins.
    pub(super) at: usize,
    /// What it says.
    pub(super) text: &'t str,
}

impl Line<'_> {
    pub(super) fn is_blank(&self) -> bool {
        self.text.trim_ascii().is_empty()
    }

    pub(super) fn is_indented(&self) -> bool {
        self.text.starts_with([' ', '\t'])
    }
}

/// The beginning of a property: `Name      : value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Label<'t> {
    pub(super) name: &'t str,
    /// The characters in front of the colon, the same for all properties of a record.
    pub(super) column: usize,
    pub(super) value: &'t str,
}

/// Cuts a text into lines, whatever their ends (`\r\n`, `\n`, `\r\r\n`).
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut at = 0;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        lines.push(Line { at, text: line.trim_end_matches(['\n', '\r']) });
        at += line.len();
    }
    lines
}

/// The label at the beginning of a line, if one is there. Names hold no blanks, and at least one stands before the colon.
pub(super) fn label(line: &str) -> Option<Label<'_>> {
    let end = line.find(|c: char| c != '_' && !c.is_alphanumeric())?;
    let (name, rest) = line.split_at(end);
    let padded = rest.trim_start_matches(' ');
    let behind = padded.strip_prefix(':')?;
    let digit = name.starts_with(|c: char| c.is_ascii_digit());
    if name.is_empty() || digit || padded.len() == rest.len() {
        return None;
    }
    let value = if behind.is_empty() { behind } else { behind.strip_prefix(' ')? };
    let column = name.chars().count() + rest.len() - padded.len();
    Some(Label { name, column, value })
}

/// How many cells of a console a text takes. As PowerShell counts: East Asian wide characters take two.
pub(super) fn cells(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(|c| 1 + usize::from(is_wide(c))).sum() }
}

pub(super) fn is_wide(c: char) -> bool {
    matches!(
        c,
        '\u{1100}'..='\u{115F}'
            | '\u{2E80}'..='\u{A4CF}'
            | '\u{AC00}'..='\u{D7A3}'
            | '\u{F900}'..='\u{FAFF}'
            | '\u{FE30}'..='\u{FE6F}'
            | '\u{FF00}'..='\u{FF60}'
            | '\u{FFE0}'..='\u{FFE6}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_padded_names_with_a_colon() {
        assert_eq!(label("Name   : x : y"), Some(Label { name: "Name", column: 7, value: "x : y" }));
        assert_eq!(label("__CLASS :"), Some(Label { name: "__CLASS", column: 8, value: "" }));
        for text in
            ["", "Name: x", " Name : x", "a b : c", "x = 1 : y = 2", "Name :x", ": x", "1 : x", "Name"]
        {
            assert_eq!(label(text), None, "{text:?}");
        }
    }

    #[test]
    fn lines_keep_their_places() {
        let places: Vec<_> =
            lines("a\r\n\r\r\nb\nc").iter().map(|line| (line.at, line.text.to_owned())).collect();
        assert_eq!(places, [(0, "a".into()), (3, String::new()), (6, "b".into()), (8, "c".into())]);
    }

    #[test]
    fn wide_characters_take_two_cells() {
        assert_eq!(cells("aあｱ"), 4);
    }
}
