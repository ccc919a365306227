//! What a person can type after `clean`, `undo` and `verify`.

use super::Signatures;
use clap::{Args, ValueEnum, ValueHint};
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// Clean this machine: show what would be done, and do it with --apply.
///
/// Without a plan one is made from this machine. Nothing is changed without --apply. With it, each thing is backed up into a case folder,
/// looked at once more, removed or disabled, and looked at again; `deminer undo` takes it back. What the content of a thing does not speak for
/// is asked before it is done. The dry run of a plan file works on any system.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(after_help = "\
Examples:
  deminer clean                                  what would be done to this machine
  deminer clean --apply --case C:\\case-1         do it
  deminer clean plan.json --apply --contain=10.0.0.5
  deminer verify C:\\case-1
  deminer clean --purge C:\\case-1 --apply        delete what was only disabled, once it is verified

Exit status: 0 all done and proven, or nothing to do; 1 something is left, in a dry run to be done; 2 it could not be done;
3 there is no plan, and too little of the machine was read to say that it is clean.")]
pub(crate) struct Clean {
    /// The plan, as `deminer plan` writes it [default: one made from this machine]
    #[arg(value_hint = ValueHint::FilePath)]
    pub plan: Option<PathBuf>,

    /// Change the machine; without it nothing is changed
    #[arg(long)]
    pub apply: bool,

    /// The case folder to make for backups, journal and receipt [default: a new one below ProgramData\Deminer]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub case: Option<PathBuf>,

    /// Ask nothing: only what its content speaks for is done
    #[arg(short, long)]
    pub yes: bool,

    /// Shut the ways in first (inbound 135, 139 and 445), but for these addresses
    #[arg(long, value_name = "ADDRESSES", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub contain: Option<Addresses>,

    /// Go on though the machine lacks security updates
    #[arg(long)]
    pub unpatched: bool,

    /// Go on though the machine is a domain controller
    #[arg(long)]
    pub domain_controller: bool,

    /// Also answer the finding with this id; may be repeated
    #[arg(long, value_name = "ID", conflicts_with = "plan")]
    pub include: Vec<String>,

    /// Leave the finding or action with this id alone; may be repeated
    #[arg(long, value_name = "ID")]
    pub exclude: Vec<String>,

    /// Install the updates that the machine lacks from packages in this folder (files of Microsoft's catalogue, NAME.msu)
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, conflicts_with = "plan")]
    pub updates: Option<PathBuf>,

    /// Also know as good what this baseline lists; may be repeated
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub baseline: Vec<PathBuf>,

    #[command(flatten)]
    pub signatures: Signatures,

    /// Carry on the run of this case that was cut off
    #[arg(long, value_name = "CASE", value_hint = ValueHint::DirPath, conflicts_with_all = ["plan", "case", "include", "exclude", "purge", "updates"])]
    pub resume: Option<PathBuf>,

    /// Delete the tasks and services that this case disabled, once `deminer verify` has passed; their stored passwords are lost
    #[arg(long, value_name = "CASE", value_hint = ValueHint::DirPath, conflicts_with_all = ["plan", "case", "include", "exclude", "contain", "updates"])]
    pub purge: Option<PathBuf>,

    /// Form of the receipt
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub format: ReceiptFormat,
}

/// Take back what was done in a case.
///
/// Every action is taken back in reverse order and looked at again. What was judged malicious comes back disarmed: what would start it stays
/// away, unless --rearm is added.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  deminer undo C:\\case-1                         everything, disarmed
  deminer undo C:\\case-1 3fa2b1c0d4e5            one action
  deminer undo C:\\case-1 --rearm                 everything, as it was

Exit status: 0 all taken back and proven, 1 something is left or was kept disarmed, 2 it could not be done.")]
pub(crate) struct Undo {
    /// The case folder
    #[arg(value_hint = ValueHint::DirPath)]
    pub case: PathBuf,

    /// The actions to take back, by their ids [default: all]
    #[arg(value_name = "ACTION")]
    pub actions: Vec<String>,

    /// Also give back what starts the things that were judged malicious
    #[arg(long)]
    pub rearm: bool,

    /// Form of the receipt
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub format: ReceiptFormat,
}

/// Look whether what was done in a case still holds: gone, back again, or changed.
///
/// Run it after cleaning, after a while, and after the next start of the machine.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  deminer verify C:\\case-1
  deminer verify C:\\case-1 --watch 10m           look again and again for ten minutes

Exit status: 0 everything is gone or as it should be, 1 something is not, 2 it could not be looked at.")]
pub(crate) struct Verify {
    /// The case folder
    #[arg(value_hint = ValueHint::DirPath)]
    pub case: PathBuf,

    /// Look again and again for this long: 90s, 10m, 2h
    #[arg(long, value_name = "TIME")]
    pub watch: Option<Span>,

    /// Also know what this baseline lists, where the plan was made with it; may be repeated
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub baseline: Vec<PathBuf>,

    #[command(flatten)]
    pub signatures: Signatures,

    /// Form of the result
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub format: ReceiptFormat,
}

/// Try on this machine, with objects of the program's own, whether removing and putting back work.
///
/// Makes a WMI namespace with a filter, a consumer, a binding and classes, a task, a service, a Run value and a file, all harmless; backs
/// them up, removes them, puts them back, compares them, and takes them away. Where it has passed, `deminer clean --apply` no longer calls
/// itself experimental. It takes an administrator's rights.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  deminer selftest

Exit status: 0 everything worked, 1 something did not, 2 it could not begin.")]
pub(crate) struct Selftest {
    /// Form of the result
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub format: ReceiptFormat,
}

/// A form of a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReceiptFormat {
    /// For the terminal
    Text,
    /// One JSON document
    Json,
}

/// Addresses, separated by commas; none at all where nothing stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Addresses(pub Vec<IpAddr>);

impl FromStr for Addresses {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let one = |part: &str| {
            let part = part.trim();
            part.parse().map_err(|_| format!("`{part}` is no IP address; write 10.0.0.5,10.0.0.6"))
        };
        if text.is_empty() {
            return Ok(Self(Vec::new()));
        }
        text.split(',').map(one).collect::<Result<_, _>>().map(Self)
    }
}

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span(pub Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const LONGEST: u64 = 7 * 24 * 3_600;
        let unit_at = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(unit_at);
        let seconds = match unit {
            "s" => 1,
            "" | "m" | "min" => 60,
            "h" => 3_600,
            _ => return Err(format!("`{unit}` is no unit of time; write 90s, 10m or 2h")),
        };
        let total = number.parse::<u64>().ok().and_then(|number| number.checked_mul(seconds));
        match total {
            Some(total @ 1..=LONGEST) => Ok(Self(Duration::from_secs(total))),
            _ => Err("give a time between 1s and 168h, for instance 10m".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        let seconds = |text: &str| text.parse::<Span>().map(|span| span.0.as_secs());
        assert_eq!(seconds("90s"), Ok(90));
        assert_eq!(seconds("10m"), Ok(600));
        assert_eq!(seconds("10"), Ok(600));
        assert_eq!(seconds("2h"), Ok(7_200));
        for wrong in ["", "m", "0s", "10d", "999999999999999999999s", "18446744073709551615h", "1０s"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn addresses_are_separated_by_commas() {
        assert_eq!("".parse::<Addresses>(), Ok(Addresses(Vec::new())));
        assert_eq!("10.0.0.5, fe80::1".parse::<Addresses>().map(|list| list.0.len()), Ok(2));
        assert!("10.0.0.5,".parse::<Addresses>().is_err());
        assert!("pc-1".parse::<Addresses>().is_err());
    }
}
