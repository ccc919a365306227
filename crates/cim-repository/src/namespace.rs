//! Namespaces.

use std::fmt;
use std::sync::Arc;

use crate::hash::NameHash;

/// A namespace: its path, where known, and the hash that the index has of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Namespace {
    path: Option<Arc<str>>,
    hash: NameHash,
}

/// Where Windows keeps the stock system classes once for all namespaces.
pub(crate) const SYSTEM: &str = "__SystemClass";

/// How the namespace of objects is written that no key leads to.
const UNKNOWN: &str = "(unknown namespace)";

impl Namespace {
    /// A namespace by its path, such as `root\subscription`. Case does not count, `/` stands for `\`. The forms in which namespaces without
    /// a known path are written stand for those.
    pub fn new(path: &str) -> Self {
        let hash = path
            .strip_prefix("(namespace ")
            .and_then(|rest| rest.strip_suffix(')'))
            .and_then(NameHash::parse);
        if path == UNKNOWN {
            return Self::unknown();
        } else if let Some(hash) = hash {
            return Self::from_hash(hash);
        }
        let path = path.replace('/', "\\");
        Self { hash: NameHash::of(&path), path: Some(path.into()) }
    }

    /// A namespace of which only the hash is known.
    pub(crate) fn from_hash(hash: NameHash) -> Self {
        Self { path: None, hash }
    }

    /// The namespace of an object that was found without a key.
    pub(crate) fn unknown() -> Self {
        Self::from_hash(NameHash::UNKNOWN)
    }

    /// The path, such as `root\subscription`; `None` when no path with the namespace's hash is known.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The hash that the index has of it.
    pub fn hash(&self) -> NameHash {
        self.hash
    }

    /// Whether not even the hash is known: the object was found without an index key.
    pub fn is_unknown(&self) -> bool {
        self.hash == NameHash::UNKNOWN
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => f.write_str(path),
            None if self.is_unknown() => f.write_str(UNKNOWN),
            None => write!(f, "(namespace {})", self.hash),
        }
    }
}

impl From<&str> for Namespace {
    fn from(path: &str) -> Self {
        Self::new(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_and_case_do_not_count() {
        assert_eq!(Namespace::new("ROOT/Subscription").hash(), Namespace::new("root\\subscription").hash());
        assert_eq!(Namespace::unknown().to_string(), "(unknown namespace)");
    }
}
