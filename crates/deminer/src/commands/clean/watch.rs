//! Watching a run: each action is told when it is done, and what no content speaks for is asked.

use super::super::receipt;
use crate::args::ReceiptFormat;
use crate::desk::Desk;
use crate::error::Error;
use crate::messages as m;
use remediate::{Action, ActionReceipt, Run, Watcher};
use std::io;

/// Tells the person what is being done, and asks.
pub(super) struct Watching<'a, 'd> {
    desk: &'a mut Desk<'d>,
    format: ReceiptFormat,
    applies: bool,
    problem: Option<io::Error>,
}

impl<'a, 'd> Watching<'a, 'd> {
    pub(super) const fn new(desk: &'a mut Desk<'d>, format: ReceiptFormat, applies: bool) -> Self {
        Self { desk, format, applies, problem: None }
    }

    /// The first line.
    pub(super) fn heading(&mut self, run: Run, host: &str) -> Result<(), Error> {
        match self.format {
            ReceiptFormat::Json => Ok(()),
            ReceiptFormat::Text => {
                receipt::heading(self.desk.out, run, host, self.desk.console).map_err(Error::CannotPrint)
            }
        }
    }

    /// Whether everything could be told. That it could not stops nothing that was begun.
    pub(super) fn finish(self) -> Result<(), Error> {
        self.problem.map_or(Ok(()), |problem| Err(Error::CannotPrint(problem)))
    }
}

impl Watcher for Watching<'_, '_> {
    fn confirm(&mut self, action: &Action) -> bool {
        if action.on_content {
            return true;
        }
        let catalogue = self.desk.console.catalogue();
        let verb = catalogue.line(&receipt::verb(action.verb).plain());
        let question = m::ASK_ACTION.with([
            verb.into(),
            receipt::target_name(&action.target).into(),
            action.reason.clone().into(),
        ]);
        self.desk.agrees(&question)
    }

    fn done(&mut self, done: &ActionReceipt) {
        if !self.applies {
            return;
        }
        let catalogue = self.desk.console.catalogue();
        let told = match self.format {
            ReceiptFormat::Text => {
                receipt::action_line(self.desk.out, done, catalogue).and_then(|()| self.desk.out.flush())
            }
            ReceiptFormat::Json if self.desk.console.quiet => Ok(()),
            ReceiptFormat::Json => receipt::action_line(&mut io::stderr(), done, catalogue),
        };
        self.problem = self.problem.take().or(told.err());
    }
}
