//! Objects of the double: classes, instances and their qualifiers.

use super::values::{OBJECT, fits, is_null, null, text, text_of};
use super::{Class, Shared, fail, success};
use std::cell::{Cell, RefCell};
use windows::Win32::System::Com::SAFEARRAY;
use windows::Win32::System::Variant::VARIANT;
use windows::Win32::System::Wmi::{
    IWbemClassObject, IWbemClassObject_Impl, IWbemQualifierSet, IWbemQualifierSet_Impl, WBEM_COMPARISON_FLAG,
    WBEM_CONDITION_FLAG_TYPE, WBEM_FLAG_LOCAL_ONLY, WBEM_FLAG_NONSYSTEM_ONLY,
};
use windows::core::{BSTR, OutRef, PCWSTR, Ref, Result, implement};

const NOT_FOUND: u32 = 0x8004_1002;
const TYPE_MISMATCH: u32 = 0x8004_1005;
const READ_ONLY: u32 = 0x8004_1011;
const NO_MORE_DATA: i32 = 0x0004_0005;

/// A class, or an instance of one.
#[implement(IWbemClassObject)]
pub struct Object {
    shared: Shared,
    namespace: String,
    class: Class,
    is_class: bool,
    values: RefCell<Vec<VARIANT>>,
    cursor: Cell<Option<(usize, i32)>>,
}

/// The object with these values; a class has its defaults.
pub fn make(
    shared: &Shared,
    namespace: &str,
    class: &Class,
    is_class: bool,
    values: Vec<VARIANT>,
) -> IWbemClassObject {
    Object {
        shared: shared.clone(),
        namespace: namespace.to_owned(),
        class: class.clone(),
        is_class,
        values: RefCell::new(values),
        cursor: Cell::new(None),
    }
    .into()
}

/// The path of an instance with these values: keys as WMI writes them.
pub fn relative_path(class: &Class, values: &[VARIANT]) -> String {
    let mut keys: Vec<_> = class.properties.iter().zip(values).filter(|(own, _)| own.is_key).collect();
    keys.sort_by(|a, b| a.0.name.cmp(b.0.name));
    let keys: Vec<_> = keys
        .into_iter()
        .map(|(own, value)| {
            let text = text_of(value).unwrap_or_default().replace('\\', "\\\\").replace('"', "\\\"");
            format!("{}=\"{text}\"", own.name)
        })
        .collect();
    format!("{}.{}", class.name, keys.join(","))
}

impl Object_Impl {
    fn at(&self, name: &PCWSTR) -> Option<usize> {
        // SAFETY: names are NUL-terminated, as the caller of WMI gives them.
        let name = unsafe { name.to_string() }.unwrap();
        self.class.properties.iter().position(|own| own.name.eq_ignore_ascii_case(&name))
    }

    fn system(&self, name: &PCWSTR) -> Option<VARIANT> {
        // SAFETY: as above.
        match unsafe { name.to_string() }.unwrap().as_str() {
            "__CLASS" => Some(text(self.class.name)),
            "__SUPERCLASS" => Some(self.class.superclass.map_or_else(null, text)),
            "__RELPATH" if self.is_class => Some(text(self.class.name)),
            "__RELPATH" => Some(text(&relative_path(&self.class, &self.values.borrow()))),
            _ => None,
        }
    }

    /// The properties that an enumeration with these flags shows.
    fn shown(&self, flags: i32) -> Vec<usize> {
        assert!([WBEM_FLAG_LOCAL_ONLY.0, WBEM_FLAG_NONSYSTEM_ONLY.0].contains(&flags), "flags {flags:#x}");
        let own = |at: &usize| flags != WBEM_FLAG_LOCAL_ONLY.0 || !self.class.properties[*at].is_inherited;
        (0..self.class.properties.len()).filter(own).collect()
    }
}

impl IWbemClassObject_Impl for Object_Impl {
    fn GetQualifierSet(&self) -> Result<IWbemQualifierSet> {
        Ok(Qualifiers { all: self.class.qualifiers.clone(), cursor: Cell::new(None) }.into())
    }

