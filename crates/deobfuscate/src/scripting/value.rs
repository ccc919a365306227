//! Values of `VBScript` and `JScript`, and the functions of both that only compute.

use std::rc::Rc;

use regex::RegexBuilder;

use super::tokens::Dialect;
use crate::encoding::{self, percent};
use crate::number;

/// A text that knows whether its characters are bytes: loops take one character after another out of long texts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text {
    all: String,
    ascii: bool,
}

impl Text {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        let all = text.into();
        Self { ascii: all.is_ascii(), all }
    }

    pub(crate) fn push_str(&mut self, more: &str) {
        self.ascii &= more.is_ascii();
        self.all.push_str(more);
    }

    /// How many characters.
    fn count(&self) -> usize {
        if self.ascii { self.all.len() } else { self.all.chars().count() }
    }

    fn at(&self, index: usize) -> Option<char> {
        if self.ascii {
            self.all.as_bytes().get(index).copied().map(char::from)
        } else {
            self.all.chars().nth(index)
        }
    }

    /// Some characters from one on.
    fn part(&self, start: usize, len: usize) -> String {
        if self.ascii {
            let start = start.min(self.all.len());
            let end = start.saturating_add(len).min(self.all.len());
            self.all.get(start..end).unwrap_or_default().to_owned()
        } else {
            self.all.chars().skip(start).take(len).collect()
        }
    }
}

impl std::ops::Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.all
    }
}

/// Values in a row. What working through all of them costs is known beforehand, also where lists hold one another.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Items {
    values: Vec<Value>,
    weight: usize,
    depth: usize,
}

/// Lists in lists.
const MAX_LISTS: usize = 8;

impl Items {
    /// Adds one at the end; says whether lists may be so deep.
    pub(crate) fn push(&mut self, value: Value) -> bool {
        self.depth = self.depth.max(match &value {
            Value::List(inner) => inner.depth + 1,
            Value::Table(inner) => inner.1.depth + 1,
            _ => 0,
        });
        self.weight = self.weight.saturating_add(value.weight());
        self.values.push(value);
        self.depth <= MAX_LISTS
    }
}

impl Items {
    /// Puts a value into a place; the list grows by at most some thousand at a time.
    pub(crate) fn set(&mut self, at: usize, value: Value) -> bool {
        if at >= self.values.len().saturating_add(4096) {
            return false;
        }
        while self.values.len() <= at {
            self.values.push(Value::Unknown);
            self.weight = self.weight.saturating_add(64);
        }
        let old = self.values.get(at).map_or(0, Value::weight);
        if !self.push(value) {
            return false;
        }
        self.weight = self.weight.saturating_sub(old);
        self.values.swap_remove(at);
        true
    }
}

impl std::ops::Deref for Items {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.values
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Unknown,
    Str(Rc<Text>),
    Num(f64),
    Bool(bool),
    List(Rc<Items>),
    /// Names and what they stand for: `{a: 1}`.
    Table(Rc<(Vec<String>, Items)>),
    /// A function of the script, by its number.
    Function(usize),
    /// A regular expression and its flags.
    Pattern(Rc<str>, Rc<str>),
}

impl Value {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Str(Rc::new(Text::new(text)))
    }

    pub(crate) fn list(items: impl IntoIterator<Item = Value>) -> Self {
        let mut list = Items::default();
        for item in items {
            if !list.push(item) {
                return Self::Unknown;
            }
        }
        Self::List(Rc::new(list))
    }

    /// What working through the value costs, as bytes of text.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Str(text) => text.len().saturating_add(64),
            Self::List(items) => items.weight.saturating_add(64),
            Self::Table(table) => table.1.weight.saturating_add(64),
            _ => 64,
        }
    }

    /// As part of a text.
    pub(crate) fn to_text(&self) -> Option<Rc<Text>> {
        let text = match self {
            Self::Unknown | Self::Pattern(..) | Self::Table(_) | Self::Function(_) => return None,
            Self::Str(text) => return Some(Rc::clone(text)),
            Self::Num(number) => number.to_string(),
            Self::Bool(value) => value.to_string(),
            Self::List(items) => {
                let mut all = String::new();
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        all.push(',');
                    }
                    all.push_str(&item.to_text()?);
                }
                all
            }
        };
        Some(Rc::new(Text::new(text)))
    }

    /// As a number; of text, decimal, `&H…` and `0x…`.
    pub(crate) fn to_number(&self) -> Option<f64> {
        match self {
            Self::Num(number) => Some(*number),
            Self::Bool(value) => Some(f64::from(u8::from(*value))),
            // A number is no longer than this, blanks round it included.
            Self::Str(text) if text.len() <= 512 => {
                let text = text.trim();
                let hex =
                    text.get(..2).filter(|p| p.eq_ignore_ascii_case("&h") || p.eq_ignore_ascii_case("0x"));
                match hex {
                    Some(_) => {
                        u32::from_str_radix(text.get(2..)?.trim_end_matches('&'), 16).ok().map(f64::from)
                    }
                    None => text.parse().ok(),
                }
            }
            _ => None,
        }
    }

    /// As a condition.
    pub(crate) fn truth(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Num(number) => Some(*number != 0.0),
            Self::Str(text) => Some(!text.is_empty()),
            Self::List(_) | Self::Table(_) | Self::Function(_) | Self::Pattern(..) => Some(true),
            Self::Unknown => None,
        }
    }

    pub(crate) fn to_index(&self) -> Option<usize> {
        let number = self.to_number()?;
        (0.0..1e9).contains(&number).then(|| usize::try_from(number::whole(number)).ok())?
    }
}

