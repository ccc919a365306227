//! Operators, casts and indexing over known values.

use std::rc::Rc;

use super::ast::Op;
use super::collections::List;
use super::comparisons::{both, compare, contains, matches};
use super::constants::wildcard;
use super::eval::{Evaluator, MAX_ITEMS};
use super::places::kept;
use super::text::Text;
use super::trace::{Gap, Trick};
use super::value::{self, Value, char_of};
use super::{objects, shape};
use crate::number;

/// A binary operator. The left side is handed over so that a text or list that nobody else holds grows in place.
pub(super) fn binary(me: &mut Evaluator<'_>, op: Op, left: Value, right: Value) -> Value {
    if matches!(left, Value::Unknown) || matches!(right, Value::Unknown) && op != Op::As {
        return Value::Unknown;
    }
    // Adding costs what is added; everything else works through both.
    let data = if op == Op::Add { right.weight() } else { left.weight().saturating_add(right.weight()) };
    if data > 512 && !me.step(data) {
        return Value::Unknown;
    }
    match op {
        Op::Add => add(me, left, &right),
        Op::Mul => multiply(me, &left, &right),
        Op::Sub
        | Op::Div
        | Op::Rem
        | Op::BitXor
        | Op::BitAnd
        | Op::BitOr
        | Op::ShiftLeft
        | Op::ShiftRight => arithmetic(me, op, &left, &right),
        Op::Format => format(me, &left, &right),
        Op::Range => range(me, &left, &right),
        Op::Join => join(me, &left, &right),
        Op::Split | Op::SplitCase => split(me, &left, &right, op == Op::SplitCase),
        Op::Replace | Op::ReplaceCase => replace(me, &left, &right, op == Op::ReplaceCase),
        Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge => compare(op, &left, &right),
        Op::Like | Op::NotLike => match (left.to_text(" "), right.to_text(" ")) {
            (Some(text), Some(pattern)) if me.step(text.len() * 8) => {
                Value::Bool(wildcard(&pattern, &text) == (op == Op::Like))
            }
            _ => Value::Unknown,
        },
        Op::Match => matches(me, &left, &right),
        Op::NotMatch => {
            matches(me, &left, &right).truth().map_or(Value::Unknown, |found| Value::Bool(!found))
        }
        Op::In => contains(&right, &left, true),
        Op::NotIn => contains(&right, &left, false),
        Op::Contains => contains(&left, &right, true),
        Op::NotContains => contains(&left, &right, false),
        Op::And => both(&left, &right, |a, b| a && b),
        Op::Or => both(&left, &right, |a, b| a || b),
        Op::Xor => both(&left, &right, |a, b| a != b),
        Op::As => match right {
            Value::Type(name) => cast(me, &name, left),
            Value::Str(name) => cast(me, &name.to_ascii_lowercase(), left),
            _ => Value::Unknown,
        },
        Op::Other => Value::Unknown,
    }
}

fn add(me: &mut Evaluator<'_>, left: Value, right: &Value) -> Value {
    match (left, right) {
        (Value::Null, right) => right.clone(),
        (Value::Str(text), Value::Str(more)) => append(me, text, more),
        (Value::Str(text), Value::Char(c)) => append(me, text, c.encode_utf8(&mut [0; 4])),
        (Value::Str(text) | Value::Builder(text), right) => {
            let separator = me.separator();
            let Some(more) = right.to_text(&separator) else { return Value::Unknown };
            append(me, text, &more)
        }
        (Value::Char(c), right) => match right.to_text(" ") {
            Some(more) => append(me, Rc::new(Text::new(c)), &more),
            None => Value::Unknown,
        },
        (Value::List(mut items), right) => {
            let more = right.items();
            let copied = if Rc::strong_count(&items) == 1 { 0 } else { items.weight() };
            if items.len() + more.count_all() > MAX_ITEMS || !me.step(copied) {
                return Value::Unknown;
            }
            let list = Rc::make_mut(&mut items);
            more.for_each(|item| list.push(item));
            kept(me, Value::List(items))
        }
        (Value::Map(mut map), Value::Map(more)) => {
            if !me.step(map.weight()) {
                return Value::Unknown;
            }
            let table = Rc::make_mut(&mut map);
            more.pairs().for_each(|(name, value)| table.set(name, value.clone()));
            kept(me, Value::Map(map))
        }
        (Value::Bytes(mut bytes), right) => {
            let copied = if Rc::strong_count(&bytes) == 1 { 0 } else { bytes.len() };
            match right
                .to_bytes()
                .or_else(|| right.to_int().and_then(|n| Some(Rc::new(vec![u8::try_from(n).ok()?]))))
            {
                Some(more) if bytes.len() + more.len() <= me.room && me.step(copied + more.len()) => {
                    Rc::make_mut(&mut bytes).extend_from_slice(&more);
                    Value::Bytes(bytes)
                }
                _ => Value::Unknown,
            }
        }
        (Value::Float(a), right) => float(right).map_or(Value::Unknown, |b| Value::Float(a + b)),
        (left, Value::Float(b)) => float(&left).map_or(Value::Unknown, |a| Value::Float(a + b)),
        (left, right) => match (left.to_int(), right.to_int()) {
            (Some(a), Some(b)) => Value::Int(a.wrapping_add(b)),
            _ => Value::Unknown,
        },
    }
}

