//! The reader of what the registry's task cache says that a task does, on any bytes: what it gives is no longer than what it was given.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parse::hives;

fuzz_target!(|data: &[u8]| {
    let (_, actions) = hives::task_actions(data);
    assert!(actions.len() <= data.len());
    for action in &actions {
        assert!(action.is_same(action), "{action:?}");
    }
});
