//! The reading half of a computer in memory.

use super::state::folders_above;
use super::{Memory, Namespace, State};
use crate::{
    DirectoryEntry, Facts, Fault, FileState, Key, Listed, Machine, ProcessId, RegistryKey, Result,
    ServiceConfig, Signature, StoredTask, WmiClassDefinition, WmiInstance, WmiPath,
};
use evidence::wmi::canonical_namespace;
use evidence::{Account, Connection, ObjectPath, Process, Setting};
use std::time::Duration;

impl Machine for Memory {
    fn facts(&self) -> Result<Facts> {
        self.call("facts", "read what the computer is", "", |state, _| Ok(state.facts.clone()))
    }

    fn now(&self) -> jiff::Timestamp {
        self.state().clock
    }

    fn sleep(&self, time: Duration) {
        self.state_mut().advance(time);
    }

    fn processes(&self) -> Result<Vec<Process>> {
        self.call("processes", "list the processes", "", |state, _| {
            Ok(state.processes.values().map(|known| known.process.clone()).collect())
        })
    }

    fn is_critical(&self, process: &ProcessId) -> Result<bool> {
        self.call("is_critical", "look at the process", &process.image_path, |state, _| {
            Ok(state.same_process(process)?.critical)
        })
    }

    fn connections(&self) -> Result<Vec<Connection>> {
        self.call("connections", "list the connections", "", |state, _| Ok(state.connections.clone()))
    }

    fn wmi_namespaces(&self) -> Result<Listed<String>> {
        self.call("wmi_namespaces", "list the WMI namespaces", "", |state, _| {
            if state.namespaces.is_empty() {
                Err(Fault::Unsupported)
            } else {
                let found = state.namespaces.keys().cloned().collect();
                Ok(Listed { found, missed: state.missed_namespaces.clone() })
            }
        })
    }

    fn wmi_instances(&self, namespace: &str, class: &str) -> Result<Vec<WmiInstance>> {
        self.call("wmi_instances", "list the instances of the WMI class", class, |state, _| {
            let space = state.space(namespace)?;
            if space.definition(class).is_none() {
                return Err(Fault::NotFound);
            }
            Ok(space.instances.values().filter(|i| space.derives(&i.object.class, class)).cloned().collect())
        })
    }

    fn wmi_own_instances(&self, namespace: &str, class: &str) -> Result<Vec<WmiInstance>> {
        self.call("wmi_own_instances", "list the instances of the WMI class", class, |state, _| {
            let space = state.space(namespace)?;
            if space.definition(class).is_none() {
                return Err(Fault::NotFound);
            }
            Ok(space.instances.values().filter(|i| i.object.is_class(class)).cloned().collect())
        })
    }

    fn wmi_instance(&self, path: &WmiPath) -> Result<Option<WmiInstance>> {
        self.call("wmi_instance", "read the WMI object", &path.relative, |state, _| {
            Ok(state.space(&path.namespace)?.instances.get(&canonical(&path.relative)?).cloned())
        })
    }

    fn wmi_classes(&self, namespace: &str) -> Result<Vec<WmiClassDefinition>> {
        self.call("wmi_classes", "list the WMI classes", namespace, |state, _| {
            let space = state.space(namespace)?;
            let all = space.classes.keys().filter_map(|name| space.definition(name));
            Ok(all.map(|class| WmiClassDefinition { instances: None, ..class }).collect())
        })
    }

    fn wmi_class(&self, namespace: &str, class: &str) -> Result<Option<WmiClassDefinition>> {
        self.call("wmi_class", "read the WMI class", class, |state, _| {
            Ok(state.space(namespace)?.definition(class))
        })
    }

    fn registry_key(&self, key: &Key) -> Result<Option<RegistryKey>> {
        self.call("registry_key", "read the registry key", &key.0, |state, _| {
            let below = format!("{}\\", key.0.to_lowercase());
            let Some(node) = state.registry.get(&key.0.to_lowercase()) else { return Ok(None) };
            let is_child =
                |path: &&String| path.strip_prefix(&below).is_some_and(|rest| !rest.contains('\\'));
            let children =
                state.registry.iter().filter(|(path, _)| is_child(path)).map(|(_, child)| &child.path);
            Ok(Some(RegistryKey {
                values: node.values.values().cloned().collect(),
                subkeys: children.filter_map(|path| path.rsplit('\\').next()).map(str::to_owned).collect(),
                security: node.security.clone(),
                written: None,
            }))
        })
    }

    fn services(&self) -> Result<Vec<String>> {
        self.call("services", "list the services", "", |state, _| {
            let shown = state.services.iter().filter(|(name, _)| !state.hidden_services.contains(*name));
            Ok(shown.map(|(_, config)| config.service.name.clone()).collect())
        })
    }

    fn is_service_hidden(&self, name: &str) -> Result<bool> {
        self.call("is_service_hidden", "look at who may see the service", name, |state, _| {
            Ok(state.hidden_services.contains(&name.to_lowercase()))
        })
    }

    fn service(&self, name: &str) -> Result<Option<ServiceConfig>> {
        self.call("service", "read the service", name, |state, _| {
            Ok(state.services.get(&name.to_lowercase()).cloned())
        })
    }

    fn tasks(&self) -> Result<Listed<StoredTask>> {
        self.call("tasks", "list the scheduled tasks", "", |state, _| {
            Ok(Listed { found: state.tasks.values().cloned().collect(), missed: state.missed_tasks.clone() })
        })
    }

    fn task(&self, path: &str) -> Result<Option<StoredTask>> {
        self.call("task", "read the scheduled task", path, |state, _| {
            let found = state.tasks.get(&path.to_lowercase()).cloned();
            if found.is_none()
                && let Some(at) = state.hidden_task(path)
            {
                return Err(Fault::Hidden { at });
            }
            Ok(found)
        })
    }

