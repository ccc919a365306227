//! The data files that the program carries, compressed.

use flate2::read::DeflateDecoder;
use std::io::Read as _;
use std::sync::LazyLock;

/// The files by their path below `data`, and their text.
pub(crate) static FILES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| unpack(BLOB));

/// What the build script packed.
const BLOB: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/data.bin"));

/// The limit on what the blob may grow to.
const MAX_UNPACKED: u64 = 4 << 20;

/// Takes the blob apart; see `build.rs` for its form. A blob that is not of that form gives the files before the fault.
fn unpack(blob: &[u8]) -> Vec<(String, String)> {
    let mut text = String::new();
    if DeflateDecoder::new(blob).take(MAX_UNPACKED).read_to_string(&mut text).is_err() {
        return Vec::new();
    }
    let mut files = Vec::new();
    let mut rest = text.as_str();
    while let Some((name, after)) = rest.split_once('\n') {
        let Some((length, after)) = after.split_once('\n') else { break };
        let Some((content, after)) = length.parse().ok().and_then(|length| after.split_at_checked(length))
        else {
            break;
        };
        files.push((name.to_owned(), content.to_owned()));
        rest = after;
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let names: Vec<_> = FILES.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.contains(&"baselines/windows.toml"), "{names:?}");
        assert!(names.iter().any(|name| name.starts_with("families/")), "{names:?}");
        assert!(names.is_sorted());
    }

    #[test]
    fn indicators_cannot_be_read_in_the_program() {
        let plain =
            |needle: &str| BLOB.windows(needle.len()).any(|w| w.eq_ignore_ascii_case(needle.as_bytes()));
        for needle in
            ["systemcore_Updater", "fuckyoumm2", "PerfOS_System", "schtasks", "stratum", "xmrig", "blackball"]
        {
            assert!(!plain(needle), "{needle}");
        }
    }

    #[test]
    fn a_damaged_blob_is_no_panic() {
        for length in 0..BLOB.len().min(300) {
            let _ = unpack(BLOB.get(..length).unwrap());
        }
        assert_eq!(unpack(b"no deflate"), []);
    }
}
