//! Command lines that start PowerShell or `cmd`: what is handed over, and with which arguments.
//!
//! `powershell.exe` accepts any unambiguous beginning of an argument's name after `-`, `/` or one of the Unicode dashes
//! (U+2013, U+2014, U+2015), and knows the short forms `ec`, `ep`, `if`, `of`, `wd`. Sources: Microsoft's
//! *`about_PowerShell_exe`* and the open-source `CommandLineParameterParser` of PowerShell 7.

use std::sync::LazyLock;

use regex::Regex;

use crate::encoding;
use crate::model::Language;

/// What a started PowerShell is to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Payload {
    /// The Base64 text of `-EncodedCommand`.
    Encoded(String),
    /// The text of `-Command`, unquoted.
    Command(String),
    /// `-` : from standard input, with what `echo` writes into it.
    StandardInput(Option<String>),
    /// A file, or nothing.
    None,
}

/// One start of PowerShell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invocation {
    /// Byte offset of the program's name.
    pub(crate) at: usize,
    /// What it runs.
    pub(crate) payload: Payload,
    /// Traits told by the arguments.
    pub(crate) traits: Vec<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Switch {
    Encoded,
    Command,
    File,
    Policy,
    Window,
    NoProfile,
    NonInteractive,
    Flag,
    WithValue,
}

/// Names, the shortest beginning that is accepted, and what they mean, in the order in which PowerShell tries them.
const SWITCHES: &[(&str, usize, Switch)] = &[
    ("version", 1, Switch::WithValue),
    ("help", 1, Switch::Flag),
    ("nologo", 3, Switch::Flag),
    ("noexit", 3, Switch::Flag),
    ("noprofile", 3, Switch::NoProfile),
    ("noninteractive", 3, Switch::NonInteractive),
    ("sta", 1, Switch::Flag),
    ("mta", 1, Switch::Flag),
    ("commandwithargs", 8, Switch::Command),
    ("cwa", 3, Switch::Command),
    ("configurationname", 4, Switch::WithValue),
    ("command", 1, Switch::Command),
    ("windowstyle", 1, Switch::Window),
    ("file", 1, Switch::File),
    ("executionpolicy", 2, Switch::Policy),
    ("ep", 2, Switch::Policy),
    ("encodedarguments", 8, Switch::WithValue),
    ("encodedcommand", 1, Switch::Encoded),
    ("ec", 2, Switch::Encoded),
    ("inputformat", 2, Switch::WithValue),
    ("if", 2, Switch::WithValue),
    ("interactive", 1, Switch::Flag),
    ("outputformat", 1, Switch::WithValue),
    ("of", 2, Switch::WithValue),
    ("psconsolefile", 1, Switch::WithValue),
    ("settingsfile", 4, Switch::WithValue),
    ("workingdirectory", 2, Switch::WithValue),
    ("wd", 2, Switch::WithValue),
    ("login", 1, Switch::Flag),
];

fn switch(name: &str) -> Option<Switch> {
    let name = name.to_ascii_lowercase();
    SWITCHES
        .iter()
        .find(|(full, least, _)| name.len() >= *least && full.starts_with(&name))
        .map(|found| found.2)
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '/' | '\u{2013}' | '\u{2014}' | '\u{2015}')
}

static PROGRAM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)(?:^|[^a-z0-9_.$-])((?:powershell|pwsh)(?:\.exe)?)(?:[\s"'\\,);^]|$)"#).ok()
});

/// How far a command reaches and whether a bare word after the program is a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Context {
    /// One whole command line given to Windows.
    Line,
    /// A line of batch: ends at an unquoted `&` or `|` and at the end of the line.
    Shell,
    /// Text of another language, where a command line may stand in a string.
    Script,
}

