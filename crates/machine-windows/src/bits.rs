//! The jobs of the Background Intelligent Transfer Service: files that Windows fetches or sends for somebody, and the command that it runs
//! behind them (Microsoft: `IBackgroundCopyManager`, `IBackgroundCopyJob2`).
//!
//! Only a service that runs is asked: one that is started goes on with its jobs, and runs their commands.

use crate::fault::{Outcome, from_error};
use crate::registry::filetime;
use crate::settings::setting;
use crate::text::at;
use crate::wmi::prepare;
use crate::{beside, notify, service};
use evidence::Setting;
use machine::{Error, Fault, Listed};
use std::cell::Cell;
use std::time::Duration;
use windows::Win32::Foundation::FILETIME;
use windows::Win32::Networking::BackgroundIntelligentTransferService::{
    BG_JOB_ENUM_ALL_USERS, BG_JOB_STATE, BG_JOB_TIMES, BG_JOB_TYPE, BackgroundCopyManager,
    IBackgroundCopyJob, IBackgroundCopyJob2, IBackgroundCopyManager, IEnumBackgroundCopyJobs,
};
use windows::Win32::System::Com::{CLSCTX_LOCAL_SERVER, CoCreateInstance};
use windows::core::{Interface as _, PWSTR};

// The crate `windows` looks for it in `combase.dll`, which Windows 7 lacks; there and later it is here too.
windows::core::link!("ole32.dll" "system" fn CoTaskMemFree(memory: *const core::ffi::c_void));

/// The kind of setting.
pub(crate) const KIND: &str = "bits-job";

const SERVICE: &str = "BITS";
/// How long the service may take for all of its jobs.
const PATIENCE: Duration = Duration::from_secs(30);
/// More jobs than any machine has: by default all users together may have 300 (Microsoft: `MaxJobsPerMachine`), and administrators more.
const MAX_JOBS: usize = 4096;
/// Files of one job that are named. The job says how many there are.
const MAX_FILES: usize = 64;

/// The states by their number (Microsoft: `BG_JOB_STATE`).
const STATES: [&str; 9] = [
    "queued",
    "connecting",
    "transferring",
    "suspended",
    "error",
    "transient-error",
    "transferred",
    "acknowledged",
    "cancelled",
];
/// The types by their number (Microsoft: `BG_JOB_TYPE`).
const TYPES: [&str; 3] = ["download", "upload", "upload-reply"];

/// The jobs of all users, or where that is refused those of the user himself, sorted.
pub(crate) fn list() -> Outcome<Listed<Setting>> {
    let config = service::read(SERVICE)?.ok_or(Fault::Unsupported)?;
    if config.service.running != Some(true) {
        let text = "the service does not run, and where it is started it runs the commands of its jobs";
        return Err(Fault::Other { code: 0, text: text.to_owned() });
    }
    beside::within(PATIENCE, jobs)
}

fn jobs() -> Outcome<Listed<Setting>> {
    prepare(&Cell::new(false));
    // SAFETY: COM is ready on this thread; the server is the service that is registered for the class.
    let manager: IBackgroundCopyManager =
        unsafe { CoCreateInstance(&BackgroundCopyManager, None, CLSCTX_LOCAL_SERVER) }
            .map_err(|error| from_error(&error))?;
    let mut listed = Listed::from(Vec::new());
    // SAFETY: the manager is one that was just made.
    let all = unsafe { manager.EnumJobs(BG_JOB_ENUM_ALL_USERS) };
    let jobs = all.or_else(|error| {
        listed.missed.push(Error::new("list the BITS jobs of all users", "", from_error(&error)));
        // SAFETY: as above.
        unsafe { manager.EnumJobs(0) }
    });
    each(&jobs.map_err(|error| from_error(&error))?, &mut listed)?;
    listed.found.sort_by(|a, b| (&a.name, &a.details).cmp(&(&b.name, &b.details)));
    Ok(listed)
}

fn each(jobs: &IEnumBackgroundCopyJobs, listed: &mut Listed<Setting>) -> Outcome<()> {
    for _ in 0..MAX_JOBS {
        let mut next = [None];
        // SAFETY: there is room for one job. Behind the last none is given, with a success.
        unsafe { jobs.Next(&mut next, std::ptr::null_mut()) }.map_err(|error| from_error(&error))?;
        let [Some(job)] = next else { return Ok(()) };
        let id = id(&job).unwrap_or_default();
        let mut missed =
            |operation, error| listed.missed.push(Error::new(operation, id.as_str(), from_error(&error)));
        // A job whose command is not told still fetches its files.
        let command = command(&job).unwrap_or_else(|error| {
            missed("read the command of the BITS job", error);
            String::new()
        });
        match read(&job, &id, command) {
            Ok(own) => listed.found.push(own),
            Err(error) => missed("read the BITS job", error),
        }
    }
    let fault = Fault::TooMany { limit: MAX_JOBS as u64 };
    listed.missed.push(Error::new("list the BITS jobs", "", fault));
    Ok(())
}

