//! The WMI repository on disk: subscriptions, providers, and the classes that can hold a payload.
//!
//! The format is the business of the crate `cim-repository`; here its objects become records. Only what persistence can hide in is read, so
//! that a repository of 14,000 classes costs a fraction of a whole walk.
//!
//! What the live index leads to *is* on the machine. What was deleted or replaced, and what a copy says that Windows put aside when it
//! rebuilt the repository (`Repository.001`), *was* there: those records stand in a source of their own, [`PAST_FORMAT`].

mod convert;
mod wanted;

pub use convert::{class_record, object_record};

use crate::{Parsed, Problem};
use cim_repository::{
    Carved, Class, Content, EventObjects, FileKind, FileTime, Instance, KeyKind, Namespace, Parts, Repository,
};
use evidence::wmi::{STORED_AFTER_INSTALL, WRITTEN_AFTER_INSTALL, canonical_namespace};
use evidence::{Area, Level, Location, Message, MessageSpec, ReadState, RecordData, Setting};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The repository cannot be read at all.
const UNREADABLE: MessageSpec = MessageSpec::new("note-repository-unreadable", &["reason"]);
/// Part of the repository is missing or damaged.
const DAMAGED: MessageSpec = MessageSpec::new("note-repository-damaged", &["reason"]);
/// A value of an object cannot be decoded.
const VALUE: MessageSpec = MessageSpec::new("note-repository-value", &["object", "reason"]);

/// Records of the repository lie on top of each other.
const OVERLAP: MessageSpec = MessageSpec::new("note-repository-overlap", &[]);

/// The index does not lead to an object as it should, though it lies in a page that is in use.
const UNINDEXED: MessageSpec = MessageSpec::new("note-repository-unindexed", &["object"]);
/// What can still be read of an object that cannot be decoded.
const FRAGMENT: MessageSpec = MessageSpec::new("note-repository-fragment", &["text"]);

/// What this module can say.
pub const NOTES: &[MessageSpec] = &[UNREADABLE, DAMAGED, VALUE, OVERLAP, UNINDEXED, FRAGMENT];

/// The format of a source of deleted, replaced and outdated objects, in the words of the documentation.
pub const PAST_FORMAT: &str = "cim-repository-deleted";

/// Default values of a class that have so many characters or elements together are worth a record; those of a class of Windows have 134 at
/// most, the shortest payload that is known has 3,256. Each takes a byte at least.
const LARGE_DEFAULT: usize = 512;
/// How much later than the repository was built an object must have been stored to count as added, in 100 ns: ten minutes.
const ADDED_LATER: u64 = 10 * 60 * 10_000_000;
/// Characters that are told of an object that cannot be decoded.
const MAX_FRAGMENT: usize = 2_000;
/// Namespaces of which every class is a record: where payloads and consumer classes were found, whatever their size.
const CLASS_NAMESPACES: [&str; 3] = [r"root\default", r"root\subscription", r"root\cimv2"];
/// Namespaces in which Windows registers providers of consumers.
const CONSUMER_NAMESPACES: [&str; 2] = [r"root\default", r"root\subscription"];
/// Classes whose instances register what runs for a consumer or a query.
const REGISTRATIONS: [&str; 2] = ["__EventConsumerProviderRegistration", "__Win32Provider"];
/// The class that every consumer class derives from.
const CONSUMER: &str = "__EventConsumer";
/// The classes that parts of subscriptions derive from.
const WANTED: [&str; 4] = ["__EventFilter", CONSUMER, "__FilterToConsumerBinding", "__TimerInstruction"];
/// What a repository covers as far as its subscriptions are sound.
const SUBSCRIPTION_AREAS: [Area; 5] =
    [Area::EventFilters, Area::EventConsumers, Area::Bindings, Area::Timers, Area::OtherNamespaces];

/// What a repository says.
#[derive(Debug, Default)]
pub struct Reading {
    /// What is there.
    pub present: Parsed,
    /// What was there: deleted and replaced objects.
    pub past: Vec<(Location, RecordData)>,
}

