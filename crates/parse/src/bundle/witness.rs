//! Which machine a record names.

use super::names;
use crate::network;
use evidence::RecordData;

/// The machine that a record names and was read on. Answers over the network were read elsewhere, and say nothing of the files beside them.
pub(super) fn witness(data: &RecordData) -> Option<&str> {
    let asked = matches!(data, RecordData::Setting(setting) if setting.kind == network::KIND);
    if asked { None } else { server(data) }
}

/// The machine that a record names, where it names a particular one.
pub(super) fn server(data: &RecordData) -> Option<&str> {
    let server = match data {
        RecordData::WmiObject(object) => object.server.as_deref(),
        RecordData::WmiClass(class) => class.server.as_deref(),
        RecordData::Event(event) => Some(event.computer.as_str()),
        RecordData::Setting(setting) => setting.details.get("host").map(String::as_str),
        _ => None,
    };
    server.map(str::trim).filter(|server| names::is_host(server))
}
