//! Comparing an object with its template: `match`, `differs` or `compatible`.

use super::{FieldRule, ObjectTemplate};
use crate::wql;
use evidence::wmi::{canonical_namespace, schema};
use evidence::{ObjectPath, Seen, Value, WmiObject};
use std::borrow::Cow;

/// The outcome of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// Every field was read and is as it must be.
    Match,
    /// Nothing that was read contradicts the template, but not everything could be compared.
    Compatible {
        /// The fields that the source did not give, or not whole.
        unread: Vec<String>,
    },
    /// At least one field contradicts the template.
    Differs {
        /// Those fields.
        fields: Vec<FieldDifference>,
    },
}

impl Comparison {
    /// Whether nothing contradicts the template.
    pub const fn is_compatible(&self) -> bool {
        !matches!(self, Self::Differs { .. })
    }

    /// The same outcome with one difference more.
    pub(super) fn and_differs(self, difference: FieldDifference) -> Self {
        match self {
            Self::Differs { mut fields } => {
                fields.push(difference);
                Self::Differs { fields }
            }
            Self::Match | Self::Compatible { .. } => Self::Differs { fields: vec![difference] },
        }
    }
}

/// A field that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldDifference {
    /// Its Windows name; `__CLASS` and `__NAMESPACE` for class and namespace.
    pub name: String,
    /// What the template wants, in canonical form; several choices are joined by ` | `.
    pub expected: String,
    /// What was read, in canonical form.
    pub found: String,
}

/// The properties that are never compared: the key is compared as the name, and the creator says nothing.
const NOT_COMPARED: [&str; 3] = ["Name", "TimerId", "CreatorSID"];

/// What comparing one field gives.
enum Field {
    Same,
    Unread,
    Different { expected: String, found: String },
}

impl ObjectTemplate {
    /// Compares the object, which [`ObjectTemplate::names`] says it is meant for.
    ///
    /// Null, empty, zero, false and the class's default are alike, for formats differ in which of them they show. Cut values compare
    /// by their beginning. Queries compare by token, references and namespaces as Windows compares them, file names and
    /// names without case, everything else (scripts, command lines) to the letter but for line ends.
    pub fn compare(&self, object: &WmiObject) -> Comparison {
        let class_known = !object.class.is_empty();
        if class_known && !object.is_class(&self.class) {
            let difference = FieldDifference {
                name: "__CLASS".into(),
                expected: self.class.clone(),
                found: object.class.clone(),
            };
            return Comparison::Differs { fields: vec![difference] };
        }
        let mut unread = Vec::new();
        let mut fields = Vec::new();
        if !class_known {
            unread.push("__CLASS".to_owned());
        }
        for name in self.compared(object, class_known) {
            let outcome = match self.fields.iter().find(|(own, _)| own.eq_ignore_ascii_case(&name)) {
                _ if self.name_only => Field::Unread,
                Some((_, rule)) => self.field(&name, rule, object),
                None => self.field(&name, &FieldRule::Is(Value::Null), object),
            };
            match outcome {
                Field::Same => {}
                Field::Unread => unread.push(name.into_owned()),
                Field::Different { expected, found } => {
                    fields.push(FieldDifference { name: name.into_owned(), expected, found });
                }
            }
        }
        if !fields.is_empty() {
            Comparison::Differs { fields }
        } else if unread.is_empty() && !self.name_only {
            Comparison::Match
        } else {
            Comparison::Compatible { unread }
        }
    }

