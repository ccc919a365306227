//! Functions of the script itself: their parameters are bound and the body is walked.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::flow::Flow;
use super::tokens::{Dialect, Kind, Token};
use super::value::Value;
use super::walker::Walker;

/// Calls in calls.
const MAX_CALLS: usize = 12;

#[derive(Debug)]
struct Function {
    /// In `VBScript` the name stands for the result.
    name: Option<String>,
    parameters: Vec<String>,
    from: usize,
    to: usize,
    /// Names that live in the body only; known when it runs first.
    locals: Option<Rc<Locals>>,
    /// Whether it was walked where it stands.
    seen: bool,
}

#[derive(Debug, Default)]
struct Locals {
    declared: Vec<String>,
    /// Of `VBScript`: what is set without being declared lives here unless the script has it.
    assigned: Vec<String>,
}

/// Every function of a text.
#[derive(Debug, Default)]
pub(super) struct Functions {
    all: Vec<Function>,
    names: HashMap<String, usize>,
    places: HashMap<usize, usize>,
    /// What `VBScript` declares outside functions.
    outer: HashSet<String>,
    calls: usize,
}

impl Functions {
    /// The functions that have a name are known before anything runs.
    pub(super) fn of(tokens: &[Token], dialect: Dialect) -> Self {
        let mut functions = Self::default();
        if dialect == Dialect::Vb {
            let mut inside = false;
            for (at, token) in tokens.iter().enumerate() {
                let before = at.checked_sub(1).and_then(|before| tokens.get(before)).and_then(Token::name);
                match token.name() {
                    Some("function" | "sub") if before == Some("end") => inside = false,
                    Some("function" | "sub") if before != Some("exit") => inside = true,
                    // What a class declares lives as long as its object.
                    Some("dim" | "private" | "public") if !inside => {
                        functions.outer.extend(declared(tokens, at));
                    }
                    _ => {}
                }
            }
        }
        functions
    }

    pub(super) fn named(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied()
    }
}

/// The names after `dim` or `var`, those of the same statement.
fn declared(tokens: &[Token], at: usize) -> impl Iterator<Item = String> {
    tokens
        .iter()
        .skip(at + 1)
        .take(256)
        .take_while(|token| matches!(token.kind, Kind::Name(_)) || token.is(","))
        .filter_map(|token| token.name().map(str::to_owned))
}

