//! `deminer cim deleted`: what is left of objects that the live index does not lead to. What persistence hides in comes first, the rest is
//! counted.

use super::json;
use super::mof::{pragma, write_class, write_instance};
use crate::exit::ExitStatus;
use cim_repository::{
    Carved, Class, Content, Deleted, Key, KeyKind, NameHash, Origin, Repository, Status, Value,
};
use report::sanitize::visible;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;

/// The classes that parts of subscriptions derive from.
const PARTS: [&str; 4] =
    ["__EventFilter", "__EventConsumer", "__FilterToConsumerBinding", "__TimerInstruction"];
/// Default values from this length on are a store.
const STORE: usize = 1_000;

/// What is to be printed.
pub(super) struct Choice<'a> {
    /// Everything, older states of live objects and keys as well.
    pub(super) all: bool,
    /// Objects of this class, and the class.
    pub(super) class: Option<&'a str>,
    /// As JSON lines.
    pub(super) json: bool,
}

/// Prints what was chosen: exit status 1 where an object was deleted.
pub(super) fn deleted(repository: &Repository, choice: &Choice<'_>) -> (String, ExitStatus) {
    let names = Names::of(repository);
    let Deleted { objects, keys, .. } = repository.deleted();
    let mut text = String::new();
    let mut others: BTreeMap<(String, &str), usize> = BTreeMap::new();
    let mut is_found = false;
    for carved in &objects {
        is_found |= carved.status == Status::Deleted;
        let class = names.class_of(carved);
        let is_chosen = match choice.class {
            Some(wanted) => class.eq_ignore_ascii_case(wanted),
            None => choice.all || (carved.status != Status::Replaced && is_persistence(carved, &names)),
        };
        if !is_chosen {
            *others.entry((class, state(carved.status))).or_default() += 1;
        } else if choice.json {
            let _ = writeln!(text, "{}", report::safe_json(&carved_json(carved, &class).to_string()));
        } else {
            write_carved(&mut text, carved);
        }
    }
    // An object that only moved has its record elsewhere under the same number.
    let live: HashSet<(u32, u32)> =
        repository.keys().filter_map(|key| key.record()).map(|at| (at.id, at.size)).collect();
    let gone = keys.iter().filter(|key| key.record().is_some_and(|at| !live.contains(&(at.id, at.size))));
    let mut stale: BTreeMap<String, usize> = BTreeMap::new();
    for key in gone {
        let told = names.key(key);
        let is_part = PARTS.iter().any(|part| names.is_below(key, part));
        if choice.json && (choice.all || is_part) {
            let document = json!({ "type": "stale-key", "key": key.to_string(), "what": told });
            let _ = writeln!(text, "{}", report::safe_json(&document.to_string()));
        } else if choice.all || (is_part && choice.class.is_none()) {
            let _ = writeln!(text, "// key on a page of the index that is not live: {told}, {key}");
        } else {
            *stale.entry(told).or_default() += 1;
        }
    }
    if choice.json {
        for ((class, state), count) in &others {
            let document = json!({ "type": "count", "class": class, "status": state, "count": count });
            let _ = writeln!(text, "{}", report::safe_json(&document.to_string()));
        }
    } else if choice.class.is_none() {
        counts(&mut text, &others, &stale);
    }
    (text, if is_found { ExitStatus::Found } else { ExitStatus::Nothing })
}

fn counts(text: &mut String, others: &BTreeMap<(String, &str), usize>, stale: &BTreeMap<String, usize>) {
    let mut others: Vec<_> = others.iter().collect();
    others.sort_by_key(|(what, count)| (std::cmp::Reverse(**count), (*what).clone()));
    if !others.is_empty() {
        text.push_str("// not printed, by class (`--class NAME` prints those of one, `--all` prints all):\n");
    }
    for ((class, state), count) in others {
        let _ = writeln!(text, "//   {count:>6}  {state:<8}  {}", visible(class));
    }
    if !stale.is_empty() {
        text.push_str(
            "// keys without a live record, on pages of the index that are not live (`--all` prints all):\n",
        );
    }
    for (told, count) in stale {
        let _ = writeln!(text, "//   {count:>6}  {}", visible(told));
    }
}

fn state(status: Status) -> &'static str {
    match status {
        Status::Deleted => "deleted",
        Status::Replaced => "replaced",
        Status::Unknown => "unknown",
    }
}

/// Where it was found, as `--format jsonl` says it.
fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Unindexed => "unindexed",
        Origin::UnmappedPage => "unmapped-page",
        Origin::Slack => "slack",
    }
}

/// Whether an object is part of a subscription or a class that can hold a payload.
fn is_persistence(carved: &Carved, names: &Names) -> bool {
    match &carved.content {
        Content::Instance(instance) => PARTS.iter().any(|part| instance.class.is_a(part)),
        Content::Class(class) => is_store(class),
        Content::Fragment(fragment) => fragment.class.is_some_and(|class| names.parts.contains(&class)),
        Content::Reference(_) => false,
    }
}

fn is_store(class: &Class) -> bool {
    class.properties.iter().any(|property| length(&property.default) >= STORE)
}

