//! Commands that only move values about, and those that start code: their text becomes a layer.

use std::rc::Rc;

use super::ast::{Block, Command, Expr, Word};
use super::constants::{self, wildcard};
use super::eval::{Evaluator, MAX_ITEMS};
use super::methods;
use super::shape::is_built_of_constants;
use super::trace::Trick;
use super::value::Value;
use crate::engine::Child;
use crate::model::Language;

/// How often a function may stand within itself: those that decode do not, those that search folders do.
const MAX_RECURSION: usize = 2;

/// A command's words, worked out.
#[derive(Debug, Default)]
struct Words {
    /// Parameters with the value that follows, where one does.
    named: Vec<(Rc<str>, Option<Value>)>,
    /// Values, those that follow a parameter included.
    values: Vec<Value>,
}

impl Words {
    /// The value of the first parameter whose name begins with `name`.
    fn named(&self, name: &str) -> Option<&Value> {
        self.named
            .iter()
            .find(|(known, _)| !known.is_empty() && name.starts_with(&**known))
            .and_then(|(_, value)| value.as_ref())
    }

    fn blocks(&self) -> impl Iterator<Item = &Rc<Block>> {
        self.values
            .iter()
            .filter_map(|value| if let Value::Block(block) = value { Some(block) } else { None })
    }
}

