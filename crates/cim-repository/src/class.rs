//! Class definitions.
//!
//! A class record (libyal/dtformats, "class definition"; measured) is the superclass's name (a `u32` count and UTF-16LE), a
//! file time, a class part and a methods part as [MS-WMIO] 2.2 describes them. The class part lists the class's own
//! properties only, but its table of defaults covers those of its superclasses too.

use std::sync::Arc;

use crate::bytes::Cursor;
use crate::embedded::{self, EmbeddedObject};
use crate::encoding::{Budget, Heap, NO_REF};
use crate::error::Malformed;
use crate::location::Location;
use crate::namespace::Namespace;
use crate::part::{self, ClassPart, PropertyInfo, Qualifier, ValueTable, qualifiers};
use crate::time::FileTime;
use crate::types::CimType;
use crate::value::{self, Value};

/// A class with all its properties, those of its superclasses included.
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// The namespace that defines it. Stock system classes are defined once, in `__SystemClass`.
    pub namespace: Namespace,
    /// All superclasses, the nearest first.
    pub derivation: Vec<String>,
    /// When the definition was last stored.
    pub stored: FileTime,
    /// Qualifiers of the class itself.
    pub qualifiers: Vec<Qualifier>,
    /// All properties in the order of declaration, superclasses' first.
    pub properties: Vec<Arc<Property>>,
    /// The class's own methods.
    pub methods: Vec<Method>,
    /// Where its record lies.
    pub location: Location,
    /// Whether the table of defaults has the size that the properties need: it does when the superclass is the right one.
    pub(crate) is_fitting: bool,
    /// Whether the live index leads to it. A class without its key that lies in a live page counts as there, but is marked so.
    pub is_indexed: bool,
    /// What could not be read of it, in words.
    pub(crate) faults: Vec<String>,
    /// About how many bytes of records its decoded form stands for: its own, and its superclass's where it had to be copied.
    pub(crate) weight: usize,
}

/// A property of a class.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// Its type.
    pub cim_type: CimType,
    /// Name of the class that declared it first.
    pub origin: String,
    /// Its qualifiers, the inherited ones last.
    pub qualifiers: Vec<Qualifier>,
    /// Its default value, inherited where the class does not change it.
    pub default: Value,
    /// Place in the order of declaration.
    pub(crate) index: u16,
    /// Offset of its value in tables of values.
    pub(crate) offset: u32,
}

/// A method of a class.
#[derive(Debug, Clone, PartialEq)]
pub struct Method {
    /// Its name.
    pub name: String,
    /// Its qualifiers.
    pub qualifiers: Vec<Qualifier>,
    /// Parameters that go in: the properties of a `__PARAMETERS` object.
    pub input: Option<EmbeddedObject>,
    /// Parameters that come out, `ReturnValue` among them.
    pub output: Option<EmbeddedObject>,
    /// Why a part of the method could not be read.
    pub damage: Option<&'static str>,
}

impl Class {
    /// A property by its name (case does not count).
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|p| p.name.eq_ignore_ascii_case(name)).map(|p| &**p)
    }

    /// The properties that the class itself declares or declares anew.
    pub fn own_properties(&self) -> impl Iterator<Item = &Property> {
        self.properties.iter().map(|p| &**p).filter(|p| p.origin.eq_ignore_ascii_case(&self.name))
    }

    /// A qualifier's value by its name (case does not count).
    pub fn qualifier(&self, name: &str) -> Option<&Value> {
        value::qualifier(&self.qualifiers, name)
    }

    /// Name of the superclass; `None` for a class at the top.
    pub fn superclass(&self) -> Option<&str> {
        self.derivation.first().map(String::as_str)
    }

    /// Whether the class is the named one or derives from it (case does not count).
    pub fn is_a(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name) || self.derivation.iter().any(|d| d.eq_ignore_ascii_case(name))
    }

    /// The key properties in the alphabetical order of their names, as instance hashes take them.
    pub fn keys(&self) -> Vec<&Arc<Property>> {
        let mut keys: Vec<_> = self.properties.iter().filter(|p| p.is_key()).collect();
        keys.sort_by_key(|p| p.name.to_ascii_uppercase());
        keys
    }

    /// Bytes that the tables of an instance's values take: states, then values.
    pub(crate) fn table_size(&self) -> usize {
        let values =
            self.properties.iter().map(|p| (p.offset as usize).saturating_add(p.cim_type.slot_size())).max();
        self.state_count().div_ceil(4).saturating_add(values.unwrap_or(0))
    }

    /// Number of properties that the tables of values count.
    pub(crate) fn state_count(&self) -> usize {
        self.properties.last().map_or(0, |p| usize::from(p.index) + 1)
    }

    /// Every part that could not be read, in words.
    pub fn damage(&self) -> Vec<String> {
        let mut found = self.faults.clone();
        for property in &self.properties {
            property.default.unreadable(&mut |why| found.push(format!("{}: {why}", property.name)));
        }
        for method in &self.methods {
            found.extend(method.damage.map(|why| format!("{}(): {why}", method.name)));
        }
        found
    }
}

