//! `call :label`, its arguments, and what begins and ends the reach of variables.

use super::{MAX_COMMANDS, MAX_DEPTH, Shell};
use std::rc::Rc;

/// Reaches of variables in one another.
const MAX_SCOPES: usize = 32;
/// Bytes of variables that are kept for later.
const MAX_SCOPE: usize = 1 << 20;
/// Arguments of one call.
const MAX_ARGUMENTS: usize = 64;

/// What a label is called with.
#[derive(Debug)]
pub(super) struct Frame {
    /// `%1` is the first.
    arguments: Vec<String>,
    /// The same as they were written: `%*`.
    all: String,
    /// The part of the file that the call runs is at its end.
    pub(super) ended: bool,
}

impl Shell {
    /// Commands that only steer: says whether it is one.
    pub(super) fn control(&mut self, word: &str, rest: &str) -> bool {
        match word {
            "setlocal" => self.put_aside(),
            "endlocal" => {
                if let Some(vars) = self.scopes.pop() {
                    self.vars = vars;
                }
            }
            "shift" => {
                let from = rest.trim().strip_prefix('/').and_then(|n| n.parse::<usize>().ok()).unwrap_or(1);
                let at = from.max(1) - 1;
                if let Some(frame) = self.frame.as_mut().filter(|frame| at < frame.arguments.len()) {
                    frame.arguments.remove(at);
                }
            }
            "exit" | "goto" => {
                let ends = word == "exit" || rest.trim().trim_start_matches(':').eq_ignore_ascii_case("eof");
                if let Some(frame) = self.frame.as_mut() {
                    frame.ended |= ends;
                }
            }
            _ => return false,
        }
        true
    }

    /// Keeps the variables as they are, where they are not many: a copy costs what it is long.
    fn put_aside(&mut self) {
        let size: usize = self.vars.iter().map(|(name, value)| name.len() + value.len()).sum();
        self.commands += size / 1024;
        if self.scopes.len() < MAX_SCOPES && size <= MAX_SCOPE {
            self.scopes.push(self.vars.clone());
        }
    }

    /// Runs the lines behind a label with arguments of their own, up to where they end; says whether its readable form is written already.
    pub(super) fn call_label(&mut self, text: &str, depth: usize) -> bool {
        let mut words = words(text).into_iter();
        let name = words.next().unwrap_or_default();
        let name = name.trim_start_matches(':').to_ascii_lowercase();
        let script = Rc::clone(&self.script);
        let label = |line: &String| {
            let name = line.trim_start().strip_prefix(':')?.split([' ', '\t']).next()?;
            Some(name.to_ascii_lowercase())
        };
        self.commands += script.len() / 64;
        let Some(at) = script.iter().position(|line| label(line).as_deref() == Some(&name)) else {
            return false;
        };
        let all = text.split_once([' ', '\t']).map_or("", |(_, all)| all).trim().to_owned();
        let arguments = words.take(MAX_ARGUMENTS).collect();
        let before = self.frame.replace(Frame { arguments, all, ended: false });
        let scopes = self.scopes.len();
        for line in script.iter().skip(at + 1) {
            let ended = self.frame.as_ref().is_none_or(|frame| frame.ended);
            if self.commands >= MAX_COMMANDS || ended || depth + 1 >= MAX_DEPTH {
                break;
            }
            self.line(line, depth + 1);
        }
        self.frame = before;
        // A call ends what it began.
        if let Some(vars) = self.scopes.drain(scopes.min(self.scopes.len())..).next() {
            self.vars = vars;
        }
        true
    }

    /// The value of `%1`, `%~1`, `%*` and their like at the beginning of a text, and how much of it names them.
    pub(super) fn argument(&self, after: &str) -> Option<(String, usize)> {
        let frame = self.frame.as_ref()?;
        let plain = after.strip_prefix('~');
        let rest = plain.unwrap_or(after);
        let letters = plain.map_or(0, |rest| rest.bytes().take_while(|c| b"fdpnxsatz".contains(c)).count());
        let used = usize::from(plain.is_some()) + letters;
        match rest.as_bytes().get(letters)? {
            b'*' if plain.is_none() => Some((frame.all.clone(), used + 1)),
            // Parts of a path are known where the file lies only.
            digit @ b'1'..=b'9' if letters == 0 => {
                let value = frame.arguments.get(usize::from(digit - b'1')).map_or("", String::as_str);
                let value = if plain.is_some() { value.trim_matches('"') } else { value };
                Some((value.to_owned(), used + 1))
            }
            _ => None,
        }
    }
}

/// Words as `cmd` gives them to a label: blanks, commas, semicolons and equal signs part them, quotes hold them together and stay.
fn words(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        quoted ^= c == '"';
        if !quoted && matches!(c, ' ' | '\t' | ',' | ';' | '=') {
            out.push(String::new());
        } else if let Some(word) = out.last_mut() {
            word.push(c);
        }
    }
    out.retain(|word| !word.is_empty());
    out
}
