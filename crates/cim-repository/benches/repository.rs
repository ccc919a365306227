//! What reading a real repository costs: `cargo bench -p cim-repository`.
//!
//! Needs the public test data in `../shared/data` or where `DEMINER_DATA` says; without it, nothing is measured.

#[path = "../tests/common/mod.rs"]
mod common;

use std::sync::Arc;

use cim_repository::{Class, Instance, Repository, Visitor};
use divan::Bencher;

/// Counts, so that nothing is optimised away.
#[derive(Default)]
struct Count(usize);

impl Visitor for Count {
    fn class(&mut self, class: &Arc<Class>) {
        self.0 += class.properties.len();
    }

    fn instance(&mut self, instance: &Instance) {
        self.0 += instance.properties.len();
    }
}

/// A folder with the unpacked clean repository.
fn folder() -> Option<tempfile::TempDir> {
    let files = common::load("clean-win10")?;
    let folder = tempfile::tempdir().ok()?;
    files.write_to(folder.path());
    Some(folder)
}

/// Opens the folder and decodes every property of every class and instance.
#[divan::bench(sample_count = 20)]
fn walk_all(bencher: Bencher<'_, '_>) {
    let Some(folder) = folder() else { return };
    bencher.bench_local(|| {
        let mut count = Count::default();
        if let Ok(repository) = Repository::open(folder.path()) {
            repository.walk(&mut count);
        }
        count.0
    });
}

/// Opens the folder and reads the subscriptions of all namespaces.
#[divan::bench(sample_count = 50)]
fn subscriptions(bencher: Bencher<'_, '_>) {
    let Some(folder) = folder() else { return };
    bencher.bench_local(|| Repository::open(folder.path()).map(|r| r.subscriptions().len()).ok());
}

/// Recovers deleted objects.
#[divan::bench(sample_count = 10)]
fn deleted(bencher: Bencher<'_, '_>) {
    let Some(folder) = folder() else { return };
    bencher.bench_local(|| Repository::open(folder.path()).map(|r| r.deleted().objects.len()).ok());
}

/// Looks for the traces of one name.
#[divan::bench(sample_count = 20)]
fn traces(bencher: Bencher<'_, '_>) {
    let Some(folder) = folder() else { return };
    bencher.bench_local(|| {
        Repository::open(folder.path())
            .and_then(|r| r.traces_of("SCM Event Log Filter"))
            .map(|t| t.len())
            .ok()
    });
}

fn main() {
    divan::main();
}
