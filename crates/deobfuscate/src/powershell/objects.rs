//! Objects that change: text builders, lists, hash tables, streams that are written to. What they hold is a value like
//! any other here; who keeps it puts the changed one in its place.

use std::rc::Rc;

use super::collections::{List, Map};
use super::eval::{Evaluator, MAX_ITEMS};
use super::places::kept;
use super::text::Text;
use super::trace::{Gap, Trick};
use super::value::{self, Value};

/// Whether a method changes the object that it is called on.
pub(super) fn changes_itself(value: &Value, name: &str) -> bool {
    match value {
        Value::Builder(_) => matches!(
            name,
            "append" | "appendline" | "appendformat" | "insert" | "remove" | "replace" | "clear"
        ),
        Value::List(_) => matches!(
            name,
            "add" | "addrange" | "insert" | "insertrange" | "removeat" | "removerange" | "reverse" | "clear"
        ),
        Value::Map(_) => matches!(name, "add" | "set_item" | "remove" | "clear"),
        Value::Stream(_) => matches!(name, "write" | "writebyte"),
        _ => false,
    }
}

/// The changed object, and what the method gives.
pub(super) fn change(me: &mut Evaluator<'_>, value: Value, name: &str, args: &[Value]) -> (Value, Value) {
    match value {
        Value::Builder(text) => {
            let built = build(me, text, name, args).map_or(Value::Unknown, Value::Builder);
            (built.clone(), built)
        }
        Value::List(items) => (list(me, items, name, args), Value::Null),
        Value::Map(map) => (table(me, map, name, args), Value::Null),
        Value::Stream(bytes) => (write(me, bytes, name, args), Value::Null),
        // Another one than what was looked at: it changed meanwhile.
        _ => (Value::Unknown, Value::Unknown),
    }
}

/// `[Text.StringBuilder]` over a text.
pub(super) fn builder(text: &str) -> Value {
    Value::Builder(Rc::new(Text::new(text)))
}

fn build(me: &mut Evaluator<'_>, mut text: Rc<Text>, name: &str, args: &[Value]) -> Option<Rc<Text>> {
    if args.iter().any(Value::is_unknown) {
        return None;
    }
    let int = |i: usize| args.get(i).and_then(Value::to_int).and_then(|n| usize::try_from(n).ok());
    let arg = |i: usize| args.get(i).and_then(|arg| arg.to_text(""));
    let more = match name {
        "append" if args.len() > 1 => {
            let (piece, times) = (arg(0)?, int(1)?);
            if piece.len().saturating_mul(times) > me.room {
                me.trace.gap(Gap::TooLarge);
                return None;
            }
            piece.repeat(times)
        }
        "append" => arg(0)?,
        "appendline" => arg(0).unwrap_or_default() + "\r\n",
        "appendformat" => value::format(&arg(0)?, args.get(1..)?)?,
        _ => {
            if !me.step(text.len()) {
                return None;
            }
            let new = match name {
                "clear" => String::new(),
                "insert" => {
                    let at = text.place(int(0)?)?;
                    let mut new = text.to_string();
                    new.insert_str(at, &arg(1)?);
                    new
                }
                "remove" => {
                    let (start, len) = (int(0)?, int(1)?);
                    text.part(0, start)?.to_owned() + text.part(start.saturating_add(len), usize::MAX)?
                }
                // Only a part of the text is replaced in.
                _ if args.len() > 2 => return None,
                _ => {
                    let (from, to) = (arg(0).filter(|from| !from.is_empty())?, arg(1)?);
                    let grown = text.matches(from.as_str()).count().saturating_mul(to.len());
                    if text.len().saturating_add(grown) > me.room || !me.step(grown) {
                        me.trace.gap(Gap::TooLarge);
                        return None;
                    }
                    me.trace.step("replaced");
                    text.replace(&from, &to)
                }
            };
            me.trace.trick(Trick::Joined);
            return fits(me, Rc::new(Text::new(new)));
        }
    };
    let copied = if Rc::strong_count(&text) == 1 { 0 } else { text.len() };
    if text.len() + more.len() > me.room || !me.step(copied + more.len()) {
        me.trace.gap(Gap::TooLarge);
        return None;
    }
    me.trace.trick(Trick::Joined);
    me.trace.step("joined");
    Rc::make_mut(&mut text).push_str(&more);
    Some(text)
}

fn fits(me: &mut Evaluator<'_>, text: Rc<Text>) -> Option<Rc<Text>> {
    if text.len() > me.room {
        me.trace.gap(Gap::TooLarge);
        return None;
    }
    Some(text)
}

