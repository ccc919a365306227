//! What two baselines, or a baseline and a host, have not in common.

use super::{Baseline, BaselineEntry, Comparison, EntryPart, FieldDifference, FieldRule, ObjectTemplate};
use evidence::{Evidence, Property, PropertyName, State, Value, WmiObject};
use std::collections::BTreeSet;

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What kind of difference it is.
    pub kind: DifferenceKind,
    /// The id of the entry it speaks of; of the other side's entry where only that has it. Empty for an object of a host that no entry
    /// names.
    pub entry: String,
    /// The part it speaks of.
    pub part: EntryPart,
    /// The name of the object it speaks of; of a binding the name of its consumer.
    pub name: String,
    /// The fields that differ.
    pub fields: Vec<FieldDifference>,
}

/// Kinds of differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DifferenceKind {
    /// Only the first side has it.
    Missing,
    /// Both have one of this name, with another content.
    Changed,
    /// Only the other side has it.
    Added,
}

/// An object of the other side.
struct Other<'a> {
    entry: &'a str,
    object: WmiObject,
}

impl Baseline {
    /// What another baseline has not, has otherwise, and has besides; in the order of the entries.
    pub fn diff(&self, other: &Self) -> Vec<Difference> {
        let objects = other.entries.iter().flat_map(|entry| {
            entry.parts().map(|(_, template)| Other { entry: &entry.id, object: example(entry, template) })
        });
        self.diff_objects(&objects.collect::<Vec<_>>(), |_| true)
    }

    /// What a host has not though it is expected, has otherwise, and has besides.
    pub fn diff_evidence(&self, evidence: &Evidence) -> Vec<Difference> {
        let objects = evidence.wmi_objects().filter(|(_, object)| EntryPart::of(object).is_some());
        let objects: Vec<_> =
            objects.map(|(_, object)| Other { entry: "", object: object.clone() }).collect();
        self.diff_objects(&objects, |entry| entry.expected)
    }

    fn diff_objects(&self, others: &[Other<'_>], wanted: impl Fn(&BaselineEntry) -> bool) -> Vec<Difference> {
        let mut differences = Vec::new();
        let mut named = BTreeSet::new();
        for entry in &self.entries {
            for (part, template) in entry.parts() {
                let mine: Vec<_> =
                    others.iter().enumerate().filter(|(_, o)| template.names(&o.object)).collect();
                named.extend(mine.iter().map(|(at, _)| *at));
                if mine.is_empty() && wanted(entry) {
                    differences.push(difference(
                        DifferenceKind::Missing,
                        &entry.id,
                        part,
                        &name_of(&example(entry, template)),
                    ));
                }
                for (_, other) in mine {
                    // Another entry of the same name may be the one that is meant.
                    let meant = |entry: &BaselineEntry| {
                        entry.compare(&other.object).is_some_and(|(_, outcome)| outcome.is_compatible())
                    };
                    if let Some((_, Comparison::Differs { fields })) = entry.compare(&other.object)
                        && !self.entries.iter().any(meant)
                    {
                        let name = &name_of(&other.object);
                        let changed = difference(DifferenceKind::Changed, &entry.id, part, name);
                        differences.push(Difference { fields, ..changed });
                    }
                }
            }
        }
        for (_, other) in others.iter().enumerate().filter(|(at, _)| !named.contains(at)) {
            if let Some(part) = EntryPart::of(&other.object) {
                differences.push(difference(
                    DifferenceKind::Added,
                    other.entry,
                    part,
                    &name_of(&other.object),
                ));
            }
        }
        differences
    }
}

fn difference(kind: DifferenceKind, entry: &str, part: EntryPart, name: &str) -> Difference {
    Difference { kind, entry: entry.to_owned(), part, name: name.to_owned(), fields: Vec::new() }
}

/// The name by which people know the object.
fn name_of(object: &WmiObject) -> String {
    match object.reference("Consumer") {
        Some(path) if object.is_binding() => path.name().unwrap_or_default().to_owned(),
        _ => object.name().to_owned(),
    }
}

/// An object that the template describes.
fn example(entry: &BaselineEntry, template: &ObjectTemplate) -> WmiObject {
    let known = |name: &str, value: Value, state| Property { name: PropertyName::new(name), value, state };
    let mut properties = Vec::new();
    if !template.name.as_str().is_empty() {
        let key = if evidence::wmi::schema::is_timer_class(&template.class) { "TimerId" } else { "Name" };
        let name = template.name.literal_as_written().unwrap_or(template.name.as_str().to_owned());
        properties.push(known(key, Value::from(name), State::Known));
    }
    for (name, rule) in &template.fields {
        let (value, state) = match rule {
            FieldRule::Is(value) => (value.clone(), State::Known),
            FieldRule::Begins(value) => (value.clone(), State::Truncated),
            FieldRule::OneOf(values) => (values.first().cloned().unwrap_or(Value::Null), State::Known),
            FieldRule::Any => (Value::Null, State::Truncated),
        };
        properties.push(known(name, value, state));
    }
    WmiObject {
        class: template.class.clone(),
        namespace: Some(entry.namespace.clone()),
        properties,
        omits_defaults: true,
        ..WmiObject::default()
    }
}
