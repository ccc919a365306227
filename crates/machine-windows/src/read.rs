//! The reading half.

use crate::fault::Outcome;
use crate::{
    accounts, event_log, facts, file, hidden, network, process, registry, service, settings, signature,
    tasks, token, updates, wmi,
};
use evidence::{Account, Connection, Process, Setting};
use machine::{
    DirectoryEntry, Error, Facts, FileState, Key, Listed, Machine, ProcessId, RegistryKey, Result,
    ServiceConfig, Signature, StoredTask, WmiClassDefinition, WmiInstance, WmiPath,
};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;
use windows::Win32::Security::{SE_BACKUP_NAME, SE_DEBUG_NAME};
use windows::Win32::System::Threading::PROCESS_QUERY_INFORMATION;
use windows::Win32::System::Wmi::{IMofCompiler, IWbemServices};

/// The computer that the program runs on.
#[derive(Debug, Default)]
pub struct Windows {
    pub(crate) wmi: wmi::Wmi,
    /// Whether COM is ready for the scheduler and the firewall.
    pub(crate) scheduler: Cell<bool>,
}

impl Windows {
    /// The computer, with the rights to look at every process and into every file where the account has them: malware closes its own to
    /// administrators.
    pub fn new() -> Self {
        if let Ok(own) = token::Token::own() {
            for privilege in [SE_DEBUG_NAME, SE_BACKUP_NAME] {
                own.enable(privilege);
            }
        }
        Self::default()
    }

    /// The computer with another WMI: these namespaces by their names, and this compiler of MOF texts. For tests, in which both are objects
    /// of their own.
    pub fn with_wmi(services: BTreeMap<String, IWbemServices>, compiler: IMofCompiler) -> Self {
        Self { wmi: wmi::Wmi::given(services, compiler), ..Self::default() }
    }
}

/// The outcome with what was to be done to what.
pub(crate) fn told<T>(operation: &'static str, target: &str, outcome: Outcome<T>) -> Result<T> {
    outcome.map_err(|fault| Error::new(operation, target, fault))
}

impl Machine for Windows {
    fn facts(&self) -> Result<Facts> {
        told("read what the computer is", "", facts::read())
    }

    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }

    fn processes(&self) -> Result<Vec<Process>> {
        told("list the processes", "", process::list())
    }

    fn is_critical(&self, id: &ProcessId) -> Result<bool> {
        let critical = process::open_same(id, PROCESS_QUERY_INFORMATION)
            .and_then(|handle| process::is_critical(&handle));
        told("look at the process", &id.image_path, critical)
    }

    fn connections(&self) -> Result<Vec<Connection>> {
        told("list the connections", "", network::list())
    }

    fn wmi_namespaces(&self) -> Result<Listed<String>> {
        told("list the WMI namespaces", "", self.wmi.namespaces())
    }

    fn wmi_instances(&self, namespace: &str, class: &str) -> Result<Vec<WmiInstance>> {
        told("list the instances of the WMI class", class, self.wmi.instances(namespace, class))
    }

    fn wmi_own_instances(&self, namespace: &str, class: &str) -> Result<Vec<WmiInstance>> {
        told("list the instances of the WMI class", class, self.wmi.own_instances(namespace, class))
    }

    fn wmi_instance(&self, path: &WmiPath) -> Result<Option<WmiInstance>> {
        told("read the WMI object", &path.relative, self.wmi.instance(path))
    }

    fn wmi_classes(&self, namespace: &str) -> Result<Vec<WmiClassDefinition>> {
        told("list the WMI classes", namespace, self.wmi.classes(namespace))
    }

    fn wmi_class(&self, namespace: &str, class: &str) -> Result<Option<WmiClassDefinition>> {
        told("read the WMI class", class, self.wmi.class(namespace, class))
    }

    fn registry_key(&self, key: &Key) -> Result<Option<RegistryKey>> {
        told("read the registry key", &key.0, registry::read(key))
    }

    fn services(&self) -> Result<Vec<String>> {
        told("list the services", "", service::list())
    }

    fn is_service_hidden(&self, name: &str) -> Result<bool> {
        told("look at who may see the service", name, hidden::is_hidden(name))
    }

    fn service(&self, name: &str) -> Result<Option<ServiceConfig>> {
        told("read the service", name, service::read(name))
    }

    fn tasks(&self) -> Result<Listed<StoredTask>> {
        told("list the scheduled tasks", "", tasks::list(&self.scheduler))
    }

    fn task(&self, path: &str) -> Result<Option<StoredTask>> {
        told("read the scheduled task", path, tasks::read(&self.scheduler, path))
    }

    fn file(&self, path: &str) -> Result<Option<FileState>> {
        told("look at the file", path, file::state(path))
    }

    fn is_protected(&self, path: &str) -> Result<bool> {
        told("look at who may change the file", path, file::is_protected(path))
    }

    fn deleted_at_restart(&self) -> Result<Vec<String>> {
        told("read what is deleted at restart", "", file::deleted_at_restart())
    }

    fn read_file(&self, path: &str, limit: u64) -> Result<Vec<u8>> {
        told("read the file", path, file::read(path, limit))
    }

    fn list(&self, path: &str) -> Result<Vec<DirectoryEntry>> {
        told("list the folder", path, file::list(path))
    }

    fn signature(&self, path: &str) -> Result<Signature> {
        told("check the signature of the file", path, signature::read(path))
    }

    fn accounts(&self) -> Result<Listed<Account>> {
        told("list the accounts", "", accounts::list(filetime(self.now())))
    }

    fn settings(&self, kind: &str) -> Result<Listed<Setting>> {
        told("read the settings", kind, settings::read(kind, &self.scheduler))
    }

    fn scan_updates(&self, scan_file: &str) -> Result<Listed<Setting>> {
        told("search with the scan file", scan_file, updates::scan(scan_file))
    }

    fn export_log(&self, channel: &str, to: &str) -> Result<()> {
        told("export the event log", channel, event_log::export(channel, to))
    }
}

/// A time in 100 ns since 1601-01-01.
fn filetime(time: jiff::Timestamp) -> u64 {
    const FROM_1601_TO_1970: i64 = 11_644_473_600_000_000;
    let microseconds = time.as_microsecond().saturating_add(FROM_1601_TO_1970);
    u64::try_from(microseconds).unwrap_or_default().saturating_mul(10)
}
