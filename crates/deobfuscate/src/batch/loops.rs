//! `for` in all its forms: over words, counting, and over the words of a text (`/f`).

use super::variables::constant;
use super::{MAX_COMMANDS, Shell, associations};

/// Turns of one loop.
const MAX_TURNS: usize = 10_000;
/// Turns whose commands are shown.
const MAX_SHOWN: usize = 64;

/// Whether a command is a loop.
pub(super) fn is_loop(command: &str) -> bool {
    let command = command.trim_start_matches(['@', '(', ' ']);
    command
        .get(..4)
        .is_some_and(|word| word.eq_ignore_ascii_case("for ") || word.eq_ignore_ascii_case("for\t"))
}

/// The parts of a loop.
struct Parts<'t> {
    /// What stands between `for` and the variable.
    options: &'t str,
    variable: char,
    set: &'t str,
    body: &'t str,
    after: &'t str,
}

fn parts(text: &str) -> Option<Parts<'_>> {
    let lower = text.to_ascii_lowercase();
    let at = lower.find(" in")?;
    let head = text.get(..at)?;
    let variable = head.rsplit('%').next().filter(|_| head.contains('%'))?.chars().next()?;
    let options = head.get(3..head.find('%').filter(|&end| end >= 3)?)?;
    let open = at + text.get(at..)?.find('(')?;
    let close = open + closing(text.get(open..)?)?;
    let rest = text.get(close + 1..)?;
    let start = close + 1 + (rest.len() - rest.trim_start().len());
    let body =
        text.get(start..).filter(|body| body.get(..2).is_some_and(|word| word.eq_ignore_ascii_case("do")))?;
    let body = body[2..].trim_start();
    let (body, after) = match body.starts_with('(').then(|| closing(body)).flatten() {
        Some(end) => (&body[1..end], &body[end + 1..]),
        None => (body.trim_start_matches('('), ""),
    };
    Some(Parts { options, variable, set: text.get(open + 1..close)?, body, after })
}