fn append(me: &mut Evaluator<'_>, mut text: Rc<Text>, more: &str) -> Value {
    if text.len() + more.len() > me.room {
        me.trace.gap(Gap::TooLarge);
        return Value::Unknown;
    }
    // Growing in place costs what is added; growing a shared text costs all of it.
    let cost = if Rc::strong_count(&text) == 1 { more.len() } else { text.len() + more.len() };
    if !me.step(cost) {
        return Value::Unknown;
    }
    me.trace.trick(Trick::Joined);
    me.trace.step("joined");
    Rc::make_mut(&mut text).push_str(more);
    Value::Str(text)
}

fn multiply(me: &mut Evaluator<'_>, left: &Value, right: &Value) -> Value {
    let Some(times) = right.to_int() else { return Value::Unknown };
    match left {
        Value::Str(text) => match usize::try_from(times) {
            Ok(times) if text.len().saturating_mul(times) <= me.room => {
                me.bounded(Value::text(text.repeat(times)))
            }
            _ => Value::Unknown,
        },
        Value::List(items) => match usize::try_from(times) {
            Ok(times)
                if items.len().saturating_mul(times) <= MAX_ITEMS
                    && me.step(items.weight().saturating_mul(times)) =>
            {
                let len = items.len() * times;
                me.bounded(Value::list(items.iter().cycle().take(len).cloned().collect()))
            }
            _ => Value::Unknown,
        },
        Value::Float(a) => float(right).map_or(Value::Unknown, |b| Value::Float(a * b)),
        left if matches!(right, Value::Float(_)) => match (float(left), float(right)) {
            (Some(a), Some(b)) => Value::Float(a * b),
            _ => Value::Unknown,
        },
        left => left.to_int().map_or(Value::Unknown, |a| Value::Int(a.wrapping_mul(times))),
    }
}

pub(super) fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Float(number) => Some(*number),
        other => other.to_int().map(number::float),
    }
}

fn arithmetic(me: &mut Evaluator<'_>, op: Op, left: &Value, right: &Value) -> Value {
    if matches!(left, Value::Float(_)) || matches!(right, Value::Float(_)) || op == Op::Div {
        let (Some(a), Some(b)) = (float(left), float(right)) else { return Value::Unknown };
        let result = match op {
            Op::Sub => a - b,
            Op::Div if b != 0.0 => a / b,
            Op::Rem if b != 0.0 => a % b,
            _ => return Value::Unknown,
        };
        // A division without rest stays a whole number.
        let whole = result.fract() == 0.0 && result.abs() < 9e15 && op == Op::Div;
        return if whole { Value::Int(number::whole(result)) } else { Value::Float(result) };
    }
    let (Some(a), Some(b)) = (left.to_int(), right.to_int()) else { return Value::Unknown };
    let shift = number::shift(b);
    Value::Int(match op {
        Op::Sub => a.wrapping_sub(b),
        Op::Rem => match a.checked_rem(b) {
            Some(rest) => rest,
            None => return Value::Unknown,
        },
        Op::BitXor => {
            me.trace.trick(Trick::Xor);
            me.trace.step("xor");
            a ^ b
        }
        Op::BitAnd => a & b,
        Op::BitOr => a | b,
        Op::ShiftLeft => a.wrapping_shl(shift),
        Op::ShiftRight => a.wrapping_shr(shift),
        _ => return Value::Unknown,
    })
}