/// Reads the repository. Every location is the offset in `OBJECTS.DATA`.
pub fn parse(parts: &Parts) -> Reading {
    // Deleted objects are looked for in all of the files, so that takes as long as all the rest.
    let (present, past) = std::thread::scope(|scope| {
        let past = scope.spawn(|| open(parts).map(|repository| past(&repository)).unwrap_or_default());
        let present = present(parts);
        (present, past.join())
    });
    Reading { present, past: past.unwrap_or_default() }
}

/// Reads a repository that Windows put aside: all that it holds was there.
pub fn parse_outdated(parts: &Parts) -> Vec<(Location, RecordData)> {
    let mut records = present(parts).records;
    records.retain(|(_, data)| !matches!(data, RecordData::Setting(_)));
    records
}

fn open(parts: &Parts) -> cim_repository::Result<Repository> {
    let Parts { objects, index, mappings } = parts;
    Repository::from_parts(Parts {
        objects: Arc::clone(objects),
        index: index.clone(),
        mappings: mappings.clone(),
    })
}

fn present(parts: &Parts) -> Parsed {
    let repository = match open(parts) {
        Ok(repository) => repository,
        Err(error) => {
            let message = UNREADABLE.with([error.to_string().into()]);
            let problem = Problem { level: Level::Error, offset: None, message };
            return Parsed { problems: vec![problem], ..Parsed::default() };
        }
    };
    let namespaces = repository.namespaces();
    // The stock system classes are stored when the repository is built.
    let stock = namespaces.first().and_then(|any| repository.class(any, WANTED[0]).ok().flatten());
    let mut out = Output { built: stock.map(|class| class.stored), ..Output::default() };
    let decoded = out.subscriptions(&repository);
    let registered = out.registrations(&repository, &namespaces);
    let sound = repository.problems().is_empty();
    let size = parts.objects.size().unwrap_or(0);
    out.classes(&repository, &namespaces, size);
    out.stores(&repository, &namespaces, size);
    let problems = repository.problems();
    let state = |whole: bool| if whole { ReadState::Complete } else { ReadState::Partial };
    let coverage = &mut out.parsed.coverage;
    for area in SUBSCRIPTION_AREAS {
        coverage.add(area, state(sound && decoded));
    }
    coverage.add(Area::ConsumerClasses, state(sound && registered));
    coverage.add(Area::ClassStores, state(problems.is_empty() && out.failed_classes == 0));
    out.parsed.problems.extend(problems.into_iter().map(|problem| Problem {
        level: Level::Warning,
        offset: problem.place.filter(|(file, _)| *file == FileKind::Objects).map(|(_, offset)| offset),
        message: DAMAGED.with([problem.text.into()]),
    }));
    out.parsed.records.sort_by_key(|(at, _)| *at);
    out.parsed
}

/// The records while they are gathered.
#[derive(Default)]
struct Output {
    parsed: Parsed,
    /// Classes that could not be read.
    failed_classes: usize,
    /// When the repository was built.
    built: Option<FileTime>,
}

impl Output {
    /// Filters, consumers, bindings and timers of every namespace; returns whether all their values could be decoded.
    fn subscriptions(&mut self, repository: &Repository) -> bool {
        let mut whole = true;
        for objects in repository.subscriptions() {
            let EventObjects { filters, consumers, bindings, timers, fragments, .. } = objects;
            for instance in [filters, consumers, bindings, timers].iter().flatten() {
                whole &= self.instance(instance);
                // Without an index no object has keys, and that is said once.
                if !instance.is_indexed && repository.has_index() {
                    let message = UNINDEXED.with([instance.relative_path().into()]);
                    self.problem(Some(instance.location.offset()), message);
                    whole = false;
                }
                self.written_after_install(WRITTEN_AFTER_INSTALL, instance);
            }
            for undecoded in fragments {
                let text: String = undecoded.fragment.strings.join(" ").chars().take(MAX_FRAGMENT).collect();
                self.problem(Some(undecoded.location.offset()), FRAGMENT.with([text.into()]));
                whole = false;
            }
        }
        whole
    }

