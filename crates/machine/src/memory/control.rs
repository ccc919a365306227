//! What is to happen at which call.

use super::State;
use crate::Fault;
use std::fmt;
use std::time::Duration;

/// One call of a method of the traits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The name of the method.
    pub method: &'static str,
    /// What it was called for: a path, a name.
    pub target: String,
}

impl Call {
    /// Whether the method is of the changing half.
    pub fn changes(&self) -> bool {
        [
            "append",
            "create_",
            "delete_",
            "end_",
            "install_",
            "keep_",
            "put_",
            "register_",
            "remove_",
            "replace_",
            "restore_",
            "resume_",
        ]
        .iter()
        .chain(&["set_", "stop_", "suspend_", "write_"])
        .any(|prefix| self.method.starts_with(prefix))
    }
}

/// When the power is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crash {
    /// Before the call takes effect.
    Before,
    /// In the middle of it, where it writes a file of ours; before it, where not.
    Torn,
    /// After it took effect, before it returns.
    After,
}

/// The methods that write to the disk, and stop doing so when it is full.
const WRITING: [&str; 5] =
    ["append", "create_private_directory", "replace_file", "restore_file", "write_new"];
/// The methods of which half can be done. Putting a file back and replacing one are whole or not at all, as the trait promises.
const TEARABLE: [&str; 2] = ["append", "write_new"];

/// A change from outside.
pub(super) type Change = Box<dyn FnOnce(&mut State)>;

/// What becomes of a call.
pub(super) enum Verdict {
    Works,
    Fails(Fault),
    WorksAndFails(Fault),
    HalfAndFails(Fault),
}

/// What happens at a call: first the changes, then the time, then the call.
pub(super) struct Happening {
    pub(super) changes: Vec<Change>,
    pub(super) takes: Duration,
    pub(super) outcome: Verdict,
}

/// Which calls are meant.
#[derive(Debug)]
enum When {
    Number(usize),
    Calls { method: &'static str, pattern: String },
}

impl When {
    fn is(&self, number: usize, called: &'static str, target: &str) -> bool {
        match self {
            Self::Number(wanted) => *wanted == number,
            Self::Calls { method, pattern } => *method == called && target.to_lowercase().contains(pattern),
        }
    }
}

#[derive(Default)]
pub(super) struct Control {
    pub(super) calls: Vec<Call>,
    pub(super) disk_full_from: Option<usize>,
    pub(super) crash: Option<(usize, Crash)>,
    faults: Vec<(When, Fault, bool)>,
    delays: Vec<(When, Duration)>,
    changes: Vec<(When, Change)>,
}

impl Control {
    pub(super) fn fail_at(&mut self, number: usize, fault: Fault, after: bool) {
        self.faults.push((When::Number(number), fault, after));
    }

    pub(super) fn fail_on(&mut self, method: &'static str, pattern: &str, fault: Fault) {
        self.faults.push((calls(method, pattern), fault, false));
    }

    pub(super) fn slow_on(&mut self, method: &'static str, pattern: &str, time: Duration) {
        self.delays.push((calls(method, pattern), time));
    }

    pub(super) fn change_on(&mut self, method: &'static str, pattern: &str, change: Change) {
        self.changes.push((calls(method, pattern), change));
    }

    pub(super) fn change_at(&mut self, number: usize, change: Change) {
        self.changes.push((When::Number(number), change));
    }

    /// Counts the call and says what happens at it.
    pub(super) fn judge(&mut self, method: &'static str, target: &str) -> Happening {
        let number = self.calls.len();
        self.calls.push(Call { method, target: target.to_owned() });
        let mut changes = Vec::new();
        let mut at = 0;
        while at < self.changes.len() {
            if self.changes.get(at).is_some_and(|(when, _)| when.is(number, method, target)) {
                changes.push(self.changes.remove(at).1);
            } else {
                at += 1;
            }
        }
        let takes =
            self.delays.iter().filter(|(when, _)| when.is(number, method, target)).map(|(_, t)| *t).sum();
        Happening { changes, takes, outcome: self.outcome(number, method, target) }
    }

    fn outcome(&self, number: usize, method: &'static str, target: &str) -> Verdict {
        match self.crash {
            Some((at, _)) if number > at => return Verdict::Fails(power_cut()),
            Some((at, Crash::After)) if number == at => return Verdict::WorksAndFails(power_cut()),
            Some((at, Crash::Torn)) if number == at && TEARABLE.contains(&method) => {
                return Verdict::HalfAndFails(power_cut());
            }
            Some((at, _)) if number == at => return Verdict::Fails(power_cut()),
            _ => {}
        }
        if WRITING.contains(&method) && self.disk_full_from.is_some_and(|from| number >= from) {
            return Verdict::Fails(Fault::DiskFull);
        }
        match self.faults.iter().find(|(when, ..)| when.is(number, method, target)) {
            Some((_, fault, true)) => Verdict::WorksAndFails(fault.clone()),
            Some((_, fault, false)) => Verdict::Fails(fault.clone()),
            None => Verdict::Works,
        }
    }
}

fn calls(method: &'static str, pattern: &str) -> When {
    When::Calls { method, pattern: pattern.to_lowercase() }
}

/// `ERROR_SHUTDOWN_IN_PROGRESS`: nobody is there to read it.
fn power_cut() -> Fault {
    Fault::Other { code: 0x45B, text: "the power was cut".to_owned() }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control")
            .field("calls", &self.calls.len())
            .field("faults", &self.faults)
            .field("crash", &self.crash)
            .finish_non_exhaustive()
    }
}
