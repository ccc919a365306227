//! Instances.
//!
//! An instance record (libyal/dtformats, "instance"; [MS-WMIO] 2.2, `InstanceType`; measured): the hash of the class name
//! (64 hexadecimal digits in UTF-16LE), two file times, then a part with its own length: flags (`u8`), class name, two
//! state bits for each property, the values, the qualifiers, a byte that is 2 when a set of qualifiers for each property
//! follows, and the heap.

use std::sync::Arc;

use crate::bytes::Cursor;
use crate::class::{Class, Property};
use crate::encoding::{Budget, Heap};
use crate::error::Malformed;
use crate::hash::NameHash;
use crate::location::Location;
use crate::namespace::Namespace;
use crate::part::{Qualifier, ValueTable, qualifiers};
use crate::time::FileTime;
use crate::value::Value;

/// An instance with all its properties.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// The namespace that holds it.
    pub namespace: Namespace,
    /// Its class.
    pub class: Arc<Class>,
    /// When the service that stored it was *started* (measured): the instance was written then or later. For an instance
    /// that came with Windows, when the repository was built.
    pub session: FileTime,
    /// When the class definition was stored. A `session` much later than this says that the instance was added after
    /// installation; nothing follows from the opposite.
    pub class_stored: FileTime,
    /// Qualifiers of the instance.
    pub qualifiers: Vec<Qualifier>,
    /// All properties, in the order of the class.
    pub properties: Vec<PropertyValue>,
    /// Where its record lies.
    pub location: Location,
    /// Whether the live index leads to it. An instance without its key that lies in a live page counts as there, but is marked so.
    pub is_indexed: bool,
    /// What could not be read of it besides values, in words.
    pub(crate) faults: Vec<String>,
}

/// A property of an instance.
#[derive(Debug, Clone, PartialEq)]
pub struct PropertyValue {
    /// The property of the class.
    pub property: Arc<Property>,
    /// The value that the instance sets; `None` when it has the default of the class.
    pub own: Option<Value>,
    /// Qualifiers of the property in this instance.
    pub qualifiers: Vec<Qualifier>,
}

impl PropertyValue {
    /// The value: the instance's own, else the default of the class.
    pub fn value(&self) -> &Value {
        self.own.as_ref().unwrap_or(&self.property.default)
    }
}

impl Instance {
    /// A property's value by its name (case does not count).
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.properties.iter().find(|p| p.property.name.eq_ignore_ascii_case(name)).map(PropertyValue::value)
    }

    /// The text of a string, date or reference property; `None` when it is null or not text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// The path without server and namespace: `Class.Key="value",…`, or `Class=@` for one without keys.
    pub fn relative_path(&self) -> String {
        let keys = self.class.keys();
        let mut path = self.class.name.clone();
        if keys.is_empty() {
            path.push_str("=@");
        }
        for (i, key) in keys.iter().enumerate() {
            path.push(if i == 0 { '.' } else { ',' });
            path.push_str(&key.name);
            path.push('=');
            match self.get(&key.name) {
                Some(Value::String(s) | Value::Reference(s) | Value::DateTime(s)) => {
                    path.push('"');
                    path.push_str(&s.replace('\\', "\\\\").replace('"', "\\\""));
                    path.push('"');
                }
                Some(value) => path.push_str(&value.to_string()),
                None => {}
            }
        }
        path
    }

    /// The hash that the index has of this instance, computed from its key values.
    pub fn key_hash(&self) -> NameHash {
        let keys = self.class.keys();
        if keys.is_empty() {
            return NameHash::of("@");
        }
        let values: Vec<String> = keys
            .iter()
            .map(|key| match self.get(&key.name) {
                Some(Value::Null) | None => String::new(),
                Some(value) => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
            })
            .collect();
        NameHash::of_key_values(values.iter().map(String::as_str))
    }

    /// Every property that could not be read, in words.
    pub fn damage(&self) -> Vec<String> {
        let mut found = self.faults.clone();
        for property in &self.properties {
            property.value().unreadable(&mut |why| found.push(format!("{}: {why}", property.property.name)));
        }
        found
    }
}

/// The fixed beginning of an instance record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head {
    pub(crate) class: NameHash,
    pub(crate) session: FileTime,
    pub(crate) class_stored: FileTime,
}

/// Bytes of the class hash, before the times.
pub(crate) const HASH_BYTES: usize = 2 * NameHash::DIGITS;

pub(crate) fn head(data: &[u8]) -> Result<Head, Malformed> {
    let mut cursor = Cursor::new(data, 0);
    let hash = cursor.take(HASH_BYTES, "the hash of the class name is cut off")?;
    Ok(Head {
        class: NameHash::from_utf16(hash)
            .ok_or(Malformed::new(0, "the record does not begin with a class's hash"))?,
        session: FileTime(cursor.u64("the times are cut off")?),
        class_stored: FileTime(cursor.u64("the times are cut off")?),
    })
}

/// Reads an instance of `class`.
pub(crate) fn read(
    data: &[u8],
    location: Location,
    namespace: Namespace,
    class: Arc<Class>,
) -> Result<Instance, Malformed> {
    let Head { session, class_stored, .. } = head(data)?;
    let budget = Budget::for_record(data.len());
    let rest = data.get(HASH_BYTES + 16..).unwrap_or_default();
    let mut part =
        Cursor::new(rest, HASH_BYTES + 16).sized("the instance is shorter than its length says")?;
    part.u8("the instance ends in its header")?;
    part.u32("the instance ends in its header")?;
    let (count, size) = (class.state_count(), class.table_size());
    let mut tables = part.sub(size, "the instance is too short for the properties of its class")?;
    let set = part.sized("the instance's qualifiers are cut off")?;
    let mut property_sets = Vec::new();
    if part.u8("the instance ends before its heap")? == 2 {
        for _ in 0..count {
            property_sets.push(part.sized("the qualifiers of the instance's properties are cut off")?);
        }
    }
    let heap = Heap::read(&mut part, &budget)?;
    let values = ValueTable::read(&mut tables, count, size, heap, 0)?;
    let mut faults = Vec::new();
    let mut read_set = |set, of: &dyn Fn() -> String| {
        qualifiers(set, &heap, 0).unwrap_or_else(|(read, fault)| {
            faults.push(format!("{}: {}", of(), fault.what));
            read
        })
    };
    let mut properties = Vec::with_capacity(class.properties.len());
    for property in &class.properties {
        let state = values.state(property.index);
        let own = match (state.default, state.null) {
            (true, false) => None,
            (true, true) if property.default.is_null() => None,
            (_, true) => Some(Value::Null),
            (false, false) => Some(values.value(property.offset, property.cim_type)),
        };
        let set = property_sets
            .get(usize::from(property.index))
            .map(|set| read_set(*set, &|| format!("the qualifiers of {}", property.name)));
        properties.push(PropertyValue {
            property: Arc::clone(property),
            own,
            qualifiers: set.unwrap_or_default(),
        });
    }
    let set = read_set(set, &|| "the instance's qualifiers".to_owned());
    Ok(Instance {
        namespace,
        class,
        session,
        class_stored,
        qualifiers: set,
        properties,
        location,
        is_indexed: true,
        faults,
    })
}
