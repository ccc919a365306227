//! How fast bundles are found, surveyed and read: the figure is bundles in a second, on one core.
#![allow(clippy::disallowed_methods, reason = "tests read their samples, and write where nobody else does")]
#![expect(clippy::unwrap_used, reason = "what cannot write its files cannot measure")]

use deminer_parse::bundle::{BundleRef, Discovery, Input, Limits, discover};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn main() {
    divan::main();
}

/// The three files of the workflow, as wmic writes them on a clean machine.
fn files(number: usize) -> [(&'static str, Vec<u8>); 3] {
    const SID: &str = "{1,2,0,0,0,0,0,5,32,0,0,0,32,2,0,0}";
    let filter = format!(
        "\n\nCreatorSID={SID}\nEventAccess=\nEventNamespace=root\\cimv2\nName=SCM Event Log Filter\n\
         Query=select * from MSFT_SCMEventLogEvent\nQueryLanguage=WQL\n\n\n"
    );
    let consumer = format!(
        "\n\nCategory=0\nCreatorSID={SID}\nEventID=0\nEventType=1\nInsertionStringTemplates={{\"\"}}\nMachineName=\n\
         MaximumQueueSize=\nName=SCM Event Log Consumer\nNameOfRawDataProperty=\nNameOfUserSIDProperty=sid\n\
         NumberOfInsertionStrings=0\nSourceName=Service Control Manager\nUNCServerName=\n\n\n"
    );
    let binding = format!(
        "\n\nConsumer=\"\\\\.\\root\\subscription:NTEventLogEventConsumer.Name=\"SCM Event Log Consumer\"\"\n\
         CreatorSID={SID}\nDeliverSynchronously=FALSE\nDeliveryQoS=\nFilter=\"\\\\.\\root\\subscription:__EventFilter.Name=\"SCM Event Log Filter\"\"\n\
         MaintainSecurityContext=FALSE\nSlowDownProviders=FALSE\n\n\n"
    );
    let stored = |text: String| {
        let text = text.replace('\n', "\r\r\n") + &" ".repeat(number % 7);
        [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    [
        ("EventFilter.txt", stored(filter)),
        ("EventConsumer.txt", stored(consumer)),
        ("FilterToConsumerBinding.txt", stored(binding)),
    ]
}

fn folders(root: &Path, count: usize) {
    for number in 0..count {
        let folder = root.join(format!("PC{number:05}_WMI"));
        fs::create_dir_all(&folder).unwrap();
        for (name, bytes) in files(number) {
            fs::write(folder.join(name), bytes).unwrap();
        }
    }
}

fn archive(number: usize) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files(number) {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(&bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn archives(root: &Path, count: usize) {
    for number in 0..count {
        fs::write(root.join(format!("PC{number:05}_WMI.zip")), archive(number)).unwrap();
    }
}

/// All bundles in one archive, as a help desk sends them.
fn nested(root: &Path, count: usize) {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..count {
        writer.start_file(format!("PC{number:05}_WMI.zip"), SimpleFileOptions::default()).unwrap();
        writer.write_all(&archive(number)).unwrap();
    }
    fs::write(root.join("all.zip"), writer.finish().unwrap().into_inner()).unwrap();
}

/// A way to lay out so many bundles in a folder, by name.
type Layout = (&'static str, fn(&Path, usize));

const LAYOUTS: [Layout; 3] = [("folders", folders), ("archives", archives), ("nested", nested)];
const COUNTS: [usize; 2] = [1_000, 10_000];

fn cases() -> impl Iterator<Item = String> {
    LAYOUTS.iter().flat_map(|(name, _)| COUNTS.map(|count| format!("{count} {name}")))
}

fn prepare(case: &str) -> (TempDir, Vec<Input>, usize) {
    let (count, layout) = case.split_once(' ').unwrap();
    let count = count.parse().unwrap();
    let root = tempfile::tempdir().unwrap();
    let (_, make) = LAYOUTS.iter().find(|(name, _)| *name == layout).unwrap();
    make(root.path(), count);
    let inputs = vec![Input::Path(root.path().to_owned())];
    (root, inputs, count)
}

#[divan::bench(args = cases(), sample_count = 3)]
fn find(bencher: Bencher, case: &str) {
    let (_root, inputs, count) = prepare(case);
    bencher.counter(ItemsCount::new(count)).bench(|| {
        let Discovery { bundles, .. } = discover(black_box(&inputs), &Limits::default());
        assert_eq!(bundles.len(), count);
        bundles
    });
}

fn each(bencher: Bencher, case: &str, work: impl Fn(&BundleRef) -> usize + Sync) {
    let (_root, inputs, count) = prepare(case);
    let bundles = discover(&inputs, &Limits::default()).bundles;
    bencher.counter(ItemsCount::new(count)).bench(|| bundles.iter().map(&work).sum::<usize>());
}

#[divan::bench(args = cases(), sample_count = 3)]
fn survey(bencher: Bencher, case: &str) {
    each(bencher, case, |bundle| bundle.survey(&Limits::default()).len());
}

#[divan::bench(args = cases(), sample_count = 3)]
fn read(bencher: Bencher, case: &str) {
    each(bencher, case, |bundle| bundle.read(&Limits::default()).len());
}
