//! Services, Run keys, start-up folders and the other autostart places, as Autoruns knows them.

use crate::commands::program;
use crate::gather::Gathering;
use crate::registry;
use evidence::{Area, AutostartEntry, RecordData};
use machine::{Fault, Key, RegistryData, RegistryKey};
use parse::hives::HiveKind;
use std::collections::{BTreeMap, BTreeSet};

/// Where the users' profiles are listed.
const PROFILES: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList";

/// The start-up folder of everyone, below the folder for programs' data.
const START_UP: &str = r"Microsoft\Windows\Start Menu\Programs\StartUp";

/// Where services and drivers are set up.
const SERVICES: &str = r"HKLM\SYSTEM\CurrentControlSet\Services";

/// The largest file of a start-up folder that is read.
const MAX_STARTED: u64 = 64 << 20;

/// The largest hive of a user who is not logged on that is read, and each of its logs.
const MAX_HIVE: u64 = 256 << 20;

/// Bits of the type of a service that belongs to a user: it is a template, or made from one when somebody logs on.
const PER_USER: u32 = 0xC0;

/// Reads services and drivers: those that the manager shows, and those that only the registry has.
pub(crate) fn services(gathering: &mut Gathering) {
    let machine = gathering.machine;
    let failures = gathering.failures.len();
    let shown = gathering.or_note(machine.services());
    let keys = key(gathering, &Key::new(SERVICES)).unwrap_or_default().subkeys;
    if shown.is_none() && keys.is_empty() {
        return;
    }
    let mut found = Vec::new();
    for name in shown.iter().flatten() {
        let config = gathering.or_note(machine.service(name)).flatten();
        found.extend(config.map(|config| config.service));
    }
    let known: BTreeSet<_> = shown.iter().flatten().map(|name| name.to_lowercase()).collect();
    for name in keys.iter().filter(|name| !known.contains(&name.to_lowercase())) {
        let Some(config) = gathering.if_there(machine.service(name)).flatten() else { continue };
        let mut service = config.service;
        // Keys without a type hold settings of network cards and the like.
        let Some(kind) = service.service_type else { continue };
        let value =
            |name: &str| config.values.iter().find(|(_, value)| value.name.eq_ignore_ascii_case(name));
        let is_going = value("DeleteFlag").is_some_and(|(_, value)| value.data.number() == Some(1));
        if shown.is_some() && gathering.facts.elevated && !is_going && kind & PER_USER == 0 {
            service.hidden = gathering.or_note(machine.is_service_hidden(name)).filter(|hidden| *hidden);
        }
        found.push(service);
    }
    gathering.add("services", found.into_iter().map(RecordData::Service));
    gathering.cover(Area::Services, failures);
}

/// Reads the other places.
pub(crate) fn read(gathering: &mut Gathering) {
    let machine = gathering.machine;
    let failures = gathering.failures.len();
    let mut found = registry::machine(gathering);
    let users =
        gathering.or_note(machine.registry_key(&Key::new("HKU"))).flatten().unwrap_or_default().subkeys;
    for user in users.iter().filter(|user| !is_part(user)) {
        found.extend(registry::user(gathering, user));
    }
    let profiles = profiles(gathering);
    for (user, path) in &profiles {
        if !users.iter().any(|loaded| loaded.eq_ignore_ascii_case(user)) {
            found.extend(closed(gathering, user, path));
        }
    }
    folders(gathering, &profiles, &mut found);
    for data in &mut found {
        let RecordData::Autostart(entry) = data else { continue };
        let image = entry.image_path.as_deref().and_then(|image| program(&quoted(image), &gathering.facts));
        let command = entry.launch_string.as_deref().unwrap_or_default();
        if let Some(path) = image.or_else(|| program(command, &gathering.facts)) {
            let image = gathering.image(&path);
            entry.hashes.extend(image.sha256());
            entry.signer = image.signer;
            entry.image_path = Some(path);
        }
    }
    gathering.add("autostarts", found);
    gathering.cover(Area::Autostarts, failures);
    if gathering.refused_keys > 0 {
        let text = format!("{} of them are the system's own", gathering.refused_keys);
        let fault = Fault::Other { code: 0, text };
        gathering.note(&machine::Error::new("look for payloads in all registry keys", "", fault));
    }
}

