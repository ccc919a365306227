//! `deminer collect`: this machine into a bundle, and for `check` into memory.

mod scan_file;

use crate::args::Collect;
use crate::console::Console;
use crate::error::{Error, shown};
use crate::exit::ExitStatus;
use crate::messages as m;
use crate::output::Output;
use crate::progress::Progress;
use crate::this_machine::this_machine;
use collect::{Manifest, Options, Program, ScanFile, Step, collect};
use detect::Assessment;
use evidence::{Evidence, Message};
use intel::{IndicatorKind, Intel, Observation};
use jiff::Timestamp;
use machine::{Fault, Machine};
use parse::bundle::{BundleRef, Limits};
use std::io::{self, Cursor, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// Collects this machine into a file.
pub(crate) fn run(args: &Collect, console: Console) -> Result<ExitStatus, Error> {
    if args.script {
        let mut out = io::stdout().lock();
        let written = out.write_all(collect::SCRIPT.as_bytes()).and_then(|()| out.flush());
        return written.map(|()| ExitStatus::Nothing).map_err(Error::CannotPrint);
    }
    let scan_file = args.offline_updates.as_deref().map(scan_file::look_at).transpose()?;
    let machine = this_machine().ok_or(Error::NotWindows)?;
    to_file(machine.as_ref(), args, scan_file, console)
}

/// Collects a machine into a file. Whether that can be written shows before anything is read.
fn to_file(
    machine: &dyn Machine,
    args: &Collect,
    scan_file: Option<ScanFile>,
    console: Console,
) -> Result<ExitStatus, Error> {
    let facts = machine.facts().map_err(|error| Error::Collect(error.into()))?;
    let path = args.output.clone().unwrap_or_else(|| default_path(&facts.host.name));
    let failed = |problem| Error::CannotWrite(path.clone(), problem);
    let mut output = Output::open(Some(&path), &[])?;
    let ahead = |trusted: Timestamp| machine.now().duration_since(trusted).as_secs();
    let wanted = Wanted {
        logs: !args.no_logs,
        repository: args.repository,
        scan_file,
        clock_offset_seconds: args.trusted_time.map(ahead),
    };
    if let Output::File(file, _) = &mut output {
        bundle(machine, &wanted, !console.quiet, console, file)?;
    } else {
        let mut bytes = Cursor::new(Vec::new());
        bundle(machine, &wanted, !console.quiet, console, &mut bytes)?;
        output.write_all(bytes.get_ref()).map_err(failed)?;
    }
    output.finish().map_err(failed)?;
    if !console.quiet {
        console.tell(&m::COLLECTED.with([shown(&path).into()]));
    }
    Ok(ExitStatus::Nothing)
}

/// This machine as a bundle in memory, with what a scan file says is missing where one is named.
pub(super) fn to_memory(offline_updates: Option<&Path>, console: Console) -> Result<BundleRef, Error> {
    let scan_file = offline_updates.map(scan_file::look_at).transpose()?;
    let machine = this_machine().ok_or(Error::NoEvidence)?;
    let (manifest, bytes) = in_memory(machine.as_ref(), scan_file, console)?;
    Ok(BundleRef::from_bytes(&manifest.host.name, bytes))
}

/// The assessment of the machine, from a bundle like any other.
pub(super) fn assess(machine: &dyn Machine, intel: &Intel, console: Console) -> Result<Assessment, Error> {
    let (manifest, bytes) = in_memory(machine, None, console)?;
    let bundle = BundleRef::from_bytes(&manifest.host.name, bytes);
    let read = bundle.read(&Limits::default());
    // Logs and captures may speak of other machines.
    let host = &manifest.host;
    let is_own = |evidence: &Evidence| match &host.id {
        Some(id) => evidence.host.id.0.eq_ignore_ascii_case(id),
        None => evidence.host.names.iter().any(|name| name.eq_ignore_ascii_case(&host.name)),
    };
    let own = read.into_iter().find(is_own);
    own.map(|evidence| detect::assess(&evidence, intel)).ok_or_else(|| Error::nothing_read(&[], Vec::new()))
}

/// The machine's name comes from the machine: only what is harmless in the name of a file is taken from it.
fn default_path(host: &str) -> PathBuf {
    let harmless = |letter: &char| letter.is_ascii_alphanumeric() || "-_".contains(*letter);
    let name: String = host.chars().filter(harmless).collect();
    PathBuf::from(format!("{}_WMI.zip", if name.is_empty() { "HOST" } else { &name }))
}

/// What the caller wants of a bundle.
#[derive(Debug, Default)]
struct Wanted {
    /// Whether event logs are exported.
    logs: bool,
    /// Whether the WMI repository is copied.
    repository: bool,
    /// With which scan file Windows Update is to search.
    scan_file: Option<ScanFile>,
    /// How many seconds the machine's clock is ahead.
    clock_offset_seconds: Option<i64>,
}

/// A bundle for the program itself. Whoever looks at the terminal sees the steps.
fn in_memory(
    machine: &dyn Machine,
    scan_file: Option<ScanFile>,
    console: Console,
) -> Result<(Manifest, Vec<u8>), Error> {
    let mut bytes = Cursor::new(Vec::new());
    let wanted = Wanted { logs: true, scan_file, ..Wanted::default() };
    let manifest = bundle(machine, &wanted, console.shows_progress(), console, &mut bytes)?;
    Ok((manifest, bytes.into_inner()))
}

/// Collects; `tell` says after each step how long it took.
fn bundle(
    machine: &dyn Machine,
    wanted: &Wanted,
    tell: bool,
    console: Console,
    out: impl Write + Seek,
) -> Result<Manifest, Error> {
    remediate::ready(machine, &remediate::Options::default())?;
    let folder = wanted.logs.then(|| LogFolder::make(machine));
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let options = Options {
        logs: folder.as_ref().map(|folder| folder.as_ref().map(LogFolder::path).map_err(Clone::clone)),
        repository: wanted.repository,
        scan_file: wanted.scan_file.clone(),
        clock_offset_seconds: wanted.clock_offset_seconds,
        keeps_class: is_of_a_family,
        program: Some(Program { version, sha256: own_hash() }),
        ..Options::default()
    };
    if wanted.scan_file.is_some() && !console.quiet {
        console.tell(&m::SCANNING.plain());
    }
    let progress = Progress::new(console, m::COLLECTING, Step::ALL.len());
    let mut told = |at: collect::Progress| match at.took {
        None => progress.begin(console, &name(at.step)),
        Some(took) => {
            progress.step();
            if tell {
                progress.aside(|| console.tell(&done(&at, took)));
            }
        }
    };
    let manifest = collect(machine, &options, &mut told, out);
    drop(progress);
    let manifest = manifest.map_err(Error::Collect)?;
    if !console.quiet {
        if !manifest.rights.iter().any(|right| right == "administrator") {
            console.warn(&m::NOT_ELEVATED.plain());
        }
        if !manifest.failures.is_empty() {
            console.warn(&m::NOT_COLLECTED.with([manifest.failures.len().into()]));
        }
    }
    Ok(manifest)
}

/// Whether a family is known by a WMI class of this name.
fn is_of_a_family(class: &str) -> bool {
    let seen = [Observation::new(IndicatorKind::ClassName, class)];
    Intel::builtin().match_families(&seen).iter().any(|family| family.score > 0)
}

/// A folder for event logs while they are exported, gone when it is dropped.
enum LogFolder {
    /// One that only administrators and the system can open: what others may write they could exchange.
    Private(PathBuf),
    /// One of the user's own, who has no more rights than whoever would exchange something.
    Own(TempDir),
}

impl LogFolder {
    fn make(machine: &dyn Machine) -> Result<Self, machine::Error> {
        let failed = |error: &dyn std::fmt::Display| {
            let fault = Fault::Other { code: 0, text: error.to_string() };
            machine::Error::new("make a folder for event logs", "", fault)
        };
        let facts = machine.facts()?;
        // The machine is made anew because this one may only be read.
        if let Some(mut machine) = this_machine().filter(|_| facts.elevated) {
            let unique = crate::random::bytes().map_err(|error| failed(&error))?;
            let unique = unique.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
            let path = format!(r"{}\Temp\deminer-{unique:016x}", facts.windows);
            machine.create_private_directory(&path)?;
            return Ok(Self::Private(PathBuf::from(path)));
        }
        let own = tempfile::Builder::new().prefix("deminer-").tempdir().map_err(|error| failed(&error))?;
        Ok(Self::Own(own))
    }

    /// Its path as the machine takes it. Logs are read back without going through links, so it must have none.
    fn path(&self) -> String {
        let path = match self {
            Self::Private(path) => path,
            Self::Own(folder) => folder.path(),
        };
        let resolved = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        resolved.to_string_lossy().trim_start_matches(r"\\?\").to_owned()
    }
}

impl Drop for LogFolder {
    fn drop(&mut self) {
        if let Self::Private(path) = self {
            let _ = std::fs::remove_dir_all(path);
        }
    }
}

/// What a step is.
fn name(step: Step) -> Message {
    let name = match step {
        Step::Processes => m::STEP_PROCESSES,
        Step::Wmi => m::STEP_WMI,
        Step::Tasks => m::STEP_TASKS,
        Step::Services => m::STEP_SERVICES,
        Step::Autostarts => m::STEP_AUTOSTARTS,
        Step::System => m::STEP_SYSTEM,
        Step::Files => m::STEP_FILES,
        Step::Logs => m::STEP_LOGS,
    };
    name.plain()
}

/// What a step was, how long it took, and how much is there by now.
fn done(at: &collect::Progress, took: Duration) -> Message {
    let seconds = format!("{:.1}", took.as_secs_f32());
    m::STEP_DONE.with([name(at.step).into(), seconds.into(), at.records.into()])
}

/// The hash of this program, for the manifest.
fn own_hash() -> Option<String> {
    let bytes = std::fs::read(std::env::current_exe().ok()?).ok()?;
    Some(collect::sha256(&bytes))
}
