//! `deminer verify`: whether what a case did still holds, now or for a while.

use super::receipt::{self, Arrival, Change};
use crate::args::{ReceiptFormat, Verify};
use crate::console::Console;
use crate::desk::{Desk, Terminal};
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::knowledge;
use crate::messages as m;
use crate::this_machine::{machine_path, this_machine};
use intel::Intel;
use machine::{Machine, MachineMut};
use remediate::{Arrivals, CaseDir, Now, Reading, Run, Target, Verification, Verified};
use std::io::{self, Write as _};
use std::time::Duration;

/// How long to wait between two looks: a twentieth of the time, but not shorter or longer than these.
const SHORTEST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_mins(1);

/// Does what was typed.
pub(crate) fn run(args: &Verify, console: Console) -> Result<ExitStatus, Error> {
    let mut machine = this_machine().ok_or(Error::CleanNeedsWindows)?;
    let (mut out, mut asker) = (io::stdout().lock(), Terminal);
    let mut desk = Desk { console, out: &mut out, asker: &mut asker };
    let watch = args.watch.map(|span| span.0);
    let case = machine_path(&args.case);
    let intel = knowledge::with_sets(&args.baseline, &args.signatures, console)?;
    let status = verify(machine.as_mut(), &intel, &case, watch, args.format, &mut desk)?;
    out.flush().map_err(Error::CannotPrint)?;
    Ok(status)
}

/// Looks at everything again, for so long, and says how it stands. What changes meanwhile is said when it is seen.
pub(crate) fn verify(
    machine: &mut dyn MachineMut,
    intel: &Intel,
    case: &str,
    watch: Option<Duration>,
    format: ReceiptFormat,
    desk: &mut Desk,
) -> Result<ExitStatus, Error> {
    let ended = CaseDir::new(case).map_err(Error::from).and_then(|dir| {
        let stands = watched(machine, intel, &dir, watch, format, desk)?;
        tell_all(&stands, format, desk)
    });
    if let (Err(Error::Stopped(why)), ReceiptFormat::Json) = (&ended, format) {
        let host = receipt::host_of(machine);
        receipt::stopped_verification(desk.out, &host, case, machine.now(), why, desk.console.catalogue())
            .map_err(Error::CannotPrint)?;
    }
    ended
}

/// How things stand, and what changed while it was watched.
struct Stands {
    look: Verification,
    changes: Vec<Change>,
    arrived: Vec<Arrival>,
}

fn watched(
    machine: &mut dyn MachineMut,
    intel: &Intel,
    case: &CaseDir,
    watch: Option<Duration>,
    format: ReceiptFormat,
    desk: &mut Desk,
) -> Result<Stands, Error> {
    let began = machine.now();
    let console = desk.console;
    let mut reading = None;
    let mut look = remediate::verify_with(
        machine,
        intel,
        case,
        Some(&mut |machine| reading.insert(read_again(machine, intel, console)).clone()),
    )?;
    let (mut changes, mut arrived) = (Vec::new(), Vec::new());
    if format == ReceiptFormat::Text {
        whole(&look, desk).map_err(Error::CannotPrint)?;
    }
    if let Some(watch) = watch {
        // What comes back under another name is seen between the readings by the lists that are short.
        let mut arrivals = Arrivals::new(machine);
        let pause = (watch / 20).clamp(SHORTEST, LONGEST);
        desk.console.remark(&m::WATCHING.with([watch.as_secs().into(), pause.as_secs().into()]));
        loop {
            let passed = Duration::try_from(machine.now().duration_since(began)).unwrap_or_default();
            let Some(left) = watch.checked_sub(passed).filter(|left| !left.is_zero()) else { break };
            machine.sleep(pause.min(left));
            let is_last = left <= pause;
            // Reading everything takes its time, so between the first look and the last what the first one read stands.
            let known = reading.take().filter(|_| !is_last);
            let mut again = |machine: &dyn Machine| {
                let whole = known.clone().unwrap_or_else(|| read_again(machine, intel, console));
                reading.insert(whole).clone()
            };
            let later = remediate::verify_with(machine, intel, case, Some(&mut again))?;
            let seen = compare(&look, &later);
            // What the case knows is told as its own.
            let is_own = |target: &Target| later.actions.iter().any(|action| action.target == *target);
            let new = arrivals.look(machine).into_iter().filter(|target| !is_own(target));
            let new: Vec<_> = new.map(|target| Arrival { time: later.time, target }).collect();
            if format == ReceiptFormat::Text {
                tell(&seen, &later, desk).map_err(Error::CannotPrint)?;
                new.iter()
                    .try_for_each(|new| receipt::arrival_line(desk.out, new, desk.console.catalogue()))
                    .map_err(Error::CannotPrint)?;
                desk.out.flush().map_err(Error::CannotPrint)?;
            }
            changes.extend(seen);
            arrived.extend(new);
            look = later;
            if is_last {
                break;
            }
        }
    }
    Ok(Stands { look, changes, arrived })
}

/// The whole machine, read and assessed as for a cleaning.
fn read_again(machine: &dyn Machine, intel: &Intel, console: Console) -> Reading {
    match super::collect::assess(machine, intel, console) {
        Ok(assessment) => Reading::Assessed(Box::new(assessment)),
        Err(error) => Reading::Failed(error.message()),
    }
}

fn tell_all(
    Stands { look, changes, arrived }: &Stands,
    format: ReceiptFormat,
    desk: &mut Desk,
) -> Result<ExitStatus, Error> {
    let held = !changes.iter().any(|change| matches!(change.to, Now::Back | Now::Changed));
    let catalogue = desk.console.catalogue();
    match format {
        ReceiptFormat::Json => receipt::verification_json(desk.out, look, changes, arrived, catalogue),
        ReceiptFormat::Text => receipt::verification_summary(desk.out, look, catalogue),
    }
    .map_err(Error::CannotPrint)?;
    if look.again.as_ref().is_some_and(|again| !again.found.is_empty()) {
        desk.console.warn(&m::CLEAN_AGAIN.plain());
    }
    Ok(if look.is_passed() && held { ExitStatus::Nothing } else { ExitStatus::Found })
}

fn whole(look: &Verification, desk: &mut Desk) -> io::Result<()> {
    receipt::heading(desk.out, Run::Verify, &look.host.name, desk.console)?;
    let catalogue = desk.console.catalogue();
    look.actions.iter().try_for_each(|line| receipt::verified_line(desk.out, line, catalogue))
}

/// What is otherwise than at the look before.
fn compare(before: &Verification, now: &Verification) -> Vec<Change> {
    let changed = now.actions.iter().filter_map(|action| {
        let earlier = before.actions.iter().find(|known| known.id == action.id)?;
        (earlier.now != action.now).then(|| Change {
            time: now.time,
            id: action.id.clone(),
            from: earlier.now,
            to: action.now,
        })
    });
    changed.collect()
}

fn tell(changes: &[Change], look: &Verification, desk: &mut Desk) -> io::Result<()> {
    let catalogue = desk.console.catalogue();
    for change in changes {
        writeln!(desk.out, "{}", catalogue.line(&m::CHANGED_AT.with([change.time.to_string().into()])))?;
        let is_this = |action: &&Verified| action.id == change.id;
        look.actions
            .iter()
            .filter(is_this)
            .try_for_each(|line| receipt::verified_line(desk.out, line, catalogue))?;
    }
    desk.out.flush()
}
