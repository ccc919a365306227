//! PowerShell: a small tolerant parser and an evaluator for constants.
//!
//! Written here and not built on `minusone`, which does a part of the same: it pins another version of the tree-sitter
//! runtime than the newest PowerShell grammar wants, so Cargo cannot resolve the two together, and both bring a C
//! compiler into the build of a program that is cross-compiled for old Windows. What decoding needs of the grammar is
//! small: words, strings, operators, members, blocks.

mod affixes;
mod ast;
mod collections;
mod commands;
mod comparisons;
mod constants;
mod control;
mod eval;
mod expressions;
mod flow;
mod literals;
mod methods;
mod objects;
mod operators;
mod parser;
mod pipeline;
mod places;
mod reader;
mod secure;
mod shape;
mod strings;
mod text;
mod trace;
mod types;
mod value;

use self::trace::{Gap, Trick};
use crate::engine::{Child, Opened};
use crate::model::{Language, Limits};

/// Opens a PowerShell text: what it runs, what it decodes, and how it reads without its tricks.
pub(crate) fn open(text: &str, limits: &Limits, room: usize, steps: &mut u64, opened: &mut Opened) {
    let mut parser = parser::Parser::new(text, limits.max_depth);
    let script = parser.script();
    let ticked = std::mem::take(&mut parser.ticked);
    let evaluator = eval::Evaluator::new(text, std::mem::take(&mut parser.assigned), steps, room);
    let mut trace = evaluator.run(&script);
    for (span, word) in &ticked {
        trace.trick(Trick::Tick);
        trace.word(*span, word);
    }
    for (span, string) in &parser.ticked_strings {
        trace.trick(Trick::Tick);
        trace.string(*span, string);
    }
    trace.flush();
    opened.texts = trace.told(text);
    if trace.is_obfuscated() {
        opened.traits.push(("obfuscated", ticked.first().map_or(0, |(span, _)| span.start)));
    }
    if trace.is_compressed() {
        opened.traits.push(("compressed-payload", 0));
    }
    if trace.is_worth_showing()
        && let Some(readable) = trace.readable(text, room)
    {
        opened.children.push(Child {
            how: "evaluated",
            language: Some(Language::PowerShell),
            text: readable,
        });
    }
    opened.children.append(&mut trace.children);
    if parser.too_deep {
        trace.gap(Gap::TooDeep);
    }
    if parser.too_long {
        trace.gap(Gap::TooLong);
    }
    opened.problems.extend(trace.gaps.iter().map(|gap| gap.problem()));
}
