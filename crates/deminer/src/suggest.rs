//! Guesses at what was meant.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::path::Path;

/// How alike two words must be (Jaro-Winkler) for one to be taken for the other.
const ALIKE: f64 = 0.85;

/// The most similar of the names, if any is similar at all. Case does not count.
pub(crate) fn similar<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let name = name.to_lowercase();
    names
        .into_iter()
        .map(|known| (strsim::jaro_winkler(&name, &known.to_lowercase()), known))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known.to_owned())
}

/// The path beside a missing one whose name is most similar.
pub(crate) fn similar_path(missing: &Path) -> Option<String> {
    let name = missing.file_name()?.to_string_lossy().into_owned();
    let folder = missing.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        // A link that leads nowhere is in the folder, and yet not there.
        .filter(|other| *other != name)
        .collect();
    names.sort();
    let found = similar(&name, names.iter().map(String::as_str))?;
    Some(missing.with_file_name(found).to_string_lossy().into_owned())
}

/// Where someone names evidence but no command, says which command it takes.
pub(crate) fn evidence_without_command(mut usage: clap::Error) -> clap::Error {
    if usage.kind() == ErrorKind::InvalidSubcommand
        && let Some(ContextValue::String(typed)) = usage.get(ContextKind::InvalidSubcommand)
        && Path::new(typed).exists()
    {
        let hint = format!("to check evidence, put the command first: `deminer check {typed}`");
        usage.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![hint.into()]));
    }
    usage
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_understood() {
        let known = ["WannaMine", "LemonDuck", "MyKings"];
        assert_eq!(similar("wanamine", known).as_deref(), Some("WannaMine"));
        assert_eq!(similar("Lemonduk", known).as_deref(), Some("LemonDuck"));
        assert_eq!(similar("Adylkuzz", known), None);
        assert_eq!(similar("", known), None);
    }

    #[test]
    fn a_file_with_a_similar_name_is_found() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("PC-1_WMI.zip"), "").unwrap();
        let found = similar_path(&folder.path().join("PC-1-WMI.zip"));
        assert_eq!(found, Some(folder.path().join("PC-1_WMI.zip").to_string_lossy().into_owned()));
        assert_eq!(similar_path(Path::new("/")), None);
    }
}
