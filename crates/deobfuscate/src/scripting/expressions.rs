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
        self.deeper(|me| me.operators(at, 1))
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

    fn binary(&mut self, operator: &Kind, left: Value, right: &Value) -> Value {
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
            return self.deeper(|me| me.operand(at + 1)).map(|(_, next)| (Value::Unknown, next));
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
        let known = self.vars.get(name).cloned();
        if !called {
            return Some(self.members(known.unwrap_or(Value::Unknown), Some(name), at + 1));
        }
        let (args, next) = self.arguments(at + 2, ")");
        let value = match known {
            Some(list @ Value::List(_)) if args.len() == 1 => self.item(&list, &args[0]),
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
    fn method(&mut self, receiver: &Value, owner: Option<&str>, name: &str, args: &[Value]) -> Value {
        self.charged(value::cost(receiver, name, args), || value::method(receiver, owner, name, args))
    }

    /// `value[index]`.
    fn item(&mut self, value: &Value, index: &Value) -> Value {
        if matches!(value, Value::Str(_)) && !self.step(value::cost(value, "charAt", &[])) {
            return Value::Unknown;
        }
        value::index(value, index)
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
            } else if token.is(".") {
                let Some(name) = tokens.get(at + 1).and_then(Token::name) else {
                    return (Value::Unknown, at + 1);
                };
                if tokens.get(at + 2).is_some_and(|token| token.is("(")) {
                    let (args, next) = self.arguments(at + 3, ")");
                    self.started(at, name, &args);
                    value = if self.dialect == Dialect::Js {
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
                    value = if self.step(value::cost(&value, name, &[])) {
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
