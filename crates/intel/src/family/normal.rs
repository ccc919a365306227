//! The forms in which observations and patterns are compared.

use super::IndicatorKind;
use crate::wql;

/// Where Windows puts what environment variables name, where nobody moved it.
const PLACES: &[(&str, &str)] = &[
    ("%windir%", r"c:\windows"),
    ("%systemroot%", r"c:\windows"),
    ("\\systemroot", r"c:\windows"),
    ("%systemdrive%", "c:"),
    ("%programdata%", r"c:\programdata"),
    ("%allusersprofile%", r"c:\programdata"),
    ("%programfiles%", r"c:\program files"),
    ("%programfiles(x86)%", r"c:\program files (x86)"),
    ("%commonprogramfiles%", r"c:\program files\common files"),
    ("%public%", r"c:\users\public"),
];

/// The hives by their short names.
const HIVES: &[(&str, &str)] = &[
    ("hklm", "hkey_local_machine"),
    ("hkcu", "hkey_current_user"),
    ("hkcr", "hkey_classes_root"),
    ("hku", "hkey_users"),
];

/// A text in the form in which it is compared.
pub(super) fn normal(kind: IndicatorKind, text: &str) -> String {
    let text = text.trim();
    match kind {
        IndicatorKind::Query => wql::canonical(text),
        IndicatorKind::FilePath | IndicatorKind::FileName => path(text),
        IndicatorKind::RegistryPath => registry(text),
        IndicatorKind::TaskName => text.replace('/', "\\").trim_start_matches('\\').to_lowercase(),
        IndicatorKind::Domain => text.trim_end_matches('.').to_lowercase(),
        _ => text.to_lowercase(),
    }
}

/// The normal forms under which an observation is looked up: its own, and those of what is part of it.
pub(super) fn keys(kind: IndicatorKind, text: &str) -> Vec<(IndicatorKind, String)> {
    let own = normal(kind, text);
    let mut keys = Vec::new();
    match kind {
        IndicatorKind::FilePath => keys.push((IndicatorKind::FileName, last_part(&own).to_owned())),
        IndicatorKind::TaskName if last_part(&own) != own => {
            keys.push((IndicatorKind::TaskName, last_part(&own).to_owned()));
        }
        IndicatorKind::Domain => add_parents(&own, &mut keys),
        IndicatorKind::Url => {
            let host = host(&own).to_owned();
            add_parents(&host, &mut keys);
            keys.push((IndicatorKind::Ip, host.clone()));
            keys.push((IndicatorKind::Domain, host));
        }
        _ => {}
    }
    keys.push((kind, own));
    keys
}

/// The part of a pattern that is searched in texts: a script may write the place before it in another way.
pub(super) fn searched(kind: IndicatorKind, pattern: &str) -> &str {
    match kind {
        IndicatorKind::FilePath => {
            let after_variable = pattern.strip_prefix('%').and_then(|rest| rest.split_once('%'));
            after_variable.map_or(pattern, |(_, rest)| rest)
        }
        IndicatorKind::RegistryPath => pattern.split_once('\\').map_or(pattern, |(_, key)| key),
        _ => pattern,
    }
}

/// The domains above one, but for the top.
fn add_parents(domain: &str, keys: &mut Vec<(IndicatorKind, String)>) {
    let mut rest = domain;
    while let Some((_, parent)) = rest.split_once('.') {
        if parent.contains('.') {
            keys.push((IndicatorKind::Domain, parent.to_owned()));
        }
        rest = parent;
    }
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    host.split(':').next().unwrap_or_default()
}

fn last_part(path: &str) -> &str {
    path.rsplit('\\').next().unwrap_or(path)
}

/// A path in lower case, without quotes and prefixes, with what variables name as its usual place.
pub(crate) fn path(text: &str) -> String {
    let text = text.trim_matches('"').replace('/', "\\").to_lowercase();
    let text =
        ["\\\\?\\", "\\??\\"].into_iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(&text);
    for (variable, place) in PLACES {
        if let Some(rest) = text.strip_prefix(variable) {
            return format!("{place}{rest}");
        }
    }
    text.to_owned()
}

fn registry(text: &str) -> String {
    let text = text.to_lowercase();
    let text = text.trim_start_matches('\\');
    let (hive, rest) = text.split_at(text.find(['\\', ':']).unwrap_or(text.len()));
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    let hive = HIVES.iter().find(|(short, _)| *short == hive).map_or(hive, |(_, long)| long);
    format!("{hive}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_place_are_one() {
        for (a, b) in [(r"%WINDIR%\Temp\a.bat", r"C:\Windows\temp\A.BAT"), (r"\??\C:\x\y.sys", "c:/X/Y.SYS")]
        {
            assert_eq!(normal(IndicatorKind::FilePath, a), normal(IndicatorKind::FilePath, b));
        }
        let keys = [r"HKLM:\Software\X", r"hkey_local_machine\software\x", r"\HKLM\SOFTWARE\X"];
        for key in keys {
            assert_eq!(normal(IndicatorKind::RegistryPath, key), r"hkey_local_machine\software\x");
        }
    }

    #[test]
    fn a_url_has_a_host_and_its_parents() {
        let keys = keys(IndicatorKind::Url, "http://u@A.b.example.org:280/v.sct?x=1");
        let domains: Vec<_> =
            keys.iter().filter(|(kind, _)| *kind == IndicatorKind::Domain).map(|(_, d)| d.as_str()).collect();
        assert_eq!(domains, ["b.example.org", "example.org", "a.b.example.org"]);
    }

    #[test]
    fn tasks_have_a_path_and_a_last_part() {
        let keys = keys(IndicatorKind::TaskName, r"\Microsoft\Windows\Bluetooths");
        let names: Vec<_> = keys.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["bluetooths", r"microsoft\windows\bluetooths"]);
    }
}
