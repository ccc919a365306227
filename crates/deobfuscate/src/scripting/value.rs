//! Values of `VBScript` and `JScript`, and the functions of both that only compute.

use std::rc::Rc;

use regex::RegexBuilder;

use super::tokens::Dialect;
use crate::encoding::percent;
use crate::number;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Unknown,
    Str(Rc<String>),
    Num(f64),
    Bool(bool),
    List(Rc<Vec<Value>>),
    /// A regular expression and its flags.
    Pattern(Rc<str>, Rc<str>),
}

impl Value {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Str(Rc::new(text.into()))
    }

    /// As part of a text.
    pub(crate) fn to_text(&self) -> Option<String> {
        Some(match self {
            Self::Unknown | Self::Pattern(..) => return None,
            Self::Str(text) => text.to_string(),
            Self::Num(number) => number.to_string(),
            Self::Bool(value) => value.to_string(),
            Self::List(items) => items.iter().map(Self::to_text).collect::<Option<Vec<_>>>()?.join(","),
        })
    }

    /// As a number; of text, decimal, `&H…` and `0x…`.
    pub(crate) fn to_number(&self) -> Option<f64> {
        match self {
            Self::Num(number) => Some(*number),
            Self::Bool(value) => Some(f64::from(u8::from(*value))),
            Self::Str(text) => {
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

    fn to_index(&self) -> Option<usize> {
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

fn list(items: impl IntoIterator<Item = Value>) -> Value {
    Value::List(Rc::new(items.into_iter().collect()))
}

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
        "asc" | "ascw" => Value::Num(f64::from(u32::from(text(0)?.chars().next()?))),
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
            Value::text(text(0)?.chars().skip(start).take(len).collect::<String>())
        }
        "left" => Value::text(text(0)?.chars().take(args.get(1)?.to_index()?).collect::<String>()),
        "right" => {
            let all = text(0)?;
            let skip = all.chars().count().saturating_sub(args.get(1)?.to_index()?);
            Value::text(all.chars().skip(skip).collect::<String>())
        }
        "len" => Value::Num(number::float(number::count(text(0)?.chars().count()))),
        "lcase" => Value::text(text(0)?.to_lowercase()),
        "ucase" => Value::text(text(0)?.to_uppercase()),
        "trim" => Value::text(text(0)?.trim()),
        "cstr" => Value::text(text(0)?),
        "clng" | "cint" | "cdbl" | "cbyte" | "eval_number" => Value::Num(args.first()?.to_number()?),
        "int" | "fix" => Value::Num(args.first()?.to_number()?.floor()),
        "hex" => Value::text(format!("{:X}", number::whole(args.first()?.to_number()?))),
        "array" => list(args.iter().cloned()),
        "split" => {
            let separator = text(1).unwrap_or_else(|| " ".to_owned());
            list(text(0)?.split(separator.as_str()).map(Value::text))
        }
        "join" => join(args.first()?, &text(1).unwrap_or_else(|| " ".to_owned()))?,
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

fn join(items: &Value, separator: &str) -> Option<Value> {
    let Value::List(items) = items else { return None };
    let pieces: Option<Vec<String>> = items.iter().map(Value::to_text).collect();
    Some(Value::text(pieces?.join(separator)))
}

fn bounded_replace(text: &str, from: &str, to: &str) -> Option<String> {
    let grown = text.matches(from).count().saturating_mul(to.len());
    (grown < 16 << 20).then(|| text.replace(from, to))
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
        "String" => Value::text(text(0)?),
        "Number" => Value::Num(args.first()?.to_number()?),
        "Array" => list(args.iter().cloned()),
        _ => return None,
    })
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
        (Value::List(_), "join") => join(receiver, &text(0).unwrap_or_else(|| ",".to_owned()))?,
        (Value::List(items), "reverse") => list(items.iter().rev().cloned()),
        (Value::List(items), "slice") => list(items.iter().skip(args.first()?.to_index()?).cloned()),
        (Value::List(items), "concat") => list(items.iter().cloned().chain(args.iter().cloned())),
        (Value::Str(all), "split") => match text(0) {
            Some(separator) if separator.is_empty() => list(all.chars().map(Value::text)),
            Some(separator) => list(all.split(separator.as_str()).map(Value::text)),
            None => return None,
        },
        (Value::Str(all), "charAt") => {
            Value::text(all.chars().nth(args.first()?.to_index()?).map(String::from).unwrap_or_default())
        }
        (Value::Str(all), "charCodeAt") => {
            Value::Num(f64::from(u32::from(all.chars().nth(args.first().map_or(Some(0), Value::to_index)?)?)))
        }
        (Value::Str(all), "substr") => {
            let len = if args.len() > 1 { args[1].to_index()? } else { usize::MAX };
            Value::text(all.chars().skip(args.first()?.to_index()?).take(len).collect::<String>())
        }
        (Value::Str(all), "substring" | "slice") => {
            let start = args.first()?.to_index()?;
            let end = if args.len() > 1 { args[1].to_index()? } else { usize::MAX };
            Value::text(all.chars().skip(start).take(end.saturating_sub(start)).collect::<String>())
        }
        (Value::Str(all), "toLowerCase") => Value::text(all.to_lowercase()),
        (Value::Str(all), "toUpperCase") => Value::text(all.to_uppercase()),
        (Value::Str(_) | Value::Num(_), "toString") => Value::text(receiver.to_text()?),
        (Value::Str(all), "concat") => {
            Value::text(format!("{all}{}", args.iter().map(Value::to_text).collect::<Option<String>>()?))
        }
        (Value::Str(all), "indexOf") => match all.find(&text(0)?) {
            Some(at) => Value::Num(number::float(number::count(all[..at].chars().count()))),
            None => Value::Num(-1.0),
        },
        (Value::Str(all), "replace") => match args.first()? {
            Value::Pattern(pattern, flags) => {
                let pattern = RegexBuilder::new(pattern)
                    .case_insensitive(flags.contains('i'))
                    .size_limit(1 << 20)
                    .build()
                    .ok()?;
                let to = text(1)?;
                if all.len().saturating_mul(to.len().max(1)) > 64 << 20 {
                    return None;
                }
                let limit = usize::from(!flags.contains('g'));
                Value::text(pattern.replacen(all, limit, regex::NoExpand(&to)))
            }
            other => Value::text(all.replacen(&other.to_text()?, &text(1)?, 1)),
        },
        _ => return None,
    })
}

/// `value.length` and the like.
pub(crate) fn property(receiver: &Value, name: &str) -> Value {
    match (receiver, name) {
        (Value::Str(text), "length") => Value::Num(number::float(number::count(text.chars().count()))),
        (Value::List(items), "length") => Value::Num(number::float(number::count(items.len()))),
        _ => Value::Unknown,
    }
}

/// `value[index]`, or `value(index)` of a `VBScript` array.
pub(crate) fn index(receiver: &Value, at: &Value) -> Value {
    let found = match (receiver, at.to_index()) {
        (Value::List(items), Some(at)) => items.get(at).cloned(),
        (Value::Str(text), Some(at)) => text.chars().nth(at).map(Value::text),
        _ => None,
    };
    found.unwrap_or(Value::Unknown)
}
