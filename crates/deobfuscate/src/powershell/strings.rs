//! Methods of texts, and regular expressions as methods.

use std::rc::Rc;

use regex::{Captures, Regex};

use super::collections::Map;
use super::eval::{Evaluator, MAX_ITEMS};
use super::methods::length;
use super::operators;
use super::text::Text;
use super::trace::{Gap, Trick};
use super::types;
use super::value::Value;

pub(super) fn call(me: &mut Evaluator<'_>, text: &Rc<Text>, name: &str, args: &[Value]) -> Value {
    if args.iter().any(Value::is_unknown) {
        return Value::Unknown;
    }
    // These look at a part of the text only, or at nothing.
    let partly = [
        "substring",
        "chars",
        "get_chars",
        "tostring",
        "clone",
        "startswith",
        "gettype",
        "compareto",
        "equals",
    ];
    if !partly.contains(&name) && !me.step(text.len()) {
        return Value::Unknown;
    }
    let arg = |i: usize| args.get(i).and_then(|arg| arg.to_text(""));
    let int = |i: usize| args.get(i).and_then(Value::to_int).and_then(|n| usize::try_from(n).ok());
    match name {
        "replace" => match (arg(0), arg(1)) {
            (Some(from), Some(to)) if !from.is_empty() => {
                let grown = text.matches(from.as_str()).count().saturating_mul(to.len());
                if text.len().saturating_add(grown) > me.room {
                    me.trace.gap(Gap::TooLarge);
                    return Value::Unknown;
                }
                me.trace.trick(Trick::Joined);
                me.trace.step("replaced");
                me.bounded(Value::text(text.replace(&from, &to)))
            }
            _ => Value::Unknown,
        },
        "split" => split(me, text, args),
        "substring" => {
            let Some(start) = int(0) else { return Value::Unknown };
            let len = if args.len() > 1 { int(1) } else { Some(usize::MAX) };
            let Some(len) = len else { return Value::Unknown };
            if !me.step(text.cost_of(start.saturating_add(len))) {
                return Value::Unknown;
            }
            me.trace.trick(Trick::Joined);
            text.part(start, len)
                .map(str::to_owned)
                .map_or(Value::Unknown, |cut| me.bounded(Value::text(cut)))
        }
        "tochararray" | "getenumerator" => {
            if !me.step(text.len() * 16) {
                return Value::Unknown;
            }
            let all = Value::list(text.chars().map(Value::Char).collect());
            me.bounded(all)
        }
        "tolower" | "tolowerinvariant" => Value::text(text.to_lowercase()),
        "toupper" | "toupperinvariant" => Value::text(text.to_uppercase()),
        "tostring" | "normalize" | "clone" | "trim" | "trimstart" | "trimend" => trim(text, name, arg(0)),
        "remove" | "insert" => edit(me, text, name, args),
        "indexof"
        | "lastindexof"
        | "equals"
        | "compareto"
        | "gettype"
        | "getnetworkcredential"
        | "startswith"
        | "endswith"
        | "contains" => ask(text, name, args),
        "padleft" | "padright" => match int(0) {
            Some(width) if width <= 4096 => {
                let fill = arg(1).and_then(|t| t.chars().next()).unwrap_or(' ');
                let fill: String =
                    std::iter::repeat_n(fill, width.saturating_sub(text.chars().count())).collect();
                Value::text(if name == "padleft" { fill + text } else { text.to_string() + &fill })
            }
            _ => Value::Unknown,
        },
        "chars" | "get_chars" => {
            args.first().map_or(Value::Unknown, |at| operators::index(me, &Value::Str(Rc::clone(text)), at))
        }
        // `[type]'Convert'::…` binds the other way round in PowerShell; what is meant is plain.
        _ if text.len() < 64 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '.') => {
            let lower = text.to_ascii_lowercase();
            types::static_call(me, lower.strip_prefix("system.").unwrap_or(&lower), name, args)
        }
        _ => Value::Unknown,
    }
}

