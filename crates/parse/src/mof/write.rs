//! Objects and classes as MOF that can be compiled again.

use super::lexer::is_name;
use super::parser::MAX_DEPTH;
use evidence::{Property, State, Value, WmiClass, WmiObject};
use std::fmt::Write as _;

/// Why something cannot be written as MOF without loss.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// A class, property, qualifier or type has a name that MOF cannot hold.
    #[error("`{0}` is not a name that MOF can hold")]
    Name(String),
    /// The source cut the value of the property.
    #[error("the value of `{0}` is known only in part")]
    Truncated(String),
    /// Values nest too deep, or an array holds an array.
    #[error("the value of `{0}` nests deeper than MOF allows")]
    Nesting(String),
    /// A real number is infinite or not a number.
    #[error("the value of `{0}` is not a finite number")]
    NotFinite(String),
}

/// The object as MOF for `mofcomp` on the same machine: its namespace as a directive, then the instance.
///
/// [`parse`](super::parse) gives the same object back, apart from what MOF does not carry: `server`, `class_source` and `ambiguous`.
///
/// # Errors
/// [`WriteError`] where MOF cannot hold the object, or the object is not known whole.
pub fn write_object(object: &WmiObject) -> Result<String, WriteError> {
    let mut text = directive(object.namespace.as_deref());
    write_instance(&mut text, object, 0, 0)?;
    text.push_str(";\n");
    Ok(text)
}

/// The class as MOF for `mofcomp` on the same machine: its namespace as a directive, then the definition.
///
/// # Errors
/// [`WriteError`] where MOF cannot hold the class.
pub fn write_class(class: &WmiClass) -> Result<String, WriteError> {
    let mut text = directive(class.namespace.as_deref());
    if !class.qualifiers.is_empty() {
        text.push('[');
        for (at, (name, value)) in class.qualifiers.iter().enumerate() {
            text.push_str(if at == 0 { "" } else { ", " });
            text.push_str(checked(name)?);
            match value {
                Value::Bool(true) => {}
                Value::Array(_) => write_value(&mut text, name, value, 0, 0)?,
                _ => {
                    text.push('(');
                    write_value(&mut text, name, value, 0, 0)?;
                    text.push(')');
                }
            }
        }
        text.push_str("]\n");
    }
    text.push_str("class ");
    text.push_str(checked(&class.name)?);
    if let Some(superclass) = &class.superclass {
        text.push_str(" : ");
        text.push_str(checked(superclass)?);
    }
    text.push_str("\n{\n");
    for property in &class.properties {
        text.push('\t');
        let (cim_type, array) = match property.cim_type.strip_suffix("[]") {
            Some(element) => (element, "[]"),
            None => (property.cim_type.as_str(), ""),
        };
        let (cim_type, reference) = match cim_type.strip_prefix("ref ") {
            Some(class) => (class, " ref"),
            None => (cim_type, ""),
        };
        match cim_type.split_once(':') {
            Some((object, class)) => {
                let _ = write!(text, "{}:{}", checked(object)?, checked(class)?);
            }
            None => text.push_str(checked(cim_type)?),
        }
        let _ = write!(text, "{reference} {}{array}", checked(&property.name)?);
        if let Some(default) = &property.default {
            text.push_str(" = ");
            write_value(&mut text, &property.name, default, 1, 0)?;
        }
        text.push_str(";\n");
    }
    text.push_str("};\n");
    Ok(text)
}

fn directive(namespace: Option<&str>) -> String {
    let mut text = String::new();
    if let Some(namespace) = namespace {
        text.push_str("#pragma namespace(");
        push_string(&mut text, &format!(r"\\.\{namespace}"));
        text.push_str(")\n");
    }
    text
}

fn checked(name: &str) -> Result<&str, WriteError> {
    if is_name(name) { Ok(name) } else { Err(WriteError::Name(name.to_owned())) }
}

fn indent(text: &mut String, depth: usize) {
    text.extend(std::iter::repeat_n('\t', depth));
}

/// An instance without the `;` behind it.
fn write_instance(
    text: &mut String,
    object: &WmiObject,
    tabs: usize,
    depth: usize,
) -> Result<(), WriteError> {
    let _ = writeln!(text, "instance of {}", checked(&object.class)?);
    indent(text, tabs);
    text.push_str("{\n");
    for Property { name, value, state } in &object.properties {
        let name = name.as_str();
        if *state == State::Truncated {
            return Err(WriteError::Truncated(name.to_owned()));
        }
        indent(text, tabs + 1);
        text.push_str(checked(name)?);
        text.push_str(" = ");
        write_value(text, name, value, tabs + 1, depth + 1)?;
        text.push_str(";\n");
    }
    indent(text, tabs);
    text.push('}');
    Ok(())
}

fn write_value(
    text: &mut String,
    name: &str,
    value: &Value,
    tabs: usize,
    depth: usize,
) -> Result<(), WriteError> {
    if depth + 2 > MAX_DEPTH {
        return Err(WriteError::Nesting(name.to_owned()));
    }
    let _ = match value {
        Value::Null => write!(text, "NULL"),
        Value::Bool(value) => write!(text, "{}", if *value { "TRUE" } else { "FALSE" }),
        Value::Int(value) => write!(text, "{value}"),
        Value::Uint(value) => write!(text, "{value}"),
        Value::Real(value) if value.is_finite() => write!(text, "{}", real(*value)),
        Value::Real(_) => return Err(WriteError::NotFinite(name.to_owned())),
        Value::Text(value) => {
            push_string(text, value);
            Ok(())
        }
        Value::Array(items) => {
            text.push('{');
            for (at, item) in items.iter().enumerate() {
                if matches!(item, Value::Array(_)) {
                    return Err(WriteError::Nesting(name.to_owned()));
                }
                text.push_str(if at == 0 { "" } else { ", " });
                write_value(text, name, item, tabs, depth + 1)?;
            }
            text.push('}');
            Ok(())
        }
        Value::Object(object) => return write_instance(text, object, tabs, depth + 1),
    };
    Ok(())
}

/// A real number with the point that MOF requires, exact to the last bit.
fn real(value: f64) -> String {
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0e{exponent}"),
        _ => text,
    }
}

/// A string in quotes. Everything but printable text is escaped, by its letter or as `\xHHHH` in UTF-16.
fn push_string(text: &mut String, value: &str) {
    text.reserve(value.len() + 2);
    text.push('"');
    for c in value.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}') => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(text, "\\x{unit:04X}");
                }
            }
            c => text.push(c),
        }
    }
    text.push('"');
}
