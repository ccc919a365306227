//! Scheduled tasks: from their files, from the registry's task cache, and from the scheduler. What only some of them know is hidden from the
//! others.

use crate::gather::{Gathering, sha256};
use evidence::{Area, RecordData, ScheduledTask, TaskPlaces};
use machine::Key;
use parse::text::Text;
use std::collections::BTreeMap;

/// The task cache, in which the path of a key is the path of its task.
const CACHE: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tree";

/// The largest file of a task that is read.
const MAX_TASK: u64 = 4 << 20;

/// More tasks and folders than any machine has.
const MAX_ENTRIES: usize = 1 << 16;

/// What the places know of a task.
#[derive(Default)]
struct Known {
    path: String,
    xml: Option<Vec<u8>>,
    told: Option<machine::StoredTask>,
    seen: TaskPlaces,
}

/// Reads the tasks.
pub(crate) fn read(gathering: &mut Gathering) {
    let failures = gathering.failures.len();
    let mut known = BTreeMap::new();
    let files = files(gathering, &mut known);
    let cache = cache(gathering, &mut known);
    let machine = gathering.machine;
    let told = gathering.or_note(machine.tasks());
    let any = files || cache || told.is_some();
    let was_told = told.is_some();
    for task in told.unwrap_or_default() {
        let path = task.path.clone();
        entry(&mut known, &path).told = Some(task);
    }
    let mut tasks = Vec::new();
    for task in known.into_values() {
        let seen = TaskPlaces {
            file: files.then_some(task.seen.file == Some(true)),
            registry: cache.then_some(task.seen.registry == Some(true)),
            security_descriptor: task.seen.security_descriptor,
            scheduler: was_told.then_some(task.told.is_some()),
            ..task.seen
        };
        let definition = task
            .xml
            .as_deref()
            .and_then(definition)
            .or_else(|| definition(task.told.as_ref()?.xml.as_bytes()))
            .unwrap_or_default();
        let enabled = task.told.as_ref().map(|told| told.enabled).or(definition.enabled);
        if let Some(xml) = task.xml {
            gathering.keep(raw_name(&task.path), xml);
        }
        tasks.push(RecordData::Task(ScheduledTask { path: task.path, enabled, seen, ..definition }));
    }
    gathering.add("tasks", tasks);
    if any {
        gathering.cover(Area::Tasks, failures);
    }
}

fn entry<'k>(known: &'k mut BTreeMap<String, Known>, path: &str) -> &'k mut Known {
    let task = known.entry(path.to_lowercase()).or_default();
    if task.path.is_empty() {
        path.clone_into(&mut task.path);
    }
    task
}

/// The files below `System32\Tasks`. Returns whether there are such.
fn files(gathering: &mut Gathering, known: &mut BTreeMap<String, Known>) -> bool {
    let machine = gathering.machine;
    let top = format!(r"{}\System32\Tasks", gathering.facts.windows);
    let mut open = vec![String::new()];
    let mut count = 0;
    let mut any = false;
    while let Some(folder) = open.pop() {
        let listed = machine.list(&format!("{top}{folder}"));
        let Some(entries) = gathering.if_there(listed) else { continue };
        any = true;
        for found in entries.into_iter().filter(|found| !found.is_link) {
            count += 1;
            let path = format!("{folder}\\{}", found.name);
            if count > MAX_ENTRIES {
                break;
            } else if found.is_directory {
                open.push(path);
            } else if let Some(xml) = gathering.or_note(machine.read_file(&format!("{top}{path}"), MAX_TASK))
            {
                let task = entry(known, &path);
                task.seen.file = Some(true);
                task.xml = Some(xml);
            }
        }
    }
    any
}

/// The keys of the task cache. Returns whether there is one.
fn cache(gathering: &mut Gathering, known: &mut BTreeMap<String, Known>) -> bool {
    let machine = gathering.machine;
    let mut open = vec![String::new()];
    let mut any = false;
    let mut count = 0;
    while let Some(path) = open.pop() {
        let found = machine.registry_key(&Key::new(format!("{CACHE}{path}")));
        let Some(key) = gathering.if_there(found).flatten() else { continue };
        any = true;
        // Folders have no id.
        if key.value("Id").is_some() {
            let task = entry(known, &path);
            task.seen.registry = Some(true);
            task.seen.security_descriptor = Some(key.value("SD").is_some());
        }
        count += key.subkeys.len();
        if count <= MAX_ENTRIES {
            open.extend(key.subkeys.iter().map(|name| format!("{path}\\{name}")));
        }
    }
    any
}

fn definition(xml: &[u8]) -> Option<ScheduledTask> {
    let parsed = parse::tasks::parse(&Text::decode(xml), "");
    parsed.records.into_iter().find_map(|(_, data)| match data {
        RecordData::Task(task) => Some(task),
        _ => None,
    })
}

/// Where the file of a task is kept: under its own path where every part of that is harmless, else under its hash.
fn raw_name(path: &str) -> String {
    let harmless = |part: &str| {
        !part.is_empty()
            && part.len() <= 120
            && !part.starts_with(['.', ' '])
            && !part.ends_with(['.', ' '])
            && part.chars().all(|letter| letter.is_ascii_alphanumeric() || " ._-{}()".contains(letter))
    };
    let parts: Vec<&str> = path.trim_start_matches('\\').split('\\').collect();
    if parts.len() <= 12 && parts.iter().all(|part| harmless(part)) {
        format!("System32/Tasks/{}", parts.join("/"))
    } else {
        format!("tasks/{}.xml", sha256(path.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::raw_name;

    #[test]
    fn only_harmless_names_become_names_of_members() {
        assert_eq!(raw_name(r"\Microsoft\Windows\A b"), "System32/Tasks/Microsoft/Windows/A b");
        for odd in [r"\..\a", r"\a:b", "\\a\u{202E}b", r"\a\\b", "\\", r"\a/b", r"\a."] {
            let name = raw_name(odd);
            assert!(name.starts_with("tasks/") && name.len() == 6 + 64 + 4, "{odd}: {name}");
        }
    }
}
