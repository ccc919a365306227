//! The lists and the compiler of the double.

use super::Shared;
use std::cell::Cell;
use windows::Win32::System::Wmi::{
    IEnumWbemClassObject, IEnumWbemClassObject_Impl, IMofCompiler, IMofCompiler_Impl, IWbemClassObject,
    IWbemObjectSink, WBEM_COMPILE_STATUS_INFO,
};
use windows::core::{HRESULT, PCWSTR, Ref, Result, implement};

/// A list of objects behind its interface.
#[implement(IEnumWbemClassObject)]
pub struct List {
    pub shared: Shared,
    pub objects: Vec<IWbemClassObject>,
    pub cursor: Cell<usize>,
}

impl IEnumWbemClassObject_Impl for List_Impl {
    fn Next(&self, timeout: i32, count: u32, out: *mut Option<IWbemClassObject>, given: *mut u32) -> HRESULT {
        assert!(timeout > 0, "to wait for ever is no choice");
        assert_eq!(count, 1);
        if let Err(fault) = self.shared.check("Next", "") {
            return fault.code();
        }
        let next = self.objects.get(self.cursor.get()).cloned();
        self.cursor.set(self.cursor.get() + 1);
        let is_there = next.is_some();
        // SAFETY: the caller gives room for one object and for the count.
        unsafe {
            out.write(next);
            given.write(u32::from(is_there));
        }
        HRESULT(i32::from(!is_there))
    }

    fn Reset(&self) -> Result<()> {
        unreachable!("never called")
    }
    fn NextAsync(&self, _: u32, _: Ref<IWbemObjectSink>) -> HRESULT {
        unreachable!("never called")
    }
    fn Clone(&self) -> Result<IEnumWbemClassObject> {
        unreachable!("never called")
    }
    fn Skip(&self, _: i32, _: u32) -> HRESULT {
        unreachable!("never called")
    }
}

/// A compiler that knows the texts of the classes that were ever there.
#[implement(IMofCompiler)]
pub struct Compiler {
    pub shared: Shared,
}

impl IMofCompiler_Impl for Compiler_Impl {
    fn CompileBuffer(
        &self,
        size: i32,
        buffer: *const u8,
        namespace: &PCWSTR,
        user: &PCWSTR,
        authority: &PCWSTR,
        password: &PCWSTR,
        options: i32,
        class_flags: i32,
        instance_flags: i32,
        info: *mut WBEM_COMPILE_STATUS_INFO,
    ) -> Result<()> {
        assert!(user.is_null() && authority.is_null() && password.is_null());
        assert_eq!((options, instance_flags), (0, 0));
        // SAFETY: the buffer is given with its length, and the namespace is NUL-terminated.
        let (bytes, namespace) = unsafe {
            let bytes = std::slice::from_raw_parts(buffer, usize::try_from(size).unwrap());
            (bytes, namespace.to_string().unwrap())
        };
        // As the compiler reads: Unicode where a mark stands before it, else one byte a letter.
        let text = match bytes {
            [0xFF, 0xFE, units @ ..] => {
                let units: Vec<u16> =
                    units.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
                String::from_utf16(&units).unwrap()
            }
            plain => plain.iter().map(|byte| char::from(*byte)).collect(),
        };
        self.shared.note("CompileBuffer", &namespace, class_flags);
        self.shared.check("CompileBuffer", &text)?;
        let class = self.shared.compiled(&text);
        let code = match class {
            Some(class) => {
                self.shared.class(namespace.trim_start_matches(r"\\.\"), class);
                0
            }
            None => 1,
        };
        // SAFETY: there is room for the results.
        unsafe { info.write(WBEM_COMPILE_STATUS_INFO { hRes: HRESULT(code), ..Default::default() }) };
        Ok(())
    }

    fn CompileFile(
        &self,
        _: &PCWSTR,
        _: &PCWSTR,
        _: &PCWSTR,
        _: &PCWSTR,
        _: &PCWSTR,
        _: i32,
        _: i32,
        _: i32,
        _: *mut WBEM_COMPILE_STATUS_INFO,
    ) -> Result<()> {
        unreachable!("never called")
    }
    fn CreateBMOF(
        &self,
        _: &PCWSTR,
        _: &PCWSTR,
        _: &PCWSTR,
        _: i32,
        _: i32,
        _: i32,
        _: *mut WBEM_COMPILE_STATUS_INFO,
    ) -> Result<()> {
        unreachable!("never called")
    }
}
