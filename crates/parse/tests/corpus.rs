//! The kept corpus of the fuzz targets (`fuzz/corpus`), through the same readers and with the same claims, without a fuzzer.
#![allow(clippy::disallowed_methods, reason = "tests read their samples, and write where nobody else does")]

use cim_repository::{Namespace, Parts, Repository};
use deminer_parse::bundle::{BundleRef, Limits};
use deminer_parse::text::Text;
use deminer_parse::{
    Parsed, autoruns, events, hives, hotfix, mof, powershell, systeminfo, tasks, version, wmic,
};
use evidence::Location;
use registry_hive::Hive;
use std::path::Path;
use std::sync::Arc;

/// A target and what it does with an input.
type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 12] = [
    ("autoruns", |data| texts(data, &[autoruns::parse_table, autoruns::parse_xml])),
    ("bundle", bundle),
    ("cim_repository", repository),
    ("events_json", |data| drop(events::parse_json(&Text::decode(data)))),
    ("hive", hive),
    ("mof", |data| drop(mof::parse_fragments(Text::decode(data).as_str()))),
    ("powershell", |data| texts(data, &[powershell::parse_list, powershell::parse_json])),
    ("systeminfo", |data| {
        texts(data, &[systeminfo::parse, hotfix::parse_updates, hotfix::parse_packages]);
        texts(data, &[version::parse_computer_info, version::parse_ver]);
    }),
    ("task_actions", |data| drop(hives::task_actions(data))),
    ("task_job", |data| drop(tasks::parse_job(data, "C/Windows/Tasks/At1.job"))),
    ("task_xml", |data| drop(tasks::parse(&Text::decode(data), "C/Windows/System32/Tasks/A/B"))),
    ("wmic", |data| texts(data, &[wmic::parse_list, wmic::parse_csv, wmic::parse_rawxml])),
];

/// Every offset lies in the input.
fn texts(data: &[u8], parsers: &[fn(&Text<'_>) -> Parsed]) {
    let text = Text::decode(data);
    for (location, _) in parsers.iter().flat_map(|parse| parse(&text).records) {
        let Location::Offset(offset) = location else { panic!("{location:?}") };
        assert!(offset <= data.len() as u64);
    }
}

fn bundle(data: &[u8]) {
    let limits = Limits::default();
    let bundle = BundleRef::from_bytes("PC1_WMI.zip", data);
    let evidence = bundle.read(&limits);
    assert!(!evidence.is_empty());
    assert!(evidence.iter().map(|evidence| &evidence.host.id).eq(&bundle.survey(&limits)));
    for evidence in &evidence {
        let sources = evidence.sources.len();
        assert!(evidence.records.iter().all(|record| (record.provenance.source as usize) < sources));
    }
}

fn hive(data: &[u8]) {
    let Some((length, rest)) = data.split_first_chunk::<2>() else { return };
    let (log, hive) = rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()));
    let Ok(hive) = Hive::with_logs(hive.to_vec(), &[log]) else { return };
    drop(hive.lost_keys());
    drop(hives::parse(&hive, "C/Users/me/NTUSER.DAT"));
}

fn repository(data: &[u8]) {
    let Some((lengths, rest)) = data.split_first_chunk::<4>() else { return };
    let length = |at: usize| usize::from(u16::from_le_bytes([lengths[at], lengths[at + 1]]));
    let (mapping, rest) = rest.split_at(length(0).min(rest.len()));
    let (index, objects) = rest.split_at(length(2).min(rest.len()));
    let mappings = if mapping.is_empty() { Vec::new() } else { vec![(1, mapping.to_vec())] };
    let parts =
        Parts { objects: Arc::new(objects.to_vec()), index: Some(Arc::new(index.to_vec())), mappings };
    let Ok(repository) = Repository::from_parts(parts) else { return };
    drop(repository.subscriptions());
    drop(repository.deleted());
    assert!(repository.classes(&Namespace::new("root")).count() < 1_000);
}

#[test]
fn every_kept_input_is_read() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    for (name, run) in TARGETS {
        let mut inputs = 0;
        for entry in std::fs::read_dir(corpus.join(name)).unwrap_or_else(|error| panic!("{name}: {error}")) {
            run(&std::fs::read(entry.unwrap().path()).unwrap());
            inputs += 1;
        }
        assert!(inputs > 1, "{name} has a corpus");
    }
}
