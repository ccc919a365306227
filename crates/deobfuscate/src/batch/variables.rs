//! Variables of `cmd`: which references are, pieces of values, and what Windows itself sets.

use std::collections::BTreeMap;

use super::MAX_LINE;

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

/// `%name:from=to%`; a star before the first makes it all up to there.
pub(super) fn replaced(value: &str, from: &str, to: &str) -> String {
    let Some(up_to) = from.strip_prefix('*').filter(|rest| !rest.is_empty()) else {
        return replace_ignoring_case(value, from, to);
    };
    match value.to_ascii_lowercase().find(&up_to.to_ascii_lowercase()) {
        Some(at) => format!("{to}{}", value.get(at + up_to.len()..).unwrap_or_default()),
        None => value.to_owned(),
    }
}

fn replace_ignoring_case(text: &str, from: &str, to: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let from = from.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (found, _) in lower.match_indices(&from) {
        out.push_str(&text[at..found]);
        out.push_str(to);
        at = found + from.len();
        if out.len() > MAX_LINE {
            return out;
        }
    }
    out.push_str(&text[at..]);
    out
}

/// What `set /a` makes of numbers, names of variables, `+ - * / % ^ & |` and brackets.
pub(super) fn sum(text: &str, vars: &BTreeMap<String, String>) -> Option<i64> {
    let mut rest = text.trim().trim_end_matches('"');
    let value = level(&mut rest, vars, 0, 0)?;
    rest.trim().is_empty().then_some(value)
}

/// Operators from the loosest to the closest.
const LEVELS: [&[char]; 5] = [&['|'], &['^'], &['&'], &['+', '-'], &['*', '/', '%']];

fn level(rest: &mut &str, vars: &BTreeMap<String, String>, at: usize, depth: usize) -> Option<i64> {
    let Some(signs) = LEVELS.get(at) else { return number(rest, vars, depth) };
    let mut left = level(rest, vars, at + 1, depth)?;
    loop {
        *rest = rest.trim_start();
        let Some(sign) = rest.chars().next().filter(|sign| signs.contains(sign)) else { return Some(left) };
        *rest = rest[1..].trim_start_matches('%');
        let right = level(rest, vars, at + 1, depth)?;
        left = match sign {
            '|' => left | right,
            '^' => left ^ right,
            '&' => left & right,
            '+' => left.wrapping_add(right),
            '-' => left.wrapping_sub(right),
            '*' => left.wrapping_mul(right),
            '/' => left.checked_div(right)?,
            _ => left.checked_rem(right)?,
        };
    }
}

fn number(rest: &mut &str, vars: &BTreeMap<String, String>, depth: usize) -> Option<i64> {
    *rest = rest.trim_start();
    if depth > 32 {
        return None;
    }
    if let Some(after) = rest.strip_prefix('(') {
        *rest = after;
        let value = level(rest, vars, 0, depth + 1)?;
        *rest = rest.trim_start().strip_prefix(')')?;
        return Some(value);
    }
    if let Some(after) = rest.strip_prefix('-') {
        *rest = after;
        return number(rest, vars, depth + 1).map(i64::wrapping_neg);
    }
    let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '!'))).unwrap_or(rest.len());
    let word = rest[..end].trim_matches('!');
    *rest = &rest[end..];
    let text = if word.starts_with(|c: char| c.is_ascii_digit()) {
        word
    } else {
        vars.get(&word.to_ascii_lowercase()).map_or("0", |value| value.trim())
    };
    match text.strip_prefix("0x") {
        Some(hex) => i64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
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
        "psmodulepath" => {
            r"C:\Program Files\WindowsPowerShell\Modules;C:\WINDOWS\system32\WindowsPowerShell\v1.0\Modules"
        }
        "pathext" => ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC",
        _ => return None,
    })
}
