//! The objects of permanent event subscriptions, without walking everything.

use std::collections::HashSet;

use crate::deleted::Fragment;
use crate::error::Problem;
use crate::hash::NameHash;
use crate::index::Query;
use crate::instance::Instance;
use crate::location::Location;
use crate::namespace::Namespace;
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
    /// What is left of objects of these kinds that cannot be decoded.
    pub fragments: Vec<Undecoded>,
}

/// An object that is there but cannot be decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct Undecoded {
    /// Where its record lies.
    pub location: Location,
    /// Why it cannot be decoded.
    pub reason: String,
    /// What can be said of it.
    pub fragment: Fragment,
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
            fragments: Vec::new(),
        }
    }

    fn lists(&mut self) -> [&mut Vec<Instance>; 4] {
        [&mut self.filters, &mut self.consumers, &mut self.bindings, &mut self.timers]
    }

    fn is_empty(&mut self) -> bool {
        self.fragments.is_empty() && self.lists().iter().all(|l| l.is_empty())
    }
}

impl Repository {
    /// The event filters, consumers, bindings and timers of every namespace that has any.
    ///
    /// Only the parts of the index that such objects can be in are read, not the whole repository. Objects that cannot be
    /// decoded are noted in [`Repository::problems`], and what is left of them is in [`EventObjects::fragments`].
    pub fn subscriptions(&self) -> Vec<EventObjects> {
        let namespaces = self.namespaces();
        // A class that derives from one of the four in any namespace is looked for in all: the key that says so may be lost in one.
        let classes: Vec<(usize, NameHash)> = self.event_classes(&namespaces);
        let mut extent = Extent::of(&self.objects);
        let mut found = Vec::new();
        for namespace in namespaces {
            let mut objects = EventObjects::new(namespace.clone());
            for &(kind, class) in &classes {
                for key in self.index.keys(Query::Instances(namespace.hash(), class)) {
                    let claim = extent.claim(key.record().map_or(0, |at| self.cost(at)));
                    let Some(claim) = claim else { break };
                    match claim.and_then(|()| self.instance_of(&namespace, key)) {
                        Ok(instance) => objects.lists()[kind].push(instance),
                        Err(error) => {
                            let text =
                                format!("an object of a subscription in {namespace} cannot be decoded");
                            let problem = Problem::about(&text, &error);
                            if let Some((location, fragment)) = self.fragment_of(key) {
                                let reason = problem.text.clone();
                                objects.fragments.push(Undecoded { location, reason, fragment });
                            }
                            self.note(problem);
                        }
                    }
                }
            }
            if !objects.is_empty() {
                found.push(objects);
            }
        }
        found
    }

    /// The four kinds of classes, by their hashes, each with the number of its kind.
    fn event_classes(&self, namespaces: &[Namespace]) -> Vec<(usize, NameHash)> {
        let mut seen = HashSet::new();
        let mut classes = Vec::new();
        for (kind, top) in KINDS.iter().enumerate() {
            let below = namespaces.iter().flat_map(|namespace| self.subclasses(namespace, top));
            for class in std::iter::once(NameHash::of(top)).chain(below) {
                if seen.insert(class) {
                    classes.push((kind, class));
                }
            }
        }
        classes
    }
}