    /// The registrations of providers; returns whether all of them could be read.
    fn registrations(&mut self, repository: &Repository, namespaces: &[Namespace]) -> bool {
        let mut whole = true;
        for namespace in namespaces {
            for instance in REGISTRATIONS.iter().flat_map(|class| repository.instances(namespace, class)) {
                match instance {
                    Ok(instance) => {
                        whole &= self.instance(&instance);
                        // Updates of Windows register providers all over; those of consumers are as old as Windows.
                        if instance.class.name.eq_ignore_ascii_case(REGISTRATIONS[0])
                            || is_namespace_of(namespace, &CONSUMER_NAMESPACES)
                        {
                            self.written_after_install(STORED_AFTER_INSTALL, &instance);
                        }
                    }
                    Err(error) => {
                        whole = false;
                        self.problem(None, DAMAGED.with([error.to_string().into()]));
                    }
                }
            }
        }
        whole
    }

    /// Adds an instance; returns whether all of its values could be decoded.
    fn instance(&mut self, instance: &Instance) -> bool {
        let (object, unread) = object_record(instance);
        let offset = instance.location.offset();
        for reason in &unread {
            let path = instance.relative_path();
            self.problem(Some(offset), VALUE.with([path.into(), reason.as_str().into()]));
        }
        self.parsed.records.push((Location::Offset(offset), RecordData::WmiObject(object)));
        unread.is_empty()
    }

    fn problem(&mut self, offset: Option<u64>, message: Message) {
        self.parsed.problems.push(Problem { level: Level::Warning, offset, message });
    }

    /// Tells of an instance that was stored in a session which began well after the repository was built. Its class may be as new as it is.
    fn written_after_install(&mut self, kind: &str, instance: &Instance) {
        let built = self.built.map_or(instance.class_stored, |built| built.min(instance.class_stored));
        let setting = Setting {
            kind: kind.to_owned(),
            name: instance.relative_path(),
            value: instance.session.to_string(),
            details: BTreeMap::from([("class_stored".to_owned(), instance.class_stored.to_string())]),
        };
        let at = instance.location.offset();
        self.added((built, instance.session), &instance.namespace, at, setting);
    }

    /// Tells of a class that was stored well after the repository was built.
    fn class_after_install(&mut self, class: &Class) {
        let Some(built) = self.built else { return };
        let setting = Setting {
            kind: STORED_AFTER_INSTALL.to_owned(),
            name: class.name.clone(),
            value: class.stored.to_string(),
            ..Setting::default()
        };
        self.added((built, class.stored), &class.namespace, class.location.offset(), setting);
    }

    fn added(
        &mut self,
        (built, stored): (FileTime, FileTime),
        namespace: &Namespace,
        offset: u64,
        mut setting: Setting,
    ) {
        if stored.0 <= built.0.saturating_add(ADDED_LATER) {
            return;
        }
        if let Some(namespace) = namespace.path() {
            setting.details.insert("namespace".to_owned(), canonical_namespace(namespace));
        }
        self.parsed.records.push((Location::Offset(offset), RecordData::Setting(setting)));
    }

    /// Instances anywhere that hold long data, which is no text in words. An instance whose record is shorter is not decoded.
    fn stores(&mut self, repository: &Repository, namespaces: &[Namespace], size: u64) {
        let by_hash: BTreeMap<_, _> =
            namespaces.iter().map(|namespace| (namespace.hash(), namespace)).collect();
        let mut classes = BTreeSet::new();
        for key in repository.keys() {
            if let KeyKind::Instance { class, at, .. } = key.kind
                && at.size as usize >= wanted::LONG
            {
                classes.insert((key.namespace, class));
            }
        }
        let mut left = size.saturating_mul(2);
        for (namespace, class) in classes {
            let Some(namespace) = by_hash.get(&namespace) else { continue };
            // What cannot be read is a problem of the repository by itself.
            for instance in repository.instances_by_hash(namespace, class).flatten() {
                if is_read_elsewhere(&instance) {
                    break;
                }
                let Some(rest) = left.checked_sub(instance.properties.len() as u64 + 1) else {
                    return self.problem(None, OVERLAP.plain());
                };
                left = rest;
                if wanted::holds_data(&instance) {
                    self.instance(&instance);
                    self.written_after_install(STORED_AFTER_INSTALL, &instance);
                }
            }
        }
    }

