//! The manifest of a bundle, `deminer/manifest.json` with the schema `deminer.bundle/1`.
//!
//! It says which machine was read, by whom, when and with which rights, what could not be read and why, and it seals the bundle: every member but
//! the manifest itself is listed with its length and SHA-256.

use super::Limits;
use super::archive::Archive;
use super::guard::open;
use super::names::same_machine;
use super::notes::{MANIFEST_DIFFERS, MANIFEST_MISSING, MANIFEST_UNLISTED};
use evidence::{Coverage, Custody, Host, HostId, Message, NameSource, OperatingSystem, Source};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Read as _};
use std::path::Path;

/// The schema that this version writes and reads.
pub const SCHEMA: &str = "deminer.bundle/1";

/// Where the manifest lies in a bundle.
pub const MANIFEST_PATH: &str = "deminer/manifest.json";

/// The largest manifest that is read apart from its bundle, in bytes.
const LIMIT: u64 = 64 << 20;

/// Where the records lie in a bundle.
pub const RECORDS_PATH: &str = "deminer/records.jsonl";

/// The manifest in a bundle, as it is: nothing is held against it. `None` where the file is no archive with a manifest.
pub fn manifest_of(path: &Path) -> Option<Manifest> {
    let (file, _) = open(path).ok()?;
    let (mut archive, members, _) = Archive::open(Box::new(BufReader::new(file)), &Limits::default()).ok()?;
    let member = members.iter().find(|member| member.name == MANIFEST_PATH)?;
    let mut text = String::new();
    archive.read(member).ok()?.take(LIMIT).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

/// What a collector says of its bundle.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA`].
    pub schema: String,
    /// The machine that was read.
    pub host: ManifestHost,
    /// Who collected: `DOMAIN\user`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// When collecting began, UTC, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<String>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// How many seconds the machine's clock is ahead of a trusted one, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_offset_seconds: Option<i64>,
    /// The program that collected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<Program>,
    /// The rights that it held: `administrator`, `SeBackupPrivilege`, …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rights: Vec<String>,
    /// Every member of the bundle but this one.
    #[serde(default)]
    pub members: Vec<ManifestMember>,
    /// What could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Failure>,
    /// Which areas the records cover, and how far.
    #[serde(default)]
    pub coverage: Coverage,
    /// What the provenance of the records points into.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
}

/// The machine that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestHost {
    /// The machine's name.
    pub name: String,
    /// Its machine GUID or SID, where it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its other names: FQDN, `NetBIOS`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Its operating system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<OperatingSystem>,
}

/// A program, exactly.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Its version.
    pub version: String,
    /// The SHA-256 of its file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// A member of the bundle.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestMember {
    /// Its path from the bundle's root, with `/` between its parts.
    pub path: String,
    /// Its SHA-256, in hex.
    pub sha256: String,
    /// Its length in bytes.
    pub length: u64,
}

/// Something that could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What: an area, a class, a path.
    pub what: String,
    /// Why, as the system said.
    pub why: String,
}

impl Manifest {
    /// The host, by its id where the manifest has one, else by its FQDN, else by its name.
    pub fn host(&self) -> Host {
        let own = &self.host;
        let fqdn = || own.names.iter().chain([&own.name]).find(|name| name.contains('.'));
        let id = own.id.clone().filter(|id| !id.is_empty());
        let id = id.unwrap_or_else(|| fqdn().unwrap_or(&own.name).to_uppercase());
        let mut names: Vec<_> = own.names.iter().chain([&own.name]).cloned().collect();
        names.sort();
        names.dedup();
        Host {
            id: HostId(id),
            name: own.name.clone(),
            name_source: NameSource::Manifest,
            names,
            os: own.os.clone(),
        }
    }

    /// Whether the manifest's machine has this name.
    pub(super) fn speaks_of(&self, name: &str) -> bool {
        self.host.names.iter().chain([&self.host.name]).any(|own| same_machine(own, name))
    }

    /// Compares the manifest with what is there: length and SHA-256 by path.
    pub(super) fn verify(&self, there: &BTreeMap<&str, (u64, Option<&str>)>) -> (Custody, Vec<Message>) {
        let mut messages = Vec::new();
        let mut listed = BTreeSet::new();
        for member in &self.members {
            listed.insert(member.path.as_str());
            match there.get(member.path.as_str()) {
                None => messages.push(MANIFEST_MISSING.with([member.path.as_str().into()])),
                Some((length, hash)) => {
                    let same = *length == member.length
                        && hash.is_some_and(|hash| hash.eq_ignore_ascii_case(&member.sha256));
                    if !same {
                        messages.push(MANIFEST_DIFFERS.with([member.path.as_str().into()]));
                    }
                }
            }
        }
        let unlisted = there.keys().filter(|path| **path != MANIFEST_PATH && !listed.contains(*path));
        messages.extend(unlisted.map(|path| MANIFEST_UNLISTED.with([(*path).into()])));
        let custody = if messages.is_empty() { Custody::Verified } else { Custody::Broken };
        (custody, messages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let member = |path: &str| ManifestMember { path: path.into(), sha256: "AB".into(), length: 3 };
        Manifest {
            schema: SCHEMA.into(),
            host: ManifestHost {
                name: "PC1".into(),
                names: vec!["pc1.example".into()],
                ..ManifestHost::default()
            },
            members: vec![member("a"), member("b")],
            ..Manifest::default()
        }
    }

    #[test]
    fn survives_json() {
        let text = serde_json::to_string(&manifest()).unwrap();
        assert_eq!(serde_json::from_str::<Manifest>(&text).unwrap(), manifest());
    }

    #[test]
    fn the_id_is_the_best_that_is_known() {
        assert_eq!(manifest().host().id.0, "PC1.EXAMPLE");
        let mut with_guid = manifest();
        with_guid.host.id = Some("6c1d".into());
        assert_eq!(with_guid.host().id.0, "6c1d");
    }

    #[test]
    fn every_way_to_differ_breaks_custody() {
        let good: BTreeMap<_, _> =
            [("a", (3, Some("ab"))), ("b", (3, Some("ab"))), (MANIFEST_PATH, (9, None))].into();
        assert_eq!(manifest().verify(&good), (Custody::Verified, Vec::new()));
        let mut cases = vec![good.clone(), good.clone(), good.clone(), good];
        cases[0].remove("a");
        cases[1].insert("c", (1, Some("cd")));
        cases[2].insert("a", (4, Some("ab")));
        cases[3].insert("a", (3, None));
        for case in &cases {
            let (custody, messages) = manifest().verify(case);
            assert_eq!((custody, messages.len()), (Custody::Broken, 1), "{case:?}");
        }
    }
}
