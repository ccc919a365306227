//! A computer to a bundle of evidence, in the order of volatility.
//!
//! [`collect`] reads what goes first first: processes and connections, then WMI, then what starts code, then settings, accounts and logs. A
//! step that fails is listed in the manifest with the reason, and the rest goes on. What was read is written as a bundle: the three files of
//! the published workflow in `wmic`'s own layout, every record as a line of JSON, raw copies, and the manifest that seals them.
//!
//! Nothing here judges, and nothing is changed on the computer but for the folder that the caller names for exported logs, and where he names a
//! scan file for a service of Windows Update as long as that searches with it.
#![forbid(unsafe_code)]

mod autostart;
mod bundle;
mod commands;
mod error;
mod files;
mod gather;
mod logs;
mod registry;
mod repository;
mod script;
mod system;
mod tasks;
mod volatile;
mod wmi;
pub mod wmic;

pub use error::Error;
pub use gather::sha256;
pub use parse::bundle::manifest::{Manifest, Program};
pub use script::SCRIPT;

use bundle::Bundle;
use gather::Gathering;
use jiff::Timestamp;
use machine::Machine;
use std::io::{Seek, Write};
use std::time::Duration;

/// What the caller decides.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long the use of the processors is watched.
    pub watch: Duration,
    /// A folder of the caller's, which is there, for logs while they are exported, or why there is none; `None` where no logs are wanted.
    pub logs: Option<machine::Result<String>>,
    /// Whether the files of the WMI repository are copied, too.
    pub repository: bool,
    /// A scan file of Microsoft's with which Windows Update is to search for missing updates, too.
    pub scan_file: Option<ScanFile>,
    /// How many seconds the computer's clock is ahead of one that the operator trusts, where he says so.
    pub clock_offset_seconds: Option<i64>,
    /// Whether classes of this name are kept, wherever they are and whatever they hold.
    pub keeps_class: fn(&str) -> bool,
    /// The program that collects, for the manifest.
    pub program: Option<Program>,
}

/// A scan file of Windows Update: `wsusscn2.cab`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanFile {
    /// Its absolute path.
    pub path: String,
    /// The SHA-256 of its bytes in lower-case hex.
    pub sha256: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            watch: Duration::from_secs(3),
            logs: None,
            repository: false,
            scan_file: None,
            clock_offset_seconds: None,
            keeps_class: |_| false,
            program: None,
        }
    }
}

/// The steps, in the order of volatility.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Processes, connections, and who uses the processors.
    Processes,
    /// Subscriptions, timers, providers and classes of all WMI namespaces.
    Wmi,
    /// Scheduled tasks from files, registry and scheduler.
    Tasks,
    /// Services and drivers.
    Services,
    /// Run keys, start-up folders and the other autostart places.
    Autostarts,
    /// Settings, accounts, facts about updates and hardening.
    System,
    /// The programs that services, tasks, subscriptions and autostart entries start.
    Files,
    /// Event logs.
    Logs,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 8] = [
        Self::Processes,
        Self::Wmi,
        Self::Tasks,
        Self::Services,
        Self::Autostarts,
        Self::System,
        Self::Files,
        Self::Logs,
    ];

    fn run(self, gathering: &mut Gathering, options: &Options) {
        match self {
            Self::Processes => volatile::read(gathering, options.watch),
            Self::Wmi => {
                wmi::read(gathering, options.keeps_class);
                if options.repository {
                    repository::read(gathering);
                }
            }
            Self::Tasks => tasks::read(gathering),
            Self::Services => autostart::services(gathering),
            Self::Autostarts => autostart::read(gathering),
            Self::System => system::read(gathering, options.scan_file.as_ref()),
            Self::Files => files::read(gathering),
            Self::Logs => logs::read(gathering, options.logs.as_ref()),
        }
    }
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The step.
    pub step: Step,
    /// How long it took; `None` where it begins.
    pub took: Option<Duration>,
    /// How many records there are by now.
    pub records: usize,
    /// How much could not be read by now.
    pub failures: usize,
}

/// Reads the computer and writes the bundle. `progress` is called before and after each step.
///
/// # Errors
/// [`Error`] where the bundle cannot be written, or not even the facts of the computer can be read.
pub fn collect(
    machine: &dyn Machine,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
    out: impl Write + Seek,
) -> Result<Manifest, Error> {
    let started = machine.now();
    let facts = machine.facts()?;
    let mut bundle = Bundle::new(out);
    let mut gathering = Gathering::new(machine, facts, &mut bundle);
    for step in Step::ALL {
        let mut tell = |gathering: &Gathering, took| {
            let (records, failures) = (gathering.records.len(), gathering.failures.len());
            progress(Progress { step, took, records, failures });
        };
        let before = machine.now();
        tell(&gathering, None);
        step.run(&mut gathering, options);
        tell(&gathering, Some(between(before, machine.now())));
        if let Some(error) = gathering.broken.take() {
            return Err(error);
        }
    }
    let gathered = gathering.gathered();
    bundle.write(gathered, options, (started, machine.now()))
}

/// The time between two readings of the clock, none where it was set back meanwhile.
fn between(before: Timestamp, after: Timestamp) -> Duration {
    Duration::try_from(after.duration_since(before)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
