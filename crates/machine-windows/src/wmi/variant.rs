//! Values of COM as values of evidence and back.
//!
//! WMI hands over 64-bit integers, dates and references as text, and unsigned 32-bit integers in signed ones (Microsoft: "Numbers", "CIM
//! Types"); only the CIM type tells what they are.

use super::object;
use crate::fault::{Outcome, from_error};
use evidence::Value;
use machine::Fault;
use std::mem::ManuallyDrop;
use windows::Win32::System::Com::SAFEARRAY;
use windows::Win32::System::Ole::{
    SafeArrayGetDim, SafeArrayGetElement, SafeArrayGetLBound, SafeArrayGetUBound, SafeArrayGetVartype,
};
use windows::Win32::System::Variant::{
    VARENUM, VARIANT, VARIANT_0_0, VT_ARRAY, VT_BOOL, VT_BSTR, VT_EMPTY, VT_I1, VT_I2, VT_I4, VT_I8, VT_NULL,
    VT_R4, VT_R8, VT_UI1, VT_UI2, VT_UI4, VT_UI8, VT_UNKNOWN,
};
use windows::Win32::System::Wmi::IWbemClassObject;
use windows::core::{BSTR, Interface as _};

const CIM_ARRAY: i32 = 0x2000;
const CIM_UINT16: i32 = 18;
const CIM_UINT32: i32 = 19;
const CIM_SINT64: i32 = 20;
const CIM_UINT64: i32 = 21;

/// More elements than any array has that is not made to exhaust whoever reads it.
const MAX_ELEMENTS: i64 = 1 << 24;

/// The CIM types by number (Microsoft: `CIMTYPE_ENUMERATION`), as MOF writes them.
const CIM_TYPES: [(i32, &str); 16] = [
    (2, "sint16"),
    (3, "sint32"),
    (4, "real32"),
    (5, "real64"),
    (8, "string"),
    (11, "boolean"),
    (13, "object"),
    (16, "sint8"),
    (17, "uint8"),
    (18, "uint16"),
    (19, "uint32"),
    (20, "sint64"),
    (21, "uint64"),
    (101, "datetime"),
    (102, "ref"),
    (103, "char16"),
];

/// The type as MOF writes it, `[]` behind it for arrays.
pub(super) fn cim_type_name(cim_type: i32) -> String {
    let single = cim_type & !CIM_ARRAY;
    let name = CIM_TYPES.iter().find(|(number, _)| *number == single).map_or("", |(_, name)| *name);
    if cim_type & CIM_ARRAY == 0 { name.to_owned() } else { format!("{name}[]") }
}

/// The value; `depth` is that of the object that holds it.
pub(super) fn value(variant: &VARIANT, cim_type: i32, depth: usize) -> Outcome<Value> {
    // SAFETY: the outer union only tells a value from a decimal number, whose type lies in the same place.
    let inner: &VARIANT_0_0 = unsafe { &variant.Anonymous.Anonymous };
    let kind = inner.vt;
    if kind.0 & VT_ARRAY.0 != 0 {
        // SAFETY: the type says that there is an array.
        return array(unsafe { inner.Anonymous.parray }, cim_type & !CIM_ARRAY, depth);
    }
    let content = &inner.Anonymous;
    // SAFETY: each field is read only where the type says that it is the one that was written.
    Ok(unsafe {
        match kind {
            VT_EMPTY | VT_NULL => Value::Null,
            VT_BOOL => Value::Bool(content.boolVal.as_bool()),
            VT_BSTR => text(&content.bstrVal.to_string(), cim_type),
            VT_I1 => signed(content.cVal.into()),
            VT_UI1 => Value::Uint(content.bVal.into()),
            VT_I2 => integer(content.iVal.into(), cim_type),
            VT_UI2 => Value::Uint(content.uiVal.into()),
            VT_I4 => integer(content.lVal.into(), cim_type),
            VT_UI4 => Value::Uint(content.ulVal.into()),
            VT_I8 => signed(content.llVal),
            VT_UI8 => Value::Uint(content.ullVal),
            VT_R4 => Value::Real(content.fltVal.into()),
            VT_R8 => Value::Real(content.dblVal),
            VT_UNKNOWN => match content.punkVal.as_ref() {
                Some(unknown) => {
                    let object: IWbemClassObject = unknown.cast().map_err(|error| from_error(&error))?;
                    Value::Object(Box::new(object::object(&object, depth + 1)?))
                }
                None => Value::Null,
            },
            _ => return Err(Fault::Unsupported),
        }
    })
}

