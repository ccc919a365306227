//! Files that are read together: a WMI repository is five files of one folder, a registry hive is one and its transaction logs.
//!
//! They are set aside while a bundle is taken in, since archives have them in any order, and are read when all of it has been seen.

use super::notes::{SET_HELD, SET_LOST, SET_SURPLUS, mebibytes};
use super::taken::{Offer, Taken, note, to_note};
use crate::file_name::file_name;
use crate::{Parsed, hives, repository};
use cim_repository::{Parts, ReadAt};
use evidence::{Level, Location, RecordData, Source};
use registry_hive::Hive;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A file that waits for the others of its set.
#[derive(Debug)]
struct Aside {
    offer: Offer,
    source: Source,
    bytes: Arc<Vec<u8>>,
}

/// The files of the sets by folder.
#[derive(Debug, Default)]
pub(super) struct Sets {
    repositories: BTreeMap<String, BTreeMap<Role, Aside>>,
    hives: BTreeMap<(String, String), HiveFiles>,
    /// Bytes that are held.
    held: u64,
}

/// A hive and its transaction logs, which have its name and `.LOG`, `.LOG1` or `.LOG2` behind it.
#[derive(Debug, Default)]
struct HiveFiles {
    hive: Option<Aside>,
    logs: Vec<Aside>,
}

/// What a file is in its repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Objects,
    Index,
    Mapping(u8),
}

impl Role {
    /// By the name, and else by the signature of the first page.
    fn of(name: &str, bytes: &[u8]) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "objects.data" => Self::Objects,
            "index.btr" => Self::Index,
            "mapping1.map" => Self::Mapping(1),
            "mapping2.map" => Self::Mapping(2),
            "mapping3.map" => Self::Mapping(3),
            _ if bytes.starts_with(&[0xCD, 0xAB, 0, 0]) => Self::Mapping(0),
            _ => Self::Index,
        }
    }
}

impl Sets {
    /// Sets a file of a WMI repository aside. Returns what there is to tell at once where it cannot be held.
    pub(super) fn add_repository_file(
        &mut self,
        offer: Offer,
        source: Source,
        bytes: Vec<u8>,
        limit: u64,
    ) -> Option<Taken> {
        if let Some(taken) = self.hold(&offer, bytes.len(), limit) {
            return Some(taken);
        }
        let role = Role::of(file_name(&offer.relative), &bytes);
        let set = self.repositories.entry(folder(&offer).to_owned()).or_default();
        if set.contains_key(&role) {
            let mut taken = taken(&offer, None);
            note(&mut taken, &offer, Level::Warning, SET_SURPLUS.plain());
            return Some(taken);
        }
        set.insert(role, Aside { offer, source, bytes: Arc::new(bytes) });
        None
    }

    /// Sets a hive or one of its logs aside. Returns what there is to tell at once where it cannot be held.
    pub(super) fn add_hive_file(
        &mut self,
        offer: Offer,
        source: Source,
        bytes: Vec<u8>,
        limit: u64,
    ) -> Option<Taken> {
        if let Some(taken) = self.hold(&offer, bytes.len(), limit) {
            return Some(taken);
        }
        let name = file_name(&offer.relative).to_ascii_lowercase();
        let log_of = [".log1", ".log2", ".log"].iter().find_map(|end| name.strip_suffix(end));
        let set =
            self.hives.entry((folder(&offer).to_owned(), log_of.unwrap_or(&name).to_owned())).or_default();
        let aside = Aside { offer, source, bytes: Arc::new(bytes) };
        if log_of.is_some() && registry_hive::is_log(&aside.bytes) {
            set.logs.push(aside);
        } else if set.hive.is_none() {
            set.hive = Some(aside);
        } else {
            let mut taken = taken(&aside.offer, None);
            note(&mut taken, &aside.offer, Level::Warning, SET_SURPLUS.plain());
            return Some(taken);
        }
        None
    }

    fn hold(&mut self, offer: &Offer, length: usize, limit: u64) -> Option<Taken> {
        let held = self.held.saturating_add(length as u64);
        if held > limit {
            let mut taken = taken(offer, None);
            note(&mut taken, offer, Level::Error, SET_HELD.with([mebibytes(limit).into()]));
            return Some(taken);
        }
        self.held = held;
        None
    }

    /// Reads every set. A survey asks for no more than the names of machines.
    pub(super) fn read(self, survey: bool) -> Vec<Taken> {
        let repositories =
            self.repositories.into_iter().flat_map(|(folder, set)| read_repository(&folder, set));
        let hives = self.hives.into_values().flat_map(|set| read_hive(set, survey));
        repositories.chain(hives).collect()
    }
}

