//! Objects of WMI as evidence.

use super::variant::{MAX_ELEMENTS, cim_type_name, is_exact, value};
use crate::fault::{Outcome, from_error};
use evidence::wmi::{canonical_namespace, schema};
use evidence::{ClassProperty, Property, PropertyName, State, Value, WmiClass, WmiObject};
use machine::{Fault, WmiClassDefinition, WmiInstance, WmiPath};
use windows::Win32::System::Variant::VARIANT;
use windows::Win32::System::Wmi::{
    IWbemClassObject, IWbemQualifierSet, WBEM_FLAG_LOCAL_ONLY, WBEM_FLAG_NONSYSTEM_ONLY,
};
use windows::core::{BSTR, PCWSTR, w};

/// `WBEM_S_NO_MORE_DATA`: behind the last property or qualifier.
const NO_MORE_DATA: i32 = 0x0004_0005;
/// More properties or qualifiers than any class has.
const MAX_ENTRIES: usize = 1 << 16;
/// How deep embedded objects may lie in each other.
pub(super) const MAX_DEPTH: usize = 8;

/// The instance with everything that it takes to put it back.
pub(super) fn instance(found: &IWbemClassObject, namespace: &str) -> Outcome<WmiInstance> {
    let namespace = canonical_namespace(namespace);
    let relative = system_text(found, w!("__RELPATH"))?.ok_or(Fault::NotFound)?;
    let object = WmiObject { namespace: Some(namespace.clone()), ..object(found, 0)? };
    // It is for people to read: what puts an instance back are its properties.
    let mof = mof(found).unwrap_or_default();
    Ok(WmiInstance { path: WmiPath { namespace, relative }, object, mof })
}

/// An object with its properties.
pub(super) fn object(found: &IWbemClassObject, depth: usize) -> Outcome<WmiObject> {
    let class = class_name(found)?;
    let properties = properties(found, WBEM_FLAG_NONSYSTEM_ONLY.0, depth)?;
    Ok(WmiObject {
        class: schema::standard_class(&class).map_or(class, str::to_owned),
        properties: properties
            .into_iter()
            .map(|(name, _, (value, state))| Property { name: PropertyName::new(&name), value, state })
            .collect(),
        ..WmiObject::default()
    })
}

/// The definition; how many instances and which subclasses there are is left to the caller.
pub(super) fn class(found: &IWbemClassObject, namespace: &str) -> Outcome<WmiClassDefinition> {
    let namespace = canonical_namespace(namespace);
    // SAFETY: the object is a class that WMI gave.
    let set = unsafe { found.GetQualifierSet() }.map_err(|error| from_error(&error))?;
    let qualifiers = qualifiers(&set)?;
    // `dynprops`: the instances are stored, and a provider gives their properties.
    let is_provided = ["provider", "dynamic", "dynprops"];
    let has_provider =
        qualifiers.iter().any(|(name, _)| is_provided.iter().any(|known| name.eq_ignore_ascii_case(known)))
            || has_dynamic_property(found)?;
    let properties = properties(found, WBEM_FLAG_LOCAL_ONLY.0, 0)?
        .into_iter()
        .filter(|(name, ..)| !name.starts_with("__"))
        .map(|(name, cim_type, (value, _))| ClassProperty {
            name,
            cim_type: cim_type_name(cim_type),
            default: (value != Value::Null).then_some(value),
        })
        .collect();
    let class = WmiClass {
        name: class_name(found)?,
        superclass: system_text(found, w!("__SUPERCLASS"))?,
        namespace: Some(namespace.clone()),
        server: None,
        qualifiers,
        properties,
        mof_sha256: None,
    };
    // A class without a text is shown; that it cannot be put back keeps it from being deleted.
    let mof = mof(found).unwrap_or_default();
    Ok(WmiClassDefinition { namespace, class, mof, subclasses: Vec::new(), instances: None, has_provider })
}

