//! The words of MOF.

use super::log::Log;
use super::{ENDS_IN_STRING, ESCAPE};
use evidence::{Level, Value};
use std::borrow::Cow;

/// One word of the source.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'t> {
    /// A keyword, a type or a name: only the place tells which.
    Name(&'t str),
    /// The name of an alias, without its `$`.
    Alias(&'t str),
    /// A string with its escapes resolved.
    Text(Cow<'t, str>),
    /// A number or a character.
    Number(Value),
    /// A single character of punctuation, or one that does not belong into MOF.
    Mark(char),
    /// The end of the text.
    End,
}

impl Token<'_> {
    /// The word as it is shown in a message.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Name(name) => (*name).to_owned(),
            Self::Alias(name) => format!("${name}"),
            Self::Text(text) => format!("\"{}\"", text.chars().take(40).collect::<String>()),
            Self::Number(value) => value.canonical().into_owned(),
            Self::Mark(mark) => mark.to_string(),
            Self::End => String::new(),
        }
    }
}

/// Cuts a text into words.
#[derive(Debug, Clone)]
pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    /// Whether a string ran to the end of the text; from then on strings end with their line.
    ran_out: bool,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, ran_out: false }
    }

    /// Goes on at another place, which must be the beginning of a word.
    pub(super) fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    /// The whole text.
    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    /// The next word and where it begins.
    pub(super) fn next(&mut self, log: &mut Log) -> (usize, Token<'t>) {
        self.skip_blanks();
        let start = self.at;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return (start, Token::End);
        };
        let token = match first {
            '"' => self.string(log),
            '\'' => self.character(),
            '$' => {
                self.at += 1;
                Token::Alias(self.take_while(is_name_part))
            }
            c if is_name_start(c) => Token::Name(self.take_while(is_name_part)),
            c if c.is_ascii_digit() => self.number(),
            '+' | '-' | '.' if starts_number(rest) => self.number(),
            other => {
                self.at += other.len_utf8();
                Token::Mark(other)
            }
        };
        (start, token)
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// Skips white space and comments. A comment that does not end takes the rest of the text, as in the MOF compiler.
    fn skip_blanks(&mut self) {
        loop {
            self.take_while(|c| c.is_whitespace() || c == '\u{FEFF}' || c == '\0');
            let rest = self.rest();
            let length = if rest.starts_with("//") {
                memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                let inner = rest.as_bytes().get(2..).unwrap_or_default();
                memchr::memmem::find(inner, b"*/").map_or(rest.len(), |end| end + 4)
            } else {
                return;
            };
            self.at += length;
        }
    }

    /// A string. One that does not end stops at the end of its line, so that the rest of the text is not lost.
    fn string(&mut self, log: &mut Log) -> Token<'t> {
        let start = self.at;
        let body = self.text.get(start + 1..).unwrap_or_default();
        let line = memchr::memchr(b'\n', body.as_bytes()).unwrap_or(body.len());
        let within = if self.ran_out { body.get(..line).unwrap_or_default() } else { body };
        let Some((end, escaped)) = string_end(within.as_bytes()) else {
            self.ran_out = true;
            self.at = start + 1 + line;
            log.add(Level::Error, start, ENDS_IN_STRING.plain());
            let raw = body.get(..line).unwrap_or_default();
            return Token::Text(Cow::Owned(unescape(raw, start + 1, log)));
        };
        let raw = body.get(..end).unwrap_or_default();
        self.at = start + end + 2;
        Token::Text(if escaped { Cow::Owned(unescape(raw, start + 1, log)) } else { Cow::Borrowed(raw) })
    }

    /// A `char16` literal such as `'a'`, `'\n'` or `'\x41'`: the number of its code unit.
    fn character(&mut self) -> Token<'t> {
        let body = self.text.get(self.at + 1..).unwrap_or_default();
        let from = if body.starts_with('\\') { 2 } else { 0 };
        let close = body.bytes().take(8).skip(from).position(|byte| byte == b'\'');
        let raw = close.and_then(|close| body.get(..from + close)).unwrap_or_default();
        let plain = unescape(raw, self.at + 1, &mut Log::default());
        let mut units = plain.encode_utf16();
        if let (Some(unit), None) = (units.next(), units.next()) {
            self.at += raw.len() + 2;
            return Token::Number(Value::Uint(u64::from(unit)));
        }
        self.at += 1;
        Token::Mark('\'')
    }

    fn number(&mut self) -> Token<'t> {
        let rest = self.rest();
        let mut previous = ' ';
        let hex = has_prefix(rest.trim_start_matches(['+', '-']), "0x");
        let end = rest
            .find(|c: char| {
                let sign =
                    matches!(c, '+' | '-') && (previous == ' ' || (!hex && matches!(previous, 'e' | 'E')));
                previous = c;
                !(sign || c == '.' || c == '#' || is_name_part(c))
            })
            .unwrap_or(rest.len());
        self.at += end;
        Token::Number(number(rest.get(..end).unwrap_or_default()))
    }
}

