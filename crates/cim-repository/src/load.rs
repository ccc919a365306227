//! Reading classes and instances, and what stands in for a class that is damaged.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use crate::class::{self, Class};
use crate::deleted::{Fragment, fragment};
use crate::error::{Error, Problem, Result};
use crate::finder::ClassFinder;
use crate::hash::NameHash;
use crate::index::Query;
use crate::instance::{self, Instance};
use crate::key::{Key, KeyKind, RecordRef};
use crate::namespace::{Namespace, SYSTEM};
use crate::record::Extent;
use crate::repository::{Repository, lock};

/// Superclasses above a class; real chains have at most twelve.
const MAX_CHAIN: usize = 64;
/// Class records that are read for one class, superclasses of several namespaces tried.
const MAX_LOADS: usize = 256;
/// Bytes of class records whose decoded form is kept.
const CACHE_LIMIT: usize = 16 << 20;
/// Definitions of one name that are looked at.
const MAX_DEFINITIONS: usize = 64;

/// Classes that were read, by their records, and why others could not be.
#[derive(Default)]
pub(crate) struct ClassCache {
    by_record: HashMap<(u32, u32), std::result::Result<Arc<Class>, String>>,
    weight: usize,
}

/// Where each class name is defined, by the hash of the name: namespace and record.
pub(crate) type Definitions = HashMap<NameHash, Vec<(NameHash, RecordRef)>>;

/// A class being read, with those below it that wait for it.
#[derive(Default)]
struct Loading {
    waiting: Vec<(u32, u32)>,
    loads: usize,
}

