//! The reader of registry hives, with a transaction log.
//!
//! The input is a `u16` (little-endian) with the length of the log, the log, then the hive.

#![no_main]

use libfuzzer_sys::fuzz_target;
use registry_hive::Hive;

fuzz_target!(|data: &[u8]| {
    let Some((length, rest)) = data.split_first_chunk::<2>() else { return };
    let (log, hive) = rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()));
    let Ok(hive) = Hive::with_logs(hive.to_vec(), &[log]) else { return };
    if let Some(root) = hive.root() {
        for (_, key) in root.walk() {
            for value in key.values() {
                let _ = (value.name(), value.text(), value.number());
            }
        }
    }
    let _ = hive.lost_keys();
    parse::hives::parse(&hive, "C/Users/me/NTUSER.DAT");
});