/// `.Split(…)`: at each of the characters.
fn split(me: &mut Evaluator<'_>, text: &Rc<Text>, args: &[Value]) -> Value {
    let separators: Vec<char> = args
        .iter()
        .flat_map(Value::items)
        // How many, and whether to keep empty ones.
        .filter(|value| !matches!(value, Value::Int(_)))
        .filter_map(|value| value.to_text(""))
        .filter(|text| !matches!(text.as_str(), "none" | "removeemptyentries"))
        .flat_map(|text| text.chars().collect::<Vec<_>>())
        .collect();
    if separators.is_empty() {
        return operators::words(me, &Value::Str(Rc::clone(text)));
    }
    let no_empty =
        args.iter().any(|arg| matches!(arg, Value::Str(mode) if mode.as_str() == "removeemptyentries"));
    let most =
        args.get(1).and_then(|arg| if let Value::Int(n) = arg { usize::try_from(*n).ok() } else { None });
    let pieces = text.splitn(most.unwrap_or(usize::MAX), separators.as_slice());
    let empty = Value::text("");
    let piece = |piece: &str| if piece.is_empty() { empty.clone() } else { Value::text(piece) };
    let all: Vec<Value> =
        pieces.filter(|piece| !no_empty || !piece.is_empty()).take(MAX_ITEMS).map(piece).collect();
    me.bounded(Value::list(all))
}

/// `.Remove(…)` and `.Insert(…)`.
fn edit(me: &mut Evaluator<'_>, text: &Rc<Text>, name: &str, args: &[Value]) -> Value {
    let arg = |i: usize| args.get(i).and_then(|arg| arg.to_text(""));
    let int = |i: usize| args.get(i).and_then(Value::to_int).and_then(|n| usize::try_from(n).ok());
    match name {
        "remove" => {
            let Some(start) = int(0) else { return Value::Unknown };
            let len = if args.len() > 1 { int(1) } else { Some(usize::MAX) };
            let end = len.map_or(0, |len| start.saturating_add(len).min(text.count()));
            match (text.part(0, start), text.part(end, usize::MAX)) {
                (Some(head), Some(tail)) if len.is_some() => {
                    me.trace.trick(Trick::Joined);
                    me.bounded(Value::text(head.to_owned() + tail))
                }
                _ => Value::Unknown,
            }
        }
        "insert" => match (int(0).and_then(|at| text.place(at)), arg(1)) {
            (Some(at), Some(more)) => {
                me.trace.trick(Trick::Joined);
                let mut grown = text.to_string();
                grown.insert_str(at, &more);
                me.bounded(Value::text(grown))
            }
            _ => Value::Unknown,
        },
        _ => Value::Unknown,
    }
}

/// Methods that answer a question and make no text.
fn ask(text: &Rc<Text>, name: &str, args: &[Value]) -> Value {
    let arg = |i: usize| args.get(i).and_then(|arg| arg.to_text(""));
    match name {
        "indexof" => match arg(0) {
            Some(what) => text.find(&what).map_or(Value::Int(-1), |at| length(text[..at].chars().count())),
            None => Value::Unknown,
        },
        "lastindexof" => match arg(0) {
            Some(what) => text.rfind(&what).map_or(Value::Int(-1), |at| length(text[..at].chars().count())),
            None => Value::Unknown,
        },
        "equals" | "compareto" => match arg(0) {
            Some(what) if name == "equals" => Value::Bool(text.as_str() == what),
            _ => Value::Unknown,
        },
        // A password is the text that it was made of.
        "getnetworkcredential" => Value::Str(Rc::clone(text)),
        "gettype" => Value::Type(Rc::from("string")),
        "startswith" => arg(0).map_or(Value::Unknown, |what| Value::Bool(text.starts_with(&what))),
        "endswith" => arg(0).map_or(Value::Unknown, |what| Value::Bool(text.ends_with(&what))),
        "contains" => arg(0).map_or(Value::Unknown, |what| Value::Bool(text.contains(&what))),
        _ => Value::Unknown,
    }
}

fn trim(text: &Rc<Text>, name: &str, set: Option<String>) -> Value {
    let set: Vec<char> = set.unwrap_or_default().chars().collect();
    let drop = |c: char| if set.is_empty() { c.is_whitespace() } else { set.contains(&c) };
    match name {
        "trim" => Value::text(text.trim_matches(drop)),
        "trimstart" => Value::text(text.trim_start_matches(drop)),
        "trimend" => Value::text(text.trim_end_matches(drop)),
        _ => Value::Str(Rc::clone(text)),
    }
}

