//! Variables whose value is the same on every machine, which obfuscators use as a stock of letters.

use super::value::Value;

/// What a variable holds that no one has set: known where every Windows has the same, else unknown.
///
/// Sources: Microsoft's *`about_Automatic_Variables`* and *`about_Preference_Variables`*; folders as Windows installs them.
pub(crate) fn variable(name: &str) -> Value {
    Value::text(match name {
        "true" | "?" => return Value::Bool(true),
        "false" => return Value::Bool(false),
        "null" => return Value::Null,
        "pshome" => r"C:\Windows\System32\WindowsPowerShell\v1.0",
        "shellid" => "Microsoft.PowerShell",
        "verbosepreference" | "debugpreference" | "informationpreference" => "SilentlyContinue",
        "erroractionpreference" | "warningpreference" | "progresspreference" => "Continue",
        "confirmpreference" => "High",
        "maximumdrivecount"
        | "maximumaliascount"
        | "maximumfunctioncount"
        | "maximumvariablecount"
        | "maximumhistorycount" => {
            return Value::Int(4096);
        }
        "env:comspec" => r"C:\WINDOWS\system32\cmd.exe",
        "env:windir" | "env:systemroot" => r"C:\WINDOWS",
        "env:systemdrive" => "C:",
        "env:public" => r"C:\Users\Public",
        "env:programdata" | "env:allusersprofile" => r"C:\ProgramData",
        "env:programfiles" => r"C:\Program Files",
        "env:commonprogramfiles" => r"C:\Program Files\Common Files",
        "env:os" => "Windows_NT",
        "env:pathext" => ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC",
        _ => return Value::Unknown,
    })
}

/// Whether single letters taken out of the variable can only mean that a word is being hidden.
pub(crate) fn is_hiding_place(name: &str) -> bool {
    matches!(
        name,
        "pshome"
            | "shellid"
            | "verbosepreference"
            | "debugpreference"
            | "env:comspec"
            | "env:public"
            | "env:programfiles"
            | "env:windir"
    )
}

/// The command that a name or a wildcard is aimed at; a name without one is the command itself.
pub(crate) fn command(pattern: &str) -> Option<&str> {
    if pattern.contains(['*', '?']) {
        COMMAND_NAMES.iter().copied().find(|name| wildcard(pattern, name))
    } else {
        Some(pattern)
    }
}

/// Names of variables and commands that wildcards of obfuscated text are aimed at.
pub(crate) const VARIABLE_NAMES: &[&str] =
    &["MaximumDriveCount", "VerbosePreference", "ExecutionContext", "PSHome", "ShellId"];
/// The same for commands.
pub(crate) const COMMAND_NAMES: &[&str] =
    &["Invoke-Expression", "New-Object", "iex", "Invoke-Command", "Invoke-WebRequest", "Get-Command"];

/// A PowerShell wildcard pattern with `*` and `?`, without regard to case. Linear in the text for each `*`.
pub(crate) fn wildcard(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let text: Vec<char> = text.to_lowercase().chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&c) if c == '?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((star_p, star_t)) => {
                    p = star_p + 1;
                    t = star_t + 1;
                    star = Some((star_p, t));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letters_that_everybody_takes() {
        let letters = |name: &str, at: &[usize]| -> String {
            let Value::Str(text) = variable(name) else { panic!("{name}") };
            at.iter().filter_map(|&i| text.chars().nth(i)).collect::<String>().to_lowercase()
        };
        assert_eq!(letters("pshome", &[4, 30]), "ie");
        assert_eq!(letters("pshome", &[21, 34]), "ie");
        assert_eq!(letters("shellid", &[1, 13]), "ie");
        assert_eq!(letters("verbosepreference", &[1, 3]), "ie");
        assert_eq!(letters("env:comspec", &[4, 15, 25]), "iex");
        assert_eq!(letters("env:public", &[13, 5]), "ie");
    }

    #[test]
    fn wildcards() {
        assert!(wildcard("*mdr*", "MaximumDriveCount"));
        assert!(wildcard("i*-e?p*", "Invoke-Expression"));
        assert!(!wildcard("x*", "iex"));
        assert!(!wildcard(&"*a".repeat(40), &"a".repeat(39)));
    }
}
