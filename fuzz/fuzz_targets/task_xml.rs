//! The reader of scheduled tasks, on any bytes: it gives one task at most, and every task has a path.

#![no_main]

use evidence::RecordData;
use libfuzzer_sys::fuzz_target;
use parse::tasks;
use parse::text::Text;

fuzz_target!(|data: &[u8]| {
    for place in ["C/Windows/System32/Tasks/A/B", "export.xml"] {
        let parsed = tasks::parse(&Text::decode(data), place);
        match parsed.records.as_slice() {
            [] => {}
            [(_, RecordData::Task(task))] => assert!(task.path.starts_with('\\'), "{task:?}"),
            other => panic!("{other:?}"),
        }
    }
});
