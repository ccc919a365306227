//! Functions of the script that are handed to a method or hang on an object, and arrays and expressions of `VBScript`.

use std::rc::Rc;

use regex::RegexBuilder;

use super::tokens::{Dialect, Kind, Token};
use super::value::{self, Items, Value};
use super::walker::Walker;

/// Elements of an array that is only declared.
const MAX_DECLARED: usize = 4096;
/// Turns of one method that calls a function for each.
const MAX_TURNS: usize = 1 << 20;

impl Walker<'_> {
    /// A method that calls a function of the script, or is one.
    pub(super) fn called_back(
        &mut self,
        receiver: &Value,
        owner: Option<&str>,
        name: &str,
        args: &[Value],
    ) -> Option<Value> {
        match (receiver, name, args) {
            (Value::List(items), "map", [Value::Function(id), ..]) => {
                let mut out = Items::default();
                for item in items.iter().take(MAX_TURNS) {
                    if !self.step(64) || !out.push(self.invoke(*id, std::slice::from_ref(item))) {
                        return Some(Value::Unknown);
                    }
                }
                Some(Value::List(Rc::new(out)))
            }
            (Value::Str(text), "replace", [Value::Pattern(pattern, flags), Value::Function(id), ..]) => {
                let text = text.to_string();
                Some(self.replaced_by(&text, pattern, flags, *id).unwrap_or(Value::Unknown))
            }
            (Value::Table(_), name, args) => match value::property(receiver, name) {
                Value::Function(id) => Some(self.invoke(id, args)),
                _ => None,
            },
            // An object of a class of the script.
            (Value::Unknown, name, args) if self.dialect == Dialect::Vb => {
                if name == "replace" {
                    return self.vb_replaced(owner?, args);
                }
                let id = self.functions.named(name)?;
                Some(self.invoke(id, args))
            }
            _ => None,
        }
    }

    /// `text.replace(/(x)/g, function(all, first) {…})`
    fn replaced_by(&mut self, text: &str, pattern: &str, flags: &str, id: usize) -> Option<Value> {
        if !self.step(text.len().saturating_mul(1 + pattern.len() / 8).saturating_add(64 << 10)) {
            return None;
        }
        let pattern = RegexBuilder::new(pattern)
            .case_insensitive(flags.contains('i'))
            .size_limit(1 << 18)
            .build()
            .ok()?;
        let most = if flags.contains('g') { MAX_TURNS } else { 1 };
        let (mut out, mut at) = (String::new(), 0);
        for captures in pattern.captures_iter(text).take(most) {
            let all = captures.get(0)?;
            let groups: Vec<Value> = captures
                .iter()
                .take(16)
                .map(|group| Value::text(group.map_or("", |group| group.as_str())))
                .collect();
            if !self.step(64 + all.len()) {
                return None;
            }
            let with = self.invoke(id, &groups).to_text()?;
            out.push_str(text.get(at..all.start())?);
            out.push_str(&with);
            at = all.end();
            if out.len() > self.room {
                return None;
            }
        }
        out.push_str(text.get(at..)?);
        self.strong += 1;
        Some(Value::text(out))
    }

    /// `r.Replace(text, with)` of a `RegExp` whose pattern was set.
    fn vb_replaced(&mut self, owner: &str, args: &[Value]) -> Option<Value> {
        let pattern = self.members.get(&format!("{owner}.pattern"))?.to_text()?;
        let has = |name: &str| self.members.contains_key(&format!("{owner}.{name}"));
        let flags = [("global", "g"), ("ignorecase", "i")];
        let flags: String = flags.iter().filter(|(name, _)| has(name)).map(|(_, flag)| *flag).collect();
        let [text @ Value::Str(_), with] = args else { return None };
        let pattern = Value::Pattern(Rc::from(&**pattern), Rc::from(flags.as_str()));
        Some(self.method(text, None, "replace", &[pattern, with.clone()]))
    }

    /// `Dim a(3), b`: the elements are there, and empty.
    pub(super) fn vb_dim(&mut self, at: usize) -> usize {
        let name = |me: &Self, at: usize| me.tokens.get(at).and_then(Token::name).map(str::to_owned);
        let keeps = name(self, at + 1).as_deref() == Some("preserve");
        let mut now = at + 1 + usize::from(keeps);
        while let Some(variable) = name(self, now) {
            now += 1;
            if self.tokens.get(now).is_some_and(|token| token.is("(")) {
                let size = match self.tokens.get(now + 1).map(|token| &token.kind) {
                    Some(Kind::Num(number)) => Value::Num(*number).to_index(),
                    _ => None,
                };
                let Some(close) = self.pairs.get(now).copied().filter(|&close| close > now) else {
                    return now;
                };
                let known = keeps && matches!(self.vars.get(&variable), Some(Value::List(_)));
                if let Some(size) = size.filter(|&size| size < MAX_DECLARED && close == now + 2 && !known)
                    && self.step(64 * size)
                {
                    self.vars.insert(variable, Value::list(std::iter::repeat_n(Value::text(""), size + 1)));
                }
                now = close + 1;
            }
            if !self.tokens.get(now).is_some_and(|token| token.is(",")) {
                break;
            }
            now += 1;
        }
        now
    }
}
