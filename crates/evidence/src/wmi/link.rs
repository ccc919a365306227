//! How filters, consumers, timers and bindings belong together.

use super::{ObjectPath, WmiObject, canonical_namespace};
use std::collections::BTreeMap;

/// A filter, a consumer and the binding between them, each by its place in the list that was linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subscription {
    /// The filter.
    pub filter: usize,
    /// The consumer.
    pub consumer: usize,
    /// The binding.
    pub binding: usize,
}

/// A binding of which a partner is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The binding's place.
    pub binding: usize,
    /// The filter's place, where it is there.
    pub filter: Option<usize>,
    /// The consumer's place, where it is there.
    pub consumer: Option<usize>,
}

/// A filter, consumer or timer that nothing binds or asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Orphan {
    /// Its place.
    pub object: usize,
    /// What it is.
    pub part: Part,
}

/// The parts of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// An event filter.
    Filter,
    /// An event consumer.
    Consumer,
    /// A timer instruction.
    Timer,
}

/// The outcome of [`link`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Linked {
    /// Complete subscriptions, in the order of their bindings.
    pub subscriptions: Vec<Subscription>,
    /// Bindings without one or both of their partners.
    pub dangling: Vec<Binding>,
    /// Filters and consumers that are not part of a complete subscription, and timers without a query, in the order of the list.
    pub orphans: Vec<Orphan>,
}

/// Links the objects of one host.
///
/// A reference meets an object whose class and key are the same without case and whose namespace is the reference's, else the binding's; where
/// one side does not carry a namespace, any will do. Where several objects fit, each of them is in a pair. Join what was read twice
/// before: here the same object seen again counts as another.
pub fn link(objects: &[&WmiObject]) -> Linked {
    let mut by_key: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for (at, object) in objects.iter().enumerate() {
        if !object.is_binding() && !object.name().is_empty() {
            by_key.entry((object.class.to_lowercase(), object.name().to_lowercase())).or_default().push(at);
        }
    }
    let find = |reference: &Option<ObjectPath>, binding: &WmiObject| -> Vec<usize> {
        let Some((path, name)) = reference.as_ref().and_then(|path| path.name().map(|name| (path, name)))
        else {
            return Vec::new();
        };
        let namespace =
            path.namespace.clone().or_else(|| binding.namespace.as_deref().map(canonical_namespace));
        let fits = |at: &usize| match (&namespace, objects.get(*at).and_then(|o| o.namespace.as_deref())) {
            (Some(wanted), Some(own)) => *wanted == canonical_namespace(own),
            _ => true,
        };
        let named = by_key.get(&(path.class.to_lowercase(), name.to_lowercase()));
        // A listing without class names leaves the class of an unusual consumer open: there the name must do.
        let unnamed = by_key.get(&(String::new(), name.to_lowercase()));
        named.or(unnamed).into_iter().flatten().copied().filter(fits).collect()
    };

    let mut linked = Linked::default();
    let mut bound = vec![false; objects.len()];
    for (binding, object) in objects.iter().enumerate().filter(|(_, object)| object.is_binding()) {
        let filters = find(&object.reference("Filter"), object);
        let consumers = find(&object.reference("Consumer"), object);
        // What is bound to something that is missing stands alone: it must be looked at by itself.
        if !filters.is_empty() && !consumers.is_empty() {
            for at in filters.iter().chain(&consumers) {
                if let Some(seen) = bound.get_mut(*at) {
                    *seen = true;
                }
            }
        }
        // Two objects of one name differ in content (one may be forged): each of them must show up in a pair.
        for pair in 0..filters.len().max(consumers.len()).max(1) {
            let filter = filters.get(pair).or(filters.last()).copied();
            let consumer = consumers.get(pair).or(consumers.last()).copied();
            match (filter, consumer) {
                (Some(filter), Some(consumer)) => {
                    linked.subscriptions.push(Subscription { filter, consumer, binding });
                }
                (filter, consumer) => linked.dangling.push(Binding { binding, filter, consumer }),
            }
        }
    }
    for (at, object) in objects.iter().enumerate() {
        let part = if object.is_filter() {
            Part::Filter
        } else if object.is_timer() {
            Part::Timer
        } else if object.is_consumer() {
            Part::Consumer
        } else {
            continue;
        };
        let used = match part {
            Part::Timer => {
                objects.iter().any(|filter| filter.is_filter() && asks_for_timer(filter, object.name()))
            }
            Part::Filter | Part::Consumer => bound.get(at).copied().unwrap_or_default(),
        };
        if !used {
            linked.orphans.push(Orphan { object: at, part });
        }
    }
    linked
}

