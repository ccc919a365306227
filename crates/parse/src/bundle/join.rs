//! What several sources of one host tell of the same thing.

use crate::hives::class_id;
use crate::tasks;
use evidence::autostart::START_UP_DISABLED;
use evidence::{
    AutostartEntry, AutostartKind, Evidence, Location, Provenance, Record, RecordData, ScheduledTask,
    TaskAction, TaskPlace, TaskPlaces, TaskReading, same_actions,
};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of a host besides its records.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Tasks whose files are there and could not be read, as [`task_key`] has them.
    pub(super) unread_tasks: BTreeSet<String>,
    /// What serves the classes of the machine, by their ids in lower case.
    classes: BTreeMap<String, (String, Provenance)>,
}

impl Known {
    /// Adds the classes that a source names. What one source said of a class stays.
    pub(super) fn add_classes(&mut self, classes: BTreeMap<String, (Location, String)>, source: u32) {
        for (id, (location, server)) in classes {
            self.classes.entry(id).or_insert((server, Provenance { source, location }));
        }
    }
}

/// Joins the records of one host.
pub(super) fn join(evidence: &mut Evidence, known: &Known) {
    tasks(evidence, &known.unread_tasks);
    name_servers(evidence, known);
    add_servers(evidence, known);
    disabled_files(evidence);
}

/// Marks the files of start-up folders that Windows was told not to start. Whose hive it is must be known, else it may be another's file.
fn disabled_files(evidence: &mut Evidence) {
    let key = |profile: Option<&str>, name: &str| (profile.map(str::to_lowercase), name.to_lowercase());
    let told = evidence.settings().filter(|(_, setting)| setting.kind == START_UP_DISABLED);
    let told = told.filter_map(|(_, setting)| {
        let profile = setting.details.get("profile").map(String::as_str);
        let is_known = profile.is_some() || setting.value.starts_with("HKLM");
        is_known.then(|| key(profile, &setting.name))
    });
    let off: BTreeSet<_> = told.collect();
    if off.is_empty() {
        return;
    }
    for record in &mut evidence.records {
        let RecordData::Autostart(entry) = &mut record.data else { continue };
        if entry.enabled == Some(true)
            && entry.location.to_lowercase().ends_with(r"\startup")
            && off.contains(&key(entry.profile.as_deref(), &entry.name))
        {
            entry.enabled = Some(false);
        }
    }
}

/// Puts the library or program of a class behind entries that name the class alone.
fn name_servers(evidence: &mut Evidence, known: &Known) {
    for record in &mut evidence.records {
        let RecordData::Autostart(entry) = &mut record.data else { continue };
        let server = entry.launch_string.as_deref().and_then(class_id).and_then(|id| known.classes.get(&id));
        if let Some((server, _)) = server {
            entry.image_path = Some(server.clone());
            entry.launch_string = Some(server.clone());
        }
    }
}

/// Adds the libraries and programs behind the classes that tasks call and that providers of WMI are.
fn add_servers(evidence: &mut Evidence, known: &Known) {
    let mut found: BTreeMap<(String, String), Record> = BTreeMap::new();
    let is_past = |record: &Record| {
        let source = usize::try_from(record.provenance.source).ok().and_then(|at| evidence.sources.get(at));
        source.is_some_and(|source| source.format.starts_with("event") || source.format.ends_with("-deleted"))
    };
    for record in evidence.records.iter().filter(|record| !is_past(record)) {
        let (category, name, ids): (_, &str, Vec<&str>) = match &record.data {
            RecordData::Task(task) => ("Scheduled Tasks", &task.path, called(task).collect()),
            RecordData::WmiObject(object) if object.is_class("__Win32Provider") => {
                ("WMI Providers", object.name(), object.text("CLSID").into_iter().collect())
            }
            _ => continue,
        };
        for id in ids.into_iter().filter_map(class_id) {
            let Some((server, provenance)) = known.classes.get(&id) else { continue };
            let entry = AutostartEntry {
                kind: Some(AutostartKind::Other),
                category: category.to_owned(),
                location: format!(r"HKLM\SOFTWARE\Classes\CLSID\{id}"),
                name: name.to_owned(),
                image_path: Some(server.clone()),
                launch_string: Some(server.clone()),
                ..AutostartEntry::default()
            };
            let record = Record { provenance: *provenance, data: RecordData::Autostart(entry) };
            found.entry((name.to_lowercase(), id)).or_insert(record);
        }
    }
    evidence.records.extend(found.into_values());
}

