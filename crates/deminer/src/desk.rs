//! The person at the keyboard: who is told, and who can be asked.

use crate::console::Console;
use crate::messages as m;
use evidence::Message;
use std::io::{self, BufRead as _, IsTerminal as _, Write};

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Do it.
    Yes,
    /// Leave it.
    No,
    /// Nobody is there to answer, or nobody answers any more.
    Nobody,
}

/// Whoever can be asked.
pub(crate) trait Asker {
    /// Asks, and waits for an answer. `default` is the answer of whoever only presses Enter.
    fn ask(&mut self, question: &str, default: bool) -> Answer;

    /// Says something and waits until it was read.
    fn wait(&mut self, text: &str);
}

/// The terminal: questions go to standard error, answers come from standard input.
pub(crate) struct Terminal;

impl Terminal {
    /// Whether anybody is there.
    pub(crate) fn is_there() -> bool {
        io::stdin().is_terminal()
    }
}

impl Asker for Terminal {
    fn ask(&mut self, question: &str, default: bool) -> Answer {
        if !Self::is_there() {
            return Answer::Nobody;
        }
        let mut screen = io::stderr();
        let choices = if default { "[Y/n]" } else { "[y/N]" };
        let asked = write!(screen, "{question} {choices} ").and_then(|()| screen.flush());
        let mut line = String::new();
        match asked.and_then(|()| io::stdin().lock().read_line(&mut line)) {
            Err(_) | Ok(0) => Answer::Nobody,
            Ok(_) => meant(&line, default),
        }
    }

    fn wait(&mut self, text: &str) {
        if Self::is_there() {
            let mut screen = io::stderr();
            // That nobody can be told or answers is no reason to stay.
            let _ = write!(screen, "{text} ").and_then(|()| screen.flush());
            let _ = io::stdin().lock().read_line(&mut String::new());
        }
    }
}

/// What was typed, as an answer. What is neither yes nor Enter is a no.
fn meant(line: &str, default: bool) -> Answer {
    let word = line.trim().to_lowercase();
    let yes = ["y", "yes", "はい"].contains(&word.as_str()) || (word.is_empty() && default);
    if yes { Answer::Yes } else { Answer::No }
}

/// Where results go, and who is asked.
pub(crate) struct Desk<'a> {
    /// How to speak.
    pub console: Console,
    /// Where the result goes.
    pub out: &'a mut dyn Write,
    /// Who is asked.
    pub asker: &'a mut dyn Asker,
}

impl Desk<'_> {
    /// Whether the person says yes.
    pub(crate) fn agrees(&mut self, question: &Message) -> bool {
        let question = self.console.catalogue().line(question);
        let answer = self.asker.ask(&question, false);
        if answer == Answer::Nobody {
            self.console.warn(&m::NOBODY_TO_ASK.plain());
        }
        answer == Answer::Yes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_one() {
        for yes in ["y\r\n", "Y\n", " yes ", "はい\n"] {
            assert_eq!(meant(yes, false), Answer::Yes, "{yes:?}");
        }
        for no in ["n\n", "j", "yy", "いいえ"] {
            assert_eq!(meant(no, true), Answer::No, "{no:?}");
        }
        assert_eq!(meant("\n", true), Answer::Yes);
        assert_eq!(meant("\n", false), Answer::No);
    }
}
