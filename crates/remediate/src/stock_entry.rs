//! Putting back what Windows ships and what is missing: the subscriptions of the baselines.

use evidence::wmi::{canonical_namespace, schema};
use evidence::{ObjectPath, Property, PropertyName, State, WmiObject};
use intel::{BaselineEntry, EntryKind, EntryPart, FieldRule, Intel, ObjectTemplate, Standing};
use machine::{WmiInstance, WmiPath};

/// The stock entry of this id that can be made anew: measured on real machines, with every field known.
pub(crate) fn find<'a>(id: &str, intel: &'a Intel) -> Option<&'a BaselineEntry> {
    let mut entries = intel.baselines().iter().flat_map(|baseline| &baseline.entries);
    entries.find(|entry| {
        entry.id == id
            && entry.kind == EntryKind::Stock
            && entry.standing == Standing::Measured
            && entry.parts().all(|(part, template)| instance(entry, part, template).is_some())
    })
}

/// The parts of an entry as they are made, in the order in which they are: a binding last.
pub(crate) fn instances(entry: &BaselineEntry) -> Vec<WmiInstance> {
    let mut parts: Vec<_> = entry.parts().collect();
    parts.sort_by_key(|(part, _)| *part == EntryPart::Binding);
    parts.into_iter().filter_map(|(part, template)| instance(entry, part, template)).collect()
}

fn instance(entry: &BaselineEntry, part: EntryPart, template: &ObjectTemplate) -> Option<WmiInstance> {
    if template.name_only {
        return None;
    }
    let mut properties = Vec::new();
    let key = match part {
        EntryPart::Binding => None,
        EntryPart::Timer => Some("TimerId"),
        EntryPart::Filter | EntryPart::Consumer => Some("Name"),
    };
    if let Some(key) = key {
        let name = template.name.as_str();
        if name.is_empty() || name.contains(['*', '?']) {
            return None;
        }
        properties.push(property(key, name.into()));
    }
    for (name, rule) in &template.fields {
        match rule {
            FieldRule::Is(value) => properties.push(property(name, value.clone())),
            FieldRule::OneOf(values) => properties.push(property(name, values.first()?.clone())),
            FieldRule::Any => {}
            FieldRule::Begins(_) => return None,
        }
    }
    let namespace = canonical_namespace(&entry.namespace);
    let object = WmiObject {
        class: schema::standard_class(&template.class).unwrap_or(&template.class).to_owned(),
        namespace: Some(namespace.clone()),
        properties,
        ..WmiObject::default()
    };
    let key_names: &[&str] =
        if part == EntryPart::Binding { &["Consumer", "Filter"] } else { key.as_slice() };
    let keys = key_names.iter().map(|name| Some(((*name).to_owned(), object.text(name)?.to_owned())));
    let path = ObjectPath {
        server: None,
        namespace: None,
        class: object.class.clone(),
        keys: keys.collect::<Option<_>>()?,
    };
    Some(WmiInstance { path: WmiPath { namespace, relative: path.to_string() }, object, mof: String::new() })
}

fn property(name: &str, value: evidence::Value) -> Property {
    Property { name: PropertyName::new(name), value, state: State::Known }
}
