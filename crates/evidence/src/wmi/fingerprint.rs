//! Fingerprints: what an object does, in 32 bytes.

use super::{ObjectPath, Value, WmiObject, canonical_namespace, schema};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt;

/// A SHA-256 over the meaningful fields of a record in a canonical form.
///
/// For a WMI object the hashed text is the class in lower case and, for each meaningful property of its schema (for unknown classes:
/// every property but `CreatorSID`, `MachineName` and `MaximumQueueSize`, sorted), a line `name=value` where name is in lower case and
/// value is canonical ([`Value::canonical`]); null, empty, `0`, `false` and the class's default are all written as nothing, since
/// formats differ in which of them they show. Namespaces and references are compared as Windows does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of lines of text, for record kinds with a canonical form of their own.
    pub fn of_lines<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hash = Sha256::new();
        for line in lines {
            hash.update(line.as_bytes());
            hash.update(b"\n");
        }
        Self(hash.finalize().into())
    }

    pub(super) fn of_object(object: &WmiObject) -> Self {
        let mut lines = vec![object.class.to_lowercase()];
        if let Some(schema) = schema::of(&object.class) {
            for name in schema.meaningful {
                let value =
                    object.value(name).map_or(Cow::Borrowed(""), |value| canonical_value(name, value));
                let is_default =
                    schema.defaults.iter().any(|(known, default)| known == name && *default == value);
                let value = if is_default || value == "0" || value == "false" { "" } else { value.as_ref() };
                lines.push(format!("{}={value}", name.to_lowercase()));
            }
        } else {
            let mut own: Vec<_> = object
                .properties
                .iter()
                .filter(|p| {
                    !["CreatorSID", "MachineName", "MaximumQueueSize"]
                        .iter()
                        .any(|n| p.name.as_str().eq_ignore_ascii_case(n))
                })
                .map(|p| format!("{}={}", p.name.as_str().to_lowercase(), p.value.canonical()))
                .collect();
            own.sort();
            lines.extend(own);
        }
        Self::of_lines(lines.iter().map(String::as_str))
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The value of a known property in canonical form: namespaces and references as Windows compares them.
fn canonical_value<'a>(name: &str, value: &'a Value) -> Cow<'a, str> {
    match (name, value) {
        ("EventNamespace", Value::Text(text)) => Cow::Owned(canonical_namespace(text)),
        ("Filter" | "Consumer", Value::Text(text)) => match ObjectPath::parse(text) {
            Ok(path) => Cow::Owned(path.canonical_relative()),
            Err(_) => value.canonical(),
        },
        _ => value.canonical(),
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wmi::{Property, PropertyName, State};

    fn object(class: &str, fields: &[(&'static str, Value)]) -> WmiObject {
        WmiObject {
            class: class.into(),
            properties: fields
                .iter()
                .map(|(name, value)| Property {
                    name: PropertyName::known(name),
                    value: value.clone(),
                    state: State::Known,
                })
                .collect(),
            ..WmiObject::default()
        }
    }

    #[test]
    fn formats_of_one_object_have_one_fingerprint() {
        let wmic = object(
            "CommandLineEventConsumer",
            &[
                ("CommandLineTemplate", "cmd.exe".into()),
                ("ExecutablePath", "".into()),
                ("RunInteractively", "FALSE".into()),
                ("CreatorSID", "{1,2}".into()),
            ],
        );
        let mof = object("commandlineeventconsumer", &[("CommandLineTemplate", "cmd.exe".into())]);
        assert_eq!(wmic.fingerprint(), mof.fingerprint());
        let other = object("CommandLineEventConsumer", &[("CommandLineTemplate", "cmd.exe /c".into())]);
        assert_ne!(wmic.fingerprint(), other.fingerprint());
    }

    #[test]
    fn references_are_compared_as_paths() {
        let with = |text: &str| object("__FilterToConsumerBinding", &[("Filter", text.into())]).fingerprint();
        assert_eq!(
            with(r#"__EventFilter.Name="x""#),
            with(r#"\\.\ROOT\subscription:__eventfilter.Name="X""#)
        );
    }
}
