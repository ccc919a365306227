//! Scheduled tasks in the XML in which Windows keeps and exports them (Microsoft: "Task Scheduler Schema").
//!
//! The file below `System32\Tasks` is the task, so its place names the task; an export is named by the `URI` in it. What the XML leaves out has
//! the scheduler's default: a task without `Enabled` is enabled. Entities are never expanded, and the nesting is limited.

mod job;
mod plain;
mod xml;

pub(crate) use job::is_job;
pub use job::parse_job;
pub use plain::{definition_sha256, without_enabled};

use crate::text::Text;
use crate::{Parsed, Problem};
use evidence::{
    Area, Level, Location, MessageSpec, ReadState, RecordData, ScheduledTask, TaskAction, TaskEmail,
    TaskPlaces,
};
use xml::Element;

/// The XML of a task is not well-formed from some place on.
const BAD_XML: MessageSpec = MessageSpec::new("note-task-bad-xml", &["reason"]);
/// The task names itself otherwise than its file is called.
const OTHER_NAME: MessageSpec = MessageSpec::new("note-task-other-name", &["uri", "place"]);

/// What this module can say.
pub const NOTES: &[MessageSpec] = &[BAD_XML, OTHER_NAME, job::CUT];

/// Reads a task. `place` is the path of the file in its bundle, with `/` between its parts.
pub fn parse(text: &Text, place: &str) -> Parsed {
    let mut parsed = Parsed { problems: text.problems(), ..Parsed::default() };
    let (root, damage) = xml::read(text.as_str());
    if let Some((at, reason)) = damage {
        let offset = Some(text.offset(at));
        let message = BAD_XML.with([reason.into()]);
        parsed.problems.push(Problem { level: Level::Error, offset, message });
    }
    let Some(root) = root else { return parsed };
    let mut task = task(&root);
    let uri = std::mem::take(&mut task.path);
    // The place of a copied folder shows in the names that its files give themselves.
    let at_home = is_at(place, &uri);
    let below = path_of(place).or_else(|| if at_home { None } else { below(place, &["Tasks"]) });
    task.seen = TaskPlaces { file: (at_home || below.is_some()).then_some(true), ..TaskPlaces::default() };
    task.path = match below {
        Some(path) => {
            if !uri.is_empty() && !same(&uri, &path) {
                let message = OTHER_NAME.with([uri.into(), path.as_str().into()]);
                parsed.problems.push(Problem { level: Level::Info, offset: None, message });
            }
            path
        }
        None if uri.is_empty() => alone(place),
        None => uri,
    };
    parsed.coverage.add(Area::Tasks, ReadState::Partial);
    parsed.records.push((Location::Whole, RecordData::Task(task)));
    parsed
}

/// The task that a text of XML defines, such as that in event 4698; `None` where it defines none.
pub fn definition(text: &str) -> Option<ScheduledTask> {
    let (root, _) = xml::read(text);
    root.filter(|root| root.is("Task")).map(|root| task(&root))
}

