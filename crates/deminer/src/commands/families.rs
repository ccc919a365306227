//! `deminer families`: what is known of miner families.

use super::print;
use crate::args::Families as Args;
use crate::console::Console;
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::messages as m;
use crate::suggest::similar;
use intel::{Family, Intel};
use std::fmt::Write as _;

/// Runs one of the commands.
pub(crate) fn run(args: &Args, console: Console) -> Result<ExitStatus, Error> {
    match args {
        Args::List => list(console),
        Args::Show { name } => show(name),
    }
}

fn list(console: Console) -> Result<ExitStatus, Error> {
    let families = Intel::builtin().families();
    let width = families.iter().map(|family| family.name.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for family in families {
        let size = m::FAMILY_SIZE.with([family.indicators.len().into(), family.sources.len().into()]);
        let _ = write!(text, "{:width$}  {}", family.name, console.catalogue().line(&size));
        if !family.aliases.is_empty() {
            let _ = write!(text, "  ({})", family.aliases.join(", "));
        }
        text.push('\n');
    }
    print(&text)
}

fn show(name: &str) -> Result<ExitStatus, Error> {
    let families = Intel::builtin().families();
    let names = |family: &Family| {
        std::iter::once(&family.name).chain(&family.aliases).any(|known| known.eq_ignore_ascii_case(name))
    };
    let Some(family) = families.iter().find(|family| names(family)) else {
        let known = families.iter().flat_map(|family| std::iter::once(&family.name).chain(&family.aliases));
        let similar = similar(name, known.map(String::as_str));
        return Err(Error::UnknownFamily { name: name.to_owned(), similar });
    };
    // As it was written, with its remarks.
    let is_this = |file: &str, text: &str| Family::from_toml(file, text).is_ok_and(|read| read == *family);
    match intel::builtin_files().find(|(file, text)| is_this(file, text)) {
        Some((_, text)) => print(text),
        None => print(&family.to_toml().map_err(|problem| Error::FamilyFile(problem.to_string()))?),
    }
}
