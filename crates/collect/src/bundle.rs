//! Writing the bundle.

use crate::error::Error;
use crate::gather::{Gathered, Store, sha256};
use crate::{Options, wmic};
use evidence::wmi::SUBSCRIPTION_NAMESPACE;
use evidence::{Area, RecordData, WmiObject};
use jiff::Timestamp;
use parse::bundle::manifest::{MANIFEST_PATH, Manifest, ManifestHost, ManifestMember, RECORDS_PATH, SCHEMA};
use std::io::{Seek, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Whether an object belongs into a listing.
type Belongs = fn(&WmiObject) -> bool;

/// An archive in the making, and what is in it.
pub(crate) struct Bundle<W: Write + Seek> {
    archive: ZipWriter<W>,
    members: Vec<ManifestMember>,
}

impl<W: Write + Seek> Bundle<W> {
    /// An empty one.
    pub(crate) fn new(out: W) -> Self {
        Self { archive: ZipWriter::new(out), members: Vec::new() }
    }

    /// Writes the records, and the manifest last.
    pub(crate) fn write(
        mut self,
        gathering: Gathered,
        options: &Options,
        (started, ended): (Timestamp, Timestamp),
    ) -> Result<Manifest, Error> {
        self.listings(&gathering)?;
        let mut lines = Vec::new();
        for record in &gathering.records {
            serde_json::to_writer(&mut lines, record)?;
            lines.push(b'\n');
        }
        self.member(RECORDS_PATH, &lines)?;
        drop(lines);
        let Gathered { facts, sources, coverage, failures, .. } = gathering;
        let host = facts.host;
        let mut rights = facts.rights;
        if facts.elevated {
            rights.insert(0, "administrator".to_owned());
        }
        let id = Some(host.id.0).filter(|id| !id.is_empty() && *id != host.name.to_uppercase());
        let names = host.names.into_iter().filter(|name| *name != host.name).collect();
        let manifest = Manifest {
            schema: SCHEMA.to_owned(),
            host: ManifestHost { name: host.name, id, names, os: host.os },
            operator: Some(facts.user).filter(|user| !user.is_empty()),
            started: Some(started.to_string()),
            ended: Some(ended.to_string()),
            clock_offset_seconds: options.clock_offset_seconds,
            program: options.program.clone(),
            rights,
            members: std::mem::take(&mut self.members),
            failures,
            coverage,
            sources,
        };
        let bytes = serde_json::to_vec_pretty(&manifest)?;
        self.member(MANIFEST_PATH, &bytes)?;
        self.archive.finish()?.flush()?;
        Ok(manifest)
    }

    /// The three files of the workflow, each where all of its class was read: a listing cannot say that it is a part only.
    fn listings(&mut self, gathering: &Gathered) -> Result<(), Error> {
        let objects: Vec<&WmiObject> = gathering
            .records
            .iter()
            .filter_map(|record| match &record.data {
                RecordData::WmiObject(object) => Some(object),
                _ => None,
            })
            .filter(|object| object.namespace.as_deref() == Some(SUBSCRIPTION_NAMESPACE))
            .collect();
        let files: [(&str, Area, Belongs); 3] = [
            ("EventFilter.txt", Area::EventFilters, WmiObject::is_filter),
            ("EventConsumer.txt", Area::EventConsumers, WmiObject::is_consumer),
            ("FilterToConsumerBinding.txt", Area::Bindings, WmiObject::is_binding),
        ];
        for (name, area, belongs) in files {
            if gathering.coverage.is_complete(area) {
                let own = objects.iter().copied().filter(|object| belongs(object));
                self.member(name, &wmic::list(own))?;
            }
        }
        Ok(())
    }

    fn member(&mut self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::DEFAULT)
            .large_file(bytes.len() as u64 > u64::from(u32::MAX));
        self.archive.start_file(path, options)?;
        self.archive.write_all(bytes)?;
        let length = bytes.len() as u64;
        self.members.push(ManifestMember { path: path.to_owned(), sha256: sha256(bytes), length });
        Ok(())
    }
}

impl<W: Write + Seek> Store for Bundle<W> {
    fn keep(&mut self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        self.member(&format!("deminer/raw/{path}"), bytes)
    }
}
