//! Holding the index against the records: a damaged or changed key must not hide an object without a word.
//!
//! What holds in an undamaged repository (measured: two public ones, all 13,289 classes and 5,033 instances): every record of a live page
//! has a key; an instance has two, `IL_` under its own class and `I_` under the class that defines its keys, with the same namespace, hash
//! and place; its record begins with the hash of the class that the `IL_` key names; a class has a `C_` key under its superclass. Where one of these is
//! broken, the record itself or the other key decides, and a problem tells of it.

use std::collections::{HashMap, HashSet};

use crate::PAGE_SIZE;
use crate::carve;
use crate::class;
use crate::error::{FileKind, Problem};
use crate::hash::NameHash;
use crate::instance;
use crate::key::{Key, KeyKind, RecordRef};
use crate::location::Location;
use crate::mapping::PageMap;
use crate::pages::{Bytes, Pages};
use crate::record::{self, TocEntry, toc};

/// The keys with what the records say.
#[derive(Default)]
pub(crate) struct Checked {
    pub(crate) keys: Vec<Key>,
    /// Page and number of records that the index does not lead to as it should.
    pub(crate) recovered: HashSet<(u32, u32)>,
    pub(crate) problems: Vec<Problem>,
    /// Records that keys name and that are there, and those that are not though their page is.
    pub(crate) found: usize,
    pub(crate) missing: usize,
}

/// A key that names a record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Named {
    page: u32,
    id: u32,
    size: u32,
    /// Its number in the list of keys.
    key: usize,
}

/// What there is besides the pages with the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// The index and which page is which.
    Index,
    /// Which page is which. Records without keys are nothing to tell of.
    Map,
    /// Nothing.
    Nothing,
}

/// Holds the keys against the records of the mapped pages. `stale` gives keys of index pages that are not live: they may still tell the
/// namespace of a record.
pub(crate) fn check(
    objects: &Pages,
    map: &PageMap,
    keys: Vec<Key>,
    stale: &dyn Fn() -> Vec<Key>,
    known: Known,
) -> Checked {
    let mut named: Vec<Named> = (0..)
        .zip(&keys)
        .filter_map(|(key, k)| k.record().map(|at| Named { page: at.page, id: at.id, size: at.size, key }))
        .collect();
    named.sort_unstable();
    let facts = Facts::of(&keys);
    let mut check = Check {
        objects,
        map,
        facts,
        known,
        unnamed: Vec::new(),
        out: Checked { keys, ..Checked::default() },
    };
    let mut rest = named.as_slice();
    let mut seen = HashSet::new();
    // The last logical page that a record before goes on in.
    let mut carried = None;
    for (logical, physical) in map.pairs() {
        rest = &rest[rest.partition_point(|n| n.page < logical)..];
        let (group, after) = rest.split_at(rest.partition_point(|n| n.page == logical));
        rest = after;
        let is_carried = known != Known::Nothing && group.is_empty() && carried >= Some(logical);
        if !seen.insert(physical) || is_carried {
            continue;
        }
        if let Ok(page) = objects.page(physical) {
            let before = check.out.found;
            carried = carried.max(check.page(&page, logical, physical, group));
            let records = group.chunk_by(|a, b| a.id == b.id).count();
            check.out.missing += records.saturating_sub(check.out.found - before);
        }
    }
    check.unnamed(stale);
    check.subclasses();
    check.out
}

/// What all keys together say.
struct Facts {
    /// Number of keys in each namespace.
    namespaces: HashMap<NameHash, usize>,
    /// Names of classes that are defined, and of those that have a superclass, by namespace.
    defined: HashSet<(NameHash, NameHash)>,
    derived: HashSet<(NameHash, NameHash)>,
    names: HashSet<NameHash>,
}

impl Facts {
    fn of(keys: &[Key]) -> Self {
        let mut facts = Self {
            namespaces: HashMap::new(),
            defined: HashSet::new(),
            derived: HashSet::new(),
            names: HashSet::new(),
        };
        for key in keys {
            *facts.namespaces.entry(key.namespace).or_default() += 1;
            match key.kind {
                KeyKind::Class { class, .. } => {
                    facts.defined.insert((key.namespace, class));
                    facts.names.insert(class);
                }
                KeyKind::Subclass { class, .. } => {
                    facts.derived.insert((key.namespace, class));
                    facts.names.insert(class);
                }
                _ => {}
            }
        }
        facts
    }

    fn weight(&self, namespace: NameHash) -> usize {
        self.namespaces.get(&namespace).copied().unwrap_or(0)
    }
}

struct Check<'a> {
    objects: &'a Pages,
    map: &'a PageMap,
    facts: Facts,
    known: Known,
    /// Records of live pages that no key names.
    unnamed: Vec<Location>,
    out: Checked,
}

