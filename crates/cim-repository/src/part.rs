//! The parts that classes and instances are made of ([MS-WMIO] 2.2, `ClassPart`, `QualifierSet`, `ValueTable`).

use crate::bytes::Cursor;
use crate::embedded;
use crate::encoding::{Budget, Heap, NO_REF};
use crate::error::Malformed;
use crate::types::{BaseType, CimType};
use crate::value::Value;

/// Objects inside objects inside objects: real ones go four deep.
pub(crate) const MAX_DEPTH: u8 = 16;

/// A qualifier of a class, property, method or instance.
#[derive(Debug, Clone, PartialEq)]
pub struct Qualifier {
    /// Its name. Case does not count.
    pub name: String,
    /// Flavor bits: 1 to instances, 2 to derived classes, 0x10 not overridable, 0x80 amended.
    pub flavor: u8,
    /// Type of its value.
    pub cim_type: CimType,
    /// Its value.
    pub value: Value,
}

/// A property as a class part describes it, without its value.
pub(crate) struct PropertyInfo {
    pub(crate) name: String,
    pub(crate) cim_type: CimType,
    /// Place in the order of declaration, superclasses first.
    pub(crate) index: u16,
    /// Offset of its value in the table of values.
    pub(crate) offset: u32,
    /// How many superclasses the class that declared it has.
    pub(crate) origin: u32,
    pub(crate) qualifiers: Vec<Qualifier>,
}

/// The description of a class: name, superclasses, qualifiers, its own properties, default values.
pub(crate) struct ClassPart<'a> {
    pub(crate) name: String,
    /// Nearest superclass first. A class record has only that one, an embedded class has all.
    pub(crate) derivation: Vec<String>,
    pub(crate) qualifiers: Vec<Qualifier>,
    pub(crate) properties: Vec<PropertyInfo>,
    /// What could not be read, each with the name of what it belongs to.
    pub(crate) faults: Vec<(String, Malformed)>,
    tables: Cursor<'a>,
    pub(crate) heap: Heap<'a>,
    pub(crate) depth: u8,
}

impl<'a> ClassPart<'a> {
    pub(crate) fn read(cursor: &mut Cursor<'a>, budget: &'a Budget, depth: u8) -> Result<Self, Malformed> {
        let header = Header::read(cursor, budget)?;
        let Header { heap, mut superclasses, qualifiers: qualifier_part, lookups, tables, .. } = header;
        let mut faults = Vec::new();
        let mut derivation = Vec::new();
        while !superclasses.is_empty() {
            match superclass(&mut superclasses, budget) {
                Ok(name) => derivation.push(name),
                Err(fault) => {
                    faults.push(("the superclasses".to_owned(), fault));
                    break;
                }
            }
        }
        let mut properties = Vec::with_capacity(lookups.len() / 8);
        for lookup in lookups.as_chunks::<8>().0 {
            let mut lookup = Cursor::new(lookup, 0);
            match property(&heap, lookup.u32("")?, lookup.u32("")?, depth, &mut faults) {
                Ok(property) => properties.push(property),
                Err(fault) => faults.push(("a property".to_owned(), fault)),
            }
        }
        let name = header.name()?;
        let set = qualifiers(qualifier_part, &heap, depth).unwrap_or_else(|(read, fault)| {
            faults.push(("its qualifiers".to_owned(), fault));
            read
        });
        Ok(Self { name, derivation, qualifiers: set, properties, faults, tables, heap, depth })
    }

    /// Bytes that the states and default values take.
    pub(crate) fn table_size(&self) -> usize {
        self.tables.remaining()
    }

    /// The default values of a class that has, with its superclasses, `count` properties.
    pub(crate) fn defaults(&self, count: usize) -> Result<ValueTable<'a>, Malformed> {
        let mut tables = self.tables;
        let size = tables.remaining();
        ValueTable::read(&mut tables, count, size, self.heap, self.depth)
    }
}

/// The parts of a class part, not yet read.
struct Header<'a> {
    name: u32,
    superclasses: Cursor<'a>,
    qualifiers: Cursor<'a>,
    lookups: &'a [u8],
    tables: Cursor<'a>,
    heap: Heap<'a>,
}

