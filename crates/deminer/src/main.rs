//! The command line of Deminer. Only this crate prints, and only this file ends the program.
#![forbid(unsafe_code)]

mod args;
mod commands;
mod console;
mod desk;
mod error;
mod exit;
mod hosts;
mod input;
mod knowledge;
mod messages;
mod opened;
mod output;
mod problem;
mod progress;
mod random;
mod suggest;
mod this_machine;

use args::Arguments;
use clap::Parser as _;
use console::Console;
use exit::ExitStatus;
use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(windows)]
    machine_windows::only_of_windows();
    if opened::by_double_click() {
        return opened::run(&mut desk::Terminal).into();
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(usage) => return explain(usage).into(),
    };
    let console = Console::new(&arguments.global);
    match commands::run(&arguments.command, console) {
        Ok(status) => status,
        Err(error) => {
            console.complain(&error);
            ExitStatus::Failed
        }
    }
    .into()
}

/// Prints help, version or what is wrong with the command line. That nobody reads it is no reason to complain.
fn explain(usage: clap::Error) -> ExitStatus {
    let status = if usage.use_stderr() { ExitStatus::Failed } else { ExitStatus::Nothing };
    let _ = suggest::evidence_without_command(usage).print();
    status
}
