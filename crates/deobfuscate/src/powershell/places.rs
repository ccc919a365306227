//! What values are put into: variables, items of lists, members of tables, also within one another.

use std::rc::Rc;

use super::ast::{Element, Expr, Node, Op, Post, Prefix, Stmt};
use super::eval::Evaluator;
use super::trace::Gap;
use super::value::Value;
use super::{constants, objects, operators, shape};

/// What becomes of the value in a place.
type Change<'c> = &'c mut dyn FnMut(&mut Evaluator<'_>, Value) -> Value;

/// `target posts op= value`.
pub(super) fn assign(me: &mut Evaluator<'_>, target: &Node, posts: &[Post], op: Option<Op>, value: Value) {
    match &target.kind {
        Expr::Var(name) => {
            let path = path(me, posts);
            if let Some(Value::Str(member)) = path.as_deref().and_then(<[Value]>::last) {
                me.trace_command(member, &value, None);
            }
            let mut value = Some(value);
            let mut put = |me: &mut Evaluator<'_>, old: Value| {
                let value = value.take().unwrap_or(Value::Unknown);
                op.map_or_else(|| value.clone(), |op| operators::binary(me, op, old, value.clone()))
            };
            match path {
                Some(path) if path.is_empty() && op.is_none() => {
                    let value = put(me, Value::Null);
                    me.set(name, value);
                }
                Some(path) if path.is_empty() => {
                    // What a function adds to is its own.
                    me.shadow(name);
                    let old = held(me, name);
                    let value = put(me, old);
                    me.set(name, value);
                }
                // What lies in an object changes for everybody.
                Some(path) => {
                    let old = held(me, name);
                    let value = modify(me, old, &path, &mut put);
                    me.vars.insert(Rc::from(plain(name)), value);
                }
                None => {}
            }
        }
        Expr::Prefix(prefixes, inner) if posts.is_empty() => {
            let value = prefixes.iter().rev().fold(value, |value, prefix| match prefix {
                Prefix::Cast(name) => operators::cast(me, name, value),
                _ => value,
            });
            me.nested((), |me| assign(me, inner, &[], op, value));
        }
        Expr::Array(targets) if posts.is_empty() => {
            let mut items = value.items();
            for target in targets {
                let item = if matches!(value, Value::Unknown) {
                    Value::Unknown
                } else {
                    items.next().unwrap_or(Value::Null)
                };
                me.nested((), |me| assign(me, target, &[], None, item));
            }
        }
        Expr::Postfix(base, own) if posts.is_empty() => me.nested((), |me| assign(me, base, own, op, value)),
        Expr::Paren(stmt) => {
            let inner = match stmt.as_ref() {
                Stmt::Pipeline(elements) => match elements.as_slice() {
                    [Element::Expr(inner)] => inner,
                    _ => return,
                },
                // `[array]::Reverse(($a = …))` is told of `$a`.
                Stmt::Assign(target, ..) => target,
                _ => return,
            };
            me.nested((), |me| assign(me, inner, posts, op, value));
        }
        _ => {}
    }
}

fn plain(name: &str) -> &str {
    name.strip_prefix("global:").unwrap_or(name)
}

/// Takes what a variable holds, so that a text or list that nobody else holds changes in place.
fn held(me: &mut Evaluator<'_>, name: &str) -> Value {
    let name = plain(name);
    match me.vars.remove(name) {
        Some(value) => value,
        // What the environment holds is not nothing where it is not known.
        None if name.contains(':') => constants::variable(name),
        None => Value::Null,
    }
}

/// Names and numbers that lead to a place; `None` where it is not one.
fn path(me: &mut Evaluator<'_>, posts: &[Post]) -> Option<Vec<Value>> {
    let mut path = Vec::new();
    for post in posts {
        match post {
            Post::Index(node) => path.push(me.value(node)),
            Post::Member(name) => path.push(Value::text(&*me.name(name)?)),
            Post::Call(_, args) => {
                for arg in args {
                    me.value(arg);
                }
                return None;
            }
            Post::Increment(_) => return None,
        }
    }
    Some(path)
}

