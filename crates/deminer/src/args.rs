//! What a person can type. What it means is resolved in [`crate::commands`].
#![allow(clippy::doc_markdown, reason = "the comments are the help texts, and backticks would stand in them")]

mod cim;
mod cleaning;
mod handing;
#[cfg(feature = "net")]
mod probing;
mod signature;

pub(crate) use cim::{Cim, CimDeletedFormat, CimFormat};
pub(crate) use cleaning::{Clean, ReceiptFormat, Selftest, Undo, Verify};
pub(crate) use handing::{Escalate, Sample, SamplePack};
#[cfg(feature = "net")]
pub(crate) use probing::{Probe, ProbeFormat};
pub(crate) use signature::{Signature, SignatureNew, Signatures};

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
#[cfg(feature = "manual")]
use clap_complete::Shell;
use std::path::PathBuf;

/// Confirms, finds and removes coin miners that persist on Windows machines.
///
/// Deminer reads this machine, or evidence that was carried away from others, compares it with a clean machine, decodes what it finds,
/// and says for each machine where it stands in the eight stages of the cleaning workflow. What it removes it backs up first, proves gone
/// afterwards, and can put back.
#[derive(Debug, Parser)]
#[command(name = "deminer", version, propagate_version = true, max_term_width = 100, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

const AFTER_HELP: &str = "\
Examples:
  deminer check PC-1_WMI.zip                     one machine
  deminer check evidence/ -f html -o report.html a folder of bundles, as a page to read or print
  deminer plan PC-1_WMI.zip -o plan.json         what to remove, and how
  deminer clean                                  what would be done to this machine; --apply does it
  deminer verify C:\\case-1                       whether it is gone, and stays gone
  deminer decode --command 'powershell -e ZQBjAGgAbwAgADEA'

Exit status: 0 nothing found, 1 something found, 2 the work could not be done, 3 too little was read to say.";

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Language of reports and messages [default: the system's]
    #[arg(long, global = true, value_name = "LANGUAGE")]
    pub lang: Option<Lang>,

    /// When to use colour; NO_COLOR in the environment means never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,

    /// Say only the result, one line a host: no progress bar, no remarks
    #[arg(short, long, global = true)]
    pub quiet: bool,

    /// Say everything: what is known to be good, and every remark
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
}

/// A language that the program speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// English
    En,
    /// 日本語
    Ja,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check evidence: a verdict for each machine, with its reasons
    Check(Check),
    /// Plan the cleaning of a machine: what goes, in which order, under which conditions
    Plan(Plan),
    /// Turn a plan into a PowerShell script, for machines on which only a script may run
    Script(Script),
    /// Clean this machine: show what would be done, and do it with --apply
    Clean(Clean),
    /// Take back what was done in a case
    Undo(Undo),
    /// Look whether what was done in a case still holds
    Verify(Verify),
    /// Try on this machine whether removing and putting back work
    Selftest(Selftest),
    /// Collect the evidence of this Windows machine into a bundle
    Collect(Collect),
    /// Ask machines over the network, read-only, whether they have the update MS17-010
    #[cfg(feature = "net")]
    Probe(Probe),
    /// Make and inspect baselines: what a clean machine has
    #[command(subcommand)]
    Baseline(Baseline),
    /// Inspect what is known of miner families
    #[command(subcommand)]
    Families(Families),
    /// Open a script or command line layer by layer, without running it
    Decode(Decode),
    /// Package samples for those who analyse them
    #[command(subcommand)]
    Sample(Sample),
    /// Package everything that an incident response team needs
    Escalate(Escalate),
    /// Make and sign signatures: what was found once is known again
    #[command(subcommand)]
    Signature(Signature),
    /// Read the files of a WMI repository (OBJECTS.DATA, INDEX.BTR, MAPPING*.MAP)
    #[command(subcommand)]
    Cim(Cim),
    /// Print the completions of a shell
    #[cfg(feature = "manual")]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, or write one page a command
    #[cfg(feature = "manual")]
    #[command(hide = true)]
    Man {
        /// Write all pages into this folder
        #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
        out: Option<PathBuf>,
    },
}