/// All starts of PowerShell in a text.
pub(crate) fn invocations(text: &str, context: Context) -> Vec<Invocation> {
    let Some(program) = PROGRAM.as_ref() else { return Vec::new() };
    let mut found = Vec::new();
    let mut done = 0;
    let mut next = 0;
    // So that many commands, each of which may reach to the end, cost no more than the text is long, some times over.
    let mut left = text.len().saturating_mul(4).max(MAX_REACH);
    for _ in 0..256 {
        // What ends one name may stand before the next.
        let Some(name) = program.captures_at(text, next).and_then(|captures| captures.get(1)) else { break };
        next = name.end();
        // What stands inside an earlier invocation's command is opened when that command becomes a layer.
        if name.start() < done {
            continue;
        }
        let rest = reach(text.get(name.end()..).unwrap_or_default(), context, left);
        left = left.saturating_sub(rest.len());
        let mut reader = Arguments { rest, context };
        let mut traits = Vec::new();
        let mut payload = reader.read(&mut traits);
        if payload == Payload::StandardInput(None) {
            payload = Payload::StandardInput(written(text.get(..name.start()).unwrap_or_default()));
        }
        if !matches!(payload, Payload::None) {
            done = name.end() + rest.len() - reader.rest.len();
        }
        if payload != Payload::None || !traits.is_empty() {
            found.push(Invocation { at: name.start(), payload, traits });
        }
    }
    found
}

/// The least that a command inside another text may reach, whatever was read before. Windows itself takes 32,767 characters.
const MAX_REACH: usize = 256 << 10;

/// The part of the text that belongs to the command.
fn reach(rest: &str, context: Context, most: usize) -> &str {
    if context == Context::Line {
        return rest;
    }
    let rest = rest.get(..rest.floor_char_boundary(most)).unwrap_or(rest);
    let mut quoted = false;
    let mut before = ' ';
    for (at, c) in rest.char_indices() {
        match c {
            '"' if before != '\\' => quoted = !quoted,
            '\n' if context == Context::Script || !quoted => return &rest[..at],
            // A block that is called: `-c & {…}`.
            '&' if context == Context::Shell && !quoted && is_called_block(rest, at) => {}
            '&' | '|' if context == Context::Shell && !quoted => return &rest[..at],
            _ => {}
        }
        before = c;
    }
    rest
}

fn is_called_block(rest: &str, at: usize) -> bool {
    let word = rest[..at].split_whitespace().next_back().unwrap_or_default();
    let mut chars = word.chars();
    rest[at + 1..].trim_start_matches([' ', '\t']).starts_with('{')
        && chars.next().is_some_and(is_dash)
        && switch(chars.as_str()) == Some(Switch::Command)
}

/// The text of `echo text |` at the end of what stands before a program.
fn written(before: &str) -> Option<String> {
    let before = before.get(before.ceil_char_boundary(before.len().saturating_sub(MAX_REACH))..)?;
    let (left, program) = before.rsplit_once('|')?;
    let is_path = |c: char| {
        c.is_alphanumeric() || matches!(c, '\\' | '/' | ':' | '.' | '_' | '-' | '"' | '@' | '%' | ' ')
    };
    if !program.chars().all(is_path) {
        return None;
    }
    let line = left.rsplit(['\n', '\r']).next()?;
    let command = line.rsplit("&&").next()?.trim_start_matches(['@', '(', ' ', '\t']);
    let command = shell_command(command).unwrap_or(command);
    let text =
        command.get(..5).filter(|word| word.eq_ignore_ascii_case("echo ")).and_then(|_| command.get(5..))?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The payload of arguments that stand without their program, as tasks keep them (`-NoProfile -EncodedCommand E`): nothing where they may be
/// another program's.
pub(crate) fn bare_arguments(text: &str) -> Option<Invocation> {
    let trimmed = text.trim_start();
    let first = trimmed.split_whitespace().next()?;
    let mut chars = first.chars();
    if !chars.next().is_some_and(is_dash) || switch(chars.as_str()).is_none() {
        return None;
    }
    let mut traits = Vec::new();
    let payload = Arguments { rest: trimmed, context: Context::Line }.read(&mut traits);
    let own = match &payload {
        Payload::Encoded(value) => {
            value.len() >= 16
                && encoding::base64(value).is_some_and(|unpacked| {
                    !unpacked.damaged && encoding::text_of(&unpacked.bytes).0 != "binary"
                })
        }
        // No other program is told not to read its profile, or how to treat scripts.
        Payload::Command(_) => traits.iter().any(|id| PLAIN_OPTIONS.contains(id)),
        _ => false,
    };
    own.then_some(Invocation { at: 0, payload, traits })
}

/// Traits of options that no other program has.
const PLAIN_OPTIONS: [&str; 4] =
    ["no-profile", "non-interactive", "execution-policy-bypass", "hidden-window"];

struct Arguments<'t> {
    rest: &'t str,
    context: Context,
}

