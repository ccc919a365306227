//! What is new on a machine that is being watched, by lists that are short to read: what comes back under another name is no target of a case.
//!
//! Between two readings of the whole machine nothing is judged here: what is new is told, and the last reading judges it.

use crate::object::wmi_instances;
use crate::plan::Target;
use evidence::wmi::schema;
use machine::{Error, Fault, Key, Machine, Result};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// The namespaces in which subscriptions are looked for.
const NAMESPACES: [&str; 2] = [r"root\default", r"root\subscription"];
/// The classes of subscriptions.
const CLASSES: [&str; 3] = [schema::EVENT_FILTER, "__EventConsumer", schema::BINDING];
/// Where programs are started when somebody logs on, below the machine's and each user's `Software`.
const RUN_KEYS: [&str; 5] = [
    r"Microsoft\Windows\CurrentVersion\Run",
    r"Microsoft\Windows\CurrentVersion\RunOnce",
    r"Microsoft\Windows\CurrentVersion\Policies\Explorer\Run",
    r"WOW6432Node\Microsoft\Windows\CurrentVersion\Run",
    r"WOW6432Node\Microsoft\Windows\CurrentVersion\RunOnce",
];
/// The most things of one list that are kept: more than any machine has.
const MAX_ENTRIES: usize = 1 << 16;
/// The most users whose keys are looked at.
const MAX_USERS: usize = 256;
/// The most new things that are told in all.
const MAX_TOLD: usize = 1_000;
/// The longest name that is told, in characters.
const MAX_NAME: usize = 1_024;

/// A list that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum List {
    Subscriptions(&'static str),
    RunValues,
    Services,
    Tasks,
}

const LISTS: [List; 5] = [
    List::Subscriptions(NAMESPACES[0]),
    List::Subscriptions(NAMESPACES[1]),
    List::RunValues,
    List::Services,
    List::Tasks,
];

/// What makes an entry this one: a hash, so that names of any length take the same room.
type Mark = [u8; 32];

/// The entries that have been seen.
#[derive(Debug, Clone, Default)]
pub struct Arrivals {
    seen: BTreeMap<List, BTreeSet<Mark>>,
    told: usize,
}

impl Arrivals {
    /// Begins to watch: what is there now is known from here on.
    pub fn new(machine: &dyn Machine) -> Self {
        let mut arrivals = Self::default();
        arrivals.look(machine);
        arrivals
    }

    /// What is there that was at no look before. A list that cannot be read says nothing; one that could not be read until now begins here.
    pub fn look(&mut self, machine: &dyn Machine) -> Vec<Target> {
        let mut new = Vec::new();
        for list in LISTS {
            let Ok(entries) = read(machine, list) else { continue };
            let begins = !self.seen.contains_key(&list);
            let seen = self.seen.entry(list).or_default();
            for (target, mark) in entries.into_iter().take(MAX_ENTRIES) {
                let is_new = seen.len() < MAX_ENTRIES && seen.insert(mark);
                if is_new && !begins && self.told < MAX_TOLD {
                    self.told += 1;
                    new.push(target);
                }
            }
        }
        new
    }
}

/// The entries of a list. The data of a value and the definition of a task belong to them: another one under the same name is new.
fn read(machine: &dyn Machine, list: List) -> Result<Vec<(Target, Mark)>> {
    match list {
        List::Subscriptions(namespace) => subscriptions(machine, namespace),
        List::RunValues => run_values(machine),
        List::Services => {
            let entry = |name: String| {
                let mark = mark(&[name.to_lowercase().as_bytes()]);
                (Target::Service { name: short(&name) }, mark)
            };
            Ok(machine.services()?.into_iter().map(entry).collect())
        }
        List::Tasks => {
            let entry = |task: machine::StoredTask| {
                let definition = parse::tasks::without_enabled(&task.xml);
                let mark = mark(&[task.path.to_lowercase().as_bytes(), definition.as_bytes()]);
                (Target::Task { path: short(&task.path) }, mark)
            };
            Ok(machine.tasks()?.found.into_iter().map(entry).collect())
        }
    }
}

fn subscriptions(machine: &dyn Machine, namespace: &str) -> Result<Vec<(Target, Mark)>> {
    let mut entries = Vec::new();
    for class in CLASSES {
        for found in wmi_instances(machine, namespace, class)? {
            let path = evidence::ObjectPath::parse(&found.path.relative);
            let keys = path.map(|path| path.keys).unwrap_or_default();
            let keys = keys.into_iter().map(|(name, value)| (name, short(&value))).collect();
            let canonical = found.object.fingerprint().to_string();
            let mark = mark(&[found.path.relative.to_lowercase().as_bytes(), canonical.as_bytes()]);
            let class = found.object.class;
            entries.push((Target::WmiInstance { namespace: namespace.to_owned(), class, keys }, mark));
        }
    }
    Ok(entries)
}

