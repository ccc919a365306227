//! Definitions of WMI classes.

use super::Value;
use serde::{Deserialize, Serialize};

/// The definition of a class. Default values of its properties can hold a payload: a *class store*.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WmiClass {
    /// Its name.
    pub name: String,
    /// The class it derives from, where it does and the source tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superclass: Option<String>,
    /// The namespace in canonical spelling; `None` where the format does not carry it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The machine that the source names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The names of its qualifiers (`dynamic`, `provider`, …), with their values where they have one. A qualifier of a property that
    /// holds long data stands here as `Property.Qualifier`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub qualifiers: Vec<(String, Value)>,
    /// Its own properties.
    pub properties: Vec<ClassProperty>,
    /// The SHA-256 of the MOF text that WMI gives of it, in lower-case hex; `None` where it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mof_sha256: Option<String>,
}

/// A property of a class definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassProperty {
    /// Its name.
    pub name: String,
    /// Its CIM type as MOF writes it (`string`, `uint8`, `ref __EventFilter`), `[]` behind it for arrays.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cim_type: String,
    /// Its default value, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
}

impl WmiClass {
    /// The default value of the property; names are compared without case.
    pub fn default_of(&self, name: &str) -> Option<&Value> {
        self.properties.iter().find(|p| p.name.eq_ignore_ascii_case(name)).and_then(|p| p.default.as_ref())
    }
}
