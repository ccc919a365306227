//! What is gone first: processes, connections, and who uses the processors.

use crate::between;
use crate::gather::Gathering;
use evidence::{Area, Process, RecordData};
use machine::{Fault, Key, Machine};
use std::collections::BTreeMap;
use std::time::Duration;

/// The processors that Windows runs on, one a subkey.
const PROCESSORS: &str = r"HKLM\HARDWARE\DESCRIPTION\System\CentralProcessor";

/// Reads them; the use of the processors is watched for so long.
pub(crate) fn read(gathering: &mut Gathering, watch: Duration) {
    let machine = gathering.machine;
    let failures = gathering.failures.len();
    let began = machine.now();
    let first = gathering.or_note(machine.processes());
    let connections = gathering.or_note(machine.connections());
    if let Some(first) = first {
        machine.sleep(watch);
        let second = gathering.or_note(machine.processes()).unwrap_or_default();
        let interval = between(began, machine.now());
        let mut processes = first;
        let known: Vec<_> = processes.iter().map(identity).collect();
        let used = usage(&processes, &second, interval.saturating_mul(processors(machine)));
        // What was started while it was watched belongs to the evidence too.
        processes.extend(second.into_iter().filter(|process| !known.contains(&identity(process))));
        for process in &mut processes {
            process.cpu_percent = used.get(&identity(process)).copied();
            let Some(path) = &process.image_path else { continue };
            let image = gathering.image(path);
            process.hashes.extend(image.sha256());
            process.signer = image.signer;
        }
        tell_of_commands(gathering, &processes);
        gathering.add("processes", processes.into_iter().map(RecordData::Process));
        gathering.cover(Area::Processes, failures);
    }
    if let Some(connections) = connections {
        gathering.add("connections", connections.into_iter().map(RecordData::Connection));
        gathering.cover(Area::Connections, failures);
    }
}

/// Notes that command lines could not be read. The kernel's own processes have none.
fn tell_of_commands(gathering: &mut Gathering, processes: &[Process]) {
    let silent = |process: &&Process| process.command_line.is_none() && !is_kernel(process);
    let Some(first) = processes.iter().find(silent) else { return };
    let fault = if gathering.facts.elevated {
        let count = processes.iter().filter(silent).count();
        let text = format!("{count} processes do not show it, `{}` among them", first.name);
        Fault::Other { code: 0, text }
    } else {
        Fault::AccessDenied
    };
    gathering.note(&machine::Error::new("read the command line of every process", "", fault));
}

/// Whether it is a process that the kernel makes, from no command.
fn is_kernel(process: &Process) -> bool {
    const NAMES: [&str; 6] =
        ["System", "Registry", "Memory Compression", "MemCompression", "Secure System", "vmmem"];
    process.pid <= 4 || NAMES.iter().any(|name| process.name.eq_ignore_ascii_case(name))
}

fn processors(machine: &dyn Machine) -> u32 {
    let key = machine.registry_key(&Key::new(PROCESSORS)).ok().flatten();
    key.and_then(|key| u32::try_from(key.subkeys.len()).ok()).unwrap_or(1).max(1)
}

/// What makes a process this one.
fn identity(process: &Process) -> (u32, Option<u64>) {
    (process.pid, process.created)
}

/// The share of the time of all processors, `available` in between, that each process used, in per cent.
fn usage(first: &[Process], second: &[Process], available: Duration) -> BTreeMap<(u32, Option<u64>), f32> {
    let before: BTreeMap<_, _> = first.iter().map(|process| (identity(process), process.cpu_ms)).collect();
    let length = available.as_secs_f32() * 1000.0;
    let share = |process: &Process| {
        let id = identity(process);
        let used = process.cpu_ms?.checked_sub((*before.get(&id)?)?)?;
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of some seconds, as a share")]
        (length > 0.0).then_some((id, used as f32 / length * 100.0))
    };
    second.iter().filter_map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_that_of_the_interval_and_of_the_same_process() {
        let process = |pid, created, cpu_ms| Process {
            pid,
            created: Some(created),
            cpu_ms: Some(cpu_ms),
            ..Process::default()
        };
        let first = [process(1, 1, 1000), process(2, 1, 0), process(3, 1, 50)];
        let second = [process(1, 1, 1500), process(2, 2, 900), process(3, 1, 40)];
        let used = usage(&first, &second, Duration::from_secs(1));
        assert_eq!(used.into_iter().collect::<Vec<_>>(), [((1, Some(1)), 50.0)]);
        assert!(usage(&first, &second, Duration::ZERO).is_empty());
    }
}
