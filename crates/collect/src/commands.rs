//! Which file a command starts.

use machine::Facts;

/// Extensions of what Windows starts by itself.
const PROGRAMS: [&str; 8] = [".exe", ".com", ".bat", ".cmd", ".scr", ".dll", ".sys", ".pif"];

/// The path of the program that a command starts, where it names one as a whole path.
pub(crate) fn program(command: &str, facts: &Facts) -> Option<String> {
    let command = command.trim();
    let program = match command.strip_prefix('"') {
        Some(rest) => rest.split('"').next().unwrap_or_default(),
        None => unquoted(command),
    };
    let path = whole(&expand(program.trim(), facts), facts);
    is_whole(&path).then_some(path)
}

/// The same, with plain names of programs looked for where Windows has its own.
pub(crate) fn started(command: &str, facts: &Facts) -> Option<String> {
    program(command, facts).or_else(|| {
        let name = command.trim().trim_start_matches('"').split(['"', ' ']).next()?;
        let is_plain = !name.is_empty() && !name.contains(['\\', '/', ':', '%']);
        let lower = name.to_ascii_lowercase();
        let named = PROGRAMS.iter().any(|extension| lower.ends_with(extension));
        is_plain.then(|| format!(r"{}\System32\{name}{}", facts.windows, if named { "" } else { ".exe" }))
    })
}

/// The beginning of a command without quotes up to the end of the first program's name in it, as Windows tries them in turn.
fn unquoted(command: &str) -> &str {
    let ends = command.match_indices(' ').map(|(at, _)| at).chain([command.len()]);
    let names = ends.filter_map(|end| command.get(..end));
    let is_program = |name: &&str| {
        let name = name.to_ascii_lowercase();
        PROGRAMS.iter().any(|extension| name.ends_with(extension))
    };
    names.clone().find(is_program).or_else(|| command.split(' ').next()).unwrap_or_default()
}

/// The path with the prefixes of the kernel resolved.
fn whole(path: &str, facts: &Facts) -> String {
    let lower = path.to_ascii_lowercase();
    let after = |prefix: &str| lower.starts_with(prefix).then(|| path.get(prefix.len()..)).flatten();
    if let Some(rest) = after(r"\??\") {
        rest.to_owned()
    } else if let Some(rest) = after(r"\systemroot\") {
        format!("{}\\{rest}", facts.windows)
    } else if lower.starts_with(r"system32\") || lower.starts_with(r"syswow64\") {
        format!("{}\\{path}", facts.windows)
    } else {
        path.to_owned()
    }
}

/// The path with the variables that mean one place on every machine.
fn expand(path: &str, facts: &Facts) -> String {
    let drive = facts.windows.split('\\').next().unwrap_or("C:");
    let variables = [
        ("%systemroot%", facts.windows.clone()),
        ("%windir%", facts.windows.clone()),
        ("%systemdrive%", drive.to_owned()),
        ("%programdata%", facts.program_data.clone()),
        ("%allusersprofile%", facts.program_data.clone()),
        ("%programfiles%", format!("{drive}\\Program Files")),
        ("%programfiles(x86)%", format!("{drive}\\Program Files (x86)")),
    ];
    let lower = path.to_ascii_lowercase();
    for (name, value) in variables {
        if let (true, Some(rest)) = (lower.starts_with(name), path.get(name.len()..)) {
            return format!("{value}{rest}");
        }
    }
    path.to_owned()
}

fn is_whole(path: &str) -> bool {
    let mut letters = path.chars();
    letters.next().is_some_and(|letter| letter.is_ascii_alphabetic())
        && letters.as_str().starts_with(":\\")
        && !path.contains('%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_name_is_a_program_of_windows() {
        let facts = Facts { windows: r"C:\Windows".into(), ..Facts::default() };
        let cases = [
            ("cmd /c x", Some(r"C:\Windows\System32\cmd.exe")),
            ("rundll32.exe a.dll,Run", Some(r"C:\Windows\System32\rundll32.exe")),
            (r"..\x.exe", None),
            ("%TEMP%\\a.exe", None),
        ];
        for (command, path) in cases {
            assert_eq!(started(command, &facts).as_deref(), path, "{command}");
        }
    }

    #[test]
    fn the_program_of_a_command_is_found() {
        let facts = Facts {
            windows: r"C:\Windows".into(),
            program_data: r"C:\ProgramData".into(),
            ..Facts::default()
        };
        let cases = [
            (r#""C:\Program Files\A b\c.exe" -x"#, Some(r"C:\Program Files\A b\c.exe")),
            (r"C:\Program Files\A b\c.exe -x d.exe", Some(r"C:\Program Files\A b\c.exe")),
            (r"%SystemRoot%\System32\svchost.exe -k netsvcs", Some(r"C:\Windows\System32\svchost.exe")),
            (r"\SystemRoot\System32\drivers\x.sys", Some(r"C:\Windows\System32\drivers\x.sys")),
            (r"system32\drivers\x.sys", Some(r"C:\Windows\system32\drivers\x.sys")),
            (r"\??\C:\a.sys", Some(r"C:\a.sys")),
            (r"%ProgramData%\a.exe", Some(r"C:\ProgramData\a.exe")),
            (r"C:\tool argument", Some(r"C:\tool")),
            ("rundll32.exe shell32.dll,Control", None),
            ("%TEMP%\\a.exe", None),
            ("\"", None),
            ("é:\\a.exe", None),
            ("", None),
        ];
        for (command, path) in cases {
            assert_eq!(program(command, &facts).as_deref(), path, "{command}");
        }
    }
}
