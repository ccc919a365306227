//! Aliases become object paths.

use super::ALIAS;
use super::log::Log;
use evidence::wmi::schema;
use evidence::{Level, ObjectPath, RecordData, Value, WmiObject};
use std::collections::BTreeMap;

/// The instance for which an alias stands.
#[derive(Debug)]
pub(super) struct Alias {
    /// Its place among the items.
    pub(super) item: usize,
    /// The namespace in which it is declared.
    pub(super) namespace: Option<String>,
}

/// A place where an alias is used.
#[derive(Debug)]
pub(super) struct Use<'t> {
    /// The item that uses it.
    pub(super) item: usize,
    /// Where in the item: a property, and within arrays and embedded instances an element or property in turn.
    pub(super) path: Box<[usize]>,
    /// Its name without `$`.
    pub(super) name: &'t str,
    /// Where in the text.
    pub(super) at: usize,
}

/// Puts object paths in the place of aliases. An alias may be declared behind its use (DSP0004).
pub(super) fn resolve(
    items: &mut [(usize, RecordData)],
    aliases: &BTreeMap<String, Alias>,
    uses: &[Use<'_>],
    keys: &BTreeMap<String, Vec<String>>,
    log: &mut Log,
) {
    // The keys of bindings are themselves references: what stands for an object with such keys has to wait for them.
    let mut waiting: Vec<&Use<'_>> = uses.iter().collect();
    waiting.sort_by_key(|used| target(items, aliases, used.name).is_some_and(WmiObject::is_binding));
    for used in waiting {
        let path = target(items, aliases, used.name).and_then(|object| path_of(object, keys));
        let around = items.get(used.item).and_then(|(_, data)| namespace(data));
        let declared = aliases.get(&used.name.to_lowercase()).and_then(|alias| alias.namespace.clone());
        let text = path.map(|mut path| {
            if declared.as_deref() != around {
                path.namespace = declared;
            }
            path.to_string()
        });
        match (text, items.get_mut(used.item).and_then(|(_, data)| place(data, &used.path))) {
            (Some(text), Some(value)) => *value = Value::from(text),
            _ => log.add(Level::Warning, used.at, ALIAS.with([used.name.into()])),
        }
    }
}

fn target<'i>(
    items: &'i [(usize, RecordData)],
    aliases: &BTreeMap<String, Alias>,
    name: &str,
) -> Option<&'i WmiObject> {
    let alias = aliases.get(&name.to_lowercase())?;
    match items.get(alias.item) {
        Some((_, RecordData::WmiObject(object))) => Some(object),
        _ => None,
    }
}

fn namespace(data: &RecordData) -> Option<&str> {
    match data {
        RecordData::WmiObject(object) => object.namespace.as_deref(),
        RecordData::WmiClass(class) => class.namespace.as_deref(),
        _ => None,
    }
}

/// The relative path of an instance, as far as the keys of its class are known.
fn path_of(object: &WmiObject, keys: &BTreeMap<String, Vec<String>>) -> Option<ObjectPath> {
    let names: Vec<&str> = match keys.get(&object.class.to_lowercase()) {
        Some(names) => names.iter().map(String::as_str).collect(),
        None if object.is_binding() => vec!["Consumer", "Filter"],
        None if schema::is_timer_class(&object.class) => vec!["TimerId"],
        None => vec!["Name"],
    };
    let value =
        |name: &str| object.value(name).map(|value| (name.to_owned(), value.canonical().into_owned()));
    let mut keys = names.into_iter().map(value).collect::<Option<Vec<_>>>()?;
    keys.sort_by_key(|(name, _)| name.to_lowercase());
    Some(ObjectPath { server: None, namespace: None, class: object.class.clone(), keys })
}

/// The value at a path within an item.
fn place<'i>(data: &'i mut RecordData, path: &[usize]) -> Option<&'i mut Value> {
    let (first, rest) = path.split_first()?;
    let mut value = match data {
        RecordData::WmiObject(object) => &mut object.properties.get_mut(*first)?.value,
        RecordData::WmiClass(class) => class.properties.get_mut(*first)?.default.as_mut()?,
        _ => return None,
    };
    for at in rest {
        value = match value {
            Value::Array(items) => items.get_mut(*at)?,
            Value::Object(object) => &mut object.properties.get_mut(*at)?.value,
            _ => return None,
        };
    }
    Some(value)
}