impl Walker<'_> {
    /// Makes every named function known.
    pub(super) fn find_functions(&mut self) {
        for at in 0..self.tokens.len() {
            let before = at.checked_sub(1).and_then(|before| self.tokens.get(before)).and_then(Token::name);
            let word = self.tokens.get(at).and_then(Token::name);
            if matches!(word, Some("function" | "sub")) && !matches!(before, Some("end" | "exit")) {
                self.function_at(at);
            }
        }
    }

    /// The function that begins at a token.
    pub(super) fn function_at(&mut self, at: usize) -> Option<usize> {
        if let Some(&known) = self.functions.places.get(&at) {
            return Some(known);
        }
        let tokens = self.tokens;
        let name = tokens.get(at + 1).and_then(Token::name).map(str::to_owned);
        let open = at + 1 + usize::from(name.is_some());
        let bracket = tokens.get(open).is_some_and(|token| token.is("("));
        let close = if bracket { *self.pairs.get(open)? } else { open.saturating_sub(1) };
        if bracket && close == 0 || close > open + 512 {
            return None;
        }
        let parameters = tokens
            .get(open..close)
            .unwrap_or_default()
            .iter()
            .filter_map(Token::name)
            .filter(|word| self.dialect == Dialect::Js || !matches!(*word, "byval" | "byref"))
            .map(str::to_owned)
            .collect();
        let (from, to) = match self.dialect {
            Dialect::Vb => (close + 1, *self.pairs.get(at)?),
            Dialect::Js if bracket && tokens.get(close + 1)?.is("{") => {
                (close + 2, *self.pairs.get(close + 1)?)
            }
            Dialect::Js => return None,
        };
        if to < from {
            return None;
        }
        let id = self.functions.all.len();
        self.functions.places.insert(at, id);
        if let Some(name) = &name {
            self.functions.names.insert(name.clone(), id);
        }
        self.functions.all.push(Function { name, parameters, from, to, locals: None, seen: false });
        Some(id)
    }

    /// A function where it stands: it is walked once, with nothing known of its parameters. Gives where to go on.
    pub(super) fn declaration(&mut self, at: usize) -> usize {
        let Some(id) = self.function_at(at) else { return at + 1 };
        let Some(function) = self.functions.all.get_mut(id) else { return at + 1 };
        let end = function.to + if self.dialect == Dialect::Vb { 2 } else { 1 };
        if !std::mem::replace(&mut function.seen, true) {
            self.invoke(id, &[]);
        }
        end
    }

    fn locals(&mut self, id: usize) -> Option<Rc<Locals>> {
        let function = self.functions.all.get(id)?;
        if let Some(known) = &function.locals {
            return Some(Rc::clone(known));
        }
        let (from, to) = (function.from, function.to);
        if !self.step(64 * (to - from)) {
            return None;
        }
        let mut locals = Locals::default();
        for at in from..to {
            let Some(name) = self.tokens.get(at).and_then(Token::name) else { continue };
            if matches!(name, "dim" | "var" | "let" | "const") {
                locals.declared.extend(declared(self.tokens, at));
            } else if self.dialect == Dialect::Vb
                && self.tokens.get(at + 1).is_some_and(|sign| sign.is("="))
                && locals.assigned.len() < 256
                && !locals.assigned.iter().any(|known| known == name)
            {
                locals.assigned.push(name.to_owned());
            }
        }
        locals.declared.truncate(1024);
        let function = self.functions.all.get_mut(id)?;
        locals.declared.extend(function.parameters.iter().cloned());
        if self.dialect == Dialect::Vb {
            locals.declared.extend(function.name.clone());
        }
        let locals = Rc::new(locals);
        function.locals = Some(Rc::clone(&locals));
        Some(locals)
    }

    /// Runs a function; what it gives, where that is known.
    pub(super) fn invoke(&mut self, id: usize, args: &[Value]) -> Value {
        let Some(locals) = self.locals(id) else { return Value::Unknown };
        let Some(function) = self.functions.all.get(id) else { return Value::Unknown };
        let names = locals.declared.len() + locals.assigned.len();
        let (from, to, name) = (function.from, function.to, function.name.clone());
        let parameters = function.parameters.clone();
        if self.functions.calls >= MAX_CALLS || !self.step(64 * (1 + names)) {
            return Value::Unknown;
        }
        let mut saved = Vec::with_capacity(locals.declared.len());
        for name in &locals.declared {
            saved.push((name, self.vars.remove(name)));
        }
        let fresh: Vec<&String> = locals
            .assigned
            .iter()
            .filter(|name| !self.vars.contains_key(*name) && !self.functions.outer.contains(*name))
            .filter(|name| !locals.declared.contains(name))
            .collect();
        for (at, parameter) in parameters.into_iter().enumerate() {
            self.vars.insert(parameter, args.get(at).cloned().unwrap_or(Value::Unknown));
        }
        let outer = (
            std::mem::replace(&mut self.flow, Flow::On),
            std::mem::replace(&mut self.doubt, false),
            std::mem::replace(&mut self.returned, Value::Unknown),
            std::mem::replace(&mut self.run_value, Value::Unknown),
        );
        self.functions.calls += 1;
        let walked = self.deeper(|me| {
            let _: () = me.walk(from, to);
            Some(())
        });
        self.functions.calls -= 1;
        let mut result = std::mem::replace(&mut self.returned, Value::Unknown);
        if self.dialect == Dialect::Vb {
            result = name.and_then(|name| self.vars.remove(&name)).unwrap_or(Value::Unknown);
        }
        if self.doubt || walked.is_none() {
            result = Value::Unknown;
        }
        (self.flow, self.doubt, self.returned, self.run_value) = outer;
        for name in fresh {
            self.vars.remove(name);
        }
        // The first of two of the same name is what was there before.
        for (name, value) in saved.into_iter().rev() {
            match value {
                Some(value) => self.vars.insert(name.clone(), value),
                None => self.vars.remove(name),
            };
        }
        result
    }
}
