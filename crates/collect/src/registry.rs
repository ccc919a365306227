//! Keys of the running Windows, copied into hives that are read as those of a disk are: one table of places for both.
//!
//! A copy holds the keys from which code is started whole, and the others down to some depth, for payloads that lie in values. It is bounded in
//! keys and in bytes; what was left out is noted.

use crate::gather::Gathering;
use evidence::autostart::START_UP_DISABLED;
use evidence::{AutostartEntry, RecordData};
use machine::{Fault, Key, RegistryKey};
use parse::hives::{HiveKind, autostart_keys, parse_as};
use registry_hive::Hive;
use registry_hive::build::KeyPlan;
use std::collections::{BTreeMap, BTreeSet};

/// Keys that are copied from one root.
const MAX_KEYS: usize = 60_000;
/// Bytes of one value.
const MAX_VALUE: usize = 1 << 20;
/// Bytes of all values that are copied from one root.
const MAX_BYTES: usize = 48 << 20;
/// How deep below its root a key is copied from which nothing is started.
const DEPTH: usize = 4;
/// The same for what belongs to one user, which is less.
const USER_DEPTH: usize = 8;
/// How deep a key from which something is started is copied: no place has its entries further below.
const BELOW: usize = 3;
/// Classes whose servers are looked up.
const MAX_CLASSES: usize = 4_000;

/// What the control set of Windows is called in a hive; the names of other roots do not matter.
const CONTROL_SET: &str = "ControlSet001";

/// Keys, in lower case, that are large and hold nothing that is looked for: classes are looked up one by one.
const LEFT_OUT: [&str; 11] = [
    r"classes",
    r"wow6432node\classes",
    r"software\classes",
    r"local settings\muicache",
    r"local settings\mrtcache",
    r"local settings\software\microsoft\windows\shell",
    r"local settings\software\microsoft\windows\currentversion\appmodel",
    r"microsoft\windows\currentversion\component based servicing",
    r"microsoft\windows\currentversion\sidebyside",
    r"microsoft\windows\currentversion\installer",
    r"microsoft\windows nt\currentversion\perflib",
];

/// What is read of a root: the kind of hive that it is, and where its keys are.
struct Root<'r> {
    kind: HiveKind,
    /// The key of the running Windows.
    live: &'r str,
    /// How deep keys are copied from which nothing is started; 0 for not at all.
    depth: usize,
}

/// What starts code by the machine's own hives, and payloads in them.
pub(crate) fn machine(gathering: &mut Gathering) -> Vec<RecordData> {
    let software = Root { kind: HiveKind::Software, live: r"HKLM\SOFTWARE", depth: DEPTH };
    let system = Root { kind: HiveKind::System, live: r"HKLM\SYSTEM\CurrentControlSet", depth: 0 };
    let mut found = read(gathering, &software);
    found.extend(read(gathering, &system));
    found
}

/// The same of a user who is logged on, by the name of the hive below `HKU`.
pub(crate) fn user(gathering: &mut Gathering, sid: &str) -> Vec<RecordData> {
    let live = format!("HKU\\{sid}");
    let own = Root { kind: HiveKind::User, live: &live, depth: USER_DEPTH };
    let mut found = read(gathering, &own);
    let live = format!("HKU\\{sid}_Classes");
    let classes = Root { kind: HiveKind::UserClasses, live: &live, depth: USER_DEPTH };
    found.extend(read(gathering, &classes));
    of_user(found, sid)
}

/// The same of a user whose hive is a file: its bytes, and those of its logs.
pub(crate) fn file(
    kind: HiveKind,
    bytes: Vec<u8>,
    logs: &[Vec<u8>],
    sid: &str,
) -> Result<Vec<RecordData>, Fault> {
    let logs: Vec<&[u8]> = logs.iter().map(Vec::as_slice).collect();
    let hive =
        Hive::with_logs(bytes, &logs).map_err(|error| Fault::Other { code: 0, text: error.to_string() })?;
    let found = parse_as(&hive, Some(kind), "").records.into_iter().map(|(_, data)| data).filter(is_wanted);
    Ok(of_user(found.collect(), sid))
}

/// Autostart entries, what is not started of them, and values that hold payloads. Of what is not in a copy, nothing follows.
fn is_wanted(data: &RecordData) -> bool {
    match data {
        RecordData::Setting(setting) => setting.kind == START_UP_DISABLED,
        data => matches!(data, RecordData::Autostart(_) | RecordData::Registry(_)),
    }
}