impl Property {
    /// A qualifier's value by its name (case does not count).
    pub fn qualifier(&self, name: &str) -> Option<&Value> {
        value::qualifier(&self.qualifiers, name)
    }

    /// Whether it is a key.
    pub fn is_key(&self) -> bool {
        self.qualifier("key").is_some_and(|v| v.as_bool() != Some(false))
    }
}

/// The beginning of a class record: enough to find the superclass.
pub(crate) struct Head<'a> {
    pub(crate) superclass: String,
    pub(crate) stored: FileTime,
    rest: Cursor<'a>,
}

/// Reads the superclass's name and the time.
pub(crate) fn head(data: &[u8]) -> Result<Head<'_>, Malformed> {
    let mut rest = Cursor::new(data, 0);
    let count = rest.u32("the superclass's name is cut off")? as usize;
    let units = rest.take(count.saturating_mul(2), "the superclass's name is longer than the record")?;
    let units = units.as_chunks::<2>().0.iter().map(|u| u16::from_le_bytes(*u));
    let superclass = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    let stored = FileTime(rest.u64("the time of the class is cut off")?);
    Ok(Head { superclass, stored, rest })
}

/// The name of the class in a record.
pub(crate) fn name(data: &[u8]) -> Option<String> {
    part::class_name(head(data).ok()?.rest, data.len())
}

/// Reads a class whose superclass is `parent`.
pub(crate) fn read(
    data: &[u8],
    location: Location,
    namespace: Namespace,
    parent: Option<&Class>,
) -> Result<Class, Malformed> {
    let head = head(data)?;
    let budget = Budget::for_record(data.len());
    let mut rest = head.rest;
    let mut part = ClassPart::read(&mut rest, &budget, 0)?;
    // The list in the record has the nearest superclass only.
    let derivation = match parent {
        Some(parent) => std::iter::once(&parent.name).chain(&parent.derivation).cloned().collect(),
        None => part.derivation.clone(),
    };
    let (properties, copies) = merge(&mut part, &derivation, parent)?;
    let mut faults: Vec<String> =
        part.faults.iter().map(|(of, fault)| format!("{of}: {}", fault.what)).collect();
    let methods = if rest.is_empty() { Ok(Vec::new()) } else { methods(&mut rest, &budget) };
    let is_alone = parent.is_none() && !head.superclass.is_empty();
    if is_alone {
        faults
            .push(format!("its superclass {} is missing, with the properties that it has", head.superclass));
    }
    let is_sound = part.faults.is_empty() && !is_alone;
    let methods = methods.unwrap_or_else(|fault| {
        faults.push(format!("the methods: {}", fault.what));
        Vec::new()
    });
    let table_size = part.table_size();
    let from_above = if copies { parent.map_or(0, |p| p.weight) } else { 0 };
    let weight = data.len() + properties.len() * size_of::<Arc<Property>>() + from_above;
    let mut class = Class {
        name: part.name,
        namespace,
        derivation,
        stored: head.stored,
        qualifiers: part.qualifiers,
        properties,
        methods,
        location,
        is_indexed: true,
        faults,
        is_fitting: false,
        weight,
    };
    class.is_fitting = is_sound && class.table_size() == table_size;
    Ok(class)
}

