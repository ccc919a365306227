//! Changing WMI: objects go and come by their own paths in their own namespaces.

use super::object::{MAX_DEPTH, type_of};
use super::variant::variant;
use super::{Wmi, call};
use crate::fault::{Outcome, from_error};
use evidence::{State, Value, WmiObject};
use machine::{Fault, WmiClassDefinition, WmiInstance};
use windows::Win32::System::Wmi::{
    IWbemClassObject, IWbemServices, WBEM_COMPILE_STATUS_INFO, WBEM_FLAG_CREATE_ONLY,
};
use windows::core::PCWSTR;

/// `WBEM_FLAG_CREATE_ONLY`, for classes.
const CREATE_ONLY: i32 = 2;

impl Wmi {
    /// Deletes an instance that is still this one.
    pub(crate) fn delete_instance(&self, expected: &WmiInstance) -> Outcome<()> {
        match self.instance(&expected.path)? {
            None => return Err(Fault::NotFound),
            Some(found) if found != *expected => return Err(Fault::Changed),
            Some(found) if !is_whole(&found.object) => return Err(not_whole()),
            Some(_) => {}
        }
        let services = self.services(&expected.path.namespace)?;
        call::delete_instance(&services, &expected.path.relative)?;
        // A namespace is an instance in the one above it.
        if expected.object.is_class("__NAMESPACE")
            && let Some(name) = expected.object.text("Name")
        {
            self.forget(&format!("{}\\{name}", expected.path.namespace));
        }
        Ok(())
    }

    /// Creates an instance from its properties.
    pub(crate) fn put_instance(&self, instance: &WmiInstance) -> Outcome<()> {
        if !is_whole(&instance.object) {
            return Err(not_whole());
        }
        let services = self.services(&instance.path.namespace)?;
        let made = spawn(&services, &instance.object, 0)?;
        call::put_instance(&services, &made, WBEM_FLAG_CREATE_ONLY.0)
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
            Some(found) if found.mof.is_empty() => return Err(not_whole()),
            Some(found) if found != *expected => return Err(Fault::Changed),
            Some(_) => {}
        }
        let services = self.services(&expected.namespace)?;
        call::delete_class(&services, name)
    }

    /// Creates a class from its MOF text.
    pub(crate) fn put_class(&self, class: &WmiClassDefinition) -> Outcome<()> {
        if self.class(&class.namespace, &class.class.name)?.is_some() {
            return Err(Fault::Exists);
        }
        let compiler = self.compiler()?;
        let namespace = crate::text::wide(&format!(r"\\.\{}", class.namespace))?;
        let mut info = WBEM_COMPILE_STATUS_INFO::default();
        // SAFETY: the text is given with its length, the namespace is NUL-terminated, and there is room for the results.
        unsafe {
            compiler.CompileBuffer(
                &compilable(&class.mof),
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

/// Whether every property was read whole, those of objects in it too.
fn is_whole(object: &WmiObject) -> bool {
    object.properties.iter().all(|property| {
        property.state == State::Known
            && match &property.value {
                Value::Object(inner) => is_whole(inner),
                Value::Array(items) => items
                    .iter()
                    .all(|item| if let Value::Object(inner) = item { is_whole(inner) } else { true }),
                _ => true,
            }
    })
}

fn not_whole() -> Fault {
    let text =
        "it holds what could not be read whole, so it could not be put back; remove it by hand".to_owned();
    Fault::Other { code: 0, text }
}

/// The text as the compiler reads it: one byte a letter where all are ASCII, else UTF-16 with its mark.
fn compilable(mof: &str) -> Vec<u8> {
    if mof.is_ascii() {
        return mof.as_bytes().to_vec();
    }
    [0xFEFF].into_iter().chain(mof.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// A new object of the class of this one, with its properties; `depth` is that of the object that holds it.
fn spawn(services: &IWbemServices, wanted: &WmiObject, depth: usize) -> Outcome<IWbemClassObject> {
    if depth >= MAX_DEPTH {
        return Err(Fault::Unsupported);
    }
    let class = call::object(services, &wanted.class)?.ok_or(Fault::NotFound)?;
    // SAFETY: the class is one that WMI gave.
    let made = unsafe { class.SpawnInstance(0) }.map_err(|error| from_error(&error))?;
    for property in &wanted.properties {
        let name = property.name.as_str();
        // WMI sets it itself, and refuses to be told.
        if name == "CreatorSID" {
            continue;
        }
        let (cim_type, has_default) = type_of(&class, name)?;
        // Nothing is what is there already, unless the class brings something.
        if property.value == Value::Null && !has_default {
            continue;
        }
        let value = variant(&property.value, cim_type, &|inner| spawn(services, inner, depth + 1))?;
        let name = crate::text::wide(name)?;
        // SAFETY: the name is NUL-terminated, and the value outlives the call. Type 0 leaves the type to the class.
        unsafe { made.Put(PCWSTR(name.as_ptr()), 0, &raw const value, 0) }
            .map_err(|error| from_error(&error))?;
    }
    Ok(made)
}
