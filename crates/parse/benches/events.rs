//! How fast event logs become records: the logs of two machines, where they are at hand, on all cores.
//!
//! The logs are those of `../shared/data/events/*-win10.zip`, or of the folder that `DEMINER_DATA` names, unpacked into memory.
#![expect(clippy::unwrap_used, reason = "what cannot read its files cannot measure")]
#![expect(clippy::print_stdout, reason = "what is not measured is told")]
#![allow(clippy::disallowed_methods, reason = "tests read their samples, and write where nobody else does")]

use deminer_parse::events::parse_evtx;
use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use rayon::prelude::*;
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::LazyLock;

fn main() {
    if LOGS.is_empty() {
        println!("SKIPPED: the logs are not there");
    } else {
        divan::main();
    }
}

static LOGS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let data = std::env::var_os("DEMINER_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    ["infected-win10.zip", "clean-win10.zip"]
        .iter()
        .filter_map(|name| std::fs::File::open(data.join("events").join(name)).ok())
        .flat_map(|file| {
            let mut archive = zip::ZipArchive::new(file).unwrap();
            (0..archive.len())
                .map(|at| {
                    let mut bytes = Vec::new();
                    archive.by_index(at).unwrap().read_to_end(&mut bytes).unwrap();
                    bytes
                })
                .collect::<Vec<_>>()
        })
        .collect()
});

fn records(log: &[u8]) -> usize {
    let mut reader = log;
    parse_evtx(black_box(&mut reader)).0.records.len()
}

fn counted(bencher: Bencher, all: impl Fn() -> usize + Sync) {
    let bytes: usize = LOGS.iter().map(Vec::len).sum();
    bencher.counter(BytesCount::new(bytes)).counter(ItemsCount::new(LOGS.len())).bench(|| assert!(all() > 0));
}

/// One log after the other, as a bundle is read; the chunks of a log go to all cores.
#[divan::bench(sample_count = 20)]
fn one_by_one(bencher: Bencher) {
    counted(bencher, || LOGS.iter().map(|log| records(log)).sum());
}

/// All logs at once.
#[divan::bench(sample_count = 20)]
fn at_once(bencher: Bencher) {
    counted(bencher, || LOGS.par_iter().map(|log| records(log)).sum());
}