/// Whether a hive is no user's: the classes of one are read with the user, and the system's own account is there under two names.
fn is_part(user: &str) -> bool {
    user.to_ascii_lowercase().ends_with("_classes") || user.eq_ignore_ascii_case("S-1-5-18")
}

/// A path as a command that starts it.
fn quoted(path: &str) -> String {
    format!("\"{path}\"")
}

/// The users with a profile, and where that is.
fn profiles(gathering: &mut Gathering) -> Vec<(String, String)> {
    let top = Key::new(PROFILES);
    let mut found = Vec::new();
    for user in key(gathering, &top).unwrap_or_default().subkeys {
        let profile = key(gathering, &top.join(&user));
        let path = profile.and_then(|profile| profile.value("ProfileImagePath").and_then(RegistryData::text));
        if let Some(path) = path.and_then(|path| program(&quoted(&path), &gathering.facts)) {
            found.push((user, path));
        }
    }
    found
}

/// What starts with a user who is not logged on, from the files of his hives.
fn closed(gathering: &mut Gathering, user: &str, profile: &str) -> Vec<RecordData> {
    let machine = gathering.machine;
    let hives = [
        (HiveKind::User, format!(r"{profile}\NTUSER.DAT")),
        (HiveKind::UserClasses, format!(r"{profile}\AppData\Local\Microsoft\Windows\UsrClass.dat")),
    ];
    let mut found = Vec::new();
    for (kind, path) in hives {
        let Some(bytes) = gathering.if_there(machine.read_file(&path, MAX_HIVE)) else { continue };
        let logs = [".LOG1", ".LOG2"].map(|end| machine.read_file(&format!("{path}{end}"), MAX_HIVE));
        let logs: Vec<_> = logs.into_iter().filter_map(|log| gathering.if_there(log)).collect();
        let read = registry::file(kind, bytes, &logs, user);
        let read = read.map_err(|fault| machine::Error::new("read the registry hive", path, fault));
        found.extend(gathering.or_note(read).unwrap_or_default());
    }
    found
}

fn key(gathering: &mut Gathering, path: &Key) -> Option<RegistryKey> {
    let machine = gathering.machine;
    gathering.if_there(machine.registry_key(path)).flatten()
}

/// What lies in the start-up folders.
fn folders(gathering: &mut Gathering, profiles: &[(String, String)], found: &mut Vec<RecordData>) {
    let of_all = (format!("{}\\{START_UP}", gathering.facts.program_data), None);
    let own = profiles
        .iter()
        .map(|(user, path)| (format!("{path}\\AppData\\Roaming\\{START_UP}"), Some(user.clone())));
    let machine = gathering.machine;
    for (folder, user) in std::iter::once(of_all).chain(own) {
        let entries = gathering.if_there(machine.list(&folder)).unwrap_or_default();
        for entry in entries.into_iter().filter(|entry| !entry.name.eq_ignore_ascii_case("desktop.ini")) {
            let path = format!("{folder}\\{}", entry.name);
            let bytes = if entry.is_directory || entry.is_link {
                None
            } else {
                gathering.or_note(machine.read_file(&path, MAX_STARTED))
            };
            let entry = match bytes {
                Some(bytes) => parse::started::start_up(&path, user.clone(), &bytes),
                None => AutostartEntry {
                    hashes: BTreeMap::new(),
                    extra: BTreeMap::new(),
                    ..parse::started::start_up(&path, user.clone(), &[])
                },
            };
            found.push(RecordData::Autostart(entry));
        }
    }
}
