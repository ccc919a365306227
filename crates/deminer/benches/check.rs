//! `deminer check` on the disk of a recorded machine, as a whole process: repository, 94 event logs and 202 tasks.
#![expect(clippy::unwrap_used, reason = "what cannot make its files cannot measure")]
#![expect(clippy::print_stdout, reason = "what is not measured is told")]

#[path = "../tests/it/recorded.rs"]
mod recorded;

use divan::Bencher;
use std::process::{Command, Stdio};

fn main() {
    if recorded::folder().join("repository/infected-win10").exists() {
        divan::main();
    } else {
        println!("SKIPPED: the recorded machine is not there");
    }
}

#[divan::bench(sample_count = 10)]
fn infected_machine(bencher: Bencher) {
    let folder = tempfile::tempdir().unwrap();
    let root = recorded::machine("infected-win10", folder.path()).unwrap();
    bencher.bench_local(|| {
        let mut check = Command::new(env!("CARGO_BIN_EXE_deminer"));
        let status =
            check.args(["check", "--format=json"]).arg(&root).stdout(Stdio::null()).status().unwrap();
        assert_eq!(status.code(), Some(1));
    });
}
