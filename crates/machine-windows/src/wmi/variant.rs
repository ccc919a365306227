//! Values of COM as values of evidence and back.
//!
//! WMI hands over 64-bit integers, dates and references as text, and unsigned 32-bit integers in signed ones (Microsoft: "Numbers", "CIM
//! Types"); only the CIM type tells what they are.

use super::object;
use crate::fault::{Outcome, from_error};
use evidence::{Value, WmiObject};
use machine::Fault;
use std::ffi::c_void;
use std::mem::ManuallyDrop;
use windows::Win32::Foundation::SysAllocStringLen;
use windows::Win32::System::Com::SAFEARRAY;
use windows::Win32::System::Ole::{
    SafeArrayCreateVector, SafeArrayGetDim, SafeArrayGetElement, SafeArrayGetLBound, SafeArrayGetUBound,
    SafeArrayGetVartype, SafeArrayPutElement,
};
use windows::Win32::System::Variant::{
    VARENUM, VARIANT, VARIANT_0_0, VT_ARRAY, VT_BOOL, VT_BSTR, VT_EMPTY, VT_I1, VT_I2, VT_I4, VT_I8, VT_NULL,
    VT_R4, VT_R8, VT_UI1, VT_UI2, VT_UI4, VT_UI8, VT_UNKNOWN,
};
use windows::Win32::System::Wmi::IWbemClassObject;
use windows::core::{BSTR, IUnknown, Interface as _};

const CIM_ARRAY: i32 = 0x2000;
const CIM_SINT16: i32 = 2;
const CIM_SINT32: i32 = 3;
const CIM_REAL32: i32 = 4;
const CIM_REAL64: i32 = 5;
const CIM_BOOLEAN: i32 = 11;
const CIM_OBJECT: i32 = 13;
const CIM_SINT8: i32 = 16;
const CIM_UINT8: i32 = 17;
const CIM_UINT16: i32 = 18;
const CIM_UINT32: i32 = 19;
const CIM_SINT64: i32 = 20;
const CIM_UINT64: i32 = 21;
const CIM_CHAR16: i32 = 103;

/// The elements of an array that are read. An array as long as this counts as cut: nothing that is needed is so long, and one that is made so
/// must not exhaust whoever reads it, nor hide the object that holds it.
pub(super) const MAX_ELEMENTS: usize = 1 << 21;

/// The CIM types by number (Microsoft: `CIMTYPE_ENUMERATION`), as MOF writes them.
const CIM_TYPES: [(i32, &str); 16] = [
    (CIM_SINT16, "sint16"),
    (CIM_SINT32, "sint32"),
    (CIM_REAL32, "real32"),
    (CIM_REAL64, "real64"),
    (8, "string"),
    (CIM_BOOLEAN, "boolean"),
    (CIM_OBJECT, "object"),
    (CIM_SINT8, "sint8"),
    (CIM_UINT8, "uint8"),
    (CIM_UINT16, "uint16"),
    (CIM_UINT32, "uint32"),
    (CIM_SINT64, "sint64"),
    (CIM_UINT64, "uint64"),
    (101, "datetime"),
    (102, "ref"),
    (CIM_CHAR16, "char16"),
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
        (_, CIM_UINT16 | CIM_CHAR16) => {
            Value::Uint(u64::from(u16::try_from(number & 0xFFFF).unwrap_or(u16::MAX)))
        }
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
    if dimensions != 1 {
        return Err(Fault::Unsupported);
    }
    (first..=last)
        .take(MAX_ELEMENTS)
        .map(|at| element(array, kind, at).and_then(|element| value(&element, cim_type, depth)))
        .collect::<Outcome<Vec<_>>>()
        .map(Value::Array)
}

