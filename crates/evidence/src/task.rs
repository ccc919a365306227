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
}
