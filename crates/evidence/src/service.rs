//! Services and drivers.

use serde::{Deserialize, Serialize};

/// A service or driver. What a source does not tell is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Its key name.
    pub name: String,
    /// Its name for people.
    pub display_name: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// The `Type` value: 1 and 2 are drivers, 0x10 and 0x20 are services.
    pub service_type: Option<u32>,
    /// The `Start` value: 0 boot, 1 system, 2 automatic, 3 on demand, 4 disabled.
    pub start: Option<u32>,
    /// The command that it runs.
    pub image_path: Option<String>,
    /// The library that `svchost.exe` loads for it.
    pub service_dll: Option<String>,
    /// The account that it runs as.
    pub account: Option<String>,
    /// The command that runs when it fails.
    pub failure_command: Option<String>,
    /// Whether it runs now.
    pub running: Option<bool>,
    /// Whether the service manager shows it to nobody; `None` where that was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<bool>,
}

impl Service {
    /// Whether it is a driver; `None` where the source does not tell.
    pub fn is_driver(&self) -> Option<bool> {
        self.service_type.map(|kind| kind & 0x0B != 0)
    }

    /// Whether Windows starts it by itself.
    pub fn is_automatic(&self) -> Option<bool> {
        self.start.map(|start| start <= 2)
    }
}
