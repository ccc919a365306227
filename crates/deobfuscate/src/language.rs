//! Which language a text is written in, by its content.

use crate::model::Language;

/// Programs whose name at the start makes a text a command line.
const PROGRAMS: &[&str] = &[
    "powershell",
    "pwsh",
    "cmd",
    "wscript",
    "cscript",
    "mshta",
    "regsvr32",
    "rundll32",
    "wmic",
    "schtasks",
    "certutil",
    "bitsadmin",
    "msiexec",
    "net",
    "netsh",
    "reg",
    "sc",
    "taskkill",
    "msbuild",
    "installutil",
    "forfiles",
    "at",
];

/// Guesses the language. Cheap: looks at the first 16 KiB only.
pub(crate) fn guess(text: &str) -> Language {
    let head = text.get(..text.floor_char_boundary(16 << 10)).unwrap_or(text);
    let trimmed = head.trim_start_matches('\u{feff}').trim_start();
    if trimmed.is_empty() {
        return Language::Unknown;
    }
    if is_binary(head) {
        return Language::Binary;
    }
    let lower = trimmed.to_ascii_lowercase();
    if lower.starts_with('<')
        && has(&lower, &["<script", "<hta:", "<scriptlet", "<html", "<package", "<job", "<component"])
    {
        return Language::Html;
    }
    let line_count = lower.lines().filter(|line| !line.trim().is_empty()).take(3).count();
    if line_count == 1 && starts_program(&lower) {
        return Language::CommandLine;
    }
    by_words(&lower, line_count)
}

fn by_words(lower: &str, lines: usize) -> Language {
    let count = |words: &[&str]| words.iter().filter(|word| lower.contains(**word)).count();
    let batch = count(&[
        "@echo off",
        "%~",
        "goto ",
        "setlocal",
        "if exist ",
        "if not exist ",
        "\nset ",
        ">nul",
        "&&",
        "%errorlevel%",
        "rem ",
    ]) + usize::from(lower.starts_with("@echo")) * 3
        + usize::from(lower.starts_with("set ")) * 2;
    let powershell = count(&[
        "$_",
        "new-object",
        "write-host",
        "get-",
        "set-",
        "invoke-",
        "-join",
        "-split",
        "-bxor",
        "iex",
        "param(",
        "$env:",
        "[char]",
        "[convert]",
        "[system.",
        "-eq ",
        "foreach(",
        "add-",
        "`",
        "-f'",
        "-f '",
        "import-module",
    ]) + dollars(lower);
    let vbscript = count(&[
        "dim ",
        "set ",
        "createobject(",
        "end sub",
        "end function",
        "end if",
        "wscript.",
        "chr(",
        "chr (",
        "on error resume next",
        "strreverse(",
        "msgbox",
        "\" & ",
        "execute",
        "loop",
        "then",
    ]);
    let jscript = count(&[
        "var ",
        "function(",
        "function ",
        "activexobject",
        "fromcharcode",
        "eval(",
        "};",
        "unescape(",
        "try{",
        "===",
    ]);
    let best = powershell.max(vbscript).max(jscript).max(batch);
    if best == 0 {
        return if lines == 1 && lower.contains(".exe") { Language::CommandLine } else { Language::Unknown };
    }
    if lines == 1 && lower.contains(".exe") && best <= 1 {
        Language::CommandLine
    } else if powershell == best {
        Language::PowerShell
    } else if jscript == best {
        Language::JScript
    } else if vbscript == best {
        Language::VbScript
    } else {
        Language::Batch
    }
}

/// Variables in the PowerShell manner: a dollar sign before a letter.
fn dollars(lower: &str) -> usize {
    lower
        .as_bytes()
        .windows(2)
        .filter(|pair| {
            pair[0] == b'$' && (pair[1].is_ascii_alphabetic() || pair[1] == b'{' || pair[1] == b'(')
        })
        .take(4)
        .count()
}

fn has(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// Whether the first word, without quotes, folder and extension, is a known program.
fn starts_program(lower: &str) -> bool {
    if lower.starts_with("%comspec%") || lower.starts_with("\"%comspec%") {
        return true;
    }
    let word = match lower.strip_prefix('"') {
        Some(rest) => rest.split('"').next().unwrap_or(rest),
        None => lower.split_whitespace().next().unwrap_or(lower),
    };
    let word = word.trim_matches(['"', '\\', '\'']);
    let name = word.rsplit(['\\', '/']).next().unwrap_or(word);
    let name = name.strip_suffix(".exe").unwrap_or(name);
    PROGRAMS.contains(&name) || lower.starts_with("/c ")
}

fn is_binary(head: &str) -> bool {
    let controls = head.bytes().take(2048).filter(|b| *b < 9 || (14..32).contains(b)).count();
    controls * 20 > head.len().clamp(20, 2048)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_by_content() {
        let cases = [
            ("powershell -nop -w hidden -e AAAA", Language::CommandLine),
            ("\"C:\\Windows\\System32\\cmd.exe\" /c echo 1", Language::CommandLine),
            ("$a = New-Object Net.WebClient", Language::PowerShell),
            ("(New-Object Net.WebClient).DownloadString('x')", Language::PowerShell),
            ("@echo off\r\nset a=1\r\ngoto x", Language::Batch),
            ("Dim a\r\nSet a = CreateObject(\"WScript.Shell\")", Language::VbScript),
            ("var a = new ActiveXObject('WScript.Shell'); a.Run('x');", Language::JScript),
            ("<html><script language=\"VBScript\">", Language::Html),
            ("\u{1}\u{2}\u{3}MZ\u{0}\u{0}\u{0}", Language::Binary),
            ("hello", Language::Unknown),
            ("", Language::Unknown),
        ];
        for (text, language) in cases {
            assert_eq!(guess(text), language, "{text}");
        }
    }
}
