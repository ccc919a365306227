//! What tests of several carriers share.

use evidence::{Evidence, Host, Location, NameSource, Provenance, Record, RecordData, Source};

/// One machine with these records, all of one source.
pub(crate) fn evidence(records: Vec<RecordData>) -> Evidence {
    let source =
        Source { path: "evidence".into(), member: None, sha256: None, length: 1, format: "test".into() };
    let records = records.into_iter().zip(0..).map(|(data, at)| Record {
        provenance: Provenance { source: 0, location: Location::Offset(at) },
        data,
    });
    Evidence {
        host: Host::named("PC", NameSource::Record),
        sources: vec![source],
        records: records.collect(),
        ..Evidence::default()
    }
}
