//! Variables of `cmd`: which references are, pieces of values, and what Windows itself sets.

/// `n,m` of `%name:~n,m%`; both may be negative.
pub(super) fn piece(value: &str, range: &str) -> String {
    let chars: Vec<char> = value.chars().collect();
    let (start, len) = range.split_once(',').map_or((range, None), |(start, len)| (start, Some(len)));
    let size = i64::try_from(chars.len()).unwrap_or(0);
    let from = |n: i64| if n < 0 { size.saturating_add(n) } else { n }.clamp(0, size);
    let start = from(start.trim().parse().unwrap_or(0));
    let end = match len.and_then(|len| len.trim().parse::<i64>().ok()) {
        None => size,
        Some(n) if n < 0 => size.saturating_add(n),
        Some(n) => start.saturating_add(n),
    }
    .clamp(start, size);
    let (start, end) = (usize::try_from(start).unwrap_or(0), usize::try_from(end).unwrap_or(0));
    chars.get(start..end).unwrap_or_default().iter().collect()
}

pub(super) fn is_reference(text: &str) -> bool {
    let name = text.split(':').next().unwrap_or(text);
    !name.is_empty()
        && name.len() <= 64
        && name.chars().all(|c| {
            c.is_alphanumeric()
                || matches!(c, '_' | '-' | '(' | ')' | '#' | '$' | '.' | '\'' | '[' | ']' | '{' | '}')
        })
        && !text.starts_with('~')
}

/// Variables that Windows sets.
pub(super) fn is_environment(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "allusersprofile",
        "appdata",
        "cd",
        "cmdcmdline",
        "commonprogramfiles",
        "commonprogramfiles(x86)",
        "computername",
        "comspec",
        "date",
        "errorlevel",
        "homedrive",
        "homepath",
        "localappdata",
        "logonserver",
        "number_of_processors",
        "os",
        "path",
        "pathext",
        "processor_architecture",
        "programdata",
        "programfiles",
        "programfiles(x86)",
        "programw6432",
        "prompt",
        "psmodulepath",
        "public",
        "random",
        "sessionname",
        "systemdrive",
        "systemroot",
        "temp",
        "time",
        "tmp",
        "userdomain",
        "username",
        "userprofile",
        "windir",
    ];
    NAMES.contains(&name)
}

/// Values that are the same on every machine.
pub(super) fn constant(name: &str) -> Option<&'static str> {
    Some(match name {
        "comspec" => r"C:\WINDOWS\system32\cmd.exe",
        "windir" | "systemroot" => r"C:\WINDOWS",
        "systemdrive" => "C:",
        "public" => r"C:\Users\Public",
        "programdata" | "allusersprofile" => r"C:\ProgramData",
        "programfiles" => r"C:\Program Files",
        "commonprogramfiles" => r"C:\Program Files\Common Files",
        "os" => "Windows_NT",
        "pathext" => ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC",
        _ => return None,
    })
}
