//! Event logs, exported as Windows writes them.

use crate::gather::Gathering;
use evidence::Area;

/// The logs in which miners leave traces, and the names of their copies.
const CHANNELS: [(&str, &str); 7] = [
    ("Microsoft-Windows-WMI-Activity/Operational", "Microsoft-Windows-WMI-Activity%4Operational.evtx"),
    ("Microsoft-Windows-TaskScheduler/Operational", "Microsoft-Windows-TaskScheduler%4Operational.evtx"),
    ("Microsoft-Windows-PowerShell/Operational", "Microsoft-Windows-PowerShell%4Operational.evtx"),
    ("Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon%4Operational.evtx"),
    ("Windows PowerShell", "Windows PowerShell.evtx"),
    ("System", "System.evtx"),
    ("Security", "Security.evtx"),
];

/// The largest log that is copied.
const MAX_LOG: u64 = 256 << 20;

/// Exports the logs into the folder, and keeps copies of what is there then.
pub(crate) fn read(gathering: &mut Gathering, folder: Option<&str>) {
    let Some(folder) = folder else { return };
    let machine = gathering.machine;
    let failures = gathering.failures.len();
    let mut any = false;
    for (channel, name) in CHANNELS {
        let path = format!("{folder}\\{name}");
        let exported = gathering.or_note(machine.export_log(channel, &path)).is_some();
        let Some(bytes) = exported.then(|| gathering.or_note(machine.read_file(&path, MAX_LOG))).flatten()
        else {
            continue;
        };
        any |= gathering.keep(format!("logs/{name}"), bytes);
    }
    if any {
        gathering.cover(Area::Events, failures);
    }
}
