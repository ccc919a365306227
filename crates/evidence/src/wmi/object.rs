//! Instances of WMI classes.

use super::{Fingerprint, ObjectPath, Value, schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

/// The name of a property. The names of the standard classes are shared, not copied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PropertyName(Cow<'static, str>);

impl PropertyName {
    /// The name, in the standard spelling where it is a standard one.
    pub fn new(name: &str) -> Self {
        Self(schema::intern(name).map_or_else(|| Cow::Owned(name.to_owned()), Cow::Borrowed))
    }

    /// A name that is known to the program.
    pub const fn known(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Serialize for PropertyName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PropertyName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Ok(Self::new(&name))
    }
}

/// How sure the value of a property is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The source gives it whole.
    #[default]
    Known,
    /// The source cut it: arrays after four elements, text at the width of a console.
    Truncated,
}

/// One property of an instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Property {
    /// Its name.
    pub name: PropertyName,
    /// Its value.
    pub value: Value,
    /// How sure that is.
    #[serde(default, skip_serializing_if = "is_known")]
    pub state: State,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_known(state: &State) -> bool {
    *state == State::Known
}

/// What a source lets one see of a property.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Seen<'a> {
    /// The value.
    Known(&'a Value),
    /// The beginning of the value.
    Truncated(&'a Value),
    /// The source leaves out what has the default value, and it left this out.
    Default,
    /// The source does not speak of it.
    Absent,
}

/// Where the class of an instance comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassSource {
    /// The source names it.
    #[default]
    Stated,
    /// The source does not name it; the set of properties fits this class only.
    Inferred,
    /// The set of properties fits no known class; `class` is empty.
    Unknown,
}

/// An instance of a WMI class, with everything that the source gives.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WmiObject {
    /// The class, in the standard spelling where it is a standard one; empty where nothing tells.
    pub class: String,
    /// Where `class` comes from.
    #[serde(default)]
    pub class_source: ClassSource,
    /// The namespace in canonical spelling; `None` where the format does not carry it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The machine that the source names (`__SERVER`, `PSComputerName`, `Node`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The properties in the order of the source, system properties (`__PATH`, …) left out.
    pub properties: Vec<Property>,
    /// Whether the format leaves out properties that have their default value (MOF does).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub omits_defaults: bool,
    /// Whether this is one of several readings of an ambiguous passage.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ambiguous: bool,
}

impl WmiObject {
    /// What the source lets one see of the property; names are compared without case.
    pub fn property(&self, name: &str) -> Seen<'_> {
        let found = self.properties.iter().find(|property| property.name.as_str().eq_ignore_ascii_case(name));
        match found {
            Some(Property { value, state: State::Known, .. }) => Seen::Known(value),
            Some(Property { value, state: State::Truncated, .. }) => Seen::Truncated(value),
            None if self.omits_defaults => Seen::Default,
            None => Seen::Absent,
        }
    }

    /// The value of the property as far as the source gives it.
    pub fn value(&self, name: &str) -> Option<&Value> {
        match self.property(name) {
            Seen::Known(value) | Seen::Truncated(value) => Some(value),
            Seen::Default | Seen::Absent => None,
        }
    }

    /// The property as text; `None` where it is absent, empty or not text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.value(name).and_then(Value::as_text).filter(|text| !text.is_empty())
    }

    /// The key that names the object in its class: `Name`, or `TimerId` for timers; empty where it has none.
    pub fn name(&self) -> &str {
        self.text("Name").or_else(|| self.text("TimerId")).unwrap_or_default()
    }

    /// Whether the object is of this class; class names are compared without case.
    pub fn is_class(&self, class: &str) -> bool {
        self.class.eq_ignore_ascii_case(class)
    }

    /// Whether the object is an event filter, of the standard class or of one that derives from it.
    pub fn is_filter(&self) -> bool {
        self.is_class(schema::EVENT_FILTER)
            || self.derives_by(&["Query", "QueryLanguage", "EventNamespace", "EventAccess"])
    }

    /// Whether the object binds a filter to a consumer, by the standard class or one that derives from it.
    pub fn is_binding(&self) -> bool {
        self.is_class(schema::BINDING)
            || self.derives_by(&["Filter", "Consumer", "DeliveryQoS", "SlowDownProviders"])
    }

    /// Whether the object is a timer instruction, of a standard class or of one that derives from it.
    pub fn is_timer(&self) -> bool {
        schema::is_timer_class(&self.class) || self.derives_by(&["TimerId", "SkipIfPassed"])
    }

    /// Whether the class is somebody's own and has all of these properties: classes inherit those of the standard class that Windows obeys.
    fn derives_by(&self, inherited: &[&str]) -> bool {
        let has = |name: &&str| self.properties.iter().any(|p| p.name.as_str().eq_ignore_ascii_case(name));
        !self.class.is_empty() && !self.class.starts_with("__") && inherited.iter().all(has)
    }

    /// Whether the object is an event consumer: of a standard class, or of another class that is none of the other
    /// parts of a subscription.
    pub fn is_consumer(&self) -> bool {
        schema::is_standard_consumer(&self.class)
            || (self.class_source == ClassSource::Unknown && !self.name().is_empty())
            || (!self.class.starts_with("__")
                && !self.class.is_empty()
                && schema::looks_like_consumer(self.properties.iter().map(|p| p.name.as_str())))
    }

    /// The reference in the property, parsed; `None` where it is absent or cannot be read as a path.
    pub fn reference(&self, name: &str) -> Option<ObjectPath> {
        self.text(name).and_then(|text| ObjectPath::parse(text).ok())
    }

    /// The account that made the object, as `S-1-…`, where the source gives all of it.
    pub fn creator_sid(&self) -> Option<String> {
        match self.property("CreatorSID") {
            Seen::Known(value) => value.as_bytes().and_then(|bytes| super::sid_text(&bytes)),
            _ => None,
        }
    }

    /// The SHA-256 over the fields that matter, alike for every format that carries them.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of_object(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mof_leaves_out_is_default_and_what_a_listing_leaves_out_is_absent() {
        let mut object = WmiObject { class: "__EventFilter".into(), ..WmiObject::default() };
        assert_eq!(object.property("Query"), Seen::Absent);
        object.omits_defaults = true;
        assert_eq!(object.property("Query"), Seen::Default);
    }

    #[test]
    fn what_derives_from_a_part_of_a_subscription_is_one() {
        let object = |class: &str, names: &[&str]| WmiObject {
            class: class.into(),
            properties: names
                .iter()
                .map(|name| Property {
                    name: PropertyName::new(name),
                    value: Value::Null,
                    state: State::Known,
                })
                .collect(),
            ..WmiObject::default()
        };
        assert!(object("Tick", &["TimerId", "SkipIfPassed", "IntervalBetweenEvents"]).is_timer());
        assert!(
            object("Watch", &["Name", "Query", "QueryLanguage", "EventNamespace", "EventAccess"]).is_filter()
        );
        let binding = ["Filter", "Consumer", "DeliveryQoS", "DeliverSynchronously", "SlowDownProviders"];
        assert!(object("Tie", &binding).is_binding());
        assert!(!object("", &binding).is_binding(), "a listing without classes is told by its whole set");
        assert!(!object("Report", &["Name", "Query", "Filter"]).is_filter());
    }
}
