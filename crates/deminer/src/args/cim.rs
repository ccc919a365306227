//! What reads a WMI repository.
#![allow(clippy::doc_markdown, reason = "the comments are the help texts, and backticks would stand in them")]

use clap::{Subcommand, ValueEnum, ValueHint};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Cim {
    /// List the namespaces, or the classes of one
    #[command(after_help = "\
Examples:
  deminer cim ls Repository/
  deminer cim ls Repository/ 'root\\default'")]
    Ls {
        /// The folder with the files, plain or compressed with gzip, one above it (a Windows folder, a mounted disk), or an archive with them: of
        /// several, name the one, as in `triage.zip!C/Windows`
        #[arg(value_hint = ValueHint::AnyPath)]
        repository: PathBuf,
        /// The namespace whose classes are listed
        namespace: Option<String>,
    },
    /// Print a class or an instance as MOF
    #[command(after_help = "\
Examples:
  deminer cim show Repository/ 'root\\default:Win32_Services'
  deminer cim show Repository/ 'root\\subscription:__EventFilter.Name=\"SCM Event Log Filter\"'")]
    Show {
        /// The folder with the files, one above it, or an archive with them
        #[arg(value_hint = ValueHint::AnyPath)]
        repository: PathBuf,
        /// The path of the class or instance, with its namespace
        object: String,
    },
    /// Print the filters, consumers, bindings and timers of all namespaces as MOF
    #[command(after_help = "\
Examples:
  deminer cim subscriptions Repository/
  deminer cim subscriptions triage.zip
  deminer cim subscriptions Repository/ | deminer check -")]
    Subscriptions {
        /// The folder with the files, one above it, or an archive with them
        #[arg(value_hint = ValueHint::AnyPath)]
        repository: PathBuf,
    },
    /// Print class properties whose default values are unusually large, and what they hold: exit status 1 where there are any
    #[command(after_help = "\
Examples:
  deminer cim stores Repository/
  deminer cim stores Repository/ --larger-than 200")]
    Stores {
        /// The folder with the files, one above it, or an archive with them
        #[arg(value_hint = ValueHint::AnyPath)]
        repository: PathBuf,
        /// How many characters or elements are still usual; the longest of a clean Windows has 134
        #[arg(long, value_name = "N", default_value_t = 1_000)]
        larger_than: usize,
    },
    /// Print what is left of deleted parts of subscriptions and class stores, and count the rest: exit status 1 where anything was deleted
    #[command(after_help = "\
Examples:
  deminer cim deleted Repository/
  deminer cim deleted Repository/ --class Win32_Services
  deminer cim deleted Repository/ --all --format jsonl")]
    Deleted {
        /// The folder with the files, one above it, or an archive with them
        #[arg(value_hint = ValueHint::AnyPath)]
        repository: PathBuf,
        /// Print everything: objects of all classes, older states of objects that are there, keys
        #[arg(long)]
        all: bool,
        /// Print this class and what is left of its instances, older states too
        #[arg(long, value_name = "NAME", conflicts_with = "all")]
        class: Option<String>,
        /// Form of the output
        #[arg(short, long, value_name = "FORMAT", default_value = "mof")]
        format: CimDeletedFormat,
    },
    /// Print every class and instance of all namespaces with every property
    #[command(after_help = "\
Examples:
  deminer cim export Repository/ > repository.mof
  deminer cim export Repository/ --format jsonl | jq -c 'select(.type == \"wmi-class\")'

Exit status: 0 all was read, 3 some of it could not be read.")]
    Export {
        /// The folder with the files, one above it, or an archive with them
        #[arg(value_hint = ValueHint::AnyPath)]
        repository: PathBuf,
        /// Form of the export
        #[arg(short, long, value_name = "FORMAT", default_value = "mof")]
        format: CimFormat,
    },
    /// Print the hashes by which the index knows a name, and where a repository has traces of it
    #[command(after_help = "\
Examples:
  deminer cim hash systemcore_Updater8
  deminer cim hash Win32_Services Repository/")]
    Hash {
        /// The name of a class, the key of an instance or its whole path, or the path of a namespace
        name: String,
        /// A repository to search, deleted objects included: exit status 1 where there is a trace
        #[arg(value_hint = ValueHint::AnyPath)]
        repository: Option<PathBuf>,
    },
}

/// A form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CimFormat {
    /// MOF text
    Mof,
    /// One JSON document an object, one a line
    Jsonl,
}

/// A form of what is left of deleted objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CimDeletedFormat {
    /// MOF text with comments
    Mof,
    /// One JSON document an object, one a line
    Jsonl,
}
