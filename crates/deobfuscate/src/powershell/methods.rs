//! Members and methods of .NET types that only compute.

use std::rc::Rc;

use super::collections::Map;
use super::eval::Evaluator;
pub(super) use super::objects::changes_itself;
use super::text::Text;
use super::trace::Trick;
use super::value::Value;
use super::{constants, objects, operators, strings, types};
use crate::encoding;
use crate::number;

/// `value.name` without brackets.
pub(super) fn member(me: &mut Evaluator<'_>, value: &Value, name: &str) -> Value {
    match (value, name) {
        (Value::Type(type_name), _) => types::static_member(type_name, name),
        (Value::Map(map), _) => match (map.get(name), name) {
            (Some(value), _) => value.clone(),
            (None, "count" | "length") => length(map.len()),
            (None, "keys" | "values") if !me.step(map.weight()) => Value::Unknown,
            (None, "keys") => map.names(),
            (None, "values") => map.values(),
            _ => Value::Null,
        },
        (Value::Str(text) | Value::Builder(text), "length") => length(text.units()),
        (Value::Char(_), "length" | "count") | (Value::Str(_) | Value::Int(_), "count") => Value::Int(1),
        (Value::List(items), "length" | "count") => length(items.len()),
        (Value::Bytes(bytes) | Value::Stream(bytes), "length" | "count") => length(bytes.len()),
        (Value::Null, "length" | "count") => Value::Int(0),
        // A member of a list that it has not itself is that of each item.
        (Value::List(items), _) if items.iter().any(|item| matches!(item, Value::Map(_))) => {
            if !me.step(items.len() * 16) {
                return Value::Unknown;
            }
            let all =
                items.iter().map(|item| me.nested(Value::Unknown, |me| member(me, item, name))).collect();
            me.bounded(Value::list(all))
        }
        // What looking up a variable or a match gives is the text itself here.
        (
            Value::Str(_) | Value::Char(_) | Value::List(_) | Value::Stream(_) | Value::Block(_),
            "value" | "name" | "definition" | "scriptblock" | "basestream" | "password" | "securepassword",
        ) => value.clone(),
        (Value::Str(_) | Value::Char(_), _) => objects::signature(name).map_or(Value::Unknown, Value::text),
        _ => Value::Unknown,
    }
}

pub(super) fn length(count: usize) -> Value {
    Value::Int(number::count(count))
}

/// What a method does to its first argument, where that is a variable: `[array]::Reverse($x)`, `$s.CopyTo($t)`.
pub(super) fn changes_argument(
    me: &mut Evaluator<'_>,
    value: &Value,
    name: &str,
    args: &[Value],
) -> Option<Value> {
    match (value, name, args) {
        (Value::Type(kind), "reverse", [first, ..]) if &**kind == "array" => {
            let items = first.items();
            if matches!(first, Value::Unknown) || !me.step(items.count_all() * 16) {
                return None;
            }
            me.trace.trick(Trick::Reversed);
            me.trace.step("reversed");
            if let Value::Bytes(bytes) = first {
                return Some(Value::Bytes(Rc::new(bytes.iter().rev().copied().collect())));
            }
            let mut items: Vec<Value> = items.collect();
            items.reverse();
            Some(Value::list(items))
        }
        (Value::Stream(bytes), "copyto", [_]) => Some(Value::Stream(Rc::clone(bytes))),
        _ => None,
    }
}

/// What looking at the arguments of a call costs. Of bytes, methods take a part at most.
fn cost(args: &[Value]) -> usize {
    let heavy =
        |arg: &&Value| matches!(arg, Value::Str(_) | Value::List(_) | Value::Map(_) | Value::Builder(_));
    args.iter().filter(heavy).map(Value::weight).fold(0, usize::saturating_add)
}

/// `value.name(args)`.
pub(super) fn call(me: &mut Evaluator<'_>, value: Value, name: &str, args: &[Value]) -> Value {
    let cost = cost(args);
    if cost > 512 && !me.step(cost) {
        return Value::Unknown;
    }
    match (&value, name) {
        (Value::Type(type_name), "tostring") if args.is_empty() => Value::text(&**type_name),
        (Value::Type(type_name), _) => types::static_call(me, type_name, name, args),
        (Value::Pattern(pattern), _) => {
            let mut all = args.to_vec();
            all.insert(1.min(all.len()), Value::Str(Rc::clone(pattern)));
            strings::regex(me, name, &all)
        }
        (Value::Str(text), _) => strings::call(me, text, name, args),
        (Value::Builder(text), "tostring") if args.is_empty() => {
            let text = Value::Str(Rc::clone(text));
            me.bounded(text)
        }
        (Value::Builder(text), _) => {
            strings::call(me, text, if name == "tostring" { "substring" } else { name }, args)
        }
        (Value::Char(c), _) => {
            let text = Rc::new(Text::new(*c));
            strings::call(me, &text, name, args)
        }
        (Value::Int(n), "tostring") => match args.first().and_then(|spec| spec.to_text("")) {
            Some(spec) => super::value::format(&format!("{{0:{spec}}}"), &[Value::Int(*n)])
                .map_or(Value::Unknown, Value::text),
            None => Value::text(n.to_string()),
        },
        (Value::Bool(_) | Value::Float(_), "tostring") => {
            value.to_text("").map_or(Value::Unknown, Value::text)
        }
        (Value::Map(map), _) => map_call(me, map, name, args),
        (Value::List(_) | Value::Bytes(_), _) => list_call(me, value, name, args),
        (Value::Stream(bytes), "toarray" | "getbuffer") => {
            let out = Value::Bytes(Rc::clone(bytes));
            me.trace.produce(&value, "bytes", &out);
            out
        }
        (Value::Stream(bytes), "readtoend") => {
            let (_, text) = encoding::text_of(bytes);
            let out = Value::text(text);
            me.trace.produce(&value, "stream", &out);
            me.bounded(out)
        }
        (Value::Encoding(kind), _) => encoding_call(me, kind, name, args),
        (Value::Block(block), "invoke" | "invokereturnasis") => {
            let block = Rc::clone(block);
            me.invoke(&block, args)
        }
        (Value::Block(block), "tostring") => me.block_text(block),
        (Value::Block(_), "getnewclosure") => value,
        // What `$ExecutionContext.InvokeCommand` finds.
        (Value::Unknown, "getcommand" | "getcmdlet" | "getcmdlets" | "getcommandname") => {
            match args.first().and_then(|name| name.to_text("")) {
                Some(pattern) => constants::command(&pattern).map_or(Value::Unknown, Value::text),
                None => Value::Unknown,
            }
        }
        (Value::Unknown, "expandstring") => args.first().cloned().unwrap_or(Value::Unknown),
        (Value::Unknown, "invokescript" | "newscriptblock" | "executescript" | "addscript") => {
            if let Some(first) = args.first() {
                me.trace.run(first, " ");
            }
            Value::Unknown
        }
        _ => Value::Unknown,
    }
}

