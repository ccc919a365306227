//! What several sources of one host tell of the same thing.

use crate::tasks;
use evidence::{Evidence, RecordData, ScheduledTask, TaskPlaces};
use std::collections::BTreeMap;

/// Tells of each task whether its file and its key in the registry's cache know it, where both were read.
///
/// A few files copied from a folder say nothing about those that are not among them.
pub(super) fn tasks(evidence: &mut Evidence) {
    let mut places: BTreeMap<String, TaskPlaces> = BTreeMap::new();
    for (_, task) in evidence.tasks().filter(|(_, task)| is_kept(task)) {
        let known = places.entry(key(task)).or_default();
        known.file = known.file.or(task.seen.file);
        known.registry = known.registry.or(task.seen.registry);
        known.security_descriptor = known.security_descriptor.or(task.seen.security_descriptor);
    }
    let has_cache = places.values().any(|places| places.registry == Some(true));
    let has_files = tasks::is_whole(evidence.tasks().map(|(_, task)| task));
    for record in &mut evidence.records {
        let RecordData::Task(task) = &mut record.data else { continue };
        if let Some(known) = places.get(&key(task)).filter(|_| is_kept(task)) {
            task.seen = TaskPlaces {
                file: known.file.or(has_files.then_some(false)),
                registry: known.registry.or(has_cache.then_some(false)),
                security_descriptor: known.security_descriptor,
                scheduler: task.seen.scheduler,
            };
        }
    }
}

/// Whether the task was seen where Windows keeps it, not in a log or an export.
fn is_kept(task: &ScheduledTask) -> bool {
    task.seen.file == Some(true) || task.seen.registry == Some(true)
}

fn key(task: &ScheduledTask) -> String {
    task.path.trim_start_matches('\\').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use evidence::{Location, Provenance, Record};

    fn seen(tasks: &[(&str, bool)]) -> Vec<TaskPlaces> {
        let stock = (0..20).map(|n| (format!(r"\Microsoft\Windows\{n}"), true));
        let own = tasks.iter().map(|(path, is_file)| ((*path).to_owned(), *is_file));
        let record = |(path, is_file): (String, bool)| {
            let places = TaskPlaces {
                file: is_file.then_some(true),
                registry: (!is_file).then_some(true),
                security_descriptor: (!is_file).then_some(false),
                scheduler: None,
            };
            let task = ScheduledTask { path, seen: places, ..ScheduledTask::default() };
            Record {
                provenance: Provenance { source: 0, location: Location::Whole },
                data: RecordData::Task(task),
            }
        };
        let mut evidence =
            Evidence { records: own.chain(stock).map(record).collect(), ..Evidence::default() };
        super::tasks(&mut evidence);
        evidence.tasks().take(tasks.len()).map(|(_, task)| task.seen).collect()
    }

    #[test]
    fn a_task_that_one_place_lacks() {
        let both = seen(&[(r"\A", true), (r"\a", false), (r"\B", false), (r"\C", true)]);
        let places = |file, registry, security_descriptor| TaskPlaces {
            file,
            registry,
            security_descriptor,
            scheduler: None,
        };
        assert_eq!(
            both,
            [
                places(Some(true), Some(true), Some(false)),
                places(Some(true), Some(true), Some(false)),
                places(Some(false), Some(true), Some(false)),
                places(Some(true), Some(false), None),
            ]
        );
    }

    #[test]
    fn files_alone_say_nothing_of_the_registry() {
        assert_eq!(seen(&[(r"\A", true)])[0].registry, None);
    }
}
