//! PowerShell text to [`super::ast`]. Tolerant: what is not understood is skipped, nothing is ever an error.

use std::collections::HashSet;
use std::rc::Rc;

use super::ast::{Block, Command, Element, Expr, Node, Op, Param, Span, Stage, Stmt, Word};
use super::reader::{Reader, escaped, is_dash, is_double_quote, is_single_quote};
use super::text::Text;

/// Most operands of one text. The longest scripts that people write have some ten thousand.
const MAX_NODES: usize = 400_000;

/// The parser, and what it noticed by the way.
#[derive(Debug)]
pub(crate) struct Parser<'s> {
    pub(super) reader: Reader<'s>,
    depth: usize,
    max_depth: usize,
    nodes: usize,
    /// Whether commas separate, as between the arguments of a method, and make no lists.
    pub(super) separated: bool,
    /// Whether the text has more parts than are followed.
    pub(crate) too_long: bool,
    /// Whether something was nested too deeply to follow.
    pub(crate) too_deep: bool,
    /// Names that the text gives a value to somewhere.
    pub(crate) assigned: HashSet<Rc<str>>,
    /// Words that were written with back-ticks, and how they read without.
    pub(crate) ticked: Vec<(Span, String)>,
    /// The same for strings.
    pub(crate) ticked_strings: Vec<(Span, String)>,
}

impl<'s> Parser<'s> {
    pub(crate) fn new(src: &'s str, max_depth: usize) -> Self {
        Self {
            reader: Reader::new(src),
            depth: 0,
            max_depth,
            nodes: 0,
            separated: false,
            too_long: false,
            too_deep: false,
            assigned: HashSet::new(),
            ticked: Vec::new(),
            ticked_strings: Vec::new(),
        }
    }

    /// The whole text.
    pub(crate) fn script(&mut self) -> Vec<Stmt> {
        self.statements(None)
    }

