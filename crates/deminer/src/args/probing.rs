//! The options of `probe`.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;

/// Ask machines over the network, read-only, whether they have the update MS17-010.
///
/// Up to five messages of SMBv1 go to each machine; nothing is written or changed there. Ask only machines that are yours to check. Three answers
/// tell whether the update is there; anything else is `unknown`, with the step and the code. The result is evidence: `deminer check` reads it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  deminer probe 10.0.0.7
  deminer probe pc-1 10.0.0.0/24 fd00::/120 --format json --output probe.json
  deminer probe @machines.txt --log asked.jsonl
  deminer check evidence/ probe.json

A password for --user comes from DEMINER_PASSWORD in the environment, or is asked for. It is used only where a machine refuses a session without
a name, and no more after the first machine that does not accept it.

Exit status: 0 the update is missing nowhere, 1 it is missing, 2 nobody could be asked, 3 of some machines it cannot be told.")]
pub(crate) struct Probe {
    /// Whom to ask: names, addresses, ranges of addresses, or a file with one of them a line
    #[arg(required = true, value_name = "HOST|CIDR|@FILE", value_hint = ValueHint::Hostname, value_parser = NonEmptyStringValueParser::new())]
    pub targets: Vec<String>,

    /// Form of the result
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub format: ProbeFormat,

    /// Write the result to this file instead of standard output
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// Add a line to this file for every question before it is asked [default: deminer-probe-TIME.jsonl beside the result]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub log: Option<PathBuf>,

    /// Write no line for the questions
    #[arg(long, conflicts_with = "log")]
    pub no_log: bool,

    /// Ask on this port only [default: 445, and where that is closed 139]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,

    /// Ask for a NetBIOS session first, as on port 139
    #[arg(long, requires = "port")]
    pub netbios: bool,

    /// A name for machines that refuse a session without one: DOMAIN\NAME
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub user: Option<String>,

    /// How many machines are asked at once
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub at_once: u16,

    /// The longest that one step may take
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=600))]
    pub timeout: u16,

    /// Ask more than 1024 addresses
    #[arg(long)]
    pub large: bool,
}

/// A form of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProbeFormat {
    /// For the terminal
    Text,
    /// One JSON document
    Json,
    /// One JSON document an address, one a line
    Jsonl,
}
