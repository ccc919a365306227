//! Class definitions for objects whose namespace is not known.

use std::collections::HashMap;
use std::sync::Arc;

use crate::class::{self, Class};
use crate::hash::NameHash;
use crate::namespace::Namespace;
use crate::record::Location;
use crate::repository::Repository;
use crate::time::FileTime;

/// Definitions of one name that are looked at, live and carved each.
const MAX_DEFINITIONS: usize = 64;
/// Definitions of one name that are tried.
const MAX_CANDIDATES: usize = 16;
/// Superclasses above a carved class.
const MAX_CHAIN: u8 = 32;
/// Bytes of carved class records that are kept.
const MAX_KEPT: usize = 256 << 20;

/// Every definition that may be meant by the hash of a class name: live ones of any namespace and carved ones.
pub(crate) struct ClassFinder<'r> {
    repository: &'r Repository,
    live: HashMap<NameHash, Vec<Namespace>>,
    carved: HashMap<NameHash, Vec<CarvedClass>>,
    kept: usize,
}

struct CarvedClass {
    data: Vec<u8>,
    location: Location,
    namespace: Namespace,
    state: State,
}

enum State {
    Raw,
    /// Being decoded, or it cannot be.
    Failed,
    Decoded(Arc<Class>),
}

impl<'r> ClassFinder<'r> {
    pub(crate) fn new(repository: &'r Repository) -> Self {
        Self { repository, live: HashMap::new(), carved: HashMap::new(), kept: 0 }
    }

    pub(crate) fn offer_live(&mut self, class: NameHash, namespace: Namespace) {
        self.live.entry(class).or_default().push(namespace);
    }

    pub(crate) fn offer_carved(&mut self, data: &[u8], location: Location, namespace: Namespace) {
        if self.kept + data.len() > MAX_KEPT {
            return;
        }
        if let Ok(class) = class::read(data, location, namespace.clone(), None) {
            self.kept += data.len();
            let carved = CarvedClass { data: data.to_vec(), location, namespace, state: State::Raw };
            self.carved.entry(NameHash::of(&class.name)).or_default().push(carved);
        }
    }

    /// The definitions of a name, the best first: stored at the given time, then those of the given namespace.
    pub(crate) fn candidates(
        &mut self,
        name: NameHash,
        stored: Option<FileTime>,
        namespace: &Namespace,
    ) -> Vec<Arc<Class>> {
        let mut found = self.collect(name, MAX_CHAIN);
        found
            .sort_by_key(|c| (stored.is_some_and(|t| t != c.stored), c.namespace.hash() != namespace.hash()));
        found.truncate(MAX_CANDIDATES);
        found
    }

    fn collect(&mut self, name: NameHash, depth: u8) -> Vec<Arc<Class>> {
        let mut found = Vec::new();
        for namespace in self.live.get(&name).into_iter().flatten().take(MAX_DEFINITIONS) {
            found.extend(self.repository.class_by_hash(namespace, name).ok().flatten());
        }
        let carved = self.carved.get(&name).map_or(0, Vec::len).min(MAX_DEFINITIONS);
        for i in 0..carved {
            found.extend(self.carved_class(name, i, depth));
        }
        found
    }

    fn carved_class(&mut self, name: NameHash, i: usize, depth: u8) -> Option<Arc<Class>> {
        let carved = self.carved.get_mut(&name)?.get_mut(i)?;
        match &carved.state {
            State::Raw => {}
            State::Failed => return None,
            State::Decoded(class) => return Some(Arc::clone(class)),
        }
        // A circle of superclasses ends here.
        carved.state = State::Failed;
        let (data, location, namespace) =
            (std::mem::take(&mut carved.data), carved.location, carved.namespace.clone());
        let superclass = class::head(&data).ok()?.superclass;
        let mut parents = if superclass.is_empty() || depth == 0 {
            Vec::new()
        } else {
            self.collect(NameHash::of(&superclass), depth - 1)
        };
        parents.sort_by_key(|p| p.namespace.hash() != namespace.hash());
        let decoded = parents
            .iter()
            .filter_map(|p| class::read(&data, location, namespace.clone(), Some(p)).ok())
            .find(|class| class.is_fitting)
            .or_else(|| class::read(&data, location, namespace, None).ok())
            .map(Arc::new)?;
        self.carved.get_mut(&name)?.get_mut(i)?.state = State::Decoded(Arc::clone(&decoded));
        Some(decoded)
    }
}