    /// The names of the properties that count: those of the class, those of the template, and those of the object where the class is
    /// not known or not certain.
    fn compared<'a>(&'a self, object: &'a WmiObject, class_known: bool) -> Vec<Cow<'a, str>> {
        let schema = schema::of(&self.class);
        let of_class = schema.map(|schema| schema.properties).unwrap_or_default().iter().copied();
        let of_template = self.fields.keys().map(String::as_str);
        let strangers = object.properties.iter().map(|p| p.name.as_str());
        let strangers =
            strangers.filter(|name| (schema.is_none() || !class_known) && !name.starts_with("__"));
        let mut names: Vec<Cow<'a, str>> = Vec::new();
        for name in of_class.chain(of_template).chain(strangers) {
            let skip = NOT_COMPARED.iter().any(|not| not.eq_ignore_ascii_case(name));
            if !skip && !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                names.push(Cow::Borrowed(name));
            }
        }
        names
    }

    fn field(&self, name: &str, rule: &FieldRule, object: &WmiObject) -> Field {
        let (value, whole) = match object.property(name) {
            Seen::Known(value) => (value, true),
            Seen::Truncated(value) => (value, false),
            Seen::Default => (&Value::Null, true),
            Seen::Absent if matches!(rule, FieldRule::Any) => return Field::Same,
            Seen::Absent => return Field::Unread,
        };
        let (choices, rule_whole): (&[Value], bool) = match rule {
            FieldRule::Any => return Field::Same,
            FieldRule::Is(value) => (std::slice::from_ref(value), true),
            FieldRule::OneOf(values) => (values, true),
            FieldRule::Begins(value) => (std::slice::from_ref(value), false),
        };
        let fits = |expected: &Value| match (whole, rule_whole) {
            (true, true) => self.normal(name, expected) == self.normal(name, value),
            (true, false) => begins(value, expected),
            (false, true) => begins(expected, value),
            (false, false) => begins(expected, value) || begins(value, expected),
        };
        if !choices.iter().any(fits) {
            let expected: Vec<_> = choices.iter().map(|value| self.normal(name, value)).collect();
            return Field::Different {
                expected: expected.join(" | "),
                found: self.normal(name, value).into_owned(),
            };
        }
        if whole && rule_whole { Field::Same } else { Field::Unread }
    }

    /// The value in the form in which it is compared.
    fn normal<'a>(&self, name: &str, value: &'a Value) -> Cow<'a, str> {
        let canonical = value.canonical();
        let default = schema::of(&self.class)
            .and_then(|schema| schema.defaults.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)))
            .map(|(_, default)| *default);
        match (canonical.as_ref(), default) {
            ("", Some(default)) => return Cow::Borrowed(default),
            ("0" | "false", None) => return Cow::Borrowed(""),
            _ => {}
        }
        match comparison_of(name) {
            By::Token => Cow::Owned(wql::canonical(&canonical)),
            By::Namespace => Cow::Owned(canonical_namespace(&canonical)),
            By::Reference => match ObjectPath::parse(&canonical) {
                Ok(path) => Cow::Owned(path.canonical_relative()),
                Err(_) => canonical,
            },
            By::TextWithoutCase => Cow::Owned(canonical.to_lowercase()),
            By::Text => canonical,
        }
    }
}

/// How the values of a property are compared.
enum By {
    Token,
    Namespace,
    Reference,
    TextWithoutCase,
    Text,
}

fn comparison_of(name: &str) -> By {
    const WITHOUT_CASE: [&str; 10] = [
        "QueryLanguage",
        "ExecutablePath",
        "WorkingDirectory",
        "ScriptingEngine",
        "ScriptFilename",
        "Filename",
        "SourceName",
        "UNCServerName",
        "NameOfRawDataProperty",
        "NameOfUserSIDProperty",
    ];
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    if is("Query") {
        By::Token
    } else if is("EventNamespace") {
        By::Namespace
    } else if is("Filter") || is("Consumer") {
        By::Reference
    } else if WITHOUT_CASE.into_iter().any(is) {
        By::TextWithoutCase
    } else {
        By::Text
    }
}

/// Whether the whole value begins with the cut one: arrays by their elements, text by its characters, without case.
///
/// An empty beginning fits everything.
fn begins(whole: &Value, cut: &Value) -> bool {
    match (whole, cut) {
        (_, cut) if cut.is_empty() => true,
        (Value::Array(whole), Value::Array(cut)) => {
            cut.len() <= whole.len() && whole.iter().zip(cut).all(|(a, b)| a.canonical() == b.canonical())
        }
        (whole, cut) => {
            let squeeze = |value: &Value| -> String {
                value.canonical().chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase()
            };
            squeeze(whole).starts_with(&squeeze(cut))
        }
    }
}
