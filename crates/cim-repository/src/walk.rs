//! Walking everything.

use std::collections::HashMap;
use std::sync::Arc;

use crate::class::Class;
use crate::error::{Error, FileKind, Problem};
use crate::hash::NameHash;
use crate::index::Query;
use crate::instance::Instance;
use crate::key::{Key, KeyKind, RecordRef};
use crate::location::Location;
use crate::namespace::Namespace;
use crate::record::Extent;
use crate::repository::Repository;

/// Is told of everything that [`Repository::walk`] comes by.
pub trait Visitor {
    /// A class, with the namespace that defines it.
    fn class(&mut self, class: &Arc<Class>) {
        let _ = class;
    }

    /// An instance, with its namespace.
    fn instance(&mut self, instance: &Instance) {
        let _ = instance;
    }

    /// An object that could not be decoded, wholly or in part, and why.
    fn problem(&mut self, problem: &Problem) {
        let _ = problem;
    }
}

/// What a walk counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Namespaces with at least one object.
    pub namespaces: usize,
    /// Class definitions that were decoded.
    pub classes: usize,
    /// Instances that were decoded.
    pub instances: usize,
    /// Keys of class definitions in the index.
    pub class_keys: usize,
    /// Keys of instances in the index.
    pub instance_keys: usize,
    /// Objects that could not be read, wholly or in part. Each was told to the visitor.
    pub problems: usize,
}

impl Repository {
    /// Goes through all classes and instances of all namespaces in the order of the index and decodes every property.
    ///
    /// Nothing is kept of what was visited: memory does not grow with the repository.
    pub fn walk(&self, visitor: &mut dyn Visitor) -> Summary {
        let names: HashMap<NameHash, Namespace> =
            self.namespaces().into_iter().map(|n| (n.hash(), n)).collect();
        let mut walk = Walk { repository: self, visitor, summary: Summary::default() };
        let mut current: Option<Namespace> = None;
        let mut extent = Extent::of(&self.objects);
        for &key in self.index.keys(Query::All) {
            let namespace = match current.take() {
                Some(same) if same.hash() == key.namespace => same,
                _ => {
                    walk.summary.namespaces += 1;
                    names.get(&key.namespace).cloned().unwrap_or_else(|| Namespace::from_hash(key.namespace))
                }
            };
            let size = match key.kind {
                KeyKind::Class { class, at } => {
                    walk.class(&key, &namespace, class, at);
                    self.cost(at)
                }
                KeyKind::Instance { instance, at, .. } => {
                    walk.instance(&key, &namespace, instance);
                    self.cost(at)
                }
                _ => 0,
            };
            if let Some(Err(error)) = extent.claim(size) {
                walk.tell(Problem::from(&error));
                break;
            }
            current = Some(namespace);
        }
        walk.summary
    }
}

struct Walk<'a> {
    repository: &'a Repository,
    visitor: &'a mut dyn Visitor,
    summary: Summary,
}

impl Walk<'_> {
    fn class(&mut self, key: &Key, namespace: &Namespace, class: NameHash, at: RecordRef) {
        self.summary.class_keys += 1;
        match self.repository.load(namespace, class, at) {
            Ok(class) => {
                self.summary.classes += 1;
                self.visitor.class(&class);
                self.damage(class.damage(), class.location, || {
                    format!("the class {} of {namespace}", class.name)
                });
            }
            Err(error) => self.failed("the class", key, namespace, &error),
        }
    }

    fn instance(&mut self, key: &Key, namespace: &Namespace, hash: NameHash) {
        self.summary.instance_keys += 1;
        match self.repository.instance_of(namespace, key) {
            Ok(instance) => {
                self.summary.instances += 1;
                self.visitor.instance(&instance);
                let mut damage = instance.damage();
                if hash != NameHash::UNKNOWN && instance.key_hash() != hash {
                    damage.push("the key values do not have the hash that the index has of them".to_owned());
                }
                let what = || format!("{} of {namespace}", instance.relative_path());
                self.damage(damage, instance.location, what);
            }
            Err(error) => self.failed("the instance", key, namespace, &error),
        }
    }

    fn tell(&mut self, problem: Problem) {
        self.summary.problems += 1;
        self.visitor.problem(&problem);
        self.repository.note(problem);
    }

    fn failed(&mut self, what: &str, key: &Key, namespace: &Namespace, error: &Error) {
        self.tell(Problem::about(&format!("{what} {key} of {namespace} is not decoded"), error));
    }

    fn damage(&mut self, damage: Vec<String>, location: Location, what: impl Fn() -> String) {
        let place = Some((FileKind::Objects, location.offset()));
        for why in damage {
            self.tell(
                Problem::new(place, format!("in {}, {why}", what()))
                    .of_kind("a part of an object cannot be read"),
            );
        }
    }
}
