//! The changing half.

mod failure;
mod process;
mod registry;
mod service;

use crate::read::{Windows, told};
use crate::{file, package, settings, tasks};
use evidence::Setting;
use machine::{
    FileIdentity, FileState, Key, MachineMut, ProcessId, RegistryData, Result, ServiceConfig, StoredTask,
    WmiClassDefinition, WmiInstance,
};

pub(crate) use registry::{delete as delete_value, set as set_value};
pub(crate) use service::tell_of_change;

impl MachineMut for Windows {
    fn delete_wmi_instance(&mut self, expected: &WmiInstance) -> Result<()> {
        told("delete the WMI object", &expected.path.relative, self.wmi.delete_instance(expected))
    }

    fn put_wmi_instance(&mut self, instance: &WmiInstance) -> Result<()> {
        told("create the WMI object", &instance.path.relative, self.wmi.put_instance(instance))
    }

    fn delete_wmi_class(&mut self, expected: &WmiClassDefinition) -> Result<()> {
        told("delete the WMI class", &expected.class.name, self.wmi.delete_class(expected))
    }

    fn put_wmi_class(&mut self, class: &WmiClassDefinition) -> Result<()> {
        told("create the WMI class", &class.class.name, self.wmi.put_class(class))
    }

    fn set_registry_value(
        &mut self,
        key: &Key,
        name: &str,
        expected: Option<&RegistryData>,
        data: &RegistryData,
    ) -> Result<()> {
        told("write the registry value", &key.join(name).0, registry::set(key, name, expected, data))
    }

    fn delete_registry_value(&mut self, key: &Key, name: &str, expected: &RegistryData) -> Result<()> {
        told("delete the registry value", &key.join(name).0, registry::delete(key, name, expected))
    }

    fn set_service_start(&mut self, name: &str, start: u32) -> Result<()> {
        told("set how the service starts", name, service::set_start(name, start))
    }

    fn set_service_dependencies(
        &mut self,
        name: &str,
        expected: &[String],
        depends_on: &[String],
    ) -> Result<()> {
        told("set what the service depends on", name, service::set_dependencies(name, expected, depends_on))
    }

    fn set_service_failure_actions(
        &mut self,
        name: &str,
        actions: Option<&[u8]>,
        command: Option<&str>,
    ) -> Result<()> {
        told("set what follows when the service fails", name, failure::set(name, actions, command))
    }

    fn stop_service(&mut self, name: &str) -> Result<()> {
        told("stop the service", name, service::stop(name))
    }

    fn delete_service(&mut self, expected: &ServiceConfig) -> Result<()> {
        told("delete the service", &expected.service.name, service::delete(expected))
    }

    fn create_service(&mut self, config: &ServiceConfig) -> Result<()> {
        told("create the service", &config.service.name, service::create(config))
    }

    fn set_task_enabled(&mut self, path: &str, enabled: bool) -> Result<()> {
        told("switch the scheduled task", path, tasks::set_enabled(&self.scheduler, path, enabled))
    }

    fn delete_task(&mut self, expected: &StoredTask) -> Result<()> {
        told("delete the scheduled task", &expected.path, tasks::delete(&self.scheduler, expected))
    }

    fn register_task(&mut self, task: &StoredTask) -> Result<()> {
        told("register the scheduled task", &task.path, tasks::register(&self.scheduler, task))
    }

    fn suspend_process(&mut self, id: &ProcessId) -> Result<()> {
        told("suspend the process", &id.image_path, process::suspend(id))
    }

    fn resume_process(&mut self, id: &ProcessId) -> Result<()> {
        told("resume the process", &id.image_path, process::resume(id))
    }

    fn end_process(&mut self, id: &ProcessId) -> Result<()> {
        told("end the process", &id.image_path, process::end(id))
    }

    fn delete_file(&mut self, path: &str, identity: &FileIdentity) -> Result<()> {
        told("delete the file", path, file::delete(path, identity))
    }

    fn delete_at_restart(&mut self, path: &str, identity: &FileIdentity) -> Result<()> {
        told("have the file deleted at restart", path, file::delete_at_restart(path, identity))
    }

    fn keep_at_restart(&mut self, path: &str) -> Result<()> {
        told("keep the file at restart", path, file::keep_at_restart(path))
    }

    fn restore_file(&mut self, path: &str, state: &FileState, bytes: &[u8]) -> Result<()> {
        told("restore the file", path, file::restore(path, state, bytes))
    }

    fn replace_file(&mut self, path: &str, identity: &FileIdentity, bytes: &[u8]) -> Result<()> {
        told("replace the file", path, file::replace(path, identity, bytes))
    }

    fn delete_setting(&mut self, expected: &Setting) -> Result<()> {
        told("delete the setting", &expected.name, settings::delete(expected, &self.scheduler))
    }

    fn put_setting(&mut self, setting: &Setting) -> Result<()> {
        told("make the setting", &setting.name, settings::put(setting, &self.scheduler))
    }

    fn install_update(&mut self, path: &str, sha256: &str) -> Result<()> {
        told("install the update", path, package::install(path, sha256))
    }

    fn remove_update(&mut self, number: u32) -> Result<()> {
        told("take the update out", &format!("KB{number}"), package::remove(number))
    }

    fn create_private_directory(&mut self, path: &str) -> Result<()> {
        told("make the folder", path, file::create_private_directory(path))
    }

    fn delete_directory(&mut self, path: &str) -> Result<()> {
        told("delete the folder", path, file::delete_directory(path))
    }

    fn write_new(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        told("write the file", path, file::write_new(path, bytes))
    }

    fn append(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        told("add to the file", path, file::append(path, bytes))
    }
}
