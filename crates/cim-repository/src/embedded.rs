//! Objects inside objects, and the signatures of methods ([MS-WMIO] 2.2, `ObjectBlock`, `InstanceType`, `ClassType`).

use std::collections::HashSet;
use std::fmt;

use crate::bytes::Cursor;
use crate::encoding::{Budget, Heap};
use crate::error::Malformed;
use crate::part::{ClassPart, MAX_DEPTH, Qualifier, ValueTable, qualifiers};
use crate::types::CimType;
use crate::value::{self, Value};

const IS_INSTANCE: u8 = 2;
const HAS_DECORATION: u8 = 4;

/// An object that is a value. It brings its own class description.
#[derive(Debug, Clone, PartialEq)]
pub struct EmbeddedObject {
    /// Name of its class.
    pub class: String,
    /// Superclasses, the nearest first.
    pub derivation: Vec<String>,
    /// Whether it is an instance; else it is a class.
    pub is_instance: bool,
    /// Qualifiers of the class (of the instance, for an instance).
    pub qualifiers: Vec<Qualifier>,
    /// All properties, in the order of declaration.
    pub properties: Vec<EmbeddedProperty>,
}

/// A property of an [`EmbeddedObject`].
#[derive(Debug, Clone, PartialEq)]
pub struct EmbeddedProperty {
    /// Its name.
    pub name: String,
    /// Its type.
    pub cim_type: CimType,
    /// Its value: that of the instance, or the default of the class.
    pub value: Value,
    /// Its qualifiers in the class.
    pub qualifiers: Vec<Qualifier>,
}

impl EmbeddedObject {
    /// A property's value by its name (case does not count).
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.properties.iter().find(|p| p.name.eq_ignore_ascii_case(name)).map(|p| &p.value)
    }
}

impl EmbeddedProperty {
    /// A qualifier's value by its name (case does not count).
    pub fn qualifier(&self, name: &str) -> Option<&Value> {
        value::qualifier(&self.qualifiers, name)
    }
}

impl fmt::Display for EmbeddedObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, between) = if self.is_instance { ("instance of ", " = ") } else { ("class ", " = ") };
        write!(f, "{before}{} {{", self.class)?;
        for property in self.properties.iter().filter(|p| !p.value.is_null()) {
            write!(f, "{}{between}{}; ", property.name, property.value)?;
        }
        f.write_str("}")
    }
}

/// Reads the object at the cursor: its length, its flags, its class, and for an instance its values.
pub(crate) fn read<'a>(
    mut cursor: Cursor<'a>,
    budget: &'a Budget,
    depth: u8,
) -> Result<EmbeddedObject, Malformed> {
    if depth > MAX_DEPTH {
        return Err(cursor.fail("objects lie inside each other too deep"));
    }
    let length = cursor.u32("an embedded object is cut off")? as usize;
    let mut block = cursor.sub(length, "an embedded object is longer than its heap")?;
    // Many references may lead to one block.
    budget.spend(size_of::<EmbeddedObject>().saturating_add(length), block.position())?;
    let flags = block.u8("an embedded object is cut off")?;
    if flags & HAS_DECORATION != 0 {
        // Server and namespace, as text.
        for _ in 0..2 {
            let mut ahead = block;
            let rest = ahead.take(ahead.remaining(), "")?;
            let (_, length) = budget.string(rest, block.position(), "an embedded object is cut off")?;
            block.take(length, "an embedded object is cut off")?;
        }
    }
    if flags & IS_INSTANCE != 0 {
        let class = ClassPart::read(&mut block, budget, depth)?;
        return instance(&mut block, class, budget);
    }
    // A class brings its superclass first, each with its methods.
    let parent = ClassPart::read(&mut block, budget, depth)?;
    block.sized("the methods of an embedded class are cut off")?;
    if block.is_empty() {
        return object(parent, None, Vec::new());
    }
    let class = ClassPart::read(&mut block, budget, depth)?;
    let parent = object(parent, None, Vec::new())?;
    let mut own = object(class, None, Vec::new())?;
    let names: HashSet<String> = own.properties.iter().map(|p| p.name.to_ascii_lowercase()).collect();
    let mut properties = parent.properties;
    properties.retain(|p| !names.contains(&p.name.to_ascii_lowercase()));
    properties.append(&mut own.properties);
    own.properties = properties;
    Ok(own)
}

/// Reads the values of an instance after its class.
fn instance<'a>(
    block: &mut Cursor<'a>,
    class: ClassPart<'a>,
    budget: &'a Budget,
) -> Result<EmbeddedObject, Malformed> {
    let mut part = block.sized("an embedded instance is cut off")?;
    part.u8("an embedded instance is cut off")?;
    part.u32("an embedded instance is cut off")?;
    let (count, size) = shape(&class);
    let mut tables = part.sub(size, "the values of an embedded instance are cut off")?;
    let set = part.sized("the qualifiers of an embedded instance are cut off")?;
    if part.u8("an embedded instance is cut off")? == 2 {
        for _ in 0..count {
            part.sized("the property qualifiers of an embedded instance are cut off")?;
        }
    }
    let heap = Heap::read(&mut part, budget)?;
    let values = ValueTable::read(&mut tables, count, size, heap, class.depth)?;
    let set = qualifiers(set, &heap, class.depth).map_err(|(_, e)| e)?;
    object(class, Some(values), set)
}

/// How many properties a class that describes itself has, and how many bytes the tables of its values take.
fn shape(class: &ClassPart<'_>) -> (usize, usize) {
    let count = class.properties.iter().map(|p| usize::from(p.index) + 1).max().unwrap_or(0);
    let values = class
        .properties
        .iter()
        .map(|p| (p.offset as usize).saturating_add(p.cim_type.slot_size()))
        .max()
        .unwrap_or(0);
    (count, count.div_ceil(4).saturating_add(values))
}

/// Puts names and values together; without `values` the class's defaults.
fn object(
    class: ClassPart<'_>,
    values: Option<ValueTable<'_>>,
    set: Vec<Qualifier>,
) -> Result<EmbeddedObject, Malformed> {
    if let Some((_, fault)) = class.faults.first() {
        return Err(*fault);
    }
    let defaults = class.defaults(shape(&class).0)?;
    let is_instance = values.is_some();
    let mut properties = class.properties;
    properties.sort_by_key(|p| p.index);
    let properties = properties
        .into_iter()
        .map(|p| {
            let table = values.filter(|v| !v.state(p.index).default).unwrap_or(defaults);
            let null = values.as_ref().map_or(defaults.state(p.index), |v| v.state(p.index)).null;
            let value = if null { Value::Null } else { table.value(p.offset, p.cim_type) };
            EmbeddedProperty { name: p.name, cim_type: p.cim_type, value, qualifiers: p.qualifiers }
        })
        .collect();
    Ok(EmbeddedObject {
        class: class.name,
        derivation: class.derivation,
        is_instance,
        qualifiers: if is_instance { set } else { class.qualifiers },
        properties,
    })
}
