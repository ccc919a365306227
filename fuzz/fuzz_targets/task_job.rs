//! The reader of task files from before Vista, on any bytes: it gives one task at most, and every task has a path.

#![no_main]

use evidence::RecordData;
use libfuzzer_sys::fuzz_target;
use parse::tasks;

fuzz_target!(|data: &[u8]| {
    let parsed = tasks::parse_job(data, "C/Windows/Tasks/At1.job");
    match parsed.records.as_slice() {
        [] => {}
        [(_, RecordData::Task(task))] => {
            assert!(task.path.starts_with('\\') && task.actions.len() == 1, "{task:?}");
        }
        other => panic!("{other:?}"),
    }
});
