//! The SOFTWARE hive: autostart places, scheduled tasks, updates, Defender, and the version of Windows.

use super::classes::Classes;
use super::view::{View, setting, setting_with, text};
use super::{autostarts, network, places, store, task_cache};
use crate::Parsed;
use crate::hotfix::update_in;
use evidence::{Area, Location, ReadState, RecordData, Setting, from_filetime};

/// Update packages that become records.
const MAX_PACKAGES: usize = 10_000;

/// More values that tell how a machine is set up or protected, by key.
const VALUES: &[(&str, &[&str])] = &[
    (r"Microsoft\Windows NT\CurrentVersion\Windows", &["LoadAppInit_DLLs", "RequireSignedAppInit_DLLs"]),
    (r"Microsoft\Windows Script Host\Settings", &["Enabled"]),
    (r"Policies\Microsoft\Windows\PowerShell\ScriptBlockLogging", &["EnableScriptBlockLogging"]),
    (r"Policies\Microsoft\Windows\WindowsUpdate", &["WUServer"]),
    (r"Policies\Microsoft\Windows\WindowsUpdate\AU", &["UseWUServer"]),
    (r"Microsoft\Windows Defender", &["DisableAntiSpyware", "DisableAntiVirus"]),
    (r"Microsoft\Windows Defender\Features", &["TamperProtection"]),
];

/// Keys that are there while an update waits for a restart.
const REBOOT_PENDING: [&str; 3] = [
    r"Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending",
    r"Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootInProgress",
    r"Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired",
];

/// The packages that wait for a restart, by their names. The key itself may stay behind.
const PACKAGES_PENDING: &str = r"Microsoft\Windows\CurrentVersion\Component Based Servicing\PackagesPending";

pub(super) fn read(view: &View, out: &mut Parsed) {
    if let Some(key) = view.at(r"Microsoft\Windows NT\CurrentVersion") {
        out.records.extend(operating_system(&key));
    }
    let classes = Classes::of(view);
    for root in [Some(view.clone()), view.at("WOW6432Node")].iter().flatten() {
        autostarts::read(root, places::SOFTWARE, None, Some(&classes), out);
        if let Some(own) = root.at("Classes") {
            autostarts::read(&own, places::CLASSES, None, Some(&classes), out);
            autostarts::commands(&own, None, out);
        }
    }
    autostarts::mark_disabled(view, None, out);
    out.classes = classes.into_servers();
    for (path, names) in VALUES {
        if let Some(key) = view.at(path) {
            names.iter().for_each(|name| key.registry_named(name, out));
        }
    }
    view.watched(out);
    let waiting = view.at(PACKAGES_PENDING).filter(|key| key.children().next().is_some());
    for key in REBOOT_PENDING.into_iter().filter_map(|path| view.at(path)).chain(waiting) {
        out.records.push((key.location(), setting("reboot-pending", &key.name(), &key.path)));
    }
    defender(view, out);
    packages(view, out);
    hotfixes(view, out);
    ipsec(view, out);
    let rules = view.at(r"Policies\Microsoft\Windows NT\DNSClient\DnsPolicyConfig");
    network::name_rules(rules.as_ref(), "policy", out);
    wmi(view, out);
    let has_tasks = task_cache::read(view, out);
    store::long_texts(view, out);
    let state = if view.is_sound() { ReadState::Complete } else { ReadState::Partial };
    out.coverage.add(Area::Autostarts, state);
    if has_tasks {
        out.coverage.add(Area::Tasks, ReadState::Partial);
    }
    for area in [Area::Settings, Area::Hardening, Area::Patch] {
        out.coverage.add(area, ReadState::Partial);
    }
}

/// The product, its numbers and the update build revision. Windows 10 and later keep major and minor number apart; `CurrentVersion` stays 6.3.
fn operating_system(key: &View) -> Option<(Location, RecordData)> {
    let build = key.text("CurrentBuildNumber").or_else(|| key.text("CurrentBuild"))?;
    let numbers = match (key.number("CurrentMajorVersionNumber"), key.number("CurrentMinorVersionNumber")) {
        (Some(major), Some(minor)) => format!("{major}.{minor}"),
        _ => key.text("CurrentVersion")?,
    };
    let text = |name: &str| key.text(name).unwrap_or_default();
    let revision = key.number("UBR").map(|number| number.to_string()).unwrap_or_default();
    let service_pack = crate::systeminfo::service_pack(&numbers, &text("CSDVersion")).to_owned();
    let details = [
        ("product", &text("ProductName")),
        ("service-pack", &service_pack),
        ("release", &key.text("DisplayVersion").unwrap_or_else(|| text("ReleaseId"))),
        ("ubr", &revision),
    ];
    let details = details.into_iter().filter(|(_, value)| !value.is_empty());
    let setting = Setting {
        kind: "os-build".to_owned(),
        name: String::new(),
        value: format!("{numbers}.{build}"),
        details: details.map(|(name, value)| (name.to_owned(), value.clone())).collect(),
    };
    Some((key.location(), RecordData::Setting(setting)))
}