/// Check evidence: a verdict for each machine, with its reasons.
///
/// Evidence is what was exported from a machine: a folder or zip with EventFilter.txt, EventConsumer.txt and
/// FilterToConsumerBinding.txt, MOF text, Autoruns exports. Formats are recognised by content. Several machines may be given at once.
#[derive(Debug, Args)]
#[command(after_help = CHECK_AFTER_HELP)]
pub(crate) struct Check {
    /// Files, folders and zip archives to read; `-` is standard input
    #[arg(value_hint = ValueHint::AnyPath)]
    pub evidence: Vec<PathBuf>,

    /// Form of the report
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,

    /// Write the report to this file instead of standard output
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// Also know as good what this baseline lists (`deminer baseline learn` makes one); may be repeated
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub baseline: Vec<PathBuf>,

    /// Also look for the families in this file (`deminer families show` prints the form); may be repeated
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub families: Vec<PathBuf>,

    #[command(flatten)]
    pub signatures: Signatures,

    /// What must have been read for exit status 0
    #[arg(long, value_name = "WHAT", default_value = "subscriptions")]
    pub require: Require,

    /// How many threads to use [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,

    /// On this machine: have Windows Update search with this wsusscn2.cab, too (see `deminer help collect`)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "evidence")]
    pub offline_updates: Option<PathBuf>,
}

/// Collect the evidence of this Windows machine into a bundle.
///
/// Reads what is gone first first: processes and connections, then WMI, tasks, services, autostart places, settings, accounts and logs. Nothing on
/// the machine is changed, but for what --offline-updates says. What could not be read is listed in the bundle.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  deminer collect --output PC-1_WMI.zip
  deminer collect --script > collect.ps1         for a machine on which no program may run
  deminer check PC-1_WMI.zip")]
pub(crate) struct Collect {
    /// Write the bundle to this file [default: NAME_WMI.zip in this folder]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// Leave out the event logs, which can be large
    #[arg(long)]
    pub no_logs: bool,

    /// Copy the files of the WMI repository, too (some 30 MB, packed 6): they show what was deleted from it and what WMI hides
    #[arg(long)]
    pub repository: bool,

    /// The time at this moment by a clock that you trust, such as 2026-11-28T12:00:00Z: the manifest says how far the machine's is ahead
    #[arg(long, value_name = "TIME")]
    pub trusted_time: Option<jiff::Timestamp>,

    /// Have Windows Update search for missing updates with this wsusscn2.cab of Microsoft's, without the network. Its path has to be absolute. Needs an
    /// administrator and takes many minutes; Windows Update makes a service of the file meanwhile, which is removed behind the search
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub offline_updates: Option<PathBuf>,

    /// Print a PowerShell script that collects, for machines on which no program may run; works on any system
    #[arg(long, conflicts_with_all = ["output", "no_logs", "repository", "trusted_time", "offline_updates"])]
    pub script: bool,
}

const CHECK_AFTER_HELP: &str = "\
Examples:
  deminer check PC-1_WMI.zip
  deminer check evidence/ --format html --output report.html
  deminer check evidence/ --format jsonl | jq -r 'select(.verdict == \"infected\") | .host.name'
  deminer check evidence/ --baseline company.toml --require full
  unzip -p PC-1_WMI.zip EventConsumer.txt | deminer check -

Exit status: 0 nothing found, 1 something found, 2 nothing could be checked, 3 too little was read to say.";

/// A form of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For the terminal
    Text,
    /// One JSON document
    Json,
    /// One JSON document a machine, one a line
    Jsonl,
    /// One finding a row
    Csv,
    /// One self-contained page
    Html,
}

/// What must have been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Require {
    /// Filters, consumers and bindings of root\subscription
    Subscriptions,
    /// Everything that the eight stages ask for; anything missing ends in exit status 3
    Full,
}

/// Plan the cleaning of a machine: what goes, in which order, under which conditions.
///
/// The plan changes nothing. It holds what the content of the evidence speaks for; what needs a person's look is added with --include.
/// What Windows itself has is never in it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  deminer plan PC-1_WMI.zip --output plan.json
  deminer plan evidence/ --host PC-1 --include 9e6797b707d5ead5 --output plan.json
  deminer plan evidence/ --host PC-1 --interactive --output plan.json
  deminer plan --updates D:\\updates --output plan.json
  deminer script plan.json --output clean.ps1

Exit status: 0 nothing to do, 1 the plan has actions, 2 the plan could not be made, 3 too little was read to say.")]
pub(crate) struct Plan {
    /// Files, folders and zip archives to read [default: this machine, where it is one with Windows]
    #[arg(value_hint = ValueHint::AnyPath)]
    pub evidence: Vec<PathBuf>,