/// Where the closing quote of a string lies, and whether there are escapes before it.
fn string_end(bytes: &[u8]) -> Option<(usize, bool)> {
    let mut end = 0;
    let mut escaped = false;
    loop {
        end += memchr::memchr2(b'"', b'\\', bytes.get(end..)?)?;
        if bytes.get(end) == Some(&b'"') {
            return Some((end, escaped));
        }
        escaped = true;
        end += 2;
    }
}

/// Whether a text begins with a prefix in ASCII, whatever its case.
fn has_prefix(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// Whether a sign or point begins a number.
fn starts_number(text: &str) -> bool {
    let mut signs = text.bytes().take(3).skip_while(|byte| matches!(byte, b'+' | b'-' | b'.'));
    signs.next().is_some_and(|byte| byte.is_ascii_digit())
}

/// WMI takes letters of any alphabet in names.
fn is_name_start(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn is_name_part(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// Whether a name can be written in MOF and read back as one word.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(is_name_start) && text.chars().all(is_name_part)
}

/// The value of a number: decimal, `0x1F`, `017`, `101b` or real. What fits no number stays text.
fn number(raw: &str) -> Value {
    let (negative, digits) = match raw.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, raw.strip_prefix('+').unwrap_or(raw)),
    };
    let binary = digits.strip_suffix(['b', 'B']).filter(|d| d.bytes().all(|c| matches!(c, b'0' | b'1')));
    let magnitude = if has_prefix(digits, "0x") {
        u64::from_str_radix(digits.get(2..).unwrap_or_default(), 16).ok()
    } else if let Some(binary) = binary {
        u64::from_str_radix(binary, 2).ok()
    } else if digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|c| matches!(c, b'0'..=b'7'))
    {
        u64::from_str_radix(digits, 8).ok()
    } else if digits.bytes().all(|c| c.is_ascii_digit()) {
        digits.parse().ok()
    } else {
        None
    };
    let integer = match magnitude {
        Some(magnitude) if !negative => Some(Value::Uint(magnitude)),
        Some(0) => Some(Value::Uint(0)),
        Some(magnitude) => 0_i64.checked_sub_unsigned(magnitude).map(Value::Int),
        None => None,
    };
    let real = || {
        let plain = digits.bytes().all(|c| matches!(c, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
        let parsed: Option<f64> = if plain { raw.parse().ok() } else { None };
        parsed.filter(|real| real.is_finite()).map(Value::Real)
    };
    integer.or_else(real).unwrap_or_else(|| Value::text(raw))
}

/// Resolves the escapes of a string. `\x` takes one to four hex digits and gives a UTF-16 code unit.
fn unescape(raw: &str, at: usize, log: &mut Log) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut high: Option<u16> = None;
    let mut rest = raw;
    while let Some(skipped) = memchr::memchr(b'\\', rest.as_bytes()) {
        let plain = rest.get(..skipped).unwrap_or_default();
        if !plain.is_empty() {
            flush(&mut text, &mut high);
            text.push_str(plain);
        }
        let escape = rest.get(skipped + 1..).unwrap_or_default();
        let Some(kind) = escape.chars().next() else {
            rest = "";
            flush(&mut text, &mut high);
            text.push('\\');
            break;
        };
        let after = escape.get(kind.len_utf8()..).unwrap_or_default();
        let digits = after.bytes().take(4).take_while(u8::is_ascii_hexdigit).count();
        if matches!(kind, 'x' | 'X') && digits > 0 {
            let (digits, behind) = after.split_at(digits);
            push_unit(&mut text, &mut high, u16::from_str_radix(digits, 16).unwrap_or(0xFFFD));
            rest = behind;
            continue;
        }
        flush(&mut text, &mut high);
        match kind {
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            'b' => text.push('\u{8}'),
            'f' => text.push('\u{C}'),
            '"' | '\'' | '\\' => text.push(kind),
            other => {
                log.add(
                    Level::Warning,
                    at + raw.len() - rest.len() + skipped,
                    ESCAPE.with([other.to_string().into()]),
                );
                text.push('\\');
                text.push(other);
            }
        }
        rest = after;
    }
    flush(&mut text, &mut high);
    text.push_str(rest);
    text
}

