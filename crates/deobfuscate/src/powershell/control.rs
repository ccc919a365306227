//! Statements with a word of their own: conditions, loops, functions, `try`.

use std::rc::Rc;

use super::ast::{Block, Matching, Stage, Stmt, Switch};
use super::parser::{Parser, variable_of};
use super::reader::is_dash;

impl Parser<'_> {
    pub(super) fn if_statement(&mut self) -> Stmt {
        let mut arms = vec![(self.condition(), self.block())];
        loop {
            let back = self.reader.pos;
            self.reader.space(true);
            match self.reader.peek_word() {
                Some((word, end)) if word == "elseif" => {
                    self.reader.pos = end;
                    arms.push((self.condition(), self.block()));
                }
                Some((word, end)) if word == "else" => {
                    self.reader.pos = end;
                    return Stmt::If(arms, Some(self.block()));
                }
                _ => {
                    self.reader.pos = back;
                    return Stmt::If(arms, None);
                }
            }
        }
    }

    pub(super) fn for_statement(&mut self) -> Stmt {
        self.reader.space(true);
        if !self.reader.eat("(") {
            return Stmt::Empty;
        }
        let mut parts = [Stmt::Empty, Stmt::Empty, Stmt::Empty];
        for part in &mut parts {
            self.reader.space(true);
            if !matches!(self.reader.byte(), Some(b';' | b')')) {
                *part = self.deeper(Self::pipeline_or_assignment, Stmt::Empty);
                self.reader.space(true);
            }
            if self.reader.byte() == Some(b')') {
                break;
            }
            self.reader.eat(";");
        }
        self.reader.space(true);
        self.reader.eat(")");
        Stmt::For(Box::new(parts), self.block())
    }

    pub(super) fn foreach_statement(&mut self) -> Stmt {
        self.reader.space(true);
        if !self.reader.eat("(") {
            return Stmt::Empty;
        }
        self.reader.space(true);
        let variable = self.deeper(Self::operand_list_item, None).as_ref().and_then(variable_of);
        self.reader.space(true);
        if let Some((word, end)) = self.reader.peek_word()
            && word == "in"
        {
            self.reader.pos = end;
        }
        let mut all = self.deeper(|p| p.statements(Some(b')')), Vec::new());
        let list = if all.len() == 1 { all.remove(0) } else { Stmt::Empty };
        Stmt::Foreach(variable.unwrap_or_else(|| Rc::from("")), Box::new(list), self.block())
    }

    pub(super) fn while_statement(&mut self) -> Stmt {
        let condition = self.condition();
        Stmt::While(Box::new(condition), self.block(), false)
    }

    pub(super) fn do_statement(&mut self) -> Stmt {
        let body = self.block();
        self.reader.space(true);
        match self.reader.peek_word() {
            Some((word, end)) if word == "while" => {
                self.reader.pos = end;
                let condition = self.condition();
                Stmt::While(Box::new(condition), body, true)
            }
            Some((word, end)) if word == "until" => {
                self.reader.pos = end;
                Stmt::Until(Box::new(self.condition()), body)
            }
            _ => Stmt::Blocks(vec![body], Vec::new()),
        }
    }

    pub(super) fn switch_statement(&mut self) -> Stmt {
        let mut matching = Matching::Exact;
        loop {
            self.reader.space(true);
            if !self.reader.char().is_some_and(is_dash) {
                break;
            }
            self.reader.bump();
            match self.reader.name(|_| false).map(|(name, _)| name.to_ascii_lowercase()).as_deref() {
                Some("regex") => matching = Matching::Regex,
                Some("wildcard") => matching = Matching::Wildcard,
                _ => {}
            }
        }
        let value = self.condition();
        self.reader.space(true);
        let mut switch = Switch { matching, value, clauses: Vec::new(), otherwise: None };
        if self.reader.eat("{") {
            self.deeper(|p| p.clauses(&mut switch), ());
        }
        Stmt::Switch(Box::new(switch))
    }

    fn clauses(&mut self, switch: &mut Switch) {
        loop {
            self.reader.space(true);
            let before = self.reader.pos;
            match self.reader.byte() {
                None => return,
                Some(b'}') => {
                    self.reader.pos += 1;
                    return;
                }
                Some(_) => {
                    let is_default = self.reader.peek_word().is_some_and(|(word, _)| word == "default");
                    if let Some(pattern) = self.argument() {
                        self.reader.space(true);
                        if self.reader.byte() == Some(b'{') {
                            let block = self.block();
                            if is_default {
                                switch.otherwise = Some(block);
                            } else {
                                switch.clauses.push((pattern, block));
                            }
                        }
                    }
                }
            }
            if self.reader.pos == before {
                self.reader.bump();
            }
        }
    }

    pub(super) fn function(&mut self, filter: bool) -> Stmt {
        self.reader.space(true);
        let Some((name, _)) = self.reader.name(|c| matches!(c, '-' | ':' | '.')) else { return Stmt::Empty };
        self.reader.space(true);
        let params = if self.reader.byte() == Some(b'(') { self.parameters() } else { Vec::new() };
        let block = self.block();
        let block = match Rc::try_unwrap(block) {
            // All of a filter runs for each item.
            Ok(inner) if filter => {
                let span = inner.span;
                let body = vec![Stmt::Stage(Stage::Process, Rc::new(inner))];
                Rc::new(Block::new(params, body, span))
            }
            Ok(inner) if !params.is_empty() => Rc::new(Block::new(params, inner.body, inner.span)),
            Ok(inner) => Rc::new(inner),
            Err(block) => block,
        };
        let name = name.to_ascii_lowercase();
        let name = name.rsplit(':').next().unwrap_or(&name);
        Stmt::Function(Rc::from(name), block)
    }

    /// What follows `try`.
    pub(super) fn try_statement(&mut self) -> Stmt {
        let mut all = vec![self.block()];
        let mut failed = Vec::new();
        loop {
            let back = self.reader.pos;
            self.reader.space(true);
            match self.reader.peek_word() {
                Some((word, end)) if matches!(word.as_str(), "catch" | "finally") => {
                    self.reader.pos = end;
                    self.reader.space(true);
                    while self.reader.byte() == Some(b'[') {
                        self.type_name();
                        self.reader.space(true);
                        self.reader.eat(",");
                        self.reader.space(true);
                    }
                    let list = if word == "catch" { &mut failed } else { &mut all };
                    list.push(self.block());
                }
                _ => {
                    self.reader.pos = back;
                    return Stmt::Blocks(all, failed);
                }
            }
        }
    }
}
