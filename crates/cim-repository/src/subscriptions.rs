//! The objects of permanent event subscriptions, without walking everything.

use std::collections::HashSet;

use crate::deleted::Content;
use crate::hash::NameHash;
use crate::instance::Instance;
use crate::namespace::{Namespace, SYSTEM};
use crate::record::Extent;
use crate::repository::Repository;

/// The event filters, consumers, bindings and timers of one namespace.
#[derive(Debug, Clone, PartialEq)]
pub struct EventObjects {
    /// The namespace that holds them.
    pub namespace: Namespace,
    /// Instances of `__EventFilter`.
    pub filters: Vec<Instance>,
    /// Instances of any class that derives from `__EventConsumer`.
    pub consumers: Vec<Instance>,
    /// Instances of `__FilterToConsumerBinding`.
    pub bindings: Vec<Instance>,
    /// Instances of any class that derives from `__TimerInstruction`.
    pub timers: Vec<Instance>,
}

/// The classes at the top of the four kinds, in the order of [`EventObjects::lists`].
const KINDS: [&str; 4] =
    ["__EventFilter", "__EventConsumer", "__FilterToConsumerBinding", "__TimerInstruction"];

impl EventObjects {
    fn new(namespace: Namespace) -> Self {
        Self {
            namespace,
            filters: Vec::new(),
            consumers: Vec::new(),
            bindings: Vec::new(),
            timers: Vec::new(),
        }
    }

    fn lists(&mut self) -> [&mut Vec<Instance>; 4] {
        [&mut self.filters, &mut self.consumers, &mut self.bindings, &mut self.timers]
    }

    fn is_empty(&mut self) -> bool {
        self.lists().iter().all(|l| l.is_empty())
    }
}

impl Repository {
    /// The event filters, consumers, bindings and timers of every namespace that has any.
    ///
    /// Only the parts of the index that such objects can be in are read, not the whole repository. Objects that cannot be
    /// decoded are noted in [`Repository::problems`]. Without `INDEX.BTR` they are carved, and their namespace is unknown.
    pub fn subscriptions(&self) -> Vec<EventObjects> {
        if !self.has_index() {
            return self.carved_subscriptions();
        }
        let system = Namespace::new(SYSTEM);
        let stock = KINDS.map(|kind| self.class_tree(&system, kind));
        let mut extent = Extent::of(&self.objects);
        let mut found = Vec::new();
        for namespace in self.namespaces() {
            let mut objects = EventObjects::new(namespace.clone());
            for ((kind, stock), list) in KINDS.iter().zip(&stock).zip(objects.lists()) {
                let mut seen = HashSet::new();
                let classes = stock.iter().copied().chain(self.class_tree(&namespace, kind));
                for class in classes.filter(|&c| seen.insert(c)) {
                    let instances = self.instances_by_hash(&namespace, class).map_while(|instance| {
                        let size = instance.as_ref().map_or(0, |i| i.location.size);
                        extent.claim(size).map(|claim| claim.and(instance))
                    });
                    list.extend(instances.filter_map(|i| self.noted(i)));
                }
            }
            if !objects.is_empty() {
                found.push(objects);
            }
        }
        found
    }

    /// A class and all that derive from it in a namespace, by their hashes.
    fn class_tree(&self, namespace: &Namespace, class: &str) -> Vec<NameHash> {
        let below = self.subclasses(namespace, class);
        std::iter::once(NameHash::of(class)).chain(below.into_iter().filter_map(|c| self.noted(c))).collect()
    }

    fn carved_subscriptions(&self) -> Vec<EventObjects> {
        let mut objects = EventObjects::new(Namespace::unknown());
        for carved in self.deleted().objects {
            if let Content::Instance(instance) = carved.content {
                let kind = KINDS.iter().position(|kind| instance.class.is_a(kind));
                if let Some(list) = kind.and_then(|k| objects.lists().into_iter().nth(k)) {
                    list.push(*instance);
                }
            }
        }
        if objects.is_empty() { Vec::new() } else { vec![objects] }
    }
}
