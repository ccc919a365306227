//! The changing half of a computer in memory.

use super::read::canonical;
use super::{Extent, FileNode, Memory, RegistryNode, State};
use crate::{
    Fault, FileIdentity, FileState, Key, MachineMut, ProcessId, RegistryData, RegistryValue, Result,
    ServiceConfig, StoredTask, WmiClassDefinition, WmiInstance,
};
use evidence::wmi::canonical_namespace;
use evidence::{Property, PropertyName, Setting, Value};
use std::collections::btree_map::Entry;

type Outcome = std::result::Result<(), Fault>;

impl MachineMut for Memory {
    fn delete_wmi_instance(&mut self, expected: &WmiInstance) -> Result<()> {
        self.call("delete_wmi_instance", "delete the WMI object", &expected.path.relative, |state, _| {
            let space = state.space_mut(&expected.path.namespace)?;
            remove_same(&mut space.instances, &canonical(&expected.path.relative)?, |known| {
                known == expected
            })?;
            if let Some(namespace) = namespace_of(expected) {
                state.namespaces.remove(&namespace);
            }
            Ok(())
        })
    }

    fn put_wmi_instance(&mut self, instance: &WmiInstance) -> Result<()> {
        self.call("put_wmi_instance", "create the WMI object", &instance.path.relative, |state, _| {
            let namespace = canonical_namespace(&instance.path.namespace);
            let mut made = instance.clone();
            made.object.properties.iter_mut().for_each(|property| typed(&mut property.value));
            if state.has_creator(&namespace, &instance.object.class)
                && let Some(creator) = state.creator_sid.clone()
            {
                let name = PropertyName::known("CreatorSID");
                match made.object.properties.iter_mut().find(|property| property.name == name) {
                    Some(property) => property.value = creator,
                    None => made.object.properties.push(Property {
                        name,
                        value: creator,
                        state: evidence::State::Known,
                    }),
                }
            }
            let space = state.space_mut(&namespace)?;
            if !space.classes.contains_key(&made.object.class.to_lowercase()) {
                return Err(Fault::NotFound);
            }
            add(&mut space.instances, canonical(&instance.path.relative)?, made)?;
            if let Some(made) = namespace_of(instance) {
                // WMI gives a new namespace the classes of the system.
                let system = |(name, _): &(&String, &WmiClassDefinition)| name.starts_with("__");
                let classes = state.space(&namespace)?.classes.iter().filter(system);
                let classes = classes.map(|(name, class)| {
                    (name.clone(), WmiClassDefinition { namespace: made.clone(), ..class.clone() })
                });
                let space = super::Namespace { classes: classes.collect(), ..super::Namespace::default() };
                state.namespaces.insert(made, space);
            }
            Ok(())
        })
    }

    fn delete_wmi_class(&mut self, expected: &WmiClassDefinition) -> Result<()> {
        self.call("delete_wmi_class", "delete the WMI class", &expected.class.name, |state, _| {
            let space = state.space_mut(&expected.namespace)?;
            let known = space.definition(&expected.class.name).ok_or(Fault::NotFound)?;
            if !known.subclasses.is_empty() || known.instances != Some(0) {
                return Err(Fault::InUse);
            }
            if known != *expected {
                return Err(Fault::Changed);
            }
            space.classes.remove(&expected.class.name.to_lowercase());
            Ok(())
        })
    }

    fn put_wmi_class(&mut self, class: &WmiClassDefinition) -> Result<()> {
        self.call("put_wmi_class", "create the WMI class", &class.class.name, |state, _| {
            let space = state.space_mut(&class.namespace)?;
            add(&mut space.classes, class.class.name.to_lowercase(), class.clone())
        })
    }

    fn set_registry_value(
        &mut self,
        key: &Key,
        name: &str,
        expected: Option<&RegistryData>,
        data: &RegistryData,
    ) -> Result<()> {
        self.call(
            "set_registry_value",
            "write the registry value",
            &format!("{}\\{name}", key.0),
            |state, _| {
                if state.registry_value(key, name) != expected {
                    return Err(Fault::Changed);
                }
                let node = state
                    .registry
                    .entry(key.0.to_lowercase())
                    .or_insert_with(|| RegistryNode { path: key.0.clone(), ..RegistryNode::default() });
                match node.values.entry(name.to_lowercase()) {
                    Entry::Occupied(mut known) => known.get_mut().data = data.clone(),
                    Entry::Vacant(place) => {
                        place.insert(RegistryValue { name: name.to_owned(), data: data.clone() });
                    }
                }
                Ok(())
            },
        )
    }

