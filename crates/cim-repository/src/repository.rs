//! The repository: namespaces, classes, instances.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::class::{self, Class};
use crate::error::{Error, Problem, Result};
use crate::hash::NameHash;
use crate::index::{Index, Query};
use crate::instance::{self, Instance};
use crate::key::{Key, KeyKind, RecordRef};
use crate::mapping::{Mapping, PageMap};
use crate::namespace::{Namespace, SYSTEM};
use crate::pages::Pages;
use crate::record::{self, Extent, Record};

/// Superclasses above a class; real chains have at most twelve.
const MAX_CHAIN: u8 = 64;
/// Bytes of class records whose decoded form is kept.
const CACHE_LIMIT: usize = 16 << 20;
/// Problems that are kept in words; those beyond are only counted.
const MAX_PROBLEMS: usize = 1000;

/// A WMI repository of Windows Vista or later.
///
/// Everything is read when asked for. What is damaged is left out or marked, and noted in [`Repository::problems`].
pub struct Repository {
    pub(crate) objects: Pages,
    pub(crate) map: PageMap,
    pub(crate) index_pages: Option<Pages>,
    pub(crate) index: Index,
    mapping: Option<Mapping>,
    problems: Mutex<Problems>,
    classes: Mutex<ClassCache>,
}

#[derive(Default)]
struct Problems {
    kept: Vec<Problem>,
    seen: HashSet<String>,
    dropped: usize,
}

#[derive(Default)]
struct ClassCache {
    by_hash: HashMap<(NameHash, NameHash), Option<Arc<Class>>>,
    weight: usize,
}