fn character(number: f64) -> Option<char> {
    if !(0.0..1_114_112.0).contains(&number) {
        return None;
    }
    char::from_u32(u32::try_from(number::whole(number.round_ties_even())).ok()?)
}

/// What a call costs before its result is there, as bytes of text: nearly every function works through all it is given,
/// and those that take a part out of a text go straight there where its characters are bytes.
pub(crate) fn cost(receiver: &Value, name: &str, args: &[Value]) -> usize {
    let takes_a_part = matches!(
        name,
        "mid"
            | "left"
            | "right"
            | "len"
            | "asc"
            | "ascw"
            | "charAt"
            | "charCodeAt"
            | "substr"
            | "substring"
            | "slice"
            | "length"
            | "array"
            | "Array"
            | "ubound"
            | "concat"
    );
    let of = |value: &Value| match value {
        Value::Str(text) if takes_a_part && text.ascii => 0,
        Value::List(_) if takes_a_part && name != "slice" && name != "concat" => 0,
        value => value.weight(),
    };
    let all = args.iter().fold(of(receiver), |sum, arg| sum.saturating_add(of(arg)));
    // To look for something, or to count characters of several bytes, costs more than to copy.
    let all = all.saturating_mul(4);
    // An expression is compiled first, and its states are gone through for each character.
    match args.first() {
        Some(Value::Pattern(body, _)) => {
            all.saturating_mul(1 + body.len() / 8).saturating_add(EXPRESSION + 64 * body.len())
        }
        _ => all,
    }
}

/// What compiling an expression costs, as bytes of text.
const EXPRESSION: usize = 64 << 10;

/// A function called by its plain name.
pub(crate) fn function(dialect: Dialect, name: &str, args: &[Value]) -> Value {
    let result = match dialect {
        Dialect::Vb => vb_function(name, args),
        Dialect::Js => js_function(name, args),
    };
    result.unwrap_or(Value::Unknown)
}

fn vb_function(name: &str, args: &[Value]) -> Option<Value> {
    let text = |i: usize| args.get(i).and_then(Value::to_text);
    Some(match name {
        "chr" | "chrw" | "chrb" => Value::text(character(args.first()?.to_number()?)?),
        "asc" | "ascw" => Value::Num(f64::from(u32::from(text(0)?.at(0)?))),
        "strreverse" => Value::text(text(0)?.chars().rev().collect::<String>()),
        "replace" => {
            let from = text(1)?;
            if from.is_empty() {
                return None;
            }
            Value::text(bounded_replace(&text(0)?, &from, &text(2)?)?)
        }
        "mid" => {
            let start = args.get(1)?.to_index()?.checked_sub(1)?;
            let len = if args.len() > 2 { args[2].to_index()? } else { usize::MAX };
            Value::text(text(0)?.part(start, len))
        }
        "left" => Value::text(text(0)?.part(0, args.get(1)?.to_index()?)),
        "right" => {
            let all = text(0)?;
            let skip = all.count().saturating_sub(args.get(1)?.to_index()?);
            Value::text(all.part(skip, usize::MAX))
        }
        "len" => Value::Num(number::float(number::count(text(0)?.count()))),
        "lcase" => Value::text(text(0)?.to_lowercase()),
        "ucase" => Value::text(text(0)?.to_uppercase()),
        "trim" => Value::text(text(0)?.trim()),
        "cstr" => Value::Str(text(0)?),
        "clng" | "cint" | "cdbl" | "cbyte" | "eval_number" => Value::Num(args.first()?.to_number()?),
        "int" | "fix" => Value::Num(args.first()?.to_number()?.floor()),
        "hex" => Value::text(format!("{:X}", number::whole(args.first()?.to_number()?))),
        "array" => Value::list(args.iter().cloned()),
        "split" => {
            let separator = text(1).unwrap_or_else(|| Rc::new(Text::new(" ")));
            Value::list(text(0)?.split(&**separator).map(Value::text))
        }
        "join" => join(args.first()?, &text(1).unwrap_or_else(|| Rc::new(Text::new(" "))))?,
        "ubound" => match args.first()? {
            Value::List(items) => Value::Num(number::float(number::count(items.len())) - 1.0),
            _ => return None,
        },
        "lbound" => Value::Num(0.0),
        "string" => {
            let count = args.first()?.to_index()?.min(1 << 20);
            Value::text(text(1)?.chars().next()?.to_string().repeat(count))
        }
        "space" => Value::text(" ".repeat(args.first()?.to_index()?.min(1 << 20))),
        "unescape" => Value::text(unescape(&text(0)?)),
        _ => return None,
    })
}