fn run_values(machine: &dyn Machine) -> Result<Vec<(Target, Mark)>> {
    let users = machine.registry_key(&Key::new("HKU"))?.map(|key| key.subkeys).unwrap_or_default();
    if users.len() > MAX_USERS {
        return Err(Error::new("list the users' keys", "HKU", Fault::TooLarge { limit: MAX_USERS as u64 }));
    }
    let own =
        users.iter().filter(|user| !user.ends_with("_Classes")).map(|user| format!(r"HKU\{user}\Software"));
    let mut entries = Vec::new();
    for root in std::iter::once(r"HKLM\SOFTWARE".to_owned()).chain(own) {
        for below in RUN_KEYS {
            let key = Key::new(format!(r"{root}\{below}"));
            let Some(found) = machine.registry_key(&key)? else { continue };
            for value in found.values {
                let name = value.name.to_lowercase();
                let parts = [key.0.to_lowercase(), name];
                let mark = mark(&[parts[0].as_bytes(), parts[1].as_bytes(), &value.data.bytes]);
                entries.push((Target::RegistryValue { key: key.0.clone(), name: short(&value.name) }, mark));
            }
        }
    }
    Ok(entries)
}

fn mark(parts: &[&[u8]]) -> Mark {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

fn short(name: &str) -> String {
    name.chars().take(MAX_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::test_support::{RUN, SUBSCRIPTION, infected, object};
    use machine::RegistryData;
    use machine::memory::Memory;

    fn names(found: &[Target]) -> Vec<String> {
        found.iter().map(Target::name).collect()
    }

    #[test]
    fn what_comes_under_another_name_is_told_once() {
        let memory = Memory::new(infected());
        let mut arrivals = Arrivals::new(&memory);
        assert_eq!(arrivals.look(&memory), []);
        {
            let mut state = memory.state_mut();
            let filter =
                object("__EventFilter", &[("Name", "Other"), ("Query", "SELECT * FROM __TimerEvent")]);
            state.add_instance(SUBSCRIPTION, filter, &["Name"]);
            state.add_registry_value(RUN, "Other", RegistryData::string("x.exe"));
            state.add_registry_value("HKU", "", RegistryData::string(""));
            let user = r"HKU\S-1-5-21-1\Software\Microsoft\Windows\CurrentVersion\Run";
            state.add_registry_value(r"HKU\S-1-5-21-1", "", RegistryData::string(""));
            state.add_registry_value(user, "Mine", RegistryData::string("x.exe"));
            let mut service = state.services["bad"].clone();
            service.service.name = "Other".into();
            state.services.insert("other".into(), service);
            let mut task = state.tasks[r"\bad task"].clone();
            task.path = r"\Other".into();
            state.tasks.insert(r"\other".into(), task);
        }
        insta::assert_snapshot!(names(&arrivals.look(&memory)).join("\n"), @r#"
        root\subscription:__EventFilter.Name="Other"
        HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run\Other
        HKU\S-1-5-21-1\Software\Microsoft\Windows\CurrentVersion\Run\Mine
        Other
        \Other
        "#);
        assert_eq!(arrivals.look(&memory), []);
        assert!(memory.calls().iter().all(|call| !call.changes()));
    }

    #[test]
    fn what_is_other_under_the_same_name_is_new_and_what_is_switched_off_is_not() {
        let memory = Memory::new(infected());
        let mut arrivals = Arrivals::new(&memory);
        memory.state_mut().tasks.get_mut(r"\bad task").unwrap().enabled = false;
        memory.state_mut().services.get_mut("bad").unwrap().service.start = Some(4);
        assert_eq!(arrivals.look(&memory), []);
        memory.state_mut().add_registry_value(RUN, "Good", RegistryData::string("bad.exe"));
        memory.state_mut().tasks.get_mut(r"\bad task").unwrap().xml = "<Task/>".into();
        assert_eq!(arrivals.look(&memory).len(), 2);
    }

    #[test]
    fn a_list_that_cannot_be_read_says_nothing_is_new() {
        let memory = Memory::new(infected());
        memory.fail_on("services", "", Fault::AccessDenied);
        let mut arrivals = Arrivals::new(&memory);
        memory.heal();
        assert_eq!(arrivals.look(&memory), [], "it begins here");
        memory.fail_on("tasks", "", Fault::TimedOut);
        assert_eq!(arrivals.look(&memory), []);
        memory.heal();
        assert_eq!(arrivals.look(&memory), []);
    }

    #[test]
    fn what_is_told_and_kept_has_bounds() {
        let memory = Memory::new(infected());
        let mut arrivals = Arrivals::new(&memory);
        let long = "x".repeat(100_000);
        for number in 0..MAX_TOLD + 10 {
            let name = format!("{number}{long}")
                .chars()
                .take(if number == 0 { 100_000 } else { 9 })
                .collect::<String>();
            memory.state_mut().add_registry_value(
                RUN,
                &format!("{number} {name}"),
                RegistryData::string("x"),
            );
        }
        let told = arrivals.look(&memory);
        assert_eq!(told.len(), MAX_TOLD);
        assert!(told.iter().all(|target| target.name().len() < 2 * MAX_NAME));
        assert_eq!(arrivals.look(&memory), []);
    }
}
