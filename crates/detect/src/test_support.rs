//! Evidence for tests.

use evidence::{
    Evidence, Host, Location, NameSource, Property, PropertyName, Provenance, Record, RecordData, Source,
    State, WmiObject,
};

/// An object with these fields, as a listing would show it.
pub(crate) fn object(class: &str, fields: &[(&str, &str)]) -> WmiObject {
    WmiObject {
        class: class.into(),
        properties: fields
            .iter()
            .map(|(name, value)| Property {
                name: PropertyName::new(name),
                value: (*value).into(),
                state: State::Known,
            })
            .collect(),
        ..WmiObject::default()
    }
}

/// Evidence of one source with these objects, one a record.
pub(crate) fn evidence_of(objects: impl IntoIterator<Item = WmiObject>) -> Evidence {
    records_of(objects.into_iter().map(RecordData::WmiObject))
}

/// Evidence of one source with these records.
pub(crate) fn records_of(records: impl IntoIterator<Item = RecordData>) -> Evidence {
    Evidence {
        host: Host::named("PC", NameSource::Record),
        sources: vec![Source {
            path: "evidence.txt".into(),
            member: None,
            sha256: Some("00".repeat(32)),
            length: 1,
            format: "test".into(),
        }],
        records: records
            .into_iter()
            .zip(0..)
            .map(|(data, at)| Record {
                provenance: Provenance { source: 0, location: Location::Offset(at) },
                data,
            })
            .collect(),
        ..Evidence::default()
    }
}
