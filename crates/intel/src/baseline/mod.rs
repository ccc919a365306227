//! Baselines: what a clean machine has, as whole fingerprints.

mod compare;
mod diff;
mod file;
mod learn;
mod rule;

pub use compare::{Comparison, FieldDifference};
pub use diff::{Difference, DifferenceKind};
pub use learn::learn;
pub use rule::FieldRule;

use crate::{Pattern, SourceRef};
use evidence::{WmiObject, wmi::canonical_namespace, wmi::schema};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a clean machine has: one file of the form `deminer.baseline/1`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Baseline {
    /// The form of the file: [`Baseline::SCHEMA`].
    pub schema: String,
    /// Its name for people.
    pub name: String,
    /// Where its facts come from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<SourceRef>,
    /// The subscriptions, and parts of them, that are known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<BaselineEntry>,
    /// Every class that a clean machine has, by namespace in canonical spelling.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stock_classes: BTreeMap<String, BTreeSet<String>>,
}

/// Whose an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// Windows brings it.
    Stock,
    /// Common software brings it.
    Vendor,
    /// The user's own machines have it.
    Learned,
}

/// How well an entry is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Its whole fingerprint was read from real machines: it decides.
    Measured,
    /// It is known from descriptions, or was not read whole: it lowers a finding to a review, and no further.
    Hearsay,
}

/// One subscription of a clean machine, or those parts of it that are known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BaselineEntry {
    /// Its name in reports and other files, unique in the baseline.
    pub id: String,
    /// Whose it is.
    pub kind: EntryKind,
    /// How well it is known.
    pub standing: Standing,
    /// Whether every clean machine has it, so that its absence is a finding.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub expected: bool,
    /// The namespace it lives in.
    #[serde(default = "subscription_namespace")]
    pub namespace: String,
    /// The filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<ObjectTemplate>,
    /// The consumer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer: Option<ObjectTemplate>,
    /// The binding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binding: Option<ObjectTemplate>,
    /// The timer instruction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timer: Option<ObjectTemplate>,
    /// The ids of the sources of these facts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// What else there is to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The name of a file that must not exist for the entry to be harmless.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires_absent_file: Option<String>,
}

fn subscription_namespace() -> String {
    evidence::wmi::SUBSCRIPTION_NAMESPACE.to_owned()
}

/// The parts of a [`BaselineEntry`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryPart {
    /// The event filter.
    Filter,
    /// The event consumer.
    Consumer,
    /// The binding between them.
    Binding,
    /// The timer instruction.
    Timer,
}

impl EntryPart {
    /// Every part.
    pub const ALL: [Self; 4] = [Self::Filter, Self::Consumer, Self::Binding, Self::Timer];

    /// The part that the object is; `None` where it is no part of a subscription.
    pub fn of(object: &WmiObject) -> Option<Self> {
        if object.is_filter() {
            Some(Self::Filter)
        } else if object.is_binding() {
            Some(Self::Binding)
        } else if object.is_timer() {
            Some(Self::Timer)
        } else if object.is_consumer() {
            Some(Self::Consumer)
        } else {
            None
        }
    }
}

/// One object of a clean machine: its class, its name, and every field that is compared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ObjectTemplate {
    /// The class.
    pub class: String,
    /// The name; empty for bindings, which have none.
    #[serde(default, skip_serializing_if = "is_empty_pattern")]
    pub name: Pattern,
    /// Whether nothing but class and name is known. Such a template never matches; it is compatible at best.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub name_only: bool,
    /// What the fields must be, by their Windows names. Every property of the class that is not named here must be null, empty, zero,
    /// false or the class's default, but for `CreatorSID`: whoever made an object makes it neither benign nor suspicious.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, FieldRule>,
}

fn is_empty_pattern(pattern: &Pattern) -> bool {
    pattern.as_str().is_empty()
}

impl Baseline {
    /// The form of the files.
    pub const SCHEMA: &'static str = "deminer.baseline/1";

    /// The entries that every clean machine has.
    pub fn expected(&self) -> impl Iterator<Item = &BaselineEntry> {
        self.entries.iter().filter(|entry| entry.expected)
    }

    /// Whether a clean machine has this class there; `None` where the baseline does not know the namespace.
    pub fn has_class(&self, namespace: &str, class: &str) -> Option<bool> {
        let classes = self.stock_classes.get(&canonical_namespace(namespace))?;
        Some(classes.contains(class) || classes.iter().any(|known| known.eq_ignore_ascii_case(class)))
    }
}

impl BaselineEntry {
    /// The template of the part.
    pub fn part(&self, part: EntryPart) -> Option<&ObjectTemplate> {
        match part {
            EntryPart::Filter => self.filter.as_ref(),
            EntryPart::Consumer => self.consumer.as_ref(),
            EntryPart::Binding => self.binding.as_ref(),
            EntryPart::Timer => self.timer.as_ref(),
        }
    }

    /// The parts that are known, with their templates.
    pub fn parts(&self) -> impl Iterator<Item = (EntryPart, &ObjectTemplate)> {
        EntryPart::ALL.into_iter().filter_map(|part| self.part(part).map(|template| (part, template)))
    }

    /// The part that the object claims to be by its name, whatever its content is.
    pub fn named_by(&self, object: &WmiObject) -> Option<(EntryPart, &ObjectTemplate)> {
        let part = EntryPart::of(object)?;
        self.part(part).filter(|template| template.names(object)).map(|template| (part, template))
    }

    /// Compares the object with the part that it claims to be; `None` where it claims to be none.
    ///
    /// An object in another namespace differs; where the source does not carry the namespace, that one is taken which it was asked
    /// for. What is known from hearsay is compatible at best.
    pub fn compare(&self, object: &WmiObject) -> Option<(EntryPart, Comparison)> {
        let (part, template) = self.named_by(object)?;
        let mut comparison = template.compare(object);
        let own = canonical_namespace(&self.namespace);
        if let Some(found) =
            object.namespace.as_deref().map(canonical_namespace).filter(|found| *found != own)
        {
            let difference = FieldDifference { name: "__NAMESPACE".into(), expected: own, found };
            comparison = comparison.and_differs(difference);
        }
        if self.standing == Standing::Hearsay && comparison == Comparison::Match {
            comparison = Comparison::Compatible { unread: Vec::new() };
        }
        Some((part, comparison))
    }
}

impl ObjectTemplate {
    /// Whether the object has the name of this one, and is the same part of a subscription; its class and content may be others.
    ///
    /// A binding has the name when both its references have the names of this one's references.
    pub fn names(&self, object: &WmiObject) -> bool {
        if self.class.eq_ignore_ascii_case(schema::BINDING) {
            return object.is_binding()
                && ["Filter", "Consumer"].into_iter().all(|end| {
                    let own = self.fields.get(end).and_then(FieldRule::reference_name);
                    let found = object.reference(end);
                    match (own, found.as_ref().and_then(|path| path.name())) {
                        (Some(own), Some(found)) => own.matches(found),
                        _ => false,
                    }
                });
        }
        let same_part = if self.class.eq_ignore_ascii_case(schema::EVENT_FILTER) {
            object.is_filter()
        } else if schema::is_timer_class(&self.class) {
            object.is_timer()
        } else {
            object.is_consumer()
        };
        same_part && self.name.matches(object.name())
    }
}
