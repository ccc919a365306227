//! Plans as files. What a file says is not trusted: a plan may have been edited, or made by somebody else.

use super::parts::is_registry_key;
use super::{Action, Plan, Target, Verb};
use crate::{guard, hosts, update};
use std::collections::BTreeSet;

/// The largest plan file that is read, in bytes.
const MAX_BYTES: usize = 64 << 20;
/// The most actions of a plan.
const MAX_ACTIONS: usize = 10_000;
/// The longest name of an object, a class, a task or a setting, in bytes.
const MAX_NAME: usize = 64 << 10;

/// Why a file is no plan that could be carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// It is too large.
    #[error("the plan is larger than {} MB", MAX_BYTES >> 20)]
    TooLarge,
    /// It is no JSON, or not of this form.
    #[error("the plan cannot be read: {0}; make it anew with `deminer plan`")]
    Form(String),
    /// It has another schema.
    #[error("the plan has the schema `{0}`, and this program knows `{expected}`", expected = Plan::SCHEMA)]
    Schema(String),
    /// It names no host.
    #[error("the plan names no host, so it fits none")]
    NoHost,
    /// It has too many actions.
    #[error("the plan has more than {MAX_ACTIONS} actions")]
    TooMany,
    /// An action's id is not that of its verb and target, or is there twice.
    #[error(
        "action {number} has the id `{id}`, which is not its own; a plan is changed with --include and --exclude, not by hand"
    )]
    Id {
        /// Its place, counted from 1.
        number: usize,
        /// The id that it has.
        id: String,
    },
    /// The actions are not in the order in which they are safe.
    #[error("action {number} stands too late; actions keep the order that `deminer plan` gives them")]
    Order {
        /// Its place, counted from 1.
        number: usize,
    },
    /// An action does something to something that it cannot be done to.
    #[error("action {number} cannot be done to such a target")]
    Verb {
        /// Its place, counted from 1.
        number: usize,
    },
    /// An action's target is no such thing: a path with tricks, no registry key, a name that is too long.
    #[error("the target of action {number} is not valid: `{target}`")]
    Target {
        /// Its place, counted from 1.
        number: usize,
        /// The target.
        target: String,
    },
    /// An action could hit anything that has the name.
    #[error("action {number} says nothing of what its target must be; names alone decide nothing")]
    Unconditional {
        /// Its place, counted from 1.
        number: usize,
    },
}

impl Plan {
    /// The plan as a file.
    pub fn to_json(&self) -> String {
        // Serialising plain data to memory does not fail.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// The plan in a file.
    ///
    /// # Errors
    /// [`PlanError`] where it is none, or one that was changed by hand.
    pub fn from_json(text: &str) -> Result<Self, PlanError> {
        if text.len() > MAX_BYTES {
            return Err(PlanError::TooLarge);
        }
        let text = text.trim_start_matches('\u{FEFF}');
        let plan: Self = match serde_json::from_str(text) {
            Ok(plan) => plan,
            Err(error) => {
                return Err(other_schema(text).unwrap_or_else(|| PlanError::Form(error.to_string())));
            }
        };
        plan.validate()?;
        Ok(plan)
    }

    /// Whether the plan is one that could be carried out; the same for a plan that never was a file.
    ///
    /// # Errors
    /// [`PlanError`] where it is not.
    pub fn validate(&self) -> Result<(), PlanError> {
        if self.schema != Self::SCHEMA {
            return Err(PlanError::Schema(self.schema.clone()));
        }
        if self.host.id.0.trim().is_empty() {
            return Err(PlanError::NoHost);
        }
        if self.actions.len() > MAX_ACTIONS {
            return Err(PlanError::TooMany);
        }
        let mut ids = BTreeSet::new();
        let mut phase = 0;
        for (at, action) in self.actions.iter().enumerate() {
            let number = at + 1;
            if action.id != Action::id_of(action.verb, &action.target) || !ids.insert(&action.id) {
                return Err(PlanError::Id { number, id: action.id.clone() });
            }
            if action.phase() < phase {
                return Err(PlanError::Order { number });
            }
            phase = action.phase();
            if !is_possible(action.verb, &action.target) {
                return Err(PlanError::Verb { number });
            }
            if !is_valid(&action.target) {
                return Err(PlanError::Target { number, target: action.target.name() });
            }
            let says = if action.verb == Verb::Patch {
                update::says_package(action)
            } else {
                !needs_content(action.verb, &action.target) || action.says_content()
            };
            if !says {
                return Err(PlanError::Unconditional { number });
            }
        }
        Ok(())
    }
}

/// A file of another version is no damaged one.
fn other_schema(text: &str) -> Option<PlanError> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    let schema = value.get("schema")?.as_str()?;
    (schema != Plan::SCHEMA).then(|| PlanError::Schema(schema.to_owned()))
}

