//! `deminer plan` and `deminer script`: what goes from a machine, and a script that does the WMI part of it.

mod choose;
pub(super) mod updates;

use super::receipt::{target_name, verb};
use crate::args::{Plan as PlanArgs, Script as ScriptArgs};
use crate::console::Console;
use crate::desk::Terminal;
use crate::error::{Error, shown};
use crate::exit::ExitStatus;
use crate::hosts::Hosts;
use crate::input::{self, inputs};
use crate::knowledge;
use crate::messages as m;
use crate::output::Output;
use crate::suggest;
use crate::this_machine::this_machine;
use detect::Assessment;
use detect::assessment::{Action, Verdict};
use evidence::Message;
use intel::Intel;
use parse::bundle;
use remediate::{Choice, Plan, Refusal};
use report::safe_json;
use report::sanitize::visible;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The largest plan that is read; `remediate` has a limit of its own behind it.
const PLAN_LIMIT: u64 = 64 << 20;

/// Makes a plan and writes it.
pub(crate) fn run(args: &PlanArgs, console: Console) -> Result<ExitStatus, Error> {
    if args.interactive && !Terminal::is_there() {
        return Err(Error::NoTerminal);
    }
    let on_machine = args.updates_on_machine.as_deref();
    let folder =
        args.updates.as_deref().map(|folder| updates::Folder::named(folder, on_machine)).transpose()?;
    let intel = knowledge::with_sets(&args.baseline, &args.signatures, console)?;
    let (assessment, architecture) = if args.evidence.is_empty() {
        let machine = this_machine().ok_or(Error::NoEvidence)?;
        let architecture = machine.facts().ok().map(|facts| facts.architecture);
        (super::collect::assess(machine.as_ref(), &intel, console)?, architecture)
    } else {
        (assess(&args.evidence, args.host.as_deref(), &intel, console)?, None)
    };
    let packages = folder.map(|folder| updates::find(folder, &assessment));
    let mut choice = Choice {
        include: args.include.iter().cloned().collect(),
        exclude: args.exclude.iter().cloned().collect(),
        updates: packages.transpose()?.unwrap_or_default(),
        architecture,
    };
    if args.interactive {
        choice = choose::choose(&assessment, &intel, choice, console, &mut Terminal)?;
    }
    let plan = remediate::plan(&assessment, &intel, &choice);
    write(args.output.as_ref(), &args.evidence, &safe_json(&plan.to_json()))?;
    if let Some(file) = &args.output {
        let mut out = io::stdout().lock();
        summary(&mut out, &plan, console).and_then(|()| out.flush()).map_err(Error::CannotPrint)?;
        if !plan.actions.is_empty() {
            let by_script = remediate::script(&plan).actions > 0;
            let next = if by_script { m::NEXT_CLEAN } else { m::NEXT_CLEAN_ONLY };
            console.remark(&next.with([shown(file).into()]));
        }
    }
    let gaps = if args.interactive { 0 } else { gaps_left(&assessment, &intel, &choice, &plan) };
    if gaps > 0 {
        console.remark(&m::PLAN_GAPS.with([gaps.into()]));
    }
    Ok(match (plan.actions.is_empty(), assessment.verdict) {
        (false, _) => ExitStatus::Found,
        (true, Verdict::Inconclusive) => ExitStatus::Inconclusive,
        (true, _) => ExitStatus::Nothing,
    })
}

/// How many gaps a plan could close, and this one does not though nobody left them out.
fn gaps_left(assessment: &Assessment, intel: &Intel, choice: &Choice, plan: &Plan) -> usize {
    let gaps = assessment.findings.iter().filter(|finding| finding.action == Action::Harden);
    let include = gaps.map(|finding| finding.id.clone()).collect();
    let possible = remediate::plan(assessment, intel, &Choice { include, ..choice.clone() });
    let answered = |plan: &Plan| -> BTreeSet<String> {
        plan.actions.iter().flat_map(|action| action.because.iter().cloned()).collect()
    };
    answered(&possible).difference(&answered(plan)).count()
}

/// The plan in a file.
pub(crate) fn read_plan(path: &Path) -> Result<Plan, Error> {
    let bytes = input::read(path, PLAN_LIMIT)?;
    Plan::from_json(&String::from_utf8_lossy(&bytes))
        .map_err(|problem| Error::PlanFile { path: shown(path), problem: problem.to_string() })
}

/// Turns a plan into a script and writes it.
pub(crate) fn script(args: &ScriptArgs, console: Console) -> Result<ExitStatus, Error> {
    let plan = read_plan(&args.plan)?;
    let script = remediate::script(&plan);
    write(args.output.as_ref(), std::slice::from_ref(&args.plan), &script.text)?;
    if script.left_out > 0 {
        console.warn(&m::SCRIPT_LEFT_OUT.with([script.left_out.into()]));
    }
    Ok(if script.actions > 0 { ExitStatus::Nothing } else { ExitStatus::Found })
}

/// The one host that is meant.
pub(super) struct Meant {
    /// What was judged of it.
    pub(super) assessment: Assessment,
    /// The files that it was read from, where the evidence speaks of other hosts too.
    pub(super) files: Option<BTreeSet<PathBuf>>,
}

