//! Changing WMI: objects go and come by their own paths in their own namespaces.

use super::variant::variant;
use super::{Wmi, object, prepare};
use crate::fault::{Outcome, from_error};
use evidence::Value;
use machine::{Fault, WmiClassDefinition, WmiInstance};
use windows::Win32::System::Com::{CLSCTX_INPROC_SERVER, CoCreateInstance};
use windows::Win32::System::Wmi::{
    IMofCompiler, MofCompiler, WBEM_COMPILE_STATUS_INFO, WBEM_FLAG_CREATE_ONLY, WBEM_GENERIC_FLAG_TYPE,
};
use windows::core::{BSTR, PCWSTR};

/// `WBEM_FLAG_CREATE_ONLY`, for classes.
const CREATE_ONLY: i32 = 2;

impl Wmi {
    /// Deletes an instance that is still this one.
    pub(crate) fn delete_instance(&self, expected: &WmiInstance) -> Outcome<()> {
        match self.instance(&expected.path)? {
            None => return Err(Fault::NotFound),
            Some(found) if found != *expected => return Err(Fault::Changed),
            Some(_) => {}
        }
        let services = self.services(&expected.path.namespace)?;
        // SAFETY: the text outlives the call.
        unsafe {
            services.DeleteInstance(
                &BSTR::from(&expected.path.relative),
                WBEM_GENERIC_FLAG_TYPE(0),
                None,
                None,
            )
        }
        .map_err(|error| from_error(&error))
    }

    /// Creates an instance from its properties.
    pub(crate) fn put_instance(&self, instance: &WmiInstance) -> Outcome<()> {
        let services = self.services(&instance.path.namespace)?;
        let class = object(&services, &instance.object.class)?.ok_or(Fault::NotFound)?;
        // SAFETY: the class is one that WMI gave.
        let made = unsafe { class.SpawnInstance(0) }.map_err(|error| from_error(&error))?;
        for property in &instance.object.properties {
            // WMI sets it itself, and refuses to be told.
            if property.name.as_str() == "CreatorSID" || property.value == Value::Null {
                continue;
            }
            let name = crate::text::wide(property.name.as_str())?;
            let value = variant(&property.value)?;
            // SAFETY: the name is NUL-terminated, and the value outlives the call. Type 0 leaves the type to the class.
            unsafe { made.Put(PCWSTR(name.as_ptr()), 0, &raw const value, 0) }
                .map_err(|error| from_error(&error))?;
        }
        // SAFETY: the object is an instance of a class of this namespace.
        unsafe { services.PutInstance(&made, WBEM_GENERIC_FLAG_TYPE(WBEM_FLAG_CREATE_ONLY.0), None, None) }
            .map_err(|error| from_error(&error))
    }

    /// Deletes a class that is still this one and takes nothing along.
    pub(crate) fn delete_class(&self, expected: &WmiClassDefinition) -> Outcome<()> {
        let name = &expected.class.name;
        match self.class(&expected.namespace, name)? {
            None => return Err(Fault::NotFound),
            Some(found) if !found.subclasses.is_empty() || found.instances.is_some_and(|count| count > 0) => {
                return Err(Fault::InUse);
            }
            Some(found) if found.has_provider => return Err(Fault::Unsupported),
            Some(found) if found != *expected => return Err(Fault::Changed),
            Some(_) => {}
        }
        let services = self.services(&expected.namespace)?;
        // SAFETY: the text outlives the call.
        unsafe { services.DeleteClass(&BSTR::from(name), WBEM_GENERIC_FLAG_TYPE(0), None, None) }
            .map_err(|error| from_error(&error))
    }

    /// Creates a class from its MOF text.
    pub(crate) fn put_class(&self, class: &WmiClassDefinition) -> Outcome<()> {
        if self.class(&class.namespace, &class.class.name)?.is_some() {
            return Err(Fault::Exists);
        }
        prepare(&self.is_ready);
        // SAFETY: COM is ready on this thread.
        let compiler: IMofCompiler = unsafe { CoCreateInstance(&MofCompiler, None, CLSCTX_INPROC_SERVER) }
            .map_err(|error| from_error(&error))?;
        let namespace = crate::text::wide(&format!(r"\\.\{}", class.namespace))?;
        let mut info = WBEM_COMPILE_STATUS_INFO::default();
        // SAFETY: the text is given with its length, the namespace is NUL-terminated, and there is room for the results.
        unsafe {
            compiler.CompileBuffer(
                class.mof.as_bytes(),
                PCWSTR(namespace.as_ptr()),
                PCWSTR::null(),
                PCWSTR::null(),
                PCWSTR::null(),
                0,
                CREATE_ONLY,
                0,
                &raw mut info,
            )
        }
        .map_err(|error| from_error(&error))?;
        info.hRes.ok().map_err(|error| from_error(&error))?;
        match self.class(&class.namespace, &class.class.name)? {
            Some(_) => Ok(()),
            None => Err(Fault::NotFound),
        }
    }
}
