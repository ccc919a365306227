//! Hives that others recorded, with the counts that other readers found.
#![expect(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "tests say aloud what they skip, and fail on what is not there"
)]
#![allow(clippy::disallowed_methods, reason = "tests read their samples, and write where nobody else does")]

use registry_hive::Hive;
use std::io::Read as _;
use std::path::PathBuf;

/// The unpacked file, or `None` with a loud word where the recordings are not there; in CI that is a failure.
fn recorded(name: &str) -> Option<Vec<u8>> {
    let folder = std::env::var_os("DEMINER_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    let Ok(packed) = std::fs::read(folder.join("hives").join(name)) else {
        assert!(std::env::var_os("CI").is_none(), "{name}: the recordings must be there in CI");
        eprintln!("SKIPPED: {name} is not there, set DEMINER_DATA to the folder of recordings");
        return None;
    };
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut bytes).unwrap();
    Some(bytes)
}

fn count(hive: &Hive) -> (usize, usize) {
    let mut values = 0;
    let keys = hive.root().unwrap().walk().inspect(|(_, key)| values += key.values().len()).count();
    (keys, values)
}

#[test]
fn a_whole_system_hive() {
    let Some(bytes) = recorded("SYSTEM_B.gz") else { return };
    let hive = Hive::new(bytes).unwrap();
    assert_eq!(count(&hive), (33_123, 74_957), "{:?}", hive.problems().first());
    assert!(hive.lost_keys().is_empty());
    let current = hive.root().unwrap().descend("select").unwrap().value("CURRENT").unwrap();
    assert_eq!((current.kind().windows_name(), current.number()), ("REG_DWORD", Some(1)));
}

#[test]
fn its_logs_add_what_was_not_written_yet() {
    let (Some(bytes), Some(log1), Some(log2)) =
        (recorded("SYSTEM_B.gz"), recorded("SYSTEM_B.LOG1.gz"), recorded("SYSTEM_B.LOG2.gz"))
    else {
        return;
    };
    let plain = Hive::new(bytes.clone()).unwrap();
    let hive = Hive::with_logs(bytes, &[&log1, &log2]).unwrap();
    assert!(hive.replayed().needed && hive.replayed().applied > 0, "{:?}", hive.replayed());
    assert_ne!(count(&hive), count(&plain));
    assert!(hive.problems().is_empty(), "{:?}", hive.problems());
}

#[test]
fn a_user_hive_with_one_log() {
    let (Some(bytes), Some(log)) =
        (recorded("transactions_NTUSER.DAT.gz"), recorded("transactions_ntuser.dat.log1.gz"))
    else {
        return;
    };
    let plain = Hive::new(bytes.clone()).unwrap();
    let hive = Hive::with_logs(bytes, &[&log]).unwrap();
    assert!(hive.replayed().applied > 0, "{:?}", hive.replayed());
    assert!(count(&hive) >= count(&plain));
}

#[test]
fn a_damaged_system_hive() {
    let Some(bytes) = recorded("corrupted_system_hive.gz") else { return };
    let hive = Hive::new(bytes).unwrap();
    let (mut keys, mut values) = count(&hive);
    assert_eq!((keys, values), (1_687, 5_625), "what the tree leads to");
    let lost = hive.lost_keys();
    keys += lost.len();
    values += lost.iter().map(|(_, key)| key.values().len()).sum::<usize>();
    assert!(lost.iter().any(|(path, _)| path.ends_with("Linkage")), "{lost:?}");
    assert!(keys >= 1_788 && values >= 5_625, "{keys} keys, {values} values");
    assert!(!hive.problems().is_empty());
}

#[test]
fn a_user_hive_that_others_hang_on() {
    let Some(bytes) = recorded("NTUSER_Bad.DAT.gz") else { return };
    let hive = Hive::new(bytes).unwrap();
    let (keys, values) = count(&hive);
    assert!(keys >= 665 && values >= 1_079, "{keys} keys, {values} values");
}

#[test]
fn no_flipped_byte_and_no_cut_stops_it() {
    let Some(bytes) = recorded("NTUSER_Bad.DAT.gz") else { return };
    for round in 0..200usize {
        let mut damaged = bytes.clone();
        let at = 4 + round * 7919 % (damaged.len() - 4);
        damaged[at] ^= 0xFF;
        damaged.truncate(damaged.len() - round * 1013 % damaged.len());
        if let Ok(hive) = Hive::new(damaged)
            && let Some(root) = hive.root()
        {
            let text: usize =
                root.walk().flat_map(|(_, key)| key.values()).map(|value| value.data().len()).sum();
            assert!(text < bytes.len() * 64, "data of {text} bytes from {} bytes", bytes.len());
        }
    }
}
