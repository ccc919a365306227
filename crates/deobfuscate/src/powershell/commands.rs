//! Commands that only move values about, and those that start code: their text becomes a layer.

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use super::ast::{Block, Command, Expr, Stage, Stmt, Word};
use super::collections::Map;
use super::constants::{self, wildcard};
use super::eval::{Evaluator, MAX_ITEMS};
use super::shape::{self, is_built_of_constants};
use super::text::Text;
use super::trace::Trick;
use super::types;
use super::value::{Items, Value};
use crate::engine::Child;
use crate::model::Language;

/// How often a function may stand within itself: those that decode do not, those that search folders do.
const MAX_RECURSION: usize = 2;

/// A command's words, worked out.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// Parameters with the place of the value that follows, where one does.
    named: Vec<(Rc<str>, Option<usize>)>,
    /// Values, those that follow a parameter included.
    pub(super) values: Vec<Value>,
}

impl Words {
    /// The value of the first parameter whose name begins with `name`.
    pub(super) fn named(&self, name: &str) -> Option<&Value> {
        self.named
            .iter()
            .find(|(known, _)| !known.is_empty() && name.starts_with(&**known))
            .and_then(|(_, place)| self.values.get((*place)?))
    }

    /// Whether a parameter is there, with a value or without.
    pub(super) fn has(&self, name: &str) -> bool {
        self.named.iter().any(|(known, _)| !known.is_empty() && name.starts_with(&**known))
    }

    /// Values that follow no parameter.
    fn positional(&self) -> impl Iterator<Item = &Value> {
        let follows: HashSet<usize> = self.named.iter().filter_map(|(_, place)| *place).collect();
        self.values.iter().enumerate().filter(move |(at, _)| !follows.contains(at)).map(|(_, value)| value)
    }

    fn push_named(&mut self, name: Rc<str>, value: Value) {
        self.named.push((name, Some(self.values.len())));
        self.values.push(value);
    }

    pub(super) fn blocks(&self) -> impl Iterator<Item = &Rc<Block>> {
        self.values
            .iter()
            .filter_map(|value| if let Value::Block(block) = value { Some(block) } else { None })
    }
}

/// Whether a text has what only `cmd` makes something of.
fn is_shell(text: &str) -> bool {
    text.matches('^').count() > 2
        || text.contains(":~")
        || text.contains('|') && text.to_ascii_lowercase().contains("powershell")
}

