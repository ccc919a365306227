//! Where a case folder goes.

use crate::error::Error;
use machine::{Fault, Machine, MachineMut};
use remediate::CaseDir;

/// The folder for cases, below the folder for programs' data.
const FOLDER: &str = "Deminer";
/// What the names of cases there begin with; the time follows.
const CASE: &str = "case-";

/// The folder that the program keeps its own things in.
pub(crate) fn own_folder(machine: &dyn Machine) -> Result<String, Error> {
    let facts = machine.facts().map_err(|error| Error::Machine(error.to_string()))?;
    Ok(format!("{}\\{FOLDER}", facts.program_data.trim_end_matches('\\')))
}

/// The same folder, made where it is not there.
pub(crate) fn make_own_folder(machine: &mut dyn MachineMut) -> Result<String, Error> {
    let folder = own_folder(machine)?;
    match machine.create_private_directory(&folder) {
        Err(error) if error.fault != Fault::Exists => Err(Error::Machine(error.to_string())),
        _ => Ok(folder),
    }
}

/// The case folder that was named, or a new one of the program's own, called by the time. Whether others can change it is looked at when the
/// case is made.
pub(super) fn case_dir(machine: &mut dyn MachineMut, named: Option<&str>) -> Result<CaseDir, Error> {
    if let Some(named) = named {
        return Ok(CaseDir::new(named)?);
    }
    let folder = make_own_folder(machine)?;
    let time: String =
        machine.now().to_string().chars().take(19).filter(char::is_ascii_alphanumeric).collect();
    Ok(CaseDir::new(&format!("{folder}\\{CASE}{time}"))?)
}

/// The newest case in the program's own folder.
pub(super) fn last_case(machine: &dyn Machine) -> Option<String> {
    let folder = own_folder(machine).ok()?;
    let entries = machine.list(&folder).ok()?.into_iter();
    let name =
        entries.filter(|entry| entry.is_directory && entry.name.starts_with(CASE)).map(|entry| entry.name);
    Some(format!("{folder}\\{}", name.max()?))
}

/// A place for runs that write nothing.
pub(super) fn nowhere() -> Result<CaseDir, Error> {
    Ok(CaseDir::new(r"C:\case")?)
}