impl<'a> Header<'a> {
    fn read(cursor: &mut Cursor<'a>, budget: &'a Budget) -> Result<Self, Malformed> {
        let mut part = cursor.sized("the class is shorter than its length says")?;
        part.u8("the class ends in its header")?;
        let name = part.u32("the class ends in its header")?;
        let table_size = part.u32("the class ends in its header")? as usize;
        let superclasses = part.sized("the list of superclasses is cut off")?;
        let qualifiers = part.sized("the class qualifiers are cut off")?;
        let count = part.u32("the number of properties is missing")? as usize;
        let lookups = part.take(count.saturating_mul(8), "the property table is longer than the class")?;
        let tables = part.sub(table_size, "the default values are longer than the class")?;
        let heap = Heap::read(&mut part, budget)?;
        Ok(Self { name, superclasses, qualifiers, lookups, tables, heap })
    }

    fn name(&self) -> Result<String, Malformed> {
        if self.name == NO_REF { Ok(String::new()) } else { self.heap.name(self.name) }
    }
}

/// The name alone of the class whose part begins at the cursor.
pub(crate) fn class_name(at: Cursor<'_>, size: usize) -> Option<String> {
    let budget = Budget::for_record(size);
    let mut cursor = at;
    let name = Header::read(&mut cursor, &budget).ok()?.name();
    name.ok().filter(|name| !name.is_empty())
}

/// Takes a name off the list of superclasses.
fn superclass(list: &mut Cursor<'_>, budget: &Budget) -> Result<String, Malformed> {
    let mut ahead = *list;
    let rest = ahead.take(ahead.remaining(), "")?;
    let what = "a superclass in the list has no readable name";
    let (text, length) = budget.string(rest, list.position(), what)?;
    // The length of the name follows it once more.
    list.take(length + 4, "the list of superclasses is cut off")?;
    Ok(text)
}

fn property(
    heap: &Heap<'_>,
    name: u32,
    info: u32,
    depth: u8,
    faults: &mut Vec<(String, Malformed)>,
) -> Result<PropertyInfo, Malformed> {
    let mut info = heap.at(info)?;
    heap.budget().spend(size_of::<PropertyInfo>(), info.position())?;
    let code = info.u32("a property's description is cut off")?;
    let cim_type = CimType::from_code(code).ok_or_else(|| info.fail("a property has an unknown type"))?;
    let name = heap.name(name)?;
    let (index, offset, origin) = (
        info.u16("a property's description is cut off")?,
        info.u32("a property's description is cut off")?,
        info.u32("a property's description is cut off")?,
    );
    let set = info.sized("a property's qualifiers are cut off").map_err(|fault| (Vec::new(), fault));
    let set = set.and_then(|set| qualifiers(set, heap, depth)).unwrap_or_else(|(read, fault)| {
        faults.push((name.clone(), fault));
        read
    });
    Ok(PropertyInfo { name, cim_type, index, offset, origin, qualifiers: set })
}

/// Reads a set of qualifiers. A value that is damaged stands as [`Value::Unreadable`]; an error brings those before it.
pub(crate) fn qualifiers(
    mut set: Cursor<'_>,
    heap: &Heap<'_>,
    depth: u8,
) -> Result<Vec<Qualifier>, (Vec<Qualifier>, Malformed)> {
    let mut found = Vec::new();
    while !set.is_empty() {
        match qualifier(&mut set, heap, depth) {
            Ok(qualifier) => found.push(qualifier),
            Err(fault) => return Err((found, fault)),
        }
    }
    Ok(found)
}

fn qualifier(set: &mut Cursor<'_>, heap: &Heap<'_>, depth: u8) -> Result<Qualifier, Malformed> {
    heap.budget().spend(size_of::<Qualifier>(), set.position())?;
    let name = heap.name(set.u32("a qualifier is cut off")?)?;
    let flavor = set.u8("a qualifier is cut off")?;
    let code = set.u32("a qualifier is cut off")?;
    let cim_type = CimType::from_code(code).ok_or_else(|| set.fail("a qualifier has an unknown type"))?;
    let slot = set.sub(cim_type.slot_size(), "a qualifier's value is cut off")?;
    let value = decode(slot, cim_type, heap, depth).unwrap_or_else(|e| Value::Unreadable(e.what));
    Ok(Qualifier { name, flavor, cim_type, value })
}