fn format(me: &mut Evaluator<'_>, pattern: &Value, args: &Value) -> Value {
    let Value::Str(pattern) = pattern else { return Value::Unknown };
    let args = match args {
        Value::List(items) => items.to_vec(),
        one => vec![one.clone()],
    };
    if args.iter().any(Value::is_unknown) {
        return Value::Unknown;
    }
    let Some(text) = value::format(pattern, &args) else { return Value::Unknown };
    let order: Vec<u32> = pattern
        .split('{')
        .skip(1)
        .filter_map(|item| item.split(['}', ',', ':']).next()?.parse().ok())
        .collect();
    // A pattern of nothing but places, out of order, hides a word; one with words between formats a message.
    let bare = pattern.split(['{', '}']).step_by(2).all(str::is_empty);
    let shuffled = order.windows(2).any(|pair| pair[1] < pair[0]);
    me.trace.trick(if bare && shuffled { Trick::Shuffled } else { Trick::Joined });
    me.trace.step("format");
    me.bounded(Value::text(text))
}

fn range(me: &mut Evaluator<'_>, left: &Value, right: &Value) -> Value {
    let (Some(a), Some(b)) = (left.to_int(), right.to_int()) else { return Value::Unknown };
    let len = usize::try_from(a.abs_diff(b)).unwrap_or(usize::MAX);
    if len >= MAX_ITEMS || !me.step(len * 16) {
        return Value::Unknown;
    }
    Value::list(if a <= b {
        (a..=b).map(Value::Int).collect()
    } else {
        (b..=a).rev().map(Value::Int).collect()
    })
}

fn join(me: &mut Evaluator<'_>, left: &Value, right: &Value) -> Value {
    let Some(separator) = right.to_text("") else { return Value::Unknown };
    let Some(text) = left.to_text(&separator) else { return Value::Unknown };
    if let Value::List(items) = left {
        let letters = items.len() > 1 && items.iter().all(|item| matches!(item, Value::Char(_)));
        me.trace.trick(if letters { Trick::CharCodes } else { Trick::Joined });
        me.trace.step(if letters { "char-codes" } else { "joined" });
    }
    me.bounded(Value::text(text))
}

fn split(me: &mut Evaluator<'_>, left: &Value, right: &Value, case: bool) -> Value {
    let (separator, limit) = match right {
        Value::List(items) => {
            (items.first().cloned().unwrap_or(Value::Null), items.get(1).and_then(Value::to_int).unwrap_or(0))
        }
        other => (other.clone(), 0),
    };
    let Some(pattern) = separator.to_text("").and_then(|text| me.pattern(&text, case)) else {
        return Value::Unknown;
    };
    let mut out = Vec::new();
    // Separators in a row leave many of these.
    let empty = Value::text("");
    let piece = |text: &str| if text.is_empty() { empty.clone() } else { Value::text(text) };
    for item in left.items() {
        let Some(text) = item.to_text(" ") else { return Value::Unknown };
        if !me.step(text.len() * 8) {
            return Value::Unknown;
        }
        let mut at = 0;
        for captures in pattern.captures_iter(&text) {
            let Some(whole) = captures.get(0) else { continue };
            if limit > 0 && number::count(out.len()) + 1 >= limit {
                break;
            }
            if out.len() > MAX_ITEMS {
                me.trace.gap(Gap::TooLarge);
                return Value::Unknown;
            }
            out.push(piece(text.get(at..whole.start()).unwrap_or_default()));
            // Groups in the separator are kept, as .NET does.
            out.extend(captures.iter().skip(1).flatten().map(|group| piece(group.as_str())));
            at = whole.end();
        }
        out.push(piece(text.get(at..).unwrap_or_default()));
    }
    me.bounded(Value::list(out))
}

/// `-split $x`: at white space.
pub(super) fn words(me: &mut Evaluator<'_>, value: &Value) -> Value {
    match value.to_text(" ") {
        Some(text) if me.step(text.len()) => {
            me.bounded(Value::list(text.split_whitespace().map(Value::text).collect()))
        }
        _ => Value::Unknown,
    }
}

