//! Classes and instances as JSON: the records of the evidence, with all that the repository says besides.

use cim_repository::{Class, Instance, Location, Method, Namespace, Qualifier, Value};
use evidence::RecordData;
use serde_json::{Map, Value as Json, json};

/// A value as plain JSON: bytes and other arrays as lists; what cannot be read is null and told beside it.
fn value(value: &Value) -> Json {
    match value {
        Value::Null | Value::Unreadable(_) => Json::Null,
        Value::Boolean(value) => json!(value),
        Value::Real32(number) => json!(number),
        Value::Real64(number) => json!(number),
        Value::String(text) | Value::DateTime(text) | Value::Reference(text) => json!(text),
        Value::Bytes(bytes) => json!(bytes),
        Value::Array(items) => items.iter().map(self::value).collect(),
        Value::Object(object) => {
            let properties: Map<_, _> =
                object.properties.iter().map(|p| (p.name.clone(), self::value(&p.value))).collect();
            json!({ "class": object.class, "properties": properties })
        }
        other => other.as_integer().and_then(|n| n.to_string().parse::<serde_json::Number>().ok()).into(),
    }
}

fn qualifiers(set: &[Qualifier]) -> Json {
    set.iter()
        .map(|q| json!({ "name": q.name, "type": q.cim_type.to_string(), "flavor": q.flavor, "value": value(&q.value) }))
        .collect()
}

/// Where an object is and whether the index leads to it.
fn place(map: &mut Map<String, Json>, namespace: &Namespace, location: &Location, is_indexed: bool) {
    if namespace.path().is_none() {
        let hash = if namespace.is_unknown() { Json::Null } else { json!(namespace.hash().to_string()) };
        map.insert("namespace_hash".to_owned(), hash);
    }
    map.insert("offset".to_owned(), json!(location.offset()));
    map.insert("logical_offset".to_owned(), json!(location.logical_offset()));
    map.insert("indexed".to_owned(), json!(is_indexed));
}

fn record(data: &RecordData) -> Map<String, Json> {
    // Plain data in memory can always be written.
    match serde_json::to_value(data) {
        Ok(Json::Object(map)) => map,
        _ => Map::new(),
    }
}

/// A class with all its properties, inherited ones too, their qualifiers, and its methods.
pub(super) fn class(class: &Class) -> Json {
    let mut map = record(&RecordData::WmiClass(parse::repository::class_record(class)));
    let properties = class.properties.iter().map(|property| {
        json!({
            "name": property.name,
            "cim_type": property.cim_type.to_string(),
            "default": value(&property.default),
            "origin": property.origin,
            "qualifiers": qualifiers(&property.qualifiers),
        })
    });
    map.insert("all_properties".to_owned(), properties.collect());
    map.insert("derivation".to_owned(), json!(class.derivation));
    map.insert("methods".to_owned(), class.methods.iter().map(method).collect());
    map.insert("stored".to_owned(), json!(class.stored.to_string()));
    map.insert("unreadable".to_owned(), json!(class.damage()));
    place(&mut map, &class.namespace, &class.location, class.is_indexed);
    Json::Object(map)
}

fn method(method: &Method) -> Json {
    let parameters = |object: &Option<cim_repository::EmbeddedObject>| -> Json {
        let properties = object.iter().flat_map(|o| &o.properties);
        let parameter = |p: &cim_repository::EmbeddedProperty| json!({ "name": p.name, "cim_type": p.cim_type.to_string(), "qualifiers": qualifiers(&p.qualifiers) });
        properties.map(parameter).collect()
    };
    json!({
        "name": method.name,
        "qualifiers": qualifiers(&method.qualifiers),
        "in": parameters(&method.input),
        "out": parameters(&method.output),
    })
}

/// An instance with all its properties; `not_before` is when the service that wrote it was started.
pub(super) fn instance(instance: &Instance) -> Json {
    let (object, _) = parse::repository::object_record(instance);
    let mut map = record(&RecordData::WmiObject(object));
    map.insert("path".to_owned(), json!(instance.relative_path()));
    map.insert("not_before".to_owned(), json!(instance.session.to_string()));
    map.insert("class_stored".to_owned(), json!(instance.class_stored.to_string()));
    map.insert("qualifiers".to_owned(), qualifiers(&instance.qualifiers));
    map.insert("unreadable".to_owned(), json!(instance.damage()));
    place(&mut map, &instance.namespace, &instance.location, instance.is_indexed);
    Json::Object(map)
}
