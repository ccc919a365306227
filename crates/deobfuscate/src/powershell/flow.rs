//! Conditions and loops. Both branches of an undecided condition are looked at, and an undecided loop once.

use std::rc::Rc;

use super::ast::{Block, Expr, Matching, Node, Op, Stmt, Switch};
use super::constants::wildcard;
use super::eval::{Evaluator, Flow, MAX_ITEMS};
use super::operators;
use super::shape::{ends_itself, is_constant, same};
use super::value::Value;

/// Most turns of a loop without a condition.
const MAX_TURNS: usize = 1 << 16;

impl Evaluator<'_> {
    pub(super) fn if_statement(
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
        self.undecided += 1;
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

    pub(super) fn repeat(
        &mut self,
        condition: Option<&Stmt>,
        body: &Rc<Block>,
        after: Option<&Stmt>,
        body_first: bool,
        out: &mut Vec<Value>,
    ) -> Flow {
        let sleeps = std::mem::replace(&mut self.sleeps, false);
        let mut first = body_first;
        let endless = match condition {
            Some(Stmt::Empty) | None => true,
            Some(condition) => {
                is_constant(condition) && self.statement_value(condition).truth() == Some(true)
            }
        };
        // `while ($true)` is looked at once, unless it says itself when it is over.
        let mut turns = if endless && ends_itself(body) { MAX_TURNS } else { 0 };
        let undecided = self.undecided;
        loop {
            let truth = match condition {
                _ if std::mem::take(&mut first) => Some(true),
                _ if endless => {
                    let goes_on = turns > 0 && self.undecided == undecided;
                    turns = turns.saturating_sub(1);
                    goes_on.then_some(true)
                }
                Some(condition) => self.statement_value(condition).truth(),
                None => None,
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

    pub(super) fn foreach(
        &mut self,
        name: &Rc<str>,
        list: &Stmt,
        body: &Rc<Block>,
        out: &mut Vec<Value>,
    ) -> Flow {
        let list = self.statement_value(list);
        if matches!(list, Value::Unknown) {
            self.set(name, Value::Unknown);
            self.maybe(body, out);
            return Flow::On;
        }
        for item in list.items() {
            self.set(name, item);
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

    /// `do { … } until (…)`: the body runs once in any case.
    pub(super) fn until(&mut self, condition: &Stmt, body: &Rc<Block>, out: &mut Vec<Value>) -> Flow {
        let sleeps = std::mem::replace(&mut self.sleeps, false);
        loop {
            match self.run_block(body, out) {
                Flow::Break => break,
                Flow::Return => return Flow::Return,
                Flow::On | Flow::Continue => {}
            }
            let truth = self.statement_value(condition).truth();
            if truth != Some(false) || is_constant(condition) {
                if truth.is_none() {
                    // It may go on: what it changes is not known then.
                    self.maybe(body, &mut Vec::new());
                }
                break;
            }
            if self.sleeps || out.len() > MAX_ITEMS || !self.step(0) {
                break;
            }
        }
        self.sleeps = sleeps;
        Flow::On
    }

    /// `switch`: every clause that fits runs, for every item of what is looked at.
    pub(super) fn switch(&mut self, switch: &Switch, out: &mut Vec<Value>) -> Flow {
        let value = self.statement_value(&switch.value);
        let outer = self.vars.get("_").cloned();
        let mut flow = Flow::On;
        for item in value.items() {
            if !self.step(0) || out.len() > MAX_ITEMS {
                break;
            }
            flow = self.clauses(switch, &item, out);
            if flow == Flow::Break || flow == Flow::Return {
                break;
            }
        }
        self.restore_item(outer);
        if flow == Flow::Return { Flow::Return } else { Flow::On }
    }

    fn clauses(&mut self, switch: &Switch, item: &Value, out: &mut Vec<Value>) -> Flow {
        self.vars.insert(Rc::from("_"), item.clone());
        // Whether one ran; not known where one may have.
        let mut ran = Some(false);
        for (pattern, block) in &switch.clauses {
            match self.fits(switch.matching, item, pattern) {
                Some(true) => {
                    ran = Some(true);
                    let flow = self.run_block(block, out);
                    if flow != Flow::On {
                        return flow;
                    }
                }
                Some(false) => {}
                None => {
                    ran = ran.filter(|&ran| ran);
                    self.maybe(block, out);
                }
            }
        }
        match (&switch.otherwise, ran) {
            (Some(block), Some(false)) => self.run_block(block, out),
            (Some(block), None) => {
                self.maybe(block, out);
                Flow::On
            }
            _ => Flow::On,
        }
    }

    fn fits(&mut self, matching: Matching, item: &Value, pattern: &Node) -> Option<bool> {
        if let Expr::Block(block) = &pattern.kind {
            return self.block(block).truth();
        }
        let pattern = self.value(pattern);
        if matches!(item, Value::Unknown) || pattern.is_unknown() {
            return None;
        }
        match matching {
            Matching::Exact => operators::binary(self, Op::Eq, item.clone(), pattern).truth(),
            Matching::Regex => operators::binary(self, Op::Match, item.clone(), pattern).truth(),
            Matching::Wildcard => {
                let (pattern, text) = (pattern.to_text(" ")?, item.to_text(" ")?);
                self.step(text.len() * 8).then(|| wildcard(&pattern, &text))
            }
        }
    }
}
