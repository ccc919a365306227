//! The autostart places of the registry, as tables.
//!
//! The places are those that Autoruns (Sysinternals) lists and Microsoft documents each; categories are in its words.

use super::system::place;
use super::view::{Place, View, autostart};
use crate::Parsed;
use evidence::AutostartKind;

/// How entries stand in a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    /// Every value is an entry: its name, and what it starts.
    Values,
    /// Values of these names are entries.
    Named(&'static [&'static str]),
    /// Each key below has values of these names that are entries.
    Children(&'static [&'static str]),
    /// The names of the keys below are class ids.
    ChildClasses,
    /// The data of values are class ids.
    ValueClasses,
    /// The names of values are class ids.
    NameClasses,
}

/// An autostart place: kind, category, key, form.
pub(super) type Row = (AutostartKind, &'static str, &'static str, Form);

const RUN: AutostartKind = AutostartKind::Run;
const OTHER: AutostartKind = AutostartKind::Other;

/// Below `SOFTWARE`, `SOFTWARE\WOW6432Node` and a user's `Software`.
pub(super) const COMMON: &[Row] = &[
    (RUN, "Logon", r"Microsoft\Windows\CurrentVersion\Run", Form::Values),
    (RUN, "Logon", r"Microsoft\Windows\CurrentVersion\RunOnce", Form::Values),
    (RUN, "Logon", r"Microsoft\Windows\CurrentVersion\RunOnceEx", Form::Values),
    (RUN, "Logon", r"Microsoft\Windows\CurrentVersion\RunServices", Form::Values),
    (RUN, "Logon", r"Microsoft\Windows\CurrentVersion\RunServicesOnce", Form::Values),
    (RUN, "Logon", r"Microsoft\Windows\CurrentVersion\Policies\Explorer\Run", Form::Values),
    (RUN, "Logon", r"Microsoft\Windows NT\CurrentVersion\Windows", Form::Named(&["Load", "Run"])),
    (
        RUN,
        "Logon",
        r"Microsoft\Windows NT\CurrentVersion\Winlogon",
        Form::Named(&["Shell", "Userinit", "Taskman", "AppSetup", "System", "GinaDLL", "UIHost", "VMApplet"]),
    ),
    (RUN, "Logon", r"Microsoft\Windows\CurrentVersion\Policies\System", Form::Named(&["Shell"])),
    (OTHER, "Winlogon", r"Microsoft\Windows NT\CurrentVersion\Winlogon\Notify", Form::Children(&["DllName"])),
    (OTHER, "Logon", r"Microsoft\Active Setup\Installed Components", Form::Children(&["StubPath"])),
    (
        OTHER,
        "Image Hijacks",
        r"Microsoft\Windows NT\CurrentVersion\Image File Execution Options",
        Form::Children(&["Debugger", "VerifierDlls"]),
    ),
    (
        OTHER,
        "Image Hijacks",
        r"Microsoft\Windows NT\CurrentVersion\SilentProcessExit",
        Form::Children(&["MonitorProcess"]),
    ),
    (OTHER, "Image Hijacks", r"Microsoft\Command Processor", Form::Named(&["AutoRun"])),
    (
        OTHER,
        "AppInit",
        r"Microsoft\Windows NT\CurrentVersion\Windows",
        Form::Named(&["AppInit_DLLs", "IconServiceLib"]),
    ),
    (OTHER, "Image Hijacks", r"Microsoft\Windows NT\CurrentVersion\AeDebug", Form::Named(&["Debugger"])),
    (OTHER, "Image Hijacks", r"Microsoft\Windows\Windows Error Reporting\Hangs", Form::Named(&["Debugger"])),
    (OTHER, "Network Providers", r"Microsoft\NetSh", Form::Values),
    (
        OTHER,
        "Internet Explorer",
        r"Microsoft\Windows\CurrentVersion\Explorer\Browser Helper Objects",
        Form::ChildClasses,
    ),
    (OTHER, "Explorer", r"Microsoft\Windows\CurrentVersion\Explorer\ShellServiceObjects", Form::ChildClasses),
    (OTHER, "Explorer", r"Microsoft\Windows\CurrentVersion\Explorer\ShellExecuteHooks", Form::NameClasses),
    (OTHER, "Explorer", r"Microsoft\Windows\CurrentVersion\Explorer\SharedTaskScheduler", Form::NameClasses),
    (OTHER, "Explorer", r"Microsoft\Windows\CurrentVersion\ShellServiceObjectDelayLoad", Form::ValueClasses),
];