    fn Get(&self, name: &PCWSTR, flags: i32, value: *mut VARIANT, kind: *mut i32, _: *mut i32) -> Result<()> {
        assert_eq!(flags, 0);
        self.shared.check("Get", "")?;
        let found = match self.at(name) {
            Some(at) => (self.values.borrow()[at].clone(), self.class.properties[at].cim_type),
            None => (self.system(name).ok_or_else(|| fail(NOT_FOUND))?, 8),
        };
        // SAFETY: the caller gives room for a value that is initialised, and for its type.
        unsafe {
            *value = found.0;
            kind.write(found.1);
        }
        Ok(())
    }

    fn Put(&self, name: &PCWSTR, flags: i32, value: *const VARIANT, kind: i32) -> Result<()> {
        assert_eq!((flags, kind), (0, 0));
        let at = self.at(name).ok_or_else(|| fail(NOT_FOUND))?;
        let property = &self.class.properties[at];
        // SAFETY: the caller gives a value that outlives the call.
        let value = unsafe { &*value };
        self.shared.note("Put", property.name, 0);
        if property.name == "CreatorSID" {
            return Err(fail(READ_ONLY));
        }
        if !fits(value, property.cim_type) {
            return Err(fail(TYPE_MISMATCH));
        }
        self.values.borrow_mut()[at] = value.clone();
        Ok(())
    }

    fn BeginEnumeration(&self, flags: i32) -> Result<()> {
        self.shown(flags);
        self.cursor.set(Some((0, flags)));
        Ok(())
    }

    fn Next(&self, _: i32, name: *mut BSTR, value: *mut VARIANT, kind: *mut i32, _: *mut i32) -> Result<()> {
        let (at, flags) = self.cursor.get().expect("an enumeration was begun");
        let Some(at) = self.shown(flags).get(at).copied().inspect(|_| self.cursor.set(Some((at + 1, flags))))
        else {
            return Err(success(NO_MORE_DATA));
        };
        let property = &self.class.properties[at];
        // SAFETY: the caller gives room for all of it, initialised where it is freed.
        unsafe {
            *name = BSTR::from(property.name);
            *value = self.values.borrow()[at].clone();
            kind.write(property.cim_type);
        }
        Ok(())
    }

    fn EndEnumeration(&self) -> Result<()> {
        self.cursor.set(None);
        Ok(())
    }

    /// No MOF of Microsoft's: one text for one content is all that is asked of it here.
    fn GetObjectText(&self, flags: i32) -> Result<BSTR> {
        assert_eq!(flags, 0);
        self.shared.check("GetObjectText", self.class.name)?;
        if self.is_class {
            return Ok(BSTR::from(self.class.mof()));
        }
        let values = self.values.borrow();
        let shown = self.class.properties.iter().zip(values.iter()).filter(|(_, value)| !is_null(value)).map(
            |(own, value)| match own.cim_type {
                OBJECT => format!("\t{} = …;\n", own.name),
                _ => format!("\t{} = {:?};\n", own.name, text_of(value)),
            },
        );
        Ok(BSTR::from(format!("\ninstance of {}\n{{\n{}}};\n", self.class.name, shown.collect::<String>())))
    }

    fn SpawnInstance(&self, flags: i32) -> Result<IWbemClassObject> {
        assert_eq!((flags, self.is_class), (0, true));
        let defaults = self.class.properties.iter().map(|own| own.default.clone()).collect();
        Ok(make(&self.shared, &self.namespace, &self.class, false, defaults))
    }

