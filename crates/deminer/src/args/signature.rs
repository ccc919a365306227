//! What a person can type after `signature`, and to use sets of signatures.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand, ValueHint};
use std::path::PathBuf;

/// The sets of signatures that are looked for.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Signatures {
    /// Also look for what this set of signatures knows (`deminer signature new` makes one); may be repeated
    #[arg(long, value_name = "SET", value_hint = ValueHint::FilePath)]
    pub signatures: Vec<PathBuf>,

    /// Only use sets that are signed with this key, a file or the key itself; may be repeated
    #[arg(long, value_name = "KEY", value_hint = ValueHint::FilePath, requires = "signatures")]
    pub trust: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Signature {
    /// Make a signature of samples, and put it into a set
    New(SignatureNew),
    /// Sign a set
    #[command(after_help = "\
Examples:
  deminer signature keygen --output team
  deminer signature sign incident.toml --key team.key")]
    Sign {
        /// The set; it is changed in its place
        #[arg(value_hint = ValueHint::FilePath)]
        set: PathBuf,
        /// The secret key
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        key: PathBuf,
    },
    /// Say who signed a set, and whether the signature holds
    #[command(after_help = "\
Examples:
  deminer signature verify incident.toml --trust team.pub

Exit status: 0 the signature holds, 1 nobody signed the set, 2 the set is refused.")]
    Verify {
        /// The set
        #[arg(value_hint = ValueHint::FilePath)]
        set: PathBuf,
        /// The key that must have signed it, a file or the key itself; may be repeated
        #[arg(long, value_name = "KEY", value_hint = ValueHint::FilePath)]
        trust: Vec<String>,
    },
    /// Make a pair of keys: NAME.key signs and stays secret, NAME.pub is for those who check
    #[command(after_help = "\
Examples:
  deminer signature keygen --output team")]
    Keygen {
        /// The name of the files, without their ends
        #[arg(short, long, value_name = "NAME", value_hint = ValueHint::FilePath)]
        output: PathBuf,
    },
}

/// Make a signature of samples, and put it into a set.
///
/// Takes what distinguishes the samples: hashes, pieces of their decoded text, domains, addresses, wallets, and the names of what carries them. What
/// clean machines or everybody's scripts have is left out, and said. A set that is there gets the new signature and a new version.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  deminer signature new dropped.ps1 --name Qvortex --output incident.toml
  deminer signature new --from PC-1_WMI.zip Win32_Services --name Qvortex --clean golden-image_WMI.zip --output incident.toml
  deminer check evidence/ --signatures incident.toml")]
pub(crate) struct SignatureNew {
    /// Files, or findings of the evidence: ID, ID/FIELD or ID/FIELD/LAYER
    #[arg(required = true, value_name = "SAMPLE", value_hint = ValueHint::AnyPath)]
    pub samples: Vec<String>,

    /// Evidence that holds the findings; may be repeated
    #[arg(long, value_name = "EVIDENCE", value_hint = ValueHint::AnyPath)]
    pub from: Vec<PathBuf>,

    /// The machine, where the evidence speaks of several
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,

    /// The name of the family
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub name: String,

    /// Evidence of clean machines, which the signature must not match; may be repeated
    #[arg(long, value_name = "EVIDENCE", value_hint = ValueHint::AnyPath)]
    pub clean: Vec<PathBuf>,

    /// Write the set to this file, or add to the set that it holds
    #[arg(short, long, value_name = "SET", value_hint = ValueHint::FilePath)]
    pub output: PathBuf,
}
