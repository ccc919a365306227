//! Listing namespaces, also those that nothing leads to any more.

use std::collections::{BTreeSet, HashMap, VecDeque};

use crate::error::{Error, Problem};
use crate::hash::NameHash;
use crate::namespace::{Namespace, SYSTEM};
use crate::repository::Repository;

/// Names tried for namespaces of which only the hash is left.
const MAX_GUESSES: usize = 200_000;
/// Longest path of a namespace that is followed.
const MAX_PATH: usize = 4096;

impl Repository {
    /// All namespaces, at any depth, in the order of their paths; those of which only the hash is known come last.
    ///
    /// A namespace is known by the `__NAMESPACE` instance in the one above. Where that is gone but objects are left, its
    /// name is looked for among the names that the others have, and a problem tells of it.
    pub fn namespaces(&self) -> Vec<Namespace> {
        let mut by_hash: HashMap<NameHash, Namespace> = HashMap::new();
        let mut leaves = BTreeSet::new();
        let system = Namespace::new(SYSTEM);
        by_hash.insert(system.hash(), system);
        let mut queue = VecDeque::from([Namespace::new("root")]);
        while let Some(namespace) = queue.pop_front() {
            if by_hash.insert(namespace.hash(), namespace.clone()).is_some() {
                continue;
            }
            for instance in self.instances(&namespace, "__NAMESPACE") {
                let Some(instance) = self.noted(instance) else { continue };
                let Some(name) = instance.text("Name") else {
                    let what = "a __NAMESPACE instance has no readable name";
                    self.note(Problem::from(&Error::Record { location: instance.location, at: 0, what }));
                    continue;
                };
                let path = format!("{}\\{name}", namespace.path().unwrap_or_default());
                if path.len() <= MAX_PATH {
                    leaves.insert(name.to_ascii_lowercase());
                    queue.push_back(Namespace::new(&path));
                }
            }
        }
        let mut listed: Vec<Namespace> = by_hash.values().cloned().collect();
        listed.sort_by_cached_key(|n| n.path().map(str::to_ascii_lowercase));

        let mut orphans: Vec<NameHash> = Vec::new();
        for hash in self.index.namespaces() {
            orphans.extend(self.noted(hash).filter(|h| !by_hash.contains_key(h)));
        }
        if !orphans.is_empty() {
            let named = guess(&listed, &leaves, &orphans);
            for orphan in orphans {
                let namespace = named.get(&orphan).cloned().unwrap_or_else(|| Namespace::from_hash(orphan));
                self.note(Problem {
                    place: None,
                    text: format!("{namespace} has objects, but the namespace above has no entry for it"),
                });
                listed.push(namespace);
            }
            listed.sort_by_cached_key(|n| {
                (n.path().is_none(), n.path().map(str::to_ascii_lowercase), n.hash())
            });
        }
        listed
    }
}

/// Looks for paths with the hashes of `orphans`: each known path, followed by each known last name.
fn guess(
    known: &[Namespace],
    leaves: &BTreeSet<String>,
    orphans: &[NameHash],
) -> HashMap<NameHash, Namespace> {
    let paths = known.iter().filter_map(Namespace::path);
    let candidates = paths.flat_map(|path| leaves.iter().map(move |leaf| format!("{path}\\{leaf}")));
    candidates
        .take(MAX_GUESSES)
        .map(|path| Namespace::new(&path))
        .filter(|candidate| orphans.contains(&candidate.hash()))
        .map(|found| (found.hash(), found))
        .collect()
}
