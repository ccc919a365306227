//! Loops and conditions.

use std::collections::HashMap;

use super::tokens::{Kind, Token};
use super::value::Value;
use super::walker::Walker;
use crate::number;

/// How the statements that run go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    On,
    Break,
    Continue,
    Return,
}

impl Walker<'_> {
    /// Runs a loop, which must leave steps to what stands behind it: busy loops stand in front of payloads to tire out
    /// whoever reads along. What one that came to its limit has changed is not known.
    pub(super) fn within_limit(&mut self, work: impl FnOnce(&mut Self) -> usize) -> usize {
        if self.reserve > 0 || !self.step((self.vars.len() + self.members.len()) * 16) {
            return work(self);
        }
        let before = (self.vars.clone(), self.members.clone());
        self.reserve = *self.steps / 4;
        let next = work(self);
        self.reserve = 0;
        if std::mem::take(&mut self.stopped) {
            self.flow = Flow::On;
            unknown_where_changed(&mut self.vars, &before.0);
            unknown_where_changed(&mut self.members, &before.1);
        }
        next
    }

    /// Walks the body of a loop or a branch; says whether it could.
    fn body(&mut self, from: usize, to: usize) -> bool {
        let walked = self.deeper(|me| {
            let _: () = me.walk(from, to);
            Some(())
        });
        walked.is_some()
    }

    /// One turn of a loop; says whether there is another.
    fn turn(&mut self, from: usize, to: usize) -> bool {
        if !self.step(0) || !self.body(from, to) {
            return false;
        }
        match self.flow {
            Flow::On => true,
            Flow::Continue => {
                self.flow = Flow::On;
                true
            }
            Flow::Break => {
                self.flow = Flow::On;
                false
            }
            Flow::Return => false,
        }
    }

    /// A branch that nobody knows to be taken: its statements are walked, and what they end goes on.
    fn perhaps(&mut self, from: usize, to: usize) {
        self.body(from, to);
        self.doubt |= self.flow != Flow::On;
        self.flow = Flow::On;
    }

    /// A loop with a condition before its turns, after them, or none.
    fn turns(&mut self, before: Option<(usize, bool)>, after: Option<(usize, bool)>, from: usize, to: usize) {
        let doubted = std::mem::replace(&mut self.doubt, false);
        // One that nothing ends waits for something: once is enough.
        let endless = before.is_none() && after.is_none() && !self.has_exit(from, to);
        loop {
            if let Some(holds) = before.map(|condition| self.holds(condition)) {
                match holds {
                    Some(true) => {}
                    Some(false) => break,
                    None => {
                        self.perhaps(from, to);
                        break;
                    }
                }
            }
            if !self.turn(from, to) || endless || self.doubt {
                break;
            }
            if let Some(condition) = after
                && self.holds(condition) != Some(true)
            {
                break;
            }
        }
        self.doubt |= doubted;
    }

    fn holds(&mut self, (at, wanted): (usize, bool)) -> Option<bool> {
        let (value, _) = self.expression(at)?;
        value.truth().map(|truth| truth == wanted)
    }

    /// Whether something in the body ends the loop.
    fn has_exit(&mut self, from: usize, to: usize) -> bool {
        self.step(64 * to.saturating_sub(from))
            && self
                .tokens
                .get(from..to)
                .unwrap_or_default()
                .iter()
                .any(|token| matches!(token.name(), Some("exit" | "break" | "return")))
    }

    fn pair(&self, at: usize) -> Option<usize> {
        self.pairs.get(at).copied().filter(|&close| close > at)
    }

    fn name_at(&self, at: usize) -> Option<&str> {
        self.tokens.get(at).and_then(Token::name)
    }

    pub(super) fn vb_for(&mut self, at: usize, end: usize) -> usize {
        let tokens = self.tokens;
        let each = self.name_at(at + 1) == Some("each");
        let Some(variable) = self.name_at(at + 1 + usize::from(each)).map(str::to_owned) else {
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
        let close = self.pair(at).unwrap_or(end);
        for item in items {
            self.vars.insert(variable.clone(), item);
            if !self.turn(body, close) {
                break;
            }
        }
        close + 1
    }

    pub(super) fn vb_do(&mut self, at: usize) -> usize {
        let Some(close) = self.pair(at) else { return at + 1 };
        let condition = |me: &Self, at: usize| match me.name_at(at) {
            Some("while") => Some((at + 1, true)),
            Some("until") => Some((at + 1, false)),
            _ => None,
        };
        let (before, after) = (condition(self, at + 1), condition(self, close + 1));
        self.turns(before, after, self.line_end(at, close), close);
        self.line_end(close, usize::MAX)
    }

    pub(super) fn vb_while(&mut self, at: usize) -> usize {
        let Some(close) = self.pair(at) else { return at + 1 };
        self.turns(Some((at + 1, true)), None, self.line_end(at, close), close);
        close + 1
    }

    /// Where the statement that begins at a place ends.
    fn line_end(&self, at: usize, end: usize) -> usize {
        let rest = self.tokens.get(at..end.min(self.tokens.len())).unwrap_or_default();
        at + rest.iter().take(512).position(|token| token.kind == Kind::End).unwrap_or(1)
    }

    pub(super) fn vb_exit(&mut self, at: usize) -> usize {
        self.flow = match self.name_at(at + 1) {
            Some("for" | "do") => Flow::Break,
            Some("function" | "sub") => Flow::Return,
            _ => self.flow,
        };
        at + 2
    }

    pub(super) fn vb_if(&mut self, at: usize, end: usize) -> usize {
        let Some((condition, then)) = self.expression(at + 1) else { return at + 1 };
        if self.name_at(then) != Some("then") {
            return then.max(at + 1);
        }
        let mut truth = condition.truth();
        let block = self.tokens.get(then + 1).is_none_or(|token| token.kind == Kind::End);
        let close = match self.pair(at).filter(|&close| block && close <= end) {
            Some(close) => close,
            None if block => return then + 1,
            None => self.line_end(then, end).max(then + 1),
        };
        let mut start = then + 1;
        let mut done = false;
        loop {
            let (stop, word) = self.next_branch(start, close);
            match truth {
                Some(true) if !done => {
                    self.body(start, stop);
                    done = true;
                }
                None if !done => self.perhaps(start, stop),
                _ => {}
            }
            let Some(word) = word else { break };
            if self.flow != Flow::On {
                break;
            }
            let unknown = truth.is_none();
            start = stop + 1;
            truth = if word == "else" {
                Some(true)
            } else {
                let Some((condition, then)) = self.expression(stop + 1) else { break };
                start = then + 1;
                condition.truth()
            };
            if unknown {
                truth = truth.filter(|truth| !truth);
            }
        }
        if block { close + 2 } else { close }
    }

    /// The `else` or `elseif` of the same block, or its end.
    fn next_branch(&mut self, mut at: usize, close: usize) -> (usize, Option<&'static str>) {
        while at < close && self.step(0) {
            match self.name_at(at) {
                Some("else") => return (at, Some("else")),
                Some("elseif") => return (at, Some("elseif")),
                _ => at = self.pair(at).filter(|&inner| inner < close).unwrap_or(at) + 1,
            }
        }
        (close, None)
    }

    pub(super) fn js_return(&mut self, at: usize) -> usize {
        let ends = self.tokens.get(at + 1).is_none_or(|token| token.kind == Kind::End || token.is("}"));
        let (value, next) = if ends {
            (Value::Unknown, at + 1)
        } else {
            self.expression(at + 1).unwrap_or((Value::Unknown, at + 1))
        };
        self.returned = value;
        self.flow = Flow::Return;
        next
    }

    /// The tokens of a statement's inside and where it ends.
    fn js_statement(&mut self, at: usize, end: usize) -> (usize, usize, usize) {
        let tokens = self.tokens;
        if tokens.get(at).is_some_and(|token| token.is("{")) {
            let close = self.pair(at).unwrap_or(end).min(end);
            return (at + 1, close, close + 1);
        }
        let mut now = at;
        while now < end && self.step(0) {
            let Some(token) = tokens.get(now) else { break };
            if token.kind == Kind::End {
                // `if (a) b; else c;` is one.
                if self.name_at(at) == Some("if") && self.name_at(now + 1) == Some("else") {
                    now += 2;
                    continue;
                }
                return (at, now, now + 1);
            }
            if token.is("}") {
                return (at, now, now);
            }
            let block = token.is("{");
            now = self.pair(now).unwrap_or(now) + 1;
            if block && self.name_at(now) != Some("else") && self.name_at(at).is_some_and(is_js_block) {
                return (at, now, now);
            }
        }
        (at, now.min(end), now.min(end))
    }

    pub(super) fn js_if(&mut self, at: usize, end: usize) -> usize {
        let Some(close) = self.condition_end(at, end) else { return at + 1 };
        let truth = self.expression(at + 2).and_then(|(value, _)| value.truth());
        let (from, to, mut next) = self.js_statement(close + 1, end);
        match truth {
            Some(true) => {
                self.body(from, to);
            }
            Some(false) => {}
            None => self.perhaps(from, to),
        }
        if self.name_at(next) == Some("else") && next < end {
            let (from, to, after) = self.js_statement(next + 1, end);
            if self.flow == Flow::On {
                match truth {
                    Some(true) => {}
                    Some(false) => {
                        self.body(from, to);
                    }
                    None => self.perhaps(from, to),
                }
            }
            next = after;
        }
        next
    }

    /// The bracket that closes the condition of the word at a place.
    fn condition_end(&self, at: usize, end: usize) -> Option<usize> {
        self.tokens.get(at + 1).filter(|token| token.is("("))?;
        self.pair(at + 1).filter(|&close| close < end)
    }

    pub(super) fn js_while(&mut self, at: usize, end: usize) -> usize {
        let Some(close) = self.condition_end(at, end) else { return at + 1 };
        let (from, to, next) = self.js_statement(close + 1, end);
        // `while (true)` is ended from inside.
        let only = self.tokens.get(at + 2).filter(|_| close == at + 3);
        let constant =
            only.is_some_and(|token| matches!(token.kind, Kind::Num(_)) || token.name() == Some("true"));
        let before = if constant { None } else { Some((at + 2, true)) };
        self.turns(before, None, from, to);
        next
    }

    pub(super) fn js_do(&mut self, at: usize, end: usize) -> usize {
        let (from, to, next) = self.js_statement(at + 1, end);
        let after = (self.name_at(next) == Some("while")).then(|| self.condition_end(next, end)).flatten();
        self.turns(None, after.map(|_| (next + 2, true)), from, to);
        after.map_or(next, |close| close + 1)
    }

    pub(super) fn js_for(&mut self, at: usize, end: usize) -> usize {
        let tokens = self.tokens;
        let Some(close) = self.condition_end(at, end) else { return at + 1 };
        if !self.step(64 * (close - at)) {
            return end;
        }
        let (from, to, next) = self.js_statement(close + 1, end);
        let places = |wanted: fn(&Token) -> bool| {
            (at + 2..close).filter(move |&i| tokens.get(i).is_some_and(wanted)).collect::<Vec<_>>()
        };
        let ends = places(|token| token.kind == Kind::End);
        if let &[first, second] = ends.as_slice() {
            self.walk(at + 2, first);
            loop {
                match self.expression(first + 1).map(|(value, _)| value.truth()) {
                    Some(Some(true)) => {}
                    Some(Some(false)) => break,
                    _ => {
                        self.perhaps(from, to);
                        break;
                    }
                }
                if !self.turn(from, to) {
                    break;
                }
                self.walk(second + 1, close);
            }
            return next;
        }
        if let [within] = places(|token| token.name() == Some("in")).as_slice()
            && let Some(variable) = self.name_at(within - 1).map(str::to_owned)
            && let Some((value, _)) = self.expression(within + 1)
        {
            let keys = match &value {
                Value::List(items) => items.len(),
                Value::Table(table) => table.0.len(),
                _ => 0,
            };
            for key in 0..keys {
                let key = match &value {
                    Value::Table(table) => {
                        table.0.get(key).map_or(Value::Unknown, |name| Value::text(name.as_str()))
                    }
                    _ => Value::Num(number::float(number::count(key))),
                };
                self.vars.insert(variable.clone(), key);
                if !self.turn(from, to) {
                    break;
                }
            }
            if keys == 0 {
                self.perhaps(from, to);
            }
            return next;
        }
        close + 1
    }
}

fn unknown_where_changed(now: &mut HashMap<String, Value>, before: &HashMap<String, Value>) {
    #[expect(
        clippy::iter_over_hash_type,
        reason = "each name is looked at by itself; the order changes nothing"
    )]
    for (name, value) in now {
        if before.get(name) != Some(value) {
            *value = Value::Unknown;
        }
    }
}

fn is_js_block(word: &str) -> bool {
    matches!(word, "if" | "for" | "while" | "with" | "function")
}

/// The numbers of a counting loop; none where it would not end.
fn count(from: f64, to: f64, step: f64) -> impl Iterator<Item = Value> {
    let turns = (to - from) / step;
    let ends = turns.is_finite() && turns >= 0.0;
    let last = if ends { u32::try_from(number::whole(turns)).unwrap_or(u32::MAX - 1) } else { 0 };
    (0..if ends { last + 1 } else { 0 }).map(move |turn| Value::Num(from + f64::from(turn) * step))
}
