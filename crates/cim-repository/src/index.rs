//! The keys of the index, sorted: every key with a given beginning is found by halving.

use crate::hash::NameHash;
use crate::key::{Key, KeyKind};

/// What is asked of the index.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Query {
    /// Every key.
    All,
    /// The class definitions of a namespace.
    Classes(NameHash),
    /// One class definition.
    Class(NameHash, NameHash),
    /// The instances of exactly one class.
    Instances(NameHash, NameHash),
    /// The classes that derive directly from a class.
    Subclasses(NameHash, NameHash),
}

/// The keys of a repository, each once.
#[derive(Debug, Default)]
pub(crate) struct Index(Vec<Key>);

impl Index {
    pub(crate) fn new(mut keys: Vec<Key>) -> Self {
        keys.sort_unstable();
        keys.dedup();
        Self(keys)
    }

    /// All keys that the query asks for, by namespace, kind and hashes.
    pub(crate) fn keys(&self, query: Query) -> &[Key] {
        let (namespace, kind, first) = match query {
            Query::All => return &self.0,
            Query::Classes(namespace) => (namespace, CLASS, None),
            Query::Class(namespace, class) => (namespace, CLASS, Some(class)),
            Query::Instances(namespace, class) => (namespace, INSTANCE, Some(class)),
            Query::Subclasses(namespace, parent) => (namespace, SUBCLASS, Some(parent)),
        };
        let place = |key: &Key| {
            let (rank, hash) = rank(&key.kind);
            (key.namespace, rank, first.map(|_| hash))
        };
        let wanted = (namespace, kind, first);
        let start = self.0.partition_point(|key| place(key) < wanted);
        let count = self.0[start..].partition_point(|key| place(key) == wanted);
        &self.0[start..start + count]
    }

    /// Every namespace hash that some key has.
    pub(crate) fn namespaces(&self) -> impl Iterator<Item = NameHash> + '_ {
        self.0.chunk_by(|a, b| a.namespace == b.namespace).map(|keys| keys[0].namespace)
    }
}

const CLASS: u8 = 0;
const INSTANCE: u8 = 1;
const SUBCLASS: u8 = 4;

/// The place of a kind in the order of keys, and the first hash after it.
fn rank(kind: &KeyKind) -> (u8, NameHash) {
    match *kind {
        KeyKind::Class { class, .. } => (CLASS, class),
        KeyKind::Instance { class, .. } => (INSTANCE, class),
        KeyKind::Keyed { root, .. } => (2, root),
        KeyKind::Reference { root, .. } => (3, root),
        KeyKind::Subclass { parent, .. } => (SUBCLASS, parent),
        KeyKind::ClassReference { class, .. } => (5, class),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        Key::from_segments(text.split('/').map(str::as_bytes)).unwrap()
    }

    fn hash(digit: char) -> NameHash {
        NameHash::parse(&digit.to_string().repeat(64)).unwrap()
    }

    #[test]
    fn each_query_gives_its_keys_and_no_others() {
        let (one, two, three) = (hash('1'), hash('2'), hash('3'));
        let texts = [
            format!("NS_{one}/CD_{one}.1.2.3"),
            format!("NS_{two}/CD_{one}.1.2.3"),
            format!("NS_{two}/CD_{two}.1.3.3"),
            format!("NS_{two}/CI_{one}/IL_{one}.1.4.3"),
            format!("NS_{two}/CI_{one}/IL_{two}.1.5.3"),
            format!("NS_{two}/CI_{two}/IL_{one}.1.6.3"),
            format!("NS_{two}/KI_{one}/I_{one}.1.4.3"),
            format!("NS_{two}/CR_{one}/C_{two}"),
            format!("NS_{two}/CR_{one}/R_{two}"),
            format!("NS_{three}/CD_{one}.1.7.3"),
        ];
        let index = Index::new(texts.iter().rev().chain(&texts).map(|t| key(t)).collect());
        let written = |query| index.keys(query).iter().map(Key::to_string).collect::<Vec<_>>();
        assert_eq!(written(Query::All), texts);
        assert_eq!(written(Query::Classes(two)), texts[1..3]);
        assert_eq!(written(Query::Class(two, two)), texts[2..3]);
        assert_eq!(written(Query::Instances(two, one)), texts[3..5]);
        assert_eq!(written(Query::Subclasses(two, one)), texts[7..8]);
        assert!(
            written(Query::Classes(hash('0'))).is_empty() && written(Query::Classes(hash('4'))).is_empty()
        );
        assert_eq!(index.namespaces().collect::<Vec<_>>(), [one, two, three]);
    }
}
