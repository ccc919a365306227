//! Event logs, exported as Windows writes them.

use crate::gather::Gathering;
use evidence::Area;
use machine::Fault;

/// The largest log that is copied.
const MAX_LOG: u64 = 256 << 20;

/// Exports the logs into the folder, and keeps copies of what is there then. `None` where none are wanted.
pub(crate) fn read(gathering: &mut Gathering, folder: Option<&machine::Result<String>>) {
    let folder = match folder {
        Some(Ok(folder)) => folder,
        Some(Err(error)) => return gathering.note(error),
        None => return,
    };
    let machine = gathering.machine;
    let failures = gathering.failures.len();
    let mut any = false;
    for channel in parse::events::channels() {
        let name = format!("{}.evtx", channel.replace('/', "%4"));
        let path = format!("{folder}\\{name}");
        match machine.export_log(channel, &path) {
            Ok(()) => {}
            // Sysmon and later PowerShells are not on every machine, nor are all of Windows' own logs on old ones.
            Err(error) if error.fault == Fault::NotFound => continue,
            Err(error) => {
                gathering.note(&error);
                continue;
            }
        }
        if let Some(bytes) = gathering.or_note(machine.read_file(&path, MAX_LOG)) {
            any |= gathering.keep(&format!("logs/{name}"), &bytes);
        }
    }
    if any {
        gathering.cover(Area::Events, failures);
    }
}