pub(super) fn regex(me: &mut Evaluator<'_>, name: &str, args: &[Value]) -> Value {
    let text = |i: usize| args.get(i).and_then(|arg| arg.to_text(""));
    let Some(subject) = text(0) else { return Value::Unknown };
    if !me.step(subject.len() * 4) {
        return Value::Unknown;
    }
    match name {
        "unescape" => return me.bounded(Value::text(unescape(&subject))),
        "escape" => return me.bounded(Value::text(regex::escape(&subject))),
        _ => {}
    }
    let right_to_left = text(2).is_some_and(|options| options.to_ascii_lowercase().contains("righttoleft"));
    let ignore_case = args
        .iter()
        .skip(2)
        .filter_map(|arg| arg.to_text(""))
        .any(|o| o.to_ascii_lowercase().contains("ignorecase"));
    let Some(pattern) = text(1).and_then(|p| me.pattern(&p, !ignore_case)) else {
        return Value::Unknown;
    };
    match name {
        "matches" | "match" => {
            // Groups only where there are few: an object for each of many is much.
            let grouped = pattern.captures_len() > 1 && subject.len() <= 4096;
            let mut found: Vec<Value> = if grouped && me.step(subject.len() * 256) {
                pattern.captures_iter(&subject).map(|found| groups(&pattern, &found)).collect()
            } else {
                pattern.find_iter(&subject).map(|m| Value::text(m.as_str())).collect()
            };
            if right_to_left {
                me.trace.trick(Trick::Reversed);
                me.trace.step("reversed");
                found.reverse();
            }
            if name == "match" {
                found.into_iter().next().unwrap_or(Value::Null)
            } else {
                me.bounded(Value::list(found))
            }
        }
        "replace" => match text(2) {
            None if matches!(args.get(2), Some(Value::Block(_))) => replaced_by(me, &pattern, &subject, args),
            Some(to) => {
                me.trace.step("replaced");
                me.trace.trick(Trick::Joined);
                me.bounded(Value::text(pattern.replace_all(&subject, operators::groups(&to).as_str())))
            }
            None => Value::Unknown,
        },
        "split" => me.bounded(Value::list(pattern.split(&subject).map(Value::text).collect())),
        _ => Value::Unknown,
    }
}

/// What was found, with its groups.
fn groups(pattern: &Regex, found: &Captures<'_>) -> Value {
    let object = |text: &str| {
        let mut map = Map::of_text(text);
        map.set("Value", Value::text(text));
        map.set("Success", Value::Bool(true));
        map.set("Length", length(text.chars().map(char::len_utf16).sum()));
        map
    };
    let mut all = Map::default();
    for (at, name) in pattern.capture_names().enumerate() {
        if let Some(group) = found.get(at) {
            let name = name.map_or_else(|| at.to_string(), str::to_owned);
            all.set(&name, Value::map(object(group.as_str())));
        }
    }
    let mut map = object(found.get(0).map_or("", |whole| whole.as_str()));
    map.set("Groups", Value::map(all));
    Value::map(map)
}

/// `[regex]::Replace($text, $pattern, { … })`: the block makes each piece from what was found.
fn replaced_by(me: &mut Evaluator<'_>, pattern: &Regex, subject: &str, args: &[Value]) -> Value {
    let Some(Value::Block(block)) = args.get(2) else { return Value::Unknown };
    let block = Rc::clone(block);
    let mut out = String::new();
    let mut at = 0;
    for found in pattern.find_iter(subject) {
        let piece = me.invoke(&block, &[Value::text(found.as_str())]);
        out.push_str(subject.get(at..found.start()).unwrap_or_default());
        if out.len() > me.room || !me.step(found.len()) || !piece.write("", &mut out) {
            return Value::Unknown;
        }
        at = found.end();
    }
    out.push_str(subject.get(at..).unwrap_or_default());
    me.trace.trick(Trick::Joined);
    me.trace.step("replaced");
    me.bounded(Value::text(out))
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('x') => out.extend(hex_char(&mut chars, 2)),
            Some('u') => out.extend(hex_char(&mut chars, 4)),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

fn hex_char(chars: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let value = u32::from_str_radix(chars.as_str().get(..digits)?, 16).ok()?;
    chars.nth(digits - 1);
    char::from_u32(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        assert_eq!(unescape(r"\x41\u0042\n\."), "AB\n.");
        assert_eq!(unescape(r"\xé"), "é");
    }
}
