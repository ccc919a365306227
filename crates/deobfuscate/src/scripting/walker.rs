//! Statements over tokens: assignments, loops that count, calls that start code.

use std::collections::HashMap;

use super::tokens::{Dialect, Kind, Token};
use super::value::Value;
use crate::engine::Child;
use crate::model::Language;
use crate::number;
use crate::recognize::Seen;

/// Longest text that replaces an expression in the readable form.
const MAX_FOLD: usize = 8192;

#[derive(Debug)]
pub(crate) struct Walker<'t> {
    pub(super) tokens: &'t [Token],
    pub(super) dialect: Dialect,
    pub(super) vars: HashMap<String, Value>,
    pub(super) room: usize,
    /// The constant operands read so far, while an expression is read.
    pub(super) run_value: Value,
    steps: &'t mut u64,
    depth: usize,
    max_depth: usize,
    edits: HashMap<(usize, usize), Option<String>>,
    pub(super) children: Vec<Child>,
    pub(super) traits: Vec<Seen>,
    /// Expressions that became a text.
    pub(super) tricks: usize,
    /// Those of them that only hide.
    pub(super) strong: usize,
    pub(super) out_of_steps: bool,
}

/// Words of `VBScript` that are no operand.
pub(super) fn is_vb_word(name: &str) -> bool {
    matches!(
        name,
        "if" | "then"
            | "else"
            | "elseif"
            | "end"
            | "for"
            | "next"
            | "to"
            | "step"
            | "each"
            | "in"
            | "do"
            | "loop"
            | "while"
            | "wend"
            | "until"
            | "sub"
            | "function"
            | "dim"
            | "set"
            | "const"
            | "call"
            | "select"
            | "case"
            | "with"
            | "exit"
            | "on"
            | "error"
            | "resume"
            | "and"
            | "or"
            | "xor"
            | "mod"
            | "is"
            | "class"
            | "public"
            | "private"
            | "redim"
            | "preserve"
            | "execute"
            | "executeglobal"
            | "option"
            | "explicit"
            | "let"
    )
}

impl<'t> Walker<'t> {
    pub(super) fn new(
        tokens: &'t [Token],
        dialect: Dialect,
        max_depth: usize,
        room: usize,
        steps: &'t mut u64,
    ) -> Self {
        Self {
            tokens,
            dialect,
            vars: HashMap::new(),
            room,
            run_value: Value::Unknown,
            steps,
            depth: 0,
            max_depth,
            edits: HashMap::new(),
            children: Vec::new(),
            traits: Vec::new(),
            tricks: 0,
            strong: 0,
            out_of_steps: false,
        }
    }

    pub(super) fn run(&mut self) {
        self.walk(0, self.tokens.len());
    }

    /// Whether the text hides what it says: characters by number or backwards, again and again or to be run.
    pub(super) fn is_obfuscated(&self) -> bool {
        self.strong > 3 || self.strong > 0 && self.children.iter().any(|child| child.how == "execute")
    }

    pub(super) fn step(&mut self, data: usize) -> bool {
        let cost = 1 + (data / 64) as u64;
        if *self.steps < cost {
            *self.steps = 0;
            self.out_of_steps = true;
            return false;
        }
        *self.steps -= cost;
        true
    }

    pub(super) fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= self.max_depth {
            return None;
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        result
    }

    /// Notes that the tokens from one to another (not included) are a text.
    pub(super) fn fold(&mut self, from: usize, to: usize, text: &str) {
        let (Some(first), Some(last)) =
            (self.tokens.get(from), to.checked_sub(1).and_then(|last| self.tokens.get(last)))
        else {
            return;
        };
        if !self.step(text.len().min(MAX_FOLD)) {
            return;
        }
        self.tricks += 1;
        let key = (first.start, last.end);
        let quoted = (text.len() <= MAX_FOLD).then(|| self.quote(text));
        match self.edits.get_mut(&key) {
            Some(known) if *known != quoted => *known = None,
            Some(_) => {}
            None => {
                self.edits.insert(key, quoted);
            }
        }
    }

    fn quote(&self, text: &str) -> String {
        match self.dialect {
            Dialect::Vb => format!("\"{}\"", text.replace('"', "\"\"")),
            Dialect::Js => format!(
                "\"{}\"",
                text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', "\\r")
            ),
        }
    }

    /// The text with everything worked out in its place.
    pub(super) fn readable(&self, src: &str, room: usize) -> Option<String> {
        let mut edits: Vec<_> = self
            .edits
            .iter()
            .filter_map(|(&(start, end), text)| Some((start, end, text.as_deref()?)))
            .collect();
        edits.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        let mut out = String::with_capacity(src.len());
        let mut at = 0;
        for (start, end, text) in edits {
            if start >= at && out.len() <= room {
                out.push_str(src.get(at..start)?);
                out.push_str(text);
                at = end;
            }
        }
        out.push_str(src.get(at..)?);
        (out != src).then_some(out)
    }

