//! Autostart entries, tasks and services as launches.

use crate::altered;
use crate::assessment::{Action, Finding, Kind, Severity};
use crate::files::Files;
use crate::history::{History, Thing};
use crate::launch::{CONTENT, Launch, kind_of};
use crate::messages as m;
use crate::subject::places;
use crate::subscriptions::put_in_the_past;
use evidence::{
    Area, AutostartEntry, AutostartKind, Event, Evidence, ScheduledTask, Service, TaskAction, TaskPlace,
};
use intel::{IndicatorKind as Known, Intel, Observation};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// Looks at every autostart entry, task and service of the evidence. One that several sources show is one finding.
pub(crate) fn detect(evidence: &Evidence, intel: &Intel, history: &History) -> Vec<Finding> {
    let mut seen: BTreeMap<String, (Finding, Vec<usize>)> = BTreeMap::new();
    let files = Files::of(evidence);
    // The subscriptions that a listing of autostart places shows are judged as subscriptions.
    let entries = evidence.autostarts().filter(|(_, entry)| entry.kind != Some(AutostartKind::Wmi));
    let written: Vec<_> =
        evidence.events().filter_map(|(record, event)| Some((record, written_start(event)?))).collect();
    let launches = entries
        .chain(written.iter().map(|(record, entry)| (*record, entry)))
        .map(|(record, entry)| (record, of_entry(entry, intel)))
        .chain(evidence.tasks().map(|(record, task)| (record, of_task(task))))
        .chain(evidence.services().map(|(record, service)| (record, of_service(service, intel))));
    for (record, mut launch) in launches {
        launch.know(&files);
        let Some(found) = launch.judge(intel) else { continue };
        seen.entry(found.id.clone()).or_insert_with(|| (found, Vec::new())).1.push(record);
    }
    seen.into_values()
        .map(|(mut finding, records)| {
            let (area, thing) = match finding.kind {
                Kind::Task => (Area::Tasks, Some(Thing::task(&finding.name))),
                Kind::Service | Kind::Driver => (Area::Services, Some(Thing::service(&finding.name))),
                _ => (Area::Autostarts, None),
            };
            let complete = evidence.coverage.is_complete(area);
            put_in_the_past(&mut finding, history.past(&records, thing.as_ref(), complete));
            // There may be nothing left to act on.
            if history.only_recovered(&records) {
                finding.severity = finding.severity.max(Severity::Medium);
                finding.action = Action::Review;
            }
            finding.evidence = places(evidence, records);
            finding
        })
        .collect()
}

/// Whether an event of Sysmon tells of a value that starts something.
pub(crate) fn is_written_start(event: &Event) -> bool {
    written_start(event).is_some()
}