/// Below a user's hive.
pub(super) const USER: &[Row] = &[
    (RUN, "Logon", "Environment", Form::Named(&["UserInitMprLogonScript"])),
    (OTHER, "Logon", r"Control Panel\Desktop", Form::Named(&["SCRNSAVE.EXE"])),
    (
        OTHER,
        "Environment",
        "Environment",
        Form::Named(&["COR_PROFILER", "COR_PROFILER_PATH", "CORECLR_PROFILER_PATH"]),
    ),
];

/// Below the control set.
const SYSTEM: &[Row] = &[
    (OTHER, "AppCertDLLs", r"Control\Session Manager\AppCertDlls", Form::Values),
    (OTHER, "Print Monitors", r"Control\Print\Monitors", Form::Children(&["Driver"])),
    (OTHER, "Print Monitors", r"Control\Print\Providers", Form::Children(&["Name"])),
    (OTHER, "Boot Execute", r"Control\SafeBoot", Form::Named(&["AlternateShell"])),
    (
        OTHER,
        "Environment",
        r"Control\Session Manager\Environment",
        Form::Named(&["COR_PROFILER", "COR_PROFILER_PATH", "CORECLR_PROFILER_PATH"]),
    ),
    (RUN, "Logon", r"Control\Terminal Server\Wds\rdpwd", Form::Named(&["StartupPrograms"])),
    (RUN, "Logon", r"Control\Terminal Server\WinStations\RDP-Tcp", Form::Named(&["InitialProgram"])),
];

/// The places of the SYSTEM hive.
pub(super) fn system(set: &View, out: &mut Parsed) {
    for row in SYSTEM {
        read(set, *row, None, None, out);
    }
    // `Notify` keys name the library of a time provider or a network provider in their own way.
    let providers = set.at(r"Services\W32Time\TimeProviders");
    for key in providers.iter().flat_map(View::children) {
        if let Some(value) = key.key.value("DllName") {
            out.records.extend(key.entry(place("Time Providers"), &key.name(), &value));
        }
    }
}

/// Reads the place below `root`. Class ids are looked up below `classes`.
pub(super) fn read(root: &View, row: Row, profile: Option<&str>, classes: Option<&View>, out: &mut Parsed) {
    let (kind, category, path, form) = row;
    let place = Place { kind, category, profile };
    let Some(key) = root.at(path) else { return };
    let records = &mut out.records;
    match form {
        Form::Values => {
            records
                .extend(key.key.values().iter().filter_map(|value| key.entry(place, &value.name(), value)));
        }
        Form::Named(names) => {
            let values = names.iter().filter_map(|name| Some((name, key.key.value(name)?)));
            records.extend(values.filter_map(|(name, value)| key.entry(place, name, &value)));
        }
        Form::Children(names) => {
            for child in key.children() {
                for name in names {
                    if let Some(value) = child.key.value(name) {
                        records.extend(child.entry(place, &child.name(), &value));
                    }
                }
            }
        }
        Form::ChildClasses => {
            let ids = key.children().map(|child| (child.name(), child.location()));
            records.extend(ids.map(|(id, at)| (at, class_entry(place, &key, &id, &id, classes))));
        }
        Form::NameClasses => {
            let ids = key.key.values().into_iter().map(|value| value.name());
            let ids = ids.filter(|name| name.starts_with('{'));
            records.extend(ids.map(|id| (key.location(), class_entry(place, &key, &id, &id, classes))));
        }
        Form::ValueClasses => {
            let ids = key.key.values().into_iter().filter_map(|value| Some((value.name(), value.text()?)));
            records.extend(
                ids.map(|(name, id)| (key.location(), class_entry(place, &key, &name, &id, classes))),
            );
        }
    }
}

/// An entry that starts a class: the library or program that serves it.
fn class_entry(
    place: Place,
    key: &View,
    name: &str,
    id: &str,
    classes: Option<&View>,
) -> evidence::RecordData {
    let class = classes.and_then(|classes| classes.at(&format!("CLSID\\{id}")));
    let server = class.and_then(|class| {
        ["InprocServer32", "LocalServer32"].iter().find_map(|server| class.at(server)?.text(""))
    });
    autostart(place, &key.path, name, server.as_deref().unwrap_or(id), server.clone())
}
