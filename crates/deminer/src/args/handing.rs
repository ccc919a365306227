//! What hands over to others: samples, and whole cases.

use super::Signatures;
use clap::{Args, Subcommand, ValueHint};
use std::path::PathBuf;

/// Package everything that an incident response team needs.
///
/// For when there is no program to send in, or the case is too large: the evidence as it is, the assessment as JSON and as a page, the timeline,
/// accounts, open questions with what would settle them, and a hand-over text, in English and Japanese. The zip archive is encrypted with the
/// password `infected`, so that no scanner on the way takes it apart; a manifest has the hash of each member.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  deminer escalate PC-1_WMI.zip --output PC-1-handover.zip
  deminer escalate evidence/ --host PC-1 --operator 'CORP\\aoki' --output PC-1-handover.zip")]
pub(crate) struct Escalate {
    /// Files, folders and zip archives of one machine
    #[arg(required = true, value_hint = ValueHint::AnyPath)]
    pub evidence: Vec<PathBuf>,

    /// The machine, where the evidence speaks of several
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,

    /// Also know as good what this baseline lists; may be repeated
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub baseline: Vec<PathBuf>,

    #[command(flatten)]
    pub signatures: Signatures,

    /// Who hands over, for the chain of custody [default: the account]
    #[arg(long, value_name = "NAME")]
    pub operator: Option<String>,

    /// Write the package to this file
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Sample {
    /// Pack samples into an encrypted zip archive, as vendors of security software ask for them
    Pack(SamplePack),
}

/// Pack samples into an encrypted zip archive, as vendors of security software ask for them.
///
/// A sample is a file, or with --from a payload of the evidence: the id of a finding (`deminer check --format json` lists them) or the name of
/// a class store, with /FIELD one field of it, with /FIELD/LAYER one decoded layer. The archive is encrypted with the usual password
/// `infected`; a manifest in it has hashes (MD5, SHA-1, SHA-256, imphash, TLSH), what each sample is and names, where it came from, and
/// who packed it when.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  deminer sample pack dropped.ps1 miner.exe --output samples.zip
  deminer sample pack --from PC-1_WMI.zip Win32_Services --output samples.zip
  deminer sample pack --from PC-1_WMI.zip 9e6797b707d5ead5/CommandLineTemplate/1 --output samples.zip")]
pub(crate) struct SamplePack {
    /// Files, or findings of the evidence: ID, ID/FIELD or ID/FIELD/LAYER
    #[arg(required = true, value_name = "SAMPLE", value_hint = ValueHint::AnyPath)]
    pub samples: Vec<String>,

    /// Evidence that holds the findings; may be repeated
    #[arg(long, value_name = "EVIDENCE", value_hint = ValueHint::AnyPath)]
    pub from: Vec<PathBuf>,

    /// The machine, where the evidence speaks of several
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,

    /// Who packs, for the chain of custody [default: the account]
    #[arg(long, value_name = "NAME")]
    pub operator: Option<String>,

    /// Leave out what comes out of the samples when they are decoded
    #[arg(long)]
    pub no_layers: bool,

    /// Write the archive to this file
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: PathBuf,
}
