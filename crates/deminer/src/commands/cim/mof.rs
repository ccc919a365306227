//! Classes and instances as MOF, with comments that say where they lie and what their times tell.

use cim_repository::{
    BaseType, CimType, Class, EmbeddedObject, EmbeddedProperty, Instance, Location, Method, Namespace,
    Qualifier, Value,
};
use report::sanitize::visible;
use std::fmt::Write as _;

/// The line that says which namespace the objects after it are in.
pub(super) fn pragma(namespace: &Namespace) -> String {
    match namespace.path() {
        Some(path) => format!("#pragma namespace(\"\\\\\\\\.\\\\{}\")\n\n", path.replace('\\', "\\\\")),
        None if namespace.is_unknown() => "// namespace unknown\n\n".to_owned(),
        None => format!("// namespace unknown, hash {}\n\n", namespace.hash()),
    }
}

fn place(text: &mut String, location: &Location, is_indexed: bool) {
    let _ = write!(text, "// OBJECTS.DATA at offset {:#x}", location.offset());
    match location.logical_offset() {
        Some(offset) => {
            let _ = write!(text, ", {offset:#x} in the order of logical pages");
        }
        None => text.push_str(", in a page that is not in use"),
    }
    if !is_indexed && location.logical_page.is_some() {
        text.push_str("; the index does not lead to it as it should");
    }
    text.push('\n');
}

fn damage(text: &mut String, damage: &[String]) {
    for what in damage {
        let _ = writeln!(text, "// not read: {}", visible(what));
    }
}

/// The class with its qualifiers, properties and methods.
pub(super) fn write_class(text: &mut String, class: &Class) {
    place(text, &class.location, class.is_indexed);
    let _ = writeln!(text, "// definition stored {}", class.stored);
    damage(text, &class.damage());
    let set = qualifiers(&class.qualifiers, false);
    if !set.is_empty() {
        let _ = writeln!(text, "{}", set.trim_end());
    }
    let _ = write!(text, "class {}", class.name);
    if let Some(superclass) = class.superclass() {
        let _ = write!(text, " : {superclass}");
    }
    text.push_str("\n{\n");
    for property in &class.properties {
        let set = qualifiers(&property.qualifiers, property.is_key());
        let (kind, array) = cim_type(property.cim_type, &property.qualifiers);
        let _ = write!(text, "\t{set}{kind} {}{array}", property.name);
        if !property.default.is_null() {
            let _ = write!(text, " = {}", property.default);
        }
        text.push_str(";\n");
    }
    for method in &class.methods {
        write_method(text, method);
    }
    text.push_str("};\n\n");
}

/// The type as MOF writes it, references and objects with their class, and what stands behind the name of an array.
fn cim_type(cim_type: CimType, set: &[Qualifier]) -> (String, &'static str) {
    let written = set.iter().find(|q| q.name.eq_ignore_ascii_case("CIMTYPE")).and_then(|q| q.value.as_str());
    let class = written.and_then(|text| text.split_once(':')).map(|(_, class)| class);
    let kind = match (cim_type.base, class) {
        (BaseType::Reference, Some(class)) => format!("{class} ref"),
        (BaseType::Object, Some(class)) => class.to_owned(),
        _ => cim_type.base.name().to_owned(),
    };
    (kind, if cim_type.array { "[]" } else { "" })
}

/// A set of qualifiers in brackets. What the type says already is left out.
fn qualifiers(set: &[Qualifier], is_key: bool) -> String {
    let mut written: Vec<String> = Vec::new();
    if is_key {
        written.push("key".to_owned());
    }
    let others = set.iter().filter(|q| !q.name.eq_ignore_ascii_case("CIMTYPE"));
    for qualifier in others.filter(|q| !(is_key && q.name.eq_ignore_ascii_case("key"))) {
        written.push(match &qualifier.value {
            Value::Boolean(true) => qualifier.name.clone(),
            list @ (Value::Array(_) | Value::Bytes(_)) => format!("{}{list}", qualifier.name),
            value => format!("{}({value})", qualifier.name),
        });
    }
    if written.is_empty() { String::new() } else { format!("[{}] ", written.join(", ")) }
}

fn write_method(text: &mut String, method: &Method) {
    let properties = |object: &Option<EmbeddedObject>| {
        object.iter().flat_map(|o| o.properties.clone()).collect::<Vec<_>>()
    };
    let (inputs, outputs) = (properties(&method.input), properties(&method.output));
    let returned = outputs.iter().find(|p| p.name.eq_ignore_ascii_case("ReturnValue"));
    let kind = returned.map_or_else(|| "void".to_owned(), |p| cim_type(p.cim_type, &p.qualifiers).0);
    let parameter = |p: &EmbeddedProperty| {
        let (kind, array) = cim_type(p.cim_type, &p.qualifiers);
        format!("{}{kind} {}{array}", qualifiers(&p.qualifiers, false), p.name)
    };
    let mut parameters: Vec<(Option<i128>, String)> = Vec::new();
    let known = |name: &str| inputs.iter().any(|p| p.name.eq_ignore_ascii_case(name));
    let only_out = outputs.iter().filter(|p| !p.name.eq_ignore_ascii_case("ReturnValue") && !known(&p.name));
    for p in inputs.iter().chain(only_out) {
        parameters.push((p.qualifier("ID").and_then(Value::as_integer), parameter(p)));
    }
    parameters.sort_by_key(|(id, _)| *id);
    let parameters: Vec<String> = parameters.into_iter().map(|(_, written)| written).collect();
    let set = qualifiers(&method.qualifiers, false);
    let _ = writeln!(text, "\t{set}{kind} {}({});", method.name, parameters.join(", "));
}

/// The instance with every property; `nulls` also those that are null.
pub(super) fn write_instance(text: &mut String, instance: &Instance, nulls: bool) {
    place(text, &instance.location, instance.is_indexed);
    let _ = writeln!(
        text,
        "// written not before {}, when the service that wrote it was started; its class was stored {}",
        instance.session, instance.class_stored
    );
    damage(text, &instance.damage());
    let set = qualifiers(&instance.qualifiers, false);
    if !set.is_empty() {
        let _ = writeln!(text, "{}", set.trim_end());
    }
    let _ = writeln!(text, "instance of {}\n{{", instance.class.name);
    for value in instance.properties.iter().filter(|value| nulls || !value.value().is_null()) {
        let set = qualifiers(&value.qualifiers, false);
        let _ = writeln!(text, "\t{set}{} = {};", value.property.name, value.value());
    }
    text.push_str("};\n\n");
}
