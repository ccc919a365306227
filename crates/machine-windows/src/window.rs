//! The console window.

use windows::Win32::System::Console::GetConsoleProcessList;

/// Whether this program is the only one in its console window: then the window was made for it, and goes with it.
pub fn owns_console() -> bool {
    let mut ids = [0_u32; 2];
    // SAFETY: the buffer is given with its length.
    unsafe { GetConsoleProcessList(&mut ids) == 1 }
}