impl<'t> Arguments<'t> {
    fn read(&mut self, traits: &mut Vec<&'static str>) -> Payload {
        self.rest = self.rest.trim_start_matches(['"', '\'', '\\', '^']);
        for _ in 0..64 {
            let before = self.rest;
            let Some(word) = self.word() else { break };
            let mut chars = word.chars();
            let Some(name) =
                chars.next().filter(|&c| is_dash(c)).map(|_| chars.as_str().trim_start_matches(is_dash))
            else {
                return self.bare(&word, before);
            };
            if name.is_empty() {
                return Payload::StandardInput(None);
            }
            let (name, joined) =
                name.split_once(':').map_or((name, None), |(name, value)| (name, Some(value)));
            match switch(name) {
                Some(Switch::Encoded) => {
                    let value = self.base64();
                    // What is no Base64 is a variable or a placeholder.
                    if value.len() > 3 {
                        traits.push("encoded-command");
                    }
                    // Arguments after the value count as well; the value stands first as often as last.
                    self.rest_of_switches(traits);
                    return if value.is_empty() { Payload::None } else { Payload::Encoded(value) };
                }
                Some(Switch::Command) => {
                    if self.rest.trim() == "-" {
                        return Payload::StandardInput(None);
                    }
                    return self.command();
                }
                Some(Switch::File) => return Payload::None,
                Some(kind) => self.option(kind, joined, traits),
                None => {}
            }
        }
        Payload::None
    }

    fn option(&mut self, kind: Switch, joined: Option<&str>, traits: &mut Vec<&'static str>) {
        match kind {
            Switch::NoProfile => traits.push("no-profile"),
            Switch::NonInteractive => traits.push("non-interactive"),
            Switch::Window | Switch::Policy | Switch::WithValue => {
                let value = joined.map(str::to_owned).or_else(|| self.word()).unwrap_or_default();
                let value = value.to_ascii_lowercase();
                if kind == Switch::Window
                    && ("hidden".starts_with(&value) && !value.is_empty() || value == "1")
                {
                    traits.push("hidden-window");
                }
                if kind == Switch::Policy && (value.starts_with("byp") || value.starts_with("unr")) {
                    traits.push("execution-policy-bypass");
                }
            }
            _ => {}
        }
    }

    fn rest_of_switches(&mut self, traits: &mut Vec<&'static str>) {
        for _ in 0..16 {
            let Some(word) = self.word() else { return };
            let mut chars = word.chars();
            if !chars.next().is_some_and(is_dash) {
                return;
            }
            if let Some(kind) = switch(chars.as_str()) {
                self.option(kind, None, traits);
            }
        }
    }

    /// A word that is no switch: the command begins here, or a script file is named.
    fn bare(&mut self, word: &str, before: &'t str) -> Payload {
        if self.context == Context::Script || word.to_ascii_lowercase().ends_with(".ps1") {
            return Payload::None;
        }
        self.rest = before;
        self.command()
    }

    /// Everything that is left, as one command.
    fn command(&mut self) -> Payload {
        let text = std::mem::take(&mut self.rest).trim();
        let text = match self.context {
            // In quotes of its own it ends with them; else what follows belongs to the script round it.
            Context::Script => match quoted(text) {
                Some(inside) => inside,
                None => text.trim_end_matches(['"', '\'', ')', ';', ',', ' ']),
            },
            _ => text,
        };
        let command = unquote(text);
        if command.trim().is_empty() { Payload::None } else { Payload::Command(command) }
    }