fn list(me: &mut Evaluator<'_>, mut items: Rc<List>, name: &str, args: &[Value]) -> Value {
    let copied = if Rc::strong_count(&items) == 1 { 0 } else { items.weight() };
    // All but adding at the end moves what stands behind.
    let moved = if matches!(name, "add" | "addrange") { 0 } else { items.len() * 16 };
    if items.len() >= MAX_ITEMS || !me.step(copied.saturating_add(moved)) {
        return Value::Unknown;
    }
    let int = |i: usize| args.get(i).and_then(Value::to_int).and_then(|n| usize::try_from(n).ok());
    let list = Rc::make_mut(&mut items);
    let mut at = match name {
        "add" | "addrange" => list.len(),
        _ => int(0).unwrap_or(usize::MAX),
    };
    match (name, args) {
        ("add", [item]) => list.push(item.clone()),
        ("addrange", [more]) | ("insertrange", [_, more]) if at <= list.len() => {
            let more = more.items();
            // Each goes to its place by moving the rest.
            let moved = list.len().saturating_sub(at).saturating_mul(more.count_all());
            if matches!(more, value::Items::One(Some(Value::Unknown)))
                || list.len() + more.count_all() > MAX_ITEMS
                || !me.step(more.count_all().saturating_add(moved).saturating_mul(16))
            {
                return Value::Unknown;
            }
            for item in more {
                list.insert(at, item);
                at += 1;
            }
        }
        ("insert", [_, item]) if at <= list.len() => list.insert(at, item.clone()),
        ("removeat", [_]) if at < list.len() => list.remove(at, 1),
        ("removerange", [_, _]) if at <= list.len() => match int(1) {
            Some(count) => list.remove(at, count),
            None => return Value::Unknown,
        },
        ("reverse", []) => {
            me.trace.trick(Trick::Reversed);
            me.trace.step("reversed");
            list.reverse();
        }
        ("clear", []) => list.remove(0, usize::MAX),
        _ => return Value::Unknown,
    }
    kept(me, Value::List(items))
}

fn table(me: &mut Evaluator<'_>, mut map: Rc<Map>, name: &str, args: &[Value]) -> Value {
    let copied = if Rc::strong_count(&map) == 1 { 0 } else { map.weight() };
    if !me.step(copied) {
        return Value::Unknown;
    }
    if name == "clear" {
        return Value::map(Map::default());
    }
    let Some(key) = args.first().and_then(|key| key.to_text(" ")) else { return Value::Unknown };
    let table = Rc::make_mut(&mut map);
    match args {
        [_, value] if name != "remove" => table.set(&key, value.clone()),
        [_] if name == "remove" && me.step(table.len() * 64) => table.remove(&key),
        _ => return Value::Unknown,
    }
    kept(me, Value::Map(map))
}

/// `$stream.Write($bytes, $from, $count)`.
fn write(me: &mut Evaluator<'_>, mut stream: Rc<Vec<u8>>, name: &str, args: &[Value]) -> Value {
    let int = |i: usize| args.get(i).and_then(Value::to_int).and_then(|n| usize::try_from(n).ok());
    if let ("write", [Value::Bytes(bytes), ..]) = (name, args)
        && stream.is_empty()
        && int(1).unwrap_or(0) == 0
        && int(2).is_none_or(|count| count == bytes.len())
    {
        return Value::Stream(Rc::clone(bytes));
    }
    let written = match (name, args) {
        ("writebyte", [byte]) => byte.to_int().and_then(|n| u8::try_from(n).ok()).map(|byte| vec![byte]),
        ("write", [bytes, ..]) => bytes.to_bytes().and_then(|bytes| {
            let from = int(1).unwrap_or(0);
            let to = from.saturating_add(int(2).unwrap_or(bytes.len()));
            Some(bytes.get(from..to.min(bytes.len()))?.to_vec())
        }),
        _ => None,
    };
    let Some(written) = written else { return Value::Unknown };
    let copied = if Rc::strong_count(&stream) == 1 { 0 } else { stream.len() };
    if stream.len() + written.len() > me.room || !me.step(copied + written.len()) {
        return Value::Unknown;
    }
    Rc::make_mut(&mut stream).extend_from_slice(&written);
    Value::Stream(stream)
}

/// How PowerShell writes a method of `[string]` that is named and not called: a stock of letters for obfuscators. Only
/// as much of it as is the same in every version of .NET.
///
/// Source: Microsoft's .NET API reference, *String Class*, with the parameters in the order and words used there.
pub(super) fn signature(name: &str) -> Option<&'static str> {
    Some(match name {
        "insert" => "string Insert(int startIndex, string value)",
        "normalize" => {
            "string Normalize(), string Normalize(System.Text.NormalizationForm normalizationForm)"
        }
        "isnormalized" => {
            "bool IsNormalized(), bool IsNormalized(System.Text.NormalizationForm normalizationForm)"
        }
        "substring" => "string Substring(int startIndex), string Substring(int startIndex, int length)",
        "remove" => "string Remove(int startIndex, int count), string Remove(int startIndex)",
        "indexof" => "int IndexOf(char value), int IndexOf(char value, int startIndex)",
        "lastindexof" => "int LastIndexOf(char value), int LastIndexOf(char value, int startIndex)",
        "indexofany" => "int IndexOfAny(char[] anyOf), int IndexOfAny(char[] anyOf, int startIndex)",
        "lastindexofany" => {
            "int LastIndexOfAny(char[] anyOf), int LastIndexOfAny(char[] anyOf, int startIndex)"
        }
        "chars" => "char Chars(int index) {get;}",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_out_of_methods() {
        let letters = |name: &str, at: [usize; 3]| -> String {
            let text = Text::new(signature(name).unwrap_or_default());
            at.iter().filter_map(|&i| text.at(i)).collect::<String>().to_lowercase()
        };
        assert_eq!(letters("indexof", [0, 7, 8]), "iex");
        assert_eq!(letters("insert", [3, 26, 27]), "iex");
        assert_eq!(letters("indexofany", [0, 7, 8]), "iex");
    }
}