/// What a plan may ask for. Tasks and services are disabled here and removed by a purge; containing is asked for on the command line.
const fn is_possible(verb: Verb, target: &Target) -> bool {
    matches!(
        (verb, target),
        (Verb::Suspend | Verb::End, Target::Process { .. })
            | (Verb::End, Target::Service { .. })
            | (Verb::Disable, Target::Service { .. } | Target::Task { .. })
            | (
                Verb::Remove,
                Target::WmiInstance { .. }
                    | Target::WmiClass { .. }
                    | Target::RegistryValue { .. }
                    | Target::File { .. }
                    | Target::Setting { .. }
            )
            | (Verb::Reset, Target::RegistryValue { .. })
            | (Verb::Harden, Target::RegistryValue { .. } | Target::Service { .. })
            | (Verb::Restore, Target::StockEntry { .. })
            | (Verb::Patch, Target::Update { .. })
    )
}

const fn needs_content(verb: Verb, target: &Target) -> bool {
    // A process is identified by id, time and image; a stock entry by the baseline; what is hardened is named by the facts, and may not be there.
    !matches!((verb, target), (_, Target::Process { .. } | Target::StockEntry { .. }) | (Verb::Harden, _))
}

fn is_valid(target: &Target) -> bool {
    let name = |text: &str| !text.is_empty() && text.len() <= MAX_NAME;
    let word = |text: &str| name(text) && text.chars().all(|c| c == '_' || c.is_alphanumeric());
    let namespace = |text: &str| {
        text == evidence::wmi::canonical_namespace(text)
            && text.split('\\').next() == Some("root")
            && text.split('\\').all(|part| !part.is_empty() && !part.contains([':', '"', '.', '=']))
    };
    match target {
        Target::WmiInstance { namespace: space, class, keys } => {
            namespace(space)
                && word(class)
                && !keys.is_empty()
                && keys.iter().all(|(key, value)| word(key) && name(value))
        }
        Target::WmiClass { namespace: space, class } => namespace(space) && word(class),
        Target::Process { pid, image_path, .. } => *pid > 4 && guard::is_plain_path(image_path),
        // A service's name is a part of its key's path.
        Target::Service { name: service } => {
            name(service) && service.len() <= 256 && !service.contains(['\\', '/'])
        }
        Target::Task { path } => {
            let mut parts = path.split('\\');
            parts.next() == Some("")
                && name(path)
                && parts.all(|part| {
                    !part.is_empty()
                        && part != "."
                        && part != ".."
                        && !part.contains(['/', ':'])
                        && !part.contains(char::is_control)
                })
        }
        Target::RegistryValue { key, name } => is_registry_key(key) && name.len() <= 16_384 * 4,
        Target::File { path } => guard::is_plain_path(path),
        Target::StockEntry { entry } => name(entry),
        Target::Update { update, package } => update::is_valid(update, package),
        Target::Setting { setting, name } if setting == hosts::KIND => hosts::parts(name).is_some(),
        Target::Setting { setting, name: setting_name } => {
            name(setting_name) && setting.chars().all(|c| c.is_ascii_lowercase() || c == '-')
        }
    }
}