    /// The next word, quotes round it and inside it dropped.
    fn word(&mut self) -> Option<String> {
        let filler = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '\\' | '(' | '@');
        self.rest = self.rest.trim_start_matches(filler);
        if self.rest.is_empty() {
            return None;
        }
        let mut word = String::new();
        loop {
            let end = self
                .rest
                .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ','))
                .unwrap_or(self.rest.len());
            let (piece, rest) = self.rest.split_at(end);
            word.push_str(piece);
            self.rest = rest;
            match self.quoted_letters() {
                Some((letters, rest)) if is_switch_so_far(&word) => {
                    word.push_str(letters);
                    self.rest = rest;
                }
                _ => break,
            }
        }
        word.truncate(word.trim_end_matches(['\\', ')']).len());
        Some(word)
    }

    /// Letters between quotes that stand inside a word: `-"e"nc`.
    fn quoted_letters(&self) -> Option<(&'t str, &'t str)> {
        if self.context == Context::Script {
            return None;
        }
        let (letters, rest) = self.rest.strip_prefix('"')?.split_once('"')?;
        let short = letters.len() <= 16 && letters.bytes().all(|c| c.is_ascii_alphabetic());
        short.then_some((letters, rest))
    }

    fn base64(&mut self) -> String {
        let is_digit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
        self.rest = self.rest.trim_start_matches(|c: char| {
            c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '\\' | '^' | '(' | '=')
        });
        let mut value = String::new();
        loop {
            let end = self.rest.find(|c: char| !is_digit(c)).unwrap_or(self.rest.len());
            value.push_str(&self.rest[..end]);
            self.rest = &self.rest[end..];
            // Quotes part a word and end none, but in another language they may end its text.
            let inside = self.rest.trim_start_matches('"');
            let quotes = self.rest.len() - inside.len();
            let goes_on = quotes > 0 && quotes <= 4 && inside.starts_with(is_digit);
            if !goes_on || self.context == Context::Script && quotes % 2 == 1 {
                return value;
            }
            self.rest = inside;
        }
    }
}

/// The text between two quotes, the first of which is next.
fn quoted(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('"')?;
    let closes =
        |at: &usize| !inside[..*at].ends_with(['\\', '`', '"']) && !inside[*at + 1..].starts_with('"');
    let end = inside.match_indices('"').map(|(at, _)| at).find(closes)?;
    inside.get(..end)
}

/// Whether a word begins as a switch does.
fn is_switch_so_far(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(is_dash) && chars.as_str().bytes().all(|c| c.is_ascii_alphabetic())
}

/// What a program's own argument reading makes of a quoted text: `\"` is a quote, a bare quote goes.
pub(crate) fn unquote(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek() == Some(&'"') => {
                out.push('"');
                chars.next();
            }
            '"' => {}
            _ => out.push(c),
        }
    }
    out
}

static SHELL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)(?:^|[\s"'\\/&|(])(?:cmd(?:\.exe)?|%comspec%)["']?(?:\s+/(?:[adefqsuv])(?::\w+)?)*\s*/[ckr]\s*"#).ok()
});

/// What `cmd /c` (or a template that begins with `/c`, its program standing elsewhere) is to run.
pub(crate) fn shell_command(text: &str) -> Option<&str> {
    let trimmed = text.trim_start();
    let after = match trimmed.get(..3) {
        Some(start) if start.eq_ignore_ascii_case("/c ") || start.eq_ignore_ascii_case("/k ") => {
            trimmed.get(3..)?
        }
        _ => text.get(SHELL.as_ref()?.find(text)?.end()..)?,
    };
    let inner = after.trim();
    let inner = match inner.strip_prefix('"') {
        Some(rest) => match rest.rfind('"') {
            Some(end) if rest[end + 1..].trim().is_empty() => &rest[..end],
            _ => inner,
        },
        None => inner,
    };
    (!inner.is_empty()).then_some(inner)
}

static INLINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?is)\b(?:mshta|rundll32)(?:\.exe)?["']?\s+["']?\s*(vbscript|javascript|about):(.+)"#).ok()
});

