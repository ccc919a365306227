//! Walks a parsed text and works out everything that depends on nothing but the text.
//!
//! What is not known stays unknown and is carried along; both branches of an undecided condition are looked at, and an
//! undecided loop once. Nothing outside the text is ever asked.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::ast::{Block, Command, Element, Expr, Name, Node, Op, Post, Prefix, Stmt};
use super::constants;
use super::shape::{is_built_of_constants, is_constant, same};
use super::trace::{Gap, Trace, Trick};
use super::value::Value;
use super::{methods, operators};

/// Nested evaluations followed; the parser bounds what one text nests, functions and blocks add to it.
const MAX_DEPTH: usize = 96;
/// Longest list that a range or a split makes.
pub(super) const MAX_ITEMS: usize = 1 << 20;

/// How a block ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Break,
    Continue,
    Return,
}

#[derive(Debug)]
pub(crate) struct Evaluator<'s> {
    pub(super) vars: HashMap<Rc<str>, Value>,
    pub(super) aliases: HashMap<String, String>,
    pub(super) functions: HashMap<Rc<str>, Rc<Block>>,
    pub(super) trace: Trace,
    pub(super) steps: &'s mut u64,
    /// Largest value in bytes.
    pub(super) room: usize,
    depth: usize,
    /// Functions that are running, outermost first.
    pub(super) calls: Vec<Rc<Block>>,
    /// Blocks that were met and not yet run, in order.
    waiting: Vec<Rc<Block>>,
    ran: HashSet<*const Block>,
    /// Set by `Start-Sleep`: the loop round it is one that waits for ever.
    pub(super) sleeps: bool,
}

impl<'s> Evaluator<'s> {
    pub(crate) fn new(steps: &'s mut u64, room: usize) -> Self {
        Self {
            vars: HashMap::new(),
            aliases: HashMap::new(),
            functions: HashMap::new(),
            trace: Trace::default(),
            steps,
            room,
            depth: 0,
            calls: Vec::new(),
            waiting: Vec::new(),
            ran: HashSet::new(),
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
            if !self.ran.contains(&Rc::as_ptr(&block)) {
                for param in &block.params {
                    self.vars.insert(Rc::clone(param), Value::Unknown);
                }
                self.vars.insert(Rc::from("_"), Value::Unknown);
                self.block(&block);
            }
        }
        self.trace
    }

    /// Takes a step, more for much data. `false` when there are none left.
    pub(super) fn step(&mut self, data: usize) -> bool {
        let cost = 1 + (data / 64) as u64;
        if *self.steps < cost {
            *self.steps = 0;
            self.trace.gap(Gap::OutOfSteps);
            return false;
        }
        *self.steps -= cost;
        true
    }