/// Changes what lies in a place, and gives back the whole. What cannot be found leaves it unknown.
fn modify(me: &mut Evaluator<'_>, old: Value, path: &[Value], change: Change<'_>) -> Value {
    let Some((key, rest)) = path.split_first() else { return change(me, old) };
    match old {
        Value::Bytes(mut bytes) => {
            let Some(at) = key.to_int().and_then(|number| operators::place(number, bytes.len())) else {
                return Value::Unknown;
            };
            if Rc::strong_count(&bytes) > 1 && !me.step(bytes.len()) {
                return Value::Unknown;
            }
            let new = change(me, Value::Int(i64::from(bytes[at])));
            match new.to_int().and_then(|number| u8::try_from(number).ok()) {
                Some(byte) if rest.is_empty() => {
                    Rc::make_mut(&mut bytes)[at] = byte;
                    Value::Bytes(bytes)
                }
                _ => Value::Unknown,
            }
        }
        Value::List(mut items) => {
            let Some(at) = key.to_int().and_then(|number| operators::place(number, items.len())) else {
                return Value::Unknown;
            };
            if Rc::strong_count(&items) > 1 && !me.step(items.weight()) {
                return Value::Unknown;
            }
            let list = Rc::make_mut(&mut items);
            let current = list.take(at);
            list.set(at, modify(me, current, rest, change));
            kept(me, Value::List(items))
        }
        Value::Map(mut map) => {
            let Some(name) = key.to_text(" ").filter(|name| me.step(name.len())) else {
                return Value::Unknown;
            };
            if Rc::strong_count(&map) > 1 && !me.step(map.weight()) {
                return Value::Unknown;
            }
            let table = Rc::make_mut(&mut map);
            let current = table.take(&name);
            table.set(&name, modify(me, current, rest, change));
            kept(me, Value::Map(map))
        }
        Value::Builder(text) => {
            let wanted = change(me, Value::Int(0)).to_int().and_then(|number| usize::try_from(number).ok());
            let is_length = rest.is_empty() && matches!(key, Value::Str(name) if name.as_str() == "length");
            match wanted.filter(|_| is_length && me.step(text.len())).and_then(|len| text.part(0, len)) {
                Some(part) => Value::Builder(Rc::new(super::text::Text::new(part))),
                None => Value::Unknown,
            }
        }
        Value::Unknown => Value::Unknown,
        // It has no such place, and stays as it is.
        other => other,
    }
}

/// A collection that was changed, unless it is too large now.
pub(super) fn kept(me: &mut Evaluator<'_>, value: Value) -> Value {
    let fits = match &value {
        Value::List(items) => items.fits(),
        Value::Map(map) => map.fits(),
        _ => true,
    };
    if fits && value.weight() <= me.limit(&value) {
        return value;
    }
    me.trace.gap(Gap::TooLarge);
    Value::Unknown
}

/// Calls a method that changes the object it is called on, and changes it where it is kept.
pub(super) fn change(
    me: &mut Evaluator<'_>,
    base: &Node,
    posts: &[Post],
    value: Value,
    name: &str,
    args: &[Value],
) -> Value {
    let Expr::Var(variable) = &base.kind else { return objects::change(me, value, name, args).1 };
    // `$b.Append('x').Append('y')`: what the first gives is the object itself.
    let is_itself = me.vars.get(plain(variable)).is_some_and(|held| shape::same(held, &value));
    let path = if is_itself { Some(Vec::new()) } else { path(me, posts) };
    let Some(path) = path else { return objects::change(me, value, name, args).1 };
    drop(value);
    let old = held(me, variable);
    let mut result = Value::Unknown;
    let new = modify(me, old, &path, &mut |me, current| {
        let (new, given) = objects::change(me, current, name, args);
        result = given;
        new
    });
    me.vars.insert(Rc::from(plain(variable)), new);
    result
}
