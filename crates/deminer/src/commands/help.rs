//! Shell completions and manual pages, from the definition of the command line.

use crate::args::Arguments;
use crate::error::Error;
use crate::exit::ExitStatus;
use clap::CommandFactory as _;
use clap_complete::Shell;
use std::path::Path;

/// `deminer completions`.
pub(crate) fn completions(shell: Shell) -> Result<ExitStatus, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "deminer", &mut script);
    super::print(&String::from_utf8_lossy(&script))
}

/// `deminer man`: the page of the program, or with a folder the pages of all commands.
pub(crate) fn man(folder: Option<&Path>) -> Result<ExitStatus, Error> {
    let command = Arguments::command();
    if let Some(folder) = folder {
        let fail = |problem| Error::writing(Some(folder), problem);
        std::fs::create_dir_all(folder).map_err(fail)?;
        clap_mangen::generate_to(command, folder).map_err(fail)?;
        return Ok(ExitStatus::Nothing);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).map_err(Error::CannotPrint)?;
    super::print(&String::from_utf8_lossy(&page))
}
