//! What is on a machine besides what a case knows: the assessment of a new reading, held against the case.

use crate::case::Case;
use crate::messages as m;
use crate::object::{Context, read};
use crate::plan::{Choice, Target};
use detect::Assessment;
use detect::assessment::{Action as Advice, Confidence, Finding, Verdict};
use evidence::{Area, Message};
use machine::Machine;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What came of reading the machine once more.
#[derive(Debug, Clone)]
pub enum Reading {
    /// It was assessed.
    Assessed(Box<Assessment>),
    /// It could not be read, and why not.
    Failed(Message),
}

/// What a new reading of the whole machine shows that the case does not know.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Again {
    /// The findings to be removed that are new.
    pub found: Vec<Found>,
    /// The areas that were not read, or not completely.
    pub unread: Vec<Unread>,
    /// Why nothing can be said: the machine could not be read, or too little of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<Message>,
}

/// A finding that the case does not know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The finding's id.
    pub finding: String,
    /// What it is, in one line.
    pub title: Message,
}

/// An area that was not read, or not completely.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// The area.
    pub area: Area,
    /// Whether some of it was read.
    pub partly: bool,
}

impl Again {
    /// Whether enough was read, and nothing new is to be removed.
    pub fn is_passed(&self) -> bool {
        self.found.is_empty() && self.failed.is_none()
    }

    pub(super) fn of(machine: &dyn Machine, case: &Case, reading: &Reading, context: &Context) -> Self {
        match reading {
            Reading::Failed(why) => Self { failed: Some(why.clone()), ..Self::default() },
            Reading::Assessed(assessment) => Self {
                found: found(machine, case, assessment, context),
                unread: assessment
                    .missing
                    .iter()
                    .map(|missing| Unread { area: missing.area, partly: missing.partly })
                    .collect(),
                failed: is_too_little(assessment).then(|| m::AGAIN_TOO_LITTLE.plain()),
            },
        }
    }
}

/// Whether a subscription may be there that was not read: without all three parts nothing is known of any.
fn is_too_little(assessment: &Assessment) -> bool {
    let parts = [Area::EventFilters, Area::EventConsumers, Area::Bindings];
    assessment.verdict == Verdict::Inconclusive
        || assessment.missing.iter().any(|missing| parts.contains(&missing.area))
}

/// The findings to be removed of which something is there that the case does not know. What it knows is looked at by its own actions, and
/// what it left alone was said then.
fn found(machine: &dyn Machine, case: &Case, assessment: &Assessment, context: &Context) -> Vec<Found> {
    let speaks =
        |finding: &&Finding| finding.action == Advice::Remove && finding.confidence != Confidence::Possible;
    let plan = crate::plan(assessment, context.intel, &Choice::default());
    let own = case.plan.actions.iter().chain(case.records.values().map(|record| &record.action));
    let targets: BTreeSet<&Target> = own.clone().map(|action| &action.target).collect();
    let mut known: BTreeSet<&String> = own.flat_map(|action| &action.because).collect();
    known.extend(case.plan.refused.iter().map(|refusal| &refusal.finding));
    let is_new = |id: &String| {
        let mut actions = plan.actions.iter().filter(|action| action.because.contains(id)).peekable();
        // What no plan can name is there all the same.
        actions.peek().is_none()
            || actions.any(|action| {
                let there = || !matches!(read(machine, &action.target, context), Ok(None));
                !targets.contains(&action.target) && there()
            })
    };
    assessment
        .findings
        .iter()
        .filter(speaks)
        .filter(|finding| !known.contains(&finding.id) && is_new(&finding.id))
        .map(|finding| Found { finding: finding.id.clone(), title: finding.title.clone() })
        .collect()
}
