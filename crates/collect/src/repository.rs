//! A raw copy of the WMI repository: what was deleted from it, and what WMI itself does not show.
//!
//! The service has the files open, and writes them while they are copied. It puts changed pages beside the old ones and turns to them with a
//! new mapping, so a copy belongs together where the mappings are the same before and behind it.

use crate::gather::Gathering;
use machine::{Fault, Machine};

/// The largest file that is copied, in bytes: as much as the reader of bundles takes.
const MAX_FILE: u64 = 256 << 20;

/// How often it is copied until it belongs together.
const ATTEMPTS: usize = 3;

/// The folders below `System32`, of Windows Vista and later and of those before, each with its place in the bundle.
const FOLDERS: [(&str, &str); 2] = [
    (r"wbem\Repository", "Windows/System32/wbem/Repository"),
    (r"wbem\Repository\FS", "Windows/System32/wbem/Repository/FS"),
];

/// The files that tell which page is which.
const MAPPINGS: [&str; 3] = ["MAPPING1.MAP", "MAPPING2.MAP", "MAPPING3.MAP"];

/// The files that hold everything else.
const OTHERS: [&str; 2] = ["INDEX.BTR", "OBJECTS.DATA"];

const COPY: &str = "copy the WMI repository in";

/// Copies it.
pub(crate) fn read(gathering: &mut Gathering) {
    let mut is_there = false;
    for (folder, place) in FOLDERS {
        let folder = format!(r"{}\System32\{folder}", gathering.facts.windows);
        let machine = gathering.machine;
        let Some(entries) = gathering.if_there(machine.list(&folder)) else { continue };
        let has = |name: &&&str| {
            entries.iter().any(|entry| !entry.is_directory && entry.name.eq_ignore_ascii_case(name))
        };
        let mappings: Vec<_> = MAPPINGS.iter().filter(has).copied().collect();
        let others: Vec<_> = OTHERS.iter().filter(has).copied().collect();
        if !others.is_empty() {
            is_there = true;
            copy(gathering, (&folder, place), &mappings, &others);
        }
    }
    if !is_there {
        let folder = format!(r"{}\System32\wbem\Repository", gathering.facts.windows);
        gathering.note(&machine::Error::new(COPY, folder, Fault::NotFound));
    }
}

/// The bytes of a file under its name, or why there are none.
type Copied = (&'static str, machine::Result<Vec<u8>>);

fn copy(
    gathering: &mut Gathering,
    (folder, place): (&str, &str),
    mappings: &[&'static str],
    others: &[&'static str],
) {
    let machine = gathering.machine;
    let attempt = || {
        let before = files(machine, folder, mappings);
        let own = files(machine, folder, others);
        let is_whole = files(machine, folder, mappings) == before;
        (before, own, is_whole)
    };
    let mut copied = attempt();
    for _ in 1..ATTEMPTS {
        if !copied.2 {
            copied = attempt();
        }
    }
    let (mappings, others, is_whole) = copied;
    if !is_whole {
        let text = "it was written to meanwhile, so that its parts may not belong together".to_owned();
        gathering.note(&machine::Error::new(COPY, folder, Fault::Other { code: 0, text }));
    }
    for (name, bytes) in mappings.into_iter().chain(others) {
        if let Some(bytes) = gathering.or_note(bytes) {
            gathering.keep(&format!("{place}/{name}"), &bytes);
        }
    }
}

fn files(machine: &dyn Machine, folder: &str, names: &[&'static str]) -> Vec<Copied> {
    names.iter().map(|name| (*name, machine.read_file(&format!(r"{folder}\{name}"), MAX_FILE))).collect()
}
