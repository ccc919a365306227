//! Objects of the repository in the words of the evidence.

use super::wanted::{self, default_length};
use cim_repository::{
    BaseType, Class, EmbeddedObject, Instance, Namespace, Property as CimProperty, Value as CimValue,
};
use evidence::wmi::{ClassSource, canonical_namespace, schema};
use evidence::{ClassProperty, Property, PropertyName, State, Value, WmiClass, WmiObject};

/// The instance with every property that can be decoded, and in words why others cannot.
pub fn object_record(instance: &Instance) -> (WmiObject, Vec<String>) {
    let mut unread = Vec::new();
    let mut properties = Vec::with_capacity(instance.properties.len());
    for property in &instance.properties {
        let name = &property.property.name;
        match value(property.value()) {
            Ok(value) => {
                properties.push(Property { name: PropertyName::new(name), value, state: State::Known });
            }
            Err(reason) => unread.push(format!("{name}: {reason}")),
        }
    }
    let object = WmiObject {
        class: standard(&instance.class.name),
        class_source: ClassSource::Stated,
        namespace: namespace(&instance.namespace),
        properties,
        ..WmiObject::default()
    };
    (object, unread)
}

/// The definition with the properties that the class itself declares, and inherited ones that hold a store.
pub fn class_record(class: &Class) -> WmiClass {
    let is_own = |property: &CimProperty| property.origin.eq_ignore_ascii_case(&class.name);
    let properties = class.properties.iter().map(AsRef::as_ref);
    let kept = properties
        .filter(|property| is_own(property) || default_length(&property.default) >= super::LARGE_DEFAULT);
    WmiClass {
        name: class.name.clone(),
        superclass: class.superclass().map(str::to_owned),
        namespace: namespace(&class.namespace),
        server: None,
        qualifiers: qualifiers(class),
        properties: kept
            .map(|property| ClassProperty {
                name: property.name.clone(),
                cim_type: cim_type(property),
                default: value(&property.default).ok().filter(|value| *value != Value::Null),
            })
            .collect(),
        mof_sha256: None,
    }
}

/// The qualifiers of the class, and those of its properties that hold long data, as `Property.Qualifier`.
fn qualifiers(class: &Class) -> Vec<(String, Value)> {
    let own = class.qualifiers.iter().map(|q| (q.name.clone(), &q.value));
    let of_properties = wanted::data_qualifiers(class)
        .filter_map(|(property, q)| Some((format!("{}.{}", property?.name, q.name), &q.value)));
    own.chain(of_properties).filter_map(|(name, held)| Some((name, value(held).ok()?))).collect()
}

/// The type as MOF writes it: references name their class.
fn cim_type(property: &CimProperty) -> String {
    let written = property.qualifiers.iter().find(|q| q.name.eq_ignore_ascii_case("CIMTYPE"));
    match written.and_then(|qualifier| qualifier.value.as_str()) {
        Some(text) if property.cim_type.base == BaseType::Reference => text.replacen(':', " ", 1),
        _ => property.cim_type.to_string(),
    }
}

fn standard(class: &str) -> String {
    schema::standard_class(class).unwrap_or(class).to_owned()
}

fn namespace(namespace: &Namespace) -> Option<String> {
    namespace.path().map(canonical_namespace)
}

/// The value, or in words why it cannot be decoded.
fn value(value: &CimValue) -> Result<Value, &'static str> {
    let signed = |number: i64| u64::try_from(number).map_or(Value::Int(number), Value::Uint);
    Ok(match value {
        CimValue::Null => Value::Null,
        CimValue::SInt8(number) => signed((*number).into()),
        CimValue::SInt16(number) => signed((*number).into()),
        CimValue::SInt32(number) => signed((*number).into()),
        CimValue::SInt64(number) => signed(*number),
        CimValue::UInt8(number) => Value::Uint((*number).into()),
        CimValue::UInt16(number) | CimValue::Char16(number) => Value::Uint((*number).into()),
        CimValue::UInt32(number) => Value::Uint((*number).into()),
        CimValue::UInt64(number) => Value::Uint(*number),
        CimValue::Real32(number) => Value::Real((*number).into()),
        CimValue::Real64(number) => Value::Real(*number),
        CimValue::Boolean(value) => Value::Bool(*value),
        CimValue::String(text) | CimValue::DateTime(text) | CimValue::Reference(text) => {
            Value::text(text.as_str())
        }
        CimValue::Object(object) => Value::Object(Box::new(embedded(object)?)),
        CimValue::Bytes(bytes) => {
            Value::Array(bytes.iter().map(|byte| Value::Uint((*byte).into())).collect())
        }
        CimValue::Array(items) => Value::Array(items.iter().map(self::value).collect::<Result<_, _>>()?),
        CimValue::Unreadable(why) => return Err(why),
    })
}

fn embedded(object: &EmbeddedObject) -> Result<WmiObject, &'static str> {
    let properties = object.properties.iter().map(|property| {
        let value = value(&property.value)?;
        Ok::<_, &'static str>(Property {
            name: PropertyName::new(&property.name),
            value,
            state: State::Known,
        })
    });
    Ok(WmiObject {
        class: object.class.clone(),
        properties: properties.collect::<Result<_, _>>()?,
        ..WmiObject::default()
    })
}
