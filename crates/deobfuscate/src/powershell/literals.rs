//! Variables, numbers and strings, with what expands inside them.

use std::rc::Rc;

use super::ast::{Expr, Node, Span, Stmt};
use super::parser::{Parser, push_text};
use super::reader::is_double_quote;
use super::text::Text;
use crate::number;

impl Parser<'_> {
    pub(super) fn dollar(&mut self) -> Expr {
        self.reader.pos += 1;
        match self.reader.byte() {
            Some(b'(') => {
                self.reader.pos += 1;
                Expr::Sub(self.deeper(|p| p.statements(Some(b')')), Vec::new()).into(), false)
            }
            Some(b'{') => {
                let end = self.reader.rest().find('}').unwrap_or(self.reader.rest().len());
                let name: String = self.reader.rest().get(1..end).unwrap_or_default().replace('`', "");
                self.reader.pos = (self.reader.pos + end + 1).min(self.reader.src.len());
                Expr::Var(variable_name(&name))
            }
            // Whether the last command was done.
            Some(b'?') => {
                self.reader.pos += 1;
                Expr::Var(Rc::from("?"))
            }
            Some(b'$' | b'^') => {
                self.reader.pos += 1;
                Expr::Opaque
            }
            _ => {
                let at = self.reader.pos;
                match self.reader.name(|_| false) {
                    Some((scope, _))
                        if self.reader.byte() == Some(b':')
                            && self
                                .reader
                                .byte_at(1)
                                .is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_') =>
                    {
                        self.reader.pos += 1;
                        match self.reader.name(|_| false) {
                            Some((name, _)) => Expr::Var(variable_name(&format!("{scope}:{name}"))),
                            None => Expr::Opaque,
                        }
                    }
                    Some((name, _)) => Expr::Var(variable_name(&name)),
                    None => {
                        self.reader.pos = at;
                        Expr::Opaque
                    }
                }
            }
        }
    }

    pub(super) fn at_sign(&mut self) -> Option<Expr> {
        match self.reader.byte_at(1)? {
            b'(' => {
                self.reader.pos += 2;
                Some(Expr::Sub(self.deeper(|p| p.statements(Some(b')')), Vec::new()).into(), true))
            }
            b'{' => {
                self.reader.pos += 2;
                Some(self.deeper(Self::hash, Expr::Opaque))
            }
            b'\'' | b'"' => match self.reader.here_string() {
                Some((start, stop, false)) => {
                    Some(Expr::Str(Rc::new(Text::new(self.reader.src.get(start..stop)?))))
                }
                Some((start, stop, true)) => Some(self.expandable(start, stop)),
                None => {
                    self.reader.pos += 1;
                    Some(Expr::Opaque)
                }
            },
            _ => {
                self.reader.pos += 1;
                self.reader.name(|_| false)?;
                Some(Expr::Opaque)
            }
        }
    }

    /// The inside of `@{ name = value; … }`.
    fn hash(&mut self) -> Expr {
        let mut pairs = Vec::new();
        loop {
            self.reader.space(true);
            let before = self.reader.pos;
            match self.reader.byte() {
                None => break,
                Some(b'}') => {
                    self.reader.pos += 1;
                    break;
                }
                Some(b';') => self.reader.pos += 1,
                Some(_) => {
                    if let Some(key) = self.key() {
                        self.reader.space(true);
                        if self.reader.eat("=") {
                            self.reader.space(true);
                            pairs.push((key, self.deeper(Self::statement, Stmt::Empty)));
                        }
                    }
                }
            }
            if self.reader.pos == before {
                self.reader.bump();
            }
        }
        Expr::Hash(pairs)
    }

    fn key(&mut self) -> Option<Node> {
        let start = self.reader.pos;
        if !self.reader.byte()?.is_ascii_alphabetic() && self.reader.byte() != Some(b'_') {
            return self.postfix();
        }
        if !self.count_node() {
            return None;
        }
        let (name, ticked) = self.reader.name(|c| matches!(c, '-' | '.'))?;
        let span = Span { start, end: self.reader.pos };
        if ticked {
            self.ticked.push((span, name.clone()));
        }
        Some(Node::new(span, Expr::Str(Rc::new(Text::new(name)))))
    }

    pub(super) fn number(&mut self) -> Option<Expr> {
        let rest = self.reader.rest();
        let lower = rest.get(..2).unwrap_or_default().to_ascii_lowercase();
        if lower == "0x" {
            let digits: String = rest.chars().skip(2).take_while(char::is_ascii_hexdigit).take(16).collect();
            self.reader.pos += 2 + digits.len();
            self.reader.eat("L");
            let value = u64::from_str_radix(&digits, 16).ok()?.cast_signed();
            // Eight digits with the top bit set are a negative 32-bit number.
            return Some(Expr::Int(if digits.len() == 8 { i64::from(number::low32(value)) } else { value }));
        }
        let digits: String = rest.chars().take_while(char::is_ascii_digit).take(30).collect();
        self.reader.pos += digits.len();
        let after = self.reader.rest().as_bytes();
        if after.first() == Some(&b'.') && after.get(1).is_some_and(u8::is_ascii_digit) {
            let fraction: String =
                self.reader.rest().chars().skip(1).take_while(char::is_ascii_digit).take(30).collect();
            self.reader.pos += 1 + fraction.len();
            return format!("{digits}.{fraction}").parse().ok().map(Expr::Float);
        }
        let value: i64 = digits.parse().unwrap_or(i64::MAX);
        let suffix = self.reader.rest().get(..2).unwrap_or_default().to_ascii_lowercase();
        let factor = match suffix.as_str() {
            "kb" => 1 << 10,
            "mb" => 1 << 20,
            "gb" => 1 << 30,
            _ => 1,
        };
        if factor > 1 {
            self.reader.pos += 2;
        } else if self.reader.byte().is_some_and(|b| b.eq_ignore_ascii_case(&b'l')) {
            self.reader.pos += 1;
        }
        Some(Expr::Int(value.saturating_mul(factor)))
    }

    pub(super) fn double_quoted(&mut self) -> Expr {
        let open = self.reader.pos;
        self.reader.bump();
        let start = self.reader.pos;
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut ticks = false;
        while let Some(c) = self.reader.char() {
            match c {
                '`' => {
                    self.reader.pos += 1;
                    // One at the beginning breaks nothing up.
                    let inside = text.ends_with(|c: char| c.is_ascii_alphanumeric());
                    ticks |= self.reader.escape(&mut text) && inside;
                }
                '$' => self.expansion(&mut parts, &mut text, start),
                c if is_double_quote(c) => {
                    self.reader.bump();
                    if !self.reader.char().is_some_and(is_double_quote) {
                        break;
                    }
                    self.reader.bump();
                    text.push('"');
                }
                c => {
                    text.push(c);
                    self.reader.pos += c.len_utf8();
                }
            }
        }
        if ticks && parts.is_empty() {
            self.ticked_strings.push((Span { start: open, end: self.reader.pos }, text.clone()));
        }
        finish(parts, text, start)
    }

    /// A variable or sub-expression inside a string; the `$` is next.
    fn expansion(&mut self, parts: &mut Vec<Node>, text: &mut String, at: usize) {
        let next = self.reader.byte_at(1);
        let begins =
            next.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'{' | b'(' | b'?'));
        if !begins {
            text.push('$');
            self.reader.pos += 1;
            return;
        }
        push_text(parts, text, at);
        let start = self.reader.pos;
        let kind = self.deeper(Self::dollar, Expr::Opaque);
        parts.push(Node::new(Span { start, end: self.reader.pos }, kind));
    }

    /// The inside of a here-string: quotes mean nothing there.
    fn expandable(&mut self, inside: usize, stop: usize) -> Expr {
        let end = self.reader.pos;
        self.reader.pos = inside;
        let mut parts = Vec::new();
        let mut text = String::new();
        while self.reader.pos < stop {
            match self.reader.char() {
                Some('`') => {
                    self.reader.pos += 1;
                    self.reader.escape(&mut text);
                }
                Some('$') => self.expansion(&mut parts, &mut text, inside),
                Some(c) => {
                    text.push(c);
                    self.reader.pos += c.len_utf8();
                }
                None => break,
            }
        }
        self.reader.pos = end;
        finish(parts, text, inside)
    }
}

fn finish(mut parts: Vec<Node>, mut text: String, at: usize) -> Expr {
    if parts.is_empty() {
        return Expr::Str(Rc::new(Text::new(text)));
    }
    push_text(&mut parts, &mut text, at);
    Expr::Expand(parts)
}

/// Lower case; drives kept, and the one scope that outlives a function as `global:`.
fn variable_name(name: &str) -> Rc<str> {
    let lower = name.to_ascii_lowercase();
    match lower.split_once(':') {
        Some(("global" | "script", plain)) => Rc::from(format!("global:{plain}")),
        Some(("local" | "private" | "variable" | "using", plain)) => Rc::from(plain),
        _ => Rc::from(lower),
    }
}
