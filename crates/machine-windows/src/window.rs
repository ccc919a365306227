//! The console window.

use windows::Win32::System::Console::{
    CONSOLE_MODE, ENABLE_VIRTUAL_TERMINAL_PROCESSING, GetConsoleMode, GetConsoleProcessList, GetStdHandle,
    STD_ERROR_HANDLE, STD_HANDLE, STD_OUTPUT_HANDLE, SetConsoleMode,
};

/// Whether this program is the only one in its console window: then the window was made for it, and goes with it.
pub fn owns_console() -> bool {
    let mut ids = [0_u32; 2];
    // SAFETY: the buffer is given with its length.
    unsafe { GetConsoleProcessList(&mut ids) == 1 }
}

/// Whether the terminal of standard output obeys escape sequences, as it is or told to now. The consoles of Windows 7 and 8 show them.
pub fn output_obeys_escapes() -> bool {
    obeys(STD_OUTPUT_HANDLE)
}

/// The same of standard error.
pub fn errors_obey_escapes() -> bool {
    obeys(STD_ERROR_HANDLE)
}

fn obeys(which: STD_HANDLE) -> bool {
    // SAFETY: the handle needs no closing.
    let Ok(handle) = (unsafe { GetStdHandle(which) }) else { return false };
    let mut mode = CONSOLE_MODE::default();
    // SAFETY: there is room for the mode.
    if unsafe { GetConsoleMode(handle, &raw mut mode) }.is_err() {
        // No console: a terminal of another kind, which is one for its escape sequences.
        return true;
    }
    let wanted = mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING;
    // SAFETY: the handle is that of a console.
    mode == wanted || unsafe { SetConsoleMode(handle, wanted) }.is_ok()
}
