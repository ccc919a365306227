//! The message catalogue: what a message id says in each language.
//!
//! Everything that a person reads goes through here. The wording stands in `locales/LANGUAGE/*.ftl`, one file for each
//! crate or module that speaks.

use crate::language::Language;
use crate::links::without_links;
use crate::sanitize::visible;
use evidence::{Arg, Message};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::borrow::Cow;
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

/// What the build script packed, in the order of [`Language::ALL`].
const PACKED: [&[u8]; 2] = [
    include_bytes!(concat!(env!("OUT_DIR"), "/en.bin")),
    include_bytes!(concat!(env!("OUT_DIR"), "/ja.bin")),
];

/// Name and text of each file of the catalogue of a language, in the order of their names.
pub(crate) fn files(language: Language) -> Vec<(String, String)> {
    let [english, japanese] = PACKED;
    packed::unpack(match language {
        Language::English => english,
        Language::Japanese => japanese,
    })
}

/// How deep messages may stand in messages.
const MAX_DEPTH: u8 = 8;

/// Marks of the text that is not ours, put round it while a message is worded. Both are among the characters that
/// [`visible`] writes out, and no file of the catalogue has them, so that they mean nothing else.
const QUOTE_START: char = '\u{2068}';
const QUOTE_END: char = '\u{2069}';

/// The wording in one language.
pub struct Catalogue {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

/// A piece of a worded message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The text, made visible.
    pub text: String,
    /// Whether it comes from the evidence and not from the catalogue.
    pub quoted: bool,
}

/// What becomes of the text arguments of a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quoting {
    /// As they are.
    Raw,
    /// Made visible.
    Visible,
    /// Made visible and marked.
    Marked,
}

impl Catalogue {
    /// The catalogue of a language; it is read once.
    pub fn get(language: Language) -> &'static Self {
        static ENGLISH: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::load(Language::English));
        static JAPANESE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::load(Language::Japanese));
        match language {
            Language::English => &ENGLISH,
            Language::Japanese => &JAPANESE,
        }
    }

    fn load(language: Language) -> Self {
        let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        bundle.set_use_isolating(false);
        for (_, text) in files(language) {
            // The tests hold the files against the grammar; what is well-formed counts in any case.
            let resource = FluentResource::try_new(text).unwrap_or_else(|(partial, _)| partial);
            bundle.add_resource_overriding(resource);
        }
        Self { language, bundle }
    }

    /// The language of the wording.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Whether the catalogue itself has this id.
    pub fn has(&self, id: &str) -> bool {
        self.bundle.has_message(id)
    }

    /// The message in words, with the text of its arguments as it is. For output that a program reads.
    pub fn text(&self, message: &Message) -> String {
        self.word(message, Quoting::Raw, MAX_DEPTH)
    }

    /// The message in words on one line, with the text of its arguments made [visible]. For output that a person reads.
    pub fn line(&self, message: &Message) -> String {
        self.word(message, Quoting::Visible, MAX_DEPTH)
    }

    /// The same without links, but to sources of ours: for what is said of evidence, so that no terminal or reader makes one of it.
    pub fn say(&self, message: &Message) -> String {
        self.line(&without_links(message))
    }

    /// The message in words without links, with what comes from the evidence told apart.
    pub fn runs(&self, message: &Message) -> Vec<Run> {
        split_runs(&self.word(&without_links(message), Quoting::Marked, MAX_DEPTH))
    }

    /// Several messages as one text.
    pub fn texts(&self, messages: &[Message]) -> String {
        self.join("join-sentences", messages.iter().map(|message| self.text(message)))
    }

    /// Several messages as one text on one line, with the text of their arguments made [visible].
    pub fn lines(&self, messages: &[Message]) -> String {
        self.join("join-sentences", messages.iter().map(|message| self.line(message)))
    }

    /// Words as a list in one line.
    pub fn list<S: Into<String>>(&self, words: impl IntoIterator<Item = S>) -> String {
        self.join("join-list", words.into_iter().map(Into::into))
    }

    fn join(&self, id: &str, texts: impl Iterator<Item = String>) -> String {
        texts
            .reduce(|first, second| self.text(&Message::new(id).with("first", first).with("second", second)))
            .unwrap_or_default()
    }

    /// The words for an id without arguments: a heading, the name of a severity.
    pub fn word_for(&self, id: &str) -> String {
        self.text(&Message::new(id))
    }

    fn word(&self, message: &Message, quoting: Quoting, depth: u8) -> String {
        let Some(depth) = depth.checked_sub(1) else {
            return "…".to_owned();
        };
        let args = self.arguments(message, quoting, depth);
        self.format(&message.id, &args)
            .or_else(|| {
                Self::get_fallback(self.language).and_then(|english| english.format(&message.id, &args))
            })
            .unwrap_or_else(|| visible(&message.id).into_owned())
    }

    fn get_fallback(language: Language) -> Option<&'static Self> {
        (language != Language::English).then(|| Self::get(Language::English))
    }

    fn format(&self, id: &str, args: &FluentArgs<'_>) -> Option<String> {
        let pattern = self.bundle.get_message(id)?.value()?;
        // A missing argument is written as its name; that is all that can go wrong here.
        let mut problems = Vec::new();
        Some(self.bundle.format_pattern(pattern, Some(args), &mut problems).into_owned())
    }

    fn arguments<'m>(&self, message: &'m Message, quoting: Quoting, depth: u8) -> FluentArgs<'m> {
        let mut args = FluentArgs::with_capacity(message.args.len());
        for (name, value) in &message.args {
            args.set(
                name.as_str(),
                match value {
                    Arg::Number(number) => number_value(*number),
                    Arg::Text(text) => FluentValue::String(quote(text, quoting)),
                    Arg::Message(inner) => FluentValue::from(self.word(inner, quoting, depth)),
                },
            );
        }
        args
    }
}

/// A number that chooses plural forms; one too large for that is text, so that no digit of it is lost.
fn number_value(number: u64) -> FluentValue<'static> {
    match u32::try_from(number) {
        Ok(small) => FluentValue::from(small),
        Err(_) => FluentValue::from(number.to_string()),
    }
}

fn quote(text: &str, quoting: Quoting) -> Cow<'_, str> {
    match quoting {
        Quoting::Raw => Cow::Borrowed(text),
        Quoting::Visible => visible(text),
        Quoting::Marked => Cow::Owned(format!("{QUOTE_START}{}{QUOTE_END}", visible(text))),
    }
}

fn split_runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut quoted = false;
    for piece in text.split_inclusive([QUOTE_START, QUOTE_END]) {
        let words = piece.trim_end_matches([QUOTE_START, QUOTE_END]);
        if !words.is_empty() {
            runs.push(Run { text: words.to_owned(), quoted });
        }
        if piece.ends_with(QUOTE_START) {
            quoted = true;
        } else if piece.ends_with(QUOTE_END) {
            quoted = false;
        }
    }
    runs
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;
