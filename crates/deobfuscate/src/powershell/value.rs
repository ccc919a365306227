//! Values of the evaluator, and how PowerShell turns one into another.

use std::rc::Rc;

use super::ast::Block;
use super::collections::{List, Map};
use super::text::Text;
use crate::number;

/// What an expression is, as far as it is known.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// Depends on something outside the text.
    Unknown,
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Char(char),
    Str(Rc<Text>),
    Bytes(Rc<Vec<u8>>),
    List(Rc<List>),
    /// A hash table, or an object with named members.
    Map(Rc<Map>),
    /// A regular expression as an object.
    Pattern(Rc<Text>),
    /// A `StringBuilder`.
    Builder(Rc<Text>),
    Block(Rc<Block>),
    Type(Rc<str>),
    /// A stream or reader over bytes that are known.
    Stream(Rc<Vec<u8>>),
    /// A text encoding, by its plain name: `ascii`, `unicode`, `utf8`, `bigendianunicode`.
    Encoding(&'static str),
}

/// What a value weighs that is no text and no collection.
const LEAF: usize = size_of::<Value>();
/// What a text weighs beyond its letters.
const TEXT: usize = 64;

impl Value {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Str(Rc::new(Text::new(text)))
    }

    /// A list, unless it is nested too deeply.
    pub(crate) fn list(items: Vec<Value>) -> Self {
        let list = List::new(items);
        if list.fits() { Self::List(Rc::new(list)) } else { Self::Unknown }
    }

    /// A hash table, unless it is nested too deeply.
    pub(crate) fn map(map: Map) -> Self {
        if map.fits() { Self::Map(Rc::new(map)) } else { Self::Unknown }
    }

    pub(crate) fn is_unknown(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::List(items) => items.has_unknown(),
            _ => false,
        }
    }

    /// How much there is of it: what working through it or copying it costs, in bytes.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Str(text) | Self::Builder(text) | Self::Pattern(text) => TEXT + text.len(),
            Self::Bytes(bytes) | Self::Stream(bytes) => LEAF + bytes.len(),
            Self::List(items) => LEAF.saturating_add(items.weight()),
            Self::Map(map) => LEAF.saturating_add(map.weight()),
            _ => LEAF,
        }
    }

    /// How deep collections are nested in it.
    pub(crate) fn depth(&self) -> usize {
        match self {
            Self::List(items) => items.depth(),
            Self::Map(map) => map.depth(),
            _ => 0,
        }
    }

    /// `[string]`: items of a list are joined with `separator` (`$OFS`).
    pub(crate) fn to_text(&self, separator: &str) -> Option<String> {
        let mut out = String::new();
        self.write(separator, &mut out).then_some(out)
    }

    /// Writes it as text to the end of `out`; whether it has one.
    pub(crate) fn write(&self, separator: &str, out: &mut String) -> bool {
        use std::fmt::Write as _;
        match self {
            Self::Unknown | Self::Block(_) | Self::Stream(_) | Self::Encoding(_) => return false,
            Self::Null => {}
            Self::Bool(true) => out.push_str("True"),
            Self::Bool(false) => out.push_str("False"),
            Self::Int(number) => return write!(out, "{number}").is_ok(),
            Self::Float(number) => return write!(out, "{number}").is_ok(),
            Self::Char(c) => out.push(*c),
            Self::Str(text) | Self::Builder(text) | Self::Pattern(text) => out.push_str(text),
            Self::Type(name) => out.push_str(name),
            Self::Map(map) => out.push_str(map.shown()),
            Self::Bytes(bytes) => {
                for (i, byte) in bytes.iter().enumerate() {
                    out.push_str(if i > 0 { separator } else { "" });
                    if write!(out, "{byte}").is_err() {
                        return false;
                    }
                }
            }
            Self::List(items) => {
                if items.has_unknown() {
                    return false;
                }
                for (i, item) in items.iter().enumerate() {
                    out.push_str(if i > 0 { separator } else { "" });
                    if !item.write(" ", out) {
                        return false;
                    }
                }
            }
        }
        true
    }

    /// `[int]`; of text, decimal and `0x`.
    pub(crate) fn to_int(&self) -> Option<i64> {
        match self {
            Self::Null => Some(0),
            Self::Bool(value) => Some(i64::from(*value)),
            Self::Int(number) => Some(*number),
            // Halves go to the even neighbour, as .NET rounds.
            Self::Float(number) if number.abs() < 9e15 => Some(number::whole(number.round_ties_even())),
            Self::Char(c) => Some(i64::from(u32::from(*c))),
            Self::Str(text) => parse_int(text.as_str().trim()),
            Self::List(items) if items.len() == 1 => items[0].to_int(),
            Self::Bytes(bytes) if bytes.len() == 1 => Some(i64::from(bytes[0])),
            _ => None,
        }
    }

    /// As a condition.
    pub(crate) fn truth(&self) -> Option<bool> {
        Some(match self {
            Self::Unknown => return None,
            Self::Null => false,
            Self::Bool(value) => *value,
            Self::Int(number) => *number != 0,
            Self::Float(number) => *number != 0.0,
            Self::Str(text) => !text.is_empty(),
            Self::List(items) => match &items[..] {
                [] => false,
                [only] => only.truth()?,
                _ => true,
            },
            _ => true,
        })
    }

    /// The items that a pipeline or loop sees; one for what is no list.
    pub(crate) fn items(&self) -> Items {
        match self {
            Self::Null => Items::One(None),
            Self::List(items) => Items::List(Rc::clone(items), 0),
            Self::Bytes(bytes) => Items::Bytes(Rc::clone(bytes), 0),
            other => Items::One(Some(other.clone())),
        }
    }

    /// The same as a list.
    pub(crate) fn to_list(&self) -> List {
        match self {
            Self::List(items) => items.as_ref().clone(),
            other => List::new(other.items().collect()),
        }
    }

    /// As bytes: a byte array, or a list of numbers from 0 to 255.
    pub(crate) fn to_bytes(&self) -> Option<Rc<Vec<u8>>> {
        match self {
            Self::Bytes(bytes) | Self::Stream(bytes) => Some(Rc::clone(bytes)),
            // `(,$bytes)` is a list round a byte array.
            Self::List(items) if items.len() == 1 && !matches!(items[0], Self::Int(_) | Self::Str(_)) => {
                items[0].to_bytes()
            }
            Self::List(items) => items
                .iter()
                .map(|item| item.to_int().and_then(|n| u8::try_from(n).ok()))
                .collect::<Option<Vec<u8>>>()
                .map(Rc::new),
            _ => None,
        }
    }

    /// One item where there is one, null where there is none, else a list: what a pipeline leaves.
    pub(crate) fn from_items(mut items: Vec<Value>) -> Self {
        match items.len() {
            0 => Self::Null,
            1 => items.remove(0),
            _ => Self::list(items),
        }
    }
}