/// What Defender was told to overlook, by the user and by policy.
fn defender(view: &View, out: &mut Parsed) {
    for (root, given_by) in
        [(r"Microsoft\Windows Defender", "user"), (r"Policies\Microsoft\Windows Defender", "policy")]
    {
        let exclusions = view.at(&format!("{root}\\Exclusions"));
        for key in exclusions.iter().flat_map(View::children) {
            for value in key.key.values() {
                let what = key.name().to_lowercase();
                let record =
                    setting_with("defender-exclusion", &value.name(), &what, [("given_by", given_by)]);
                out.records.push((key.location(), record));
            }
        }
    }
}

/// Update packages of the servicing stack with their state (`docs/formats.md`) and the time when they were installed.
fn packages(view: &View, out: &mut Parsed) {
    let Some(packages) = view.at(r"Microsoft\Windows\CurrentVersion\Component Based Servicing\Packages")
    else {
        return;
    };
    let updates = packages.children().filter(|key| {
        let name = key.name();
        name.starts_with("Package_for_RollupFix") || name.starts_with("Package_for_KB")
    });
    for key in updates.take(MAX_PACKAGES) {
        let state = key.number("CurrentState").map(|state| state.to_string()).unwrap_or_default();
        let time = key.number("InstallTimeHigh").zip(key.number("InstallTimeLow"));
        let time = time.and_then(|(high, low)| from_filetime(u64::from(high) << 32 | u64::from(low)));
        let mut record = setting("package", &key.name(), &state);
        if let (RecordData::Setting(setting), Some(time)) = (&mut record, time) {
            setting.details.insert("installed".to_owned(), time.to_string());
        }
        out.records.push((key.location(), record));
    }
}

/// Updates of Windows XP and Server 2003, which have no component store: those that are installed.
fn hotfixes(view: &View, out: &mut Parsed) {
    let Some(top) = view.at(r"Microsoft\Windows NT\CurrentVersion\HotFix") else { return };
    for key in top.children().filter(|key| key.number("Installed") == Some(1)).take(MAX_PACKAGES) {
        if let Some(update) = update_in(&key.name()) {
            let on = key.text("Installed On").unwrap_or_default();
            let mut record = setting("hotfix", &format!("KB{}", update.number), "");
            if let RecordData::Setting(setting) = &mut record
                && !on.is_empty()
            {
                setting.details.insert("installed-on".to_owned(), on);
            }
            out.records.push((key.location(), record));
        }
    }
}

/// The parts of the local `IPsec` policies, with which infections block ports, by the names that they were given.
fn ipsec(view: &View, out: &mut Parsed) {
    let Some(local) = view.at(r"Policies\Microsoft\Windows\IPSec\Policy\Local") else { return };
    let active = local.text("ActivePolicy");
    for key in local.children() {
        let id = key.name();
        let is_active = active.as_deref().is_some_and(|active| {
            active.rsplit('\\').next().is_some_and(|active| active.eq_ignore_ascii_case(&id))
        });
        let name = key.text("ipsecName").unwrap_or_else(|| id.clone());
        let class = key.text("className").unwrap_or_default();
        let state = if is_active { "active" } else { "inactive" };
        let record = setting_with("ipsec-policy", &name, &class, [("id", &id), ("state", state)]);
        out.records.push((key.location(), record));
    }
}

/// The MOF files that WMI compiles again when it rebuilds its repository: a way back for what was removed.
fn wmi(view: &View, out: &mut Parsed) {
    let Some(key) = view.at(r"Microsoft\Wbem\CIMOM") else { return };
    let Some(value) = key.key.value("Autorecover MOFs") else { return };
    for file in text(&value).unwrap_or_default().lines().filter(|line| !line.trim().is_empty()) {
        out.records.push((key.location(), setting("wmi-autorecover-mof", file.trim(), "")));
    }
}