/// The classes that a task calls.
fn called(task: &ScheduledTask) -> impl Iterator<Item = &str> {
    task.actions.iter().filter_map(|action| match action {
        TaskAction::ComHandler { class_id, .. } => Some(class_id.as_str()),
        _ => None,
    })
}

/// A task's path as tasks are told from each other.
pub(super) fn task_key(path: &str) -> String {
    path.trim_start_matches('\\').to_lowercase()
}

/// Tells of each task whether its file and its key in the registry's cache know it, where both were read, and whether they say the same of
/// what it does.
///
/// A file that could not be read is there all the same, and a few files copied from a folder say nothing about those that are not among them.
fn tasks(evidence: &mut Evidence, unread: &BTreeSet<String>) {
    let mut places: BTreeMap<String, TaskPlaces> = BTreeMap::new();
    let mut cached: BTreeMap<String, Vec<TaskAction>> = BTreeMap::new();
    for (_, task) in evidence.tasks().filter(|(_, task)| is_kept(task)) {
        let known = places.entry(key(task)).or_default();
        known.file = known.file.or(task.seen.file);
        known.registry = known.registry.or(task.seen.registry);
        known.security_descriptor = known.security_descriptor.or(task.seen.security_descriptor);
        known.listed = known.listed.or(task.seen.listed);
        if task.seen.file != Some(true) && !task.actions.is_empty() {
            cached.entry(key(task)).or_insert_with(|| task.actions.clone());
        }
    }
    let has_cache = places.values().any(|places| places.registry == Some(true));
    let has_files = tasks::is_whole(evidence.tasks().map(|(_, task)| task));
    for record in &mut evidence.records {
        let RecordData::Task(task) = &mut record.data else { continue };
        let differs = |actions: &&Vec<TaskAction>| !same_actions(actions, &task.actions);
        if let Some(actions) = cached.get(&key(task)).filter(differs)
            && task.seen.file == Some(true)
            && task.elsewhere.is_empty()
        {
            task.elsewhere.push(TaskReading { place: TaskPlace::Registry, actions: actions.clone() });
        }
        if let Some(known) = places.get(&key(task)).filter(|_| is_kept(task)) {
            task.seen = TaskPlaces {
                file: known.file.or((has_files && !unread.contains(&key(task))).then_some(false)),
                registry: known.registry.or(has_cache.then_some(false)),
                security_descriptor: known.security_descriptor,
                listed: known.listed,
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
    task_key(&task.path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(tasks: &[(&str, bool)]) -> Vec<TaskPlaces> {
        let stock = (0..20).map(|n| (format!(r"\Microsoft\Windows\{n}"), true));
        let own = tasks.iter().map(|(path, is_file)| ((*path).to_owned(), *is_file));
        let record = |(path, is_file): (String, bool)| {
            let places = TaskPlaces {
                file: is_file.then_some(true),
                registry: (!is_file).then_some(true),
                security_descriptor: (!is_file).then_some(false),
                ..TaskPlaces::default()
            };
            let task = ScheduledTask { path, seen: places, ..ScheduledTask::default() };
            Record {
                provenance: Provenance { source: 0, location: Location::Whole },
                data: RecordData::Task(task),
            }
        };
        let mut evidence =
            Evidence { records: own.chain(stock).map(record).collect(), ..Evidence::default() };
        super::tasks(&mut evidence, &BTreeSet::from(["d".to_owned()]));
        evidence.tasks().take(tasks.len()).map(|(_, task)| task.seen).collect()
    }

    #[test]
    fn a_task_that_one_place_lacks() {
        let both = seen(&[(r"\A", true), (r"\a", false), (r"\B", false), (r"\C", true), (r"\D", false)]);
        let places = |file, registry, security_descriptor| TaskPlaces {
            file,
            registry,
            security_descriptor,
            ..TaskPlaces::default()
        };
        assert_eq!(
            both,
            [
                places(Some(true), Some(true), Some(false)),
                places(Some(true), Some(true), Some(false)),
                places(Some(false), Some(true), Some(false)),
                places(Some(true), Some(false), None),
                // Its file is there and could not be read.
                places(None, Some(true), Some(false)),
            ]
        );
    }

    #[test]
    fn what_the_registry_runs_instead_of_the_file_is_told() {
        let task = |path: &str, is_file: bool, command: &str| {
            let seen = TaskPlaces {
                file: is_file.then_some(true),
                registry: (!is_file).then_some(true),
                ..TaskPlaces::default()
            };
            let action =
                TaskAction::Exec { command: command.to_owned(), arguments: None, working_directory: None };
            let data = ScheduledTask {
                path: path.to_owned(),
                seen,
                actions: vec![action],
                ..ScheduledTask::default()
            };
            Record {
                provenance: Provenance { source: 0, location: Location::Whole },
                data: RecordData::Task(data),
            }
        };
        let records = vec![
            task(r"\A", true, "a.exe"),
            task(r"\a", false, "b.exe"),
            task(r"\B", true, "B.exe"),
            task(r"\B", false, "b.exe"),
        ];
        let mut evidence = Evidence { records, ..Evidence::default() };
        super::tasks(&mut evidence, &BTreeSet::new());
        let told: Vec<_> = evidence.tasks().map(|(_, task)| task.elsewhere.len()).collect();
        assert_eq!(told, [1, 0, 0, 0]);
    }

    #[test]
    fn a_file_of_a_start_up_folder_is_off_where_its_users_hive_says_so() {
        let record = |data| Record { provenance: Provenance { source: 0, location: Location::Whole }, data };
        let file = |name: &str, profile: Option<&str>| {
            record(RecordData::Autostart(AutostartEntry {
                location: r"C:\x\Start Menu\Programs\StartUp".to_owned(),
                name: name.to_owned(),
                enabled: Some(true),
                profile: profile.map(str::to_owned),
                ..AutostartEntry::default()
            }))
        };
        let off = |name: &str, key: &str, profile: Option<&str>| {
            record(RecordData::Setting(evidence::Setting {
                kind: START_UP_DISABLED.to_owned(),
                name: name.to_owned(),
                value: key.to_owned(),
                details: profile.map(|user| ("profile".to_owned(), user.to_owned())).into_iter().collect(),
            }))
        };
        let records = vec![
            off("A.lnk", r"HKCU\x", Some("Me")),
            off("b.lnk", r"HKLM\x", None),
            // Whose this is, nobody knows.
            off("c.lnk", r"HKCU\x", None),
            file("a.lnk", Some("me")),
            file("a.lnk", Some("you")),
            file("a.lnk", None),
            file("B.lnk", None),
            file("c.lnk", None),
        ];
        let mut evidence = Evidence { records, ..Evidence::default() };
        join(&mut evidence, &Known::default());
        let enabled: Vec<_> = evidence.autostarts().filter_map(|(_, entry)| entry.enabled).collect();
        assert_eq!(enabled, [false, true, true, false, true]);
    }

    #[test]
    fn files_alone_say_nothing_of_the_registry() {
        assert_eq!(seen(&[(r"\A", true)])[0].registry, None);
    }
}
