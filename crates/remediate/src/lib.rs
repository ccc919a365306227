//! Assessment to plan, plan to receipt.
//!
//! The only crate that is handed a `MachineMut`. A wrong deletion can stop a machine from booting: restraint before reach. What goes, goes in
//! the plan's order, each thing only while it still is what the plan says it is, after a backup that was read back, and with a re-reading that
//! proves it.
#![forbid(unsafe_code)]

mod apply;
mod case;
mod change;
mod contain;
mod critical;
mod guard;
mod hosts;
mod messages;
mod object;
pub mod plan;
mod receipt;
mod script;
mod selftest;
mod stock_entry;
mod stock_values;
mod task_actions;
mod task_fields;
mod task_xml;
mod undo;
mod update;
mod verify;

pub use apply::{Options, Watcher, apply, obstacle, preview, purge, ready, resume};
pub use case::CaseDir;
pub use contain::KIND as CONTAINMENT;
pub use plan::{Action, Choice, Plan, PlanError, PlanHost, Precondition, Refusal, Target, Verb, plan};
pub use receipt::{ActionReceipt, Outcome, Receipt, Run, Stop};
pub use script::{Script, script};
pub use selftest::{Phase, Selftest, Step, selftest};
pub use undo::{UndoOptions, undo};
pub use update::{UpdatePackage, wanted as wanted_updates};
pub use verify::{
    Again, Arrivals, Found, Now, ReadAgain, Reading, Unread, Verification, Verified, verify, verify_with,
};

use evidence::MessageSpec;

/// Every message that this crate can say.
pub const MESSAGES: &[MessageSpec] = messages::ALL;
