//! What a reading ran into, and how much of that is told.

use super::MORE;
use crate::Problem;
use evidence::{Level, Message};

/// How many problems of one source are told one by one.
const TOLD: usize = 100;

/// The problems of one source, with places in its text.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) found: Vec<(Level, usize, Message)>,
    more: usize,
}

impl Log {
    /// Notes a problem at a place in the text.
    pub(super) fn add(&mut self, level: Level, at: usize, message: Message) {
        if self.found.len() < TOLD {
            self.found.push((level, at, message));
        } else {
            self.more += 1;
        }
    }

    /// The problems with places in the stored bytes, in their order.
    pub(super) fn into_problems(mut self, offset: impl Fn(usize) -> u64) -> Vec<Problem> {
        self.found.sort_by_key(|(_, at, _)| *at);
        let told = self.found.into_iter();
        let mut problems: Vec<_> =
            told.map(|(level, at, message)| Problem { level, offset: Some(offset(at)), message }).collect();
        if self.more > 0 {
            problems.push(Problem {
                level: Level::Error,
                offset: None,
                message: MORE.with([self.more.into()]),
            });
        }
        problems
    }
}
