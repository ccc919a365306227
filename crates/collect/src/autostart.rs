//! Services, Run keys, start-up folders and the other autostart places, as Autoruns knows them.

mod places;

use crate::commands::program;
use crate::gather::Gathering;
use evidence::{Area, AutostartEntry, AutostartKind, RecordData};
use machine::{Key, RegistryData, RegistryKey};
use places::{IN_MACHINE, IN_USER, Place, Shape};

/// Where the users' profiles are listed.
const PROFILES: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList";

/// The start-up folder of everyone, below the folder for programs' data.
const START_UP: &str = r"Microsoft\Windows\Start Menu\Programs\StartUp";

/// Reads services and drivers.
pub(crate) fn services(gathering: &mut Gathering) {
    let machine = gathering.machine;
    let failures = gathering.failures.len();
    let Some(names) = gathering.or_note(machine.services()) else { return };
    let mut found = Vec::new();
    for name in names {
        let config = gathering.or_note(machine.service(&name)).flatten();
        found.extend(config.map(|config| RecordData::Service(config.service)));
    }
    gathering.add("services", found);
    gathering.cover(Area::Services, failures);
}

/// Reads the other places.
pub(crate) fn read(gathering: &mut Gathering) {
    let failures = gathering.failures.len();
    let mut found = Vec::new();
    for place in IN_MACHINE {
        entries(gathering, "HKLM", place, None, &mut found);
    }
    let machine = gathering.machine;
    let users = gathering.or_note(machine.registry_key(&Key::new("HKU"))).flatten().unwrap_or_default();
    for user in users.subkeys.iter().filter(|user| !user.to_ascii_lowercase().ends_with("_classes")) {
        for place in IN_USER {
            entries(gathering, &format!("HKU\\{user}"), place, Some(user), &mut found);
        }
    }
    folders(gathering, &mut found);
    for entry in &mut found {
        let command = entry.launch_string.as_deref().unwrap_or_default();
        let path = entry.image_path.take().or_else(|| program(command, &gathering.facts));
        if let Some(path) = &path {
            let image = gathering.image(path);
            entry.signer = image.signer;
            entry.hashes.extend(image.sha256.map(|hash| ("sha256".to_owned(), hash)));
        }
        entry.image_path = path;
    }
    gathering.add("autostarts", found.into_iter().map(RecordData::Autostart));
    gathering.cover(Area::Autostarts, failures);
}

/// The entries of one place.
fn entries(
    gathering: &mut Gathering,
    root: &str,
    place: &Place,
    user: Option<&str>,
    found: &mut Vec<AutostartEntry>,
) {
    let path = Key::new(format!("{root}\\{}", place.key));
    let Some(key) = key(gathering, &path) else { return };
    let mut add = |location: &Key, name: &str, data: &RegistryData| {
        let Some(command) = data.text().filter(|text| !text.trim().is_empty()) else { return };
        found.push(AutostartEntry {
            kind: Some(place.kind),
            category: place.category.to_owned(),
            location: location.0.clone(),
            name: name.to_owned(),
            enabled: Some(true),
            profile: user.map(str::to_owned),
            launch_string: Some(command),
            ..AutostartEntry::default()
        });
    };
    match place.shape {
        Shape::Every => key.values.iter().for_each(|value| add(&path, &value.name, &value.data)),
        Shape::Named(names) => {
            for name in names {
                if let Some(data) = key.value(name) {
                    add(&path, name, data);
                }
            }
        }
        Shape::Below(name) => {
            for subkey in &key.subkeys {
                let below = path.join(subkey);
                let Some(inner) = self::key(gathering, &below) else { continue };
                if let Some(data) = inner.value(name) {
                    add(&below, subkey, data);
                }
            }
        }
    }
}

fn key(gathering: &mut Gathering, path: &Key) -> Option<RegistryKey> {
    let machine = gathering.machine;
    gathering.if_there(machine.registry_key(path)).flatten()
}

/// What lies in the start-up folders.
fn folders(gathering: &mut Gathering, found: &mut Vec<AutostartEntry>) {
    let mut folders = vec![(format!("{}\\{START_UP}", gathering.facts.program_data), None)];
    let profiles = Key::new(PROFILES);
    for user in key(gathering, &profiles).unwrap_or_default().subkeys {
        let profile = key(gathering, &profiles.join(&user));
        let path = profile.and_then(|profile| profile.value("ProfileImagePath").and_then(RegistryData::text));
        let Some(path) = path.and_then(|path| program(&format!("\"{path}\""), &gathering.facts)) else {
            continue;
        };
        folders.push((format!("{path}\\AppData\\Roaming\\{START_UP}"), Some(user)));
    }
    let machine = gathering.machine;
    for (folder, user) in folders {
        let entries = gathering.if_there(machine.list(&folder)).unwrap_or_default();
        for entry in entries.into_iter().filter(|entry| !entry.name.eq_ignore_ascii_case("desktop.ini")) {
            let path = format!("{folder}\\{}", entry.name);
            found.push(AutostartEntry {
                kind: Some(AutostartKind::Run),
                category: "Logon".to_owned(),
                location: folder.clone(),
                name: entry.name,
                enabled: Some(true),
                profile: user.clone(),
                launch_string: Some(path.clone()),
                image_path: Some(path),
                ..AutostartEntry::default()
            });
        }
    }
}
