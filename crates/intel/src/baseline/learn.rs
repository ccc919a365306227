//! Learning a baseline from machines that are known to be clean.

use super::{Baseline, BaselineEntry, EntryKind, FieldRule, ObjectTemplate, Standing};
use crate::Pattern;
use evidence::wmi::{Orphan, Part, SUBSCRIPTION_NAMESPACE, canonical_namespace, link, schema};
use evidence::{Area, Evidence, Seen, State, Value, WmiObject};
use std::collections::{BTreeMap, BTreeSet};

/// One subscription, or a part that stands alone, as it was read.
#[derive(Default, Clone, Copy)]
struct Group<'a> {
    filter: Option<&'a WmiObject>,
    consumer: Option<&'a WmiObject>,
    binding: Option<&'a WmiObject>,
    timer: Option<&'a WmiObject>,
}

/// Makes a baseline of what the hosts have.
///
/// Subscriptions that all hosts have alike are `expected`, if the subscriptions of all were read completely. What was not read whole
/// becomes hearsay. Class names are learned where they were read completely on every host.
///
/// Nothing is judged here: whoever learns a baseline says that the machines are clean.
pub fn learn(evidence: &[Evidence], name: &str) -> Baseline {
    let all_complete = evidence.iter().all(|host| host.coverage.subscriptions_complete());
    // By content, so that the same subscription of many hosts is one entry: the entry, and how many hosts have it.
    let mut found: BTreeMap<String, (BaselineEntry, usize)> = BTreeMap::new();
    for host in evidence {
        let mut of_host = BTreeMap::new();
        for group in groups(host) {
            let entry = entry(&group);
            of_host.insert(key(&entry), entry);
        }
        for (key, entry) in of_host {
            found.entry(key).or_insert((entry, 0)).1 += 1;
        }
    }
    let mut ids: BTreeMap<String, usize> = BTreeMap::new();
    let mut entries = Vec::new();
    for (mut entry, hosts) in found.into_values() {
        entry.expected = all_complete && hosts == evidence.len() && entry.standing == Standing::Measured;
        let count = ids.entry(entry.id.clone()).or_default();
        *count += 1;
        if *count > 1 {
            entry.id = format!("{}-{count}", entry.id);
        }
        entries.push(entry);
    }
    Baseline {
        schema: Baseline::SCHEMA.to_owned(),
        name: name.to_owned(),
        sources: Vec::new(),
        entries,
        stock_classes: classes(evidence),
    }
}

/// The subscriptions of a host, whole or in parts.
fn groups(host: &Evidence) -> Vec<Group<'_>> {
    let objects: Vec<&WmiObject> = host.wmi_objects().map(|(_, object)| object).collect();
    let at = |at: usize| objects.get(at).copied();
    let linked = link(&objects);
    let whole = linked.subscriptions.iter().map(|found| Group {
        filter: at(found.filter),
        consumer: at(found.consumer),
        binding: at(found.binding),
        timer: None,
    });
    let dangling = linked.dangling.iter().map(|found| Group {
        filter: found.filter.and_then(at),
        consumer: found.consumer.and_then(at),
        binding: at(found.binding),
        timer: None,
    });
    let alone = linked.orphans.iter().map(|&Orphan { object, part }| match part {
        Part::Filter => Group { filter: at(object), ..Group::default() },
        Part::Consumer => Group { consumer: at(object), ..Group::default() },
        Part::Timer => Group::default(),
    });
    // A timer is an entry of its own, whether a query asks for it or not.
    let timers = objects.iter().filter(|object| object.is_timer());
    let timers = timers.map(|timer| Group { timer: Some(timer), ..Group::default() });
    whole.chain(dangling).chain(alone).chain(timers).filter_map(Group::comparable).collect()
}