    fn delete_registry_value(&mut self, key: &Key, name: &str, expected: &RegistryData) -> Result<()> {
        self.call(
            "delete_registry_value",
            "delete the registry value",
            &format!("{}\\{name}", key.0),
            |state, _| {
                let node = state.registry.get_mut(&key.0.to_lowercase()).ok_or(Fault::NotFound)?;
                remove_same(&mut node.values, &name.to_lowercase(), |known| known.data == *expected)
            },
        )
    }

    fn set_service_start(&mut self, name: &str, start: u32) -> Result<()> {
        self.call("set_service_start", "set how the service starts", name, |state, _| {
            state.service_mut(name)?.service.start = Some(start);
            Ok(())
        })
    }

    fn set_service_dependencies(
        &mut self,
        name: &str,
        expected: &[String],
        depends_on: &[String],
    ) -> Result<()> {
        self.call("set_service_dependencies", "set what the service depends on", name, |state, _| {
            let known = state.service_mut(name)?;
            if known.depends_on != expected {
                return Err(Fault::Changed);
            }
            known.depends_on = depends_on.to_vec();
            Ok(())
        })
    }

    fn set_service_failure_actions(
        &mut self,
        name: &str,
        actions: Option<&[u8]>,
        command: Option<&str>,
    ) -> Result<()> {
        self.call(
            "set_service_failure_actions",
            "set the failure actions of the service",
            name,
            |state, _| {
                let known = state.service_mut(name)?;
                known.failure_actions = actions.map(<[u8]>::to_vec);
                known.service.failure_command = command.map(str::to_owned);
                Ok(())
            },
        )
    }

    fn stop_service(&mut self, name: &str) -> Result<()> {
        self.call("stop_service", "stop the service", name, |state, _| {
            state.service_mut(name)?.service.running = Some(false);
            Ok(())
        })
    }

    fn delete_service(&mut self, expected: &ServiceConfig) -> Result<()> {
        self.call("delete_service", "delete the service", &expected.service.name, |state, _| {
            remove_same(&mut state.services, &expected.service.name.to_lowercase(), |known| {
                let mut known = known.clone();
                known.service.running = expected.service.running;
                known == *expected
            })
        })
    }

    fn create_service(&mut self, config: &ServiceConfig) -> Result<()> {
        self.call("create_service", "create the service", &config.service.name, |state, _| {
            let mut made = config.clone();
            made.service.running = Some(false);
            add(&mut state.services, config.service.name.to_lowercase(), made)
        })
    }

    fn set_task_enabled(&mut self, path: &str, enabled: bool) -> Result<()> {
        self.call("set_task_enabled", "switch the scheduled task", path, |state, _| {
            state.tasks.get_mut(&path.to_lowercase()).ok_or(Fault::NotFound)?.enabled = enabled;
            Ok(())
        })
    }

    fn delete_task(&mut self, expected: &StoredTask) -> Result<()> {
        self.call("delete_task", "delete the scheduled task", &expected.path, |state, _| {
            remove_same(&mut state.tasks, &expected.path.to_lowercase(), |known| known == expected)
        })
    }

    fn register_task(&mut self, task: &StoredTask) -> Result<()> {
        self.call("register_task", "register the scheduled task", &task.path, |state, _| {
            add(&mut state.tasks, task.path.to_lowercase(), task.clone())
        })
    }

    fn suspend_process(&mut self, process: &ProcessId) -> Result<()> {
        self.call("suspend_process", "suspend the process", &process.image_path, |state, _| {
            let known = state.process_mut(process)?;
            if known.critical {
                return Err(Fault::InUse);
            }
            known.suspended = true;
            Ok(())
        })
    }

    fn resume_process(&mut self, process: &ProcessId) -> Result<()> {
        self.call("resume_process", "resume the process", &process.image_path, |state, _| {
            state.process_mut(process)?.suspended = false;
            Ok(())
        })
    }

    fn end_process(&mut self, process: &ProcessId) -> Result<()> {
        self.call("end_process", "end the process", &process.image_path, |state, _| {
            if state.process_mut(process)?.critical {
                return Err(Fault::InUse);
            }
            state.processes.remove(&process.pid);
            Ok(())
        })
    }

    fn delete_file(&mut self, path: &str, identity: &FileIdentity) -> Result<()> {
        self.call("delete_file", "delete the file", path, |state, _| {
            if state.same_file(path, identity)?.held {
                return Err(Fault::InUse);
            }
            state.files.remove(&path.to_lowercase());
            Ok(())
        })
    }

