//! Everything that touches a computer, as one trait in two halves.
//!
//! [`Machine`] reads, [`MachineMut`] changes. There are two implementations: Windows (`machine-windows`) and [`memory::Memory`], a
//! computer made of maps on which every call can be made to fail. Nothing else in Deminer opens a registry key, a service or a process;
//! only `collect` is handed a [`Machine`], and only `remediate` a [`MachineMut`].
//!
//! Every call names one thing and either does it whole or fails with an [`Error`] that says what was refused. A call that destroys
//! something is told what it must still be (`expected`, or an identity), looks at it again right before, and fails with
//! [`Fault::Changed`] where it is another. Nothing here judges, plans or backs up.
//!
//! Paths are absolute, with a drive letter. Where a folder on the way is a link (a junction, a symbolic link, any reparse point that
//! stands for another place), file calls fail with [`Fault::Link`]; they never go through it.
#![forbid(unsafe_code)]
#![expect(clippy::missing_errors_doc, reason = "every call can fail for every reason that `Fault` lists")]

mod error;
pub mod facts;
mod hosts;
pub mod memory;
pub mod objects;

pub use error::{Error, Fault, Result};
pub use facts::{Architecture, Facts, Signature};
pub use hosts::{HOSTS_FOLDER, PARAMETERS_OF_TCPIP, hosts_folder};
pub use objects::{
    DirectoryEntry, FileIdentity, FileState, Key, Listed, ProcessId, RegistryData, RegistryKey,
    RegistryValue, ServiceConfig, StoredTask, Stream, WmiClassDefinition, WmiInstance, WmiPath,
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

    /// Every namespace below `root`, `root` included, in canonical spelling, sorted. One of which the namespaces in it cannot be read does not
    /// hide the others.
    fn wmi_namespaces(&self) -> Result<Listed<String>>;

    /// The instances of a class and its subclasses. Call it only for classes whose instances are stored: enumerating others runs the code of
    /// their provider.
    fn wmi_instances(&self, namespace: &str, class: &str) -> Result<Vec<WmiInstance>>;

    /// The instances of a class alone, not of its subclasses: what stands behind those is not asked. The same holds of the class itself as for
    /// [`Machine::wmi_instances`].
    fn wmi_own_instances(&self, namespace: &str, class: &str) -> Result<Vec<WmiInstance>>;

    /// One instance by its path; `None` where it is not there.
    fn wmi_instance(&self, path: &WmiPath) -> Result<Option<WmiInstance>>;

    /// Every class definition of a namespace; their instances are not counted. Fails where the classes come from a provider that is not
    /// known to be Windows' own, whose code would run.
    fn wmi_classes(&self, namespace: &str) -> Result<Vec<WmiClassDefinition>>;

    /// One class definition; `None` where it is not there.
    fn wmi_class(&self, namespace: &str, class: &str) -> Result<Option<WmiClassDefinition>>;

    /// A registry key with its values and the names of its subkeys; `None` where it is not there.
    fn registry_key(&self, key: &Key) -> Result<Option<RegistryKey>>;

    /// The names of all services and drivers, sorted.
    fn services(&self) -> Result<Vec<String>>;

    /// Whether the service manager knows the service and denies even the sight of it: its security descriptor hides it from the listing.
    fn is_service_hidden(&self, name: &str) -> Result<bool>;

    /// The configuration of a service or driver; `None` where it is not there.
    fn service(&self, name: &str) -> Result<Option<ServiceConfig>>;

    /// The scheduled tasks that the scheduler knows, by its own interface. A folder or task that cannot be read does not hide the others.
    fn tasks(&self) -> Result<Listed<StoredTask>>;

    /// One scheduled task by its path; `None` where it is not there. Fails with [`Fault::Hidden`] where the scheduler does not show it and its
    /// key in the registry or its file is there.
    fn task(&self, path: &str) -> Result<Option<StoredTask>>;

    /// The state of a file or folder, links not followed; `None` where it is not there.
    fn file(&self, path: &str) -> Result<Option<FileState>>;

    /// Whether nobody but administrators, the system and Windows' own installer can change the file or folder, or put another in its
    /// place by changing one of the folders above it.
    fn is_protected(&self, path: &str) -> Result<bool>;

    /// The files that Windows will delete at its next start, as paths, in the order in which it will.
    fn deleted_at_restart(&self) -> Result<Vec<String>>;

    /// The bytes of a file's main stream, links not followed. Fails where it is longer than `limit`.
    fn read_file(&self, path: &str, limit: u64) -> Result<Vec<u8>>;

    /// The entries of a folder, sorted; links are entries, what is behind them is not.
    fn list(&self, path: &str) -> Result<Vec<DirectoryEntry>>;

    /// What Windows says of the signature of a file, catalogues included.
    fn signature(&self, path: &str) -> Result<Signature>;

    /// The local accounts.
    fn accounts(&self) -> Result<Listed<evidence::Account>>;

    /// Facts of a kind that have a place of their own in Windows: `firewall-rule`, `package`, `route`, `dns-server`, `account-policy`, …
    /// (`docs/contracts.md` and `docs/formats.md` list them).
    fn settings(&self, kind: &str) -> Result<Listed<evidence::Setting>>;

    /// What Windows Update finds missing by a scan file of Microsoft's (`wsusscn2.cab`) at this path, as settings of the kind `missing-update`, and one of the kind
    /// `update-scan` with the day on which the file was issued where it says so.
    /// Windows Update takes the file as one of its services for the time of the search and no longer. It can take many minutes.
    fn scan_updates(&self, scan_file: &str) -> Result<Listed<evidence::Setting>>;

    /// Writes an event log to a file, as Windows exports it.
    fn export_log(&self, channel: &str, to: &str) -> Result<()>;
}

