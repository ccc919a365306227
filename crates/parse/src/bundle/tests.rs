//! Bundles of every shape, read from folders and archives that the tests build.

mod disk;
mod exports;
mod files;
mod hostile;
mod hosts;
mod places;
mod real;
mod repositories;

use super::manifest::{MANIFEST_PATH, Manifest, ManifestHost, ManifestMember, RECORDS_PATH, SCHEMA};
use super::*;
use evidence::Level;
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A filter as wmic lists it: names no machine.
const FILTER: &str = "\r\n\r\nCreatorSID={1,2}\r\nEventAccess=\r\nEventNamespace=root\\cimv2\r\nName=F\r\nQuery=SELECT * FROM X\r\nQueryLanguage=WQL\r\n\r\n\r\n";

/// A filter as `wmic /format:csv` lists it: names its machine.
fn filter_of(node: &str) -> String {
    format!(
        "\r\nNode,CreatorSID,EventAccess,EventNamespace,Name,Query,QueryLanguage\r\n{node},{{1;2}},,root\\cimv2,F,SELECT * FROM X,WQL\r\n"
    )
}

/// An archive of these members.
fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

/// What is found and read below some paths.
struct Found {
    discovery: Discovery,
    evidence: Vec<Evidence>,
}

fn find_with(paths: &[&Path], limits: &Limits) -> Found {
    let inputs: Vec<_> = paths.iter().map(|path| Input::Path(path.to_path_buf())).collect();
    let discovery = walk::discover(&inputs, limits, &mut std::io::empty());
    let mut evidence = Vec::new();
    for bundle in &discovery.bundles {
        let read = bundle.read(limits);
        let ids: Vec<_> = read.iter().map(|evidence| evidence.host.id.clone()).collect();
        assert_eq!(bundle.survey(limits), ids, "a survey and a reading agree");
        evidence.extend(read);
    }
    Found { discovery, evidence }
}

fn find(path: &Path) -> Found {
    find_with(&[path], &Limits::default())
}

impl Found {
    /// The hosts and how many records each has, but for those that say that something is not there.
    fn hosts(&self) -> Vec<(&str, usize)> {
        let absent = |evidence: &Evidence| {
            evidence.settings().filter(|(_, setting)| setting.kind == evidence::watched::ABSENT).count()
        };
        self.evidence
            .iter()
            .map(|evidence| (evidence.host.id.0.as_str(), evidence.records.len() - absent(evidence)))
            .collect()
    }

    /// The ids of all notes, with their levels.
    fn notes(&self) -> Vec<(Level, &str)> {
        let notes =
            self.discovery.notes.iter().chain(self.evidence.iter().flat_map(|evidence| &evidence.notes));
        notes.map(|note| (note.level, note.message.id.as_str())).collect()
    }
}

fn sha256(bytes: &[u8]) -> String {
    guard::hex(&Sha256::digest(bytes))
}

/// A manifest that seals these members.
fn manifest(name: &str, members: &[(&str, &[u8])]) -> Vec<u8> {
    let member = |(path, bytes): &(&str, &[u8])| ManifestMember {
        path: (*path).to_owned(),
        sha256: sha256(bytes),
        length: bytes.len() as u64,
    };
    let manifest = Manifest {
        schema: SCHEMA.into(),
        host: ManifestHost {
            name: name.into(),
            id: Some(format!("guid-of-{name}")),
            ..ManifestHost::default()
        },
        members: members.iter().map(member).collect(),
        started: Some("2026-01-02T03:04:05Z".into()),
        ended: Some("2026-01-02T03:05:06Z".into()),
        ..Manifest::default()
    };
    serde_json::to_vec(&manifest).unwrap()
}
