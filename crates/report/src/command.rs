//! The next command, written so that it can be pasted.
//!
//! What the user named as evidence goes back into the command, and file names can be the attacker's: a name may carry
//! quotes, `$(…)`, line breaks or characters that cannot be seen. On POSIX shells every name can be quoted. On Windows
//! a person may paste into `cmd.exe` or into PowerShell, which quote differently; a name that both do not read alike
//! is left out, and a placeholder says so.

use crate::sanitize::is_hostile;
use detect::assessment::Next;
use std::borrow::Cow;
use std::fmt::Write as _;

/// The argument that stands for what the user named as evidence.
const EVIDENCE: &str = "{evidence}";
/// What stands for an argument that cannot be written safely. Both shells of Windows refuse to run a line with it.
const PLACEHOLDER: &str = "<evidence>";

/// The family of shells that a command is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    /// `sh`, `bash`, `zsh` and the like.
    Posix,
    /// `cmd.exe` and PowerShell at once.
    Windows,
}

impl Shell {
    /// The shells of the system that the program runs on.
    pub const fn native() -> Self {
        if cfg!(windows) { Self::Windows } else { Self::Posix }
    }
}

/// The command as one line to paste. `evidence` is what the user named as evidence, as it was typed.
pub fn command_line(next: &Next, evidence: &[String], shell: Shell) -> String {
    let args = match next {
        Next::OnMachine(command) => return command.clone(),
        Next::Deminer(args) => args,
    };
    let mut line = "deminer".to_owned();
    for arg in args {
        if arg == EVIDENCE {
            // Without evidence it is about this machine.
            for path in evidence {
                line.push(' ');
                line.push_str(&quote(&no_option(path, shell), shell));
            }
        } else {
            line.push(' ');
            line.push_str(&quote(arg, shell));
        }
    }
    line
}

/// The path, written so that it is not taken for an option. `-` alone is standard input.
fn no_option(path: &str, shell: Shell) -> Cow<'_, str> {
    if !path.starts_with('-') || path == "-" {
        return Cow::Borrowed(path);
    }
    Cow::Owned(match shell {
        Shell::Posix => format!("./{path}"),
        Shell::Windows => format!(".\\{path}"),
    })
}

fn quote(arg: &str, shell: Shell) -> Cow<'_, str> {
    match shell {
        Shell::Posix => quote_posix(arg),
        Shell::Windows => quote_windows(arg),
    }
}

fn quote_posix(arg: &str) -> Cow<'_, str> {
    if arg.contains(is_hostile) {
        return Cow::Owned(quote_ansi_c(arg));
    }
    if !arg.is_empty() && arg.chars().all(|c| is_plain(c) || matches!(c, '=' | '@' | ',' | '%')) {
        return Cow::Borrowed(arg);
    }
    Cow::Owned(format!("'{}'", arg.replace('\'', "'\\''")))
}

/// `$'…'`, in which every byte of a hostile character is an octal escape.
fn quote_ansi_c(arg: &str) -> String {
    let mut out = "$'".to_owned();
    for c in arg.chars() {
        if matches!(c, '\'' | '\\') {
            out.push('\\');
            out.push(c);
        } else if is_hostile(c) {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                // Writing to a string does not fail.
                let _ = write!(out, "\\{byte:03o}");
            }
        } else {
            out.push(c);
        }
    }
    out.push('\'');
    out
}

fn quote_windows(arg: &str) -> Cow<'_, str> {
    if !reads_alike_on_windows(arg) {
        return Cow::Borrowed(PLACEHOLDER);
    }
    if !arg.is_empty() && arg.chars().all(|c| is_plain(c) || c == '\\') {
        return Cow::Borrowed(arg);
    }
    // A backslash before the closing quote would take it along.
    let tail = arg.len() - arg.trim_end_matches('\\').len();
    Cow::Owned(format!("\"{arg}{}\"", "\\".repeat(tail)))
}