/// A poisoned lock is taken all the same: what it guards is only ever changed by whole insertions.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Repository {
    pub(crate) fn assemble(
        objects: Pages,
        map: PageMap,
        index_pages: Option<Pages>,
        index: Index,
        mapping: Option<Mapping>,
        problems: Vec<Problem>,
    ) -> Self {
        let repository = Self {
            objects,
            map,
            index_pages,
            index,
            mapping,
            problems: Mutex::default(),
            classes: Mutex::default(),
        };
        for problem in problems {
            repository.note(problem);
        }
        repository
    }

    /// The mapping file in use; `None` when none was usable.
    pub fn mapping(&self) -> Option<&Mapping> {
        self.mapping.as_ref()
    }

    /// What was found damaged, missing or odd so far, in the order of finding. Reading on may add to it.
    pub fn problems(&self) -> Vec<Problem> {
        let problems = lock(&self.problems);
        let mut list = problems.kept.clone();
        if problems.dropped > 0 {
            list.push(Problem {
                place: None,
                text: format!("{} more problems are not listed", problems.dropped),
            });
        }
        list
    }

    /// Notes a problem, once.
    pub(crate) fn note(&self, problem: Problem) {
        let mut problems = lock(&self.problems);
        if problems.kept.len() >= MAX_PROBLEMS {
            problems.dropped += 1;
        } else if problems.seen.insert(problem.text.clone()) {
            problems.kept.push(problem);
        }
    }

    /// The value, or the error noted.
    pub(crate) fn noted<T>(&self, result: Result<T>) -> Option<T> {
        result.map_err(|e| self.note(Problem::from(&e))).ok()
    }

    pub(crate) fn record(&self, at: RecordRef) -> Result<Record<'_>> {
        record::read(&self.objects, &self.map, at)
    }

    /// All keys of the live index, in its order. A damaged page is an error between them.
    pub fn keys(&self) -> impl Iterator<Item = Result<Key>> + '_ {
        self.index.keys(Query::All)
    }

    /// The classes that a namespace itself defines, in the order of the index (by hash). Stock system classes stand only
    /// in the namespace `__SystemClass` and are seen from everywhere.
    pub fn classes(&self, namespace: &Namespace) -> impl Iterator<Item = Result<Arc<Class>>> + '_ {
        let namespace = namespace.clone();
        let mut extent = Extent::of(&self.objects);
        let classes = self.index.keys(Query::Classes(namespace.hash())).map_while(move |key| match key {
            Ok(Key { kind: KeyKind::Class { class, at }, .. }) => {
                let claim = extent.claim(at.size)?;
                Some(Some(claim.and_then(|()| self.load(&namespace, class, at, 0))))
            }
            Ok(_) => Some(None),
            Err(error) => Some(Some(Err(error))),
        });
        classes.flatten()
    }

    /// A class by its name, as it is seen from a namespace: the namespace's own, else the stock system class.
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
        self.resolve(namespace, name, 0)
    }

    fn resolve(&self, namespace: &Namespace, name: NameHash, depth: u8) -> Result<Option<Arc<Class>>> {
        if let Some(found) = self.lookup(namespace, name, depth)? {
            return Ok(Some(found));
        }
        let system = Namespace::new(SYSTEM);
        if namespace.hash() == system.hash() { Ok(None) } else { self.lookup(&system, name, depth) }
    }

    /// A class that the namespace itself defines.
    fn lookup(&self, namespace: &Namespace, name: NameHash, depth: u8) -> Result<Option<Arc<Class>>> {
        if let Some(known) = lock(&self.classes).by_hash.get(&(namespace.hash(), name)) {
            return Ok(known.clone());
        }
        let key = self.index.keys(Query::Class(namespace.hash(), name)).next().transpose()?;
        if let Some(KeyKind::Class { at, .. }) = key.map(|k| k.kind) {
            return self.load(namespace, name, at, depth).map(Some);
        }
        self.remember((namespace.hash(), name), None, 0);
        Ok(None)
    }

    fn remember(&self, key: (NameHash, NameHash), class: Option<Arc<Class>>, weight: usize) {
        let mut cache = lock(&self.classes);
        // Even an absent class costs a little.
        let weight = weight.saturating_add(256);
        if cache.weight.saturating_add(weight) > CACHE_LIMIT {
            cache.by_hash.clear();
            cache.weight = 0;
        }
        cache.weight = cache.weight.saturating_add(weight);
        cache.by_hash.insert(key, class);
    }

    /// Reads a class whose record is known, its superclasses first.
    pub(crate) fn load(
        &self,
        namespace: &Namespace,
        name: NameHash,
        at: RecordRef,
        depth: u8,
    ) -> Result<Arc<Class>> {
        if let Some(Some(known)) = lock(&self.classes).by_hash.get(&(namespace.hash(), name)) {
            return Ok(Arc::clone(known));
        }
        let record = self.record(at)?;
        let superclass = class::head(&record.data).map_err(|e| e.in_record(record.location))?.superclass;
        let parent = if superclass.is_empty() {
            None
        } else if depth >= MAX_CHAIN {
            return Err(Error::EndlessChain { class: superclass });
        } else {
            let parent = self.resolve(namespace, NameHash::of(&superclass), depth + 1)?;
            Some(parent.ok_or(Error::MissingClass { class: superclass })?)
        };
        let class = class::read(&record.data, record.location, namespace.clone(), parent.as_deref())
            .map_err(|e| e.in_record(record.location))?;
        if NameHash::of(&class.name) != name {
            return Err(Error::Record {
                location: record.location,
                at: 0,
                what: "the class has another name than the index says",
            });
        }
        let class = Arc::new(class);
        let weight = class.weight;
        self.remember((namespace.hash(), name), Some(Arc::clone(&class)), weight);
        Ok(class)
    }

    /// The instances of exactly this class in a namespace, in the order of the index (by hash).
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
        let keys = self.index.keys(Query::Instances(namespace.hash(), class));
        let instances = keys.map_while(move |key| match key {
            Ok(Key { kind: KeyKind::Instance { class, at, .. }, .. }) => {
                let claim = extent.claim(at.size)?;
                Some(Some(claim.and_then(|()| self.instance_at(&namespace, class, at))))
            }
            Ok(_) => Some(None),
            Err(error) => Some(Some(Err(error))),
        });
        instances.flatten()
    }

    /// Reads an instance whose record is known.
    pub(crate) fn instance_at(
        &self,
        namespace: &Namespace,
        class: NameHash,
        at: RecordRef,
    ) -> Result<Instance> {
        let record = self.record(at)?;
        let class = self.class_by_hash(namespace, class)?.ok_or_else(|| Error::missing_class(&class))?;
        instance::read(&record.data, record.location, namespace.clone(), class)
            .map_err(|e| e.in_record(record.location))
    }

    /// Hashes of the names of all classes of the namespace that derive from a class, directly or not.
    pub fn subclasses(&self, namespace: &Namespace, class: &str) -> Vec<Result<NameHash>> {
        let mut known = HashSet::from([NameHash::of(class)]);
        let mut queue = vec![NameHash::of(class)];
        let mut found = Vec::new();
        while let Some(parent) = queue.pop() {
            for key in self.index.keys(Query::Subclasses(namespace.hash(), parent)) {
                match key.map(|k| k.kind) {
                    Ok(KeyKind::Subclass { class, .. }) if known.insert(class) => {
                        queue.push(class);
                        found.push(Ok(class));
                    }
                    Ok(_) => {}
                    Err(error) => found.push(Err(error)),
                }
            }
        }
        found
    }
}