/// The properties of the class and its superclasses, with the defaults that hold in this class; and whether any had to be
/// copied from the superclass.
fn merge(
    part: &mut ClassPart<'_>,
    derivation: &[String],
    parent: Option<&Class>,
) -> Result<(Vec<Arc<Property>>, bool), Malformed> {
    let inherited: &[Arc<Property>] = parent.map_or(&[], |p| &p.properties);
    let mut own: Vec<PropertyInfo> = std::mem::take(&mut part.properties);
    own.sort_by_key(|p| p.index);
    let last = own.last().map(|p| p.index).max(inherited.last().map(|p| p.index));
    let defaults = part.defaults(last.map_or(0, |i| usize::from(i) + 1))?;

    let mut merged = Vec::with_capacity(inherited.len() + own.len());
    let mut copies = false;
    let mut inherited = inherited.iter().peekable();
    for info in own {
        while let Some(old) = inherited.next_if(|p| p.index < info.index) {
            merged.push(with_default(old, &defaults, &mut copies));
        }
        let above = inherited.next_if(|p| p.index == info.index);
        copies |= above.is_some();
        let state = defaults.state(info.index);
        let default = match above {
            Some(above) if state.default => above.default.clone(),
            _ if state.null => Value::Null,
            _ => defaults.value(info.offset, info.cim_type),
        };
        merged.push(Arc::new(Property {
            name: info.name,
            cim_type: info.cim_type,
            origin: origin(&part.name, derivation, info.origin),
            qualifiers: with_inherited(info.qualifiers, above.map_or(&[], |a| &a.qualifiers)),
            default,
            index: info.index,
            offset: info.offset,
        }));
    }
    merged.extend(inherited.map(|old| with_default(old, &defaults, &mut copies)));
    Ok((merged, copies))
}

/// A property's own qualifiers and those that it inherits: a class that declares a property anew does not repeat them.
fn with_inherited(mut own: Vec<Qualifier>, above: &[Qualifier]) -> Vec<Qualifier> {
    const TO_DERIVED: u8 = 2;
    for inherited in above.iter().filter(|q| q.flavor & TO_DERIVED != 0) {
        if value::qualifier(&own, &inherited.name).is_none() {
            own.push(inherited.clone());
        }
    }
    own
}

/// An inherited property; a copy when the class gives it another default.
fn with_default(property: &Arc<Property>, defaults: &ValueTable<'_>, copies: &mut bool) -> Arc<Property> {
    let state = defaults.state(property.index);
    if state.default || (state.null && property.default.is_null()) {
        return Arc::clone(property);
    }
    *copies = true;
    let default = if state.null { Value::Null } else { defaults.value(property.offset, property.cim_type) };
    Arc::new(Property { default, ..Property::clone(property) })
}

/// The class that declared a property, from the number of its superclasses.
fn origin(name: &str, derivation: &[String], level: u32) -> String {
    let above = derivation.len().checked_sub(level as usize).and_then(|steps| steps.checked_sub(1));
    above.and_then(|i| derivation.get(i)).map_or(name, String::as_str).to_owned()
}

/// Reads the methods part: a count, descriptions of 24 bytes, a heap.
fn methods<'a>(rest: &mut Cursor<'a>, budget: &'a Budget) -> Result<Vec<Method>, Malformed> {
    let mut part = rest.sized("the methods are cut off")?;
    let count = part.u16("the methods are cut off")?;
    part.u16("the methods are cut off")?;
    let mut table = part.sub(usize::from(count) * 24, "the methods are longer than their part")?;
    let heap = Heap::read(&mut part, budget)?;
    let mut found = Vec::with_capacity(count.into());
    for _ in 0..count {
        let name = heap.name(table.u32("")?)?;
        // Flags and the level of the class that declared it.
        table.u64("")?;
        let (set, input, output) = (table.u32("")?, table.u32("")?, table.u32("")?);
        let mut damage = None;
        let mut note = |e: Malformed| damage = Some(e.what);
        let set = optional(&heap, set, &mut note)
            .and_then(|mut c| c.sized("a method's qualifiers are cut off").map_err(&mut note).ok())
            .map(|c| {
                qualifiers(c, &heap, 0).unwrap_or_else(|(read, fault)| {
                    note(fault);
                    read
                })
            });
        let mut signature = |reference| {
            let block = optional(&heap, reference, &mut note)?;
            // A method without parameters has an empty block.
            let is_empty = block.clone().u32("").is_ok_and(|length| length == 0);
            if is_empty { None } else { embedded::read(block, budget, 1).map_err(&mut note).ok() }
        };
        let (input, output) = (signature(input), signature(output));
        found.push(Method { name, qualifiers: set.unwrap_or_default(), input, output, damage });
    }
    Ok(found)
}

fn optional<'a>(heap: &Heap<'a>, reference: u32, note: &mut impl FnMut(Malformed)) -> Option<Cursor<'a>> {
    if reference == NO_REF {
        return None;
    }
    heap.at(reference).map_err(note).ok()
}