/// The assessment of the one host that is meant.
pub(super) fn assess(
    evidence: &[PathBuf],
    host: Option<&str>,
    intel: &Intel,
    console: Console,
) -> Result<Assessment, Error> {
    assess_with_files(evidence, host, intel, console).map(|meant| meant.assessment)
}

/// The assessment of the one host that is meant, and the files that are its own.
pub(super) fn assess_with_files(
    evidence: &[PathBuf],
    host: Option<&str>,
    intel: &Intel,
    console: Console,
) -> Result<Meant, Error> {
    let limits = knowledge::limits(intel);
    let found = bundle::discover(&inputs(evidence), &limits);
    let hosts = Hosts::survey(&found.bundles, &limits, console);
    if hosts.len() == 0 {
        return Err(Error::nothing_read(evidence, found.notes));
    }
    let mut names = Vec::new();
    let mut wanted = None;
    hosts
        .each(
            |evidence| {
                let is_meant = host.is_none_or(|name| {
                    evidence
                        .host
                        .names
                        .iter()
                        .chain([&evidence.host.name])
                        .any(|own| own.eq_ignore_ascii_case(name))
                });
                let files = || evidence.sources.iter().map(|source| PathBuf::from(&source.path)).collect();
                let meant = is_meant.then(|| (detect::assess(&evidence, intel), files()));
                (evidence.host.name.clone(), meant)
            },
            |(name, meant): (String, Option<(Assessment, BTreeSet<PathBuf>)>)| {
                names.push(name);
                match (&wanted, meant) {
                    (Some(_), Some(_)) => Err(()),
                    (None, Some(meant)) => {
                        wanted = Some(meant);
                        Ok(())
                    }
                    (_, None) => Ok(()),
                }
            },
        )
        .map_err(|()| Error::SeveralHosts)?;
    let are_several = names.len() > 1;
    let meant = wanted.map(|(assessment, files)| Meant { assessment, files: are_several.then_some(files) });
    meant.ok_or_else(|| {
        let name = host.unwrap_or_default().to_owned();
        let similar = suggest::similar(&name, names.iter().map(String::as_str));
        Error::UnknownHost { name, similar }
    })
}

fn write(path: Option<&PathBuf>, inputs: &[PathBuf], text: &str) -> Result<(), Error> {
    let path = path.map(PathBuf::as_path);
    let mut output = Output::open(path, inputs)?;
    output
        .write_all(text.as_bytes())
        .and_then(|()| output.finish())
        .map_err(|problem| Error::writing(path, problem))
}

/// What the plan does, one action a line, and what it does not.
fn summary(out: &mut impl Write, plan: &Plan, console: Console) -> io::Result<()> {
    let bold = console.heading();
    let line = |message: &Message| console.catalogue().line(message);
    let host = visible(&plan.host.name).into_owned();
    writeln!(out, "{bold}{}{bold:#}", line(&m::PLAN_FOR.with([host.into(), plan.actions.len().into()])))?;
    for action in &plan.actions {
        let verb = line(&verb(action.verb).plain());
        writeln!(out, "  {}  {verb}  {}", action.id, line(&target_name(&action.target)))?;
    }
    refusals(out, &plan.refused, console)
}

/// What is not in a plan, and why.
pub(super) fn refusals(out: &mut dyn Write, refused: &[Refusal], console: Console) -> io::Result<()> {
    if refused.is_empty() {
        return Ok(());
    }
    let (bold, catalogue) = (console.heading(), console.catalogue());
    writeln!(out, "{bold}{}{bold:#}", catalogue.line(&m::PLAN_REFUSED.plain()))?;
    refused.iter().try_for_each(|refusal| {
        writeln!(out, "  {}  {}", visible(&refusal.finding), catalogue.line(&refusal.why))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::clean::tests::{assessed, infected};
    use machine::RegistryData;

    #[test]
    fn gaps_that_a_plan_could_close_are_counted_until_they_are_chosen_or_left_out() {
        let lsa = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa";
        let mut state = infected();
        state.add_registry_value(lsa, "NoLMHash", RegistryData::dword(1));
        let before = left(&assessed(state.clone()), &Choice::default());
        state.add_registry_value(lsa, "NoLMHash", RegistryData::dword(0));
        let assessment = assessed(state);
        let gaps = assessment.findings.iter().filter(|finding| finding.action == Action::Harden);
        let ids: Vec<_> = gaps.map(|finding| finding.id.clone()).collect();
        assert_eq!(left(&assessment, &Choice::default()), before + 1);
        let all = Choice { include: ids.iter().cloned().collect(), ..Choice::default() };
        assert_eq!(left(&assessment, &all), 0);
        let none = Choice { exclude: ids.into_iter().collect(), ..Choice::default() };
        assert_eq!(left(&assessment, &none), 0);
    }

    fn left(assessment: &Assessment, choice: &Choice) -> usize {
        let plan = remediate::plan(assessment, Intel::builtin(), choice);
        gaps_left(assessment, Intel::builtin(), choice, &plan)
    }
}
