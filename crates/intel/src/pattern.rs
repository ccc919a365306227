//! Patterns: names with holes in them.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A text in which `*` stands for anything (nothing too) and `#` for one or more digits; the rest is compared without case.
///
/// `[*]`, `[#]` and `[[]` stand for the characters themselves, as in Visual Basic's `Like`. `#` takes all digits that there are,
/// so nothing that begins with a digit can follow it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Pattern {
    written: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// This text, in lower case.
    Literal(String),
    /// Anything.
    Any,
    /// One or more decimal digits.
    Digits,
}

impl Pattern {
    /// Reads a pattern. Every text is one.
    pub fn new(written: &str) -> Self {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = written;
        while let Some(c) = rest.chars().next() {
            let escaped = ["[*]", "[#]", "[[]"].into_iter().find(|escape| rest.starts_with(escape));
            let taken = escaped.map_or(c.len_utf8(), str::len);
            match (escaped, c) {
                (Some(escape), _) => literal.extend(escape.chars().nth(1)),
                (None, '*' | '#') => {
                    push_literal(&mut parts, &mut literal);
                    let part = if c == '*' { Part::Any } else { Part::Digits };
                    if part != Part::Any || parts.last() != Some(&Part::Any) {
                        parts.push(part);
                    }
                }
                (None, c) => literal.push(c),
            }
            rest = rest.get(taken..).unwrap_or_default();
        }
        push_literal(&mut parts, &mut literal);
        Self { written: written.to_owned(), parts }
    }

    /// The pattern that means just this text.
    pub fn exact(text: &str) -> Self {
        let written = text.replace('[', "[[]").replace('*', "[*]").replace('#', "[#]");
        Self::new(&written)
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The text in lower case, where the pattern means just one.
    pub fn literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The text that the pattern means, in the case in which it was written, where it means just one.
    pub fn literal_as_written(&self) -> Option<String> {
        self.literal()?;
        Some(self.written.replace("[*]", "*").replace("[#]", "#").replace("[[]", "["))
    }

    /// The longest piece, in lower case, that every matching text contains.
    pub fn longest_literal(&self) -> &str {
        let literals = self.parts.iter().filter_map(|part| match part {
            Part::Literal(text) => Some(text.as_str()),
            _ => None,
        });
        // Of several equally long ones the first.
        literals.rev().max_by_key(|text| text.len()).unwrap_or_default()
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        match self.literal() {
            Some(literal) if literal.is_ascii() => literal.eq_ignore_ascii_case(text),
            _ => self.matches_lower(&text.to_lowercase()),
        }
    }

    /// Whether the whole text, already in lower case, matches.
    pub fn matches_lower(&self, text: &str) -> bool {
        run(&self.parts, text, false)
    }

    /// Whether a part of the text, already in lower case, matches.
    pub fn found_in_lower(&self, text: &str) -> bool {
        let mut parts = Vec::with_capacity(self.parts.len() + 2);
        parts.push(Part::Any);
        parts.extend(self.parts.iter().cloned());
        run(&parts, text, true)
    }
}

fn push_literal(parts: &mut Vec<Part>, literal: &mut String) {
    if !literal.is_empty() {
        parts.push(Part::Literal(std::mem::take(literal).to_lowercase()));
    }
}

/// Matches by going back to the last `*` only: at worst length of the text times length of the pattern.
fn run(parts: &[Part], text: &str, open_end: bool) -> bool {
    let (mut part, mut rest) = (0, text);
    let mut star: Option<(usize, &str)> = None;
    loop {
        let next = match parts.get(part) {
            None if rest.is_empty() || open_end => return true,
            None => None,
            Some(Part::Any) => {
                star = Some((part + 1, rest));
                Some(rest)
            }
            Some(Part::Literal(literal)) => rest.strip_prefix(literal.as_str()),
            Some(Part::Digits) => {
                let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
                (after.len() < rest.len()).then_some(after)
            }
        };
        match (next, &mut star) {
            (Some(next), _) => {
                part += 1;
                rest = next;
            }
            (None, Some((after_star, from))) => {
                let mut chars = from.chars();
                if chars.next().is_none() {
                    return false;
                }
                *from = chars.as_str();
                part = *after_star;
                rest = *from;
            }
            (None, None) => return false,
        }
    }
}

impl From<String> for Pattern {
    fn from(written: String) -> Self {
        Self::new(&written)
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.written
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;
    use proptest::prelude::*;

    #[test]
    fn digits_and_anything() {
        let pattern = Pattern::new("SCM Event# Log Filter*");
        for name in ["SCM Event8 Log Filter", "scm event12 log FILTER2"] {
            assert!(pattern.matches(name), "{name}");
        }
        for name in ["SCM Event Log Filter", "SCM Event8 Filter", "x SCM Event8 Log Filter"] {
            assert!(!pattern.matches(name), "{name}");
        }
        assert!(Pattern::new("a*b*c").matches("a-b-b-c-c"));
        assert!(!Pattern::new("a*b*c").matches("a-b-b-c-d"));
        assert!(Pattern::new("*#").matches("a12"));
    }

    #[test]
    fn a_part_of_a_text() {
        assert!(Pattern::new("i*x").found_in_lower("so iex (1)"));
        assert!(!Pattern::new("event#").found_in_lower("scm event log"));
    }

    #[test]
    fn the_longest_literal_is_the_key() {
        assert_eq!(Pattern::new("ab*CDEF#gh").longest_literal(), "cdef");
        assert_eq!(Pattern::new("*#").longest_literal(), "");
    }

    proptest! {
        #[test]
        fn an_exact_pattern_means_its_text_only(text in "[a-c*#\\[\\]1 ]{0,12}", other in "[a-c*#\\[\\]1 ]{0,12}") {
            let pattern = Pattern::exact(&text);
            prop_assert!(pattern.matches(&text));
            prop_assert_eq!(pattern.matches(&other), text == other);
            prop_assert_eq!(pattern.literal(), Some(text.as_str()));
        }

        #[test]
        fn never_panics(pattern in any::<String>(), text in any::<String>()) {
            let pattern = Pattern::new(&pattern);
            let _ = pattern.matches(&text);
            let _ = pattern.found_in_lower(&text);
        }
    }
}
