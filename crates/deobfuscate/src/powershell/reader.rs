//! Characters of a PowerShell text: white space, comments, words with back-ticks, quotes in all their forms.

/// A place in the text. Works on bytes; whatever is not ASCII is only ever skipped or copied as a whole character.
#[derive(Debug)]
pub(crate) struct Reader<'s> {
    pub(crate) src: &'s str,
    pub(crate) pos: usize,
}

/// Characters that end a string like `'`: PowerShell takes the curly ones for it.
pub(crate) fn is_single_quote(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}')
}

/// Characters that stand for `"`.
pub(crate) fn is_double_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}')
}

/// Characters that stand for `-`.
pub(crate) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2013}' | '\u{2014}' | '\u{2015}')
}

/// What a back-tick makes of the next character. As Windows has it: `` `e `` is the escape character in version 6 and
/// later only, and before that the letter, which is what scripts use it for.
pub(crate) fn escaped(c: char) -> char {
    match c {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        other => other,
    }
}

impl<'s> Reader<'s> {
    pub(crate) fn new(src: &'s str) -> Self {
        Self { src, pos: 0 }
    }

    pub(crate) fn rest(&self) -> &'s str {
        self.src.get(self.pos..).unwrap_or_default()
    }

    pub(crate) fn byte(&self) -> Option<u8> {
        self.src.as_bytes().get(self.pos).copied()
    }

    pub(crate) fn byte_at(&self, ahead: usize) -> Option<u8> {
        self.src.as_bytes().get(self.pos + ahead).copied()
    }

    pub(crate) fn char(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(crate) fn bump(&mut self) -> Option<char> {
        let c = self.char()?;
        self.pos += c.len_utf8();
        Some(c)
    }

    pub(crate) fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.pos += text.len();
        }
        found
    }

    /// Skips blanks, comments and continued lines; newlines too where `lines` is set. Says whether there was anything.
    pub(crate) fn space(&mut self, lines: bool) -> bool {
        let start = self.pos;
        while let Some(c) = self.char() {
            match c {
                '\n' | '\r' if lines => self.pos += 1,
                '\n' | '\r' => break,
                '`' if matches!(self.byte_at(1), Some(b'\n' | b'\r')) => {
                    self.pos += 2;
                    self.eat("\n");
                }
                '<' if self.byte_at(1) == Some(b'#') => {
                    self.pos = self.rest().find("#>").map_or(self.src.len(), |end| self.pos + end + 2);
                }
                '#' => self.pos = self.rest().find(['\n', '\r']).map_or(self.src.len(), |end| self.pos + end),
                '\u{feff}' => self.pos += c.len_utf8(),
                c if c.is_whitespace() => self.pos += c.len_utf8(),
                _ => break,
            }
        }
        self.pos > start
    }

    /// A name of letters, digits, `_` and what `more` allows, with back-ticks left out. `None` when there is none; the
    /// flag tells whether back-ticks stood in it.
    pub(crate) fn name(&mut self, more: fn(char) -> bool) -> Option<(String, bool)> {
        let mut name = String::new();
        let mut ticks = false;
        let mut end = self.pos;
        let mut chars = self.rest().char_indices().peekable();
        while let Some((_, c)) = chars.next() {
            if c == '`' {
                match chars.peek() {
                    Some(&(_, next)) if next.is_alphanumeric() || more(next) => {
                        ticks = true;
                        continue;
                    }
                    _ => break,
                }
            }
            if c.is_alphanumeric() || c == '_' || more(c) {
                name.push(c);
                end = self.pos + chars.peek().map_or(self.rest().len(), |&(at, _)| at);
            } else {
                break;
            }
        }
        if name.is_empty() {
            return None;
        }
        self.pos = end;
        Some((name, ticks))
    }

    /// What a back-tick in a string makes of what follows it; the back-tick is taken. Whether it does nothing there but
    /// break up a word.
    pub(crate) fn escape(&mut self, text: &mut String) -> bool {
        let Some(next) = self.bump() else { return false };
        if next == 'u'
            && let Some((digits, _)) = self.rest().strip_prefix('{').and_then(|rest| rest.split_once('}'))
            && digits.len() <= 6
            && let Some(c) = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
        {
            self.pos += digits.len() + 2;
            text.push(c);
            return false;
        }
        match next {
            '\r' => {
                self.eat("\n");
            }
            '\n' => {}
            next => text.push(escaped(next)),
        }
        next.is_ascii_alphanumeric() && escaped(next) == next
    }

    /// The keyword or plain word here, lower case, without moving.
    pub(crate) fn peek_word(&self) -> Option<(String, usize)> {
        let mut ahead = Self { src: self.src, pos: self.pos };
        if !ahead.char()?.is_ascii_alphabetic() {
            return None;
        }
        let (word, _) = ahead.name(|_| false)?;
        Some((word.to_ascii_lowercase(), ahead.pos))
    }

    /// The text of a `'…'` string; the opening quote is next. An unfinished string ends with the text.
    pub(crate) fn single_quoted(&mut self) -> String {
        self.bump();
        let mut text = String::new();
        while let Some(c) = self.bump() {
            if is_single_quote(c) {
                if self.char().is_some_and(is_single_quote) {
                    self.bump();
                } else {
                    break;
                }
            }
            text.push(c);
        }
        text
    }

    /// Where the inside of `@'…'@` or `@"…"@` begins and ends, and whether it is the kind with variables; the `@` is
    /// next. `None` when the line does not end after the quote.
    pub(crate) fn here_string(&mut self) -> Option<(usize, usize, bool)> {
        let quote = self.rest().chars().nth(1)?;
        let double = is_double_quote(quote);
        let after = self.pos + 1 + quote.len_utf8();
        let line = self.src.get(after..)?.find('\n')?;
        if !self.src.get(after..after + line)?.trim().is_empty() {
            return None;
        }
        let start = after + line + 1;
        let body = self.src.get(start..)?;
        let close = if double { "\"@" } else { "'@" };
        let end = body
            .match_indices(close)
            .map(|(at, _)| at)
            .find(|&at| at == 0 || body.as_bytes()[at - 1] == b'\n')?;
        let text = body.get(..end)?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        self.pos = start + end + close.len();
        Some((start, start + text.len(), double))
    }
}
