//! By whom something is back, as far as the machine and its logs tell. Nothing is guessed: what is said was read.

use crate::messages as m;
use crate::object::Object;
use crate::plan::Target;
use detect::Assessment;
use evidence::{Arg, Message, Process};
use machine::Machine;

/// Entries of the logs that are told, the newest.
const MAX_EVENTS: usize = 3;
/// What the logs tell of things being made: WMI 5861 and Sysmon, 7045 and 4697, 4698 and 4702.
const MADE: [&str; 6] = [
    "timeline-subscription",
    "timeline-wmi-consumer",
    "timeline-wmi-filter",
    "timeline-service",
    "timeline-task-created",
    "timeline-task-changed",
];

/// What there is to say of an object that is back, or that took the place of one.
pub(super) fn of(
    machine: &dyn Machine,
    target: &Target,
    found: Option<&Object>,
    assessment: Option<&Assessment>,
) -> Vec<Message> {
    let mut said = Vec::new();
    match found {
        Some(Object::WmiInstance(instance)) => {
            said.extend(instance.object.creator_sid().map(|sid| m::BY_CREATOR.with([sid.into()])));
        }
        Some(Object::File { state, .. }) => {
            let owner = state.security.as_deref().and_then(owner);
            said.extend(owner.map(|sid| m::BY_OWNER.with([sid.into()])));
        }
        Some(Object::Process(process)) => said.extend(parent(machine, process)),
        _ => {}
    }
    said.extend(assessment.into_iter().flat_map(|assessment| events(target, assessment)));
    said
}

/// The process that started this one. Ids are used again: one that is younger is another.
fn parent(machine: &dyn Machine, process: &Process) -> Option<Message> {
    let pid = process.parent_pid?;
    let processes = machine.processes().ok()?;
    let is_older = |own: &&Process| matches!((own.created, process.created), (Some(a), Some(b)) if a <= b);
    let parent = processes.iter().filter(|own| own.pid == pid).find(is_older);
    Some(match parent {
        Some(parent) => {
            let name = parent.image_path.as_deref().unwrap_or(&parent.name);
            m::BY_PARENT.with([pid.to_string().into(), name.into()])
        }
        None => m::BY_PARENT_GONE.with([pid.to_string().into()]),
    })
}

/// The owner in a security descriptor, as `S-1-…` where SDDL has a short name that everybody has.
fn owner(sddl: &str) -> Option<String> {
    let rest = sddl.strip_prefix("O:")?;
    let end = rest.find(':').map_or(rest.len(), |colon| colon.saturating_sub(1));
    let name = rest.get(..end)?;
    Some(match name {
        "SY" => "S-1-5-18".to_owned(),
        "BA" => "S-1-5-32-544".to_owned(),
        name => name.to_owned(),
    })
}

/// The newest entries of the logs that tell of something of this name being made.
fn events(target: &Target, assessment: &Assessment) -> Vec<Message> {
    let name = match target {
        Target::Service { name } => name.clone(),
        Target::Task { path } => path.clone(),
        Target::WmiInstance { keys, .. } => keys.get("Name").cloned().unwrap_or_default(),
        _ => return Vec::new(),
    };
    if name.is_empty() {
        return Vec::new();
    }
    let quoted = format!("\"{}\"", name.to_lowercase());
    let names_it = |text: &str| text.eq_ignore_ascii_case(&name) || text.to_lowercase().contains(&quoted);
    let is_it = |what: &Message| {
        MADE.contains(&what.id.as_str())
            && what.args.iter().any(|(_, value)| matches!(value, Arg::Text(text) if names_it(text)))
    };
    let all: Vec<_> = assessment.timeline.iter().filter(|entry| is_it(&entry.what)).collect();
    let newest = all.iter().rev().take(MAX_EVENTS).rev();
    newest.map(|entry| m::BY_EVENT.with([entry.time.to_string().into(), entry.what.clone().into()])).collect()
}

#[cfg(test)]
mod tests {
    use super::owner;

    #[test]
    fn the_owner_is_read_from_a_descriptor() {
        assert_eq!(owner("O:BAG:SYD:(A;;FA;;;BA)").as_deref(), Some("S-1-5-32-544"));
        assert_eq!(owner("O:S-1-5-21-1-2-3-500G:DUD:").as_deref(), Some("S-1-5-21-1-2-3-500"));
        assert_eq!(owner("O:SY").as_deref(), Some("S-1-5-18"));
        assert_eq!(owner("D:(A;;FA;;;BA)"), None);
    }
}
