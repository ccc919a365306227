//! Reading WQL, the query language of WMI, as far as event filters use it.
//!
//! Queries are compared by their tokens ([`canonical`]) and judged by their [`Shape`]. Grammar: Microsoft, "WQL (SQL for WMI)" and
//! "WHERE clause". Reading never fails; what is no WQL gives tokens that mean nothing.

mod shape;

pub use shape::{Shape, Trigger};

use std::borrow::Cow;
use std::fmt::Write as _;

/// One token of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token<'a> {
    /// A keyword, a class, a property; dotted names are one token.
    Word(&'a str),
    /// A number.
    Number(&'a str),
    /// A string literal without its quotes, escapes resolved.
    Text {
        /// The text.
        text: Cow<'a, str>,
        /// Whether the closing quote is there.
        closed: bool,
    },
    /// An operator or a bracket.
    Symbol(&'a str),
}

impl Token<'_> {
    /// Whether the token is this keyword or name, in any case.
    pub fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Word(own) if own.eq_ignore_ascii_case(word))
    }
}

/// The tokens of a query.
pub fn tokens(query: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = query.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, after) = match first {
            '\'' | '"' => text_token(rest, first),
            c if c.is_ascii_digit() => {
                let (number, after) = split_while(rest, |c| c.is_ascii_alphanumeric() || c == '.');
                (Token::Number(number), after)
            }
            c if is_word_char(c) => {
                let (word, after) = split_while(rest, |c| is_word_char(c) || c == '.');
                (Token::Word(word), after)
            }
            c => {
                let two = rest.get(..2).filter(|two| ["<=", ">=", "<>", "!="].contains(two));
                let (symbol, after) = rest.split_at(two.map_or(c.len_utf8(), str::len));
                (Token::Symbol(symbol), after)
            }
        };
        tokens.push(token);
        rest = after.trim_start();
    }
    tokens
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn split_while(text: &str, keep: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !keep(c)).unwrap_or(text.len()))
}

/// A string literal and what follows it. A backslash escapes a quote or a backslash.
fn text_token(from: &str, quote: char) -> (Token<'_>, &str) {
    let inner = from.get(1..).unwrap_or_default();
    let mut resolved: Option<String> = None;
    let mut chars = inner.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let before = inner.get(..at).unwrap_or_default();
        if c == quote {
            let text = resolved.map_or(Cow::Borrowed(before), Cow::Owned);
            return (Token::Text { text, closed: true }, inner.get(at + 1..).unwrap_or_default());
        }
        match chars.peek() {
            Some(&(_, escaped @ ('\\' | '\'' | '"'))) if c == '\\' => {
                resolved.get_or_insert_with(|| before.to_owned()).push(escaped);
                chars.next();
            }
            _ => {
                if let Some(text) = &mut resolved {
                    text.push(c);
                }
            }
        }
    }
    let text = resolved.map_or(Cow::Borrowed(inner), Cow::Owned);
    (Token::Text { text, closed: false }, "")
}

/// The query in one spelling: two queries that WMI reads alike have one.
///
/// Words are in lower case, white space is one blank, literals are in double quotes and in lower case (WMI compares strings without
/// case), and `!=` is `<>`.
pub fn canonical(query: &str) -> String {
    let mut text = String::with_capacity(query.len());
    for token in tokens(query) {
        if !text.is_empty() {
            text.push(' ');
        }
        match token {
            Token::Word(word) | Token::Number(word) => text.push_str(&word.to_lowercase()),
            Token::Symbol("!=") => text.push_str("<>"),
            Token::Symbol(symbol) => text.push_str(symbol),
            Token::Text { text: literal, closed } => {
                let escaped = literal.to_lowercase().replace('\\', "\\\\").replace('"', "\\\"");
                let _ = write!(text, "\"{escaped}{}", if closed { "\"" } else { "" });
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_query_are_one() {
        let queries = [
            "SELECT * FROM __InstanceModificationEvent WITHIN 60 WHERE TargetInstance ISA 'Win32_Processor' AND TargetInstance.LoadPercentage > 99",
            "select  *\r\n from __instancemodificationevent within 60 where targetinstance isa \"WIN32_processor\" and TargetInstance.LoadPercentage>99",
        ];
        assert_eq!(canonical(queries[0]), canonical(queries[1]));
        insta::assert_snapshot!(canonical(queries[0]), @r#"select * from __instancemodificationevent within 60 where targetinstance isa "win32_processor" and targetinstance.loadpercentage > 99"#);
    }

    #[test]
    fn what_wmi_reads_differently_stays_different() {
        let base = canonical("select * from X where a = 'b c'");
        for other in [
            "select * from X where a = 'b  c'",
            "select * from X where a = b c",
            "select * from X where a = 'b c",
            "select * from X where a = 'b c' or 1 = 1",
            "select * from X where a <> 'b c'",
            "select * from XX where a = 'b c'",
        ] {
            assert_ne!(canonical(other), base, "{other}");
        }
    }

    #[test]
    fn escapes_in_literals_are_resolved() {
        assert_eq!(
            tokens(r#"'C:\\a\'b' "x\y""#),
            [
                Token::Text { text: r"C:\a'b".into(), closed: true },
                Token::Text { text: r"x\y".into(), closed: true },
            ]
        );
    }

    proptest! {
        #[test]
        fn canonical_text_is_its_own_canonical_text(query in "[ -~é\\n]{0,60}") {
            let once = canonical(&query);
            prop_assert_eq!(canonical(&once), once);
        }

        #[test]
        fn never_panics(query in any::<String>()) {
            let _ = Shape::of(&query);
        }
    }
}