    /// A value, unless it is larger than what may be kept.
    pub(super) fn bounded(&mut self, value: Value) -> Value {
        if value.size() > self.room {
            self.trace.gap(Gap::TooLarge);
            return Value::Unknown;
        }
        if self.step(value.size()) { value } else { Value::Unknown }
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

    fn nested<T>(&mut self, instead: T, work: impl FnOnce(&mut Self) -> T) -> T {
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

    fn run_block(&mut self, block: &Rc<Block>, out: &mut Vec<Value>) -> Flow {
        self.ran.insert(Rc::as_ptr(block));
        self.nested(Flow::On, |me| me.statements(&block.body, out))
    }

    /// Remembers a block so that it is looked at in the end, run or not.
    pub(super) fn remember(&mut self, block: &Rc<Block>) {
        if self.waiting.len() < 1024 && !self.waiting.iter().any(|known| Rc::ptr_eq(known, block)) {
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
                        if out.len() + items.len() > MAX_ITEMS || !self.step(items.len() * 16) {
                            return Flow::Return;
                        }
                        out.extend(items.iter().cloned());
                    }
                    other => out.push(other),
                }
                Flow::On
            }
            Stmt::Assign(target, op, value) => {
                let value = self.statement_value(value);
                self.assign(target, *op, value);
                Flow::On
            }
            Stmt::If(arms, otherwise) => self.if_statement(arms, otherwise.as_ref(), out),
            Stmt::For(parts, body) => {
                self.statement_value(&parts[0]);
                self.repeat(Some(&parts[1]), body, Some(&parts[2]), false, out)
            }
            Stmt::While(condition, body, first) => self.repeat(Some(condition), body, None, *first, out),
            Stmt::Foreach(name, list, body) => self.foreach(name, list, body, out),
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
            Stmt::Blocks(blocks) => {
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

    fn statement_value(&mut self, stmt: &Stmt) -> Value {
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

    fn if_statement(
        &mut self,
        arms: &[(Stmt, Rc<Block>)],
        otherwise: Option<&Rc<Block>>,
        out: &mut Vec<Value>,
    ) -> Flow {
        let mut undecided = false;
        for (condition, block) in arms {
            match self.statement_value(condition).truth() {
                Some(true) if !undecided => return self.run_block(block, out),
                Some(false) => {}
                _ => {
                    undecided = true;
                    self.maybe(block, out);
                }
            }
        }
        match otherwise {
            Some(block) if !undecided => self.run_block(block, out),
            Some(block) => {
                self.maybe(block, out);
                Flow::On
            }
            None => Flow::On,
        }
    }

    /// Looks at a block that may or may not run: what it changes is unknown afterwards.
    fn maybe(&mut self, block: &Rc<Block>, out: &mut Vec<Value>) {
        if !self.step(self.vars.len() * 16) {
            return;
        }
        let before = self.vars.clone();
        // `break` and `return` end the block, not what may not have run round it.
        self.run_block(block, out);
        // What was not set before is taken as set here: a payload built in one branch is worth seeing.
        #[expect(
            clippy::iter_over_hash_type,
            reason = "each name is looked at by itself; the order changes nothing"
        )]
        for (name, old) in before {
            let changed = self.vars.get(&name).is_none_or(|new| !same(new, &old));
            if changed && !matches!(old, Value::Unknown | Value::Null) {
                self.vars.insert(name, Value::Unknown);
            }
        }
    }

    fn repeat(
        &mut self,
        condition: Option<&Stmt>,
        body: &Rc<Block>,
        after: Option<&Stmt>,
        body_first: bool,
        out: &mut Vec<Value>,
    ) -> Flow {
        let sleeps = std::mem::replace(&mut self.sleeps, false);
        let mut first = body_first;
        loop {
            let truth = match condition {
                _ if std::mem::take(&mut first) => Some(true),
                Some(Stmt::Empty) | None => None,
                Some(condition) if is_constant(condition) => match self.statement_value(condition).truth() {
                    // `while ($true)`: looked at once.
                    Some(true) => None,
                    other => other,
                },
                Some(condition) => self.statement_value(condition).truth(),
            };
            match truth {
                Some(false) => break,
                Some(true) => {}
                None => {
                    self.maybe(body, out);
                    break;
                }
            }
            match self.run_block(body, out) {
                Flow::Break => break,
                Flow::Return => return Flow::Return,
                Flow::On | Flow::Continue => {}
            }
            if let Some(after) = after {
                self.statement_value(after);
            }
            if self.sleeps || out.len() > MAX_ITEMS || !self.step(0) {
                break;
            }
        }
        self.sleeps = sleeps;
        Flow::On
    }

    fn foreach(&mut self, name: &Rc<str>, list: &Stmt, body: &Rc<Block>, out: &mut Vec<Value>) -> Flow {
        let list = self.statement_value(list);
        if matches!(list, Value::Unknown) {
            self.vars.insert(Rc::clone(name), Value::Unknown);
            self.maybe(body, out);
            return Flow::On;
        }
        for item in list.items() {
            self.vars.insert(Rc::clone(name), item);
            match self.run_block(body, out) {
                Flow::Break => break,
                Flow::Return => return Flow::Return,
                Flow::On | Flow::Continue => {}
            }
            if out.len() > MAX_ITEMS || !self.step(0) {
                break;
            }
        }
        Flow::On
    }

    pub(super) fn assign(&mut self, target: &Node, op: Option<Op>, value: Value) {
        match &target.kind {
            Expr::Var(name) => {
                let value = match op {
                    None => value,
                    Some(op) => {
                        // Taken out, so that a growing text or list grows in place.
                        let old = self.vars.remove(name).unwrap_or(Value::Null);
                        operators::binary(self, op, old, value)
                    }
                };
                self.vars.insert(Rc::clone(name), value);
            }
            Expr::Prefix(prefixes, inner) => {
                let value = prefixes.iter().rev().fold(value, |value, prefix| match prefix {
                    Prefix::Cast(name) => operators::cast(self, name, value),
                    _ => value,
                });
                self.assign(inner, op, value);
            }
            Expr::Array(targets) => {
                let mut items = value.items().into_iter();
                for target in targets {
                    let item = if matches!(value, Value::Unknown) {
                        Value::Unknown
                    } else {
                        items.next().unwrap_or(Value::Null)
                    };
                    self.nested((), |me| me.assign(target, None, item));
                }
            }
            Expr::Postfix(base, posts) => {
                if let (Expr::Var(name), [Post::Index(index)]) = (&base.kind, posts.as_slice()) {
                    let index = self.value(index).to_int();
                    let old = self.vars.remove(name).unwrap_or(Value::Null);
                    let value = operators::store(self, old, index, op, value);
                    self.vars.insert(Rc::clone(name), value);
                } else {
                    self.value(target);
                }
            }
            _ => {}
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
        if !self.step(0) {
            return Value::Unknown;
        }
        let value = self.nested(Value::Unknown, |me| me.kind(node));
        let worth = match &node.kind {
            Expr::Chain(..) | Expr::Prefix(..) | Expr::Postfix(..) | Expr::Expand(_) | Expr::Sub(..) => true,
            Expr::Var(name) => &**name != "_",
            _ => false,
        };
        if worth {
            match &value {
                Value::Str(text) => self.trace.fold(node.span, text),
                Value::Char(c) => self.trace.fold(node.span, c.encode_utf8(&mut [0; 4])),
                _ => self.trace.vary(node.span),
            }
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
                if *list { Value::list(out) } else { Value::from_items(out) }
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

    pub(super) fn variable(&mut self, name: &str) -> Value {
        match self.vars.get(name) {
            Some(value) => value.clone(),
            None => constants::variable(name),
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
            match self.value(part).to_text(&separator) {
                Some(piece) => text.push_str(&piece),
                None => known = false,
            }
            if text.len() > self.room {
                self.trace.gap(Gap::TooLarge);
                return Value::Unknown;
            }
        }
        if known { self.bounded(Value::text(text)) } else { Value::Unknown }
    }

    fn prefix(&mut self, prefix: &Prefix, inner: &Node, value: Value) -> Value {
        match prefix {
            Prefix::Not => value.truth().map_or(Value::Unknown, |truth| Value::Bool(!truth)),
            Prefix::Minus => match value {
                Value::Float(number) => Value::Float(-number),
                other => other.to_int().map_or(Value::Unknown, |number| Value::Int(number.saturating_neg())),
            },
            Prefix::Plus => value.to_int().map_or(Value::Unknown, Value::Int),
            Prefix::BitNot => value.to_int().map_or(Value::Unknown, |number| Value::Int(!number)),
            Prefix::Comma => Value::list(vec![value]),
            Prefix::Join => operators::binary(self, Op::Join, value, Value::text("")),
            Prefix::Split => operators::words(self, &value),
            Prefix::Increment(by) => {
                let value =
                    value.to_int().map_or(Value::Unknown, |number| Value::Int(number.wrapping_add(*by)));
                self.assign(inner, None, value.clone());
                value
            }
            Prefix::Cast(name) => operators::cast(self, name, value),
        }
    }

    fn postfix(&mut self, base: &Node, posts: &[Post]) -> Value {
        let mut value = self.value(base);
        let mut posts = posts.iter().peekable();
        while let Some(post) = posts.next() {
            value = match post {
                Post::Index(index) => {
                    let index = self.value(index);
                    if matches!(&base.kind, Expr::Var(name) if constants::is_hiding_place(name)) {
                        self.trace.trick(Trick::HiddenWord);
                    }
                    operators::index(self, &value, &index)
                }
                Post::Increment(by) => {
                    let next =
                        value.to_int().map_or(Value::Unknown, |number| Value::Int(number.wrapping_add(*by)));
                    self.assign(base, None, next);
                    value
                }
                Post::Member(name) => {
                    let Some(name) = self.name(name) else {
                        value = Value::Unknown;
                        continue;
                    };
                    // `'x'.Replace.Invoke(…)` is `'x'.Replace(…)`.
                    if let Some(Post::Call(Name::Word(invoke), args)) = posts.peek()
                        && matches!(&**invoke, "invoke" | "invokereturnasis")
                        && !matches!(value, Value::Block(_))
                    {
                        posts.next();
                        if !matches!(value, Value::Unknown) {
                            self.trace.trick(Trick::Invoke);
                        }
                        let args = args.iter().map(|arg| self.value(arg)).collect::<Vec<_>>();
                        methods::call(self, value, &name, &args)
                    } else {
                        methods::member(&value, &name)
                    }
                }
                Post::Call(name, nodes) => {
                    let args = nodes.iter().map(|arg| self.value(arg)).collect::<Vec<_>>();
                    match self.name(name) {
                        Some(name) => {
                            if let Some(changed) = methods::changes_argument(self, &value, &name, &args)
                                && let Some(first) = nodes.first()
                            {
                                self.assign(first, None, changed);
                            }
                            methods::call(self, value, &name, &args)
                        }
                        None => Value::Unknown,
                    }
                }
            };
        }
        value
    }

    /// A member's name, lower case, where it is known.
    fn name(&mut self, name: &Name) -> Option<Rc<str>> {
        match name {
            Name::Word(word) => Some(Rc::clone(word)),
            Name::Dynamic(node) => {
                let text = self.value(node).to_text("")?;
                if is_built_of_constants(node) {
                    self.trace.trick(Trick::HiddenWord);
                }
                self.trace.bare(node.span, &text);
                Some(Rc::from(text.to_ascii_lowercase()))
            }
        }
    }
}
