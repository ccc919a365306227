//! Walking everything.

use std::collections::HashMap;
use std::sync::Arc;

use crate::class::Class;
use crate::error::{Error, Problem};
use crate::hash::NameHash;
use crate::index::Query;
use crate::instance::Instance;
use crate::key::KeyKind;
use crate::namespace::Namespace;
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
    /// Objects and index pages that could not be read, wholly or in part. Each was told to the visitor.
    pub problems: usize,
}

impl Repository {
    /// Goes through all classes and instances of all namespaces in the order of the index and decodes every property.
    ///
    /// Nothing is kept of what was visited: memory does not grow with the repository.
    pub fn walk(&self, visitor: &mut dyn Visitor) -> Summary {
        let names: HashMap<NameHash, Namespace> =
            self.namespaces().into_iter().map(|n| (n.hash(), n)).collect();
        let mut summary = Summary::default();
        let mut current: Option<Namespace> = None;
        for key in self.index.keys(Query::All) {
            let key = match key {
                Ok(key) => key,
                Err(error) => {
                    self.tell(visitor, &mut summary, Problem::from(&error));
                    continue;
                }
            };
            let namespace = match current.take() {
                Some(same) if same.hash() == key.namespace => same,
                _ => {
                    summary.namespaces += 1;
                    names.get(&key.namespace).cloned().unwrap_or_else(|| Namespace::from_hash(key.namespace))
                }
            };
            match key.kind {
                KeyKind::Class { class, at } => {
                    summary.class_keys += 1;
                    match self.load(&namespace, class, at, 0) {
                        Ok(class) => {
                            summary.classes += 1;
                            visitor.class(&class);
                            let what = || format!("the class {} of {namespace}", class.name);
                            self.tell_damage(visitor, &mut summary, class.damage(), what, class.location);
                        }
                        Err(error) => {
                            self.tell(visitor, &mut summary, failed("the class", &key, &namespace, &error))
                        }
                    }
                }
                KeyKind::Instance { class, at, .. } => {
                    summary.instance_keys += 1;
                    match self.instance_at(&namespace, class, at) {
                        Ok(instance) => {
                            summary.instances += 1;
                            visitor.instance(&instance);
                            let what = || format!("{} of {namespace}", instance.relative_path());
                            self.tell_damage(
                                visitor,
                                &mut summary,
                                instance.damage(),
                                what,
                                instance.location,
                            );
                        }
                        Err(error) => {
                            self.tell(
                                visitor,
                                &mut summary,
                                failed("the instance", &key, &namespace, &error),
                            );
                        }
                    }
                }
                _ => {}
            }
            current = Some(namespace);
        }
        summary
    }

    fn tell(&self, visitor: &mut dyn Visitor, summary: &mut Summary, problem: Problem) {
        summary.problems += 1;
        visitor.problem(&problem);
        self.note(problem);
    }

    fn tell_damage(
        &self,
        visitor: &mut dyn Visitor,
        summary: &mut Summary,
        damage: Vec<String>,
        what: impl Fn() -> String,
        location: crate::record::Location,
    ) {
        for why in damage {
            let place = Some((crate::FileKind::Objects, location.offset()));
            self.tell(visitor, summary, Problem { place, text: format!("in {}, {why}", what()) });
        }
    }
}

fn failed(what: &str, key: &crate::key::Key, namespace: &Namespace, error: &Error) -> Problem {
    Problem { place: error.place(), text: format!("{what} {key} of {namespace} is not decoded: {error}") }
}
