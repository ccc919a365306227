//! Scheduled tasks: from their files, from the registry's task cache, and from the scheduler. What only some of them know is hidden from the
//! others.

use crate::gather::{Gathering, sha256};
use evidence::{Area, RecordData, ScheduledTask, TaskPlace, TaskPlaces, TaskReading, same_actions};
use machine::{Key, RegistryData, RegistryKey};
use parse::text::Text;
use std::collections::{BTreeMap, BTreeSet};

/// The task cache: in `Tree`, the path of a key is the path of its task; in `Tasks`, the key of its id holds what it does.
const CACHE: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache";

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
    /// What the task cache says of it.
    cached: Option<ScheduledTask>,
    seen: TaskPlaces,
}

impl Known {
    /// What the task is, in the words of its file, else of the scheduler, else of the task cache, and what the others say otherwise.
    fn definition(&mut self) -> ScheduledTask {
        let filed = self.xml.as_deref().and_then(|xml| definition(&Text::decode(xml)));
        let told = self.told.as_ref().and_then(|told| definition(&Text::decode(told.xml.as_bytes())));
        let readings = [
            (TaskPlace::File, filed),
            (TaskPlace::Scheduler, told),
            (TaskPlace::Registry, self.cached.take().filter(|cached| !cached.actions.is_empty())),
        ];
        let mut readings = readings.into_iter().filter_map(|(place, task)| Some((place, task?)));
        let Some((_, mut first)) = readings.next() else { return ScheduledTask::default() };
        let others = readings.map(|(place, task)| TaskReading { place, actions: task.actions });
        first.elsewhere = others.filter(|other| !same_actions(&other.actions, &first.actions)).collect();
        if let Some(told) = &self.told {
            first.security.clone_from(&told.security);
            // One that the scheduler could not give has no text.
            first.definition_sha256 =
                (!told.xml.is_empty()).then(|| parse::tasks::definition_sha256(&told.xml));
        }
        first
    }
}

/// Reads the tasks.
pub(crate) fn read(gathering: &mut Gathering) {
    let failures = gathering.failures.len();
    let mut known = BTreeMap::new();
    let files = files(gathering, &mut known);
    let cache = cache(gathering, &mut known);
    let machine = gathering.machine;
    let listed = gathering.or_note(machine.tasks());
    // What the scheduler told of only in part says nothing of what is not in it.
    let is_whole = listed.as_ref().is_some_and(|listed| listed.missed.is_empty());
    let told = listed.map(|listed| {
        for missed in &listed.missed {
            gathering.note(missed);
        }
        listed.found
    });
    let any = files || cache || told.is_some();
    for task in told.unwrap_or_default() {
        let path = task.path.clone();
        entry(&mut known, &path).told = Some(task);
    }
    // Windows shows some tasks to administrators only.
    let is_shown_all = is_whole && gathering.facts.elevated;
    let mut tasks = Vec::new();
    for mut task in known.into_values() {
        let seen = TaskPlaces {
            file: files.then_some(task.seen.file == Some(true)),
            registry: cache.then_some(task.seen.registry == Some(true)),
            security_descriptor: task.seen.security_descriptor,
            scheduler: (task.told.is_some() || is_shown_all).then_some(task.told.is_some()),
            ..task.seen
        };
        let definition = task.definition();
        let enabled = task.told.as_ref().map(|told| told.enabled).or(definition.enabled);
        if let Some(xml) = task.xml {
            gathering.keep(&raw_name(&task.path), &xml);
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
                gathering.note_cut("list the task files", &top, MAX_ENTRIES);
                return any;
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
    let mut ids = BTreeSet::new();
    while let Some(path) = open.pop() {
        let found = machine.registry_key(&Key::new(format!("{CACHE}\\Tree{path}")));
        let Some(key) = gathering.if_there(found).flatten() else { continue };
        any = true;
        // Folders have no id.
        if let Some(id) = key.value("Id") {
            let details = id.text().and_then(|id| {
                ids.insert(id.to_lowercase());
                details(gathering, &id)
            });
            let task = entry(known, &path);
            task.seen.registry = Some(true);
            task.seen.security_descriptor = Some(key.value("SD").is_some_and(|data| !data.bytes.is_empty()));
            let index = key.value("Index").and_then(RegistryData::number);
            task.seen.listed = index.map(|index| index != 0);
            task.cached = details.as_ref().map(cached);
        }
        count += key.subkeys.len();
        if count > MAX_ENTRIES {
            gathering.note_cut("list the task cache", CACHE, MAX_ENTRIES);
            return any;
        }
        open.extend(key.subkeys.iter().map(|name| format!("{path}\\{name}")));
    }
    any | without_tree(gathering, known, &ids)
}

/// Tasks that no key of the tree leads to: they run until the scheduler starts again, and no tool shows them.
fn without_tree(
    gathering: &mut Gathering,
    known: &mut BTreeMap<String, Known>,
    ids: &BTreeSet<String>,
) -> bool {
    let machine = gathering.machine;
    let listed = machine.registry_key(&Key::new(format!("{CACHE}\\Tasks")));
    let Some(listed) = gathering.if_there(listed).flatten() else { return false };
    if listed.subkeys.len() > MAX_ENTRIES {
        gathering.note_cut("list the task cache", CACHE, MAX_ENTRIES);
    }
    for id in listed.subkeys.iter().take(MAX_ENTRIES).filter(|id| !ids.contains(&id.to_lowercase())) {
        let Some(key) = details(gathering, id) else { continue };
        let path = ["Path", "URI"].iter().find_map(|name| key.value(name).and_then(RegistryData::text));
        let Some(path) = path.filter(|path| !path.trim_matches('\\').is_empty()) else { continue };
        let task = entry(known, &format!("\\{}", path.trim_start_matches('\\')));
        // Where the tree leads to another task of this path, that one runs.
        if task.seen.registry.is_none() {
            task.seen.registry = Some(true);
            task.cached = Some(cached(&key));
        }
    }
    !listed.subkeys.is_empty()
}

/// The key of a task's id. What is no id is no path either.
fn details(gathering: &mut Gathering, id: &str) -> Option<RegistryKey> {
    let machine = gathering.machine;
    if id.contains('\\') {
        return None;
    }
    gathering.if_there(machine.registry_key(&Key::new(format!("{CACHE}\\Tasks\\{id}")))).flatten()
}

/// What the task cache says of a task.
fn cached(key: &RegistryKey) -> ScheduledTask {
    let text = |name: &str| key.value(name).and_then(RegistryData::text).filter(|text| !text.is_empty());
    let blob = key.value("Actions").map(|data| data.bytes.as_slice()).unwrap_or_default();
    let (principal, actions) = parse::hives::task_actions(blob);
    ScheduledTask {
        author: text("Author"),
        description: text("Description"),
        date: text("Date"),
        principal,
        actions,
        ..ScheduledTask::default()
    }
}

fn definition(text: &Text) -> Option<ScheduledTask> {
    parse::tasks::definition(text.as_str())
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