/// Adds a UTF-16 code unit; a high surrogate waits in `high` for its partner.
fn push_unit(text: &mut String, high: &mut Option<u16>, unit: u16) {
    if let Some(first) = high.take() {
        if let Some(Ok(c)) = char::decode_utf16([first, unit]).next() {
            text.push(c);
            return;
        }
        text.push(char::REPLACEMENT_CHARACTER);
    }
    match char::from_u32(u32::from(unit)) {
        Some(c) => text.push(c),
        None if unit < 0xDC00 => *high = Some(unit),
        None => text.push(char::REPLACEMENT_CHARACTER),
    }
}

/// A high surrogate that got no partner is no character.
fn flush(text: &mut String, high: &mut Option<u16>) {
    if high.take().is_some() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token<'_>> {
        let mut lexer = Lexer::new(text);
        let mut log = Log::default();
        std::iter::from_fn(|| Some(lexer.next(&mut log).1).filter(|token| *token != Token::End)).collect()
    }

    #[test]
    fn numbers_in_every_notation() {
        let values: Vec<Value> = tokens("0 017 0x1F 101b -5 +7 1.5e+3 -2.5E-1 18446744073709551615 089")
            .into_iter()
            .map(|token| if let Token::Number(value) = token { value } else { panic!("{token:?}") })
            .collect();
        let expected = [
            Value::Uint(0),
            Value::Uint(15),
            Value::Uint(31),
            Value::Uint(5),
            Value::Int(-5),
            Value::Uint(7),
            Value::Real(1500.0),
            Value::Real(-0.25),
            Value::Uint(u64::MAX),
            Value::Uint(89),
        ];
        assert_eq!(values, expected);
        assert_eq!(tokens("-9223372036854775808"), [Token::Number(Value::Int(i64::MIN))]);
    }

    #[test]
    fn escapes_and_surrogates() {
        assert_eq!(
            tokens(r#""a\\b\"c\r\n\x41\x3042\xD83D\xDE00\xD83Dx\q""#),
            [Token::Text("a\\b\"c\r\nAあ😀\u{FFFD}x\\q".into())]
        );
        assert_eq!(tokens(r"'a' '\n' '\''"), [97_u64, 10, 39].map(|n| Token::Number(Value::Uint(n))));
    }

    #[test]
    fn comments_are_blanks_and_strings_hold_comments() {
        assert_eq!(
            tokens("a /* b \" */ c // d\n\"// e\""),
            [Token::Name("a"), Token::Name("c"), Token::Text("// e".into())]
        );
        assert_eq!(tokens("a /* never ends"), [Token::Name("a")]);
    }

    #[test]
    fn a_string_without_an_end_costs_one_line_only() {
        let mut lexer = Lexer::new("\"open\nnext");
        let mut log = Log::default();
        assert_eq!(lexer.next(&mut log).1, Token::Text("open".into()));
        assert_eq!(lexer.next(&mut log).1, Token::Name("next"));
        assert_eq!(log.found.len(), 1);
    }
}