/// Longest text that one function makes.
const MAX_TEXT: usize = 16 << 20;

fn join(items: &Value, separator: &str) -> Option<Value> {
    let Value::List(items) = items else { return None };
    let pieces = items.iter().map(Value::to_text).collect::<Option<Vec<_>>>()?;
    let all: usize = pieces.iter().map(|piece| piece.len() + separator.len()).sum();
    let pieces: Vec<&str> = pieces.iter().map(|piece| &***piece).collect();
    (all < MAX_TEXT).then(|| Value::text(pieces.join(separator)))
}

fn bounded_replace(text: &str, from: &str, to: &str) -> Option<String> {
    let grown = text.matches(from).count().saturating_mul(to.len());
    (grown < MAX_TEXT).then(|| text.replace(from, to))
}

fn js_function(name: &str, args: &[Value]) -> Option<Value> {
    let text = |i: usize| args.get(i).and_then(Value::to_text);
    Some(match name {
        "unescape" | "decodeURIComponent" | "decodeURI" => Value::text(unescape(&text(0)?)),
        "parseInt" => {
            let radix = args
                .get(1)
                .and_then(Value::to_index)
                .and_then(|r| u32::try_from(r).ok())
                .filter(|r| (2..=36).contains(r));
            let digits = text(0)?;
            let digits = digits.trim();
            match radix {
                Some(radix) => Value::Num(number::float(
                    i64::from_str_radix(digits.trim_start_matches("0x"), radix).ok()?,
                )),
                None => Value::Num(args.first()?.to_number()?.trunc()),
            }
        }
        "String" => Value::Str(text(0)?),
        "RegExp" => Value::Pattern(
            Rc::from(&**text(0)?),
            text(1).map_or_else(|| Rc::from(""), |flags| Rc::from(&**flags)),
        ),
        "atob" => decoded("bin.base64", &text(0)?)?,
        "Number" => Value::Num(args.first()?.to_number()?),
        "Array" => Value::list(args.iter().cloned()),
        _ => return None,
    })
}

/// What an element of a document makes of its text: `bin.base64` or `bin.hex`.
pub(crate) fn decoded(form: &str, text: &str) -> Option<Value> {
    let bytes = match form.to_ascii_lowercase().as_str() {
        "bin.base64" => encoding::base64(text)?.bytes,
        "bin.hex" => {
            let digits: Vec<u8> =
                text.bytes().filter_map(|c| char::from(c).to_digit(16)?.try_into().ok()).collect();
            digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
        }
        _ => return None,
    };
    Some(Value::text(encoding::text_of(&bytes).1))
}

/// A number in another base.
fn in_base(number: f64, radix: u32) -> Option<String> {
    let mut left = u64::try_from(number::whole(number)).ok()?;
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit(u32::try_from(left % u64::from(radix)).ok()?, radix)?);
        left /= u64::from(radix);
        if left == 0 {
            return Some(digits.iter().rev().collect());
        }
    }
}

/// `%41` and `%u0041`.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("%u") {
        out.push_str(&percent(&rest[..at]));
        if let Some(c) = rest
            .get(at + 2..at + 6)
            .and_then(|hex| u32::from_str_radix(hex, 16).ok())
            .and_then(char::from_u32)
        {
            out.push(c);
            rest = &rest[at + 6..];
        } else {
            out.push_str("%u");
            rest = &rest[at + 2..];
        }
    }
    out.push_str(&percent(rest));
    out
}

/// A `JScript` method; `receiver` is `None` where it hangs on a name that is no variable (`String.fromCharCode`).
pub(crate) fn method(receiver: &Value, owner: Option<&str>, name: &str, args: &[Value]) -> Value {
    js_method(receiver, owner, name, args).unwrap_or(Value::Unknown)
}

