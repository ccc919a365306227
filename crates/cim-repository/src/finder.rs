//! Carved class definitions, for objects whose own class is gone or damaged.

use std::collections::HashMap;
use std::sync::Arc;

use crate::carve;
use crate::class::{self, Class};
use crate::hash::NameHash;
use crate::index::Query;
use crate::key::{Key, KeyKind};
use crate::location::Location;
use crate::namespace::Namespace;
use crate::repository::Repository;
use crate::time::FileTime;

/// Carved definitions of one name that are looked at.
const MAX_DEFINITIONS: usize = 64;
/// Definitions of one name that are tried.
const MAX_CANDIDATES: usize = 16;
/// Superclasses above a carved class.
const MAX_CHAIN: u8 = 32;
/// Bytes of carved class records that are kept.
const MAX_KEPT: usize = 256 << 20;

/// Every definition that may be meant by the hash of a class name: live ones of any namespace and carved ones.
#[derive(Default)]
pub(crate) struct ClassFinder {
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

impl ClassFinder {
    /// All that the pages hold: carved definitions, and live ones whose superclass cannot be read.
    pub(crate) fn of_all_pages(repository: &Repository) -> Self {
        let mut finder = Self::default();
        for key in repository.index.keys(Query::All) {
            let KeyKind::Class { class, at } = key.kind else { continue };
            let namespace = repository.named(key.namespace);
            if repository.load(&namespace, class, at).is_err()
                && let Ok(record) = repository.record(at)
            {
                finder.offer_carved(&record.data, record.location, namespace);
            }
        }
        let live = repository.live_places();
        let mut left = repository.carving_limit();
        let is_live = |page, id| live.contains(&(page, id));
        carve::pieces(&repository.objects, &repository.map, &is_live, &mut |piece| {
            if carve::class_size(&piece.data).is_some() {
                finder.offer_carved(&piece.data, piece.location, Namespace::unknown());
            }
            left = left.saturating_sub(piece.data.len());
            left > 0
        });
        finder
    }

    pub(crate) fn offer_carved(&mut self, data: &[u8], location: Location, namespace: Namespace) {
        if self.kept + data.len() > MAX_KEPT {
            return;
        }
        if let Some(name) = class::name(data) {
            self.kept += data.len();
            let carved = CarvedClass { data: data.to_vec(), location, namespace, state: State::Raw };
            self.carved.entry(NameHash::of(&name)).or_default().push(carved);
        }
    }

    /// The definitions of a name, the best first: undamaged, stored at the given time, then those of the given namespace.
    pub(crate) fn candidates(
        &mut self,
        repository: &Repository,
        name: NameHash,
        stored: Option<FileTime>,
        namespace: &Namespace,
    ) -> Vec<Arc<Class>> {
        let mut found = self.collect(repository, name, MAX_CHAIN);
        found.sort_by_key(|c| {
            let other_time = stored.is_some_and(|t| t != c.stored);
            (!c.is_fitting, other_time, c.namespace.hash() != namespace.hash())
        });
        found.truncate(MAX_CANDIDATES);
        found
    }

    fn collect(&mut self, repository: &Repository, name: NameHash, depth: u8) -> Vec<Arc<Class>> {
        let mut found = repository.definitions_of(name);
        let carved = self.carved.get(&name).map_or(0, Vec::len).min(MAX_DEFINITIONS);
        for i in 0..carved {
            found.extend(self.carved_class(repository, name, i, depth));
        }
        found
    }

    fn carved_class(
        &mut self,
        repository: &Repository,
        name: NameHash,
        i: usize,
        depth: u8,
    ) -> Option<Arc<Class>> {
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
            self.collect(repository, NameHash::of(&superclass), depth - 1)
        };
        parents.sort_by_key(|p| p.namespace.hash() != namespace.hash());
        let decoded = parents
            .iter()
            .filter_map(|p| class::read(&data, location, namespace.clone(), Some(p)).ok())
            .find(|class| class.is_fitting)
            .or_else(|| class::read(&data, location, namespace, None).ok())
            .map(|class| Arc::new(Class { is_indexed: false, ..class }))?;
        self.carved.get_mut(&name)?.get_mut(i)?.state = State::Decoded(Arc::clone(&decoded));
        Some(decoded)
    }
}

impl Repository {
    /// Page and number of every record that a live key names.
    pub(crate) fn live_places(&self) -> std::collections::HashSet<(u32, u32)> {
        let records = self.index.keys(Query::All).iter().filter_map(Key::record);
        records.map(|at| (at.page, at.id)).collect()
    }

    /// Bytes that are carved at most: overlapping records could make them grow far beyond the file.
    pub(crate) fn carving_limit(&self) -> usize {
        (self.objects.count() as usize).saturating_mul(crate::PAGE_SIZE * 2)
    }
}
