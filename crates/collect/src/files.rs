//! The programs and scripts that the records start: what they are, and who signed them.

use crate::commands::{program, started};
use crate::gather::Gathering;
use evidence::{Area, AutostartEntry, AutostartKind, FileFact, RecordData, ScheduledTask, TaskAction};
use machine::{Key, RegistryData};
use std::collections::BTreeMap;

/// Files that are looked at.
const MAX_FILES: usize = 4_096;

/// Classes whose servers are looked up.
const MAX_CLASSES: usize = 2_048;

/// Looks at every file that a record names as started.
pub(crate) fn read(gathering: &mut Gathering) {
    let failures = gathering.failures.len();
    let servers = servers(gathering);
    gathering.add("classes", servers.into_iter().map(RecordData::Autostart));
    let mut paths: BTreeMap<String, String> = BTreeMap::new();
    for record in &gathering.records {
        for command in commands(&record.data) {
            if let Some(path) = started(&command, &gathering.facts) {
                paths.entry(path.to_lowercase()).or_insert(path);
            }
        }
    }
    let modules = modules(gathering, &paths);
    if paths.len() + modules.len() > MAX_FILES {
        gathering.note_cut("look at every file that is started or loaded", "", MAX_FILES);
    }
    let paths = paths.into_values().chain(modules.into_values()).take(MAX_FILES);
    let found: Vec<_> = paths.filter_map(|path| fact(gathering, path)).collect();
    gathering.add("files", found.into_iter().map(RecordData::File));
    for error in std::mem::take(&mut gathering.image_failures) {
        gathering.note(&error);
    }
    gathering.cover(Area::Files, failures);
}

/// The libraries that script hosts have loaded, but for those that are known already: behind the started files, of which none is to be left
/// out for their sake.
fn modules(gathering: &Gathering, known: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let processes = gathering.records.iter().filter_map(|record| match &record.data {
        RecordData::Process(process) => Some(process),
        _ => None,
    });
    let paths = processes.flat_map(|process| &process.modules);
    let paths = paths.filter_map(|path| program(&format!("\"{path}\""), &gathering.facts));
    let paths = paths.map(|path| (path.to_lowercase(), path));
    paths.filter(|(lower, _)| !known.contains_key(lower)).collect()
}

/// The libraries and programs behind the classes that tasks call and that providers of WMI are, as the reader of a disk tells of them.
fn servers(gathering: &mut Gathering) -> Vec<AutostartEntry> {
    let mut called: BTreeMap<(String, String), (&'static str, String)> = BTreeMap::new();
    for record in &gathering.records {
        let (category, name, ids): (_, &str, Vec<&str>) = match &record.data {
            RecordData::Task(task) => ("Scheduled Tasks", &task.path, classes_of(task)),
            RecordData::WmiObject(object) if object.is_class("__Win32Provider") => {
                ("WMI Providers", object.name(), object.text("CLSID").into_iter().collect())
            }
            _ => continue,
        };
        for id in ids.into_iter().filter_map(parse::hives::class_id) {
            called.entry((name.to_lowercase(), id)).or_insert_with(|| (category, name.to_owned()));
        }
    }
    if called.len() > MAX_CLASSES {
        gathering.note_cut("look up every class that is called", "", MAX_CLASSES);
    }
    let mut found = Vec::new();
    for ((_, id), (category, name)) in called.into_iter().take(MAX_CLASSES) {
        let Some(server) = server(gathering, &id) else { continue };
        let image = program(&server, &gathering.facts);
        found.push(AutostartEntry {
            kind: Some(AutostartKind::Other),
            category: category.to_owned(),
            location: format!(r"HKLM\SOFTWARE\Classes\CLSID\{id}"),
            name,
            image_path: image.or_else(|| Some(server.clone())),
            launch_string: Some(server),
            ..AutostartEntry::default()
        });
    }
    found
}

fn classes_of(task: &ScheduledTask) -> Vec<&str> {
    let elsewhere = task.elsewhere.iter().flat_map(|reading| &reading.actions);
    let ids = task.actions.iter().chain(elsewhere).filter_map(|action| match action {
        TaskAction::ComHandler { class_id, .. } => Some(class_id.as_str()),
        _ => None,
    });
    ids.collect()
}

/// What serves a class of the machine.
fn server(gathering: &mut Gathering, id: &str) -> Option<String> {
    let machine = gathering.machine;
    for kind in ["InprocServer32", "LocalServer32"] {
        let key = Key::new(format!(r"HKLM\SOFTWARE\Classes\CLSID\{id}\{kind}"));
        let key = gathering.if_there(machine.registry_key(&key)).flatten();
        let text = key.as_ref().and_then(|key| key.value("")).and_then(RegistryData::text);
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            return Some(text);
        }
    }
    None
}

/// What is known of a file; that it is not there is known as well.
fn fact(gathering: &mut Gathering, path: String) -> Option<FileFact> {
    let machine = gathering.machine;
    let state = match machine.file(&path) {
        Ok(Some(state)) => state,
        Ok(None) => return Some(FileFact { path, exists: false, ..FileFact::default() }),
        Err(error) => {
            gathering.image_failures.push(error);
            return None;
        }
    };
    if state.is_directory {
        return None;
    }
    let image = gathering.image(&path);
    let fact = image.fact.unwrap_or_else(|| FileFact {
        path,
        exists: true,
        size: Some(state.identity.size),
        ..FileFact::default()
    });
    let signer = match image.signer {
        Some(signer) if signer == crate::gather::UNSIGNED => Some("(Not signed)".to_owned()),
        signer => signer,
    };
    Some(FileFact { created: Some(state.created), modified: Some(state.identity.modified), signer, ..fact })
}

/// The commands and files that a record starts.
fn commands(data: &RecordData) -> Vec<String> {
    match data {
        RecordData::Service(service) => {
            let driver = (service.is_driver() == Some(true) && service.image_path.is_none())
                .then(|| format!(r"System32\drivers\{}.sys", service.name));
            let own = [&service.image_path, &service.service_dll, &service.failure_command];
            own.into_iter().flatten().cloned().chain(driver).collect()
        }
        RecordData::Task(task) => {
            let elsewhere = task.elsewhere.iter().flat_map(|reading| &reading.actions);
            let commands = task.actions.iter().chain(elsewhere).filter_map(|action| match action {
                TaskAction::Exec { command, .. } => Some(command.clone()),
                _ => None,
            });
            commands.collect()
        }
        RecordData::Autostart(entry) => entry
            .image_path
            .iter()
            .map(|path| format!("\"{path}\""))
            .chain(entry.launch_string.clone())
            .collect(),
        RecordData::WmiObject(object) if object.is_consumer() => {
            let texts = ["ExecutablePath", "CommandLineTemplate", "ScriptFileName"];
            texts.iter().filter_map(|name| object.text(name)).map(str::to_owned).collect()
        }
        // What the job brings is what its command starts.
        RecordData::Setting(job) if job.kind == "bits-job" && !job.value.is_empty() => {
            let local = job.details.get("local").map(String::as_str).unwrap_or_default();
            let local = local.lines().map(|path| format!("\"{path}\""));
            [job.value.clone()].into_iter().chain(local).collect()
        }
        _ => Vec::new(),
    }
}