/// The entry that event 13 of Sysmon shows: a value was written that starts something.
fn written_start(event: &Event) -> Option<AutostartEntry> {
    /// The keys, in lower case, whose values start something, and what they are.
    const KEYS: &[(&str, AutostartKind)] = &[
        (r"\currentversion\run\", AutostartKind::Run),
        (r"\currentversion\runonce\", AutostartKind::Run),
        (r"\currentversion\runservices\", AutostartKind::Run),
        (r"\policies\explorer\run\", AutostartKind::Run),
        (r"\windows nt\currentversion\winlogon\", AutostartKind::Other),
        (r"\image file execution options\", AutostartKind::Other),
        (r"\silentprocessexit\", AutostartKind::Other),
        (r"\windows nt\currentversion\windows\appinit_dlls", AutostartKind::Other),
        (r"\services\", AutostartKind::Service),
    ];
    if event.event_id != 13 || event.provider != "Microsoft-Windows-Sysmon" {
        return None;
    }
    let target = event.field("TargetObject")?.trim();
    let data = event.field("Details")?.trim();
    let lower = target.to_lowercase();
    let (_, kind) = KEYS.iter().find(|(key, _)| lower.contains(key))?;
    let (location, name) = target.rsplit_once('\\')?;
    let value = name.to_lowercase();
    let (location, name) = match kind {
        AutostartKind::Service if value == "imagepath" => location.rsplit_once('\\')?,
        AutostartKind::Other if lower.contains("execution options") && value != "debugger" => return None,
        AutostartKind::Service => return None,
        _ => (location, name),
    };
    Some(AutostartEntry {
        kind: Some(*kind),
        location: location.to_owned(),
        name: name.to_owned(),
        launch_string: Some(data.to_owned()),
        ..AutostartEntry::default()
    })
}

fn of_entry<'a>(entry: &'a AutostartEntry, intel: &Intel) -> Launch<'a> {
    let (kind, place, name_kind) = kind_of(entry.kind);
    let image = entry.image_path.as_deref().unwrap_or_default();
    let command = entry.launch_string.as_deref().filter(|text| !text.is_empty()).unwrap_or(image);
    let mut observations =
        vec![Observation::new(name_kind, &entry.name), Observation::new(Known::FilePath, image)];
    for (algorithm, hash) in &entry.hashes {
        let kind = match algorithm.as_str() {
            "md5" => Known::Md5,
            "sha1" => Known::Sha1,
            "sha256" => Known::Sha256,
            _ => continue,
        };
        observations.push(Observation::new(kind, hash));
    }
    let identity = match kind {
        Kind::Task | Kind::Service | Kind::Driver => entry.name.trim_start_matches('\\').to_owned(),
        _ => format!("{}\\{}", entry.location, entry.name),
    };
    Launch {
        kind,
        place,
        name: &entry.name,
        identity,
        commands: commands_of(entry, command),
        image: Some(image),
        signer: entry.signer.as_deref(),
        loose: None,
        observations,
        hides: entry
            .extra
            .get("ContentLength")
            .map(|length| (Severity::Low, m::REASON_SCRIPT_LONG.with([length.as_str().into()])))
            .into_iter()
            .collect(),
        supports: is_off(entry.enabled).collect(),
        altered: altered::entry(entry, intel),
        subject: entry_subject(entry),
    }
}

/// The command, and what the script holds that it starts, where that was read.
fn commands_of(entry: &AutostartEntry, command: &str) -> Vec<(&'static str, String)> {
    let script = entry.extra.get(CONTENT).map(|content| (CONTENT, content.clone()));
    [("Launch String", command.to_owned())].into_iter().chain(script).collect()
}

fn of_task(task: &ScheduledTask) -> Launch<'_> {
    let mut observations = vec![Observation::new(Known::TaskName, &task.path)];
    let elsewhere = task.elsewhere.iter().flat_map(|reading| &reading.actions);
    for action in task.actions.iter().chain(elsewhere) {
        if let TaskAction::Exec { command, .. } = action {
            observations.push(Observation::new(Known::FilePath, command));
        }
    }
    let mut hides = Vec::new();
    if task.seen.registry == Some(true) && task.seen.security_descriptor == Some(false) {
        hides.push((Severity::High, m::REASON_TASK_NO_DESCRIPTOR.plain()));
    }
    if task.seen.registry == Some(true) && task.seen.listed == Some(false) && !task.actions.is_empty() {
        hides.push((Severity::Medium, m::REASON_TASK_NOT_LISTED.plain()));
    }
    if task.seen.registry == Some(true) && task.seen.file == Some(false) && !task.actions.is_empty() {
        hides.push((Severity::Medium, m::REASON_TASK_NO_FILE.plain()));
    }
    // Some tasks of Windows are shown to the system only, so this asks for a look and no more.
    if task.seen.registry == Some(true)
        && task.seen.security_descriptor != Some(false)
        && task.seen.scheduler == Some(false)
    {
        hides.push((Severity::Low, m::REASON_TASK_NOT_TOLD.plain()));
    }
    for reading in &task.elsewhere {
        let severity = if reading.place == TaskPlace::Registry { Severity::Medium } else { Severity::Low };
        hides.push((severity, m::REASON_TASK_DIFFERS.with([place_of(reading.place).into()])));
    }
    let elsewhere = task.elsewhere.iter().flat_map(|reading| &reading.actions);
    let commands = task.actions.iter().chain(elsewhere);
    hides.extend(commands.clone().filter_map(mail_of).map(|reason| (Severity::Info, reason)));
    let hidden = (task.hidden == Some(true)).then(|| m::REASON_TASK_HIDDEN.plain());
    Launch {
        kind: Kind::Task,
        place: m::PLACE_TASK,
        name: &task.path,
        identity: task.path.trim_start_matches('\\').to_owned(),
        commands: commands.filter_map(command_of).collect(),
        image: None,
        signer: None,
        loose: None,
        observations,
        hides,
        supports: hidden.into_iter().chain(is_off(task.enabled)).collect(),
        altered: None,
        subject: json_object(task),
    }
}

/// That something does not start as it is now, where that is known.
fn is_off(enabled: Option<bool>) -> impl Iterator<Item = evidence::Message> {
    (enabled == Some(false)).then(|| m::REASON_SWITCHED_OFF.plain()).into_iter()
}

/// The place of a task that says something else, as a message knows it.
const fn place_of(place: TaskPlace) -> &'static str {
    match place {
        TaskPlace::File => "file",
        TaskPlace::Registry => "registry",
        TaskPlace::Scheduler => "scheduler",
    }
}

/// What an action of a task runs, and its name in the task's XML. A class is known by its id, and what it is given may be a script.
fn command_of(action: &TaskAction) -> Option<(&'static str, String)> {
    match action {
        TaskAction::ComHandler { class_id, data } => {
            let data = data.as_deref().unwrap_or_default();
            Some(("ComHandler", format!("{class_id} {data}").trim_end().to_owned()))
        }
        _ => Some(("Exec", action.command_line()?)),
    }
}

/// What a task sends to whom. Administrators do so, and a thief may.
fn mail_of(action: &TaskAction) -> Option<evidence::Message> {
    let TaskAction::SendEmail(email) = action else { return None };
    let known = |texts: &[&Option<String>]| {
        let known: Vec<_> = texts.iter().filter_map(|text| text.as_deref()).collect();
        if known.is_empty() { "?".to_owned() } else { known.join(", ") }
    };
    let addressee = known(&[&email.to, &email.cc, &email.bcc]).into();
    let server = known(&[&email.server]).into();
    Some(if email.attachments.is_empty() {
        m::REASON_TASK_MAILS.with([addressee, server])
    } else {
        m::REASON_TASK_MAILS_FILES.with([addressee, server, email.attachments.join(", ").into()])
    })
}

fn of_service<'a>(service: &'a Service, intel: &Intel) -> Launch<'a> {
    let kind = if service.is_driver() == Some(true) { Kind::Driver } else { Kind::Service };
    let place = if kind == Kind::Driver { m::PLACE_DRIVER } else { m::PLACE_SERVICE };
    let commands = [
        ("ImagePath", &service.image_path),
        ("ServiceDll", &service.service_dll),
        ("FailureCommand", &service.failure_command),
    ];
    let mut observations = vec![Observation::new(Known::ServiceName, &service.name)];
    let files = [&service.image_path, &service.service_dll].into_iter().flatten();
    observations.extend(files.map(|path| Observation::new(Known::FilePath, path)));
    Launch {
        kind,
        place,
        name: &service.name,
        identity: service.name.clone(),
        commands: commands.into_iter().filter_map(|(field, text)| Some((field, text.clone()?))).collect(),
        image: service.image_path.as_deref(),
        signer: None,
        loose: None,
        observations,
        hides: (service.hidden == Some(true))
            .then(|| (Severity::Medium, m::REASON_SERVICE_HIDDEN.plain()))
            .into_iter()
            .collect(),
        supports: is_off(service.start.map(|start| start != 4)).collect(),
        altered: altered::service(service, intel),
        subject: json_object(service),
    }
}

/// A record as the fields that it has.
fn json_object(record: &impl serde::Serialize) -> Map<String, Json> {
    match serde_json::to_value(record) {
        Ok(Json::Object(map)) => map.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Map::new(),
    }
}

/// The entry under the column names of Autoruns.
fn entry_subject(entry: &AutostartEntry) -> Map<String, Json> {
    let mut map = Map::new();
    let mut put = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            map.insert(name.to_owned(), Json::from(value));
        }
    };
    put("Category", Some(&entry.category));
    put("Entry Location", Some(&entry.location));
    put("Entry", Some(&entry.name));
    put("Profile", entry.profile.as_deref());
    put("Description", entry.description.as_deref());
    put("Company", entry.publisher.as_deref());
    put("Signer", entry.signer.as_deref());
    put("Image Path", entry.image_path.as_deref());
    put("Launch String", entry.launch_string.as_deref());
    put("Time", entry.time.as_deref());
    for (name, value) in entry.hashes.iter().chain(&entry.extra) {
        put(name, Some(value));
    }
    if let Some(enabled) = entry.enabled {
        map.insert("Enabled".to_owned(), Json::from(enabled));
    }
    map
}

#[cfg(test)]
mod tests;