fn replace(me: &mut Evaluator<'_>, left: &Value, right: &Value, case: bool) -> Value {
    let (from, to) = match right {
        Value::List(items) => {
            (items.first().cloned().unwrap_or(Value::Null), items.get(1).cloned().unwrap_or(Value::Null))
        }
        other => (other.clone(), Value::text("")),
    };
    let (Some(from), Some(to)) = (from.to_text(""), to.to_text("")) else { return Value::Unknown };
    let Some(pattern) = me.pattern(&from, case) else { return Value::Unknown };
    let to = groups(&to);
    let mut one = |item: &Value| -> Value {
        match item.to_text(" ") {
            Some(text) if me.step(text.len() * 2) => {
                if text.len().saturating_add(
                    pattern.find_iter(&text).count().saturating_mul(to.len() + text.len() / 8),
                ) > me.room.saturating_mul(2)
                {
                    return Value::Unknown;
                }
                let replaced = Value::text(pattern.replace_all(&text, to.as_str()));
                me.bounded(replaced)
            }
            _ => Value::Unknown,
        }
    };
    let result = match left {
        Value::List(items) => Value::list(items.iter().map(&mut one).collect()),
        other => one(other),
    };
    me.trace.trick(Trick::Joined);
    me.trace.step("replaced");
    result
}

/// `$1` of .NET in our spelling, where a letter after it would otherwise belong to the name.
pub(super) fn groups(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(c);
        if c != '$' {
            continue;
        }
        match chars.peek() {
            Some(next) if next.is_ascii_digit() => {
                out.push('{');
                while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                    out.push(digit);
                }
                out.push('}');
            }
            // All that was found.
            Some('&') => {
                chars.next();
                out.push_str("{0}");
            }
            Some('{' | '$') => out.extend(chars.next()),
            _ => out.push('$'),
        }
    }
    out
}

/// `[name] value`.
pub(super) fn cast(me: &mut Evaluator<'_>, name: &str, value: Value) -> Value {
    if matches!(value, Value::Unknown) {
        return Value::Unknown;
    }
    if let Some(item) = name.strip_suffix("[]") {
        return cast_all(me, item, value);
    }
    match name {
        "string" => {
            if let Value::Block(block) = &value {
                return me.block_text(block);
            }
            let separator = me.separator();
            value.to_text(&separator).map_or(Value::Unknown, |text| me.bounded(Value::text(text)))
        }
        "char" => match &value {
            Value::Str(text) if text.chars().count() == 1 => {
                text.chars().next().map_or(Value::Unknown, Value::Char)
            }
            other => {
                me.trace.step("char-codes");
                other.to_int().and_then(char_of).map_or(Value::Unknown, Value::Char)
            }
        },
        "int" | "int32" | "uint32" | "int64" | "uint64" | "long" | "byte" | "int16" | "uint16" | "short"
        | "sbyte" | "uint" | "ulong" | "ushort" | "intptr" | "bigint" => {
            value.to_int().map_or(Value::Unknown, Value::Int)
        }
        "double" | "float" | "single" | "decimal" => float(&value).map_or(Value::Unknown, Value::Float),
        "bool" | "boolean" | "switch" => value.truth().map_or(Value::Unknown, Value::Bool),
        "array" | "collections.arraylist" => me.bounded(Value::List(Rc::new(value.to_list()))),
        "object"
        | "psobject"
        | "pscustomobject"
        | "ref"
        | "ordered"
        | "hashtable"
        | "collections.hashtable"
        | "uri"
        | "net.ipaddress"
        | "securestring" => value,
        "regex" | "text.regularexpressions.regex" => match value {
            Value::Str(pattern) => Value::Pattern(pattern),
            other => other,
        },
        "void" => Value::Null,
        "text.stringbuilder" => value.to_text(" ").map_or(Value::Unknown, |text| objects::builder(&text)),
        _ if shape::is_list(name) => me.bounded(Value::List(Rc::new(value.to_list()))),
        "type" => match value {
            Value::Str(text) => {
                let lower = text.to_ascii_lowercase();
                Value::Type(Rc::from(lower.strip_prefix("system.").unwrap_or(&lower)))
            }
            other => other,
        },
        "io.memorystream" => value.to_bytes().map_or(Value::Unknown, Value::Stream),
        "scriptblock" | "management.automation.scriptblock" => {
            if matches!(value, Value::Block(_)) {
                return value;
            }
            let separator = me.separator();
            me.trace.run(&value, &separator);
            Value::Unknown
        }
        _ => Value::Unknown,
    }
}