/// The changing half.
pub trait MachineMut: Machine {
    /// Deletes an instance that is still `expected` (every property, and its path).
    fn delete_wmi_instance(&mut self, expected: &WmiInstance) -> Result<()>;

    /// Creates an instance from its properties. Fails with [`Fault::Exists`] where one with its path is there. WMI itself sets `CreatorSID`
    /// to the account that calls.
    fn put_wmi_instance(&mut self, instance: &WmiInstance) -> Result<()>;

    /// Deletes a class that is still `expected`. Fails with [`Fault::InUse`] where it has subclasses or stored instances: WMI would take
    /// them along.
    fn delete_wmi_class(&mut self, expected: &WmiClassDefinition) -> Result<()>;

    /// Creates a class from its MOF text. Fails with [`Fault::Exists`] where one with its name is there.
    fn put_wmi_class(&mut self, class: &WmiClassDefinition) -> Result<()>;

    /// Writes a registry value that is still `expected` (`None`: not there). Makes the key where it is not there.
    fn set_registry_value(
        &mut self,
        key: &Key,
        name: &str,
        expected: Option<&RegistryData>,
        data: &RegistryData,
    ) -> Result<()>;

    /// Deletes a registry value that is still `expected`.
    fn delete_registry_value(&mut self, key: &Key, name: &str, expected: &RegistryData) -> Result<()>;

    /// Sets how a service starts (the `Start` value).
    fn set_service_start(&mut self, name: &str, start: u32) -> Result<()>;

    /// Sets the services and drivers that a service depends on, where they are still `expected`. The groups that it depends on stay.
    fn set_service_dependencies(
        &mut self,
        name: &str,
        expected: &[String],
        depends_on: &[String],
    ) -> Result<()>;

    /// Sets the failure actions of a service, as the bytes of the `FailureActions` value, and the command that they run; `None` clears them.
    fn set_service_failure_actions(
        &mut self,
        name: &str,
        actions: Option<&[u8]>,
        command: Option<&str>,
    ) -> Result<()>;

    /// Asks a service to stop, and waits until it has, for a minute at most.
    fn stop_service(&mut self, name: &str) -> Result<()>;

    /// Deletes a service or driver that is still `expected`, but for whether it runs.
    fn delete_service(&mut self, expected: &ServiceConfig) -> Result<()>;