/// An integer that COM hands over with a sign, whatever its CIM type is.
fn integer(number: i64, cim_type: i32) -> Value {
    match (number, cim_type & !CIM_ARRAY) {
        (0.., _) => Value::Uint(number.unsigned_abs()),
        (_, CIM_UINT32) => Value::Uint(u64::from(u32::try_from(number & 0xFFFF_FFFF).unwrap_or(u32::MAX))),
        (_, CIM_UINT16) => Value::Uint(u64::from(u16::try_from(number & 0xFFFF).unwrap_or(u16::MAX))),
        _ => Value::Int(number),
    }
}

fn signed(number: i64) -> Value {
    integer(number, 0)
}

/// Text, or a 64-bit integer that is handed over as text.
fn text(text: &str, cim_type: i32) -> Value {
    let number = match cim_type & !CIM_ARRAY {
        CIM_UINT64 => text.parse().ok().map(Value::Uint),
        CIM_SINT64 => text.parse().ok().map(signed),
        _ => None,
    };
    number.unwrap_or_else(|| Value::text(text))
}

fn array(array: *const SAFEARRAY, cim_type: i32, depth: usize) -> Outcome<Value> {
    if array.is_null() {
        return Ok(Value::Null);
    }
    // SAFETY: the value that holds the array outlives this; nothing changes it meanwhile.
    let (dimensions, kind, first, last) = unsafe {
        (
            SafeArrayGetDim(array),
            SafeArrayGetVartype(array).map_err(|error| from_error(&error))?,
            SafeArrayGetLBound(array, 1).map_err(|error| from_error(&error))?,
            SafeArrayGetUBound(array, 1).map_err(|error| from_error(&error))?,
        )
    };
    if dimensions != 1 || i64::from(last) - i64::from(first) > MAX_ELEMENTS {
        return Err(Fault::Unsupported);
    }
    (first..=last)
        .map(|at| element(array, kind, at).and_then(|element| value(&element, cim_type, depth)))
        .collect::<Outcome<Vec<_>>>()
        .map(Value::Array)
}

/// An element, as a value of its own.
fn element(array: *const SAFEARRAY, kind: VARENUM, at: i32) -> Outcome<VARIANT> {
    let mut variant = VARIANT::default();
    // SAFETY: an element of this type is copied into the union, which has room for each, and only then the type is set: whatever was
    // copied is freed with the value.
    unsafe {
        let inner: &mut ManuallyDrop<VARIANT_0_0> = &mut variant.Anonymous.Anonymous;
        SafeArrayGetElement(array, &raw const at, (&raw mut inner.Anonymous).cast())
            .map_err(|error| from_error(&error))?;
        inner.vt = kind;
    }
    Ok(variant)
}

/// The value as COM takes it; its CIM type is left to WMI, which knows it by the class.
pub(super) fn variant(value: &Value) -> Outcome<VARIANT> {
    Ok(match value {
        Value::Null => null(),
        Value::Bool(value) => VARIANT::from(*value),
        // What does not fit into the integer of COM goes as text, as WMI hands it over.
        Value::Uint(number) => match u32::try_from(*number) {
            Ok(number) => VARIANT::from(number.cast_signed()),
            Err(_) => VARIANT::from(BSTR::from(number.to_string())),
        },
        Value::Int(number) => match i32::try_from(*number) {
            Ok(number) => VARIANT::from(number),
            Err(_) => VARIANT::from(BSTR::from(number.to_string())),
        },
        Value::Real(number) => VARIANT::from(*number),
        Value::Text(text) => VARIANT::from(BSTR::from(&**text)),
        Value::Array(_) | Value::Object(_) => return Err(Fault::Unsupported),
    })
}

fn null() -> VARIANT {
    let mut variant = VARIANT::default();
    // SAFETY: an empty value becomes a null one; neither owns anything.
    unsafe { (*variant.Anonymous.Anonymous).vt = VT_NULL };
    variant
}