    fn delete_at_restart(&mut self, path: &str, identity: &FileIdentity) -> Result<()> {
        self.call("delete_at_restart", "have the file deleted at restart", path, |state, _| {
            state.same_file(path, identity)?;
            state.deleted_at_restart.push(path.to_owned());
            Ok(())
        })
    }

    fn keep_at_restart(&mut self, path: &str) -> Result<()> {
        self.call("keep_at_restart", "have the file kept at restart", path, |state, _| {
            let before = state.deleted_at_restart.len();
            state.deleted_at_restart.retain(|known| !known.eq_ignore_ascii_case(path));
            if state.deleted_at_restart.len() == before { Err(Fault::NotFound) } else { Ok(()) }
        })
    }

    fn restore_file(&mut self, path: &str, state: &FileState, bytes: &[u8]) -> Result<()> {
        self.call("restore_file", "put the file back", path, |machine, _| {
            machine.room_for(path)?;
            machine.last_index += 1;
            let mut restored = state.clone();
            restored.identity.volume_and_index = (1, machine.last_index);
            let node = FileNode {
                path: path.to_owned(),
                state: restored,
                bytes: bytes.to_vec(),
                signature: crate::Signature::Unsigned,
                held: false,
                protected: !path.to_lowercase().starts_with(r"c:\users\"),
            };
            machine.files.insert(path.to_lowercase(), node);
            Ok(())
        })
    }

    fn replace_file(&mut self, path: &str, identity: &FileIdentity, bytes: &[u8]) -> Result<()> {
        self.call("replace_file", "replace the file", path, |state, _| {
            state.same_file(path, identity)?;
            let node = state.files.get_mut(&path.to_lowercase()).ok_or(Fault::NotFound)?;
            node.bytes = bytes.to_vec();
            node.state.identity.size = bytes.len() as u64;
            Ok(())
        })
    }

    fn delete_setting(&mut self, expected: &Setting) -> Result<()> {
        self.call("delete_setting", "delete the setting", &expected.name, |state, _| {
            let key = (expected.kind.clone(), expected.name.to_lowercase());
            let known = state.settings.get(&key).ok_or(Fault::NotFound)?;
            if known != expected {
                return Err(Fault::Changed);
            }
            state.settings.remove(&key);
            Ok(())
        })
    }

    fn put_setting(&mut self, setting: &Setting) -> Result<()> {
        self.call("put_setting", "make the setting", &setting.name, |state, _| {
            add(&mut state.settings, (setting.kind.clone(), setting.name.to_lowercase()), setting.clone())
        })
    }

    fn install_update(&mut self, package: &str, _sha256: &str) -> Result<()> {
        self.call("install_update", "install the update", package, |state, _| {
            let file = state.files.get(&package.to_lowercase()).ok_or(Fault::NotFound)?;
            if !matches!(file.signature, crate::Signature::Valid { windows: true, .. }) {
                return Err(Fault::Changed);
            }
            let (_, named) = package.split_once("-kb").ok_or(Fault::Unsupported)?;
            let number: String = named.chars().take_while(char::is_ascii_digit).collect();
            let name = update_name(&number);
            let (kind, value) = (PACKAGE.to_owned(), "96".to_owned());
            let setting = Setting { kind: kind.clone(), name: name.clone(), value, ..Setting::default() };
            add(&mut state.settings, (kind, name.to_lowercase()), setting)
        })
    }

    fn remove_update(&mut self, number: u32) -> Result<()> {
        self.call("remove_update", "take the update out", &number.to_string(), |state, _| {
            let key = (PACKAGE.to_owned(), update_name(&number.to_string()).to_lowercase());
            match state.settings.get_mut(&key) {
                None => return Err(Fault::NotFound),
                // What is installed goes at the next start.
                Some(package) if package.value == "112" => "5".clone_into(&mut package.value),
                Some(_) => {
                    state.settings.remove(&key);
                }
            }
            Ok(())
        })
    }

    fn create_private_directory(&mut self, path: &str) -> Result<()> {
        self.call("create_private_directory", "make the folder", path, |state, _| {
            state.room_for(path)?;
            let node = state.add_folder(path);
            node.protected = true;
            Ok(())
        })
    }

    fn delete_directory(&mut self, path: &str) -> Result<()> {
        self.call("delete_directory", "delete the folder", path, |state, _| {
            state.no_link_above(path)?;
            let below = format!("{}\\", path.to_lowercase());
            match state.files.get(&path.to_lowercase()) {
                None => return Err(Fault::NotFound),
                Some(node) if node.state.is_link => return Err(Fault::Link { at: path.to_owned() }),
                Some(node) if !node.state.is_directory => return Err(Fault::Changed),
                Some(_) if state.files.keys().any(|key| key.starts_with(&below)) => return Err(Fault::InUse),
                Some(_) => {}
            }
            state.files.remove(&path.to_lowercase());
            Ok(())
        })
    }

    fn write_new(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        self.call("write_new", "write the file", path, |state, extent| {
            state.room_for(path)?;
            state.add_file(path, part(bytes, extent)).protected = true;
            Ok(())
        })
    }

    fn append(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        self.call("append", "add to the file", path, |state, extent| {
            state.no_link_above(path)?;
            let node = state.files.get_mut(&path.to_lowercase()).ok_or(Fault::NotFound)?;
            if node.state.is_link {
                return Err(Fault::Link { at: path.to_owned() });
            }
            node.bytes.extend_from_slice(part(bytes, extent));
            node.state.identity.size = node.bytes.len() as u64;
            Ok(())
        })
    }
}

/// The kind of setting that tells of a package in the component store.
pub(super) const PACKAGE: &str = "package";

fn update_name(number: &str) -> String {
    format!("Package_for_KB{number}~31bf3856ad364e35~amd64~~6.1.1.0")
}

impl State {
    fn space_mut(&mut self, namespace: &str) -> std::result::Result<&mut super::Namespace, Fault> {
        self.namespaces.get_mut(&canonical_namespace(namespace)).ok_or(Fault::Unsupported)
    }

