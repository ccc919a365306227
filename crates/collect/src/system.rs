//! Settings, accounts, and the facts about updates and hardening, raw: what they mean is judged elsewhere.

use crate::ScanFile;
use crate::gather::{Gathering, hex};
use evidence::{Area, RecordData, RegistryValue, Setting};
use machine::{Fault, Key, RegistryData};

/// The kinds of settings that miners change.
const SETTINGS: [&str; 10] = [
    "hosts-entry",
    "hosts-folder",
    "portproxy",
    "firewall-rule",
    "dns-server",
    "dns-rule",
    "route",
    "defender-exclusion",
    "ipsec-policy",
    "wmi-autorecover-mof",
];

/// The jobs of BITS. Its service is not there to be asked on many machines, and nothing hangs on it: that it could not be is noted, and the
/// area is as complete as without it.
const JOBS: [&str; 1] = ["bits-job"];

/// The kinds that tell of updates.
const UPDATES: [&str; 4] = ["os-build", "package", "hotfix", "reboot-pending"];

/// What Windows Update itself says is missing. Its search takes long or fails on many machines, and nothing hangs on it: that it could not be
/// asked is noted, and the area is as complete as without it.
const MISSING_UPDATES: [&str; 2] = ["update-search", "missing-update"];

/// The kinds that tell how accounts are guarded and what is audited.
const GUARDS: [&str; 2] = ["account-policy", "audit-policy"];

/// The largest driver that is copied.
const MAX_DRIVER: u64 = 8 << 20;

/// Values about updates: `None` means every value of the key.
const PATCH: [(&str, Option<&str>); 5] = [
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion", Some("CurrentBuild")),
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion", Some("UBR")),
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion", Some("BuildLabEx")),
    (r"HKLM\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU", None),
    // An update replaces what is in use at the next start.
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager", Some("PendingFileRenameOperations")),
];