impl Evaluator<'_> {
    pub(super) fn run_command(&mut self, command: &Command, input: Option<Value>) -> Value {
        let name = self.value(&command.name);
        let literal = matches!(command.name.kind, Expr::Str(_));
        if let Value::Block(block) = &name {
            let words = self.words(command);
            let block = Rc::clone(block);
            return self.function(&block, &words, input.as_ref(), !command.dotted);
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
            self.trace.bare(&command.name, &text);
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
        self.trace_parameters(&words);
        match name {
            "iex" | "invoke-expression" => {
                let separator = self.separator();
                if let Some(text) = input.or_else(|| words.values.into_iter().next()) {
                    if let Value::Block(block) = &text {
                        return self.block(block);
                    }
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
            "out-null" | "write-host" | "write-verbose" | "write-warning" | "remove-variable"
            | "add-type" | "import-module" | "set-strictmode" => Value::Null,
            "start-sleep" | "sleep" => {
                self.sleeps = true;
                Value::Null
            }
            "new-object" => self.new_object(&words),
            "set-variable" | "sv" | "new-variable" | "nv" | "set-item" | "si" => self.set_variable(&words),
            "get-variable" | "gv" | "get-item" | "gi" | "get-childitem" | "gci" | "ls" | "dir"
            | "get-content" | "gc" | "variable" => self.get_variable(&words),
            "get-command" | "gcm" | "get-alias" | "gal" => {
                match words.values.first().and_then(|value| value.to_text("")) {
                    Some(pattern) => constants::command(&pattern).map_or(Value::Unknown, Value::text),
                    None => Value::Unknown,
                }
            }
            "set-alias" | "sal" | "new-alias" | "nal" => {
                if let [alias, target, ..] = words.values.as_slice()
                    && let (Some(alias), Some(target)) = (alias.to_text(""), target.to_text(""))
                    && self.aliases.len() < 1024
                    && alias.len() + target.len() < 512
                {
                    self.aliases.insert(alias.to_ascii_lowercase(), target.to_ascii_lowercase());
                }
                Value::Null
            }
            "invoke-command" | "icm" => match words.blocks().next().map(Rc::clone) {
                Some(block) => {
                    let args = words.named("argumentlist").map(Value::to_list).unwrap_or_default();
                    self.invoke(&block, &args)
                }
                None => Value::Unknown,
            },
            "convertfrom-stringdata" => self.string_data(&words, input.as_ref()),
            "convertto-securestring" => self.secure_string(&words, input.as_ref()),
            "powershell" | "pwsh" | "cmd" | "mshta" | "wscript" | "cscript" | "regsvr32"
            | "start-process" | "saps" | "start" => {
                self.started(name, command, &words, input.as_ref());
                Value::Unknown
            }
            "sort-object" | "sort" => self.sort(&words, input),
            "select-object" | "select" => self.select(&words, input),
            _ => match self.functions.get(name).map(Rc::clone) {
                Some(function) => self.function(&function, &words, input.as_ref(), !command.dotted),
                None => Value::Unknown,
            },
        }
    }

    pub(super) fn words(&mut self, command: &Command) -> Words {
        let mut words = Words::default();
        for word in &command.words {
            match word {
                Word::Param(name) => words.named.push((Rc::clone(name), None)),
                Word::Arg(node) => {
                    let value = self.value(node);
                    if let Some((_, slot @ None)) = words.named.last_mut() {
                        *slot = Some(words.values.len());
                    }
                    words.values.push(value);
                }
                Word::Splat(name) => match self.variable(name) {
                    // Every parameter is looked for among them.
                    value if !self.step(value.weight()) => words.values.push(value),
                    Value::Map(map) => {
                        for (name, value) in map.pairs() {
                            words.push_named(Rc::from(name.to_lowercase()), value.clone());
                        }
                    }
                    Value::List(items) => words.values.extend(items.iter().cloned()),
                    other => words.values.push(other),
                },
            }
        }
        words
    }

    fn bind_input(&mut self, input: Option<&Value>) {
        let value = input.cloned().unwrap_or(Value::Unknown);
        self.vars.insert(Rc::from("input"), value.clone());
        self.vars.insert(Rc::from("_"), value);
    }

    fn new_object(&mut self, words: &Words) -> Value {
        if words.named("comobject").is_some() {
            return Value::Unknown;
        }
        let Some(name) = words.values.first().and_then(|value| value.to_text("")) else {
            return Value::Unknown;
        };
        if let Some(Value::Map(map)) = words.named("property") {
            let lower = name.to_ascii_lowercase();
            let is_plain = shape::is_table(lower.strip_prefix("system.").unwrap_or(&lower));
            return if is_plain { Value::Map(Rc::clone(map)) } else { Value::Unknown };
        }
        // Arguments in one bracket are one list; one that is a list by itself stands alone in it.
        let args: Vec<Value> = match words.values.get(1..).unwrap_or_default() {
            [Value::List(items)] => items.to_vec(),
            rest => rest.to_vec(),
        };
        let whole = words.values.get(1).cloned();
        match types::construct(self, &name, &args) {
            Value::Unknown if args.len() > 2 => match whole {
                // A byte array given as one argument without a comma before it.
                Some(list) => types::construct(self, &name, &[list]),
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
        if let Some(name) = name.filter(|name| name.len() <= 256) {
            let lower = name.to_ascii_lowercase();
            let plain =
                lower.strip_prefix("variable:").unwrap_or(&lower).trim_start_matches(['/', '\\']).to_owned();
            self.set(&Rc::from(plain), value);
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
                return found.map_or(Value::Unknown, |name| Value::text(*name));
            }
            if !self.step(self.vars.len() * 64) {
                return Value::Unknown;
            }
            // One that the script set itself under a name that is made up.
            let mut own: Vec<&Rc<str>> = self.vars.keys().filter(|name| wildcard(plain, name)).collect();
            own.sort();
            let own = match own.as_slice() {
                [only] => Rc::clone(only),
                _ => return Value::Unknown,
            };
            return self.variable(&own);
        }
        if plain.starts_with("env:") || lower.starts_with("variable:") || self.vars.contains_key(plain) {
            return self.variable(plain);
        }
        Value::Unknown
    }

    /// Runs a block with values for its parameters.
    pub(super) fn invoke(&mut self, block: &Rc<Block>, args: &[Value]) -> Value {
        let words = Words { named: Vec::new(), values: args.to_vec() };
        self.function(block, &words, None, true)
    }

    fn function(
        &mut self,
        function: &Rc<Block>,
        words: &Words,
        input: Option<&Value>,
        scoped: bool,
    ) -> Value {
        let looked_at = function.params.len().saturating_mul(words.named.len() * 16 + 32);
        if !self.step(looked_at.saturating_add(words.values.len() * 8)) {
            return Value::Unknown;
        }
        let active = self.calls.iter().filter(|known| Rc::ptr_eq(known, function)).count();
        if active >= MAX_RECURSION {
            return Value::Unknown;
        }
        self.calls.push(Rc::clone(function));
        let given = self.given(function, words);
        if scoped {
            self.frames.push(BTreeMap::new());
        }
        let outer = self.vars.get("_").cloned();
        for (name, value) in given {
            self.set(&name, value);
        }
        let value = match input {
            Some(input) => self.piped(function, input),
            None => self.block(function),
        };
        if input.is_some() {
            self.restore_item(outer);
        }
        if scoped && let Some(frame) = self.frames.pop() {
            for (name, old) in frame {
                match old {
                    Some(old) => self.vars.insert(name, old),
                    None => self.vars.remove(&name),
                };
            }
        }
        self.calls.pop();
        value
    }

    /// What the parameters of a function are, and what is left as `$args`.
    fn given(&mut self, function: &Block, words: &Words) -> Vec<(Rc<str>, Value)> {
        let mut given = Vec::new();
        let mut positional = words.positional();
        for param in &function.params {
            let named =
                words.named.iter().find(|(name, _)| param.name.starts_with(&**name) && !name.is_empty());
            let value = match (named, &param.default) {
                (Some((_, place)), _) => {
                    place.and_then(|at| words.values.get(at)).cloned().unwrap_or(Value::Bool(true))
                }
                (None, default) => match (positional.next(), default) {
                    (Some(value), _) => value.clone(),
                    (None, Some(default)) => self.value(default),
                    (None, None) => Value::Null,
                },
            };
            given.push((Rc::clone(&param.name), value));
        }
        given.push((Rc::from("args"), Value::list(positional.cloned().collect())));
        given
    }

    /// Runs a function over what comes out of the pipeline: its `process` for each item.
    fn piped(&mut self, function: &Rc<Block>, input: &Value) -> Value {
        self.bind_input(Some(input));
        if !function.body.iter().any(|stmt| matches!(stmt, Stmt::Stage(Stage::Process, _))) {
            return self.block(function);
        }
        function.ran.set(true);
        let mut out = Vec::new();
        for wanted in [Stage::Begin, Stage::Process, Stage::End] {
            for stmt in &function.body {
                let Stmt::Stage(stage, block) = stmt else { continue };
                if *stage != wanted {
                    continue;
                }
                let items = if wanted == Stage::Process && !matches!(input, Value::Unknown) {
                    input.items()
                } else {
                    Items::One(Some(input.clone()))
                };
                for item in items {
                    if out.len() > MAX_ITEMS || !self.step(0) {
                        return Value::Unknown;
                    }
                    self.vars.insert(Rc::from("_"), item);
                    self.run_block(block, &mut out);
                }
            }
        }
        self.bounded(Value::from_items(out))
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
            Word::Splat(_) => false,
            Word::Param(_) => true,
            Word::Arg(node) => matches!(node.kind, Expr::Str(_) | Expr::Int(_) | Expr::Block(_)),
        });
        let starter = matches!(name, "start-process" | "saps" | "start");
        // What stands there as it is is found where it stands, unless the shell has still to read it.
        let shell = name == "cmd"
            && words.values.iter().any(|value| matches!(value, Value::Str(text) if is_shell(text)));
        if plain && matches!(command.name.kind, Expr::Str(_)) && !starter && !shell {
            return;
        }
        let mut line = if starter { String::new() } else { name.to_owned() };
        let mut values = words.values.iter();
        for word in &command.words {
            let piece = match word {
                // The parameters of `Start-Process` itself are not the program's.
                Word::Param(_) if starter => continue,
                Word::Splat(name) => match self.variable(name) {
                    Value::List(items) => {
                        let parts: Option<Vec<String>> =
                            values.by_ref().take(items.len()).map(|value| value.to_text(" ")).collect();
                        match parts {
                            Some(parts) => parts.join(" "),
                            None => return,
                        }
                    }
                    // Who is started, and with what, is told by name.
                    _ => return,
                },
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

    /// `name = value` on each line.
    fn string_data(&mut self, words: &Words, input: Option<&Value>) -> Value {
        let Some(text) = input.or(words.values.first()).and_then(|text| text.to_text("\n")) else {
            return Value::Unknown;
        };
        if !self.step(text.len().saturating_mul(4)) {
            return Value::Unknown;
        }
        let mut map = Map::default();
        for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
            if let Some((name, value)) = line.split_once('=') {
                map.set(name.trim(), Value::text(value.trim()));
            }
        }
        self.bounded(Value::map(map))
    }

    /// Parameters that name a program and what it is given, as those of `New-ScheduledTaskAction` and `Start-Process`.
    fn trace_parameters(&mut self, words: &Words) {
        for (program, given) in [("execute", "argument"), ("filepath", "argumentlist")] {
            let full = |name: &str| {
                words.named.iter().find(|(known, _)| known.len() > 3 && name.starts_with(&**known)).is_some()
            };
            if !full(program) || !full(given) {
                continue;
            }
            if let (Some(program), Some(given)) = (words.named(program), words.named(given))
                && let (Some(program), Some(given)) = (program.to_text(" "), given.to_text(" "))
            {
                let program = if program.contains(' ') { format!("\"{program}\"") } else { program };
                self.trace.tell(&Rc::new(Text::new(format!("{program} {given}"))));
            }
        }
    }

    /// Members that hold what a consumer or a process is to run.
    pub(super) fn trace_commands(&mut self, map: &Map) {
        let engine = map.get("scriptingengine").and_then(|engine| engine.to_text(""));
        for (name, value) in map.pairs() {
            self.trace_command(name, value, engine.as_deref());
        }
    }

    /// The same for one.
    pub(super) fn trace_command(&mut self, name: &str, value: &Value, engine: Option<&str>) {
        let Value::Str(text) = value else { return };
        let lower = name.to_ascii_lowercase();
        let (how, language) = match lower.as_str() {
            "commandlinetemplate" => ("command-line", Some(Language::CommandLine)),
            "scripttext" => {
                let engine = engine.unwrap_or_default().to_ascii_lowercase();
                let language = match engine.as_str() {
                    "vbscript" => Some(Language::VbScript),
                    "jscript" | "javascript" => Some(Language::JScript),
                    _ => None,
                };
                ("script-text", language)
            }
            _ => return,
        };
        self.trace.child(Child { how, language, text: text.to_string() });
    }
}