/// Two bits for each property, then the values (`NdTable` and `ValueTable`).
#[derive(Clone, Copy)]
pub(crate) struct ValueTable<'a> {
    states: &'a [u8],
    values: Cursor<'a>,
    pub(crate) heap: Heap<'a>,
    depth: u8,
}

/// What the two bits of a property say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    /// There is no value.
    pub(crate) null: bool,
    /// The value is the superclass's (in a class) or the class's (in an instance).
    pub(crate) default: bool,
}

impl<'a> ValueTable<'a> {
    /// Reads the table for `count` properties, `size` bytes with both parts.
    pub(crate) fn read(
        cursor: &mut Cursor<'a>,
        count: usize,
        size: usize,
        heap: Heap<'a>,
        depth: u8,
    ) -> Result<Self, Malformed> {
        let mut tables = cursor.sub(size, "the values are cut off")?;
        let states = tables.take(count.div_ceil(4), "the table of values is too short for the properties")?;
        Ok(Self { states, values: tables, heap, depth })
    }

    pub(crate) fn state(&self, index: u16) -> State {
        let index = usize::from(index);
        let bits = self.states.get(index / 4).map_or(1, |byte| byte >> (2 * (index % 4)));
        State { null: bits & 1 != 0, default: bits & 2 != 0 }
    }

    /// The value at `offset`; a damaged one stands as [`Value::Unreadable`].
    pub(crate) fn value(&self, offset: u32, cim_type: CimType) -> Value {
        let mut values = self.values;
        let slot = values
            .take(offset as usize, "the value lies beyond the table of values")
            .and_then(|_| values.sub(cim_type.slot_size(), "the value lies beyond the table of values"));
        slot.and_then(|slot| decode(slot, cim_type, &self.heap, self.depth))
            .unwrap_or_else(|e| Value::Unreadable(e.what))
    }
}

/// Decodes the value of a slot.
fn decode(mut slot: Cursor<'_>, cim_type: CimType, heap: &Heap<'_>, depth: u8) -> Result<Value, Malformed> {
    if !cim_type.array {
        return scalar(&mut slot, cim_type.base, heap, depth);
    }
    let reference = slot.u32("an array's reference is cut off")?;
    let mut array = heap.at(reference)?;
    let at = array.position();
    let count = array.u32("an array's length is cut off")? as usize;
    let size = count.saturating_mul(cim_type.base.slot_size());
    let mut elements = array.sub(size, "an array is longer than its heap")?;
    if cim_type.base == BaseType::UInt8 {
        heap.budget().spend(size, at)?;
        return Ok(Value::Bytes(elements.take(size, "")?.to_vec()));
    }
    heap.budget().spend(count.saturating_mul(size_of::<Value>()), at)?;
    let mut values = Vec::with_capacity(count);
    for _ in 0..count {
        values.push(
            scalar(&mut elements, cim_type.base, heap, depth).unwrap_or_else(|e| Value::Unreadable(e.what)),
        );
    }
    Ok(Value::Array(values))
}

