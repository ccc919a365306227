//! What the program has to say, without the words: an id and typed arguments.
//!
//! The wording in each language is the business of the report. A message id is a Fluent identifier in kebab case;
//! its arguments are named like Fluent variables.

use serde::{Deserialize, Serialize};

/// One argument of a [`Message`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Arg {
    /// A number that may need a plural form.
    Number(u64),
    /// Text as it is, often the attacker's: a name, a query, a path. The report makes it harmless.
    Text(String),
    /// A message of its own, put in at this place.
    Message(Box<Message>),
}

/// What a crate can say: the id of a message and the names of its arguments.
///
/// Every crate lists its own, so that a test can hold the catalogue against them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageSpec {
    /// The Fluent identifier.
    pub id: &'static str,
    /// The names of the arguments, in order.
    pub args: &'static [&'static str],
}

impl MessageSpec {
    /// A message that this crate can say.
    pub const fn new(id: &'static str, args: &'static [&'static str]) -> Self {
        Self { id, args }
    }

    /// The message with its arguments, in the order of [`MessageSpec::args`].
    pub fn with<const N: usize>(&self, values: [Arg; N]) -> Message {
        debug_assert_eq!(N, self.args.len(), "{}", self.id);
        let names = self.args.iter().map(|name| (*name).to_owned());
        Message { id: self.id.to_owned(), args: names.zip(values).collect() }
    }

    /// The message, where it takes no arguments.
    pub fn plain(&self) -> Message {
        self.with([])
    }
}

/// A sentence by its id, to be worded by the report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Message {
    /// The Fluent identifier.
    pub id: String,
    /// The arguments by name, in the order in which they were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<(String, Arg)>,
}

impl Message {
    /// A message without arguments.
    pub fn new(id: &str) -> Self {
        Self { id: id.to_owned(), args: Vec::new() }
    }

    /// The same message with one argument more.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Arg>) -> Self {
        self.args.push((name.to_owned(), value.into()));
        self
    }

    /// The text argument with this name, for programs and tests that look into a message.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.args.iter().find(|(n, _)| n == name).and_then(|(_, value)| match value {
            Arg::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Arg {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<u64> for Arg {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Arg {
    fn from(number: usize) -> Self {
        Self::Number(number as u64)
    }
}

impl From<Message> for Arg {
    fn from(message: Message) -> Self {
        Self::Message(Box::new(message))
    }
}

/// How much a note matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Part of the evidence could not be read.
    Error,
    /// Something was read, but not as it should be.
    Warning,
    /// Worth knowing.
    Info,
}

/// A remark on the evidence: a damaged file, a refused archive member, an ambiguous listing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Note {
    /// How much it matters.
    pub level: Level,
    /// The file (and member) it speaks of, as in [`Source::display_name`](crate::Source::display_name); empty where none.
    pub source: String,
    /// The byte offset it speaks of, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// What there is to say.
    pub message: Message,
}