/// Reads a hive with its logs.
fn read_hive(set: HiveFiles, survey: bool) -> Vec<Taken> {
    let HiveFiles { hive, logs } = set;
    let Some(Aside { offer, source, bytes }) = hive else {
        let alone = |log: Aside| {
            let mut taken = taken(&log.offer, Some(log.source));
            let name = file_name(&log.offer.relative);
            let of = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            note(&mut taken, &log.offer, Level::Info, SET_LOST.with([of.into()]));
            taken
        };
        return logs.into_iter().map(alone).collect();
    };
    let log_bytes: Vec<&[u8]> = logs.iter().map(|log| Vec::as_slice(&log.bytes)).collect();
    let mut past = Parsed::default();
    let parsed = match Hive::with_logs(Arc::unwrap_or_clone(bytes), &log_bytes) {
        Err(error) => Parsed { problems: vec![hives::unreadable(error)], ..Parsed::default() },
        Ok(hive) if survey => hives::parse_name(&hive),
        Ok(hive) => {
            let mut parsed = hives::parse(&hive, &offer.relative);
            past = hives::parse_lost(&hive, &offer.relative);
            parsed.problems.append(&mut past.problems);
            parsed
        }
    };
    let mut all = vec![with_records(&offer, source.clone(), parsed)];
    if !past.records.is_empty() {
        all.push(past_of(&offer, source, hives::PAST_FORMAT, past.records));
    }
    all.extend(logs.into_iter().map(|log| taken(&log.offer, Some(log.source))));
    all
}

/// Reads a repository: what is there and what was there have a source each, so that the one is not taken for the other.
fn read_repository(folder: &str, mut set: BTreeMap<Role, Aside>) -> Vec<Taken> {
    let Some(objects) = set.remove(&Role::Objects) else {
        let alone = |aside: Aside| {
            let mut taken = taken(&aside.offer, Some(aside.source));
            note(&mut taken, &aside.offer, Level::Warning, SET_LOST.with(["OBJECTS.DATA".into()]));
            taken
        };
        return set.into_values().map(alone).collect();
    };
    let mut index = None;
    let mut mappings = Vec::new();
    let mut others = Vec::new();
    for (role, aside) in set {
        match role {
            Role::Mapping(number) => mappings.push((number, aside.bytes.to_vec())),
            Role::Index | Role::Objects => index = Some(aside.bytes as Arc<dyn ReadAt>),
        }
        others.push(taken(&aside.offer, Some(aside.source)));
    }
    let parts = Parts { objects: objects.bytes, index, mappings };
    let (present, past) = if is_outdated(folder) {
        (Parsed::default(), repository::parse_outdated(&parts))
    } else {
        let reading = repository::parse(&parts);
        (reading.present, reading.past)
    };
    let mut all = vec![with_records(&objects.offer, objects.source.clone(), present)];
    if !past.is_empty() {
        all.push(past_of(&objects.offer, objects.source, repository::PAST_FORMAT, past));
    }
    all.extend(others);
    all
}

/// What was there once, in a source of its own format, so that it is not taken for what is there.
fn past_of(offer: &Offer, source: Source, format: &str, records: Vec<(Location, RecordData)>) -> Taken {
    let source = Source { format: format.to_owned(), ..source };
    Taken { records, ..taken(offer, Some(source)) }
}

fn with_records(offer: &Offer, source: Source, parsed: Parsed) -> Taken {
    let name = source.display_name();
    Taken {
        records: parsed.records,
        coverage: parsed.coverage,
        classes: parsed.classes,
        notes: parsed.problems.into_iter().map(|problem| to_note(problem, &name)).collect(),
        ..taken(offer, Some(source))
    }
}

fn taken(offer: &Offer, source: Option<Source>) -> Taken {
    Taken { relative: offer.relative.clone(), source, evidence: true, ..Taken::default() }
}

/// Whether Windows put the repository in this folder aside when it built a new one: `Repository.001`.
pub(super) fn is_outdated(folder: &str) -> bool {
    let name = file_name(folder.trim_end_matches(['/', '!'])).to_ascii_lowercase();
    name.strip_prefix("repository.").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The folder of the file, that of the compressed file where it was one.
fn folder(offer: &Offer) -> &str {
    let stored = match offer.relative.rsplit_once('!') {
        Some((stored, _)) if offer.gunzipped => stored,
        _ => offer.relative.as_str(),
    };
    stored.get(..stored.len() - file_name(stored).len()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(relative: &str, gunzipped: bool) -> Offer {
        Offer {
            path: String::new(),
            member: None,
            relative: relative.to_owned(),
            length: 0,
            named: false,
            layers: 0,
            gunzipped,
        }
    }

    #[test]
    fn files_of_one_folder_are_a_set() {
        for (relative, gunzipped, expected) in [
            ("a/b/OBJECTS.DATA", false, "a/b/"),
            ("a/b/OBJECTS.DATA.gz!OBJECTS.DATA", true, "a/b/"),
            ("OBJECTS.DATA.gz!OBJECTS.DATA", true, ""),
            ("x.zip!INDEX.BTR", false, "x.zip!"),
            ("INDEX.BTR", false, ""),
        ] {
            assert_eq!(folder(&offer(relative, gunzipped)), expected, "{relative}");
        }
    }

    #[test]
    fn repositories_that_windows_put_aside_are_the_past() {
        assert!(is_outdated("C/Windows/System32/wbem/Repository.001/"));
        assert!(!is_outdated("C/Windows/System32/wbem/Repository/"));
        assert!(!is_outdated("wbem/repository.bak/"));
    }

    #[test]
    fn roles_come_from_names_and_else_from_content() {
        assert_eq!(Role::of("Objects.Data", b""), Role::Objects);
        assert_eq!(Role::of("mapping3.map", b""), Role::Mapping(3));
        assert_eq!(Role::of("x.bin", &[0xCD, 0xAB, 0, 0]), Role::Mapping(0));
        assert_eq!(Role::of("x.bin", &[0xCC, 0xAC, 0, 0]), Role::Index);
    }
}