/// Whether the texts of a value are what [`value`] makes of them: half a letter (a surrogate alone) is none of ours.
pub(super) fn is_exact(variant: &VARIANT) -> bool {
    // SAFETY: as in `value`.
    let inner: &VARIANT_0_0 = unsafe { &variant.Anonymous.Anonymous };
    if inner.vt == VT_BSTR {
        // SAFETY: the type says that there is a text.
        return String::from_utf16(unsafe { &inner.Anonymous.bstrVal }).is_ok();
    }
    if inner.vt.0 != VT_ARRAY.0 | VT_BSTR.0 {
        return true;
    }
    // SAFETY: the type says that there is an array.
    let array: *const SAFEARRAY = unsafe { inner.Anonymous.parray };
    if array.is_null() {
        return true;
    }
    // SAFETY: the value that holds the array outlives this; nothing changes it meanwhile.
    let (Ok(first), Ok(last)) =
        (unsafe { SafeArrayGetLBound(array, 1) }, unsafe { SafeArrayGetUBound(array, 1) })
    else {
        return false;
    };
    (first..=last)
        .take(MAX_ELEMENTS)
        .all(|at| element(array, VT_BSTR, at).is_ok_and(|element| is_exact(&element)))
}

/// The types of elements that there is room for in a value. Those that it has not are larger than it, or have parts that need another way to
/// be copied.
const ELEMENTS: [VARENUM; 13] =
    [VT_BOOL, VT_BSTR, VT_I1, VT_I2, VT_I4, VT_I8, VT_R4, VT_R8, VT_UI1, VT_UI2, VT_UI4, VT_UI8, VT_UNKNOWN];

/// An element, as a value of its own.
fn element(array: *const SAFEARRAY, kind: VARENUM, at: i32) -> Outcome<VARIANT> {
    if !ELEMENTS.contains(&kind) {
        return Err(Fault::Unsupported);
    }
    let mut variant = VARIANT::default();
    // SAFETY: an element of this type is copied into the union, which has room for each of the types above, and only then the type is set: whatever was
    // copied is freed with the value.
    unsafe {
        let inner: &mut ManuallyDrop<VARIANT_0_0> = &mut variant.Anonymous.Anonymous;
        SafeArrayGetElement(array, &raw const at, (&raw mut inner.Anonymous).cast())
            .map_err(|error| from_error(&error))?;
        inner.vt = kind;
    }
    Ok(variant)
}

/// The value as COM takes it for a property of this CIM type (Microsoft: "Numbers"). `embed` makes objects that lie in objects.
pub(super) fn variant(value: &Value, cim_type: i32, embed: Embed) -> Outcome<VARIANT> {
    match value {
        Value::Array(items) => array_of(items, cim_type & !CIM_ARRAY, embed),
        single => scalar(single, cim_type & !CIM_ARRAY, embed),
    }
}

/// Makes an object that lies in another.
pub(super) type Embed<'e> = &'e dyn Fn(&WmiObject) -> Outcome<IWbemClassObject>;

fn scalar(value: &Value, cim_type: i32, embed: Embed) -> Outcome<VARIANT> {
    // What does not fit is a value that the class cannot have had.
    let misfit = |_| Fault::Changed;
    let number = match value {
        Value::Uint(number) => i128::from(*number),
        Value::Int(number) => i128::from(*number),
        Value::Null => return Ok(null()),
        Value::Bool(value) => return Ok(VARIANT::from(*value)),
        #[expect(clippy::cast_possible_truncation, reason = "the class says that it was such a number")]
        Value::Real(number) if cim_type == CIM_REAL32 => return Ok(VARIANT::from(*number as f32)),
        Value::Real(number) => return Ok(VARIANT::from(*number)),
        Value::Text(text) => return Ok(VARIANT::from(bstr(text))),
        Value::Object(object) => return embed(object).map(|object| VARIANT::from(IUnknown::from(object))),
        Value::Array(_) => return Err(Fault::Unsupported),
    };
    Ok(match cim_type {
        CIM_UINT8 => VARIANT::from(u8::try_from(number).map_err(misfit)?),
        CIM_SINT8 | CIM_SINT16 => VARIANT::from(i16::try_from(number).map_err(misfit)?),
        // A character is handed over as the 16 bits that it has.
        CIM_CHAR16 => VARIANT::from(u16::try_from(number).map_err(misfit)?.cast_signed()),
        CIM_UINT16 => VARIANT::from(i32::from(u16::try_from(number).map_err(misfit)?)),
        CIM_UINT32 => VARIANT::from(u32::try_from(number).map_err(misfit)?.cast_signed()),
        CIM_SINT64 | CIM_UINT64 => VARIANT::from(bstr(&number.to_string())),
        // And where the property is none for numbers, WMI has the last word.
        _ => VARIANT::from(i32::try_from(number).map_err(misfit)?),
    })
}