/// The files of one machine that make up a whole folder of tasks: what Windows itself brings is among them.
pub(crate) fn is_whole<'t>(tasks: impl Iterator<Item = &'t ScheduledTask>) -> bool {
    /// Tasks below `\Microsoft\Windows`; no Windows since Vista brings fewer than twice as many.
    const STOCK: usize = 20;
    let stock = tasks.filter(|task| {
        task.seen.file == Some(true) && task.path.to_ascii_lowercase().starts_with(r"\microsoft\windows\")
    });
    stock.take(STOCK).count() == STOCK
}

/// The path in the scheduler of a file below these folders.
fn below(place: &str, folders: &[&str]) -> Option<String> {
    let parts: Vec<_> = place.split(['/', '\\', '!']).collect();
    let (_, before) = parts.split_last()?;
    let at = before.windows(folders.len()).position(|window| {
        window.iter().zip(folders).all(|(part, folder)| part.eq_ignore_ascii_case(folder))
    })?;
    Some(parts.get(at + folders.len()..)?.iter().flat_map(|part| ["\\", part]).collect())
}

/// The path in the scheduler of the task that the file at this place is, whatever it holds; `None` where tasks are not kept.
pub(crate) fn path_of(place: &str) -> Option<String> {
    below(place, &["System32", "Tasks"])
}

/// Whether the file lies where a folder of tasks would have the task of this name.
fn is_at(place: &str, uri: &str) -> bool {
    let place = place.replace('/', "\\");
    !uri.is_empty() && (same(&place, uri) || place.to_lowercase().ends_with(&rooted(uri).to_lowercase()))
}

/// Whether two paths are one task's: with or without the backslash at the beginning, without regard to case.
fn same(a: &str, b: &str) -> bool {
    rooted(a).to_lowercase() == rooted(b).to_lowercase()
}

fn rooted(path: &str) -> String {
    format!("\\{}", path.trim().trim_start_matches('\\'))
}

/// The name of an export that does not name itself.
fn alone(place: &str) -> String {
    let name = crate::file_name::file_name(place);
    let stem = if crate::file_name::has_extension(name, "xml") { name.get(..name.len() - 4) } else { None };
    rooted(stem.unwrap_or(name))
}

fn task(root: &Element) -> ScheduledTask {
    let information = root.child("RegistrationInfo");
    let about = |name: &str| information.and_then(|element| element.text_of(name));
    let settings = root.child("Settings");
    let setting = |name: &str| settings.and_then(|element| element.text_of(name)).map(|text| is_true(&text));
    // Of several principals the actions name theirs.
    let context = root.child("Actions").and_then(|actions| actions.context.as_deref());
    let principal = root.child("Principals").and_then(|all| {
        let named = all.children.iter().find(|one| context.is_some() && one.id.as_deref() == context);
        named.or_else(|| all.child("Principal"))
    });
    let account =
        principal.and_then(|element| element.text_of("UserId").or_else(|| element.text_of("GroupId")));
    let level = principal.and_then(|element| element.text_of("RunLevel"));
    let triggers = root.child("Triggers").map(|all| all.children.iter().map(trigger).collect());
    let actions = root.child("Actions").map(|all| all.children.iter().map(action).collect());
    ScheduledTask {
        path: about("URI").map(|uri| rooted(&uri)).unwrap_or_default(),
        enabled: Some(setting("Enabled").unwrap_or(true)),
        hidden: Some(setting("Hidden").unwrap_or(false)),
        author: about("Author"),
        description: about("Description"),
        date: about("Date"),
        principal: account,
        logon_type: principal.and_then(|element| element.text_of("LogonType")),
        highest_privileges: Some(level.is_some_and(|level| level == "HighestAvailable")),
        triggers: triggers.unwrap_or_default(),
        actions: actions.unwrap_or_default(),
        seen: TaskPlaces::default(),
        elsewhere: Vec::new(),
        security: None,
        definition_sha256: None,
    }
}

fn is_true(text: &str) -> bool {
    text.eq_ignore_ascii_case("true") || text == "1"
}

/// A trigger in short: its kind, then what matters of it.
fn trigger(element: &Element) -> String {
    let mut words = vec![element.name.clone()];
    words.extend(element.text_of("StartBoundary"));
    for (name, before) in [
        ("Subscription", ""),
        ("StateChange", ""),
        ("StateName", ""),
        ("UserId", "user "),
        ("Delay", "delay "),
        ("RandomDelay", "random delay "),
        ("EndBoundary", "until "),
    ] {
        words.extend(element.text_of(name).map(|text| format!("{before}{text}")));
    }
    for schedule in &element.children {
        if schedule.name.starts_with("ScheduleBy") {
            words.push(schedule.name.trim_start_matches("ScheduleBy").to_lowercase());
            words.extend(schedule.leaves().into_iter().take(40));
        }
    }
    words.extend(
        element
            .child("Repetition")
            .and_then(|repetition| repetition.text_of("Interval"))
            .map(|interval| format!("every {interval}")),
    );
    if element.text_of("Enabled").is_some_and(|text| !is_true(&text)) {
        words.push("disabled".to_owned());
    }
    words.join(" ")
}

fn action(element: &Element) -> TaskAction {
    match element.name.as_str() {
        "Exec" => TaskAction::Exec {
            command: element.text_of("Command").unwrap_or_default(),
            arguments: element.text_of("Arguments"),
            working_directory: element.text_of("WorkingDirectory"),
        },
        "ComHandler" => TaskAction::ComHandler {
            class_id: element.text_of("ClassId").unwrap_or_default(),
            data: element.text_of("Data"),
        },
        "SendEmail" => TaskAction::SendEmail(Box::new(email(element))),
        "ShowMessage" => {
            TaskAction::ShowMessage { title: element.text_of("Title"), body: element.text_of("Body") }
        }
        other => TaskAction::Other { element: other.to_owned() },
    }
}

fn email(element: &Element) -> TaskEmail {
    let parts = |name: &str| {
        let parts = element.child(name).into_iter().flat_map(|all| &all.children);
        parts.take(TaskEmail::MAX_PARTS)
    };
    let header = |field: &Element| Some((field.text_of("Name")?, field.text_of("Value").unwrap_or_default()));
    TaskEmail {
        server: element.text_of("Server"),
        from: element.text_of("From"),
        to: element.text_of("To"),
        cc: element.text_of("Cc"),
        bcc: element.text_of("Bcc"),
        reply_to: element.text_of("ReplyTo"),
        subject: element.text_of("Subject"),
        body: element.text_of("Body"),
        attachments: parts("Attachments").filter_map(Element::text).collect(),
        headers: parts("HeaderFields").filter_map(header).collect(),
    }
}

#[cfg(test)]
mod tests;
