//! WMI: subscriptions, timers, providers and classes of every namespace.
//!
//! Instances are read only of classes that are stored, with everything that derives from them: a class with a provider would run that
//! provider's code, and it may be the attacker's.

use crate::gather::{Gathering, sha256};
use evidence::wmi::SUBSCRIPTION_NAMESPACE;
use evidence::{Area, RecordData, Value, WmiClass};
use machine::{Fault, WmiClassDefinition};
use std::collections::{BTreeMap, BTreeSet};

/// The classes whose instances are read in every namespace, and the area of each in `root\subscription`.
const CLASSES: [(&str, Option<Area>); 6] = [
    ("__EventFilter", Some(Area::EventFilters)),
    ("__EventConsumer", Some(Area::EventConsumers)),
    ("__FilterToConsumerBinding", Some(Area::Bindings)),
    ("__TimerInstruction", Some(Area::Timers)),
    // Of consumers, instances, methods, events, classes and properties alike.
    ("__ProviderRegistration", None),
    ("__Win32Provider", None),
];

/// The namespaces of which every class is kept: payloads lie there.
const WHOLE: [&str; 2] = [r"root\default", SUBSCRIPTION_NAMESPACE];

/// Characters of one default value from which on a class is kept, wherever it is: it may hold a command.
const MAY_HOLD_CODE: usize = 60;

/// Characters of default values and qualifiers together from which on a class is kept, wherever it is: they may be pieces of a payload.
const LARGE: usize = 1_000;

/// The classes from which those derive that bring code of their own.
const CARRIERS: [&str; 2] = ["__EventConsumer", "__Provider"];

/// How deep classes may derive from each other.
const MAX_DEPTH: usize = 64;

/// Reads WMI.
pub(crate) fn read(gathering: &mut Gathering, keeps_class: fn(&str) -> bool) {
    let failures = gathering.failures.len();
    let machine = gathering.machine;
    let Some(namespaces) = gathering.listed(machine.wmi_namespaces()) else { return };
    if !namespaces.iter().any(|namespace| namespace == SUBSCRIPTION_NAMESPACE) {
        gathering.note(&machine::Error::new(
            "read the WMI namespace",
            SUBSCRIPTION_NAMESPACE,
            Fault::Unsupported,
        ));
    }
    for namespace in &namespaces {
        let before = gathering.failures.len();
        let classes = gathering.or_note(machine.wmi_classes(namespace));
        instances(gathering, namespace, classes.as_deref());
        if let Some(classes) = classes {
            let part = format!("wmi/{namespace}");
            let carriers = Hierarchy::new(&classes).below(&CARRIERS);
            let is_kept = |class: &WmiClass| {
                WHOLE.contains(&namespace.as_str())
                    || carriers.contains(&class.name.to_lowercase())
                    || keeps_class(&class.name)
                    || may_hold_code(class)
            };
            let with_mof = |class: WmiClassDefinition| {
                let mof_sha256 = (!class.mof.is_empty()).then(|| sha256(class.mof.as_bytes()));
                evidence::WmiClass { mof_sha256, ..class.class }
            };
            let kept = classes.into_iter().filter(|class| is_kept(&class.class)).map(with_mof);
            gathering.add(&part, kept.map(RecordData::WmiClass));
            gathering.cover(Area::ClassStores, before);
        }
    }
    gathering.cover(Area::OtherNamespaces, failures);
    gathering.cover(Area::ConsumerClasses, failures);
    if gathering.failures.len() > failures {
        limit(gathering);
    }
}

/// Where something could not be read, areas over all namespaces are read in part only, whatever single namespaces say.
fn limit(gathering: &mut Gathering) {
    let whole = [Area::ClassStores, Area::OtherNamespaces, Area::ConsumerClasses];
    let mut coverage = evidence::Coverage::default();
    for (area, state) in gathering.coverage.iter() {
        coverage.add(area, if whole.contains(&area) { evidence::ReadState::Partial } else { state });
    }
    gathering.coverage = coverage;
}

/// The instances that are stored in a namespace. Without its classes nothing tells which are.
fn instances(gathering: &mut Gathering, namespace: &str, classes: Option<&[WmiClassDefinition]>) {
    let machine = gathering.machine;
    let part = format!("wmi/{namespace}");
    let Some(classes) = classes else { return };
    let known = Hierarchy::new(classes);
    for (class, area) in CLASSES {
        let before = gathering.failures.len();
        if !known.by_name.contains_key(&class.to_lowercase()) {
            continue;
        }
        for class in known.stored(class) {
            let found = gathering.or_note(machine.wmi_instances(namespace, &class)).unwrap_or_default();
            gathering.add(&part, found.into_iter().map(|found| RecordData::WmiObject(found.object)));
        }
        if known.is_deeper(class) {
            gathering.note_cut("list the classes that derive from each other below", class, MAX_DEPTH);
        }
        for class in known.provided(class) {
            let why = Fault::Other { code: 0, text: "it has a provider, whose code would run".to_owned() };
            gathering.note(&machine::Error::new("list the instances of the WMI class", class, why));
        }
        if let Some(area) = area.filter(|_| namespace == SUBSCRIPTION_NAMESPACE) {
            gathering.cover(area, before);
        }
    }
}

