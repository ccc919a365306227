//! Command lines that start PowerShell or `cmd`: what is handed over, and with which arguments.
//!
//! `powershell.exe` accepts any unambiguous beginning of an argument's name after `-`, `/` or one of the Unicode dashes
//! (U+2013, U+2014, U+2015), and knows the short forms `ec`, `ep`, `if`, `of`, `wd`. Sources: Microsoft's
//! *`about_PowerShell_exe`* and the open-source `CommandLineParameterParser` of PowerShell 7.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::Language;

/// What a started PowerShell is to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Payload {
    /// The Base64 text of `-EncodedCommand`.
    Encoded(String),
    /// The text of `-Command`, unquoted.
    Command(String),
    /// `-` : from standard input.
    StandardInput,
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
    for _ in 0..256 {
        // What ends one name may stand before the next.
        let Some(name) = program.captures_at(text, next).and_then(|captures| captures.get(1)) else { break };
        next = name.end();
        // What stands inside an earlier invocation's command is opened when that command becomes a layer.
        if name.start() < done {
            continue;
        }
        let rest = reach(text.get(name.end()..).unwrap_or_default(), context);
        let mut reader = Arguments { rest, context };
        let mut traits = Vec::new();
        let payload = reader.read(&mut traits);
        if !matches!(payload, Payload::None) {
            done = name.end() + rest.len() - reader.rest.len();
        }
        if payload != Payload::None || !traits.is_empty() {
            found.push(Invocation { at: name.start(), payload, traits });
        }
    }
    found
}

/// Longest command inside another text. Windows itself takes 32,767 characters.
const MAX_REACH: usize = 256 << 10;

/// The part of the text that belongs to the command.
fn reach(rest: &str, context: Context) -> &str {
    if context == Context::Line {
        return rest;
    }
    let rest = rest.get(..rest.floor_char_boundary(MAX_REACH)).unwrap_or(rest);
    let mut quoted = false;
    for (at, c) in rest.char_indices() {
        match c {
            '"' if !rest[..at].ends_with('\\') => quoted = !quoted,
            '\n' if context == Context::Script || !quoted => return &rest[..at],
            '&' | '|' if context == Context::Shell && !quoted => return &rest[..at],
            _ => {}
        }
    }
    rest
}

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
                return self.bare(word, before);
            };
            if name.is_empty() {
                return Payload::StandardInput;
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
                    return if value.is_empty() { Payload::None } else { Payload::Encoded(value.to_owned()) };
                }
                Some(Switch::Command) => {
                    if self.rest.trim() == "-" {
                        return Payload::StandardInput;
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

    fn option(&mut self, kind: Switch, joined: Option<&'t str>, traits: &mut Vec<&'static str>) {
        match kind {
            Switch::NoProfile => traits.push("no-profile"),
            Switch::NonInteractive => traits.push("non-interactive"),
            Switch::Window | Switch::Policy | Switch::WithValue => {
                let value = joined.or_else(|| self.word()).unwrap_or_default().to_ascii_lowercase();
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

    /// The next word, quotes round it dropped.
    fn word(&mut self) -> Option<&'t str> {
        let filler = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '\\' | '(' | '@');
        self.rest = self.rest.trim_start_matches(filler);
        if self.rest.is_empty() {
            return None;
        }
        let end = self
            .rest
            .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ','))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(word.trim_end_matches(['\\', ')']))
    }

    fn base64(&mut self) -> &'t str {
        let start = self.rest.trim_start_matches(|c: char| {
            c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '\\' | '^' | '(' | '=')
        });
        let end = start
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=')))
            .unwrap_or(start.len());
        self.rest = &start[end..];
        &start[..end]
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
        assert_eq!(only("powershell -nop -").payload, Payload::StandardInput);
        assert!(invocations("powershell C:\\x\\a.ps1", Context::Line).is_empty());
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
