//! Processes and network connections.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A running process, at the time of collecting. What could not be read is `None`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Process {
    /// Its id.
    pub pid: u32,
    /// The id of the process that started it; that one may be gone and its id used again.
    pub parent_pid: Option<u32>,
    /// The name of its program.
    pub name: String,
    /// The path of its program.
    pub image_path: Option<String>,
    /// Its command line.
    pub command_line: Option<String>,
    /// The account that it runs as.
    pub user: Option<String>,
    /// When it was started, in 100 ns since 1601-01-01 (FILETIME).
    pub created: Option<u64>,
    /// The processor time that it has used since then, in milliseconds.
    pub cpu_ms: Option<u64>,
    /// The share of all processors that it used while it was watched, in per cent.
    pub cpu_percent: Option<f32>,
    /// Whether it has a visible window.
    pub has_window: Option<bool>,
    /// What Windows says of its program's signature.
    pub signer: Option<String>,
    /// Hashes of its program by algorithm in lower case, in lower-case hex.
    pub hashes: BTreeMap<String, String>,
    /// The libraries that it has loaded, where they were read (script hosts only).
    pub modules: Vec<String>,
}

/// A network endpoint with its owner.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// `tcp` or `udp`.
    pub protocol: String,
    /// The local address.
    pub local_address: String,
    /// The local port.
    pub local_port: u16,
    /// The remote address, where there is one.
    pub remote_address: Option<String>,
    /// The remote port.
    pub remote_port: Option<u16>,
    /// The state, as Windows names it: `established`, `listen`, …
    pub state: Option<String>,
    /// The process that owns it.
    pub pid: Option<u32>,
    /// When it was made, in 100 ns since 1601-01-01, where Windows tells.
    pub created: Option<u64>,
}
