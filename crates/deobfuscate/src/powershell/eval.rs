//! Walks a parsed text and works out everything that depends on nothing but the text.
//!
//! What is not known stays unknown and is carried along; both branches of an undecided condition are looked at, and an
//! undecided loop once. Nothing outside the text is ever asked.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use regex::{Regex, RegexBuilder};

use super::ast::{Block, Command, Element, Expr, Node, Op, Prefix, Span, Stmt};
use super::collections::Map;
use super::constants;
use super::shape::{is_built_of_constants, same};
use super::text::Text;
use super::trace::{Gap, Trace, Trick};
use super::value::Value;
use super::{operators, places};

/// Nested evaluations followed; the parser bounds what one text nests, functions and blocks add to it.
const MAX_DEPTH: usize = 96;
/// Longest list that a range or a split makes.
pub(super) const MAX_ITEMS: usize = 1 << 21;
/// Regular expressions that are kept, and what building one costs, in bytes of copied text.
const MAX_PATTERNS: usize = 16;
const PATTERN_COST: usize = 1 << 19;

/// How a block ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    On,
    Break,
    Continue,
    Return,
}

#[derive(Debug)]
pub(crate) struct Evaluator<'s> {
    src: &'s str,
    pub(super) vars: HashMap<Rc<str>, Value>,
    /// Names that the script gives a value to somewhere: before that they hold nothing.
    assigned: HashSet<Rc<str>>,
    pub(super) aliases: HashMap<String, String>,
    pub(super) functions: HashMap<Rc<str>, Rc<Block>>,
    pub(super) trace: Trace,
    pub(super) steps: &'s mut u64,
    /// What was used of the next step, in 64ths.
    begun: usize,
    /// Steps that the loop that runs leaves to what stands behind it; none outside of loops.
    reserve: u64,
    /// The loop that runs came to its limit.
    stopped: bool,
    /// Largest value in bytes.
    pub(super) room: usize,
    depth: usize,
    /// Regular expressions that were built, the newest last; `None` for those that cannot be read.
    patterns: Vec<(String, bool, Option<Rc<Regex>>)>,
    /// Functions that are running, outermost first.
    pub(super) calls: Vec<Rc<Block>>,
    /// For each of them, what the variables that it sets held before.
    pub(super) frames: Vec<BTreeMap<Rc<str>, Option<Value>>>,
    /// Blocks that were met and not yet run, in order.
    waiting: Vec<Rc<Block>>,
    /// How often it was not known whether a block runs.
    pub(super) undecided: usize,
    /// Set by `Start-Sleep`: the loop round it is one that waits for ever.
    pub(super) sleeps: bool,
}

impl<'s> Evaluator<'s> {
    pub(crate) fn new(src: &'s str, assigned: HashSet<Rc<str>>, steps: &'s mut u64, room: usize) -> Self {
        Self {
            src,
            vars: HashMap::new(),
            assigned,
            aliases: HashMap::new(),
            functions: HashMap::new(),
            trace: Trace::default(),
            steps,
            begun: 0,
            reserve: 0,
            stopped: false,
            room,
            depth: 0,
            patterns: Vec::new(),
            calls: Vec::new(),
            frames: Vec::new(),
            waiting: Vec::new(),
            undecided: 0,
            sleeps: false,
        }
    }

    /// Runs the whole text, then what was defined and never called.
    pub(crate) fn run(mut self, script: &[Stmt]) -> Trace {
        let mut out = Vec::new();
        self.statements(script, &mut out);
        let mut next = 0;
        while let Some(block) = self.waiting.get(next).map(Rc::clone) {
            next += 1;
            if !block.ran.get() {
                for param in &block.params {
                    self.vars.insert(Rc::clone(&param.name), Value::Unknown);
                }
                self.vars.insert(Rc::from("_"), Value::Unknown);
                self.block(&block);
            }
        }
        self.trace
    }

    /// Takes half a step, more for much data. `false` when there are none left.
    pub(super) fn step(&mut self, data: usize) -> bool {
        let cost = self.begun.saturating_add(data).saturating_add(32);
        self.begun = cost % 64;
        let cost = (cost / 64) as u64;
        if *self.steps <= cost.saturating_add(self.reserve) {
            *self.steps = self.reserve;
            self.stopped = self.reserve > 0;
            self.trace.gap(Gap::OutOfSteps);
            return false;
        }
        *self.steps -= cost;
        true
    }

