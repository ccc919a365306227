//! What the evaluator noticed on its way: texts worked out, texts run, tricks used.

use std::collections::HashMap;
use std::rc::Rc;

use super::ast::Span;
use super::value::Value;
use crate::encoding;
use crate::engine::Child;
use crate::model::Language;

/// Ways of hiding words that people who write scripts to be read do not use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trick {
    /// Back-ticks inside words.
    Tick,
    /// A command, member or type whose name is put together.
    HiddenWord,
    /// Text out of numbers of characters.
    CharCodes,
    /// Text backwards.
    Reversed,
    /// `-bxor` over characters.
    Xor,
    /// `{2}{0}{1}`.
    Shuffled,
    /// `.Replace` on a constant.
    Replaced,
    /// `.Invoke` on a method.
    Invoke,
    /// Base64 to text.
    Base64,
    /// A compressed stream.
    Compressed,
    /// Constants put together.
    Joined,
}

/// Something that was not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gap {
    OutOfSteps,
    TooLarge,
    TooDeep,
    TooLong,
    /// A compressed stream ended early or was none.
    Damaged,
}

impl Gap {
    /// The problem's name and sentence.
    pub(crate) fn problem(self) -> (&'static str, String) {
        let (id, detail) = match self {
            Self::OutOfSteps => ("step-limit", "working out the script takes more steps than are allowed"),
            Self::TooLarge => ("output-limit", "the script builds more text than is allowed"),
            Self::TooDeep => ("depth-limit", "brackets or blocks are nested too deeply to follow"),
            Self::TooLong => ("length-limit", "the script has more parts than are followed"),
            Self::Damaged => ("damaged-stream", "a compressed stream is cut off, damaged or too large"),
        };
        (id, detail.to_owned())
    }
}

/// Longest text that replaces an expression in the readable form.
const MAX_FOLD: usize = 8192;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    /// What each place was worked out to; `None` where it was not always the same.
    edits: HashMap<(usize, usize), Option<String>>,
    tricks: Vec<(Trick, usize)>,
    pub(crate) children: Vec<Child>,
    products: Vec<(&'static str, Value)>,
    how: Vec<&'static str>,
    /// What was not followed, in the order met.
    pub(crate) gaps: Vec<Gap>,
}

impl Trace {
    pub(crate) fn gap(&mut self, gap: Gap) {
        if !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }

    pub(crate) fn trick(&mut self, trick: Trick) {
        match self.tricks.iter_mut().find(|(known, _)| *known == trick) {
            Some((_, count)) => *count += 1,
            None => self.tricks.push((trick, 1)),
        }
    }

    fn count(&self, trick: Trick) -> usize {
        self.tricks.iter().find(|(known, _)| *known == trick).map_or(0, |(_, count)| *count)
    }

    /// Whether the text hides what it says. Joining and formatting constants is everybody's habit and does not count.
    pub(crate) fn is_obfuscated(&self) -> bool {
        let strong =
            [Trick::CharCodes, Trick::Reversed, Trick::Xor, Trick::Shuffled, Trick::Invoke, Trick::Replaced]
                .into_iter()
                .filter(|&trick| self.count(trick) > 0)
                .count();
        self.count(Trick::HiddenWord) > 0
            || self.count(Trick::Tick) > 0
            || strong > 1
            || strong == 1 && !self.children.is_empty()
    }

    /// Whether a compressed stream was opened.
    pub(crate) fn is_compressed(&self) -> bool {
        self.count(Trick::Compressed) > 0
    }

    /// Whether a readable form is worth a layer of its own.
    pub(crate) fn is_worth_showing(&self) -> bool {
        self.tricks.iter().any(|(trick, _)| !matches!(trick, Trick::Base64 | Trick::Compressed))
    }

    /// Notes that a place is worked out to a text.
    pub(crate) fn fold(&mut self, span: Span, text: &str) {
        if text.len() > MAX_FOLD {
            self.vary(span);
            return;
        }
        match self.edits.get_mut(&(span.start, span.end)) {
            Some(None) => {}
            Some(known) => {
                if known.as_deref().is_none_or(|known| !is_quoted(known, text)) {
                    *known = None;
                }
            }
            None => {
                self.edits.insert((span.start, span.end), Some(format!("'{}'", text.replace('\'', "''"))));
            }
        }
    }