/// The records under the names that the keys of this user have in the running Windows.
fn of_user(records: Vec<RecordData>, sid: &str) -> Vec<RecordData> {
    let named = |key: String| match key.strip_prefix("HKCU") {
        Some(rest) => format!("HKU\\{sid}{rest}"),
        None => key,
    };
    let renamed = records.into_iter().map(|data| match data {
        RecordData::Autostart(entry) => RecordData::Autostart(AutostartEntry {
            location: named(entry.location),
            profile: Some(sid.to_owned()),
            ..entry
        }),
        RecordData::Registry(value) => {
            RecordData::Registry(evidence::RegistryValue { key: named(value.key), ..value })
        }
        RecordData::Setting(mut setting) => {
            setting.value = named(setting.value);
            setting.details.insert("profile".to_owned(), sid.to_owned());
            RecordData::Setting(setting)
        }
        other => other,
    });
    renamed.collect()
}

fn read(gathering: &mut Gathering, root: &Root) -> Vec<RecordData> {
    let wanted = autostart_keys(root.kind).into_iter().map(|key| (key.to_lowercase(), key)).collect();
    let mut copy =
        Copy { gathering, root, wanted, reached: BTreeSet::new(), keys: 0, bytes: 0, ids: BTreeSet::new() };
    let mut plan = copy.key(&Key::new(root.live), "", 0).unwrap_or_else(|| KeyPlan::named(CONTROL_SET));
    copy.rest(&mut plan);
    if root.kind == HiveKind::System {
        let mut above = KeyPlan::default();
        above.key("Select").number("Current", 1);
        above.add(plan);
        plan = above;
    }
    copy.classes(&mut plan);
    copy.tell();
    let Ok(hive) = Hive::new(plan.hive()) else { return Vec::new() };
    parse_as(&hive, Some(root.kind), "").records.into_iter().map(|(_, data)| data).filter(is_wanted).collect()
}

/// A copy in the making.
struct Copy<'a, 'm> {
    gathering: &'a mut Gathering<'m>,
    root: &'a Root<'a>,
    /// The keys from which something is started, from the root on, in lower case, each as it is written.
    wanted: BTreeMap<String, String>,
    /// Those of them that were read.
    reached: BTreeSet<String>,
    keys: usize,
    bytes: usize,
    /// Class ids that were seen.
    ids: BTreeSet<String>,
}

impl Copy<'_, '_> {
    /// The key with what is below it; `path` is where it is below the root, in lower case.
    fn key(&mut self, live: &Key, path: &str, depth: usize) -> Option<KeyPlan> {
        if self.keys >= MAX_KEYS {
            return None;
        }
        self.keys += 1;
        let machine = self.gathering.machine;
        let starts = self.below_place(path).is_some();
        let key = match machine.registry_key(live) {
            // Some keys of Windows are the system's own; from these nothing is started.
            Err(error) if error.fault == Fault::AccessDenied && depth > 0 && !starts => {
                self.gathering.refused_keys += 1;
                return None;
            }
            outcome => self.gathering.if_there(outcome).flatten()?,
        };
        let name = if depth == 0 { CONTROL_SET } else { live.0.rsplit('\\').next().unwrap_or_default() };
        let mut plan = KeyPlan::named(name);
        if self.wanted.contains_key(path) {
            self.reached.insert(path.to_owned());
        }
        if let Some(written) = key.written {
            plan.written(written);
        }
        if starts || depth <= self.root.depth {
            self.values(live, &key, starts, &mut plan);
        }
        for name in &key.subkeys {
            let below = match path {
                "" => name.to_lowercase(),
                path => format!("{path}\\{}", name.to_lowercase()),
            };
            if self.is_copied(&below, depth + 1)
                && let Some(child) = self.key(&live.join(name), &below, depth + 1)
            {
                plan.add(child);
            }
        }
        Some(plan)
    }

    /// Keys from which something is started and which the way from the root did not reach: whoever may not list a key above may open them all
    /// the same.
    fn rest(&mut self, plan: &mut KeyPlan) {
        for (path, written) in self.wanted.clone() {
            if self.reached.contains(&path) {
                continue;
            }
            let depth = written.matches('\\').count() + 1;
            let live = Key::new(self.root.live).join(&written);
            if let Some(key) = self.key(&live, &path, depth) {
                let above = written.rsplit_once('\\').map_or("", |(above, _)| above);
                plan.key(above).add(key);
            }
        }
    }

