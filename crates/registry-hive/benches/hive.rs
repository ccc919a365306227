//! How fast a hive is walked: `cargo bench -p registry-hive`. Needs the recordings (`DEMINER_DATA`).
#![allow(clippy::disallowed_methods, reason = "tests read their samples, and write where nobody else does")]

use registry_hive::Hive;
use std::io::Read as _;

fn main() {
    divan::main();
}

#[divan::bench]
fn system_hive(bencher: divan::Bencher) {
    let folder = std::env::var("DEMINER_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").to_owned());
    let packed = std::fs::read(format!("{folder}/hives/SYSTEM_B.gz")).expect("the recordings are needed");
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut bytes).expect("a gzip file");
    let hive = Hive::new(bytes).expect("a hive");
    bencher.bench(|| {
        let root = hive.root().expect("a root");
        root.walk()
            .map(|(path, key)| {
                path.len() + key.values().iter().map(|v| v.name().len() + v.data().len()).sum::<usize>()
            })
            .sum::<usize>()
    });
}