fn cast_all(me: &mut Evaluator<'_>, item: &str, value: Value) -> Value {
    match (item, &value) {
        ("byte", Value::Bytes(_)) => value,
        ("byte", _) => value.to_bytes().map_or(Value::Unknown, |bytes| me.bounded(Value::Bytes(bytes))),
        ("char", Value::Str(text)) => {
            if !me.step(text.len() * 16) {
                return Value::Unknown;
            }
            Value::list(text.chars().map(Value::Char).collect())
        }
        _ => {
            let items = value.items();
            if !me.step(items.count_all() * 16) {
                return Value::Unknown;
            }
            let all = items.map(|one| cast(me, item, one)).collect();
            me.bounded(Value::list(all))
        }
    }
}

/// `value[index]`, with lists of indices and negative ones.
pub(super) fn index(me: &mut Evaluator<'_>, value: &Value, index: &Value) -> Value {
    match index {
        Value::List(indices) => {
            if !me.step(indices.len() * 16) {
                return Value::Unknown;
            }
            if let Value::Str(text) | Value::Builder(text) = value {
                return letters(me, text, indices);
            }
            Value::list(
                indices
                    .iter()
                    .map(|i| self::index(me, value, i))
                    .filter(|v| !matches!(v, Value::Null))
                    .collect(),
            )
        }
        other => {
            if let Value::Map(map) = value {
                let Some(name) = other.to_text(" ") else { return Value::Unknown };
                return map.get(&name).cloned().unwrap_or(Value::Null);
            }
            let Some(number) = other.to_int() else { return Value::Unknown };
            match value {
                Value::Str(text) | Value::Builder(text) => {
                    if !text.is_plain() && !me.step(text.len()) {
                        return Value::Unknown;
                    }
                    place(number, text.count()).and_then(|i| text.at(i)).map_or(Value::Null, Value::Char)
                }
                Value::List(items) => place(number, items.len()).map_or(Value::Null, |i| items[i].clone()),
                Value::Bytes(bytes) => {
                    place(number, bytes.len()).map_or(Value::Null, |i| Value::Int(i64::from(bytes[i])))
                }
                _ => Value::Unknown,
            }
        }
    }
}

fn letters(me: &mut Evaluator<'_>, text: &Text, indices: &List) -> Value {
    // Where characters differ in length, one pass over the text instead of one for each index.
    let wide: Option<Vec<char>> = (!text.is_plain()).then(|| text.chars().collect());
    let len = wide.as_ref().map_or(text.len(), Vec::len);
    if !me.step(wide.as_ref().map_or(0, |_| len * 4)) {
        return Value::Unknown;
    }
    let starts_last = indices
        .first()
        .and_then(Value::to_int)
        .is_some_and(|i| i == -1 || i.checked_add(1).and_then(|i| usize::try_from(i).ok()) == Some(len));
    let falls = |pair: &[Value]| matches!((pair[0].to_int(), pair[1].to_int()), (Some(a), Some(b)) if a.checked_sub(1) == Some(b));
    if indices.len() > 3 && starts_last && indices.windows(2).take(8).all(falls) {
        me.trace.trick(Trick::Reversed);
        me.trace.step("reversed");
    }
    let at = |i: usize| wide.as_ref().map_or_else(|| text.at(i), |wide| wide.get(i).copied());
    let items = indices.iter().filter_map(|i| at(place(i.to_int()?, len)?)).map(Value::Char).collect();
    me.bounded(Value::list(items))
}

/// Where an index leads, counted from the end where it is negative.
pub(super) fn place(number: i64, len: usize) -> Option<usize> {
    let at = if number < 0 { number.checked_add(i64::try_from(len).ok()?)? } else { number };
    usize::try_from(at).ok().filter(|&at| at < len)
}