    fn Delete(&self, _: &PCWSTR) -> Result<()> {
        unreachable!("never called")
    }
    fn GetNames(&self, _: &PCWSTR, _: WBEM_CONDITION_FLAG_TYPE, _: *const VARIANT) -> Result<*mut SAFEARRAY> {
        unreachable!("never called")
    }
    fn GetPropertyQualifierSet(&self, name: &PCWSTR) -> Result<IWbemQualifierSet> {
        let at = self.at(name).ok_or_else(|| fail(NOT_FOUND))?;
        let dynamic = self.class.properties[at].is_dynamic.then(|| ("dynamic", VARIANT::from(true)));
        let all = dynamic.into_iter().collect();
        Ok(Qualifiers { all, cursor: Cell::new(None) }.into())
    }
    fn Clone(&self) -> Result<IWbemClassObject> {
        unreachable!("never called")
    }
    fn SpawnDerivedClass(&self, _: i32) -> Result<IWbemClassObject> {
        unreachable!("never called")
    }
    fn CompareTo(&self, _: WBEM_COMPARISON_FLAG, _: Ref<IWbemClassObject>) -> Result<()> {
        unreachable!("never called")
    }
    fn GetPropertyOrigin(&self, _: &PCWSTR) -> Result<BSTR> {
        unreachable!("never called")
    }
    fn InheritsFrom(&self, _: &PCWSTR) -> Result<()> {
        unreachable!("never called")
    }
    fn GetMethod(
        &self,
        _: &PCWSTR,
        _: i32,
        _: OutRef<IWbemClassObject>,
        _: OutRef<IWbemClassObject>,
    ) -> Result<()> {
        unreachable!("never called")
    }
    fn PutMethod(
        &self,
        _: &PCWSTR,
        _: i32,
        _: Ref<IWbemClassObject>,
        _: Ref<IWbemClassObject>,
    ) -> Result<()> {
        unreachable!("never called")
    }
    fn DeleteMethod(&self, _: &PCWSTR) -> Result<()> {
        unreachable!("never called")
    }
    fn BeginMethodEnumeration(&self, _: i32) -> Result<()> {
        unreachable!("never called")
    }
    fn NextMethod(
        &self,
        _: i32,
        _: *mut BSTR,
        _: OutRef<IWbemClassObject>,
        _: OutRef<IWbemClassObject>,
    ) -> Result<()> {
        unreachable!("never called")
    }
    fn EndMethodEnumeration(&self) -> Result<()> {
        unreachable!("never called")
    }
    fn GetMethodQualifierSet(&self, _: &PCWSTR) -> Result<IWbemQualifierSet> {
        unreachable!("never called")
    }
    fn GetMethodOrigin(&self, _: &PCWSTR) -> Result<BSTR> {
        unreachable!("never called")
    }
}

/// The qualifiers of a class.
#[implement(IWbemQualifierSet)]
struct Qualifiers {
    all: Vec<(&'static str, VARIANT)>,
    cursor: Cell<Option<usize>>,
}

impl IWbemQualifierSet_Impl for Qualifiers_Impl {
    fn BeginEnumeration(&self, flags: i32) -> Result<()> {
        assert_eq!(flags, 0);
        self.cursor.set(Some(0));
        Ok(())
    }

    fn Next(&self, _: i32, name: *mut BSTR, value: *mut VARIANT, _: *mut i32) -> Result<()> {
        let at = self.cursor.get().expect("an enumeration was begun");
        let Some((own, found)) = self.all.get(at) else { return Err(success(NO_MORE_DATA)) };
        self.cursor.set(Some(at + 1));
        // SAFETY: the caller gives room for both, initialised.
        unsafe {
            *name = BSTR::from(*own);
            *value = found.clone();
        }
        Ok(())
    }

    fn EndEnumeration(&self) -> Result<()> {
        self.cursor.set(None);
        Ok(())
    }

    fn Get(&self, _: &PCWSTR, _: i32, _: *mut VARIANT, _: *mut i32) -> Result<()> {
        unreachable!("never called")
    }
    fn Put(&self, _: &PCWSTR, _: *const VARIANT, _: i32) -> Result<()> {
        unreachable!("never called")
    }
    fn Delete(&self, _: &PCWSTR) -> Result<()> {
        unreachable!("never called")
    }
    fn GetNames(&self, _: i32) -> Result<*mut SAFEARRAY> {
        unreachable!("never called")
    }
}