impl Check<'_> {
    /// Holds the keys of a page against its table of contents; returns the last logical page that its last record goes on in.
    fn page(&mut self, page: &Bytes<'_>, logical: u32, physical: u32, group: &[Named]) -> Option<u32> {
        let entries: Vec<TocEntry> = toc(page).collect();
        let last = entries.iter().max_by_key(|e| e.offset)?;
        let beyond = (last.offset as usize).saturating_add(last.size as usize).saturating_sub(PAGE_SIZE);
        let carried = u32::try_from(beyond.div_ceil(PAGE_SIZE)).unwrap_or(u32::MAX);

        let mut by_id: Vec<&[Named]> = group.chunk_by(|a, b| a.id == b.id).collect();
        let mut without: Vec<&TocEntry> = entries
            .iter()
            .filter(|e| by_id.binary_search_by_key(&e.id, |keys| keys[0].id).is_err())
            .collect();
        let ids: HashSet<u32> = entries.iter().map(|e| e.id).collect();
        // A record number that changed in one place: the size tells which record is meant.
        let astray: Vec<&[Named]> = by_id.iter().copied().filter(|keys| !ids.contains(&keys[0].id)).collect();
        by_id.retain(|keys| ids.contains(&keys[0].id));
        for keys in astray {
            let size = keys[0].size;
            let mut same = without.iter().enumerate().filter(|(_, e)| e.size == size);
            if let (Some((place, entry)), None) = (same.next(), same.next()) {
                let entry = **entry;
                self.renumber(keys, &entry, logical, physical);
                without.remove(place);
            }
        }
        for keys in by_id {
            self.out.found += 1;
            if let Some(entry) = entries.iter().find(|e| e.id == keys[0].id) {
                self.record(page, entry, keys, logical, physical);
            }
        }
        self.unnamed.extend(without.iter().map(|entry| Self::location(entry, logical, physical)));
        Some(logical.saturating_add(carried))
    }

    fn location(entry: &TocEntry, logical: u32, physical: u32) -> Location {
        Location {
            logical_page: Some(logical),
            physical_page: physical,
            page_offset: entry.offset,
            record_id: entry.id,
            size: entry.size,
        }
    }

    fn tell(&mut self, location: &Location, what: &'static str) {
        if self.known == Known::Index {
            let text =
                format!("OBJECTS.DATA at offset {:#x}, the record {location}: {what}", location.offset());
            let place = Some((FileKind::Objects, location.offset()));
            self.out.problems.push(Problem::new(place, text).of_kind(what));
        }
    }

    /// Gives keys the record number that the table of contents has.
    fn renumber(&mut self, keys: &[Named], entry: &TocEntry, logical: u32, physical: u32) {
        for named in keys {
            if let Some(at) = self.out.keys[named.key].record_mut() {
                at.id = entry.id;
            }
        }
        self.out.found += 1;
        self.out.recovered.insert((logical, entry.id));
        let location = Self::location(entry, logical, physical);
        self.tell(&location, "the index knows the record under another number than its page does");
    }

    /// Holds the keys of one record against each other and against the record.
    fn record(&mut self, page: &[u8], entry: &TocEntry, keys: &[Named], logical: u32, physical: u32) {
        let location = Self::location(entry, logical, physical);
        let head = page.get(entry.offset as usize..).and_then(|data| instance::head(data).ok());
        let (mut own, mut keyed) = (None, None);
        let is_agreed = keys.iter().any(|named| named.size == entry.size);
        for named in keys.iter().filter(|named| is_agreed && named.size != entry.size) {
            if let Some(at) = self.out.keys[named.key].record_mut() {
                at.size = entry.size;
            }
            self.out.recovered.insert((logical, entry.id));
            self.tell(&location, "the two keys of this instance give the record different sizes");
        }
        for named in keys {
            match self.out.keys[named.key].kind {
                KeyKind::Instance { class, instance, .. } => own = Some((named.key, class, instance)),
                KeyKind::Keyed { instance, .. } => keyed = Some((named.key, instance)),
                _ => return,
            }
        }
        match (own, keyed) {
            (None, Some((key, instance))) => {
                let at = RecordRef { page: logical, id: entry.id, size: entry.size };
                let Some(head) = head else {
                    return self.tell(&location, "the index lacks one of the two keys of this instance, and the record does not begin as one");
                };
                let kind = KeyKind::Instance { class: head.class, instance, at };
                let namespace = self.out.keys[key].namespace;
                self.recover(
                    Key { namespace, kind },
                    &location,
                    "the index lacks the key of this instance under its class",
                );
            }
            (Some(_), None) => {
                self.out.recovered.insert((logical, entry.id));
                self.tell(
                    &location,
                    "the index lacks the key of this instance under the class that defines its keys",
                );
            }
            (Some((own, class, instance)), Some((keyed, other))) => {
                let namespace = self.out.keys[keyed].namespace;
                if self.out.keys[own].namespace != namespace {
                    if self.facts.weight(namespace) > self.facts.weight(self.out.keys[own].namespace) {
                        self.out.keys[own].namespace = namespace;
                    }
                    self.out.recovered.insert((logical, entry.id));
                    self.tell(&location, "the two keys of this instance name different namespaces");
                }
                if instance != other {
                    self.out.recovered.insert((logical, entry.id));
                    self.tell(&location, "the two keys of this instance have different hashes");
                }
                let Some(head) = head.filter(|head| head.class != class) else { return };
                if self.facts.names.contains(&head.class)
                    && let KeyKind::Instance { class, .. } = &mut self.out.keys[own].kind
                {
                    *class = head.class;
                }
                self.out.recovered.insert((logical, entry.id));
                self.tell(&location, "the instance names another class than its key");
            }
            (None, None) => {}
        }
    }

    fn recover(&mut self, key: Key, location: &Location, what: &'static str) {
        self.out.keys.push(key);
        if let Some(page) = location.logical_page {
            self.out.recovered.insert((page, location.record_id));
        }
        self.tell(location, what);
    }

    /// Finds out what the records are that no key names.
    fn unnamed(&mut self, stale: &dyn Fn() -> Vec<Key>) {
        let unnamed = std::mem::take(&mut self.unnamed);
        if unnamed.is_empty() {
            return;
        }
        let by_record: HashMap<(u32, u32), Key> =
            stale().into_iter().filter_map(|key| key.record().map(|at| ((at.id, at.size), key))).collect();
        // Classes that have a superclass, but no definition.
        let mut undefined: HashMap<NameHash, Vec<NameHash>> = HashMap::new();
        for &(namespace, class) in self.facts.derived.difference(&self.facts.defined) {
            undefined.entry(class).or_default().push(namespace);
        }
        for location in unnamed {
            let Some(page) = location.logical_page else { continue };
            let at = RecordRef { page, id: location.record_id, size: location.size };
            let stale = by_record.get(&(at.id, at.size));
            let known = stale.map_or(NameHash::UNKNOWN, |key| key.namespace);
            // What is cut off cannot be read as a whole, but its beginning tells what it is.
            let entry = TocEntry { id: at.id, offset: location.page_offset, size: at.size };
            let data = self.data(&entry, &location);
            if carve::instance_size(&data).is_some()
                && let Ok(head) = instance::head(&data)
            {
                let instance = match stale.map(|key| key.kind) {
                    Some(KeyKind::Instance { instance, .. } | KeyKind::Keyed { instance, .. }) => instance,
                    _ => NameHash::UNKNOWN,
                };
                let kind = KeyKind::Instance { class: head.class, instance, at };
                let key = Key { namespace: known, kind };
                self.recover(
                    key,
                    &location,
                    "the instance lies in a live page, but the index has no key of it: it counts as there",
                );
            } else if (self.known != Known::Nothing || carve::class_size(&data).is_some())
                && let Some(name) = class::name(&data)
            {
                let class = NameHash::of(&name);
                let namespace = match undefined.get(&class).map(Vec::as_slice) {
                    Some([only]) => *only,
                    _ => known,
                };
                let key = Key { namespace, kind: KeyKind::Class { class, at } };
                self.recover(
                    key,
                    &location,
                    "the class lies in a live page, but the index has no key of it: it counts as there",
                );
            } else {
                self.tell(&location, "the record lies in a live page, but the index has no key of it");
            }
        }
    }

    fn data(&self, entry: &TocEntry, location: &Location) -> Vec<u8> {
        let physical = location.physical_page;
        let Ok(page) = self.objects.page(physical) else { return Vec::new() };
        let rest = page[entry.range(&page)].to_vec();
        let logical = location.logical_page;
        let next = |n| self.map.physical(logical?.checked_add(n)?);
        record::continued(self.objects, page.clone(), entry, physical, logical, next)
            .map_or(rest, |record| record.data.to_vec())
    }

    /// Adds the keys that say what a class derives from, where they are lost: consumer classes are found by them.
    fn subclasses(&mut self) {
        let mut extra = Vec::new();
        for key in &self.out.keys {
            let KeyKind::Class { class, at } = key.kind else { continue };
            if self.facts.derived.contains(&(key.namespace, class)) {
                continue;
            }
            let Ok(record) = record::read(self.objects, self.map, at) else { continue };
            let Ok(head) = class::head(&record.data) else { continue };
            let kind = KeyKind::Subclass { parent: NameHash::of(&head.superclass), class };
            extra.push((Key { namespace: key.namespace, kind }, record.location));
        }
        for (key, location) in extra {
            self.out.keys.push(key);
            if key.namespace != NameHash::UNKNOWN {
                self.tell(&location, "the index lacks the key that says what this class derives from");
            }
        }
    }
}
