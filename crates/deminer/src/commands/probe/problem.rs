//! What can be wrong with what the user named.

use super::messages as m;
use evidence::Message;
use probe::targets;

/// The variable of the environment that a password may stand in.
pub(super) const PASSWORD: &str = "DEMINER_PASSWORD";

/// Why nobody can be asked.
#[derive(Debug)]
pub(crate) enum Problem {
    /// Something that was named is no target.
    Target(targets::Error),
    /// A line of a list is no target.
    Line {
        /// The list.
        path: String,
        /// The line, counted from 1.
        line: u64,
        /// What is wrong with it.
        problem: targets::Error,
    },
    /// A list has nothing in it.
    EmptyList(String),
    /// More addresses than are asked without a word.
    Many(u64),
    /// No name that was named has an address.
    NoneResolved(targets::Error),
    /// There is no password, and nobody to ask for it.
    NoPassword,
    /// The password in the environment is no text.
    PasswordText,
}

impl Problem {
    /// What is wrong.
    pub(crate) fn message(&self) -> Message {
        match self {
            Self::Target(problem) | Self::NoneResolved(problem) => of_target(problem),
            Self::Line { path, line, problem } => {
                m::LINE.with([path.into(), (*line).into(), of_target(problem).into()])
            }
            Self::EmptyList(path) => m::EMPTY_LIST.with([path.into()]),
            Self::Many(count) => m::MANY.with([(*count).into(), targets::MANY.into()]),
            Self::NoPassword => m::NO_PASSWORD.plain(),
            Self::PasswordText => m::PASSWORD_TEXT.plain(),
        }
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> Message {
        match self {
            Self::Target(targets::Error::TooMany { .. }) => m::HINT_TOO_MANY.plain(),
            Self::Target(targets::Error::Unresolved { .. }) | Self::NoneResolved(_) => {
                m::HINT_UNRESOLVED.plain()
            }
            Self::Target(_) => m::HINT_TARGET.plain(),
            Self::Line { .. } | Self::EmptyList(_) => m::HINT_LIST.plain(),
            Self::Many(_) => m::HINT_MANY.plain(),
            Self::NoPassword | Self::PasswordText => m::HINT_PASSWORD.with([PASSWORD.into()]),
        }
    }
}

fn of_target(problem: &targets::Error) -> Message {
    use targets::Error as E;
    match problem {
        E::Prefix { named, most } => m::PREFIX.with([named.into(), u64::from(*most).into()]),
        E::Range { named } => m::RANGE.with([named.into()]),
        E::Name { named } => m::NAME.with([named.into()]),
        E::NoHost { named } => m::NO_HOST.with([named.into()]),
        E::Unresolved { named, .. } => m::UNRESOLVED.with([named.into()]),
        E::TooMany { count, most } => m::TOO_MANY.with([(*count).into(), (*most).into()]),
    }
}
