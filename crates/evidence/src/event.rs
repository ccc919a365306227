//! Events from logs.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One event of a log, reduced to what matters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The log: `Microsoft-Windows-WMI-Activity/Operational`, `Security`, …
    pub channel: String,
    /// Who wrote it: `Microsoft-Windows-Sysmon`, …
    pub provider: String,
    /// Its number.
    pub event_id: u32,
    /// Its place in the log, as the log counts.
    pub record_id: u64,
    /// When it was written, in UTC.
    pub time: jiff::Timestamp,
    /// The machine that wrote it.
    pub computer: String,
    /// Its data by the names of the fields; fields without a name are called `param1`, `param2`, …
    pub data: BTreeMap<String, String>,
}

impl Event {
    /// The field of this name, where it is there and not empty.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.data.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }
}