    fn values(&mut self, live: &Key, key: &RegistryKey, starts: bool, plan: &mut KeyPlan) {
        for value in &key.values {
            let mut bytes = value.data.bytes.as_slice();
            let room = MAX_VALUE.min(MAX_BYTES.saturating_sub(self.bytes));
            if let Some(cut) = bytes.get(..room & !1).filter(|_| bytes.len() > room) {
                bytes = cut;
                let name = format!("{}\\{}", live.0, value.name);
                let limit = room as u64;
                let error =
                    machine::Error::new("read the whole registry value", name, Fault::TooLarge { limit });
                self.gathering.note(&error);
            }
            self.bytes += bytes.len();
            plan.value(&value.name, value.data.kind, bytes);
            if starts && self.root.kind == HiveKind::Software {
                let text = value.data.text().unwrap_or_default();
                self.see(&value.name);
                self.see(&text);
            }
        }
        if starts && self.root.kind == HiveKind::Software {
            key.subkeys.iter().for_each(|name| self.see(name));
        }
    }

    fn see(&mut self, text: &str) {
        let text = text.trim();
        let is_id = text.len() == 38 && text.starts_with('{') && text.ends_with('}') && !text.contains('\\');
        // One more than are looked up, so that it shows that there are more.
        if is_id && self.ids.len() <= MAX_CLASSES {
            self.ids.insert(text.to_uppercase());
        }
    }

    /// The servers of the classes that places name by their ids.
    fn classes(&mut self, plan: &mut KeyPlan) {
        let machine = self.gathering.machine;
        if self.ids.len() > MAX_CLASSES {
            self.gathering.note_cut("look up every class that is named", "", MAX_CLASSES);
        }
        for id in std::mem::take(&mut self.ids).into_iter().take(MAX_CLASSES) {
            for server in ["InprocServer32", "LocalServer32"] {
                let path = format!(r"Classes\CLSID\{id}\{server}");
                let live = Key::new(format!(r"HKLM\SOFTWARE\{path}"));
                let found = self.gathering.if_there(machine.registry_key(&live)).flatten();
                // A class of .NET names its own library beside that of .NET.
                for name in ["", "CodeBase"] {
                    if let Some(data) = found.as_ref().and_then(|key| key.value(name)) {
                        let bytes = data.bytes.get(..MAX_VALUE).unwrap_or(&data.bytes);
                        plan.key(&path).value(name, data.kind, bytes);
                    }
                }
            }
        }
    }

    /// How far the key is below one from which something is started; `None` where it is below none.
    fn below_place(&self, path: &str) -> Option<usize> {
        let mut above = path;
        for levels in 0..=BELOW {
            if self.wanted.contains_key(above) {
                return Some(levels);
            }
            (above, _) = above.rsplit_once('\\')?;
        }
        None
    }

    fn is_copied(&self, path: &str, depth: usize) -> bool {
        let leads = |key: &str| key.strip_prefix(path).is_some_and(|rest| rest.starts_with('\\'));
        self.below_place(path).is_some()
            || self
                .wanted
                .range(path.to_owned()..)
                .map(|(key, _)| key.as_str())
                .take_while(|key| key.starts_with(path))
                .any(leads)
            || (depth <= self.root.depth && !LEFT_OUT.contains(&path))
    }

    fn tell(&mut self) {
        if self.keys >= MAX_KEYS {
            self.gathering.note_cut("read all registry keys below", self.root.live, MAX_KEYS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_up_file_that_a_user_switched_off_is_told_as_his() {
        let mut plan = KeyPlan::default();
        let approved = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\StartupFolder";
        plan.key(approved).value("off.lnk", 3, &[3; 12]).value("on.lnk", 3, &[2; 12]);
        let found = file(HiveKind::User, plan.hive(), &[], "S-1-5-21-1-2-3-1001").unwrap();
        let [RecordData::Setting(setting)] = &found[..] else { panic!("{found:?}") };
        assert_eq!((setting.kind.as_str(), setting.name.as_str()), (START_UP_DISABLED, "off.lnk"));
        assert_eq!(setting.details["profile"], "S-1-5-21-1-2-3-1001");
        assert!(setting.value.starts_with(r"HKU\S-1-5-21-1-2-3-1001\Software"), "{}", setting.value);
        // A running Windows is asked for the key, too.
        for kind in [HiveKind::User, HiveKind::Software] {
            assert!(autostart_keys(kind).iter().any(|key| key.ends_with(r"StartupApproved\StartupFolder")));
        }
    }
}
