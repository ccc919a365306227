//! Everything that touches a computer, as one trait in two halves.
//!
//! [`Machine`] reads, [`MachineMut`] changes. There are two implementations: Windows (`machine-windows`) and [`memory::Memory`], a
//! computer made of maps on which every call can be made to fail. Nothing else in Deminer opens a registry key, a service or a process;
//! only `collect` is handed a [`Machine`], and only `remediate` a [`MachineMut`].
//!
//! Every call names one thing and either does it whole or fails with an [`Error`] that says what was refused. Nothing here judges, plans or
//! backs up.
#![forbid(unsafe_code)]

mod error;
pub mod facts;
pub mod memory;
pub mod objects;

pub use error::{Error, Fault, Result};
pub use facts::{Architecture, Facts, Signature};
pub use objects::{
    DirectoryEntry, FileIdentity, FileState, Key, ProcessId, RegistryData, RegistryKey, RegistryValue, ServiceConfig, StoredTask,
    Stream, WmiClassDefinition, WmiInstance, WmiPath,
};

use std::time::Duration;

/// The reading half.
pub trait Machine {
    /// What the computer is, and what this program may do on it.
    fn facts(&self) -> Result<Facts>;

    /// The time by the computer's clock.
    fn now(&self) -> jiff::Timestamp;

    /// Waits. Tests do not.
    fn sleep(&self, time: Duration);

    /// The running processes. What could not be read of one is `None` there.
    fn processes(&self) -> Result<Vec<evidence::Process>>;

    /// Whether the process would take Windows down with it (`BreakOnTermination`).
    fn is_critical(&self, process: &ProcessId) -> Result<bool>;

    /// The TCP and UDP endpoints with their owners.
    fn connections(&self) -> Result<Vec<evidence::Connection>>;

    /// Every namespace below `root`, `root` included, in canonical spelling, sorted.
    fn wmi_namespaces(&self) -> Result<Vec<String>>;

    /// The instances of a class and its subclasses. Call it only for classes whose instances are stored: enumerating others runs the code of
    /// their provider.
    fn wmi_instances(&self, namespace: &str, class: &str) -> Result<Vec<WmiInstance>>;

    /// One instance by its path; `None` where it is not there.
    fn wmi_instance(&self, path: &WmiPath) -> Result<Option<WmiInstance>>;

    /// Every class definition of a namespace.
    fn wmi_classes(&self, namespace: &str) -> Result<Vec<WmiClassDefinition>>;

    /// One class definition; `None` where it is not there.
    fn wmi_class(&self, namespace: &str, class: &str) -> Result<Option<WmiClassDefinition>>;

    /// A registry key with its values and the names of its subkeys; `None` where it is not there.
    fn registry_key(&self, key: &Key) -> Result<Option<RegistryKey>>;

    /// The names of all services and drivers, sorted.
    fn services(&self) -> Result<Vec<String>>;

    /// The configuration of a service or driver; `None` where it is not there.
    fn service(&self, name: &str) -> Result<Option<ServiceConfig>>;

    /// The scheduled tasks that the scheduler knows, by its own interface.
    fn tasks(&self) -> Result<Vec<StoredTask>>;

    /// One scheduled task by its path; `None` where it is not there.
    fn task(&self, path: &str) -> Result<Option<StoredTask>>;

    /// The state of a file or folder, links not followed; `None` where it is not there.
    fn file(&self, path: &str) -> Result<Option<FileState>>;

    /// The bytes of a file's main stream, links not followed. Fails where it is longer than `limit`.
    fn read_file(&self, path: &str, limit: u64) -> Result<Vec<u8>>;

    /// The entries of a folder, sorted; links are entries, what is behind them is not.
    fn list(&self, path: &str) -> Result<Vec<DirectoryEntry>>;

    /// What Windows says of the signature of a file, catalogues included.
    fn signature(&self, path: &str) -> Result<Signature>;

    /// The local accounts.
    fn accounts(&self) -> Result<Vec<evidence::Account>>;