impl Evaluator<'_> {
    pub(super) fn run_command(&mut self, command: &Command, input: Option<Value>) -> Value {
        let name = self.value(&command.name);
        let literal = matches!(command.name.kind, Expr::Str(_));
        if let Value::Block(block) = &name {
            self.words(command);
            let block = Rc::clone(block);
            self.bind_input(input.as_ref());
            return self.block(&block);
        }
        let Some(text) = name.to_text("") else {
            self.words(command);
            return Value::Unknown;
        };
        let starts_code = constants::COMMAND_NAMES.iter().any(|name| name.eq_ignore_ascii_case(&text));
        if command.called
            && !matches!(command.name.kind, Expr::Var(_))
            && !literal
            && (starts_code || is_built_of_constants(&command.name))
        {
            self.trace.trick(Trick::HiddenWord);
        }
        if !literal {
            self.trace.bare(command.name.span, &text);
        }
        let lower = text.to_ascii_lowercase();
        let lower = self.aliases.get(&lower).cloned().unwrap_or(lower);
        let short = lower.rsplit('\\').next().unwrap_or(&lower);
        let short = short.strip_suffix(".exe").unwrap_or(short).to_owned();
        self.dispatch(&short, command, input)
    }

    fn dispatch(&mut self, name: &str, command: &Command, input: Option<Value>) -> Value {
        match name {
            "%" | "foreach-object" | "foreach" => return self.for_each(command, input),
            "?" | "where-object" | "where" => return self.filter(command, input),
            _ => {}
        }
        let words = self.words(command);
        match name {
            "iex" | "invoke-expression" => {
                let separator = self.separator();
                if let Some(text) = input.or_else(|| words.values.into_iter().next()) {
                    self.trace.run(&text, &separator);
                }
                Value::Unknown
            }
            "write-output" | "echo" | "write" => {
                let mut items = words.values;
                if items.len() == 1 { items.remove(0) } else { Value::list(items) }
            }
            "out-string" => match input.and_then(|value| value.to_text("\r\n")) {
                Some(text) => Value::text(text),
                None => Value::Unknown,
            },
            "out-null" | "write-host" | "write-verbose" | "write-warning" | "remove-variable" => Value::Null,
            "start-sleep" | "sleep" => {
                self.sleeps = true;
                Value::Null
            }
            "new-object" => self.new_object(&words),
            "set-variable" | "sv" | "new-variable" | "nv" | "set-item" | "si" => self.set_variable(&words),
            "get-variable" | "gv" | "get-item" | "gi" | "get-childitem" | "gci" | "ls" | "dir"
            | "get-content" | "gc" | "variable" => self.get_variable(&words),
            "get-command" | "gcm" => match words.values.first().and_then(|value| value.to_text("")) {
                Some(pattern) if pattern.contains(['*', '?']) => {
                    let found = constants::COMMAND_NAMES.iter().find(|name| wildcard(&pattern, name));
                    found.map_or(Value::Unknown, Value::text)
                }
                Some(name) => Value::text(name),
                None => Value::Unknown,
            },
            "set-alias" | "sal" | "new-alias" | "nal" => {
                if let [alias, target, ..] = words.values.as_slice()
                    && let (Some(alias), Some(target)) = (alias.to_text(""), target.to_text(""))
                    && self.aliases.len() < 1024
                {
                    self.aliases.insert(alias.to_ascii_lowercase(), target.to_ascii_lowercase());
                }
                Value::Null
            }
            "invoke-command" | "icm" => match words.blocks().next().map(Rc::clone) {
                Some(block) => self.block(&block),
                None => Value::Unknown,
            },
            "powershell" | "pwsh" | "cmd" | "mshta" | "wscript" | "cscript" | "regsvr32"
            | "start-process" | "saps" | "start" => {
                self.started(name, command, &words, input.as_ref());
                Value::Unknown
            }
            "select-object" | "select" | "get-unique" | "sort-object" | "sort" => Value::Unknown,
            _ => match self.functions.get(name).map(Rc::clone) {
                Some(function) => self.function(&function, &words, input.as_ref()),
                None => Value::Unknown,
            },
        }
    }

    fn words(&mut self, command: &Command) -> Words {
        let mut words = Words::default();
        for word in &command.words {
            match word {
                Word::Param(name) => words.named.push((Rc::clone(name), None)),
                Word::Arg(node) => {
                    let value = self.value(node);
                    if let Some((_, slot @ None)) = words.named.last_mut() {
                        *slot = Some(value.clone());
                    }
                    words.values.push(value);
                }
            }
        }
        words
    }

    fn bind_input(&mut self, input: Option<&Value>) {
        let value = input.cloned().unwrap_or(Value::Unknown);
        self.vars.insert(Rc::from("input"), value.clone());
        self.vars.insert(Rc::from("_"), value);
    }

    fn for_each(&mut self, command: &Command, input: Option<Value>) -> Value {
        let words = self.words(command);
        let input = input.or_else(|| words.named("inputobject").cloned()).unwrap_or(Value::Unknown);
        let blocks: Vec<Rc<Block>> = words.blocks().map(Rc::clone).collect();
        let outer = self.vars.get("_").cloned();
        let result = self.each(&input, &blocks, &words);
        self.restore_item(outer);
        result
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
            let member = member.to_ascii_lowercase();
            return Value::from_items(
                input.items().iter().map(|item| methods::member(item, &member)).collect(),
            );
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
                    if out.len() + items.len() > MAX_ITEMS || !self.step(items.len() * 16) {
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

    fn restore_item(&mut self, outer: Option<Value>) {
        match outer {
            Some(value) => self.vars.insert(Rc::from("_"), value),
            None => self.vars.remove("_"),
        };
    }

    fn filter(&mut self, command: &Command, input: Option<Value>) -> Value {
        let words = self.words(command);
        let input = input.unwrap_or(Value::Unknown);
        let Some(block) = words.blocks().next().map(Rc::clone) else { return Value::Unknown };
        let outer = self.vars.get("_").cloned();
        let mut out = Vec::new();
        let mut known = !matches!(input, Value::Unknown);
        for item in if known { input.items() } else { vec![Value::Unknown] } {
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

    fn new_object(&mut self, words: &Words) -> Value {
        if words.named("comobject").is_some() {
            return Value::Unknown;
        }
        let Some(name) = words.values.first().and_then(|value| value.to_text("")) else {
            return Value::Unknown;
        };
        // Arguments in one bracket are one list; one that is a list by itself stands alone in it.
        let args: Vec<Value> = match words.values.get(1..).unwrap_or_default() {
            [Value::List(items)] => items.to_vec(),
            rest => rest.to_vec(),
        };
        let whole = words.values.get(1).cloned();
        match methods::construct(self, &name, &args) {
            Value::Unknown if args.len() > 2 => match whole {
                // A byte array given as one argument without a comma before it.
                Some(list) => methods::construct(self, &name, &[list]),
                None => Value::Unknown,
            },
            value => value,
        }
    }

    fn set_variable(&mut self, words: &Words) -> Value {
        let name = words
            .named("name")
            .or_else(|| words.named("path"))
            .or(words.values.first())
            .and_then(|value| value.to_text(""));
        let value = words.named("value").or(words.values.get(1)).cloned().unwrap_or(Value::Null);
        if let Some(name) = name {
            let lower = name.to_ascii_lowercase();
            let plain =
                lower.strip_prefix("variable:").unwrap_or(&lower).trim_start_matches(['/', '\\']).to_owned();
            self.vars.insert(Rc::from(plain), value);
        }
        Value::Null
    }

    fn get_variable(&mut self, words: &Words) -> Value {
        let Some(name) = words.values.first().and_then(|value| value.to_text("")) else {
            return Value::Unknown;
        };
        let lower = name.to_ascii_lowercase();
        let plain = lower.strip_prefix("variable:").unwrap_or(&lower).trim_start_matches(['/', '\\']);
        if plain.contains(['*', '?']) {
            let found =
                constants::VARIABLE_NAMES.iter().find(|name| plain.len() > 2 && wildcard(plain, name));
            if found.is_some() {
                self.trace.trick(Trick::HiddenWord);
            }
            return found.map_or(Value::Unknown, Value::text);
        }
        if plain.starts_with("env:") || lower.starts_with("variable:") || self.vars.contains_key(plain) {
            return self.variable(plain);
        }
        Value::Unknown
    }

    fn function(&mut self, function: &Rc<Block>, words: &Words, input: Option<&Value>) -> Value {
        let mut saved = Vec::new();
        let mut positional = words.values.iter();
        for param in &function.params {
            let value =
                match words.named.iter().find(|(name, _)| param.starts_with(&**name) && !name.is_empty()) {
                    Some((_, value)) => value.clone().unwrap_or(Value::Bool(true)),
                    None => positional.next().cloned().unwrap_or(Value::Null),
                };
            saved.push((Rc::clone(param), self.vars.insert(Rc::clone(param), value)));
        }
        let args: Rc<str> = Rc::from("args");
        saved.push((Rc::clone(&args), self.vars.insert(args, Value::list(words.values.clone()))));
        if input.is_some() {
            self.bind_input(input);
        }
        let active = self.calls.iter().filter(|known| Rc::ptr_eq(known, function)).count();
        let value = if active < MAX_RECURSION {
            self.calls.push(Rc::clone(function));
            let value = self.block(function);
            self.calls.pop();
            value
        } else {
            Value::Unknown
        };
        for (name, old) in saved {
            match old {
                Some(old) => self.vars.insert(name, old),
                None => self.vars.remove(&name),
            };
        }
        value
    }

    /// A program is started: its command line, put together, is a layer unless it already stands there as such.
    fn started(&mut self, name: &str, command: &Command, words: &Words, input: Option<&Value>) {
        if let Some(input) = input
            && matches!(name, "powershell" | "pwsh")
        {
            self.trace.run(input, "\r\n");
            return;
        }
        let plain = command.words.iter().all(|word| match word {
            Word::Param(_) => true,
            Word::Arg(node) => matches!(node.kind, Expr::Str(_) | Expr::Int(_) | Expr::Block(_)),
        });
        let starter = matches!(name, "start-process" | "saps" | "start");
        if plain && matches!(command.name.kind, Expr::Str(_)) && !starter {
            return;
        }
        let mut line = if starter { String::new() } else { name.to_owned() };
        let mut values = words.values.iter();
        for word in &command.words {
            let piece = match word {
                // The parameters of `Start-Process` itself are not the program's.
                Word::Param(_) if starter => continue,
                Word::Param(param) => format!("-{param}"),
                Word::Arg(_) => match values.next().and_then(|value| value.to_text(" ")) {
                    Some(text) => text,
                    None => return,
                },
            };
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&piece);
        }
        if line.contains(' ') {
            self.trace.child(Child {
                how: "command-line",
                language: Some(Language::CommandLine),
                text: line,
            });
        }
    }
}
