//! Where what is opened ends: brackets, loops, conditions, functions. Worked out once, so that no loop looks for its end again.

use super::tokens::{Dialect, Kind, Token};

/// For each token that opens something the place of what closes it; 0 for every other.
pub(super) fn of(tokens: &[Token], dialect: Dialect) -> Vec<usize> {
    let mut pairs = vec![0; tokens.len()];
    let mut brackets: Vec<usize> = Vec::new();
    let mut words: Vec<(usize, &str)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match &token.kind {
            Kind::Sign("(" | "[" | "{") => brackets.push(at),
            Kind::Sign(")" | "]" | "}") => {
                if let Some(open) = brackets.pop() {
                    pairs[open] = at;
                }
            }
            Kind::Name(name) if dialect == Dialect::Vb => {
                let before = at.checked_sub(1).and_then(|before| tokens.get(before)).and_then(Token::name);
                match (name.as_str(), before) {
                    // `On Error Resume Next`, `Exit For`, `End If`, `Do While`, `Loop While`.
                    ("next", Some("resume"))
                    | ("for" | "do" | "function" | "sub", Some("exit"))
                    | ("if" | "function" | "sub", Some("end"))
                    | ("while", Some("do" | "loop")) => {}
                    ("for" | "do" | "while" | "function" | "sub", _) => words.push((at, name)),
                    ("if", _) if is_block(tokens, at) => words.push((at, name)),
                    ("next", _) => close(&mut words, &mut pairs, "for", at),
                    ("loop", _) => close(&mut words, &mut pairs, "do", at),
                    ("wend", _) => close(&mut words, &mut pairs, "while", at),
                    ("end", _) => {
                        if let Some(kind @ ("if" | "function" | "sub")) =
                            tokens.get(at + 1).and_then(Token::name)
                        {
                            close(&mut words, &mut pairs, kind, at);
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    pairs
}

/// Closes the last that was opened of a kind, and forgets what was left open inside it.
fn close(words: &mut Vec<(usize, &str)>, pairs: &mut [usize], kind: &str, at: usize) {
    // Only a few steps back: what does not match so soon is broken.
    let found = words.iter().rev().take(8).position(|(_, open)| *open == kind);
    if let Some(back) = found {
        words.truncate(words.len() - back);
        if let Some((open, _)) = words.pop() {
            pairs[open] = at;
        }
    }
}

/// Whether the line ends with `Then`.
fn is_block(tokens: &[Token], at: usize) -> bool {
    let then = tokens
        .iter()
        .skip(at)
        .take(256)
        .position(|token| token.kind == Kind::End || token.name() == Some("then"));
    then.is_some_and(|then| {
        tokens.get(at + then).and_then(Token::name) == Some("then")
            && tokens.get(at + then + 1).is_none_or(|token| token.kind == Kind::End)
    })
}
