//! Objects from named values.

use evidence::wmi::{ClassSource, canonical_namespace, schema};
use evidence::{ObjectPath, Property, PropertyName, State, Value, WmiObject};

/// What `Format-List *` adds to the objects of `Get-WmiObject`.
const EXTENDED: [&str; 9] = [
    "Scope",
    "Path",
    "Options",
    "ClassPath",
    "Properties",
    "SystemProperties",
    "Qualifiers",
    "Site",
    "Container",
];

/// What PowerShell adds to every object.
const ADDED: [&str; 7] = [
    "PSComputerName",
    "PSShowComputerName",
    "PSSourceJobInstanceId",
    "RunspaceId",
    "CimClass",
    "CimInstanceProperties",
    "CimSystemProperties",
];

/// Properties of the standard classes that hold arrays.
const ARRAYS: [&str; 3] = ["CreatorSID", "InsertionStringTemplates", "HeaderFields"];

/// Whether a name is none of the class's. `extended` tells that the object shows its .NET properties.
pub(super) fn is_system(name: &str, extended: bool) -> bool {
    let among = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    name.starts_with("__") || among(&ADDED) || (extended && among(&EXTENDED))
}

/// What is known of an object before its class is settled.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) class: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) server: Option<String>,
    pub(super) properties: Vec<Property>,
}

impl Draft {
    /// `root/subscription:__EventFilter`, as `CimClass` shows itself.
    pub(super) fn set_cim_class(&mut self, text: &str) {
        let text = text.trim_ascii();
        match text.rsplit_once(':') {
            Some((namespace, class)) => {
                self.set_namespace(namespace);
                self.set_class(class);
            }
            None => self.set_class(text),
        }
    }

    pub(super) fn set_class(&mut self, class: &str) {
        set(&mut self.class, class.trim_ascii().to_owned());
    }

    pub(super) fn set_namespace(&mut self, namespace: &str) {
        set(&mut self.namespace, canonical_namespace(namespace));
    }

    pub(super) fn set_server(&mut self, server: &str) {
        let server = server.trim_ascii();
        if !matches!(server, "." | "localhost" | "127.0.0.1" | "::1") {
            set(&mut self.server, server.to_owned());
        }
    }

    pub(super) fn push(&mut self, name: &str, value: Value, state: State) {
        self.properties.push(Property { name: PropertyName::new(name), value, state });
    }

    /// The object, its class inferred where it is not stated.
    pub(super) fn finish(self) -> WmiObject {
        let names = self.properties.iter().map(|property| property.name.as_str());
        let (class, class_source) = match self.class {
            Some(class) => (schema::standard_class(&class).map_or(class, str::to_owned), ClassSource::Stated),
            None => match schema::infer(&names) {
                Some(class) => (class.to_owned(), ClassSource::Inferred),
                None => (String::new(), ClassSource::Unknown),
            },
        };
        WmiObject {
            class,
            class_source,
            namespace: self.namespace,
            server: self.server,
            properties: self.properties,
            ..WmiObject::default()
        }
    }
}

/// The first that says something counts.
fn set(known: &mut Option<String>, text: String) {
    if known.is_none() && !text.is_empty() {
        *known = Some(text);
    }
}

/// The object that the properties of a listing make.
pub(super) fn object(named: Vec<(&str, String)>) -> WmiObject {
    let has = |name: &str| named.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    let extended = has("ClassPath") && has("SystemProperties");
    let mut draft = Draft::default();
    let mut computer = None;
    for (name, text) in named {
        match name.to_ascii_lowercase().as_str() {
            "__class" => draft.set_class(&text),
            "__namespace" => draft.set_namespace(&text),
            "__server" => draft.set_server(&text),
            "cimclass" => draft.set_cim_class(&text),
            "pscomputername" => computer = Some(text),
            _ if is_system(name, extended) => {}
            _ => {
                let (value, state) = listed(name, text);
                draft.push(name, value, state);
            }
        }
    }
    if let Some(computer) = computer {
        draft.set_server(&computer);
    }
    draft.finish()
}

/// The value that a listing shows.
fn listed(name: &str, text: String) -> (Value, State) {
    if text.trim_ascii().is_empty() {
        return (Value::Null, State::Known);
    }
    if let Some(path) = reference(name, &text) {
        return (Value::from(path), State::Known);
    }
    match array(name, &text) {
        Some(array) => array,
        None => (Value::from(text), State::Known),
    }
}

/// The path to which a reference amounts that `Get-CimInstance` shows as `CommandLineEventConsumer (Name = "x")`.
pub(super) fn reference(name: &str, text: &str) -> Option<String> {
    if !(name.eq_ignore_ascii_case("Filter") || name.eq_ignore_ascii_case("Consumer")) {
        return None;
    }
    let (class, keys) = text.trim_ascii().strip_suffix(')')?.split_once(" (")?;
    let plain = !class.is_empty() && class.chars().all(|c| c == '_' || c.is_alphanumeric());
    let path = plain.then(|| ObjectPath::parse(&format!("{class}.{keys}")))?;
    path.ok().map(|path| path.to_string())
}

/// `{1, 5, 0, 0...}`: an array, of which PowerShell shows four elements. In a property of an unknown class, only numbers tell that it is one.
fn array(name: &str, text: &str) -> Option<(Value, State)> {
    let inner = text.trim_ascii().strip_prefix('{')?.strip_suffix('}')?;
    let (inner, state) = match inner.strip_suffix("...").or_else(|| inner.strip_suffix('…')) {
        Some(shown) => (shown, State::Truncated),
        None => (inner, State::Known),
    };
    let numbers =
        || inner.split(", ").map(|item| item.parse().ok().map(Value::Uint)).collect::<Option<Vec<_>>>();
    let known = ARRAYS.iter().any(|known| known.eq_ignore_ascii_case(name));
    let items = match numbers() {
        Some(numbers) => numbers,
        None if known && inner.is_empty() => Vec::new(),
        None if known => inner.split(", ").map(Value::from).collect(),
        None => return None,
    };
    Some((Value::Array(items), state))
}

/// The bytes of an array that was flattened into text: `1 5 0 0 0`.
pub(super) fn flattened(name: &str, text: &str) -> Option<Value> {
    if !name.eq_ignore_ascii_case("CreatorSID") {
        return None;
    }
    let bytes = text.split(' ').map(|item| item.parse::<u8>().ok().map(|byte| Value::Uint(byte.into())));
    bytes.collect::<Option<Vec<_>>>().map(Value::Array)
}