    /// A call by name: what it would run becomes a layer.
    pub(super) fn started(&mut self, at: usize, name: &str, args: &[Value]) {
        // The second argument of `WScript.Shell`'s `Run` is the window: 0 hides it.
        if name.eq_ignore_ascii_case("run") && args.get(1).and_then(Value::to_number) == Some(0.0) {
            let offset = self.tokens.get(at).map_or(0, |token| token.start);
            self.traits.push(("hidden-window", offset));
        }
        let language = if self.dialect == Dialect::Vb { Language::VbScript } else { Language::JScript };
        let (how, language) = match name.to_ascii_lowercase().as_str() {
            "eval" | "execute" | "executeglobal" | "function" => ("execute", language),
            "run" | "exec" | "shellexecute" | "create" => ("run", Language::CommandLine),
            _ => return,
        };
        let taken = args.iter().take(if name.eq_ignore_ascii_case("shellexecute") { 2 } else { 1 });
        if !self.step(taken.clone().fold(0, |sum, arg| arg.weight().saturating_add(sum))) {
            return;
        }
        let parts: Option<Vec<String>> =
            taken.map(|arg| arg.to_text().map(|text| text.to_string())).collect();
        if let Some(text) = parts.map(|parts| parts.join(" "))
            && text.contains([' ', '(', '='])
            && self.children.len() < 256
            && !self.children.iter().any(|child| child.text == text)
        {
            self.children.push(Child { how, language: Some(language), text });
        }
    }

    fn walk(&mut self, mut at: usize, end: usize) {
        while at < end && self.step(0) {
            let next = self.statement(at, end);
            at = next.max(at + 1);
        }
    }

    /// One statement, or as much of it as is understood; gives where to go on.
    fn statement(&mut self, at: usize, end: usize) -> usize {
        let tokens = self.tokens;
        let Some(token) = tokens.get(at) else { return end };
        let Some(name) = token.name() else { return self.loose(at) };
        match (self.dialect, name) {
            (Dialect::Vb, "for") => return self.vb_for(at, end),
            (Dialect::Js, "for") => return self.js_for(at, end),
            (Dialect::Vb, "const" | "set" | "dim" | "let") | (Dialect::Js, "var" | "let" | "const") => {
                return at + 1;
            }
            (Dialect::Vb, "execute" | "executeglobal") => {
                return match self.expression(at + 1) {
                    Some((value, next)) => {
                        self.started(at, name, &[value]);
                        next
                    }
                    None => at + 1,
                };
            }
            _ => {}
        }
        if self.dialect == Dialect::Vb && is_vb_word(name) {
            return at + 1;
        }
        match tokens.get(at + 1) {
            Some(sign) if sign.is("=") => self.assign(at, name, None),
            Some(sign) if sign.is("+=") && self.dialect == Dialect::Js => self.assign(at, name, Some("+")),
            Some(sign) if sign.is("++") => {
                if let Some(number) = self.vars.get(name).and_then(Value::to_number) {
                    self.vars.insert(name.to_owned(), Value::Num(number + 1.0));
                }
                at + 2
            }
            _ => self.loose(at),
        }
    }

    fn assign(&mut self, at: usize, name: &str, add: Option<&str>) -> usize {
        // `r = r & x`: the old text is taken out of the table so that it grows in place.
        let grows = add.is_some()
            || self.tokens.get(at + 2).and_then(Token::name) == Some(name)
                && self.tokens.get(at + 3).is_some_and(|sign| sign.is("&") || sign.is("+"));
        let start = if grows && add.is_none() { at + 4 } else { at + 2 };
        let read = if grows {
            let old = self.vars.remove(name).unwrap_or_else(|| Value::text(""));
            self.expression(start).map(|(value, next)| {
                let numbers = matches!(old, Value::Num(_)) && matches!(value, Value::Num(_));
                let value = match (numbers, old.to_number(), value.to_number()) {
                    (true, Some(a), Some(b)) => Value::Num(a + b),
                    _ => self.append(old, &value),
                };
                (value, next)
            })
        } else {
            self.expression(start)
        };
        if let Some((value, next)) = read {
            self.vars.insert(name.to_owned(), value);
            next
        } else {
            self.vars.insert(name.to_owned(), Value::Unknown);
            start
        }
    }

    /// Anything else: expressions in it are worked out, and calls without brackets looked at.
    fn loose(&mut self, at: usize) -> usize {
        let Some((_, next)) = self.expression(at) else { return at + 1 };
        // `shell.Run "…", 0`
        let name = next
            .checked_sub(1)
            .and_then(|last| self.tokens.get(last))
            .and_then(Token::name)
            .map(str::to_owned);
        if self.dialect == Dialect::Vb
            && let Some(name) = name
            && let Some(token) = self.tokens.get(next)
            && matches!(token.kind, Kind::Str(_) | Kind::Name(_))
        {
            let (args, after) = self.arguments(next, "");
            self.started(at, &name, &args);
            return after;
        }
        next
    }

