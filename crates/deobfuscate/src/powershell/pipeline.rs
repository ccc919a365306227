//! Commands that take values out of the pipeline and put them back: `ForEach-Object`, `Where-Object`, `Sort-Object`,
//! `Select-Object`.

use std::cmp::Ordering;
use std::rc::Rc;

use super::ast::{Block, Command};
use super::commands::Words;
use super::comparisons::ordering;
use super::eval::{Evaluator, MAX_ITEMS};
use super::methods;
use super::value::Value;

impl Evaluator<'_> {
    pub(super) fn for_each(&mut self, command: &Command, input: Option<Value>) -> Value {
        let words = self.words(command);
        let input = input.or_else(|| words.named("inputobject").cloned()).unwrap_or(Value::Unknown);
        let blocks: Vec<Rc<Block>> = words.blocks().map(Rc::clone).collect();
        let outer = self.vars.get("_").cloned();
        let (result, stopped) = self.within_limit(|me| me.each(&input, &blocks, &words));
        self.restore_item(outer);
        if stopped { Value::Unknown } else { result }
    }

    fn each(&mut self, input: &Value, blocks: &[Rc<Block>], words: &Words) -> Value {
        let Some(body) = (if blocks.len() > 1 { blocks.get(1) } else { blocks.first() }) else {
            // `% name`: a member of every item.
            let Some(member) = words.values.first().and_then(|value| value.to_text("")) else {
                return Value::Unknown;
            };
            if matches!(input, Value::Unknown) {
                return Value::Unknown;
            }
            return self.members(input, &member);
        };
        if blocks.len() > 1 {
            self.block(&blocks[0]);
        }
        if matches!(input, Value::Unknown) {
            self.vars.insert(Rc::from("_"), Value::Unknown);
            self.block(body);
            return Value::Unknown;
        }
        let mut out = Vec::new();
        let key: Rc<str> = Rc::from("_");
        for item in input.items() {
            if !self.step(0) {
                return Value::Unknown;
            }
            self.vars.insert(Rc::clone(&key), item);
            match self.block(body) {
                Value::Null => {}
                Value::List(items) => {
                    if out.len() + items.len() > MAX_ITEMS || !self.step(items.weight()) {
                        return Value::Unknown;
                    }
                    out.extend(items.iter().cloned());
                }
                other => out.push(other),
            }
        }
        if let Some(end) = blocks.get(2) {
            return self.block(end);
        }
        let value = Value::from_items(out);
        self.bounded(value)
    }

    pub(super) fn restore_item(&mut self, outer: Option<Value>) {
        match outer {
            Some(value) => self.vars.insert(Rc::from("_"), value),
            None => self.vars.remove("_"),
        };
    }

    pub(super) fn filter(&mut self, command: &Command, input: Option<Value>) -> Value {
        let words = self.words(command);
        let input = input.unwrap_or(Value::Unknown);
        let Some(block) = words.blocks().next().map(Rc::clone) else { return Value::Unknown };
        let outer = self.vars.get("_").cloned();
        let mut out = Vec::new();
        let mut known = !matches!(input, Value::Unknown);
        for item in input.items() {
            if !self.step(0) {
                known = false;
                break;
            }
            self.vars.insert(Rc::from("_"), item.clone());
            match self.block(&block).truth() {
                Some(true) => out.push(item),
                Some(false) => {}
                None => {
                    known = false;
                    break;
                }
            }
        }
        self.restore_item(outer);
        if known { Value::from_items(out) } else { Value::Unknown }
    }

    /// `.ForEach({ … })` and `.Where({ … })`.
    pub(super) fn over(&mut self, value: &Value, block: &Rc<Block>, choose: bool) -> Value {
        let outer = self.vars.get("_").cloned();
        let mut out = Some(Vec::new());
        for item in value.items() {
            if !self.step(0) {
                out = None;
                break;
            }
            self.vars.insert(Rc::from("_"), item.clone());
            let given = self.block(block);
            match (&mut out, choose, given.truth()) {
                (Some(out), true, Some(true)) => out.push(item),
                (Some(_), true, Some(false)) | (None, ..) => {}
                (Some(_), true, None) => out = None,
                (Some(out), false, _) => out.extend(given.items()),
            }
            if out.as_ref().is_none_or(|out| out.len() > MAX_ITEMS) {
                break;
            }
        }
        self.restore_item(outer);
        out.map_or(Value::Unknown, |out| self.bounded(Value::list(out)))
    }

    /// A member of every item, or a method without arguments.
    fn members(&mut self, input: &Value, name: &str) -> Value {
        let name = name.to_ascii_lowercase();
        let mut out = Vec::new();
        for item in input.items() {
            if !self.step(16) {
                return Value::Unknown;
            }
            let value = match methods::member(self, &item, &name) {
                Value::Unknown => methods::call(self, item, &name, &[]),
                value => value,
            };
            out.push(value);
        }
        self.bounded(Value::from_items(out))
    }

    /// What each item is sorted by.
    fn keys(&mut self, words: &Words, items: &[Value]) -> Option<Vec<Value>> {
        let by = words.named("property").or_else(|| words.values.first()).cloned();
        let outer = self.vars.get("_").cloned();
        let mut keys = Vec::with_capacity(items.len());
        for item in items {
            let key = match &by {
                _ if !self.step(0) => Value::Unknown,
                None => item.clone(),
                Some(Value::Block(block)) => {
                    self.vars.insert(Rc::from("_"), item.clone());
                    self.block(block)
                }
                Some(Value::Str(name)) => methods::member(self, item, &name.to_ascii_lowercase()),
                Some(_) => Value::Unknown,
            };
            keys.push(key);
        }
        self.restore_item(outer);
        let known = |pair: &[Value]| ordering(&pair[0], &pair[1]).is_some();
        (keys.windows(2).all(known) && !keys.iter().any(Value::is_unknown)).then_some(keys)
    }

    pub(super) fn sort(&mut self, words: &Words, input: Option<Value>) -> Value {
        let Some(input) = input.filter(|input| !matches!(input, Value::Unknown)) else {
            return Value::Unknown;
        };
        let items: Vec<Value> = input.items().collect();
        // A sort compares each item some times.
        if !self.step(input.weight().saturating_mul(4)) {
            return Value::Unknown;
        }
        let Some(keys) = self.keys(words, &items) else { return Value::Unknown };
        let mut all: Vec<(Value, Value)> = keys.into_iter().zip(items).collect();
        let down = words.has("descending");
        all.sort_by(|(a, _), (b, _)| {
            let order = ordering(a, b).unwrap_or(Ordering::Equal);
            if down { order.reverse() } else { order }
        });
        if words.has("unique") {
            all.dedup_by(|(a, _), (b, _)| ordering(a, b) == Some(Ordering::Equal));
        }
        self.bounded(Value::from_items(all.into_iter().map(|(_, item)| item).collect()))
    }

    pub(super) fn select(&mut self, words: &Words, input: Option<Value>) -> Value {
        let Some(input) = input.filter(|input| !matches!(input, Value::Unknown)) else {
            return Value::Unknown;
        };
        if !self.step(input.weight()) {
            return Value::Unknown;
        }
        let count = |name: &str| {
            words.named(name).and_then(Value::to_int).and_then(|number| usize::try_from(number).ok())
        };
        if let Some(name) = words.named("expandproperty").and_then(|name| name.to_text("")) {
            return self.members(&input, &name);
        }
        if let Some(indices) = words.named("index") {
            return super::operators::index(self, &Value::List(Rc::new(input.to_list())), indices);
        }
        let (first, last, skip) = (count("first"), count("last"), count("skip").unwrap_or(0));
        if first.is_none() && last.is_none() && !words.has("skip") {
            return Value::Unknown;
        }
        let mut items: Vec<Value> = input.items().skip(skip).take(first.unwrap_or(MAX_ITEMS)).collect();
        if let Some(last) = last {
            items.drain(..items.len().saturating_sub(last));
        }
        self.bounded(Value::from_items(items))
    }
}
