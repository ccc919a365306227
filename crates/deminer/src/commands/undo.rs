//! `deminer undo`: what a case did is taken back.

use super::receipt::{self, Stopped};
use crate::args::{ReceiptFormat, Undo};
use crate::console::Console;
use crate::desk::{Desk, Terminal};
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::messages as m;
use crate::this_machine::{machine_path, this_machine};
use intel::Intel;
use machine::MachineMut;
use remediate::{CaseDir, Outcome, Run, UndoOptions};
use std::io::{self, Write as _};

/// Does what was typed.
pub(crate) fn run(args: &Undo, console: Console) -> Result<ExitStatus, Error> {
    let mut machine = this_machine().ok_or(Error::CleanNeedsWindows)?;
    let (mut out, mut asker) = (io::stdout().lock(), Terminal);
    let mut desk = Desk { console, out: &mut out, asker: &mut asker };
    let options = UndoOptions { only: args.actions.iter().cloned().collect(), rearm: args.rearm };
    let case = machine_path(&args.case);
    let status = undo(machine.as_mut(), Intel::builtin(), &case, &options, args.format, &mut desk)?;
    out.flush().map_err(Error::CannotPrint)?;
    Ok(status)
}

/// Takes back what the case did, and says so.
pub(crate) fn undo(
    machine: &mut dyn MachineMut,
    intel: &Intel,
    case: &str,
    options: &UndoOptions,
    format: ReceiptFormat,
    desk: &mut Desk,
) -> Result<ExitStatus, Error> {
    let catalogue = desk.console.catalogue();
    let done = CaseDir::new(case).and_then(|dir| remediate::undo(machine, intel, &dir, options));
    let receipt = match done {
        Ok(receipt) => receipt,
        Err(stop) => {
            let stopped = Stopped { run: Run::Undo, case: Some(case), began: machine.now() };
            return Err(stopped.told(machine, stop.into(), format, desk));
        }
    };
    let written = match format {
        ReceiptFormat::Json => receipt::json(desk.out, &receipt, None, catalogue),
        ReceiptFormat::Text => receipt::heading(desk.out, Run::Undo, &receipt.host.name, desk.console)
            .and_then(|()| {
                receipt.actions.iter().try_for_each(|line| receipt::action_line(desk.out, line, catalogue))
            })
            .and_then(|()| receipt::summary(desk.out, &receipt, catalogue)),
    };
    written.map_err(Error::CannotPrint)?;
    if receipt.actions.iter().any(|action| action.outcome == Outcome::HeldBack) {
        desk.console.remark(&m::HELD_BACK.plain());
    }
    Ok(if receipt.is_complete() { ExitStatus::Nothing } else { ExitStatus::Found })
}