/// The bracket that closes the one at the beginning; quotes of both kinds hold brackets.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0_usize, None);
    for (at, c) in text.char_indices() {
        match (c, quote) {
            ('"', None) => quote = Some('"'),
            ('\'', None) if depth == 1 && text[1..at].trim().is_empty() => quote = Some('\''),
            (c, Some(q)) if c == q => quote = None,
            ('(', None) => depth += 1,
            (')', None) => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

impl Shell {
    /// `for %A in (…) do …`: the command once for each item.
    pub(super) fn for_loop(&mut self, text: &str, depth: usize) {
        let text = text.trim_start_matches(['@', '(', ' ']);
        let Some(parts) = parts(text) else {
            self.out.push_str(text);
            self.out.push('\n');
            return;
        };
        let options = parts.options.trim();
        let kind = options.get(..2).unwrap_or_default().to_ascii_lowercase();
        let turns: Vec<Vec<String>> = match kind.as_str() {
            "/l" => counted(parts.set).into_iter().map(|item| vec![item]).collect(),
            "/f" => {
                let Some(words) = self.words_of_text(options, parts.set) else {
                    self.out.push_str(text);
                    self.out.push('\n');
                    return;
                };
                words
            }
            "/r" | "/d" => {
                self.out.push_str(text);
                self.out.push('\n');
                return;
            }
            _ => parts
                .set
                .split([' ', ',', ';', '\t'])
                .filter(|item| !item.is_empty())
                .map(|item| vec![item.to_owned()])
                .collect(),
        };
        self.pieces += usize::from(parts.body.contains(":~")) * turns.len().min(3);
        self.changed = true;
        let mut shown = 0;
        for words in turns {
            if self.commands >= MAX_COMMANDS {
                return;
            }
            let body = filled(parts.body.trim(), parts.variable, &words);
            let kept = self.out.len();
            self.loops += 1;
            self.run(&body, depth + 1);
            self.loops -= 1;
            // Steps that only put a variable together are not worth reading.
            let left = self.out.get(kept..).unwrap_or_default();
            let empty = left
                .trim_matches(|c: char| c.is_whitespace() || matches!(c, '&' | '|' | '(' | ')'))
                .is_empty();
            if empty || shown >= MAX_SHOWN {
                self.out.truncate(kept);
            } else {
                shown += 1;
            }
        }
        let after = parts.after.trim().trim_start_matches(['&', '|', ')']).trim();
        if !after.is_empty() {
            self.run(after, depth + 1);
        }
    }

    /// The words of each line of `for /f`; `None` where what it reads is not known.
    fn words_of_text(&mut self, options: &str, set: &str) -> Option<Vec<Vec<String>>> {
        let options = options.get(2..)?.trim().trim_matches('"');
        let back = options.to_ascii_lowercase().contains("usebackq");
        let set = set.trim();
        let between = |quote: char| set.strip_prefix(quote)?.strip_suffix(quote);
        let (text, command) =
            if back { (between('\''), between('`')) } else { (between('"'), between('\'')) };
        let text = match (text, command) {
            (Some(text), _) => text.to_owned(),
            (None, Some(command)) => self.output(command)?,
            (None, None) => return None,
        };
        let delimiters = delimiters(options);
        let tokens = tokens(options);
        let skip = value_of(options, "skip=").and_then(|skip| skip.parse().ok()).unwrap_or(0);
        Some(
            text.lines()
                .skip(skip)
                .filter(|line| !line.trim().is_empty())
                .take(MAX_TURNS)
                .map(|line| words(line, &delimiters, &tokens))
                .collect(),
        )
    }

    /// What a command prints, for those that print what is known: `echo`, and `set` with a search behind it.
    fn output(&self, command: &str) -> Option<String> {
        let command = command.replace('^', "");
        let trimmed = command.trim();
        let (word, rest) =
            trimmed.split_once(|c: char| c.is_whitespace() || c == '|').unwrap_or((trimmed, ""));
        if word.eq_ignore_ascii_case("echo") {
            return (!rest.contains(['|', '<', '>'])).then(|| rest.trim().to_owned());
        }
        let word = word.to_ascii_lowercase();
        let (name, search) = trimmed.get(word.len()..)?.split_once('|').map_or_else(
            || (trimmed.get(word.len()..).unwrap_or_default(), None),
            |(name, search)| (name, Some(search.trim())),
        );
        let name = name.trim();
        let lines = match word.as_str() {
            "set" => self.settings(name),
            _ => associations::lines(&word, name)?,
        };
        // All that a machine has set is not known.
        let lines = match search {
            Some(search) => found(&lines, search)?,
            None if word == "set" => return None,
            None => lines,
        };
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// What `set` prints of what is known.
    fn settings(&self, begin: &str) -> Vec<String> {
        let known =
            ["ComSpec", "OS", "PATHEXT", "ProgramData", "PSModulePath", "PUBLIC", "SystemDrive", "windir"];
        let fixed = known
            .iter()
            .filter(|name| !self.vars.contains_key(&name.to_ascii_lowercase()))
            .filter_map(|name| Some(format!("{name}={}", constant(&name.to_ascii_lowercase())?)));
        let lines = fixed.chain(self.vars.iter().map(|(name, value)| format!("{name}={value}")));
        let begin = begin.to_ascii_lowercase();
        lines.filter(|line| line.to_ascii_lowercase().starts_with(&begin)).collect()
    }
}

/// The lines that `find` or `findstr` lets through; `None` where another program reads them.
fn found(lines: &[String], search: &str) -> Option<Vec<String>> {
    let (program, pattern) = search.split_once(' ')?;
    if !program.to_ascii_lowercase().starts_with("find") {
        return None;
    }
    let any_case = pattern.to_ascii_lowercase().contains("/i");
    let pattern = pattern.rsplit(' ').next()?.trim_matches('"');
    let lower = pattern.to_ascii_lowercase();
    let fits =
        |line: &&String| line.contains(pattern) || any_case && line.to_ascii_lowercase().contains(&lower);
    Some(lines.iter().filter(fits).cloned().collect())
}

fn value_of<'t>(options: &'t str, name: &str) -> Option<&'t str> {
    let at = options.to_ascii_lowercase().find(name)? + name.len();
    let rest = options.get(at..)?;
    Some(&rest[..rest.find(' ').unwrap_or(rest.len())])
}

/// `delims=…` stands last where it holds a blank.
fn delimiters(options: &str) -> Vec<char> {
    let lower = options.to_ascii_lowercase();
    let Some(at) = lower.find("delims=") else { return vec![' ', '\t'] };
    let rest = options.get(at + 7..).unwrap_or_default();
    let end = [" tokens=", " eol=", " skip=", " usebackq"]
        .iter()
        .filter_map(|next| rest.to_ascii_lowercase().find(next))
        .min()
        .unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default().chars().collect()
}

/// Which words are taken, from 1 on; `None` stands for all the rest.
fn tokens(options: &str) -> Vec<Option<usize>> {
    let Some(list) = value_of(options, "tokens=") else { return vec![Some(1)] };
    let mut out = Vec::new();
    for part in list.split(',').take(32) {
        let rest = part.ends_with('*');
        let part = part.trim_end_matches('*');
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        if let (Ok(from), Ok(to)) = (from.parse::<usize>(), to.parse::<usize>()) {
            out.extend((from..=to.min(from.saturating_add(31))).map(Some));
        }
        if rest {
            out.push(None);
        }
    }
    out
}

fn words(line: &str, delimiters: &[char], tokens: &[Option<usize>]) -> Vec<String> {
    if delimiters.is_empty() {
        return vec![line.to_owned()];
    }
    let words: Vec<&str> = line.split(delimiters).filter(|word| !word.is_empty()).take(64).collect();
    let last = tokens.iter().flatten().max().copied().unwrap_or(0);
    tokens
        .iter()
        .map(|&token| {
            if let Some(at) = token {
                return at
                    .checked_sub(1)
                    .and_then(|at| words.get(at))
                    .copied()
                    .unwrap_or_default()
                    .to_owned();
            }
            // All that follows the last word taken.
            let mut rest = line.trim_start_matches(delimiters);
            for _ in 0..last {
                rest = rest.find(delimiters).map_or("", |at| rest[at..].trim_start_matches(delimiters));
            }
            rest.to_owned()
        })
        .collect()
}

/// The body with the words of one turn; case matters in these names, and further words have the letters that follow.
fn filled(body: &str, variable: char, words: &[String]) -> String {
    let mut out = body.to_owned();
    for (at, word) in words.iter().enumerate() {
        let Some(name) = u32::try_from(at).ok().and_then(|at| char::from_u32(u32::from(variable) + at))
        else {
            break;
        };
        for mark in ["%%~", "%%", "%~", "%"] {
            let spelled = format!("{mark}{name}");
            if out.contains(&spelled) {
                out = out.replace(&spelled, word);
            }
        }
        if out.len() > super::MAX_LINE {
            break;
        }
    }
    out
}

/// `(from,step,to)`
fn counted(set: &str) -> Vec<String> {
    let numbers: Vec<i64> = set.split([',', ' ', ';']).filter_map(|n| n.trim().parse().ok()).collect();
    let mut out = Vec::new();
    if let &[from, step, to] = numbers.as_slice()
        && step != 0
    {
        let mut at = from;
        while (step > 0 && at <= to || step < 0 && at >= to) && out.len() < MAX_TURNS {
            out.push(at.to_string());
            at = at.saturating_add(step);
        }
    }
    out
}
