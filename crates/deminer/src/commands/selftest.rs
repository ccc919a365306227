//! `deminer selftest`: whether removing and putting back work on this machine, tried on objects of the program's own.

use super::clean::place;
use crate::args::{ReceiptFormat, Selftest as Args};
use crate::console::Console;
use crate::desk::{Desk, Terminal};
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::messages as m;
use crate::this_machine::this_machine;
use evidence::MessageSpec;
use intel::Intel;
use machine::{Fault, Machine, MachineMut};
use remediate::{Phase, Selftest, Step};
use report::safe_json;
use report::sanitize::visible;
use std::io::{self, Write};

/// Where it is kept on which kinds of machines the test has passed.
const RECORD: &str = "selftest.jsonl";
/// The longest record that is read, in bytes.
const RECORD_LIMIT: u64 = 4 << 20;

/// Does what was typed.
pub(crate) fn run(args: &Args, console: Console) -> Result<ExitStatus, Error> {
    let mut machine = this_machine().ok_or(Error::CleanNeedsWindows)?;
    let (mut out, mut asker) = (io::stdout().lock(), Terminal);
    let mut desk = Desk { console, out: &mut out, asker: &mut asker };
    let status = selftest(machine.as_mut(), Intel::builtin(), args.format, &mut desk)?;
    out.flush().map_err(Error::CannotPrint)?;
    Ok(status)
}

/// Runs the test, tells each step, and keeps that it has passed.
pub(crate) fn selftest(
    machine: &mut dyn MachineMut,
    intel: &Intel,
    format: ReceiptFormat,
    desk: &mut Desk,
) -> Result<ExitStatus, Error> {
    let changes = remediate::Options {
        apply: true,
        unpatched: true,
        domain_controller: true,
        ..remediate::Options::default()
    };
    remediate::ready(machine, &changes)?;
    let folder = place::make_own_folder(machine)?;
    let catalogue = desk.console.catalogue();
    let mut told = Ok(());
    let outcome = {
        let out = &mut *desk.out;
        let mut tell = |step: &Step| {
            if format == ReceiptFormat::Text && told.is_ok() {
                told = line(out, step, desk.console).and_then(|()| out.flush());
            }
        };
        remediate::selftest(machine, intel, &folder, &mut tell)?
    };
    told.map_err(Error::CannotPrint)?;
    let failed = outcome.steps.iter().filter(|step| step.problem.is_some()).count();
    let sum = match failed {
        0 => m::SELFTEST_PASSED.with([outcome.kind.as_str().into(), outcome.steps.len().into()]),
        failed => {
            m::SELFTEST_FAILED.with([outcome.kind.as_str().into(), failed.into(), outcome.steps.len().into()])
        }
    };
    let written = match format {
        ReceiptFormat::Text => writeln!(desk.out, "{}", catalogue.line(&sum)),
        ReceiptFormat::Json => match serde_json::to_string_pretty(&outcome) {
            Ok(text) => writeln!(desk.out, "{}", safe_json(&text)),
            Err(problem) => Err(problem.into()),
        },
    };
    written.map_err(Error::CannotPrint)?;
    if !outcome.passed {
        return Ok(ExitStatus::Found);
    }
    keep(machine, &folder, &outcome)?;
    Ok(ExitStatus::Nothing)
}

fn line(out: &mut dyn Write, step: &Step, console: Console) -> io::Result<()> {
    let phase: MessageSpec = match step.phase {
        Phase::Make => m::PHASE_MAKE,
        Phase::Remove => m::PHASE_REMOVE,
        Phase::Verify => m::PHASE_VERIFY,
        Phase::Purge => m::PHASE_PURGE,
        Phase::Undo => m::PHASE_UNDO,
        Phase::Compare => m::PHASE_COMPARE,
        Phase::Tidy => m::PHASE_TIDY,
    };
    let catalogue = console.catalogue();
    let phase = catalogue.line(&phase.with([step.object.as_str().into()]));
    let word = if step.problem.is_none() { m::STEP_OK } else { m::OUTCOME_FAILED };
    writeln!(out, "  {}: {phase}", catalogue.line(&word.plain()))?;
    if let Some(without) = &step.without {
        writeln!(out, "      {}", catalogue.line(&m::STEP_WITHOUT.with([without.as_str().into()])))?;
    }
    match &step.problem {
        Some(problem) => writeln!(out, "      {}", visible(problem)),
        None => Ok(()),
    }
}

/// Keeps that the test has passed on this kind of machine.
fn keep(machine: &mut dyn MachineMut, folder: &str, passed: &Selftest) -> Result<(), Error> {
    let path = format!("{folder}\\{RECORD}");
    let kept = Selftest { steps: Vec::new(), ..passed.clone() };
    let text = serde_json::to_string(&kept).unwrap_or_default() + "\n";
    let done = match machine.write_new(&path, text.as_bytes()) {
        Err(error) if error.fault == Fault::Exists => machine.append(&path, text.as_bytes()),
        done => done,
    };
    done.map_err(|error| Error::Machine(error.to_string()))
}

/// Whether the test has ever passed on a machine of this kind, as far as this one knows.
pub(super) fn has_passed(machine: &dyn Machine) -> bool {
    let passed = || {
        let kind = Selftest::kind_of(&machine.facts().ok()?);
        let path = format!("{}\\{RECORD}", place::own_folder(machine).ok()?);
        if !machine.is_protected(&path).ok()? {
            return None;
        }
        let text = String::from_utf8(machine.read_file(&path, RECORD_LIMIT).ok()?).ok()?;
        let mut tests = text.lines().filter_map(|line| serde_json::from_str::<Selftest>(line).ok());
        Some(tests.any(|test| test.schema == Selftest::SCHEMA && test.passed && test.kind == kind))
    };
    passed().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::clean::tests::{infected, run_with};
    use machine::memory::Memory;

    fn tested(memory: &mut Memory) -> (ExitStatus, String) {
        let (ended, text, _) =
            run_with(&[], |desk| selftest(memory, Intel::builtin(), ReceiptFormat::Text, desk));
        (ended.unwrap(), text)
    }

    #[test]
    fn where_it_passed_is_known_and_nothing_else_is_left() {
        let mut state = infected();
        for class in ["__NAMESPACE", "__EventFilter", "__EventConsumer", "__FilterToConsumerBinding"] {
            state.add_class("root", class, None);
        }
        let mut memory = Memory::new(state);
        let before = memory.snapshot();
        assert!(!has_passed(&memory));
        let (status, text) = tested(&mut memory);
        assert_eq!(status, ExitStatus::Nothing, "{text}");
        insta::assert_snapshot!(text);
        assert!(has_passed(&memory));
        assert_eq!(tested(&mut memory).0, ExitStatus::Nothing, "again");
        let left = before.diff(&memory.snapshot());
        assert_eq!(left.len(), 2, "the folder and the record: {left:?}");
    }

    #[test]
    fn where_it_failed_is_not_kept() {
        let mut memory = Memory::new(infected());
        memory.fail_on("create_service", "", Fault::AccessDenied);
        assert_eq!(tested(&mut memory).0, ExitStatus::Found);
        assert!(!has_passed(&memory));
    }
}