    /// Notes that a place has no one text.
    pub(crate) fn vary(&mut self, span: Span) {
        if let Some(known) = self.edits.get_mut(&(span.start, span.end)) {
            *known = None;
        }
    }

    /// Notes that a place is a name, to be shown without quotes.
    pub(crate) fn bare(&mut self, span: Span, text: &str) {
        if text.len() < 200
            && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '\\' | ':'))
        {
            self.edits.insert((span.start, span.end), Some(text.to_owned()));
        }
    }

    /// The text with everything worked out in its place; `None` where nothing was.
    pub(crate) fn readable(&self, src: &str, room: usize) -> Option<String> {
        let mut edits: Vec<(usize, usize, &str)> = self
            .edits
            .iter()
            .filter_map(|(&(start, end), text)| Some((start, end, text.as_deref()?)))
            .collect();
        // Outer places first; what lies inside an applied one is part of it.
        edits.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        let mut out = String::with_capacity(src.len());
        let mut at = 0;
        for (start, end, text) in edits {
            if start < at || out.len() > room {
                continue;
            }
            out.push_str(src.get(at..start)?);
            out.push_str(text);
            at = end;
        }
        out.push_str(src.get(at..)?);
        (out != src).then_some(out)
    }

    /// Names the step that was just taken, for the layer that comes out of it.
    pub(crate) fn step(&mut self, how: &'static str) {
        if !self.how.contains(&how) {
            self.how.push(how);
        }
    }

    /// The most telling of the steps taken since the last layer.
    fn take_how(&mut self, otherwise: &'static str) -> &'static str {
        const ORDER: &[&str] = &[
            "deflate",
            "gzip",
            "zlib",
            "xor",
            "base64-utf16",
            "base64",
            "char-codes",
            "reversed",
            "replaced",
            "format",
            "joined",
        ];
        let how = ORDER.iter().find(|name| self.how.contains(name)).copied().unwrap_or(otherwise);
        self.how.clear();
        how
    }

    /// A text that the script runs as code.
    pub(crate) fn run(&mut self, value: &Value, separator: &str) {
        let Some(text) = value.to_text(separator) else { return };
        self.consume(value);
        let how = self.take_how("invoke-expression");
        self.child(Child { how, language: Some(Language::PowerShell), text });
    }

    pub(crate) fn child(&mut self, child: Child) {
        if self.children.len() < 256 && !child.text.trim().is_empty() {
            self.children.push(child);
        }
    }

    /// Something decoded: shown in the end, unless it goes on into something else.
    pub(crate) fn produce(&mut self, from: &Value, how: &'static str, value: &Value) {
        self.consume(from);
        self.step(how);
        if self.products.len() < 256 {
            self.products.push((how, value.clone()));
        }
    }

    fn consume(&mut self, value: &Value) {
        self.products.retain(|(_, known)| !is_same_data(known, value));
    }

    /// Turns what was decoded and never run into layers.
    pub(crate) fn flush(&mut self) {
        for (how, value) in std::mem::take(&mut self.products) {
            let (language, text) = match &value {
                Value::Str(text) => (None, text.to_string()),
                Value::Bytes(bytes) | Value::Stream(bytes) => match encoding::text_of(bytes) {
                    ("binary", text) => (Some(Language::Binary), text),
                    (_, text) => (None, text),
                },
                _ => continue,
            };
            let is_shown = self.children.iter().any(|child| child.text.contains(&text));
            if text.chars().count() >= 16 && !is_shown {
                self.child(Child { how, language, text });
            }
        }
    }
}

fn is_quoted(quoted: &str, text: &str) -> bool {
    quoted
        .strip_prefix('\'')
        .and_then(|q| q.strip_suffix('\''))
        .is_some_and(|inner| inner == text || inner.contains('\'') && inner.replace("''", "'") == text)
}

fn is_same_data(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => Rc::ptr_eq(a, b),
        (Value::Bytes(a) | Value::Stream(a), Value::Bytes(b) | Value::Stream(b)) => Rc::ptr_eq(a, b),
        (_, Value::List(items)) => items.iter().take(4).any(|item| is_same_data(a, item)),
        _ => false,
    }
}