/// A text of COM. An empty one is a text too: what `BSTR` makes of it is none, which arrays cannot hold and WMI takes for NULL.
fn bstr(text: &str) -> BSTR {
    if text.is_empty() {
        // SAFETY: makes a text of no units, which is freed when it is dropped.
        unsafe { SysAllocStringLen(Some(&[])) }
    } else {
        BSTR::from(text)
    }
}

/// The elements in an array of COM, of the type in which WMI takes those of the CIM type.
fn array_of(items: &[Value], cim_type: i32, embed: Embed) -> Outcome<VARIANT> {
    let kind = match cim_type {
        CIM_UINT8 => VT_UI1,
        CIM_SINT8 | CIM_SINT16 | CIM_CHAR16 => VT_I2,
        CIM_UINT16 | CIM_SINT32 | CIM_UINT32 => VT_I4,
        CIM_REAL32 => VT_R4,
        CIM_REAL64 => VT_R8,
        CIM_BOOLEAN => VT_BOOL,
        CIM_OBJECT => VT_UNKNOWN,
        _ => VT_BSTR,
    };
    let count = u32::try_from(items.len()).map_err(|_| Fault::Unsupported)?;
    // SAFETY: makes an array of so many elements, which the value below owns from then on.
    let array = unsafe { SafeArrayCreateVector(kind, 0, count) };
    if array.is_null() {
        return Err(Fault::Other { code: 0x8007_000E, text: "there is no memory left".to_owned() });
    }
    let mut owner = VARIANT::default();
    // SAFETY: an empty value becomes one that owns the array, and frees it when it is dropped.
    unsafe {
        let inner: &mut ManuallyDrop<VARIANT_0_0> = &mut owner.Anonymous.Anonymous;
        inner.Anonymous.parray = array;
        inner.vt = VARENUM(VT_ARRAY.0 | kind.0);
    }
    for (at, item) in (0_i32..).zip(items) {
        let element = scalar(item, cim_type, embed)?;
        // SAFETY: only a value of the type of the array is put into it; Windows makes a copy. Texts and objects are given themselves, what
        // else there is by its address.
        unsafe {
            let inner = &element.Anonymous.Anonymous;
            if inner.vt != kind {
                return Err(Fault::Unsupported);
            }
            let content = &inner.Anonymous;
            let address: *const c_void = match kind {
                // Not `as_ptr`, which gives another address where the text is empty.
                VT_BSTR => (&raw const content.bstrVal).cast::<*const c_void>().read(),
                VT_UNKNOWN => {
                    content.punkVal.as_ref().map_or(std::ptr::null(), |object| object.as_raw().cast_const())
                }
                _ => (&raw const *content).cast(),
            };
            SafeArrayPutElement(array, &raw const at, address).map_err(|error| from_error(&error))?;
        }
    }
    Ok(owner)
}

fn null() -> VARIANT {
    let mut variant = VARIANT::default();
    // SAFETY: an empty value becomes a null one; neither owns anything.
    unsafe { (*variant.Anonymous.Anonymous).vt = VT_NULL };
    variant
}