fn length(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Array(items) => items.iter().map(|item| length(item).max(1)).sum(),
        _ => 0,
    }
}

/// The names that stand behind hashes.
pub(super) struct Names {
    namespaces: HashMap<NameHash, String>,
    classes: HashMap<NameHash, String>,
    /// Classes of which parts of subscriptions are instances.
    parts: HashSet<NameHash>,
    below: HashMap<&'static str, HashSet<NameHash>>,
}

impl Names {
    pub(super) fn of(repository: &Repository) -> Self {
        let mut names = Self {
            namespaces: HashMap::new(),
            classes: HashMap::new(),
            parts: HashSet::new(),
            below: HashMap::new(),
        };
        let namespaces = repository.namespaces();
        for namespace in &namespaces {
            names.namespaces.insert(namespace.hash(), namespace.to_string());
            for class in repository.classes(namespace).flatten() {
                names.classes.entry(NameHash::of(&class.name)).or_insert_with(|| class.name.clone());
            }
            for part in PARTS {
                let below = names.below.entry(part).or_default();
                below.insert(NameHash::of(part));
                below.extend(repository.subclasses(namespace, part));
            }
        }
        names.parts = names.below.values().flatten().copied().collect();
        names
    }

    fn class(&self, hash: NameHash) -> String {
        self.classes.get(&hash).cloned().unwrap_or_else(|| format!("a class with the name hash {hash}"))
    }

    fn class_of(&self, carved: &Carved) -> String {
        match &carved.content {
            Content::Class(class) => class.name.clone(),
            Content::Instance(instance) => instance.class.name.clone(),
            Content::Reference(_) => "(reference records)".to_owned(),
            Content::Fragment(fragment) => fragment
                .class
                .map_or_else(|| "(fragments of unknown kind)".to_owned(), |class| self.class(class)),
        }
    }

    fn is_below(&self, key: &Key, part: &str) -> bool {
        let class = match key.kind {
            KeyKind::Instance { class, .. } => class,
            KeyKind::Keyed { root, .. } => root,
            _ => return false,
        };
        self.below.get(part).is_some_and(|below| below.contains(&class))
    }

    /// What a key names, in words.
    pub(super) fn key(&self, key: &Key) -> String {
        let unnamed = || format!("a namespace with the path hash {}", key.namespace);
        let namespace = self.namespaces.get(&key.namespace).cloned().unwrap_or_else(unnamed);
        let what = match key.kind {
            KeyKind::Class { class, .. } => format!("the class {}", self.class(class)),
            KeyKind::Instance { class, .. } => format!("an instance of {}", self.class(class)),
            KeyKind::Keyed { root, .. } => format!("an instance whose keys {} defines", self.class(root)),
            KeyKind::Reference { root, .. } => {
                format!("a reference to an instance whose keys {} defines", self.class(root))
            }
            KeyKind::Subclass { parent, class } => {
                format!("{} deriving from {}", self.class(class), self.class(parent))
            }
            KeyKind::ClassReference { class, .. } => format!("a class that refers to {}", self.class(class)),
        };
        format!("{what} in {namespace}")
    }
}

fn carved_json(carved: &Carved, class: &str) -> Json {
    let content = match &carved.content {
        Content::Class(class) => json::class(class),
        Content::Instance(instance) => json::instance(instance),
        Content::Reference(reference) => json!({
            "type": "reference", "namespace": reference.namespace, "class": reference.class,
            "property": reference.property, "from": reference.from,
        }),
        Content::Fragment(fragment) => json!({
            "type": "fragment", "class": class, "strings": fragment.strings,
            "not_before": fragment.session.map(|session| session.to_string()),
        }),
    };
    json!({
        "type": "deleted", "status": state(carved.status), "origin": origin(carved.origin), "cut": carved.cut,
        "offset": carved.location.offset(), "content": content,
    })
}

fn write_carved(text: &mut String, carved: &Carved) {
    let cut = if carved.cut { ", its end is missing" } else { "" };
    let _ = writeln!(text, "// {}, {}{cut}", state(carved.status), origin(carved.origin));
    match &carved.content {
        Content::Class(class) => {
            text.push_str(&pragma(&carved.namespace));
            write_class(text, class);
        }
        Content::Instance(instance) => {
            text.push_str(&pragma(&carved.namespace));
            write_instance(text, instance, false);
        }
        Content::Reference(reference) => {
            let _ = writeln!(
                text,
                "// reference at offset {:#x}: {} of {} in {}, from {}\n",
                carved.location.offset(),
                reference.property.escape_debug(),
                reference.class.escape_debug(),
                reference.namespace.escape_debug(),
                reference.from.escape_debug()
            );
        }
        Content::Fragment(fragment) => {
            let _ = writeln!(text, "// fragment at offset {:#x}", carved.location.offset());
            if let Some(session) = fragment.session {
                let _ = writeln!(text, "// written not before {session}");
            }
            write_strings(text, &fragment.strings);
            text.push('\n');
        }
    }
}

/// Readable text of what cannot be decoded, as comments.
pub(super) fn write_strings(text: &mut String, strings: &[String]) {
    for string in strings {
        let _ = writeln!(text, "//   {}", visible(string));
    }
}
