//! Expressions over tokens, worked out while they are read.

use std::rc::Rc;

use super::tokens::{Dialect, Kind, Token};
use super::value::{self, Value};
use super::walker::Walker;
use crate::number::{float, low32, shift, whole};

/// A value and the token after it.
type Read = (Value, usize);

/// Binding strength of a binary operator; the higher binds closer. `None` for what is none.
fn level(token: &Token, dialect: Dialect) -> Option<u8> {
    let vb = dialect == Dialect::Vb;
    Some(match &token.kind {
        Kind::Sign(sign) if matches!(*sign, "*" | "/" | "%") || vb && *sign == "\\" => 6,
        Kind::Name(name) if vb && name == "mod" => 6,
        Kind::Sign("+" | "-") => 5,
        Kind::Sign(sign) if matches!(*sign, "<<" | ">>" | ">>>") || vb && *sign == "&" => 4,
        Kind::Sign("<>" | "=") if !vb => return None,
        Kind::Sign("<" | ">" | "<=" | ">=" | "==" | "===" | "!=" | "!==" | "<>" | "=") => 3,
        Kind::Sign("&" | "^" | "|") => 2,
        Kind::Name(name) if vb && matches!(name.as_str(), "xor" | "and" | "or") => 2,
        Kind::Sign("&&" | "||") => 1,
        _ => return None,
    })
}

