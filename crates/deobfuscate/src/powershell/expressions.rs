//! Expressions: operators by precedence, casts, members, strings with variables inside.

use std::rc::Rc;

use super::ast::{Expr, Name, Node, Op, Post, Prefix, Span};
use super::parser::Parser;
use super::reader::{is_dash, is_double_quote, is_single_quote};
use super::text::Text;

/// Binary operators that are words, with their level; the higher binds closer.
const WORDS: &[(&str, Op, u8)] = &[
    ("and", Op::And, 1),
    ("or", Op::Or, 1),
    ("xor", Op::Xor, 1),
    ("bxor", Op::BitXor, 2),
    ("band", Op::BitAnd, 2),
    ("bor", Op::BitOr, 2),
    ("join", Op::Join, 3),
    ("split", Op::Split, 3),
    ("isplit", Op::Split, 3),
    ("csplit", Op::SplitCase, 3),
    ("replace", Op::Replace, 3),
    ("ireplace", Op::Replace, 3),
    ("creplace", Op::ReplaceCase, 3),
    ("shl", Op::ShiftLeft, 3),
    ("shr", Op::ShiftRight, 3),
    ("eq", Op::Eq, 3),
    ("ieq", Op::Eq, 3),
    ("ceq", Op::Eq, 3),
    ("ne", Op::Ne, 3),
    ("ine", Op::Ne, 3),
    ("cne", Op::Ne, 3),
    ("lt", Op::Lt, 3),
    ("le", Op::Le, 3),
    ("gt", Op::Gt, 3),
    ("ge", Op::Ge, 3),
    ("like", Op::Like, 3),
    ("ilike", Op::Like, 3),
    ("match", Op::Match, 3),
    ("imatch", Op::Match, 3),
    ("as", Op::As, 3),
    ("is", Op::Other, 3),
    ("isnot", Op::Other, 3),
    ("in", Op::In, 3),
    ("notin", Op::NotIn, 3),
    ("contains", Op::Contains, 3),
    ("notcontains", Op::NotContains, 3),
    ("notlike", Op::NotLike, 3),
    ("notmatch", Op::NotMatch, 3),
    ("icontains", Op::Contains, 3),
    ("inotcontains", Op::NotContains, 3),
    ("inotlike", Op::NotLike, 3),
    ("inotmatch", Op::NotMatch, 3),
    ("cmatch", Op::Other, 3),
    ("clike", Op::Other, 3),
    ("ccontains", Op::Other, 3),
    ("clt", Op::Other, 3),
    ("cgt", Op::Other, 3),
    ("ilt", Op::Lt, 3),
    ("ile", Op::Le, 3),
    ("igt", Op::Gt, 3),
    ("ige", Op::Ge, 3),
    ("ias", Op::As, 3),
    ("f", Op::Format, 6),
];

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Option<Node> {
        self.deeper(|p| p.operators(1), None)
    }

    fn operators(&mut self, least: u8) -> Option<Node> {
        let mut left = self.commas()?;
        loop {
            let back = self.reader.pos;
            self.reader.space(false);
            let Some((op, level, end)) = self.operator() else {
                self.reader.pos = back;
                return Some(left);
            };
            if level < least {
                self.reader.pos = back;
                return Some(left);
            }
            self.reader.pos = end;
            self.reader.space(true);
            let Some(right) = self.operators(level + 1) else { return Some(left) };
            let span = Span { start: left.span.start, end: right.span.end };
            left = match left.kind {
                Expr::Chain(first, mut rest) if level_of(&rest) == Some(level) => {
                    rest.push((op, right));
                    Node::new(span, Expr::Chain(first, rest))
                }
                kind => {
                    let first = Box::new(Node::new(left.span, kind));
                    Node::new(span, Expr::Chain(first, vec![(op, right)]))
                }
            };
        }
    }

    /// The binary operator here, with its level and where it ends.
    fn operator(&self) -> Option<(Op, u8, usize)> {
        let at = self.reader.pos;
        let c = self.reader.char()?;
        let next = self.reader.byte_at(1);
        match c {
            '+' | '*' | '/' | '%' if next == Some(b'=') => None,
            '+' if next == Some(b'+') => None,
            '+' => Some((Op::Add, 4, at + 1)),
            '*' => Some((Op::Mul, 5, at + 1)),
            '/' => Some((Op::Div, 5, at + 1)),
            '%' => Some((Op::Rem, 5, at + 1)),
            '.' if next == Some(b'.') => Some((Op::Range, 7, at + 2)),
            c if is_dash(c) => {
                let after = at + c.len_utf8();
                let rest = self.reader.src.get(after..)?;
                let word: String = rest.chars().take_while(char::is_ascii_alphabetic).take(12).collect();
                if word.is_empty() {
                    return match rest.chars().next() {
                        Some('=') => None,
                        Some(next) if is_dash(next) => None,
                        _ => Some((Op::Sub, 4, after)),
                    };
                }
                let lower = word.to_ascii_lowercase();
                WORDS
                    .iter()
                    .find(|(text, ..)| *text == lower)
                    .map(|&(_, op, level)| (op, level, after + word.len()))
            }
            _ => None,
        }
    }

    fn commas(&mut self) -> Option<Node> {
        let first = self.unary()?;
        if self.separated {
            return Some(first);
        }
        let mut all = Vec::new();
        let start = first.span.start;
        let mut last = Some(first);
        loop {
            let back = self.reader.pos;
            self.reader.space(false);
            if self.reader.byte() != Some(b',') {
                self.reader.pos = back;
                break;
            }
            self.reader.pos += 1;
            self.reader.space(true);
            let Some(next) = self.unary() else { break };
            all.extend(last.replace(next));
        }
        if all.is_empty() {
            return last;
        }
        all.extend(last);
        Some(Node::new(Span { start, end: self.reader.pos }, Expr::Array(all)))
    }

    /// An operand with the operators before it.
    pub(super) fn unary(&mut self) -> Option<Node> {
        let start = self.reader.pos;
        let mut prefixes = Vec::new();
        loop {
            self.reader.space(!prefixes.is_empty());
            let rest = self.reader.rest();
            let c = rest.chars().next()?;
            let prefix = match c {
                '!' => Some((Prefix::Not, 1)),
                ',' => Some((Prefix::Comma, 1)),
                '+' if rest.starts_with("++") => Some((Prefix::Increment(1), 2)),
                '+' => Some((Prefix::Plus, 1)),
                '-' if rest.starts_with("--") => Some((Prefix::Increment(-1), 2)),
                c if is_dash(c) => self.word_prefix(c).or_else(|| minus_follows(rest, c)),
                _ => None,
            };
            if let Some((prefix, len)) = prefix {
                self.reader.pos += len;
                prefixes.push(prefix);
                continue;
            }
            if c == '[' {
                let type_start = self.reader.pos;
                let name = self.type_name()?;
                let end = self.reader.pos;
                if self.operand_follows() {
                    prefixes.push(Prefix::Cast(name));
                    continue;
                }
                self.reader.pos = end;
                let node = Node::new(Span { start: type_start, end }, Expr::Type(name));
                let node = self.postfix_of(node);
                return Some(wrap(prefixes, node, start));
            }
            let node = self.postfix()?;
            return Some(wrap(prefixes, node, start));
        }
    }

    fn word_prefix(&self, dash: char) -> Option<(Prefix, usize)> {
        let rest = self.reader.rest().get(dash.len_utf8()..)?;
        let word: String = rest.chars().take_while(char::is_ascii_alphabetic).take(8).collect();
        let len = dash.len_utf8() + word.len();
        match word.to_ascii_lowercase().as_str() {
            "join" => Some((Prefix::Join, len)),
            "split" | "isplit" | "csplit" => Some((Prefix::Split, len)),
            "not" => Some((Prefix::Not, len)),
            "bnot" => Some((Prefix::BitNot, len)),
            _ => None,
        }
    }

    /// Whether what follows a type in brackets is the operand of a cast.
    fn operand_follows(&mut self) -> bool {
        self.reader.space(false);
        let rest = self.reader.rest();
        let Some(c) = rest.chars().next() else { return false };
        match c {
            '$' | '(' | '\'' | '"' | '@' | '[' | '{' | '0'..='9' => true,
            '-' => rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit),
            c => is_single_quote(c) || is_double_quote(c),
        }
    }

    /// `[name]` with its brackets; lower case and without `system.` in front.
    pub(super) fn type_name(&mut self) -> Option<Rc<str>> {
        let start = self.reader.pos;
        let mut open = 0_usize;
        let mut name = String::new();
        while let Some(c) = self.reader.bump() {
            match c {
                '[' => {
                    open += 1;
                    if open > 1 {
                        name.push(c);
                    }
                }
                ']' => {
                    open -= 1;
                    if open == 0 {
                        let lower = name.trim().to_ascii_lowercase();
                        return Some(Rc::from(lower.strip_prefix("system.").unwrap_or(&lower)));
                    }
                    name.push(c);
                }
                '`' | ' ' | '\t' => {}
                c if c.is_alphanumeric() || matches!(c, '.' | '_' | ',' | '+' | '=') => name.push(c),
                _ => break,
            }
            if name.len() > 200 {
                break;
            }
        }
        self.reader.pos = start + 1;
        None
    }

    pub(super) fn postfix(&mut self) -> Option<Node> {
        let node = self.primary()?;
        Some(self.postfix_of(node))
    }

    fn postfix_of(&mut self, node: Node) -> Node {
        let start = node.span.start;
        let mut posts = Vec::new();
        loop {
            let rest = self.reader.rest();
            if rest.starts_with("::") || rest.starts_with('.') && !rest.starts_with("..") {
                let back = self.reader.pos;
                self.reader.pos += if rest.starts_with("::") { 2 } else { 1 };
                self.reader.space(true);
                if let Some(post) = self.member() {
                    posts.push(post);
                } else {
                    self.reader.pos = back;
                    break;
                }
            } else if rest.starts_with('[') {
                self.reader.pos += 1;
                self.reader.space(true);
                let separated = std::mem::replace(&mut self.separated, false);
                let index = self.expression();
                self.separated = separated;
                let Some(index) = index else { break };
                self.reader.space(true);
                self.reader.eat("]");
                posts.push(Post::Index(index));
            } else if rest.starts_with("++") {
                self.reader.pos += 2;
                posts.push(Post::Increment(1));
            } else if rest.starts_with("--") {
                self.reader.pos += 2;
                posts.push(Post::Increment(-1));
            } else {
                break;
            }
        }
        if posts.is_empty() {
            return node;
        }
        Node::new(Span { start, end: self.reader.pos }, Expr::Postfix(Box::new(node), posts))
    }

    fn member(&mut self) -> Option<Post> {
        let c = self.reader.char()?;
        let start = self.reader.pos;
        let name = if c == '(' || c == '$' || c == '"' || c == '\'' {
            let node = self.deeper(Self::primary, None)?;
            match node.kind {
                Expr::Str(word) => Name::Word(Rc::from(word.to_ascii_lowercase())),
                _ => Name::Dynamic(Box::new(node)),
            }
        } else {
            let (word, ticked) = self.reader.name(|_| false)?;
            if ticked {
                self.ticked.push((Span { start, end: self.reader.pos }, word.clone()));
            }
            Name::Word(Rc::from(word.to_ascii_lowercase()))
        };
        if self.reader.byte() != Some(b'(') {
            return Some(Post::Member(name));
        }
        self.reader.pos += 1;
        let mut args = Vec::new();
        loop {
            self.reader.space(true);
            match self.reader.byte() {
                None => break,
                Some(b')') => {
                    self.reader.pos += 1;
                    break;
                }
                Some(b',') if !args.is_empty() => self.reader.pos += 1,
                Some(_) => {
                    let before = self.reader.pos;
                    let separated = std::mem::replace(&mut self.separated, true);
                    args.extend(self.deeper(|p| p.operators(1), None));
                    self.separated = separated;
                    if self.reader.pos == before {
                        self.reader.bump();
                    }
                }
            }
        }
        Some(Post::Call(name, args))
    }

    pub(super) fn primary(&mut self) -> Option<Node> {
        if !self.count_node() {
            return None;
        }
        let start = self.reader.pos;
        // Inside of brackets and strings commas make lists again.
        let separated = std::mem::replace(&mut self.separated, false);
        let kind = self.primary_kind();
        self.separated = separated;
        Some(Node::new(Span { start, end: self.reader.pos }, kind?))
    }

    fn primary_kind(&mut self) -> Option<Expr> {
        let c = self.reader.char()?;
        Some(match c {
            '$' => self.dollar(),
            '(' => {
                self.reader.pos += 1;
                self.reader.space(true);
                let inner = self.deeper(Self::pipeline_or_assignment, super::ast::Stmt::Empty);
                self.reader.space(true);
                if self.reader.eat(")") {
                    Expr::Paren(Box::new(inner))
                } else {
                    // Something inside was not understood: leave the whole bracket alone.
                    self.skip_to_close(b'(', b')');
                    Expr::Opaque
                }
            }
            '{' => Expr::Block(self.block()),
            '@' => self.at_sign()?,
            '0'..='9' => self.number()?,
            c if is_single_quote(c) => Expr::Str(Rc::new(Text::new(self.reader.single_quoted()))),
            c if is_double_quote(c) => self.double_quoted(),
            _ => return None,
        })
    }

    pub(super) fn skip_to_close(&mut self, open: u8, close: u8) {
        let mut depth = 1_usize;
        while let Some(b) = self.reader.byte() {
            match b {
                b if b == open => depth += 1,
                b if b == close => depth -= 1,
                b'\'' => {
                    self.reader.single_quoted();
                    continue;
                }
                _ => {}
            }
            self.reader.bump();
            if depth == 0 {
                return;
            }
        }
    }
}

fn minus_follows(rest: &str, dash: char) -> Option<(Prefix, usize)> {
    let next = rest.get(dash.len_utf8()..)?.chars().next()?;
    (!next.is_ascii_alphabetic()).then_some((Prefix::Minus, dash.len_utf8()))
}

fn wrap(prefixes: Vec<Prefix>, node: Node, start: usize) -> Node {
    if prefixes.is_empty() {
        return node;
    }
    Node::new(Span { start, end: node.span.end }, Expr::Prefix(prefixes, Box::new(node)))
}

fn level_of(rest: &[(Op, Node)]) -> Option<u8> {
    let op = rest.first()?.0;
    Some(match op {
        Op::Add | Op::Sub => 4,
        Op::Mul | Op::Div | Op::Rem => 5,
        Op::Range => 7,
        op => WORDS.iter().find(|(_, known, _)| *known == op)?.2,
    })
}