/// Whether the filter's query asks for the events of this timer.
fn asks_for_timer(filter: &WmiObject, timer: &str) -> bool {
    let query = filter.text("Query").unwrap_or_default().to_lowercase();
    query.contains("__timerevent") && !timer.is_empty() && query.contains(&timer.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wmi::{Property, PropertyName, State};

    fn object(class: &str, namespace: Option<&str>, fields: &[(&'static str, &str)]) -> WmiObject {
        WmiObject {
            class: class.into(),
            namespace: namespace.map(str::to_owned),
            properties: fields
                .iter()
                .map(|(name, value)| Property {
                    name: PropertyName::known(name),
                    value: (*value).into(),
                    state: State::Known,
                })
                .collect(),
            ..WmiObject::default()
        }
    }

    #[test]
    fn parts_meet_by_class_and_name_without_case() {
        let filter = object("__EventFilter", None, &[("Name", "F")]);
        let consumer = object("CommandLineEventConsumer", None, &[("Name", "C")]);
        let binding = object(
            "__FilterToConsumerBinding",
            None,
            &[
                ("Filter", r#"\\.\ROOT\subscription:__eventfilter.name="f""#),
                ("Consumer", r#""CommandLineEventConsumer.Name="C"""#),
            ],
        );
        let linked = link(&[&filter, &consumer, &binding]);
        assert_eq!(linked.subscriptions, [Subscription { filter: 0, consumer: 1, binding: 2 }]);
        assert!(linked.orphans.is_empty() && linked.dangling.is_empty());
    }

    #[test]
    fn a_missing_partner_leaves_orphans() {
        let filter = object("__EventFilter", None, &[("Name", "F")]);
        let timer = object("__IntervalTimerInstruction", None, &[("TimerId", "T")]);
        let binding = object(
            "__FilterToConsumerBinding",
            None,
            &[("Filter", r#"__EventFilter.Name="G""#), ("Consumer", r#"X.Name="C""#)],
        );
        let linked = link(&[&filter, &timer, &binding]);
        assert_eq!(linked.dangling, [Binding { binding: 2, filter: None, consumer: None }]);
        assert_eq!(
            linked.orphans,
            [Orphan { object: 0, part: Part::Filter }, Orphan { object: 1, part: Part::Timer }]
        );
    }

    #[test]
    fn namespaces_keep_objects_apart() {
        let filter = object("__EventFilter", Some(r"root\default"), &[("Name", "F")]);
        let consumer = object("CommandLineEventConsumer", Some(r"root\subscription"), &[("Name", "C")]);
        let binding = object(
            "__FilterToConsumerBinding",
            Some(r"root\subscription"),
            &[("Filter", r#"__EventFilter.Name="F""#), ("Consumer", r#"CommandLineEventConsumer.Name="C""#)],
        );
        let linked = link(&[&filter, &consumer, &binding]);
        assert_eq!(linked.dangling, [Binding { binding: 2, filter: None, consumer: Some(1) }]);
        assert_eq!(
            linked.orphans,
            [Orphan { object: 0, part: Part::Filter }, Orphan { object: 1, part: Part::Consumer }]
        );
    }

    #[test]
    fn of_two_objects_with_one_name_both_are_linked() {
        let filter = object("__EventFilter", None, &[("Name", "F")]);
        let forged = object("CommandLineEventConsumer", None, &[("Name", "C")]);
        let binding = object(
            "__FilterToConsumerBinding",
            None,
            &[("Filter", r#"__EventFilter.Name="F""#), ("Consumer", r#"CommandLineEventConsumer.Name="C""#)],
        );
        let linked = link(&[&filter, &forged, &forged, &binding]);
        let consumers: Vec<_> = linked.subscriptions.iter().map(|s| s.consumer).collect();
        assert_eq!(consumers, [1, 2]);
    }

    #[test]
    fn a_timer_is_used_by_the_query_that_asks_for_it() {
        let timer = object("__IntervalTimerInstruction", None, &[("TimerId", "tick")]);
        let filter = object(
            "__EventFilter",
            None,
            &[("Name", "F"), ("Query", "select * from __TimerEvent where TimerId=\"Tick\"")],
        );
        let linked = link(&[&timer, &filter]);
        assert_eq!(linked.orphans, [Orphan { object: 1, part: Part::Filter }]);
    }
}