    /// Makes a service or driver. Fails with [`Fault::Exists`] where one of its name is there. A password that it ran with cannot be given
    /// back.
    fn create_service(&mut self, config: &ServiceConfig) -> Result<()>;

    /// Switches a scheduled task on or off.
    fn set_task_enabled(&mut self, path: &str, enabled: bool) -> Result<()>;

    /// Deletes a scheduled task that is still `expected`.
    fn delete_task(&mut self, expected: &StoredTask) -> Result<()>;

    /// Registers a scheduled task. Fails with [`Fault::Exists`] where one with its path is there. A password that it ran with cannot be
    /// given back.
    fn register_task(&mut self, task: &StoredTask) -> Result<()>;

    /// Stops all threads of a process.
    fn suspend_process(&mut self, process: &ProcessId) -> Result<()>;

    /// Lets them go on.
    fn resume_process(&mut self, process: &ProcessId) -> Result<()>;

    /// Ends a process and waits until it is gone, for ten seconds at most. Fails with [`Fault::Changed`] where the id is another process by
    /// now, and never ends one that would take Windows down with it.
    fn end_process(&mut self, process: &ProcessId) -> Result<()>;

    /// Deletes a file by a handle on exactly this file. Fails with [`Fault::InUse`] where somebody holds it, and with [`Fault::Link`] where
    /// it is a link.
    fn delete_file(&mut self, path: &str, identity: &FileIdentity) -> Result<()>;

    /// Has Windows delete exactly this file at its next start. What else is to be done then stays byte for byte.
    fn delete_at_restart(&mut self, path: &str, identity: &FileIdentity) -> Result<()>;

    /// Takes back [`MachineMut::delete_at_restart`] for this file; every other entry stays byte for byte.
    fn keep_at_restart(&mut self, path: &str) -> Result<()>;

    /// Puts a file back with its bytes, times, attributes, streams and security, all of it or nothing: whenever the power is cut, at the path
    /// there is the whole file or none. Fails with [`Fault::Exists`] where something is there.
    fn restore_file(&mut self, path: &str, state: &FileState, bytes: &[u8]) -> Result<()>;

    /// Replaces the bytes of exactly this file, all or none of them, whenever the power is cut; its attributes, streams and security stay.
    fn replace_file(&mut self, path: &str, identity: &FileIdentity, bytes: &[u8]) -> Result<()>;

    /// Deletes a setting that is still `expected`. Fails with [`Fault::Unsupported`] for kinds that cannot be changed one by one.
    fn delete_setting(&mut self, expected: &evidence::Setting) -> Result<()>;

    /// Makes a setting. Fails with [`Fault::Exists`] where one of its kind and name is there.
    fn put_setting(&mut self, setting: &evidence::Setting) -> Result<()>;

    /// Has Windows install an update package that has this SHA-256 (lower-case hex) and is signed by Microsoft; nobody can change it meanwhile. Windows
    /// may finish at its next start. Fails with [`Fault::Exists`] where the update is there.
    fn install_update(&mut self, package: &str, sha256: &str) -> Result<()>;

    /// Has Windows take an update out by its number; it may finish at its next start. Fails with [`Fault::NotFound`] where it is not there.
    fn remove_update(&mut self, number: u32) -> Result<()>;

    /// Makes a folder that only administrators and the system can open, inside one that is there. Fails with [`Fault::Exists`] where
    /// something is there.
    fn create_private_directory(&mut self, path: &str) -> Result<()>;

    /// Deletes an empty folder of ours. Fails with [`Fault::InUse`] where something is in it, and with [`Fault::Link`] where it is a link.
    fn delete_directory(&mut self, path: &str) -> Result<()>;

    /// Writes a new file of ours and has it on the disk before it returns. Fails with [`Fault::Exists`] where something is there.
    fn write_new(&mut self, path: &str, bytes: &[u8]) -> Result<()>;

    /// Adds to a file of ours and has it on the disk before it returns.
    fn append(&mut self, path: &str, bytes: &[u8]) -> Result<()>;
}