    /// The machine to plan for, where the evidence speaks of several
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,

    /// Also answer the finding with this id; may be repeated
    #[arg(long, value_name = "ID")]
    pub include: Vec<String>,

    /// Leave the finding with this id alone; may be repeated
    #[arg(long, value_name = "ID")]
    pub exclude: Vec<String>,

    /// Install the updates that the machine lacks from packages in this folder (files of Microsoft's catalogue, NAME.msu)
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub updates: Option<PathBuf>,

    /// The path that this folder has on the machine, such as D:\updates [default on Windows: the same]
    #[arg(long, value_name = "PATH", requires = "updates")]
    pub updates_on_machine: Option<String>,

    /// Ask of each finding whether it goes into the plan
    #[arg(short, long)]
    pub interactive: bool,

    /// Also know as good what this baseline lists; may be repeated
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub baseline: Vec<PathBuf>,

    #[command(flatten)]
    pub signatures: Signatures,

    /// Write the plan to this file and a summary to standard output, instead of the plan to standard output
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
}

/// Turn a plan into a PowerShell script, for machines on which only a script may run.
///
/// The script removes the WMI objects and classes that the plan names, and does no other action: it shows what it would do, and does it
/// with -Apply, after an export. Names and contents stand in it as hashes only. It needs PowerShell 2.0 or later, and administrator rights.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  deminer script plan.json --output clean.ps1

Exit status: 0 written, 1 the plan has nothing that a script can do, 2 the plan could not be read.")]
pub(crate) struct Script {
    /// The plan, as `deminer plan` writes it
    #[arg(value_hint = ValueHint::FilePath)]
    pub plan: PathBuf,

    /// Write the script to this file instead of standard output
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Baseline {
    /// Make a baseline from machines that are known to be clean
    #[command(after_help = "\
Examples:
  deminer baseline learn golden-image_WMI.zip --name 'office image 2024' --output office.toml
  deminer check evidence/ --baseline office.toml")]
    Learn {
        /// Evidence of clean machines
        #[arg(required = true, value_hint = ValueHint::AnyPath)]
        evidence: Vec<PathBuf>,
        /// The name of the baseline
        #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
        name: String,
        /// Write it to this file instead of standard output
        #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        output: Option<PathBuf>,
    },
    /// Print a baseline: a built-in one by name, or a file
    #[command(after_help = "\
Examples:
  deminer baseline show
  deminer baseline show office.toml")]
    Show {
        /// Its name or file; all built-in ones where none is given
        #[arg(value_hint = ValueHint::FilePath)]
        baseline: Option<String>,
    },
    /// Compare two baselines, or a baseline with evidence: exit status 1 where they differ
    #[command(after_help = "\
Examples:
  deminer baseline diff office-2023.toml office-2024.toml")]
    Diff {
        /// The one to compare with: a name or a file
        #[arg(value_hint = ValueHint::FilePath)]
        old: String,
        /// The other one
        #[arg(value_hint = ValueHint::FilePath)]
        new: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Families {
    /// List the families that are known
    List,
    /// Print what is known of a family, with the source of each indicator
    #[command(after_help = "\
Examples:
  deminer families show WannaMine")]
    Show {
        /// Its name, as `deminer families list` prints it
        name: String,
    },
}

/// Open a script or command line layer by layer, without running it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  deminer decode dropped.ps1
  deminer decode --command 'powershell -nop -e ZQBjAGgAbwAgADEA'
  deminer decode - --format json < script.vbs

Exit status: 0 nothing found, 1 suspicious, malicious or a miner, 2 the text could not be read.")]
pub(crate) struct Decode {
    /// The file to decode; `-` is standard input
    #[arg(value_hint = ValueHint::FilePath, required_unless_present = "command")]
    pub file: Option<PathBuf>,

    /// Decode this command line instead of a file
    #[arg(short, long, value_name = "TEXT", conflicts_with = "file", allow_hyphen_values = true)]
    pub command: Option<String>,

    /// Form of the result
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub format: DecodeFormat,
}

/// A form of decoded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DecodeFormat {
    /// For the terminal
    Text,
    /// One JSON document (deminer.layers/1)
    Json,
}

#[cfg(test)]
mod tests {
    use super::Arguments;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_holds_together() {
        Arguments::command().debug_assert();
    }
}