impl Repository {
    /// The classes that a namespace itself defines, in the order of their hashes. Stock system classes stand only in the namespace
    /// `__SystemClass` and are seen from everywhere.
    pub fn classes(&self, namespace: &Namespace) -> impl Iterator<Item = Result<Arc<Class>>> + '_ {
        let namespace = namespace.clone();
        let mut extent = Extent::of(&self.objects);
        self.index.keys(Query::Classes(namespace.hash())).iter().map_while(move |key| {
            let KeyKind::Class { class, at } = key.kind else { return None };
            let claim = extent.claim(self.cost(at))?;
            Some(claim.and_then(|()| self.load(&namespace, class, at)))
        })
    }

    /// A class by its name, as it is seen from a namespace: the namespace's own, else the stock system class. In place of a damaged one, a
    /// definition of the same name from elsewhere, which is noted in [`Repository::problems`].
    ///
    /// # Errors
    /// When the class is there but cannot be read.
    pub fn class(&self, namespace: &Namespace, name: &str) -> Result<Option<Arc<Class>>> {
        self.class_by_hash(namespace, NameHash::of(name))
    }

    /// The same by the hash of the name.
    ///
    /// # Errors
    /// When the class is there but cannot be read.
    pub fn class_by_hash(&self, namespace: &Namespace, name: NameHash) -> Result<Option<Arc<Class>>> {
        let error = match self.resolve(namespace, name, &mut Loading::default()) {
            Ok(Some(class)) if class.faults.is_empty() => return Ok(Some(class)),
            Ok(None) => return Ok(None),
            Ok(Some(class)) => {
                self.note_faults(&class);
                return Ok(Some(class));
            }
            Err(error) => error,
        };
        let Some(other) = self.substitutes(name, None, namespace).into_iter().next() else {
            return Err(error);
        };
        let text = format!(
            "the class {} of {namespace} is damaged, that of {} stands in for it",
            other.name, other.namespace
        );
        self.note(Problem::about(&text, &error));
        Ok(Some(other))
    }

    /// The class that a key names, and no other in its place.
    ///
    /// # Errors
    /// When the key is not one of a class definition, or the class cannot be read.
    pub fn class_of(&self, key: &Key) -> Result<Arc<Class>> {
        match key.kind {
            KeyKind::Class { class, at } => self.load(&self.named(key.namespace), class, at),
            _ => Err(Error::missing_class(&NameHash::UNKNOWN)),
        }
    }

    fn note_faults(&self, class: &Class) {
        let place = Some((crate::FileKind::Objects, class.location.offset()));
        for fault in &class.faults {
            let text = format!("in the class {} of {}, {fault}", class.name, class.namespace);
            self.note(Problem::new(place, text).of_kind("a part of a class cannot be read"));
        }
    }

    fn resolve(
        &self,
        namespace: &Namespace,
        name: NameHash,
        loading: &mut Loading,
    ) -> Result<Option<Arc<Class>>> {
        if let Some(found) = self.lookup(namespace, name, loading)? {
            return Ok(Some(found));
        }
        let system = Namespace::new(SYSTEM);
        if namespace.hash() == system.hash() { Ok(None) } else { self.lookup(&system, name, loading) }
    }

    /// A class that the namespace itself defines: the first of its keys that leads to one.
    fn lookup(
        &self,
        namespace: &Namespace,
        name: NameHash,
        loading: &mut Loading,
    ) -> Result<Option<Arc<Class>>> {
        let mut first = None;
        for key in self.index.keys(Query::Class(namespace.hash(), name)).iter().take(MAX_DEFINITIONS) {
            let Some(at) = key.record() else { continue };
            match self.load_within(namespace, name, at, loading) {
                Ok(class) => return Ok(Some(class)),
                Err(error) => first = first.or(Some(error)),
            }
        }
        first.map_or(Ok(None), Err)
    }

    /// Reads a class whose record is known, its superclasses first.
    pub(crate) fn load(&self, namespace: &Namespace, name: NameHash, at: RecordRef) -> Result<Arc<Class>> {
        self.load_within(namespace, name, at, &mut Loading::default())
    }

    fn load_within(
        &self,
        namespace: &Namespace,
        name: NameHash,
        at: RecordRef,
        loading: &mut Loading,
    ) -> Result<Arc<Class>> {
        let place = (at.page, at.id);
        if let Some(known) = lock(&self.classes).by_record.get(&place) {
            let known = known.clone();
            return known.map_err(|why| Error::DamagedClass { class: name, why });
        }
        loading.loads += 1;
        if loading.waiting.contains(&place) || loading.waiting.len() >= MAX_CHAIN || loading.loads > MAX_LOADS
        {
            return Err(Error::EndlessChain { class: name.to_string() });
        }
        loading.waiting.push(place);
        let read = self.read_class(namespace, name, at, loading);
        loading.waiting.pop();
        let weight = read.as_ref().map_or(256, |class| class.weight.saturating_add(256));
        let mut cache = lock(&self.classes);
        if cache.weight.saturating_add(weight) > CACHE_LIMIT {
            cache.by_record.clear();
            cache.weight = 0;
        }
        cache.weight = cache.weight.saturating_add(weight);
        cache.by_record.insert(place, read.as_ref().map(Arc::clone).map_err(Error::to_string));
        read
    }

    fn read_class(
        &self,
        namespace: &Namespace,
        name: NameHash,
        at: RecordRef,
        loading: &mut Loading,
    ) -> Result<Arc<Class>> {
        let record = self.record(at)?;
        let malformed = |e: crate::error::Malformed| e.in_record(record.location);
        let superclass = class::head(&record.data).map_err(malformed)?.superclass;
        let read = |parent| class::read(&record.data, record.location, namespace.clone(), parent);
        let mut class = if superclass.is_empty() {
            read(None).map_err(malformed)?
        } else {
            let parents = self.parents(namespace, superclass, loading)?;
            let first = read(parents.first().map(|p| &**p)).map_err(malformed)?;
            // Of several definitions of the superclass, the right one gives the table of defaults its size.
            let others = parents.iter().skip(1).filter(|_| !first.is_fitting);
            others
                .filter_map(|parent| read(Some(parent)).ok())
                .find(|class| class.is_fitting)
                .unwrap_or(first)
        };
        if NameHash::of(&class.name) != name {
            return Err(Error::Record {
                location: record.location,
                at: 0,
                what: "the class has another name than the index says",
            });
        }
        class.is_indexed = self.is_indexed(at);
        Ok(Arc::new(class))
    }

    /// The superclass as it is seen from a namespace; where that is unknown or the class damaged, all definitions of that name.
    fn parents(&self, namespace: &Namespace, name: String, loading: &mut Loading) -> Result<Vec<Arc<Class>>> {
        let hash = NameHash::of(&name);
        let seen = if namespace.is_unknown() { Ok(None) } else { self.resolve(namespace, hash, loading) };
        if let Ok(Some(parent)) = seen {
            return Ok(vec![parent]);
        }
        let others = self.live_definitions(hash, loading);
        if others.is_empty() {
            Err(seen.err().unwrap_or(Error::MissingClass { class: name }))
        } else {
            Ok(others)
        }
    }

    /// Every live class of a name, in whatever namespace.
    fn live_definitions(&self, name: NameHash, loading: &mut Loading) -> Vec<Arc<Class>> {
        let definitions = self.definitions.get_or_init(|| {
            let mut definitions = Definitions::new();
            for key in self.index.keys(Query::All) {
                if let KeyKind::Class { class, at } = key.kind {
                    definitions.entry(class).or_default().push((key.namespace, at));
                }
            }
            definitions
        });
        let found = definitions.get(&name).into_iter().flatten().take(MAX_DEFINITIONS);
        found
            .filter_map(|&(namespace, at)| {
                let namespace = self.named(namespace);
                self.load_within(&namespace, name, at, loading).ok()
            })
            .collect()
    }

    pub(crate) fn definitions_of(&self, name: NameHash) -> Vec<Arc<Class>> {
        self.live_definitions(name, &mut Loading::default())
    }

    /// Definitions of a name that may stand in for a damaged one, the best first: undamaged, stored at the given time, of the given namespace.
    /// The first time, all pages are searched for class definitions.
    fn substitutes(
        &self,
        name: NameHash,
        stored: Option<crate::FileTime>,
        namespace: &Namespace,
    ) -> Vec<Arc<Class>> {
        let finder = self.finder.get_or_init(|| Mutex::new(ClassFinder::of_all_pages(self)));
        lock(finder).candidates(self, name, stored, namespace)
    }

    /// The instances of exactly this class in a namespace, in the order of their hashes.
    pub fn instances(
        &self,
        namespace: &Namespace,
        class: &str,
    ) -> impl Iterator<Item = Result<Instance>> + use<'_> {
        self.instances_by_hash(namespace, NameHash::of(class))
    }

    /// The same by the hash of the class's name.
    pub fn instances_by_hash(
        &self,
        namespace: &Namespace,
        class: NameHash,
    ) -> impl Iterator<Item = Result<Instance>> + use<'_> {
        let namespace = namespace.clone();
        let mut extent = Extent::of(&self.objects);
        self.index.keys(Query::Instances(namespace.hash(), class)).iter().map_while(move |key| {
            let claim = extent.claim(self.cost(key.record()?))?;
            Some(claim.and_then(|()| self.instance_of(&namespace, key)))
        })
    }

    /// Reads the instance that a key names. Where its class is damaged, a definition of the same name from elsewhere stands in for it.
    pub(crate) fn instance_of(&self, namespace: &Namespace, key: &Key) -> Result<Instance> {
        let KeyKind::Instance { class: name, instance: hash, at } = key.kind else {
            return Err(Error::missing_class(&NameHash::UNKNOWN));
        };
        let record = self.record(at)?;
        let read = |class: &Arc<Class>| {
            let read = instance::read(&record.data, record.location, namespace.clone(), Arc::clone(class));
            read.map_err(|e| e.in_record(record.location))
        };
        let marked = |mut instance: Instance| {
            instance.is_indexed = self.is_indexed(at);
            instance
        };
        let class = self.resolve(namespace, name, &mut Loading::default());
        let class = class.and_then(|class| class.ok_or_else(|| Error::missing_class(&name)));
        let (damaged, error) = match class {
            Ok(class) => match read(&class) {
                Ok(instance) if class.is_fitting && !namespace.is_unknown() => return Ok(marked(instance)),
                Ok(instance) => (Some(instance), None),
                Err(error) => (None, Some(error)),
            },
            Err(error) => (None, Some(error)),
        };
        let head = instance::head(&record.data).map_err(|e| e.in_record(record.location))?;
        let substitutes = self.substitutes(name, Some(head.class_stored), namespace);
        let mut instances: Vec<_> = substitutes.iter().filter_map(|class| read(class).ok()).collect();
        // The right class gives the key values that the index has the hash of.
        let agrees = |instance: &Instance| hash == NameHash::UNKNOWN || instance.key_hash() == hash;
        let best = instances.iter().position(|i| agrees(i) && i.damage().is_empty());
        let best = best.or_else(|| instances.iter().position(agrees));
        let found = best.map(|i| instances.swap_remove(i));
        if let (Some(found), false) = (&found, namespace.is_unknown())
            && found.class.namespace.hash() != namespace.hash()
        {
            let stored = if found.class.stored == head.class_stored {
                "stored at the same time"
            } else {
                "stored at another time"
            };
            let text = format!(
                "the class of {} in {namespace} is damaged: it was decoded with that of {}, {stored}",
                found.relative_path(),
                found.class.namespace
            );
            let place = Some((crate::FileKind::Objects, record.location.offset()));
            self.note(
                Problem::new(place, text)
                    .of_kind("an instance was decoded with a class of another namespace"),
            );
        }
        match (found.or(damaged), error) {
            (Some(instance), _) => {
                self.note_faults(&instance.class);
                Ok(marked(instance))
            }
            (None, Some(error)) => Err(error),
            (None, None) => Err(Error::missing_class(&name)),
        }
    }

    /// What can be said of an instance that cannot be decoded.
    pub(crate) fn fragment_of(&self, key: &Key) -> Option<(crate::Location, Fragment)> {
        let record = self.record(key.record()?).ok()?;
        Some((record.location, fragment(&record.data)))
    }

    /// Hashes of the names of all classes of the namespace that derive from a class, directly or not.
    pub fn subclasses(&self, namespace: &Namespace, class: &str) -> Vec<NameHash> {
        let mut known = HashSet::from([NameHash::of(class)]);
        let mut queue = vec![NameHash::of(class)];
        let mut found = Vec::new();
        while let Some(parent) = queue.pop() {
            for key in self.index.keys(Query::Subclasses(namespace.hash(), parent)) {
                if let KeyKind::Subclass { class, .. } = key.kind
                    && known.insert(class)
                {
                    queue.push(class);
                    found.push(class);
                }
            }
        }
        found
    }
}
