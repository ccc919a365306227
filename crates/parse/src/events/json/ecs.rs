//! What Winlogbeat's Sysmon module moves from `winlog.event_data` to the Elastic Common Schema.

use super::super::record::{Raw, text};
use super::super::wanted::SYSMON;
use serde_json::{Map, Value};

/// Path in the common schema, and the field of Sysmon.
const MOVED: &[(&[&str], &str)] = &[
    (&["process", "entity_id"], "ProcessGuid"),
    (&["process", "pid"], "ProcessId"),
    (&["process", "executable"], "Image"),
    (&["process", "command_line"], "CommandLine"),
    (&["process", "working_directory"], "CurrentDirectory"),
    (&["process", "pe", "original_file_name"], "OriginalFileName"),
    (&["process", "parent", "entity_id"], "ParentProcessGuid"),
    (&["process", "parent", "pid"], "ParentProcessId"),
    (&["process", "parent", "executable"], "ParentImage"),
    (&["process", "parent", "command_line"], "ParentCommandLine"),
    (&["rule", "name"], "RuleName"),
    (&["registry", "path"], "TargetObject"),
    (&["registry", "data", "strings"], "Details"),
    (&["dns", "question", "name"], "QueryName"),
    (&["sysmon", "dns", "status"], "QueryStatus"),
    (&["network", "transport"], "Protocol"),
    (&["source", "ip"], "SourceIp"),
    (&["source", "port"], "SourcePort"),
    (&["source", "domain"], "SourceHostname"),
    (&["destination", "ip"], "DestinationIp"),
    (&["destination", "port"], "DestinationPort"),
    (&["destination", "domain"], "DestinationHostname"),
];

/// Puts the fields back under the names that Sysmon gives them; what is there already stays.
pub(super) fn restore(object: &Map<String, Value>, raw: &mut Raw) {
    if !raw.provider.eq_ignore_ascii_case(SYSMON) {
        return;
    }
    let find = |path: &[&str]| {
        let (first, rest) = path.split_first()?;
        let found = rest.iter().try_fold(object.get(*first)?, |value, name| value.get(*name))?;
        Some(text(found)).filter(|text| !text.is_empty())
    };
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            raw.data.entry(name.to_owned()).or_insert(value);
        }
    };
    for (path, name) in MOVED {
        add(name, find(path));
    }
    let file = if raw.event_id == 6 { "ImageLoaded" } else { "TargetFilename" };
    add(file, find(&["file", "path"]));
    let user = find(&["user", "name"]).map(|name| match find(&["user", "domain"]) {
        Some(domain) => format!("{domain}\\{name}"),
        None => name,
    });
    add("User", user);
    let hashes = ["sha1", "md5", "sha256", "imphash"].iter().filter_map(|kind| {
        let value = find(&["process", "hash", kind]).or_else(|| find(&["file", "hash", kind]))?;
        Some(format!("{}={}", kind.to_uppercase(), value.to_uppercase()))
    });
    let hashes = hashes.collect::<Vec<_>>().join(",");
    add("Hashes", Some(hashes).filter(|hashes| !hashes.is_empty()));
}
