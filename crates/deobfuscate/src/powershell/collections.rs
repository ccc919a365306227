//! Lists and hash tables. What working through one costs is known beforehand, also where they hold one another.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::value::Value;

/// Most collections within one another.
const MAX_DEPTH: usize = 24;
/// Weight beyond which a collection is not kept: one that holds the same other often is larger than it looks.
const MAX_WEIGHT: usize = 1 << 28;

/// Values in a row.
#[derive(Debug, Clone, Default)]
pub(crate) struct List {
    items: Vec<Value>,
    weight: usize,
    depth: usize,
    /// How many of them are not known.
    unknown: usize,
}

impl List {
    pub(crate) fn new(items: Vec<Value>) -> Self {
        let mut list = Self { items: Vec::new(), weight: 0, depth: 1, unknown: 0 };
        for item in &items {
            list.count(item);
        }
        list.items = items;
        list
    }

    fn count(&mut self, item: &Value) {
        self.weight = self.weight.saturating_add(item.weight());
        self.depth = self.depth.max(item.depth() + 1);
        self.unknown += usize::from(item.is_unknown());
    }

    fn forget(&mut self, item: &Value) {
        self.weight = self.weight.saturating_sub(item.weight());
        self.unknown -= usize::from(item.is_unknown()).min(self.unknown);
    }

    pub(crate) fn push(&mut self, item: Value) {
        self.count(&item);
        self.items.push(item);
    }

    /// Puts an item into a place that is there.
    pub(crate) fn set(&mut self, at: usize, item: Value) {
        if at < self.items.len() {
            self.count(&item);
            let old = std::mem::replace(&mut self.items[at], item);
            self.forget(&old);
        }
    }

    /// Takes an item out of its place, which keeps `null`.
    pub(crate) fn take(&mut self, at: usize) -> Value {
        let Some(slot) = self.items.get_mut(at) else { return Value::Null };
        let old = std::mem::replace(slot, Value::Null);
        self.forget(&old);
        self.weight += Value::Null.weight();
        old
    }

    pub(crate) fn insert(&mut self, at: usize, item: Value) {
        self.count(&item);
        self.items.insert(at.min(self.items.len()), item);
    }

    pub(crate) fn remove(&mut self, from: usize, count: usize) {
        let from = from.min(self.items.len());
        let to = from.saturating_add(count).min(self.items.len());
        let gone: Vec<Value> = self.items.drain(from..to).collect();
        for item in &gone {
            self.forget(item);
        }
    }

    pub(crate) fn reverse(&mut self) {
        self.items.reverse();
    }

    pub(crate) fn weight(&self) -> usize {
        self.weight
    }

    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    pub(crate) fn has_unknown(&self) -> bool {
        self.unknown > 0
    }

    /// Whether it may be kept.
    pub(crate) fn fits(&self) -> bool {
        self.depth <= MAX_DEPTH && self.weight <= MAX_WEIGHT
    }
}

impl std::ops::Deref for List {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.items
    }
}

/// Values by name, without regard to case. In the order in which they came: that of a plain hash table is left to
/// .NET, and scripts that depend on it sort.
#[derive(Debug, Clone, Default)]
pub(crate) struct Map {
    places: BTreeMap<Rc<str>, usize>,
    /// Names as they were written.
    names: Vec<Rc<str>>,
    values: List,
    /// How it reads as text, where it is no hash table.
    text: Option<Rc<str>>,
}

impl Map {
    /// An object that reads as a text.
    pub(crate) fn of_text(text: &str) -> Self {
        Self { text: Some(Rc::from(text)), ..Self::default() }
    }

    pub(crate) fn shown(&self) -> &str {
        self.text.as_deref().unwrap_or("System.Collections.Hashtable")
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        let place = match self.places.get(name) {
            Some(place) => place,
            None => self.places.get(name.to_lowercase().as_str())?,
        };
        self.values.get(*place)
    }

    pub(crate) fn set(&mut self, name: &str, value: Value) {
        let lower: Rc<str> = Rc::from(name.to_lowercase());
        if let Some(&place) = self.places.get(&lower) {
            self.values.set(place, value);
        } else {
            self.places.insert(lower, self.names.len());
            self.names.push(Rc::from(name));
            self.values.push(value);
            self.values.weight = self.values.weight.saturating_add(160 + name.len());
        }
    }

    /// Takes a value out of its place, which keeps `null`.
    pub(crate) fn take(&mut self, name: &str) -> Value {
        match self.places.get(name.to_lowercase().as_str()) {
            Some(&place) => self.values.take(place),
            None => Value::Null,
        }
    }

    pub(crate) fn remove(&mut self, name: &str) {
        let Some(place) = self.places.remove(name.to_lowercase().as_str()) else { return };
        self.values.remove(place, 1);
        self.names.remove(place);
        for at in self.places.values_mut() {
            *at -= usize::from(*at > place);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn names(&self) -> Value {
        Value::list(self.names.iter().map(|name| Value::text(&**name)).collect())
    }

    pub(crate) fn values(&self) -> Value {
        Value::list(self.values.to_vec())
    }

    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&Rc<str>, &Value)> {
        self.names.iter().zip(self.values.iter())
    }

    /// Each name with its value, as `GetEnumerator()` gives them.
    pub(crate) fn entries(&self) -> Value {
        Value::list(self.pairs().map(|(name, value)| entry(Value::text(&**name), value.clone())).collect())
    }

    pub(crate) fn weight(&self) -> usize {
        self.values.weight()
    }

    pub(crate) fn depth(&self) -> usize {
        self.values.depth()
    }

    pub(crate) fn fits(&self) -> bool {
        self.values.fits()
    }
}

/// A name with its value, as an object with these two.
fn entry(name: Value, value: Value) -> Value {
    let mut map = Map::default();
    map.set("Name", name.clone());
    map.set("Key", name);
    map.set("Value", value);
    Value::map(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_list_holds_is_counted() {
        let mut list = List::new(vec![Value::Int(1), Value::Unknown]);
        let weight = list.weight();
        assert!(list.has_unknown());
        list.set(1, Value::text("abc"));
        assert!(!list.has_unknown());
        assert!(list.weight() > weight);
        list.push(Value::list(vec![Value::Unknown]));
        assert!(list.has_unknown());
        assert_eq!(list.depth(), 2);
        assert!(list.take(2).is_unknown());
        list.remove(0, 9);
        assert_eq!((list.len(), list.weight(), list.has_unknown()), (0, 0, false));
    }

    #[test]
    fn lists_of_lists_end() {
        let mut value = Value::Int(1);
        let mut given_up = false;
        for _ in 0..100 {
            value = Value::list(vec![value.clone(), value]);
            given_up |= matches!(value, Value::Unknown);
            assert!(value.depth() <= MAX_DEPTH && value.weight() <= MAX_WEIGHT + 24);
        }
        assert!(given_up);
    }

    #[test]
    fn names_have_no_case() {
        let mut map = Map::default();
        map.set("Ab", Value::Int(1));
        map.set("c", Value::Int(2));
        map.set("aB", Value::Int(3));
        assert_eq!(map.len(), 2);
        assert_eq!(map.get("AB").and_then(Value::to_int), Some(3));
        map.remove("ab");
        assert_eq!(map.get("c").and_then(Value::to_int), Some(2));
        assert!(map.get("ab").is_none());
    }
}
