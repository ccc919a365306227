//! The chores of the project, one command each: `cargo xtask test`, `cargo xtask bench`, …
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a chore speaks to the person who runs it")]

mod bench;
mod benign;
mod docs;
mod examples;
mod fuzz;
mod ms17_010;
mod packages;
mod readme;
mod run;
mod synth;
mod test;
mod windows;
mod wmi;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// The chores of the project.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Args {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Everything that a change must pass: format, lints, tests, documentation, the README's commands.
    Test,
    /// The benchmarks of the crates, then whole runs over synthetic bundles: time and peak memory.
    Bench {
        /// Only whole runs.
        #[arg(long)]
        whole_runs_only: bool,
    },
    /// Downloads packages with scripts of administrators (pip, npm) and holds every script against the judgement.
    Benign,
    /// Fuzzes one target, or each in turn (needs a nightly toolchain; installs cargo-fuzz where it is missing).
    Fuzz {
        /// The target; all of them where none is named.
        target: Option<String>,
        /// How long each target runs.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
    },
    /// Writes the synthetic evidence under examples/.
    Examples {
        /// Change nothing; fail if what is there differs from what would be written.
        #[arg(long)]
        check: bool,
    },
    /// Puts the report on the examples into the READMEs.
    Readme {
        /// Change nothing; fail if what is there differs from what would be written.
        #[arg(long)]
        check: bool,
    },
    /// Writes synthetic bundles, one zip a machine, most of them clean.
    Synth {
        /// How many.
        count: usize,
        /// Where to.
        directory: PathBuf,
    },
    /// Writes the facts of MS17-010 that the program carries.
    #[command(name = "ms17-010")]
    Ms17010 {
        /// The folder with the tables of updates and versions.
        #[arg(long)]
        from: PathBuf,
    },
    /// Builds the programs for Windows 7 and later, and runs them under Wine (installs what is missing, or asks for it).
    Windows {
        /// The profile of cargo: `dist` is what is shipped.
        #[arg(long, default_value = "dist")]
        profile: String,
        /// Only infect, collect, judge, clean, verify and put back, with the 64-bit program as it was built.
        #[arg(long)]
        story: bool,
    },
    /// Writes man pages and shell completions into target/docs.
    Docs,
}

fn main() -> ExitCode {
    let done = match Args::parse().chore {
        Chore::Test => test::run(),
        Chore::Bench { whole_runs_only } => bench::run(whole_runs_only),
        Chore::Benign => benign::run(),
        Chore::Fuzz { target, seconds } => fuzz::run(target.as_deref(), seconds),
        Chore::Examples { check } => examples::run(check),
        Chore::Readme { check } => readme::run(check),
        Chore::Synth { count, directory } => synth::run(count, &directory),
        Chore::Ms17010 { from } => ms17_010::run(&from),
        Chore::Windows { profile, story: true } => windows::story(&profile),
        Chore::Windows { profile, story: false } => windows::run(&profile),
        Chore::Docs => docs::run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
