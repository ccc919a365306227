//! What each command does.

mod baseline;
mod check;
mod cim;
pub(crate) mod clean;
mod collect;
mod custody;
mod decode;
mod escalate;
mod families;
#[cfg(feature = "manual")]
mod help;
mod plan;
#[cfg(feature = "net")]
pub(crate) mod probe;
mod receipt;
mod sample;
mod selftest;
mod signature;
mod undo;
mod verify;

use crate::args::Command;
use crate::console::Console;
use crate::error::Error;
use crate::exit::ExitStatus;
use std::io::{self, Write as _};

/// Runs the command.
pub(crate) fn run(command: &Command, console: Console) -> Result<ExitStatus, Error> {
    match command {
        Command::Check(args) => check::run(args, console),
        Command::Plan(args) => plan::run(args, console),
        Command::Script(args) => plan::script(args, console),
        Command::Clean(args) => clean::run(args, console),
        Command::Undo(args) => undo::run(args, console),
        Command::Selftest(args) => selftest::run(args, console),
        Command::Verify(args) => verify::run(args, console),
        Command::Collect(args) => collect::run(args, console),
        #[cfg(feature = "net")]
        Command::Probe(args) => probe::run(args, console),
        Command::Baseline(args) => baseline::run(args, console),
        Command::Families(args) => families::run(args, console),
        Command::Decode(args) => decode::run(args, console),
        Command::Sample(args) => sample::run(args, console),
        Command::Escalate(args) => escalate::run(args, console),
        Command::Signature(args) => signature::run(args, console),
        Command::Cim(args) => cim::run(args, console),
        #[cfg(feature = "manual")]
        Command::Completions { shell } => help::completions(*shell),
        #[cfg(feature = "manual")]
        Command::Man { out } => help::man(out.as_deref()),
    }
}

/// Prints a text that is all of the result.
fn print(text: &str) -> Result<ExitStatus, Error> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Error::CannotPrint)?;
    Ok(ExitStatus::Nothing)
}