    fn service_mut(&mut self, name: &str) -> std::result::Result<&mut ServiceConfig, Fault> {
        self.services.get_mut(&name.to_lowercase()).ok_or(Fault::NotFound)
    }

    fn process_mut(&mut self, id: &ProcessId) -> std::result::Result<&mut super::MemoryProcess, Fault> {
        self.same_process(id)?;
        self.processes.get_mut(&id.pid).ok_or(Fault::NotFound)
    }

    /// The file, where it is still this one and not a link.
    fn same_file(&self, path: &str, identity: &FileIdentity) -> std::result::Result<&FileNode, Fault> {
        self.no_link_above(path)?;
        match self.files.get(&path.to_lowercase()) {
            None => Err(Fault::NotFound),
            Some(node) if node.state.is_link => Err(Fault::Link { at: node.path.clone() }),
            Some(node) if node.state.identity != *identity || node.state.is_directory => Err(Fault::Changed),
            Some(node) => Ok(node),
        }
    }

    /// Whether something can be made at the path: its folder is there, and it is not.
    fn room_for(&self, path: &str) -> Outcome {
        self.no_link_above(path)?;
        let (folder, _) = path.rsplit_once('\\').ok_or(Fault::NotFound)?;
        if !self.files.get(&folder.to_lowercase()).is_some_and(|node| node.state.is_directory) {
            return Err(Fault::NotFound);
        }
        if self.files.contains_key(&path.to_lowercase()) { Err(Fault::Exists) } else { Ok(()) }
    }
}

/// WMI keeps a value in the type that the class gives it, whichever way it was handed over: here a number that can be is an unsigned one.
fn typed(value: &mut Value) {
    match value {
        Value::Int(number) => {
            if let Ok(number) = u64::try_from(*number) {
                *value = Value::Uint(number);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(typed),
        _ => {}
    }
}

/// The namespace that an instance of `__NAMESPACE` stands for.
fn namespace_of(instance: &WmiInstance) -> Option<String> {
    let name = instance.object.is_class("__NAMESPACE").then(|| instance.object.name())?;
    Some(canonical_namespace(&format!("{}\\{name}", instance.path.namespace)))
}

fn part(bytes: &[u8], extent: Extent) -> &[u8] {
    match extent {
        Extent::Whole => bytes,
        Extent::Half => bytes.get(..bytes.len() / 2).unwrap_or_default(),
    }
}

fn add<K: Ord, V>(map: &mut std::collections::BTreeMap<K, V>, key: K, value: V) -> Outcome {
    match map.entry(key) {
        Entry::Occupied(_) => Err(Fault::Exists),
        Entry::Vacant(place) => {
            place.insert(value);
            Ok(())
        }
    }
}

fn remove_same<V>(
    map: &mut std::collections::BTreeMap<String, V>,
    key: &str,
    same: impl FnOnce(&V) -> bool,
) -> Outcome {
    if !same(map.get(key).ok_or(Fault::NotFound)?) {
        return Err(Fault::Changed);
    }
    map.remove(key);
    Ok(())
}
