//! Assessment to plan, plan to receipt.
//!
//! The only crate that is handed a `MachineMut`. A wrong deletion can stop a machine from booting: restraint before reach. What goes, goes in
//! the plan's order, each thing only while it still is what the plan says it is, after a backup that was read back, and with a re-reading that
//! proves it.
#![forbid(unsafe_code)]

pub mod plan;

pub use plan::{Action, Plan, Precondition, Refusal, Target, Verb};