    /// Runs a loop, which must leave steps to what stands behind it: busy loops stand in front of payloads to tire out
    /// whoever reads along. What one that came to its limit has changed is not known; says whether it did.
    pub(super) fn within_limit<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> (T, bool) {
        if self.reserve > 0 || !self.step(self.vars.len() * 16) {
            return (work(self), false);
        }
        let before = self.vars.clone();
        self.reserve = *self.steps / 4;
        let result = work(self);
        self.reserve = 0;
        let stopped = std::mem::take(&mut self.stopped);
        if stopped {
            #[expect(
                clippy::iter_over_hash_type,
                reason = "each name is looked at by itself; the order changes nothing"
            )]
            for (name, value) in &mut self.vars {
                if before.get(name).is_none_or(|old| !same(old, value)) {
                    *value = Value::Unknown;
                }
            }
        }
        (result, stopped)
    }

    /// A loop that is a statement.
    fn looped(
        &mut self,
        out: &mut Vec<Value>,
        work: impl FnOnce(&mut Self, &mut Vec<Value>) -> Flow,
    ) -> Flow {
        let written = out.len();
        let (flow, stopped) = self.within_limit(|me| work(me, out));
        if !stopped {
            return flow;
        }
        out.truncate(written);
        out.push(Value::Unknown);
        Flow::On
    }

    /// A value, unless it is larger than what may be kept.
    pub(super) fn bounded(&mut self, value: Value) -> Value {
        let weight = value.weight();
        if weight > self.limit(&value) {
            self.trace.gap(Gap::TooLarge);
            return Value::Unknown;
        }
        if self.step(weight) { value } else { Value::Unknown }
    }

    /// The largest weight of such a value. Lists are heavier than the texts that become of them.
    pub(super) fn limit(&self, value: &Value) -> usize {
        match value {
            Value::List(_) | Value::Map(_) => self.room.saturating_mul(4),
            _ => self.room.saturating_add(64),
        }
    }

    /// A .NET regular expression, as far as ours can read it. Both are linear here; what needs looking back is refused.
    /// Building one is the dear part: loops use the same again and again.
    pub(super) fn pattern(&mut self, text: &str, case: bool) -> Option<Rc<Regex>> {
        let known = |(known, of, _): &(String, bool, _)| *of == case && known == text;
        if let Some((.., built)) = self.patterns.iter().rev().find(|entry| known(entry)) {
            return built.clone();
        }
        if !self.step(PATTERN_COST + text.len()) {
            return None;
        }
        let built = RegexBuilder::new(text)
            .case_insensitive(!case)
            .size_limit(1 << 20)
            .dfa_size_limit(1 << 20)
            .build()
            .ok()
            .map(Rc::new);
        if self.patterns.len() >= MAX_PATTERNS {
            self.patterns.remove(0);
        }
        self.patterns.push((text.to_owned(), case, built.clone()));
        built
    }

    /// What stands in the script between the braces of a block.
    pub(super) fn block_text(&mut self, block: &Block) -> Value {
        let Span { start, end } = block.span;
        let text = self.src.get(start..end).unwrap_or_default();
        if self.step(text.len()) { Value::text(text) } else { Value::Unknown }
    }

    fn statements(&mut self, all: &[Stmt], out: &mut Vec<Value>) -> Flow {
        for stmt in all {
            if !self.step(0) {
                return Flow::Return;
            }
            let flow = self.statement(stmt, out);
            if flow != Flow::On {
                return flow;
            }
        }
        Flow::On
    }

    pub(super) fn nested<T>(&mut self, instead: T, work: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth >= MAX_DEPTH {
            self.trace.gap(Gap::TooDeep);
            return instead;
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        result
    }

    /// Runs a block and gives what it leaves in the pipeline.
    pub(super) fn block(&mut self, block: &Rc<Block>) -> Value {
        let mut out = Vec::new();
        self.run_block(block, &mut out);
        Value::from_items(out)
    }

    pub(super) fn run_block(&mut self, block: &Rc<Block>, out: &mut Vec<Value>) -> Flow {
        block.ran.set(true);
        self.nested(Flow::On, |me| me.statements(&block.body, out))
    }

    /// Remembers a block so that it is looked at in the end, run or not.
    pub(super) fn remember(&mut self, block: &Rc<Block>) {
        if self.waiting.len() < 1024 && !block.waits.replace(true) {
            self.waiting.push(Rc::clone(block));
        }
    }

    fn statement(&mut self, stmt: &Stmt, out: &mut Vec<Value>) -> Flow {
        match stmt {
            Stmt::Pipeline(elements) => {
                let value = self.pipeline(elements);
                match value {
                    Value::Null => {}
                    Value::List(items) => {
                        if out.len() + items.len() > MAX_ITEMS || !self.step(items.weight()) {
                            return Flow::Return;
                        }
                        out.extend(items.iter().cloned());
                    }
                    other => out.push(other),
                }
                Flow::On
            }
            Stmt::Assign(target, op, value) => {
                let value = match value.as_ref() {
                    // `$a = $b = 'x'`: an assignment gives nothing out, but for another.
                    Stmt::Assign(inner, ..) => {
                        self.statement_value(value);
                        self.value(inner)
                    }
                    other => self.statement_value(other),
                };
                places::assign(self, target, &[], *op, value);
                Flow::On
            }
            Stmt::If(arms, otherwise) => self.if_statement(arms, otherwise.as_ref(), out),
            Stmt::For(parts, body) => {
                self.statement_value(&parts[0]);
                self.looped(out, |me, out| me.repeat(Some(&parts[1]), body, Some(&parts[2]), false, out))
            }
            Stmt::While(condition, body, first) => {
                self.looped(out, |me, out| me.repeat(Some(condition), body, None, *first, out))
            }
            Stmt::Until(condition, body) => self.looped(out, |me, out| me.until(condition, body, out)),
            Stmt::Switch(switch) => self.looped(out, |me, out| me.switch(switch, out)),
            Stmt::Foreach(name, list, body) => self.looped(out, |me, out| me.foreach(name, list, body, out)),
            Stmt::Function(name, block) => {
                self.remember(block);
                self.functions.insert(Rc::clone(name), Rc::clone(block));
                Flow::On
            }
            Stmt::Return(value) => {
                let value = self.statement_value(value);
                out.extend(value.items());
                Flow::Return
            }
            Stmt::Stage(_, block) => self.run_block(block, out),
            Stmt::Blocks(blocks, failed) => {
                for block in failed {
                    self.remember(block);
                }
                for block in blocks {
                    let flow = self.run_block(block, out);
                    if flow != Flow::On {
                        return flow;
                    }
                }
                Flow::On
            }
            Stmt::Break => Flow::Break,
            Stmt::Continue => Flow::Continue,
            Stmt::Empty => Flow::On,
        }
    }

    pub(super) fn statement_value(&mut self, stmt: &Stmt) -> Value {
        match stmt {
            Stmt::Pipeline(elements) => self.pipeline(elements),
            Stmt::Empty => Value::Null,
            other => {
                let mut out = Vec::new();
                self.nested(Flow::On, |me| me.statement(other, &mut out));
                Value::from_items(out)
            }
        }
    }

    pub(super) fn pipeline(&mut self, elements: &[Element]) -> Value {
        let mut value = Value::Null;
        for (i, element) in elements.iter().enumerate() {
            value = match element {
                Element::Expr(node) => self.value(node),
                Element::Command(command) => {
                    let input = (i > 0).then_some(value);
                    self.command(command, input)
                }
            };
        }
        value
    }

    fn command(&mut self, command: &Command, input: Option<Value>) -> Value {
        self.nested(Value::Unknown, |me| me.run_command(command, input))
    }

    /// The value of an expression; what was worked out to a text is noted for the readable form.
    pub(super) fn value(&mut self, node: &Node) -> Value {
        let built = match &node.kind {
            // What only stands there costs nothing beyond what takes it.
            Expr::Str(_) | Expr::Int(_) | Expr::Float(_) | Expr::Type(_) | Expr::Block(_) | Expr::Opaque => {
                return self.kind(node);
            }
            Expr::Var(name) if &**name == "_" => return self.variable(name),
            Expr::Var(_) => false,
            Expr::Paren(_) | Expr::Array(_) | Expr::Hash(_) => {
                if !self.step(0) {
                    return Value::Unknown;
                }
                return self.nested(Value::Unknown, |me| me.kind(node));
            }
            Expr::Chain(..) | Expr::Prefix(..) | Expr::Postfix(..) | Expr::Expand(_) | Expr::Sub(..) => {
                if !self.step(0) {
                    return Value::Unknown;
                }
                true
            }
        };
        let value = self.nested(Value::Unknown, |me| me.kind(node));
        match &value {
            Value::Str(text) => {
                self.trace.fold(node, text);
                // Looking at it costs, also where it was only taken out of a list.
                if built && Trace::is_told(text) && self.step(text.len()) {
                    self.trace.tell(text);
                }
            }
            Value::Char(c) if !Trace::varies(node) => {
                self.trace.fold(node, &Rc::new(Text::new(*c)));
            }
            _ => self.trace.vary(node),
        }
        value
    }

    fn kind(&mut self, node: &Node) -> Value {
        match &node.kind {
            Expr::Str(text) => Value::Str(Rc::clone(text)),
            Expr::Int(number) => Value::Int(*number),
            Expr::Float(number) => Value::Float(*number),
            Expr::Var(name) => self.variable(name),
            Expr::Expand(parts) => self.expand(parts),
            Expr::Array(nodes) => {
                let items = nodes.iter().map(|node| self.value(node)).collect();
                self.bounded(Value::list(items))
            }
            Expr::Sub(body, list) => {
                let mut out = Vec::new();
                self.statements(body, &mut out);
                let value = if *list { Value::list(out) } else { Value::from_items(out) };
                self.bounded(value)
            }
            Expr::Paren(stmt) => match stmt.as_ref() {
                // An assignment in brackets is worth what it assigns.
                Stmt::Assign(target, ..) => {
                    self.statement(stmt, &mut Vec::new());
                    self.value(target)
                }
                other => self.statement_value(other),
            },
            Expr::Block(block) => {
                self.remember(block);
                Value::Block(Rc::clone(block))
            }
            Expr::Hash(pairs) => self.hash(pairs),
            Expr::Type(name) => Value::Type(Rc::clone(name)),
            Expr::Chain(first, rest) => {
                let mut value = self.value(first);
                for (op, right) in rest {
                    if matches!(op, Op::And | Op::Or) && value.truth() == Some(*op == Op::Or) {
                        return Value::Bool(*op == Op::Or);
                    }
                    let right = self.value(right);
                    value = operators::binary(self, *op, value, right);
                }
                value
            }
            Expr::Prefix(prefixes, inner) => {
                let mut value = self.value(inner);
                if prefixes.iter().any(|prefix| matches!(prefix, Prefix::Cast(name) if &**name == "type"))
                    && is_built_of_constants(inner)
                {
                    self.trace.trick(Trick::HiddenWord);
                }
                for prefix in prefixes.iter().rev() {
                    value = self.prefix(prefix, inner, value);
                }
                value
            }
            Expr::Postfix(base, posts) => self.postfix(base, posts),
            Expr::Opaque => Value::Unknown,
        }
    }

    /// `@{ … }`. A name that is not known leaves the table unknown: it may be any of them.
    fn hash(&mut self, pairs: &[(Node, Stmt)]) -> Value {
        let mut map = Map::default();
        let mut known = true;
        for (key, value) in pairs {
            let key = self.value(key).to_text(" ");
            let value = self.statement_value(value);
            match key {
                Some(key) => map.set(&key, value),
                None => known = false,
            }
        }
        self.trace_commands(&map);
        if known { self.bounded(Value::map(map)) } else { Value::Unknown }
    }

    /// Sets a variable; within a function until that ends, unless it is one of the script's.
    pub(super) fn set(&mut self, name: &Rc<str>, value: Value) {
        if let Some(plain) = name.strip_prefix("global:") {
            for frame in &mut self.frames {
                frame.remove(plain);
            }
            self.vars.insert(Rc::from(plain), value);
            return;
        }
        let old = self.vars.insert(Rc::clone(name), value);
        if let Some(frame) = self.frames.last_mut()
            && !frame.contains_key(name)
        {
            frame.insert(Rc::clone(name), old);
        }
    }

    /// Notes what a variable holds before a function changes it.
    pub(super) fn shadow(&mut self, name: &Rc<str>) {
        if let Some(frame) = self.frames.last_mut()
            && !name.starts_with("global:")
            && !frame.contains_key(name)
        {
            frame.insert(Rc::clone(name), self.vars.get(name).cloned());
        }
    }

    pub(super) fn variable(&mut self, name: &str) -> Value {
        let name = name.strip_prefix("global:").unwrap_or(name);
        if let Some(value) = self.vars.get(name) {
            return value.clone();
        }
        if let Some(block) = name.strip_prefix("function:").and_then(|name| self.functions.get(name)) {
            return Value::Block(Rc::clone(block));
        }
        match constants::variable(name) {
            Value::Unknown if self.assigned.contains(name) => Value::Null,
            value => value,
        }
    }

    pub(super) fn separator(&self) -> String {
        match self.vars.get("ofs") {
            Some(Value::Str(text)) => text.to_string(),
            Some(Value::Null) => String::new(),
            _ => " ".to_owned(),
        }
    }

    fn expand(&mut self, parts: &[Node]) -> Value {
        let separator = self.separator();
        let mut text = String::new();
        let mut known = true;
        for part in parts {
            let value = self.value(part);
            if matches!(value, Value::List(_) | Value::Bytes(_)) && !self.step(value.weight()) {
                return Value::Unknown;
            }
            let value = if let Value::Block(block) = &value { self.block_text(block) } else { value };
            known &= value.write(&separator, &mut text);
            if text.len() > self.room {
                self.trace.gap(Gap::TooLarge);
                return Value::Unknown;
            }
        }
        if known { self.bounded(Value::text(text)) } else { Value::Unknown }
    }
}
