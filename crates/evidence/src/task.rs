//! Scheduled tasks.

use serde::{Deserialize, Serialize};

/// A scheduled task, from its file, the registry's task cache, or the scheduler itself. What a source does not tell is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduledTask {
    /// Its path in the scheduler, with a leading backslash: `\Microsoft\Windows\…\Name`.
    pub path: String,
    /// Whether it is enabled.
    pub enabled: Option<bool>,
    /// Whether the scheduler's window hides it.
    pub hidden: Option<bool>,
    /// The author that it names.
    pub author: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// The time of registration that it names, as written.
    pub date: Option<String>,
    /// The account or group that it runs as, as written: a name or a SID.
    pub principal: Option<String>,
    /// How that account is logged on, as written (`Password`, `S4U`, …); `None` where the task does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logon_type: Option<String>,
    /// Whether it runs with the highest rights.
    pub highest_privileges: Option<bool>,
    /// What starts it, one trigger a text: its kind, then what matters of it.
    pub triggers: Vec<String>,
    /// What it does, in order.
    pub actions: Vec<TaskAction>,
    /// Where it was seen.
    pub seen: TaskPlaces,
    /// What other places say that it does, where that is not `actions`. The scheduler runs what the registry holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<TaskReading>,
    /// Its security descriptor in SDDL, where the scheduler told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security: Option<String>,
    /// The SHA-256 of the definition that the scheduler gives, in lower-case hex, without what changes when it is switched on or off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition_sha256: Option<String>,
}

/// What one of the places that keep a task says that it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskReading {
    /// The place.
    pub place: TaskPlace,
    /// What the task does by it.
    pub actions: Vec<TaskAction>,
}

/// A place that keeps what a task does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskPlace {
    /// The file below `System32\Tasks`.
    File,
    /// The value `Actions` in the registry's task cache.
    Registry,
    /// The scheduler's own interface.
    Scheduler,
}

/// One action of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum TaskAction {
    /// Starts a program.
    Exec {
        /// The program.
        command: String,
        /// Its arguments.
        arguments: Option<String>,
        /// Its working folder.
        working_directory: Option<String>,
    },
    /// Calls a COM object.
    ComHandler {
        /// The class id.
        class_id: String,
        /// What it is given.
        data: Option<String>,
    },
    /// Sends mail; since Windows 8 the scheduler does not run such an action.
    SendEmail(Box<TaskEmail>),
    /// Shows a message; since Windows 8 the scheduler does not run such an action.
    ShowMessage {
        /// The title of the window.
        title: Option<String>,
        /// The message.
        body: Option<String>,
    },
    /// Something that the scheduler does not document.
    Other {
        /// The name of the XML element.
        element: String,
    },
}

/// The mail that a task sends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskEmail {
    /// The server that takes it.
    pub server: Option<String>,
    /// Who sends it.
    pub from: Option<String>,
    /// To whom.
    pub to: Option<String>,
    /// Who gets a copy.
    pub cc: Option<String>,
    /// Who gets a copy unseen by the others.
    pub bcc: Option<String>,
    /// To whom answers go.
    pub reply_to: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// Its text.
    pub body: Option<String>,
    /// The paths of the files that are attached.
    pub attachments: Vec<String>,
    /// More headers, names and values.
    pub headers: Vec<(String, String)>,
}

impl TaskEmail {
    /// Files that are attached at most, by the schema of tasks 8, and headers, by the schema 32: more is not read.
    pub const MAX_PARTS: usize = 64;

    /// Every text of it that has a name of its own.
    fn texts(&self) -> [&Option<String>; 8] {
        let Self { server, from, to, cc, bcc, reply_to, subject, body, .. } = self;
        [server, from, to, cc, bcc, reply_to, subject, body]
    }
}

/// The places that know a task. A task that only one of them knows is hidden from the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskPlaces {
    /// Its file below `System32\Tasks`; `None` where files were not read.
    pub file: Option<bool>,
    /// Its key in the registry's task cache; `None` where the registry was not read.
    pub registry: Option<bool>,
    /// Whether the task cache holds its security descriptor: without one the scheduler shows it to nobody.
    pub security_descriptor: Option<bool>,
    /// Whether the task cache lets the scheduler list it: the value `Index` of its key is not 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<bool>,
    /// The scheduler itself; `None` where it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduler: Option<bool>,
}