    fn file(&self, path: &str) -> Result<Option<FileState>> {
        self.call("file", "look at the file", path, |state, _| {
            state.no_link_above(path)?;
            Ok(state.files.get(&path.to_lowercase()).map(|node| node.state.clone()))
        })
    }

    fn is_protected(&self, path: &str) -> Result<bool> {
        self.call("is_protected", "look at who may change the file", path, |state, _| {
            state.no_link_above(path)?;
            let own = state.files.get(&path.to_lowercase()).ok_or(Fault::NotFound)?;
            let above = folders_above(path);
            let mut above = above.iter().filter_map(|folder| state.files.get(&folder.to_lowercase()));
            Ok(own.protected && above.all(|folder| folder.protected))
        })
    }

    fn deleted_at_restart(&self) -> Result<Vec<String>> {
        self.call("deleted_at_restart", "read what is deleted at restart", "", |state, _| {
            Ok(state.deleted_at_restart.clone())
        })
    }

    fn read_file(&self, path: &str, limit: u64) -> Result<Vec<u8>> {
        self.call("read_file", "read the file", path, |state, _| {
            state.no_link_above(path)?;
            let node = state.files.get(&path.to_lowercase()).ok_or(Fault::NotFound)?;
            match node {
                node if node.state.is_link => Err(Fault::Link { at: node.path.clone() }),
                node if node.bytes.len() as u64 > limit => Err(Fault::TooLarge { limit }),
                node => Ok(node.bytes.clone()),
            }
        })
    }

    fn list(&self, path: &str) -> Result<Vec<DirectoryEntry>> {
        self.call("list", "list the folder", path, |state, _| {
            state.no_link_above(path)?;
            let folder = state.files.get(&path.to_lowercase()).ok_or(Fault::NotFound)?;
            if folder.state.is_link {
                return Err(Fault::Link { at: folder.path.clone() });
            }
            let below = format!("{}\\", path.to_lowercase());
            let children = state.files.iter().filter_map(|(key, node)| {
                let rest = key.strip_prefix(&below)?;
                (!rest.contains('\\')).then_some(node)
            });
            Ok(children
                .map(|node| DirectoryEntry {
                    name: node.path.rsplit('\\').next().unwrap_or_default().to_owned(),
                    is_directory: node.state.is_directory,
                    is_link: node.state.is_link,
                })
                .collect())
        })
    }

    fn signature(&self, path: &str) -> Result<Signature> {
        self.call("signature", "check the signature of the file", path, |state, _| {
            state.no_link_above(path)?;
            let node = state.files.get(&path.to_lowercase()).ok_or(Fault::NotFound)?;
            Ok(node.signature.clone())
        })
    }

    fn accounts(&self) -> Result<Listed<Account>> {
        self.call("accounts", "list the accounts", "", |state, _| Ok(state.accounts.clone().into()))
    }

    fn settings(&self, kind: &str) -> Result<Listed<Setting>> {
        self.call("settings", "read the settings", kind, |state, _| {
            let found = state.settings.values().filter(|setting| setting.kind == kind).cloned().collect();
            Ok(Listed { found, missed: state.missed_settings.get(kind).cloned().unwrap_or_default() })
        })
    }

    fn scan_updates(&self, scan_file: &str) -> Result<Listed<Setting>> {
        self.call("scan_updates", "search with the scan file", scan_file, |state, _| {
            state.scan_files.get(&scan_file.to_lowercase()).cloned().map(Listed::from).ok_or(Fault::NotFound)
        })
    }

    fn export_log(&self, channel: &str, to: &str) -> Result<()> {
        self.call("export_log", "export the event log", channel, |state, _| {
            if state.logs.is_empty() {
                return Err(Fault::Unsupported);
            }
            let log = state.logs.get(&channel.to_lowercase()).cloned().ok_or(Fault::NotFound)?;
            state.add_file(to, &log);
            Ok(())
        })
    }
}

impl State {
    pub(super) fn space(&self, namespace: &str) -> std::result::Result<&Namespace, Fault> {
        self.namespaces.get(&canonical_namespace(namespace)).ok_or(Fault::Unsupported)
    }

    /// Where a task shows that the scheduler does not.
    fn hidden_task(&self, path: &str) -> Option<String> {
        let key = StoredTask::key(path);
        if self.registry_value(&key, "Id").is_some() {
            return Some(key.0);
        }
        let file = StoredTask::file(&self.facts.windows, path);
        let node = self.files.get(&file.to_lowercase())?;
        (!node.state.is_directory).then_some(file)
    }

    /// The process, where the id is still this one.
    pub(super) fn same_process(&self, id: &ProcessId) -> std::result::Result<&super::MemoryProcess, Fault> {
        let known = self.processes.get(&id.pid).ok_or(Fault::NotFound)?;
        let path = known.process.image_path.as_deref().unwrap_or_default();
        let same = known.process.created == Some(id.created) && path.eq_ignore_ascii_case(&id.image_path);
        if same { Ok(known) } else { Err(Fault::Changed) }
    }

    /// Refuses paths that go through a link.
    pub(super) fn no_link_above(&self, path: &str) -> std::result::Result<(), Fault> {
        for folder in folders_above(path) {
            if self.files.get(&folder.to_lowercase()).is_some_and(|node| node.state.is_link) {
                return Err(Fault::Link { at: folder });
            }
        }
        Ok(())
    }
}

/// The relative path as it is compared.
pub(super) fn canonical(relative: &str) -> std::result::Result<String, Fault> {
    ObjectPath::parse(relative).map(|path| path.canonical_relative()).map_err(|_| Fault::NotFound)
}
