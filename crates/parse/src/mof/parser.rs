//! The sentences of MOF.

use super::lexer::{Lexer, Token};
use super::log::Log;
use super::resolve::{Alias, Use, resolve};
use super::{ENDS_EARLY, EXPECTED, EXPECTED_NAME, EXPECTED_VALUE, TOO_DEEP, UNKNOWN};
use evidence::wmi::{ClassProperty, canonical_namespace, schema};
use evidence::{Level, Message, Property, PropertyName, RecordData, State, Value, WmiClass, WmiObject};
use std::collections::BTreeMap;

/// How deep arrays and embedded instances may nest.
pub(super) const MAX_DEPTH: usize = 32;

/// The place of values to which no alias can belong.
const NOWHERE: usize = usize::MAX;

/// What may stand between classes and instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Between {
    /// Nothing but MOF.
    Statements,
    /// Any words; an instance or class is looked for among them.
    Anything,
}

/// Why a sentence could not be read on.
struct Trouble {
    at: usize,
    message: Message,
}

type Result<T> = std::result::Result<T, Trouble>;

/// Reads one text.
pub(super) struct Parser<'t> {
    lexer: Lexer<'t>,
    ahead: Option<(usize, Token<'t>)>,
    between: Between,
    log: Log,
    namespace: Option<String>,
    server: Option<String>,
    items: Vec<(usize, RecordData)>,
    /// The names of the key properties of the classes that the text defines, by class in lower case.
    keys: BTreeMap<String, Vec<String>>,
    aliases: BTreeMap<String, Alias>,
    uses: Vec<Use<'t>>,
    /// Where in the item the value that is being read belongs: property, element, property of the element, …
    path: Vec<usize>,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str, between: Between) -> Self {
        Self {
            lexer: Lexer::new(text),
            ahead: None,
            between,
            log: Log::default(),
            namespace: None,
            server: None,
            items: Vec::new(),
            keys: BTreeMap::new(),
            aliases: BTreeMap::new(),
            uses: Vec::new(),
            path: Vec::new(),
        }
    }

    /// Reads to the end: the instances and classes with their places in the text, and the problems.
    pub(super) fn run(mut self) -> (Vec<(usize, RecordData)>, Log) {
        loop {
            if self.between == Between::Anything && !self.find_statement() {
                break;
            }
            if *self.peek() == Token::End {
                break;
            }
            if let Err(trouble) = self.statement() {
                self.log.add(Level::Error, trouble.at, trouble.message);
                self.path.clear();
                self.skip_statement();
                self.take_mark(';');
                self.take_mark('}');
            }
        }
        resolve(&mut self.items, &self.aliases, &self.uses, &self.keys, &mut self.log);
        (self.items, self.log)
    }

    fn peek(&mut self) -> &Token<'t> {
        let (lexer, log) = (&mut self.lexer, &mut self.log);
        &self.ahead.get_or_insert_with(|| lexer.next(log)).1
    }

    fn next(&mut self) -> (usize, Token<'t>) {
        self.ahead.take().unwrap_or_else(|| self.lexer.next(&mut self.log))
    }

    /// Where the next word begins.
    fn at(&mut self) -> usize {
        self.peek();
        self.ahead.as_ref().map_or(0, |(at, _)| *at)
    }

    fn take_mark(&mut self, mark: char) -> bool {
        let found = *self.peek() == Token::Mark(mark);
        if found {
            self.ahead = None;
        }
        found
    }

    fn next_is(&mut self, word: &str) -> bool {
        matches!(self.peek(), Token::Name(name) if name.eq_ignore_ascii_case(word))
    }

    /// Whether the word behind the next one is this.
    fn second_is(&mut self, word: &str) -> bool {
        self.peek();
        let second = self.lexer.clone().next(&mut Log::default()).1;
        matches!(second, Token::Name(name) if name.eq_ignore_ascii_case(word))
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.next_is(word);
        if found {
            self.ahead = None;
        }
        found
    }

    /// The complaint that the next word is not what must stand there.
    fn refuse<T>(&mut self, complain: impl FnOnce(String) -> Message) -> Result<T> {
        let at = self.at();
        let message = match self.peek() {
            Token::End => ENDS_EARLY.plain(),
            other => complain(other.shown()),
        };
        Err(Trouble { at, message })
    }

    fn expect_mark(&mut self, mark: char) -> Result<()> {
        if self.take_mark(mark) {
            return Ok(());
        }
        self.refuse(|found| EXPECTED.with([mark.to_string().into(), found.into()]))
    }

    fn expect_word(&mut self, word: &str) -> Result<()> {
        if self.take_word(word) {
            return Ok(());
        }
        self.refuse(|found| EXPECTED.with([word.into(), found.into()]))
    }

    fn expect_name(&mut self) -> Result<&'t str> {
        if let Token::Name(name) = *self.peek() {
            self.ahead = None;
            return Ok(name);
        }
        self.refuse(|found| EXPECTED_NAME.with([found.into()]))
    }

    /// Goes on at the next `instance of` in a text of any words; `false` where there is none.
    fn find_statement(&mut self) -> bool {
        let mut from = self.at();
        self.ahead = None;
        let text = self.lexer.text();
        while let Some(skipped) = memchr::memchr2(b'i', b'I', text.as_bytes().get(from..).unwrap_or_default())
        {
            let at = from + skipped;
            from = at + 1;
            let inside = |before: &str| before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
            if !text.get(..at).is_some_and(inside) && starts_instance(text.get(at..).unwrap_or_default()) {
                self.lexer.go_to(at);
                return true;
            }
        }
        false
    }

    /// Skips to the next `;` outside braces and parentheses, or to a `}` that closes what is open around, and stays before it.
    fn skip_statement(&mut self) {
        let mut open = 0_usize;
        loop {
            match self.peek() {
                Token::End => return,
                Token::Mark(';' | '}') if open == 0 => return,
                Token::Mark('{' | '(') => open += 1,
                Token::Mark('}' | ')') => open = open.saturating_sub(1),
                _ => {}
            }
            self.ahead = None;
        }
    }

    fn statement(&mut self) -> Result<()> {
        let at = self.at();
        if self.take_mark(';') {
            return Ok(());
        }
        if self.take_mark('#') {
            return self.directive();
        }
        let qualifiers = self.qualifiers()?;
        if self.take_word("instance") {
            self.expect_word("of")?;
            return self.instance(at);
        }
        if self.take_word("class") {
            return self.class(at, qualifiers);
        }
        if self.next_is("qualifier") {
            self.skip_statement();
            return Ok(());
        }
        self.refuse(|found| UNKNOWN.with([found.into()]))
    }

    /// `#pragma namespace("…")` and its kin; only the namespace matters here.
    fn directive(&mut self) -> Result<()> {
        let mut name = self.expect_name()?;
        if name.eq_ignore_ascii_case("pragma") {
            name = self.expect_name()?;
        }
        if !self.take_mark('(') {
            return Ok(());
        }
        let mut first = None;
        loop {
            match self.next() {
                (_, Token::Mark(')')) => break,
                (at, Token::End) => return Err(Trouble { at, message: ENDS_EARLY.plain() }),
                (_, Token::Text(text)) if first.is_none() => first = Some(text),
                _ => {}
            }
        }
        if let (true, Some(path)) = (name.eq_ignore_ascii_case("namespace"), first) {
            let namespace = canonical_namespace(&path);
            let slashes = path.replace('/', "\\");
            let server = slashes.strip_prefix("\\\\").and_then(|rest| rest.split('\\').next());
            self.server = server.filter(|server| !matches!(*server, "" | ".")).map(str::to_owned);
            self.namespace = Some(namespace).filter(|namespace| !namespace.is_empty());
        }
        Ok(())
    }

    fn alias(&mut self) -> Option<&'t str> {
        if !self.take_word("as") {
            return None;
        }
        match *self.peek() {
            Token::Alias(name) => {
                self.ahead = None;
                Some(name)
            }
            _ => None,
        }
    }

    /// `[key, dynamic: ToInstance, provider("x"), values{"a", "b"}]`: names and values. One without a value is true.
    fn qualifiers(&mut self) -> Result<Vec<(String, Value)>> {
        let mut qualifiers = Vec::new();
        if !self.take_mark('[') {
            return Ok(qualifiers);
        }
        self.path.push(NOWHERE);
        while !self.take_mark(']') {
            let name = self.expect_name()?.to_owned();
            let value = if self.take_mark('(') {
                let value = self.value()?;
                self.expect_mark(')')?;
                value
            } else if *self.peek() == Token::Mark('{') {
                self.value()?
            } else {
                Value::Bool(true)
            };
            if self.take_mark(':') {
                while let Token::Name(_) = self.peek() {
                    self.ahead = None;
                }
            }
            qualifiers.push((name, value));
            if !self.take_mark(',') && *self.peek() != Token::Mark(']') {
                return self.refuse(|found| EXPECTED.with(["]".into(), found.into()]));
            }
        }
        self.path.pop();
        Ok(qualifiers)
    }

    /// An instance behind `instance of`, which becomes an item even where a part of it cannot be read.
    fn instance(&mut self, at: usize) -> Result<()> {
        let class = self.expect_name()?;
        if let Some(alias) = self.alias() {
            let known = Alias { item: self.items.len(), namespace: self.namespace.clone() };
            self.aliases.insert(alias.to_lowercase(), known);
        }
        let (object, end) = self.instance_body(class);
        self.items.push((at, RecordData::WmiObject(object)));
        end?;
        self.take_mark(';');
        Ok(())
    }

    /// The braces of an instance and what is in them. The object is what could be read of it.
    fn instance_body(&mut self, class: &str) -> (WmiObject, Result<()>) {
        let mut object = WmiObject {
            class: schema::standard_class(class).unwrap_or(class).to_owned(),
            namespace: self.namespace.clone(),
            server: self.server.clone(),
            omits_defaults: true,
            ..WmiObject::default()
        };
        let mut end = self.expect_mark('{');
        while end.is_ok() && !self.take_mark('}') {
            if *self.peek() == Token::End {
                end = self.refuse(|_| ENDS_EARLY.plain());
            } else if self.next_is("instance") && self.second_is("of") {
                // The brace is missing; the next instance shall not be lost with it.
                if let Err(trouble) = self.expect_mark('}') {
                    self.log.add(Level::Error, trouble.at, trouble.message);
                }
                object.omits_defaults = false;
                return (object, Ok(()));
            } else if let Err(trouble) = self.instance_property(&mut object) {
                self.log.add(Level::Error, trouble.at, trouble.message);
                self.skip_statement();
                self.take_mark(';');
            }
        }
        if end.is_err() {
            object.omits_defaults = false;
        }
        (object, end)
    }

    /// `[qualifiers] name = value;`. Of a property with an unreadable value, the name stays.
    fn instance_property(&mut self, object: &mut WmiObject) -> Result<()> {
        let depth = self.path.len();
        let name = self.qualifiers().and_then(|_| self.expect_name());
        let name = match name {
            Ok(name) => PropertyName::new(name),
            Err(trouble) => {
                object.omits_defaults = false;
                return Err(trouble);
            }
        };
        self.path.push(object.properties.len());
        let value = self.expect_mark('=').and_then(|()| self.value());
        self.path.truncate(depth);
        match value {
            Ok(value) => {
                object.properties.push(Property { name, value, state: State::Known });
                if !self.take_mark(';') && *self.peek() != Token::Mark('}') {
                    return self.refuse(|found| EXPECTED.with([";".into(), found.into()]));
                }
                Ok(())
            }
            Err(trouble) => {
                object.properties.push(Property { name, value: Value::Null, state: State::Truncated });
                Err(trouble)
            }
        }
    }

    /// A value in an instance, as a default, or of a qualifier.
    fn value(&mut self) -> Result<Value> {
        if self.path.len() > MAX_DEPTH {
            let at = self.at();
            return Err(Trouble { at, message: TOO_DEEP.with([MAX_DEPTH.into()]) });
        }
        match self.peek() {
            Token::Text(_) => Ok(Value::text(self.strings())),
            Token::Number(_) => match self.next() {
                (_, Token::Number(value)) => Ok(value),
                _ => Ok(Value::Null),
            },
            Token::Alias(_) => {
                let (at, token) = self.next();
                if let Token::Alias(name) = token {
                    let item = self.items.len();
                    self.uses.push(Use { item, path: self.path.as_slice().into(), name, at });
                }
                Ok(Value::text(token.shown()))
            }
            Token::Mark('{') => self.array(),
            Token::Name(name) => {
                let constant = match name.to_ascii_lowercase().as_str() {
                    "true" => Value::Bool(true),
                    "false" => Value::Bool(false),
                    "null" => Value::Null,
                    "instance" => return self.embedded(),
                    _ => return self.refuse(|found| EXPECTED_VALUE.with([found.into()])),
                };
                self.ahead = None;
                Ok(constant)
            }
            _ => self.refuse(|found| EXPECTED_VALUE.with([found.into()])),
        }
    }

    /// A string, or several in a row, which are one.
    fn strings(&mut self) -> Box<str> {
        let mut whole = match self.next().1 {
            Token::Text(text) => text,
            _ => "".into(),
        };
        while let Token::Text(_) = self.peek() {
            if let (_, Token::Text(more)) = self.next() {
                whole.to_mut().push_str(&more);
            }
        }
        whole.into()
    }

    fn array(&mut self) -> Result<Value> {
        self.expect_mark('{')?;
        let mut items = Vec::new();
        while !self.take_mark('}') {
            self.path.push(items.len());
            let item = self.value();
            self.path.pop();
            items.push(item?);
            if !self.take_mark(',') && *self.peek() != Token::Mark('}') {
                return self.refuse(|found| EXPECTED.with(["}".into(), found.into()]));
            }
        }
        Ok(Value::Array(items))
    }

    fn embedded(&mut self) -> Result<Value> {
        self.expect_word("instance")?;
        self.expect_word("of")?;
        let class = self.expect_name()?;
        self.alias();
        let (object, end) = self.instance_body(class);
        end.map(|()| Value::Object(Box::new(object)))
    }

    /// A class behind `class`.
    fn class(&mut self, at: usize, qualifiers: Vec<(String, Value)>) -> Result<()> {
        let name = self.expect_name()?.to_owned();
        self.alias();
        let superclass = if self.take_mark(':') { Some(self.expect_name()?.to_owned()) } else { None };
        let mut class = WmiClass {
            name,
            superclass,
            namespace: self.namespace.clone(),
            server: self.server.clone(),
            qualifiers,
            properties: Vec::new(),
            mof_sha256: None,
        };
        let mut keys = Vec::new();
        let mut end = Ok(());
        if self.take_mark('{') {
            while end.is_ok() && !self.take_mark('}') {
                if *self.peek() == Token::End {
                    end = self.refuse(|_| ENDS_EARLY.plain());
                } else if let Err(trouble) = self.feature(&mut class, &mut keys) {
                    self.log.add(Level::Error, trouble.at, trouble.message);
                    self.path.clear();
                    self.skip_statement();
                    self.take_mark(';');
                }
            }
        }
        if !keys.is_empty() {
            self.keys.insert(class.name.to_lowercase(), keys);
        }
        self.items.push((at, RecordData::WmiClass(class)));
        end?;
        self.take_mark(';');
        Ok(())
    }

    /// A property of a class, or a method, which is skipped.
    fn feature(&mut self, class: &mut WmiClass, keys: &mut Vec<String>) -> Result<()> {
        let qualifiers = self.qualifiers()?;
        let mut cim_type = self.expect_name()?.to_owned();
        if self.take_mark(':') {
            cim_type = format!("{cim_type}:{}", self.expect_name()?);
        }
        let mut name = self.expect_name()?;
        if name.eq_ignore_ascii_case("ref")
            && let Token::Name(behind) = *self.peek()
        {
            self.ahead = None;
            name = behind;
            cim_type = format!("ref {cim_type}");
        }
        if *self.peek() == Token::Mark('(') {
            self.skip_statement();
            self.take_mark(';');
            return Ok(());
        }
        if self.take_mark('[') {
            if let Token::Number(_) = self.peek() {
                self.ahead = None;
            }
            self.expect_mark(']')?;
            cim_type.push_str("[]");
        }
        if qualifiers.iter().any(|(qualifier, _)| qualifier.eq_ignore_ascii_case("key")) {
            keys.push(name.to_owned());
        }
        let mut property = ClassProperty { name: name.to_owned(), cim_type, default: None };
        let mut value = Ok(());
        if self.take_mark('=') {
            self.path.push(class.properties.len());
            value = self.value().map(|default| property.default = Some(default));
            self.path.pop();
        }
        class.properties.push(property);
        value?;
        if !self.take_mark(';') && *self.peek() != Token::Mark('}') {
            return self.refuse(|found| EXPECTED.with([";".into(), found.into()]));
        }
        Ok(())
    }
}

/// Whether a text begins with `instance of`.
fn starts_instance(text: &str) -> bool {
    let word = |text: &'_ str, word: &str| {
        let (start, rest) = text.split_at_checked(word.len())?;
        let whole = rest.starts_with(|c: char| c.is_ascii_whitespace());
        (whole && start.eq_ignore_ascii_case(word)).then(|| rest.trim_ascii_start().len())
    };
    word(text, "instance")
        .and_then(|left| text.get(text.len() - left..))
        .is_some_and(|rest| word(rest, "of").is_some())
}
