//! Text from the evidence made harmless for the eye: what a reader cannot see, or what would act on a terminal, is
//! written out.
//!
//! Names, queries and scripts are the attacker's. A right-to-left override turns `gpj.exe` round, a zero-width space
//! makes two names look the same, an escape sequence rewrites the screen. None of that gets through: each such
//! character becomes `\u{202E}`, and line breaks and tabs in one-line text become `\n`, `\r`, `\t`.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether the character is invisible, moves others about or acts on a terminal.
///
/// These are the control characters (C0, DEL, C1), the bidirectional controls, zero-width and filler characters,
/// spaces other than the plain and the ideographic one, line and paragraph separators, variation selectors, tags,
/// private-use characters and noncharacters.
pub fn is_hostile(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    matches!(c,
        '\u{80}'..='\u{A0}'
        | '\u{AD}'
        | '\u{34F}'
        | '\u{61C}'
        | '\u{115F}'..='\u{1160}'
        | '\u{1680}'
        | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}'
        | '\u{2000}'..='\u{200F}'
        | '\u{2028}'..='\u{202F}'
        | '\u{205F}'..='\u{206F}'
        | '\u{2800}'
        | '\u{3164}'
        | '\u{E000}'..='\u{F8FF}'
        | '\u{FDD0}'..='\u{FDEF}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}'
        | '\u{FFFE}'..='\u{FFFF}'
        | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{10FFFF}')
        || u32::from(c) & 0xFFFE == 0xFFFE
}

/// The text on one line, with everything hostile written out.
///
/// ```
/// use deminer_report::sanitize::visible;
///
/// assert_eq!(visible("photo_\u{202E}gpj.exe"), "photo_\\u{202E}gpj.exe");
/// assert_eq!(visible("two\r\nlines"), "two\\r\\nlines");
/// assert_eq!(visible("ログ"), "ログ");
/// ```
pub fn visible(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find(is_hostile) else {
        return Cow::Borrowed(text);
    };
    let (clean, rest) = text.split_at(first);
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(clean);
    for c in rest.chars() {
        push_visible(&mut out, c);
    }
    Cow::Owned(out)
}

/// The lines of a script, each made visible; tabs are kept as four spaces.
///
/// `\r\n`, `\n`, a lone `\r` and the `\r\r\n` of `wmic` end a line. A text that ends with a line break has no empty line
/// behind it.
pub fn visible_lines(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    Lines { rest: Some(text) }.map(|line| {
        if line.contains('\t') {
            Cow::Owned(visible(&line.replace('\t', "    ")).into_owned())
        } else {
            visible(line)
        }
    })
}

fn push_visible(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if is_hostile(c) => {
            // Writing to a string does not fail.
            let _ = write!(out, "\\u{{{:X}}}", u32::from(c));
        }
        c => out.push(c),
    }
}

struct Lines<'a> {
    rest: Option<&'a str>,
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest.take()?;
        let Some(end) = rest.find(['\r', '\n']) else {
            return (!rest.is_empty()).then_some(rest);
        };
        let (line, tail) = rest.split_at(end);
        let breaks = ["\r\r\n", "\r\n", "\n", "\r"];
        self.rest = breaks.iter().find_map(|ending| tail.strip_prefix(ending));
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_group_of_hostile_characters_is_written_out() {
        for (c, expected) in [
            ('\u{1b}', "\\u{1B}"),
            ('\u{7f}', "\\u{7F}"),
            ('\u{9b}', "\\u{9B}"),
            ('\u{a0}', "\\u{A0}"),
            ('\u{61c}', "\\u{61C}"),
            ('\u{200b}', "\\u{200B}"),
            ('\u{200e}', "\\u{200E}"),
            ('\u{202e}', "\\u{202E}"),
            ('\u{2066}', "\\u{2066}"),
            ('\u{2069}', "\\u{2069}"),
            ('\u{feff}', "\\u{FEFF}"),
            ('\u{e000}', "\\u{E000}"),
            ('\u{1fffe}', "\\u{1FFFE}"),
            ('\u{e0041}', "\\u{E0041}"),
            ('\u{10fffd}', "\\u{10FFFD}"),
            ('\0', "\\u{0}"),
        ] {
            assert_eq!(visible(&format!("a{c}b")), format!("a{expected}b"));
        }
    }

    #[test]
    fn what_people_write_is_left_alone() {
        for text in
            ["", "SCM Event Log Filter", "日本語　テキスト。", "Größe €", "\u{FFFD}", "😀", "C:\\a\\u{b}"]
        {
            assert!(matches!(visible(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn lines_end_as_any_system_ends_them() {
        let lines = |text| visible_lines(text).map(Cow::into_owned).collect::<Vec<_>>();
        assert_eq!(lines("a\nb\r\nc\rd\r\r\ne\n"), ["a", "b", "c", "d", "e"]);
        assert_eq!(lines("\n\nx"), ["", "", "x"]);
        assert_eq!(lines("\tif\u{1b}[2J"), ["    if\\u{1B}[2J"]);
        assert_eq!(lines(""), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn nothing_hostile_is_left(text in any::<String>()) {
            prop_assert!(!visible(&text).contains(is_hostile));
            prop_assert!(visible_lines(&text).all(|line| !line.contains(is_hostile)));
        }

        #[test]
        fn visible_text_stays_as_it_is(text in any::<String>()) {
            let once = visible(&text).into_owned();
            prop_assert_eq!(visible(&once).into_owned(), once.clone());
        }
    }
}
