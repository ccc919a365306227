//! The repository: namespaces, classes, instances.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::check::Checked;
use crate::error::{Problem, Result};
use crate::finder::ClassFinder;
use crate::hash::NameHash;
use crate::index::{Index, Query};
use crate::key::{Key, RecordRef};
use crate::load::{ClassCache, Definitions};
use crate::mapping::{Mapping, PageMap};
use crate::namespace::Namespace;
use crate::namespaces;
use crate::pages::Pages;
use crate::record::{self, Record};

/// Problems that are kept in words; those beyond are only counted.
const MAX_PROBLEMS: usize = 1000;
/// Problems of one kind that are told in full.
const MAX_OF_A_KIND: usize = 10;

/// How many problems of the kind are told in full: that pages lie beyond the end of a file needs to be said once.
fn most(kind: &str) -> usize {
    if kind == crate::pages::BEYOND { 1 } else { MAX_OF_A_KIND }
}

/// A WMI repository of Windows Vista or later.
///
/// The index is read and held against the records when the repository is opened; objects are read when asked for. What is damaged is
/// left out or marked, and noted in [`Repository::problems`].
pub struct Repository {
    pub(crate) objects: Pages,
    pub(crate) map: PageMap,
    pub(crate) index_pages: Option<Pages>,
    pub(crate) index: Index,
    /// Records that are taken as live though the index does not lead to them as it should.
    recovered: HashSet<(u32, u32)>,
    has_index: bool,
    mapping: Option<Mapping>,
    problems: Mutex<Problems>,
    /// Namespaces by their hashes, as far as they are known by now.
    pub(crate) names: Mutex<HashMap<NameHash, Namespace>>,
    pub(crate) classes: Mutex<ClassCache>,
    pub(crate) definitions: OnceLock<Definitions>,
    pub(crate) finder: OnceLock<Mutex<ClassFinder>>,
}

#[derive(Default)]
struct Problems {
    kept: Vec<Problem>,
    seen: HashSet<String>,
    /// How many there are of each kind, in the order of their first.
    kinds: Vec<(&'static str, usize)>,
    dropped: usize,
}

/// A poisoned lock is taken all the same: what it guards is only ever changed by whole insertions.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Repository {
    pub(crate) fn assemble(
        objects: Pages,
        map: PageMap,
        index_pages: Option<Pages>,
        has_index: bool,
        checked: Checked,
        mapping: Option<Mapping>,
    ) -> Self {
        let repository = Self {
            objects,
            map,
            index_pages,
            index: Index::new(checked.keys),
            recovered: checked.recovered,
            has_index,
            mapping,
            problems: Mutex::default(),
            names: Mutex::new(namespaces::stock()),
            classes: Mutex::default(),
            definitions: OnceLock::new(),
            finder: OnceLock::new(),
        };
        for problem in checked.problems {
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
        for (kind, count) in problems.kinds.iter().filter(|(kind, count)| *count > most(kind)) {
            let more = count - most(kind);
            list.push(Problem::new(None, format!("{more} more of the same kind: {kind}")));
        }
        if problems.dropped > 0 {
            list.push(Problem::new(None, format!("{} more problems are not listed", problems.dropped)));
        }
        list
    }

    /// Notes a problem, once.
    pub(crate) fn note(&self, problem: Problem) {
        let mut problems = lock(&self.problems);
        if problems.kept.len() >= MAX_PROBLEMS {
            problems.dropped += 1;
        } else if problems.seen.insert(problem.text.clone()) {
            if !problem.kind.is_empty() {
                let known = problems.kinds.iter().position(|(kind, _)| *kind == problem.kind);
                let place = known.unwrap_or(problems.kinds.len());
                if known.is_none() {
                    problems.kinds.push((problem.kind, 0));
                }
                problems.kinds[place].1 += 1;
                if problems.kinds[place].1 > most(problem.kind) {
                    return;
                }
            }
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

    /// Whether the index gives keys: without, objects are found in the pages themselves.
    pub fn has_index(&self) -> bool {
        self.has_index
    }

    /// Whether the live index leads to the record as it should.
    pub(crate) fn is_indexed(&self, at: RecordRef) -> bool {
        !self.recovered.contains(&(at.page, at.id))
    }

    /// What reading a record counts for: nothing when its page is not in the file.
    pub(crate) fn cost(&self, at: RecordRef) -> u32 {
        let is_there = self.map.physical(at.page).is_some_and(|physical| physical < self.objects.count());
        if is_there { at.size } else { 0 }
    }

    /// All live keys, by namespace, kind and hashes. Those of records that the index does not lead to, though they lie in live pages, are
    /// among them, under an unknown namespace where nothing tells it.
    pub fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        self.index.keys(Query::All).iter().copied()
    }
}
