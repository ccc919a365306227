//! The registry's cache of scheduled tasks: `Tree` has a key for each folder and task, `Tasks` what the tasks do.
//!
//! The scheduler works from this cache. A task whose key in `Tree` has no `SD` is shown by no tool and still runs (Microsoft, *Tarrask malware uses
//! scheduled tasks for defense evasion*, 2022). One whose `Index` is 0 is left out of the lists (`WithSecure`, *Scheduled Task Tampering*, 2022).

use super::view::View;
use super::{TASKS_CUT, task_actions};
use crate::{Parsed, Problem};
use evidence::{Level, Location, RecordData, ScheduledTask, TaskPlaces};
use std::collections::BTreeMap;

/// How deep folders of tasks may be.
const MAX_DEPTH: usize = 32;
/// Tasks of one hive that are read.
const MAX_TASKS: usize = 100_000;

/// Where the tasks are, below `SOFTWARE`.
pub(super) const TASKS: &str = r"Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tasks";

/// The task of a key of [`TASKS`] that no tree leads to; nothing is known of its other places.
pub(super) fn lost(key: &View) -> Option<(Location, RecordData)> {
    let path = key.text("Path").or_else(|| key.text("URI"))?;
    let task = ScheduledTask { seen: TaskPlaces::default(), ..task(&path, key, Some(key)) };
    Some((key.location(), RecordData::Task(task)))
}

/// Adds the tasks; returns whether there is a cache.
pub(super) fn read(view: &View, out: &mut Parsed) -> bool {
    read_some(view, MAX_TASKS, out)
}

/// The same, up to a number of tasks and folders.
fn read_some(view: &View, limit: usize, out: &mut Parsed) -> bool {
    let Some(cache) = view.at(r"Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache") else {
        return false;
    };
    let cut = Problem { level: Level::Warning, offset: None, message: TASKS_CUT.with([limit.into()]) };
    let mut details: BTreeMap<String, View> = BTreeMap::new();
    for key in cache.at("Tasks").iter().flat_map(View::children) {
        if details.len() == limit {
            out.problems.push(cut.clone());
            break;
        }
        details.insert(key.name().to_lowercase(), key);
    }
    let mut left = limit;
    let mut open: Vec<(View, String, usize)> =
        cache.at("Tree").into_iter().map(|tree| (tree, String::new(), 0)).collect();
    while let Some((folder, path, depth)) = open.pop() {
        let mut below = Vec::new();
        for key in folder.children() {
            let Some(rest) = left.checked_sub(1) else {
                out.problems.push(cut);
                return true;
            };
            left = rest;
            let path = format!("{path}\\{}", key.name());
            if let Some(id) = key.text("Id") {
                let known = details.remove(&id.to_lowercase());
                out.records.push((key.location(), RecordData::Task(task(&path, &key, known.as_ref()))));
            }
            if depth < MAX_DEPTH {
                below.push((key, path, depth + 1));
            }
        }
        open.extend(below.into_iter().rev());
    }
    // What no key of the tree leads to; the scheduler forgets such tasks when it starts.
    for key in details.into_values() {
        let Some(path) = key.text("Path").or_else(|| key.text("URI")) else { continue };
        let mut task = task(&path, &key, Some(&key));
        (task.seen.security_descriptor, task.seen.listed) = (None, None);
        out.records.push((key.location(), RecordData::Task(task)));
    }
    true
}

fn task(path: &str, tree: &View, details: Option<&View>) -> ScheduledTask {
    let about = |name: &str| details.and_then(|key| key.text(name));
    let blob = details.and_then(|key| key.key.value("Actions"));
    let has_descriptor = tree.key.value("SD").is_some_and(|value| !value.data().is_empty());
    let (principal, actions) = blob.map(|value| task_actions::read(&value.data())).unwrap_or_default();
    ScheduledTask {
        path: format!("\\{}", path.trim_start_matches('\\')),
        author: about("Author"),
        description: about("Description"),
        date: about("Date"),
        principal,
        actions,
        seen: TaskPlaces {
            registry: Some(true),
            // In a damaged hive, what was not found may have been there.
            security_descriptor: (has_descriptor || tree.is_sound()).then_some(has_descriptor),
            listed: tree.number("Index").map(|index| index != 0),
            ..TaskPlaces::default()
        },
        ..ScheduledTask::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use registry_hive::Hive;
    use registry_hive::build::KeyPlan;

    /// What is read of a cache with three tasks up to a limit: how many, and what is told.
    fn read_up_to(limit: usize, in_tree: bool) -> (usize, Vec<String>) {
        let mut plan = KeyPlan::default();
        let cache = plan.key(r"Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache");
        for number in 0..3 {
            let id = format!("{{{number}}}");
            cache.key(&format!(r"Tasks\{id}")).text("Path", &format!(r"\Task{number}"));
            if in_tree {
                cache.key(&format!(r"Tree\Task{number}")).text("Id", &id);
            }
        }
        let hive = Hive::new(plan.hive()).unwrap();
        let mut out = Parsed::default();
        let view = View::new(&hive, hive.root().unwrap(), r"HKLM\SOFTWARE");
        assert!(read_some(&view, limit, &mut out));
        let told = out.problems.into_iter().map(|problem| {
            assert_eq!(problem.message.args[0].1, evidence::Arg::from(limit));
            problem.message.id
        });
        (out.records.len(), told.collect())
    }

    #[test]
    fn more_tasks_than_are_read_are_told() {
        for in_tree in [true, false] {
            assert_eq!(read_up_to(3, in_tree), (3, Vec::new()));
            let (count, told) = read_up_to(2, in_tree);
            assert_eq!(count, 2);
            assert!(!told.is_empty() && told.iter().all(|id| id == TASKS_CUT.id), "{told:?}");
        }
    }
}