/// More keys about hardening, of which every value is read.
const PROTECTION: [(&str, Option<&str>); 4] = [
    (r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender", None),
    (r"HKLM\SOFTWARE\Microsoft\Windows Defender", Some("DisableAntiSpyware")),
    (r"HKLM\SOFTWARE\Microsoft\Windows Defender", Some("DisableAntiVirus")),
    (r"HKLM\SOFTWARE\Microsoft\Windows Defender\Features", Some("TamperProtection")),
];

/// Where the Security Center keeps what protects against malware.
const PROTECTORS: &str = r"HKLM\SOFTWARE\Microsoft\Security Center\Provider\Av";

/// More such programs than any machine has.
const MAX_PROTECTORS: usize = 64;

/// Reads them.
pub(crate) fn read(gathering: &mut Gathering, scan_file: Option<&ScanFile>) {
    let machine = gathering.machine;
    let failures = gathering.failures.len();
    settings(gathering, "settings", &SETTINGS);
    gathering.cover(Area::Settings, failures);
    settings(gathering, "settings", &JOBS);

    let failures = gathering.failures.len();
    if let Some(accounts) = gathering.listed(machine.accounts()) {
        gathering.add("accounts", accounts.into_iter().map(RecordData::Account));
        settings(gathering, "accounts", &["group-member"]);
        gathering.cover(Area::Accounts, failures);
    }

    let failures = gathering.failures.len();
    registry(gathering, "patch", &PATCH);
    settings(gathering, "patch", &UPDATES);
    drivers(gathering);
    gathering.cover(Area::Patch, failures);
    settings(gathering, "patch", &MISSING_UPDATES);
    if let Some(file) = scan_file {
        scan(gathering, file);
    }

    let failures = gathering.failures.len();
    registry(gathering, "hardening", &PROTECTION);
    hardening(gathering);
    settings(gathering, "hardening", &GUARDS);
    protection(gathering);
    gathering.cover(Area::Hardening, failures);
}

/// Settings of these kinds; one that cannot be read is noted, and the rest goes on.
fn settings(gathering: &mut Gathering, part: &str, kinds: &[&str]) {
    let machine = gathering.machine;
    for kind in kinds {
        let found = gathering.listed(machine.settings(kind)).unwrap_or_default();
        gathering.add(part, found.into_iter().map(RecordData::Setting));
    }
}

/// What is missing by a scan file, and with which file and when that was searched. That it could not be is noted; nothing hangs on it.
fn scan(gathering: &mut Gathering, file: &ScanFile) {
    let machine = gathering.machine;
    let Some(mut found) = gathering.listed(machine.scan_updates(&file.path)) else { return };
    let own = found.iter().position(|own| own.kind == "update-scan").map(|at| found.remove(at));
    for update in &mut found {
        update.details.insert("scan-file".to_owned(), file.sha256.clone());
    }
    let missing = found.len().to_string();
    let details = [("time", machine.now().to_string()), ("missing", missing)];
    let mut details: std::collections::BTreeMap<_, _> =
        details.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    details.extend(own.map(|own| own.details).unwrap_or_default());
    found.push(Setting {
        kind: "update-scan".to_owned(),
        name: file.path.clone(),
        value: file.sha256.clone(),
        details,
    });
    gathering.add("patch", found.into_iter().map(RecordData::Setting));
}

fn registry(gathering: &mut Gathering, part: &str, wanted: &[(&str, Option<&str>)]) {
    let machine = gathering.machine;
    for (path, name) in wanted {
        let Some(key) = gathering.or_note(machine.registry_key(&Key::new(*path))).flatten() else { continue };
        let values = key
            .values
            .iter()
            .filter(|value| name.is_none_or(|name| value.name.eq_ignore_ascii_case(name)))
            .map(|value| {
                RecordData::Registry(RegistryValue {
                    key: (*path).to_owned(),
                    name: value.name.clone(),
                    kind: kind(value.data.kind),
                    data: shown(&value.data),
                    key_written: key.written,
                })
            })
            .collect::<Vec<_>>();
        gathering.add(part, values);
    }
}

/// Of every value that tells how the machine is hardened: what it holds, or that it is not there.
fn hardening(gathering: &mut Gathering) {
    let machine = gathering.machine;
    for (path, names) in evidence::watched::HARDENING {
        let Some(key) = gathering.or_note(machine.registry_key(&Key::new(*path))) else { continue };
        let records: Vec<_> = names
            .iter()
            .map(|name| {
                let found = key.as_ref().and_then(|key| Some((key, key.value(name)?)));
                match found {
                    Some((key, data)) => RecordData::Registry(RegistryValue {
                        key: (*path).to_owned(),
                        name: (*name).to_owned(),
                        kind: kind(data.kind),
                        data: shown(data),
                        key_written: key.written,
                    }),
                    None => RecordData::Setting(evidence::watched::absent(path, name)),
                }
            })
            .collect();
        gathering.add("hardening", records);
    }
}

/// The protection against malware that Windows' own Security Center lists, with the state that each gave itself.
fn protection(gathering: &mut Gathering) {
    let machine = gathering.machine;
    let top = Key::new(PROTECTORS);
    let listed = gathering.if_there(machine.registry_key(&top)).flatten().unwrap_or_default();
    if listed.subkeys.len() > MAX_PROTECTORS {
        gathering.note_cut("list what protects against malware", "", MAX_PROTECTORS);
    }
    let mut found = Vec::new();
    for id in listed.subkeys.iter().take(MAX_PROTECTORS) {
        let Some(key) = gathering.if_there(machine.registry_key(&top.join(id))).flatten() else { continue };
        let text = |name: &str| key.value(name).map(shown).unwrap_or_default();
        let details = [("id", id.clone()), ("state", text("STATE"))];
        let details = details.into_iter().map(|(name, value)| (name.to_owned(), value));
        found.push(RecordData::Setting(Setting {
            kind: "antivirus".to_owned(),
            name: text("DISPLAYNAME"),
            value: text("PRODUCTEXE"),
            details: details.collect(),
        }));
    }
    gathering.add("hardening", found);
}

/// The drivers that MS17-010 and the update for `BlueKeep` mend, as they are: their versions tell.
fn drivers(gathering: &mut Gathering) {
    let machine = gathering.machine;
    let terminal = format!(r"{}\System32\drivers\termdd.sys", gathering.facts.windows);
    if let Some(bytes) = gathering.if_there(machine.read_file(&terminal, MAX_DRIVER)) {
        gathering.keep("Windows/System32/drivers/termdd.sys", &bytes);
    }
    let path = format!(r"{}\System32\drivers\srv.sys", gathering.facts.windows);
    match machine.read_file(&path, MAX_DRIVER) {
        // Where the driver of the disk is, the folder was read, and this one is not there: then there is nothing to mend.
        Err(error) if matches!(error.fault, Fault::NotFound) => {
            let beside = format!(r"{}\System32\drivers\ntfs.sys", gathering.facts.windows);
            if gathering.if_there(machine.file(&beside)).flatten().is_some() {
                let absent = Setting {
                    kind: "srv-sys-version".to_owned(),
                    name: "srv.sys".to_owned(),
                    value: "absent".to_owned(),
                    details: std::collections::BTreeMap::new(),
                };
                gathering.add("patch", vec![RecordData::Setting(absent)]);
            }
        }
        read => {
            if let Some(bytes) = gathering.if_there(read) {
                gathering.keep("Windows/System32/drivers/srv.sys", &bytes);
            }
        }
    }
}

/// The name of a type of values.
fn kind(number: u32) -> String {
    const NAMES: [&str; 12] = [
        "REG_NONE",
        "REG_SZ",
        "REG_EXPAND_SZ",
        "REG_BINARY",
        "REG_DWORD",
        "REG_DWORD_BIG_ENDIAN",
        "REG_LINK",
        "REG_MULTI_SZ",
        "REG_RESOURCE_LIST",
        "REG_FULL_RESOURCE_DESCRIPTOR",
        "REG_RESOURCE_REQUIREMENTS_LIST",
        "REG_QWORD",
    ];
    let known = usize::try_from(number).ok().and_then(|number| NAMES.get(number));
    known.map_or_else(|| number.to_string(), |name| (*name).to_owned())
}

/// The data as text.
fn shown(data: &RegistryData) -> String {
    let text = data.text().or_else(|| data.number().map(|number| number.to_string()));
    text.unwrap_or_else(|| hex(&data.bytes))
}