impl Walker<'_> {
    /// The expression that begins at a token; `None` when none does.
    pub(super) fn expression(&mut self, at: usize) -> Option<Read> {
        let (value, next) = self.deeper(|me| me.operators(at, 1))?;
        if self.dialect == Dialect::Js && self.tokens.get(next).is_some_and(|token| token.is("?")) {
            let (yes, colon) = self.deeper(|me| me.expression(next + 1))?;
            if !self.tokens.get(colon).is_some_and(|token| token.is(":")) {
                return Some((Value::Unknown, colon));
            }
            let (no, next) = self.deeper(|me| me.expression(colon + 1))?;
            return Some((value.truth().map_or(Value::Unknown, |truth| if truth { yes } else { no }), next));
        }
        Some((value, next))
    }

    fn operators(&mut self, at: usize, least: u8) -> Option<Read> {
        let (mut left, mut next) = self.operand(at)?;
        // Where the known operands that stand side by side begin, and how many they are.
        let mut run = (at, next, 1_usize);
        while let Some((token, strength)) =
            self.tokens.get(next).and_then(|token| Some((token, level(token, self.dialect)?)))
        {
            if strength < least {
                break;
            }
            let operator = token.kind.clone();
            let Some((right, after)) = self.operators_above(next + 1, strength + 1) else { break };
            if !self.step(0) {
                return Some((Value::Unknown, after));
            }
            let known = !matches!(right, Value::Unknown);
            let concatenates = matches!(operator, Kind::Sign("+" | "&"));
            let joined = self.binary(&operator, left.clone(), &right);
            if matches!(joined, Value::Unknown) && concatenates && known && matches!(right, Value::Str(_)) {
                // An unknown left side: what follows it may still be constant up to the next unknown.
                if matches!(left, Value::Unknown) && run.2 > 0 && matches!(self.run_value, Value::Str(_)) {
                    let so_far = std::mem::replace(&mut self.run_value, Value::Unknown);
                    self.run_value = self.binary(&Kind::Sign("&"), so_far, &right);
                    run = (run.0, after, run.2 + 1);
                } else {
                    self.run_value = right.clone();
                    run = (next + 1, after, 1);
                }
            } else if matches!(joined, Value::Unknown) {
                self.finish_run(run);
                self.run_value = Value::Unknown;
                run = (after, after, 0);
            } else {
                self.run_value = joined.clone();
                run = (run.0, after, run.2 + 1);
            }
            left = joined;
            next = after;
        }
        if run.2 > 1 {
            self.finish_run(run);
        }
        self.run_value = Value::Unknown;
        Some((left, next))
    }

    fn operators_above(&mut self, at: usize, least: u8) -> Option<Read> {
        let outer = std::mem::replace(&mut self.run_value, Value::Unknown);
        let read = self.deeper(|me| me.operators(at, least));
        self.run_value = outer;
        read
    }

    fn finish_run(&mut self, (from, to, count): (usize, usize, usize)) {
        if count > 1
            && let Value::Str(text) = self.run_value.clone()
        {
            self.fold(from, to, &text);
        }
    }

    pub(super) fn binary(&mut self, operator: &Kind, left: Value, right: &Value) -> Value {
        if matches!(left, Value::Unknown) || matches!(right, Value::Unknown) {
            return Value::Unknown;
        }
        let numbers = (left.to_number(), right.to_number());
        let texts = matches!(left, Value::Str(_)) || matches!(right, Value::Str(_));
        match operator {
            Kind::Sign("&") if self.dialect == Dialect::Vb => self.append(left, right),
            Kind::Sign("+") if texts => self.append(left, right),
            Kind::Sign(sign @ ("==" | "===" | "=" | "!=" | "!==" | "<>")) => {
                if !self.step(left.weight().min(right.weight())) {
                    return Value::Unknown;
                }
                Value::Bool((left == *right) == sign.starts_with('='))
            }
            Kind::Sign(sign) => match numbers {
                (Some(a), Some(b)) => arithmetic(sign, a, b),
                _ => Value::Unknown,
            },
            Kind::Name(name) => match (name.as_str(), numbers) {
                ("mod", (Some(a), Some(b))) if b != 0.0 => Value::Num(a % b),
                ("xor", (Some(a), Some(b))) => arithmetic("^", a, b),
                ("and", (Some(a), Some(b))) => arithmetic("&", a, b),
                ("or", (Some(a), Some(b))) => arithmetic("|", a, b),
                _ => Value::Unknown,
            },
            _ => Value::Unknown,
        }
    }

    /// Text put together; grows in place where nobody else holds it.
    pub(super) fn append(&mut self, left: Value, right: &Value) -> Value {
        // A list is put together first.
        if !matches!((&left, right), (Value::Str(_), Value::Str(_)))
            && !self.step(left.weight().saturating_add(right.weight()))
        {
            return Value::Unknown;
        }
        let Some(more) = right.to_text() else { return Value::Unknown };
        let mut text = match left {
            Value::Str(text) => text,
            other => match other.to_text() {
                Some(text) => text,
                None => return Value::Unknown,
            },
        };
        let cost = if Rc::strong_count(&text) == 1 { more.len() } else { text.len() + more.len() };
        if text.len() + more.len() > self.room || !self.step(cost) {
            return Value::Unknown;
        }
        Rc::make_mut(&mut text).push_str(&more);
        Value::Str(text)
    }

    fn operand(&mut self, at: usize) -> Option<Read> {
        let tokens = self.tokens;
        let token = tokens.get(at)?;
        match &token.kind {
            Kind::Sign("-" | "+" | "!" | "~") => {
                let (value, next) = self.deeper(|me| me.operand(at + 1))?;
                let value = match (token.is("-"), value.to_number()) {
                    (true, Some(number)) => Value::Num(-number),
                    (false, Some(number)) if token.is("+") => Value::Num(number),
                    _ if token.is("!") => value.truth().map_or(Value::Unknown, |truth| Value::Bool(!truth)),
                    _ => Value::Unknown,
                };
                Some((value, next))
            }
            Kind::Sign("(") => {
                let (value, next) = self.expression(at + 1)?;
                let close = tokens.get(next).is_some_and(|token| token.is(")"));
                if close { Some(self.members(value, None, next + 1)) } else { Some((Value::Unknown, next)) }
            }
            Kind::Sign("[") => {
                let (items, next) = self.arguments(at + 1, "]");
                let value = if self.dialect == Dialect::Js { Value::list(items) } else { Value::Unknown };
                Some(self.members(value, None, next))
            }
            Kind::Sign("{") if self.dialect == Dialect::Js => {
                let (value, next) = self.table(at)?;
                Some(self.members(value, None, next))
            }
            Kind::Str(text) => Some(self.members(Value::Str(Rc::clone(text)), None, at + 1)),
            Kind::Num(number) => Some(self.members(Value::Num(*number), None, at + 1)),
            Kind::Pattern(body, flags) => Some(self.members(
                Value::Pattern(Rc::from(body.as_str()), Rc::from(flags.as_str())),
                None,
                at + 1,
            )),
            Kind::Name(name) => self.named(at, name),
            _ => None,
        }
    }

    fn named(&mut self, at: usize, name: &str) -> Option<Read> {
        if matches!(name, "new" | "typeof" | "not" | "void" | "delete") {
            let (value, next) = self.deeper(|me| me.operand(at + 1))?;
            let kept = match (name, value) {
                ("new", value @ (Value::Pattern(..) | Value::List(_) | Value::Str(_))) => value,
                ("not", value) => value.truth().map_or(Value::Unknown, |truth| Value::Bool(!truth)),
                _ => Value::Unknown,
            };
            return Some((kept, next));
        }
        if name == "function" && self.dialect == Dialect::Js {
            let id = self.function_at(at)?;
            let next = self.declaration(at);
            return Some(self.members(Value::Function(id), None, next));
        }
        if self.dialect == Dialect::Js && matches!(name, "true" | "false") {
            return Some((Value::Bool(name == "true"), at + 1));
        }
        if self.dialect == Dialect::Vb && super::walker::is_vb_word(name) {
            return None;
        }
        let constant = match name {
            "vbcrlf" | "vbnewline" => Some("\r\n"),
            "vblf" => Some("\n"),
            "vbcr" => Some("\r"),
            "vbtab" => Some("\t"),
            "vbnullstring" => Some(""),
            _ => None,
        };
        if let Some(text) = constant.filter(|_| self.dialect == Dialect::Vb) {
            return Some((Value::text(text), at + 1));
        }
        let called = self.tokens.get(at + 1).is_some_and(|token| token.is("("));
        if let Some(read) = self.pushed(at, name) {
            return Some(read);
        }
        let known = self.vars.get(name).cloned();
        let own = self
            .functions
            .named(name)
            .filter(|_| !matches!(known, Some(Value::List(_) | Value::Function(_))));
        if !called {
            let step = self
                .tokens
                .get(at + 1)
                .filter(|token| self.dialect == Dialect::Js && (token.is("++") || token.is("--")));
            if let (Some(step), Some(Value::Num(number))) = (step, &known) {
                let by = if step.is("++") { 1.0 } else { -1.0 };
                self.vars.insert(name.to_owned(), Value::Num(number + by));
                return Some((Value::Num(*number), at + 2));
            }
            if let (Some(id), None) = (own, &known) {
                // A call without brackets, or a function as a value.
                let given = self.tokens.get(at + 1).is_some_and(|token| {
                    matches!(token.kind, Kind::Str(_) | Kind::Num(_) | Kind::Name(_)) || token.is("=")
                });
                let value = match self.dialect {
                    Dialect::Js => Value::Function(id),
                    Dialect::Vb if given => Value::Unknown,
                    Dialect::Vb => self.invoke(id, &[]),
                };
                return Some(self.members(value, Some(name), at + 1));
            }
            return Some(self.members(known.unwrap_or(Value::Unknown), Some(name), at + 1));
        }
        let (args, next) = self.arguments(at + 2, ")");
        let value = match known {
            Some(Value::Function(id)) => self.invoke(id, &args),
            None | Some(_) if own.is_some() => own.map_or(Value::Unknown, |id| self.invoke(id, &args)),
            Some(list @ Value::List(_)) if args.len() == 1 => self.item(&list, &args[0]),
            None if name == "getref" && self.dialect == Dialect::Vb => {
                let named = args.first().and_then(Value::to_text).map(|name| name.to_lowercase());
                named.and_then(|name| self.functions.named(&name)).map_or(Value::Unknown, Value::Function)
            }
            _ => {
                self.started(at, name, &args);
                let dialect = self.dialect;
                self.charged(value::cost(&Value::Unknown, name, &args), || {
                    value::function(dialect, name, &args)
                })
            }
        };
        if let Value::Str(text) = &value {
            let text = Rc::clone(text);
            if matches!(name, "chr" | "chrw" | "strreverse" | "unescape") {
                self.strong += 1;
            }
            self.fold(at, next, &text);
        }
        Some(self.members(value, None, next))
    }

    /// What a function gives; what goes in and what comes out is charged.
    fn charged(&mut self, cost: usize, work: impl FnOnce() -> Value) -> Value {
        if !self.step(cost) {
            return Value::Unknown;
        }
        let result = work();
        if result.weight() > self.room.saturating_add(64) || !self.step(result.weight()) {
            return Value::Unknown;
        }
        result
    }

    /// A method of a value that may hang on a name.
    pub(super) fn method(
        &mut self,
        receiver: &Value,
        owner: Option<&str>,
        name: &str,
        args: &[Value],
    ) -> Value {
        self.charged(value::cost(receiver, name, args), || value::method(receiver, owner, name, args))
    }

    /// `value[index]`.
    fn item(&mut self, value: &Value, index: &Value) -> Value {
        if matches!(value, Value::Str(_)) && !self.step(value::cost(value, "charAt", &[])) {
            return Value::Unknown;
        }
        value::index(value, index)
    }

    /// `name.push(x)`: the list grows in its place.
    fn pushed(&mut self, at: usize, name: &str) -> Option<Read> {
        let tokens = self.tokens;
        if self.dialect != Dialect::Js
            || !tokens.get(at + 1)?.is(".")
            || tokens.get(at + 2)?.name()? != "push"
            || !tokens.get(at + 3)?.is("(")
        {
            return None;
        }
        let (args, next) = self.arguments(at + 4, ")");
        let Some(Value::List(mut items)) = self.vars.remove(name) else {
            return Some((Value::Unknown, next));
        };
        let weight = if Rc::strong_count(&items) == 1 { 0 } else { Value::List(Rc::clone(&items)).weight() };
        let fits = Value::List(Rc::clone(&items)).weight() < self.room && self.step(weight);
        let list = Rc::make_mut(&mut items);
        let kept = fits && args.into_iter().all(|value| list.push(value));
        self.vars.insert(name.to_owned(), if kept { Value::List(items) } else { Value::Unknown });
        Some((Value::Unknown, next))
    }

    /// `{a: 1, "b": 2}`; `None` for a block of statements.
    fn table(&mut self, at: usize) -> Option<Read> {
        let tokens = self.tokens;
        let close = self.pairs.get(at).copied().filter(|&close| close > at)?;
        let (mut names, mut items) = (Vec::new(), super::value::Items::default());
        let mut now = at + 1;
        while now < close {
            let name = match &tokens.get(now)?.kind {
                Kind::Name(name) => name.clone(),
                Kind::Str(text) => text.to_string(),
                Kind::Num(number) => number.to_string(),
                _ => return None,
            };
            if !tokens.get(now + 1)?.is(":") || !self.step(name.len()) {
                return None;
            }
            let (value, next) = self.expression(now + 2)?;
            if !items.push(value) {
                return None;
            }
            names.push(name);
            now = next;
            if tokens.get(now)?.is(",") {
                now += 1;
            } else if now != close {
                return None;
            }
        }
        Some((Value::Table(Rc::new((names, items))), close + 1))
    }

    /// What was put into a member of a name; the value of an element of a document is its text, decoded.
    fn member(&mut self, owner: Option<&str>, name: &str) -> Option<Value> {
        if self.members.is_empty() {
            return None;
        }
        let (owner, name) = (owner?, name.to_ascii_lowercase());
        if let Some(value) = self.members.get(&format!("{owner}.{name}")) {
            return Some(value.clone());
        }
        if name != "nodetypedvalue" {
            return None;
        }
        let form = self.members.get(&format!("{owner}.datatype"))?.to_text()?;
        let text = self.members.get(&format!("{owner}.text"))?.to_text()?;
        self.strong += 1;
        Some(self.charged(text.len(), || value::decoded(&form, &text).unwrap_or(Value::Unknown)))
    }

    /// Arguments up to a closing sign, which is taken as well.
    pub(super) fn arguments(&mut self, mut at: usize, close: &str) -> (Vec<Value>, usize) {
        let mut args = Vec::new();
        while let Some(token) = self.tokens.get(at) {
            if token.is(close) {
                return (args, at + 1);
            }
            if token.is(",") {
                at += 1;
                continue;
            }
            if token.kind == Kind::End && self.dialect == Dialect::Vb
                || token.is(")")
                || token.is("]")
                || token.is("}")
            {
                return (args, at);
            }
            match self.expression(at) {
                Some((value, next)) if next > at => {
                    args.push(value);
                    at = next;
                }
                _ => at += 1,
            }
            if !self.step(0) {
                break;
            }
        }
        (args, at)
    }

    /// What hangs on a value: `.name`, `.name(…)`, `[…]`.
    fn members(&mut self, value: Value, name: Option<&str>, at: usize) -> Read {
        let from = at.saturating_sub(1);
        let mut owner = name.map(str::to_owned);
        let (mut value, mut at) = (value, at);
        // `String.fromCharCode`, of which `apply` or `call` may hang.
        let mut before: Option<(Option<String>, String)> = None;
        loop {
            let tokens = self.tokens;
            let Some(token) = tokens.get(at) else { return (value, at) };
            if token.is("[") && self.dialect == Dialect::Js {
                let (args, next) = self.arguments(at + 1, "]");
                value = match args.first() {
                    // `x['name'](…)` is `x.name(…)`.
                    Some(Value::Str(name)) if tokens.get(next).is_some_and(|token| token.is("(")) => {
                        let name = name.to_string();
                        let (args, after) = self.arguments(next + 1, ")");
                        at = after;
                        self.started(at, &name, &args);
                        value = self.method(&value, owner.as_deref(), &name, &args);
                        owner = None;
                        continue;
                    }
                    Some(index) => self.item(&value, index),
                    None => Value::Unknown,
                };
                at = next;
            } else if let (true, &Value::Function(id)) = (token.is("("), &value) {
                let (args, next) = self.arguments(at + 1, ")");
                value = self.invoke(id, &args);
                at = next;
                if let Value::Str(text) = &value {
                    let text = Rc::clone(text);
                    self.fold(from, at, &text);
                }
            } else if token.is(".") {
                let Some(name) = tokens.get(at + 1).and_then(Token::name) else {
                    return (Value::Unknown, at + 1);
                };
                if tokens.get(at + 2).is_some_and(|token| token.is("(")) {
                    let (args, next) = self.arguments(at + 3, ")");
                    self.started(at, name, &args);
                    let (mut owner, mut name, mut args) = (owner.clone(), name, args);
                    if let (Some((of, method)), "apply" | "call") = (&before, name) {
                        args = match args.get(1) {
                            Some(Value::List(items)) if name == "apply" && self.step(items.len() * 64) => {
                                items.to_vec()
                            }
                            _ => args.into_iter().skip(1).collect(),
                        };
                        owner.clone_from(of);
                        name = method;
                    }
                    value = if let Some(value) = self.called_back(&value, owner.as_deref(), name, &args) {
                        value
                    } else if self.dialect == Dialect::Js {
                        self.method(&value, owner.as_deref(), name, &args)
                    } else {
                        Value::Unknown
                    };
                    at = next;
                    if let Value::Str(text) = &value {
                        self.strong += usize::from(matches!(name, "fromCharCode" | "join" | "replace"));
                        let text = Rc::clone(text);
                        self.fold(from, at, &text);
                    }
                } else {
                    before = Some((owner.clone(), name.to_owned()));
                    value = if let Some(known) = self.member(owner.as_deref(), name) {
                        known
                    } else if self.step(value::cost(&value, name, &[])) {
                        value::property(&value, name)
                    } else {
                        Value::Unknown
                    };
                    at += 2;
                }
            } else {
                return (value, at);
            }
            owner = None;
            if !self.step(0) {
                return (Value::Unknown, at);
            }
        }
    }
}

fn arithmetic(sign: &str, a: f64, b: f64) -> Value {
    Value::Num(match sign {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" if b != 0.0 => a / b,
        "\\" if b != 0.0 => (a / b).trunc(),
        "%" if b != 0.0 => a % b,
        "^" => float(whole(a) ^ whole(b)),
        "&" => float(whole(a) & whole(b)),
        "|" => float(whole(a) | whole(b)),
        "<<" => f64::from(low32(whole(a)).wrapping_shl(shift(whole(b)))),
        ">>" | ">>>" => float(whole(a).wrapping_shr(shift(whole(b)))),
        "<" => return Value::Bool(a < b),
        ">" => return Value::Bool(a > b),
        "<=" => return Value::Bool(a <= b),
        ">=" => return Value::Bool(a >= b),
        _ => return Value::Unknown,
    })
}
