//! How the double tells of the end of a call.

use windows::Win32::System::Wmi::{
    IWbemCallResult, IWbemCallResult_Impl, IWbemClassObject, IWbemServices, WBEM_GENERIC_FLAG_TYPE,
};
use windows::core::{BSTR, OutRef, Result, implement};

/// `WBEM_FLAG_RETURN_IMMEDIATELY`.
const AT_ONCE: i32 = 0x10;
/// `WBEM_S_TIMEDOUT`.
const TIMED_OUT: i32 = 0x0004_0004;

/// Answers at once, as every call must be made: what became of it is told when it is asked for.
pub fn answer(
    flags: WBEM_GENERIC_FLAG_TYPE,
    call: OutRef<IWbemCallResult>,
    outcome: Result<Option<IWbemClassObject>>,
) -> Result<()> {
    assert_eq!(flags.0 & AT_ONCE, AT_ONCE, "to wait for ever is no choice");
    call.write(Some(Ended { outcome }.into()))
}

/// A call that has ended, or goes on where it is to time out.
#[implement(IWbemCallResult)]
struct Ended {
    outcome: Result<Option<IWbemClassObject>>,
}

impl IWbemCallResult_Impl for Ended_Impl {
    fn GetCallStatus(&self, timeout: i32) -> Result<i32> {
        assert!(timeout > 0, "to wait for ever is no choice");
        match &self.outcome {
            Ok(_) => Ok(0),
            Err(error) if error.code().0 == TIMED_OUT => Err(error.clone()),
            Err(error) => Ok(error.code().0),
        }
    }

    fn GetResultObject(&self, timeout: i32) -> Result<IWbemClassObject> {
        assert!(timeout > 0, "to wait for ever is no choice");
        self.outcome.clone().map(|object| object.expect("the call gives an object"))
    }

    fn GetResultString(&self, _: i32) -> Result<BSTR> {
        unreachable!("never called")
    }
    fn GetResultServices(&self, _: i32) -> Result<IWbemServices> {
        unreachable!("never called")
    }
}
