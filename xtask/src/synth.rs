//! Synthetic bundles in any number, for figures of speed and memory.

use crate::examples::{hidden_command, subscription, wmic_files, zipped};
use crate::wmi;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// One machine in this many is infected.
const INFECTED_EVERY: usize = 50;

/// Writes `count` bundles of three files each.
pub(crate) fn run(count: usize, directory: &Path) -> Result<()> {
    fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    for number in 0..count {
        let path = directory.join(format!("HOST-{number:06}_WMI.zip"));
        fs::write(&path, bundle(number)?).with_context(|| format!("cannot write {}", path.display()))?;
    }
    println!("wrote {count} bundles to {}", directory.display());
    Ok(())
}

/// The bundle of the machine with this number.
fn bundle(number: usize) -> Result<Vec<u8>> {
    let mut subscriptions = vec![wmi::stock()];
    if number % INFECTED_EVERY == INFECTED_EVERY - 1 {
        let digit = number / INFECTED_EVERY % 9;
        let query = format!(
            "SELECT * FROM __InstanceModificationEvent WITHIN {} WHERE TargetInstance ISA \
             'Win32_PerfFormattedData_PerfOS_System'",
            5600 + number
        );
        subscriptions.push(subscription(
            &format!("SCM Event{digit} Log Filter"),
            &query,
            &format!("SCM Event{digit} Log Consumer"),
            &hidden_command("Win32_Services"),
        ));
    }
    zipped(&wmic_files(&subscriptions))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_machines_are_clean_and_some_are_not() {
        let clean = bundle(0).unwrap();
        assert_eq!(clean, bundle(1).unwrap());
        assert!(bundle(INFECTED_EVERY - 1).unwrap().len() > clean.len());
    }
}