impl Group<'_> {
    /// The group without what could never be compared again: objects without a name, bindings without readable ends.
    fn comparable(mut self) -> Option<Self> {
        for part in [&mut self.filter, &mut self.consumer, &mut self.timer] {
            *part = part.filter(|object| !object.name().is_empty());
        }
        self.binding = self.binding.filter(|binding| {
            ["Filter", "Consumer"]
                .into_iter()
                .all(|end| binding.reference(end).is_some_and(|path| path.name().is_some()))
        });
        [self.filter, self.consumer, self.binding, self.timer].iter().any(Option::is_some).then_some(self)
    }
}

fn entry(group: &Group<'_>) -> BaselineEntry {
    let parts = [group.filter, group.consumer, group.binding, group.timer];
    let whole = parts.into_iter().flatten().all(was_read_whole);
    let namespace = parts.into_iter().flatten().find_map(|object| object.namespace.as_deref());
    let namer = group.consumer.or(group.filter).or(group.timer).or(group.binding);
    BaselineEntry {
        id: namer.map(id).unwrap_or_default(),
        kind: EntryKind::Learned,
        standing: if whole { Standing::Measured } else { Standing::Hearsay },
        expected: false,
        namespace: namespace.map_or_else(|| SUBSCRIPTION_NAMESPACE.to_owned(), canonical_namespace),
        filter: group.filter.map(template),
        consumer: group.consumer.map(template),
        binding: group.binding.map(template),
        timer: group.timer.map(template),
        sources: Vec::new(),
        note: None,
        requires_absent_file: None,
    }
}

/// An id out of a name: lower-case letters and digits, joined by hyphens.
fn id(object: &WmiObject) -> String {
    let name = if object.name().is_empty() { object.class.as_str() } else { object.name() };
    let words: Vec<String> = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    if words.is_empty() { "entry".to_owned() } else { words.join("-") }
}

/// The content of an entry, for telling entries apart.
fn key(entry: &BaselineEntry) -> String {
    let parts: Vec<_> = entry
        .parts()
        .map(|(part, template)| {
            let fields = toml::to_string(&template.fields).unwrap_or_default();
            let name = template.name.as_str().to_lowercase();
            format!("{part:?}\n{}\n{name}\n{fields}", template.class.to_lowercase())
        })
        .collect();
    format!("{}\n{}\n{}", entry.id, entry.namespace, parts.join("\n"))
}

/// Whether the source gives every property that decides what the object does.
fn was_read_whole(object: &WmiObject) -> bool {
    let Some(schema) = schema::of(&object.class) else {
        return !object.class.is_empty() && object.properties.iter().all(|p| p.state == State::Known);
    };
    let whole = |name: &&str| matches!(object.property(name), Seen::Known(_) | Seen::Default);
    schema.meaningful.iter().all(whole)
}

fn template(object: &WmiObject) -> ObjectTemplate {
    let mut fields = BTreeMap::new();
    for property in &object.properties {
        let name = property.name.as_str();
        let skipped = ["Name", "TimerId", "CreatorSID"].iter().any(|not| not.eq_ignore_ascii_case(name));
        if skipped || name.starts_with("__") || property.value.is_empty() {
            continue;
        }
        let value = plain(&property.value);
        let rule =
            if property.state == State::Known { FieldRule::Is(value) } else { FieldRule::Begins(value) };
        fields.insert(name.to_owned(), rule);
    }
    ObjectTemplate {
        class: object.class.clone(),
        name: Pattern::exact(object.name()),
        name_only: false,
        fields,
    }
}

/// The value as a file can hold it.
fn plain(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| Value::from(item.canonical().into_owned())).collect())
        }
        other => Value::from(other.canonical().into_owned()),
    }
}

/// The classes by namespace, where every host's were read completely.
fn classes(evidence: &[Evidence]) -> BTreeMap<String, BTreeSet<String>> {
    let mut classes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    if !evidence.iter().all(|host| host.coverage.is_complete(Area::ClassStores)) {
        return classes;
    }
    for (_, class) in evidence.iter().flat_map(Evidence::wmi_classes) {
        if let Some(namespace) = &class.namespace {
            classes.entry(canonical_namespace(namespace)).or_default().insert(class.name.clone());
        }
    }
    classes
}
