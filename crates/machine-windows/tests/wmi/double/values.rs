//! Values as WMI hands them over, made and checked without the code that is tested.

use std::ffi::c_void;
use windows::Win32::Foundation::SysAllocStringLen;
use windows::Win32::System::Ole::{SafeArrayCreateVector, SafeArrayPutElement};
use windows::Win32::System::Variant::{
    VARENUM, VARIANT, VT_ARRAY, VT_BOOL, VT_BSTR, VT_DATE, VT_I2, VT_I4, VT_NULL, VT_R4, VT_R8, VT_UI1,
    VT_UNKNOWN, VT_VARIANT,
};
use windows::Win32::System::Wmi::IWbemClassObject;
use windows::core::{BSTR, IUnknown, Interface as _};

/// `CIM_FLAG_ARRAY`.
pub const ARRAY: i32 = 0x2000;
pub const SINT16: i32 = 2;
pub const SINT32: i32 = 3;
pub const REAL32: i32 = 4;
pub const REAL64: i32 = 5;
pub const STRING: i32 = 8;
pub const BOOLEAN: i32 = 11;
pub const OBJECT: i32 = 13;
pub const SINT8: i32 = 16;
pub const UINT8: i32 = 17;
pub const UINT16: i32 = 18;
pub const UINT32: i32 = 19;
pub const SINT64: i32 = 20;
pub const UINT64: i32 = 21;
pub const DATETIME: i32 = 101;
pub const REFERENCE: i32 = 102;
pub const CHAR16: i32 = 103;

/// The type in which WMI hands over values of the CIM type (Microsoft: "Numbers", "CIM Types").
fn kind(cim_type: i32) -> VARENUM {
    let single = match cim_type & !ARRAY {
        UINT8 => VT_UI1,
        SINT8 | SINT16 | CHAR16 => VT_I2,
        UINT16 | SINT32 | UINT32 => VT_I4,
        REAL32 => VT_R4,
        REAL64 => VT_R8,
        BOOLEAN => VT_BOOL,
        OBJECT => VT_UNKNOWN,
        _ => VT_BSTR,
    };
    if cim_type & ARRAY == 0 { single } else { VARENUM(single.0 | VT_ARRAY.0) }
}

/// Whether WMI takes the value for a property of the CIM type.
pub fn fits(value: &VARIANT, cim_type: i32) -> bool {
    is_null(value) || kind_of(value) == kind(cim_type)
}

pub fn kind_of(value: &VARIANT) -> VARENUM {
    // SAFETY: every value says of which type it is.
    unsafe { value.Anonymous.Anonymous.vt }
}

pub fn is_null(value: &VARIANT) -> bool {
    kind_of(value) == VT_NULL || kind_of(value).0 == 0
}

pub fn null() -> VARIANT {
    let mut value = VARIANT::default();
    // SAFETY: an empty value becomes a null one; neither owns anything.
    unsafe { (*value.Anonymous.Anonymous).vt = VT_NULL };
    value
}

/// A date of COM, which WMI never hands over.
pub fn odd() -> VARIANT {
    let mut value = VARIANT::default();
    // SAFETY: an empty value becomes a date, which owns nothing.
    unsafe { (*value.Anonymous.Anonymous).vt = VT_DATE };
    value
}

pub fn text(text: &str) -> VARIANT {
    VARIANT::from(BSTR::from(text))
}

pub fn embedded(object: IWbemClassObject) -> VARIANT {
    VARIANT::from(IUnknown::from(object))
}

/// The text of a value that is text.
pub fn text_of(value: &VARIANT) -> Option<String> {
    // SAFETY: read only where the type says that there is text.
    unsafe { (kind_of(value) == VT_BSTR).then(|| value.Anonymous.Anonymous.Anonymous.bstrVal.to_string()) }
}

/// An array of numbers, each by its address.
fn array<T>(kind: VARENUM, items: &[T], address: impl Fn(&T) -> *const c_void) -> VARIANT {
    let mut owner = VARIANT::default();
    // SAFETY: the array has so many elements of the type, each of which is copied into it; the value owns it then.
    unsafe {
        let array = SafeArrayCreateVector(kind, 0, u32::try_from(items.len()).unwrap());
        for (at, item) in (0_i32..).zip(items) {
            SafeArrayPutElement(array, &raw const at, address(item)).unwrap();
        }
        let inner = &mut *owner.Anonymous.Anonymous;
        inner.Anonymous.parray = array;
        inner.vt = VARENUM(VT_ARRAY.0 | kind.0);
    }
    owner
}

pub fn bytes(items: &[u8]) -> VARIANT {
    array(VT_UI1, items, |item| (&raw const *item).cast())
}

pub fn shorts(items: &[i16]) -> VARIANT {
    array(VT_I2, items, |item| (&raw const *item).cast())
}

pub fn longs(items: &[i32]) -> VARIANT {
    array(VT_I4, items, |item| (&raw const *item).cast())
}

pub fn reals(items: &[f64]) -> VARIANT {
    array(VT_R8, items, |item| (&raw const *item).cast())
}

pub fn texts(items: &[&str]) -> VARIANT {
    // SAFETY: makes texts, empty ones too, which are freed when they are dropped.
    let items: Vec<_> = items
        .iter()
        .map(|item| unsafe { SysAllocStringLen(Some(&item.encode_utf16().collect::<Vec<_>>())) })
        .collect();
    // SAFETY: such a text is nothing but its address.
    array(VT_BSTR, &items, |item| unsafe { (&raw const *item).cast::<*const c_void>().read() })
}

pub fn objects(items: &[IWbemClassObject]) -> VARIANT {
    array(VT_UNKNOWN, items, |item| item.as_raw().cast_const())
}

/// A text of these units, whatever they are.
pub fn half_text(units: &[u16]) -> VARIANT {
    VARIANT::from(BSTR::from_wide(units))
}

/// An array of one text of these units.
pub fn half_texts(units: &[u16]) -> VARIANT {
    let item = BSTR::from_wide(units);
    // SAFETY: such a text is nothing but its address.
    array(VT_BSTR, &[item], |item| unsafe { (&raw const *item).cast::<*const c_void>().read() })
}

/// An array of values that say themselves what they are, larger than any other element.
pub fn variants() -> VARIANT {
    array(VT_VARIANT, &[VARIANT::from(1_i32), VARIANT::from(true)], |item| (&raw const *item).cast())
}
