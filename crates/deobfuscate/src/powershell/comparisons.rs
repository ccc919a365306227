//! Operators that answer yes or no.

use std::rc::Rc;

use super::ast::Op;
use super::collections::Map;
use super::eval::Evaluator;
use super::operators::float;
use super::value::Value;

pub(super) fn both(left: &Value, right: &Value, of: fn(bool, bool) -> bool) -> Value {
    match (left.truth(), right.truth()) {
        (Some(a), Some(b)) => Value::Bool(of(a, b)),
        _ => Value::Unknown,
    }
}

/// `-match`: what was found is in `$matches` afterwards.
pub(super) fn matches(me: &mut Evaluator<'_>, left: &Value, right: &Value) -> Value {
    let (Some(text), Some(pattern)) =
        (left.to_text(" "), right.to_text(" ").and_then(|p| me.pattern(&p, false)))
    else {
        return Value::Unknown;
    };
    if !me.step(text.len()) {
        return Value::Unknown;
    }
    let Some(found) = pattern.captures(&text) else { return Value::Bool(false) };
    let mut map = Map::default();
    for (at, name) in pattern.capture_names().enumerate() {
        if let Some(group) = found.get(at) {
            map.set(&name.map_or_else(|| at.to_string(), str::to_owned), Value::text(group.as_str()));
        }
    }
    let map = me.bounded(Value::map(map));
    me.vars.insert(Rc::from("matches"), map);
    Value::Bool(true)
}

pub(super) fn contains(all: &Value, one: &Value, wanted: bool) -> Value {
    let mut known = !one.is_unknown();
    for item in all.items() {
        match compare(Op::Eq, &item, one) {
            Value::Bool(true) => return Value::Bool(wanted),
            Value::Bool(false) => {}
            _ => known = false,
        }
    }
    if known { Value::Bool(!wanted) } else { Value::Unknown }
}

/// Without regard to case, as PowerShell compares.
fn order(a: &str, b: &str) -> std::cmp::Ordering {
    if a.is_ascii() && b.is_ascii() {
        a.bytes().map(|c| c.to_ascii_lowercase()).cmp(b.bytes().map(|c| c.to_ascii_lowercase()))
    } else {
        a.to_lowercase().cmp(&b.to_lowercase())
    }
}

/// The order of two values that `sort` and comparisons see; `None` where it is not known.
pub(super) fn ordering(left: &Value, right: &Value) -> Option<std::cmp::Ordering> {
    use std::cmp::Ordering;
    Some(match (left, right) {
        (Value::Str(a), Value::Str(b)) => order(a, b),
        (Value::Str(a), b) => order(a, &b.to_text(" ")?),
        (Value::Char(a), Value::Str(b)) => order(a.encode_utf8(&mut [0; 4]), b),
        (Value::List(_) | Value::Bytes(_) | Value::Map(_), _) => return None,
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) | (_, Value::Null) => Ordering::Less,
        (Value::Bool(a), b) => a.cmp(&b.truth()?),
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (a, b) => float(a)?.total_cmp(&float(b)?),
    })
}

pub(super) fn compare(op: Op, left: &Value, right: &Value) -> Value {
    use std::cmp::Ordering;
    if let Value::List(items) = left {
        // Of a list: the items for which it holds.
        let mut kept = Vec::new();
        for item in items.iter() {
            match (item, compare(op, item, right)) {
                (Value::List(_), _) => return Value::Unknown,
                (_, Value::Bool(true)) => kept.push(item.clone()),
                (_, Value::Bool(false)) => {}
                _ => return Value::Unknown,
            }
        }
        return Value::list(kept);
    }
    if matches!(left, Value::Unknown) || matches!(right, Value::Unknown) {
        return Value::Unknown;
    }
    let Some(ordering) = ordering(left, right) else { return Value::Unknown };
    Value::Bool(match op {
        Op::Eq => ordering == Ordering::Equal,
        Op::Ne => ordering != Ordering::Equal,
        Op::Lt => ordering == Ordering::Less,
        Op::Le => ordering != Ordering::Greater,
        Op::Gt => ordering == Ordering::Greater,
        _ => ordering != Ordering::Less,
    })
}