/// Whether a provider gives one of the properties.
fn has_dynamic_property(found: &IWbemClassObject) -> Outcome<bool> {
    for (name, ..) in properties(found, WBEM_FLAG_NONSYSTEM_ONLY.0, 0)? {
        let name = crate::text::wide(&name)?;
        // SAFETY: the name is NUL-terminated, and that of a property of an object that WMI gave.
        let set = unsafe { found.GetPropertyQualifierSet(PCWSTR(name.as_ptr())) };
        let own = qualifiers(&set.map_err(|error| from_error(&error))?)?;
        if own.iter().any(|(name, _)| name.eq_ignore_ascii_case("dynamic")) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The class of an object.
pub(super) fn class_name(found: &IWbemClassObject) -> Outcome<String> {
    system_text(found, w!("__CLASS"))?.ok_or(Fault::NotFound)
}

/// The property `Name` of an object.
pub(super) fn name(found: &IWbemClassObject) -> Outcome<String> {
    system_text(found, w!("Name"))?.ok_or(Fault::NotFound)
}

/// The CIM type of a property, and whether it has a value: a default, where the object is a class.
pub(super) fn type_of(found: &IWbemClassObject, name: &str) -> Outcome<(i32, bool)> {
    let name = crate::text::wide(name)?;
    let (mut variant, mut cim_type) = (VARIANT::default(), 0);
    // SAFETY: the name is NUL-terminated, and there is room for value and type.
    unsafe { found.Get(PCWSTR(name.as_ptr()), 0, &raw mut variant, Some(&raw mut cim_type), None) }
        .map_err(|error| from_error(&error))?;
    Ok((cim_type, value(&variant, cim_type, MAX_DEPTH)? != Value::Null))
}

/// A property that is text; `None` where it has no value.
pub(super) fn system_text(found: &IWbemClassObject, name: PCWSTR) -> Outcome<Option<String>> {
    let (mut variant, mut cim_type) = (VARIANT::default(), 0);
    // SAFETY: the name is NUL-terminated, and there is room for value and type.
    unsafe { found.Get(name, 0, &raw mut variant, Some(&raw mut cim_type), None) }
        .map_err(|error| from_error(&error))?;
    Ok(value(&variant, cim_type, MAX_DEPTH)?.as_text().map(str::to_owned))
}

/// A property: name, CIM type, and the value with how sure that is.
type Read = (String, i32, (Value, State));

/// Each property. One that cannot be read whole does not hide the others.
fn properties(found: &IWbemClassObject, flags: i32, depth: usize) -> Outcome<Vec<Read>> {
    if depth >= MAX_DEPTH {
        return Ok(Vec::new());
    }
    // SAFETY: enumerates the properties of an object that WMI gave, and ends that below or with the object.
    unsafe { found.BeginEnumeration(flags) }.map_err(|error| from_error(&error))?;
    let mut properties = Vec::new();
    loop {
        let (mut name, mut variant, mut cim_type, mut flavor) = (BSTR::new(), VARIANT::default(), 0, 0);
        let interface = windows::core::Interface::vtable(found);
        // SAFETY: there is room for name, value, type and origin. The table of the interface is called itself, since behind the last
        // property it answers with a success that the wrapper does not show.
        let code = unsafe {
            (interface.Next)(
                windows::core::Interface::as_raw(found),
                0,
                (&raw mut name).cast(),
                (&raw mut variant).cast(),
                &raw mut cim_type,
                &raw mut flavor,
            )
        };
        if code.0 == NO_MORE_DATA {
            break;
        }
        code.ok().map_err(|error| from_error(&error))?;
        if properties.len() >= MAX_ENTRIES {
            return Err(Fault::TooMany { limit: MAX_ENTRIES as u64 });
        }
        let value = match value(&variant, cim_type, depth) {
            Ok(Value::Array(items)) if items.len() >= MAX_ELEMENTS => (Value::Array(items), State::Truncated),
            // What was not said in whole letters is shown with marks in their places, and is not what it was.
            Ok(value) if !is_exact(&variant) => (value, State::Truncated),
            Ok(value) => (value, State::Known),
            Err(_) => (Value::Null, State::Truncated),
        };
        properties.push((name.to_string(), cim_type, value));
    }
    // SAFETY: ends what was begun above.
    let _ = unsafe { found.EndEnumeration() };
    Ok(properties)
}

fn qualifiers(set: &IWbemQualifierSet) -> Outcome<Vec<(String, Value)>> {
    // SAFETY: enumerates the qualifiers of a set that WMI gave, and ends that below or with the set.
    unsafe { set.BeginEnumeration(0) }.map_err(|error| from_error(&error))?;
    let mut qualifiers = Vec::new();
    loop {
        let (mut name, mut variant, mut flavor) = (BSTR::new(), VARIANT::default(), 0);
        let interface = windows::core::Interface::vtable(set);
        // SAFETY: as for properties.
        let code = unsafe {
            (interface.Next)(
                windows::core::Interface::as_raw(set),
                0,
                (&raw mut name).cast(),
                (&raw mut variant).cast(),
                &raw mut flavor,
            )
        };
        if code.0 == NO_MORE_DATA {
            break;
        }
        code.ok().map_err(|error| from_error(&error))?;
        if qualifiers.len() >= MAX_ENTRIES {
            return Err(Fault::TooMany { limit: MAX_ENTRIES as u64 });
        }
        qualifiers.push((name.to_string(), value(&variant, 0, MAX_DEPTH)?));
    }
    // SAFETY: ends what was begun above.
    let _ = unsafe { set.EndEnumeration() };
    Ok(qualifiers)
}

/// The object as MOF text; one with half a letter in it would make another.
fn mof(found: &IWbemClassObject) -> Outcome<String> {
    // SAFETY: the object is one that WMI gave.
    match unsafe { found.GetObjectText(0) } {
        Ok(text) => String::from_utf16(&text).map_err(|_| Fault::Unsupported),
        Err(error) => Err(from_error(&error)),
    }
}
