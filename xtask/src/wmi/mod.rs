//! Synthetic WMI objects, and the forms in which Windows' own tools print them.
//!
//! The layouts are those that `docs/formats.md` describes. Nothing here comes from a real machine.

mod classes;
mod layout;

pub(crate) use classes::{USER, binding, command_line_consumer, filter, stock};
pub(crate) use layout::{class_mof, get_wmi_object, utf16, wmic_list};

/// An instance of a WMI class with all its properties, sorted by name as `wmic` and PowerShell print them.
#[derive(Debug, Clone)]
pub(crate) struct Instance {
    pub class: &'static str,
    pub superclass: &'static str,
    /// The path of the object inside its namespace.
    pub path: String,
    pub properties: Vec<(&'static str, Value)>,
}

/// The value of a property.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Null,
    Text(String),
    Number(u32),
    Bool(bool),
    Bytes(&'static [u8]),
    /// An array with one empty string, as the stock consumer has it.
    EmptyString,
    /// A reference: the path of another object.
    Reference(String),
}
