//! `deminer clean`: a plan, from a file or made from this machine, into deeds, or into what they would be.

pub(super) mod place;
#[cfg(test)]
pub(crate) mod tests;
mod watch;

use super::plan::{read_plan, updates};
use super::receipt::{self, Stopped};
use crate::args::{Clean, ReceiptFormat};
use crate::console::Console;
use crate::desk::{Desk, Terminal};
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::knowledge;
use crate::messages as m;
use crate::this_machine::{machine_path, this_machine};
use detect::assessment::Verdict;
use intel::Intel;
use machine::MachineMut;
use remediate::{CaseDir, Choice, Options, Outcome, Plan, Receipt, Run};
use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::PathBuf;
use watch::Watching;

/// What is to be done.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    /// What is cleaned.
    pub work: Work,
    /// How.
    pub options: Options,
    /// What the user leaves alone.
    pub exclude: BTreeSet<String>,
    /// The form of the receipt.
    pub format: ReceiptFormat,
}

/// What is cleaned.
#[derive(Debug, Clone)]
pub(crate) enum Work {
    /// What this plan says, in a case at this path or at a usual one.
    Plan(Box<Plan>, Option<String>),
    /// What is found on the machine, and these findings; in a case at this path or at a usual one. With the updates that it lacks, from the
    /// packages in a folder.
    Machine(BTreeSet<String>, Option<PathBuf>, Option<String>),
    /// What a run that was cut off has left.
    Resume(String),
    /// What a case has disabled.
    Purge(String),
}

/// Does what was typed.
pub(crate) fn run(args: &Clean, console: Console) -> Result<ExitStatus, Error> {
    let intel = knowledge::with_sets(&args.baseline, &args.signatures, console)?;
    let job = job(args)?;
    let (mut out, mut asker) = (io::stdout().lock(), Terminal);
    let mut desk = Desk { console, out: &mut out, asker: &mut asker };
    let status = match (this_machine(), &job.work) {
        (Some(mut machine), _) => clean(machine.as_mut(), &intel, job, &mut desk),
        (None, Work::Plan(plan, _)) if !job.options.apply => preview(plan, &job, &mut desk),
        (None, _) => Err(Error::CleanNeedsWindows),
    }?;
    out.flush().map_err(Error::CannotPrint)?;
    Ok(status)
}

fn job(args: &Clean) -> Result<Job, Error> {
    let path = |path: &PathBuf| machine_path(path);
    let case = args.case.as_ref().map(path);
    let work = match (&args.resume, &args.purge, &args.plan) {
        (Some(resume), ..) => Work::Resume(path(resume)),
        (_, Some(purge), _) => Work::Purge(path(purge)),
        (.., Some(plan)) => Work::Plan(Box::new(read_plan(plan)?), case),
        _ => Work::Machine(args.include.iter().cloned().collect(), args.updates.clone(), case),
    };
    let trusted =
        args.plan.iter().chain(&args.baseline).chain(&args.signatures.signatures).map(path).collect();
    let options = Options {
        apply: args.apply,
        yes: args.yes,
        unpatched: args.unpatched,
        contain: args.contain.clone().map(|addresses| addresses.0),
        domain_controller: args.domain_controller,
        trusted,
    };
    Ok(Job { work, options, exclude: args.exclude.iter().cloned().collect(), format: args.format })
}

/// The newest case of this machine that was not given a place by name.
pub(super) fn last_case() -> Option<String> {
    place::last_case(this_machine()?.as_ref())
}

/// Does the job on the machine.
pub(crate) fn clean(
    machine: &mut dyn MachineMut,
    intel: &Intel,
    job: Job,
    desk: &mut Desk,
) -> Result<ExitStatus, Error> {
    let (run, case) = match &job.work {
        Work::Resume(case) => (Run::Resume, Some(case.clone())),
        Work::Purge(case) => (Run::Purge, Some(case.clone())),
        Work::Plan(_, case) | Work::Machine(.., case) => (Run::Apply, case.clone()),
    };
    let run = if job.options.apply { run } else { Run::DryRun };
    let (format, began) = (job.format, machine.now());
    let stopped = Stopped { run, case: case.as_deref(), began };
    carry_out(machine, intel, job, desk).map_err(|error| stopped.told(machine, error, format, desk))
}

