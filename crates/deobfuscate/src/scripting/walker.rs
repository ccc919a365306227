//! Statements over tokens: assignments, loops that count, calls that start code.

use std::collections::HashMap;
use std::rc::Rc;

use super::flow::Flow;
use super::functions::Functions;
use super::pairs;
use super::tokens::{Dialect, Kind, Token};
use super::value::Value;
use crate::engine::Child;
use crate::model::Language;
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
    pub(super) steps: &'t mut u64,
    /// Steps that the loop that runs leaves to what stands behind it; none outside of loops.
    pub(super) reserve: u64,
    /// The loop that runs came to its limit.
    pub(super) stopped: bool,
    depth: usize,
    max_depth: usize,
    edits: HashMap<(usize, usize), Option<String>>,
    pub(super) pairs: Vec<usize>,
    pub(super) functions: Functions,
    pub(super) flow: Flow,
    /// What the function that runs gave back, and whether it may have been something else.
    pub(super) returned: Value,
    pub(super) doubt: bool,
    /// What was put into members of names: `x.text = …`.
    pub(super) members: HashMap<String, Value>,
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
            reserve: 0,
            stopped: false,
            depth: 0,
            max_depth,
            edits: HashMap::new(),
            pairs: pairs::of(tokens, dialect),
            functions: Functions::of(tokens, dialect),
            flow: Flow::On,
            returned: Value::Unknown,
            doubt: false,
            members: HashMap::new(),
            children: Vec::new(),
            traits: Vec::new(),
            tricks: 0,
            strong: 0,
            out_of_steps: false,
        }
    }

    pub(super) fn run(&mut self) {
        self.find_functions();
        self.walk(0, self.tokens.len());
    }

    /// Whether the text hides what it says: characters by number or backwards, again and again or to be run.
    pub(super) fn is_obfuscated(&self) -> bool {
        self.strong > 3 || self.strong > 0 && self.children.iter().any(|child| child.how == "execute")
    }

    pub(super) fn step(&mut self, data: usize) -> bool {
        let cost = 1 + (data / 64) as u64;
        if *self.steps < cost.saturating_add(self.reserve) {
            *self.steps = self.reserve;
            self.stopped = self.reserve > 0;
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

    pub(super) fn walk(&mut self, mut at: usize, end: usize) {
        while at < end && self.flow == Flow::On && self.step(0) {
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
            (Dialect::Vb, "for") => return self.within_limit(|me| me.vb_for(at, end)),
            (Dialect::Vb, "do") => return self.within_limit(|me| me.vb_do(at)),
            (Dialect::Vb, "while") => return self.within_limit(|me| me.vb_while(at)),
            (Dialect::Vb, "if") => return self.vb_if(at, end),
            (Dialect::Vb, "exit") => return self.vb_exit(at),
            (Dialect::Vb, "end") => return at + 2,
            (Dialect::Vb, "function" | "sub") | (Dialect::Js, "function") => return self.declaration(at),
            (Dialect::Js, "for") => return self.within_limit(|me| me.js_for(at, end)),
            (Dialect::Js, "while") => return self.within_limit(|me| me.js_while(at, end)),
            (Dialect::Js, "do") => return self.within_limit(|me| me.js_do(at, end)),
            (Dialect::Js, "if") => return self.js_if(at, end),
            (Dialect::Js, "return") => return self.js_return(at),
            (Dialect::Js, "break") => {
                self.flow = Flow::Break;
                return at + 1;
            }
            (Dialect::Js, "continue") => {
                self.flow = Flow::Continue;
                return at + 1;
            }
            (Dialect::Vb, "dim" | "redim") => return self.vb_dim(at),
            (Dialect::Vb, "const" | "set" | "let") | (Dialect::Js, "var" | "let" | "const") => {
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
            Some(sign) if sign.is("++") || sign.is("--") => {
                let by = if sign.is("++") { 1.0 } else { -1.0 };
                if let Some(number) = self.vars.get(name).and_then(Value::to_number) {
                    self.vars.insert(name.to_owned(), Value::Num(number + by));
                }
                at + 2
            }
            Some(sign) if self.dialect == Dialect::Js && compound(sign).is_some() => {
                let operator = Kind::Sign(compound(sign).unwrap_or("+"));
                let old = self.vars.remove(name).unwrap_or(Value::Unknown);
                let Some((value, next)) = self.expression(at + 2) else { return at + 2 };
                let value = self.binary(&operator, old, &value);
                self.vars.insert(name.to_owned(), value);
                next
            }
            Some(sign) if sign.is("[") || sign.is("(") || sign.is(".") => {
                self.put(at, name).unwrap_or_else(|| self.loose(at))
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

    /// `a[i] = x`, `a(i) = x` and `a.b = x`; `None` where it is none of these.
    fn put(&mut self, at: usize, name: &str) -> Option<usize> {
        let tokens = self.tokens;
        if tokens.get(at + 1)?.is(".") {
            let member = tokens.get(at + 2)?.name()?;
            if !tokens.get(at + 3)?.is("=") || !self.step(0) {
                return None;
            }
            let (value, next) = self.expression(at + 4)?;
            if self.members.len() < 4096 {
                self.members.insert(format!("{name}.{}", member.to_ascii_lowercase()), value);
            }
            return Some(next);
        }
        let close = *self.pairs.get(at + 1)?;
        if close <= at + 2
            || !tokens.get(close + 1)?.is("=")
            || !matches!(self.vars.get(name), Some(Value::List(_)))
        {
            return None;
        }
        let (index, _) = self.expression(at + 2)?;
        let (value, next) = self.expression(close + 2)?;
        let Some(Value::List(mut items)) = self.vars.remove(name) else { return Some(next) };
        // A list that somebody else holds is copied.
        let cost = if Rc::strong_count(&items) == 1 { 0 } else { Value::List(Rc::clone(&items)).weight() };
        let done = self.step(cost + 64)
            && index.to_index().is_some_and(|index| Rc::make_mut(&mut items).set(index, value));
        self.vars.insert(name.to_owned(), if done { Value::List(items) } else { Value::Unknown });
        Some(next)
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
            if let Some(id) = self.functions.named(&name) {
                self.invoke(id, &args);
            }
            return after;
        }
        next
    }
}

/// The operator in `-=` and the like.
fn compound(token: &Token) -> Option<&'static str> {
    let Kind::Sign(sign) = token.kind else { return None };
    Some(match sign {
        "-=" => "-",
        "*=" => "*",
        "/=" => "/",
        "%=" => "%",
        "&=" => "&",
        "|=" => "|",
        "^=" => "^",
        "<<=" => "<<",
        ">>=" => ">>",
        ">>>=" => ">>>",
        _ => return None,
    })
}