/// The script of `mshta vbscript:…` and `rundll32 javascript:…`.
pub(crate) fn inline_script(text: &str) -> Option<(Language, String)> {
    let captures = INLINE.as_ref()?.captures(text)?;
    let body = captures.get(2)?.as_str();
    Some(match captures.get(1)?.as_str().to_ascii_lowercase().as_str() {
        "vbscript" => (Language::VbScript, body.to_owned()),
        "about" => (Language::Html, body.to_owned()),
        _ => (Language::JScript, body.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(line: &str) -> Invocation {
        let mut all = invocations(line, Context::Line);
        assert_eq!(all.len(), 1, "{line}");
        all.remove(0)
    }

    #[test]
    fn every_spelling_of_an_encoded_command() {
        for argument in [
            "-e",
            "-E",
            "-ec",
            "-en",
            "-enc",
            "-EncodedCommand",
            "/e",
            "/enc",
            "\u{2013}e",
            "\u{2014}enc",
            "--enc",
        ] {
            for program in [
                "powershell",
                "PowerShell.exe",
                "\"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe\"",
                "pwsh",
            ] {
                let found = only(&format!("{program} -NoP -w hidden {argument} QQBB"));
                assert_eq!(found.payload, Payload::Encoded("QQBB".to_owned()), "{program} {argument}");
                assert_eq!(found.traits, ["no-profile", "hidden-window", "encoded-command"]);
            }
        }
    }

    #[test]
    fn abbreviations_resolve_as_powershell_does() {
        assert_eq!(switch("ex"), Some(Switch::Policy));
        assert_eq!(switch("ep"), Some(Switch::Policy));
        assert_eq!(switch("encodeda"), Some(Switch::WithValue));
        assert_eq!(switch("noni"), Some(Switch::NonInteractive));
        assert_eq!(switch("wind"), Some(Switch::Window));
        assert_eq!(switch("exq"), None);
    }

    #[test]
    fn commands_are_unquoted() {
        assert_eq!(
            only(r#"powershell -c "iex \"a b\"""#).payload,
            Payload::Command("iex \"a b\"".to_owned())
        );
        assert_eq!(only("powershell Get-Date").payload, Payload::Command("Get-Date".to_owned()));
        assert_eq!(only("powershell -nop -").payload, Payload::StandardInput(None));
        assert!(invocations("powershell C:\\x\\a.ps1", Context::Line).is_empty());
    }

    #[test]
    fn quotes_part_no_word() {
        for line in [
            "powershell -\"e\"nc QQBB",
            "powershell -e\"n\"c QQBB",
            "powershell \"-enc\" QQBB",
            "powershell -e \"QQ\"\"BB\"",
            "powershell -e QQ\"\"BB",
            "powershell -e QQ\"BB\"",
        ] {
            assert_eq!(only(line).payload, Payload::Encoded("QQBB".to_owned()), "{line}");
        }
        let all = invocations("x = \"powershell -e QQBB\"+y", Context::Script);
        assert_eq!(all[0].payload, Payload::Encoded("QQBB".to_owned()));
    }

    #[test]
    fn arguments_without_their_program() {
        let encoded = "ZQBjAGgAbwAgADEAMgAzAA==";
        let found = bare_arguments(&format!("-NoProfile -w hidden -EncodedCommand {encoded}")).unwrap();
        assert_eq!(found.payload, Payload::Encoded(encoded.to_owned()));
        assert_eq!(found.traits, ["no-profile", "hidden-window", "encoded-command"]);
        let found = bare_arguments("-nop -c iex 1").unwrap();
        assert_eq!(found.payload, Payload::Command("iex 1".to_owned()));
        for other in [
            "-e AAAA",
            "-c file.conf",
            "-enc utf8",
            "--encode QQBBQQBBQQBBQQBB",
            "-x",
            "",
            "-e 0123456789abcdef0123",
        ] {
            assert_eq!(bare_arguments(other), None, "{other}");
        }
    }

    #[test]
    fn scripts_that_are_written_into_powershell() {
        for line in [
            "echo iex 1 | powershell -nop -",
            "cmd /c echo iex 1|powershell.exe -",
            "set a=1&&echo iex 1 | \"C:\\Windows\\powershell\" -c -",
        ] {
            let all = invocations(line, Context::Line);
            assert_eq!(all[0].payload, Payload::StandardInput(Some("iex 1".to_owned())), "{line}");
        }
    }

    #[test]
    fn a_block_is_called_and_long_commands_are_whole() {
        let all = invocations("powershell -c & {iex 1} & b.exe", Context::Shell);
        assert_eq!(all[0].payload, Payload::Command("& {iex 1}".to_owned()));
        let long = "QUFB".repeat(200_000);
        let all = invocations(&format!("powershell -e {long}"), Context::Shell);
        assert_eq!(all[0].payload, Payload::Encoded(long));
    }

    #[test]
    fn cmd_in_all_its_forms() {
        for line in [
            "cmd /c dir x",
            "cmd.exe /V:ON /q /c dir x",
            "C:\\Windows\\system32\\cmd.exe /c \"dir x\"",
            "/c dir x",
            "%ComSpec% /C dir x",
        ] {
            assert_eq!(shell_command(line), Some("dir x"), "{line}");
        }
        assert_eq!(shell_command("dsregcmd.exe /join"), None);
        assert_eq!(shell_command("notepad x"), None);
    }
}
