//! Listing namespaces, also those that nothing leads to any more.

use std::collections::{BTreeSet, HashMap, VecDeque};

use crate::error::{Error, Problem};
use crate::hash::NameHash;
use crate::namespace::{Namespace, SYSTEM};
use crate::repository::{Repository, lock};

/// Names tried for namespaces of which only the hash is left.
const MAX_GUESSES: usize = 200_000;
/// Longest path of a namespace that is followed.
const MAX_PATH: usize = 4096;

/// Namespaces that a stock Windows has (measured: those of two public repositories), and two for the last names of localised ones.
const STOCK: [&str; 61] = [
    r"root",
    r"root\Appv",
    r"root\CIMV2",
    r"root\CIMV2\mdm",
    r"root\CIMV2\mdm\dmmap",
    r"root\CIMV2\power",
    r"root\CIMV2\Security",
    r"root\CIMV2\Security\MicrosoftTpm",
    r"root\CIMV2\Security\MicrosoftVolumeEncryption",
    r"root\CIMV2\TerminalServices",
    r"root\Cli",
    r"root\DEFAULT",
    r"root\directory",
    r"root\directory\LDAP",
    r"root\Hardware",
    r"root\Interop",
    r"root\Microsoft",
    r"root\Microsoft\HomeNet",
    r"root\Microsoft\protectionManagement",
    r"root\Microsoft\SecurityClient",
    r"root\Microsoft\Uev",
    r"root\Microsoft\Windows",
    r"root\Microsoft\Windows\AppBackgroundTask",
    r"root\Microsoft\Windows\CI",
    r"root\Microsoft\Windows\Defender",
    r"root\Microsoft\Windows\DeliveryOptimization",
    r"root\Microsoft\Windows\DesiredStateConfiguration",
    r"root\Microsoft\Windows\DesiredStateConfigurationProxy",
    r"root\Microsoft\Windows\DeviceGuard",
    r"root\Microsoft\Windows\Dns",
    r"root\Microsoft\Windows\EventTracingManagement",
    r"root\Microsoft\Windows\HardwareManagement",
    r"root\Microsoft\Windows\Powershellv3",
    r"root\Microsoft\Windows\PS_MMAgent",
    r"root\Microsoft\Windows\RemoteAccess",
    r"root\Microsoft\Windows\RemoteAccess\Client",
    r"root\Microsoft\Windows\SMB",
    r"root\Microsoft\Windows\SmbWitness",
    r"root\Microsoft\Windows\Storage",
    r"root\Microsoft\Windows\Storage\Providers_v2",
    r"root\Microsoft\Windows\Storage\PT",
    r"root\Microsoft\Windows\Storage\PT\Alt",
    r"root\Microsoft\Windows\TaskScheduler",
    r"root\Microsoft\Windows\Wdac",
    r"root\Microsoft\Windows\winrm",
    r"root\msdtc",
    r"root\PEH",
    r"root\Policy",
    r"root\RSOP",
    r"root\RSOP\Computer",
    r"root\RSOP\User",
    r"root\SECURITY",
    r"root\SecurityCenter",
    r"root\SecurityCenter2",
    r"root\ServiceModel",
    r"root\StandardCimV2",
    r"root\StandardCimV2\embedded",
    r"root\subscription",
    r"root\WMI",
    r"root\subscription\ms_409",
    r"root\CIMV2\ms_411",
];

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

        let orphans: BTreeSet<NameHash> =
            self.index.namespaces().filter(|hash| !by_hash.contains_key(hash)).collect();
        if !orphans.is_empty() {
            let named = guess(&listed, &leaves, &orphans);
            for orphan in orphans {
                let namespace = named.get(&orphan).cloned().unwrap_or_else(|| Namespace::from_hash(orphan));
                listed.push(namespace);
            }
            listed.sort_by_cached_key(|n| {
                (n.path().is_none(), n.path().map(str::to_ascii_lowercase), n.hash())
            });
            let is_orphan = |n: &&Namespace| !by_hash.contains_key(&n.hash()) && !n.is_unknown();
            for namespace in listed.iter().filter(is_orphan) {
                let text = format!("{namespace} has objects, but the namespace above has no entry for it");
                self.note(Problem::new(None, text).of_kind("a namespace has no entry in the one above"));
            }
        }
        lock(&self.names).extend(listed.iter().map(|namespace| (namespace.hash(), namespace.clone())));
        listed
    }

    /// A namespace by its hash: its path where it is known by now.
    pub(crate) fn named(&self, hash: NameHash) -> Namespace {
        lock(&self.names).get(&hash).cloned().unwrap_or_else(|| Namespace::from_hash(hash))
    }
}

/// The namespaces of a stock Windows by their hashes.
pub(crate) fn stock() -> HashMap<NameHash, Namespace> {
    STOCK.iter().map(|path| Namespace::new(path)).map(|namespace| (namespace.hash(), namespace)).collect()
}

/// Looks for paths with the hashes of `orphans`: those of a stock Windows, then each known path, followed by each known last name.
fn guess(
    known: &[Namespace],
    leaves: &BTreeSet<String>,
    orphans: &BTreeSet<NameHash>,
) -> HashMap<NameHash, Namespace> {
    let paths = known.iter().filter_map(Namespace::path).chain(STOCK);
    let last = |path: &str| path.rsplit('\\').next().unwrap_or_default().to_ascii_lowercase();
    let leaves: BTreeSet<String> =
        STOCK.iter().map(|path| last(path)).chain(leaves.iter().cloned()).collect();
    let below = paths.flat_map(|path| leaves.iter().map(move |leaf| format!("{path}\\{leaf}")));
    let candidates = STOCK.iter().map(|path| (*path).to_owned()).chain(below);
    candidates
        .take(MAX_GUESSES)
        .map(|path| Namespace::new(&path))
        .filter(|candidate| orphans.contains(&candidate.hash()))
        .map(|found| (found.hash(), found))
        .collect()
}