    /// Facts of a kind that have a place of their own in Windows: `firewall-rule`, `hotfix`, `bits-job`, `route`, `dns-server`, …
    fn settings(&self, kind: &str) -> Result<Vec<evidence::Setting>>;

    /// Writes an event log to a file, as Windows exports it.
    fn export_log(&self, channel: &str, to: &str) -> Result<()>;
}

/// The changing half. Each call checks again that it changes what it was meant for, and fails with [`Fault::Changed`] where it is another.
pub trait MachineMut: Machine {
    /// Deletes an instance.
    fn delete_wmi_instance(&mut self, path: &WmiPath) -> Result<()>;

    /// Puts an instance from its MOF text.
    fn put_wmi_instance(&mut self, namespace: &str, instance: &WmiInstance) -> Result<()>;

    /// Deletes a class with its subclasses and instances. The caller has made sure that there are none that should stay.
    fn delete_wmi_class(&mut self, namespace: &str, class: &str) -> Result<()>;

    /// Puts a class definition.
    fn put_wmi_class(&mut self, namespace: &str, class: &WmiClassDefinition) -> Result<()>;

    /// Writes a registry value; makes the key where it is not there.
    fn set_registry_value(&mut self, key: &Key, name: &str, data: &RegistryData) -> Result<()>;

    /// Deletes a registry value.
    fn delete_registry_value(&mut self, key: &Key, name: &str) -> Result<()>;

    /// Sets how a service starts (the `Start` value).
    fn set_service_start(&mut self, name: &str, start: u32) -> Result<()>;

    /// Sets the failure actions of a service, as the bytes of the `FailureActions` value; `None` clears them.
    fn set_service_failure_actions(&mut self, name: &str, actions: Option<&[u8]>) -> Result<()>;

    /// Asks a service to stop, and waits until it has, for a minute at most.
    fn stop_service(&mut self, name: &str) -> Result<()>;

    /// Deletes a service or driver.
    fn delete_service(&mut self, name: &str) -> Result<()>;

    /// Makes a service or driver. A password that it ran with cannot be given back.
    fn create_service(&mut self, config: &ServiceConfig) -> Result<()>;

    /// Switches a scheduled task on or off.
    fn set_task_enabled(&mut self, path: &str, enabled: bool) -> Result<()>;

    /// Deletes a scheduled task.
    fn delete_task(&mut self, path: &str) -> Result<()>;

    /// Registers a scheduled task. A password that it ran with cannot be given back.
    fn register_task(&mut self, task: &StoredTask) -> Result<()>;

    /// Stops all threads of a process.
    fn suspend_process(&mut self, process: &ProcessId) -> Result<()>;

    /// Lets them go on.
    fn resume_process(&mut self, process: &ProcessId) -> Result<()>;

    /// Ends a process and waits until it is gone, for ten seconds at most.
    fn end_process(&mut self, process: &ProcessId) -> Result<()>;

    /// Deletes a file by a handle on exactly this file, links not followed. Fails with [`Fault::InUse`] where somebody holds it.
    fn delete_file(&mut self, path: &str, identity: &FileIdentity) -> Result<()>;

    /// Has Windows delete the file at its next start.
    fn delete_file_at_restart(&mut self, path: &str, identity: &FileIdentity) -> Result<()>;

    /// Takes back [`MachineMut::delete_file_at_restart`] for this file; every other entry stays byte for byte.
    fn keep_file_at_restart(&mut self, path: &str) -> Result<()>;

    /// Puts a file back with its times, attributes, streams and security. Fails where something is there.
    fn restore_file(&mut self, path: &str, state: &FileState, bytes: &[u8]) -> Result<()>;

    /// Makes a folder that only administrators and the system can open; it may be there already where it is such a one and empty.
    fn create_private_directory(&mut self, path: &str) -> Result<()>;

    /// Writes a new file of ours and has it on the disk before it returns. Fails where something is there.
    fn write_new(&mut self, path: &str, bytes: &[u8]) -> Result<()>;

    /// Adds to a file of ours and has it on the disk before it returns.
    fn append(&mut self, path: &str, bytes: &[u8]) -> Result<()>;
}
