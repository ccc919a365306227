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
    /// Sends mail or shows a message; both were retired with Windows 8.
    Other {
        /// The name of the XML element.
        element: String,
    },
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
            Self::ComHandler { .. } | Self::Other { .. } => None,
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
}
