//! What came of a run. The file form is `deminer.receipt/1`.

use crate::messages as m;
use crate::plan::{Action, Plan, PlanHost, Target, Verb};
use evidence::Message;
use serde::{Deserialize, Serialize};

/// What a run of the program is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Run {
    /// Nothing is changed.
    DryRun,
    /// A plan is applied.
    Apply,
    /// A run that was cut off is carried on.
    Resume,
    /// What was disabled is removed.
    Purge,
    /// What was done is undone.
    Undo,
    /// It is looked at how things stand.
    Verify,
}

/// Why a run did not begin, or stopped before its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the run stopped: {}", message.id)]
pub struct Stop {
    /// Why, for the person at the keyboard.
    pub message: Message,
}

impl Stop {
    pub(crate) const fn new(message: Message) -> Self {
        Self { message }
    }

    pub(crate) fn machine(error: &machine::Error) -> Self {
        Self::new(m::STOP_MACHINE.with([error.to_string().into()]))
    }
}

/// What became of one action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A dry run found nothing against it.
    Planned,
    /// It is done, or undone, and a re-reading proved it.
    Done,
    /// It is prepared and finished at the next start.
    AtRestart,
    /// There was nothing to do: it is not there, or was as it should be before.
    AsItShould,
    /// It was not done, for a reason that stays: what never is removed, what is not the plan's object any more, what nobody confirmed.
    Refused,
    /// Undoing left it disarmed.
    HeldBack,
    /// It could not be done, or not whole. What there is of it can be undone.
    Failed,
    /// It may be done or not: the machine could not be read afterwards.
    Unknown,
}

impl Outcome {
    /// Whether nothing is left to do.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Planned | Self::Done | Self::AsItShould)
    }
}

/// What became of one action, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionReceipt {
    /// The action's id.
    pub id: String,
    /// What was to be done.
    pub verb: Verb,
    /// What to.
    pub target: Target,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, or what more there is to say.
    pub message: Message,
    /// The name of its backup below `backup` in the case folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<String>,
}

impl ActionReceipt {
    pub(crate) fn new(action: &Action, outcome: Outcome, message: Message) -> Self {
        Self {
            id: action.id.clone(),
            verb: action.verb,
            target: action.target.clone(),
            outcome,
            message,
            backup: None,
        }
    }
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// The form of the file: [`Receipt::SCHEMA`].
    pub schema: String,
    /// The host.
    pub host: PlanHost,
    /// What the run was for.
    pub run: Run,
    /// The case folder; `None` for a dry run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// When it began, in UTC.
    pub started: jiff::Timestamp,
    /// When it ended, in UTC.
    pub finished: jiff::Timestamp,
    /// What became of each action, in the order in which they were done.
    pub actions: Vec<ActionReceipt>,
    /// Why it stopped before its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Message>,
}

impl Receipt {
    /// The form of the files.
    pub const SCHEMA: &'static str = "deminer.receipt/1";

    /// The receipt of a run that changed nothing.
    pub(crate) fn of_dry_run(
        plan: &Plan,
        actions: Vec<ActionReceipt>,
        started: jiff::Timestamp,
        finished: jiff::Timestamp,
    ) -> Self {
        Self {
            schema: Self::SCHEMA.to_owned(),
            host: plan.host.clone(),
            run: Run::DryRun,
            case: None,
            started,
            finished,
            actions,
            stopped: None,
        }
    }

    /// Whether everything is done and proven.
    pub fn is_complete(&self) -> bool {
        self.stopped.is_none() && self.actions.iter().all(|action| action.outcome.is_settled())
    }

    /// Whether something waits for the next start.
    pub fn needs_restart(&self) -> bool {
        self.actions.iter().any(|action| action.outcome == Outcome::AtRestart)
    }

    /// The receipt as a file.
    pub fn to_json(&self) -> String {
        // Serialising plain data to memory does not fail.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}