/// See [`Value::items`]. Nothing is copied but the item that is given.
#[derive(Debug)]
pub(crate) enum Items {
    One(Option<Value>),
    List(Rc<List>, usize),
    Bytes(Rc<Vec<u8>>, usize),
}

impl Items {
    /// How many there are from the beginning.
    pub(crate) fn count_all(&self) -> usize {
        match self {
            Self::One(one) => usize::from(one.is_some()),
            Self::List(items, _) => items.len(),
            Self::Bytes(bytes, _) => bytes.len(),
        }
    }
}

impl Iterator for Items {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        match self {
            Self::One(one) => one.take(),
            Self::List(items, at) => {
                *at += 1;
                items.get(*at - 1).cloned()
            }
            Self::Bytes(bytes, at) => {
                *at += 1;
                bytes.get(*at - 1).map(|&byte| Value::Int(i64::from(byte)))
            }
        }
    }
}

fn parse_int(text: &str) -> Option<i64> {
    if text.is_empty() {
        return Some(0);
    }
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return i64::from_str_radix(hex, 16).ok();
    }
    let float = || text.parse().ok().and_then(|number| Value::Float(number).to_int());
    text.parse().ok().or_else(float)
}

/// A character by its number; lone surrogates and numbers beyond Unicode are none.
pub(crate) fn char_of(number: i64) -> Option<char> {
    u32::try_from(number).ok().and_then(char::from_u32)
}

/// A .NET composite format: `{0}`, `{1,5}`, `{0:X2}`, doubled braces.
pub(crate) fn format(pattern: &str, args: &[Value]) -> Option<String> {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        if tail.starts_with("{{") || tail.starts_with("}}") {
            out.push_str(&tail[..1]);
            rest = &tail[2..];
            continue;
        }
        let end = tail.find('}')?;
        let item = tail.get(1..end)?;
        let (number, spec) = item.split_once(':').map_or((item, ""), |(number, spec)| (number, spec));
        let (number, width) = number
            .split_once(',')
            .map_or((number, 0), |(number, width)| (number, width.trim().parse().unwrap_or(0)));
        let value = args.get(number.trim().parse::<usize>().ok()?)?;
        let text = formatted(value, spec)?;
        let missing = usize::try_from(i32::unsigned_abs(width))
            .unwrap_or(0)
            .min(1024)
            .saturating_sub(text.chars().count());
        if width >= 0 {
            out.push_str(&" ".repeat(missing));
        }
        out.push_str(&text);
        if width < 0 {
            out.push_str(&" ".repeat(missing));
        }
        rest = &tail[end + 1..];
    }
    out.push_str(rest);
    Some(out)
}

fn formatted(value: &Value, spec: &str) -> Option<String> {
    let digits = || spec.get(1..).and_then(|d| d.parse::<usize>().ok()).unwrap_or(0).min(99);
    match (spec.as_bytes().first(), value) {
        (None, value) => value.to_text(" "),
        (Some(b'X'), value) => Some(format!("{:0width$X}", value.to_int()?, width = digits())),
        (Some(b'x'), value) => Some(format!("{:0width$x}", value.to_int()?, width = digits())),
        (Some(b'd' | b'D'), Value::Int(number)) => Some(format!("{number:0width$}", width = digits())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_as_dotnet_does() {
        let args = [Value::text("b"), Value::text("a"), Value::Int(10)];
        assert_eq!(format("{1}{0}", &args).as_deref(), Some("ab"));
        assert_eq!(format("{{{0}}}|{2:X2}|{0,3}|{0,-3}|", &args).as_deref(), Some("{b}|0A|  b|b  |"));
        assert_eq!(format("{7}", &args), None);
        assert_eq!(format("{", &args), None);
    }

    #[test]
    fn a_list_round_bytes_is_those_bytes() {
        let bytes = Value::list(vec![Value::Bytes(Rc::new(vec![1, 2]))]);
        assert_eq!(bytes.to_bytes().map(|b| b.to_vec()), Some(vec![1, 2]));
        assert_eq!(Value::list(vec![Value::Int(300)]).to_bytes().map(|b| b.to_vec()), None);
    }
}