fn carry_out(
    machine: &mut dyn MachineMut,
    intel: &Intel,
    job: Job,
    desk: &mut Desk,
) -> Result<ExitStatus, Error> {
    remediate::ready(machine, &job.options)?;
    let Job { work, options, exclude, format } = job;
    let (plan, verdict, case) = match work {
        Work::Plan(mut plan, case) => {
            plan.leave_out(&exclude);
            (*plan, None, case)
        }
        Work::Machine(include, updates, case) => {
            let assessment = super::collect::assess(machine, intel, desk.console)?;
            let updates = updates.map(|folder| updates::find(updates::Folder::here(&folder), &assessment));
            let choice = Choice {
                include,
                exclude,
                updates: updates.transpose()?.unwrap_or_default(),
                architecture: machine.facts().ok().map(|facts| facts.architecture),
            };
            (remediate::plan(&assessment, intel, &choice), Some(assessment.verdict), case)
        }
        Work::Resume(case) => return in_case(machine, intel, &case, Run::Resume, &options, format, desk),
        Work::Purge(case) => return in_case(machine, intel, &case, Run::Purge, &options, format, desk),
    };
    let begins = options.apply && !(plan.actions.is_empty() && options.contain.is_none());
    let dir = if begins { place::case_dir(machine, case.as_deref())? } else { place::nowhere()? };
    if begins {
        if !super::selftest::has_passed(machine) {
            desk.console.remark(&m::EXPERIMENTAL.plain());
        }
        desk.console.remark(&m::CASE_IS.with([dir.path().into()]));
    }
    let options = Options { apply: begins, ..options };
    let mut watching = Watching::new(desk, format, options.apply);
    watching.heading(if begins { Run::Apply } else { Run::DryRun }, &plan.host.name)?;
    let receipt = remediate::apply(machine, intel, &plan, &dir, &options, &mut watching)?;
    watching.finish()?;
    tell(&receipt, Some(&plan), format, desk)?;
    say_dry(&receipt, desk);
    if receipt.run == Run::DryRun
        && let Some(stop) = remediate::obstacle(machine, &plan, &options)
        && !plan.actions.is_empty()
    {
        desk.console.warn(&m::WOULD_STOP.with([stop.message.into()]));
    }
    Ok(match verdict {
        Some(Verdict::Inconclusive) if plan.actions.is_empty() => {
            desk.console.warn(&m::TOO_LITTLE_READ.plain());
            ExitStatus::Inconclusive
        }
        Some(Verdict::Infected | Verdict::Suspicious) if plan.actions.is_empty() => {
            desk.console.warn(&m::NOTHING_BY_CONTENT.plain());
            ExitStatus::Found
        }
        _ if plan.leaves_something() => ExitStatus::Found,
        _ => status(&receipt),
    })
}

/// Carries on, or removes what is disabled, in a case that is there.
fn in_case(
    machine: &mut dyn MachineMut,
    intel: &Intel,
    case: &str,
    run: Run,
    options: &Options,
    format: ReceiptFormat,
    desk: &mut Desk,
) -> Result<ExitStatus, Error> {
    let dir = CaseDir::new(case)?;
    let host = machine.facts().map(|facts| facts.host.name).unwrap_or_default();
    let mut watching = Watching::new(desk, format, options.apply);
    watching.heading(if options.apply { run } else { Run::DryRun }, &host)?;
    let receipt = match run {
        Run::Purge => remediate::purge(machine, intel, &dir, options, &mut watching),
        _ => remediate::resume(machine, intel, &dir, options, &mut watching),
    }?;
    watching.finish()?;
    tell(&receipt, None, format, desk)?;
    say_dry(&receipt, desk);
    Ok(status(&receipt))
}

/// Says that nothing was changed, where that is not plain.
fn say_dry(receipt: &Receipt, desk: &Desk) {
    let to_do = receipt.actions.iter().any(|action| action.outcome == Outcome::Planned);
    if receipt.run == Run::DryRun && to_do {
        desk.console.remark(&m::NOTHING_CHANGED.plain());
    }
}

/// What a plan for another machine would do.
fn preview(plan: &Plan, job: &Job, desk: &mut Desk) -> Result<ExitStatus, Error> {
    let mut plan = plan.clone();
    plan.leave_out(&job.exclude);
    let receipt = remediate::preview(&plan, &job.options, jiff::Timestamp::now());
    Watching::new(desk, job.format, false).heading(Run::DryRun, &plan.host.name)?;
    tell(&receipt, Some(&plan), job.format, desk)?;
    desk.console.remark(&m::UNSEEN.plain());
    if plan.patch == detect::assessment::State::Act
        && !job.options.unpatched
        && job.options.contain.is_none()
        && !plan.actions.is_empty()
    {
        desk.console.warn(&m::UNPATCHED.plain());
    }
    Ok(if plan.leaves_something() { ExitStatus::Found } else { status(&receipt) })
}

/// Writes what is left to say of a run.
fn tell(receipt: &Receipt, plan: Option<&Plan>, format: ReceiptFormat, desk: &mut Desk) -> Result<(), Error> {
    let catalogue = desk.console.catalogue();
    let dry = receipt.run == Run::DryRun;
    let written = match format {
        ReceiptFormat::Json => receipt::json(desk.out, receipt, plan.filter(|_| dry), catalogue),
        ReceiptFormat::Text => {
            let lines = if dry { forecast(receipt, plan, desk) } else { Ok(()) };
            lines.and_then(|()| receipt::summary(desk.out, receipt, catalogue))
        }
    };
    written.map_err(Error::CannotPrint)?;
    if dry {
        return Ok(());
    }
    if receipt.needs_restart() {
        desk.console.warn(&m::RESTART.plain());
    }
    if let Some(case) = &receipt.case {
        desk.console.remark(&m::NEXT_VERIFY.with([case.into()]));
    }
    Ok(())
}

/// The lines of a dry run, each with its reasons; and what is not in the plan.
fn forecast(receipt: &Receipt, plan: Option<&Plan>, desk: &mut Desk) -> io::Result<()> {
    let catalogue = desk.console.catalogue();
    for line in &receipt.actions {
        receipt::action_line(desk.out, line, catalogue)?;
        let action = plan.and_then(|plan| plan.actions.iter().find(|action| action.id == line.id));
        if let Some(action) = action {
            receipt::reasons(desk.out, action, catalogue)?;
        }
    }
    let refused = plan.map(|plan| plan.refused.as_slice()).unwrap_or_default();
    super::plan::refusals(desk.out, refused, desk.console)
}

/// `0` all done and proven or nothing to do, `1` something is left, in a dry run to be done.
pub(crate) fn status(receipt: &Receipt) -> ExitStatus {
    let to_do = receipt.actions.iter().any(|action| action.outcome == Outcome::Planned);
    if receipt.is_complete() && !to_do { ExitStatus::Nothing } else { ExitStatus::Found }
}
