//! `VBScript` and `JScript` to tokens.

use std::rc::Rc;

use super::value::Text;
use crate::number;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Vb,
    Js,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Str(Rc<Text>),
    Num(f64),
    /// Lower case in `VBScript`, which knows no case.
    Name(String),
    /// One operator or bracket.
    Sign(&'static str),
    /// `/x/flags`.
    Pattern(String, String),
    /// End of a statement: a line's end or `:` in `VBScript`, `;` in `JScript`.
    End,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Token {
    pub(crate) fn is(&self, sign: &str) -> bool {
        matches!(self.kind, Kind::Sign(known) if known == sign)
    }

    pub(crate) fn name(&self) -> Option<&str> {
        if let Kind::Name(name) = &self.kind { Some(name) } else { None }
    }
}

/// Signs, the longer first.
const SIGNS: &[&str] = &[
    ">>>=", "===", "!==", ">>>", "<<=", ">>=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "==", "!=",
    "<=", ">=", "<>", "&&", "||", "++", "--", "<<", ">>", "=>", "+", "-", "*", "/", "%", "&", "|", "^", "=",
    "<", ">", "!", "~", "?", ":", "(", ")", "[", "]", "{", "}", ",", ".", "\\", "@", "#",
];

/// Most tokens taken from one text.
const MAX_TOKENS: usize = 400_000;

/// The tokens of a text, and whether they are all; what is no token is left out.
pub(crate) fn tokens(text: &str, dialect: Dialect) -> (Vec<Token>, bool) {
    let mut lexer = Lexer { text, at: 0, dialect, out: Vec::new() };
    let mut turns = 0_usize;
    while lexer.at < text.len() {
        turns += 1;
        if lexer.out.len() >= MAX_TOKENS || turns > 8 * MAX_TOKENS {
            return (lexer.out, false);
        }
        lexer.next();
    }
    (lexer.out, true)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    dialect: Dialect,
    out: Vec<Token>,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, kind: Kind, start: usize) {
        self.out.push(Token { kind, start, end: self.at });
    }

    fn next(&mut self) {
        let start = self.at;
        let Some(c) = self.rest().chars().next() else { return };
        let vb = self.dialect == Dialect::Vb;
        match c {
            '\n' | '\r' => {
                self.at += 1;
                if vb {
                    self.push(Kind::End, start);
                }
            }
            ':' if vb => {
                self.at += 1;
                self.push(Kind::End, start);
            }
            ';' => {
                self.at += 1;
                self.push(Kind::End, start);
            }
            '_' if vb && self.rest()[1..].trim_start_matches([' ', '\t']).starts_with(['\r', '\n']) => {
                // A line that goes on in the next.
                self.at += self.rest().find('\n').map_or(self.rest().len(), |end| end + 1);
            }
            c if c.is_whitespace() => self.at += c.len_utf8(),
            '\'' if vb => self.skip_line(),
            '"' | '\'' => {
                let text = if vb { self.vb_string() } else { self.js_string(c) };
                self.push(Kind::Str(Rc::new(Text::new(text))), start);
            }
            '/' if !vb && self.rest().starts_with("//") => self.skip_line(),
            '/' if !vb && self.rest().starts_with("/*") => {
                self.at += self.rest().find("*/").map_or(self.rest().len(), |end| end + 2);
            }
            '/' if !vb && self.pattern_may_stand() && self.pattern() => {}
            '&' if vb && self.vb_number() => {}
            '0'..='9' => self.number(),
            c if c.is_alphabetic() || c == '_' || c == '$' => self.word(),
            _ => match SIGNS.iter().find(|sign| self.rest().starts_with(**sign)) {
                Some(sign) => {
                    self.at += sign.len();
                    self.push(Kind::Sign(sign), start);
                }
                None => self.at += c.len_utf8(),
            },
        }
    }

    fn skip_line(&mut self) {
        self.at += self.rest().find(['\n', '\r']).unwrap_or(self.rest().len());
    }

    fn word(&mut self) {
        let start = self.at;
        let len = self
            .rest()
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
            .unwrap_or(self.rest().len());
        let word = self.rest()[..len].to_owned();
        self.at += len;
        if self.dialect == Dialect::Vb {
            let lower = word.to_lowercase();
            if lower == "rem" {
                return self.skip_line();
            }
            self.push(Kind::Name(lower), start);
        } else {
            self.push(Kind::Name(word), start);
        }
    }

    /// `&H41`, `&O101`.
    fn vb_number(&mut self) -> bool {
        let rest = self.rest();
        let radix = match rest.as_bytes().get(1) {
            Some(b'h' | b'H') => 16,
            Some(b'o' | b'O') => 8,
            _ => return false,
        };
        let digits: String = rest.chars().skip(2).take_while(|c| c.is_digit(radix)).take(16).collect();
        let Ok(value) = u64::from_str_radix(&digits, radix) else { return false };
        let start = self.at;
        self.at += 2 + digits.len();
        if self.rest().starts_with('&') {
            self.at += 1;
        }
        self.push(Kind::Num(number::float(value.cast_signed())), start);
        true
    }

    fn number(&mut self) {
        let start = self.at;
        let rest = self.rest();
        if self.dialect == Dialect::Js && rest.get(..2).is_some_and(|p| p.eq_ignore_ascii_case("0x")) {
            let digits: String = rest.chars().skip(2).take_while(char::is_ascii_hexdigit).take(16).collect();
            self.at += 2 + digits.len();
            let value = u64::from_str_radix(&digits, 16).unwrap_or(0);
            return self.push(Kind::Num(number::float(value.cast_signed())), start);
        }
        let len = rest
            .char_indices()
            .find(|&(i, c)| {
                !(c.is_ascii_digit() || c == '.' && rest[i + 1..].starts_with(|c: char| c.is_ascii_digit()))
            })
            .map_or(rest.len(), |(i, _)| i);
        let value = rest[..len].parse().unwrap_or(0.0);
        self.at += len;
        self.push(Kind::Num(value), start);
    }

    fn vb_string(&mut self) -> String {
        let mut text = String::new();
        self.at += 1;
        loop {
            let rest = self.rest();
            let end = rest.find(['"', '\n', '\r']).unwrap_or(rest.len());
            text.push_str(&rest[..end]);
            let doubled = rest[end..].starts_with("\"\"");
            let quote = rest[end..].starts_with('"');
            self.at += end + if doubled { 2 } else { usize::from(quote) };
            if !doubled {
                return text;
            }
            text.push('"');
        }
    }

    fn js_string(&mut self, quote: char) -> String {
        let mut text = String::new();
        self.at += 1;
        while let Some(c) = self.rest().chars().next() {
            self.at += c.len_utf8();
            match c {
                '\\' => self.js_escape(&mut text),
                '\n' => break,
                c if c == quote => break,
                c => text.push(c),
            }
        }
        text
    }

    fn js_escape(&mut self, text: &mut String) {
        let Some(c) = self.rest().chars().next() else { return };
        self.at += c.len_utf8();
        let digits = match c {
            'x' => 2,
            'u' => 4,
            _ => 0,
        };
        if digits > 0
            && let Some(code) = self.rest().get(..digits).and_then(|hex| u32::from_str_radix(hex, 16).ok())
        {
            self.at += digits;
            text.extend(char::from_u32(code));
            return;
        }
        match c {
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            'b' => text.push('\u{8}'),
            'v' => text.push('\u{b}'),
            'f' => text.push('\u{c}'),
            '0'..='7' => {
                let mut code = u32::from(c) - 48;
                while let Some(digit) =
                    self.rest().chars().next().and_then(|d| d.to_digit(8)).filter(|d| code * 8 + d < 256)
                {
                    code = code * 8 + digit;
                    self.at += 1;
                }
                text.extend(char::from_u32(code));
            }
            '\r' | '\n' => {}
            other => text.push(other),
        }
    }

    /// Whether a `/` here begins a pattern and does not divide.
    fn pattern_may_stand(&self) -> bool {
        match self.out.last().map(|token| &token.kind) {
            None | Some(Kind::End) => true,
            Some(Kind::Sign(sign)) => !matches!(*sign, ")" | "]" | "}"),
            Some(Kind::Name(name)) => matches!(name.as_str(), "return" | "typeof" | "case"),
            _ => false,
        }
    }

    fn pattern(&mut self) -> bool {
        let rest = self.rest();
        let mut escaped = false;
        let mut class = false;
        let mut end = None;
        for (i, c) in rest.char_indices().skip(1) {
            match c {
                '\n' => return false,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '[' => class = true,
                ']' => class = false,
                '/' if !class => {
                    end = Some(i);
                    break;
                }
                _ => {}
            }
        }
        let Some(end) = end else { return false };
        let body = rest[1..end].to_owned();
        let flags: String = rest[end + 1..].chars().take_while(char::is_ascii_alphabetic).collect();
        let start = self.at;
        self.at += end + 1 + flags.len();
        self.push(Kind::Pattern(body, flags), start);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str, dialect: Dialect) -> Vec<Kind> {
        tokens(text, dialect).0.into_iter().map(|token| token.kind).collect()
    }

    fn string(text: &str) -> Kind {
        Kind::Str(Rc::new(Text::new(text)))
    }

    #[test]
    fn both_dialects() {
        assert_eq!(
            kinds("A = \"x\"\"y\" & Chr(&H41) ' note", Dialect::Vb),
            [
                Kind::Name("a".into()),
                Kind::Sign("="),
                string("x\"y"),
                Kind::Sign("&"),
                Kind::Name("chr".into()),
                Kind::Sign("("),
                Kind::Num(65.0),
                Kind::Sign(")")
            ]
        );
        assert_eq!(
            kinds("a='\\x41\\u0042\\103'.replace(/q/g,\"\")//x", Dialect::Js)[2..],
            [
                string("ABC"),
                Kind::Sign("."),
                Kind::Name("replace".into()),
                Kind::Sign("("),
                Kind::Pattern("q".into(), "g".into()),
                Kind::Sign(","),
                string(""),
                Kind::Sign(")")
            ]
        );
    }

    proptest::proptest! {
        #[test]
        fn every_token_lies_in_the_text(text in "\\PC{0,120}") {
            for dialect in [Dialect::Vb, Dialect::Js] {
                for token in tokens(&text, dialect).0 {
                    proptest::prop_assert!(text.get(token.start..token.end).is_some());
                }
            }
        }
    }
}