    /// The classes of the namespaces in which stores and consumer classes are kept, consumer classes anywhere, and any class anywhere that
    /// holds a large default value. A class whose record is shorter than such a value is not decoded.
    fn classes(&mut self, repository: &Repository, namespaces: &[Namespace], size: u64) {
        let by_hash: BTreeMap<_, _> =
            namespaces.iter().map(|namespace| (namespace.hash(), namespace)).collect();
        let mut consumers = BTreeMap::new();
        // Records that overlap could make the classes cost far more than the file has bytes.
        let mut left = size.saturating_mul(2);
        for key in repository.keys() {
            let (Some(namespace), KeyKind::Class { class, at }) = (by_hash.get(&key.namespace), &key.kind)
            else {
                continue;
            };
            let all = is_namespace_of(namespace, &CLASS_NAMESPACES);
            let consumers: &BTreeSet<_> = consumers
                .entry(key.namespace)
                .or_insert_with(|| repository.subclasses(namespace, CONSUMER).into_iter().collect());
            if !(all || u64::from(at.size) >= LARGE_DEFAULT as u64 || consumers.contains(class)) {
                continue;
            }
            let Some(rest) = left.checked_sub(u64::from(at.size)) else {
                self.failed_classes += 1;
                return self.problem(None, OVERLAP.plain());
            };
            left = rest;
            match repository.class_of(&key) {
                Ok(class) if all || is_wanted(&class) => {
                    let at = Location::Offset(class.location.offset());
                    for reason in class.damage() {
                        self.failed_classes += 1;
                        let name = class.name.as_str().into();
                        self.problem(Some(class.location.offset()), VALUE.with([name, reason.into()]));
                    }
                    self.parsed.records.push((at, RecordData::WmiClass(class_record(&class))));
                    if is_wanted(&class) {
                        self.class_after_install(&class);
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    self.failed_classes += 1;
                    let offset = error.place().map(|(_, offset)| offset);
                    self.problem(offset, DAMAGED.with([error.to_string().into()]));
                }
            }
        }
    }
}

/// Whether the namespace is one of these.
fn is_namespace_of(namespace: &Namespace, these: &[&str]) -> bool {
    namespace.path().is_some_and(|path| these.contains(&canonical_namespace(path).as_str()))
}

/// Whether the class is one of consumers, or holds a large default value or long data in its qualifiers.
fn is_wanted(class: &Class) -> bool {
    is_below(class, CONSUMER) || wanted::is_large(class)
}

/// Whether the instance is a part of a subscription or a registration, which are records whatever they hold.
fn is_read_elsewhere(instance: &Instance) -> bool {
    WANTED.iter().chain(&REGISTRATIONS).any(|class| instance.class.is_a(class))
}

/// Whether the class derives from the other.
fn is_below(class: &Class, other: &str) -> bool {
    class.is_a(other) && !class.name.eq_ignore_ascii_case(other)
}

/// Deleted and replaced parts of subscriptions, and class definitions with a large default value.
fn past(repository: &Repository) -> Vec<(Location, RecordData)> {
    let record = |carved: Carved| {
        let at = Location::Offset(carved.location.offset());
        let data = match carved.content {
            Content::Instance(instance) if WANTED.iter().any(|class| instance.class.is_a(class)) => {
                RecordData::WmiObject(object_record(&instance).0)
            }
            Content::Class(class) if is_wanted(&class) => RecordData::WmiClass(class_record(&class)),
            _ => return None,
        };
        Some((at, data))
    };
    let mut records: Vec<_> = repository.deleted().objects.into_iter().filter_map(record).collect();
    records.sort_by_key(|(at, _)| *at);
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_as_old_as_the_repository_was_not_added() {
        let told = |minutes: u64| {
            let (built, mut out) = (FileTime(132_000_000_000_000_000), Output::default());
            let stored = FileTime(built.0 + minutes * 60 * 10_000_000);
            let namespace = Namespace::new(r"root\subscription");
            out.added((built, stored), &namespace, 64, Setting::default());
            let settings = out.parsed.records.into_iter().filter_map(|(_, data)| match data {
                RecordData::Setting(setting) => setting.details.get("namespace").cloned(),
                _ => None,
            });
            settings.collect::<Vec<_>>()
        };
        assert_eq!(told(9), [""; 0]);
        assert_eq!(told(11), [r"root\subscription"]);
    }
}
