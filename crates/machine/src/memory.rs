//! A computer in memory, on which every call can be made to fail.
//!
//! Calls are numbered from 0 and kept. A call can be refused before or after it took effect, something can change right before it, it can
//! take long, the disk can be full, and the power can be cut before it, in the middle of a write, or after it.

mod change;
mod control;
mod read;
mod state;

pub use control::{Call, Crash};
pub use state::{FileNode, MemoryProcess, Namespace, RegistryNode, State};

use crate::{Error, Fault, Result};
use control::{Control, Verdict};
use std::cell::{Ref, RefCell, RefMut};
use std::time::Duration;

/// A computer in memory.
#[derive(Debug, Default)]
pub struct Memory {
    state: RefCell<State>,
    control: RefCell<Control>,
}

impl Memory {
    /// A computer in this state.
    pub fn new(state: State) -> Self {
        Self { state: RefCell::new(state), control: RefCell::default() }
    }

    /// The state as it is now, to look at. Not counted as a call.
    pub fn state(&self) -> Ref<'_, State> {
        self.state.borrow()
    }

    /// The state, to change it from outside. Not counted as a call.
    pub fn state_mut(&self) -> RefMut<'_, State> {
        self.state.borrow_mut()
    }

    /// A copy of the state, to compare with later.
    pub fn snapshot(&self) -> State {
        self.state().clone()
    }

    /// Every call so far, in order.
    pub fn calls(&self) -> Vec<Call> {
        self.control.borrow().calls.clone()
    }

    /// How many calls there were: the number of the next one.
    pub fn call_count(&self) -> usize {
        self.control.borrow().calls.len()
    }

    /// Refuses the call with this number; nothing happens.
    pub fn fail_at(&self, number: usize, fault: Fault) {
        self.control.borrow_mut().fail_at(number, fault, false);
    }

    /// Lets the call with this number take effect, and reports a failure all the same: a time-out of something that was done.
    pub fn fail_after(&self, number: usize, fault: Fault) {
        self.control.borrow_mut().fail_at(number, fault, true);
    }

    /// Refuses every call of the method whose target contains the pattern, whatever its case.
    pub fn fail_on(&self, method: &'static str, pattern: &str, fault: Fault) {
        self.control.borrow_mut().fail_on(method, pattern, fault);
    }

    /// Lets every call of the method whose target contains the pattern take this long by the computer's clock.
    pub fn slow_on(&self, method: &'static str, pattern: &str, time: Duration) {
        self.control.borrow_mut().slow_on(method, pattern, time);
    }

    /// Changes something right before the first call of the method whose target contains the pattern.
    pub fn change_before(
        &self,
        method: &'static str,
        pattern: &str,
        change: impl FnOnce(&mut State) + 'static,
    ) {
        self.control.borrow_mut().change_on(method, pattern, Box::new(change));
    }

    /// Changes something right before the call with this number.
    pub fn change_before_call(&self, number: usize, change: impl FnOnce(&mut State) + 'static) {
        self.control.borrow_mut().change_at(number, Box::new(change));
    }

    /// From the call with this number on, whatever writes a file fails: the disk is full.
    pub fn disk_full_from(&self, number: usize) {
        self.control.borrow_mut().disk_full_from = Some(number);
    }

    /// Cuts the power at the call with this number: it and every later one fail.
    pub fn crash_at(&self, number: usize, crash: Crash) {
        self.control.borrow_mut().crash = Some((number, crash));
    }

    /// Takes every fault and every planned change back, and begins to count calls anew: the program is started again.
    pub fn heal(&self) {
        *self.control.borrow_mut() = Control::default();
    }

    /// Starts the computer again: [`Memory::heal`], no process runs any more, and what was to be deleted at restart is.
    pub fn restart(&self) {
        self.heal();
        let mut state = self.state.borrow_mut();
        state.processes.clear();
        for path in std::mem::take(&mut state.deleted_at_restart) {
            state.files.remove(&path.to_lowercase());
        }
        // What waited to be installed is, and what waited to go is gone.
        state.settings.retain(|(kind, _), setting| kind != change::PACKAGE || setting.value != "5");
        for setting in state.settings.values_mut().filter(|setting| setting.kind == change::PACKAGE) {
            if setting.value == "96" {
                "112".clone_into(&mut setting.value);
            }
        }
    }

    /// One call: it is counted, and takes effect unless it is to fail.
    fn call<T>(
        &self,
        method: &'static str,
        operation: &'static str,
        target: &str,
        effect: impl FnOnce(&mut State, Extent) -> std::result::Result<T, Fault>,
    ) -> Result<T> {
        let fail = |fault| Error::new(operation, target, fault);
        let verdict = self.control.borrow_mut().judge(method, target);
        let mut state = self.state.borrow_mut();
        for change in verdict.changes {
            change(&mut state);
        }
        state.advance(verdict.takes);
        match verdict.outcome {
            Verdict::Works => effect(&mut state, Extent::Whole).map_err(fail),
            Verdict::Fails(fault) => Err(fail(fault)),
            Verdict::WorksAndFails(fault) => {
                effect(&mut state, Extent::Whole).map_err(fail)?;
                Err(fail(fault))
            }
            Verdict::HalfAndFails(fault) => {
                effect(&mut state, Extent::Half).map_err(fail)?;
                Err(fail(fault))
            }
        }
    }
}

/// How much of its effect a call has. Only writing our own files can be done by half; everything else is whole or not at all.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    Half,
}

#[cfg(test)]
mod tests;