/// The identifier as the tools of Windows write it.
fn id(job: &IBackgroundCopyJob) -> windows::core::Result<String> {
    // SAFETY: the job is one that the service gave.
    let id = unsafe { job.GetId() }?;
    let digits = format!("{:032X}", id.to_u128());
    let part = |range: std::ops::Range<usize>| digits.get(range).unwrap_or_default();
    let parts = [part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)];
    Ok(format!("{{{}}}", parts.join("-")))
}

/// The command that runs behind the job; empty where there is none.
fn command(job: &IBackgroundCopyJob) -> windows::core::Result<String> {
    let (mut program, mut parameters) = (PWSTR::null(), PWSTR::null());
    // SAFETY: the job is one that the service gave, there is room for both texts, and each is taken once.
    unsafe {
        job.cast::<IBackgroundCopyJob2>()?.GetNotifyCmdLine(&raw mut program, &raw mut parameters)?;
        let (program, parameters) = (taken(program), taken(parameters));
        Ok(notify::command(&program, &parameters))
    }
}

fn read(job: &IBackgroundCopyJob, id: &str, command: String) -> windows::core::Result<Setting> {
    let mut times = BG_JOB_TIMES::default();
    // SAFETY: the job is one that the service gave, there is room for the times, and each text is taken once.
    let (name, description, owner, BG_JOB_STATE(state), BG_JOB_TYPE(kind)) = unsafe {
        // Its times, what it is described by and whose it is are no reasons to pass over a job.
        if job.GetTimes(&raw mut times).is_err() {
            times = BG_JOB_TIMES::default();
        }
        (
            taken(job.GetDisplayName()?),
            job.GetDescription().map(|text| taken(text)).unwrap_or_default(),
            job.GetOwner().map(|text| taken(text)).unwrap_or_default(),
            job.GetState()?,
            job.GetType()?,
        )
    };
    let (count, remote, local) = files(job)?;
    let details = [
        ("id", id.to_owned()),
        ("description", description),
        ("owner", owner),
        ("state", word(&STATES, state)),
        ("type", word(&TYPES, kind)),
        ("created", time(times.CreationTime)),
        ("modified", time(times.ModificationTime)),
        ("completed", time(times.TransferCompletionTime)),
        ("files", count.to_string()),
        ("remote", remote.join("\n")),
        ("local", local.join("\n")),
    ];
    let mut own = setting(KIND, name, command);
    let details = details.into_iter().filter(|(_, value)| !value.is_empty());
    own.details = details.map(|(name, value)| (name.to_owned(), value)).collect();
    Ok(own)
}

/// How many files there are, and the names of the first of them: where each comes from or goes to, and what it is here.
fn files(job: &IBackgroundCopyJob) -> windows::core::Result<(u32, Vec<String>, Vec<String>)> {
    let (mut remote, mut local) = (Vec::new(), Vec::new());
    // SAFETY: the job is one that the service gave.
    let files = unsafe { job.EnumFiles() }?;
    // SAFETY: as above.
    let count = unsafe { files.GetCount() }?;
    for _ in 0..MAX_FILES {
        let mut next = [None];
        // SAFETY: there is room for one file. Behind the last none is given, with a success.
        unsafe { files.Next(&mut next, std::ptr::null_mut()) }?;
        let [Some(file)] = next else { break };
        // SAFETY: the file is one that the service gave, and each text is taken once.
        unsafe {
            remote.push(taken(file.GetRemoteName()?));
            local.push(taken(file.GetLocalName()?));
        }
    }
    Ok((count, remote, local))
}

/// A text that COM allocated, which is freed.
///
/// # Safety
/// `text` is null or a NUL-terminated text that COM allocated for the caller, and is not used again.
unsafe fn taken(text: PWSTR) -> String {
    // SAFETY: as the caller vouches.
    unsafe {
        let own = at(text).unwrap_or_default();
        CoTaskMemFree(text.0.cast_const().cast());
        own
    }
}

fn word(words: &[&str], number: i32) -> String {
    let known = usize::try_from(number).ok().and_then(|number| words.get(number));
    known.map_or_else(|| number.to_string(), |word| (*word).to_owned())
}

/// The time, where there is one.
fn time(time: FILETIME) -> String {
    const FROM_1601_TO_1970: i64 = 11_644_473_600;
    let seconds = i64::try_from(filetime(time) / 10_000_000).unwrap_or_default();
    if seconds == 0 {
        return String::new();
    }
    let time = jiff::Timestamp::from_second(seconds.saturating_sub(FROM_1601_TO_1970));
    time.map(|time| time.to_string()).unwrap_or_default()
}