/// Whether `cmd.exe` and PowerShell take the same from the argument in double quotes: no variables, no quotes of any
/// kind (PowerShell takes typographic ones for plain ones), no escapes.
fn reads_alike_on_windows(arg: &str) -> bool {
    let variable = arg.char_indices().any(|(at, c)| {
        // `C$` in a share is no variable.
        c == '$' && !arg.get(at + 1..).is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'))
    });
    let quotes = ['"', '`', '\u{201C}', '\u{201D}', '\u{201E}'];
    !variable && !arg.contains(quotes) && !arg.contains(is_hostile) && arg.matches('%').count() < 2
}

/// Characters that mean nothing to any of the shells.
fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '+')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Next {
        Next::Deminer(vec!["plan".into(), EVIDENCE.into(), "--output".into(), "plan.json".into()])
    }

    fn line(path: &str, shell: Shell) -> String {
        let next = Next::Deminer(vec!["plan".into(), EVIDENCE.into()]);
        command_line(&next, &[path.to_owned()], shell)
    }

    #[test]
    fn evidence_takes_its_place_among_the_arguments() {
        let evidence = ["A_WMI.zip".to_owned(), "my evidence".to_owned()];
        assert_eq!(
            command_line(&plan(), &evidence, Shell::Posix),
            "deminer plan A_WMI.zip 'my evidence' --output plan.json"
        );
        assert_eq!(command_line(&plan(), &[], Shell::Windows), "deminer plan --output plan.json");
        assert_eq!(command_line(&Next::OnMachine("wmic qfe".into()), &evidence, Shell::Posix), "wmic qfe");
    }

    #[test]
    fn posix_shells_get_any_name() {
        for (path, expected) in [
            ("証拠/PC-1_WMI.zip", "証拠/PC-1_WMI.zip"),
            ("", "''"),
            ("it's; rm -rf ~", r"'it'\''s; rm -rf ~'"),
            ("$(reboot)`x`", "'$(reboot)`x`'"),
            ("-rf", "./-rf"),
            ("-", "-"),
            ("~", "'~'"),
            ("a\nb'\u{202E}", r"$'a\012b\'\342\200\256'"),
            ("\u{1b}[2J\\", r"$'\033[2J\\'"),
        ] {
            assert_eq!(line(path, Shell::Posix), format!("deminer plan {expected}"));
        }
    }

    #[test]
    fn windows_gets_what_both_shells_read_alike() {
        for (path, expected) in [
            (r"C:\cases\PC-1_WMI.zip", r"C:\cases\PC-1_WMI.zip"),
            (r"C:\my cases\", r#""C:\my cases\\""#),
            (r"\\PC-1\C$\evidence", r#""\\PC-1\C$\evidence""#),
            ("a & calc.exe", "\"a & calc.exe\""),
            ("-x.zip", r".\-x.zip"),
            ("$(calc).zip", PLACEHOLDER),
            ("a`b", PLACEHOLDER),
            ("%COMSPEC%", PLACEHOLDER),
            ("100%.zip", "\"100%.zip\""),
            ("a\u{201D}; calc", PLACEHOLDER),
            ("photo\u{202E}gpj", PLACEHOLDER),
        ] {
            assert_eq!(line(path, Shell::Windows), format!("deminer plan {expected}"));
        }
    }

    #[test]
    #[cfg(unix)]
    #[expect(clippy::disallowed_methods, reason = "the test asks the shell itself")]
    fn a_real_shell_gives_the_names_back() {
        for name in ["a b", "it's", "a\nb\t\u{202E}\u{1b}", "$HOME `id` \"x\" \\ !", "日本 語", "*?[a]#"] {
            let script = format!("printf '%s' {}", quote_posix(name));
            let Ok(output) = std::process::Command::new("bash").args(["-c", &script]).output() else {
                eprintln!("SKIPPED: no bash to try quoting with");
                return;
            };
            assert_eq!(String::from_utf8_lossy(&output.stdout), name, "{script}");
        }
    }
}