/// Which class derives from which.
struct Hierarchy<'c> {
    by_name: BTreeMap<String, &'c WmiClassDefinition>,
    below: BTreeMap<String, Vec<&'c WmiClassDefinition>>,
}

impl<'c> Hierarchy<'c> {
    fn new(classes: &'c [WmiClassDefinition]) -> Self {
        let mut below: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for class in classes {
            if let Some(above) = &class.class.superclass {
                below.entry(above.to_lowercase()).or_default().push(class);
            }
        }
        let by_name = classes.iter().map(|class| (class.class.name.to_lowercase(), class)).collect();
        Self { by_name, below }
    }

    /// The classes below these, however far, in lower case.
    fn below(&self, tops: &[&str]) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for top in tops {
            self.walk(top, 0, &mut |class, _| {
                found.insert(class.to_lowercase());
                true
            });
        }
        for top in tops {
            found.remove(&top.to_lowercase());
        }
        found
    }

    /// The class where it and everything below it is stored, else those below it of which that is true.
    fn stored(&self, class: &str) -> Vec<String> {
        let mut found = Vec::new();
        self.walk(class, 0, &mut |class, is_stored| {
            if is_stored {
                found.push(class.to_owned());
            }
            !is_stored
        });
        found
    }

    /// The classes below this one, it included, that have a provider.
    fn provided(&self, class: &str) -> Vec<String> {
        let mut found = Vec::new();
        self.walk(class, 0, &mut |class, _| {
            if self.by_name.get(&class.to_lowercase()).is_some_and(|known| known.has_provider) {
                found.push(class.to_owned());
            }
            true
        });
        found
    }

    /// Whether more classes derive from each other below this one than are followed.
    fn is_deeper(&self, class: &str) -> bool {
        let mut row = BTreeSet::from([class.to_lowercase()]);
        for _ in 0..MAX_DEPTH {
            let below = row.iter().filter_map(|class| self.below.get(class)).flatten();
            row = below.map(|class| class.class.name.to_lowercase()).collect();
        }
        !row.is_empty()
    }

    /// Visits the class and those below it; `visit` is told whether all of them are stored, and says whether to go further down.
    fn walk(&self, class: &str, depth: usize, visit: &mut dyn FnMut(&str, bool) -> bool) {
        if depth >= MAX_DEPTH || !visit(class, self.is_stored(class, depth)) {
            return;
        }
        for child in self.below.get(&class.to_lowercase()).into_iter().flatten() {
            self.walk(&child.class.name, depth + 1, visit);
        }
    }

    fn is_stored(&self, class: &str, depth: usize) -> bool {
        let own = self.by_name.get(&class.to_lowercase()).is_some_and(|known| !known.has_provider);
        let mut children = self.below.get(&class.to_lowercase()).into_iter().flatten();
        own && depth < MAX_DEPTH && children.all(|child| self.is_stored(&child.class.name, depth + 1))
    }
}

/// Whether a class can be a store: by one long default value, or by many values together.
fn may_hold_code(class: &WmiClass) -> bool {
    let defaults = class.properties.iter().filter_map(|property| property.default.as_ref());
    let (longest, total) =
        defaults.map(size).fold((0, 0), |(longest, total), size| (size.max(longest), total + size));
    let qualifiers: usize = class.qualifiers.iter().map(|(_, value)| size(value)).sum();
    longest >= MAY_HOLD_CODE || total + qualifiers >= LARGE
}

fn size(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.chars().count(),
        Value::Array(items) => items.iter().map(|item| size(item).max(1)).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use evidence::wmi::ClassProperty;

    fn class(defaults: &[usize], qualifier: usize) -> WmiClass {
        let text = |length| Value::text("x".repeat(length));
        WmiClass {
            properties: defaults
                .iter()
                .map(|length| ClassProperty {
                    name: "p".into(),
                    cim_type: "string".into(),
                    default: Some(text(*length)),
                })
                .collect(),
            qualifiers: vec![("q".into(), text(qualifier))],
            ..WmiClass::default()
        }
    }

    #[test]
    fn a_command_or_many_pieces_make_a_class_worth_keeping() {
        assert!(may_hold_code(&class(&[60], 0)));
        assert!(may_hold_code(&class(&[50; 20], 0)));
        assert!(may_hold_code(&class(&[], 1_000)));
        assert!(!may_hold_code(&class(&[59, 59], 100)));
    }
}