fn js_method(receiver: &Value, owner: Option<&str>, name: &str, args: &[Value]) -> Option<Value> {
    if name == "fromCharCode" && owner == Some("String") {
        let chars: Option<String> = args.iter().map(|code| character(code.to_number()?)).collect();
        return Some(Value::text(chars?));
    }
    let text = |i: usize| args.get(i).and_then(Value::to_text);
    Some(match (receiver, name) {
        (Value::List(_), "join") => join(receiver, &text(0).unwrap_or_else(|| Rc::new(Text::new(","))))?,
        (Value::List(items), "reverse") => Value::list(items.iter().rev().cloned()),
        (Value::List(items), "slice") => Value::list(items.iter().skip(args.first()?.to_index()?).cloned()),
        (Value::List(items), "concat") => Value::list(items.iter().cloned().chain(args.iter().cloned())),
        (Value::Str(all), "split") => match text(0) {
            Some(separator) if separator.is_empty() => Value::list(all.chars().map(Value::text)),
            Some(separator) => Value::list(all.split(&**separator).map(Value::text)),
            None => return None,
        },
        (Value::Str(all), "charAt") => {
            Value::text(all.at(args.first()?.to_index()?).map(String::from).unwrap_or_default())
        }
        (Value::Str(all), "charCodeAt") => {
            Value::Num(f64::from(u32::from(all.at(args.first().map_or(Some(0), Value::to_index)?)?)))
        }
        (Value::Str(all), "substr") => {
            let len = if args.len() > 1 { args[1].to_index()? } else { usize::MAX };
            Value::text(all.part(args.first()?.to_index()?, len))
        }
        (Value::Str(all), "substring" | "slice") => {
            let from_end = |value: &Value| match value.to_number()? {
                back if back < 0.0 && name == "slice" => {
                    Some(all.count().saturating_sub(Value::Num(-back).to_index()?))
                }
                back if back < 0.0 => Some(0),
                _ => value.to_index(),
            };
            let start = from_end(args.first()?)?;
            let end = if args.len() > 1 { from_end(&args[1])? } else { usize::MAX };
            Value::text(all.part(start, end.saturating_sub(start)))
        }
        (Value::Str(all), "toLowerCase") => Value::text(all.to_lowercase()),
        (Value::Str(all), "toUpperCase") => Value::text(all.to_uppercase()),
        (Value::Num(number), "toString") if !args.is_empty() => {
            let radix = u32::try_from(args[0].to_index()?).ok().filter(|radix| (2..=36).contains(radix))?;
            Value::text(in_base(*number, radix)?)
        }
        (Value::Str(_) | Value::Num(_), "toString") => Value::Str(receiver.to_text()?),
        (Value::Str(all), "concat") => {
            let mut text = all.to_string();
            for more in args {
                text.push_str(&more.to_text()?);
            }
            Value::text(text)
        }
        (Value::Str(all), "indexOf") => match all.find(&**text(0)?) {
            Some(at) => Value::Num(number::float(number::count(all[..at].chars().count()))),
            None => Value::Num(-1.0),
        },
        (Value::Str(all), "replace") => match args.first()? {
            Value::Pattern(pattern, flags) => {
                let pattern = RegexBuilder::new(pattern)
                    .case_insensitive(flags.contains('i'))
                    .size_limit(1 << 18)
                    .build()
                    .ok()?;
                let to = text(1)?;
                if all.len().saturating_mul(to.len().max(1)) > MAX_TEXT {
                    return None;
                }
                let limit = usize::from(!flags.contains('g'));
                Value::text(pattern.replacen(all, limit, regex::NoExpand(&to)))
            }
            other => Value::text(all.replacen(&**other.to_text()?, &text(1)?, 1)),
        },
        _ => return None,
    })
}

/// `value.length` and the like.
pub(crate) fn property(receiver: &Value, name: &str) -> Value {
    match (receiver, name) {
        (Value::Str(text), "length") => Value::Num(number::float(number::count(text.count()))),
        (Value::List(items), "length") => Value::Num(number::float(number::count(items.len()))),
        (Value::Table(_), name) => index(receiver, &Value::text(name)),
        _ => Value::Unknown,
    }
}

/// `value[index]`, or `value(index)` of a `VBScript` array.
pub(crate) fn index(receiver: &Value, at: &Value) -> Value {
    if let Value::Table(table) = receiver {
        let found = at.to_text().and_then(|name| table.0.iter().position(|known| **known == **name));
        return found.and_then(|found| table.1.get(found).cloned()).unwrap_or(Value::Unknown);
    }
    let found = match (receiver, at.to_index()) {
        (Value::List(items), Some(at)) => items.get(at).cloned(),
        (Value::Str(text), Some(at)) => text.at(at).map(Value::text),
        _ => None,
    };
    found.unwrap_or(Value::Unknown)
}
