//! Lines, commands and words of `cmd` as text.

use crate::command_line::{self, Context, Payload};
use crate::model::Language;

/// The lines as they run, and whether some were joined: one that ends in a caret goes on in the next, and what a block in brackets says
/// goes where the block goes.
pub(super) fn lines(text: &str) -> (Vec<String>, bool) {
    let mut lines: Vec<String> = Vec::new();
    let (mut open, mut joined) = (false, false);
    for line in text.lines() {
        let continued = line.bytes().rev().take_while(|&b| b == b'^').count() % 2 == 1;
        let piece = if continued { &line[..line.len() - 1] } else { line };
        match lines.last_mut() {
            Some(last) if open => {
                last.push_str(piece);
                joined = true;
            }
            _ => lines.push(piece.to_owned()),
        }
        open = continued;
    }
    (without_blocks(lines), joined)
}

/// Each command of a block whose output goes to a file, with the file behind it.
fn without_blocks(lines: Vec<String>) -> Vec<String> {
    let mut out = Vec::with_capacity(lines.len());
    let mut block: Option<Vec<String>> = None;
    for line in lines {
        let trimmed = line.trim().trim_start_matches('@');
        match block.as_mut() {
            Some(held) if trimmed.starts_with(')') || held.len() >= 4096 => {
                let target = redirection(trimmed.trim_start_matches(')'));
                for held in block.take().unwrap_or_default() {
                    out.push(target.map_or(held.clone(), |target| format!("{held} >> {target}")));
                }
                if target.is_none() {
                    out.push(line);
                }
            }
            Some(held) => held.push(line),
            None if trimmed == "(" => block = Some(Vec::new()),
            None if trimmed.starts_with('(') => match one_line_block(trimmed) {
                Some(commands) => out.extend(commands),
                None if !trimmed.contains(')') => block = Some(vec![trimmed[1..].to_owned()]),
                None => out.push(line),
            },
            None => out.push(line),
        }
    }
    out.extend(block.unwrap_or_default());
    out
}

/// `(echo a & echo b)>file`
fn one_line_block(line: &str) -> Option<Vec<String>> {
    let (inside, after) = line.strip_prefix('(')?.rsplit_once(')')?;
    let target = redirection(after)?;
    Some(split_commands(inside).iter().map(|(piece, ..)| format!("{} >> {target}", piece.trim())).collect())
}

/// The file of `>file` or `>>file` at the beginning.
fn redirection(text: &str) -> Option<&str> {
    let target = text.trim().strip_prefix('>')?.trim_start_matches('>').trim_start();
    let end = target.find(['&', '|', '\t']).unwrap_or(target.len());
    Some(target[..end].trim()).filter(|target| !target.is_empty())
}

/// In which language the file that a name names is written.
pub(super) fn language_of_file(name: &str) -> Option<Language> {
    let lower = name.to_ascii_lowercase();
    Some(match lower.rsplit('.').next()? {
        "vbs" | "vbe" => Language::VbScript,
        "js" | "jse" => Language::JScript,
        "ps1" | "psm1" => Language::PowerShell,
        "bat" | "cmd" => Language::Batch,
        "hta" | "sct" | "wsf" | "wsc" => Language::Html,
        _ => return None,
    })
}

/// Whether quotes stand between letters: `po""wershell`, `p"ower"shell`.
pub(crate) fn has_quotes_in_words(text: &str) -> bool {
    let bytes = text.as_bytes();
    let inside = |pair: &[u8]| pair[0].is_ascii_alphabetic() && pair[1] == b'"';
    bytes.windows(2).enumerate().any(|(at, pair)| {
        inside(pair) && {
            let next = bytes[at + 1..].iter().find(|&&c| c != b'"');
            next.is_some_and(u8::is_ascii_alphabetic)
        }
    })
}

/// A command without the quotes that only part its words: those with nothing between them, and those inside the name of the program or of
/// an argument (`-"e"nc`).
pub(super) fn without_quotes(text: &str) -> (String, bool) {
    if !text.contains('"') {
        return (text.to_owned(), false);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut first = true;
    while !rest.is_empty() {
        let blank = rest.len() - rest.trim_start().len();
        out.push_str(&rest[..blank]);
        rest = &rest[blank..];
        let mut quoted = false;
        let end = rest
            .char_indices()
            .find(|&(_, c)| {
                quoted ^= c == '"';
                !quoted && c.is_whitespace()
            })
            .map_or(rest.len(), |(at, _)| at);
        let word = &rest[..end];
        let named = first || word.starts_with(['-', '/']);
        out.push_str(&if named { plain_name(word) } else { without_empty_quotes(word) });
        first = first && word.is_empty();
        rest = &rest[end..];
    }
    let changed = out != text;
    (out, changed)
}

/// A word without quotes where they stand between letters and hold nothing that needs them.
fn plain_name(word: &str) -> String {
    let bare: String = word.chars().filter(|&c| c != '"').collect();
    let simple = |c: char| c.is_alphanumeric() || matches!(c, '.' | '\\' | ':' | '_' | '-' | '/' | '%');
    if has_quotes_in_words(word) && bare.chars().all(simple) { bare } else { without_empty_quotes(word) }
}

/// Quotes with nothing between them inside a word: `po""wershell`.
fn without_empty_quotes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\"\"") {
        let letters = |c: char| c.is_ascii_alphabetic();
        let inside = rest[..at].ends_with(letters) && rest[at + 2..].starts_with(letters);
        out.push_str(&rest[..at]);
        if !inside {
            out.push_str("\"\"");
        }
        rest = &rest[at + 2..];
    }
    out.push_str(rest);
    out
}

/// Commands of a line with the separator after each and where it begins, quotes and carets respected.
pub(super) fn split_commands(text: &str) -> Vec<(&str, &str, usize)> {
    let mut out = Vec::new();
    let bytes = text.as_bytes();
    let (mut quoted, mut start, mut at) = (false, 0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => quoted = !quoted,
            b'^' if !quoted => at += 1,
            b'&' | b'|' if !quoted => {
                // `2>&1` separates nothing.
                if bytes[at] == b'&' && at > 0 && bytes[at - 1] == b'>' {
                    at += 1;
                    continue;
                }
                let len = if bytes.get(at + 1) == Some(&bytes[at]) { 2 } else { 1 };
                out.push((&text[start..at], &text[at..at + len], start));
                at += len;
                start = at;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    out.push((text.get(start..).unwrap_or_default(), "", start));
    out
}

/// A command without an empty input before it: `<nul set /p =x`.
pub(super) fn without_empty_input(command: &str) -> &str {
    let Some(rest) = command.strip_prefix('<') else { return command };
    let rest = rest.trim_start();
    match rest.get(..3) {
        Some(name) if name.eq_ignore_ascii_case("nul") => rest[3..].trim_start(),
        _ => command,
    }
}

/// The text of `echo text`.
pub(super) fn echoed(command: &str) -> Option<&str> {
    let trimmed = command.trim().trim_start_matches(['@', '(']);
    let (word, rest) = trimmed.split_once(' ')?;
    word.eq_ignore_ascii_case("echo").then(|| rest.trim())
}

/// Whether a command is a PowerShell that reads its script from its input.
pub(super) fn reads_input(command: &str) -> bool {
    let lower = command.to_ascii_lowercase();
    if !lower.contains("powershell") && !lower.contains("pwsh") {
        return false;
    }
    command_line::invocations(command, Context::Shell)
        .iter()
        .all(|invocation| matches!(invocation.payload, Payload::StandardInput(_) | Payload::None))
}