/// Methods of lists and byte arrays that do not change them.
fn list_call(me: &mut Evaluator<'_>, value: Value, name: &str, args: &[Value]) -> Value {
    use super::ast::Op;
    match (name, args) {
        ("contains", [one]) => operators::binary(me, Op::Contains, value, one.clone()),
        ("getrange", [from, count]) => match (from.to_int(), count.to_int()) {
            (Some(from), Some(count)) if count > 0 => {
                let last = from.saturating_add(count).saturating_sub(1);
                let range = operators::binary(me, Op::Range, Value::Int(from), Value::Int(last));
                operators::index(me, &value, &range)
            }
            _ => Value::Unknown,
        },
        ("get_item" | "getvalue", [at]) => operators::index(me, &value, at),
        ("foreach" | "where", [Value::Block(block)]) => me.over(&value, block, name == "where"),
        ("clone" | "toarray" | "getenumerator", _) => value,
        ("tostring", _) => Value::text("System.Object[]"),
        _ => Value::Unknown,
    }
}

fn encoding_call(me: &mut Evaluator<'_>, kind: &str, name: &str, args: &[Value]) -> Value {
    match name {
        "getstring" | "getchars" if args.first().is_some_and(|first| !matches!(first, Value::Str(_))) => {
            let Some(bytes) = args.first().and_then(Value::to_bytes) else { return Value::Unknown };
            let int = |i: usize| args.get(i).and_then(Value::to_int).and_then(|n| usize::try_from(n).ok());
            let part = if args.len() == 3 {
                let (Some(from), Some(count)) = (int(1), int(2)) else { return Value::Unknown };
                bytes.get(from..from.saturating_add(count))
            } else {
                bytes.get(..)
            };
            let Some(part) = part.filter(|part| me.step(part.len())) else { return Value::Unknown };
            let (how, text) = decode(kind, part);
            let out = Value::text(text);
            if let Some(first) = args.first() {
                me.trace.produce(first, how, &out);
            }
            me.bounded(out)
        }
        "getbytes" | "getchars" => match args.first().and_then(|text| text.to_text("")) {
            Some(text) => me.bounded(Value::Bytes(Rc::new(encode(kind, &text)))),
            None => Value::Unknown,
        },
        _ => Value::Unknown,
    }
}

fn decode(kind: &str, bytes: &[u8]) -> (&'static str, String) {
    match kind {
        "unicode" => ("base64-utf16", encoding::utf16le(bytes)),
        "bigendianunicode" => ("base64-utf16", encoding::utf16be(bytes)),
        "utf8" => (
            "base64",
            String::from_utf8_lossy(bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes)).into_owned(),
        ),
        // Bytes that are no ASCII are not lost here, as they would be in .NET.
        _ => ("base64", encoding::latin1(bytes)),
    }
}

fn encode(kind: &str, text: &str) -> Vec<u8> {
    match kind {
        "unicode" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "bigendianunicode" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        "utf8" => text.as_bytes().to_vec(),
        _ => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect(),
    }
}

/// Methods of hash tables that do not change them.
fn map_call(me: &mut Evaluator<'_>, map: &Rc<Map>, name: &str, args: &[Value]) -> Value {
    let key = args.first().and_then(|key| key.to_text(" "));
    match (name, key) {
        ("containskey" | "contains", Some(key)) => Value::Bool(map.get(&key).is_some()),
        ("get_item" | "item", Some(key)) => map.get(&key).cloned().unwrap_or(Value::Null),
        ("getenumerator", _) if me.step(map.weight().saturating_mul(4)) => {
            let entries = map.entries();
            me.bounded(entries)
        }
        ("clone", _) => Value::Map(Rc::clone(map)),
        ("start", _) => {
            types::process(me, map.get("startinfo").unwrap_or(&Value::Null));
            Value::Unknown
        }
        // A block that was put under this name.
        (_, _) => match map.get(name) {
            Some(Value::Block(block)) => {
                let block = Rc::clone(block);
                me.invoke(&block, args)
            }
            _ => Value::Unknown,
        },
    }
}