    fn vb_for(&mut self, at: usize, end: usize) -> usize {
        let tokens = self.tokens;
        let each = tokens.get(at + 1).and_then(Token::name) == Some("each");
        let Some(variable) = tokens.get(at + 1 + usize::from(each)).and_then(Token::name).map(str::to_owned)
        else {
            return at + 1;
        };
        let (items, body): (Box<dyn Iterator<Item = Value>>, usize) = if each {
            match self.expression(at + 4) {
                Some((Value::List(items), next)) => {
                    (Box::new((0..items.len()).map_while(move |at| items.get(at).cloned())), next)
                }
                _ => return at + 3,
            }
        } else {
            let Some((from, next)) = self.expression(at + 3) else { return at + 1 };
            let Some((to, mut next)) = self.expression(next + 1) else { return at + 3 };
            let mut step = 1.0;
            if tokens.get(next).and_then(Token::name) == Some("step")
                && let Some((value, after)) = self.expression(next + 1)
            {
                step = value.to_number().unwrap_or(0.0);
                next = after;
            }
            let (Some(from), Some(to)) = (from.to_number(), to.to_number()) else { return next };
            (Box::new(count(from, to, step)), next)
        };
        let close = self.matching_next(body, end);
        for item in items {
            self.vars.insert(variable.clone(), item);
            if !self.step(0)
                || self
                    .deeper(|me| {
                        let _: () = me.walk(body, close);
                        Some(())
                    })
                    .is_none()
            {
                break;
            }
        }
        close + 1
    }

    fn matching_next(&self, from: usize, end: usize) -> usize {
        let mut depth = 0_usize;
        let mut previous_exit = false;
        for at in from..end {
            match self.tokens.get(at).and_then(Token::name) {
                Some("for") if !previous_exit => depth += 1,
                // `On Error Resume Next` ends no loop.
                Some("next") if at > 0 && self.tokens.get(at - 1).and_then(Token::name) == Some("resume") => {
                }
                Some("next") if depth == 0 => return at,
                Some("next") => depth -= 1,
                _ => {}
            }
            previous_exit = self.tokens.get(at).and_then(Token::name) == Some("exit");
        }
        end
    }

    fn js_for(&mut self, at: usize, end: usize) -> usize {
        let tokens = self.tokens;
        if !tokens.get(at + 1).is_some_and(|token| token.is("(")) {
            return at + 1;
        }
        let close = self.closing(at + 1, end);
        let ends: Vec<usize> =
            (at + 2..close).filter(|&i| tokens.get(i).is_some_and(|token| token.kind == Kind::End)).collect();
        let &[first, second] = ends.as_slice() else { return close + 1 };
        let body = close + 1;
        let braces = tokens.get(body).is_some_and(|token| token.is("{"));
        let stop = if braces {
            self.closing(body, end)
        } else {
            (body..end).find(|&i| tokens.get(i).is_some_and(|token| token.kind == Kind::End)).unwrap_or(end)
        };
        self.walk(at + 2, first);
        loop {
            match self.expression(first + 1) {
                Some((Value::Bool(true), _)) => {}
                Some((Value::Bool(false), _)) => break,
                _ => {
                    self.deeper(|me| {
                        let _: () = me.walk(body, stop);
                        Some(())
                    });
                    break;
                }
            }
            if !self.step(0)
                || self
                    .deeper(|me| {
                        let _: () = me.walk(body + usize::from(braces), stop);
                        Some(())
                    })
                    .is_none()
            {
                break;
            }
            self.walk(second + 1, close);
        }
        stop + 1
    }

    /// The place of the bracket that closes the one at `open`.
    fn closing(&self, open: usize, end: usize) -> usize {
        let mut depth = 0_usize;
        for at in open..end {
            match self.tokens.get(at).map(|token| &token.kind) {
                Some(Kind::Sign("(" | "[" | "{")) => depth += 1,
                Some(Kind::Sign(")" | "]" | "}")) => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return at;
                    }
                }
                _ => {}
            }
        }
        end
    }
}

/// The numbers of a counting loop; none where it would not end.
fn count(from: f64, to: f64, step: f64) -> impl Iterator<Item = Value> {
    let turns = (to - from) / step;
    let ends = turns.is_finite() && turns >= 0.0;
    let last = if ends { u32::try_from(number::whole(turns)).unwrap_or(u32::MAX - 1) } else { 0 };
    (0..if ends { last + 1 } else { 0 }).map(move |turn| Value::Num(from + f64::from(turn) * step))
}