fn scalar(slot: &mut Cursor<'_>, base: BaseType, heap: &Heap<'_>, depth: u8) -> Result<Value, Malformed> {
    const CUT: &str = "a value is cut off";
    Ok(match base {
        BaseType::SInt8 => Value::SInt8(i8::from_le_bytes([slot.u8(CUT)?])),
        BaseType::UInt8 => Value::UInt8(slot.u8(CUT)?),
        BaseType::SInt16 => Value::SInt16(slot.u16(CUT)?.cast_signed()),
        BaseType::UInt16 => Value::UInt16(slot.u16(CUT)?),
        BaseType::SInt32 => Value::SInt32(slot.u32(CUT)?.cast_signed()),
        BaseType::UInt32 => Value::UInt32(slot.u32(CUT)?),
        BaseType::SInt64 => Value::SInt64(slot.u64(CUT)?.cast_signed()),
        BaseType::UInt64 => Value::UInt64(slot.u64(CUT)?),
        BaseType::Real32 => Value::Real32(f32::from_bits(slot.u32(CUT)?)),
        BaseType::Real64 => Value::Real64(f64::from_bits(slot.u64(CUT)?)),
        BaseType::Boolean => Value::Boolean(slot.u16(CUT)? != 0),
        BaseType::Char16 => Value::Char16(slot.u16(CUT)?),
        BaseType::String => Value::String(heap.string(slot.u32(CUT)?)?),
        BaseType::DateTime => Value::DateTime(heap.string(slot.u32(CUT)?)?),
        BaseType::Reference => Value::Reference(heap.string(slot.u32(CUT)?)?),
        BaseType::Object => {
            let object = heap.at(slot.u32(CUT)?)?;
            Value::Object(Box::new(embedded::read(object, heap.budget(), depth.saturating_add(1))?))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(slot: &[u8], code: u32, heap: &[u8]) -> Value {
        let budget = Budget::for_record(heap.len());
        let mut data = (0x8000_0000 | u32::try_from(heap.len()).unwrap()).to_le_bytes().to_vec();
        data.extend(heap);
        let heap = Heap::read(&mut Cursor::new(&data, 0), &budget).unwrap();
        decode(Cursor::new(slot, 0), CimType::from_code(code).unwrap(), &heap, 0)
            .unwrap_or_else(|e| Value::Unreadable(e.what))
    }

    #[test]
    fn every_type_is_decoded() {
        assert_eq!(value(&[0xFF], 16, &[]), Value::SInt8(-1));
        assert_eq!(value(&[0xFF], 17, &[]), Value::UInt8(255));
        assert_eq!(value(&[0xFE, 0xFF], 2, &[]), Value::SInt16(-2));
        assert_eq!(value(&[0xFE, 0xFF], 18, &[]), Value::UInt16(65534));
        assert_eq!(value(&[0xFE, 0xFF, 0xFF, 0xFF], 3, &[]), Value::SInt32(-2));
        assert_eq!(value(&[1, 0, 0, 0], 19, &[]), Value::UInt32(1));
        assert_eq!(value(&[0xFF; 8], 20, &[]), Value::SInt64(-1));
        assert_eq!(value(&[0xFF; 8], 21, &[]), Value::UInt64(u64::MAX));
        assert_eq!(value(&1.5f32.to_le_bytes(), 4, &[]), Value::Real32(1.5));
        assert_eq!(value(&(-0.25f64).to_le_bytes(), 5, &[]), Value::Real64(-0.25));
        assert_eq!(value(&[0xFF, 0xFF], 11, &[]), Value::Boolean(true));
        assert_eq!(value(&[0x42, 0x30], 103, &[]), Value::Char16(0x3042));
        assert_eq!(value(&[1, 0, 0, 0], 8, b"x\0hi\0"), Value::String("hi".into()));
        assert_eq!(value(&[0, 0, 0, 0], 101, b"\0hi\0"), Value::DateTime("hi".into()));
        assert_eq!(value(&[0, 0, 0, 0], 102, b"\0hi\0"), Value::Reference("hi".into()));
        assert_eq!(value(&[0; 4], 0x2011, &[2, 0, 0, 0, 7, 8]), Value::Bytes(vec![7, 8]));
        let strings = [2, 0, 0, 0, 12, 0, 0, 0, 99, 0, 0, 0, 0, b'a', 0];
        let Value::Array(elements) = value(&[0; 4], 0x2008, &strings) else { panic!("no array") };
        assert_eq!(elements[0], Value::String("a".into()));
        assert!(matches!(elements[1], Value::Unreadable(_)));
    }

    #[test]
    fn an_array_of_every_type_is_decoded() {
        let array = |code: u32, elements: &[&[u8]], rest: &[u8]| {
            let count = u32::try_from(elements.len()).unwrap();
            value(&[0; 4], 0x2000 | code, &[&count.to_le_bytes()[..], &elements.concat(), rest].concat())
        };
        let numbers = |values: &[Value]| Value::Array(values.to_vec());
        assert_eq!(array(16, &[&[0xFF], &[1]], &[]), numbers(&[Value::SInt8(-1), Value::SInt8(1)]));
        assert_eq!(array(17, &[&[0xFF], &[1]], &[]), Value::Bytes(vec![255, 1]));
        let (minus, plus) = ([0xFE, 0xFF], [1, 0]);
        assert_eq!(array(2, &[&minus, &plus], &[]), numbers(&[Value::SInt16(-2), Value::SInt16(1)]));
        assert_eq!(array(18, &[&minus, &plus], &[]), numbers(&[Value::UInt16(65534), Value::UInt16(1)]));
        assert_eq!(array(103, &[&minus, &plus], &[]), numbers(&[Value::Char16(65534), Value::Char16(1)]));
        let (minus, plus) = ((-2i32).to_le_bytes(), 1u32.to_le_bytes());
        assert_eq!(array(3, &[&minus, &plus], &[]), numbers(&[Value::SInt32(-2), Value::SInt32(1)]));
        assert_eq!(
            array(19, &[&minus, &plus], &[]),
            numbers(&[Value::UInt32(u32::MAX - 1), Value::UInt32(1)])
        );
        let (minus, plus) = ((-2i64).to_le_bytes(), 1u64.to_le_bytes());
        assert_eq!(array(20, &[&minus, &plus], &[]), numbers(&[Value::SInt64(-2), Value::SInt64(1)]));
        assert_eq!(
            array(21, &[&minus, &plus], &[]),
            numbers(&[Value::UInt64(u64::MAX - 1), Value::UInt64(1)])
        );
        assert_eq!(array(4, &[&1.5f32.to_le_bytes()], &[]), numbers(&[Value::Real32(1.5)]));
        assert_eq!(array(5, &[&(-0.25f64).to_le_bytes()], &[]), numbers(&[Value::Real64(-0.25)]));
        assert_eq!(
            array(11, &[&[0xFF, 0xFF], &[0, 0]], &[]),
            numbers(&[Value::Boolean(true), Value::Boolean(false)])
        );
        // Text lies in the heap behind the references to it: after the count and two references at 12.
        let at = [&[12, 0, 0, 0][..], &[15, 0, 0, 0]];
        for (code, make) in [
            (8, Value::String as fn(String) -> Value),
            (101, Value::DateTime as fn(String) -> Value),
            (102, Value::Reference as fn(String) -> Value),
        ] {
            let texts = [make("a".to_owned()), make("b".to_owned())];
            assert_eq!(array(code, &at, b"\0a\0\0b\0"), numbers(&texts));
        }
        // An object that is cut off stands as one that cannot be read.
        let Value::Array(objects) = array(13, &[&[8, 0, 0, 0]], &[9, 0, 0, 0]) else { panic!("no array") };
        assert!(matches!(objects[..], [Value::Unreadable(_)]));
        assert_eq!(array(8, &[], &[]), numbers(&[]));
    }

    #[test]
    fn a_length_beyond_the_heap_is_unreadable_at_no_cost() {
        assert!(matches!(value(&[0; 4], 0x2008, &[255; 8]), Value::Unreadable(_)));
        assert!(matches!(value(&[0; 4], 0x2011, &[255; 8]), Value::Unreadable(_)));
    }

    #[test]
    fn states_beyond_the_table_are_null() {
        let budget = Budget::for_record(0);
        let heap = Heap::read(&mut Cursor::new(&[0, 0, 0, 0x80], 0), &budget).unwrap();
        let table = ValueTable::read(&mut Cursor::new(&[0b1110_0100], 0), 4, 1, heap, 0).unwrap();
        let states: Vec<_> = (0..5).map(|i| (table.state(i).null, table.state(i).default)).collect();
        assert_eq!(states, [(false, false), (true, false), (false, true), (true, true), (true, false)]);
    }
}
