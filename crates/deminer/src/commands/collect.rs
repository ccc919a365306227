//! `deminer collect`: this machine into a bundle, and for `check` into memory.

use crate::args::Collect;
use crate::console::Console;
use crate::error::{Error, shown};
use crate::exit::ExitStatus;
use crate::messages as m;
use crate::output::Output;
use crate::progress::Progress;
use crate::this_machine::this_machine;
use collect::{Manifest, Options, Program, Step, collect};
use detect::Assessment;
use evidence::{Evidence, Message};
use intel::Intel;
use machine::Machine;
use parse::bundle::{BundleRef, Limits};
use std::io::{self, Cursor, Write as _};
use std::path::PathBuf;

/// Collects this machine into a file.
pub(crate) fn run(args: &Collect, console: Console) -> Result<ExitStatus, Error> {
    if args.script {
        let mut out = io::stdout().lock();
        let written = out.write_all(collect::SCRIPT.as_bytes()).and_then(|()| out.flush());
        return written.map(|()| ExitStatus::Nothing).map_err(Error::CannotPrint);
    }
    let machine = this_machine().ok_or(Error::NotWindows)?;
    let (manifest, bytes) = bundle(machine.as_ref(), !args.no_logs, !console.quiet, console)?;
    let path = args.output.clone().unwrap_or_else(|| default_path(&manifest));
    let failed = |problem| Error::CannotWrite(path.clone(), problem);
    let mut output = Output::open(Some(&path), &[])?;
    output.write_all(&bytes).map_err(failed)?;
    output.finish().map_err(failed)?;
    if !console.quiet {
        console.tell(&m::COLLECTED.with([shown(&path).into()]));
    }
    Ok(ExitStatus::Nothing)
}

/// This machine as a bundle in memory.
pub(super) fn to_memory(console: Console) -> Result<BundleRef, Error> {
    let machine = this_machine().ok_or(Error::NoEvidence)?;
    let (manifest, bytes) = bundle(machine.as_ref(), true, false, console)?;
    Ok(BundleRef::from_bytes(&manifest.host.name, bytes))
}

/// The assessment of the machine, from a bundle like any other.
pub(super) fn assess(machine: &dyn Machine, intel: &Intel, console: Console) -> Result<Assessment, Error> {
    let (manifest, bytes) = bundle(machine, true, false, console)?;
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
fn default_path(manifest: &Manifest) -> PathBuf {
    let harmless = |letter: &char| letter.is_ascii_alphanumeric() || "-_".contains(*letter);
    let name: String = manifest.host.name.chars().filter(harmless).collect();
    PathBuf::from(format!("{}_WMI.zip", if name.is_empty() { "HOST" } else { &name }))
}

/// Collects into memory; `tell` says after each step how long it took.
fn bundle(
    machine: &dyn Machine,
    logs: bool,
    tell: bool,
    console: Console,
) -> Result<(Manifest, Vec<u8>), Error> {
    remediate::ready(machine, &remediate::Options::default())?;
    let folder = if logs { tempfile::Builder::new().prefix("deminer-").tempdir().ok() } else { None };
    // Logs are read back without going through links, so the folder's own path must have none.
    let resolved = folder.as_ref().and_then(|folder| folder.path().canonicalize().ok());
    let logs = resolved.map(|path| shown(&path).trim_start_matches(r"\\?\").to_owned());
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let options =
        Options { logs, program: Some(Program { version, sha256: own_hash() }), ..Options::default() };
    let progress = Progress::new(console, m::COLLECTING, Step::ALL.len());
    let mut bytes = Cursor::new(Vec::new());
    let mut told = |done: collect::Progress| {
        progress.step();
        if tell {
            progress.aside(|| console.tell(&step(&done)));
        }
    };
    let manifest = collect(machine, &options, &mut told, &mut bytes);
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
    Ok((manifest, bytes.into_inner()))
}

/// What a step was, how long it took, and how much is there by now.
fn step(done: &collect::Progress) -> Message {
    let name = match done.step {
        Step::Processes => m::STEP_PROCESSES,
        Step::Wmi => m::STEP_WMI,
        Step::Tasks => m::STEP_TASKS,
        Step::Services => m::STEP_SERVICES,
        Step::Autostarts => m::STEP_AUTOSTARTS,
        Step::System => m::STEP_SYSTEM,
        Step::Logs => m::STEP_LOGS,
    };
    let seconds = format!("{:.1}", done.took.as_secs_f32());
    m::STEP_DONE.with([name.plain().into(), seconds.into(), done.records.into()])
}

/// The hash of this program, for the manifest.
fn own_hash() -> Option<String> {
    let bytes = std::fs::read(std::env::current_exe().ok()?).ok()?;
    Some(collect::sha256(&bytes))
}