    /// Goes one level deeper, or skips to the end of the text when that is too deep.
    pub(super) fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> T, instead: T) -> T {
        if self.depth >= self.max_depth {
            self.too_deep = true;
            self.reader.pos = self.reader.src.len();
            return instead;
        }
        self.depth += 1;
        let result = parse(self);
        self.depth -= 1;
        result
    }

    /// Counts one operand; what stands behind the last that is followed is left.
    pub(super) fn count_node(&mut self) -> bool {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            self.too_long = true;
            self.reader.pos = self.reader.src.len();
        }
        !self.too_long
    }

    /// Statements up to a closing character, which is taken as well.
    pub(super) fn statements(&mut self, close: Option<u8>) -> Vec<Stmt> {
        let mut all = Vec::new();
        loop {
            self.reader.space(true);
            match self.reader.byte() {
                None => break,
                Some(b) if Some(b) == close => {
                    self.reader.pos += 1;
                    break;
                }
                Some(b';' | b')' | b'}' | b']' | b'|') => self.reader.pos += 1,
                Some(_) => {
                    let before = self.reader.pos;
                    all.push(self.statement());
                    if self.reader.pos == before {
                        self.reader.bump();
                    }
                }
            }
        }
        all
    }

    pub(super) fn statement(&mut self) -> Stmt {
        self.label();
        let Some((word, end)) = self.reader.peek_word() else { return self.pipeline_or_assignment() };
        if self.reader.src.as_bytes().get(end).is_some_and(|&b| matches!(b, b'-' | b'.' | b'\\' | b':')) {
            return self.pipeline_or_assignment();
        }
        let start = self.reader.pos;
        self.reader.pos = end;
        match word.as_str() {
            "if" => self.if_statement(),
            "for" => self.for_statement(),
            "foreach" => self.foreach_statement(),
            "while" => self.while_statement(),
            "do" => self.do_statement(),
            "switch" => self.switch_statement(),
            "function" | "filter" => self.function(word == "filter"),
            "try" => self.try_statement(),
            "begin" | "dynamicparam" if self.block_follows() => Stmt::Stage(Stage::Begin, self.block()),
            "process" if self.block_follows() => Stmt::Stage(Stage::Process, self.block()),
            "end" if self.block_follows() => Stmt::Stage(Stage::End, self.block()),
            "trap" if self.block_follows() => Stmt::Blocks(Vec::new(), vec![self.block()]),
            "return" | "throw" | "exit" => {
                self.reader.space(false);
                let value = self.pipeline_or_assignment();
                if word == "return" { Stmt::Return(Box::new(value)) } else { value }
            }
            // A label behind them names an outer loop, which is not told from the inner one.
            "break" | "continue" => {
                self.reader.space(false);
                if let Some((_, end)) = self.reader.peek_word() {
                    self.reader.pos = end;
                }
                if word == "break" { Stmt::Break } else { Stmt::Continue }
            }
            "param" => {
                self.parameters();
                Stmt::Empty
            }
            _ => {
                self.reader.pos = start;
                self.pipeline_or_assignment()
            }
        }
    }

    /// `:name` before a loop.
    fn label(&mut self) {
        let back = self.reader.pos;
        if self.reader.byte() == Some(b':') && self.reader.byte_at(1).is_some_and(|b| b.is_ascii_alphabetic())
        {
            self.reader.pos += 1;
            self.reader.name(|_| false);
            self.reader.space(true);
            let loops = ["for", "foreach", "while", "do", "switch"];
            if !self.reader.peek_word().is_some_and(|(word, _)| loops.contains(&word.as_str())) {
                self.reader.pos = back;
            }
        }
    }

    fn block_follows(&mut self) -> bool {
        self.reader.space(true);
        self.reader.byte() == Some(b'{')
    }

    /// `( statement )`, as conditions are.
    pub(super) fn condition(&mut self) -> Stmt {
        self.reader.space(true);
        if self.reader.byte() != Some(b'(') {
            return Stmt::Empty;
        }
        self.reader.pos += 1;
        let mut all = self.deeper(|p| p.statements(Some(b')')), Vec::new());
        if all.len() == 1 { all.remove(0) } else { Stmt::Empty }
    }

    pub(super) fn block(&mut self) -> Rc<Block> {
        self.reader.space(true);
        if self.reader.byte() != Some(b'{') {
            let span = Span { start: self.reader.pos, end: self.reader.pos };
            return Rc::new(Block::new(Vec::new(), Vec::new(), span));
        }
        self.reader.pos += 1;
        let start = self.reader.pos;
        self.reader.space(true);
        let mut params = Vec::new();
        if let Some((word, end)) = self.reader.peek_word()
            && word == "param"
        {
            self.reader.pos = end;
            params = self.parameters();
        }
        let body = self.deeper(|p| p.statements(Some(b'}')), Vec::new());
        let end = self.reader.pos.saturating_sub(1).max(start);
        Rc::new(Block::new(params, body, Span { start, end }))
    }

    /// `( $a, [int] $b = 3 )`: the names, and what they are where nothing is given.
    pub(super) fn parameters(&mut self) -> Vec<Param> {
        self.reader.space(true);
        let mut all: Vec<Param> = Vec::new();
        if self.reader.byte() != Some(b'(') {
            return all;
        }
        self.reader.pos += 1;
        loop {
            self.reader.space(true);
            let before = self.reader.pos;
            match self.reader.byte() {
                None => break,
                Some(b')') => {
                    self.reader.pos += 1;
                    break;
                }
                Some(b'=') => {
                    self.reader.pos += 1;
                    self.reader.space(true);
                    let default = self.deeper(Self::operand_list_item, None);
                    if let Some(last) = all.last_mut() {
                        last.default = default;
                    }
                }
                Some(b',') => self.reader.pos += 1,
                Some(b'[') if self.type_name().is_none() => {
                    // `[Parameter(Mandatory = $true)]`.
                    self.reader.pos = before + 1;
                    self.skip_to_close(b'[', b']');
                }
                Some(b'[') => {}
                Some(_) => {
                    let node = self.deeper(Self::operand_list_item, None);
                    if let Some(name) = node.as_ref().and_then(variable_of) {
                        all.push(Param { name, default: None });
                    }
                }
            }
            if self.reader.pos == before {
                self.reader.bump();
            }
        }
        all
    }

    pub(super) fn operand_list_item(&mut self) -> Option<Node> {
        self.reader.space(true);
        self.unary()
    }

    /// A pipeline, or an assignment with what stands to its right.
    pub(super) fn pipeline_or_assignment(&mut self) -> Stmt {
        let Some(first) = self.element() else { return Stmt::Empty };
        self.reader.space(false);
        if let Element::Expr(target) = first {
            if let Some(op) = self.assignment() {
                self.assigned.extend(variable_of(&target).filter(|name| !name.contains(':')));
                self.reader.space(true);
                let value = self.deeper(Self::statement, Stmt::Empty);
                return Stmt::Assign(target, op, Box::new(value));
            }
            return self.pipeline(Element::Expr(target));
        }
        self.pipeline(first)
    }

    fn pipeline(&mut self, first: Element) -> Stmt {
        let mut elements = vec![first];
        loop {
            self.reader.space(false);
            let rest = self.reader.rest();
            if rest.starts_with("||") || !rest.starts_with('|') {
                return Stmt::Pipeline(elements);
            }
            self.reader.pos += 1;
            self.reader.space(true);
            match self.element() {
                Some(element) => elements.push(element),
                None => return Stmt::Pipeline(elements),
            }
        }
    }

    /// `Some(None)` for `=`, `Some(Some(op))` for `op=`.
    #[expect(clippy::option_option, reason = "no assignment, a plain one, or one with an operator")]
    fn assignment(&mut self) -> Option<Option<Op>> {
        let rest = self.reader.rest();
        if rest.starts_with('=') {
            self.reader.pos += 1;
            return Some(None);
        }
        for (text, op) in
            [("+=", Op::Add), ("-=", Op::Sub), ("*=", Op::Mul), ("/=", Op::Div), ("%=", Op::Rem)]
        {
            if rest.starts_with(text) {
                self.reader.pos += 2;
                return Some(Some(op));
            }
        }
        None
    }

    fn element(&mut self) -> Option<Element> {
        self.reader.space(false);
        let c = self.reader.char()?;
        if c == '&'
            || c == '.'
                && !self.reader.byte_at(1).is_some_and(|b| b.is_ascii_digit() || b == b'.' || b == b'\\')
        {
            self.reader.pos += 1;
            self.reader.space(false);
            return self.command(true, c == '.').map(Element::Command);
        }
        let expression = match c {
            '$' | '(' | '[' | '{' | '!' | ',' | '+' | '0'..='9' => true,
            '@' => matches!(self.reader.byte_at(1), Some(b'(' | b'{' | b'\'' | b'"')),
            c if is_dash(c) => true,
            c => is_single_quote(c) || is_double_quote(c),
        };
        if expression {
            self.expression().map(Element::Expr)
        } else {
            self.command(false, false).map(Element::Command)
        }
    }

    fn command(&mut self, called: bool, dotted: bool) -> Option<Command> {
        let name = self.argument()?;
        let mut words = Vec::new();
        loop {
            self.reader.space(false);
            let Some(c) = self.reader.char() else { break };
            match c {
                '\n' | '\r' | ';' | '|' | ')' | '}' | '&' => break,
                '>' | '<' => {
                    self.reader.pos += 1;
                    self.reader.eat(">");
                    self.reader.eat("&1");
                }
                ',' => self.reader.pos += 1,
                c if is_dash(c) && self.parameter(&mut words) => {}
                _ => {
                    let before = self.reader.pos;
                    if let Some(name) = self.splat() {
                        words.push(Word::Splat(name));
                    } else if let Some(node) = self.argument_list() {
                        words.push(Word::Arg(node));
                    }
                    if self.reader.pos == before {
                        self.reader.bump();
                    }
                }
            }
        }
        Some(Command { called, dotted, name, words })
    }

    fn parameter(&mut self, words: &mut Vec<Word>) -> bool {
        let back = self.reader.pos;
        self.reader.bump();
        if !self.reader.char().is_some_and(|c| c.is_ascii_alphabetic() || c == '`') {
            self.reader.pos = back;
            return false;
        }
        if let Some((name, ticked)) = self.reader.name(|c| c == '-') {
            if ticked {
                let span = Span { start: back, end: self.reader.pos };
                self.ticked.push((span, format!("-{name}")));
            }
            self.reader.eat(":");
            words.push(Word::Param(Rc::from(name.to_ascii_lowercase())));
            true
        } else {
            self.reader.pos = back;
            false
        }
    }

    /// An argument, or several with commas between.
    fn argument_list(&mut self) -> Option<Node> {
        let first = self.argument()?;
        let back = self.reader.pos;
        self.reader.space(false);
        if self.reader.byte() != Some(b',') {
            self.reader.pos = back;
            return Some(first);
        }
        let start = first.span.start;
        let mut all = vec![first];
        while self.reader.byte() == Some(b',') {
            self.reader.pos += 1;
            self.reader.space(true);
            match self.argument() {
                Some(node) => all.push(node),
                None => break,
            }
            self.reader.space(false);
        }
        Some(Node::new(Span { start, end: self.reader.pos }, Expr::Array(all)))
    }

    /// `@name` between arguments.
    fn splat(&mut self) -> Option<Rc<str>> {
        let named = self.reader.byte_at(1).is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
        if self.reader.byte() != Some(b'@') || !named {
            return None;
        }
        self.reader.pos += 1;
        self.reader.name(|_| false).map(|(name, _)| Rc::from(name.to_ascii_lowercase()))
    }

    pub(super) fn argument(&mut self) -> Option<Node> {
        let c = self.reader.char()?;
        if matches!(c, '$' | '(' | '{')
            || c == '@' && matches!(self.reader.byte_at(1), Some(b'(' | b'{' | b'\'' | b'"'))
        {
            return self.postfix();
        }
        if is_single_quote(c) || is_double_quote(c) {
            return self.postfix();
        }
        self.bare_word()
    }

    /// A word of argument mode: up to a blank or a character with a meaning, back-ticks and variables resolved.
    fn bare_word(&mut self) -> Option<Node> {
        if !self.count_node() {
            return None;
        }
        let start = self.reader.pos;
        let mut text = String::new();
        let mut parts = Vec::new();
        let mut ticks = false;
        while let Some(c) = self.reader.char() {
            match c {
                '`' => {
                    self.reader.pos += 1;
                    let next = self.reader.bump()?;
                    // One at the beginning of a word is a character written as escape: `` `t ``.
                    ticks |= next.is_alphanumeric() && !text.is_empty();
                    text.push(if next.is_alphanumeric() { next } else { escaped(next) });
                }
                '$' if self
                    .reader
                    .byte_at(1)
                    .is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'{' | b'_' | b'(')) =>
                {
                    push_text(&mut parts, &mut text, start);
                    match self.deeper(Self::postfix, None) {
                        Some(node) => parts.push(node),
                        None => break,
                    }
                }
                c if c.is_whitespace()
                    || matches!(c, ';' | '|' | '&' | '(' | ')' | '{' | '}' | ',' | '<' | '>') =>
                {
                    break;
                }
                c if is_single_quote(c) && !text.is_empty() => {
                    let quoted = self.reader.single_quoted();
                    text.push_str(&quoted);
                }
                c if is_double_quote(c) && !text.is_empty() => match self.primary() {
                    Some(Node { kind: Expr::Str(quoted), .. }) => text.push_str(&quoted),
                    Some(node) => {
                        push_text(&mut parts, &mut text, start);
                        parts.push(node);
                    }
                    None => break,
                },
                c => {
                    text.push(c);
                    self.reader.pos += c.len_utf8();
                }
            }
        }
        let span = Span { start, end: self.reader.pos };
        if span.start == span.end {
            return None;
        }
        if ticks && parts.is_empty() {
            self.ticked.push((span, text.clone()));
        }
        if parts.is_empty() {
            return Some(Node::new(span, Expr::Str(Rc::new(Text::new(text)))));
        }
        push_text(&mut parts, &mut text, span.end);
        Some(Node::new(span, Expr::Expand(parts)))
    }
}

/// Moves collected text into the parts of an expandable string.
pub(super) fn push_text(parts: &mut Vec<Node>, text: &mut String, at: usize) {
    if !text.is_empty() {
        let text = std::mem::take(text);
        parts.push(Node::new(Span { start: at, end: at }, Expr::Str(Rc::new(Text::new(text)))));
    }
}

pub(super) fn variable_of(node: &Node) -> Option<Rc<str>> {
    match &node.kind {
        Expr::Var(name) => Some(Rc::clone(name)),
        Expr::Prefix(_, inner) => variable_of(inner),
        _ => None,
    }
}