impl TaskAction {
    /// The command line of the action, where it starts a program.
    pub fn command_line(&self) -> Option<String> {
        match self {
            Self::Exec { command, arguments: Some(arguments), .. } if !arguments.is_empty() => {
                Some(format!("{command} {arguments}"))
            }
            Self::Exec { command, .. } => Some(command.clone()),
            Self::ComHandler { .. } | Self::SendEmail(_) | Self::ShowMessage { .. } | Self::Other { .. } => {
                None
            }
        }
    }

    /// Whether two places that keep a task mean the same action. They differ in letter case, in white space, and in what they leave out.
    pub fn is_same(&self, other: &Self) -> bool {
        let same = |a: &str, b: &str| plain(a) == plain(b);
        let same_or_none = |a: &Option<String>, b: &Option<String>| {
            same(a.as_deref().unwrap_or_default(), b.as_deref().unwrap_or_default())
        };
        match (self, other) {
            (
                Self::Exec { command, arguments, working_directory },
                Self::Exec { command: c, arguments: a, working_directory: w },
            ) => {
                same(command.trim().trim_matches('"'), c.trim().trim_matches('"'))
                    && same_or_none(arguments, a)
                    && same_or_none(working_directory, w)
            }
            (Self::ComHandler { class_id, .. }, Self::ComHandler { class_id: other, .. }) => {
                let bare = |id: &str| id.trim().trim_matches(['{', '}']).to_lowercase();
                bare(class_id) == bare(other)
            }
            (Self::SendEmail(mail), Self::SendEmail(other)) => {
                mail.texts().into_iter().zip(other.texts()).all(|(a, b)| same_or_none(a, b))
                    && mail.attachments.len() == other.attachments.len()
                    && mail.attachments.iter().zip(&other.attachments).all(|(a, b)| same(a, b))
            }
            (Self::ShowMessage { title, body }, Self::ShowMessage { title: t, body: b }) => {
                same_or_none(title, t) && same_or_none(body, b)
            }
            (Self::Other { element }, Self::Other { element: other }) => element == other,
            _ => false,
        }
    }
}

/// A text as places that keep it may have it alike.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Whether two places mean the same actions.
pub fn same_actions(a: &[TaskAction], b: &[TaskAction]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is_same(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exec(command: &str, arguments: Option<&str>) -> TaskAction {
        TaskAction::Exec {
            command: command.to_owned(),
            arguments: arguments.map(str::to_owned),
            working_directory: None,
        }
    }

    #[test]
    fn one_action_in_two_spellings_is_one() {
        assert!(exec("\"C:\\A b.exe\"", Some("")).is_same(&exec("c:\\a B.exe", None)));
        assert!(!exec("a.exe", Some("-x")).is_same(&exec("a.exe", None)));
        let handler = |id: &str| TaskAction::ComHandler { class_id: id.to_owned(), data: None };
        assert!(handler("{0F3C}").is_same(&handler("0f3c")));
        assert!(!same_actions(&[exec("a.exe", None)], &[]));
    }

    #[test]
    fn mails_differ_by_what_they_carry() {
        let mail = |server: &str, files: &[&str]| {
            TaskAction::SendEmail(Box::new(TaskEmail {
                server: Some(server.to_owned()),
                attachments: files.iter().map(|file| (*file).to_owned()).collect(),
                ..TaskEmail::default()
            }))
        };
        assert!(mail("MAIL", &[r"C:\a.txt"]).is_same(&mail("mail", &[r"c:\A.txt"])));
        assert!(!mail("mail", &[r"C:\a.txt"]).is_same(&mail("mail", &[])));
        assert!(!mail("mail", &[]).is_same(&mail("other", &[])));
        let shown = |body: &str| TaskAction::ShowMessage { title: None, body: Some(body.to_owned()) };
        assert!(shown("a  b").is_same(&shown("A b")) && !shown("a").is_same(&shown("b")));
        assert!(!shown("a").is_same(&mail("mail", &[])));
    }

    #[test]
    fn actions_survive_json() {
        let mail = TaskEmail { headers: vec![("X".into(), "y".into())], ..TaskEmail::default() };
        let actions = [
            exec("a.exe", None),
            TaskAction::SendEmail(Box::new(mail)),
            TaskAction::ShowMessage { title: Some("t".into()), body: None },
            TaskAction::Other { element: "Sing".into() },
        ];
        let text = serde_json::to_string(&actions).unwrap();
        assert_eq!(serde_json::from_str::<[TaskAction; 4]>(&text).unwrap(), actions, "{text}");
        assert!(text.contains(r#"{"kind":"send-email","server":null"#), "{text}");
    }
}
